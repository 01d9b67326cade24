// SPDX-License-Identifier: Apache-2.0
#include "cluster/inforce.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/componentfile.h"
#include "cluster/kubeletarguments.h"
#include "cluster/kubeletfiles.h"
#include "cluster/staticpod.h"

#include <QJsonObject>

#include <functional>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

const auto gatePrefix = "featureGates."_L1;

bool isGate(const SettingName &name)
{
    return name.path.startsWith(gatePrefix);
}
QString gateKey(const SettingName &name)
{
    return name.path.mid(gatePrefix.size());
}

QString title(const SettingName &name)
{
    return !name.path.isEmpty() && name.component == ComponentKind::Kubelet ? name.path : name.flag;
}

// A component's argv with where each word of it stands.
struct Argv
{
    QList<QByteArray> words;
    std::function<Origin(int index)> origin;
};

Argv argvOfProcess(const ProcessRecord &process)
{
    return {process.argv, [](int index) {
                Origin origin{Origin::Kind::Process};
                origin.index = index;
                return origin;
            }};
}

Argv argvOfStaticPod(const Node &node, const Component &component)
{
    Argv argv = argvOfProcess(component.process);
    const FileRecord *record = node.snapshot->file(component.manifest);
    if (!record || !record->hasContent)
        return argv;
    const StaticPodFile file = readStaticPodFile(*record);
    if (!runsAsWritten(file, argv.words))
        return argv;
    argv.origin = [file, words = argv.words, path = record->path, plain = argv.origin](int index) {
        Origin origin = plain(index);
        if (const auto written = writtenArgument(file, words, index)) {
            origin.kind = Origin::Kind::Argument;
            origin.file = path;
            origin.line = written->position.line;
            origin.column = written->position.column;
        }
        return origin;
    };
    return argv;
}

Argv argvOfKubelet(const Node &node, const Component &component, QList<Message> &notes)
{
    Argv argv = argvOfProcess(component.process);
    const QList<SourcedArgument> written = writtenKubeletArguments(*node.snapshot);
    if (written.isEmpty())
        return argv;
    QList<QByteArray> words;
    for (const SourcedArgument &argument : written)
        words.append(argument.text);
    if (words != argv.words) {
        notes.append(message(
            u"The kubelet on %1 runs with other arguments than its unit and environment files define now; they take "
            u"effect when it is restarted."_s,
            u"%1 上的 kubelet 正在使用的参数与其 systemd 单元和环境文件当前定义的不同；后者在 kubelet 重启后才会生效。"_s,
            plainText(node.name)));
        return argv;
    }
    argv.origin = [written](int index) {
        Origin origin = written[index].origin;
        origin.index = index;
        return origin;
    };
    return argv;
}

// What argv says, weakest first; the last one decides.
struct FromArguments
{
    QList<OverriddenValue> values;
    Message unknown;
    bool unusable = false;
};

FromArguments fromArguments(const Argv &argv, const SettingName &name, const QString &where)
{
    FromArguments result;
    const QString flag = isGate(name) ? u"--feature-gates"_s : name.flag;
    if (flag.isEmpty())
        return result;
    const ValueType type = isGate(name) ? ValueType::Map : name.type;
    const auto occurrences = flagOccurrences(argv.words, flag, type, flagSyntax(name.component));
    const bool accumulates = type == ValueType::StringList || type == ValueType::Map;
    QList<FlagOccurrence> group;
    for (const FlagOccurrence &occurrence : occurrences) {
        if (occurrence.ambiguous) {
            result.unknown = message(
                u"On %1 the argument before %2 has no value of its own and is not known to this program: it may take %2 "
                u"as its value. Write it with an equals sign."_s,
                u"在 %1 上，%2 之前的参数没有值，且本程序不认识它：它可能把 %2 当作自己的值。请改用等号写法。"_s, where,
                flag);
            return result;
        }
        if (occurrence.text.size() > 1 && occurrence.text.count('*') == occurrence.text.size()) {
            result.unknown = message(u"On %1 the value of %2 is masked in the snapshot."_s,
                u"在 %1 上，%2 的值在快照中已被遮盖。"_s, where, flag);
            return result;
        }
        if (occurrence.bare) {
            result.unknown = message(u"On %1 %2 is the last argument and has no value, which %3 does not accept."_s,
                u"在 %1 上，%2 是最后一个参数且没有值，%3 不接受。"_s, where, flag, componentName(name.component));
            result.unusable = true;
            return result;
        }
        if (!accumulates)
            group.clear();
        group.append(occurrence);
        const auto value = combined(group, name);
        if (!value) {
            result.unknown = message(u"On %1 %2 is given the value \"%3\", which %4 does not accept."_s,
                u"在 %1 上，%2 的值为“%3”，%4 不接受该值。"_s, where, flag, plainText(occurrence.text),
                componentName(name.component));
            result.unusable = true;
            return result;
        }
        OverriddenValue entry{*value, argv.origin(occurrence.index)};
        if (isGate(name)) {
            const auto own = combined({occurrence}, name);
            if (!own->toObject().contains(gateKey(name)))
                continue;
            entry.value = own->toObject().value(gateKey(name));
        } else if (accumulates) {
            result.values.clear();
        }
        result.values.append(entry);
    }
    return result;
}

QString lastArgument(const Argv &argv, const QString &flag)
{
    const auto found = flagOccurrences(argv.words, flag, ValueType::String, FlagSyntax::Pflag);
    return found.isEmpty() ? QString() : QString::fromUtf8(found.last().text);
}

Setting unknown(Setting setting, Message why, bool unusable = false)
{
    setting.unknown = std::move(why);
    setting.unusable = unusable;
    setting.value = {};
    setting.origin = {};
    setting.overridden.clear();
    return setting;
}

// The strongest of the values is in force, the others lost.
void decide(Setting &setting, QList<OverriddenValue> values)
{
    setting.value = values.last().value;
    setting.origin = values.last().origin;
    values.removeLast();
    setting.overridden = values;
}

bool addDefault(
    QList<OverriddenValue> &values, const SettingName &name, const Release &release, bool withFile, qsizetype place = 0)
{
    const DefaultValue value = defaultOf(name, release, withFile);
    if (!value.found)
        return false;
    Origin origin{Origin::Kind::Default};
    origin.key = value.source;
    origin.release = Release{release.minor, -1}.text();
    values.insert(place, {value.value, origin});
    return true;
}

Message noDefault(const SettingName &name, const Release &release, const QString &where)
{
    if (!release.isKnown()) {
        return message(u"%2 is not set on %1, and the release of its %3 is not known, so neither is the default."_s,
            u"%1 上未设置 %2，且其 %3 的版本未知，因此默认值也未知。"_s, where, title(name),
            componentName(name.component));
    }
    return message(u"%2 is not set on %1, and this program does not know the default of %3 %4."_s,
        u"%1 上未设置 %2，且本程序不知道 %3 %4 的默认值。"_s, where, title(name), componentName(name.component),
        release.text());
}

Setting staticPodSetting(const Node &node, const Component &component, const SettingName &name, Setting setting)
{
    const QString where = plainText(node.name);
    const Argv argv = argvOfStaticPod(node, component);
    setting.notes += component.notes;
    // It takes its settings from the file that is named there, and ignores the flags.
    if (name.component == ComponentKind::Etcd
        && !flagOccurrences(argv.words, u"--config-file"_s, ValueType::String, FlagSyntax::GoFlag).isEmpty()) {
        return unknown(setting,
            message(u"%2 on %1 is given a configuration file, which decides %3 instead of the arguments; this "
                    u"program does not read that file."_s,
                u"%1 上的 %2 指定了配置文件，%3 由该文件而不是参数决定；本程序不读取该文件。"_s, where,
                componentName(name.component), title(name)));
    }
    if (const QString path = decidingFile(component, name); !path.isEmpty()) {
        const FileSetting file = fileSetting(node, component, name, path);
        if (!file.unknown.isEmpty())
            return unknown(setting, file.unknown, file.unusable);
        QList<OverriddenValue> values;
        if (!file.value.isUndefined())
            values.append({file.value, file.origin});
        addDefault(values, name, component.release, true);
        if (values.isEmpty())
            return unknown(setting, noDefault(name, component.release, where));
        decide(setting, values);
        setting.notes.append(message(u"The argument %1 would have no effect: %2 decides."_s,
            u"启动参数 %1 不起作用：由 %2 决定。"_s, name.flag, plainText(file.origin.file)));
        return setting;
    }
    FromArguments arguments = fromArguments(argv, name, where);
    if (!arguments.unknown.isEmpty())
        return unknown(setting, arguments.unknown, arguments.unusable);
    const bool isEtcd = name.component == ComponentKind::Etcd;
    // etcd takes what no argument says from its environment (server/embed, pkg/flags: ETCD_ and the flag's name).
    const FileRecord *manifest = node.snapshot->file(component.manifest);
    const QByteArray variable = "ETCD_" + name.flag.mid(2).toUpper().replace(u'-', u'_').toUtf8();
    if (isEtcd && arguments.values.isEmpty() && manifest && manifest->content.contains(variable)) {
        return unknown(setting,
            message(u"On %1 the environment of etcd sets %2 in %3; this program does not read it there."_s,
                u"在 %1 上，etcd 的 %2 由 %3 中的环境变量设置；本程序不读取该处的值。"_s, where, title(name),
                plainText(component.manifest)));
    }
    // etcd is released on its own; which one it is goes with the node's Kubernetes.
    const Release &release = isEtcd && !component.release.isKnown() ? node.release : component.release;
    addDefault(arguments.values, name, release, false);
    if (arguments.values.isEmpty())
        return unknown(setting, noDefault(name, release, where));
    decide(setting, arguments.values);
    return setting;
}

Setting kubeletSetting(const Node &node, const Component &component, const SettingName &name, Setting setting)
{
    const QString where = plainText(node.name);
    const Argv argv = argvOfKubelet(node, component, setting.notes);
    setting.notes += component.notes;
    const FromArguments arguments = fromArguments(argv, name, where);
    if (!arguments.unknown.isEmpty())
        return unknown(setting, arguments.unknown, arguments.unusable);

    const QString &directory = component.process.directory;
    const QString config = kubeletConfigFile(argv.words, directory);
    KubeletFiles files;
    if (!name.path.isEmpty()) {
        files =
            kubeletFiles(node, name, config, kubeletDropInDirectory(argv.words, directory), component.process.started);
        if (!lastArgument(argv, u"--dynamic-config-dir"_s).isEmpty() && files.unknown.isEmpty()) {
            files.unknown =
                message(u"The kubelet on %1 runs with --dynamic-config-dir, so its configuration may come from "
                        u"the API server instead of its file."_s,
                    u"%1 上的 kubelet 使用了 --dynamic-config-dir，其配置可能来自 API server 而不是文件。"_s, where);
        }
    }
    setting.notes += files.notes;

    QList<OverriddenValue> values = files.values;
    const bool merges = name.type == ValueType::Map && name.path == "featureGates"_L1;
    if (!arguments.values.isEmpty() && merges && !values.isEmpty()) {
        OverriddenValue merged = arguments.values.last();
        QJsonObject gates = values.last().value.toObject();
        const QJsonObject flags = merged.value.toObject();
        for (auto gate = flags.begin(); gate != flags.end(); ++gate)
            gates[gate.key()] = gate.value();
        merged.value = gates;
        values.append(merged);
    } else {
        values += arguments.values;
    }
    // A file that is not known does not matter under an argument, unless both count or the kubelet ends because of it.
    if (!files.unknown.isEmpty()) {
        if (files.unusable || arguments.values.isEmpty() || merges)
            return unknown(setting, files.unknown, files.unusable);
        setting.notes.append(files.unknown);
    }
    const bool known = addDefault(values, name, component.release, !config.isEmpty(), files.belowDefault);
    if (values.isEmpty() || (!known && values.size() == files.belowDefault))
        return unknown(setting, noDefault(name, component.release, where));
    // These two move every gate of their stage that nobody names.
    const bool group = gateKey(name) == "AllAlpha"_L1 || gateKey(name) == "AllBeta"_L1;
    if (isGate(name) && !group && known && values.size() == 1 && !values.first().value.isNull()) {
        for (const QString &all : {u"AllAlpha"_s, u"AllBeta"_s}) {
            const SettingName other{name.component, name.flag, gatePrefix + all, ValueType::Bool};
            const Setting set = kubeletSetting(node, component, other, {});
            if (set.unknown.isEmpty()) {
                return unknown(setting,
                    message(u"On %1 the feature gate %2 is not set, but %3 is, and may move it."_s,
                        u"%1 上未设置特性门控 %2，但设置了可能影响它的 %3。"_s, where, gateKey(name), all));
            }
        }
    }
    decide(setting, values);
    return setting;
}

} // namespace

Setting settingInForce(const Node &node, const SettingName &name)
{
    Setting setting;
    setting.name = title(name);
    const QString where = plainText(node.name);
    const QString what = componentName(name.component);
    if (!node.read || !node.snapshot) {
        return unknown(setting, message(u"Node %1 was not read."_s, u"未读取节点 %1。"_s, where));
    }
    const Component *component = node.component(name.component);
    if (!component) {
        return unknown(setting, message(u"Node %1 has no %2."_s, u"节点 %1 上没有 %2。"_s, where, what));
    }
    if (!component->running) {
        return unknown(setting,
            message(u"%2 is not running on %1, so none of its settings is in force."_s,
                u"%1 上的 %2 没有运行，因此没有任何配置项在生效。"_s, where, what));
    }
    if (component->process.argv.isEmpty()) {
        return unknown(setting,
            message(u"The arguments of %2 on %1 could not be read."_s, u"无法读取 %1 上 %2 的参数。"_s, where, what));
    }
    switch (name.component) {
    case ComponentKind::ApiServer:
    case ComponentKind::ControllerManager:
    case ComponentKind::Scheduler:
    case ComponentKind::Etcd:
        return staticPodSetting(node, *component, name, setting);
    case ComponentKind::Kubelet:
        return kubeletSetting(node, *component, name, setting);
    case ComponentKind::KubeProxy:
    case ComponentKind::ContainerRuntime:
    case ComponentKind::Cni:
    case ComponentKind::OperatingSystem:
    case ComponentKind::Workload:
        break;
    }
    return unknown(setting,
        message(u"This program does not read the settings of %1 yet."_s, u"本程序尚不读取 %1 的配置项。"_s, what));
}

} // namespace jiagu
