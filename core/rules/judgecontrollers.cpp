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
struct Reading
{
    bool others = false; ///< controllers that nobody names are on
    bool off = false; ///< the one that is to be off is
    bool unknownName = false; ///< it goes by a name that this release does not know
};

Reading readList(const QJsonArray &list, const ControllerSwitch &controller, const Release &release)
{
    Reading reading;
    bool named = false;
    for (const QJsonValue &item : list) {
        QString name = item.toString();
        const bool minus = name.startsWith(u'-');
        if (minus)
            name.remove(0, 1);
        if (name == "*"_L1) {
            reading.others = reading.others || !minus;
            continue;
        }
        const bool renamed = !controller.renamed.isEmpty() && name == controller.renamed;
        if (renamed && release < controller.renamedIn)
            reading.unknownName = true;
        if (!named && (renamed || name == controller.off)) {
            named = true;
            reading.off = minus;
        }
    }
    if (!named)
        reading.off = !reading.others;
    return reading;
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
    const Reading reading = readList(setting.value.toArray(), rule.controller, component.release);
    const Message seen = settingSentence(rule, node, setting, finding.expected);
    finding.origin = setting.origin;
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    if (!reading.others) {
        // This is the worse mistake, in any release, and no health endpoint shows it.
        finding.verdict = Verdict::Fail;
        Finding range;
        finding.fixable = !doesNotApply(rule, node, component, range) && canBeFixed(rule, node, component, setting);
        finding.reason = sentences({seen,
            message(
                u"The list has no \"*\", so every controller that it does not name is off: deployments, nodes, garbage "
                u"collection. The component reports itself healthy all the same. Put \"*\" into the list now."_s,
                u"列表中没有“*”，因此未列出的控制器全部停用：Deployment、节点、垃圾回收等都不再工作，而组件仍报告自身健康。请立即"
                u"在列表中加入“*”。"_s)});
        return finding;
    }
    if (doesNotApply(rule, node, component, finding))
        return finding;
    if (reading.unknownName) {
        finding.verdict = Verdict::Error;
        finding.reason = sentences({seen,
            message(u"The name %1 is known from %2 on; a component of %3 does not start with it. Write %4."_s,
                u"名称 %1 自 %2 起才可用；%3 版本的组件带着它无法启动。请改为 %4。"_s, rule.controller.renamed,
                rule.controller.renamedIn.text(), component.release.text(), rule.controller.off)});
        return finding;
    }
    finding.verdict = reading.off ? Verdict::Pass : Verdict::Fail;
    finding.fixable = !reading.off && canBeFixed(rule, node, component, setting);
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
