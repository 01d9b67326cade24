// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QHash>
#include <QList>

namespace jiagu {

/// One framed record of a Snapshot file, before anybody knows what it means (docs/snapshot.md).
struct SnapshotFrame
{
    QByteArray kind; ///< "fact", "content", …
    QList<QByteArray> words; ///< what follows on its line, decoded
    bool hasBody = false;
    QByteArray body; ///< decoded from base64, still packed where the last word says gzip
    int status = 0; ///< of a body: how the command that made it ended
    QByteArray complaint; ///< of a body: what that command said on standard error
    int line = 0; ///< in the file, from 1
};

/// A Snapshot file taken apart.
struct SnapshotFrames
{
    QByteArray nonce; ///< 32 hex digits
    QList<SnapshotFrame> frames;
    bool done = false; ///< the closing record was there, and its count was right
    qsizetype offset = 0; ///< where the file begins, after what a login shell printed before it
    QList<Error> problems; ///< damaged frames, each with its line
};

constexpr qsizetype snapshotLimit = 64 * 1024 * 1024; ///< bytes of a Snapshot file
constexpr qsizetype snapshotFileLimit = 8 * 1024 * 1024; ///< bytes of one file in it, or of one command's output
constexpr qsizetype snapshotAnswerLimit = 32 * 1024 * 1024; ///< bytes of one unpacked answer of the API server
constexpr qsizetype snapshotRecordLimit = 20000;

/// Takes a Snapshot file apart; `source` is what the person calls it. Fails with Parse for what is none, with TooLarge
/// beyond the limit; anything damaged further on is a problem and what is whole is kept.
Result<SnapshotFrames> readFrames(const QString &source, const QByteArray &bytes);
/// Writes frames as collect.sh does.
QByteArray writeFrames(const SnapshotFrames &frames);

/// Whether the body is packed.
bool isPacked(const SnapshotFrame &frame);
/// Unpacks at most `limit` bytes of a gzip stream. Fails with Parse for what is none or ends early, TooLarge beyond it.
Result<QByteArray> unpacked(const QByteArray &gzip, qsizetype limit);
/// The same bytes as a gzip stream without a time or a name in it: equal input gives equal output.
QByteArray packed(const QByteArray &bytes);

/// An entry of an "attributes" record.
struct SnapshotAttributes
{
    QByteArray path;
    quint32 mode = 0; ///< with the file type's bits
    qint64 uid = 0;
    qint64 gid = 0;
    qint64 size = 0;
    qint64 modified = 0; ///< seconds since 1970
    quint64 inode = 0;
    int links = 0;
    friend bool operator==(const SnapshotAttributes &, const SnapshotAttributes &) = default;
};

/// Reads the body of an "attributes" record; entries that are no entries are left out and counted in `damaged`.
QList<SnapshotAttributes> readAttributes(const QByteArray &nonce, const QByteArray &body, int &damaged);
QByteArray writeAttributes(const QByteArray &nonce, const QList<SnapshotAttributes> &entries);

/// Puts the hashes of files that have another content now, by path, into the records that tell them.
void replaceHashes(SnapshotFrames &frames, const QHash<QByteArray, QByteArray> &hashes);

} // namespace jiagu
