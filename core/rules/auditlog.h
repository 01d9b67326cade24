// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/podmounts.h"
#include "rules/judge.h"

namespace jiagu {

/// What kube-apiserver of a node is told about audit.
struct AuditSettings
{
    Setting policy;
    Setting log;
    Setting webhook;
};
AuditSettings auditSettings(const Node &node);

/// Where on the node a file is that a component names.
struct NodePath
{
    QString path; ///< empty when it is in the container alone, or not known
    bool contained = false; ///< the component runs in a container, so that a mount is needed
    std::optional<PodMount> mount; ///< from its manifest
    Message unknown; ///< why mounts are not known
};
/// `fact` is the snapshot's own record of the path, which counts where there is no manifest.
NodePath nodePath(const Node &node, const Component &component, const QString &path, const QString &fact);

/// A fact of the node, empty when there is none.
QString factOf(const Node &node, const QString &name);

/// How fast the audit log grows, from its files on the node.
struct AuditGrowth
{
    double bytesPerDay = -1; ///< below 0: not known
    qint64 used = 0; ///< bytes of all its files
    qint64 free = -1; ///< bytes of the file system; below 0: not known
    Message from; ///< what it was measured on, or why it could not be
};
AuditGrowth auditGrowth(const Node &node, const QString &log);

/// The aspect Policy; the others are judgeAudit()'s own. `level` is that at which changes have to be recorded.
void judgeAuditPolicy(
    const Node &node, const Component &component, const QString &policy, const QString &level, Finding &finding);

/// The level at which the policy in force on the node records changes, whoever makes them; "None" when some are not
/// recorded. Empty when there is no policy, or it is not known.
QString recordedLevel(const Node &node, const Component &component);

} // namespace jiagu
