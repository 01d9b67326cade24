// SPDX-License-Identifier: Apache-2.0
#include "dialogs/packdialog.h"
#include "jobs/session.h"
#include "language.h"
#include "mainwindow.h"

#include <QCheckBox>
#include <QCryptographicHash>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// The pack that ships, with another comment: nobody has accepted it.
QByteArray foreignPack()
{
    QFile file(u":/rules/mindie.yaml"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll() + "# ours\n" : QByteArray();
}

QString digestOf(const QByteArray &bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

QStringList sampleFiles()
{
    QStringList files;
    for (const QString &name : {u"cp1"_s, u"w1"_s, u"w2"_s})
        files += QStringLiteral(SOURCE_DIR "/resources/sample/") + name + u".jiagu-snapshot"_s;
    return files;
}

} // namespace

/// A rule pack that a person brings to the window.
class TestPacks : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    QString m_pack;
    std::unique_ptr<MainWindow> m_window;

    void drop(const QString &path)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QDropEvent event(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &event);
    }
    PackDialog *dialog() const { return m_window->findChild<PackDialog *>(); }
    const RulePack &judgedBy() const { return m_window->session()->assessment()->pack; }
    void openSample()
    {
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
    }

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_packs"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
        m_pack = m_home.filePath(u"ours.yaml"_s);
        QFile file(m_pack);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(foreignPack()) > 0);
    }
    void init()
    {
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        m_window = std::make_unique<MainWindow>();
        m_window->session()->setAutosave({});
        m_window->show();
    }
    void cleanup() { m_window.reset(); }

    void isAskedAboutAndJudges_data()
    {
        QTest::addColumn<bool>("isTaken");
        QTest::addColumn<bool>("isAccepted");
        QTest::newRow("kept away") << false << false;
        QTest::newRow("judges") << true << false;
        QTest::newRow("judges and may change") << true << true;
    }
    void isAskedAboutAndJudges()
    {
        QFETCH(bool, isTaken);
        QFETCH(bool, isAccepted);
        openSample();
        const QByteArray shipped = judgedBy().digest;
        drop(m_pack);
        QTRY_VERIFY(dialog());
        const QString facts = named<QLabel>(*dialog(), "packFacts")->text();
        QVERIFY2(facts.contains(digestOf(foreignPack())), qPrintable(facts));
        QVERIFY2(facts.contains(u"mindie-kubernetes"_s), qPrintable(facts));
        QVERIFY(!named<QCheckBox>(*dialog(), "acceptPack")->isChecked());
        QCOMPARE(judgedBy().digest, shipped); // nothing before the answer
        named<QCheckBox>(*dialog(), "acceptPack")->setChecked(isAccepted);
        if (isTaken)
            dialog()->accept();
        else
            dialog()->reject();
        QTRY_VERIFY(!dialog());
        const QByteArray expected = isTaken ? digestOf(foreignPack()).toUtf8() : shipped;
        QTRY_COMPARE(judgedBy().digest, expected);
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QCOMPARE(judgedBy().accepted, !isTaken || isAccepted);
        QCOMPARE(PackDialog::acceptedDigests(), isAccepted ? QStringList{digestOf(foreignPack())} : QStringList());

        QList<Finding> wanted = m_window->session()->assessment()->findings;
        wanted.removeIf([](const Finding &one) { return one.rule != u"API-02" || one.verdict != Verdict::Fail; });
        QVERIFY(!wanted.isEmpty());
        QCOMPARE(plan(*m_window->session()->assessment(), wanted, {}).has_value(), !isTaken || isAccepted);
    }

    void isRememberedWhenAccepted()
    {
        QSettings().setValue("packs/accepted", QStringList{digestOf(foreignPack())});
        openSample();
        m_window->openPack(m_pack, true); // as --rules does
        QTRY_COMPARE(judgedBy().digest, digestOf(foreignPack()).toUtf8());
        QVERIFY(judgedBy().accepted);
        QVERIFY(!dialog());
        drop(m_pack); // what is dropped is always asked about
        QTRY_VERIFY(dialog());
        QVERIFY(named<QCheckBox>(*dialog(), "acceptPack")->isChecked());
        QVERIFY(!named<QCheckBox>(*dialog(), "acceptPack")->isEnabled());
    }

    void judgesWhatIsOpenedLater()
    {
        m_window->openPack(m_pack, true);
        QTRY_VERIFY(dialog());
        dialog()->accept();
        QTRY_VERIFY(!dialog());
        openSample();
        QCOMPARE(judgedBy().digest, digestOf(foreignPack()).toUtf8());
    }

    void whatIsNoPackIsAProblem()
    {
        const QString path = m_home.filePath(u"spoiled.yml"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("schema: jiagu-rules/9\npack: {}\nrules: []\n") > 0);
        file.close();
        openSample();
        const QByteArray shipped = judgedBy().digest;
        drop(path);
        auto *problems = named<QListView>(*m_window, "problems")->model();
        QTRY_VERIFY(problems->rowCount() > 0);
        QVERIFY2(problems->index(problems->rowCount() - 1, 0).data().toString().contains(u"spoiled.yml:1:9"_s),
            qPrintable(problems->index(problems->rowCount() - 1, 0).data().toString()));
        QVERIFY(!dialog());
        QCOMPARE(judgedBy().digest, shipped);
    }

    void aTailoringIsKeptWithTheSession()
    {
        const QString path = m_home.filePath(u"tailoring.json"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly)
            && file.write(R"({"schema": "jiagu-tailoring/1", "off": [{"rule": "API-02", "reason": "later"}]})") > 0);
        file.close();
        openSample();
        QVERIFY(judgedBy().rule(u"API-02"_s));
        m_window->openTailoring(path);
        QTRY_VERIFY(!judgedBy().rule(u"API-02"_s));
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);

        const QString saved = m_home.filePath(u"tailored.jiagu-session"_s);
        m_window->session()->save(saved);
        QTRY_VERIFY(QFile::exists(saved));
        m_window->session()->close();
        openSample();
        QVERIFY(judgedBy().rule(u"API-02"_s));
        m_window->openSession(saved);
        QTRY_VERIFY(!judgedBy().rule(u"API-02"_s));
        QCOMPARE(m_window->session()->assessment()->tailoring.off.value(u"API-02"_s), u"later"_s);
    }

    void aTailoringThatDoesNotFitIsRefused()
    {
        const QString path = m_home.filePath(u"other.json"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly)
            && file.write(R"({"schema": "jiagu-tailoring/1", "off": [{"rule": "NO-1", "reason": "none"}]})") > 0);
        file.close();
        openSample();
        const qsizetype findings = m_window->session()->assessment()->findings.size();
        m_window->openTailoring(path);
        auto *problems = named<QListView>(*m_window, "problems")->model();
        QTRY_VERIFY(problems->rowCount() > 0);
        QVERIFY(problems->index(problems->rowCount() - 1, 0).data().toString().contains(u"NO-1"_s));
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QCOMPARE(m_window->session()->assessment()->findings.size(), findings);
        const QString saved = m_home.filePath(u"untailored.jiagu-session"_s);
        m_window->session()->save(saved);
        QTRY_VERIFY(QFile::exists(saved));
        QVERIFY(jiagu::openSession(saved)->tailoring.isEmpty());
    }

    void speaksBothLanguages()
    {
        drop(m_pack);
        QTRY_VERIFY(dialog());
        const QString english = dialog()->windowTitle();
        const QString facts = named<QLabel>(*dialog(), "packFacts")->text();
        m_window->setLanguage(Language::Chinese);
        QTRY_COMPARE(dialog()->windowTitle(), u"规则包"_s);
        QVERIFY(english != dialog()->windowTitle());
        QVERIFY(named<QLabel>(*dialog(), "packFacts")->text() != facts);
        m_window->setLanguage(Language::English);
    }
};

QTEST_MAIN(TestPacks)
#include "tst_packs.moc"
