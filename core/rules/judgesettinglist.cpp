// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QHostAddress>
#include <QJsonArray>
#include <QSet>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool isLoopback(const QString &host)
{
    return host == "localhost"_L1 || QHostAddress(host).isLoopback();
}

Finding judgeUrls(
    const Cluster &cluster, const Rule &rule, const Node &node, const Component &component, const SettingName &name)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = u"https://… | 127.0.0.1"_s;
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const Setting setting = settingInForce(node, name);
    finding.origin = setting.origin;
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return finding;
    }
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    finding.reason = settingSentence(rule, node, setting, finding.expected);
    finding.verdict = Verdict::Pass;
    // Metrics alone need no address of their own (etcd, server/embed/config.go).
    const bool isGiven = setting.origin.kind != Origin::Kind::Default && name.flag != "--listen-metrics-urls"_L1;
    if (isGiven && setting.value.toArray().isEmpty())
        finding.verdict = Verdict::Error;
    for (const QJsonValue &item : setting.value.toArray()) {
        const QUrl url(item.toString(), QUrl::StrictMode);
        if (!url.isValid() || url.scheme().isEmpty())
            finding.verdict = Verdict::Error;
        else if (!url.scheme().endsWith(u's') && url.scheme() != "unix"_L1 && !isLoopback(url.host())
            && finding.verdict == Verdict::Pass)
            finding.verdict = Verdict::Fail;
    }
    return finding;
}

} // namespace

QList<Finding> judgeSettingList(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> judged;
    const auto add = [&judged](QList<Finding> findings, const SettingName &name) {
        for (Finding &finding : findings) {
            finding.subject.name = name.flag.isEmpty() ? name.path : name.flag;
            judged += finding;
        }
    };
    for (const SettingCheck &check : rule.settings) {
        Rule one = rule;
        one.check = CheckKind::Setting;
        one.setting = check.setting;
        one.assertion = check.assertion;
        add(judgeSetting(cluster, one), check.setting);
    }
    for (const SettingName &name : rule.urls) {
        add(judgeEachNode(cluster, rule, u"https://…"_s,
                [&](const Node &node, const Component &component) {
                    return judgeUrls(cluster, rule, node, component, name);
                }),
            name);
    }
    // What is not as it should be stands alone, the rest of a node together; a cause that is everywhere comes once.
    QList<Finding> findings;
    QSet<QString> said;
    QSet<QString> troubled;
    QMap<QString, int> good;
    for (Finding &finding : judged) {
        if (finding.verdict == Verdict::Pass) {
            ++good[finding.subject.node];
            continue;
        }
        troubled.insert(finding.subject.node);
        const QString cause = finding.subject.node + u'|' + finding.reason.en;
        if (said.contains(cause))
            continue;
        said.insert(cause);
        findings += finding;
    }
    for (Finding &finding : judged) {
        if (troubled.contains(finding.subject.node))
            continue;
        troubled.insert(finding.subject.node);
        const QString count = QString::number(good[finding.subject.node]);
        finding.subject.name.clear();
        finding.origin = {};
        finding.overridden.clear();
        finding.expected.clear();
        finding.actual = u"%1 settings"_s.arg(count);
        finding.reason = message(u"On node %1, all %2 settings of %3 are as required."_s,
            u"节点 %1 上 %3 的 %2 个配置项全部符合要求。"_s, plainText(finding.subject.node), count,
            componentName(rule.component));
        findings += finding;
    }
    return findings;
}

} // namespace jiagu
