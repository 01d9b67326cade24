// SPDX-License-Identifier: Apache-2.0
#include "models/fixmodel.h"

#include "base/plaintext.h"
#include "language.h"
#include "models/clustermodel.h"

#include <QIcon>
#include <QSet>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

void FixModel::setAssessment(const Assessment &assessment)
{
    QSet<QString> before;
    for (const Line &line : std::as_const(m_lines)) {
        if (line.ticked)
            before += line.finding.id();
    }
    beginResetModel();
    m_lines.clear();
    for (const Finding &finding : assessment.findings) {
        if (finding.fixable && finding.verdict == Verdict::Fail && finding.counts())
            m_lines += Line{finding, before.contains(finding.id())};
    }
    endResetModel();
    Q_EMIT tickedChanged();
}

void FixModel::retranslate()
{
    if (!m_lines.isEmpty())
        Q_EMIT dataChanged(index(0), index(int(m_lines.size()) - 1));
}

void FixModel::setAllTicked(bool on)
{
    for (Line &line : m_lines)
        line.ticked = on;
    retranslate();
    Q_EMIT tickedChanged();
}

QList<Finding> FixModel::ticked() const
{
    QList<Finding> findings;
    for (const Line &line : m_lines) {
        if (line.ticked)
            findings += line.finding;
    }
    return findings;
}

int FixModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_lines.size());
}

QVariant FixModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Line &line = m_lines[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return QString(
            line.finding.rule + u' ' + text(line.finding.title) + u" — "_s + plainText(describe(line.finding.subject)));
    case Qt::DecorationRole:
        return QIcon(verdictIcon(line.finding));
    case Qt::CheckStateRole:
        return line.ticked ? Qt::Checked : Qt::Unchecked;
    default:
        return {};
    }
}

bool FixModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || role != Qt::CheckStateRole)
        return false;
    m_lines[index.row()].ticked = value.toInt() == Qt::Checked;
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT tickedChanged();
    return true;
}

Qt::ItemFlags FixModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemNeverHasChildren;
}

} // namespace jiagu
