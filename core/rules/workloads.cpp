// SPDX-License-Identifier: Apache-2.0
#include "rules/workloads.h"

#include "base/plaintext.h"

#include <QJsonArray>

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

/// staging/src/k8s.io/pod-security-admission/api/constants.go, 1.22 to 1.37; on by default from 1.23.
constexpr auto enforceLabel = "pod-security.kubernetes.io/enforce"_L1;
constexpr int podSecuritySince = 23;

QString nameIn(const QJsonObject &metadata)
{
    return metadata.value("name"_L1).toString();
}

QString titleOf(QLatin1StringView kind, const Workload &workload)
{
    return kind + u' ' + plainText(workload.namespaceName) + u'/' + plainText(workload.name);
}

/// Whether it is what the API server gives as a pod's spec: every pod has containers
/// (pkg/apis/core/validation/validation.go, validateContainers, 1.19 to 1.37).
bool isPodSpec(const QJsonValue &value)
{
    for (const auto list : {"initContainers"_L1, "containers"_L1, "ephemeralContainers"_L1}) {
        const QJsonValue containers = value[list];
        const bool isAbsent = containers.isNull() || containers.isUndefined();
        if (!isAbsent && !containers.isArray())
            return false;
        const QJsonArray items = containers.toArray();
        if (std::any_of(items.begin(), items.end(), [](const QJsonValue &item) { return !item.isObject(); }))
            return false;
        if (items.isEmpty() && list == "containers"_L1)
            return false;
    }
    return true;
}

/// Whether two specs of pods differ only in where the pod runs and in the generated names of token volumes.
bool areAlike(const QJsonValue &left, const QJsonValue &right)
{
    if (left == right)
        return true;
    if (left.isObject() && right.isObject()) {
        const QJsonObject one = left.toObject();
        const QJsonObject other = right.toObject();
        if (one.size() != other.size())
            return false;
        for (auto a = one.begin(), b = other.begin(); a != one.end(); ++a, ++b) {
            const QString key = a.key();
            if (key != b.key() || (key != "nodeName"_L1 && !areAlike(a.value(), b.value())))
                return false;
        }
        return true;
    }
    if (left.isArray() && right.isArray()) {
        const QJsonArray one = left.toArray();
        const QJsonArray other = right.toArray();
        return std::equal(one.begin(), one.end(), other.begin(), other.end(),
            [](const QJsonValue &a, const QJsonValue &b) { return areAlike(a, b); });
    }
    constexpr auto generated = "kube-api-access-"_L1;
    return left.isString() && right.isString() && left.toString().startsWith(generated)
        && right.toString().startsWith(generated);
}

} // namespace

QJsonValue valueAt(QJsonValue value, QStringView path)
{
    for (const QStringView key : path.tokenize(u'.')) {
        if (!value.isObject())
            return QJsonValue::Null;
        value = value.toObject().value(key);
    }
    return value.isUndefined() ? QJsonValue(QJsonValue::Null) : value;
}

std::shared_ptr<const WorkloadList> workloadsOf(const Cluster &cluster)
{
    const auto known = cluster.derived->once<WorkloadList>(
        "workloads", cluster.release.text().toUtf8(), [&cluster] { return WorkloadList(cluster); });
    return known->isOf(cluster) ? known : std::make_shared<const WorkloadList>(cluster);
}

WorkloadList::WorkloadList(const Cluster &cluster)
    : m_objects(cluster.objects)
    , m_beforePodSecurity(cluster.release.isKnown() && cluster.release.minor < podSecuritySince)
{
    for (const auto &kind : kinds) {
        if (cluster.objects.value(kind.resource).isArray())
            collect(kind.kind, kind.spec, cluster.list(kind.resource));
        else
            m_missing += kind.resource;
    }
    for (const Workload &workload : std::as_const(m_workloads))
        m_byUid.insert(workload.uid, &workload);
    m_knowsNamespaces = cluster.objects.value("namespaces"_L1).isArray();
    for (const QJsonValue &item : cluster.list(u"namespaces"_s)) {
        const QJsonObject metadata = item["metadata"_L1].toObject();
        m_levels.insert(nameIn(metadata), metadata["labels"_L1].toObject()[enforceLabel].toString());
    }
    m_knowsLimitRanges = cluster.objects.value("limitranges"_L1).isArray();
    for (const QJsonValue &item : cluster.list(u"limitranges"_s)) {
        const QString space = item["metadata"_L1]["namespace"_L1].toString();
        for (const QJsonValue &limit : item["spec"_L1]["limits"_L1].toArray()) {
            if (limit["type"_L1].toString() != "Container"_L1)
                continue;
            const QJsonObject defaults = limit["default"_L1].toObject();
            for (auto it = defaults.begin(); it != defaults.end(); ++it)
                m_limits.insert(space + u'/' + it.key(), it.value());
        }
    }
    for (Workload &workload : m_workloads)
        workload.context = contextOf(workload);
}

Workload *WorkloadList::sameAs(const QString &owner, const QJsonObject &spec)
{
    constexpr int tried = 4; // a controller's pods come from few templates
    int number = 0;
    for (auto it = m_podsOf.constFind(owner); it != m_podsOf.cend() && it.key() == owner && number < tried;
         ++it, ++number) {
        if (areAlike(m_workloads[*it].spec, spec))
            return &m_workloads[*it];
    }
    return nullptr;
}

void WorkloadList::collect(QLatin1StringView kind, QLatin1StringView specPath, const QJsonArray &list)
{
    m_count += list.size();
    for (const QJsonValue &item : list) {
        const QJsonObject object = item.toObject();
        const QJsonObject metadata = object.value("metadata"_L1).toObject();
        Workload workload;
        workload.specPath = specPath;
        workload.namespaceName = metadata.value("namespace"_L1).toString();
        workload.name = nameIn(metadata);
        const QJsonValue spec = valueAt(object, workload.specPath);
        if (!isPodSpec(spec)) {
            m_unreadable += titleOf(kind, workload);
            continue;
        }
        workload.spec = spec.toObject();
        for (const QJsonValue &reference : metadata.value("ownerReferences"_L1).toArray()) {
            const QJsonObject owner = reference.toObject();
            if (!owner.value("controller"_L1).toBool())
                continue;
            if (owner.value("kind"_L1).toString() == "Node"_L1) {
                workload.staticNode = owner.value("name"_L1).toString();
                continue;
            }
            workload.owner = owner.value("uid"_L1).toString();
            workload.ownerKind = owner.value("kind"_L1).toString();
            workload.ownerName = owner.value("name"_L1).toString();
        }
        if (workload.isPod() && !workload.owner.isEmpty()) {
            if (Workload *same = sameAs(workload.owner, workload.spec)) {
                ++same->alike;
                continue;
            }
            m_podsOf.insert(workload.owner, m_workloads.size());
        }
        workload.kind = kind;
        workload.uid = metadata.value("uid"_L1).toString();
        workload.title = titleOf(kind, workload);
        if (metadata.value("annotations"_L1).toObject().contains("kubernetes.io/config.mirror"_L1))
            workload.staticNode = workload.spec.value("nodeName"_L1).toString(workload.staticNode);
        m_namespaces.insert(workload.namespaceName);
        workload.retired = kind == "ReplicaSet"_L1 && !workload.owner.isEmpty()
            && object.value("spec"_L1).toObject().value("replicas"_L1).toInt(1) == 0;
        for (const QString &containers : {u"initContainers"_s, u"containers"_s, u"ephemeralContainers"_s}) {
            int index = 0;
            for (const QJsonValue &container : workload.spec.value(containers).toArray()) {
                const QJsonObject one = container.toObject();
                workload.containers += WorkloadContainer{containers, index++, nameIn(one), one};
            }
        }
        m_workloads += workload;
    }
}

const Workload *WorkloadList::above(const Workload &workload) const
{
    return workload.owner.isEmpty() ? nullptr : m_byUid.value(workload.owner);
}

const Workload &WorkloadList::top(const Workload &workload) const
{
    const Workload *highest = &workload;
    // Bounded: owners may form a ring.
    for (int level = 0; level < 4; ++level) {
        const Workload *next = above(*highest);
        if (!next || next == &workload)
            break;
        highest = next;
    }
    return *highest;
}

Message WorkloadList::contextOf(const Workload &workload) const
{
    QList<Message> parts;
    const Workload &highest = top(workload);
    if (!highest.owner.isEmpty() && !above(highest)) {
        parts += message(u"Its controller is %1 %2."_s, u"其控制器为 %1 %2。"_s, plainText(highest.ownerKind),
            plainText(highest.ownerName));
    } else if (&highest != &workload) {
        parts += message(u"Its controller is %1."_s, u"其控制器为 %1。"_s, highest.title);
    } else if (!workload.staticNode.isEmpty()) {
        parts +=
            message(u"It is a static pod of node %1."_s, u"它是节点 %1 的静态 Pod。"_s, plainText(workload.staticNode));
    } else if (workload.isPod()) {
        parts += message(u"No controller owns it."_s, u"它不属于任何控制器。"_s);
    }
    const QString space = plainText(workload.namespaceName);
    const QString level = plainText(m_levels.value(workload.namespaceName));
    if (!m_knowsNamespaces) {
        parts += message(u"Which Pod Security level namespace %1 enforces was not read."_s,
            u"未读到命名空间 %1 强制执行的 Pod Security 级别。"_s, space);
    } else if (level.isEmpty()) {
        parts += message(u"Namespace %1 has no Pod Security level of its own."_s,
            u"命名空间 %1 未设置强制执行的 Pod Security 级别。"_s, space);
    } else if (m_beforePodSecurity) {
        parts += message(u"Namespace %1 has the label for the Pod Security level %2, which does nothing before 1.23."_s,
            u"命名空间 %1 带有 Pod Security 级别 %2 的标签，但 1.23 之前该标签不起作用。"_s, space, level);
    } else {
        parts += message(u"Namespace %1 enforces the Pod Security level %2."_s,
            u"命名空间 %1 强制执行的 Pod Security 级别为 %2。"_s, space, level);
    }
    Message result;
    for (const Message &part : std::as_const(parts)) {
        result.en += (result.en.isEmpty() ? QString() : u" "_s) + part.en;
        result.zh += part.zh;
    }
    return result;
}

QJsonValue WorkloadList::defaultLimit(const QString &namespaceName, const QString &resource) const
{
    return m_limits.value(namespaceName + u'/' + resource, QJsonValue::Null);
}

} // namespace jiagu
