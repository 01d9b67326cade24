// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"
#include "testbed.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <functional>
#include <memory>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr std::chrono::minutes patience{8}; // a push waits for the component, and its roll-back waits once more
const QByteArray manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";

QString node()
{
    return qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
}

QByteArray on(const QByteArray &script)
{
    return testbed::run(testbed::nodesScript(), {u"exec"_s, node(), u"/bin/sh"_s, u"-s"_s}, script).output;
}

QByteArray manifestState()
{
    return on("cat " + manifest + "; stat -c '%a %u:%g' " + manifest);
}

QByteArray askApi(const QByteArray &path)
{
    return on("kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw " + path + " 2>&1").trimmed();
}

bool ready()
{
    return testbed::waitUntil(std::chrono::minutes(4), [] { return askApi("/readyz") == "ok"; });
}

struct Run
{
    int exitCode = -1;
    QString out;
    QString err;

    QString said() const { return u"exit code %1\n"_s.arg(exitCode) + out + err; }
};

} // namespace

/// The program without a display against a real control-plane node: what it prints, writes, and ends with.
class TestCommandLineCluster : public QObject
{
    Q_OBJECT

    QTemporaryDir m_home;
    QString m_address;
    QStringList m_root; ///< how to get in
    QStringList m_admin;
    QByteArray m_manifest; ///< as it was before the first test

    QString path(const QString &name) const { return m_home.filePath(name); }

    std::unique_ptr<QProcess> started(const QStringList &arguments, const QByteArray &input = {}) const
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(u"DISPLAY"_s);
        environment.remove(u"WAYLAND_DISPLAY"_s);
        environment.remove(u"QT_QPA_PLATFORM"_s);
        environment.insert(u"HOME"_s, m_home.path());
        environment.insert(u"XDG_DATA_HOME"_s, m_home.path());
        environment.insert(u"LANG"_s, u"C.UTF-8"_s);
        process->setProcessEnvironment(environment);
        process->setWorkingDirectory(m_home.path());
        process->start(QStringLiteral(JIAGU_BINARY), arguments);
        process->write(input);
        process->closeWriteChannel();
        return process;
    }
    static Run ended(QProcess &process)
    {
        Run run;
        if (process.waitForFinished(int(std::chrono::milliseconds(patience).count()))
            && process.exitStatus() == QProcess::NormalExit)
            run.exitCode = process.exitCode();
        run.out = QString::fromUtf8(process.readAllStandardOutput());
        run.err = QString::fromUtf8(process.readAllStandardError());
        return run;
    }
    Run jiagu(const QStringList &arguments, const QByteArray &input = {}) const
    {
        return ended(*started(arguments, input));
    }

    /// The findings of a rule by what they are about: "NAME VERDICT", with "" for the component itself.
    static QJsonArray findings(const Run &run, const QString &rule)
    {
        QJsonArray found;
        const QJsonArray all = QJsonDocument::fromJson(run.out.toUtf8()).object()[u"findings"_s].toArray();
        for (const QJsonValue &finding : all) {
            if (finding[u"rule"_s] == rule)
                found += finding;
        }
        return found;
    }

    QString plan(const QString &file) const
    {
        const Run run =
            jiagu(QStringList{u"plan"_s} + m_root + QStringList{u"--rule"_s, u"API-02"_s, u"--out"_s, file});
        if (run.exitCode != 0)
            qWarning("%s", qPrintable(run.said()));
        QFile written(path(file));
        if (!written.open(QIODevice::ReadOnly))
            return {};
        return QJsonDocument::fromJson(written.readAll()).object()[u"id"_s].toString();
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        for (const QByteArray &line : testbed::run(testbed::nodesScript(), {u"list"_s}).output.split('\n')) {
            const auto words = line.split(' ');
            if (words.size() == 3 && words[0] == node().toUtf8() && words[2] == "up")
                m_address = QString::fromUtf8(words[1]);
        }
        if (m_address.isEmpty())
            QSKIP("no cluster: bring one up with tests/testbed/cluster up cp1, or name its node in JIAGU_TEST_CP");
        const QString hostKey =
            QString::fromUtf8(on("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split(' ').value(1));
        const QStringList way{u"--identity"_s, testbed::keyFile(), u"--host-key"_s, hostKey};
        m_root = QStringList{u"--node"_s, u"root@"_s + m_address} + way;
        m_admin = QStringList{u"--node"_s, u"admin@"_s + m_address} + way
            + QStringList{u"--sudo"_s, u"--secret-fd"_s, u"sudo=0"_s};
        QVERIFY(ready());
        m_manifest = on("cat " + manifest);
        QVERIFY(!m_manifest.isEmpty());
    }
    void init() { QVERIFY(ready()); }
    void cleanup() // what a failed test leaves behind must not make the next ones fail
    {
        if (on("cat " + manifest) == m_manifest)
            return;
        const QByteArray dot = "/etc/kubernetes/manifests/.kept";
        on("cp -p " + manifest + " " + dot + "; base64 -d >" + dot + " <<'END'\n" + m_manifest.toBase64() + "\nEND\nmv "
            + dot + " " + manifest);
    }

    void scansTheSameAsRootAndWithSudo()
    {
        const QStringList json{u"--format"_s, u"json"_s};
        const Run root = jiagu(QStringList{u"scan"_s} + m_root + json);
        QCOMPARE(root.exitCode, 1);
        QCOMPARE(findings(root, u"API-02"_s).size(), 1);
        QCOMPARE(findings(root, u"API-02"_s)[0][u"verdict"_s].toString(), u"fail"_s);
        const Run admin = jiagu(QStringList{u"scan"_s} + m_admin + json, "admin\n");
        QVERIFY2(admin.exitCode == 1, qPrintable(admin.said()));
        for (const QString &rule : {u"API-02"_s, u"KL-01"_s, u"M-02-static"_s})
            QCOMPARE(findings(admin, rule), findings(root, rule));
        const Run chinese = jiagu(QStringList{u"scan"_s} + m_root + QStringList{u"--lang"_s, u"zh"_s});
        QVERIFY2(chinese.out.contains(u"API-02"_s) && chinese.out.contains(u"不通过"_s), qPrintable(chinese.out));
    }

    /// plan, a refusal, apply, the rescan, the report, restore, clean: one administrator's evening.
    void wholeWay()
    {
        const QByteArray was = manifestState();
        const QString id = plan(u"change.json"_s);
        QCOMPARE(id.size(), 64);

        const Run refused =
            jiagu(QStringList{u"apply"_s, u"change.json"_s} + m_root + QStringList{u"--yes"_s, QString(64, u'0')});
        QCOMPARE(refused.exitCode, 3);
        QCOMPARE(manifestState(), was);

        const Run applied = jiagu(QStringList{u"apply"_s, u"change.json"_s} + m_root
            + QStringList{
                u"--yes"_s, id, u"--operator"_s, u"Li Hua"_s, u"--ticket"_s, u"CHG-42"_s, u"--reviewer"_s, u"王芳"_s});
        QVERIFY2(applied.exitCode == 0, qPrintable(applied.said()));
        QVERIFY2(applied.out.contains(u"Done"_s, Qt::CaseInsensitive), qPrintable(applied.out));
        QVERIFY(manifestState() != was);
        QVERIFY(askApi("/debug/pprof/").contains("NotFound"));

        const Run scanned = jiagu(QStringList{u"scan"_s} + m_root + QStringList{u"--format"_s, u"json"_s});
        QCOMPARE(findings(scanned, u"API-02"_s)[0][u"verdict"_s].toString(), u"pass"_s);
        const Run again =
            jiagu(QStringList{u"plan"_s} + m_root + QStringList{u"--rule"_s, u"API-02"_s, u"--out"_s, u"again.json"_s});
        QCOMPARE(again.exitCode, 2);
        QVERIFY2(again.err.contains(u"nothing to change"_s), qPrintable(again.said()));
        QVERIFY(!QFile::exists(path(u"again.json"_s)));

        const Run reported = jiagu(QStringList{u"report"_s} + m_root
            + QStringList{u"--format"_s, u"html"_s, u"--out"_s, u"report.html"_s, u"--lang"_s, u"zh"_s});
        QVERIFY2(reported.exitCode == 0, qPrintable(reported.said()));
        QFile report(path(u"report.html"_s));
        QVERIFY(report.open(QIODevice::ReadOnly));
        const QString html = QString::fromUtf8(report.readAll());
        for (const QString &expected : {id.left(12), u"Li Hua"_s, u"CHG-42"_s, u"王芳"_s, u"--profiling=false"_s})
            QVERIFY2(html.contains(expected), qPrintable(expected));

        const Run restored = jiagu(QStringList{u"restore"_s, id} + m_admin, "admin\n");
        QVERIFY2(restored.exitCode == 0, qPrintable(restored.said()));
        QCOMPARE(manifestState(), was);

        QVERIFY(on("ls -d /var/lib/jiagu").contains("jiagu"));
        const Run cleaned = jiagu(QStringList{u"clean"_s} + m_root);
        QVERIFY2(cleaned.exitCode == 0, qPrintable(cleaned.said()));
        QCOMPARE(on("ls -d /var/lib/jiagu 2>/dev/null"), QByteArray());
        const Run late = jiagu(QStringList{u"restore"_s, id} + m_root);
        QVERIFY2(late.exitCode == 3, qPrintable(late.said()));
        QCOMPARE(manifestState(), was);
    }

    void badValueEndsRolledBack()
    {
        const QByteArray was = manifestState();
        QVERIFY(!plan(u"bad.json"_s).isEmpty());
        QFile file(path(u"bad.json"_s));
        QVERIFY(file.open(QIODevice::ReadWrite));
        auto changeSet = changeSetFromJson(QJsonDocument::fromJson(file.readAll()).object());
        QVERIFY(changeSet);
        FileChange &step = changeSet->steps.first();
        step.after.replace("--profiling=false", "--profiling=maybe");
        step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
        for (QByteArray &argument : step.argvAfter)
            argument.replace("--profiling=false", "--profiling=maybe");
        changeSet->id = contentId(*changeSet);
        QVERIFY(file.seek(0) && file.resize(0));
        file.write(QJsonDocument(toJson(*changeSet)).toJson());
        file.close();
        const Run run = jiagu(QStringList{u"apply"_s, u"bad.json"_s} + m_root + QStringList{u"--yes"_s, changeSet->id});
        QVERIFY2(run.exitCode == 4, qPrintable(run.said()));
        QVERIFY2(run.out.contains(u"as before"_s), qPrintable(run.out));
        QCOMPARE(manifestState(), was);
    }

    void changedFileEndsRefused()
    {
        const QString id = plan(u"late.json"_s);
        QVERIFY(!id.isEmpty());
        const QByteArray dot = "/etc/kubernetes/manifests/.edited";
        on("cp -p " + manifest + " " + dot + "; echo '# edited' >>" + dot + "; mv " + dot + " " + manifest);
        const QByteArray edited = manifestState();
        const Run run = jiagu(QStringList{u"apply"_s, u"late.json"_s} + m_root + QStringList{u"--yes"_s, id});
        QVERIFY2(run.exitCode == 3, qPrintable(run.said()));
        QCOMPARE(manifestState(), edited);
        on("cp -p " + manifest + " " + dot + "; sed -i '$d' " + dot + "; mv " + dot + " " + manifest);
    }

    /// The link is cut in the middle: not known; the same command again asks the node, and says how it ended.
    void cutLinkIsAskedAboutLater()
    {
        const QByteArray was = manifestState();
        const QString id = plan(u"cut.json"_s);
        QVERIFY(!id.isEmpty());
        const QStringList command = QStringList{u"apply"_s, u"cut.json"_s} + m_root + QStringList{u"--yes"_s, id};
        auto process = started(command);
        QVERIFY(testbed::waitUntil(std::chrono::minutes(2), [&] {
            return process->state() == QProcess::NotRunning || on("cat " + manifest).contains("--profiling=false");
        }));
        QCOMPARE(process->state(), QProcess::Running);
        testbed::run(testbed::nodesScript(), {u"cut"_s, node()});
        const Run lost = ended(*process);
        testbed::run(testbed::nodesScript(), {u"mend"_s, node()});
        QVERIFY2(lost.exitCode == 5, qPrintable(lost.said()));
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4),
            [&] { return on("cat /var/lib/jiagu/txn/*/journal 2>/dev/null").contains("confirmed"); }));
        const Run again = jiagu(command);
        QVERIFY2(again.exitCode == 0, qPrintable(again.out + again.err));
        const Run restored = jiagu(QStringList{u"restore"_s, id} + m_root);
        QVERIFY2(restored.exitCode == 0, qPrintable(restored.said()));
        QCOMPARE(manifestState(), was);
    }

    /// What goes wrong before anything is read: its own sentence in both languages, on standard error, and code 2.
    void badWays_data()
    {
        QTest::addColumn<QStringList>("arguments"); // %1: the node's address
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("setup");
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("chinese");
        using List = QStringList;
        const auto row = [](const char *name, const List &arguments, const QByteArray &input, const QByteArray &setup,
                             const QString &english, const QString &chinese) {
            QTest::newRow(name) << arguments << input << setup << english << chinese;
        };
        const QByteArray bob = "id bob 2>/dev/null || useradd -m -s /bin/bash bob; echo bob:bobpw | chpasswd\n";
        row("wrong host name", {u"root@no-such-node.invalid"_s}, "", "", u"no-such-node.invalid"_s,
            u"no-such-node.invalid"_s);
        row("refused port", {u"root@%1:9"_s}, "", "", u"refuses connections"_s, u"拒绝"_s);
        row("silent host", {u"root@%1:2222"_s}, "",
            "iptables -C INPUT -p tcp --dport 2222 -j DROP || iptables -I INPUT -p tcp --dport 2222 -j DROP",
            u"did not answer"_s, u"没有及时响应"_s);
        row("unknown host key, nobody to ask", {u"root@%1"_s, u"--identity"_s, testbed::keyFile()}, "", "",
            u"is not known"_s, u"主机密钥"_s);
        row("wrong key", {u"root@%1"_s, u"--identity"_s, u"other"_s, u"KEY"_s}, "", "", u"refused the login as root"_s,
            u"root"_s);
        row("key that is not there", {u"root@%1"_s, u"--identity"_s, u"none"_s, u"KEY"_s}, "", "", u"none"_s,
            u"none"_s);
        row("wrong password", {u"bob@%1"_s, u"--secret-fd"_s, u"login=0"_s, u"KEY"_s}, "nonsense\n", bob,
            u"refused the login as bob"_s, u"bob"_s);
        row("sudo denied",
            {u"bob@%1"_s, u"--secret-fd"_s, u"login=0"_s, u"--secret-fd"_s, u"sudo=0"_s, u"--sudo"_s, u"KEY"_s},
            "bobpw\nbobpw\n", bob, u"may not use sudo"_s, u"sudo"_s);
        row("sudo without its password", {u"admin@%1"_s, u"--identity"_s, testbed::keyFile(), u"--sudo"_s, u"KEY"_s},
            "", "", u"none was given"_s, u"sudo"_s);
    }
    void badWays()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, setup);
        if (!QFile::exists(path(u"other"_s)))
            testbed::run(u"ssh-keygen"_s, {u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, u""_s, u"-f"_s, path(u"other"_s)});
        on(setup);
        QStringList node{u"--node"_s};
        for (const QString &argument : arguments) {
            if (argument == u"KEY"_s)
                node += m_root.mid(m_root.indexOf(u"--host-key"_s), 2);
            else
                node += argument.contains(u"%1"_s) ? argument.arg(m_address) : argument;
        }
        QFETCH(QString, english);
        QFETCH(QString, chinese);
        for (const auto &[language, expected] : {std::pair{u"en"_s, english}, std::pair{u"zh"_s, chinese}}) {
            const Run run = jiagu(QStringList{u"scan"_s} + node + QStringList{u"--lang"_s, language}, input);
            const QString last = run.err.trimmed().section(u'\n', -1);
            QVERIFY2(run.exitCode == 2, qPrintable(run.out + run.err));
            QVERIFY2(last.startsWith(u"jiagu: "_s) && last.contains(expected), qPrintable(last));
            QVERIFY2(run.out.isEmpty(), qPrintable(run.out));
        }
    }

    /// A node in a bad state: the one rule it concerns says so, the others are judged all the same.
    void badNodes_data()
    {
        QTest::addColumn<QByteArray>("setup");
        QTest::addColumn<QByteArray>("undo");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("name"); // of the finding's subject; empty: any
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("english"); // in its reason
        QTest::addColumn<QString>("chinese");
        QTest::addColumn<QString>("others"); // verdicts of API-02 and KL-01
        const QByteArray bad = "/etc/kubernetes/manifests/bad.yaml";
        const QByteArray gone = "rm -f " + bad;
        const QByteArray stop = "touch /tmp/grown; until [ -e /tmp/grown.done ]; do :; done; ";
        const auto file = [&](const char *name, const QByteArray &setup, const QString &verdict, const QString &english,
                              const QString &chinese) {
            QTest::newRow(name) << setup << QByteArray(setup.contains("grown") ? stop + gone : gone) << u"M-02-static"_s
                                << QString::fromUtf8(bad) << verdict << english << chinese << u"fail fail"_s;
        };
        file("unparsable manifest", "printf 'kind: [Pod\\n' >" + bad, u"fail"_s, u"bad.yaml"_s, u"bad.yaml"_s);
        file("a 50 MB file where a manifest should be", "head -c 50000000 /dev/zero | tr '\\0' x >" + bad, u"fail"_s,
            u"10 MiB"_s, u"10 MiB"_s);
        file("a file that grows while it is read",
            "rm -f /tmp/grown /tmp/grown.done; (until [ -e /tmp/grown ]; do echo '# more' >>" + bad
                + "; done; touch /tmp/grown.done) >/dev/null 2>&1 & until [ -s " + bad + " ]; do :; done",
            u"unknown"_s, u"bad.yaml"_s, u"bad.yaml"_s);
        QTest::newRow("admin.conf removed")
            << "mv /etc/kubernetes/admin.conf /etc/kubernetes/admin.away; mv /etc/kubernetes/super-admin.conf /etc/kubernetes/super-admin.away; true"_ba
            << "mv /etc/kubernetes/admin.away /etc/kubernetes/admin.conf; mv /etc/kubernetes/super-admin.away /etc/kubernetes/super-admin.conf; true"_ba
            << u"WL-01"_s << u""_s << u"unknown"_s << u"admin.conf"_s << u"admin.conf"_s << u"fail fail"_s;
        QTest::newRow("API server down") << "mv " + manifest
                + " /root/away.yaml; while pgrep -x kube-apiserver; do :; done"
                                         << "mv /root/away.yaml " + manifest << u"WL-01"_s << u""_s << u"unknown"_s
                                         << u"API"_s << u"API"_s << u"unknown fail"_s;
    }
    void badNodes()
    {
        QFETCH(QByteArray, setup);
        QFETCH(QByteArray, undo);
        QFETCH(QString, rule);
        QFETCH(QString, name);
        on(setup);
        const Run run = jiagu(QStringList{u"scan"_s} + m_root + QStringList{u"--format"_s, u"json"_s});
        on(undo);
        QVERIFY2(run.exitCode == 1, qPrintable(run.said()));
        QJsonObject about;
        for (const QJsonValue &finding : findings(run, rule)) {
            if (name.isEmpty() || finding[u"subject"_s][u"name"_s] == name)
                about = finding.toObject();
        }
        const QByteArray seen = QJsonDocument(about).toJson();
        QFETCH(QString, english);
        QFETCH(QString, chinese);
        const QJsonObject reason = about[u"reason"_s].toObject();
        QVERIFY2(reason[u"en"_s].toString().contains(english), seen.constData());
        QVERIFY2(reason[u"zh"_s].toString().contains(chinese), seen.constData());
        QTEST(about[u"verdict"_s].toString(), "verdict");
        QTEST(findings(run, u"API-02"_s)[0][u"verdict"_s].toString() + u' '
                + findings(run, u"KL-01"_s)[0][u"verdict"_s].toString(),
            "others");
    }

    /// A machine that is no Kubernetes node: said, with what was seen.
    void notANode()
    {
        testbed::Node bare(u"bare"_s);
        const QString problem = bare.up();
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        const QString key = QString::fromUtf8(
            bare.shell("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").output.split(' ').value(1));
        const QStringList node{
            u"--node"_s, u"root@"_s + bare.address(), u"--identity"_s, testbed::keyFile(), u"--host-key"_s, key};
        const Run run = jiagu(QStringList{u"scan"_s} + node);
        QCOMPARE(run.exitCode, 2);
        QVERIFY2(run.err.contains(u"not a Kubernetes node"_s, Qt::CaseInsensitive), qPrintable(run.said()));
    }

    void records()
    {
        const Run run = jiagu(QStringList{u"record"_s} + m_root + QStringList{u"--out"_s, u"cp.jiagu-snapshot"_s});
        QVERIFY2(run.exitCode == 0, qPrintable(run.said()));
        const QStringList json{u"--format"_s, u"json"_s};
        const Run recorded = jiagu(QStringList{u"scan"_s, u"--snapshot"_s, u"cp.jiagu-snapshot"_s} + json);
        const Run live = jiagu(QStringList{u"scan"_s} + m_root + json);
        QCOMPARE(recorded.exitCode, live.exitCode);
        for (const QString &rule : {u"API-02"_s, u"KL-01"_s, u"M-02-static"_s})
            QCOMPARE(findings(recorded, rule), findings(live, rule));
    }
};

QTEST_GUILESS_MAIN(TestCommandLineCluster)
#include "tst_commandline_cluster.moc"
