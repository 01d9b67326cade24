// SPDX-License-Identifier: Apache-2.0
#include "rules/runningkubeproxy.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "rules/assertion.h"
#include "rules/judge.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QSet<QString> windowsNodes(const Cluster &cluster)
{
    QSet<QString> names;
    for (const QJsonValue &node : cluster.list(u"nodes"_s)) {
        const QJsonValue metadata = node["metadata"_L1];
        if (metadata["labels"_L1]["kubernetes.io/os"_L1] == "windows"_L1)
            names += plainText(metadata["name"_L1].toString());
    }
    return names;
}

/// The value on one node, and whether the rule takes it; nothing when the answer does not have it.
std::optional<std::pair<QString, bool>> valueIn(
    const QJsonObject &configuration, const Rule &rule, const Release &release, const Cluster &cluster)
{
    const auto field = [&](const QString &name) {
        const QJsonValue value = configuration.value(name);
        return value.isUndefined() ? configuration.value(name.left(1).toLower() + name.mid(1)) : value;
    };
    switch (rule.proxy) {
    case KubeProxyAspect::NodePortAddresses: {
        const QJsonValue value = field(u"NodePortAddresses"_s);
        if (value.isUndefined() || (!value.isArray() && !value.isNull()))
            return {};
        QStringList networks;
        bool everywhere = false;
        for (const QJsonValue &item : value.toArray()) {
            networks += item.toString();
            everywhere = everywhere || networkOf(networks.constLast()).prefix == 0;
        }
        // pkg/proxy/apis/config/types.go, v1.34.4: in the mode nftables nothing stands for "primary".
        const bool own = release.minor >= 31 && field(u"Mode"_s) == "nftables"_L1;
        bool isTaken = !everywhere && (!networks.isEmpty() || own);
        if (isTaken && !rule.networks.isEmpty()) {
            const std::optional<QStringList> beyond = networksBeyond(networks, rule.networks, cluster);
            if (!beyond)
                return {};
            isTaken = beyond->isEmpty();
        }
        return std::pair{networks.isEmpty() ? actualText({}) : plainText(networks.join(u',')), isTaken};
    }
    case KubeProxyAspect::HealthzAddress:
    case KubeProxyAspect::MetricsAddress: {
        const bool metrics = rule.proxy == KubeProxyAspect::MetricsAddress;
        const QJsonValue value = field(metrics ? u"MetricsBindAddress"_s : u"HealthzBindAddress"_s);
        if (!value.isString())
            return {};
        const QByteArray address = listenAddress(value.toString());
        if (address.isEmpty())
            return std::pair{actualText({}), true}; // it serves none
        return std::pair{plainText(value.toString()), metrics ? isLoopback(address) : !isEverywhere(address)};
    }
    case KubeProxyAspect::Profiling: {
        const QJsonValue value = field(u"EnableProfiling"_s);
        if (!value.isBool())
            return {};
        return std::pair{actualText(value), !value.toBool()};
    }
    }
    return {};
}

} // namespace

std::optional<QStringList> networksBeyond(const QStringList &list, const QStringList &wanted, const Cluster &cluster)
{
    const QString primary = u"primary"_s;
    const bool isOwn = list.isEmpty() || list.contains(primary);
    if (isOwn && wanted.contains(primary))
        return QStringList{};
    const QStringList own = networksOfNodes(cluster);
    if (own.isEmpty() && (isOwn || wanted.contains(primary)))
        return {};
    const QStringList limits = wanted.contains(primary) ? own : wanted;
    QStringList beyond;
    for (const QString &item : isOwn ? own : list) {
        const Network network = networkOf(item);
        const bool isWithin = std::ranges::any_of(limits, [&network](const QString &limit) {
            const Network outer = networkOf(limit);
            return outer.prefix <= network.prefix && outer.contains(network.address);
        });
        if (!isWithin)
            beyond += plainText(item);
    }
    return beyond;
}

RunningKubeProxies runningKubeProxies(const Cluster &cluster, const Rule &rule, const Release &release)
{
    RunningKubeProxies running;
    const auto unknown = [&running](const QString &node, const Message &why) {
        const auto same =
            std::ranges::find_if(running.unknown, [&why](const auto &other) { return other.first.en == why.en; });
        if (same != running.unknown.end())
            same->second += node;
        else
            running.unknown += {why, {node}};
    };
    const QSet<QString> windows = windowsNodes(cluster);
    for (const Node &node : cluster.nodes) {
        if (windows.contains(node.name))
            continue;
        if (!node.read || !node.snapshot) {
            unknown(node.name, message(u"the node was not read."_s, u"该节点未读取。"_s));
            continue;
        }
        const OutputRecord *answer = node.snapshot->output(u"kube-proxy-configz"_s);
        const Component *process = node.component(ComponentKind::KubeProxy);
        if (!answer) {
            if (process && process->running)
                unknown(node.name,
                    message(
                        u"it was read before this was asked; read it again."_s, u"读取时尚未查询该项，请重新读取。"_s));
            continue;
        }
        if (answer->status != 0) {
            const QString said = plainText(QString(answer->error).simplified());
            unknown(
                node.name, message(u"its /configz did not answer (%1)."_s, u"其 /configz 没有应答（%1）。"_s, said));
            continue;
        }
        const auto configuration = node.snapshot->derived.once<QJsonObject>("kube-proxy-configz", answer->content,
            [answer] { return QJsonDocument::fromJson(answer->content)["kubeproxy.config.k8s.io"_L1].toObject(); });
        const auto value = valueIn(*configuration, rule, release, cluster);
        if (!value)
            unknown(node.name, message(u"its /configz does not say."_s, u"其 /configz 中没有该项。"_s));
        else if (value->second)
            ++running.safe;
        else
            running.exposed[value->first] += node.name;
    }
    return running;
}

} // namespace jiagu
