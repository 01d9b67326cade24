// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "host/connect.h"

#include <QByteArray>

#include <chrono>
#include <functional>
#include <optional>

namespace jiagu {

/// A connection that carries bytes both ways: a socket, or a tunnel. Copies share it; it is closed with the last one.
struct ByteStream
{
    /// A tunnel that is still opening keeps the bytes until it is open.
    std::function<Result<>(const QByteArray &bytes)> send;
    /// What came, waiting up to `slice` for something to come; empty when nothing did, none when the other side ended
    /// it. Fails also with why a tunnel did not open.
    std::function<Result<std::optional<QByteArray>>(std::chrono::milliseconds slice)> receive;
};

/// Opens one more connection to the same place, in the time that is left. A tunnel goes on opening while it is used.
using OpenStream = std::function<Result<ByteStream>(QDeadlineTimer deadline)>;

/// Connections of this computer's own. `node` is for errors.
OpenStream directStreams(const QString &node, const QString &host, quint16 port, const std::stop_token &stop);

} // namespace jiagu
