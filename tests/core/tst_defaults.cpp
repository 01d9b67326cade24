// SPDX-License-Identifier: Apache-2.0
#include "cluster/inforce.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const auto none = u"no entry"_s;

QString text(const DefaultValue &value)
{
    if (!value.found)
        return none;
    return value.value.isNull() ? u"null"_s : value.value.toVariant().toString();
}

} // namespace

class TestDefaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Every release from the first to the last, as "value×count" runs from 1.18 to 1.38.
    void walk_data()
    {
        QTest::addColumn<SettingName>("name");
        QTest::addColumn<bool>("withFile");
        QTest::addColumn<QString>("runs");
        QTest::addColumn<QString>("source");
        using enum ComponentKind;
        const auto row = [](const char *title, const SettingName &name, bool withFile, const QString &runs,
                             const QString &source) { QTest::newRow(title) << name << withFile << runs << source; };
        row("API server profiling", {ApiServer, u"--profiling"_s, {}, ValueType::Bool}, true,
            u"no entry×1, true×19, no entry×1"_s, u"staging/src/k8s.io/apiserver/pkg/server/config.go, release-1.34"_s);
        row("controller manager profiling", {ControllerManager, u"--profiling"_s, {}, ValueType::Bool}, true,
            u"no entry×1, true×19, no entry×1"_s,
            u"staging/src/k8s.io/component-base/config/v1alpha1/defaults.go, release-1.34"_s);
        row("pod PID limit", {Kubelet, u"--pod-max-pids"_s, u"podPidsLimit"_s, ValueType::Integer}, true,
            u"no entry×1, -1×19, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("pod PID limit by its flag", {Kubelet, u"--pod-max-pids"_s, {}, ValueType::Integer}, false,
            u"no entry×1, -1×19, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("feature gate", {Kubelet, u"--feature-gates"_s, u"featureGates.SupportPodPidsLimit"_s, ValueType::Bool},
            true, u"no entry×1, true×4, null×15, no entry×1"_s, u"pkg/features/kube_features.go, release-1.34"_s);
        row("read-only port with a file", {Kubelet, u"--read-only-port"_s, u"readOnlyPort"_s, ValueType::Integer}, true,
            u"no entry×1, 0×19, no entry×1"_s, u"staging/src/k8s.io/kubelet/config/v1beta1/types.go, release-1.34"_s);
        row("read-only port without one", {Kubelet, u"--read-only-port"_s, u"readOnlyPort"_s, ValueType::Integer},
            false, u"no entry×1, 10255×19, no entry×1"_s, u"cmd/kubelet/app/options/options.go, release-1.34"_s);
        row("lowest TLS version of the API server", {ApiServer, u"--tls-min-version"_s, {}, ValueType::String}, true,
            u"no entry×1, VersionTLS12×19, no entry×1"_s,
            u"staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go, release-1.34"_s);
        row("lowest TLS version of the kubelet", {Kubelet, {}, u"tlsMinVersion"_s, ValueType::String}, true,
            u"no entry×1, VersionTLS12×19, no entry×1"_s,
            u"staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go, release-1.34"_s);
        row("audit log files are kept for ever, then a year",
            {ApiServer, u"--audit-log-maxage"_s, {}, ValueType::Integer}, true,
            u"no entry×1, 0×17, 366×2, no entry×1"_s,
            u"staging/src/k8s.io/apiserver/pkg/server/options/audit.go, release-1.34"_s);
        row("size of an audit log file", {ApiServer, u"--audit-log-maxsize"_s, {}, ValueType::Integer}, true,
            u"no entry×1, 0×17, 100×2, no entry×1"_s,
            u"staging/src/k8s.io/apiserver/pkg/server/options/audit.go, release-1.34"_s);
        row("the kubelet's health port", {Kubelet, u"--healthz-port"_s, u"healthzPort"_s, ValueType::Integer}, true,
            u"no entry×1, 10248×19, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("the kubelet's authorization with a file",
            {Kubelet, u"--authorization-mode"_s, u"authorization.mode"_s, ValueType::String}, true,
            u"no entry×1, Webhook×19, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("the kubelet's authorization without one",
            {Kubelet, u"--authorization-mode"_s, u"authorization.mode"_s, ValueType::String}, false,
            u"no entry×1, AlwaysAllow×19, no entry×1"_s, u"cmd/kubelet/app/options/options.go, release-1.34"_s);
        row("a field that came with 1.21", {Kubelet, {}, u"enableProfilingHandler"_s, ValueType::Bool}, true,
            u"no entry×3, true×17, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("a field that came with 1.22", {Kubelet, {}, u"seccompDefault"_s, ValueType::Bool}, true,
            u"no entry×4, false×16, no entry×1"_s, u"pkg/kubelet/apis/config/v1beta1/defaults.go, release-1.34"_s);
        row("a port that was closed and went", {ApiServer, u"--insecure-port"_s, {}, ValueType::Integer}, true,
            u"no entry×1, 8080×1, 0×4, no entry×15"_s, u""_s);
        row("case matters", {Kubelet, {}, u"podpidslimit"_s, ValueType::Integer}, true, u"no entry×21"_s, u""_s);
        row("encryption of Secrets", {ApiServer, u"--encryption-provider-config"_s, {}, ValueType::String}, true,
            u"no entry×1, ×19, no entry×1"_s,
            u"staging/src/k8s.io/apiserver/pkg/server/options/etcd.go, release-1.34"_s);
        row("certificates of etcd's clients", {Etcd, u"--client-cert-auth"_s, {}, ValueType::Bool}, true,
            u"no entry×1, false×19, no entry×1"_s, u"etcd-io/etcd server/embed/config.go, etcd of Kubernetes 1.34"_s);
        row("etcd's data directory", {Etcd, u"--data-dir"_s, {}, ValueType::String}, true,
            u"no entry×1, ×19, no entry×1"_s, u"etcd-io/etcd server/embed/config.go, etcd of Kubernetes 1.34"_s);
        row("of another component", {Etcd, u"--profiling"_s, {}, ValueType::Bool}, true, u"no entry×21"_s, u""_s);
    }
    void walk()
    {
        QFETCH(SettingName, name);
        QFETCH(bool, withFile);
        QFETCH(QString, runs);
        QFETCH(QString, source);
        QStringList found;
        QString last;
        int count = 0;
        for (int minor = 18; minor <= 39; ++minor) {
            const QString value = minor > 38 ? QString() : text(defaultOf(name, {minor, 0}, withFile));
            if (count > 0 && value != last) {
                found += u"%1×%2"_s.arg(last).arg(count);
                count = 0;
            }
            last = value;
            ++count;
        }
        QCOMPARE(found.join(u", "_s), runs);
        QCOMPARE(defaultOf(name, {34, 4}, withFile).source, source);
    }
    void releaseNotKnown()
    {
        QVERIFY(!defaultOf({ComponentKind::ApiServer, u"--profiling"_s, {}, ValueType::Bool}, {}).found);
    }
};

QTEST_GUILESS_MAIN(TestDefaults)
#include "tst_defaults.moc"
