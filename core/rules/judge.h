// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <functional>

namespace jiagu {

class WorkloadList;

/// The findings of one rule, in no order. Each function takes rules of its own CheckKind. Pure.
QList<Finding> judgeSetting(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeCipherSuites(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeControllers(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeFeatureGate(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeSharedFeatureGate(const Cluster &cluster, const Rule &rule); ///< of the ConfigMap kubelet-config
QList<Finding> judgeStaticPods(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeFileAttributes(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeKubeProxy(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeReported(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeSettingList(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeOwnedDirectory(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeDistinctFiles(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeEncryptionAtRest(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeConfinement(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeDocker(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeAudit(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeChainedPlugin(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeServedVersion(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeServedSuites(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeServingCertificate(const Cluster &cluster, const Rule &rule, const QDateTime &now);
QList<Finding> judgeKubeletAuthority(const Cluster &cluster, const Rule &rule, const QDateTime &now);
QList<Finding> judgeKubeletAddress(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeSharedKubeletAddress(const Cluster &cluster, const Rule &rule); ///< of the ConfigMap kubelet-config
QList<Finding> judgeAnonymousAuth(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeSameArguments(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeWorkloads(
    const Cluster &cluster, const WorkloadList &workloads, const Rule &rule, const QList<NamespaceWaiver> &waivers);
QList<Finding> judgeServiceAccountTokens(
    const Cluster &cluster, const WorkloadList &workloads, const Rule &rule, const QList<NamespaceWaiver> &waivers);
QList<Finding> judgeClusterAdmins(const Cluster &cluster, const Rule &rule);

/// A finding of the rule with what all its findings share.
Finding findingOf(const Rule &rule, const Cluster &cluster, Verdict verdict, Message reason);
/// The same about a component of a node.
Finding findingOf(const Rule &rule, const Cluster &cluster, const Node &node, Verdict verdict, Message reason);

/// The node as if the kubelet, or a component that runs as a static pod, were started now from its files; nothing when
/// what they say is not known.
std::optional<Node> asWritten(const Node &node, const Component &component);
/// "kube-apiserver does not run on node cp1; this is judged by its manifest."
Message judgedByFiles(const Node &node, const Component &component);
/// A finding per node that runs the rule's component, made by `judgeOn`; unknown for a node that should and was not
/// read, and for a cluster that has none. Of a component that does not run, what its files say and it would not start
/// with is an error.
using JudgeComponent = std::function<Finding(const Node &node, const Component &component)>;
QList<Finding> judgeEachNode(
    const Cluster &cluster, const Rule &rule, const QString &expected, const JudgeComponent &judgeOn);
/// Whether the rule does not apply to a component of this release: fills in verdict and reason then, and also when the
/// release decides and is not known.
bool doesNotApply(const Rule &rule, const Node &node, const Component &component, Finding &finding);
/// Whether the rule's fix of a setting can be tried on this node.
bool canBeFixed(const Rule &rule, const Node &node, const Component &component, const Setting &setting);
/// "On node cp1, kube-apiserver --profiling is true (default of 1.34); required: false.", what it overrides, notes.
Message settingSentence(const Rule &rule, const Node &node, const Setting &setting, const QString &expected);
/// Why a list of cipher suites stops a component of the release, with this lowest TLS version; empty when it does not.
Message suitesTrouble(const QStringList &suites, const Release &release, const QString &floor);
/// The bits that a FileAttributes rule leaves a file of the node; -1 when it is not about this file.
int modeLimit(const Node &node, const Rule &rule, const QString &path);
/// Why owner and mode of a file that holds keys let others read or change it; empty when they do not.
Message looseAttributes(const Node &node, const FileRecord &file, int limit);
/// Whether the whole path is of the form: `*` stands for any characters within a name, `**` for any directories, none
/// too.
bool fitsPattern(QStringView pattern, QStringView path);

/// A mode as it is written, "0644", and an account: "root" or its number.
QString octal(int mode);
QString account(qint64 id);

/// The fields of one item of a record: `key=value` words; the last of them may be path= or text=, which takes the rest
/// of the line. Of a key that comes twice the first counts.
using ReportItem = QList<std::pair<QString, QString>>;
QList<ReportItem> reportItems(const QByteArray &text);
QString itemField(const ReportItem &item, const QString &key); ///< empty when it has none
/// Why a record that a check needs is not there or is not complete; empty when it is. `what` names it for a person.
Message recordTrouble(const Node &node, const QString &output);

/// "cp1, w1, w2 and 997 more", plain.
Message nodesText(const QStringList &nodes);
/// Why nothing is known about a node, as a sentence of its own.
Message whyNotRead(const Node &node);

/// The sentences one after the other, as a person reads them in either language.
Message sentences(const QList<Message> &parts);

} // namespace jiagu
