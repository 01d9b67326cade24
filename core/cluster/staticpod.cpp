// SPDX-License-Identifier: Apache-2.0
#include "cluster/staticpod.h"

#include "cluster/yamlvalue.h"

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

QString text(const YamlDocument &document, const QList<QByteArray> &path)
{
    return yamlValue(document, document.find(path)).toString();
}

// Of the image's own program nothing is known, so the written words are the end of argv.
qsizetype offset(const StaticPodFile &file, const QList<QByteArray> &argv)
{
    return file.hasCommand ? 0 : argv.size() - file.arguments.size();
}

/// "kube-system/etcd"; empty when it defines none.
QByteArray podName(const FileRecord &record)
{
    if (!record.hasContent)
        return {};
    const auto document = record.yaml();
    const int name = document ? document->find({"metadata", "name"}) : -1;
    if (name < 0)
        return {};
    const int space = document->find({"metadata", "namespace"});
    return (space < 0 ? QByteArray("default") : document->node(space).value) + '/' + document->node(name).value;
}

} // namespace

Result<QList<WrittenArgument>> writtenArguments(const YamlDocument &manifest)
{
    const int container = manifest.resolved(manifest.find({"spec"_ba, "containers"_ba, "[0]"_ba}));
    if (container < 0 || manifest.node(container).kind != YamlNode::Kind::Map) {
        return failure(Error::Kind::Parse,
            message(
                u"The manifest has no container (spec.containers[0])."_s, u"清单中没有容器（spec.containers[0]）。"_s),
            {{}, manifest.name(), 0, 0});
    }
    QList<WrittenArgument> arguments;
    for (const QByteArray &key : {"command"_ba, "args"_ba}) {
        const int value = manifest.find(container, key);
        const int list = value < 0 ? -1 : manifest.resolved(value);
        if (list < 0 || manifest.node(list).isNull())
            continue;
        const auto wrong = [&](int node, const QString &en, const QString &zh) {
            Position at = manifest.position(manifest.node(node).begin);
            at.file = manifest.name();
            return failure(Error::Kind::Parse, message(en, zh, QString::fromUtf8(key)), at);
        };
        if (manifest.node(list).kind != YamlNode::Kind::Sequence) {
            return wrong(value, u"%1 is not a list, so the kubelet refuses the manifest."_s,
                u"%1 不是列表，kubelet 会拒绝该清单。"_s);
        }
        const QList<int> &items = manifest.node(list).children;
        for (int i = 0; i < items.size(); ++i) {
            const QJsonValue item = yamlValue(manifest, items[i]);
            if (!item.isString() && !item.isNull()) {
                return wrong(items[i], u"An item of %1 is not text, so the kubelet refuses the manifest; quote it."_s,
                    u"%1 中有一项不是文本，kubelet 会拒绝该清单；请加上引号。"_s);
            }
            Position at = manifest.position(manifest.node(items[i]).begin);
            at.file = manifest.name();
            arguments.append({item.toString().toUtf8(), items[i], list, i, at});
        }
    }
    return arguments;
}

namespace {

StaticPodFile readAnew(const FileRecord &record)
{
    StaticPodFile file;
    file.path = record.path;
    const Position whole{{}, record.path, 0, 0};
    if (!record.hasContent) {
        const Message why = record.truncated ? message(u"it is too large"_s, u"文件过大"_s)
            : record.error.isEmpty() ? message(u"the snapshot does not hold its content"_s, u"快照中没有其内容"_s)
                                     : message(record.error, record.error);
        file.error = Error{Error::Kind::NotFound,
            message(u"The file could not be read: %1."_s, u"无法读取该文件：%1。"_s, why), whole};
        return file;
    }
    auto document = record.yaml();
    if (!document) {
        file.error = document.error();
        return file;
    }
    const auto fails = [&](Message why, int node) {
        Position at = whole;
        if (node >= 0)
            at = document->position(document->node(node).begin);
        at.file = record.path;
        file.error = Error{Error::Kind::Parse, std::move(why), at};
    };
    file.container = text(*document, {"spec"_ba, "containers"_ba, "[0]"_ba, "name"_ba});
    file.image = text(*document, {"spec"_ba, "containers"_ba, "[0]"_ba, "image"_ba});
    if (text(*document, {"kind"_ba}) != "Pod"_L1) {
        fails(message(u"The file does not define a Pod, so the kubelet refuses it."_s,
                  u"该文件未定义 Pod，kubelet 会拒绝它。"_s),
            document->find({"kind"_ba}));
    } else if (auto arguments = writtenArguments(*document)) {
        const int command = document->resolved(document->find({"spec"_ba, "containers"_ba, "[0]"_ba, "command"_ba}));
        file.hasCommand = command >= 0 && !document->node(command).children.isEmpty();
        file.arguments = std::move(*arguments);
    } else {
        file.error = arguments.error();
    }
    file.document = std::move(*document);
    return file;
}

} // namespace

StaticPodFile readStaticPodFile(const FileRecord &record)
{
    return *record.derived->once<StaticPodFile>("static-pod", record.content, [&record] { return readAnew(record); });
}

QList<StaticPodFile> staticPodFiles(const Snapshot &snapshot, const QString &directory)
{
    QList<StaticPodFile> files;
    for (const FileRecord *record : snapshot.filesBelow(directory)) {
        const QString name = record->path.section(u'/', -1);
        const bool mayBeFile = record->type == FileRecord::Type::Regular || record->type == FileRecord::Type::Symlink;
        if (mayBeFile && !name.startsWith(u'.'))
            files.append(readStaticPodFile(*record));
    }
    return files;
}

const FileRecord *otherDefinition(const Snapshot &snapshot, const FileRecord &manifest)
{
    const QByteArray pod = podName(manifest);
    if (pod.isEmpty())
        return nullptr;
    for (const FileRecord *file : snapshot.filesBelow(manifest.path.section(u'/', 0, -2))) {
        if (file->path != manifest.path && !file->path.section(u'/', -1).startsWith(u'.') && podName(*file) == pod)
            return file;
    }
    return nullptr;
}

std::optional<ComponentKind> componentOf(const StaticPodFile &file)
{
    QString program;
    if (file.hasCommand && !file.arguments.isEmpty())
        program = QString::fromUtf8(file.arguments.first().text).section(u'/', -1);
    using enum ComponentKind;
    for (const ComponentKind kind : {ApiServer, ControllerManager, Scheduler, Etcd}) {
        if (program == componentName(kind) || file.container == componentName(kind))
            return kind;
    }
    return {};
}

bool runsAsWritten(const StaticPodFile &file, const QList<QByteArray> &argv)
{
    const qsizetype first = offset(file, argv);
    if (file.arguments.isEmpty() || first < 0 || first + file.arguments.size() != argv.size())
        return false;
    for (qsizetype i = 0; i < file.arguments.size(); ++i) {
        const QByteArray &text = file.arguments[i].text;
        if (text != argv[first + i] && !text.contains("$("))
            return false;
    }
    return true;
}

std::optional<WrittenArgument> writtenArgument(const StaticPodFile &file, const QList<QByteArray> &argv, int index)
{
    const qsizetype at = index - offset(file, argv);
    if (at < 0 || at >= file.arguments.size())
        return {};
    return file.arguments[at];
}

} // namespace jiagu
