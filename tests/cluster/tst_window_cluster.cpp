// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"
#include "mainwindow.h"
#include "models/clustermodel.h"
#include "views/rowview.h"

#include <QAction>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr int patience = 280'000; // ms: an API server that comes back takes 45 s, one that rolls back longer

const QString manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

QString fromFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).trimmed() : QString();
}

} // namespace

/// The real window against a control-plane node of tests/testbed: connect, accept the host key, tick, review, apply,
/// restore.
class TestWindowCluster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
        QSettings().setValue("view/language", u"en"_s);
        m_directory = qEnvironmentVariable("TESTBED_DIR", u"/var/tmp/testbed"_s);
        m_name = qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
        const QString octet = fromFile(m_directory + u'/' + m_name + u"/octet"_s);
        if (octet.isEmpty() || !QFile::exists(m_directory + u"/key"_s))
            QSKIP("no testbed cluster: tests/testbed/cluster up makes one");
        m_address = qEnvironmentVariable("TESTBED_NET", u"10.77.0"_s) + u'.' + octet;
    }

    void connectsReviewsAppliesAndRestores()
    {
        MainWindow window;
        Session *session = window.session();
        session->setJournalDirectory(m_home.filePath(u"journal"_s));
        session->setKnownHosts(
            {.read = {m_home.filePath(u"known_hosts"_s)}, .write = m_home.filePath(u"known_hosts"_s)});
        window.show();
        const auto problems = [&] {
            QStringList lines;
            const auto *model = named<QListView>(window, "problems")->model();
            for (int row = 0; row < model->rowCount(); ++row)
                lines += model->index(row, 0).data().toString();
            return lines.join(u'\n');
        };

        named<QAction>(window, "connect")->trigger();
        auto *dialog = named<QDialog>(window, "connectDialog");
        named<QLineEdit>(*dialog, "host")->setText(u"root@"_s + m_address);
        named<QLineEdit>(*dialog, "identity")->setText(m_directory + u"/key"_s);
        dialog->accept();
        QTRY_VERIFY2_WITH_TIMEOUT(named<QDialog>(window, "hostKeyQuestion"), qPrintable(problems()), 20'000);
        named<QDialog>(window, "hostKeyQuestion")->accept();
        QTRY_VERIFY2_WITH_TIMEOUT(
            session->phase() == Session::Phase::Idle && session->assessment(), qPrintable(problems()), 60'000);
        QCOMPARE(verdict(*session), Verdict::Fail);
        const QByteArray before = content(*session);
        QVERIFY(!before.isEmpty());

        named<QAction>(window, "review")->trigger();
        auto *fixes = named<QListView>(window, "fixes")->model();
        for (int row = 0; row < fixes->rowCount(); ++row) {
            if (fixes->index(row, 0).data().toString().startsWith(u"API-02 "_s))
                fixes->setData(fixes->index(row, 0), Qt::Checked, Qt::CheckStateRole);
        }
        auto *apply = named<QPushButton>(window, "apply");
        QVERIFY(!apply->isEnabled()); // read-only until it is allowed
        named<QAction>(window, "allowChanges")->trigger();
        named<QLineEdit>(window, "operator")->setText(u"tst_window_cluster"_s);
        QVERIFY(!apply->isEnabled()); // nor before it is reviewed
        named<QAction>(window, "markReviewed")->trigger();
        QVERIFY2(apply->isEnabled(), qPrintable(named<QLabel>(window, "permission")->text()));
        QSignalSpy outcomes(session, &Session::outcome);
        apply->click();
        QTRY_COMPARE_WITH_TIMEOUT(outcomes.size(), 1, patience);
        auto *log = named<QPlainTextEdit>(window, "log");
        QVERIFY2(outcomes[0][0].value<Outcome>().state == Outcome::State::Done, qPrintable(log->toPlainText()));
        QTRY_VERIFY2_WITH_TIMEOUT(session->phase() == Session::Phase::Idle && verdict(*session) == Verdict::Pass,
            qPrintable(problems()), 60'000);
        QByteArrayList added = content(*session).split('\n');
        for (const QByteArray &line : before.split('\n'))
            added.removeOne(line);
        QCOMPARE(added.size(), 1);
        QCOMPARE(added.first().trimmed(), "- --profiling=false"_ba);

        named<QPushButton>(window, "restore")->click();
        QTRY_COMPARE_WITH_TIMEOUT(outcomes.size(), 2, patience);
        QVERIFY2(outcomes[1][0].value<Outcome>().state == Outcome::State::Done, qPrintable(log->toPlainText()));
        QTRY_VERIFY2_WITH_TIMEOUT(session->phase() == Session::Phase::Idle && verdict(*session) == Verdict::Fail,
            qPrintable(problems()), 60'000);
        QCOMPARE(content(*session), before);
    }

private:
    Verdict verdict(const Session &session) const
    {
        for (const Finding &finding : session.assessment()->findings) {
            if (finding.rule == u"API-02" && finding.subject.node == m_name)
                return finding.verdict;
        }
        return Verdict::Error;
    }
    QByteArray content(const Session &session) const
    {
        const Node *node = session.assessment()->cluster.node(m_name);
        const FileRecord *file = node && node->snapshot ? node->snapshot->file(manifest) : nullptr;
        return file ? file->content : QByteArray();
    }

    QTemporaryDir m_home;
    QString m_directory;
    QString m_name;
    QString m_address;
};

QTEST_MAIN(TestWindowCluster)
#include "tst_window_cluster.moc"
