// SPDX-License-Identifier: Apache-2.0
#include "language.h"
#include "literals.h"
#include "models/clustermodel.h"
#include "models/fixmodel.h"
#include "models/problemmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// The whole model as text: two blanks a level, name | status.
QString drawn(const QAbstractItemModel &model)
{
    QString text;
    const std::function<void(const QModelIndex &, int)> draw = [&](const QModelIndex &parent, int depth) {
        for (int row = 0; row < model.rowCount(parent); ++row) {
            const QModelIndex index = model.index(row, 0, parent);
            text += QString(depth * 2, u' ') + index.data().toString() + u" | "_s
                + index.siblingAtColumn(1).data().toString() + u'\n';
            draw(index, depth + 1);
        }
    };
    draw({}, 0);
    return text;
}

} // namespace

class TestModels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_translation.use(Language::English); }
    void cleanup() { m_translation.use(Language::English); }

    void tree()
    {
        ClusterModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setAssessment(literalAssessment());
        QCOMPARE(drawn(model), uR"(lab | 2 failed, 1 unknown
  cp1 | 1 failed
    kube-apiserver | 1 failed
      /etc/kubernetes/manifests/kube-apiserver.yaml | 1 failed
        API-02 Profiling is off | Fail · Medium
    kubelet | Passed
      /var/lib/kubelet/config.yaml | 
      Command line | Passed
        KL-01 Processes of a pod are limited | Pass
  w1 | 1 unknown
    kubelet | 1 unknown
      KL-01 Processes of a pod are limited | Unknown
  Workloads | 1 failed
    shop | 1 failed
      Pod/web | 1 failed
        WL-01 No privileged container — nginx | Fail · Medium
    kube-system | 
      Pod/proxy | 
        WL-01 No privileged container — proxy | Waived
)"_s);
        model.setAssessment(literalAssessment());
        model.clear();
        QCOMPARE(drawn(model), QString());
    }

    void speaksChinese()
    {
        ClusterModel model;
        model.setAssessment(literalAssessment());
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        m_translation.use(Language::Chinese);
        model.retranslate();
        QVERIFY(!changed.isEmpty());
        const QString text = drawn(model);
        QVERIFY2(text.contains(u"API-02 关闭性能分析 | 不通过 · 中危"_s), qPrintable(text));
        QVERIFY2(text.startsWith(u"lab | 2 项不通过，1 项未知"_s), qPrintable(text));
    }

    void filters_data()
    {
        QTest::addColumn<QString>("words");
        QTest::addColumn<bool>("failuresOnly");
        QTest::addColumn<int>("findings");
        QTest::newRow("nothing asked") << QString() << false << 5;
        QTest::newRow("failures only, a waived one is none") << QString() << true << 2;
        QTest::newRow("rule") << u"api-02"_s << false << 1;
        QTest::newRow("English title") << u"limited"_s << false << 2;
        QTest::newRow("Chinese title") << u"特权"_s << false << 2;
        QTest::newRow("words in any order") << u"web privileged"_s << false << 1;
        QTest::newRow("node") << u"w1"_s << false << 1;
        QTest::newRow("file") << u"manifests/kube-apiserver.yaml"_s << false << 1;
        QTest::newRow("verdict in Chinese") << u"未知"_s << false << 1;
        QTest::newRow("left out") << u"privileged !nginx"_s << false << 1;
        QTest::newRow("both") << u"privileged"_s << true << 1;
        QTest::newRow("no such thing") << u"etcd9"_s << false << 0;
    }
    void filters()
    {
        QFETCH(QString, words);
        QFETCH(bool, failuresOnly);
        ClusterModel model;
        ClusterFilter filter;
        filter.setSourceModel(&model);
        const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setAssessment(literalAssessment());
        filter.setFailuresOnly(failuresOnly);
        filter.setWords(words);
        QTEST(filter.shownFindings(), "findings");
        filter.setFailuresOnly(false);
        filter.setWords({});
        QCOMPARE(drawn(filter), drawn(model));
    }

    void fixesAreTickedByThePersonAlone()
    {
        Assessment assessment = literalAssessment();
        assessment.findings[0].fixable = true;
        assessment.findings[1].fixable = true; // passes: nothing to fix
        assessment.findings[4].fixable = true; // waived
        FixModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setAssessment(assessment);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(model.ticked().isEmpty());
        QVERIFY(model.setData(model.index(0), Qt::Checked, Qt::CheckStateRole));
        model.setAssessment(assessment);
        QCOMPARE(model.ticked().size(), 1);
        QCOMPARE(model.ticked().first().rule, u"API-02"_s);
        assessment.findings[0].verdict = Verdict::Pass;
        model.setAssessment(assessment);
        QVERIFY(model.ticked().isEmpty());
    }

    void problemsAreListedOnce()
    {
        ProblemModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const Error error{.message = {u"It is so."_s, u"如此。"_s}, .at = {.node = u"cp1"_s}};
        model.add(error);
        model.add(error);
        model.add({.message = {u"<b>It</b>\u202E"_s, u"它"_s}, .at = {}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data().toString(), u"cp1: It is so."_s);
        QCOMPARE(model.index(1).data().toString(), u"<b>It</b>\\u{202E}"_s);
        m_translation.use(Language::Chinese);
        QCOMPARE(model.index(0).data().toString(), u"cp1: 如此。"_s);
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

private:
    Translation m_translation;
};

QTEST_MAIN(TestModels)
#include "tst_models.moc"
