// SPDX-License-Identifier: Apache-2.0
#include "rules/auditlog.h"

#include "base/plaintext.h"
#include "cluster/auditpolicy.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// Resources whose objects hold credentials.
const struct
{
    QLatin1StringView group;
    QLatin1StringView resource;
    QLatin1StringView subresource;
    bool inRequest; ///< what is asked holds them too, not the answer alone
} sensitive[] = {
    {""_L1, "secrets"_L1, ""_L1, true},
    {""_L1, "configmaps"_L1, ""_L1, true},
    {"authentication.k8s.io"_L1, "tokenreviews"_L1, ""_L1, true},
    {""_L1, "serviceaccounts"_L1, "token"_L1, false},
};

/// Whether an entry of `resources` names it (staging/src/k8s.io/apiserver/pkg/audit/policy/checker.go,
/// ruleMatchesResource).
bool names(const QStringList &resources, const QString &resource, const QString &subresource)
{
    if (resources.isEmpty() || resources.contains(u"*"_s))
        return true;
    const QString whole = subresource.isEmpty() ? resource : resource + u'/' + subresource;
    return resources.contains(whole) || resources.contains(resource + u"/*"_s)
        || (!subresource.isEmpty() && resources.contains(u"*/"_s + subresource));
}

/// How a rule fits requests for a resource.
enum class Fit
{
    None,
    Some,
    All
};

Fit fitOf(const AuditRule &rule, const QString &group, const QString &resource, const QString &subresource)
{
    if (!rule.nonResourceUrls.isEmpty())
        return Fit::None;
    bool matches = rule.resources.isEmpty();
    bool all = matches;
    for (const AuditResources &entry : rule.resources) {
        if (entry.group == group && names(entry.resources, resource, subresource)) {
            matches = true;
            all = all || entry.names.isEmpty();
        }
    }
    if (!matches)
        return Fit::None;
    const bool limited =
        !rule.users.isEmpty() || !rule.userGroups.isEmpty() || !rule.verbs.isEmpty() || !rule.namespaces.isEmpty();
    return all && !limited ? Fit::All : Fit::Some;
}

/// Requests that say what happened to a cluster.
const struct
{
    QLatin1StringView group;
    QLatin1StringView resource;
    QLatin1StringView subresource;
    QLatin1StringView verbs;
    bool isChange; ///< else it is enough to know who did it
} telling[] = {
    {""_L1, "pods"_L1, ""_L1, "create delete"_L1, true},
    {""_L1, "pods"_L1, "exec"_L1, "create get"_L1, false}, // get: by WebSocket, as kubectl does since 1.31
    {"apps"_L1, "deployments"_L1, ""_L1, "create update patch delete"_L1, true},
    {"rbac.authorization.k8s.io"_L1, "roles"_L1, ""_L1, "create update patch delete"_L1, true},
    {"rbac.authorization.k8s.io"_L1, "clusterroles"_L1, ""_L1, "create update patch delete"_L1, true},
    {"rbac.authorization.k8s.io"_L1, "rolebindings"_L1, ""_L1, "create update patch delete"_L1, true},
    {"rbac.authorization.k8s.io"_L1, "clusterrolebindings"_L1, ""_L1, "create update patch delete"_L1, true},
    {""_L1, "secrets"_L1, ""_L1, "get list create update patch delete"_L1, false},
};

bool recordsNothing(const AuditRule &rule)
{
    const bool omitted = rule.omitStages.contains(u"RequestReceived"_s)
        && rule.omitStages.contains(u"ResponseStarted"_s) && rule.omitStages.contains(u"ResponseComplete"_s);
    return rule.level == "None"_L1 || omitted;
}

/// The first rule that fits such a request, whoever makes it, wherever. Rules about single accounts or namespaces are
/// passed over: they leave out what the cluster's own parts do.
const AuditRule *ruleFor(const AuditPolicy &policy, const QString &group, const QString &resource,
    const QString &subresource, const QString &verb)
{
    for (const AuditRule &rule : policy.rules) {
        AuditRule open = rule;
        if (open.verbs.contains(verb))
            open.verbs.clear();
        if (open.userGroups.contains(u"system:authenticated"_s))
            open.userGroups.clear();
        if (fitOf(open, group, resource, subresource) == Fit::All)
            return &rule;
    }
    return nullptr;
}

/// What is recorded below the level, such as "create pods"; of what is no change, what is not recorded at all.
QStringList belowLevel(const AuditPolicy &policy, const QString &level)
{
    QStringList below;
    for (const auto &[group, resource, subresource, verbs, isChange] : telling) {
        QStringList lacking;
        for (const QString &verb : QString(verbs).split(u' ')) {
            const AuditRule *rule = ruleFor(policy, group, resource, subresource, verb);
            const qsizetype has = rule && !recordsNothing(*rule) ? auditLevels().indexOf(rule->level) : -1;
            if (has < (isChange ? auditLevels().indexOf(level) : 0))
                lacking += verb;
        }
        if (!lacking.isEmpty())
            below += lacking.join(u'/') + u' ' + resource + (subresource.isEmpty() ? QString() : u'/' + subresource);
    }
    return below;
}

/// Whether what the rule records holds the bodies of requests that have one.
bool recordsBody(const AuditRule &rule, bool inRequest)
{
    if (rule.level == "RequestResponse"_L1)
        return true;
    static const QStringList reading{u"get"_s, u"list"_s, u"watch"_s, u"delete"_s};
    const bool readingAlone = !rule.verbs.isEmpty()
        && std::ranges::all_of(rule.verbs, [](const QString &verb) { return reading.contains(verb); });
    return rule.level == "Request"_L1 && inRequest && !readingAlone;
}

/// What is wrong with a policy that kube-apiserver takes.
QList<Message> weaknesses(const AuditPolicy &policy, const QString &level, int &line)
{
    QList<Message> parts;
    const auto last = std::ranges::find_if(policy.rules, [](const AuditRule &rule) { return rule.restrictsNothing(); });
    const auto end = last == policy.rules.end() ? last : last + 1;
    if (std::all_of(policy.rules.begin(), end, recordsNothing)) {
        line = last == policy.rules.end() ? policy.rules.first().line : last->line;
        parts += last == policy.rules.end()
            ? message(u"No rule of it records anything."_s, u"其中没有任何规则会产生记录。"_s)
            : message(u"The rule in line %1 fits every request and records nothing, and no rule before it records "
                      u"anything: the log stays empty. Of all rules the first that fits counts."_s,
                u"第 %1 行的规则匹配所有请求且不产生记录，其前面的规则也不产生记录：日志始终为空。以第一条匹配的规则为准。"_s,
                QString::number(line));
        return parts;
    }
    if (const QStringList below = belowLevel(policy, level); !below.isEmpty()) {
        line = policy.rules.last().line;
        parts += message(
            u"Of these requests not all are recorded at the level %1 (%2 of Secrets and exec): %3. What fits no rule is "
            u"not recorded: let the last rule have level %1 and nothing else."_s,
            u"以下请求没有全部按级别 %1（Secret 与 exec 为 %2）记录：%3。不匹配任何规则的请求不会被记录：请让最后一条规则只有级别 %1，不加其他条件。"_s,
            level, auditLevels().constFirst(), below.join(u"; "_s));
    }
    for (const auto &[group, resource, subresource, inRequest] : sensitive) {
        for (const AuditRule &rule : policy.rules) {
            const Fit fit = fitOf(rule, group, resource, subresource);
            if (fit != Fit::None && !recordsNothing(rule) && recordsBody(rule, inRequest)) {
                line = line > 0 ? line : rule.line;
                parts +=
                    message(u"The rule in line %1 writes what %2 hold into the log (level %3): use Metadata for them, "
                            u"in a rule before it."_s,
                        u"第 %1 行的规则会把 %2 的内容写入日志（级别 %3）：请在其前面用一条规则把它们设为 Metadata。"_s,
                        QString::number(rule.line),
                        subresource.isEmpty() ? QString(resource) : resource + u'/' + subresource, rule.level);
                break;
            }
            if (fit == Fit::All)
                break;
        }
    }
    return parts;
}

/// The file as the node has it, or a verdict without it.
const FileRecord *policyFile(const Node &node, const NodePath &where, const QString &policy, Finding &finding)
{
    const QString name = plainText(node.name);
    if (where.path.isEmpty()) {
        if (where.unknown.isEmpty() && !where.mount) {
            finding.verdict = Verdict::Error;
            finding.reason = message(
                u"On node %1, %2 is not mounted into the container of kube-apiserver: it finds no policy and does not start."_s,
                u"节点 %1 上，%2 没有挂载到 kube-apiserver 的容器中：它找不到策略文件，无法启动。"_s, name,
                plainText(policy));
        } else if (where.unknown.isEmpty()) {
            finding.reason =
                message(u"On node %1, %2 comes from a volume that is not the node's (%3), which is not read."_s,
                    u"节点 %1 上，%2 来自非节点目录的卷（%3），未读取。"_s, name, plainText(policy),
                    plainText(where.mount->volume));
        } else {
            finding.reason = where.unknown;
        }
        return nullptr;
    }
    const QString path = plainText(where.path);
    const FileRecord *file = node.snapshot->file(where.path);
    if (file && file->missing) {
        finding.verdict = Verdict::Error;
        finding.reason = message(
            u"Node %1 has no file %2, which kube-apiserver is given as its audit policy: it does not "
            u"start again."_s,
            u"节点 %1 上没有文件 %2，而它是 kube-apiserver 的审计策略：kube-apiserver 将无法再次启动。"_s, name, path);
        return nullptr;
    }
    if (file && file->hasContent && !file->changedWhileRead && !file->masked)
        return file;
    finding.reason = !file || (file->reason.isEmpty() && !file->hasContent)
        ? message(
            u"On node %1 the audit policy %2 was not read. Read the node again with this version of the program."_s,
            u"未读取节点 %1 上的审计策略 %2。请用本版本的程序重新读取该节点。"_s, name, path)
        : !file->hasContent
        ? sentences({message(u"On node %1 the audit policy %2 was not read."_s, u"未读取节点 %1 上的审计策略 %2。"_s,
                         name, path),
            file->reason})
        : message(u"On node %1 the audit policy %2 changed or was masked while it was read. Read the node again."_s,
            u"节点 %1 上的审计策略 %2 在读取时发生变化或被遮盖。请重新读取该节点。"_s, name, path);
    return nullptr;
}

Message replacedSince(const Node &node, const Component &component, const FileRecord &file)
{
    const QDateTime started = component.process.started;
    const bool later = component.running && started.isValid() && file.modified > started;
    if (!later && factOf(node, u"audit-policy-replaced"_s) != "yes"_L1)
        return {};
    return message(
        u"The file was changed after kube-apiserver started, which still has the policy from before: it reads "
        u"the file at its start alone."_s,
        u"该文件在 kube-apiserver 启动之后被修改过；kube-apiserver 只在启动时读取策略，目前仍在使用之前的内容。"_s);
}

} // namespace

void judgeAuditPolicy(
    const Node &node, const Component &component, const QString &policy, const QString &level, Finding &finding)
{
    const NodePath where = nodePath(node, component, policy, u"audit-policy"_s);
    const FileRecord *file = policyFile(node, where, policy, finding);
    if (!file)
        return;
    finding.origin = {Origin::Kind::File};
    finding.origin.file = file->path;
    const QString name = plainText(node.name);
    const QString path = plainText(file->path);
    const AuditPolicy read = readAuditPolicy(file->path, file->content, component.release);
    const Message stale = replacedSince(node, component, *file);
    finding.origin.line = read.at.line;
    finding.origin.column = read.at.column;
    if (read.outcome != AuditPolicy::Outcome::Accepted) {
        const bool refused = read.outcome == AuditPolicy::Outcome::Refused;
        finding.verdict = refused ? Verdict::Error : Verdict::Unknown;
        finding.actual = refused ? u"refused"_s : QString();
        finding.reason = sentences(
            {refused ? message(u"On node %1 kube-apiserver does not start with the audit policy %2."_s,
                 u"节点 %1 上，kube-apiserver 无法使用审计策略 %2 启动。"_s, name, path)
                     : message(u"On node %1 it is not known whether kube-apiserver takes the audit policy %2."_s,
                         u"节点 %1 上，无法判断 kube-apiserver 是否接受审计策略 %2。"_s, name, path),
                read.why, stale});
        return;
    }
    finding.actual = u"%1 rules"_s.arg(read.rules.size());
    int line = 0;
    const QList<Message> weak = weaknesses(read, level, line);
    finding.origin.line = line;
    finding.verdict = !weak.isEmpty() ? Verdict::Fail : stale.isEmpty() ? Verdict::Pass : Verdict::Unknown;
    const Message head = weak.isEmpty()
        ? message(
            u"On node %1 the audit policy %2 (%3 rules) is accepted, and keeps what secrets and tokens hold out of the "
            u"log."_s,
            u"节点 %1 上的审计策略 %2（%3 条规则）可被接受，且不会把机密和令牌的内容写入日志。"_s, name, path,
            QString::number(read.rules.size()))
        : message(u"On node %1 kube-apiserver takes the audit policy %2, but it has to be changed."_s,
            u"节点 %1 上，kube-apiserver 接受审计策略 %2，但需要修改。"_s, name, path);
    finding.reason = sentences(QList<Message>{head} + weak + read.remarks + QList<Message>{stale});
}

QString recordedLevel(const Node &node, const Component &component)
{
    const Setting setting = auditSettings(node).policy;
    const QString given = setting.value.toString();
    if (!setting.unknown.isEmpty() || given.isEmpty())
        return {};
    Finding unused;
    const FileRecord *file = policyFile(node, nodePath(node, component, given, u"audit-policy"_s), given, unused);
    if (!file || !replacedSince(node, component, *file).isEmpty())
        return {};
    const AuditPolicy policy = readAuditPolicy(file->path, file->content, component.release);
    if (policy.outcome != AuditPolicy::Outcome::Accepted)
        return {};
    QString level = u"None"_s;
    for (const QString &each : auditLevels()) {
        if (belowLevel(policy, each).isEmpty())
            level = each;
    }
    return level;
}

} // namespace jiagu
