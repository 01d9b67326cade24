// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

#include <optional>

namespace jiagu {

/// What a pod's first container has mounted over a path.
struct PodMount
{
    QString mountPath; ///< in the container, without a slash at its end
    QString volume; ///< the kind of volume: "hostPath", "emptyDir", …; empty when the pod has no such volume
    QString hostPath; ///< of what was asked for, on the node; empty where it is not the node's
    bool readOnly = false;
    Position at; ///< of the mount in the manifest
};

/// The mount that the path, absolute in the first container of a static pod manifest, lies in: the longest one that
/// fits. None when it is in the container's own file system; fails when the manifest does not parse. Its mounts are
/// read once.
Result<std::optional<PodMount>> mountOf(const FileRecord &manifest, const QString &path);

} // namespace jiagu
