// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/componentfile.h"
#include "cluster/yamlvalue.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

struct Outcome
{
    Verdict verdict = Verdict::Unknown;
    Message reason;
};

/// Which of the probes that the kubelet makes carry no credentials of their own.
QStringList bareProbes(const YamlDocument &manifest)
{
    const QJsonObject container = yamlValue(manifest, manifest.find({"spec"_ba, "containers"_ba, "[0]"_ba})).toObject();
    QStringList probes;
    for (const QString &name : {u"livenessProbe"_s, u"readinessProbe"_s, u"startupProbe"_s}) {
        const QJsonObject get = container[name]["httpGet"_L1].toObject();
        const QJsonArray headers = get["httpHeaders"_L1].toArray();
        const bool identified = std::any_of(headers.begin(), headers.end(), [](const QJsonValue &header) {
            return header["name"_L1].toString().compare("Authorization"_L1, Qt::CaseInsensitive) == 0;
        });
        if (!get.isEmpty() && !identified)
            probes += name;
    }
    return probes;
}

Outcome judgeOff(const Node &node, const Component &component)
{
    const FileRecord *record = component.manifest.isEmpty() ? nullptr : node.snapshot->file(component.manifest);
    const auto manifest =
        record && record->hasContent ? record->yaml() : Result<YamlDocument>(failure(Error::Kind::NotFound, {}));
    if (!manifest)
        return {Verdict::Unknown,
            message(
                u"Anonymous requests are refused. Whether the kubelet's probes of kube-apiserver still get through is "
                u"not known, because its manifest was not read."_s,
                u"匿名请求会被拒绝。由于未读取清单，无法确认 kubelet 对 kube-apiserver 的探测是否仍能通过。"_s)};
    const QStringList probes = bareProbes(*manifest);
    if (probes.isEmpty())
        return {Verdict::Pass,
            message(u"Anonymous requests are refused, and no probe of the manifest depends on them."_s,
                u"匿名请求会被拒绝，且清单中的探针不依赖匿名访问。"_s)};
    return {Verdict::Error,
        message(
            u"Anonymous requests are refused, those of the kubelet's probes (%1) too: they get 401, kube-apiserver never "
            u"becomes ready and is killed about 250 s after each start. Remove --anonymous-auth=false."_s,
            u"匿名请求会被拒绝，kubelet 的探针（%1）也不例外：探测得到 401，kube-apiserver 始终不能就绪，每次启动约 250 秒后"
            u"即被终止。请删除 --anonymous-auth=false。"_s,
            probes.join(u", "_s))};
}

/// Cluster-wide bindings, plain and sorted.
struct Bindings
{
    QStringList generous; ///< give whoever is not authenticated more than a fresh cluster does
    QStringList unreadable; ///< it is not known to whom they give something
};

Bindings bindingsOf(const QJsonArray &bindings)
{
    Bindings found;
    for (const QJsonValue &binding : bindings) {
        // plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go
        if (binding["roleRef"_L1]["name"_L1].toString() == "system:public-info-viewer"_L1)
            continue;
        const QString name = plainText(binding["metadata"_L1]["name"_L1].toString());
        const QJsonValue given = binding["subjects"_L1];
        const QJsonArray subjects = given.toArray();
        const bool isList = given.isArray() || given.isNull() || given.isUndefined();
        const bool areSubjects =
            std::all_of(subjects.begin(), subjects.end(), [](const QJsonValue &subject) { return subject.isObject(); });
        if (!isList || !areSubjects) {
            found.unreadable += name;
            continue;
        }
        const bool anonymous = std::any_of(subjects.begin(), subjects.end(), [](const QJsonValue &subject) {
            const QString who = subject["name"_L1].toString();
            return who == "system:anonymous"_L1 || who == "system:unauthenticated"_L1;
        });
        if (anonymous)
            found.generous += name + u" → "_s + plainText(binding["roleRef"_L1]["name"_L1].toString());
    }
    found.generous.sort();
    found.unreadable.sort();
    return found;
}

Outcome judgeOn(const Cluster &cluster)
{
    const Message noFix = message(
        u"There is no fix by flag: with --anonymous-auth=false the probes that kubeadm writes get 401 and kube-apiserver is "
        u"killed about 250 s after each start."_s,
        u"没有可用的参数修复方式：设置 --anonymous-auth=false 后，kubeadm 写入的探针会得到 401，kube-apiserver 每次启动约 250 秒后"
        u"即被终止。"_s);
    if (!cluster.objects.value("clusterrolebindings"_L1).isArray())
        return {Verdict::Manual,
            sentences(
                {message(u"Anonymous requests are taken, and RBAC decides what they may do: in a fresh cluster read "
                         u"/healthz, /livez, /readyz and /version. Look at the bindings of system:anonymous and "
                         u"system:unauthenticated; they were not read."_s,
                     u"匿名请求会被接受，其权限由 RBAC 决定：新集群中只能读取 /healthz、/livez、/readyz 和 /version。请检查绑定到 "
                     u"system:anonymous 与 system:unauthenticated 的权限；本次未读取这些绑定。"_s),
                    noFix})};
    const Bindings bindings = bindingsOf(cluster.list(u"clusterrolebindings"_s));
    if (bindings.generous.isEmpty() && !bindings.unreadable.isEmpty())
        return {Verdict::Unknown,
            message(u"Anonymous requests are taken, and to whom these ClusterRoleBindings give something could not be "
                    u"read, because their subjects are no list of subjects: %1."_s,
                u"匿名请求会被接受，而以下 ClusterRoleBinding 的 subjects 不是主体列表，无法得知其授权对象：%1。"_s,
                bindings.unreadable.join(u", "_s))};
    if (bindings.generous.isEmpty())
        return {Verdict::Pass,
            sentences(
                {message(
                     u"Anonymous requests are taken, which the kubelet's probes need, and no ClusterRoleBinding gives "
                     u"them more than health and version."_s,
                     u"匿名请求会被接受（kubelet 的探针需要），且没有 ClusterRoleBinding 授予其健康检查与版本信息之外的权限。"_s),
                    message(u"Not looked at: RoleBindings, which may give them something in one namespace (kubectl get "
                            u"rolebindings -A -o wide), and authorizers other than RBAC."_s,
                        u"未检查：可能在某个命名空间内授予其权限的 RoleBinding（kubectl get rolebindings -A -o wide），以及 RBAC 之外的"
                        u"授权方式。"_s)})};
    return {Verdict::Fail,
        sentences(
            {message(u"Anonymous requests are taken, and ClusterRoleBindings give whoever is not authenticated more "
                     u"than health and version: %1. Delete these bindings."_s,
                 u"匿名请求会被接受，且以下 ClusterRoleBinding 授予未认证用户超出健康检查与版本信息的权限：%1。请删除这些绑定。"_s,
                 bindings.generous.join(u", "_s)),
                noFix})};
}

/// What --authentication-config says about anonymous requests; nothing when it leaves them to the flag.
std::optional<Outcome> judgeFile(const Cluster &cluster, const Node &node, const Component &component)
{
    const auto given =
        flagOccurrences(component.process.argv, u"--authentication-config"_s, ValueType::String, FlagSyntax::Pflag);
    if (given.isEmpty())
        return {};
    const ComponentFile file = componentFile(node, component, QString::fromUtf8(given.last().text));
    if (!file.unknown.isEmpty())
        return Outcome{Verdict::Unknown,
            message(u"kube-apiserver is given --authentication-config, which may decide about anonymous requests. %1"_s,
                u"kube-apiserver 指定了 --authentication-config，匿名请求可能由该文件决定。%1"_s, file.unknown)};
    const QJsonValue section = yamlValue(*file.document, file.document->find({"anonymous"_ba}));
    if (!section.isObject())
        return {};
    if (!section["enabled"_L1].toBool())
        return judgeOff(node, component);
    QStringList others;
    const QJsonArray conditions = section["conditions"_L1].toArray();
    for (const QJsonValue &condition : conditions) {
        const QString path = condition["path"_L1].toString();
        if (path != "/livez"_L1 && path != "/readyz"_L1 && path != "/healthz"_L1)
            others += plainText(path);
    }
    if (conditions.isEmpty())
        return judgeOn(cluster);
    if (others.isEmpty())
        return Outcome{Verdict::Pass,
            message(u"Anonymous requests are taken for the health endpoints alone (%1)."_s,
                u"匿名请求只能访问健康检查端点（%1）。"_s, plainText(file.path))};
    return Outcome{Verdict::Fail,
        message(u"%1 lets anonymous requests reach more than the health endpoints: %2."_s,
            u"%1 允许匿名请求访问健康检查之外的端点：%2。"_s, plainText(file.path), others.join(u", "_s))};
}

Finding judgeNode(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = u"/livez, /readyz, /healthz"_s;
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const Setting setting = settingInForce(node, rule.setting);
    finding.origin = setting.origin;
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return finding;
    }
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    std::optional<Outcome> outcome = judgeFile(cluster, node, component);
    if (!outcome)
        outcome = setting.value.toBool() ? judgeOn(cluster) : judgeOff(node, component);
    finding.verdict = outcome->verdict;
    finding.reason = sentences({settingSentence(rule, node, setting, finding.expected), outcome->reason});
    return finding;
}

} // namespace

QList<Finding> judgeAnonymousAuth(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, u"/livez, /readyz, /healthz"_s,
        [&](const Node &node, const Component &component) { return judgeNode(cluster, rule, node, component); });
}

} // namespace jiagu
