// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/componentfile.h"
#include "cluster/inforce.h"
#include "cluster/kubeletarguments.h"
#include "cluster/staticpod.h"

#include <QJsonArray>

#include <algorithm>

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

/// Whether the component knows the value, or each item of a list.
bool isAccepted(const Rule &rule, const QJsonValue &value)
{
    if (rule.accepts.isEmpty())
        return true;
    const auto isKnown = [&rule](const QJsonValue &item) { return rule.accepts.contains(item.toString()); };
    if (!value.isArray())
        return value.toString().isEmpty() || isKnown(value);
    const QJsonArray items = value.toArray();
    return std::all_of(items.begin(), items.end(), isKnown);
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = rule.assertion.text();
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
    finding.reason = settingSentence(rule, node, setting, finding.expected);
    if (!isAccepted(rule, setting.value)) {
        finding.verdict = Verdict::Error;
        finding.reason = sentences({finding.reason,
            message(u"%1 does not know this value and does not start with it; it knows %2."_s,
                u"%1 不认识该值，无法以此启动；可用的值为 %2。"_s, componentName(rule.component),
                rule.accepts.join(u", "_s))});
        return finding;
    }
    // --authorization-mode: refused up to 1.29, and AlwaysAllow from 1.30 on
    // (pkg/kubeapiserver/options/authorization.go, Validate and Complete).
    const bool namesNone = !rule.accepts.isEmpty() && setting.value.isArray() && setting.value.toArray().isEmpty();
    if (namesNone)
        finding.reason = sentences({finding.reason,
            message(u"It names none of %1: %2 does not start with that, or takes its default in its place."_s,
                u"该列表没有列出 %1 中的任何一项：%2 无法以此启动，或改用其默认值。"_s, rule.accepts.join(u", "_s),
                componentName(rule.component))});
    finding.verdict = !namesNone && rule.assertion.holds(setting.value) ? Verdict::Pass : Verdict::Fail;
    finding.fixable = finding.verdict == Verdict::Fail && canBeFixed(rule, node, component, setting);
    return finding;
}

} // namespace

bool canBeFixed(const Rule &rule, const Node &node, const Component &component, const Setting &setting)
{
    if (!rule.fixable || !node.snapshot)
        return false;
    QString path;
    if (rule.fix == FixKind::SetFlag) {
        if (!decidingFile(component, rule.setting).isEmpty())
            return false;
        path = component.manifest;
    } else if (rule.fix == FixKind::SetField) {
        // An argument that wins is told when the fix is planned, with its place.
        const bool inFile = setting.origin.kind == Origin::Kind::File || setting.origin.kind == Origin::Kind::DropIn;
        path = inFile ? setting.origin.file : kubeletConfigFile(component.process.argv, component.process.directory);
    }
    const FileRecord *file = path.isEmpty() ? nullptr : node.snapshot->file(path);
    return file && file->hasContent && (rule.fix != FixKind::SetFlag || !otherDefinition(*node.snapshot, *file));
}

Message settingSentence(const Rule &rule, const Node &node, const Setting &setting, const QString &expected)
{
    const QString where = plainText(node.name);
    const QString what = componentName(rule.component) + u' ' + setting.name;
    QList<Message> parts;
    if (setting.value.isNull() || setting.value.isUndefined()) {
        parts += message(u"On node %1, %2 is not set and has no default; required: %3."_s,
            u"节点 %1 上 %2 未设置，也没有默认值；要求为 %3。"_s, where, what, expected);
    } else {
        parts += message(u"On node %1, %2 is %3 (%4); required: %5."_s,
            u"节点 %1 上 %2 的生效值为 %3（来源：%4）；要求为 %5。"_s, where, what, actualText(setting.value),
            describe(setting.origin), expected);
    }
    for (const OverriddenValue &lost : setting.overridden) {
        if (lost.origin.kind == Origin::Kind::Default)
            continue;
        parts += message(
            u"It overrides %1 (%2)."_s, u"它覆盖了 %1（来源：%2）。"_s, actualText(lost.value), describe(lost.origin));
    }
    return sentences(parts + setting.notes);
}

bool doesNotApply(const Rule &rule, const Node &node, const Component &component, Finding &finding)
{
    if (rule.notApplicable.isEmpty())
        return false;
    const QString name = componentName(rule.component);
    if (!component.release.isKnown()) {
        finding.verdict = Verdict::Unknown;
        finding.reason = message(
            u"On node %1 the release of %2 is not known, and it decides whether this applies. Read the node again while "
            u"its API server answers."_s,
            u"节点 %1 上 %2 的版本未知，而该加固项是否适用取决于版本。请在其 API server 有应答时重新读取该节点。"_s,
            plainText(node.name), name);
        return true;
    }
    for (const ReleaseRange &range : rule.notApplicable) {
        if (!range.contains(component.release))
            continue;
        finding.verdict = Verdict::NotApplicable;
        finding.reason = sentences({message(u"On node %1, %2 is of release %3."_s, u"节点 %1 上 %2 的版本为 %3。"_s,
                                        plainText(node.name), name, component.release.text()),
            range.reason});
        return true;
    }
    return false;
}

std::optional<Node> asWritten(const Node &node, const Component &component)
{
    if (!node.snapshot)
        return {};
    QList<QByteArray> argv;
    if (component.kind == ComponentKind::Kubelet) {
        for (const SourcedArgument &argument : writtenKubeletArguments(*node.snapshot))
            argv += argument.text;
    } else if (const FileRecord *record = node.snapshot->file(component.manifest); record && record->hasContent) {
        const Result<YamlDocument> manifest = record->yaml();
        if (const auto arguments = manifest ? writtenArguments(*manifest) : Result<QList<WrittenArgument>>()) {
            for (const WrittenArgument &argument : *arguments)
                argv += argument.text;
        }
    }
    if (argv.isEmpty())
        return {};
    Node written = node;
    for (Component &one : written.components) {
        if (one.kind != component.kind)
            continue;
        one.running = true;
        one.process = {};
        one.process.argv = argv;
        one.process.started = node.snapshot->taken; // after every change of its files
    }
    return written;
}

Message judgedByFiles(const Node &node, const Component &component)
{
    return component.kind == ComponentKind::Kubelet
        ? message(u"The kubelet does not run on node %1; this is judged by its unit and its files."_s,
            u"节点 %1 上的 kubelet 未运行；以下按其 systemd 单元和文件判断。"_s, plainText(node.name))
        : message(u"%1 does not run on node %2; this is judged by its manifest."_s,
            u"节点 %2 上的 %1 未运行；以下按其清单判断。"_s, componentName(component.kind), plainText(node.name));
}

namespace {

/// What is found of a component that does not run, when its files say why.
Finding whyItDoesNotRun(const Node &node, const Component &component, Finding found, const JudgeComponent &judgeOn)
{
    const std::optional<Node> written = asWritten(node, component);
    const Component *asIfRunning = written ? written->component(component.kind) : nullptr;
    if (!asIfRunning)
        return found;
    Finding why = judgeOn(*written, *asIfRunning);
    if (why.verdict != Verdict::Error)
        return found;
    why.reason = sentences({judgedByFiles(node, component), why.reason});
    return why;
}

} // namespace

QList<Finding> judgeEachNode(
    const Cluster &cluster, const Rule &rule, const QString &expected, const JudgeComponent &judgeOn)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes) {
        const Component *component = node.component(rule.component);
        if (component) {
            Finding found = judgeOn(node, *component);
            if (!component->running && found.verdict == Verdict::Unknown)
                found = whyItDoesNotRun(node, *component, std::move(found), judgeOn);
            findings += found;
            continue;
        }
        if (!node.controlPlane && !runsOnEveryNode(rule.component))
            continue;
        Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
        finding.expected = expected;
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
        finding.expected = expected;
        findings += finding;
    }
    return findings;
}

QList<Finding> judgeSetting(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, rule.assertion.text(),
        [&](const Node &node, const Component &component) { return judgeOn(cluster, rule, node, component); });
}

} // namespace jiagu
