// SPDX-License-Identifier: Apache-2.0
#include "host/bytestream.h"

#include "base/plaintext.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <poll.h>
#include <sys/socket.h>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

tl::unexpected<Error> broken(const QString &node, int why)
{
    return failure(Error::Kind::Lost,
        message(u"The connection broke: %1."_s, u"连接中断：%1。"_s, plainText(QByteArrayView(strerror(why)))), {node});
}

ByteStream streamOf(const QString &node, Socket owned)
{
    const auto socket = std::make_shared<Socket>(std::move(owned));
    ByteStream stream;
    stream.send = [node, socket](const QByteArray &bytes) -> Result<> {
        // A few hundred bytes on a new connection fit its buffer; what does not is an error, not a wait.
        const ssize_t sent = ::send(socket->descriptor(), bytes.constData(), size_t(bytes.size()), MSG_NOSIGNAL);
        if (sent != bytes.size())
            return broken(node, sent < 0 ? errno : ENOBUFS);
        return {};
    };
    stream.receive = [node, socket](std::chrono::milliseconds slice) -> Result<std::optional<QByteArray>> {
        pollfd waiting{socket->descriptor(), POLLIN, 0};
        if (::poll(&waiting, 1, int(slice.count())) <= 0)
            return QByteArray();
        std::array<char, 8 * 1024> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
        const ssize_t size = ::recv(socket->descriptor(), buffer.data(), buffer.size(), 0);
        if (size > 0)
            return QByteArray(buffer.data(), size);
        if (size == 0 || errno == ECONNRESET)
            return std::nullopt;
        if (errno == EAGAIN || errno == EINTR)
            return QByteArray();
        return broken(node, errno);
    };
    return stream;
}

} // namespace

OpenStream directStreams(const QString &node, const QString &host, quint16 port, const std::stop_token &stop)
{
    return [node, host, port, stop](QDeadlineTimer deadline) -> Result<ByteStream> {
        auto socket = connectTcp(node, host, port, deadline, stop);
        if (!socket && socket.error().kind == Error::Kind::Canceled)
            return tl::unexpected(socket.error());
        if (!socket) // what it says is about SSH
            return failure(socket.error().kind,
                message(u"This computer cannot connect to %1 port %2 directly."_s, u"本机无法直接连接 %1 的端口 %2。"_s,
                    plainText(host), QString::number(port)),
                {node});
        return streamOf(node, std::move(*socket));
    };
}

} // namespace jiagu
