// SPDX-License-Identifier: Apache-2.0
#include "change/folding.h"

#include <QCryptographicHash>
#include <QDataStream>
#include <QHash>
#include <QIODevice>

namespace jiagu {

namespace {

/// Equal for steps that look the same to a reviewer.
QByteArray appearance(const FileChange &step)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << int(step.kind) << step.path << step.rules;
    switch (step.kind) {
    case FileChange::Kind::Content:
        stream << step.before << step.after;
        break;
    case FileChange::Kind::Attributes:
        stream << step.mode << step.uid << step.gid << step.modeAfter << step.uidAfter << step.gidAfter;
        break;
    }
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
}

} // namespace

QList<QList<int>> foldedSteps(const ChangeSet &changeSet)
{
    QList<QList<int>> changes;
    QHash<QByteArray, qsizetype> known;
    for (int i = 0; i < int(changeSet.steps.size()); ++i) {
        const QByteArray look = appearance(changeSet.steps[i]);
        const auto found = known.constFind(look);
        if (found != known.cend()) {
            changes[*found] += i;
        } else {
            known.insert(look, changes.size());
            changes += QList<int>{i};
        }
    }
    return changes;
}

QByteArray reviewKey(const FileChange &step)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << appearance(step) << step.node << step.machineId << step.sha256Before << step.sha256After << step.mode
           << step.uid << step.gid << step.modeAfter << step.uidAfter << step.gidAfter << int(step.component)
           << step.gated << step.argvBefore << step.argvAfter << step.address << step.port << step.limit << step.soak
           << step.interruption.en << step.interruption.zh;
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
}

} // namespace jiagu
