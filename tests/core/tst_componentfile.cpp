// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString manifest = u"/etc/kubernetes/manifests/kube-scheduler.yaml"_s;

QByteArray podText(const QByteArray &mounts, const QByteArray &volumes)
{
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-scheduler, namespace: kube-system}\nspec:\n  containers:\n"
           "  - name: kube-scheduler\n    command: [kube-scheduler, --config=/config/s.yaml, --profiling=false]\n"
           "    volumeMounts: ["
        + mounts + "]\n  volumes: [" + volumes + "]\n";
}

} // namespace

/// A file in a container is found where it lies on the node, and what it says is in force instead of the arguments.
class TestComponentFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void decides_data()
    {
        QTest::addColumn<QByteArray>("mounts");
        QTest::addColumn<QByteArray>("volumes");
        QTest::addColumn<QString>("path"); // of the file on the node
        QTest::addColumn<int>("modified");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("said");
        const QByteArray mount = "{name: c, mountPath: /config}";
        const QByteArray volume = "{name: c, hostPath: {path: /srv/scheduler}}";
        const auto row = [](const char *name, const QByteArray &mounts, const QByteArray &volumes, const QString &path,
                             int modified, const QString &verdict, const QString &said) {
            QTest::newRow(name) << mounts << volumes << path << modified << verdict << said;
        };
        row("another directory on the node", mount, volume, u"/srv/scheduler/s.yaml"_s, 0, u"fail"_s,
            u"/srv/scheduler/s.yaml:2:18"_s);
        row("the file itself is mounted", "{name: c, mountPath: /config/s.yaml}",
            "{name: c, hostPath: {path: /srv/x.yaml}}", u"/srv/x.yaml"_s, 0, u"fail"_s, u"/srv/x.yaml:2:18"_s);
        row("the deepest mount counts", "{name: r, mountPath: /}, " + mount,
            "{name: r, hostPath: {path: /other}}, " + volume, u"/srv/scheduler/s.yaml"_s, 0, u"fail"_s,
            u"/srv/scheduler"_s);
        row("a part of the volume is mounted", "{name: c, mountPath: /config, subPath: in}", volume,
            u"/srv/scheduler/in/s.yaml"_s, 0, u"fail"_s, u"/srv/scheduler/in/s.yaml:2:18"_s);
        row("the manifest does not parse", mount, "{name: c", u"/srv/scheduler/s.yaml"_s, 0, u"unknown"_s,
            u"lies on cp1 is not known, because its manifest does not parse: "_s);
        row("a mount with the same beginning", "{name: c, mountPath: /conf}", volume, u"/srv/scheduler/ig/s.yaml"_s, 0,
            u"unknown"_s, u"lies in no directory of the node"_s);
        row("the same path on the node is another file", mount, volume, u"/config/s.yaml"_s, 0, u"unknown"_s,
            u"/srv/scheduler/s.yaml on cp1 was not read."_s);
        row("no volume of the node", mount, "{name: c, emptyDir: {}}", u"/config/s.yaml"_s, 0, u"unknown"_s,
            u"lies in no directory of the node"_s);
        row("newer than the process", mount, volume, u"/srv/scheduler/s.yaml"_s, 500, u"unknown"_s,
            u"It was changed after the process started"_s);
    }
    void decides()
    {
        QFETCH(QByteArray, mounts);
        QFETCH(QByteArray, volumes);
        QFETCH(QString, path);
        QFETCH(int, modified);
        QFETCH(QString, verdict);
        QFETCH(QString, said);
        Component component;
        component.kind = ComponentKind::Scheduler;
        component.release = {34, 4};
        component.running = true;
        component.manifest = manifest;
        SnapshotBuilder builder(u"cp1"_s);
        builder.file(manifest, podText(mounts, volumes))
            .file(path, "kind: KubeSchedulerConfiguration\nenableProfiling: true\n", modified)
            .process("kube-scheduler --config=/config/s.yaml --profiling=false");
        component.process = builder.snapshot().processes.last();
        Node node;
        node.name = u"cp1"_s;
        node.read = true;
        node.controlPlane = true;
        node.components = {component};
        node.snapshot = std::make_shared<const Snapshot>(builder.snapshot());
        Cluster cluster;
        cluster.nodes = {node};
        RulePack pack = *builtinRulePack();
        pack.rules.removeIf([](const Rule &rule) { return rule.id != u"WL-09-scheduler-profiling"_s; });
        const QList<Finding> findings = assess(cluster, pack, SnapshotBuilder::at(1000)).findings;
        QCOMPARE(findings.size(), 1);
        QVERIFY2(verdictName(findings[0].verdict) == verdict, qPrintable(findings[0].reason.en));
        QVERIFY2(findings[0].reason.en.contains(said), qPrintable(findings[0].reason.en));
        QVERIFY(!findings[0].fixable); // the flag would have no effect
    }
};

QTEST_GUILESS_MAIN(TestComponentFile)
#include "tst_componentfile.moc"
