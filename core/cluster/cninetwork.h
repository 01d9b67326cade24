// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

#include <QJsonArray>

namespace jiagu {

/// The network that the container runtime of a node gives to new pods.
struct CniNetwork
{
    QString directory; ///< where its configuration is looked for
    QString file; ///< the active one; empty when there is none
    QStringList others; ///< files that are candidates too, and sort after it
    bool list = false; ///< a .conflist, with a chain of plugins
    QString name;
    QString version; ///< cniVersion
    QJsonArray plugins; ///< of a single plugin: that one
    Message broken; ///< why the runtime cannot use the active file
    Message unknown; ///< why nothing of this is known

    QString type(qsizetype index) const; ///< of a plugin; empty beyond the end
    qsizetype indexOf(const QString &type) const; ///< -1 when the chain has none
};

/// The active configuration is the first by name of .conf, .conflist and .json files, hidden ones too
/// (containernetworking/cni libcni/api.go, ConfFiles; containerd go-cni opts.go, loadFromConfDir).
CniNetwork cniNetwork(const Snapshot &snapshot);

/// A plugin's program on a node.
struct CniProgram
{
    QString path; ///< where it is, or would be looked for
    bool found = false;
    Message trouble; ///< why it cannot run: its mode, another processor; empty when nothing says so
    Message unknown; ///< why that is not known
};
/// Looks for the program in the runtime's directories; only that of `bandwidth` is read as far as its processor.
CniProgram cniProgram(const Snapshot &snapshot, const QString &type);

/// Bits per second of a quantity such as 10M, as Kubernetes reads it; below 0 for what is none.
double bandwidthOf(const QString &quantity);

} // namespace jiagu
