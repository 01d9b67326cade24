// SPDX-License-Identifier: Apache-2.0
#include "host/sshagent.h"

#include "base/plaintext.h"
#include "host/knownhosts.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

// draft-miller-ssh-agent, section 5.1
constexpr char agentFailure = 5;
constexpr char requestIdentities = 11;
constexpr char identitiesAnswer = 12;
constexpr char signRequest = 13;
constexpr char signResponse = 14;

constexpr int sliceMs = 50;
constexpr qint64 maxAnswer = 256L * 1024; ///< what libssh takes, too
constexpr quint32 maxKeys = 1024;
constexpr int promptMs = 500; ///< an agent that asks nobody answers within this

QByteArray number(quint32 value)
{
    QByteArray bytes(sizeof value, Qt::Uninitialized);
    qToBigEndian(value, bytes.data());
    return bytes;
}

QByteArray framed(const QByteArray &bytes)
{
    return number(quint32(bytes.size())) + bytes;
}

/// Takes a length and that many bytes from the front.
std::optional<QByteArray> takeString(QByteArrayView &rest)
{
    if (rest.size() < qsizetype(sizeof(quint32)))
        return {};
    const qint64 size = qFromBigEndian<quint32>(rest.data());
    if (size > rest.size() - 4)
        return {};
    const QByteArray result = rest.sliced(4, size).toByteArray();
    rest = rest.sliced(4 + size);
    return result;
}

tl::unexpected<Error> unusable(const QString &node, const Message &why)
{
    return failure(Error::Kind::Auth, why, {node});
}

bool waitFor(int descriptor, short events, const QDeadlineTimer &deadline)
{
    pollfd waiting{descriptor, events, 0};
    return ::poll(&waiting, 1, int(std::clamp<qint64>(deadline.remainingTime(), 0, sliceMs))) > 0;
}

} // namespace

SshAgent::SshAgent(QString node, QString path, Socket socket)
    : m_node(std::move(node))
    , m_path(std::move(path))
    , m_socket(std::move(socket))
{
}

tl::unexpected<Error> SshAgent::canceled(const Message &what) const
{
    return failure(Error::Kind::Canceled, message(u"Canceled while %1."_s, u"已在“%1”时取消。"_s, what), {m_node});
}

tl::unexpected<Error> SshAgent::timedOut(const Message &what) const
{
    return failure(Error::Kind::Timeout,
        message(u"Gave up while %1: it did not answer in time. Look for a question on the screen or a blinking key and "
                u"connect again, or log in without the agent (--no-agent on the command line)."_s,
            u"在“%1”时超时：代理没有及时响应。请查看屏幕上是否有询问、安全密钥是否在闪烁，然后重新连接；"
            u"或不使用代理登录（命令行为 --no-agent）。"_s,
            what),
        {m_node});
}

tl::unexpected<Error> SshAgent::broken() const
{
    return unusable(m_node,
        message(u"The SSH agent at %1 ended the conversation or answered something that is not its protocol. Start it "
                u"again and load the key (ssh-add)."_s,
            u"%1 处的 SSH 代理中断了会话，或返回了不符合协议的内容。请重新启动代理并用 ssh-add 加载密钥。"_s,
            plainText(m_path)));
}

Result<SshAgent> SshAgent::open(
    const QString &node, const QString &path, QDeadlineTimer deadline, const std::stop_token &stop)
{
    const QByteArray name = path.toLocal8Bit();
    const QString shown = plainText(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= qsizetype(sizeof address.sun_path))
        return unusable(node,
            message(u"SSH_AUTH_SOCK names a path that is too long for a socket (%1)."_s,
                u"SSH_AUTH_SOCK 中的路径过长，不能用作套接字（%1）。"_s, shown));
    std::memcpy(&address.sun_path[0], name.constData(), size_t(name.size()));
    SshAgent agent(node, path, Socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
    const Message what = message(u"connecting to the SSH agent"_s, u"连接 SSH 代理"_s);
    for (;;) {
        if (stop.stop_requested())
            return agent.canceled(what);
        if (::connect(agent.m_socket.descriptor(), static_cast<const sockaddr *>(static_cast<const void *>(&address)),
                sizeof address)
            == 0)
            return agent;
        if (errno != EAGAIN && errno != EINTR) // EAGAIN: its queue is full
            break;
        if (deadline.hasExpired())
            return agent.timedOut(what);
        ::poll(nullptr, 0, sliceMs);
    }
    const int why = errno;
    if (why == ENOENT || why == ECONNREFUSED || why == ENOTSOCK)
        return unusable(node,
            message(u"The SSH agent is gone: SSH_AUTH_SOCK names %1, where none answers (%2). Start an agent and load "
                    u"the key (ssh-add), or log in without it (--no-agent on the command line)."_s,
                u"SSH 代理已不存在：SSH_AUTH_SOCK 指向 %1，但那里没有代理响应（%2）。请启动代理并用 ssh-add 加载密钥，"
                u"或不使用代理登录（命令行为 --no-agent）。"_s,
                shown, plainText(QByteArrayView(strerror(why)))));
    return unusable(node,
        message(u"The SSH agent at %1 (SSH_AUTH_SOCK) cannot be used: %2. Check who owns its socket."_s,
            u"无法使用 %1 处的 SSH 代理（SSH_AUTH_SOCK）：%2。请检查该套接字的属主。"_s, shown,
            plainText(QByteArrayView(strerror(why)))));
}

Result<QByteArray> SshAgent::ask(const QByteArray &request, const Message &what, QDeadlineTimer deadline,
    const std::stop_token &stop, const std::function<void()> &onWait)
{
    QByteArray unsent = framed(request);
    QByteArray answer;
    QDeadlineTimer quiet(promptMs);
    bool told = !onWait;
    for (;;) {
        const qint64 size = answer.size() < 4 ? -1 : qint64(qFromBigEndian<quint32>(answer.constData()));
        if (size > maxAnswer || size == 0)
            return broken();
        if (size > 0 && answer.size() >= 4 + size)
            return answer.sliced(4, size);
        if (stop.stop_requested())
            return canceled(what);
        if (deadline.hasExpired())
            return timedOut(what);
        if (!told && quiet.hasExpired()) {
            told = true;
            onWait();
        }
        if (!waitFor(m_socket.descriptor(), unsent.isEmpty() ? POLLIN : POLLOUT, deadline))
            continue;
        if (!unsent.isEmpty()) {
            const ssize_t sent = ::send(m_socket.descriptor(), unsent.constData(), size_t(unsent.size()), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR)
                return broken();
            unsent.remove(0, std::max<ssize_t>(sent, 0));
            continue;
        }
        std::array<char, 4096> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
        const ssize_t got = ::recv(m_socket.descriptor(), buffer.data(), buffer.size(), 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return broken();
        answer.append(buffer.data(), std::max<ssize_t>(got, 0));
    }
}

Result<QList<AgentKey>> SshAgent::keys(QDeadlineTimer deadline, const std::stop_token &stop)
{
    const auto answer = ask(QByteArray(1, requestIdentities),
        message(u"asking the SSH agent for its keys"_s, u"向 SSH 代理查询密钥"_s), deadline, stop, {});
    if (!answer)
        return tl::unexpected(answer.error());
    auto keys = parseAgentKeys(*answer);
    if (!keys)
        return broken();
    return *std::move(keys);
}

Result<QByteArray> SshAgent::sign(const QByteArray &request, QDeadlineTimer deadline, const std::stop_token &stop,
    const std::function<void()> &onWait)
{
    auto answer = ask(request,
        message(u"waiting for the SSH agent to sign (a security key may want to be touched)"_s,
            u"等待 SSH 代理签名（可能需要触摸安全密钥）"_s),
        deadline, stop, onWait);
    if (!answer || answer->startsWith(signResponse))
        return answer;
    QByteArrayView rest = QByteArrayView(request).sliced(1);
    return unusable(m_node,
        message(u"The SSH agent refused to sign with the key %1: it was not confirmed, or the agent cannot use it. "
                u"Connect again and confirm, or log in without the agent (--no-agent on the command line)."_s,
            u"SSH 代理拒绝用密钥 %1 签名：未得到确认，或代理无法使用该密钥。请重新连接并确认，或不使用代理登录（命令行为 "
            u"--no-agent）。"_s,
            fingerprint(takeString(rest).value_or(QByteArray()))));
}

std::optional<QList<AgentKey>> parseAgentKeys(QByteArrayView answer)
{
    if (answer.startsWith(agentFailure) && answer.size() == 1)
        return QList<AgentKey>();
    if (!answer.startsWith(identitiesAnswer) || answer.size() < 5)
        return {};
    const auto count = qFromBigEndian<quint32>(answer.data() + 1);
    if (count > maxKeys)
        return {};
    QByteArrayView rest = answer.sliced(5);
    QList<AgentKey> keys;
    for (quint32 i = 0; i < count; ++i) {
        auto blob = takeString(rest);
        auto comment = blob ? takeString(rest) : std::nullopt;
        if (!comment)
            return {};
        keys += {*std::move(blob), *std::move(comment)};
    }
    return keys;
}

AgentRelay::AgentRelay(Sign sign)
    : m_sign(std::move(sign))
{
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0) {
        m_mine = Socket(ends[0]);
        m_other = Socket(ends[1]);
    }
    m_finished = Socket(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

void AgentRelay::serve(const AgentKey &key, const std::function<void()> &work)
{
    m_problem.reset();
    m_received.clear();
    std::thread worker([&] {
        work();
        ::eventfd_write(m_finished.descriptor(), 1);
    });
    for (;;) {
        std::array<pollfd, 2> waiting{
            pollfd{m_mine.descriptor(), POLLIN, 0}, pollfd{m_finished.descriptor(), POLLIN, 0}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0)
            continue;
        if (waiting[1].revents != 0)
            break;
        std::array<char, 4096> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
        const ssize_t got = ::recv(m_mine.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0)
            continue;
        m_received.append(buffer.data(), got);
        QByteArrayView rest(m_received);
        if (const auto request = takeString(rest)) {
            m_received = rest.toByteArray();
            const QByteArray reply = framed(answer(key, *request));
            for (qsizetype at = 0; at < reply.size();) {
                const ssize_t sent =
                    ::send(m_mine.descriptor(), reply.constData() + at, size_t(reply.size() - at), MSG_NOSIGNAL);
                if (sent <= 0)
                    break;
                at += sent;
            }
        }
    }
    worker.join();
    eventfd_t spent = 0;
    ::eventfd_read(m_finished.descriptor(), &spent);
}

QByteArray AgentRelay::answer(const AgentKey &key, const QByteArray &request)
{
    const QByteArray failed(1, agentFailure);
    if (request.size() == 1 && request[0] == requestIdentities)
        return QByteArray(1, identitiesAnswer) + number(1) + framed(key.blob) + framed(key.comment);
    QByteArrayView rest = QByteArrayView(request).sliced(std::min<qsizetype>(request.size(), 1));
    if (!request.startsWith(signRequest) || takeString(rest) != key.blob)
        return failed;
    auto signature = m_sign(request);
    if (!signature) {
        m_problem = signature.error();
        return failed;
    }
    return *std::move(signature);
}

} // namespace jiagu
