// SPDX-License-Identifier: Apache-2.0
#include "change/journal.h"

#include "base/plaintext.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QLockFile>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr qint64 maximumFile = 64 * 1024 * 1024;

/// A file descriptor that closes itself.
class Descriptor
{
public:
    explicit Descriptor(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    int get() const { return m_descriptor; }

private:
    int m_descriptor = -1;
};

tl::unexpected<Error> systemFailure(const QString &path, int code)
{
    const Error::Kind kind = code == ENOSPC || code == EDQUOT ? Error::Kind::NoSpace
        : code == EACCES || code == EPERM || code == EROFS    ? Error::Kind::Permission
                                                              : Error::Kind::Failed;
    const QString reason = plainText(QByteArrayView(std::strerror(code)));
    return failure(kind,
        message(
            u"The journal could not be written (%1). Nothing is pushed without it: make room or correct the permissions, "
            u"then try again."_s,
            u"无法写入日志（%1）。没有日志就不会推送任何变更：请清理空间或修正权限后重试。"_s, reason),
        {{}, path, 0, 0});
}

Result<> writeAll(int descriptor, const QByteArray &bytes, const QString &path)
{
    qsizetype written = 0;
    while (written < bytes.size()) {
        const ssize_t count = ::write(descriptor, bytes.constData() + written, size_t(bytes.size() - written));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return systemFailure(path, count < 0 ? errno : ENOSPC);
        written += count;
    }
    if (::fsync(descriptor) != 0)
        return systemFailure(path, errno);
    return {};
}

Result<> syncDirectory(const QString &directory)
{
    const Descriptor descriptor(::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0)
        return systemFailure(directory, errno);
    return {};
}

QJsonObject entryJson(const JournalEntry &entry)
{
    QJsonObject object{
        {u"time"_s, entry.time.toUTC().toString(Qt::ISODateWithMs)},
        {u"event"_s, entry.event},
        {u"node"_s, entry.node},
        {u"action"_s, entry.action},
    };
    const auto add = [&object](const QString &key, const QString &value) {
        if (!value.isEmpty())
            object.insert(key, value);
    };
    add(u"transaction"_s, entry.transaction);
    add(u"state"_s, entry.state);
    add(u"detail"_s, entry.detail);
    if (entry.step >= 0)
        object.insert(u"step"_s, entry.step);
    add(u"operator"_s, entry.approval.operatorName);
    add(u"ticket"_s, entry.approval.ticket);
    add(u"reviewer"_s, entry.approval.reviewer);
    if (entry.approval.when.isValid())
        add(u"approved"_s, entry.approval.when.toUTC().toString(Qt::ISODateWithMs));
    return object;
}

JournalEntry entryFromJson(const QString &changeSet, const QJsonObject &object)
{
    const auto text = [&object](const QString &key) { return object.value(key).toString(); };
    const auto time = [&text](
                          const QString &key) { return QDateTime::fromString(text(key), Qt::ISODateWithMs).toUTC(); };
    JournalEntry entry;
    entry.time = time(u"time"_s);
    entry.event = text(u"event"_s);
    entry.node = text(u"node"_s);
    entry.action = text(u"action"_s);
    entry.transaction = text(u"transaction"_s);
    entry.state = text(u"state"_s);
    entry.detail = text(u"detail"_s);
    entry.step = object.value(u"step"_s).toInt(-1);
    entry.approval.operatorName = text(u"operator"_s);
    entry.approval.ticket = text(u"ticket"_s);
    entry.approval.reviewer = text(u"reviewer"_s);
    if (object.contains(u"approved"_s)) {
        entry.approval.when = time(u"approved"_s);
        entry.approval.changeSet = changeSet;
    }
    return entry;
}

/// A writer's turn in the directory.
Result<> lock(QLockFile &file, const QString &directory)
{
    file.setStaleLockTime(0); // only a lock whose process is gone is stale
    if (file.tryLock(5000))
        return {};
    qint64 pid = 0;
    QString host;
    QString application;
    if (file.error() == QLockFile::LockFailedError && file.getLockInfo(&pid, &host, &application))
        return failure(Error::Kind::Failed,
            message(
                u"The journal is being written by another process (%1, pid %2 on %3). Wait for it, then try again."_s,
                u"日志正被另一个进程写入（%1，%3 上的 pid %2）。请等待其完成后重试。"_s, application,
                QString::number(pid), host),
            {{}, directory, 0, 0});
    return systemFailure(directory, file.error() == QLockFile::PermissionError ? EACCES : EIO);
}

bool isId(const QString &text)
{
    static const QRegularExpression id(u"\\A[0-9a-f]{64}\\z"_s);
    return id.match(text).hasMatch();
}

} // namespace

QString outcomeName(Outcome::State state)
{
    switch (state) {
    case Outcome::State::Done:
        return u"done"_s;
    case Outcome::State::Refused:
        return u"refused"_s;
    case Outcome::State::RolledBack:
        return u"rolled-back"_s;
    case Outcome::State::Undecided:
        return u"undecided"_s;
    }
    return {};
}

Message outcomeText(Outcome::State state)
{
    switch (state) {
    case Outcome::State::Done:
        return {u"done"_s, u"已完成"_s};
    case Outcome::State::Refused:
        return {u"refused, nothing changed"_s, u"已拒绝，未作任何变更"_s};
    case Outcome::State::RolledBack:
        return {u"rolled back"_s, u"已回滚"_s};
    case Outcome::State::Undecided:
        return {u"undecided"_s, u"结果未定"_s};
    }
    return {};
}

QString Journal::standardDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/journal"_s;
}

Result<Journal> Journal::open(const QString &directory)
{
    if (!QDir().mkpath(directory))
        return systemFailure(directory, errno ? errno : EACCES);
    if (::chmod(QFile::encodeName(directory).constData(), 0700) != 0)
        return systemFailure(directory, errno);
    Journal journal;
    journal.m_directory = QDir(directory).absolutePath();
    return journal;
}

Result<> Journal::keep(const ChangeSet &changeSet)
{
    const QString path = m_directory + u'/' + changeSet.id + u".json"_s;
    if (QFile::exists(path) && this->changeSet(changeSet.id))
        return {};
    QLockFile turn(m_directory + u"/lock"_s);
    if (auto held = lock(turn, m_directory); !held)
        return held;
    const QByteArray temporary = QFile::encodeName(path + u".new"_s);
    {
        const Descriptor file(::open(temporary.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (file.get() < 0)
            return systemFailure(path, errno);
        const QByteArray bytes = QJsonDocument(toJson(changeSet)).toJson(QJsonDocument::Compact) + '\n';
        if (auto written = writeAll(file.get(), bytes, path); !written) {
            ::unlink(temporary.constData());
            return written;
        }
    }
    if (::rename(temporary.constData(), QFile::encodeName(path).constData()) != 0)
        return systemFailure(path, errno);
    return syncDirectory(m_directory);
}

Result<> Journal::append(const QString &changeSet, const JournalEntry &entry)
{
    QLockFile turn(m_directory + u"/lock"_s);
    if (auto held = lock(turn, m_directory); !held)
        return held;
    const QString path = m_directory + u'/' + changeSet + u".log"_s;
    const bool isNew = !QFile::exists(path);
    const Descriptor file(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (file.get() < 0)
        return systemFailure(path, errno);
    QByteArray line = QJsonDocument(entryJson(entry)).toJson(QJsonDocument::Compact) + '\n';
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    char last = '\n';
    if (size > 0 && ::pread(file.get(), &last, 1, size - 1) == 1 && last != '\n')
        line.prepend('\n'); // the torn end of a line that was never finished stays a line of its own
    if (auto written = writeAll(file.get(), line, path); !written) {
        if (::ftruncate(file.get(), size) != 0)
            return systemFailure(path, errno);
        return written;
    }
    return isNew ? syncDirectory(m_directory) : Result<>();
}

Result<ChangeSet> Journal::changeSet(const QString &id) const
{
    static const QRegularExpression beginning(u"\\A[0-9a-f]{8,64}\\z"_s);
    QStringList found;
    if (beginning.match(id).hasMatch())
        found = QDir(m_directory).entryList({id + u"*.json"_s}, QDir::Files);
    if (found.isEmpty())
        return failure(Error::Kind::NotFound,
            message(u"The journal has no change set %1. Give the id, or at least its first 8 digits."_s,
                u"日志中没有变更集 %1。请给出其 id，或至少前 8 位。"_s, plainText(id)),
            {{}, m_directory, 0, 0});
    if (found.size() > 1)
        return failure(Error::Kind::Usage,
            message(u"%1 is the beginning of several change sets. Give more digits."_s,
                u"%1 是多个变更集 id 的开头。请给出更多位。"_s, id),
            {{}, m_directory, 0, 0});
    QFile file(m_directory + u'/' + found.first());
    if (!file.open(QIODevice::ReadOnly) || file.size() > maximumFile)
        return failure(Error::Kind::Permission,
            message(u"The change set could not be read (%1)."_s, u"无法读取该变更集（%1）。"_s,
                plainText(file.errorString())),
            {{}, file.fileName(), 0, 0});
    auto changeSet = changeSetFromJson(QJsonDocument::fromJson(file.readAll()).object());
    if (!changeSet) {
        Error error = changeSet.error();
        error.at.file = file.fileName();
        return tl::unexpected(std::move(error));
    }
    return changeSet;
}

QList<JournalEntry> Journal::entries(const QString &changeSet) const
{
    QList<JournalEntry> list;
    QFile file(m_directory + u'/' + changeSet + u".log"_s);
    if (!isId(changeSet) || !file.open(QIODevice::ReadOnly) || file.size() > maximumFile)
        return list;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray &line : lines) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (!object.isEmpty())
            list += entryFromJson(changeSet, object);
    }
    return list;
}

QStringList Journal::undecidedNodes(const QString &changeSet) const
{
    QMap<QString, bool> open;
    const auto list = entries(changeSet);
    for (const JournalEntry &entry : list) {
        if (entry.event == u"intent"_s)
            open[entry.node] = true;
        else if (entry.event == u"outcome"_s)
            open[entry.node] = entry.state == outcomeName(Outcome::State::Undecided);
    }
    QStringList nodes;
    for (auto at = open.cbegin(); at != open.cend(); ++at) {
        if (at.value())
            nodes += at.key();
    }
    return nodes;
}

QStringList Journal::undecided() const
{
    QStringList ids = all();
    std::reverse(ids.begin(), ids.end());
    ids.removeIf([this](const QString &id) { return undecidedNodes(id).isEmpty(); });
    return ids;
}

QStringList Journal::all() const
{
    struct Kept
    {
        QDateTime time;
        QString id;
    };
    QList<Kept> kept;
    const auto files = QDir(m_directory).entryInfoList({u"*.json"_s}, QDir::Files);
    for (const QFileInfo &file : files) {
        const QString id = file.completeBaseName();
        if (!isId(id))
            continue;
        const auto list = entries(id);
        kept += {list.isEmpty() ? file.lastModified().toUTC() : list.first().time, id};
    }
    std::sort(kept.begin(), kept.end(),
        [](const Kept &a, const Kept &b) { return a.time != b.time ? a.time > b.time : a.id > b.id; });
    QStringList ids;
    for (const Kept &each : kept)
        ids += each.id;
    return ids;
}

} // namespace jiagu
