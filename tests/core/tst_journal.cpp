// SPDX-License-Identifier: Apache-2.0
#include "change/journal.h"
#include "changefixture.h"

#include <QDir>
#include <QLockFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace jiagu;
using namespace Qt::Literals::StringLiterals;

namespace {

JournalEntry entry(const QString &event, const QString &node, const QString &state = {})
{
    JournalEntry made;
    made.time = QDateTime(QDate(2026, 1, 31), QTime(12, 0, 1), Qt::UTC);
    made.event = event;
    made.node = node;
    made.action = u"apply"_s;
    made.state = state;
    return made;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestJournal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsAndReadsBack()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(u"a/journal"_s);
        auto journal = Journal::open(path);
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(journal->keep(changeSet));
        QVERIFY(journal->keep(changeSet));
        JournalEntry approved = entry(u"approved"_s, u"cp1"_s);
        approved.approval = {changeSet.id, u"王芳"_s, u"CHG-1"_s, u"李雷"_s, approved.time};
        JournalEntry intent = entry(u"intent"_s, u"cp1"_s);
        intent.transaction = u"abc"_s;
        intent.detail = u"/etc/a\n\"quoted\""_s;
        QVERIFY(journal->append(changeSet.id, approved));
        QVERIFY(journal->append(changeSet.id, intent));

        const auto again = Journal::open(path);
        QVERIFY(again);
        const auto entries = again->entries(changeSet.id);
        QCOMPARE(entries.size(), 2);
        QCOMPARE(entries[0].approval.operatorName, u"王芳"_s);
        QCOMPARE(entries[0].approval.ticket, u"CHG-1"_s);
        QCOMPARE(entries[0].approval.reviewer, u"李雷"_s);
        QCOMPARE(entries[0].approval.when, approved.time);
        QCOMPARE(entries[0].approval.changeSet, changeSet.id);
        QCOMPARE(entries[1].transaction, u"abc"_s);
        QCOMPARE(entries[1].detail, intent.detail);
        QCOMPARE(entries[1].time, intent.time);
        const auto kept = again->changeSet(changeSet.id.left(8));
        QVERIFY(kept);
        QCOMPARE(toJson(*kept), toJson(changeSet));
        QCOMPARE(again->all(), QStringList{changeSet.id});

        struct stat status = {};
        QCOMPARE(::stat(QFile::encodeName(path).constData(), &status), 0);
        QCOMPARE(status.st_mode & 0777U, 0700U);
        for (const QString &name : {changeSet.id + u".json"_s, changeSet.id + u".log"_s}) {
            QCOMPARE(::stat(QFile::encodeName(path + u'/' + name).constData(), &status), 0);
            QCOMPARE(status.st_mode & 0777U, 0600U);
        }
    }

    void tornLine_data()
    {
        QTest::addColumn<QByteArray>("tail");
        QTest::newRow("half an entry") << "{\"event\":\"out"_ba;
        QTest::newRow("noise") << QByteArray("\0\0\0\xff", 4);
    }
    void tornLine()
    {
        QFETCH(QByteArray, tail);
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(journal->keep(changeSet));
        QVERIFY(journal->append(changeSet.id, entry(u"intent"_s, u"cp1"_s)));
        QFile log(directory.filePath(changeSet.id + u".log"_s));
        QVERIFY(log.open(QIODevice::Append));
        log.write(tail);
        log.close();

        QCOMPARE(journal->entries(changeSet.id).size(), 1);
        QCOMPARE(journal->undecided(), QStringList{changeSet.id});
        QVERIFY(journal->append(changeSet.id, entry(u"outcome"_s, u"cp1"_s, u"done"_s)));
        QCOMPARE(journal->entries(changeSet.id).size(), 2);
        QCOMPARE(journal->undecided(), QStringList());
        QVERIFY(contentOf(log.fileName()).contains(tail)); // nothing is thrown away
    }

    void undecided_data()
    {
        QTest::addColumn<QStringList>("lines"); // event node state
        QTest::addColumn<QStringList>("nodes");
        QTest::newRow("nothing") << QStringList() << QStringList();
        QTest::newRow("only approved") << QStringList{u"approved cp1"_s} << QStringList();
        QTest::newRow("intent") << QStringList{u"approved cp1"_s, u"intent cp1"_s} << QStringList{u"cp1"_s};
        QTest::newRow("node's own words decide nothing")
            << QStringList{u"intent cp1"_s, u"state cp1 confirmed"_s} << QStringList{u"cp1"_s};
        QTest::newRow("done") << QStringList{u"intent cp1"_s, u"outcome cp1 done"_s} << QStringList();
        QTest::newRow("undecided") << QStringList{u"intent cp1"_s, u"outcome cp1 undecided"_s} << QStringList{u"cp1"_s};
        QTest::newRow("asked later") << QStringList{u"intent cp1"_s, u"outcome cp1 undecided"_s,
            u"outcome cp1 rolled-back"_s}
                                     << QStringList();
        QTest::newRow("another node") << QStringList{u"intent cp1"_s, u"intent cp2"_s, u"outcome cp2 done"_s}
                                      << QStringList{u"cp1"_s};
        QTest::newRow("tried again") << QStringList{u"intent cp1"_s, u"outcome cp1 rolled-back"_s, u"intent cp1"_s}
                                     << QStringList{u"cp1"_s};
    }
    void undecided()
    {
        QFETCH(QStringList, lines);
        QFETCH(QStringList, nodes);
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(journal->keep(changeSet));
        for (const QString &line : lines)
            QVERIFY(journal->append(
                changeSet.id, entry(line.section(u' ', 0, 0), line.section(u' ', 1, 1), line.section(u' ', 2))));
        QCOMPARE(journal->undecidedNodes(changeSet.id), nodes);
        QCOMPARE(journal->undecided(), nodes.isEmpty() ? QStringList() : QStringList{changeSet.id});
    }

    void findsByBeginning()
    {
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(journal->keep(changeSet));
        const auto kind = [&journal](const QString &id) {
            const auto found = journal->changeSet(id);
            return found ? -1 : int(found.error().kind);
        };
        QCOMPARE(kind(changeSet.id), -1);
        QCOMPARE(kind(changeSet.id.left(8)), -1);
        QCOMPARE(kind(changeSet.id.left(7)), int(Error::Kind::NotFound)); // too short to be meant
        QCOMPARE(kind(u"../../etc/passwd"_s), int(Error::Kind::NotFound));
        QCOMPARE(kind(u"0123456789"_s), int(Error::Kind::NotFound));
        QVERIFY(QFile::copy(
            directory.filePath(changeSet.id + u".json"_s), directory.filePath(changeSet.id.left(60) + u"ffff.json"_s)));
        QCOMPARE(kind(changeSet.id.left(8)), int(Error::Kind::Usage));
    }

    void spoiledChangeSetIsRefused()
    {
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(journal->keep(changeSet));
        QFile file(directory.filePath(changeSet.id + u".json"_s));
        QByteArray bytes = contentOf(file.fileName());
        bytes.replace("\"cp1\"", "\"cp2\"");
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.close();
        const auto read = journal->changeSet(changeSet.id);
        QVERIFY(!read);
        QCOMPARE(read.error().kind, Error::Kind::Parse);
        QCOMPARE(read.error().at.file, file.fileName());
        QVERIFY(journal->keep(changeSet)); // and what is kept again is whole again
        QVERIFY(journal->changeSet(changeSet.id));
    }

    void waitsForAnotherProcess()
    {
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        QLockFile other(directory.filePath(u"lock"_s));
        QVERIFY(other.lock());
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        const auto kept = journal->keep(changeSet);
        QVERIFY(!kept);
        QVERIFY(kept.error().message.en.contains(QString::number(QCoreApplication::applicationPid())));
        other.unlock();
        QVERIFY(journal->keep(changeSet));
    }

    void unwritable()
    {
        const QTemporaryDir directory;
        auto journal = Journal::open(directory.path());
        QVERIFY(journal);
        const ChangeSet changeSet = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s});
        QVERIFY(QDir(directory.path()).mkdir(changeSet.id + u".log"_s)); // root writes anywhere, but not here
        const auto written = journal->append(changeSet.id, entry(u"intent"_s, u"cp1"_s));
        QVERIFY(!written);
        QVERIFY(!written.error().message.zh.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
