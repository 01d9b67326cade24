// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "document/yamldocument.h"

#include <optional>

namespace jiagu {

/// A configuration file that decides a setting of a static pod component instead of its arguments, in the path that the
/// container sees; empty where none does: kube-scheduler --config, kube-apiserver --authorization-config.
QString decidingFile(const Component &component, const SettingName &name);

/// A file that a component was given by its argument.
struct ComponentFile
{
    QString path; ///< on the node
    std::optional<YamlDocument> document;
    QDateTime modified;
    Message unknown; ///< why it is not known what it says; empty when it is
};
/// The file of the node that the container sees as `path`: by the hostPath volumes of its manifest, or the same path
/// where there is no manifest.
ComponentFile componentFile(const Node &node, const Component &component, const QString &path);

/// What the deciding file says about the setting: Found with its value and place, or why it is not known. Absent leaves
/// it to the default.
struct FileSetting
{
    QJsonValue value; ///< undefined: the file does not say
    Origin origin;
    Message unknown;
    bool unusable = false;
};
FileSetting fileSetting(const Node &node, const Component &component, const SettingName &name, const QString &path);

} // namespace jiagu
