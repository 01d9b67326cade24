// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include "base/linediff.h"
#include "rules/upgrade.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QJsonValue text(const QString &value)
{
    return value.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(value);
}

QJsonValue number(qint64 value, qint64 absent)
{
    return value == absent ? QJsonValue(QJsonValue::Null) : QJsonValue(value);
}

QJsonValue both(const Message &message)
{
    if (message.isEmpty())
        return QJsonValue::Null;
    return QJsonObject{{u"zh"_s, message.zh}, {u"en"_s, message.en}};
}

QJsonValue moment(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(time.toUTC().toString(Qt::ISODate)) : QJsonValue(QJsonValue::Null);
}

QJsonObject toJson(const Origin &origin)
{
    return {
        {u"kind"_s, text(originKindName(origin.kind))},
        {u"file"_s, text(origin.file)},
        {u"line"_s, number(origin.line, 0)},
        {u"column"_s, number(origin.column, 0)},
        {u"index"_s, number(origin.index, -1)},
        {u"key"_s, text(origin.key)},
        {u"release"_s, text(origin.release)},
    };
}

QJsonObject toJson(const Finding &finding)
{
    const Subject &subject = finding.subject;
    QJsonValue waiver;
    if (finding.waiver)
        waiver = QJsonObject{{u"id"_s, finding.waiver->id}, {u"reason"_s, both(finding.waiver->reason)}};
    QJsonValue patch;
    if (finding.objectFix)
        patch = QJsonObject{{u"yaml"_s, text(finding.objectFix->patch)},
            {u"command"_s, text(finding.objectFix->command)}, {u"note"_s, both(finding.objectFix->note)}};
    return {
        {u"rule"_s, finding.rule},
        {u"subject"_s,
            QJsonObject{
                {u"cluster"_s, text(subject.cluster)},
                {u"node"_s, text(subject.node)},
                {u"component"_s, text(subject.component)},
                {u"namespace"_s, text(subject.namespaceName)},
                {u"kind"_s, text(subject.kind)},
                {u"name"_s, text(subject.name)},
                {u"container"_s, text(subject.container)},
            }},
        {u"verdict"_s, verdictName(finding.verdict)},
        {u"severity"_s, severityName(finding.severity)},
        {u"expected"_s, text(finding.expected)},
        {u"actual"_s, text(finding.actual)},
        {u"origin"_s, toJson(finding.origin)},
        {u"reason"_s, both(finding.reason)},
        {u"title"_s, both(finding.title)},
        {u"waiver"_s, waiver},
        {u"patch"_s, patch},
    };
}

QJsonArray toJson(const QList<Error> &errors)
{
    QJsonArray array;
    for (const Error &error : errors)
        array += both({describe(error, Language::English), describe(error, Language::Chinese)});
    return array;
}

QJsonObject toJson(const Node &node)
{
    const Snapshot *snapshot = node.snapshot.get();
    return {
        {u"name"_s, text(node.name)},
        {u"machineId"_s, text(node.machineId)},
        {u"address"_s, text(node.address)},
        {u"controlPlane"_s, node.controlPlane},
        {u"release"_s, text(node.release.text())},
        {u"read"_s, node.read},
        {u"source"_s, text(snapshot ? snapshot->source : QString())},
        {u"taken"_s, moment(snapshot ? snapshot->taken : QDateTime())},
        {u"complete"_s, snapshot && snapshot->complete},
        {u"problems"_s, toJson(node.problems)},
    };
}

QJsonObject toJson(const Counts &counts)
{
    QJsonObject object;
    for (auto it = counts.byVerdict.begin(); it != counts.byVerdict.end(); ++it)
        object[verdictName(it.key())] = it.value();
    object[u"waived"_s] = counts.waived;
    QJsonObject failed;
    for (auto it = counts.failed.begin(); it != counts.failed.end(); ++it)
        failed[severityName(it.key())] = it.value();
    object[u"failedBySeverity"_s] = failed;
    return object;
}

QJsonObject toJson(const ReportContext::Change &change)
{
    QJsonArray steps;
    for (const FileChange &step : change.changeSet.steps) {
        steps += QJsonObject{
            {u"node"_s, step.node},
            {u"path"_s, step.path},
            {u"rules"_s, QJsonArray::fromStringList(step.rules)},
            {u"sha256Before"_s, QString::fromLatin1(step.sha256Before)},
            {u"sha256After"_s, QString::fromLatin1(step.sha256After)},
            {u"diff"_s, QString::fromUtf8(unifiedDiff(step.path.toUtf8(), diffLines(step.before, step.after)))},
        };
    }
    QJsonArray entries;
    for (const JournalEntry &entry : change.entries) {
        entries += QJsonObject{
            {u"time"_s, moment(entry.time)},
            {u"event"_s, entry.event},
            {u"node"_s, text(entry.node)},
            {u"action"_s, text(entry.action)},
            {u"state"_s, text(entry.state)},
            {u"detail"_s, text(entry.detail)},
            {u"operator"_s, text(entry.approval.operatorName)},
            {u"ticket"_s, text(entry.approval.ticket)},
            {u"reviewer"_s, text(entry.approval.reviewer)},
        };
    }
    return {
        {u"changeSet"_s, change.changeSet.id},
        {u"planned"_s, moment(change.changeSet.planned)},
        {u"steps"_s, steps},
        {u"entries"_s, entries},
    };
}

QJsonObject packJson(const RulePack &pack)
{
    return {{u"id"_s, pack.id}, {u"version"_s, text(pack.version)}, {u"digest"_s, QString::fromLatin1(pack.digest)},
        {u"title"_s, both(pack.title)}, {u"baseline"_s, text(pack.baseline)}};
}

QJsonArray findingArray(const Assessment &assessment)
{
    QJsonArray findings;
    for (const Finding &finding : assessment.findings)
        findings += toJson(finding);
    return findings;
}

QJsonObject upgradeJson(const Cluster &cluster)
{
    QJsonArray obstacles;
    for (const UpgradeObstacle &obstacle : upgradeObstacles(cluster)) {
        obstacles += QJsonObject{
            {u"release"_s, obstacle.release.text()},
            {u"present"_s, text(obstacle.present.text())},
            {u"effect"_s, upgradeEffectName(obstacle.effect)},
            {u"node"_s, text(obstacle.node)},
            {u"component"_s, componentName(obstacle.component)},
            {u"setting"_s, obstacle.setting},
            {u"origin"_s, toJson(obstacle.origin)},
            {u"what"_s, both(obstacle.what)},
            {u"todo"_s, both(obstacle.todo)},
            {u"source"_s, obstacle.source},
        };
    }
    QJsonArray unknown;
    for (const Message &gap : upgradeGaps(cluster))
        unknown += both(gap);
    return {{u"releases"_s, both(upgradeReleases(cluster))}, {u"obstacles"_s, obstacles}, {u"unknown"_s, unknown}};
}

} // namespace

QJsonObject findingsJson(const Assessment &assessment)
{
    return {{u"schema"_s, u"jiagu-findings/1"_s}, {u"pack"_s, packJson(assessment.pack)},
        {u"findings"_s, findingArray(assessment)}, {u"upgrade"_s, upgradeJson(assessment.cluster)}};
}

QJsonObject reportJson(const Assessment &assessment, const ReportContext &context)
{
    const Cluster &cluster = assessment.cluster;
    QJsonArray nodes;
    for (const Node &node : cluster.nodes)
        nodes += toJson(node);
    QJsonArray changes;
    for (const ReportContext::Change &change : context.changes)
        changes += toJson(change);
    return {
        {u"schema"_s, u"jiagu-report/1"_s},
        {u"program"_s, QJsonObject{{u"name"_s, u"jiagu"_s}, {u"version"_s, QStringLiteral(JIAGU_VERSION)}}},
        {u"judged"_s, moment(assessment.now)},
        {u"organisation"_s, text(context.organisation)},
        {u"operator"_s, text(context.operatorName)},
        {u"ticket"_s, text(context.ticket)},
        {u"reviewer"_s, text(context.reviewer)},
        {u"pack"_s, packJson(assessment.pack)},
        {u"tailoring"_s, toJson(assessment.tailoring)},
        {u"cluster"_s,
            QJsonObject{
                {u"id"_s, cluster.id},
                {u"name"_s, text(cluster.name)},
                {u"release"_s, text(cluster.release.text())},
                {u"apiNode"_s, text(cluster.apiNode)},
                {u"apiTime"_s, moment(cluster.apiTime)},
                {u"apiError"_s, both(cluster.apiError)},
                {u"problems"_s, toJson(cluster.problems)},
            }},
        {u"nodes"_s, nodes},
        {u"counts"_s, toJson(count(assessment.findings))},
        {u"findings"_s, findingArray(assessment)},
        {u"upgrade"_s, upgradeJson(cluster)},
        {u"changes"_s, changes},
    };
}

} // namespace jiagu
