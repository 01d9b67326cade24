// SPDX-License-Identifier: Apache-2.0
#include "models/clustertree.h"

#include "base/plaintext.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr ComponentKind allComponents[] = {ComponentKind::ApiServer, ComponentKind::ControllerManager,
    ComponentKind::Scheduler, ComponentKind::Etcd, ComponentKind::Kubelet, ComponentKind::KubeProxy,
    ComponentKind::ContainerRuntime, ComponentKind::Cni, ComponentKind::OperatingSystem, ComponentKind::Workload};

/// The component whose directory a file without a finding is shown under.
ComponentKind ownerOf(const Node &node, const QString &path)
{
    for (const Component &component : node.components) {
        if (component.manifest == path)
            return component.kind;
    }
    struct Word
    {
        QLatin1StringView part;
        ComponentKind kind;
    };
    constexpr Word words[] = {{"kubelet"_L1, ComponentKind::Kubelet}, {"/manifests/"_L1, ComponentKind::Kubelet},
        {"/cni/"_L1, ComponentKind::Cni}, {"containerd"_L1, ComponentKind::ContainerRuntime},
        {"docker"_L1, ComponentKind::ContainerRuntime}, {"etcd"_L1, ComponentKind::Etcd}};
    for (const Word &word : words) {
        if (path.contains(word.part))
            return word.kind;
    }
    return ComponentKind::OperatingSystem;
}

QString configurationFile(const Component &component)
{
    const QList<QByteArray> &argv = component.process.argv;
    for (qsizetype i = 0; i < argv.size(); ++i) {
        if (argv[i].startsWith("--config="))
            return plainText(argv[i].mid(9));
        if (argv[i] == "--config" && i + 1 < argv.size())
            return plainText(argv[i + 1]);
    }
    return {};
}

void count(Tally &tally, const Finding &finding)
{
    if (!finding.counts()) {
        ++tally.other;
        return;
    }
    switch (finding.verdict) {
    case Verdict::Pass:
        ++tally.passed;
        return;
    case Verdict::Fail:
        ++tally.failed;
        return;
    case Verdict::Manual:
        ++tally.manual;
        return;
    case Verdict::NotApplicable:
        ++tally.other;
        return;
    case Verdict::Unknown:
        ++tally.unknown;
        return;
    case Verdict::Error:
        ++tally.error;
        return;
    }
}

class Builder
{
public:
    explicit Builder(const Assessment &assessment)
        : m_assessment(assessment)
    {
        const Cluster &cluster = assessment.cluster;
        m_items += TreeItem{
            .kind = TreeItem::Kind::Cluster, .name = plainText(cluster.name.isEmpty() ? cluster.id : cluster.name)};
        for (const Node &node : cluster.nodes)
            add(node);
        for (int i = 0; i < int(assessment.findings.size()); ++i)
            add(i);
    }
    QList<TreeItem> items() && { return std::move(m_items); }

private:
    int child(int parent, const TreeItem &item)
    {
        for (int existing : std::as_const(m_items[parent].children)) {
            const TreeItem &other = m_items[existing];
            if (other.kind == item.kind && other.name == item.name && item.kind != TreeItem::Kind::Finding)
                return existing;
        }
        const int index = int(m_items.size());
        m_items += item;
        m_items.last().parent = parent;
        m_items[parent].children += index;
        return index;
    }

    int nodeItem(const QString &name)
    {
        return child(0, {.kind = TreeItem::Kind::Node, .name = plainText(name), .node = name});
    }

    int componentItem(int parent, const QString &node, ComponentKind kind)
    {
        return child(parent,
            {.kind = TreeItem::Kind::Component,
                .name = componentName(kind),
                .node = node,
                .document = {.kind = DocumentId::Kind::CommandLine, .node = node, .component = kind}});
    }

    int documentItem(int parent, const DocumentId &document)
    {
        switch (document.kind) {
        case DocumentId::Kind::None:
            return parent;
        case DocumentId::Kind::File:
            return child(parent,
                {.kind = TreeItem::Kind::File,
                    .name = plainText(document.path),
                    .node = document.node,
                    .document = document});
        case DocumentId::Kind::CommandLine:
            return child(parent, {.kind = TreeItem::Kind::CommandLine, .node = document.node, .document = document});
        case DocumentId::Kind::Object:
            return child(parent,
                {.kind = TreeItem::Kind::Object,
                    .name = plainText(QString(document.objectKind + u'/' + document.name)),
                    .document = document});
        }
        return parent;
    }

    void add(const Node &node)
    {
        const int parent = nodeItem(node.name);
        for (const Component &component : node.components) {
            const int item = componentItem(parent, node.name, component.kind);
            if (!component.manifest.isEmpty())
                documentItem(item, {.kind = DocumentId::Kind::File, .node = node.name, .path = component.manifest});
        }
        if (!node.snapshot)
            return;
        for (const FileRecord &file : node.snapshot->files) {
            if (file.hasContent)
                documentItem(componentItem(parent, node.name, ownerOf(node, file.path)),
                    {.kind = DocumentId::Kind::File, .node = node.name, .path = file.path});
        }
    }

    void add(int index)
    {
        const Finding &finding = m_assessment.findings[index];
        const Subject &subject = finding.subject;
        const DocumentId document = documentOf(m_assessment, finding);
        const auto kind = componentOf(subject.component);
        int parent = subject.node.isEmpty() ? 0 : nodeItem(subject.node);
        if (!subject.node.isEmpty())
            parent = componentItem(parent, subject.node, kind.value_or(ComponentKind::OperatingSystem));
        else if (kind || document.kind == DocumentId::Kind::Object)
            parent = componentItem(parent, {}, kind.value_or(ComponentKind::Workload));
        if (document.kind == DocumentId::Kind::Object && !subject.namespaceName.isEmpty())
            parent = child(parent, {.kind = TreeItem::Kind::Namespace, .name = plainText(subject.namespaceName)});
        parent = documentItem(parent, document);
        int item = child(
            parent, {.kind = TreeItem::Kind::Finding, .finding = index, .node = subject.node, .document = document});
        for (; item >= 0; item = m_items[item].parent)
            count(m_items[item].tally, finding);
    }

    const Assessment &m_assessment;
    QList<TreeItem> m_items;
};

} // namespace

QList<TreeItem> clusterTree(const Assessment &assessment)
{
    return Builder(assessment).items();
}

std::optional<ComponentKind> componentOf(const QString &name)
{
    const auto *found =
        std::ranges::find_if(allComponents, [&](ComponentKind kind) { return componentName(kind) == name; });
    if (found == std::end(allComponents))
        return std::nullopt;
    return *found;
}

DocumentId documentOf(const Assessment &assessment, const Finding &finding)
{
    const Subject &subject = finding.subject;
    if (!subject.kind.isEmpty()) {
        return {.kind = DocumentId::Kind::Object,
            .namespaceName = subject.namespaceName,
            .objectKind = subject.kind,
            .name = subject.name};
    }
    const Node *node = assessment.cluster.node(subject.node);
    const auto kind = componentOf(subject.component);
    const Component *component = node && kind ? node->component(*kind) : nullptr;
    const DocumentId file{.kind = DocumentId::Kind::File, .node = subject.node, .path = finding.origin.file};
    const DocumentId commandLine{.kind = DocumentId::Kind::CommandLine,
        .node = subject.node,
        .component = kind.value_or(ComponentKind::ApiServer)};
    switch (finding.origin.kind) {
    case Origin::Kind::File:
    case Origin::Kind::Argument:
    case Origin::Kind::DropIn:
    case Origin::Kind::Environment:
    case Origin::Kind::Attributes:
        if (!file.path.isEmpty())
            return file;
        break;
    case Origin::Kind::Process:
        if (component && component->running)
            return commandLine;
        break;
    case Origin::Kind::ConfigMap: {
        const qsizetype slash = finding.origin.file.indexOf(u'/');
        return {.kind = DocumentId::Kind::Object,
            .namespaceName = finding.origin.file.left(slash),
            .objectKind = u"ConfigMap"_s,
            .name = finding.origin.file.mid(slash + 1)};
    }
    case Origin::Kind::None:
    case Origin::Kind::Object:
    case Origin::Kind::Probe:
    case Origin::Kind::Default:
        break;
    }
    if (!component)
        return finding.origin.file.isEmpty() || subject.node.isEmpty() ? DocumentId() : file;
    if (!component->manifest.isEmpty())
        return {.kind = DocumentId::Kind::File, .node = subject.node, .path = component->manifest};
    if (const QString path = configurationFile(*component); !path.isEmpty())
        return {.kind = DocumentId::Kind::File, .node = subject.node, .path = path};
    return component->running ? commandLine : DocumentId();
}

} // namespace jiagu
