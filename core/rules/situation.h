// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

namespace jiagu {

/// What a rule finds in the situation that one of its tests describes, at the moment at which packs are tested.
QList<Finding> findingsIn(const RulePack &pack, const Rule &rule, const RuleTest &test);

} // namespace jiagu
