// SPDX-License-Identifier: Apache-2.0
#include "cluster/scan.h"

#include "cluster/inforce.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString textOf(const Node &node, const SettingName &name)
{
    const Setting setting = settingInForce(node, name);
    return setting.unknown.isEmpty() ? setting.value.toString() : QString();
}

/// 0 when it is not known or off.
quint16 portOf(const Node &node, const QString &flag, const QString &path, ComponentKind component)
{
    const Setting setting = settingInForce(node, {component, flag, path, ValueType::Integer});
    const int port = setting.unknown.isEmpty() ? setting.value.toInt() : 0;
    return port > 0 && port <= 65535 ? quint16(port) : 0;
}

} // namespace

QList<TlsEndpoint> tlsEndpoints(const Snapshot &snapshot)
{
    Snapshot alone = snapshot; // what the API says is not needed here, and long
    alone.outputs.removeIf([](const OutputRecord &output) { return output.id.startsWith("api:"_L1); });
    const auto cluster = buildCluster({alone});
    if (!cluster || cluster->nodes.isEmpty())
        return {};
    const Node &node = cluster->nodes.first();
    using enum ComponentKind;
    QList<TlsEndpoint> endpoints{
        {componentName(ApiServer), textOf(node, {ApiServer, u"--advertise-address"_s, {}, ValueType::String}),
            portOf(node, u"--secure-port"_s, {}, ApiServer)},
        {componentName(Kubelet), textOf(node, {Kubelet, u"--address"_s, u"address"_s, ValueType::String}),
            portOf(node, u"--port"_s, u"port"_s, Kubelet)}};
    endpoints.removeIf([](const TlsEndpoint &endpoint) { return endpoint.port == 0; });
    return endpoints;
}

Result<Snapshot> scan(HostReader &host, const std::stop_token &stop, const Progress &progress, Probing probing)
{
    auto snapshot = host.read(stop, progress);
    if (!snapshot)
        return snapshot;
    if (probing == Probing::No)
        return withProbes(*snapshot, {});
    return host.probe(*snapshot, tlsEndpoints(*snapshot), stop, progress);
}

} // namespace jiagu
