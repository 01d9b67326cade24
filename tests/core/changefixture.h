// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/changeset.h"

#include <QCryptographicHash>

namespace jiagu::fixture {

using namespace Qt::Literals::StringLiterals;

inline QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

inline FileChange step(const QString &node, const QString &path)
{
    FileChange step;
    step.node = node;
    step.machineId = u"0123456789abcdef0123456789abcdef"_s;
    step.path = path;
    step.before = "before of " + path.toUtf8() + '\n';
    step.after = "after of " + path.toUtf8() + '\n';
    step.sha256Before = sha256(step.before);
    step.sha256After = sha256(step.after);
    step.mode = 0600;
    step.uid = 0;
    step.gid = 0;
    step.component = ComponentKind::ApiServer;
    step.argvBefore = {"kube-apiserver", "--a=1"};
    step.argvAfter = {"kube-apiserver", "--a=1", "--profiling=false"};
    step.address = u"10.0.0.1"_s;
    step.port = 6443;
    step.soak = 10;
    step.rules = {u"API-02"_s};
    step.interruption = {u"The API is away."_s, u"API 中断。"_s};
    return step;
}

/// Another owner and mode for a file whose bytes are not known here.
inline FileChange attributesStep(const QString &node, const QString &path)
{
    FileChange made = step(node, path);
    made.kind = FileChange::Kind::Attributes;
    made.before.clear();
    made.after.clear();
    made.sha256Before.clear();
    made.sha256After.clear();
    made.mode = 0644;
    made.uid = 1000;
    made.modeAfter = 0600;
    made.uidAfter = 0;
    made.gidAfter = 0;
    made.gated = false;
    made.argvBefore.clear();
    made.argvAfter.clear();
    made.address.clear();
    made.port = 0;
    made.soak = 0;
    return made;
}

/// One step per path, all on one node.
inline ChangeSet changeSet(const QString &node, const QStringList &paths)
{
    ChangeSet made;
    made.cluster = u"ca:1"_s;
    made.packDigest = sha256("pack");
    made.planned = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
    for (const QString &path : paths)
        made.steps += step(node, path);
    made.id = contentId(made);
    return made;
}

} // namespace jiagu::fixture
