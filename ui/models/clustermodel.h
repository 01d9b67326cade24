// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustertree.h"

#include <QAbstractItemModel>
#include <QSortFilterProxyModel>

namespace jiagu {

/// The tree of an assessment: what it is, and how it stands in words.
class ClusterModel final : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Status,
        ColumnCount
    };
    enum Role
    {
        SearchRole = Qt::UserRole, ///< what the filter looks through: both languages, lower case
        FailureRole, ///< a failed or erroneous finding that counts
        FindingRole ///< index in Assessment::findings, -1 for a group
    };

    using QAbstractItemModel::QAbstractItemModel;
    void setAssessment(const Assessment &assessment);
    void clear();
    /// The language has changed: every text is another.
    void retranslate();

    const TreeItem &item(const QModelIndex &index) const { return m_items[index.internalId()]; }
    QModelIndex indexOfFinding(int finding) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QModelIndex indexOf(int item, int column = 0) const;
    QString name(const TreeItem &item) const;
    QString status(const TreeItem &item) const;
    QString tallyText(const Tally &tally) const;
    QString icon(const TreeItem &item, int column) const;
    QString search(int item) const;

    QList<TreeItem> m_items;
    QList<int> m_rows; ///< of each item in its parent
    QList<QString> m_search;
    Assessment m_assessment;
};

/// What matches the filter, with everything above it.
class ClusterFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit ClusterFilter(QObject *parent = nullptr);
    /// Words in any order that must all be found; a word after ! must not.
    void setWords(const QString &text);
    void setFailuresOnly(bool on);
    int shownFindings() const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    QStringList m_wanted;
    QStringList m_unwanted;
    bool m_failuresOnly = false;
};

/// The file of an icon for a verdict: a shape of its own for each.
QString verdictIcon(const Finding &finding);
/// "Fail · Medium", "Waived", …
QString verdictWords(const Finding &finding);

} // namespace jiagu
