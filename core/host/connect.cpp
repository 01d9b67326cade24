// SPDX-License-Identifier: Apache-2.0
#include "host/connect.h"

#include "base/plaintext.h"

#include <QEventLoop>
#include <QHostInfo>
#include <QTimer>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int sliceMs = 100;
constexpr int headStartMs = 250; // RFC 8305 section 5, Connection Attempt Delay

tl::unexpected<Error> canceled(const QString &node)
{
    return failure(Error::Kind::Canceled, message(u"Connecting was canceled."_s, u"已取消连接。"_s), {node});
}

Result<QList<QHostAddress>> lookUp(
    const QString &node, const QString &host, const QDeadlineTimer &deadline, const std::stop_token &stop)
{
    if (const QHostAddress literal(host); !literal.isNull())
        return QList<QHostAddress>{literal};

    QEventLoop loop;
    QHostInfo answer;
    bool answered = false;
    const int id = QHostInfo::lookupHost(host, &loop, [&](const QHostInfo &info) {
        answer = info;
        answered = true;
        loop.quit();
    });
    QTimer::singleShot(std::chrono::milliseconds(deadline.remainingTime()), &loop, &QEventLoop::quit);
    {
        const std::stop_callback wake(
            stop, [&loop] { QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection); });
        if (!answered && !stop.stop_requested())
            loop.exec(QEventLoop::ExcludeUserInputEvents);
    }
    if (!answered) {
        QHostInfo::abortHostLookup(id);
        if (stop.stop_requested())
            return canceled(node);
        return failure(Error::Kind::Timeout,
            message(u"Looking up the name “%1” was not answered in time. Check the name server of this computer, or "
                    u"give an address instead."_s,
                u"解析主机名“%1”超时。请检查本机的 DNS 服务器，或直接填写地址。"_s, host),
            {node});
    }
    if (answer.addresses().isEmpty())
        return failure(Error::Kind::Resolve,
            message(u"There is no host named “%1” (%2). Check the spelling, or give an address instead."_s,
                u"找不到名为“%1”的主机（%2）。请检查拼写，或直接填写地址。"_s, host, plainText(answer.errorString())),
            {node});

    // IPv6 and IPv4 in turn, beginning with what the resolver put first.
    QList<QHostAddress> first;
    QList<QHostAddress> second;
    for (const QHostAddress &address : answer.addresses())
        (address.protocol() == answer.addresses().constFirst().protocol() ? first : second).append(address);
    QList<QHostAddress> result;
    for (qsizetype i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            result.append(first[i]);
        if (i < second.size())
            result.append(second[i]);
    }
    return result;
}

/// Begins to connect; a descriptor of -1 and errno when that fails at once.
Socket begin(const QHostAddress &address, quint16 port)
{
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        const Q_IPV6ADDR bytes = address.toIPv6Address();
        std::memcpy(&v6.sin6_addr, &bytes, sizeof bytes);
        const QString scope = address.scopeId();
        bool number = false;
        v6.sin6_scope_id = scope.toUInt(&number);
        if (!number && !scope.isEmpty())
            v6.sin6_scope_id = if_nametoindex(scope.toLocal8Bit().constData());
        size = sizeof v6;
        std::memcpy(&storage, &v6, size);
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(address.toIPv4Address());
        size = sizeof v4;
        std::memcpy(&storage, &v4, size);
    }
    Socket socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (socket.descriptor() < 0)
        return socket;
    setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket.descriptor(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (::connect(socket.descriptor(), static_cast<const sockaddr *>(static_cast<const void *>(&storage)), size) != 0
        && errno != EINPROGRESS) {
        const int why = errno;
        socket = Socket();
        errno = why;
    }
    return socket;
}

tl::unexpected<Error> notConnected(const QString &node, const QString &host, quint16 port, int why)
{
    const QString portText = QString::number(port);
    switch (why) {
    case ECONNREFUSED:
        return failure(Error::Kind::Connect,
            message(u"%1 refuses connections on port %2: no SSH server listens there, or a firewall rejects this "
                    u"computer. Check the port and the machine's sshd."_s,
                u"%1 拒绝了端口 %2 上的连接：该端口没有 SSH 服务，或防火墙拒绝了本机。请检查端口和该主机的 sshd。"_s,
                host, portText),
            {node});
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
        return failure(Error::Kind::Connect,
            message(u"%1 cannot be reached from this computer (%2). Check the address, the network and the VPN."_s,
                u"本机无法到达 %1（%2）。请检查地址、网络和 VPN。"_s, host, plainText(QByteArrayView(strerror(why)))),
            {node});
    default:
        return failure(Error::Kind::Connect,
            message(u"No connection to %1 port %2: %3. Check the address and the network."_s,
                u"无法连接 %1 的端口 %2：%3。请检查地址和网络。"_s, host, portText,
                plainText(QByteArrayView(strerror(why)))),
            {node});
    }
}

} // namespace

Socket::~Socket()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<Socket> connectTcp(
    const QString &node, const QString &host, quint16 port, QDeadlineTimer deadline, const std::stop_token &stop)
{
    const auto addresses = lookUp(node, host, deadline, stop);
    if (!addresses)
        return tl::unexpected(addresses.error());

    std::vector<Socket> open;
    qsizetype next = 0;
    int why = ETIMEDOUT;
    QDeadlineTimer headStart(0);
    for (;;) {
        if (stop.stop_requested())
            return canceled(node);
        if (deadline.hasExpired())
            return failure(Error::Kind::Timeout,
                message(u"%1 did not answer on port %2 in time. Check the address, that the machine is up, and that a "
                        u"firewall lets this computer through."_s,
                    u"%1 的端口 %2 没有及时响应。请检查地址、主机是否在运行，以及防火墙是否放行本机。"_s, host,
                    QString::number(port)),
                {node});
        if (next < addresses->size() && (open.empty() || headStart.hasExpired())) {
            Socket socket = begin(addresses->at(next++), port);
            if (socket.descriptor() < 0) {
                why = errno;
            } else {
                open.push_back(std::move(socket));
                headStart = QDeadlineTimer(headStartMs);
            }
            continue;
        }
        if (open.empty())
            return notConnected(node, host, port, why);

        std::vector<pollfd> waiting;
        waiting.reserve(open.size());
        for (const Socket &socket : open)
            waiting.push_back({socket.descriptor(), POLLOUT, 0});
        ::poll(waiting.data(), waiting.size(), int(std::min<qint64>(sliceMs, deadline.remainingTime())));
        for (size_t i = waiting.size(); i-- > 0;) {
            if (waiting[i].revents == 0)
                continue;
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(open[i].descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error == 0)
                return std::move(open[i]);
            why = error;
            open.erase(open.begin() + std::ptrdiff_t(i));
        }
    }
}

} // namespace jiagu
