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
/// A process is in its control group before it is the component, and its log is there after that, as with a real one
/// (pkg/kubelet/kuberuntime/kuberuntime_container.go, startContainer, v1.34.4).
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
    /bin/sh -c 'echo $$ >"$0/cgroup.procs"; ln -s "$3" "$4"; exec /opt/stand-in/kube-apiserver -c "$1" "$2"' \
      "$group" "$(sed -n 1p "$file")" "$(sed -n 2p "$file")" "/run/$id.log" "$log" 2>"/run/$id.log" &
    pid=$!
  fi
  sleep 0.1
done
)sh";

/// What the stand-in kubelet of a real systemd unit does with its file: it runs the first line.
struct Config
{
    QByteArray code;
    QByteArray bytes() const { return code + "\n# a configuration\n"; }
};
const QByteArray configFile = "/etc/jiagu-test/config.yaml";
const Config running{"node 8; answer"};
const Config limited{"node 8; answer # podPidsLimit: 1000"};
const QByteArray kubeletArgv = QByteArray("/opt/stand-in/kubelet") + '\0' + "/opt/stand-in/serve" + '\0';
const QByteArray pod = "0123abcd-0123-0123-0123-0123456789ab";

/// A unit as kubeadm's, whose program answers healthz; two pods' worth of processes in cgroups as a kubelet makes them;
/// a kubectl that knows what the API server would say.
const QByteArray unit = R"sh(
cat >/opt/stand-in/healthz <<'END'
#!/bin/sh
while read -r line && [ "${#line}" -gt 1 ]; do :; done
printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'
END
chmod 755 /opt/stand-in/healthz
cat >/opt/stand-in/serve <<'END'
answer() { socat TCP-LISTEN:10248,bind=127.0.0.1,reuseaddr,fork EXEC:/opt/stand-in/healthz; }
wait_for_ever() { while :; do sleep 1; done; }
node() { # how many NPUs the node offers, as the API server tells it
  cat >/run/node.json <<JSON
{
  "kind": "Node",
  "metadata": {
    "name": "n"
  },
  "status": {
    "capacity": {
      "huawei.com/Ascend910": "9"
    },
    "allocatable": {
      "cpu": "2",
      "huawei.com/Ascend910": "$1"
    },
    "conditions": [
      {
        "type": "MemoryPressure",
        "status": "False",
        "lastHeartbeatTime": "2000-01-01T00:00:00Z"
      },
      {
        "type": "Ready",
        "status": "${3:-True}",
        "lastHeartbeatTime": "${2:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}"
      }
    ]
  }
}
JSON
}
eval "$(sed -n 1p /etc/jiagu-test/config.yaml)"
END
cat >/etc/systemd/system/kubelet.service <<'END'
[Service]
EnvironmentFile=-/run/kubelet.env
ExecStart=/opt/stand-in/kubelet /opt/stand-in/serve $MORE
Restart=always
StartLimitInterval=0
RestartSec=10
END
systemctl daemon-reload
rm -f /run/kubelet.env /run/pod.json /run/node.json /etc/kubernetes/kubelet.conf
)sh";
const QByteArray pods = R"sh(
root=$(awk '$3 == "cgroup" || $3 == "cgroup2" {print $2}' /proc/self/mounts | grep -v cpuset | tail -n 1)
mkdir -p /var/log/pods/default_web_0123abcd-0123-0123-0123-0123456789ab
for part in 99991 99992; do
  group=$root/kubepods/besteffort/pod0123abcd-0123-0123-0123-0123456789ab/$(echo $part | sha256sum | cut -c 1-64)
  mkdir -p "$group"
  setsid sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep "$1"' "$group" "$part" </dev/null >/dev/null 2>&1 &
done
)sh";

/// The API server's word about the pod.
QByteArray podSays(const QByteArray &lines)
{
    return "cat >/run/pod.json <<'END'\n{\n  \"kind\": \"Pod\",\n  \"metadata\": {\n    \"uid\": \"" + pod
        + "\",\n    \"annotations\": {\n      \"note\": \"\\\"phase\\\": \\\"Succeeded\\\"\"\n    }\n  },\n  \"status\": {\n"
        + lines + "\n  }\n}\nEND\n";
}

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
        QByteArray modeAfter; ///< when not empty owner and mode change, not the bytes
        QByteArray ownerAfter = "0:0";
        QByteArray hash = "-"; ///< of the bytes that stay
        int port = 6443;
        int limit = 20;
        int soak = 2;
    };
    static Request kubeletRequest(const QByteArray &code)
    {
        Request request;
        request.path = configFile;
        request.before = running.bytes();
        request.after = Config{code}.bytes();
        request.component = "kubelet";
        request.argvBefore = request.argvAfter = kubeletArgv;
        request.port = 10248;
        return request;
    }

    QByteArray text(const Request &request) const
    {
        const QByteArray machine = request.machineId.isEmpty() ? m_machineId : request.machineId;
        if (!request.modeAfter.isEmpty())
            return "jiagu-transaction 1\nmachine-id " + machine + "\npath " + request.path.toBase64()
                + "\nkind attributes\nmode-after " + request.modeAfter + "\nowner-after " + request.ownerAfter
                + "\nbefore " + request.hash + "\nafter " + request.hash + "\nsize 0\nmode " + request.mode + "\nowner "
                + request.owner
                + "\ncomponent -\naddress -\nport 0\nlimit 20\nsoak 0\nargv-before \nargv-after \n"
                  "content\n";
        return "jiagu-transaction 1\nmachine-id " + machine + "\npath " + request.path.toBase64() + "\nbefore "
            + sha256(request.before) + "\nafter " + sha256(request.after) + "\nsize "
            + QByteArray::number(request.after.size()) + "\nmode " + request.mode + "\nowner " + request.owner
            + "\ncomponent " + request.component + "\naddress 127.0.0.1\nport " + QByteArray::number(request.port)
            + "\nlimit " + QByteArray::number(request.limit) + "\nsoak " + QByteArray::number(request.soak)
            + "\nargv-before " + request.argvBefore.toBase64() + "\nargv-after " + request.argvAfter.toBase64()
            + "\ncontent\n" + request.after.toBase64() + '\n';
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
              "cat >/usr/local/bin/kubectl <<'END'\n#!/bin/sh\n"
              "case $* in\n"
              "  */api/v1/nodes/*) cat /run/node.json; exit ;;\n"
              "  */api/v1/namespaces/default/pods/web*) cat /run/pod.json 2>/dev/null || { echo 'Error from server "
              "(NotFound): pods \"web\" not found' >&2; exit 1; }; exit ;;\n"
              "esac\n[ ! -e /run/not-ready ] || { echo 'etcd failed' >&2; exit 1; }\n"
              "pgrep -f '^/opt/stand-in/kube-apiserver' >/dev/null && echo ok\nEND\n"
              "chmod 755 /usr/local/bin/kubectl\n");
    }

    void init()
    {
        on("systemctl stop kubelet; rm -f /etc/systemd/system/kubelet.service; systemctl reset-failed kubelet; "
           "systemctl daemon-reload; pkill -9 -f '^sleep 9999[12]$'; rm -rf /var/log/pods\n"
           "pkill -9 -x kubelet; pkill -9 -f '^/opt/stand-in/kube-apiserver'; pkill -9 -x kubeadm; umount -l /etc/jiagu-test/* /etc/jiagu-test "
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
        request.limit = 3;
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), end);
        QCOMPARE(on(look), was);
    }

    /// A step before this one may have shaken the component.
    void waitsUntilItIsHealthy()
    {
        startKubelet();
        on("touch /run/not-ready; setsid sh -c 'sleep 4; rm /run/not-ready' </dev/null >/dev/null 2>&1 &");
        Request request;
        request.component = "kube-apiserver";
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), u"confirmed"_s);
    }

    void attributes_data()
    {
        QTest::addColumn<QByteArray>("before"); // run on the node; mode and owner as they are then
        QTest::addColumn<QByteArray>("mode"); // that were reviewed
        QTest::addColumn<QByteArray>("owner");
        QTest::addColumn<QByteArray>("modeAfter");
        QTest::addColumn<QByteArray>("ownerAfter");
        QTest::addColumn<QString>("end");
        const auto confirmed = u"confirmed"_s;
        QTest::newRow("closed") << "chmod 644 %1"_ba
                                << "644"_ba
                                << "0:0"_ba
                                << "600"_ba
                                << "0:0"_ba << confirmed;
        QTest::newRow("opened") << "chmod 600 %1"_ba
                                << "600"_ba
                                << "0:0"_ba
                                << "640"_ba
                                << "0:7"_ba << confirmed;
        QTest::newRow("owner alone") << "chown 1000:1000 %1"_ba
                                     << "640"_ba
                                     << "1000:1000"_ba
                                     << "640"_ba
                                     << "0:0"_ba << confirmed;
        QTest::newRow("set-user-id taken off") << "chmod 4755 %1"_ba
                                               << "4755"_ba
                                               << "0:0"_ba
                                               << "755"_ba
                                               << "0:0"_ba << confirmed;
        QTest::newRow("set-user-id stays with a new owner") << "chmod 4755 %1"_ba
                                                            << "4755"_ba
                                                            << "0:0"_ba
                                                            << "4750"_ba
                                                            << "7:7"_ba << confirmed;
        QTest::newRow("no rights at all") << "chmod 644 %1"_ba
                                          << "644"_ba
                                          << "0:0"_ba
                                          << "0"_ba
                                          << "0:0"_ba << confirmed;
        QTest::newRow("ACL and extended attribute stay")
            << "setfacl -m u:1000:r %1; setfattr -n user.note -v x %1; chmod 640 %1"_ba
            << "640"_ba
            << "0:0"_ba
            << "600"_ba
            << "7:7"_ba << confirmed;
        QTest::newRow("an immutable directory") << "chattr +i /etc/jiagu-test || touch /run/no-chattr"_ba
                                                << "640"_ba
                                                << "0:0"_ba
                                                << "600"_ba
                                                << "0:0"_ba << confirmed;
        QTest::newRow("a mount point") << "cp -p %1 /opt/mounted; mount --bind /opt/mounted %1"_ba
                                       << "640"_ba
                                       << "0:0"_ba
                                       << "600"_ba
                                       << "0:0"_ba << confirmed;
        QTest::newRow("a full file system")
            << "cp -p %1 /tmp/old; mount -t tmpfs -o size=64k,mode=755 none /etc/jiagu-test; cp -p /tmp/old %1; head -c 1M "
               "/dev/zero >/etc/jiagu-test/ballast"_ba
            << "640"_ba
            << "0:0"_ba
            << "600"_ba
            << "0:0"_ba << confirmed;
        const auto refused = [](const char *name, const QByteArray &before, const QString &end) {
            QTest::newRow(name) << before << "640"_ba
                                << "0:0"_ba
                                << "600"_ba
                                << "0:0"_ba << end;
        };
        refused("so already", "chmod 600 %1", u"refused already"_s);
        refused("mode changed since", "chmod 644 %1", u"refused attributes"_s);
        refused("owner changed since", "chown 1000 %1", u"refused attributes"_s);
        refused("bytes changed since", "echo more >>%1", u"refused changed"_s);
        refused("gone", "rm %1", u"refused missing"_s);
        refused("a directory", "rm %1; mkdir -m 640 %1", u"refused not-regular"_s);
        refused("a symbolic link", "mv %1 /etc/jiagu-test/real; ln -s real %1", u"refused symlink"_s);
        refused("a hard link", "ln %1 /etc/jiagu-test/other", u"refused linked"_s);
        refused("a directory that all may write", "chmod 777 /etc/jiagu-test", u"refused unsafe-directory"_s);
        refused("immutable", "chattr +i %1 || touch /run/no-chattr", u"refused immutable"_s);
        refused("read-only file system",
            "mount --bind /etc/jiagu-test /etc/jiagu-test; mount -o remount,ro,bind /etc/jiagu-test",
            u"refused read-only"_s);
        refused("kubeadm at work",
            "cp /bin/sleep /opt/stand-in/kubeadm; setsid /opt/stand-in/kubeadm 60 </dev/null >/dev/null 2>&1 &",
            u"refused kubeadm"_s);
        QTest::newRow("a capability and another owner")
            << "setcap cap_net_raw+ep %1 || setfattr -n security.capability -v "
               "0x0100000200200000000000000000000000000000 %1"_ba
            << "640"_ba
            << "0:0"_ba
            << "640"_ba
            << "7:7"_ba << u"refused attributes"_s;
    }
    void attributes()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, mode);
        QFETCH(QByteArray, owner);
        QFETCH(QByteArray, modeAfter);
        QFETCH(QByteArray, ownerAfter);
        QFETCH(QString, end);
        on("rm -f /run/no-chattr\n" + before.replace("%1", target));
        if (on("cat /run/no-chattr && echo missing").contains("missing"))
            QSKIP("the file system of the testbed knows no immutable files");
        Request request;
        request.mode = mode;
        request.owner = owner;
        request.modeAfter = modeAfter;
        request.ownerAfter = ownerAfter;
        request.hash = sha256(healthy.bytes());
        const QByteArray full =
            look + "\nstat -c '%i' " + target + "; getfattr -m - -d " + target + " 2>/dev/null | grep user";
        const QByteArray was = on(full);
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), end);
        if (end != u"confirmed"_s) {
            QCOMPARE(on(full), was);
            return;
        }
        QCOMPARE(on("stat -c '%a %u:%g' " + target).trimmed(), modeAfter + ' ' + ownerAfter);
        QCOMPARE(on("sha256sum <" + target).left(64), sha256(healthy.bytes()));
        if (before.contains("setfacl"))
            QVERIFY(on("getfacl -cnp " + target).contains("user:1000:r"));
        // The way back, this time without knowing the bytes.
        std::swap(request.mode, request.modeAfter);
        std::swap(request.owner, request.ownerAfter);
        request.hash = "-";
        QCOMPARE(transact(Transaction::Verb::Restore, newId(), text(request)), u"confirmed"_s);
        QCOMPARE(on(full), was);
        // The bytes were never copied.
        QCOMPARE(on("grep -rl 'while :' /var/lib/jiagu/txn/*/old /var/lib/jiagu/txn/*/new 2>/dev/null"), QByteArray());
    }

    /// What anybody could have seen between the two: every state after a chmod or chown.
    void attributesInBetween_data()
    {
        QTest::addColumn<QByteArray>("mode");
        QTest::addColumn<QByteArray>("owner");
        QTest::addColumn<QByteArray>("modeAfter");
        QTest::addColumn<QByteArray>("ownerAfter");
        QTest::addColumn<QByteArray>("chown"); // what the program does instead
        QTest::addColumn<QByteArray>("states");
        QTest::addColumn<QString>("end");
        const QByteArray real = "/opt/real/chown \"$@\"";
        QTest::newRow("another owner, closed")
            << "644"_ba
            << "1000:1000"_ba
            << "640"_ba
            << "0:0"_ba << real << "640 1000:1000, 640 0:0, 640 0:0"_ba << u"confirmed"_s;
        QTest::newRow("another owner, opened")
            << "600"_ba
            << "1000:1000"_ba
            << "644"_ba
            << "0:0"_ba << real << "600 1000:1000, 600 0:0, 644 0:0"_ba << u"confirmed"_s;
        QTest::newRow("neither includes the other")
            << "604"_ba
            << "0:0"_ba
            << "660"_ba
            << "7:7"_ba << real << "600 0:0, 600 7:7, 660 7:7"_ba << u"confirmed"_s;
        QTest::newRow("the owner cannot be changed")
            << "644"_ba
            << "0:0"_ba
            << "640"_ba
            << "7:7"_ba
            << "echo 'Operation not permitted' >&2; exit 1"_ba
            << "640 0:0, 640 0:0, 640 0:0, 644 0:0"_ba << u"rolled-back immutable"_s;
    }
    void attributesInBetween()
    {
        QFETCH(QByteArray, mode);
        QFETCH(QByteArray, owner);
        QFETCH(QByteArray, modeAfter);
        QFETCH(QByteArray, ownerAfter);
        QFETCH(QByteArray, chown);
        QFETCH(QByteArray, states);
        QFETCH(QString, end);
        on("chmod " + mode + ' ' + target + "; chown " + owner + ' ' + target
            + "; rm -f /run/states; mkdir -p /opt/real\n"
              "cp /bin/chmod /bin/chown /opt/real\n"
              "for t in chmod chown; do printf '#!/bin/sh\\n%s\\nstatus=$?\\ncase $* in *jiagu-test*) stat -c \"%%a %%u:%%g\" "
            + target
            + " >>/run/states ;; esac\\nexit $status\\n' \"/opt/real/$t \\\"\\$@\\\"\" >/opt/log-$t; /opt/real/chmod 755 /opt/log-$t; done\n"
              "cat >/opt/log-chown <<'END'\n#!/bin/sh\n("
            + chown + ")\nstatus=$?\nstat -c '%a %u:%g' " + target + " >>/run/states\nexit $status\nEND\n");
        Request request;
        request.mode = mode;
        request.owner = owner;
        request.modeAfter = modeAfter;
        request.ownerAfter = ownerAfter;
        const QStringList around{u"unshare"_s, u"-m"_s, u"/bin/sh"_s, u"-c"_s,
            u"mount --bind /opt/log-chmod /usr/bin/chmod; mount --bind /opt/log-chown /usr/bin/chown; exec /bin/sh -s"_s};
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request), {}, around), end);
        QCOMPARE(on("cat /run/states").trimmed().replace("\n", ", "), states);
    }

    void gateOfTheKubelet_data()
    {
        QTest::addColumn<QByteArray>("before"); // run on the node while the kubelet runs
        QTest::addColumn<QByteArray>("code"); // of the kubelet after the change
        QTest::addColumn<int>("port");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QString>("end");
        QTest::addColumn<QString>("says"); // in the reason or an event
        const QByteArray conf = "echo stand-in >/etc/kubernetes/kubelet.conf\n";
        const auto confirmed = u"confirmed"_s;
        const auto row = [](const char *name, const QByteArray &before, const QByteArray &code, const QString &end,
                             const QString &says, int port = 10248,
                             int limit = 20) { QTest::newRow(name) << before << code << port << limit << end << says; };
        row("comes back", {}, limited.code, confirmed, u"node-unknown no /etc/kubernetes/kubelet.conf"_s);
        row("ends at once", {},
            "echo 'E1 run.go:72] \"command failed\" err=\"unknown tls version\"' >&2; echo more >&2; exit 1",
            u"rolled-back gate-exit"_s, u"unknown tls version"_s, 10248, 300);
        row("ends while watched", {}, "answer & sleep 6; exit 1", u"rolled-back gate-exit"_s, {}, 10248, 300);
        row("ends well while watched", {}, "answer & sleep 6; exit 0", u"rolled-back gate-exit"_s, {}, 10248, 300);
        row("started again at once",
            "mkdir -p /run/systemd/system/kubelet.service.d; printf '[Service]\\nRestartSec=100ms\\n' "
            ">/run/systemd/system/kubelet.service.d/x.conf; systemctl daemon-reload",
            "answer & sleep 6; exit 1", u"rolled-back gate-exit"_s, {}, 10248, 300);
        row("never healthy", {}, "wait_for_ever", u"rolled-back gate-timeout"_s, {}, 10248, 5);
        row("no healthz, and it stays", {}, "wait_for_ever", confirmed, {}, 0);
        row("no healthz, and it ends", {}, "sleep 8; exit 1", u"rolled-back gate-exit"_s, {}, 0, 300);
        row("other arguments", "echo MORE=--other >/run/kubelet.env", limited.code, u"rolled-back gate-argv"_s, {});
        row("not healthy before", "systemctl kill -s STOP kubelet; pkill -9 socat", limited.code,
            u"refused unhealthy"_s, {}, 10248, 3);
        row("does not run before", "systemctl stop kubelet", limited.code, u"refused unhealthy"_s, u"inactive"_s, 10248,
            3);
        row("no unit", "systemctl stop kubelet; rm /etc/systemd/system/kubelet.service; systemctl daemon-reload",
            limited.code, u"refused no-unit"_s, {});
        row("runs otherwise", "echo MORE=--other >/run/kubelet.env; systemctl restart kubelet", limited.code,
            u"refused not-as-written"_s, {});

        // The first process of the pod is its sandbox.
        row("a container ended by itself", conf, "pkill -f '^sleep 99992$'; " + limited.code, confirmed, {});
        const QByteArray ends = "pkill -f '^sleep 9999[12]$'; " + limited.code;
        row("the pod was deleted", conf, ends, confirmed, u"ended default/web"_s);
        row("the pod is being deleted",
            conf
                + podSays("    \"phase\": \"Running\"")
                      .replace("    \"annotations\"",
                          "    \"deletionTimestamp\": \"2026-01-31T12:00:00Z\",\n    \"annotations\""),
            ends, confirmed, u"ended default/web"_s);
        row("another pod has its name", conf + podSays("    \"phase\": \"Running\"").replace(pod, "f" + pod.mid(1)),
            ends, confirmed, u"ended default/web"_s);
        row("the pod has finished", conf + podSays("    \"phase\": \"Succeeded\""), ends, confirmed,
            u"ended default/web"_s);
        row("the pod has failed by itself",
            conf
                + podSays(
                    "    \"containerStatuses\": [\n      {\n        \"reason\": \"Error\"\n      }\n    ],\n    \"phase\": \"Failed\""),
            ends, confirmed, u"ended default/web"_s);
        row("the pod was evicted", conf + podSays("    \"phase\": \"Failed\",\n    \"reason\": \"Evicted\""), ends,
            u"rolled-back gate-pods"_s, u"reason=Evicted"_s, 10248, 60);
        row("the restart ended the pod", conf + podSays("    \"phase\": \"Running\""), ends, u"rolled-back gate-pods"_s,
            u"phase=Running"_s, 10248, 60);
        row("nobody can say how the pod ended", {}, ends, u"rolled-back gate-pods"_s, u"default/web"_s, 10248, 60);

        row("the same NPUs", conf, limited.code, confirmed, u"resources huawei.com/Ascend910=8"_s);
        row("an NPU is missing", conf, "node 7; answer", u"rolled-back gate-node"_s, u"huawei.com/Ascend910=7"_s, 10248,
            8);
        row("what the node says is from before", conf, "node 8 2026-01-01T00:00:00Z; answer",
            u"rolled-back gate-node"_s, {}, 10248, 8);
        row("the node is not Ready", conf, "node 8 \"\" False; answer", u"rolled-back gate-node"_s, u"now: False"_s,
            10248, 8);
    }
    void gateOfTheKubelet()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, code);
        QFETCH(int, port);
        QFETCH(int, limit);
        QFETCH(QString, end);
        QFETCH(QString, says);
        startUnit();
        on(before);
        const QByteArray was = on(look);
        const QByteArray pid = on("systemctl show -p MainPID kubelet");
        Request request = kubeletRequest(code);
        request.port = port;
        request.limit = limit;
        if (end.contains(u"gate-exit"_s))
            request.soak = 20;
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(transact(Transaction::Verb::Apply, newId(), text(request)), end);
        if (limit == 300)
            QVERIFY2(clock.elapsed() < 60000, "it did not roll back at the first exit");
        QString said = m_last.reason;
        for (const TransactionEvent &event : m_last.events)
            said += u'\n' + event.state + u' ' + event.detail;
        QVERIFY2(said.contains(says), qPrintable(said));
        QByteArray expected = was;
        if (end == u"confirmed"_s)
            expected.replace(sha256(request.before), sha256(request.after));
        QCOMPARE(on(look), expected);
        const QByteArray now = on("systemctl show -p MainPID kubelet");
        QCOMPARE(now == pid, end.startsWith(u"refused"_s)); // restarted there, and back
        on("rm -rf /run/systemd/system/kubelet.service.d; systemctl daemon-reload");
    }

    void kubeletInterrupted_data()
    {
        QTest::addColumn<bool>("kill");
        QTest::addColumn<QString>("end");
        QTest::newRow("canceled") << false << u"rolled-back canceled"_s;
        QTest::newRow("the program died") << true << u"rolled-back interrupted"_s;
    }
    void kubeletInterrupted()
    {
        QFETCH(bool, kill);
        QFETCH(QString, end);
        startUnit();
        const QByteArray was = on(look);
        const QString id = newId();
        Request request = kubeletRequest("wait_for_ever");
        request.limit = 120;
        QProcess session;
        session.start(testbed::nodesScript(), {u"exec"_s, name(), u"/bin/sh"_s, u"-s"_s});
        session.write(stream({Transaction::Verb::Apply, id, text(request)}, randomHex(), m_script));
        session.closeWriteChannel();
        QVERIFY(waitForGate(id));
        if (kill)
            on("cat >/run/kill <<'END'\npkill -9 -f 'program run " + id.toLatin1() + "'\nEND\n/bin/sh /run/kill");
        QCOMPARE(transact(kill ? Transaction::Verb::Status : Transaction::Verb::Cancel, id), end);
        session.waitForFinished(60000);
        QCOMPARE(on(look), was);
        QCOMPARE(on("curl -s http://127.0.0.1:10248/healthz"), "ok"_ba);
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
    void plantedFaultsOfTheNewKinds_data()
    {
        QTest::addColumn<QList<QByteArray>>("edits"); // from, to, …
        QTest::addColumn<bool>("kubelet");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QString>("demanded");
        QTest::newRow("another mode than that of the plan") << QList<QByteArray>{"jiagu_error=$(chmod \"$1\"",
            "jiagu_error=$(chmod 777"} << false << ""_ba << u"confirmed"_s;
        QTest::newRow("the bytes are written too")
            << QList<QByteArray>{"jiagu_error=$(chmod \"$1\"", "echo >>\"$jiagu_path\"; jiagu_error=$(chmod \"$1\""}
            << false << ""_ba << u"confirmed"_s;
        QTest::newRow("the access list is lost")
            << QList<QByteArray>{"jiagu_error=$(chmod \"$1\"", "setfacl -b \"$jiagu_path\"; jiagu_error=$(chmod \"$1\""}
            << false << ""_ba << u"confirmed"_s;
        QTest::newRow("no restart") << QList<QByteArray>{"jiagu_error=$(systemctl restart kubelet 2>&1)",
            "jiagu_error=$(true)"} << true
                                    << limited.code << u"confirmed"_s;
        QTest::newRow("exits are not seen") << QList<QByteArray>{"if [ -n \"$jiagu_fell\" ]", "if false"} << true
                                            << "exit 1"_ba << u"rolled-back gate-exit"_s;
        QTest::newRow("pods are not looked at")
            << QList<QByteArray>{"if jiagu_gone; then", "if true; then"} << true
            << "pkill -f '^sleep 9999[12]$'; " + limited.code << u"rolled-back gate-pods"_s;
    }
    void plantedFaultsOfTheNewKinds()
    {
        QFETCH(QList<QByteArray>, edits);
        QFETCH(bool, kubelet);
        QFETCH(QByteArray, code);
        QFETCH(QString, demanded);
        for (const bool planted : {true, false}) {
            init();
            Request request;
            if (kubelet) {
                startUnit();
                request = kubeletRequest(code);
                request.limit = 20;
                request.soak = 18;
            } else {
                on("setfacl -m u:1000:r " + target + "; chmod 640 " + target);
                request.modeAfter = "600";
            }
            const QString end =
                transact(Transaction::Verb::Apply, newId(), text(request), planted ? mutated(edits) : m_script);
            QCOMPARE(end == demanded, !planted);
        }
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
    /// The kubelet as a unit, with its file and a pod.
    void startUnit()
    {
        on(unit + "printf '%s' '" + running.bytes().toBase64() + "' | base64 -d >" + configFile + "; chmod 640 "
            + configFile + '\n' + pods + "\nsystemctl start kubelet");
        QVERIFY(testbed::waitUntil(std::chrono::seconds(30), [this] {
            return on("curl -s http://127.0.0.1:10248/healthz") == "ok"
                && on("pgrep -fc '^sleep 9999[12]$'").trimmed() == "2";
        }));
    }
    bool waitForGate(const QString &id)
    {
        return testbed::waitUntil(std::chrono::seconds(60),
            [this, &id] { return on("cat /var/lib/jiagu/txn/" + id.toLatin1() + "/journal").contains(" gate "); });
    }
};

QTEST_GUILESS_MAIN(TestTransact)
#include "tst_transact.moc"
