// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

#include <optional>

namespace jiagu {

/// What one rule wants of a file.
struct Fix
{
    const Rule *rule = nullptr;
    QString name; ///< of the flag or key; empty for attributes
    QByteArray value; ///< of a list: its items with commas
    QString item; ///< added to a list that is there, instead of the value; empty otherwise
};

/// The fixes that go into one file.
struct FixTarget
{
    const Node *node = nullptr;
    const Component *component = nullptr;
    QString path;
    QList<Fix> fixes;
    std::optional<QStringList> pods{}; ///< NAMESPACE/NAME of what runs on the node; nothing when that was not read
};

/// The file of a kubelet that says what is in force for the rule's setting, or its configuration file when none does.
/// Fails with Conflict when an argument decides: its file and line.
Result<QString> kubeletFileOf(const Rule &rule, const Node &node, const Component &component);
/// The configuration file or drop-in with its keys set, and the restart of the kubelet. The same bytes when all are
/// set.
Result<FileChange> planKubelet(const FixTarget &target);
/// Owner and mode of one file.
Result<FileChange> planAttributes(const FixTarget &target);

/// A step on a file as it was read: its place and attributes. What becomes of it is for the caller.
FileChange stepOn(const Node &node, const FileRecord &file);
/// Whether a file is what it seems and was read whole: Conflict otherwise.
Result<> checkFile(const FileRecord *file, const Position &at);
tl::unexpected<Error> conflict(Message text, const Position &at);

} // namespace jiagu
