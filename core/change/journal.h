// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

namespace jiagu {

/// Who approved what. Printed in the report.
struct Approval
{
    QString changeSet; ///< its id
    QString operatorName;
    QString ticket;
    QString reviewer;
    QDateTime when; ///< UTC
};

/// What happened to one change set on one node.
struct Outcome
{
    enum class State
    {
        Done, ///< applied (or restored) and healthy
        Refused, ///< before any change
        RolledBack, ///< exactly as before
        Undecided ///< not known: the node decides alone, ask it later
    };
    enum class Action
    {
        Apply,
        Restore
    };
    Action action = Action::Apply;
    State state = State::Undecided;
    QString changeSet;
    QString node;
    Message message; ///< what happened, why, and what to do
    QStringList evidence; ///< the node's own journal lines, plain text
    QDateTime started; ///< UTC
    QDateTime ended;
};
QString outcomeName(Outcome::State state); ///< "done", "refused", "rolled-back", "undecided"
Message outcomeText(Outcome::State state);

/// An entry as it is read back.
struct JournalEntry
{
    QDateTime time; ///< UTC
    QString event; ///< "approved", "intent", "state", "outcome"
    Approval approval;
    QString node;
    QString action; ///< "apply", "restore"
    QString transaction; ///< of "intent" and "state": the id on the node
    QString state; ///< of "state": the node's word; of "outcome": outcomeName()
    QString detail; ///< plain text; of an "outcome": its sentence, the English one
    int step =
        -1; ///< of "intent": which step of the change set, from 0; -1 in older journals, where detail is its path
};

/// The desktop's durable record: one JSON file a change set in a directory of mode 0700 and one file of lines, each
/// synced before append() returns. Writing takes a lock file for as long as it lasts, so several processes may share
/// the directory; who waits longer than 5 s is told who holds it. Any thread, one at a time.
class Journal
{
public:
    /// Opens (makes) the directory. standardDirectory(): <AppData>/journal.
    static Result<Journal> open(const QString &directory);
    static QString standardDirectory();

    /// Keeps the change set itself, so that restore needs nothing but its id.
    Result<> keep(const ChangeSet &changeSet);
    Result<> append(const QString &changeSet, const JournalEntry &entry);
    /// A kept change set by its id or a unique beginning of it (at least 8 digits).
    Result<ChangeSet> changeSet(const QString &id) const;
    /// Entries of a change set in order; a torn last line is dropped.
    QList<JournalEntry> entries(const QString &changeSet) const;
    /// Ids of change sets with an intent and no outcome (or an undecided one) on some node, oldest first.
    QStringList undecided() const;
    /// The nodes on which that is so, by name.
    QStringList undecidedNodes(const QString &changeSet) const;
    QStringList all() const; ///< ids, newest first

private:
    QString m_directory;
};

} // namespace jiagu
