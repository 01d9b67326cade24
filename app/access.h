// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/sshhost.h"
#include "invocation.h"
#include "terminal.h"

#include <vector>

namespace jiagu {

/// A node of the command line with the secrets that were handed over for it.
struct Access
{
    NodeArgument argument;
    std::optional<Secret> login;
    std::optional<Secret> passphrase;
    std::optional<Secret> sudo;

    QString name() const { return argument.target.name(); }
};

/// Reads the secrets from their file descriptors, node by node, login before passphrase before sudo.
Result<std::vector<Access>> takeSecrets(const QList<NodeArgument> &nodes);

/// Connects and logs in. What was not handed over is asked on the terminal, if there is one; a secret that was handed
/// over is given once. `access` must outlive the host.
Result<std::unique_ptr<SshHost>> reach(Access &access, Terminal &terminal, std::stop_token stop);

/// What was read of the targets, and what was not.
struct Readings
{
    QList<Snapshot> snapshots;
    QList<Error> missed;
    bool live = false; ///< at least one machine was read now
};

/// Reads every target, several machines at a time. Fails when not one could be read: after telling why for each.
Result<Readings> readTargets(const Invocation &invocation, Terminal &terminal, std::stop_token stop);

} // namespace jiagu
