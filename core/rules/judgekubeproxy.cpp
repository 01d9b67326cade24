// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "cluster/apifacts.h"
#include "cluster/arguments.h"
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"
#include "rules/configmapfile.h"
#include "rules/runningkubeproxy.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr auto where = "kube-system/kube-proxy"_L1;
constexpr int primarySince = 31; // pkg/proxy/apis/config/validation/validation.go, NodePortAddressesPrimary

QJsonObject kubeProxy(const QJsonArray &objects)
{
    for (const QJsonValue &object : objects) {
        const QJsonObject metadata = object.toObject().value("metadata"_L1).toObject();
        if (metadata.value("namespace"_L1) == "kube-system"_L1 && metadata.value("name"_L1) == "kube-proxy"_L1)
            return object.toObject();
    }
    return {};
}

struct Outcome
{
    Verdict verdict = Verdict::Unknown;
    Message reason;
    bool isOutage = false; ///< something does not work on nodes because of it
};

Outcome judgeNodePorts(const QStringList &list, const QString &mode, const Release &release, const Cluster &cluster)
{
    if (list.isEmpty()) {
        if (mode == "nftables"_L1 && release.minor >= primarySince)
            return {Verdict::Pass,
                message(
                    u"nodePortAddresses is empty, and in the mode nftables that stands for each node's own address."_s,
                    u"nodePortAddresses 为空；在 nftables 模式下，这表示只使用各节点自身的地址。"_s)};
        return {Verdict::Fail,
            message(u"nodePortAddresses is empty, so NodePorts are served on every address of every node."_s,
                u"nodePortAddresses 为空，因此 NodePort 在每个节点的所有地址上提供服务。"_s)};
    }
    if (list.contains(u"primary"_s)) {
        if (!release.isKnown())
            return {Verdict::Unknown,
                message(u"The release of kube-proxy is not known; \"primary\" is known from 1.31 on."_s,
                    u"kube-proxy 的版本未知；“primary”自 1.31 起才可用。"_s)};
        if (list.size() == 1 && release.minor >= primarySince)
            return {Verdict::Pass,
                message(u"NodePorts are served on each node's own address alone."_s,
                    u"NodePort 只在各节点自身的地址上提供服务。"_s)};
        return {Verdict::Error,
            message(
                u"\"primary\" stands alone and is known from 1.31 on: with this list kube-proxy (%1) does not start, on "
                u"any node."_s,
                u"“primary”只能单独使用，且自 1.31 起才可用：使用该列表时，所有节点上的 kube-proxy（%1）都无法启动。"_s,
                release.text())};
    }
    QList<Network> networks;
    for (const QString &item : list) {
        const Network network = networkOf(item);
        if (!network.isValid()) {
            const bool isAddress = !addressBytes(item).isEmpty();
            return {Verdict::Error,
                isAddress
                    ? message(
                        u"\"%1\" is an address without a mask (written as a network: %1/%2): kube-proxy does not start "
                        u"with it, on any node."_s,
                        u"“%1”是不带掩码的地址（写成网段应为 %1/%2）：使用该值时，所有节点上的 kube-proxy 都无法启动。"_s,
                        plainText(item), item.contains(u':') ? u"128"_s : u"32"_s)
                    : message(
                        u"\"%1\" is no network such as 192.168.1.0/24: kube-proxy does not start with it, on any node."_s,
                        u"“%1”不是形如 192.168.1.0/24 的网段：使用该值时，所有节点上的 kube-proxy 都无法启动。"_s,
                        plainText(item))};
        }
        networks += network;
    }
    for (const Network &network : networks) {
        if (network.prefix == 0)
            return {Verdict::Fail,
                message(u"A network with /0 is every address, so nothing is restricted."_s,
                    u"前缀为 /0 的网段包含所有地址，等于没有限制。"_s)};
    }
    const QList<NodeAddresses> nodes = nodeAddresses(cluster);
    if (nodes.isEmpty())
        return {Verdict::Unknown,
            message(
                u"The addresses of the nodes are not known, so it cannot be told whether each node serves NodePorts."_s,
                u"节点的地址未知，无法判断每个节点是否都能提供 NodePort 服务。"_s)};
    QStringList without;
    for (const NodeAddresses &node : nodes) {
        const bool served = std::any_of(node.internal.begin(), node.internal.end(), [&](const QByteArray &address) {
            return std::any_of(
                networks.begin(), networks.end(), [&](const Network &network) { return network.contains(address); });
        });
        if (!served)
            without += node.node;
    }
    if (!without.isEmpty())
        return {Verdict::Fail,
            message(
                u"All nodes share this configuration, and none of the networks holds the address of %1: these nodes serve "
                u"no NodePort at all. Name the network of all nodes."_s,
                u"所有节点共用这份配置，而这些网段都不包含 %1 的地址：这些节点完全不提供 NodePort 服务。请填写覆盖全部节点的网段。"_s,
                without.join(u", "_s)),
            true};
    for (const qsizetype size : {4, 16}) {
        const bool used = std::any_of(nodes.begin(), nodes.end(), [size](const NodeAddresses &node) {
            return std::any_of(node.internal.begin(), node.internal.end(),
                [size](const QByteArray &address) { return address.size() == size; });
        });
        const bool named = std::any_of(networks.begin(), networks.end(),
            [size](const Network &network) { return network.address.size() == size; });
        if (used && !named)
            return {Verdict::Fail,
                message(
                    u"The nodes have addresses of both families, and no network of %1 is named: NodePorts stay open on "
                    u"every address of that family."_s,
                    u"节点同时具有两种地址族，而列表中没有 %1 网段：该地址族的所有地址上 NodePort 仍然开放。"_s,
                    size == 4 ? u"IPv4"_s : u"IPv6"_s)};
    }
    return {Verdict::Pass,
        message(u"NodePorts are served on addresses of these networks alone, and every node has one."_s,
            u"NodePort 只在这些网段的地址上提供服务，且每个节点都有这样的地址。"_s)};
}

Outcome judgeHealthz(const QString &healthz, const Cluster &cluster)
{
    const QByteArray address = healthz.isEmpty() ? QByteArray(4, '\0') : listenAddress(healthz);
    const QStringList parts = listItems(healthz);
    if (!parts.isEmpty() && networkOf(parts.constFirst()).isValid())
        return {Verdict::Error,
            message(
                u"\"%1\" is a network, which is how the hardening guide words it; kube-proxy wants IP:port, refuses a "
                u"network and does not start, on any node. Write 127.0.0.1:10256."_s,
                u"“%1”是网段，即加固指南字面要求的格式；而 kube-proxy 要求 IP:端口，拒绝网段，所有节点上的 kube-proxy 都无法启动。"
                u"请填写 127.0.0.1:10256。"_s,
                plainText(healthz))};
    if (address.isEmpty())
        return {Verdict::Error,
            message(
                u"\"%1\" is not of the form IP:port (a network such as 10.0.0.0/24 is not taken): kube-proxy does not "
                u"start with it, on any node."_s,
                u"“%1”不是 IP:端口 的形式（不接受 10.0.0.0/24 这样的网段）：使用该值时，所有节点上的 kube-proxy 都无法启动。"_s,
                plainText(healthz))};
    if (isEverywhere(address))
        return {Verdict::Fail,
            message(u"The health endpoint listens on every address of every node."_s,
                u"健康检查端口监听每个节点的所有地址。"_s)};
    if (isLoopback(address))
        return {Verdict::Pass,
            message(
                u"The health endpoint listens on the loopback address alone."_s, u"健康检查端口只监听环回地址。"_s)};
    const QList<NodeAddresses> nodes = nodeAddresses(cluster);
    if (nodes.size() == 1 && nodes.constFirst().internal.contains(address))
        return {Verdict::Pass,
            message(u"The health endpoint listens on the address of the only node."_s,
                u"健康检查端口监听唯一节点自身的地址。"_s)};
    return {Verdict::Fail,
        message(
            u"All nodes share this configuration, and %1 can be bound on one of them at most: on the others the health "
            u"endpoint is dead. Write 127.0.0.1:10256, or leave it empty and guard the port with a firewall."_s,
            u"所有节点共用这份配置，而 %1 最多只能在其中一个节点上绑定：其余节点的健康检查端口不可用。请填写 127.0.0.1:10256，或留空"
            u"并用防火墙限制该端口。"_s,
            plainText(healthz)),
        true};
}

Outcome judgeMetrics(const QString &metrics)
{
    if (metrics.isEmpty())
        return {Verdict::Pass, message(u"Empty stands for the loopback address."_s, u"留空表示环回地址。"_s)};
    const QByteArray address = listenAddress(metrics);
    if (address.isEmpty())
        return {Verdict::Error,
            message(u"metricsBindAddress \"%1\" is not of the form IP:port: kube-proxy does not start with it."_s,
                u"metricsBindAddress 的值“%1”不是 IP:端口 的形式：kube-proxy 无法以此启动。"_s, plainText(metrics))};
    if (isLoopback(address))
        return {Verdict::Pass,
            message(u"Metrics and the configuration are served on the loopback address alone."_s,
                u"监控指标与配置只在环回地址上提供。"_s)};
    return {Verdict::Fail,
        message(u"metricsBindAddress is %1: metrics and the whole configuration can be read from outside the node."_s,
            u"metricsBindAddress 为 %1：可以从节点之外读取监控指标和完整配置。"_s, plainText(metrics))};
}

Outcome judgeProfiling(bool isOn)
{
    if (!isOn)
        return {Verdict::Pass, message(u"No profiles are served."_s, u"没有提供性能剖析数据。"_s)};
    return {Verdict::Fail,
        message(u"Profiles are served at /debug/pprof/ of the metrics address, without authentication."_s,
            u"监控地址的 /debug/pprof/ 提供性能剖析数据，且不需要认证。"_s)};
}

/// A list as the ConfigMap has it.
QString listText(const QStringList &networks)
{
    return u"nodePortAddresses: [\"%1\"]"_s.arg(networks.join(u"\", \""_s));
}

/// What nodePortAddresses should say, in the ConfigMap's own words; empty when the nodes' addresses are not known.
QString proposedNetworks(const Release &release, const Cluster &cluster)
{
    if (release.minor >= primarySince)
        return listText({u"primary"_s});
    const QStringList networks = networksOfNodes(cluster);
    return !release.isKnown() || networks.isEmpty() ? QString() : listText(networks);
}

/// Of a list that passes: whether it stays within the networks that were asked for.
Outcome judgeLimit(const QStringList &list, const QStringList &wanted, const Cluster &cluster, const Outcome &passed)
{
    const std::optional<QStringList> beyond = networksBeyond(list, wanted, cluster);
    if (!beyond)
        return {Verdict::Unknown,
            message(
                u"The addresses of the nodes are not known, so it cannot be told whether NodePorts stay within %1."_s,
                u"节点的地址未知，无法判断 NodePort 是否限于 %1。"_s, wanted.join(u", "_s))};
    if (beyond->isEmpty())
        return passed;
    return {Verdict::Fail,
        message(u"NodePorts are served beyond %1, which is what was asked for: %2."_s,
            u"NodePort 的服务范围超出了要求的 %1：%2。"_s, wanted.join(u", "_s), beyond->join(u", "_s))};
}

Message proposal(const Rule &rule, const Release &release, const Cluster &cluster)
{
    QString text;
    switch (rule.proxy) {
    case KubeProxyAspect::NodePortAddresses:
        if (!rule.networks.isEmpty()) {
            text = listText(rule.networks);
            break;
        }
        text = proposedNetworks(release, cluster);
        if (!text.isEmpty() && release.minor < primarySince)
            return message(
                u"Computed from the addresses of all nodes: %1. The network that holds them all is as good, and "
                u"holds nodes that join later."_s,
                u"按全部节点的地址计算：%1。也可填写包含它们的网段，这样以后加入的节点也在其中。"_s, text);
        break;
    case KubeProxyAspect::HealthzAddress: {
        const QList<NodeAddresses> nodes = nodeAddresses(cluster);
        const bool single = nodes.size() == 1 && !nodes.constFirst().internal.isEmpty();
        const QByteArray address = single ? nodes.constFirst().internal.constFirst() : addressBytes(u"127.0.0.1"_s);
        text = u"healthzBindAddress: \"%1:10256\""_s.arg(
            address.size() == 16 ? u'[' + addressText(address) + u']' : addressText(address));
        break;
    }
    case KubeProxyAspect::MetricsAddress:
        text = u"metricsBindAddress: \"127.0.0.1:10249\""_s;
        break;
    case KubeProxyAspect::Profiling:
        text = u"enableProfiling: false"_s;
        break;
    }
    return text.isEmpty() ? Message{} : message(u"To write: %1."_s, u"应填写：%1。"_s, text);
}

/// The Services that a change reaches, by name; a list that was not read is said to be unknown.
Message affectedServices(KubeProxyAspect aspect, const Cluster &cluster)
{
    constexpr qsizetype shown = 10;
    const bool ports = aspect == KubeProxyAspect::NodePortAddresses;
    if (!ports && aspect != KubeProxyAspect::HealthzAddress)
        return {};
    if (!cluster.objects.value("services"_L1).isArray())
        return message(u"Which Services a change reaches is not known: the list of Services was not read."_s,
            u"未读取 Service 列表，因此无法得知修改会影响哪些 Service。"_s);
    QStringList names;
    for (const QJsonValue &service : cluster.list(u"services"_s)) {
        const QJsonValue spec = service["spec"_L1];
        const bool balanced = spec["type"_L1].toString() == "LoadBalancer"_L1;
        if (!balanced && (!ports || spec["type"_L1].toString() != "NodePort"_L1))
            continue;
        QStringList details;
        for (const QJsonValue &port : spec["ports"_L1].toArray()) {
            if (ports && port["nodePort"_L1].isDouble())
                details += QString::number(port["nodePort"_L1].toInt());
        }
        for (const QJsonValue &ingress : service["status"_L1]["loadBalancer"_L1]["ingress"_L1].toArray())
            details += plainText(ingress["ip"_L1].toString(ingress["hostname"_L1].toString()));
        QString name = plainText(service["metadata"_L1]["namespace"_L1].toString()) + u'/'
            + plainText(service["metadata"_L1]["name"_L1].toString());
        if (balanced)
            name += u" LoadBalancer"_s;
        names += details.isEmpty() ? name : name + u' ' + details.join(u' ');
    }
    if (names.isEmpty())
        return ports ? message(u"No Service has a NodePort now."_s, u"目前没有使用 NodePort 的 Service。"_s)
                     : message(u"No Service of type LoadBalancer is there whose load balancer might probe the port."_s,
                         u"没有 LoadBalancer 类型的 Service，因此没有负载均衡器会探测该端口。"_s);
    names.sort();
    QString list = names.mid(0, shown).join(u", "_s);
    const Message all = names.size() > shown
        ? message(u"%1 and %2 more"_s, u"%1，以及另外 %2 个"_s, list, QString::number(names.size() - shown))
        : message(u"%1"_s, u"%1"_s, list);
    return ports ? message(u"Services that a change reaches: %1."_s, u"修改会影响的 Service：%1。"_s, all)
                 : message(u"Services whose load balancers may probe the port from outside: %1."_s,
                     u"其负载均衡器可能从外部探测该端口的 Service：%1。"_s, all);
}

class KubeProxyConfiguration
{
public:
    KubeProxyConfiguration(const Cluster &cluster, const Rule &rule)
        : m_cluster(cluster)
        , m_rule(rule)
    {
        switch (rule.proxy) {
        case KubeProxyAspect::NodePortAddresses:
            m_key = u"nodePortAddresses"_s;
            m_flag = u"--nodeport-addresses"_s;
            m_expected = rule.networks.isEmpty() ? u"networks of all nodes, or primary"_s
                                                 : u"\u2286 "_s + rule.networks.join(u", "_s);
            break;
        case KubeProxyAspect::HealthzAddress:
            m_key = u"healthzBindAddress"_s;
            m_flag = u"--healthz-bind-address"_s;
            m_expected = u"127.0.0.1:10256"_s;
            break;
        case KubeProxyAspect::MetricsAddress:
            m_key = u"metricsBindAddress"_s;
            m_flag = u"--metrics-bind-address"_s;
            m_expected = u"127.0.0.1:10249"_s;
            break;
        case KubeProxyAspect::Profiling:
            m_key = u"enableProfiling"_s;
            m_flag = u"--profiling"_s;
            m_type = ValueType::Bool;
            m_expected = u"false"_s;
            break;
        }
        if (rule.proxy == KubeProxyAspect::NodePortAddresses)
            m_type = ValueType::StringList;
    }

    Finding judge()
    {
        if (m_cluster.apiNode.isEmpty() || !m_cluster.apiError.isEmpty())
            return finding(Verdict::Unknown,
                sentences({message(u"The configuration of kube-proxy is not known, because no API server was asked."_s,
                               u"没有从任何 API server 取得数据，因此 kube-proxy 的配置未知。"_s),
                    m_cluster.apiError}));
        const bool daemonSetsRead = m_cluster.objects.value("daemonsets"_L1).isArray();
        const QJsonObject daemonSet = kubeProxy(m_cluster.list(u"daemonsets"_s));
        const ConfigMapFile file = ConfigMapFile::kubeProxy(m_cluster);
        if (daemonSetsRead && daemonSet.isEmpty() && file.state() != ConfigMapFile::State::Read)
            return finding(Verdict::NotApplicable,
                message(u"The cluster has neither a DaemonSet nor a ConfigMap called kube-system/kube-proxy: something "
                        u"else serves its Services."_s,
                    u"集群中既没有名为 kube-system/kube-proxy 的 DaemonSet，也没有同名的 ConfigMap：Service 由其他组件实现。"_s));
        if (daemonSet.isEmpty())
            return finding(Verdict::Unknown,
                message(
                    u"The DaemonSet kube-system/kube-proxy was not read, so it is not known how kube-proxy is started."_s,
                    u"未读到 DaemonSet kube-system/kube-proxy，因此无法得知 kube-proxy 的启动方式。"_s));
        readDaemonSet(daemonSet);
        if (valuesOf(u"--config"_s).isEmpty())
            return byFlags();
        return byFile(file);
    }

private:
    Finding finding(Verdict verdict, const Message &reason) const
    {
        Finding made = findingOf(m_rule, m_cluster, verdict, reason);
        made.subject.namespaceName = u"kube-system"_s;
        made.subject.kind = u"ConfigMap"_s;
        made.subject.name = u"kube-proxy"_s;
        made.expected = m_expected;
        return made;
    }

    /// The outcome of what is written, unless what runs says otherwise.
    Finding finished(Finding made, const Outcome &outcome, const QString &actual)
    {
        made.verdict = outcome.verdict;
        if (outcome.isOutage)
            made.severity = Severity::Critical;
        made.actual = actual.isEmpty() ? actualText({}) : actual;
        QList<Message> parts{outcome.reason};
        if (outcome.verdict == Verdict::Pass || outcome.verdict == Verdict::Fail) {
            const RunningKubeProxies running = runningKubeProxies(m_cluster, m_rule, m_release);
            if (outcome.verdict == Verdict::Fail && running.exposed.isEmpty() && running.unknown.isEmpty()
                && running.safe > 0)
                parts += message(u"No running kube-proxy uses this yet; each does as soon as its pod is made anew."_s,
                    u"正在运行的 kube-proxy 都尚未使用该配置；各节点的 Pod 一旦重建就会使用。"_s);
            if (outcome.verdict == Verdict::Pass)
                runs(made, parts, running);
        }
        if (outcome.verdict == Verdict::Fail || outcome.verdict == Verdict::Error)
            parts += {proposal(m_rule, m_release, m_cluster), affectedServices(m_rule.proxy, m_cluster)};
        made.reason = sentences(parts + m_notes);
        return made;
    }

    /// What is written passes: does what runs?
    void runs(Finding &made, QList<Message> &parts, const RunningKubeProxies &running) const
    {
        for (auto [value, nodes] : running.exposed.asKeyValueRange()) {
            made.verdict = Verdict::Fail;
            made.actual = value;
            made.origin = {.kind = Origin::Kind::Process, .key = m_key};
            parts += message(
                u"This is set, but not in force: on %1 the running kube-proxy still uses %2, until its pod is made anew. "
                u"Do it one node at a time: kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector "
                u"spec.nodeName=NODE."_s,
                u"该值已设置但未生效：%1 上正在运行的 kube-proxy 仍使用 %2，直到其 Pod 重建。请逐个节点执行：kubectl -n kube-system "
                u"delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=节点名。"_s,
                nodesText(nodes), value);
        }
        for (const auto &[why, nodes] : running.unknown) {
            if (made.verdict == Verdict::Pass)
                made.verdict = Verdict::Unknown;
            parts += message(u"What the running kube-proxy uses on %1 is not known: %2"_s,
                u"%1 上正在运行的 kube-proxy 所用的值未知：%2"_s, nodesText(nodes), why);
        }
    }

    void readDaemonSet(const QJsonObject &daemonSet)
    {
        const QJsonArray containers = daemonSet["spec"_L1]["template"_L1]["spec"_L1]["containers"_L1].toArray();
        const QJsonObject container = containers.at(0).toObject();
        for (const auto &list : {"command"_L1, "args"_L1}) {
            for (const QJsonValue &word : container.value(list).toArray())
                m_argv += word.toString().toUtf8();
        }
        m_release = imageRelease(container.value("image"_L1).toString());
        if (!m_release.isKnown())
            m_release = m_cluster.release;
    }

    QStringList valuesOf(const QString &flag) const
    {
        QStringList values;
        for (const FlagOccurrence &occurrence : flagOccurrences(m_argv, flag, ValueType::String, FlagSyntax::Pflag))
            values += QString::fromUtf8(occurrence.text);
        return values;
    }

    Finding byFlags()
    {
        Finding made = finding(Verdict::Unknown, {});
        made.subject.kind = u"DaemonSet"_s;
        made.origin.kind = Origin::Kind::Object;
        made.origin.file = where;
        made.origin.key = m_flag;
        const QList<FlagOccurrence> given = flagOccurrences(m_argv, m_flag, m_type, FlagSyntax::Pflag);
        if (!given.isEmpty() && given.last().bare)
            return finished(made,
                {Verdict::Error,
                    message(u"%1 is given without its value: kube-proxy does not start with it."_s,
                        u"%1 后没有取值：kube-proxy 无法以此启动。"_s, m_flag)},
                {});
        const auto value = combined(given, {ComponentKind::KubeProxy, m_flag, {}, m_type});
        if (!value && !given.isEmpty())
            return finished(made,
                {Verdict::Error,
                    message(u"%1 is given the value \"%2\": kube-proxy does not start with it."_s,
                        u"%1 的值为“%2”：kube-proxy 无法以此启动。"_s, m_flag, plainText(given.last().text))},
                plainText(given.last().text));
        const QJsonValue used = value.value_or(QJsonValue());
        if (m_type == ValueType::StringList) {
            QStringList list;
            for (const QJsonValue &item : used.toArray())
                list += item.toString();
            const QStringList modes = valuesOf(u"--proxy-mode"_s);
            return finished(
                made, nodePorts(list, modes.isEmpty() ? QString() : modes.last()), plainText(list.join(u',')));
        }
        if (m_type == ValueType::Bool)
            return finished(made, judgeProfiling(used.toBool()), given.isEmpty() ? QString() : actualText(used));
        return finished(made, judgeAddress(used.toString()), plainText(used.toString()));
    }

    Outcome nodePorts(const QStringList &list, const QString &mode) const
    {
        const Outcome outcome = judgeNodePorts(list, mode, m_release, m_cluster);
        const bool isLimited = outcome.verdict == Verdict::Pass && !m_rule.networks.isEmpty();
        return isLimited ? judgeLimit(list, m_rule.networks, m_cluster, outcome) : outcome;
    }

    Outcome judgeAddress(const QString &value) const
    {
        return m_rule.proxy == KubeProxyAspect::HealthzAddress ? judgeHealthz(value, m_cluster) : judgeMetrics(value);
    }

    Finding byFile(const ConfigMapFile &file)
    {
        if (!file.hasKey())
            return finding(Verdict::Unknown,
                message(u"The ConfigMap kube-system/kube-proxy was not read, or has no config.conf."_s,
                    u"未读到 ConfigMap kube-system/kube-proxy，或其中没有 config.conf。"_s));
        if (!valuesOf(m_flag).isEmpty())
            m_notes += message(u"The argument %1 of the DaemonSet has no effect, because --config is given: only the "
                               u"ConfigMap counts."_s,
                u"DaemonSet 中的启动参数 %1 不起作用，因为指定了 --config：只有 ConfigMap 生效。"_s, m_flag);
        m_notes += message(u"A change of the ConfigMap takes effect on a node when its kube-proxy pod is made anew."_s,
            u"修改 ConfigMap 后，需重建节点上的 kube-proxy Pod 才会在该节点生效。"_s);
        Finding made = finding(Verdict::Unknown, {});
        made.origin = file.origin(m_key, -1);
        const Result<YamlDocument> &document = file.document();
        if (!document)
            return finished(made,
                {Verdict::Error,
                    message(u"config.conf does not parse, so kube-proxy does not start with it, on any node: %1"_s,
                        u"config.conf 无法解析，所有节点上的 kube-proxy 都无法以此启动：%1"_s,
                        document.error().message)},
                {});
        const YamlLookup value = lookUp(*document, m_key, m_type);
        made.origin = file.origin(m_key, value.node);
        const auto textOf = [&](const QString &path) { return lookUp(*document, path, ValueType::String); };
        for (const YamlLookup &looked : {value, textOf(u"mode"_s)}) {
            if (looked.state == YamlLookup::State::Unusable)
                return finished(made,
                    {Verdict::Error,
                        message(u"A value in config.conf %1. kube-proxy does not start with it, on any node."_s,
                            u"config.conf 中的一个值%1。所有节点上的 kube-proxy 都无法以此启动。"_s, looked.trouble)},
                    {});
        }
        if (m_type == ValueType::StringList) {
            QStringList list;
            for (const QJsonValue &item : value.value.toArray())
                list += item.toString();
            return finished(made, nodePorts(list, textOf(u"mode"_s).value.toString()), plainText(list.join(u',')));
        }
        if (m_type == ValueType::Bool)
            return finished(
                made, judgeProfiling(value.value.toBool()), value.value.isBool() ? actualText(value.value) : QString());
        return finished(made, judgeAddress(value.value.toString()), plainText(value.value.toString()));
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    QString m_key;
    QString m_flag;
    QString m_expected;
    ValueType m_type = ValueType::String;
    QList<QByteArray> m_argv;
    Release m_release;
    QList<Message> m_notes;
};

} // namespace

QList<Finding> judgeKubeProxy(const Cluster &cluster, const Rule &rule)
{
    return {KubeProxyConfiguration(cluster, rule).judge()};
}

} // namespace jiagu
