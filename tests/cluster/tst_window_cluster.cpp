// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"
#include "mainwindow.h"
#include "models/clustermodel.h"
#include "testbed.h"
#include "views/rowview.h"

#include <QAction>
#include <QCheckBox>
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
#include <QTreeView>

#include <algorithm>
#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr int patience = 280'000; // ms: an API server that comes back takes 45 s, one that rolls back longer

const QString manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
const QString kubeletConfig = u"/var/lib/kubelet/config.yaml"_s;

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

    /// Refuses a host key, accepts it, connects the other nodes, ticks the same finding on both workers, reviews one
    /// folded change, applies, switches the language in between, restores.
    void onSeveralNodes()
    {
        const QStringList workers{
            qEnvironmentVariable("JIAGU_TEST_WORKER", u"w1"_s), qEnvironmentVariable("JIAGU_TEST_WORKER2", u"w2"_s)};
        for (const QString &worker : workers) {
            if (!QFile::exists(m_directory + u'/' + worker + u"/octet"_s))
                QSKIP("no cluster of three nodes: tests/testbed/cluster up cp1 w1 w2 makes one");
        }
        MainWindow window;
        Session *session = window.session();
        session->setJournalDirectory(m_home.filePath(u"journal-several"_s));
        const QString known = m_home.filePath(u"known_hosts-several"_s);
        session->setKnownHosts({.read = {known}, .write = known});
        window.show();
        auto *problems = named<QListView>(window, "problems")->model();
        const auto told = [&] {
            QStringList lines;
            for (int row = 0; row < problems->rowCount(); ++row)
                lines += problems->index(row, 0).data().toString();
            return lines.join(u'\n');
        };
        const auto idle = [&] { return session->phase() == Session::Phase::Idle; };
        const auto connectFirst = [&] {
            named<QAction>(window, "connect")->trigger();
            auto *dialog = named<QDialog>(window, "connectDialog");
            named<QLineEdit>(*dialog, "host")->setText(u"root@"_s + m_address);
            named<QLineEdit>(*dialog, "identity")->setText(m_directory + u"/key"_s);
            dialog->accept();
        };
        const auto question = [&] { return named<QDialog>(window, "hostKeyQuestion"); };

        connectFirst();
        QTRY_VERIFY2_WITH_TIMEOUT(question(), qPrintable(told()), 20'000);
        question()->reject();
        QTRY_VERIFY_WITH_TIMEOUT(idle() && problems->rowCount() == 1, 20'000);
        QVERIFY2(!session->assessment() && told().contains(u"host key"_s), qPrintable(told()));
        QTRY_VERIFY(!question());

        connectFirst();
        QTRY_VERIFY2_WITH_TIMEOUT(question(), qPrintable(told()), 20'000);
        question()->accept();
        QTRY_VERIFY2_WITH_TIMEOUT(idle() && session->assessment(), qPrintable(told()), 60'000);
        for (const QString &worker : workers)
            QVERIFY(!session->assessment()->cluster.node(worker)->read);
        named<QAction>(window, "connectOthers")->trigger();
        const auto allRead = [&] {
            return std::ranges::all_of(
                session->assessment()->cluster.nodes, [](const Node &node) { return node.read; });
        };
        QTRY_VERIFY2_WITH_TIMEOUT(
            [&] {
                if (QDialog *asked = question(); asked && asked->isVisible())
                    asked->accept();
                return idle() && allRead();
            }(),
            qPrintable(told()), 120'000);

        window.setLanguage(Language::Chinese);
        named<QAction>(window, "review")->trigger();
        auto *fixes = named<QListView>(window, "fixes")->model();
        int ticked = 0;
        for (int row = 0; row < fixes->rowCount(); ++row) {
            const QString text = fixes->index(row, 0).data().toString();
            if (!text.startsWith(u"KL-03 "_s) || text.contains(m_name))
                continue;
            fixes->setData(fixes->index(row, 0), Qt::Checked, Qt::CheckStateRole);
            ++ticked;
        }
        QCOMPARE(ticked, 2);
        auto *changes = named<QTreeView>(window, "changes")->model();
        QCOMPARE(changes->rowCount(), 1); // the same bytes on both: one change to review
        QCOMPARE(changes->rowCount(changes->index(0, 0)), 2);
        QMap<QString, QByteArray> before;
        for (const QString &worker : workers)
            before[worker] = content(*session, worker, kubeletConfig);
        named<QAction>(window, "allowChanges")->trigger();
        named<QLineEdit>(window, "operator")->setText(u"tst_window_cluster"_s);
        named<QAction>(window, "markReviewed")->trigger();
        auto *apply = named<QPushButton>(window, "apply");
        QVERIFY2(apply->isEnabled(), qPrintable(named<QLabel>(window, "permission")->text()));
        QSignalSpy outcomes(session, &Session::outcome);
        auto *log = named<QPlainTextEdit>(window, "log");
        const auto allDone = [&](qsizetype count) {
            return outcomes.size() == count && std::ranges::all_of(outcomes, [](const QVariantList &each) {
                return each[0].value<Outcome>().state == Outcome::State::Done;
            });
        };
        apply->click();
        QTRY_COMPARE_WITH_TIMEOUT(outcomes.size(), 2, patience);
        QVERIFY2(allDone(2), qPrintable(log->toPlainText()));
        QTRY_VERIFY2_WITH_TIMEOUT(idle(), qPrintable(told()), 60'000);
        for (const QString &worker : workers) {
            QCOMPARE(verdict(*session, u"KL-03"_s, worker), Verdict::Pass);
            QVERIFY(content(*session, worker, kubeletConfig).contains("tlsMinVersion: VersionTLS13"));
        }
        window.setLanguage(Language::English);
        named<QPushButton>(window, "restore")->click();
        QTRY_COMPARE_WITH_TIMEOUT(outcomes.size(), 4, patience);
        QVERIFY2(allDone(4), qPrintable(log->toPlainText()));
        QTRY_VERIFY2_WITH_TIMEOUT(idle(), qPrintable(told()), 60'000);
        for (const QString &worker : workers)
            QCOMPARE(content(*session, worker, kubeletConfig), before[worker]);
    }

    /// With a password and sudo the nodes come one after the other: where the password is wrong it is tried once, and
    /// the nodes after it are not tried at all.
    void wrongPasswordStopsTheBatch()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        const QString first = qEnvironmentVariable("JIAGU_TEST_WORKER", u"w1"_s);
        const QString second = qEnvironmentVariable("JIAGU_TEST_WORKER2", u"w2"_s);
        for (const QString &worker : {first, second}) {
            if (!QFile::exists(m_directory + u'/' + worker + u"/octet"_s))
                QSKIP("no cluster of three nodes: tests/testbed/cluster up cp1 w1 w2 makes one");
        }
        const auto on = [](const QString &node, const QString &script) {
            return testbed::run(testbed::nodesScript(), {u"exec"_s, node, u"/bin/sh"_s, u"-c"_s, script})
                .output.trimmed();
        };
        const QString failures =
            u"journalctl --sync; journalctl -q -o cat -t sshd | grep -c 'Failed password for admin'"_s;
        const QString logins = u"journalctl --sync; journalctl -q -o cat -t sshd | grep -c ' password for admin'"_s;
        const int failedBefore = on(first, failures).toInt();
        const int triedBefore = on(second, logins).toInt();
        on(first, u"echo admin:another | chpasswd"_s);

        MainWindow window;
        Session *session = window.session();
        session->setJournalDirectory(m_home.filePath(u"journal-batch"_s));
        const QString known = m_home.filePath(u"known_hosts-batch"_s);
        session->setKnownHosts({.read = {known}, .write = known});
        window.show();
        auto *problems = named<QListView>(window, "problems")->model();
        const auto told = [&] {
            QStringList lines;
            for (int row = 0; row < problems->rowCount(); ++row)
                lines += problems->index(row, 0).data().toString();
            return lines.join(u'\n');
        };
        const auto answered = [&] { // accepts every host key; the others' password is asked once for all of them
            if (auto *asked = named<QDialog>(window, "hostKeyQuestion"); asked && asked->isVisible())
                asked->accept();
            if (auto *asked = named<QDialog>(window, "secretQuestion"); asked && asked->isVisible()) {
                named<QLineEdit>(*asked, "secret")->setText(u"adm"_s + u"in"_s);
                asked->accept();
            }
            return session->phase() == Session::Phase::Idle;
        };
        const auto reason = [&](const QString &node) { // why it was not read
            QStringList sentences;
            for (const Error &problem : session->assessment()->cluster.node(node)->problems)
                sentences += problem.message.en;
            return sentences.join(u' ');
        };
        named<QAction>(window, "connect")->trigger();
        auto *dialog = named<QDialog>(window, "connectDialog");
        named<QLineEdit>(*dialog, "host")->setText(u"admin@"_s + m_address);
        named<QLineEdit>(*dialog, "identity")->clear();
        named<QLineEdit>(*dialog, "password")->setText(u"adm"_s + u"in"_s);
        named<QCheckBox>(*dialog, "agent")->setChecked(false);
        named<QCheckBox>(*dialog, "sudo")->setChecked(true);
        dialog->accept();
        QTRY_VERIFY2_WITH_TIMEOUT(answered() && session->assessment(), qPrintable(told()), 60'000);
        named<QAction>(window, "connectOthers")->trigger();
        QTRY_VERIFY2_WITH_TIMEOUT(
            answered() && reason(first).contains(u"refused the login as admin"_s), qPrintable(told()), 60'000);
        on(first, u"echo admin:admin | chpasswd"_s);

        QVERIFY2(reason(second).contains(u"so that no account is locked"_s), qPrintable(reason(second)));
        QCOMPARE(on(first, failures).toInt(), failedBefore + 1);
        QCOMPARE(on(second, logins).toInt(), triedBefore);
        for (const QString &worker : {first, second})
            QVERIFY(!session->assessment()->cluster.node(worker)->read);
    }

private:
    static Verdict verdict(const Session &session, const QString &rule, const QString &node)
    {
        for (const Finding &finding : session.assessment()->findings) {
            if (finding.rule == rule && finding.subject.node == node)
                return finding.verdict;
        }
        return Verdict::Error;
    }
    static QByteArray content(const Session &session, const QString &name, const QString &path)
    {
        const Node *node = session.assessment()->cluster.node(name);
        const FileRecord *file = node && node->snapshot ? node->snapshot->file(path) : nullptr;
        return file ? file->content : QByteArray();
    }
    Verdict verdict(const Session &session) const { return verdict(session, u"API-02"_s, m_name); }
    QByteArray content(const Session &session) const { return content(session, m_name, manifest); }

    QTemporaryDir m_home;
    QString m_directory;
    QString m_name;
    QString m_address;
};

QTEST_MAIN(TestWindowCluster)
#include "tst_window_cluster.moc"
