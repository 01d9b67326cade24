// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// What a later release does to a setting of today, from the worst to the least.
enum class UpgradeEffect
{
    DoesNotStart, ///< the component does not start
    LosesEffect, ///< it is accepted and does nothing
    ChangesMeaning ///< it does something else
};
QString upgradeEffectName(UpgradeEffect effect); ///< "does-not-start", "loses-effect", "changes-meaning": in JSON
Message upgradeEffectText(UpgradeEffect effect);

/// Something set today that stops a component at a later release, or that the release takes otherwise.
struct UpgradeObstacle
{
    Release release; ///< the first at which it bites, 1.MINOR
    Release present; ///< of the component; unknown: it may have bitten already
    UpgradeEffect effect = UpgradeEffect::DoesNotStart;
    QString node; ///< empty when it is the same for all nodes
    ComponentKind component = ComponentKind::Kubelet;
    QString setting; ///< technical, plain: "--insecure-port", "featureGates.SupportPodPidsLimit"
    Origin origin;
    Message what; ///< what happens
    Message todo; ///< what to do before the upgrade
    QString source; ///< Kubernetes file and release
};

/// What of today's configuration stops a component, or loses its effect, at a release later than the component's own,
/// by release, effect, node. What stands in the files that the next start reads counts, else what runs. Pure.
QList<UpgradeObstacle> upgradeObstacles(const Cluster &cluster);
/// What could not be looked at, in whole sentences; without one, no obstacle means that none is known.
QList<Message> upgradeGaps(const Cluster &cluster);
/// Obstacles that differ in nothing but their node, put together for a person to read; in the order of the first ones.
struct UpgradeGroup
{
    UpgradeObstacle obstacle; ///< the first of them
    QStringList nodes; ///< of all of them; empty when it is the same for all nodes
};
QList<UpgradeGroup> grouped(const QList<UpgradeObstacle> &obstacles);
/// "cp1 kube-apiserver", "kubelet: w1, w2", "kube-proxy": plain.
Message placeOf(const UpgradeGroup &group);
Message noObstacleText(); ///< that none is known
/// The releases that were considered, from the oldest component's: "1.35 to 1.37"; that there is none.
Message upgradeReleases(const Cluster &cluster);

} // namespace jiagu
