// SPDX-License-Identifier: Apache-2.0
#include "rules/objectpatch.h"
#include "rules/rulepack.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const RulePack &pack()
{
    static const RulePack loaded = builtinRulePack().value();
    return loaded;
}

/// A cluster whose API gave these lists; the kinds of workloads that are not among them are empty.
Cluster clusterOf(const QByteArray &json, int minor = 34)
{
    QJsonParseError error;
    const QJsonObject objects = QJsonDocument::fromJson(json, &error).object();
    if (error.error != QJsonParseError::NoError)
        qFatal("%s", qPrintable(error.errorString()));
    Cluster cluster;
    cluster.id = u"id"_s;
    cluster.name = u"test"_s;
    cluster.apiNode = u"cp1"_s;
    cluster.release = {minor, 0};
    cluster.objects = objects;
    for (const QString &resource : {u"pods"_s, u"deployments"_s, u"statefulsets"_s, u"daemonsets"_s, u"jobs"_s,
             u"cronjobs"_s, u"replicasets"_s, u"replicationcontrollers"_s}) {
        if (!objects.contains(resource))
            cluster.objects.insert(resource, QJsonArray());
    }
    return cluster;
}

QList<Finding> findingsOf(const QString &rule, const Cluster &cluster)
{
    RulePack one = pack();
    one.rules = {*pack().rule(rule)};
    return assess(cluster, one, {}).findings;
}

/// One object: its metadata beside namespace and name, and its pod's spec.
QByteArray deployment(const QByteArray &spec, const QByteArray &metadata = "\"uid\": \"d\"")
{
    return R"({"deployments": [{"metadata": {"namespace": "a", "name": "web", )" + metadata
        + R"(}, "spec": {"template": {"spec": )" + spec + "}}}]}";
}

QByteArray pod(const QByteArray &metadata, const QByteArray &spec = R"({"containers": [{"name": "c"}]})")
{
    return R"({"pods": [{"metadata": {"namespace": "a", "name": "p", "uid": "p", )" + metadata + R"(}, "spec": )" + spec
        + "}]}";
}

QByteArray ownedBy(const QByteArray &kind, const QByteArray &name)
{
    return R"("ownerReferences": [{"kind": ")" + kind + R"(", "name": ")" + name
        + R"(", "uid": "o", "controller": true}])";
}

const QByteArray plainSpec = R"({"containers": [{"name": "c"}]})";

} // namespace

class TestWorkloads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // What the reason says about the object beside the value: its controller, and its namespace's Pod Security level.
    void saysWhoseItIs_data()
    {
        QTest::addColumn<QByteArray>("objects");
        QTest::addColumn<int>("minor");
        QTest::addColumn<QString>("english");
        const auto withSpace = [](const QByteArray &labels) {
            return deployment(plainSpec).chopped(1) + R"(, "namespaces": [{"metadata": {"name": "a", "labels": )"
                + labels + "}}]}";
        };
        QTest::newRow("a level") << withSpace(R"({"pod-security.kubernetes.io/enforce": "baseline"})") << 34
                                 << u"required: false. Namespace a enforces the Pod Security level baseline."_s;
        QTest::newRow("only a warning") << withSpace(R"({"pod-security.kubernetes.io/warn": "restricted"})") << 34
                                        << u"Namespace a has no Pod Security level of its own."_s;
        QTest::newRow("a label that does nothing yet")
            << withSpace(R"({"pod-security.kubernetes.io/enforce": "baseline"})") << 22
            << u"the Pod Security level baseline, which does nothing before 1.23."_s;
        QTest::newRow("namespaces were not read")
            << deployment(plainSpec) << 34 << u"Which Pod Security level namespace a enforces was not read."_s;
        QTest::newRow("a pod of nobody") << pod(R"("labels": {})") << 34 << u"No controller owns it."_s;
        QTest::newRow("a pod of something that is not read")
            << pod(ownedBy("VcJob", "train")) << 34 << u"Its controller is VcJob train."_s;
        QTest::newRow("a static pod") << pod(
            R"("annotations": {"kubernetes.io/config.mirror": "x"}, "ownerReferences": [{"kind": "Node", "name": "n1", "controller": true}])")
                                      << 34 << u"It is a static pod of node n1."_s;
        QTest::newRow("the highest controller")
            << QByteArray(R"({"deployments": [{"metadata": {"namespace": "a", "name": "web", "uid": "d"},
                  "spec": {"template": {"spec": {"containers": [{"name": "web",
                    "securityContext": {"allowPrivilegeEscalation": false}}]}}}}],
                "replicasets": [{"metadata": {"namespace": "a", "name": "web-1", "uid": "r",
                  "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "d", "controller": true}]},
                  "spec": {"template": {"spec": {"containers": [{"name": "web",
                    "securityContext": {"allowPrivilegeEscalation": false}}]}}}}],
                "pods": [{"metadata": {"namespace": "a", "name": "web-1-x", "uid": "p",
                  "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "uid": "r", "controller": true}]},
                  "spec": {"containers": [{"name": "injected"}]}}]})")
            << 34 << u"Its controller is Deployment a/web."_s;
    }
    void saysWhoseItIs()
    {
        QFETCH(QByteArray, objects);
        QFETCH(int, minor);
        QFETCH(QString, english);
        const QList<Finding> findings = findingsOf(u"WL-08"_s, clusterOf(objects, minor));
        QCOMPARE(findings.size(), 1);
        QCOMPARE(findings[0].verdict, Verdict::Fail);
        QVERIFY2(findings[0].reason.en.contains(english), qPrintable(findings[0].reason.en));
        QVERIFY(!findings[0].reason.zh.isEmpty() && findings[0].reason.zh != findings[0].reason.en);
    }

    // How each object is put right: a patch and its command, or what to edit instead.
    void saysHowToPutItRight_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QByteArray>("objects");
        QTest::addColumn<QString>("command"); // empty: there is no patch
        QTest::addColumn<QString>("note");
        const QString rule = u"WL-08"_s;
        QTest::newRow("a Deployment") << rule << deployment(plainSpec)
                                      << u"kubectl patch -n a deployment web --patch-file patch.yaml"_s
                                      << u"applied by hand"_s;
        QTest::newRow("a name that no API server gives out")
            << rule << deployment(plainSpec).replace("\"web\"", "\"web;reboot\"") << QString()
            << u"Edit the template"_s;
        QTest::newRow("an operator's object")
            << rule << deployment(plainSpec, "\"uid\": \"d\", " + ownedBy("InferService", "llm")) << QString()
            << u"It is made by InferService llm"_s;
        QTest::newRow("a Job") << rule << deployment(plainSpec).replace("deployments", "jobs") << QString()
                               << u"The template of a Job cannot be changed"_s;
        QTest::newRow("a pod of nobody") << rule << pod(R"("labels": {})") << QString()
                                         << u"No controller owns this pod"_s;
        QTest::newRow("a pod of something that is not read")
            << rule << pod(ownedBy("VcJob", "train")) << QString() << u"It is made by VcJob train"_s;
        QTest::newRow("a static pod")
            << rule << pod(R"("ownerReferences": [{"kind": "Node", "name": "n1", "controller": true}])") << QString()
            << u"static pod directory of node n1"_s;
        QTest::newRow("a debug container")
            << rule
            << pod(R"("labels": {})",
                   R"({"containers": [{"name": "c", "securityContext": {"allowPrivilegeEscalation": false}}],
                       "ephemeralContainers": [{"name": "debug"}]})")
            << QString() << u"A debug (ephemeral) container cannot be changed"_s;
        QTest::newRow("what the API would refuse: privileged")
            << rule << deployment(R"({"containers": [{"name": "c", "securityContext": {"privileged": true}}]})")
            << QString() << u"In the way stands securityContext.privileged = true of container c."_s;
        QTest::newRow("what the API would refuse: SYS_ADMIN")
            << rule
            << deployment(
                   R"({"containers": [{"name": "c", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]})")
            << QString() << u"There is no ready patch"_s;
        QTest::newRow("a user is asked for, not invented") << u"WL-03"_s << deployment(plainSpec) << QString()
                                                           << u"securityContext.runAsUser = not set of container c."_s;
        QTest::newRow("root is not a user for it")
            << u"WL-03"_s << deployment(R"({"securityContext": {"runAsUser": 0}, "containers": [{"name": "c"}]})")
            << QString() << u"There is no ready patch"_s;
        QTest::newRow("limits are asked for, not invented")
            << u"WL-05"_s << deployment(plainSpec).chopped(1) + R"(, "limitranges": []})" << QString()
            << u"There is no ready patch"_s;
        QTest::newRow("ports that the patch cannot tell apart")
            << u"WL-02-ports"_s
            << deployment(R"({"containers": [{"name": "c", "ports": [{"containerPort": 53, "hostPort": 53},
                              {"containerPort": 53, "protocol": "UDP"}]}]})")
            << QString() << u"There is no ready patch"_s;
    }
    void saysHowToPutItRight()
    {
        QFETCH(QString, rule);
        QFETCH(QByteArray, objects);
        QFETCH(QString, command);
        QFETCH(QString, note);
        const QList<Finding> findings = findingsOf(rule, clusterOf(objects));
        QCOMPARE(findings.size(), 1);
        QCOMPARE(findings[0].verdict, Verdict::Fail);
        QVERIFY(!findings[0].fixable);
        const auto &fix = findings[0].objectFix;
        QVERIFY(fix);
        QCOMPARE(fix->command, command);
        QCOMPARE(fix->patch.isEmpty(), command.isEmpty());
        QVERIFY2(fix->note.en.contains(note), qPrintable(fix->note.en));
        QVERIFY(!fix->note.zh.isEmpty() && fix->note.zh != fix->note.en);
    }

    // Hundreds of known exceptions are a line for each namespace, which names some of them.
    void foldsKnownExceptions()
    {
        QJsonArray pods;
        for (int i = 0; i < 300; ++i) {
            pods += QJsonObject{{u"metadata"_s,
                                    QJsonObject{{u"namespace"_s, u"kube-system"_s}, {u"name"_s, u"p%1"_s.arg(i)},
                                        {u"uid"_s, QString::number(i)}}},
                {u"spec"_s, QJsonObject{{u"containers"_s, QJsonArray{QJsonObject{{u"name"_s, u"c"_s}}}}}}};
        }
        Cluster cluster = clusterOf("{}");
        cluster.objects.insert(u"pods"_s, pods);
        const QList<Finding> findings = findingsOf(u"WL-08"_s, cluster);
        QCOMPARE(findings.size(), 2);
        QCOMPARE(findings[0].verdict, Verdict::Pass);
        QCOMPARE(describe(findings[1].subject), u"Namespace/kube-system"_s);
        QVERIFY(findings[1].waiver && !findings[1].objectFix);
        QVERIFY2(findings[1].reason.en.contains(u"in 300 places"_s) && findings[1].reason.en.endsWith(u"290 more."_s),
            qPrintable(findings[1].reason.en));
        QVERIFY(findings[1].reason.en.size() < 1000);
    }

    // Pods of one controller that differ in their node and generated names alone are judged once; others apart.
    void countsPodsThatAreAlike_data()
    {
        QTest::addColumn<QString>("container"); // of the second pod
        QTest::addColumn<QString>("volume");
        QTest::addColumn<bool>("isRight");
        QTest::addColumn<int>("findings");
        QTest::addColumn<bool>("counted"); // with the first
        const QString token = u"kube-api-access-bbbbb"_s;
        QTest::newRow("alike") << u"c"_s << token << false << 1 << true;
        QTest::newRow("another container") << u"d"_s << token << false << 2 << false;
        QTest::newRow("another volume, which says nothing here") << u"c"_s << u"x"_s << false << 1 << true;
        QTest::newRow("it is right") << u"c"_s << token << true << 1 << false;
    }
    void countsPodsThatAreAlike()
    {
        QFETCH(QString, container);
        QFETCH(QString, volume);
        QFETCH(bool, isRight);
        QFETCH(int, findings);
        QFETCH(bool, counted);
        const auto pod = [](const QString &name, const QString &inside, const QString &mount, bool right) {
            const QJsonObject owner{
                {u"kind"_s, u"VcJob"_s}, {u"name"_s, u"train"_s}, {u"uid"_s, u"o"_s}, {u"controller"_s, true}};
            QJsonObject one{{u"name"_s, inside}, {u"volumeMounts"_s, QJsonArray{QJsonObject{{u"name"_s, mount}}}}};
            if (right)
                one.insert(u"securityContext"_s, QJsonObject{{u"allowPrivilegeEscalation"_s, false}});
            return QJsonObject{{u"metadata"_s,
                                   QJsonObject{{u"namespace"_s, u"a"_s}, {u"name"_s, name}, {u"uid"_s, name},
                                       {u"ownerReferences"_s, QJsonArray{owner}}}},
                {u"spec"_s, QJsonObject{{u"nodeName"_s, name}, {u"containers"_s, QJsonArray{one}}}}};
        };
        Cluster cluster = clusterOf("{}");
        cluster.objects.insert(u"pods"_s,
            QJsonArray{
                pod(u"p1"_s, u"c"_s, u"kube-api-access-aaaaa"_s, false), pod(u"p2"_s, container, volume, isRight)});
        const QList<Finding> found = findingsOf(u"WL-08"_s, cluster);
        QCOMPARE(found.size(), findings);
        QCOMPARE(found[0].reason.en.endsWith(u" 1 more objects of the same controller (VcJob train) are the same."_s),
            counted);
    }

    void saysWhoUsesTheToken()
    {
        const QJsonObject podSpec{{u"containers"_s, QJsonArray{QJsonObject{{u"name"_s, u"web"_s}}}}};
        QJsonArray deployments;
        for (int i = 0; i < 12; ++i) {
            deployments += QJsonObject{{u"metadata"_s,
                                           QJsonObject{{u"namespace"_s, u"a"_s}, {u"name"_s, u"web%1"_s.arg(i)},
                                               {u"uid"_s, QString::number(i)}}},
                {u"spec"_s, QJsonObject{{u"template"_s, QJsonObject{{u"spec"_s, podSpec}}}}}};
        }
        Cluster cluster = clusterOf(R"({"serviceaccounts": [{"metadata": {"namespace": "a", "name": "default"}},
            {"metadata": {"namespace": "b", "name": "default"}}]})");
        cluster.objects.insert(u"deployments"_s, deployments);
        QStringList accounts;
        for (const Finding &finding : findingsOf(u"SA-01"_s, cluster)) {
            if (finding.subject.kind != "ServiceAccount"_L1)
                continue;
            QVERIFY(finding.objectFix);
            QCOMPARE(finding.objectFix->command,
                u"kubectl patch -n %1 serviceaccount default --patch-file patch.yaml"_s.arg(
                    finding.subject.namespaceName));
            accounts += finding.reason.en.section(u". "_s, -1);
        }
        QCOMPARE(accounts.size(), 2);
        QVERIFY2(accounts[0].startsWith(u"It is mounted by Deployment web0, Deployment web1"_s)
                && accounts[0].endsWith(u" and 2 more."_s),
            qPrintable(accounts[0]));
        QCOMPARE(accounts[1], u"No workload gets it today."_s);
    }

    void spellingIsPointedOut()
    {
        const QList<Finding> findings = findingsOf(u"WL-04"_s,
            clusterOf(deployment(
                R"({"containers": [{"name": "c", "securityContext": {"capabilities": {"drop": ["CAP_all"]}}}]})")));
        QCOMPARE(findings.size(), 1);
        QVERIFY2(findings[0].reason.en.contains(u"\"CAP_all\" is written ALL"_s), qPrintable(findings[0].reason.en));
    }

    void writesPatches_data()
    {
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QString>("yaml");
        QTest::newRow("nothing") << "{}"_ba << QString();
        QTest::newRow("words that YAML reads as something else")
            << R"({"l": [{"name": "on"}, {"name": "1"}, {"name": "no-1"}, {"name": "Null"}, {"name": "1e3"}]})"_ba
            << u"l:\n  - name: \"on\"\n  - name: \"1\"\n  - name: no-1\n  - name: \"Null\"\n  - name: \"1e3\"\n"_s;
        QTest::newRow("texts that would end theirs") << R"({"a": "x: y # z\n- \"q\"", "b": "", "c": "\u001b"})"_ba
                                                     << u"a: \"x: y # z\\n- \\\"q\\\"\"\nb: \"\"\nc: \"\\u001b\"\n"_s;
        QTest::newRow("lists of texts, and values")
            << R"({"a": ["ALL", "y"], "b": [], "c": null, "d": true, "e": 80, "f": {}})"_ba
            << u"a: [ALL, \"y\"]\nb: []\nc: null\nd: true\ne: 80\nf: {}\n"_s;
        QTest::newRow("what names an item comes first")
            << R"({"ports": [{"containerPort": 80, "b": 1, "a": {"c": 2}}]})"_ba
            << u"ports:\n  - containerPort: 80\n    a:\n      c: 2\n    b: 1\n"_s;
    }
    void writesPatches()
    {
        QFETCH(QByteArray, patch);
        QFETCH(QString, yaml);
        QCOMPARE(patchText(QJsonDocument::fromJson(patch).object()), yaml);
    }

    // One thing of the shipped pack spoiled, and what the reader or the pack's own tests say.
    void refuses_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("says");
        QTest::newRow("unset") << "unset: pass"_ba
                               << "unset: maybe"_ba << u"\"maybe\" is not known here"_s;
        QTest::newRow("inherit") << "inherit: true"_ba
                                 << "inherit: \"true\""_ba << u"true or false is expected"_s;
        QTest::newRow("a list in a path") << "\"ports[].hostPort\""_ba
                                          << "\"ports[0].hostPort\""_ba << u"and [] after a list"_s;
        QTest::newRow("a relative path") << "- /var/run/docker.sock"_ba
                                         << "- var/run/docker.sock"_ba << u"does not fit the operator"_s;
        QTest::newRow("a patch of the wrong value") << "patch: {value: [ALL]}"_ba
                                                    << "patch: {value: [NET_RAW]}"_ba << u"expects the patch"_s;
        QTest::newRow("a patch that is not asked whether it may be")
            << "assert: {excludes: SYS_ADMIN}"_ba
            << "assert: {excludes: [SYS_ADMIN]}"_ba << u"does not fit the operator"_s;
    }
    void refuses()
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
        QStringList errors;
        if (!spoiled) {
            errors += describe(spoiled.error(), Language::English);
        } else {
            for (const Error &error : testRulePack(*spoiled))
                errors += describe(error, Language::English);
        }
        QVERIFY2(errors.join(u'\n').contains(says), qPrintable(errors.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(TestWorkloads)
#include "tst_workloads.moc"
