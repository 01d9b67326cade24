// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QHash>

namespace jiagu {

/// The files of a node that are in use by what is in force, and what a rule leaves them.
struct FilesInUse
{
    QHash<QString, int> files; ///< by path on the node: the bits that are left; -1: only where it lies counts
    QHash<QString, int> directories; ///< the same, of directories
    QStringList unread; ///< files and directories of these whose attributes the snapshot does not have
    QList<Message> unknown; ///< why it is not known which files are in use
};

/// By the arguments of the running components, else by those that their files define. Paths of static pods are mapped
/// to the node's by their mounts; what is in the container alone is left out, and so is what is not there. A file
/// behind links counts where it really is, and where it is named.
FilesInUse filesInUse(const Node &node, const Rule &rule);

} // namespace jiagu
