// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"
#include "rules/rulepack.h"

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

/// Everything in a recording that was text on the machine.
QByteArray everything(const Snapshot &snapshot)
{
    QByteArray text = snapshot.hostName.toUtf8() + '\n';
    for (const FileRecord &file : snapshot.files)
        text += file.path.toUtf8() + '\n' + file.realPath.toUtf8() + '\n' + file.content + '\n';
    for (const ProcessRecord &process : snapshot.processes)
        text += process.argv.join(' ') + '\n' + process.executable.toUtf8() + '\n';
    for (const OutputRecord &output : snapshot.outputs)
        text += output.id.toUtf8() + '\n' + output.content + '\n' + output.error.toUtf8() + '\n';
    return text;
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
            const QByteArray text = everything(snapshot);
            // Control groups and paths of tests/testbed, and what virtual machines call themselves.
            for (const char *name :
                {"/tb-", "/var/tmp/", "firecracker", "-fc-", "nspawn", "container_uuid", "SUDO_", "SSH_CLIENT"})
                QVERIFY2(!text.contains(name), name);
        }
        QVERIFY(size <= 1024 * 1024);
    }

    void showsEveryRule()
    {
        const auto cluster = buildCluster(recordings());
        QVERIFY(cluster);
        const auto pack = builtinRulePack();
        QVERIFY(pack);
        QStringList failed;
        QStringList unknown; // recorded without these lists
        int waived = 0;
        for (const Finding &finding : assess(*cluster, *pack, cluster->apiTime).findings) {
            if (finding.verdict == Verdict::Unknown)
                unknown += finding.rule;
            else if (finding.verdict != Verdict::Fail)
                QVERIFY2(finding.verdict == Verdict::Pass, qPrintable(finding.id()));
            else if (finding.waiver)
                ++waived;
            else if (!failed.contains(finding.rule))
                failed += finding.rule;
        }
        failed.sort();
        QCOMPARE(failed,
            (QStringList{u"API-01"_s, u"API-02"_s, u"API-03"_s, u"API-04"_s, u"KCM-01"_s, u"KL-01"_s, u"KL-03"_s,
                u"KL-04"_s, u"KP-01"_s, u"KP-02"_s, u"M-02-config"_s, u"M-02-keys"_s, u"M-02-static"_s, u"SA-01"_s,
                u"WL-01"_s, u"WL-02"_s, u"WL-03"_s, u"WL-04"_s, u"WL-05"_s, u"WL-07"_s, u"WL-08"_s,
                u"WL-09-seccomp"_s}));
        QCOMPARE(unknown, (QStringList{u"M-04-subjects"_s, u"SA-01"_s, u"WL-05"_s}));
        QCOMPARE(waived, 16);
    }
};

QTEST_GUILESS_MAIN(TestSample)
#include "tst_sample.moc"
