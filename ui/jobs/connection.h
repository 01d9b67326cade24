// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/sshhost.h"
#include "jobs/worker.h"

#include <functional>
#include <map>
#include <mutex>

namespace jiagu {

/// A node that is or was connected. Its host belongs to the thread of its worker; the rest is not changed while that
/// has a job.
struct Connection
{
    Target target;
    std::unique_ptr<SshHost> host;
    QString machineId; ///< after the first read
    QString node; ///< its name in the cluster; empty until it is known
    Worker worker; ///< last: it stops before the host goes
};

/// What a job needs to connect.
struct WayIn
{
    KnownHostsFiles knownHosts;
    Questions questions;
    Progress progress;
};

/// The machine of a connection. A link that was lost while nobody used it (an idle limit of the server, a suspended
/// desktop) is made anew once: nothing has been done over it by then. One job of the connection's worker.
class LinkedHost final : public Host
{
public:
    LinkedHost(Connection &connection, WayIn wayIn)
        : m_connection(connection)
        , m_wayIn(std::move(wayIn))
    {
    }

    Result<Snapshot> read(std::stop_token stop, const Progress &progress) override;
    Result<Snapshot> probe(const Snapshot &snapshot, const QList<TlsEndpoint> &endpoints, std::stop_token stop,
        const Progress &progress) override;
    Result<TransactionState> transact(const Transaction &transaction, std::stop_token stop,
        const std::function<void(const TransactionEvent &)> &onEvent) override;

private:
    template <typename Use>
    auto use(const std::stop_token &stop, Use use) -> decltype(use(std::declval<Host &>()));

    Connection &m_connection;
    WayIn m_wayIn;
};

/// The secrets of several nodes that are connected together: each is asked for once, serves the same account on the
/// next node, and is zeroed with this. Any thread.
class SharedSecrets
{
public:
    /// `next` is asked for what is not known yet, and for everything that serves one node alone.
    static Questions questions(const std::shared_ptr<SharedSecrets> &self, const Questions &next);

private:
    std::mutex m_mutex;
    std::map<QString, Secret> m_secrets; ///< by the account, or the file of a passphrase
};

/// Whether a machine that was read belongs to what is open. Fails with Conflict and a sentence for a second machine
/// with the same machine-id, with Layout for a node of another cluster and for what is no node.
Result<> mayJoin(const QList<Snapshot> &open, const Snapshot &newcomer);

} // namespace jiagu
