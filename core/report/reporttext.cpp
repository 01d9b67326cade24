// SPDX-License-Identifier: Apache-2.0
#include "report/reporttext.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QList<FindingGroup> findingGroups(const Assessment &assessment, const std::function<bool(const Finding &)> &wanted)
{
    QList<FindingGroup> result;
    QMap<QString, qsizetype> places;
    for (const Finding &finding : assessment.findings) {
        if (!wanted(finding))
            continue;
        const QString key = finding.rule + u'|' + severityName(finding.severity);
        auto place = places.constFind(key);
        if (place == places.constEnd()) {
            place = places.insert(key, result.size());
            result += FindingGroup{assessment.pack.rule(finding.rule), {}};
        }
        result[*place].findings += &finding;
    }
    return result;
}

Message reportName()
{
    return {u"Kubernetes hardening report"_s, u"Kubernetes 安全加固核查报告"_s};
}

Message reportTitle(const Assessment &assessment)
{
    const Cluster &cluster = assessment.cluster;
    return message(u"%1: %2"_s, u"%1：%2"_s, reportName(), cluster.name.isEmpty() ? cluster.id : cluster.name);
}

Message verdictSentence(const Assessment &assessment)
{
    const Counts counts = count(assessment.findings);
    const auto number = [&](std::initializer_list<Verdict> verdicts) {
        int sum = 0;
        for (const Verdict verdict : verdicts)
            sum += counts.byVerdict.value(verdict);
        return QString::number(sum);
    };
    return message(
        u"Of %1 checks that could be decided, %2 failed. %3 could not be checked, %4 are for a person to decide, %5 are waived."_s,
        u"已得出结论的 %1 项检查中，%2 项不通过；另有 %3 项未能检查，%4 项需人工核查，%5 项已豁免。"_s,
        number({Verdict::Pass, Verdict::Fail}), number({Verdict::Fail}), number({Verdict::Unknown, Verdict::Error}),
        number({Verdict::Manual}), QString::number(counts.waived));
}

Message readingSentence()
{
    return {u"The nodes were read without changing anything on them. What is reported is what the running components "
            u"use; where only a file could be read, the finding says so."_s,
        u"读取过程未对节点作任何变更。报告以组件实际生效的配置为准；只能读到文件的，检查结果中已注明。"_s};
}

Message furtherNodesSentence(const Cluster &cluster)
{
    if (cluster.apiNode.isEmpty()) {
        return {u"Whether the cluster has further nodes is not known, because the API was not read."_s,
            u"由于未读取 API，无法得知集群是否还有其他节点。"_s};
    }
    return {u"Every node that the cluster knows was read."_s, u"集群中登记的节点均已读取。"_s};
}

Message missedNodeSentence()
{
    return {u"known to the cluster, and not among what was read."_s, u"集群中有登记，但不在本次读取的范围内。"_s};
}

Message verdictMeaning(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return {u"What is in force is what the rule asks for."_s, u"实际生效的配置符合加固项的要求。"_s};
    case Verdict::Fail:
        return {u"What is in force is not what the rule asks for."_s, u"实际生效的配置不符合加固项的要求。"_s};
    case Verdict::Error:
        return {u"It was read, and cannot be used: it does not parse, or contradicts itself."_s,
            u"已读取但无法使用：不能解析，或自相矛盾。"_s};
    case Verdict::Unknown:
        return {u"It could not be read, or its default for this release is not known."_s,
            u"未能读取，或不清楚该版本的默认值。"_s};
    case Verdict::Manual:
        return {u"The facts were gathered; a person has to decide."_s, u"已收集事实，需由人判断。"_s};
    case Verdict::NotApplicable:
        return {u"The rule does not concern this release or this node."_s, u"加固项不适用于该版本或该节点。"_s};
    }
    return {};
}

Message waivedMeaning()
{
    return {u"The risk is accepted for a stated reason; it is shown, and does not count."_s,
        u"出于所述原因接受该风险；仍列出，但不计入统计。"_s};
}

QList<Message> tailoringSentences(const Assessment &assessment)
{
    QList<Message> sentences;
    const Tailoring &tailoring = assessment.tailoring;
    if (const Baseline *baseline = assessment.pack.findBaseline(assessment.pack.baseline)) {
        sentences += message(u"Judged by the baseline \"%1\"."_s, u"核查所用基线：%1。"_s, baseline->title);
        for (auto rule = baseline->off.begin(); rule != baseline->off.end(); ++rule)
            sentences += message(u"%1 is not part of it: %2"_s, u"%1 不在该基线中：%2"_s, rule.key(), rule.value());
    }
    for (auto rule = tailoring.off.begin(); rule != tailoring.off.end(); ++rule)
        sentences += message(u"%1 is switched off: %2"_s, u"%1 已关闭：%2"_s, rule.key(), rule.value());
    for (auto value = tailoring.values.begin(); value != tailoring.values.end(); ++value)
        sentences += message(u"The value for %1 is %2."_s, u"%1 的取值为 %2。"_s, value.key(), value.value());
    for (const Waiver &waiver : tailoring.waivers) {
        QStringList places;
        for (const QString &place : {waiver.cluster, waiver.node, waiver.object}) {
            if (!place.isEmpty())
                places += place;
        }
        const Message where = places.isEmpty() ? Message{u"everywhere"_s, u"全部对象"_s}
                                               : Message{places.join(u", "_s), places.join(u", "_s)};
        const bool holds = assessment.now.toUTC().date() <= waiver.expires;
        sentences += message(u"%1: %2 is waived (%3), approved by %4, until %5%6. Reason: %7"_s,
            u"%1：豁免 %2（%3），批准人 %4，有效期至 %5%6。理由：%7"_s, waiver.id, waiver.rule, where, waiver.approver,
            waiver.expires.toString(Qt::ISODate), holds ? Message() : Message{u", expired"_s, u"，已到期"_s},
            waiver.reason);
    }
    return sentences;
}

Message leftOutSentence(qsizetype findings)
{
    return message(u"%1 more are left out here; the JSON report has all of them."_s,
        u"此处省略另外 %1 项，JSON 报告包含全部内容。"_s, QString::number(findings));
}

Message linesLeftOutSentence(qsizetype lines)
{
    return message(u"%1 more lines are left out."_s, u"另有 %1 行未列出。"_s, QString::number(lines));
}

Message reportTime(const QDateTime &moment)
{
    if (!moment.isValid())
        return {u"not known"_s, u"未知"_s};
    const QString time = moment.toUTC().toString(u"yyyy-MM-dd HH:mm:ss 'UTC'"_s);
    return {time, time};
}

Message outcomeOf(const JournalEntry &entry)
{
    using State = Outcome::State;
    for (const State state : {State::Done, State::Refused, State::RolledBack, State::Undecided}) {
        if (outcomeName(state) == entry.state)
            return outcomeText(state);
    }
    return {entry.state, entry.state};
}

QString limitedValue(const QString &value, Language language)
{
    constexpr qsizetype limit = 2000;
    if (value.size() <= limit)
        return value;
    return value.left(limit)
        + message(u" … (%1 more characters)"_s, u" …（另有 %1 个字符）"_s, QString::number(value.size() - limit))
              .text(language);
}

QString compactValue(const QJsonValue &value)
{
    if (value.isString())
        return value.toString();
    const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(array.mid(1, array.size() - 2));
}

} // namespace jiagu
