// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"
#include "change/changeset.h"
#include "cluster/apifacts.h"
#include "document/yamldocument.h"
#include "rules/podmanifest.h"
#include "rules/rulepack.h"
#include "snapshotbuilder.h"

#include <QTest>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString manifests = u"/etc/kubernetes/manifests"_s;
const QString kubeletConfig = u"/var/lib/kubelet/config.yaml"_s;

QByteArray podText(const QByteArray &name, const QByteArray &space, const QByteArray &command)
{
    return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\n"
        + (space.isEmpty() ? ""_ba : "  namespace: " + space + "\n") + "spec:\n  containers:\n  - name: " + name
        + "\n    command:\n    - " + QByteArray(command).replace(" ", "\n    - ") + "\n";
}

QByteArray configText(const QByteArray &more)
{
    return "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" + more;
}

const QByteArray unitText =
    "# /lib/systemd/system/kubelet.service\n[Service]\nExecStart=/usr/bin/kubelet\n\n"
    "# /lib/systemd/system/kubelet.service.d/10-kubeadm.conf\n[Service]\n"
    "EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\n"
    "ExecStart=\n"
    "ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS "
    "$KUBELET_EXTRA_ARGS\n";

/// A machine with the unit of kubeadm and a kubelet that runs as its files say.
SnapshotBuilder machine(const QString &name, const QByteArray &config = "staticPodPath: /etc/kubernetes/manifests\n",
    const QByteArray &extra = {})
{
    SnapshotBuilder builder(name);
    builder.file(kubeletConfig, configText(config)).output(u"systemctl-cat-kubelet"_s, unitText);
    if (!extra.isEmpty())
        builder.file(u"/etc/default/kubelet"_s, "KUBELET_EXTRA_ARGS=" + extra + "\n");
    builder.process("/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml" + (extra.isEmpty() ? ""_ba : ' ' + extra));
    return builder;
}

Node nodeOf(const Snapshot &snapshot, int minor, const QList<Component> &more = {})
{
    Node node;
    node.name = snapshot.hostName;
    node.read = true;
    node.snapshot = std::make_shared<const Snapshot>(snapshot);
    node.release = {minor, 4};
    for (const ProcessRecord &process : snapshot.processes) {
        if (!process.argv.value(0).endsWith("/kubelet"))
            continue;
        Component kubelet;
        kubelet.kind = ComponentKind::Kubelet;
        kubelet.release = node.release;
        kubelet.running = true;
        kubelet.process = process;
        node.components += kubelet;
    }
    node.components += more;
    return node;
}

/// A control-plane node whose kube-apiserver runs as its manifest says.
Node controlPlane(const QString &name, const QByteArray &command, int minor = 34)
{
    Component component;
    component.kind = ComponentKind::ApiServer;
    component.release = {minor, 4};
    component.running = true;
    component.manifest = manifests + u"/kube-apiserver.yaml"_s;
    SnapshotBuilder builder = machine(name);
    builder.file(component.manifest, podText("kube-apiserver", "kube-system", command)).process(command);
    component.process = builder.snapshot().processes.last();
    Node node = nodeOf(builder, minor, {component});
    node.controlPlane = true;
    return node;
}

Node notRead(const QString &name, bool control)
{
    Node node;
    node.name = name;
    node.controlPlane = control;
    node.release = {34, 4};
    node.problems += Error{Error::Kind::Timeout, message(u"It did not answer."_s, u"没有应答。"_s), {}};
    return node;
}

Cluster clusterOf(const QList<Node> &nodes)
{
    Cluster cluster;
    cluster.id = u"id"_s;
    cluster.name = u"test"_s;
    cluster.nodes = nodes;
    cluster.apiError = message(u"The API server did not answer."_s, u"API server 没有应答。"_s);
    return cluster;
}

Cluster clusterOf(const QJsonObject &objects)
{
    Cluster cluster = clusterOf(QList<Node>{});
    cluster.apiNode = u"cp1"_s;
    cluster.apiError = {};
    for (const QString &resource : {u"pods"_s, u"deployments"_s, u"statefulsets"_s, u"daemonsets"_s, u"jobs"_s,
             u"cronjobs"_s, u"replicasets"_s, u"replicationcontrollers"_s})
        cluster.objects.insert(resource, objects.value(resource).toArray());
    return cluster;
}

QJsonObject container(const QString &name, bool privileged)
{
    return {{u"name"_s, name}, {u"securityContext"_s, QJsonObject{{u"privileged"_s, privileged}}}};
}

QJsonObject metadata(const QString &space, const QString &name, const QString &uid, const QStringList &owner)
{
    QJsonObject result{{u"namespace"_s, space}, {u"name"_s, name}, {u"uid"_s, uid}};
    if (owner.size() == 3)
        result.insert(u"ownerReferences"_s,
            QJsonArray{QJsonObject{
                {u"kind"_s, owner[0]}, {u"name"_s, owner[1]}, {u"uid"_s, owner[2]}, {u"controller"_s, true}}});
    return result;
}

QJsonObject pod(const QString &space, const QString &name, const QJsonArray &containers, const QStringList &owner = {})
{
    return {{u"metadata"_s, metadata(space, name, u"pod/"_s + name, owner)},
        {u"spec"_s, QJsonObject{{u"containers"_s, containers}}}};
}

QJsonObject controller(const QString &space, const QString &name, const QJsonArray &containers,
    const QStringList &owner = {}, int replicas = 1)
{
    return {{u"metadata"_s, metadata(space, name, name, owner)},
        {u"spec"_s,
            QJsonObject{{u"replicas"_s, replicas},
                {u"template"_s, QJsonObject{{u"spec"_s, QJsonObject{{u"containers"_s, containers}}}}}}}};
}

/// A finding as one line: what a person sees of it, without the sentences.
QString line(const Finding &finding)
{
    QString text = verdictName(finding.verdict) + u' ' + severityName(finding.severity) + u' '
        + describe(finding.subject) + u" = "_s + finding.actual;
    if (finding.origin.kind != Origin::Kind::None) {
        text += u" from "_s + originKindName(finding.origin.kind) + u' ' + finding.origin.file;
        if (finding.origin.line > 0)
            text += u':' + QString::number(finding.origin.line);
    }
    for (const OverriddenValue &lost : finding.overridden) {
        if (lost.origin.kind != Origin::Kind::Default)
            text += u" over "_s + lost.value.toVariant().toString();
    }
    if (finding.waiver)
        text += u" waived "_s + finding.waiver->id;
    if (finding.fixable)
        text += u" fixable"_s;
    return text;
}

const RulePack &pack()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

QList<Finding> judge(const Cluster &cluster, const QString &rule)
{
    RulePack one = pack();
    one.rules.removeIf([&rule](const Rule &candidate) { return candidate.id != rule; });
    return assess(cluster, one, SnapshotBuilder::at(1000)).findings;
}

} // namespace

Q_DECLARE_METATYPE(Cluster)

class TestRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void packPassesItsOwnTests()
    {
        QStringList errors;
        for (const Error &error : testRulePack(pack()))
            errors += describe(error, Language::English);
        QVERIFY2(errors.isEmpty(), qPrintable(errors.join(u'\n')));
    }

    void packTestsCatchFaults_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("says");
        QTest::newRow("wrong assertion") << "assert: {eq: false}"_ba
                                         << "assert: {eq: true}"_ba << u"got pass"_s;
        QTest::newRow("wrong comparison") << "between: [1, "_ba
                                          << "between: [0, "_ba << u"expects fail and got pass"_s;
        QTest::newRow("wrong fix") << "value: \"false\""_ba
                                   << "value: \"true\""_ba << u"not the fix of the rule"_s;
        QTest::newRow("wrong release") << "removed: \"1.23\""_ba
                                       << "removed: \"1.40\""_ba << u"got pass"_s;
        QTest::newRow("wrong field") << "container: [securityContext.privileged,"_ba
                                     << "container: ["_ba << u"expects fail and got pass"_s;
        QTest::newRow("wrong value") << "actual: \"2048\""_ba
                                     << "actual: \"2049\""_ba << u"expects the value 2049"_s;
        QTest::newRow("empty passwords are good") << "bad: {permitemptypasswords: [\"yes\"]}"_ba
                                                  << "bad: {permitemptypasswords: [\"no\"]}"_ba << u"M-01-sshd"_s;
        QTest::newRow("accounts without a password are good")
            << "bad: {login: [none]}"_ba
            << "bad: {login: [set]}"_ba << u"expects manual, fail and got manual"_s;
        QTest::newRow("a directory for everybody")
            << "owned_directory: {flag: --data-dir, mode: \"0700\"}"_ba
            << "owned_directory: {flag: --data-dir, mode: \"0755\"}"_ba << u"expects fail and got pass"_s;
        QTest::newRow("copies of anybody") << "        owner: root\n"_ba
                                           << "        owner: any\n"_ba << u"expects fail and got manual"_s;
        QTest::newRow("copies for all") << "        mode: \"0700\"\n        empty: pass"_ba
                                        << "        mode: \"0777\"\n        empty: pass"_ba
                                        << u"expects fail and got manual"_s;
        QTest::newRow("keys for all") << "{holds: private-key, mode: \"0600\"}"_ba
                                      << "{holds: private-key, mode: \"0644\"}"_ba << u"expects fail and got pass"_s;
        QTest::newRow("certificates of its own")
            << "{flag: --auto-tls, type: bool, assert: {eq: false}}"_ba
            << "{flag: --auto-tls, type: bool, assert: {eq: true}}"_ba << u"expects pass and got fail"_s;
        QTest::newRow("clear text is good") << "providers: [aescbc,"_ba
                                            << "providers: [identity, aescbc,"_ba << u"expects fail and got pass"_s;
        QTest::newRow("half a random address space") << "good: {value: [\"2\"]}"_ba
                                                     << "good: {value: [\"1\"]}"_ba << u"expects pass and got fail"_s;
        QTest::newRow("a wide umask") << "good: {umask: [\"027\","_ba
                                      << "good: {umask: [\"0022\", \"027\","_ba << u"expects manual and got pass"_s;
        QTest::newRow("containers that talk")
            << "{key: icc, flag: --icc, default: true, assert: {eq: false}}"_ba
            << "{key: icc, flag: --icc, default: true, assert: {eq: true}}"_ba << u"expects pass and got fail"_s;
        QTest::newRow("files for no review") << "mode: \"0600\", review: true}"_ba
                                             << "mode: \"0600\"}"_ba << u"expects manual and got fail"_s;
        QTest::newRow("no waiver") << "proposal: kube-system,"_ba
                                   << "proposal: "_ba << u"expects pass, waived and got fail"_s;
    }
    void packTestsCatchFaults()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, says);
        QFile file(u":/rules/mindie.yaml"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray bytes = file.readAll();
        const qsizetype at = bytes.indexOf(before);
        QVERIFY(at >= 0);
        bytes.replace(at, before.size(), after);
        const Result<RulePack> spoiled = loadRulePack(u"spoiled.yaml"_s, bytes);
        QVERIFY2(spoiled, spoiled ? "" : qPrintable(describe(spoiled.error(), Language::English)));
        QStringList errors;
        for (const Error &error : testRulePack(*spoiled))
            errors += describe(error, Language::English);
        QVERIFY2(errors.join(u'\n').contains(says), qPrintable(errors.join(u'\n')));
    }

    // What a pack says a fix gives is what planning the fix gives, byte for byte.
    void fixesAreWhatIsPlanned_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("test");
        for (const Rule &rule : pack().rules) {
            for (qsizetype i = 0; i < rule.tests.size(); ++i) {
                const RuleTest &test = rule.tests[i];
                if (!test.fixed.isEmpty() || !test.fixedFiles.isEmpty() || !test.fixedAttributes.isEmpty())
                    QTest::newRow(qPrintable(rule.id + u' ' + test.name)) << rule.id << int(i);
            }
        }
    }
    void fixesAreWhatIsPlanned()
    {
        QFETCH(QString, id);
        QFETCH(int, test);
        const Rule &rule = *pack().rule(id);
        const RuleTest &roundTrip = rule.tests[test];
        QList<QByteArray> argv = roundTrip.argv;
        Component component;
        component.kind = rule.component;
        component.release = roundTrip.release;
        SnapshotBuilder builder(u"cp1"_s);
        if (!roundTrip.manifest.isEmpty()) {
            const Result<YamlDocument> document = YamlDocument::parse(u"manifest"_s, roundTrip.manifest);
            QVERIFY(document);
            const Result<QList<WrittenArgument>> written = writtenArguments(*document);
            QVERIFY(written);
            for (const WrittenArgument &argument : *written)
                argv += argument.text;
            component.manifest = manifests + u'/' + componentName(rule.component) + u".yaml"_s;
            builder.file(component.manifest, roundTrip.manifest);
        }
        for (auto file = roundTrip.files.cbegin(); file != roundTrip.files.cend(); ++file)
            builder.file(file.key(), file.value());
        for (auto file = roundTrip.attributes.cbegin(); file != roundTrip.attributes.cend(); ++file) {
            const QStringList words = file.value().split(u' ');
            FileRecord record;
            const bool isDirectory = file.key().endsWith(u'/');
            record.path = record.realPath = isDirectory ? file.key().chopped(1) : file.key();
            if (isDirectory)
                record.type = FileRecord::Type::Directory;
            record.mode = words[0].toInt(nullptr, 8);
            record.uid = words[1].toLongLong();
            record.gid = words[2].toLongLong();
            record.sha256 = QByteArray(64, 'a');
            builder.record(record);
        }
        builder.output(u"systemctl-cat-kubelet"_s,
            "# /lib/systemd/system/kubelet.service\n[Service]\nExecStart=" + argv.join(' ') + '\n');
        if (!argv.isEmpty()) {
            component.running = true;
            builder.process(argv);
            component.process = builder.snapshot().processes.last();
        }
        for (auto output = roundTrip.outputs.cbegin(); output != roundTrip.outputs.cend(); ++output)
            builder.output(output.key(), output.value());
        Node node = nodeOf(builder, roundTrip.release.minor, {component});
        node.controlPlane = true;
        for (const ComponentKind kind : {ComponentKind::ApiServer, ComponentKind::Etcd}) {
            Component other;
            other.kind = kind;
            other.running = true;
            other.process.argv = roundTrip.otherArgv;
            if (!roundTrip.otherArgv.isEmpty() && roundTrip.otherArgv.constFirst() == componentName(kind).toUtf8())
                node.components += other;
        }
        Cluster cluster = clusterOf({node});
        cluster.objects = roundTrip.objects;
        for (const QJsonValue &object : cluster.list(u"nodes"_s)) { // the pack's tests call the node so
            if (const NodeObject known = nodeObject(object.toObject()); known.name == u"node"_s) {
                cluster.nodes.first().name = known.name;
                cluster.nodes.first().address = known.address;
            }
        }
        const Assessment assessment = assess(cluster, pack(), SnapshotBuilder::at(1000));
        QList<Finding> findings = assessment.findings;
        findings.removeIf([&id](const Finding &finding) { return finding.rule != id; });
        QMap<QString, QString> values;
        if (!roundTrip.value.isEmpty())
            values.insert(id, roundTrip.value);
        const Result<ChangeSet> planned = plan(assessment, findings, values);
        QVERIFY2(planned, planned ? "" : qPrintable(describe(planned.error(), Language::English)));
        QCOMPARE(planned->steps.size(), 1);
        const FileChange &step = planned->steps.first();
        QCOMPARE(step.rules, QStringList{id});
        if (!roundTrip.fixed.isEmpty()) {
            QCOMPARE(step.after, roundTrip.fixed);
        } else if (!roundTrip.fixedFiles.isEmpty()) {
            QCOMPARE(step.path, roundTrip.fixedFiles.firstKey());
            QCOMPARE(step.after, roundTrip.fixedFiles.first());
            QCOMPARE(step.component, ComponentKind::Kubelet);
            QVERIFY(step.gated);
            QCOMPARE(step.argvAfter, argv);
        } else {
            QCOMPARE(step.kind, FileChange::Kind::Attributes);
            QCOMPARE(step.path, roundTrip.fixedAttributes.firstKey());
            QCOMPARE(u"%1 %2 %3"_s.arg(QString::number(step.modeAfter, 8).rightJustified(4, u'0'))
                         .arg(step.uidAfter)
                         .arg(step.gidAfter),
                roundTrip.fixedAttributes.first());
            QVERIFY(!step.gated && step.before.isEmpty() && step.after.isEmpty());
            QCOMPARE(step.sha256After, step.sha256Before);
        }
    }

    void judges_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<Cluster>("cluster");
        QTest::addColumn<QStringList>("findings");
        const auto row = [](const char *name, const QString &rule, const Cluster &cluster,
                             const QStringList &findings) { QTest::newRow(name) << rule << cluster << findings; };
        profiling(row);
        pidLimit(row);
        gate(row);
        directory(row);
        workloads(row);
    }
    void judges()
    {
        QFETCH(QString, rule);
        QFETCH(Cluster, cluster);
        QFETCH(QStringList, findings);
        QStringList lines;
        QSet<QString> ids;
        const QList<Finding> found = judge(cluster, rule);
        for (const Finding &finding : found) {
            lines += line(finding);
            ids.insert(finding.id());
            QCOMPARE(finding.rule, rule);
            QCOMPARE(finding.subject.cluster, u"test"_s);
            QVERIFY(!finding.title.isEmpty());
            QVERIFY(!finding.reason.en.isEmpty() && !finding.reason.zh.isEmpty());
            QVERIFY(finding.reason.en != finding.reason.zh);
            QVERIFY2(
                !finding.reason.en.contains(u'%') && !finding.reason.zh.contains(u'%'), qPrintable(finding.reason.en));
            QVERIFY(!finding.expected.isEmpty());
        }
        QCOMPARE(lines, findings);
        QCOMPARE(ids.size(), found.size());
    }

    void readsStaticPods_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("pod"); // NAMESPACE/NAME, or where the error is
        const QByteArray good = podText("etcd", "kube-system", "etcd --a=b");
        const auto with = [&good](const QByteArray &before, const QByteArray &after) {
            return QByteArray(good).replace(before, after);
        };
        QTest::newRow("good") << good << u"kube-system/etcd"_s;
        QTest::newRow("no namespace") << podText("etcd", "", "etcd") << u"default/etcd"_s;
        QTest::newRow("JSON") << R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
"spec": {"containers": [{"name": "a"}]}})"_ba
                              << u"default/a"_s;
        QTest::newRow("CRLF") << QByteArray(good).replace("\n", "\r\n") << u"kube-system/etcd"_s;
        QTest::newRow("a field that is not known") << good + "status: {phase: [1]}\n" << u"kube-system/etcd"_s;
        QTest::newRow("the last of a repeated key counts")
            << with("  name: etcd\n", "  name: other\n  name: etcd\n") << u"kube-system/etcd"_s;
        QTest::newRow("a repeated key whose lost value is wrong")
            << with("spec:\n", "spec:\n  hostNetwork: \"no\"\n  hostNetwork: true\n") << u"kube-system/etcd"_s;
        QTest::newRow("a bool") << with("spec:\n", "spec:\n  hostNetwork: true\n") << u"kube-system/etcd"_s;
        QTest::newRow("null") << with("spec:\n", "spec:\n  hostNetwork:\n") << u"kube-system/etcd"_s;
        QTest::newRow("a bool in quotes") << with("spec:\n", "spec:\n  hostNetwork: \"yes\"\n") << u"7:16"_s;
        QTest::newRow("a number that is text") << with("spec:\n", "spec:\n  priority: high\n") << u"7:13"_s;
        QTest::newRow("a number in quotes") << with("spec:\n", "spec:\n  priority: \"1\"\n") << u"7:13"_s;
        QTest::newRow("text that is a number") << with("- --a=b", "- 5") << u"11:7"_s;
        QTest::newRow("text that is a bool") << with("- --a=b", "- true") << u"11:7"_s;
        QTest::newRow("label that is a bool") << with("spec:\n", "  labels: {a: yes}\nspec:\n") << u"6:15"_s;
        QTest::newRow("a list that is text") << with("command:\n    - etcd\n    - --a=b", "command: etcd") << u"9:14"_s;
        QTest::newRow("containers that are a map")
            << with("  - name: etcd\n    command:\n    - etcd\n    - --a=b", "    name: etcd") << u"8:5"_s;
        QTest::newRow("no containers") << with("  containers:\n", "  container:\n") << u"1:1"_s;
        QTest::newRow("no name") << with("  name: etcd\n", "") << u"1:1"_s;
        QTest::newRow("another kind") << with("kind: Pod", "kind: Deployment") << u"1:1"_s;
        QTest::newRow("another version") << with("apiVersion: v1", "apiVersion: v2") << u"1:1"_s;
        QTest::newRow("empty") << ""_ba << u"1:1"_s;
        QTest::newRow("text") << "to do: remove\n"_ba << u"1:1"_s;
        QTest::newRow("a tab") << with("  name: etcd\n", "\tname: etcd\n") << u"*"_s;
        QTest::newRow("NUL") << with("etcd", QByteArray("et\0cd", 5)) << u"*"_s;
    }
    void readsStaticPods()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, pod);
        const Result<StaticPod> read = readStaticPod(YamlDocument::parse(u"f.yaml"_s, bytes));
        QString seen;
        if (read) {
            seen = read->namespaceName + u'/' + read->name;
        } else {
            QCOMPARE(read.error().kind, Error::Kind::Parse);
            QCOMPARE(read.error().at.file, u"f.yaml"_s);
            seen = u"%1:%2"_s.arg(read.error().at.line).arg(read.error().at.column);
        }
        if (pod == "*"_L1)
            QVERIFY(!read);
        else
            QCOMPARE(seen, pod);
    }

    void sortsAndCounts()
    {
        Cluster cluster = clusterOf(QJsonObject{{u"pods"_s,
            QJsonArray{pod(u"mindie"_s, u"b"_s, {container(u"c"_s, true)}),
                pod(u"mindie"_s, u"a"_s, {container(u"c"_s, true)}),
                pod(u"kube-system"_s, u"x"_s, {container(u"c"_s, true)})}}});
        cluster.nodes = {controlPlane(u"cp1"_s, "kube-apiserver --profiling=true"), notRead(u"w1"_s, false)};
        cluster.objects.insert(askedConfigMap(u"kubelet-config"_s), true);
        RulePack some = pack();
        some.rules.removeIf([](const Rule &rule) {
            return !QStringList{u"API-02"_s, u"KL-01"_s, u"KL-01-gate"_s, u"M-02-static"_s, u"WL-01"_s}.contains(
                rule.id);
        });
        const Assessment assessment = assess(cluster, some, SnapshotBuilder::at(1000));
        QCOMPARE(assessment.now, SnapshotBuilder::at(1000));
        QStringList order;
        for (const Finding &finding : assessment.findings)
            order += finding.rule + u' ' + describe(finding.subject);
        QCOMPARE(order,
            (QStringList{u"KL-01-gate cp1 kubelet"_s, u"KL-01-gate w1 kubelet"_s, u"M-02-static cp1 kubelet"_s,
                u"M-02-static w1 kubelet"_s, u"WL-01 kube-system/Pod/x container c"_s,
                u"WL-01 mindie/Pod/a container c"_s, u"WL-01 mindie/Pod/b container c"_s,
                u"API-02 cp1 kube-apiserver"_s, u"KL-01 cp1 kubelet"_s, u"KL-01 w1 kubelet"_s}));
        const Counts counts = count(assessment.findings);
        QCOMPARE(counts.byVerdict, (QMap<Verdict, int>{{Verdict::Pass, 2}, {Verdict::Fail, 4}, {Verdict::Unknown, 3}}));
        QCOMPARE(counts.failed, (QMap<Severity, int>{{Severity::High, 2}, {Severity::Medium, 2}}));
        QCOMPARE(counts.waived, 1);
    }

    void namesAreWords()
    {
        QCOMPARE(verdictName(Verdict::NotApplicable), u"not-applicable"_s);
        QCOMPARE(severityText(Severity::Critical), (Message{u"Critical"_s, u"严重"_s}));
        QCOMPARE(verdictText(Verdict::Manual).zh, u"需人工核查"_s);
        Finding one;
        one.rule = u"A"_s;
        one.subject.name = u"a|b"_s;
        Finding other = one;
        other.subject.name = u"a"_s;
        other.subject.container = u"b"_s;
        QVERIFY(one.id() != other.id());
    }

private:
    using Row = std::function<void(const char *, const QString &, const Cluster &, const QStringList &)>;

    static void profiling(const Row &row)
    {
        const QString rule = u"API-02"_s;
        const QString manifest = manifests + u"/kube-apiserver.yaml"_s;
        row("off in the manifest", rule, clusterOf({controlPlane(u"cp1"_s, "kube-apiserver --profiling=false")}),
            {u"pass medium cp1 kube-apiserver = false from argument %1:11"_s.arg(manifest)});
        row("on in the manifest", rule, clusterOf({controlPlane(u"cp1"_s, "kube-apiserver --profiling=true")}),
            {u"fail medium cp1 kube-apiserver = true from argument %1:11 fixable"_s.arg(manifest)});
        row("not set", rule, clusterOf({controlPlane(u"cp1"_s, "kube-apiserver --v=2")}),
            {u"fail medium cp1 kube-apiserver = true from default  fixable"_s});
        Node bare = controlPlane(u"cp1"_s, "kube-apiserver --v=2");
        bare.components.last().manifest.clear();
        row("no manifest, no fix", rule, clusterOf({bare}), {u"fail medium cp1 kube-apiserver = true from default "_s});
        Node stopped = controlPlane(u"cp1"_s, "kube-apiserver --profiling=false");
        stopped.components.last().running = false;
        row("not running", rule, clusterOf({stopped}), {u"unknown medium cp1 kube-apiserver = "_s});
        row("a release without a known default", rule, clusterOf({controlPlane(u"cp1"_s, "kube-apiserver --v=2", 99)}),
            {u"unknown medium cp1 kube-apiserver = "_s});
        row("each control-plane node by itself", rule,
            clusterOf({controlPlane(u"cp1"_s, "kube-apiserver --profiling=false"),
                controlPlane(u"cp2"_s, "kube-apiserver"), notRead(u"cp3"_s, true), notRead(u"w1"_s, false)}),
            {u"pass medium cp1 kube-apiserver = false from argument %1:11"_s.arg(manifest),
                u"fail medium cp2 kube-apiserver = true from default  fixable"_s,
                u"unknown medium cp3 kube-apiserver = "_s});
        row("only a worker was read", rule, clusterOf({nodeOf(machine(u"w1"_s), 34)}),
            {u"unknown medium kube-apiserver = "_s});
        Node gone = nodeOf(machine(u"cp1"_s), 34);
        gone.controlPlane = true;
        row("a control-plane node without it", rule, clusterOf({gone}), {u"unknown medium cp1 kube-apiserver = "_s});
    }

    static void pidLimit(const Row &row)
    {
        const QString rule = u"KL-01"_s;
        row("1000 in the file, 2000 in KUBELET_EXTRA_ARGS", rule,
            clusterOf({nodeOf(machine(u"w1"_s, "podPidsLimit: 1000\n", "--pod-max-pids=2000"), 34)}),
            {u"pass medium w1 kubelet = 2000 from argument /etc/default/kubelet:1 over 1000"_s});
        row("zero in the file", rule, clusterOf({nodeOf(machine(u"w1"_s, "podPidsLimit: 0\n"), 34)}),
            {u"fail medium w1 kubelet = 0 from file /var/lib/kubelet/config.yaml:3 fixable"_s});
        row("the last of a repeated key", rule,
            clusterOf({nodeOf(machine(u"w1"_s, "podPidsLimit: 1000\npodPidsLimit: -1\n"), 34)}),
            {u"fail medium w1 kubelet = -1 from file /var/lib/kubelet/config.yaml:4 fixable"_s});
        row("a number in quotes", rule, clusterOf({nodeOf(machine(u"w1"_s, "podPidsLimit: \"1000\"\n"), 34)}),
            {u"error medium w1 kubelet = "_s});
        row("not read", rule, clusterOf({notRead(u"w1"_s, false)}), {u"unknown medium w1 kubelet = "_s});
        SnapshotBuilder edited(u"w1"_s);
        edited.file(kubeletConfig, configText("podPidsLimit: 1000\n"), 500)
            .process("/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml");
        row("the file is newer than the process", rule, clusterOf({nodeOf(edited, 34)}),
            {u"unknown medium w1 kubelet = "_s});
    }

    static void gate(const Row &row)
    {
        const QString rule = u"KL-01-gate"_s;
        const QByteArray on = "--feature-gates=SupportPodPidsLimit=true";
        row("nowhere", rule, clusterOf({nodeOf(machine(u"w1"_s), 34)}), {u"pass critical w1 kubelet = not set"_s});
        row("in the file", rule,
            clusterOf({nodeOf(machine(u"w1"_s, "featureGates:\n  SupportPodPidsLimit: true\n"), 34)}),
            {u"fail critical w1 kubelet = SupportPodPidsLimit=true from file /var/lib/kubelet/config.yaml:4"_s});
        SnapshotBuilder later = machine(u"w1"_s);
        later.file(u"/var/lib/kubelet/kubeadm-flags.env"_s, "\nKUBELET_KUBEADM_ARGS=\"--v=2 " + on + "\"\n", 500);
        row("in an environment file that was written after the start", rule, clusterOf({nodeOf(later, 34)}),
            {u"fail critical w1 kubelet = SupportPodPidsLimit=true from argument "
             "/var/lib/kubelet/kubeadm-flags.env:2"_s});
        row("1.22", rule, clusterOf({nodeOf(machine(u"w1"_s, "", on), 22)}),
            {u"pass critical w1 kubelet = SupportPodPidsLimit=true from argument /etc/default/kubelet:1"_s});
        row("1.23", rule, clusterOf({nodeOf(machine(u"w1"_s, "", on), 23)}),
            {u"fail critical w1 kubelet = SupportPodPidsLimit=true from argument /etc/default/kubelet:1"_s});
        Node nameless = nodeOf(machine(u"w1"_s, "", on), 22);
        nameless.release = {};
        nameless.components.first().release = {};
        row("a release that is not known", rule, clusterOf({nameless}),
            {u"unknown critical w1 kubelet = SupportPodPidsLimit=true from argument /etc/default/kubelet:1"_s});
        SnapshotBuilder unitless(u"w1"_s);
        unitless.file(kubeletConfig, configText("")).process("/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml");
        row("the unit was not read", rule, clusterOf({nodeOf(unitless, 34)}), {u"unknown critical w1 kubelet = "_s});
        SnapshotBuilder running(u"w1"_s);
        running.file(kubeletConfig, configText(""))
            .output(u"systemctl-cat-kubelet"_s, unitText)
            .process("/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml " + on);
        row("in the running process alone", rule, clusterOf({nodeOf(running, 22)}),
            {u"pass critical w1 kubelet = SupportPodPidsLimit=true from process "_s});
        SnapshotBuilder looping(u"w1"_s);
        looping.file(kubeletConfig, configText("featureGates: {SupportPodPidsLimit: true}\n"))
            .output(u"systemctl-cat-kubelet"_s, unitText);
        row("a kubelet that does not run because of it", rule, clusterOf({nodeOf(looping, 34)}),
            {u"fail critical w1 kubelet = SupportPodPidsLimit=true from file /var/lib/kubelet/config.yaml:3"_s});
        row("not read", rule, clusterOf({notRead(u"w1"_s, false)}), {u"unknown critical w1 kubelet = "_s});
    }

    static void directory(const Row &row)
    {
        const QString rule = u"M-02-static"_s;
        const QByteArray etcd = podText("etcd", "kube-system", "etcd");
        const QByteArray scheduler = podText("kube-scheduler", "kube-system", "kube-scheduler");
        const auto at = [](const char *name) { return manifests + u'/' + QString::fromLatin1(name); };
        const auto cluster = [](const SnapshotBuilder &builder) { return clusterOf({nodeOf(builder, 34)}); };
        const auto withRecord = [&](const FileRecord &record) {
            SnapshotBuilder builder = machine(u"cp1"_s);
            return cluster(builder.directory(manifests).file(at("etcd.yaml"), etcd).record(record));
        };

        row("a file for each pod, and what the kubelet does not look at", rule,
            cluster(machine(u"cp1"_s)
                        .directory(manifests)
                        .file(at("etcd.yaml"), etcd)
                        .file(at("kube-scheduler.yaml"), scheduler)
                        .file(at(".etcd.yaml.swp"), "\x01\x02")
                        .directory(at("old"))),
            {u"pass high cp1 kubelet = "_s});
        row("an empty directory", rule, cluster(machine(u"w1"_s).directory(manifests)), {u"pass high w1 kubelet = "_s});
        row("a copy", rule,
            cluster(machine(u"cp1"_s)
                        .directory(manifests)
                        .file(at("kube-scheduler.yaml"), scheduler)
                        .file(at("kube-scheduler.yaml.bak"), scheduler)),
            {u"fail high cp1 kube-scheduler %1 = kube-system/kube-scheduler: kube-scheduler.yaml, "
             "kube-scheduler.yaml.bak from file %1:4"_s.arg(at("kube-scheduler.yaml.bak"))});
        row("copies that sort on both sides", rule,
            cluster(machine(u"cp1"_s)
                        .directory(manifests)
                        .file(at("#etcd#"), etcd)
                        .file(at("etcd.yaml"), etcd)
                        .file(at("etcd.yaml~"), etcd)),
            {u"fail high cp1 etcd %1 = kube-system/etcd: #etcd#, etcd.yaml, etcd.yaml~ from file %1:4"_s.arg(
                 at("#etcd#")),
                u"fail high cp1 etcd %1 = kube-system/etcd: #etcd#, etcd.yaml, etcd.yaml~ from file %1:4"_s.arg(
                    at("etcd.yaml~"))});
        row("the same name in another namespace", rule,
            cluster(machine(u"cp1"_s)
                        .directory(manifests)
                        .file(at("etcd.yaml"), etcd)
                        .file(at("other.yaml"), podText("etcd", "mindie", "etcd"))),
            {u"pass high cp1 kubelet = "_s});
        row("the default namespace named and not named", rule,
            cluster(machine(u"cp1"_s)
                        .directory(manifests)
                        .file(at("a.yaml"), podText("proxy", "default", "proxy"))
                        .file(at("b.yaml"), podText("proxy", "", "proxy"))),
            {u"fail high cp1 kubelet %1 = default/proxy: a.yaml, b.yaml from file %1:4"_s.arg(at("b.yaml"))});
        row("a file that is no pod", rule,
            cluster(machine(u"cp1"_s).directory(manifests).file(at("README"), "hello\n")),
            {u"fail high cp1 kubelet %1 = not a definition of a pod from file %1:1"_s.arg(at("README"))});
        row("a wrong type", rule,
            cluster(machine(u"cp1"_s).directory(manifests).file(
                at("etcd.yaml"), QByteArray(etcd).replace("spec:\n", "spec:\n  hostNetwork: \"yes\"\n"))),
            {u"fail high cp1 kubelet %1 = not a definition of a pod from file %1:7"_s.arg(at("etcd.yaml"))});
        row("the directory was not read", rule, cluster(machine(u"cp1"_s)), {u"unknown high cp1 kubelet = "_s});
        row("a directory that does not exist", rule, cluster(machine(u"w1"_s).directory(u"/etc/kubernetes"_s)),
            {u"not-applicable high w1 kubelet = "_s});
        row("no directory is named", rule, cluster(machine(u"w1"_s, "podPidsLimit: 1\n")),
            {u"not-applicable high w1 kubelet = "_s});
        row("not read", rule, clusterOf({notRead(u"w1"_s, false)}), {u"unknown high w1 kubelet = "_s});
        Node stopped = nodeOf(machine(u"cp1"_s).directory(manifests), 34);
        stopped.components.first().running = false;
        row("a kubelet that does not run", rule, clusterOf({stopped}), {u"unknown high cp1 kubelet = "_s});

        FileRecord closed;
        closed.path = manifests;
        closed.type = FileRecord::Type::Directory;
        closed.error = u"Permission denied"_s;
        row("a directory that cannot be read", rule, cluster(machine(u"cp1"_s).record(closed)),
            {u"unknown high cp1 kubelet = "_s});
        FileRecord large;
        large.path = at("big.yaml");
        large.size = 50 * 1024 * 1024;
        large.truncated = true;
        row("50 MB where a manifest should be", rule, withRecord(large),
            {u"fail high cp1 kubelet %1 = 52428800 bytes from file %1"_s.arg(large.path)});
        large.size = 9 * 1024 * 1024;
        row("larger than what is read here", rule, withRecord(large),
            {u"unknown high cp1 kubelet %1 =  from file %1"_s.arg(large.path)});
        FileRecord broken;
        broken.path = at("etcd.yaml.new");
        broken.hasContent = true;
        broken.content = "apiVersion: v1\n";
        broken.changedWhileRead = true;
        row("broken while it was written", rule, withRecord(broken),
            {u"unknown high cp1 kubelet %1 = not a definition of a pod from file %1:1"_s.arg(broken.path)});
        broken.changedWhileRead = false;
        broken.masked = true;
        row("masked, and broken by it", rule, withRecord(broken),
            {u"unknown high cp1 kubelet %1 = not a definition of a pod from file %1:1"_s.arg(broken.path)});
        FileRecord secret;
        secret.path = at("etcd.yaml.new");
        secret.error = u"Permission denied"_s;
        row("a file that cannot be read", rule, withRecord(secret),
            {u"unknown high cp1 kubelet %1 =  from file %1"_s.arg(secret.path)});
        Snapshot cut = machine(u"cp1"_s).directory(manifests).file(at("etcd.yaml"), etcd);
        cut.complete = false;
        row("what was read is incomplete", rule, clusterOf({nodeOf(cut, 34)}), {u"unknown high cp1 kubelet = "_s});
    }

    static void workloads(const Row &row)
    {
        const QString rule = u"WL-01"_s;
        const QJsonArray bad{container(u"c"_s, true)};
        const QJsonArray good{container(u"c"_s, false)};
        const QStringList ofJob{u"Job"_s, u"train"_s, u"vcjob"_s};
        row("the API was not read", rule, clusterOf(QList<Node>{}), {u"unknown high workload = "_s});
        row("nothing runs", rule, clusterOf(QJsonObject{}), {u"not-applicable high workload = "_s});
        row("each kind", rule,
            clusterOf(QJsonObject{{u"pods"_s, QJsonArray{pod(u"a"_s, u"p"_s, bad)}},
                {u"deployments"_s, QJsonArray{controller(u"a"_s, u"d"_s, bad)}},
                {u"statefulsets"_s, QJsonArray{controller(u"a"_s, u"s"_s, bad)}},
                {u"daemonsets"_s, QJsonArray{controller(u"a"_s, u"ds"_s, bad)}},
                {u"jobs"_s, QJsonArray{controller(u"a"_s, u"j"_s, bad)}},
                {u"replicasets"_s, QJsonArray{controller(u"a"_s, u"rs"_s, bad)}},
                {u"replicationcontrollers"_s, QJsonArray{controller(u"a"_s, u"rc"_s, bad)}}}),
            {u"fail high a/DaemonSet/ds container c = true from object a/ds"_s,
                u"fail high a/Deployment/d container c = true from object a/d"_s,
                u"fail high a/Job/j container c = true from object a/j"_s,
                u"fail high a/Pod/p container c = true from object a/p"_s,
                u"fail high a/ReplicaSet/rs container c = true from object a/rs"_s,
                u"fail high a/ReplicationController/rc container c = true from object a/rc"_s,
                u"fail high a/StatefulSet/s container c = true from object a/s"_s});
        row("only the controller speaks for its pods", rule,
            clusterOf(QJsonObject{{u"deployments"_s, QJsonArray{controller(u"a"_s, u"d"_s, bad)}},
                {u"replicasets"_s,
                    QJsonArray{controller(u"a"_s, u"rs"_s, bad, {u"Deployment"_s, u"d"_s, u"d"_s}),
                        controller(u"a"_s, u"old"_s, bad, {u"Deployment"_s, u"d"_s, u"d"_s}, 0)}},
                {u"pods"_s,
                    QJsonArray{pod(u"a"_s, u"p1"_s, bad, {u"ReplicaSet"_s, u"rs"_s, u"rs"_s}),
                        pod(u"a"_s, u"p2"_s, bad, {u"ReplicaSet"_s, u"rs"_s, u"rs"_s})}}}),
            {u"fail high a/Deployment/d container c = true from object a/d"_s});
        row("the history of a Deployment runs nothing", rule,
            clusterOf(QJsonObject{{u"deployments"_s, QJsonArray{controller(u"a"_s, u"d"_s, good)}},
                {u"replicasets"_s,
                    QJsonArray{controller(u"a"_s, u"old"_s, bad, {u"Deployment"_s, u"d"_s, u"d"_s}, 0)}}}),
            {u"pass high workload = "_s});
        row("pods that differ from their template: one line", rule,
            clusterOf(QJsonObject{{u"replicasets"_s, QJsonArray{controller(u"a"_s, u"rs"_s, good)}},
                {u"pods"_s,
                    QJsonArray{
                        pod(u"a"_s, u"p1"_s, {container(u"injected"_s, true)}, {u"ReplicaSet"_s, u"rs"_s, u"rs"_s}),
                        pod(u"a"_s, u"p2"_s, {container(u"injected"_s, true)}, {u"ReplicaSet"_s, u"rs"_s, u"rs"_s})}}}),
            {u"fail high a/Pod/p1 container injected = true from object a/p1"_s});
        row("pods of a controller that is not read: one line", rule,
            clusterOf(QJsonObject{
                {u"pods"_s, QJsonArray{pod(u"a"_s, u"p1"_s, bad, ofJob), pod(u"a"_s, u"p2"_s, bad, ofJob)}}}),
            {u"fail high a/Pod/p1 container c = true from object a/p1"_s});
        row("pods without a controller: a line each", rule,
            clusterOf(QJsonObject{{u"pods"_s, QJsonArray{pod(u"a"_s, u"p1"_s, bad), pod(u"a"_s, u"p2"_s, bad)}}}),
            {u"fail high a/Pod/p1 container c = true from object a/p1"_s,
                u"fail high a/Pod/p2 container c = true from object a/p2"_s});
        row("owners in a ring", rule,
            clusterOf(QJsonObject{{u"replicasets"_s,
                QJsonArray{controller(u"a"_s, u"x"_s, bad, {u"ReplicaSet"_s, u"y"_s, u"y"_s}),
                    controller(u"a"_s, u"y"_s, good, {u"ReplicaSet"_s, u"x"_s, u"x"_s})}}}),
            {u"fail high a/ReplicaSet/x container c = true from object a/x"_s});
        row("system namespaces, by their exact names", rule,
            clusterOf(QJsonObject{{u"daemonsets"_s,
                QJsonArray{controller(u"kube-system"_s, u"kube-proxy"_s, bad),
                    controller(u"mindx-dl"_s, u"device-plugin"_s, bad), controller(u"kube-system-2"_s, u"x"_s, bad)}}}),
            {u"fail high kube-system/DaemonSet/kube-proxy container c = true from object kube-system/kube-proxy waived "
             "builtin:system-namespace"_s,
                u"fail high kube-system-2/DaemonSet/x container c = true from object kube-system-2/x"_s,
                u"fail high mindx-dl/DaemonSet/device-plugin container c = true from object mindx-dl/device-plugin "
                "waived builtin:system-namespace"_s});
        row("only known exceptions", rule,
            clusterOf(QJsonObject{{u"daemonsets"_s, QJsonArray{controller(u"kube-system"_s, u"kube-proxy"_s, bad)}}}),
            {u"pass high workload = "_s,
                u"fail high kube-system/DaemonSet/kube-proxy container c = true from object kube-system/kube-proxy "
                "waived builtin:system-namespace"_s});
        Cluster partly = clusterOf(QJsonObject{{u"pods"_s, QJsonArray{pod(u"a"_s, u"p"_s, bad)}}});
        partly.objects.remove(u"cronjobs"_s);
        row("one list was not read", rule, partly,
            {u"unknown high workload = "_s, u"fail high a/Pod/p container c = true from object a/p"_s});
        row("text is not true", rule,
            clusterOf(QJsonObject{{u"pods"_s,
                QJsonArray{pod(u"a"_s, u"p"_s,
                    {QJsonObject{
                        {u"name"_s, u"c"_s}, {u"securityContext"_s, QJsonObject{{u"privileged"_s, u"true"_s}}}}})}}}),
            {u"error high a/Pod/p container c = true from object a/p"_s});
        row("names are plain text", rule,
            clusterOf(QJsonObject{{u"pods"_s, QJsonArray{pod(u"a"_s, u"p\u001b[31m"_s, bad)}}}),
            {u"fail high a/Pod/p\\u{1B}[31m container c = true from object a/p\\u{1B}[31m"_s});
    }
};

QTEST_GUILESS_MAIN(TestRules)
#include "tst_rules.moc"
