// SPDX-License-Identifier: Apache-2.0
#include "change/apply.h"
#include "host/sshhost.h"
#include "testbed.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <optional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QString config = u"/var/lib/kubelet/config.yaml"_s;
const QString key = u"/etc/kubernetes/pki/front-proxy-client.key"_s;
const QString manifests = u"/etc/kubernetes/manifests/"_s;

QString controlPlane()
{
    return qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
}
QString worker()
{
    return qEnvironmentVariable("JIAGU_TEST_WORKER", u"w1"_s);
}

QByteArray on(const QString &node, const QByteArray &script)
{
    return testbed::run(testbed::nodesScript(), {u"exec"_s, node, u"/bin/sh"_s, u"-s"_s}, script).output;
}
QByteArray kubectl(const QByteArray &arguments)
{
    return on(controlPlane(), "kubectl --kubeconfig /etc/kubernetes/admin.conf " + arguments + " 2>&1").trimmed();
}

QByteArray stateOf(const QString &node, const QString &path)
{
    const QByteArray file = path.toUtf8();
    return on(node,
        "sha256sum <" + file + "; stat -c '%a %u:%g' " + file + "; getfacl -cnp " + file + "; ls -A $(dirname " + file
            + ")");
}

/// The containers of pods that have a process, by id.
QByteArray containers(const QString &node)
{
    return on(node, "cat /proc/[0-9]*/cgroup | grep kubepods | grep -o '[0-9a-f]\\{64\\}' | sort -u");
}

/// What the kubelet itself says is in force.
QJsonValue inForce(const QString &node, const QString &setting)
{
    const QByteArray answer = kubectl("get --raw /api/v1/nodes/" + node.toUtf8() + "/proxy/configz");
    return QJsonDocument::fromJson(answer).object().value(u"kubeletconfig"_s).toObject().value(setting);
}

QByteArray sha256(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

} // namespace

/// Kubelets, attributes and several kinds of step in one change set, on a real cluster.
class TestKubeletCluster : public QObject
{
    Q_OBJECT

    QTemporaryDir m_scratch;
    QMap<QString, QString> m_addresses;

    std::unique_ptr<SshHost> connect(const QString &node) const
    {
        Target target;
        target.user = u"root"_s;
        target.host = m_addresses.value(node);
        target.identityFile = testbed::keyFile();
        target.hostKey =
            QString::fromUtf8(on(node, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split(' ').value(1));
        const QString known = m_scratch.filePath(u"known_hosts"_s);
        auto host = SshHost::connect(target, {{known}, known}, {}, {}, {});
        if (!host)
            qWarning("%s", qPrintable(describe(host.error(), Language::English)));
        return host ? std::move(*host) : nullptr;
    }

    /// A step as a plan would make it from what was read: `edit` changes the bytes.
    static std::optional<FileChange> step(
        Host &host, ComponentKind kind, const QString &path, const std::function<void(FileChange &)> &edit)
    {
        const auto snapshot = host.read({}, {});
        const auto cluster = snapshot ? buildCluster({*snapshot}) : tl::unexpected(snapshot.error());
        if (!cluster)
            return {};
        for (const Node &node : cluster->nodes) {
            const FileRecord *file = node.read ? node.snapshot->file(path) : nullptr;
            const Component *component = node.component(kind);
            if (!file || !component)
                continue;
            FileChange made;
            made.node = node.name;
            made.machineId = node.machineId;
            made.path = path;
            made.mode = file->mode;
            made.uid = file->uid;
            made.gid = file->gid;
            made.component = kind;
            made.argvBefore = made.argvAfter = component->process.argv;
            made.address = kind == ComponentKind::ApiServer ? node.address : u"127.0.0.1"_s;
            made.port = kind == ComponentKind::ApiServer ? 6443 : kind == ComponentKind::Kubelet ? 10248 : 10257;
            made.limit = kind == ComponentKind::ApiServer ? 300 : 120;
            made.soak = 10;
            if (!file->hasContent) {
                made.sha256Before = made.sha256After = file->sha256;
            } else {
                made.before = made.after = file->content;
                made.sha256Before = sha256(made.before);
            }
            edit(made);
            if (made.kind == FileChange::Kind::Content)
                made.sha256After = sha256(made.after);
            return made;
        }
        return {};
    }
    static std::optional<FileChange> kubeletStep(Host &host, const QByteArray &line)
    {
        return step(host, ComponentKind::Kubelet, config, [&line](FileChange &made) { made.after += line; });
    }
    static std::optional<FileChange> controllersStep(Host &host, const QByteArray &more)
    {
        return step(host, ComponentKind::ControllerManager, manifests + u"kube-controller-manager.yaml"_s,
            [&more](FileChange &made) {
                const QByteArray flag = "--controllers=*,bootstrapsigner,tokencleaner";
                made.after.replace(flag, flag + more);
                for (QByteArray &argument : made.argvAfter)
                    argument.replace(flag, flag + more);
            });
    }
    static std::optional<FileChange> apiServerStep(Host &host, const QByteArray &flag)
    {
        return step(host, ComponentKind::ApiServer, manifests + u"kube-apiserver.yaml"_s, [&flag](FileChange &made) {
            const QByteArray last = "--tls-private-key-file=/etc/kubernetes/pki/apiserver.key";
            made.after.replace("    - " + last + '\n', "    - " + last + "\n    - " + flag + '\n');
            made.argvAfter += flag;
        });
    }
    static std::optional<FileChange> keyStep(Host &host)
    {
        return step(host, ComponentKind::ApiServer, key, [](FileChange &made) {
            made.kind = FileChange::Kind::Attributes;
            made.modeAfter = 0600;
            made.uidAfter = 0;
            made.gidAfter = 0;
            made.gated = false;
        });
    }

    static ChangeSet changeSet(const QList<FileChange> &steps)
    {
        ChangeSet made;
        made.cluster = u"ca:1"_s;
        made.packDigest = sha256("pack");
        made.planned = QDateTime::currentDateTimeUtc();
        made.steps = steps;
        made.id = contentId(made);
        // What is pushed is what a file of it would hold.
        return changeSetFromJson(toJson(made)).value_or(ChangeSet());
    }
    static Approval approval(const ChangeSet &changeSet)
    {
        return {changeSet.id, u"operator"_s, {}, {}, QDateTime::currentDateTimeUtc()};
    }
    Journal journal(const QString &name) const { return *Journal::open(m_scratch.filePath(name)); }

    void runPod(const QString &name)
    {
        kubectl("delete pod --ignore-not-found --grace-period=1 " + name.toUtf8());
        kubectl("run " + name.toUtf8()
            + " --image=localhost/kube/pause:3.10.1 --image-pull-policy=Never --overrides='{\"spec\":{\"nodeName\":\""
            + worker().toUtf8() + "\",\"tolerations\":[{\"operator\":\"Exists\"}]}}'");
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4),
            [&name] { return kubectl("get pod " + name.toUtf8() + " -o jsonpath='{.status.phase}'") == "Running"; }));
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        const auto list = testbed::run(testbed::nodesScript(), {u"list"_s}).output.split('\n');
        for (const QByteArray &line : list) {
            const auto words = line.split(' ');
            if (words.size() == 3 && words[2] == "up")
                m_addresses.insert(QString::fromUtf8(words[0]), QString::fromUtf8(words[1]));
        }
        if (!m_addresses.contains(controlPlane()) || !m_addresses.contains(worker()))
            QSKIP(
                "no cluster: bring one up with tests/testbed/cluster up cp1 w1, or name its nodes in JIAGU_TEST_CP and "
                "JIAGU_TEST_WORKER");
    }

    void init()
    {
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4), [] {
            const QByteArrayList ready =
                kubectl("get nodes -o jsonpath='{.items[*].status.conditions[?(@.type==\"Ready\")].status}'")
                    .split(' ');
            return kubectl("get --raw /readyz") == "ok" && ready.size() >= 2 && ready.count("True") == ready.size()
                && on(controlPlane(), "curl -sk https://127.0.0.1:10257/healthz") == "ok";
        }));
    }

    void appliesAndRestores_data()
    {
        QTest::addColumn<QString>("node");
        QTest::newRow("control plane") << controlPlane();
        QTest::newRow("worker") << worker();
    }
    void appliesAndRestores()
    {
        QFETCH(QString, node);
        auto host = connect(node);
        QVERIFY(host);
        const QByteArray was = stateOf(node, config);
        const QByteArray ran = containers(node);
        QCOMPARE(inForce(node, u"podPidsLimit"_s), QJsonValue(-1));
        const auto made = kubeletStep(*host, "podPidsLimit: 1000\n");
        QVERIFY(made);
        const ChangeSet set = changeSet({*made});
        Journal kept = journal(node);
        const Outcome applied = apply(set, node, approval(set), *host, kept, {}, {});
        QVERIFY2(applied.state == Outcome::State::Done, qPrintable(applied.message.en + applied.evidence.join(u'\n')));
        QCOMPARE(inForce(node, u"podPidsLimit"_s), QJsonValue(1000));
        QVERIFY2(!applied.evidence.join(u'\n').contains(u"node-unknown"_s), qPrintable(applied.evidence.join(u'\n')));
        QByteArray expected = was;
        expected.replace(made->sha256Before, set.steps.first().sha256After);
        QCOMPARE(stateOf(node, config), expected);
        QCOMPARE(containers(node), ran);

        const Outcome restored = restore(set, node, approval(set), *host, kept, {}, {});
        QVERIFY2(
            restored.state == Outcome::State::Done, qPrintable(restored.message.en + restored.evidence.join(u'\n')));
        QCOMPARE(stateOf(node, config), was);
        QCOMPARE(inForce(node, u"podPidsLimit"_s), QJsonValue(-1));
        QCOMPARE(containers(node), ran);
    }

    void badValueRollsBack_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("says");
        QTest::newRow("a word for a number") << "podPidsLimit: \"x\"\n"_ba << u"cannot unmarshal string"_s;
        QTest::newRow("unknown TLS version") << "tlsMinVersion: VersionTLS99\n"_ba << u"unknown tls version"_s;
        QTest::newRow("an address of another machine") << "address: 10.99.99.99\n"_ba << u"cannot assign requested"_s;
        QTest::newRow("a gate that made it panic")
            << "featureGates:\n  SupportPodPidsLimit: true\n"_ba << u"unrecognized feature gate"_s;
        QTest::newRow("not YAML") << "podPidsLimit:1000\n"_ba << u"could not find expected"_s;
    }
    void badValueRollsBack()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, says);
        const QString node = worker();
        auto host = connect(node);
        QVERIFY(host);
        const QByteArray was = stateOf(node, config);
        const QByteArray ran = containers(node);
        const auto made = kubeletStep(*host, line);
        QVERIFY(made);
        const ChangeSet set = changeSet({*made});
        Journal kept = journal(u"bad"_s);
        QElapsedTimer clock;
        clock.start();
        const Outcome outcome = apply(set, node, approval(set), *host, kept, {}, {});
        QVERIFY2(
            outcome.state == Outcome::State::RolledBack, qPrintable(outcome.message.en + outcome.evidence.join(u'\n')));
        QVERIFY2(outcome.message.en.contains(says), qPrintable(outcome.message.en));
        QVERIFY2(clock.elapsed() < made->limit * 1000, "it waited for the limit instead of the first exit");
        QCOMPARE(stateOf(node, config), was);
        QCOMPARE(containers(node), ran);
        QCOMPARE(on(node, "curl -s http://127.0.0.1:10248/healthz"), "ok"_ba);
        QVERIFY(kept.undecided().isEmpty());
    }

    void podsMeanwhile_data()
    {
        QTest::addColumn<QByteArray>("happens"); // to the pod %1, on the control plane; after a # on the worker
        QTest::addColumn<bool>("kept");
        QTest::newRow("deleted") << "kubectl --kubeconfig /etc/kubernetes/admin.conf delete pod %1 --grace-period=1"_ba
                                 << true;
        QTest::newRow("its container ends by itself")
            << "#kill -9 $(for c in $(crictl -r unix:///run/containerd/containerd.sock ps -q --name %1); do crictl -r "
               "unix:///run/containerd/containerd.sock inspect -o go-template --template '{{.info.pid}}' $c; done)"_ba
            << true;
        QTest::newRow("all of it is killed")
            << "#kill -9 $(grep -l $(ls /var/log/pods | sed -n 's/^default_%1_/-e /p') /proc/[0-9]*/cgroup | cut -d / -f 3)"_ba
            << false;
    }
    void podsMeanwhile()
    {
        QFETCH(QByteArray, happens);
        QFETCH(bool, kept);
        const QString node = worker();
        runPod(u"meanwhile"_s);
        auto host = connect(node);
        QVERIFY(host);
        const QByteArray was = stateOf(node, config);
        auto made = kubeletStep(*host, "podPidsLimit: 1000\n");
        QVERIFY(made);
        made->soak = 30;
        const ChangeSet set = changeSet({*made});
        Journal journaled = journal(u"meanwhile"_s);
        bool happened = false;
        const QByteArray script = happens.replace("%1", "meanwhile");
        const Progress progress = [&](const Step &step) {
            if (happened || !step.text.en.contains(u"new process"_s))
                return;
            happened = true;
            on(script.startsWith('#') ? node : controlPlane(), script.startsWith('#') ? script.mid(1) : script);
        };
        const Outcome outcome = apply(set, node, approval(set), *host, journaled, {}, progress);
        QVERIFY(happened);
        const QByteArray evidence = (outcome.message.en + u'\n' + outcome.evidence.join(u'\n')).toUtf8();
        if (!kept) {
            QVERIFY2(outcome.state == Outcome::State::RolledBack, evidence.constData());
            QVERIFY2(outcome.message.en.contains(u"default/meanwhile"_s), evidence.constData());
        } else {
            QVERIFY2(outcome.state == Outcome::State::Done, evidence.constData());
            if (script.contains("delete"))
                QVERIFY2(evidence.contains("ended default/meanwhile"), evidence.constData());
            QCOMPARE(outcomeName(restore(set, node, approval(set), *host, journaled, {}, {}).state), u"done"_s);
        }
        QCOMPARE(stateOf(node, config), was);
        kubectl("delete pod --ignore-not-found --grace-period=1 meanwhile");
    }

    /// The node's object offers what a device plugin would have told the kubelet.
    void extendedResources_data()
    {
        QTest::addColumn<bool>("missing");
        QTest::newRow("as before") << false;
        QTest::newRow("missing after the restart") << true;
    }
    void extendedResources()
    {
        QFETCH(bool, missing);
        const QString node = worker();
        const auto offer = [&node](const QByteArray &count) { // until it is there: the API server may be away meanwhile
            return testbed::waitUntil(std::chrono::minutes(2), [&node, &count] {
                kubectl("patch node " + node.toUtf8()
                    + " --subresource=status --type=merge -p '{\"status\":{\"capacity\":{\"huawei.com/Ascend910\":"
                    + count + "},\"allocatable\":{\"huawei.com/Ascend910\":" + count + "}}}'");
                const QByteArray is = kubectl(
                    "get node " + node.toUtf8() + " -o jsonpath='{.status.allocatable.huawei\\.com/Ascend910}'");
                return is == (count == "null" ? QByteArray() : QByteArray(count).replace('"', ""));
            });
        };
        QVERIFY(offer("\"8\""));
        auto host = connect(node);
        QVERIFY(host);
        const QByteArray was = stateOf(node, config);
        auto made = kubeletStep(*host, "podPidsLimit: 1000\n");
        QVERIFY(made);
        made->limit = missing ? 60 : 120;
        const ChangeSet set = changeSet({*made});
        Journal kept = journal(u"resources"_s);
        const Progress progress = [&](const Step &step) {
            if (missing && step.text.en.contains(u"is ready; watching"_s))
                offer("\"7\"");
            if (missing && step.text.en.startsWith(u"Rolling back"_s))
                offer("\"8\"");
        };
        const Outcome outcome = apply(set, node, approval(set), *host, kept, {}, progress);
        const QByteArray evidence = (outcome.message.en + u'\n' + outcome.evidence.join(u'\n')).toUtf8();
        if (missing) {
            QVERIFY2(outcome.state == Outcome::State::RolledBack, evidence.constData());
            QVERIFY2(outcome.message.en.contains(u"huawei.com/Ascend910=7"_s), evidence.constData());
        } else {
            QVERIFY2(outcome.state == Outcome::State::Done, evidence.constData());
            QVERIFY2(evidence.contains("resources huawei.com/Ascend910=8"), evidence.constData());
            QCOMPARE(outcomeName(restore(set, node, approval(set), *host, kept, {}, {}).state), u"done"_s);
        }
        QCOMPARE(stateOf(node, config), was);
        offer("null");
    }

    void keyGetsItsModeAndBack()
    {
        const QString node = controlPlane();
        on(node, "chmod 644 " + key.toUtf8());
        auto host = connect(node);
        QVERIFY(host);
        const QByteArray was = stateOf(node, key);
        const auto made = keyStep(*host);
        QVERIFY(made);
        QVERIFY(made->before.isEmpty() && made->after.isEmpty());
        QCOMPARE(made->mode, 0644);
        const ChangeSet set = changeSet({*made});
        Journal kept = journal(u"key"_s);
        const Outcome applied = apply(set, node, approval(set), *host, kept, {}, {});
        QVERIFY2(applied.state == Outcome::State::Done, qPrintable(applied.message.en));
        QCOMPARE(on(node, "stat -c '%a %u:%g' " + key.toUtf8()), "600 0:0\n"_ba);
        // The key itself stayed where it was.
        QVERIFY(!on(node, "grep -rl 'PRIVATE KEY' /var/lib/jiagu").contains("txn"));
        QCOMPARE(outcomeName(restore(set, node, approval(set), *host, kept, {}, {}).state), u"done"_s);
        QCOMPARE(stateOf(node, key), was);
        on(node, "chmod 600 " + key.toUtf8());
    }

    /// One change set of four kinds of step on one node; restored, or taken back when its last step fails.
    void severalKinds_data()
    {
        QTest::addColumn<QByteArray>("flag"); // of the API server
        QTest::addColumn<QByteArray>("controllers");
        QTest::addColumn<bool>("good");
        QTest::newRow("all good") << "--profiling=false"_ba
                                  << ",-serviceaccount-token"_ba << true;
        QTest::newRow("the last one fails") << "--tls-min-version=VersionTLS99"_ba
                                            << ",-serviceaccount-token"_ba << false;
        QTest::newRow("the third one fails") << "--profiling=false"_ba
                                             << ",-serviceaccounttoken"_ba << false;
    }
    void severalKinds()
    {
        QFETCH(QByteArray, flag);
        QFETCH(QByteArray, controllers);
        QFETCH(bool, good);
        const QString node = controlPlane();
        on(node, "chmod 644 " + key.toUtf8());
        auto host = connect(node);
        QVERIFY(host);
        const auto state = [&node] {
            return stateOf(node, key) + stateOf(node, config)
                + stateOf(node, manifests + u"kube-controller-manager.yaml"_s)
                + stateOf(node, manifests + u"kube-apiserver.yaml"_s);
        };
        const QByteArray was = state();
        const auto attributes = keyStep(*host);
        const auto kubelet = kubeletStep(*host, "podPidsLimit: 1000\n");
        const auto manager = controllersStep(*host, controllers);
        const auto server = apiServerStep(*host, flag);
        QVERIFY(attributes && kubelet && manager && server);
        QVERIFY(manager->before != manager->after && server->before != server->after);
        const ChangeSet set = changeSet({*attributes, *kubelet, *manager, *server});
        QCOMPARE(set.steps.size(), 4);
        Journal kept = journal(u"several"_s);
        const Outcome applied = apply(set, node, approval(set), *host, kept, {}, {});
        const QByteArray evidence = (applied.message.en + u'\n' + applied.evidence.join(u'\n')).toUtf8();
        if (good) {
            QVERIFY2(applied.state == Outcome::State::Done, evidence.constData());
            QCOMPARE(inForce(node, u"podPidsLimit"_s), QJsonValue(1000));
            QVERIFY(on(node, "tr '\\0' '\\n' </proc/$(pgrep -x kube-controller)/cmdline").contains(controllers + '\n'));
            QVERIFY(kubectl("get --raw /debug/pprof/").contains("NotFound"));
            QCOMPARE(on(node, "stat -c %a " + key.toUtf8()), "600\n"_ba);
            const Outcome restored = restore(set, node, approval(set), *host, kept, {}, {});
            QVERIFY2(restored.state == Outcome::State::Done,
                qPrintable(restored.message.en + u'\n' + restored.evidence.join(u'\n')));
        } else {
            QVERIFY2(applied.state == Outcome::State::RolledBack, evidence.constData());
            QVERIFY2(applied.message.en.contains(u"unknown tls version"_s)
                    || applied.message.en.contains(u"not in the list of known controllers"_s),
                evidence.constData());
        }
        QCOMPARE(state(), was);
        QCOMPARE(inForce(node, u"podPidsLimit"_s), QJsonValue(-1));
        QVERIFY(!on(node, "tr '\\0' '\\n' </proc/$(pgrep -x kube-controller)/cmdline").contains(controllers));
        QVERIFY(kept.undecided().isEmpty());
        on(node, "chmod 600 " + key.toUtf8());
    }

    void leavesNothingAfterCleaning()
    {
        for (const QString &node : {controlPlane(), worker()}) {
            auto host = connect(node);
            QVERIFY(host);
            QVERIFY(clean(*host, {}));
            QCOMPARE(
                on(node, "ls -d /var/lib/jiagu /run/jiagu.lock 2>/dev/null; find / -xdev -name '.jiagu*' 2>/dev/null"),
                QByteArray());
        }
    }
};

QTEST_GUILESS_MAIN(TestKubeletCluster)
#include "tst_kubelet_cluster.moc"
