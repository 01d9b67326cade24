// SPDX-License-Identifier: Apache-2.0
#include "models/changemodel.h"

#include "base/linediff.h"
#include "base/plaintext.h"
#include "change/folding.h"
#include "language.h"
#include "views/rows.h"

#include <QIcon>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString sizeOf(const FileChange &step)
{
    if (step.kind != FileChange::Kind::Content)
        return {};
    int added = 0;
    int removed = 0;
    for (const DiffHunk &hunk : diffLines(step.before, step.after, 0)) {
        added += hunk.afterCount;
        removed += hunk.beforeCount;
    }
    return u"+%1 −%2"_s.arg(added).arg(removed);
}

constexpr quintptr topLevel = 0; ///< internal id of a change; of a node the change's row + 1

} // namespace

void ChangeModel::setChangeSet(const ChangeSet &changeSet)
{
    if (!changeSet.id.isEmpty() && changeSet.id == m_changeSet.id)
        return;
    beginResetModel();
    m_changeSet = changeSet;
    m_changes = foldedSteps(changeSet);
    m_sizes.clear();
    for (int change = 0; change < int(m_changes.size()); ++change)
        m_sizes += sizeOf(step(change));
    m_keys.clear();
    for (const FileChange &each : changeSet.steps)
        m_keys += reviewKey(each);
    endResetModel();
    Q_EMIT reviewedChanged();
}

void ChangeModel::retranslate()
{
    if (!m_changes.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_changes.size()) - 1, 0));
}

int ChangeModel::changeOf(const QModelIndex &index) const
{
    if (!index.isValid())
        return -1;
    return index.internalId() == topLevel ? index.row() : int(index.internalId()) - 1;
}

QString ChangeModel::node(const QModelIndex &index) const
{
    const int change = changeOf(index);
    if (change < 0)
        return {};
    return m_changeSet.steps[m_changes[change][index.internalId() == topLevel ? 0 : index.row()]].node;
}

QString ChangeModel::nodesText(int change) const
{
    QStringList names;
    for (int step : m_changes[change])
        names += plainText(m_changeSet.steps[step].node);
    return names.size() == 1 ? names.first() : tr("%1 nodes: %2").arg(names.size()).arg(names.join(u", "_s));
}

Qt::CheckState ChangeModel::reviewState(int change) const
{
    const auto marked =
        std::ranges::count_if(m_changes[change], [this](int step) { return m_reviewed.contains(m_keys[step]); });
    return marked == 0 ? Qt::Unchecked : marked == m_changes[change].size() ? Qt::Checked : Qt::PartiallyChecked;
}

void ChangeModel::setReviewed(int change, bool on)
{
    for (int step : m_changes[change]) {
        if (on)
            m_reviewed += m_keys[step];
        else
            m_reviewed -= m_keys[step];
    }
    Q_EMIT dataChanged(index(change, 0), index(change, 0), {Qt::CheckStateRole});
    Q_EMIT reviewedChanged();
}

int ChangeModel::reviewedCount() const
{
    int count = 0;
    for (int change = 0; change < int(m_changes.size()); ++change)
        count += isReviewed(change);
    return count;
}

void ChangeModel::forget()
{
    m_reviewed.clear();
    if (!m_changes.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_changes.size()) - 1, 0), {Qt::CheckStateRole});
    Q_EMIT reviewedChanged();
}

QModelIndex ChangeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row()) + 1 : topLevel);
}

QModelIndex ChangeModel::parent(const QModelIndex &index) const
{
    if (!index.isValid() || index.internalId() == topLevel)
        return {};
    return createIndex(int(index.internalId()) - 1, 0, topLevel);
}

int ChangeModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return int(m_changes.size());
    if (parent.internalId() != topLevel || parent.column() != 0)
        return 0;
    const qsizetype nodes = m_changes[parent.row()].size();
    return nodes > 1 ? int(nodes) : 0;
}

int ChangeModel::columnCount(const QModelIndex &) const
{
    return 1;
}

QString ChangeModel::changeText(int change) const
{
    const FileChange &step = this->step(change);
    QString what;
    switch (step.kind) {
    case FileChange::Kind::Content:
        what = m_sizes[change];
        break;
    case FileChange::Kind::Attributes: {
        const QList<Row> rows = changeRows({}, step);
        what = QString::fromUtf8(rows[1].bytes) + u" → "_s + QString::fromUtf8(rows[2].bytes);
        break;
    }
    }
    return plainText(step.path) + u'\n' + what + u" · "_s + step.rules.join(u", "_s) + u'\n' + nodesText(change);
}

QVariant ChangeModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const int change = changeOf(index);
    if (index.internalId() != topLevel)
        return role == Qt::DisplayRole ? plainText(node(index)) : QVariant();
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return changeText(change);
    case Qt::AccessibleTextRole:
        return QString(changeText(change).replace(u'\n', u", "_s) + u", "_s
            + (isReviewed(change) ? tr("reviewed") : tr("not reviewed")));
    case Qt::DecorationRole:
        return QIcon(
            step(change).kind == FileChange::Kind::Attributes ? u":/icons/component.svg"_s : u":/icons/file.svg"_s);
    case Qt::CheckStateRole:
        return reviewState(change);
    default:
        return {};
    }
}

bool ChangeModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || index.internalId() != topLevel || role != Qt::CheckStateRole)
        return false;
    setReviewed(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags ChangeModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable
        | (index.internalId() == topLevel ? Qt::ItemIsUserCheckable : Qt::ItemNeverHasChildren);
}

} // namespace jiagu
