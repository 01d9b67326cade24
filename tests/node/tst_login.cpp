// SPDX-License-Identifier: Apache-2.0
#include "host/sshhost.h"
#include "testbed.h"

#include <QDirIterator>
#include <QFile>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <thread>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

Secret secretOf(QString text)
{
    text.detach();
    return Secret::take(text);
}

char flipped(char byte)
{
    return char(byte ^ char(0x80));
}

/// What the node's journal says of sudo.
struct SudoLog
{
    qsizetype commands = 0; ///< that were run
    qsizetype wrong = 0; ///< passwords that were not right: what locks accounts
    qsizetype refused = 0;
    static SudoLog of(const testbed::Node &node)
    {
        const QString log =
            QString::fromUtf8(node.shell("journalctl --sync; journalctl -q -o cat -t sudo || true").output);
        // A refused command is logged with COMMAND=, too, but after the reason; one that ran begins with TTY= or PWD=.
        static const QRegularExpression ran(u"^ *\\w+ : (TTY|PWD)=.*COMMAND="_s, QRegularExpression::MultilineOption);
        static const QRegularExpression notAllowed(u"NOT in sudoers|command not allowed"_s);
        return {log.count(ran), log.count(u"authentication failure"_s), log.count(notAllowed)};
    }
};

} // namespace

/// Logging in to a real machine and becoming root there. Each case asks how a transaction stands that does not exist,
/// which only root is answered.
class TestLogin : public QObject
{
    Q_OBJECT

    testbed::Node m_node{u"n1"_s};
    QString m_address;
    QTemporaryDir m_scratch;

    KnownHostsFiles knownHosts() const
    {
        const QString own = m_scratch.filePath(u"known_hosts"_s);
        return {{own}, own};
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        if (const QString problem = m_node.up(); !problem.isEmpty())
            QFAIL(qPrintable(problem));
        m_address = m_node.address();
        const auto prepared = m_node.shell("echo root:rootpw | chpasswd\n"
                                           "useradd -m -s /bin/bash bob; echo bob:bobpw | chpasswd\n"
                                           "useradd -m -s /usr/sbin/nologin shut; echo shut:shutpw | chpasswd\n");
        QCOMPARE(prepared.status, 0);
        Target to;
        to.host = m_address;
        to.user = u"root"_s;
        to.identityFile = testbed::keyFile();
        int asked = 0;
        const auto host =
            SshHost::connect(to, knownHosts(), {[&](const HostKeyQuestion &) { return ++asked == 1; }, {}}, {}, {});
        QVERIFY2(host, host ? "" : qPrintable(host.error().message.en));
        QCOMPARE(asked, 1);
    }

    void becomesRoot_data()
    {
        QTest::addColumn<QString>("login"); // user, then the way in
        QTest::addColumn<QByteArray>("setup"); // run on the node before
        QTest::addColumn<QString>("sudoPassword"); // - for no sudo
        QTest::addColumn<QStringList>("asks");
        QTest::addColumn<QString>("says"); // empty: becomes root
        QTest::addColumn<QString>("logged"); // commands, wrong passwords, refusals in the journal of sudo
        using List = QStringList;
        const QString byKey = u"admin key"_s;
        const QString none;
        const QString right = u"admin"_s;
        const List sudo{u"sudo admin"_s};
        const auto defaults = [](const char *text) {
            return "echo '" + QByteArray(text) + "' > /etc/sudoers.d/test; chmod 440 /etc/sudoers.d/test; visudo -cq";
        };
        QTest::newRow("root by key") << u"root key"_s << ""_ba << u"-"_s << List() << none << u"0 0 0"_s;
        QTest::newRow("root by key, sudo wanted") << u"root key"_s << ""_ba << right << List() << none << u"0 0 0"_s;
        QTest::newRow("sudo with password") << byKey << ""_ba << right << sudo << none << u"1 0 0"_s;
        QTest::newRow("login and sudo with password")
            << u"admin admin"_s << ""_ba << right << List{u"password admin"_s, u"sudo admin"_s} << none << u"1 0 0"_s;
        QTest::newRow("NOPASSWD") << byKey << defaults("admin ALL=(ALL) NOPASSWD: ALL") << right << List() << none
                                  << u"1 0 0"_s;
        QTest::newRow("lecture") << byKey << defaults("Defaults lecture=always") << right << sudo << none << u"1 0 0"_s;
        QTest::newRow("targetpw") << byKey << defaults("Defaults targetpw") << u"rootpw"_s << List{u"sudo root"_s}
                                  << none << u"1 0 0"_s;
        QTest::newRow("rootpw, wrong") << byKey << defaults("Defaults rootpw") << right << List{u"sudo root"_s}
                                       << u"did not take the password of root"_s << u"0 1 0"_s;
        QTest::newRow("wrong password") << byKey << ""_ba << u"nonsense"_s << sudo
                                        << u"did not take the password of admin"_s << u"0 1 0"_s;
        QTest::newRow("wrong password, one try") << byKey << defaults("Defaults passwd_tries=1") << u"nonsense"_s
                                                 << sudo << u"did not take the password of admin"_s << u"0 1 0"_s;
        QTest::newRow("no answer") << byKey << ""_ba << none << sudo << u"none was given"_s << u"0 0 0"_s;
        QTest::newRow("not in sudoers") << u"bob bobpw"_s << ""_ba << u"bobpw"_s
                                        << List{u"password bob"_s, u"sudo bob"_s} << u"may not use sudo"_s
                                        << u"0 0 1"_s;
        QTest::newRow("only some commands")
            << u"bob bobpw"_s << defaults("bob ALL=(root) /usr/bin/id") << u"bobpw"_s
            << List{u"password bob"_s, u"sudo bob"_s} << u"may not use sudo"_s << u"0 0 1"_s;
        QTest::newRow("requiretty") << byKey << defaults("Defaults requiretty") << right << List()
                                    << u"insists on a terminal"_s << u"0 0 0"_s;
        QTest::newRow("no sudo there") << byKey << "mv /usr/bin/sudo /usr/bin/sudo.away"_ba << right << List()
                                       << u"There is no sudo"_s << u"0 0 0"_s;
        QTest::newRow("sudo not wanted") << byKey << ""_ba << u"-"_s << List() << u"admin is not root (user id 1000)"_s
                                         << u"0 0 0"_s;
        QTest::newRow("noisy login shell")
            << byKey
            << "{ echo 'echo Welcome; echo warning >&2; set -xv; stty -a'; cat /home/admin/.bashrc; } > /tmp/rc; cp /tmp/rc /home/admin/.bashrc"_ba
            << right << sudo << none << u"1 0 0"_s;
        QTest::newRow("Chinese locale")
            << byKey
            << "{ echo 'export LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8 2>/dev/null'; cat /home/admin/.bashrc; } > /tmp/rc; cp /tmp/rc /home/admin/.bashrc"_ba
            << u"nonsense"_s << sudo << u"did not take the password"_s << u"0 1 0"_s;
        QTest::newRow("no shell") << u"shut shutpw"_s << ""_ba << u"-"_s << List{u"password shut"_s}
                                  << u"ran no shell"_s << u"0 0 0"_s;
        QTest::newRow("wrong login password") << u"admin nonsense"_s << ""_ba << right << List{u"password admin"_s}
                                              << u"refused the login as admin"_s << u"0 0 0"_s;
    }
    void becomesRoot()
    {
        QFETCH(QString, login);
        QFETCH(QByteArray, setup);
        QFETCH(QString, sudoPassword);
        m_node.shell("cp -n /home/admin/.bashrc /root/bashrc.kept; cp /root/bashrc.kept /home/admin/.bashrc\n"
                     "rm -f /etc/sudoers.d/test; [ ! -e /usr/bin/sudo.away ] || mv /usr/bin/sudo.away /usr/bin/sudo");
        QCOMPARE(m_node.shell(setup + "\n").status, 0);
        const SudoLog before = SudoLog::of(m_node);

        const QStringList way = login.split(u' ');
        Target to;
        to.user = way[0];
        to.host = m_address;
        to.sudo = sudoPassword != u"-"_s;
        if (way[1] == u"key"_s)
            to.identityFile = testbed::keyFile();
        QStringList asked;
        const Questions questions{{}, [&](const SecretQuestion &question) -> std::optional<Secret> {
                                      const bool isSudo = question.kind == SecretQuestion::Kind::SudoPassword;
                                      asked.append((isSudo ? u"sudo "_s : u"password "_s) + question.account);
                                      const QString answer = isSudo ? sudoPassword : way[1];
                                      return answer.isEmpty() ? std::nullopt : std::optional(secretOf(answer));
                                  }};
        QString said;
        const auto host = SshHost::connect(to, knownHosts(), questions, {}, {});
        if (host) {
            const auto state = (*host)->transact({Transaction::Verb::Status, u"abc"_s, {}}, {}, {});
            if (!state) {
                said = state.error().message.en;
                QCOMPARE(state.error().kind, Error::Kind::Elevation);
                QVERIFY(!state.error().message.zh.isEmpty());
            } else {
                QCOMPARE(state->end, TransactionState::End::Absent);
            }
        } else {
            said = host.error().message.en;
            QCOMPARE(host.error().kind, Error::Kind::Auth);
        }
        QFETCH(QString, says);
        QVERIFY2(says.isEmpty() ? said.isEmpty() : said.contains(says), qPrintable(said));
        QTEST(asked, "asks");

        // sudo notices the closed channel and logs a moment later.
        QFETCH(QString, logged);
        QString now;
        const bool asExpected = testbed::waitUntil(std::chrono::seconds(20), [&] {
            const SudoLog log = SudoLog::of(m_node);
            now = u"%1 %2 %3"_s.arg(log.commands - before.commands)
                      .arg(log.wrong - before.wrong)
                      .arg(log.refused - before.refused);
            return now == logged;
        });
        QVERIFY2(asExpected, qPrintable(now));
    }

    /// The password is asked once and sent for each command; each command is one invocation of sudo.
    void remembersThePassword()
    {
        m_node.shell("rm -f /etc/sudoers.d/test");
        const SudoLog before = SudoLog::of(m_node);
        Target to;
        to.user = u"admin"_s;
        to.host = m_address;
        to.sudo = true;
        to.identityFile = testbed::keyFile();
        int asked = 0;
        const auto host = SshHost::connect(to, knownHosts(),
            {{},
                [&](const SecretQuestion &) {
                    ++asked;
                    return std::optional(secretOf(u"admin"_s));
                }},
            {}, {});
        QVERIFY(host);
        for (int i = 0; i < 3; ++i)
            QVERIFY((*host)->transact({Transaction::Verb::Status, u"abc"_s, {}}, {}, {}));
        QCOMPARE(asked, 1);
        const SudoLog after = SudoLog::of(m_node);
        QCOMPARE(after.commands - before.commands, 3);
        QCOMPARE(after.wrong, before.wrong);
        QCOMPARE(after.refused, before.refused);
    }

    /// A password that is used nowhere else is found nowhere afterwards: in no file of the node, in none that was
    /// written here, and not in this program's memory.
    void leavesNoPasswordBehind()
    {
        // Kept with its highest bits flipped, so that the search does not find itself.
        QByteArray hidden(24, 'x');
        for (char &byte : hidden)
            byte = flipped("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[QRandomGenerator::system()->bounded(32)]);
        const auto canary = [&] {
            std::array<char, 24> plain{};
            std::transform(hidden.cbegin(), hidden.cend(), plain.begin(), flipped);
            return Secret::take(plain.data(), plain.size());
        };
        {
            // Another program sets it, so that it never is in this one but as a Secret.
            QProcess shell;
            shell.start(testbed::nodesScript(),
                {u"exec"_s, u"n1"_s, u"/bin/sh"_s, u"-ec"_s,
                    u"useradd -m -s /bin/bash -G sudo canary; LC_ALL=C tr '\\301-\\332\\262-\\267' 'A-Z2-7' | { printf canary:; cat; } | chpasswd"_s});
            shell.write(hidden);
            shell.closeWriteChannel();
            QVERIFY(shell.waitForFinished(60'000));
            QCOMPARE(shell.exitCode(), 0);
        }
        Target to;
        to.user = u"canary"_s;
        to.host = m_address;
        to.sudo = true;
        {
            const auto host = SshHost::connect(
                to, knownHosts(), {{}, [&](const SecretQuestion &) { return std::optional(canary()); }}, {}, {});
            QVERIFY2(host, host ? "" : qPrintable(host.error().message.en));
            const auto state = (*host)->transact({Transaction::Verb::Status, u"abc"_s, {}}, {}, {});
            QVERIFY2(state, state ? "" : qPrintable(state.error().message.en));
        }
        m_node.shell("journalctl --sync");
        for (const QString &place : {testbed::directory() + u"/n1/upper"_s, m_scratch.path()})
            QVERIFY2(filesWith(hidden, place).isEmpty(), qPrintable(filesWith(hidden, place).join(u' ')));
        QCOMPARE(inMemory(hidden), QStringList());
    }

    /// Stopping asks the node for the roll-back and goes on to follow it; a lost link leaves it undecided. The
    /// node-side program is played by a shell that waits to be canceled.
    void followsATransaction_data()
    {
        QTest::addColumn<QByteArray>("setup");
        QTest::addColumn<QString>("then");
        QTest::addColumn<QString>("ends");
        QTest::newRow("canceled") << ""_ba << u"stop"_s << u"rolled back: canceled"_s;
        QTest::newRow("canceled over a second connection")
            << "echo MaxSessions 1 > /etc/ssh/sshd_config.d/test.conf; systemctl restart ssh"_ba << u"stop"_s
            << u"rolled back: "_s;
        QTest::newRow("link lost") << ""_ba << u"cut"_s << u"undecided: lost"_s;
        QTest::newRow("link lost, then canceled") << ""_ba << u"cut and stop"_s << u"undecided: lost"_s;
        QTest::newRow("program died") << ""_ba << u"die"_s
                                      << u"error: ended without an answer (exit status 9): killed."_s;
    }
    void followsATransaction()
    {
        QFETCH(QByteArray, setup);
        QFETCH(QString, then);
        QCOMPARE(m_node
                     .shell("rm -f /tmp/canceled /tmp/die /etc/ssh/sshd_config.d/test.conf; systemctl restart ssh\n"
                            "[ -e /usr/bin/dash.kept ] || cp /usr/bin/dash /usr/bin/dash.kept\n"
                            "cat > /usr/bin/dash.new <<'END'\n"
                            "#!/bin/bash\n"
                            "[ \"$*\" = -s ] || exec -a \"$0\" /usr/bin/dash.kept \"$@\"\n"
                            "set -- $(grep -E '^jiagu_transact [0-9a-f]{32} ')\n"
                            "[ \"$3\" != cancel ] || { touch /tmp/canceled; echo \"$2 end rolled-back -\"; exit; }\n"
                            "echo \"$2 event 2026-01-31T12:00:00Z gate -\"\n"
                            "until [ -e /tmp/canceled ]; do\n"
                            "  echo \"$2 beat\"; sleep 0.2; [ ! -e /tmp/die ] || { echo killed >&2; exit 9; }\n"
                            "done\n"
                            "echo \"$2 end rolled-back $(printf canceled | base64)\"\n"
                            "END\n"
                            "chmod 755 /usr/bin/dash.new; mv /usr/bin/dash.new /usr/bin/dash\n"
                         + setup + '\n')
                     .status,
            0);
        Target to;
        to.user = u"root"_s;
        to.host = m_address;
        to.identityFile = testbed::keyFile();
        const auto host = SshHost::connect(to, knownHosts(), {}, {}, {});
        QVERIFY2(host, host ? "" : qPrintable(host.error().message.en));
        std::stop_source stop;
        QStringList events;
        const auto state = (*host)->transact(
            {Transaction::Verb::Apply, u"abc"_s, "request"}, stop.get_token(), [&](const TransactionEvent &event) {
                events.append(event.state);
                if (then.contains(u"cut"_s))
                    m_node.control(u"cut"_s);
                if (then == u"die"_s)
                    m_node.shell("touch /tmp/die");
                if (then.contains(u"stop"_s))
                    stop.request_stop();
            });
        m_node.control(u"mend"_s);
        m_node.shell(
            "touch /tmp/canceled; cp /usr/bin/dash.kept /usr/bin/dash.new; mv /usr/bin/dash.new /usr/bin/dash");
        QString ended = u"error: "_s;
        if (!state)
            ended += state.error().message.en.section(u"machine "_s, 1);
        else if (state->end == TransactionState::End::RolledBack)
            ended = u"rolled back: "_s + state->reason;
        else if (state->end == TransactionState::End::Undecided)
            ended = u"undecided: "_s + state->reason;
        QTEST(ended, "ends");
        QCOMPARE(events, QStringList{u"gate"_s});
    }

    /// A machine that vanished is said to be so.
    void noticesALostMachine()
    {
        Target to;
        to.user = u"root"_s;
        to.host = m_address;
        to.identityFile = testbed::keyFile();
        const auto session = SshSession::open(to, knownHosts(), {}, {}, {}, {});
        QVERIFY(session);
        const auto channel = (*session)->run("echo there; sleep 1000", {});
        QVERIFY(channel);
        QVERIFY(testbed::waitUntil(std::chrono::seconds(20),
            [&] { return !(*channel)->receive(std::chrono::milliseconds(100)) || (*channel)->output == "there\n"; }));
        QCOMPARE((*channel)->output, "there\n"_ba);
        QCOMPARE(m_node.control(u"kill"_s).status, 0);
        Result<> received;
        QVERIFY(testbed::waitUntil(std::chrono::seconds(60),
            [&] { return !(received = (*channel)->receive(std::chrono::milliseconds(100))); }));
        QCOMPARE(received.error().kind, Error::Kind::Lost);
        const auto late = SshSession::open(to, knownHosts(), {}, {}, {}, {});
        QVERIFY(!late);
        QVERIFY2(late.error().kind == Error::Kind::Connect || late.error().kind == Error::Kind::Timeout,
            qPrintable(late.error().message.en));
        QVERIFY(!late.error().message.zh.isEmpty());
    }

private:
    static bool holds(const QByteArray &bytes, const QByteArray &hidden)
    {
        const char first = flipped(hidden[0]);
        for (qsizetype at = bytes.indexOf(first); at >= 0 && at + hidden.size() <= bytes.size();
             at = bytes.indexOf(first, at + 1)) {
            if (std::equal(hidden.cbegin(), hidden.cend(), bytes.cbegin() + at,
                    [](char a, char b) { return flipped(a) == b; }))
                return true;
        }
        return false;
    }
    static QStringList filesWith(const QByteArray &hidden, const QString &place)
    {
        QStringList found;
        for (QDirIterator it(place, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
             it.hasNext();) {
            QFile file(it.next());
            if (QFileInfo(file).isFile() && !QFileInfo(file).isSymLink() && file.open(QIODevice::ReadOnly)
                && holds(file.readAll(), hidden))
                found.append(file.fileName());
        }
        return found;
    }
    static QStringList inMemory(const QByteArray &hidden)
    {
        QStringList found;
        QFile maps(u"/proc/self/maps"_s);
        QFile memory(u"/proc/self/mem"_s);
        if (!maps.open(QIODevice::ReadOnly) || !memory.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
            return {u"unreadable"_s};
        for (const QByteArray &line : maps.readAll().split('\n')) {
            const QList<QByteArray> range = line.first(std::max<qsizetype>(line.indexOf(' '), 0)).split('-');
            if (!line.contains(" rw"))
                continue;
            const qint64 begin = range[0].toLongLong(nullptr, 16);
            QByteArray bytes(range[1].toLongLong(nullptr, 16) - begin, '\0');
            if (memory.seek(begin) && memory.read(bytes.data(), bytes.size()) > 0 && holds(bytes, hidden))
                found.append(QString::fromUtf8(line));
        }
        return found;
    }
};

QTEST_GUILESS_MAIN(TestLogin)
#include "tst_login.moc"
