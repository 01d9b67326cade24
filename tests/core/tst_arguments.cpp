// SPDX-License-Identifier: Apache-2.0
#include "cluster/arguments.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

class TestArguments : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // What argv says about a flag, as "index=text …"; "?" marks one that may belong to the word before it.
    void occurrences_data()
    {
        QTest::addColumn<QByteArray>("argv");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<ValueType>("type");
        QTest::addColumn<FlagSyntax>("syntax");
        QTest::addColumn<QString>("found");
        const auto row = [](const char *title, const QByteArray &argv, const QString &flag, ValueType type,
                             const QString &found, FlagSyntax syntax = FlagSyntax::Pflag) {
            QTest::newRow(title) << argv << flag << type << syntax << found;
        };
        using enum ValueType;
        row("absent", "x --v=2", u"--profiling"_s, Bool, u""_s);
        row("equals", "x --profiling=false", u"--profiling"_s, Bool, u"1=false"_s);
        row("bare bool", "x --profiling", u"--profiling"_s, Bool, u"1=true"_s);
        row("bool takes no separate value", "x --profiling false", u"--profiling"_s, Bool, u"1=true"_s);
        row("separate value", "x --pod-max-pids 2000", u"--pod-max-pids"_s, Integer, u"1=2000"_s);
        row("separate negative value", "x --pod-max-pids -1", u"--pod-max-pids"_s, Integer, u"1=-1"_s);
        row("a separate value looks like a flag", "x --a --profiling=false", u"--a"_s, String,
            u"1=--profiling=false"_s);
        row("value missing", "x --pod-max-pids", u"--pod-max-pids"_s, Integer, u"1=!"_s);
        row("twice", "x --profiling=true --profiling=false", u"--profiling"_s, Bool, u"1=true 2=false"_s);
        row("value with equals", "x --a=b=c", u"--a"_s, String, u"1=b=c"_s);
        row("empty value", "x --a=", u"--a"_s, String, u"1="_s);
        row("underscores", "x --tls_min_version=VersionTLS13", u"--tls-min-version"_s, String, u"1=VersionTLS13"_s);
        row("case matters", "x --Profiling=false", u"--profiling"_s, Bool, u""_s);
        row("longer name", "x --profiling-x=false", u"--profiling"_s, Bool, u""_s);
        row("there is no --no-profiling", "x --no-profiling", u"--profiling"_s, Bool, u""_s);
        row("one dash is a shorthand", "x -profiling=false", u"--profiling"_s, Bool, u""_s);
        row("after the end of flags", "x -- --profiling=false", u"--profiling"_s, Bool, u""_s);
        row("the program's own name", "--profiling=false --v=2", u"--profiling"_s, Bool, u""_s);
        row("the value of another flag", "x --a --profiling --profiling=false", u"--profiling"_s, Bool,
            u"2=true? 3=false"_s);
        row("after another flag's value", "x --a b --profiling=false", u"--profiling"_s, Bool, u"3=false"_s);
        row("after a bare flag that is known", "x --allow-privileged --profiling=false", u"--profiling"_s, Bool,
            u"2=false"_s);
        row("after a bare flag that is not", "x --frobnicate --profiling=false", u"--profiling"_s, Bool, u"2=false?"_s);
        row("after -v with its value", "x -v 4 --profiling=false", u"--profiling"_s, Bool, u"3=false"_s);
        row("after -v4", "x -v4 --profiling=false", u"--profiling"_s, Bool, u"2=false"_s);
        row("etcd, one dash", "etcd -client-cert-auth=true", u"--client-cert-auth"_s, Bool, u"1=true"_s,
            FlagSyntax::GoFlag);
        row("etcd, underscores are not dashes", "etcd --client_cert_auth=true", u"--client-cert-auth"_s, Bool, u""_s,
            FlagSyntax::GoFlag);
        row("etcd, a word ends the flags", "etcd --client-cert-auth false --client-cert-auth=false",
            u"--client-cert-auth"_s, Bool, u"1=true"_s, FlagSyntax::GoFlag);
    }
    void occurrences()
    {
        QFETCH(QByteArray, argv);
        QFETCH(QString, flag);
        QFETCH(ValueType, type);
        QFETCH(FlagSyntax, syntax);
        QFETCH(QString, found);
        QStringList actual;
        for (const FlagOccurrence &occurrence : flagOccurrences(argv.split(' '), flag, type, syntax)) {
            actual += QString::number(occurrence.index) + u'=' + QString::fromUtf8(occurrence.text)
                + (occurrence.ambiguous ? u"?"_s : QString()) + (occurrence.bare ? u"!"_s : QString());
        }
        QCOMPARE(actual.join(u' '), found);
    }

    // The values together, as text; "refused" for what the component would not take.
    void values_data()
    {
        QTest::addColumn<QByteArray>("argv");
        QTest::addColumn<SettingName>("name");
        QTest::addColumn<QString>("value");
        const auto row = [](const char *title, const QByteArray &argv, ValueType type, const QString &value,
                             const QString &flag = u"--a"_s, const QString &path = {}) {
            QTest::newRow(title) << argv << SettingName{ComponentKind::Kubelet, flag, path, type} << value;
        };
        using enum ValueType;
        for (const char *yes : {"1", "t", "T", "true", "TRUE", "True"})
            row(qPrintable(u"bool %1"_s.arg(QLatin1StringView(yes))), "x --a="_ba + yes, Bool, u"true"_s);
        for (const char *no : {"0", "f", "F", "false", "FALSE", "False"})
            row(qPrintable(u"bool %1"_s.arg(QLatin1StringView(no))), "x --a="_ba + no, Bool, u"false"_s);
        for (const char *bad : {"", "no", "off", "tRUE", "2"})
            row(qPrintable(u"no bool: %1"_s.arg(QLatin1StringView(bad))), "x --a="_ba + bad, Bool, u"refused"_s);
        row("last bool", "x --a=true --a=false", Bool, u"false"_s);
        row("integer", "x --a=1000", Integer, u"1000"_s);
        row("negative", "x --a=-1", Integer, u"-1"_s);
        row("hexadecimal", "x --a=0x3E8", Integer, u"1000"_s);
        row("octal", "x --a=01750", Integer, u"1000"_s);
        row("octal, 0o", "x --a=0o1750", Integer, u"1000"_s);
        row("binary", "x --a=0b101", Integer, u"5"_s);
        row("underscore between digits", "x --a=1_000", Integer, u"1000"_s);
        row("underscore at the start", "x --a=_1000", Integer, u"refused"_s);
        row("underscore at the end", "x --a=1000_", Integer, u"refused"_s);
        row("two underscores", "x --a=1__000", Integer, u"refused"_s);
        row("underscore after a prefix", "x --a=0x3_E8", Integer, u"1000"_s);
        row("zero", "x --a=0", Integer, u"0"_s);
        row("not octal", "x --a=09", Integer, u"refused"_s);
        row("fraction", "x --a=1.5", Integer, u"refused"_s);
        row("blank", "x --a=", Integer, u"refused"_s);
        row("smallest", "x --a=-9223372036854775808", Integer, u"-9223372036854775808"_s);
        row("too large", "x --a=9223372036854775808", Integer, u"refused"_s);
        row("list", "x --a=b,c", StringList, u"b,c"_s);
        row("list, empty", "x --a=", StringList, u""_s);
        row("list, accumulates", "x --a=b,c --a d", StringList, u"b,c,d"_s);
        row("list, quoted comma", "x --a=\"b,c\",d", StringList, u"b,c,d"_s);
        row("list, stray quote", "x --a=b\"c", StringList, u"refused"_s);
        row("list, open quote", "x --a=\"b", StringList, u"refused"_s);
        row("map", "x --a=b=1,c=2 --a=b=3", Map, u"b=3,c=2"_s);
        row("map, no value", "x --a=b", Map, u"refused"_s);
        row("gates", "x --feature-gates=A=true,B=false --feature-gates=B=true,kube:C=0", Map,
            u"A=true,B=true,C=false"_s, u"--feature-gates"_s);
        row("gate, no bool", "x --feature-gates=A=yes", Map, u"refused"_s, u"--feature-gates"_s);
        row("gate asked by key", "x --feature-gates=A=true", Bool, u"A=true"_s, u"--feature-gates"_s,
            u"featureGates.A"_s);
    }
    void values()
    {
        QFETCH(QByteArray, argv);
        QFETCH(SettingName, name);
        QFETCH(QString, value);
        const ValueType type = name.path.isEmpty() ? name.type : ValueType::Map;
        const auto found = flagOccurrences(argv.split(' '), name.flag, type, FlagSyntax::Pflag);
        QVERIFY(!found.isEmpty());
        const auto together = combined(found, name);
        QCOMPARE(together ? valueText(*together) : u"refused"_s, value);
    }
    void quotedCommaIsOneItem()
    {
        QCOMPARE(parseList("\"b,c\",\"say \"\"d\"\"\""), QStringList({u"b,c"_s, u"say \"d\""_s}));
        QCOMPARE(parseList("a,,b,"), QStringList({u"a"_s, u""_s, u"b"_s, u""_s}));
    }
};

QTEST_GUILESS_MAIN(TestArguments)
#include "tst_arguments.moc"
