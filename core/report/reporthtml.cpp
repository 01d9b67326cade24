// SPDX-License-Identifier: Apache-2.0
#include "report/reporttext.h"

#include "base/linediff.h"
#include "base/plaintext.h"
#include "rules/upgrade.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString escaped(const QString &text)
{
    return plainText(text).toHtmlEscaped();
}

QString prose(const QString &text)
{
    return plainLines(text.trimmed().toUtf8()).toHtmlEscaped();
}

class HtmlReport
{
public:
    HtmlReport(const Assessment &assessment, const ReportContext &context, Language language)
        : m_assessment(assessment)
        , m_context(context)
        , m_language(language)
    {
    }

    QByteArray bytes()
    {
        head();
        cover();
        summary();
        scope();
        failures();
        list(u"manual"_s, say(u"For a person to decide", u"需人工核查"), {Verdict::Manual});
        list(u"unknown"_s, say(u"Could not be checked", u"未能检查"), {Verdict::Error, Verdict::Unknown});
        waived();
        tailoring();
        passed();
        upgrade();
        changes();
        words();
        m_html += u"</main>\n</body>\n</html>\n"_s;
        return m_html.toUtf8();
    }

private:
    QString say(const char16_t *en, const char16_t *zh) const
    {
        return QString::fromUtf16(m_language == Language::Chinese ? zh : en);
    }
    QString say(const Message &message) const { return escaped(message.text(m_language)); }
    QString time(const QDateTime &moment) const { return say(reportTime(moment)); }
    QString limited(const QString &value) const { return escaped(limitedValue(value, m_language)); }
    static QString className(Severity severity) { return severityName(severity); }
    QString badge(Severity severity) const
    {
        return u"<span class=\"badge %1\">%2</span>"_s.arg(className(severity), say(severityText(severity)));
    }

    void row(const QString &term, const QString &html)
    {
        if (!html.isEmpty())
            m_html += u"<dt>%1</dt><dd>"_s.arg(term) + html + u"</dd>\n"_s;
    }
    void section(const QString &id, const QString &title)
    {
        m_html +=
            u"<section aria-labelledby=\"%1-title\" id=\"%1\">\n<h2 id=\"%1-title\">"_s.arg(id) + title + u"</h2>\n"_s;
    }
    void endSection() { m_html += u"</section>\n"_s; }
    void table(const QString &caption, const QStringList &columns)
    {
        m_html += u"<table>\n"_s;
        if (!caption.isEmpty())
            m_html += u"<caption>"_s + caption + u"</caption>\n"_s;
        m_html += u"<thead><tr>"_s;
        for (const QString &column : columns)
            m_html += u"<th scope=\"col\">"_s + column + u"</th>"_s;
        m_html += u"</tr></thead>\n<tbody>\n"_s;
    }
    void cells(const QStringList &cells) { m_html += u"<tr><td>"_s + cells.join(u"</td><td>"_s) + u"</td></tr>\n"_s; }
    void endTable() { m_html += u"</tbody>\n</table>\n"_s; }

    QList<FindingGroup> groups(const std::function<bool(const Finding &)> &wanted) const
    {
        return findingGroups(m_assessment, wanted);
    }

    void head()
    {
        QFile css(u":/report/report.css"_s);
        const QString style = css.open(QIODevice::ReadOnly) ? QString::fromUtf8(css.readAll()) : QString();
        m_html = u"<!DOCTYPE html>\n<html lang=\"%1\">\n<head>\n<meta charset=\"utf-8\">\n"_s.arg(say(u"en", u"zh-CN"));
        m_html +=
            u"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            u"img-src data:\">\n"_s;
        m_html += u"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"_s;
        m_html += u"<meta name=\"color-scheme\" content=\"light dark\">\n"_s;
        m_html += u"<title>"_s + title() + u"</title>\n<style>\n"_s + style + u"</style>\n</head>\n<body>\n"_s;
        m_html +=
            u"<a class=\"skip\" href=\"#summary\">"_s + say(u"To the summary", u"跳到结果汇总") + u"</a>\n<main>\n"_s;
    }

    QString title() const { return say(reportTitle(m_assessment)); }

    void cover()
    {
        const RulePack &pack = m_assessment.pack;
        m_html += u"<header id=\"cover\">\n<h1>"_s + title() + u"</h1>\n<dl>\n"_s;
        row(say(u"Organisation", u"单位"), escaped(m_context.organisation));
        row(say(u"Judged at", u"核查时间"), time(m_assessment.now));
        row(say(u"Kubernetes", u"Kubernetes 版本"), escaped(m_assessment.cluster.release.text()));
        row(say(u"Baseline", u"加固基线"),
            say(pack.title)
                + u" <span class=\"quiet\">%1 %2, SHA-256 <code>%3</code></span>"_s.arg(
                    escaped(pack.id), escaped(pack.version), escaped(QString::fromLatin1(pack.digest))));
        row(say(u"Operator", u"操作人"), escaped(m_context.operatorName));
        row(say(u"Ticket", u"工单号"), escaped(m_context.ticket));
        row(say(u"Reviewer", u"复核人"), escaped(m_context.reviewer));
        row(say(u"Made with", u"生成工具"), u"Jiagu "_s + QStringLiteral(JIAGU_VERSION));
        m_html += u"</dl>\n</header>\n"_s;
    }

    void summary()
    {
        section(u"summary"_s, say(u"Summary", u"结果汇总"));
        m_html += u"<p class=\"verdict\">"_s + say(verdictSentence(m_assessment)) + u"</p>\n"_s;

        QMap<Severity, QMap<Verdict, int>> matrix;
        QMap<Severity, int> waivedBySeverity;
        for (const Finding &finding : m_assessment.findings) {
            if (finding.waiver)
                ++waivedBySeverity[finding.severity];
            else
                ++matrix[finding.severity][finding.verdict];
        }
        QStringList columns{say(u"Severity", u"风险等级")};
        for (const Verdict verdict : reportVerdicts)
            columns += say(verdictText(verdict));
        columns += say(u"Waived", u"已豁免");
        table(say(u"Checks by severity and verdict; waived ones are counted apart.",
                  u"按风险等级和检查结果统计；已豁免的单独计数。"),
            columns);
        for (const Severity severity : reportSeverities) {
            m_html += u"<tr><th scope=\"row\">"_s + badge(severity) + u"</th>"_s;
            for (const Verdict verdict : reportVerdicts)
                m_html += u"<td class=\"number\">%1</td>"_s.arg(matrix[severity][verdict]);
            m_html += u"<td class=\"number\">%1</td></tr>\n"_s.arg(waivedBySeverity[severity]);
        }
        endTable();
        endSection();
    }

    void scope()
    {
        const Cluster &cluster = m_assessment.cluster;
        section(u"scope"_s, say(u"Scope", u"范围"));
        m_html += u"<p>"_s + say(readingSentence()) + u"</p>\n<dl>\n"_s;
        row(say(u"Cluster", u"集群"), u"<code>"_s + escaped(cluster.id) + u"</code>"_s);
        row(say(u"API objects", u"API 对象"),
            cluster.apiNode.isEmpty()
                ? say(u"not read. ", u"未读取。") + say(cluster.apiError)
                : say(u"read from %1 at %2", u"读取自 %1，%2").arg(escaped(cluster.apiNode), time(cluster.apiTime)));
        m_html += u"</dl>\n"_s;

        table(say(u"Nodes that were read", u"已读取的节点"),
            {say(u"Node", u"节点"), say(u"Role", u"角色"), say(u"Address", u"地址"), say(u"Release", u"版本"),
                say(u"Read at", u"读取时间"), say(u"Source", u"来源"), say(u"Limits", u"限制")});
        for (const Node &node : cluster.nodes) {
            if (!node.read)
                continue;
            const Snapshot *snapshot = node.snapshot.get();
            cells({escaped(node.name),
                node.controlPlane ? say(u"control plane", u"管理节点") : say(u"worker", u"计算节点"),
                escaped(node.address), escaped(node.release.text()), time(snapshot ? snapshot->taken : QDateTime()),
                escaped(snapshot ? snapshot->source : QString()), problems(node.problems)});
        }
        endTable();

        QList<const Node *> missed;
        for (const Node &node : cluster.nodes) {
            if (!node.read)
                missed += &node;
        }
        m_html += u"<p class=\"label\">"_s + say(u"Not reached", u"未覆盖") + u"</p>\n"_s;
        if (missed.isEmpty() && cluster.problems.isEmpty()) {
            m_html += u"<p>"_s + say(furtherNodesSentence(cluster)) + u"</p>\n"_s;
        } else {
            m_html += u"<ul>\n"_s;
            for (const Node *node : missed) {
                const QString cause = problems(node->problems);
                m_html += u"<li>"_s + escaped(node->name)
                    + (node->address.isEmpty() ? QString() : u" ("_s + escaped(node->address) + u')') + u": "_s
                    + (cause.isEmpty() ? say(missedNodeSentence()) : cause) + u"</li>\n"_s;
            }
            for (const Error &problem : cluster.problems)
                m_html += u"<li>"_s + escaped(describe(problem, m_language)) + u"</li>\n"_s;
            m_html += u"</ul>\n"_s;
        }
        endSection();
    }

    QString problems(const QList<Error> &errors) const
    {
        QStringList sentences;
        for (const Error &error : errors)
            sentences += escaped(describe(error, m_language));
        return sentences.join(u"<br>"_s);
    }

    void paragraph(const QString &label, const Message &text)
    {
        if (!text.isEmpty())
            m_html += u"<p class=\"label\">"_s + label + u"</p>\n<p class=\"prose\">"_s + prose(text.text(m_language))
                + u"</p>\n"_s;
    }

    void references(const Rule &rule)
    {
        QStringList items;
        for (const Reference &reference : rule.references) {
            const Message source = m_assessment.pack.sources.value(reference.source);
            items += (source.isEmpty() ? escaped(reference.source) : say(source))
                + (reference.item.isEmpty() ? QString() : u": "_s + escaped(reference.item));
        }
        if (!items.isEmpty()) {
            m_html += u"<p class=\"label\">"_s + say(u"References", u"依据") + u"</p>\n<ul>\n<li>"_s
                + items.join(u"</li>\n<li>"_s) + u"</li>\n</ul>\n"_s;
        }
    }

    void subjects(const QList<const Finding *> &findings, bool withWaiver = false)
    {
        QStringList columns{say(u"Where", u"对象"), say(u"Actual", u"实际值"), say(u"Expected", u"期望值"),
            say(u"Origin", u"来源"), say(u"Reason", u"说明")};
        if (withWaiver)
            columns += say(u"Waiver", u"豁免");
        table({}, columns);
        for (const Finding *finding : findings.first(std::min(findings.size(), reportSubjectLimit))) {
            QString origin = say(describe(finding->origin));
            for (const OverriddenValue &overridden : finding->overridden) {
                origin += u"<br><span class=\"quiet\">"_s
                    + say(u"overrides %1 from %2", u"覆盖了 %1，其来源为 %2")
                          .arg(u"<code>"_s + limited(compactValue(overridden.value)) + u"</code>"_s,
                              say(describe(overridden.origin)))
                    + u"</span>"_s;
            }
            QStringList row{escaped(describe(finding->subject)), code(finding->actual), code(finding->expected), origin,
                say(finding->reason) + objectFix(*finding)};
            if (withWaiver)
                row += u"<code>"_s + escaped(finding->waiver->id) + u"</code><br>"_s + say(finding->waiver->reason);
            cells(row);
        }
        endTable();
        if (findings.size() > reportSubjectLimit) {
            m_html +=
                u"<p class=\"quiet\">"_s + say(leftOutSentence(findings.size() - reportSubjectLimit)) + u"</p>\n"_s;
        }
    }

    /// The patch of an API object, and what a person does with it.
    QString objectFix(const Finding &finding) const
    {
        if (!finding.objectFix)
            return {};
        QString html = u"<p>"_s + say(finding.objectFix->note) + u"</p>"_s;
        if (!finding.objectFix->patch.isEmpty()) {
            html += u"<p>"_s + code(finding.objectFix->command) + u"</p>\n<pre><code>"_s
                + plainLines(finding.objectFix->patch.toUtf8()).toHtmlEscaped() + u"</code></pre>\n"_s;
        }
        return html;
    }

    QString code(const QString &value) const
    {
        return value.isEmpty() ? QString() : u"<code>"_s + limited(value) + u"</code>"_s;
    }

    QString heading(const FindingGroup &group) const
    {
        const Finding &first = *group.findings.first();
        return badge(first.severity) + escaped(first.rule) + u' ' + say(first.title);
    }

    void failures()
    {
        section(u"failures"_s, say(u"What failed", u"不通过项"));
        const auto failed = groups([](const Finding &f) { return !f.waiver && f.verdict == Verdict::Fail; });
        if (failed.isEmpty())
            m_html += u"<p>"_s + say(u"Nothing that counts failed.", u"没有不通过的检查项。") + u"</p>\n"_s;
        for (const FindingGroup &group : failed) {
            m_html += u"<article class=\"%1\">\n<h3>"_s.arg(className(group.findings.first()->severity))
                + heading(group) + u"</h3>\n"_s;
            if (group.rule) {
                paragraph(say(u"Why it matters", u"为什么重要"), group.rule->rationale);
            }
            subjects(group.findings);
            if (group.rule) {
                paragraph(say(u"What to do", u"整改建议"), group.rule->remediation);
                paragraph(say(u"What may break", u"整改风险"), group.rule->risk);
                references(*group.rule);
            }
            m_html += u"</article>\n"_s;
        }
        endSection();
    }

    void list(const QString &id, const QString &title, const QList<Verdict> &wanted)
    {
        const auto found = groups([&](const Finding &f) { return !f.waiver && wanted.contains(f.verdict); });
        if (found.isEmpty())
            return;
        section(id, title);
        for (const FindingGroup &group : found) {
            m_html += u"<h3>"_s + heading(group) + u"</h3>\n"_s;
            subjects(group.findings);
        }
        endSection();
    }

    void waived()
    {
        const auto found = groups([](const Finding &f) { return f.waiver.has_value(); });
        if (found.isEmpty())
            return;
        section(u"waived"_s, say(u"Waived", u"已豁免"));
        for (const FindingGroup &group : found) {
            m_html += u"<details open>\n<summary>"_s + heading(group) + u" ("_s + QString::number(group.findings.size())
                + u")</summary>\n"_s;
            subjects(group.findings, true);
            m_html += u"</details>\n"_s;
        }
        endSection();
    }

    void tailoring()
    {
        const QList<Message> sentences = tailoringSentences(m_assessment);
        if (sentences.isEmpty())
            return;
        section(u"tailoring"_s, say(u"Baseline and tailoring", u"基线与定制"));
        m_html += u"<ul>\n"_s;
        for (const Message &sentence : sentences)
            m_html += u"<li>"_s + say(sentence) + u"</li>\n"_s;
        m_html += u"</ul>\n"_s;
        endSection();
    }

    void passed()
    {
        section(u"passed"_s, say(u"What passed, and what does not apply", u"通过项与不适用项"));
        table({},
            {say(u"Check", u"检查项"), say(u"Verdict", u"检查结果"), say(u"Count", u"数量"), say(u"Where", u"对象")});
        for (const Verdict verdict : {Verdict::Pass, Verdict::NotApplicable}) {
            for (const FindingGroup &group :
                groups([&](const Finding &f) { return !f.waiver && f.verdict == verdict; })) {
                constexpr qsizetype shown = 20;
                QStringList where;
                for (const Finding *finding : group.findings.first(std::min(group.findings.size(), shown)))
                    where += escaped(describe(finding->subject));
                if (group.findings.size() > shown)
                    where += say(u"and %1 more", u"以及另外 %1 项").arg(group.findings.size() - shown);
                cells({heading(group), say(verdictText(verdict)), QString::number(group.findings.size()),
                    where.join(u"<br>"_s)});
            }
        }
        endTable();
        endSection();
    }

    void upgrade()
    {
        const Cluster &cluster = m_assessment.cluster;
        const QList<UpgradeGroup> found = grouped(upgradeObstacles(cluster));
        section(u"upgrade"_s, say(u"Before an upgrade", u"升级前注意"));
        m_html += u"<p>"_s + say(upgradeReleases(cluster)) + (found.isEmpty() ? u' ' + say(noObstacleText()) : u""_s)
            + u"</p>\n"_s;
        if (!found.isEmpty()) {
            table(say(u"What of today's configuration a later release no longer takes as it is",
                      u"当前配置中，后续版本不再按现状接受的内容"),
                {say(u"Release", u"版本"), say(u"Effect", u"影响"), say(u"Where", u"对象"), say(u"Origin", u"来源"),
                    say(u"What happens", u"说明"), say(u"What to do before", u"升级前处理")});
            for (const UpgradeGroup &group : found.first(std::min(found.size(), reportSubjectLimit))) {
                const UpgradeObstacle &obstacle = group.obstacle;
                cells({escaped(obstacle.release.text()), say(upgradeEffectText(obstacle.effect)), say(placeOf(group)),
                    say(describe(obstacle.origin)), say(obstacle.what),
                    say(obstacle.todo) + u"<br><span class=\"quiet\">"_s + escaped(obstacle.source) + u"</span>"_s});
            }
            endTable();
            if (found.size() > reportSubjectLimit)
                m_html +=
                    u"<p class=\"quiet\">"_s + say(leftOutSentence(found.size() - reportSubjectLimit)) + u"</p>\n"_s;
        }
        const QList<Message> gaps = upgradeGaps(cluster);
        if (!gaps.isEmpty()) {
            m_html += u"<p class=\"label\">"_s + say(u"Not known", u"未知") + u"</p>\n<ul>\n"_s;
            for (const Message &gap : gaps.first(std::min(gaps.size(), reportSubjectLimit)))
                m_html += u"<li>"_s + say(gap) + u"</li>\n"_s;
            m_html += u"</ul>\n"_s;
        }
        endSection();
    }

    void changes()
    {
        if (m_context.changes.isEmpty())
            return;
        section(u"changes"_s, say(u"Changes", u"变更记录"));
        for (const ReportContext::Change &change : m_context.changes) {
            const ChangeSet &changeSet = change.changeSet;
            m_html += u"<article class=\"info\">\n<h3>"_s
                + say(u"Change set %1", u"变更集 %1").arg(u"<code>"_s + escaped(changeSet.shortId()) + u"</code>"_s)
                + u"</h3>\n<dl>\n"_s;
            row(say(u"Id", u"标识"), u"<code>"_s + escaped(changeSet.id) + u"</code>"_s);
            row(say(u"Planned at", u"规划时间"), time(changeSet.planned));
            for (const JournalEntry &entry : change.entries) {
                if (entry.event == u"approved"_s) {
                    row(say(u"Approved", u"审批"), time(entry.time) + u' ' + escaped(entry.approval.operatorName));
                    row(say(u"Ticket", u"工单号"), escaped(entry.approval.ticket));
                    row(say(u"Reviewer", u"复核人"), escaped(entry.approval.reviewer));
                }
            }
            m_html += u"</dl>\n"_s;
            outcomes(change.entries);
            for (const FileChange &step : changeSet.steps)
                diff(step);
            m_html += u"</article>\n"_s;
        }
        endSection();
    }

    void outcomes(const QList<JournalEntry> &entries)
    {
        table(say(u"What happened", u"执行结果"),
            {say(u"Time", u"时间"), say(u"Node", u"节点"), say(u"Action", u"操作"), say(u"Outcome", u"结果"),
                say(u"Detail", u"详情")});
        for (const JournalEntry &entry : entries) {
            if (entry.event != u"outcome"_s)
                continue;
            cells({time(entry.time), escaped(entry.node),
                entry.action == u"restore"_s ? say(u"restore", u"还原") : say(u"apply", u"应用"), say(outcomeOf(entry)),
                limited(entry.detail)});
        }
        endTable();
    }
    void diff(const FileChange &step)
    {
        m_html += u"<p class=\"label\">"_s + escaped(step.node) + u": <code>"_s + escaped(step.path)
            + u"</code></p>\n<dl>\n"_s;
        row(say(u"Rules", u"加固项"), escaped(step.rules.join(u", "_s)));
        row(say(u"SHA-256 before", u"变更前 SHA-256"),
            u"<code>"_s + escaped(QString::fromLatin1(step.sha256Before)) + u"</code>"_s);
        row(say(u"SHA-256 after", u"变更后 SHA-256"),
            u"<code>"_s + escaped(QString::fromLatin1(step.sha256After)) + u"</code>"_s);
        m_html += u"</dl>\n<table class=\"diff\">\n<thead><tr><th scope=\"col\">"_s + say(u"before", u"变更前")
            + u"</th><th scope=\"col\">"_s + say(u"after", u"变更后")
            + u"</th><th scope=\"col\"></th><th scope=\"col\">"_s + say(u"line", u"内容")
            + u"</th></tr></thead>\n<tbody>\n"_s;
        qsizetype left = reportDiffLimit;
        for (const DiffHunk &hunk : diffLines(step.before, step.after)) {
            m_html += u"<tr class=\"hunk\"><td colspan=\"4\">@@ -%1,%2 +%3,%4 @@</td></tr>\n"_s.arg(hunk.beforeLine)
                          .arg(hunk.beforeCount)
                          .arg(hunk.afterLine)
                          .arg(hunk.afterCount);
            for (const DiffLine &line : hunk.lines) {
                if (left-- > 0)
                    diffLine(line);
            }
        }
        m_html += u"</tbody>\n</table>\n"_s;
        if (left < 0)
            m_html += u"<p class=\"quiet\">"_s + say(linesLeftOutSentence(-left)) + u"</p>\n"_s;
    }

    void diffLine(const DiffLine &line)
    {
        QString mark = u" "_s;
        QString style;
        switch (line.kind) {
        case DiffLine::Kind::Same:
            break;
        case DiffLine::Kind::Removed:
            mark = u"-"_s;
            style = u" class=\"removed\""_s;
            break;
        case DiffLine::Kind::Added:
            mark = u"+"_s;
            style = u" class=\"added\""_s;
            break;
        }
        QString text;
        qsizetype at = 0;
        const auto piece = [&](qsizetype end) { return plainLines(line.text.sliced(at, end - at)).toHtmlEscaped(); };
        for (const Span &span : line.changed) {
            text += piece(span.begin);
            at = span.begin;
            text += u"<mark>"_s + piece(span.end) + u"</mark>"_s;
            at = span.end;
        }
        text += piece(line.text.size());
        const auto lineNumber = [](int value) { return value > 0 ? QString::number(value) : QString(); };
        m_html += u"<tr"_s + style + u"><td class=\"number\">"_s + lineNumber(line.before)
            + u"</td><td class=\"number\">"_s + lineNumber(line.after) + u"</td><td>"_s + mark + u"</td><td>"_s + text
            + u"</td></tr>\n"_s;
    }

    void words()
    {
        section(u"words"_s, say(u"Words", u"术语"));
        m_html += u"<dl>\n"_s;
        for (const Verdict verdict :
            {Verdict::Fail, Verdict::Error, Verdict::Unknown, Verdict::Manual, Verdict::NotApplicable})
            row(say(verdictText(verdict)), say(verdictMeaning(verdict)));
        row(say(u"waived", u"已豁免"), say(waivedMeaning()));
        m_html += u"</dl>\n"_s;
        endSection();
    }

    const Assessment &m_assessment;
    const ReportContext &m_context;
    const Language m_language;
    QString m_html;
};

} // namespace

QByteArray reportHtml(const Assessment &assessment, const ReportContext &context, Language language)
{
    return HtmlReport(assessment, context, language).bytes();
}

} // namespace jiagu
