// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "document/yamldocument.h"

#include <QCryptographicHash>

#include <algorithm>
#include <map>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

/// What one rule wants of a file.
struct Fix
{
    QString rule;
    QByteArray flag;
    QByteArray value;
};

/// The fixes that go into one file.
struct Target
{
    const Node *node = nullptr;
    const Component *component = nullptr;
    QList<Fix> fixes;
};

tl::unexpected<Error> conflict(Message text, const Position &at)
{
    return failure(Error::Kind::Conflict, std::move(text), at);
}

QByteArray normalised(QByteArray flag)
{
    return flag.replace('_', '-');
}

/// Whether a change of this flag can make the kubelet's probes fail: they start to count only minutes later, with
/// kubeadm's manifests after up to 24 × 10 s, and eight liveness probes 10 s apart after that
/// (cmd/kubeadm/app/util/staticpod/utils.go, LivenessProbe and StartupProbe, 1.34). A flag is harmless only when
/// known to be.
bool leavesProbesAlone(const QByteArray &flag)
{
    return flag == "--profiling";
}

Message interruptionOf(const Cluster &cluster, const Node &node, ComponentKind component)
{
    const auto planes =
        std::count_if(cluster.nodes.begin(), cluster.nodes.end(), [](const Node &each) { return each.controlPlane; });
    if (component != ComponentKind::ApiServer)
        return message(u"%1 on %2 restarts and is away for about 10 to 30 seconds. Running workloads go on."_s,
            u"节点 %2 上的 %1 将重启，中断约 10 至 30 秒。已运行的业务不受影响。"_s, componentName(component),
            node.name);
    if (planes > 1)
        return message(
            u"kube-apiserver on %1 restarts and is away for 16 to 45 seconds. Clients that reach the API through a load "
            u"balancer are served by the other control-plane nodes. kube-controller-manager and kube-scheduler of this "
            u"node may restart meanwhile. Running workloads go on."_s,
            u"节点 %1 上的 kube-apiserver 将重启，中断 16 至 45 秒。经由负载均衡访问 API 的客户端由其他控制平面节点继续服务。"
            u"期间本节点的 kube-controller-manager 和 kube-scheduler 可能重启。已运行的业务不受影响。"_s,
            node.name);
    return message(
        u"kube-apiserver on %1 restarts: this is the only control-plane node, so the API does not answer for 16 to 45 "
        u"seconds. kube-controller-manager and kube-scheduler may restart meanwhile. Running workloads go on."_s,
        u"节点 %1 上的 kube-apiserver 将重启：这是唯一的控制平面节点，API 将有 16 至 45 秒没有响应。期间 kube-controller-manager "
        u"和 kube-scheduler 可能重启。已运行的业务不受影响。"_s,
        node.name);
}

QByteArray lastValue(const QList<QByteArray> &argv, const QString &flag)
{
    const auto occurrences = flagOccurrences(argv, flag, ValueType::String, FlagSyntax::Pflag);
    return occurrences.isEmpty() ? QByteArray() : occurrences.last().text;
}

/// The address and port at which the component itself answers.
void setEndpoint(FileChange &step, const Node &node)
{
    const QString bind = plainText(lastValue(step.argvAfter, u"--bind-address"_s));
    const bool everywhere = bind.isEmpty() || bind == u"0.0.0.0"_s || bind == u"::"_s;
    if (step.component == ComponentKind::ApiServer) {
        const QString advertised = plainText(lastValue(step.argvAfter, u"--advertise-address"_s));
        step.address = !everywhere ? bind : !advertised.isEmpty() ? advertised : node.address;
    } else {
        step.address = everywhere ? u"127.0.0.1"_s : bind;
    }
    const int port = lastValue(step.argvAfter, u"--secure-port"_s).toInt();
    // pkg/cluster/ports/ports.go, 1.34
    const int standard = step.component == ComponentKind::ApiServer ? 6443
        : step.component == ComponentKind::ControllerManager        ? 10257
                                                                    : 10259;
    step.port = port > 0 ? port : standard;
}

QList<QByteArray> texts(const QList<WrittenArgument> &arguments)
{
    QList<QByteArray> list;
    for (const WrittenArgument &argument : arguments)
        list += argument.text;
    return list;
}

/// Where the flag goes in the list that holds the flags: in its place when the list is sorted, else at the end.
YamlEdit insertion(const YamlDocument &document, const QList<WrittenArgument> &written, const QByteArray &argument)
{
    const int list = written.last().list;
    int end = 0;
    int place = -1;
    QByteArray previous;
    bool sorted = true;
    for (const WrittenArgument &each : written) {
        if (each.list != list)
            continue;
        end = each.index + 1;
        if (!each.text.startsWith("--"))
            continue;
        sorted = sorted && previous <= each.text;
        previous = each.text;
        if (place < 0 && each.text > argument)
            place = each.index;
    }
    Q_ASSERT(end <= document.node(list).children.size());
    YamlEdit edit;
    edit.kind = YamlEdit::Kind::InsertItem;
    edit.node = list;
    edit.index = sorted && place >= 0 ? place : end;
    edit.text = argument;
    return edit;
}

/// The manifest with one flag set. The same document when it is set already.
Result<YamlDocument> withFlag(const YamlDocument &document, const Fix &fix, const Position &file)
{
    const auto written = writtenArguments(document);
    if (!written)
        return tl::unexpected(written.error());
    const bool isBool = fix.value == "true" || fix.value == "false";
    const QByteArray argument = fix.flag + '=' + fix.value;
    const auto occurrences = flagOccurrences(
        texts(*written), QString::fromUtf8(fix.flag), isBool ? ValueType::Bool : ValueType::String, FlagSyntax::Pflag);
    if (occurrences.isEmpty()) {
        const auto bytes = document.edited({insertion(document, *written, argument)});
        return bytes ? YamlDocument::parse(document.name(), *bytes) : tl::unexpected(bytes.error());
    }
    const FlagOccurrence &last = occurrences.last();
    const WrittenArgument &flag = written->at(last.index);
    Position at = flag.position;
    at.node = file.node;
    if (last.ambiguous || (occurrences.size() > 1 && !isBool))
        return conflict(
            message(u"%1 is written in a way that leaves open which value is in force. Write it once, as %2, by "
                    u"hand, read the node again and plan again."_s,
                u"%1 的写法使生效值无法确定。请手动将其改为只写一次，形如 %2，然后重新读取节点并重新生成计划。"_s,
                QString::fromUtf8(fix.flag), plainText(argument)),
            at);
    if (last.text == fix.value)
        return document;
    YamlEdit edit;
    edit.kind = YamlEdit::Kind::SetScalar;
    edit.node = flag.node;
    edit.text = argument;
    if (!isBool && normalised(flag.text) == fix.flag) {
        // "--flag", "value": the value stands in its own item.
        edit.node = written->at(last.index + 1).node;
        edit.text = fix.value;
    }
    const auto bytes = document.edited({edit});
    return bytes ? YamlDocument::parse(document.name(), *bytes) : tl::unexpected(bytes.error());
}

/// A file that is what it seems and was read whole.
Result<> checkFile(const FileRecord *file, const Position &at)
{
    if (!file || !file->hasContent)
        return conflict(message(u"The manifest could not be read%1. Read the node again."_s,
                            u"未能读取该清单文件%1。请重新读取节点。"_s,
                            file && !file->error.isEmpty() ? message(u": %1"_s, u"：%1"_s, file->error) : Message{}),
            at);
    if (file->type != FileRecord::Type::Regular || file->realPath != file->path)
        return conflict(
            message(u"The manifest is reached through a symbolic link (%1). Files behind links are not changed; "
                    u"change it by hand, or put the file itself there."_s,
                u"该清单文件经由符号链接访问（%1）。不修改链接背后的文件；请手动修改，或将文件本身放到该位置。"_s,
                plainText(file->realPath)),
            at);
    if (file->links > 1)
        return conflict(message(u"The manifest has hard links: replacing it would leave the other names with the old "
                                u"content. Remove them, then read the node again."_s,
                            u"该清单文件存在硬链接：替换后其他名称仍指向旧内容。请先删除硬链接，再重新读取节点。"_s),
            at);
    if (file->truncated)
        return conflict(message(u"The manifest is too large (%1 bytes) to be changed."_s,
                            u"该清单文件过大（%1 字节），不支持修改。"_s, QString::number(file->size)),
            at);
    if (file->changedWhileRead)
        return conflict(message(u"The manifest changed while it was read. Read the node again."_s,
                            u"该清单文件在读取过程中发生了变化。请重新读取节点。"_s),
            at);
    if (file->masked)
        return conflict(
            message(u"The manifest holds secrets, which were masked when it was read; the file cannot be changed "
                    u"from here. Change it by hand."_s,
                u"该清单文件含有敏感信息，读取时已被掩码，无法在此修改。请手动修改。"_s),
            at);
    if (file->mode < 0 || file->uid < 0 || file->gid < 0
        || QCryptographicHash::hash(file->content, QCryptographicHash::Sha256).toHex() != file->sha256)
        return conflict(
            message(u"The manifest was read incompletely: its owner, mode or checksum is missing or does not fit. "
                    u"Read the node again."_s,
                u"该清单文件读取不完整：属主、权限或校验值缺失或不符。请重新读取节点。"_s),
            at);
    return {};
}

QByteArray podName(const YamlDocument &document)
{
    const int name = document.find({"metadata", "name"});
    const int space = document.find({"metadata", "namespace"});
    if (name < 0)
        return {};
    return (space < 0 ? QByteArray("default") : document.node(space).value) + '/' + document.node(name).value;
}

/// Another file of the directory that defines the same pod would win or lose against ours by chance.
Result<> checkAlone(const Snapshot &snapshot, const YamlDocument &document, const Position &at)
{
    const QString directory = at.file.section(u'/', 0, -2);
    const QByteArray pod = podName(document);
    const auto files = snapshot.filesBelow(directory);
    for (const FileRecord *file : files) {
        const QString base = file->path.section(u'/', -1);
        if (file->path == at.file || base.startsWith(u'.') || !file->hasContent)
            continue;
        const auto other = file->yaml();
        if (other && podName(*other) == pod)
            return conflict(
                message(u"%1 defines the same pod as well, so which of the two files runs is left to chance. Move it "
                        u"out of the directory, read the node again and plan again."_s,
                    u"%1 也定义了同一个 Pod，究竟哪个文件生效不可预料。请将其移出该目录，重新读取节点并重新生成计划。"_s,
                    plainText(file->path)),
                at);
    }
    return {};
}

Result<FileChange> planFile(const Cluster &cluster, const Target &target)
{
    const Node &node = *target.node;
    const Component &component = *target.component;
    const Position at{node.name, component.manifest, 0, 0};
    if (!node.snapshot)
        return conflict(message(u"The node was not read."_s, u"该节点未被读取。"_s), at);
    const FileRecord *file = node.snapshot->file(component.manifest);
    if (auto usable = checkFile(file, at); !usable)
        return tl::unexpected(usable.error());

    auto document = file->yaml();
    if (document) {
        if (auto alone = checkAlone(*node.snapshot, *document, at); !alone)
            return tl::unexpected(alone.error());
    }
    const auto before = document ? writtenArguments(*document) : tl::unexpected(document.error());
    if (!before || before->isEmpty()) {
        Error error = before ? Error{Error::Kind::Conflict,
                          message(u"The manifest defines no command, so nothing can be set in it."_s,
                              u"该清单文件没有定义启动命令，无法在其中设置参数。"_s),
                          at}
                             : before.error();
        error.at.node = node.name;
        return tl::unexpected(std::move(error));
    }

    FileChange step;
    step.node = node.name;
    step.machineId = node.machineId;
    step.path = component.manifest;
    step.before = file->content;
    step.sha256Before = file->sha256;
    step.mode = file->mode;
    step.uid = file->uid;
    step.gid = file->gid;
    step.component = component.kind;
    step.argvBefore = texts(*before);
    if (!component.running || component.process.argv != step.argvBefore)
        return conflict(component.running
                ? message(
                    u"%1 does not run with the arguments of this file, so what a change of it would do is not known. Find "
                    u"out why (a restart that is due, another file that defines the pod), then read the node again."_s,
                    u"%1 的运行参数与该文件不一致，修改该文件的效果无法预知。请查明原因（等待重启，或另有文件定义了该 Pod），"
                    u"然后重新读取节点。"_s,
                    componentName(component.kind))
                : message(u"%1 does not run on this node, so a change could not be checked. Get it running first."_s,
                    u"该节点上的 %1 没有运行，无法验证修改的效果。请先恢复其运行。"_s, componentName(component.kind)),
            at);
    const QByteArray program = step.argvBefore.first().split('/').last();
    if (QString::fromUtf8(program) != componentName(component.kind))
        return conflict(message(u"The manifest starts %1 instead of %2 itself: this layout is not known."_s,
                            u"该清单文件启动的是 %1，而不是 %2 本身：不支持这种布局。"_s, plainText(program),
                            componentName(component.kind)),
            at);

    bool slow = false;
    for (const Fix &fix : target.fixes) {
        auto next = withFlag(*document, fix, at);
        if (!next) {
            Error error = next.error();
            error.at.node = node.name;
            return tl::unexpected(std::move(error));
        }
        slow = slow || !leavesProbesAlone(fix.flag);
        if (next->bytes() != document->bytes() && !step.rules.contains(fix.rule))
            step.rules += fix.rule;
        document = std::move(next);
    }
    step.after = document->bytes();
    step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
    const auto after = writtenArguments(*document);
    if (!after)
        return tl::unexpected(after.error());
    step.argvAfter = texts(*after);
    setEndpoint(step, node);
    step.soak = slow ? 330 : 10;
    step.interruption = interruptionOf(cluster, node, component.kind);
    return step;
}

} // namespace

Result<ChangeSet> plan(
    const Assessment &assessment, const QList<Finding> &findings, const QMap<QString, QString> &values)
{
    std::map<std::pair<QString, QString>, Target> targets; // by node and file
    for (const Finding &finding : findings) {
        const Rule *rule = assessment.pack.rule(finding.rule);
        if (!rule)
            return failure(Error::Kind::NotFound,
                message(u"There is no rule %1 in the rule pack %2."_s, u"规则包 %2 中没有加固项 %1。"_s, finding.rule,
                    assessment.pack.id));
        if (finding.verdict != Verdict::Fail || !finding.fixable || !rule->fixable || rule->fixFlag.isEmpty())
            continue;
        const Node *node = assessment.cluster.node(finding.subject.node);
        const Component *component = node ? node->component(rule->component) : nullptr;
        if (!component || component->manifest.isEmpty())
            continue;
        switch (rule->component) {
        case ComponentKind::ApiServer:
        case ComponentKind::ControllerManager:
        case ComponentKind::Scheduler:
            break;
        case ComponentKind::Etcd:
        case ComponentKind::Kubelet:
        case ComponentKind::KubeProxy:
        case ComponentKind::ContainerRuntime:
        case ComponentKind::Cni:
        case ComponentKind::OperatingSystem:
        case ComponentKind::Workload:
            continue;
        }
        const QByteArray value = values.value(rule->id, rule->fixValue).toUtf8();
        const bool printable =
            std::all_of(value.begin(), value.end(), [](char each) { return uchar(each) >= 0x20 && each != 0x7f; });
        if (value.isEmpty() || value.size() > 4096 || !printable)
            return failure(Error::Kind::Usage,
                message(u"%1 needs a value for %2: one line without control characters. Give it with --set %1=VALUE."_s,
                    u"%1 需要为 %2 给出一个值：单行，不含控制字符。请用 --set %1=值 指定。"_s, rule->id,
                    rule->fixFlag));
        Target &target = targets[{node->name, component->manifest}];
        target.node = node;
        target.component = component;
        const Fix fix{rule->id, normalised(rule->fixFlag.toUtf8()), value};
        for (const Fix &other : target.fixes) {
            if (other.flag == fix.flag && other.value != fix.value)
                return conflict(message(u"%1 and %2 want different values of %3 (%4 and %5). Leave one of them out."_s,
                                    u"%1 与 %2 对 %3 的要求不同（%4 与 %5）。请去掉其中一项。"_s, other.rule, fix.rule,
                                    rule->fixFlag, plainText(other.value), plainText(fix.value)),
                    {node->name, component->manifest, 0, 0});
        }
        target.fixes += fix;
    }

    ChangeSet changeSet;
    changeSet.cluster = assessment.cluster.id;
    changeSet.packDigest = assessment.pack.digest;
    changeSet.planned = assessment.now.toUTC();
    for (const auto &[key, target] : targets) {
        auto step = planFile(assessment.cluster, target);
        if (!step)
            return tl::unexpected(step.error());
        if (step->after != step->before)
            changeSet.steps += *step;
    }
    if (changeSet.steps.isEmpty())
        return failure(Error::Kind::Usage,
            message(u"Nothing of this can be fixed from here: no selected finding has failed and has a fix."_s,
                u"所选内容没有可在此修复的：选中的检查结果中没有既未通过又带有修复方法的项。"_s));
    changeSet.id = contentId(changeSet);
    return changeSet;
}

} // namespace jiagu
