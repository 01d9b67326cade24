// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"

#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int mostNamed = 5;

/// The first that fits; null when none does.
const FileRule *ruleFor(const Rule &rule, QStringView path)
{
    const auto fits = [path](const FileRule &file) { return fitsPattern(file.path, path); };
    const auto found = std::ranges::find_if(rule.files, fits);
    return found == rule.files.end() ? nullptr : &*found;
}

class Files
{
public:
    Files(const Cluster &cluster, const Rule &rule, const Node &node)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_node(node)
        , m_where(plainText(node.name))
    {
        // A control plane without root (kubeadm's RootlessControlPlane) owns its files by its own accounts.
        for (const Component &component : node.components) {
            const bool isStaticPod = !component.manifest.isEmpty();
            if (!isStaticPod || !component.running || component.process.uid <= 0)
                continue;
            m_accounts.insert(component.process.uid);
            for (const qint64 group : component.process.groups) {
                if (group > 0)
                    m_groups.insert(group);
            }
        }
        // Keys that are told by what they hold, whatever their names are.
        const OutputRecord *keys =
            rule.keyMode >= 0 && node.snapshot ? node.snapshot->output(u"private-keys"_s) : nullptr;
        for (const ReportItem &item : reportItems(keys ? keys->content : QByteArray()))
            m_keys.insert(itemField(item, u"path"_s));
    }

    QList<Finding> judge()
    {
        for (const FileRecord &record : m_node.snapshot->files) {
            const int limit = limitOf(record.path);
            if (limit < 0 || record.missing)
                continue;
            const FileRecord *file = &record;
            if (record.type == FileRecord::Type::Symlink) {
                file = m_node.snapshot->file(record.realPath);
                if (file && limitOf(file->path) >= 0)
                    continue; // judged by its own name
                if (!file || file == &record) {
                    m_unknown += plainText(record.path);
                    continue;
                }
            }
            if (file->type == FileRecord::Type::Regular)
                look(*file, limit);
        }
        if (!m_unknown.isEmpty()) {
            const QStringList named = m_unknown.mid(0, mostNamed);
            m_findings += finding(Verdict::Unknown,
                message(u"On node %1 the attributes of %2 files were not read, among them %3. Read the node as root."_s,
                    u"节点 %1 上有 %2 个文件的属性未能读取，其中有 %3。请以 root 身份读取该节点。"_s, m_where,
                    QString::number(m_unknown.size()), named.join(u", "_s)));
        } else if (m_good + m_findings.size() == 0) {
            m_findings += finding(Verdict::Unknown,
                message(u"On node %1 none of the files was seen that this is about. Read the node as root."_s,
                    u"节点 %1 上没有看到该加固项所涉及的任何文件。请以 root 身份读取该节点。"_s, m_where));
        } else if (const Message trouble = m_rule.keyMode < 0 ? Message() : recordTrouble(m_node, u"private-keys"_s);
                   m_findings.isEmpty() && !trouble.isEmpty()) {
            m_findings += finding(Verdict::Unknown, trouble);
        } else if (m_findings.isEmpty()) {
            m_findings += finding(Verdict::Pass,
                message(u"On node %1, owner and mode of all %2 files are as required."_s,
                    u"节点 %1 上 %2 个文件的属主和权限全部符合要求。"_s, m_where, QString::number(m_good)));
            m_findings.last().actual = u"%1 files"_s.arg(m_good);
        }
        return m_findings;
    }

    Finding finding(Verdict verdict, const Message &reason) const
    {
        Finding made = findingOf(m_rule, m_cluster, m_node, verdict, reason);
        QStringList modes;
        for (const FileRule &file : m_rule.files) {
            if (!modes.contains(octal(file.mode)))
                modes += octal(file.mode);
        }
        made.expected = u"\u2264 %1 root:root"_s.arg(modes.join(u", "_s));
        return made;
    }

private:
    int limitOf(const QString &path) const
    {
        if (const FileRule *pattern = ruleFor(m_rule, path))
            return pattern->mode;
        return m_keys.contains(path) ? m_rule.keyMode : -1;
    }

    void look(const FileRecord &file, int limit)
    {
        if (file.mode < 0 || file.uid < 0 || file.gid < 0) {
            m_unknown += plainText(file.path);
            return;
        }
        const bool isComponents = m_accounts.contains(file.uid);
        // kubeadm gives such accounts a key that two of them read (sa.key) by a group: 0640, root and the group
        // (cmd/kubeadm/app/util/staticpod/utils_linux.go, release-1.34).
        const bool byGroup = m_groups.contains(file.gid);
        const bool owned = isComponents || (file.uid == 0 && (file.gid == 0 || byGroup));
        const int allowed = byGroup ? limit | 0040 : limit;
        if ((file.mode & ~allowed) == 0 && owned) {
            ++m_good;
            return;
        }
        const QString path = plainText(file.path);
        const FileRule *pattern = ruleFor(m_rule, file.path);
        Finding made = finding(pattern && pattern->review ? Verdict::Manual : Verdict::Fail, {});
        made.subject.name = path;
        made.expected = u"\u2264 %1 root:root"_s.arg(octal(limit));
        made.actual = u"%1 %2:%3"_s.arg(octal(file.mode), account(file.uid), account(file.gid));
        made.origin.kind = Origin::Kind::Attributes;
        made.origin.file = file.path;
        QList<Message> parts{message(u"On node %1, %2 has the mode %3 and belongs to %4:%5; required: at most %6 and "
                                     u"root:root."_s,
            u"节点 %1 上 %2 的权限为 %3，属主为 %4:%5；要求权限不超过 %6，属主为 root:root。"_s, m_where, path,
            octal(file.mode), account(file.uid), account(file.gid), octal(limit))};
        if (!m_accounts.isEmpty()) {
            parts += message(u"Components of the control plane do not run as root here and need their files: set the "
                             u"mode by hand, for the account that reads the file."_s,
                u"此节点的控制面组件不以 root 身份运行，需要读取各自的文件：请根据读取该文件的账号手动设置权限。"_s);
        }
        made.reason = sentences(parts);
        made.fixable = m_rule.fix == FixKind::SetAttributes && pattern && m_accounts.isEmpty()
            && file.realPath == file.path && file.sha256.size() == 64 && !file.changedWhileRead;
        m_findings += made;
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const Node &m_node;
    const QString m_where;
    QSet<qint64> m_accounts;
    QSet<qint64> m_groups;
    QSet<QString> m_keys;
    QStringList m_unknown;
    qsizetype m_good = 0;
    QList<Finding> m_findings;
};

} // namespace

bool fitsPattern(QStringView pattern, QStringView path)
{
    const qsizetype wildcard = pattern.indexOf(u'*');
    if (wildcard < 0)
        return pattern == path;
    if (!path.startsWith(pattern.first(wildcard)))
        return false;
    path = path.sliced(wildcard);
    pattern = pattern.sliced(wildcard);
    if (pattern.startsWith(u"**/")) {
        for (pattern = pattern.sliced(3); !fitsPattern(pattern, path);) {
            const qsizetype slash = path.indexOf(u'/');
            if (slash < 0)
                return false;
            path = path.sliced(slash + 1);
        }
        return true;
    }
    for (pattern = pattern.sliced(1); !fitsPattern(pattern, path); path = path.sliced(1)) {
        if (path.isEmpty() || path.front() == u'/')
            return false;
    }
    return true;
}

int modeLimit(const Rule &rule, const QString &path)
{
    const FileRule *pattern = ruleFor(rule, path);
    return pattern ? pattern->mode : -1;
}

QList<Finding> judgeFileAttributes(const Cluster &cluster, const Rule &rule)
{
    QList<Finding> findings;
    for (const Node &node : cluster.nodes) {
        if (!node.read || !node.snapshot)
            findings += Files(cluster, rule, node).finding(Verdict::Unknown, whyNotRead(node));
        else
            findings += Files(cluster, rule, node).judge();
    }
    return findings;
}

} // namespace jiagu
