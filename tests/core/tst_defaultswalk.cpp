// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const RulePack &builtin()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

} // namespace

// Walks every setting that a rule of the pack names through every release that is supported, on a component that sets
// nothing: what is in force is a default from the table, or it is unknown; a rule never passes by accident.
class TestDefaultsWalk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void walks_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("minor");
        for (const Rule &rule : builtin().rules) {
            if (rule.check != CheckKind::Setting && rule.check != CheckKind::CipherSuites
                && rule.check != CheckKind::Controllers && rule.check != CheckKind::KubeletAddress)
                continue;
            for (int minor = 18; minor <= 38; ++minor)
                QTest::newRow(qPrintable(u"%1 1.%2"_s.arg(rule.id).arg(minor))) << rule.id << minor;
        }
    }
    void walks()
    {
        QFETCH(QString, id);
        QFETCH(int, minor);
        const RulePack &pack = builtin();
        const Rule &rule = *pack.rule(id);
        const Cluster cluster = bare(rule, minor);
        const DefaultValue value = defaultOf(rule.setting, cluster.release);
        const QList<Finding> findings = judgeOne(cluster, pack, id);
        QCOMPARE(findings.size(), 1);
        const Finding &finding = findings.first();
        if (minor < 19 || minor > 37)
            QVERIFY(!value.found);
        const bool applies = std::none_of(rule.notApplicable.begin(), rule.notApplicable.end(),
            [&](const ReleaseRange &range) { return range.contains(cluster.release); });
        if (!applies && rule.check != CheckKind::Controllers) {
            QCOMPARE(finding.verdict, Verdict::NotApplicable);
            return;
        }
        if (!value.found) {
            QCOMPARE(finding.verdict, Verdict::Unknown);
            QVERIFY(!finding.reason.en.isEmpty());
            return;
        }
        QVERIFY(!value.source.isEmpty());
        QCOMPARE(finding.origin.release.isEmpty(), finding.origin.kind == Origin::Kind::None);
        if (rule.check != CheckKind::Setting) { // a list that is not set is never as it has to be
            QCOMPARE(finding.verdict, applies ? Verdict::Fail : Verdict::NotApplicable);
            QCOMPARE(finding.origin.kind, Origin::Kind::Default);
            return;
        }
        QCOMPARE(finding.verdict, rule.assertion.holds(value.value) ? Verdict::Pass : Verdict::Fail);
        QCOMPARE(finding.actual, actualText(value.value));
        QCOMPARE(finding.origin.kind, Origin::Kind::Default);
        QCOMPARE(finding.origin.release, u"1.%1"_s.arg(minor));
    }

    // The rules of the baseline say what their defaults are worth.
    void knowsTheDefaultsOfTheBaseline_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("API-02") << u"API-02"_s << QJsonValue(true);
        QTest::newRow("KL-01") << u"KL-01"_s << QJsonValue(-1);
        QTest::newRow("API-01") << u"API-01"_s << QJsonValue(u""_s);
        QTest::newRow("API-03") << u"API-03"_s << QJsonValue(QJsonArray());
        QTest::newRow("API-04") << u"API-04"_s << QJsonValue(u"VersionTLS12"_s);
        QTest::newRow("KCM-01") << u"KCM-01"_s << QJsonValue(QJsonArray{u"*"_s});
        QTest::newRow("KL-03") << u"KL-03"_s << QJsonValue(u"VersionTLS12"_s);
        QTest::newRow("KL-04") << u"KL-04"_s << QJsonValue(QJsonArray());
        QTest::newRow("KL-02") << u"KL-02"_s << QJsonValue(u"0.0.0.0"_s);
        const auto further = [](const char *id, const QJsonValue &value) {
            QTest::newRow(id) << u"WL-09-"_s + QLatin1StringView(id) << value;
        };
        further("kubelet-anonymous", false);
        further("kubelet-authorization", u"Webhook"_s);
        further("kubelet-readonly-port", 0);
        further("kubelet-rotate-certificates", false);
        further("kubelet-serving-bootstrap", false);
        further("kubelet-kernel-defaults", false);
        further("api-authorization", QJsonArray{u"AlwaysAllow"_s});
        further("api-anonymous", true);
        further("api-token-file", u""_s);
        further("api-token-lookup", true);
        further("api-node-restriction", QJsonArray());
        further("manager-profiling", true);
        further("manager-bind-address", u"0.0.0.0"_s);
        further("manager-credentials", false);
        further("manager-root-ca", u""_s);
        further("scheduler-profiling", true);
        further("scheduler-bind-address", u"0.0.0.0"_s);
    }
    void knowsTheDefaultsOfTheBaseline()
    {
        QFETCH(QString, id);
        QFETCH(QJsonValue, value);
        const RulePack &pack = builtin();
        for (int minor = 19; minor <= 37; ++minor) {
            const DefaultValue found = defaultOf(pack.rule(id)->setting, Release{minor, 0});
            QVERIFY2(found.found, qPrintable(QString::number(minor)));
            QCOMPARE(found.value, value);
        }
    }

    // A kubelet that is told of no directory reads no static pods: the rule about them needs to know.
    void knowsThatStaticPodsAreOff()
    {
        for (int minor = 19; minor <= 37; ++minor) {
            const DefaultValue found =
                defaultOf({ComponentKind::Kubelet, u"--pod-manifest-path"_s, u"staticPodPath"_s, ValueType::String},
                    Release{minor, 0});
            QVERIFY2(found.found, qPrintable(QString::number(minor)));
            QCOMPARE(found.value, QJsonValue(u""_s));
        }
    }

private:
    static QList<Finding> judgeOne(const Cluster &cluster, RulePack pack, const QString &id)
    {
        pack.rules.removeIf([&id](const Rule &rule) { return rule.id != id; });
        return assess(cluster, pack, SnapshotBuilder::at(1000)).findings;
    }

    static Cluster bare(const Rule &rule, int minor)
    {
        Component component;
        component.kind = rule.component;
        component.release = {minor, 0};
        component.running = true;
        const bool kubelet = rule.component == ComponentKind::Kubelet;
        SnapshotBuilder builder(u"node"_s);
        builder
            .file(u"/var/lib/kubelet/config.yaml"_s,
                "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n")
            .process(componentName(rule.component).toUtf8()
                + (kubelet ? " --config=/var/lib/kubelet/config.yaml"_ba : ""_ba));
        component.process = builder.snapshot().processes.last();
        Node node;
        node.name = u"node"_s;
        node.read = true;
        node.controlPlane = true;
        node.release = component.release;
        node.components = {component};
        node.snapshot = std::make_shared<const Snapshot>(builder.snapshot());
        Cluster cluster;
        cluster.id = u"id"_s;
        cluster.name = u"test"_s;
        cluster.release = component.release;
        cluster.nodes = {node};
        return cluster;
    }
};

QTEST_GUILESS_MAIN(TestDefaultsWalk)
#include "tst_defaultswalk.moc"
