// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"
#include "snapshotbuilder.h"

#include <QTest>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString configFile = u"/var/lib/kubelet/config.yaml"_s;
const QByteArray kubelet = "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml";
const QByteArray header = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// A node whose kubelet runs as its unit and files say.
struct Machine
{
    QString name = u"w1"_s;
    QByteArray config = header + "staticPodPath: /etc/kubernetes/manifests\n";
    QByteArray extra; ///< KUBELET_EXTRA_ARGS
    QByteArray argv = kubelet;
    QByteArray apiServer; ///< arguments; empty: a worker
    std::function<void(SnapshotBuilder &)> more = [](SnapshotBuilder &) {};

    Snapshot snapshot() const
    {
        SnapshotBuilder builder(name, QString(32, name.back() == u'1' ? u'1' : u'2'));
        builder.file(configFile, config)
            .file(u"/etc/default/kubelet"_s, "# ours\nKUBELET_EXTRA_ARGS=" + extra + '\n')
            .output(u"kubelet-version"_s, "Kubernetes v1.34.4\n")
            .output(u"systemctl-cat-kubelet"_s,
                "# /lib/systemd/system/kubelet.service\n[Service]\nEnvironmentFile=-/etc/default/kubelet\n"
                "ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_EXTRA_ARGS\n")
            .process(argv);
        if (!apiServer.isEmpty()) {
            builder
                .file(u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s,
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\n  namespace: kube-system\nspec:\n"
                    "  containers:\n  - image: registry.k8s.io/kube-apiserver:v1.34.4\n    name: kube-apiserver\n"
                    "    command:\n    - kube-apiserver\n    - "
                        + QByteArray(apiServer).replace(" ", "\n    - ") + '\n')
                .process("kube-apiserver " + apiServer);
        }
        more(builder);
        return builder;
    }
};

/// The steps as lines: "w1 kubelet /var/lib/kubelet/config.yaml 0600 KL-01,KL-03".
QString text(const Result<ChangeSet> &planned)
{
    if (!planned)
        return describe(planned.error(), Language::English);
    QStringList lines;
    for (const FileChange &step : planned->steps) {
        const bool attributes = step.kind == FileChange::Kind::Attributes;
        lines += u"%1 %2 %3 %4 %5"_s.arg(step.node, attributes ? u"attributes"_s : componentName(step.component),
            step.path, QString::number(attributes ? step.modeAfter : step.mode, 8), step.rules.join(u','));
    }
    return lines.join(u'\n');
}

const RulePack &pack()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

Result<ChangeSet> planFor(
    const QList<Machine> &machines, const QStringList &rules, const QMap<QString, QString> &values = {})
{
    QList<Snapshot> snapshots;
    for (const Machine &machine : machines)
        snapshots += machine.snapshot();
    const auto cluster = buildCluster(snapshots);
    if (!cluster)
        return tl::unexpected(cluster.error());
    const Assessment assessment = assess(*cluster, pack(), SnapshotBuilder::at(1000));
    QList<Finding> findings = assessment.findings;
    findings.removeIf([&rules](const Finding &finding) { return !rules.contains(finding.rule); });
    return plan(assessment, findings, values);
}

} // namespace

Q_DECLARE_METATYPE(Machine)

/// Planning with the rules that ship: kubelets, attributes, values, and everything of a cluster together.
class TestPlan : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void kubelets_data()
    {
        using Values = QMap<QString, QString>;
        QTest::addColumn<Machine>("machine");
        QTest::addColumn<QStringList>("rules");
        QTest::addColumn<Values>("values");
        QTest::addColumn<QString>("expected"); // the start of what is planned, or of why nothing is
        const auto row = [](const char *name, const Machine &machine, const QStringList &rules, const Values &values,
                             const QString &expected) {
            QTest::newRow(name) << machine << rules << values << expected;
        };
        const Machine plain;
        const QStringList limit{u"KL-01"_s};
        const QStringList version{u"KL-03"_s};
        const QStringList suites{u"KL-04"_s};
        row("all of a file are one edit", plain, limit + version + suites, {{u"KL-01"_s, u"4096"_s}},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-01,KL-03,KL-04"_s);
        row("no number", plain, limit, {}, u"KL-01 needs a value for podPidsLimit"_s);
        row("no number at all", plain, limit, {{u"KL-01"_s, u"many"_s}}, u"\"many\" is no value for KL-01"_s);
        row("zero is no limit", plain, limit, {{u"KL-01"_s, u"0"_s}}, u"\"0\" is no value for KL-01"_s);
        row("a number with a blank", plain, limit, {{u"KL-01"_s, u" 100 "_s}},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-01"_s);
        row("too large", plain, limit, {{u"KL-01"_s, u"99999999999"_s}}, u"\"99999999999\" is no value for KL-01"_s);
        Machine busy = plain;
        busy.more = [](SnapshotBuilder &builder) { builder.output(u"pod-pids"_s, "731\n"); };
        row("below what runs", busy, limit, {{u"KL-01"_s, u"730"_s}},
            u"w1: /var/lib/kubelet/config.yaml: KL-01: a limit of 730 is below what runs: one pod of w1 has 731"_s);
        row("what runs fits", busy, limit, {{u"KL-01"_s, u"731"_s}},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-01"_s);
        row("another TLS version", plain, version, {{u"KL-03"_s, u"VersionTLS1.3"_s}},
            u"\"VersionTLS1.3\" is no value for KL-03"_s);
        row("the lower TLS version is offered", plain, version, {{u"KL-03"_s, u"VersionTLS12"_s}},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-03"_s);
        row("a suite that does not exist", plain, suites,
            {{u"KL-04"_s, u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_X"_s}}, u"\"TLS_X\" is no item for KL-04"_s);
        row("a suite that is weak", plain, suites, {{u"KL-04"_s, u"TLS_RSA_WITH_AES_128_CBC_SHA"_s}},
            u"\"TLS_RSA_WITH_AES_128_CBC_SHA\" is no item for KL-04"_s);
        row("no suite for HTTP/2", plain, suites, {{u"KL-04"_s, u"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"_s}},
            u"KL-04 needs TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or"_s);
        row("no suites", plain, suites, {{u"KL-04"_s, u" , "_s}},
            u"KL-04 (cipher suites, separated by commas) takes"_s);
        row("a value for no rule", plain, version, {{u"KL-99"_s, u"1"_s}}, u"A value is given for KL-99"_s);
        row("a value for a rule that takes none", plain, version, {{u"API-02"_s, u"true"_s}},
            u"API-02 takes no value"_s);

        Machine argument = plain;
        argument.extra = "--tls-min-version=VersionTLS12";
        argument.argv = kubelet + " --tls-min-version=VersionTLS12";
        row("an argument wins", argument, version, {},
            u"w1: /etc/default/kubelet:2: KL-03 is given to the kubelet as an argument (argument from KUBELET_EXTRA_ARGS in "
            "/etc/default/kubelet:2), which wins"_s);
        row("an argument of another knob", argument, suites, {},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-04"_s);
        Machine pending = plain;
        pending.extra = "--v=4";
        row("a restart would change more", pending, version, {},
            u"w1: /var/lib/kubelet/config.yaml: The kubelet runs with other arguments than its unit"_s);
        Machine dropIn = plain;
        dropIn.extra = "--config-dir=/etc/kubernetes/kubelet.conf.d";
        dropIn.argv = kubelet + " --config-dir=/etc/kubernetes/kubelet.conf.d";
        Machine nulls = dropIn;
        dropIn.more = [](SnapshotBuilder &builder) {
            builder.file(u"/etc/kubernetes/kubelet.conf.d/10-tls.conf"_s, header + "tlsMinVersion: VersionTLS12\n");
        };
        row("a drop-in is in force", dropIn, version + limit, {{u"KL-01"_s, u"100"_s}},
            u"w1 kubelet /etc/kubernetes/kubelet.conf.d/10-tls.conf 600 KL-03\n"
            "w1 kubelet /var/lib/kubelet/config.yaml 600 KL-01"_s);
        Machine spelt = nulls;
        spelt.more = [](SnapshotBuilder &builder) {
            builder.file(u"/etc/kubernetes/kubelet.conf.d/10-tls.conf"_s, header + "TlsMinVersion: VersionTLS12\n")
                .file(u"/etc/kubernetes/kubelet.conf.d/20-tls.conf"_s, header + "tlsminversion: VersionTLS12\n");
        };
        row("a drop-in in another case is in force", spelt, version, {},
            u"w1 kubelet /etc/kubernetes/kubelet.conf.d/20-tls.conf 600 KL-03"_s);
        nulls.more = [](SnapshotBuilder &builder) {
            builder.file(u"/etc/kubernetes/kubelet.conf.d/10-tls.conf"_s, header + "tlsMinVersion: null\n");
        };
        row("a drop-in takes it away", nulls, version, {},
            u"w1: After the change of /var/lib/kubelet/config.yaml, tlsMinVersion would not be in force."_s);
        Machine twice = plain;
        twice.config = header + "tlsMinVersion: VersionTLS13\ntlsMinVersion: VersionTLS12\n";
        row("a key that is repeated", twice, version, {}, u"w1: /var/lib/kubelet/config.yaml:4:1: This file can be"_s);
        Machine json = plain;
        json.config = R"({"kind": "KubeletConfiguration", "tlsCipherSuites": []})";
        row("a file in JSON", json, version + suites, {}, u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-03,KL-04"_s);
        Machine open = plain;
        open.config += "tlsMinVersion: VersionTLS13";
        row("no line end at the end", open, limit, {{u"KL-01"_s, u"100"_s}},
            u"w1 kubelet /var/lib/kubelet/config.yaml 600 KL-01"_s);
    }
    void kubelets()
    {
        QFETCH(Machine, machine);
        QFETCH(QStringList, rules);
        using Values = QMap<QString, QString>;
        QFETCH(Values, values);
        QFETCH(QString, expected);
        const auto planned = planFor({machine}, rules, values);
        const QString found = text(planned);
        QVERIFY2(planned ? found == expected : found.startsWith(expected), qPrintable(found));
        if (!planned) {
            QVERIFY(!planned.error().message.zh.contains(u'%'));
            return;
        }
        // What was planned, once it runs, passes, and needs nothing more.
        Machine after = machine;
        for (const FileChange &step : planned->steps) {
            if (step.path == configFile)
                after.config = step.after;
        }
        if (planned->steps.size() == 1 && planned->steps.first().path == configFile) {
            const auto again = planFor({after}, rules, values);
            QVERIFY(!again && again.error().kind == Error::Kind::Usage);
        }
    }

    void endpoint_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("endpoint");
        QTest::newRow("default") << ""_ba << u"127.0.0.1 10248"_s;
        QTest::newRow("everywhere") << "healthzBindAddress: 0.0.0.0\n"_ba << u"127.0.0.1 10248"_s;
        QTest::newRow("its own") << "healthzBindAddress: 10.0.0.1\nhealthzPort: 10300\n"_ba << u"10.0.0.1 10300"_s;
        QTest::newRow("off") << "healthzPort: 0\n"_ba << u"127.0.0.1 0"_s;
    }
    void endpoint()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, endpoint);
        Machine machine;
        machine.config += config;
        const auto planned = planFor({machine}, {u"KL-03"_s});
        QVERIFY2(planned, qPrintable(text(planned)));
        const FileChange &step = planned->steps.first();
        QCOMPARE(step.address + u' ' + QString::number(step.port), endpoint);
        QCOMPARE(step.argvBefore, kubelet.split(' '));
        QCOMPARE(step.argvAfter, step.argvBefore);
        QVERIFY(step.soak >= 30 && step.limit > step.soak);
        QVERIFY(step.interruption.en.contains(u"The kubelet on w1 restarts"_s));
    }

    // A value that nobody gave is suggested with its reason, never taken.
    void suggestsAPidLimit_data()
    {
        QTest::addColumn<QStringList>("most"); // of each node; empty: not read
        QTest::addColumn<QString>("suggested"); // the end of why nothing is planned
        QTest::newRow("the busiest counts")
            << QStringList{u"731"_s, u"40"_s}
            << u"Suggested: 2048, because the busiest pod of the nodes that were read "
               "(on w1) has 731 processes and threads now, and twice that leaves it room. "
               "What pods need at their peak is for you to know."_s;
        QTest::newRow("no less than 1024")
            << QStringList{u"3"_s, u"2"_s} << u"Suggested: 1024, because the busiest pod"_s;
        QTest::newRow("twice that fits") << QStringList{u"1024"_s, u"2"_s} << u"Suggested: 2048, because"_s;
        QTest::newRow("just above") << QStringList{u"1025"_s, u"2"_s} << u"Suggested: 4096, because"_s;
        QTest::newRow("no more than Linux has")
            << QStringList{u"4000000"_s, u"2"_s} << u"Suggested: 4194304, because"_s;
        QTest::newRow("one was not read") << QStringList{u"731"_s, u""_s} << u"for you to know. Not known of w2."_s;
        QTest::newRow("one is no number") << QStringList{u"731"_s, u"many"_s} << u"for you to know. Not known of w2."_s;
        QTest::newRow("none was read") << QStringList{u""_s, u""_s} << u"Give it with --set KL-01=VALUE."_s;
    }
    void suggestsAPidLimit()
    {
        QFETCH(QStringList, most);
        QFETCH(QString, suggested);
        QList<Machine> machines;
        for (qsizetype i = 0; i < most.size(); ++i) {
            Machine machine;
            machine.name = u"w%1"_s.arg(i + 1);
            machine.more = [value = most[i].toUtf8()](SnapshotBuilder &builder) {
                if (!value.isEmpty())
                    builder.output(u"pod-pids"_s, value + '\n');
            };
            machines += machine;
        }
        const auto planned = planFor(machines, {u"KL-01"_s});
        QVERIFY(!planned);
        QVERIFY2(planned.error().message.en.contains(suggested), qPrintable(planned.error().message.en));
        const auto empty = planFor(machines, {u"KL-01"_s}, {{u"KL-01"_s, u""_s}}); // as the review asks
        QVERIFY(!empty);
        QCOMPARE(
            empty.error().message.en.contains(u"Suggested: "_s), suggested != u"Give it with --set KL-01=VALUE."_s);
    }

    void suggestsNetworks_data()
    {
        QTest::addColumn<int>("release"); // minor; 0: not known
        QTest::addColumn<QStringList>("nodes"); // the addresses of each, with blanks between them
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason"); // a part
        QTest::newRow("each node's own address") << 34 << QStringList{u"10.0.0.1"_s, u"10.0.0.2"_s} << u"primary"_s
                                                 << u"Now these are 10.0.0.1/32, 10.0.0.2/32"_s;
        QTest::newRow("before kube-proxy knows it")
            << 30 << QStringList{u"10.0.0.1"_s, u"10.0.0.2"_s} << u"10.0.0.1/32,10.0.0.2/32"_s << u"of all 2 nodes"_s;
        QTest::newRow("both families") << 30 << QStringList{u"10.0.0.1 fd00::1"_s} << u"10.0.0.1/32,fd00::1/128"_s
                                       << u"of all 1 nodes"_s;
        QTest::newRow("a node without one") << 30 << QStringList{u"10.0.0.1"_s, QString()} << QString() << QString();
        QTest::newRow("nodes were not read") << 30 << QStringList() << QString() << QString();
        QTest::newRow("release is not known") << 0 << QStringList{u"10.0.0.1"_s} << QString() << QString();
    }
    void suggestsNetworks()
    {
        QFETCH(int, release);
        QFETCH(QStringList, nodes);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        Cluster cluster;
        if (release > 0)
            cluster.release = Release::parse(u"1.%1"_s.arg(release));
        QJsonArray objects;
        for (const QString &node : nodes) {
            QJsonArray addresses;
            for (const QString &address : node.split(u' ', Qt::SkipEmptyParts))
                addresses += QJsonObject{{u"type"_s, u"InternalIP"_s}, {u"address"_s, address}};
            objects += QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, u"w"_s}}},
                {u"status"_s, QJsonObject{{u"addresses"_s, addresses}}}};
        }
        cluster.objects.insert(u"nodes"_s, objects);
        const auto pack = builtinRulePack();
        QVERIFY(pack);
        const Rule &rule = *pack->rule(u"KP-01"_s);
        const Suggestion suggestion = suggestionFor(rule, cluster);
        QCOMPARE(suggestion.value, value);
        QVERIFY2(suggestion.reason.en.contains(reason), qPrintable(suggestion.reason.en));
        if (!value.isEmpty())
            QVERIFY(valueProblem(rule, value).isEmpty());
    }

    void podsThatKeepTheirLimitAreNamed_data()
    {
        QTest::addColumn<int>("pods");
        QTest::addColumn<QString>("said");
        QTest::newRow("none") << 0 << u""_s;
        QTest::newRow("some") << 2
                              << u"These pods on w1 keep the limit they have until they are made anew: a/p0, a/p1."_s;
        QTest::newRow("many") << 12 << u"a/p6, a/p7 and 2 more."_s;
    }
    void podsThatKeepTheirLimitAreNamed()
    {
        QFETCH(int, pods);
        QFETCH(QString, said);
        const auto pod = [](const QString &name, const QString &node, const QString &phase) {
            return QJsonObject{{u"metadata"_s, QJsonObject{{u"namespace"_s, u"a"_s}, {u"name"_s, name}}},
                {u"spec"_s, QJsonObject{{u"nodeName"_s, node}}}, {u"status"_s, QJsonObject{{u"phase"_s, phase}}}};
        };
        QJsonArray list{pod(u"elsewhere"_s, u"w2"_s, u"Running"_s), pod(u"ended"_s, u"w1"_s, u"Succeeded"_s)};
        for (int i = 0; i < pods; ++i)
            list += pod(u"p%1"_s.arg(i), u"w1"_s, u"Running"_s);
        Machine machine;
        machine.more = [&list](SnapshotBuilder &builder) {
            builder.api(u"/version"_s, {{u"gitVersion"_s, u"v1.34.4"_s}})
                .list(u"/api/v1/nodes"_s, {})
                .list(u"/api/v1/pods"_s, list);
        };
        const auto planned = planFor({machine}, {u"KL-01"_s}, {{u"KL-01"_s, u"4096"_s}});
        QVERIFY2(planned, qPrintable(text(planned)));
        const QString interruption = planned->steps.first().interruption.en;
        QVERIFY2(interruption.contains(said), qPrintable(interruption));
        QCOMPARE(interruption.contains(u"keep the limit"_s), pods > 0);
        QVERIFY(!interruption.contains(u"elsewhere"_s) && !interruption.contains(u"ended"_s));
    }

    // Each node gets its own address, and none when nobody knows it.
    void eachNodeGetsItsOwnAddress()
    {
        QList<Snapshot> snapshots;
        QJsonArray nodes;
        for (const auto &[name, address] : {std::pair(u"w1"_s, u"10.0.0.1"_s), std::pair(u"w2"_s, u"10.0.0.2"_s)}) {
            Machine machine;
            machine.name = name;
            const QString machineId = machine.snapshot().machineId;
            nodes += QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, name}}},
                {u"status"_s,
                    QJsonObject{{u"nodeInfo"_s, QJsonObject{{u"machineID"_s, machineId}}},
                        {u"addresses"_s,
                            QJsonArray{QJsonObject{{u"type"_s, u"InternalIP"_s}, {u"address"_s, address}}}}}}};
            machine.more = [&nodes, &address](SnapshotBuilder &builder) {
                builder.output(u"addresses"_s, address.toUtf8());
                builder.api(u"/version"_s, {{u"gitVersion"_s, u"v1.34.4"_s}}).list(u"/api/v1/nodes"_s, nodes);
            };
            snapshots.prepend(machine.snapshot());
        }
        const auto cluster = buildCluster(snapshots);
        QVERIFY(cluster);
        const Assessment assessment = assess(*cluster, pack(), SnapshotBuilder::at(1000));
        QList<Finding> findings = assessment.findings;
        findings.removeIf([](const Finding &finding) { return finding.rule != u"KL-02"_s; });
        const auto planned = plan(assessment, findings, {});
        QVERIFY2(planned, qPrintable(text(planned)));
        QCOMPARE(planned->steps.size(), 2);
        for (const FileChange &step : planned->steps)
            QVERIFY2(step.after.endsWith(step.node == u"w1"_s ? "address: 10.0.0.1\n" : "address: 10.0.0.2\n"),
                step.after.constData());
        const auto without = planFor({Machine{}}, {u"KL-02"_s});
        QVERIFY(!without);
        QCOMPARE(without.error().kind, Error::Kind::Usage);
    }

    void aLimitThatCannotBeComparedSaysSo()
    {
        const auto planned = planFor({Machine{}}, {u"KL-01"_s}, {{u"KL-01"_s, u"100"_s}});
        QVERIFY(planned);
        QVERIFY(planned->steps.first().interruption.en.contains(u"was not read: look at pids.current"_s));
        QVERIFY(planned->steps.first().interruption.en.contains(u"which they are is not known"_s));
    }

    // Attributes first, then workers, then the control plane; API server flags are one edit; what changes the content
    // of a file finds the attributes that an earlier step gave it.
    void aWholeCluster()
    {
        Machine worker;
        worker.name = u"w2"_s;
        Machine control;
        control.name = u"cp1"_s;
        control.apiServer = "--secure-port=6443";
        const auto open = [](SnapshotBuilder &builder) {
            FileRecord key;
            key.path = key.realPath = u"/etc/kubernetes/pki/ca.key"_s;
            key.mode = 0640;
            key.uid = 0;
            key.gid = 50;
            key.sha256 = QByteArray(64, 'b');
            builder.record(key);
        };
        control.more = open;
        QList<Snapshot> snapshots{control.snapshot(), worker.snapshot()};
        for (Snapshot &snapshot : snapshots) {
            for (FileRecord &file : snapshot.files) {
                if (file.path == configFile)
                    file.mode = 0644;
            }
        }
        const auto cluster = buildCluster(snapshots);
        QVERIFY(cluster);
        const Assessment assessment = assess(*cluster, pack(), SnapshotBuilder::at(1000));
        const auto planned = plan(assessment, assessment.findings, {{u"KL-01"_s, u"4096"_s}});
        QCOMPARE(text(planned),
            u"cp1 attributes /etc/kubernetes/pki/ca.key 600 M-02-keys\n"
            "cp1 attributes /var/lib/kubelet/config.yaml 600 M-02-config\n"
            "w2 attributes /var/lib/kubelet/config.yaml 600 M-02-config\n"
            "w2 kubelet /var/lib/kubelet/config.yaml 600 "
            "KL-01,KL-03,KL-04,WL-09-kubelet-debug-flags,WL-09-kubelet-profiling,WL-09-kubelet-rotate-certificates\n"
            "cp1 kubelet /var/lib/kubelet/config.yaml 600 "
            "KL-01,KL-03,KL-04,WL-09-kubelet-debug-flags,WL-09-kubelet-profiling,WL-09-kubelet-rotate-certificates\n"
            "cp1 kube-apiserver /etc/kubernetes/manifests/kube-apiserver.yaml 600 API-02,API-03,API-04"_s);
        const FileChange &attributes = planned->steps.first();
        QCOMPARE(attributes.mode, 0640);
        QCOMPARE(attributes.gid, 50);
        QCOMPARE(attributes.gidAfter, 0);
        QVERIFY(attributes.argvBefore.isEmpty() && attributes.before.isEmpty());
        QCOMPARE(planned->steps.last().soak, 10);
        QVERIFY(
            planned->steps.last().after.contains("    - --profiling=false\n    - --secure-port=6443\n    - --tls-"));
    }

    void attributesThatAreNotPlanned()
    {
        Machine machine;
        machine.more = [](SnapshotBuilder &builder) {
            FileRecord key;
            key.path = u"/var/lib/kubelet/pki/kubelet.key"_s;
            key.realPath = u"/srv/kubelet.key"_s;
            key.mode = 0644;
            key.uid = key.gid = 0;
            key.sha256 = QByteArray(64, 'b');
            builder.record(key);
        };
        const auto planned = planFor({machine}, {u"M-02-keys"_s});
        QVERIFY(!planned);
        QCOMPARE(planned.error().kind, Error::Kind::Usage);
    }
};

QTEST_GUILESS_MAIN(TestPlan)
#include "tst_plan.moc"
