// SPDX-License-Identifier: Apache-2.0
#include "host/tlsprobe.h"
#include "rules/rulepack.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const auto authorityFlag = " --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt"_ba;

ServingCertificate goodFor(const QString &address)
{
    ServingCertificate certificate;
    certificate.issuer = u"CN=kubernetes"_s;
    certificate.addresses = {address};
    certificate.from = SnapshotBuilder::at(-86400);
    certificate.until = SnapshotBuilder::at(300 * 86400);
    certificate.authorities = {u"ca"_s};
    return certificate;
}

/// What the probe of a kubelet found, in a word.
TlsProbe probeOf(const QString &word, const QString &address)
{
    TlsProbe probe;
    probe.endpoint = {u"kubelet"_s, address, 10250};
    probe.way = u"tunnel"_s;
    probe.certificate = goodFor(address);
    if (word == "selfsigned"_L1)
        probe.certificate->doubts = {u"unable to get local issuer certificate"_s};
    else if (word == "noip"_L1)
        probe.certificate->addresses = {};
    else if (word == "late"_L1)
        probe.certificate->until = SnapshotBuilder::at(3600);
    else if (word == "none"_L1)
        probe.certificate.reset();
    if (word == "none"_L1)
        probe.alerts = {80};
    return probe;
}

Node nodeOf(const QString &name, const QString &word, const QByteArray &apiServer)
{
    Node node;
    node.name = name;
    node.address = u"192.0.2."_s + QString::number(name.back().digitValue() + 10);
    node.release = {34, 1};
    node.controlPlane = !apiServer.isEmpty();
    if (word == "unread"_L1)
        return node;
    node.read = true;
    SnapshotBuilder builder(name);
    builder.process("kubelet");
    if (!apiServer.isEmpty())
        builder.process(apiServer);
    Snapshot snapshot = builder.snapshot();
    if (word != "unasked"_L1)
        snapshot.outputs += OutputRecord{u"tls:kubelet"_s, writeTlsProbe(probeOf(word, node.address)), 0, {}, false};
    for (const ProcessRecord &process : std::as_const(snapshot.processes)) {
        Component component;
        component.kind = process.argv.first() == "kubelet" ? ComponentKind::Kubelet : ComponentKind::ApiServer;
        component.release = node.release;
        component.running = true;
        component.process = process;
        node.components += component;
    }
    node.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
    return node;
}

Finding judged(const QString &id, const Cluster &cluster)
{
    RulePack pack = *builtinRulePack();
    pack.rules.removeIf([&id](const Rule &rule) { return rule.id != id; });
    return assess(cluster, pack, SnapshotBuilder::at(0)).findings.first();
}

} // namespace

/// Rules about what is served over TLS, over several nodes and against the configuration; their own tests are in the
/// pack.
class TestTlsRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // cp0 runs kube-apiserver with or without the flag; w1 and w2 are workers.
    void apiServerCanVerifyAllOrSome_data()
    {
        QTest::addColumn<bool>("set");
        QTest::addColumn<QString>("w1");
        QTest::addColumn<QString>("w2");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QStringList>("says");
        const auto row = [](const char *name, bool set, const QString &w1, const QString &w2, Verdict verdict,
                             const QStringList &says) { QTest::newRow(name) << set << w1 << w2 << verdict << says; };
        row("set, all fit", true, u"good"_s, u"good"_s, Verdict::Pass, {u"verify: cp0, w1, w2."_s});
        row("set, one signed its own", true, u"selfsigned"_s, u"good"_s, Verdict::Fail,
            {u"exec, attach and port-forward are broken on w1."_s, u"w1: Its certificate is not signed"_s});
        row("set, one without its address", true, u"good"_s, u"noip"_s, Verdict::Fail,
            {u"broken on w2."_s, u"does not name the node's address 192.0.2.12"_s});
        row("set, one without a certificate", true, u"none"_s, u"good"_s, Verdict::Fail,
            {u"broken on w1."_s, u"was not approved"_s});
        row("set, one ends soon and works", true, u"late"_s, u"good"_s, Verdict::Pass, {});
        row("set, one was not read", true, u"good"_s, u"unread"_s, Verdict::Unknown,
            {u"the kubelet of w2 is not known"_s, u"Node w2 was not read."_s});
        row("set, one was not asked", true, u"unasked"_s, u"good"_s, Verdict::Unknown,
            {u"the kubelet of w1 is not known"_s, u"Read the node over SSH"_s});
        row("set, one broken and one not read", true, u"selfsigned"_s, u"unread"_s, Verdict::Fail,
            {u"broken on w1."_s});
        row("not set, all ready", false, u"good"_s, u"good"_s, Verdict::Fail, {u"it can be set now"_s});
        row("not set, two not ready", false, u"selfsigned"_s, u"noip"_s, Verdict::Fail,
            {u"Do not set it yet"_s, u"would break on w1, w2."_s});
        row("not set, one ends soon", false, u"late"_s, u"good"_s, Verdict::Fail,
            {u"Do not set it yet"_s, u"w1: Its certificate ends in 0 days"_s});
        row("not set, one not known", false, u"good"_s, u"unread"_s, Verdict::Fail,
            {u"before it is known whether it can verify w2"_s});
    }
    void apiServerCanVerifyAllOrSome()
    {
        QFETCH(bool, set);
        QFETCH(QString, w1);
        QFETCH(QString, w2);
        QFETCH(QStringList, says);
        Cluster cluster;
        cluster.nodes = {nodeOf(u"cp0"_s, u"good"_s, "kube-apiserver" + (set ? authorityFlag : QByteArray())),
            nodeOf(u"w1"_s, w1, {}), nodeOf(u"w2"_s, w2, {})};
        const Finding finding = judged(u"API-01"_s, cluster);
        QTEST(finding.verdict, "verdict");
        for (const QString &text : says)
            QVERIFY2(finding.reason.en.contains(text), qPrintable(finding.reason.en));
        QVERIFY(!finding.reason.zh.isEmpty());
        QVERIFY(!finding.fixable);
    }

    void wireAgainstConfiguration_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("argv");
        QTest::addColumn<bool>("speaks12");
        QTest::addColumn<QStringList>("suites");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<bool>("contradicts");
        const auto row = [](const char *name, const QString &id, const QByteArray &argv, bool speaks12,
                             const QStringList &suites, Verdict verdict, bool contradicts) {
            QTest::newRow(name) << id << argv << speaks12 << suites << verdict << contradicts;
        };
        const QString good = u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s;
        const QString chacha = u"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"_s;
        const QString cbc = u"TLS_RSA_WITH_AES_128_CBC_SHA"_s;
        const QByteArray only13 = "kubelet --tls-min-version=VersionTLS13";
        const QByteArray only12 = "kubelet --tls-min-version=VersionTLS12";
        row("as configured", u"KL-03-wire"_s, only13, false, {}, Verdict::Pass, false);
        row("lower than configured", u"KL-03-wire"_s, only13, true, {}, Verdict::Fail, true);
        row("low, and configured so", u"KL-03-wire"_s, only12, true, {}, Verdict::Fail, false);
        row("higher than configured", u"KL-03-wire"_s, only12, false, {}, Verdict::Pass, true);
        const QByteArray list = "kubelet --tls-cipher-suites=" + (good + u',' + chacha).toUtf8();
        row("suites as configured", u"KL-04-wire"_s, list, true, {good, chacha + u"_SHA256"_s}, Verdict::Pass, false);
        row("suites beyond the configured", u"KL-04-wire"_s, list, true, {good, cbc}, Verdict::Fail, true);
        row("suites that are on by default", u"KL-04-wire"_s, "kubelet"_ba, true, {good, cbc}, Verdict::Fail, false);
    }
    void wireAgainstConfiguration()
    {
        QFETCH(QString, id);
        QFETCH(QByteArray, argv);
        QFETCH(bool, speaks12);
        QFETCH(QStringList, suites);
        QFETCH(bool, contradicts);
        TlsProbe probe = probeOf(u"good"_s, u"192.0.2.10"_s);
        probe.versions = {{TlsVersion::Tls10, false}, {TlsVersion::Tls11, false}, {TlsVersion::Tls12, speaks12},
            {TlsVersion::Tls13, true}};
        probe.suites = suites;
        probe.allSuites = true;
        Snapshot snapshot = SnapshotBuilder(u"w0"_s).process(argv).snapshot();
        snapshot.outputs += OutputRecord{u"tls:kubelet"_s, writeTlsProbe(probe), 0, {}, false};
        Node node = nodeOf(u"w0"_s, u"good"_s, {});
        node.components.first().process = snapshot.processes.first();
        node.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
        Cluster cluster;
        cluster.nodes = {node};
        const Finding finding = judged(id, cluster);
        QTEST(finding.verdict, "verdict");
        QVERIFY2(finding.reason.en.contains(u"not what the configuration in force says"_s) == contradicts,
            qPrintable(finding.reason.en));
        QCOMPARE(finding.origin.kind, Origin::Kind::Probe);
        QCOMPARE(describe(finding.origin).en, u"probe of 192.0.2.10:10250"_s);
    }
};

QTEST_GUILESS_MAIN(TestTlsRules)
#include "tst_tlsrules.moc"
