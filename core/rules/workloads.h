// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QHash>
#include <QSet>

#include <functional>
#include <memory>

namespace jiagu {

struct WorkloadContainer
{
    QString list; ///< "containers", "initContainers", "ephemeralContainers"
    int index = 0;
    QString name;
    QJsonObject object;
};

/// A pod, or an object that makes pods from a template.
struct Workload
{
    QString kind;
    QString namespaceName;
    QString name;
    QString title; ///< "Deployment mindie/web", as plain text
    QString uid;
    QString owner; ///< UID of its controller; empty where it has none
    QString ownerKind;
    QString ownerName;
    QString staticNode; ///< of the mirror of a static pod: the node whose file defines it
    int alike = 0; ///< of a pod: further pods of its controller with the same spec, which are not in the list
    bool retired = false; ///< the history of a Deployment: it runs nothing
    QString specPath; ///< of the pod's spec in the object: "spec.template.spec"
    QJsonObject spec;
    QList<WorkloadContainer> containers; ///< init containers (sidecars are among them), containers, ephemeral ones
    Message context; ///< who owns it, and the level of the Pod Security Standards that its namespace enforces

    bool isPod() const { return specPath == QLatin1StringView("spec"); }
};

/// The value at a path of field names with dots; null where there is none.
QJsonValue valueAt(QJsonValue value, QStringView path);

/// What runs in a cluster, taken apart. Immutable.
class WorkloadList
{
public:
    explicit WorkloadList(const Cluster &cluster);

    bool isOf(const Cluster &cluster) const { return m_objects == cluster.objects; }
    const QList<Workload> &all() const { return m_workloads; }
    qsizetype count() const { return m_count; } ///< of the objects that were read
    const QStringList &missing() const { return m_missing; } ///< resources whose list was not read
    const QStringList &unreadable() const { return m_unreadable; } ///< titles of objects without a pod's spec in them
    const QSet<QString> &namespaces() const { return m_namespaces; }
    /// Its controller; null where it has none, or one that was not read.
    const Workload *above(const Workload &workload) const;
    /// The highest controller; itself where there is none.
    const Workload &top(const Workload &workload) const;
    /// The limit that a LimitRange of the namespace gives a container that names none; null where none does.
    QJsonValue defaultLimit(const QString &namespaceName, const QString &resource) const;
    bool knowsLimitRanges() const { return m_knowsLimitRanges; }

private:
    void collect(QLatin1StringView kind, QLatin1StringView specPath, const QJsonArray &list);
    Workload *sameAs(const QString &owner, const QJsonObject &spec);
    Message contextOf(const Workload &workload) const;

    QJsonObject m_objects; ///< of the cluster
    QList<Workload> m_workloads;
    qsizetype m_count = 0;
    QHash<QString, const Workload *> m_byUid;
    QMultiHash<QString, qsizetype> m_podsOf; ///< UID of a controller → positions of its pods that differ
    QStringList m_missing;
    QStringList m_unreadable;
    QSet<QString> m_namespaces;
    QHash<QString, QString> m_levels; ///< namespace → level; empty: no label
    QHash<QString, QJsonValue> m_limits; ///< "namespace/cpu" → value
    bool m_knowsNamespaces = false;
    bool m_knowsLimitRanges = false;
    bool m_beforePodSecurity = false;
};

/// Taken apart once, however often a cluster is judged. Any thread.
std::shared_ptr<const WorkloadList> workloadsOf(const Cluster &cluster);

/// A field that is not as it must be.
struct Violation
{
    QString container; ///< empty: the pod's own field
    int place = -1; ///< of the container in Workload::containers
    QString field; ///< as the rule names it
    QString path; ///< with positions, below the container or the pod's spec
    QJsonValue value;
    bool unusable = false; ///< a value of a type that the API does not take
    Message hint;

    /// The same in another object of the same controller: positions do not count, names do.
    QString key() const;
};

/// Puts the findings of one rule about workloads together: what a template says is reported there alone, pods of one
/// controller once, known exceptions as one finding for a namespace.
class WorkloadReport
{
public:
    WorkloadReport(const Cluster &cluster, const WorkloadList &workloads, const Rule &rule,
        const QList<NamespaceWaiver> &waivers, const QString &expected);

    /// The rule's findings about every workload. Call once.
    void judge(const std::function<QList<Violation>(const Workload &)> &violationsOf);
    /// Another finding, about an object of the namespace.
    void add(Finding finding, const QString &namespaceName);
    /// Something that could not be judged, as a sentence.
    void unknown(const Message &why) { m_unknown += why; }
    /// The workloads that `judge` found something about, controllers alone.
    const QList<const Workload *> &reported() const { return m_reportedWorkloads; }
    QList<Finding> finish();

private:
    struct Reported
    {
        Finding finding;
        int more = 0;
        QString ownerText;
    };
    bool isInherited(const Workload &workload, const Violation &violation) const;
    void report(const Workload &workload);
    Finding findingFor(const Workload &workload, const QList<Violation> &violations) const;
    ObjectFix fixOf(const Workload &workload, const QList<Violation> &violations) const;
    QString patchOf(const Workload &workload, const QList<Violation> &violations, Message &obstacle) const;
    QList<Finding> folded();
    Finding summary(Verdict verdict, const Message &reason) const;

    const Cluster &m_cluster;
    const WorkloadList &m_workloads;
    const Rule &m_rule;
    const QList<NamespaceWaiver> &m_waivers;
    QString m_expected;
    QHash<const Workload *, QList<Violation>> m_violations;
    QHash<QString, qsizetype> m_firstOf;
    QList<Reported> m_reported;
    QList<const Workload *> m_reportedWorkloads;
    QList<Finding> m_findings;
    QList<Message> m_unknown;
};

/// Why nothing is known about workloads, when no API server was asked.
Message workloadsNotRead(const Cluster &cluster);
/// What a person does with an object's patch today.
Message patchNote();
/// "kubectl patch …"; empty for names that no API server gives out.
QString patchCommand(const QString &kind, const QString &namespaceName, const QString &name);

} // namespace jiagu
