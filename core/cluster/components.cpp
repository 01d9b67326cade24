// SPDX-License-Identifier: Apache-2.0
#include "cluster/components.h"

#include "base/plaintext.h"
#include "cluster/apifacts.h"
#include "cluster/inforce.h"
#include "cluster/kubeletarguments.h"
#include "cluster/staticpod.h"

#include <QJsonArray>

#include <algorithm>
#include <optional>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

QString program(const ProcessRecord &process)
{
    return QString::fromUtf8(process.argv.value(0)).section(u'/', -1);
}

// The processes called `name`, the one that was started last first.
QList<ProcessRecord> processesOf(const Snapshot &snapshot, const QString &name)
{
    QList<ProcessRecord> found;
    for (const ProcessRecord &process : snapshot.processes) {
        if (program(process) == name)
            found.append(process);
    }
    std::stable_sort(found.begin(), found.end(),
        [](const ProcessRecord &a, const ProcessRecord &b) { return a.started > b.started; });
    return found;
}

Component kubelet(const Node &node)
{
    Component component;
    component.kind = ComponentKind::Kubelet;
    component.release = node.release;
    auto processes = processesOf(*node.snapshot, u"kubelet"_s);
    // One inside a container belongs to a cluster within this node, and one of another account to whoever started it.
    processes.removeIf([](const ProcessRecord &process) { return !process.containerId.isEmpty() || process.uid > 0; });
    if (processes.isEmpty()) {
        component.notes.append(message(u"kubelet is not running on %1."_s, u"%1 上的 kubelet 没有运行。"_s, node.name));
        return component;
    }
    component.running = true;
    component.process = processes.first();
    if (const OutputRecord *output = node.snapshot->output(u"kubelet-version"_s)) {
        const Release program = Release::parse(QString::fromUtf8(output->content));
        if (program.isKnown() && node.release.isKnown() && program != node.release) {
            component.notes.append(message(
                u"The kubelet program on %1 is %2, the running kubelet said it is %3: it was replaced and not restarted."_s,
                u"%1 上的 kubelet 程序版本为 %2，而运行中的 kubelet 报告为 %3：程序已被替换但尚未重启。"_s, node.name,
                program.text(), node.release.text()));
        }
    }
    return component;
}

// The release of the image that the API says runs in the component's mirror pod on this node.
Release runningImage(const Node &node, const QString &container, const QJsonArray &pods)
{
    for (const auto pod : pods) {
        if (pod["spec"_L1]["nodeName"_L1].toString() != node.name
            || pod["metadata"_L1]["namespace"_L1].toString() != "kube-system"_L1
            || pod["metadata"_L1]["annotations"_L1]["kubernetes.io/config.mirror"_L1].toString().isEmpty())
            continue;
        for (const auto status : pod["status"_L1]["containerStatuses"_L1].toArray()) {
            if (status["name"_L1].toString() != container)
                continue;
            if (const Release release = imageRelease(status["image"_L1].toString()); release.isKnown())
                return release;
        }
    }
    return {};
}

std::optional<Component> staticPodComponent(
    const Node &node, ComponentKind kind, const QList<StaticPodFile> &files, const QJsonArray &pods)
{
    const QString name = componentName(kind);
    QList<const StaticPodFile *> definitions;
    for (const StaticPodFile &file : files) {
        if (componentOf(file) == kind)
            definitions.append(&file);
    }
    const auto processes = processesOf(*node.snapshot, name);
    if (definitions.isEmpty() && processes.isEmpty())
        return {};

    Component component;
    component.kind = kind;
    // Of several, the pair that belongs together; of definitions that nothing runs as, the last by name, which is the
    // one that a kubelet ends up with.
    const StaticPodFile *definition = definitions.isEmpty() ? nullptr : definitions.last();
    if (!processes.isEmpty()) {
        component.running = true;
        component.process = processes.first();
        bool same = false;
        for (const ProcessRecord &process : processes) {
            if (same)
                break;
            for (const StaticPodFile *file : definitions) {
                if (!runsAsWritten(*file, process.argv))
                    continue;
                same = true;
                component.process = process;
                definition = file;
            }
        }
        if (definition && !same) {
            component.notes.append(message(u"%2 on %1 runs with other arguments than %3 defines."_s,
                u"%1 上的 %2 正在使用的参数与 %3 中定义的不同。"_s, node.name, name, plainText(definition->path)));
            const FileRecord *record = node.snapshot->file(definition->path);
            if (record && record->modified > component.process.started) {
                component.notes.append(message(u"%2 on %1 is older than %3."_s, u"%1 上的 %2 早于 %3 的最近修改。"_s,
                    node.name, name, plainText(definition->path)));
            }
        }
        if (processes.size() > 1) {
            component.notes.append(
                message(u"%3 processes called %2 run on %1; the one that fits its manifest, else the "
                        u"newest, is judged."_s,
                    u"%1 上有 %3 个名为 %2 的进程；判定以与清单相符的进程为准，否则以最新启动的为准。"_s, node.name,
                    name, QString::number(processes.size())));
        }
        if (!definition) {
            component.notes.append(
                message(u"%2 on %1 is not defined by a static pod: it is judged by its arguments alone."_s,
                    u"%1 上的 %2 不是由静态 Pod 定义的：仅按其参数判定。"_s, node.name, name));
        }
    } else {
        component.notes.append(message(u"%2 is written in %3 on %1 and does not run."_s,
            u"%1 上的 %3 定义了 %2，但它没有运行。"_s, node.name, name, plainText(definition->path)));
    }
    if (definition)
        component.manifest = definition->path;
    if (definitions.size() > 1) {
        component.notes.append(message(u"%3 files in the static pod directory of %1 define %2."_s,
            u"%1 的静态 Pod 目录中有 %3 个文件定义了 %2。"_s, node.name, name, QString::number(definitions.size())));
    }
    component.release = runningImage(node, name, pods);
    if (!component.release.isKnown() && definition)
        component.release = imageRelease(definition->image);
    if (kind == ComponentKind::Etcd)
        component.release = {};
    return component;
}

} // namespace

QString staticPodDirectory(const Node &node)
{
    const Setting setting =
        settingInForce(node, {ComponentKind::Kubelet, u"--pod-manifest-path"_s, u"staticPodPath"_s, ValueType::String});
    const Component *kubelet = node.component(ComponentKind::Kubelet);
    const QString path = setting.unknown.isEmpty()
        ? fromDirectory(kubelet ? kubelet->process.directory : QString(), setting.value.toString())
        : QString();
    return path.startsWith(u'/') ? path : u"/etc/kubernetes/manifests"_s;
}

QList<Component> findComponents(const Node &node, const QJsonArray &pods)
{
    Node partial = node;
    partial.components = {kubelet(node)};
    const auto files = staticPodFiles(*node.snapshot, staticPodDirectory(partial));
    QList<Component> components;
    using enum ComponentKind;
    for (const ComponentKind kind : {ApiServer, ControllerManager, Scheduler, Etcd}) {
        if (auto component = staticPodComponent(node, kind, files, pods))
            components.append(*component);
    }
    components += partial.components;
    for (const auto &[kind, name] : {std::pair{KubeProxy, u"kube-proxy"_s}, {ContainerRuntime, u"containerd"_s}}) {
        const auto processes = processesOf(*node.snapshot, name);
        if (processes.isEmpty())
            continue;
        Component component;
        component.kind = kind;
        component.running = true;
        component.process = processes.first();
        components.append(component);
    }
    return components;
}

} // namespace jiagu
