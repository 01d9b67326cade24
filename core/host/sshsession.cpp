// SPDX-License-Identifier: Apache-2.0
#include "host/sshsession.h"

#include "base/plaintext.h"
#include "host/connect.h"
#include "host/login.h"
#include "host/sshprivate.h"

#include <libssh/callbacks.h>

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::chrono::milliseconds maxSlice{100};
constexpr qsizetype maxErrors = 64 * 1024;

/// Host key types in the order in which we want them, those that are known for the host first.
QByteArray hostKeyAlgorithms(const QList<QByteArray> &known)
{
    const QList<QByteArray> supported{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"};
    QList<QByteArray> result;
    for (const QByteArray &type : known) {
        for (const QByteArray &algorithm : supported) {
            if (algorithm == type || (type == "ssh-rsa" && algorithm.startsWith("rsa-")))
                result.append(algorithm);
        }
    }
    for (const QByteArray &algorithm : supported) {
        if (!result.contains(algorithm))
            result.append(algorithm);
    }
    return result.join(',');
}

QString ownName()
{
    const passwd *entry = getpwuid(getuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : qEnvironmentVariable("USER");
}

void say(const Progress &progress, const Message &text)
{
    if (progress)
        progress({text, 0});
}

} // namespace

struct SshChannel::Private
{
    SshSession::Private *session = nullptr;
    ssh_channel channel = nullptr;
    ssh_channel_callbacks_struct callbacks{};
    int status = -1;
    QByteArray signal;
    bool tunnel = false;
    QString address; ///< of a tunnel
    quint16 port = 0;
    QDeadlineTimer opening; ///< until when
    bool drained = false;

    ~Private()
    {
        if (channel) {
            ssh_remove_channel_callbacks(channel, &callbacks);
            if (session->isConnected()
                && ssh_channel_is_open(channel)) // the server hangs up about one it has not opened
                ssh_channel_close(channel);
            ssh_channel_free(channel);
        }
    }
};

// ---- the session -------------------------------------------------------------------------------------------------

void SshSession::Private::poll(std::chrono::milliseconds slice) const
{
    const int descriptor = ssh_get_fd(session);
    if (descriptor < 0)
        return;
    pollfd waiting{descriptor, POLLIN, 0};
    if (ssh_get_poll_flags(session) & SSH_WRITE_PENDING)
        waiting.events |= POLLOUT;
    ::poll(&waiting, 1, int(std::clamp(slice, std::chrono::milliseconds(0), maxSlice).count()));
    // The kernel falls back to delayed acknowledgements by itself; each one costs 40 ms.
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

tl::unexpected<Error> SshSession::Private::canceled(const Message &what) const
{
    return fail(Error::Kind::Canceled, message(u"Canceled while %1."_s, u"已在“%1”时取消。"_s, what));
}

tl::unexpected<Error> SshSession::Private::timedOut(const Message &what) const
{
    return fail(Error::Kind::Timeout,
        message(u"Gave up while %1: nothing came in time. Check the machine's load and the network, and try again."_s,
            u"在“%1”时超时。请检查该主机的负载和网络，然后重试。"_s, what));
}

tl::unexpected<Error> SshSession::Private::lost() const
{
    return fail(Error::Kind::Lost,
        message(u"The connection ended in the middle (%1). Check the network and the machine, and connect again."_s,
            u"连接中途断开（%1）。请检查网络和该主机，然后重新连接。"_s, reason()));
}

Result<> SshSession::Private::configure(const Target &target, Socket socket, const KnownHosts &known)
{
    ssh_set_log_level(SSH_LOG_NOLOG); // of this thread
    session = ssh_new();
    if (!session)
        return fail(Error::Kind::Failed, message(u"Out of memory."_s, u"内存不足。"_s));
    ssh_set_blocking(session, 0);
    const QByteArray login = target.user.toUtf8();
    const QByteArray hostKeys = hostKeyAlgorithms(known.keyTypes(target.host, target.port));
    const int off = 0;
    const int on = 1;
    const int rsaBits = 2048;
    const long seconds = 30;
    const int descriptor = socket.descriptor();
    // Host keys are judged here, against our own reading of known_hosts; the library gets no file and no real name.
    const bool configured = ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &off) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_HOST, "node.invalid") == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_USER, login.constData()) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_STRICTHOSTKEYCHECK, &on) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, hostKeys.constData()) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_RSA_MIN_SIZE, &rsaBits) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_FD, &descriptor) == SSH_OK;
    if (!configured)
        return fail(Error::Kind::Failed,
            message(u"The SSH library refused its settings: %1."_s, u"SSH 库拒绝了设置：%1。"_s, reason()));
    socket.release(); // ssh_connect() and ssh_disconnect() own it from here on
    return {};
}

Result<> SshSession::Private::handshake(const std::stop_token &stop)
{
    const auto result = drive([this] { return ssh_connect(session); }, SSH_AGAIN,
        {message(u"negotiating with the SSH server"_s, u"与 SSH 服务器协商"_s), QDeadlineTimer(limits.handshake)},
        stop);
    if (!result)
        return tl::unexpected(result.error());
    if (*result == SSH_OK)
        return {};
    const QString why = reason();
    if (why.contains(u"no match for method"_s))
        return fail(Error::Kind::Connect,
            message(u"The SSH server and this program have no algorithm in common: %1. Update the machine's sshd, or "
                    u"allow a current algorithm in its sshd_config."_s,
                u"SSH 服务器与本程序没有共同的算法：%1。请升级该主机的 sshd，或在 sshd_config 中启用较新的算法。"_s,
                why));
    if (why.contains(u"banner"_s, Qt::CaseInsensitive) || why.contains(u"version mismatch"_s, Qt::CaseInsensitive))
        return fail(Error::Kind::Connect,
            message(u"What answers on this port is not an SSH server (%1). Check the port."_s,
                u"该端口上应答的不是 SSH 服务（%1）。请检查端口。"_s, why));
    return fail(Error::Kind::Connect,
        message(u"The server closed the connection before the keys were agreed (%1). Its sshd may have too many "
                u"unfinished logins (MaxStartups) or may have blocked this computer; wait a moment and try again."_s,
            u"服务器在密钥协商完成前关闭了连接（%1）。可能是 sshd "
            u"未完成登录的连接过多（MaxStartups），或已封禁本机；请稍候重试。"_s,
            why));
}

Result<bool> SshSession::Private::judgeHostKey(
    const Target &target, const KnownHostsFiles &files, const KnownHosts &known, const Questions &questions)
{
    ssh_key raw = nullptr;
    char *base64 = nullptr;
    if (ssh_get_server_publickey(session, &raw) != SSH_OK)
        return lost();
    const Key owner(raw);
    if (ssh_pki_export_pubkey_base64(raw, &base64) != SSH_OK)
        return lost();
    const QByteArray key = QByteArray::fromBase64(base64);
    ssh_string_free_char(base64);
    const QString type = plainText(keyType(key));
    const QString shown = fingerprint(key);

    using State = HostKeyJudgement::State;
    const HostKeyJudgement judgement = known.judge(target.host, target.port, key);
    const QString line = judgement.entry.file + u':' + QString::number(judgement.entry.line);
    if (judgement.state == State::Revoked)
        return fail(Error::Kind::HostKey,
            message(u"The host key %1 %2 is marked @revoked in %3: it must not be trusted any more. Nothing was sent. "
                    u"Ask who revoked it before you go on."_s,
                u"主机密钥 %1 %2 在 %3 中被标记为 @revoked（已吊销），不能再信任。没有发送任何内容。请先向吊销者确认。"_s,
                type, shown, line));
    if (!target.hostKey.isEmpty()) {
        if (target.hostKey == shown)
            return false;
        return fail(Error::Kind::HostKey,
            message(u"The machine shows the host key %1 %2, but %3 was given as the only one to accept. Nothing was "
                    u"sent. Someone may be intercepting the connection, or the fingerprint is of another key; compare "
                    u"it on the machine with ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub."_s,
                u"该主机出示的主机密钥为 %1 %2，而指定只接受 %3。没有发送任何内容。可能有人在拦截连接，"
                u"也可能指纹属于另一个密钥；请在该主机上用 ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub 核对。"_s,
                type, shown, target.hostKey));
    }
    switch (judgement.state) {
    case State::Known:
        return false;
    case State::Changed:
    case State::OtherType:
        return fail(Error::Kind::HostKey,
            message(u"The host key changed: the machine shows %1 %2, but %3 records %4 %5. Someone may be "
                    u"intercepting the connection, or the machine was reinstalled. Nothing was sent. If you know why "
                    u"it changed, remove that line and connect again."_s,
                u"主机密钥已改变：该主机出示 %1 %2，而 %3 中记录的是 %4 %5。可能有人在拦截连接，也可能该主机重装过。"
                u"没有发送任何内容。如果确知原因，请删除该行后重新连接。"_s,
                type, shown, line, plainText(keyType(judgement.entry.key)), fingerprint(judgement.entry.key)));
    case State::Revoked:
    case State::Unknown:
        break;
    }
    HostKeyQuestion question{node, type, shown, {}};
    if (judgement.hasCertificateAuthority)
        question.note = message(u"known_hosts trusts a certificate authority for this host; host certificates are not "
                                u"used, so compare the fingerprint."_s,
            u"known_hosts 为该主机信任了一个证书颁发机构；本程序不使用主机证书，请核对指纹。"_s);
    if (!questions.acceptHostKey || !questions.acceptHostKey(question))
        return fail(Error::Kind::HostKey,
            message(u"The host key %1 %2 is not known and was not accepted; nothing was sent. Compare the fingerprint "
                    u"with the machine's own and accept it, or give it beforehand."_s,
                u"主机密钥 %1 %2 未知且未被接受；没有发送任何内容。请与该主机上的指纹核对后接受，或预先指定。"_s, type,
                shown));
    if (!files.write.isEmpty()) {
        if (auto kept = appendKnownHost(files.write, target.host, target.port, key); !kept) {
            kept.error().at.node = node;
            return tl::unexpected(kept.error());
        }
    }
    return true;
}

SshSession::SshSession(std::unique_ptr<Private> p)
    : d(std::move(p))
{
}

SshSession::~SshSession() = default;

Result<std::unique_ptr<SshSession>> SshSession::open(const Target &wanted, const KnownHostsFiles &knownHosts,
    const Questions &questions, const SshLimits &limits, const std::stop_token &stop, const Progress &progress)
{
    auto p = std::make_unique<Private>();
    p->node = wanted.name();
    p->limits = limits;
    Target target = wanted;
    if (target.user.isEmpty())
        target.user = ownName();
    p->user = target.user;
    if (!target.hops.isEmpty())
        return p->fail(Error::Kind::Usage,
            message(u"Going through other machines is not supported yet."_s, u"尚不支持经跳板机连接。"_s));
    auto known = KnownHosts::read(knownHosts.read);
    if (!known) {
        known.error().at.node = p->node;
        return tl::unexpected(known.error());
    }

    say(progress,
        message(u"Connecting to %1 port %2"_s, u"正在连接 %1 端口 %2"_s, target.host, QString::number(target.port)));
    auto socket = connectTcp(p->node, target.host, target.port, QDeadlineTimer(limits.connect), stop);
    if (!socket)
        return tl::unexpected(socket.error());

    say(progress, message(u"Negotiating with the SSH server"_s, u"正在与 SSH 服务器协商"_s));
    if (auto done = p->configure(target, std::move(*socket), *known); !done)
        return tl::unexpected(done.error());
    if (auto done = p->handshake(stop); !done)
        return tl::unexpected(done.error());
    const auto firstContact = p->judgeHostKey(target, knownHosts, *known, questions);
    if (!firstContact)
        return tl::unexpected(firstContact.error());

    say(progress, message(u"Logging in as %1"_s, u"正在以 %1 的身份登录"_s, target.user));
    if (auto done = Login(*p, target, questions, stop, progress).run(*firstContact); !done)
        return tl::unexpected(done.error());
    return std::unique_ptr<SshSession>(new SshSession(std::move(p)));
}

QString SshSession::user() const
{
    return d->user;
}

Result<std::unique_ptr<SshChannel>> SshSession::run(const QByteArray &command, const std::stop_token &stop)
{
    auto p = std::make_unique<SshChannel::Private>();
    p->session = d.get();
    p->channel = ssh_channel_new(d->session);
    if (!p->channel)
        return d->lost();
    p->callbacks.userdata = p.get();
    p->callbacks.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void *self) {
        static_cast<SshChannel::Private *>(self)->status = status;
    };
    p->callbacks.channel_exit_signal_function = [](ssh_session, ssh_channel, const char *name, int, const char *,
                                                    const char *, void *self) {
        static_cast<SshChannel::Private *>(self)->signal = name;
    };
    ssh_callbacks_init(&p->callbacks);
    ssh_add_channel_callbacks(p->channel, &p->callbacks);

    const Waiting waiting{
        message(u"starting a command on the machine"_s, u"在主机上启动命令"_s), QDeadlineTimer(d->limits.open)};
    for (int step = 0; step < 2; ++step) {
        const auto result = d->drive(
            [&] {
                return step == 0 ? ssh_channel_open_session(p->channel)
                                 : ssh_channel_request_exec(p->channel, command.constData());
            },
            SSH_AGAIN, waiting, stop);
        if (!result)
            return tl::unexpected(result.error());
        if (*result == SSH_OK)
            continue;
        if (!d->isConnected())
            return d->lost();
        return d->fail(Error::Kind::Failed,
            message(u"The server refused to run a command (%1). Check MaxSessions and ForceCommand in its "
                    u"sshd_config."_s,
                u"服务器拒绝执行命令（%1）。请检查其 sshd_config 中的 MaxSessions 和 ForceCommand。"_s, d->reason()));
    }
    return std::unique_ptr<SshChannel>(new SshChannel(std::move(p)));
}

Result<std::unique_ptr<SshChannel>> SshSession::forward(const QString &address, quint16 port, QDeadlineTimer deadline)
{
    auto p = std::make_unique<SshChannel::Private>();
    p->session = d.get();
    p->tunnel = true;
    p->address = address;
    p->port = port;
    p->opening = deadline;
    p->channel = ssh_channel_new(d->session);
    if (!p->channel)
        return d->lost();
    ssh_callbacks_init(&p->callbacks);
    ssh_add_channel_callbacks(p->channel, &p->callbacks);
    std::unique_ptr<SshChannel> channel(new SshChannel(std::move(p)));
    if (auto begun = channel->isOpen(); !begun)
        return tl::unexpected(begun.error());
    return channel;
}

void SshSession::wait(std::chrono::milliseconds slice) const
{
    d->poll(slice);
}

// ---- a channel ---------------------------------------------------------------------------------------------------

SshChannel::SshChannel(std::unique_ptr<Private> p)
    : d(std::move(p))
{
}

SshChannel::~SshChannel() = default;

Result<bool> SshChannel::isOpen()
{
    const SshSession::Private &session = *d->session;
    const int result = ssh_channel_open_forward(d->channel, d->address.toLatin1().constData(), d->port, "127.0.0.1", 0);
    if (result == SSH_OK)
        return true;
    if (result == SSH_AGAIN && d->opening.hasExpired())
        return session.timedOut(message(u"opening a tunnel through the machine"_s, u"经该主机打开隧道"_s));
    if (result == SSH_AGAIN)
        return false;
    if (!session.isConnected())
        return session.lost();
    const QString why = session.reason();
    // RFC 4254, 5.1: the reason code; libssh puts it in parentheses.
    if (why.contains(u"(1)"_s))
        return session.fail(Error::Kind::Permission,
            message(u"The machine's sshd forbids tunnels (AllowTcpForwarding, PermitOpen): %1."_s,
                u"该主机的 sshd 禁止隧道（AllowTcpForwarding、PermitOpen）：%1。"_s, why));
    return session.fail(Error::Kind::Connect,
        message(u"The machine cannot connect to %1 port %2: %3."_s, u"该主机无法连接 %1 的端口 %2：%3。"_s, d->address,
            QString::number(d->port), why));
}

Result<> SshChannel::receive(std::chrono::milliseconds slice)
{
    std::array<char, 32 * 1024> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    const QDeadlineTimer deadline(std::min(slice, maxSlice));
    for (;;) {
        bool received = false;
        bool failed = false;
        for (const int isError : {0, 1}) {
            for (;;) {
                const int size = ssh_channel_read_nonblocking(d->channel, buffer.data(), buffer.size(), isError);
                failed = failed || size == SSH_ERROR;
                if (size <= 0)
                    break;
                received = true;
                if (isError)
                    errors.append(buffer.data(), std::min<qsizetype>(size, maxErrors - errors.size()));
                else
                    output.append(buffer.data(), size);
                if (!isError && output.size() > 1024 * 1024)
                    break; // let the caller look at its bounds
            }
        }
        if (!received && ssh_channel_is_eof(d->channel)) {
            // Reading no longer receives after the end of the streams; asking for the status does.
            if (!d->tunnel && d->status < 0 && d->signal.isEmpty())
                ssh_channel_get_exit_status(d->channel);
            const bool told = d->tunnel || d->status >= 0 || !d->signal.isEmpty();
            if (told || (ssh_channel_is_closed(d->channel) && d->session->isConnected())) {
                d->drained = true;
                return {};
            }
        }
        if (!received && (failed || !d->session->isConnected()))
            return d->session->lost();
        if (received || deadline.hasExpired())
            return {};
        d->session->poll(std::chrono::milliseconds(deadline.remainingTime()));
    }
}

Result<> SshChannel::send(QByteArrayView bytes, QDeadlineTimer deadline, const std::stop_token &stop)
{
    const Message what = message(u"sending to the machine"_s, u"向主机发送数据"_s);
    while (!bytes.isEmpty() && !d->drained) { // when it ended without reading all of it, how it ended says why
        if (stop.stop_requested())
            return d->session->canceled(what);
        if (deadline.hasExpired())
            return d->session->timedOut(what);
        const int sent =
            ssh_channel_write(d->channel, bytes.data(), uint32_t(std::min<qsizetype>(bytes.size(), 32'000)));
        if (sent < 0 && sent != SSH_AGAIN && !ssh_channel_is_closed(d->channel))
            return d->session->lost();
        bytes = bytes.sliced(std::max(sent, 0));
        // A full window is opened by a packet that brings no data, which receive() does not return for.
        if (auto done = receive(std::chrono::milliseconds(sent > 0 ? 0 : 10)); !done)
            return done;
    }
    return {};
}

Result<> SshChannel::finishInput()
{
    if (!d->drained && ssh_channel_send_eof(d->channel) == SSH_ERROR && !ssh_channel_is_closed(d->channel))
        return d->session->lost();
    return {};
}

bool SshChannel::hasEnded() const
{
    return d->drained;
}

int SshChannel::exitStatus() const
{
    return d->status;
}

QByteArray SshChannel::signal() const
{
    return d->signal;
}

} // namespace jiagu
