// SPDX-License-Identifier: Apache-2.0
#include "cluster/componentfile.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/podmounts.h"
#include "cluster/yamlvalue.h"

#include <QJsonArray>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

QString lastValue(const Component &component, const QString &flag)
{
    const auto found = flagOccurrences(component.process.argv, flag, ValueType::String, FlagSyntax::Pflag);
    return found.isEmpty() ? QString() : QString::fromUtf8(found.last().text);
}

} // namespace

QString decidingFile(const Component &component, const SettingName &name)
{
    // cmd/kube-scheduler/app/options/deprecated.go: ignored beside --config.
    if (name.component == ComponentKind::Scheduler && name.flag == "--profiling"_L1)
        return lastValue(component, u"--config"_s);
    // pkg/kubeapiserver/options/authorization.go: never both, since 1.29.
    if (name.component == ComponentKind::ApiServer && name.flag == "--authorization-mode"_L1)
        return lastValue(component, u"--authorization-config"_s);
    return {};
}

ComponentFile componentFile(const Node &node, const Component &component, const QString &path)
{
    ComponentFile file;
    file.path = path;
    const QString where = plainText(node.name);
    const FileRecord *manifest = component.manifest.isEmpty() ? nullptr : node.snapshot->file(component.manifest);
    if (manifest && manifest->hasContent) {
        const auto mount = mountOf(*manifest, path);
        if (!mount) {
            file.unknown = message(u"Where %2 of %3 lies on %1 is not known, because its manifest does not parse: %4"_s,
                u"%3 的清单无法解析，因此不知道 %2 位于 %1 的何处：%4"_s, where, plainText(path),
                componentName(component.kind), mount.error().message);
            return file;
        }
        if (!*mount || (*mount)->hostPath.isEmpty()) {
            file.unknown =
                message(u"%2 of %3 on %1 lies in no directory of the node: its manifest mounts none there."_s,
                    u"%1 上 %3 使用的 %2 不在节点的任何目录中：其清单没有挂载该位置。"_s, where, plainText(path),
                    componentName(component.kind));
            return file;
        }
        file.path = (*mount)->hostPath;
    }
    const FileRecord *record = node.snapshot->file(file.path);
    if (!record || !record->hasContent || record->masked) {
        file.unknown = message(u"%2 on %1 was not read."_s, u"未读取 %1 上的 %2。"_s, where, plainText(file.path));
        return file;
    }
    file.modified = record->modified;
    auto document = record->yaml();
    if (!document) {
        file.unknown = message(u"%2 on %1 does not parse: %3"_s, u"%1 上的 %2 无法解析：%3"_s, where,
            plainText(file.path), document.error().message);
        return file;
    }
    file.document = *std::move(document);
    return file;
}

FileSetting fileSetting(const Node &node, const Component &component, const SettingName &name, const QString &path)
{
    FileSetting setting;
    ComponentFile file = componentFile(node, component, path);
    const Message decides = message(u"%2 on %1 is given %3, which decides %4 instead of the arguments."_s,
        u"%1 上的 %2 指定了 %3，%4 由该文件而不是参数决定。"_s, plainText(node.name), componentName(name.component),
        plainText(path), name.flag);
    if (!file.unknown.isEmpty()) {
        setting.unknown = message(u"%1 %2"_s, u"%1%2"_s, decides, file.unknown);
        return setting;
    }
    if (file.modified.isValid() && component.process.started.isValid()
        && file.modified > component.process.started.addSecs(1)) {
        setting.unknown = message(u"%1 It was changed after the process started, so what is in force is not known."_s,
            u"%1该文件在进程启动之后被修改过，因此生效值未知。"_s, decides);
        return setting;
    }
    const YamlDocument &document = *file.document;
    setting.origin = {Origin::Kind::File, file.path};
    if (name.component == ComponentKind::Scheduler) {
        const YamlLookup found = lookUp(document, u"enableProfiling"_s, ValueType::Bool);
        setting.origin.key = u"enableProfiling"_s;
        if (found.state == YamlLookup::State::Unusable) {
            setting.unusable = true;
            setting.unknown = message(u"%1 enableProfiling %2. The component does not start with it."_s,
                u"%1enableProfiling %2。组件无法以此启动。"_s, decides, found.trouble);
        } else if (found.state == YamlLookup::State::Found) {
            const Position at = document.position(document.node(found.node).begin);
            setting.origin.line = at.line;
            setting.origin.column = at.column;
            setting.value = found.value;
        } else {
            setting.value = QJsonValue(QJsonValue::Undefined);
        }
        return setting;
    }
    setting.origin.key = u"authorizers"_s;
    const int list = document.find({"authorizers"_ba});
    QJsonArray modes;
    for (const QJsonValue &authorizer : yamlValue(document, list).toArray())
        modes.append(authorizer["type"_L1].toString());
    if (list < 0 || modes.isEmpty()) {
        setting.unusable = true;
        setting.unknown = message(u"%1 It names no authorizers: kube-apiserver does not start with it."_s,
            u"%1其中没有 authorizers：kube-apiserver 无法以此启动。"_s, decides);
        return setting;
    }
    const Position at = document.position(document.node(list).begin);
    setting.origin.line = at.line;
    setting.origin.column = at.column;
    setting.value = modes;
    return setting;
}

} // namespace jiagu
