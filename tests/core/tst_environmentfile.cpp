// SPDX-License-Identifier: Apache-2.0
#include "document/environmentfile.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// The assignments as "line name=value|", line ends in values as ⏎.
QByteArray shown(const QList<EnvironmentVariable> &variables)
{
    QByteArray result;
    for (const EnvironmentVariable &variable : variables)
        result += QByteArray::number(variable.line) + ' ' + variable.name + '=' + variable.value + '|';
    return result.replace('\n', "⏎");
}

} // namespace

class TestEnvironmentFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("variables");
        const auto row = [](const char *name, QByteArray text, QByteArray variables) {
            QTest::newRow(name) << text << variables;
        };
        row("nothing", "", "");
        row("kubeadm", "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=unix:///x --v=2\"\n",
            "1 KUBELET_KUBEADM_ARGS=--container-runtime-endpoint=unix:///x --v=2|");
        row("bare", "A=b c  \nD = e\n", "1 A=b c|2 D=e|");
        row("no line end at the end", "A=b", "1 A=b|");
        row("CRLF", "A=b\r\nC='d'\r\n", "1 A=b|2 C=d|");
        row("empty", "A=\nB=''\nC=  \n", "1 A=|2 B=|3 C=|");
        row("comments", "# a=b\n; c=d\n  # e=f\nG=h # i\n", "4 G=h # i|");
        row("comment that ends in a backslash", "# a \\\nB=c\n", "2 B=c|");
        row("lines without a value", "A\nexport B=c\n=d\n9E=f\nG-H=i\nJ=k\n", "6 J=k|");
        row("single quotes", "A='b \"c\" \\d'\n", "1 A=b \"c\" \\d|");
        row("double quotes", "A=\"b \\\"c\\\" \\$d \\e \\\\ \\`\"\n", "1 A=b \"c\" $d \\e \\ `|");
        row("quotes over lines", "A='b\nc'\nD=\"e\nf\\\ng\"\nH=i\n", "1 A=b⏎c|3 D=e⏎fg|6 H=i|");
        row("pieces", "A='b' \"c\"d 'e'\n", "1 A=bcd 'e'|");
        row("open quote", "A='b\nC=d\n", "1 A=b⏎C=d⏎|");
        row("escapes", "A=b\\ c\\\\ \\\"\\n\\ \n", "1 A=b c\\ \"n |");
        row("continuation", "A=b \\\n  c\nD=e\n", "1 A=b   c|3 D=e|");
        row("backslash at the end", "A=b\\", "1 A=b|");
        row("CRLF does not go on", "A=b\\\r\nC=d\r\n", "1 A=b|2 C=d|");
        row("repeated", "A=b\nA=c\n", "1 A=b|2 A=c|");
        row("control character", "A=b\x1b[0m\nC=d\n", "2 C=d|");
        row("Chinese", "# 注释\nA=加固\n", "2 A=加固|");
    }
    void reads()
    {
        QFETCH(QByteArray, text);
        const auto variables = parseEnvironmentFile(u"kubelet"_s, text);
        QVERIFY(variables);
        QTEST(shown(*variables), "variables");
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<Error::Kind>("kind");
        QTest::addColumn<int>("line");
        QTest::newRow("NUL") << QByteArray("A=b\nC=\0d\n", 9) << Error::Kind::Parse << 2;
        QTest::newRow("not UTF-8") << "A=b\nC=\xff\n"_ba << Error::Kind::Parse << 2;
        QTest::newRow("large") << QByteArray((1 << 20) + 1, '#') << Error::Kind::TooLarge << 0;
    }
    void refuses()
    {
        QFETCH(QByteArray, text);
        const auto variables = parseEnvironmentFile(u"kubelet"_s, text);
        QVERIFY(!variables);
        QTEST(variables.error().kind, "kind");
        QCOMPARE(variables.error().at.file, u"kubelet"_s);
        QTEST(variables.error().at.line, "line");
    }

    void splits_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArrayList>("arguments");
        const auto row = [](const char *name, QByteArray value, QByteArrayList arguments) {
            QTest::newRow(name) << value << arguments;
        };
        row("nothing", "", {});
        row("blanks", " \t\n", {});
        row("words", "  --a=b\t--c  d\n", {"--a=b", "--c", "d"});
        row("quotes", "--a='b c' \"d\"e '' \"\"", {"--a=b c", "de", "", ""});
        row("quotes within quotes", "'a\"b' \"c'd\"", {"a\"b", "c'd"});
        row("escapes", "a\\ b \\\"c 'd\\'e' \\\\", {"a b", "\"c", "d'e", "\\"});
        row("open at the end", "a 'b c", {"a", "b c"});
        row("backslash at the end", "a b\\", {"a", "b"});
    }
    void splits()
    {
        QFETCH(QByteArray, value);
        QTEST(QByteArrayList(splitArguments(value)), "arguments");
    }
};

QTEST_GUILESS_MAIN(TestEnvironmentFile)
#include "tst_environmentfile.moc"
