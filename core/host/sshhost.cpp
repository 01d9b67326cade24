// SPDX-License-Identifier: Apache-2.0
#include "host/sshhost.h"

#include "base/plaintext.h"
#include "host/elevation.h"
#include "host/tlsways.h"
#include "host/transaction.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QStandardPaths>

#include <cstring>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype maxSnapshot = 64 * 1024 * 1024;
const auto authoritiesFile = u"/etc/kubernetes/pki/ca.crt"_s; ///< of the cluster, as kubeadm lays it out
constexpr qsizetype maxNoise = 1024 * 1024; ///< what a login shell may print before the root shell is there
constexpr std::chrono::milliseconds slice{100};
constexpr std::chrono::minutes transactionLimit{60};
constexpr std::chrono::seconds transactionSilence{30};
constexpr std::chrono::milliseconds longestSlice{1000}; // of that silence, in one wait

QByteArray randomHex()
{
    std::array<quint32, 4> words{};
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    return QByteArray(static_cast<const char *>(static_cast<const void *>(words.data())), sizeof words).toHex();
}

QByteArray shipped(const QString &name)
{
    QFile file(u":/node/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool isAboutTheLink(Error::Kind kind)
{
    return kind == Error::Kind::Lost || kind == Error::Kind::Timeout;
}

void say(const Progress &progress, const Message &text, qint64 bytes = 0)
{
    if (progress)
        progress({text, bytes});
}

} // namespace

/// The connection and what is remembered with it.
class SshHost::Session
{
public:
    using Channel = std::unique_ptr<SshChannel>;

    Target target;
    KnownHostsFiles knownHosts;
    Questions questions;
    SshLimits limits;
    QString node;
    QString user;
    std::optional<Secret> sudoPassword;
    QString sudoAccount;
    std::unique_ptr<SshSession> ssh;

    tl::unexpected<Error> fail(Error::Kind kind, const Message &text) const { return failure(kind, text, {node}); }
    tl::unexpected<Error> canceled(const Message &what) const
    {
        return fail(Error::Kind::Canceled, message(u"Canceled while %1."_s, u"已在“%1”时取消。"_s, what));
    }

    bool elevates() const { return target.sudo && user != u"root"_s; }
    /// A channel to a root shell that waits for a script on its standard input.
    Result<Channel> openShell(const std::stop_token &stop);
    /// The same over a new connection to the same machine.
    Result<Channel> openShellAnew(const std::stop_token &stop);
    /// Sends a script and ends its input.
    Result<> sendScript(SshChannel &channel, const QByteArray &script, const std::stop_token &stop) const;
    Result<TransactionState> follow(SshChannel &channel, const QByteArray &nonce, const Transaction &transaction,
        const std::stop_token &stop, const std::function<void(const TransactionEvent &)> &onEvent);

private:
    Result<> answerSudo(
        SshChannel &channel, const QString &account, QDeadlineTimer &deadline, const std::stop_token &stop);
};

Result<> SshHost::Session::answerSudo(
    SshChannel &channel, const QString &account, QDeadlineTimer &deadline, const std::stop_token &stop)
{
    const qint64 remaining = deadline.remainingTime();
    if (!sudoPassword || sudoAccount != account) {
        sudoPassword.reset();
        if (questions.secret)
            sudoPassword = questions.secret({SecretQuestion::Kind::SudoPassword, node, account, {}});
        if (!sudoPassword)
            return fail(Error::Kind::Elevation,
                message(u"sudo asks for the password of %1 and none was given. Connect again and give it, or log in as "
                        u"root."_s,
                    u"sudo 要求输入 %1 的口令，但没有提供。请重新连接并输入口令，或以 root 登录。"_s, account));
        sudoAccount = account;
    }
    const QByteArrayView password(sudoPassword->constData(), sudoPassword->size());
    if (password.contains('\n') || password.contains('\0')) {
        sudoPassword.reset();
        return fail(Error::Kind::Elevation,
            message(u"The password given for sudo has a line end in it; nothing was sent."_s,
                u"为 sudo 提供的口令含有换行；没有发送任何内容。"_s));
    }
    deadline = QDeadlineTimer(remaining);
    if (auto done = channel.send(password, deadline, stop); !done)
        return done;
    return channel.send(QByteArrayView("\n"), deadline, stop);
}

Result<SshHost::Session::Channel> SshHost::Session::openShell(const std::stop_token &stop)
{
    Elevation elevation(elevates(), node, user, randomHex(), randomHex());
    auto channel = ssh->run(elevation.command(), stop);
    if (!channel)
        return channel;
    QDeadlineTimer deadline(limits.elevation);
    for (;;) {
        SshChannel &shell = **channel;
        const Elevation::Next next = elevation.next(shell.output, shell.errors, shell.hasEnded(), shell.exitStatus());
        switch (next.kind) {
        case Elevation::Next::Kind::Ready:
            shell.output.remove(0, next.used);
            shell.errors.clear();
            return channel;
        case Elevation::Next::Kind::Failed:
            sudoPassword.reset();
            return tl::unexpected(next.error);
        case Elevation::Next::Kind::SendPassword:
            if (auto done = answerSudo(shell, next.account, deadline, stop); !done)
                return tl::unexpected(done.error());
            elevation.passwordSent(next.account);
            continue;
        case Elevation::Next::Kind::Wait:
            break;
        }
        if (stop.stop_requested())
            return canceled(message(u"becoming root"_s, u"切换到 root"_s));
        if (deadline.hasExpired() || shell.output.size() > maxNoise)
            return tl::unexpected(elevation.timedOut(shell.errors));
        if (auto done = shell.receive(slice); !done)
            return tl::unexpected(done.error());
    }
}

Result<SshHost::Session::Channel> SshHost::Session::openShellAnew(const std::stop_token &stop)
{
    auto renewed = SshSession::open(target, knownHosts, questions, limits, stop, {});
    if (!renewed)
        return tl::unexpected(renewed.error());
    ssh = std::move(*renewed);
    return openShell(stop);
}

Result<> SshHost::Session::sendScript(SshChannel &channel, const QByteArray &script, const std::stop_token &stop) const
{
    if (auto done = channel.send(script, QDeadlineTimer(limits.open), stop); !done)
        return done;
    return channel.finishInput();
}

Result<TransactionState> SshHost::Session::follow(SshChannel &channel, const QByteArray &nonce,
    const Transaction &transaction, const std::stop_token &stop,
    const std::function<void(const TransactionEvent &)> &onEvent)
{
    const bool changes = transaction.verb == Transaction::Verb::Apply || transaction.verb == Transaction::Verb::Restore;
    TransactionAnswer answer(nonce);
    const auto undecided = [&] {
        TransactionState state = answer.state();
        state.end = TransactionState::End::Undecided;
        state.reason = u"lost"_s;
        return state;
    };
    Channel canceling;
    bool askedToCancel = false;
    const QDeadlineTimer deadline(transactionLimit);
    std::chrono::milliseconds silence{0};
    for (;;) {
        QElapsedTimer waited;
        waited.start();
        const auto received = channel.receive(slice);
        // A computer that slept, or stood still, has not been listening: that time says nothing about the node.
        silence += std::min(std::chrono::milliseconds(waited.elapsed()), longestSlice);
        for (const TransactionEvent &event : answer.read(std::exchange(channel.output, {}))) {
            if (onEvent)
                onEvent(event);
        }
        if (answer.hasEnded())
            return answer.state();
        if (channel.hasEnded() && channel.exitStatus() >= 0)
            return fail(Error::Kind::Failed,
                message(u"The program on the machine ended without an answer (exit status %1): %2."_s,
                    u"主机上的程序没有给出结果就结束了（退出状态 %1）：%2。"_s, QString::number(channel.exitStatus()),
                    plainText(QByteArrayView(channel.errors.simplified().left(500)))));
        if (answer.heard())
            silence = {};
        if (canceling)
            (void)canceling->receive(std::chrono::milliseconds(0));

        if (stop.stop_requested() && !changes)
            return canceled(message(u"following the transaction"_s, u"跟踪事务"_s));
        if (stop.stop_requested() && !std::exchange(askedToCancel, true)) {
            // From here on nothing is to be stopped any more; the limits bound what is left.
            const Transaction cancel{Transaction::Verb::Cancel, transaction.id, {}};
            const auto script = transactionStream(cancel, transactScript(), "JIAGU_" + randomHex(), randomHex());
            auto shell = received ? openShell({}) : tl::unexpected(received.error());
            if (shell && script && sendScript(**shell, *script, {})) {
                canceling = std::move(*shell);
                silence = {};
                continue;
            }
            auto other = SshHost::connect(target, knownHosts, questions, {}, {}, limits);
            const auto state = other ? (*other)->transact(cancel, {}, onEvent) : tl::unexpected(other.error());
            return state ? *state : undecided();
        }
        if (!received || channel.hasEnded() || silence >= transactionSilence || deadline.hasExpired())
            return undecided();
    }
}

KnownHostsFiles KnownHostsFiles::standard()
{
    const QString own = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/known_hosts"_s;
    return {{QDir::homePath() + u"/.ssh/known_hosts"_s, own}, own};
}

SshHost::SshHost(std::unique_ptr<Session> session)
    : m_session(std::move(session))
{
}

SshHost::~SshHost() = default;

Result<std::unique_ptr<SshHost>> SshHost::connect(const Target &target, const KnownHostsFiles &knownHosts,
    const Questions &questions, const std::stop_token &stop, const Progress &progress, const SshLimits &limits)
{
    auto ssh = SshSession::open(target, knownHosts, questions, limits, stop, progress);
    if (!ssh)
        return tl::unexpected(ssh.error());
    auto session = std::make_unique<Session>();
    session->target = target;
    session->knownHosts = knownHosts;
    session->questions = questions;
    session->limits = limits;
    session->node = target.name();
    session->user = (*ssh)->user();
    session->ssh = std::move(*ssh);
    return std::unique_ptr<SshHost>(new SshHost(std::move(session)));
}

Result<Snapshot> SshHost::read(std::stop_token stop, const Progress &progress)
{
    Session &session = *m_session;
    if (session.elevates())
        say(progress, message(u"Becoming root"_s, u"正在切换到 root"_s));
    auto channel = session.openShell(stop);
    if (!channel)
        return tl::unexpected(channel.error());
    if (auto done = session.sendScript(**channel, collectScript(), stop); !done)
        return tl::unexpected(done.error());

    const Message step = message(u"Reading"_s, u"正在读取"_s);
    const Message what = message(u"reading the machine"_s, u"读取主机"_s);
    const QDeadlineTimer deadline(session.limits.command);
    QDeadlineTimer silence(session.limits.silence);
    QDeadlineTimer quiet(0); // people read ten numbers a second at most
    qsizetype size = -1;
    while (!(*channel)->hasEnded()) {
        if (std::exchange(size, (*channel)->output.size()) != (*channel)->output.size()) {
            if (quiet.hasExpired()) {
                say(progress, step, size);
                quiet = QDeadlineTimer(slice);
            }
            silence = QDeadlineTimer(session.limits.silence);
        }
        if (stop.stop_requested())
            return session.canceled(what);
        if (size > maxSnapshot)
            return session.fail(Error::Kind::TooLarge,
                message(u"The machine sent more than 64 MiB and the reading was stopped."_s,
                    u"该主机发送的数据超过 64 MiB，读取已停止。"_s));
        if (deadline.hasExpired() || silence.hasExpired())
            return session.fail(Error::Kind::Timeout,
                message(
                    u"Reading the machine took too long: %1 bytes came, then the time was over. Check the machine's "
                    u"load and the network, and try again."_s,
                    u"读取主机超时：已收到 %1 字节。请检查该主机的负载和网络，然后重试。"_s, QString::number(size)));
        if (auto done = (*channel)->receive(slice); !done)
            return tl::unexpected(done.error());
    }
    if ((*channel)->output.isEmpty())
        return session.fail(Error::Kind::Failed,
            message(u"The reading gave nothing (exit status %1): %2."_s, u"没有读到任何内容（退出状态 %1）：%2。"_s,
                QString::number((*channel)->exitStatus()),
                plainText(QByteArrayView((*channel)->errors.simplified().left(500)))));
    return parseSnapshot(session.node, (*channel)->output);
}

Result<Snapshot> SshHost::probe(
    const Snapshot &snapshot, const QList<TlsEndpoint> &endpoints, std::stop_token stop, const Progress &progress)
{
    const FileRecord *authorities = snapshot.file(authoritiesFile);
    const bool isThere = authorities && authorities->hasContent;
    QList<TlsProbe> probes;
    for (const TlsEndpoint &endpoint : endpoints) {
        say(progress, message(u"Asking %1 about TLS"_s, u"正在探测 %1 的 TLS"_s, endpoint.component));
        auto probe = probeEndpoint(*m_session->ssh, m_session->target, endpoint,
            isThere ? authorities->content : QByteArray(), isThere ? authoritiesFile : QString(), stop);
        if (!probe)
            return tl::unexpected(probe.error());
        probes += *std::move(probe);
    }
    auto probed = withProbes(snapshot, probes);
    if (probed)
        return probed;
    auto without = withProbes(snapshot, {});
    if (without)
        without->problems += probed.error();
    return without;
}

Result<TransactionState> SshHost::transact(
    const Transaction &transaction, std::stop_token stop, const std::function<void(const TransactionEvent &)> &onEvent)
{
    Session &session = *m_session;
    const QByteArray nonce = randomHex();
    const auto script = transactionStream(transaction, transactScript(), "JIAGU_" + randomHex(), nonce);
    if (!script)
        return tl::unexpected(script.error());
    auto channel = session.openShell(stop);
    if (!channel && transaction.verb == Transaction::Verb::Status && isAboutTheLink(channel.error().kind))
        channel = session.openShellAnew(stop);
    if (!channel)
        return tl::unexpected(channel.error());
    // Cut off anywhere, the script does nothing: until its end was sent, an error means that nothing was changed.
    if (auto done = session.sendScript(**channel, *script, stop); !done)
        return tl::unexpected(done.error());
    return session.follow(**channel, nonce, transaction, stop, onEvent);
}

QByteArray collectScript()
{
    return shipped(u"collect.sh"_s);
}

QByteArray transactScript()
{
    return shipped(u"transact.sh"_s);
}

} // namespace jiagu
