// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QMap>

#include <optional>

namespace jiagu {

/// What the kube-proxy processes of a cluster say themselves about one setting, at /configz of their metrics address: a
/// ConfigMap that was changed is not in force before the pods are made anew. Windows nodes are left out.
struct RunningKubeProxies
{
    QMap<QString, QStringList> exposed; ///< nodes, by the value that the rule does not want, plain
    QList<std::pair<Message, QStringList>> unknown; ///< nodes, by why it is not known
    int safe = 0; ///< how many nodes use a value that the rule takes
};
/// `release` is kube-proxy's. The fields have Go's names where the server hands out its internal configuration (1.34.4:
/// pkg/proxy/apis/config/types.go), and those of the file where it does not (seen on 1.37.2); either is read.
RunningKubeProxies runningKubeProxies(const Cluster &cluster, const Rule &rule, const Release &release);

/// Of nodePortAddresses, what lies outside the networks that were asked for, plain; an empty list and `primary` stand
/// for the nodes' own addresses. Nothing when these are needed and not known.
std::optional<QStringList> networksBeyond(const QStringList &list, const QStringList &wanted, const Cluster &cluster);

} // namespace jiagu
