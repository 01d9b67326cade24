// SPDX-License-Identifier: Apache-2.0
#include "rules/podmanifest.h"

#include "base/plaintext.h"
#include "cluster/yamlvalue.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

enum class FieldType
{
    Bool,
    Integer,
    Text,
    List,
    Map
};

// Kubernetes staging/src/k8s.io/api/core/v1/types.go. C is a container, P a probe, [] an item, * any key.
const struct
{
    FieldType type;
    const char *paths;
} fieldTypes[] = {
    {FieldType::Map,
        "metadata metadata.labels metadata.annotations spec spec.nodeSelector spec.securityContext "
        "spec.securityContext.seccompProfile spec.tolerations[] C C.env[] C.ports[] C.volumeMounts[] C.resources "
        "C.resources.limits C.resources.requests C.securityContext C.securityContext.capabilities P P.httpGet P.exec "
        "spec.volumes[] spec.volumes[].hostPath spec.volumes[].emptyDir spec.affinity"},
    {FieldType::List,
        "spec.containers spec.initContainers spec.tolerations spec.volumes C.command C.args C.env C.ports "
        "C.volumeMounts C.securityContext.capabilities.add C.securityContext.capabilities.drop P.exec.command "
        "spec.hostAliases spec.imagePullSecrets"},
    {FieldType::Bool,
        "spec.hostNetwork spec.hostPID spec.hostIPC spec.hostUsers spec.shareProcessNamespace spec.enableServiceLinks "
        "spec.automountServiceAccountToken spec.securityContext.runAsNonRoot C.securityContext.privileged "
        "C.securityContext.allowPrivilegeEscalation C.securityContext.readOnlyRootFilesystem "
        "C.securityContext.runAsNonRoot C.volumeMounts[].readOnly C.stdin C.tty"},
    {FieldType::Integer,
        "spec.priority spec.terminationGracePeriodSeconds spec.activeDeadlineSeconds spec.securityContext.runAsUser "
        "spec.securityContext.runAsGroup spec.securityContext.fsGroup C.securityContext.runAsUser "
        "C.securityContext.runAsGroup C.ports[].containerPort C.ports[].hostPort P.failureThreshold "
        "P.initialDelaySeconds P.periodSeconds P.successThreshold P.timeoutSeconds"},
    {FieldType::Text,
        "apiVersion kind metadata.name metadata.namespace metadata.labels.* metadata.annotations.* "
        "spec.nodeSelector.* spec.nodeName spec.dnsPolicy spec.restartPolicy spec.serviceAccountName "
        "spec.schedulerName spec.hostname spec.priorityClassName spec.securityContext.seccompProfile.type C.name "
        "C.image C.imagePullPolicy C.workingDir C.command[] C.args[] C.env[].name C.env[].value C.ports[].name "
        "C.ports[].protocol C.ports[].hostIP C.volumeMounts[].name C.volumeMounts[].mountPath "
        "C.volumeMounts[].subPath C.securityContext.capabilities.add[] C.securityContext.capabilities.drop[] "
        "P.httpGet.host P.httpGet.path P.httpGet.scheme P.exec.command[] spec.volumes[].name "
        "spec.volumes[].hostPath.path spec.volumes[].hostPath.type"},
};

QHash<QByteArray, FieldType> makeFieldTable()
{
    QHash<QByteArray, FieldType> table;
    for (const auto &row : fieldTypes) {
        for (const QByteArray &path : QByteArray(row.paths).split(' ')) {
            QList<QByteArray> expanded{path};
            if (path == "P" || path.startsWith("P.")) {
                expanded.clear();
                for (const char *probe : {"C.livenessProbe", "C.readinessProbe", "C.startupProbe"})
                    expanded += probe + path.mid(1);
            }
            for (const QByteArray &one : expanded) {
                if (one == "C" || one.startsWith("C.")) {
                    table.insert("spec.containers[]" + one.mid(1), row.type);
                    table.insert("spec.initContainers[]" + one.mid(1), row.type);
                } else {
                    table.insert(one, row.type);
                }
            }
        }
    }
    return table;
}

const QHash<QByteArray, FieldType> &fieldTable()
{
    static const QHash<QByteArray, FieldType> table = makeFieldTable();
    return table;
}

Message typeText(FieldType type)
{
    switch (type) {
    case FieldType::Bool:
        return message(u"true or false without quotes"_s, u"不带引号的 true 或 false"_s);
    case FieldType::Integer:
        return message(u"a whole number without quotes"_s, u"不带引号的整数"_s);
    case FieldType::Text:
        return message(u"text (a number or true/false needs quotes)"_s, u"字符串（数字或 true/false 需要加引号）"_s);
    case FieldType::List:
        return message(u"a list"_s, u"列表"_s);
    case FieldType::Map:
        return message(u"a map"_s, u"映射"_s);
    }
    return {};
}

bool fits(const QJsonValue &value, FieldType type)
{
    switch (type) {
    case FieldType::Bool:
        return value.isBool();
    case FieldType::Integer:
        return value.isDouble() && value.toDouble() == std::floor(value.toDouble());
    case FieldType::Text:
        return value.isString();
    case FieldType::List:
        return value.isArray();
    case FieldType::Map:
        return value.isObject();
    }
    return false;
}

/// The value as it is decoded, for its type alone: what a list or a map holds is looked at on its own.
QJsonValue decoded(const YamlDocument &document, int index)
{
    switch (document.node(index).kind) {
    case YamlNode::Kind::Sequence:
        return QJsonArray();
    case YamlNode::Kind::Map:
        return QJsonObject();
    case YamlNode::Kind::Scalar:
    case YamlNode::Kind::Alias:
        return yamlValue(document, index);
    }
    return QJsonValue::Null;
}

class TypeCheck
{
public:
    explicit TypeCheck(const YamlDocument &document)
        : m_document(document)
    {
    }

    Result<> walk(int index, const QByteArray &path)
    {
        const int target = m_document.resolved(index);
        if (target < 0 || ++m_visited > 400'000) {
            return failure(Error::Kind::Parse,
                message(u"The file uses so many aliases that it cannot be judged."_s, u"文件中别名过多，无法判断。"_s),
                at(index));
        }
        const YamlNode &node = m_document.node(target);
        const auto expected = fieldTable().constFind(path);
        const QJsonValue value = decoded(m_document, target);
        if (expected != fieldTable().cend() && !value.isNull() && !fits(value, *expected)) {
            return failure(Error::Kind::Parse,
                message(u"The value of %1 must be %2."_s, u"%1 的值必须是%2。"_s, plainText(path), typeText(*expected)),
                at(index));
        }
        if (node.kind == YamlNode::Kind::Sequence) {
            for (const int child : node.children) {
                if (const Result<> result = walk(child, path + "[]"); !result)
                    return result;
            }
        } else if (node.kind == YamlNode::Kind::Map) {
            QHash<QByteArray, int> last;
            for (qsizetype i = 0; i + 1 < node.children.size(); i += 2)
                last.insert(m_document.node(node.children[i]).value, node.children[i + 1]);
            for (qsizetype i = 0; i + 1 < node.children.size(); i += 2) {
                const QByteArray &key = m_document.node(node.children[i]).value;
                if (last.value(key) != node.children[i + 1])
                    continue;
                QByteArray below = path.isEmpty() ? key : path + '.' + key;
                if (!fieldTable().contains(below) && fieldTable().contains(path + ".*"))
                    below = path + ".*";
                if (const Result<> result = walk(node.children[i + 1], below); !result)
                    return result;
            }
        }
        return {};
    }

private:
    Position at(int index) const { return m_document.position(m_document.node(index).begin); }

    const YamlDocument &m_document;
    int m_visited = 0;
};

} // namespace

Result<StaticPod> readStaticPod(const Result<YamlDocument> &parsed)
{
    if (!parsed)
        return tl::unexpected(parsed.error());
    const YamlDocument &document = *parsed;
    const auto text = [&](const QList<QByteArray> &path) {
        const int index = document.find(path);
        return index < 0 ? QByteArray() : document.node(document.resolved(index)).value;
    };
    Position start;
    start.file = document.name();
    start.line = 1;
    start.column = 1;
    if (document.root() < 0 || document.node(document.root()).kind != YamlNode::Kind::Map || text({"kind"}) != "Pod"
        || text({"apiVersion"}) != "v1") {
        return failure(Error::Kind::Parse,
            message(
                u"The file is not a Pod of apiVersion v1, the only thing that the kubelet takes from this directory."_s,
                u"文件不是 apiVersion 为 v1 的 Pod，而 kubelet 只接受该目录中的这种对象。"_s),
            start);
    }
    if (const Result<> types = TypeCheck(document).walk(document.root(), {}); !types)
        return tl::unexpected(types.error());
    StaticPod pod;
    pod.name = QString::fromUtf8(text({"metadata", "name"}));
    pod.namespaceName = QString::fromUtf8(text({"metadata", "namespace"}));
    if (pod.namespaceName.isEmpty())
        pod.namespaceName = u"default"_s;
    if (pod.name.isEmpty()) {
        return failure(
            Error::Kind::Parse, message(u"The pod has no metadata.name."_s, u"该 Pod 没有 metadata.name。"_s), start);
    }
    const int containers = document.find({"spec", "containers", "[0]"});
    if (containers < 0) {
        return failure(Error::Kind::Parse, message(u"The pod has no containers."_s, u"该 Pod 没有任何容器。"_s), start);
    }
    pod.at = document.position(document.node(document.find({"metadata", "name"})).begin);
    return pod;
}

} // namespace jiagu
