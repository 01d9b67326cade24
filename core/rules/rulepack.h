// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "rules/finding.h"

#include <QMap>

namespace jiagu {

/// Where a rule comes from, or what it corresponds to.
struct Reference
{
    QString source; ///< key of a source of the pack: "MINDIE", "CIS-1.12"
    QString item;
};

/// The engine's mechanism that a rule uses.
enum class CheckKind {
    Setting, ///< a setting in force against an assertion
    StaticPodDirectory, ///< a second definition of a pod, or a file that does not parse
    Workload ///< a field of pods and of the templates of controllers
};

/// What ought to be, as data. Filled by loadRulePack() alone.
struct Rule
{
    QString id;
    Message title;
    Message rationale;
    Message risk;
    Message remediation;
    Severity severity = Severity::Info;
    ComponentKind component = ComponentKind::ApiServer;
    CheckKind check = CheckKind::Setting;
    QList<Reference> references;
    QJsonObject definition; ///< the rule as written, for the engine and for `rules list`
    bool fixable = false;
    QString fixFlag; ///< fix of a static-pod flag: "--profiling"; empty where there is none
    QString fixValue; ///< "false"
};

/// A set of rules. Immutable value.
struct RulePack
{
    QString id;
    QString version;
    Message title;
    QByteArray digest; ///< SHA-256 of the file, lower-case hex
    QMap<QString, Message> sources; ///< key → title
    QList<Rule> rules;

    const Rule *rule(const QString &id) const;
};

/// Reads a pack (docs/rules.md). Fails with Parse and file:line:column for an unknown key (naming the nearest known
/// one), a missing language, a wrong type, a repeated id.
Result<RulePack> loadRulePack(const QString &name, const QByteArray &bytes);
/// The pack that ships inside the program.
Result<RulePack> builtinRulePack();
/// Runs the tests that a pack carries; every failure is one error.
QList<Error> testRulePack(const RulePack &pack);

/// A cluster judged by a pack at a moment: the one result that the window, the command line and the reports show.
struct Assessment
{
    Cluster cluster;
    RulePack pack;
    QDateTime now;
    QList<Finding> findings; ///< by severity, rule, subject
};
Assessment assess(const Cluster &cluster, const RulePack &pack, const QDateTime &now);

/// How many findings of each verdict, waived ones apart.
struct Counts
{
    QMap<Verdict, int> byVerdict;
    QMap<Severity, int> failed; ///< by severity
    int waived = 0;
};
Counts count(const QList<Finding> &findings);

} // namespace jiagu
