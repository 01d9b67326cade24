// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "host/tlsprobe.h"

#include <QJsonArray>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::array versions{TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12, TlsVersion::Tls13};

Message wayText(const TlsProbe &probe)
{
    if (probe.way == "tunnel"_L1)
        return message(u"through the SSH connection"_s, u"经 SSH 连接"_s);
    if (probe.way == "direct"_L1)
        return message(u"directly"_s, u"直接连接"_s);
    if (probe.way == "node"_L1)
        return message(u"with openssl on the node"_s, u"使用节点上的 openssl"_s);
    return {};
}

QString placeText(const TlsProbe &probe)
{
    QString address = probe.endpoint.address;
    if (address.contains(u':'))
        address = u'[' + address + u']';
    return (address.isEmpty() ? u"*"_s : address) + u':' + QString::number(probe.endpoint.port);
}

Message whatIsMissing(const TlsProbe &probe)
{
    return probe.problems.isEmpty() ? message(u"The probe does not say why."_s, u"探测记录中没有说明原因。"_s)
                                    : sentences(probe.problems);
}

/// A finding about what a probe found, made by `judgeProbe`; unknown with its cause where there is none.
template <typename Judge>
QList<Finding> judgeProbes(const Cluster &cluster, const Rule &rule, const QString &expected, Judge judgeProbe)
{
    return judgeEachNode(cluster, rule, expected, [&](const Node &node, const Component &component) {
        Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
        finding.expected = expected;
        if (doesNotApply(rule, node, component, finding))
            return finding;
        const auto probe = node.snapshot ? tlsProbe(*node.snapshot, componentName(rule.component))
                                         : Result<TlsProbe>(failure(Error::Kind::NotFound, whyNotRead(node)));
        if (!probe) {
            finding.reason = probe.error().message;
            return finding;
        }
        finding.origin.kind = Origin::Kind::Probe;
        finding.origin.file = placeText(*probe);
        judgeProbe(node, *probe, finding);
        return finding;
    });
}

Message contradiction(const Setting &setting, const QString &configured)
{
    return message(
        u"This is not what the configuration in force says: %1 is %2 (%3). Something else may answer on this port (a "
        u"proxy, a load balancer), or a process that was not restarted."_s,
        u"这与生效的配置不一致：%1 为 %2（来源：%3）。在该端口应答的可能是其他程序（代理、负载均衡），或尚未重启的旧进程。"_s,
        setting.name, configured, describe(setting.origin));
}

/// What is accepted from outside against the version that is set; empty where they agree or one is not known.
Message versionContradiction(const Rule &rule, const Node &node, const TlsProbe &probe)
{
    const Setting setting = settingInForce(node, rule.setting);
    const auto configured = setting.unknown.isEmpty() ? tlsVersion(setting.value.toString()) : std::nullopt;
    if (!configured)
        return {};
    const bool isLower = std::any_of(versions.begin(), versions.end(),
        [&](TlsVersion version) { return version < *configured && probe.versions.value(version); });
    const auto lowest = probe.lowest();
    return isLower || (lowest && *lowest > *configured) ? contradiction(setting, tlsVersionName(*configured))
                                                        : Message();
}

void judgeVersion(const Rule &rule, const Node &node, const TlsProbe &probe, Finding &finding)
{
    const TlsVersion required = tlsVersion(rule.served.lowest).value_or(TlsVersion::Tls13);
    const QString where = plainText(node.name);
    const QString what = componentName(rule.component);
    QStringList accepted;
    QStringList below;
    bool isWhole = true;
    for (const TlsVersion version : versions) {
        const auto asked = probe.versions.find(version);
        if (asked == probe.versions.end()) {
            isWhole = isWhole && version >= required;
            continue;
        }
        if (!*asked)
            continue;
        accepted += tlsVersionName(version);
        if (version < required)
            below += tlsVersionName(version);
    }
    if (!accepted.isEmpty())
        finding.actual = accepted.join(u", "_s);
    const Message other = versionContradiction(rule, node, probe);
    if (!below.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.reason =
            sentences({message(u"On node %1, %2 accepts %3 from outside (asked %4 at %5); required is %6 or higher."_s,
                           u"节点 %1 上的 %2 从外部可用 %3 连接（探测方式：%4，%5）；要求最低为 %6。"_s, where, what,
                           below.join(u", "_s), wayText(probe), finding.origin.file, rule.served.lowest),
                other});
    } else if (isWhole && !accepted.isEmpty()) {
        finding.verdict = Verdict::Pass;
        finding.reason =
            sentences({message(u"On node %1, %2 refuses everything below %3 from outside (asked %4 at %5)."_s,
                           u"节点 %1 上的 %2 从外部拒绝低于 %3 的连接（探测方式：%4，%5）。"_s, where, what,
                           rule.served.lowest, wayText(probe), finding.origin.file),
                other});
    } else {
        finding.reason =
            sentences({message(u"Which TLS versions %2 on node %1 accepts at %3 was not found out."_s,
                           u"未能探明节点 %1 上的 %2（%3）接受哪些 TLS 版本。"_s, where, what, finding.origin.file),
                whatIsMissing(probe)});
    }
}

bool isListed(const QStringList &list, const QString &suite)
{
    // The two ChaCha20 suites have a short name, too (component-base, cli/flag/ciphersuites_flag.go).
    const auto shorter = "_CHACHA20_POLY1305_SHA256"_L1;
    return list.contains(suite) || (suite.endsWith(shorter) && list.contains(suite.chopped(7)));
}

QStringList outside(const QStringList &suites, const QStringList &list)
{
    QStringList others;
    for (const QString &suite : suites) {
        if (!isListed(list, suite))
            others += suite;
    }
    return others;
}

Message suiteContradiction(const Rule &rule, const Node &node, const TlsProbe &probe)
{
    const Setting setting = settingInForce(node, rule.setting);
    const QStringList configured = setting.value.toVariant().toStringList();
    if (!setting.unknown.isEmpty() || configured.isEmpty() || outside(probe.suites, configured).isEmpty())
        return {};
    return contradiction(setting, configured.join(u", "_s));
}

void judgeSuites(const Rule &rule, const Node &node, const TlsProbe &probe, Finding &finding)
{
    const QString where = plainText(node.name);
    const QString what = componentName(rule.component);
    const auto refuses = [&](TlsVersion version) {
        return probe.versions.contains(version) && !probe.versions.value(version);
    };
    const bool only13 = refuses(TlsVersion::Tls10) && refuses(TlsVersion::Tls11) && refuses(TlsVersion::Tls12)
        && probe.versions.value(TlsVersion::Tls13);
    const QStringList others = outside(probe.suites, rule.served.allowed);
    if (!probe.suites.isEmpty())
        finding.actual = probe.suites.join(u", "_s);
    if (!others.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.reason = sentences(
            {message(u"On node %1, %2 accepts suites from outside that are not allowed (asked %3 at %4): %5."_s,
                 u"节点 %1 上的 %2 从外部可使用不在允许范围内的加密套件（探测方式：%3，%4）：%5。"_s, where, what,
                 wayText(probe), finding.origin.file, others.join(u", "_s)),
                suiteContradiction(rule, node, probe)});
    } else if (only13) {
        finding.verdict = Verdict::Pass;
        finding.actual = tlsVersionName(TlsVersion::Tls13);
        finding.reason = message(u"On node %1, %2 accepts TLS 1.3 alone (asked %3 at %4), which has no other suites."_s,
            u"节点 %1 上的 %2 只接受 TLS 1.3（探测方式：%3，%4），该版本没有其他套件。"_s, where, what, wayText(probe),
            finding.origin.file);
    } else if (probe.allSuites && !probe.suites.isEmpty()) {
        finding.verdict = Verdict::Pass;
        finding.reason = sentences(
            {message(u"On node %1, %2 accepts %3 suites from outside, all of them allowed (asked %4 at %5)."_s,
                 u"节点 %1 上的 %2 从外部接受 %3 个加密套件，全部在允许范围内（探测方式：%4，%5）。"_s, where, what,
                 QString::number(probe.suites.size()), wayText(probe), finding.origin.file),
                suiteContradiction(rule, node, probe)});
    } else {
        finding.reason =
            sentences({message(u"Which cipher suites %2 on node %1 accepts at %3 was not found out."_s,
                           u"未能探明节点 %1 上的 %2（%3）接受哪些加密套件。"_s, where, what, finding.origin.file),
                whatIsMissing(probe)});
    }
}

} // namespace

QList<Finding> judgeServedVersion(const Cluster &cluster, const Rule &rule)
{
    return judgeProbes(cluster, rule, u"\u2265 "_s + rule.served.lowest,
        [&](const Node &node, const TlsProbe &probe, Finding &finding) { judgeVersion(rule, node, probe, finding); });
}

QList<Finding> judgeServedSuites(const Cluster &cluster, const Rule &rule)
{
    return judgeProbes(cluster, rule, u"\u2286 "_s + rule.served.allowed.join(u", "_s),
        [&](const Node &node, const TlsProbe &probe, Finding &finding) { judgeSuites(rule, node, probe, finding); });
}

} // namespace jiagu
