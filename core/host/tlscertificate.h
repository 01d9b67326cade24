// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/tlsprobe.h"

class QSslCertificate;

namespace jiagu {

/// A certificate in our words; not verified.
ServingCertificate describeCertificate(const QSslCertificate &certificate);

/// SHA-256 of each certificate in PEM text, lower-case hex, in order; unreadable ones are left out.
QStringList certificateHashes(const QByteArray &pem);

/// Goes through one handshake with the system's TLS library, which speaks 1.2 and 1.3, and verifies what it is shown
/// against the CA certificates in `authorities` (PEM, may be empty) alone. Nothing is sent after the handshake. Fails
/// with Failed and the library's words, Timeout, Canceled. Blocks; needs no event loop.
Result<ServingCertificate> shownCertificate(
    const OpenStream &open, const QByteArray &authorities, QDeadlineTimer deadline, const std::stop_token &stop);

} // namespace jiagu
