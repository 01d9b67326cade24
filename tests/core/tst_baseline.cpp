// SPDX-License-Identifier: Apache-2.0
#include "rules/situation.h"

#include <QFile>
#include <QJsonDocument>
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

/// A verdict, or the situation "unset", of which a rule has no sample because it cannot come about.
struct Never
{
    QString what;
    QList<CheckKind> kinds; ///< of rules that name no releases in which they do not apply
    QStringList rules; ///< ids, where the kind does not decide
    const char *why;
};

const QList<Never> &nevers()
{
    using enum CheckKind;
    static const QList<Never> list{
        {u"not-applicable"_s,
            {Setting, SettingList, CipherSuites, Controllers, KubeletAddress, AnonymousAuth, KubeletAuthority,
                OwnedDirectory, DistinctFiles, EncryptionAtRest},
            {}, "every release has the setting, and a node that should run the component and does not is unknown"},
        {u"not-applicable"_s, {}, {u"API-05"_s}, "every kube-apiserver can keep an audit log"},
        {u"not-applicable"_s, {ServedVersion, ServedSuites, ServingCertificate}, {},
            "the port is there wherever the component runs; without an answer it is unknown"},
        {u"not-applicable"_s, {FeatureGate}, {},
            "a gate may be written down for any release, and is judged by what that release does with it"},
        {u"not-applicable"_s, {FileAttributes}, {},
            "every node of a cluster has such files; none that was seen is unknown"},
        {u"not-applicable"_s, {Reported}, {}, "the record is about every node; nothing in it passes or is unknown"},
        {u"not-applicable"_s, {Confinement}, {}, "every kernel runs with a security module or without one"},
        {u"not-applicable"_s, {ServiceAccountTokens}, {},
            "every namespace has a default ServiceAccount, whatever runs in it"},
        {u"not-applicable"_s, {ClusterAdmins}, {}, "every cluster has the role; nobody who is bound to it passes"},
        {u"error"_s, {ServedVersion, ServedSuites, ServingCertificate}, {},
            "what a port answers is judged, and not a value that a component could refuse"},
        {u"error"_s, {FileAttributes}, {}, "owner and mode are numbers of the kernel, which every program takes"},
        {u"error"_s, {Reported}, {}, "the record says what is, and no component has to take it"},
        {u"error"_s, {Confinement}, {}, "what the kernel runs with is no value that it could refuse"},
        {u"error"_s, {ClusterAdmins}, {}, "the API server stores no binding that it does not take"},
        {u"error"_s, {SameArguments}, {}, "nodes are compared; what each of them says is for other rules"},
        {u"unset"_s, {FileAttributes}, {}, "a file always has an owner and a mode"},
        {u"unset"_s, {ServingCertificate}, {}, "no setting is read but what the port shows"},
        {u"unset"_s, {Confinement}, {}, "no setting is read but what the kernel reports"},
        {u"pass"_s, {}, {u"M-01-sshd"_s, u"M-01-accounts"_s}, "the facts are for a person to decide"},
        {u"fail"_s, {}, {u"M-01-sudo"_s, u"M-02-cni"_s, u"WL-09-host-umask"_s},
            "what is beyond is for a person to decide"},
    };
    return list;
}

const Never *neverOf(const Rule &rule, const QString &what)
{
    const bool ranges = what == u"not-applicable" && !rule.notApplicable.isEmpty();
    const auto found = std::ranges::find_if(nevers(), [&](const Never &never) {
        return never.what == what && (never.rules.contains(rule.id) || (never.kinds.contains(rule.check) && !ranges));
    });
    return found == nevers().end() ? nullptr : &*found;
}

/// What a situation says about the setting of a rule holds one of these; none where there is no setting.
QStringList wordsOf(const Rule &rule)
{
    QStringList words;
    const auto add = [&words](const SettingName &name) {
        words += name.flag;
        if (!name.path.isEmpty())
            words += name.path.section(u'.', -1) + u':';
    };
    add(rule.setting);
    for (const SettingCheck &check : rule.settings)
        add(check.setting);
    for (const SettingName &name : rule.urls)
        add(name);
    for (const DockerOption &option : rule.docker)
        words += {option.flag, option.key};
    for (const QString &field : rule.fields.container + rule.fields.pod)
        words += u'"' + field.section(u'.', -1).remove(u"[]"_s) + u"\":"_s;
    switch (rule.check) {
    case CheckKind::FeatureGate:
        words += rule.gate.name;
        break;
    case CheckKind::Audit:
        words += u"--audit-"_s;
        break;
    case CheckKind::StaticPodDirectory:
        words += {u"staticPodPath"_s, u"--pod-manifest-path"_s};
        break;
    case CheckKind::ChainedPlugin:
        words += rule.plugin.type;
        break;
    case CheckKind::KubeProxy:
        words += QMap<KubeProxyAspect, QStringList>{{KubeProxyAspect::NodePortAddresses,
                                                        {u"nodePortAddresses"_s, u"--nodeport-addresses"_s}},
            {KubeProxyAspect::HealthzAddress, {u"healthzBindAddress"_s, u"--healthz-bind-address"_s}},
            {KubeProxyAspect::MetricsAddress, {u"metricsBindAddress"_s, u"--metrics-bind-address"_s}},
            {KubeProxyAspect::Profiling, {u"enableProfiling"_s, u"--profiling"_s}}}
                     .value(rule.proxy);
        break;
    case CheckKind::ServiceAccountTokens:
        words += u"automountServiceAccountToken"_s;
        break;
    case CheckKind::ClusterAdmins:
        words += u"\"name\":\""_s + rule.admins.role;
        break;
    case CheckKind::SameArguments:
        words += u"--"_s;
        break;
    default:
        break;
    }
    words.removeAll(QString());
    return words;
}

/// Whether a test is about a rule's setting that nobody has set, and comes to a verdict about it.
bool isUnset(const Rule &rule, const RuleTest &test)
{
    if (rule.check == CheckKind::Reported) {
        return std::ranges::all_of(rule.reported.outputs,
            [&](const QString &id) { return test.outputs.contains(id) && test.outputs.value(id).trimmed().isEmpty(); });
    }
    const QStringList words = wordsOf(rule);
    if (words.isEmpty() || test.expect.contains(u"unknown"_s))
        return false;
    QByteArray text = test.argv.join(' ') + test.otherArgv.join(' ') + test.manifest;
    for (const QList<QByteArray> &peer : test.peers)
        text += peer.join(' ');
    for (const QByteArray &content : test.files)
        text += content;
    text += QJsonDocument(test.objects).toJson(QJsonDocument::Compact);
    return std::ranges::none_of(words, [&](const QString &word) { return text.contains(word.toUtf8()); });
}

bool hasSample(const Rule &rule, const QString &what)
{
    return std::ranges::any_of(rule.tests,
        [&](const RuleTest &test) { return what == u"unset" ? isUnset(rule, test) : test.expect.contains(what); });
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

    void everyRuleHasItsSamples_data()
    {
        QTest::addColumn<QString>("what");
        for (const QString &what : {u"pass"_s, u"fail"_s, u"unset"_s, u"not-applicable"_s, u"error"_s, u"unknown"_s})
            QTest::newRow(qPrintable(what)) << what;
    }
    void everyRuleHasItsSamples()
    {
        QFETCH(QString, what);
        QStringList wrong;
        for (const Rule &rule : pack().rules) {
            const Never *never = neverOf(rule, what);
            if (!never && !hasSample(rule, what))
                wrong += rule.id + u" has no sample"_s;
            else if (never && hasSample(rule, what))
                wrong += rule.id + u" has a sample, and is said to have none: "_s + QLatin1StringView(never->why);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }

    /// A verdict that is said not to come about does not, in any situation that rules of the kind are tested in, in any
    /// release.
    void whatIsSaidToBeOutOfReachIs()
    {
        QStringList reached;
        for (const Rule &rule : pack().rules) {
            QStringList never;
            for (const QString &what : {u"pass"_s, u"fail"_s, u"not-applicable"_s, u"error"_s}) {
                if (neverOf(rule, what))
                    never += what;
            }
            if (never.isEmpty())
                continue;
            for (const Rule &other : pack().rules) {
                if (other.check != rule.check || other.component != rule.component)
                    continue;
                for (RuleTest test : other.tests) {
                    for (const int minor : {19, 24, 30, 34, 37}) {
                        test.release = Release{minor, -1};
                        for (const Finding &finding : findingsIn(pack(), rule, test)) {
                            if (never.contains(verdictName(finding.verdict)))
                                reached += u"%1, %2 of %3 at 1.%4: %5"_s.arg(rule.id, test.name, other.id)
                                               .arg(minor)
                                               .arg(finding.reason.en);
                        }
                    }
                }
            }
        }
        QVERIFY2(reached.isEmpty(), qPrintable(reached.join(u'\n')));
    }

    /// Of the reasons above none is left over.
    void everyReasonIsNeeded()
    {
        for (const Never &never : nevers()) {
            for (const QString &id : never.rules)
                QVERIFY2(pack().rule(id), qPrintable(id));
            for (const CheckKind kind : never.kinds) {
                QVERIFY2(
                    std::ranges::any_of(pack().rules, [&](const Rule &rule) { return rule.check == kind; }), never.why);
            }
        }
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
