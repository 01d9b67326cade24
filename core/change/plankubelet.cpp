// SPDX-License-Identifier: Apache-2.0
#include "change/planstep.h"

#include "base/plaintext.h"
#include "cluster/ciphersuites.h"
#include "cluster/kubeletarguments.h"
#include "document/yamldocument.h"
#include "rules/judge.h"

#include <QCryptographicHash>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

SettingName kubeletSetting(const QString &flag, const QString &path, ValueType type)
{
    return {ComponentKind::Kubelet, flag, path, type};
}

/// A restart takes what the unit says now: it must be what runs, or more would change than was reviewed.
Result<> checkArguments(const Node &node, const Component &kubelet, const Position &at)
{
    QList<QByteArray> written;
    for (const SourcedArgument &argument : writtenKubeletArguments(*node.snapshot))
        written += argument.text;
    if (!kubelet.running || kubelet.process.argv.isEmpty())
        return conflict(
            message(u"The kubelet does not run on this node, so a change could not be checked. Get it running "
                    u"first."_s,
                u"该节点上的 kubelet 没有运行，无法验证修改的效果。请先恢复其运行。"_s),
            at);
    if (written.isEmpty())
        return conflict(
            message(u"It is not known with which arguments the kubelet would be started again: its systemd unit or an "
                    u"environment file was not read. Read the node again."_s,
                u"无法确定 kubelet 重启时使用的参数：未读取其 systemd 单元或环境文件。请重新读取节点。"_s),
            at);
    if (written != kubelet.process.argv)
        return conflict(
            message(
                u"The kubelet runs with other arguments than its unit and environment files define now: a restart would "
                u"change more than is planned here. Restart it or undo what was changed, then read the node again."_s,
                u"kubelet 的运行参数与其单元和环境文件当前的定义不同：重启会带来计划之外的变化。请先重启 kubelet 或撤销那些修改，"
                u"然后重新读取节点。"_s),
            at);
    return {};
}

YamlEdit editOf(const Fix &fix, const FixTarget &target, const YamlDocument &document)
{
    YamlEdit edit;
    edit.kind = YamlEdit::Kind::SetKey;
    edit.node = document.root();
    // What decides may be spelt in another case, in a drop-in, and would win over the field's own name beside it.
    const Origin origin = settingInForce(*target.node, fix.rule->setting).origin;
    const bool writtenHere = origin.file == target.path && origin.key.compare(fix.name, Qt::CaseInsensitive) == 0;
    edit.key = (writtenHere ? origin.key : fix.name).toUtf8();
    edit.text = fix.value;
    edit.plain = fix.rule->setting.type == ValueType::Integer || fix.rule->setting.type == ValueType::Bool;
    if (fix.rule->setting.type == ValueType::StringList) {
        edit.kind = YamlEdit::Kind::SetList;
        edit.items = fix.value.split(',');
    }
    return edit;
}

/// Whether a kubelet that starts with the new file has in force what the fix asks for.
Result<> checkEffect(const FixTarget &target, const QByteArray &after)
{
    Snapshot changed = *target.node->snapshot;
    for (FileRecord &file : changed.files) {
        if (file.path == target.path)
            file.content = after;
    }
    Node node = *target.node;
    node.snapshot = std::make_shared<const Snapshot>(std::move(changed));
    for (const Fix &fix : target.fixes) {
        const Setting setting = settingInForce(node, fix.rule->setting);
        if (setting.unknown.isEmpty() && actualText(setting.value) == QString::fromUtf8(fix.value))
            continue;
        Position at{node.name, setting.origin.file, setting.origin.line, setting.origin.column};
        return conflict(sentences({message(u"After the change of %1, %2 would not be in force."_s,
                                       u"修改 %1 之后，%2 仍不会生效。"_s, plainText(target.path), fix.name),
                            setting.unknown.isEmpty()
                                ? message(u"What decides is %1."_s, u"实际起作用的是 %1。"_s, describe(setting.origin))
                                : setting.unknown}),
            at);
    }
    return {};
}

Result<> setEndpoint(FileChange &step, const Node &node, const Position &at)
{
    const Setting address =
        settingInForce(node, kubeletSetting(u"--healthz-bind-address"_s, u"healthzBindAddress"_s, ValueType::String));
    const Setting port =
        settingInForce(node, kubeletSetting(u"--healthz-port"_s, u"healthzPort"_s, ValueType::Integer));
    for (const Setting &setting : {address, port}) {
        if (!setting.unknown.isEmpty())
            return conflict(setting.unknown, at);
    }
    const QString bound = plainText(address.value.toString());
    const bool everywhere = bound.isEmpty() || bound == u"0.0.0.0"_s || bound == u"::"_s;
    step.address = everywhere ? u"127.0.0.1"_s : bound;
    step.port = int(port.value.toInteger());
    return {};
}

/// What the release of this kubelet, or what runs on the node, has against the value.
Result<Message> checkValue(const Fix &fix, const Node &node, const Component &kubelet, const Position &at)
{
    if (fix.rule->check == CheckKind::CipherSuites) {
        if (const Message trouble = suitesTrouble(listItems(QString::fromUtf8(fix.value)), kubelet.release, {});
            !trouble.isEmpty())
            return failure(Error::Kind::Usage, message(u"%1: %2"_s, u"%1：%2"_s, fix.rule->id, trouble), at);
    }
    if (fix.name != "podPidsLimit"_L1)
        return Message{};
    const OutputRecord *record = node.snapshot->output(u"pod-pids"_s);
    bool isNumber = false;
    const qint64 most = record ? record->content.trimmed().toLongLong(&isNumber) : 0;
    if (!isNumber)
        return message(u"How many processes the pods of this node have now was not read: look at pids.current of their "
                       u"control groups, and take a limit of at least twice the largest."_s,
            u"未读取该节点上各 Pod 当前的进程数：请查看其控制组的 pids.current，并取不小于最大值两倍的限制。"_s);
    if (fix.value.toLongLong() < most)
        return failure(Error::Kind::Usage,
            message(
                u"%1: a limit of %2 is below what runs: one pod of %3 has %4 processes and threads now, and would fail when "
                u"it is made anew. Take at least %5."_s,
                u"%1：限制 %2 低于当前实际值：%3 上有一个 Pod 当前有 %4 个进程和线程，重建后将无法正常运行。请至少取 %5。"_s,
                fix.rule->id, plainText(fix.value), node.name, QString::number(most), QString::number(2 * most)),
            at);
    return message(u"The pod with the most processes and threads on this node has %1 of them now."_s,
        u"该节点上进程和线程最多的 Pod 当前有 %1 个。"_s, QString::number(most));
}

/// A limit is written when a pod's control group is made (pkg/kubelet/cm/pod_container_manager_linux.go, EnsureExists),
/// so pods that run now keep what they have.
Message podsWithoutLimit(const FixTarget &target)
{
    constexpr qsizetype shown = 10;
    const QString where = plainText(target.node->name);
    if (!target.pods)
        return message(
            u"Pods that run on %1 now keep the limit they have until they are made anew; which they are is not "
            u"known, because no API server was asked."_s,
            u"%1 上正在运行的 Pod 在重建之前保持原有限制；没有从 API server 取得数据，因此无法列出这些 Pod。"_s, where);
    QStringList names = *target.pods;
    if (names.isEmpty())
        return {};
    names.sort();
    const qsizetype more = names.size() - shown;
    const QString list = names.mid(0, shown).join(u", "_s);
    if (more > 0)
        return message(u"These pods on %1 keep the limit they have until they are made anew: %2 and %3 more."_s,
            u"%1 上的以下 Pod 在重建之前保持原有限制：%2，以及另外 %3 个。"_s, where, list, QString::number(more));
    return message(u"These pods on %1 keep the limit they have until they are made anew: %2."_s,
        u"%1 上的以下 Pod 在重建之前保持原有限制：%2。"_s, where, list);
}

} // namespace

Result<QString> kubeletFileOf(const Rule &rule, const Node &node, const Component &component)
{
    const Setting setting = settingInForce(node, rule.setting);
    if (!setting.unknown.isEmpty())
        return conflict(setting.unknown, {node.name, {}, 0, 0});
    const Origin &origin = setting.origin;
    if (origin.kind == Origin::Kind::File || origin.kind == Origin::Kind::DropIn)
        return origin.file;
    if (origin.kind == Origin::Kind::Argument || origin.kind == Origin::Kind::Process) {
        return conflict(
            message(
                u"%1 is given to the kubelet as an argument (%2), which wins over its configuration file: a change of the "
                u"file would have no effect. Remove the argument there, restart the kubelet, read the node again and "
                u"plan again."_s,
                u"%1 由 kubelet 的启动参数给出（%2），它优先于配置文件：修改文件不会生效。请在该处删除此参数，重启 kubelet，"
                u"再重新读取节点并重新生成计划。"_s,
                rule.id, describe(origin)),
            {node.name, origin.file, origin.line, origin.column});
    }
    const QString config = kubeletConfigFile(component.process.argv, component.process.directory);
    if (config.isEmpty())
        return conflict(message(u"The kubelet has no configuration file (--config), so nothing can be set in it."_s,
                            u"kubelet 没有配置文件（--config），无法在其中设置。"_s),
            {node.name, {}, 0, 0});
    return config;
}

Result<FileChange> planKubelet(const FixTarget &target)
{
    const Node &node = *target.node;
    const Position at{node.name, target.path, 0, 0};
    if (!node.snapshot)
        return conflict(message(u"The node was not read."_s, u"该节点未被读取。"_s), at);
    const FileRecord *file = node.snapshot->file(target.path);
    if (auto usable = checkFile(file, at); !usable)
        return tl::unexpected(usable.error());
    if (auto usable = checkArguments(node, *target.component, at); !usable)
        return tl::unexpected(usable.error());
    auto document = file->yaml();
    const auto located = [&](Error error) {
        error.at.node = node.name;
        return tl::unexpected(std::move(error));
    };
    if (!document)
        return located(document.error());

    FileChange step = stepOn(node, *file);
    step.before = file->content;
    step.component = ComponentKind::Kubelet;
    step.argvBefore = target.component->process.argv;
    step.argvAfter = step.argvBefore;
    QList<Message> remarks;
    for (const Fix &fix : target.fixes) {
        const auto remark = checkValue(fix, node, *target.component, at);
        if (!remark)
            return tl::unexpected(remark.error());
        remarks += *remark;
        if (fix.name == "podPidsLimit"_L1)
            remarks += podsWithoutLimit(target);
        const auto bytes = document->edited({editOf(fix, target, *document)});
        if (!bytes)
            return located(bytes.error());
        if (*bytes != document->bytes() && !step.rules.contains(fix.rule->id))
            step.rules += fix.rule->id;
        document = YamlDocument::parse(target.path, *bytes);
        if (!document)
            return located(document.error());
    }
    step.after = document->bytes();
    step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
    if (auto effective = checkEffect(target, step.after); !effective)
        return tl::unexpected(effective.error());
    if (auto known = setEndpoint(step, node, at); !known)
        return tl::unexpected(known.error());
    // A kubelet that refuses its configuration ends within a second, and systemd starts it again every 10 s
    // (kubernetes/release, cmd/krel/templates/latest/kubelet/kubelet.service): three rounds.
    step.limit = 120;
    step.soak = 30;
    step.interruption = sentences(
        QList<Message>{message(
            u"The kubelet on %1 restarts, which takes a few seconds. Containers keep running; logs, exec "
            u"and new pods on this node wait meanwhile."_s,
            u"节点 %1 上的 kubelet 将重启，需要数秒。容器继续运行；期间该节点上的日志查看、exec 和新 Pod 的创建会等待。"_s,
            node.name)}
        + remarks);
    return step;
}

} // namespace jiagu
