// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "document/yamldocument.h"

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

/// What the first container of a static pod manifest has mounted. Pure.
class PodMounts
{
public:
    explicit PodMounts(const YamlDocument &manifest);

    /// The mount that the path, absolute in the container, lies in: the longest one that fits. Empty when it is in the
    /// container's own file system.
    std::optional<PodMount> over(const QString &path) const;

private:
    struct Mount
    {
        QString at; ///< without a slash at its end
        QString subPath;
        QString volume;
        QString root; ///< the hostPath's
        bool readOnly = false;
        Position position;
    };
    QList<Mount> m_mounts;
};

} // namespace jiagu
