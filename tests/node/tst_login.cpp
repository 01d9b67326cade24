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

/// What the node's journal says of logins that sshd refused.
struct SshLog
{
    qsizetype wrong = 0; ///< passwords that were not right, as PAM counts them
    qsizetype failed = 0; ///< attempts with a password or with answers, as sshd counts them
    static SshLog of(const testbed::Node &node)
    {
        const QString log =
            QString::fromUtf8(node.shell("journalctl --sync; journalctl -q -o cat -t sshd || true").output);
        static const QRegularExpression attempt(
            u"^(Failed password|error: PAM: Authentication failure) for"_s, QRegularExpression::MultilineOption);
        static const QRegularExpression pam(u"pam_unix\\(sshd:auth\\): authentication failure"_s);
        return {log.count(pam), log.count(attempt)};
    }
};

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
        QFile module(QStringLiteral(PAM_QUESTIONS));
        QVERIFY2(module.open(QIODevice::ReadOnly), qPrintable(module.fileName()));
        QCOMPARE(m_node.shell("base64 -d > /root/pam_questions.so <<'END'\n" + module.readAll().toBase64() + "\nEND\n")
                     .status,
            0);
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
        QTest::newRow("su in place of sudo")
            << byKey
            << "mv /usr/bin/sudo /usr/bin/sudo.away; printf '#!/bin/sh\\nexec su -c /bin/sh root\\n' > /usr/bin/sudo; chmod 755 /usr/bin/sudo"_ba
            << right << List() << u"answers with su instead of sudo (“Password:”)"_s << u"0 0 0"_s;
        QTest::newRow("sudo asks for a code, too")
            << byKey << "echo 'auth required /root/pam_questions.so [prompt=Verification code: ]' >> /etc/pam.d/sudo"_ba
            << right << sudo << u"sudo asks a second question"_s << u"0 0 0"_s;
        QTest::newRow("expired password") << byKey << "chage -d 0 admin"_ba << right << List()
                                          << u"The password of admin has expired"_s << u"0 0 0"_s;
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
                     "cp -n /etc/pam.d/sudo /root/sudo.kept; cp /root/sudo.kept /etc/pam.d/sudo\n"
                     "chage -d \"$(date +%F)\" admin\n"
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

    /// What a server asks by keyboard-interactive, and that a wrong answer is one attempt in its journal.
    void answersQuestions_data()
    {
        QTest::addColumn<QByteArray>("sshd"); // of sshd_config
        QTest::addColumn<QByteArray>("pam"); // behind common-auth in /etc/pam.d/sshd
        QTest::addColumn<QByteArray>("setup");
        QTest::addColumn<QStringList>("answers"); // - for none; the last is given again
        QTest::addColumn<QStringList>("asks");
        QTest::addColumn<QString>("says"); // empty: logs in
        QTest::addColumn<QString>("logged"); // wrong passwords, failed attempts
        using List = QStringList;
        const QByteArray prompts = "KbdInteractiveAuthentication yes\nPasswordAuthentication no\n";
        const QByteArray both = "KbdInteractiveAuthentication yes\nPasswordAuthentication yes\n";
        const QByteArray module = "auth required /root/pam_questions.so ";
        const QByteArray code = module + "[text=Take your token.] [prompt=Verification code: ] echo answer=492817";
        const QString none;
        const QString password = u"password"_s;
        const QString asksCode = u"shown [Take your token.] Verification code:"_s;
        const QString fresh = u"Fresh9-horse"_s;
        QTest::newRow("password") << prompts << ""_ba
                                  << ""_ba << List{u"carolpw"_s} << List{password} << none << u"0 0"_s;
        QTest::newRow("wrong password") << prompts << ""_ba
                                        << ""_ba << List{u"nonsense"_s} << List{password}
                                        << u"refused the login as carol (tried: keyboard-interactive;"_s << u"1 1"_s;
        QTest::newRow("wrong password, both ways offered")
            << both << ""_ba
            << ""_ba << List{u"nonsense"_s} << List{password}
            << u"refused the login as carol (tried: keyboard-interactive;"_s << u"1 1"_s;
        QTest::newRow("no password") << both << ""_ba
                                     << ""_ba << List{u"-"_s} << List{password} << u"was not tried"_s << u"0 0"_s;
        QTest::newRow("password and code") << prompts << code << ""_ba << List{u"carolpw"_s, u"492817"_s}
                                           << List{password, asksCode} << none << u"0 0"_s;
        QTest::newRow("code expired") << prompts << code << ""_ba << List{u"carolpw"_s, u"492816"_s}
                                      << List{password, asksCode} << u"A one-time code may have expired"_s << u"0 1"_s;
        QTest::newRow("code expired, both ways offered")
            << both << code << ""_ba << List{u"carolpw"_s, u"492816"_s} << List{password, asksCode}
            << u"(the last one was “"_s << u"0 1"_s;
        QTest::newRow("no code") << prompts << code << ""_ba << List{u"carolpw"_s, u"-"_s} << List{password, asksCode}
                                 << u"and got no answer"_s << u"0 0"_s;
        QTest::newRow("empty answer") << prompts << module + "[prompt=Press Enter. ]"
                                      << ""_ba << List{u"carolpw"_s, none} << List{password, u"hidden Press Enter."_s}
                                      << none << u"0 0"_s;
        QTest::newRow("hidden code") << prompts << module + "[prompt=PIN: ] answer=1234"
                                     << ""_ba << List{u"carolpw"_s, u"1234"_s} << List{password, u"hidden PIN:"_s}
                                     << none << u"0 0"_s;
        QTest::newRow("expired password, changed")
            << prompts << ""_ba
            << "chage -d 0 carol"_ba << List{u"carolpw"_s, u"carolpw"_s, fresh, fresh}
            << List{password,
                   u"hidden [You are required to change your password immediately (administrator enforced)./Changing password for carol.] Current password:"_s,
                   u"hidden New password:"_s, u"hidden Retype new password:"_s}
            << none << u"0 0"_s;
        QTest::newRow("hostile words") << prompts << module + "[text=\033[2J] [prompt=\342\200\256: ] echo"
                                       << ""_ba << List{u"carolpw"_s, u"x"_s}
                                       << List{password, u"shown [\\u{1B}[2J] \\u{202E}:"_s} << none << u"0 0"_s;
        QTest::newRow("without end") << prompts << module + "[prompt=Again: ] rounds=1000"
                                     << ""_ba << List{u"carolpw"_s, u"x"_s} << List{password, u"hidden Again:"_s}
                                     << u"asks too many questions"_s << u"0 0"_s;
        QTest::newRow("key, then code")
            << "KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n"_ba << code
            << "key"_ba << List{u"carolpw"_s, u"492817"_s} << List{password, asksCode} << none << u"0 0"_s;
        QTest::newRow("password, then key")
            << "PasswordAuthentication yes\nAuthenticationMethods password,publickey\n"_ba
            << ""_ba
            << "key"_ba << List{u"carolpw"_s} << List{password} << none << u"0 0"_s;
    }
    void answersQuestions()
    {
        QFETCH(QByteArray, sshd);
        QFETCH(QByteArray, pam);
        QFETCH(QByteArray, setup);
        QFETCH(QStringList, answers);
        const bool byKey = setup == "key";
        QCOMPARE(m_node
                     .shell("id carol > /dev/null 2>&1 || useradd -m -s /bin/bash carol\n"
                            "echo carol:carolpw | chpasswd\n"
                            "install -d -m 700 -o carol -g carol /home/carol/.ssh\n"
                            "install -m 600 -o carol -g carol /root/.ssh/authorized_keys /home/carol/.ssh/\n"
                            "cp -n /etc/pam.d/sshd /root/sshd.kept\n"
                            "cat > /tmp/pam <<'END'\n"
                         + pam + "\nEND\nsed '/^@include common-auth/r /tmp/pam' /root/sshd.kept > /etc/pam.d/sshd\n"
                         + "cat > /etc/ssh/sshd_config.d/test.conf <<'END'\n" + sshd + "END\n"
                         + (byKey ? QByteArray() : setup) + "\nsystemctl reset-failed ssh; systemctl restart ssh\n")
                     .status,
            0);
        const SshLog before = SshLog::of(m_node);
        Target to;
        to.user = u"carol"_s;
        to.host = m_address;
        to.agent = false;
        if (byKey)
            to.identityFile = testbed::keyFile();
        QStringList asked;
        const Questions questions{{}, [&](const SecretQuestion &question) -> std::optional<Secret> {
                                      static const QRegularExpression who(u"^\\([^()]*\\) "_s);
                                      QString said = question.instruction;
                                      said.replace(u'\n', u'/');
                                      QString entry = question.kind == SecretQuestion::Kind::LoginPassword
                                          ? u"password"_s
                                          : question.echo ? u"shown"_s
                                                          : u"hidden"_s;
                                      if (entry != u"password"_s)
                                          entry += (said.isEmpty() ? QString() : u" ["_s + said + u']') + u' '
                                              + QString(question.prompt).remove(who);
                                      const QString answer = answers[std::min(asked.size(), answers.size() - 1)];
                                      asked += entry;
                                      return answer == u"-"_s ? std::nullopt : std::optional(secretOf(answer));
                                  }};
        QString said;
        {
            const auto session = SshSession::open(to, knownHosts(), questions, {}, {}, {});
            if (!session) {
                said = session.error().message.en;
                QCOMPARE(session.error().kind, Error::Kind::Auth);
                QVERIFY(!session.error().message.zh.isEmpty());
            }
        }
        QFETCH(QString, says);
        QVERIFY2(says.isEmpty() ? said.isEmpty() : said.contains(says), qPrintable(said + asked.join(u'|')));
        QFETCH(QStringList, asks);
        if (says.contains(u"too many"_s))
            asked = asked.first(std::min<qsizetype>(asked.size(), 2));
        QCOMPARE(asked, asks);
        QFETCH(QString, logged);
        QString now;
        const bool asExpected = testbed::waitUntil(std::chrono::seconds(20), [&] {
            const SshLog log = SshLog::of(m_node);
            now = u"%1 %2"_s.arg(log.wrong - before.wrong).arg(log.failed - before.failed);
            return now == logged;
        });
        QVERIFY2(asExpected, qPrintable(now));
        if (setup == "chage -d 0 carol") { // it was changed for good
            const auto again = SshSession::open(to, knownHosts(),
                {{}, [&](const SecretQuestion &) { return std::optional(secretOf(answers.last())); }}, {}, {}, {});
            QVERIFY2(again, again ? "" : qPrintable(again.error().message.en));
        }
        m_node.shell(
            "rm -f /etc/ssh/sshd_config.d/test.conf; cp /root/sshd.kept /etc/pam.d/sshd; systemctl reset-failed ssh; systemctl restart ssh");
    }

    /// The same at a terminal: what the server lets be seen is seen, a password is not. A password on a descriptor
    /// serves the first question, and nobody answers the second.
    void answersAtATerminal()
    {
        QCOMPARE(
            m_node
                .shell(
                    "id carol > /dev/null 2>&1 || useradd -m -s /bin/bash carol\n"
                    "echo carol:carolpw | chpasswd; cp -n /etc/pam.d/sshd /root/sshd.kept\n"
                    "echo 'auth required /root/pam_questions.so [text=Take your token.] [prompt=Verification code: ] "
                    "echo answer=492817' > /tmp/pam\n"
                    "sed '/^@include common-auth/r /tmp/pam' /root/sshd.kept > /etc/pam.d/sshd\n"
                    "printf 'KbdInteractiveAuthentication yes\\nPasswordAuthentication no\\n' "
                    "> /etc/ssh/sshd_config.d/test.conf; systemctl reset-failed ssh; systemctl restart ssh\n")
                .status,
            0);
        const QString print = QString::fromUtf8(
            m_node.shell("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").output.split(' ').value(1));
        QVERIFY2(print.startsWith(u"SHA256:"_s), qPrintable(print));
        const QStringList arguments{u"scan"_s, u"--node"_s, u"carol@"_s + m_address, u"--host-key"_s, print,
            u"--no-agent"_s, u"--lang"_s, u"en"_s};

        QProcess terminal;
        terminal.setProcessChannelMode(QProcess::MergedChannels);
        const QString command = QStringLiteral(JIAGU_BINARY) + u' ' + arguments.join(u' ');
        terminal.start(u"script"_s, {u"-qec"_s, command, u"/dev/null"_s});
        QByteArray shown;
        const auto answer = [&](const QByteArray &question, const QByteArray &typed) {
            const bool asked = testbed::waitUntil(std::chrono::seconds(60), [&] {
                terminal.waitForReadyRead(0);
                shown += terminal.readAll();
                return shown.contains(question);
            });
            terminal.write(typed);
            return asked;
        };
        QVERIFY2(answer("password of carol: ", "carolpw\n"), shown.constData());
        QVERIFY2(answer("Verification code: ", "492817\n"), shown.constData());
        QVERIFY(terminal.waitForFinished(60'000));
        shown += terminal.readAll();
        QVERIFY2(shown.contains("says:\r\n  Take your token.\r\n"), shown.constData());
        QVERIFY2(shown.contains("carol is not root"), shown.constData());
        QVERIFY2(shown.contains("492817"), shown.constData());
        QVERIFY2(!shown.contains("carolpw"), shown.constData());

        const testbed::Outcome handed = testbed::run(
            QStringLiteral(JIAGU_BINARY), arguments + QStringList{u"--secret-fd"_s, u"login=0"_s}, "carolpw\n");
        QCOMPARE(handed.status, 2);
        QVERIFY2(handed.errors.contains("Verification code:") && handed.errors.contains("got no answer"),
            handed.errors.constData());
        m_node.shell(
            "rm -f /etc/ssh/sshd_config.d/test.conf; cp /root/sshd.kept /etc/pam.d/sshd; systemctl reset-failed ssh; systemctl restart ssh");
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
        for (const QByteArray &way :
            {"PasswordAuthentication yes"_ba, "KbdInteractiveAuthentication yes\nPasswordAuthentication no"_ba}) {
            m_node.shell("cat > /etc/ssh/sshd_config.d/test.conf <<'END'\n" + way
                + "\nEND\nsystemctl reset-failed ssh; systemctl restart ssh\n");
            const auto host = SshHost::connect(
                to, knownHosts(), {{}, [&](const SecretQuestion &) { return std::optional(canary()); }}, {}, {});
            QVERIFY2(host, host ? "" : qPrintable(host.error().message.en));
            const auto state = (*host)->transact({Transaction::Verb::Status, u"abc"_s, {}}, {}, {});
            QVERIFY2(state, state ? "" : qPrintable(state.error().message.en));
        }
        m_node.shell(
            "rm /etc/ssh/sshd_config.d/test.conf; systemctl reset-failed ssh; systemctl restart ssh; journalctl --sync");
        for (const QString &place : {testbed::directory() + u"/n1/upper"_s, m_scratch.path()})
            QVERIFY2(filesWith(hidden, place).isEmpty(), qPrintable(filesWith(hidden, place).join(u' ')));
        QCOMPARE(inMemory(hidden), QStringList());
    }

    /// Stopping asks the node for the roll-back and goes on to follow it; a lost link leaves it undecided, and asking
    /// for the status connects again. The
    /// node-side program is played by a shell that waits to be canceled.
    void followsATransaction_data()
    {
        QTest::addColumn<QByteArray>("setup");
        QTest::addColumn<QString>("then");
        QTest::addColumn<QString>("ends");
        QTest::newRow("canceled") << ""_ba << u"stop"_s << u"rolled back: canceled"_s;
        QTest::newRow("canceled over a second connection")
            << "echo MaxSessions 1 > /etc/ssh/sshd_config.d/test.conf; systemctl reset-failed ssh; systemctl restart ssh"_ba
            << u"stop"_s << u"rolled back: "_s;
        QTest::newRow("link lost") << ""_ba << u"cut"_s << u"undecided: lost"_s;
        QTest::newRow("link lost, then canceled") << ""_ba << u"cut and stop"_s << u"undecided: lost"_s;
        QTest::newRow("link broken, then asked about") << ""_ba << u"break"_s << u"rolled back: canceled"_s;
        QTest::newRow("program died") << ""_ba << u"die"_s
                                      << u"error: ended without an answer (exit status 9): killed."_s;
    }
    void followsATransaction()
    {
        QFETCH(QByteArray, setup);
        QFETCH(QString, then);
        QCOMPARE(
            m_node
                .shell(
                    "rm -f /tmp/canceled /tmp/die /etc/ssh/sshd_config.d/test.conf; systemctl reset-failed ssh; systemctl restart ssh\n"
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
        auto state = (*host)->transact(
            {Transaction::Verb::Apply, u"abc"_s, "request"}, stop.get_token(), [&](const TransactionEvent &event) {
                events.append(event.state);
                if (then.contains(u"cut"_s))
                    m_node.control(u"cut"_s);
                if (then == u"break"_s)
                    m_node.shell("pkill -9 -f '^sshd: root'");
                if (then == u"die"_s)
                    m_node.shell("touch /tmp/die");
                if (then.contains(u"stop"_s))
                    stop.request_stop();
            });
        m_node.control(u"mend"_s);
        if (then == u"break"_s) {
            QVERIFY(state);
            QCOMPARE(int(state->end), int(TransactionState::End::Undecided));
            m_node.shell("touch /tmp/canceled");
            state = (*host)->transact({Transaction::Verb::Status, u"abc"_s, {}}, {}, [](const TransactionEvent &) {});
        }
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
