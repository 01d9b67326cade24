// SPDX-License-Identifier: Apache-2.0
#include "host/prompt.h"
#include "host/sshagent.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// What a server asks and what an agent answers, as bytes that anybody may have written.
class TestPrompt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void becomesAQuestion_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("instruction");
        QTest::addColumn<QByteArray>("prompt");
        QTest::addColumn<bool>("echo");
        QTest::addColumn<QString>("asks");
        QTest::addColumn<QString>("says");
        QTest::addColumn<bool>("password");
        const auto row = [](const char *title, const QByteArray &name, const QByteArray &instruction,
                             const QByteArray &prompt, bool echo, const QString &asks, const QString &says,
                             bool password) {
            QTest::newRow(title) << name << instruction << prompt << echo << asks << says << password;
        };
        row("password", "", "", "Password: ", false, u"Password:"_s, u""_s, true);
        row("password as sshd writes it", "", "", "(admin@n1) Password: ", false, u"(admin@n1) Password:"_s, u""_s,
            true);
        row("password of the driver", "", "", "admin@n1's password:", false, u"admin@n1's password:"_s, u""_s, true);
        row("password in Chinese", "", "", "口令：", false, u"口令："_s, u""_s, true);
        row("password behind a notice", "", "", "Be careful.\nPassword: ", false, u"Password:"_s, u"Be careful."_s,
            true);
        row("echoing password", "", "", "Password: ", true, u"Password:"_s, u""_s, false);
        row("current password", "", "", "Current password: ", false, u"Current password:"_s, u""_s, false);
        row("new password", "", "", "New password: ", false, u"New password:"_s, u""_s, false);
        row("password and code", "", "", "Password & verification code: ", false, u"Password & verification code:"_s,
            u""_s, false);
        row("code", "", "", "Verification code: ", true, u"Verification code:"_s, u""_s, false);
        row("everything", "Two factors", "Take your token.\n\nPress its button.", "It is slow.\nCode: ", true,
            u"Code:"_s, u"Two factors\nTake your token.\nPress its button.\nIt is slow."_s, false);
        row("nothing", "", "", "", true, u""_s, u""_s, false);
        row("hostile", "\x1b[2J", "a\x07\r\nb", "\xe2\x80\xae:", false, u"\\u{202E}:"_s, u"\\u{1B}[2J\na\\u{7}\nb"_s,
            false);
        row("long line", "", "", QByteArray(400, 'x'), true, QString(300, u'x') + u'…', u""_s, false);
        row("many lines", "", QByteArray("y\n").repeated(50), "z", true, u"z"_s, u"y\n"_s.repeated(20) + u'…', false);
        row("huge", QByteArray(10'000'000, '\n'), "", "z", true, u"z"_s, u""_s, false);
    }
    void becomesAQuestion()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, instruction);
        QFETCH(QByteArray, prompt);
        QFETCH(bool, echo);
        const SecretQuestion question = promptQuestion(u"n1"_s, u"admin"_s, {name, instruction, prompt, echo});
        QCOMPARE(question.kind, SecretQuestion::Kind::Prompt);
        QCOMPARE(question.node, u"n1"_s);
        QCOMPARE(question.account, u"admin"_s);
        QCOMPARE(question.echo, echo);
        QTEST(question.prompt, "asks");
        QTEST(question.instruction, "says");
        QTEST(asksForPassword(question), "password");
    }

    void readsTheKeysOfAnAgent_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("keys"); // blob:comment …; - for no such answer
        const QByteArray one("\x0c\0\0\0\1\0\0\0\3key\0\0\0\2me", 18);
        QTest::newRow("one") << one << u"key:me"_s;
        QTest::newRow("none") << QByteArray("\x0c\0\0\0\0", 5) << u""_s;
        QTest::newRow("locked") << QByteArray("\5", 1) << u""_s;
        QTest::newRow("empty") << QByteArray() << u"-"_s;
        QTest::newRow("another answer") << QByteArray("\x0e\0\0\0\0", 5) << u"-"_s;
        QTest::newRow("without a count") << QByteArray("\x0c\0\0", 3) << u"-"_s;
        QTest::newRow("more than there are") << QByteArray(one).replace(4, 1, "\2") << u"-"_s;
        QTest::newRow("far too many") << QByteArray("\x0c\xff\xff\xff\xff", 5) << u"-"_s;
        QTest::newRow("longer than the answer") << QByteArray("\x0c\0\0\0\1\xff\xff\xff\xffkey", 12) << u"-"_s;
        for (qsizetype size = 5; size < one.size(); ++size)
            QTest::addRow("torn after %d", int(size)) << one.first(size) << u"-"_s;
    }
    void readsTheKeysOfAnAgent()
    {
        QFETCH(QByteArray, answer);
        QStringList found;
        const auto keys = parseAgentKeys(answer);
        if (keys) {
            for (const AgentKey &key : *keys)
                found += QString::fromLatin1(key.blob + ':' + key.comment);
        } else {
            found += u"-"_s;
        }
        QTEST(found.join(u' '), "keys");
    }
};

QTEST_GUILESS_MAIN(TestPrompt)
#include "tst_prompt.moc"
