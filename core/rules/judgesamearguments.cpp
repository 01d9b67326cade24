// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"

#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// The flags of an argv, "--profiling", each once.
QStringList flagsOf(const QList<QByteArray> &argv)
{
    QStringList flags;
    for (qsizetype i = 1; i < argv.size(); ++i) {
        if (!argv[i].startsWith("--") || argv[i].size() == 2)
            continue;
        const QString flag = QString::fromUtf8(argv[i].left(argv[i].indexOf('='))).replace(u'_', u'-');
        if (!flags.contains(flag))
            flags += flag;
    }
    return flags;
}

/// What a node gives the flag; the default where it gives nothing and that is known.
QString valueOf(const Component &component, const QString &flag)
{
    const SettingName name{component.kind, flag, {}, ValueType::String};
    QStringList values;
    const QList<QByteArray> &argv = component.process.argv;
    bool isBare = false; // "--flag" with nothing behind it that could be its value
    for (qsizetype i = 1; i < argv.size(); ++i)
        isBare = isBare
            || (QString::fromUtf8(argv[i]).replace(u'_', u'-') == flag
                && (i + 1 == argv.size() || argv[i + 1].startsWith('-')));
    const DefaultValue standard = defaultOf(name, component.release);
    const bool isBool = standard.found && standard.value.isBool();
    const ValueType type = isBool || isBare ? ValueType::Bool : ValueType::String;
    for (const FlagOccurrence &occurrence : flagOccurrences(argv, flag, type, flagSyntax(component.kind)))
        values += plainText(QString::fromUtf8(occurrence.text));
    if (values.isEmpty())
        return standard.found ? valueText(standard.value) : u"not set"_s;
    return isBool ? values.last().toLower() : values.join(u',');
}

} // namespace

QList<Finding> judgeSameArguments(const Cluster &cluster, const Rule &rule)
{
    QList<const Node *> nodes;
    QStringList unread;
    for (const Node &node : cluster.nodes) {
        const Component *component = node.component(rule.component);
        if (component && component->running && !component->process.argv.isEmpty())
            nodes += &node;
        else if (node.controlPlane)
            unread += plainText(node.name);
    }
    const QString what = componentName(rule.component);
    Finding finding = findingOf(rule, cluster, Verdict::Unknown, {});
    if (nodes.size() + unread.size() < 2 && !nodes.isEmpty()) {
        finding.verdict = Verdict::NotApplicable;
        finding.reason = message(u"One node alone runs %1."_s, u"只有一个节点运行 %1。"_s, what);
        return {finding};
    }
    QStringList flags;
    for (const Node *node : std::as_const(nodes))
        flags += flagsOf(node->component(rule.component)->process.argv);
    flags.removeDuplicates();
    flags.sort();
    QStringList differences;
    for (const QString &flag : std::as_const(flags)) {
        if (rule.own.contains(flag))
            continue;
        QSet<QString> values;
        QStringList shown;
        for (const Node *node : std::as_const(nodes)) {
            const QString value = valueOf(*node->component(rule.component), flag);
            values += value;
            shown += plainText(node->name) + u'=' + value;
        }
        if (values.size() > 1)
            differences += flag + u" ("_s + shown.join(u", "_s) + u')';
    }
    const Message missing = unread.isEmpty()
        ? Message{}
        : message(u"Not known of %1."_s, u"以下节点的情况未知：%1。"_s, unread.join(u", "_s));
    if (!differences.isEmpty()) {
        finding.verdict = Verdict::Fail;
        finding.actual = differences.join(u"; "_s);
        finding.reason = sentences(
            {message(
                 u"%1 does not run with the same arguments everywhere, so what a client gets depends on the node that "
                 u"answers: %2."_s,
                 u"%1 在各节点上的启动参数不一致，客户端得到的结果取决于由哪个节点应答：%2。"_s, what,
                 differences.join(u"; "_s)),
                missing});
        return {finding};
    }
    if (!unread.isEmpty()) {
        finding.reason = sentences(
            {message(u"What was read of %1 is the same everywhere."_s, u"已读取到的 %1 启动参数一致。"_s, what),
                missing});
        return {finding};
    }
    if (nodes.isEmpty()) {
        finding.reason = message(u"None of the nodes that were read runs %1: read a control-plane node."_s,
            u"已读取的节点上都没有运行 %1：请读取控制面节点。"_s, what);
        return {finding};
    }
    finding.verdict = Verdict::Pass;
    finding.reason =
        message(u"%1 runs with the same arguments on %2 nodes, apart from those that each node has of its own."_s,
            u"%1 在 %2 个节点上的启动参数一致（各节点自有的参数除外）。"_s, what, QString::number(nodes.size()));
    return {finding};
}

} // namespace jiagu
