// SPDX-License-Identifier: Apache-2.0
#include "change/apply.h"
#include "cluster/scan.h"
#include "host/sshhost.h"
#include "testbed.h"
#include "verdicts.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <map>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QStringList nodes()
{
    return {qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s), qEnvironmentVariable("JIAGU_TEST_WORKER", u"w1"_s),
        qEnvironmentVariable("JIAGU_TEST_WORKER2", u"w2"_s)};
}

QByteArray on(const QString &node, const QByteArray &script)
{
    return testbed::run(testbed::nodesScript(), {u"exec"_s, node, u"/bin/sh"_s, u"-s"_s}, script).output;
}

QByteArray ask(const QByteArray &path)
{
    return on(nodes().first(), "kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw " + path + " 2>&1").trimmed();
}

QJsonObject configz(const QString &node)
{
    const QByteArray answer = ask("/api/v1/nodes/" + node.toUtf8() + "/proxy/configz");
    return QJsonDocument::fromJson(answer).object()[u"kubeletconfig"_s].toObject();
}

QByteArray argvOf(const QString &node, const QByteArray &program)
{
    return on(node, "tr '\\0' '\\n' </proc/$(pgrep -x " + program.left(15) + " | head -n 1)/cmdline");
}

} // namespace

/// Every fix there is, on every node of a real cluster, as one change set: applied, seen in force by asking the
/// components themselves, judged again, and put back byte for byte.
class TestFixesCluster : public QObject
{
    Q_OBJECT

    QTemporaryDir m_scratch;
    std::map<QString, std::unique_ptr<SshHost>> m_hosts;

    Result<Assessment> assessed()
    {
        QList<Snapshot> snapshots;
        for (const auto &[name, host] : m_hosts) {
            auto snapshot = scan(*host, {}, {});
            if (!snapshot)
                return tl::unexpected(snapshot.error());
            snapshots += *std::move(snapshot);
        }
        const auto cluster = buildCluster(snapshots);
        if (!cluster)
            return tl::unexpected(cluster.error());
        const auto pack = builtinRulePack();
        if (!pack)
            return tl::unexpected(pack.error());
        return assess(*cluster, *pack, QDateTime::currentDateTimeUtc());
    }

    /// What the probes of every node prove, as "API-04-wire fail"; one entry where the nodes agree.
    static QString proven(const Assessment &assessment)
    {
        QStringList found;
        for (const Finding &finding : assessment.findings) {
            const QString text = finding.rule + u' ' + verdictName(finding.verdict);
            if ((finding.rule.endsWith("-wire"_L1) || finding.rule == "API-01-serving"_L1) && !found.contains(text))
                found += text;
        }
        found.sort();
        return found.join(u", "_s);
    }

    static QByteArray stateOf(const FileChange &step)
    {
        const QByteArray path = step.path.toUtf8();
        return on(step.node, "sha256sum " + path + "; stat -c '%a %u:%g' " + path);
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        std::map<QString, QString> addresses;
        for (const QByteArray &line : testbed::run(testbed::nodesScript(), {u"list"_s}).output.split('\n')) {
            const auto words = line.split(' ');
            if (words.size() == 3 && words[2] == "up")
                addresses[QString::fromUtf8(words[0])] = QString::fromUtf8(words[1]);
        }
        for (const QString &name : nodes()) {
            if (!addresses.contains(name))
                QSKIP("no cluster of three: bring one up with tests/testbed/cluster up cp1 w1 w2");
            Target target;
            target.user = u"root"_s;
            target.host = addresses[name];
            target.identityFile = testbed::keyFile();
            target.hostKey =
                QString::fromUtf8(on(name, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split(' ').value(1));
            const QString known = m_scratch.filePath(u"known_hosts"_s);
            auto host = SshHost::connect(target, {{known}, known}, {}, {}, {});
            QVERIFY2(host, host ? "" : qPrintable(describe(host.error(), Language::English)));
            m_hosts[name] = std::move(*host);
        }
        // A controller manager that lost its API server a moment ago may still wait to be started again.
        QVERIFY(testbed::waitUntil(std::chrono::minutes(6), [] {
            return ask("/readyz") == "ok" && on(nodes()[0], "curl -sk https://127.0.0.1:10257/healthz") == "ok"
                && on(nodes()[0], "curl -sk https://127.0.0.1:10259/healthz") == "ok";
        }));
    }
    void cleanupTestCase()
    {
        if (m_hosts.empty())
            return;
        on(nodes()[0], "chmod 600 /etc/kubernetes/pki/apiserver.key /etc/kubernetes/admin.conf");
        on(nodes()[1], "chmod 644 /var/lib/kubelet/config.yaml; chmod 600 /var/lib/kubelet/pki/kubelet.key");
        for (auto &[name, host] : m_hosts)
            QVERIFY(clean(*host, {}));
    }

    /// A cluster as kubeadm makes it: what each rule says of it.
    void freshCluster()
    {
        const auto fresh = assessed();
        QVERIFY2(fresh, fresh ? "" : qPrintable(describe(fresh.error(), Language::English)));
        QCOMPARE(verdictLines(fresh->findings),
            verdictTable(u"fresh-cluster.txt"_s, fresh->cluster.node(nodes()[0])->release));
    }

    void everyFixTogether()
    {
        // What a fresh cluster does not have: keys and a kubeconfig that others may read.
        on(nodes()[0], "chmod 644 /etc/kubernetes/pki/apiserver.key /etc/kubernetes/admin.conf");
        on(nodes()[1], "chmod 640 /var/lib/kubelet/config.yaml; chmod 644 /var/lib/kubelet/pki/kubelet.key");
        const auto before = assessed();
        QVERIFY2(before, before ? "" : qPrintable(describe(before.error(), Language::English)));
        QList<Finding> wanted;
        QStringList rules;
        for (const Finding &finding : before->findings) {
            if (finding.verdict != Verdict::Fail || finding.waiver || !finding.fixable)
                continue;
            wanted += finding;
            if (!rules.contains(finding.rule))
                rules += finding.rule;
        }
        rules.sort();
        QCOMPARE(proven(*before),
            u"API-01-serving fail, API-03-wire fail, API-04-wire fail, KL-03-wire fail, KL-04-wire fail"_s);
        const bool hasEffect = before->cluster.node(nodes()[0])->release.minor < 35; // what KCM-01 asks for
        QCOMPARE(rules.join(u' '),
            u"API-02 API-03 API-04 %1KL-01 KL-02 KL-03 KL-04 M-02-config M-02-keys WL-09-kubelet-debug-flags "
            "WL-09-kubelet-profiling WL-09-manager-profiling WL-09-scheduler-profiling"_s.arg(
                hasEffect ? u"KCM-01 "_s : QString()));
        const auto without = plan(*before, wanted, {});
        QVERIFY(!without); // KL-01 has no default: nothing is planned without a number
        QVERIFY2(without.error().message.en.contains(u"KL-01"_s), qPrintable(without.error().message.en));
        const auto changeSet = plan(*before, wanted, {{u"KL-01"_s, u"4096"_s}});
        QVERIFY2(changeSet, changeSet ? "" : qPrintable(describe(changeSet.error(), Language::English)));

        QStringList order;
        QStringList files; // one edit, and one restart, for each
        QByteArrayList was;
        for (const FileChange &step : changeSet->steps) {
            if (!order.contains(step.node))
                order += step.node;
            const QString file = step.node + u':' + step.path;
            if (step.kind == FileChange::Kind::Content) {
                QVERIFY2(!files.contains(file), qPrintable(file));
                files += file;
            }
            was += stateOf(step);
        }
        QCOMPARE(order.size(), 3);
        Journal journal = *Journal::open(m_scratch.filePath(u"journal"_s));
        const Approval approval{
            changeSet->id, u"operator"_s, u"CHG-4"_s, u"reviewer"_s, QDateTime::currentDateTimeUtc()};
        for (const QString &node : order) {
            const Outcome outcome = apply(*changeSet, node, approval, *m_hosts[node], journal, {}, {});
            QVERIFY2(outcome.state == Outcome::State::Done,
                qPrintable(node + u": "_s + outcome.message.en + u'\n' + outcome.evidence.join(u'\n')));
        }

        // What the components themselves say.
        const QByteArray api = argvOf(nodes()[0], "kube-apiserver");
        QVERIFY2(api.contains("\n--profiling=false\n"), api.constData());
        QVERIFY2(api.contains("\n--tls-min-version=VersionTLS13\n"), api.constData());
        QVERIFY2(api.contains("\n--tls-cipher-suites=") && api.contains("TLS_AES_128_GCM_SHA256"), api.constData());
        const QByteArray controllers = argvOf(nodes()[0], "kube-controller-manager");
        QVERIFY2(controllers.contains("-serviceaccount-token") == hasEffect, controllers.constData());
        QVERIFY2(controllers.contains("\n--profiling=false\n"), controllers.constData());
        const QByteArray scheduler = argvOf(nodes()[0], "kube-scheduler");
        QVERIFY2(scheduler.contains("\n--profiling=false\n"), scheduler.constData());
        QVERIFY(ask("/debug/pprof/").contains("NotFound"));
        const QByteArray refused = on(nodes()[0],
            "openssl s_client -connect 127.0.0.1:6443 -tls1_2 </dev/null 2>&1; openssl s_client -connect "
                + before->cluster.node(nodes()[0])->address.toUtf8() + ":10250 -tls1_2 </dev/null 2>&1");
        QCOMPARE(refused.count("protocol version"), 2);
        for (const QString &node : nodes()) {
            const QJsonObject config = configz(node);
            QCOMPARE(config[u"podPidsLimit"_s].toInt(), 4096);
            QCOMPARE(config[u"address"_s].toString(), before->cluster.node(node)->address);
            QCOMPARE(config[u"enableProfilingHandler"_s].toBool(true), false);
            QCOMPARE(config[u"enableDebugFlagsHandler"_s].toBool(true), false);
            QCOMPARE(config[u"tlsMinVersion"_s].toString(), u"VersionTLS13"_s);
            QVERIFY(config[u"tlsCipherSuites"_s].toArray().contains(u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s)
                || config[u"tlsCipherSuites"_s].toArray().contains(u"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"_s));
        }
        const auto after = assessed();
        QVERIFY2(after, after ? "" : qPrintable(describe(after.error(), Language::English)));
        for (const Finding &finding : after->findings) {
            if (rules.contains(finding.rule))
                QVERIFY2(finding.verdict == Verdict::Pass, qPrintable(finding.id() + u": "_s + finding.reason.en));
        }
        QCOMPARE(proven(*after),
            u"API-01-serving fail, API-03-wire pass, API-04-wire pass, KL-03-wire pass, KL-04-wire pass"_s);

        for (qsizetype i = order.size() - 1; i >= 0; --i) {
            const Outcome outcome = restore(*changeSet, order[i], approval, *m_hosts[order[i]], journal, {}, {});
            QVERIFY2(outcome.state == Outcome::State::Done,
                qPrintable(order[i] + u": "_s + outcome.message.en + u'\n' + outcome.evidence.join(u'\n')));
        }
        for (qsizetype i = 0; i < changeSet->steps.size(); ++i)
            QCOMPARE(stateOf(changeSet->steps[i]), was[i]);
        QVERIFY(ask("/debug/pprof/").contains("pprof"));
        for (const QString &node : nodes())
            QCOMPARE(configz(node)[u"podPidsLimit"_s].toInt(), -1);
    }
};

QTEST_GUILESS_MAIN(TestFixesCluster)
#include "tst_fixes_cluster.moc"
