// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/apifacts.h"
#include "cluster/arguments.h"
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"

#include <QHostAddress>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr auto where = "kube-system/kube-proxy"_L1;
constexpr auto dataKey = "config.conf"_L1; // cmd/kubeadm/app/constants/constants.go, KubeProxyConfigMapKey
constexpr int primarySince = 31; // pkg/proxy/apis/config/validation/validation.go, NodePortAddressesPrimary

/// The four bytes of an IPv4 address; empty for what is none.
QByteArray ipv4Bytes(const QString &text)
{
    QByteArray bytes;
    for (const QString &part : text.split(u'.')) {
        const bool isDigits = !part.isEmpty() && part.size() <= 3
            && std::all_of(part.begin(), part.end(), [](QChar each) { return each >= u'0' && each <= u'9'; });
        if (!isDigits || part.toInt() > 255)
            return {};
        bytes += char(part.toInt());
    }
    return bytes.size() == 4 ? bytes : QByteArray();
}

/// The bytes of an address, 4 or 16; empty for what is none.
QByteArray addressBytes(const QString &text)
{
    if (!text.contains(u':'))
        return ipv4Bytes(text); // Qt would take 127.1 and 0x7f.0.0.1, too
    const QHostAddress address(text);
    if (address.protocol() != QAbstractSocket::IPv6Protocol || !address.scopeId().isEmpty())
        return {};
    const Q_IPV6ADDR groups = address.toIPv6Address();
    QByteArray bytes;
    for (const quint8 byte : groups.c)
        bytes += char(byte);
    return bytes;
}

struct Network
{
    QByteArray address;
    int prefix = -1; ///< below 0: what was read is no network

    bool isValid() const { return prefix >= 0; }
    bool contains(const QByteArray &other) const
    {
        if (other.size() != address.size())
            return false;
        for (int bit = 0; bit < prefix; ++bit) {
            const auto differs = uchar(address[bit / 8]) ^ uchar(other[bit / 8]);
            if ((differs >> (7 - bit % 8)) & 1)
                return false;
        }
        return true;
    }
};

Network networkOf(const QString &text)
{
    const auto slash = text.indexOf(u'/');
    Network network;
    network.address = addressBytes(text.left(slash));
    bool isNumber = false;
    const int prefix = text.mid(slash + 1).toInt(&isNumber);
    if (slash > 0 && isNumber && !network.address.isEmpty() && prefix >= 0 && prefix <= network.address.size() * 8)
        network.prefix = prefix;
    return network;
}

/// The address of "IP:port" or of an address alone, which gets the default port; empty for what kube-proxy refuses.
QByteArray listenAddress(const QString &text)
{
    if (const QByteArray alone = addressBytes(text); !alone.isEmpty())
        return alone;
    const auto colon = text.lastIndexOf(u':');
    QString host = text.left(colon);
    const bool brackets = host.startsWith(u'[') && host.endsWith(u']');
    if (brackets)
        host = host.mid(1, host.size() - 2);
    bool isNumber = false;
    const int port = text.mid(colon + 1).toInt(&isNumber);
    const QByteArray bytes = addressBytes(host);
    if (colon < 0 || !isNumber || port < 0 || port > 65535 || (bytes.size() == 16) != brackets)
        return {};
    return bytes;
}

bool isLoopback(const QByteArray &address)
{
    return address.size() == 4 ? address[0] == 127 : address == QByteArray(15, '\0') + '\1';
}

bool isEverywhere(const QByteArray &address)
{
    return !address.isEmpty() && address.count('\0') == address.size();
}

QJsonObject kubeProxy(const QJsonArray &objects)
{
    for (const QJsonValue &object : objects) {
        const QJsonObject metadata = object.toObject().value("metadata"_L1).toObject();
        if (metadata.value("namespace"_L1) == "kube-system"_L1 && metadata.value("name"_L1) == "kube-proxy"_L1)
            return object.toObject();
    }
    return {};
}

/// A node's own addresses.
struct Addresses
{
    QString node;
    QList<QByteArray> internal;
};

QList<Addresses> addressesOf(const Cluster &cluster)
{
    QList<Addresses> all;
    for (const QJsonValue &object : cluster.list(u"nodes"_s)) {
        Addresses node;
        node.node = nodeObject(object.toObject()).name;
        for (const QJsonValue &address : object["status"_L1]["addresses"_L1].toArray()) {
            const QByteArray bytes = addressBytes(address["address"_L1].toString());
            if (address["type"_L1].toString() == "InternalIP"_L1 && !bytes.isEmpty())
                node.internal += bytes;
        }
        all += node;
    }
    return all;
}

struct Outcome
{
    Verdict verdict = Verdict::Unknown;
    Message reason;
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
        if (!network.isValid())
            return {Verdict::Error,
                message(
                    u"\"%1\" is no network such as 192.168.1.0/24: kube-proxy does not start with it, on any node."_s,
                    u"“%1”不是形如 192.168.1.0/24 的网段：使用该值时，所有节点上的 kube-proxy 都无法启动。"_s,
                    plainText(item))};
        networks += network;
    }
    for (const Network &network : networks) {
        if (network.prefix == 0)
            return {Verdict::Fail,
                message(u"A network with /0 is every address, so nothing is restricted."_s,
                    u"前缀为 /0 的网段包含所有地址，等于没有限制。"_s)};
    }
    const QList<Addresses> nodes = addressesOf(cluster);
    if (nodes.isEmpty())
        return {Verdict::Unknown,
            message(
                u"The addresses of the nodes are not known, so it cannot be told whether each node serves NodePorts."_s,
                u"节点的地址未知，无法判断每个节点是否都能提供 NodePort 服务。"_s)};
    QStringList without;
    for (const Addresses &node : nodes) {
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
                without.join(u", "_s))};
    for (const qsizetype size : {4, 16}) {
        const bool used = std::any_of(nodes.begin(), nodes.end(), [size](const Addresses &node) {
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

Outcome judgeHealthz(const QString &healthz, const QString &metrics, const Cluster &cluster)
{
    const QByteArray address = healthz.isEmpty() ? QByteArray(4, '\0') : listenAddress(healthz);
    if (address.isEmpty())
        return {Verdict::Error,
            message(
                u"\"%1\" is not of the form IP:port (a network such as 10.0.0.0/24 is not taken): kube-proxy does not "
                u"start with it, on any node."_s,
                u"“%1”不是 IP:端口 的形式（不接受 10.0.0.0/24 这样的网段）：使用该值时，所有节点上的 kube-proxy 都无法启动。"_s,
                plainText(healthz))};
    const QByteArray metricsAddress = metrics.isEmpty() ? addressBytes(u"127.0.0.1"_s) : listenAddress(metrics);
    if (metricsAddress.isEmpty())
        return {Verdict::Error,
            message(u"metricsBindAddress \"%1\" is not of the form IP:port: kube-proxy does not start with it."_s,
                u"metricsBindAddress 的值“%1”不是 IP:端口 的形式：kube-proxy 无法以此启动。"_s, plainText(metrics))};
    if (isEverywhere(address))
        return {Verdict::Fail,
            message(u"The health endpoint listens on every address of every node."_s,
                u"健康检查端口监听每个节点的所有地址。"_s)};
    if (!isLoopback(metricsAddress))
        return {Verdict::Fail,
            message(
                u"metricsBindAddress is %1: metrics and the whole configuration can be read from outside the node."_s,
                u"metricsBindAddress 为 %1：可以从节点之外读取监控指标和完整配置。"_s, plainText(metrics))};
    if (isLoopback(address))
        return {Verdict::Pass,
            message(
                u"The health endpoint listens on the loopback address alone."_s, u"健康检查端口只监听环回地址。"_s)};
    const QList<Addresses> nodes = addressesOf(cluster);
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
            plainText(healthz))};
}

class KubeProxyConfiguration
{
public:
    KubeProxyConfiguration(const Cluster &cluster, const Rule &rule)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_key(rule.proxy == KubeProxyAspect::NodePortAddresses ? u"nodePortAddresses"_s : u"healthzBindAddress"_s)
        , m_flag(rule.proxy == KubeProxyAspect::NodePortAddresses ? u"--nodeport-addresses"_s
                                                                  : u"--healthz-bind-address"_s)
    {
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
        const QJsonObject configMap = kubeProxy(m_cluster.list(u"configmaps"_s));
        if (daemonSetsRead && daemonSet.isEmpty() && configMap.isEmpty())
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
        return byFile(configMap);
    }

private:
    Finding finding(Verdict verdict, const Message &reason) const
    {
        Finding made = findingOf(m_rule, m_cluster, verdict, reason);
        made.subject.namespaceName = u"kube-system"_s;
        made.subject.kind = u"ConfigMap"_s;
        made.subject.name = u"kube-proxy"_s;
        made.expected = m_rule.proxy == KubeProxyAspect::NodePortAddresses ? u"networks of all nodes, or primary"_s
                                                                           : u"127.0.0.1:10256"_s;
        return made;
    }

    Finding finished(Finding made, const Outcome &outcome, const QString &actual)
    {
        made.verdict = outcome.verdict;
        made.actual = actual.isEmpty() ? actualText({}) : actual;
        made.reason = sentences(QList<Message>{outcome.reason} + m_notes);
        return made;
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
        const QStringList values = valuesOf(m_flag);
        if (m_rule.proxy == KubeProxyAspect::NodePortAddresses) {
            QStringList list;
            for (const QString &value : values)
                list += listItems(value);
            return finished(made, judgeNodePorts(list, valuesOf(u"--proxy-mode"_s).value(0), m_release, m_cluster),
                plainText(list.join(u',')));
        }
        const QString healthz = values.isEmpty() ? QString() : values.last();
        const QStringList metrics = valuesOf(u"--metrics-bind-address"_s);
        return finished(
            made, judgeHealthz(healthz, metrics.isEmpty() ? QString() : metrics.last(), m_cluster), plainText(healthz));
    }

    Finding byFile(const QJsonObject &configMap)
    {
        const QJsonObject data = configMap.value("data"_L1).toObject();
        if (!data.value(dataKey).isString())
            return finding(Verdict::Unknown,
                message(u"The ConfigMap kube-system/kube-proxy was not read, or has no %1."_s,
                    u"未读到 ConfigMap kube-system/kube-proxy，或其中没有 %1。"_s, QString(dataKey)));
        if (!valuesOf(m_flag).isEmpty())
            m_notes += message(u"The argument %1 of the DaemonSet has no effect, because --config is given: only the "
                               u"ConfigMap counts."_s,
                u"DaemonSet 中的启动参数 %1 不起作用，因为指定了 --config：只有 ConfigMap 生效。"_s, m_flag);
        m_notes += message(u"A change of the ConfigMap takes effect on a node when its kube-proxy pod is made anew."_s,
            u"修改 ConfigMap 后，需重建节点上的 kube-proxy Pod 才会在该节点生效。"_s);
        Finding made = finding(Verdict::Unknown, {});
        made.origin.kind = Origin::Kind::ConfigMap;
        made.origin.file = where;
        made.origin.key = dataKey + u' ' + m_key;
        const auto document = YamlDocument::parse(QString(where), data.value(dataKey).toString().toUtf8());
        if (!document)
            return finished(made,
                {Verdict::Error,
                    message(u"%1 does not parse, so kube-proxy does not start with it, on any node: %2"_s,
                        u"%1 无法解析，所有节点上的 kube-proxy 都无法以此启动：%2"_s, QString(dataKey),
                        document.error().message)},
                {});
        const bool isList = m_rule.proxy == KubeProxyAspect::NodePortAddresses;
        const YamlLookup value = lookUp(*document, m_key, isList ? ValueType::StringList : ValueType::String);
        if (value.node >= 0) {
            const Position at = document->position(document->node(value.node).begin);
            made.origin.line = at.line;
            made.origin.column = at.column;
        }
        const auto textOf = [&](const QString &path) { return lookUp(*document, path, ValueType::String); };
        for (const YamlLookup &looked : {value, textOf(u"mode"_s), textOf(u"metricsBindAddress"_s)}) {
            if (looked.state == YamlLookup::State::Unusable)
                return finished(made,
                    {Verdict::Error,
                        message(u"A value in %1 %2. kube-proxy does not start with it, on any node."_s,
                            u"%1 中的一个值%2。所有节点上的 kube-proxy 都无法以此启动。"_s, QString(dataKey),
                            looked.trouble)},
                    {});
        }
        if (isList) {
            QStringList list;
            for (const QJsonValue &item : value.value.toArray())
                list += item.toString();
            return finished(made, judgeNodePorts(list, textOf(u"mode"_s).value.toString(), m_release, m_cluster),
                plainText(list.join(u',')));
        }
        return finished(made,
            judgeHealthz(value.value.toString(), textOf(u"metricsBindAddress"_s).value.toString(), m_cluster),
            plainText(value.value.toString()));
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const QString m_key;
    const QString m_flag;
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
