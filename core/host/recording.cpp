// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"

#include "base/plaintext.h"
#include "host/masking.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QByteArray hashOf(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

/// Another id of the same shape: digits by digits, dashes and case as they
/// were.
QByteArray madeUp(const QByteArray &id)
{
    const QByteArray digits = hashOf("jiagu sample " + id.toLower());
    QByteArray result = id;
    for (qsizetype i = 0; i < result.size(); ++i) {
        const char c = result.at(i);
        const char digit = digits.at(i % digits.size());
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
            result[i] = digit;
        else if (c >= 'A' && c <= 'F')
            result[i] = digit >= 'a' ? char(digit - 'a' + 'A') : digit;
    }
    return result;
}

/// Rewrites the frames of one Snapshot file.
class Rewriter
{
public:
    Rewriter(SnapshotFrames frames, Replacements replacements)
        : m_frames(std::move(frames))
        , m_replacements(std::move(replacements))
    {
    }

    Result<QByteArray> run()
    {
        for (SnapshotFrame &frame : m_frames.frames) {
            m_packed += isPacked(frame);
            if (!m_packed.last())
                continue;
            auto body = unpacked(frame.body, snapshotAnswerLimit);
            if (!body)
                return tl::unexpected(body.error());
            frame.body = *body;
        }
        findIds();
        const auto longer = [](const auto &left, const auto &right) { return left.first.size() > right.first.size(); };
        std::stable_sort(m_replacements.begin(), m_replacements.end(), longer);
        for (SnapshotFrame &frame : m_frames.frames)
            rewrite(frame);
        fixHashes();
        const QByteArray old = m_frames.nonce;
        m_frames.nonce = "0"_ba.repeated(32);
        fixAttributes(old);
        const QByteArray made = hashOf(writeFrames(m_frames)).left(32);
        const QByteArray none = std::exchange(m_frames.nonce, made);
        fixAttributes(none);
        for (qsizetype i = 0; i < m_frames.frames.size(); ++i) {
            if (m_packed[i])
                m_frames.frames[i].body = packed(m_frames.frames[i].body);
        }
        return writeFrames(m_frames);
    }

private:
    void findIds()
    {
        static const QRegularExpression idKeys(
            u"\"(?:machineID|bootID|systemUUID)\"\\s*:\\s*\"([0-9A-Fa-f-]{16,64})\""_s);
        QList<QByteArray> ids;
        for (const SnapshotFrame &frame : std::as_const(m_frames.frames)) {
            if (frame.kind == "fact" && frame.words.value(0) == "machine-id")
                ids += frame.words.value(1);
            else if (frame.kind == "fact" && frame.words.value(0) == "uname")
                replaceKernel(frame.words.value(1));
            if (frame.kind != "output" || !frame.words.value(0).startsWith("api:"))
                continue;
            for (auto match = idKeys.globalMatch(QString::fromUtf8(frame.body)); match.hasNext();)
                ids += match.next().captured(1).toLatin1();
        }
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        for (const QByteArray &id : std::as_const(ids)) {
            if (id.size() >= 16)
                m_replacements.append({id, madeUp(id)});
        }
    }

    /// "Linux RELEASE VERSION MACHINE", where the version has blanks.
    void replaceKernel(const QByteArray &uname)
    {
        const QList<QByteArray> words = uname.split(' ');
        if (words.size() < 4)
            return;
        m_replacements.append(
            {words.mid(2, words.size() - 3).join(' '), "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)"_ba});
        m_replacements.append({words[1], "6.1.0-40-amd64"_ba});
    }

    QByteArray replaced(QByteArray text) const
    {
        for (const auto &[from, to] : m_replacements) {
            if (!from.isEmpty())
                text.replace(from, to);
        }
        return text;
    }

    void rewrite(SnapshotFrame &frame)
    {
        for (QByteArray &text : frame.words)
            text = replaced(text);
        frame.complaint = replaced(frame.complaint);
        if (!frame.hasBody)
            return;
        const QByteArray before = frame.body;
        if (frame.kind == "attributes") {
            int damaged = 0;
            QList<SnapshotAttributes> entries = readAttributes(m_frames.nonce, frame.body, damaged);
            for (SnapshotAttributes &entry : entries)
                entry.path = replaced(entry.path);
            frame.body = writeAttributes(m_frames.nonce, entries);
            return;
        }
        if (frame.kind == "process") {
            QList<QByteArray> argv = frame.body.split('\0');
            maskArguments(argv);
            frame.body = argv.join('\0');
        } else if (frame.kind != "hashes" && !frame.words.value(0).startsWith("api:")) {
            maskText(frame.body);
        }
        frame.body = replaced(frame.body);
        if (frame.kind == "content" && frame.body != before)
            m_changed.insert(frame.words.value(0), frame.body);
    }

    void fixHashes()
    {
        QHash<QByteArray, QByteArray> hashes;
        for (auto file = m_changed.cbegin(); file != m_changed.cend(); ++file)
            hashes.insert(file.key(), hashOf(file.value()));
        replaceHashes(m_frames, hashes);
    }

    /// Frames the attributes with the nonce of now instead of `old`, and corrects
    /// sizes.
    void fixAttributes(const QByteArray &old)
    {
        for (SnapshotFrame &frame : m_frames.frames) {
            if (frame.kind != "attributes")
                continue;
            int damaged = 0;
            QList<SnapshotAttributes> entries = readAttributes(old, frame.body, damaged);
            for (SnapshotAttributes &entry : entries) {
                constexpr quint32 regular = 0100000;
                if (m_changed.contains(entry.path) && (entry.mode & 0170000U) == regular)
                    entry.size = m_changed.value(entry.path).size();
            }
            frame.body = writeAttributes(m_frames.nonce, entries);
        }
    }

    SnapshotFrames m_frames;
    Replacements m_replacements;
    QList<bool> m_packed;
    QHash<QByteArray, QByteArray> m_changed; ///< new content of files by path
};

} // namespace

Result<QByteArray> anonymized(const QByteArray &snapshotBytes, const Replacements &replacements)
{
    auto frames = readFrames(u"snapshot"_s, snapshotBytes);
    if (!frames)
        return tl::unexpected(frames.error());
    if (!frames->done)
        return frames->problems.isEmpty() ? failure(Error::Kind::Parse,
                   message(u"The snapshot is not complete. Take it again."_s, u"快照不完整，请重新采集。"_s))
                                          : tl::unexpected(frames->problems.first());
    return Rewriter(std::move(*frames), replacements).run();
}

Result<Snapshot> readSnapshotFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(QFileInfo::exists(path) ? Error::Kind::Permission : Error::Kind::NotFound,
            message(u"The snapshot cannot be opened: %1. Check its name and that you may read it."_s,
                u"无法打开快照：%1。请检查文件名以及是否有读取权限。"_s, plainText(file.errorString())),
            {{}, path});
    const QByteArray bytes = file.read(snapshotLimit + 1);
    if (file.error() != QFileDevice::NoError)
        return failure(Error::Kind::Failed,
            message(u"The snapshot cannot be read: %1. Look at the disk that holds it, or copy it again."_s,
                u"无法读取快照：%1。请检查其所在磁盘，或重新复制。"_s, plainText(file.errorString())),
            {{}, path});
    return parseSnapshot(plainText(QFileInfo(path).fileName()), bytes);
}

} // namespace jiagu
