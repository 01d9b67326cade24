// SPDX-License-Identifier: Apache-2.0
#include "host/snapshot.h"

#include "base/plaintext.h"
#include "host/apiobjects.h"
#include "host/masking.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QHash>

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr quint32 typeMask = 0170000;
constexpr qsizetype unpackedLimit = 256 * 1024 * 1024;

FileRecord::Type typeOf(quint32 mode)
{
    switch (mode & typeMask) {
    case 0100000:
        return FileRecord::Type::Regular;
    case 0040000:
        return FileRecord::Type::Directory;
    case 0120000:
        return FileRecord::Type::Symlink;
    default:
        return FileRecord::Type::Other;
    }
}

bool isHash(const QByteArray &text)
{
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

/// What the records of a Snapshot file say, put together.
class SnapshotReader
{
public:
    SnapshotReader(const QString &source, SnapshotFrames frames)
        : m_frames(std::move(frames))
    {
        m_result.source = source;
        m_result.complete = m_frames.done;
        m_result.problems = m_frames.problems;
    }

    Snapshot read()
    {
        for (const SnapshotFrame &frame : std::as_const(m_frames.frames))
            readFrame(frame);
        finishFiles();
        finishProcesses();
        m_result.outputs += m_answers.outputs();
        return std::move(m_result);
    }

private:
    struct File
    {
        FileRecord record;
        std::optional<SnapshotAttributes> before;
        std::optional<SnapshotAttributes> after;
        bool watched = false; ///< its attributes are read a second time
    };

    void readFrame(const SnapshotFrame &frame)
    {
        if (frame.kind == "fact")
            readFact(frame);
        else if (frame.kind == "note")
            problem(frame, Error::Kind::Failed,
                message(u"The node says: %1"_s, u"节点报告：%1"_s, plainText(frame.words.value(0))));
        else if (frame.kind == "process")
            readProcess(frame);
        else if (frame.kind == "output")
            readOutput(frame);
        else if (frame.kind == "attributes")
            readFileAttributes(frame);
        else if (frame.kind == "content")
            readContent(frame);
        else if (frame.kind == "hashes")
            readHashes(frame);
        else if (frame.kind == "hash")
            setHash(frame.words.value(0), frame.words.value(1));
        else if (frame.kind == "link")
            readLink(frame);
        else if (frame.kind == "skipped")
            readSkipped(frame);
        else if (frame.kind == "masked")
            readMasked(frame);
        else
            problem(frame, Error::Kind::Parse,
                message(u"This program does not know records called “%1”; one was skipped."_s,
                    u"本程序不认识名为“%1”的记录，已跳过一条。"_s, plainText(frame.kind)));
    }

    void readFact(const SnapshotFrame &frame)
    {
        if (frame.words.size() != 2)
            return damaged(frame);
        const QString id = plainText(frame.words[0]);
        const QByteArray &value = frame.words[1];
        if (id == "hostname"_L1)
            m_result.hostName = plainText(value);
        else if (id == "machine-id"_L1)
            m_result.machineId = plainText(value);
        else if (id == "date"_L1)
            m_result.taken = QDateTime::fromSecsSinceEpoch(value.toLongLong(), Qt::UTC);
        else if (id == "boot"_L1)
            m_boot = value.toLongLong();
        else if (id == "user"_L1 && value != "0")
            m_result.problems += Error{Error::Kind::Permission,
                message(
                    u"The node was read by an account that is not root (uid %1): what it may not read is missing. Read it as root."_s,
                    u"读取节点所用的账号不是 root（uid %1），无权读取的内容会缺失，请以 root 身份读取。"_s,
                    plainText(value)),
                {{}, m_result.source}};
        m_result.outputs += OutputRecord{id, value, 0, {}, false};
    }

    void readProcess(const SnapshotFrame &frame)
    {
        ProcessRecord process;
        process.pid = frame.words.value(0).toLongLong();
        qint64 start = -1;
        for (const QByteArray &word : frame.words) {
            const QByteArray value = word.mid(word.indexOf('=') + 1);
            if (word.startsWith("uid="))
                process.uid = value.isEmpty() ? -1 : value.toLongLong();
            else if (word.startsWith("start="))
                start = value.isEmpty() ? -1 : value.toLongLong();
            else if (word.startsWith("container=") && (isHash(value)))
                process.containerId = QString::fromLatin1(value);
            else if (word.startsWith("exe="))
                process.executable = plainText(value);
            else if (word.startsWith("cwd="))
                process.directory =
                    plainText(value.startsWith('=') ? QByteArray::fromBase64(value.mid(1)).trimmed() : value);
            else if (word.startsWith("label="))
                process.label =
                    plainText(value.startsWith('=') ? QByteArray::fromBase64(value.mid(1)).trimmed() : value);
            else if (word.startsWith("groups=") && !value.isEmpty() && value.count(',') < 1024) {
                for (const QByteArray &group : value.split(','))
                    process.groups += group.toLongLong();
            }
        }
        QByteArray body = frame.body;
        if (body.endsWith('\0'))
            body.chop(1);
        process.argv = body.split('\0');
        if (process.pid <= 0 || process.argv.size() > 4096)
            return damaged(frame);
        if (frame.body.isEmpty()) // it ended while it was read
            return;
        maskArguments(process.argv);
        m_starts += start;
        m_result.processes += process;
    }

    void readOutput(const SnapshotFrame &frame)
    {
        const QString id = plainText(frame.words.value(0));
        QByteArray content = frame.body;
        if (isPacked(frame)) {
            auto result = unpacked(frame.body, std::min(snapshotAnswerLimit, unpackedLimit - m_unpacked));
            if (!result && frame.status == 0) {
                problem(frame, result.error().kind, result.error().message);
                if (id.startsWith("api:"_L1))
                    m_answers.add(id, {}, -1, u"the record is damaged"_s);
                return;
            }
            content = result.value_or(QByteArray());
            m_unpacked += content.size();
        }
        const QString error = plainText(frame.complaint.trimmed());
        if (id.startsWith("api:"_L1)) {
            m_answers.add(id, content, frame.status, error);
            return;
        }
        OutputRecord output{id, std::move(content), frame.status, frame.status == 0 ? QString() : error, false};
        if (output.status != 0 && output.error.isEmpty())
            output.error = u"status "_s + QString::number(output.status);
        output.masked = maskText(output.content);
        m_result.outputs += output;
    }

    void readFileAttributes(const SnapshotFrame &frame)
    {
        const QByteArray when = frame.words.value(0);
        int bad = 0;
        const QList<SnapshotAttributes> entries = readAttributes(m_frames.nonce, frame.body, bad);
        if (bad > 0)
            damaged(frame);
        for (const SnapshotAttributes &entry : entries) {
            File *file = fileAt(entry.path);
            if (!file)
                return;
            if (when == "after") {
                file->after = entry;
                continue;
            }
            file->before = entry;
            file->watched = when == "before";
        }
        if (when == "after")
            m_hasAfter = true;
    }

    void readContent(const SnapshotFrame &frame)
    {
        File *file = fileAt(frame.words.value(0));
        if (!file)
            return;
        if (frame.status != 0) {
            file->record.error = plainText(frame.complaint.trimmed());
            if (file->record.error.isEmpty())
                file->record.error = u"status "_s + QString::number(frame.status);
            file->record.reason = message(
                u"The file could not be read on the node: %1"_s, u"无法在节点上读取该文件：%1"_s, file->record.error);
            return;
        }
        if (frame.body.size() > snapshotFileLimit) {
            skip(*file, "too-large");
            return;
        }
        file->record.hasContent = true;
        file->record.content = frame.body;
    }

    void readHashes(const SnapshotFrame &frame)
    {
        int count = 0;
        for (const QByteArray &line : frame.body.split('\n')) {
            if (line.isEmpty())
                continue;
            const QByteArray hash = line.left(64);
            if (!isHash(hash) || line.size() < 67 || line[64] != ' ' || ++count > snapshotRecordLimit)
                return damaged(frame);
            setHash(line.mid(66), hash);
        }
    }

    void setHash(const QByteArray &path, const QByteArray &hash)
    {
        if (!isHash(hash))
            return;
        if (File *file = fileAt(path))
            file->record.sha256 = hash;
    }

    void readLink(const SnapshotFrame &frame)
    {
        if (frame.words.size() != 2 || !frame.words[1].startsWith('/'))
            return damaged(frame);
        if (File *file = fileAt(frame.words[0]))
            file->record.realPath = plainText(frame.words[1]);
    }

    void readSkipped(const SnapshotFrame &frame)
    {
        if (File *file = fileAt(frame.words.value(0)))
            skip(*file, frame.words.value(1));
    }

    /// A file whose secrets were masked before this file was written.
    void readMasked(const SnapshotFrame &frame)
    {
        if (File *file = fileAt(frame.words.value(0)))
            file->record.masked = true;
    }

    static void skip(File &file, const QByteArray &why)
    {
        FileRecord &record = file.record;
        record.hasContent = false;
        record.content.clear();
        if (why == "credential") {
            record.withheld = true;
            record.reason = message(
                u"It holds a private key or a credential, which stay on the node: only its attributes and hash were read."_s,
                u"该文件含有私钥或凭据，不会离开节点：只读取了属性和哈希。"_s);
        } else if (why == "too-large") {
            record.truncated = true;
            record.reason = message(u"It is larger than 8 MiB, which is more than is read of one file."_s,
                u"该文件超过 8 MiB，超出单个文件的读取上限。"_s);
        } else if (why == "limit") {
            record.truncated = true;
            record.reason = message(u"The limit of what is read from one node was reached before it."_s,
                u"读取该文件之前已达到单个节点的读取上限。"_s);
        } else if (why == "missing") {
            record.missing = true;
            record.error = u"no such file"_s;
            record.reason = message(u"There is no such file on the node."_s, u"节点上没有该文件。"_s);
        } else if (why == "not-regular") {
            record.type = FileRecord::Type::Other;
            record.error = u"not a regular file"_s;
            record.reason =
                message(u"It is no regular file (a pipe, a device, a socket or a dangling link); it was not opened."_s,
                    u"它不是普通文件（管道、设备、套接字或悬空链接），未打开。"_s);
        } else if (why == "unreadable") {
            record.error = u"permission denied"_s;
            record.reason = message(u"The account that read the node may not read it. Read the node as root."_s,
                u"读取节点所用的账号无权读取该文件，请以 root 身份读取节点。"_s);
        } else if (why == "name") {
            record.error = u"line break in the name"_s;
            record.reason =
                message(u"Its name contains a line break; it was not opened."_s, u"文件名包含换行符，未打开。"_s);
        } else {
            record.error = plainText(why);
            record.reason = message(u"It was not read: %1"_s, u"未读取：%1"_s, record.error);
        }
    }

    void damaged(const SnapshotFrame &frame)
    {
        problem(frame, Error::Kind::Parse,
            message(u"A record called “%1” is damaged; what could be read of it was kept."_s,
                u"名为“%1”的记录已损坏，仅保留了可读部分。"_s, plainText(frame.kind)));
    }

    void problem(const SnapshotFrame &frame, Error::Kind kind, const Message &text)
    {
        if (m_result.problems.size() < 100)
            m_result.problems += Error{kind, text, {{}, m_result.source, frame.line}};
    }

    /// nullptr beyond the limit, or for what is no path.
    File *fileAt(const QByteArray &path)
    {
        if (!path.startsWith('/') || path.size() > 4096)
            return nullptr;
        const auto found = m_index.constFind(path);
        if (found != m_index.constEnd())
            return &m_files[size_t(*found)];
        if (m_files.size() >= size_t(snapshotRecordLimit)) {
            if (!std::exchange(m_full, true))
                m_result.problems += Error{Error::Kind::TooLarge,
                    message(u"The snapshot names more than 20000 files; the rest was not read."_s,
                        u"快照涉及超过 20000 个文件，其余部分未读取。"_s),
                    {{}, m_result.source}};
            return nullptr;
        }
        m_index.insert(path, qsizetype(m_files.size()));
        m_files.emplace_back();
        m_files.back().record.path = plainText(path);
        return &m_files.back();
    }

    void finishFiles()
    {
        for (File &file : m_files) {
            FileRecord &record = file.record;
            if (const auto &attributes = file.before ? file.before : file.after) {
                record.type = typeOf(attributes->mode);
                record.mode = int(attributes->mode & 07777U);
                record.uid = attributes->uid;
                record.gid = attributes->gid;
                record.size = attributes->size;
                record.modified = QDateTime::fromSecsSinceEpoch(attributes->modified, Qt::UTC);
                record.inode = attributes->inode;
                record.links = attributes->links;
            }
            if (record.realPath.isEmpty() && record.type != FileRecord::Type::Symlink)
                record.realPath = record.path;
            const bool differs = m_hasAfter && file.watched && file.before != file.after;
            const bool appeared = file.after && !file.before;
            if (record.hasContent) {
                const QByteArray hash = QCryptographicHash::hash(record.content, QCryptographicHash::Sha256).toHex();
                if (record.sha256.isEmpty())
                    record.sha256 = hash;
                record.changedWhileRead = record.sha256 != hash
                    || (record.type == FileRecord::Type::Regular && record.size >= 0
                        && record.size != record.content.size());
                record.masked = maskText(record.content) || record.masked;
            }
            if (record.type != FileRecord::Type::Directory)
                record.changedWhileRead = record.changedWhileRead || differs || appeared;
            m_result.files += std::move(record);
        }
        std::sort(m_result.files.begin(), m_result.files.end(),
            [](const FileRecord &left, const FileRecord &right) { return left.path < right.path; });
    }

    void finishProcesses()
    {
        constexpr qint64 ticksPerSecond = 100; // USER_HZ, the same on every architecture that runs Kubernetes
        for (qsizetype i = 0; i < m_result.processes.size(); ++i) {
            if (m_boot > 0 && m_starts[i] >= 0 && m_starts[i] < Q_INT64_C(1) << 48)
                m_result.processes[i].started =
                    QDateTime::fromMSecsSinceEpoch(m_boot * 1000 + m_starts[i] * 1000 / ticksPerSecond, Qt::UTC);
        }
    }

    SnapshotFrames m_frames;
    Snapshot m_result;
    std::deque<File> m_files;
    QHash<QByteArray, qsizetype> m_index;
    QList<qint64> m_starts; ///< of the processes, in ticks after boot
    ApiAnswers m_answers;
    qint64 m_boot = 0;
    qsizetype m_unpacked = 0;
    bool m_hasAfter = false;
    bool m_full = false;
};

} // namespace

Result<YamlDocument> FileRecord::yaml() const
{
    return *derived->once<Result<YamlDocument>>("yaml", content, [this] { return YamlDocument::parse(path, content); });
}

const FileRecord *Snapshot::file(const QString &path) const
{
    // Sorted by path, as parseSnapshot() leaves them; a hand-made list need not be.
    const auto before = [](const FileRecord &record, const QString &wanted) { return record.path < wanted; };
    const auto near = std::lower_bound(files.begin(), files.end(), path, before);
    if (near != files.end() && near->path == path)
        return &*near;
    for (const FileRecord &record : files) {
        if (record.path == path)
            return &record;
    }
    return nullptr;
}

const OutputRecord *Snapshot::output(const QString &id) const
{
    for (const OutputRecord &record : outputs) {
        if (record.id == id)
            return &record;
    }
    return nullptr;
}

QList<const FileRecord *> Snapshot::filesBelow(const QString &directory) const
{
    QString start = directory;
    if (!start.endsWith(u'/'))
        start += u'/';
    QList<const FileRecord *> result;
    for (const FileRecord &record : files) {
        if (record.path.size() > start.size() && record.path.startsWith(start)
            && record.path.indexOf(u'/', start.size()) < 0)
            result += &record;
    }
    std::sort(result.begin(), result.end(),
        [](const FileRecord *left, const FileRecord *right) { return left->path < right->path; });
    return result;
}

Result<Snapshot> parseSnapshot(const QString &source, const QByteArray &bytes)
{
    auto frames = readFrames(source, bytes);
    if (!frames)
        return tl::unexpected(frames.error());
    const qsizetype offset = frames->offset;
    Snapshot snapshot = SnapshotReader(source, std::move(*frames)).read();
    snapshot.bytes = offset == 0 ? bytes : bytes.mid(offset);
    return snapshot;
}

} // namespace jiagu
