// SPDX-License-Identifier: Apache-2.0
#include "cluster/podmounts.h"

#include "cluster/yamlvalue.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

struct Mount
{
    QString at; ///< without a slash at its end
    QString subPath;
    QString volume;
    QString root; ///< the hostPath's
    bool readOnly = false;
    Position position;
};

QList<Mount> mountsOf(const YamlDocument &manifest)
{
    QList<Mount> mounts;
    const int value = manifest.find({"spec"_ba, "containers"_ba, "[0]"_ba, "volumeMounts"_ba});
    const int list = value < 0 ? -1 : manifest.resolved(value);
    if (list < 0 || manifest.node(list).kind != YamlNode::Kind::Sequence)
        return mounts;
    const QJsonArray volumes = yamlValue(manifest, manifest.find({"spec"_ba, "volumes"_ba})).toArray();
    for (const int item : manifest.node(list).children) {
        const QJsonObject written = yamlValue(manifest, item).toObject();
        const QString path = written["mountPath"_L1].toString();
        if (path.isEmpty())
            continue;
        Mount mount;
        mount.at = QDir::cleanPath(path);
        if (mount.at == "/"_L1)
            mount.at.clear();
        mount.readOnly = written["readOnly"_L1].toBool();
        mount.subPath = written["subPath"_L1].toString();
        mount.position = manifest.position(manifest.node(item).begin);
        mount.position.file = manifest.name();
        for (const QJsonValue volume : volumes) {
            if (volume["name"_L1] != written["name"_L1])
                continue;
            const QStringList fields = volume.toObject().keys();
            for (const QString &field : fields) {
                if (field != "name"_L1)
                    mount.volume = field;
            }
            mount.root = volume["hostPath"_L1]["path"_L1].toString();
        }
        mounts += mount;
    }
    return mounts;
}

} // namespace

Result<std::optional<PodMount>> mountOf(const FileRecord &manifest, const QString &path)
{
    const Result<YamlDocument> document = manifest.yaml();
    if (!document)
        return tl::unexpected(document.error());
    const auto mounts =
        manifest.derived->once<QList<Mount>>("mounts", manifest.content, [&document] { return mountsOf(*document); });
    const QString wanted = QDir::cleanPath(path);
    const Mount *best = nullptr;
    for (const Mount &mount : *mounts) {
        const bool fits = (wanted + u'/').startsWith(mount.at + u'/');
        if (fits && (!best || mount.at.size() > best->at.size()))
            best = &mount;
    }
    if (!best)
        return std::nullopt;
    const QString below = best->subPath + u'/' + wanted.mid(best->at.size());
    return PodMount{best->at, best->volume,
        best->root.isEmpty() ? QString() : QDir::cleanPath(best->root + u'/' + below), best->readOnly, best->position};
}

} // namespace jiagu
