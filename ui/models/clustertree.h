// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

namespace jiagu {

/// A text to look at: a file on a node, the command line of a component, or an API object.
struct DocumentId
{
    enum class Kind
    {
        None,
        File,
        CommandLine,
        Object
    };
    Kind kind = Kind::None;
    QString node;
    QString path; ///< of a file
    ComponentKind component = ComponentKind::ApiServer; ///< of a command line
    QString namespaceName; ///< of an object, with what follows
    QString objectKind;
    QString name;
    friend bool operator==(const DocumentId &, const DocumentId &) = default;
};

/// How many findings below an item are what.
struct Tally
{
    int failed = 0; ///< fail, waived ones left out
    int error = 0;
    int unknown = 0;
    int manual = 0;
    int passed = 0;
    int other = 0; ///< not applicable, waived
    friend bool operator==(const Tally &, const Tally &) = default;
};

/// One line of the tree.
struct TreeItem
{
    enum class Kind
    {
        Cluster,
        Node,
        Component,
        Namespace,
        File,
        CommandLine,
        Object,
        Finding
    };
    Kind kind = Kind::Cluster;
    QString name; ///< plain text; empty for a finding
    int finding = -1; ///< index in Assessment::findings
    QString node; ///< empty where it does not apply
    DocumentId document;
    Tally tally;
    int parent = -1;
    QList<int> children;
};

/// Cluster → node → component → file, command line or object → finding, in an arena whose item 0 is the cluster.
/// Files that were read and have no finding are there too.
QList<TreeItem> clusterTree(const Assessment &assessment);

/// Where a finding shows itself: the file of its origin, else the one where its setting would be written.
DocumentId documentOf(const Assessment &assessment, const Finding &finding);

/// The component that a technical name stands for, if any.
std::optional<ComponentKind> componentOf(const QString &name);

} // namespace jiagu
