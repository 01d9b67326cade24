// SPDX-License-Identifier: Apache-2.0
#include "models/clustermodel.h"

#include "base/plaintext.h"
#include "language.h"

#include <QIcon>

#include <algorithm>
#include <functional>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QString verdictIcon(const Finding &finding)
{
    return u":/icons/"_s + (finding.counts() ? verdictName(finding.verdict) : u"waived"_s) + u".svg"_s;
}

QString verdictWords(const Finding &finding)
{
    if (!finding.counts())
        return ClusterModel::tr("Waived");
    if (finding.verdict == Verdict::Fail)
        return ClusterModel::tr("%1 · %2").arg(
            text(verdictText(finding.verdict)), text(severityText(finding.severity)));
    return text(verdictText(finding.verdict));
}

void ClusterModel::setAssessment(const Assessment &assessment)
{
    beginResetModel();
    m_assessment = assessment;
    m_items = clusterTree(assessment);
    m_rows.fill(0, m_items.size());
    m_search.clear();
    for (int i = 0; i < int(m_items.size()); ++i) {
        for (int row = 0; row < int(m_items[i].children.size()); ++row)
            m_rows[m_items[i].children[row]] = row;
        m_search += search(i);
    }
    endResetModel();
}

void ClusterModel::clear()
{
    beginResetModel();
    m_items.clear();
    m_rows.clear();
    m_search.clear();
    m_assessment = {};
    endResetModel();
}

void ClusterModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    for (int i = 0; i < int(m_items.size()); ++i) {
        const QList<int> &children = m_items[i].children;
        if (!children.isEmpty())
            Q_EMIT dataChanged(indexOf(children.first()), indexOf(children.last(), ColumnCount - 1));
    }
    if (!m_items.isEmpty())
        Q_EMIT dataChanged(indexOf(0), indexOf(0, ColumnCount - 1));
}

QModelIndex ClusterModel::indexOf(int item, int column) const
{
    return createIndex(m_rows[item], column, quintptr(item));
}

QModelIndex ClusterModel::indexOfFinding(int finding) const
{
    const auto found = std::ranges::find(m_items, finding, &TreeItem::finding);
    if (finding < 0 || found == m_items.end())
        return {};
    return indexOf(int(found - m_items.begin()));
}

QModelIndex ClusterModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return indexOf(parent.isValid() ? item(parent).children[row] : 0, column);
}

QModelIndex ClusterModel::parent(const QModelIndex &index) const
{
    if (!index.isValid() || item(index).parent < 0)
        return {};
    return indexOf(item(index).parent);
}

int ClusterModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return m_items.isEmpty() ? 0 : 1;
    return parent.column() == 0 ? int(item(parent).children.size()) : 0;
}

int ClusterModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QString ClusterModel::name(const TreeItem &item) const
{
    switch (item.kind) {
    case TreeItem::Kind::Finding: {
        const Finding &finding = m_assessment.findings[item.finding];
        const QString title = finding.rule + u' ' + text(finding.title);
        return finding.subject.container.isEmpty() ? title : title + u" — "_s + plainText(finding.subject.container);
    }
    case TreeItem::Kind::CommandLine:
        return tr("Command line");
    case TreeItem::Kind::Cluster:
        return item.name.isEmpty() ? tr("Cluster") : item.name;
    case TreeItem::Kind::Component:
        return item.name == componentName(ComponentKind::Workload)       ? tr("Workloads")
            : item.name == componentName(ComponentKind::OperatingSystem) ? tr("Operating system")
                                                                         : item.name;
    case TreeItem::Kind::Node:
    case TreeItem::Kind::Namespace:
    case TreeItem::Kind::File:
    case TreeItem::Kind::Object:
        return item.name;
    }
    return {};
}

QString ClusterModel::tallyText(const Tally &tally) const
{
    QStringList parts;
    if (tally.failed)
        parts += tr("%1 failed").arg(tally.failed);
    if (tally.error)
        parts += tr("%1 in error").arg(tally.error);
    if (tally.unknown)
        parts += tr("%1 unknown").arg(tally.unknown);
    if (tally.manual)
        parts += tr("%1 to check").arg(tally.manual);
    if (parts.isEmpty() && tally.passed)
        return tr("Passed");
    return parts.join(tr(", ", "between counts"));
}

QString ClusterModel::status(const TreeItem &item) const
{
    if (item.kind == TreeItem::Kind::Finding)
        return verdictWords(m_assessment.findings[item.finding]);
    if (item.kind == TreeItem::Kind::Node) {
        const Node *node = m_assessment.cluster.node(item.node);
        if (node && !node->read && item.tally == Tally())
            return tr("Not read");
    }
    return tallyText(item.tally);
}

QString ClusterModel::icon(const TreeItem &item, int column) const
{
    if (item.kind == TreeItem::Kind::Finding)
        return column == Name ? verdictIcon(m_assessment.findings[item.finding]) : QString();
    if (column == Status) {
        const Tally &tally = item.tally;
        return tally.failed ? u":/icons/fail.svg"_s
            : tally.error   ? u":/icons/error.svg"_s
            : tally.unknown ? u":/icons/unknown.svg"_s
            : tally.manual  ? u":/icons/manual.svg"_s
            : tally.passed  ? u":/icons/pass.svg"_s
                            : QString();
    }
    switch (item.kind) {
    case TreeItem::Kind::Cluster:
        return u":/icons/cluster.svg"_s;
    case TreeItem::Kind::Node:
        return u":/icons/node.svg"_s;
    case TreeItem::Kind::Component:
    case TreeItem::Kind::Namespace:
        return u":/icons/component.svg"_s;
    case TreeItem::Kind::File:
    case TreeItem::Kind::CommandLine:
    case TreeItem::Kind::Object:
    case TreeItem::Kind::Finding:
        return u":/icons/file.svg"_s;
    }
    return {};
}

QString ClusterModel::search(int index) const
{
    const TreeItem &item = m_items[index];
    QStringList parts;
    for (int up = index; up >= 0; up = m_items[up].parent)
        parts += m_items[up].name;
    if (item.kind == TreeItem::Kind::Finding) {
        const Finding &finding = m_assessment.findings[item.finding];
        const Message verdict = verdictText(finding.verdict);
        const Message severity = severityText(finding.severity);
        parts << finding.rule << finding.title.en << finding.title.zh << finding.expected << finding.actual
              << finding.origin.key << finding.origin.file << verdict.en << verdict.zh << severity.en << severity.zh
              << finding.subject.container << finding.subject.component;
        if (const Rule *rule = m_assessment.pack.rule(finding.rule))
            parts += rule->fixFlag;
    }
    return parts.join(u'\n').toLower();
}

QVariant ClusterModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const TreeItem &item = this->item(index);
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Name ? name(item) : status(item);
    case Qt::DecorationRole: {
        const QString file = icon(item, index.column());
        return file.isEmpty() ? QVariant() : QIcon(file);
    }
    case Qt::AccessibleTextRole:
        return index.column() == Name ? name(item) + u", "_s + status(item) : status(item);
    case Qt::ToolTipRole:
        return QVariant();
    case SearchRole:
        return m_search[qsizetype(index.internalId())];
    case FailureRole: {
        if (item.kind != TreeItem::Kind::Finding)
            return false;
        const Finding &finding = m_assessment.findings[item.finding];
        return finding.counts() && (finding.verdict == Verdict::Fail || finding.verdict == Verdict::Error);
    }
    case FindingRole:
        return item.finding;
    default:
        return {};
    }
}

QVariant ClusterModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Name ? tr("Setting") : tr("Verdict");
}

ClusterFilter::ClusterFilter(QObject *parent)
    : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true);
}

void ClusterFilter::setWords(const QString &text)
{
    m_wanted.clear();
    m_unwanted.clear();
    for (const QString &word : text.toLower().split(u' ', Qt::SkipEmptyParts)) {
        if (!word.startsWith(u'!'))
            m_wanted += word;
        else if (word.size() > 1)
            m_unwanted += word.mid(1);
    }
    invalidateFilter();
}

void ClusterFilter::setFailuresOnly(bool on)
{
    m_failuresOnly = on;
    invalidateFilter();
}

int ClusterFilter::shownFindings() const
{
    const std::function<int(const QModelIndex &)> below = [&](const QModelIndex &parent) {
        int sum = parent.isValid() && parent.data(ClusterModel::FindingRole).toInt() >= 0 ? 1 : 0;
        for (int row = 0; row < rowCount(parent); ++row)
            sum += below(index(row, 0, parent));
        return sum;
    };
    return below({});
}

bool ClusterFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    const bool finding = index.data(ClusterModel::FindingRole).toInt() >= 0;
    if (m_failuresOnly && !index.data(ClusterModel::FailureRole).toBool())
        return false;
    if (m_wanted.isEmpty() && m_unwanted.isEmpty())
        return true;
    if (!finding && !m_unwanted.isEmpty())
        return false; // a group is there for what is in it
    const QString text = index.data(ClusterModel::SearchRole).toString();
    const auto inText = [&](const QString &word) { return text.contains(word); };
    return std::ranges::all_of(m_wanted, inText) && std::ranges::none_of(m_unwanted, inText);
}

} // namespace jiagu
