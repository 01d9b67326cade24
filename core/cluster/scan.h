// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/host.h"

namespace jiagu {

/// Where the node serves TLS: kube-apiserver on its advertised address, the kubelet on its own, with the ports in
/// force. Empty for what is no node. Pure.
QList<TlsEndpoint> tlsEndpoints(const Snapshot &snapshot);

/// Whether the components of a machine are asked about TLS. Each question is a handshake that is broken off, which they
/// write to their logs.
enum class Probing
{
    Yes,
    No
};

/// One complete read of a machine and what it answers from outside. Fails as HostReader::read() and probe() do.
Result<Snapshot> scan(
    HostReader &host, const std::stop_token &stop, const Progress &progress, Probing probing = Probing::Yes);

} // namespace jiagu
