// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"
#include "host/host.h"

namespace jiagu {

/// Pushes the steps of one node. Journals before each remote step. Stopping asks the node to roll back and waits for
/// it. Never throws, never leaves an Outcome out. `host` must be the machine that the steps were planned for.
Outcome apply(const ChangeSet &changeSet, const QString &node, const Approval &approval, Host &host, Journal &journal,
    std::stop_token stop, const Progress &progress);

/// Puts the recorded bytes back under the same gate.
Outcome restore(const ChangeSet &changeSet, const QString &node, const Approval &approval, Host &host, Journal &journal,
    std::stop_token stop, const Progress &progress);

/// Asks the node how an undecided change set ended and journals it.
Outcome inquire(const ChangeSet &changeSet, const QString &node, Host &host, Journal &journal, std::stop_token stop);

/// Removes what the program keeps on the node (/var/lib/jiagu). Refuses while a transaction is open.
Result<Message> clean(Host &host, std::stop_token stop);

/// The commands that apply() would run on the node, as text.
QByteArray remoteText(const ChangeSet &changeSet, const QString &node);

} // namespace jiagu
