// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"
#include "host/recording.h"
#include "report/report.h"
#include "rules/rulepack.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const Cluster &sample()
{
    static const Cluster cluster = [] {
        const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s, QDir::Name);
        QList<Snapshot> snapshots;
        for (const QString &name : directory.entryList()) {
            if (auto snapshot = readSnapshotFile(directory.filePath(name)))
                snapshots += *std::move(snapshot);
        }
        return *buildCluster(snapshots);
    }();
    return cluster;
}

const RulePack &pack()
{
    static const RulePack loaded = *builtinRulePack();
    return loaded;
}

QString objectOf(const Subject &subject)
{
    return subject.kind.isEmpty() ? QString() : subject.namespaceName + u'/' + subject.kind + u'/' + subject.name;
}

bool matters(const Finding &finding)
{
    return !finding.waiver && finding.verdict != Verdict::Pass && finding.verdict != Verdict::NotApplicable;
}

/// What a finding says, without the waiver: nothing of it may change.
QString said(const Finding &finding)
{
    return finding.id() + u'|' + verdictName(finding.verdict) + u'|' + finding.expected + u'|' + finding.actual + u'|'
        + finding.reason.en + u'|' + finding.reason.zh + u'|' + (finding.fixable ? u"fixable"_s : QString());
}

Waiver waiver(const QString &rule)
{
    Waiver made;
    made.id = u"waiver:1"_s;
    made.rule = rule;
    made.reason = u"the vendor's device plugin"_s;
    made.approver = u"the security board"_s;
    made.expires = QDate(2027, 1, 31);
    return made;
}

Tailoring waiving(const Waiver &one)
{
    Tailoring made;
    made.waivers = {one};
    return made;
}

Tailoring withoutRule(const QString &rule)
{
    Tailoring made;
    made.off = {{rule, u"why"_s}};
    return made;
}

Tailoring withValue(const QString &rule, const QString &value)
{
    Tailoring made;
    made.values = {{rule, value}};
    return made;
}

Tailoring by(const QString &baseline)
{
    Tailoring made;
    made.baseline = baseline;
    return made;
}

QDateTime at(const QString &time)
{
    return QDateTime::fromString(time, Qt::ISODate);
}

Finding finding(const QString &rule, Verdict verdict, const QString &node, const QString &object)
{
    Finding made;
    made.rule = rule;
    made.verdict = verdict;
    made.subject.cluster = u"production"_s;
    made.subject.node = node;
    if (!object.isEmpty()) {
        made.subject.namespaceName = object.section(u'/', 0, 0);
        made.subject.kind = object.section(u'/', 1, 1);
        made.subject.name = object.section(u'/', 2);
    }
    return made;
}

const QByteArray whole = R"(schema: jiagu-tailoring/1
baseline: literal
off:
  - {rule: WL-02, reason: RDMA needs the host's network}
values:
  KL-01: "4096"
waivers:
  - rule: WL-01
    cluster: production
    object: mindie/Deployment/web*
    reason: the vendor's device plugin
    approver: the security board
    expires: 2027-01-31
  - {rule: API-04, node: cp1, reason: clients of TLS 1.2, approver: somebody, expires: "2026-12-31"}
)";

} // namespace

class TestWaiver : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCOMPARE(sample().nodes.size(), 3); }

    /// A waiver for a finding changes that one, and those alone that are about the same rule, node and object.
    void changesNothingElse()
    {
        const QDateTime now = sample().apiTime;
        const QList<Finding> before = assess(sample(), pack(), now).findings;
        int tried = 0;
        for (const Finding &chosen : before) {
            Waiver one = waiver(chosen.rule);
            one.cluster = chosen.subject.cluster;
            one.node = chosen.subject.node;
            one.object = objectOf(chosen.subject);
            one.expires = now.date();
            const auto after = assess(sample(), pack(), now, waiving(one));
            QVERIFY(after);
            QCOMPARE(after->findings.size(), before.size());
            int changed = 0;
            for (qsizetype i = 0; i < before.size(); ++i) {
                const Finding &left = before[i];
                const Finding &right = after->findings[i];
                QCOMPARE(said(right), said(left));
                const bool isMeant = matters(left) && left.rule == chosen.rule
                    && left.subject.node == chosen.subject.node && objectOf(left.subject) == objectOf(chosen.subject);
                const bool isWaived = right.waiver.has_value() && !left.waiver.has_value();
                QCOMPARE(isWaived, isMeant);
                QCOMPARE(right.waiver.has_value(), left.waiver.has_value() || isMeant);
                if (isWaived)
                    QCOMPARE(right.waiver->id, u"waiver:1"_s);
                changed += isWaived ? 1 : 0;
            }
            QCOMPARE(changed > 0, matters(chosen));
            const Counts was = count(before);
            const Counts is = count(after->findings);
            QCOMPARE(is.waived, was.waived + changed);
            tried += changed > 0 ? 1 : 0;
        }
        QVERIFY(tried > 20);
    }

    void selects_data()
    {
        QTest::addColumn<Waiver>("waiver");
        QTest::addColumn<Finding>("found");
        QTest::addColumn<bool>("isWaived");
        const Finding pod = finding(u"WL-01"_s, Verdict::Fail, {}, u"mindie/Deployment/web-1"_s);
        const Finding node = finding(u"WL-01"_s, Verdict::Fail, u"cp1"_s, {});
        const auto row = [](const char *name, Waiver one, const Finding &found, bool isWaived,
                             const QString &cluster = {}, const QString &on = {}, const QString &object = {}) {
            one.cluster = cluster;
            one.node = on;
            one.object = object;
            QTest::newRow(name) << one << found << isWaived;
        };
        const Waiver one = waiver(u"WL-01"_s);
        row("everywhere", one, pod, true);
        row("another rule", waiver(u"WL-02"_s), pod, false);
        row("the cluster's name", one, pod, true, u"production"_s);
        row("the cluster's id", one, pod, true, u"ca:1"_s);
        row("another cluster", one, pod, false, u"test"_s);
        row("the node", one, node, true, {}, u"cp1"_s);
        row("another node", one, node, false, {}, u"cp2"_s);
        row("some nodes", one, node, true, {}, u"cp*"_s);
        row("a node, and the finding is of none", one, pod, false, {}, u"cp1"_s);
        row("the object", one, pod, true, {}, {}, u"mindie/Deployment/web-1"_s);
        row("another case", one, pod, false, {}, {}, u"mindie/deployment/web-1"_s);
        row("a beginning is no name", one, pod, false, {}, {}, u"mindie/Deployment/web"_s);
        row("names that begin so", one, pod, true, {}, {}, u"mindie/Deployment/web*"_s);
        row("any kind", one, pod, true, {}, {}, u"mindie/*/web-1"_s);
        row("a namespace", one, pod, true, {}, {}, u"mindie/*/*"_s);
        row("another namespace", one, pod, false, {}, {}, u"mind/*/*"_s);
        row("a middle that is not there", one, pod, false, {}, {}, u"mindie/*/x*1"_s);
        row("ends that overlap", one, pod, false, {}, {}, u"mindie/Deployment/web-1*-1"_s);
        row("an object, and the finding is of none", one, node, false, {}, {}, u"mindie/*/*"_s);
        row("unknown", one, finding(u"WL-01"_s, Verdict::Unknown, u"cp1"_s, {}), true);
        row("for a person", one, finding(u"WL-01"_s, Verdict::Manual, u"cp1"_s, {}), true);
        row("what passes", one, finding(u"WL-01"_s, Verdict::Pass, u"cp1"_s, {}), false);
        row("what does not apply", one, finding(u"WL-01"_s, Verdict::NotApplicable, u"cp1"_s, {}), false);
    }
    void selects()
    {
        QFETCH(Waiver, waiver);
        QFETCH(Finding, found);
        QFETCH(bool, isWaived);
        QList<Finding> findings{found};
        applyWaivers(findings, u"ca:1"_s, {waiver}, at(u"2026-11-01T00:00:00Z"_s));
        QCOMPARE(findings[0].waiver.has_value(), isWaived);
        QCOMPARE(said(findings[0]), said(found));
        if (isWaived) {
            QVERIFY(findings[0].waiver->reason.en.contains(waiver.approver));
            QVERIFY(findings[0].waiver->reason.zh.contains(waiver.reason));
        }
    }

    void expires_data()
    {
        QTest::addColumn<QString>("now");
        QTest::addColumn<bool>("isWaived");
        QTest::newRow("long before") << u"2026-01-01T00:00:00Z"_s << true;
        QTest::newRow("on its last day") << u"2027-01-31T23:59:59Z"_s << true;
        QTest::newRow("the day after") << u"2027-02-01T00:00:00Z"_s << false;
        QTest::newRow("the last day in UTC counts") << u"2027-02-01T07:00:00+08:00"_s << true;
        QTest::newRow("years after") << u"2030-01-01T00:00:00Z"_s << false;
    }
    void expires()
    {
        QFETCH(QString, now);
        QFETCH(bool, isWaived);
        QList<Finding> findings{finding(u"WL-01"_s, Verdict::Fail, {}, u"mindie/Pod/a"_s)};
        findings[0].reason = {u"It is."_s, u"如此。"_s};
        Waiver older = waiver(u"WL-01"_s);
        older.id = u"waiver:2"_s;
        older.expires = QDate(2025, 1, 1);
        applyWaivers(findings, {}, {older, waiver(u"WL-01"_s)}, at(now));
        QCOMPARE(findings[0].waiver.has_value(), isWaived);
        QCOMPARE(findings[0].counts(), !isWaived);
        QCOMPARE(findings[0].verdict, Verdict::Fail);
        QCOMPARE(findings[0].reason.en.contains(u"expired on 2027-01-31"_s), !isWaived);
        QCOMPARE(findings[0].reason.zh.contains(u"2027-01-31 到期"_s), !isWaived);
        QCOMPARE(findings[0].reason.en.contains(u"waiver:1"_s), !isWaived);
    }

    void reads()
    {
        const auto read = readTailoring(u"own.yaml"_s, whole);
        QVERIFY2(read, read ? "" : qPrintable(describe(read.error(), Language::English)));
        QCOMPARE(read->baseline, u"literal"_s);
        QCOMPARE(read->off, (QMap<QString, QString>{{u"WL-02"_s, u"RDMA needs the host's network"_s}}));
        QCOMPARE(read->values, (QMap<QString, QString>{{u"KL-01"_s, u"4096"_s}}));
        QCOMPARE(read->waivers.size(), 2);
        QCOMPARE(read->waivers[0].object, u"mindie/Deployment/web*"_s);
        QCOMPARE(read->waivers[0].expires, QDate(2027, 1, 31));
        QCOMPARE(read->waivers[1].node, u"cp1"_s);
        const auto again = readTailoring(u"own.json"_s, QJsonDocument(toJson(*read)).toJson());
        QVERIFY2(again, again ? "" : qPrintable(describe(again.error(), Language::English)));
        QCOMPARE(*again, *read);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after"); // ^ is where the error must be
        QTest::addColumn<QString>("says");
        QTest::newRow("another schema") << "jiagu-tailoring/1"_ba
                                        << "^jiagu-tailoring/2"_ba << u"is not known here"_s;
        QTest::newRow("unknown key") << "off:"_ba
                                     << "^of:"_ba << u"Did you mean \"off\"?"_s;
        QTest::newRow("no reason") << "    reason: the vendor's device plugin\n"_ba
                                   << ""_ba << u"\"reason\" is missing"_s;
        QTest::newRow("no approver") << "approver: somebody, "_ba
                                     << ""_ba << u"\"approver\" is missing"_s;
        QTest::newRow("no expiry") << ", expires: \"2026-12-31\""_ba
                                   << ""_ba << u"\"expires\" is missing"_s;
        QTest::newRow("empty reason") << "reason: clients of TLS 1.2"_ba
                                      << "reason: ^\" \""_ba << u"The text is empty"_s;
        QTest::newRow("no day") << "expires: 2027-01-31"_ba
                                << "expires: ^31.01.2027"_ba << u"write it as 2027-01-31"_s;
        QTest::newRow("a day that is not") << "expires: 2027-01-31"_ba
                                           << "expires: ^2027-02-30"_ba << u"is no day"_s;
        QTest::newRow("no object") << "mindie/Deployment/web*"_ba
                                   << "^mindie"_ba << u"NAMESPACE/KIND/NAME"_s;
        QTest::newRow("number for a value") << "KL-01: \"4096\""_ba
                                            << "KL-01: ^4096"_ba << u"Text is expected"_s;
        QTest::newRow("anchor") << "baseline: literal"_ba
                                << "baseline: ^&a literal"_ba << u"no anchors"_s;
    }
    void refuses()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, says);
        QByteArray bytes = whole;
        const qsizetype place = bytes.indexOf(before);
        QVERIFY(place >= 0);
        bytes.replace(place, before.size(), after);
        const qsizetype mark = bytes.indexOf('^');
        if (mark >= 0)
            bytes.remove(mark, 1);
        const auto read = readTailoring(u"own.yaml"_s, bytes);
        QVERIFY(!read);
        QVERIFY2(read.error().message.en.contains(says), qPrintable(read.error().message.en));
        QCOMPARE(read.error().at.file, u"own.yaml"_s);
        if (mark >= 0)
            QCOMPARE(read.error().at.line, int(bytes.left(mark).count('\n')) + 1);
    }

    void isBounded()
    {
        const auto read = readTailoring(u"own.yaml"_s, whole + QByteArray(1024 * 1024, '#'));
        QVERIFY(!read);
        QCOMPARE(read.error().kind, Error::Kind::TooLarge);
    }

    void tailors()
    {
        QCOMPARE(tailored(pack(), {})->baseline, pack().baselines.first().id);
        QCOMPARE(tailored(pack(), {})->rules.size(), pack().rules.size());
        const auto off = tailored(pack(), withoutRule(u"WL-01"_s));
        QVERIFY(off && !off->rule(u"WL-01"_s));
        QCOMPARE(off->rules.size(), pack().rules.size() - 1);
        QCOMPARE(off->digest, pack().digest);
        const auto value = tailored(pack(), withValue(u"KL-01"_s, u"4096"_s));
        QVERIFY(value);
        QCOMPARE(value->rule(u"KL-01"_s)->fixValue, u"4096"_s);
        QCOMPARE(fixName(*value->rule(u"KL-01"_s)), u"automatic"_s);
        const auto literal = tailored(pack(), by(u"literal"_s));
        QVERIFY(literal);
        QCOMPARE(literal->rule(u"KL-01-gate"_s)->check, CheckKind::Setting);
        QVERIFY(!literal->rule(u"M-02-static"_s));
    }

    /// What is judged by a value that a person gave, on the sample.
    void judgesByValues_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("ofRule"); // whose parameter it is
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("expected");
        const QString fewer = u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s;
        QTest::newRow("lowest version") << u"API-04"_s << u"API-04"_s << u"VersionTLS12"_s
                                        << u"one of VersionTLS12, VersionTLS13"_s;
        QTest::newRow("lowest version, as it is")
            << u"API-04"_s << u"API-04"_s << u"VersionTLS13"_s << u"VersionTLS13"_s;
        QTest::newRow("lowest version from outside")
            << u"API-04-wire"_s << u"API-04"_s << u"VersionTLS12"_s << u"\u2265 VersionTLS12"_s;
        QTest::newRow("lowest version of the kubelet")
            << u"KL-03"_s << u"KL-03"_s << u"VersionTLS12"_s << u"one of VersionTLS12, VersionTLS13"_s;
        QTest::newRow("suites") << u"API-03"_s << u"API-03"_s << fewer << u"\u2286 "_s + fewer;
        QTest::newRow("suites from outside") << u"API-03-wire"_s << u"API-03"_s << fewer << u"\u2286 "_s + fewer;
        QTest::newRow("level of the audit policy") << u"API-05-policy"_s << u"API-05-policy"_s << u"Request"_s
                                                   << u"audit.k8s.io/v1 Policy, level \u2265 Request"_s;
        QTest::newRow("retention")
            << u"API-05-retention"_s << u"API-05-retention"_s << u"90, 20, 50"_s
            << u"--audit-log-maxage \u2265 90, --audit-log-maxbackup \u2265 20, --audit-log-maxsize \u2265 50"_s;
        QTest::newRow("networks of NodePorts")
            << u"KP-01"_s << u"KP-01"_s << u"10.0.0.0/24, fd00::/64"_s << u"\u2286 10.0.0.0/24, fd00::/64"_s;
        QTest::newRow("PID limit") << u"KL-01"_s << u"KL-01"_s << u"4096"_s << u"\u2265 1, \u2264 4096"_s;
    }
    void judgesByValues()
    {
        QFETCH(QString, rule);
        QFETCH(QString, ofRule);
        QFETCH(QString, value);
        QFETCH(QString, expected);
        Tailoring tailoring = withValue(ofRule, value);
        for (const bool isOff : {false, true}) { // a value counts for the others when its rule is not judged
            if (isOff && rule == ofRule)
                continue;
            if (isOff)
                tailoring.off.insert(ofRule, u"the port is what counts"_s);
            const auto assessment = assess(sample(), pack(), sample().apiTime, tailoring);
            QVERIFY(assessment);
            const auto found = std::ranges::find(assessment->findings, rule, &Finding::rule);
            QVERIFY(found != assessment->findings.end());
            QCOMPARE(found->expected, expected);
        }
    }

    void suggestsNamespaces_data()
    {
        QTest::addColumn<QStringList>("there");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("reason"); // the end
        QTest::newRow("known ones alone") << QStringList{u"shop"_s, u"kube-system"_s, u"mindx-dl"_s}
                                          << u"kube-system,mindx-dl"_s << u"is known to use."_s;
        QTest::newRow("others that might be") << QStringList{u"kube-system"_s, u"longhorn-system"_s, u"shop"_s}
                                              << u"kube-system"_s << u"before you add one: longhorn-system."_s;
        QTest::newRow("names that only look like it") << QStringList{u"kube-system-2"_s} << QString() << QString();
        QTest::newRow("not read") << QStringList() << QString() << QString();
    }
    void suggestsNamespaces()
    {
        QFETCH(QStringList, there);
        QFETCH(QString, value);
        QFETCH(QString, reason);
        Cluster cluster;
        QJsonArray objects;
        for (const QString &name : there)
            objects += QJsonObject{{u"metadata"_s, QJsonObject{{u"name"_s, name}}}};
        cluster.objects.insert(u"namespaces"_s, objects);
        const Suggestion suggestion = suggestionFor(*pack().rule(u"WL-01"_s), cluster);
        QCOMPARE(suggestion.value, value);
        QVERIFY2(suggestion.reason.en.endsWith(reason), qPrintable(suggestion.reason.en));
    }

    /// The exceptions are those of every rule about workloads.
    void namespacesCountForAllRulesAboutWorkloads()
    {
        const auto usual = assess(sample(), pack(), sample().apiTime, {});
        const auto fewer = assess(sample(), pack(), sample().apiTime, withValue(u"WL-01"_s, u"nowhere"_s));
        QVERIFY(usual && fewer);
        const auto waived = [](const Assessment &assessment) {
            QSet<QString> rules;
            for (const Finding &finding : assessment.findings) {
                if (finding.waiver)
                    rules += finding.rule;
            }
            return rules;
        };
        QVERIFY(waived(*usual).contains(u"WL-01"_s) && waived(*usual).contains(u"WL-02"_s));
        QVERIFY(waived(*fewer).isEmpty());
    }

    /// A report that one person makes is not changed by what another one gave.
    void valuesStayWithTheirTailoring()
    {
        const RulePack before = pack();
        QVERIFY(tailored(before, withValue(u"API-04"_s, u"VersionTLS12"_s)));
        QCOMPARE(before.rule(u"API-04"_s)->assertion.text(), u"VersionTLS13"_s);
        QCOMPARE(tailored(before, {})->rule(u"API-04"_s)->assertion.text(), u"VersionTLS13"_s);
    }

    void refusesWhatThePackHasNot_data()
    {
        QTest::addColumn<Tailoring>("tailoring");
        QTest::addColumn<QString>("says");
        QTest::newRow("baseline") << by(u"strict"_s) << u"it has: safe, literal"_s;
        QTest::newRow("rule switched off") << withoutRule(u"NO-1"_s) << u"names the rule NO-1"_s;
        QTest::newRow("rule with a value") << withValue(u"NO-1"_s, u"1"_s) << u"names the rule NO-1"_s;
        QTest::newRow("rule that is waived") << waiving(waiver(u"NO-1"_s)) << u"names the rule NO-1"_s;
        QTest::newRow("value that is none") << withValue(u"KL-01"_s, u"many"_s) << u"\"many\" is no value"_s;
        QTest::newRow("number of no process") << withValue(u"KL-01"_s, u"0"_s) << u"1–4194304"_s;
        QTest::newRow("number above what Linux has") << withValue(u"KL-01"_s, u"4194305"_s) << u"1–4194304"_s;
        QTest::newRow("bare address") << withValue(u"KP-01"_s, u"10.0.0.1"_s) << u"\"10.0.0.1\" is no network"_s;
        QTest::newRow("every address") << withValue(u"KP-01"_s, u"0.0.0.0/0"_s) << u"restricts nothing"_s;
        QTest::newRow("days alone") << withValue(u"API-05-retention"_s, u"90"_s) << u"3 whole numbers"_s;
        QTest::newRow("no days") << withValue(u"API-05-retention"_s, u"0,10,100"_s) << u"1–3650, 1–10000, 1–4096"_s;
        QTest::newRow("days in words") << withValue(u"API-05-retention"_s, u"90 days,10,100"_s)
                                       << u"\"90 days,10,100\" is no value"_s;
        QTest::newRow("namespaces by a pattern")
            << withValue(u"WL-01"_s, u"kube-system,our-*"_s) << u"\"our-*\" is no name of a namespace"_s;
        QTest::newRow("no namespace") << withValue(u"WL-01"_s, u" , "_s) << u"at least one namespace"_s;
        QTest::newRow("version that is too low")
            << withValue(u"API-04"_s, u"VersionTLS11"_s) << u"it takes one of VersionTLS13, VersionTLS12"_s;
        QTest::newRow("rule without a value") << withValue(u"API-02"_s, u"1"_s) << u"takes no value"_s;
    }
    void refusesWhatThePackHasNot()
    {
        QFETCH(Tailoring, tailoring);
        QFETCH(QString, says);
        const auto result = assess(sample(), pack(), sample().apiTime, tailoring);
        QVERIFY(!result);
        QVERIFY2(result.error().message.en.contains(says), qPrintable(result.error().message.en));
    }

    void isReported()
    {
        const Tailoring tailoring = *readTailoring(u"own.yaml"_s, whole);
        const auto assessment = assess(sample(), pack(), at(u"2027-01-15T00:00:00Z"_s), tailoring);
        QVERIFY(assessment);
        const QString html = QString::fromUtf8(reportHtml(*assessment, {}, Language::English));
        for (const QString &text : {u"MindIE baseline (literal, for audit)"_s, u"WL-02 is switched off: RDMA"_s,
                 u"The value for KL-01 is 4096"_s, u"approved by the security board, until 2027-01-31. Reason"_s,
                 u"approved by somebody, until 2026-12-31, expired"_s})
            QVERIFY2(html.contains(text), qPrintable(text));
        const QJsonObject json = reportJson(*assessment, {});
        QCOMPARE(json[u"tailoring"_s].toObject(), toJson(tailoring));
        QCOMPARE(json[u"pack"_s][u"baseline"_s].toString(), u"literal"_s);
        QCOMPARE(findingsJson(*assessment)[u"pack"_s][u"digest"_s].toString(), QString::fromLatin1(pack().digest));
    }

    void planningIsForAcceptedPacksOfABaselineThatChanges_data()
    {
        QTest::addColumn<bool>("isAccepted");
        QTest::addColumn<QString>("baseline");
        QTest::addColumn<QString>("says"); // empty: it is planned
        QTest::newRow("the one that ships") << true << u"safe"_s << QString();
        QTest::newRow("nobody has accepted it") << false << u"safe"_s << u"nobody has accepted that it changes nodes"_s;
        QTest::newRow("for judging alone") << true << u"literal"_s << u"is for judging alone"_s;
    }
    void planningIsForAcceptedPacksOfABaselineThatChanges()
    {
        QFETCH(bool, isAccepted);
        QFETCH(QString, baseline);
        QFETCH(QString, says);
        RulePack own = pack();
        own.accepted = isAccepted;
        const auto assessment = assess(sample(), own, sample().apiTime, by(baseline));
        QVERIFY(assessment);
        QList<Finding> wanted = assessment->findings;
        wanted.removeIf([](const Finding &one) { return one.rule != u"API-02" || one.verdict != Verdict::Fail; });
        QVERIFY(!wanted.isEmpty());
        const auto planned = plan(*assessment, wanted, {});
        QCOMPARE(planned.has_value(), says.isEmpty());
        if (!planned) {
            QVERIFY2(planned.error().message.en.contains(says), qPrintable(planned.error().message.en));
            QVERIFY(planned.error().message.zh.startsWith(u"未作规划"_s));
        }
    }

    void packsAreAcceptedByTheirDigest()
    {
        RulePack own = pack();
        own.accepted = false;
        own.digest = QByteArray(64, 'a');
        acceptPack(own, {QString(64, u'b')});
        QVERIFY(!own.accepted);
        acceptPack(own, {QString(64, u'b'), QString(64, u'A')});
        QVERIFY(own.accepted);
        RulePack shipped = pack();
        shipped.accepted = false;
        acceptPack(shipped, {});
        QVERIFY(shipped.accepted);
    }
};

QTEST_GUILESS_MAIN(TestWaiver)
#include "tst_waiver.moc"
