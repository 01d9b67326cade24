// SPDX-License-Identifier: Apache-2.0
#include "rules/advice.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

Rule rule(const QString &id, Severity severity, FixKind fix, ComponentKind component = ComponentKind::ApiServer)
{
    Rule made;
    made.id = id;
    made.title = {id, id + u"题"_s};
    made.severity = severity;
    made.fix = fix;
    made.component = component;
    return made;
}

/// A small pack: what each rule costs is in its name.
RulePack pack()
{
    RulePack made;
    made.rules = {rule(u"low-api"_s, Severity::Low, FixKind::SetFlag),
        rule(u"high-api"_s, Severity::High, FixKind::SetFlag),
        rule(u"high-kcm"_s, Severity::High, FixKind::SetFlag, ComponentKind::ControllerManager),
        rule(u"high-mode"_s, Severity::High, FixKind::SetAttributes, ComponentKind::OperatingSystem),
        rule(u"high-kubelet"_s, Severity::High, FixKind::SetField, ComponentKind::Kubelet),
        rule(u"high-hand"_s, Severity::High, FixKind::Guided),
        rule(u"critical-hand"_s, Severity::Critical, FixKind::None)};
    return made;
}

struct Seen
{
    QString rule;
    QString node;
    Verdict verdict = Verdict::Fail;
    bool waived = false;
    bool fixable = true;
};

} // namespace

Q_DECLARE_METATYPE(Seen)

class TestAdvice : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lines_data()
    {
        QTest::addColumn<QList<Seen>>("seen");
        QTest::addColumn<QStringList>("unread");
        QTest::addColumn<QStringList>("lines"); ///< rule: place, cost
        const auto row = [](const char *name, const QList<Seen> &seen, const QStringList &unread,
                             const QStringList &lines) { QTest::newRow(name) << seen << unread << lines; };
        row("nothing to do", {{u"high-api"_s, u"cp1"_s, Verdict::Pass}}, {}, {});
        row("risk, then cost",
            {{u"low-api"_s, u"cp1"_s}, {u"high-hand"_s, u"cp1"_s}, {u"high-api"_s, u"cp1"_s}, {u"high-kcm"_s, u"cp1"_s},
                {u"high-kubelet"_s, u"cp1"_s}, {u"high-mode"_s, u"cp1"_s}, {u"critical-hand"_s, u"cp1"_s}},
            {},
            {u"critical-hand: cp1, 4"_s, u"high-mode: cp1, 0"_s, u"high-kubelet: cp1, 1"_s, u"high-kcm: cp1, 2"_s,
                u"high-api: cp1, 3"_s, u"high-hand: cp1, 4"_s, u"low-api: cp1, 3"_s});
        row("a line a rule", {{u"high-kubelet"_s, u"w1"_s}, {u"high-kubelet"_s, u"w2"_s}, {u"high-kubelet"_s, u"w1"_s}},
            {}, {u"high-kubelet: w1, w2, 1"_s});
        row("many nodes",
            {{u"high-mode"_s, u"a"_s}, {u"high-mode"_s, u"b"_s}, {u"high-mode"_s, u"c"_s}, {u"high-mode"_s, u"d"_s},
                {u"high-mode"_s, u"e"_s}},
            {}, {u"high-mode: a, b, c and 2 more, 0"_s});
        row("objects of the API", {{u"high-hand"_s, {}}, {u"high-hand"_s, {}}}, {}, {u"high-hand: 2 objects, 4"_s});
        row("only failures that count",
            {{u"high-api"_s, u"cp1"_s, Verdict::Unknown}, {u"high-api"_s, u"cp1"_s, Verdict::Manual},
                {u"high-api"_s, u"cp1"_s, Verdict::Error, true}, {u"high-api"_s, u"cp1"_s, Verdict::Fail, true}},
            {}, {});
        row("what is broken comes before what fails, one line a component",
            {{u"critical-hand"_s, u"cp1"_s}, {u"low-api"_s, u"cp2"_s, Verdict::Error},
                {u"high-api"_s, u"cp1"_s, Verdict::Error}, {u"high-kubelet"_s, u"w1"_s, Verdict::Error},
                {u"high-kubelet"_s, u"w2"_s}},
            {},
            {u"low-api: cp2, cp1, 4"_s, u"high-kubelet: w1, 4"_s, u"critical-hand: cp1, 4"_s,
                u"high-kubelet: w2, 1"_s});
        row("one that cannot be planned makes the line a person's",
            {{u"high-mode"_s, u"cp1"_s}, {u"high-mode"_s, u"w1"_s, Verdict::Fail, false, false}}, {},
            {u"high-mode: cp1, w1, 4"_s});
        row("nodes that nobody looked at come first", {{u"critical-hand"_s, u"cp1"_s}}, {u"w1"_s, u"w2"_s},
            {u": w1, w2, 0"_s, u"critical-hand: cp1, 4"_s});
    }
    void lines()
    {
        QFETCH(QList<Seen>, seen);
        QFETCH(QStringList, unread);
        Assessment assessment;
        assessment.pack = pack();
        for (const QString &name : unread) {
            Node node;
            node.name = name;
            assessment.cluster.nodes += node;
        }
        for (const Seen &each : seen) {
            Finding finding;
            finding.rule = each.rule;
            finding.subject.node = each.node;
            finding.verdict = each.verdict;
            finding.fixable = each.fixable;
            const Rule *of = assessment.pack.rule(each.rule);
            QVERIFY(of);
            finding.severity = of->severity;
            finding.title = of->title;
            if (each.waived)
                finding.waiver = AppliedWaiver{u"accepted"_s, {}};
            assessment.findings += finding;
        }
        QStringList lines;
        for (const Advice &advice : whatToDoFirst(assessment)) {
            lines += u"%1: %2, %3"_s.arg(advice.rule, placeText(advice).en, QString::number(int(advice.cost)));
            QVERIFY(advice.rule.isEmpty() == (advice.finding < 0));
            if (advice.finding >= 0)
                QCOMPARE(assessment.findings[advice.finding].rule, advice.rule);
            QVERIFY(advice.title.en != advice.title.zh && !placeText(advice).zh.isEmpty());
        }
        QTEST(lines, "lines");
    }

    void neverMoreThanAsked()
    {
        Assessment assessment;
        for (int index = 0; index < 30; ++index) {
            const QString id = u"rule-%1"_s.arg(index);
            assessment.pack.rules += rule(id, Severity::Low, FixKind::None);
            Finding finding;
            finding.rule = id;
            finding.verdict = Verdict::Fail;
            assessment.findings += finding;
        }
        QCOMPARE(whatToDoFirst(assessment).size(), 10);
        QCOMPARE(whatToDoFirst(assessment, 3).size(), 3);
    }

    void everyCostHasItsWords()
    {
        for (const Cost cost : {Cost::Nothing, Cost::Kubelet, Cost::Component, Cost::Api, Cost::ByHand})
            QVERIFY(!costText(cost).en.isEmpty() && !costText(cost).zh.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestAdvice)
#include "tst_advice.moc"
