// SPDX-License-Identifier: Apache-2.0
#include "rules/usedfiles.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/kubeletarguments.h"
#include "cluster/kubeletfiles.h"
#include "cluster/podmounts.h"
#include "rules/judge.h"

#include <QDir>
#include <QSet>

#include <algorithm>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int mostFound = 1000; ///< files of one directory

using Kind = UsedFiles::Kind;

/// The names of flags that argv may set: a quick look, so that the few that it does are read with care.
QSet<QByteArray> mentionedFlags(const QList<QByteArray> &argv)
{
    QSet<QByteArray> names;
    for (const QByteArray &word : argv) {
        qsizetype begin = 0;
        while (begin < word.size() && begin < 2 && word[begin] == '-')
            ++begin;
        if (begin == 0)
            continue;
        const qsizetype equals = word.indexOf('=');
        names += word.mid(begin, equals < 0 ? -1 : equals - begin).replace('_', '-');
    }
    return names;
}

class Search
{
public:
    Search(const Node &node, const Rule &rule)
        : m_node(node)
        , m_rule(rule)
        , m_snapshot(*node.snapshot)
        , m_where(plainText(node.name))
    {
        const OutputRecord *user = m_snapshot.output(u"user"_s);
        const FileRecord *directory = m_snapshot.file(u"/etc/kubernetes"_s);
        m_listed = directory && directory->type == FileRecord::Type::Directory && directory->mode >= 0
            && (!user || user->content == "0");
    }

    FilesInUse result()
    {
        for (const Component &component : m_node.components) {
            const bool isAsked = std::ranges::any_of(
                m_rule.used, [&](const UsedFiles &used) { return used.component == component.kind; });
            if (!isAsked)
                continue;
            if (component.running) {
                lookAt(m_node, component);
            } else if (const std::optional<Node> written = asWritten(m_node, component)) {
                if (const Component *started = written->component(component.kind))
                    lookAt(*written, *started);
            }
        }
        return std::move(m_found);
    }

private:
    void lookAt(const Node &node, const Component &component)
    {
        const QSet<QByteArray> mentioned = mentionedFlags(component.process.argv);
        for (const UsedFiles &used : m_rule.used) {
            if (used.component != component.kind)
                continue;
            switch (used.kind) {
            case Kind::Named:
                for (const SettingName &name : used.settings) {
                    for (const QString &path : named(node, component, name, mentioned))
                        addOf(component, path, name.flag, used);
                }
                break;
            case Kind::DropIns:
                if (const QString directory =
                        kubeletDropInDirectory(component.process.argv, component.process.directory);
                    !directory.isEmpty())
                    addBelow(directory, used, true);
                break;
            case Kind::Environment:
            case Kind::Unit:
                addUnits(used);
                break;
            case Kind::StaticPods: {
                const SettingName name{
                    ComponentKind::Kubelet, u"--pod-manifest-path"_s, u"staticPodPath"_s, ValueType::String};
                for (const QString &path : named(node, component, name, mentioned))
                    addBelow(path, used, false);
                break;
            }
            }
        }
    }

    /// What a setting names: the last value, or all of a flag that adds up.
    QStringList named(
        const Node &node, const Component &component, const SettingName &name, const QSet<QByteArray> &mentioned)
    {
        QStringList paths;
        if (mentioned.contains(name.flag.toUtf8().mid(2))) {
            for (const FlagOccurrence &found :
                flagOccurrences(component.process.argv, name.flag, ValueType::String, flagSyntax(component.kind)))
                paths += QString::fromUtf8(found.text);
        }
        // cmd/kube-apiserver/app/options and staging/src/k8s.io/apiserver/pkg/server/options/serving.go, release-1.34.
        if (name.flag == "--tls-sni-cert-key"_L1) {
            for (QString &pair : paths) // CERTIFICATE,KEY:NAMES
                pair = pair.section(u':', 0, 0).section(u',', 1);
        } else if (name.flag != "--service-account-key-file"_L1 && paths.size() > 1) {
            paths = {paths.last()};
        }
        if (paths.isEmpty() && !name.path.isEmpty()) {
            const QList<QByteArray> &argv = component.process.argv;
            const KubeletFiles files = kubeletFiles(node, name, kubeletConfigFile(argv, component.process.directory),
                kubeletDropInDirectory(argv, component.process.directory), component.process.started);
            if (!files.unknown.isEmpty())
                doubt(files.unknown);
            else if (!files.values.isEmpty())
                paths += files.values.constLast().value.toString();
        }
        paths.removeAll(QString());
        for (QString &path : paths)
            path = fromDirectory(component.process.directory, path);
        return paths;
    }

    /// A path as the component sees it.
    void addOf(const Component &component, const QString &path, const QString &flag, const UsedFiles &used)
    {
        if (!path.startsWith(u'/'))
            return doubt(
                message(u"On node %1, %2 %3 names %4, which is no absolute path: where it lies is not known."_s,
                    u"节点 %1 上 %2 的 %3 为 %4，不是绝对路径，无法确定其位置。"_s, m_where,
                    componentName(component.kind), flag, plainText(path)));
        const bool contained = !component.process.containerId.isEmpty() || !component.manifest.isEmpty();
        if (!contained)
            return add(QDir::cleanPath(path), used);
        const FileRecord *record = component.manifest.isEmpty() ? nullptr : m_snapshot.file(component.manifest);
        const Result<std::optional<PodMount>> mount =
            record && record->hasContent ? mountOf(*record, path) : tl::unexpected(Error{});
        if (!mount)
            return doubt(
                message(u"On node %1 the mounts of %2 are not known, because its manifest was not read or does "
                        u"not parse: where on the node the files are that its arguments name is not known."_s,
                    u"未读取或无法解析节点 %1 上 %2 的清单，其挂载未知，因此无法确定其参数所指文件在节点上的位置。"_s,
                    m_where, componentName(component.kind)));
        if (*mount && !(*mount)->hostPath.isEmpty())
            add((*mount)->hostPath, used);
    }

    /// The files of a directory: with `deep` those ending in .conf of all its directories, else its own that are not
    /// hidden, as the kubelet takes them.
    void addBelow(const QString &written, const UsedFiles &used, bool deep)
    {
        if (!written.startsWith(u'/'))
            return;
        const QString path = QDir::cleanPath(written);
        const FileRecord *top = m_snapshot.file(path);
        if (top && top->type == FileRecord::Type::Regular && !top->missing && top->mode >= 0)
            return add(path, used); // of static pods it may be one file
        if (isMissing(path, top))
            return;
        if (!top) {
            if (const QString name = plainText(path); !m_found.unread.contains(name))
                m_found.unread += name;
            return;
        }
        addDirectory(path, used.directoryMode);
        addAbove(path, used.directoryMode);
        const QString start = path + u'/';
        const auto before = [](const FileRecord &record, const QString &wanted) { return record.path < wanted; };
        const QList<FileRecord> &files = m_snapshot.files;
        const auto isLess = [](const FileRecord &left, const FileRecord &right) { return left.path < right.path; };
        if (!m_sorted)
            m_sorted = std::is_sorted(files.begin(), files.end(), isLess);
        const bool sorted = *m_sorted;
        auto record = sorted ? std::lower_bound(files.begin(), files.end(), start, before) : files.begin();
        for (int count = 0; record != files.end() && count < mostFound; ++record) {
            if (!record->path.startsWith(start)) {
                if (sorted)
                    break;
                continue;
            }
            const QString name = record->path.mid(start.size());
            const bool isFile = record->type == FileRecord::Type::Regular || record->type == FileRecord::Type::Symlink;
            const bool fits = deep ? name.endsWith(".conf"_L1) : !name.contains(u'/') && !name.startsWith(u'.');
            if (!isFile || !fits || record->missing)
                continue;
            ++count;
            add(record->path, used);
        }
    }

    void addUnits(const UsedFiles &used)
    {
        const KubeletUnitFiles files = kubeletUnitFiles(m_snapshot);
        if (used.kind == Kind::Unit) {
            for (const QString &path : files.units)
                add(QDir::cleanPath(path), used);
            return;
        }
        for (const QString &path : files.environment) {
            if (!path.startsWith(u'/') || path.contains(u'%'))
                continue;
            if (path.contains(u'*')) {
                for (const FileRecord &record : m_snapshot.files) {
                    if (fitsPattern(path, record.path))
                        add(record.path, used);
                }
            } else if (m_snapshot.file(path) || !files.optional.contains(path)) {
                add(QDir::cleanPath(path), used); // of one that need not be there the node says that it is
            }
        }
    }

    void add(const QString &path, const UsedFiles &used)
    {
        const FileRecord *record = m_snapshot.file(path);
        if (isMissing(path, record))
            return;
        addAbove(path, used.directoryMode);
        if (record && !record->realPath.isEmpty() && record->realPath != path) {
            addAbove(record->realPath, used.directoryMode);
            if (record->type == FileRecord::Type::Symlink) {
                const FileRecord *target = m_snapshot.file(record->realPath);
                return put(m_found.files, record->realPath, used.mode, target);
            }
        }
        put(m_found.files, path, used.mode, record);
    }

    void addAbove(QString path, int mode)
    {
        if (mode < 0)
            return;
        while (path.size() > 1) {
            path.truncate(path.lastIndexOf(u'/'));
            if (path.isEmpty())
                path = u"/"_s;
            if (m_found.directories.contains(path) && path != "/"_L1 && m_found.directories[path] <= mode)
                return; // and so are those above it
            addDirectory(path, mode);
        }
    }

    void addDirectory(const QString &path, int mode)
    {
        if (mode < 0)
            return;
        const FileRecord *record = m_snapshot.file(path);
        if (record && record->type == FileRecord::Type::Symlink && record->realPath != path) {
            const FileRecord *target = m_snapshot.file(record->realPath);
            put(m_found.directories, record->realPath, mode, target);
            return;
        }
        put(m_found.directories, path, mode, record);
    }

    void put(QHash<QString, int> &among, const QString &path, int mode, const FileRecord *record)
    {
        const auto before = among.constFind(path);
        if (before != among.constEnd()) {
            among[path] = mode < 0 ? *before : *before < 0 ? mode : *before & mode;
            return;
        }
        among.insert(path, mode);
        const bool isFile = &among == &m_found.files;
        const bool fits = record
            && (isFile ? record->type == FileRecord::Type::Regular : record->type == FileRecord::Type::Directory);
        if ((mode >= 0 || !isFile) && !fits)
            m_found.unread += plainText(path);
    }

    /// What is named and is not there harms nobody. All of /etc/kubernetes is read by root, five levels deep.
    bool isMissing(const QString &path, const FileRecord *record) const
    {
        if (record)
            return record->missing;
        return m_listed && path.startsWith("/etc/kubernetes/"_L1) && path.count(u'/') <= 7;
    }

    void doubt(const Message &why)
    {
        if (!m_found.unknown.contains(why))
            m_found.unknown += why;
    }

    const Node &m_node;
    const Rule &m_rule;
    const Snapshot &m_snapshot;
    const QString m_where;
    bool m_listed = false;
    std::optional<bool> m_sorted; ///< whether the snapshot's files are; asked once
    FilesInUse m_found;
};

} // namespace

FilesInUse filesInUse(const Node &node, const Rule &rule)
{
    if (rule.used.isEmpty() || !node.snapshot)
        return {};
    return Search(node, rule).result();
}

} // namespace jiagu
