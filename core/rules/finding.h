// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

#include <optional>

namespace jiagu {

enum class Verdict
{
    Pass,
    Fail,
    Manual,
    NotApplicable,
    Unknown,
    Error
};
QString verdictName(Verdict verdict); ///< "pass", "fail", "manual", "not-applicable", "unknown", "error": in JSON
Message verdictText(Verdict verdict);

enum class Severity
{
    Critical,
    High,
    Medium,
    Low,
    Info
};
QString severityName(Severity severity); ///< "critical", …: in JSON
Message severityText(Severity severity);

/// What a finding is about. Empty parts do not apply.
struct Subject
{
    QString cluster;
    QString node;
    QString component;
    QString namespaceName;
    QString kind; ///< of an API object
    QString name;
    QString container;
    friend bool operator==(const Subject &, const Subject &) = default;
};
/// "cp1 kube-apiserver", "kube-system/DaemonSet/kube-proxy container kube-proxy", …
QString describe(const Subject &subject);

/// Accepted risk that lies over a verdict.
struct AppliedWaiver
{
    QString id; ///< "builtin:system-namespace" or the person's
    Message reason;
};

/// How an API object is put right. This program shows it; a person applies it.
struct ObjectFix
{
    QString patch; ///< YAML of a strategic merge patch; empty where there is none
    QString command; ///< that applies it from a file; empty where there is none
    Message note; ///< what to do with the patch, or why there is none and what to edit instead
};

/// Rule × subject: what was found.
struct Finding
{
    QString rule;
    Subject subject;
    Verdict verdict = Verdict::Unknown;
    Severity severity = Severity::Info;
    Message title;
    QString expected; ///< technical text, the same in both languages
    QString actual; ///< plain text
    Origin origin;
    QList<OverriddenValue> overridden;
    Message reason; ///< why this verdict, for this subject
    std::optional<AppliedWaiver> waiver;
    std::optional<ObjectFix> objectFix; ///< of a workload or another API object that is not as it must be
    bool fixable = false; ///< the rule has a fix that can be planned on this subject

    bool counts() const { return !waiver; } ///< a waived finding is shown, and does not count
    QString id() const; ///< stable for the same rule and subject: "API-02|cp1|kube-apiserver|…"
};

} // namespace jiagu
