// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

namespace jiagu {

/// The payload of apply and restore that resources/node/transact.sh reads (docs/transactions.md). For a restore give
/// it reversed(step).
QByteArray transactionRequest(const FileChange &step);

/// The way back: before and after exchanged.
FileChange reversed(const FileChange &step);

/// A reason word of docs/transactions.md, with what follows it, as a sentence about this step: what happened and what
/// to do. An unknown word is shown as it is.
Message reasonText(const QString &reason, const FileChange &step);

/// What a node's event means, for a progress line.
Message eventText(const QString &state, const QString &detail, const FileChange &step);

} // namespace jiagu
