// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustertree.h"
#include "snapshotbuilder.h"

namespace jiagu {

/// A control-plane node and a node known from the API alone, judged by hand: one finding of each kind that the window
/// has to show.
inline Assessment literalAssessment()
{
    using namespace Qt::Literals::StringLiterals;
    const QString manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
    const QString config = u"/var/lib/kubelet/config.yaml"_s;
    const Snapshot snapshot =
        SnapshotBuilder(u"cp1"_s)
            .file(manifest,
                "apiVersion: v1\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --profiling=true\n")
            .file(config, "podPidsLimit: 1000\n")
            .process("kube-apiserver --profiling=true")
            .process("kubelet --config=/var/lib/kubelet/config.yaml --pod-max-pids=2000");
    Assessment assessment;
    assessment.cluster.name = u"lab"_s;
    assessment.cluster.id = u"uid"_s;
    Node cp1;
    cp1.name = u"cp1"_s;
    cp1.machineId = snapshot.machineId;
    cp1.controlPlane = cp1.read = true;
    cp1.snapshot = std::make_shared<Snapshot>(snapshot);
    Component api;
    api.running = true;
    api.process = snapshot.processes[0];
    api.manifest = manifest;
    Component kubelet;
    kubelet.kind = ComponentKind::Kubelet;
    kubelet.running = true;
    kubelet.process = snapshot.processes[1];
    cp1.components = {api, kubelet};
    Node w1;
    w1.name = u"w1"_s;
    assessment.cluster.nodes = {cp1, w1};
    assessment.cluster.objects.insert(u"pods"_s,
        QJsonArray{QJsonObject{
            {u"kind"_s, u"Pod"_s}, {u"metadata"_s, QJsonObject{{u"name"_s, u"web"_s}, {u"namespace"_s, u"shop"_s}}}}});

    const auto finding = [&](const QString &rule, const Message &title, Verdict verdict, const Subject &subject,
                             const Origin &origin) {
        Finding result;
        result.rule = rule;
        result.title = title;
        result.verdict = verdict;
        result.severity = Severity::Medium;
        result.subject = subject;
        result.origin = origin;
        assessment.findings += result;
    };
    finding(u"API-02"_s, {u"Profiling is off"_s, u"关闭性能分析"_s}, Verdict::Fail,
        {.cluster = u"uid"_s, .node = u"cp1"_s, .component = u"kube-apiserver"_s},
        {.kind = Origin::Kind::Argument, .file = manifest, .line = 6, .column = 7, .index = 1});
    finding(u"KL-01"_s, {u"Processes of a pod are limited"_s, u"限制 Pod 进程数"_s}, Verdict::Pass,
        {.cluster = u"uid"_s, .node = u"cp1"_s, .component = u"kubelet"_s},
        {.kind = Origin::Kind::Process, .index = 2});
    finding(u"KL-01"_s, {u"Processes of a pod are limited"_s, u"限制 Pod 进程数"_s}, Verdict::Unknown,
        {.cluster = u"uid"_s, .node = u"w1"_s, .component = u"kubelet"_s}, {});
    finding(u"WL-01"_s, {u"No privileged container"_s, u"禁止特权容器"_s}, Verdict::Fail,
        {.cluster = u"uid"_s, .namespaceName = u"shop"_s, .kind = u"Pod"_s, .name = u"web"_s, .container = u"nginx"_s},
        {.kind = Origin::Kind::Object, .file = u"shop/web"_s});
    finding(u"WL-01"_s, {u"No privileged container"_s, u"禁止特权容器"_s}, Verdict::Fail,
        {.cluster = u"uid"_s,
            .namespaceName = u"kube-system"_s,
            .kind = u"Pod"_s,
            .name = u"proxy"_s,
            .container = u"proxy"_s},
        {.kind = Origin::Kind::Object, .file = u"kube-system/proxy"_s});
    assessment.findings.last().waiver =
        AppliedWaiver{u"builtin:system-namespace"_s, {u"Part of Kubernetes"_s, u"Kubernetes 自带"_s}};
    return assessment;
}

} // namespace jiagu
