// SPDX-License-Identifier: Apache-2.0
#include "cluster/apifacts.h"
#include "cluster/arguments.h"
#include "cluster/components.h"

#include "base/plaintext.h"

#include <QCryptographicHash>
#include <QJsonArray>

#include <algorithm>
#include <map>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

const auto caFile = "/etc/kubernetes/pki/ca.crt"_L1;

// A node that was read, before it has a place in a cluster.
struct Candidate
{
    std::shared_ptr<const Snapshot> snapshot;
    QString host; // for a person
    QByteArray ca; // SHA-256 of its cluster's CA certificate, lower-case hex; empty when not known
    QList<Error> problems;
};

Error problem(Error::Kind kind, const QString &node, Message text)
{
    return {kind, std::move(text), {node, {}, 0, 0}};
}

// The hash of the first certificate in the file, so that line ends and comments do not make two clusters of one.
QByteArray caHash(const Snapshot &snapshot)
{
    const FileRecord *record = snapshot.file(caFile);
    if (!record)
        return {};
    const QByteArray begin = "-----BEGIN CERTIFICATE-----";
    const auto from = record->content.indexOf(begin);
    const auto to = record->content.indexOf("-----END CERTIFICATE-----", qMax(from, qsizetype(0)));
    if (from < 0 || to < 0)
        return record->sha256;
    const QByteArray der = QByteArray::fromBase64(record->content.mid(from + begin.size(), to - from - begin.size()));
    return QCryptographicHash::hash(der, QCryptographicHash::Sha256).toHex();
}

// What of a layout that is not known was seen; empty when there is none.
QString foreignLayout(const Snapshot &snapshot)
{
    QStringList seen;
    const OutputRecord *programs = snapshot.output(u"seen"_s);
    const QString names = programs ? plainText(programs->content) : QString();
    for (const QString &name : names.split(u' ', Qt::SkipEmptyParts)) {
        if (name == "k3s"_L1 || name == "rke2"_L1 || name == "k0s"_L1 || name == "microk8s"_L1 || name == "kubelite"_L1)
            seen.append(name);
    }
    for (const ProcessRecord &process : snapshot.processes) {
        const QString path = plainText(process.argv.value(0));
        const QString where = path + u' ' + plainText(process.executable);
        if (where.contains("/rancher/"_L1) || where.contains("/snap/microk8s/"_L1) || where.contains("/k0s/"_L1)
            || path.section(u'/', -1) == "kubelite"_L1)
            seen.append(path);
    }
    seen.removeDuplicates();
    return seen.join(u", "_s);
}

// Why the host is not a node that can be judged; empty when it is.
Message notANode(const Snapshot &snapshot, const QString &host)
{
    if (const QString seen = foreignLayout(snapshot); !seen.isEmpty()) {
        return message(
            u"%1 runs Kubernetes in a layout that this program does not know (seen: %2). It judges clusters that "
            u"were set up with kubeadm."_s,
            u"%1 上的 Kubernetes 采用本程序不认识的部署方式（发现：%2）。本程序只检查用 kubeadm 部署的集群。"_s, host,
            seen);
    }
    QStringList seen;
    for (const ProcessRecord &process : snapshot.processes) {
        const QString name = plainText(process.argv.value(0)).section(u'/', -1);
        if (name.startsWith("kube"_L1))
            return {};
        seen.append(name);
    }
    const auto isThere = [&snapshot](const QString &path) {
        const FileRecord *file = snapshot.file(path);
        return file && !file->missing; // the record of a file that is not there says so
    };
    if (isThere(u"/var/lib/kubelet/config.yaml"_s) || isThere(caFile))
        return {};
    seen.removeDuplicates();
    if (seen.isEmpty()) {
        return message(
            u"%1 is not a Kubernetes node: neither a kubelet nor its files (/var/lib/kubelet/config.yaml, %2) were "
            u"seen. Check the address, and that the node was read as root."_s,
            u"%1 不是 Kubernetes 节点：既没有 kubelet 进程，也没有其文件（/var/lib/kubelet/config.yaml、%2）。"
            u"请检查地址，并确认是以 root 身份读取的。"_s,
            host, QString(caFile));
    }
    return message(
        u"%1 is not a Kubernetes node: neither a kubelet nor its files (/var/lib/kubelet/config.yaml, %2) were "
        u"seen, only %3. Check the address, and that the node was read as root."_s,
        u"%1 不是 Kubernetes 节点：既没有 kubelet 进程，也没有其文件（/var/lib/kubelet/config.yaml、%2），只发现 %3。"
        u"请检查地址，并确认是以 root 身份读取的。"_s,
        host, QString(caFile), seen.join(u", "_s));
}

// One Snapshot a machine. Machines that were cloned with their machine-id are told apart by their names.
QList<Candidate> oneOfEach(QList<Candidate> candidates, QList<Error> &problems)
{
    std::stable_sort(candidates.begin(), candidates.end(),
        [](const Candidate &a, const Candidate &b) { return a.snapshot->taken > b.snapshot->taken; });
    QList<Candidate> kept;
    for (Candidate &candidate : candidates) {
        const QString machine = candidate.snapshot->machineId;
        bool older = false;
        for (Candidate &other : kept) {
            if (machine.isEmpty() || other.snapshot->machineId != machine)
                continue;
            if (other.snapshot->hostName == candidate.snapshot->hostName) {
                older = true;
                problems.append(problem(Error::Kind::Conflict, candidate.host,
                    message(u"%1 and %2 are snapshots of the same machine %3; the newer one (%4) is used."_s,
                        u"%1 与 %2 是同一台机器 %3 的快照；采用较新的一份（%4）。"_s, plainText(other.snapshot->source),
                        plainText(candidate.snapshot->source), candidate.host,
                        other.snapshot->taken.toUTC().toString(u"yyyy-MM-dd HH:mm:ss 'UTC'"_s))));
                break;
            }
            candidate.problems.append(problem(Error::Kind::Conflict, candidate.host,
                message(u"%1 and %2 have the same machine-id; they are told apart by name. Give each machine its own "
                        u"(systemd-machine-id-setup)."_s,
                    u"%1 与 %2 的 machine-id 相同，只能按名称区分。请为每台机器生成各自的 machine-id（systemd-machine-id-setup）。"_s,
                    candidate.host, other.host)));
        }
        if (!older)
            kept.append(std::move(candidate));
    }
    return kept;
}

Result<QByteArray> commonCa(const QList<Candidate> &candidates)
{
    std::map<QByteArray, QStringList> hosts;
    for (const Candidate &candidate : candidates) {
        if (!candidate.ca.isEmpty())
            hosts[candidate.ca].append(candidate.host);
    }
    if (hosts.size() < 2)
        return hosts.empty() ? QByteArray() : hosts.begin()->first;
    QStringList groups;
    for (auto &[ca, names] : hosts) {
        names.sort();
        groups.append(names.join(u", "_s));
    }
    groups.sort();
    return failure(Error::Kind::Layout,
        message(u"The nodes belong to %1 different clusters, by their CA certificates: %2. Open one cluster at a "
                u"time."_s,
            u"按 CA 证书判断，这些节点属于 %1 个不同的集群：%2。请一次只打开一个集群。"_s,
            QString::number(groups.size()), groups.join(u" | "_s)));
}

// The index of the Node object that is this machine, -1 when there is none.
int nodeObjectOf(const Snapshot &snapshot, const QList<NodeObject> &objects)
{
    int found = -1;
    for (int i = 0; i < objects.size(); ++i) {
        if (snapshot.machineId.isEmpty() || objects[i].machineId != snapshot.machineId)
            continue;
        if (objects[i].name.compare(snapshot.hostName, Qt::CaseInsensitive) == 0)
            return i;
        if (found < 0)
            found = i;
        else
            return -1; // two machines with one machine-id, and neither has this name
    }
    return found;
}

Release kubeletRelease(const Snapshot &snapshot, const Release &said)
{
    if (said.isKnown())
        return said;
    const OutputRecord *output = snapshot.output(u"kubelet-version"_s);
    return output && output->status == 0 ? Release::parse(QString::fromUtf8(output->content)) : Release{};
}

Node readNode(const Candidate &candidate, const NodeObject *object, const Cluster &cluster)
{
    Node node;
    node.name = object ? object->name : candidate.host;
    if (cluster.node(node.name))
        node.name += u" (%1)"_s.arg(plainText(candidate.snapshot->source));
    node.machineId = candidate.snapshot->machineId;
    node.address = object ? object->address : QString();
    node.read = true;
    node.snapshot = candidate.snapshot;
    node.release = kubeletRelease(*candidate.snapshot, object ? object->kubelet : Release{});
    node.problems = candidate.problems;
    node.problems += candidate.snapshot->problems;
    for (Error &error : node.problems)
        error.at.node = node.name;
    node.components = findComponents(node, cluster.list(u"pods"_s));
    node.controlPlane = (object && object->controlPlane) || node.component(ComponentKind::ApiServer);
    if (!object && cluster.apiError.isEmpty()) {
        node.problems.append(problem(Error::Kind::NotFound, node.name,
            message(u"The API server knows no node with the machine-id of %1."_s,
                u"API server 中没有 machine-id 与 %1 相符的节点。"_s, node.name)));
    }
    if (candidate.ca.isEmpty()) {
        node.problems.append(problem(Error::Kind::NotFound, node.name,
            message(u"%1 on %2 was not read, so it is taken on trust that it belongs to this "
                    u"cluster."_s,
                u"未读取 %2 上的 %1，因此只能假定它属于本集群。"_s, QString(caFile), node.name)));
    }
    return node;
}

QString clusterName(const Cluster &cluster)
{
    QString name;
    QString host;
    for (const Node &node : cluster.nodes) {
        if (host.isEmpty() && node.controlPlane)
            host = node.name;
        const Component *manager = node.component(ComponentKind::ControllerManager);
        if (!manager || !manager->running)
            continue;
        const auto said =
            flagOccurrences(manager->process.argv, u"--cluster-name"_s, ValueType::String, FlagSyntax::Pflag);
        if (!said.isEmpty() && name.isEmpty())
            name = plainText(said.last().text);
    }
    if (name.isEmpty())
        name = u"kubernetes"_s;
    return host.isEmpty() ? name : name + u'@' + host;
}

} // namespace

Result<Cluster> buildCluster(const QList<Snapshot> &snapshots)
{
    Cluster cluster;
    QList<Candidate> candidates;
    for (const Snapshot &snapshot : snapshots) {
        const QString host = plainText(snapshot.hostName.isEmpty() ? snapshot.source : snapshot.hostName);
        if (const Message why = notANode(snapshot, host); !why.isEmpty()) {
            cluster.problems.append(problem(Error::Kind::Layout, host, why));
            continue;
        }
        candidates.append({std::make_shared<const Snapshot>(snapshot), host, caHash(snapshot), {}});
    }
    if (candidates.isEmpty()) {
        if (cluster.problems.isEmpty())
            return failure(
                Error::Kind::Layout, message(u"There is no snapshot to judge."_s, u"没有可供判定的快照。"_s));
        return tl::unexpected(cluster.problems.first());
    }
    candidates = oneOfEach(std::move(candidates), cluster.problems);
    const auto ca = commonCa(candidates);
    if (!ca)
        return tl::unexpected(ca.error());

    // The newest that answered; they are sorted so.
    cluster.apiError = message(u"no control-plane node was read"_s, u"没有读取任何控制面节点"_s);
    QString apiHost;
    for (const Candidate &candidate : candidates) {
        const bool asked = std::ranges::any_of(
            candidate.snapshot->outputs, [](const OutputRecord &output) { return output.id.startsWith("api:"_L1); });
        if (!asked)
            continue;
        const ApiFacts facts = apiFacts(*candidate.snapshot);
        if (!facts.answered) {
            cluster.apiError = message(u"%1: %2"_s, u"%1：%2"_s, candidate.host, facts.error);
            continue;
        }
        cluster.apiError = {};
        apiHost = candidate.host;
        cluster.apiTime = candidate.snapshot->taken;
        cluster.release = facts.release;
        cluster.objects = facts.objects;
        cluster.problems += facts.problems;
        break;
    }

    QList<NodeObject> objects;
    for (const auto object : cluster.list(u"nodes"_s))
        objects.append(nodeObject(object.toObject()));
    QSet<int> read;
    for (const Candidate &candidate : candidates) {
        int object = nodeObjectOf(*candidate.snapshot, objects);
        if (read.contains(object))
            object = -1;
        Node node = readNode(candidate, object < 0 ? nullptr : &objects[object], cluster);
        if (object >= 0)
            read.insert(object);
        if (candidate.host == apiHost && cluster.apiNode.isEmpty())
            cluster.apiNode = node.name;
        cluster.nodes.append(node);
    }
    for (int i = 0; i < objects.size(); ++i) {
        if (read.contains(i))
            continue;
        Node node;
        node.name = objects[i].name;
        node.machineId = objects[i].machineId;
        node.address = objects[i].address;
        node.controlPlane = objects[i].controlPlane;
        node.release = objects[i].kubelet;
        cluster.nodes.append(node);
    }
    std::stable_sort(
        cluster.nodes.begin(), cluster.nodes.end(), [](const Node &a, const Node &b) { return a.name < b.name; });

    for (Node &node : cluster.nodes) {
        for (Component &component : node.components) {
            if (component.kind != ComponentKind::ApiServer)
                continue;
            if (node.name == cluster.apiNode && cluster.release.isKnown())
                component.release = cluster.release;
            else if (!cluster.release.isKnown())
                cluster.release = component.release;
        }
    }
    for (const auto object : cluster.list(u"namespaces"_s)) {
        if (object["metadata"_L1]["name"_L1].toString() == "kube-system"_L1)
            cluster.id = object["metadata"_L1]["uid"_L1].toString();
    }
    if (cluster.id.isEmpty() && !ca->isEmpty())
        cluster.id = u"ca:"_s + QString::fromLatin1(*ca);
    cluster.name = clusterName(cluster);
    return cluster;
}

} // namespace jiagu
