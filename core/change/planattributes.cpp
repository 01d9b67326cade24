// SPDX-License-Identifier: Apache-2.0
#include "change/planstep.h"

#include "base/plaintext.h"
#include "rules/judge.h"

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

FileChange stepOn(const Node &node, const FileRecord &file)
{
    FileChange step;
    step.node = node.name;
    step.machineId = node.machineId;
    step.path = file.path;
    step.sha256Before = file.sha256;
    step.mode = file.mode;
    step.uid = file.uid;
    step.gid = file.gid;
    return step;
}

Result<FileChange> planAttributes(const FixTarget &target)
{
    const Node &node = *target.node;
    const Position at{node.name, target.path, 0, 0};
    const FileRecord *file = node.snapshot ? node.snapshot->file(target.path) : nullptr;
    if (!file || file->type != FileRecord::Type::Regular || file->realPath != file->path)
        return conflict(
            message(
                u"%1 is no plain file of its own name (a link, or it was not read): its owner and mode are not changed. "
                u"Change them by hand."_s,
                u"%1 不是以该名称直接存放的普通文件（是链接，或未被读取），不修改其属主和权限。请手动修改。"_s,
                plainText(target.path)),
            at);
    if (file->mode < 0 || file->uid < 0 || file->gid < 0 || file->sha256.size() != 64 || file->changedWhileRead)
        return conflict(
            message(
                u"%1 was read incompletely, or changed while it was read: its owner, mode or checksum is not certain. "
                u"Read the node again."_s,
                u"%1 读取不完整，或在读取过程中发生了变化：属主、权限或校验值不确定。请重新读取节点。"_s,
                plainText(target.path)),
            at);

    FileChange step = stepOn(node, *file);
    step.kind = FileChange::Kind::Attributes;
    step.sha256After = file->sha256;
    step.modeAfter = file->mode;
    step.uidAfter = 0;
    step.gidAfter = 0;
    step.gated = false;
    for (const Fix &fix : target.fixes) {
        const int limit = modeLimit(node, *fix.rule, file->path);
        step.modeAfter &= limit; // bits are taken away, never given
        step.component = fix.rule->component;
        if (!step.rules.contains(fix.rule->id))
            step.rules += fix.rule->id;
    }
    step.interruption =
        message(u"Owner and mode of %1 on %2 change; nothing restarts. Who reads the file and is not root "
                u"cannot do so any more."_s,
            u"节点 %2 上 %1 的属主和权限会改变，不会引起任何重启。此后非 root 账号无法再读取该文件。"_s,
            plainText(file->path), node.name);
    return step;
}

} // namespace jiagu
