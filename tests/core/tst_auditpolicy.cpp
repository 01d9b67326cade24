// SPDX-License-Identifier: Apache-2.0
#include "cluster/auditpolicy.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

class TestAuditPolicy : public QObject
{
    Q_OBJECT

    static QByteArray withRule(const QByteArray &rule)
    {
        return "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- " + rule + '\n';
    }
    static QByteArray withHead(const QByteArray &head) { return head + "\nrules:\n- level: Metadata\n"; }

private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("policy");
        QTest::addColumn<QString>("release");
        QTest::addColumn<QString>("outcome"); // accepted, unknown, or the line that is refused
        QTest::addColumn<QString>("why"); // a part of it, or of the first remark
        const auto row = [](const char *name, const QByteArray &policy, const QString &outcome, const QString &why = {},
                             const QString &release = u"1.34"_s) {
            QTest::newRow(name) << policy << release << outcome << why;
        };
        const QString yes = u"accepted"_s;
        row("the smallest", withRule("level: Metadata"), yes);
        row("JSON", R"({"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"None"}]})", yes);
        row("JSON with tabs",
            "\n{\n\t\"apiVersion\": \"audit.k8s.io/v1\",\n\t\"rules\": [\n\t\t{\"level\": \"None\"}\n\t]\n}\n", yes);
        row("begins as JSON and is none", "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: None}]}", u"1"_s,
            u"JSON"_s);
        row("empty", "", u"0"_s, u"apiVersion"_s);
        row("a list", "- level: None\n", u"1"_s, u"no map"_s);
        row("broken YAML", "apiVersion: audit.k8s.io/v1\n\tkind: Policy\n", u"2"_s);

        row("no apiVersion", withHead("kind: Policy"), u"0"_s, u"apiVersion is missing"_s);
        row("no kind", withHead("apiVersion: audit.k8s.io/v1"), yes);
        row("another kind", withHead("apiVersion: audit.k8s.io/v1\nkind: PolicyList"), u"2"_s, u"kind is PolicyList"_s);
        row("kind in lower case", withHead("apiVersion: audit.k8s.io/v1\nkind: policy"), u"2"_s);
        row("kind that is a number", withHead("apiVersion: audit.k8s.io/v1\nkind: 1"), u"2"_s, u"text"_s);
        row("another group", withHead("apiVersion: v1\nkind: Policy"), u"1"_s, u"apiVersion is v1"_s);
        row("apiVersion written in another case", withHead("apiversion: audit.k8s.io/v1\nkind: Policy"), yes,
            u"apiversion"_s);
        row("v1beta1 since it is gone", withHead("apiVersion: audit.k8s.io/v1beta1\nkind: Policy"), u"1"_s,
            u"removed in 1.24"_s, u"1.24"_s);
        row("v1beta1 before", withHead("apiVersion: audit.k8s.io/v1beta1\nkind: Policy"), yes, u"removed in 1.24"_s,
            u"1.23"_s);
        row("v1alpha1 before", withHead("apiVersion: audit.k8s.io/v1alpha1\nkind: Policy"), yes, {}, u"1.19"_s);
        row("v1beta1, release not known", withHead("apiVersion: audit.k8s.io/v1beta1\nkind: Policy"), u"unknown"_s,
            u"not known"_s, QString());
        row("v1, release not known", withRule("level: None"), yes, {}, QString());

        row("no rules", "apiVersion: audit.k8s.io/v1\nkind: Policy\n", u"0"_s, u"no rules"_s);
        row("an empty list of rules", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n", u"3"_s);
        row("rules as a map", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {}\n", u"3"_s, u"list of maps"_s);
        row("Rules in upper case", "apiVersion: audit.k8s.io/v1\nkind: Policy\nRules:\n- level: None\n", u"0"_s);
        row("a rule that is null", withRule("~"), u"4"_s, u"rules[0] has no level"_s);
        row("rules twice, the later counts", withRule("level: Nothing") + "rules:\n- level: None\n", yes, u"twice"_s);

        row("no level", withRule("verbs: [get]"), u"4"_s, u"no level"_s);
        row("level in lower case", withRule("level: metadata"), u"4"_s, u"“metadata” does not exist"_s);
        row("level with a blank", withRule("level: 'Metadata '"), u"4"_s);
        row("level that is a number", withRule("level: 123"), u"4"_s, u"has to be text"_s);
        row("level that is a bool", withRule("level: on"), u"4"_s, u"has to be text"_s);
        row("level null", withRule("level: ~"), u"4"_s, u"no level"_s);
        row("level in quotes with a comment", withRule("level: \"Request\" # all"), yes);
        row("level as a list", withRule("level: [None]"), u"4"_s);

        row("a user that is a number", withRule("level: None\n  users: [1000]"), u"5"_s, u"list of texts"_s);
        row("a user that is null", withRule("level: None\n  users: [~]"), yes);
        row("users as one text", withRule("level: None\n  users: system:kube-proxy"), u"5"_s);
        row("a stage that does not exist", withRule("level: None\n  omitStages: [Received]"), u"5"_s, u"stage"_s);
        row("a stage of the policy", withRule("level: None") + "omitStages: [ResponseStarted, RequestReceived]\n", yes);
        row("a bad stage of the policy", withRule("level: None") + "omitStages: [requestReceived]\n", u"5"_s);
        row("omitManagedFields in quotes", withRule("level: None\n  omitManagedFields: 'true'"), u"5"_s,
            u"true or false"_s);
        row("omitManagedFields as YAML 1.1 writes it", withRule("level: None\n  omitManagedFields: yes"), yes);

        row("all paths", withRule("level: None\n  nonResourceURLs: ['*', /healthz*]"), yes);
        row("a path without /", withRule("level: None\n  nonResourceURLs: [healthz]"), u"5"_s, u"begin with /"_s);
        row("an empty path", withRule("level: None\n  nonResourceURLs: ['']"), u"5"_s);
        row("a star inside", withRule("level: None\n  nonResourceURLs: ['/api*/x']"), u"5"_s);
        row("paths and resources", withRule("level: None\n  nonResourceURLs: [/x]\n  resources: [{group: ''}]"), u"5"_s,
            u"two rules"_s);
        row("paths and namespaces", withRule("level: None\n  nonResourceURLs: [/x]\n  namespaces: [a]"), u"5"_s);

        row("a group with its version", withRule("level: None\n  resources:\n  - group: apps/v1"), u"6"_s,
            u"not apps/v1"_s);
        row("a group in upper case", withRule("level: None\n  resources:\n  - group: Apps"), u"6"_s);
        row("a group that is a number", withRule("level: None\n  resources:\n  - group: 1"), u"6"_s, u"text"_s);
        row("names without resources", withRule("level: None\n  resources:\n  - resourceNames: [a]"), u"6"_s);
        row("names with resources", withRule("level: None\n  resources: [{resources: [pods], resourceNames: [a]}]"),
            yes);
        row("resources as texts", withRule("level: None\n  resources: [pods]"), u"5"_s, u"list of maps"_s);

        row("an unknown field is said", withRule("level: None\n  verb: [get]"), yes, u"rules[0].verb"_s);
        row("an alias", withRule("level: &level Metadata\n- level: *level"), yes);
        row("a key that is null", withRule("level: None\n  ~: x"), u"5"_s, u"key"_s);
        row("infinity, anywhere", withRule("level: None\n  other: .inf"), u"5"_s);
        row("a name that is a number", withRule("level: None") + "metadata: {name: 1}\n", u"5"_s, u"metadata.name"_s);
        row("a creation time", withRule("level: None") + "metadata: {creationTimestamp: ~, name: a}\n", yes);
        row("a creation time that is none", withRule("level: None") + "metadata: {creationTimestamp: today}\n", u"5"_s);
        row("a tag", withRule("level: !custom None"), u"unknown"_s);
        row("only the first document counts", withRule("level: None") + "---\nrules: 1\n", yes);
    }
    void reads()
    {
        QFETCH(QByteArray, policy);
        QFETCH(QString, release);
        QFETCH(QString, outcome);
        QFETCH(QString, why);
        const AuditPolicy read = readAuditPolicy(u"policy.yaml"_s, policy, Release::parse(release));
        const QString said = read.outcome == AuditPolicy::Outcome::Accepted ? u"accepted"_s
            : read.outcome == AuditPolicy::Outcome::Unknown                 ? u"unknown"_s
                                                                            : QString::number(read.at.line);
        QVERIFY2(said == outcome, qPrintable(said + u": "_s + read.why.en));
        const bool accepted = said == "accepted"_L1;
        QCOMPARE(read.rules.isEmpty(), !accepted);
        const Message text = accepted ? read.remarks.value(0) : read.why;
        if (!accepted) {
            QVERIFY(!text.en.isEmpty() && !text.zh.isEmpty() && text.en != text.zh);
            QCOMPARE(read.at.file, u"policy.yaml"_s);
        }
        QVERIFY2(text.en.contains(why), qPrintable(text.en));
    }

    void keepsWhatRulesSay()
    {
        const AuditPolicy read = readAuditPolicy(u"p"_s,
            withRule("level: Metadata\n  users: [a]\n  userGroups: [b]\n  verbs: [get]\n  namespaces: [c]\n"
                     "  omitStages: [Panic]\n  resources:\n  - group: apps\n    resources: [deployments]\n"
                     "    resourceNames: [d]\n- level: None")
                + "omitStages: [RequestReceived]\n",
            Release::parse(u"1.34"_s));
        QCOMPARE(read.rules.size(), 2);
        const AuditRule &rule = read.rules[0];
        QCOMPARE(rule.level, u"Metadata"_s);
        QCOMPARE(QStringList() << rule.users << rule.userGroups << rule.verbs << rule.namespaces,
            (QStringList{u"a"_s, u"b"_s, u"get"_s, u"c"_s}));
        QCOMPARE(rule.omitStages, (QStringList{u"Panic"_s, u"RequestReceived"_s}));
        QCOMPARE(rule.resources[0].group, u"apps"_s);
        QCOMPARE(rule.resources[0].resources, QStringList{u"deployments"_s});
        QCOMPARE(rule.resources[0].names, QStringList{u"d"_s});
        QVERIFY(!rule.restrictsNothing() && read.rules[1].restrictsNothing());
        QCOMPARE(read.rules[1].line, 14);
    }
};

QTEST_GUILESS_MAIN(TestAuditPolicy)
#include "tst_auditpolicy.moc"
