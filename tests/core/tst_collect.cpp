// SPDX-License-Identifier: Apache-2.0
#include "host/snapshot.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// Runs the shipped script, byte for byte.
class TestCollect : public QObject
{
    Q_OBJECT

    const QString m_script = QStringLiteral(SOURCE_DIR "/resources/node/collect.sh");

    static void shells()
    {
        QTest::addColumn<QStringList>("shell");
        QTest::newRow("dash") << QStringList{u"dash"_s};
        QTest::newRow("bash") << QStringList{u"bash"_s};
        QTest::newRow("busybox") << QStringList{u"busybox"_s, u"sh"_s};
    }

    static bool run(QProcess &process, const QStringList &command, const QString &input = {})
    {
        if (!input.isEmpty())
            process.setStandardInputFile(input);
        process.start(command.first(), command.mid(1));
        return process.waitForFinished(120000) && process.exitStatus() == QProcess::NormalExit;
    }

    const QStringList m_apart{u"unshare"_s, u"--map-root-user"_s, u"--mount"_s, u"--pid"_s, u"--fork"_s,
        u"--kill-child"_s, u"--mount-proc"_s};

    /// Why a node cannot be acted on this machine; empty when it can.
    QString cannotStandApart() const
    {
        for (const QString &tool : {u"bash"_s, u"unshare"_s, u"busybox"_s}) {
            if (QStandardPaths::findExecutable(tool).isEmpty())
                return tool + u" is not installed"_s;
        }
        QProcess trial;
        if (!run(trial, m_apart + QStringList{u"mount"_s, u"--bind"_s, u"/tmp"_s, u"/etc"_s}) || trial.exitCode() != 0)
            return u"this machine does not allow namespaces of one's own"_s;
        return {};
    }

private Q_SLOTS:
    void theShippedScriptIsTheFile()
    {
        QFile file(m_script);
        QFile shipped(u":/node/collect.sh"_s);
        QVERIFY(file.open(QIODevice::ReadOnly) && shipped.open(QIODevice::ReadOnly));
        QCOMPARE(shipped.readAll(), file.readAll());
    }

    void passesShellcheck()
    {
        if (QStandardPaths::findExecutable(u"shellcheck"_s).isEmpty())
            QSKIP("shellcheck is not installed");
        QProcess process;
        QVERIFY(run(process, {u"shellcheck"_s, m_script}));
        QCOMPARE(process.readAllStandardOutput(), QByteArray());
        QCOMPARE(process.exitCode(), 0);
    }

    /// Whatever machine runs the tests: what it has is said, and nothing is missing from the snapshot itself.
    void onThisMachine_data() { shells(); }
    void onThisMachine()
    {
        QFETCH(QStringList, shell);
        if (QStandardPaths::findExecutable(shell.first()).isEmpty())
            QSKIP("this shell is not installed");
        for (const bool byHand : {true, false}) {
            QProcess process;
            if (byHand)
                QVERIFY(run(process, shell + QStringList{m_script}));
            else
                QVERIFY(run(process, shell + QStringList{u"-s"_s}, m_script));
            const QByteArray said = process.readAllStandardError();
            QVERIFY2(said.isEmpty(), said.constData());
            const auto snapshot = parseSnapshot(u"here"_s, process.readAllStandardOutput());
            QVERIFY(snapshot);
            QVERIFY(snapshot->complete);
            for (const Error &problem : snapshot->problems)
                QCOMPARE(int(problem.kind), int(Error::Kind::Permission)); // of an account that is not root
            QCOMPARE(snapshot->hostName, QSysInfo::machineHostName());
            QVERIFY(qAbs(snapshot->taken.secsTo(QDateTime::currentDateTimeUtc())) < 600);
            QVERIFY(snapshot->output(u"uname"_s)->content.startsWith("Linux "));
            const FileRecord *config = snapshot->file(u"/var/lib/kubelet/config.yaml"_s);
            QVERIFY(config && (config->hasContent || !config->error.isEmpty()));
            const FileRecord *release = snapshot->file(u"/etc/os-release"_s);
            QVERIFY(release && release->hasContent && release->sha256.size() == 64);
        }
    }

    void onAStrangeNode_data()
    {
        QTest::addColumn<QString>("shell");
        QTest::addColumn<QString>("tools");
        QTest::newRow("dash") << u"dash -s"_s << u"usual"_s;
        QTest::newRow("bash") << u"bash -s"_s << u"usual"_s;
        QTest::newRow("busybox with the usual tools") << u"busybox sh -s"_s << u"usual"_s;
        QTest::newRow("busybox alone") << u"busybox sh -s"_s << u"applets"_s;
    }
    void onAStrangeNode()
    {
        QFETCH(QString, shell);
        QFETCH(QString, tools);
        if (const QString why = cannotStandApart(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QTemporaryDir scratch;
        QProcess process;
        QVERIFY(run(process,
            m_apart + QStringList{QStringLiteral(TEST_DATA "/collect/node"), scratch.path(), shell, tools, m_script}));
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.isEmpty(), said.constData()); // also: nothing on the node was changed
        QCOMPARE(process.exitCode(), 0);
        const QByteArray bytes = process.readAllStandardOutput();
        QVERIFY(bytes.size() < 2000000);
        const auto snapshot = parseSnapshot(u"node"_s, bytes);
        QVERIFY(snapshot);
        for (const Error &problem : snapshot->problems)
            qWarning("%s", qPrintable(describe(problem, Language::English)));
        QCOMPARE(snapshot->problems.size(), 0);
        QVERIFY(snapshot->complete);

        QStringList files;
        for (const FileRecord *file : snapshot->filesBelow(u"/etc/kubernetes/manifests"_s)) {
            QString what = file->hasContent ? u"content"_s
                : file->withheld            ? u"withheld"_s
                : file->truncated           ? u"truncated"_s
                                            : file->error;
            if (file->type == FileRecord::Type::Directory)
                what = u"directory"_s;
            if (file->changedWhileRead)
                what += u", changed"_s;
            files += file->path.section(u'/', -1) + u": "_s + what;
        }
        const QStringList expected{
            u".hidden.yaml: content"_s,
            u"config.yaml: withheld"_s,
            u"dangling.yaml: not a regular file"_s,
            u"folder: directory"_s,
            u"growing.yaml: content, changed"_s,
            u"key.yaml: withheld"_s,
            u"kube-apiserver.yaml: content"_s,
            u"large.yaml: truncated"_s,
            u"line\\u{A}break.yaml: line break in the name"_s,
            u"linked.yaml: content"_s,
            u"pipe.yaml: not a regular file"_s,
            u"with blank.yaml: content"_s,
            u"zero.yaml: not a regular file"_s,
            u"折行: content"_s,
        };
        QCOMPARE(files, expected);
        QCOMPARE(snapshot->file(u"/etc/kubernetes/manifests/linked.yaml"_s)->realPath,
            u"/etc/kubernetes/manifests/.hidden.yaml"_s);
        QVERIFY(snapshot->file(u"/etc/kubernetes/manifests/folder/deep.yaml"_s)); // attributes alone
        const FileRecord *key = snapshot->file(u"/etc/kubernetes/pki/ca.key"_s);
        QVERIFY(key && !key->hasContent && key->sha256.size() == 64 && key->mode >= 0);
        QVERIFY(snapshot->file(u"/etc/kubernetes/pki/ca.crt"_s)->hasContent);

        QCOMPARE(snapshot->processes.size(), 1);
        QCOMPARE(snapshot->processes[0].argv.mid(4, 4),
            (QList<QByteArray>{"--advertise-address=10.0.0.1", "--secure-port", "7443", "an argument\nof two lines"}));
        QVERIFY(qAbs(snapshot->processes[0].started.secsTo(snapshot->taken)) < 600);
        QCOMPARE(snapshot->output(u"kubelet-version"_s)->content, "Kubernetes v1.34.4\n"_ba);

        const auto lines = [&](const QString &id) {
            const OutputRecord *output = snapshot->output(id);
            QString text = output ? QString::fromUtf8(output->content) : u"none"_s;
            return text.replace(scratch.path(), u"SCRATCH"_s);
        };
        QCOMPARE(lines(u"sshd-T"_s), u"permitrootlogin no\nauthorizedkeysfile .ssh/authorized_keys %h/.ssh/more\n"_s);
        QCOMPARE(lines(u"accounts"_s),
            u"account=root uid=0 login=locked shell=/bin/bash path=/root\n"
            "account=alice uid=1000 login=set shell=/bin/bash path=SCRATCH/home/alice\n"
            "account=old uid=1001 login=set shell=/bin/sh path=SCRATCH/home/old\n"
            "account=guest uid=1002 login=none shell= path=/nowhere\n"
            "account=open uid=1003 login=none shell=/bin/sh path=/nowhere\n"
            "account=absent uid=1004 login=missing shell=/bin/sh path=/nowhere\n"
            "account=odd?name uid=1005 login=locked shell=/bin/s?h path=/no?where\n"_s);
        QVERIFY2(lines(u"authorized-keys"_s).startsWith(u"keys=2 mode="_s)
                && lines(u"authorized-keys"_s).endsWith(u" path=SCRATCH/home/alice/.ssh/authorized_keys\n"_s),
            qPrintable(lines(u"authorized-keys"_s)));
        QCOMPARE(lines(u"sudoers"_s),
            u"text=/etc/group:2: sudo: alice,bob\ntext=/etc/sudoers:2: Defaults env_reset\n"
            "text=/etc/sudoers:3: root ALL=(ALL:ALL) ALL\n"
            "text=/etc/sudoers:4: %sudo ALL=(ALL)   NOPASSWD:ALL\ntext=/etc/sudoers:6: #1000 ALL=/bin/ls\n"
            "text=/etc/sudoers.d/bob:1: bob ALL=(ALL) ALL\n"_s);
        QStringList copies = lines(u"kubeconfig-copies"_s).split(u'\n', Qt::SkipEmptyParts);
        copies.sort();
        QCOMPARE(copies,
            (QStringList{u"mode=600 uid=0 gid=0 path=SCRATCH/home/alice/.kube/config"_s,
                u"mode=644 uid=0 gid=0 path=SCRATCH/home/alice/a copy.txt"_s}));
        const QString backups = lines(u"etcd-copies"_s);
        QVERIFY2(backups.contains(u" path=/etc/kubernetes/tmp/kubeadm-backup-etcd-2026/etcd/member/snap/db\n"_s)
                && backups.contains(u" path=SCRATCH/home/alice/etcd-snapshot.db\n"_s) && backups.count(u'\n') == 2,
            qPrintable(backups));
        const QString keys = lines(u"private-keys"_s);
        QVERIFY2(keys.contains(u"path=/etc/kubernetes/pki/server.bundle\n"_s), qPrintable(keys));
        QVERIFY2(lines(u"umask"_s).contains(u"umask=027 text=/etc/profile:1\numask=022 text=/etc/login.defs:1\n"_s),
            qPrintable(lines(u"umask"_s)));
        QVERIFY(lines(u"umask"_s).startsWith(u"umask=0"_s));
        QVERIFY(snapshot->output(u"container-labels"_s) && snapshot->output(u"runtime-confinement"_s));
        const OutputRecord *aslr = snapshot->output(u"aslr"_s); // the machine's own; some sandboxes have none
        QCOMPARE(aslr != nullptr, QFile::exists(u"/proc/sys/kernel/randomize_va_space"_s));
        QVERIFY(!aslr || QList<QByteArray>({"0", "1", "2"}).contains(aslr->content));
        QVERIFY(snapshot->file(u"/etc/docker/daemon.json"_s)->masked);
        QVERIFY(!snapshot->processes[0].groups.isEmpty());
        // Not even masked or packed: no hash of a password was ever sent.
        for (const QByteArray &hash :
            {"$y$"_ba, "$6$"_ba, "$1$"_ba, "hashofpasswd"_ba, "0123456789abcdef0123456789abcdef:"_ba}) {
            QVERIFY(!bytes.contains(hash));
            for (const OutputRecord &output : snapshot->outputs)
                QVERIFY2(!output.content.contains(hash), qPrintable(output.id));
            for (const FileRecord &file : snapshot->files)
                QVERIFY2(!file.content.contains(hash), qPrintable(file.path));
        }
        QVERIFY(!snapshot->file(u"/etc/shadow"_s) && !snapshot->file(u"/etc/passwd"_s));

        const auto fact = [&snapshot](const QString &name) {
            const OutputRecord *record = snapshot->output(name);
            return record ? record->content : "absent"_ba;
        };
        QCOMPARE(fact(u"audit-policy"_s), "/etc/kubernetes/audit/policy.yaml"_ba);
        QCOMPARE(fact(u"audit-policy-replaced"_s), "absent"_ba);
        QVERIFY(snapshot->file(u"/etc/kubernetes/audit/policy.yaml"_s)->hasContent);
        QCOMPARE(fact(u"audit-log"_s), "/etc/kubernetes/audit/log/audit.log"_ba);
        QCOMPARE(fact(u"audit-first"_s), "2024-05-01T12:00:00.123456Z"_ba);
        QVERIFY(fact(u"audit-free"_s).toLongLong() > 0);
        const FileRecord *rotated = snapshot->file(u"/etc/kubernetes/audit/log/audit-2024-05-01T11-00-00.000.log"_s);
        QVERIFY(rotated && !rotated->hasContent && rotated->size == 12);
        QVERIFY(!snapshot->file(u"/etc/kubernetes/audit/log/audit.log"_s)->hasContent);

        // What arguments name somewhere else: owner, mode and hash, what a link leads to, and every directory above.
        const auto mode = [&snapshot](const QString &path) {
            const FileRecord *file = snapshot->file(path);
            return file && !file->hasContent ? QString::number(file->mode, 8) : u"none"_s;
        };
        QCOMPARE(mode(u"/etc/tls/open/a key"_s), u"640"_s);
        QVERIFY(lines(u"private-keys"_s).contains(u"path=/etc/tls/open/a key\n"_s));
        const FileRecord *webhook = snapshot->file(u"/etc/tls/webhook.conf"_s);
        QVERIFY(webhook && webhook->realPath == "/etc/tls/real/webhook.conf"_L1);
        QCOMPARE(mode(u"/etc/tls/real/webhook.conf"_s), u"604"_s);
        QCOMPARE(snapshot->file(u"/etc/tls/real/webhook.conf"_s)->sha256.size(), 64);
        QVERIFY(snapshot->file(u"/etc/tls/none.csv"_s)->missing);
        QCOMPARE(mode(u"/etc/tls/open"_s), u"777"_s);
        for (const QString &directory : {u"/etc/tls/real"_s, u"/etc/tls"_s, u"/etc"_s, u"/"_s}) {
            const FileRecord *above = snapshot->file(directory);
            QVERIFY2(above && above->type == FileRecord::Type::Directory && above->uid == 0, qPrintable(directory));
        }

        QCOMPARE(fact(u"cni-conf-dir"_s), "/etc/cni/conf"_ba);
        QCOMPARE(fact(u"cni-bin-dir"_s), "/etc/cni/none:/etc/cni/bin"_ba);
        QVERIFY(snapshot->file(u"/etc/cni/none"_s)->missing);
        QCOMPARE(snapshot->file(u"/etc/cni/conf/10-x.conflist"_s)->content, "{}"_ba);
        QCOMPARE(snapshot->file(u"/etc/cni/bin/bandwidth"_s)->realPath, u"/etc/cni/bin/real"_s);
        QCOMPARE(snapshot->file(u"/etc/cni/bin/real"_s)->type, FileRecord::Type::Regular);
        QCOMPARE(fact(u"elf:bandwidth"_s).size(), 20);
        QCOMPARE(fact(u"elf:bandwidth"_s).mid(18), "\x3E\0"_ba);

        const OutputRecord *pods = snapshot->output(u"api:/api/v1/pods"_s);
        QVERIFY(pods);
        QCOMPARE(pods->status, 0);
        const QJsonArray items = QJsonDocument::fromJson(pods->content).object().value("items"_L1).toArray();
        QCOMPARE(items.size(), 2);
        const QJsonObject wanted = QJsonDocument::fromJson(
            "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"x\":\"\\\\\\\"continue\\\":\\\"never\\\\\"}},"
            "\"spec\":{\"containers\":[{\"name\":\"c\",\"env\":[{\"name\":\"A.b\",\"value\":\"***\"},"
            "{\"name\":\"B\",\"valueFrom\":{\"fieldRef\":{\"value\":\"kept\"}}},{\"name\":\"C\",\"value\":\"\"}],"
            "\"args\":[\"env\",\"value\",\"\\\"env\\\":[\"]}],"
            "\"securityContext\":{\"sysctls\":[{\"name\":\"net.core.somaxconn\",\"value\":\"1024\"}]}}}")
                                       .object();
        QVERIFY(!wanted.isEmpty());
        QCOMPARE(QJsonDocument(items[0].toObject()).toJson(), QJsonDocument(wanted).toJson());
        const OutputRecord *sets = snapshot->output(u"api:/apis/apps/v1/replicasets"_s);
        QVERIFY(sets && sets->status == 1 && sets->error.contains(u"etcdserver: request timed out"_s));
        QVERIFY(sets->error.contains(u"--server https://10.0.0.1:7443 "_s)
            && sets->error.contains(u"/etc/kubernetes/admin.conf"_s));
        QCOMPARE(snapshot->output(u"api:/api/v1/nodes"_s)->status, 0);

        // Nothing secret in any record, however it is packed.
        QByteArray everything;
        for (const FileRecord &file : snapshot->files)
            everything += file.content;
        for (const OutputRecord &output : snapshot->outputs)
            everything += output.content + output.error.toUtf8();
        QVERIFY(!everything.contains("canary"));
        QVERIFY(!bytes.contains("canary"));
    }

    void whenTheApiCannotBeAsked_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("error"); // of every API record; empty: they are there
        QTest::addColumn<int>("records");
        QTest::newRow("another kubeconfig") << u"no-admin"_s << QString() << 23;
        QTest::newRow("no kubeconfig")
            << u"no-kubeconfig"_s
            << u"neither /etc/kubernetes/admin.conf nor /etc/kubernetes/super-admin.conf can be read"_s << 23;
        QTest::newRow("no kubectl") << u"no-kubectl"_s << u"kubectl: not found"_s << 23;
        QTest::newRow("kube-apiserver does not run")
            << u"no-server"_s << u"kube-apiserver is not running on this node"_s << 23;
        QTest::newRow("it does not answer") << u"mute"_s << u"Unable to connect to the server"_s << 23;
        QTest::newRow("a worker") << u"worker"_s << QString() << 0;
    }
    void whenTheApiCannotBeAsked()
    {
        QFETCH(QString, fault);
        QFETCH(QString, error);
        QFETCH(int, records);
        if (const QString why = cannotStandApart(); !why.isEmpty())
            QSKIP(qPrintable(why));
        if (fault == "no-kubectl"_L1 && !QStandardPaths::findExecutable(u"kubectl"_s).isEmpty())
            QSKIP("this machine has a kubectl of its own");
        QTemporaryDir scratch;
        QProcess process;
        QVERIFY(run(process,
            m_apart
                + QStringList{QStringLiteral(TEST_DATA "/collect/node"), scratch.path(), u"sh -s"_s, u"usual"_s,
                    m_script, fault}));
        QCOMPARE(process.readAllStandardError(), QByteArray());
        const auto snapshot = parseSnapshot(u"node"_s, process.readAllStandardOutput());
        QVERIFY(snapshot && snapshot->complete);
        QCOMPARE(snapshot->problems.size(), 0);
        QVERIFY(snapshot->file(u"/etc/kubernetes/manifests/with blank.yaml"_s)
                    ->hasContent); // the rest is there all the same
        int seen = 0;
        for (const OutputRecord &answer : snapshot->outputs) {
            if (!answer.id.startsWith("api:"_L1))
                continue;
            ++seen;
            if (!error.isEmpty()) {
                QCOMPARE(answer.error, error);
                QVERIFY(answer.status != 0);
            } else if (answer.id != "api:/apis/apps/v1/replicasets"_L1) {
                QCOMPARE(answer.status, 0);
            }
        }
        QCOMPARE(seen, records);
    }

    /// What etcd's arguments name is in its container: read is what the node has mounted there.
    void whatEtcdHasMounted_data() { shells(); }
    void whatEtcdHasMounted()
    {
        QFETCH(QStringList, shell);
        if (const QString why = cannotStandApart(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QTemporaryDir scratch;
        QProcess process;
        QVERIFY(run(process,
            m_apart
                + QStringList{QStringLiteral(TEST_DATA "/collect/node"), scratch.path(), shell.join(u' ') + u" -s"_s,
                    u"usual"_s, m_script, u"moved"_s}));
        QCOMPARE(process.readAllStandardError(), QByteArray());
        const auto snapshot = parseSnapshot(u"node"_s, process.readAllStandardOutput());
        QVERIFY(snapshot && snapshot->complete);
        const FileRecord *data = snapshot->file(scratch.filePath(u"moved/data"_s));
        QVERIFY(data && data->mode == 0755);
        const FileRecord *ca = snapshot->file(scratch.filePath(u"moved/ca.pem"_s));
        QVERIFY(ca && ca->hasContent && ca->sha256.size() == 64);
    }
};

QTEST_GUILESS_MAIN(TestCollect)
#include "tst_collect.moc"
