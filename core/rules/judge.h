// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

namespace jiagu {

/// The findings of one rule, in no order. Each function takes rules of its own CheckKind. Pure.
QList<Finding> judgeSetting(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeFeatureGate(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeStaticPods(const Cluster &cluster, const Rule &rule);
QList<Finding> judgeWorkloads(const Cluster &cluster, const Rule &rule, const QList<NamespaceWaiver> &waivers);

/// A finding of the rule with what all its findings share.
Finding findingOf(const Rule &rule, const Cluster &cluster, Verdict verdict, Message reason);
/// The same about a component of a node.
Finding findingOf(const Rule &rule, const Cluster &cluster, const Node &node, Verdict verdict, Message reason);

/// Why nothing is known about a node, as a sentence of its own.
Message whyNotRead(const Node &node);

/// The sentences one after the other, as a person reads them in either language.
Message sentences(const QList<Message> &parts);

} // namespace jiagu
