// SPDX-License-Identifier: Apache-2.0
#include "rules/upgradefacts.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr unsigned bit(ComponentKind kind)
{
    return 1U << unsigned(kind);
}
constexpr unsigned api = bit(ComponentKind::ApiServer);
constexpr unsigned controllers = bit(ComponentKind::ControllerManager);
constexpr unsigned scheduler = bit(ComponentKind::Scheduler);
constexpr unsigned node = bit(ComponentKind::Kubelet);
constexpr unsigned proxy = bit(ComponentKind::KubeProxy);
constexpr unsigned all = api | controllers | scheduler | node;

constexpr auto stops = UpgradeEffect::DoesNotStart;
constexpr auto idles = UpgradeEffect::LosesEffect;
constexpr auto alters = UpgradeEffect::ChangesMeaning;

Message insecurePort()
{
    return {
        u"The release no longer serves without TLS and takes no other value than 0; the component does not start."_s,
        u"该版本不再提供非 TLS 服务，只接受 0；否则组件无法启动。"_s};
}
Message useSecurePort()
{
    return {u"Move whoever uses this port to the secure port, then take the argument away."_s,
        u"先让使用该端口的客户端改用安全端口，再删除该参数。"_s};
}
Message issuerMissing()
{
    return {
        u"The argument is not given. From this release on it is required, and kube-apiserver does not start without "
        u"it."_s,
        u"未设置该参数。自该版本起该参数为必填，缺少时 kube-apiserver 无法启动。"_s};
}
Message setIssuer()
{
    return {
        u"Set it to the URL by which clients reach the API server, such as https://kubernetes.default.svc.cluster.local, "
        u"and keep it for good."_s,
        u"设置为 API server 的固定 URL，例如 https://kubernetes.default.svc.cluster.local，此后不要再改。"_s};
}
Message setSigningKey()
{
    return {u"Set it to the private key that kube-controller-manager uses as --service-account-private-key-file."_s,
        u"设置为 kube-controller-manager 的 --service-account-private-key-file 所用的私钥文件。"_s};
}
Message pluginGone()
{
    return {
        u"The admission plugin in this list no longer exists, and kube-apiserver does not start when it is named."_s,
        u"列表中的准入插件已被移除，列出它时 kube-apiserver 无法启动。"_s};
}
Message leavePsp()
{
    return {u"Move to Pod Security admission first (labels pod-security.kubernetes.io/… on the namespaces), then take "
            u"PodSecurityPolicy out of the list."_s,
        u"先迁移到 Pod Security 准入（命名空间标签 pod-security.kubernetes.io/…），再从列表中删除 PodSecurityPolicy。"_s};
}
Message leaveDeny()
{
    return {u"Use Pod Security admission in its place, then take SecurityContextDeny out of the list."_s,
        u"改用 Pod Security 准入，再从列表中删除 SecurityContextDeny。"_s};
}
Message leaveLabel()
{
    return {u"Take PersistentVolumeLabel out of the list; volumes are labelled by their storage driver."_s,
        u"从列表中删除 PersistentVolumeLabel；卷的标签由存储驱动设置。"_s};
}
Message policyVersion()
{
    return {u"This release reads audit.k8s.io/v1 alone; kube-apiserver does not start with another version."_s,
        u"该版本只接受 audit.k8s.io/v1，使用其他版本时 kube-apiserver 无法启动。"_s};
}
Message writePolicyV1()
{
    return {u"Write apiVersion: audit.k8s.io/v1; the rules stay as they are."_s,
        u"改为 apiVersion: audit.k8s.io/v1；规则保持不变。"_s};
}
Message eventVersion()
{
    return {u"This release writes audit.k8s.io/v1 alone; kube-apiserver does not start with another version."_s,
        u"该版本只支持 audit.k8s.io/v1，使用其他版本时 kube-apiserver 无法启动。"_s};
}
Message writeEventV1()
{
    return {u"Have the readers of the audit log take audit.k8s.io/v1, then take the argument away."_s,
        u"先让审计日志的读取方支持 audit.k8s.io/v1，再删除该参数。"_s};
}
Message auditAge()
{
    return {u"Until now old audit logs are kept for ever; from this release on, when the argument is not given, those "
            u"older than 366 days are deleted."_s,
        u"目前旧的审计日志永久保留；自该版本起，未设置该参数时会删除超过 366 天的日志。"_s};
}
Message auditBackup()
{
    return {
        u"Until now every old audit log is kept; from this release on, when the argument is not given, the 100 newest "
        u"are."_s,
        u"目前保留全部旧的审计日志；自该版本起，未设置该参数时只保留最新的 100 个。"_s};
}
Message auditSize()
{
    return {
        u"Until now 0 stands for 100 MB; from this release on it turns rotation off, and the log grows until the disk "
        u"is full."_s,
        u"目前 0 等同于 100 MB；自该版本起 0 表示不再轮转，日志会一直增长直到写满磁盘。"_s};
}
Message auditReadOnly()
{
    return {
        u"From this release on kube-apiserver creates the log when it starts, not with the first event, and does not start "
        u"where it cannot. Its directory is mounted read-only."_s,
        u"自该版本起，kube-apiserver 在启动时（而不是出现第一个事件时）创建日志文件，无法创建则不能启动。日志目录目前以只读方式挂载。"_s};
}
Message mountWritable()
{
    return {u"Take readOnly away from the mount of the log's directory."_s, u"去掉日志目录挂载中的 readOnly。"_s};
}
Message auditUnwritten()
{
    return {
        u"From this release on kube-apiserver creates the log when it starts, also without a policy, and does not start where "
        u"it cannot. On the node there is no such file today, so nothing shows that it can be written."_s,
        u"自该版本起，即使没有审计策略，kube-apiserver 也会在启动时创建日志文件，无法创建则不能启动。节点上目前没有该文件，无法证明该"
        u"路径可写。"_s};
}
Message provePath()
{
    return {
        u"Make sure that the account of kube-apiserver can write the mounted directory, or take the argument away if no log "
        u"is wanted."_s,
        u"请确认 kube-apiserver 的账号可以写入所挂载的目录；如不需要日志，请删除该参数。"_s};
}
Message setRetention()
{
    return {u"Give the number that your retention rules ask for."_s, u"按留存要求明确设置数值。"_s};
}
Message controllerStays()
{
    return {
        u"From this release on the entry -serviceaccount-token is accepted and does nothing: the controller runs all "
        u"the same."_s,
        u"自该版本起 -serviceaccount-token 虽被接受但不起作用：该控制器照常运行。"_s};
}
Message useAutomount()
{
    return {
        u"Do not rely on it: set automountServiceAccountToken: false on service accounts and pods that need no token."_s,
        u"不要再依赖它：在不需要令牌的 ServiceAccount 和 Pod 上设置 automountServiceAccountToken: false。"_s};
}
Message leaveDockershim()
{
    return {u"Dockershim is gone from this release, with its arguments; the kubelet does not start with one of them."_s,
        u"该版本已移除 dockershim 及其参数；带着其中任何一个，kubelet 都无法启动。"_s};
}
Message moveRuntime()
{
    return {
        u"Move the node to containerd, CRI-O or cri-dockerd, name its socket in --container-runtime-endpoint, and take "
        u"this argument away."_s,
        u"将节点迁移到 containerd、CRI-O 或 cri-dockerd，用 --container-runtime-endpoint 指定其套接字，并删除该参数。"_s};
}
Message useTaintEviction()
{
    return {u"Take it away; how long pods stay on a lost node is set by their own tolerations."_s,
        u"删除该参数；Pod 在失联节点上保留的时长由其自身的容忍度决定。"_s};
}
Message useProfiles()
{
    return {u"Write profiles into the file that --config names (kubescheduler.config.k8s.io), then take it away."_s,
        u"改用 --config 所指文件（kubescheduler.config.k8s.io）中的 profiles，再删除该参数。"_s};
}
Message useKlogAlternative()
{
    return {u"Take it away; the log goes to standard error, where the container runtime or systemd collects it. -v and "
            u"--vmodule stay."_s,
        u"删除该参数；日志写到标准错误，由容器运行时或 systemd 收集。-v 与 --vmodule 仍可使用。"_s};
}
Message cgroupOne()
{
    return {u"The node uses cgroup v1. From this release on the kubelet does not start on it by default."_s,
        u"节点使用 cgroup v1。自该版本起 kubelet 默认在 cgroup v1 上无法启动。"_s};
}
Message leaveCgroupOne()
{
    return {u"Start the node with cgroup v2 (kernel argument systemd.unified_cgroup_hierarchy=1); to gain time, set "
            u"failCgroupV1: false in the kubelet's configuration."_s,
        u"让节点以 cgroup v2 启动（内核参数 systemd.unified_cgroup_hierarchy=1）；如需缓冲时间，可在 kubelet 配置中设置 "
        u"failCgroupV1: false。"_s};
}
Message podRefused()
{
    return {u"From this release on the kubelet refuses such a static pod, so it no longer runs."_s,
        u"自该版本起 kubelet 拒绝这样的静态 Pod，该 Pod 将不再运行。"_s};
}
Message useHostPath()
{
    return {u"Give the pod what it needs as files of the node (hostPath), or make it a DaemonSet."_s,
        u"改用节点上的文件（hostPath）提供所需内容，或改为 DaemonSet。"_s};
}
Message ipvsDeprecated()
{
    return {u"From this release on the mode is deprecated and will be removed; kube-proxy still runs with it."_s,
        u"自该版本起该模式被弃用，日后将移除；kube-proxy 目前仍可使用它。"_s};
}
Message leaveIpvs()
{
    return {u"Plan the move to mode nftables (kernel 5.13 or later), or to iptables."_s,
        u"规划迁移到 nftables 模式（内核 5.13 及以上），或迁移到 iptables 模式。"_s};
}
Message eventsUnlimited()
{
    return {u"Until now 0 stands for 50 events a second; from this release on it means no limit."_s,
        u"目前 0 等同于每秒 50 个事件；自该版本起 0 表示不限制。"_s};
}
Message setEvents()
{
    return {u"Write eventRecordQPS: 50 to keep what it does now."_s, u"如需保持现状，请写为 eventRecordQPS: 50。"_s};
}
Message kubeadmOwn()
{
    return {u"Take it away; kubeadm upgrade leaves out the one that it wrote itself."_s,
        u"删除该参数；kubeadm 自己写入的会在 kubeadm upgrade 时自动去掉。"_s};
}
Message pauseImage()
{
    return {
        u"Take it away; the sandbox image is set in the container runtime's configuration. kubeadm upgrade takes it out "
        u"of kubeadm-flags.env itself, and of nowhere else."_s,
        u"删除该参数；沙箱镜像在容器运行时的配置中设置。kubeadm upgrade 只会从 kubeadm-flags.env 中自动删除它，其他位置需手工删除。"_s};
}

using enum UpgradeSign;

constexpr UpgradeFact facts[] = {
    {api, FlagNotZero, "--insecure-port", nullptr, 20, stops, insecurePort, useSecurePort,
        "CHANGELOG/CHANGELOG-1.20.md"},
    {api, FlagNotZero, "--port", nullptr, 20, stops, insecurePort, useSecurePort, "CHANGELOG/CHANGELOG-1.20.md"},
    {api, FlagMissing, "--service-account-issuer", nullptr, 20, stops, issuerMissing, setIssuer,
        "CHANGELOG/CHANGELOG-1.20.md"},
    {api, FlagMissing, "--service-account-signing-key-file", nullptr, 20, stops, issuerMissing, setSigningKey,
        "CHANGELOG/CHANGELOG-1.20.md"},
    {controllers, FlagNotZero, "--port", nullptr, 22, stops, insecurePort, useSecurePort,
        "CHANGELOG/CHANGELOG-1.22.md"},
    {scheduler, FlagNotZero, "--port", nullptr, 23, stops, insecurePort, useSecurePort, "CHANGELOG/CHANGELOG-1.23.md"},
    {scheduler, Flag, "--algorithm-provider", nullptr, 22, stops, nullptr, useProfiles, "CHANGELOG/CHANGELOG-1.22.md"},
    {scheduler, Flag, "--policy-config-file", nullptr, 23, stops, nullptr, useProfiles, "CHANGELOG/CHANGELOG-1.23.md"},
    {scheduler, Flag, "--policy-configmap", nullptr, 23, stops, nullptr, useProfiles, "CHANGELOG/CHANGELOG-1.23.md"},
    {scheduler, Flag, "--policy-configmap-namespace", nullptr, 23, stops, nullptr, useProfiles,
        "CHANGELOG/CHANGELOG-1.23.md"},
    {scheduler, Flag, "--use-legacy-policy-config", nullptr, 23, stops, nullptr, useProfiles,
        "CHANGELOG/CHANGELOG-1.23.md"},
    {node, Flag, "--experimental-bootstrap-kubeconfig", nullptr, 23, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.23.md"},
    {node, Flag, "--seccomp-profile-root", nullptr, 23, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.23.md"},
    {api, Flag, "--insecure-port", nullptr, 24, stops, nullptr, kubeadmOwn, "CHANGELOG/CHANGELOG-1.24.md"},
    {api, Flag, "--insecure-bind-address", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {api, Flag, "--port", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {api, Flag, "--address", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {controllers, Flag, "--port", nullptr, 24, stops, nullptr, kubeadmOwn, "CHANGELOG/CHANGELOG-1.24.md"},
    {scheduler, Flag, "--port", nullptr, 24, stops, nullptr, kubeadmOwn,
        "cmd/kube-scheduler/app/options/options.go, v1.24.0"},
    {controllers, Flag, "--address", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {scheduler, Flag, "--address", nullptr, 24, stops, nullptr, nullptr,
        "cmd/kube-scheduler/app/options/options.go, v1.24.0"},
    {controllers, Flag, "--deployment-controller-sync-period", nullptr, 24, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {controllers, Flag, "--horizontal-pod-autoscaler-use-rest-clients", nullptr, 24, stops, nullptr, nullptr,
        "cmd/kube-controller-manager/app/options/hpacontroller.go, v1.24.0"},
    {node, Flag, "--experimental-dockershim-root-directory", nullptr, 24, stops, leaveDockershim, moveRuntime,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--docker-endpoint", nullptr, 24, stops, leaveDockershim, moveRuntime, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--image-pull-progress-deadline", nullptr, 24, stops, leaveDockershim, moveRuntime,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--network-plugin", nullptr, 24, stops, leaveDockershim, moveRuntime, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--cni-conf-dir", nullptr, 24, stops, leaveDockershim, moveRuntime, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--cni-bin-dir", nullptr, 24, stops, leaveDockershim, moveRuntime, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--cni-cache-dir", nullptr, 24, stops, leaveDockershim, moveRuntime, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--network-plugin-mtu", nullptr, 24, stops, leaveDockershim, moveRuntime,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--dynamic-config-dir", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--experimental-check-node-capabilities-before-mount", nullptr, 24, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--non-masquerade-cidr", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {node, Flag, "--really-crash-for-testing", nullptr, 24, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.24.md"},
    {api, AuditReadOnly, "--audit-log-path", nullptr, 22, stops, auditReadOnly, mountWritable,
        "staging/src/k8s.io/apiserver/pkg/server/options/audit.go, v1.22.0"},
    {api, AuditUnwritten, "--audit-log-path", nullptr, 22, alters, auditUnwritten, provePath,
        "staging/src/k8s.io/apiserver/pkg/server/options/audit.go, v1.22.0"},
    {api, AuditPolicy, "--audit-policy-file", nullptr, 24, stops, policyVersion, writePolicyV1,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {api, FlagHas, "--audit-log-version", "audit.k8s.io/v1alpha1", 24, stops, eventVersion, writeEventV1,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {api, FlagHas, "--audit-log-version", "audit.k8s.io/v1beta1", 24, stops, eventVersion, writeEventV1,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {api, FlagHas, "--audit-webhook-version", "audit.k8s.io/v1alpha1", 24, stops, eventVersion, writeEventV1,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {api, FlagHas, "--audit-webhook-version", "audit.k8s.io/v1beta1", 24, stops, eventVersion, writeEventV1,
        "CHANGELOG/CHANGELOG-1.24.md"},
    {api, FlagHas, "--enable-admission-plugins", "PodSecurityPolicy", 25, stops, pluginGone, leavePsp,
        "CHANGELOG/CHANGELOG-1.25.md"},
    {api, FlagHas, "--enable-admission-plugins", "SecurityContextDeny", 30, stops, pluginGone, leaveDeny,
        "CHANGELOG/CHANGELOG-1.30.md"},
    {api, FlagHas, "--enable-admission-plugins", "PersistentVolumeLabel", 31, stops, pluginGone, leaveLabel,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {api, FlagHas, "--disable-admission-plugins", "PodSecurityPolicy", 25, stops, pluginGone, leavePsp,
        "CHANGELOG/CHANGELOG-1.25.md"},
    {api, FlagHas, "--disable-admission-plugins", "SecurityContextDeny", 30, stops, pluginGone, leaveDeny,
        "CHANGELOG/CHANGELOG-1.30.md"},
    {api, FlagHas, "--disable-admission-plugins", "PersistentVolumeLabel", 31, stops, pluginGone, leaveLabel,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {api, Flag, "--service-account-api-audiences", nullptr, 25, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.25.md"},
    {controllers, Flag, "--deleting-pods-qps", nullptr, 25, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.25.md"},
    {controllers, Flag, "--deleting-pods-burst", nullptr, 25, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.25.md"},
    {controllers, Flag, "--register-retry-count", nullptr, 25, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.25.md"},
    {controllers, Flag, "--experimental-cluster-signing-duration", nullptr, 25, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.25.md"},
    {node, Flag, "--experimental-kernel-memcg-notification", nullptr, 25, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.25.md"},
    {all, Flag, "--add-dir-header", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--alsologtostderr", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--log-backtrace-at", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--log-dir", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--log-file", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--log-file-max-size", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--logtostderr", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--one-output", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--skip-headers", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--skip-log-headers", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {all, Flag, "--stderrthreshold", nullptr, 26, stops, nullptr, useKlogAlternative, "CHANGELOG/CHANGELOG-1.26.md"},
    {api, Flag, "--identity-lease-duration-seconds", nullptr, 26, stops, nullptr, nullptr,
        "pkg/controlplane, cmd/kube-apiserver/app/options/options.go, v1.26.0"},
    {api, Flag, "--identity-lease-renew-interval-seconds", nullptr, 26, stops, nullptr, nullptr,
        "pkg/controlplane, cmd/kube-apiserver/app/options/options.go, v1.26.0"},
    {node, Flag, "--container-runtime", nullptr, 27, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.27.md"},
    {node, Flag, "--master-service-namespace", nullptr, 27, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.27.md"},
    {controllers, Flag, "--enable-taint-manager", nullptr, 27, stops, nullptr, useTaintEviction,
        "CHANGELOG/CHANGELOG-1.27.md"},
    {controllers, Flag, "--pod-eviction-timeout", nullptr, 27, stops, nullptr, useTaintEviction,
        "CHANGELOG/CHANGELOG-1.27.md"},
    {scheduler, Flag, "--lock-object-name", nullptr, 28, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.28.md"},
    {scheduler, Flag, "--lock-object-namespace", nullptr, 28, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.28.md"},
    {node, Flag, "--keep-terminated-pod-volumes", nullptr, 31, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.31.md"},
    {node, Flag, "--iptables-masquerade-bit", nullptr, 31, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.31.md"},
    {node, Flag, "--iptables-drop-bit", nullptr, 31, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.31.md"},
    {controllers, Flag, "--volume-host-cidr-denylist", nullptr, 31, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {controllers, Flag, "--volume-host-allow-local-loopback", nullptr, 31, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {controllers, Flag, "--horizontal-pod-autoscaler-upscale-delay", nullptr, 31, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {controllers, Flag, "--horizontal-pod-autoscaler-downscale-delay", nullptr, 31, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.31.md"},
    {api, Flag, "--cloud-provider", nullptr, 33, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.33.md"},
    {api, Flag, "--cloud-config", nullptr, 33, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.33.md"},
    {node, Flag, "--cloud-config", nullptr, 34, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.34.md"},
    {node, Flag, "--register-schedulable", nullptr, 34, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.34.md"},
    {node, PodReference, "static pods", nullptr, 34, stops, podRefused, useHostPath,
        "pkg/kubelet/config/common.go, pkg/api/pod/util.go, v1.34.0"},
    {node, Flag, "--pod-infra-container-image", nullptr, 35, stops, nullptr, pauseImage, "CHANGELOG/CHANGELOG-1.35.md"},
    {node, CgroupV1, "cgroup v1", nullptr, 35, stops, cgroupOne, leaveCgroupOne,
        "pkg/kubelet/apis/config/v1beta1/defaults.go, v1.35.0"},
    {controllers, FlagHas, "--controllers", "-serviceaccount-token", 35, idles, controllerStays, useAutomount,
        "cmd/kube-controller-manager/app/controllermanager.go, v1.35.0"},
    {controllers, FlagHas, "--controllers", "-serviceaccount-token-controller", 35, idles, controllerStays,
        useAutomount, "cmd/kube-controller-manager/app/controllermanager.go, v1.35.0"},
    {proxy, ProxyMode, "mode", "ipvs", 35, alters, ipvsDeprecated, leaveIpvs, "CHANGELOG/CHANGELOG-1.35.md"},
    {api, AuditUnset, "--audit-log-maxage", nullptr, 36, alters, auditAge, setRetention, "CHANGELOG/CHANGELOG-1.36.md"},
    {api, AuditUnset, "--audit-log-maxbackup", nullptr, 36, alters, auditBackup, setRetention,
        "CHANGELOG/CHANGELOG-1.36.md"},
    {api, AuditZero, "--audit-log-maxsize", nullptr, 36, alters, auditSize, setRetention,
        "CHANGELOG/CHANGELOG-1.36.md"},
    {node, Flag, "--enable-cadvisor-json-endpoints", nullptr, 21, stops, nullptr, nullptr,
        "cmd/kubelet/app/options/options.go, v1.21.0"},
    {node, Flag, "--chaos-chance", nullptr, 22, stops, nullptr, nullptr, "CHANGELOG/CHANGELOG-1.22.md"},
    {scheduler, Flag, "--hard-pod-affinity-symmetric-weight", nullptr, 22, stops, nullptr, useProfiles,
        "CHANGELOG/CHANGELOG-1.22.md"},
    {scheduler, Flag, "--scheduler-name", nullptr, 22, stops, nullptr, useProfiles, "CHANGELOG/CHANGELOG-1.22.md"},
    {api, Flag, "--kubelet-https", nullptr, 22, stops, nullptr, nullptr,
        "cmd/kube-apiserver/app/options/options.go, v1.22.0"},
    {api, Flag, "--ssh-keyfile", nullptr, 22, stops, nullptr, nullptr,
        "cmd/kube-apiserver/app/options/options.go, v1.22.0"},
    {api, Flag, "--ssh-user", nullptr, 22, stops, nullptr, nullptr,
        "cmd/kube-apiserver/app/options/options.go, v1.22.0"},
    {controllers, Flag, "--concurrent-service-syncs", nullptr, 37, stops, nullptr, nullptr,
        "CHANGELOG/CHANGELOG-1.37.md"},
    {node, FieldZero, "eventRecordQPS", nullptr, 37, alters, eventsUnlimited, setEvents, "CHANGELOG/CHANGELOG-1.37.md"},
};

// From pkg/features/kube_features.go of v1.19.0 to v1.37.0: what a release lists and the next one does not, and
// LockToDefault. Gates that only apiserver or component-base know are not among them.
constexpr GateFact gateTable[] = {
    {"APISelfSubjectReview", 28, true, 30},
    {"AllowInsecureBackendProxy", 21, true, 23},
    {"AllowOverwriteTerminationGracePeriodSeconds", 35, false, 0},
    {"AllowServiceLBStatusOnNonLB", 32, false, 35},
    {"AnyVolumeDataSource", 33, true, 37},
    {"AppArmor", 31, true, 33},
    {"AppArmorFields", 31, true, 33},
    {"AttachVolumeLimit", 19, true, 21},
    {"AuthorizeNodeWithSelectors", 34, true, 37},
    {"BalanceAttachedNodeVolumes", 0, true, 22},
    {"BlockVolume", 19, true, 21},
    {"BoundServiceAccountTokenVolume", 22, true, 23},
    {"CPUManager", 26, true, 33},
    {"CPUManagerPolicyOptions", 33, true, 0},
    {"CRIContainerLogRotation", 21, true, 22},
    {"CSIBlockVolume", 19, true, 21},
    {"CSIDriverRegistry", 19, true, 21},
    {"CSIInlineVolume", 25, true, 27},
    {"CSIMigration", 25, true, 27},
    {"CSIMigrationAWS", 25, true, 27},
    {"CSIMigrationAWSComplete", 0, true, 21},
    {"CSIMigrationAzureDisk", 25, true, 27},
    {"CSIMigrationAzureDiskComplete", 0, true, 21},
    {"CSIMigrationAzureFile", 27, true, 30},
    {"CSIMigrationAzureFileComplete", 0, true, 21},
    {"CSIMigrationGCE", 25, true, 28},
    {"CSIMigrationGCEComplete", 0, true, 21},
    {"CSIMigrationOpenStack", 24, true, 26},
    {"CSIMigrationOpenStackComplete", 0, true, 21},
    {"CSIMigrationPortworx", 33, true, 36},
    {"CSIMigrationRBD", 0, true, 31},
    {"CSIMigrationvSphere", 26, true, 29},
    {"CSIMigrationvSphereComplete", 0, true, 22},
    {"CSINodeExpandSecret", 29, true, 31},
    {"CSINodeInfo", 19, true, 21},
    {"CSIServiceAccountToken", 22, true, 25},
    {"CSIServiceAccountTokenSecrets", 36, true, 0},
    {"CSIStorageCapacity", 24, true, 28},
    {"CSIVolumeFSGroupPolicy", 23, true, 25},
    {"CSRDuration", 24, true, 26},
    {"CloudDualStackNodeIPs", 30, true, 32},
    {"ConfigurableFSGroupPolicy", 23, true, 25},
    {"ConsistentHTTPGetHandlers", 30, true, 31},
    {"ControllerManagerLeaderMigration", 24, true, 27},
    {"CronJobControllerV2", 22, true, 23},
    {"CronJobTimeZone", 27, true, 29},
    {"CronJobsScheduledAnnotation", 32, true, 35},
    {"DRAAdminAccess", 36, true, 0},
    {"DRAControlPlaneController", 0, true, 32},
    {"DRAExtendedResource", 37, true, 0},
    {"DRAPrioritizedList", 37, true, 0},
    {"DRAResourceClaimDeviceStatus", 37, true, 0},
    {"DaemonSetUpdateSurge", 25, true, 27},
    {"DefaultHostNetworkHostPortsInPodTemplates", 0, true, 31},
    {"DefaultIngressClass", 19, true, 20},
    {"DefaultPodTopologySpread", 24, true, 26},
    {"DelegateFSGroupToCSIDriver", 26, true, 28},
    {"DevicePluginCDIDevices", 31, true, 34},
    {"DevicePlugins", 26, true, 28},
    {"DisableAcceleratorUsageMetrics", 25, true, 28},
    {"DisableAllocatorDualWrite", 35, true, 0},
    {"DisableCPUQuotaWithExclusiveCPUs", 37, true, 0},
    {"DisableCloudProviders", 31, true, 33},
    {"DisableKubeletCloudCredentialProviders", 31, true, 33},
    {"DisableNodeKubeProxyVersion", 36, true, 0},
    {"DownwardAPIHugePages", 27, true, 29},
    {"DynamicKubeletConfig", 0, true, 26},
    {"DynamicResourceAllocation", 35, true, 0},
    {"ElasticIndexedJob", 31, true, 34},
    {"EndpointSlice", 21, true, 25},
    {"EndpointSliceNodeName", 21, true, 25},
    {"EndpointSliceProxying", 22, true, 25},
    {"EndpointSliceTerminatingCondition", 26, true, 28},
    {"EphemeralContainers", 25, true, 27},
    {"EvenPodsSpread", 19, true, 21},
    {"ExecProbeTimeout", 35, true, 0},
    {"ExpandCSIVolumes", 0, true, 27},
    {"ExpandInUsePersistentVolumes", 0, true, 27},
    {"ExpandPersistentVolumes", 0, true, 27},
    {"ExpandedDNSConfig", 28, true, 30},
    {"ExperimentalHostUserNamespaceDefaulting", 28, false, 30},
    {"ExternalPolicyForExternalIP", 20, true, 22},
    {"ExternalServiceAccountTokenSigner", 36, true, 0},
    {"GRPCContainerProbe", 27, true, 29},
    {"GangScheduling", 0, true, 37},
    {"GenericEphemeralVolume", 23, true, 25},
    {"GitRepoVolumeDriver", 36, false, 0},
    {"HPAConfigurableTolerance", 37, true, 0},
    {"HPAContainerMetrics", 30, true, 32},
    {"HonorPVReclaimPolicy", 33, true, 36},
    {"HostnameOverride", 37, true, 0},
    {"HugePageStorageMediumSize", 22, true, 24},
    {"HyperVContainer", 0, true, 21},
    {"IPTablesOwnershipCleanup", 28, true, 30},
    {"IPv6DualStack", 23, true, 25},
    {"IdentifyPodOS", 25, true, 27},
    {"ImageMaximumGCAge", 35, true, 0},
    {"ImageVolume", 36, true, 0},
    {"ImmutableEphemeralVolumes", 21, true, 24},
    {"InPlacePodVerticalScaling", 35, true, 0},
    {"InPlacePodVerticalScalingAllocatedStatus", 0, true, 36},
    {"InPlacePodVerticalScalingInitContainers", 37, true, 0},
    {"InTreePluginAWSUnregister", 0, true, 31},
    {"InTreePluginAzureDiskUnregister", 0, true, 31},
    {"InTreePluginAzureFileUnregister", 0, true, 31},
    {"InTreePluginGCEUnregister", 0, true, 31},
    {"InTreePluginOpenStackUnregister", 0, true, 31},
    {"InTreePluginPortworxUnregister", 0, true, 36},
    {"InTreePluginRBDUnregister", 0, true, 31},
    {"InTreePluginvSphereUnregister", 0, true, 31},
    {"IndexedJob", 24, true, 26},
    {"IngressClassNamespacedParams", 23, true, 25},
    {"JobBackoffLimitPerIndex", 33, true, 37},
    {"JobManagedBy", 35, true, 0},
    {"JobMutableNodeSchedulingDirectives", 27, true, 29},
    {"JobPodFailurePolicy", 31, true, 33},
    {"JobPodReplacementPolicy", 34, true, 37},
    {"JobReadyPods", 29, true, 31},
    {"JobSuccessPolicy", 33, true, 37},
    {"JobTrackingWithFinalizers", 26, true, 29},
    {"KubeProxyDrainingTerminatingNodes", 31, true, 33},
    {"KubeletCgroupDriverFromCRI", 34, true, 0},
    {"KubeletCredentialProviders", 26, true, 28},
    {"KubeletFineGrainedAuthz", 36, true, 0},
    {"KubeletPSI", 36, true, 0},
    {"KubeletPodResources", 28, true, 30},
    {"KubeletPodResourcesDynamicResources", 36, true, 0},
    {"KubeletPodResourcesGet", 36, true, 0},
    {"KubeletPodResourcesGetAllocatable", 28, true, 30},
    {"KubeletTracing", 34, true, 0},
    {"LegacyNodeRoleBehavior", 21, false, 22},
    {"LegacyServiceAccountTokenCleanUp", 30, true, 32},
    {"LegacyServiceAccountTokenNoAutoGeneration", 27, true, 29},
    {"LegacyServiceAccountTokenTracking", 28, true, 30},
    {"LegacySidecarContainers", 0, true, 34},
    {"LoadBalancerIPMode", 32, true, 35},
    {"LocalStorageCapacityIsolation", 25, true, 27},
    {"LogarithmicScaleDown", 31, true, 37},
    {"MatchLabelKeysInPodAffinity", 33, true, 0},
    {"MemoryManager", 32, true, 36},
    {"MinDomainsInPodTopologySpread", 30, true, 32},
    {"MinimizeIPTablesRestore", 28, true, 30},
    {"MixedProtocolLBService", 26, true, 28},
    {"MultiCIDRRangeAllocator", 0, true, 29},
    {"MultiCIDRServiceAllocator", 34, true, 0},
    {"MutableCSINodeAllocatableCount", 36, true, 0},
    {"NFTablesProxyMode", 33, true, 0},
    {"NamespaceDefaultLabelName", 22, true, 24},
    {"NetworkPolicyEndPort", 25, true, 27},
    {"NetworkPolicyStatus", 0, true, 28},
    {"NewVolumeManagerReconstruction", 30, true, 32},
    {"NodeDeclaredFeatures", 37, true, 0},
    {"NodeDisruptionExclusion", 21, true, 22},
    {"NodeInclusionPolicyInPodTopologySpread", 33, true, 0},
    {"NodeLease", 19, true, 23},
    {"NodeLogQuery", 36, true, 0},
    {"NodeOutOfServiceVolumeDetach", 28, true, 32},
    {"NodeSwap", 34, true, 0},
    {"NonPreemptingPriority", 24, true, 26},
    {"OrderedNamespaceDeletion", 34, true, 37},
    {"PDBUnhealthyPodEvictionPolicy", 31, true, 33},
    {"PLEGOnDemandRelist", 37, true, 0},
    {"PersistentVolumeLastPhaseTransitionTime", 31, true, 33},
    {"PodAffinityNamespaceSelector", 24, true, 26},
    {"PodDisruptionBudget", 21, true, 25},
    {"PodDisruptionConditions", 31, true, 34},
    {"PodHasNetworkCondition", 0, true, 28},
    {"PodHostIPs", 30, true, 32},
    {"PodIndexLabel", 32, true, 35},
    {"PodLifecycleSleepAction", 34, true, 37},
    {"PodLifecycleSleepActionAllowZero", 34, true, 37},
    {"PodObservedGenerationTracking", 35, true, 0},
    {"PodOverhead", 24, true, 26},
    {"PodReadyToStartContainersCondition", 37, true, 0},
    {"PodSchedulingReadiness", 30, true, 0},
    {"PodSecurity", 25, true, 28},
    {"PreferNominatedNode", 24, true, 26},
    {"PreferSameTrafficDistribution", 35, true, 0},
    {"PreventStaticPodAPIReferences", 0, true, 37},
    {"ProbeHostPodSecurityStandards", 34, true, 35},
    {"ProbeTerminationGracePeriod", 28, true, 29},
    {"ProcMountType", 36, true, 0},
    {"ProxyTerminatingEndpoints", 28, true, 30},
    {"ReadWriteOncePod", 29, true, 31},
    {"RecoverVolumeExpansionFailure", 34, true, 0},
    {"RecursiveReadOnlyMounts", 33, true, 0},
    {"RelaxedDNSSearchValidation", 34, true, 37},
    {"RelaxedEnvironmentVariableValidation", 34, true, 0},
    {"RelaxedServiceNameValidation", 37, true, 0},
    {"RetroactiveDefaultStorageClass", 28, true, 29},
    {"RootCAConfigMap", 21, true, 22},
    {"RotateKubeletClientCertificate", 19, true, 21},
    {"RunAsGroup", 21, true, 22},
    {"RuntimeClass", 20, true, 24},
    {"SCTPSupport", 20, true, 22},
    {"SELinuxChangePolicy", 36, true, 0},
    {"SELinuxMountReadWriteOncePod", 36, true, 0},
    {"SchedulerQueueingHints", 34, true, 37},
    {"SeccompDefault", 27, true, 29},
    {"SecurityContextDeny", 0, true, 30},
    {"SeparateTaintEvictionController", 34, true, 0},
    {"ServiceAccountIssuerDiscovery", 21, true, 23},
    {"ServiceAccountTokenJTI", 32, true, 0},
    {"ServiceAccountTokenNodeBinding", 33, true, 0},
    {"ServiceAccountTokenNodeBindingValidation", 32, true, 0},
    {"ServiceAccountTokenPodNodeInfo", 32, true, 0},
    {"ServiceAppProtocol", 20, true, 22},
    {"ServiceIPStaticSubrange", 26, true, 28},
    {"ServiceInternalTrafficPolicy", 26, true, 28},
    {"ServiceLBNodePortControl", 24, true, 26},
    {"ServiceLoadBalancerClass", 24, true, 26},
    {"ServiceLoadBalancerFinalizer", 19, true, 20},
    {"ServiceNodeExclusion", 21, true, 22},
    {"ServiceNodePortStaticSubrange", 29, true, 31},
    {"ServiceTopology", 0, true, 22},
    {"ServiceTrafficDistribution", 33, true, 36},
    {"SetHostnameAsFQDN", 22, true, 24},
    {"SidecarContainers", 33, true, 37},
    {"SizeMemoryBackedVolumes", 32, true, 35},
    {"SkipReadOnlyValidationGCE", 0, true, 31},
    {"StableLoadBalancerNodeSet", 30, true, 32},
    {"StartupProbe", 20, true, 23},
    {"StatefulSetAutoDeletePVC", 32, true, 35},
    {"StatefulSetMinReadySeconds", 25, true, 27},
    {"StatefulSetStartOrdinal", 31, true, 34},
    {"StorageObjectInUseProtection", 23, true, 25},
    {"SupplementalGroupsPolicy", 35, true, 0},
    {"SupportIPVSProxyMode", 0, true, 20},
    {"SupportNodePidsLimit", 20, true, 23},
    {"SupportPodPidsLimit", 20, true, 23},
    {"SuspendJob", 24, true, 26},
    {"Sysctls", 21, true, 23},
    {"TTLAfterFinished", 23, true, 25},
    {"TaintBasedEvictions", 19, true, 20},
    {"TokenRequest", 20, true, 21},
    {"TokenRequestProjection", 20, true, 21},
    {"TopologyAwareHints", 33, true, 36},
    {"TopologyManager", 27, true, 29},
    {"TopologyManagerPolicyOptions", 36, true, 0},
    {"UserNamespacesPodSecurityStandards", 0, true, 35},
    {"UserNamespacesStatelessPodsSupport", 0, true, 28},
    {"UserNamespacesSupport", 36, true, 0},
    {"VolumeAttributesClass", 36, true, 0},
    {"VolumeCapacityPriority", 0, true, 33},
    {"VolumePVCDataSource", 19, true, 21},
    {"VolumeSnapshotDataSource", 20, true, 22},
    {"VolumeSubpath", 23, true, 25},
    {"WinDSR", 34, true, 0},
    {"WinOverlay", 34, true, 0},
    {"WindowsEndpointSliceProxying", 22, true, 25},
    {"WindowsGMSA", 19, true, 21},
    {"WindowsHostProcessContainers", 26, true, 28},
    {"WindowsRunAsUserName", 19, true, 21},
    {"WorkloadAwarePreemption", 0, true, 37},
    {"csiMigrationRBD", 0, true, 24},
};

} // namespace

std::span<const UpgradeFact> upgradeFacts()
{
    return facts;
}

std::span<const GateFact> gateFacts()
{
    return gateTable;
}

} // namespace jiagu
