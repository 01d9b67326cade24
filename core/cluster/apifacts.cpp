// SPDX-License-Identifier: Apache-2.0
#include "cluster/apifacts.h"

#include "base/plaintext.h"

#include <QJsonArray>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto prefix = "api:"_L1;

// The items with the kind and apiVersion that a list gives once for all.
QJsonArray itemsOf(const QJsonObject &list)
{
    QString kind = list["kind"_L1].toString();
    if (kind.endsWith("List"_L1))
        kind.chop(4);
    QJsonArray items;
    for (const auto value : list["items"_L1].toArray()) {
        QJsonObject item = value.toObject();
        if (!item.contains("kind"_L1) && !kind.isEmpty()) {
            item["kind"_L1] = kind;
            item["apiVersion"_L1] = list["apiVersion"_L1];
        }
        items.append(item);
    }
    return items;
}

} // namespace

QString askedConfigMap(const QString &name)
{
    return u"configmaps/"_s + name;
}

ApiFacts apiFacts(const Snapshot &snapshot)
{
    ApiFacts facts;
    const QString host = plainText(snapshot.hostName);
    for (const OutputRecord &output : snapshot.outputs) {
        if (!output.id.startsWith(prefix))
            continue;
        const QString path = output.id.mid(prefix.size()).section(u'?', 0, 0);
        const bool isConfigMap = path.section(u'/', -2, -2) == "configmaps"_L1;
        const QString resource = isConfigMap ? u"configmaps"_s : path.section(u'/', -1);
        const QString name = path.section(u'/', -1);
        Message trouble;
        const QJsonDocument document = QJsonDocument::fromJson(output.content);
        if (output.status != 0 || !output.error.isEmpty()) {
            trouble = output.error.isEmpty()
                ? message(u"exit status %1"_s, u"退出状态 %1"_s, QString::number(output.status))
                : message(plainText(output.error), plainText(output.error));
        } else if (!document.isObject()) {
            trouble = message(u"the answer is not JSON"_s, u"应答不是 JSON"_s);
        }
        if (!trouble.isEmpty()) {
            if (resource == "nodes"_L1)
                facts.error = trouble;
            // Only one of the names that releases up to 1.23 give it is there.
            if (isConfigMap && name.startsWith("kubelet-config-"_L1))
                continue;
            facts.problems.append({Error::Kind::Failed,
                message(u"The API server on %1 did not give %2: %3."_s, u"%1 上的 API server 未能提供 %2：%3。"_s, host,
                    plainText(path), trouble),
                {host, {}, 0, 0}});
            continue;
        }
        const QJsonObject answer = document.object();
        if (isConfigMap)
            facts.objects[askedConfigMap(name)] = true;
        if (resource == "version"_L1) {
            facts.release = Release::parse(answer["gitVersion"_L1].toString());
        } else if (answer["items"_L1].isArray()) {
            QJsonArray items = facts.objects[resource].toArray();
            for (const auto item : itemsOf(answer))
                items.append(item);
            facts.objects[resource] = items;
            facts.answered = facts.answered || resource == "nodes"_L1;
        } else if (isConfigMap) {
            QJsonArray items = facts.objects[resource].toArray();
            items.append(answer);
            facts.objects[resource] = items;
        }
    }
    if (!facts.answered && facts.error.isEmpty())
        facts.error = message(u"the snapshot holds no answer of an API server"_s, u"快照中没有 API server 的应答"_s);
    return facts;
}

NodeObject nodeObject(const QJsonObject &object)
{
    NodeObject node;
    const QJsonObject metadata = object["metadata"_L1].toObject();
    const QJsonObject status = object["status"_L1].toObject();
    const QJsonObject info = status["nodeInfo"_L1].toObject();
    const QJsonObject labels = metadata["labels"_L1].toObject();
    node.name = plainText(metadata["name"_L1].toString());
    node.machineId = plainText(info["machineID"_L1].toString());
    node.kubelet = Release::parse(info["kubeletVersion"_L1].toString());
    node.controlPlane = labels.contains("node-role.kubernetes.io/control-plane"_L1)
        || labels.contains("node-role.kubernetes.io/master"_L1);
    for (const auto address : status["addresses"_L1].toArray()) {
        if (address["type"_L1].toString() == "InternalIP"_L1 && node.address.isEmpty())
            node.address = plainText(address["address"_L1].toString());
    }
    return node;
}

Release imageRelease(const QString &image)
{
    const QString name = image.section(u'@', 0, 0).section(u'/', -1);
    return name.contains(u':') ? Release::parse(name.section(u':', -1)) : Release{};
}

} // namespace jiagu
