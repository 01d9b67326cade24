// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QAbstractListModel>

namespace jiagu {

/// Everything that went wrong, in the order it did; the same sentence about the same place once.
class ProblemModel final : public QAbstractListModel
{
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    void add(const Error &error);
    void clear();
    void retranslate();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

private:
    QList<Error> m_errors;
};

} // namespace jiagu
