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

/// Domains of SELinux that confine nothing, and in which a container only lands when nobody labelled it
/// (SELinux reference policy and container-selinux).
bool isUnconfinedType(const QString &type)
{
    static const QStringList types{u"unconfined_t"_s, u"unconfined_service_t"_s, u"spc_t"_s, u"kernel_t"_s, u"init_t"_s,
        u"initrc_t"_s, u"container_runtime_t"_s};
    return types.contains(type);
}

/// "cri-containerd.apparmor.d (enforce)", "system_u:system_r:container_t:s0:c1,c2"; not "unconfined", "… (complain)".
bool confines(const QString &label)
{
    if (label.endsWith("(enforce)"_L1))
        return true;
    const QStringList parts = label.split(u':');
    return parts.size() >= 4 && !isUnconfinedType(parts[2]);
}

QString fact(const Node &node, const QString &id)
{
    const OutputRecord *output = node.snapshot->output(id);
    return output ? plainText(output->content).trimmed() : QString();
}

bool isControlPlane(const ProcessRecord &process)
{
    const QString name = plainText(process.argv.value(0)).section(u'/', -1);
    return name == "kube-apiserver"_L1 || name == "kube-controller-manager"_L1 || name == "kube-scheduler"_L1
        || name == "etcd"_L1;
}

/// The labels of all processes in containers of a node.
struct Labels
{
    int all = 0;
    int confined = 0;
    QStringList shown;
    QSet<QString> unconfined; ///< the containers of the others: the first idLength digits of each id
    bool isWhole = true; ///< and those are all of them
};

constexpr qsizetype idLength = 12; // as resources/node/collect.sh cuts them
constexpr qsizetype mostIds = 500; // for a label, there

Labels labelsOf(const Node &node)
{
    Labels labels;
    for (const ReportItem &item : reportItems(node.snapshot->output(u"container-labels"_s)->content)) {
        const QString label = itemField(item, u"text"_s);
        const int count = itemField(item, u"count"_s).toInt();
        labels.all += count;
        labels.shown += u"%1 × %2"_s.arg(count).arg(label);
        if (confines(label)) {
            labels.confined += count;
            continue;
        }
        const QStringList ids = itemField(item, u"containers"_s).split(u',', Qt::SkipEmptyParts);
        labels.isWhole = labels.isWhole && !ids.isEmpty() && ids.size() < mostIds;
        for (const QString &id : ids)
            labels.unconfined += id;
    }
    return labels;
}

/// What a container is told about its confinement.
enum class Asked
{
    Nothing, ///< the runtime's default is meant
    Unconfined, ///< its pod says so, or shares namespaces of the node, for which runtimes leave SELinux labels out
    Privileged ///< it is never confined
};
struct PodContainer
{
    QString title; ///< plain
    Asked asked = Asked::Nothing;
};

Asked askedOf(const QJsonObject &pod, const QJsonObject &container, bool appArmor)
{
    const QJsonValue spec = pod["spec"_L1];
    const QJsonValue own = container["securityContext"_L1];
    if (own["privileged"_L1].toBool())
        return Asked::Privileged;
    const auto said = [&](QLatin1StringView field, QLatin1StringView key) {
        const QString text = own[field][key].toString();
        return text.isEmpty() ? spec["securityContext"_L1][field][key].toString() : text;
    };
    const QString annotation = pod["metadata"_L1]["annotations"_L1][u"container.apparmor.security.beta.kubernetes.io/"_s
        + container["name"_L1].toString()]
                                   .toString();
    const bool asks = appArmor
        ? said("appArmorProfile"_L1, "type"_L1) == "Unconfined"_L1 || annotation == "unconfined"_L1
        : isUnconfinedType(said("seLinuxOptions"_L1, "type"_L1)) || spec["hostPID"_L1].toBool()
            || spec["hostIPC"_L1].toBool();
    return asks ? Asked::Unconfined : Asked::Nothing;
}

/// The containers of a node's pods by the first digits of their ids, as the API server knows them.
struct Pods
{
    bool isRead = false;
    qsizetype count = 0;
    QHash<QString, PodContainer> containers;
};

Pods podsOf(const Cluster &cluster, const Node &node, bool appArmor)
{
    Pods pods;
    pods.isRead = cluster.objects.value("pods"_L1).isArray();
    for (const QJsonValue &value : cluster.list(u"pods"_s)) {
        const QJsonObject pod = value.toObject();
        if (pod["spec"_L1]["nodeName"_L1].toString() != node.name)
            continue;
        ++pods.count;
        const QString title =
            pod["metadata"_L1]["namespace"_L1].toString() + u'/' + pod["metadata"_L1]["name"_L1].toString();
        for (const auto &[list, statuses] : {std::pair("containers"_L1, "containerStatuses"_L1),
                 std::pair("initContainers"_L1, "initContainerStatuses"_L1),
                 std::pair("ephemeralContainers"_L1, "ephemeralContainerStatuses"_L1)}) {
            QHash<QString, QString> ids;
            for (const QJsonValue &status : pod["status"_L1][statuses].toArray())
                ids.insert(status["name"_L1].toString(), status["containerID"_L1].toString().section(u"://"_s, -1));
            for (const QJsonValue &container : pod["spec"_L1][list].toArray()) {
                if (const QString id = ids.value(container["name"_L1].toString()); !id.isEmpty())
                    pods.containers.insert(id.left(idLength),
                        {plainText(title + u' ' + container["name"_L1].toString()),
                            askedOf(pod, container.toObject(), appArmor)});
            }
        }
    }
    return pods;
}

/// Who of the unconfined is meant to be: the verdict, and why.
struct Sorted
{
    QStringList ordinary; ///< not privileged, and yet unconfined
    QStringList asking;
    int strangers = 0; ///< containers that no pod names
};

Sorted sorted(const Node &node, const Labels &labels, const Pods &pods)
{
    Sorted result;
    for (const ProcessRecord &process : node.snapshot->processes) {
        const QString id = process.containerId.left(idLength);
        if (isControlPlane(process) && !process.label.isEmpty() && !confines(process.label)
            && (id.isEmpty() || !pods.containers.contains(id)))
            result.ordinary += plainText(process.argv.value(0)).section(u'/', -1);
    }
    for (const QString &id : labels.unconfined) {
        const auto container = pods.containers.constFind(id);
        if (container == pods.containers.cend())
            ++result.strangers;
        else if (container->asked == Asked::Nothing)
            result.ordinary += container->title;
        else if (container->asked == Asked::Unconfined)
            result.asking += container->title;
    }
    result.ordinary.sort();
    result.asking.sort();
    return result;
}

Message titles(const QStringList &containers)
{
    constexpr qsizetype most = 5;
    const QString shown = containers.mid(0, most).join(u"; "_s);
    if (containers.size() <= most)
        return {shown, shown};
    return message(u"%1 and %2 more"_s, u"%1，另有 %2 个容器"_s, shown, QString::number(containers.size() - most));
}

/// Judges what the kernel's module leaves unconfined. Privileged containers are never confined, nor is the sandbox of a
/// pod under AppArmor; an ordinary container has to be.
Verdict verdictOf(const Labels &labels, const Pods &pods, const Sorted &unconfined, QList<Message> &parts)
{
    if (!unconfined.ordinary.isEmpty()) {
        parts += message(u"These are not privileged and run unconfined all the same: %1."_s,
            u"以下容器并非特权容器，却不受限制：%1。"_s, titles(unconfined.ordinary));
        return Verdict::Fail;
    }
    if (labels.confined == labels.all)
        return Verdict::Pass;
    if (!labels.isWhole || !pods.isRead || unconfined.strangers > pods.count) {
        parts += message(
            u"Which pods the others belong to is not known. Privileged containers are never confined: look whether one is "
            u"among them that is not privileged."_s,
            u"其余进程属于哪些 Pod 未知。特权容器从不受限制：请查看其中是否有非特权容器。"_s);
        return Verdict::Manual;
    }
    if (!unconfined.asking.isEmpty()) {
        parts +=
            message(u"These ask for it, or share namespaces of the node; whether they need it is for a person to say: "
                    u"%1."_s,
                u"以下容器自行要求不受限制，或共享节点的命名空间，是否确有需要请由人员判断：%1。"_s,
                titles(unconfined.asking));
        return Verdict::Manual;
    }
    if (labels.confined == 0) {
        parts += message(u"Only privileged containers run here, which are never confined: look at one that is not."_s,
            u"此处只有特权容器在运行，它们从不受限制：请查看一个非特权容器。"_s);
        return Verdict::Manual;
    }
    parts += message(u"The others are in privileged containers, which are never confined, or in sandboxes of pods."_s,
        u"其余进程位于从不受限制的特权容器中，或属于 Pod 的沙箱。"_s);
    return Verdict::Pass;
}

Message runtimeLines(const Node &node)
{
    const OutputRecord *output = node.snapshot->output(u"runtime-confinement"_s);
    QStringList lines;
    for (const ReportItem &item : reportItems(output ? output->content : QByteArray()))
        lines += itemField(item, u"text"_s);
    if (lines.isEmpty()) {
        return message(
            u"The runtime's configuration says nothing about it (containerd: enable_selinux is false then)."_s,
            u"容器运行时的配置中没有相关内容（此时 containerd 的 enable_selinux 为 false）。"_s);
    }
    return message(u"The runtime's configuration: %1."_s, u"容器运行时的配置：%1。"_s, lines.mid(0, 10).join(u"; "_s));
}

Finding judgeNode(const Cluster &cluster, const Rule &rule, const Node &node)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = u"AppArmor | SELinux enforcing"_s;
    if (!node.read || !node.snapshot) {
        finding.reason = whyNotRead(node);
        return finding;
    }
    const QString where = plainText(node.name);
    const QString selinux = fact(node, u"selinux"_s);
    if (selinux.isEmpty()) {
        finding.reason = recordTrouble(node, u"selinux"_s);
        return finding;
    }
    const bool appArmor = fact(node, u"apparmor"_s) == "Y"_L1;
    if (!appArmor && selinux != "1"_L1) {
        finding.verdict = Verdict::Fail;
        finding.actual = selinux == "0"_L1 ? u"SELinux permissive"_s : u"none"_s;
        finding.reason = selinux == "0"_L1
            ? message(u"On node %1 SELinux is permissive: it only writes to the log what it would refuse."_s,
                u"节点 %1 上的 SELinux 处于 permissive 模式：只记录而不拒绝。"_s, where)
            : message(u"On node %1 the kernel runs with neither AppArmor nor SELinux (kernel %2)."_s,
                u"节点 %1 的内核既未启用 AppArmor，也未启用 SELinux（内核 %2）。"_s, where, fact(node, u"uname"_s));
        return finding;
    }
    const QString module = appArmor ? u"AppArmor"_s : u"SELinux"_s;
    if (const Message trouble = recordTrouble(node, u"container-labels"_s); !trouble.isEmpty()) {
        finding.reason = trouble;
        return finding;
    }
    const Labels labels = labelsOf(node);
    if (labels.all == 0) {
        finding.reason =
            message(u"On node %1 the kernel runs with %2, and of no process in a container a label could be read."_s,
                u"节点 %1 的内核启用了 %2，但未能读取任何容器进程的标签。"_s, where, module);
        return finding;
    }
    finding.actual = labels.shown.mid(0, 5).join(u", "_s);
    QList<Message> parts{
        message(u"On node %1 the kernel runs with %2; it confines %3 of %4 processes in containers (%5)."_s,
            u"节点 %1 的内核启用了 %2；%4 个容器进程中有 %3 个受其限制（%5）。"_s, where, module,
            QString::number(labels.confined), QString::number(labels.all), finding.actual)};
    const Pods pods = podsOf(cluster, node, appArmor);
    finding.verdict = verdictOf(labels, pods, sorted(node, labels, pods), parts);
    if (finding.verdict != Verdict::Pass && labels.confined == 0)
        parts += runtimeLines(node);
    finding.reason = sentences(parts);
    return finding;
}

} // namespace

QList<Finding> judgeConfinement(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes)
        findings += judgeNode(cluster, rule, node);
    return findings;
}

} // namespace jiagu
