// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool runsOnEveryNode(ComponentKind kind)
{
    switch (kind) {
    case ComponentKind::ApiServer:
    case ComponentKind::ControllerManager:
    case ComponentKind::Scheduler:
    case ComponentKind::Etcd:
        return false;
    case ComponentKind::Kubelet:
    case ComponentKind::KubeProxy:
    case ComponentKind::ContainerRuntime:
    case ComponentKind::Cni:
    case ComponentKind::OperatingSystem:
    case ComponentKind::Workload:
        return true;
    }
    return true;
}

bool canBeFixed(const Rule &rule, const Node &node, const Component &component)
{
    if (!rule.fixable || component.manifest.isEmpty() || !node.snapshot)
        return false;
    const FileRecord *manifest = node.snapshot->file(component.manifest);
    return manifest && manifest->hasContent;
}

Message seen(const Node &node, const Rule &rule, const Setting &setting)
{
    const QString where = plainText(node.name);
    const QString what = componentName(rule.component) + u' ' + setting.name;
    const QString value = actualText(setting.value);
    if (setting.value.isNull() || setting.value.isUndefined()) {
        return message(u"On node %1, %2 is not set and has no default; required: %3."_s,
            u"节点 %1 上 %2 未设置，也没有默认值；要求为 %3。"_s, where, what, rule.assertion.text());
    }
    return message(u"On node %1, %2 is %3 (%4); required: %5."_s,
        u"节点 %1 上 %2 的生效值为 %3（来源：%4）；要求为 %5。"_s, where, what, value, describe(setting.origin),
        rule.assertion.text());
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    const Setting setting = settingInForce(node, rule.setting);
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = rule.assertion.text();
    finding.origin = setting.origin;
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return finding;
    }
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    finding.verdict = rule.assertion.holds(setting.value) ? Verdict::Pass : Verdict::Fail;
    finding.fixable = finding.verdict == Verdict::Fail && canBeFixed(rule, node, component);
    QList<Message> parts{seen(node, rule, setting)};
    for (const OverriddenValue &lost : setting.overridden) {
        if (lost.origin.kind == Origin::Kind::Default)
            continue;
        parts += message(
            u"It overrides %1 (%2)."_s, u"它覆盖了 %1（来源：%2）。"_s, actualText(lost.value), describe(lost.origin));
    }
    finding.reason = sentences(parts + setting.notes);
    return finding;
}

} // namespace

QList<Finding> judgeSetting(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes) {
        const Component *component = node.component(rule.component);
        if (component) {
            findings += judgeOn(cluster, rule, node, *component);
            continue;
        }
        if (!node.controlPlane && !runsOnEveryNode(rule.component))
            continue;
        Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
        finding.expected = rule.assertion.text();
        finding.reason = node.read ? message(u"On node %1 neither a running %2 nor a file that defines it was found."_s,
                             u"节点 %1 上既没有找到正在运行的 %2，也没有找到定义它的文件。"_s, plainText(node.name),
                             componentName(rule.component))
                                   : whyNotRead(node);
        findings += finding;
    }
    if (findings.isEmpty()) {
        Finding finding = findingOf(rule, cluster, Verdict::Unknown,
            message(u"None of the nodes that were read runs %1: read a control-plane node."_s,
                u"已读取的节点上都没有运行 %1：请读取控制面节点。"_s, componentName(rule.component)));
        finding.expected = rule.assertion.text();
        findings += finding;
    }
    return findings;
}

} // namespace jiagu
