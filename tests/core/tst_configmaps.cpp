// SPDX-License-Identifier: Apache-2.0
#include "rules/configmapfile.h"
#include "snapshotbuilder.h"

#include <QJsonArray>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QJsonObject configMap(const QString &name, const QString &key, const QByteArray &text)
{
    return {{u"kind"_s, u"ConfigMap"_s},
        {u"metadata"_s, QJsonObject{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, name}}},
        {u"data"_s, QJsonObject{{key, QString::fromUtf8(text)}}}};
}

/// A cluster whose API server was asked for the kubelets' ConfigMap.
Cluster clusterOf(int minor, const QByteArray &kubelet)
{
    Cluster cluster;
    cluster.id = cluster.name = u"test"_s;
    cluster.release = {minor, 4};
    cluster.apiNode = u"cp1"_s;
    const QString name = minor <= 23 ? u"kubelet-config-1.%1"_s.arg(minor) : u"kubelet-config"_s;
    cluster.objects = {{askedConfigMap(name), true}};
    if (!kubelet.isNull())
        cluster.objects.insert(u"configmaps"_s, QJsonArray{configMap(name, u"kubelet"_s, kubelet)});
    return cluster;
}

/// `networks` are those to which NodePorts are to be limited; none: as the pack has it.
QList<Finding> judged(const Cluster &cluster, const QString &rule, const QStringList &networks = {})
{
    static const RulePack all = *builtinRulePack();
    RulePack pack = all;
    pack.rules.removeIf([&rule](const Rule &each) { return each.id != rule; });
    for (Rule &each : pack.rules)
        each.networks = networks;
    return assess(cluster, pack, QDateTime()).findings;
}

/// "fail critical ConfigMap kubelet-config = ACTUAL from config-map kube-system/kubelet-config:2".
QStringList linesOf(const QList<Finding> &findings)
{
    QStringList lines;
    for (const Finding &finding : findings) {
        if (finding.subject.kind != "ConfigMap"_L1)
            continue;
        QString line = u"%1 %2 %3 = %4"_s.arg(
            verdictName(finding.verdict), severityName(finding.severity), finding.subject.name, finding.actual);
        if (finding.origin.line > 0)
            line += u" from %1:%2"_s.arg(finding.origin.file).arg(finding.origin.line);
        lines += line;
    }
    return lines;
}

QByteArray configz(const QByteArray &ports, const QByteArray &health, const QByteArray &metrics = "127.0.0.1:10249",
    const QByteArray &profiling = "false", const QByteArray &mode = "iptables")
{
    return R"({"kubeproxy.config.k8s.io":{"NodePortAddresses":)" + ports + R"(,"HealthzBindAddress":")" + health
        + R"(","MetricsBindAddress":")" + metrics + R"(","EnableProfiling":)" + profiling + R"(,"Mode":")" + mode
        + R"("}})";
}

Node proxyNode(const QString &name, const std::optional<QByteArray> &answer, const QString &error = {})
{
    SnapshotBuilder builder(name);
    builder.process("/usr/local/bin/kube-proxy --config=/var/lib/kube-proxy/config.conf");
    if (answer)
        builder.output(u"kube-proxy-configz"_s, *answer, error.isEmpty() ? 0 : 7, error);
    Node node;
    node.name = name;
    node.read = true;
    Component component;
    component.kind = ComponentKind::KubeProxy;
    component.running = true;
    node.components += component;
    node.snapshot = std::make_shared<const Snapshot>(builder.snapshot());
    return node;
}

Node unreadNode(const QString &name)
{
    Node node;
    node.name = name;
    return node;
}

Cluster proxyCluster(int minor, const QByteArray &config, const QList<Node> &nodes)
{
    Cluster cluster = clusterOf(minor, {});
    const QJsonObject metadata{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, u"kube-proxy"_s}};
    const QJsonObject container{{u"image"_s, u"kube-proxy:v1.%1.0"_s.arg(minor)},
        {u"command"_s, QJsonArray{u"kube-proxy"_s, u"--config=/c"_s}}};
    const QJsonObject pod{{u"spec"_s, QJsonObject{{u"containers"_s, QJsonArray{container}}}}};
    QJsonArray objects;
    for (const Node &node : nodes) {
        const QJsonObject labels{{u"kubernetes.io/os"_s, node.name.startsWith(u"win"_s) ? u"windows"_s : u"linux"_s}};
        objects += QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, node.name}, {u"labels"_s, labels}}},
            {u"status"_s,
                QJsonObject{{u"addresses"_s,
                    QJsonArray{QJsonObject{{u"type"_s, u"InternalIP"_s}, {u"address"_s, u"10.0.0.1"_s}}}}}}};
    }
    cluster.objects.insert(u"nodes"_s, objects);
    cluster.objects.insert(u"daemonsets"_s,
        QJsonArray{QJsonObject{{u"metadata"_s, metadata}, {u"spec"_s, QJsonObject{{u"template"_s, pod}}}}});
    cluster.objects.insert(u"configmaps"_s,
        QJsonArray{configMap(u"kube-proxy"_s, u"config.conf"_s, "kind: KubeProxyConfiguration\n" + config)});
    cluster.nodes = nodes;
    return cluster;
}

} // namespace

/// What kubeadm keeps for all nodes in ConfigMaps, and what the processes that were started from one really use.
class TestConfigMaps : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void kubelet_data()
    {
        QTest::addColumn<Cluster>("cluster");
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QStringList>("lines");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const Cluster &cluster, const QString &rule, const QStringList &lines,
                             const QString &said) { QTest::newRow(name) << cluster << rule << lines << said; };
        const QString gate = u"KL-01-gate"_s;
        const QString address = u"KL-02"_s;
        const QByteArray plain = "kind: KubeletConfiguration\n";
        const QByteArray on = plain + "featureGates:\n  SupportPodPidsLimit: true\n";
        row("no gate", clusterOf(34, plain), gate, {u"pass critical kubelet-config = not set"_s}, {});
        row("another gate", clusterOf(34, plain + "featureGates: {NodeSwap: true}\n"), gate,
            {u"pass critical kubelet-config = not set"_s}, {});
        row("the gate", clusterOf(34, on), gate,
            {u"fail critical kubelet-config = SupportPodPidsLimit=true from kube-system/kubelet-config:3"_s},
            u"to every node at the next kubeadm upgrade. The gate was removed in 1.23"_s);
        row("the gate before it was removed", clusterOf(22, on), gate,
            {u"pass critical kubelet-config-1.22 = SupportPodPidsLimit=true from kube-system/kubelet-config-1.22:3"_s},
            u"Remove it before the upgrade to 1.23."_s);
        row("gates that are no map", clusterOf(34, plain + "featureGates: all\n"), gate,
            {u"error critical kubelet-config =  from kube-system/kubelet-config:2"_s}, u"is no map"_s);
        row("no YAML", clusterOf(34, "a: [\n"), gate, {u"error critical kubelet-config = "_s}, u"does not parse"_s);
        Cluster keyless = clusterOf(34, plain);
        keyless.objects.insert(u"configmaps"_s, QJsonArray{configMap(u"kubelet-config"_s, u"other"_s, plain)});
        row("no such key", keyless, gate, {u"error critical kubelet-config = "_s}, u"has no key kubelet"_s);
        row("no such ConfigMap", clusterOf(34, {}), gate, {}, {});
        Cluster older = clusterOf(34, {});
        older.objects = {};
        row("read before it was asked for", older, gate, {u"unknown critical kubelet-config = "_s}, u"was not read"_s);
        Cluster silent = clusterOf(34, on);
        silent.apiNode.clear();
        row("no API server", silent, gate, {}, {});

        row("no address", clusterOf(34, plain), address, {u"pass medium kubelet-config = not set"_s}, {});
        row("every address", clusterOf(34, plain + "address: 0.0.0.0\n"), address,
            {u"pass medium kubelet-config = 0.0.0.0 from kube-system/kubelet-config:2"_s}, {});
        row("an empty address", clusterOf(34, plain + "address: \"\"\n"), address,
            {u"pass medium kubelet-config = \"\" from kube-system/kubelet-config:2"_s}, {});
        row("one node's for all", clusterOf(34, plain + "address: 10.0.0.1\n"), address,
            {u"fail critical kubelet-config = 10.0.0.1 from kube-system/kubelet-config:2"_s}, u"all nodes share it"_s);
        row("a number", clusterOf(34, plain + "address: 10\n"), address,
            {u"fail critical kubelet-config = not set from kube-system/kubelet-config:2"_s}, {});
    }
    void kubelet()
    {
        QFETCH(Cluster, cluster);
        QFETCH(QString, rule);
        QFETCH(QString, said);
        const QList<Finding> findings = judged(cluster, rule);
        QTEST(linesOf(findings), "lines");
        for (const Finding &finding : findings) {
            if (finding.subject.kind != "ConfigMap"_L1)
                continue;
            QVERIFY2(finding.reason.en.contains(said), qPrintable(finding.reason.en));
            QVERIFY(!finding.reason.zh.contains(u'%') && finding.reason.zh != finding.reason.en);
        }
    }

    void running_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<Cluster>("cluster");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("actual");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const QString &rule, const QByteArray &config, const QList<Node> &nodes,
                             const QString &verdict, const QString &actual, const QString &said, int minor = 34) {
            QTest::newRow(name) << rule << proxyCluster(minor, config, nodes) << verdict << actual << said;
        };
        const QByteArray local = "healthzBindAddress: 127.0.0.1:10256\n";
        const QByteArray safe = configz("[\"10.0.0.1/32\"]", "127.0.0.1:10256");
        const QByteArray open = configz("null", "0.0.0.0:10256", "0.0.0.0:10249", "true");
        const Node good = proxyNode(u"n1"_s, safe);
        const QString health = u"KP-02"_s;
        row("what is set is used", health, local, {good}, u"pass"_s, u"127.0.0.1:10256"_s, {});
        row("changed and not used yet", health, local, {good, proxyNode(u"n2"_s, open)}, u"fail"_s, u"0.0.0.0:10256"_s,
            u"set, but not in force: on n2 the running kube-proxy still uses 0.0.0.0:10256"_s);
        row("one node was not read", health, local, {good, unreadNode(u"n2"_s)}, u"unknown"_s, u"127.0.0.1:10256"_s,
            u"on n2 is not known: the node was not read."_s);
        row("a Windows node", health, local, {good, unreadNode(u"win1"_s)}, u"pass"_s, u"127.0.0.1:10256"_s, {});
        row("read before it was asked", health, local, {proxyNode(u"n1"_s, {})}, u"unknown"_s, u"127.0.0.1:10256"_s,
            u"read it again"_s);
        row("no answer", health, local, {proxyNode(u"n1"_s, ""_ba, u"curl: (7) refused"_s)}, u"unknown"_s,
            u"127.0.0.1:10256"_s, u"did not answer (curl: (7) refused)"_s);
        row("an answer of something else", health, local, {proxyNode(u"n1"_s, "<html>")}, u"unknown"_s,
            u"127.0.0.1:10256"_s, u"does not say"_s);
        row("the fields' names of the file, as 1.37 has them", health, local,
            {proxyNode(u"n1"_s, R"({"kubeproxy.config.k8s.io":{"healthzBindAddress":"0.0.0.0:10256"}})")}, u"fail"_s,
            u"0.0.0.0:10256"_s, u"set, but not in force"_s, 37);
        row("open and unknown", health, local, {proxyNode(u"n1"_s, open), unreadNode(u"n2"_s)}, u"fail"_s,
            u"0.0.0.0:10256"_s, u"on n2 is not known"_s);
        row("taken back and still used", health, "healthzBindAddress: \"\"\n", {good}, u"fail"_s, u"not set"_s,
            u"No running kube-proxy uses this yet"_s);
        row("open and used", health, "healthzBindAddress: \"\"\n", {proxyNode(u"n1"_s, open)}, u"fail"_s, u"not set"_s,
            {});
        row("metrics", u"WL-09-proxy-metrics"_s, "", {proxyNode(u"n1"_s, open)}, u"fail"_s, u"0.0.0.0:10249"_s,
            u"still uses 0.0.0.0:10249"_s);
        row("metrics in force", u"WL-09-proxy-metrics"_s, "", {good}, u"pass"_s, u"not set"_s, {});
        row("profiles", u"WL-09-proxy-profiling"_s, "", {proxyNode(u"n1"_s, open)}, u"fail"_s, u"true"_s, {});
        row("profiles in force", u"WL-09-proxy-profiling"_s, "", {good}, u"pass"_s, u"not set"_s, {});
        const QByteArray primary = "nodePortAddresses: [primary]\n";
        row("primary, resolved", u"KP-01"_s, primary, {good}, u"pass"_s, u"primary"_s, {});
        row("primary, not used yet", u"KP-01"_s, primary, {proxyNode(u"n1"_s, open)}, u"fail"_s, u"not set"_s,
            u"still uses not set"_s);
        row("everything by its network", u"KP-01"_s, primary,
            {proxyNode(u"n1"_s, configz("[\"0.0.0.0/0\"]", "127.0.0.1:1"))}, u"fail"_s, u"0.0.0.0/0"_s, {});
        row("nftables, where nothing is primary", u"KP-01"_s, "mode: nftables\n",
            {proxyNode(u"n1"_s, configz("null", "127.0.0.1:1", "127.0.0.1:2", "false", "nftables"))}, u"pass"_s,
            u"not set"_s, {});
        row("no list at all", u"KP-01"_s, primary, {proxyNode(u"n1"_s, configz("3", "127.0.0.1:1"))}, u"unknown"_s,
            u"primary"_s, u"does not say"_s);
    }
    void running()
    {
        QFETCH(QString, rule);
        QFETCH(Cluster, cluster);
        QFETCH(QString, said);
        const Finding finding = judged(cluster, rule).value(0);
        QTEST(verdictName(finding.verdict), "verdict");
        QTEST(finding.actual, "actual");
        QVERIFY2(finding.reason.en.contains(said), qPrintable(finding.reason.en));
        QVERIFY(!finding.reason.zh.contains(u'%'));
    }

    void runningWithin_data()
    {
        QTest::addColumn<QByteArray>("used");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("said");
        QTest::newRow("the same") << "[\"10.0.0.0/24\"]"_ba << u"pass"_s << QString();
        QTest::newRow("narrower") << "[\"10.0.0.1/32\"]"_ba << u"pass"_s << QString();
        QTest::newRow("wider, as it was before")
            << "[\"10.0.0.0/8\"]"_ba << u"fail"_s << u"on n1 the running kube-proxy still uses 10.0.0.0/8"_s;
        QTest::newRow("another one") << "[\"10.0.0.0/24\",\"192.168.7.0/24\"]"_ba << u"fail"_s
                                     << u"still uses 10.0.0.0/24,192.168.7.0/24"_s;
        QTest::newRow("everything") << "null"_ba << u"fail"_s << u"still uses not set"_s;
    }
    /// NodePorts are to be limited to 10.0.0.0/24, which the ConfigMap says.
    void runningWithin()
    {
        QFETCH(QByteArray, used);
        QFETCH(QString, said);
        const Cluster cluster = proxyCluster(
            34, "nodePortAddresses: [10.0.0.0/24]\n", {proxyNode(u"n1"_s, configz(used, "127.0.0.1:10256"))});
        const Finding finding = judged(cluster, u"KP-01"_s, {u"10.0.0.0/24"_s}).value(0);
        QTEST(verdictName(finding.verdict), "verdict");
        QVERIFY2(finding.reason.en.contains(said), qPrintable(finding.reason.en));
    }
};

Q_DECLARE_METATYPE(Cluster)

QTEST_GUILESS_MAIN(TestConfigMaps)
#include "tst_configmaps.moc"
