// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "document/environmentfile.h"
#include "document/yamldocument.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A place where the gate is written.
struct Mention
{
    QByteArray value;
    Origin origin;
};

Origin originOf(Origin::Kind kind, const QString &file, int line, int column = 0, const QString &key = {})
{
    Origin origin;
    origin.kind = kind;
    origin.file = file;
    origin.line = line;
    origin.column = column;
    origin.key = key;
    return origin;
}

/// What the kubelet reads at its next start, searched for one gate.
class Search
{
public:
    Search(const Node &node, QByteArray gate)
        : m_node(node)
        , m_gate(std::move(gate))
    {
    }

    void run()
    {
        const Component *kubelet = m_node.component(ComponentKind::Kubelet);
        const QList<QByteArray> argv = kubelet && kubelet->running ? kubelet->process.argv : QList<QByteArray>{};
        for (const auto &[index, value] : gatesIn(argv)) {
            Origin origin = originOf(Origin::Kind::Process, {}, 0, 0, u"--feature-gates"_s);
            origin.index = index;
            add(value, origin);
        }
        const QString config = valueOf(argv, u"--config"_s);
        if (!config.isEmpty())
            searchConfiguration(config, Origin::Kind::File);
        else if (argv.isEmpty())
            searchConfiguration(u"/var/lib/kubelet/config.yaml"_s, Origin::Kind::File);
        searchDropIns(valueOf(argv, u"--config-dir"_s));
        searchUnit();
        for (const QString &path : m_environmentFiles)
            searchEnvironmentFile(path);
    }

    const QList<Mention> &mentions() const { return m_mentions; }
    const QList<Message> &gaps() const { return m_gaps; }

private:
    void add(const QByteArray &value, Origin origin) { m_mentions += Mention{value, std::move(origin)}; }

    static QString valueOf(const QList<QByteArray> &argv, const QString &flag)
    {
        const QList<FlagOccurrence> found = flagOccurrences(argv, flag, ValueType::String, FlagSyntax::Pflag);
        return found.isEmpty() ? QString() : QString::fromUtf8(found.constLast().text);
    }

    /// The values that arguments give to the gate, with their index.
    QList<std::pair<int, QByteArray>> gatesIn(const QList<QByteArray> &argv) const
    {
        QList<std::pair<int, QByteArray>> found;
        for (const FlagOccurrence &occurrence :
            flagOccurrences(argv, u"--feature-gates"_s, ValueType::Map, FlagSyntax::Pflag)) {
            for (const QByteArray &pair : occurrence.text.split(',')) {
                const qsizetype equals = pair.indexOf('=');
                const QByteArray name = pair.left(equals).trimmed();
                if (name == m_gate || name == "kube:" + m_gate)
                    found.append({occurrence.index, equals < 0 ? QByteArray() : pair.mid(equals + 1).trimmed()});
            }
        }
        return found;
    }

    /// The same of words that follow a program's name elsewhere.
    QList<std::pair<int, QByteArray>> gatesInWords(const QByteArray &words) const
    {
        return gatesIn(QList<QByteArray>{"kubelet"_ba} + splitArguments(words));
    }

    /// The content of a file that has to be there; a gap says why it is not known.
    const FileRecord *content(const QString &path)
    {
        const FileRecord *file = m_node.snapshot->file(path);
        if (file && file->hasContent)
            return file;
        const QString name = plainText(path);
        if (!file)
            m_gaps += message(u"%1 was not read."_s, u"未读取 %1。"_s, name);
        else if (file->truncated)
            m_gaps += message(u"%1 is too large to be read."_s, u"%1 过大,未读取。"_s, name);
        else
            m_gaps += message(u"%1 could not be read: %2."_s, u"无法读取 %1:%2。"_s, name, plainText(file->error));
        return nullptr;
    }

    void searchConfiguration(const QString &path, Origin::Kind kind)
    {
        const FileRecord *file = content(path);
        if (!file)
            return;
        const Result<YamlDocument> document = YamlDocument::parse(path, file->content);
        if (!document) {
            m_gaps += sentences(
                {message(u"%1 does not parse."_s, u"%1 无法解析。"_s, plainText(path)), document.error().message});
            return;
        }
        const int gates = document->find({"featureGates"_ba});
        const int value = gates < 0 ? -1 : document->find(document->resolved(gates), m_gate);
        if (value < 0)
            return;
        const Position at = document->position(document->node(value).begin);
        add(document->node(value).value,
            originOf(kind, path, at.line, at.column, u"featureGates."_s + QString::fromUtf8(m_gate)));
    }

    void searchDropIns(const QString &directory)
    {
        if (directory.isEmpty())
            return;
        const FileRecord *record = m_node.snapshot->file(directory);
        if (record && !record->error.isEmpty()) {
            m_gaps += message(
                u"%1 could not be read: %2."_s, u"无法读取 %1:%2。"_s, plainText(directory), plainText(record->error));
        }
        const QString below = directory.endsWith(u'/') ? directory : directory + u'/';
        for (const FileRecord &file : m_node.snapshot->files) {
            if (file.path.startsWith(below) && file.path.endsWith(".conf"_L1)
                && file.type != FileRecord::Type::Directory)
                searchConfiguration(file.path, Origin::Kind::DropIn);
        }
    }

    /// Arguments that stand in the unit itself, and the environment files that it names. `systemctl cat` puts the name
    /// of each file before its lines as a comment.
    void searchUnit()
    {
        m_environmentFiles = {
            u"/var/lib/kubelet/kubeadm-flags.env"_s, u"/etc/default/kubelet"_s, u"/etc/sysconfig/kubelet"_s};
        const OutputRecord *unit = m_node.snapshot->output(u"systemctl-cat-kubelet"_s);
        if (!unit || unit->status != 0 || !unit->error.isEmpty()) {
            m_gaps += message(u"The systemd unit of the kubelet could not be read: %1."_s,
                u"无法读取 kubelet 的 systemd 单元:%1。"_s,
                unit && !unit->error.isEmpty() ? plainText(unit->error) : u"systemctl cat kubelet"_s);
            return;
        }
        QString file;
        int line = 0;
        QByteArray joined;
        int joinedLine = 0;
        QList<Mention> started;
        for (const QByteArray &raw : unit->content.split('\n')) {
            ++line;
            if (joined.isEmpty() && raw.startsWith("# /")) {
                file = plainText(raw.mid(2).trimmed());
                line = 0;
                continue;
            }
            if (joined.isEmpty())
                joinedLine = line;
            joined += raw;
            if (joined.endsWith('\\')) {
                joined.back() = ' ';
                continue;
            }
            const QByteArray text = std::exchange(joined, {}).trimmed();
            const QByteArray value = text.mid(text.indexOf('=') + 1).trimmed();
            const Origin origin = originOf(Origin::Kind::File, file, joinedLine);
            if (text.startsWith("ExecStart=")) {
                if (value.isEmpty())
                    started.clear();
                for (const auto &found : gatesInWords(value))
                    started += Mention{found.second, origin};
            } else if (text.startsWith("Environment=")) {
                for (const QByteArray &assignment : splitArguments(value)) {
                    for (const auto &found : gatesInWords(assignment.mid(assignment.indexOf('=') + 1)))
                        add(found.second, origin);
                }
            } else if (text.startsWith("EnvironmentFile=")) {
                const QString path = QString::fromUtf8(value.startsWith('-') ? value.mid(1) : value);
                if (!m_environmentFiles.contains(path))
                    m_environmentFiles += path;
            }
        }
        m_mentions += started;
    }

    void searchEnvironmentFile(const QString &path)
    {
        const FileRecord *file = m_node.snapshot->file(path);
        if (!file || (file->error.isEmpty() && !file->hasContent && !file->truncated))
            return;
        if (!content(path))
            return;
        const Result<QList<EnvironmentVariable>> variables = parseEnvironmentFile(path, file->content);
        if (!variables) {
            m_gaps += sentences(
                {message(u"%1 does not parse."_s, u"%1 无法解析。"_s, plainText(path)), variables.error().message});
            return;
        }
        for (const EnvironmentVariable &variable : *variables) {
            for (const auto &found : gatesInWords(variable.value)) {
                add(found.second,
                    originOf(Origin::Kind::Environment, path, variable.line, 0, plainText(variable.name)));
            }
        }
    }

    const Node &m_node;
    const QByteArray m_gate;
    QStringList m_environmentFiles;
    QList<Mention> m_mentions;
    QList<Message> m_gaps;
};

Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node)
{
    Finding finding = findingOf(rule, cluster, node, Verdict::Unknown, {});
    finding.expected = actualText({});
    if (!node.read || !node.snapshot) {
        finding.reason = whyNotRead(node);
        return finding;
    }
    Search search(node, rule.gate.name.toUtf8());
    search.run();
    const QString name = plainText(node.name);
    if (search.mentions().isEmpty()) {
        if (!search.gaps().isEmpty()) {
            finding.reason = sentences(search.gaps());
            return finding;
        }
        finding.verdict = Verdict::Pass;
        finding.actual = actualText({});
        finding.reason =
            message(u"On node %1 the feature gate %2 is neither in the kubelet's arguments nor in its files."_s,
                u"节点 %1 上 kubelet 的启动参数和配置文件中都没有特性门控 %2。"_s, name, rule.gate.name);
        return finding;
    }

    bool off = false;
    QStringList values;
    QList<Message> parts;
    for (const Mention &mention : search.mentions()) {
        const QString text = rule.gate.name + u'=' + plainText(mention.value);
        off = off || !parseBool(mention.value).value_or(false);
        if (!values.contains(text))
            values += text;
        parts += message(u"On node %1 the kubelet is given %2 (%3)."_s, u"节点 %1 上 kubelet 被设置了 %2(来源:%3)。"_s,
            name, text, describe(mention.origin));
    }
    finding.actual = values.join(u", "_s);
    finding.origin = search.mentions().constFirst().origin;
    const Component *kubelet = node.component(ComponentKind::Kubelet);
    const Release release = kubelet && kubelet->release.isKnown() ? kubelet->release : node.release;
    if (!release.isKnown()) {
        parts += message(u"Its release is not known, so it cannot be said whether it would start again."_s,
            u"kubelet 的版本未知,无法判断它能否再次启动。"_s);
    } else if (release >= rule.gate.removed) {
        finding.verdict = Verdict::Fail;
        parts +=
            message(u"The gate was removed in %1: this kubelet (%2) does not start with it, and the node is lost at "
                    u"its next restart. Remove it now."_s,
                u"该门控在 %1 中已移除:此 kubelet(%2)带着它无法启动,下次重启后节点将失联。请立即删除。"_s,
                rule.gate.removed.text(), release.text());
    } else if (release >= rule.gate.locked && off) {
        finding.verdict = Verdict::Fail;
        parts += message(u"Since %1 the gate is always on: this kubelet (%2) does not start when it is told to turn it "
                         u"off. Remove it now."_s,
            u"该门控自 %1 起始终开启:要求关闭它时,此 kubelet(%2)无法启动。请立即删除。"_s, rule.gate.locked.text(),
            release.text());
    } else if (off) {
        finding.verdict = Verdict::Fail;
        parts += message(u"The gate is turned off, so what it guards has no effect on this kubelet (%1)."_s,
            u"该门控被关闭,它所控制的功能在此 kubelet(%1)上不生效。"_s, release.text());
    } else if (!search.gaps().isEmpty()) {
        parts += search.gaps();
    } else {
        finding.verdict = Verdict::Pass;
        parts +=
            message(u"This kubelet (%1) takes it, but it changes nothing. Remove it before the upgrade to %2, where "
                    u"the kubelet no longer starts with it."_s,
                u"此 kubelet(%1)接受它,但它没有任何作用。请在升级到 %2 之前删除,届时 kubelet 带着它无法启动。"_s,
                release.text(), rule.gate.removed.text());
    }
    finding.reason = sentences(parts);
    return finding;
}

} // namespace

QList<Finding> judgeFeatureGate(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes)
        findings += judgeOn(cluster, rule, node);
    return findings;
}

} // namespace jiagu
