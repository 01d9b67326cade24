// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"
#include "host/target.h"

#include <QMap>

namespace jiagu {

/// What is saved of a session and opened again: the ways in, what was read, what a person gave and approved. No
/// language and no secret is in it: key files are named, passwords are not kept, and what was read is masked.
struct SavedSession
{
    QDateTime saved; ///< UTC
    QString cluster; ///< its name, for a list of sessions
    QList<Target> inventory;
    QList<Snapshot> snapshots;
    QMap<QString, QString> values; ///< the values given to rules in the review, by rule
    Tailoring tailoring;
    QList<Approval> approvals; ///< oldest first
};

/// What a session file may be named.
constexpr auto sessionSuffix = "jiagu-session";

/// A session as one file: a zip archive whose first entry is session.json ("jiagu-session/1"), followed by
/// snapshots/N.jiagu-snapshot with their secrets masked (docs/session.md).
Result<QByteArray> writeSession(const SavedSession &session);
/// Reads what writeSession() wrote. Bounded: 1000 snapshots of 64 MiB each, 1 GiB together, 4 MiB of session.json.
/// Fails with Parse for what is no session, is cut off or damaged, or is of a newer form; with TooLarge beyond a limit.
Result<SavedSession> readSession(const QByteArray &bytes);

/// Writes the file whole or not at all, readable by its owner alone. Fails with NoSpace, Permission or Failed.
Result<> saveSession(const SavedSession &session, const QString &path);
/// Fails with NotFound or Permission, and as readSession() does.
Result<SavedSession> openSession(const QString &path);

} // namespace jiagu
