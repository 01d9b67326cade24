// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/configmapfile.h"
#include "rules/kubeletsearch.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

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
    const KubeletSearch search(node);
    const QList<Mention> mentions = search.gate(rule.gate.name);
    QList<Message> gaps = search.argumentGaps();
    const KubeletSearch::FileGap gap = search.fileGap(u"featureGates."_s + rule.gate.name, ValueType::Bool);
    if (!gap.why.isEmpty())
        gaps += gap.why;
    if (gap.unusable)
        finding.verdict = Verdict::Error;
    const QString name = plainText(node.name);
    if (mentions.isEmpty()) {
        finding.reason = sentences(gaps);
        if (gaps.isEmpty()) {
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
    for (const Mention &mention : mentions) {
        const QString text = rule.gate.name + u'=' + mention.text;
        off = off || !mention.value.toBool();
        if (!values.contains(text))
            values += text;
        parts += message(u"On node %1 the kubelet is given %2 (%3)."_s,
            u"节点 %1 上 kubelet 被设置了 %2（来源：%3）。"_s, name, text, describe(mention.origin));
    }
    finding.actual = values.join(u", "_s);
    finding.origin = mentions.constFirst().origin;
    const Component *kubelet = node.component(ComponentKind::Kubelet);
    const Release release = kubelet && kubelet->release.isKnown() ? kubelet->release : node.release;
    const Message trouble = release.isKnown() ? harm(rule.gate, release, off) : Message();
    if (!release.isKnown()) {
        parts += message(u"Its release is not known, so it cannot be said whether it would start again."_s,
            u"kubelet 的版本未知，无法判断它能否再次启动。"_s);
    } else if (!trouble.isEmpty()) {
        finding.verdict = Verdict::Fail;
        parts += trouble;
    } else if (!gaps.isEmpty()) {
        parts += gaps;
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

QList<Finding> judgeSharedFeatureGate(const Cluster &cluster, const Rule &rule)
{
    const ConfigMapFile file = ConfigMapFile::kubelet(cluster);
    std::optional<Finding> made = sharedFinding(cluster, rule, file);
    if (!made || made->verdict == Verdict::Error)
        return made ? QList{*made} : QList<Finding>{};
    Finding &finding = *made;
    finding.expected = actualText({});
    if (file.state() == ConfigMapFile::State::NotRead)
        return {finding};
    if (const auto map = file.mention(u"featureGates"_s, ValueType::Map); map && map->value.isNull()) {
        finding.verdict = Verdict::Error;
        finding.origin = map->origin;
        finding.reason = message(u"featureGates in %1 is no map: a kubelet that gets this file does not start."_s,
            u"%1 中的 featureGates 不是映射：使用该文件的 kubelet 无法启动。"_s, file.path());
        return {finding};
    }
    const auto mention = file.mention(u"featureGates."_s + rule.gate.name, ValueType::Bool);
    if (!mention) {
        finding.verdict = Verdict::Pass;
        finding.actual = actualText({});
        finding.reason =
            message(u"The ConfigMap %1, which nodes get when they join and at an upgrade, does not have %2."_s,
                u"ConfigMap %1（节点加入和升级时使用）中没有 %2。"_s, file.path(), rule.gate.name);
        return {finding};
    }
    finding.actual = rule.gate.name + u'=' + mention->text;
    finding.origin = mention->origin;
    QList<Message> parts{message(
        u"The ConfigMap %1 has %2: kubeadm writes it to a node that joins, and to every node at the next kubeadm upgrade."_s,
        u"ConfigMap %1 中有 %2：kubeadm 会把它写入新加入的节点，并在下次 kubeadm upgrade 时写入所有节点。"_s,
        file.path(), finding.actual)};
    const Message trouble =
        cluster.release.isKnown() ? harm(rule.gate, cluster.release, !mention->value.toBool()) : Message();
    if (!cluster.release.isKnown()) {
        parts += message(u"The release of the cluster is not known, so it cannot be said whether a kubelet would start "
                         u"with it."_s,
            u"集群版本未知，无法判断 kubelet 带着它能否启动。"_s);
    } else if (!trouble.isEmpty()) {
        finding.verdict = Verdict::Fail;
        parts += trouble;
    } else {
        finding.verdict = Verdict::Pass;
        parts += message(u"A kubelet of this release takes it. Remove it before the upgrade to %1."_s,
            u"该版本的 kubelet 接受它。请在升级到 %1 之前删除。"_s, rule.gate.removed.text());
    }
    finding.reason = sentences(parts);
    return {finding};
}

} // namespace jiagu
