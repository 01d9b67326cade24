// SPDX-License-Identifier: Apache-2.0
#include "host/snapshotframes.h"

#include "base/plaintext.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr QByteArrayView magic = "jiagu-snapshot/";
constexpr qsizetype lineLimit = 64 * 1024;
constexpr qsizetype preludeLimit = 64 * 1024; // what a login shell may print before the script begins
constexpr qsizetype problemLimit = 50;

bool isNonce(QByteArrayView text)
{
    return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

std::optional<QByteArray> decoded(const QByteArray &base64)
{
    auto result = QByteArray::fromBase64Encoding(base64, QByteArray::AbortOnBase64DecodingErrors);
    if (!result)
        return std::nullopt;
    return std::move(result.decoded);
}

std::optional<QByteArray> word(QByteArrayView text)
{
    if (!text.startsWith('='))
        return text.toByteArray();
    return decoded(text.sliced(1).toByteArray());
}

bool isPlain(QByteArrayView text)
{
    constexpr QByteArrayView others = "._/:@%+,~=-";
    return !text.isEmpty() && !text.startsWith('=') && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
    });
}

QByteArray field(const QByteArray &text)
{
    return isPlain(text) ? text : '=' + text.toBase64();
}

bool bodyFollows(QByteArrayView kind)
{
    return kind == "output" || kind == "process" || kind == "attributes" || kind == "content" || kind == "hashes";
}

/// Takes the file apart line by line.
class FrameReader
{
public:
    FrameReader(const QString &source, const QByteArray &bytes)
        : m_source(source)
        , m_bytes(bytes)
    {
    }

    Result<SnapshotFrames> read()
    {
        if (m_bytes.size() > snapshotLimit)
            return failure(Error::Kind::TooLarge,
                message(u"This file is larger than 64 MiB, which is more than a snapshot may be; it was not read."_s,
                    u"该文件超过 64 MiB，超出快照的大小上限，未读取。"_s),
                {{}, m_source});
        if (auto start = readStart(); !start)
            return tl::unexpected(start.error());
        while (m_at < m_bytes.size() && !m_stopped)
            readLine();
        if (m_open)
            close(message(u"The snapshot ends in the middle of a record: it was cut off."_s,
                u"快照在一条记录中间结束：文件被截断。"_s));
        else if (!m_result.done && !m_doneSeen)
            problem(message(u"The snapshot has no closing record: it was cut off. Take it again."_s,
                u"快照缺少结束记录：文件被截断，请重新采集。"_s));
        return std::move(m_result);
    }

private:
    Result<> readStart()
    {
        qsizetype at = -1;
        const QByteArrayView start = QByteArrayView(m_bytes).first(std::min(m_bytes.size(), preludeLimit));
        if (start.startsWith(magic)) {
            at = 0;
        } else {
            const qsizetype found = start.indexOf(QByteArray('\n' + magic.toByteArray()));
            at = found < 0 ? -1 : found + 1;
        }
        const Position position{{}, m_source, 1};
        if (at < 0)
            return failure(Error::Kind::Parse,
                message(
                    u"This is not a Jiagu snapshot: its first line is not jiagu-snapshot/1. Choose a file that collect.sh wrote."_s,
                    u"这不是 Jiagu 快照：首行不是 jiagu-snapshot/1。请选择由 collect.sh 生成的文件。"_s),
                position);
        m_at = at;
        m_line = 1 + int(std::count(m_bytes.begin(), m_bytes.begin() + at, '\n'));
        const QByteArrayView line = nextLine();
        const qsizetype blank = line.indexOf(' ');
        const QByteArrayView version = line.first(std::max<qsizetype>(blank, 0)).sliced(blank < 0 ? 0 : magic.size());
        if (blank < 0 || !isNonce(line.sliced(blank + 1)))
            return failure(Error::Kind::Parse,
                message(
                    u"The first line of this snapshot is damaged. It may have been converted as text on its way; copy it byte for byte."_s,
                    u"该快照的首行已损坏，可能在传输中被当作文本转换过；请按原始字节复制。"_s),
                {{}, m_source, m_line});
        if (version != "1")
            return failure(Error::Kind::Parse,
                message(u"This snapshot has format version %1; this program reads version 1. Use a newer program."_s,
                    u"该快照的格式版本为 %1，本程序只能读取版本 1，请使用更新的程序。"_s, plainText(version)),
                {{}, m_source, m_line});
        m_result.offset = at;
        m_result.nonce = line.sliced(blank + 1).toByteArray();
        m_prefix = m_result.nonce + ' ';
        if (at > 0)
            problem(message(u"Something else was printed before the snapshot began; it was skipped."_s,
                u"快照开始之前有其他输出，已跳过。"_s));
        return {};
    }

    QByteArrayView nextLine()
    {
        qsizetype end = m_bytes.indexOf('\n', m_at);
        m_terminated = end >= 0;
        if (end < 0)
            end = m_bytes.size();
        const QByteArrayView line = QByteArrayView(m_bytes).sliced(m_at, end - m_at);
        m_at = std::min(end + 1, m_bytes.size());
        return line;
    }

    void readLine()
    {
        ++m_line;
        const QByteArrayView line = nextLine();
        if (!line.startsWith(m_prefix)) {
            if (!m_open)
                problem(
                    message(u"A line that belongs to no record was skipped."_s, u"跳过了一行不属于任何记录的内容。"_s));
            else if (line.size() > lineLimit || m_frame.body.size() + m_body.size() + line.size() > snapshotAnswerLimit)
                m_oversized = true;
            else if (line.startsWith(' '))
                addText(line.sliced(1));
            else
                m_body += line;
            return;
        }
        if (!m_terminated) {
            // A line cut short may look whole: what it says cannot be trusted.
            if (m_open)
                close(message(u"The snapshot ends in the middle of a record: it was cut off."_s,
                    u"快照在一条记录中间结束：文件被截断。"_s));
            return;
        }
        QList<QByteArray> words;
        for (const QByteArrayView part : split(line.sliced(m_prefix.size()))) {
            auto text = word(part);
            if (!text || part.size() > lineLimit) {
                problem(message(u"A record is damaged; it was skipped."_s, u"一条记录已损坏，已跳过。"_s));
                return;
            }
            words += *text;
        }
        if (words.value(0) == "end") {
            readEnd(words);
            return;
        }
        if (m_open)
            close(message(u"A record has no end; it was skipped."_s, u"一条记录没有结尾，已跳过。"_s));
        readRecord(words);
    }

    static QList<QByteArrayView> split(QByteArrayView text)
    {
        QList<QByteArrayView> parts;
        for (qsizetype at = 0; at <= text.size() && parts.size() < 16;) {
            qsizetype end = text.indexOf(' ', at);
            if (end < 0)
                end = text.size();
            parts += text.sliced(at, end - at);
            at = end + 1;
        }
        return parts;
    }

    void readRecord(const QList<QByteArray> &words)
    {
        if (words.value(0) == "done") {
            m_doneSeen = true;
            m_result.done = words.size() == 2 && words[1] == QByteArray::number(m_records);
            if (!m_result.done)
                problem(message(u"The closing record counts %1 records, but %2 were read: some are missing."_s,
                    u"结束记录声明共 %1 条记录，实际读到 %2 条：有记录缺失。"_s, plainText(words.value(1)),
                    QString::number(m_records)));
            return;
        }
        ++m_records;
        if (m_records > snapshotRecordLimit) {
            m_stopped = true;
            m_doneSeen = true;
            problem(message(u"The snapshot has more than 20000 records; the rest was not read."_s,
                u"快照超过 20000 条记录，其余部分未读取。"_s));
            return;
        }
        m_frame = {};
        m_frame.kind = words.value(0);
        m_frame.words = words.sliced(1);
        m_frame.line = m_line;
        if (bodyFollows(m_frame.kind)) {
            m_frame.hasBody = true;
            m_open = true;
            m_oversized = false;
            m_damaged = false;
            m_body.clear();
            return;
        }
        m_result.frames += m_frame;
    }

    void addText(QByteArrayView line)
    {
        decodeBody();
        m_frame.body += line;
        m_frame.body += '\n';
    }

    /// What busybox encodes of a file that grows meanwhile has padding wherever the file had ended, and goes on.
    void decodeBody()
    {
        for (qsizetype at = 0; at < m_body.size() && !m_damaged;) {
            qsizetype end = m_body.indexOf('=', at);
            while (end >= 0 && end < m_body.size() && m_body[end] == '=')
                ++end;
            const bool padded = end >= 0;
            if (!padded)
                end = m_body.size();
            const auto bytes = decoded(m_body.mid(at, end - at));
            if (!bytes || (padded && (end - at) % 4 != 0))
                m_damaged = true;
            else
                m_frame.body += *bytes;
            at = end;
        }
        m_body.clear();
    }

    void readEnd(const QList<QByteArray> &words)
    {
        bool ok = false;
        const int status = words.value(1).toInt(&ok);
        if (!m_open || !ok) {
            m_open = false;
            problem(message(u"A record is damaged; it was skipped."_s, u"一条记录已损坏，已跳过。"_s));
            return;
        }
        decodeBody();
        m_open = false;
        if (m_oversized || m_damaged) {
            problem(m_oversized ? message(
                        u"A record is larger than its limit; it was skipped."_s, u"一条记录超过大小上限，已跳过。"_s)
                                : message(u"The content of a record is damaged; it was skipped."_s,
                                    u"一条记录的内容已损坏，已跳过。"_s),
                m_frame.line);
            return;
        }
        m_frame.status = status;
        m_frame.complaint = words.value(2);
        m_result.frames += std::move(m_frame);
        m_frame = {};
    }

    void close(const Message &text)
    {
        problem(text, m_frame.line);
        m_open = false;
    }

    void problem(const Message &text, int line = 0)
    {
        if (m_result.problems.size() < problemLimit)
            m_result.problems += Error{Error::Kind::Parse, text, {{}, m_source, line > 0 ? line : m_line}};
    }

    QString m_source;
    const QByteArray &m_bytes;
    SnapshotFrames m_result;
    QByteArray m_prefix;
    qsizetype m_at = 0;
    int m_line = 0;
    bool m_terminated = true;
    bool m_open = false;
    bool m_oversized = false;
    bool m_damaged = false;
    bool m_stopped = false;
    bool m_doneSeen = false;
    qsizetype m_records = 0;
    SnapshotFrame m_frame;
    QByteArray m_body;
};

} // namespace

Result<SnapshotFrames> readFrames(const QString &source, const QByteArray &bytes)
{
    return FrameReader(source, bytes).read();
}

QByteArray writeFrames(const SnapshotFrames &frames)
{
    QByteArray out = magic.toByteArray() + "1 " + frames.nonce + '\n';
    for (const SnapshotFrame &frame : frames.frames) {
        out += frames.nonce + ' ' + frame.kind;
        for (const QByteArray &text : frame.words)
            out += ' ' + field(text);
        out += '\n';
        if (!frame.hasBody)
            continue;
        const QByteArray base64 = frame.body.toBase64();
        for (qsizetype at = 0; at < base64.size(); at += 76)
            out += base64.mid(at, 76) + '\n';
        out += frames.nonce + " end " + QByteArray::number(frame.status);
        if (!frame.complaint.isEmpty())
            out += ' ' + field(frame.complaint);
        out += '\n';
    }
    if (frames.done)
        out += frames.nonce + " done " + QByteArray::number(frames.frames.size()) + '\n';
    return out;
}

bool isPacked(const SnapshotFrame &frame)
{
    return frame.hasBody && frame.words.size() > 1 && frame.words.last() == "gzip";
}

Result<QByteArray> unpacked(const QByteArray &gzip, qsizetype limit)
{
    const auto damaged = [] {
        return failure(Error::Kind::Parse,
            message(u"A packed record is damaged; it was skipped."_s, u"一条压缩记录已损坏，已跳过。"_s));
    };
    const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(), &archive_read_free);
    if (gzip.isEmpty())
        return QByteArray();
    archive_entry *entry = nullptr;
    if (!reader || archive_read_support_filter_gzip(reader.get()) != ARCHIVE_OK
        || archive_read_support_format_raw(reader.get()) != ARCHIVE_OK
        || archive_read_support_format_empty(reader.get()) != ARCHIVE_OK
        || archive_read_open_memory(reader.get(), gzip.constData(), size_t(gzip.size())) != ARCHIVE_OK
        || archive_filter_code(reader.get(), 0) != ARCHIVE_FILTER_GZIP)
        return damaged();
    const int header = archive_read_next_header(reader.get(), &entry);
    if (header == ARCHIVE_EOF)
        return QByteArray();
    if (header != ARCHIVE_OK)
        return damaged();
    QByteArray result;
    QByteArray part(64 * 1024, Qt::Uninitialized);
    for (;;) {
        const la_ssize_t size = archive_read_data(reader.get(), part.data(), size_t(part.size()));
        if (size == 0)
            return result;
        if (size < 0)
            return damaged();
        if (result.size() + size > limit)
            return failure(Error::Kind::TooLarge,
                message(u"A packed record is larger than its limit; it was skipped."_s,
                    u"一条压缩记录超过大小上限，已跳过。"_s));
        result.append(part.constData(), size);
    }
}

QByteArray packed(const QByteArray &bytes)
{
    QByteArray out;
    const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(), &archive_write_free);
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
    const auto append = [](archive *, void *target, const void *data, size_t size) -> la_ssize_t {
        static_cast<QByteArray *>(target)->append(static_cast<const char *>(data), qsizetype(size));
        return la_ssize_t(size);
    };
    archive_write_add_filter_gzip(writer.get());
    archive_write_set_filter_option(writer.get(), "gzip", "timestamp", nullptr);
    archive_write_set_format_raw(writer.get());
    archive_write_set_bytes_in_last_block(writer.get(), 1);
    archive_write_open(writer.get(), &out, nullptr, append, nullptr);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_write_header(writer.get(), entry.get());
    archive_write_data(writer.get(), bytes.constData(), size_t(bytes.size()));
    archive_write_close(writer.get());
    return out;
}

QList<SnapshotAttributes> readAttributes(const QByteArray &nonce, const QByteArray &body, int &damaged)
{
    QList<SnapshotAttributes> entries;
    const QByteArray start = nonce + ' ';
    const QByteArray next = '\n' + start;
    for (qsizetype at = body.startsWith(start) ? 0 : -1; at >= 0;) {
        qsizetype end = body.indexOf(next, at);
        QByteArrayView text = QByteArrayView(body).sliced(at, (end < 0 ? body.size() : end) - at).sliced(start.size());
        at = end < 0 ? -1 : end + 1;
        if (end < 0 && text.endsWith('\n'))
            text.chop(1);
        QList<QByteArray> numbers;
        while (numbers.size() < 7) {
            const qsizetype blank = text.indexOf(' ');
            if (blank < 0)
                break;
            numbers += text.first(blank).toByteArray();
            text = text.sliced(blank + 1);
        }
        if (numbers.size() != 7 || !text.startsWith('/') || text.size() > 4096) {
            ++damaged;
            continue;
        }
        SnapshotAttributes entry;
        bool good[7] = {};
        entry.path = text.toByteArray();
        entry.mode = numbers[0].toUInt(&good[0], 16);
        entry.uid = numbers[1].toLongLong(&good[1]);
        entry.gid = numbers[2].toLongLong(&good[2]);
        entry.size = numbers[3].toLongLong(&good[3]);
        entry.modified = numbers[4].toLongLong(&good[4]);
        entry.inode = numbers[5].toULongLong(&good[5]);
        entry.links = numbers[6].toInt(&good[6]);
        if (std::all_of(std::begin(good), std::end(good), [](bool ok) { return ok; }))
            entries += entry;
        else
            ++damaged;
    }
    return entries;
}

QByteArray writeAttributes(const QByteArray &nonce, const QList<SnapshotAttributes> &entries)
{
    QByteArray out;
    for (const SnapshotAttributes &entry : entries) {
        out += nonce + ' ' + QByteArray::number(entry.mode, 16) + ' ' + QByteArray::number(entry.uid) + ' '
            + QByteArray::number(entry.gid) + ' ' + QByteArray::number(entry.size) + ' '
            + QByteArray::number(entry.modified) + ' ' + QByteArray::number(entry.inode) + ' '
            + QByteArray::number(entry.links) + ' ' + entry.path + '\n';
    }
    return out;
}

void replaceHashes(SnapshotFrames &frames, const QHash<QByteArray, QByteArray> &hashes)
{
    for (SnapshotFrame &frame : frames.frames) {
        if (frame.kind == "hash" && frame.words.size() == 2)
            frame.words[1] = hashes.value(frame.words[0], frame.words[1]);
        if (frame.kind != "hashes")
            continue;
        QList<QByteArray> lines = frame.body.split('\n');
        for (QByteArray &line : lines) { // sha256sum's: 64 digits, two characters, the path
            if (const auto hash = hashes.constFind(line.mid(66)); hash != hashes.cend())
                line.replace(0, 64, *hash);
        }
        frame.body = lines.join('\n');
    }
}

} // namespace jiagu
