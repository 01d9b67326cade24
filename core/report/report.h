// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"

namespace jiagu {

/// What a report says beside the findings.
struct ReportContext
{
    QString organisation;
    QString operatorName;
    QString ticket;
    QString reviewer;
    struct Change
    {
        ChangeSet changeSet;
        QList<JournalEntry> entries;
    };
    QList<Change> changes; ///< those of this cluster, oldest first
};

/// What was done to this cluster before, as the journal in that directory has it; nothing when there is none. Fails as
/// the journal does.
Result<QList<ReportContext::Change>> changesOf(const Cluster &cluster, const QString &journalDirectory);

/// "jiagu-findings/1" (docs/formats.md): what `scan --format json` prints.
QJsonObject findingsJson(const Assessment &assessment);
/// "jiagu-report/1": findings with scope, counts and changes.
QJsonObject reportJson(const Assessment &assessment, const ReportContext &context);
/// One HTML file: no external resource, no script needed, a CSP that allows none. Equal input gives equal bytes.
QByteArray reportHtml(const Assessment &assessment, const ReportContext &context, Language language);

} // namespace jiagu
