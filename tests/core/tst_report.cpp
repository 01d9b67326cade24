// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

struct Input
{
    Assessment assessment;
    ReportContext context;
};

Finding failing()
{
    Finding finding;
    finding.rule = u"API-02"_s;
    finding.subject = {u"cluster-id"_s, u"cp1"_s, u"kube-apiserver"_s, {}, {}, {}, {}};
    finding.verdict = Verdict::Fail;
    finding.severity = Severity::Medium;
    finding.title = {u"Profiling is off"_s, u"关闭性能分析"_s};
    finding.expected = u"false"_s;
    finding.actual = u"true"_s;
    finding.origin = {Origin::Kind::Argument, u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s, 20, 7, 5, {}, {}};
    finding.overridden = {
        {u"yes"_s, {Origin::Kind::File, u"/etc/kubernetes/other.yaml"_s, 3, 1, -1, u"profiling"_s, {}}}};
    finding.reason = {u"It is on."_s, u"已开启。"_s};
    finding.objectFix = ObjectFix{u"a: 1\n"_s, u"kubectl patch x"_s, {u"By hand."_s, u"手工。"_s}};
    return finding;
}

Finding waived()
{
    Finding finding;
    finding.rule = u"WL-01"_s;
    finding.subject = {
        u"cluster-id"_s, {}, u"workload"_s, u"kube-system"_s, u"DaemonSet"_s, u"kube-proxy"_s, u"kube-proxy"_s};
    finding.verdict = Verdict::Fail;
    finding.severity = Severity::High;
    finding.title = {u"No privileged containers"_s, u"禁止特权容器"_s};
    finding.waiver =
        AppliedWaiver{u"builtin:system-namespace"_s, {u"It belongs to the system."_s, u"属于系统组件。"_s}};
    return finding;
}

Finding bare(Verdict verdict)
{
    Finding finding;
    finding.rule = u"KL-01"_s;
    finding.subject.cluster = u"cluster-id"_s;
    finding.verdict = verdict;
    finding.severity = Severity::Low;
    finding.title = {u"A limit of processes"_s, u"进程数上限"_s};
    return finding;
}

/// One of everything that a report can show.
Input everything()
{
    Input input;
    Assessment &assessment = input.assessment;
    assessment.now = QDateTime({2026, 1, 31}, {12, 0}, Qt::UTC);
    Cluster &cluster = assessment.cluster;
    cluster.id = u"cluster-id"_s;
    cluster.name = u"production"_s;
    cluster.release = Release{34, 4};
    cluster.apiNode = u"cp1"_s;
    cluster.apiTime = assessment.now;
    Snapshot snapshot;
    snapshot.source = u"root@cp1"_s;
    snapshot.taken = assessment.now;
    Node read;
    read.name = u"cp1"_s;
    read.address = u"10.0.0.1"_s;
    read.controlPlane = true;
    read.read = true;
    read.snapshot = std::make_shared<const Snapshot>(snapshot);
    read.problems = {{Error::Kind::TooLarge, {u"One file is too large."_s, u"有一个文件过大。"_s}, {}}};
    Node missed;
    missed.name = u"w1"_s;
    missed.address = u"10.0.0.2"_s;
    cluster.nodes = {read, missed};
    cluster.problems = {{Error::Kind::Connect, {u"It did not answer."_s, u"没有应答。"_s}, {u"w2"_s, {}, 0, 0}}};

    Rule rule;
    rule.id = u"API-02"_s;
    rule.title = failing().title;
    rule.rationale = {u"Why."_s, u"原因。"_s};
    rule.risk = {u"Risk."_s, u"风险。"_s};
    rule.remediation = {u"Set it."_s, u"请设置。"_s};
    rule.severity = Severity::Medium;
    rule.references = {{u"SOURCE"_s, u"item"_s}};
    assessment.pack.id = u"pack"_s;
    assessment.pack.version = u"1"_s;
    assessment.pack.title = {u"Baseline"_s, u"基线"_s};
    assessment.pack.digest = "abc"_ba;
    assessment.pack.sources[u"SOURCE"_s] = {u"A source"_s, u"出处"_s};
    assessment.pack.rules = {rule};
    assessment.findings = {waived(), failing(), bare(Verdict::Unknown), bare(Verdict::Error), bare(Verdict::Manual),
        bare(Verdict::Pass), bare(Verdict::NotApplicable)};

    input.context = {u"Organisation"_s, u"operator"_s, u"T-1"_s, u"reviewer"_s, {}};
    ReportContext::Change change;
    change.changeSet.id = QString(64, u'a');
    change.changeSet.cluster = cluster.id;
    change.changeSet.planned = assessment.now;
    FileChange step;
    step.node = u"cp1"_s;
    step.path = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
    step.before = "one\n- --profiling=true\nthree\n"_ba;
    step.after = "one\n- --profiling=false\nthree\n"_ba;
    step.sha256Before = "111"_ba;
    step.sha256After = "222"_ba;
    step.rules = {u"API-02"_s};
    change.changeSet.steps = {step};
    JournalEntry approved;
    approved.time = assessment.now;
    approved.event = u"approved"_s;
    approved.approval = {change.changeSet.id, u"operator"_s, u"T-1"_s, u"reviewer"_s, assessment.now};
    JournalEntry outcome;
    outcome.time = assessment.now;
    outcome.event = u"outcome"_s;
    outcome.node = u"cp1"_s;
    outcome.action = u"apply"_s;
    outcome.state = outcomeName(Outcome::State::Done);
    outcome.detail = u"It is healthy."_s;
    change.entries = {approved, outcome};
    input.context.changes = {change};
    return input;
}

QString html(const Input &input, Language language = Language::English)
{
    return QString::fromUtf8(reportHtml(input.assessment, input.context, language));
}

/// The names of the tags in order, "/" before a closing one; the elements that are never closed are left out.
QStringList tags(const QString &html)
{
    static const QRegularExpression tag(u"<(/?[a-z0-9]+)[^>]*>"_s);
    static const QStringList closedByNobody{u"meta"_s, u"br"_s};
    QStringList result;
    for (auto match = tag.globalMatch(html); match.hasNext();) {
        const QString name = match.next().captured(1);
        if (!closedByNobody.contains(name))
            result += name;
    }
    return result;
}

/// The text between the tags, entities as they are.
QString textOf(QString html)
{
    static const QRegularExpression style(u"<style>.*</style>"_s, QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression tag(u"<[^>]*>"_s);
    return html.remove(style).replace(tag, u"\n"_s);
}

} // namespace

class TestReport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findingsAreTheirSchema()
    {
        Assessment assessment;
        assessment.findings = {failing(), waived(), bare(Verdict::Unknown)};
        assessment.pack.id = u"pack"_s;
        assessment.pack.version = u"1"_s;
        assessment.pack.title = {u"Baseline"_s, u"基线"_s};
        assessment.pack.digest = "abc"_ba;
        const QByteArray expected = R"({"schema": "jiagu-findings/1",
            "pack": {"id": "pack", "version": "1", "digest": "abc", "title": {"zh": "基线", "en": "Baseline"}, "baseline": null},
            "findings": [
            {"rule": "API-02",
             "subject": {"cluster": "cluster-id", "node": "cp1", "component": "kube-apiserver", "namespace": null, "kind": null,
                         "name": null, "container": null},
             "verdict": "fail", "severity": "medium", "expected": "false", "actual": "true",
             "origin": {"kind": "argument", "file": "/etc/kubernetes/manifests/kube-apiserver.yaml", "line": 20, "column": 7,
                        "index": 5, "key": null, "release": null},
             "reason": {"zh": "已开启。", "en": "It is on."}, "title": {"zh": "关闭性能分析", "en": "Profiling is off"},
             "waiver": null, "patch": {"yaml": "a: 1\n", "command": "kubectl patch x", "note": {"zh": "手工。", "en": "By hand."}}},
            {"rule": "WL-01",
             "subject": {"cluster": "cluster-id", "node": null, "component": "workload", "namespace": "kube-system",
                         "kind": "DaemonSet", "name": "kube-proxy", "container": "kube-proxy"},
             "verdict": "fail", "severity": "high", "expected": null, "actual": null,
             "origin": {"kind": null, "file": null, "line": null, "column": null, "index": null, "key": null, "release": null},
             "reason": null, "title": {"zh": "禁止特权容器", "en": "No privileged containers"},
             "waiver": {"id": "builtin:system-namespace", "reason": {"zh": "属于系统组件。", "en": "It belongs to the system."}},
             "patch": null},
            {"rule": "KL-01",
             "subject": {"cluster": "cluster-id", "node": null, "component": null, "namespace": null, "kind": null, "name": null,
                         "container": null},
             "verdict": "unknown", "severity": "low", "expected": null, "actual": null,
             "origin": {"kind": null, "file": null, "line": null, "column": null, "index": null, "key": null, "release": null},
             "reason": null, "title": {"zh": "进程数上限", "en": "A limit of processes"}, "waiver": null,
             "patch": null}],
             "upgrade": {"releases": {"zh": "已考虑 1.20 至 1.37 各版本。", "en": "Releases 1.20 to 1.37 were considered."},
                         "obstacles": [], "unknown": []}})";
        QCOMPARE(findingsJson(assessment), QJsonDocument::fromJson(expected).object());
    }

    void reportHasScopeCountsAndChanges()
    {
        const Input input = everything();
        const QJsonObject report = reportJson(input.assessment, input.context);
        QCOMPARE(report[u"schema"].toString(), u"jiagu-report/1"_s);
        QCOMPARE(report[u"findings"].toArray(), findingsJson(input.assessment)[u"findings"].toArray());
        QCOMPARE(report[u"judged"].toString(), u"2026-01-31T12:00:00Z"_s);
        const QByteArray counts = R"({"pass": 1, "fail": 1, "manual": 1, "not-applicable": 1, "unknown": 1, "error": 1,
            "waived": 1, "failedBySeverity": {"medium": 1}})";
        QCOMPARE(report[u"counts"].toObject(), QJsonDocument::fromJson(counts).object());
        const QByteArray nodes = R"([
            {"name": "cp1", "machineId": null, "address": "10.0.0.1", "controlPlane": true, "release": null, "read": true,
             "source": "root@cp1", "taken": "2026-01-31T12:00:00Z", "complete": false,
             "problems": [{"en": "One file is too large.", "zh": "有一个文件过大。"}]},
            {"name": "w1", "machineId": null, "address": "10.0.0.2", "controlPlane": false, "release": null, "read": false,
             "source": null, "taken": null, "complete": false, "problems": []}])";
        QCOMPARE(report[u"nodes"].toArray(), QJsonDocument::fromJson(nodes).array());
        const QJsonObject change = report[u"changes"][0].toObject();
        QCOMPARE(change[u"steps"][0][u"diff"].toString(),
            u"--- a/etc/kubernetes/manifests/kube-apiserver.yaml\n+++ b/etc/kubernetes/manifests/kube-apiserver.yaml\n"
            "@@ -1,3 +1,3 @@\n one\n-- --profiling=true\n+- --profiling=false\n three\n"_s);
        QCOMPARE(change[u"entries"][1][u"state"].toString(), u"done"_s);
    }

    void pageStandsAlone_data()
    {
        QTest::addColumn<Language>("language");
        QTest::addColumn<QStringList>("says");
        QTest::newRow("English") << Language::English
                                 << QStringList{u"<html lang=\"en\">"_s, u"Kubernetes hardening report: production"_s,
                                        u"It is on."_s, u"Why."_s, u"Set it."_s, u"Risk."_s, u"A source: item"_s,
                                        u"It did not answer."_s, u"One file is too large."_s,
                                        u"It belongs to the system."_s, u"T-1"_s, u"It is healthy."_s, u"10.0.0.2"_s};
        QTest::newRow("Chinese") << Language::Chinese
                                 << QStringList{u"<html lang=\"zh-CN\">"_s,
                                        u"Kubernetes 安全加固核查报告：production"_s, u"已开启。"_s, u"原因。"_s,
                                        u"请设置。"_s, u"风险。"_s, u"出处: item"_s, u"没有应答。"_s,
                                        u"有一个文件过大。"_s, u"属于系统组件。"_s, u"T-1"_s, u"10.0.0.2"_s};
    }
    void pageStandsAlone()
    {
        QFETCH(Language, language);
        QFETCH(QStringList, says);
        const Input input = everything();
        const QString page = html(input, language);
        QCOMPARE(html(input, language), page);
        for (const QString &text : says)
            QVERIFY2(page.contains(text), qPrintable(text));
        QVERIFY(page.contains(u"content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""_s));
        QVERIFY(page.contains(u"@media print"_s));
        for (const QString &outside :
            {u"<script"_s, u"<link"_s, u"src="_s, u"url("_s, u"@import"_s, u"://"_s, u"javascript:"_s})
            QVERIFY2(!page.contains(outside, Qt::CaseInsensitive), qPrintable(outside));

        QStringList open;
        for (const QString &tag : tags(page)) {
            if (tag.startsWith(u'/'))
                QCOMPARE(open.isEmpty() ? QString() : open.takeLast(), tag.mid(1));
            else
                open += tag;
        }
        QCOMPARE(open, QStringList());
    }

    void patchesAreShown()
    {
        Input input = everything();
        for (Finding &finding : input.assessment.findings)
            finding.objectFix = ObjectFix{u"a:\n  b: 1\n"_s, u"kubectl patch x"_s, {u"By hand."_s, u"手工。"_s}};
        const QString page = html(input);
        QVERIFY(page.contains(
            u"<p>By hand.</p><p><code>kubectl patch x</code></p>\n<pre><code>a:\n  b: 1\n</code></pre>"_s));
        input.assessment.findings[1].objectFix->patch.clear(); // the one that failed
        QCOMPARE(html(input).count(u"<pre>"_s), page.count(u"<pre>"_s) - 1);
    }

    void changesAreMarked()
    {
        const QString page = html(everything());
        QVERIFY(page.contains(u"<tr class=\"removed\">"_s));
        QVERIFY(page.contains(u"<tr class=\"added\">"_s));
        QVERIFY(page.contains(u"<mark>"_s));
    }

    void textFromOutsideStaysText_data()
    {
        using Place = std::function<void(Input &, const QString &)>;
        QTest::addColumn<Place>("place");
        const auto finding = [](auto member) {
            return Place([member](Input &input, const QString &text) {
                for (Finding &found : input.assessment.findings)
                    found.*member = text;
            });
        };
        const auto message = [](auto member) {
            return Place([member](Input &input, const QString &text) {
                for (Finding &found : input.assessment.findings)
                    found.*member = Message{text, text};
            });
        };
        const auto subject = [](auto member) {
            return Place([member](Input &input, const QString &text) {
                for (Finding &found : input.assessment.findings)
                    found.subject.*member = text;
            });
        };
        const auto step = [](auto member) {
            return Place([member](Input &input, const QString &text) {
                input.context.changes[0].changeSet.steps[0].*member = text;
            });
        };
        QTest::newRow("expected") << finding(&Finding::expected);
        QTest::newRow("actual") << finding(&Finding::actual);
        QTest::newRow("title") << message(&Finding::title);
        QTest::newRow("reason") << message(&Finding::reason);
        QTest::newRow("node") << subject(&Subject::node);
        QTest::newRow("component") << subject(&Subject::component);
        QTest::newRow("namespace") << subject(&Subject::namespaceName);
        QTest::newRow("kind") << subject(&Subject::kind);
        QTest::newRow("name") << subject(&Subject::name);
        QTest::newRow("container") << subject(&Subject::container);
        QTest::newRow("path") << step(&FileChange::path);
        QTest::newRow("step's node") << step(&FileChange::node);
        QTest::newRow("origin") << Place(
            [](Input &i, const QString &text) { i.assessment.findings[1].origin.file = text; });
        QTest::newRow("overridden value")
            << Place([](Input &i, const QString &text) { i.assessment.findings[1].overridden[0].value = text; });
        QTest::newRow("waiver") << Place([](Input &i, const QString &text) {
            i.assessment.findings[0].waiver = AppliedWaiver{text, {text, text}};
        });
        QTest::newRow("patch") << Place([](Input &i, const QString &text) {
            for (Finding &found : i.assessment.findings)
                found.objectFix = ObjectFix{text, text, {text, text}};
        });
        QTest::newRow("cluster") << Place([](Input &i, const QString &text) { i.assessment.cluster.name = text; });
        QTest::newRow("node's name") << Place(
            [](Input &i, const QString &text) { i.assessment.cluster.nodes[1].name = text; });
        QTest::newRow("address") << Place(
            [](Input &i, const QString &text) { i.assessment.cluster.nodes[0].address = text; });
        QTest::newRow("problem") << Place([](Input &i, const QString &text) {
            i.assessment.cluster.problems[0].message = Message{text, text};
        });
        QTest::newRow("node's problem") << Place([](Input &i, const QString &text) {
            i.assessment.cluster.nodes[0].problems[0].message = Message{text, text};
        });
        QTest::newRow("API error") << Place([](Input &i, const QString &text) {
            i.assessment.cluster.apiNode.clear();
            i.assessment.cluster.apiError = Message{text, text};
        });
        QTest::newRow("organisation") << Place([](Input &i, const QString &text) { i.context.organisation = text; });
        QTest::newRow("ticket") << Place([](Input &i, const QString &text) { i.context.ticket = text; });
        QTest::newRow("outcome") << Place(
            [](Input &i, const QString &text) { i.context.changes[0].entries[1].detail = text; });
        QTest::newRow("file's bytes") << Place([](Input &i, const QString &text) {
            i.context.changes[0].changeSet.steps[0].before = "one\n" + text.toUtf8() + "\n";
            i.context.changes[0].changeSet.steps[0].after = "one\n";
        });
        QTest::newRow("rule's text") << Place([](Input &i, const QString &text) {
            i.assessment.pack.rules[0].remediation = Message{text, text};
        });
    }
    void textFromOutsideStaysText()
    {
        using Place = std::function<void(Input &, const QString &)>;
        QFETCH(Place, place);
        const QString hostile =
            u"</td></table></style><script>alert(1)</script><img src=x>\u202e\u001b[31m\u200b\"'&amp;%1%2%%"_s;
        Input input = everything();
        Input harmless = everything();
        place(input, hostile);
        place(harmless, u"harmless"_s);
        const QString page = html(input);
        QVERIFY(html(harmless).contains(u"harmless"_s));
        QCOMPARE(tags(page), tags(html(harmless)));
        QVERIFY(page.contains(u"&lt;script&gt;"_s));
        QVERIFY(page.contains(u"%1%2%%"_s));
        for (const QChar character : {QChar(0x202e), QChar(0x1b), QChar(0x200b)})
            QVERIFY(!page.contains(character));
    }

    void hugeReportsAreCut()
    {
        Input input = everything();
        input.assessment.findings = QList<Finding>(600, failing());
        input.assessment.findings[0].actual = QString(5000, u'x');
        const QString text = textOf(html(input));
        QVERIFY(!text.contains(QString(2001, u'x')));
        QVERIFY(text.contains(u"3000 more characters"_s));
        QVERIFY(text.contains(u"100 more are left out here"_s));
        QCOMPARE(reportJson(input.assessment, input.context)[u"findings"].toArray().size(), 600);
    }
};

Q_DECLARE_METATYPE(std::function<void(Input &, const QString &)>)

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
