// SPDX-License-Identifier: Apache-2.0
#include "rules/packreader.h"
#include "rules/rulepack.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// Checks that have nothing in the pack that could be turned round: what they ask is in the program alone.
const QSet<QString> withoutData{u"static_pods"_s, u"kubelet_address"_s, u"anonymous_auth"_s, u"confinement"_s,
    u"service_accounts"_s, u"distinct_files"_s};

/// Mutants that change what a finding says and never its verdict.
const QSet<QString> sameVerdict{u".feature_gate.locked later"_s, u".kubelet_authority.days less"_s,
    u".kubelet_authority.days more"_s, u".chained_plugin.owners emptied"_s, u".chained_plugin.owners.types emptied"_s};

QJsonObject packAsJson()
{
    QFile file(u":/rules/mindie.yaml"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const Result<YamlDocument> document = YamlDocument::parse(u"mindie.yaml"_s, file.readAll());
    return document ? PackReader(*document).value(document->root()).toObject() : QJsonObject();
}

/// A reference to a parameter, as core/rules has it.
const QRegularExpression &reference()
{
    static const QRegularExpression form(u"\\{([A-Z][A-Za-z0-9-]+)(?:\\.([1-9]))?\\}"_s);
    return form;
}

/// What the parameter proposes that a text of a check refers to.
QJsonValue proposed(const QString &text, const QString &key)
{
    static const QJsonArray rules = packAsJson()[u"rules"_s].toArray();
    const auto match = reference().match(text);
    QString value;
    for (const QJsonValue &rule : rules) {
        if (rule[u"id"_s] == match.captured(1)) {
            const QJsonValue own = rule[u"parameter"_s];
            value = (own.isObject() ? own : rule[u"fix"_s][u"parameter"_s])[u"proposal"_s].toString();
        }
    }
    if (key == u"allowed" || key == u"networks" || key == u"namespaces")
        return QJsonArray::fromStringList(listItems(value));
    bool isNumber = false;
    const int item = match.captured(2).toInt();
    const qint64 number = (item > 0 ? listItems(value).value(item - 1) : value).toLongLong(&isNumber);
    return isNumber ? QJsonValue(number) : QJsonValue(value);
}

/// The assertion with what the parameter proposes, which no value changes; empty where it refers to none.
QJsonObject untailored(const QJsonObject &assertion)
{
    const QString op = assertion.begin().key();
    const QJsonValue operand = assertion.begin().value();
    const QString text = op == u"between" ? operand[1].toString() : operand.toString();
    if (!reference().match(text).hasMatch())
        return {};
    if (op == u"between")
        return {{u"ge"_s, operand[0]}};
    const QJsonValue value = proposed(text, {});
    return {{op == u"ge" && value.isString() ? u"eq"_s : op, value}};
}

struct Mutant
{
    QString what; ///< "assert.eq: false → ne"
    QJsonValue check;
};

/// The operators and what holds when they do not.
QJsonObject inverted(const QJsonObject &assertion)
{
    static const QMap<QString, QString> opposites{{u"eq"_s, u"ne"_s}, {u"ne"_s, u"eq"_s},
        {u"contains"_s, u"excludes"_s}, {u"excludes"_s, u"contains"_s}, {u"gt"_s, u"le"_s}, {u"le"_s, u"gt"_s}};
    const QString op = assertion.begin().key();
    const QJsonValue operand = assertion.begin().value();
    if (opposites.contains(op))
        return {{opposites.value(op), operand}};
    if (op == u"between")
        return {{u"le"_s, operand[0].toInteger() - 1}};
    if (op == u"ge" && operand.isString())
        return {{u"ne"_s, operand}};
    if (op == u"ge")
        return {{u"le"_s, operand.toInteger() - 1}};
    return {{op, QJsonArray{op == u"not_above" ? u"/what-nobody-writes"_s : u"what-nobody-writes"_s}}};
}

/// Values that other rules with this check have at the place.
using Others = QMap<QString, QStringList>;

/// A scalar made wider or another; nothing where nothing can be said.
QList<Mutant> another(const QJsonValue &value, const QString &path, const Others &others)
{
    const QString key = path.section(u'.', -1);
    const QString text = value.toString();
    if (reference().match(text).hasMatch()) {
        QList<Mutant> mutants{{path + u" not tailored"_s, proposed(text, key)}};
        if (!mutants[0].check.isArray())
            mutants += another(mutants[0].check, path, others);
        return mutants;
    }
    if (value.isBool())
        return {{path + u" turned round"_s, !value.toBool()}};
    if (value.isDouble())
        return {{path + u" less"_s, value.toInteger() / 10 + 1}, {path + u" more"_s, value.toInteger() * 10 + 9}};
    if (key == u"mode")
        return {{path + u" widened"_s, u"0777"_s}};
    if (key == u"level")
        return {{path + u" higher"_s, u"RequestResponse"_s}};
    if (key == u"lowest")
        return {{path + u" lower"_s, u"VersionTLS12"_s}, {path + u" lowest"_s, u"VersionTLS11"_s}};
    if (key == u"flag" || key == u"path" || key == u"type" || text.isEmpty())
        return {};
    if (text.startsWith(u"1."_s))
        return {{path + u" later"_s, u"1.90"_s}};
    QList<Mutant> mutants{{path + u" what nobody writes"_s, u"WhatNobodyWrites"_s}};
    for (const QString &other : others.value(path)) {
        if (other != text)
            mutants += {path + u" as "_s + other, other};
    }
    return mutants;
}

/// One thing of the check after the other, made wider, narrower or another; what stands in each item of a list, in all
/// of them at once. What the loader does not take is no mutant.
void mutate(const QJsonValue &value, const QString &path, const Others &others, QList<Mutant> &mutants)
{
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto field = object.begin(); field != object.end(); ++field) {
            QList<Mutant> inner;
            if (field.key() == u"en" || field.key() == u"zh")
                continue; // what is said
            if (field.key() == u"assert") {
                const QJsonObject assertion = field.value().toObject();
                inner += {path + u".assert inverted"_s, inverted(assertion)};
                if (const QJsonObject without = untailored(assertion); !without.isEmpty())
                    inner += {path + u".assert not tailored"_s, without};
            } else
                mutate(field.value(), path + u'.' + field.key(), others, inner);
            for (const Mutant &mutant : inner) {
                QJsonObject changed = object;
                changed.insert(field.key(), mutant.check);
                if (field.key() == u"aspect" && mutant.check == u"policy"_s)
                    changed.insert(u"level"_s, u"Metadata"_s); // this aspect is not taken without one
                mutants += {mutant.what, changed};
            }
        }
    } else if (value.isArray()) {
        mutants += {path + u" emptied"_s, QJsonArray()};
        const QJsonArray array = value.toArray();
        QMap<QString, QJsonArray> changed;
        for (qsizetype i = 0; i < array.size() && array[i].isObject(); ++i) {
            QList<Mutant> inner;
            mutate(array[i], path, others, inner);
            for (const Mutant &mutant : inner) {
                if (!changed.contains(mutant.what))
                    changed.insert(mutant.what, array);
                changed[mutant.what][i] = mutant.check;
            }
        }
        for (auto mutant = changed.begin(); mutant != changed.end(); ++mutant)
            mutants += {mutant.key(), mutant.value()};
    } else {
        mutants += another(value, path, others);
    }
}

void collect(const QJsonValue &value, const QString &path, Others &others)
{
    const QJsonObject object = value.toObject();
    for (auto field = object.begin(); field != object.end(); ++field)
        collect(field.value(), path + u'.' + field.key(), others);
    if (value.isString() && !others[path].contains(value.toString()))
        others[path] += value.toString();
}

/// The pack with this one rule, and with those whose parameters it refers to.
Result<RulePack> packOf(QJsonObject pack, const QJsonObject &rule)
{
    QJsonObject head = pack[u"pack"_s].toObject();
    head.remove(u"baselines"_s);
    QJsonArray waivers = head[u"waivers"_s].toArray();
    for (QJsonValueRef waiver : waivers) {
        QJsonObject changed = waiver.toObject();
        const QString names = changed[u"namespaces"_s].toString();
        if (names != u"{%1}"_s.arg(rule[u"id"_s].toString()))
            changed.insert(u"namespaces"_s, proposed(names, u"namespaces"_s));
        waiver = changed;
    }
    head.insert(u"waivers"_s, waivers);
    const QString text = QString::fromUtf8(QJsonDocument(rule).toJson());
    QJsonArray rules{rule};
    for (const QJsonValue &other : pack[u"rules"_s].toArray()) {
        const QString id = other[u"id"_s].toString();
        if (id != rule[u"id"_s].toString() && (text.contains(u"{%1}"_s.arg(id)) || text.contains(u"{%1."_s.arg(id))))
            rules += other;
    }
    pack.insert(u"pack"_s, head);
    pack.insert(u"rules"_s, rules);
    return loadRulePack(u"mutant.yaml"_s, QJsonDocument(pack).toJson().replace('\x7f', "\\u007f")); // YAML wants it so
}

} // namespace

/// A rule that asks for something else than it should is caught by the tests that it carries.
class TestMutation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(!packAsJson().isEmpty()); }

    void theTestsCatchIt_data()
    {
        QTest::addColumn<QJsonObject>("rule");
        for (const QJsonValue &rule : packAsJson()[u"rules"_s].toArray())
            QTest::newRow(qPrintable(rule[u"id"_s].toString())) << rule.toObject();
    }
    void theTestsCatchIt()
    {
        QFETCH(QJsonObject, rule);
        const QJsonObject pack = packAsJson();
        const auto unchanged = packOf(pack, rule);
        QVERIFY2(unchanged, unchanged ? "" : qPrintable(describe(unchanged.error(), Language::English)));
        QVERIFY(testRulePack(*unchanged).isEmpty());

        Others others;
        for (const QJsonValue &other : pack[u"rules"_s].toArray())
            collect(other[u"check"_s], {}, others);
        QList<Mutant> mutants;
        const QJsonValue check = rule[u"check"_s];
        mutate(check, {}, others, mutants);
        QStringList alive;
        int loaded = 0;
        for (const Mutant &mutant : std::as_const(mutants)) {
            QJsonObject changed = rule;
            changed.insert(u"check"_s, mutant.check);
            const auto spoiled = packOf(pack, changed);
            if (!spoiled)
                continue;
            ++loaded;
            if (testRulePack(*spoiled).isEmpty() && !sameVerdict.contains(mutant.what))
                alive += mutant.what;
        }
        const QString kind = check.toObject().begin().key();
        QVERIFY2(alive.isEmpty(), qPrintable(alive.join(u'\n')));
        QCOMPARE(loaded == 0, withoutData.contains(kind));
        if (loaded > 0)
            return;
        QSet<QString> expected; // turned round, the check itself would be seen by tests of both verdicts
        for (const QJsonValue &test : rule[u"tests"_s].toArray()) {
            for (const QJsonValue &verdict : test[u"expect"_s].toArray())
                expected += verdict.toString();
        }
        QVERIFY2(expected.contains(u"pass"_s) && expected.contains(u"fail"_s), qPrintable(kind));
    }

    /// A range in which a rule does not apply is told by a test, too.
    void theRangesAreTested()
    {
        const QJsonObject pack = packAsJson();
        QStringList alive;
        for (const QJsonValue &value : pack[u"rules"_s].toArray()) {
            QJsonObject rule = value.toObject();
            if (!rule.contains(u"not_applicable"_s))
                continue;
            rule.remove(u"not_applicable"_s);
            const auto spoiled = packOf(pack, rule);
            QVERIFY(spoiled);
            if (testRulePack(*spoiled).isEmpty())
                alive += rule[u"id"_s].toString();
        }
        QVERIFY2(alive.isEmpty(), qPrintable(alive.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(TestMutation)
#include "tst_mutation.moc"
