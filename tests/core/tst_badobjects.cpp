// SPDX-License-Identifier: Apache-2.0
#include "rules/situation.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr int releases[] = {24, 30, 34, 37};

/// What may stand where a value of an object should.
QList<QJsonValue> anything(const QJsonValue &good)
{
    QList<QJsonValue> values{QJsonValue::Null, u""_s, u"nonsense"_s, u"true"_s, u"false"_s, u"1"_s, true, false, 0, 1,
        7, -1, 1.5, 1e300, QJsonArray(), QJsonObject(), QJsonArray{u"nonsense"_s}, QJsonArray{QJsonValue::Null},
        QJsonArray{QJsonArray()}, QJsonArray{7}, QJsonObject{{u"a"_s, u"b"_s}}, u"::1"_s, u"真"_s};
    const QJsonValue first = good.isArray() ? good.toArray().at(0) : good;
    for (const QString &text : {first.toString().toLower(), first.toString().toUpper(), u' ' + first.toString(),
             first.toString() + u' ', first.toString() + u",nonsense"_s, first.toVariant().toString()}) {
        values += text;
        if (good.isArray())
            values += QJsonArray{text};
    }
    return values;
}

QString shown(const QJsonValue &value)
{
    return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
}

/// The object with a value at a path; "[]" after a name is a list with one item.
QJsonValue withValue(const QJsonValue &object, const QStringList &path, const QJsonValue &value)
{
    if (path.isEmpty())
        return value;
    QString key = path.constFirst();
    const bool isList = key.endsWith("[]"_L1);
    if (isList)
        key.chop(2);
    QJsonObject result = object.toObject();
    const QJsonValue inner = isList ? result.value(key).toArray().at(0) : result.value(key);
    const QJsonValue changed = withValue(inner, path.mid(1), value);
    result.insert(key, isList ? QJsonValue(QJsonArray{changed}) : changed);
    return result;
}

/// A value that a workload rule takes.
QJsonValue good(const Rule &rule)
{
    const QJsonValue operand = rule.assertion.operand;
    switch (rule.assertion.op) {
    case Assertion::Operator::In:
        return operand.toArray().at(0);
    case Assertion::Operator::Contains:
        return QJsonArray{operand};
    case Assertion::Operator::Greater:
        return operand.toInteger() + 1;
    case Assertion::Operator::NotEqual:
        return operand.isBool() ? QJsonValue(!operand.toBool()) : QJsonValue(1000);
    case Assertion::Operator::NotAbove:
        return u"/srv/data"_s;
    default:
        return operand;
    }
}

/// Whether the API server takes the value for a field of the type (encoding/json; quantities by
/// apimachinery/pkg/api/resource/quantity.go), and the rule wants it.
bool isRight(const Rule &rule, const QJsonValue &value)
{
    using enum WorkloadFields::Type;
    if (value.isNull())
        return rule.fields.optional || rule.assertion.holds(value);
    static const QRegularExpression quantity(u"^[+]?[0-9.]+([numkMGTPE]|[KMGTPE]i)?$"_s);
    switch (rule.fields.type) {
    case Bool:
        return value.isBool() && rule.assertion.holds(value);
    case Integer:
        return value.isDouble() && std::floor(value.toDouble()) == value.toDouble() && rule.assertion.holds(value);
    case Text:
        return value.isString() && rule.assertion.holds(value);
    case List: {
        const QJsonArray items = value.toArray();
        return std::ranges::all_of(items, [](const QJsonValue &item) { return item.isString(); })
            && rule.assertion.holds(value);
    }
    case Quantity:
        return value.toDouble() > 0 || (quantity.match(value.toString()).hasMatch() && value.toString() != u"0");
    }
    return false;
}

/// A pod that is as the rule wants it, with what it has at the field.
QJsonObject podOf(const Rule &rule)
{
    QJsonValue container = QJsonObject{{u"name"_s, u"web"_s}};
    for (const QString &field : rule.fields.container)
        container = withValue(container, field.split(u'.'), good(rule));
    QJsonValue spec = QJsonObject{{u"containers"_s, QJsonArray{container}}};
    for (const QString &field : rule.fields.pod)
        spec = withValue(spec, field.split(u'.'), good(rule));
    return {{u"metadata"_s, QJsonObject{{u"namespace"_s, u"mindie"_s}, {u"name"_s, u"web"_s}, {u"uid"_s, u"a"_s}}},
        {u"spec"_s, spec}};
}

RuleTest with(const QString &list, const QJsonValue &object)
{
    RuleTest test;
    test.objects = {{list, QJsonArray{object}}};
    return test;
}

const RuleTest *passing(const Rule &rule, const std::function<bool(const RuleTest &)> &fits)
{
    const auto found = std::ranges::find_if(
        rule.tests, [&](const RuleTest &test) { return test.expect == QStringList{u"pass"_s} && fits(test); });
    return found == rule.tests.end() ? nullptr : &*found;
}

} // namespace

/// Whatever stands in objects of the API, in files of JSON and in records of a node: a verdict with its reason, and a
/// pass only for what is as it should be.
class TestBadObjects : public QObject
{
    Q_OBJECT

    RulePack m_pack;
    QStringList m_wrong;
    int m_judged = 0;

    void check(const Rule &rule, const QString &how, RuleTest test, bool mayPass)
    {
        for (const int minor : releases) {
            test.release = Release{minor, -1};
            const QList<Finding> findings = findingsIn(m_pack, rule, test);
            ++m_judged;
            if (findings.isEmpty())
                m_wrong += rule.id + u", "_s + how + u": no verdict"_s;
            for (const Finding &finding : findings) {
                const bool pass = finding.verdict == Verdict::Pass && !mayPass;
                if (pass || finding.reason.en.isEmpty() || finding.reason.zh.isEmpty())
                    m_wrong += u"%1 at 1.%2, %3: %4"_s.arg(rule.id).arg(minor).arg(how, finding.reason.en);
            }
        }
    }

    void verify(int atLeast)
    {
        QVERIFY2(m_wrong.isEmpty(), qPrintable(m_wrong.join(u'\n')));
        QVERIFY2(m_judged >= atLeast, qPrintable(QString::number(m_judged)));
    }

    QList<Rule> rulesOf(CheckKind kind)
    {
        QList<Rule> rules;
        std::ranges::copy_if(
            m_pack.rules, std::back_inserter(rules), [kind](const Rule &rule) { return rule.check == kind; });
        return rules;
    }

    /// Values at a field, and at each step on the way to it.
    void spoilField(const Rule &rule, const QStringList &path, const QStringList &field)
    {
        const QJsonObject pod = podOf(rule);
        // Where no list is, no item of it has to be right.
        const bool unset = isRight(rule, QJsonValue::Null) || field.join(u'.').contains("[]"_L1);
        for (qsizetype depth = 1; depth <= field.size(); ++depth) {
            QStringList place = path + field.first(depth);
            const bool isList = place.constLast().endsWith("[]"_L1);
            if (isList)
                place.last().chop(2);
            const bool isValue = depth == field.size() && !isList;
            for (const QJsonValue &value : anything(good(rule))) {
                bool mayPass = isValue ? isRight(rule, value) : unset && value.isNull();
                if (isList) { // as a whole, and its one item
                    const QJsonArray items = value.toArray();
                    const bool isLast = depth == field.size();
                    mayPass = unset && (value.isNull() || value.isArray())
                        && std::ranges::all_of(items, [&](const QJsonValue &item) {
                               return item.isNull() || (isLast ? isRight(rule, item) : item.isObject());
                           });
                } else if (!isValue && value.isObject()) {
                    mayPass = unset;
                }
                check(rule, place.join(u'.') + u" = "_s + shown(value), with(u"pods"_s, withValue(pod, place, value)),
                    mayPass);
            }
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        auto pack = builtinRulePack();
        QVERIFY(pack);
        m_pack = *pack;
    }
    void init()
    {
        m_wrong.clear();
        m_judged = 0;
    }

    void fieldsOfPods()
    {
        for (const Rule &rule : rulesOf(CheckKind::Workload)) {
            const QList<Finding> right = findingsIn(m_pack, rule, with(u"pods"_s, podOf(rule)));
            QCOMPARE(right.size(), 1);
            QVERIFY2(right[0].verdict == Verdict::Pass, qPrintable(rule.id + right[0].reason.en));
            for (const QString &field : rule.fields.container)
                spoilField(rule, {u"spec"_s, u"containers[]"_s}, field.split(u'.'));
            for (const QString &field : rule.fields.pod)
                spoilField(rule, {u"spec"_s}, field.split(u'.'));
        }
        verify(4000);
    }

    void shapesOfPods()
    {
        for (const Rule &rule : rulesOf(CheckKind::Workload)) {
            for (const QJsonValue &value : anything(u"a"_s)) {
                check(rule, u"pod "_s + shown(value), with(u"pods"_s, value), false);
                for (const QStringList &place : {QStringList{u"spec"_s}, QStringList{u"spec"_s, u"containers"_s}})
                    check(rule, place.join(u'.') + u" = "_s + shown(value),
                        with(u"pods"_s, withValue(podOf(rule), place, value)), false);
                const bool isNone = value.isNull() || (value.isArray() && value.toArray().isEmpty());
                for (const QString &list : {u"initContainers"_s, u"ephemeralContainers"_s})
                    check(rule, list + u" = "_s + shown(value),
                        with(u"pods"_s, withValue(podOf(rule), {u"spec"_s, list}, value)), isNone);
                check(rule, u"template "_s + shown(value),
                    with(u"deployments"_s, QJsonObject{{u"spec"_s, QJsonObject{{u"template"_s, value}}}}), false);
            }
        }
        verify(4000);
    }

    void accounts()
    {
        for (const Rule &rule : rulesOf(CheckKind::ServiceAccountTokens)) {
            for (const QJsonValue &value : anything(false)) {
                const QJsonObject account{
                    {u"metadata"_s, QJsonObject{{u"namespace"_s, u"mindie"_s}, {u"name"_s, u"default"_s}}},
                    {u"automountServiceAccountToken"_s, value}};
                check(rule, shown(value), with(u"serviceaccounts"_s, account), value == false);
            }
        }
        verify(80);
    }

    void bindings()
    {
        for (const Rule &rule : rulesOf(CheckKind::ClusterAdmins)) {
            for (const QJsonValue &value : anything(u"a"_s)) {
                const QJsonObject binding{{u"metadata"_s, QJsonObject{{u"name"_s, u"b"_s}}},
                    {u"roleRef"_s, QJsonObject{{u"kind"_s, u"ClusterRole"_s}, {u"name"_s, rule.admins.role}}},
                    {u"subjects"_s, value}};
                const bool nobody = value.isNull() || (value.isArray() && value.toArray().isEmpty());
                check(rule, shown(value), with(u"clusterrolebindings"_s, binding), nobody);
            }
        }
        for (const Rule &rule : rulesOf(CheckKind::AnonymousAuth)) {
            const RuleTest *sample =
                passing(rule, [](const RuleTest &test) { return test.objects.contains(u"clusterrolebindings"_s); });
            QVERIFY(sample);
            for (const QJsonValue &value : anything(u"a"_s)) {
                const QJsonObject binding{{u"metadata"_s, QJsonObject{{u"name"_s, u"b"_s}}},
                    {u"roleRef"_s, QJsonObject{{u"kind"_s, u"ClusterRole"_s}, {u"name"_s, u"edit"_s}}},
                    {u"subjects"_s, value}};
                RuleTest test = *sample;
                test.objects[u"clusterrolebindings"_s] = QJsonArray{binding};
                const bool nobody = value.isNull() || (value.isArray() && value.toArray().isEmpty());
                check(rule, shown(value), test, nobody);
            }
        }
        verify(160);
    }

    void optionsOfDocker()
    {
        for (const Rule &rule : rulesOf(CheckKind::Docker)) {
            const RuleTest *sample = passing(rule, [](const RuleTest &test) { return !test.files.isEmpty(); });
            QVERIFY(sample);
            const QString path = sample->files.firstKey();
            const QJsonObject right = QJsonDocument::fromJson(sample->files.first()).object();
            const auto look = [&](const QString &key, const QJsonValue &value, bool mayPass) {
                QJsonObject changed = right;
                changed.insert(key, value);
                RuleTest test = *sample;
                test.argv = {test.argv.value(0)};
                for (const DockerOption &option : rule.docker) { // the file alone
                    if (option.type == ValueType::Bool && !changed.contains(option.key))
                        changed.insert(option.key, option.assertion.operand);
                }
                test.files[path] = QJsonDocument(changed).toJson();
                check(rule, key + u" = "_s + shown(value), test, mayPass);
            };
            for (const DockerOption &option : rule.docker) {
                const bool isBool = option.type == ValueType::Bool;
                for (const QJsonValue &value : anything(option.assertion.operand)) {
                    look(option.key, value,
                        isBool ? value.isBool() && option.assertion.holds(value) : value == QJsonArray());
                }
            }
            for (const QJsonValue &value : {QJsonValue(u"tcp://0.0.0.0:2375"_s), QJsonValue(QJsonObject()),
                     QJsonValue(7), QJsonValue(QJsonArray{u"tcp://0.0.0.0:2375"_s})})
                look(u"hosts"_s, value, false);
        }
        verify(200);
    }

    void records()
    {
        for (const Rule &rule : rulesOf(CheckKind::Reported)) {
            for (auto field = rule.reported.good.cbegin(); field != rule.reported.good.cend(); ++field) {
                const RuleTest *sample = passing(rule, [](const RuleTest &test) { return !test.outputs.isEmpty(); });
                QVERIFY2(sample, qPrintable(rule.id));
                for (const QJsonValue &value : anything(field.value().constFirst())) {
                    const QString text = value.toVariant().toString();
                    RuleTest test = *sample;
                    test.outputs[rule.reported.outputs.constFirst()] =
                        (field.key() == u"value" ? text : field.key() + u'=' + text + u" text=/etc/profile:1"_s)
                            .toUtf8();
                    // Blanks end a word of a record, and no value is longer than its word.
                    check(rule, field.key() + u" = "_s + shown(value), test, field.value().contains(text.trimmed()));
                }
            }
        }
        verify(200);
    }

    void pluginsOfTheNetwork()
    {
        for (const Rule &rule : rulesOf(CheckKind::ChainedPlugin)) {
            const RuleTest *sample = passing(rule, [](const RuleTest &test) { return !test.files.isEmpty(); });
            QVERIFY(sample);
            const QJsonObject right = QJsonDocument::fromJson(sample->files.first()).object();
            const QJsonArray chain = right[u"plugins"_s].toArray();
            const auto look = [&](const QString &how, const QJsonValue &plugins, bool mayPass) {
                QJsonObject changed = right;
                changed.insert(u"plugins"_s, plugins);
                RuleTest test = *sample;
                test.files[test.files.firstKey()] = QJsonDocument(changed).toJson();
                check(rule, how, test, mayPass);
            };
            for (const QJsonValue &value : anything(rule.plugin.type)) {
                look(u"plugins = "_s + shown(value), value, false);
                for (const QStringList &place :
                    {QStringList{u"type"_s}, {u"capabilities"_s}, {u"capabilities"_s, rule.plugin.capability}}) {
                    const QJsonArray changed{chain.at(0), withValue(chain.at(1), place, value)};
                    const bool same =
                        place.size() == 2 ? value == true : value == rule.plugin.type && place[0] == u"type";
                    look(place.join(u'.') + u" = "_s + shown(value), changed, same);
                }
            }
        }
        verify(300);
    }
};

QTEST_GUILESS_MAIN(TestBadObjects)
#include "tst_badobjects.moc"
