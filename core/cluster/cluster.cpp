// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.h"

#include "base/plaintext.h"

#include <QJsonArray>
#include <QRegularExpression>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

QString Release::text() const
{
    if (!isKnown())
        return {};
    return patch < 0 ? u"1.%1"_s.arg(minor) : u"1.%1.%2"_s.arg(minor).arg(patch);
}

Release Release::parse(QStringView text)
{
    static const QRegularExpression pattern(
        u"^\\s*(?:Kubernetes\\s+)?v?1\\.([0-9]{1,3})(?:\\.([0-9]{1,4}))?(?=$|[-+\\s])"_s);
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return {};
    return {match.capturedView(1).toInt(), match.hasCaptured(2) ? match.capturedView(2).toInt() : -1};
}

QString originKindName(Origin::Kind kind)
{
    switch (kind) {
    case Origin::Kind::None:
        return {};
    case Origin::Kind::File:
        return u"file"_s;
    case Origin::Kind::Argument:
        return u"argument"_s;
    case Origin::Kind::Process:
        return u"process"_s;
    case Origin::Kind::DropIn:
        return u"drop-in"_s;
    case Origin::Kind::Environment:
        return u"environment"_s;
    case Origin::Kind::ConfigMap:
        return u"configmap"_s;
    case Origin::Kind::Object:
        return u"object"_s;
    case Origin::Kind::Attributes:
        return u"attributes"_s;
    case Origin::Kind::Probe:
        return u"probe"_s;
    case Origin::Kind::Default:
        return u"default"_s;
    }
    return {};
}

Message describe(const Origin &origin)
{
    QString place = plainText(origin.file);
    if (origin.line > 0)
        place += u':' + QString::number(origin.line);
    if (origin.line > 0 && origin.column > 0)
        place += u':' + QString::number(origin.column);
    const QString key = plainText(origin.key);
    const QString index = QString::number(origin.index);

    switch (origin.kind) {
    case Origin::Kind::None:
        return {};
    case Origin::Kind::File:
        return message(place, place);
    case Origin::Kind::Argument:
        if (key.isEmpty())
            return message(u"argument in %1"_s, u"参数，位于 %1"_s, place);
        return message(u"argument from %1 in %2"_s, u"参数，来自 %2 中的 %1"_s, key, place);
    case Origin::Kind::Process:
        return message(u"argument %1 of the running process"_s, u"运行中进程的参数 %1"_s, index);
    case Origin::Kind::DropIn:
        return message(u"drop-in file %1"_s, u"附加配置文件 %1"_s, place);
    case Origin::Kind::Environment:
        return message(u"environment variable %1 in %2"_s, u"环境变量 %1，位于 %2"_s, key, place);
    case Origin::Kind::ConfigMap:
        return message(u"ConfigMap %1, key %2"_s, u"ConfigMap %1，键 %2"_s, place, key);
    case Origin::Kind::Object:
        return key.isEmpty() ? message(place, place) : message(u"%1, %2"_s, u"%1，%2"_s, place, key);
    case Origin::Kind::Attributes:
        return message(u"attributes of %1"_s, u"%1 的属性"_s, place);
    case Origin::Kind::Probe:
        return message(u"probe of %1"_s, u"对 %1 的探测"_s, place);
    case Origin::Kind::Default:
        return message(u"default of Kubernetes %1"_s, u"Kubernetes %1 的默认值"_s, origin.release);
    }
    return {};
}

QString componentName(ComponentKind kind)
{
    switch (kind) {
    case ComponentKind::ApiServer:
        return u"kube-apiserver"_s;
    case ComponentKind::ControllerManager:
        return u"kube-controller-manager"_s;
    case ComponentKind::Scheduler:
        return u"kube-scheduler"_s;
    case ComponentKind::Etcd:
        return u"etcd"_s;
    case ComponentKind::Kubelet:
        return u"kubelet"_s;
    case ComponentKind::KubeProxy:
        return u"kube-proxy"_s;
    case ComponentKind::ContainerRuntime:
        return u"container-runtime"_s;
    case ComponentKind::Cni:
        return u"cni"_s;
    case ComponentKind::OperatingSystem:
        return u"operating-system"_s;
    case ComponentKind::Workload:
        return u"workload"_s;
    }
    return {};
}

const Component *Node::component(ComponentKind kind) const
{
    for (const Component &component : components) {
        if (component.kind == kind)
            return &component;
    }
    return nullptr;
}

const Node *Cluster::node(const QString &wanted) const
{
    for (const Node &node : nodes) {
        if (node.name == wanted)
            return &node;
    }
    return nullptr;
}

QJsonArray Cluster::list(const QString &resource) const
{
    return objects.value(resource).toArray();
}

} // namespace jiagu
