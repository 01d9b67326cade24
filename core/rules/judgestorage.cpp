// SPDX-License-Identifier: Apache-2.0
// Where a cluster's data lies: etcd's directory and CA, and whether Secrets are encrypted in it.
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/yamlvalue.h"
#include "rules/auditlog.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int keysMode = 0600; ///< what a file of encryption keys may be at most

/// A finding that is unknown, about a flag that names a file; its path when it is known.
QString pathInForce(const Node &node, const SettingName &name, Finding &finding)
{
    const Setting setting = settingInForce(node, name);
    if (!setting.unknown.isEmpty()) {
        finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        finding.reason = setting.unknown;
        return {};
    }
    finding.origin = setting.origin;
    const QString path = setting.value.toString();
    if (!path.startsWith(u'/')) {
        finding.verdict = path.isEmpty() ? Verdict::Fail : Verdict::Unknown;
        finding.actual = actualText(setting.value);
        finding.reason = message(u"On node %1, %2 %3 is %4; required: an absolute path."_s,
            u"节点 %1 上 %2 %3 的值为 %4；要求为绝对路径。"_s, plainText(node.name), componentName(name.component),
            name.flag, path.isEmpty() ? u"\"\""_s : plainText(path));
        return {};
    }
    return path;
}

Message notSeen(const Node &node, const QString &path, const FileRecord *file)
{
    return sentences({message(u"On node %1, what is needed of %2 was not read."_s, u"节点 %1 上的 %2 未能读取。"_s,
                          plainText(node.name), plainText(path)),
        file ? file->reason : Message()});
}

/// Where on the node the path of a component's argument is; empty with the reason when it is not the node's or nobody
/// knows.
QString onNode(const Node &node, const Component &component, const QString &path, Finding &finding)
{
    const NodePath where = nodePath(node, component, path, {});
    if (where.unknown.isEmpty() && !where.path.isEmpty())
        return where.path;
    finding.verdict = Verdict::Unknown;
    finding.reason = where.unknown.isEmpty()
        ? message(
            u"On node %1, %2 is in the container of %3 alone: nothing of the node is mounted there, so it cannot be "
            u"looked at from the node."_s,
            u"节点 %1 上 %2 只存在于 %3 的容器内：没有把节点上的路径挂载到该处，无法从节点上查看。"_s,
            plainText(node.name), plainText(path), componentName(component.kind))
        : where.unknown;
    return {};
}

Finding judgeDirectory(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = u"\u2264 %1"_s.arg(octal(rule.directoryMode));
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const QString written = pathInForce(node, rule.setting, finding);
    const QString path = written.isEmpty() ? QString() : onNode(node, component, written, finding);
    if (path.isEmpty())
        return finding;
    const FileRecord *file = node.snapshot->file(path.endsWith(u'/') ? path.chopped(1) : path);
    if (!file)
        file = node.snapshot->file(path);
    const qint64 uid = component.process.uid;
    if (!file || file->mode < 0 || file->uid < 0 || uid < 0) {
        finding.reason = notSeen(node, path, file);
        return finding;
    }
    finding.origin = {Origin::Kind::Attributes};
    finding.origin.file = path;
    finding.expected += u' ' + account(uid);
    finding.actual = u"%1 %2"_s.arg(octal(file->mode), account(file->uid));
    finding.verdict = (file->mode & ~rule.directoryMode) == 0 && file->uid == uid ? Verdict::Pass : Verdict::Fail;
    finding.reason = message(
        u"On node %1, %2 has the mode %3 and belongs to %4; required: at most %5, and the account that %6 runs as (%7)."_s,
        u"节点 %1 上 %2 的权限为 %3，属主为 %4；要求权限不超过 %5，属主为运行 %6 的账号（%7）。"_s,
        plainText(node.name), plainText(path), octal(file->mode), account(file->uid), octal(rule.directoryMode),
        componentName(rule.component), account(uid));
    return finding;
}

Finding judgeTwoFiles(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = u"\u2260 %1 %2"_s.arg(componentName(rule.other.component), rule.other.flag);
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const QString second = pathInForce(node, rule.other, finding);
    if (second.isEmpty()) {
        if (finding.verdict == Verdict::Fail) // the other one is judged elsewhere
            finding.verdict = Verdict::Unknown;
        return finding;
    }
    const QString first = pathInForce(node, rule.setting, finding);
    if (first.isEmpty())
        return finding;
    const Component *other = node.component(rule.other.component);
    QByteArray hashes[2];
    for (int i = 0; i < 2; ++i) {
        const QString path = onNode(node, i == 0 || !other ? component : *other, i == 0 ? first : second, finding);
        if (path.isEmpty())
            return finding;
        const FileRecord *file = node.snapshot->file(path);
        if (!file || file->sha256.size() != 64) {
            finding.reason = notSeen(node, path, file);
            return finding;
        }
        hashes[i] = file->sha256;
    }
    finding.actual = plainText(first);
    finding.verdict = hashes[0] == hashes[1] ? Verdict::Fail : Verdict::Pass;
    finding.reason = hashes[0] == hashes[1]
        ? message(u"On node %1, %2 (%3 %4) is the same file as %5 (%6 %7)."_s,
            u"节点 %1 上 %2（%3 %4）与 %5（%6 %7）内容相同。"_s, plainText(node.name), plainText(first),
            componentName(rule.setting.component), rule.setting.flag, plainText(second),
            componentName(rule.other.component), rule.other.flag)
        : message(u"On node %1, %2 and %3 differ."_s, u"节点 %1 上 %2 与 %3 内容不同。"_s, plainText(node.name),
            plainText(first), plainText(second));
    return finding;
}

/// The provider with which Secrets are written: the first one of the first entry that is about them. Empty when none
/// is.
QString writingProvider(const QJsonObject &config)
{
    for (const QJsonValue &entry : config["resources"_L1].toArray()) {
        const QJsonArray resources = entry["resources"_L1].toArray();
        const bool secrets = std::any_of(resources.begin(), resources.end(), [](const QJsonValue &resource) {
            const QString name = resource.toString();
            return name == "secrets"_L1 || name == "*."_L1 || name == "*.*"_L1;
        });
        if (!secrets)
            continue;
        const QStringList names = entry["providers"_L1].toArray().first().toObject().keys();
        return names.isEmpty() ? QString() : names.constFirst();
    }
    return {};
}

/// The keys stand in the file: who reads it reads what they encrypt.
void judgeKeysAttributes(const Node &node, const FileRecord &written, Finding &finding)
{
    const bool isLink = written.type == FileRecord::Type::Symlink;
    const FileRecord *target = isLink ? node.snapshot->file(written.realPath) : &written;
    FileRecord file;
    file.path = written.path;
    if (target && target->type != FileRecord::Type::Symlink)
        file = *target;
    const Message loose = looseAttributes(node, file, keysMode);
    if (loose.isEmpty())
        return;
    const bool known = file.mode >= 0 && file.uid >= 0 && file.gid >= 0;
    finding.verdict = known ? Verdict::Fail : Verdict::Unknown;
    finding.reason = sentences({finding.reason, loose});
}

Finding judgeEncryption(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = rule.providers.join(u" | "_s);
    if (doesNotApply(rule, node, component, finding))
        return finding;
    const QString where = plainText(node.name);
    const QString written = pathInForce(node, rule.setting, finding);
    if (written.isEmpty()) {
        if (finding.verdict == Verdict::Fail) {
            finding.actual = u"not set"_s;
            finding.reason = message(u"On node %1, %2 is not set: Secrets lie in etcd in clear text."_s,
                u"节点 %1 上未设置 %2：Secret 在 etcd 中以明文保存。"_s, where, rule.setting.flag);
        }
        return finding;
    }
    const QString path = onNode(node, component, written, finding);
    if (path.isEmpty())
        return finding;
    const FileRecord *file = node.snapshot->file(path);
    if (!file || !file->hasContent) {
        finding.reason = notSeen(node, path, file);
        return finding;
    }
    const bool reloads = component.process.argv.join(' ').contains("--encryption-provider-config-automatic-reload");
    if (!reloads && component.process.started.isValid() && file->modified > component.process.started) {
        finding.reason = message(
            u"On node %1, %2 was changed after kube-apiserver started: what is in force is not in it."_s,
            u"节点 %1 上的 %2 在 kube-apiserver 启动之后被修改过：文件内容不是生效的配置。"_s, where, plainText(path));
        return finding;
    }
    finding.origin = {Origin::Kind::File};
    finding.origin.file = path;
    const Result<YamlDocument> document = file->yaml();
    if (!document) {
        finding.verdict = Verdict::Error;
        finding.reason = document.error().message;
        return finding;
    }
    const QString provider = plainText(writingProvider(yamlValue(*document, document->root()).toObject()));
    finding.actual = provider.isEmpty() ? u"none"_s : provider;
    finding.reason = message(u"On node %1, %2 writes Secrets with the provider %3; required: one of %4."_s,
        u"节点 %1 上 %2 写入 Secret 时使用的 provider 为 %3；要求为 %4 之一。"_s, where, plainText(path),
        finding.actual, rule.providers.join(u", "_s));
    finding.verdict = rule.providers.contains(provider)   ? Verdict::Pass
        : provider.isEmpty() || provider == "identity"_L1 ? Verdict::Fail
                                                          : Verdict::Error;
    if (finding.verdict == Verdict::Pass)
        judgeKeysAttributes(node, *file, finding);
    return finding;
}

} // namespace

QList<Finding> judgeOwnedDirectory(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, u"\u2264 %1"_s.arg(octal(rule.directoryMode)),
        [&](const Node &node, const Component &component) { return judgeDirectory(cluster, rule, node, component); });
}

QList<Finding> judgeDistinctFiles(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, u"\u2260 %1 %2"_s.arg(componentName(rule.other.component), rule.other.flag),
        [&](const Node &node, const Component &component) { return judgeTwoFiles(cluster, rule, node, component); });
}

QList<Finding> judgeEncryptionAtRest(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, rule.providers.join(u" | "_s),
        [&](const Node &node, const Component &component) { return judgeEncryption(cluster, rule, node, component); });
}

} // namespace jiagu
