// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.h"
#include "host/tlsprobe.h"

#include <functional>
#include <optional>
#include <stop_token>

namespace jiagu {

/// What a job is doing, for a progress line. Called on the job's own thread.
struct Step
{
    Message text;
    qint64 bytes = 0; ///< received so far, 0 where it does not apply
};
using Progress = std::function<void(const Step &)>;

/// What the node-side program reports about a transaction, one line of its journal at a time.
struct TransactionEvent
{
    QString state; ///< staged, backed-up, renamed, verified, gate, confirmed, rolling-back, rolled-back, refused, stuck
    QString detail; ///< plain text
    QDateTime time; ///< UTC, the node's clock
};

/// A request to resources/node/transact.sh. Everything it needs, nothing of ours inside.
struct Transaction
{
    enum class Verb
    {
        Apply,
        Restore,
        Status,
        Cancel,
        Clean
    };
    Verb verb = Verb::Status;
    QString id; ///< of the change set on this node: hex, [0-9a-f]{1,64}
    QByteArray request; ///< the verb's payload, as docs/transactions.md describes it; made by change/
};

/// How a transaction stands on its node.
struct TransactionState
{
    /// Undecided: the link ended, or the program is still at work, and nobody knows yet.
    enum class End
    {
        Confirmed,
        RolledBack,
        Refused,
        Stuck,
        Undecided,
        Absent,
        Cleaned
    };
    End end = End::Undecided;
    QString reason; ///< the node-side program's word for it, plain text
    QList<TransactionEvent> events;
};

/// What judging needs from a machine. One thread at a time.
class HostReader
{
public:
    virtual ~HostReader() = default;
    /// One complete read. Fails with the step's own kind; a partial read is a Snapshot with problems.
    virtual Result<Snapshot> read(std::stop_token stop, const Progress &progress) = 0;
    /// Asks from outside what the machine cannot tell truthfully about itself: what its endpoints of TLS answer. Gives
    /// the Snapshot with what was found, or with a problem that says why nothing was. Fails with Canceled and Lost.
    /// A machine that cannot be asked gives it back as it is.
    virtual Result<Snapshot> probe(const Snapshot &snapshot, const QList<TlsEndpoint> & /*endpoints*/,
        std::stop_token /*stop*/, const Progress & /*progress*/)
    {
        return snapshot;
    }
};

/// A machine that may be changed. One thread at a time.
class Host : public HostReader
{
public:
    /// Carries out one request and follows it to its end. `onEvent` is called as the node reports.
    /// Stopping asks the node to roll back and goes on to follow it; a lost link is Undecided, not an error.
    /// Asking for the status, which changes nothing, connects again where the connection is gone.
    virtual Result<TransactionState> transact(const Transaction &transaction, std::stop_token stop,
        const std::function<void(const TransactionEvent &)> &onEvent) = 0;
};

} // namespace jiagu
