// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/workloads.h"

#include <algorithm>
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

bool comesBefore(const Finding &left, const Finding &right)
{
    const auto key = [](const Finding &finding) {
        const Subject &subject = finding.subject;
        return std::tie(finding.severity, finding.rule, subject.node, subject.component, subject.namespaceName,
            subject.kind, subject.name, subject.container);
    };
    return key(left) < key(right);
}

} // namespace

Assessment assess(const Cluster &cluster, const RulePack &pack, const QDateTime &now)
{
    Assessment assessment{cluster, pack, now, {}, {}};
    const WorkloadList workloads(cluster);
    QList<Finding> found;
    for (const Rule &rule : pack.rules)
        found += judge(cluster, workloads, pack, rule, now);
    std::vector<Finding *> order; // a finding is large to move about
    order.reserve(size_t(found.size()));
    for (Finding &finding : found)
        order.push_back(&finding);
    std::ranges::stable_sort(order, comesBefore, [](const Finding *finding) -> const Finding & { return *finding; });
    assessment.findings.reserve(found.size());
    for (Finding *finding : order)
        assessment.findings += std::move(*finding);
    return assessment;
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
