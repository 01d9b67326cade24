// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"
#include "host/recording.h"
#include "recordings.h"
#include "verdicts.h"

#include <QDir>
#include <QTest>

#include <algorithm>
#include <tuple>

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

    // Its scheduler is defined by two files, so what a change of one would do is open: no fix of it is offered.
    void everyFixThatIsOfferedIsPlanned()
    {
        const auto cluster = buildCluster(recordings());
        QVERIFY(cluster);
        const auto pack = builtinRulePack();
        QVERIFY(pack);
        const Assessment assessment = assess(*cluster, *pack, cluster->apiTime);
        QList<Finding> offered;
        QStringList withheld;
        for (const Finding &finding : assessment.findings) {
            if (finding.verdict != Verdict::Fail || !finding.counts() || !pack->rule(finding.rule)->fixable)
                continue;
            if (finding.fixable)
                offered += finding;
            else
                withheld += finding.rule + u' ' + finding.subject.node;
        }
        QVERIFY(offered.size() > 10);
        QVERIFY2(withheld.contains(u"WL-09-scheduler-profiling cp1"_s), qPrintable(withheld.join(u", "_s)));
        const auto changes = plan(assessment, offered, {{u"KL-01"_s, u"1024"_s}});
        QVERIFY2(changes, changes ? "" : qPrintable(describe(changes.error(), Language::English)));
    }

    void findsTheSameOfANodeAmongMany()
    {
        const auto cluster = buildCluster(recordings());
        QVERIFY(cluster);
        const auto pack = builtinRulePack();
        QVERIFY(pack);
        const auto foundAmong = [&](int copies) {
            Cluster many = *cluster;
            for (int number = 0; number < copies; ++number) {
                many.nodes += *cluster->node(u"w1"_s);
                many.nodes.last().name = u"copy-%1"_s.arg(number, 2, 10, QChar(u'0'));
            }
            return assess(many, *pack, many.apiTime).findings;
        };
        const auto textsOf = [](const QList<Finding> &findings, const QString &node) {
            QStringList texts;
            for (const Finding &finding : findings) {
                if (finding.subject.node == node)
                    texts += QString(verdictName(finding.verdict) + finding.id() + finding.actual + finding.reason.en
                        + finding.reason.zh)
                                 .replace(node, u"copy"_s);
            }
            return texts;
        };
        const QList<Finding> few = foundAmong(1);
        const QList<Finding> many = foundAmong(70);
        const QStringList expected = textsOf(few, u"copy-00"_s);
        QVERIFY(expected.size() > 20);
        for (const QString &node : {u"copy-00"_s, u"copy-15"_s, u"copy-16"_s, u"copy-47"_s, u"copy-69"_s})
            QCOMPARE(textsOf(many, node), expected);
        QCOMPARE(many.size(), few.size() + 69 * expected.size());
        const auto comesAfter = [](const Finding &left, const Finding &right) {
            return std::tie(left.severity, left.rule, left.subject.node)
                > std::tie(right.severity, right.rule, right.subject.node);
        };
        QVERIFY(std::ranges::adjacent_find(many, comesAfter) == many.end());
    }
};

QTEST_GUILESS_MAIN(TestSample)
#include "tst_sample.moc"
