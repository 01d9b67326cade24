// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"
#include "change/changeset.h"

namespace jiagu {

/// What a change set does to the files of a node, as a patch for `patch -p1` run in / there. It begins with lines of
/// comment, which patch passes over: the change set, the nodes that take exactly this patch, and each change of owner
/// and mode, which a patch cannot say. The files' own bytes, which need not be UTF-8. Without steps on that node, or
/// with nothing but owners and modes, it is the comment alone.
QByteArray patchFor(const ChangeSet &changeSet, const QString &node, Language language);

/// Nodes that take the same patch as this one, this one among them, in the order of the steps.
QStringList nodesOfPatch(const ChangeSet &changeSet, const QString &node);

} // namespace jiagu
