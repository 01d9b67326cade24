// SPDX-License-Identifier: Apache-2.0
#include "cluster/auditpolicy.h"
#include "testbed.h"

#include <QRandomGenerator>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// Audit policies, good ones and ones with a fault somewhere; the same for the same seed.
class Policies
{
public:
    QByteArray next()
    {
        const QByteArray version = mostly({"audit.k8s.io/v1", "'audit.k8s.io/v1'"},
            {"audit.k8s.io/v1beta1", "v1", "\"\"", "1", "audit.k8s.io/v1/x", "audit.k8s.io/"});
        const QByteArray kind = mostly({"Policy", "\"Policy\"", "~"}, {"PolicyList", "policy", "yes", "Event"});
        if (oneIn(12))
            return asJson();
        QByteArray text;
        if (!oneIn(40))
            text += pick({"apiVersion", "apiVersion", "apiVersion", "apiversion"}) + ": " + version + '\n';
        if (!oneIn(40))
            text += "kind: " + kind + '\n';
        if (oneIn(6))
            text += "metadata: "
                + pick({"{name: a}", "{name: 1}", "{creationTimestamp: ~}", "{labels: {a: b}}", "{labels: {a: true}}",
                    "[]", "{generation: 2}", "{generation: '2'}", "~"})
                + '\n';
        if (oneIn(4))
            text += "omitStages: " + stages() + '\n';
        if (oneIn(8))
            text += "omitManagedFields: " + pick({"true", "yes", "'true'", "1", "~", "off"}) + '\n';
        if (oneIn(40))
            return text + pick({"rules: []\n", "rules: {}\n", "rules: ~\n", "Rules:\n- level: None\n", ""});
        text += "rules:\n";
        for (int i = 0; i <= number(3); ++i)
            text += rule();
        if (oneIn(15))
            text += pick({"---\nnot: read\n", "unknown: 1\n", "other: .nan\n", "rules: [{level: None}]\n", "~: 1\n"});
        return text;
    }

private:
    int number(int limit) { return int(m_random.bounded(limit)); }
    bool oneIn(int times) { return number(times) == 0; }
    QByteArray pick(const QList<QByteArray> &words) { return words[number(int(words.size()))]; }
    /// Faults are rare, so that the other parts are reached.
    QByteArray mostly(const QList<QByteArray> &good, const QList<QByteArray> &bad)
    {
        return pick(oneIn(32) ? bad : good);
    }

    QByteArray stages()
    {
        return mostly({"[RequestReceived]", "[ResponseStarted, Panic]", "[]", "~", "['ResponseComplete']"},
            {"[Received]", "RequestReceived", "[requestReceived]", "[1]", "['']"});
    }

    QByteArray rule()
    {
        QByteArray text = "- "
            + mostly({"level: None", "level: Metadata", "level: \"Request\"", "level: 'RequestResponse'",
                         "level: Metadata # all"},
                {"level: metadata", "level: 123", "level: on", "level: ~", "level: ''", "verbs: [get]", "level: [None]",
                    "level: \"None \""})
            + '\n';
        if (oneIn(3))
            text += "  users: "
                + mostly({"[\"system:kube-proxy\"]", "[a, b]", "[~]", "[]"}, {"[1]", "a", "[true]", "[[a]]"}) + '\n';
        if (oneIn(3))
            text += "  verbs: " + mostly({"[get, list]", "[\"*\"]"}, {"get", "{get: list}", "[y]"}) + '\n';
        if (oneIn(4))
            text += "  omitStages: " + stages() + '\n';
        if (oneIn(6))
            text += "  omitManagedFields: " + mostly({"true", "No", "~"}, {"\"no\"", "0"}) + '\n';
        if (oneIn(8))
            text += "  " + pick({"verb: [get]", "Level: None", "x: {y: 1}"}) + '\n';
        if (oneIn(3)) {
            text += "  nonResourceURLs: "
                + mostly({"[\"/healthz*\"]", "[/version, '*']", "[/]"},
                    {"[healthz]", "[\"/a*/b\"]", "['']", "[\"**\"]", "[1]"})
                + '\n';
            if (oneIn(12))
                text += "  namespaces: [a]\n";
        } else if (oneIn(2)) {
            text += "  namespaces: " + mostly({"[kube-system]", "[\"\"]"}, {"kube-system", "[2]"}) + '\n';
            text += resources();
        }
        return text;
    }

    QByteArray resources()
    {
        QByteArray text = "  resources:\n";
        for (int i = 0; i <= number(2); ++i) {
            text += "  - group: "
                + mostly({"\"\"", "apps", "rbac.authorization.k8s.io", "~", "''"},
                    {"apps/v1", "Apps", "-a", "a..b", "1", "\"a \"", "null.", "a_b"})
                + '\n';
            if (!oneIn(4))
                text += "    resources: " + mostly({"[secrets, configmaps]", "[pods/log]", "[\"*\"]"}, {"pods", "[1]"})
                    + '\n';
            if (oneIn(5))
                text += "    resourceNames: " + mostly({"[a]", "[]"}, {"[7]", "a"}) + '\n';
        }
        return text;
    }

    QByteArray asJson()
    {
        return pick({R"({"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"None"}]})",
            R"( {"apiVersion":"audit.k8s.io/v1","rules":[{"level":"Metadata","users":[null]}]})",
            "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: None}]}",
            R"({"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"None",}]})",
            R"({"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":1}]})",
            "{\"apiVersion\":\"audit.k8s.io/v1\",\"kind\":\"Policy\",\"rules\":[{\"level\":\"None\"}]}\nmore: 1\n"});
    }

    QRandomGenerator m_random{20'240'501};
};

} // namespace

/// Our reading of audit policies against the API server's own. Needs Go and the sources that the testbed built
/// Kubernetes from, and no running cluster.
class TestAuditPolicyCluster : public QObject
{
    Q_OBJECT

    static constexpr int policiesTried = 100;

private Q_SLOTS:
    void readsAsTheApiServerDoes()
    {
        const testbed::GoProgram loader(u"auditpolicy"_s);
        if (!loader.obstacle.isEmpty())
            QSKIP(qPrintable(loader.obstacle));
        QVERIFY2(loader.trouble.isEmpty(), loader.trouble.constData());

        Policies policies;
        QList<QByteArray> written;
        QByteArray asked;
        for (int i = 0; i < policiesTried; ++i) {
            written += policies.next();
            asked += written.last().toBase64() + '\n';
        }
        const testbed::Outcome answer = testbed::run(loader.path, {}, asked);
        QVERIFY2(answer.status == 0, answer.errors.constData());
        const QList<QByteArray> lines = answer.output.trimmed().split('\n');
        QCOMPARE(lines.size(), written.size());

        int accepted = 0;
        QStringList differences;
        for (qsizetype i = 0; i < written.size(); ++i) {
            const AuditPolicy ours = readAuditPolicy(u"policy"_s, written[i], Release::parse(testbed::goRelease()));
            const bool theirs = lines[i] == "accept";
            accepted += theirs ? 1 : 0;
            const auto expected = theirs ? AuditPolicy::Outcome::Accepted : AuditPolicy::Outcome::Refused;
            if (ours.outcome != expected)
                differences +=
                    QString::fromUtf8(written[i] + "theirs: " + lines[i] + "\nours: " + ours.why.en.toUtf8());
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(u"\n\n"_s)));
        // Of each kind enough to mean something.
        QVERIFY2(accepted >= 25 && accepted <= 75, qPrintable(QString::number(accepted)));
    }
};

QTEST_GUILESS_MAIN(TestAuditPolicyCluster)
#include "tst_auditpolicy_cluster.moc"
