// SPDX-License-Identifier: Apache-2.0
#include "rules/auditlog.h"

#include "base/plaintext.h"
#include "cluster/inforce.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr double megabyte = 1024 * 1024; // of --audit-log-maxsize
constexpr qint64 defaultSize = 100; // of lumberjack, for 0

QString days(double count)
{
    return count >= 100'000 ? u"> 100000"_s : QString::number(count, 'f', count < 10 ? 1 : 0);
}

class Audit
{
public:
    Audit(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
        : m_rule(rule)
        , m_node(node)
        , m_component(component)
        , m_name(plainText(node.name))
        , m_settings(auditSettings(node))
        , m_policy(m_settings.policy.value.toString())
        , m_log(m_settings.log.value.toString())
        , m_webhook(m_settings.webhook.value.toString())
        , m_finding(findingOf(rule, cluster, node, Verdict::Unknown, {}))
    {
    }

    Finding judge()
    {
        m_finding.expected = expected();
        if (doesNotApply(m_rule, m_node, m_component, m_finding))
            return m_finding;
        for (const Setting *setting : {&m_settings.policy, &m_settings.log, &m_settings.webhook}) {
            if (!setting->unknown.isEmpty())
                return unknown(*setting);
        }
        m_finding.origin = m_settings.policy.origin;
        switch (m_rule.audit.aspect) {
        case AuditAspect::Backend:
            backend();
            break;
        case AuditAspect::Policy:
            if (m_policy.isEmpty())
                notApplicable(message(u"On node %1 kube-apiserver has no audit policy."_s,
                    u"节点 %1 上的 kube-apiserver 没有审计策略。"_s, m_name));
            else
                judgeAuditPolicy(m_node, m_component, m_policy, m_rule.audit.level, m_finding);
            break;
        case AuditAspect::Mounts:
            mounts();
            break;
        case AuditAspect::Retention:
            retention();
            break;
        }
        return m_finding;
    }

private:
    QString expected() const
    {
        switch (m_rule.audit.aspect) {
        case AuditAspect::Backend:
            return u"--audit-policy-file, and --audit-log-path or --audit-webhook-config-file"_s;
        case AuditAspect::Policy:
            return u"audit.k8s.io/v1 Policy, level \u2265 %1"_s.arg(m_rule.audit.level);
        case AuditAspect::Mounts:
            return u"hostPath, \u2264 %1"_s.arg(QString::number(m_rule.audit.mode, 8).rightJustified(4, u'0'));
        case AuditAspect::Retention:
            return u"--audit-log-maxage \u2265 %1, --audit-log-maxbackup \u2265 %2, --audit-log-maxsize \u2265 %3"_s
                .arg(QString::number(m_rule.audit.days), QString::number(m_rule.audit.files),
                    QString::number(m_rule.audit.megabytes));
        }
        return {};
    }

    Finding unknown(const Setting &setting)
    {
        m_finding.verdict = setting.unusable ? Verdict::Error : Verdict::Unknown;
        m_finding.origin = setting.origin;
        m_finding.reason = setting.unknown;
        return m_finding;
    }

    void notApplicable(const Message &why)
    {
        m_finding.verdict = Verdict::NotApplicable;
        m_finding.reason = why;
    }

    void decide(Verdict verdict, const QList<Message> &parts)
    {
        m_finding.verdict = verdict;
        m_finding.reason = sentences(parts);
    }

    void backend()
    {
        const bool written = !m_log.isEmpty() || !m_webhook.isEmpty();
        QStringList set;
        if (!m_policy.isEmpty())
            set += u"--audit-policy-file="_s + plainText(m_policy);
        if (!m_log.isEmpty())
            set += u"--audit-log-path="_s + plainText(m_log);
        if (!m_webhook.isEmpty())
            set += u"--audit-webhook-config-file="_s + plainText(m_webhook);
        m_finding.actual = set.isEmpty() ? actualText({}) : set.join(u", "_s);
        if (!m_policy.isEmpty() && written) {
            decide(Verdict::Pass,
                {message(u"On node %1 kube-apiserver has an audit policy and writes events (%2)."_s,
                    u"节点 %1 上的 kube-apiserver 设置了审计策略，并写出审计事件（%2）。"_s, m_name,
                    m_finding.actual)});
        } else if (!m_policy.isEmpty()) {
            decide(Verdict::Fail,
                {message(
                    u"On node %1 kube-apiserver has an audit policy (%2) and nothing that events are written to: neither "
                    u"--audit-log-path nor --audit-webhook-config-file is set. It checks the policy at its start, and "
                    u"nothing is written anywhere."_s,
                    u"节点 %1 上的 kube-apiserver 设置了审计策略（%2），但没有写出事件的去处：--audit-log-path 和 "
                    u"--audit-webhook-config-file 都未设置。它只在启动时检查策略，不会写出任何审计事件。"_s,
                    m_name, plainText(m_policy))});
        } else if (written) {
            m_finding.origin = m_log.isEmpty() ? m_settings.webhook.origin : m_settings.log.origin;
            decide(Verdict::Fail,
                {message(u"On node %1 kube-apiserver is told where to write audit events (%2), but has no "
                         u"--audit-policy-file: without a policy nothing is written."_s,
                    u"节点 %1 上的 kube-apiserver 设置了审计事件的写出位置（%2），但没有 --audit-policy-file：没有策略就不会写出"
                    u"任何事件。"_s,
                    m_name, m_finding.actual)});
        } else {
            decide(Verdict::Fail,
                {message(
                    u"On node %1 kube-apiserver has no audit policy: who did what in the cluster is not recorded."_s,
                    u"节点 %1 上的 kube-apiserver 没有审计策略：谁在集群中做了什么不会被记录。"_s, m_name)});
        }
    }

    void mounts()
    {
        if (m_policy.isEmpty() && m_log.isEmpty()) {
            return notApplicable(message(u"On node %1 kube-apiserver has neither an audit policy nor an audit log."_s,
                u"节点 %1 上的 kube-apiserver 既没有审计策略，也没有审计日志。"_s, m_name));
        }
        QList<Message> wrong;
        QList<Message> gaps;
        if (!m_policy.isEmpty())
            policyMount(wrong, gaps);
        if (m_log.startsWith(u'/'))
            logMount(wrong, gaps);
        else if (!m_log.isEmpty() && m_log != "-"_L1)
            wrong += message(u"On node %1, --audit-log-path is no absolute path (%2)."_s,
                u"节点 %1 上 --audit-log-path 不是绝对路径（%2）。"_s, m_name, plainText(m_log));
        if (!wrong.isEmpty())
            return decide(Verdict::Fail, wrong + gaps + m_component.notes);
        if (!gaps.isEmpty())
            return decide(Verdict::Unknown, gaps + m_component.notes);
        // What is mounted is told by the manifest alone.
        decide(m_component.notes.isEmpty() ? Verdict::Pass : Verdict::Unknown,
            QList<Message>{message(
                u"On node %1 audit policy and audit log of kube-apiserver are on the node, and nobody but "
                u"their owner can read the log's directory."_s,
                u"节点 %1 上 kube-apiserver 的审计策略和审计日志都位于节点上，日志目录只有属主可以读取。"_s, m_name)}
                + m_component.notes);
    }

    void pointTo(const NodePath &where)
    {
        if (where.mount) {
            m_finding.origin = {Origin::Kind::File};
            m_finding.origin.file = where.mount->at.file;
            m_finding.origin.line = where.mount->at.line;
            m_finding.origin.column = where.mount->at.column;
        }
    }

    void policyMount(QList<Message> &wrong, QList<Message> &gaps)
    {
        const NodePath where = nodePath(m_node, m_component, m_policy, u"audit-policy"_s);
        if (!where.unknown.isEmpty()) {
            gaps += where.unknown;
        } else if (where.contained && !where.mount) {
            m_finding.severity = Severity::Critical;
            wrong +=
                message(u"On node %1, %2 is not mounted into the container of kube-apiserver, which does not start: it "
                        u"finds no file there."_s,
                    u"节点 %1 上，%2 没有挂载到 kube-apiserver 的容器中：容器内没有该文件，kube-apiserver 无法启动。"_s,
                    m_name, plainText(m_policy));
        } else if (where.contained && where.path.isEmpty()) {
            pointTo(where);
            wrong += notOfTheNode(m_policy, *where.mount);
        }
    }

    Message notOfTheNode(const QString &path, const PodMount &mount) const
    {
        return message(u"On node %1, %2 is in a volume that is not a directory of the node (%3)."_s,
            u"节点 %1 上，%2 所在的卷不是节点目录（%3）。"_s, m_name, plainText(path),
            mount.volume.isEmpty() ? u"-"_s : plainText(mount.volume));
    }

    void logMount(QList<Message> &wrong, QList<Message> &gaps)
    {
        const NodePath where = nodePath(m_node, m_component, m_log, u"audit-log"_s);
        if (!where.unknown.isEmpty())
            gaps += where.unknown;
        if (where.unknown.isEmpty() && where.contained && !where.mount) {
            wrong += message(
                u"On node %1 the directory of %2 is not mounted into the container of kube-apiserver: the log is "
                u"written into the container and lost with it at every restart."_s,
                u"节点 %1 上，%2 所在目录没有挂载到 kube-apiserver 的容器中：日志写在容器内，每次重启都会丢失。"_s,
                m_name, plainText(m_log));
            return;
        }
        if (where.mount) {
            pointTo(where);
            if (where.path.isEmpty()) {
                wrong += notOfTheNode(m_log, *where.mount);
                return;
            }
            if (where.mount->mountPath == m_log)
                wrong += message(
                    u"On node %1 the log is mounted as a file (%2): it cannot be rotated (“device or resource "
                    u"busy”). Mount its directory."_s,
                    u"节点 %1 上，日志以文件方式挂载（%2）：无法轮转（“device or resource busy”）。请挂载其所在目录。"_s,
                    m_name, plainText(m_log));
            if (where.mount->readOnly)
                wrong +=
                    message(u"On node %1 the log's directory is mounted read-only: kube-apiserver cannot write it, and "
                            u"since 1.22 does not start."_s,
                        u"节点 %1 上，日志目录以只读方式挂载：kube-apiserver 无法写入；自 1.22 起会因此无法启动。"_s,
                        m_name);
        }
        directoryMode(where.path, wrong, gaps);
    }

    void directoryMode(const QString &log, QList<Message> &wrong, QList<Message> &gaps)
    {
        const QString path = log.left(qMax(log.lastIndexOf(u'/'), qsizetype(1)));
        const FileRecord *directory = log.isEmpty() ? nullptr : m_node.snapshot->file(path);
        if (!directory || directory->mode < 0) {
            gaps += message(
                u"On node %1 the mode of the log's directory was not read. Read the node again, as root and with "
                u"this version of the program."_s,
                u"未读取节点 %1 上日志目录的权限。请以 root 身份并用本版本的程序重新读取该节点。"_s, m_name);
            return;
        }
        m_finding.actual = QString::number(directory->mode, 8).rightJustified(4, u'0');
        if ((directory->mode & ~m_rule.audit.mode) == 0)
            return;
        wrong += message(
            u"On node %1 the log's directory %2 has the mode %3; required: at most %4. A kubelet that makes it "
            u"(DirectoryOrCreate) leaves 0755."_s,
            u"节点 %1 上日志目录 %2 的权限为 %3；要求不超过 %4。由 kubelet 创建（DirectoryOrCreate）的目录权限为 0755。"_s,
            m_name, plainText(path), m_finding.actual, QString::number(m_rule.audit.mode, 8).rightJustified(4, u'0'));
    }

    Setting number(const QString &flag) const
    {
        return settingInForce(m_node, {ComponentKind::ApiServer, flag, {}, ValueType::Integer});
    }

    void retention()
    {
        if (m_log.isEmpty() || m_log == "-"_L1) {
            return notApplicable(m_log.isEmpty()
                    ? message(u"On node %1 kube-apiserver writes no audit log."_s,
                        u"节点 %1 上的 kube-apiserver 不写审计日志。"_s, m_name)
                    : message(
                        u"On node %1 kube-apiserver writes audit events to its standard output: the container runtime "
                        u"and the kubelet (containerLogMaxSize, containerLogMaxFiles) decide how long they are kept."_s,
                        u"节点 %1 上的 kube-apiserver 把审计事件写到标准输出：保留多久由容器运行时和 kubelet"
                        u"（containerLogMaxSize、containerLogMaxFiles）决定。"_s,
                        m_name));
        }
        const Setting age = number(u"--audit-log-maxage"_s);
        const Setting files = number(u"--audit-log-maxbackup"_s);
        const Setting size = number(u"--audit-log-maxsize"_s);
        QStringList actual;
        for (const Setting *setting : {&age, &files, &size}) {
            if (!setting->unknown.isEmpty()) {
                unknown(*setting);
                return;
            }
            actual += setting->name + u'=' + actualText(setting->value);
            if (setting->value.toInteger() < 0) {
                m_finding.origin = setting->origin;
                m_finding.actual = actual.last();
                return decide(Verdict::Error,
                    {message(u"On node %1, %2 is negative (%3): kube-apiserver does not start with it."_s,
                        u"节点 %1 上 %2 为负数（%3）：kube-apiserver 无法以此启动。"_s, m_name, setting->name,
                        actualText(setting->value))});
            }
        }
        m_finding.actual = actual.join(u", "_s);
        m_finding.origin = age.origin;
        limits(age.value.toInteger(), files.value.toInteger(), size);
    }

    void limits(qint64 age, qint64 files, const Setting &size)
    {
        QList<Message> wrong;
        const qint64 each = size.value.toInteger() > 0 ? size.value.toInteger() : defaultSize;
        const bool rotationOff = size.value.toInteger() == 0 && m_component.release.minor >= 36;
        if (rotationOff) {
            wrong += message(
                u"On node %1, --audit-log-maxsize=0 turns rotation off since 1.36: the log grows until the file "
                u"system is full."_s,
                u"节点 %1 上设置了 --audit-log-maxsize=0，自 1.36 起这会关闭轮转：日志一直增长，直到文件系统写满。"_s,
                m_name);
        }
        if (age == 0 && files == 0 && !rotationOff) {
            wrong += message(
                u"On node %1 rotated audit logs are never deleted: --audit-log-maxage and --audit-log-maxbackup are "
                u"both 0, which up to 1.35 is what not set means."_s,
                u"节点 %1 上轮转出的审计日志永不删除：--audit-log-maxage 和 --audit-log-maxbackup 都为 0（在 1.35 及更早版本中，"
                u"未设置即为 0）。"_s,
                m_name);
        } else if (age < m_rule.audit.days || files < m_rule.audit.files) {
            wrong += message(
                u"On node %1 audit logs are kept for %2 days and %3 files (0: no limit set); required: at least %4 "
                u"days and %5 files, both set."_s,
                u"节点 %1 上审计日志保留 %2 天、%3 个文件（0 表示未设上限）；要求两者都设置，且至少 %4 天、%5 个文件。"_s,
                m_name, QString::number(age), QString::number(files), QString::number(m_rule.audit.days),
                QString::number(m_rule.audit.files));
        }
        if (each < m_rule.audit.megabytes && !rotationOff) {
            wrong += message(u"On node %1 a new audit log is begun after %2 MB; required: at least %3 MB each, or the "
                             u"number of files keeps less than it should."_s,
                u"节点 %1 上审计日志每 %2 MB 轮转一次；要求每个文件至少 %3 MB，否则按文件数保留的内容会少于要求。"_s,
                m_name, QString::number(each), QString::number(m_rule.audit.megabytes));
        }
        QList<Message> measured = estimate(age, files, rotationOff ? 0 : double(each) * megabyte, wrong);
        if (!wrong.isEmpty())
            return decide(Verdict::Fail, wrong + measured);
        decide(Verdict::Pass,
            QList<Message>{message(u"On node %1 audit logs are rotated and kept for %2 days and %3 files of %4 MB."_s,
                u"节点 %1 上审计日志会轮转，保留 %2 天、%3 个文件，每个 %4 MB。"_s, m_name, QString::number(age),
                QString::number(files), QString::number(each))}
                + measured);
    }

    /// What the limits mean at the speed at which the log grows now. `each`: bytes of a file; 0: not rotated.
    QList<Message> estimate(qint64 age, qint64 files, double each, QList<Message> &wrong)
    {
        const NodePath where = nodePath(m_node, m_component, m_log, u"audit-log"_s);
        const AuditGrowth growth = auditGrowth(m_node, where.path);
        QList<Message> parts{growth.from};
        if (growth.bytesPerDay <= 0)
            return parts;
        double kept = age > 0 ? double(age) : -1; // days; below 0: for ever
        if (each > 0 && files > 0) {
            const double byFiles = double(files + 1) * each / growth.bytesPerDay;
            kept = kept < 0 ? byFiles : qMin(kept, byFiles);
        }
        if (kept >= 0 && each > 0) {
            const Message text = message(u"At that speed events are kept for about %1 days."_s,
                u"按此速度，审计事件约保留 %1 天。"_s, days(kept));
            if (kept < m_rule.audit.days && age >= m_rule.audit.days && files >= m_rule.audit.files)
                wrong += message(
                    u"On node %1 the limit of files deletes audit events after about %2 days; required: %3 days."_s,
                    u"节点 %1 上，由于文件数上限，审计事件约 %2 天后即被删除；要求 %3 天。"_s, m_name, days(kept),
                    QString::number(m_rule.audit.days));
            else
                parts += text;
        }
        if (growth.free < 0)
            return parts;
        const bool bounded = kept >= 0 && each > 0;
        const double room = double(growth.free) + double(growth.used);
        if (!bounded || kept * growth.bytesPerDay > room) {
            const Message full =
                message(u"On node %1 its file system is full in about %2 days, before anything is deleted."_s,
                    u"节点 %1 上的文件系统约 %2 天后写满，早于日志被删除的时间。"_s, m_name,
                    days(double(growth.free) / growth.bytesPerDay));
            if (bounded)
                wrong += full;
            else
                parts += full;
        }
        return parts;
    }

    const Rule &m_rule;
    const Node &m_node;
    const Component &m_component;
    const QString m_name;
    const AuditSettings m_settings;
    const QString m_policy;
    const QString m_log;
    const QString m_webhook;
    Finding m_finding;
};

/// Of an API server that is down: whether audit is why.
Finding judgeOn(const Cluster &cluster, const Rule &rule, const Node &node, const Component &component)
{
    const Finding finding = Audit(cluster, rule, node, component).judge();
    const bool mayStopIt = rule.audit.aspect == AuditAspect::Policy || rule.audit.aspect == AuditAspect::Mounts;
    if (component.running || finding.verdict != Verdict::Unknown || !mayStopIt)
        return finding;
    const std::optional<Node> written = asWritten(node, component);
    if (!written)
        return finding;
    Finding found = Audit(cluster, rule, *written, *written->component(ComponentKind::ApiServer)).judge();
    if (found.verdict != Verdict::Fail && found.verdict != Verdict::Error)
        return finding;
    found.reason = sentences({judgedByFiles(node, component), found.reason});
    return found;
}

} // namespace

QList<Finding> judgeAudit(const Cluster &cluster, const Rule &rule)
{
    return judgeEachNode(cluster, rule, {},
        [&](const Node &node, const Component &component) { return judgeOn(cluster, rule, node, component); });
}

} // namespace jiagu
