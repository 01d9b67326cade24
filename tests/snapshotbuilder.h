// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimeZone>

namespace jiagu {

/// Builds a Snapshot from literals, as a reader would have found it:
///
///     const Snapshot snapshot = SnapshotBuilder(u"cp1"_s)
///         .file(u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s, manifest)
///         .process("kube-apiserver --profiling=false")
///         .api("/version", QJsonObject {{u"gitVersion"_s, u"v1.34.4"_s}});
///
/// Times are seconds after a moment of the test's own: files are written at 0, processes start at 100 and the Snapshot
/// is taken at 1000, unless told otherwise.
class SnapshotBuilder
{
public:
    explicit SnapshotBuilder(const QString &hostName, const QString &machineId = {})
    {
        m_snapshot.source = hostName;
        m_snapshot.hostName = hostName;
        m_snapshot.machineId = machineId.isEmpty() ? QString(hostName + QLatin1String("-machine")) : machineId;
        m_snapshot.taken = at(1000);
        m_snapshot.complete = true;
    }

    static QDateTime at(qint64 seconds)
    {
        return QDateTime::fromSecsSinceEpoch(1'700'000'000 + seconds, QTimeZone::utc());
    }

    SnapshotBuilder &taken(qint64 seconds)
    {
        m_snapshot.taken = at(seconds);
        return *this;
    }

    SnapshotBuilder &file(const QString &path, const QByteArray &content, qint64 modified = 0)
    {
        FileRecord record;
        record.path = record.realPath = path;
        record.mode = 0600;
        record.uid = record.gid = 0;
        record.size = content.size();
        record.modified = at(modified);
        record.inode = quint64(m_snapshot.files.size() + 1);
        record.sha256 = QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex();
        record.hasContent = true;
        record.content = content;
        m_snapshot.files.append(record);
        return *this;
    }

    SnapshotBuilder &directory(const QString &path, qint64 modified = 0)
    {
        FileRecord record;
        record.path = record.realPath = path;
        record.type = FileRecord::Type::Directory;
        record.mode = 0755;
        record.uid = record.gid = 0;
        record.modified = at(modified);
        m_snapshot.files.append(record);
        return *this;
    }

    /// A record as the test wants it: unreadable, masked, growing, …
    SnapshotBuilder &record(const FileRecord &record)
    {
        m_snapshot.files.append(record);
        return *this;
    }

    /// argv separated by single blanks.
    SnapshotBuilder &process(const QByteArray &words, qint64 started = 100)
    {
        return process(words.split(' '), started);
    }
    SnapshotBuilder &process(const QList<QByteArray> &argv, qint64 started = 100)
    {
        ProcessRecord record;
        record.pid = 1000 + m_snapshot.processes.size();
        record.argv = argv;
        record.executable = QString::fromUtf8(argv.value(0));
        record.uid = 0;
        record.started = at(started);
        m_snapshot.processes.append(record);
        return *this;
    }

    ProcessRecord &lastProcess() { return m_snapshot.processes.last(); }

    SnapshotBuilder &output(const QString &id, const QByteArray &content, int status = 0, const QString &error = {})
    {
        m_snapshot.outputs.append({id, content, status, error});
        return *this;
    }

    /// An answer of the local API server; `path` is "/version", "/api/v1/nodes", …
    SnapshotBuilder &api(const QString &path, const QJsonObject &answer)
    {
        return output(QLatin1String("api:") + path, QJsonDocument(answer).toJson(QJsonDocument::Compact));
    }
    SnapshotBuilder &list(const QString &path, const QJsonArray &items)
    {
        return api(path, QJsonObject{{QStringLiteral("items"), items}});
    }

    SnapshotBuilder &problem(const Error &error)
    {
        m_snapshot.problems.append(error);
        return *this;
    }

    const Snapshot &snapshot() const { return m_snapshot; }
    operator Snapshot() const { return m_snapshot; }

private:
    Snapshot m_snapshot;
};

} // namespace jiagu
