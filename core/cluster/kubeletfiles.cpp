// SPDX-License-Identifier: Apache-2.0
#include "cluster/kubeletfiles.h"

#include "base/plaintext.h"
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"

#include <QDir>
#include <QJsonObject>
#include <QSet>

#include <algorithm>
#include <map>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

// A process's start is known to the second below, as the kernel's boot time is.
constexpr qint64 startPrecision = 1;

// Until 1.31 drop-ins are merged into the kubelet's own structure, whose fields have the names that Go gives them,
// later into the one of the file (cmd/kubelet/app/server.go, mergeKubeletConfigurations, v1.31.14 and v1.32.0).
constexpr int mergedAsFileSince = 32;

QStringList goFields(QStringList steps)
{
    for (QString &step : steps)
        step = step.startsWith("tls"_L1) ? u"TLS"_s + step.sliced(3) : step.first(1).toUpper() + step.sliced(1);
    return steps;
}

/// Whether the structure of the file leaves the field out where it has the default
/// (staging/src/k8s.io/kubelet/config/v1beta1/types.go, release-1.34: omitempty, and no pointer).
bool isLeftOut(const QString &path)
{
    static const QSet<QString> fields{u"staticPodPath"_s, u"readOnlyPort"_s, u"rotateCertificates"_s,
        u"serverTLSBootstrap"_s, u"protectKernelDefaults"_s, u"tlsCipherSuites"_s, u"tlsMinVersion"_s};
    return fields.contains(path);
}

/// A relative path in the configuration file counts from its directory, one in a drop-in does not
/// (pkg/kubelet/apis/config/helpers.go, KubeletConfigurationPathRefs, and pkg/kubelet/kubeletconfig/configfiles,
/// resolveRelativePaths, release-1.34).
QJsonValue fromDirectoryOf(const QString &file, const QString &path, const QJsonValue &value)
{
    static const QSet<QString> paths{u"staticPodPath"_s, u"authentication.x509.clientCAFile"_s, u"tlsCertFile"_s,
        u"tlsPrivateKeyFile"_s, u"resolvConf"_s, u"volumePluginDir"_s, u"podLogsDir"_s};
    const QString text = value.toString();
    if (text.isEmpty() || text.startsWith(u'/') || !paths.contains(path))
        return value;
    return QDir::cleanPath(file.section(u'/', 0, -2) + u'/' + text);
}

QString timeText(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd HH:mm:ss 'UTC'"_s);
}

class Reader
{
public:
    Reader(const Node &node, const SettingName &name, const QDateTime &started)
        : m_node(node)
        , m_name(name)
        , m_started(started)
        , m_where(plainText(node.name))
        , m_steps(name.path.split(u'.'))
    {
        const Component *kubelet = node.component(ComponentKind::Kubelet);
        m_release = kubelet && kubelet->release.isKnown() ? kubelet->release : node.release;
        m_base = mergesAsFile() ? m_steps : goFields(m_steps);
        if (isGate())
            m_base = m_base.first(1) + m_steps.sliced(1); // the keys of a map are as they are written
    }

    KubeletFiles result()
    {
        const bool hasDefault = !isGate() && !(mergesAsFile() && isLeftOut(m_name.path));
        if (hasDefault && m_baseStays && !m_entries.contains(m_base)) {
            for (auto entry = m_entries.cbegin(); entry != m_entries.cend() && entry->first < m_base; ++entry)
                m_files.belowDefault += entry->second.size();
        }
        if (m_mattersWhichRelease && !m_release.isKnown())
            fail(message(
                u"The release of the kubelet on %1 is not known, and it decides what its drop-ins say about %2."_s,
                u"%1 上 kubelet 的版本未知，而其附加配置中 %2 的含义取决于版本。"_s, m_where, m_name.path));
        for (const auto &[key, entries] : m_entries) {
            const Entry &last = entries.constLast();
            const QJsonObject before =
                m_files.values.isEmpty() ? QJsonObject() : m_files.values.last().value.toObject();
            for (const Entry &entry : entries) {
                m_files.values.append(entry.value);
                if (m_name.type == ValueType::Map)
                    m_files.values.last().value = merged(before, entry.value.value.toObject());
            }
            const Origin &origin = last.value.origin;
            const Message trouble = last.trouble.isEmpty() ? gateTrouble(last.value.value) : last.trouble;
            if (!trouble.isEmpty())
                unusable(origin.file, {{}, origin.file, origin.line, origin.column},
                    message(u"%1 %2"_s, u"的 %1 %2"_s, m_name.path, trouble));
            if (origin.kind == Origin::Kind::DropIn && key != m_steps.first(key.size()))
                m_files.notes.append(message(
                    u"%1 is written as %2 in %3 on %4. Case does not matter in the kubelet's drop-ins: of several "
                    u"spellings the one that sorts last is taken."_s,
                    u"%4 上的 %3 把 %1 写成了 %2。kubelet 的附加配置不区分大小写：存在多种写法时，采用排序在最后的一种。"_s,
                    m_name.path, plainText(key.join(u'.')), plainText(origin.file), m_where));
        }
        return std::move(m_files);
    }

    void read(const QString &path, Origin::Kind kind)
    {
        const FileRecord *record = m_node.snapshot->file(path);
        if (!readable(path, record))
            return;
        auto document = record->yaml();
        if (!document)
            return unusable(path, document.error().at,
                message(u"does not parse: %1"_s, u"无法解析：%1"_s, document.error().message));
        if (yamlValue(*document, document->find({"kind"_ba})) != QJsonValue(u"KubeletConfiguration"_s))
            return unusable(
                path, {}, message(u"is not of kind KubeletConfiguration"_s, u"的 kind 不是 KubeletConfiguration"_s));
        if (kind == Origin::Kind::File)
            return take(*document, path, kind, {m_steps, m_steps.size()});
        for (const Writing &writing : writings(*document, document->root(), {}))
            take(*document, path, kind, writing);
    }

    void readDropIns(const QString &directory)
    {
        QString below = directory;
        while (below.endsWith(u'/'))
            below.chop(1);
        const FileRecord *top = m_node.snapshot->file(below);
        if (top && !top->error.isEmpty())
            return fail(message(u"The drop-in directory %2 on %1 could not be read: %3."_s,
                u"无法读取 %1 上的附加配置目录 %2：%3。"_s, m_where, plainText(below), plainText(top->error)));
        below += u'/';
        QList<QStringList> paths;
        for (const FileRecord &record : m_node.snapshot->files) {
            if (!record.path.startsWith(below))
                continue;
            if (record.type == FileRecord::Type::Directory)
                checkAge(record);
            else if (record.path.endsWith(".conf"_L1))
                paths.append(record.path.split(u'/'));
        }
        if (top)
            checkAge(*top);
        else if (paths.isEmpty())
            return fail(message(u"The drop-in directory %2 on %1 was not read."_s, u"未读取 %1 上的附加配置目录 %2。"_s,
                m_where, plainText(below)));
        std::sort(paths.begin(), paths.end()); // a directory's entries by name, a sub-directory in its place
        for (const QStringList &path : paths)
            read(path.join(u'/'), Origin::Kind::DropIn);
    }

private:
    /// How a file writes the path of the knob: its keys, of which the first `depth` are there and the rest are wanted
    /// below something that is no map.
    struct Writing
    {
        QStringList key;
        qsizetype depth = 0;
    };
    struct Entry
    {
        OverriddenValue value;
        Message trouble; ///< the kubelet does not take it
    };

    // Drop-ins are merged as they are written, and encoding/json then takes a key in any case, one after the other as
    // json.Marshal sorts them. The names of feature gates are keys of a map, which are not fields.
    QList<Writing> writings(const YamlDocument &document, int node, const QStringList &above) const
    {
        if (above.size() == m_steps.size())
            return {{above, above.size()}};
        const int map = document.resolved(node);
        if (map < 0 || document.node(map).kind != YamlNode::Kind::Map)
            return {{above + m_steps.sliced(above.size()), above.size()}};
        const bool isField = above.isEmpty() || !isGate();
        QStringList keys;
        const YamlNode &pairs = document.node(map);
        for (qsizetype i = 0; i + 1 < pairs.children.size(); i += 2) {
            const int key = document.resolved(pairs.children[i]);
            const QString text = key < 0 ? QString() : QString::fromUtf8(document.node(key).value);
            const bool same =
                text.compare(m_steps[above.size()], isField ? Qt::CaseInsensitive : Qt::CaseSensitive) == 0;
            if (same && !keys.contains(text))
                keys += text;
        }
        QList<Writing> found;
        for (const QString &key : std::as_const(keys)) {
            if (const int value = document.find(map, key.toUtf8()); value >= 0)
                found += writings(document, value, above + QStringList{key});
        }
        return found;
    }

    void take(const YamlDocument &document, const QString &path, Origin::Kind kind, const Writing &writing)
    {
        const YamlLookup found = lookUp(document, writing.key.join(u'.'), m_name.type);
        Origin origin{kind, path};
        if (found.node >= 0) {
            const Position at = document.position(document.node(found.node).begin);
            origin.line = at.line;
            origin.column = at.column;
        }
        origin.key = writing.key.join(u'.');
        if (found.state == YamlLookup::State::Absent)
            return;
        if (found.state == YamlLookup::State::Unusable && kind == Origin::Kind::File)
            return unusable(path, {{}, path, origin.line, origin.column},
                message(u"%1 %2"_s, u"的 %1 %2"_s, m_name.path, found.trouble));
        // A patch takes the place of what was there, but a map is merged into a map.
        const QStringList stem = kind == Origin::Kind::File ? m_base : writing.key.first(writing.depth);
        const bool whole = found.state != YamlLookup::State::Found;
        const bool removes = kind == Origin::Kind::DropIn && found.state == YamlLookup::State::Null;
        m_mattersWhichRelease |= removes || (kind == Origin::Kind::DropIn && stem != m_steps.first(stem.size()));
        if (removes && stem == m_base.first(stem.size())) {
            m_baseStays = false;
            const auto base = m_entries.find(m_base);
            if (!mergesAsFile() && base != m_entries.end()
                && base->second.constFirst().value.origin.kind == Origin::Kind::File)
                m_files.values = {base->second.constFirst().value}; // that structure keeps what it had
        }
        std::erase_if(m_entries, [&](const auto &entry) {
            const auto shared = std::min(entry.first.size(), stem.size());
            return entry.first.first(shared) == stem.first(shared) && (whole || entry.first.size() < stem.size());
        });
        if (found.state == YamlLookup::State::Null)
            return; // it takes away what the files before it say
        QList<Entry> &entries = m_entries[stem];
        if (found.state == YamlLookup::State::Unusable) {
            entries = {{{found.value, origin}, found.trouble}};
            return;
        }
        noteDuplicate(document, found.node, path);
        QJsonValue value = kind == Origin::Kind::File ? fromDirectoryOf(path, m_name.path, found.value) : found.value;
        if (m_name.type == ValueType::Map && kind == Origin::Kind::DropIn) {
            const QJsonObject before = entries.isEmpty() ? QJsonObject() : entries.constLast().value.value.toObject();
            value = merged(before, value.toObject()); // null takes away only what stands at the same place
        }
        if (!entries.isEmpty() && !entries.constLast().trouble.isEmpty())
            entries.clear();
        entries += Entry{{value, origin}, {}};
    }

    bool failed() const { return !m_files.unknown.isEmpty(); }
    bool isGate() const { return m_steps.constFirst() == "featureGates"_L1; }
    bool mergesAsFile() const { return !m_release.isKnown() || m_release.minor >= mergedAsFileSince; }

    static QJsonObject merged(QJsonObject base, const QJsonObject &patch)
    {
        for (auto pair = patch.begin(); pair != patch.end(); ++pair) {
            if (pair.value().isNull())
                base.remove(pair.key());
            else
                base[pair.key()] = pair.value();
        }
        return base;
    }

    void fail(Message why)
    {
        if (!failed())
            m_files.unknown = std::move(why);
    }

    void unusable(const QString &path, const Position &at, const Message &why)
    {
        QString place = plainText(path);
        if (at.line > 0)
            place += u":%1:%2"_s.arg(at.line).arg(at.column);
        if (!failed())
            m_files.unusable = true;
        Message cause = why; // some are sentences of their own
        if (cause.en.endsWith(u'.'))
            cause.en.chop(1);
        if (cause.zh.endsWith(u'。'))
            cause.zh.chop(1);
        fail(message(u"On %1, %2 %3. The kubelet does not start with it."_s,
            u"在 %1 上，%2 %3。kubelet 无法以此启动。"_s, m_where, place, cause));
    }

    // False when there is nothing to parse. A file that is newer than the process is parsed all the same: what it says
    // now is worth a note.
    bool readable(const QString &path, const FileRecord *record)
    {
        const QString name = plainText(path);
        if (!record || !record->hasContent) {
            const Message why = !record ? message(u"the snapshot does not hold it"_s, u"快照中没有该文件"_s)
                : record->truncated     ? message(u"it is too large"_s, u"文件过大"_s)
                : record->error.isEmpty() ? message(u"the snapshot does not hold its content"_s, u"快照中没有其内容"_s)
                                          : message(u"%1"_s, u"%1"_s, plainText(record->error));
            fail(message(u"%2 on %1 could not be read: %3."_s, u"无法读取 %1 上的 %2：%3。"_s, m_where, name, why));
            return false;
        }
        if (record->changedWhileRead) {
            fail(message(u"%2 on %1 changed while it was read. Read the node again."_s,
                u"%1 上的 %2 在读取过程中发生了变化，请重新读取该节点。"_s, m_where, name));
            return false;
        }
        checkAge(*record);
        return true;
    }

    // A symlink may be replaced, and so may what it stands for.
    void checkAge(const FileRecord &record)
    {
        QDateTime modified = record.modified;
        if (record.type == FileRecord::Type::Symlink) {
            const FileRecord *target = m_node.snapshot->file(record.realPath);
            modified = target && target != &record && target->modified.isValid() ? qMax(modified, target->modified)
                                                                                 : QDateTime();
        }
        checkAge(record.path, modified);
    }

    void checkAge(const QString &path, const QDateTime &modified)
    {
        if (!m_started.isValid() || !modified.isValid()) {
            return fail(message(
                u"On %1 it is not known whether %2 was changed after the kubelet was started, so what it took from "
                u"it is not known either."_s,
                u"在 %1 上，无法确定 %2 是否在 kubelet 启动之后被修改过，因此 kubelet 实际采用的内容未知。"_s, m_where,
                plainText(path)));
        }
        if (modified > m_started.addSecs(startPrecision)) {
            fail(message(
                u"On %1, %2 was changed at %3, after the kubelet was started (%4): what the running kubelet took from "
                u"it is not known. What is written there now takes effect when the kubelet is restarted."_s,
                u"在 %1 上，%2 于 %3 被修改，晚于 kubelet 的启动时间（%4）：运行中的 kubelet 实际采用的内容未知。现有内容在 kubelet "
                u"重启后才会生效。"_s,
                m_where, plainText(path), timeText(modified), timeText(m_started)));
        }
    }

    Message gateTrouble(const QJsonValue &value) const
    {
        const QJsonObject gates = m_name.path == "featureGates"_L1 ? value.toObject() : QJsonObject();
        for (auto gate = gates.begin(); gate != gates.end(); ++gate) {
            if (!gate.value().isBool() && !gate.value().isNull())
                return message(u"has a value for %1 that is neither true nor false"_s,
                    u"中 %1 的值既不是 true 也不是 false"_s, plainText(gate.key()));
        }
        return {};
    }

    void noteDuplicate(const YamlDocument &document, int value, const QString &path)
    {
        for (const YamlProblem &problem : document.problems()) {
            if (problem.kind != YamlProblem::Kind::DuplicateKey || problem.node < 0)
                continue;
            const YamlNode &map = document.node(document.node(value).parent);
            if (document.node(problem.node).parent == document.node(value).parent
                && problem.name == m_name.path.section(u'.', -1).toUtf8() && map.kind == YamlNode::Kind::Map) {
                m_files.notes.append(message(u"%1 is written more than once in %2 on %3; the last one counts."_s,
                    u"%3 上的 %2 多次写入了 %1，以最后一处为准。"_s, m_name.path, plainText(path), m_where));
                return;
            }
        }
    }

    const Node &m_node;
    const SettingName &m_name;
    const QDateTime m_started;
    const QString m_where;
    const QStringList m_steps; ///< of the path
    Release m_release;
    QStringList m_base; ///< the keys under which drop-ins find what the file says, and defaults
    bool m_baseStays = true; ///< no drop-in took them away
    bool m_mattersWhichRelease = false;
    std::map<QStringList, QList<Entry>> m_entries; ///< by the keys as written, weakest first; each in its files' order
    KubeletFiles m_files;
};

} // namespace

KubeletFiles kubeletFiles(const Node &node, const SettingName &name, const QString &config, const QString &directory,
    const QDateTime &started)
{
    Reader reader(node, name, started);
    if (!config.isEmpty())
        reader.read(config, Origin::Kind::File);
    if (!directory.isEmpty())
        reader.readDropIns(directory);
    return reader.result();
}

} // namespace jiagu
