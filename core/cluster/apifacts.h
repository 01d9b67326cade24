// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// What one Snapshot holds of the API.
struct ApiFacts
{
    bool answered = false; ///< the list of nodes is there
    Message error; ///< why not; also when this node was never asked
    Release release; ///< of the API server that answered
    QJsonObject objects; ///< as Cluster::objects; a list that could not be read is not there
    QList<Error> problems; ///< of the lists that are not there
};
ApiFacts apiFacts(const Snapshot &snapshot);

/// A Node object in our words.
struct NodeObject
{
    QString name;
    QString machineId;
    QString address; ///< InternalIP, else empty
    bool controlPlane = false;
    Release kubelet;
};
NodeObject nodeObject(const QJsonObject &object);

/// The release in an image's tag: registry.k8s.io/kube-apiserver:v1.34.4. Not known for a digest alone.
Release imageRelease(const QString &image);

} // namespace jiagu
