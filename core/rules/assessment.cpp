// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/workloads.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QList<Finding> judge(
    const Cluster &cluster, const WorkloadList &workloads, const RulePack &pack, const Rule &rule, const QDateTime &now)
{
    switch (rule.check) {
    case CheckKind::Setting:
        return judgeSetting(cluster, rule);
    case CheckKind::CipherSuites:
        return judgeCipherSuites(cluster, rule);
    case CheckKind::Controllers:
        return judgeControllers(cluster, rule);
    case CheckKind::FeatureGate:
        return judgeFeatureGate(cluster, rule);
    case CheckKind::StaticPodDirectory:
        return judgeStaticPods(cluster, rule);
    case CheckKind::FileAttributes:
        return judgeFileAttributes(cluster, rule);
    case CheckKind::KubeProxy:
        return judgeKubeProxy(cluster, rule);
    case CheckKind::Audit:
        return judgeAudit(cluster, rule);
    case CheckKind::ChainedPlugin:
        return judgeChainedPlugin(cluster, rule);
    case CheckKind::ServedVersion:
        return judgeServedVersion(cluster, rule);
    case CheckKind::ServedSuites:
        return judgeServedSuites(cluster, rule);
    case CheckKind::ServingCertificate:
        return judgeServingCertificate(cluster, rule, now);
    case CheckKind::KubeletAuthority:
        return judgeKubeletAuthority(cluster, rule, now);
    case CheckKind::Workload:
        return judgeWorkloads(cluster, workloads, rule, pack.waivers);
    case CheckKind::ServiceAccountTokens:
        return judgeServiceAccountTokens(cluster, workloads, rule, pack.waivers);
    case CheckKind::ClusterAdmins:
        return judgeClusterAdmins(cluster, rule);
    case CheckKind::Reported:
        return judgeReported(cluster, rule);
    case CheckKind::SettingList:
        return judgeSettingList(cluster, rule);
    case CheckKind::OwnedDirectory:
        return judgeOwnedDirectory(cluster, rule);
    case CheckKind::DistinctFiles:
        return judgeDistinctFiles(cluster, rule);
    case CheckKind::EncryptionAtRest:
        return judgeEncryptionAtRest(cluster, rule);
    case CheckKind::Confinement:
        return judgeConfinement(cluster, rule);
    case CheckKind::Docker:
        return judgeDocker(cluster, rule);
    case CheckKind::KubeletAddress:
        return judgeKubeletAddress(cluster, rule);
    case CheckKind::AnonymousAuth:
        return judgeAnonymousAuth(cluster, rule);
    case CheckKind::SameArguments:
        return judgeSameArguments(cluster, rule);
    }
    return {};
}

/// What the rule says about the configuration that all kubelets of the cluster share, beside its findings on nodes.
QList<Finding> judgeShared(const Cluster &cluster, const Rule &rule)
{
    switch (rule.check) {
    case CheckKind::FeatureGate:
        return judgeSharedFeatureGate(cluster, rule);
    case CheckKind::KubeletAddress:
        return judgeSharedKubeletAddress(cluster, rule);
    default:
        return {};
    }
}

/// Whether every node gets findings of this rule that depend on that node alone.
bool judgesNodesApart(const Rule &rule)
{
    switch (rule.check) {
    case CheckKind::FeatureGate:
    case CheckKind::StaticPodDirectory:
    case CheckKind::FileAttributes:
    case CheckKind::Confinement:
    case CheckKind::Docker:
        return true;
    case CheckKind::Reported:
        return !rule.reported.controlPlane;
    case CheckKind::Setting:
    case CheckKind::CipherSuites:
    case CheckKind::KubeletAddress:
    case CheckKind::ServedVersion:
    case CheckKind::ServedSuites:
        return rule.component == ComponentKind::Kubelet;
    default:
        return false;
    }
}

/// The findings of each rule.
std::vector<QList<Finding>> judgeEachRule(const Cluster &cluster, const RulePack &pack, const QDateTime &now)
{
    const auto workloads = workloadsOf(cluster);
    std::vector<QList<Finding>> found(size_t(pack.rules.size()));
    const auto judgeThose = [&](bool apart, const Cluster &nodes) {
        for (size_t i = 0; i < found.size(); ++i) {
            if (const Rule &rule = pack.rules[qsizetype(i)]; judgesNodesApart(rule) == apart)
                found[i].append(judge(nodes, *workloads, pack, rule, now));
        }
    };
    for (QList<Finding> &findings : found)
        findings.reserve(cluster.nodes.size());
    judgeThose(false, cluster);
    for (size_t i = 0; i < found.size(); ++i)
        found[i].append(judgeShared(cluster, pack.rules[qsizetype(i)]));
    // Of 1000 nodes, what is known of one is out of the processor's caches when the next rule comes to it.
    constexpr qsizetype together = 16;
    Cluster some = cluster;
    qsizetype begin = 0;
    do {
        some.nodes = cluster.nodes.mid(begin, together);
        judgeThose(true, some);
        begin += together;
    } while (begin < cluster.nodes.size());
    return found;
}

bool comesBefore(const Finding *left, const Finding *right)
{
    const auto key = [](const Subject &subject) {
        return std::tie(
            subject.node, subject.component, subject.namespaceName, subject.kind, subject.name, subject.container);
    };
    return key(left->subject) < key(right->subject);
}

/// All findings, by severity, rule and subject. A finding is large to move about, and far away to look at.
QList<Finding> inOrder(std::vector<QList<Finding>> found)
{
    std::erase_if(found, [](const QList<Finding> &findings) { return findings.isEmpty(); });
    std::ranges::sort(found, {}, [](const QList<Finding> &findings) { return findings.constFirst().rule; });
    std::map<Severity, std::vector<Finding *>> order;
    qsizetype count = 0;
    for (QList<Finding> &findings : found) {
        count += findings.size();
        std::map<Severity, std::vector<Finding *>> ofRule;
        for (Finding &finding : findings)
            ofRule[finding.severity].push_back(&finding);
        for (auto &[severity, some] : ofRule) {
            if (!std::ranges::is_sorted(some, comesBefore))
                std::ranges::stable_sort(some, comesBefore);
            std::vector<Finding *> &all = order[severity];
            all.insert(all.end(), some.begin(), some.end());
        }
    }
    QList<Finding> result;
    result.reserve(count);
    for (const auto &[severity, some] : order) {
        for (Finding *finding : some)
            result.append(std::move(*finding));
    }
    return result;
}

} // namespace

Assessment assess(const Cluster &cluster, const RulePack &pack, const QDateTime &now)
{
    return {cluster, pack, now, inOrder(judgeEachRule(cluster, pack, now)), {}};
}

Result<Assessment> assess(
    const Cluster &cluster, const RulePack &pack, const QDateTime &now, const Tailoring &tailoring)
{
    return tailored(pack, tailoring).map([&](const RulePack &rules) {
        Assessment assessment = assess(cluster, rules, now);
        applyWaivers(assessment.findings, cluster.id, tailoring.waivers, now);
        assessment.tailoring = tailoring;
        return assessment;
    });
}

Counts count(const QList<Finding> &findings)
{
    Counts counts;
    for (const Finding &finding : findings) {
        if (!finding.counts()) {
            ++counts.waived;
            continue;
        }
        ++counts.byVerdict[finding.verdict];
        if (finding.verdict == Verdict::Fail)
            ++counts.failed[finding.severity];
    }
    return counts;
}

Finding findingOf(const Rule &rule, const Cluster &cluster, Verdict verdict, Message reason)
{
    Finding finding;
    finding.rule = rule.id;
    finding.subject.cluster = cluster.name.isEmpty() ? cluster.id : cluster.name;
    finding.subject.component = componentName(rule.component);
    finding.verdict = verdict;
    finding.severity = rule.severity;
    finding.title = rule.title;
    finding.reason = std::move(reason);
    return finding;
}

Finding findingOf(const Rule &rule, const Cluster &cluster, const Node &node, Verdict verdict, Message reason)
{
    Finding finding = findingOf(rule, cluster, verdict, std::move(reason));
    finding.subject.node = node.name;
    return finding;
}

QString octal(int mode)
{
    return QString::number(mode, 8).rightJustified(4, u'0');
}

QString account(qint64 id)
{
    return id == 0 ? u"root"_s : QString::number(id);
}

Message nodesText(const QStringList &nodes)
{
    constexpr qsizetype most = 3;
    const QString shown = plainText(nodes.mid(0, most).join(u", "_s));
    if (nodes.size() <= most)
        return {shown, QString(shown).replace(u", "_s, u"、"_s)};
    return message(u"%1 and %2 more"_s, u"%1，另有 %2 个节点"_s, shown, QString::number(nodes.size() - most));
}

Message whyNotRead(const Node &node)
{
    QList<Message> parts{message(u"Node %1 was not read."_s, u"节点 %1 未被读取。"_s, plainText(node.name))};
    for (const Error &problem : node.problems)
        parts += problem.message;
    return sentences(parts);
}

Message sentences(const QList<Message> &parts)
{
    Message result;
    for (const Message &part : parts) {
        if (part.isEmpty())
            continue;
        if (!result.isEmpty())
            result.en += u' ';
        result.en += part.en;
        result.zh += part.zh;
    }
    return result;
}

} // namespace jiagu
