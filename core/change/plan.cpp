// SPDX-License-Identifier: Apache-2.0
#include "change/planstep.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "cluster/arguments.h"
#include "cluster/staticpod.h"
#include "document/yamldocument.h"

#include <QCryptographicHash>
#include <QJsonArray>

#include <algorithm>
#include <map>
#include <tuple>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

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
    // The kubelet probes with Go's own TLS client: it speaks 1.3, and every suite that a list can be left with.
    return flag == "--profiling" || flag == "--tls-cipher-suites" || flag == "--tls-min-version"
        || flag == "--controllers";
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

/// The list with the fix's items added as far as it does not name them, when it is a list that means what it seems;
/// else the fix's whole value.
Result<QByteArray> withItems(const QByteArray &list, const Fix &fix, const Position &at)
{
    const auto items = parseList(list);
    QByteArray result = list;
    const QStringList wanted = listItems(fix.item);
    for (const QString &item : wanted) {
        const bool minus = item.startsWith(u'-');
        const QString name = item.mid(minus ? 1 : 0);
        if (!items || (minus && items->contains(name)))
            return conflict(
                message(u"The list of %1 names %2 already, and the first entry decides. Change it by hand, read the "
                        u"node again and plan again."_s,
                    u"%1 的列表中已有 %2，且以先出现的为准。请手动修改，然后重新读取节点并重新生成计划。"_s, fix.name,
                    name),
                at);
        // What the list turns off by name stays as somebody wanted it.
        if (!items->contains(name) && !items->contains(u'-' + name))
            result += ',' + item.toUtf8();
    }
    return items->contains(u"*"_s) ? result : Result<QByteArray>(fix.value);
}

/// The manifest with one flag set. The same document when it is set already.
Result<YamlDocument> withFlag(const YamlDocument &document, Fix fix, const Position &file)
{
    const QByteArray name = fix.name.toUtf8();
    const auto written = writtenArguments(document);
    if (!written)
        return tl::unexpected(written.error());
    const bool isBool = fix.value == "true" || fix.value == "false";
    const auto occurrences =
        flagOccurrences(texts(*written), fix.name, isBool ? ValueType::Bool : ValueType::String, FlagSyntax::Pflag);
    if (occurrences.size() == 1 && !fix.item.isEmpty()) {
        Position at = written->at(occurrences.last().index).position;
        at.node = file.node;
        auto value = withItems(occurrences.last().text, fix, at);
        if (!value)
            return tl::unexpected(value.error());
        fix.value = *std::move(value);
    }
    const QByteArray argument = name + '=' + fix.value;
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
                fix.name, plainText(argument)),
            at);
    if (last.text == fix.value)
        return document;
    YamlEdit edit;
    edit.kind = YamlEdit::Kind::SetScalar;
    edit.node = flag.node;
    edit.text = argument;
    if (!isBool && normalised(flag.text) == name) {
        // "--flag", "value": the value stands in its own item.
        edit.node = written->at(last.index + 1).node;
        edit.text = fix.value;
    }
    const auto bytes = document.edited({edit});
    return bytes ? YamlDocument::parse(document.name(), *bytes) : tl::unexpected(bytes.error());
}

/// Another file of the directory that defines the same pod would win or lose against ours by chance.
Result<> checkAlone(const Snapshot &snapshot, const FileRecord &manifest, const Position &at)
{
    const FileRecord *other = otherDefinition(snapshot, manifest);
    if (!other)
        return {};
    return conflict(
        message(u"%1 defines the same pod as well, so which of the two files runs is left to chance. Move it "
                u"out of the directory, read the node again and plan again."_s,
            u"%1 也定义了同一个 Pod，究竟哪个文件生效不可预料。请将其移出该目录，重新读取节点并重新生成计划。"_s,
            plainText(other->path)),
        at);
}

Result<FileChange> planFile(const Cluster &cluster, const FixTarget &target)
{
    const Node &node = *target.node;
    const Component &component = *target.component;
    const Position at{node.name, component.manifest, 0, 0};
    if (!node.snapshot)
        return conflict(message(u"The node was not read."_s, u"该节点未被读取。"_s), at);
    const FileRecord *file = node.snapshot->file(component.manifest);
    if (auto usable = checkFile(file, at); !usable)
        return tl::unexpected(usable.error());

    if (auto alone = checkAlone(*node.snapshot, *file, at); !alone)
        return tl::unexpected(alone.error());
    auto document = file->yaml();
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

    FileChange step = stepOn(node, *file);
    step.before = file->content;
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
        slow = slow || !leavesProbesAlone(fix.name.toUtf8());
        if (next->bytes() != document->bytes() && !step.rules.contains(fix.rule->id))
            step.rules += fix.rule->id;
        document = std::move(next);
    }
    step.after = document->bytes();
    step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
    const auto after = writtenArguments(*document);
    if (!after)
        return tl::unexpected(after.error());
    step.argvAfter = texts(*after);
    setEndpoint(step, node);
    // A controller manager waits for the lease of its predecessor before it works.
    step.soak = slow ? 330 : component.kind == ComponentKind::ControllerManager ? 30 : 10;
    step.interruption = interruptionOf(cluster, node, component.kind);
    return step;
}

/// The order of steps: what restarts nothing first, then the kubelets of workers, then control planes, whose loss costs
/// most: whatever stops the plan has stopped it before.
int phaseOf(const FileChange &step, const Cluster &cluster)
{
    if (!step.gated)
        return 0;
    const Node *node = cluster.node(step.node);
    if (step.component == ComponentKind::Kubelet)
        return node && node->controlPlane ? 2 : 1;
    return 3;
}

/// What is wrong with a value, and what the cluster suggests instead.
Message withSuggestion(const Message &problem, const Rule &rule, const Cluster &cluster)
{
    const Message reason = suggestionFor(rule, cluster).reason;
    return reason.isEmpty() ? problem : message(u"%1 %2"_s, u"%1%2"_s, problem, reason);
}

/// The pods that have not ended, by the node they are on; nothing when they were not read.
std::optional<QHash<QString, QStringList>> podsByNode(const Cluster &cluster)
{
    if (!cluster.objects.value("pods"_L1).isArray())
        return {};
    QHash<QString, QStringList> pods;
    for (const QJsonValue &pod : cluster.list(u"pods"_s)) {
        const QString phase = pod["status"_L1]["phase"_L1].toString();
        if (phase == "Succeeded"_L1 || phase == "Failed"_L1)
            continue;
        pods[pod["spec"_L1]["nodeName"_L1].toString()] += plainText(pod["metadata"_L1]["namespace"_L1].toString())
            + u'/' + plainText(pod["metadata"_L1]["name"_L1].toString());
    }
    return pods;
}

/// The value that goes into the fix: what was given, which is a good one, else what the rule proposes.
Result<QByteArray> valueOf(
    const Rule &rule, const QMap<QString, QString> &values, const Cluster &cluster, const Node &node)
{
    if (rule.fix == FixKind::SetAttributes)
        return QByteArray();
    if (rule.fixValue == ownAddress) {
        if (!addressBytes(node.address).isEmpty())
            return node.address.toUtf8();
        return conflict(message(u"%1: the InternalIP of %2 is not known, because its Node object was not read. Read a "
                                u"control-plane node too."_s,
                            u"%1：未读取 %2 的 Node 对象，因此其 InternalIP 未知。请同时读取一个控制面节点。"_s,
                            rule.id, plainText(node.name)),
            {node.name, {}, 0, 0});
    }
    QString value = values.value(rule.id, rule.fixValue);
    if (rule.parameter && rule.parameter->type == Parameter::Type::List)
        value = listItems(value).join(u',');
    else if (rule.parameter && rule.parameter->type == Parameter::Type::Integer)
        value = value.trimmed();
    const QByteArray text = value.toUtf8();
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char each) { return uchar(each) >= 0x20 && each != 0x7f; });
    if (text.isEmpty() || text.size() > 4096 || !printable)
        return failure(Error::Kind::Usage,
            withSuggestion(
                message(u"%1 needs a value for %2: one line without control characters. Give it with --set %1=VALUE."_s,
                    u"%1 需要为 %2 给出一个值：单行，不含控制字符。请用 --set %1=值 指定。"_s, rule.id,
                    rule.fix == FixKind::SetField ? rule.fixPath : rule.fixFlag),
                rule, cluster));
    return text;
}

/// Where the fix of a finding goes; empty where there is nothing to change.
Result<QString> fileOf(const Rule &rule, const Finding &finding, const Node &node, const Component *component)
{
    switch (rule.fix) {
    case FixKind::SetFlag:
        return component ? component->manifest : QString();
    case FixKind::SetField:
        return component ? kubeletFileOf(rule, node, *component) : QString();
    case FixKind::SetAttributes:
        return finding.origin.kind == Origin::Kind::Attributes ? finding.origin.file : QString();
    case FixKind::None:
    case FixKind::Guided:
    case FixKind::PatchObject:
        break;
    }
    return QString();
}

/// Whether the pack may change anything.
Result<> mayPlan(const RulePack &pack)
{
    const QString digest = QString::fromLatin1(pack.digest);
    if (!pack.accepted) {
        return failure(Error::Kind::Usage,
            message(u"Nothing was planned: the rule pack %1 %2 did not come with the program, and nobody has accepted "
                    u"that it changes nodes. Compare its SHA-256 with the one that its author names, then accept it "
                    u"(jiagu plan --accept-pack %3; in the window, drop the file on it): %3."_s,
                u"未作规划：规则包 %1 %2 不是程序自带的，尚未获准用于变更节点。请将其 SHA-256 与作者公布的值核对，一致后再批准"
                u"（jiagu plan --accept-pack %3；在窗口中，把文件拖入窗口）：%3。"_s,
                pack.id, plainText(pack.version), digest));
    }
    const Baseline *baseline = pack.findBaseline(pack.baseline);
    if (baseline && baseline->judgeOnly) {
        return failure(Error::Kind::Usage,
            message(u"Nothing was planned: \"%1\" is for judging alone. Choose another baseline of the rule pack."_s,
                u"未作规划：“%1”仅用于核查。请选择规则包中的其他基线。"_s, baseline->title));
    }
    return {};
}

} // namespace

tl::unexpected<Error> conflict(Message text, const Position &at)
{
    return failure(Error::Kind::Conflict, std::move(text), at);
}

Result<> checkFile(const FileRecord *file, const Position &at)
{
    if (!file || !file->hasContent)
        return conflict(
            message(u"The file could not be read%1. Read the node again."_s, u"未能读取该文件%1。请重新读取节点。"_s,
                file && !file->error.isEmpty() ? message(u": %1"_s, u"：%1"_s, file->error) : Message{}),
            at);
    if (file->type != FileRecord::Type::Regular || file->realPath != file->path)
        return conflict(
            message(u"The file is reached through a symbolic link (%1). Files behind links are not changed; "
                    u"change it by hand, or put the file itself there."_s,
                u"该文件经由符号链接访问（%1）。不修改链接背后的文件；请手动修改，或将文件本身放到该位置。"_s,
                plainText(file->realPath)),
            at);
    if (file->links > 1)
        return conflict(message(u"The file has hard links: replacing it would leave the other names with the old "
                                u"content. Remove them, then read the node again."_s,
                            u"该文件存在硬链接：替换后其他名称仍指向旧内容。请先删除硬链接，再重新读取节点。"_s),
            at);
    if (file->truncated)
        return conflict(message(u"The file is too large (%1 bytes) to be changed."_s,
                            u"该文件过大（%1 字节），不支持修改。"_s, QString::number(file->size)),
            at);
    if (file->changedWhileRead)
        return conflict(message(u"The file changed while it was read. Read the node again."_s,
                            u"该文件在读取过程中发生了变化。请重新读取节点。"_s),
            at);
    if (file->masked)
        return conflict(
            message(u"The file holds secrets, which were masked when it was read; the file cannot be changed "
                    u"from here. Change it by hand."_s,
                u"该文件含有敏感信息，读取时已被掩码，无法在此修改。请手动修改。"_s),
            at);
    if (file->mode < 0 || file->uid < 0 || file->gid < 0
        || QCryptographicHash::hash(file->content, QCryptographicHash::Sha256).toHex() != file->sha256)
        return conflict(
            message(u"The file was read incompletely: its owner, mode or checksum is missing or does not fit. "
                    u"Read the node again."_s,
                u"该文件读取不完整：属主、权限或校验值缺失或不符。请重新读取节点。"_s),
            at);
    return {};
}

Result<ChangeSet> plan(
    const Assessment &assessment, const QList<Finding> &findings, const QMap<QString, QString> &values)
{
    if (auto allowed = mayPlan(assessment.pack); !allowed)
        return tl::unexpected(allowed.error());
    for (auto value = values.cbegin(); value != values.cend(); ++value) {
        const Rule *rule = assessment.pack.rule(value.key());
        if (!rule)
            return failure(Error::Kind::NotFound,
                message(u"A value is given for %1, and there is no such rule in the rule pack %2."_s,
                    u"为 %1 指定了取值，但规则包 %2 中没有该加固项。"_s, plainText(value.key()), assessment.pack.id));
        if (const Message problem = valueProblem(*rule, value.value()); !problem.isEmpty())
            return failure(Error::Kind::Usage, withSuggestion(problem, *rule, assessment.cluster));
    }
    using Key = std::tuple<QString, QString, bool>; // node, file, attributes
    std::map<Key, FixTarget> targets;
    for (const Finding &finding : findings) {
        const Rule *rule = assessment.pack.rule(finding.rule);
        if (!rule)
            return failure(Error::Kind::NotFound,
                message(u"There is no rule %1 in the rule pack %2."_s, u"规则包 %2 中没有加固项 %1。"_s, finding.rule,
                    assessment.pack.id));
        if (finding.verdict != Verdict::Fail || !finding.fixable || !rule->fixable || rule->fix == FixKind::None)
            continue;
        const Node *node = assessment.cluster.node(finding.subject.node);
        if (!node)
            continue;
        const Component *component = node->component(rule->component);
        auto value = valueOf(*rule, values, assessment.cluster, *node);
        if (!value)
            return tl::unexpected(value.error());
        const auto file = fileOf(*rule, finding, *node, component);
        if (!file)
            return tl::unexpected(file.error());
        if (file->isEmpty())
            continue;
        FixTarget &target = targets[{node->name, *file, rule->fix == FixKind::SetAttributes}];
        target.node = node;
        target.component = component;
        target.path = *file;
        const QString name = rule->fix == FixKind::SetFlag ? QString::fromUtf8(normalised(rule->fixFlag.toUtf8()))
            : rule->fix == FixKind::SetField               ? rule->fixPath
                                                           : QString();
        const Fix fix{rule, name, *value, values.contains(rule->id) ? QString() : rule->fixItem};
        for (const Fix &other : target.fixes) {
            if (!name.isEmpty() && other.name == fix.name && other.value != fix.value)
                return conflict(message(u"%1 and %2 want different values of %3 (%4 and %5). Leave one of them out."_s,
                                    u"%1 与 %2 对 %3 的要求不同（%4 与 %5）。请去掉其中一项。"_s, other.rule->id,
                                    fix.rule->id, name, plainText(other.value), plainText(fix.value)),
                    {node->name, *file, 0, 0});
        }
        target.fixes += fix;
    }

    const bool limits = std::any_of(targets.begin(), targets.end(), [](const auto &entry) {
        return std::any_of(entry.second.fixes.begin(), entry.second.fixes.end(),
            [](const Fix &fix) { return fix.name == "podPidsLimit"_L1; });
    });
    if (const auto pods = limits ? podsByNode(assessment.cluster) : std::nullopt) {
        for (auto &[key, target] : targets)
            target.pods = pods->value(target.node->name);
    }

    ChangeSet changeSet;
    changeSet.cluster = assessment.cluster.id;
    changeSet.packDigest = assessment.pack.digest;
    changeSet.planned = assessment.now.toUTC();
    for (const auto &[key, target] : targets) {
        const FixKind fix = target.fixes.constFirst().rule->fix;
        auto step = fix == FixKind::SetAttributes ? planAttributes(target)
            : fix == FixKind::SetField            ? planKubelet(target)
                                                  : planFile(assessment.cluster, target);
        if (!step)
            return tl::unexpected(step.error());
        if (step->kind == FileChange::Kind::Attributes || step->after != step->before)
            changeSet.steps += *step;
    }
    // What changes the content of a file finds the attributes that an earlier step gave it.
    for (const FileChange &attributes : QList<FileChange>(changeSet.steps)) {
        if (attributes.kind != FileChange::Kind::Attributes)
            continue;
        for (FileChange &step : changeSet.steps) {
            if (step.kind == FileChange::Kind::Attributes || step.node != attributes.node
                || step.path != attributes.path)
                continue;
            step.mode = attributes.modeAfter;
            step.uid = attributes.uidAfter;
            step.gid = attributes.gidAfter;
        }
    }
    std::stable_sort(
        changeSet.steps.begin(), changeSet.steps.end(), [&](const FileChange &left, const FileChange &right) {
            return phaseOf(left, assessment.cluster) < phaseOf(right, assessment.cluster);
        });
    if (changeSet.steps.isEmpty())
        return failure(Error::Kind::Usage,
            message(u"Nothing of this can be fixed from here: no selected finding has failed and has a fix."_s,
                u"所选内容没有可在此修复的：选中的检查结果中没有既未通过又带有修复方法的项。"_s));
    changeSet.id = contentId(changeSet);
    return changeSet;
}

} // namespace jiagu
