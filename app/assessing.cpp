// SPDX-License-Identifier: Apache-2.0
#include "assessing.h"

#include "access.h"
#include "base/plaintext.h"
#include "commands.h"
#include "rules/advice.h"
#include "rules/judge.h"
#include "rules/upgrade.h"

#include <QFile>
#include <QSaveFile>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int shownSubjects = 10;
constexpr qsizetype shownObstacles = 10;

/// Where to look, when the value stands somewhere; the reason says the rest.
QString place(const Finding &finding, Language language)
{
    if (finding.origin.file.isEmpty())
        return {};
    const QString origin = plainText(describe(finding.origin).text(language));
    return language == Language::Chinese ? u"来源："_s + origin : u"from "_s + origin;
}

/// What was switched off, one line a rule.
Message tailoringText(const Assessment &assessment)
{
    Message text;
    const QMap<QString, QString> &off = assessment.tailoring.off;
    for (auto rule = off.begin(); rule != off.end(); ++rule) {
        const Message line = message(
            u"%1 is switched off: %2\n"_s, u"%1 已关闭：%2\n"_s, plainText(rule.key()), plainText(rule.value()));
        text = {text.en + line.en, text.zh + line.zh};
    }
    return text;
}

/// One heading a rule, then its subjects.
class FindingsText
{
public:
    FindingsText(const Assessment &assessment, Language language)
        : m_assessment(assessment)
        , m_language(language)
    {
    }

    QString text()
    {
        head();
        first();
        for (const Severity severity :
            {Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info}) {
            group(severityText(severity),
                [&](const Finding &f) { return !f.waiver && f.verdict == Verdict::Fail && f.severity == severity; });
        }
        group({u"could not be checked"_s, u"未能检查"_s}, [](const Finding &f) {
            return !f.waiver && (f.verdict == Verdict::Unknown || f.verdict == Verdict::Error);
        });
        group({u"for a person to decide"_s, u"需人工核查"_s},
            [](const Finding &f) { return !f.waiver && f.verdict == Verdict::Manual; });
        waived();
        upgrade();
        foot();
        return m_text;
    }

private:
    QString say(const Message &message) const { return message.text(m_language); }

    void head()
    {
        const Cluster &cluster = m_assessment.cluster;
        const auto read =
            std::count_if(cluster.nodes.begin(), cluster.nodes.end(), [](const Node &node) { return node.read; });
        m_text += say(message(u"Cluster %1, Kubernetes %2: %3 of %4 nodes read, judged at %5."_s,
                      u"集群 %1，Kubernetes %2：已读取 %3/%4 个节点，核查时间 %5。"_s,
                      plainText(cluster.name.isEmpty() ? cluster.id : cluster.name),
                      cluster.release.isKnown() ? cluster.release.text() : u"?"_s, QString::number(read),
                      QString::number(cluster.nodes.size()),
                      m_assessment.now.toUTC().toString(u"yyyy-MM-dd HH:mm:ss 'UTC'"_s)))
            + u'\n' + say(packName(m_assessment.pack)) + u'\n' + say(tailoringText(m_assessment));
        if (cluster.apiNode.isEmpty() && !cluster.apiError.isEmpty())
            m_text += plainText(say(cluster.apiError)) + u'\n';
    }

    void first()
    {
        const QList<Advice> lines = whatToDoFirst(m_assessment);
        if (lines.isEmpty())
            return;
        m_text += u'\n' + say({u"what to do first"_s, u"优先处理"_s}) + u'\n';
        for (qsizetype index = 0; index < lines.size(); ++index) {
            const Advice &line = lines[index];
            QStringList parts;
            if (!line.rule.isEmpty())
                parts += say(severityText(line.severity));
            if (const QString place = say(placeText(line)); !place.isEmpty())
                parts += place;
            if (!line.rule.isEmpty())
                parts += say(costText(line.cost));
            m_text += u"  %1. "_s.arg(index + 1) + (line.rule.isEmpty() ? QString() : plainText(line.rule) + u' ')
                + plainText(say(line.title)) + u" ("_s + parts.join(u"; "_s) + u")\n"_s;
        }
    }

    template <typename Wanted>
    void group(const Message &title, const Wanted &wanted)
    {
        QString rule;
        int shown = 0;
        int left = 0;
        bool titled = false;
        const auto more = [&] {
            if (left > 0)
                m_text +=
                    u"    "_s + say(message(u"… and %1 more"_s, u"……另有 %1 项"_s, QString::number(left))) + u'\n';
            left = 0;
        };
        for (const Finding &finding : m_assessment.findings) {
            if (!wanted(finding))
                continue;
            if (!titled)
                m_text += u'\n' + say(title) + u'\n';
            titled = true;
            if (finding.rule != rule) {
                more();
                rule = finding.rule;
                shown = 0;
                m_text += u"  "_s + plainText(rule) + u"  "_s + plainText(say(finding.title)) + u'\n';
            }
            if (shown++ >= shownSubjects) {
                ++left;
                continue;
            }
            m_text +=
                u"    "_s + plainText(describe(finding.subject)) + u": "_s + plainText(say(finding.reason)) + u'\n';
            const QString where = place(finding, m_language);
            if (!where.isEmpty())
                m_text += u"        "_s + where + u'\n';
            objectFix(finding);
        }
        more();
    }

    /// The patch of an API object, or why there is none: once for all containers of the object.
    void objectFix(const Finding &finding)
    {
        if (!finding.objectFix)
            return;
        const ObjectFix &fix = *finding.objectFix;
        QString text = fix.patch.isEmpty() ? plainText(say(fix.note)) + u'\n' : plainText(fix.command) + u'\n';
        if (!fix.patch.isEmpty()) {
            m_hasPatch = true;
            for (const QString &line : plainLines(fix.patch.toUtf8()).split(u'\n', Qt::SkipEmptyParts))
                text += u"            "_s + line + u'\n';
        }
        const QString key = finding.rule + finding.subject.namespaceName + u'/' + finding.subject.name + text;
        if (key != m_lastFix)
            m_text += u"        "_s + text;
        m_lastFix = key;
    }

    void waived()
    {
        QMap<QString, int> byWaiver;
        for (const Finding &finding : m_assessment.findings) {
            if (finding.waiver)
                ++byWaiver[finding.rule + u' ' + finding.waiver->id + u": "_s + say(finding.waiver->reason)];
        }
        if (byWaiver.isEmpty())
            return;
        m_text += u'\n' + say({u"waived"_s, u"已豁免"_s}) + u'\n';
        for (auto it = byWaiver.begin(); it != byWaiver.end(); ++it)
            m_text += u"  "_s + QString::number(it.value()) + u" × "_s + plainText(it.key()) + u'\n';
    }

    void upgrade()
    {
        const Cluster &cluster = m_assessment.cluster;
        const QList<UpgradeGroup> found = grouped(upgradeObstacles(cluster));
        m_text += u'\n' + say({u"before an upgrade"_s, u"升级前注意"_s}) + u"\n  "_s + say(upgradeReleases(cluster))
            + (found.isEmpty() ? u' ' + say(noObstacleText()) : QString()) + u'\n';
        for (const UpgradeGroup &group : found.first(std::min(found.size(), shownObstacles))) {
            const UpgradeObstacle &obstacle = group.obstacle;
            m_text += u"  "_s + obstacle.release.text() + u"  "_s + say(placeOf(group)) + u": "_s
                + say(upgradeEffectText(obstacle.effect)) + (m_language == Language::Chinese ? u"。"_s : u". "_s)
                + plainText(say(sentences({obstacle.what, obstacle.todo}))) + u'\n';
            if (!obstacle.origin.file.isEmpty())
                m_text += u"        "_s + (m_language == Language::Chinese ? u"来源："_s : u"from "_s)
                    + plainText(say(describe(obstacle.origin))) + u'\n';
        }
        rest(found.size() - shownObstacles);
        const QList<Message> gaps = upgradeGaps(cluster);
        for (const Message &gap : gaps.first(std::min(gaps.size(), shownObstacles)))
            m_text += u"  ? "_s + plainText(say(gap)) + u'\n';
        rest(gaps.size() - shownObstacles);
    }
    void rest(qsizetype left)
    {
        if (left > 0)
            m_text += u"  "_s + say(message(u"… and %1 more"_s, u"……另有 %1 项"_s, QString::number(left))) + u'\n';
    }

    void foot()
    {
        if (m_hasPatch) {
            m_text += u'\n'
                + say(message(
                    u"This program does not change objects of the API yet: save a patch as patch.yaml and run the "
                    u"command above it, with --dry-run=server first."_s,
                    u"本程序目前不修改 API 中的对象：请将补丁保存为 patch.yaml，再执行其上方的命令（请先加上 --dry-run=server 试运行）。"_s))
                + u'\n';
        }
        const Counts counts = count(m_assessment.findings);
        QStringList parts;
        for (const Verdict verdict :
            {Verdict::Fail, Verdict::Error, Verdict::Unknown, Verdict::Manual, Verdict::Pass, Verdict::NotApplicable}) {
            if (const int number = counts.byVerdict.value(verdict); number > 0)
                parts += say(verdictText(verdict)) + u' ' + QString::number(number);
        }
        if (counts.waived > 0)
            parts += say({u"waived"_s, u"已豁免"_s}) + u' ' + QString::number(counts.waived);
        m_text += u'\n' + parts.join(m_language == Language::Chinese ? u"，"_s : u", "_s) + u'\n';
    }

    const Assessment &m_assessment;
    const Language m_language;
    QString m_text;
    QString m_lastFix;
    bool m_hasPatch = false;
};

} // namespace

Result<RulePack> packOf(const Invocation &invocation)
{
    auto pack = invocation.pack.isEmpty() ? builtinRulePack() : openRulePack(invocation.pack);
    const QString &accepted = invocation.acceptedPack;
    if (!pack || accepted.isEmpty())
        return pack;
    const QString digest = QString::fromLatin1(pack->digest);
    if (digest != accepted) {
        return failure(Error::Kind::Usage,
            message(u"Nothing was planned: --accept-pack names %1, and the rule pack %2 %3 has the SHA-256 %4."_s,
                u"未作规划：--accept-pack 指定的是 %1，而规则包 %2 %3 的 SHA-256 为 %4。"_s, accepted, pack->id,
                plainText(pack->version), digest),
            {{}, invocation.pack});
    }
    acceptPack(*pack, {accepted});
    return pack;
}

Result<Assessment> assessTargets(const Invocation &invocation, Terminal &terminal, std::stop_token stop)
{
    const auto pack = packOf(invocation);
    if (!pack)
        return tl::unexpected(pack.error());
    const auto tailoring = invocation.tailoring.isEmpty() ? Tailoring() : openTailoring(invocation.tailoring);
    if (!tailoring)
        return tl::unexpected(tailoring.error());
    if (auto fits = tailored(*pack, *tailoring); !fits) {
        Error error = fits.error();
        error.at.file = invocation.tailoring;
        return tl::unexpected(error);
    }
    auto readings = readTargets(invocation, terminal, std::move(stop));
    if (!readings)
        return tl::unexpected(readings.error());
    auto cluster = buildCluster(readings->snapshots);
    if (!cluster)
        return tl::unexpected(cluster.error());
    cluster->problems += readings->missed;
    QDateTime now;
    if (readings->live) {
        now = QDateTime::currentDateTimeUtc();
    } else {
        for (const Snapshot &snapshot : readings->snapshots) {
            if (!now.isValid() || snapshot.taken > now)
                now = snapshot.taken;
        }
    }
    return assess(*cluster, *pack, now, *tailoring);
}

QString findingsText(const Assessment &assessment, Language language)
{
    return FindingsText(assessment, language).text();
}

int exitCodeOf(const Assessment &assessment)
{
    const Counts counts = count(assessment.findings);
    if (counts.byVerdict.value(Verdict::Fail) > 0)
        return exitFailed;
    const bool whole = counts.byVerdict.value(Verdict::Unknown) == 0 && counts.byVerdict.value(Verdict::Error) == 0
        && assessment.cluster.problems.isEmpty();
    return whole ? exitDone : exitError;
}

Result<> writeFile(const QString &path, const QByteArray &bytes, bool isPrivate)
{
    QSaveFile file(path);
    bool good = file.open(QIODevice::WriteOnly);
    if (good && isPrivate)
        good = file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    good = good && file.write(bytes) == bytes.size() && file.commit();
    if (!good) {
        return failure(Error::Kind::Failed,
            message(u"The file cannot be written: %1. What was there before is unchanged."_s,
                u"无法写入文件：%1。原有内容未变。"_s, file.errorString()),
            {{}, path});
    }
    return {};
}

} // namespace jiagu
