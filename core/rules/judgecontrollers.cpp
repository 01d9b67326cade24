// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// What a list of controllers means, read as the component does: a controller is on or off as the first entry that
/// names it says, and as "*" says when none does (staging/src/k8s.io/controller-manager/app/helper.go,
/// IsControllerEnabled, 1.20 to 1.36).
class ControllerList
{
public:
    explicit ControllerList(const QJsonArray &list)
    {
        for (const QJsonValue &item : list)
            m_entries += item.toString();
    }

    bool hasStar() const { return m_entries.contains(u"*"_s); }
    bool names(const QString &name) const
    {
        return !name.isEmpty() && (m_entries.contains(name) || m_entries.contains(u'-' + name));
    }
    /// What the first entry says that names it by one of its names; `otherwise` when none does.
    bool isOn(const QString &name, const QString &renamed, bool otherwise) const
    {
        for (const QString &entry : m_entries) {
            const bool minus = entry.startsWith(u'-');
            const QString entryName = entry.mid(minus ? 1 : 0);
            if (entryName == name || (!renamed.isEmpty() && entryName == renamed))
                return !minus;
        }
        return otherwise;
    }

private:
    QStringList m_entries;
};

Message nothingElseRuns()
{
    // This is the worst mistake, in any release, and no health endpoint shows it.
    return message(
        u"The list has no \"*\", so every controller that it does not name is off: deployments, nodes, garbage "
        u"collection. The component reports itself healthy all the same. Put \"*\" into the list now."_s,
        u"列表中没有“*”，因此未列出的控制器全部停用：Deployment、节点、垃圾回收等都不再工作，而组件仍报告自身健康。请立即"
        u"在列表中加入“*”。"_s);
}

/// A name in the list that the release does not know, and what to write in its place; empty when there is none.
Message unknownName(const ControllerList &list, const ControllerSwitch &controller, const Release &release)
{
    if (!release.isKnown() || !(release < controller.renamedIn))
        return {};
    QList<KeptController> all = controller.keep;
    all += KeptController{controller.off, controller.renamed, false, {}};
    for (const KeptController &each : all) {
        if (!list.names(each.renamed))
            continue;
        return message(u"The name %1 is known from %2 on; a component of %3 does not start with it. Write %4."_s,
            u"名称 %1 自 %2 起才可用；%3 版本的组件带着它无法启动。请改为 %4。"_s, each.renamed,
            controller.renamedIn.text(), release.text(), each.name);
    }
    return {};
}

struct Loss
{
    QList<Message> parts;
    Severity severity = Severity::Medium;
    bool byList = false; ///< by an entry that the fix does not take away
};

/// What is off and ought to be on. What `*` does not include is asked for where somebody wrote the list to turn the
/// other controller off; by an entry of its own, it was turned off on purpose.
Loss lossOf(const ControllerList &list, const ControllerSwitch &controller, const Release &release, bool off)
{
    Loss loss;
    if (off && release.isKnown() && release.minor <= controller.neededUntil.minor) {
        loss.parts += controller.neededFor;
        loss.byList = true;
    }
    for (const KeptController &each : controller.keep) {
        if (each.beyondStar) {
            if (!off || list.names(each.name) || list.names(each.renamed))
                continue;
            loss.parts += message(u"%1 is off, because \"*\" does not include it and the list does not name it: %2"_s,
                u"%1 已停用：“*”不包含它，列表中也没有列出它。%2"_s, each.name, each.lost);
        } else if (!list.isOn(each.name, each.renamed, true)) {
            loss.parts += message(u"The list turns %1 off: %2"_s, u"该列表停用了 %1：%2"_s, each.name, each.lost);
            loss.byList = true;
        }
    }
    if (loss.byList)
        loss.severity = Severity::High;
    return loss;
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = rule.fixValue;
    const Setting setting = settingInForce(node, rule.setting);
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return finding;
    }
    const ControllerSwitch &controller = rule.controller;
    const ControllerList list(setting.value.toArray());
    const Message seen = settingSentence(rule, node, setting, finding.expected);
    finding.origin = setting.origin;
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    Finding range;
    const bool applies = !doesNotApply(rule, node, component, range);
    const bool canFix = applies && canBeFixed(rule, node, component, setting);
    if (!list.hasStar()) {
        finding.verdict = Verdict::Fail;
        finding.severity = Severity::Critical;
        finding.fixable = canFix;
        finding.reason = sentences({seen, nothingElseRuns()});
        return finding;
    }
    if (const Message trouble = unknownName(list, controller, component.release); !trouble.isEmpty()) {
        finding.verdict = Verdict::Error;
        finding.reason = sentences({seen, trouble});
        return finding;
    }
    const bool off = !list.isOn(controller.off, controller.renamed, true);
    if (const Loss loss = lossOf(list, controller, component.release, off); !loss.parts.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.severity = loss.severity;
        finding.fixable = canFix && !loss.byList;
        finding.reason = sentences(QList<Message>{seen} + loss.parts);
        return finding;
    }
    if (doesNotApply(rule, node, component, finding))
        return finding;
    finding.verdict = off ? Verdict::Pass : Verdict::Fail;
    finding.fixable = !off && canFix;
    finding.reason = seen;
    return finding;
}

} // namespace

QList<Finding> judgeControllers(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, rule.fixValue,
        [&](const Node &node, const Component &component) { return judgeOn(cluster, rule, node, component); });
}

} // namespace jiagu
