// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QHash>
#include <QJsonArray>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A kind of object that starts containers, and where in it the pod's spec stands. Controllers come before what they
/// make.
const struct
{
    QLatin1StringView resource;
    QLatin1StringView kind;
    QLatin1StringView spec;
} kinds[] = {
    {"deployments"_L1, "Deployment"_L1, "spec.template.spec"_L1},
    {"statefulsets"_L1, "StatefulSet"_L1, "spec.template.spec"_L1},
    {"daemonsets"_L1, "DaemonSet"_L1, "spec.template.spec"_L1},
    {"cronjobs"_L1, "CronJob"_L1, "spec.jobTemplate.spec.template.spec"_L1},
    {"jobs"_L1, "Job"_L1, "spec.template.spec"_L1},
    {"replicasets"_L1, "ReplicaSet"_L1, "spec.template.spec"_L1},
    {"replicationcontrollers"_L1, "ReplicationController"_L1, "spec.template.spec"_L1},
    {"pods"_L1, "Pod"_L1, "spec"_L1},
};

/// A field of a pod's spec that is not as it must be.
struct Violation
{
    QString container; ///< empty: the pod's own field
    QString path;
    QJsonValue value;

    /// The same in another object of the same controller: positions do not count, names do.
    QString key() const { return container + u'\n' + field + u'\n' + actualText(value); }
    QString field;
};

struct Workload
{
    QString kind;
    QString namespaceName;
    QString name;
    QString uid;
    QString owner; ///< UID of its controller; empty where it has none
    QString ownerText; ///< "ReplicaSet web-7d4"
    QList<Violation> violations;
};

QJsonValue valueAt(QJsonValue value, QStringView path)
{
    for (const QStringView key : path.split(u'.')) {
        if (!value.isObject())
            return QJsonValue::Null;
        value = value.toObject().value(key);
    }
    return value.isUndefined() ? QJsonValue(QJsonValue::Null) : value;
}

QList<Violation> violationsOf(const QJsonObject &spec, const QString &specPath, const Rule &rule)
{
    QList<Violation> found;
    if (rule.fields.skipWindows && valueAt(spec, u"os.name") == "windows"_L1)
        return found;
    const auto look = [&](const QJsonValue &object, const QString &container, const QString &path,
                          const QStringList &fields) {
        for (const QString &field : fields) {
            const QJsonValue value = valueAt(object, field);
            if (!rule.assertion.holds(value))
                found += Violation{container, path + u'.' + field, value, field};
        }
    };
    look(spec, {}, specPath, rule.fields.pod);
    for (const QString &list : {u"initContainers"_s, u"containers"_s, u"ephemeralContainers"_s}) {
        const QJsonArray containers = spec.value(list).toArray();
        for (qsizetype i = 0; i < containers.size(); ++i) {
            look(containers[i], containers[i].toObject().value("name"_L1).toString(),
                u"%1.%2[%3]"_s.arg(specPath, list).arg(i), rule.fields.container);
        }
    }
    return found;
}

class Workloads
{
public:
    Workloads(const Cluster &cluster, const Rule &rule, const QList<NamespaceWaiver> &waivers)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_waivers(waivers)
    {
    }

    QList<Finding> judge()
    {
        if (m_cluster.apiNode.isEmpty() || !m_cluster.apiError.isEmpty()) {
            return {summary(Verdict::Unknown,
                sentences({message(u"What runs in the cluster is not known, because no API server was asked."_s,
                               u"没有从任何 API server 取得数据，因此无法得知集群中运行的工作负载。"_s),
                    m_cluster.apiError}))};
        }
        QStringList missing;
        for (const auto &kind : kinds) {
            if (m_cluster.objects.value(kind.resource).isArray())
                collect(kind.kind, kind.spec, m_cluster.list(kind.resource));
            else
                missing += kind.resource;
        }
        for (const Workload &workload : m_workloads)
            m_byUid.insert(workload.uid, &workload);
        for (const Workload &workload : m_workloads)
            report(workload);
        bool failed = false;
        for (Reported &reported : m_reported) {
            failed = failed || reported.finding.counts();
            if (reported.more > 0) {
                reported.finding.reason = sentences({reported.finding.reason,
                    message(u"%1 more objects of the same controller (%2) are the same."_s,
                        u"同一控制器（%2）的另外 %1 个对象情况相同。"_s, QString::number(reported.more),
                        reported.ownerText)});
            }
            m_findings += reported.finding;
        }
        if (!missing.isEmpty()) {
            m_findings += summary(Verdict::Unknown,
                message(u"The API server's answer about %1 was not read, so these were not judged."_s,
                    u"未读到 API server 关于 %1 的应答，因此未对其进行判定。"_s, missing.join(u", "_s)));
        } else if (!failed) {
            m_findings += summary(Verdict::Pass,
                m_reported.isEmpty()
                    ? message(u"%1 workload objects in %2 namespaces were judged; all are as required."_s,
                        u"已判定 %2 个命名空间中的 %1 个工作负载对象，全部符合要求。"_s, count(), namespaces())
                    : message(
                        u"%1 workload objects in %2 namespaces were judged; apart from the known exceptions all are "
                        u"as required."_s,
                        u"已判定 %2 个命名空间中的 %1 个工作负载对象，除已知的例外之外全部符合要求。"_s, count(),
                        namespaces()));
        }
        return m_findings;
    }

private:
    struct Reported
    {
        Finding finding;
        int more = 0;
        QString ownerText;
    };

    QString count() const { return QString::number(m_workloads.size()); }
    QString namespaces() const { return QString::number(m_namespaces.size()); }

    Finding summary(Verdict verdict, const Message &reason) const
    {
        Finding finding = findingOf(m_rule, m_cluster, verdict, reason);
        finding.expected = m_rule.assertion.text();
        return finding;
    }

    void collect(QLatin1StringView kind, QLatin1StringView specPath, const QJsonArray &list)
    {
        for (const QJsonValue &item : list) {
            const QJsonObject object = item.toObject();
            const QJsonObject metadata = object.value("metadata"_L1).toObject();
            Workload workload;
            workload.kind = kind;
            workload.namespaceName = metadata.value("namespace"_L1).toString();
            workload.name = metadata.value("name"_L1).toString();
            workload.uid = metadata.value("uid"_L1).toString();
            for (const QJsonValue &reference : metadata.value("ownerReferences"_L1).toArray()) {
                const QJsonObject owner = reference.toObject();
                if (owner.value("controller"_L1).toBool() && owner.value("kind"_L1) != "Node"_L1) {
                    workload.owner = owner.value("uid"_L1).toString();
                    workload.ownerText = owner.value("kind"_L1).toString() + u' ' + owner.value("name"_L1).toString();
                }
            }
            m_namespaces.insert(workload.namespaceName);
            // The history of a Deployment: it runs nothing.
            const bool retired = kind == "ReplicaSet"_L1 && !workload.owner.isEmpty()
                && object.value("spec"_L1).toObject().value("replicas"_L1).toInt(1) == 0;
            if (!retired)
                workload.violations = violationsOf(valueAt(object, QString(specPath)).toObject(), specPath, m_rule);
            m_workloads += workload;
        }
    }

    /// Whether a controller above says the same, which is then reported there. Bounded: owners may form a ring.
    bool isInherited(const Workload &workload, const Violation &violation) const
    {
        QString owner = workload.owner;
        for (int level = 0; level < 4 && !owner.isEmpty(); ++level) {
            const Workload *above = m_byUid.value(owner);
            if (!above || above == &workload)
                return false;
            for (const Violation &same : above->violations) {
                if (same.key() == violation.key())
                    return true;
            }
            owner = above->owner;
        }
        return false;
    }

    void report(const Workload &workload)
    {
        for (const Violation &violation : workload.violations) {
            if (isInherited(workload, violation))
                continue;
            // Pods of one controller that differ from it in the same way, or whose controller was not read: one line.
            if (!workload.owner.isEmpty()) {
                const QString key = workload.owner + u'\n' + violation.key();
                if (const auto known = m_firstOf.constFind(key); known != m_firstOf.cend()) {
                    ++m_reported[*known].more;
                    continue;
                }
                m_firstOf.insert(key, m_reported.size());
            }
            m_reported += Reported{findingFor(workload, violation), 0, plainText(workload.ownerText)};
        }
    }

    Finding findingFor(const Workload &workload, const Violation &violation) const
    {
        const QString object = plainText(workload.namespaceName) + u'/' + plainText(workload.name);
        const QString actual = actualText(violation.value);
        const Message who = violation.container.isEmpty() ? message(u"%1 %2"_s, u"%1 %2"_s, workload.kind, object)
                                                          : message(u"Container %3 of %1 %2"_s, u"%1 %2 的容器 %3"_s,
                                                              workload.kind, object, plainText(violation.container));
        Finding finding = findingOf(m_rule, m_cluster, Verdict::Fail,
            message(u"%1 has %2 = %3; required: %4."_s, u"%1 的 %2 为 %3；要求为 %4。"_s, who, violation.path, actual,
                m_rule.assertion.text()));
        finding.subject.namespaceName = plainText(workload.namespaceName);
        finding.subject.kind = workload.kind;
        finding.subject.name = plainText(workload.name);
        finding.subject.container = plainText(violation.container);
        finding.expected = m_rule.assertion.text();
        finding.actual = actual;
        finding.origin.kind = Origin::Kind::Object;
        finding.origin.file = object;
        finding.origin.key = violation.path;
        for (const NamespaceWaiver &waiver : m_waivers) {
            if (waiver.namespaces.contains(workload.namespaceName)) {
                finding.waiver = AppliedWaiver{waiver.id, waiver.reason};
                break;
            }
        }
        return finding;
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const QList<NamespaceWaiver> &m_waivers;
    QList<Workload> m_workloads;
    QHash<QString, const Workload *> m_byUid;
    QSet<QString> m_namespaces;
    QHash<QString, qsizetype> m_firstOf;
    QList<Reported> m_reported;
    QList<Finding> m_findings;
};

} // namespace

QList<Finding> judgeWorkloads(const Cluster &cluster, const Rule &rule, const QList<NamespaceWaiver> &waivers)
{
    return Workloads(cluster, rule, waivers).judge();
}

} // namespace jiagu
