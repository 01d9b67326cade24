// SPDX-License-Identifier: Apache-2.0
#include "host/transaction.h"

#include <QProcess>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QByteArray nonce = "fedcba9876543210fedcba9876543210";

/// Says what it was called with, as transact.sh is called.
const QByteArray program = "jiagu_transact() { printf '%s|' \"$@\"; cat; }\n";

QByteArray line(const QByteArray &rest)
{
    return nonce + ' ' + rest + '\n';
}

} // namespace

class TestTransaction : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void streams_data()
    {
        QTest::addColumn<int>("verb");
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("call"); // empty: refused
        using Verb = Transaction::Verb;
        QByteArray bytes;
        for (int i = 0; i < 1000; ++i)
            bytes += char(i);
        QTest::newRow("apply") << int(Verb::Apply) << u"0af"_s << bytes << nonce + "|apply|0af|";
        QTest::newRow("restore") << int(Verb::Restore) << u"1"_s << "D\n.\n$(reboot)"_ba << nonce + "|restore|1|";
        QTest::newRow("status") << int(Verb::Status) << QString(64, u'a') << ""_ba
                                << nonce + "|status|" + QByteArray(64, 'a') + '|';
        QTest::newRow("cancel") << int(Verb::Cancel) << u"a"_s << ""_ba << nonce + "|cancel|a|";
        QTest::newRow("clean") << int(Verb::Clean) << QString() << ""_ba << nonce + "|clean|0|";
        for (const char *bad : {"", "A", "g", "1 2", "../1", "1;reboot", "1\n"})
            QTest::newRow(*bad ? bad : "no id") << int(Verb::Status) << QString::fromLatin1(bad) << ""_ba
                                                << ""_ba;
        QTest::newRow("long id") << int(Verb::Status) << QString(65, u'a') << ""_ba
                                 << ""_ba;
    }
    void streams()
    {
        QFETCH(int, verb);
        QFETCH(QString, id);
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, call);
        const auto stream = transactionStream({Transaction::Verb(verb), id, request}, program, "JIAGU_1", nonce);
        QCOMPARE(stream.has_value(), !call.isEmpty());
        if (!stream) {
            QCOMPARE(stream.error().kind, Error::Kind::Usage);
            return;
        }
        const QByteArray said = run(*stream);
        QVERIFY2(said.startsWith(call), said.constData());
        QList<QByteArray> lines = said.sliced(call.size()).split('\n');
        QCOMPARE(lines.takeLast(), QByteArray());
        QCOMPARE(lines.takeLast(), "."_ba);
        for (const QByteArray &encoded : lines)
            QVERIFY(encoded.size() <= 76);
        QCOMPARE(QByteArray::fromBase64(lines.join()), request);

        // Cut off anywhere before the call it does nothing, and after it the request lacks its end.
        for (qsizetype size = 0; size < stream->size() - qsizetype(strlen(".\nJIAGU_1\n")); size += 97)
            QVERIFY(!run(stream->first(size)).endsWith("\n.\n"));
    }

    void answers_data()
    {
        QTest::addColumn<QList<QByteArray>>("parts");
        QTest::addColumn<QString>("events");
        QTest::addColumn<QString>("end");
        const QByteArray gate = line("event 2026-01-31T12:00:00Z gate " + QByteArray("waiting\x1b").toBase64());
        const QByteArray end = line("end rolled-back " + QByteArray("gate-exit bad flag").toBase64());
        const QString gateText = u"gate(waiting\\u{1B})@2026-01-31T12:00:00Z "_s;
        using Parts = QList<QByteArray>;
        QTest::newRow("nothing") << Parts{} << QString() << u"- undecided"_s;
        QTest::newRow("event and end") << Parts{gate + end} << gateText << u"ended rolled-back gate-exit bad flag"_s;
        QTest::newRow("byte by byte") << [&] {
            Parts parts;
            for (const char byte : gate + end)
                parts.append(QByteArray(1, byte));
            return parts;
        }() << gateText << u"ended rolled-back gate-exit bad flag"_s;
        QTest::newRow("empty reason") << Parts{line("end confirmed -")} << QString() << u"ended confirmed "_s;
        QTest::newRow("noise between") << Parts{"motd\n" + gate + "x " + end + "\n\n"} << gateText << u"- undecided"_s;
        QTest::newRow("another nonce") << Parts{QByteArray(end).replace('f', '0')} << QString() << u"- undecided"_s;
        QTest::newRow("unknown word") << Parts{line("end perfect -")} << QString() << u"- undecided"_s;
        QTest::newRow("too few words") << Parts{line("event x gate")} << QString() << u"- undecided"_s;
        QTest::newRow("after the end") << Parts{end + gate + line("end confirmed -")} << QString()
                                       << u"ended rolled-back gate-exit bad flag"_s;
        QTest::newRow("long line is dropped") << Parts{nonce + " event " + QByteArray(9000, 'x'), " gate -\n" + end}
                                              << QString() << u"ended rolled-back gate-exit bad flag"_s;
        QTest::newRow("torn end") << Parts{gate + end.chopped(1)} << gateText << u"- undecided"_s;
    }
    void answers()
    {
        QFETCH(QList<QByteArray>, parts);
        static const QStringList ends{
            u"confirmed"_s, u"rolled-back"_s, u"refused"_s, u"stuck"_s, u"undecided"_s, u"absent"_s, u"cleaned"_s};
        TransactionAnswer answer(nonce);
        QString events;
        for (const QByteArray &part : parts) {
            for (const TransactionEvent &event : answer.read(part))
                events += event.state + u'(' + event.detail + u")@"_s + event.time.toString(Qt::ISODate) + u' ';
        }
        QTEST(events, "events");
        QTEST((answer.hasEnded() ? u"ended "_s : u"- "_s) + ends.at(int(answer.state().end))
                + (answer.hasEnded() ? u' ' + answer.state().reason : QString()),
            "end");
    }

    void boundsTheAnswer()
    {
        TransactionAnswer answer(nonce);
        const QByteArray event = line("event 2026-01-31T12:00:00Z gate " + QByteArray(4000, 'A'));
        for (int i = 0; i < 1000; ++i)
            answer.read(event);
        QVERIFY(answer.state().events.size() * event.size() <= 1024 * 1024);
        QVERIFY(!answer.heard());
    }

    void hearsSignsOfLife()
    {
        TransactionAnswer answer(nonce);
        answer.read(line("beat"));
        QVERIFY(answer.heard());
        answer.read("noise\n");
        QVERIFY(!answer.heard());
    }

private:
    static QByteArray run(const QByteArray &stream)
    {
        QProcess shell;
        shell.start(u"/bin/sh"_s, {u"-s"_s});
        shell.write(stream);
        shell.closeWriteChannel();
        shell.waitForFinished();
        return shell.readAllStandardOutput();
    }
};

QTEST_GUILESS_MAIN(TestTransaction)
#include "tst_transaction.moc"
