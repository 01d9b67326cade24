// SPDX-License-Identifier: Apache-2.0
#include "host/elevation.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {
const QByteArray marker = "0123456789abcdef0123456789abcdef";
const QByteArray nonce = "fedcba9876543210fedcba9876543210";
} // namespace

class TestElevation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void decides_data()
    {
        QTest::addColumn<bool>("sudo");
        QTest::addColumn<bool>("sent"); // the password was written already
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<QByteArray>("errors");
        QTest::addColumn<int>("status"); // -1: still running
        QTest::addColumn<QString>("next");
        using Row = std::tuple<const char *, bool, bool, QByteArray, QByteArray, int, const char *>;
        const QByteArray prompt = marker + ":admin:";
        const QByteArray lecture = "\nWe trust you have received the usual lecture from the local System\n"
                                   "Administrator. It usually boils down to these three things:\n\n";
        const Row rows[]{
            {"nothing yet", true, false, "", "", -1, "wait"},
            {"root", false, false, nonce + " 0\n", "", -1, "ready 35"},
            {"root behind noise", false, false, "Welcome!\n" + nonce + " 0\nrest", "", -1, "ready 44"},
            {"noise without a line end", false, false, "motd " + nonce + " 0\n", "", -1, "ready 40"},
            {"ready, torn", false, false, nonce + " 0", "", -1, "wait"},
            {"nonce, torn", false, false, nonce.first(20), "", -1, "wait"},
            {"not root", false, false, nonce + " 1000\n", "", -1, "admin is not root (user id 1000)"},
            {"command echoed by the shell", false, false, "+ printf " + nonce + " \"$(id -u)\"\n" + nonce + " 0\n", "",
                -1, "ready 88"},
            {"no password needed", true, false, nonce + " 0\n", "", -1, "ready 35"},
            {"prompt", true, false, "", prompt, -1, "send admin"},
            {"prompt after the lecture", true, false, "", lecture + prompt, -1, "send admin"},
            {"prompt after a warning", true, false, "",
                "sudo: unable to resolve host x: Name or service not known\n" + prompt, -1, "send admin"},
            {"prompt, torn", true, false, "", marker + ":adm", -1, "wait"},
            {"root's password", true, false, "", marker + ":root:", -1, "send root"},
            {"marker without account", true, false, "", marker + "::", -1, "wait"},
            {"command echoed (set -x)", true, false, "", "+ sudo -k -S -p " + marker + ":%p: -- /bin/sh", -1, "wait"},
            {"command echoed, then the prompt", true, false, "", "+ sudo -p " + marker + ":%p: -- x\n" + prompt, -1,
                "send admin"},
            {"text after the prompt", true, false, "", prompt + "\nPassword:", -1, "wait"},
            {"another marker", true, false, "", QByteArray(marker).replace('0', '1') + ":admin:", -1, "wait"},
            {"one-time code", true, false, "", "Verification code: ", -1, "wait"},
            {"after sending", true, true, "", prompt, -1, "wait"},
            {"after sending, ready", true, true, nonce + " 0\n", prompt, -1, "ready 35"},
            {"wrong password", true, true, "", prompt + "\nSorry, try again.\n" + prompt, -1,
                "did not take the password of admin"},
            {"second question under the mark", true, true, "", prompt + "\n" + prompt, -1, "asks a second question. "},
            {"wrong password, one try", true, true, "", prompt + "\nsudo: 1 incorrect password attempt\n", 1,
                "did not take the password of admin"},
            {"not in sudoers", true, true, "", prompt + "admin is not in the sudoers file.\n", 1, "may not use sudo"},
            {"command not allowed", true, true, "",
                prompt + "Sorry, user admin is not allowed to execute '/bin/sh' as root on n1.\n", 1,
                "may not use sudo"},
            {"no terminal", true, false, "", "sudo: sorry, you must have a tty to run sudo\n", 1,
                "insists on a terminal"},
            {"no sudo", true, false, "", "env: 'sudo': No such file or directory\n", 127, "There is no sudo"},
            {"no sudo, su is named", true, false, "", "sh: 1: sudo: not found\n", 127, "with su is not supported"},
            {"su in place of sudo", true, false, "", "su: must be run from a terminal\n", 1, "with su instead of sudo"},
            {"su's question", true, false, "", "Password: ", -1, "wait"}, // until the time is over
            {"expired for sudo", true, true, "",
                prompt + "\nsudo: Account or password is expired, reset your password and try again\n", 1,
                "password of admin has expired"},
            {"expired, no session", true, false, "",
                "WARNING: Your password has expired.\nPassword change required but no TTY available.\n", 1,
                "password of admin has expired"},
            {"expired, no session, no sudo", false, false, "", "WARNING: Your password has expired.\n", 1,
                "password of admin has expired"},
            {"broken sudoers", true, false, "", "/etc/sudoers:1:1: syntax error\n", 1,
                "gave no root shell (exit status 1)"},
            {"hostile text", true, false, "", "\x1b[2J\xe2\x80\xae", 1, "\\u{1B}[2J\\u{202E}"},
            {"sudo to somebody else", true, true, nonce + " 1001\n", prompt, -1, "shell of user id 1001"},
            {"no shell", false, false, "This account is currently not available.\n", "", 1, "ran no shell"},
        };
        for (const auto &[title, sudo, sent, output, errors, status, next] : rows)
            QTest::newRow(title) << sudo << sent << output << errors << status << QString::fromLatin1(next);
    }
    void decides()
    {
        QFETCH(bool, sudo);
        QFETCH(bool, sent);
        QFETCH(QByteArray, output);
        QFETCH(QByteArray, errors);
        QFETCH(int, status);
        QFETCH(QString, next);
        Elevation elevation(sudo, u"n1"_s, u"admin"_s, marker, nonce);
        if (sent)
            elevation.passwordSent(u"admin"_s);
        const Elevation::Next result = elevation.next(output, errors, status >= 0, status);
        QString said;
        switch (result.kind) {
        case Elevation::Next::Kind::Wait:
            said = u"wait"_s;
            break;
        case Elevation::Next::Kind::SendPassword:
            said = u"send "_s + result.account;
            break;
        case Elevation::Next::Kind::Ready:
            said = u"ready "_s + QString::number(result.used);
            break;
        case Elevation::Next::Kind::Failed:
            said = result.error.message.en;
            QVERIFY2(said.contains(next), qPrintable(said));
            QCOMPARE(result.error.kind, Error::Kind::Elevation);
            QVERIFY(!said.contains(QString::fromLatin1(marker)));
            return;
        }
        QCOMPARE(said, next);
    }

    void timesOut()
    {
        const Elevation elevation(true, u"n1"_s, u"admin"_s, marker, nonce);
        const Error asked = elevation.timedOut("Verification code: ");
        QCOMPARE(asked.kind, Error::Kind::Elevation);
        QVERIFY2(asked.message.en.contains(u"“Verification code:”"), qPrintable(asked.message.en));
        for (const QByteArray &errors : {"Password: "_ba, "Welcome\nPassword: "_ba}) {
            const Error su = elevation.timedOut(errors);
            QCOMPARE(su.kind, Error::Kind::Elevation);
            QVERIFY2(su.message.en.contains(u"su instead of sudo"), qPrintable(su.message.en));
        }
        Elevation answered(true, u"n1"_s, u"admin"_s, marker, nonce);
        answered.passwordSent(u"admin"_s);
        const Error more = answered.timedOut(marker + ":admin:\nVerification code: ");
        QVERIFY2(
            more.message.en.contains(u"asks a second question (“Verification code:”)"), qPrintable(more.message.en));
        QVERIFY(!more.message.en.contains(u"Nothing was sent"));
        QCOMPARE(elevation.timedOut("").kind, Error::Kind::Timeout);
        QCOMPARE(elevation.timedOut(marker + ":admin:").kind, Error::Kind::Timeout);
    }

    /// Whatever sudo is made to expand, the login shell sees constants and random digits alone.
    void commandIsConstant()
    {
        for (const bool sudo : {false, true}) {
            const QByteArray command = Elevation(sudo, u"n'1;"_s, u"a'$(x)"_s, marker, nonce).command();
            QVERIFY(!command.contains("n'1") && !command.contains("$(x)") && !command.contains('!'));
            QCOMPARE(command.count('\''), sudo ? 4 : 2);
            QCOMPARE(command.contains("sudo -k -S -p '" + marker + ":%p:' -- /bin/sh -c"), sudo);
        }
    }
};

QTEST_GUILESS_MAIN(TestElevation)
#include "tst_elevation.moc"
