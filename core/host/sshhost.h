// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/host.h"
#include "host/target.h"

#include <QStringList>

#include <memory>

namespace jiagu {

/// Where host keys are looked up and written. Empty paths are not used.
struct KnownHostsFiles
{
    QStringList read; ///< the person's ~/.ssh/known_hosts first, then ours
    QString write; ///< ours: an accepted key is appended here
    static KnownHostsFiles standard(); ///< ~/.ssh/known_hosts and <AppData>/known_hosts
};

/// A machine reached by SSH. Made and used by one thread; other threads only request a stop.
class SshHost final : public Host
{
public:
    /// Connects, judges the host key, logs in. Every wait has a limit and names its step; stop is answered within
    /// 200 ms. Elevation is tried with the first command that needs it.
    static Result<std::unique_ptr<SshHost>> connect(const Target &target, const KnownHostsFiles &knownHosts,
        const Questions &questions, std::stop_token stop, const Progress &progress);

    SshHost(const SshHost &) = delete;
    SshHost &operator=(const SshHost &) = delete;
    ~SshHost() override;

    /// Runs the shipped collect.sh in one exec.
    Result<Snapshot> read(std::stop_token stop, const Progress &progress) override;
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
