// SPDX-License-Identifier: Apache-2.0
#include "base/linediff.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// The hunks as text: "@1+2 1+3" and lines "1 1 text", removed "1 - text", added "- 1 text", changed words in ‹›.
QByteArray shown(const QList<DiffHunk> &hunks)
{
    QByteArrayList rows;
    const auto number = [](int line) { return line == 0 ? "-"_ba : QByteArray::number(line); };
    for (const DiffHunk &hunk : hunks) {
        rows += '@' + number(hunk.beforeLine) + '+' + QByteArray::number(hunk.beforeCount) + ' '
            + number(hunk.afterLine) + '+' + QByteArray::number(hunk.afterCount);
        for (const DiffLine &line : hunk.lines) {
            QByteArray text = line.text;
            for (auto span = line.changed.crbegin(); span != line.changed.crend(); ++span) {
                text.insert(span->end, "›");
                text.insert(span->begin, "‹");
            }
            rows += number(line.before) + ' ' + number(line.after) + ' ' + text + (line.unterminated ? "¬" : "");
        }
    }
    return rows.join('\n');
}

QByteArray numbered(int from, int to)
{
    QByteArray text;
    for (int i = from; i <= to; ++i)
        text += QByteArray::number(i) + '\n';
    return text;
}

/// What `patch -p1` makes of a file and a diff.
QByteArray patched(const QString &path, const QByteArray &before, const QByteArray &diff)
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(path);
    QDir().mkpath(QFileInfo(file).path());
    QFile target(file);
    if (!target.open(QIODevice::WriteOnly) || target.write(before) != before.size())
        return "(not written)";
    target.close();
    QProcess patch;
    patch.setWorkingDirectory(folder.path());
    patch.start(u"patch"_s, {u"-p1"_s, u"--binary"_s, u"--fuzz=0"_s, u"--no-backup-if-mismatch"_s});
    patch.write(diff);
    patch.closeWriteChannel();
    if (!patch.waitForFinished() || patch.exitCode() != 0)
        return "(refused) " + patch.readAllStandardOutput() + patch.readAllStandardError() + diff;
    return target.open(QIODevice::ReadOnly) ? target.readAll() : "(gone)"_ba;
}

} // namespace

class TestLineDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void differs_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QByteArray>("hunks");
        const auto row = [](const char *name, QByteArray before, QByteArray after, QByteArray hunks) {
            QTest::newRow(name) << before << after << hunks;
        };
        row("equal", "a\nb", "a\nb", "");
        row("both empty", "", "", "");
        row("from nothing", "", "a\nb\n", "@1+0 1+2\n- 1 a\n- 2 b");
        row("to nothing", "a\n", "", "@1+1 1+0\n1 - a");
        row("added", "a\nb\nc\n", "a\nb\nx\nc\n", "@1+3 1+4\n1 1 a\n2 2 b\n- 3 x\n3 4 c");
        row("removed", "a\nb\nc\n", "a\nc\n", "@1+3 1+2\n1 1 a\n2 - b\n3 2 c");
        row("added at the end", "a\n", "a\nb\n", "@1+1 1+2\n1 1 a\n- 2 b");
        row("last line end added", "a\nb", "a\nb\n", "@1+2 1+2\n1 1 a\n2 - b¬\n- 2 b");
        row("behind a line without an end", "a", "a\nb", "@1+1 1+2\n1 - a¬\n- 1 a\n- 2 b¬");
        row("line end of Windows", "a\r\nb\r\n", "a\r\nb\n", "@1+2 1+2\n1 1 a\r\n2 - b‹\r›\n- 2 b");
        row("words", "    - --profiling=true\n", "    - --profiling=false\n",
            "@1+1 1+1\n1 - --profiling=‹true›\n- 1 --profiling=‹false›"_ba.replace("--p", "    - --p"));
        row("words in Chinese", "值: 加固\n", "值: 加强\n", "@1+1 1+1\n1 - 值: 加‹固›\n- 1 值: 加‹强›");
        row("word added", "a: b c\n", "a: b x c\n", "@1+1 1+1\n1 - a: b c\n- 1 a: b ‹x ›c");
        row("nothing in common", "abc\n", "xyz\n", "@1+1 1+1\n1 - abc\n- 1 xyz");
        row("the line that is alike", "--a=1\n", "--zzz\n--a=2\n", "@1+1 1+2\n1 - --a=‹1›\n- 1 --zzz\n- 2 --a=‹2›");
        row("context", numbered(1, 9), numbered(1, 4) + "x\n" + numbered(5, 9),
            "@2+6 2+7\n2 2 2\n3 3 3\n4 4 4\n- 5 x\n5 6 5\n6 7 6\n7 8 7");
        row("two hunks", numbered(1, 20), "x\n" + numbered(1, 20) + "y\n",
            "@1+3 1+4\n- 1 x\n1 2 1\n2 3 2\n3 4 3\n@18+3 19+4\n18 19 18\n19 20 19\n20 21 20\n- 22 y");
        row("near changes are one hunk", numbered(1, 8), numbered(2, 7),
            "@1+8 1+6\n1 - 1\n2 1 2\n3 2 3\n4 3 4\n5 4 5\n6 5 6\n7 6 7\n8 - 8");
    }
    void differs()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QTEST(shown(diffLines(before, after)), "hunks");
    }

    void noContext()
    {
        QCOMPARE(shown(diffLines("a\nb\nc\n", "a\nx\nb\ny\n", 0)), "@2+0 2+1\n- 2 x\n@3+1 4+1\n3 - c\n- 4 y"_ba);
    }

    void isTakenByPatch_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, QString path, QByteArray before, QByteArray after) {
            QTest::newRow(name) << path << before << after;
        };
        row("one line", u"etc/kubernetes/manifests/a.yaml"_s, "a\nb\nc\n", "a\nx\nc\n");
        row("no line end before", u"a"_s, "a\nb", "a\nb\nc\n");
        row("no line end after", u"a"_s, "a\nb\n", "a\nc");
        row("no line end in the context", u"a"_s, "a\nb\nc", "x\nb\nc");
        row("no line end at all", u"a"_s, "a", "b");
        row("CRLF", u"a"_s, "a\r\nb\r\n", "a\r\nc\r\n");
        row("CRLF to LF", u"a"_s, "a\r\nb\r\n", "a\nb\n");
        row("far apart", u"a"_s, numbered(1, 50), "x\n" + numbered(2, 30) + numbered(32, 49) + "y");
        row("added in an empty file", u"a"_s, "", "a\n");
        row("blank in the name", u"a b/c d"_s, "a\n", "b\n");
        row("unusual name", u"a\"b\\c\td/加固"_s, "a\n", "b\n");
        row("lines like a diff", u"a"_s, "--- x\n+++ y\n@@ -1 +1 @@\n-a\n",
            "--- x\n+++ z\n@@ -1 +1 @@\n+a\n\\ No newline\n");
    }
    void isTakenByPatch()
    {
        QFETCH(QString, path);
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        const QByteArray diff = unifiedDiff('/' + path.toUtf8(), diffLines(before, after));
        QCOMPARE(patched(path, before, diff), after);
    }
    void isTakenByPatchAtRandom()
    {
        QRandomGenerator random(20240501);
        for (int round = 0; round < 40; ++round) {
            const auto text = [&] {
                QByteArray result;
                for (int i = random.bounded(30); i > 0; --i)
                    result += QByteArray("abcde").mid(random.bounded(5), 1) + '\n';
                if (random.bounded(3) == 0)
                    result += 'z';
                return result;
            };
            const QByteArray before = text() + 'x';
            const QByteArray after = text() + 'y';
            const QByteArray diff = unifiedDiff("f", diffLines(before, after, random.bounded(1, 4)));
            QCOMPARE(patched(u"f"_s, before, diff), after);
        }
    }
    void nothingToPatch() { QCOMPARE(unifiedDiff("/a", {}), QByteArray()); }

    void isShortest()
    {
        QRandomGenerator random(7);
        for (int round = 0; round < 300; ++round) {
            QByteArray before;
            QByteArray after;
            for (int i = random.bounded(12); i > 0; --i)
                before += char('a' + random.bounded(3));
            for (int i = random.bounded(12); i > 0; --i)
                after += char('a' + random.bounded(3));
            // The longest common subsequence by the textbook table.
            QList<QList<int>> table(before.size() + 1, QList<int>(after.size() + 1, 0));
            for (qsizetype i = 0; i < before.size(); ++i) {
                for (qsizetype j = 0; j < after.size(); ++j)
                    table[i + 1][j + 1] =
                        before[i] == after[j] ? table[i][j] + 1 : std::max(table[i][j + 1], table[i + 1][j]);
            }
            const auto lines = [](const QByteArray &letters) {
                QByteArray text;
                for (const char letter : letters)
                    text += QByteArray(1, letter) + '\n';
                return text;
            };
            qsizetype changes = 0;
            for (const DiffHunk &hunk : diffLines(lines(before), lines(after), 0))
                changes += hunk.lines.size();
            QCOMPARE(changes, before.size() + after.size() - 2 * table.last().last());
        }
    }

    /// A hostile pair of files costs a bounded amount of work and still gives a right diff.
    void isBounded()
    {
        QRandomGenerator random(1);
        QByteArray before;
        QByteArray after;
        for (int i = 0; i < 60'000; ++i) {
            before += QByteArray::number(random.bounded(12)) + '\n';
            after += QByteArray::number(random.bounded(12)) + '\n';
        }
        QCOMPARE(patched(u"f"_s, before, unifiedDiff("f", diffLines(before, after))), after);
    }
};

QTEST_GUILESS_MAIN(TestLineDiff)
#include "tst_linediff.moc"
