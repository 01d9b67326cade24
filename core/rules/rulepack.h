// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "rules/assertion.h"
#include "rules/finding.h"
#include "rules/waiver.h"

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
    Reported, ///< what a record of the snapshot says item by item: judged by its fields, or shown for review
    SettingList, ///< several settings of one component, each against an assertion
    OwnedDirectory, ///< a directory that a flag names: its mode, and that it belongs to the running process
    DistinctFiles, ///< two files that flags name and that must differ
    EncryptionAtRest, ///< how kube-apiserver stores Secrets
    Confinement, ///< AppArmor or SELinux in the kernel and on running containers
    Docker, ///< what the Docker daemon does
    Audit, ///< one aspect of kube-apiserver's audit log
    ChainedPlugin, ///< a plugin that the network of pods has to go through, after the one that makes it
    ServedVersion, ///< the lowest TLS version that a component accepts, as its probe found it
    ServedSuites, ///< the cipher suites that a component accepts, as its probe found them
    ServingCertificate, ///< the certificate that a kubelet shows, as kube-apiserver would verify it
    KubeletAuthority, ///< whether kube-apiserver verifies kubelets, and whether it can
    KubeletAddress, ///< the kubelet listens on its node's own address alone
    AnonymousAuth, ///< who is not authenticated reaches no more of kube-apiserver than its health
    SameArguments, ///< a component runs with the same arguments on every node
    ServiceAccountTokens, ///< tokens of default ServiceAccounts that nobody asked for
    ClusterAdmins ///< who is bound to a ClusterRole that may do everything
};

/// A Reported rule: which records, and what of them counts.
struct ReportedItems
{
    QStringList outputs; ///< ids of OutputRecord; their items are taken together
    bool options = false; ///< a record is one item, "KEY VALUE" a line, as `sshd -T` prints; else an item is a line
    bool controlPlane = false; ///< nodes of the control plane alone
    QMap<QString, QStringList> bad; ///< field → values with which an item fails
    QMap<QString, QStringList> good; ///< field → values; a node passes when every item has them all
    int mode = -1; ///< an item whose field "mode" has a bit beyond these fails; -1: not asked
    bool ofRoot = false; ///< an item that is not root's fails
    QStringList show; ///< of options: the fields to show
    bool failsOtherwise = false; ///< what is neither bad nor good fails; else a person decides
    bool passesEmpty = true; ///< no item at all passes; else it is unknown
};

/// A setting and what it has to be.
struct SettingCheck
{
    SettingName setting;
    Assertion assertion;
};

/// A switch or list of the Docker daemon (dockerd(8)).
struct DockerOption
{
    QString key; ///< in daemon.json
    QString flag; ///< of dockerd
    ValueType type = ValueType::Bool;
    QJsonValue standard; ///< when it is not set
    Assertion assertion;
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

/// A controller that has to stay on beside the one that is to be off.
struct KeptController
{
    QString name; ///< the name that all releases know
    QString renamed; ///< another name of it, from the release on in which the controller to be off has one
    bool beyondStar = false; ///< "*" does not include it: the list has to name it
    Message lost; ///< what no longer works without it
};

/// A controller that is to be off.
struct ControllerSwitch
{
    QString off; ///< the name that all releases know
    QString renamed; ///< another name of it; empty where there is none
    Release renamedIn; ///< from here on the other name is known; before it, a name that stops the component
    Release neededUntil; ///< up to here the cluster does not work without it; not known: it does in all
    Message neededFor; ///< what does not work then
    QList<KeptController> keep;
};

/// Files of a node, and what may be done with them at most.
struct FileRule
{
    QString path; ///< `*` stands for any characters within a name, `**` for any directories
    int mode = 0; ///< no bit beyond these
    bool review = false; ///< what is beyond is for a person to decide
    bool directory = false; ///< about directories, not files
};

/// Files that are told by what is in force, wherever they are, and what may be done with them at most.
struct UsedFiles
{
    enum class Kind
    {
        Named, ///< by the settings of the component
        DropIns, ///< of the kubelet's configuration
        Environment, ///< environment files of the kubelet's unit
        Unit, ///< the kubelet's unit and its drop-ins
        StaticPods ///< what the kubelet reads static pods from
    };
    Kind kind = Kind::Named;
    ComponentKind component = ComponentKind::Kubelet;
    QList<SettingName> settings; ///< of Named
    int mode = -1; ///< no bit beyond these; -1: not asked
    int directoryMode = -1; ///< the same of every directory above them; -1: not asked
};

/// What a component may serve over TLS, proven from outside.
struct ServedTls
{
    QString lowest; ///< of a ServedVersion rule: "VersionTLS12", the lowest version that may be accepted
    QStringList allowed; ///< of a ServedSuites rule: the suites of TLS 1.2 that may be accepted
    int days = 0; ///< of a ServingCertificate or KubeletAuthority rule: how long a certificate has to hold at least
};

/// What is asked of kube-proxy's configuration.
enum class KubeProxyAspect
{
    NodePortAddresses, ///< NodePorts are served on the nodes' own addresses alone, on every node
    HealthzAddress, ///< the health endpoint listens on the loopback address alone
    MetricsAddress, ///< metrics and the configuration are served on the loopback address alone
    Profiling ///< no profiles are served beside the metrics
};

/// What is asked of kube-apiserver's audit log.
enum class AuditAspect
{
    Backend, ///< a policy, and somewhere to write events to
    Policy, ///< kube-apiserver takes the policy, and it records requests without writing down what is secret
    Mounts, ///< policy and log are the node's, and others cannot read the log
    Retention ///< the log is kept long enough, and does not fill the file system
};
struct AuditCheck
{
    AuditAspect aspect = AuditAspect::Backend;
    QString level; ///< of Policy: changes are recorded at this level at least
    int mode = 0; ///< of Mounts: no bit of the log's directory beyond these
    int days = 0; ///< of Retention: at least so many
    int files = 0; ///< of Retention: at least so many that were rotated
    int megabytes = 0; ///< of Retention: each of them at least so large
};

/// Types of network plugins, and what is to be said about them.
struct NetworkTypes
{
    QStringList types; ///< of the first plugin
    Message text;
};
/// A plugin of the container network interface that has to be in the chain of the active network.
struct ChainedPlugin
{
    QString type; ///< "bandwidth": also the name of its program
    QString capability; ///< without it the runtime hands nothing to the plugin
    QStringList annotations; ///< of pods, that it makes effective: a quantity of bits per second
    QList<NetworkTypes> leaveAlone; ///< networks in which it has no place, and why
    QList<NetworkTypes> owners; ///< networks whose agent writes the configuration, and where to change it
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
    QMap<QString, QByteArray> outputs; ///< records of the snapshot, by id
    QJsonObject probes; ///< what components answer from outside, by component, as in the record of a Snapshot
    QJsonObject objects; ///< as Cluster::objects
    QList<QByteArray> otherArgv; ///< of a second component of the node that runs
    bool apiRead = true;
    QStringList notRead; ///< lists of API objects whose answer is missing
    QString patch; ///< YAML of the first finding's patch; with all of them applied, the rule passes
    QByteArray manifest; ///< of the component, which runs as it says
    QByteArray fixed; ///< the manifest after the fix; empty where the test is no round trip
    QMap<QString, QByteArray> fixedFiles; ///< files that the fix changes, afterwards; the round trip of a set_field
    QMap<QString, QString>
        attributes; ///< of files: "0644 0 0", mode, uid, gid, size if wanted; 0600 0 0 where not given
    QMap<QString, QString> fixedAttributes; ///< the round trip of set_attributes
    QString value; ///< given for the rule's parameter in the round trip
    QMap<QString, QString> tailored; ///< values of parameters, by rule, that it is judged by
    qint64 uid = 0; ///< whom the control plane runs as
    QList<QList<QByteArray>> peers; ///< argv of the same component on further nodes
    QStringList expect; ///< verdict names in the order of the findings; "waived" for a failure under a waiver
    QString actual; ///< of the first finding; empty: not compared
};

/// From one whole number to another, both included.
struct NumberRange
{
    qint64 least = 1;
    qint64 most = 4'194'304; // PID_MAX_LIMIT of a 64-bit Linux, and far from where JSON loses digits
};

/// A typed value that a person gives: a fix writes it, rules that refer to it (ParameterUse) judge by it.
struct Parameter
{
    enum class Type
    {
        Integer,
        Integers, ///< as many whole numbers as there are ranges, separated by commas
        Text,
        List, ///< items separated by commas
        Networks, ///< a list of networks in CIDR form, or `primary` alone
        Namespaces ///< a list of names of namespaces
    };
    Type type = Type::Text;
    Message title; ///< what is asked for, and in which unit
    QString proposal; ///< as it would be typed; empty: there is none, and nothing is planned without a value
    QStringList choices; ///< what a text, or each item of a list, may be; empty: anything
    QList<NumberRange> ranges{}; ///< of an Integer one, of Integers one for each number
};

/// A place of a check that takes its value from a parameter: "{API-04}" in the pack, the parameter of the rule API-04,
/// or "{API-05-retention.2}", the second number of it.
struct ParameterUse
{
    enum class Place
    {
        Assertion, ///< Rule::assertion
        Suites, ///< CipherSuites::allowed
        ServedSuites, ///< ServedTls::allowed
        ServedVersion, ///< ServedTls::lowest
        AuditLevel,
        AuditDays,
        AuditFiles,
        AuditMegabytes,
        Networks, ///< Rule::networks
        Namespaces ///< NamespaceWaiver::namespaces
    };
    Place place = Place::Assertion;
    QString rule; ///< whose parameter it is
    int item = 0; ///< of Integers, from 1; 0: the whole value
    Assertion assertion; ///< of Assertion: as it is written, with the reference in its operand
    Position at; ///< in the pack
};

/// As a fix's value: the InternalIP of the node that is fixed.
inline constexpr auto ownAddress = QLatin1StringView("{node.internalIP}");

/// What ought to be, as data. Filled by loadRulePack() alone.
struct Rule
{
    QString id;
    Position at; ///< in the pack
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
    QList<UsedFiles> used; ///< of a FileAttributes rule: for files that none of `files` fits; the strictest counts
    int keyMode = -1; ///< of a FileAttributes rule: for every other file that holds a private key; -1: not asked
    KubeProxyAspect proxy = KubeProxyAspect::NodePortAddresses; ///< of a KubeProxy rule
    QStringList networks; ///< of a KubeProxy rule: NodePorts are served in these alone; empty: no such limit
    FeatureGate gate; ///< of a FeatureGate rule
    AuditCheck audit; ///< of an Audit rule
    ChainedPlugin plugin; ///< of a ChainedPlugin rule
    ServedTls served; ///< of the rules about what is served over TLS
    WorkloadFields fields; ///< of a Workload rule
    ReportedItems reported; ///< of a Reported rule
    QList<SettingCheck> settings; ///< of a SettingList rule
    QList<SettingName> urls; ///< of a SettingList rule: lists of URLs with TLS, or on the loopback address
    SettingName other; ///< of a DistinctFiles rule: the second file; `setting` is the first
    int directoryMode = 0; ///< of an OwnedDirectory rule: no bit beyond these
    QStringList providers; ///< of an EncryptionAtRest rule: those that encrypt
    QList<DockerOption> docker; ///< of a Docker rule
    QStringList own; ///< of a SameArguments rule: the flags that each node has a value of its own for
    ClusterAdminsRule admins; ///< of a ClusterAdmins rule
    FieldPatch patch; ///< fix of an API object
    QList<RuleTest> tests;
    FixKind fix = FixKind::None;
    bool fixable = false; ///< the program can plan the fix
    QString fixFlag; ///< fix of a static-pod flag: "--profiling"; empty where there is none
    QString fixPath; ///< fix of a field: "tlsMinVersion"; empty where there is none
    QString fixValue; ///< "false", ownAddress; of a list with commas; the parameter's proposal where there is one
    QString fixItem; ///< of a list flag that is set already: these, with commas, are added to it as far as it does not
                     ///< name them; fixValue is for the others
    std::optional<Parameter> parameter; ///< what is asked for; given by `--set ID=VALUE`, in the review or a tailoring
    QList<ParameterUse> uses; ///< what of the check above comes from parameters; it holds their values already
};

/// A known exception that ships with the pack: failures of workload rules in these namespaces are shown, explained and
/// not counted.
struct NamespaceWaiver
{
    QString id; ///< "builtin:system-namespace"
    Message reason;
    QStringList namespaces; ///< exact names
    std::optional<ParameterUse> use; ///< the parameter that they come from
};

/// A selection of the pack's rules under a name.
struct Baseline
{
    QString id; ///< "literal"
    Message title;
    bool judgeOnly = false; ///< nothing is planned under it
    QMap<QString, Message> off; ///< rules that it leaves out, with the reason
    QList<Rule>
        instead; ///< rules of the pack that it judges by another check, with the reason for their rationale; no fix
};

/// A set of rules. Immutable value.
struct RulePack
{
    QString id;
    QString version;
    Message title;
    QByteArray digest; ///< SHA-256 of the file, lower-case hex
    bool accepted = false; ///< a person has accepted changes by this digest; always true of the one that ships
    QMap<QString, Message> sources; ///< key → title
    QList<NamespaceWaiver> waivers;
    QList<Baseline> baselines; ///< the first one is meant where none is named; may be empty
    QString baseline; ///< id of the one that rules have been selected by, in tailored()
    QList<Rule> rules;

    const Rule *rule(const QString &id) const;
    const Baseline *findBaseline(const QString &id) const;
};

/// "automatic", "needs-input" (a value has to be given), "guided", "manual": the word in JSON.
QString fixName(const Rule &rule);
/// Why a value given for the rule's parameter cannot be used, saying what can; empty when it can.
Message valueProblem(const Rule &rule, const QString &value);
/// A value that the cluster suggests for a rule's parameter, for a person to take or not. Empty where it says nothing.
struct Suggestion
{
    QString value;
    Message reason; ///< whole sentences
};
/// For podPidsLimit: twice what the busiest pod has now (pids.current of its control group), as a power of two, at
/// least 1024.
Suggestion suggestionFor(const Rule &rule, const Cluster &cluster);
/// Sets the proposals of parameters to these values, by rule, and what refers to a parameter to its value: once, so
/// that judging finds values alone. The values are good ones (valueProblem()).
void giveValues(RulePack &pack, const QMap<QString, QString> &values);
/// Why a place cannot take its value from that parameter; empty when it can.
Message useProblem(const RulePack &pack, const Rule *user, const ParameterUse &use);
/// The items of a list as it is typed, with commas; blanks around them do not count.
QStringList listItems(const QString &text);

/// Reads a pack (docs/rules.md). Fails with Parse and file:line:column for an unknown key (naming the nearest known
/// one), a missing language, a wrong type, a repeated id, YAML anchors and the like; with TooLarge above 1 MiB.
Result<RulePack> loadRulePack(const QString &name, const QByteArray &bytes);
/// The same, from a file. Fails with NotFound when it cannot be opened.
Result<RulePack> openRulePack(const QString &path);
/// The pack that ships inside the program.
Result<RulePack> builtinRulePack();
/// Lets the pack change nodes when its digest is one of these (64 hex digits each), or that of the pack that ships.
void acceptPack(RulePack &pack, const QStringList &digests);
/// The pack as every place names it: "mindie-kubernetes 1.0, SHA-256 0123…", with the baseline when one is selected.
Message packName(const RulePack &pack);
/// Runs the tests that a pack carries; every failure is one error.
QList<Error> testRulePack(const RulePack &pack);
/// Everything that is wrong with a pack, by position: what loadRulePack() refuses, part by part; of one that loads the
/// tests that fail, and texts that are not what they ought to be (no Chinese in the Chinese one, the same in two
/// rules).
QList<Error> checkRulePack(const QString &name, const QByteArray &bytes);

/// A cluster judged by a pack at a moment: the one result that the window, the command line and the reports show.
struct Assessment
{
    Cluster cluster;
    RulePack pack; ///< as tailored
    QDateTime now;
    QList<Finding> findings; ///< by severity, rule, subject
    Tailoring tailoring;
};
Assessment assess(const Cluster &cluster, const RulePack &pack, const QDateTime &now);
/// Judges by the tailored pack and lays the waivers over the findings. Fails as tailored() does.
Result<Assessment> assess(
    const Cluster &cluster, const RulePack &pack, const QDateTime &now, const Tailoring &tailoring);
/// The pack with the rules and proposals that the tailoring leaves. Fails with NotFound for a baseline or a rule that
/// the pack has not, with Usage for a value that a parameter does not take.
Result<RulePack> tailored(const RulePack &pack, const Tailoring &tailoring);

/// How many findings of each verdict, waived ones apart.
struct Counts
{
    QMap<Verdict, int> byVerdict;
    QMap<Severity, int> failed; ///< by severity
    int waived = 0;
};
Counts count(const QList<Finding> &findings);

} // namespace jiagu
