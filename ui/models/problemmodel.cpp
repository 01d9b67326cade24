// SPDX-License-Identifier: Apache-2.0
#include "models/problemmodel.h"

#include "base/plaintext.h"
#include "language.h"

#include <QIcon>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

void ProblemModel::add(const Error &error)
{
    const auto same = [&](const Error &other) { return other.message == error.message && other.at == error.at; };
    if (std::ranges::any_of(m_errors, same))
        return;
    beginInsertRows({}, int(m_errors.size()), int(m_errors.size()));
    m_errors += error;
    endInsertRows();
}

void ProblemModel::clear()
{
    beginResetModel();
    m_errors.clear();
    endResetModel();
}

void ProblemModel::retranslate()
{
    if (!m_errors.isEmpty())
        Q_EMIT dataChanged(index(0), index(int(m_errors.size()) - 1));
}

int ProblemModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_errors.size());
}

QVariant ProblemModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    if (role == Qt::DisplayRole)
        return plainText(describe(m_errors[index.row()], uiLanguage()));
    if (role == Qt::DecorationRole)
        return QIcon(u":/icons/error.svg"_s);
    return {};
}

} // namespace jiagu
