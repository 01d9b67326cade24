// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// The levels at which a request is recorded, the least first: "Metadata", "Request", "RequestResponse".
QStringList auditLevels();

/// A group of resources that an audit rule is about.
struct AuditResources
{
    QString group; ///< empty: the core group
    QStringList resources; ///< empty: all of the group
    QStringList names; ///< empty: all objects
};

/// One rule of an audit policy. An empty list restricts nothing.
struct AuditRule
{
    QString level; ///< "None", "Metadata", "Request", "RequestResponse"
    QStringList users;
    QStringList userGroups;
    QStringList verbs;
    QStringList namespaces;
    QStringList nonResourceUrls;
    QStringList omitStages; ///< those of the policy too
    QList<AuditResources> resources;
    int line = 0; ///< in the file, from 1

    bool restrictsNothing() const; ///< every request fits it
};

/// What the API server makes of an audit policy file.
struct AuditPolicy
{
    enum class Outcome
    {
        Accepted,
        Refused, ///< kube-apiserver does not start with it
        Unknown ///< it cannot be said, and `why` says why
    };
    Outcome outcome = Outcome::Unknown;
    Message why; ///< of what was not accepted
    Position at; ///< of the place that decided
    QList<AuditRule> rules; ///< when accepted
    QList<Message> remarks; ///< what it takes with a warning at most: unknown fields, repeated keys
};

/// Reads an audit policy as kube-apiserver of this release does: YAML, or JSON where the file begins with `{`; decoded
/// without regard to unknown fields, then validated (staging/src/k8s.io/apiserver/pkg/audit/policy/reader.go and
/// pkg/apis/audit/validation/validation.go, 1.19 to 1.36; v1alpha1 and v1beta1 were removed in 1.24). Pure.
AuditPolicy readAuditPolicy(const QString &name, const QByteArray &bytes, const Release &release);

} // namespace jiagu
