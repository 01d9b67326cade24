// SPDX-License-Identifier: Apache-2.0
#include "rules/auditlog.h"

#include "base/plaintext.h"

#include <QRegularExpression>
#include <QTimeZone>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 shortestSpan = 600; // seconds; below it the start of a cluster would be taken for a day like others

SettingName named(const QString &flag)
{
    return {ComponentKind::ApiServer, flag, {}, ValueType::String};
}

/// A file that was rotated, and when (gopkg.in/natefinch/lumberjack.v2: the log's name, the time in UTC, its
/// extension).
struct Rotated
{
    QDateTime time;
    qint64 size = 0;
};

QList<Rotated> rotatedFiles(const Snapshot &snapshot, const QString &log)
{
    const QString directory = log.left(log.lastIndexOf(u'/'));
    const QString name = log.section(u'/', -1);
    const qsizetype dot = name.lastIndexOf(u'.');
    const QString stem = dot < 0 ? name : name.left(dot);
    const QString extension = dot < 0 ? QString() : name.mid(dot);
    const QRegularExpression form(QRegularExpression::anchoredPattern(QRegularExpression::escape(stem)
        + u"-(\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d)\\.\\d{3}"_s + QRegularExpression::escape(extension)
        + u"(\\.gz)?"_s));
    QList<Rotated> files;
    for (const FileRecord *file : snapshot.filesBelow(directory)) {
        const auto match = form.match(file->path.section(u'/', -1));
        QDateTime time = QDateTime::fromString(match.captured(1), u"yyyy-MM-dd'T'HH-mm-ss"_s);
        time.setTimeZone(QTimeZone::utc());
        if (match.hasMatch() && time.isValid() && file->size >= 0)
            files += Rotated{time, file->size};
    }
    std::sort(files.begin(), files.end(), [](const Rotated &a, const Rotated &b) { return a.time < b.time; });
    return files;
}

} // namespace

AuditSettings auditSettings(const Node &node)
{
    return {settingInForce(node, named(u"--audit-policy-file"_s)), settingInForce(node, named(u"--audit-log-path"_s)),
        settingInForce(node, named(u"--audit-webhook-config-file"_s))};
}

QString factOf(const Node &node, const QString &name)
{
    const OutputRecord *record = node.snapshot ? node.snapshot->output(name) : nullptr;
    return record ? QString::fromUtf8(record->content).trimmed() : QString();
}

NodePath nodePath(const Node &node, const Component &component, const QString &path, const QString &fact)
{
    NodePath result;
    result.contained = !component.process.containerId.isEmpty() || !component.manifest.isEmpty();
    if (!result.contained) {
        result.path = path;
        return result;
    }
    const FileRecord *record = component.manifest.isEmpty() ? nullptr : node.snapshot->file(component.manifest);
    if (!record || !record->hasContent) {
        result.path = factOf(node, fact);
        result.unknown = message(u"On node %1 the manifest of %2 was not read, so its mounts are not known."_s,
            u"未读取节点 %1 上 %2 的清单，因此无法得知其挂载。"_s, plainText(node.name), componentName(component.kind));
        return result;
    }
    const auto mount = mountOf(*record, path);
    if (!mount) {
        result.unknown = mount.error().message;
        return result;
    }
    result.mount = *mount;
    if (result.mount)
        result.path = result.mount->hostPath;
    return result;
}

AuditGrowth auditGrowth(const Node &node, const QString &log)
{
    AuditGrowth growth;
    bool good = false;
    if (const qint64 free = factOf(node, u"audit-free"_s).toLongLong(&good); good && free >= 0 && free < (1LL << 50))
        growth.free = free * 1024;
    const FileRecord *current = log.isEmpty() ? nullptr : node.snapshot->file(log);
    if (!current || current->size < 0 || !current->modified.isValid()) {
        growth.from = message(u"The size of the log was not read, so what it takes per day is not known."_s,
            u"未读取日志大小，无法估算每天占用的空间。"_s);
        return growth;
    }
    const QList<Rotated> rotated = rotatedFiles(*node.snapshot, log);
    qint64 written = current->size;
    for (const Rotated &file : rotated)
        growth.used += file.size;
    // The first of the rotated files began at a time that nobody knows.
    if (!rotated.isEmpty())
        written += growth.used - rotated.constFirst().size;
    growth.used += current->size;
    const QDateTime begin = rotated.isEmpty() ? QDateTime::fromString(factOf(node, u"audit-first"_s), Qt::ISODateWithMs)
                                              : rotated.constFirst().time;
    const qint64 span = begin.isValid() ? begin.secsTo(current->modified) : -1;
    if (span < shortestSpan) {
        growth.from = begin.isValid()
            ? message(u"The log is too young to tell what it takes per day."_s,
                u"日志产生时间过短，无法估算每天占用的空间。"_s)
            : message(u"The time of the log's first line was not read, so what it takes per day is not known."_s,
                u"未读取日志首行的时间，无法估算每天占用的空间。"_s);
        return growth;
    }
    growth.bytesPerDay = double(written) * 86400 / double(span);
    growth.from = message(u"It grew by %1 MB in %2 hours: about %3 MB per day."_s,
        u"日志在 %2 小时内增长了 %1 MB：约每天 %3 MB。"_s, QString::number(double(written) / 1e6, 'f', 1),
        QString::number(double(span) / 3600, 'f', 1), QString::number(growth.bytesPerDay / 1e6, 'f', 1));
    return growth;
}

} // namespace jiagu
