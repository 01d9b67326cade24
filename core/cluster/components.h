// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// Finds the components of a node that was read: what runs, and what static pods define without running. Needs the
/// node's name, snapshot and release; `pods` are the cluster's, for the images that really run.
QList<Component> findComponents(const Node &node, const QJsonArray &pods);

/// The directory of static pods that the kubelet uses, as far as it can be told: its configuration in force, else
/// kubeadm's.
QString staticPodDirectory(const Node &node);

} // namespace jiagu
