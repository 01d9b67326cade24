// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const auto standardFile = u"/etc/docker/daemon.json"_s;
const auto socketFile = u"/run/docker.sock"_s;
constexpr int socketMode = 0660;

/// The node's own daemon, not one in a container; null when none runs.
const ProcessRecord *daemonOf(const Snapshot &snapshot)
{
    for (const ProcessRecord &process : snapshot.processes) {
        if (process.containerId.isEmpty() && plainText(process.argv.value(0)).section(u'/', -1) == "dockerd"_L1)
            return &process;
    }
    return nullptr;
}

QList<QByteArray> flagTexts(const QList<QByteArray> &argv, const QString &flag, ValueType type)
{
    QList<QByteArray> texts;
    for (const FlagOccurrence &occurrence : flagOccurrences(argv, flag, type, FlagSyntax::Pflag))
        texts += occurrence.text;
    return texts;
}

class Daemon
{
public:
    Daemon(const Cluster &cluster, const Rule &rule, const Node &node)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_node(node)
        , m_where(plainText(node.name))
    {
    }

    QList<Finding> judge()
    {
        if (!m_node.read || !m_node.snapshot)
            return {finding(Verdict::Unknown, whyNotRead(m_node))};
        // An older script told of neither the daemon nor its file.
        if (const Message trouble = recordTrouble(m_node, u"runtime-confinement"_s); !trouble.isEmpty())
            return {finding(Verdict::Unknown, trouble)};
        const ProcessRecord *process = daemonOf(*m_node.snapshot);
        if (process)
            m_argv = process->argv;
        const QList<QByteArray> named = flagTexts(m_argv, u"--config-file"_s, ValueType::String);
        m_path = named.isEmpty() ? standardFile : QString::fromUtf8(named.last());
        const FileRecord *file = m_node.snapshot->file(m_path);
        if (!process && (!file || file->missing)) {
            return {finding(Verdict::NotApplicable,
                message(u"Node %1 runs no Docker daemon and has no %2."_s,
                    u"节点 %1 没有运行 Docker 守护进程，也没有 %2。"_s, m_where, m_path))};
        }
        if (file && !file->missing && !readFile(*file))
            return m_findings;
        for (const DockerOption &option : m_rule.docker)
            look(option);
        lookAtHosts();
        lookAtSocket();
        if (m_findings.isEmpty()) {
            m_findings += finding(Verdict::Pass,
                message(u"On node %1 the Docker daemon is set up as required (%2)."_s,
                    u"节点 %1 上 Docker 守护进程的配置符合要求（%2）。"_s, m_where, m_values.join(u", "_s)));
            m_findings.last().actual = m_values.join(u", "_s);
        } else if (process && file && file->modified.isValid() && file->modified > process->started) {
            m_findings.first().reason = sentences({m_findings.first().reason,
                message(u"%1 was changed after dockerd started."_s, u"%1 在 dockerd 启动之后被修改过。"_s,
                    plainText(m_path))});
        }
        return m_findings;
    }

private:
    Finding finding(Verdict verdict, const Message &reason) const
    {
        return findingOf(m_rule, m_cluster, m_node, verdict, reason);
    }

    bool readFile(const FileRecord &file)
    {
        if (!file.hasContent) {
            m_findings += finding(Verdict::Unknown,
                sentences({message(u"On node %1, %2 was not read."_s, u"节点 %1 上的 %2 未能读取。"_s, m_where,
                               plainText(file.path)),
                    file.reason}));
            return false;
        }
        const QJsonDocument document = QJsonDocument::fromJson(file.content);
        if (!document.isObject()) {
            m_findings += finding(Verdict::Error,
                message(u"On node %1, %2 is no JSON object: dockerd does not start with it."_s,
                    u"节点 %1 上的 %2 不是 JSON 对象：dockerd 无法以此启动。"_s, m_where, plainText(file.path)));
            return false;
        }
        m_file = document.object();
        return true;
    }

    void add(Verdict verdict, const QString &name, const QString &expected, const QString &actual, bool inFile,
        const Message &why = {})
    {
        Finding made = finding(verdict, {});
        made.subject.name = name;
        made.expected = expected;
        made.actual = actual;
        if (inFile) {
            made.origin.kind = Origin::Kind::File;
            made.origin.file = m_path;
        }
        made.reason = why.isEmpty() ? message(u"On node %1, %2 of the Docker daemon is %3; required: %4."_s,
                          u"节点 %1 上 Docker 守护进程的 %2 为 %3；要求为 %4。"_s, m_where, name, actual, expected)
                                    : why;
        m_findings += made;
    }

    void look(const DockerOption &option)
    {
        QJsonValue value = option.standard;
        const QList<QByteArray> given = flagTexts(m_argv, option.flag, option.type);
        const QJsonValue written = m_file.value(option.key);
        const bool list = option.type == ValueType::StringList;
        if (!written.isUndefined() && (list ? !written.isArray() : !written.isBool())) {
            add(Verdict::Error, option.key, option.assertion.text(), actualText(written), true,
                message(u"On node %1, %2 in %3 is of the wrong type: dockerd does not start with it."_s,
                    u"节点 %1 上 %3 中 %2 的类型错误：dockerd 无法以此启动。"_s, m_where, option.key, m_path));
            return;
        }
        if (!written.isUndefined())
            value = written;
        if (!given.isEmpty() && list) {
            QJsonArray items = value.toArray();
            for (const QByteArray &text : given)
                items.append(plainText(text));
            value = items;
        } else if (!given.isEmpty()) {
            const std::optional<bool> parsed = parseBool(given.last());
            value = parsed ? QJsonValue(*parsed) : QJsonValue();
        }
        const QString actual = list && value.toArray().isEmpty() ? u"none"_s : plainText(actualText(value));
        m_values += option.key + u'=' + actual;
        const bool good = list ? value.toArray().isEmpty() : option.assertion.holds(value);
        if (!good)
            add(Verdict::Fail, option.key, list ? u"none"_s : option.assertion.text(), actual,
                given.isEmpty() && !written.isUndefined());
    }

    /// An address of TCP needs client certificates, on loopback too: every local account reaches it, and it is root.
    void lookAtHosts()
    {
        if (const QJsonValue written = m_file.value("hosts"_L1);
            !written.isNull() && !written.isUndefined() && !written.isArray()) {
            add(Verdict::Error, u"hosts"_s, u"tlsverify"_s, actualText(written), true,
                message(u"On node %1, %2 in %3 is of the wrong type: dockerd does not start with it."_s,
                    u"节点 %1 上 %3 中 %2 的类型错误：dockerd 无法以此启动。"_s, m_where, u"hosts"_s, m_path));
            return;
        }
        QStringList hosts;
        for (const QJsonValue &host : m_file["hosts"_L1].toArray())
            hosts += plainText(host.toString());
        for (const QByteArray &host : flagTexts(m_argv, u"--host"_s, ValueType::String))
            hosts += plainText(host);
        for (qsizetype i = 1; i < m_argv.size(); ++i) {
            if (m_argv[i] == "-H" && i + 1 < m_argv.size())
                hosts += plainText(m_argv[i + 1]);
            else if (m_argv[i].startsWith("-H"))
                hosts += plainText(m_argv[i].mid(m_argv[i].startsWith("-H=") ? 3 : 2));
        }
        bool verifies = m_file["tlsverify"_L1].toBool();
        if (const auto given = flagTexts(m_argv, u"--tlsverify"_s, ValueType::Bool); !given.isEmpty())
            verifies = parseBool(given.last()).value_or(false);
        const QStringList open = hosts.filter(u"tcp://"_s);
        if (!open.isEmpty() && !verifies)
            add(Verdict::Fail, u"hosts"_s, u"tlsverify"_s, open.join(u", "_s), false);
    }

    void lookAtSocket()
    {
        const FileRecord *socket = m_node.snapshot->file(socketFile);
        if (!socket || socket->mode < 0)
            return;
        if ((socket->mode & ~socketMode) != 0 || socket->uid != 0)
            add(Verdict::Fail, socketFile, u"\u2264 %1 root"_s.arg(octal(socketMode)),
                u"%1 %2:%3"_s.arg(octal(socket->mode), account(socket->uid), account(socket->gid)), false);
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const Node &m_node;
    const QString m_where;
    QList<QByteArray> m_argv;
    QString m_path;
    QJsonObject m_file;
    QStringList m_values;
    QList<Finding> m_findings;
};

} // namespace

QList<Finding> judgeDocker(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes)
        findings += Daemon(cluster, rule, node).judge();
    return findings;
}

} // namespace jiagu
