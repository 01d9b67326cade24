// SPDX-License-Identifier: Apache-2.0
#include "change/request.h"

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

QByteArray argvBytes(const QList<QByteArray> &argv)
{
    QByteArray bytes;
    for (const QByteArray &argument : argv)
        bytes += argument + '\0';
    return bytes.toBase64();
}

} // namespace

QByteArray transactionRequest(const FileChange &step)
{
    QByteArray text = "jiagu-transaction 1\n";
    const auto line = [&text](
                          const char *key, const QByteArray &value) { text += QByteArray(key) + ' ' + value + '\n'; };
    line("machine-id", step.machineId.toLatin1());
    line("path", step.path.toUtf8().toBase64());
    if (step.kind == FileChange::Kind::Attributes) {
        line("kind", "attributes"_ba);
        line("mode-after", QByteArray::number(step.modeAfter, 8));
        line("owner-after", QByteArray::number(step.uidAfter) + ':' + QByteArray::number(step.gidAfter));
    }
    line("before", step.sha256Before.isEmpty() ? "-"_ba : step.sha256Before);
    line("after", step.sha256After.isEmpty() ? "-"_ba : step.sha256After);
    line("size", QByteArray::number(step.after.size()));
    line("mode", QByteArray::number(step.mode, 8));
    line("owner", QByteArray::number(step.uid) + ':' + QByteArray::number(step.gid));
    line("component", step.gated ? componentName(step.component).toLatin1() : "-"_ba);
    line("address", step.address.isEmpty() ? "-"_ba : step.address.toLatin1());
    line("port", QByteArray::number(step.port));
    line("limit", QByteArray::number(step.limit));
    line("soak", QByteArray::number(step.soak));
    line("argv-before", argvBytes(step.argvBefore));
    line("argv-after", argvBytes(step.argvAfter));
    text += "content\n";
    const QByteArray content = step.after.toBase64();
    for (qsizetype at = 0; at < content.size(); at += 76)
        text += content.mid(at, 76) + '\n';
    return text;
}

FileChange reversed(const FileChange &step)
{
    FileChange back = step;
    std::swap(back.before, back.after);
    std::swap(back.sha256Before, back.sha256After);
    if (step.kind == FileChange::Kind::Attributes) {
        std::swap(back.mode, back.modeAfter);
        std::swap(back.uid, back.uidAfter);
        std::swap(back.gid, back.gidAfter);
    }
    std::swap(back.argvBefore, back.argvAfter);
    return back;
}

Message reasonText(const QString &reason, const FileChange &step)
{
    const QString word = reason.section(u' ', 0, 0);
    const QString rest = reason.section(u' ', 1).trimmed();
    const QString component = componentName(step.component);
    const QString &path = step.path;
    const bool isAttributes = step.kind == FileChange::Kind::Attributes;
    const bool isKubelet = step.component == ComponentKind::Kubelet;
    const Message log = rest.isEmpty() ? Message{} : message(u" The end of its log: %1"_s, u"其日志末尾：%1"_s, rest);

    if (word == u"changed")
        return message(
            u"%1 is no longer what was reviewed: somebody changed it since. Read the node again and plan again."_s,
            u"%1 已不是审阅时的内容：此后有人修改过。请重新读取节点并重新生成计划。"_s, path);
    if (word == u"already")
        return isAttributes
            ? message(u"%1 has the wanted owner and mode already."_s, u"%1 的属主和权限已经是目标值。"_s, path)
            : message(u"%1 has the wanted content already."_s, u"%1 已经是目标内容。"_s, path);
    if (word == u"attributes")
        return message(
            u"The owner or mode of %1 is not what was reviewed, or its access list, extended attributes or label "
            u"cannot be kept. Look at the file on the node, read the node again and plan again."_s,
            u"%1 的属主或权限与审阅时不同，或者其访问控制列表、扩展属性或安全标签无法保留。请在节点上检查该文件，"
            u"重新读取节点并重新生成计划。"_s,
            path);
    if (word == u"no-space")
        return message(
            u"There is not enough room on the node, in the file system of %1 or of /var/lib/jiagu. Make room and "
            u"apply again."_s,
            u"节点上空间不足（%1 或 /var/lib/jiagu 所在的文件系统）。请清理空间后重新执行。"_s, path);
    if (word == u"read-only")
        return message(
            u"The file system of %1 or of /var/lib/jiagu is mounted read-only. Change it the way this distribution "
            u"provides."_s,
            u"%1 或 /var/lib/jiagu 所在的文件系统为只读。请用该发行版提供的方式修改。"_s, path);
    if (word == u"immutable")
        return message(
            u"%1 or its directory is protected (immutable or append-only, see lsattr). Take the attribute off if the "
            u"change is wanted, then apply again."_s,
            u"%1 或其目录设有不可修改或仅追加属性（见 lsattr）。如确需修改，请先去除该属性再重新执行。"_s, path);
    if (word == u"symlink")
        return message(u"%1 is reached through a symbolic link (%2). Files behind links are not changed."_s,
            u"%1 经由符号链接访问（%2）。不修改链接背后的文件。"_s, path, rest);
    if (word == u"linked" && isAttributes)
        return message(
            u"%1 has hard links: owner and mode would change for the other names too, which were not reviewed. Remove "
            u"them first."_s,
            u"%1 存在硬链接：其他名称的属主和权限也会随之改变，而它们未经审阅。请先删除硬链接。"_s, path);
    if (word == u"linked")
        return message(
            u"%1 has hard links; replacing it would leave the other names with the old content. Remove them first."_s,
            u"%1 存在硬链接，替换后其他名称仍指向旧内容。请先删除硬链接。"_s, path);
    if (word == u"unsafe-directory")
        return message(
            u"Others than root may write to %1, so %2 cannot be changed safely. Correct the permissions of the "
            u"directory first."_s,
            u"root 以外的用户可以写入 %1，无法安全地修改 %2。请先修正该目录的权限。"_s, rest, path);
    if (word == u"bind-mount")
        return message(
            u"%1 is a mount point of its own and cannot be replaced."_s, u"%1 本身是挂载点，无法替换。"_s, path);
    if (word == u"missing")
        return message(u"%1 is gone. Read the node again."_s, u"%1 已不存在。请重新读取节点。"_s, path);
    if (word == u"not-regular")
        return message(u"%1 is not a regular file."_s, u"%1 不是普通文件。"_s, path);
    if (word == u"other-machine")
        return message(
            u"This is not the machine that was planned for: its machine-id is another. Check the address, read the "
            u"node again and plan again."_s,
            u"这不是计划所针对的机器：machine-id 不同。请核对地址，重新读取节点并重新生成计划。"_s);
    if (word == u"kubeadm")
        return message(
            u"kubeadm is running on the node and may be writing the same files. Wait until it has ended, read the "
            u"node again and plan again."_s,
            u"节点上正在运行 kubeadm，可能正在写入相同的文件。请等待其结束，重新读取节点并重新生成计划。"_s);
    if (word == u"no-kubelet")
        return message(u"No kubelet runs on the node, so nobody would take up the file. Start the kubelet first."_s,
            u"节点上没有运行 kubelet，文件不会被加载。请先启动 kubelet。"_s);
    if (word == u"no-unit")
        return message(
            u"The kubelet of this node does not run as the systemd unit “kubelet”, so it could not be restarted. "
            u"Change its file and restart it by hand."_s,
            u"本节点的 kubelet 不是以 systemd 单元“kubelet”运行的，无法重启。请手动修改文件并重启 kubelet。"_s);
    if (word == u"locked")
        return message(u"Another transaction is at work on the node%1. Wait until it has ended, then try again."_s,
            u"节点上有另一个事务正在执行%1。请等待其结束后重试。"_s,
            rest.isEmpty() ? Message{} : message(u" (%1)"_s, u"（%1）"_s, rest));
    if (word == u"open")
        return message(u"An earlier transaction on the node (%1) has not been decided. Ask how it ended first."_s,
            u"节点上先前的事务（%1）尚无结果。请先查询其结果。"_s, rest);
    if (word == u"not-as-written" && isKubelet)
        return message(
            u"The kubelet does not run with the arguments that were read, so what a change would do is not known. Read "
            u"the node again and plan again."_s,
            u"kubelet 的运行参数与读取时不一致，修改的效果无法预知。请重新读取节点并重新生成计划。"_s);
    if (word == u"not-as-written")
        return message(
            u"%1 does not run with the arguments of its file, so what a change would do is not known. Read the node "
            u"again to see the difference."_s,
            u"%1 的运行参数与其清单文件不一致，修改的效果无法预知。请重新读取节点查看差异。"_s, component);
    if (word == u"unhealthy")
        return message(
            u"%1 was not healthy before the change (it does not run or does not answer ready), so afterwards nobody "
            u"could tell whether the change did harm. Repair it first.%2"_s,
            u"修改之前 %1 就不健康（未运行或未就绪），修改后无法判断是否造成影响。请先修复。%2"_s, component,
            rest.isEmpty() ? Message{} : message(u" It said: %1"_s, u"其响应为：%1"_s, rest));
    if (word == u"tool")
        return message(u"The node lacks the program %1, which is needed. Install it, then try again."_s,
            u"节点上缺少所需的程序 %1。请安装后重试。"_s, rest);
    if (word == u"not-root")
        return message(u"The program did not run as root on the node. Log in as root or use sudo."_s,
            u"节点上的程序不是以 root 身份运行的。请以 root 登录或使用 sudo。"_s);
    if (word == u"truncated" || word == u"bad-request")
        return message(u"The request did not arrive whole at the node (%1). Try again."_s,
            u"请求没有完整到达节点（%1）。请重试。"_s, word);
    if (word == u"canceled")
        return message(u"It was canceled."_s, u"操作已取消。"_s);
    if (word == u"verify")
        return message(u"After the change the content or attributes of %1 were not the intended ones."_s,
            u"修改后 %1 的内容或属性与预期不符。"_s, path);
    if (word == u"gate-exit" && isKubelet)
        return message(
            u"The kubelet ended after it was restarted with the new %1. Correct the value and plan again.%2"_s,
            u"kubelet 以新的 %1 重启后退出。请修正该值并重新生成计划。%2"_s, path, log);
    if (word == u"gate-exit")
        return message(u"%1 ended with the new arguments. Correct the value and plan again.%2"_s,
            u"%1 以新参数启动后退出。请修正该值并重新生成计划。%2"_s, component, log);
    if (word == u"gate-argv" && isKubelet)
        return message(
            u"The kubelet came back with other arguments than it ran with before: its unit, a drop-in or an environment "
            u"file was changed since it was last started. Read the node again and plan again."_s,
            u"kubelet 重启后的运行参数与之前不同：自上次启动以来，其单元文件、drop-in 或环境文件被修改过。"
            u"请重新读取节点并重新生成计划。"_s);
    if (word == u"gate-argv")
        return message(u"%1 came back with other arguments than those of %2: another file may define the same pod."_s,
            u"%1 重启后的运行参数与 %2 不同：可能有另一个文件定义了同一个 Pod。"_s, component, path);
    if (word == u"gate-timeout")
        return message(u"%1 was not back and ready within %2 seconds.%3"_s, u"%1 未能在 %2 秒内恢复并就绪。%3"_s,
            component, QString::number(step.limit),
            rest.isEmpty() ? Message{} : message(u" Its last answer: %1"_s, u"其最后的响应：%1"_s, rest));
    if (word == u"gate-pods")
        return message(
            u"A pod that ran before the kubelet was restarted does not run as before (%1), and it neither ended by "
            u"itself nor was it deleted, as far as the API server could say. Look at the pod, then plan again."_s,
            u"kubelet 重启前运行的一个 Pod 未能照常运行（%1）；就 API 服务器所知，它既不是自行结束，也未被删除。"
            u"请检查该 Pod，然后重新生成计划。"_s,
            rest);
    if (word == u"gate-node")
        return message(
            u"After the restart of the kubelet the node was not Ready with the extended resources (such as NPUs) that "
            u"it had before, within %1 seconds: %2. Look at the device plugin, then plan again."_s,
            u"kubelet 重启后，节点未能在 %1 秒内以原有的扩展资源（如 NPU）恢复 Ready：%2。请检查设备插件，然后重新生成计划。"_s,
            QString::number(step.limit), rest);
    if (word == u"interrupted")
        return message(u"The program on the node was interrupted (the machine may have been restarted)."_s,
            u"节点上的程序被中断（机器可能重启过）。"_s);
    if (word == u"foreign-edit")
        return message(
            u"Somebody else changed %1 in the meantime; it was left as it is. Compare it with what is kept below "
            u"/var/lib/jiagu and put it right by hand."_s,
            u"期间有他人修改了 %1，该文件保持原样。请与 /var/lib/jiagu 下保存的记录比较并手动处理。"_s, path);
    if (word == u"backup-damaged")
        return message(
            u"The backup of %1 on the node is damaged, so it was not put back. The recorded content is in the journal "
            u"of this computer: put it back by hand."_s,
            u"节点上 %1 的备份已损坏，未能还原。本机日志中有原始内容，请手动还原。"_s, path);
    if (word == u"rollback-failed" && isAttributes)
        return message(
            u"Owner and mode of %1 could not be put back (%2). They were %3 and %4: put them back by hand."_s,
            u"无法还原 %1 的属主和权限（%2）。原先为 %3 和 %4，请手动还原。"_s, path, rest,
            QString::number(step.uid) + u':' + QString::number(step.gid), QString::number(step.mode, 8));
    if (word == u"rollback-failed")
        return message(
            u"%1 could not be put back (%2). The old content is below /var/lib/jiagu on the node: put it back by "
            u"hand."_s,
            u"无法还原 %1（%2）。原始内容在节点的 /var/lib/jiagu 下，请手动还原。"_s, path, rest);
    if (word == u"not-back")
        return message(
            u"%1 was put back exactly, but %2 did not come back within %3 seconds. Look at its log on the node.%4"_s,
            u"%1 已原样还原，但 %2 未能在 %3 秒内恢复。请在节点上查看其日志。%4"_s, path, component,
            QString::number(step.limit), rest.isEmpty() ? Message{} : message(u" (%1)"_s, u"（%1）"_s, rest));
    if (word == u"lost")
        return message(
            u"The connection ended before the node had answered. The node decides alone; ask it for the result."_s,
            u"节点答复之前连接已断开。节点会自行作出决定，请稍后查询结果。"_s);
    return message(u"The node says: %1"_s, u"节点返回：%1"_s, reason);
}

Message eventText(const QString &state, const QString &detail, const FileChange &step)
{
    const QString component = componentName(step.component);
    const bool isAttributes = step.kind == FileChange::Kind::Attributes;
    if (state == u"staged" && isAttributes)
        return message(u"%1: the request arrived on %2."_s, u"%1：请求已到达节点 %2。"_s, step.path, step.node);
    if (state == u"backed-up" && isAttributes)
        return message(u"%1: owner, mode and access list are recorded below /var/lib/jiagu."_s,
            u"%1：属主、权限和访问控制列表已记录到 /var/lib/jiagu 下。"_s, step.path);
    if (state == u"set")
        return message(u"%1: owner and mode set."_s, u"%1：属主和权限已设置。"_s, step.path);
    if (state == u"staged")
        return message(u"%1: the new content arrived on %2."_s, u"%1：新内容已到达节点 %2。"_s, step.path, step.node);
    if (state == u"backed-up")
        return message(u"%1: backed up below /var/lib/jiagu."_s, u"%1：已备份到 /var/lib/jiagu 下。"_s, step.path);
    if (state == u"renamed")
        return message(u"%1: replaced."_s, u"%1：已替换。"_s, step.path);
    if (state == u"verified")
        return message(u"%1: content and attributes verified."_s, u"%1：内容和属性已校验。"_s, step.path);
    if (state == u"gate" && detail == u"waiting")
        return message(
            u"Waiting for %1 on %2 to come back."_s, u"正在等待节点 %2 上的 %1 恢复。"_s, component, step.node);
    if (state == u"gate" && detail.startsWith(u"process "))
        return message(
            u"The kubelet runs as a new process (%1); waiting until it is healthy and the pods run as before."_s,
            u"kubelet 已以新进程（%1）运行，正在等待其恢复健康且各 Pod 照常运行。"_s, detail.section(u' ', 1));
    if (state == u"gate" && detail.startsWith(u"ended "))
        return message(u"The pod %1 ended by itself or was deleted meanwhile; that is no fault of the change."_s,
            u"期间 Pod %1 自行结束或被删除，与本次变更无关。"_s, detail.section(u' ', 1));
    if (state == u"gate" && detail.startsWith(u"resources "))
        return message(u"The node offers the same extended resources as before: %1."_s,
            u"节点提供的扩展资源与之前相同：%1。"_s, detail.section(u' ', 1));
    if (state == u"gate" && detail.startsWith(u"node-unknown"))
        return message(
            u"Not checked: whether the node is Ready with the same extended resources, because its own node object could "
            u"not be read (%1)."_s,
            u"未检查节点是否 Ready 以及扩展资源是否不变：无法读取其节点对象（%1）。"_s, detail.section(u' ', 1));
    if (state == u"gate" && detail.startsWith(u"started"))
        return message(u"%1 runs in a container (%2); waiting until it is ready."_s,
            u"%1 已在容器（%2）中运行，正在等待就绪。"_s, component, detail.section(u' ', 1));
    if (state == u"gate" && detail == u"ready")
        return message(
            u"%1 is ready; watching whether it stays so."_s, u"%1 已就绪，正在观察其是否保持稳定。"_s, component);
    if (state == u"confirmed")
        return message(u"%1: kept."_s, u"%1：变更已保留。"_s, step.path);
    if (state == u"rolling-back")
        return message(u"Rolling back: %1"_s, u"正在回滚：%1"_s, reasonText(detail, step));
    if (state == u"rolled-back")
        return message(u"%1: as before."_s, u"%1：已恢复原状。"_s, step.path);
    if (state == u"refused")
        return message(u"Refused: %1"_s, u"已拒绝：%1"_s, reasonText(detail, step));
    if (state == u"stuck")
        return message(u"Needs a person: %1"_s, u"需要人工处理：%1"_s, reasonText(detail, step));
    return message(u"%1 %2"_s, u"%1 %2"_s, state, detail);
}

} // namespace jiagu
