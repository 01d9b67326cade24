// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/host.h"

namespace jiagu {

/// What is written to a root shell so that it carries out a request, as docs/transactions.md says: the program, then
/// its call with the request. `delimiter` and `nonce` are random. Cut off anywhere, it does nothing.
/// Fails with Usage when the id is not [0-9a-f]{1,64}.
Result<QByteArray> transactionStream(
    const Transaction &transaction, const QByteArray &program, const QByteArray &delimiter, const QByteArray &nonce);

/// Reads what the program answers: lines that begin with the nonce; all others are ignored. Bounded: lines longer than
/// 8 KiB are dropped, and after 1 MiB of answer nothing more is read.
class TransactionAnswer
{
public:
    explicit TransactionAnswer(QByteArray nonce);

    /// Takes received bytes; returns the events in them, in order. `heard` tells whether a line of the program was
    /// among them, be it an event, its end or a sign of life.
    QList<TransactionEvent> read(const QByteArray &bytes);
    bool heard() const { return m_heard; }
    bool hasEnded() const { return m_ended; }
    /// All so far; Undecided until the last line came.
    const TransactionState &state() const { return m_state; }

private:
    QByteArray m_nonce;
    QByteArray m_pending;
    qsizetype m_size = 0;
    bool m_skipping = false; ///< in a line that is too long
    bool m_heard = false;
    bool m_ended = false;
    TransactionState m_state;
};

} // namespace jiagu
