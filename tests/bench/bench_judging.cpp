// SPDX-License-Identifier: Apache-2.0

// bench_judging: judging the sample cluster with the whole pack, without parsing its snapshots, beside yaml-cpp's own
// LoadAll of the YAML in them. Interleaved runs, medians, in processor time. Exits 1 above the goal.

#include "host/recording.h"
#include "rules/rulepack.h"

#include <QDir>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr double goal = 1.0;
constexpr int runs = 41;

double spent()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + runs / 2, values.end());
    return values[runs / 2];
}

} // namespace

int main()
{
    const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s, QDir::Name);
    QList<Snapshot> snapshots;
    for (const QString &name : directory.entryList()) {
        auto snapshot = readSnapshotFile(directory.filePath(name));
        if (!snapshot) {
            std::fprintf(stderr, "%s\n", qPrintable(describe(snapshot.error(), Language::English)));
            return 2;
        }
        snapshots += *std::move(snapshot);
    }
    const auto cluster = buildCluster(snapshots);
    const auto pack = builtinRulePack();
    if (!cluster || !pack) {
        std::fprintf(stderr, "the sample cannot be judged\n");
        return 2;
    }
    std::vector<std::string> texts;
    std::size_t size = 0;
    for (const Snapshot &snapshot : snapshots) {
        for (const FileRecord &file : snapshot.files) {
            const bool isYaml = file.path.endsWith(".yaml"_L1) || file.path.endsWith(".yml"_L1)
                || file.path.endsWith(".conf"_L1) || file.path.endsWith(".bak"_L1);
            if (!isYaml || !file.hasContent)
                continue;
            try {
                YAML::LoadAll(file.content.toStdString());
            } catch (const YAML::Exception &) {
                continue; // a unit's drop-in and the like
            }
            texts.push_back(file.content.toStdString());
            size += texts.back().size();
        }
    }
    std::vector<double> ours;
    std::vector<double> theirs;
    qsizetype findings = 0;
    std::size_t documents = 0;
    for (int run = 0; run < runs; ++run) {
        double begin = spent();
        findings = assess(*cluster, *pack, cluster->apiTime).findings.size();
        ours.push_back(spent() - begin);
        begin = spent();
        for (const std::string &text : texts)
            documents += YAML::LoadAll(text).size();
        theirs.push_back(spent() - begin);
    }
    if (findings == 0 || documents == 0) {
        std::fprintf(stderr, "nothing was measured\n");
        return 2;
    }
    const double ratio = median(ours) / median(theirs);
    std::printf(
        "judging the sample: %.2f ms for %lld findings, yaml-cpp's LoadAll of its %.0f kB of YAML %.2f ms, ratio %.2f "
        "(goal: at most %.1f)\n",
        median(ours) * 1e3, static_cast<long long>(findings), double(size) / 1e3, median(theirs) * 1e3, ratio, goal);
    return ratio <= goal ? 0 : 1;
}
