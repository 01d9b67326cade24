// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.h"

#include "host/apiobjects.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QByteArray certificate = "-----BEGIN CERTIFICATE-----\nQUFB\nQkJC\n-----END CERTIFICATE-----\n";
const QByteArray otherCertificate = "-----BEGIN CERTIFICATE-----\nQ0ND\n-----END CERTIFICATE-----\n";
const Error damaged{Error::Kind::Parse, {u"Line 7 is damaged."_s, u"第 7 行已损坏。"_s}, {}};

QString certificateHash()
{
    return QString::fromLatin1(QCryptographicHash::hash("AAABBB", QCryptographicHash::Sha256).toHex());
}

QByteArray manifest(const QByteArray &tag, const QByteArray &flag = "--v=1")
{
    return "kind: Pod\nspec:\n  containers:\n  - name: kube-apiserver\n    image: r.io/kube-apiserver:" + tag
        + "\n    command: [kube-apiserver, " + flag + "]\n";
}

QJsonObject nodeObject(const QString &name, const QString &address, const QString &release, bool controlPlane)
{
    QJsonObject labels;
    if (controlPlane)
        labels[u"node-role.kubernetes.io/control-plane"_s] = QString();
    return {{u"metadata"_s, QJsonObject{{u"name"_s, name}, {u"labels"_s, labels}}},
        {u"status"_s,
            QJsonObject{
                {u"nodeInfo"_s,
                    QJsonObject{{u"machineID"_s, QString(name + u"-machine"_s)}, {u"kubeletVersion"_s, release}}},
                {u"addresses"_s,
                    QJsonArray{QJsonObject{{u"type"_s, u"Hostname"_s}, {u"address"_s, name}},
                        QJsonObject{{u"type"_s, u"InternalIP"_s}, {u"address"_s, address}}}}}}};
}

SnapshotBuilder worker(const QString &name, const QByteArray &ca = certificate, const QString &machine = {})
{
    SnapshotBuilder builder(name, machine);
    builder.process("/usr/bin/kubelet").output(u"kubelet-version"_s, "Kubernetes v1.33.8\n");
    builder.file(u"/etc/kubernetes/pki/ca.crt"_s, ca);
    return builder;
}

SnapshotBuilder controlPlane(const QString &name, bool up = true)
{
    SnapshotBuilder builder = worker(name);
    builder.file(u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s, manifest("v1.34.1"));
    if (!up) {
        builder.output(u"api:/api/v1/nodes"_s, {}, 1, u"connection refused"_s);
        return builder;
    }
    builder.process("kube-apiserver --v=1");
    builder.api(u"/version"_s, {{u"gitVersion"_s, u"v1.34.4"_s}});
    builder.list(u"/api/v1/nodes"_s,
        {nodeObject(u"cp1"_s, u"10.0.0.1"_s, u"v1.34.4"_s, true),
            nodeObject(u"w1"_s, u"10.0.0.2"_s, u"v1.33.9"_s, false),
            nodeObject(u"w2"_s, u"10.0.0.3"_s, u"v1.33.9"_s, false)});
    builder.list(u"/api/v1/namespaces"_s,
        {QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, u"kube-system"_s}, {u"uid"_s, u"uid-1"_s}}}}});
    return builder;
}

QStringList lines(const Cluster &cluster)
{
    QStringList lines;
    lines += u"cluster %1 %2 %3, %4"_s.arg(cluster.id, cluster.name, cluster.release.text(),
        cluster.apiError.isEmpty() ? u"API from "_s + cluster.apiNode : u"no API: "_s + cluster.apiError.en);
    for (const Error &problem : cluster.problems)
        lines += u"problem: "_s + problem.message.en;
    for (const Node &node : cluster.nodes) {
        QStringList components;
        for (const Component &component : node.components) {
            QString text = componentName(component.kind) + u' ' + component.release.text();
            if (!component.manifest.isEmpty())
                text += u' ' + component.manifest;
            if (!component.running)
                text += u" not running"_s;
            components += text;
        }
        QString line = node.name + (node.read ? u"* "_s : u" "_s)
            + (node.controlPlane ? u"control-plane "_s : QString()) + node.release.text() + u' ' + node.address + u':';
        if (!components.isEmpty())
            line += u' ' + components.join(u", "_s);
        for (const Error &problem : node.problems)
            line += u"; "_s + problem.message.en;
        lines += line;
    }
    return lines;
}

} // namespace

class TestCluster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void release_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("release");
        QTest::newRow("git version") << u"v1.34.4"_s << u"1.34.4"_s;
        QTest::newRow("kubelet --version") << u"Kubernetes v1.34.4\n"_s << u"1.34.4"_s;
        QTest::newRow("minor alone") << u"1.34"_s << u"1.34"_s;
        QTest::newRow("candidate") << u"Kubernetes v1.34.4-rc.1+x"_s << u"1.34.4"_s;
        QTest::newRow("vendor's suffix") << u"v1.28.3+k3s1"_s << u"1.28.3"_s;
        QTest::newRow("two digits in front") << u"11.34.4"_s << u""_s;
        QTest::newRow("another program") << u"containerd 1.6.20"_s << u""_s;
        QTest::newRow("third part is no number") << u"1.34.x"_s << u""_s;
        QTest::newRow("far too long") << u"1.34444444444444444444"_s << u""_s;
        QTest::newRow("nothing") << u""_s << u""_s;
    }
    void release()
    {
        QFETCH(QString, text);
        QFETCH(QString, release);
        QCOMPARE(Release::parse(text).text(), release);
        QCOMPARE(Release::parse(text).isKnown(), !release.isEmpty());
    }

    void origin_data()
    {
        QTest::addColumn<Origin>("origin");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<Message>("text");
        using Kind = Origin::Kind;
        QTest::newRow("none") << Origin{} << u""_s << Message{};
        QTest::newRow("file") << Origin{Kind::File, u"/var/lib/kubelet/config.yaml"_s, 7,
            15} << u"file"_s << message(u"/var/lib/kubelet/config.yaml:7:15"_s, u"/var/lib/kubelet/config.yaml:7:15"_s);
        QTest::newRow("argument") << Origin{Kind::Argument, u"/etc/kubernetes/manifests/a.yaml"_s, 20, 7, 3}
                                  << u"argument"_s
                                  << message(u"argument in /etc/kubernetes/manifests/a.yaml:20:7"_s,
                                         u"参数，位于 /etc/kubernetes/manifests/a.yaml:20:7"_s);
        QTest::newRow("argument of a variable")
            << Origin{Kind::Argument, u"/etc/default/kubelet"_s, 1, 0, 5, u"KUBELET_EXTRA_ARGS"_s} << u"argument"_s
            << message(u"argument from KUBELET_EXTRA_ARGS in /etc/default/kubelet:1"_s,
                   u"参数，来自 /etc/default/kubelet:1 中的 KUBELET_EXTRA_ARGS"_s);
        QTest::newRow("process") << Origin{Kind::Process, {}, 0, 0, 3} << u"process"_s
                                 << message(u"argument 3 of the running process"_s, u"运行中进程的参数 3"_s);
        QTest::newRow("default") << Origin{Kind::Default, {}, 0, 0, -1, {}, u"1.34"_s} << u"default"_s
                                 << message(u"default of Kubernetes 1.34"_s, u"Kubernetes 1.34 的默认值"_s);
        QTest::newRow("hostile name") << Origin{Kind::File, u"/a\x1b[31m"_s, 1} << u"file"_s
                                      << message(u"/a\\u{1B}[31m:1"_s, u"/a\\u{1B}[31m:1"_s);
    }
    void origin()
    {
        QFETCH(Origin, origin);
        QFETCH(QString, kind);
        QFETCH(Message, text);
        QCOMPARE(originKindName(origin.kind), kind);
        QCOMPARE(describe(origin).en, text.en);
        QCOMPARE(describe(origin).zh, text.zh);
    }

    // A cluster, as lines: "name[*] release address components; problems", "*" for what was read.
    void build_data()
    {
        QTest::addColumn<QList<Snapshot>>("snapshots");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char *title, const QList<Snapshot> &snapshots, const QStringList &expected) {
            QTest::newRow(title) << snapshots << expected;
        };

        row("control plane and worker", {worker(u"w1"_s), controlPlane(u"cp1"_s)},
            {u"cluster uid-1 kubernetes@cp1 1.34.4, API from cp1"_s,
                u"cp1* control-plane 1.34.4 10.0.0.1: kube-apiserver 1.34.4 /etc/kubernetes/manifests/kube-apiserver.yaml, "
                "kubelet 1.34.4"_s,
                u"w1* 1.33.9 10.0.0.2: kubelet 1.33.9"_s, u"w2 1.33.9 10.0.0.3:"_s});
        row("a worker alone", {worker(u"w1"_s)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes , no API: no control-plane node was read"_s,
                u"w1* 1.33.8 : kubelet 1.33.8"_s});
        row("API server down", {controlPlane(u"cp1"_s, false)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes@cp1 1.34.1, no API: cp1: connection refused"_s,
                u"cp1* control-plane 1.33.8 : kube-apiserver 1.34.1 /etc/kubernetes/manifests/kube-apiserver.yaml not running, "
                "kubelet 1.33.8"_s});
        row("line ends of the certificate do not matter",
            {worker(u"w1"_s, QByteArray(certificate).replace("\n", "\r\n")), worker(u"w2"_s)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes , no API: no control-plane node was read"_s,
                u"w1* 1.33.8 : kubelet 1.33.8"_s, u"w2* 1.33.8 : kubelet 1.33.8"_s});
        row("two clusters", {worker(u"w1"_s), worker(u"w9"_s, otherCertificate)}, {u"Layout w1 | w9"_s});
        row("one machine twice",
            {SnapshotBuilder(worker(u"w1"_s)).taken(500), SnapshotBuilder(worker(u"w1"_s)).taken(600).problem(damaged)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes , no API: no control-plane node was read"_s,
                u"problem: w1 and w1 are snapshots of the same machine w1; the newer one (2023-11-14 22:23:20 UTC) is used."_s,
                u"w1* 1.33.8 : kubelet 1.33.8; Line 7 is damaged."_s});
        row("cloned machines", {worker(u"w1"_s, certificate, u"m"_s), worker(u"w2"_s, certificate, u"m"_s)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes , no API: no control-plane node was read"_s,
                u"w1* 1.33.8 : kubelet 1.33.8"_s,
                u"w2* 1.33.8 : kubelet 1.33.8; w2 and w1 have the same machine-id; they are told apart by name. Give each machine "
                "its own (systemd-machine-id-setup)."_s});
        row("a node that the API does not know", {controlPlane(u"cp1"_s), worker(u"w9"_s)},
            {u"cluster uid-1 kubernetes@cp1 1.34.4, API from cp1"_s,
                u"cp1* control-plane 1.34.4 10.0.0.1: kube-apiserver 1.34.4 /etc/kubernetes/manifests/kube-apiserver.yaml, "
                "kubelet 1.34.4"_s,
                u"w1 1.33.9 10.0.0.2:"_s, u"w2 1.33.9 10.0.0.3:"_s,
                u"w9* 1.33.8 : kubelet 1.33.8; The API server knows no node with the machine-id of w9."_s});
        row("no certificate", {SnapshotBuilder(u"w1"_s).process("kubelet")},
            {u"cluster  kubernetes , no API: no control-plane node was read"_s,
                u"w1*  : kubelet ; /etc/kubernetes/pki/ca.crt on w1 was not read, so it is taken on trust that it belongs to this "
                "cluster."_s});
        row("k3s", {SnapshotBuilder(u"edge"_s).output(u"seen"_s, "k3s").process("containerd")},
            {u"Layout edge runs Kubernetes in a layout that this program does not know (seen: k3s). It judges clusters that "
             "were set up with kubeadm."_s});
        row("RKE2",
            {SnapshotBuilder(u"r"_s)
                    .process("/var/lib/rancher/rke2/bin/kubelet --x")
                    .file(u"/etc/kubernetes/pki/ca.crt"_s, "")},
            {u"Layout r runs Kubernetes in a layout that this program does not know (seen: /var/lib/rancher/rke2/bin/kubelet). "
             "It judges clusters that were set up with kubeadm."_s});
        row("MicroK8s", {SnapshotBuilder(u"m"_s).process("/snap/microk8s/7000/kubelite --x")},
            {u"Layout m runs Kubernetes in a layout that this program does not know (seen: /snap/microk8s/7000/kubelite). It "
             "judges clusters that were set up with kubeadm."_s});
        FileRecord absent; // as collect.sh tells of what it looked for in vain
        absent.path = absent.realPath = u"/var/lib/kubelet/config.yaml"_s;
        absent.missing = true;
        row("no Kubernetes", {SnapshotBuilder(u"db"_s).process("/usr/bin/containerd").record(absent)},
            {u"Layout db is not a Kubernetes node: neither a kubelet nor its files (/var/lib/kubelet/config.yaml, "
             "/etc/kubernetes/pki/ca.crt) were seen, only containerd. Check the address, and that the node was read as root."_s});
        row("no Kubernetes beside a node", {SnapshotBuilder(u"db"_s), worker(u"w1"_s)},
            {u"cluster ca:"_s + certificateHash() + u" kubernetes , no API: no control-plane node was read"_s,
                u"problem: db is not a Kubernetes node: neither a kubelet nor its files (/var/lib/kubelet/config.yaml, "
                "/etc/kubernetes/pki/ca.crt) were seen. Check the address, and that the node was read as root."_s,
                u"w1* 1.33.8 : kubelet 1.33.8"_s});
        row("nothing", {}, {u"Layout There is no snapshot to judge."_s});
    }
    void build()
    {
        QFETCH(QList<Snapshot>, snapshots);
        QFETCH(QStringList, expected);
        const auto cluster = buildCluster(snapshots);
        QStringList found;
        if (!cluster) {
            QCOMPARE(cluster.error().kind, Error::Kind::Layout);
            QVERIFY(!cluster.error().message.zh.contains(u'%'));
            const QString text = cluster.error().message.en;
            found += u"Layout "_s + (text.contains(u'|') ? text.section(u": "_s, 1).section(u'.', 0, 0) : text);
        } else {
            found = lines(*cluster);
        }
        QCOMPARE(found, expected);
    }

    void componentNotes_data()
    {
        QTest::addColumn<Snapshot>("snapshot");
        QTest::addColumn<QString>("manifest");
        QTest::addColumn<QStringList>("notes");
        const auto file = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
        const auto backup = file + u".bak"_s;
        const auto base = [] { return SnapshotBuilder(u"cp1"_s).process("kubelet"); };
        QTest::newRow("runs as written") << Snapshot(
            base().file(file, manifest("v1.34.4")).process("kube-apiserver --v=1"))
                                         << file << QStringList{};
        QTest::newRow("second definition, which runs")
            << Snapshot(base()
                            .file(file, manifest("v1.34.4", "--v=2"))
                            .file(backup, manifest("v1.34.4"))
                            .process("kube-apiserver --v=1"))
            << backup << QStringList{u"2 files in the static pod directory of cp1 define kube-apiserver."_s};
        QTest::newRow("a copy: the last by name")
            << Snapshot(base()
                            .file(file, manifest("v1.34.4"))
                            .file(backup, manifest("v1.34.4"))
                            .process("kube-apiserver --v=1"))
            << backup << QStringList{u"2 files in the static pod directory of cp1 define kube-apiserver."_s};
        QTest::newRow("a dot file is not read")
            << Snapshot(base()
                            .file(file, manifest("v1.34.4"))
                            .file(u"/etc/kubernetes/manifests/.kube-apiserver.yaml.swp"_s, manifest("v1.34.4"))
                            .process("kube-apiserver --v=1"))
            << file << QStringList{};
        QTest::newRow("another directory")
            << Snapshot(SnapshotBuilder(u"cp1"_s)
                            .process("kubelet --config=/k.yaml")
                            .file(u"/k.yaml"_s, "kind: KubeletConfiguration\nstaticPodPath: /pods\n")
                            .file(file, manifest("v1.34.4"))
                            .file(u"/pods/a.yaml"_s, manifest("v1.34.4"))
                            .process("kube-apiserver --v=1"))
            << u"/pods/a.yaml"_s << QStringList{};
        QTest::newRow("does not run")
            << Snapshot(base().file(file, manifest("v1.34.4"))) << file
            << QStringList{
                   u"kube-apiserver is written in /etc/kubernetes/manifests/kube-apiserver.yaml on cp1 and does not run."_s};
        QTest::newRow("two processes, one fits")
            << Snapshot(base()
                            .file(file, manifest("v1.34.4"))
                            .process("kube-apiserver --v=1", 100)
                            .process("kube-apiserver --v=7", 200))
            << file
            << QStringList{
                   u"2 processes called kube-apiserver run on cp1; the one that fits its manifest, else the newest, is "
                   "judged."_s};
    }
    void componentNotes()
    {
        QFETCH(Snapshot, snapshot);
        QFETCH(QString, manifest);
        QFETCH(QStringList, notes);
        const auto cluster = buildCluster({snapshot});
        QVERIFY(cluster);
        const Component *component = cluster->nodes.first().component(ComponentKind::ApiServer);
        QVERIFY(component);
        QCOMPARE(component->manifest, manifest);
        QStringList found;
        for (const Message &note : component->notes)
            found += note.en;
        QCOMPARE(found, notes);
    }

    void runningImageBeatsTheManifest()
    {
        const QJsonObject pod = QJsonDocument::fromJson(R"({
            "metadata": {"namespace": "kube-system", "annotations": {"kubernetes.io/config.mirror": "x"}},
            "spec": {"nodeName": "cp2"},
            "status": {"containerStatuses": [
                {"name": "kube-apiserver", "image": "registry:5000/kube-apiserver:v1.33.2@sha256:00"}]}})")
                                    .object();
        SnapshotBuilder api(controlPlane(u"cp1"_s));
        api.list(u"/api/v1/pods"_s, {pod});
        SnapshotBuilder second(u"cp2"_s);
        second.process("kubelet").process("kube-apiserver --v=1");
        second.file(u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s, manifest("v1.34.4"));
        const auto cluster = buildCluster({api, second});
        QVERIFY(cluster);
        QCOMPARE(cluster->node(u"cp2"_s)->component(ComponentKind::ApiServer)->release.text(), u"1.33.2"_s);
        QCOMPARE(cluster->node(u"cp1"_s)->component(ComponentKind::ApiServer)->release.text(), u"1.34.4"_s);
    }

    // A list that could not be read is not an empty list.
    void listsThatFailed()
    {
        SnapshotBuilder builder(controlPlane(u"cp1"_s));
        builder.list(u"/apis/apps/v1/daemonsets"_s, {});
        builder.output(u"api:/api/v1/pods"_s, {}, 1, u"Forbidden"_s);
        const auto cluster = buildCluster({builder});
        QVERIFY(cluster);
        QVERIFY(cluster->objects.contains(u"daemonsets"_s));
        QVERIFY(!cluster->objects.contains(u"pods"_s));
        QCOMPARE(cluster->problems.size(), 1);
        QCOMPARE(cluster->problems[0].message.en, u"The API server on cp1 did not give /api/v1/pods: Forbidden."_s);
    }
    void itemsHaveTheirKind()
    {
        SnapshotBuilder builder(controlPlane(u"cp1"_s));
        builder.api(u"/api/v1/pods"_s,
            {{u"kind"_s, u"PodList"_s}, {u"apiVersion"_s, u"v1"_s}, {u"items"_s, QJsonArray{QJsonObject{}}}});
        builder.api(u"/api/v1/namespaces/kube-system/configmaps/kube-proxy"_s, {{u"kind"_s, u"ConfigMap"_s}});
        const auto cluster = buildCluster({builder});
        QVERIFY(cluster);
        QCOMPARE(cluster->list(u"pods"_s)[0][u"kind"_s].toString(), u"Pod"_s);
        QCOMPARE(cluster->list(u"configmaps"_s).size(), 1);
    }
    // Of several ConfigMaps that one call asks for, the ones that are not there are known not to be.
    void configMapsByName()
    {
        const QString base = u"/api/v1/namespaces/kube-system/configmaps/"_s;
        SnapshotBuilder builder(controlPlane(u"cp1"_s));
        ApiAnswers answers;
        const QJsonObject map{{u"kind"_s, u"ConfigMap"_s},
            {u"metadata"_s, QJsonObject{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, u"kubeadm-config"_s}}},
            {u"data"_s,
                QJsonObject{{u"ClusterConfiguration"_s,
                    u"extraEnvs:\n- name: HTTPS_PROXY\n  value: http://me:hidden@proxy\n"_s}}}};
        answers.add(u"api:"_s + base + u"kubelet-config,"_s + base + u"kubeadm-config"_s,
            QJsonDocument(QJsonObject{{u"kind"_s, u"List"_s}, {u"items"_s, QJsonArray{map}}}).toJson(), 0, {});
        answers.add(u"api:"_s + base + u"a,"_s + base + u"b"_s, "\n", 0, {}); // none of them is there
        answers.add(u"api:"_s + base + u"c,"_s + base + u"kubelet-config-1.20"_s, {}, 1, u"Forbidden"_s);
        for (const OutputRecord &output : answers.outputs())
            builder.output(output.id, output.content, output.status, output.error);
        const auto cluster = buildCluster({builder});
        QVERIFY(cluster);
        const QJsonArray found = cluster->list(u"configmaps"_s);
        QCOMPARE(found.size(), 1);
        QCOMPARE(found[0][u"metadata"_s][u"name"_s].toString(), u"kubeadm-config"_s);
        QVERIFY(!found[0][u"data"_s][u"ClusterConfiguration"_s].toString().contains(u"hidden"_s));
        for (const QString &name : {u"kubelet-config"_s, u"kubeadm-config"_s, u"a"_s, u"b"_s})
            QVERIFY2(cluster->objects.contains(askedConfigMap(name)), qPrintable(name));
        QVERIFY(!cluster->objects.contains(askedConfigMap(u"c"_s)));
        QCOMPARE(cluster->problems.size(), 1); // of c alone: only one of the kubelets' names is used
    }
};

QTEST_GUILESS_MAIN(TestCluster)
#include "tst_cluster.moc"
