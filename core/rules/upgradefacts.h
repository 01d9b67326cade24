// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/upgrade.h"

#include <span>

namespace jiagu {

inline constexpr int lastMinorKnown = 37; ///< the facts reach to this release

/// How it is seen that a fact concerns a component.
enum class UpgradeSign
{
    Flag, ///< the flag is given at all
    FlagNotZero, ///< the flag is given a number other than 0
    FlagHas, ///< the list that the flag gives holds the word
    FlagMissing, ///< the flag is not given
    FieldZero, ///< the kubelet's configuration gives the field 0
    AuditReadOnly, ///< the audit log lies on a file system that the container has read-only
    AuditUnwritten, ///< there is no audit log file at the path that the flag gives
    AuditPolicy, ///< the audit policy's apiVersion is not audit.k8s.io/v1
    AuditUnset, ///< there are audit log files, and the flag is not given
    AuditZero, ///< there are audit log files, and the flag is 0
    CgroupV1, ///< the node uses cgroup v1, and the kubelet is not told to bear it
    PodReference, ///< a static pod refers to an object of the API
    ProxyMode ///< kube-proxy's mode is the word
};

/// One thing of today that a later release takes otherwise.
struct UpgradeFact
{
    unsigned components; ///< bits: 1 << ComponentKind
    UpgradeSign sign;
    const char *setting; ///< "--insecure-port"; technical name
    const char *word; ///< of FlagHas and ProxyMode
    int minor; ///< 1.MINOR is the first release at which it bites
    UpgradeEffect effect;
    Message (*what)(); ///< what happens; null where the effect of a removed flag says it
    Message (*todo)(); ///< what to do before; null: take it away
    const char *source; ///< Kubernetes file and release
};
std::span<const UpgradeFact> upgradeFacts();

/// A feature gate of pkg/features/kube_features.go, the same for all components.
struct GateFact
{
    const char *name;
    int locked; ///< from 1.LOCKED on a component does not start with another value than `value`; 0: not before
                ///< `removed`
    bool value;
    int removed; ///< from 1.REMOVED on a component does not start when it is told of the gate; 0: still known
};
std::span<const GateFact> gateFacts();

} // namespace jiagu
