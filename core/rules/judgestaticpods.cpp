// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/podmanifest.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 largestForKubelet = 10 * 1024 * 1024; // maxConfigLength, pkg/kubelet/config/common.go
constexpr qint64 largestForUs = 4 * 1024 * 1024; // YamlDocument

/// A file that the kubelet takes, and the pod that it defines.
struct Definition
{
    const FileRecord *file = nullptr;
    StaticPod pod;
};

/// The component that a pod of this name is, in a kubeadm layout; empty for any other.
QString componentOf(const QString &podName)
{
    for (const ComponentKind kind :
        {ComponentKind::ApiServer, ComponentKind::ControllerManager, ComponentKind::Scheduler, ComponentKind::Etcd}) {
        if (componentName(kind) == podName)
            return podName;
    }
    return {};
}

bool looksLikeManifest(const QString &path)
{
    return path.endsWith(".yaml"_L1) || path.endsWith(".yml"_L1) || path.endsWith(".json"_L1)
        || path.endsWith(".manifest"_L1);
}

class Directory
{
public:
    Directory(const Cluster &cluster, const Rule &rule, const Node &node)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_node(node)
        , m_name(plainText(node.name))
    {
    }

    QList<Finding> judge()
    {
        if (!m_node.read || !m_node.snapshot)
            return {finding(Verdict::Unknown, whyNotRead(m_node))};
        const Setting setting = settingInForce(
            m_node, {ComponentKind::Kubelet, u"--pod-manifest-path"_s, u"staticPodPath"_s, ValueType::String});
        if (!setting.unknown.isEmpty()) {
            return {finding(setting.unusable ? Verdict::Error : Verdict::Unknown,
                sentences({message(u"On node %1 it is not known which directory the kubelet reads static pods from."_s,
                               u"节点 %1 上无法确定 kubelet 从哪个目录读取静态 Pod。"_s, m_name),
                    setting.unknown}))};
        }
        m_path = setting.value.toString();
        while (m_path.size() > 1 && m_path.endsWith(u'/'))
            m_path.chop(1);
        if (m_path.isEmpty()) {
            return {finding(Verdict::NotApplicable,
                message(u"The kubelet of node %1 reads no static pods: staticPodPath is not set."_s,
                    u"节点 %1 的 kubelet 不读取静态 Pod：未设置 staticPodPath。"_s, m_name))};
        }
        if (isAbsent()) {
            return {finding(Verdict::NotApplicable,
                message(u"The kubelet of node %1 reads no static pods: %2 does not exist."_s,
                    u"节点 %1 的 kubelet 不读取静态 Pod：%2 不存在。"_s, m_name, plainText(m_path)))};
        }
        if (const FileRecord *record = m_node.snapshot->file(m_path); record && record->missing) {
            return {finding(Verdict::Pass,
                message(u"Node %1 has no directory %2, so its kubelet runs no static pods."_s,
                    u"节点 %1 上没有目录 %2，其 kubelet 不运行静态 Pod。"_s, m_name, plainText(m_path)))};
        }
        if (const Message gap = unreadable(); !gap.isEmpty())
            return {finding(Verdict::Unknown, gap)};

        for (const FileRecord *file : files())
            judgeFile(*file);
        judgeDuplicates();
        if (!m_node.snapshot->complete) {
            m_findings += finding(Verdict::Unknown,
                message(u"What was read from node %1 is incomplete, so there may be more files in %2 than are known."_s,
                    u"从节点 %1 读取的内容不完整，%2 中可能还有未知的文件。"_s, m_name, plainText(m_path)));
        }
        if (m_findings.isEmpty()) {
            m_findings += finding(Verdict::Pass,
                message(u"On node %1 each of the %2 files in %3 defines a pod of its own."_s,
                    u"节点 %1 上 %3 中的 %2 个文件各自定义了不同的 Pod。"_s, m_name,
                    QString::number(m_definitions.size()), plainText(m_path)));
        }
        return m_findings;
    }

private:
    Finding finding(Verdict verdict, const Message &reason) const
    {
        Finding result = findingOf(m_rule, m_cluster, m_node, verdict, reason);
        result.expected = u"one file per pod, each of which parses"_s;
        return result;
    }

    Finding about(const FileRecord &file, Verdict verdict, const Message &reason) const
    {
        Finding result = finding(verdict, reason);
        result.subject.name = plainText(file.path);
        result.origin.kind = Origin::Kind::File;
        result.origin.file = file.path;
        return result;
    }

    /// A directory that was read whole holds a record of everything in it.
    bool isAbsent() const
    {
        const Snapshot &snapshot = *m_node.snapshot;
        const FileRecord *parent = snapshot.file(m_path.left(qMax(m_path.lastIndexOf(u'/'), qsizetype(1))));
        return snapshot.complete && !snapshot.file(m_path) && snapshot.filesBelow(m_path).isEmpty() && parent
            && parent->type == FileRecord::Type::Directory && parent->error.isEmpty();
    }

    Message unreadable() const
    {
        const FileRecord *record = m_node.snapshot->file(m_path);
        if (record && !record->error.isEmpty()) {
            return message(u"On node %1, %2 could not be read: %3."_s, u"节点 %1 上无法读取 %2：%3。"_s, m_name,
                plainText(m_path), plainText(record->error));
        }
        if (!record && m_node.snapshot->filesBelow(m_path).isEmpty()) {
            return message(u"On node %1 the directory %2 was not read."_s, u"未读取节点 %1 上的目录 %2。"_s, m_name,
                plainText(m_path));
        }
        return {};
    }

    QList<const FileRecord *> files() const
    {
        QList<const FileRecord *> taken;
        const FileRecord *record = m_node.snapshot->file(m_path);
        const bool single =
            record && record->type != FileRecord::Type::Directory && m_node.snapshot->filesBelow(m_path).isEmpty();
        for (const FileRecord *file :
            single ? QList<const FileRecord *>{record} : m_node.snapshot->filesBelow(m_path)) {
            const bool regular = file->type == FileRecord::Type::Regular
                || (file->type == FileRecord::Type::Symlink && (file->hasContent || !file->error.isEmpty()));
            if (regular && !baseName(file->path).startsWith(u'.'))
                taken += file;
        }
        std::sort(taken.begin(), taken.end(),
            [](const FileRecord *left, const FileRecord *right) { return left->path.toUtf8() < right->path.toUtf8(); });
        return taken;
    }

    static QString baseName(const QString &path) { return path.mid(path.lastIndexOf(u'/') + 1); }

    void judgeFile(const FileRecord &file)
    {
        const QString path = plainText(file.path);
        if (file.size > largestForKubelet) {
            Finding result = about(file, Verdict::Fail,
                message(
                    u"On node %1, %2 has %3 bytes. The kubelet takes at most 10 MiB: it drops the file, and stops the "
                    u"component that the file used to define within 20 s. Move it out of the directory."_s,
                    u"节点 %1 上的 %2 有 %3 字节。kubelet 最多接受 10 MiB：它会丢弃该文件，并在 20 秒内停止该文件原来定义的"
                    u"组件。请把它移出该目录。"_s,
                    m_name, path, QString::number(file.size)));
            result.actual = u"%1 bytes"_s.arg(file.size);
            m_findings += result;
            return;
        }
        if (!file.hasContent || file.size > largestForUs) {
            m_findings += about(file, Verdict::Unknown,
                file.error.isEmpty() ? message(
                    u"On node %1, %2 is too large to be judged."_s, u"节点 %1 上的 %2 过大，无法判断。"_s, m_name, path)
                                     : message(u"On node %1, %2 could not be read: %3."_s,
                                         u"节点 %1 上无法读取 %2：%3。"_s, m_name, path, plainText(file.error)));
            return;
        }
        const auto read =
            file.derived->once<Result<StaticPod>>("pod", file.content, [&file] { return readStaticPod(file.yaml()); });
        const Result<StaticPod> &pod = *read;
        if (pod) {
            m_definitions += Definition{&file, *pod};
            return;
        }
        const Error &error = pod.error();
        Message reason;
        Verdict verdict = Verdict::Fail;
        if (file.changedWhileRead || file.masked) {
            verdict = Verdict::Unknown;
            reason = file.masked
                ? message(u"On node %1, secrets in %2 were masked when it was read, so it cannot be parsed here."_s,
                    u"节点 %1 上 %2 中的敏感内容在读取时已被遮盖，因此无法在此解析。"_s, m_name, path)
                : message(u"On node %1, %2 changed while it was read. Read the node again."_s,
                    u"节点 %1 上的 %2 在读取过程中发生了变化，请重新读取该节点。"_s, m_name, path);
        } else {
            reason = message(
                u"On node %1 the kubelet cannot use %2: it drops the file at its next look (at most 20 s) and "
                u"stops the component that the file used to define. Correct the file or move it out of the "
                u"directory."_s,
                u"节点 %1 上的 kubelet 无法使用 %2：它会在下一次检查（最多 20 秒）时丢弃该文件，并停止该文件原来定义的组件。请改正"
                u"该文件，或把它移出该目录。"_s,
                m_name, path);
        }
        Finding result = about(file, verdict, sentences({reason, error.message}));
        result.origin.line = error.at.line;
        result.origin.column = error.at.column;
        result.actual = u"not a definition of a pod"_s;
        for (const Component &component : m_node.components) {
            if (component.manifest == file.path)
                result.subject.component = componentName(component.kind);
        }
        m_findings += result;
    }

    void judgeDuplicates()
    {
        QMap<QString, QList<const Definition *>> byPod;
        for (const Definition &definition : m_definitions)
            byPod[definition.pod.namespaceName + u'/' + definition.pod.name] += &definition;
        for (auto it = byPod.cbegin(); it != byPod.cend(); ++it) {
            if (it->size() < 2)
                continue;
            const auto named = std::find_if(it->cbegin(), it->cend(),
                [](const Definition *definition) { return looksLikeManifest(definition->file->path); });
            const Definition *original = named == it->cend() ? it->constFirst() : *named;
            QStringList names;
            for (const Definition *definition : *it)
                names += plainText(baseName(definition->file->path));
            for (const Definition *definition : *it) {
                if (definition != original)
                    addDuplicate(*definition, *original, plainText(it.key()), names);
            }
        }
    }

    void addDuplicate(const Definition &extra, const Definition &original, const QString &pod, const QStringList &names)
    {
        Finding result = about(*extra.file, Verdict::Fail,
            message(
                u"On node %1, %2 and %3 both define the pod %4. The kubelet reads every file here whose name does not "
                u"start with a dot, and of these %5 ends up in force: an edit of another one restarts the component "
                u"and does not take effect. Move %2 out of the directory."_s,
                u"节点 %1 上的 %2 与 %3 都定义了 Pod %4。kubelet 会读取该目录中所有不以点开头的文件，最终生效的是 %5：修改其他"
                u"文件只会使组件重启，而不会生效。请把 %2 移出该目录。"_s,
                m_name, plainText(extra.file->path), plainText(original.file->path), pod, names.constLast()));
        result.actual = pod + u": "_s + names.join(u", "_s);
        result.origin.line = extra.pod.at.line;
        result.origin.column = extra.pod.at.column;
        if (const QString component = componentOf(extra.pod.name); !component.isEmpty())
            result.subject.component = component;
        m_findings += result;
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const Node &m_node;
    const QString m_name;
    QString m_path;
    QList<Definition> m_definitions;
    QList<Finding> m_findings;
};

} // namespace

QList<Finding> judgeStaticPods(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes)
        findings += Directory(cluster, rule, node).judge();
    return findings;
}

} // namespace jiagu
