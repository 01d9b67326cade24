// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "invocation.h"
#include "terminal.h"

namespace jiagu {

// Each carries out one command and returns the program's exit code. Errors have been told when it returns.
int runScan(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runReport(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runRulesList(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runRulesShow(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runRulesCheck(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runRecord(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runPlan(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runApply(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runRestore(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);
int runClean(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt);

constexpr int exitDone = 0;
constexpr int exitFailed = 1; ///< of scan and rules check: something fails
constexpr int exitError = 2;
constexpr int exitRefused = 3;
constexpr int exitRolledBack = 4;
constexpr int exitUndecided = 5;

} // namespace jiagu
