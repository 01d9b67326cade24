// SPDX-License-Identifier: Apache-2.0
#include "cluster/podmounts.h"

#include "cluster/yamlvalue.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

void findVolume(const YamlDocument &manifest, const QString &name, const QString &inside, PodMount &mount)
{
    const QJsonArray volumes = yamlValue(manifest, manifest.find({"spec"_ba, "volumes"_ba})).toArray();
    for (const QJsonValue volume : volumes) {
        if (volume["name"_L1].toString() != name)
            continue;
        const QJsonObject fields = volume.toObject();
        for (auto field = fields.begin(); field != fields.end(); ++field) {
            if (field.key() != "name"_L1)
                mount.volume = field.key();
        }
        const QString root = volume["hostPath"_L1]["path"_L1].toString();
        if (!root.isEmpty())
            mount.hostPath = QDir::cleanPath(root + u'/' + inside);
    }
}

} // namespace

std::optional<PodMount> mountOf(const YamlDocument &manifest, const QString &path)
{
    const int value = manifest.find({"spec"_ba, "containers"_ba, "[0]"_ba, "volumeMounts"_ba});
    const int list = value < 0 ? -1 : manifest.resolved(value);
    if (list < 0 || manifest.node(list).kind != YamlNode::Kind::Sequence)
        return {};
    const QString wanted = QDir::cleanPath(path);
    std::optional<PodMount> best;
    for (const int item : manifest.node(list).children) {
        const QJsonObject written = yamlValue(manifest, item).toObject();
        QString at = QDir::cleanPath(written["mountPath"_L1].toString());
        if (at == "/"_L1)
            at.clear();
        const bool fits = !written["mountPath"_L1].toString().isEmpty() && (wanted + u'/').startsWith(at + u'/');
        if (!fits || (best && best->mountPath.size() >= at.size()))
            continue;
        PodMount mount;
        mount.mountPath = at;
        mount.readOnly = written["readOnly"_L1].toBool();
        mount.at = manifest.position(manifest.node(item).begin);
        mount.at.file = manifest.name();
        const QString below = written["subPath"_L1].toString() + u'/' + wanted.mid(at.size());
        findVolume(manifest, written["name"_L1].toString(), below, mount);
        best = mount;
    }
    return best;
}

} // namespace jiagu
