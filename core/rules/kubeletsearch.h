// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"

namespace jiagu {

/// A place where a knob is written.
struct Mention
{
    QString text; ///< as written, plain
    QJsonValue value; ///< of a file as it is typed there; of an argument as its type reads it, null for what it refuses
    Origin origin;
    QString name{}; ///< of a feature gate
};

/// The feature gates of one value of --feature-gates.
QList<Mention> gatesIn(const QByteArray &text, const Origin &origin);

/// What the kubelet of a node takes at its next start, searched for single knobs; and what it was started with. Refers
/// to the node, which was read.
class KubeletSearch
{
public:
    explicit KubeletSearch(const Node &node);

    QList<Mention> flag(const QString &flag, ValueType type) const;
    /// A key of the configuration file and its drop-ins. Their age does not matter: the next start reads them anew.
    QList<Mention> field(const QString &path, ValueType type) const;
    QList<Mention> gates() const; ///< all, by name, in arguments and files
    QList<Mention> gate(const QString &name) const; ///< one of them

    /// Why it is not known with which arguments the kubelet starts again; empty when it is.
    const QList<Message> &argumentGaps() const { return m_gaps; }
    /// Why it is not known what its files say about a key; empty when it is.
    struct FileGap
    {
        Message why;
        bool unusable = false; ///< the kubelet does not start with what is written
    };
    FileGap fileGap(const QString &path, ValueType type) const;

private:
    struct Argv
    {
        QList<QByteArray> words;
        QList<Origin> origins;
    };

    const Node &m_node;
    QList<Argv> m_argvs; ///< as written, then as it runs where that differs
    QString m_config;
    QString m_directory;
    QList<Message> m_gaps;
};

} // namespace jiagu
