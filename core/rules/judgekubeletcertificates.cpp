// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "host/tlscertificate.h"

#include <QHostAddress>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const auto clusterAuthority = u"/etc/kubernetes/pki/ca.crt"_s; ///< what certificates are verified against when probed
constexpr int internalError = 80;

/// Whether kube-apiserver can verify the kubelet of a node, and why not or why it is not known.
struct Fit
{
    Verdict verdict = Verdict::Unknown;
    Message reason; ///< a sentence
    QString shown; ///< the certificate in short
    QString place; ///< address and port
};

QString day(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd HH:mm 'UTC'"_s);
}

Fit fails(Fit fit, const Message &reason)
{
    fit.verdict = Verdict::Fail;
    fit.reason = reason;
    return fit;
}

bool hasAddress(const ServingCertificate &certificate, const QString &address)
{
    const QHostAddress wanted(address);
    return std::any_of(certificate.addresses.begin(), certificate.addresses.end(),
        [&](const QString &text) { return QHostAddress(text).isEqual(wanted, QHostAddress::StrictConversion); });
}

/// How long before its end a certificate that is renewed in time is not seen: a tenth of its life, `days` at most. A
/// kubelet asks for the next one when 70 to 90 percent are over (client-go, util/certificate/certificate_manager.go).
bool isLate(const ServingCertificate &certificate, int days, const QDateTime &now)
{
    const qint64 life = certificate.from.secsTo(certificate.until);
    return now.secsTo(certificate.until) < std::min<qint64>(qint64(days) * 24 * 3600, life / 10);
}

Fit judgeCertificate(const Node &node, const ServingCertificate &certificate, int days, const QDateTime &now, Fit fit)
{
    fit.shown = u"%1; %2; %3 – %4"_s.arg(certificate.issuer,
        certificate.addresses.isEmpty() ? u"no IP"_s : certificate.addresses.join(u", "_s), day(certificate.from),
        day(certificate.until));
    if (certificate.authorities.isEmpty()) {
        fit.reason = message(
            u"Its certificate was not verified, because the cluster's CA certificate (%1) was not read on the node."_s,
            u"节点上的集群 CA 证书（%1）未被读取，因此没有校验其服务端证书。"_s, clusterAuthority);
        return fit;
    }
    if (!certificate.doubts.isEmpty())
        return fails(fit,
            message(u"Its certificate is not signed by the cluster's CA (issuer %1: %2)."_s,
                u"其证书不是由集群 CA 签发（签发者 %1：%2）。"_s, certificate.issuer,
                certificate.doubts.join(u", "_s)));
    if (now < certificate.from || now > certificate.until)
        return fails(fit,
            message(u"Its certificate holds from %1 to %2, and not at %3."_s,
                u"其证书有效期为 %1 至 %2，在 %3 无效。"_s, day(certificate.from), day(certificate.until), day(now)));
    if (node.address.isEmpty()) {
        fit.reason =
            message(u"The node's InternalIP is not known, so nobody can tell whether its certificate names it."_s,
                u"节点的 InternalIP 未知，无法判断其证书是否包含该地址。"_s);
        return fit;
    }
    if (!hasAddress(certificate, node.address))
        return fails(fit,
            message(u"Its certificate does not name the node's address %1, by which kube-apiserver reaches it."_s,
                u"其证书不包含节点地址 %1，而 kube-apiserver 正是通过该地址连接它。"_s, plainText(node.address)));
    const QString left = QString::number(now.daysTo(certificate.until));
    if (isLate(certificate, days, now))
        return fails(fit,
            message(
                u"Its certificate ends in %1 days (%2) and was not renewed yet: a certificate signing request may be "
                u"waiting for approval."_s,
                u"其证书将在 %1 天后到期（%2）且尚未续期：可能有证书签名请求正在等待批准。"_s, left,
                day(certificate.until)));
    fit.verdict = Verdict::Pass;
    fit.reason = message(u"Its certificate is signed by the cluster's CA, names %1 and holds for %2 more days."_s,
        u"其证书由集群 CA 签发，包含地址 %1，有效期还剩 %2 天。"_s, plainText(node.address), left);
    return fit;
}

Fit fitOf(const Node &node, int days, const QDateTime &now)
{
    Fit fit;
    if (!node.read || !node.snapshot) {
        fit.reason = whyNotRead(node);
        return fit;
    }
    const auto probe = tlsProbe(*node.snapshot, componentName(ComponentKind::Kubelet));
    if (!probe) {
        fit.reason = probe.error().message;
        return fit;
    }
    fit.place = u"%1:%2"_s.arg(probe->endpoint.address).arg(probe->endpoint.port);
    if (probe->certificate)
        return judgeCertificate(node, *probe->certificate, days, now, fit);
    if (probe->alerts.contains(internalError))
        return fails(fit,
            message(
                u"It ends every TLS 1.2 handshake with the alert \"internal error\": it has no serving certificate, "
                u"because its certificate signing request was not approved."_s,
                u"它以 TLS 警报“internal error”结束 TLS 1.2 握手：其证书签名请求未获批准，因此没有服务端证书。"_s));
    fit.reason =
        sentences(QList<Message>{message(u"Its certificate was not seen."_s, u"未能看到其证书。"_s)} + probe->problems);
    return fit;
}

/// Every node of the cluster with how it fits, by verdict.
struct Readiness
{
    QStringList ready;
    QStringList broken;
    QStringList unknown;
    QList<Message> why; ///< of the last two, a sentence for each node
};

Readiness readinessOf(const Cluster &cluster, int days, const QDateTime &now)
{
    Readiness all;
    for (const Node &node : cluster.nodes) {
        const Fit fit = fitOf(node, days, now);
        const QString name = plainText(node.name);
        if (fit.verdict == Verdict::Pass) {
            all.ready += name;
            continue;
        }
        (fit.verdict == Verdict::Fail ? all.broken : all.unknown) += name;
        all.why += message(u"%1: %2"_s, u"%1：%2"_s, name, fit.reason);
    }
    return all;
}

Message beforeItIsSet(const Readiness &all)
{
    if (all.broken.isEmpty() && all.unknown.isEmpty())
        return message(u"The kubelets of all nodes (%1) show certificates that it can verify: it can be set now."_s,
            u"所有节点（%1）的 kubelet 都出示了可校验的证书：现在可以设置。"_s, all.ready.join(u", "_s));
    QList<Message> parts;
    if (!all.broken.isEmpty())
        parts += message(u"Do not set it yet: logs, exec, attach and port-forward would break on %1."_s,
            u"现在请勿设置：%1 上的 logs、exec、attach 和 port-forward 会失效。"_s, all.broken.join(u", "_s));
    if (!all.unknown.isEmpty())
        parts += message(u"Do not set it before it is known whether it can verify %1."_s,
            u"在确认能否校验 %1 之前，请勿设置。"_s, all.unknown.join(u", "_s));
    return sentences(parts + all.why);
}

/// Why certificates that fit the cluster's CA may not fit the file that kube-apiserver verifies with; empty when they
/// do.
Message otherAuthority(const Node &node, const QString &path, const Cluster &cluster)
{
    if (path == clusterAuthority)
        return {};
    const FileRecord *file = node.snapshot ? node.snapshot->file(path) : nullptr;
    QStringList given = file && file->hasContent ? certificateHashes(file->content) : QStringList();
    given.sort();
    for (const Node &other : cluster.nodes) {
        const auto probe = other.snapshot ? tlsProbe(*other.snapshot, componentName(ComponentKind::Kubelet))
                                          : Result<TlsProbe>(failure(Error::Kind::NotFound, {}));
        if (!probe || !probe->certificate)
            continue; // unknown for a reason of its own
        QStringList used = probe->certificate->authorities;
        used.sort();
        if (given.isEmpty() || used != given)
            return message(
                u"It verifies with %1, which was not read or holds other CA certificates than %2, with which "
                u"the kubelets were checked."_s,
                u"它使用 %1 进行校验，该文件未被读取，或其中的 CA 证书与检查各 kubelet 时所用的 %2 不同。"_s,
                plainText(path), clusterAuthority);
    }
    return {};
}

void judgeFlag(const Cluster &cluster, const Rule &rule, const Node &node, const QDateTime &now, Finding &finding)
{
    const Setting setting = settingInForce(node, rule.setting);
    finding.origin = setting.origin;
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return;
    }
    finding.actual = actualText(setting.value);
    finding.overridden = setting.overridden;
    const Message sentence = settingSentence(rule, node, setting, finding.expected);
    const Readiness all = readinessOf(cluster, 0, now);
    if (!rule.assertion.holds(setting.value)) {
        finding.verdict = Verdict::Fail;
        finding.reason = sentences({sentence, beforeItIsSet(readinessOf(cluster, rule.served.days, now))});
        return;
    }
    const Message other = otherAuthority(node, setting.value.toString(), cluster);
    if (!other.isEmpty()) {
        finding.reason = sentences({sentence, other});
    } else if (!all.broken.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.reason = sentences(
            QList<Message>{sentence,
                message(u"kubectl logs, exec, attach and port-forward are broken on %1."_s,
                    u"%1 上的 kubectl logs、exec、attach 和 port-forward 已失效。"_s, all.broken.join(u", "_s))}
            + all.why);
    } else if (!all.unknown.isEmpty()) {
        finding.reason = sentences(QList<Message>{sentence,
                                       message(u"Whether it can verify the kubelet of %1 is not known."_s,
                                           u"尚不清楚它能否校验 %1 的 kubelet。"_s, all.unknown.join(u", "_s))}
            + all.why);
    } else {
        finding.verdict = Verdict::Pass;
        finding.reason = sentences({sentence,
            message(u"The kubelets of all nodes show certificates that it can verify: %1."_s,
                u"所有节点的 kubelet 都出示了可校验的证书：%1。"_s, all.ready.join(u", "_s))});
    }
}

} // namespace

QList<Finding> judgeServingCertificate(const Cluster &cluster, const Rule &rule, const QDateTime &now)
{
    const QString expected = u"CA = %1; SAN \u2287 InternalIP"_s.arg(clusterAuthority);
    return judgeEachNode(cluster, rule, expected, [&](const Node &node, const Component &component) {
        Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
        finding.expected = expected;
        if (doesNotApply(rule, node, component, finding))
            return finding;
        const Fit fit = fitOf(node, rule.served.days, now);
        finding.verdict = fit.verdict;
        finding.actual = fit.shown;
        if (!fit.place.isEmpty()) {
            finding.origin.kind = Origin::Kind::Probe;
            finding.origin.file = fit.place;
        }
        finding.reason =
            message(u"The kubelet of node %1: %2"_s, u"节点 %1 的 kubelet：%2"_s, plainText(node.name), fit.reason);
        return finding;
    });
}

QList<Finding> judgeKubeletAuthority(const Cluster &cluster, const Rule &rule, const QDateTime &now)
{
    return judgeEachNode(cluster, rule, rule.assertion.text(), [&](const Node &node, const Component &component) {
        Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
        finding.expected = rule.assertion.text();
        if (!doesNotApply(rule, node, component, finding))
            judgeFlag(cluster, rule, node, now, finding);
        return finding;
    });
}

} // namespace jiagu
