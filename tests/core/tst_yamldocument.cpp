// SPDX-License-Identifier: Apache-2.0
#include "document/yamldocument.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// A tree as one line: maps {k: v}, sequences [a, b], scalars as their source text with line ends as ⏎.
QByteArray shown(const YamlDocument &document, int index)
{
    if (index < 0)
        return "(none)";
    const YamlNode &node = document.node(index);
    QByteArrayList parts;
    switch (node.kind) {
    case YamlNode::Kind::Scalar:
    case YamlNode::Kind::Alias:
        return document.bytes().mid(node.begin, node.end - node.begin).replace("\r\n", "⏎").replace('\n', "⏎");
    case YamlNode::Kind::Sequence:
        for (const int item : node.children)
            parts += shown(document, item);
        return '[' + parts.join(", ") + ']';
    case YamlNode::Kind::Map:
        for (qsizetype i = 0; i < node.children.size(); i += 2)
            parts += shown(document, node.children[i]) + ": " + shown(document, node.children[i + 1]);
        return '{' + parts.join(", ") + '}';
    }
    return {};
}

QByteArray shown(const QList<YamlProblem> &problems)
{
    QByteArrayList parts;
    for (const YamlProblem &problem : problems)
        parts +=
            QByteArrayList{"duplicate", "anchor", "alias", "tag", "several"}[int(problem.kind)] + ' ' + problem.name;
    return parts.join(", ");
}

QByteArray repeated(QByteArrayView text, int times)
{
    return text.toByteArray().repeated(times);
}

} // namespace

class TestYamlDocument : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("tree");
        QTest::addColumn<QByteArray>("problems");
        const auto row = [](const char *name, QByteArray text, QByteArray tree, QByteArray problems = {}) {
            QTest::newRow(name) << text << tree << problems;
        };
        row("nothing", "", "(none)");
        row("comments alone", "# 注释\n", "(none)");
        row("marker alone", "---\n", "(none)");
        row("null word", "~\n", "~");
        row("map", "a: 1\nb:   two  # c\n", "{a: 1, b: two}");
        row("marker before", "---\na: 1\n", "{a: 1}");
        row("last line without an end", "a: 1\nb: x", "{a: 1, b: x}");
        row("byte order mark",
            "\xEF\xBB\xBF"
            "a: 1\n",
            "{a: 1}");
        row("CRLF", "a: 1\r\nb:\r\n- x\r\n", "{a: 1, b: [x]}");
        row("Chinese", "# 审计\nname: 加固 # 说明\n键: 值\n", "{name: 加固, 键: 值}");
        row("same column list", "command:\n- a\n- --b=c # d\n# e\n- f\nnext: g\n", "{command: [a, --b=c, f], next: g}");
        row("deeper list", "command:\n  - a\n\n  # e\n  - f\n", "{command: [a, f]}");
        row("nested lists", "- - a\n  - b\n-\n  - c\n", "[[a, b], [c]]");
        row("maps in a list", "- name: a\n  v: 1\n-   name: b\n    v: 2\n", "[{name: a, v: 1}, {name: b, v: 2}]");
        row("empty values", "a:\nb: \nc: # x\nd: ~\ne: null\n", "{a: , b: , c: , d: ~, e: null}");
        row("empty items", "-\n- # x\n- a\n-", "[, , a, ]");
        row("empty value, then the key null", "a:\n  b:\nnull: 1\n", "{a: {b: }, null: 1}");
        row("flow", "{a: 1, \"b\": [c, 'd', ], e: {}, f: []}", "{a: 1, \"b\": [c, 'd'], e: {}, f: []}");
        row("flow over lines", "a: [ # x\n  b, # y\n  c\n]\nd: 1\n", "{a: [b, c], d: 1}");
        row("flow without values", "{a, b: , null: 1}", "{a: , b: , null: 1}");
        row("pairs in a flow list", "[a: b, {c: d}: e]", "[{a: b}, {{c: d}: e}]");
        row("quotes", "a: 'it''s # x'\nb: \"q\\\" # y\"\n", "{a: 'it''s # x', b: \"q\\\" # y\"}");
        row("quotes over lines", "a: \"one\n  two\"\nb: 'x\n\n  y'\n", "{a: \"one⏎  two\", b: 'x⏎⏎  y'}");
        row("plain over lines", "a: one\n  two # c\nb: 1\n", "{a: one⏎  two, b: 1}");
        row("literal", "a: |\n  x\n   y\n\nb: 1\n", "{a: |⏎  x⏎   y, b: 1}");
        row("literal with indicators", "a: |2+\n    x\n\n# c\nb: 1\n", "{a: |2+⏎    x, b: 1}");
        row("folded at the end", "a:\n- >-\n  x\n  y", "{a: [>-⏎  x⏎  y]}");
        row("literal before a comment", "a:\n  b: |\n    x # y\n  # c\n  d: 1\n", "{a: {b: |⏎    x # y, d: 1}}");
        row("explicit keys", "? a\n: b\n? c\n? [d]\n: e\n", "{a: b, c: , [d]: e}");
        row("colons and dashes inside", "a: b:c\nd: -e\nf: --g\nh: a#b\n", "{a: b:c, d: -e, f: --g, h: a#b}");
        row("duplicates", "a: 1\nb: 2\na: 3\n\"a\": 4\n", "{a: 1, b: 2, a: 3, \"a\": 4}", "duplicate a, duplicate a");
        row("anchor, alias, tag", "a: &x 1\nb: *x\nc: !!str 2\n", "{a: &x 1, b: *x, c: !!str 2}",
            "anchor x, alias x, tag !!str");
        row("alias of itself", "a: &x [*x, *x]\n", "{a: [*x, *x]}", "anchor x, alias x, alias x");
        row("several documents", "a: 1\n---\nb: [\n", "{a: 1}", "several ");
    }
    void reads()
    {
        QFETCH(QByteArray, text);
        const auto document = YamlDocument::parse(u"f.yaml"_s, text);
        QVERIFY2(document, document ? "" : qPrintable(describe(document.error(), Language::English)));
        QTEST(shown(*document, document->root()), "tree");
        QTEST(shown(document->problems()), "problems");
        QCOMPARE(document->bytes(), text);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<Error::Kind>("kind");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        const auto row = [](const char *name, QByteArray text, Error::Kind kind, int line, int column) {
            QTest::newRow(name) << text << kind << line << column;
        };
        using Kind = Error::Kind;
        row("wrong indentation", "a: 1\n b: 2\n", Kind::Parse, 2, 3);
        row("wrong indentation behind a list", "a:\n  - b\n - c\n", Kind::Parse, 3, 2);
        row("text behind the document", "- a\nb\n", Kind::Parse, 2, 1);
        row("key without a colon", "a: 1\nb\n", Kind::Parse, 2, 1);
        row("tab as indentation", "a:\n\tb: 1\n", Kind::Parse, 2, 3);
        row("open quote", "a: \"b\n", Kind::Parse, 1, 4);
        row("open quote with an escape", "a: \"b\\\"", Kind::Parse, 1, 8);
        row("open single quote", "a: 'b''\n", Kind::Parse, 1, 4);
        row("open bracket", "a: [b\nc: d\n", Kind::Parse, 2, 2);
        row("alias without anchor", "# 注释\na: *b\n", Kind::Parse, 2, 4);
        row("NUL", QByteArray("a: 1\nb: \0\n", 10), Kind::Parse, 2, 4);
        row("control character", "键: \x04\n", Kind::Parse, 1, 4);
        row("not UTF-8", "a: \xff\n", Kind::Parse, 1, 4);
        row("overlong", "a: \xc0\xaf\n", Kind::Parse, 1, 4);
        row("UTF-16",
            QByteArray("\xff\xfe"
                       "a\0:\0",
                6),
            Kind::Parse, 1, 1);
        row("second byte order mark",
            "\xEF\xBB\xBF"
            "a: \xEF\xBB\xBF\n",
            Kind::Parse, 1, 4);
        row("line separator",
            "# x\xE2\x80\xA8"
            "a: 1\n",
            Kind::Parse, 1, 4);
        row("carriage return alone", "a: 1\rb: 2\n", Kind::Parse, 1, 5);
        row("too deep", repeated("[", 100) + repeated("]", 100), Kind::Parse, 1, 65);
        row("too deep, one line of many", repeated("- ", 100'000), Kind::Parse, 1, 129);
        row("50 MB", repeated("0123456789", 5'000'000), Kind::TooLarge, 0, 0);
        row("too many nodes", repeated("- a\n", 210'000), Kind::TooLarge, 200'000, 3);
    }
    void refuses()
    {
        QFETCH(QByteArray, text);
        const auto document = YamlDocument::parse(u"f.yaml"_s, text);
        QVERIFY(!document);
        QTEST(document.error().kind, "kind");
        QCOMPARE(document.error().at.file, u"f.yaml"_s);
        QTEST(document.error().at.line, "line");
        QTEST(document.error().at.column, "column");
        QVERIFY(!document.error().message.en.isEmpty() && !document.error().message.zh.isEmpty());
    }
    void refusesUnendingFlow()
    {
        for (const QByteArray &text : {'[' + repeated("a,", 2'000'000), '[' + repeated("\"a\" ", 900'000),
                 '[' + repeated("a,\n", 1'300'000), '{' + repeated("a: ", 1'300'000)})
            QVERIFY(!YamlDocument::parse(u"f.yaml"_s, text));
    }

    void finds_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArrayList>("path");
        QTest::addColumn<QByteArray>("found");
        const auto row = [](const char *name, QByteArray text, QByteArrayList path, QByteArray found) {
            QTest::newRow(name) << text << path << found;
        };
        const QByteArray pod = "spec:\n  containers:\n  - name: a\n    command: [x, --v=1]\n";
        row("root", "a", {}, "a");
        row("nested", pod, {"spec", "containers", "[0]", "command", "[1]"}, "--v=1");
        row("missing key", pod, {"spec", "nothing"}, "(none)");
        row("missing item", pod, {"spec", "containers", "[1]"}, "(none)");
        row("through a scalar", "a: b\n", {"a", "b"}, "(none)");
        row("last duplicate", "a: 1\na: 2\n", {"a"}, "2");
        row("through an alias", "a: &x {b: 1}\nc: *x\n", {"c", "b"}, "1");
        row("merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", {"d", "b"}, "1");
        row("own key before a merged one", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", {"d", "c"}, "3");
        row("merge of a list", "a: &x {b: 1}\ne: &y {f: 2}\nd:\n  <<: [*x, *y]\n", {"d", "f"}, "2");
        row("merge of itself", "a: &x\n  <<: *x\n  <<: [*x, *x]\n", {"a", "b"}, "(none)");
        row("empty", "", {"a"}, "(none)");
    }
    void finds()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArrayList, path);
        const auto document = YamlDocument::parse(u"f.yaml"_s, text);
        QVERIFY(document);
        QTEST(shown(*document, document->find(path)), "found");
    }

    void positions()
    {
        const auto document = YamlDocument::parse(u"f.yaml"_s, "\xEF\xBB\xBF键: 值\r\nb:\r\n- |\r\n  x\r\n  y\r\n");
        QVERIFY(document);
        const int value = document->find({"键"});
        QCOMPARE(document->position(document->node(value).begin), (Position{{}, u"f.yaml"_s, 1, 4}));
        const int literal = document->find({"b", "[0]"});
        QCOMPARE(document->firstLine(literal), 3);
        QCOMPARE(document->lastLine(literal), 5);
        QCOMPARE(document->position(1'000), (Position{{}, u"f.yaml"_s, 6, 1}));
    }
};

QTEST_GUILESS_MAIN(TestYamlDocument)
#include "tst_yamldocument.moc"
