// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "rules/configmapfile.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// What the node has on its interfaces; empty when that was not read.
QList<QByteArray> interfaceAddresses(const Node &node)
{
    QList<QByteArray> addresses;
    const OutputRecord *record = node.snapshot ? node.snapshot->output(u"addresses"_s) : nullptr;
    const QString text = record ? QString::fromUtf8(record->content).simplified() : QString();
    for (const QString &word : text.split(u' ', Qt::SkipEmptyParts)) {
        if (const QByteArray bytes = addressBytes(word); !bytes.isEmpty())
            addresses += bytes;
    }
    return addresses;
}

struct Outcome
{
    Verdict verdict = Verdict::Fail;
    Message reason;
};

Outcome judgeAddress(
    const QString &text, const Origin &origin, const QByteArray &internal, const QList<QByteArray> &present)
{
    const QByteArray address = addressBytes(text);
    const QString shown = plainText(text);
    if (address.isEmpty()) {
        const bool isArgument = origin.kind == Origin::Kind::Argument || origin.kind == Origin::Kind::Process;
        const Message what = networkOf(text).isValid()
            ? message(u"\"%1\" is a network, and the kubelet wants one address."_s,
                u"“%1”是网段，而 kubelet 需要单个地址。"_s, shown)
            : message(u"\"%1\" is no IP address."_s, u"“%1”不是 IP 地址。"_s, shown);
        return {Verdict::Error,
            sentences({what,
                isArgument
                    ? message(u"The kubelet refuses the argument and ends, again and again."_s,
                        u"kubelet 拒绝该参数并退出，不断重启。"_s)
                    : message(
                        u"The kubelet does not check this field: it tries to listen on <nil>:10250, ends with \"no "
                        u"such host\" and starts again every 10 s."_s,
                        u"kubelet 不校验该字段：它会尝试监听 <nil>:10250，以“no such host”退出，并每 10 秒重启一次。"_s)})};
    }
    if (isEverywhere(address))
        return {Verdict::Fail,
            message(
                u"The kubelet listens on every address of the node, those of management and storage networks too."_s,
                u"kubelet 监听节点的所有地址，包括管理网与存储网的地址。"_s)};
    if (isLoopback(address))
        return {Verdict::Fail,
            message(
                u"On the loopback address the API server does not reach the kubelet: logs, exec and metrics of this "
                u"node fail."_s,
                u"使用环回地址时 API server 无法连接 kubelet：该节点的日志、exec 和监控指标均不可用。"_s)};
    if (!present.isEmpty() && !present.contains(address))
        return {Verdict::Error,
            message(
                u"No interface of the node has the address %1: a kubelet that starts with it ends with \"cannot assign "
                u"requested address\", every 10 s. It may be another node's, from a file that was copied or spread by "
                u"kubeadm upgrade."_s,
                u"节点的网卡上没有地址 %1：kubelet 以此启动会报“cannot assign requested address”并退出，每 10 秒重启一次。它可能是"
                u"其他节点的地址，来自被复制或由 kubeadm upgrade 同步的文件。"_s,
                shown)};
    if (internal.isEmpty()) {
        if (present.isEmpty())
            return {Verdict::Unknown,
                message(
                    u"Neither the node's InternalIP nor the addresses of its interfaces are known. Read it again, and "
                    u"a control-plane node too."_s,
                    u"既不知道该节点的 InternalIP，也不知道其网卡地址。请重新读取该节点，并同时读取一个控制面节点。"_s)};
        return {Verdict::Unknown,
            message(
                u"It is an address of the node. Whether it is the one by which the API server reaches it is not known, "
                u"because the node's InternalIP was not read. Read a control-plane node too."_s,
                u"这是该节点自身的地址。由于未读到该节点的 InternalIP，无法确认 API server 是否使用该地址连接节点。请同时读取一个"
                u"控制面节点。"_s)};
    }
    if (address == internal)
        return {Verdict::Pass, message(u"It is the node's InternalIP."_s, u"这是该节点的 InternalIP。"_s)};
    return {Verdict::Fail,
        message(
            u"The API server reaches this node at %1: with the kubelet on %2 alone, logs, exec and metrics of the node "
            u"fail."_s,
            u"API server 通过 %1 连接该节点：kubelet 只监听 %2 时，该节点的日志、exec 和监控指标均不可用。"_s,
            addressText(internal), shown)};
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    // The one that the API server dials first (kube-apiserver --kubelet-preferred-address-types).
    const QByteArray internal = addressBytes(node.address);
    const QList<QByteArray> present = interfaceAddresses(node);
    finding.expected = internal.isEmpty() ? u"InternalIP"_s : addressText(internal);
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
    // An empty field is not set (pkg/kubelet/apis/config/v1beta1/defaults.go).
    const QString text = setting.value.toString();
    const bool isEmpty =
        text.isEmpty() && (setting.origin.kind == Origin::Kind::File || setting.origin.kind == Origin::Kind::DropIn);
    const Outcome outcome = judgeAddress(isEmpty ? u"0.0.0.0"_s : text, setting.origin, internal, present);
    finding.verdict = outcome.verdict;
    finding.reason = sentences({settingSentence(rule, node, setting, finding.expected), outcome.reason});
    const bool isHere = !internal.isEmpty() && (present.isEmpty() || present.contains(internal));
    finding.fixable = outcome.verdict == Verdict::Fail && isHere && canBeFixed(rule, node, component, setting);
    return finding;
}

} // namespace

QList<Finding> judgeKubeletAddress(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, u"InternalIP"_s,
        [&](const Node &node, const Component &component) { return judgeOn(cluster, rule, node, component); });
}

QList<Finding> judgeSharedKubeletAddress(const Cluster &cluster, const Rule &rule)
{
    const ConfigMapFile file = ConfigMapFile::kubelet(cluster);
    std::optional<Finding> made = sharedFinding(cluster, rule, file);
    if (!made || made->verdict == Verdict::Error || file.state() == ConfigMapFile::State::NotRead)
        return made ? QList{*made} : QList<Finding>{};
    Finding &finding = *made;
    finding.expected = actualText({});
    const auto mention = file.mention(u"address"_s, ValueType::String);
    const QString text = mention ? mention->value.toString() : QString();
    if (mention)
        finding.origin = mention->origin;
    finding.actual = mention ? mention->text : actualText({});
    if (!mention || (mention->value.isString() && (text.isEmpty() || isEverywhere(addressBytes(text))))) {
        finding.verdict = Verdict::Pass;
        finding.reason = message(
            u"The ConfigMap %1, which nodes get when they join and at an upgrade, ties no node to an address of another."_s,
            u"ConfigMap %1（节点加入和升级时使用）没有把节点绑定到其他节点的地址。"_s, file.path());
        return {finding};
    }
    finding.verdict = Verdict::Fail;
    finding.severity = Severity::Critical;
    finding.reason = message(
        u"The ConfigMap %1 has address: %2, and all nodes share it: kubeadm writes it to a node that joins, and to every "
        u"node at the next kubeadm upgrade. A node without this address then has a kubelet that does not start; on the "
        u"loopback address the API server does not reach it. Take the field out of the ConfigMap and set the address on "
        u"each node."_s,
        u"ConfigMap %1 中有 address: %2，而该文件由所有节点共用：kubeadm 会把它写入新加入的节点，并在下次 kubeadm upgrade 时写入所有"
        u"节点。没有该地址的节点上 kubelet 将无法启动；若为环回地址，API server 将无法连接 kubelet。请从 ConfigMap 中删除该字段，并在各"
        u"节点上分别设置地址。"_s,
        file.path(), mention->text);
    return {finding};
}

} // namespace jiagu
