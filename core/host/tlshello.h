// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace jiagu {

/// Versions of TLS that are asked about. Kubernetes writes them as tlsVersionName() does.
enum class TlsVersion
{
    Tls10,
    Tls11,
    Tls12,
    Tls13
};
QString tlsVersionName(TlsVersion version); ///< "VersionTLS12"
std::optional<TlsVersion> tlsVersion(QStringView name); ///< none for another word

/// A cipher suite of TLS 1.2 and before, or of 1.3 (IANA, TLS Cipher Suites).
struct TlsSuite
{
    quint16 id = 0;
    QString name; ///< "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    QString openssl; ///< "ECDHE-RSA-AES128-GCM-SHA256"
};
/// Every suite that is asked about, those of TLS 1.3 not among them.
const QList<TlsSuite> &tlsSuites();
const TlsSuite *tlsSuite(quint16 id); ///< nullptr for one that is not asked about

/// What a client offers: this version alone, and these suites.
struct ClientHello
{
    TlsVersion version = TlsVersion::Tls12;
    QList<quint16> suites; ///< of 1.2 and before; for 1.3 its own three are offered
};
/// The bytes of the first record of a handshake. `random` has 32 bytes. For 1.3 no key is offered, so that a server
/// that speaks it answers with a HelloRetryRequest and nothing is computed (RFC 8446, 4.1.4 and 4.2.8).
QByteArray writeClientHello(const ClientHello &hello, const QByteArray &random);

/// What a server answered to a ClientHello.
struct TlsAnswer
{
    enum class Kind
    {
        Incomplete, ///< more has to come
        Accepted, ///< a ServerHello or a HelloRetryRequest
        Alert,
        Strange ///< no TLS, or no answer to this question
    };
    Kind kind = Kind::Incomplete;
    TlsVersion version = TlsVersion::Tls12; ///< of Accepted
    quint16 suite = 0; ///< of Accepted
    int alert = -1; ///< of Alert: its number (RFC 8446, 6.2)

    friend bool operator==(const TlsAnswer &, const TlsAnswer &) = default;
};
/// Reads what came so far. Any bytes: looks at no more than the first 32 KiB, where an answer that is still incomplete
/// is Strange.
TlsAnswer readTlsAnswer(QByteArrayView bytes);

} // namespace jiagu
