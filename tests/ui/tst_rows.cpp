// SPDX-License-Identifier: Apache-2.0
#include "literals.h"
#include "views/explanation.h"
#include "views/rowview.h"

#include <QClipboard>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

Q_DECLARE_METATYPE(QList<jiagu::YamlToken>)

class TestRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void splitsAndKeepsEveryByte_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("rows");
        QTest::newRow("empty") << ""_ba << 0;
        QTest::newRow("unterminated") << "a: 1"_ba << 1;
        QTest::newRow("terminated") << "a: 1\n"_ba << 1;
        QTest::newRow("CRLF") << "a: 1\r\n\r\nb: 2\r\n"_ba << 3;
        QTest::newRow("BOM and Chinese") << QByteArray("\xef\xbb\xbf# 注释\na: 中\n") << 2;
        QTest::newRow("not UTF-8") << "a: \xff\xfe\nb: \xe4\xb8\n"_ba << 2;
        QTest::newRow("control characters") << "a: \x1b[31m\n\x0b\n"_ba << 2;
    }
    void splitsAndKeepsEveryByte()
    {
        QFETCH(QByteArray, bytes);
        const QList<Row> rows = textRows(bytes);
        QTEST(int(rows.size()), "rows");
        QByteArray joined;
        for (const Row &row : rows)
            joined += row.bytes + row.ending;
        QCOMPARE(joined, bytes);
        RowView view(RowView::Style::Document);
        view.setRows(rows);
        view.selectAll();
        if (rows.size() > 1) // the ending of the last line is not selected
            QCOMPARE(view.selectedBytes() + rows.last().ending, bytes);
    }

    void drawsWhatIsHarmless()
    {
        const DrawnLine line = drawnLine("a\x1b\xe4\xb8\xad\xff<b>"_ba);
        QCOMPARE(drawnLine("\xef\xbb\xbf"
                           "a"_ba)
                     .text,
            u"\\u{FEFF}a"_s);
        QCOMPARE(line.text, u"a\\u{1B}中\uFFFD<b>"_s);
        QCOMPARE(line.offsets, (QList<qsizetype>{0, 1, 1, 1, 1, 1, 1, 2, 5, 6, 7, 8, 9}));
    }

    void colours_data()
    {
        using Kind = YamlToken::Kind;
        QTest::addColumn<QString>("line");
        QTest::addColumn<QList<YamlToken>>("tokens");
        QTest::newRow("key and text") << u"  name: web # c"_s
                                      << QList<YamlToken>{
                                             {Kind::Key, 2, 6}, {Kind::Text, 8, 11}, {Kind::Comment, 12, 15}};
        QTest::newRow("item with a flag") << u"    - --profiling=true"_s << QList<YamlToken>{{Kind::Text, 6, 22}};
        QTest::newRow("number") << u"podPidsLimit: 1000"_s
                                << QList<YamlToken>{{Kind::Key, 0, 12}, {Kind::Literal, 14, 18}};
        QTest::newRow("quoted") << u"\"a: b\": 'x # y'"_s << QList<YamlToken>{{Kind::Key, 0, 6}, {Kind::Text, 8, 15}};
        QTest::newRow("address with a colon")
            << u"a: 10.0.0.1:10256"_s << QList<YamlToken>{{Kind::Key, 0, 1}, {Kind::Text, 3, 17}};
        QTest::newRow("comment alone") << u"# a: b"_s << QList<YamlToken>{{Kind::Comment, 0, 6}};
        QTest::newRow("open quote") << u"a: \"x\\"_s << QList<YamlToken>{{Kind::Key, 0, 1}, {Kind::Text, 3, 6}};
        QTest::newRow("empty") << QString() << QList<YamlToken>();
    }
    void colours()
    {
        QFETCH(QString, line);
        QTEST(yamlTokens(line), "tokens");
    }

    void copiesTheBytesOfTheSelection()
    {
        RowView view(RowView::Style::Document);
        QList<Row> rows = textRows("kind: Pod\r\na: \x1b\xe4\xb8\xad\n"_ba);
        rows.insert(1, Row{.kind = Row::Kind::Ghost, .bytes = "ghost: 1"});
        view.setRows(rows);
        QCOMPARE(view.selectedBytes(), "kind: Pod\r\n"_ba);
        view.selectAll();
        QCOMPARE(view.selectedBytes(), "kind: Pod\r\na: \x1b\xe4\xb8\xad"_ba);
        QTest::keyClick(&view, Qt::Key_Home, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keySequence(&view, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"ki"_s);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.selectedBytes(), QByteArray()); // the ghost is not in the file
    }

    void movesByKey()
    {
        QByteArray bytes;
        for (int i = 1; i <= 500; ++i)
            bytes += "line: " + QByteArray::number(i) + '\n';
        RowView view(RowView::Style::Document);
        view.resize(400, 300);
        view.setRows(textRows(bytes));
        QSignalSpy moved(&view, &RowView::currentRowChanged);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.currentRow(), 1);
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.currentRow(), 499);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.currentRow(), 499);
        view.showLine(250);
        QCOMPARE(view.currentRow(), 249);
        QCOMPARE(moved.size(), 3);
        QCOMPARE(view.accessibleDescription(), u"250, line: 250"_s);
        QVERIFY(!view.grab().isNull());
    }

    void marksTheLineOfAFinding()
    {
        const Assessment assessment = literalAssessment();
        const DocumentId document = documentOf(assessment, assessment.findings[0]);
        const auto bytes = documentBytes(assessment, document);
        QVERIFY(bytes);
        const QList<Row> rows = documentRows(assessment, document, *bytes);
        QStringList marks;
        for (const Row &row : rows)
            marks +=
                row.failed ? QString(QString::number(row.before) + u' ' + QString::fromUtf8(row.bytes)) : QString();
        marks.removeAll(QString());
        QCOMPARE(marks, QStringList{u"6     - --profiling=true"_s});
    }

    void showsCommandLinesAndObjects()
    {
        const Assessment assessment = literalAssessment();
        const DocumentId commandLine = documentOf(assessment, assessment.findings[1]);
        QCOMPARE(documentBytes(assessment, commandLine).value(),
            "kubelet\n--config=/var/lib/kubelet/config.yaml\n--pod-max-pids=2000"_ba);
        const QList<Row> rows = documentRows(assessment, commandLine, *documentBytes(assessment, commandLine));
        QCOMPARE(rows[2].finding, 1);
        QVERIFY(documentBytes(assessment, documentOf(assessment, assessment.findings[3])).value().contains("\"shop\""));
        const auto absent = documentBytes(assessment, documentOf(assessment, assessment.findings[4]));
        QVERIFY(!absent);
        QVERIFY(absent.error().message.en.contains(u"Pod/proxy"_s));
    }

    void marksChangedWords()
    {
        const QList<Row> rows =
            diffRows(u"cp1: a.yaml"_s, "a: 1\n- --profiling=true\nb: 2\n", "a: 1\n- --profiling=false\nb: 2\n");
        QStringList drawn;
        for (const Row &row : rows) {
            QString words;
            for (const Span &span : row.changed)
                words += u'[' + QString::fromUtf8(row.bytes.sliced(span.begin, span.end - span.begin)) + u']';
            drawn += u"%1|%2|%3|%4"_s.arg(row.before).arg(row.after).arg(QString::fromUtf8(row.bytes), words);
        }
        QCOMPARE(drawn,
            (QStringList{u"0|0|cp1: a.yaml|"_s, u"0|0|@@ -1,3 +1,3 @@|"_s, u"1|1|a: 1|"_s,
                u"2|0|- --profiling=true|[true]"_s, u"0|2|- --profiling=false|[false]"_s, u"3|3|b: 2|"_s}));
    }

    void showsThePatchOfAnObject()
    {
        Assessment assessment = literalAssessment();
        Finding &finding = assessment.findings[0];
        finding.fixable = false;
        Rule rule;
        rule.id = finding.rule;
        assessment.pack.rules = {rule};
        finding.objectFix =
            ObjectFix{u"a:\n  b: <i>1</i>\n"_s, u"kubectl patch x"_s, {u"Do it yourself."_s, u"手工。"_s}};
        Explanation pane;
        pane.showItem(assessment, {.kind = TreeItem::Kind::Finding, .finding = 0, .node = u"cp1"_s});
        for (const QString &text : {u"Do it yourself."_s, u"kubectl patch x"_s, u"a:\n  b: <i>1</i>"_s})
            QVERIFY2(pane.toPlainText().contains(text), qPrintable(pane.toPlainText()));
    }

    void neverReadsTextOfANodeAsMarkup()
    {
        Assessment assessment = literalAssessment();
        Finding &finding = assessment.findings[0];
        finding.actual = u"<img src='file:///etc/passwd'><a href='line:1'>x</a>\u202E"_s;
        Explanation pane;
        QSignalSpy followed(&pane, &Explanation::lineRequested);
        pane.showItem(assessment,
            {.kind = TreeItem::Kind::Finding,
                .finding = 0,
                .node = u"cp1"_s,
                .document = documentOf(assessment, finding)});
        QVERIFY2(pane.toPlainText().contains(u"<img src='file:///etc/passwd'><a href='line:1'>x</a>\\u{202E}"_s),
            qPrintable(pane.toPlainText()));
        Q_EMIT pane.anchorClicked(QUrl(u"line:6"_s));
        QCOMPARE(followed.size(), 1);
        QCOMPARE(followed.first().at(1).toInt(), 6);
        Q_EMIT pane.anchorClicked(QUrl(u"http://example.invalid/"_s));
        QCOMPARE(followed.size(), 1);
    }
};

QTEST_MAIN(TestRows)
#include "tst_rows.moc"
