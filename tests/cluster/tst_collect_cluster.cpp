// SPDX-License-Identifier: Apache-2.0
#include "host/snapshot.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// The shipped collect.sh on a real control-plane node: JIAGU_TEST_CP names it.
class TestCollectCluster : public QObject
{
    Q_OBJECT

    const QString m_node = qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
    const QString m_script = QStringLiteral(SOURCE_DIR "/resources/node/collect.sh");
    const QStringList m_programs = {u"containerd"_s, u"etcd"_s, u"kube-apiserver"_s, u"kube-controller-manager"_s,
        u"kube-proxy"_s, u"kube-scheduler"_s, u"kubelet"_s};

    struct Output
    {
        QByteArray text;
        QByteArray errors;
        int status = -1;
    };

    Output on(const QStringList &command, const QString &input = {}) const
    {
        QProcess process;
        process.setStandardInputFile(input.isEmpty() ? QProcess::nullDevice() : input);
        process.start(qEnvironmentVariable("JIAGU_TESTBED_NODES"), QStringList{u"exec"_s, m_node} + command);
        if (!process.waitForFinished(300000))
            return {};
        return {process.readAllStandardOutput(), process.readAllStandardError(), process.exitCode()};
    }

private Q_SLOTS:
    /// All of the node's components are well, whatever ran before: one whose API server was away begins again, and
    /// later each time.
    void init()
    {
        const QStringList wait = {u"kubectl"_s, u"--kubeconfig"_s, u"/etc/kubernetes/admin.conf"_s, u"-n"_s,
            u"kube-system"_s, u"wait"_s, u"--for=condition=Ready"_s, u"pod"_s, u"-l"_s, u"tier=control-plane"_s,
            u"--field-selector"_s, u"spec.nodeName="_s + m_node, u"--timeout=1s"_s};
        QTRY_COMPARE_WITH_TIMEOUT(on(wait).text.count("condition met"), 4, 420000);
        for (const QString &program : m_programs)
            QTRY_VERIFY2_WITH_TIMEOUT(on({u"pidof"_s, program}).status == 0, qPrintable(program), 60000);
    }

    void readsTheNode_data()
    {
        QTest::addColumn<QStringList>("shell");
        QTest::newRow("dash") << QStringList{u"dash"_s, u"-s"_s};
        QTest::newRow("bash") << QStringList{u"bash"_s, u"-s"_s};
        QTest::newRow("busybox") << QStringList{u"busybox"_s, u"sh"_s, u"-s"_s};
    }
    void readsTheNode()
    {
        QFETCH(QStringList, shell);
        const Output output = on(shell, m_script);
        QCOMPARE(output.errors, QByteArray());
        QCOMPARE(output.status, 0);
        const auto snapshot = parseSnapshot(m_node, output.text);
        QVERIFY(snapshot);
        for (const Error &problem : snapshot->problems)
            qWarning("%s", qPrintable(describe(problem, Language::English)));
        QCOMPARE(snapshot->problems.size(), 0);
        QVERIFY(snapshot->complete);
        QCOMPARE(snapshot->hostName.toUtf8(), on({u"hostname"_s}).text.trimmed());
        QCOMPARE(snapshot->machineId.toUtf8(), on({u"cat"_s, u"/etc/machine-id"_s}).text.trimmed());

        QStringList programs;
        for (const ProcessRecord &process : snapshot->processes) {
            const QString name = QString::fromUtf8(process.argv[0].mid(process.argv[0].lastIndexOf('/') + 1));
            programs += name;
            QVERIFY(process.started.isValid());
            QCOMPARE(process.containerId.size(), name == "kubelet"_L1 || name == "containerd"_L1 ? 0 : 64);
        }
        programs.sort();
        QCOMPARE(programs, m_programs);

        for (const QString &path : {u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s,
                 u"/var/lib/kubelet/config.yaml"_s, u"/var/lib/kubelet/kubeadm-flags.env"_s, u"/etc/default/kubelet"_s,
                 u"/etc/systemd/system/kubelet.service"_s, u"/etc/systemd/system/kubelet.service.d/10-kubeadm.conf"_s,
                 u"/etc/kubernetes/pki/ca.crt"_s, u"/etc/cni/net.d/10-bridge.conflist"_s}) {
            const FileRecord *file = snapshot->file(path);
            QVERIFY2(file && file->hasContent && !file->masked && !file->changedWhileRead, qPrintable(path));
            QCOMPARE(file->content, on({u"cat"_s, path}).text);
        }
        for (const QString &path : {u"/etc/kubernetes/admin.conf"_s, u"/etc/kubernetes/pki/ca.key"_s}) {
            const FileRecord *file = snapshot->file(path);
            QVERIFY(file && !file->hasContent && file->mode == 0600 && file->uid == 0);
            QCOMPARE(file->sha256, on({u"sha256sum"_s, path}).text.left(64));
        }
        const FileRecord *current = snapshot->file(u"/var/lib/kubelet/pki/kubelet-client-current.pem"_s);
        QVERIFY(current && current->type == FileRecord::Type::Symlink && snapshot->file(current->realPath));

        int lists = 0;
        qsizetype maps = 0;
        for (const OutputRecord &answer : snapshot->outputs) {
            if (!answer.id.startsWith("api:"_L1))
                continue;
            QVERIFY2(answer.status == 0, qPrintable(answer.id + u' ' + answer.error));
            QVERIFY(!answer.content.contains("managedFields"));
            const QJsonObject object = QJsonDocument::fromJson(answer.content).object();
            if (answer.id.contains("/configmaps/"_L1)) // asked for by name: what is not there is an empty list
                maps += object[u"items"_s].toArray().size();
            else
                lists += object.contains("items"_L1);
        }
        QCOMPARE(lists, 14);
        QCOMPARE(maps, 3); // kube-proxy, kubelet-config, kubeadm-config
        const OutputRecord *proxy = snapshot->output(u"kube-proxy-configz"_s);
        QVERIFY(proxy && proxy->status == 0);
        QVERIFY2(proxy->content.toLower().contains("\"metricsbindaddress\":\"127.0.0.1:10249\""),
            proxy->content.constData());
        for (const QString &id : {u"sshd-T"_s, u"accounts"_s, u"sudoers"_s, u"private-keys"_s, u"umask"_s,
                 u"container-labels"_s, u"addresses"_s, u"cgroup"_s, u"cni-conf-dir"_s, u"cni-bin-dir"_s}) {
            const OutputRecord *record = snapshot->output(id);
            QVERIFY2(record && record->status == 0 && record->error.isEmpty(), qPrintable(id));
        }
        QVERIFY(snapshot->output(u"addresses"_s)->content.contains('.'));
        const QJsonArray pods = QJsonDocument::fromJson(snapshot->output(u"api:/api/v1/pods"_s)->content)
                                    .object()
                                    .value("items"_L1)
                                    .toArray();
        QVERIFY(pods.size() >= 5);
    }

    /// Ten times what `kubectl version` takes, children included; medians, so that a busy machine does not decide.
    void staysWithinItsBudget()
    {
        QFile file(m_script);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto seconds = [&](const QString &command) {
            const QString timed = u"script=$(cat); TIMEFORMAT='%U %S'; time "_s + command;
            const QList<QByteArray> parts =
                on({u"bash"_s, u"-c"_s, timed}, m_script).errors.trimmed().split('\n').last().split(' ');
            return parts.size() == 2 ? parts[0].toDouble() + parts[1].toDouble() : -1;
        };
        QList<double> script;
        QList<double> version;
        for (int i = 0; i < 7; ++i) {
            script += seconds(u"dash -s <<<\"$script\" >/dev/null"_s);
            version += seconds(u"kubectl --kubeconfig /etc/kubernetes/admin.conf version >/dev/null"_s);
        }
        std::sort(script.begin(), script.end());
        std::sort(version.begin(), version.end());
        qInfo("collect.sh %.3f s, kubectl version %.3f s: %.1f times", script[3], version[3], script[3] / version[3]);
        QVERIFY(version[3] > 0 && script[3] > 0);
        QVERIFY(script[3] <= 10 * version[3]);
    }
};

QTEST_GUILESS_MAIN(TestCollectCluster)
#include "tst_collect_cluster.moc"
