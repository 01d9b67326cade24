// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"

#include <array>
#include <functional>

namespace jiagu {

/// The order in which a report shows them.
inline constexpr std::array reportSeverities{
    Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info};
inline constexpr std::array reportVerdicts{
    Verdict::Fail, Verdict::Error, Verdict::Unknown, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable};

inline constexpr qsizetype reportSubjectLimit = 500; ///< rows of one rule
inline constexpr qsizetype reportDiffLimit = 2000; ///< lines of one file

/// The findings of one rule that have the same severity.
struct FindingGroup
{
    const Rule *rule = nullptr; ///< of the pack; null when it is not there
    QList<const Finding *> findings; ///< at least one
};
/// The wanted findings by severity and rule, in their own order. Points into the assessment.
QList<FindingGroup> findingGroups(const Assessment &assessment, const std::function<bool(const Finding &)> &wanted);

/// What reports for people say in every format: whole texts, not yet made plain nor escaped. Pure.
Message reportName(); ///< what it is, without of what
Message reportTitle(const Assessment &assessment);
Message verdictSentence(const Assessment &assessment);
Message readingSentence(); ///< how the nodes were read
Message furtherNodesSentence(const Cluster &cluster); ///< when no node is known to be missing
Message missedNodeSentence();
Message verdictMeaning(Verdict verdict);
Message waivedMeaning();
/// The baseline that is selected, what was switched off or given another value, and every waiver of a person with its
/// state at the moment of judging; empty when nothing was tailored.
QList<Message> tailoringSentences(const Assessment &assessment);
Message leftOutSentence(qsizetype findings);
Message linesLeftOutSentence(qsizetype lines);
Message reportTime(const QDateTime &moment); ///< UTC, or that it is not known
Message outcomeOf(const JournalEntry &entry);

/// A value cut to what a report shows of one, with how much was cut.
QString limitedValue(const QString &value, Language language);
/// A value as technical text: a string as it is, else JSON.
QString compactValue(const QJsonValue &value);

} // namespace jiagu
