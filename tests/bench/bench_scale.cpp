// SPDX-License-Identifier: Apache-2.0

// bench_scale: judging large clusters with the whole pack, made from the sample: its worker again and again under other
// names, addresses and arguments, and its pods. In processor time, medians. Exits 1 above a goal:
// 1. 1000 nodes against 100: at most 11 times, and at most 64 KB a node for what is found.
// 2. 10,000 pods against QJsonDocument reading their list: at most 0.5 times. Neither the reading is in it nor taking
// the list apart, which is done once for a cluster, however often it is judged; what that takes stands beside it.

#include "host/recording.h"
#include "host/snapshotframes.h"
#include "rules/rulepack.h"
#include "rules/workloads.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QUuid>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <malloc.h>
#include <vector>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr double growthGoal = 11;
constexpr double memoryGoal = 64 * 1024;
constexpr double podsGoal = 0.5;
constexpr int pods = 10'000;
constexpr int podsOfAController = 10;

double spent()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

QByteArray recorded(const QString &node)
{
    QFile file(QStringLiteral(SOURCE_DIR "/resources/sample/") + node + u".jiagu-snapshot"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray fact(const QByteArray &snapshot, const QByteArray &name)
{
    const QByteArray mark = " fact " + name + ' ';
    const qsizetype at = snapshot.indexOf(mark) + mark.size();
    return snapshot.mid(at, snapshot.indexOf('\n', at) - at);
}

QByteArray numbered(int number)
{
    return '7' + QByteArray::number(number, 16).rightJustified(31, '0');
}

/// The sample's worker as another machine; every fifth one limits processes by an argument.
Result<Snapshot> worker(const QByteArray &bytes, int number)
{
    QByteArray own = bytes;
    own.replace(fact(bytes, "machine-id"), numbered(number));
    auto frames = readFrames(u"w"_s, own);
    if (!frames)
        return tl::unexpected(frames.error());
    for (SnapshotFrame &frame : frames->frames) {
        if (frame.kind == "process" && number % 5 == 0 && frame.body.startsWith("/usr/bin/kubelet"))
            frame.body += "--pod-max-pids=" + QByteArray::number(1000 + number) + '\0';
    }
    return parseSnapshot(u"w%1"_s.arg(number), writeFrames(*frames));
}

/// The sample's control-plane node, whose API knows that many workers.
Result<Snapshot> controlPlane(const QByteArray &bytes, int workers)
{
    auto frames = readFrames(u"cp1"_s, bytes);
    if (!frames)
        return tl::unexpected(frames.error());
    for (SnapshotFrame &frame : frames->frames) {
        if (frame.kind != "output" || !frame.words.value(0).contains("/api/v1/nodes"))
            continue;
        QJsonObject list =
            QJsonDocument::fromJson(isPacked(frame) ? *unpacked(frame.body, snapshotAnswerLimit) : frame.body).object();
        QJsonArray items = list["items"_L1].toArray();
        QByteArray model;
        for (const QJsonValue &item : std::as_const(items)) {
            if (item["kind"_L1].toString(u"Node"_s) == "Node"_L1
                && item["metadata"_L1]["name"_L1].toString() == "w1"_L1)
                model = QJsonDocument(item.toObject()).toJson(QJsonDocument::Compact);
        }
        const QJsonObject w1 = QJsonDocument::fromJson(model).object();
        const QByteArray machine = w1["status"_L1]["nodeInfo"_L1]["machineID"_L1].toString().toLatin1();
        const QByteArray address = w1["status"_L1]["addresses"_L1][0]["address"_L1].toString().toLatin1();
        for (int number = 0; number < workers; ++number) {
            QByteArray copy = model;
            copy.replace(machine, numbered(number));
            copy.replace(
                address, "10.9." + QByteArray::number(number / 250) + '.' + QByteArray::number(number % 250 + 1));
            copy.replace("\"w1\"", "\"x" + QByteArray::number(number) + '"');
            items += QJsonDocument::fromJson(copy).object();
        }
        list["items"_L1] = items;
        const QByteArray json = QJsonDocument(list).toJson(QJsonDocument::Compact);
        frame.body = isPacked(frame) ? packed(json) : json;
    }
    return parseSnapshot(u"cp1"_s, writeFrames(*frames));
}

Result<Cluster> clusterOf(int workers)
{
    const QByteArray w1 = recorded(u"w1"_s);
    auto first = controlPlane(recorded(u"cp1"_s), workers);
    if (!first)
        return tl::unexpected(first.error());
    QList<Snapshot> snapshots{*std::move(first)};
    for (int number = 0; number < workers; ++number) {
        auto one = worker(w1, number);
        if (!one)
            return tl::unexpected(one.error());
        snapshots += *std::move(one);
    }
    return buildCluster(snapshots);
}

std::size_t inUse()
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

struct Cost
{
    double seconds = 0;
    double bytesANode = 0;
    qsizetype findings = 0;
};

Cost judged(const Cluster &cluster, const RulePack &pack, int runs)
{
    Cost cost;
    std::vector<double> times;
    for (int run = 0; run < runs; ++run) { // the first also works out what is remembered of each node
        const std::size_t before = inUse();
        const double begin = spent();
        const QList<Finding> findings = assess(cluster, pack, cluster.apiTime).findings;
        times.push_back(spent() - begin);
        cost.bytesANode = double(inUse() - before) / double(cluster.nodes.size());
        cost.findings = findings.size();
    }
    cost.seconds = median(times);
    return cost;
}

int nodes(const RulePack &pack)
{
    Cost costs[2];
    const int counts[2] = {100, 1000};
    for (int i = 0; i < 2; ++i) {
        const auto cluster = clusterOf(counts[i] - 1);
        if (!cluster || cluster->nodes.size() < counts[i]) {
            std::fprintf(stderr, "no cluster of %d nodes: %s\n", counts[i],
                cluster ? "too few" : qPrintable(describe(cluster.error(), Language::English)));
            return 2;
        }
        const auto read = std::ranges::count_if(cluster->nodes, &Node::read);
        if (read != counts[i]) {
            std::fprintf(stderr, "%lld of %d nodes were read\n", static_cast<long long>(read), counts[i]);
            return 2;
        }
        costs[i] = judged(*cluster, pack, 9);
    }
    const double growth = costs[1].seconds / costs[0].seconds;
    std::printf("judging 1000 nodes: %.0f ms for %lld findings, 100 nodes %.1f ms, ratio %.1f (goal: at most %.0f)\n",
        costs[1].seconds * 1e3, static_cast<long long>(costs[1].findings), costs[0].seconds * 1e3, growth, growthGoal);
    std::printf("findings take %.1f kB a node (goal: at most %.0f)\n", costs[1].bytesANode / 1024, memoryGoal / 1024);
    return growth <= growthGoal && costs[1].bytesANode <= memoryGoal ? 0 : 1;
}

/// The pod with the name of its token volume as the API server makes it up: another for each pod.
QJsonObject withTokenVolume(const QJsonObject &pod, int number)
{
    QByteArray text = QJsonDocument(pod).toJson(QJsonDocument::Compact);
    const QByteArray start = "\"kube-api-access-";
    const QByteArray own = QByteArray::number(number).rightJustified(5, 'x');
    for (qsizetype at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1))
        text.replace(at + start.size(), own.size(), own);
    return QJsonDocument::fromJson(text).object();
}

/// Controllers' pods, after the pattern of those in the sample.
QByteArray manyPods(const QJsonArray &sample)
{
    QJsonArray list;
    for (int number = 0; number < pods; ++number) {
        QJsonObject pod = sample[number / podsOfAController % sample.size()].toObject();
        QJsonObject metadata = pod["metadata"_L1].toObject();
        metadata["name"_L1] = u"pod-%1"_s.arg(number);
        metadata["namespace"_L1] = u"space-%1"_s.arg(number / 500);
        metadata["uid"_L1] = QUuid::createUuidV5(QUuid(), QByteArray::number(number)).toString(QUuid::WithoutBraces);
        const QString owner = u"set-%1"_s.arg(number / podsOfAController);
        metadata["ownerReferences"_L1] = QJsonArray{QJsonObject{{u"apiVersion"_s, u"apps/v1"_s},
            {u"kind"_s, u"ReplicaSet"_s}, {u"name"_s, owner}, {u"uid"_s, owner}, {u"controller"_s, true}}};
        pod["metadata"_L1] = metadata;
        list += withTokenVolume(pod, number);
    }
    return QJsonDocument(list).toJson(QJsonDocument::Compact);
}

int manyPodsAreJudged(const RulePack &whole)
{
    const auto sample = clusterOf(0);
    if (!sample)
        return 2;
    RulePack pack = whole;
    pack.rules.removeIf([](const Rule &rule) { return rule.component != ComponentKind::Workload; });
    const QByteArray text = manyPods(sample->list(u"pods"_s));
    std::vector<double> apart;
    std::vector<double> ours;
    std::vector<double> theirs;
    qsizetype findings = 0;
    for (int run = 0; run < 5; ++run) {
        double begin = spent();
        const QJsonArray list = QJsonDocument::fromJson(text).array();
        theirs.push_back(spent() - begin);
        if (list.size() != pods)
            return 2;
        Cluster cluster = *sample;
        cluster.derived = std::make_shared<Derived>();
        cluster.objects.insert(u"pods"_s, list);
        begin = spent();
        const auto workloads = workloadsOf(cluster);
        apart.push_back(spent() - begin);
        begin = spent();
        findings = assess(cluster, pack, cluster.apiTime).findings.size();
        ours.push_back(spent() - begin);
    }
    const double ratio = median(ours) / median(theirs);
    std::printf(
        "judging %d pods: %.0f ms for %lld findings of %lld rules, QJsonDocument of their %.0f MB %.0f ms, ratio %.2f "
        "(goal: at most %.1f); taking the list apart: %.0f ms, ratio %.2f\n",
        pods, median(ours) * 1e3, static_cast<long long>(findings), static_cast<long long>(pack.rules.size()),
        double(text.size()) / 1e6, median(theirs) * 1e3, ratio, podsGoal, median(apart) * 1e3,
        median(apart) / median(theirs));
    return ratio <= podsGoal ? 0 : 1;
}

} // namespace

int main()
{
    const auto pack = builtinRulePack();
    if (!pack) {
        std::fprintf(stderr, "the rule pack cannot be read\n");
        return 2;
    }
    return std::max(nodes(*pack), manyPodsAreJudged(*pack));
}
