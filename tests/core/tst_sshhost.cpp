// SPDX-License-Identifier: Apache-2.0
#include "host/sshhost.h"
#include "sshd.h"

#include <QElapsedTimer>
#include <QTcpSocket>

#include <atomic>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <vector>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// Far more than the 200 ms that are promised: the machine may be busy.
constexpr qint64 canceledWithin = 5'000;

/// Everything that a login asked, as text.
struct Asked
{
    QStringList log;
    bool accept = true;
    QString secret; // given to every question; empty: no answer
    Questions questions()
    {
        return {[this](const HostKeyQuestion &question) {
                    log.append(u"key "_s + question.fingerprint);
                    return accept;
                },
            [this](const SecretQuestion &question) -> std::optional<Secret> {
                static const QStringList kinds{u"password"_s, u"passphrase"_s, u"sudo"_s, u"prompt"_s};
                log.append(kinds.at(int(question.kind)) + u' ' + question.account);
                QString copy = secret;
                copy.detach();
                return secret.isEmpty() ? std::nullopt : std::optional(Secret::take(copy));
            }};
    }
};

/// A port of 127.0.0.1 whose queue of connections is full, so that a further one waits for ever.
class FullPort
{
public:
    FullPort()
    {
        m_sockets.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof m_address;
        bind(m_sockets[0], address(), size);
        getsockname(m_sockets[0], address(), &size);
        listen(m_sockets[0], 0);
        for (int i = 0; i < 4; ++i) {
            m_sockets.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            ::connect(m_sockets.back(), address(), size);
        }
    }
    ~FullPort()
    {
        for (const int descriptor : m_sockets)
            close(descriptor);
    }
    FullPort(const FullPort &) = delete;
    FullPort &operator=(const FullPort &) = delete;
    quint16 port() const { return ntohs(m_address.sin_port); }

private:
    sockaddr *address() { return static_cast<sockaddr *>(static_cast<void *>(&m_address)); }
    sockaddr_in m_address{};
    std::vector<int> m_sockets;
};

/// A real ssh-agent, or a socket that only looks like one, named by SSH_AUTH_SOCK. Ends with its owner.
class Agent
{
public:
    Agent() { qputenv("SSH_AUTH_SOCK", socketFile().toLocal8Bit()); }
    ~Agent()
    {
        qunsetenv("SSH_AUTH_SOCK");
        if (m_listener >= 0) {
            shutdown(m_listener, SHUT_RDWR); // wakes accept()
            close(m_listener);
        }
        QFile::remove(m_directory.filePath(u"wait"_s));
        m_process.terminate();
        m_process.waitForFinished();
    }
    Agent(const Agent &) = delete;
    Agent &operator=(const Agent &) = delete;

    /// `consent`: what a key added with ssh-add -c meets: "denied" at once, or "late", as long as this lives.
    bool start(const QString &consent = u"denied"_s)
    {
        QFile wait(m_directory.filePath(u"wait"_s));
        QFile program(m_directory.filePath(u"askpass"_s));
        if (!program.open(QIODevice::WriteOnly) || (consent == u"late"_s && !wait.open(QIODevice::WriteOnly)))
            return false;
        program.write("#!/bin/sh\nwhile [ -e '" + wait.fileName().toUtf8() + "' ]; do sleep 0.1; done\nexit 1\n");
        program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        program.close();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"SSH_ASKPASS"_s, program.fileName());
        environment.insert(u"SSH_ASKPASS_REQUIRE"_s, u"force"_s);
        environment.insert(u"DISPLAY"_s, u":0"_s);
        m_process.setProcessEnvironment(environment);
        m_process.start(u"ssh-agent"_s, {u"-D"_s, u"-a"_s, socketFile()});
        return m_process.waitForReadyRead(20'000);
    }
    /// A socket that takes connections and sends `greeting` to the first, then nothing; closed again when `left`.
    bool pretend(const QByteArray &greeting = {}, bool left = false)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, socketFile().toLocal8Bit().constData(), sizeof address.sun_path);
        m_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(m_listener, static_cast<sockaddr *>(static_cast<void *>(&address)), sizeof address) != 0
            || listen(m_listener, 5) != 0)
            return false;
        if (left)
            close(std::exchange(m_listener, -1));
        if (!greeting.isEmpty())
            m_speaker = std::jthread([this, greeting] {
                const int peer = accept(m_listener, nullptr, nullptr);
                send(peer, greeting.constData(), size_t(greeting.size()), MSG_NOSIGNAL);
                char byte = 0;
                while (recv(peer, &byte, 1, 0) > 0) { }
                close(peer);
            });
        return true;
    }

private:
    QString socketFile() const { return m_directory.filePath(u"agent"_s); }
    QTemporaryDir m_directory;
    QProcess m_process;
    int m_listener = -1;
    std::jthread m_speaker;
};

QByteArray runToEnd(SshChannel &channel)
{
    while (!channel.hasEnded()) {
        if (!channel.receive(std::chrono::milliseconds(100)))
            return "lost"_ba;
    }
    return channel.output;
}

QString text(const Error &error)
{
    return error.message.en;
}

} // namespace

class TestSshHost : public QObject
{
    Q_OBJECT

    Sshd m_sshd;
    QTemporaryDir m_scratch;
    KnownHostsFiles m_known;

    Target target() const
    {
        Target result;
        result.host = u"127.0.0.1"_s;
        result.port = m_sshd.port();
        result.identityFile = m_sshd.path(u"key"_s);
        return result;
    }
    void trust(const QByteArray &lines)
    {
        QFile file(m_known.read.first());
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(lines);
    }
    QByteArray line(const QString &key) const
    {
        return "[127.0.0.1]:" + QByteArray::number(m_sshd.port()) + ' ' + m_sshd.publicKey(key) + '\n';
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString problem = m_sshd.start({u"AuthenticationMethods publickey"_s}); !problem.isEmpty())
            QSKIP(qPrintable(problem));
    }
    void init()
    {
        qunsetenv("SSH_AUTH_SOCK");
        m_known = {{m_scratch.filePath(u"known_hosts"_s), m_scratch.filePath(u"own"_s)}, m_scratch.filePath(u"own"_s)};
        QFile::remove(m_known.write);
        trust(line(u"host_ed25519"_s));
    }

    void runsACommand_data()
    {
        QTest::addColumn<QByteArray>("command");
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QByteArray>("errors");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("signal");
        const QByteArray big(3'000'000, 'x');
        QTest::newRow("output") << "echo a; echo b >&2; exit 3"_ba
                                << ""_ba
                                << "a\n"_ba
                                << "b\n"_ba << 3 << ""_ba;
        QTest::newRow("input") << "cat"_ba
                               << "in\0put\r\n"_ba
                               << "in\0put\r\n"_ba
                               << ""_ba << 0 << ""_ba;
        QTest::newRow("more than the window, both ways") << "cat"_ba << big << big << ""_ba << 0 << ""_ba;
        QTest::newRow("errors without end") << "head -c 300000 /dev/zero >&2; echo done"_ba
                                            << ""_ba
                                            << "done\n"_ba << QByteArray(64 * 1024, '\0') << 0 << ""_ba;
        QTest::newRow("input that nobody reads") << "exec <&-; exit 0"_ba << big << ""_ba
                                                 << ""_ba << 0 << ""_ba;
        QTest::newRow("pauses") << "for i in 1 2 3; do sleep 0.3; echo $i; done"_ba
                                << ""_ba
                                << "1\n2\n3\n"_ba
                                << ""_ba << 0 << ""_ba;
        QTest::newRow("killed") << "kill -TERM $$"_ba
                                << ""_ba
                                << ""_ba
                                << ""_ba << -1 << "TERM"_ba;
        QTest::newRow("not there") << "/nonexistent 2>/dev/null"_ba
                                   << ""_ba
                                   << ""_ba
                                   << ""_ba << 127 << ""_ba;
    }
    void runsACommand()
    {
        QFETCH(QByteArray, command);
        QFETCH(QByteArray, input);
        Asked asked;
        const auto session = SshSession::open(target(), m_known, asked.questions(), {}, {}, {});
        QVERIFY2(session, session ? "" : qPrintable(text(session.error())));
        const auto channel = (*session)->run(command, {});
        QVERIFY2(channel, channel ? "" : qPrintable(text(channel.error())));
        const auto sent = (*channel)->send(input, QDeadlineTimer(60'000), {});
        QVERIFY2(sent, sent ? "" : qPrintable(text(sent.error())));
        QVERIFY((*channel)->finishInput());
        const QByteArray output = runToEnd(**channel);
        QTEST(output, "output");
        QTEST((*channel)->errors, "errors");
        QTEST((*channel)->exitStatus(), "status");
        QTEST((*channel)->signal(), "signal");
        QCOMPARE(asked.log, QStringList());
    }

    void readsAsRoot()
    {
        const auto host = SshHost::connect(target(), m_known, {}, {}, {});
        QVERIFY2(host, host ? "" : qPrintable(text(host.error())));
        QStringList steps;
        const auto snapshot = (*host)->read({}, [&](const Step &step) { steps.append(step.text.en); });
        if (geteuid() != 0) {
            QVERIFY(!snapshot);
            QCOMPARE(snapshot.error().kind, Error::Kind::Elevation);
            QVERIFY2(text(snapshot.error()).contains(u"is not root"), qPrintable(text(snapshot.error())));
            return;
        }
        if (collectScript().isEmpty())
            QSKIP("collect.sh is not in this program");
        QVERIFY2(snapshot, snapshot ? "" : qPrintable(text(snapshot.error())));
        QVERIFY(snapshot->complete);
        QVERIFY(!snapshot->machineId.isEmpty() || !snapshot->hostName.isEmpty());
        QVERIFY(steps.contains(u"Reading"_s));
    }

    void judgesTheHostKey_data()
    {
        QTest::addColumn<QString>("known"); // lines with K, R, X for the key shown first, the RSA key, a stranger's
        QTest::addColumn<QString>("pin");
        QTest::addColumn<bool>("accept");
        QTest::addColumn<bool>("asks");
        QTest::addColumn<bool>("logsIn");
        QTest::addColumn<QString>("says");
        QTest::addColumn<bool>("records");
        const auto row = [](const char *title, const char *known, const char *pin, bool accept, bool asks, bool in,
                             const char *says, bool records) {
            QTest::newRow(title) << QString::fromLatin1(known) << QString::fromLatin1(pin) << accept << asks << in
                                 << QString::fromLatin1(says) << records;
        };
        row("known", "K", "", false, false, true, "", false);
        row("known by RSA alone", "R", "", false, false, true, "", false);
        row("unknown, accepted", "", "", true, true, true, "", true);
        row("unknown, not accepted", "", "", false, true, false, "was not accepted", false);
        row("changed", "X", "", true, false, false, "known_hosts:1 records ssh-ed25519", false);
        row("changed, beside the right one", "XK", "", false, false, true, "", false);
        row("revoked", "@revoked K", "", true, false, false, "@revoked", false);
        row("revoked and pinned", "@revoked K", "K", true, false, false, "@revoked", false);
        row("pinned", "", "K", false, false, true, "", false);
        row("pinned to another", "K", "X", true, false, false, "only one to accept", false);
        row("pinned, although another is recorded", "X", "K", false, false, true, "", false);
    }
    void judgesTheHostKey()
    {
        QFETCH(QString, known);
        QFETCH(QString, pin);
        QFETCH(bool, accept);
        const auto name = [](QChar letter) {
            return letter == u'K' ? u"host_ed25519"_s : letter == u'R' ? u"host_rsa"_s : u"other"_s;
        };
        const auto print = [&](QChar letter) {
            return fingerprint(QByteArray::fromBase64(m_sshd.publicKey(name(letter)).split(' ').last()));
        };
        QByteArray lines;
        for (const QChar letter : known.section(u' ', -1))
            lines += (known.startsWith(u'@') ? "@revoked " : "") + line(name(letter));
        trust(lines);
        Target to = target();
        if (!pin.isEmpty())
            to.hostKey = print(pin[0]);
        Asked asked;
        asked.accept = accept;
        const auto session = SshSession::open(to, m_known, asked.questions(), {}, {}, {});
        QTEST(session.has_value(), "logsIn");
        QTEST(!asked.log.isEmpty(), "asks");
        if (!asked.log.isEmpty())
            QCOMPARE(asked.log, QStringList{u"key "_s + print(u'K')});
        if (!session) {
            QFETCH(QString, says);
            QCOMPARE(session.error().kind, Error::Kind::HostKey);
            QVERIFY2(text(session.error()).contains(says), qPrintable(text(session.error())));
            QVERIFY(text(session.error()).contains(print(u'K')));
        }
        QTEST(QFile::exists(m_known.write), "records");
        if (QFile::exists(m_known.write)) {
            asked.log.clear();
            QVERIFY(SshSession::open(to, m_known, asked.questions(), {}, {}, {}));
            QCOMPARE(asked.log, QStringList());
        }
    }

    void refusesTheLogin_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QStringList>("asks");
        QTest::addColumn<QString>("says"); // empty: logs in
        for (const QString &file : {u"enc-openssh"_s, u"enc-pem"_s}) {
            const bool pem = file == u"enc-pem"_s;
            QStringList arguments{u"-q"_s, u"-N"_s, u"canary passphrase"_s, u"-t"_s, pem ? u"rsa"_s : u"ed25519"_s,
                u"-f"_s, m_sshd.path(file)};
            if (pem)
                arguments += {u"-m"_s, u"PEM"_s};
            if (!QFile::exists(m_sshd.path(file)))
                QCOMPARE(m_sshd.run(u"ssh-keygen"_s, arguments), 0);
        }
        QFile authorized(m_sshd.path(u"authorized_keys"_s));
        QVERIFY(authorized.open(QIODevice::Append));
        authorized.write(m_sshd.publicKey(u"enc-openssh"_s) + '\n' + m_sshd.publicKey(u"enc-pem"_s) + '\n');
        const auto write = [this](const QString &name, const QByteArray &bytes) {
            QFile file(m_sshd.path(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes);
        };
        write(u"putty.ppk"_s, "PuTTY-User-Key-File-3: ssh-ed25519\n");
        write(u"garbage"_s, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        write(u"empty"_s, "");

        const QStringList passphrase{u"passphrase"_s};
        QTest::newRow("right key") << u"key"_s << QString() << QStringList() << QString();
        QTest::newRow("wrong key") << u"other"_s << QString() << QStringList()
                                   << u"tried: publickey; it offers: publickey"_s;
        QTest::newRow("passphrase") << u"enc-openssh"_s << u"canary passphrase"_s << passphrase << QString();
        QTest::newRow("passphrase of a PEM key") << u"enc-pem"_s << u"canary passphrase"_s << passphrase << QString();
        QTest::newRow("wrong passphrase") << u"enc-openssh"_s << u"no"_s << passphrase << u"does not open this key"_s;
        QTest::newRow("wrong passphrase of a PEM key")
            << u"enc-pem"_s << u"no"_s << passphrase << u"does not open this key"_s;
        QTest::newRow("no passphrase") << u"enc-openssh"_s << QString() << passphrase << u"none was given"_s;
        QTest::newRow("PuTTY") << u"putty.ppk"_s << QString() << QStringList() << u"puttygen"_s;
        QTest::newRow("public key") << u"key.pub"_s << QString() << QStringList() << u"public key"_s;
        QTest::newRow("garbage") << u"garbage"_s << QString() << QStringList() << u"no private key"_s;
        QTest::newRow("empty file") << u"empty"_s << QString() << QStringList() << u"no private key"_s;
        QTest::newRow("no such file") << u"missing"_s << QString() << QStringList() << u"could not be read"_s;
    }
    void refusesTheLogin()
    {
        QFETCH(QString, key);
        QFETCH(QString, says);
        QFETCH(QStringList, asks);
        Target to = target();
        to.identityFile = m_sshd.path(key);
        Asked asked;
        QFETCH(QString, secret);
        asked.secret = secret;
        const auto session = SshSession::open(to, m_known, asked.questions(), {}, {}, {});
        QStringList kinds;
        for (const QString &entry : asked.log)
            kinds.append(entry.section(u' ', 0, 0));
        QCOMPARE(kinds, asks);
        QCOMPARE(session.has_value(), says.isEmpty());
        if (!session)
            QVERIFY2(text(session.error()).contains(says), qPrintable(text(session.error())));
    }

    void logsInWithTheAgent_data()
    {
        QTest::addColumn<QStringList>("keys"); // of the agent
        QTest::addColumn<QString>("identity");
        QTest::addColumn<bool>("use");
        QTest::addColumn<QString>("asks");
        QTest::addColumn<QString>("says"); // empty: logs in
        for (const QString &file : {u"rsa"_s, u"held"_s, u"stray1"_s, u"stray2"_s}) {
            if (!QFile::exists(m_sshd.path(file)))
                QCOMPARE(m_sshd.run(u"ssh-keygen"_s,
                             {u"-q"_s, u"-N"_s, {}, u"-t"_s, file == u"rsa"_s ? u"rsa"_s : u"ed25519"_s, u"-f"_s,
                                 m_sshd.path(file)}),
                    0);
        }
        if (!QFile::exists(m_sshd.path(u"held-plain"_s))) {
            QVERIFY(QFile::copy(m_sshd.path(u"held"_s), m_sshd.path(u"held-plain"_s)));
            QCOMPARE(
                m_sshd.run(u"ssh-keygen"_s,
                    {u"-q"_s, u"-p"_s, u"-P"_s, {}, u"-N"_s, u"canary passphrase"_s, u"-f"_s, m_sshd.path(u"held"_s)}),
                0);
            QVERIFY(QFile::rename(m_sshd.path(u"held.pub"_s), m_sshd.path(u"held-plain.pub"_s)));
            QVERIFY(QFile::copy(m_sshd.path(u"key.pub"_s), m_sshd.path(u"away.pub"_s)));
        }
        QFile authorized(m_sshd.path(u"authorized_keys"_s));
        QVERIFY(authorized.open(QIODevice::Append));
        authorized.write(m_sshd.publicKey(u"rsa"_s) + '\n' + m_sshd.publicKey(u"held-plain"_s) + '\n');

        const QString none;
        const QStringList many{u"other"_s, u"stray1"_s, u"stray2"_s, u"key"_s};
        QTest::newRow("right key") << QStringList{u"key"_s} << none << true << none << none;
        QTest::newRow("RSA key") << QStringList{u"rsa"_s} << none << true << none << none;
        QTest::newRow("behind two others") << many.sliced(1) << none << true << none << none;
        QTest::newRow("behind three others") << many << none << true << none << u"holds 4 keys and the first 3 were"_s;
        QTest::newRow("wrong key") << many.first(1) << none << true << none
                                   << u"tried: publickey; it offers: publickey"_s;
        QTest::newRow("no keys") << QStringList() << none << true << none << u"The SSH agent holds no keys"_s;
        QTest::newRow("agent not wanted") << QStringList{u"key"_s} << none << false << none << u"was not tried"_s;
        QTest::newRow("named by its public half") << many << u"key.pub"_s << true << none << none;
        QTest::newRow("private half is elsewhere") << many << u"away"_s << true << none << none;
        QTest::newRow("public half, not held")
            << many.first(3) << u"key.pub"_s << true << none << u"no SSH agent holds its private half"_s;
        QTest::newRow("encrypted, held") << QStringList{u"stray1"_s, u"held-plain"_s} << u"held"_s << true << none
                                         << none;
        QTest::newRow("encrypted, not held") << many << u"held"_s << true << u"passphrase "_s << none;
        QTest::newRow("encrypted, held, agent not wanted")
            << QStringList{u"held-plain"_s} << u"held"_s << false << u"passphrase "_s << none;
        QTest::newRow("readable file, wrong key in the agent") << many.first(1) << u"key"_s << true << none << none;
        QTest::newRow("wrong file, right key in the agent")
            << QStringList{u"key"_s} << u"other"_s << true << none << u"tried: publickey; it offers: publickey"_s;
    }
    void logsInWithTheAgent()
    {
        QFETCH(QStringList, keys);
        QFETCH(QString, identity);
        QFETCH(bool, use);
        QFETCH(QString, asks);
        QFETCH(QString, says);
        Agent agent;
        QVERIFY(agent.start());
        for (const QString &key : keys)
            QCOMPARE(m_sshd.run(u"ssh-add"_s, {u"-q"_s, m_sshd.path(key)}), 0);
        Target to = target();
        to.identityFile = identity.isEmpty() ? QString() : m_sshd.path(identity);
        to.agent = use;
        Asked asked;
        asked.secret = u"canary passphrase"_s;
        const auto session = SshSession::open(to, m_known, asked.questions(), {}, {}, {});
        QCOMPARE(asked.log.join(u'|').left(asks.isEmpty() ? -1 : asks.size()), asks);
        if (!session) {
            QVERIFY2(!says.isEmpty() && text(session.error()).contains(says), qPrintable(text(session.error())));
            QCOMPARE(session.error().kind, Error::Kind::Auth);
            QVERIFY(!session.error().message.zh.isEmpty());
            return;
        }
        QCOMPARE(says, QString());
        const auto channel = (*session)->run("echo in", {});
        QVERIFY(channel);
        QCOMPARE(runToEnd(**channel), "in\n"_ba);
    }

    void agentIsOfNoUse_data()
    {
        QTest::addColumn<QString>("agent");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("gone") << u"gone"_s << int(Error::Kind::Auth) << u"The SSH agent is gone"_s;
        QTest::newRow("ended") << u"ended"_s << int(Error::Kind::Auth) << u"The SSH agent is gone"_s;
        QTest::newRow("something else") << u"other"_s << int(Error::Kind::Auth) << u"not its protocol"_s;
        QTest::newRow("silent") << u"silent"_s << int(Error::Kind::Timeout)
                                << u"Gave up while asking the SSH agent for its keys"_s;
        QTest::newRow("denied") << u"denied"_s << int(Error::Kind::Auth)
                                << u"The SSH agent refused to sign with the key SHA256:"_s;
        QTest::newRow("waits for consent")
            << u"late"_s << int(Error::Kind::Timeout)
            << u"Gave up while waiting for the SSH agent to sign (a security key may want to be touched)"_s;
    }
    void agentIsOfNoUse()
    {
        QFETCH(QString, agent);
        Agent one;
        if (agent == u"denied"_s || agent == u"late"_s) {
            QVERIFY(one.start(agent));
            QCOMPARE(m_sshd.run(u"ssh-add"_s, {u"-q"_s, u"-c"_s, m_sshd.path(u"key"_s)}), 0);
        } else if (agent != u"gone"_s) {
            QVERIFY(one.pretend(
                agent == u"other"_s ? "HTTP/1.1 400 Bad Request\r\n\r\n"_ba : QByteArray(), agent == u"ended"_s));
        }
        Target to = target();
        to.identityFile.clear();
        SshLimits limits;
        limits.agent = std::chrono::milliseconds(agent == u"silent"_s ? 500 : 20'000);
        limits.signature = std::chrono::milliseconds(agent == u"late"_s ? 1'500 : 20'000);
        QStringList steps;
        const auto session =
            SshSession::open(to, m_known, {}, limits, {}, [&](const Step &step) { steps.append(step.text.en); });
        QVERIFY(!session);
        QFETCH(QString, says);
        QVERIFY2(text(session.error()).contains(says), qPrintable(text(session.error())));
        QTEST(int(session.error().kind), "kind");
        QCOMPARE(session.error().at.node, to.name());
        QCOMPARE(steps.contains(u"Waiting for the SSH agent to sign (a security key may want to be touched)"_s),
            agent == u"late"_s);
    }

    /// A key file goes on without an agent that is gone.
    void asksForThePassphraseWithoutAnAgent()
    {
        const Agent gone;
        Target to = target();
        to.identityFile = m_sshd.path(u"held"_s);
        Asked asked;
        asked.secret = u"canary passphrase"_s;
        const auto session = SshSession::open(to, m_known, asked.questions(), {}, {}, {});
        QVERIFY2(session, session ? "" : qPrintable(text(session.error())));
        QCOMPARE(asked.log.size(), 1);
    }

    void cannotConnect_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("wrong name") << u"no-such-host.invalid"_s << int(Error::Kind::Resolve) << u"no host named"_s;
        QTest::newRow("refused") << u"127.0.0.1"_s << int(Error::Kind::Connect) << u"refuses connections"_s;
        QTest::newRow("refused over both") << u"localhost"_s << int(Error::Kind::Connect) << u"refuses connections"_s;
    }
    void cannotConnect()
    {
        QFETCH(QString, host);
        QTcpServer probe;
        QVERIFY(probe.listen(QHostAddress::LocalHost));
        Target to = target();
        to.host = host;
        to.port = probe.serverPort();
        probe.close();
        const auto session = SshSession::open(to, m_known, {}, {}, {}, {});
        QVERIFY(!session);
        QTEST(int(session.error().kind), "kind");
        QFETCH(QString, says);
        QVERIFY2(text(session.error()).contains(says), qPrintable(text(session.error())));
        QCOMPARE(session.error().at.node, to.name());
    }

    void givesUpOnASilentPort()
    {
        const FullPort full;
        Target to = target();
        to.port = full.port();
        SshLimits limits;
        limits.connect = std::chrono::milliseconds(500);
        const auto session = SshSession::open(to, m_known, {}, limits, {}, {});
        QVERIFY(!session);
        QCOMPARE(session.error().kind, Error::Kind::Timeout);
        QVERIFY2(text(session.error()).contains(u"did not answer on port"), qPrintable(text(session.error())));
    }

    /// What a peer that is no proper SSH server makes of the handshake.
    void handshakes_data()
    {
        QTest::addColumn<QByteArray>("sends");
        QTest::addColumn<bool>("closes");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("silent") << ""_ba << false << int(Error::Kind::Timeout) << u"while negotiating"_s;
        QTest::newRow("silent after its banner")
            << "SSH-2.0-x\r\n"_ba << false << int(Error::Kind::Timeout) << u"while negotiating"_s;
        QTest::newRow("closed at once") << ""_ba << true << int(Error::Kind::Connect) << u"MaxStartups"_s;
        QTest::newRow("closed after its banner")
            << "SSH-2.0-x\r\n"_ba << true << int(Error::Kind::Connect) << u"MaxStartups"_s;
        QTest::newRow("too old") << "SSH-1.5-x\r\n"_ba << false << int(Error::Kind::Connect) << u"not an SSH server"_s;
        QTest::newRow("something else") << QByteArray(40'000, 'y') + "\r\n"
                                        << false << int(Error::Kind::Connect) << u"not an SSH server"_s;
    }
    void handshakes()
    {
        QFETCH(QByteArray, sends);
        QFETCH(bool, closes);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        Target to = target();
        to.port = server.serverPort();
        SshLimits limits;
        limits.handshake = std::chrono::milliseconds(closes ? 30'000 : 1'000);
        std::optional<Error> error;
        std::thread client([&] {
            const auto session = SshSession::open(to, m_known, {}, limits, {}, {});
            if (!session)
                error = session.error();
        });
        const bool connected = server.waitForNewConnection(20'000);
        QTcpSocket *peer = connected ? server.nextPendingConnection() : nullptr;
        if (peer && !sends.isEmpty()) {
            peer->write(sends);
            peer->waitForBytesWritten(5'000);
        }
        if (peer && closes)
            peer->abort();
        client.join();
        QVERIFY(peer);
        QVERIFY(error);
        QFETCH(QString, says);
        QVERIFY2(text(*error).contains(says), qPrintable(text(*error)));
        QTEST(int(error->kind), "kind");
    }

    void cancels_data()
    {
        QTest::addColumn<QString>("at");
        QTest::newRow("connecting") << u"connect"_s;
        QTest::newRow("handshake") << u"handshake"_s;
        QTest::newRow("sending") << u"send"_s;
        QTest::newRow("endless output") << u"output"_s;
        QTest::newRow("silent command") << u"silence"_s;
        QTest::newRow("silent agent") << u"agent"_s;
        QTest::newRow("agent that waits for consent") << u"signature"_s;
    }
    void cancels()
    {
        QFETCH(QString, at);
        QTcpServer silent; // takes connections and never answers
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        Target to = target();
        if (at == u"handshake"_s)
            to.port = silent.serverPort();
        const FullPort full;
        if (at == u"connect"_s)
            to.port = full.port();
        SshLimits limits;
        limits.connect = limits.handshake = limits.elevation = std::chrono::minutes(5);
        limits.agent = limits.signature = std::chrono::minutes(5);
        Agent agent;
        if (at == u"agent"_s) {
            QVERIFY(agent.pretend());
        } else if (at == u"signature"_s) {
            QVERIFY(agent.start(u"late"_s));
            QCOMPARE(m_sshd.run(u"ssh-add"_s, {u"-q"_s, u"-c"_s, m_sshd.path(u"key"_s)}), 0);
        }
        const bool atTheAgent = at == u"agent"_s || at == u"signature"_s;
        if (atTheAgent)
            to.identityFile.clear();

        std::stop_source stop;
        std::atomic<bool> waiting = false;
        std::atomic<qint64> asked = 0;
        QElapsedTimer clock;
        clock.start();
        std::thread canceler([&] {
            while (!waiting)
                std::this_thread::yield();
            std::this_thread::sleep_for(std::chrono::milliseconds(300)); // well into the wait
            asked = clock.elapsed();
            stop.request_stop();
        });
        Error error;
        const auto session = [&] {
            if (at == u"connect"_s || at == u"handshake"_s || at == u"agent"_s)
                waiting = true;
            return SshSession::open(to, m_known, {}, limits, stop.get_token(), [&](const Step &step) {
                if (step.text.en.startsWith(u"Waiting for the SSH agent"_s))
                    waiting = true;
            });
        }();
        if (!session) {
            error = session.error();
        } else {
            const QByteArray command = at == u"output"_s ? "yes"_ba : "sleep 1000"_ba;
            const auto channel = (*session)->run(command, stop.get_token());
            waiting = true;
            if (at == u"send"_s) {
                const QByteArray endless(64 * 1024 * 1024, 'x'); // nobody reads it
                const auto sent = (*channel)->send(endless, QDeadlineTimer(300'000), stop.get_token());
                if (!sent)
                    error = sent.error();
            } else {
                while (!stop.stop_requested() && (*channel)->receive(std::chrono::milliseconds(100)))
                    (*channel)->output.clear();
                error.kind = Error::Kind::Canceled;
            }
        }
        waiting = true;
        canceler.join();
        QCOMPARE(error.kind, Error::Kind::Canceled);
        const qint64 took = clock.elapsed() - asked;
        QVERIFY2(took < canceledWithin, qPrintable(QString::number(took)));
    }

    void losesTheConnection()
    {
        Sshd other;
        QVERIFY(other.start().isEmpty());
        Target to = target();
        to.port = other.port();
        to.identityFile = other.path(u"key"_s);
        Asked asked;
        const auto session = SshSession::open(to, m_known, asked.questions(), {}, {}, {});
        QVERIFY2(session, session ? "" : qPrintable(text(session.error())));
        const auto channel = (*session)->run("kill -9 $PPID; sleep 100", {});
        Result<> received;
        while (received && !(*channel)->hasEnded())
            received = (*channel)->receive(std::chrono::milliseconds(100));
        QVERIFY(!received);
        QCOMPARE(received.error().kind, Error::Kind::Lost);
        const auto again = (*session)->run("true", {});
        QVERIFY(!again);
        QCOMPARE(again.error().kind, Error::Kind::Lost);
    }
};

QTEST_GUILESS_MAIN(TestSshHost)
#include "tst_sshhost.moc"
