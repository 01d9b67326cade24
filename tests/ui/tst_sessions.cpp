// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"
#include "mainwindow.h"

#include <QAction>
#include <QDir>
#include <QDirIterator>
#include <QDropEvent>
#include <QLabel>
#include <QListView>
#include <QListWidget>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QStringList sampleFiles()
{
    const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s);
    QStringList files;
    for (const QString &name : directory.entryList())
        files += directory.filePath(name);
    return files;
}

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

QStringList below(const QString &directory, const QString &pattern)
{
    QStringList found;
    for (const QFileInfo &file : QDir(directory).entryInfoList({pattern}, QDir::Files))
        found += file.filePath();
    return found;
}

} // namespace

/// Saving, opening and getting back what was open.
class TestSessions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_sessions"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    }
    void init()
    {
        QDir(Autosave::standardDirectory()).removeRecursively();
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        m_window = std::make_unique<MainWindow>();
        m_window->session()->setJournalDirectory(m_home.filePath(u"journal"_s));
        m_window->show();
    }
    void cleanup() { m_window.reset(); }

    void isSavedAndOpened()
    {
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        const auto before = *m_window->session()->assessment();
        const QString path = m_home.filePath(u"lab.jiagu-session"_s);
        QSignalSpy saved(m_window->session(), &Session::saved);
        m_window->session()->save(path);
        QTRY_COMPARE(saved.size(), 1);
        named<QAction>(*m_window, "closeCluster")->trigger();
        QVERIFY(!m_window->session()->assessment());

        auto *recent = named<QListWidget>(*m_window, "recent");
        QVERIFY(recent->isVisible());
        QCOMPARE(recent->count(), 1);
        QCOMPARE(recent->item(0)->text(), path);
        Q_EMIT recent->itemActivated(recent->item(0));
        QTRY_VERIFY(m_window->session()->assessment());
        const auto &after = *m_window->session()->assessment();
        QCOMPARE(after.cluster.id, before.cluster.id);
        QCOMPARE(after.findings.size(), before.findings.size());
        for (qsizetype i = 0; i < after.findings.size(); ++i)
            QCOMPARE(verdictName(after.findings[i].verdict), verdictName(before.findings[i].verdict));
        QVERIFY(!m_window->session()->isLive());
        QVERIFY(!m_window->session()->isArmed());
        QVERIFY(!named<QAction>(*m_window, "allowChanges")->isEnabled());
        QVERIFY(!named<QAction>(*m_window, "reconnect")->isEnabled()); // recordings have no way in
    }

    void isDropped()
    {
        const QString path = m_home.filePath(u"dropped.jiagu-session"_s);
        SavedSession session;
        session.inventory = {*parseTarget(u"root@192.0.2.1"_s)};
        for (const QString &file : sampleFiles()) {
            QFile bytes(file);
            QVERIFY(bytes.open(QIODevice::ReadOnly));
            session.snapshots += *parseSnapshot(u"root@192.0.2.1"_s, bytes.readAll());
        }
        QVERIFY(saveSession(session, path));
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &drop);
        QTRY_VERIFY2(m_window->session()->assessment(),
            qPrintable(named<QListView>(*m_window, "problems")->model()->index(0, 0).data().toString()));
        QCOMPARE(m_window->session()->inventory().size(), 1);
        QVERIFY(named<QAction>(*m_window, "reconnect")->isEnabled());
        QCOMPARE(named<QLabel>(*m_window, "mode")->text(), u"Saved session: read-only"_s);
    }

    void aDamagedOneChangesNothing()
    {
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        const QString id = m_window->session()->assessment()->cluster.id;
        const QString path = m_home.filePath(u"bad.jiagu-session"_s);
        QFile bad(path);
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("PK\x03\x04 and nothing else");
        bad.close();
        m_window->openSession(path);
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        auto *problems = named<QListView>(*m_window, "problems");
        QTRY_VERIFY(problems->isVisible());
        QVERIFY(problems->model()->index(0, 0).data().toString().contains(u"damaged"_s));
        QCOMPARE(m_window->session()->assessment()->cluster.id, id);
    }

    void missingOnesAreSaidAndRemoved()
    {
        QSettings().setValue("sessions/recent", QStringList{m_home.filePath(u"gone.jiagu-session"_s)});
        m_window = std::make_unique<MainWindow>();
        m_window->show();
        auto *recent = named<QListWidget>(*m_window, "recent");
        QCOMPARE(recent->count(), 1);
        QVERIFY(recent->item(0)->text().endsWith(u"(missing)"_s));
        named<QPushButton>(*m_window, "removeRecent")->click();
        QCOMPARE(recent->count(), 0);
        QVERIFY(!recent->isVisible());
    }

    void keepsItselfAndCleansUp()
    {
        const QString directory = Autosave::standardDirectory();
        m_window->openSnapshots(sampleFiles());
        QTRY_COMPARE(below(directory, u"*.jiagu-session"_s).size(), 1);
        const QString path = below(directory, u"*.jiagu-session"_s).first();
        QTRY_VERIFY(openSession(path));
        QVERIFY(Autosave::recover().isEmpty()); // its window lives
        named<QAction>(*m_window, "closeCluster")->trigger();
        QTRY_VERIFY(!QFile::exists(path));
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(QFile::exists(path));
        m_window.reset(); // an end of its own leaves nothing
        QCOMPARE(QDir(directory).entryList(QDir::Files), QStringList());
    }

    /// The real program: killed while a cluster is open, started again, and what was open is open.
    void comesBackAfterAKill()
    {
        QTemporaryDir home;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"HOME"_s, u"XDG_DATA_HOME"_s, u"XDG_CONFIG_HOME"_s})
            environment.insert(name, home.path());
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        const auto autosaves = [&](const QString &pattern) {
            QStringList found;
            QDirIterator files(home.path(), {pattern}, QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext())
                found += files.next();
            return found;
        };
        QProcess first;
        first.setProcessEnvironment(environment);
        first.start(QStringLiteral(JIAGU_BINARY), {u"--sample"_s});
        QTRY_COMPARE_WITH_TIMEOUT(autosaves(u"window-*.jiagu-session"_s).size(), 1, 30'000);
        const auto before = openSession(autosaves(u"window-*.jiagu-session"_s).first());
        QVERIFY(before);
        QVERIFY(before->snapshots.size() >= 2);
        first.kill(); // SIGKILL
        QVERIFY(first.waitForFinished());
        QCOMPARE(first.exitStatus(), QProcess::CrashExit);

        QProcess second;
        second.setProcessEnvironment(environment);
        second.start(QStringLiteral(JIAGU_BINARY), QStringList());
        QTRY_COMPARE_WITH_TIMEOUT(autosaves(u"recovered-*.jiagu-session"_s).size(), 1, 30'000);
        // The second window has it open: it keeps it itself now.
        QTRY_COMPARE_WITH_TIMEOUT(autosaves(u"window-*.jiagu-session"_s).size(), 1, 30'000);
        const auto after = openSession(autosaves(u"window-*.jiagu-session"_s).first());
        QVERIFY(after);
        QCOMPARE(after->cluster, before->cluster);
        QCOMPARE(after->snapshots.size(), before->snapshots.size());
        QCOMPARE(second.state(), QProcess::Running);
        second.kill();
        QVERIFY(second.waitForFinished());
    }

private:
    QTemporaryDir m_home;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestSessions)
#include "tst_sessions.moc"
