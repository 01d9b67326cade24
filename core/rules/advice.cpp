// SPDX-License-Identifier: Apache-2.0
#include "rules/advice.h"

#include "base/plaintext.h"
#include "rules/judge.h"

#include <algorithm>
#include <tuple>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

Cost costOf(const Rule &rule, const Finding &finding)
{
    if (!finding.fixable)
        return Cost::ByHand;
    switch (rule.fix) {
    case FixKind::None:
    case FixKind::Guided:
    case FixKind::PatchObject:
        return Cost::ByHand;
    case FixKind::SetAttributes:
        return Cost::Nothing;
    case FixKind::SetField:
        return Cost::Kubelet;
    case FixKind::SetFlag:
        return rule.component == ComponentKind::ApiServer ? Cost::Api : Cost::Component;
    }
    return Cost::ByHand;
}

} // namespace

Message costText(Cost cost)
{
    switch (cost) {
    case Cost::Nothing:
        return {u"nothing restarts"_s, u"无需重启"_s};
    case Cost::Kubelet:
        return {u"the kubelet restarts, containers keep running"_s, u"kubelet 重启，容器继续运行"_s};
    case Cost::Component:
        return {u"the component restarts, workloads go on"_s, u"组件重启，业务不受影响"_s};
    case Cost::Api:
        return {u"kube-apiserver restarts, away for 16 to 45 seconds; one restart for all its lines together"_s,
            u"kube-apiserver 重启，中断 16 至 45 秒；其各项可合并为一次重启"_s};
    case Cost::ByHand:
        return {u"by hand"_s, u"需人工处理"_s};
    }
    return {};
}

Message placeText(const Advice &advice)
{
    if (!advice.nodes.isEmpty())
        return nodesText(advice.nodes);
    if (advice.objects == 1)
        return {u"1 object"_s, u"1 个对象"_s};
    if (advice.objects > 1)
        return message(u"%1 objects"_s, u"%1 个对象"_s, QString::number(advice.objects));
    return {};
}

QList<Advice> whatToDoFirst(const Assessment &assessment, qsizetype most)
{
    QList<Advice> lines;
    QHash<QString, qsizetype> places;
    for (int index = 0; index < assessment.findings.size(); ++index) {
        const Finding &finding = assessment.findings[index];
        const bool broken = finding.verdict == Verdict::Error;
        if (!finding.counts() || (finding.verdict != Verdict::Fail && !broken))
            continue;
        const Rule *rule = assessment.pack.rule(finding.rule);
        if (!rule)
            continue;
        // One mistake in a file is an error of every rule about its component: it is one thing to do.
        const QString component = componentName(rule->component);
        const QString place = broken ? u' ' + component : finding.rule;
        const Cost cost = broken ? Cost::ByHand : costOf(*rule, finding);
        auto at = places.constFind(place);
        if (at == places.cend()) {
            at = places.insert(place, lines.size());
            lines += {.rule = finding.rule,
                .severity = broken ? Severity::Critical : finding.severity,
                .title = broken ? message(u"%1 does not start, or will not at its next start, with what is set"_s,
                             u"使用当前的设置，%1 无法启动，或下次启动时无法启动"_s, component)
                                : finding.title,
                .nodes = {},
                .objects = 0,
                .cost = cost,
                .finding = index,
                .broken = broken};
        }
        Advice &line = lines[*at];
        ++line.objects;
        line.cost = std::max(line.cost, cost);
        if (!broken)
            line.severity = std::min(line.severity, finding.severity);
        if (!finding.subject.node.isEmpty() && !line.nodes.contains(finding.subject.node))
            line.nodes += finding.subject.node;
    }
    std::ranges::stable_sort(
        lines, {}, [](const Advice &line) { return std::tuple(!line.broken, line.severity, line.cost); });

    QStringList unread;
    for (const Node &node : assessment.cluster.nodes) {
        if (!node.read)
            unread += node.name;
    }
    if (!unread.isEmpty())
        lines.prepend({.rule = {},
            .severity = Severity::Critical,
            .title = message(u"Read the nodes that nobody has looked at: what is in force on them is not known"_s,
                u"读取尚未核查的节点：其上的生效值未知"_s),
            .nodes = unread,
            .objects = int(unread.size()),
            .cost = Cost::Nothing,
            .finding = -1});
    return lines.mid(0, most);
}

} // namespace jiagu
