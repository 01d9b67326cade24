// SPDX-License-Identifier: Apache-2.0
#include "cluster/inforce.h"

#include <QJsonArray>

#include <array>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

// A kubelet without --config starts from other values than one with it.
enum class When
{
    Always,
    WithFile,
    FlagsOnly
};

struct Entry
{
    ComponentKind component;
    const char16_t *flag; // "" where the component has none
    const char16_t *path;
    When when;
    int first; // minor releases, both ends included
    int last;
    QJsonValue value; // null: no such thing in these releases
    const char16_t *file; // in kubernetes/kubernetes, on the branch of the release
};

const auto &table()
{
    using enum ComponentKind;
    constexpr auto apiServer = u"staging/src/k8s.io/apiserver/pkg/server/config.go";
    constexpr auto debugging = u"staging/src/k8s.io/component-base/config/v1alpha1/defaults.go";
    constexpr auto kubelet = u"pkg/kubelet/apis/config/v1beta1/defaults.go";
    constexpr auto kubeletTypes = u"staging/src/k8s.io/kubelet/config/v1beta1/types.go";
    constexpr auto legacy = u"cmd/kubelet/app/options/options.go";
    constexpr auto gates = u"pkg/features/kube_features.go";
    constexpr auto serving = u"staging/src/k8s.io/apiserver/pkg/server/options/serving.go";
    constexpr auto tlsFlags = u"staging/src/k8s.io/component-base/cli/flag/ciphersuites_flag.go";
    constexpr auto apiServerOptions = u"cmd/kube-apiserver/app/options/options.go";
    constexpr auto audit = u"staging/src/k8s.io/apiserver/pkg/server/options/audit.go";
    constexpr auto apiServerServing = u"pkg/kubeapiserver/options/serving.go";
    constexpr auto authentication = u"pkg/kubeapiserver/options/authentication.go";
    constexpr auto authorization = u"pkg/kubeapiserver/options/authorization.go";
    constexpr auto admission = u"staging/src/k8s.io/apiserver/pkg/server/options/admission.go";
    constexpr auto insecure19 = u"pkg/kubeapiserver/options/serving.go";
    constexpr auto managerOptions = u"cmd/kube-controller-manager/app/options/options.go";
    constexpr auto managerAccounts = u"cmd/kube-controller-manager/app/options/serviceaccountcontroller.go";
    constexpr auto controllers19 = u"pkg/controller/apis/config/v1alpha1/defaults.go";
    constexpr auto controllers = u"staging/src/k8s.io/controller-manager/config/v1alpha1/defaults.go";
    constexpr auto storage = u"staging/src/k8s.io/apiserver/pkg/server/options/etcd.go";
    constexpr auto clientCa = u"staging/src/k8s.io/apiserver/pkg/server/options/authentication.go";
    // etcd 3.4 came with 1.19 to 1.21, 3.5 and 3.6 with what follows (cmd/kubeadm/app/constants/constants.go).
    constexpr auto etcd = u"server/embed/config.go";
    static const QJsonArray clientUrls{u"http://localhost:2379"_s};
    static const QJsonArray peerUrls{u"http://localhost:2380"_s};
    static const auto entries = std::to_array<Entry>({
        {ApiServer, u"--profiling", u"", When::Always, 19, 37, true, apiServer},
        {ControllerManager, u"--profiling", u"", When::Always, 19, 37, true, debugging},
        {Scheduler, u"--profiling", u"", When::Always, 19, 37, true, debugging},
        {Kubelet, u"--pod-manifest-path", u"staticPodPath", When::Always, 19, 37, u""_s, kubeletTypes},
        {Kubelet, u"--pod-max-pids", u"podPidsLimit", When::Always, 19, 37, -1, kubelet},
        {Kubelet, u"--anonymous-auth", u"authentication.anonymous.enabled", When::WithFile, 19, 37, false, kubelet},
        {Kubelet, u"--anonymous-auth", u"authentication.anonymous.enabled", When::FlagsOnly, 19, 37, true, legacy},
        {Kubelet, u"--authorization-mode", u"authorization.mode", When::WithFile, 19, 37, u"Webhook"_s, kubelet},
        {Kubelet, u"--authorization-mode", u"authorization.mode", When::FlagsOnly, 19, 37, u"AlwaysAllow"_s, legacy},
        {Kubelet, u"--read-only-port", u"readOnlyPort", When::WithFile, 19, 37, 0, kubeletTypes},
        {Kubelet, u"--read-only-port", u"readOnlyPort", When::FlagsOnly, 19, 37, 10255, legacy},
        {Kubelet, u"--address", u"address", When::Always, 19, 37, u"0.0.0.0"_s, kubelet},
        // Fields alone, without flags, since 1.21.
        {Kubelet, u"", u"enableProfilingHandler", When::Always, 21, 37, true, kubelet},
        {Kubelet, u"", u"enableDebugFlagsHandler", When::Always, 21, 37, true, kubelet},
        {Kubelet, u"--rotate-certificates", u"rotateCertificates", When::Always, 19, 37, false, kubeletTypes},
        {Kubelet, u"--rotate-server-certificates", u"serverTLSBootstrap", When::Always, 19, 37, false, kubeletTypes},
        {Kubelet, u"--protect-kernel-defaults", u"protectKernelDefaults", When::Always, 19, 37, false, kubeletTypes},
        {Kubelet, u"--seccomp-default", u"seccompDefault", When::Always, 22, 37, false, kubelet},
        // An empty list is Go's own; a version that is not given is the lowest that DefaultTLSVersion() names.
        {ApiServer, u"--tls-cipher-suites", u"", When::Always, 19, 37, QJsonArray(), serving},
        {ApiServer, u"--tls-min-version", u"", When::Always, 19, 37, u"VersionTLS12"_s, tlsFlags},
        {ApiServer, u"--kubelet-certificate-authority", u"", When::Always, 19, 37, u""_s, apiServerOptions},
        {ApiServer, u"--audit-policy-file", u"", When::Always, 19, 37, u""_s, audit},
        {ApiServer, u"--audit-log-path", u"", When::Always, 19, 37, u""_s, audit},
        {ApiServer, u"--audit-webhook-config-file", u"", When::Always, 19, 37, u""_s, audit},
        {ApiServer, u"--audit-log-maxage", u"", When::Always, 19, 35, 0, audit},
        {ApiServer, u"--audit-log-maxage", u"", When::Always, 36, 37, 366, audit},
        {ApiServer, u"--audit-log-maxbackup", u"", When::Always, 19, 35, 0, audit},
        {ApiServer, u"--audit-log-maxbackup", u"", When::Always, 36, 37, 100, audit},
        {ApiServer, u"--audit-log-maxsize", u"", When::Always, 19, 35, 0, audit},
        {ApiServer, u"--audit-log-maxsize", u"", When::Always, 36, 37, 100, audit},
        {ApiServer, u"--secure-port", u"", When::Always, 19, 37, 6443, apiServerServing},
        {Kubelet, u"--port", u"port", When::Always, 19, 37, 10250, kubelet},
        {Kubelet, u"--address", u"address", When::Always, 19, 37, u"0.0.0.0"_s, kubelet},
        {ApiServer, u"--anonymous-auth", u"", When::Always, 19, 37, true, authentication},
        {ApiServer, u"--token-auth-file", u"", When::Always, 19, 37, u""_s, authentication},
        {ApiServer, u"--service-account-lookup", u"", When::Always, 19, 37, true, authentication},
        // With --authorization-config there is no default: that file decides.
        {ApiServer, u"--authorization-mode", u"", When::Always, 19, 37, QJsonArray{u"AlwaysAllow"_s}, authorization},
        // What is named here comes on top of the plugins that are on by themselves; NodeRestriction is none of them.
        {ApiServer, u"--enable-admission-plugins", u"", When::Always, 19, 37, QJsonArray(), admission},
        // From 1.20 on nothing but 0 is taken; 1.24 does not know the flag.
        {ApiServer, u"--insecure-port", u"", When::Always, 19, 19, 8080, insecure19},
        {ApiServer, u"--insecure-port", u"", When::Always, 20, 23, 0, apiServerOptions},
        {ControllerManager, u"--bind-address", u"", When::Always, 19, 37, u"0.0.0.0"_s, serving},
        {Scheduler, u"--bind-address", u"", When::Always, 19, 37, u"0.0.0.0"_s, serving},
        {ControllerManager, u"--use-service-account-credentials", u"", When::Always, 19, 37, false, managerOptions},
        {ControllerManager, u"--root-ca-file", u"", When::Always, 19, 37, u""_s, managerAccounts},
        {ControllerManager, u"--controllers", u"", When::Always, 19, 19, QJsonArray{u"*"_s}, controllers19},
        {ControllerManager, u"--controllers", u"", When::Always, 20, 37, QJsonArray{u"*"_s}, controllers},
        {Kubelet, u"--tls-cipher-suites", u"tlsCipherSuites", When::Always, 19, 37, QJsonArray(), kubeletTypes},
        {Kubelet, u"--tls-min-version", u"tlsMinVersion", When::Always, 19, 37, u"VersionTLS12"_s, tlsFlags},
        {Kubelet, u"--healthz-bind-address", u"healthzBindAddress", When::Always, 19, 37, u"127.0.0.1"_s, kubelet},
        {Kubelet, u"--healthz-port", u"healthzPort", When::Always, 19, 37, 10248, kubelet},
        // Beta and on; GA and locked on; then the kubelet does not know it and refuses to start with it.
        {Kubelet, u"", u"featureGates.SupportPodPidsLimit", When::Always, 19, 19, true, gates},
        {Kubelet, u"", u"featureGates.SupportPodPidsLimit", When::Always, 20, 22, true, gates},
        {Kubelet, u"", u"featureGates.SupportPodPidsLimit", When::Always, 23, 37, QJsonValue::Null, gates},
        {ApiServer, u"--encryption-provider-config", u"", When::Always, 19, 37, u""_s, storage},
        {ApiServer, u"--client-ca-file", u"", When::Always, 19, 37, u""_s, clientCa},
        {Etcd, u"--client-cert-auth", u"", When::Always, 19, 37, false, etcd},
        {Etcd, u"--peer-client-cert-auth", u"", When::Always, 19, 37, false, etcd},
        {Etcd, u"--auto-tls", u"", When::Always, 19, 37, false, etcd},
        {Etcd, u"--peer-auto-tls", u"", When::Always, 19, 37, false, etcd},
        {Etcd, u"--cert-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--key-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--trusted-ca-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--peer-cert-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--peer-key-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--peer-trusted-ca-file", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--data-dir", u"", When::Always, 19, 37, u""_s, etcd},
        {Etcd, u"--listen-client-urls", u"", When::Always, 19, 37, clientUrls, etcd},
        {Etcd, u"--listen-peer-urls", u"", When::Always, 19, 37, peerUrls, etcd},
        {Etcd, u"--listen-metrics-urls", u"", When::Always, 19, 37, QJsonArray(), etcd},
    });
    return entries;
}

} // namespace

DefaultValue defaultOf(const SettingName &name, const Release &release, bool withFile)
{
    for (const Entry &entry : table()) {
        if (entry.component != name.component)
            continue;
        const QStringView flag(entry.flag);
        const QStringView path(entry.path);
        const bool same =
            (!path.isEmpty() && path == name.path) || (!flag.isEmpty() && name.path.isEmpty() && flag == name.flag);
        const bool applies = entry.when == When::Always || (entry.when == When::WithFile) == withFile;
        if (same && applies && release.minor >= entry.first && release.minor <= entry.last) {
            const bool own = entry.component == ComponentKind::Etcd;
            const QString source = own ? u"etcd-io/etcd %1, etcd of Kubernetes 1.%2"_s : u"%1, release-1.%2"_s;
            return {true, entry.value, source.arg(QStringView(entry.file)).arg(release.minor)};
        }
    }
    return {};
}

} // namespace jiagu
