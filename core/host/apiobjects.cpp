// SPDX-License-Identifier: Apache-2.0
#include "host/apiobjects.h"

#include "host/masking.h"

#include <QJsonDocument>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const QString masked = u"***"_s;

/// Changes obj[key] in place when it is an object.
template <typename Function>
void change(QJsonObject &object, const QString &key, Function function)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->isObject())
        return;
    QJsonObject inner = found->toObject();
    function(inner);
    *found = inner;
}

void maskContainers(QJsonObject &podSpec)
{
    for (const QString &key : {u"containers"_s, u"initContainers"_s, u"ephemeralContainers"_s}) {
        const auto found = podSpec.find(key);
        if (found == podSpec.end() || !found->isArray())
            continue;
        QJsonArray containers = found->toArray();
        for (QJsonValueRef entry : containers) {
            QJsonObject container = entry.toObject();
            const auto env = container.find("env"_L1);
            if (env == container.end() || !env->isArray())
                continue;
            QJsonArray variables = env->toArray();
            for (QJsonValueRef item : variables) {
                QJsonObject variable = item.toObject();
                const auto value = variable.find("value"_L1);
                if (value == variable.end() || value->toString() == masked || value->toString(masked).isEmpty())
                    continue;
                *value = masked;
                item = variable;
            }
            *env = variables;
            entry = container;
        }
        *found = containers;
    }
}

void clean(QJsonObject &object)
{
    const auto maskTemplate = [](QJsonObject &spec) {
        change(spec, u"template"_s, [](QJsonObject &pod) { change(pod, u"spec"_s, maskContainers); });
    };
    change(object, u"metadata"_s, [](QJsonObject &metadata) {
        metadata.remove("managedFields"_L1);
        change(metadata, u"annotations"_s, [](QJsonObject &annotations) {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration"_L1);
        });
    });
    if (object.value("metadata"_L1).toObject().value("name"_L1) == "kubeadm-config"_L1) { // it may hold environments
        change(object, u"data"_s, [](QJsonObject &data) {
            for (QJsonValueRef value : data) {
                QByteArray text = value.toString().toUtf8();
                if (maskText(text))
                    value = QString::fromUtf8(text);
            }
        });
    }
    change(object, u"spec"_s, [&](QJsonObject &spec) {
        maskContainers(spec);
        maskTemplate(spec);
        change(spec, u"jobTemplate"_s, [&](QJsonObject &job) { change(job, u"spec"_s, maskTemplate); });
    });
}

QString pathOf(const QJsonObject &object)
{
    const QString kind = object.value("kind"_L1).toString();
    if (kind == "ConfigMap"_L1) { // asked for by name, a few of them
        const QJsonObject metadata = object.value("metadata"_L1).toObject();
        return u"/api/v1/namespaces/%1/configmaps/%2"_s.arg(
            metadata.value("namespace"_L1).toString(), metadata.value("name"_L1).toString());
    }
    static const QHash<QString, QString> paths{
        {u"Namespace"_s, u"/api/v1/namespaces"_s},
        {u"Node"_s, u"/api/v1/nodes"_s},
        {u"LimitRange"_s, u"/api/v1/limitranges"_s},
        {u"Pod"_s, u"/api/v1/pods"_s},
        {u"ReplicationController"_s, u"/api/v1/replicationcontrollers"_s},
        {u"Service"_s, u"/api/v1/services"_s},
        {u"ServiceAccount"_s, u"/api/v1/serviceaccounts"_s},
        {u"DaemonSet"_s, u"/apis/apps/v1/daemonsets"_s},
        {u"Deployment"_s, u"/apis/apps/v1/deployments"_s},
        {u"ReplicaSet"_s, u"/apis/apps/v1/replicasets"_s},
        {u"StatefulSet"_s, u"/apis/apps/v1/statefulsets"_s},
        {u"CronJob"_s, u"/apis/batch/v1/cronjobs"_s},
        {u"Job"_s, u"/apis/batch/v1/jobs"_s},
        {u"ClusterRoleBinding"_s, u"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"_s},
    };
    return paths.value(kind);
}

} // namespace

ApiAnswers::Answer &ApiAnswers::answer(const QString &path)
{
    if (!m_answers.contains(path))
        m_order += path;
    return m_answers[path];
}

void ApiAnswers::add(const QString &id, const QByteArray &content, int status, const QString &error)
{
    const QStringList paths = id.sliced(4).split(u',', Qt::SkipEmptyParts);
    if (paths.size() > 100)
        return;
    QString cause = error;
    QJsonDocument document;
    if (status == 0) {
        QJsonParseError parseError;
        document = QJsonDocument::fromJson(content, &parseError);
        // kubectl get --ignore-not-found of several objects prints nothing when the cluster has none of them.
        if (paths.size() > 1 && content.trimmed().isEmpty())
            document = QJsonDocument(QJsonObject{{u"items"_s, QJsonArray()}});
        if (!document.isObject()) {
            status = -1;
            cause = u"the answer is not JSON: "_s + parseError.errorString();
        }
    } else if (cause.isEmpty()) {
        cause = u"status "_s + QString::number(status);
    }
    for (const QString &path : paths) {
        Answer &one = answer(path);
        if (one.isMixed && paths.size() == 1)
            one = {};
        if (status != 0) {
            one.status = status;
            one.error = cause;
            one.isMixed = paths.size() > 1;
        }
    }
    if (status != 0)
        return;
    const QJsonObject object = document.object();
    if (paths.size() == 1) {
        addOne(paths[0], object);
        return;
    }
    for (const QString &path : paths)
        answer(path).isList = true;
    for (const QJsonValue &item : object.value("items"_L1).toArray()) {
        QJsonObject entry = item.toObject();
        const QString path = pathOf(entry);
        if (!paths.contains(path))
            continue;
        clean(entry);
        answer(path).items += entry;
    }
}

void ApiAnswers::addOne(const QString &path, QJsonObject object)
{
    Answer &one = answer(path);
    const auto items = object.find("items"_L1);
    if (items == object.end()) {
        clean(object);
        one.object = object;
        return;
    }
    one.isList = true;
    for (const QJsonValue &item : items->toArray()) {
        QJsonObject entry = item.toObject();
        clean(entry);
        one.items += entry;
    }
    object.erase(items);
    one.object = object;
}

QList<OutputRecord> ApiAnswers::outputs() const
{
    QList<OutputRecord> result;
    for (const QString &path : m_order) {
        const Answer one = m_answers.value(path);
        OutputRecord output;
        output.id = u"api:"_s + path;
        output.status = one.status;
        output.error = one.error;
        QJsonObject object = one.object;
        if (one.isList) {
            object.insert("items"_L1, one.items);
            if (one.status == 0 && !object.value("metadata"_L1).toObject().value("continue"_L1).toString().isEmpty()) {
                output.status = -1;
                output.error = u"the list is not complete"_s;
            }
        }
        if (!object.isEmpty())
            output.content = QJsonDocument(object).toJson(QJsonDocument::Compact);
        result += output;
    }
    return result;
}

} // namespace jiagu
