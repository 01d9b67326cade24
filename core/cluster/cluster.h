// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

#include <QJsonObject>
#include <QJsonValue>
#include <QStringList>

#include <memory>

namespace jiagu {

/// A Kubernetes release, 1.MINOR.PATCH. minor -1: not known.
struct Release
{
    int minor = -1;
    int patch = -1;
    bool isKnown() const { return minor >= 0; }
    QString text() const; ///< "1.34.4", "1.34" without a patch, empty when not known
    static Release parse(QStringView text); ///< "v1.34.4", "1.34", "Kubernetes v1.34.4-rc.1+x"
    friend auto operator<=>(const Release &, const Release &) = default;
};

/// Where a value comes from.
struct Origin
{
    enum class Kind
    {
        None,
        File,
        Argument,
        Process,
        DropIn,
        Environment,
        ConfigMap,
        Object,
        Attributes,
        Probe,
        Default
    };
    Kind kind = Kind::None;
    QString file{}; ///< file on the node, or NAMESPACE/NAME of an object
    int line = 0; ///< from 1; 0 when it does not apply
    int column = 0;
    int index = -1; ///< position in argv, from 0
    QString
        key{}; ///< variable, ConfigMap key or path in the file; of a default its source: Kubernetes file and release
    QString release{}; ///< of a default: the release it belongs to, "1.34"
    friend bool operator==(const Origin &, const Origin &) = default;
};
QString originKindName(Origin::Kind kind); ///< "file", "argument", …: the word in JSON; empty for None
/// The origin in a few words: "/etc/kubernetes/manifests/kube-apiserver.yaml:20:7", "default of 1.34", …
Message describe(const Origin &origin);

/// A value that lost against the one in force.
struct OverriddenValue
{
    QJsonValue value;
    Origin origin;
};

/// One knob of a component: its value in force, and where from. When `unknown` is not empty the value could not be
/// established and nothing else counts; `unusable` then tells what the component would refuse from what is not known.
struct Setting
{
    QString name; ///< "--profiling", "podPidsLimit"
    QJsonValue value; ///< null: not set and no default
    Origin origin;
    QList<OverriddenValue> overridden; ///< weakest first
    Message unknown;
    bool unusable = false; ///< it was read, and the component does not start with it
    QList<Message> notes; ///< "the process is older than its file", …
};

enum class ComponentKind
{
    ApiServer,
    ControllerManager,
    Scheduler,
    Etcd,
    Kubelet,
    KubeProxy,
    ContainerRuntime,
    Cni,
    OperatingSystem,
    Workload
};
QString componentName(ComponentKind kind); ///< "kube-apiserver": a technical name, the same in both languages

/// A component on one node: how it runs and what it was written to run as.
struct Component
{
    ComponentKind kind = ComponentKind::ApiServer;
    Release release;
    bool running = false;
    ProcessRecord process; ///< when running
    QString manifest; ///< path of the static pod manifest that defines it; empty where there is none
    QList<Message> notes; ///< argv differs from the manifest, process older than its file, second definition, …
};

/// A node of the cluster: read, or known from the API only.
struct Node
{
    QString name; ///< of the Node object, else the host name
    QString machineId;
    QString address; ///< InternalIP
    bool controlPlane = false;
    bool read = false;
    std::shared_ptr<const Snapshot> snapshot; ///< null when not read
    Release release; ///< of its kubelet
    QList<Component> components;
    QList<Error> problems; ///< why something about it is not known

    const Component *component(ComponentKind kind) const; ///< nullptr when the node has none
};

/// What a cluster is made of. Immutable value.
struct Cluster
{
    QString id; ///< UID of kube-system; "ca:" + SHA-256 of the CA certificate when the API was not read
    QString name;
    Release release; ///< of the API server
    QList<Node> nodes; ///< by name
    QString apiNode; ///< the node whose API server answered; empty when none did
    QDateTime apiTime;
    Message apiError; ///< why API facts are not known; empty when they are
    /// "pods", "namespaces", "nodes", "deployments", …: arrays of objects without managedFields. Of ConfigMaps, a few
    /// that are asked for by name (askedConfigMap).
    QJsonObject objects;
    QList<Error> problems;
    /// What was worked out from the objects; copies share it.
    std::shared_ptr<Derived> derived = std::make_shared<Derived>();

    const Node *node(const QString &name) const;
    QJsonArray list(const QString &resource) const;
};

/// The key of Cluster::objects that is there when an API server was asked for this ConfigMap of kube-system and
/// answered: when "configmaps" then does not hold it, the cluster does not have it.
QString askedConfigMap(const QString &name);

/// Puts Snapshots together: nodes with the same cluster CA certificate are one cluster; a Node object is a Snapshot's
/// by machine-id. Fails with Layout when no Snapshot is of a Kubernetes node (saying what was seen), or when they are
/// of different clusters.
Result<Cluster> buildCluster(const QList<Snapshot> &snapshots);

} // namespace jiagu
