// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QAbstractListModel>

namespace jiagu {

/// The findings that can be fixed, each with a box to tick. Nothing is ticked by itself.
class FixModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    /// Keeps what was ticked and is still there.
    void setAssessment(const Assessment &assessment);
    void retranslate();
    void setAllTicked(bool on);
    QList<Finding> ticked() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void tickedChanged();

private:
    struct Line
    {
        Finding finding;
        bool ticked = false;
    };
    QList<Line> m_lines;
};

} // namespace jiagu
