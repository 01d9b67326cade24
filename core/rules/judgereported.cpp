// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype mostShown = 20;
constexpr qsizetype longestShown = 240; // characters of an item
constexpr qsizetype longestOptions = 2000;

QString itemText(const ReportItem &item, qsizetype longest = longestShown)
{
    QStringList words;
    for (const auto &[key, value] : item)
        words += key == "path"_L1 || key == "text"_L1 ? value : key + u'=' + value;
    const QString text = words.join(u' ');
    return text.size() > longest ? text.left(longest) + u'…' : text;
}

/// "KEY VALUE" lines; of a key that comes several times the values are joined with commas.
ReportItem optionsOf(const QByteArray &text)
{
    ReportItem item;
    for (const QByteArray &line : text.split('\n')) {
        const qsizetype blank = line.indexOf(' ');
        if (blank <= 0)
            continue;
        const QString key = plainText(line.left(blank));
        const QString value = plainText(line.mid(blank + 1).trimmed());
        const auto known =
            std::find_if(item.begin(), item.end(), [&key](const auto &field) { return field.first == key; });
        if (known == item.end())
            item.append({key, value});
        else
            known->second += u',' + value;
    }
    return item;
}

class Records
{
public:
    Records(const Cluster &cluster, const Rule &rule, const Node &node)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_report(rule.reported)
        , m_node(node)
        , m_where(plainText(node.name))
    {
    }

    QList<Finding> judge()
    {
        collect();
        for (const ReportItem &item : std::as_const(m_items))
            look(item);
        if (!m_trouble.isEmpty()) {
            m_findings += finding(Verdict::Unknown, sentences(m_trouble));
        } else if (m_items.isEmpty() && !m_report.passesEmpty) {
            m_findings += finding(Verdict::Unknown,
                message(u"On node %1 nothing of this was found."_s, u"节点 %1 上没有找到相关内容。"_s, m_where));
        } else if (m_items.isEmpty()) {
            m_findings +=
                finding(Verdict::Pass, message(u"On node %1 there is none."_s, u"节点 %1 上没有这类内容。"_s, m_where));
            m_findings.last().actual = u"0"_s;
        } else if (m_findings.isEmpty() || !m_rest.isEmpty()) {
            summary();
        }
        return m_findings;
    }

    Finding finding(Verdict verdict, const Message &reason) const
    {
        Finding made = findingOf(m_rule, m_cluster, m_node, verdict, reason);
        QStringList wanted;
        for (auto field = m_report.good.cbegin(); field != m_report.good.cend(); ++field)
            wanted += field.key() + u" = "_s + field.value().join(u" | "_s);
        for (auto field = m_report.bad.cbegin(); field != m_report.bad.cend(); ++field)
            wanted += field.key() + u" \u2260 "_s + field.value().join(u" | "_s);
        if (m_report.mode >= 0)
            wanted += u"\u2264 %1"_s.arg(octal(m_report.mode)) + (m_report.ofRoot ? u" root"_s : QString());
        made.expected = wanted.join(u", "_s);
        return made;
    }

private:
    void collect()
    {
        for (const QString &id : m_report.outputs) {
            if (const Message trouble = recordTrouble(m_node, id); !trouble.isEmpty())
                m_trouble += trouble;
            const OutputRecord *output = m_node.snapshot->output(id);
            if (!output)
                continue;
            if (m_report.options) {
                if (output->status == 0)
                    m_items += optionsOf(output->content);
            } else {
                m_items += reportItems(output->content);
            }
        }
        const auto cut = [](const ReportItem &item) { return !itemField(item, u"cut"_s).isEmpty(); };
        if (m_items.removeIf(cut) > 0) {
            m_trouble += message(u"On node %1 the search took longer than 15 s and was cut off: there may be more."_s,
                u"节点 %1 上的查找超过 15 秒而被中止，可能还有未列出的内容。"_s, m_where);
        }
    }

    static bool isOneOf(const ReportItem &item, const QMap<QString, QStringList> &values, bool all)
    {
        const auto has = [&](const QString &key) { return values[key].contains(itemField(item, key)); };
        const QStringList keys = values.keys();
        return all ? std::all_of(keys.begin(), keys.end(), has) : std::any_of(keys.begin(), keys.end(), has);
    }

    void look(const ReportItem &item)
    {
        for (const QString &key : m_report.bad.keys() + m_report.good.keys()) {
            if (itemField(item, key) == "unknown"_L1) {
                m_trouble += message(u"On node %1 this could not be read: %2."_s, u"节点 %1 上无法读取：%2。"_s,
                    m_where, itemText(item));
                return;
            }
        }
        if (isOneOf(item, m_report.bad, false) || exceedsMode(item))
            fail(item);
        else
            m_rest += item;
    }

    bool exceedsMode(const ReportItem &item) const
    {
        const QString text = itemField(item, u"mode"_s);
        if (m_report.mode < 0 || text.isEmpty())
            return false;
        bool good = false;
        const int mode = text.toInt(&good, 8);
        return !good || (mode & ~m_report.mode) != 0 || (m_report.ofRoot && itemField(item, u"uid"_s) != "0"_L1);
    }

    void fail(const ReportItem &item)
    {
        Finding made = finding(Verdict::Fail, {});
        made.actual = text(item);
        const QString path = itemField(item, u"path"_s);
        const QString account = itemField(item, u"account"_s);
        if (!m_report.options)
            made.subject.name = account.isEmpty() ? path : account;
        made.reason = message(
            u"On node %1: %2; required: %3."_s, u"节点 %1：%2；要求：%3。"_s, m_where, made.actual, made.expected);
        if (!path.isEmpty()) {
            made.origin.kind = Origin::Kind::Attributes;
            made.origin.file = path;
        }
        m_findings += made;
    }

    QString text(const ReportItem &item) const
    {
        return m_report.options ? itemText(shown(item), longestOptions) : itemText(item);
    }

    ReportItem shown(const ReportItem &item) const
    {
        ReportItem result;
        for (const QString &key : m_report.show) {
            const QString value = itemField(item, key);
            result.append({key, value.isEmpty() ? u"not set"_s : value});
        }
        return result;
    }

    void summary()
    {
        QStringList texts;
        for (const ReportItem &item : std::as_const(m_rest)) {
            if (texts.size() < mostShown)
                texts += text(item);
        }
        const bool good = !m_report.good.isEmpty() && m_findings.isEmpty()
            && std::all_of(m_rest.begin(), m_rest.end(),
                [this](const ReportItem &item) { return isOneOf(item, m_report.good, true); });
        const QString list = texts.join(u"; "_s);
        if (good || m_report.failsOtherwise) {
            m_findings += finding(good ? Verdict::Pass : Verdict::Fail, {});
            m_findings.last().reason = message(u"On node %1: %2; required: %3."_s, u"节点 %1：%2；要求：%3。"_s,
                m_where, list, m_findings.last().expected);
        } else {
            m_findings += finding(Verdict::Manual,
                message(u"For review, on node %1: %2."_s, u"请核查节点 %1 上的情况：%2。"_s, m_where, list));
            if (m_rest.size() > texts.size()) {
                m_findings.last().reason = sentences({m_findings.last().reason,
                    message(u"%1 more are in the snapshot."_s, u"另有 %1 项，见快照。"_s,
                        QString::number(m_rest.size() - texts.size()))});
            }
        }
        m_findings.last().actual = m_rest.size() == 1 ? texts.constFirst() : QString::number(m_rest.size());
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const ReportedItems &m_report;
    const Node &m_node;
    const QString m_where;
    QList<ReportItem> m_items;
    QList<ReportItem> m_rest; ///< items that do not fail
    QList<Message> m_trouble;
    QList<Finding> m_findings;
};

} // namespace

QList<ReportItem> reportItems(const QByteArray &text)
{
    QList<ReportItem> items;
    for (const QByteArray &bytes : text.split('\n')) {
        QString line = plainText(bytes);
        ReportItem item;
        while (!line.isEmpty()) {
            const bool last = line.startsWith("path="_L1) || line.startsWith("text="_L1);
            const qsizetype blank = last ? -1 : line.indexOf(u' ');
            const QString word = blank < 0 ? line : line.left(blank);
            line = blank < 0 ? QString() : line.mid(blank + 1);
            const qsizetype equals = word.indexOf(u'=');
            if (equals > 0)
                item.append({word.left(equals), word.mid(equals + 1)});
        }
        if (item.isEmpty() && !bytes.isEmpty()) // a fact: a value alone
            item.append({u"value"_s, plainText(bytes)});
        if (!item.isEmpty())
            items += item;
    }
    return items;
}

QString itemField(const ReportItem &item, const QString &key)
{
    const auto found = std::find_if(item.begin(), item.end(), [&key](const auto &field) { return field.first == key; });
    return found == item.end() ? QString() : found->second;
}

Message recordTrouble(const Node &node, const QString &id)
{
    const QString where = plainText(node.name);
    const OutputRecord *output = node.snapshot->output(id);
    if (!output) {
        return message(
            u"The snapshot of node %1 does not say this (no record “%2”): it was taken by an older version of "
            u"this program. Read the node again."_s,
            u"节点 %1 的快照中没有这一内容（缺少记录“%2”）：快照由较早版本的程序生成。请重新读取该节点。"_s, where, id);
    }
    if (output->status != 0) {
        return message(u"On node %1 this could not be read (%2): %3"_s, u"节点 %1 上无法读取（%2）：%3"_s, where, id,
            output->error);
    }
    const OutputRecord *user = node.snapshot->output(u"user"_s);
    if (user && user->content != "0") {
        return message(
            u"Node %1 was read by an account that is not root and does not see everything. Read it as root."_s,
            u"读取节点 %1 所用的账号不是 root，看不到全部内容。请以 root 身份读取。"_s, where);
    }
    return {};
}

QList<Finding> judgeReported(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes) {
        if (rule.reported.controlPlane && !node.controlPlane)
            continue;
        if (!node.read || !node.snapshot)
            findings += Records(cluster, rule, node).finding(Verdict::Unknown, whyNotRead(node));
        else
            findings += Records(cluster, rule, node).judge();
    }
    if (findings.isEmpty()) {
        findings += findingOf(rule, cluster, Verdict::Unknown,
            message(u"None of the nodes that were read is one of the control plane: read one."_s,
                u"已读取的节点中没有控制面节点：请读取一个控制面节点。"_s));
    }
    return findings;
}

} // namespace jiagu
