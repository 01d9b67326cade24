// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/sshsession.h"
#include "host/tlsprobe.h"

namespace jiagu {

/// Asks an endpoint of a node that was read: through a tunnel of the SSH connection, else directly, else with openssl
/// on the node; what no way answered is unknown, with a cause for each. Takes 10 s at most. Fails with Canceled alone.
/// `authorities` are the CA certificates (PEM) that the certificate is verified against, `authoritiesFile` is where
/// they stand on the node; both may be empty.
Result<TlsProbe> probeEndpoint(SshSession &session, const Target &target, const TlsEndpoint &endpoint,
    const QByteArray &authorities, const QString &authoritiesFile, const std::stop_token &stop);

} // namespace jiagu
