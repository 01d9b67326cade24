// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"
#include "host/recording.h"
#include "rules/upgrade.h"
#include "rules/upgradefacts.h"
#include "snapshotbuilder.h"

#include <QDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString manifests = u"/etc/kubernetes/manifests/"_s;
const QByteArray unit = "# /lib/systemd/system/kubelet.service\n[Service]\n"
                        "EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\n"
                        "ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS "
                        "$KUBELET_EXTRA_ARGS\n";

/// What is written on the one node of a situation. Without argv the component is not there.
struct Situation
{
    int minor = 34; ///< of every component; -1: not known
    QByteArray apiServer{};
    QByteArray controllerManager{};
    QByteArray scheduler{};
    QByteArray kubelet{}; ///< more arguments, in kubeadm-flags.env
    QByteArray extra{}; ///< still more, in /etc/default/kubelet
    QByteArray config{}; ///< more of the kubelet's configuration
    QMap<QString, QByteArray> files{};
    QByteArray proxy{}; ///< kube-proxy's config.conf
    QByteArray shared{}; ///< the kubelets' in the ConfigMap kubelet-config
    QByteArray kubeadm{}; ///< ClusterConfiguration in the ConfigMap kubeadm-config
    QByteArray cgroup = "2";
};

QByteArray manifest(const QByteArray &command)
{
    return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  namespace: kube-system\nspec:\n  containers:\n  - name: x\n"
           "    command:\n    - "
        + QByteArray(command).replace(" ", "\n    - ")
        + "\n    volumeMounts:\n    - {name: logs, mountPath: /logs}\n    - {name: logs, mountPath: /ro, readOnly: true}\n"
          "  volumes:\n  - name: logs\n    hostPath: {path: /srv/logs}\n";
}

Component component(ComponentKind kind, const Release &release, SnapshotBuilder &builder, const QByteArray &command)
{
    Component made;
    made.kind = kind;
    made.release = release;
    made.running = true;
    made.process = builder.process(command).snapshot().processes.last();
    if (kind != ComponentKind::Kubelet) {
        made.manifest = manifests + componentName(kind) + u".yaml"_s;
        builder.file(made.manifest, manifest(command));
    }
    return made;
}

Cluster clusterOf(const Situation &situation)
{
    const Release release{situation.minor, situation.minor < 0 ? -1 : 4};
    SnapshotBuilder builder(u"cp1"_s);
    Node node;
    node.name = u"cp1"_s;
    node.read = true;
    node.release = release;
    const auto add = [&](ComponentKind kind, const QByteArray &arguments) {
        if (!arguments.isNull())
            node.components += component(
                kind, release, builder, componentName(kind).toUtf8() + (arguments.isEmpty() ? "" : " ") + arguments);
    };
    add(ComponentKind::ApiServer, situation.apiServer);
    add(ComponentKind::ControllerManager, situation.controllerManager);
    add(ComponentKind::Scheduler, situation.scheduler);
    builder.output(u"systemctl-cat-kubelet"_s, unit)
        .output(u"cgroup"_s, situation.cgroup)
        .file(u"/var/lib/kubelet/config.yaml"_s,
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
            "staticPodPath: /etc/kubernetes/manifests\n"
                + situation.config)
        .file(u"/var/lib/kubelet/kubeadm-flags.env"_s, "KUBELET_KUBEADM_ARGS=\"" + situation.kubelet + "\"\n")
        .file(u"/etc/default/kubelet"_s, "KUBELET_EXTRA_ARGS=\"" + situation.extra + "\"\n");
    for (auto file = situation.files.begin(); file != situation.files.end(); ++file)
        builder.file(file.key(), file.value());
    QByteArray argv = "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml";
    for (const QByteArray &more : {situation.kubelet, situation.extra}) {
        if (!more.isEmpty())
            argv += ' ' + more;
    }
    node.components += component(ComponentKind::Kubelet, release, builder, argv);
    node.snapshot = std::make_shared<const Snapshot>(builder.snapshot());
    Cluster cluster;
    cluster.release = release;
    cluster.nodes = {node};
    QJsonArray maps;
    const auto addMap = [&maps](const QString &name, const QString &key, const QByteArray &text) {
        if (text.isNull())
            return;
        maps += QJsonObject{{u"metadata"_s, QJsonObject{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, name}}},
            {u"data"_s, QJsonObject{{key, QString::fromUtf8(text)}}}};
    };
    addMap(u"kube-proxy"_s, u"config.conf"_s, situation.proxy);
    addMap(situation.minor >= 24 ? u"kubelet-config"_s : u"kubelet-config-1.%1"_s.arg(situation.minor), u"kubelet"_s,
        situation.shared);
    addMap(u"kubeadm-config"_s, u"ClusterConfiguration"_s, situation.kubeadm);
    if (!maps.isEmpty()) {
        cluster.objects[u"configmaps"_s] = maps;
        cluster.apiNode = u"cp1"_s;
        for (const char *name : {"kubelet-config", "kubelet-config-1.22", "kubelet-config-1.23", "kubeadm-config"})
            cluster.objects[askedConfigMap(QString::fromLatin1(name))] = true;
    }
    return cluster;
}

/// "1.24 kube-apiserver --port does-not-start kube-apiserver.yaml:12".
QString shown(const UpgradeObstacle &obstacle)
{
    const Origin &origin = obstacle.origin;
    QString where = origin.file.section(u'/', -1);
    if (origin.line > 0)
        where += u':' + QString::number(origin.line);
    return u"%1 %2 %3 %4 %5"_s
        .arg(obstacle.release.text(), componentName(obstacle.component), obstacle.setting,
            upgradeEffectName(obstacle.effect), where)
        .trimmed();
}

QStringList shown(const Cluster &cluster)
{
    QStringList lines;
    for (const UpgradeObstacle &obstacle : upgradeObstacles(cluster))
        lines += shown(obstacle);
    return lines;
}

const QByteArray issuer = "--service-account-issuer=https://x --service-account-signing-key-file=/sa.key";
const QByteArray stdPod =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: p\n    image: p\n";

} // namespace

Q_DECLARE_METATYPE(Situation)

class TestUpgrade : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void obstacles_data()
    {
        QTest::addColumn<Situation>("situation");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char *name, const Situation &situation, const QStringList &expected) {
            QTest::newRow(name) << situation << expected;
        };
        row("clean 1.34",
            {.apiServer = issuer,
                .controllerManager = "--controllers=*,bootstrapsigner,tokencleaner",
                .scheduler = "--leader-elect=true",
                .kubelet = "--container-runtime-endpoint=unix:///run/containerd/containerd.sock",
                .config = "podPidsLimit: 1000\nfeatureGates:\n  NodeSwap: true\n",
                .proxy = "mode: \"\"\n"},
            {});

        // A feature gate, wherever it is written.
        row("gate in kubeadm-flags.env", {.minor = 22, .kubelet = "--feature-gates=SupportPodPidsLimit=true"},
            {u"1.23 kubelet featureGates.SupportPodPidsLimit does-not-start kubeadm-flags.env:1"_s});
        row("gate among others in the other file",
            {.minor = 20, .extra = "--feature-gates=SupportNodePidsLimit=true,NodeSwap=true"},
            {u"1.23 kubelet featureGates.SupportNodePidsLimit does-not-start kubelet:1"_s});
        row("gate in config.yaml", {.minor = 21, .config = "featureGates:\n  SupportPodPidsLimit: true\n"},
            {u"1.23 kubelet featureGates.SupportPodPidsLimit does-not-start config.yaml:5"_s});
        row("gate that was removed before", {.minor = 23, .config = "featureGates:\n  SupportPodPidsLimit: true\n"},
            {});
        row("gate of the API server", {.minor = 26, .apiServer = issuer + " --feature-gates=CSIMigration=true"},
            {u"1.27 kube-apiserver featureGates.CSIMigration does-not-start kube-apiserver.yaml:13"_s});
        row("gate that is fixed before it is removed", {.minor = 24, .scheduler = "--feature-gates=CSIMigration=false"},
            {u"1.25 kube-scheduler featureGates.CSIMigration does-not-start kube-scheduler.yaml:11"_s});
        row("gate of kube-proxy", {.minor = 22, .proxy = "featureGates:\n  IPv6DualStack: true\nmode: iptables\n"},
            {u"1.25 kube-proxy featureGates.IPv6DualStack does-not-start kube-proxy:2"_s});

        // What kubeadm upgrade writes to the nodes, whatever they have today.
        row("gate in the shared configuration",
            {.minor = 22, .shared = "kind: KubeletConfiguration\nfeatureGates:\n  SupportPodPidsLimit: true\n"},
            {u"1.23 kubelet featureGates.SupportPodPidsLimit does-not-start kubelet-config-1.22:3"_s});
        row("unlimited events in the shared configuration", {.shared = "eventRecordQPS: 0\n"},
            {u"1.37 kubelet eventRecordQPS changes-meaning kubelet-config:1"_s});
        row("arguments of kubeadm, v1beta3",
            {.minor = 24,
                .kubeadm = "apiServer:\n  extraArgs:\n    enable-admission-plugins: NodeRestriction,PodSecurityPolicy\n"
                           "controllerManager: {extraArgs: {feature-gates: CSIMigration=false}}\n"},
            {u"1.25 kube-apiserver --enable-admission-plugins does-not-start kubeadm-config"_s,
                u"1.25 kube-controller-manager featureGates.CSIMigration does-not-start kubeadm-config"_s});
        row("arguments of kubeadm, v1beta4",
            {.minor = 34,
                .kubeadm =
                    "controllerManager:\n  extraArgs:\n  - name: controllers\n    value: \"*,-serviceaccount-token\"\n"
                    "apiServer: {}\n"},
            {u"1.35 kube-controller-manager --controllers loses-effect kubeadm-config"_s});
        row("no kubeadm and no gate", {.proxy = "mode: \"\"\n", .shared = "featureGates: {}\n"}, {});

        // Arguments of the kubelet.
        row("dockershim", {.minor = 23, .kubelet = "--network-plugin=cni --container-runtime=remote"},
            {u"1.24 kubelet --network-plugin does-not-start kubeadm-flags.env:1"_s,
                u"1.27 kubelet --container-runtime does-not-start kubeadm-flags.env:1"_s});
        row("separate value", {.minor = 23, .extra = "--cni-bin-dir /opt/cni/bin"},
            {u"1.24 kubelet --cni-bin-dir does-not-start kubelet:1"_s});
        row("dockershim gone already", {.minor = 24, .kubelet = "--network-plugin=cni"}, {});
        row("pause image", {.minor = 34, .kubelet = "--pod-infra-container-image=registry.k8s.io/pause:3.10"},
            {u"1.35 kubelet --pod-infra-container-image does-not-start kubeadm-flags.env:1"_s});
        row("klog, old spelling", {.minor = 25, .kubelet = "--log_dir=/var/log --logtostderr"},
            {u"1.26 kubelet --log-dir does-not-start kubeadm-flags.env:1"_s,
                u"1.26 kubelet --logtostderr does-not-start kubeadm-flags.env:1"_s});
        row("kubelet release not known", {.minor = -1, .kubelet = "--network-plugin=cni"},
            {u"1.24 kubelet --network-plugin does-not-start kubeadm-flags.env:1"_s});

        // kube-apiserver.
        row("insecure port in use", {.minor = 19, .apiServer = issuer + " --insecure-port=8080"},
            {u"1.20 kube-apiserver --insecure-port does-not-start kube-apiserver.yaml:13"_s});
        row("insecure port off", {.minor = 19, .apiServer = issuer + " --insecure-port=0"},
            {u"1.24 kube-apiserver --insecure-port does-not-start kube-apiserver.yaml:13"_s});
        row("no issuer", {.minor = 19, .apiServer = "--service-account-signing-key-file=/sa.key"},
            {u"1.20 kube-apiserver --service-account-issuer does-not-start kube-apiserver.yaml"_s});
        row("PodSecurityPolicy",
            {.minor = 24, .apiServer = issuer + " --enable-admission-plugins=NodeRestriction,PodSecurityPolicy"},
            {u"1.25 kube-apiserver --enable-admission-plugins does-not-start kube-apiserver.yaml:13"_s});
        row("other plugins", {.minor = 24, .apiServer = issuer + " --enable-admission-plugins=NodeRestriction"}, {});
        row("old audit policy",
            {.minor = 23,
                .apiServer = issuer + " --audit-policy-file=/etc/kubernetes/audit.yaml",
                .files = {{u"/etc/kubernetes/audit.yaml"_s,
                    "kind: Policy\napiVersion: audit.k8s.io/v1beta1\nrules: []\n"}}},
            {u"1.24 kube-apiserver apiVersion: audit.k8s.io/v1beta1 does-not-start audit.yaml:2"_s});
        row("new audit policy",
            {.minor = 23,
                .apiServer = issuer + " --audit-policy-file=/etc/kubernetes/audit.yaml",
                .files = {{u"/etc/kubernetes/audit.yaml"_s, "kind: Policy\napiVersion: audit.k8s.io/v1\nrules: []\n"}}},
            {});
        row("rotation left to the default",
            {.minor = 35, .apiServer = issuer + " --audit-log-path=/a.log --audit-log-maxage=30"},
            {u"1.36 kube-apiserver --audit-log-maxbackup changes-meaning kube-apiserver.yaml"_s});
        row("rotation of size 0",
            {.minor = 35,
                .apiServer = issuer
                    + " --audit-log-path=/a.log --audit-log-maxage=30 --audit-log-maxbackup=9 "
                      "--audit-log-maxsize=0"},
            {u"1.36 kube-apiserver --audit-log-maxsize changes-meaning kube-apiserver.yaml:16"_s});
        row("no rotation of standard output", {.minor = 35, .apiServer = issuer + " --audit-log-path=-"}, {});

        const auto logTo = [](const QByteArray &path) {
            return issuer + " --audit-log-path=" + path + " --audit-log-maxage=9 --audit-log-maxbackup=9";
        };
        const QMap<QString, QByteArray> written{{u"/srv/logs/a.log"_s, "{}"}};
        row("an audit log that is not there", {.minor = 21, .apiServer = logTo("/logs/a.log")},
            {u"1.22 kube-apiserver --audit-log-path changes-meaning kube-apiserver.yaml:13"_s});
        row("an audit log that is written already", {.minor = 21, .apiServer = logTo("/logs/a.log"), .files = written},
            {});
        row("an audit log on a mount that is read-only",
            {.minor = 21, .apiServer = logTo("/ro/a.log"), .files = written},
            {u"1.22 kube-apiserver --audit-log-path does-not-start kube-apiserver.yaml:13"_s});
        row("an audit log in the container, which makes the directory",
            {.minor = 21, .apiServer = logTo("/var/log/a.log")}, {});
        row("an audit log of a release that made it at its start", {.minor = 22, .apiServer = logTo("/logs/a.log")},
            {});

        // kube-controller-manager and kube-scheduler.
        row("eviction timeout", {.minor = 26, .controllerManager = "--pod-eviction-timeout=1m"},
            {u"1.27 kube-controller-manager --pod-eviction-timeout does-not-start kube-controller-manager.yaml:11"_s});
        row("insecure ports", {.minor = 21, .controllerManager = "--port=0", .scheduler = "--port=10251"},
            {u"1.23 kube-scheduler --port does-not-start kube-scheduler.yaml:11"_s,
                u"1.24 kube-controller-manager --port does-not-start kube-controller-manager.yaml:11"_s});
        row("scheduling policy", {.minor = 22, .scheduler = "--policy-config-file=/p.json"},
            {u"1.23 kube-scheduler --policy-config-file does-not-start kube-scheduler.yaml:11"_s});
        row("token controller", {.minor = 34, .controllerManager = "--controllers=*,-serviceaccount-token"},
            {u"1.35 kube-controller-manager --controllers loses-effect kube-controller-manager.yaml:11"_s});
        row("token controller, later", {.minor = 35, .controllerManager = "--controllers=*,-serviceaccount-token"}, {});

        // The node.
        row("cgroup v1", {.minor = 34, .cgroup = "1"}, {u"1.35 kubelet cgroup v1 does-not-start"_s});
        row("cgroup v1 borne", {.minor = 34, .config = "failCgroupV1: false\n", .cgroup = "1"}, {});
        row("static pod with a secret",
            {.minor = 33, .files = {{manifests + u"p.yaml"_s, stdPod + "    envFrom:\n    - secretRef: {name: s}\n"}}},
            {u"1.34 kubelet spec.containers[].envFrom does-not-start p.yaml"_s});
        row("static pod with a service account",
            {.minor = 33, .files = {{manifests + u"p.yaml"_s, stdPod + "  serviceAccountName: s\n"}}},
            {u"1.34 kubelet spec.serviceAccountName does-not-start p.yaml"_s});
        row("static pod with a projected config map",
            {.minor = 33,
                .files = {{manifests + u"p.yaml"_s,
                    stdPod
                        + "  volumes:\n  - name: v\n    projected:\n      sources:\n      - configMap: {name: c}\n"}}},
            {u"1.34 kubelet spec.volumes[].projected.configMap does-not-start p.yaml"_s});
        row("static pod of the node's own files",
            {.minor = 33,
                .files = {{manifests + u"p.yaml"_s, stdPod + "  volumes:\n  - name: v\n    hostPath: {path: /x}\n"}}},
            {});
        row("events without a limit", {.minor = 36, .config = "eventRecordQPS: 0\n"},
            {u"1.37 kubelet eventRecordQPS changes-meaning config.yaml:4"_s});
        row("ipvs", {.minor = 34, .proxy = "mode: ipvs\n"}, {u"1.35 kube-proxy mode changes-meaning kube-proxy:1"_s});
    }
    void obstacles()
    {
        QFETCH(Situation, situation);
        const Cluster cluster = clusterOf(situation);
        QTEST(shown(cluster), "expected");
        for (const UpgradeObstacle &obstacle : upgradeObstacles(cluster)) {
            QVERIFY(!obstacle.source.isEmpty());
            for (const Message &message : {obstacle.what, obstacle.todo})
                QVERIFY2(
                    !message.en.isEmpty() && !message.zh.isEmpty() && message.en != message.zh, qPrintable(message.en));
            QCOMPARE(obstacle.what.en.contains(u"is not known"_s), situation.minor < 0);
        }
    }

    void whatIsNotKnownIsSaid_data()
    {
        QTest::addColumn<QString>("lost");
        QTest::addColumn<QString>("said");
        QTest::newRow("nothing") << QString() << QString();
        QTest::newRow("the unit") << u"unit"_s << u"its systemd unit"_s;
        QTest::newRow("cgroups") << u"cgroup"_s << u"cgroup v1"_s;
        QTest::newRow("the node") << u"node"_s << u"cp1"_s;
        QTest::newRow("the audit policy") << u"policy"_s << u"/etc/kubernetes/audit.yaml"_s;
        QTest::newRow("kube-proxy") << u"api"_s << u"kube-proxy"_s;
    }
    void whatIsNotKnownIsSaid()
    {
        QFETCH(QString, lost);
        QFETCH(QString, said);
        Situation situation{.minor = 23, .apiServer = issuer, .proxy = "mode: iptables\n"};
        if (lost == "policy"_L1)
            situation.apiServer += " --audit-policy-file=/etc/kubernetes/audit.yaml";
        Cluster cluster = clusterOf(situation);
        Node &node = cluster.nodes.first();
        Snapshot snapshot = *node.snapshot;
        snapshot.outputs.removeIf([&](const OutputRecord &record) {
            return (lost == "unit"_L1 && record.id == "systemctl-cat-kubelet"_L1)
                || (lost == "cgroup"_L1 && record.id == "cgroup"_L1);
        });
        node.snapshot = std::make_shared<const Snapshot>(snapshot);
        if (lost == "node"_L1)
            node.read = false;
        if (lost == "api"_L1) {
            cluster.objects = {};
            cluster.apiError = message(u"No answer."_s, u"没有应答。"_s);
        }
        const QList<Message> gaps = upgradeGaps(cluster);
        QCOMPARE(gaps.size(), said.isEmpty() ? 0 : 1);
        if (!said.isEmpty())
            QVERIFY2(gaps.first().en.contains(said), qPrintable(gaps.first().en));
    }

    void hostileTextIsPlain()
    {
        const QList<UpgradeObstacle> found = upgradeObstacles(
            clusterOf({.minor = 24, .apiServer = issuer + " --enable-admission-plugins=PodSecurityPolicy,\x1b[2J"}));
        QCOMPARE(found.size(), 1);
        QVERIFY(!found.first().what.en.contains(QChar(0x1b)));
    }

    void sample()
    {
        const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s, QDir::Name);
        QList<Snapshot> snapshots;
        for (const QString &name : directory.entryList()) {
            auto snapshot = readSnapshotFile(directory.filePath(name));
            QVERIFY(snapshot);
            snapshots += *std::move(snapshot);
        }
        const auto cluster = buildCluster(snapshots);
        QVERIFY(cluster);
        const QString image = u"1.35 kubelet --pod-infra-container-image does-not-start kubeadm-flags.env:1"_s;
        const QString cgroup = u"1.35 kubelet cgroup v1 does-not-start"_s; // that is what the sample was recorded on
        QCOMPARE(shown(*cluster), (QStringList{image, cgroup, image, cgroup, image, cgroup}));
        QCOMPARE(upgradeReleases(*cluster).en, u"Releases 1.35 to 1.37 were considered."_s);
    }

    void groupsWhatIsTheSame()
    {
        UpgradeObstacle image;
        image.release.minor = 35;
        image.setting = u"--image"_s;
        QList<UpgradeObstacle> obstacles;
        for (const QString &node : {u"cp1"_s, u"w1"_s, u"w2"_s}) {
            image.node = node;
            obstacles += image;
            UpgradeObstacle own = image;
            own.origin.line = node == "w2"_L1 ? 7 : 3;
            own.origin.kind = Origin::Kind::File;
            own.origin.file = u"/etc/a"_s;
            obstacles += own;
        }
        UpgradeObstacle everywhere = image;
        everywhere.node.clear();
        everywhere.component = ComponentKind::KubeProxy;
        obstacles += everywhere;
        QStringList seen;
        for (const UpgradeGroup &group : grouped(obstacles))
            seen += placeOf(group).en + u" / "_s + placeOf(group).zh;
        QCOMPARE(seen,
            (QStringList{u"kubelet: cp1, w1, w2 / kubelet：cp1、w1、w2"_s, u"kubelet: cp1, w1 / kubelet：cp1、w1"_s,
                u"w2 kubelet / w2 kubelet"_s, u"kube-proxy / kube-proxy"_s}));
    }

    void everyFactIsWhole()
    {
        for (const UpgradeFact &fact : upgradeFacts()) {
            QVERIFY(fact.components != 0 && fact.minor >= 20 && fact.minor <= lastMinorKnown);
            QVERIFY2(QByteArray(fact.source).contains("1."), fact.setting);
            QCOMPARE(fact.word != nullptr, fact.sign == UpgradeSign::FlagHas || fact.sign == UpgradeSign::ProxyMode);
            QVERIFY2(fact.what || fact.sign == UpgradeSign::Flag, fact.setting);
            QVERIFY2(fact.todo || fact.sign == UpgradeSign::Flag, fact.setting);
        }
        QByteArray before;
        for (const GateFact &gate : gateFacts()) {
            QVERIFY2(before < gate.name, gate.name);
            QVERIFY2(gate.locked > 0 || gate.removed > 0, gate.name);
            QVERIFY2(gate.removed == 0 || gate.locked < gate.removed, gate.name);
            QVERIFY(gate.removed <= lastMinorKnown && gate.locked <= lastMinorKnown);
            before = gate.name;
        }
    }
};

QTEST_GUILESS_MAIN(TestUpgrade)
#include "tst_upgrade.moc"
