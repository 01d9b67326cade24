// SPDX-License-Identifier: Apache-2.0
#include "pdf/reportpdf.h"

#include "base/linediff.h"
#include "base/plaintext.h"
#include "pdf/pageflow.h"
#include "report/reporttext.h"
#include "rules/upgrade.h"

#include <QBuffer>
#include <QFontMetricsF>
#include <QPainter>
#include <QPdfWriter>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int resolution = 1200;
constexpr double scale = resolution / 72.0;
constexpr double millimetre = 72 / 25.4;
// A4; the left margin leaves room for binding.
constexpr QRectF body(25 * millimetre, 25 * millimetre, 167 * millimetre, 248 * millimetre);

constexpr double textSize = 9.5;
constexpr double smallSize = 8.5;
constexpr double tinySize = 7.5;

constexpr QRgb quietColor = 0xff565f69;
constexpr QRgb accentColor = 0xff0b3d6b;
constexpr QRgb panelColor = 0xfff1f4f7;
constexpr QRgb addedColor = 0xffe2f5e6;
constexpr QRgb addedWordColor = 0xff9fdcae;
constexpr QRgb removedColor = 0xfffdeaea;
constexpr QRgb removedWordColor = 0xfff3b1b1;

QColor colorOf(Severity severity)
{
    switch (severity) {
    case Severity::Critical:
        return {0x8f, 0x0d, 0x2b};
    case Severity::High:
        return {0xb3, 0x26, 0x1e};
    case Severity::Medium:
        return {0x8a, 0x4b, 0x00};
    case Severity::Low:
        return {0x3b, 0x5b, 0x7a};
    case Severity::Info:
        break;
    }
    return {0x56, 0x5f, 0x69};
}

using Lines = RowStyle::Lines;

class PdfReport
{
public:
    PdfReport(const Assessment &assessment, const ReportContext &context, Language language, const ReportFonts &fonts)
        : m_assessment(assessment)
        , m_context(context)
        , m_language(language)
        , m_fonts(fonts)
        , m_flow(fonts, body, scale)
    {
    }

    Result<QByteArray> bytes()
    {
        summary();
        scope();
        failures();
        list(say(u"For a person to decide", u"需人工核查"), {Verdict::Manual});
        list(say(u"Could not be checked", u"未能检查"), {Verdict::Error, Verdict::Unknown});
        waived();
        tailoring();
        passed();
        upgrade();
        changes();
        words();
        signatures();
        m_flow.finish();

        const PageFlow front = frontOf(frontOf(0).pages());
        return written(front);
    }

private:
    // Texts

    QString say(const char16_t *en, const char16_t *zh) const
    {
        return QString::fromUtf16(m_language == Language::Chinese ? zh : en);
    }
    const QString &say(const Message &message) const { return message.text(m_language); }
    /// Any text as one line that the fonts can show.
    QString plain(const QString &text) const { return m_fonts.printable(plainText(text)); }

    Run run(const QString &text, Face face = Face::Text, QColor color = {}) const { return {plain(text), face, color}; }
    Paragraph paragraph(const QString &text, double size = textSize, Face face = Face::Text, QColor color = {}) const
    {
        return {{run(text, face, color)}, size};
    }
    QList<Paragraph> prose(const QString &text) const
    {
        QList<Paragraph> result;
        for (const QString &line : text.trimmed().split(u'\n'))
            result += paragraph(line);
        return result;
    }
    Cell cell(const QString &text, double size = smallSize, Face face = Face::Text) const
    {
        return text.isEmpty() ? Cell{} : Cell{{paragraph(text, size, face)}};
    }
    Cell code(const QString &value) const { return cell(limitedValue(value, m_language), smallSize, Face::Code); }
    Cell headCell(const QString &text) const { return {{paragraph(text, smallSize, Face::Bold)}, QColor(panelColor)}; }
    static Cell atRight(Cell cell)
    {
        for (Paragraph &paragraph : cell.paragraphs)
            paragraph.alignment = Qt::AlignRight;
        return cell;
    }
    static RowStyle grid(const QList<double> &widths)
    {
        return {.widths = widths, .lines = Lines::Grid, .across = 4, .down = 3};
    }

    // Pieces

    void text(const QList<Paragraph> &paragraphs, double before = 4, bool isKept = false)
    {
        m_flow.row({Cell{paragraphs}}, {.widths = {1}, .before = before, .isKept = isKept});
    }
    void text(const QString &sentence, double before = 4, bool isKept = false)
    {
        text(QList{paragraph(sentence)}, before, isKept);
    }
    void label(const QString &title) { text(QList{paragraph(title, textSize, Face::Bold)}, 7, true); }
    void section(const QString &title)
    {
        ++m_section;
        const QString numbered = QString::number(m_section) + u"  "_s + title;
        m_flow.mark(numbered, 1);
        m_flow.row({Cell{{paragraph(numbered, 15, Face::Bold, QColor(accentColor))}}},
            {.widths = {1}, .lines = Lines::Below, .down = 4, .before = 22, .isKept = true});
    }
    void heading(const FindingGroup &group)
    {
        const Finding &first = *group.findings.first();
        const QString title = plain(first.rule) + u"  "_s + plain(limitedValue(say(first.title), m_language));
        m_flow.mark(title, 2);
        const QColor color = colorOf(first.severity);
        m_flow.row(
            {Cell{{}, color},
                Cell{
                    {{{run(say(severityText(first.severity)) + u"  "_s, Face::Bold, color), Run{title, Face::Bold, {}}},
                        11}},
                    QColor(panelColor)}},
            {.widths = {0.8, 99.2}, .across = 5, .down = 4, .before = 14, .isKept = true});
    }
    void facts(const QList<std::pair<QString, Cell>> &rows, double width = 22)
    {
        QList<QList<Cell>> lines;
        for (const auto &[term, value] : rows) {
            if (!value.paragraphs.isEmpty())
                lines.append(QList<Cell>{{{paragraph(term, smallSize, Face::Text, QColor(quietColor))}}, value});
        }
        for (qsizetype i = 0; i < lines.size(); ++i) {
            m_flow.row(lines[i],
                {.widths = {width, 100 - width},
                    .lines = Lines::Below,
                    .across = 2,
                    .down = 3,
                    .isKept = i + 1 < lines.size()});
        }
    }

    // Parts

    PageFlow frontOf(int frontPages) const
    {
        PageFlow front(m_fonts, body, scale);
        cover(front);
        front.newPage();
        front.row({Cell{{paragraph(say(u"Contents", u"目录"), 18, Face::Bold, QColor(accentColor))}}},
            {.widths = {1}, .lines = Lines::Below, .down = 5});
        front.space(8);
        for (const PageFlow::Heading &heading : m_flow.headings()) {
            const bool isPart = heading.level == 1;
            const Face face = isPart ? Face::Bold : Face::Text;
            Paragraph page = paragraph(QString::number(frontPages + heading.page + 1), 10, face);
            page.alignment = Qt::AlignRight;
            const Run title{heading.text, face, {}};
            const Cell number{{page}};
            if (isPart)
                front.row(
                    {Cell{{{{title}, 10.5}}}, number}, {.widths = {95, 5}, .down = 1.5, .before = 6, .isLeader = true});
            else
                front.row(
                    {Cell{}, Cell{{{{title}, textSize}}}, number}, {.widths = {4, 91, 5}, .down = 1, .isLeader = true});
        }
        front.finish();
        return front;
    }

    void cover(PageFlow &front) const
    {
        const RulePack &pack = m_assessment.pack;
        const Cluster &cluster = m_assessment.cluster;
        front.space(70);
        if (!m_context.organisation.isEmpty())
            front.row({Cell{{paragraph(m_context.organisation, 14, Face::Text, QColor(quietColor))}}}, {.widths = {1}});
        front.row(
            {Cell{{paragraph(say(reportName()), 26, Face::Bold, QColor(accentColor))}}}, {.widths = {1}, .before = 6});
        front.row(
            {Cell{{paragraph(cluster.name.isEmpty() ? cluster.id : cluster.name, 16)}}}, {.widths = {1}, .before = 4});
        front.space(14);
        front.row({Cell{{}, QColor(accentColor)}, Cell{}}, {.widths = {18, 82}, .down = 1.5});
        front.space(26);
        const auto fact = [&](const QString &term, const QString &value, Face face = Face::Text) {
            if (value.isEmpty())
                return;
            front.row({Cell{{paragraph(term, 10.5, Face::Text, QColor(quietColor))}}, cell(value, 10.5, face)},
                {.widths = {22, 78}, .lines = Lines::Below, .across = 2, .down = 5});
        };
        fact(say(u"Cluster", u"集群"), cluster.id, Face::Code);
        fact(say(u"Judged at", u"核查时间"), say(reportTime(m_assessment.now)));
        fact(say(u"Kubernetes", u"Kubernetes 版本"), cluster.release.text());
        fact(say(u"Baseline", u"加固基线"), say(pack.title) + u"  "_s + pack.id + u' ' + pack.version);
        fact(say(u"Baseline SHA-256", u"基线 SHA-256"), QString::fromLatin1(pack.digest), Face::Code);
        fact(say(u"Operator", u"操作人"), m_context.operatorName);
        fact(say(u"Ticket", u"工单号"), m_context.ticket);
        fact(say(u"Reviewer", u"复核人"), m_context.reviewer);
        fact(say(u"Made with", u"生成工具"), u"Jiagu "_s + QStringLiteral(JIAGU_VERSION));
        front.space(26);
        front.row({Cell{{paragraph(say(verdictSentence(m_assessment)), 11, Face::Bold)}, QColor(panelColor)}},
            {.widths = {1}, .across = 10, .down = 10});
    }

    void summary()
    {
        section(say(u"Summary", u"结果汇总"));
        text(QList{paragraph(say(verdictSentence(m_assessment)), 11, Face::Bold)});
        QMap<Severity, QMap<Verdict, int>> matrix;
        QMap<Severity, int> waivedOnes;
        for (const Finding &finding : m_assessment.findings) {
            if (finding.waiver)
                ++waivedOnes[finding.severity];
            else
                ++matrix[finding.severity][finding.verdict];
        }
        text(QList{paragraph(say(u"Checks by severity and verdict; waived ones are counted apart.",
                                 u"按风险等级和检查结果统计；已豁免的单独计数。"),
                 smallSize, Face::Text, QColor(quietColor))},
            10, true);
        const auto number = [&](int value, Face face = Face::Text) {
            return atRight(cell(QString::number(value), smallSize, face));
        };
        RowStyle style = grid({16, 12, 12, 12, 14, 12, 13, 12});
        QList<Cell> head{headCell(say(u"Severity", u"风险等级"))};
        for (const Verdict verdict : reportVerdicts)
            head += headCell(say(verdictText(verdict)));
        head += headCell(say(u"Waived", u"已豁免"));
        for (qsizetype i = 1; i < head.size(); ++i)
            head[i] = atRight(head[i]);
        style.before = 3;
        m_flow.tableHead(head, style);
        style.before = 0;
        QMap<Verdict, int> sums;
        int waivedSum = 0;
        for (const Severity severity : reportSeverities) {
            QList<Cell> cells{Cell{{paragraph(say(severityText(severity)), smallSize, Face::Bold, colorOf(severity))}}};
            for (const Verdict verdict : reportVerdicts) {
                cells += number(matrix[severity][verdict]);
                sums[verdict] += matrix[severity][verdict];
            }
            cells += number(waivedOnes[severity]);
            waivedSum += waivedOnes[severity];
            style.isKept = true;
            m_flow.row(cells, style);
        }
        style.isKept = false;
        QList<Cell> cells{headCell(say(u"Sum", u"合计"))};
        for (const Verdict verdict : reportVerdicts)
            cells += number(sums[verdict], Face::Bold);
        cells += number(waivedSum, Face::Bold);
        m_flow.row(cells, style);
        m_flow.endTable();

        const auto failed = groups([](const Finding &f) { return !f.waiver && f.verdict == Verdict::Fail; });
        if (failed.isEmpty())
            return;
        label(say(u"Rules that failed", u"不通过的加固项"));
        RowStyle list = grid({14, 16, 58, 12});
        list.before = 3;
        m_flow.tableHead({headCell(say(u"Severity", u"风险等级")), headCell(say(u"Rule", u"加固项")),
                             headCell(say(u"Title", u"名称")), atRight(headCell(say(u"Number", u"数量")))},
            list);
        list.before = 0;
        for (const FindingGroup &group : failed) {
            const Finding &first = *group.findings.first();
            m_flow.row(
                {Cell{{paragraph(say(severityText(first.severity)), smallSize, Face::Bold, colorOf(first.severity))}},
                    cell(first.rule), cell(say(first.title)), number(int(group.findings.size()))},
                list);
        }
        m_flow.endTable();
    }

    void scope()
    {
        const Cluster &cluster = m_assessment.cluster;
        section(say(u"Scope", u"范围"));
        text(say(readingSentence()));
        m_flow.space(6);
        facts({{say(u"Cluster", u"集群"), cell(cluster.id, smallSize, Face::Code)},
            {say(u"API objects", u"API 对象"),
                cell(cluster.apiNode.isEmpty() ? say(u"not read. ", u"未读取。") + say(cluster.apiError)
                                               : say(u"read from %1 at %2", u"读取自 %1，%2")
                                                     .arg(plain(cluster.apiNode), say(reportTime(cluster.apiTime))))}});

        label(say(u"Nodes that were read", u"已读取的节点"));
        RowStyle style = grid({14, 11, 16, 10, 17, 32});
        style.before = 3;
        m_flow.tableHead(
            {headCell(say(u"Node", u"节点")), headCell(say(u"Role", u"角色")), headCell(say(u"Address", u"地址")),
                headCell(say(u"Release", u"版本")), headCell(say(u"Read at", u"读取时间")),
                headCell(say(u"Source and limits", u"来源与限制"))},
            style);
        style.before = 0;
        QList<const Node *> missed;
        for (const Node &node : cluster.nodes) {
            if (!node.read) {
                missed += &node;
                continue;
            }
            const Snapshot *snapshot = node.snapshot.get();
            Cell last = cell(snapshot ? snapshot->source : QString());
            for (const Error &problem : node.problems)
                last.paragraphs += paragraph(describe(problem, m_language), smallSize);
            m_flow.row({cell(node.name),
                           cell(node.controlPlane ? say(u"control plane", u"管理节点") : say(u"worker", u"计算节点")),
                           cell(node.address), cell(node.release.text()),
                           cell(say(reportTime(snapshot ? snapshot->taken : QDateTime()))), last},
                style);
        }
        m_flow.endTable();

        label(say(u"Not reached", u"未覆盖"));
        if (missed.isEmpty() && cluster.problems.isEmpty()) {
            text(say(furtherNodesSentence(cluster)), 2);
            return;
        }
        RowStyle rows = grid({25, 75});
        rows.before = 3;
        m_flow.tableHead({headCell(say(u"Node", u"节点")), headCell(say(u"Cause", u"原因"))}, rows);
        rows.before = 0;
        for (const Node *node : missed) {
            Cell cause;
            for (const Error &problem : node->problems)
                cause.paragraphs += paragraph(describe(problem, m_language), smallSize);
            if (node->problems.isEmpty())
                cause = cell(say(missedNodeSentence()));
            Cell name = cell(node->name);
            if (!node->address.isEmpty())
                name.paragraphs += paragraph(node->address, tinySize, Face::Code, QColor(quietColor));
            m_flow.row({name, cause}, rows);
        }
        for (const Error &problem : cluster.problems) {
            Error rest = problem;
            rest.at.node.clear();
            m_flow.row({cell(problem.at.node), cell(describe(rest, m_language))}, rows);
        }
        m_flow.endTable();
    }

    QList<FindingGroup> groups(const std::function<bool(const Finding &)> &wanted) const
    {
        return findingGroups(m_assessment, wanted);
    }

    QList<Paragraph> originOf(const Finding &finding) const
    {
        QList<Paragraph> result;
        const QString origin = say(describe(finding.origin));
        const QColor quiet(quietColor);
        if (!origin.isEmpty())
            result += Paragraph{
                {run(say(u"Origin: ", u"来源："), Face::Text, quiet), run(origin, Face::Code, quiet)}, tinySize};
        for (const OverriddenValue &overridden : finding.overridden) {
            result += paragraph(say(u"overrides %1 from %2", u"覆盖了 %1，其来源为 %2")
                                    .arg(plain(limitedValue(compactValue(overridden.value), m_language)),
                                        plain(say(describe(overridden.origin)))),
                tinySize, Face::Text, quiet);
        }
        if (finding.waiver) {
            result += Paragraph{
                {run(say(u"Waiver: ", u"豁免："), Face::Bold), run(finding.waiver->id, Face::Code)}, smallSize};
            result += paragraph(say(finding.waiver->reason), smallSize);
        }
        return result;
    }

    void subjects(const QList<const Finding *> &findings)
    {
        const auto shown = findings.first(std::min(findings.size(), reportSubjectLimit));
        constexpr qsizetype narrow = 60; // characters that a narrow column takes in a few lines
        const bool isWide = std::any_of(shown.begin(), shown.end(),
            [](const Finding *f) { return f->actual.size() > narrow || f->expected.size() > narrow; });
        if (isWide)
            stacked(shown);
        else
            columns(shown);
        if (findings.size() > shown.size())
            text(QList{paragraph(
                say(leftOutSentence(findings.size() - shown.size())), smallSize, Face::Text, QColor(quietColor))});
    }

    void columns(const QList<const Finding *> &findings)
    {
        RowStyle style = grid({22, 17, 17, 44});
        style.before = 6;
        m_flow.tableHead({headCell(say(u"Where", u"对象")), headCell(say(u"Actual", u"实际值")),
                             headCell(say(u"Expected", u"期望值")), headCell(say(u"Reason and origin", u"说明与来源"))},
            style);
        style.before = 0;
        for (const Finding *finding : findings) {
            Cell last = cell(say(finding->reason));
            last.paragraphs += originOf(*finding);
            m_flow.row({cell(describe(finding->subject)), code(finding->actual), code(finding->expected), last}, style);
        }
        m_flow.endTable();
    }

    void stacked(const QList<const Finding *> &findings)
    {
        for (const Finding *finding : findings) {
            RowStyle style = grid({16, 84});
            style.before = 6;
            style.isKept = true;
            m_flow.row({headCell(say(u"Where", u"对象")), headCell(describe(finding->subject))}, style);
            style.before = 0;
            style.isKept = false;
            Cell last = cell(say(finding->reason));
            last.paragraphs += originOf(*finding);
            const QList<std::pair<QString, Cell>> rows{{say(u"Actual", u"实际值"), code(finding->actual)},
                {say(u"Expected", u"期望值"), code(finding->expected)},
                {say(u"Reason and origin", u"说明与来源"), last}};
            for (const auto &[term, value] : rows) {
                if (!value.paragraphs.isEmpty())
                    m_flow.row({cell(term), value}, style);
            }
            m_flow.endTable();
        }
    }

    void advice(const QString &title, const Message &sentences, bool isKept = false)
    {
        if (sentences.isEmpty())
            return;
        label(title);
        text(prose(say(sentences)), 1, isKept);
    }

    void failures()
    {
        section(say(u"What failed", u"不通过项"));
        const auto failed = groups([](const Finding &f) { return !f.waiver && f.verdict == Verdict::Fail; });
        if (failed.isEmpty())
            text(say(u"Nothing that counts failed.", u"没有不通过的检查项。"));
        for (const FindingGroup &group : failed) {
            heading(group);
            if (group.rule)
                advice(say(u"Why it matters", u"为什么重要"), group.rule->rationale, true);
            subjects(group.findings);
            if (!group.rule)
                continue;
            advice(say(u"What to do", u"整改建议"), group.rule->remediation);
            advice(say(u"What may break", u"整改风险"), group.rule->risk);
            QList<Paragraph> references;
            for (const Reference &reference : group.rule->references) {
                const Message source = m_assessment.pack.sources.value(reference.source);
                references += paragraph((source.isEmpty() ? reference.source : say(source))
                        + (reference.item.isEmpty() ? QString() : u": "_s + reference.item),
                    smallSize);
            }
            if (!references.isEmpty()) {
                label(say(u"References", u"依据"));
                text(references, 1);
            }
        }
    }

    void list(const QString &title, const QList<Verdict> &wanted)
    {
        const auto found = groups([&](const Finding &f) { return !f.waiver && wanted.contains(f.verdict); });
        if (found.isEmpty())
            return;
        section(title);
        for (const FindingGroup &group : found) {
            heading(group);
            subjects(group.findings);
        }
    }

    void tailoring()
    {
        const QList<Message> sentences = tailoringSentences(m_assessment);
        if (sentences.isEmpty())
            return;
        section(say(u"Baseline and tailoring", u"基线与定制"));
        for (const Message &sentence : sentences)
            text(say(sentence), 4);
    }

    void waived()
    {
        const auto found = groups([](const Finding &f) { return f.waiver.has_value(); });
        if (found.isEmpty())
            return;
        section(say(u"Waived", u"已豁免"));
        text(say(waivedMeaning()), 4, true);
        for (const FindingGroup &group : found) {
            heading(group);
            subjects(group.findings);
        }
    }

    void passed()
    {
        section(say(u"What passed, and what does not apply", u"通过项与不适用项"));
        RowStyle style = grid({46, 15, 9, 30});
        style.before = 8;
        m_flow.tableHead({headCell(say(u"Check", u"检查项")), headCell(say(u"Verdict", u"检查结果")),
                             atRight(headCell(say(u"Count", u"数量"))), headCell(say(u"Where", u"对象"))},
            style);
        style.before = 0;
        bool isEmpty = true;
        for (const Verdict verdict : {Verdict::Pass, Verdict::NotApplicable}) {
            for (const FindingGroup &group :
                groups([&](const Finding &f) { return !f.waiver && f.verdict == verdict; })) {
                constexpr qsizetype shown = 20;
                isEmpty = false;
                const Finding &first = *group.findings.first();
                Cell where;
                for (const Finding *finding : group.findings.first(std::min(group.findings.size(), shown)))
                    where.paragraphs += paragraph(describe(finding->subject), smallSize);
                if (group.findings.size() > shown)
                    where.paragraphs +=
                        paragraph(say(u"and %1 more", u"以及另外 %1 项").arg(group.findings.size() - shown), smallSize);
                m_flow.row(
                    {Cell{{{{run(say(severityText(first.severity)) + u"  "_s, Face::Bold, colorOf(first.severity)),
                                run(first.rule + u"  "_s + say(first.title))},
                         smallSize}}},
                        cell(say(verdictText(verdict))), atRight(cell(QString::number(group.findings.size()))), where},
                    style);
            }
        }
        if (isEmpty)
            m_flow.row({cell(say(u"none", u"无")), Cell{}, Cell{}, Cell{}}, style);
        m_flow.endTable();
    }

    void upgrade()
    {
        const Cluster &cluster = m_assessment.cluster;
        const QList<UpgradeGroup> found = grouped(upgradeObstacles(cluster));
        section(say(u"Before an upgrade", u"升级前注意"));
        text(say(upgradeReleases(cluster)), 4, !found.isEmpty());
        if (found.isEmpty())
            text(say(noObstacleText()));
        else
            obstacles(found);
        const QList<Message> gaps = upgradeGaps(cluster);
        if (gaps.isEmpty())
            return;
        label(say(u"Not known", u"未知"));
        for (const Message &gap : gaps.first(std::min(gaps.size(), reportSubjectLimit)))
            text(say(gap), 2);
    }

    void obstacles(const QList<UpgradeGroup> &found)
    {
        RowStyle style = grid({9, 15, 29, 47});
        style.before = 6;
        m_flow.tableHead({headCell(say(u"Release", u"版本")), headCell(say(u"Effect", u"影响")),
                             headCell(say(u"Where and origin", u"对象与来源")),
                             headCell(say(u"What happens, and what to do", u"说明与处理"))},
            style);
        style.before = 0;
        const auto quiet = [this](const QString &sentence) {
            return paragraph(sentence, smallSize, Face::Text, QColor(quietColor));
        };
        for (const UpgradeGroup &group : found.first(std::min(found.size(), reportSubjectLimit))) {
            const UpgradeObstacle &obstacle = group.obstacle;
            Cell where = cell(say(placeOf(group)));
            where.paragraphs += paragraph(obstacle.setting, smallSize, Face::Code);
            where.paragraphs += quiet(say(describe(obstacle.origin)));
            Cell what = cell(say(obstacle.what));
            what.paragraphs += Paragraph{
                {run(say(u"Before the upgrade: ", u"升级前："), Face::Bold), run(say(obstacle.todo))}, smallSize};
            what.paragraphs += quiet(obstacle.source);
            m_flow.row(
                {cell(obstacle.release.text()), cell(say(upgradeEffectText(obstacle.effect))), where, what}, style);
        }
        m_flow.endTable();
        if (found.size() > reportSubjectLimit)
            text(QList{quiet(say(leftOutSentence(found.size() - reportSubjectLimit)))});
    }

    // Changes

    void changes()
    {
        section(say(u"Changes, before and after", u"变更记录（整改前/整改后）"));
        if (m_context.changes.isEmpty())
            text(say(u"This report contains no recorded change.", u"本报告不含变更记录。"));
        for (const ReportContext::Change &change : m_context.changes) {
            const ChangeSet &changeSet = change.changeSet;
            const QString title = say(u"Change set %1", u"变更集 %1").arg(plain(changeSet.shortId()));
            m_flow.mark(title, 2);
            m_flow.row({Cell{{}, QColor(accentColor)}, Cell{{{{Run{title, Face::Bold, {}}}, 11}}, QColor(panelColor)}},
                {.widths = {0.8, 99.2}, .across = 5, .down = 4, .before = 14, .isKept = true});
            QList<std::pair<QString, Cell>> rows{{say(u"Id", u"标识"), cell(changeSet.id, smallSize, Face::Code)},
                {say(u"Planned at", u"规划时间"), cell(say(reportTime(changeSet.planned)))}};
            for (const JournalEntry &entry : change.entries) {
                if (entry.event != u"approved"_s)
                    continue;
                rows += {say(u"Approved", u"审批"),
                    cell(say(reportTime(entry.time)) + u"  "_s + entry.approval.operatorName)};
                rows += {say(u"Ticket", u"工单号"), cell(entry.approval.ticket)};
                rows += {say(u"Reviewer", u"复核人"), cell(entry.approval.reviewer)};
            }
            facts(rows);
            outcomes(change.entries);
            for (const FileChange &step : changeSet.steps)
                beforeAndAfter(step);
        }
    }

    void outcomes(const QList<JournalEntry> &entries)
    {
        label(say(u"What happened", u"执行结果"));
        RowStyle style = grid({22, 14, 10, 16, 38});
        style.before = 3;
        m_flow.tableHead(
            {headCell(say(u"Time", u"时间")), headCell(say(u"Node", u"节点")), headCell(say(u"Action", u"操作")),
                headCell(say(u"Outcome", u"结果")), headCell(say(u"Detail", u"详情"))},
            style);
        style.before = 0;
        bool isEmpty = true;
        for (const JournalEntry &entry : entries) {
            if (entry.event != u"outcome"_s)
                continue;
            isEmpty = false;
            m_flow.row({cell(say(reportTime(entry.time))), cell(entry.node),
                           cell(entry.action == u"restore"_s ? say(u"restore", u"还原") : say(u"apply", u"应用")),
                           cell(say(outcomeOf(entry))), cell(limitedValue(entry.detail, m_language))},
                style);
        }
        if (isEmpty)
            m_flow.row({cell(say(u"no outcome is recorded", u"没有结果记录")), Cell{}, Cell{}, Cell{}, Cell{}}, style);
        m_flow.endTable();
    }

    void beforeAndAfter(const FileChange &step)
    {
        m_flow.row({Cell{{{{run(step.node + u": "_s, Face::Bold), run(step.path, Face::Code)}, textSize}}}},
            {.widths = {1}, .before = 10, .isKept = true});
        facts({{say(u"Rules", u"加固项"), cell(step.rules.join(u", "_s))},
            {say(u"SHA-256 before", u"整改前 SHA-256"),
                cell(QString::fromLatin1(step.sha256Before), smallSize, Face::Code)},
            {say(u"SHA-256 after", u"整改后 SHA-256"),
                cell(QString::fromLatin1(step.sha256After), smallSize, Face::Code)}});
        if (step.kind == FileChange::Kind::Attributes)
            attributes(step);
        else
            diff(step);
    }

    void attributes(const FileChange &step)
    {
        RowStyle style = grid({30, 35, 35});
        style.before = 5;
        m_flow.tableHead(
            {headCell({}), headCell(say(u"Before", u"整改前")), headCell(say(u"After", u"整改后"))}, style);
        style.before = 0;
        const auto mode = [&](int value) {
            return value < 0 ? cell(say(u"not known", u"未知")) : code(u'0' + QString::number(value, 8));
        };
        const auto owner = [&](qint64 uid, qint64 gid) {
            return uid < 0 || gid < 0 ? cell(say(u"not known", u"未知")) : code(u"%1:%2"_s.arg(uid).arg(gid));
        };
        m_flow.row({cell(say(u"Mode", u"权限")), mode(step.mode), mode(step.modeAfter)}, style);
        m_flow.row({cell(say(u"Owner and group", u"属主与属组")), owner(step.uid, step.gid),
                       owner(step.uidAfter, step.gidAfter)},
            style);
        m_flow.endTable();
    }

    void diff(const FileChange &step)
    {
        RowStyle style{.widths = {7, 7, 3, 83}, .across = 3, .down = 0.8};
        style.before = 5;
        style.lines = Lines::Below;
        m_flow.tableHead({headCell(say(u"Before", u"整改前")), headCell(say(u"After", u"整改后")), headCell({}),
                             headCell(say(u"Line", u"内容"))},
            style);
        style.before = 0;
        style.lines = Lines::None;
        qsizetype left = reportDiffLimit;
        for (const DiffHunk &hunk : diffLines(step.before, step.after)) {
            if (left > 0) {
                RowStyle kept = style;
                kept.isKept = true;
                const Paragraph place = paragraph(u"@@ -%1,%2 +%3,%4 @@"_s.arg(hunk.beforeLine)
                                                      .arg(hunk.beforeCount)
                                                      .arg(hunk.afterLine)
                                                      .arg(hunk.afterCount),
                    tinySize, Face::Code, QColor(quietColor));
                m_flow.row({Cell{{place}, QColor(panelColor)}}, kept);
            }
            for (const DiffLine &line : hunk.lines) {
                if (left-- > 0)
                    diffLine(line, style);
            }
        }
        m_flow.endTable();
        if (left < 0)
            text(QList{paragraph(say(linesLeftOutSentence(-left)), smallSize, Face::Text, QColor(quietColor))});
    }

    void diffLine(const DiffLine &line, const RowStyle &style)
    {
        QString mark = u" "_s;
        QColor background;
        QColor word;
        if (line.kind == DiffLine::Kind::Removed) {
            mark = u"-"_s;
            background = QColor(removedColor);
            word = QColor(removedWordColor);
        } else if (line.kind == DiffLine::Kind::Added) {
            mark = u"+"_s;
            background = QColor(addedColor);
            word = QColor(addedWordColor);
        }
        QList<Run> runs;
        qsizetype at = 0;
        const auto piece = [&](qsizetype end, QColor color) {
            if (end > at)
                runs += Run{m_fonts.printable(plainText(line.text.sliced(at, end - at))), Face::Code, {}, color};
            at = end;
        };
        for (const Span &span : line.changed) {
            piece(span.begin, {});
            piece(span.end, word);
        }
        piece(line.text.size(), {});
        const auto number = [&](int value) {
            Paragraph result =
                paragraph(value > 0 ? QString::number(value) : QString(), tinySize, Face::Code, QColor(quietColor));
            result.alignment = Qt::AlignRight;
            return Cell{{result}, background};
        };
        m_flow.row({number(line.before), number(line.after), Cell{{paragraph(mark, tinySize, Face::Code)}, background},
                       Cell{{Paragraph{runs, tinySize}}, background}},
            style);
    }

    void words()
    {
        section(say(u"Words", u"术语"));
        QList<std::pair<QString, Cell>> rows;
        for (const Verdict verdict : reportVerdicts)
            rows += {say(verdictText(verdict)), cell(say(verdictMeaning(verdict)))};
        rows += {say(u"Waived", u"已豁免"), cell(say(waivedMeaning()))};
        facts(rows);
    }

    void signatures()
    {
        m_flow.newPage();
        section(say(u"Signatures", u"签字页"));
        text(say(
            u"This report was made from what was read from the nodes. The undersigned have read it and confirm that they "
            u"know its findings, its scope and what was not reached.",
            u"本报告依据从节点读取的内容生成。签字人已阅读本报告，并确认知悉其中的检查结果、范围和未覆盖的部分。"));
        m_flow.space(8);
        facts({{say(u"Organisation", u"单位"), cell(m_context.organisation)},
            {say(u"Cluster", u"集群"), cell(m_assessment.cluster.id, smallSize, Face::Code)},
            {say(u"Judged at", u"核查时间"), cell(say(reportTime(m_assessment.now)))},
            {say(u"Baseline SHA-256", u"基线 SHA-256"),
                cell(QString::fromLatin1(m_assessment.pack.digest), smallSize, Face::Code)},
            {say(u"Ticket", u"工单号"), cell(m_context.ticket)},
            {say(u"Result", u"结论"), cell(say(verdictSentence(m_assessment)))}});
        RowStyle style = grid({16, 26, 34, 24});
        style.before = 20;
        m_flow.tableHead({headCell(say(u"Role", u"角色")), headCell(say(u"Name", u"姓名")),
                             headCell(say(u"Signature", u"签字")), headCell(say(u"Date", u"日期"))},
            style);
        style.before = 0;
        style.down = 15;
        const QList<std::pair<QString, QString>> people{{say(u"Operator", u"操作人"), m_context.operatorName},
            {say(u"Reviewer", u"复核人"), m_context.reviewer}, {say(u"Approver", u"批准人"), {}}};
        for (const auto &[role, name] : people)
            m_flow.row({cell(role, textSize), cell(name, textSize), Cell{}, Cell{}}, style);
        m_flow.endTable();
    }

    // Pages

    Result<QByteArray> written(const PageFlow &front) const
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QPdfWriter writer(&buffer);
        writer.setResolution(resolution);
        writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, QMarginsF()));
        writer.setTitle(plain(say(reportTitle(m_assessment))));
        writer.setCreator(u"Jiagu "_s + QStringLiteral(JIAGU_VERSION));
        QPainter painter;
        if (!painter.begin(&writer)) {
            return failure(Error::Kind::Failed,
                {u"The PDF report cannot be made: Qt gives no page to paint on. Write the report as HTML."_s,
                    u"无法生成 PDF 报告：Qt 未能提供可绘制的页面。请改用 HTML 报告。"_s});
        }
        const int pages = front.pages() + m_flow.pages();
        for (int page = 0; page < pages; ++page) {
            if (page > 0)
                writer.newPage();
            edges(painter, page, pages);
            if (page < front.pages())
                front.paint(painter, page);
            else
                m_flow.paint(painter, page - front.pages());
        }
        painter.end();
        buffer.close();
        return bytes;
    }

    /// Header (not on the cover) and footer.
    void edges(QPainter &painter, int page, int pages) const
    {
        const double left = body.left() * scale;
        const double right = body.right() * scale;
        const RulePack &pack = m_assessment.pack;
        const auto line = [&](double y, const QString &begin, const QString &end) {
            PageFlow strip(m_fonts, QRectF(body.left(), y, body.width(), 20), scale);
            const QFontMetricsF metrics(m_fonts.font(Face::Text, int(tinySize * scale)), painter.device());
            const QString cut =
                metrics.elidedText(begin, Qt::ElideRight, right - left - metrics.horizontalAdvance(end) - 20 * scale);
            Paragraph last{{Run{end, Face::Text, QColor(quietColor)}}, tinySize, Qt::AlignRight};
            const double part = 100 * (metrics.horizontalAdvance(end) + 2 * scale) / (right - left);
            strip.row({Cell{{{{Run{cut, Face::Text, QColor(quietColor)}}, tinySize}}}, Cell{{last}}},
                {.widths = {100 - part, part}});
            strip.finish();
            strip.paint(painter, 0);
        };
        painter.setPen(QPen(QColor(0xc4, 0xcb, 0xd2), 0.5 * scale));
        const double footer = body.bottom() + 8 * millimetre;
        painter.drawLine(QPointF(left, footer * scale), QPointF(right, footer * scale));
        line(footer + 3,
            plain(say(pack.title) + u' ' + pack.version + u", SHA-256 "_s + QString::fromLatin1(pack.digest.left(12))
                + u'…'),
            say(u"Page %1 of %2", u"第 %1 页 共 %2 页").arg(page + 1).arg(pages));
        if (page == 0)
            return;
        const double header = body.top() - 6 * millimetre;
        painter.setPen(QPen(QColor(0xc4, 0xcb, 0xd2), 0.5 * scale));
        painter.drawLine(QPointF(left, header * scale), QPointF(right, header * scale));
        line(header - 14, plain(say(reportTitle(m_assessment))), say(reportTime(m_assessment.now)));
    }

    const Assessment &m_assessment;
    const ReportContext &m_context;
    const Language m_language;
    const ReportFonts &m_fonts;
    PageFlow m_flow;
    int m_section = 0;
};

} // namespace

Result<QByteArray> reportPdf(const Assessment &assessment, const ReportContext &context, Language language)
{
    const auto fonts = ReportFonts::load();
    if (!fonts)
        return tl::unexpected(fonts.error());
    return PdfReport(assessment, context, language, *fonts).bytes();
}

} // namespace jiagu
