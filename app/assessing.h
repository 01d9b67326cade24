// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "invocation.h"
#include "rules/rulepack.h"
#include "terminal.h"

namespace jiagu {

/// The pack of --rules, else the built-in one; it may change nodes when --accept-pack names its digest. Fails with
/// Usage when that names another.
Result<RulePack> packOf(const Invocation &invocation);

/// Reads the targets and judges them by packOf() with --tailoring: machines at this moment, recordings at their own.
/// What could not be read is among the cluster's problems.
Result<Assessment> assessTargets(const Invocation &invocation, Terminal &terminal, std::stop_token stop);

/// The findings for a person at a terminal: what fails by severity, what could not be checked, the rest as counts.
QString findingsText(const Assessment &assessment, Language language);

/// The exit code of scan.
int exitCodeOf(const Assessment &assessment);

/// Writes a whole file or none of it. `isPrivate`: for the owner alone.
Result<> writeFile(const QString &path, const QByteArray &bytes, bool isPrivate);

} // namespace jiagu
