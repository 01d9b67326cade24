// SPDX-License-Identifier: Apache-2.0
#include "rules/situation.h"

#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// What a finding says in a situation that a rule's own test describes: the verdict alone would be as good with a
/// reason that is not true.
class TestReasons : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void says_data()
    {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("test");
        QTest::addColumn<QString>("verdict"); // and severity
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("never");
        const auto row = [](const QString &rule, const QString &test, const QString &verdict, const QString &says,
                             const QString &never = {}) {
            QTest::newRow(qPrintable(rule + u' ' + test)) << rule << test << verdict << says << never;
        };
        row(u"KCM-01"_s, u"without a star nothing else runs"_s, u"fail critical"_s,
            u"every controller that it does not name is off"_s);
        row(u"KCM-01"_s, u"without a star, where the rule does not apply"_s, u"fail critical"_s,
            u"every controller that it does not name is off"_s);
        row(u"KCM-01"_s, u"another controller with the same beginning"_s, u"fail high"_s,
            u"turns serviceaccount off: no namespace gets its default ServiceAccount"_s);
        row(u"KCM-01"_s, u"nor are default ServiceAccounts made"_s, u"fail high"_s, u"turns serviceaccount off"_s);
        row(u"KCM-01"_s, u"default ServiceAccounts are not made, where the rule does not apply"_s, u"fail high"_s,
            u"turns serviceaccount off"_s);
        row(u"KCM-01"_s, u"what the star leaves out is not named"_s, u"fail medium"_s, u"kubeadm join"_s);
        row(u"KCM-01"_s, u"one of them is not named"_s, u"fail medium"_s, u"tokencleaner is off"_s,
            u"bootstrapsigner is off"_s);
        row(u"KCM-01"_s, u"what the star leaves out is not named, where the rule does not apply"_s, u"fail medium"_s,
            u"kubeadm join"_s);
        row(u"KCM-01"_s, u"it breaks pods"_s, u"fail high"_s, u"No API token found"_s);
        row(u"API-03"_s, u"not set, and not used"_s, u"pass medium"_s,
            u"is not used: the lowest TLS version in force"_s, u"are in force"_s);
        row(u"API-03"_s, u"a suite that is not allowed, and not used"_s, u"pass medium"_s,
            u"if the lowest version is ever lowered: TLS_RSA_WITH_AES_128_CBC_SHA"_s);
        row(u"KL-04"_s, u"not set, and not used"_s, u"pass medium"_s, u"is not used"_s, u"are in force"_s);
        row(u"KL-02"_s, u"without the API an address of the node"_s, u"unknown medium"_s, u"InternalIP was not read"_s);
        row(u"KCM-01"_s, u"as kubeadm writes it"_s, u"fail low"_s, u"required"_s, u"is off"_s);
        row(u"SA-01"_s, u"nobody mounts it"_s, u"fail medium"_s, u"No workload gets it today."_s);
        row(u"SA-01"_s, u"who mounts it was not read"_s, u"fail medium"_s,
            u"is not known, because the API server's answer about these was not read: pods."_s, u"No workload"_s);
        row(u"WL-09-api-anonymous"_s, u"on, with the bindings of a fresh cluster"_s, u"pass medium"_s,
            u"Not looked at: RoleBindings"_s);
        row(u"OS-01"_s, u"an ordinary container is unconfined"_s, u"fail medium"_s,
            u"confines 3 of 5 processes in containers"_s);
        row(u"OS-01"_s, u"an ordinary container runs as the runtime's own type"_s, u"fail medium"_s,
            u"run unconfined all the same: mindie/web web."_s);
        row(u"OS-01"_s, u"a privileged container and a sandbox are unconfined"_s, u"pass medium"_s,
            u"in privileged containers"_s, u"not privileged"_s);
        row(u"OS-01"_s, u"the pods were not read"_s, u"manual medium"_s, u"is not known"_s);
    }
    void says()
    {
        QFETCH(QString, rule);
        QFETCH(QString, test);
        QFETCH(QString, verdict);
        QFETCH(QString, says);
        QFETCH(QString, never);
        static const auto pack = builtinRulePack();
        QVERIFY(pack && pack->rule(rule));
        const Rule &judging = *pack->rule(rule);
        const auto situation = std::find_if(judging.tests.begin(), judging.tests.end(),
            [&test](const RuleTest &candidate) { return candidate.name == test; });
        QVERIFY2(situation != judging.tests.end(), "the rule has no such test");
        QStringList verdicts;
        QString reason;
        for (const Finding &found : findingsIn(*pack, judging, *situation)) {
            verdicts += verdictName(found.verdict) + u' ' + severityName(found.severity);
            if (reason.isEmpty() && verdicts.constLast() == verdict)
                reason = found.reason.en;
        }
        QVERIFY2(verdicts.contains(verdict), qPrintable(verdicts.join(u", "_s)));
        QVERIFY2(reason.contains(says), qPrintable(reason));
        QVERIFY2(never.isEmpty() || !reason.contains(never), qPrintable(reason));
    }
};

QTEST_GUILESS_MAIN(TestReasons)
#include "tst_reasons.moc"
