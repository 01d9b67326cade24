// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"
#include "rules/judge.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const RulePack &pack()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

/// "VERDICT SUBJECT" of each finding of one rule.
QStringList judged(const Cluster &cluster, const QString &id)
{
    RulePack one = pack();
    one.rules.removeIf([&id](const Rule &rule) { return rule.id != id; });
    QStringList result;
    for (const Finding &finding : assess(cluster, one, SnapshotBuilder::at(1000)).findings) {
        const QString place = finding.subject.name.isEmpty() ? finding.subject.node : finding.subject.name;
        result += verdictName(finding.verdict) + u' ' + place;
    }
    return result;
}

Node nodeOf(const Snapshot &snapshot, bool controlPlane = true)
{
    Node node;
    node.name = snapshot.hostName;
    node.controlPlane = controlPlane;
    node.read = true;
    node.release = {34, 4};
    node.snapshot = std::make_shared<const Snapshot>(snapshot);
    return node;
}

Cluster clusterOf(const QList<Node> &nodes)
{
    Cluster cluster;
    cluster.id = cluster.name = u"test"_s;
    cluster.nodes = nodes;
    return cluster;
}

FileRecord fileOf(const QString &path, int mode, qint64 uid, qint64 gid)
{
    FileRecord file;
    file.path = file.realPath = path;
    file.mode = mode;
    file.uid = uid;
    file.gid = gid;
    file.sha256 = QByteArray(64, 'a');
    return file;
}

Component component(ComponentKind kind, const QByteArray &argv)
{
    Component made;
    made.kind = kind;
    made.running = true;
    made.process.argv = argv.split(' ');
    made.process.uid = 0;
    made.process.started = SnapshotBuilder::at(100);
    return made;
}

} // namespace

/// Rules about a node itself, in situations that a pack's own tests cannot describe.
class TestNodeFacts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itemsOfARecord_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("items"); // KEY=VALUE|…, items apart by a line end
        QTest::newRow("nothing") << ""_ba << u""_s;
        QTest::newRow("a fact") << "2"_ba << u"value=2"_s;
        QTest::newRow("a path takes the rest") << "mode=600 path=/a b mode=644"_ba << u"mode=600|path=/a b mode=644"_s;
        QTest::newRow("lines") << "text=a\n\ntext=b\n"_ba << u"text=a\ntext=b"_s;
        QTest::newRow("words that are no fields") << "x mode=600 =y"_ba << u"mode=600"_s;
        QTest::newRow("control characters are shown") << "path=/a\x1b[2J"_ba << u"path=/a\\u{1B}[2J"_s;
    }
    void itemsOfARecord()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, items);
        QStringList lines;
        for (const ReportItem &item : reportItems(text)) {
            QStringList words;
            for (const auto &[key, value] : item)
                words += key + u'=' + value;
            lines += words.join(u'|');
        }
        QCOMPARE(lines.join(u'\n'), items);
        QCOMPARE(itemField({{u"a"_s, u"1"_s}, {u"a"_s, u"2"_s}}, u"a"_s), u"1"_s); // a hostile name adds nothing
    }

    // What was not read is unknown, and a failure that was seen stays one.
    void recordsThatFailed_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("record");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("status");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char *name, const QString &rule, const QString &record, const QByteArray &content,
                             int status, const QStringList &expected) {
            QTest::newRow(name) << rule << record << content << status << expected;
        };
        row("sshd does not answer", u"M-01-sshd"_s, u"sshd-T"_s, "", 255, {u"unknown cp1"_s});
        row("options of a command that failed", u"M-01-sshd"_s, u"sshd-T"_s, "permitemptypasswords yes\n", 1,
            {u"unknown cp1"_s});
        row("sudoers in part", u"M-01-sudo"_s, u"sudoers"_s, "text=/etc/sudoers:1: a\n", 2, {u"unknown cp1"_s});
        row("copies in part, one of them bad", u"M-04-copies"_s, u"kubeconfig-copies"_s,
            "mode=644 uid=0 gid=0 path=/root/a\n", 1, {u"unknown cp1"_s, u"fail /root/a"_s});
        row("a search that was cut off, one of them bad", u"M-04-copies"_s, u"kubeconfig-copies"_s,
            "mode=644 uid=0 gid=0 path=/root/a\ncut=15\n", 0, {u"unknown cp1"_s, u"fail /root/a"_s});
        row("and one that found nothing bad", u"M-04-copies"_s, u"kubeconfig-copies"_s,
            "mode=600 uid=0 gid=0 path=/root/a\ncut=15\n", 0, {u"unknown cp1"_s});
    }
    void recordsThatFailed()
    {
        QFETCH(QString, rule);
        QFETCH(QString, record);
        QFETCH(QByteArray, content);
        QFETCH(int, status);
        QFETCH(QStringList, expected);
        SnapshotBuilder builder(u"cp1"_s);
        builder.output(record, content, status, u"why"_s);
        QCOMPARE(judged(clusterOf({nodeOf(builder)}), rule), expected);
    }

    void nodesThatAreMeant()
    {
        SnapshotBuilder control(u"cp1"_s);
        control.output(u"sudoers"_s, "").output(u"kubeconfig-copies"_s, "");
        SnapshotBuilder worker(u"w1"_s);
        worker.output(u"sudoers"_s, "text=x\n").output(u"kubeconfig-copies"_s, "");
        Node unread;
        unread.name = u"w2"_s;
        const QList<Node> nodes{nodeOf(control), nodeOf(worker, false), unread};
        QCOMPARE(judged(clusterOf(nodes), u"M-01-sudo"_s), QStringList{u"pass cp1"_s});
        QCOMPARE(
            judged(clusterOf(nodes), u"M-04-copies"_s), (QStringList{u"pass cp1"_s, u"pass w1"_s, u"unknown w2"_s}));
        QCOMPARE(judged(clusterOf({nodes[1]}), u"M-01-sudo"_s), QStringList{u"unknown "_s});
    }

    // kubeadm without root: the component's own files, and the key that two of them read by a group.
    void filesOfAccountsWithoutRoot_data()
    {
        QTest::addColumn<FileRecord>("file");
        QTest::addColumn<QString>("expected");
        const QString key = u"/etc/kubernetes/pki/sa.key"_s;
        QTest::newRow("its own") << fileOf(key, 0600, 998, 998) << u"pass cp1"_s;
        QTest::newRow("by a group of its own") << fileOf(key, 0640, 0, 995) << u"pass cp1"_s;
        QTest::newRow("by its real group") << fileOf(key, 0640, 0, 998) << u"pass cp1"_s;
        QTest::newRow("by a group of nobody's") << fileOf(key, 0640, 0, 994) << u"fail "_s + key;
        QTest::newRow("a group that may write") << fileOf(key, 0660, 0, 995) << u"fail "_s + key;
        QTest::newRow("everybody") << fileOf(key, 0644, 0, 995) << u"fail "_s + key;
        QTest::newRow("root's group is no such group") << fileOf(key, 0640, 0, 0) << u"fail "_s + key;
        QTest::newRow("of another account") << fileOf(key, 0600, 997, 995) << u"fail "_s + key;
    }
    void filesOfAccountsWithoutRoot()
    {
        QFETCH(FileRecord, file);
        QFETCH(QString, expected);
        SnapshotBuilder builder(u"cp1"_s);
        builder.record(file).output(u"private-keys"_s, "");
        Node node = nodeOf(builder);
        Component server = component(ComponentKind::ApiServer, "kube-apiserver");
        server.manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
        server.process.uid = 998;
        server.process.groups = {998, 0, 995};
        node.components += server;
        QCOMPARE(judged(clusterOf({node}), u"M-02-keys"_s), QStringList{expected});
    }

    void keysAreJudgedByWhatTheyHold()
    {
        FileRecord link = fileOf(u"/var/lib/kubelet/pki/kubelet-client-current.pem"_s, 0777, 0, 0);
        link.type = FileRecord::Type::Symlink;
        link.realPath = u"/srv/keys/client.pem"_s;
        SnapshotBuilder builder(u"cp1"_s);
        builder.record(link).record(fileOf(u"/srv/keys/client.pem"_s, 0640, 0, 0));
        builder.record(fileOf(u"/etc/kubernetes/a.bundle"_s, 0644, 0, 0));
        builder.record(fileOf(u"/etc/kubernetes/b.bundle"_s, 0644, 0, 0));
        builder.output(u"private-keys"_s, "path=/etc/kubernetes/a.bundle\n");
        const Cluster cluster = clusterOf({nodeOf(builder)});
        QCOMPARE(judged(cluster, u"M-02-keys"_s),
            (QStringList{u"fail /etc/kubernetes/a.bundle"_s, u"fail /srv/keys/client.pem"_s}));
        for (const Finding &finding : judgeFileAttributes(cluster, *pack().rule(u"M-02-keys"_s)))
            QVERIFY(!finding.fixable); // neither is a name of the rule's own: by hand
    }

    // The paths that a static pod is given are those of its container.
    void filesThatArgumentsName_data()
    {
        QTest::addColumn<QByteArray>("mounts"); // of the manifest; empty: it was not read
        QTest::addColumn<FileRecord>("file");
        QTest::addColumn<QString>("expected");
        const QByteArray mapped =
            "volumeMounts: [{name: k, mountPath: /keys}]}]\n  volumes: [{name: k, hostPath: {path: /srv/tls}}]\n";
        const QString there = u"/srv/tls/server.pem"_s;
        QTest::newRow("by hostPath, tight") << mapped << fileOf(there, 0600, 0, 0) << u"pass cp1"_s;
        QTest::newRow("by hostPath, loose") << mapped << fileOf(there, 0644, 0, 0) << u"fail "_s + there;
        QTest::newRow("the node's own file of that name is another one")
            << mapped << fileOf(u"/keys/server.pem"_s, 0600, 0, 0) << u"unknown cp1"_s;
        FileRecord unread = fileOf(there, -1, -1, -1);
        unread.error = u"permission denied"_s;
        QTest::newRow("not readable") << mapped << unread << u"unknown cp1"_s;
        FileRecord missing = fileOf(there, -1, -1, -1);
        missing.missing = true;
        QTest::newRow("not there") << mapped << missing << u"pass cp1"_s;
        FileRecord pipe = fileOf(there, 0600, 0, 0);
        pipe.type = FileRecord::Type::Other;
        QTest::newRow("no file") << mapped << pipe << u"unknown cp1"_s;
        QTest::newRow("in the container alone")
            << "volumeMounts: []}]\n"_ba << fileOf(u"/keys/server.pem"_s, 0666, 0, 0) << u"pass cp1"_s;
        QTest::newRow("a volume that is not the node's")
            << "volumeMounts: [{name: k, mountPath: /keys}]}]\n  volumes: [{name: k, emptyDir: {}}]\n"_ba
            << fileOf(u"/keys/server.pem"_s, 0666, 0, 0) << u"pass cp1"_s;
        QTest::newRow("the manifest was not read")
            << ""_ba << fileOf(u"/keys/server.pem"_s, 0600, 0, 0) << u"unknown cp1"_s;
    }
    void filesThatArgumentsName()
    {
        QFETCH(QByteArray, mounts);
        QFETCH(FileRecord, file);
        QFETCH(QString, expected);
        Component server =
            component(ComponentKind::ApiServer, "kube-apiserver --tls-private-key-file=/keys/server.pem");
        server.manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
        SnapshotBuilder builder(u"cp1"_s);
        builder.record(file).record(fileOf(u"/etc/kubernetes/pki/ca.key"_s, 0600, 0, 0));
        builder.output(u"private-keys"_s, "");
        if (!mounts.isEmpty())
            builder.file(server.manifest, "kind: Pod\nspec:\n  containers: [{name: kube-apiserver, " + mounts);
        Node node = nodeOf(builder);
        node.components = {server};
        QCOMPARE(judged(clusterOf({node}), u"M-02-keys"_s), QStringList{expected});
    }

    // Every flag of the pack is followed: to a file for everybody to write, or to its directory.
    void everyFlagIsFollowed_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("component");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<bool>("file");
        for (const Rule &rule : pack().rules) {
            for (const UsedFiles &used : rule.used) {
                for (const SettingName &name : used.settings) {
                    const QString row = rule.id + u' ' + componentName(used.component) + u' ' + name.flag;
                    QTest::newRow(qPrintable(row)) << rule.id << int(used.component) << name.flag << (used.mode >= 0);
                }
            }
        }
    }
    void everyFlagIsFollowed()
    {
        QFETCH(QString, rule);
        QFETCH(int, component);
        QFETCH(QString, flag);
        QFETCH(bool, file);
        const QString path = u"/srv/used"_s;
        FileRecord directory = fileOf(u"/srv"_s, file ? 0755 : 0777, 0, 0);
        directory.type = FileRecord::Type::Directory;
        FileRecord root = fileOf(u"/"_s, 0755, 0, 0);
        root.type = FileRecord::Type::Directory;
        SnapshotBuilder builder(u"cp1"_s);
        builder.output(u"private-keys"_s, "").file(path, "kind: KubeletConfiguration\n");
        Snapshot snapshot = builder.record(directory).record(root);
        snapshot.files[0].mode = 0666;
        Node node = nodeOf(snapshot);
        const QByteArray value = flag == "--tls-sni-cert-key"_L1 ? "/srv/a.crt,/srv/used:a" : "/srv/used";
        node.components = {::component(ComponentKind(component), "x " + flag.toUtf8() + '=' + value)};
        const QStringList found = judged(clusterOf({node}), rule);
        QVERIFY2(found.contains(u"fail "_s + (file ? path : u"/srv"_s)), qPrintable(found.join(u'\n')));
    }

    // As its manifest is written, where it does not run; and nothing of a component that is nowhere.
    void filesOfAComponentThatDoesNotRun()
    {
        Component server;
        server.kind = ComponentKind::Etcd;
        server.manifest = u"/etc/kubernetes/manifests/etcd.yaml"_s;
        SnapshotBuilder builder(u"cp1"_s);
        builder.record(fileOf(u"/srv/peer.pem"_s, 0644, 0, 0)).output(u"private-keys"_s, "");
        builder.file(server.manifest,
            "kind: Pod\nspec:\n  containers: [{name: etcd, command: [etcd, --peer-key-file=/srv/peer.pem], "
            "volumeMounts: [{name: k, mountPath: /srv}]}]\n  volumes: [{name: k, hostPath: {path: /srv}}]\n");
        Node node = nodeOf(builder);
        node.components = {server};
        QCOMPARE(judged(clusterOf({node}), u"M-02-keys"_s), QStringList{u"fail /srv/peer.pem"_s});
    }

    // What would be refused on the node is not offered, and the finding says why.
    void fixesOfFilesThatArgumentsName_data()
    {
        QTest::addColumn<QString>("obstacle");
        QTest::addColumn<QString>("reason"); // empty: the fix is offered
        QTest::newRow("none") << u""_s << u""_s;
        QTest::newRow("hard links") << u"links"_s << u"hard links"_s;
        QTest::newRow("no checksum") << u"hash"_s << u"checksum"_s;
        QTest::newRow("changed") << u"changed"_s << u"changed while it was read"_s;
        QTest::newRow("a directory for everybody") << u"open"_s << u"write to the directory /srv,"_s;
        QTest::newRow("a directory of another account") << u"owned"_s << u"write to the directory /srv,"_s;
        QTest::newRow("a directory in which none but owners rename") << u"sticky"_s << u""_s;
        QTest::newRow("a link") << u"link"_s << u""_s; // the file that it leads to
    }
    void fixesOfFilesThatArgumentsName()
    {
        QFETCH(QString, obstacle);
        QFETCH(QString, reason);
        FileRecord key = fileOf(u"/srv/tls/server.pem"_s, 0644, 0, 0);
        FileRecord directory = fileOf(u"/srv"_s, 0755, 0, 0);
        directory.type = FileRecord::Type::Directory;
        QByteArray argv = "kube-apiserver --tls-private-key-file=/srv/tls/server.pem";
        SnapshotBuilder builder(u"cp1"_s);
        if (obstacle == "links"_L1)
            key.links = 2;
        else if (obstacle == "hash"_L1)
            key.sha256.clear();
        else if (obstacle == "changed"_L1)
            key.changedWhileRead = true;
        else if (obstacle == "open"_L1)
            directory.mode = 0777;
        else if (obstacle == "sticky"_L1)
            directory.mode = 01777;
        else if (obstacle == "owned"_L1)
            directory.uid = 1000;
        if (obstacle == "link"_L1) {
            FileRecord link = fileOf(u"/etc/server.pem"_s, 0777, 0, 0);
            link.type = FileRecord::Type::Symlink;
            link.realPath = key.path;
            builder.record(link);
            argv = "kube-apiserver --tls-private-key-file=/etc/server.pem";
        }
        Node node = nodeOf(builder.record(key).record(directory).output(u"private-keys"_s, ""));
        node.components = {component(ComponentKind::ApiServer, argv)};
        const Cluster cluster = clusterOf({node});
        const QList<Finding> findings = judgeFileAttributes(cluster, *pack().rule(u"M-02-keys"_s));
        QCOMPARE(findings.size(), 1);
        QCOMPARE(findings[0].subject.name, key.path);
        QCOMPARE(findings[0].fixable, reason.isEmpty());
        QVERIFY2(findings[0].reason.en.contains(reason), qPrintable(findings[0].reason.en));
        const auto planned = plan(assess(cluster, pack(), SnapshotBuilder::at(1000)), findings, {});
        QCOMPARE(planned.has_value(), reason.isEmpty());
        QVERIFY(!planned || planned->steps.constFirst().modeAfter == 0600);
    }

    // A kubelet that has not read its file yet uses what nobody knows.
    void filesThatAnEditedConfigurationNames()
    {
        SnapshotBuilder builder(u"w1"_s);
        builder.record(fileOf(u"/srv/kubelet.pem"_s, 0600, 0, 0)).output(u"private-keys"_s, "");
        builder.file(u"/etc/k.yaml"_s, "kind: KubeletConfiguration\ntlsPrivateKeyFile: /srv/kubelet.pem\n", 150);
        Node node = nodeOf(builder, false);
        node.components = {component(ComponentKind::Kubelet, "kubelet --config=/etc/k.yaml")};
        QCOMPARE(judged(clusterOf({node}), u"M-02-keys"_s), QStringList{u"unknown w1"_s});
        node.components = {
            component(ComponentKind::Kubelet, "kubelet --config=/etc/k.yaml --tls-private-key-file=/srv/kubelet.pem")};
        QCOMPARE(judged(clusterOf({node}), u"M-02-keys"_s), QStringList{u"pass w1"_s});
    }

    void aStaticPodThatRunsUnconfined_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<QString>("label");
        QTest::addColumn<QString>("expected");
        QTest::newRow("kube-apiserver") << "/usr/local/bin/kube-apiserver"_ba << u"unconfined"_s << u"fail cp1"_s;
        QTest::newRow("kube-proxy, which is privileged") << "kube-proxy"_ba << u"unconfined"_s << u"manual cp1"_s;
        QTest::newRow("no label known") << "kube-apiserver"_ba << u""_s << u"manual cp1"_s;
    }
    void aStaticPodThatRunsUnconfined()
    {
        QFETCH(QByteArray, program);
        QFETCH(QString, label);
        QFETCH(QString, expected);
        SnapshotBuilder builder(u"cp1"_s);
        builder.output(u"selinux"_s, "absent").output(u"apparmor"_s, "Y");
        builder.output(u"container-labels"_s, "count=5 text=unconfined\n");
        Snapshot snapshot = builder.process(program);
        snapshot.processes[0].label = label;
        QCOMPARE(judged(clusterOf({nodeOf(snapshot)}), u"OS-01"_s), QStringList{expected});
    }

    void dockerInAContainerIsNotTheNodes()
    {
        SnapshotBuilder builder(u"cp1"_s);
        builder.output(u"runtime-confinement"_s, "");
        Snapshot snapshot = builder.process("dockerd --icc=true");
        QCOMPARE(judged(clusterOf({nodeOf(snapshot)}), u"WL-09-host-docker"_s).size(), 3);
        snapshot.processes[0].containerId = QString(64, u'a');
        QCOMPARE(judged(clusterOf({nodeOf(snapshot)}), u"WL-09-host-docker"_s), QStringList{u"not-applicable cp1"_s});
    }

    void etcdsEnvironmentIsNotGuessed_data()
    {
        QTest::addColumn<QByteArray>("argv");
        QTest::addColumn<QByteArray>("manifest");
        QTest::addColumn<QString>("expected");
        QTest::newRow("said by nobody") << "etcd"_ba
                                        << "kind: Pod\n"_ba << u"fail cp1"_s;
        QTest::newRow("a variable") << "etcd"_ba
                                    << "env: [{name: ETCD_DATA_DIR, value: /d}]\n"_ba << u"unknown cp1"_s;
        QTest::newRow("an argument beats the variable")
            << "etcd --data-dir=/d"_ba
            << "env: [{name: ETCD_DATA_DIR, value: /e}]\n"
               "spec: {containers: [{volumeMounts: [{name: d, mountPath: /d}]}], "
               "volumes: [{name: d, hostPath: {path: /d}}]}\n"_ba
            << u"pass cp1"_s;
    }
    void etcdsEnvironmentIsNotGuessed()
    {
        QFETCH(QByteArray, argv);
        QFETCH(QByteArray, manifest);
        QFETCH(QString, expected);
        Component etcd = component(ComponentKind::Etcd, argv);
        etcd.manifest = u"/etc/kubernetes/manifests/etcd.yaml"_s;
        SnapshotBuilder builder(u"cp1"_s);
        FileRecord directory = fileOf(u"/d"_s, 0700, 0, 0);
        directory.type = FileRecord::Type::Directory;
        Node node = nodeOf(builder.file(etcd.manifest, manifest).record(directory));
        node.components = {etcd};
        QCOMPARE(judged(clusterOf({node}), u"M-03-data"_s), QStringList{expected});
    }

    // What an argument names is in the container; judged is what the node has mounted there.
    void pathsInContainersAreMapped_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QByteArray>("argv");
        QTest::addColumn<QByteArray>("hostPath"); // mounted over /d; empty: nothing is
        QTest::addColumn<QString>("expected");
        const QByteArray etcd = "etcd --data-dir=/d/etcd --trusted-ca-file=/d/ca.crt";
        const QByteArray server = "kube-apiserver --encryption-provider-config=/d/enc.yaml";
        QTest::newRow("data where it seems") << u"M-03-data"_s << etcd << "/d"_ba << u"pass cp1"_s;
        QTest::newRow("data elsewhere") << u"M-03-data"_s << etcd << "/open"_ba << u"fail cp1"_s;
        QTest::newRow("data elsewhere, not read") << u"M-03-data"_s << etcd << "/gone"_ba << u"unknown cp1"_s;
        QTest::newRow("data in the container") << u"M-03-data"_s << etcd << ""_ba << u"unknown cp1"_s;
        QTest::newRow("CA where it seems") << u"M-03-ca"_s << etcd << "/d"_ba << u"pass cp1"_s;
        QTest::newRow("CA elsewhere") << u"M-03-ca"_s << etcd << "/open"_ba << u"fail cp1"_s;
        QTest::newRow("CA in the container") << u"M-03-ca"_s << etcd << ""_ba << u"unknown cp1"_s;
        QTest::newRow("encryption where it seems") << u"M-03-encryption"_s << server << "/d"_ba << u"pass cp1"_s;
        QTest::newRow("encryption elsewhere") << u"M-03-encryption"_s << server << "/open"_ba << u"fail cp1"_s;
        QTest::newRow("encryption in the container") << u"M-03-encryption"_s << server << ""_ba << u"unknown cp1"_s;
    }
    void pathsInContainersAreMapped()
    {
        QFETCH(QString, rule);
        QFETCH(QByteArray, argv);
        QFETCH(QByteArray, hostPath);
        QFETCH(QString, expected);
        const ComponentKind kind = argv.startsWith("etcd") ? ComponentKind::Etcd : ComponentKind::ApiServer;
        Component judgedOne = component(kind, argv);
        judgedOne.release = {34, 0};
        judgedOne.manifest = u"/etc/kubernetes/manifests/it.yaml"_s;
        SnapshotBuilder builder(u"cp1"_s);
        builder.file(judgedOne.manifest,
            hostPath.isEmpty() ? "kind: Pod\n"_ba
                               : "spec: {containers: [{volumeMounts: [{name: d, mountPath: /d}]}], "
                                 "volumes: [{name: d, hostPath: {path: "
                    + hostPath + "}}]}\n");
        for (const QString &root : {u"/d"_s, u"/open"_s}) {
            FileRecord directory = fileOf(root + u"/etcd"_s, root == "/d"_L1 ? 0700 : 0755, 0, 0);
            directory.type = FileRecord::Type::Directory;
            builder.record(directory);
            builder.file(root + u"/ca.crt"_s, root == "/d"_L1 ? "of etcd\n"_ba : "of the cluster\n"_ba);
            builder.file(root + u"/enc.yaml"_s,
                root == "/d"_L1 ? "resources: [{resources: [secrets], providers: [{kms: {}}]}]\n"_ba
                                : "resources: [{resources: [secrets], providers: [{identity: {}}]}]\n"_ba);
        }
        builder.file(u"/ca.crt"_s, "of the cluster\n");
        Node node = nodeOf(builder);
        node.components = {judgedOne};
        if (kind == ComponentKind::Etcd)
            node.components += component(ComponentKind::ApiServer, "kube-apiserver --client-ca-file=/ca.crt");
        QCOMPARE(judged(clusterOf({node}), rule), QStringList{expected});
    }

    // Switches written bare, before a flag whose value is a word of its own.
    void bareSwitches()
    {
        const QByteArray argv =
            "etcd -client-cert-auth --cert-file /c --key-file /k --trusted-ca-file /t "
            "--peer-client-cert-auth --peer-cert-file /c --peer-key-file /k --peer-trusted-ca-file /t "
            "--listen-client-urls https://10.0.0.1:2379 --listen-peer-urls https://10.0.0.1:2380";
        Node node = nodeOf(SnapshotBuilder(u"cp1"_s));
        node.components = {component(ComponentKind::Etcd, argv)};
        QCOMPARE(judged(clusterOf({node}), u"M-03-transport"_s), QStringList{u"pass cp1"_s});

        SnapshotBuilder builder(u"cp1"_s);
        builder.output(u"runtime-confinement"_s, "")
            .process("dockerd --live-restore --config-file /d.json --tlsverify --host tcp://10.0.0.1:2376")
            .file(u"/d.json"_s, R"({"icc": false, "userland-proxy": false})");
        QCOMPARE(judged(clusterOf({nodeOf(builder)}), u"WL-09-host-docker"_s), QStringList{u"pass cp1"_s});
    }

    void encryptionThatIsNotInForceYet_data()
    {
        QTest::addColumn<int>("modified");
        QTest::addColumn<QByteArray>("more");
        QTest::addColumn<QString>("expected");
        QTest::newRow("older than the process") << 50 << ""_ba << u"pass cp1"_s;
        QTest::newRow("newer") << 150 << ""_ba << u"unknown cp1"_s;
        QTest::newRow("newer, and reloaded")
            << 150 << " --encryption-provider-config-automatic-reload=true"_ba << u"pass cp1"_s;
    }
    void encryptionThatIsNotInForceYet()
    {
        QFETCH(int, modified);
        QFETCH(QByteArray, more);
        QFETCH(QString, expected);
        SnapshotBuilder builder(u"cp1"_s);
        builder.file(u"/e"_s, "resources: [{resources: [secrets], providers: [{aescbc: {}}]}]\n", modified);
        Node node = nodeOf(builder);
        Component server = component(ComponentKind::ApiServer, "kube-apiserver --encryption-provider-config=/e" + more);
        server.release = {34, 0};
        node.components = {server};
        QCOMPARE(judged(clusterOf({node}), u"M-03-encryption"_s), QStringList{expected});
    }

    void patterns_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char *pattern, const char *path, bool fits) {
            QTest::addRow("%s: %s", pattern, path) << QString::fromLatin1(pattern) << QString::fromLatin1(path) << fits;
        };
        row("/a/b.key", "/a/b.key", true);
        row("/a/b.key", "/a/b.key2", false);
        row("/a/b.key", "/a/b.ke", false);
        row("/a/*.key", "/a/b.key", true);
        row("/a/*.key", "/a/.key", true);
        row("/a/*.key", "/a/b/c.key", false);
        row("/a/*.key", "/a/b.key.key", true);
        row("/a/*", "/a/", true);
        row("/a/*/c", "/a/b/c", true);
        row("/a/*/c", "/a/b/b/c", false);
        row("/a/**/*.key", "/a/b.key", true);
        row("/a/**/*.key", "/a/b/c/d.key", true);
        row("/a/**/*.key", "/ab/c.key", false);
        row("/a/**/c", "/a/c/c", true);
        row("/a/**/c", "/a/bc", false);
        row("/a/x*y*z", "/a/xyyz", true);
        row("/a/x*y*z", "/a/xz", false);
        row("", "", true);
        row("*", "", true);
    }
    void patterns()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, path);
        QTEST(fitsPattern(pattern, path), "fits");
    }
};

Q_DECLARE_METATYPE(FileRecord)
QTEST_GUILESS_MAIN(TestNodeFacts)
#include "tst_nodefacts.moc"
