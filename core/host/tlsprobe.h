// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/bytestream.h"
#include "host/snapshot.h"
#include "host/tlshello.h"

#include <QMap>
#include <QStringList>

#include <chrono>
#include <stop_token>

namespace jiagu {

/// Where a component serves TLS.
struct TlsEndpoint
{
    QString component; ///< "kube-apiserver", "kubelet"
    QString address; ///< empty: on every address of the node
    quint16 port = 0;
};

/// The certificate that a component shows to who connects. Texts are plain.
struct ServingCertificate
{
    QString subject; ///< "CN=system:node:w1, O=system:nodes"
    QString issuer;
    QStringList names; ///< DNS names of the subjectAltName
    QStringList addresses; ///< IP addresses of the subjectAltName
    QDateTime from; ///< UTC
    QDateTime until; ///< UTC
    QString key; ///< "RSA 2048", "ECDSA 256"
    QString sha256; ///< lower-case hex, of the DER form
    QStringList authorities; ///< SHA-256 of the CA certificates it was verified against; empty: it was not
    QStringList doubts; ///< why that failed, as the TLS library words it; empty with authorities: signed by one of them
};

/// What a component answered to ClientHellos of our own. What is not there was not found out, and `problems` say why.
struct TlsProbe
{
    TlsEndpoint endpoint;
    QString way; ///< "tunnel", "direct", "node" (openssl s_client there); empty where none was left
    QDateTime at; ///< UTC, the console's clock
    QMap<TlsVersion, bool> versions; ///< accepted or refused
    QStringList suites; ///< of TLS 1.2, accepted
    bool allSuites = false; ///< every other one was refused
    QList<int>
        alerts; ///< in answer to TLS 1.2, other than a refusal of the version or the suites: 80 is an internal error
    std::optional<ServingCertificate> certificate;
    QList<Message> problems;

    /// The lowest version that is accepted; none when that is not known.
    std::optional<TlsVersion> lowest() const;
};

/// Asks questions, each over a connection of its own; gives as many answers, in their order.
using AskTls = std::function<QList<Result<TlsAnswer>>(const QList<ClientHello> &hellos, QDeadlineTimer deadline)>;
/// How long one question may take.
constexpr std::chrono::milliseconds tlsQuestionLimit{3'000};
/// All of them at once.
AskTls overStreams(const OpenStream &open, const std::stop_token &stop);

/// Fills in versions and suites. The first connection offers everything of TLS 1.2; then, at once, one is made for each
/// other version, for each suite that Go speaks, and for all the others together. Only a server that takes one of these
/// is asked about them one by one. Fails when not even the first question could be asked, and with Canceled; whatever
/// else goes wrong is among the problems. Blocks until `deadline` at most, and 3 s at most for each round.
Result<> probeVersionsAndSuites(
    TlsProbe &probe, const AskTls &ask, QDeadlineTimer deadline, const std::stop_token &stop);

/// The probe of a component in a Snapshot. Fails with NotFound when it holds none, with Parse when it is damaged.
Result<TlsProbe> tlsProbe(const Snapshot &snapshot, const QString &component);
/// The Snapshot with the probes appended to its file, after the node's own records (docs/snapshot.md). What the node
/// itself sent under their names is taken out.
Result<Snapshot> withProbes(const Snapshot &snapshot, const QList<TlsProbe> &probes);

/// The body of a probe's record, and back. Fails with Parse for what is none.
QByteArray writeTlsProbe(const TlsProbe &probe);
Result<TlsProbe> readTlsProbe(const QByteArray &json);

} // namespace jiagu
