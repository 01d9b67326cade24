// SPDX-License-Identifier: Apache-2.0
#include "cluster/kubeletfiles.h"

#include "base/plaintext.h"
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"

#include <QJsonObject>

#include <algorithm>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

// A process's start is known to the second below, as the kernel's boot time is.
constexpr qint64 startPrecision = 1;

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
    {
    }

    bool failed() const { return !m_files.unknown.isEmpty(); }
    KubeletFiles take() { return std::move(m_files); }

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
        YamlLookup found = lookUp(*document, m_name.path, m_name.type);
        if (found.state == YamlLookup::State::Found && m_name.path == "featureGates"_L1)
            checkGates(found);
        Origin origin{kind, path};
        if (found.node >= 0) {
            const Position at = document->position(document->node(found.node).begin);
            origin.line = at.line;
            origin.column = at.column;
        }
        origin.key = m_name.path;
        switch (found.state) {
        case YamlLookup::State::Unusable:
            return unusable(path, {{}, path, origin.line, origin.column},
                message(u"%1 %2"_s, u"的 %1 %2"_s, m_name.path, found.trouble));
        case YamlLookup::State::Absent:
            return;
        case YamlLookup::State::Null:
            m_files.values.clear(); // in a drop-in it takes away what the file says
            return;
        case YamlLookup::State::Found:
            break;
        }
        noteDuplicate(*document, found.node, path);
        if (m_name.type == ValueType::Map && !m_files.values.isEmpty())
            found.value = merged(m_files.values.last().value.toObject(), found.value.toObject());
        m_files.values.append({found.value, origin});
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

    static void checkGates(YamlLookup &found)
    {
        const QJsonObject gates = found.value.toObject();
        for (auto gate = gates.begin(); gate != gates.end(); ++gate) {
            if (!gate.value().isBool() && !gate.value().isNull()) {
                found.state = YamlLookup::State::Unusable;
                found.trouble = message(u"has a value for %1 that is neither true nor false"_s,
                    u"中 %1 的值既不是 true 也不是 false"_s, plainText(gate.key()));
            }
        }
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
    return reader.take();
}

} // namespace jiagu
