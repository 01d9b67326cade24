// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"
#include "recordings.h"
#include "verdicts.h"

#include <QDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QList<Snapshot> recordings()
{
    const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s, QDir::Name);
    QList<Snapshot> snapshots;
    for (const QString &name : directory.entryList()) {
        if (auto snapshot = readSnapshotFile(directory.filePath(name)))
            snapshots += *std::move(snapshot);
    }
    return snapshots;
}

} // namespace

/// The recorded cluster that ships in the program.
class TestSample : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isSmallWholeAndOfNoMachine()
    {
        const QList<Snapshot> snapshots = recordings();
        QCOMPARE(snapshots.size(), 3);
        qsizetype size = 0;
        for (const Snapshot &snapshot : snapshots) {
            size += snapshot.bytes.size();
            QVERIFY(snapshot.complete);
            QCOMPARE(snapshot.problems.size(), 0);
            const OutputRecord *kernel = snapshot.output(u"uname"_s);
            QVERIFY(kernel && kernel->content.contains("Debian"));
            QCOMPARE(namesOfTheTestbed(snapshot), QByteArrayList());
        }
        QVERIFY(size <= 1024 * 1024);
    }

    void showsEveryRule()
    {
        const auto cluster = buildCluster(recordings());
        QVERIFY(cluster);
        const auto pack = builtinRulePack();
        QVERIFY(pack);
        const QString seen = verdictLines(assess(*cluster, *pack, cluster->apiTime).findings);
        QCOMPARE(seen, verdictTable(u"sample-verdicts.txt"_s));
        for (const Rule &rule : pack->rules)
            QVERIFY2((u'\n' + seen).contains(u'\n' + rule.id + u' '), qPrintable(rule.id));
    }
};

QTEST_GUILESS_MAIN(TestSample)
#include "tst_sample.moc"
