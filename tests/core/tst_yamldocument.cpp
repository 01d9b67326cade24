// SPDX-License-Identifier: Apache-2.0
#include "base/linediff.h"
#include "document/yamldocument.h"

#include <QFile>
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

/// An edit of the node at a path.
struct Edit
{
    YamlEdit::Kind kind;
    QByteArrayList path;
    int index = 0;
    QByteArray text;
    QByteArray key;
    bool plain = false;
};

Edit set(QByteArrayList path, QByteArray text)
{
    return {YamlEdit::Kind::SetScalar, path, 0, text, {}, false};
}

Edit setPlain(QByteArrayList path, QByteArray text)
{
    return {YamlEdit::Kind::SetScalar, path, 0, text, {}, true};
}

Edit insert(QByteArrayList path, int index, QByteArray text)
{
    return {YamlEdit::Kind::InsertItem, path, index, text, {}, false};
}

Edit remove(QByteArrayList path, int index)
{
    return {YamlEdit::Kind::RemoveItem, path, index, {}, {}, false};
}

Edit setList(QByteArrayList path, QByteArray key, QByteArray items)
{
    return {YamlEdit::Kind::SetList, path, 0, items, key, false};
}

Edit setKey(QByteArrayList path, QByteArray key, QByteArray text, bool plain = false)
{
    return {YamlEdit::Kind::SetKey, path, 0, text, key, plain};
}

Result<QByteArray> edited(const YamlDocument &document, const QList<Edit> &edits)
{
    QList<YamlEdit> all;
    for (const Edit &edit : edits)
        all.append({edit.kind, document.find(edit.path), edit.index, edit.key, edit.text, edit.plain,
            edit.kind == YamlEdit::Kind::SetList ? edit.text.split('|') : QByteArrayList()});
    return document.edited(all);
}

} // namespace

Q_DECLARE_METATYPE(Edit)

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
        for (const QByteArray &text : {'[' + repeated("a,", 2'000'000), '{' + repeated("\"a\":\n", 600'000)})
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

    void edits_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<Edit>>("edits");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, QByteArray text, QList<Edit> edits, QByteArray after) {
            QTest::newRow(name) << text << edits << after;
        };
        row("nothing", "a: 1 # x\r\n\r\nb:   [ ]", {}, "a: 1 # x\r\n\r\nb:   [ ]");

        row("nothing in an empty file", "# x\n", {}, "# x\n");
        row("plain stays plain", "a:  b   # c\n", {set({"a"}, "d")}, "a:  d   # c\n");
        row("quotes stay", "a: 'b'\nc: \"d\"\n", {set({"a"}, "it's"), set({"c"}, "e\"f")},
            "a: 'it''s'\nc: \"e\\\"f\"\n");
        row("quoted where it would be a bool", "a: b\n", {set({"a"}, "yes")}, "a: \"yes\"\n");
        row("bare where a bool is meant", "a: \"b\"\n", {setPlain({"a"}, "false")}, "a: false\n");
        row("number", "a: 5\n", {setPlain({"a"}, "1000")}, "a: 1000\n");
        row("empty value", "a:\nb: # c\n", {set({"a"}, "x"), set({"b"}, "u")}, "a: x\nb: u # c\n");
        row("empty item", "- a\n- # c\n", {set({"[1]"}, "b")}, "- a\n- b # c\n");
        row("null word", "a: ~ # c\n", {set({"a"}, "x")}, "a: x # c\n");
        row("literal becomes one line", "a: |\n  x\n  y\n\nb: 1\n", {set({"a"}, "x\ny")}, "a: \"x\\ny\"\n\nb: 1\n");
        row("plain over lines", "a: one\n  two # c\nb: 1\n", {set({"a"}, "z")}, "a: z # c\nb: 1\n");
        row("quotes over lines", "a: \"one\n  two\"\nb: 1\n", {set({"a"}, "z")}, "a: \"z\"\nb: 1\n");
        row("root", "a # c\n", {set({}, "b")}, "b # c\n");
        row("in brackets", "a: {b: c, d: [e]}\n", {set({"a", "b"}, "x,y"), set({"a", "d", "[0]"}, "f")},
            "a: {b: \"x,y\", d: [f]}\n");
        row("no value in brackets", "{a, b: }\n", {set({"a"}, "x"), set({"b"}, "u")}, "{a: x, b: u }\n");
        row("explicit key", "? a\n: b\n", {set({"a"}, "c")}, "? a\n: c\n");
        row("Chinese", "# 注释\n名: 值 # 说明\n", {set({"名"}, "加固")}, "# 注释\n名: 加固 # 说明\n");

        row("append, same column", "command:\n- a\n- b # c\n# d\nx: y\n", {insert({"command"}, 2, "--p=false")},
            "command:\n- a\n- b # c\n- --p=false\n# d\nx: y\n");
        row("append, deeper", "command:\n    - a\n    - b\n\nx: y\n", {insert({"command"}, 2, "c")},
            "command:\n    - a\n    - b\n    - c\n\nx: y\n");
        row("append, no line end at the end", "command:\n- a", {insert({"command"}, 1, "b")}, "command:\n- a\n- b");
        row("append, CRLF", "command:\r\n  - a\r\n  - b", {insert({"command"}, 2, "c")},
            "command:\r\n  - a\r\n  - b\r\n  - c");
        row("append, byte order mark", "\xEF\xBB\xBF- a\n", {insert({}, 1, "b")}, "\xEF\xBB\xBF- a\n- b\n");
        row("append, wide dash", "- - a\n  -   b\n- c\n", {insert({"[0]"}, 2, "x")}, "- - a\n  -   b\n  -   x\n- c\n");
        row("append behind a map", "- k: v\n  l: w # c\n", {insert({}, 1, "x")}, "- k: v\n  l: w # c\n- x\n");
        row("append behind a literal", "- |\n  x\n\n# c\n", {insert({}, 1, "x")}, "- |\n  x\n- x\n\n# c\n");
        row("append behind a literal that keeps blank lines", "- |+\n  x\n\n# c\n", {insert({}, 1, "u")},
            "- |+\n  x\n\n- u\n# c\n");
        row("append to items in quotes", "- \"a\"\n- \"b\"\n", {insert({}, 2, "c")}, "- \"a\"\n- \"b\"\n- \"c\"\n");
        row("insert first", "command:\n# c\n- a\n", {insert({"command"}, 0, "x")}, "command:\n# c\n- x\n- a\n");
        row("insert first, nested", "- - a\n  - b\n", {insert({"[0]"}, 0, "x")}, "- - x\n  - a\n  - b\n");
        row("insert between leaves a comment with its item", "- a\n# about b\n- b\n", {insert({}, 1, "x")},
            "- a\n- x\n# about b\n- b\n");
        row("insert several", "- a\n- b\n",
            {insert({}, 1, "x"), insert({}, 1, "u"), insert({}, 2, "z"), insert({}, 0, "w")},
            "- w\n- a\n- x\n- u\n- b\n- z\n");
        row("insert what needs quotes", "- a\n", {insert({}, 1, "a: b"), insert({}, 1, "1"), insert({}, 1, "x\ty")},
            "- a\n- \"a: b\"\n- \"1\"\n- \"x\\ty\"\n");

        row("remove first", "command:\n# c\n- a # d\n- b\n", {remove({"command"}, 0)}, "command:\n# c\n- b\n");
        row("remove between", "- a\n# about b\n- b\n- c\n", {remove({}, 1)}, "- a\n# about b\n- c\n");
        row("remove last", "c:\n- a\n- b\nx: y\n", {remove({"c"}, 1)}, "c:\n- a\nx: y\n");
        row("remove last, no line end at the end", "c:\r\n- a\r\n- b", {remove({"c"}, 1)}, "c:\r\n- a");
        row("remove many, no line end at the end", "- a\n- b\n- c\n- d", {remove({}, 0), remove({}, 2), remove({}, 3)},
            "- b");
        row("remove a map", "- k: v\n\n  l: |\n    x\n- b\n", {remove({}, 0)}, "- b\n");
        row("remove nested first", "- - a\n  # c\n  - b\n", {remove({"[0]"}, 0)}, "- - b\n");
        row("remove an empty item", "- a\n-\n- c\n", {remove({}, 1)}, "- a\n- c\n");
        row("remove all", "c: # x\n  # y\n- a\n# z\n- b\nd: e\n", {remove({"c"}, 0), remove({"c"}, 1)},
            "c: [] # x\n  # y\n# z\nd: e\n");
        row("remove all, no line end at the end", "c:\n- a", {remove({"c"}, 0)}, "c: []");
        row("remove all of the root", "- a\n", {remove({}, 0)}, "[]\n");
        row("remove all of a nested list", "- - a\n- b\n", {remove({"[0]"}, 0)}, "- []\n- b\n");
        row("replace an item", "- a\n- b # c\n- d\n", {remove({}, 1), insert({}, 1, "x")}, "- a\n- x\n- d\n");
        row("replace the first item", "- a\n- b\n", {remove({}, 0), insert({}, 0, "x")}, "- x\n- b\n");
        row("replace the last item, no line end at the end", "- a\n- b", {remove({}, 1), insert({}, 2, "x")},
            "- a\n- x");
        row("replace all", "c:\n- a\n- b\n",
            {remove({"c"}, 0), remove({"c"}, 1), insert({"c"}, 0, "x"), insert({"c"}, 2, "u")}, "c:\n- x\n- u\n");

        row("brackets: fill", "a: []\nb: [ ]\n", {insert({"a"}, 0, "x"), insert({"b"}, 0, "u")}, "a: [x]\nb: [u ]\n");
        row("brackets: append", "[a, \"b\"]\n", {insert({}, 2, "x,y")}, "[a, \"b\", \"x,y\"]\n");
        row("brackets: append behind a comma", "[a, b, ]\n", {insert({}, 2, "c")}, "[a, b, c, ]\n");
        row("brackets: insert", "[a, b]\n", {insert({}, 0, "x"), insert({}, 1, "u")}, "[x, a, u, b]\n");
        row("brackets: quotes as the others have them", "['a', 'b']\n", {insert({}, 1, "x")}, "['a', 'x', 'b']\n");
        row("brackets: lines", "[\n  a, # c\n  b # d\n]\n", {insert({}, 2, "x"), insert({}, 1, "u")},
            "[\n  a, # c\n  u,\n  b, # d\n  x\n]\n");
        row("brackets: lines, comma at the end", "[\n  a,\n  b, # d\n]\n", {insert({}, 2, "x")},
            "[\n  a,\n  b, # d\n  x,\n]\n");
        row("brackets: remove", "[a, b, c, d]\n", {remove({}, 0), remove({}, 2), remove({}, 3)}, "[b]\n");
        row("brackets: remove the last", "[a, b,]\n", {remove({}, 1)}, "[a,]\n");
        row("brackets: remove all", "a: [ b, c , ]\n", {remove({"a"}, 0), remove({"a"}, 1)}, "a: [  ]\n");
        row("brackets: replace", "[a, b, c]\n", {remove({}, 1), insert({}, 1, "x"), remove({}, 2), insert({}, 3, "u")},
            "[a, x, u]\n");

        row("key: append", "a: 1\nb:\n  c: 2 # d\n# e\n", {setKey({}, "x", "5", true), setKey({"b"}, "u", "z")},
            "a: 1\nb:\n  c: 2 # d\n  u: z\nx: 5\n# e\n");
        row("key: append, no line end at the end", "a:\r\n  b: \"\"", {setKey({}, "c", "d"), setKey({"a"}, "e", "f")},
            "a:\r\n  b: \"\"\r\n  e: f\r\nc: d");
        row("key: append within a list", "- a: 1\n- b: 2\n", {setKey({"[0]"}, "c", "3")},
            "- a: 1\n  c: \"3\"\n- b: 2\n");
        row("key: append behind an empty value", "a:\n", {setKey({}, "b", "c")}, "a:\nb: c\n");
        row("key: replace", "a: 1\nb: x # c\n", {setKey({}, "b", "u")}, "a: 1\nb: u # c\n");
        row("key: replace a list", "a:\n- b\n- c\nd: [e]\n", {setKey({}, "a", "x"), setKey({}, "d", "u")},
            "a: x\nd: u\n");
        row("key: brackets", "{}\n", {setKey({}, "a", "b")}, "{a: b}\n");
        row("key: JSON", "{\"a\": 1}\n", {setKey({}, "b", "c")}, "{\"a\": 1, \"b\": \"c\"}\n");
        row("key: JSON over lines", "{\n  \"a\": 1,\n  \"b\": {\n  }\n}\n", {setKey({}, "c", "2", true)},
            "{\n  \"a\": 1,\n  \"b\": {\n  },\n  \"c\": 2\n}\n");
        row("list: append", "a: 1\n# e\n", {setList({}, "b", "x|1|u")}, "a: 1\nb:\n- x\n- \"1\"\n- u\n# e\n");
        row("list: append, no line end at the end", "a:\r\n  b: \"\"", {setList({}, "c", "x|u"), setKey({}, "d", "e")},
            "a:\r\n  b: \"\"\r\nc:\r\n- x\r\n- u\r\nd: e");
        row("list: append within", "a:\n  b: 1\nc: 2\n", {setList({"a"}, "x", "u|v")},
            "a:\n  b: 1\n  x:\n  - u\n  - v\nc: 2\n");
        row("list: replace", "a:\n- b # c\n- d\ne: 1\n", {setList({}, "a", "x|u|v")}, "a:\n- x\n- u\n- v\ne: 1\n");
        row("list: replace a deeper one", "a:\n  - \"b\"\n  - \"d\"", {setList({}, "a", "x|u")},
            "a:\n  - \"x\"\n  - \"u\"");
        row("list: replace one in brackets", "a: [b, c] # d\n", {setList({}, "a", "x|u|v")}, "a: [x, u, v] # d\n");
        row("list: replace an empty one", "a: []\nb: 1\n", {setList({}, "a", "x|u")}, "a: [x, u]\nb: 1\n");
        row("list: replace null", "a:\nb: 1\n", {setList({}, "a", "x|u")}, "a: [x, u]\nb: 1\n");
        row("list: replace text", "a: x,u # c\n", {setList({}, "a", "x|u")}, "a: [x, u] # c\n");
        row("list: JSON", "{\"a\": 1}", {setList({}, "b", "x|u")}, "{\"a\": 1, \"b\": [\"x\", \"u\"]}");
        row("list: JSON, replace an empty one", "{\"a\": []}\n", {setList({}, "a", "x|u")},
            "{\"a\": [\"x\", \"u\"]}\n");
        row("list: JSON, replace null", "{\"a\": null}\n", {setList({}, "a", "x|u")}, "{\"a\": [\"x\", \"u\"]}\n");
        row("list: JSON over lines", "{\n\t\"a\": [\n\t\t\"b\",\n\t\t\"c\"\n\t],\n\t\"d\": {}\n}\n",
            {setList({}, "a", "x|u"), setKey({}, "e", "3", true)},
            "{\n\t\"a\": [\n\t\t\"x\", \"u\"\n\t],\n\t\"d\": {},\n \"e\": 3\n}\n");
        row("JSON: text where a number was", "{\"a\": 1, \"b\": null}", {setKey({}, "a", "x"), setKey({}, "b", "y")},
            "{\"a\": \"x\", \"b\": \"y\"}");
        row("JSON: text where a list was", "{\"a\": [1]}", {setKey({}, "a", "x")}, "{\"a\": \"x\"}");
        row("JSON: add to an empty list", "{\"a\": []}", {insert({"a"}, 0, "x")}, "{\"a\": [\"x\"]}");
        row("JSON: nested", "{\"a\": {\"b\": true}}", {setPlain({"a", "b"}, "false"), setKey({"a"}, "c", "x")},
            "{\"a\": {\"b\": false, \"c\": \"x\"}}");
        row("duplicates and anchors elsewhere", "a: {b: 1, b: 2}\nc: &x 1\nd: *x\ne:\n- f\n", {insert({"e"}, 1, "g")},
            "a: {b: 1, b: 2}\nc: &x 1\nd: *x\ne:\n- f\n- g\n");
    }
    void edits()
    {
        QFETCH(QByteArray, text);
        QFETCH(QList<Edit>, edits);
        const auto document = YamlDocument::parse(u"f.yaml"_s, text);
        QVERIFY(document);
        const auto after = edited(*document, edits);
        QVERIFY2(after, after ? "" : qPrintable(describe(after.error(), Language::English)));
        QTEST(*after, "after");
    }

    void refusesToEdit_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<Edit>>("edits");
        QTest::addColumn<Error::Kind>("kind");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        const auto row = [](const char *name, QByteArray text, QList<Edit> edits, Error::Kind kind, int line,
                             int column) { QTest::newRow(name) << text << edits << kind << line << column; };
        using Kind = Error::Kind;
        row("duplicate on the path", "a:\n- b\n\"a\":\n- c\n", {insert({"a"}, 0, "x")}, Kind::Conflict, 3, 1);
        row("duplicate beside the path", "a: 1\nb: 2\nb: 3\n", {set({"a"}, "x")}, Kind::Conflict, 3, 1);
        row("anchor on the path", "a: &x\n  b: 1\nc: *x\n", {set({"a", "b"}, "x")}, Kind::Conflict, 1, 4);
        row("through an alias", "a: &x\n  b: 1\nc: *x\n", {set({"c", "b"}, "x")}, Kind::Conflict, 1, 4);
        row("alias itself", "a: &x 1\nc: *x\n", {setKey({}, "c", "x")}, Kind::Conflict, 2, 4);
        row("anchor within what goes", "- - &x a\n- *x\n", {remove({}, 0)}, Kind::Conflict, 1, 5);
        row("tag", "a: !!str b\n", {set({"a"}, "x")}, Kind::Conflict, 1, 4);
        row("merge key", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", {setKey({"c"}, "b", "2")}, Kind::Conflict, 3, 3);
        row("several documents", "a: 1\n---\nb: 1\n", {set({"a"}, "x")}, Kind::Conflict, 1, 5);
        row("empty file", "# x\n", {setKey({}, "a", "b")}, Kind::Usage, 1, 1);
        row("tag alone", "!t\n", {set({}, "x")}, Kind::Conflict, 1, 1);
        row("no such node", "a: 1\n", {set({"b"}, "x")}, Kind::Usage, 1, 1);
        row("no scalar", "a: [b]\n", {set({"a"}, "x")}, Kind::Usage, 1, 4);
        row("no list", "a: b\n", {insert({"a"}, 0, "x")}, Kind::Usage, 1, 4);
        row("no such item", "a: [b]\n", {remove({"a"}, 1)}, Kind::Usage, 1, 4);
        row("no map", "a: b\n", {setKey({"a"}, "x", "y")}, Kind::Usage, 1, 4);
        row("the same place twice", "a: b\n", {set({"a"}, "x"), set({"a"}, "y")}, Kind::Usage, 1, 4);
        row("within what goes", "- - a\n- b\n", {remove({}, 0), set({"[0]", "[0]"}, "x")}, Kind::Usage, 1, 5);
        row("the same new key twice", "a: b\n", {setKey({}, "x", "1"), setKey({}, "x", "2")}, Kind::Usage, 1, 1);
        row("not UTF-8", "a: b\n", {set({"a"}, "\xff")}, Kind::Usage, 1, 4);
        row("list of nothing where no map is", "a: b\n", {setList({"a"}, "x", "y")}, Kind::Usage, 1, 4);
        row("list that has an anchor in it", "a: [&x b]\nc: *x\n", {setList({}, "a", "y")}, Kind::Conflict, 1, 5);
        row("list under a repeated key", "a: [b]\na: [c]\n", {setList({}, "a", "y")}, Kind::Conflict, 2, 1);
        row("JSON that would be none", "{\"a\": 1}\n", {setPlain({"a"}, "x")}, Kind::Failed, 1, 1);
        row("plain text that is no scalar", "a: b\n", {setPlain({"a"}, "[c]")}, Kind::Failed, 1, 4);
        row("plain text that adds a key", "a: b\n", {setPlain({"a"}, "c\nd: e")}, Kind::Failed, 1, 1);
        row("plain text that hides the rest", "a: b\nc: d\n", {setPlain({"a"}, "\"")}, Kind::Failed, 1, 4);
    }
    void refusesToEdit()
    {
        QFETCH(QByteArray, text);
        QFETCH(QList<Edit>, edits);
        const auto document = YamlDocument::parse(u"f.yaml"_s, text);
        QVERIFY(document);
        const auto after = edited(*document, edits);
        QVERIFY2(!after, after ? after->constData() : "");
        QTEST(after.error().kind, "kind");
        QTEST(after.error().at.line, "line");
        QTEST(after.error().at.column, "column");
        QVERIFY(!after.error().message.en.isEmpty() && !after.error().message.zh.isEmpty());
    }

    /// What kubeadm writes, as it is and as people leave it behind: one line changes, whatever stands around it.
    void changesOneLine_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<QByteArray>("removed");
        QTest::addColumn<QByteArray>("added");
        QTest::addColumn<int>("form");
        const QByteArrayList command{"spec", "containers", "[0]", "command"};
        const QString manifest = u"kube-apiserver.yaml"_s;
        const QString kubelet = u"kubelet-config.yaml"_s;
        const QByteArrayList forms{"as written", "CRLF", "byte order mark", "no line end at the end", "comments"};
        for (int form = 0; form < forms.size(); ++form) {
            const auto row = [&](const char *name, const QString &file, const Edit &edit, const QByteArray &removed,
                                 const QByteArray &added) {
                QTest::addRow("%s, %s", name, forms[form].constData()) << file << edit << removed << added << form;
            };
            row("flag behind the others", manifest, insert(command, 27, "--profiling=false"), {},
                "    - --profiling=false");
            row("flag before the others", manifest, insert(command, 1, "--profiling=false"), {},
                "    - --profiling=false");
            row("flag changed", manifest, set(command + QByteArrayList{"[3]"}, "--authorization-mode=RBAC"),
                "    - --authorization-mode=Node,RBAC", "    - --authorization-mode=RBAC");
            row("flag removed", manifest, remove(command, 6), "    - --enable-bootstrap-token-auth=true", {});
            row("field changed", kubelet, setPlain({"authentication", "anonymous", "enabled"}, "true"),
                "    enabled: false", "    enabled: true");
            row("field added", kubelet, setKey({}, "podPidsLimit", "1000", true), {}, "podPidsLimit: 1000");
            row("nested field added", kubelet, setKey({"authorization", "webhook"}, "x", "5m0s"), {}, "    x: 5m0s");
            row("item added", kubelet, insert({"clusterDNS"}, 1, "10.96.0.11"), {}, "- 10.96.0.11");
        }
    }
    void changesOneLine()
    {
        QFETCH(QString, file);
        QFETCH(Edit, edit);
        QFETCH(QByteArray, removed);
        QFETCH(QByteArray, added);
        QFETCH(int, form);
        QFile source(QStringLiteral(TEST_DATA "/document/") + file);
        QVERIFY(source.open(QIODevice::ReadOnly));
        QByteArray text = source.readAll();
        QByteArray lineEnd = "";
        if (form == 1) {
            text.replace('\n', "\r\n");
            lineEnd = "\r";
        } else if (form == 2) {
            text.prepend("\xEF\xBB\xBF");
        } else if (form == 3) {
            text.chop(1);
        } else if (form == 4) {
            text.replace("\n", " # 说明：勿改\n# ----\n\n");
        }
        const auto document = YamlDocument::parse(file, text);
        QVERIFY2(document, document ? "" : qPrintable(describe(document.error(), Language::English)));
        const auto after = edited(*document, {edit});
        QVERIFY2(after, after ? "" : qPrintable(describe(after.error(), Language::English)));
        QByteArrayList gone;
        QByteArrayList come;
        // With a line end each, so that a last line without one that gets a line behind it counts as the same.
        for (const DiffHunk &hunk : diffLines(text + '\n', *after + '\n', 0)) {
            for (const DiffLine &line : hunk.lines)
                (line.kind == DiffLine::Kind::Removed ? gone : come) += line.text;
        }
        // A line that goes takes its comment along, one that is changed keeps it.
        const QByteArray comment = form == 4 ? QByteArray(" # 说明：勿改") : QByteArray();
        const bool isChange = edit.kind == YamlEdit::Kind::SetScalar;
        const auto lines = [&](const QByteArray &line, bool hasComment) {
            return line.isEmpty() ? QByteArrayList()
                                  : QByteArrayList{line + (hasComment ? comment : QByteArray()) + lineEnd};
        };
        QCOMPARE(gone, lines(removed, true));
        QCOMPARE(come, lines(added, isChange));
    }

    void quotes_data()
    {
        QTest::addColumn<bool>("needed");
        for (const char *text : {"", "~", "null", "Null", "y", "N", "yes", "Off", "true", "FALSE", "0", "-1", "+1",
                 "0777", "0o17", "0x1F", "0b11", "1_000", "1.5", ".5", "5.", "1e3", "-.5E-2", ".inf", "-.Inf", ".NaN",
                 "12:30:45", "2024-01-02", "2024-01-02T03:04:05Z", "<<", "=", "08", " a", "a ", "a: b", "a:", "a #b",
                 "- a", "-", "? a", ":", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "|a", ">a", "[a", "{a", "'a", "\"a",
                 "---", "a\nb", "a\tb", "a\x1b", "\xE2\x80\xA8"})
            QTest::newRow(text) << true;
        for (const char *text : {"a", "--profiling=false", "-a", "10.0.0.1", "10.0.0.1:6443", "1a", "0xZZ", "v1", "a:b",
                 "a#b", "127.0.0.1/8", "1.2.3", "12:99", "5m0s", "yes!", "加固", "/etc/x y", "a,b", "a[0]", ".a", "+",
                 "1e", "--- "})
            QTest::newRow(text) << QByteArray(text).endsWith(' ');
    }
    void quotes()
    {
        QFETCH(bool, needed);
        const QByteArray text = QTest::currentDataTag();
        const auto document = YamlDocument::parse(u"f.yaml"_s, "a: b\n");
        const auto after = edited(*document, {set({"a"}, text)});
        QVERIFY(after);
        QCOMPARE(after->startsWith("a: \""), needed);
        const auto again = YamlDocument::parse(u"f.yaml"_s, *after);
        QVERIFY(again);
        QCOMPARE(again->node(again->find({"a"})).value, text);
    }
};

QTEST_GUILESS_MAIN(TestYamlDocument)
#include "tst_yamldocument.moc"
