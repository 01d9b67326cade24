// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

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
    int all = 0;
    int confined = 0;
    QStringList labels;
    for (const ReportItem &item : reportItems(node.snapshot->output(u"container-labels"_s)->content)) {
        const QString label = itemField(item, u"text"_s);
        const int count = itemField(item, u"count"_s).toInt();
        all += count;
        confined += confines(label) ? count : 0;
        labels += u"%1 × %2"_s.arg(count).arg(label);
    }
    if (all == 0) {
        finding.reason =
            message(u"On node %1 the kernel runs with %2, and of no process in a container a label could be read."_s,
                u"节点 %1 的内核启用了 %2，但未能读取任何容器进程的标签。"_s, where, module);
        return finding;
    }
    bool plainPod = false; // one that is not privileged, and yet runs unconfined
    for (const ProcessRecord &process : node.snapshot->processes)
        plainPod = plainPod || (isControlPlane(process) && !process.label.isEmpty() && !confines(process.label));
    finding.actual = labels.mid(0, 5).join(u", "_s);
    finding.verdict = confined > 0 ? Verdict::Pass : plainPod ? Verdict::Fail : Verdict::Manual;
    QList<Message> parts{
        message(u"On node %1 the kernel runs with %2; it confines %3 of %4 processes in containers (%5)."_s,
            u"节点 %1 的内核启用了 %2；%4 个容器进程中有 %3 个受其限制（%5）。"_s, where, module,
            QString::number(confined), QString::number(all), finding.actual)};
    if (finding.verdict == Verdict::Manual) {
        parts +=
            message(u"Only privileged containers may run here, which are never confined: look at one that is not."_s,
                u"此处可能只有特权容器在运行，它们从不受限制：请查看一个非特权容器。"_s);
    }
    if (finding.verdict != Verdict::Pass)
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
