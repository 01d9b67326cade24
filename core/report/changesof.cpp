// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <QFileInfo>

namespace jiagu {

Result<QList<ReportContext::Change>> changesOf(const Cluster &cluster, const QString &journalDirectory)
{
    QList<ReportContext::Change> changes;
    if (!QFileInfo::exists(journalDirectory))
        return changes;
    auto journal = Journal::open(journalDirectory);
    if (!journal)
        return tl::unexpected(journal.error());
    for (const QString &id : journal->all()) {
        auto changeSet = journal->changeSet(id);
        if (!changeSet)
            return tl::unexpected(changeSet.error());
        if (changeSet->cluster == cluster.id)
            changes.prepend({*changeSet, journal->entries(id)});
    }
    return changes;
}

} // namespace jiagu
