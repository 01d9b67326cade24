// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/objectpatch.h"
#include "rules/workloads.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr auto field = "automountServiceAccountToken"_L1;
constexpr auto accountName = "default"_L1;

/// plugin/pkg/admission/serviceaccount/admission.go, DefaultAPITokenMountPath, 1.19 to 1.37: where the token stands in
/// a pod that got one.
constexpr auto tokenDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"_L1;

bool holdsToken(const Workload &pod)
{
    return std::any_of(pod.containers.begin(), pod.containers.end(), [](const WorkloadContainer &container) {
        const QJsonArray mounts = container.object.value("volumeMounts"_L1).toArray();
        return std::any_of(mounts.begin(), mounts.end(),
            [](const QJsonValue &mount) { return mount["mountPath"_L1].toString() == tokenDirectory; });
    });
}

class Accounts
{
public:
    Accounts(
        const Cluster &cluster, const WorkloadList &workloads, const Rule &rule, const QList<NamespaceWaiver> &waivers)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_missing(workloads.missing())
        , m_report(cluster, workloads, rule, waivers, u"false"_s)
        , m_isRead(cluster.objects.value("serviceaccounts"_L1).isArray())
    {
        for (const QJsonValue &item : cluster.list(u"serviceaccounts"_s)) {
            const QJsonObject metadata = item["metadata"_L1].toObject();
            if (metadata.value("name"_L1).toString() == accountName) {
                const QJsonValue value = item[field];
                m_accounts.insert(metadata.value("namespace"_L1).toString(),
                    value.isUndefined() ? QJsonValue(QJsonValue::Null) : value);
            }
        }
    }

    QList<Finding> judge()
    {
        m_report.judge([this](const Workload &workload) { return violationsOf(workload); });
        for (auto it = m_accounts.cbegin(); it != m_accounts.cend(); ++it)
            judgeAccount(it.key(), it.value());
        if (!m_isRead) {
            m_report.unknown(message(
                u"The API server's answer about serviceaccounts was not read: whether the default ServiceAccounts hand "
                u"out their token, and whether templates that say nothing about it get one, is not known."_s,
                u"未读到 API server 关于 serviceaccounts 的应答：无法得知各 default ServiceAccount 是否会自动挂载令牌，也无法得知"
                u"未作声明的模板是否会得到令牌。"_s));
        }
        return m_report.finish();
    }

private:
    QList<Violation> violationsOf(const Workload &workload) const
    {
        const QString account =
            workload.spec.value("serviceAccountName"_L1).toString(workload.spec.value("serviceAccount"_L1).toString());
        const QJsonValue value = workload.spec.value(field);
        const bool isSet = !value.isNull() && !value.isUndefined();
        Violation violation{{}, -1, field, field, isSet ? value : QJsonValue(QJsonValue::Null), false, {}};
        if (isSet && !value.isBool()) {
            violation.unusable = true;
            return {violation};
        }
        // Whoever names an account, or writes true, asks for the token.
        if (isSet || (!account.isEmpty() && account != accountName))
            return {};
        if (workload.isPod())
            return holdsToken(workload) ? QList<Violation>{violation} : QList<Violation>{};
        const bool gets = m_isRead && m_accounts.value(workload.namespaceName) != QJsonValue(false);
        return gets ? QList<Violation>{violation} : QList<Violation>{};
    }

    void judgeAccount(const QString &space, const QJsonValue &value)
    {
        if (value == QJsonValue(false))
            return;
        const bool unusable = !value.isNull() && !value.isBool();
        const QString actual = plainText(actualText(value));
        const QString name = plainText(space) + u'/' + accountName;
        Finding finding = findingOf(m_rule, m_cluster, unusable ? Verdict::Error : Verdict::Fail,
            unusable
                ? message(
                    u"ServiceAccount %1 has automountServiceAccountToken = %2, which is neither true nor false."_s,
                    u"ServiceAccount %1 的 automountServiceAccountToken 为 %2，既不是 true 也不是 false。"_s, name,
                    actual)
                : sentences(
                    {message(u"ServiceAccount %1 has automountServiceAccountToken = %2: every pod of the "
                             u"namespace that names no account of its own gets its token."_s,
                         u"ServiceAccount %1 的 automountServiceAccountToken 为 %2：该命名空间中未指定账号的 Pod 都会得到"
                         u"它的令牌。"_s,
                         name, actual),
                        users(space)}));
        finding.subject.namespaceName = plainText(space);
        finding.subject.kind = u"ServiceAccount"_s;
        finding.subject.name = accountName;
        finding.expected = u"false"_s;
        finding.actual = actual;
        finding.origin.kind = Origin::Kind::Object;
        finding.origin.file = name;
        finding.origin.key = field;
        if (const QString command = patchCommand(u"serviceaccount"_s, space, accountName);
            !unusable && !command.isEmpty() && m_rule.fix == FixKind::PatchObject) {
            finding.objectFix =
                ObjectFix{patchText(withField(QJsonObject(), {PatchStep{field}}, m_rule.patch.value)), command,
                    sentences({message(u"Pods that run keep their token until they are made anew."_s,
                                   u"运行中的 Pod 在重建之前仍保留令牌。"_s),
                        patchNote()})};
        }
        m_report.add(finding, space);
    }

    Message users(const QString &space) const
    {
        constexpr qsizetype named = 10;
        QStringList names;
        for (const Workload *workload : m_report.reported()) {
            if (workload->namespaceName == space)
                names += workload->kind + u' ' + plainText(workload->name);
        }
        const Message others = m_missing.isEmpty()
            ? Message()
            : message(u"Who else gets it is not known, because the API server's answer about these was not read: %1."_s,
                u"由于未读到 API server 关于以下资源的应答，无法得知还有谁会得到该令牌：%1。"_s,
                m_missing.join(u", "_s));
        if (names.isEmpty())
            return !others.isEmpty()
                ? message(
                    u"Which workloads get it is not known, because the API server's answer about these was not read: %1."_s,
                    u"由于未读到 API server 关于以下资源的应答，无法得知哪些工作负载会得到该令牌：%1。"_s,
                    m_missing.join(u", "_s))
                : message(u"No workload gets it today."_s, u"目前没有工作负载使用该令牌。"_s);
        const QString list = QStringList(names.first(std::min(named, names.size()))).join(u", "_s);
        const Message mounted = names.size() > named ? message(u"It is mounted by %1 and %2 more."_s,
                                    u"挂载它的有 %1 以及另外 %2 个。"_s, list, QString::number(names.size() - named))
                                                     : message(u"It is mounted by %1."_s, u"挂载它的有 %1。"_s, list);
        return others.isEmpty() ? mounted : sentences({mounted, others});
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    QStringList m_missing; ///< resources that make or are pods, whose list was not read
    WorkloadReport m_report;
    bool m_isRead = false;
    QMap<QString, QJsonValue> m_accounts; ///< namespace → what its default account says; null: nothing
};

} // namespace

QList<Finding> judgeServiceAccountTokens(
    const Cluster &cluster, const WorkloadList &workloads, const Rule &rule, const QList<NamespaceWaiver> &waivers)
{
    if (cluster.apiNode.isEmpty() || !cluster.apiError.isEmpty()) {
        Finding finding = findingOf(rule, cluster, Verdict::Unknown, workloadsNotRead(cluster));
        finding.expected = u"false"_s;
        return {finding};
    }
    return Accounts(cluster, workloads, rule, waivers).judge();
}

} // namespace jiagu
