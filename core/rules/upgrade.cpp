// SPDX-License-Identifier: Apache-2.0
#include "rules/upgrade.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/components.h"
#include "cluster/staticpod.h"
#include "cluster/yamlvalue.h"
#include "rules/assertion.h"
#include "rules/auditlog.h"
#include "rules/configmapfile.h"
#include "rules/judge.h"
#include "rules/kubeletsearch.h"
#include "rules/upgradefacts.h"

#include <QHash>
#include <QJsonArray>

#include <algorithm>
#include <tuple>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr unsigned bit(ComponentKind kind)
{
    return 1U << unsigned(kind);
}

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// The arguments that a component of the control plane gets at its next start: its manifest's, else those it runs with.
struct WrittenArgv
{
    QList<QByteArray> words;
    QList<Origin> origins;
};

WrittenArgv argvOf(const Node &node, const Component &component)
{
    WrittenArgv argv;
    const FileRecord *record = component.manifest.isEmpty() ? nullptr : node.snapshot->file(component.manifest);
    if (record && record->hasContent) {
        const StaticPodFile file = readStaticPodFile(*record);
        if (!file.hasCommand && !file.arguments.isEmpty()) {
            argv.words += componentName(component.kind).toUtf8();
            argv.origins += Origin();
        }
        for (const WrittenArgument &argument : file.arguments) {
            argv.words += argument.text;
            Origin origin;
            origin.kind = Origin::Kind::Argument;
            origin.file = record->path;
            origin.line = argument.position.line;
            origin.column = argument.position.column;
            origin.index = int(argv.origins.size());
            argv.origins += origin;
        }
    }
    if (!argv.words.isEmpty())
        return argv;
    argv.words = component.process.argv;
    for (int index = 0; index < argv.words.size(); ++index) {
        Origin origin;
        origin.kind = Origin::Kind::Process;
        origin.index = index;
        argv.origins += origin;
    }
    return argv;
}

QList<Mention> flagIn(const WrittenArgv &argv, ComponentKind kind, const QString &flag, ValueType type)
{
    QList<Mention> mentions;
    for (const FlagOccurrence &occurrence : flagOccurrences(argv.words, flag, type, flagSyntax(kind))) {
        const auto value = parseArgument(occurrence.text, {kind, flag, {}, type});
        mentions +=
            Mention{plainText(occurrence.text), value.value_or(QJsonValue()), argv.origins.value(occurrence.index)};
    }
    return mentions;
}

/// The field by which a pod refers to an object of the API; empty when it does not
/// (pkg/api/pod/util.go, HasAPIObjectReference, v1.34.4).
QString referenceIn(const QJsonObject &spec)
{
    for (const QString &key : {u"serviceAccountName"_s, u"serviceAccount"_s}) {
        if (!spec[key].toString().isEmpty())
            return u"spec."_s + key;
    }
    for (const QString &list : {u"resourceClaims"_s, u"imagePullSecrets"_s}) {
        if (!spec[list].toArray().isEmpty())
            return u"spec."_s + list;
    }
    for (const QString &list : {u"containers"_s, u"initContainers"_s, u"ephemeralContainers"_s}) {
        for (const QJsonValue &container : spec[list].toArray()) {
            for (const QJsonValue &item : container["envFrom"_L1].toArray()) {
                if (item["configMapRef"_L1].isObject() || item["secretRef"_L1].isObject())
                    return u"spec."_s + list + u"[].envFrom"_s;
            }
            for (const QJsonValue &item : container["env"_L1].toArray()) {
                const QJsonValue from = item["valueFrom"_L1];
                if (from["configMapKeyRef"_L1].isObject() || from["secretKeyRef"_L1].isObject())
                    return u"spec."_s + list + u"[].env"_s;
            }
        }
    }
    for (const QJsonValue &volume : spec["volumes"_L1].toArray()) {
        for (const QString &kind : {u"configMap"_s, u"secret"_s, u"persistentVolumeClaim"_s, u"csi"_s, u"ephemeral"_s,
                 u"glusterfs"_s, u"azureFile"_s}) {
            if (volume[kind].isObject())
                return u"spec.volumes[]."_s + kind;
        }
        for (const QString &kind : volume.toObject().keys()) {
            if (volume[kind]["secretRef"_L1].isObject())
                return u"spec.volumes[]."_s + plainText(kind) + u".secretRef"_s;
        }
        for (const QJsonValue &source : volume["projected"_L1]["sources"_L1].toArray()) {
            for (const QString &kind :
                {u"configMap"_s, u"secret"_s, u"serviceAccountToken"_s, u"clusterTrustBundle"_s, u"podCertificate"_s}) {
                if (source[kind].isObject())
                    return u"spec.volumes[].projected."_s + kind;
            }
        }
    }
    return {};
}

/// A removed flag is looked for as a bool, because the value of one does not matter and a bool takes no further word.
ValueType typeOf(UpgradeSign sign)
{
    if (sign == UpgradeSign::Flag)
        return ValueType::Bool;
    return sign == UpgradeSign::FlagHas ? ValueType::StringList : ValueType::String;
}

bool writesAuditFiles(const WrittenArgv &argv, ComponentKind kind)
{
    const QList<Mention> path = flagIn(argv, kind, u"--audit-log-path"_s, ValueType::String);
    return !path.isEmpty() && !path.constLast().text.isEmpty() && path.constLast().text != "-"_L1;
}

class Upgrade
{
public:
    explicit Upgrade(const Cluster &cluster)
        : m_cluster(cluster)
    {
    }

    void run()
    {
        for (const Node &node : m_cluster.nodes) {
            if (!node.read || !node.snapshot) {
                m_gaps += whyNotRead(node);
                continue;
            }
            for (const Component &component : node.components) {
                switch (component.kind) {
                case ComponentKind::ApiServer:
                case ComponentKind::ControllerManager:
                case ComponentKind::Scheduler:
                    controlPlane(node, component);
                    break;
                case ComponentKind::Kubelet:
                    kubelet(node, component);
                    break;
                default:
                    break;
                }
            }
        }
        kubeProxy();
        kubeadm();
        sort();
    }

    QList<UpgradeObstacle> obstacles;
    const QList<Message> &gaps() const { return m_gaps; }

private:
    void add(UpgradeObstacle obstacle)
    {
        const auto same = std::ranges::find_if(obstacles, [&](const UpgradeObstacle &other) {
            return other.node == obstacle.node && other.component == obstacle.component
                && other.setting == obstacle.setting && other.origin == obstacle.origin;
        });
        if (same == obstacles.end())
            obstacles += std::move(obstacle);
        else if (obstacle.release < same->release) // the first to bite hides the later ones
            *same = std::move(obstacle);
    }

    /// Whether a fact of 1.MINOR lies ahead of a component of this release.
    static bool ahead(int minor, const Release &release) { return !release.isKnown() || release.minor < minor; }

    UpgradeObstacle made(const Node *node, ComponentKind kind, const Release &release, const UpgradeFact &fact,
        const QString &value, const Origin &origin) const
    {
        UpgradeObstacle obstacle;
        obstacle.release = {fact.minor, -1};
        obstacle.present = release;
        obstacle.effect = fact.effect;
        obstacle.node = node ? node->name : QString();
        obstacle.component = kind;
        obstacle.setting = latin(fact.setting);
        obstacle.origin = origin;
        obstacle.source = latin(fact.source);
        const QString shown = value.isNull() ? obstacle.setting : obstacle.setting + u'=' + value;
        obstacle.what = fact.what
            ? fact.what()
            : message(u"From this release on %1 no longer knows the argument and does not start with it."_s,
                u"自该版本起 %1 不再识别该参数，带着它无法启动。"_s, componentName(kind));
        obstacle.what = sentences({message(u"%1 is set."_s, u"当前设置了 %1。"_s, limited(shown)), obstacle.what});
        if (fact.sign == UpgradeSign::FlagMissing || fact.sign == UpgradeSign::AuditUnset
            || fact.sign == UpgradeSign::CgroupV1)
            obstacle.what = fact.what(); // says itself what is seen
        obstacle.todo = fact.todo ? fact.todo() : message(u"Take it away."_s, u"删除该参数。"_s);
        return obstacle;
    }

    static QString limited(const QString &text) { return text.size() <= 200 ? text : text.left(200) + u'…'; }

    void gates(const Node *node, ComponentKind kind, const Release &release, const QList<Mention> &mentions)
    {
        for (const Mention &mention : mentions) {
            for (const GateFact &gate : gateFacts()) {
                if (mention.name != QLatin1StringView(gate.name))
                    continue;
                const bool locked = gate.locked > 0 && mention.value.toBool() != gate.value;
                const int minor = locked ? gate.locked : gate.removed;
                if (minor > 0 && ahead(minor, release))
                    add(gateObstacle(node, kind, release, gate, mention, minor, locked && minor != gate.removed));
                else if (locked && gate.removed > 0 && ahead(gate.removed, release))
                    add(gateObstacle(node, kind, release, gate, mention, gate.removed, false));
            }
        }
    }

    static UpgradeObstacle gateObstacle(const Node *node, ComponentKind kind, const Release &release,
        const GateFact &gate, const Mention &mention, int minor, bool locked)
    {
        UpgradeObstacle obstacle;
        obstacle.release = {minor, -1};
        obstacle.present = release;
        obstacle.node = node ? node->name : QString();
        obstacle.component = kind;
        obstacle.setting = u"featureGates."_s + mention.name;
        obstacle.origin = mention.origin;
        const QString written = mention.name + u'=' + mention.text;
        obstacle.what = locked
            ? message(
                u"The feature gate %1 is set. From this release on its value is fixed to %2, and %3 does not start "
                u"with another one."_s,
                u"当前设置了特性门控 %1。自该版本起其值固定为 %2，设为其他值时 %3 无法启动。"_s, limited(written),
                gate.value ? u"true"_s : u"false"_s, componentName(kind))
            : message(u"The feature gate %1 is set. This release no longer knows it, and %2 does not start with it."_s,
                u"当前设置了特性门控 %1。该版本不再识别此门控，%2 带着它无法启动。"_s, limited(written),
                componentName(kind));
        obstacle.todo = message(u"Take the gate away from where it is written."_s, u"从其所在位置删除该门控。"_s);
        obstacle.source = u"pkg/features/kube_features.go, v1.%1.0"_s.arg(minor);
        return obstacle;
    }

    void controlPlane(const Node &node, const Component &component)
    {
        const WrittenArgv argv = argvOf(node, component);
        if (argv.words.isEmpty()) {
            m_gaps += message(u"On node %1 the arguments of %2 are not known."_s, u"节点 %1 上 %2 的启动参数未知。"_s,
                plainText(node.name), componentName(component.kind));
            return;
        }
        QList<Mention> set;
        for (const Mention &mention : flagIn(argv, component.kind, u"--feature-gates"_s, ValueType::String))
            set += gatesIn(mention.value.toString().toUtf8(), mention.origin);
        gates(&node, component.kind, component.release, set);
        for (const UpgradeFact &fact : upgradeFacts()) {
            if ((fact.components & bit(component.kind)) && ahead(fact.minor, component.release))
                argument(node, component, fact, argv);
        }
    }

    void argument(const Node &node, const Component &component, const UpgradeFact &fact, const WrittenArgv &argv)
    {
        const QString flag = latin(fact.setting);
        const ValueType type = typeOf(fact.sign);
        const QList<Mention> found = flagIn(argv, component.kind, flag, type);
        const auto report = [&](const QString &value, const Origin &origin) {
            add(made(&node, component.kind, component.release, fact, value, origin));
        };
        Origin manifest;
        manifest.kind = component.manifest.isEmpty() ? Origin::Kind::None : Origin::Kind::File;
        manifest.file = component.manifest;
        switch (fact.sign) {
        case UpgradeSign::Flag:
        case UpgradeSign::FlagNotZero:
        case UpgradeSign::FlagHas:
            for (const Mention &mention : found) {
                if (bites(fact, mention))
                    report(fact.sign == UpgradeSign::Flag ? QString() : mention.text, mention.origin);
            }
            break;
        case UpgradeSign::FlagMissing:
            if (found.isEmpty())
                report({}, manifest);
            break;
        case UpgradeSign::AuditUnset:
        case UpgradeSign::AuditZero:
            if (!writesAuditFiles(argv, component.kind))
                break;
            if (fact.sign == UpgradeSign::AuditUnset && found.isEmpty())
                report({}, manifest);
            else if (fact.sign == UpgradeSign::AuditZero && !found.isEmpty() && bites(fact, found.constLast()))
                report(found.constLast().text, found.constLast().origin);
            break;
        case UpgradeSign::AuditReadOnly:
        case UpgradeSign::AuditUnwritten:
            if (!writesAuditFiles(argv, component.kind))
                break;
            if (signOf(node, component, found.constLast().text) == fact.sign)
                report(found.constLast().text, found.constLast().origin);
            break;
        case UpgradeSign::AuditPolicy:
            if (!found.isEmpty())
                auditPolicy(node, component, fact, found.constLast());
            break;
        default:
            break;
        }
    }

    /// What speaks against kube-apiserver's being able to create its audit log; nothing where it is in the container
    /// alone (it makes the directory there) and where nobody knows.
    static std::optional<UpgradeSign> signOf(const Node &node, const Component &component, const QString &log)
    {
        const NodePath where = nodePath(node, component, log, {});
        if (!where.unknown.isEmpty() || where.path.isEmpty())
            return {};
        if (where.mount && where.mount->readOnly)
            return UpgradeSign::AuditReadOnly;
        return node.snapshot->file(where.path) ? std::nullopt : std::optional(UpgradeSign::AuditUnwritten);
    }

    void auditPolicy(const Node &node, const Component &component, const UpgradeFact &fact, const Mention &path)
    {
        const FileRecord *record = node.snapshot->file(path.value.toString());
        if (!record || !record->hasContent) {
            m_gaps += message(u"On node %1 the audit policy %2 was not read, so its version is not known."_s,
                u"节点 %1 上的审计策略 %2 未读取，其版本未知。"_s, plainText(node.name), path.text);
            return;
        }
        const auto document = YamlDocument::parse(record->path, record->content);
        if (!document)
            return; // it does not start today
        const YamlLookup version = lookUp(*document, u"apiVersion"_s, ValueType::String);
        const QString text = version.value.toString();
        if (text != "audit.k8s.io/v1alpha1"_L1 && text != "audit.k8s.io/v1beta1"_L1)
            return;
        Origin origin;
        origin.kind = Origin::Kind::File;
        origin.file = record->path;
        origin.key = u"apiVersion"_s;
        const Position at = document->position(document->node(version.node).begin);
        origin.line = at.line;
        origin.column = at.column;
        UpgradeObstacle obstacle = made(&node, component.kind, component.release, fact, {}, origin);
        obstacle.setting = u"apiVersion: "_s + text;
        obstacle.what =
            sentences({message(u"The audit policy is of %1."_s, u"审计策略的版本为 %1。"_s, text), fact.what()});
        add(obstacle);
    }

    void kubelet(const Node &node, const Component &component)
    {
        const Release release = component.release.isKnown() ? component.release : node.release;
        const KubeletSearch search(node);
        m_gaps += search.argumentGaps();
        gates(&node, component.kind, release, search.gates());
        if (const Message gap = search.fileGap(u"featureGates"_s, ValueType::Map).why; !gap.isEmpty())
            m_gaps += gap;
        for (const UpgradeFact &fact : upgradeFacts()) {
            if (!(fact.components & bit(ComponentKind::Kubelet)) || !ahead(fact.minor, release))
                continue;
            if (fact.sign == UpgradeSign::Flag) {
                for (const Mention &mention : search.flag(latin(fact.setting), ValueType::Bool))
                    add(made(&node, component.kind, release, fact, {}, mention.origin));
            } else if (fact.sign == UpgradeSign::FieldZero) {
                const QList<Mention> written = search.field(latin(fact.setting), ValueType::Integer);
                if (!written.isEmpty() && written.constLast().value.toInt(-1) == 0)
                    add(made(
                        &node, component.kind, release, fact, written.constLast().text, written.constLast().origin));
            } else if (fact.sign == UpgradeSign::PodReference) {
                podReferences(node, release, fact);
            } else if (fact.sign == UpgradeSign::CgroupV1) {
                cgroup(node, release, fact, search);
            }
        }
    }

    void cgroup(const Node &node, const Release &release, const UpgradeFact &fact, const KubeletSearch &search)
    {
        const QList<Mention> told =
            search.field(u"failCgroupV1"_s, ValueType::Bool) + search.flag(u"--fail-cgroupv1"_s, ValueType::Bool);
        if (!told.isEmpty() && told.constLast().value == QJsonValue(false))
            return;
        const OutputRecord *version = node.snapshot->output(u"cgroup"_s);
        if (!version)
            m_gaps += message(u"On node %1 it is not known whether it uses cgroup v1, with which a kubelet of 1.35 or "
                              u"later does not start by default; read the node again."_s,
                u"节点 %1 是否使用 cgroup v1 未知（自 1.35 起 kubelet 默认在 cgroup v1 上无法启动）；请重新读取该节点。"_s,
                plainText(node.name));
        else if (version->content.trimmed() == "1")
            add(made(&node, ComponentKind::Kubelet, release, fact, {}, {}));
    }

    void podReferences(const Node &node, const Release &release, const UpgradeFact &fact)
    {
        for (const StaticPodFile &file : staticPodFiles(*node.snapshot, staticPodDirectory(node))) {
            if (!file.document)
                continue;
            const QJsonObject pod = yamlValue(*file.document, file.document->root()).toObject();
            const QString key = referenceIn(pod["spec"_L1].toObject());
            if (key.isEmpty())
                continue;
            Origin origin;
            origin.kind = Origin::Kind::File;
            origin.file = file.path;
            origin.key = key;
            UpgradeObstacle obstacle = made(&node, ComponentKind::Kubelet, release, fact, {}, origin);
            obstacle.setting = key;
            obstacle.what = sentences({message(u"The static pod %1 refers to an object of the API: %2."_s,
                                           u"静态 Pod %1 引用了 API 对象：%2。"_s, plainText(file.path), key),
                fact.what()});
            add(obstacle);
        }
    }

    /// kube-proxy is started from one ConfigMap for all nodes, so what it says is said once.
    void kubeProxy()
    {
        const ConfigMapFile file = ConfigMapFile::kubeProxy(m_cluster);
        if (file.state() != ConfigMapFile::State::Read) {
            if (!m_cluster.apiError.isEmpty())
                m_gaps += message(u"The configuration of kube-proxy is not known, because no API server was asked."_s,
                    u"没有从任何 API server 取得数据，因此 kube-proxy 的配置未知。"_s);
            return;
        }
        const Release release = m_cluster.release;
        gates(nullptr, ComponentKind::KubeProxy, release, file.gates());
        const auto mode = file.mention(u"mode"_s, ValueType::String);
        for (const UpgradeFact &fact : upgradeFacts()) {
            if (fact.sign == UpgradeSign::ProxyMode && ahead(fact.minor, release) && mode
                && mode->value == QJsonValue(latin(fact.word)))
                add(made(nullptr, ComponentKind::KubeProxy, release, fact, mode->text, mode->origin));
        }
    }

    /// kubeadm upgrade writes what these ConfigMaps say to every node, whatever the nodes have today.
    void kubeadm()
    {
        if (m_cluster.apiNode.isEmpty() || !m_cluster.apiError.isEmpty())
            return; // said of kube-proxy
        const Release release = m_cluster.release;
        const ConfigMapFile kubelet = ConfigMapFile::kubelet(m_cluster);
        const ConfigMapFile configuration = ConfigMapFile::kubeadm(m_cluster);
        for (const ConfigMapFile &file : {kubelet, configuration}) {
            if (file.state() == ConfigMapFile::State::NotRead)
                m_gaps += message(u"The ConfigMap %1, from which kubeadm upgrade configures the nodes, was not read."_s,
                    u"未读取 kubeadm upgrade 用来配置节点的 ConfigMap %1。"_s, file.path());
        }
        gates(nullptr, ComponentKind::Kubelet, release, kubelet.gates());
        for (const UpgradeFact &fact : upgradeFacts()) {
            if (fact.sign != UpgradeSign::FieldZero || !ahead(fact.minor, release))
                continue;
            const auto written = kubelet.mention(latin(fact.setting), ValueType::Integer);
            if (written && written->value.toInt(-1) == 0)
                add(made(nullptr, ComponentKind::Kubelet, release, fact, written->text, written->origin));
        }
        const QJsonValue whole = configuration.whole();
        for (const auto &[key, kind] : {std::pair{"apiServer"_L1, ComponentKind::ApiServer},
                 std::pair{"controllerManager"_L1, ComponentKind::ControllerManager},
                 std::pair{"scheduler"_L1, ComponentKind::Scheduler}})
            extraArguments(configuration, kind, whole[key]["extraArgs"_L1], QString(key));
    }

    /// extraArgs of kubeadm's ClusterConfiguration: a map up to v1beta3, a list of {name, value} in v1beta4
    /// (cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go, v1.31.0).
    void extraArguments(const ConfigMapFile &file, ComponentKind kind, const QJsonValue &arguments, const QString &key)
    {
        WrittenArgv argv;
        const auto append = [&](const QString &name, const QString &value) {
            argv.words += "--" + name.toUtf8() + '=' + value.toUtf8();
            argv.origins += file.origin(key + u".extraArgs."_s + plainText(name), -1);
        };
        argv.words += componentName(kind).toUtf8();
        argv.origins += Origin();
        const QJsonObject map = arguments.toObject();
        for (auto item = map.begin(); item != map.end(); ++item)
            append(item.key(), item.value().toString());
        for (const QJsonValue &item : arguments.toArray())
            append(item["name"_L1].toString(), item["value"_L1].toString());
        const Release release = m_cluster.release;
        for (const Mention &gate : flagIn(argv, kind, u"--feature-gates"_s, ValueType::String))
            gates(nullptr, kind, release, gatesIn(gate.value.toString().toUtf8(), gate.origin));
        for (const UpgradeFact &fact : upgradeFacts()) {
            // What is missing here may stand in the manifests; those are looked at node by node.
            const bool ofFlag = fact.sign == UpgradeSign::Flag || fact.sign == UpgradeSign::FlagNotZero
                || fact.sign == UpgradeSign::FlagHas || fact.sign == UpgradeSign::AuditZero;
            if (!ofFlag || !(fact.components & bit(kind)) || !ahead(fact.minor, release))
                continue;
            for (const Mention &mention : flagIn(argv, kind, latin(fact.setting), typeOf(fact.sign))) {
                if (bites(fact, mention))
                    add(made(nullptr, kind, release, fact, fact.sign == UpgradeSign::Flag ? QString() : mention.text,
                        mention.origin));
            }
        }
    }

    /// Whether what is given for a flag is what the fact is about.
    static bool bites(const UpgradeFact &fact, const Mention &mention)
    {
        switch (fact.sign) {
        case UpgradeSign::FlagNotZero:
            return parseInteger(mention.text.toUtf8()).value_or(0) != 0;
        case UpgradeSign::FlagHas:
            return mention.value.toArray().contains(latin(fact.word));
        case UpgradeSign::AuditZero:
            return parseInteger(mention.text.toUtf8()) == 0;
        default:
            return true;
        }
    }

    void sort()
    {
        std::ranges::stable_sort(obstacles, {},
            [](const UpgradeObstacle &o) { return std::tie(o.release, o.effect, o.node, o.component, o.setting); });
        for (UpgradeObstacle &obstacle : obstacles) {
            if (!obstacle.present.isKnown())
                obstacle.what = sentences({obstacle.what,
                    message(u"The present release of %1 is not known, so this may be the case already."_s,
                        u"%1 的当前版本未知，因此该问题可能已经存在。"_s, componentName(obstacle.component))});
        }
    }

    const Cluster &m_cluster;
    QList<Message> m_gaps;
};

} // namespace

QString upgradeEffectName(UpgradeEffect effect)
{
    switch (effect) {
    case UpgradeEffect::DoesNotStart:
        return u"does-not-start"_s;
    case UpgradeEffect::LosesEffect:
        return u"loses-effect"_s;
    case UpgradeEffect::ChangesMeaning:
        return u"changes-meaning"_s;
    }
    return {};
}

Message upgradeEffectText(UpgradeEffect effect)
{
    switch (effect) {
    case UpgradeEffect::DoesNotStart:
        return {u"does not start"_s, u"无法启动"_s};
    case UpgradeEffect::LosesEffect:
        return {u"loses its effect"_s, u"不再生效"_s};
    case UpgradeEffect::ChangesMeaning:
        return {u"changes its meaning"_s, u"含义改变"_s};
    }
    return {};
}

QList<UpgradeGroup> grouped(const QList<UpgradeObstacle> &obstacles)
{
    QList<UpgradeGroup> groups;
    QHash<QString, qsizetype> places;
    for (const UpgradeObstacle &obstacle : obstacles) {
        const QString key = QStringList{obstacle.release.text(), obstacle.present.text(),
            upgradeEffectName(obstacle.effect), componentName(obstacle.component), obstacle.setting,
            describe(obstacle.origin).en, obstacle.what.en, obstacle.todo.en, obstacle.source}
                                .join(u'\n');
        if (obstacle.node.isEmpty() || !places.contains(key)) {
            places.insert(key, groups.size());
            groups += UpgradeGroup{obstacle, {}};
        }
        if (!obstacle.node.isEmpty())
            groups[places.value(key)].nodes += obstacle.node;
    }
    return groups;
}

Message placeOf(const UpgradeGroup &group)
{
    const QString component = componentName(group.obstacle.component);
    if (group.nodes.isEmpty())
        return {component, component};
    const Message nodes = nodesText(group.nodes);
    return group.nodes.size() == 1 ? message(u"%1 %2"_s, u"%1 %2"_s, nodes, component)
                                   : message(u"%2: %1"_s, u"%2：%1"_s, nodes, component);
}

Message noObstacleText()
{
    return {u"Nothing of today's configuration is known to stop a component there, or to change its meaning."_s,
        u"当前配置中未发现会导致组件无法启动或改变含义的内容。"_s};
}

QList<UpgradeObstacle> upgradeObstacles(const Cluster &cluster)
{
    Upgrade upgrade(cluster);
    upgrade.run();
    return upgrade.obstacles;
}

QList<Message> upgradeGaps(const Cluster &cluster)
{
    Upgrade upgrade(cluster);
    upgrade.run();
    return upgrade.gaps();
}

Message upgradeReleases(const Cluster &cluster)
{
    Release oldest = cluster.release;
    for (const Node &node : cluster.nodes) {
        for (const Component &component : node.components) {
            if (component.release.isKnown() && (!oldest.isKnown() || component.release < oldest))
                oldest = component.release;
        }
    }
    const QString last = Release{lastMinorKnown, -1}.text();
    if (oldest.isKnown() && oldest.minor >= lastMinorKnown)
        return message(
            u"No release later than %1 is known to this program."_s, u"本程序尚不了解 %1 之后的版本。"_s, last);
    return message(u"Releases %1 to %2 were considered."_s, u"已考虑 %1 至 %2 各版本。"_s,
        oldest.isKnown() ? Release{oldest.minor + 1, -1}.text() : u"1.20"_s, last);
}

} // namespace jiagu
