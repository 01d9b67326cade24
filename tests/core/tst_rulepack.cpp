// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

// One small pack that loads; each row of a table spoils one thing of it.
const QByteArray good = R"(schema: jiagu-rules/1
pack:
  id: small
  version: "1.0"
  title: {en: Small, zh: 小}
  sources:
    - {key: MINDIE, title: {en: Guide, zh: 指南}}
  waivers:
    - {id: "builtin:system", reason: {en: Known, zh: 已知}, namespaces: [kube-system]}
rules:
  - id: API-02
    title: {en: Title, zh: 标题}
    rationale: {en: Why, zh: 原因}
    risk: {en: Risk, zh: 风险}
    remediation: {en: Do, zh: 做}
    severity: medium
    component: kube-apiserver
    references: [{source: MINDIE, item: one}]
    check:
      setting: {flag: --profiling, type: bool, assert: {eq: false}}
    fix:
      set_flag: {flag: --profiling, value: "false"}
    tests:
      - {name: off, release: "1.34", argv: [kube-apiserver], expect: [fail], actual: "true"}
  - id: WL-01
    title: {en: Title two, zh: 标题二}
    rationale: {en: Why, zh: 原因}
    risk: {en: Risk, zh: 风险}
    remediation: {en: Do, zh: 做}
    severity: high
    component: workload
    references: []
    check:
      workload: {container: [securityContext.privileged], type: bool, assert: {ne: true}}
    tests: []
)";

QByteArray with(const QByteArray &before, const QByteArray &after)
{
    QByteArray bytes = good;
    const qsizetype at = bytes.indexOf(before);
    if (at < 0)
        qFatal("the good pack does not hold: %s", before.constData());
    return bytes.replace(at, before.size(), after);
}

bool hasChinese(const QString &text)
{
    return std::any_of(
        text.begin(), text.end(), [](QChar character) { return character.script() == QChar::Script_Han; });
}

} // namespace

class TestRulePack : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void loads()
    {
        const Result<RulePack> pack = loadRulePack(u"small.yaml"_s, good);
        QVERIFY2(pack, pack ? "" : qPrintable(describe(pack.error(), Language::English)));
        QCOMPARE(pack->id, u"small"_s);
        QCOMPARE(pack->version, u"1.0"_s);
        QCOMPARE(pack->title, (Message{u"Small"_s, u"小"_s}));
        QCOMPARE(pack->digest, QCryptographicHash::hash(good, QCryptographicHash::Sha256).toHex());
        QCOMPARE(pack->sources.value(u"MINDIE"_s).zh, u"指南"_s);
        QCOMPARE(pack->waivers.size(), 1);
        QCOMPARE(pack->waivers[0].namespaces, QStringList{u"kube-system"_s});
        QCOMPARE(pack->rules.size(), 2);
        const Rule &api = *pack->rule(u"API-02"_s);
        QCOMPARE(api.severity, Severity::Medium);
        QCOMPARE(api.component, ComponentKind::ApiServer);
        QCOMPARE(api.check, CheckKind::Setting);
        QCOMPARE(api.setting.flag, u"--profiling"_s);
        QCOMPARE(api.setting.component, ComponentKind::ApiServer);
        QCOMPARE(api.setting.type, ValueType::Bool);
        QCOMPARE(api.assertion.op, Assertion::Operator::Equal);
        QCOMPARE(api.assertion.operand, QJsonValue(false));
        QVERIFY(api.fixable);
        QCOMPARE(api.fixFlag, u"--profiling"_s);
        QCOMPARE(api.fixValue, u"false"_s);
        QCOMPARE(api.references.size(), 1);
        QCOMPARE(api.references[0].source, u"MINDIE"_s);
        QCOMPARE(api.tests.size(), 1);
        QCOMPARE(api.tests[0].release, (Release{34, -1}));
        QCOMPARE(api.tests[0].expect, QStringList{u"fail"_s});
        const Rule &workload = *pack->rule(u"WL-01"_s);
        QCOMPARE(workload.check, CheckKind::Workload);
        QCOMPARE(workload.fields.container, QStringList{u"securityContext.privileged"_s});
        QVERIFY(!workload.fixable);
        QVERIFY(!pack->rule(u"API-03"_s));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after"); // ^ is where the error must be
        QTest::addColumn<QString>("says"); // a part of the English sentence
        QTest::newRow("unknown key at the top") << QByteArray("rules:\n") << QByteArray("^rule:\n")
                                                << u"\"rule\" is not known here. Did you mean \"rules\"?"_s;
        QTest::newRow("unknown key of a rule")
            << QByteArray("    severity: medium") << QByteArray("    ^severty: medium")
            << u"\"severty\" is not known here. Did you mean \"severity\"?"_s;
        QTest::newRow("unknown key of a setting")
            << QByteArray("{flag: --profiling, type") << QByteArray("{^flags: --profiling, type")
            << u"Did you mean \"flag\"?"_s;
        QTest::newRow("unknown operator") << QByteArray("{eq: false}") << QByteArray("{^neq: false}")
                                          << u"\"neq\" is not known here. Did you mean \"eq\"?"_s;
        QTest::newRow("unknown check") << QByteArray("      workload: {") << QByteArray("      ^workloads: {")
                                       << u"Did you mean \"workload\"?"_s;
        QTest::newRow("unknown severity") << QByteArray("severity: medium") << QByteArray("severity: ^middle")
                                          << u"\"middle\" is not known here. Did you mean"_s;
        QTest::newRow("unknown component")
            << QByteArray("component: kube-apiserver") << QByteArray("component: ^kube-apiservre")
            << u"Did you mean \"kube-apiserver\"?"_s;
        QTest::newRow("unknown source") << QByteArray("[{source: MINDIE") << QByteArray("[{source: ^MINDEI")
                                        << u"Did you mean \"MINDIE\"?"_s;
        QTest::newRow("unknown schema") << QByteArray("jiagu-rules/1") << QByteArray("^jiagu-rules/2")
                                        << u"\"jiagu-rules/2\" is not known here"_s;
        QTest::newRow("unknown verdict") << QByteArray("[fail]") << QByteArray("[^failed]")
                                         << u"Did you mean \"fail\"?"_s;
        QTest::newRow("no Chinese") << QByteArray("{en: Why, zh: 原因}") << QByteArray("^{en: Why}")
                                    << u"\"zh\" is missing here"_s;
        QTest::newRow("no English") << QByteArray("{en: Risk, zh: 风险}") << QByteArray("^{zh: 风险}")
                                    << u"\"en\" is missing here"_s;
        QTest::newRow("the same in both languages")
            << QByteArray("{en: Do, zh: 做}") << QByteArray("^{en: Do, zh: Do}") << u"the same in both languages"_s;
        QTest::newRow("empty in one language")
            << QByteArray("{en: Do, zh: 做}") << QByteArray("^{en: Do, zh: \"\"}") << u"empty in one language"_s;
        QTest::newRow("missing key") << QByteArray("id: WL-01\n    title: {en: Title two, zh: 标题二}\n")
                                     << QByteArray("^id: WL-01\n") << u"\"title\" is missing here"_s;
        QTest::newRow("repeated id") << QByteArray("id: WL-01") << QByteArray("id: ^API-02")
                                     << u"\"API-02\" is used twice"_s;
        QTest::newRow("bad id") << QByteArray("id: WL-01") << QByteArray("id: ^wl 01") << u"is not a rule id"_s;
        QTest::newRow("number where text is")
            << QByteArray("version: \"1.0\"") << QByteArray("version: ^1.0") << u"Text is expected here"_s;
        QTest::newRow("bool where text is")
            << QByteArray("value: \"false\"") << QByteArray("value: ^false") << u"Text is expected here"_s;
        QTest::newRow("text where a map is")
            << QByteArray("{en: Title, zh: 标题}") << QByteArray("^Title") << u"A map (key: value) is expected here"_s;
        QTest::newRow("text where a list is")
            << QByteArray("references: []") << QByteArray("references: ^none") << u"A list is expected here"_s;
        QTest::newRow("operand of another type")
            << QByteArray("{eq: false}") << QByteArray("{eq: ^0}") << u"does not fit the operator"_s;
        QTest::newRow("operator of another type")
            << QByteArray("{eq: false}") << QByteArray("{gt: ^false}") << u"does not fit the operator"_s;
        QTest::newRow("two operators") << QByteArray("{eq: false}") << QByteArray("^{eq: false, ne: true}")
                                       << u"exactly one operator"_s;
        QTest::newRow("fix of another flag")
            << QByteArray("set_flag: {flag: --profiling, value") << QByteArray("^set_flag: {flag: --port, value")
            << u"its flag is the setting's"_s;
        QTest::newRow("value and parameter")
            << QByteArray("{flag: --profiling, value: \"false\"}\n")
            << QByteArray(
                   "^{flag: --profiling, value: \"false\"}\n      parameter: {type: text, title: {en: a, zh: b}}\n")
            << u"a value or a parameter"_s;
        QTest::newRow("neither value nor parameter")
            << QByteArray("set_flag: {flag: --profiling, value: \"false\"}")
            << QByteArray("set_flag: ^{flag: --profiling}") << u"a value or a parameter"_s;
        QTest::newRow("two fixes") << QByteArray("set_flag: {flag: --profiling, value: \"false\"}")
                                   << QByteArray("^guided: {}\n      set_field: {path: a, value: b}")
                                   << u"exactly one of set_flag"_s;
        QTest::newRow("unknown key of a parameter")
            << QByteArray("set_flag: {flag: --profiling, value: \"false\"}")
            << QByteArray("set_flag: {flag: --profiling}\n      parameter: {^typ: text, title: {en: a, zh: b}}")
            << u"Did you mean \"type\"?"_s;
        QTest::newRow("proposal that cannot be used")
            << QByteArray("set_flag: {flag: --profiling, value: \"false\"}")
            << QByteArray("set_flag: {flag: --profiling}\n      parameter: ^{type: text, title: {en: a, zh: b}, "
                          "proposal: c, choices: [d]}")
            << u"it takes one of d"_s;
        const QByteArray flag = "set_flag: {flag: --profiling, value: \"false\"}";
        const QByteArray asking = "set_flag: {flag: --profiling}\n      parameter: ";
        QTest::newRow("integer without a range")
            << flag << asking + "^{type: integer, title: {en: a, zh: b}}" << u"An integer has a range"_s;
        QTest::newRow("range of a text") << flag << asking + "^{type: text, title: {en: a, zh: b}, range: [1, 2]}"
                                         << u"An integer has a range"_s;
        QTest::newRow("range that is none")
            << flag << asking + "{type: integer, title: {en: a, zh: b}, range: ^[2, 1]}" << u"two whole numbers"_s;
        QTest::newRow("proposal beyond the range")
            << flag << asking + "^{type: integer, title: {en: a, zh: b}, range: [1, 2], proposal: \"3\"}" << u"1–2"_s;
        QTest::newRow("two numbers where three are asked for")
            << flag
            << asking + "^{type: integers, title: {en: a, zh: b}, ranges: [[1, 2], [1, 2], [1, 2]], proposal: \"1,1\"}"
            << u"3 whole numbers"_s;
        QTest::newRow("network that is an address")
            << flag << asking + "^{type: networks, title: {en: a, zh: b}, proposal: 10.0.0.1}" << u"is no network"_s;
        QTest::newRow("network of everything")
            << flag << asking + "^{type: networks, title: {en: a, zh: b}, proposal: \"10.0.0.0/8,::/0\"}"
            << u"\"::/0\" is no network"_s;
        QTest::newRow("primary and a network")
            << flag << asking + "^{type: networks, title: {en: a, zh: b}, proposal: \"primary,10.0.0.0/8\"}"
            << u"\"primary\" is no network"_s;
        QTest::newRow("namespace with a pattern")
            << flag << asking + "^{type: namespaces, title: {en: a, zh: b}, proposal: \"kube-*\"}"
            << u"no name of a namespace"_s;
        QTest::newRow("parameter of no rule")
            << QByteArray("[kube-system]") << QByteArray("^\"{NO-1}\"") << u"no rule \"NO-1\" with a parameter"_s;
        QTest::newRow("parameter of a rule that has none")
            << QByteArray("[kube-system]") << QByteArray("^\"{API-02}\"") << u"no rule \"API-02\" with a parameter"_s;
        QTest::newRow("parameter for a bool")
            << QByteArray("{eq: false}") << QByteArray("{eq: ^\"{API-02}\"}") << u"A parameter stands beside"_s;
        QTest::newRow("field of another component")
            << QByteArray("set_flag: {flag: --profiling, value: \"false\"}")
            << QByteArray("^set_field: {path: profiling, value: \"false\"}") << u"a setting rule of the kubelet"_s;
        QTest::newRow("range without ends")
            << QByteArray("    check:\n      setting")
            << QByteArray("    not_applicable: [^{reason: {en: a, zh: b}}]\n    check:\n      setting")
            << u"has from, until, or both"_s;
        QTest::newRow("check of another component")
            << QByteArray("component: workload\n    references: []\n    check:\n      workload: {")
            << QByteArray("component: kubelet\n    references: []\n    check:\n      workload: ^{")
            << u"has the component workload"_s;
        QTest::newRow("path that is none") << QByteArray("[securityContext.privileged]") << QByteArray("[^\"../x\"]")
                                           << u"is not a path of field names"_s;
        QTest::newRow("baseline of another rule")
            << QByteArray("  waivers:")
            << QByteArray("  baselines: [{id: a, title: {en: a, zh: b}, off: [{rule: ^NO-1, "
                          "reason: {en: a, zh: b}}]}]\n  waivers:")
            << u"There is no rule \"NO-1\""_s;
        QTest::newRow("baseline twice")
            << QByteArray("  waivers:")
            << QByteArray("  baselines: [{id: a, title: {en: a, zh: b}}, {id: ^a, title: {en: a, zh: b}}]\n  waivers:")
            << u"\"a\" is used twice"_s;
        QTest::newRow("baseline that is no word")
            << QByteArray("  waivers:")
            << QByteArray("  baselines: [{id: a, title: {en: a, zh: b}, judge_only: ^often}]\n  waivers:")
            << u"true or false"_s;
        QTest::newRow("key twice") << QByteArray("    severity: high\n")
                                   << QByteArray("    severity: high\n    ^severity: low\n")
                                   << u"\"severity\" is repeated"_s;
        QTest::newRow("anchor") << QByteArray("[kube-system]") << QByteArray("^&a [kube-system]") << u"no anchors"_s;
        QTest::newRow("tag") << QByteArray("id: small") << QByteArray("id: ^!!str small") << u"no tags"_s;
    }
    void refuses()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, says);
        QByteArray bytes = with(before, after);
        const QByteArray ahead = bytes.left(bytes.indexOf('^'));
        bytes.remove(ahead.size(), 1);
        const Result<RulePack> pack = loadRulePack(u"small.yaml"_s, bytes);
        QVERIFY(!pack);
        const Error &error = pack.error();
        QCOMPARE(error.kind, Error::Kind::Parse);
        QVERIFY2(error.message.en.contains(says), qPrintable(error.message.en));
        QVERIFY(hasChinese(error.message.zh));
        QCOMPARE(error.at.file, u"small.yaml"_s);
        QCOMPARE(error.at.line, int(ahead.count('\n')) + 1);
        QCOMPARE(error.at.column, int(QString::fromUtf8(ahead.mid(ahead.lastIndexOf('\n') + 1)).size()) + 1);
    }

    /// What of a rule may come from a parameter depends on what the parameter is.
    void refusesAParameterThatDoesNotFit_data()
    {
        QTest::addColumn<QByteArray>("parameter");
        QTest::addColumn<QString>("says"); // empty: it fits
        QTest::newRow("fits") << "type: namespaces, proposal: kube-system"_ba << QString();
        QTest::newRow("text") << "type: text, proposal: kube-system"_ba << u"of another type"_s;
        QTest::newRow("nothing to judge by") << "type: namespaces"_ba << u"has no proposal"_s;
    }
    void refusesAParameterThatDoesNotFit()
    {
        QFETCH(QByteArray, parameter);
        QFETCH(QString, says);
        QByteArray bytes = with("[kube-system]", "\"{API-02}\"");
        bytes.replace("set_flag: {flag: --profiling, value: \"false\"}",
            "set_flag: {flag: --profiling}\n      parameter: {title: {en: a, zh: b}, " + parameter + "}");
        const Result<RulePack> pack = loadRulePack(u"small.yaml"_s, bytes);
        QCOMPARE(pack.has_value(), says.isEmpty());
        if (!pack)
            QVERIFY2(pack.error().message.en.contains(says), qPrintable(pack.error().message.en));
        else
            QCOMPARE(pack->waivers.first().namespaces, QStringList{u"kube-system"_s});
    }

    void refusesWhatIsNoPack_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << ""_ba << u"The file is empty"_s;
        QTest::newRow("a list") << "- a\n"_ba << u"A map (key: value) is expected here"_s;
        QTest::newRow("two documents") << QByteArray(good + "---\na: 1\n") << u"one YAML document"_s;
        QTest::newRow("not YAML") << "a: [1\n"_ba << QString();
    }
    void refusesWhatIsNoPack()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        const Result<RulePack> pack = loadRulePack(u"small.yaml"_s, bytes);
        QVERIFY(!pack);
        QCOMPARE(pack.error().kind, Error::Kind::Parse);
        QVERIFY2(pack.error().message.en.contains(says), qPrintable(pack.error().message.en));
        QVERIFY(hasChinese(pack.error().message.zh));
    }

    /// A reference needs a source, and where there is none nothing can be proposed.
    void refusesAReferenceWithoutSources()
    {
        const auto pack = loadRulePack(
            u"small.yaml"_s, with("sources:\n    - {key: MINDIE, title: {en: Guide, zh: 指南}}", "sources: []"));
        QVERIFY(!pack);
        QVERIFY2(pack.error().message.en.contains(u"there is none"_s), qPrintable(pack.error().message.en));
    }

    void isBounded_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says"); // empty: it loads
        using enum Error::Kind;
        const qsizetype mebibyte = 1024 * 1024;
        const auto padded = [](qsizetype size) { return good + QByteArray(size - good.size(), '#'); };
        const auto list = [](int items) {
            return with("[kube-system]", '[' + QByteArray("a, ").repeated(items - 1) + "a]");
        };
        const auto text = [](int size) { return with("{en: Do, zh", "{en: " + QByteArray(size, 'x') + ", zh"); };
        const auto map = [](int keys) {
            QByteArray files;
            for (int i = 0; i < keys; ++i)
                files += (i ? ", /" : "/") + QByteArray::number(i) + ": a";
            return with("{name: off, ", "{name: off, files: {" + files + "}, ");
        };
        const auto deep = [](int levels) {
            return with("{name: off, ",
                "{name: off, objects: {pods: " + QByteArray(levels, '[') + QByteArray(levels, ']') + "}, ");
        };
        const auto rules = [](int count) {
            QByteArray bytes = good;
            for (int i = 0; i < count; ++i)
                bytes += "  - {id: R-" + QByteArray::number(i)
                    + ", title: {en: a, zh: b}, rationale: {en: a, zh: b}, risk: {en: a, zh: b}, remediation: {en: a, zh: b}, "
                      "severity: low, component: kubelet, references: [], check: {static_pods: {}}, tests: []}\n";
            return bytes;
        };
        QTest::newRow("1 MiB") << padded(mebibyte) << 0 << QString();
        QTest::newRow("more than 1 MiB") << padded(mebibyte + 1) << int(TooLarge) << u"at most 1 MiB"_s;
        QTest::newRow("1000 items") << list(1000) << 0 << QString();
        QTest::newRow("1001 items") << list(1001) << int(Parse) << u"too many items"_s;
        QTest::newRow("1000 keys") << map(1000) << 0 << QString();
        QTest::newRow("1001 keys") << map(1001) << int(Parse) << u"too many keys"_s;
        QTest::newRow("1000 rules") << rules(998) << 0 << QString();
        QTest::newRow("1001 rules") << rules(999) << int(Parse) << u"too many items"_s;
        QTest::newRow("a text of 16 KiB") << text(16 * 1024) << 0 << QString();
        QTest::newRow("a text of more") << text(16 * 1024 + 1) << int(Parse) << u"too long"_s;
        QTest::newRow("deep") << deep(50) << 0 << QString();
        QTest::newRow("too deep") << deep(64) << int(Parse) << u"64"_s;
        QTest::newRow("very deep") << deep(100'000) << int(Parse) << QString(u"64"_s);
    }
    void isBounded()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, kind);
        QFETCH(QString, says);
        const Result<RulePack> pack = loadRulePack(u"large.yaml"_s, bytes);
        const QString error = pack ? QString() : describe(pack.error(), Language::English);
        QVERIFY2(pack.has_value() == says.isEmpty(), qPrintable(error));
        if (pack)
            return;
        QCOMPARE(int(pack.error().kind), kind);
        QVERIFY2(error.contains(says), qPrintable(error));
        QVERIFY(hasChinese(pack.error().message.zh));
        QCOMPARE(pack.error().at.file, u"large.yaml"_s);
    }

    /// Each mistake has its place, and none hides another.
    void everyMistakeIsTold()
    {
        QByteArray bytes = good;
        for (const auto &[before, after] : {std::pair("version: \"1.0\""_ba, "version: 1.0"_ba),
                 std::pair("zh: 指南}"_ba, "zh: Guide}"_ba), std::pair("zh: 原因}"_ba, "zh: Why}"_ba),
                 std::pair("severity: medium"_ba, "severity: middle"_ba), std::pair("{eq: false}"_ba, "{eq: 0}"_ba),
                 std::pair("[fail]"_ba, "[failed]"_ba), std::pair("id: WL-01\n"_ba, "id: WL-01\n    also: x\n"_ba),
                 std::pair("{ne: true}"_ba, "{neq: true}"_ba)}) {
            const qsizetype at = bytes.indexOf(before);
            QVERIFY2(at >= 0, before.constData());
            bytes.replace(at, before.size(), after);
        }
        QStringList told;
        for (const Error &error : checkRulePack(u"small.yaml"_s, bytes)) {
            QCOMPARE(error.at.file, u"small.yaml"_s);
            told += QString::number(error.at.line) + u':' + QString::number(error.at.column);
        }
        QCOMPARE(told,
            (QStringList{u"4:12"_s, u"7:28"_s, u"13:16"_s, u"16:15"_s, u"20:61"_s, u"24:71"_s, u"26:5"_s, u"35:80"_s}));
    }

    void checksWhatLoads_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("says");
        QTest::newRow("a test that fails") << "expect: [fail], actual: \"true\"}"_ba
                                           << "expect: [pass]}"_ba << u"expects pass and got fail"_s;
        QTest::newRow("no test that passes") << "id: small"_ba
                                             << "id: small"_ba << u"a test that passes and one that fails"_s;
        QTest::newRow("no Chinese character") << "zh: 原因}"_ba
                                              << "zh: yes}"_ba << u"no Chinese character"_s;
        QTest::newRow("Chinese in the English text") << "{en: Why,"_ba
                                                     << "{en: Why 何故,"_ba << u"has Chinese characters"_s;
        QTest::newRow("a text twice") << "en: Title two"_ba
                                      << "en: Title"_ba << u"WL-01: Its title is a text of API-02"_s;
    }
    void checksWhatLoads()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, says);
        QStringList told;
        for (const Error &error : checkRulePack(u"small.yaml"_s, with(before, after))) {
            QCOMPARE(error.at.file, u"small.yaml"_s);
            QVERIFY(error.at.line > 10 && error.at.column > 0);
            QVERIFY(hasChinese(error.message.zh));
            told += error.message.en;
        }
        QVERIFY2(told.join(u'\n').contains(says), qPrintable(told.join(u'\n')));
    }

    void builtinIsComplete()
    {
        const Result<RulePack> pack = builtinRulePack();
        QVERIFY2(pack, pack ? "" : qPrintable(describe(pack.error(), Language::English)));
        QCOMPARE(pack->id, u"mindie-kubernetes"_s);
        QVERIFY(pack->sources.contains(u"MINDIE"_s));
        for (const char *id : {"API-02", "KL-01", "KL-01-gate", "M-02-static", "WL-01"})
            QVERIFY2(pack->rule(QString::fromLatin1(id)), id);
        for (const Rule &rule : pack->rules) {
            for (const Message &text : {rule.title, rule.rationale, rule.risk, rule.remediation})
                QVERIFY2(hasChinese(text.zh) && !hasChinese(text.en), qPrintable(rule.id));
            QVERIFY2(std::any_of(rule.references.begin(), rule.references.end(),
                         [](const Reference &reference) { return reference.source == "MINDIE"_L1; }),
                qPrintable(rule.id));
        }
        QCOMPARE(pack->rule(u"API-02"_s)->fixable, true);
        QStringList fixes;
        for (const Rule &rule : pack->rules)
            fixes += rule.id + u' ' + fixName(rule);
        QFile table(QStringLiteral(TEST_DATA "/rules.txt"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        QCOMPARE(fixes.join(u'\n') + u'\n', QString::fromUtf8(table.readAll()));
    }

    void asserts_data()
    {
        using enum Assertion::Operator;
        QTest::addColumn<Assertion>("assertion");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<bool>("holds");
        QTest::addColumn<QString>("text");
        const QJsonValue none = QJsonValue::Null;
        const QJsonArray list{u"A"_s, u"B"_s};
        const auto row = [](const char *name, Assertion::Operator op, const QJsonValue &operand,
                             const QJsonValue &value, bool holds, const QString &text) {
            QTest::newRow(name) << Assertion{op, operand} << value << holds << text;
        };
        row("eq: same", Equal, false, false, true, u"false"_s);
        row("eq: other", Equal, false, true, false, u"false"_s);
        row("eq: text is no bool", Equal, false, u"false"_s, false, u"false"_s);
        row("eq: not set", Equal, false, none, false, u"false"_s);
        row("ne: other", NotEqual, true, false, true, u"≠ true"_s);
        row("ne: same", NotEqual, true, true, false, u"≠ true"_s);
        row("ne: not set", NotEqual, true, none, true, u"≠ true"_s);
        row("in: one of them", In, list, u"B"_s, true, u"one of A, B"_s);
        row("in: none of them", In, list, u"C"_s, false, u"one of A, B"_s);
        row("in: not set", In, list, none, false, u"one of A, B"_s);
        const QJsonArray ends{1, 9};
        row("between: the least", Between, ends, 1, true, u"\u2265 1, \u2264 9"_s);
        row("between: the most", Between, ends, 9, true, u"\u2265 1, \u2264 9"_s);
        row("between: below", Between, ends, 0, false, u"\u2265 1, \u2264 9"_s);
        row("between: above", Between, ends, 10, false, u"\u2265 1, \u2264 9"_s);
        row("between: text is no number", Between, ends, u"5"_s, false, u"\u2265 1, \u2264 9"_s);
        row("between: not set", Between, ends, none, false, u"\u2265 1, \u2264 9"_s);
        row("gt: above", Greater, 0, 1, true, u"> 0"_s);
        row("gt: equal", Greater, 0, 0, false, u"> 0"_s);
        row("gt: below", Greater, 0, -1, false, u"> 0"_s);
        row("gt: text is no number", Greater, 0, u"1"_s, false, u"> 0"_s);
        row("gt: not set", Greater, 0, none, false, u"> 0"_s);
        row("ge: equal", AtLeast, 5, 5, true, u"≥ 5"_s);
        row("ge: below", AtLeast, 5, 4, false, u"≥ 5"_s);
        row("le: equal", AtMost, 5, 5, true, u"≤ 5"_s);
        row("le: above", AtMost, 5, 6, false, u"≤ 5"_s);
        row("le: not set", AtMost, 5, none, false, u"≤ 5"_s);
        row("contains: it does", Contains, u"A"_s, list, true, u"contains A"_s);
        row("contains: it does not", Contains, u"C"_s, list, false, u"contains C"_s);
        row("contains: a part is no item", Contains, u"A"_s, QJsonArray{u"AB"_s}, false, u"contains A"_s);
        row("contains: not set", Contains, u"A"_s, none, false, u"contains A"_s);
        row("excludes: it has", Excludes, u"A"_s, list, false, u"without A"_s);
        row("excludes: it has not", Excludes, u"C"_s, list, true, u"without C"_s);
        row("excludes: not set", Excludes, u"A"_s, none, true, u"without A"_s);
        row("excludes: text is no list", Excludes, u"A"_s, u"B"_s, false, u"without A"_s);
    }
    void asserts()
    {
        QFETCH(Assertion, assertion);
        QFETCH(QJsonValue, value);
        QFETCH(bool, holds);
        QFETCH(QString, text);
        QCOMPARE(assertion.holds(value), holds);
        QCOMPARE(assertion.text(), text);
    }
};

QTEST_GUILESS_MAIN(TestRulePack)
#include "tst_rulepack.moc"
