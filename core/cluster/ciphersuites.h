// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// Whether components of this release know a cipher suite by this name; one that is told another name does not start.
/// 1.19 to 1.22 have a table of their own, in which the two ChaCha20 suites have no _SHA256 at the end; later ones take
/// the names of Go's crypto/tls and keep the two short ones
/// (staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go, release-1.19 to 1.37).
bool isCipherSuite(const QString &name, const Release &release);

/// Whether HTTP/2 servers can do with this one: with none of these in a list they do not start, unless the lowest TLS
/// version is 1.3 (golang.org/x/net/http2/server.go, ConfigureServer).
bool isHttp2Suite(const QString &name);

/// Whether a list without such a suite is taken when the lowest TLS version is 1.3: vendored x/net of 1.24 and later.
bool toleratesNoHttp2Suite(const Release &release);

} // namespace jiagu
