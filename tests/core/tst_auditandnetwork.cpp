// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString manifests = u"/etc/kubernetes/manifests"_s;
const QByteArray pod =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver, namespace: kube-system}\nspec:\n"
    "  containers:\n  - name: kube-apiserver\n    image: registry.k8s.io/kube-apiserver:v1.34.4\n"
    "    command:\n    - kube-apiserver\n    - --audit-policy-file=/etc/kubernetes/audit-policy.yaml\n";
const QByteArray mount = "    volumeMounts:\n    - {mountPath: /etc/kubernetes/audit-policy.yaml, name: audit}\n"
                         "  volumes:\n  - {name: audit, hostPath: {path: /etc/kubernetes/audit-policy.yaml}}\n";

QList<Finding> judged(const SnapshotBuilder &builder, const QString &rule)
{
    const auto cluster = buildCluster({builder.snapshot()});
    if (!cluster)
        return {};
    RulePack pack = *builtinRulePack();
    pack.rules.removeIf([&rule](const Rule &other) { return other.id != rule; });
    return assess(*cluster, pack, SnapshotBuilder::at(0)).findings;
}

} // namespace

// What the tests of the pack cannot say: an API server that is down, and how bad a failure is.
class TestAuditAndNetwork : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhyTheApiServerIsDown_data()
    {
        QTest::addColumn<QByteArray>("manifest");
        QTest::addColumn<QByteArray>("policy"); // empty: the snapshot says that there is none
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("why");
        const QByteArray good = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n";
        QTest::newRow("the flag without its mount")
            << pod << good << u"API-05-mounts"_s << u"fail"_s << u"is not mounted into the container"_s;
        QTest::newRow("the same, as the policy's own rule has it")
            << pod << good << u"API-05-policy"_s << u"error"_s << u"finds no policy and does not start"_s;
        QTest::newRow("a policy that it does not take")
            << pod + mount << QByteArray(good).replace("Metadata", "metadata") << u"API-05-policy"_s << u"error"_s
            << u"“metadata”"_s;
        QTest::newRow("no such file") << pod + mount << QByteArray() << u"API-05-policy"_s << u"error"_s
                                      << u"no file"_s;
        QTest::newRow("audit is not why") << pod + mount << good << u"API-05-policy"_s << u"unknown"_s << QString();
        QTest::newRow("the log is not judged by what does not run")
            << pod + mount << good << u"API-05-retention"_s << u"unknown"_s << QString();
    }
    void saysWhyTheApiServerIsDown()
    {
        QFETCH(QByteArray, manifest);
        QFETCH(QByteArray, policy);
        QFETCH(QString, rule);
        QFETCH(QString, verdict);
        QFETCH(QString, why);
        SnapshotBuilder builder(u"cp1"_s);
        builder.process("kubelet").directory(manifests).file(manifests + u"/kube-apiserver.yaml"_s, manifest);
        const QString path = u"/etc/kubernetes/audit-policy.yaml"_s;
        FileRecord absent;
        absent.path = absent.realPath = path;
        absent.missing = true;
        if (policy.isEmpty())
            builder.record(absent);
        else
            builder.file(path, policy);
        const QList<Finding> findings = judged(builder, rule);
        QCOMPARE(findings.size(), 1);
        QCOMPARE(verdictName(findings[0].verdict), verdict);
        const Message &reason = findings[0].reason;
        QVERIFY2(reason.en.contains(why), qPrintable(reason.en));
        QCOMPARE(reason.en.contains("does not run on node cp1; this is judged by its manifest"_L1), !why.isEmpty());
        QVERIFY(!reason.zh.isEmpty() && reason.zh != reason.en);
        if (rule == "API-05-mounts"_L1)
            QCOMPARE(findings[0].severity, Severity::Critical);
    }

    /// From what the policies in force record.
    void suggestsALevel_data()
    {
        QTest::addColumn<QStringList>("lastLevels"); // of the last rule of each API server's policy; empty: it has none
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason"); // a part
        QTest::newRow("no policy") << QStringList{QString()} << u"Metadata"_s << u"who did what and when"_s;
        QTest::newRow("who did it alone") << QStringList{u"Metadata"_s} << u"Metadata"_s << u"who did what and when"_s;
        QTest::newRow("more than that") << QStringList{u"RequestResponse"_s} << u"RequestResponse"_s
                                        << u"policies in force (cp1) record changes"_s;
        QTest::newRow("the least of several")
            << QStringList{u"RequestResponse"_s, u"Request"_s} << u"Request"_s << u"policies in force (cp1, cp2)"_s;
        QTest::newRow("one has none") << QStringList{u"Request"_s, QString()} << u"Metadata"_s << u"who did what"_s;
        QTest::newRow("no node") << QStringList() << QString() << QString();
    }
    void suggestsALevel()
    {
        QFETCH(QStringList, lastLevels);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        Cluster cluster;
        for (const QString &level : lastLevels) {
            SnapshotBuilder builder(u"cp%1"_s.arg(cluster.nodes.size() + 1));
            Component server;
            server.kind = ComponentKind::ApiServer;
            server.running = true;
            server.release = Release::parse(u"1.34"_s);
            server.process.argv = {"kube-apiserver"};
            if (!level.isEmpty()) {
                server.process.argv += "--audit-policy-file=/p";
                builder.file(
                    u"/p"_s, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: " + level.toUtf8() + "}]\n");
            }
            Node node;
            node.name = builder.snapshot().hostName;
            node.read = true;
            node.components += server;
            node.snapshot = std::make_shared<const Snapshot>(builder.snapshot());
            cluster.nodes += node;
        }
        const Suggestion suggestion = suggestionFor(*builtinRulePack()->rule(u"API-05-policy"_s), cluster);
        QCOMPARE(suggestion.value, value);
        QVERIFY2(suggestion.reason.en.contains(reason), qPrintable(suggestion.reason.en));
        QCOMPARE(suggestion.reason.zh.isEmpty(), value.isEmpty());
    }

    /// From the growth of the log, in half a day here.
    void suggestsRetention_data()
    {
        QTest::addColumn<QString>("asked"); // by a tailoring; empty: by the pack
        QTest::addColumn<QList<qint64>>("sizes"); // of the log of each node; below 0: it was not read
        QTest::addColumn<qint64>("free"); // KiB of each file system
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason"); // a part
        constexpr qint64 much = 100'000'000;
        const QList<qint64> busy{180'000'000};
        QTest::newRow("as many files as the days need")
            << QString() << busy << much << u"30,103,100"_s
            << u"the audit log of cp1 grows by about 360.0 MB a day: 30 days of it take 10800 MB, which fit into 103 files "
               "of 100 MB."_s;
        QTest::newRow("no fewer than are asked for")
            << QString() << QList<qint64>{1'000'000} << much << u"30,10,100"_s << u"fit into 10 files"_s;
        QTest::newRow("the days of a tailoring")
            << u"180,10,500"_s << busy << much << u"180,124,500"_s << u"180 days of it take 64800 MB"_s;
        QTest::newRow("the node whose log grows fastest") << QString() << QList<qint64>{1'000'000, 180'000'000} << much
                                                          << u"30,103,100"_s << u"the audit log of cp2"_s;
        QTest::newRow("the file system is too small")
            << QString() << busy << qint64(1'000'000) << u"30,103,100"_s << u"has room for 1204 MB alone"_s;
        QTest::newRow("more files than can be asked for") << u"3650,10,1"_s << busy << much << QString() << QString();
        QTest::newRow("not read") << QString() << QList<qint64>{-1} << much << QString() << QString();
        QTest::newRow("no node") << QString() << QList<qint64>() << much << QString() << QString();
    }
    void suggestsRetention()
    {
        QFETCH(QString, asked);
        QFETCH(QList<qint64>, sizes);
        QFETCH(qint64, free);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        Cluster cluster;
        for (const qint64 size : sizes) {
            Snapshot snapshot;
            FileRecord log;
            log.path = log.realPath = u"/l/audit.log"_s;
            log.size = size;
            log.modified = SnapshotBuilder::at(0);
            snapshot.files += log;
            const QString first = SnapshotBuilder::at(-12 * 3600).toString(Qt::ISODateWithMs);
            snapshot.outputs += OutputRecord{u"audit-first"_s, first.toUtf8(), 0, {}, false};
            snapshot.outputs += OutputRecord{u"audit-free"_s, QByteArray::number(free), 0, {}, false};
            Component server;
            server.kind = ComponentKind::ApiServer;
            server.running = true;
            server.release = Release::parse(u"1.34"_s);
            server.process.argv = {"kube-apiserver", "--audit-log-path=/l/audit.log"};
            Node node;
            node.name = u"cp%1"_s.arg(cluster.nodes.size() + 1);
            node.read = true;
            node.components += server;
            node.snapshot = std::make_shared<const Snapshot>(snapshot);
            cluster.nodes += node;
        }
        Tailoring tailoring;
        if (!asked.isEmpty())
            tailoring.values.insert(u"API-05-retention"_s, asked);
        const auto pack = tailored(*builtinRulePack(), tailoring);
        QVERIFY(pack);
        const Rule &rule = *pack->rule(u"API-05-retention"_s);
        const Suggestion suggestion = suggestionFor(rule, cluster);
        QCOMPARE(suggestion.value, value);
        QVERIFY2(suggestion.reason.en.contains(reason), qPrintable(suggestion.reason.en));
        QCOMPARE(suggestion.reason.zh.isEmpty(), value.isEmpty());
        if (!value.isEmpty())
            QVERIFY(valueProblem(rule, value).isEmpty());
    }

    void tellsHowBadANetworkIs_data()
    {
        QTest::addColumn<QByteArray>("plugins");
        QTest::addColumn<bool>("program");
        QTest::addColumn<QString>("annotation"); // of a pod of this node; empty: none
        QTest::addColumn<Severity>("severity");
        QTest::addColumn<QStringList>("said");
        const QByteArray bridge = R"({"type":"bridge"})";
        const QByteArray both = bridge + R"(,{"type":"bandwidth","capabilities":{"bandwidth":true}})";
        QTest::newRow("nobody asks for a limit")
            << bridge << true << QString() << Severity::Low << QStringList{u"No pod of the cluster asks"_s};
        QTest::newRow("somebody does") << bridge << true << u"10M"_s << Severity::Medium
                                       << QStringList{u"1 pods of this node"_s, u"ai/web"_s};
        QTest::newRow("flannel's file") << R"({"type":"flannel"})"_ba << false << u"10M"_s << Severity::Medium
                                        << QStringList{u"kube-flannel-cfg"_s, u"install it first"_s,
                                               u"/opt/cni/bin/bandwidth is missing"_s};
        QTest::newRow("the configuration before the program")
            << both << false << QString() << Severity::Critical << QStringList{u"every new pod of the node fails"_s};
        QTest::newRow("an annotation that stops its pod")
            << both << true << u"10Mbit"_s << Severity::Medium << QStringList{u"ai/web egress-bandwidth=10Mbit"_s};
    }
    void tellsHowBadANetworkIs()
    {
        QFETCH(QByteArray, plugins);
        QFETCH(bool, program);
        QFETCH(QString, annotation);
        QFETCH(Severity, severity);
        QFETCH(QStringList, said);
        SnapshotBuilder builder(u"cp1"_s);
        builder.process("kubelet").output(u"cni-conf-dir"_s, "/etc/cni/net.d").output(u"cni-bin-dir"_s, "/opt/cni/bin");
        builder.output(u"uname"_s, "Linux 6.1 1 x86_64").directory(u"/opt/cni/bin"_s);
        builder.file(
            u"/etc/cni/net.d/10-net.conflist"_s, R"({"cniVersion":"0.4.0","name":"net","plugins":[)" + plugins + "]}");
        if (program) {
            builder.file(u"/opt/cni/bin/bandwidth"_s, {});
            builder.output(u"elf:bandwidth"_s,
                "\x7F"
                "ELF\2\1"
                    + QByteArray(12, '\0') + QByteArray("\x3E\0", 2));
        }
        const auto cluster = buildCluster({builder.snapshot()});
        QVERIFY(cluster);
        Cluster known = *cluster;
        known.apiError = {};
        QJsonObject metadata{{u"namespace"_s, u"ai"_s}, {u"name"_s, u"web"_s}};
        if (!annotation.isEmpty())
            metadata.insert(u"annotations"_s, QJsonObject{{u"kubernetes.io/egress-bandwidth"_s, annotation}});
        known.objects.insert(u"pods"_s,
            QJsonArray{QJsonObject{
                {u"metadata"_s, metadata}, {u"spec"_s, QJsonObject{{u"nodeName"_s, known.nodes[0].name}}}}});
        if (program) {
            auto snapshot = std::make_shared<Snapshot>(*known.nodes[0].snapshot);
            for (FileRecord &file : snapshot->files)
                file.mode = file.path == "/opt/cni/bin/bandwidth"_L1 ? 0755 : file.mode;
            known.nodes[0].snapshot = snapshot;
        }
        RulePack pack = *builtinRulePack();
        pack.rules.removeIf([](const Rule &other) { return other.id != "CNI-01"_L1; });
        const QList<Finding> findings = assess(known, pack, SnapshotBuilder::at(0)).findings;
        QCOMPARE(findings.size(), 1);
        QCOMPARE(verdictName(findings[0].verdict), u"fail"_s);
        QCOMPARE(severityName(findings[0].severity), severityName(severity));
        for (const QString &part : said)
            QVERIFY2(findings[0].reason.en.contains(part), qPrintable(findings[0].reason.en));
    }
};

QTEST_GUILESS_MAIN(TestAuditAndNetwork)
#include "tst_auditandnetwork.moc"
