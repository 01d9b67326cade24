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

bool hasType(const QJsonValue &value, ValueType type)
{
    if (value.isNull() || value.isUndefined())
        return true;
    switch (type) {
    case ValueType::Bool:
        return value.isBool();
    case ValueType::Integer:
        return value.isDouble();
    case ValueType::String:
        return value.isString();
    case ValueType::StringList:
        return value.isArray();
    case ValueType::Map:
        return value.isObject();
    }
    return false;
}

Message typeText(ValueType type)
{
    switch (type) {
    case ValueType::Bool:
        return message(u"true or false"_s, u"true 或 false"_s);
    case ValueType::Integer:
        return message(u"a whole number"_s, u"整数"_s);
    case ValueType::String:
        return message(u"text"_s, u"字符串"_s);
    case ValueType::StringList:
        return message(u"a list of texts"_s, u"字符串列表"_s);
    case ValueType::Map:
        return message(u"a map"_s, u"映射"_s);
    }
    return {};
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
            u"节点 %1 上 %2 未设置,也没有默认值;要求为 %3。"_s, where, what, rule.assertion.text());
    }
    return message(u"On node %1, %2 is %3 (%4); required: %5."_s, u"节点 %1 上 %2 的生效值为 %3(来源:%4);要求为 %5。"_s,
        where, what, value, describe(setting.origin), rule.assertion.text());
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
    if (!hasType(setting.value, rule.setting.type)) {
        finding.verdict = Verdict::Error;
        finding.reason = message(
            u"On node %1, %2 %3 is %4 (%5), which is not %6: the component would refuse it at its next start."_s,
            u"节点 %1 上 %2 %3 的值为 %4(来源:%5),不是%6:组件下次启动时会拒绝该值。"_s, plainText(node.name),
            componentName(rule.component), setting.name, finding.actual, describe(setting.origin),
            typeText(rule.setting.type));
        return finding;
    }
    finding.verdict = rule.assertion.holds(setting.value) ? Verdict::Pass : Verdict::Fail;
    finding.fixable = finding.verdict == Verdict::Fail && canBeFixed(rule, node, component);
    QList<Message> parts{seen(node, rule, setting)};
    for (const OverriddenValue &lost : setting.overridden) {
        parts += message(
            u"It overrides %1 (%2)."_s, u"它覆盖了 %1(来源:%2)。"_s, actualText(lost.value), describe(lost.origin));
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
                             u"节点 %1 上既没有找到正在运行的 %2,也没有找到定义它的文件。"_s, plainText(node.name),
                             componentName(rule.component))
                                   : whyNotRead(node);
        findings += finding;
    }
    if (findings.isEmpty()) {
        Finding finding = findingOf(rule, cluster, Verdict::Unknown,
            message(u"None of the nodes that were read runs %1: read a control-plane node."_s,
                u"已读取的节点上都没有运行 %1:请读取控制面节点。"_s, componentName(rule.component)));
        finding.expected = rule.assertion.text();
        findings += finding;
    }
    return findings;
}

} // namespace jiagu
