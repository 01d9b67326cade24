// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

namespace jiagu {

/// The steps of a change set that are one change to a reviewer, as indexes in their order: the same file, the same
/// bytes (or owner and mode) before and after, for the same rules, whatever the node. In the order of their first
/// steps.
QList<QList<int>> foldedSteps(const ChangeSet &changeSet);

/// What a reviewed mark is a mark of: a hash of everything that the step does, and of the machine it does it to. Not
/// of its place in the change set, and not of when it was planned.
QByteArray reviewKey(const FileChange &step);

} // namespace jiagu
