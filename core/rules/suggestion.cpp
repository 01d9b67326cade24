// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "cluster/auditpolicy.h"
#include "rules/auditlog.h"

#include <QJsonArray>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 largestPidLimit = NumberRange().most;
constexpr int primarySince = 31; // pkg/proxy/apis/config/validation/validation.go, NodePortAddressesPrimary

/// Twice what the busiest pod has now (pids.current of its control group), as a power of two, at least 1024.
Suggestion pidLimit(const Cluster &cluster)
{
    qint64 most = -1;
    QString where;
    QStringList silent;
    for (const Node &node : cluster.nodes) {
        const OutputRecord *record = node.snapshot ? node.snapshot->output(u"pod-pids"_s) : nullptr;
        bool isNumber = false;
        const qint64 here = record ? record->content.trimmed().toLongLong(&isNumber) : 0;
        if (!isNumber || here < 0 || here > largestPidLimit)
            silent += plainText(node.name);
        else if (here > most) {
            most = here;
            where = plainText(node.name);
        }
    }
    if (most < 0)
        return {};
    qint64 value = 1024;
    while (value < 2 * most && value < largestPidLimit)
        value *= 2;
    Message reason = message(
        u"Suggested: %1, because the busiest pod of the nodes that were read (on %2) has %3 processes and threads now, and "
        u"twice that leaves it room. What pods need at their peak is for you to know."_s,
        u"建议值：%1。已读取的节点中，最繁忙的 Pod（位于 %2）当前有 %3 个进程和线程，取其两倍以留出余量。业务高峰时的实际需要请自行评估。"_s,
        QString::number(value), where, QString::number(most));
    if (!silent.isEmpty())
        reason = message(u"%1 Not known of %2."_s, u"%1以下节点的情况未知：%2。"_s, reason, silent.join(u", "_s));
    return {QString::number(value), reason};
}

/// Where NodePorts may be served: each node's own address.
Suggestion nodeNetworks(const Cluster &cluster)
{
    const QStringList networks = networksOfNodes(cluster);
    const QString list = networks.join(u", "_s);
    if (networks.isEmpty() || !cluster.release.isKnown())
        return {};
    if (cluster.release.minor >= primarySince)
        return {u"primary"_s,
            message(
                u"Suggested: primary, which kube-proxy knows from 1.31 on (here: %1): each node's own address, of nodes "
                u"that join later, too. Now these are %2."_s,
                u"建议值：primary。kube-proxy 自 1.31 起支持（当前为 %1），表示各节点自身的地址，以后加入的节点也包括在内。目前为 %2。"_s,
                cluster.release.text(), list)};
    return {networks.join(u','),
        message(
            u"Suggested: the addresses of all %1 nodes, of both families where they have both: %2. The network that "
            u"holds them all is as good, and holds nodes that join later."_s,
            u"建议值：全部 %1 个节点的地址（有两种地址族时都包括）：%2。也可填写包含它们的网段，这样以后加入的节点也在其中。"_s,
            QString::number(nodeAddresses(cluster).size()), list)};
}

/// Of the namespaces that are known to be the cluster's own, those that it has.
Suggestion systemNamespaces(const Parameter &parameter, const Cluster &cluster)
{
    constexpr qsizetype mostNamed = 10;
    const QStringList known = listItems(parameter.proposal);
    QStringList here;
    QStringList similar;
    for (const QJsonValue &object : cluster.list(u"namespaces"_s)) {
        const QString name = object["metadata"_L1]["name"_L1].toString();
        if (known.contains(name))
            here += name;
        else if (name.endsWith("-system"_L1) && similar.size() < mostNamed)
            similar += plainText(name);
    }
    if (here.isEmpty())
        return {};
    here.sort();
    similar.sort();
    Message reason = message(
        u"Suggested: %1. These are the cluster's namespaces that Kubernetes, a network plugin or Ascend is known to use."_s,
        u"建议值：%1。这些是集群中已知由 Kubernetes、网络插件或昇腾组件使用的命名空间。"_s, here.join(u", "_s));
    if (!similar.isEmpty())
        reason = message(u"%1 Look at what runs in these before you add one: %2."_s,
            u"%1以下命名空间请先确认其中运行的内容，再决定是否加入：%2。"_s, reason, similar.join(u", "_s));
    return {here.join(u','), reason};
}

/// The level that every API server keeps already; else the one that says who did what.
Suggestion auditLevel(const Cluster &cluster)
{
    const QStringList levels = auditLevels();
    qsizetype least = levels.size();
    QStringList read;
    for (const Node &node : cluster.nodes) {
        const Component *server = node.snapshot ? node.component(ComponentKind::ApiServer) : nullptr;
        if (!server)
            continue;
        read += plainText(node.name);
        least = qMin(least, levels.indexOf(recordedLevel(node, *server)));
    }
    if (read.isEmpty())
        return {};
    if (least > 0)
        return {levels.at(least),
            message(u"Suggested: %1, because the audit policies in force (%2) record changes at this level already."_s,
                u"建议值：%1。当前生效的审计策略（%2）已按此级别记录修改。"_s, levels.at(least), read.join(u", "_s))};
    return {levels.constFirst(),
        message(u"Suggested: %1, which records who did what and when, without what requests hold. The other levels add "
                u"that, and the log grows several times as fast."_s,
            u"建议值：%1，记录何人在何时做了什么，不含请求内容。其他级别会加上请求内容，日志的增长速度为数倍。"_s,
            levels.constFirst())};
}

/// As many files as hold the days that are asked for, at the speed of the node whose audit log grows fastest.
Suggestion retention(const Parameter &parameter, const Cluster &cluster)
{
    const QStringList asked = listItems(parameter.proposal);
    const qint64 days = asked.value(0).toLongLong();
    const qint64 megabytes = asked.value(2).toLongLong();
    AuditGrowth fastest;
    QString where;
    for (const Node &node : cluster.nodes) {
        const Component *server = node.snapshot ? node.component(ComponentKind::ApiServer) : nullptr;
        const QString log = server ? auditSettings(node).log.value.toString() : QString();
        if (!log.startsWith(u'/'))
            continue;
        const AuditGrowth growth = auditGrowth(node, nodePath(node, *server, log, u"audit-log"_s).path);
        if (growth.bytesPerDay > fastest.bytesPerDay) {
            fastest = growth;
            where = plainText(node.name);
        }
    }
    if (fastest.bytesPerDay <= 0 || days <= 0 || megabytes <= 0 || parameter.ranges.size() != 3)
        return {};
    const double needed = double(days) * fastest.bytesPerDay; // bytes
    const double count = std::ceil(needed / (double(megabytes) * 1024 * 1024));
    if (count > double(parameter.ranges[1].most))
        return {};
    const qint64 files = qMax(asked.value(1).toLongLong(), qint64(count));
    const QString value = u"%1,%2,%3"_s.arg(days).arg(files).arg(megabytes);
    const auto inMegabytes = [](double bytes) { return QString::number(bytes / 1e6, 'f', 0); };
    Message reason = message(
        u"Suggested: %1, because the audit log of %2 grows by about %3 MB a day: %4 days of it take %5 MB, which fit into "
        u"%6 files of %7 MB."_s,
        u"建议值：%1。%2 上的审计日志每天增长约 %3 MB：保留 %4 天需要 %5 MB，可容纳在 %6 个 %7 MB 的文件中。"_s, value,
        where, QString::number(fastest.bytesPerDay / 1e6, 'f', 1), QString::number(days), inMegabytes(needed),
        QString::number(files), QString::number(megabytes));
    const double room = double(fastest.free) + double(fastest.used);
    if (fastest.free >= 0 && room < needed)
        reason = message(u"%1 Its file system has room for %2 MB alone: make room, or keep fewer days."_s,
            u"%1但其文件系统只能容纳 %2 MB：请扩容，或减少保留天数。"_s, reason, inMegabytes(room));
    return {value, reason};
}

} // namespace

Suggestion suggestionFor(const Rule &rule, const Cluster &cluster)
{
    if (!rule.parameter)
        return {};
    if (rule.fixPath == "podPidsLimit"_L1)
        return pidLimit(cluster);
    if (rule.parameter->type == Parameter::Type::Networks)
        return nodeNetworks(cluster);
    if (rule.parameter->type == Parameter::Type::Namespaces)
        return systemNamespaces(*rule.parameter, cluster);
    if (rule.check == CheckKind::Audit && rule.audit.aspect == AuditAspect::Policy)
        return auditLevel(cluster);
    if (rule.check == CheckKind::Audit && rule.audit.aspect == AuditAspect::Retention)
        return retention(*rule.parameter, cluster);
    return {};
}

} // namespace jiagu
