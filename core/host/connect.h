// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QDeadlineTimer>

#include <stop_token>
#include <utility>

namespace jiagu {

/// A socket that is closed with its owner.
class Socket
{
public:
    explicit Socket(int descriptor = -1)
        : m_descriptor(descriptor)
    {
    }
    Socket(Socket &&other) noexcept
        : m_descriptor(other.release())
    {
    }
    Socket &operator=(Socket &&other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    ~Socket();

    int descriptor() const { return m_descriptor; }
    /// Hands the descriptor to somebody else, who closes it.
    int release() { return std::exchange(m_descriptor, -1); }

private:
    int m_descriptor;
};

/// A TCP connection to a host: looks the name up, then tries its addresses, IPv6 and IPv4 in turn, the next one
/// 250 ms after the one before or as soon as that failed; the first that answers is taken. Non-blocking, TCP_NODELAY.
/// Fails with Resolve, Connect, Timeout or Canceled; `at` is filled in with the node's name. Stop is answered within
/// 100 ms. Needs a QCoreApplication; runs an event loop of the calling thread while it looks a name up.
Result<Socket> connectTcp(
    const QString &node, const QString &host, quint16 port, QDeadlineTimer deadline, const std::stop_token &stop);

} // namespace jiagu
