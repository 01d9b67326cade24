// SPDX-License-Identifier: Apache-2.0
#include "rules/workloads.h"

#include "base/plaintext.h"
#include "rules/judge.h"
#include "rules/objectpatch.h"

#include <QJsonArray>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const Message &listSeparator()
{
    static const Message separator{u"; "_s, u"；"_s};
    return separator;
}

Message joined(const QList<Message> &parts)
{
    Message result;
    for (const Message &part : parts) {
        if (!result.isEmpty()) {
            result.en += listSeparator().en;
            result.zh += listSeparator().zh;
        }
        result.en += part.en;
        result.zh += part.zh;
    }
    return result;
}

/// What the container says, else the pod.
QJsonValue inForce(const QString &path, const QJsonObject &container, const QJsonObject &spec)
{
    const QJsonValue value = valueAt(container, path);
    return value.isNull() ? valueAt(spec, path) : value;
}

} // namespace

QString Violation::key() const
{
    return container + u'\n' + field + u'\n' + actualText(value);
}

Message workloadsNotRead(const Cluster &cluster)
{
    return sentences({message(u"What runs in the cluster is not known, because no API server was asked."_s,
                          u"没有从任何 API server 取得数据，因此无法得知集群中运行的工作负载。"_s),
        cluster.apiError});
}

Message patchNote()
{
    return message(
        u"This program does not change objects of the API yet; the patch is applied by hand. Save it as patch.yaml and "
        u"run the command, with --dry-run=server first. The pods are replaced then."_s,
        u"本程序目前不修改 API 中的对象，补丁需手工应用：将其保存为 patch.yaml 后执行该命令（请先加上 --dry-run=server 试运行）。"
        u"应用后 Pod 会被替换。"_s);
}

QString patchCommand(const QString &kind, const QString &namespaceName, const QString &name)
{
    static const QRegularExpression plain(u"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"_s);
    if (!plain.match(namespaceName).hasMatch() || !plain.match(name).hasMatch())
        return {};
    return u"kubectl patch -n %1 %2 %3 --patch-file patch.yaml"_s.arg(namespaceName, kind.toLower(), name);
}

WorkloadReport::WorkloadReport(const Cluster &cluster, const WorkloadList &workloads, const Rule &rule,
    const QList<NamespaceWaiver> &waivers, const QString &expected)
    : m_cluster(cluster)
    , m_workloads(workloads)
    , m_rule(rule)
    , m_waivers(waivers)
    , m_expected(expected)
{
}

void WorkloadReport::judge(const std::function<QList<Violation>(const Workload &)> &violationsOf)
{
    for (const Workload &workload : m_workloads.all()) {
        if (workload.retired)
            continue;
        if (const QList<Violation> found = violationsOf(workload); !found.isEmpty())
            m_violations.insert(&workload, found);
    }
    for (const Workload &workload : m_workloads.all()) {
        if (m_violations.contains(&workload))
            report(workload);
    }
    m_findings.reserve(m_findings.size() + m_reported.size());
    for (Reported &reported : m_reported) {
        if (reported.more > 0) {
            reported.finding.reason = sentences({reported.finding.reason,
                message(u"%1 more objects of the same controller (%2) are the same."_s,
                    u"同一控制器（%2）的另外 %1 个对象情况相同。"_s, QString::number(reported.more),
                    reported.ownerText)});
        }
        m_findings.append(std::move(reported.finding));
    }
}

bool WorkloadReport::isInherited(const Workload &workload, const Violation &violation) const
{
    const Workload *above = m_workloads.above(workload);
    // Bounded: owners may form a ring.
    for (int level = 0; level < 4 && above && above != &workload; ++level) {
        const QList<Violation> theirs = m_violations.value(above);
        if (std::any_of(theirs.begin(), theirs.end(),
                [key = violation.key()](const Violation &same) { return same.key() == key; }))
            return true;
        above = m_workloads.above(*above);
    }
    return false;
}

void WorkloadReport::report(const Workload &workload)
{
    QList<Violation> own = m_violations.value(&workload);
    if (m_workloads.above(workload))
        own.removeIf([&](const Violation &violation) { return isInherited(workload, violation); });
    if (own.isEmpty())
        return;
    m_reportedWorkloads += &workload;
    const QList<Violation> all = own;
    std::optional<ObjectFix> fix;
    while (!own.isEmpty()) {
        const int place = own.constFirst().place;
        const bool unusable = own.constFirst().unusable;
        QList<Violation> same;
        QString keys;
        own.removeIf([&](const Violation &violation) {
            if (violation.place != place || violation.unusable != unusable)
                return false;
            same += violation;
            keys += u'\n' + violation.key();
            return true;
        });
        // Pods of one controller that differ from it in the same way, or whose controller was not read: one line.
        if (!workload.owner.isEmpty()) {
            const QString key = workload.owner + keys;
            if (const auto known = m_firstOf.constFind(key); known != m_firstOf.cend()) {
                m_reported[*known].more += 1 + workload.alike;
                continue;
            }
            m_firstOf.insert(key, m_reported.size());
        }
        Finding finding = findingFor(workload, same);
        if (!finding.waiver && !unusable) {
            if (!fix)
                fix = fixOf(workload, all);
            finding.objectFix = fix;
        }
        m_reported.append(Reported{
            std::move(finding), workload.alike, plainText(QString(workload.ownerKind + u' ' + workload.ownerName))});
    }
}

Finding WorkloadReport::findingFor(const Workload &workload, const QList<Violation> &violations) const
{
    const Violation &first = violations.constFirst();
    const Message who = first.container.isEmpty()
        ? Message{workload.title, workload.title}
        : message(u"Container %2 of %1"_s, u"%1 的容器 %2"_s, workload.title, plainText(first.container));
    QString below = workload.specPath;
    if (first.place >= 0) {
        const WorkloadContainer &container = workload.containers[first.place];
        below = u"%1.%2[%3]"_s.arg(workload.specPath, container.list).arg(container.index);
    }
    QStringList seen;
    QList<Message> hints;
    for (const Violation &violation : violations) {
        seen += plainText(violation.path) + u" = "_s + plainText(actualText(violation.value));
        if (!violation.hint.isEmpty() && !hints.contains(violation.hint))
            hints += violation.hint;
    }
    const QString list = seen.join(u", "_s);
    Finding finding = findingOf(m_rule, m_cluster, first.unusable ? Verdict::Error : Verdict::Fail,
        sentences({first.unusable
                ? message(u"%1 has %2: the API takes no value of this type, so this is not an answer of the API server "
                          u"as it is."_s,
                    u"%1 的 %2：API 不接受此类型的值，因此这不是 API server 的原样应答。"_s, who, list)
                : message(u"%1 has %2; required: %3."_s, u"%1 的 %2；要求为 %3。"_s, who, list, m_expected),
            sentences(hints), workload.context}));
    finding.subject.namespaceName = plainText(workload.namespaceName);
    finding.subject.kind = workload.kind;
    finding.subject.name = plainText(workload.name);
    finding.subject.container = plainText(first.container);
    finding.expected = m_expected;
    finding.actual = seen.size() == 1 ? plainText(actualText(first.value)) : list;
    finding.origin.kind = Origin::Kind::Object;
    finding.origin.file = plainText(workload.namespaceName) + u'/' + plainText(workload.name);
    finding.origin.key = below + u'.' + plainText(first.path);
    for (const NamespaceWaiver &waiver : m_waivers) {
        if (waiver.namespaces.contains(workload.namespaceName)) {
            finding.waiver = AppliedWaiver{waiver.id, waiver.reason};
            break;
        }
    }
    return finding;
}

ObjectFix WorkloadReport::fixOf(const Workload &workload, const QList<Violation> &violations) const
{
    const Workload &top = m_workloads.top(workload);
    if (!workload.staticNode.isEmpty()) {
        return {{}, {},
            message(
                u"It is a static pod, which the API cannot change: edit its file in the static pod directory of node %1."_s,
                u"它是静态 Pod，无法通过 API 修改：请编辑节点 %1 的静态 Pod 目录中的对应文件。"_s,
                plainText(workload.staticNode))};
    }
    if (!top.owner.isEmpty() && !m_workloads.above(top)) {
        return {{}, {},
            message(u"It is made by %1 %2, which would undo a change of its own objects: change the template there."_s,
                u"它由 %1 %2 创建，直接修改它会被还原：请在该对象的模板中修改。"_s, plainText(top.ownerKind),
                plainText(top.ownerName))};
    }
    const bool isDebug = std::any_of(violations.begin(), violations.end(), [&](const Violation &violation) {
        return violation.place >= 0 && workload.containers[violation.place].list == "ephemeralContainers"_L1;
    });
    if (isDebug) {
        return {{}, {},
            message(
                u"A debug (ephemeral) container cannot be changed; it goes with its pod: delete the pod when it is no longer needed."_s,
                u"调试用的临时容器无法修改，只能随 Pod 一起删除：不再需要时请删除该 Pod。"_s)};
    }
    if (&top != &workload) {
        return {{}, {},
            message(
                u"If the template of %1 says the same, change it there. If not, find out what changed it on the way (a "
                u"webhook, or it is older than the template) and delete it: a new one comes from the template."_s,
                u"如果 %1 的模板中也是如此，请修改该模板；否则请查明差异的来源（Webhook，或它早于当前模板），再将其删除，由模板重新"
                u"创建。"_s,
                top.title)};
    }
    if (workload.isPod()) {
        return {{}, {},
            message(
                u"No controller owns this pod, and these fields of a running pod cannot be changed: correct the file that it was made from, delete the pod, and create it again."_s,
                u"该 Pod 不属于任何控制器，且运行中的 Pod 不允许修改这些字段：请修正创建它的文件，删除该 Pod 后重新创建。"_s)};
    }
    if (workload.kind == "Job"_L1) {
        return {{}, {},
            message(
                u"The template of a Job cannot be changed: correct the file that it was made from, delete the Job, and create it again."_s,
                u"Job 的模板不允许修改：请修正创建它的文件，删除该 Job 后重新创建。"_s)};
    }
    const QString command = patchCommand(workload.kind, workload.namespaceName, workload.name);
    Message obstacle;
    const QString patch = command.isEmpty() ? QString() : patchOf(workload, violations, obstacle);
    if (patch.isEmpty()) {
        return {{}, {},
            sentences({message(u"There is no ready patch: what to write is yours to decide, as the remediation says."_s,
                           u"没有现成的补丁：具体内容需由您按整改建议确定。"_s),
                obstacle, message(u"Edit the template of %1."_s, u"请编辑 %1 的模板。"_s, workload.title)})};
    }
    return {patch, command, patchNote()};
}

/// The patch that puts all of them right; empty where one of them needs more than that, which `obstacle` may say.
QString WorkloadReport::patchOf(const Workload &workload, const QList<Violation> &violations, Message &obstacle) const
{
    if (m_rule.fix != FixKind::PatchObject)
        return {};
    QJsonValue patch = QJsonObject();
    for (const Violation &violation : violations) {
        QList<PatchStep> steps;
        for (const QString &key : workload.specPath.split(u'.'))
            steps += PatchStep{key};
        QJsonObject holder = workload.spec;
        if (violation.place >= 0) {
            const WorkloadContainer &container = workload.containers[violation.place];
            holder = container.object;
            steps += {PatchStep{container.list}, PatchStep{u"name"_s, container.name}};
        }
        for (const FieldCondition &condition : m_rule.patch.onlyIf) {
            if (condition.assertion.holds(inForce(condition.path, holder, workload.spec)))
                continue;
            obstacle = message(u"In the way stands %1 = %2 of container %3."_s, u"原因是容器 %3 的 %1 = %2。"_s,
                condition.path, plainText(actualText(inForce(condition.path, holder, workload.spec))),
                plainText(violation.container));
            return {};
        }
        QJsonValue value = m_rule.patch.value;
        QString path = violation.path;
        if (path.endsWith(u']')) { // An item of a list of texts, which is replaced as a whole.
            path.truncate(path.lastIndexOf(u'['));
            QJsonArray kept;
            for (const QJsonValue &item : valueAt(holder, path).toArray()) {
                if (m_rule.assertion.holds(item))
                    kept += item;
            }
            value = kept;
        }
        const auto inside = patchSteps(holder, path);
        if (!inside)
            return {};
        patch = withField(patch, steps + *inside, value);
    }
    return patchText(patch);
}

void WorkloadReport::add(Finding finding, const QString &namespaceName)
{
    for (const NamespaceWaiver &waiver : m_waivers) {
        if (finding.verdict == Verdict::Fail && waiver.namespaces.contains(namespaceName)) {
            finding.waiver = AppliedWaiver{waiver.id, waiver.reason};
            finding.objectFix.reset();
            break;
        }
    }
    m_findings += finding;
}

Finding WorkloadReport::summary(Verdict verdict, const Message &reason) const
{
    Finding finding = findingOf(m_rule, m_cluster, verdict, reason);
    finding.expected = m_expected;
    return finding;
}

/// The findings, known exceptions of one namespace as one of them.
QList<Finding> WorkloadReport::folded()
{
    constexpr qsizetype named = 10;
    QMap<QString, QList<const Finding *>> waived;
    QList<Finding> result;
    result.reserve(m_findings.size());
    for (Finding &finding : m_findings) {
        if (finding.waiver)
            waived[finding.subject.namespaceName] += &finding;
        else
            result.append(std::move(finding));
    }
    for (auto it = waived.cbegin(); it != waived.cend(); ++it) {
        if (it->size() == 1) {
            result += *it->constFirst();
            continue;
        }
        QList<Message> places;
        for (const Finding *finding : it->first(std::min(named, it->size()))) {
            const QString place = finding->subject.kind + u' ' + finding->subject.name
                + (finding->subject.container.isEmpty() ? QString() : u'/' + finding->subject.container) + u" ("_s
                + finding->actual + u')';
            places += message(u"%1"_s, u"%1"_s, place);
        }
        if (it->size() > named) {
            places += message(u"%1 more"_s, u"另有 %1 处"_s, QString::number(it->size() - named));
        }
        Finding whole = summary(Verdict::Fail,
            message(u"In namespace %1 this holds in %2 places, required is %3: %4."_s,
                u"命名空间 %1 中有 %2 处不符合要求（要求为 %3）：%4。"_s, it.key(), QString::number(it->size()),
                m_expected, joined(places)));
        whole.subject.kind = u"Namespace"_s;
        whole.subject.name = it.key();
        whole.actual = it->constFirst()->actual;
        whole.waiver = it->constFirst()->waiver;
        result += whole;
    }
    return result;
}

QList<Finding> WorkloadReport::finish()
{
    const QString count = QString::number(m_workloads.count());
    const QString namespaces = QString::number(m_workloads.namespaces().size());
    if (!m_workloads.missing().isEmpty()) {
        unknown(message(u"The API server's answer about %1 was not read, so these were not judged."_s,
            u"未读到 API server 关于 %1 的应答，因此未对其进行判定。"_s, m_workloads.missing().join(u", "_s)));
    }
    if (const QStringList &unreadable = m_workloads.unreadable(); !unreadable.isEmpty()) {
        unknown(message(
            u"%1 objects came without the spec of a pod, or with one whose containers are no list, so they were not "
            u"judged; the first is %2. Read the cluster again."_s,
            u"有 %1 个对象不含 Pod 的 spec，或其 containers 不是列表，因此未对其进行判定；第一个是 %2。请重新读取该集群。"_s,
            QString::number(unreadable.size()), unreadable.constFirst()));
    }
    QList<Finding> result = folded();
    const bool failed =
        std::any_of(result.begin(), result.end(), [](const Finding &finding) { return finding.counts(); });
    if (!m_unknown.isEmpty()) {
        result += summary(Verdict::Unknown, sentences(m_unknown));
    } else if (!failed) {
        result += summary(Verdict::Pass,
            result.isEmpty()
                ? message(u"%1 workload objects in %2 namespaces were judged; all are as required."_s,
                    u"已判定 %2 个命名空间中的 %1 个工作负载对象，全部符合要求。"_s, count, namespaces)
                : message(
                    u"%1 workload objects in %2 namespaces were judged; apart from the known exceptions all are as "
                    u"required."_s,
                    u"已判定 %2 个命名空间中的 %1 个工作负载对象，除已知的例外之外全部符合要求。"_s, count,
                    namespaces));
    }
    return result;
}

} // namespace jiagu
