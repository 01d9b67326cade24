// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/kubeletarguments.h"
#include "cluster/kubeletfiles.h"

#include <QTimeZone>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A place where the gate is written.
struct Mention
{
    QString value; ///< as written
    bool on = false;
    Origin origin;
};

/// What the kubelet takes at its next start, searched for one gate; and what it was started with.
class Search
{
public:
    Search(const Node &node, const FeatureGate &gate)
        : m_node(node)
        , m_gate(gate.name.toUtf8())
    {
    }

    void run()
    {
        QList<QByteArray> written;
        QList<Origin> origins;
        for (const SourcedArgument &argument : writtenKubeletArguments(*m_node.snapshot)) {
            written += argument.text;
            origins += argument.origin;
        }
        const Component *kubelet = m_node.component(ComponentKind::Kubelet);
        const QList<QByteArray> argv = kubelet && kubelet->running ? kubelet->process.argv : QList<QByteArray>{};
        if (written.isEmpty()) {
            m_gaps += message(
                u"On node %1 it is not known with which arguments the kubelet will be started again: its systemd unit "
                u"or an environment file that the unit names was not read."_s,
                u"节点 %1 上无法确定 kubelet 下次启动时使用的参数：未读取其 systemd 单元或单元所引用的环境文件。"_s,
                plainText(m_node.name));
        }
        searchArguments(written, origins);
        if (written != argv)
            searchArguments(argv, {});
        const QList<QByteArray> &next = written.isEmpty() ? argv : written;
        searchFiles(next.isEmpty() ? u"/var/lib/kubelet/config.yaml"_s : valueOf(next, u"--config"_s),
            valueOf(next, u"--config-dir"_s));
    }

    const QList<Mention> &mentions() const { return m_mentions; }
    const QList<Message> &gaps() const { return m_gaps; }

private:
    static QString valueOf(const QList<QByteArray> &argv, const QString &flag)
    {
        const QList<FlagOccurrence> found = flagOccurrences(argv, flag, ValueType::String, FlagSyntax::Pflag);
        return found.isEmpty() ? QString() : QString::fromUtf8(found.constLast().text);
    }

    void searchArguments(const QList<QByteArray> &argv, const QList<Origin> &origins)
    {
        for (const FlagOccurrence &occurrence :
            flagOccurrences(argv, u"--feature-gates"_s, ValueType::Map, FlagSyntax::Pflag)) {
            for (const QByteArray &pair : occurrence.text.split(',')) {
                const qsizetype equals = pair.indexOf('=');
                const QByteArray name = pair.left(equals).trimmed();
                if (name != m_gate && name != "kube:" + m_gate)
                    continue;
                const QByteArray value = equals < 0 ? QByteArray() : pair.mid(equals + 1).trimmed();
                Origin origin;
                origin.kind = Origin::Kind::Process;
                origin = origins.value(occurrence.index, origin);
                origin.index = occurrence.index;
                m_mentions += Mention{plainText(value), parseBool(value).value_or(false), origin};
            }
        }
    }

    /// The kubelet reads its files anew at its next start, so their age does not matter.
    void searchFiles(const QString &config, const QString &directory)
    {
        const SettingName name{
            ComponentKind::Kubelet, {}, u"featureGates."_s + QString::fromUtf8(m_gate), ValueType::Bool};
        const QDateTime later(QDate(9999, 1, 1), QTime(0, 0), QTimeZone::utc());
        const KubeletFiles files = kubeletFiles(m_node, name, config, directory, later);
        if (!files.unknown.isEmpty())
            m_gaps += files.unknown;
        for (const OverriddenValue &written : files.values)
            m_mentions += Mention{actualText(written.value), written.value.toBool(), written.origin};
    }

    const Node &m_node;
    const QByteArray m_gate;
    QList<Mention> m_mentions;
    QList<Message> m_gaps;
};

/// What the gate does to a kubelet of this release; empty when it does nothing.
Message harm(const FeatureGate &gate, const Release &release, bool off)
{
    if (release >= gate.removed) {
        return message(
            u"The gate was removed in %1: this kubelet (%2) does not start with it, and the node is lost at its next "
            u"restart. Remove the gate now."_s,
            u"该门控在 %1 中已移除：此 kubelet（%2）带着它无法启动，下次重启后节点将不可用。请立即删除该门控。"_s,
            gate.removed.text(), release.text());
    }
    if (off && release >= gate.locked) {
        return message(
            u"Since %1 the gate is always on: this kubelet (%2) does not start when it is told to turn it off. Remove "
            u"the gate now."_s,
            u"该门控自 %1 起始终开启：要求关闭它时，此 kubelet（%2）无法启动。请立即删除该门控。"_s, gate.locked.text(),
            release.text());
    }
    if (off) {
        return message(u"The gate is turned off, so what it guards has no effect on this kubelet (%1)."_s,
            u"该门控被关闭，它所控制的功能在此 kubelet（%1）上不生效。"_s, release.text());
    }
    return {};
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = actualText({});
    if (!node.read || !node.snapshot) {
        finding.reason = whyNotRead(node);
        return finding;
    }
    Search search(node, rule.gate);
    search.run();
    const QString name = plainText(node.name);
    if (search.mentions().isEmpty()) {
        finding.reason = sentences(search.gaps());
        if (search.gaps().isEmpty()) {
            finding.verdict = Verdict::Pass;
            finding.actual = actualText({});
            finding.reason =
                message(u"On node %1 the feature gate %2 is neither in the kubelet's arguments nor in its files."_s,
                    u"节点 %1 上 kubelet 的启动参数和配置文件中都没有特性门控 %2。"_s, name, rule.gate.name);
        }
        return finding;
    }

    bool off = false;
    QStringList values;
    QList<Message> parts;
    for (const Mention &mention : search.mentions()) {
        const QString text = rule.gate.name + u'=' + mention.value;
        off = off || !mention.on;
        if (!values.contains(text))
            values += text;
        parts += message(u"On node %1 the kubelet is given %2 (%3)."_s,
            u"节点 %1 上 kubelet 被设置了 %2（来源：%3）。"_s, name, text, describe(mention.origin));
    }
    finding.actual = values.join(u", "_s);
    finding.origin = search.mentions().constFirst().origin;
    const Component *kubelet = node.component(ComponentKind::Kubelet);
    const Release release = kubelet && kubelet->release.isKnown() ? kubelet->release : node.release;
    const Message trouble = release.isKnown() ? harm(rule.gate, release, off) : Message();
    if (!release.isKnown()) {
        parts += message(u"Its release is not known, so it cannot be said whether it would start again."_s,
            u"kubelet 的版本未知，无法判断它能否再次启动。"_s);
    } else if (!trouble.isEmpty()) {
        finding.verdict = Verdict::Fail;
        parts += trouble;
    } else if (!search.gaps().isEmpty()) {
        parts += search.gaps();
    } else {
        finding.verdict = Verdict::Pass;
        parts += message(
            u"This kubelet (%1) takes it, but it changes nothing. Remove it before the upgrade to %2, where the kubelet "
            u"no longer starts with it."_s,
            u"此 kubelet（%1）接受它，但它没有任何作用。请在升级到 %2 之前删除，届时 kubelet 带着它无法启动。"_s,
            release.text(), rule.gate.removed.text());
    }
    finding.reason = sentences(parts);
    return finding;
}

} // namespace

QList<Finding> judgeFeatureGate(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes)
        findings += judgeOn(cluster, rule, node);
    return findings;
}

} // namespace jiagu
