// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

#include <QAbstractItemModel>
#include <QSet>

namespace jiagu {

/// The distinct changes of a change set, each with its reviewed mark as a box to tick and the nodes it is made on
/// below it. A mark belongs to what a step does to a machine: it stays when the change set is planned anew or in
/// another order, and is gone as soon as the step does something else.
class ChangeModel final : public QAbstractItemModel
{
    Q_OBJECT
public:
    using QAbstractItemModel::QAbstractItemModel;
    /// One with the id of the present one changes nothing.
    void setChangeSet(const ChangeSet &changeSet);
    const QString &changeSetId() const { return m_changeSet.id; }
    void retranslate();

    /// Steps of each change, as indexes in ChangeSet::steps.
    const QList<QList<int>> &changes() const { return m_changes; }
    const FileChange &step(int change) const { return m_changeSet.steps[m_changes[change].first()]; }
    int changeOf(const QModelIndex &index) const; ///< of a change or of a node below it, -1 for none
    QString node(const QModelIndex &index) const; ///< of a change its first
    QString nodesText(int change) const; ///< "3 nodes: w1, w2, w3", or the name of the only one

    bool isReviewed(int change) const { return reviewState(change) == Qt::Checked; }
    void setReviewed(int change, bool on);
    int reviewedCount() const;
    /// There are changes and each step of them is marked.
    bool allReviewed() const { return !m_changes.isEmpty() && reviewedCount() == m_changes.size(); }
    /// No mark is left.
    void forget();

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void reviewedChanged();

private:
    Qt::CheckState reviewState(int change) const;
    QString changeText(int change) const;

    ChangeSet m_changeSet;
    QList<QList<int>> m_changes;
    QStringList m_sizes; ///< of each change: "+2 −1"; of owner and mode nothing
    QList<QByteArray> m_keys; ///< reviewKey() of each step
    QSet<QByteArray> m_reviewed;
};

} // namespace jiagu
