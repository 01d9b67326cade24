// SPDX-License-Identifier: Apache-2.0
#include "host/transaction.h"
#include "testbed.h"

#include <QCryptographicHash>
#include <QFile>
#include <QRandomGenerator>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;
using End = TransactionState::End;

namespace {

const QByteArray directory = "/etc/jiagu-test";
const QByteArray target = "/etc/jiagu-test/kube-apiserver.yaml";

QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

QByteArray randomHex()
{
    QByteArray bytes(16, '\0');
    for (char &byte : bytes)
        byte = char(QRandomGenerator::global()->bounded(256));
    return bytes.toHex();
}

QString endName(End end)
{
    switch (end) {
    case End::Confirmed:
        return u"confirmed"_s;
    case End::RolledBack:
        return u"rolled-back"_s;
    case End::Refused:
        return u"refused"_s;
    case End::Stuck:
        return u"stuck"_s;
    case End::Undecided:
        return u"undecided"_s;
    case End::Absent:
        return u"absent"_s;
    case End::Cleaned:
        return u"cleaned"_s;
    }
    return {};
}

/// A component in the eyes of transact.sh: what a manifest of the stand-in kubelet below makes of its two lines.
struct Manifest
{
    QByteArray code; ///< what the component does, as a shell command
    QByteArray flag;

    QByteArray bytes() const { return code + '\n' + flag + '\n'; }
    QByteArray argv() const
    {
        return QByteArray("/opt/stand-in/kube-apiserver") + '\0' + "-c" + '\0' + code + '\0' + flag + '\0';
    }
};
const Manifest healthy{"while :; do sleep 1; done", "--profiling=true"};
const Manifest hardened{"while :; do sleep 1; done", "--profiling=false"};
const Manifest broken{"echo 'run.go:72] \"command failed\" err=\"unknown tls version\"' >&2; exit 1", "--tls=99"};
const Manifest neverReady{"touch /run/not-ready; while :; do sleep 1; done", "--slow"};

/// Makes containers of the manifest as a kubelet does: another one, with another id and log, whenever the file changes.
const QByteArray kubelet = R"sh(
file=/etc/jiagu-test/kube-apiserver.yaml seen= pid=
while :; do
  now=$(sha256sum <"$file" 2>/dev/null | cut -c 1-64)
  if [ -n "$now" ] && [ "$now" != "$seen" ]; then
    seen=$now
    [ -z "$pid" ] || { kill -9 "$pid"; wait "$pid"; rm -f /run/not-ready; } 2>/dev/null
    id=$(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
    group=$(awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/self/mounts | grep -v cpuset | tail -n 1)/stand-in/$id
    mkdir -p "$group" /var/log/containers
    log=/var/log/containers/kube-apiserver-n_kube-system_kube-apiserver-$id.log
    /opt/stand-in/kube-apiserver -c 'echo $$ >"$0/cgroup.procs"; exec /opt/stand-in/kube-apiserver -c "$1" "$2"' \
      "$group" "$(sed -n 1p "$file")" "$(sed -n 2p "$file")" 2>"$log" &
    pid=$!
  fi
  sleep 0.1
done
)sh";

/// Everything that could have changed: bytes, owner, mode, ACL, extended attributes and whether names were left.
const QByteArray look = R"sh(
cd /etc/jiagu-test
for f in $(ls -A | sort); do
  echo "$f $(stat -c '%F %a %u:%g' "$f") $(sha256sum <"$f" | cut -c 1-64)"
  getfacl -cn "$f" 2>/dev/null
  getfattr -d -m '^user' "$f" 2>/dev/null
done)sh";

} // namespace

/// The shipped transact.sh on a real machine with real file systems: it either did everything or nothing.
class TestTransact : public QObject
{
    Q_OBJECT

    testbed::Node m_node{qEnvironmentVariable("JIAGU_TEST_NODE", u"n1"_s)};
    QByteArray m_script;
    QByteArray m_machineId;

    struct Request
    {
        QByteArray before = healthy.bytes();
        QByteArray after = hardened.bytes();
        QByteArray path = target;
        QByteArray mode = "640";
        QByteArray owner = "0:0";
        QByteArray component = "-";
        QByteArray argvBefore = healthy.argv();
        QByteArray argvAfter = hardened.argv();
        QByteArray machineId;
        int limit = 20;
        int soak = 2;
    };

    QByteArray text(const Request &request) const
    {
        const QByteArray machine = request.machineId.isEmpty() ? m_machineId : request.machineId;
        return "jiagu-transaction 1\nmachine-id " + machine + "\npath " + request.path.toBase64() + "\nbefore "
            + sha256(request.before) + "\nafter " + sha256(request.after) + "\nsize "
            + QByteArray::number(request.after.size()) + "\nmode " + request.mode + "\nowner " + request.owner
            + "\ncomponent " + request.component + "\naddress 127.0.0.1\nport 6443\nlimit "
            + QByteArray::number(request.limit) + "\nsoak " + QByteArray::number(request.soak) + "\nargv-before "
            + request.argvBefore.toBase64() + "\nargv-after " + request.argvAfter.toBase64() + "\ncontent\n"
            + request.after.toBase64() + '\n';
    }

    QByteArray stream(const Transaction &transaction, const QByteArray &nonce, const QByteArray &script) const
    {
        return transactionStream(transaction, script, "JIAGU_" + randomHex(), nonce).value_or(QByteArray());
    }

    /// "END REASON-WORD"; "" when the program gave no answer. `around` is a command that runs the shell.
    QString transact(Transaction::Verb verb, const QString &id, const QByteArray &request = {},
        const QByteArray &script = {}, const QStringList &around = {u"/bin/sh"_s, u"-s"_s})
    {
        const QByteArray nonce = randomHex();
        const QByteArray input = stream({verb, id, request}, nonce, script.isEmpty() ? m_script : script);
        const auto ran = testbed::run(testbed::nodesScript(), QStringList{u"exec"_s, name()} + around, input);
        TransactionAnswer answer(nonce);
        answer.read(ran.output);
        m_last = answer.state();
        if (!answer.hasEnded())
            return u"no answer: "_s + QString::fromUtf8(ran.errors);
        return (endName(answer.state().end) + u' ' + answer.state().reason.section(u' ', 0, 0)).trimmed();
    }
    TransactionState m_last;

    QString name() const { return qEnvironmentVariable("JIAGU_TEST_NODE", u"n1"_s); }
    QByteArray on(const QByteArray &script) const { return m_node.shell("set +e\n" + script).output; }
    static QString newId() { return QString::fromLatin1(randomHex()); }

    /// The script with a piece of it changed: what a careless edit could do.
    QByteArray mutated(const QList<QByteArray> &edits) const
    {
        QByteArray script = m_script;
        for (qsizetype index = 0; index + 1 < edits.size(); index += 2) {
            if (!script.contains(edits[index]))
                qFatal("transact.sh has no: %s", edits[index].constData());
            script.replace(edits[index], edits[index + 1]);
        }
        return script;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        QFile shipped(QStringLiteral(SOURCE_DIR "/resources/node/transact.sh"));
        QVERIFY(shipped.open(QIODevice::ReadOnly));
        m_script = shipped.readAll();
        QFile inside(u":/node/transact.sh"_s);
        QVERIFY(inside.open(QIODevice::ReadOnly));
        QCOMPARE(inside.readAll(), m_script); // what is tested is what ships
        if (const QString problem = m_node.up(); !problem.isEmpty())
            QFAIL(qPrintable(problem));
        m_machineId = on("cat /etc/machine-id").trimmed();
        QCOMPARE(m_machineId.size(), 32);
        on("mkdir -p /opt/stand-in /etc/kubernetes; cp /bin/dash /opt/stand-in/kube-apiserver; cp /bin/dash /opt/stand-in/kubelet\n"
           "echo stand-in >/etc/kubernetes/admin.conf\n"
           "cat >/opt/stand-in/run <<'END'\n"
            + kubelet
            + "\nEND\n"
              "cat >/usr/local/bin/kubectl <<'END'\n#!/bin/sh\n[ ! -e /run/not-ready ] || { echo 'etcd failed' >&2; exit 1; }\n"
              "pgrep -f '^/opt/stand-in/kube-apiserver' >/dev/null && echo ok\nEND\n"
              "chmod 755 /usr/local/bin/kubectl\n");
    }

    void init()
    {
        on("pkill -9 -x kubelet; pkill -9 -f '^/opt/stand-in/kube-apiserver'; pkill -9 -x kubeadm; umount -l /etc/jiagu-test/* /etc/jiagu-test "
           "/var/lib/jiagu; chattr -i /etc/jiagu-test/* /etc/jiagu-test\n"
           "rm -rf /etc/jiagu-test /var/lib/jiagu /run/not-ready /var/log/containers; mkdir -m 755 /etc/jiagu-test\n"
           "printf '%s' '"
            + healthy.bytes().toBase64() + "' | base64 -d >" + target + "; chmod 640 " + target);
    }
    void cleanupTestCase()
    {
        if (!m_machineId.isEmpty())
            init();
    }

    void outcomes_data()
    {
        QTest::addColumn<QByteArray>("before"); // run on the node
        QTest::addColumn<QString>("end");
        QTest::addColumn<bool>("changed"); // else everything is exactly as before
        QTest::newRow("kept") << ""_ba << u"confirmed"_s << true;
        QTest::newRow("ACL and extended attribute kept")
            << "setfacl -m u:1000:r %1; setfattr -n user.note -v x %1; chmod 640 %1"_ba << u"confirmed"_s << true;
        QTest::newRow("changed since") << "echo more >>%1"_ba << u"refused changed"_s << false;
        QTest::newRow("changed since, same size and time")
            << "cp -p %1 /tmp/old; sed -i s/true/tRue/ %1; touch -r /tmp/old %1"_ba << u"refused changed"_s << false;
        QTest::newRow("mode changed since") << "chmod 600 %1"_ba << u"refused attributes"_s << false;
        QTest::newRow("owner changed since") << "chown 1000 %1"_ba << u"refused attributes"_s << false;
        QTest::newRow("gone") << "rm %1"_ba << u"refused missing"_s << false;
        QTest::newRow("a directory") << "rm %1; mkdir %1"_ba << u"refused not-regular"_s << false;
        QTest::newRow("a symbolic link") << "mv %1 /etc/jiagu-test/real; ln -s real %1"_ba << u"refused symlink"_s
                                         << false;
        QTest::newRow("a hard link") << "ln %1 /etc/jiagu-test/other"_ba << u"refused linked"_s << false;
        QTest::newRow("a directory that all may write")
            << "chmod 777 /etc/jiagu-test"_ba << u"refused unsafe-directory"_s << false;
        QTest::newRow("a directory of another")
            << "chown 1000 /etc/jiagu-test"_ba << u"refused unsafe-directory"_s << false;
        QTest::newRow("a mount point") << "cp -p %1 /opt/mounted; mount --bind /opt/mounted %1"_ba
                                       << u"refused bind-mount"_s << false;
        QTest::newRow("immutable") << "chattr +i %1 || touch /run/no-chattr"_ba << u"refused immutable"_s << false;
        QTest::newRow("an immutable directory")
            << "chattr +i /etc/jiagu-test || touch /run/no-chattr"_ba << u"refused immutable"_s << false;
        QTest::newRow("read-only file system")
            << "mount --bind /etc/jiagu-test /etc/jiagu-test; mount -o remount,ro,bind "
               "/etc/jiagu-test"_ba
            << u"refused read-only"_s << false;
        QTest::newRow("a full file system")
            << "cp -p %1 /tmp/old; mount -t tmpfs -o size=64k,mode=755 none /etc/jiagu-test; cp -p /tmp/old %1; head -c 1M /dev/zero "
               ">/etc/jiagu-test/ballast"_ba
            << u"refused no-space"_s << false;
        QTest::newRow("a file system without inodes")
            << "cp -p %1 /tmp/old; mount -t tmpfs -o nr_inodes=3,size=8m,mode=755 none /etc/jiagu-test; cp -p /tmp/old %1"_ba
            << u"refused no-space"_s << false;
        QTest::newRow("no room for the backup")
            << "mkdir -p /var/lib/jiagu; mount -t tmpfs -o size=256k none /var/lib/jiagu"_ba << u"refused no-space"_s
            << false;
        QTest::newRow("backup on a read-only file system")
            << "mkdir -p /var/lib/jiagu; mount -t tmpfs -o ro none /var/lib/jiagu"_ba << u"refused read-only"_s
            << false;
        QTest::newRow("kubeadm at work")
            << "cp /bin/sleep /opt/stand-in/kubeadm; setsid /opt/stand-in/kubeadm 60 </dev/null >/dev/null 2>&1 &"_ba
            << u"refused kubeadm"_s << false;
    }
    void outcomes()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, end);
        QFETCH(bool, changed);
        on("rm -f /run/no-chattr\n" + before.replace("%1", target));
        if (on("cat /run/no-chattr && echo missing").contains("missing"))
            QSKIP("the file system of the testbed knows no immutable files");
        const QByteArray was = on(look);
        const QString id = newId();
        QCOMPARE(transact(Transaction::Verb::Apply, id, text({})), end);
        const QByteArray is = on(look);
        QByteArray expected = was;
        if (changed)
            expected.replace(sha256(healthy.bytes()), sha256(hardened.bytes()));
        QCOMPARE(is, expected);
        // Asked again, it says the same and does nothing.
        if (!end.contains(u"no-space"_s) && !end.contains(u"read-only"_s)) {
            QCOMPARE(transact(Transaction::Verb::Status, id), end);
            QCOMPARE(transact(Transaction::Verb::Apply, id, text({})), end);
        }
        QCOMPARE(on(look), is);
    }

    void badRequests_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("end");
        QTest::newRow("another machine") << "machine-id "_ba
                                         << "machine-id 0"_ba << u"refused other-machine"_s;
        QTest::newRow("another version") << "jiagu-transaction 1"_ba
                                         << "jiagu-transaction 2"_ba << u"refused bad-request"_s;
        QTest::newRow("a relative path") << target.toBase64() << "etc/passwd"_ba.toBase64() << u"refused bad-request"_s;
        QTest::newRow("a path that climbs")
            << target.toBase64() << "/etc/jiagu-test/../passwd"_ba.toBase64() << u"refused bad-request"_s;
        QTest::newRow("content that is not what was hashed")
            << hardened.bytes().toBase64() << broken.bytes().toBase64() << u"refused bad-request"_s;
        QTest::newRow("a shell in a number") << "limit 20"_ba
                                             << "limit $(reboot)"_ba << u"refused bad-request"_s;
        QTest::newRow("a shell in the path")
            << target.toBase64() << "/etc/$(touch /run/pwned)"_ba.toBase64() << u"refused missing"_s;
    }
    void badRequests()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, end);
        const QByteArray was = on(look);
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text({}).replace(from, to)), end);
        QCOMPARE(on(look), was);
        QCOMPARE(on("ls /run/pwned"), QByteArray());
    }

    /// Cut off after any byte that matters the stream does nothing.
    void truncated()
    {
        const QByteArray was = on(look);
        const QByteArray whole = stream({Transaction::Verb::Apply, newId(), text({})}, randomHex(), m_script);
        const auto call = whole.lastIndexOf("\njiagu_transact ");
        const auto requestEnd = whole.lastIndexOf("\n.\n");
        for (qsizetype size : {whole.indexOf("jiagu_push() {"), call - 20, call, call + 30,
                 whole.indexOf('\n', call + 1), (call + requestEnd) / 2, requestEnd + 1}) {
            testbed::run(testbed::nodesScript(), {u"exec"_s, name(), u"/bin/sh"_s, u"-s"_s}, whole.left(size));
            QCOMPARE(on(look), was);
            QCOMPARE(on("ls /var/lib/jiagu/txn 2>/dev/null"), QByteArray());
        }
    }

    void shells_data()
    {
        QTest::addColumn<QByteArray>("prepare"); // inside a mount namespace of its own
        QTest::addColumn<QString>("end");
        const QByteArray tools =
            "mkdir -p /opt/tools; busybox --install -s /opt/tools; cp -L $(command -v busybox) /opt/tools/busybox; "
            "ln -sf busybox /opt/tools/sh; for t in getfattr getfacl %1; do cp -L $(command -v $t) /opt/tools/; done; "
            "mount --bind /opt/tools /usr/bin; mount --bind /opt/tools /usr/sbin; "_ba;
        QTest::newRow("dash") << ":"_ba << u"confirmed"_s;
        QTest::newRow("bash") << "mount --bind /bin/bash /bin/dash"_ba << u"confirmed"_s;
        QTest::newRow("busybox shell") << "mount --bind $(command -v busybox) /bin/dash"_ba << u"confirmed"_s;
        QTest::newRow("busybox tools") << QByteArray(tools).replace("%1", "") + ":" << u"confirmed"_s;
        QTest::newRow("busybox tools cannot keep an ACL") << QByteArray(tools).replace("%1", "") + "/opt/tools/getfacl "
                + target + " >/dev/null" << u"refused attributes"_s;
        QTest::newRow("busybox tools cannot see attributes")
            << QByteArray(tools).replace("%1", "") + "rm /usr/bin/getfattr" << u"refused tool"_s;
    }
    void shells()
    {
        QFETCH(QByteArray, prepare);
        QFETCH(QString, end);
        if (end == u"refused attributes"_s)
            on("setfacl -m u:1000:r " + target + "; chmod 640 " + target);
        const QByteArray was = on(look);
        const QString id = newId();
        const QStringList around{
            u"unshare"_s, u"-m"_s, u"/bin/sh"_s, u"-c"_s, QString::fromUtf8(prepare) + u"; exec /bin/sh -s"_s};
        QCOMPARE(transact(Transaction::Verb::Apply, id, text({}), {}, around), end);
        QByteArray expected = was;
        if (end == u"confirmed"_s)
            expected.replace(sha256(healthy.bytes()), sha256(hardened.bytes()));
        QCOMPARE(on(look), expected);
        QCOMPARE(transact(Transaction::Verb::Status, id, {}, {}, around), end);
    }

    void notRoot()
    {
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text({}), {},
                     {u"setpriv"_s, u"--reuid=1000"_s, u"--clear-groups"_s, u"/bin/sh"_s, u"-s"_s}),
            u"refused not-root"_s);
    }

    /// With a stand-in kubelet that makes containers of the file.
    void gate_data()
    {
        QTest::addColumn<QByteArray>("code"); // of the component after the change
        QTest::addColumn<QByteArray>("flag");
        QTest::addColumn<QByteArray>("argv"); // that is expected, when it is another
        QTest::addColumn<int>("limit");
        QTest::addColumn<QString>("end");
        QTest::newRow("comes back") << hardened.code << hardened.flag << QByteArray() << 20 << u"confirmed"_s;
        QTest::newRow("ends at once") << broken.code << broken.flag << QByteArray() << 20 << u"rolled-back gate-exit"_s;
        QTest::newRow("ends while watched")
            << "sleep 3; exit 1"_ba << hardened.flag << QByteArray() << 20 << u"rolled-back gate-exit"_s;
        QTest::newRow("never gets ready")
            << neverReady.code << neverReady.flag << QByteArray() << 5 << u"rolled-back gate-timeout"_s;
        QTest::newRow("other arguments") << hardened.code << hardened.flag << healthy.argv() + "x" << 20
                                         << u"rolled-back gate-argv"_s;
    }
    void gate()
    {
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, flag);
        QFETCH(QByteArray, argv);
        QFETCH(int, limit);
        QFETCH(QString, end);
        startKubelet();
        const QByteArray was = on(look);
        const Manifest manifest{code, flag};
        Request request;
        request.component = "kube-apiserver";
        request.after = manifest.bytes();
        request.argvAfter = argv.isEmpty() ? manifest.argv() : argv;
        request.limit = limit;
        if (end != u"confirmed"_s)
            request.soak = 15; // long enough for what is to go wrong, however slow the machine
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), end);
        QByteArray expected = was;
        if (end == u"confirmed"_s)
            expected.replace(sha256(request.before), sha256(request.after));
        QCOMPARE(on(look), expected);
        const Manifest runs = end == u"confirmed"_s ? manifest : healthy;
        QCOMPARE(on("cat /proc/$(pgrep -nf '^/opt/stand-in/kube-apiserver')/cmdline"), runs.argv());
        if (manifest.code == broken.code)
            QVERIFY2(m_last.reason.contains(u"unknown tls version"_s), qPrintable(m_last.reason));
    }

    void unhealthyBefore_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("end");
        QTest::newRow("no kubelet") << "pkill -9 -x kubelet"_ba << u"refused no-kubelet"_s;
        QTest::newRow("not ready") << "touch /run/not-ready"_ba << u"refused unhealthy"_s;
        QTest::newRow("does not run") << "pkill -9 -f '^/opt/stand-in/kube-apiserver'"_ba << u"refused unhealthy"_s;
    }
    void unhealthyBefore()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, end);
        startKubelet();
        on(before);
        const QByteArray was = on(look);
        Request request;
        request.component = "kube-apiserver";
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), end);
        QCOMPARE(on(look), was);
    }

    void canceled()
    {
        startKubelet();
        const QByteArray was = on(look);
        const QString id = newId();
        Request request;
        request.component = "kube-apiserver";
        request.after = neverReady.bytes();
        request.argvAfter = neverReady.argv();
        request.limit = 120;
        const QByteArray nonce = randomHex();
        QProcess session;
        session.start(testbed::nodesScript(), {u"exec"_s, name(), u"/bin/sh"_s, u"-s"_s});
        session.write(stream({Transaction::Verb::Apply, id, text(request)}, nonce, m_script));
        session.closeWriteChannel();
        QVERIFY(waitForGate(id));
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text({})), u"refused locked"_s); // one at a time
        QCOMPARE(transact(Transaction::Verb::Clean, u"0"_s), u"refused locked"_s);
        QCOMPARE(transact(Transaction::Verb::Cancel, id), u"rolled-back canceled"_s);
        QVERIFY(session.waitForFinished(60000));
        TransactionAnswer answer(nonce);
        answer.read(session.readAllStandardOutput());
        QCOMPARE(answer.state().reason, u"canceled"_s);
        QCOMPARE(on(look), was);
        QCOMPARE(transact(Transaction::Verb::Cancel, id), u"rolled-back canceled"_s);
    }

    void confirmedStaysConfirmed()
    {
        const QString id = newId();
        QCOMPARE(transact(Transaction::Verb::Apply, id, text({})), u"confirmed"_s);
        QCOMPARE(transact(Transaction::Verb::Cancel, id), u"confirmed"_s);
        QCOMPARE(on("sha256sum <" + target).left(64), sha256(hardened.bytes()));
    }

    /// The session's shell dies, or the program itself, in the middle.
    void killed_data()
    {
        QTest::addColumn<QByteArray>("kill");
        QTest::addColumn<QString>("end");
        QTest::newRow("the session") << "pkill -9 -f '/bin/sh -s$'"_ba << u"confirmed"_s;
        QTest::newRow("the program") << "pkill -9 -f 'program run %1'"_ba << u"rolled-back interrupted"_s;
        QTest::newRow("hang-up and broken pipe do nothing")
            << "pkill -HUP -f 'program run %1'; pkill -PIPE -f 'program run %1'; pkill -INT -f 'program run %1'"_ba
            << u"confirmed"_s;
    }
    void killed()
    {
        QFETCH(QByteArray, kill);
        QFETCH(QString, end);
        startKubelet();
        const QByteArray was = on(look);
        const QString id = newId();
        Request request;
        request.component = "kube-apiserver";
        request.soak = 6;
        QProcess session;
        session.start(testbed::nodesScript(), {u"exec"_s, name(), u"/bin/sh"_s, u"-s"_s});
        session.write(stream({Transaction::Verb::Apply, id, text(request)}, randomHex(), m_script));
        session.closeWriteChannel();
        QVERIFY(waitForGate(id));
        // Not by the shell that carries it out: its own command line holds the words.
        on("cat >/run/kill <<'END'\n" + kill.replace("%1", id.toLatin1()) + "\nEND\n/bin/sh /run/kill");
        QCOMPARE(transact(Transaction::Verb::Status, id), end);
        session.waitForFinished(60000);
        QByteArray expected = was;
        if (end == u"confirmed"_s)
            expected.replace(sha256(request.before), sha256(request.after));
        QCOMPARE(on(look), expected);
        // And the way is free for the next one.
        request = {};
        if (end == u"confirmed"_s)
            std::swap(request.before, request.after);
        QCOMPARE(transact(Transaction::Verb::Restore, newId(), text(request)), u"confirmed"_s);
    }

    void foreignEditIsKept()
    {
        startKubelet();
        const QString id = newId();
        Request request;
        request.component = "kube-apiserver";
        request.after = neverReady.bytes();
        request.argvAfter = neverReady.argv();
        request.limit = 60;
        QProcess session;
        session.start(testbed::nodesScript(), {u"exec"_s, name(), u"/bin/sh"_s, u"-s"_s});
        session.write(stream({Transaction::Verb::Apply, id, text(request)}, randomHex(), m_script));
        session.closeWriteChannel();
        QVERIFY(waitForGate(id));
        on("echo foreign >>" + target);
        QCOMPARE(transact(Transaction::Verb::Status, id), u"stuck foreign-edit"_s);
        QVERIFY(on("cat " + target).endsWith("foreign\n"));
        session.waitForFinished(60000);
    }

    void cleans()
    {
        QCOMPARE(transact(Transaction::Verb::Clean, u"0"_s), u"cleaned"_s);
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text({})), u"confirmed"_s);
        QCOMPARE(on("stat -c %a /var/lib/jiagu"), "700\n"_ba);
        QCOMPARE(transact(Transaction::Verb::Clean, u"0"_s), u"cleaned"_s);
        QCOMPARE(on("ls -d /var/lib/jiagu /run/jiagu.lock 2>/dev/null; find / -xdev -name '.jiagu*' 2>/dev/null"),
            QByteArray());
        QCOMPARE(transact(Transaction::Verb::Status, newId()), u"absent"_s);
    }

    /// A careless edit of the script must not go unnoticed: with a guard taken out, the outcome is another one than the
    /// tests above demand.
    void plantedFaults_data()
    {
        QTest::addColumn<QList<QByteArray>>("edits"); // from, to, …
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("demanded");
        QTest::addColumn<bool>("changes"); // what the tests above demand of the file's bytes
        QTest::newRow("hash comparison") << QList<QByteArray>{"    *) jiagu_refuse changed ;;", "    *) ;;",
            "  [ \"$(jiagu_hash \"$jiagu_txn/old\")\" = \"$jiagu_before\" ] || jiagu_refuse changed\n", "",
            "= \"$jiagu_seen $jiagu_before\" ] || jiagu_refuse changed", "= \"$jiagu_seen $jiagu_before\" ]"}
                                         << "sed -i s/true/tRue/ %1"_ba << u"refused changed"_s << false;
        QTest::newRow("attribute copy") << QList<QByteArray>{"cp -a \"$jiagu_path\" \"$jiagu_temporary\" && cat", "cat"}
                                        << ""_ba << u"confirmed"_s << true;
        QTest::newRow("roll-back") << QList<QByteArray>{"jiagu_rollback \"$jiagu_reason\"",
            "jiagu_close rolled-back \"$jiagu_reason\""}
                                   << "broken"_ba << u"rolled-back gate-exit"_s << false;
    }
    void plantedFaults()
    {
        QFETCH(QList<QByteArray>, edits);
        QFETCH(QByteArray, before);
        QFETCH(QString, demanded);
        QFETCH(bool, changes);
        Request request;
        const bool gated = before == "broken";
        if (gated) {
            startKubelet();
            request.component = "kube-apiserver";
            request.after = broken.bytes();
            request.argvAfter = broken.argv();
        } else {
            on(before.replace("%1", target));
        }
        for (const bool planted : {true, false}) {
            const QByteArray was = on(look);
            const QString end =
                transact(Transaction::Verb::Apply, newId(), text(request), planted ? mutated(edits) : m_script);
            QByteArray expected = was;
            if (changes)
                expected.replace(sha256(request.before), sha256(request.after));
            const bool asDemanded = end == demanded && on(look) == expected;
            QCOMPARE(asDemanded, !planted);
            if (planted) {
                init();
                if (gated)
                    startKubelet();
                else
                    on(before);
            }
        }
    }

private:
    void startKubelet()
    {
        on("setsid /opt/stand-in/kubelet /opt/stand-in/run </dev/null >/dev/null 2>&1 &");
        QVERIFY(testbed::waitUntil(std::chrono::seconds(30),
            [this] { return on("cat /proc/$(pgrep -nf '^/opt/stand-in/kube-apiserver')/cmdline") == healthy.argv(); }));
    }
    bool waitForGate(const QString &id)
    {
        return testbed::waitUntil(std::chrono::seconds(60),
            [this, &id] { return on("cat /var/lib/jiagu/txn/" + id.toLatin1() + "/journal").contains(" gate "); });
    }
};

QTEST_GUILESS_MAIN(TestTransact)
#include "tst_transact.moc"
