// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

const QString schema = u"jiagu-changeset/1"_s;
constexpr qsizetype maximumContent = 4 * 1024 * 1024;
constexpr qsizetype maximumSteps = 1000;

QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

QJsonArray toJson(const QList<QByteArray> &argv)
{
    QJsonArray array;
    for (const QByteArray &argument : argv)
        array += base64(argument);
    return array;
}

QJsonObject toJson(const Message &message)
{
    return {{u"en"_s, message.en}, {u"zh"_s, message.zh}};
}

/// What steps did not have at first is written only where it says something: the ids of older change sets stay.
QJsonObject toJson(const FileChange &step)
{
    QJsonObject object{
        {u"node"_s, step.node},
        {u"machineId"_s, step.machineId},
        {u"path"_s, step.path},
        {u"before"_s, base64(step.before)},
        {u"after"_s, base64(step.after)},
        {u"sha256Before"_s, QString::fromLatin1(step.sha256Before)},
        {u"sha256After"_s, QString::fromLatin1(step.sha256After)},
        {u"mode"_s, step.mode},
        {u"uid"_s, step.uid},
        {u"gid"_s, step.gid},
        {u"component"_s, componentName(step.component)},
        {u"argvBefore"_s, toJson(step.argvBefore)},
        {u"argvAfter"_s, toJson(step.argvAfter)},
        {u"address"_s, step.address},
        {u"port"_s, step.port},
        {u"limit"_s, step.limit},
        {u"soak"_s, step.soak},
        {u"rules"_s, QJsonArray::fromStringList(step.rules)},
        {u"interruption"_s, toJson(step.interruption)},
    };
    if (step.kind == FileChange::Kind::Attributes) {
        object.insert(u"kind"_s, u"attributes"_s);
        object.insert(u"modeAfter"_s, step.modeAfter);
        object.insert(u"uidAfter"_s, step.uidAfter);
        object.insert(u"gidAfter"_s, step.gidAfter);
    }
    if (!step.gated)
        object.insert(u"gated"_s, false);
    return object;
}

QJsonObject content(const ChangeSet &changeSet)
{
    QJsonArray steps;
    for (const FileChange &step : changeSet.steps)
        steps += toJson(step);
    return {
        {u"schema"_s, schema},
        {u"cluster"_s, changeSet.cluster},
        {u"packDigest"_s, QString::fromLatin1(changeSet.packDigest)},
        {u"planned"_s, changeSet.planned.toUTC().toString(Qt::ISODateWithMs)},
        {u"steps"_s, steps},
    };
}

tl::unexpected<Error> unusable(const QString &en, const QString &zh)
{
    return failure(Error::Kind::Parse,
        message(u"This is not a usable change set: %1. Plan again."_s, u"这不是可用的变更集：%1。请重新生成计划。"_s,
            message(en, zh)));
}

QByteArray bytes(const QJsonValue &value)
{
    return QByteArray::fromBase64(value.toString().toLatin1());
}

QList<QByteArray> argv(const QJsonValue &value)
{
    QList<QByteArray> list;
    const QJsonArray array = value.toArray();
    for (const QJsonValue &argument : array)
        list += bytes(argument);
    return list;
}

bool isSha256(const QByteArray &text)
{
    static const QRegularExpression pattern(u"\\A[0-9a-f]{64}\\z"_s);
    return pattern.match(QString::fromLatin1(text)).hasMatch();
}

/// Owner or mode really change, and the bytes are not touched: their checksum, where it is known, is the same.
bool isAttributeChange(const FileChange &step)
{
    return step.modeAfter >= 0 && step.modeAfter <= 07777 && step.uidAfter >= 0 && step.gidAfter >= 0
        && (step.mode != step.modeAfter || step.uid != step.uidAfter || step.gid != step.gidAfter)
        && step.before.isEmpty() && step.after.isEmpty() && step.sha256Before == step.sha256After
        && (step.sha256Before.isEmpty() || isSha256(step.sha256Before));
}

/// Something can tell afterwards whether the component is well.
bool isGate(const FileChange &step)
{
    static const QRegularExpression address(u"\\A[0-9a-fA-F.:]{2,45}\\z"_s);
    switch (step.component) {
    case ComponentKind::ApiServer:
    case ComponentKind::ControllerManager:
    case ComponentKind::Scheduler:
        break;
    case ComponentKind::Kubelet:
        if (step.port == 0 && step.address.isEmpty())
            return !step.argvBefore.isEmpty() && !step.argvAfter.isEmpty();
        break;
    case ComponentKind::Etcd:
    case ComponentKind::KubeProxy:
    case ComponentKind::ContainerRuntime:
    case ComponentKind::Cni:
    case ComponentKind::OperatingSystem:
    case ComponentKind::Workload:
        return false;
    }
    const int least = step.component == ComponentKind::Kubelet ? 0 : 1;
    return address.match(step.address).hasMatch() && step.port >= least && step.port <= 65535
        && !step.argvBefore.isEmpty() && !step.argvAfter.isEmpty();
}

Result<FileChange> stepFromJson(const QJsonObject &object)
{
    FileChange step;
    step.node = object.value(u"node"_s).toString();
    step.machineId = object.value(u"machineId"_s).toString();
    step.path = object.value(u"path"_s).toString();
    step.before = bytes(object.value(u"before"_s));
    step.after = bytes(object.value(u"after"_s));
    step.sha256Before = object.value(u"sha256Before"_s).toString().toLatin1();
    step.sha256After = object.value(u"sha256After"_s).toString().toLatin1();
    step.mode = object.value(u"mode"_s).toInt(-1);
    step.uid = object.value(u"uid"_s).toInteger(-1);
    step.gid = object.value(u"gid"_s).toInteger(-1);
    step.argvBefore = argv(object.value(u"argvBefore"_s));
    step.argvAfter = argv(object.value(u"argvAfter"_s));
    step.address = object.value(u"address"_s).toString();
    step.port = object.value(u"port"_s).toInt();
    step.limit = object.value(u"limit"_s).toInt(-1);
    step.soak = object.value(u"soak"_s).toInt(-1);
    const QJsonArray rules = object.value(u"rules"_s).toArray();
    for (const QJsonValue &rule : rules)
        step.rules += rule.toString();
    const QJsonObject interruption = object.value(u"interruption"_s).toObject();
    step.interruption = {interruption.value(u"en"_s).toString(), interruption.value(u"zh"_s).toString()};

    if (object.value(u"kind"_s).toString() == u"attributes"_s) {
        step.kind = FileChange::Kind::Attributes;
        step.modeAfter = object.value(u"modeAfter"_s).toInt(-1);
        step.uidAfter = object.value(u"uidAfter"_s).toInteger(-1);
        step.gidAfter = object.value(u"gidAfter"_s).toInteger(-1);
    } else if (object.contains(u"kind"_s)) {
        return unusable(
            u"it has a step of a kind that this version does not know"_s, u"其中有本版本不认识的步骤类型"_s);
    }
    const QJsonValue gated = object.value(u"gated"_s);
    if (!gated.isUndefined() && (!gated.isBool() || gated.toBool()))
        return unusable(u"a value in it is out of range"_s, u"其中的某个值超出范围"_s);
    step.gated = gated.isUndefined();

    const QString component = object.value(u"component"_s).toString();
    bool known = false;
    for (ComponentKind kind : {ComponentKind::ApiServer, ComponentKind::ControllerManager, ComponentKind::Scheduler,
             ComponentKind::Etcd, ComponentKind::Kubelet, ComponentKind::KubeProxy, ComponentKind::ContainerRuntime,
             ComponentKind::Cni, ComponentKind::OperatingSystem}) {
        if (componentName(kind) != component)
            continue;
        step.component = kind;
        known = true;
    }
    static const QRegularExpression machineId(u"\\A[0-9a-f]{32}\\z"_s);
    static const QRegularExpression path(u"\\A(/[^/\\x00-\\x1f]+)+\\z"_s);
    if (!known)
        return unusable(u"it names a component that cannot be changed"_s, u"其中的组件不支持修改"_s);
    if (step.node.isEmpty() || !machineId.match(step.machineId).hasMatch() || !path.match(step.path).hasMatch()
        || step.path.contains(u"/../"_s) || step.path.endsWith(u"/.."_s))
        return unusable(u"a node or path in it is damaged"_s, u"其中的节点或路径已损坏"_s);
    if (step.kind == FileChange::Kind::Attributes) {
        if (!isAttributeChange(step))
            return unusable(u"a change of owner and mode in it is damaged"_s, u"其中的属主和权限变更已损坏"_s);
    } else if (step.before.size() > maximumContent || step.after.size() > maximumContent
        || sha256(step.before) != step.sha256Before || sha256(step.after) != step.sha256After)
        return unusable(u"the content of a file is not what its checksum says"_s, u"其中的文件内容与校验值不符"_s);
    if (step.mode < 0 || step.mode > 07777 || step.uid < 0 || step.gid < 0 || step.limit < 1 || step.limit > 3600
        || step.soak < 0 || step.soak > 3600 || (step.gated && !isGate(step)))
        return unusable(u"a value in it is out of range, or its component cannot be watched"_s,
            u"其中的某个值超出范围，或者其组件无法观察"_s);
    return step;
}

} // namespace

QJsonObject toJson(const ChangeSet &changeSet)
{
    QJsonObject object = content(changeSet);
    object.insert(u"id"_s, changeSet.id);
    return object;
}

QString contentId(const ChangeSet &changeSet)
{
    // The keys of a QJsonObject are sorted: the compact form is canonical.
    return QString::fromLatin1(sha256(QJsonDocument(content(changeSet)).toJson(QJsonDocument::Compact)));
}

Result<ChangeSet> changeSetFromJson(const QJsonObject &object)
{
    if (object.value(u"schema"_s).toString() != schema)
        return unusable(u"its schema is not jiagu-changeset/1"_s, u"其 schema 不是 jiagu-changeset/1"_s);
    ChangeSet changeSet;
    changeSet.cluster = object.value(u"cluster"_s).toString();
    changeSet.packDigest = object.value(u"packDigest"_s).toString().toLatin1();
    changeSet.planned = QDateTime::fromString(object.value(u"planned"_s).toString(), Qt::ISODateWithMs).toUTC();
    const QJsonArray steps = object.value(u"steps"_s).toArray();
    if (steps.isEmpty() || steps.size() > maximumSteps || !changeSet.planned.isValid())
        return unusable(u"it has no steps or no date"_s, u"其中没有步骤或没有日期"_s);
    for (const QJsonValue &value : steps) {
        auto step = stepFromJson(value.toObject());
        if (!step)
            return tl::unexpected(step.error());
        changeSet.steps += *step;
    }
    changeSet.id = contentId(changeSet);
    if (changeSet.id != object.value(u"id"_s).toString())
        return unusable(u"its id is not the hash of its content: it was changed after it was planned"_s,
            u"其 id 不是内容的哈希值：计划生成之后内容被修改过"_s);
    return changeSet;
}

} // namespace jiagu
