// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QJsonObject>

namespace jiagu {

/// One file on one node: from these bytes to those, or from these attributes to those.
struct FileChange
{
    enum class Kind
    {
        Content, ///< the bytes change, owner and mode stay
        Attributes ///< owner and mode change; the bytes stay, and need not be known: before and after are empty
    };
    Kind kind = Kind::Content;
    QString node; ///< its name
    QString machineId; ///< the machine it was planned for; any other refuses
    QString path;
    QByteArray before;
    QByteArray after;
    QByteArray sha256Before; ///< lower-case hex
    QByteArray sha256After;
    int mode = -1;
    qint64 uid = -1;
    qint64 gid = -1;
    int modeAfter = -1; ///< of Attributes, with the two that follow
    qint64 uidAfter = -1;
    qint64 gidAfter = -1;
    ComponentKind component = ComponentKind::ApiServer; ///< whose gate decides; of a content step that is gated it is
                                                        ///< the one that starts anew: the kubelet by systemd
    bool gated = true; ///< false: no component starts anew or has to answer, the file alone is verified
    QList<QByteArray> argvBefore; ///< what it runs with now
    QList<QByteArray> argvAfter; ///< what the component must run with afterwards
    QString address; ///< of its own endpoint, never a virtual one
    int port = 0; ///< of the kubelet that of healthz; 0 where it serves none
    int limit = 300; ///< seconds until the component must be back
    int soak = 0; ///< seconds that it must then stay so before the change is kept
    QStringList rules; ///< that this edit satisfies
    Message interruption; ///< what is interrupted and for how long
};

/// The reviewed bytes, in order. Immutable value; its id is the SHA-256 of its canonical JSON.
struct ChangeSet
{
    QString id; ///< 64 hex digits
    QString cluster; ///< Cluster::id
    QByteArray packDigest;
    QDateTime planned; ///< UTC
    QList<FileChange> steps;

    QString shortId() const { return id.left(12); }
};

/// Plans the fixes of the findings (all of one cluster): edits of the same file become one. `values` gives rules that
/// ask for one theirs. Fails with Conflict (node, file, line) when a file was masked, truncated, changed while read,
/// has duplicate keys or anchors on the path, is a symlink, is not what the process runs; with Usage when nothing of
/// it can be fixed; with NotFound for an unknown rule.
Result<ChangeSet> plan(
    const Assessment &assessment, const QList<Finding> &findings, const QMap<QString, QString> &values);

/// The SHA-256 of the canonical JSON of everything but the id, 64 hex digits.
QString contentId(const ChangeSet &changeSet);

QJsonObject toJson(const ChangeSet &changeSet);
/// Reads what toJson() wrote; refuses one whose id is not the hash of its content.
Result<ChangeSet> changeSetFromJson(const QJsonObject &object);

} // namespace jiagu
