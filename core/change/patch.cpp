// SPDX-License-Identifier: Apache-2.0
#include "change/patch.h"

#include "base/linediff.h"
#include "base/plaintext.h"

#include <algorithm>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

QList<FileChange> stepsOf(const ChangeSet &changeSet, const QString &node)
{
    QList<FileChange> steps;
    std::ranges::copy_if(
        changeSet.steps, std::back_inserter(steps), [&](const FileChange &step) { return step.node == node; });
    return steps;
}

bool isSamePatch(const FileChange &left, const FileChange &right)
{
    return left.kind == right.kind && left.path == right.path && left.before == right.before
        && left.after == right.after
        && (left.kind == FileChange::Kind::Content
            || (left.mode == right.mode && left.uid == right.uid && left.gid == right.gid
                && left.modeAfter == right.modeAfter && left.uidAfter == right.uidAfter
                && left.gidAfter == right.gidAfter));
}

QString octal(int mode)
{
    return QString::number(mode, 8).rightJustified(4, u'0');
}

} // namespace

QStringList nodesOfPatch(const ChangeSet &changeSet, const QString &node)
{
    const QList<FileChange> steps = stepsOf(changeSet, node);
    QStringList nodes;
    for (const FileChange &step : changeSet.steps) {
        if (!nodes.contains(step.node) && std::ranges::equal(steps, stepsOf(changeSet, step.node), isSamePatch))
            nodes += step.node;
    }
    return nodes;
}

QByteArray patchFor(const ChangeSet &changeSet, const QString &node, Language language)
{
    QByteArray comment;
    const auto say = [&](const Message &line) { comment += "# " + plainText(line.text(language)).toUtf8() + '\n'; };
    say(message(u"Change set %1. For these nodes: %2. Run in /: patch -p1 < FILE"_s,
        u"变更集 %1。适用节点：%2。在 / 下执行：patch -p1 < 文件"_s, changeSet.id,
        nodesOfPatch(changeSet, node).join(u", "_s)));
    QByteArray patch;
    for (const FileChange &step : stepsOf(changeSet, node)) {
        switch (step.kind) {
        case FileChange::Kind::Content:
            patch += unifiedDiff(step.path.toUtf8(), diffLines(step.before, step.after));
            break;
        case FileChange::Kind::Attributes:
            say(message(u"Not in this patch: owner and mode of %1, from %2:%3 %4 to %5:%6 %7"_s,
                u"本补丁不含：%1 的属主和权限，从 %2:%3 %4 变为 %5:%6 %7"_s, step.path, QString::number(step.uid),
                QString::number(step.gid), octal(step.mode),
                QString::number(step.uidAfter < 0 ? step.uid : step.uidAfter),
                QString::number(step.gidAfter < 0 ? step.gid : step.gidAfter),
                octal(step.modeAfter < 0 ? step.mode : step.modeAfter)));
            break;
        }
    }
    return comment + patch;
}

} // namespace jiagu
