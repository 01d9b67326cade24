// SPDX-License-Identifier: Apache-2.0
#include "rules/situation.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString config = u"/var/lib/kubelet/config.yaml"_s;

/// A value, and how it may be spoilt: the name of the row, and what is written instead of it.
QList<std::pair<const char *, QString>> spoilt(const QString &good)
{
    return {{"empty", u""_s}, {"upper case", good.toUpper()}, {"lower case", good.toLower()},
        {"a blank inside", good.left(1) + u' ' + good.mid(1)}, {"a blank before", u' ' + good},
        {"a blank behind", good + u' '}, {"quotes in it", u'"' + good + u'"'}, {"a word", u"nonsense"_s},
        {"a number", u"7"_s}, {"a fraction", u"1.5"_s}, {"a huge number", u"99999999999999999999"_s},
        {"IPv6", u"::1"_s}, {"a list in a string", good + u",nonsense"_s}, {"of a newer release", u"VersionTLS14"_s},
        {"a suite nobody knows", u"TLS_WITH_NONSENSE"_s}, {"Chinese", u"真"_s},
        {"a control character", good + QChar(7)}};
}

/// As the key's file would hold it: nested for a path with dots.
QByteArray yaml(const QString &path, const QString &value, const QString &key = {})
{
    QByteArray text = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    const QStringList steps = path.split(u'.');
    for (qsizetype step = 0; step < steps.size(); ++step) {
        const bool last = step == steps.size() - 1;
        const QString name = last && !key.isEmpty() ? key : steps[step];
        text += QByteArray(2 * step, ' ') + name.toUtf8() + ':' + (last ? value.toUtf8() : QByteArray()) + '\n';
    }
    return text;
}

/// The value that a rule wants, as it would be typed; empty where there is not just one.
QString wanted(const Rule &rule)
{
    if (rule.check == CheckKind::CipherSuites)
        return rule.suites.allowed.value(0);
    const bool single = rule.check == CheckKind::Setting && rule.assertion.op == Assertion::Operator::Equal;
    return single && rule.assertion.operand != QString() ? actualText(rule.assertion.operand) : QString();
}

} // namespace

/// Whatever stands where a value should: the answer is a verdict with its reason, and a pass only for the very value
/// that the component would use.
class TestBadValues : public QObject
{
    Q_OBJECT

    RulePack m_pack;

    void check(const Rule &rule, const RuleTest &test, bool mayPass)
    {
        const QList<Finding> findings = findingsIn(m_pack, rule, test);
        QVERIFY(!findings.isEmpty());
        for (const Finding &finding : findings) {
            QVERIFY(!finding.reason.en.isEmpty() && !finding.reason.zh.isEmpty());
            if (finding.verdict != Verdict::Pass)
                continue;
            const bool same = finding.actual == wanted(rule) || rule.check == CheckKind::CipherSuites;
            QVERIFY2(mayPass && same, qPrintable(finding.actual + u": "_s + finding.reason.en));
        }
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
        QTest::addColumn<QByteArray>("argument"); ///< of the process
        QTest::addColumn<QByteArray>("file"); ///< the kubelet's
        QTest::addColumn<bool>("mayPass"); ///< when it comes down to the value that is wanted
        auto pack = builtinRulePack();
        for (const Rule &rule : pack->rules) {
            const QString good = wanted(rule);
            if (good.isEmpty())
                continue;
            const auto row = [&rule](
                                 const char *how, const QByteArray &argument, const QByteArray &file, bool mayPass) {
                QTest::addRow("%s, %s", qPrintable(rule.id), how) << rule.id << argument << file << mayPass;
            };
            if (!rule.setting.flag.isEmpty()) {
                const QByteArray flag = rule.setting.flag.toUtf8();
                const bool isBool = rule.setting.type == ValueType::Bool;
                const bool isList = rule.setting.type == ValueType::StringList || rule.check == CheckKind::CipherSuites;
                row("argument: another case of the flag", flag.toUpper() + '=' + good.toUtf8(), {}, true);
                row("argument: without a value", flag, {}, good == u"true");
                for (const auto &[how, value] : spoilt(good)) {
                    // The readers of a bool and of a number take more than one spelling of the same, and a list is CSV.
                    const bool same =
                        isBool || rule.setting.type == ValueType::Integer || (isList && how == "quotes in it"_ba);
                    row(qPrintable(u"argument: "_s + QString::fromLatin1(how)), flag + '=' + value.toUtf8(), {},
                        same || value == good);
                }
            }
            if (!rule.setting.path.isEmpty()) {
                const QString path = rule.setting.path;
                const QString value = rule.check == CheckKind::CipherSuites ? u'[' + good + u']' : good;
                const QByteArray right = yaml(path, u' ' + value);
                row("file: comment beside", {}, yaml(path, u' ' + value + u" # nonsense"_s), true);
                row("file: no blank", {}, yaml(path, value), false);
                row("file: null", {}, yaml(path, u" ~"_s), true);
                row("file: quoted", {}, yaml(path, u" \""_s + good + u'"'), rule.setting.type == ValueType::String);
                row("file: a list", {}, yaml(path, u" [nonsense]"_s), false);
                row("file: a mapping", {}, yaml(path, u" {a: b}"_s), false);
                row("file: a tab", {}, yaml(path, u"\t"_s + value), true);
                row("file: another case of the key", {}, yaml(path, u' ' + value, path.section(u'.', -1).toUpper()),
                    true);
                row("file: twice, the second is nonsense", {},
                    right + yaml(path, u" nonsense"_s).split('\n').mid(2).join('\n'), false);
                for (const auto &[how, spoiltValue] : spoilt(good))
                    row(qPrintable(u"file: "_s + QString::fromLatin1(how)), {}, yaml(path, u' ' + spoiltValue), true);
            }
        }
    }
    void values()
    {
        QFETCH(QString, id);
        QFETCH(QByteArray, argument);
        QFETCH(QByteArray, file);
        QFETCH(bool, mayPass);
        const Rule *rule = m_pack.rule(id);
        QVERIFY(rule);
        RuleTest test;
        test.release = Release::parse(u"1.34");
        test.argv = {componentName(rule->component).toUtf8()};
        if (!file.isEmpty()) {
            test.argv += "--config=" + config.toUtf8();
            test.files.insert(config, file);
        }
        if (!argument.isEmpty())
            test.argv += argument;
        check(*rule, test, mayPass);
    }

    /// The same situations with the right value pass: the table above looks at the right place.
    void rightValuesPass()
    {
        int passed = 0;
        for (const Rule &rule : m_pack.rules) {
            const QString good = wanted(rule);
            if (good.isEmpty())
                continue;
            RuleTest test;
            test.release = Release::parse(u"1.34");
            test.argv = {componentName(rule.component).toUtf8()};
            if (!rule.setting.path.isEmpty()) {
                test.argv += "--config=" + config.toUtf8();
                test.files.insert(config,
                    yaml(rule.setting.path,
                        rule.check == CheckKind::CipherSuites ? u" [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"_s
                                                              : u' ' + good));
            } else {
                test.argv += rule.setting.flag.toUtf8() + '='
                    + (rule.check == CheckKind::CipherSuites ? "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" : good.toUtf8());
            }
            const QList<Finding> findings = findingsIn(m_pack, rule, test);
            QCOMPARE(findings.size(), 1);
            if (findings[0].verdict != Verdict::NotApplicable)
                QVERIFY2(findings[0].verdict == Verdict::Pass, qPrintable(rule.id + u": "_s + findings[0].reason.en));
            ++passed;
        }
        QVERIFY2(passed > 15, qPrintable(QString::number(passed)));
    }
};

QTEST_GUILESS_MAIN(TestBadValues)
#include "tst_badvalues.moc"
