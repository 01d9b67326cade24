// SPDX-License-Identifier: Apache-2.0
#include "base/linediff.h"
#include "change/apply.h"
#include "host/sshhost.h"
#include "testbed.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>

#include <optional>
#include <thread>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QByteArray manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";

QString node()
{
    return qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
}

QByteArray on(const QByteArray &script)
{
    return testbed::run(testbed::nodesScript(), {u"exec"_s, node(), u"/bin/sh"_s, u"-s"_s}, script).output;
}

QByteArray fileState()
{
    return on("cat " + manifest + "; stat -c '%a %u:%g' " + manifest + "; ls -A /etc/kubernetes/manifests");
}

QByteArray askApi(const QByteArray &path)
{
    return on("kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw " + path + " 2>&1").trimmed();
}

} // namespace

/// The whole way on a real cluster: read, judge, plan, apply, look, restore.
class TestApplyCluster : public QObject
{
    Q_OBJECT

    QString m_address;
    QString m_hostKey;
    QTemporaryDir m_scratch;

    std::unique_ptr<SshHost> connect(const QString &user = u"root"_s, bool sudo = false) const
    {
        Target target;
        target.user = user;
        target.host = m_address;
        target.identityFile = testbed::keyFile();
        target.hostKey = m_hostKey;
        target.sudo = sudo;
        Questions questions;
        questions.secret = [](const SecretQuestion &question) -> std::optional<Secret> {
            if (question.kind != SecretQuestion::Kind::SudoPassword)
                return {};
            QString password = u"adm"_s + u"in"_s;
            password.detach();
            return Secret::take(password);
        };
        const QString known = m_scratch.filePath(u"known_hosts"_s);
        auto host = SshHost::connect(target, {{known}, known}, questions, {}, {});
        if (!host)
            qWarning("%s", qPrintable(describe(host.error(), Language::English)));
        return host ? std::move(*host) : nullptr;
    }

    static std::optional<Assessment> assessed(Host &host)
    {
        const auto snapshot = host.read({}, {});
        if (!snapshot)
            return {};
        const auto cluster = buildCluster({*snapshot});
        const auto pack = builtinRulePack();
        if (!cluster || !pack)
            return {};
        return assess(*cluster, *pack, QDateTime::currentDateTimeUtc());
    }

    static QList<Finding> profiling(const Assessment &assessment)
    {
        QList<Finding> found;
        for (const Finding &finding : assessment.findings) {
            if (finding.rule == u"API-02"_s && finding.subject.node == node())
                found += finding;
        }
        return found;
    }

    static std::optional<ChangeSet> planned(Host &host)
    {
        const auto assessment = assessed(host);
        if (!assessment)
            return {};
        const auto changeSet = plan(*assessment, profiling(*assessment), {});
        if (!changeSet)
            qWarning("%s", qPrintable(describe(changeSet.error(), Language::English)));
        return changeSet ? std::optional(*changeSet) : std::nullopt;
    }

    static Approval approval(const ChangeSet &changeSet)
    {
        return {changeSet.id, u"operator"_s, u"CHG-1"_s, u"reviewer"_s, QDateTime::currentDateTimeUtc()};
    }

    Journal journal(const QString &name) const { return *Journal::open(m_scratch.filePath(name)); }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        const auto list = testbed::run(testbed::nodesScript(), {u"list"_s}).output.split('\n');
        for (const QByteArray &line : list) {
            const auto words = line.split(' ');
            if (words.size() == 3 && words[0] == node().toUtf8() && words[2] == "up")
                m_address = QString::fromUtf8(words[1]);
        }
        if (m_address.isEmpty())
            QSKIP("no cluster: bring one up with tests/testbed/cluster up cp1, or name its node in JIAGU_TEST_CP");
        m_hostKey = QString::fromUtf8(on("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split(' ').value(1));
        QVERIFY(m_hostKey.startsWith(u"SHA256:"_s));
        QCOMPARE(askApi("/readyz"), "ok"_ba);
    }

    void init() // every situation starts from an API server that answers, whatever the one before left behind
    {
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4), [] { return askApi("/readyz") == "ok"; }));
    }

    void appliesAndRestores_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<bool>("sudo");
        QTest::newRow("as root") << u"root"_s << false;
        QTest::newRow("as a user with a sudo password") << u"admin"_s << true;
    }
    void appliesAndRestores()
    {
        QFETCH(QString, user);
        QFETCH(bool, sudo);
        const QByteArray was = fileState();
        auto host = connect(user, sudo);
        QVERIFY(host);
        QVERIFY(askApi("/debug/pprof/").contains("pprof"));
        const auto changeSet = planned(*host);
        QVERIFY(changeSet);
        QCOMPARE(changeSet->steps.size(), 1);
        const FileChange &step = changeSet->steps.first();
        const auto hunks = diffLines(step.before, step.after, 0);
        QCOMPARE(hunks.size(), 1);
        QCOMPARE(hunks.first().lines.size(), 1);
        QCOMPARE(hunks.first().lines.first().text, "    - --profiling=false"_ba);

        Journal kept = journal(user);
        const Outcome applied = apply(*changeSet, node(), approval(*changeSet), *host, kept, {}, {});
        QVERIFY2(applied.state == Outcome::State::Done, qPrintable(applied.message.en));
        QVERIFY2(askApi("/debug/pprof/").contains("NotFound"), askApi("/debug/pprof/").constData());
        QByteArray expected = was;
        expected.replace(step.before, step.after);
        QCOMPARE(fileState(), expected);
        const auto after = assessed(*host);
        QVERIFY(after);
        for (const Finding &finding : profiling(*after))
            QCOMPARE(finding.verdict, Verdict::Pass);

        const Outcome restored = restore(*changeSet, node(), approval(*changeSet), *host, kept, {}, {});
        QVERIFY2(restored.state == Outcome::State::Done, qPrintable(restored.message.en));
        QCOMPARE(fileState(), was);
        QVERIFY(askApi("/debug/pprof/").contains("pprof"));
    }

    void badValueRollsBack()
    {
        const QByteArray was = fileState();
        auto host = connect();
        QVERIFY(host);
        auto changeSet = planned(*host);
        QVERIFY(changeSet);
        FileChange &step = changeSet->steps.first();
        step.after.replace("--profiling=false", "--tls-min-version=VersionTLS99");
        step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
        for (QByteArray &argument : step.argvAfter)
            argument.replace("--profiling=false", "--tls-min-version=VersionTLS99");
        changeSet->id = contentId(*changeSet);
        Journal kept = journal(u"bad"_s);
        const Outcome outcome = apply(*changeSet, node(), approval(*changeSet), *host, kept, {}, {});
        QVERIFY2(outcome.state == Outcome::State::RolledBack, qPrintable(outcome.message.en));
        QVERIFY2(outcome.message.en.contains(u"unknown tls version"_s), qPrintable(outcome.message.en));
        QCOMPARE(fileState(), was);
        QCOMPARE(askApi("/readyz"), "ok"_ba);
        QVERIFY(kept.undecided().isEmpty());
    }

    void canceledRollsBack()
    {
        const QByteArray was = fileState();
        auto host = connect();
        QVERIFY(host);
        const auto changeSet = planned(*host);
        QVERIFY(changeSet);
        Journal kept = journal(u"canceled"_s);
        std::stop_source stop;
        // The first sentence of the gate comes when the file has been replaced.
        const Progress progress = [&stop](const Step &step) {
            if (step.text.en.startsWith(u"Waiting for"_s))
                stop.request_stop();
        };
        const Outcome outcome =
            apply(*changeSet, node(), approval(*changeSet), *host, kept, stop.get_token(), progress);
        QVERIFY2(outcome.state == Outcome::State::RolledBack, qPrintable(outcome.message.en));
        QCOMPARE(fileState(), was);
        QCOMPARE(askApi("/readyz"), "ok"_ba);
    }

    void changedFileIsRefused()
    {
        auto host = connect();
        QVERIFY(host);
        const auto changeSet = planned(*host);
        QVERIFY(changeSet);
        const QByteArray was = on("cat " + manifest);
        // The way an editor would: another file renamed over it. A comment starts nothing anew.
        on("cp -p " + manifest
            + " /tmp/edited; echo '# edited' >>/tmp/edited; cp -p /tmp/edited /etc/kubernetes/manifests/.edited; mv "
              "/etc/kubernetes/manifests/.edited "
            + manifest);
        const QByteArray edited = fileState();
        Journal kept = journal(u"changed"_s);
        const Outcome outcome = apply(*changeSet, node(), approval(*changeSet), *host, kept, {}, {});
        QCOMPARE(outcomeName(outcome.state), u"refused"_s);
        QVERIFY2(outcome.message.en.contains(u"no longer what was reviewed"_s), qPrintable(outcome.message.en));
        QCOMPARE(fileState(), edited);
        on("cp -p " + manifest
            + " /etc/kubernetes/manifests/.edited; sed -i '$d' /etc/kubernetes/manifests/.edited; mv "
              "/etc/kubernetes/manifests/.edited "
            + manifest);
        QCOMPARE(on("cat " + manifest), was);
    }

    void cutLinkEndsDecided()
    {
        const QByteArray was = fileState();
        auto host = connect();
        QVERIFY(host);
        const auto changeSet = planned(*host);
        QVERIFY(changeSet);
        Journal kept = journal(u"cut"_s);
        bool cut = false;
        const Progress progress = [&cut](const Step &step) {
            if (step.text.en.startsWith(u"Waiting for"_s) && !cut) {
                cut = true;
                testbed::run(testbed::nodesScript(), {u"cut"_s, node()});
            }
        };
        const Outcome lost = apply(*changeSet, node(), approval(*changeSet), *host, kept, {}, progress);
        testbed::run(testbed::nodesScript(), {u"mend"_s, node()});
        QVERIFY(cut);
        QVERIFY2(lost.state == Outcome::State::Undecided, qPrintable(lost.message.en));
        QCOMPARE(kept.undecided(), QStringList{changeSet->id});
        host.reset();
        QVERIFY(testbed::waitUntil(std::chrono::minutes(2), [this, &host] { return bool(host = connect()); }));
        const Outcome outcome = inquire(*changeSet, node(), *host, kept, {});
        // Decided one way or the other, and it is what the node's file says.
        const bool done = outcome.state == Outcome::State::Done;
        QVERIFY2(done || outcome.state == Outcome::State::RolledBack, qPrintable(outcome.message.en));
        QVERIFY(kept.undecided().isEmpty());
        QCOMPARE(on("cat " + manifest), done ? changeSet->steps.first().after : changeSet->steps.first().before);
        QCOMPARE(askApi("/readyz"), "ok"_ba);
        if (done)
            QCOMPARE(
                outcomeName(restore(*changeSet, node(), approval(*changeSet), *host, kept, {}, {}).state), u"done"_s);
        QCOMPARE(fileState(), was);
    }

    void killedConsoleEndsDecided()
    {
        const QByteArray was = fileState();
        auto host = connect();
        QVERIFY(host);
        const auto changeSet = planned(*host);
        QVERIFY(changeSet);
        const QString plan = m_scratch.filePath(u"plan.json"_s);
        QFile file(plan);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(toJson(*changeSet)).toJson());
        file.close();

        QProcess console;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_DATA_HOME"_s, m_scratch.filePath(u"console"_s));
        environment.insert(u"HOME"_s, m_scratch.filePath(u"console"_s));
        console.setProcessEnvironment(environment);
        console.setProcessChannelMode(QProcess::ForwardedChannels);
        const QByteArray before = on("ls /var/lib/jiagu/txn");
        console.start(QStringLiteral(JIAGU_BINARY),
            {u"apply"_s, plan, u"--node"_s, u"root@"_s + m_address, u"--identity"_s, testbed::keyFile(),
                u"--host-key"_s, m_hostKey, u"--yes"_s, changeSet->id, u"--operator"_s, u"operator"_s});
        QVERIFY(console.waitForStarted());
        QVERIFY(testbed::waitUntil(std::chrono::minutes(2), [&console] {
            return console.state() == QProcess::NotRunning || on("cat " + manifest).contains("--profiling=false");
        }));
        QCOMPARE(console.state(), QProcess::Running);
        console.kill();
        QVERIFY(console.waitForFinished());

        QString directory;
        QDirIterator places(m_scratch.filePath(u"console"_s), {u"journal"_s}, QDir::Dirs, QDirIterator::Subdirectories);
        while (places.hasNext())
            directory = places.next();
        QVERIFY(!directory.isEmpty());
        Journal kept = *Journal::open(directory);
        QCOMPARE(kept.undecided(), QStringList{changeSet->id});
        const Outcome outcome = inquire(*changeSet, node(), *host, kept, {});
        QVERIFY2(outcome.state == Outcome::State::Done, qPrintable(outcome.message.en));
        QVERIFY(kept.undecided().isEmpty());
        QCOMPARE(outcomeName(restore(*changeSet, node(), approval(*changeSet), *host, kept, {}, {}).state), u"done"_s);
        QCOMPARE(fileState(), was);
    }

    void leavesNothingAfterCleaning()
    {
        auto host = connect();
        QVERIFY(host);
        QVERIFY(clean(*host, {}));
        QCOMPARE(on("ls -d /var/lib/jiagu /run/jiagu.lock 2>/dev/null; find / -xdev -name '.jiagu*' 2>/dev/null"),
            QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestApplyCluster)
#include "tst_apply_cluster.moc"
