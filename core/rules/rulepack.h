// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "rules/assertion.h"
#include "rules/finding.h"

#include <QMap>

#include <optional>

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
    CipherSuites, ///< the list of cipher suites in force: all of them allowed, and enough for HTTP/2
    Controllers, ///< a controller of kube-controller-manager that is to be off, and the others that are to stay on
    FeatureGate, ///< a feature gate of the kubelet that its release no longer takes, wherever it is written
    StaticPodDirectory, ///< a second definition of a pod, or a file that does not parse
    FileAttributes, ///< owners and modes of files of a node
    KubeProxy, ///< what kube-proxy's configuration, the same for all nodes, means on them
    Workload, ///< fields of pods and of the templates of controllers against an assertion
    ServiceAccountTokens, ///< tokens of default ServiceAccounts that nobody asked for
    ClusterAdmins ///< who is bound to a ClusterRole that may do everything
};

/// A feature gate and the releases at which its meaning changes.
struct FeatureGate
{
    QString name;
    Release locked; ///< from here on it is always on, and a component that is told `false` does not start
    Release removed; ///< from here on a component that is told of it at all does not start
};

/// Which cipher suites may be on, and the setting that says from which TLS version on they matter.
struct CipherSuites
{
    SettingName floor; ///< the lowest TLS version
    QStringList allowed;
};

/// A controller that is to be off.
struct ControllerSwitch
{
    QString off; ///< the name that all releases know
    QString renamed; ///< another name of it; empty where there is none
    Release renamedIn; ///< from here on the other name is known; before it, a name that stops the component
};

/// Files of a node, and what may be done with them at most.
struct FileRule
{
    QString path; ///< `*` stands for any characters within a name, `**` for any directories
    int mode = 0; ///< no bit beyond these
};

/// What is asked of kube-proxy's configuration.
enum class KubeProxyAspect
{
    NodePortAddresses, ///< NodePorts are served on the nodes' own addresses alone, on every node
    HealthzAddress ///< the health endpoint listens on the loopback address alone
};

/// Releases in which a rule does not apply, both ends included; an end that is not known is open.
struct ReleaseRange
{
    Release from;
    Release until;
    Message reason;
    bool contains(const Release &release) const
    {
        return (!from.isKnown() || release.minor >= from.minor) && (!until.isKnown() || release.minor <= until.minor);
    }
};

/// What a rule's fix does.
enum class FixKind
{
    None, ///< by hand
    Guided, ///< by hand, in the order that the remediation gives
    SetFlag, ///< a flag of a static pod
    SetField, ///< a key at the top of the kubelet's configuration file
    SetAttributes, ///< owner and mode of a file
    PatchObject ///< a strategic merge patch of an API object: shown, and applied by hand
};

/// A field and what it has to be.
struct FieldCondition
{
    QString path; ///< with dots
    Assertion assertion;
    Release from; ///< the condition counts from this release of the cluster on; not known: in all
};

/// Where in a pod's spec a workload rule looks: paths of fields with dots; `[]` after a name means each item of a list.
struct WorkloadFields
{
    enum class Type
    {
        Bool,
        Integer,
        Text,
        List, ///< of texts
        Quantity ///< "500m", "2Gi": compared as a number
    };
    Type type = Type::Bool;
    QStringList container; ///< below each container, init container and ephemeral container
    QStringList pod; ///< below the pod's spec
    bool inherit = false; ///< where a container says nothing, the same path below the pod's spec is in force
    bool optional = false; ///< what is not set is as required
    bool ephemeral = true; ///< ephemeral containers have such a field
    bool limitRange = false; ///< where a template says nothing, the namespace's LimitRange does for its pods
    QList<FieldCondition> unless; ///< a pod whose spec holds one of these is not asked
};

/// The fix of an API object's field.
struct FieldPatch
{
    QJsonValue value; ///< null takes the field away; of a list's item nothing: the list keeps what passes
    QList<FieldCondition> onlyIf; ///< of the container (or the pod, where it says nothing): else there is no patch
};

/// Who may be bound to a ClusterRole that may do everything: subjects as "Group/system:masters".
struct ClusterAdminsRule
{
    QString role; ///< name of the ClusterRole
    QStringList expected; ///< the cluster's own
    QStringList everyone; ///< these stand for anybody: a failure
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
    QStringList notRead; ///< lists of API objects whose answer is missing
    QString patch; ///< YAML of the first finding's patch; with all of them applied, the rule passes
    QByteArray manifest; ///< of the component, which runs as it says
    QByteArray fixed; ///< the manifest after the fix; empty where the test is no round trip
    QMap<QString, QByteArray> fixedFiles; ///< files that the fix changes, afterwards; the round trip of a set_field
    QMap<QString, QString> attributes; ///< of files: "0644 0 0", mode, uid and gid; 0600 0 0 where not given
    QMap<QString, QString> fixedAttributes; ///< the round trip of set_attributes
    QString value; ///< given for the rule's parameter in the round trip
    qint64 uid = 0; ///< whom the control plane runs as
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
    QStringList choices; ///< what a text, or each item of a list, may be; empty: anything
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
    QList<ReleaseRange> notApplicable;
    SettingName setting; ///< of a Setting, a CipherSuites or a Controllers rule
    QStringList accepts; ///< of a Setting rule: the values with which the component starts; empty: any
    Assertion assertion; ///< of a Setting or a Workload rule
    CipherSuites suites; ///< of a CipherSuites rule
    ControllerSwitch controller; ///< of a Controllers rule
    QList<FileRule> files; ///< of a FileAttributes rule; the first that fits a file counts
    KubeProxyAspect proxy = KubeProxyAspect::NodePortAddresses; ///< of a KubeProxy rule
    FeatureGate gate; ///< of a FeatureGate rule
    WorkloadFields fields; ///< of a Workload rule
    ClusterAdminsRule admins; ///< of a ClusterAdmins rule
    FieldPatch patch; ///< fix of an API object
    QList<RuleTest> tests;
    FixKind fix = FixKind::None;
    bool fixable = false; ///< the program can plan the fix
    QString fixFlag; ///< fix of a static-pod flag: "--profiling"; empty where there is none
    QString fixPath; ///< fix of a field: "tlsMinVersion"; empty where there is none
    QString fixValue; ///< "false"; of a list with commas; the parameter's proposal where there is one
    QString fixItem; ///< of a list flag that is set already: this is added to it, and fixValue is for the others
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

/// "automatic", "needs-input" (a value has to be given), "guided", "manual": the word in JSON.
QString fixName(const Rule &rule);
/// Why a value given for the rule's parameter cannot be used, saying what can; empty when it can.
Message valueProblem(const Rule &rule, const QString &value);
/// The items of a list as it is typed, with commas; blanks around them do not count.
QStringList listItems(const QString &text);

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
