// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "document/yamldocument.h"
#include "rules/judge.h"
#include "rules/kubeletsearch.h"

#include <memory>

namespace jiagu {

/// A configuration that kubeadm keeps for all nodes: one YAML document in a key of a ConfigMap of kube-system. Nodes
/// get it when they join and at the next upgrade. Refers to nothing; pure.
class ConfigMapFile
{
public:
    enum class State
    {
        NotRead, ///< no API server was asked for it
        Absent, ///< the cluster has no such ConfigMap
        Read
    };

    ConfigMapFile(const Cluster &cluster, const QString &name, const QString &key);
    /// The kubelet's: "kubelet-config", with the release in its name up to 1.23
    /// (cmd/kubeadm/app/constants/constants.go, KubeletBaseConfigurationConfigMapPrefix, v1.23.0).
    static ConfigMapFile kubelet(const Cluster &cluster);
    /// kube-proxy's, of which its pods are started on every node (the same file, KubeProxyConfigMap).
    static ConfigMapFile kubeProxy(const Cluster &cluster);
    /// What kubeadm makes the manifests of the control plane from (the same file, KubeadmConfigConfigMap).
    static ConfigMapFile kubeadm(const Cluster &cluster);

    State state() const { return m_state; }
    const QString &name() const { return m_name; }
    QString path() const { return QStringLiteral("kube-system/") + m_name; }
    bool hasKey() const { return bool(m_document); } ///< whether the ConfigMap has the key
    /// The document; only when it has the key. An error when it does not parse.
    const Result<YamlDocument> &document() const { return *m_document; }

    /// What is written at the path; of a value that cannot be used, null. Nothing when it is not there.
    std::optional<Mention> mention(const QString &path, ValueType type) const;
    QList<Mention> gates() const; ///< featureGates, by name
    QJsonValue whole() const; ///< null when it does not parse
    Origin origin(const QString &path, int node) const;

private:
    QString m_name;
    QString m_key;
    State m_state = State::NotRead;
    std::shared_ptr<const Result<YamlDocument>> m_document;
};

/// The frame of a rule's finding about this ConfigMap: unknown when it was not read, an error when it does not parse.
/// Nothing when no API server was asked at all, or the cluster does not have it: then nothing is spread by it.
std::optional<Finding> sharedFinding(const Cluster &cluster, const Rule &rule, const ConfigMapFile &file);

} // namespace jiagu
