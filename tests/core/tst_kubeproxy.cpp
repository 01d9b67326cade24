// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QJsonArray nodesOf(const QStringList &addresses)
{
    QJsonArray nodes;
    for (const QString &list : addresses) {
        QJsonArray internal;
        for (const QString &address : list.split(u' ', Qt::SkipEmptyParts))
            internal += QJsonObject{{u"type"_s, u"InternalIP"_s}, {u"address"_s, address}};
        nodes += QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, u"n%1"_s.arg(nodes.size() + 1)}}},
            {u"status"_s, QJsonObject{{u"addresses"_s, internal}}}};
    }
    return nodes;
}

Cluster clusterOf(int minor, const QByteArray &config, const QStringList &addresses)
{
    const QJsonObject metadata{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, u"kube-proxy"_s}};
    const QJsonObject container{{u"image"_s, u"kube-proxy:v1.%1.0"_s.arg(minor)},
        {u"command"_s, QJsonArray{u"kube-proxy"_s, u"--config=/c"_s, u"--nodeport-addresses=10.0.0.0/8"_s}}};
    const QJsonObject pod{{u"spec"_s, QJsonObject{{u"containers"_s, QJsonArray{container}}}}};
    Cluster cluster;
    cluster.id = u"id"_s;
    cluster.name = u"test"_s;
    cluster.apiNode = u"n1"_s;
    cluster.objects = {
        {u"daemonsets"_s,
            QJsonArray{QJsonObject{{u"metadata"_s, metadata}, {u"spec"_s, QJsonObject{{u"template"_s, pod}}}}}},
        {u"configmaps"_s,
            QJsonArray{QJsonObject{
                {u"metadata"_s, metadata}, {u"data"_s, QJsonObject{{u"config.conf"_s, QString::fromUtf8(config)}}}}}},
        {u"nodes"_s, nodesOf(addresses)}};
    return cluster;
}

QJsonArray services(const QByteArray &json)
{
    return QJsonDocument::fromJson(QByteArray(json).replace('\'', '"')).array();
}

Finding judged(const Cluster &cluster, const QString &rule)
{
    static const RulePack all = *builtinRulePack();
    RulePack pack = all;
    pack.rules.removeIf([&rule](const Rule &each) { return each.id != rule; });
    return assess(cluster, pack, QDateTime()).findings.value(0);
}

} // namespace

/// What a finding about kube-proxy's configuration tells the administrator to write, and whom that reaches.
class TestKubeProxy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void says_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<int>("minor");
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QStringList>("addresses"); // of each node, with blanks
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QStringList>("said");
        const QStringList two{u"10.0.0.1"_s, u"10.0.0.2"_s};
        const auto ports = [&](const char *name, int minor, const QByteArray &value, const QStringList &addresses,
                               const QString &verdict, const QStringList &said) {
            QTest::newRow(name) << u"KP-01"_s << minor << "nodePortAddresses: "_ba + value + '\n'
                                << addresses << verdict << said;
        };
        ports("from 1.31 on one word", 31, "null", two, u"fail"_s,
            {u"To write: nodePortAddresses: [\"primary\"]."_s,
                u"The argument --nodeport-addresses of the DaemonSet has no effect"_s});
        ports("before it all nodes", 30, "null", two, u"fail"_s,
            {u"Computed from the addresses of all nodes: nodePortAddresses: [\"10.0.0.1/32\", \"10.0.0.2/32\"]."_s});
        ports("both families", 28, "[10.0.0.0/24]", {u"10.0.0.1 fd00::1"_s, u"10.0.0.2 fd00::2"_s}, u"fail"_s,
            {u"no network of IPv6 is named"_s,
                u"[\"10.0.0.1/32\", \"fd00::1/128\", \"10.0.0.2/32\", \"fd00::2/128\"]"_s});
        ports("one node has no address", 28, "null", {u"10.0.0.1"_s, u""_s}, u"fail"_s, {u"-Computed"_s});
        ports("a bare address", 34, "[10.0.0.1]", two, u"error"_s,
            {u"\"10.0.0.1\" is an address without a mask (written as a network: 10.0.0.1/32)"_s, u"To write: "_s});
        ports("a bare address of the other family", 34, "[\"fd00::1\"]", two, u"error"_s, {u"fd00::1/128"_s});
        ports(
            "one node for all", 28, "[10.0.0.1/32]", two, u"fail"_s, {u"holds the address of n2"_s, u"10.0.0.2/32"_s});
        ports("as it is to be", 28, "[10.0.0.0/24]", two, u"pass"_s,
            {u"-To write"_s, u"-Computed"_s, u"-Services"_s, u"has no effect"_s});

        const auto health = [&](const char *name, const QByteArray &value, const QStringList &addresses,
                                const QString &verdict, const QStringList &said) {
            QTest::newRow(name) << u"KP-02"_s << 34 << "healthzBindAddress: "_ba + value + '\n'
                                << addresses << verdict << said;
        };
        const QString literal = u"is a network, which is how the hardening guide words it"_s;
        health("the guide's words", "10.0.0.0/24", two, u"error"_s, {literal, u"\"127.0.0.1:10256\""_s});
        health("the guide's words for both families", "\"10.0.0.0/24,fd00::/64\"", two, u"error"_s, {literal});
        health("another mistake", "everywhere", two, u"error"_s, {u"-hardening guide"_s});
        health("everywhere", "\"\"", two, u"fail"_s, {u"To write: healthzBindAddress: \"127.0.0.1:10256\"."_s});
        health("one node", "\"\"", {u"10.0.0.1"_s}, u"fail"_s, {u"healthzBindAddress: \"10.0.0.1:10256\""_s});
        health("one node of the other family", "\"\"", {u"fd00::1"_s}, u"fail"_s, {u"\"[fd00::1]:10256\""_s});
        health("metrics are no matter of this rule", "127.0.0.1\nmetricsBindAddress: 0.0.0.0", two, u"pass"_s, {});
        QTest::newRow("open metrics") << u"WL-09-proxy-metrics"_s << 34 << "metricsBindAddress: 0.0.0.0\n"_ba << two
                                      << u"fail"_s
                                      << QStringList{u"To write: metricsBindAddress: \"127.0.0.1:10249\"."_s};
        QTest::newRow("profiles") << u"WL-09-proxy-profiling"_s << 34 << "enableProfiling: true\n"_ba << two
                                  << u"fail"_s << QStringList{u"To write: enableProfiling: false."_s};
    }
    void says()
    {
        QFETCH(QString, rule);
        QFETCH(int, minor);
        QFETCH(QByteArray, config);
        QFETCH(QStringList, addresses);
        QFETCH(QString, verdict);
        QFETCH(QStringList, said);
        const Finding finding = judged(clusterOf(minor, "kind: KubeProxyConfiguration\n" + config, addresses), rule);
        QVERIFY2(verdictName(finding.verdict) == verdict, qPrintable(finding.reason.en));
        for (const QString &part : said) {
            const bool absent = part.startsWith(u'-') && !part.startsWith(u"--"_s);
            QVERIFY2(finding.reason.en.contains(absent ? part.mid(1) : part) != absent, qPrintable(finding.reason.en));
        }
        QVERIFY(!finding.reason.zh.contains(u'%'));
    }

    void namesTheServices_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QByteArray>("list"); // empty: not read
        QTest::addColumn<QString>("said");
        const QByteArray some =
            "[{'metadata': {'namespace': 'a', 'name': 'plain'}, 'spec': {'type': 'ClusterIP', 'ports': [{'port': 80}]}},"
            "{'metadata': {'namespace': 'a', 'name': 'web'},"
            "'spec': {'type': 'NodePort', 'ports': [{'nodePort': 30080}, {'nodePort': 30443}]}},"
            "{'metadata': {'namespace': 'b', 'name': 'gate'},"
            "'spec': {'type': 'LoadBalancer', 'ports': [{'nodePort': 31000}]},"
            "'status': {'loadBalancer': {'ingress': [{'ip': '192.0.2.7'}]}}},"
            "{'metadata': {'namespace': 'b', 'name': 'e\\u202evil'}, 'spec': {'type': 'NodePort', 'ports': 'x'}}]";
        QTest::newRow("not read") << u"KP-01"_s << ""_ba << u"the list of Services was not read."_s;
        QTest::newRow("none") << u"KP-01"_s << "[]"_ba << u"No Service has a NodePort now."_s;
        QTest::newRow("some")
            << u"KP-01"_s << some
            << u"Services that a change reaches: a/web 30080 30443, b/e\\u{202E}vil, b/gate LoadBalancer "
               "31000 192.0.2.7."_s;
        QTest::newRow("balancers") << u"KP-02"_s << some
                                   << u"may probe the port from outside: b/gate LoadBalancer 192.0.2.7."_s;
        QTest::newRow("no balancers") << u"KP-02"_s << "[]"_ba << u"No Service of type LoadBalancer is there"_s;
        QTest::newRow("balancers not read") << u"KP-02"_s << ""_ba << u"the list of Services was not read."_s;
        QByteArray many = "[";
        for (int i = 10; i < 25; ++i)
            many += "{'metadata': {'namespace': 'a', 'name': 's" + QByteArray::number(i)
                + "'}, 'spec': {'type': 'NodePort'}},";
        many.back() = ']';
        QTest::newRow("many") << u"KP-01"_s << many << u"a/s18, a/s19 and 5 more."_s;
    }
    void namesTheServices()
    {
        QFETCH(QString, rule);
        QFETCH(QByteArray, list);
        QFETCH(QString, said);
        Cluster cluster = clusterOf(34, "kind: KubeProxyConfiguration\n", {u"10.0.0.1"_s, u"10.0.0.2"_s});
        if (!list.isEmpty())
            cluster.objects.insert(u"services"_s, services(list));
        const Finding finding = judged(cluster, rule);
        QCOMPARE(finding.verdict, Verdict::Fail);
        QVERIFY2(finding.reason.en.contains(said), qPrintable(finding.reason.en));
        QVERIFY(!finding.reason.zh.contains(u'%'));
    }
};

QTEST_GUILESS_MAIN(TestKubeProxy)
#include "tst_kubeproxy.moc"
