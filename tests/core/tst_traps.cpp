// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"
#include "recordings.h"
#include "rules/advice.h"
#include "verdicts.h"

#include <QDir>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

Result<Snapshot> recorded(const QString &name)
{
    return readSnapshotFile(QStringLiteral(TEST_DATA "/traps/") + name + u".jiagu-snapshot"_s);
}

QSet<QString> linesOf(const QList<Finding> &findings)
{
    const QStringList lines = verdictLines(findings).split(u'\n', Qt::SkipEmptyParts);
    return {lines.begin(), lines.end()};
}

} // namespace

/// Real clusters on which a line of the hardening guide was followed to the letter (tests/testbed/traps): what broke is
/// found, named and explained, and nothing else is called different.
class TestTraps : public QObject
{
    Q_OBJECT

    Assessment judged(const QString &trap)
    {
        auto cp1 = recorded(u"good-cp1"_s);
        auto w1 = recorded(u"good-w1"_s);
        if (!trap.isEmpty()) {
            auto sprung = recorded(trap);
            if (!sprung)
                return {};
            (sprung->hostName == "cp1"_L1 ? cp1 : w1) = std::move(sprung);
        }
        const auto pack = builtinRulePack();
        if (!cp1 || !w1 || !pack)
            return {};
        const auto cluster = buildCluster({*cp1, *w1});
        return cluster ? assess(*cluster, *pack, w1->taken) : Assessment();
    }

private Q_SLOTS:
    void areOfNoMachine()
    {
        const QDir directory(QStringLiteral(TEST_DATA "/traps"));
        QVERIFY(directory.count() > 10);
        for (const QString &name : directory.entryList({u"*.jiagu-snapshot"_s})) {
            const auto snapshot = readSnapshotFile(directory.filePath(name));
            QVERIFY2(snapshot && snapshot->complete && snapshot->problems.isEmpty(), qPrintable(name));
            QCOMPARE(namesOfTheTestbed(*snapshot), QByteArrayList());
        }
    }

    void isDiagnosed_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("verdict");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("also"); // what else is judged otherwise than on the good cluster, for it hangs on it
        QTest::newRow("proxy-health-network")
            << u"KP-02"_s << u"error"_s << u"does not start, on any node"_s << QString();
        QTest::newRow("proxy-one-node") << u"KP-01"_s << u"fail"_s << u"none of the networks holds the address of w1"_s
                                        << QString();
        QTest::newRow("proxy-argument") << u"KP-01"_s << u"fail"_s
                                        << u"--nodeport-addresses of the DaemonSet has no effect"_s << QString();
        QTest::newRow("api-authority-alone")
            << u"API-01"_s << u"fail"_s << u"kubectl logs, exec, attach and port-forward are broken on cp1, w1"_s
            << QString();
        QTest::newRow("api-audit-argument-alone")
            << u"API-05-mounts"_s << u"fail"_s
            << u"not mounted into the container of kube-apiserver, which does not start"_s << u"API-05-policy error…"_s;
        QTest::newRow("api-suites-with-blanks")
            << u"API-03"_s << u"error"_s
            << u"this is judged by its manifest. On node cp1, kube-apiserver --tls-cipher-suites (argument in "
               "/etc/kubernetes/manifests/kube-apiserver.yaml:15:7): There is no cipher suite "
               "\"TLS_ECDHE_RSA_WITH_AES_128_GCM _SHA256\""_s
            << u"…"_s;
        QTest::newRow("manager-without-star")
            << u"KCM-01"_s << u"fail"_s << u"every controller that it does not name is off"_s << QString();
        QTest::newRow("kubelet-gate") << u"KL-01-gate"_s << u"fail"_s
                                      << u"this kubelet (1.34.4) does not start with it"_s << u"…"_s;
        QTest::newRow("kubelet-without-blank") // of a file that cannot be read, no setting can
            << u"KL-03"_s << u"error"_s
            << u"/var/lib/kubelet/config.yaml:50:1 does not parse: This is not valid YAML: a “:” is missing behind the key"_s
            << QString(
                   u"KL-01 error, KL-01-gate error, KL-02 error, KL-04 error, WL-09-kubelet-anonymous error, WL-09-kubelet-authorization error, WL-09-kubelet-debug-flags error, WL-09-kubelet-kernel-defaults error, WL-09-kubelet-profiling error, WL-09-kubelet-readonly-port error, WL-09-kubelet-rotate-certificates error, WL-09-kubelet-seccomp-default error, WL-09-kubelet-serving-bootstrap error…"_s);
        QTest::newRow("kubelet-address-of-another")
            << u"KL-02"_s << u"error"_s << u"No interface of the node has the address 10.77.0.11"_s << u"…"_s;
        QTest::newRow("cni-before-binary")
            << u"CNI-01"_s << u"fail"_s
            << u"its program /opt/cni/bin/bandwidth is missing: every new pod of the node fails"_s << QString();
    }
    void isDiagnosed()
    {
        QFETCH(QString, rule);
        QFETCH(QString, verdict);
        QFETCH(QString, says);
        QFETCH(QString, also);
        const QList<Finding> good = judged({}).findings;
        const Assessment assessment = judged(QString::fromLatin1(QTest::currentDataTag()));
        const QList<Finding> &bad = assessment.findings;
        QVERIFY(!good.isEmpty() && !bad.isEmpty());
        QStringList seen;
        const bool isFound = std::ranges::any_of(bad, [&](const Finding &finding) {
            if (finding.rule != rule)
                return false;
            seen += verdictName(finding.verdict) + u": "_s + finding.reason.en;
            return verdictName(finding.verdict) == verdict && finding.reason.en.contains(says);
        });
        QVERIFY2(isFound, qPrintable(seen.join(u'\n')));
        // The start page leads to what is broken. An argument without effect only leaves open what is open anywhere.
        const QList<Advice> first = whatToDoFirst(assessment);
        QVERIFY(says.contains("has no effect"_L1) || std::ranges::any_of(first, [&](const Advice &advice) {
            return advice.rule == rule
                || (advice.broken
                    && assessment.pack.rule(advice.rule)->component == assessment.pack.rule(rule)->component);
        }));
        // Of a component that does not run, and of what it would have said, nothing is known.
        QStringList others = (linesOf(bad) - linesOf(good)).values();
        others.removeIf([&](const QString &line) {
            return line == rule + u' ' + verdict || (line.endsWith(" unknown"_L1) && also.endsWith(u'…'));
        });
        others.sort();
        QCOMPARE(others.join(u", "_s), also.chopped(also.endsWith(u'…') ? 1 : 0));
    }
};

QTEST_GUILESS_MAIN(TestTraps)
#include "tst_traps.moc"
