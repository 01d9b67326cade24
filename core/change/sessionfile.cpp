// SPDX-License-Identifier: Apache-2.0
#include "change/sessionfile.h"

#include "base/plaintext.h"
#include "host/maskedsnapshot.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto indexName = "session.json";
constexpr qint64 indexLimit = qint64(4) * 1024 * 1024;
constexpr qint64 totalLimit = qint64(1024) * 1024 * 1024;
constexpr int entryLimit = 1000;

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

QString hashOf(const QByteArray &bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

QByteArray nameOf(qsizetype number)
{
    return "snapshots/" + QByteArray::number(number) + ".jiagu-snapshot";
}

tl::unexpected<Error> noSession()
{
    return failure(Error::Kind::Parse,
        message(u"This is no session file. A session is saved from the window and ends in .jiagu-session; a recording "
                u"of one node ends in .jiagu-snapshot."_s,
            u"这不是会话文件。会话由窗口保存，扩展名为 .jiagu-session；单个节点的快照扩展名为 .jiagu-snapshot。"_s));
}

tl::unexpected<Error> damaged()
{
    return failure(Error::Kind::Parse,
        message(u"The session file is damaged or was cut off, so nothing of it was opened. Open an older copy, or "
                u"connect to the nodes again."_s,
            u"会话文件已损坏或不完整，因此没有打开其中任何内容。请打开较早的副本，或重新连接节点。"_s));
}

tl::unexpected<Error> tooLarge()
{
    return failure(Error::Kind::TooLarge,
        message(
            u"The session file holds more than a session can (%1 snapshots of 64 MiB, 1 GiB together), so nothing of "
            u"it was opened."_s,
            u"会话文件超过上限（%1 个快照，每个 64 MiB，合计 1 GiB），因此没有打开其中任何内容。"_s,
            QString::number(entryLimit)));
}

QJsonObject targetJson(const Target &target)
{
    QJsonArray hops;
    for (const Target &hop : target.hops)
        hops += targetJson(hop);
    return {{u"user"_s, target.user}, {u"host"_s, target.host}, {u"port"_s, target.port},
        {u"identity"_s, target.identityFile}, {u"agent"_s, target.agent}, {u"hostKey"_s, target.hostKey},
        {u"sudo"_s, target.sudo}, {u"hops"_s, hops}};
}

/// A host and a user that are no option and no path, as parseTarget() takes them.
Result<Target> targetFromJson(const QJsonObject &object, int depth = 0)
{
    Target target;
    const QString host = object["host"_L1].toString();
    const int port = object["port"_L1].toInt();
    const QString bracketed = host.contains(u':') ? u'[' + host + u']' : host;
    const auto checked = parseTarget(
        object["user"_L1].toString().isEmpty() ? bracketed : object["user"_L1].toString() + u'@' + bracketed);
    if (!checked || port < 1 || port > 65535 || depth > 8)
        return damaged();
    target = *checked;
    target.port = quint16(port);
    target.identityFile = object["identity"_L1].toString();
    target.agent = object["agent"_L1].toBool(true);
    target.hostKey = object["hostKey"_L1].toString();
    target.sudo = object["sudo"_L1].toBool();
    for (const QJsonValue &hop : object["hops"_L1].toArray()) {
        auto read = targetFromJson(hop.toObject(), depth + 1);
        if (!read)
            return read;
        target.hops += *read;
    }
    return target;
}

QJsonObject approvalJson(const Approval &approval)
{
    return {{u"changeSet"_s, approval.changeSet}, {u"operator"_s, approval.operatorName},
        {u"ticket"_s, approval.ticket}, {u"reviewer"_s, approval.reviewer},
        {u"when"_s, approval.when.toUTC().toString(Qt::ISODateWithMs)}};
}

Approval approvalFromJson(const QJsonObject &object)
{
    return {.changeSet = object["changeSet"_L1].toString(),
        .operatorName = object["operator"_L1].toString(),
        .ticket = object["ticket"_L1].toString(),
        .reviewer = object["reviewer"_L1].toString(),
        .when = QDateTime::fromString(object["when"_L1].toString(), Qt::ISODateWithMs).toUTC()};
}

bool add(archive *writer, const QByteArray &name, const QByteArray &bytes)
{
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.constData());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_size(entry.get(), bytes.size());
    archive_entry_set_mtime(entry.get(), 0, 0);
    return archive_write_header(writer, entry.get()) == ARCHIVE_OK
        && archive_write_data(writer, bytes.constData(), size_t(bytes.size())) == bytes.size();
}

/// The bytes of the entry that the reader is at.
Result<QByteArray> content(archive *reader, qint64 limit)
{
    QByteArray bytes;
    QByteArray part(256 * 1024, Qt::Uninitialized);
    for (;;) {
        const la_ssize_t size = archive_read_data(reader, part.data(), size_t(part.size()));
        if (size == 0)
            return bytes;
        if (size < 0)
            return damaged();
        if (bytes.size() + size > limit)
            return tooLarge();
        bytes.append(part.constData(), qsizetype(size));
    }
}

Result<SavedSession> readIndex(const QJsonObject &index)
{
    const QString schema = index["schema"_L1].toString();
    if (!schema.startsWith("jiagu-session/"_L1))
        return noSession();
    if (schema != "jiagu-session/1"_L1) {
        return failure(Error::Kind::Parse,
            message(u"The session file was saved by a newer release of this program (%1). Open it with that one."_s,
                u"会话文件由本程序的较新版本保存（%1）。请用该版本打开。"_s, plainText(schema.left(40))));
    }
    SavedSession session;
    session.saved = QDateTime::fromString(index["saved"_L1].toString(), Qt::ISODateWithMs).toUTC();
    session.cluster = plainText(index["cluster"_L1].toString());
    for (const QJsonValue &value : index["inventory"_L1].toArray()) {
        auto target = targetFromJson(value.toObject());
        if (!target)
            return tl::unexpected(target.error());
        session.inventory += *target;
    }
    const QJsonObject values = index["values"_L1].toObject();
    for (auto value = values.begin(); value != values.end(); ++value)
        session.values.insert(value.key(), value->toString());
    if (const QJsonObject tailoring = index["tailoring"_L1].toObject(); !tailoring.isEmpty()) {
        auto read = readTailoring(QString::fromLatin1(indexName), QJsonDocument(tailoring).toJson());
        if (!read)
            return tl::unexpected(read.error());
        session.tailoring = *std::move(read);
    }
    for (const QJsonValue &value : index["approvals"_L1].toArray())
        session.approvals += approvalFromJson(value.toObject());
    return session;
}

} // namespace

Result<QByteArray> writeSession(const SavedSession &session)
{
    QJsonArray inventory;
    for (const Target &target : session.inventory)
        inventory += targetJson(target);
    QJsonArray approvals;
    for (const Approval &approval : session.approvals)
        approvals += approvalJson(approval);
    QJsonObject values;
    for (auto value = session.values.begin(); value != session.values.end(); ++value)
        values.insert(value.key(), value.value());
    QJsonArray snapshots;
    QByteArrayList contents;
    for (const Snapshot &snapshot : session.snapshots) {
        auto bytes = maskedBytes(snapshot);
        if (!bytes)
            return tl::unexpected(bytes.error());
        snapshots += QJsonObject{{u"file"_s, QString::fromLatin1(nameOf(contents.size() + 1))},
            {u"source"_s, snapshot.source}, {u"sha256"_s, hashOf(*bytes)}};
        contents += *std::move(bytes);
    }
    const QJsonObject index{{u"schema"_s, u"jiagu-session/1"_s}, {u"program"_s, QStringLiteral("jiagu " JIAGU_VERSION)},
        {u"saved"_s, session.saved.toUTC().toString(Qt::ISODateWithMs)}, {u"cluster"_s, session.cluster},
        {u"inventory"_s, inventory}, {u"snapshots"_s, snapshots}, {u"values"_s, values},
        {u"tailoring"_s, session.tailoring.isEmpty() ? QJsonObject() : toJson(session.tailoring)},
        {u"approvals"_s, approvals}};

    QByteArray out;
    const Writer writer(archive_write_new(), &archive_write_free);
    const auto append = [](archive *, void *target, const void *data, size_t size) -> la_ssize_t {
        static_cast<QByteArray *>(target)->append(static_cast<const char *>(data), qsizetype(size));
        return la_ssize_t(size);
    };
    archive_write_set_format_zip(writer.get());
    archive_write_set_bytes_in_last_block(writer.get(), 1);
    bool good = archive_write_open(writer.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK
        && add(writer.get(), indexName, QJsonDocument(index).toJson());
    for (qsizetype i = 0; good && i < contents.size(); ++i)
        good = add(writer.get(), nameOf(i + 1), contents[i]);
    if (!good || archive_write_close(writer.get()) != ARCHIVE_OK) {
        return failure(Error::Kind::Failed,
            message(u"The session could not be packed: %1."_s, u"会话打包失败：%1。"_s,
                QString::fromUtf8(archive_error_string(writer.get()))));
    }
    return out;
}

Result<SavedSession> readSession(const QByteArray &bytes)
{
    const Reader reader(archive_read_new(), &archive_read_free);
    archive_read_support_format_zip_seekable(reader.get());
    archive_entry *entry = nullptr;
    if (!bytes.startsWith("PK"))
        return noSession();
    if (archive_read_open_memory(reader.get(), bytes.constData(), size_t(bytes.size())) != ARCHIVE_OK
        || archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
        return damaged();
    const char *first = archive_entry_pathname(entry);
    if (!first || QByteArrayView(first) != QByteArrayView(indexName))
        return noSession();
    const auto text = content(reader.get(), indexLimit);
    if (!text)
        return tl::unexpected(text.error());
    const QJsonDocument document = QJsonDocument::fromJson(*text);
    if (!document.isObject())
        return damaged();
    auto session = readIndex(document.object());
    if (!session)
        return session;

    const QJsonArray listed = document["snapshots"_L1].toArray();
    if (listed.size() > entryLimit)
        return tooLarge();
    qint64 total = 0;
    qsizetype count = 0;
    for (;; ++count) {
        const int header = archive_read_next_header(reader.get(), &entry);
        if (header == ARCHIVE_EOF)
            break;
        // Entries are numbered: nothing that an archive says becomes the name of a file.
        const char *name = archive_entry_pathname(entry);
        if (header != ARCHIVE_OK || count >= listed.size() || !name || nameOf(count + 1) != QByteArrayView(name)
            || archive_entry_filetype(entry) != AE_IFREG)
            return damaged();
        auto snapshotBytes = content(reader.get(), snapshotLimit);
        if (!snapshotBytes)
            return tl::unexpected(snapshotBytes.error());
        total += snapshotBytes->size();
        if (total > totalLimit)
            return tooLarge();
        const QJsonObject about = listed[count].toObject();
        if (about["sha256"_L1].toString() != hashOf(*snapshotBytes))
            return damaged();
        auto snapshot = parseSnapshot(plainText(about["source"_L1].toString().left(400)), *snapshotBytes);
        if (!snapshot)
            return damaged();
        session->snapshots += *std::move(snapshot);
    }
    if (count != listed.size())
        return damaged();
    return session;
}

Result<> saveSession(const SavedSession &session, const QString &path)
{
    auto bytes = writeSession(session);
    if (!bytes)
        return tl::unexpected(bytes.error());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        || file.write(*bytes) != bytes->size() || !file.commit()) {
        const Error::Kind kind = file.error() == QFileDevice::PermissionsError ? Error::Kind::Permission
            : file.error() == QFileDevice::ResourceError                       ? Error::Kind::NoSpace
                                                                               : Error::Kind::Failed;
        return failure(kind,
            message(
                u"The session could not be saved: %1. What was saved there before is as it was; choose another place "
                u"or make room."_s,
                u"会话保存失败：%1。该处原有内容保持不变；请选择其他位置或清理空间。"_s, plainText(file.errorString())),
            {.file = path});
    }
    return {};
}

Result<SavedSession> openSession(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return failure(file.exists() ? Error::Kind::Permission : Error::Kind::NotFound,
            message(u"The session file cannot be opened: %1. Check its name and that you may read it."_s,
                u"无法打开会话文件：%1。请检查文件名以及是否有读取权限。"_s, plainText(file.errorString())),
            {.file = path});
    }
    const auto at = [&path](Error error) {
        error.at.file = path;
        return tl::unexpected(std::move(error));
    };
    if (file.size() > totalLimit)
        return at(tooLarge().value());
    auto session = readSession(file.readAll());
    if (!session)
        return at(session.error());
    return session;
}

} // namespace jiagu
