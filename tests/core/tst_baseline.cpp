// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

struct Line
{
    int number = 0;
    QString text;
    QStringList rules; ///< ids; one that ends with * stands for all that begin so
    friend bool operator==(const Line &, const Line &) = default;
};

/// The numbered lines of a page; what comes after `word` are the rules.
QList<Line> linesOf(const QString &name, const QString &word)
{
    QFile file(QStringLiteral(SOURCE_DIR "/docs/") + name);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    static const QRegularExpression numbered(u"^([0-9]+)\\. (.*)$"_s);
    static const QRegularExpression code(u"`([A-Za-z0-9-]+\\*?)`"_s);
    QList<Line> lines;
    for (const QString &text : QString::fromUtf8(file.readAll()).split(u'\n')) {
        const auto match = numbered.match(text);
        if (!match.hasMatch())
            continue;
        const qsizetype at = match.captured(2).lastIndexOf(word);
        Line line{match.captured(1).toInt(), match.captured(2).left(std::max<qsizetype>(at, 0)), {}};
        if (at >= 0) {
            for (auto id = code.globalMatch(match.captured(2).mid(at)); id.hasNext();)
                line.rules += id.next().captured(1);
        }
        lines += line;
    }
    return lines;
}

const QList<Line> &baseline()
{
    static const QList<Line> lines = linesOf(u"baseline.md"_s, u"Rules:"_s);
    return lines;
}

const RulePack &pack()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

bool stands(const QString &pattern, const QString &id)
{
    return pattern.endsWith(u'*') ? id.startsWith(pattern.chopped(1)) : pattern == id;
}

bool isInPack(const QString &pattern)
{
    return std::ranges::any_of(pack().rules, [&](const Rule &rule) { return stands(pattern, rule.id); });
}

/// The numbers of the lines that a rule names.
QList<int> numbersOf(const Rule &rule)
{
    QList<int> numbers;
    for (const Reference &reference : rule.references) {
        if (reference.source == u"MINDIE")
            numbers += reference.item.section(u' ', 0, 0).toInt();
    }
    return numbers;
}

} // namespace

/// The pack and docs/baseline.md say the same.
class TestBaseline : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isTheSameInBothLanguages()
    {
        const QList<Line> chinese = linesOf(u"baseline.zh.md"_s, u"加固项："_s);
        QVERIFY(baseline().size() > 20);
        QCOMPARE(chinese.size(), baseline().size());
        QSet<QString> texts;
        for (qsizetype i = 0; i < chinese.size(); ++i) {
            const Line &english = baseline()[i];
            QCOMPARE(english.number, int(i) + 1);
            QCOMPARE(chinese[i].number, english.number);
            QCOMPARE(chinese[i].rules, english.rules);
            QVERIFY(!english.text.isEmpty() && english.text != chinese[i].text);
            QVERIFY2(std::ranges::any_of(chinese[i].text, [](QChar c) { return c.script() == QChar::Script_Han; }),
                qPrintable(chinese[i].text));
            texts += english.text;
            texts += chinese[i].text;
        }
        QCOMPARE(texts.size(), chinese.size() * 2);
    }

    void everyLineIsNamedByARule()
    {
        QStringList open;
        for (const Line &line : baseline()) {
            const bool isNamed = std::ranges::any_of(
                pack().rules, [&](const Rule &rule) { return numbersOf(rule).contains(line.number); });
            if (!isNamed)
                open += QString::number(line.number) + u' ' + line.text;
        }
        QVERIFY2(open.isEmpty(), qPrintable(open.join(u'\n')));
    }

    void everyRuleOfALineIsInThePack()
    {
        QStringList missing;
        for (const Line &line : baseline()) {
            QVERIFY2(!line.rules.isEmpty(), qPrintable(line.text));
            for (const QString &id : line.rules) {
                if (!isInPack(id))
                    missing += id;
            }
        }
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(u'\n')));
    }

    void everyRuleNamesItsLines()
    {
        QStringList wrong;
        for (const Rule &rule : pack().rules) {
            const QList<int> numbers = numbersOf(rule);
            QList<int> expected;
            for (const Line &line : baseline()) {
                const bool isListed =
                    std::ranges::any_of(line.rules, [&](const QString &pattern) { return stands(pattern, rule.id); });
                const bool isExact = line.rules.contains(rule.id);
                if (isExact || (isListed && numbers.contains(line.number)))
                    expected += line.number;
            }
            if (numbers.isEmpty() || numbers != expected) {
                QStringList texts;
                for (const int number : expected)
                    texts += QString::number(number);
                wrong += rule.id + u" is to begin the items of its MINDIE references with: "_s + texts.join(u", "_s);
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }

    /// zh is Chinese and is not en, no two rules share a text, and the tests pass.
    void thePackIsInOrder()
    {
        QFile file(u":/rules/mindie.yaml"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QStringList problems;
        for (const Error &error : checkRulePack(u"mindie.yaml"_s, file.readAll()))
            problems += describe(error, Language::English);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
    }

    /// A pass and a fail are demanded of every pack; here also one that could not be decided, and each range in which
    /// the rule does not apply.
    void everyRuleHasItsSamples()
    {
        QStringList lacking;
        for (const Rule &rule : pack().rules) {
            QSet<QString> verdicts;
            for (const RuleTest &test : rule.tests)
                verdicts += QSet<QString>(test.expect.begin(), test.expect.end());
            for (const QString &verdict : {u"pass"_s, u"fail"_s}) {
                // What a person decides is neither: facts for review never pass, and mostly never fail.
                if (!verdicts.contains(verdict) && !verdicts.contains(u"manual"_s))
                    lacking += rule.id + u": "_s + verdict;
            }
            if (!verdicts.contains(u"unknown"_s) && !verdicts.contains(u"error"_s))
                lacking += rule.id + u": unknown or error"_s;
            if (!rule.notApplicable.isEmpty() && !verdicts.contains(u"not-applicable"_s))
                lacking += rule.id + u": not-applicable"_s;
            if (!rule.accepts.isEmpty() && !verdicts.contains(u"error"_s))
                lacking += rule.id + u": error, since only some values are accepted"_s;
        }
        QVERIFY2(lacking.isEmpty(), qPrintable(lacking.join(u'\n')));
    }

    void theExampleOfTheDocumentationIsAPack()
    {
        QFile file(QStringLiteral(SOURCE_DIR "/docs/rules.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        static const QRegularExpression fence(
            u"```yaml\n(schema: jiagu-rules/1\n.*?)```"_s, QRegularExpression::DotMatchesEverythingOption);
        const auto example = fence.match(QString::fromUtf8(file.readAll()));
        QVERIFY(example.hasMatch());
        const QByteArray bytes = example.captured(1).toUtf8();
        QStringList problems;
        for (const Error &error : checkRulePack(u"example.yaml"_s, bytes))
            problems += describe(error, Language::English);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
        const RulePack loaded = *loadRulePack(u"example.yaml"_s, bytes);
        QVERIFY(!loaded.accepted);
        QVERIFY(!loaded.rules.isEmpty());
        QVERIFY(std::ranges::any_of(loaded.rules, [](const Rule &rule) { return rule.fixable; }));
    }
};

QTEST_GUILESS_MAIN(TestBaseline)
#include "tst_baseline.moc"
