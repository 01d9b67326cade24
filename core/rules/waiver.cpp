// SPDX-License-Identifier: Apache-2.0
#include "rules/waiver.h"

#include "base/plaintext.h"
#include "rules/judge.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// `*` stands for any characters, everything else for itself; an empty pattern fits all.
bool fits(const QString &pattern, const QString &text)
{
    if (pattern.isEmpty())
        return true;
    QStringList parts = pattern.split(u'*');
    if (parts.size() == 1)
        return pattern == text;
    const QString first = parts.takeFirst();
    const QString last = parts.takeLast();
    if (text.size() < first.size() + last.size() || !text.startsWith(first) || !text.endsWith(last))
        return false;
    qsizetype at = first.size();
    const qsizetype end = text.size() - last.size();
    for (const QString &part : std::as_const(parts)) {
        const qsizetype found = text.indexOf(part, at);
        if (found < 0 || found + part.size() > end)
            return false;
        at = found + part.size();
    }
    return true;
}

bool fits(const Waiver &waiver, const Finding &finding, const QString &clusterId)
{
    const Subject &subject = finding.subject;
    if (waiver.rule != finding.rule || !fits(waiver.node, subject.node))
        return false;
    if (!fits(waiver.cluster, subject.cluster) && !fits(waiver.cluster, clusterId))
        return false;
    return fits(waiver.object,
        subject.kind.isEmpty() ? QString() : subject.namespaceName + u'/' + subject.kind + u'/' + subject.name);
}

Message acceptedText(const Waiver &waiver)
{
    return message(u"Accepted by %1 until %2: %3"_s, u"由 %1 批准，有效期至 %2：%3"_s, plainText(waiver.approver),
        waiver.expires.toString(Qt::ISODate), plainText(waiver.reason));
}

} // namespace

void applyWaivers(
    QList<Finding> &findings, const QString &clusterId, const QList<Waiver> &waivers, const QDateTime &now)
{
    const QDate today = now.toUTC().date();
    for (Finding &finding : findings) {
        const bool matters = finding.verdict == Verdict::Fail || finding.verdict == Verdict::Unknown
            || finding.verdict == Verdict::Error || finding.verdict == Verdict::Manual;
        if (!matters || finding.waiver)
            continue;
        const Waiver *expired = nullptr;
        for (const Waiver &waiver : waivers) {
            if (!fits(waiver, finding, clusterId))
                continue;
            if (today <= waiver.expires) {
                finding.waiver = AppliedWaiver{waiver.id, acceptedText(waiver)};
                break;
            }
            if (!expired || waiver.expires > expired->expires)
                expired = &waiver;
        }
        if (!finding.waiver && expired) {
            finding.reason = sentences({finding.reason,
                message(u"The waiver %1 that %2 approved expired on %3, so this counts again."_s,
                    u"由 %2 批准的豁免 %1 已于 %3 到期，因此重新计入。"_s, expired->id, plainText(expired->approver),
                    expired->expires.toString(Qt::ISODate))});
        }
    }
}

} // namespace jiagu
