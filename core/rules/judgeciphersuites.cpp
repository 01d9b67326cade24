// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/ciphersuites.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr auto highestFloor = "VersionTLS13"_L1;

QStringList texts(const QJsonValue &list)
{
    QStringList result;
    const QJsonArray items = list.toArray();
    for (const QJsonValue &item : items)
        result += item.toString();
    return result;
}

QString expectedText(const Rule &rule)
{
    return u"\u2286 "_s + rule.suites.allowed.join(u", "_s);
}

QStringList othersThan(const QStringList &allowed, const QStringList &suites)
{
    QStringList others;
    for (const QString &suite : suites) {
        if (!allowed.contains(suite))
            others += plainText(suite);
    }
    return others;
}

/// The suites of TLS 1.3 cannot be chosen (crypto/tls, Config.CipherSuites), so with it alone the list decides nothing.
Message unusedList(
    const Rule &rule, const QStringList &suites, const QString &where, const QString &what, const Setting &floor)
{
    const QStringList others = othersThan(rule.suites.allowed, suites);
    QList<Message> parts{message(
        u"On node %1, the list %2 is not used: the lowest TLS version in force is %3 (%4), and the suites of TLS 1.3, all of "
        u"them strong, cannot be chosen."_s,
        u"节点 %1 上的列表 %2 不起作用：生效的最低 TLS 版本为 %3（来源：%4），而 TLS 1.3 的套件不可配置，且均为强套件。"_s,
        where, what, plainText(floor.value.toString()), describe(floor.origin))};
    if (suites.isEmpty())
        parts += message(
            u"It is not set: if the lowest version is ever lowered, suites with AES-CBC come into force. Set it then."_s,
            u"该列表未设置：一旦降低最低版本，使用 AES-CBC 的套件就会生效，届时请设置。"_s);
    else if (!others.isEmpty())
        parts += message(
            u"It names suites that are not allowed, which come into force if the lowest version is ever lowered: %1."_s,
            u"列表中有不在允许范围内的套件，一旦降低最低版本就会生效：%1。"_s, others.join(u", "_s));
    return sentences(parts);
}

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = expectedText(rule);
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const Setting setting = settingInForce(node, rule.setting);
    finding.origin = setting.origin;
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return finding;
    }
    const QStringList suites = texts(setting.value);
    const QString where = plainText(node.name);
    const QString what = componentName(rule.component) + u' ' + setting.name;
    const Setting floor = settingInForce(node, rule.suites.floor);
    const QString version = floor.unknown.isEmpty() ? floor.value.toString() : QString();
    finding.overridden = setting.overridden;
    finding.actual = suites.isEmpty() ? actualText({}) : actualText(setting.value);
    const Message trouble = suites.isEmpty() ? Message() : suitesTrouble(suites, component.release, version);
    if (!trouble.isEmpty()) {
        finding.verdict = Verdict::Error;
        finding.reason =
            sentences(QList<Message>{message(u"On node %1, %2 (%3): %4"_s, u"节点 %1 上的 %2（来源：%3）：%4"_s, where,
                          what, describe(setting.origin), trouble)}
                + setting.notes);
        return finding;
    }
    if (version == highestFloor) {
        finding.verdict = Verdict::Pass;
        finding.reason =
            sentences(QList<Message>{unusedList(rule, suites, where, what, floor)} + setting.notes + floor.notes);
        return finding;
    }
    if (suites.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.fixable = canBeFixed(rule, node, component, setting);
        finding.reason = sentences(
            QList<Message>{message(
                u"On node %1, %2 is not set (%3), so the cipher suites that the Go library of this release has on are in "
                u"force; suites with AES-CBC are among them."_s,
                u"节点 %1 上未设置 %2（来源：%3），因此生效的是该版本所用 Go 库默认开启的加密套件，其中包括使用 AES-CBC 的套件。"_s,
                where, what, describe(setting.origin))}
            + setting.notes);
        return finding;
    }
    const QStringList others = othersThan(rule.suites.allowed, suites);
    if (others.isEmpty()) {
        finding.verdict = Verdict::Pass;
        finding.reason = sentences(
            QList<Message>{message(u"On node %1, all cipher suites of %2 (%3) are allowed ones."_s,
                u"节点 %1 上 %2（来源：%3）中的加密套件全部在允许的范围内。"_s, where, what, describe(setting.origin))}
            + setting.notes);
        return finding;
    }
    finding.verdict = Verdict::Fail;
    finding.fixable = canBeFixed(rule, node, component, setting);
    finding.reason =
        sentences(QList<Message>{message(u"On node %1, %2 (%3) turns on suites that are not allowed: %4."_s,
                      u"节点 %1 上 %2（来源：%3）启用了不在允许范围内的加密套件：%4。"_s, where, what,
                      describe(setting.origin), others.join(u", "_s))}
            + setting.notes);
    return finding;
}

} // namespace

Message suitesTrouble(const QStringList &suites, const Release &release, const QString &floor)
{
    for (const QString &suite : suites) {
        if (isCipherSuite(suite, release))
            continue;
        return message(
            u"There is no cipher suite \"%1\" in release %2, and the component does not start with a name that it does "
            u"not know. Look for blanks and line breaks that a copied list brought along."_s,
            u"版本 %2 中没有名为“%1”的加密套件，组件遇到不认识的名称将无法启动。请检查复制时带入的空格和换行。"_s,
            plainText(suite), release.isKnown() ? release.text() : u"1.x"_s);
    }
    const bool tolerated = floor == highestFloor && toleratesNoHttp2Suite(release);
    if (!tolerated && std::none_of(suites.begin(), suites.end(), isHttp2Suite)) {
        return message(
            u"The list has neither TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 nor TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, of "
            u"which HTTP/2 needs one: the component does not start. Add them."_s,
            u"列表中既没有 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256，也没有 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256，而 HTTP/2 "
            u"至少需要其中之一：组件无法启动。请添加它们。"_s);
    }
    return {};
}

QList<Finding> judgeCipherSuites(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, expectedText(rule),
        [&](const Node &node, const Component &component) { return judgeOn(cluster, rule, node, component); });
}

} // namespace jiagu
