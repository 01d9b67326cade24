// SPDX-License-Identifier: Apache-2.0
#include "host/target.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

class TestTarget : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("expected"); // user, host, port; empty: refused
        QTest::addColumn<QString>("name");
        const auto row = [](const char *title, const QString &text, const QStringList &expected, const QString &name) {
            QTest::newRow(title) << text << expected << name;
        };
        row("host", u"cp1"_s, {{}, u"cp1"_s, u"22"_s}, u"cp1"_s);
        row("user", u"admin@cp1"_s, {u"admin"_s, u"cp1"_s, u"22"_s}, u"admin@cp1"_s);
        row("port", u"admin@cp1:2222"_s, {u"admin"_s, u"cp1"_s, u"2222"_s}, u"admin@cp1:2222"_s);
        row("default port", u"cp1:22"_s, {{}, u"cp1"_s, u"22"_s}, u"cp1"_s);
        row("last @ separates", u"a@corp@10.0.0.1"_s, {u"a@corp"_s, u"10.0.0.1"_s, u"22"_s}, u"a@corp@10.0.0.1"_s);
        row("IPv6", u"[::1]:2222"_s, {{}, u"::1"_s, u"2222"_s}, u"[::1]:2222"_s);
        row("IPv6 without port", u"root@[fe80::1%eth0]"_s, {u"root"_s, u"fe80::1%eth0"_s, u"22"_s},
            u"root@[fe80::1%eth0]"_s);
        row("bare IPv6", u"::1"_s, {{}, u"::1"_s, u"22"_s}, u"::1"_s);
        row("highest port", u"h:65535"_s, {{}, u"h"_s, u"65535"_s}, u"h:65535"_s);
        for (const char *bad :
            {"", "@cp1", "admin@", "cp1:", "cp1:0", "cp1:65536", "cp1:22x", "cp1:-1", "cp1:+22", "a:b:c", "[::1",
                "[::1]x", "[::1]:", "[cp1]:22", "[]", "-oProxyCommand=x", "cp 1", "c/p", "a\nb@cp1", "\x1b[1m@cp1"})
            QTest::newRow(*bad ? bad : "nothing") << QString::fromLatin1(bad) << QStringList() << QString();
    }
    void parses()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, expected);
        QFETCH(QString, name);
        const auto target = parseTarget(text);
        if (expected.isEmpty()) {
            QVERIFY(!target);
            QCOMPARE(target.error().kind, Error::Kind::Usage);
            QVERIFY(!target.error().message.en.isEmpty() && !target.error().message.zh.isEmpty());
            return;
        }
        QVERIFY2(target, target ? "" : qPrintable(target.error().message.en));
        QCOMPARE(QStringList({target->user, target->host, QString::number(target->port)}), expected);
        QCOMPARE(target->name(), name);
        QCOMPARE(parseTarget(target->name())->name(), name);
    }
};

QTEST_GUILESS_MAIN(TestTarget)
#include "tst_target.moc"
