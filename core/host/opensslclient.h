// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/tlsprobe.h"

namespace jiagu {

/// The command that asks a question with the OpenSSL of the node, where this computer has no way to the port. For a
/// POSIX shell; `address` is an IP address. Empty when it is none.
QByteArray openSslCommand(
    const QString &address, quint16 port, const ClientHello &hello, const QString &authoritiesFile);

/// What such a command printed, in our words.
struct OpenSslAnswer
{
    TlsAnswer answer;
    Message trouble; ///< why there is no answer: no openssl, one that does not speak this version, no connection
    QByteArray certificate; ///< PEM; empty where none was shown
    QString verification; ///< why the certificate was not verified; empty when it was
};
OpenSslAnswer readOpenSslAnswer(const ClientHello &hello, const QByteArray &output, int exitStatus);

} // namespace jiagu
