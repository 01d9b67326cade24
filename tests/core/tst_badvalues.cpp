// SPDX-License-Identifier: Apache-2.0
#include "rules/situation.h"

#include "document/yamldocument.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString config = u"/var/lib/kubelet/config.yaml"_s;
constexpr int releases[] = {24, 30, 34, 37};

/// How a value may be spoilt: the name of it, and what is written instead.
using Spoilt = QList<std::pair<QString, QString>>;
Spoilt spoilt(const QString &good)
{
    return {{u"empty"_s, u""_s}, {u"upper case"_s, good.toUpper()}, {u"lower case"_s, good.toLower()},
        {u"a blank inside"_s, good.left(1) + u' ' + good.mid(1)}, {u"a blank before"_s, u' ' + good},
        {u"a blank behind"_s, good + u' '}, {u"quotes in it"_s, u'"' + good + u'"'}, {u"a word"_s, u"nonsense"_s},
        {u"a comment beside"_s, good + u" # nonsense"_s}, {u"a number"_s, u"7"_s}, {u"below zero"_s, u"-7"_s},
        {u"a fraction"_s, u"1.5"_s}, {u"a huge number"_s, u"99999999999999999999"_s}, {u"IPv6"_s, u"::1"_s},
        {u"IPv6 with a port"_s, u"[::]:10256"_s}, {u"a network"_s, u"0.0.0.0/0"_s},
        {u"a list in a string"_s, good + u",nonsense"_s}, {u"of a newer release"_s, u"VersionTLS14"_s},
        {u"a suite nobody knows"_s, u"TLS_WITH_NONSENSE"_s}, {u"Chinese"_s, u"真"_s},
        {u"a control character"_s, good + QChar(7)}};
}

/// A value of a rule that a component reads from an argument or a key of its file.
struct Knob
{
    SettingName name;
    QString good; ///< as it would be typed
    std::function<bool(const QJsonValue &)> fits; ///< what the component makes of it, and the rule wants
};

QString typed(const QJsonValue &value)
{
    QStringList items;
    for (const QJsonValue &item : value.isArray() ? value.toArray() : QJsonArray{value})
        items += item.isDouble() ? QString::number(item.toInteger()) : item.toVariant().toString();
    return items.join(u',');
}

/// A value with which an assertion holds.
QString wanted(const Assertion &assertion)
{
    switch (assertion.op) {
    case Assertion::Operator::In:
        return typed(assertion.operand.toArray().at(0));
    case Assertion::Operator::Greater:
        return QString::number(assertion.operand.toInteger() + 1);
    case Assertion::Operator::NotEqual:
    case Assertion::Operator::Excludes:
        return u"Another"_s;
    default:
        return typed(assertion.operand);
    }
}

Knob asserted(const SettingName &name, const Assertion &assertion, const QStringList &accepts)
{
    return {name, wanted(assertion), [assertion, accepts](const QJsonValue &value) {
                const QJsonArray items = value.isArray() ? value.toArray() : QJsonArray{value};
                if (!accepts.isEmpty() && items.isEmpty())
                    return false;
                return assertion.holds(value) && std::ranges::all_of(items, [&accepts](const QJsonValue &item) {
                    return accepts.isEmpty() || accepts.contains(item.toString());
                });
            }};
}

Knob exact(const SettingName &name, const QString &good = {})
{
    return {name, good, [good](const QJsonValue &value) { return typed(value) == good; }};
}

Knob anyText(const QString &flag)
{
    return {{ComponentKind::ApiServer, flag, {}, ValueType::String}, u"/any"_s,
        [](const QJsonValue &value) { return !value.toString().isEmpty(); }};
}

Knob atLeast(const QString &flag, int least)
{
    return {{ComponentKind::ApiServer, flag, {}, ValueType::Integer}, QString::number(least),
        [least](const QJsonValue &value) { return value.toInteger() >= least; }};
}

Knob suites(const Rule &rule)
{
    return {
        rule.setting, u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s, [allowed = rule.suites.allowed](const auto &value) {
            const QJsonArray items = value.toArray();
            return !items.isEmpty() && std::ranges::all_of(items, [&](const QJsonValue &item) {
                return allowed.contains(item.toString());
            });
        }};
}

/// etcd trims each URL, and its scheme may be in capitals (client/pkg/types/urls.go, NewURLs).
Knob urls(const SettingName &name)
{
    return {name, u"https://10.0.0.1:2379"_s, [name](const QJsonValue &value) {
                static const QRegularExpression secure(
                    u"^\\s*(https://[a-z0-9.:\\[\\]]+|http://127\\.0\\.0\\.1):[0-9]+\\s*$"_s,
                    QRegularExpression::CaseInsensitiveOption);
                const QJsonArray items = value.toArray();
                // Nobody has to serve metrics apart (server/embed/config.go: this list alone may be empty).
                return (!items.isEmpty() || name.flag == u"--listen-metrics-urls")
                    && std::ranges::all_of(
                        items, [&](const QJsonValue &item) { return secure.match(item.toString()).hasMatch(); });
            }};
}

/// The rule's list; other names may stand in it, which are those of the component's other controllers.
Knob controllers(const Rule &rule)
{
    return {rule.setting, rule.fixValue, [list = rule.fixValue.split(u',')](const QJsonValue &value) {
                const QJsonArray given = value.toArray();
                return std::ranges::all_of(list, [&](const QString &item) { return given.contains(item); });
            }};
}

QList<Knob> auditKnobs(const Rule &rule)
{
    const auto path = [](const QString &flag) { return SettingName{ComponentKind::ApiServer, flag, {}, {}}; };
    switch (rule.audit.aspect) {
    case AuditAspect::Backend:
        return {anyText(u"--audit-policy-file"_s), anyText(u"--audit-log-path"_s)};
    case AuditAspect::Policy:
    case AuditAspect::Mounts: {
        SettingName name = path(u"--audit-policy-file"_s);
        name.type = ValueType::String;
        return {exact(name)};
    }
    case AuditAspect::Retention:
        return {
            atLeast(u"--audit-log-maxage"_s, rule.audit.days), atLeast(u"--audit-log-maxbackup"_s, rule.audit.files)};
    }
    return {};
}

Knob proxyKnob(const Rule &rule)
{
    constexpr auto proxy = ComponentKind::KubeProxy;
    switch (rule.proxy) {
    case KubeProxyAspect::NodePortAddresses:
        return exact(
            {proxy, u"--nodeport-addresses"_s, u"nodePortAddresses"_s, ValueType::StringList}, u"10.0.0.0/24"_s);
    case KubeProxyAspect::HealthzAddress:
    case KubeProxyAspect::MetricsAddress: {
        const bool metrics = rule.proxy == KubeProxyAspect::MetricsAddress;
        Knob knob = exact({proxy, metrics ? u"--metrics-bind-address"_s : u"--healthz-bind-address"_s,
                              metrics ? u"metricsBindAddress"_s : u"healthzBindAddress"_s, ValueType::String},
            metrics ? u"127.0.0.1:10249"_s : u"127.0.0.1:10256"_s);
        // An address alone gets the port; empty, metrics are served on the loopback address
        // (pkg/proxy/apis/config/v1alpha1/defaults.go).
        knob.fits = [metrics, good = knob.good](const QJsonValue &value) {
            return value == good || value == u"::1"_s || (metrics && value == QString());
        };
        return knob;
    }
    case KubeProxyAspect::Profiling:
        return exact({proxy, u"--profiling"_s, u"enableProfiling"_s, ValueType::Bool}, u"false"_s);
    }
    return {};
}

/// What a rule reads as text. A rule of one of the other kinds reads none: files' attributes, what a port or the kernel
/// answers, objects (tst_badobjects).
QList<Knob> knobsOf(const Rule &rule)
{
    switch (rule.check) {
    case CheckKind::Setting:
        return {asserted(rule.setting, rule.assertion, rule.accepts)};
    case CheckKind::CipherSuites:
        return {suites(rule)};
    case CheckKind::SettingList: {
        QList<Knob> knobs;
        for (const SettingCheck &check : rule.settings)
            knobs += asserted(check.setting, check.assertion, {});
        for (const SettingName &name : rule.urls)
            knobs += urls(name);
        return knobs;
    }
    case CheckKind::Controllers:
        return {controllers(rule)};
    case CheckKind::AnonymousAuth: // on and off are both good, where the rest is
        return {{rule.setting, u"false"_s, [](const QJsonValue &) { return true; }}};
    case CheckKind::KubeletAddress:
    case CheckKind::KubeletAuthority:
    case CheckKind::OwnedDirectory:
    case CheckKind::DistinctFiles:
    case CheckKind::EncryptionAtRest: {
        return {exact(rule.setting)};
    }
    case CheckKind::FeatureGate:
        return {{{ComponentKind::Kubelet, u"--feature-gates"_s, u"featureGates."_s + rule.gate.name, ValueType::Bool},
            u"true"_s, [](const QJsonValue &) { return false; }}};
    case CheckKind::Audit:
        return auditKnobs(rule);
    case CheckKind::KubeProxy:
        return {proxyKnob(rule)};
    default:
        return {};
    }
}

/// An argument's text as the component's own reader takes it: strconv.ParseBool, strconv.ParseInt with base 0,
/// encoding/csv (pflag: bool.go, int64.go, string_slice.go). Nothing for what it refuses.
std::optional<QJsonValue> asArgument(const QString &text, ValueType type)
{
    static const QRegularExpression whole(u"^[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$"_s);
    static const QStringList on{u"1"_s, u"t"_s, u"T"_s, u"true"_s, u"TRUE"_s, u"True"_s};
    static const QStringList off{u"0"_s, u"f"_s, u"F"_s, u"false"_s, u"FALSE"_s, u"False"_s};
    switch (type) {
    case ValueType::Bool:
        return on.contains(text) || off.contains(text) ? std::optional(QJsonValue(on.contains(text))) : std::nullopt;
    case ValueType::Integer: {
        bool ok = whole.match(text).hasMatch();
        const qint64 number = ok ? text.toLongLong(&ok, 0) : 0;
        return ok ? std::optional(QJsonValue(number)) : std::nullopt;
    }
    case ValueType::StringList: {
        const bool quoted = text.size() > 1 && text.startsWith(u'"') && text.endsWith(u'"');
        if (!quoted && text.contains(u'"'))
            return {};
        if (text.isEmpty())
            return QJsonArray();
        return quoted ? QJsonArray{text.mid(1, text.size() - 2)} : QJsonArray::fromStringList(text.split(u','));
    }
    default:
        return text;
    }
}

/// The value of a key in a file, as Kubernetes' reader types it (sigs.k8s.io/yaml). Nothing for another type.
std::optional<QJsonValue> inFile(const QString &text, ValueType type)
{
    QString plain = text.section(u" #"_s, 0, 0).trimmed();
    const bool quoted = plain.size() > 1 && plain.startsWith(u'"') && plain.endsWith(u'"');
    if (quoted)
        plain = plain.mid(1, plain.size() - 2);
    static const QRegularExpression whole(u"^-?[0-9]+$"_s);
    static const QRegularExpression number(u"^-?[0-9]+(\\.[0-9]+)?$"_s);
    const bool isBool = plain.toLower() == u"true" || plain.toLower() == u"false";
    switch (type) {
    case ValueType::Bool:
        return isBool && !quoted ? std::optional(QJsonValue(plain.toLower() == u"true")) : std::nullopt;
    case ValueType::Integer: {
        bool ok = !quoted && whole.match(plain).hasMatch();
        const qint64 value = ok ? plain.toLongLong(&ok) : 0;
        return ok ? std::optional(QJsonValue(value)) : std::nullopt;
    }
    case ValueType::StringList: {
        if (!plain.startsWith(u'[') || !plain.endsWith(u']'))
            return {};
        const QString items = plain.mid(1, plain.size() - 2).trimmed();
        return items.isEmpty() ? QJsonArray() : QJsonArray{items};
    }
    default:
        return quoted || (!isBool && !number.match(plain).hasMatch()) ? std::optional(QJsonValue(plain)) : std::nullopt;
    }
}

/// As the key's file would hold it: nested for a path with dots.
QByteArray yaml(const QString &kind, const QString &path, const QString &value, const QString &key = {})
{
    QByteArray text = "kind: " + kind.toUtf8() + '\n';
    if (kind == u"KubeletConfiguration")
        text.prepend("apiVersion: kubelet.config.k8s.io/v1beta1\n");
    const QStringList steps = path.split(u'.');
    for (qsizetype step = 0; step < steps.size(); ++step) {
        const bool last = step == steps.size() - 1;
        const QString name = last && !key.isEmpty() ? key : steps[step];
        text += QByteArray(2 * step, ' ') + name.toUtf8() + ':' + (last ? value.toUtf8() : QByteArray()) + '\n';
    }
    return text;
}

/// A situation with the value that a knob has there.
struct Place
{
    RuleTest test;
    QString good;
    std::function<void(RuleTest &, const QList<QByteArray> &)> setArguments; ///< instead of the knob's
    std::function<void(RuleTest &, const QByteArray &)> setFile;
};

QJsonObject edited(const QJsonObject &objects, const std::function<void(QString &)> &edit)
{
    QString text = QString::fromUtf8(QJsonDocument(objects).toJson(QJsonDocument::Compact));
    edit(text);
    return QJsonDocument::fromJson(text.toUtf8()).object();
}

QString jsonText(const QString &text)
{
    const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(list.mid(1, list.size() - 2));
}

QList<QByteArray> argvOf(const QByteArray &manifest)
{
    QList<QByteArray> argv;
    const auto document = YamlDocument::parse(u"manifest"_s, manifest);
    const auto written = document ? writtenArguments(*document) : Result<QList<WrittenArgument>>();
    for (const WrittenArgument &argument : written ? *written : QList<WrittenArgument>())
        argv += argument.text;
    return argv;
}

/// One of the rule's own passing tests whose component is given the flag: what a rule needs besides is there, too. Else
/// another one that passes, or a component that is given nothing.
RuleTest baseFor(const Rule &rule, const QString &start)
{
    for (RuleTest test : rule.tests) {
        if (!test.tailored.isEmpty())
            continue;
        if (test.argv.isEmpty() && !test.manifest.isEmpty())
            test.argv = argvOf(test.manifest);
        const bool given =
            std::ranges::any_of(test.argv, [&](const QByteArray &word) { return word.startsWith(start.toUtf8()); });
        if (test.expect == QStringList{u"pass"_s} && given)
            return test;
    }
    for (const RuleTest &test : rule.tests) {
        if (test.expect == QStringList{u"pass"_s} && !test.argv.isEmpty() && test.tailored.isEmpty())
            return test;
    }
    RuleTest test;
    test.argv = {componentName(rule.component).toUtf8()};
    return test;
}

Place inArguments(const Rule &rule, const Knob &knob)
{
    const QString start = knob.name.flag + u'=';
    Place place{baseFor(rule, start), knob.good, {}, {}};
    QByteArray word = (start + knob.good).toUtf8();
    const auto given =
        std::ranges::find_if(place.test.argv, [&](const QByteArray &one) { return one.startsWith(start.toUtf8()); });
    if (given == place.test.argv.end()) {
        place.test.argv += word;
    } else {
        word = *given;
        if (rule.check != CheckKind::FeatureGate)
            place.good = QString::fromUtf8(word.mid(start.size()));
    }
    place.setArguments = [word](RuleTest &test, const QList<QByteArray> &words) {
        QList<QByteArray> argv;
        for (const QByteArray &one : std::as_const(test.argv))
            argv += one == word ? words : QList<QByteArray>{one};
        test.argv = argv;
        QStringList quoted;
        for (const QByteArray &one : words)
            quoted += jsonText(QString::fromUtf8(one));
        // In a manifest it stands as an item in a line of its own.
        test.manifest.replace("- " + word + '\n', "- " + quoted.join(u"\n    - "_s).toUtf8() + '\n');
    };
    return place;
}

Place inKubeletFile(const Rule &rule, const Knob &knob)
{
    Place place{baseFor(rule, u"--config="_s), knob.good, {}, {}};
    if (place.test.argv.size() == 1)
        place.test.argv += "--config=" + config.toUtf8();
    if (rule.check == CheckKind::KubeletAddress)
        place.good = u"10.0.0.1"_s; // of the node in the rule's tests
    place.setFile = [](RuleTest &test, const QByteArray &text) { test.files.insert(config, text); };
    return place;
}

/// kube-proxy's one configuration, in the ConfigMap or as arguments of the DaemonSet.
Place inKubeProxy(const Rule &rule, const Knob &knob, bool file)
{
    static const QRegularExpression version(u"kube-proxy:v1\\.[0-9]+\\.[0-9]+"_s);
    const auto sample = std::ranges::find_if(rule.tests, [](const RuleTest &test) {
        return test.expect == QStringList{u"pass"_s} && test.apiRead && test.tailored.isEmpty();
    });
    Place place{sample == rule.tests.end() ? RuleTest() : *sample, knob.good, {}, {}};
    if (file) {
        place.setFile = [](RuleTest &test, const QByteArray &text) {
            QJsonArray maps = test.objects[u"configmaps"_s].toArray();
            QJsonObject map = maps.at(0).toObject();
            map[u"data"_s] = QJsonObject{{u"config.conf"_s, QString::fromUtf8(text)}};
            test.objects[u"configmaps"_s] = QJsonArray{map};
        };
    } else {
        place.setArguments = [](RuleTest &test, const QList<QByteArray> &words) {
            QStringList quoted;
            for (const QByteArray &word : words)
                quoted += jsonText(QString::fromUtf8(word));
            test.objects = edited(test.objects, [&](QString &text) {
                text.replace(u"\"--config=/var/lib/kube-proxy/config.conf\""_s,
                    quoted.isEmpty() ? u"\"--v=2\""_s : quoted.join(u','));
            });
        };
    }
    return place;
}

/// The situation at another release.
RuleTest at(RuleTest test, int minor)
{
    static const QRegularExpression version(u"kube-proxy:v1\\.[0-9]+\\."_s);
    test.release = Release{minor, -1};
    if (test.objects.contains(u"daemonsets"_s))
        test.objects =
            edited(test.objects, [&](QString &text) { text.replace(version, u"kube-proxy:v1.%1."_s.arg(minor)); });
    return test;
}

} // namespace

/// Whatever stands where a value should: the answer is a verdict with its reason, and a pass only for what the
/// component would take for a value that the rule wants.
class TestBadValues : public QObject
{
    Q_OBJECT

    RulePack m_pack;
    QStringList m_wrong;
    int m_release = 0;
    int m_judged = 0;

    QList<Finding> judge(const Rule &rule, const RuleTest &test)
    {
        ++m_judged;
        return findingsIn(m_pack, rule, at(test, m_release));
    }

    void check(const Rule &rule, const QString &how, const RuleTest &test, bool mayPass)
    {
        const QList<Finding> findings = judge(rule, test);
        if (findings.isEmpty())
            m_wrong += rule.id + u", "_s + how + u": no verdict"_s;
        for (const Finding &finding : findings) {
            const bool pass = finding.verdict == Verdict::Pass && !mayPass;
            if (pass || finding.reason.en.isEmpty() || finding.reason.zh.isEmpty())
                m_wrong +=
                    rule.id + u", "_s + how + u": "_s + verdictName(finding.verdict) + u": "_s + finding.reason.en;
        }
    }

    bool passes(const Rule &rule, const RuleTest &test)
    {
        const QList<Finding> findings = judge(rule, test);
        return std::ranges::all_of(findings, [](const Finding &finding) { return finding.verdict == Verdict::Pass; });
    }

    bool isAsIt(const Knob &knob, const std::optional<QJsonValue> &value, const QString &good)
    {
        return value && (typed(*value) == good || knob.fits(*value));
    }

    void spoilArguments(const Rule &rule, const Knob &knob, const Place &place)
    {
        const QByteArray flag = knob.name.flag.toUtf8();
        const QByteArray gate = rule.check == CheckKind::FeatureGate ? rule.gate.name.toUtf8() + '=' : QByteArray();
        const auto look = [&](const QString &how, const QList<QByteArray> &words, bool mayPass) {
            RuleTest test = place.test;
            place.setArguments(test, words);
            check(rule, knob.name.flag + u", "_s + how, test, mayPass);
        };
        const auto with = [&](const QString &text) { return flag + '=' + gate + text.toUtf8(); };
        RuleTest without = place.test;
        place.setArguments(without, {});
        const bool unset = passes(rule, without);
        look(u"missing"_s, {}, unset);
        look(u"another case of the flag"_s, {flag.toUpper() + '=' + gate + place.good.toUtf8()}, unset);
        const bool isBool = knob.name.type == ValueType::Bool && gate.isEmpty();
        // A gate that is not named is not set, whatever else is wrong with the argument.
        look(u"without a value"_s, {flag},
            gate.isEmpty() ? isBool && isAsIt(knob, QJsonValue(true), place.good) : unset);
        const bool isList = knob.name.type == ValueType::StringList;
        look(u"twice, the second is nonsense"_s, {with(place.good), with(u"nonsense"_s)},
            isAsIt(knob, asArgument(isList ? place.good + u",nonsense"_s : u"nonsense"_s, knob.name.type), place.good));
        for (const auto &[how, text] : spoilt(place.good))
            look(how, {with(text)}, isAsIt(knob, asArgument(text, knob.name.type), place.good));
    }

    void spoilFile(const Rule &rule, const Knob &knob, const Place &place, const QString &kind)
    {
        const QString path = knob.name.path;
        const bool isList = knob.name.type == ValueType::StringList;
        const QString good = isList ? u'[' + place.good + u']' : place.good;
        const auto look = [&](const QString &how, const QByteArray &text, bool mayPass) {
            RuleTest test = place.test;
            place.setFile(test, text);
            check(rule, path + u", "_s + how, test, mayPass);
        };
        const auto mayPass = [&](const QString &text) {
            return isAsIt(knob, inFile(text, knob.name.type), place.good);
        };
        RuleTest without = place.test;
        place.setFile(without, yaml(kind, u"kind"_s, u' ' + kind).split('\n').mid(1).join('\n'));
        const bool unset = passes(rule, without);
        const bool isText = knob.name.type == ValueType::String;
        const bool right = mayPass(good);
        look(u"no blank"_s, yaml(kind, path, good), false);
        look(u"null"_s, yaml(kind, path, u" ~"_s), unset);
        look(u"quoted"_s, yaml(kind, path, u" \""_s + place.good + u'"'), isText && right);
        look(u"an empty list"_s, yaml(kind, path, u" []"_s), isList && isAsIt(knob, QJsonArray(), place.good));
        look(u"a list"_s, yaml(kind, path, u" [nonsense]"_s), false);
        look(u"a list of numbers"_s, yaml(kind, path, u" [1, 2]"_s), false);
        look(u"a mapping"_s, yaml(kind, path, u" {a: b}"_s), false);
        look(u"a tab"_s, yaml(kind, path, u"\t"_s + good), right);
        look(u"another case of the key"_s, yaml(kind, path, u' ' + good, path.section(u'.', -1).toUpper()), unset);
        look(u"twice, the second is nonsense"_s,
            yaml(kind, path, u' ' + good)
                + yaml(kind, path, u" nonsense"_s).split('\n').mid(kind == u"KubeletConfiguration" ? 2 : 1).join('\n'),
            false);
        for (const auto &[how, text] : spoilt(good)) {
            const bool nothing = text.trimmed().isEmpty();
            look(how, yaml(kind, path, u' ' + text), nothing ? unset : mayPass(text));
        }
    }

    QList<Place> placesOf(const Rule &rule, const Knob &knob)
    {
        QList<Place> places;
        if (rule.check == CheckKind::KubeProxy)
            return {inKubeProxy(rule, knob, true), inKubeProxy(rule, knob, false)};
        if (!knob.name.flag.isEmpty())
            places += inArguments(rule, knob);
        if (!knob.name.path.isEmpty())
            places += inKubeletFile(rule, knob);
        return places;
    }

private Q_SLOTS:
    void initTestCase()
    {
        auto pack = builtinRulePack();
        QVERIFY(pack);
        m_pack = *pack;
    }

    void values_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("release");
        for (const Rule &rule : m_pack.rules) {
            for (const int release : releases) {
                if (!knobsOf(rule).isEmpty())
                    QTest::addRow("%s, 1.%d", qPrintable(rule.id), release) << rule.id << release;
            }
        }
    }
    void values()
    {
        QFETCH(QString, id);
        QFETCH(int, release);
        const Rule *rule = m_pack.rule(id);
        QVERIFY(rule);
        m_release = release;
        m_wrong.clear();
        for (const Knob &knob : knobsOf(*rule)) {
            for (const Place &place : placesOf(*rule, knob)) {
                if (place.setArguments)
                    spoilArguments(*rule, knob, place);
                else
                    spoilFile(*rule, knob, place,
                        rule->check == CheckKind::KubeProxy ? u"KubeProxyConfiguration"_s : u"KubeletConfiguration"_s);
            }
        }
        QVERIFY2(m_wrong.isEmpty(), qPrintable(m_wrong.join(u'\n')));
    }

    /// A rule whose kind reads a setting is spoilt above, or in tst_badobjects; the others read none: attributes of
    /// files, whole files, and what a port or the kernel answers.
    void everyRuleIsSpoilt()
    {
        using enum CheckKind;
        static const QList<CheckKind> objects{
            Workload, ServiceAccountTokens, ClusterAdmins, Docker, Reported, ChainedPlugin};
        static const QList<CheckKind> none{StaticPodDirectory, FileAttributes, Confinement, ServedVersion, ServedSuites,
            ServingCertificate, SameArguments};
        for (const Rule &rule : m_pack.rules) {
            const bool elsewhere = objects.contains(rule.check) || none.contains(rule.check);
            QVERIFY2(knobsOf(rule).isEmpty() == elsewhere, qPrintable(rule.id));
        }
    }

    /// The same situations with the right value pass: the table above looks at the right place.
    void rightValuesPass()
    {
        QStringList failed;
        for (const Rule &rule : m_pack.rules) {
            for (const Knob &knob : knobsOf(rule)) {
                for (const Place &place : placesOf(rule, knob)) {
                    RuleTest test = place.test;
                    if (place.setFile) {
                        const bool isList = knob.name.type == ValueType::StringList;
                        place.setFile(test,
                            yaml(u"KubeletConfiguration"_s, knob.name.path,
                                u' ' + (isList ? u'[' + place.good + u']' : place.good)));
                    } else if (rule.check == CheckKind::KubeProxy) {
                        place.setArguments(test, {(knob.name.flag + u'=' + place.good).toUtf8()});
                    }
                    m_release = 34;
                    for (const Finding &finding : judge(rule, test)) {
                        if (finding.verdict != Verdict::Pass && finding.verdict != Verdict::NotApplicable
                            && rule.check != CheckKind::FeatureGate)
                            failed += rule.id + u' ' + knob.name.flag + u": "_s + finding.reason.en;
                    }
                }
            }
        }
        QVERIFY2(failed.isEmpty(), qPrintable(failed.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(TestBadValues)
#include "tst_badvalues.moc"
