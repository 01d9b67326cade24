// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/usedfiles.h"

#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int mostNamed = 5;

/// The first that fits; null when none does.
const FileRule *ruleFor(const Rule &rule, QStringView path, bool directory = false)
{
    const auto fits = [&](const FileRule &file) { return file.directory == directory && fitsPattern(file.path, path); };
    const auto found = std::ranges::find_if(rule.files, fits);
    return found == rule.files.end() ? nullptr : &*found;
}

/// A control plane without root (kubeadm's RootlessControlPlane) owns its files by its own accounts.
struct Accounts
{
    QSet<qint64> users;
    QSet<qint64> groups;
};
Accounts accountsOf(const Node &node)
{
    Accounts accounts;
    for (const Component &component : node.components) {
        const bool isStaticPod = !component.manifest.isEmpty();
        if (!isStaticPod || !component.running || component.process.uid <= 0)
            continue;
        accounts.users.insert(component.process.uid);
        for (const qint64 group : component.process.groups) {
            if (group > 0)
                accounts.groups.insert(group);
        }
    }
    return accounts;
}

bool isTight(const FileRecord &file, int limit, const Accounts &accounts)
{
    // kubeadm gives such accounts a key that two of them read (sa.key) by a group: 0640, root and the group
    // (cmd/kubeadm/app/util/staticpod/utils_linux.go, release-1.34).
    const bool byGroup = accounts.groups.contains(file.gid);
    const bool owned = accounts.users.contains(file.uid) || (file.uid == 0 && (file.gid == 0 || byGroup));
    return (file.mode & ~(byGroup ? limit | 0040 : limit)) == 0 && owned;
}

class Files
{
public:
    Files(const Cluster &cluster, const Rule &rule, const Node &node)
        : m_cluster(cluster)
        , m_rule(rule)
        , m_node(node)
        , m_where(plainText(node.name))
        , m_accounts(accountsOf(node))
        , m_inUse(filesInUse(node, rule))
    {
        // Keys that are told by what they hold, whatever their names are.
        const OutputRecord *keys =
            rule.keyMode >= 0 && node.snapshot ? node.snapshot->output(u"private-keys"_s) : nullptr;
        for (const ReportItem &item : reportItems(keys ? keys->content : QByteArray()))
            m_keys.insert(itemField(item, u"path"_s));
    }

    QList<Finding> judge()
    {
        for (const FileRecord &record : m_node.snapshot->files) {
            if (record.missing)
                continue;
            if (record.type == FileRecord::Type::Directory) {
                lookAt(record);
                continue;
            }
            const int limit = limitOf(record.path);
            if (limit < 0)
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
        for (const QString &path : std::as_const(m_inUse.unread)) {
            if (!m_unknown.contains(path))
                m_unknown += path;
        }
        QList<Message> doubts = m_inUse.unknown.mid(0, mostNamed);
        if (!m_unknown.isEmpty()) {
            const QStringList named = m_unknown.mid(0, mostNamed);
            doubts +=
                message(u"On node %1 the attributes of %2 files and directories were not read, among them %3. Read "
                        u"the node again, as root."_s,
                    u"节点 %1 上有 %2 个文件或目录的属性未能读取，其中有 %3。请以 root 身份重新读取该节点。"_s, m_where,
                    QString::number(m_unknown.size()), named.join(u", "_s));
        }
        if (!doubts.isEmpty()) {
            m_findings += finding(Verdict::Unknown, sentences(doubts));
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
        for (const UsedFiles &used : m_rule.used) {
            for (const int mode : {used.mode, used.directoryMode}) {
                if (mode >= 0 && !modes.contains(octal(mode)))
                    modes += octal(mode);
            }
        }
        made.expected = u"\u2264 %1 root:root"_s.arg(modes.join(u", "_s));
        return made;
    }

private:
    int limitOf(const QString &path) const
    {
        if (const FileRule *pattern = ruleFor(m_rule, path))
            return pattern->mode;
        const int used = m_inUse.files.value(path, -1);
        const int key = m_keys.contains(path) ? m_rule.keyMode : -1;
        return used < 0 ? key : key < 0 ? used : used & key;
    }

    void look(const FileRecord &file, int limit)
    {
        if (file.mode < 0 || file.uid < 0 || file.gid < 0) {
            m_unknown += plainText(file.path);
            return;
        }
        if (isTight(file, limit, m_accounts)) {
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
        if (!m_accounts.users.isEmpty()) {
            parts += message(u"Components of the control plane do not run as root here and need their files: set the "
                             u"mode by hand, for the account that reads the file."_s,
                u"此节点的控制面组件不以 root 身份运行，需要读取各自的文件：请根据读取该文件的账号手动设置权限。"_s);
        }
        const bool isOffered = pattern || m_inUse.files.value(file.path, -1) >= 0;
        if (m_rule.fix == FixKind::SetAttributes && isOffered && m_accounts.users.isEmpty()) {
            const Message obstacle = whyByHand(file);
            made.fixable = obstacle.isEmpty();
            if (!made.fixable)
                parts += obstacle;
        }
        made.reason = sentences(parts);
        m_findings += made;
    }

    /// Why the change would be refused here or on the node (resources/node/transact.sh); empty when nothing is in its
    /// way.
    Message whyByHand(const FileRecord &file) const
    {
        const auto byHand = [&](const Message &why) {
            return message(
                u"It is not changed from here: %1. Change it by hand."_s, u"无法在此修改：%1。请手动修改。"_s, why);
        };
        if (file.realPath != file.path)
            return byHand(message(u"it is reached through a symbolic link"_s, u"该文件经由符号链接访问"_s));
        if (file.links > 1)
            return byHand(message(u"it has hard links"_s, u"该文件存在硬链接"_s));
        if (file.sha256.size() != 64)
            return byHand(message(u"its checksum was not read"_s, u"未读取到其校验值"_s));
        if (file.changedWhileRead)
            return byHand(message(u"it changed while it was read"_s, u"该文件在读取过程中发生了变化"_s));
        for (QString above = file.path; above.size() > 1;) {
            above.truncate(qMax(1, above.lastIndexOf(u'/')));
            const FileRecord *directory = m_node.snapshot->file(above);
            if (!directory || directory->mode < 0 || directory->type == FileRecord::Type::Other)
                continue;
            if (directory->type == FileRecord::Type::Symlink)
                return byHand(message(u"it is reached through a symbolic link"_s, u"该文件经由符号链接访问"_s));
            const bool sticky = (directory->mode & 01000) != 0;
            if (directory->type == FileRecord::Type::Directory
                && (directory->uid != 0 || (!sticky && (directory->mode & 0022) != 0)))
                return byHand(message(u"others than root can write to the directory %1, which has to be mended first"_s,
                    u"root 以外的账号可写入目录 %1，须先修正该目录"_s, plainText(above)));
        }
        return {};
    }

    /// A directory in which others than root can put a file in the place of another one.
    void lookAt(const FileRecord &directory)
    {
        const FileRule *pattern = ruleFor(m_rule, directory.path, true);
        const int used = m_inUse.directories.value(directory.path, -1);
        if (!pattern && used < 0)
            return;
        const int limit = !pattern ? used : used < 0 ? pattern->mode : pattern->mode & used;
        if (directory.mode < 0 || directory.uid < 0 || directory.gid < 0) {
            m_unknown += plainText(directory.path);
            return;
        }
        const bool owned = directory.uid == 0 || m_accounts.users.contains(directory.uid);
        const bool grouped = !pattern || directory.gid == 0 || m_accounts.groups.contains(directory.gid);
        if ((directory.mode & 0777 & ~limit) == 0 && owned && grouped)
            return;
        const QString path = plainText(directory.path);
        Finding made = finding(pattern && pattern->review ? Verdict::Manual : Verdict::Fail,
            message(
                u"On node %1, the directory %2 has the mode %3 and belongs to %4:%5; required: at most %6 and "
                u"root:root. Who can write to it can put a file in the place of another one. It is not changed from "
                u"here: set mode and owner of the directory alone by hand, not with -R."_s,
                u"节点 %1 上目录 %2 的权限为 %3，属主为 %4:%5；要求权限不超过 %6，属主为 root:root。能写入该目录的账号可以替换其中的文件。"
                u"无法在此修改：请手动设置该目录本身的权限和属主，不要使用 -R。"_s,
                m_where, path, octal(directory.mode), account(directory.uid), account(directory.gid), octal(limit)));
        made.subject.name = path;
        made.expected = u"\u2264 %1 root:root"_s.arg(octal(limit));
        made.actual = u"%1 %2:%3"_s.arg(octal(directory.mode), account(directory.uid), account(directory.gid));
        made.origin.kind = Origin::Kind::Attributes;
        made.origin.file = directory.path;
        m_findings += made;
    }

    const Cluster &m_cluster;
    const Rule &m_rule;
    const Node &m_node;
    const QString m_where;
    const Accounts m_accounts;
    const FilesInUse m_inUse;
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

int modeLimit(const Node &node, const Rule &rule, const QString &path)
{
    if (const FileRule *pattern = ruleFor(rule, path))
        return pattern->mode;
    return filesInUse(node, rule).files.value(path, -1);
}

Message looseAttributes(const Node &node, const FileRecord &file, int limit)
{
    const QString where = plainText(node.name);
    const QString path = plainText(file.path);
    if (file.mode < 0 || file.uid < 0 || file.gid < 0)
        return message(
            u"On node %1 owner and mode of %2 were not read."_s, u"未读取节点 %1 上 %2 的属主和权限。"_s, where, path);
    if (isTight(file, limit, accountsOf(node)))
        return {};
    return message(u"On node %1, %2 has the mode %3 and belongs to %4:%5; required: at most %6 and root:root."_s,
        u"节点 %1 上 %2 的权限为 %3，属主为 %4:%5；要求权限不超过 %6，属主为 root:root。"_s, where, path,
        octal(file.mode), account(file.uid), account(file.gid), octal(limit));
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
