// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "rules/assertion.h"
#include "rules/finding.h"

#include <QMap>

namespace jiagu {

/// Where a rule comes from, or what it corresponds to.
struct Reference
{
    QString source; ///< key of a source of the pack: "MINDIE", "CIS-1.12"
    QString item;
};

/// The engine's mechanism that a rule uses.
enum class CheckKind
{
    Setting, ///< a setting in force against an assertion
    FeatureGate, ///< a feature gate of the kubelet that its release no longer takes, wherever it is written
    StaticPodDirectory, ///< a second definition of a pod, or a file that does not parse
    Workload ///< fields of pods and of the templates of controllers against an assertion
};

/// A feature gate and the releases at which its meaning changes.
struct FeatureGate
{
    QString name;
    Release locked; ///< from here on it is always on, and a component that is told `false` does not start
    Release removed; ///< from here on a component that is told of it at all does not start
};

/// Where in a pod's spec a workload rule looks: dotted paths of fields.
struct WorkloadFields
{
    QStringList container; ///< below each container, init container and ephemeral container
    QStringList pod; ///< below the pod's spec
};

/// A test that a rule carries: a situation, and the verdicts it must give. docs/rules.md describes each part.
struct RuleTest
{
    QString name;
    Position at; ///< in the pack
    Release release;
    QList<QByteArray> argv; ///< of the running component
    QMap<QString, QByteArray> files; ///< of the node, by path
    QJsonObject objects; ///< as Cluster::objects
    bool apiRead = true;
    QByteArray manifest; ///< of the component, which runs as it says
    QByteArray fixed; ///< the manifest after the fix; empty where the test is no round trip
    QStringList expect; ///< verdict names in the order of the findings; "waived" for a failure under a waiver
    QString actual; ///< of the first finding; empty: not compared
};

/// A typed value that a fix asks the person for.
struct Parameter
{
    enum class Type
    {
        Integer,
        Text,
        List ///< items separated by commas
    };
    Type type = Type::Text;
    Message title; ///< what is asked for, and in which unit
    QString proposal; ///< as it would be typed; empty: there is none, and nothing is planned without a value
};

/// What ought to be, as data. Filled by loadRulePack() alone.
struct Rule
{
    QString id;
    Message title;
    Message rationale;
    Message risk;
    Message remediation;
    Severity severity = Severity::Info;
    ComponentKind component = ComponentKind::ApiServer;
    CheckKind check = CheckKind::Setting;
    QList<Reference> references;
    SettingName setting; ///< of a Setting rule
    Assertion assertion; ///< of a Setting or a Workload rule
    FeatureGate gate; ///< of a FeatureGate rule
    WorkloadFields fields; ///< of a Workload rule
    QList<RuleTest> tests;
    bool fixable = false;
    QString fixFlag; ///< fix of a static-pod flag: "--profiling"; empty where there is none
    QString fixValue; ///< "false"
    std::optional<Parameter> parameter; ///< what the fix asks for; given by `--set ID=VALUE` or in the review
};

/// A known exception that ships with the pack: failures of workload rules in these namespaces are shown, explained and
/// not counted.
struct NamespaceWaiver
{
    QString id; ///< "builtin:system-namespace"
    Message reason;
    QStringList namespaces; ///< exact names
};

/// A set of rules. Immutable value.
struct RulePack
{
    QString id;
    QString version;
    Message title;
    QByteArray digest; ///< SHA-256 of the file, lower-case hex
    QMap<QString, Message> sources; ///< key → title
    QList<NamespaceWaiver> waivers;
    QList<Rule> rules;

    const Rule *rule(const QString &id) const;
};

/// Reads a pack (docs/rules.md). Fails with Parse and file:line:column for an unknown key (naming the nearest known
/// one), a missing language, a wrong type, a repeated id, YAML anchors and the like; with TooLarge above 1 MiB.
Result<RulePack> loadRulePack(const QString &name, const QByteArray &bytes);
/// The pack that ships inside the program.
Result<RulePack> builtinRulePack();
/// Runs the tests that a pack carries; every failure is one error.
QList<Error> testRulePack(const RulePack &pack);

/// A cluster judged by a pack at a moment: the one result that the window, the command line and the reports show.
struct Assessment
{
    Cluster cluster;
    RulePack pack;
    QDateTime now;
    QList<Finding> findings; ///< by severity, rule, subject
};
Assessment assess(const Cluster &cluster, const RulePack &pack, const QDateTime &now);

/// How many findings of each verdict, waived ones apart.
struct Counts
{
    QMap<Verdict, int> byVerdict;
    QMap<Severity, int> failed; ///< by severity
    int waived = 0;
};
Counts count(const QList<Finding> &findings);

} // namespace jiagu
