// SPDX-License-Identifier: Apache-2.0
#include "rules/configmapfile.h"

#include "cluster/yamlvalue.h"
#include "rules/assertion.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

ConfigMapFile::ConfigMapFile(const Cluster &cluster, const QString &name, const QString &key)
    : m_name(name)
    , m_key(key)
{
    for (const QJsonValue &object : cluster.list(u"configmaps"_s)) {
        const QJsonValue metadata = object["metadata"_L1];
        if (metadata["namespace"_L1] != "kube-system"_L1 || metadata["name"_L1] != name)
            continue;
        m_state = State::Read;
        if (const QJsonValue data = object["data"_L1][key]; data.isString()) {
            const QByteArray text = data.toString().toUtf8();
            m_document = cluster.derived->once<Result<YamlDocument>>(
                "configmap " + name.toUtf8(), text, [&] { return YamlDocument::parse(path(), text); });
        }
        return;
    }
    if (cluster.objects.contains(askedConfigMap(name)))
        m_state = State::Absent;
}

ConfigMapFile ConfigMapFile::kubelet(const Cluster &cluster)
{
    const int minor = cluster.release.minor;
    const QString name = u"kubelet-config"_s;
    return {cluster, minor >= 0 && minor <= 23 ? name + u"-1.%1"_s.arg(minor) : name, u"kubelet"_s};
}

ConfigMapFile ConfigMapFile::kubeProxy(const Cluster &cluster)
{
    return {cluster, u"kube-proxy"_s, u"config.conf"_s};
}

ConfigMapFile ConfigMapFile::kubeadm(const Cluster &cluster)
{
    return {cluster, u"kubeadm-config"_s, u"ClusterConfiguration"_s};
}

Origin ConfigMapFile::origin(const QString &path, int node) const
{
    Origin origin;
    origin.kind = Origin::Kind::ConfigMap;
    origin.file = this->path();
    origin.key = path.isEmpty() ? m_key : m_key + u' ' + path;
    if (node >= 0) {
        const Position at = (*m_document)->position((*m_document)->node(node).begin);
        origin.line = at.line;
        origin.column = at.column;
    }
    return origin;
}

std::optional<Mention> ConfigMapFile::mention(const QString &path, ValueType type) const
{
    if (!m_document || !*m_document)
        return {};
    const YamlLookup found = lookUp(**m_document, path, type);
    if (found.node < 0)
        return {};
    Mention made;
    made.value = found.state == YamlLookup::State::Found ? found.value : QJsonValue();
    made.text = actualText(made.value);
    made.origin = origin(path, found.node);
    return made;
}

QList<Mention> ConfigMapFile::gates() const
{
    QList<Mention> mentions;
    const auto map = mention(u"featureGates"_s, ValueType::Map);
    const QJsonObject gates = map ? map->value.toObject() : QJsonObject();
    for (const QString &name : gates.keys()) {
        if (auto gate = mention(u"featureGates."_s + name, ValueType::Bool)) {
            gate->name = name;
            mentions += *gate;
        }
    }
    return mentions;
}

QJsonValue ConfigMapFile::whole() const
{
    return m_document && *m_document ? yamlValue(**m_document, (*m_document)->root()) : QJsonValue();
}

std::optional<Finding> sharedFinding(const Cluster &cluster, const Rule &rule, const ConfigMapFile &file)
{
    if (cluster.apiNode.isEmpty() || !cluster.apiError.isEmpty() || file.state() == ConfigMapFile::State::Absent)
        return {};
    Finding finding = findingOf(rule, cluster, Verdict::Unknown, {});
    finding.subject.namespaceName = u"kube-system"_s;
    finding.subject.kind = u"ConfigMap"_s;
    finding.subject.name = file.name();
    if (file.state() == ConfigMapFile::State::NotRead) {
        finding.reason = message(
            u"The ConfigMap %1 was not read, so it is not known what nodes get when they join and at the next upgrade. "
            u"Read a control-plane node again."_s,
            u"未读取 ConfigMap %1，因此无法得知节点加入和下次升级时会得到什么配置。请重新读取一个控制面节点。"_s,
            file.path());
        return finding;
    }
    finding.origin = file.origin({}, -1);
    if (!file.hasKey() || !file.document()) {
        finding.verdict = Verdict::Error;
        finding.reason = file.hasKey()
            ? message(u"The ConfigMap %1 does not parse, so a kubelet that gets it does not start: %2"_s,
                u"ConfigMap %1 无法解析，使用它的 kubelet 无法启动：%2"_s, file.path(), file.document().error().message)
            : message(u"The ConfigMap %1 has no key %2: kubeadm join and kubeadm upgrade fail with it."_s,
                u"ConfigMap %1 中没有键 %2：kubeadm join 和 kubeadm upgrade 会因此失败。"_s, file.path(),
                finding.origin.key);
    }
    return finding;
}

} // namespace jiagu
