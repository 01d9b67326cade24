// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

namespace jiagu {

/// What it costs the cluster to follow a piece of advice, from the least to the most.
enum class Cost
{
    Nothing, ///< nothing restarts
    Kubelet, ///< a kubelet restarts; containers keep running
    Component, ///< a control-plane component other than kube-apiserver restarts
    Api, ///< kube-apiserver restarts: without the API for 16 to 45 seconds where there is one control-plane node
    ByHand ///< a person does it, in steps the program does not know
};
Message costText(Cost cost);

/// One line of what to do first: a component that cannot use what it is given, a rule that fails, or nodes that nobody
/// has looked at.
struct Advice
{
    QString rule; ///< of `broken` the first that found it; empty: read the nodes named
    Severity severity = Severity::Info;
    Message title; ///< of the rule that fails; else the sentence itself
    QStringList nodes; ///< where it fails, by name; empty when it is about the cluster or its objects
    int objects = 0; ///< findings that fail, waived ones left out
    Cost cost = Cost::ByHand;
    int finding = -1; ///< the first of them, index in Assessment::findings
    bool broken = false; ///< findings are errors: all of one component are one line
};

/// What to do first: nodes that were not read, what is broken, then the rules that fail, by risk and, where that is
/// equal, by what they cost. At most `most` lines; empty when there is nothing to do.
QList<Advice> whatToDoFirst(const Assessment &assessment, qsizetype most = 10);

/// Where a line's findings are: "cp1, w1", "12 objects".
Message placeText(const Advice &advice);

} // namespace jiagu
