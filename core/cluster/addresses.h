// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// The bytes of an address, 4 or 16; empty for what is none: 127.1, 010.0.0.1 and fe80::1%eth0 are none here.
QByteArray addressBytes(const QString &text);
/// The address of "IP:port" or of an address alone, which gets the default port; empty for what kube-proxy refuses.
QByteArray listenAddress(const QString &text);
/// An address as it is written: 10.0.0.1, fd00::1.
QString addressText(const QByteArray &address);
bool isLoopback(const QByteArray &address);
/// 0.0.0.0 or ::, which stand for every address.
bool isEverywhere(const QByteArray &address);

/// A network in CIDR form.
struct Network
{
    QByteArray address;
    int prefix = -1; ///< below 0: what was read is no network

    bool isValid() const { return prefix >= 0; }
    bool contains(const QByteArray &other) const;
};
Network networkOf(const QString &text);

/// A node's InternalIPs, in the order of its Node object.
struct NodeAddresses
{
    QString node;
    QList<QByteArray> internal;
};
/// Of all Node objects; empty when the API server was not asked.
QList<NodeAddresses> nodeAddresses(const Cluster &cluster);
/// Each of these addresses as a network of its own, of both families: 10.0.0.1/32, fd00::1/128. Empty when a node has
/// none, or the API server was not asked.
QStringList networksOfNodes(const Cluster &cluster);

} // namespace jiagu
