// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// "Group/system:masters", "ServiceAccount/kube-system/admin".
QString subjectText(const QJsonObject &subject)
{
    QStringList parts{subject.value("kind"_L1).toString()};
    if (const QString space = subject.value("namespace"_L1).toString(); !space.isEmpty())
        parts += space;
    parts += subject.value("name"_L1).toString();
    return parts.join(u'/');
}

struct Binding
{
    QString name;
    QStringList expected;
    QStringList everyone;
    QStringList others;
};

Binding readBinding(const QJsonObject &object, const ClusterAdminsRule &rule)
{
    Binding binding;
    binding.name = object.value("metadata"_L1)["name"_L1].toString();
    for (const QJsonValue &item : object.value("subjects"_L1).toArray()) {
        const QString subject = subjectText(item.toObject());
        const QString shown = plainText(subject);
        if (rule.expected.contains(subject))
            binding.expected += shown;
        else if (rule.everyone.contains(subject))
            binding.everyone += shown;
        else
            binding.others += shown;
    }
    return binding;
}

/// A bounded list of names.
QString listed(const QStringList &names)
{
    constexpr qsizetype named = 20;
    const QString list = QStringList(names.first(std::min(named, names.size()))).join(u", "_s);
    return names.size() > named ? list + u" (+%1)"_s.arg(names.size() - named) : list;
}

Finding findingAbout(const Cluster &cluster, const Rule &rule, const Binding &binding)
{
    const QStringList all = binding.everyone + binding.others;
    const bool forAll = !binding.everyone.isEmpty();
    const QString name = plainText(binding.name);
    Finding finding = findingOf(rule, cluster, forAll ? Verdict::Fail : Verdict::Manual,
        forAll ? message(
            u"ClusterRoleBinding %1 gives the role %2, which may do everything, to %3: that is anybody who "
            u"reaches the API server, or any pod."_s,
            u"ClusterRoleBinding %1 将可执行任何操作的角色 %2 授予 %3：即任何能够访问 API server 的人，或任意 Pod。"_s,
            name, rule.admins.role, listed(all))
               : message(u"ClusterRoleBinding %1 gives the role %2, which may do everything, to %3. Whether they need "
                         u"it is for a person to decide."_s,
                   u"ClusterRoleBinding %1 将可执行任何操作的角色 %2 授予 %3。是否确有需要，请人工确认。"_s, name,
                   rule.admins.role, listed(all)));
    finding.subject.kind = u"ClusterRoleBinding"_s;
    finding.subject.name = name;
    finding.expected = rule.admins.expected.join(u", "_s);
    finding.actual = listed(all);
    finding.origin.kind = Origin::Kind::Object;
    finding.origin.file = name;
    finding.origin.key = u"subjects"_s;
    return finding;
}

} // namespace

QList<Finding> judgeClusterAdmins(const Cluster &cluster, const Rule &rule)
{
    const QString resource = u"clusterrolebindings"_s;
    const QString expected = rule.admins.expected.join(u", "_s);
    const auto summary = [&](Verdict verdict, const Message &reason) {
        Finding finding = findingOf(rule, cluster, verdict, reason);
        finding.expected = expected;
        return finding;
    };
    if (!cluster.apiError.isEmpty() || cluster.apiNode.isEmpty()) {
        return {summary(Verdict::Unknown,
            sentences({message(u"Who administers the cluster is not known, because no API server was asked."_s,
                           u"没有从任何 API server 取得数据，因此无法得知哪些主体拥有集群管理员权限。"_s),
                cluster.apiError}))};
    }
    if (!cluster.objects.value(resource).isArray()) {
        return {summary(Verdict::Unknown,
            message(u"The API server's answer about %1 was not read, so these were not judged."_s,
                u"未读到 API server 关于 %1 的应答，因此未对其进行判定。"_s, resource))};
    }
    QList<Finding> findings;
    QStringList own;
    QStringList unreadable;
    for (const QJsonValue &item : cluster.list(resource)) {
        const QJsonObject role = item["roleRef"_L1].toObject();
        if (role.value("kind"_L1).toString() != "ClusterRole"_L1
            || role.value("name"_L1).toString() != rule.admins.role)
            continue;
        const QJsonValue subjects = item["subjects"_L1];
        if (!subjects.isArray() && !subjects.isNull() && !subjects.isUndefined()) {
            unreadable += plainText(item["metadata"_L1]["name"_L1].toString());
            continue;
        }
        const Binding binding = readBinding(item.toObject(), rule.admins);
        for (const QString &subject : binding.expected)
            own += u"%1 (%2)"_s.arg(subject, plainText(binding.name));
        if (!binding.everyone.isEmpty() || !binding.others.isEmpty())
            findings += findingAbout(cluster, rule, binding);
    }
    const Message ofCluster = own.isEmpty()
        ? message(u"None of the cluster's own subjects is bound to it."_s, u"集群自身的主体均未绑定该角色。"_s)
        : message(u"The cluster's own are %1."_s, u"集群自身的有 %1。"_s, listed(own));
    if (!unreadable.isEmpty()) {
        findings += summary(Verdict::Unknown,
            message(u"The subjects of these ClusterRoleBindings are no list, so they were not judged: %1."_s,
                u"以下 ClusterRoleBinding 的 subjects 不是列表，因此未对其进行判定：%1。"_s, listed(unreadable)));
    }
    if (findings.isEmpty()) {
        Finding finding = summary(Verdict::Pass,
            sentences({message(u"Nobody but the cluster's own subjects is bound to the ClusterRole %1."_s,
                           u"除集群自身的主体外，没有其他主体绑定到 ClusterRole %1。"_s, rule.admins.role),
                ofCluster}));
        finding.actual = listed(own);
        return {finding};
    }
    for (Finding &finding : findings)
        finding.reason = sentences({finding.reason, ofCluster});
    return findings;
}

} // namespace jiagu
