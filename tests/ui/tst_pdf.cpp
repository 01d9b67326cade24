// SPDX-License-Identifier: Apache-2.0
#include "dialogs/savereport.h"
#include "pdf/reportfonts.h"
#include "pdf/reportpdf.h"
#include "report/reporttext.h"

#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

Finding finding(Verdict verdict, const QString &name = u"kube-apiserver"_s)
{
    Finding result;
    result.rule = u"API-02"_s;
    result.subject = {u"cluster-id"_s, u"cp1"_s, name, {}, {}, {}, {}};
    result.verdict = verdict;
    result.severity = Severity::High;
    result.title = {u"Profiling is off"_s, u"关闭性能分析"_s};
    result.expected = u"--profiling=false"_s;
    result.actual = u"--profiling=true"_s;
    result.origin = {Origin::Kind::Argument, u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s, 20, 7, 5, {}, {}};
    result.reason = {u"Each user can read it."_s, u"每个用户都能读取昇腾节点的性能数据。"_s};
    return result;
}

/// A report with one of everything.
struct Input
{
    Assessment assessment;
    ReportContext context;

    Input()
    {
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
        read.read = true;
        read.snapshot = std::make_shared<const Snapshot>(snapshot);
        Component scheduler;
        scheduler.kind = ComponentKind::Scheduler;
        scheduler.running = true;
        scheduler.process.argv = {"kube-scheduler", "--port=0"};
        scheduler.release = Release{22, 4};
        read.components = {scheduler};
        Node missed;
        missed.name = u"w1"_s;
        missed.address = u"10.0.0.2"_s;
        cluster.nodes = {read, missed};
        cluster.problems = {{Error::Kind::Connect, {u"It did not answer."_s, u"没有应答。"_s}, {u"w2"_s, {}, 0, 0}}};

        Rule rule;
        rule.id = u"API-02"_s;
        rule.rationale = {u"It tells what the server does."_s, u"它会泄露服务器的运行细节。"_s};
        rule.remediation = {u"Set --profiling=false."_s, u"请设置 --profiling=false。"_s};
        rule.references = {{u"SOURCE"_s, u"item"_s}};
        assessment.pack.id = u"pack"_s;
        assessment.pack.version = u"1"_s;
        assessment.pack.title = {u"Baseline"_s, u"基线"_s};
        assessment.pack.digest = QByteArray(64, 'b');
        assessment.pack.sources[u"SOURCE"_s] = {u"A source"_s, u"出处"_s};
        assessment.pack.rules = {rule};
        assessment.findings = {finding(Verdict::Fail), finding(Verdict::Error), finding(Verdict::Unknown),
            finding(Verdict::Manual), finding(Verdict::Pass), finding(Verdict::NotApplicable)};
        Finding waived = finding(Verdict::Fail);
        waived.waiver = AppliedWaiver{u"builtin:system"_s, {u"It is the system's."_s, u"属于系统组件。"_s}};
        assessment.findings += waived;

        context = {u"Organisation"_s, u"operator"_s, u"T-1"_s, u"reviewer"_s, {}};
        ReportContext::Change change;
        change.changeSet.id = QString(64, u'a');
        change.changeSet.planned = assessment.now;
        FileChange step;
        step.node = u"cp1"_s;
        step.path = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
        step.before = "one\n    - --profiling=true\nthree\n"_ba;
        step.after = "one\n    - --profiling=false\nthree\n"_ba;
        step.sha256Before = "111"_ba;
        step.sha256After = "222"_ba;
        step.rules = {u"API-02"_s};
        FileChange attributes;
        attributes.kind = FileChange::Kind::Attributes;
        attributes.node = u"cp1"_s;
        attributes.path = u"/etc/kubernetes/pki/ca.key"_s;
        attributes.mode = 0644;
        attributes.modeAfter = 0600;
        attributes.uid = attributes.gid = 1000;
        attributes.uidAfter = attributes.gidAfter = 0;
        change.changeSet.steps = {step, attributes};
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
        context.changes = {change};
    }
};

/// What poppler reads in a PDF.
struct Reading
{
    QStringList pages; ///< their text, as it is laid out
    QString joined; ///< all text without white space
    QString fonts;
    QString info;
};

QString without(QString text)
{
    static const QRegularExpression space(u"\\s+"_s);
    return text.remove(space);
}

class Poppler
{
public:
    QString run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.start(program, arguments);
        if (!process.waitForFinished() || process.exitCode() != 0)
            qFatal("%s failed: %s", qPrintable(program), process.readAllStandardError().constData());
        return QString::fromUtf8(process.readAllStandardOutput());
    }

    Reading read(const QByteArray &pdf)
    {
        const QString path = m_directory.filePath(u"report.pdf"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(pdf) != pdf.size())
            qFatal("%s", qPrintable(file.errorString()));
        file.close();
        Reading reading;
        reading.pages = run(u"pdftotext"_s, {u"-layout"_s, path, u"-"_s}).split(u'\f');
        reading.pages.removeLast();
        reading.joined = without(run(u"pdftotext"_s, {path, u"-"_s}));
        reading.fonts = run(u"pdffonts"_s, {path});
        reading.info = run(u"pdfinfo"_s, {path});
        return reading;
    }

private:
    QTemporaryDir m_directory;
};

/// The characters that a Chinese (or English) text of the program is written with, by where they are.
QMap<char32_t, QString> ownCharacters()
{
    QMap<char32_t, QString> result;
    const auto add = [&](const QString &text, const QString &where) {
        for (const uint character : text.toUcs4()) {
            if (character > 0x7e)
                result.insert(character, where);
        }
    };
    for (const QString &folder : {u"app"_s, u"core"_s, u"resources/rules"_s, u"ui/pdf"_s}) {
        for (QDirIterator it(QStringLiteral(SOURCE_DIR "/") + folder, {u"*.cpp"_s, u"*.h"_s, u"*.yaml"_s}, QDir::Files,
                 QDirIterator::Subdirectories);
             it.hasNext();) {
            QFile file(it.next());
            if (file.open(QIODevice::ReadOnly))
                add(QString::fromUtf8(file.readAll()), file.fileName());
        }
    }
    QFile translations(QStringLiteral(SOURCE_DIR "/translations/jiagu_zh_CN.ts"));
    if (translations.open(QIODevice::ReadOnly)) {
        QXmlStreamReader xml(&translations);
        while (!xml.atEnd()) {
            if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == u"translation")
                add(xml.readElementText(), translations.fileName());
        }
    }
    return result;
}

} // namespace

class TestPdf : public QObject
{
    Q_OBJECT

    Poppler m_poppler;

    Reading reading(const Input &input, Language language)
    {
        const auto pdf = reportPdf(input.assessment, input.context, language);
        if (!pdf)
            qFatal("%s", qPrintable(pdf.error().message.en));
        return m_poppler.read(*pdf);
    }

private Q_SLOTS:
    void saysEverything_data()
    {
        QTest::addColumn<Language>("language");
        QTest::addColumn<QStringList>("says");
        QTest::addColumn<QString>("footer");
        QTest::newRow("Chinese") << Language::Chinese
                                 << QStringList{u"高危"_s, u"用户"_s, u"昇腾"_s, u"--profiling=true"_s,
                                        u"--profiling=false"_s, u"加固核查报告"_s, u"目录"_s, u"结果汇总"_s,
                                        u"没有应答。"_s, u"10.0.0.2"_s, u"期望值"_s, u"实际值"_s, u"来源"_s,
                                        u"apiserver.yaml:20:7"_s, u"整改前"_s, u"整改后"_s, u"0644"_s, u"0600"_s,
                                        u"1000:1000"_s, u"签字页"_s, u"批准人"_s, u"出处:item"_s, u"属于系统组件"_s,
                                        u"升级前注意"_s, u"1.24"_s, u"无法启动"_s, u"--port"_s, u"Organisation"_s,
                                        u"T-1"_s}
                                 << u"第%1页共%2页"_s;
        QTest::newRow("English") << Language::English
                                 << QStringList{u"High"_s, u"Eachuser"_s, u"--profiling=true"_s, u"--profiling=false"_s,
                                        u"Contents"_s, u"Summary"_s, u"Itdidnotanswer."_s, u"10.0.0.2"_s, u"Expected"_s,
                                        u"Actual"_s, u"Origin"_s, u"apiserver.yaml:20:7"_s, u"Before"_s, u"After"_s,
                                        u"Signatures"_s, u"Approver"_s, u"Asource:item"_s, u"Itisthesystem's."_s,
                                        u"Beforeanupgrade"_s, u"doesnotstart"_s, u"--port"_s, u"cp1kube-scheduler"_s,
                                        u"confirm"_s}
                                 << u"Page%1of%2"_s;
    }
    void saysEverything()
    {
        QFETCH(Language, language);
        QFETCH(QStringList, says);
        QFETCH(QString, footer);
        const Input input;
        const Reading report = reading(input, language);
        for (const QString &text : says)
            QVERIFY2(report.joined.contains(text), qPrintable(text + u'\n' + report.joined));
        if (language == Language::English) {
            static const QRegularExpression han(u"[\\x{2e80}-\\x{9fff}]"_s);
            QVERIFY2(!han.match(report.joined).hasMatch(), qPrintable(han.match(report.joined).captured()));
        }
        for (qsizetype i = 0; i < report.pages.size(); ++i) {
            const QString wanted = footer.arg(i + 1).arg(report.pages.size());
            QVERIFY2(without(report.pages[i]).contains(wanted), qPrintable(report.pages[i]));
        }
        QVERIFY(report.info.contains(reportTitle(input.assessment).text(language)));
        QVERIFY(report.info.contains(u"(A4)"_s));

        const Reading again = reading(input, language);
        QCOMPARE(again.pages, report.pages);
    }

    /// Names, embedding and ToUnicode, as pdffonts prints them.
    void hasOnlyOurFonts()
    {
        Input input;
        input.assessment.findings[0].actual = u"汉字 한글 العربية 😀 \u2588"_s;
        const Reading report = reading(input, Language::Chinese);
        const QStringList lines = report.fonts.split(u'\n', Qt::SkipEmptyParts).sliced(2);
        QCOMPARE(lines.size(), 3);
        static const QRegularExpression font(u"^(?:[A-Z]+\\+)?Jiagu\\S+ +CID TrueType +Identity-H +yes +\\S+ +yes "_s);
        for (const QString &line : lines)
            QVERIFY2(font.match(line).hasMatch(), qPrintable(line));
    }

    void contentsAreRight_data()
    {
        QTest::addColumn<Language>("language");
        QTest::addColumn<int>("findings");
        QTest::newRow("Chinese") << Language::Chinese << 1;
        QTest::newRow("English") << Language::English << 1;
        QTest::newRow("contents of several pages") << Language::Chinese << 120;
    }
    void contentsAreRight()
    {
        QFETCH(Language, language);
        QFETCH(int, findings);
        Input input;
        for (int i = 1; i < findings; ++i) {
            Finding more = finding(Verdict::Fail);
            more.rule = u"RULE-%1"_s.arg(i);
            input.assessment.findings += more;
        }
        const Reading report = reading(input, language);
        static const QRegularExpression entry(u"^ *(\\S.*\\S) +([0-9]+)$"_s);
        int entries = 0;
        int parts = 0;
        for (qsizetype page = 1; page < report.pages.size(); ++page) {
            bool isContents = false;
            for (const QString &line : report.pages[page].split(u'\n')) {
                const auto match = entry.match(line);
                if (!match.hasMatch() || line.contains(u"UTC"_s) || line.contains(u"of "_s))
                    continue;
                const int target = match.captured(2).toInt();
                const QString title = without(match.captured(1));
                if (page > 1 && !title.startsWith(u"RULE-"_s) && !title.startsWith(u"API-02"_s)
                    && !title.contains(QRegularExpression(u"^[0-9]+[^0-9.]"_s)))
                    continue;
                if (target <= page || target > report.pages.size())
                    continue;
                isContents = true;
                ++entries;
                parts += title.at(0).isDigit() ? 1 : 0;
                QVERIFY2(without(report.pages[target - 1]).contains(title), qPrintable(line));
            }
            if (!isContents)
                break;
        }
        QCOMPARE(parts, 11);
        QVERIFY(entries >= parts + findings);
    }

    void rowsAreWhole()
    {
        Input input;
        input.assessment.findings.clear();
        for (int i = 0; i < 200; ++i) {
            Finding one = finding(Verdict::Fail, u"component-%1"_s.arg(i));
            one.reason.en = u"<begin%1> "_s.arg(i) + QString(u"some words that fill lines "_s).repeated(i % 12)
                + u"<end%1>"_s.arg(i);
            input.assessment.findings += one;
        }
        const Reading report = reading(input, Language::English);
        QVERIFY(report.pages.size() > 10);
        int seen = 0;
        for (const QString &page : report.pages) {
            const QString text = without(page);
            bool hasRow = false;
            for (int i = 0; i < 200; ++i) {
                const bool begins = text.contains(u"<begin%1>"_s.arg(i));
                QCOMPARE(begins, text.contains(u"<end%1>"_s.arg(i)));
                seen += begins ? 1 : 0;
                hasRow = hasRow || begins;
            }
            if (hasRow)
                QVERIFY2(text.contains(u"WhereActualExpectedReasonandorigin"_s), qPrintable(page));
        }
        QCOMPARE(seen, 200);
    }

    void longAndHostileTextIsShown_data()
    {
        QTest::addColumn<QString>("value");
        QTest::addColumn<QStringList>("says");
        QTest::newRow("control") << u"a\x1b[31mb\r\n\tc"_s << QStringList{u"a\\u{1B}[31mb\\u{D}\\u{A}\\u{9}c"_s};
        QTest::newRow("bidirectional") << u"a\u202Eb\u2066c"_s << QStringList{u"a\\u{202E}b\\u{2066}c"_s};
        QTest::newRow("not in the fonts")
            << u"a\u0e01b\U0001F600c\u00a0d"_s << QStringList{u"a\\u{E01}b\\u{1F600}c\\u{A0}d"_s};
        QTest::newRow("markup") << u"<b>&amp;</b>"_s << QStringList{u"<b>&amp;</b>"_s};
        QTest::newRow("one long word") << QString(1999, u'x') << QStringList{u"x"_s.repeated(30)};
        QTest::newRow("cut") << QString(5000, u'x') << QStringList{u"3000morecharacters"_s};
    }
    void longAndHostileTextIsShown()
    {
        QFETCH(QString, value);
        QFETCH(QStringList, says);
        Input input;
        input.assessment.findings[0].actual = value;
        input.assessment.findings[0].subject.node = value.left(200);
        input.assessment.cluster.name = value.left(300);
        input.assessment.cluster.nodes[0].name = value;
        input.context.changes[0].changeSet.steps[0].after += value.toUtf8();
        const Reading report = reading(input, Language::English);
        for (const QString &text : says)
            QVERIFY2(report.joined.contains(text), qPrintable(report.joined));
        for (qsizetype i = 0; i < report.pages.size(); ++i)
            QVERIFY(without(report.pages[i]).contains(u"Page%1of%2"_s.arg(i + 1).arg(report.pages.size())));
    }

    /// What is longer than a page goes over pages, and nothing of it is lost.
    void textLongerThanAPageIsWhole()
    {
        Input input;
        input.assessment.findings = {finding(Verdict::Fail)};
        input.assessment.findings[0].reason.en = QString(u"@ "_s).repeated(20000);
        const Reading report = reading(input, Language::English);
        QCOMPARE(report.joined.count(u'@'), 20000 + 1 + 4); // and of root@cp1, and of the place of the one hunk
        QVERIFY(report.pages.size() > 8);
    }

    void nothingFound()
    {
        Input input;
        input.assessment.findings.clear();
        input.assessment.cluster.nodes.clear();
        input.assessment.cluster.problems.clear();
        input.context = {};
        const Reading report = reading(input, Language::Chinese);
        QVERIFY(report.joined.contains(u"没有不通过的检查项。"_s));
        QVERIFY(report.joined.contains(u"本报告不含变更记录。"_s));
    }

    void isWrittenAsItsNameEnds_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("begin"); // empty: refused
        QTest::newRow("PDF") << u"report.pdf"_s << "%PDF-"_ba;
        QTest::newRow("upper case") << u"报告.PDF"_s << "%PDF-"_ba;
        QTest::newRow("HTML") << u"report.html"_s << "<!DOCTYPE html>"_ba;
        QTest::newRow("JSON") << u"report.json"_s << "{"_ba;
        QTest::newRow("other") << u"report.xlsx"_s << ""_ba;
        QTest::newRow("none") << u"report"_s << ""_ba;
        QTest::newRow("no such folder") << u"none/report.pdf"_s << ""_ba;
    }
    void isWrittenAsItsNameEnds()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, begin);
        const Input input;
        const QTemporaryDir directory;
        QFile file(directory.filePath(name));
        const auto written = writeReport(file.fileName(), input.assessment, input.context, Language::Chinese);
        QCOMPARE(written.has_value(), !begin.isEmpty());
        QCOMPARE(file.exists(), !begin.isEmpty());
        if (file.open(QIODevice::ReadOnly))
            QVERIFY(file.readAll().startsWith(begin));
    }

    void fontsHaveOurTexts()
    {
        const auto fonts = ReportFonts::load();
        QVERIFY(fonts);
        static const QSet<char32_t> ofTheWindow{U'◂', U'◄', U'►', U'▸', U'•'}; // arrows and bullets on buttons
        const auto characters = ownCharacters();
        QVERIFY(characters.size() > 500);
        QVERIFY(characters.contains(U'昇'));
        QStringList missing;
        for (auto it = characters.begin(); it != characters.end(); ++it) {
            for (const Face face : {Face::Text, Face::Bold}) {
                if (!fonts->has(face, it.key()) && !ofTheWindow.contains(it.key()))
                    missing += u"U+%1 "_s.arg(uint(it.key()), 4, 16) + it.value();
            }
        }
        QCOMPARE(missing, QStringList());
        for (char32_t character = U' '; character <= U'~'; ++character) {
            for (const Face face : {Face::Text, Face::Bold, Face::Code})
                QVERIFY(fonts->has(face, character));
        }
    }

    /// Each Han character that our own texts use comes back as it was, none as a radical that looks like it.
    void everyCharacterIsSearchable()
    {
        const auto characters = ownCharacters();
        QString all;
        for (auto it = characters.begin(); it != characters.end(); ++it) {
            if (it.key() >= 0x4e00 && it.key() < 0xa000)
                all += QChar(char16_t(it.key()));
        }
        QVERIFY(all.size() > 500);
        Input input;
        input.assessment.findings = {finding(Verdict::Fail)};
        input.assessment.findings[0].reason.zh = all;
        const Reading report = reading(input, Language::Chinese);
        const QString text = report.joined;
        QString lost;
        for (const QChar character : all) {
            if (!text.contains(character))
                lost += character;
        }
        QCOMPARE(lost, QString());
    }

    void noFontIsAnError()
    {
        const Input input;
        Q_CLEANUP_RESOURCE(jiagu_ui_fonts);
        const auto pdf = reportPdf(input.assessment, input.context, Language::English);
        Q_INIT_RESOURCE(jiagu_ui_fonts);
        QVERIFY(!pdf);
        QCOMPARE(pdf.error().kind, Error::Kind::NotFound);
        QVERIFY(pdf.error().message.en.contains(u"JiaguSansSC-Regular.otf"_s));
        QVERIFY(reportPdf(input.assessment, input.context, Language::English));
    }
};

QTEST_MAIN(TestPdf)
#include "tst_pdf.moc"
