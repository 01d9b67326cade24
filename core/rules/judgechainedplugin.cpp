// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/cninetwork.h"

#include <QHash>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype mostNamed = 5;
constexpr double least = 1e3; // containerd and Kubernetes take 1k to 1P (pkg/util/bandwidth/utils.go)
constexpr double most = 1e15;

/// Pods of one node with an annotation that the plugin makes effective.
struct Annotated
{
    QStringList pods; ///< "namespace/name"
    QStringList invalid; ///< "namespace/name annotation=value"
};

QHash<QString, Annotated> annotatedPods(const Cluster &cluster, const Rule &rule)
{
    QHash<QString, Annotated> byNode;
    const QJsonArray pods = cluster.list(u"pods"_s);
    for (const QJsonValue pod : pods) {
        const QJsonValue metadata = pod["metadata"_L1];
        const QJsonObject annotations = metadata["annotations"_L1].toObject();
        if (annotations.isEmpty())
            continue;
        const QString phase = pod["status"_L1]["phase"_L1].toString();
        const QString name = plainText(metadata["namespace"_L1].toString() + u'/' + metadata["name"_L1].toString());
        bool counts = false;
        for (const QString &annotation : rule.plugin.annotations) {
            if (!annotations.contains(annotation) || phase == "Succeeded"_L1 || phase == "Failed"_L1)
                continue;
            counts = true;
            const QString value = annotations[annotation].toString();
            const double bits = bandwidthOf(value);
            if (!(bits >= least && bits <= most))
                byNode[pod["spec"_L1]["nodeName"_L1].toString()].invalid +=
                    name + u' ' + annotation.section(u'/', -1) + u'=' + plainText(value);
        }
        if (counts)
            byNode[pod["spec"_L1]["nodeName"_L1].toString()].pods += name;
    }
    return byNode;
}

QString some(const QStringList &names)
{
    QStringList shown = names.mid(0, mostNamed);
    if (names.size() > mostNamed)
        shown += u"…"_s;
    return shown.join(u", "_s);
}

bool olderThan(const QString &version, int minor)
{
    const QStringList parts = version.split(u'.');
    return parts.value(0).toInt() == 0 && parts.value(1).toInt() < minor;
}

class Network
{
public:
    Network(const Cluster &cluster, const Rule &rule, const Node &node, const Annotated &pods)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_node(node)
        , m_pods(pods)
        , m_name(plainText(node.name))
        , m_finding(findingOf(rule, cluster, node, Verdict::Unknown, {}))
    {
        m_finding.expected = rule.plugin.type;
    }

    Finding judge(bool anywhere)
    {
        if (!m_node.read || !m_node.snapshot)
            return decide(Verdict::Unknown, {whyNotRead(m_node)});
        m_network = cniNetwork(*m_node.snapshot);
        m_file = plainText(m_network.file);
        if (!m_network.unknown.isEmpty())
            return decide(Verdict::Unknown,
                {message(
                     u"On node %1 the network of pods is not known."_s, u"节点 %1 上的 Pod 网络配置未知。"_s, m_name),
                    m_network.unknown});
        if (m_network.file.isEmpty())
            return decide(Verdict::Error,
                {message(
                    u"On node %1 there is no network configuration in %2: the node runs no pods with a network of their own."_s,
                    u"节点 %1 的 %2 中没有网络配置：该节点无法运行拥有独立网络的 Pod。"_s, m_name,
                    plainText(m_network.directory))});
        m_finding.origin = {Origin::Kind::File};
        m_finding.origin.file = m_network.file;
        if (!m_network.broken.isEmpty())
            return decide(Verdict::Error,
                {message(
                    u"On node %1 the container runtime cannot use %2, which is the first by name: %3. New pods get no "
                    u"network."_s,
                    u"节点 %1 上，按名称排序的第一个配置文件 %2 无法被容器运行时使用：%3。新 Pod 将没有网络。"_s,
                    m_name, m_file, m_network.broken)});
        QStringList chain;
        for (qsizetype i = 0; i < m_network.plugins.size(); ++i)
            chain += plainText(m_network.type(i));
        m_finding.actual = chain.join(u", "_s);
        if (const Message why = found(m_rule.plugin.leaveAlone); !why.isEmpty())
            return decide(Verdict::NotApplicable,
                {message(u"On node %1 the network is made by %2 (%3)."_s, u"节点 %1 的网络由 %2 提供（%3）。"_s, m_name,
                     plainText(m_network.type(0)), m_file),
                    why});
        const qsizetype at = m_network.indexOf(m_rule.plugin.type);
        return at < 0 ? absent(anywhere) : present(at);
    }

private:
    Finding decide(Verdict verdict, const QList<Message> &parts)
    {
        m_finding.verdict = verdict;
        m_finding.reason = sentences(parts);
        return m_finding;
    }

    Finding critical(const Message &why)
    {
        m_finding.severity = Severity::Critical;
        return decide(Verdict::Fail, {why, affected(), written()});
    }

    Message found(const QList<NetworkTypes> &networks) const
    {
        for (const NetworkTypes &network : networks) {
            if (network.types.contains(m_network.type(0)))
                return network.text;
        }
        return {};
    }

    /// Who writes the file, and which others stand in for it.
    Message written() const
    {
        QList<Message> parts{found(m_rule.plugin.owners)};
        if (!m_network.others.isEmpty()) {
            QStringList names;
            for (const QString &other : m_network.others)
                names += plainText(other.section(u'/', -1));
            parts += message(u"Of the files in %1 the first by name counts; there are also %2."_s,
                u"%1 中以按名称排序的第一个文件为准；此外还有 %2。"_s, plainText(m_network.directory), some(names));
        }
        return sentences(parts);
    }

    /// The pods whose annotations have no effect as things are.
    Message affected() const
    {
        if (!m_cluster.apiError.isEmpty() || !m_cluster.objects.contains("pods"_L1))
            return message(u"Which pods ask for a limit is not known, as the API server was not read."_s,
                u"未读取 API server，因此不知道哪些 Pod 设置了带宽限制。"_s);
        if (m_pods.pods.isEmpty())
            return {};
        return message(u"The limits that %1 pods of this node ask for have no effect today: %2."_s,
            u"该节点上 %1 个 Pod 设置的带宽限制目前不起作用：%2。"_s, QString::number(m_pods.pods.size()),
            some(m_pods.pods));
    }

    Message invalid() const
    {
        if (m_pods.invalid.isEmpty())
            return {};
        return message(u"%1 annotations hold no quantity from 1k to 1P, so these pods cannot be created again: %2."_s,
            u"%1 个注解的值不是 1k 到 1P 之间的数量，这些 Pod 将无法重新创建：%2。"_s,
            QString::number(m_pods.invalid.size()), some(m_pods.invalid));
    }

    Finding absent(bool anywhere)
    {
        QList<Message> parts{message(u"On node %1 the active network configuration %2 (%3) has no plugin %4."_s,
            u"节点 %1 上生效的网络配置 %2（%3）中没有插件 %4。"_s, m_name, m_file, m_finding.actual,
            m_rule.plugin.type)};
        if (!m_network.list)
            parts += message(u"It is a single plugin: make a .conflist of it first, with the plugin in its list."_s,
                u"它只包含单个插件：请先改写为 .conflist，并把该插件放入列表。"_s);
        const CniProgram program = cniProgram(*m_node.snapshot, m_rule.plugin.type);
        if (program.unknown.isEmpty() && !program.found)
            parts += message(
                u"Its program %1 is missing as well: install it first. With the configuration before the program "
                u"every new pod of the node fails."_s,
                u"其程序 %1 也不存在：请先安装。如果先改配置，该节点上的所有新 Pod 都会失败。"_s,
                plainText(program.path));
        else if (!program.trouble.isEmpty())
            parts += message(u"Its program %1 cannot run: %2. Replace it first."_s,
                u"其程序 %1 无法运行：%2。请先更换。"_s, plainText(program.path), program.trouble);
        else if (!program.unknown.isEmpty())
            parts += program.unknown;
        if (!anywhere && m_cluster.apiError.isEmpty()) {
            m_finding.severity = Severity::Low;
            parts += message(u"No pod of the cluster asks for a limit, so nothing is missing today."_s,
                u"集群中没有 Pod 设置带宽限制，因此目前没有影响。"_s);
        }
        return decide(Verdict::Fail, parts + QList<Message>{affected(), invalid(), written()});
    }

    Finding present(qsizetype at)
    {
        const QString &type = m_rule.plugin.type;
        if (at == 0)
            return critical(message(
                u"On node %1, %2 names %3 first: it has to come after the plugin that makes the network, and "
                u"every new pod of the node fails."_s,
                u"节点 %1 上，%2 把 %3 放在第一位：它必须位于创建网络的插件之后，否则该节点上的所有新 Pod 都会失败。"_s,
                m_name, m_file, type));
        if (m_network.version.isEmpty() || olderThan(m_network.version, 3))
            return critical(message(
                u"On node %1, %2 has the cniVersion “%3”; %4 needs 0.3.0 or later, and every new pod of the "
                u"node fails."_s,
                u"节点 %1 上，%2 的 cniVersion 为“%3”；%4 需要 0.3.0 或更高版本，否则该节点上的所有新 Pod 都会失败。"_s,
                m_name, m_file, plainText(m_network.version), type));
        const CniProgram program = cniProgram(*m_node.snapshot, type);
        const QString path = plainText(program.path);
        if (!program.path.isEmpty() && !program.found && program.unknown.isEmpty())
            return critical(message(
                u"On node %1, %2 names the plugin %3 and its program %4 is missing: every new pod of the node "
                u"fails (“failed to find plugin”). Install the program now, or take the plugin out."_s,
                u"节点 %1 上，%2 中有插件 %3，但其程序 %4 不存在：该节点上的所有新 Pod 都会失败（“failed to find plugin”）。"
                u"请立即安装该程序，或从配置中去掉该插件。"_s,
                m_name, m_file, type, path));
        if (!program.trouble.isEmpty())
            return critical(message(
                u"On node %1 the program %2 of the plugin %3 cannot run: %4. Every new pod of the node fails."_s,
                u"节点 %1 上，插件 %3 的程序 %2 无法运行：%4。该节点上的所有新 Pod 都会失败。"_s, m_name, path, type,
                program.trouble));
        if (!m_network.plugins.at(at)["capabilities"_L1][m_rule.plugin.capability].toBool())
            return decide(Verdict::Fail,
                {message(
                     u"On node %1, %2 has the plugin %3 without the capability “%4”: the container runtime hands it no limits, "
                     u"and says nothing."_s,
                     u"节点 %1 上，%2 中的插件 %3 没有声明能力（capabilities）“%4”：容器运行时不会把限制传给它，也不会提示。"_s,
                     m_name, m_file, type, m_rule.plugin.capability),
                    affected(), invalid(), written()});
        if (!program.unknown.isEmpty())
            return decide(Verdict::Unknown,
                {message(u"On node %1, %2 has the plugin %3; whether its program can run is not known."_s,
                     u"节点 %1 上，%2 中有插件 %3；其程序能否运行未知。"_s, m_name, m_file, type),
                    program.unknown});
        if (!m_pods.invalid.isEmpty())
            return decide(Verdict::Fail,
                {message(u"On node %1, %2 has the plugin %3 and its program."_s,
                     u"节点 %1 上，%2 中有插件 %3，其程序也存在。"_s, m_name, m_file, type),
                    invalid()});
        return decide(Verdict::Pass,
            {message(
                u"On node %1, %2 has the plugin %3 after %4, and its program is there. A pod gets its limits when it is "
                u"created; %5 pods ask for some."_s,
                u"节点 %1 上，%2 中插件 %3 位于 %4 之后，其程序也存在。Pod 在创建时取得限制；有 %5 个 Pod 设置了限制。"_s,
                m_name, m_file, type, plainText(m_network.type(at - 1)), QString::number(m_pods.pods.size()))});
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const Node &m_node;
    const Annotated &m_pods;
    const QString m_name;
    QString m_file;
    CniNetwork m_network;
    Finding m_finding;
};

} // namespace

QList<Finding> judgeChainedPlugin(const Cluster &cluster, const Rule &rule)
{
    const QHash<QString, Annotated> pods = annotatedPods(cluster, rule);
    const bool anywhere =
        std::ranges::any_of(pods, [](const Annotated &annotated) { return !annotated.pods.isEmpty(); });
    QList<Finding> findings;
    for (const Node &node : cluster.nodes) {
        const Annotated own = pods.value(node.name);
        findings += Network(cluster, rule, node, own).judge(anywhere);
    }
    return findings;
}

} // namespace jiagu
