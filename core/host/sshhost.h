// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/sshsession.h"

#include <memory>

namespace jiagu {

/// A machine reached by SSH. Made and used by one thread; other threads only request a stop.
class SshHost final : public Host
{
public:
    /// Connects, judges the host key, logs in. Every wait has a limit and names its step; stop is answered within
    /// 200 ms. Elevation is tried with the first command that needs it; questions may come then, too.
    static Result<std::unique_ptr<SshHost>> connect(const Target &target, const KnownHostsFiles &knownHosts,
        const Questions &questions, const std::stop_token &stop, const Progress &progress,
        const SshLimits &limits = {});

    SshHost(const SshHost &) = delete;
    SshHost &operator=(const SshHost &) = delete;
    ~SshHost() override;

    /// Runs the shipped collect.sh in one exec.
    Result<Snapshot> read(std::stop_token stop, const Progress &progress) override;
    /// Asks each endpoint through the connection, directly, or with openssl on the machine (probeEndpoint()).
    Result<Snapshot> probe(const Snapshot &snapshot, const QList<TlsEndpoint> &endpoints, std::stop_token stop,
        const Progress &progress) override;
    /// Runs the shipped transact.sh in one exec; a stop sends its cancel verb over a second one.
    Result<TransactionState> transact(const Transaction &transaction, std::stop_token stop,
        const std::function<void(const TransactionEvent &)> &onEvent) override;

private:
    class Session;
    explicit SshHost(std::unique_ptr<Session> session);
    std::unique_ptr<Session> m_session;
};

/// The text of what read() and transact() send, for "show what will be run".
QByteArray collectScript();
QByteArray transactScript();

} // namespace jiagu
