// SPDX-License-Identifier: Apache-2.0
#include "dialogs/tailoringdialog.h"
#include "jobs/session.h"
#include "language.h"
#include "mainwindow.h"
#include "pages/resultspage.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

using enum TailoringDialog::RuleColumn;
using enum TailoringDialog::WaiverColumn;

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

} // namespace

/// The baseline as a person changes it in the window.
class TestTailoring : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    std::unique_ptr<MainWindow> m_window;

    TailoringDialog *dialog() const { return m_window->findChild<TailoringDialog *>(); }
    const Assessment &assessment() const { return *m_window->session()->assessment(); }
    bool isIdle() const { return m_window->session()->phase() == Session::Phase::Idle; }
    QAction *action(const char *name) const { return m_window->findChild<QAction *>(QLatin1StringView(name)); }
    QTreeWidgetItem *rule(const QString &id) const
    {
        const auto found = named<QTreeWidget>(*dialog(), "tailoredRules")->findItems(id, Qt::MatchExactly, Id);
        return found.isEmpty() ? nullptr : found.constFirst();
    }
    QString problem() const
    {
        const auto *label = named<QLabel>(*dialog(), "tailoringProblem");
        return label->isHidden() ? QString() : label->text();
    }
    const Finding *found(const QString &rule) const
    {
        const auto finding = std::ranges::find(assessment().findings, rule, &Finding::rule);
        return finding == assessment().findings.end() ? nullptr : &*finding;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_tailoring"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    }
    void init()
    {
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        m_window = std::make_unique<MainWindow>();
        QVERIFY(!action("tailoring")->isEnabled());
        m_window->show();
        QStringList files;
        for (const QString &name : {u"cp1"_s, u"w1"_s, u"w2"_s})
            files += QStringLiteral(SOURCE_DIR "/resources/sample/") + name + u".jiagu-snapshot"_s;
        m_window->openSnapshots(files);
        QTRY_VERIFY(m_window->session()->assessment() && isIdle());
    }
    void cleanup() { m_window.reset(); }

    void switchesARuleOffWithAReason()
    {
        QVERIFY(found(u"API-02"_s));
        const qsizetype before = assessment().findings.size();
        action("tailoring")->trigger();
        QVERIFY(dialog());
        QTreeWidgetItem *item = rule(u"API-02"_s);
        QVERIFY(item);
        item->setCheckState(Id, Qt::Unchecked);
        dialog()->accept();
        QVERIFY2(problem().contains(u"Say why API-02 is switched off"_s), qPrintable(problem()));
        QVERIFY(dialog()->isVisible());
        item->setText(Why, u"  measured by  another tool "_s);
        dialog()->accept();
        QTRY_VERIFY(!found(u"API-02"_s) && isIdle());
        QVERIFY(assessment().findings.size() < before);
        QCOMPARE(assessment().tailoring.off.value(u"API-02"_s), u"measured by another tool"_s);
        QTRY_VERIFY(!dialog());

        // It stands there the next time, and is taken back.
        action("tailoring")->trigger();
        QCOMPARE(rule(u"API-02"_s)->checkState(Id), Qt::Unchecked);
        QCOMPARE(rule(u"API-02"_s)->text(Why), u"measured by another tool"_s);
        rule(u"API-02"_s)->setCheckState(Id, Qt::Checked);
        QCOMPARE(rule(u"API-02"_s)->text(Why), QString());
        dialog()->accept();
        QTRY_VERIFY(found(u"API-02"_s) && isIdle());
        QCOMPARE(assessment().findings.size(), before);
        QVERIFY(assessment().tailoring.isEmpty());
    }

    void valuesAreThoseThatTheRuleTakes_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("a number") << u"4096"_s << true;
        QTest::newRow("a word") << u"many"_s << false;
        QTest::newRow("nothing") << u" "_s << true;
    }
    void valuesAreThoseThatTheRuleTakes()
    {
        QFETCH(QString, typed);
        QFETCH(bool, isTaken);
        action("tailoring")->trigger();
        rule(u"KL-01"_s)->setText(Value, typed);
        dialog()->accept();
        QCOMPARE(problem().isEmpty(), isTaken);
        QTRY_VERIFY(isIdle());
        QCOMPARE(m_window->session()->tailoring().values.value(u"KL-01"_s), isTaken ? typed.trimmed() : QString());
        if (isTaken)
            QTRY_VERIFY(!dialog());
        else
            QVERIFY(dialog()->isVisible());
    }

    void suggestsAValueAndSaysWhy()
    {
        action("tailoring")->trigger();
        auto *rules = named<QTreeWidget>(*dialog(), "tailoredRules");
        auto *about = named<QLabel>(*dialog(), "aboutValue");
        rules->setCurrentItem(rule(u"API-02"_s));
        QVERIFY(about->isHidden());
        rules->setCurrentItem(rule(u"KL-01"_s));
        QCOMPARE(rule(u"KL-01"_s)->text(Proposal), u"1024"_s);
        QCOMPARE(rule(u"KL-01"_s)->text(Value), QString()); // for a person to take, or not
        QVERIFY(about->isVisible());
        QVERIFY2(about->text().contains(u"Suggested: 1024"_s) && about->text().contains(u"(on cp1) has 16 "_s),
            qPrintable(about->text()));
        m_window->setLanguage(Language::Chinese);
        QVERIFY2(about->text().contains(u"建议值：1024"_s) && about->text().contains(u"KL-01 的取值"_s),
            qPrintable(about->text()));
        rules->setCurrentItem(rule(u"API-04"_s));
        QVERIFY(about->isVisible() && !about->text().contains(u"建议值"_s));
    }

    void acceptsTheRiskThatIsSelected()
    {
        auto *results = m_window->findChild<ResultsPage *>();
        const auto place = std::ranges::find_if(assessment().findings,
            [](const Finding &finding) { return finding.verdict == Verdict::Fail && !finding.waiver; });
        QVERIFY(place != assessment().findings.end());
        const Finding wanted = *place;
        QVERIFY(!action("waive")->isEnabled());
        results->selectFinding(int(place - assessment().findings.begin()));
        QVERIFY(action("waive")->isEnabled());
        action("waive")->trigger();
        QVERIFY(dialog());
        auto *waivers = named<QTableWidget>(*dialog(), "waivers");
        QCOMPARE(waivers->rowCount(), 1);
        QCOMPARE(waivers->item(0, OfRule)->text(), wanted.rule);
        QCOMPARE(waivers->item(0, OfNode)->text(), wanted.subject.node);
        dialog()->accept();
        QVERIFY2(problem().contains(u"“Reason” is missing"_s), qPrintable(problem()));
        waivers->item(0, Reason)->setText(u"until the next window"_s);
        dialog()->accept();
        QVERIFY2(problem().contains(u"“Approved by” is missing"_s), qPrintable(problem()));
        waivers->item(0, Approver)->setText(u"Security board"_s);
        waivers->item(0, Expires)->setText(u"tomorrow"_s);
        dialog()->accept();
        QVERIFY2(problem().contains(u"“Last day (UTC)” is missing"_s), qPrintable(problem()));
        waivers->item(0, Expires)->setText(u"2999-12-31"_s);
        dialog()->accept();
        const auto same = [&] { return std::ranges::find(assessment().findings, wanted.id(), &Finding::id); };
        QTRY_VERIFY(isIdle() && same() != assessment().findings.end() && same()->waiver);
        QCOMPARE(same()->verdict, Verdict::Fail);
        QTRY_VERIFY(!dialog());
        QVERIFY(!action("waive")->isEnabled()); // the same finding is still selected, and has one

        // One whose last day is over counts again, and says so.
        action("tailoring")->trigger();
        named<QTableWidget>(*dialog(), "waivers")->item(0, Expires)->setText(u"2020-01-01"_s);
        dialog()->accept();
        QTRY_VERIFY(isIdle() && !same()->waiver);
        QVERIFY2(same()->reason.en.contains(u"expired on 2020-01-01"_s), qPrintable(same()->reason.en));

        action("tailoring")->trigger();
        waivers = named<QTableWidget>(*dialog(), "waivers");
        waivers->setCurrentCell(0, OfRule);
        named<QPushButton>(*dialog(), "removeWaiver")->click();
        QCOMPARE(waivers->rowCount(), 0);
        dialog()->accept();
        QTRY_VERIFY(isIdle() && assessment().tailoring.isEmpty());
    }

    void choosesABaseline()
    {
        action("tailoring")->trigger();
        auto *baseline = named<QComboBox>(*dialog(), "baseline");
        QCOMPARE(baseline->count(), 2);
        baseline->setCurrentIndex(1);
        dialog()->accept();
        QTRY_VERIFY(isIdle() && assessment().pack.baseline == u"literal"_s);
        QCOMPARE(assessment().tailoring.baseline, u"literal"_s);
    }

    void cancelChangesNothing()
    {
        action("tailoring")->trigger();
        rule(u"API-02"_s)->setCheckState(Id, Qt::Unchecked);
        rule(u"API-02"_s)->setText(Why, u"reason"_s);
        dialog()->reject();
        QTRY_VERIFY(!dialog());
        QVERIFY(m_window->session()->tailoring().isEmpty());
    }

    void speaksBothLanguages()
    {
        action("tailoring")->trigger();
        QCOMPARE(dialog()->windowTitle(), u"Tailoring and waivers"_s);
        rule(u"API-02"_s)->setCheckState(Id, Qt::Unchecked);
        dialog()->accept();
        m_window->setLanguage(Language::Chinese);
        QCOMPARE(dialog()->windowTitle(), u"定制与豁免"_s);
        QVERIFY2(problem().contains(u"关闭 API-02"_s), qPrintable(problem()));
        const QString title = rule(u"API-02"_s)->text(Title);
        QVERIFY(std::ranges::any_of(title, [](QChar c) { return c.script() == QChar::Script_Han; }));
        auto *words = dialog()->findChild<QLineEdit *>();
        words->setText(title.left(4));
        QVERIFY(!rule(u"API-02"_s)->isHidden() && rule(u"KL-01"_s)->isHidden());
        m_window->setLanguage(Language::English);
        QVERIFY(std::ranges::none_of(
            rule(u"API-02"_s)->text(Title), [](QChar c) { return c.script() == QChar::Script_Han; }));
    }
};

QTEST_MAIN(TestTailoring)
#include "tst_tailoring.moc"
