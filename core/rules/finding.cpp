// SPDX-License-Identifier: Apache-2.0
#include "rules/finding.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QString verdictName(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return u"pass"_s;
    case Verdict::Fail:
        return u"fail"_s;
    case Verdict::Manual:
        return u"manual"_s;
    case Verdict::NotApplicable:
        return u"not-applicable"_s;
    case Verdict::Unknown:
        return u"unknown"_s;
    case Verdict::Error:
        return u"error"_s;
    }
    return {};
}

Message verdictText(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return message(u"Pass"_s, u"通过"_s);
    case Verdict::Fail:
        return message(u"Fail"_s, u"不通过"_s);
    case Verdict::Manual:
        return message(u"Manual check"_s, u"需人工核查"_s);
    case Verdict::NotApplicable:
        return message(u"Not applicable"_s, u"不适用"_s);
    case Verdict::Unknown:
        return message(u"Unknown"_s, u"未知"_s);
    case Verdict::Error:
        return message(u"Error"_s, u"检查出错"_s);
    }
    return {};
}

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Critical:
        return u"critical"_s;
    case Severity::High:
        return u"high"_s;
    case Severity::Medium:
        return u"medium"_s;
    case Severity::Low:
        return u"low"_s;
    case Severity::Info:
        return u"info"_s;
    }
    return {};
}

Message severityText(Severity severity)
{
    switch (severity) {
    case Severity::Critical:
        return message(u"Critical"_s, u"严重"_s);
    case Severity::High:
        return message(u"High"_s, u"高危"_s);
    case Severity::Medium:
        return message(u"Medium"_s, u"中危"_s);
    case Severity::Low:
        return message(u"Low"_s, u"低危"_s);
    case Severity::Info:
        return message(u"Info"_s, u"提示"_s);
    }
    return {};
}

QString describe(const Subject &subject)
{
    QStringList words;
    if (!subject.kind.isEmpty()) {
        QStringList object{subject.kind, subject.name};
        if (!subject.namespaceName.isEmpty())
            object.prepend(subject.namespaceName);
        words += object.join(u'/');
    } else {
        for (const QString &part : {subject.node, subject.component, subject.name}) {
            if (!part.isEmpty())
                words += part;
        }
        if (words.isEmpty())
            words += subject.cluster;
    }
    if (!subject.container.isEmpty())
        words += u"container "_s + subject.container;
    return words.join(u' ');
}

QString Finding::id() const
{
    QStringList parts{
        rule, subject.node, subject.component, subject.namespaceName, subject.kind, subject.name, subject.container};
    for (QString &part : parts) {
        part.replace(u'\\', u"\\\\"_s);
        part.replace(u'|', u"\\|"_s);
    }
    return parts.join(u'|');
}

} // namespace jiagu
