// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.h"

namespace jiagu {

/// How a component's own reader types a value.
enum class ValueType
{
    Bool,
    Integer,
    String,
    StringList,
    Map
};

/// Which knob is asked for. A component may know it by a flag, a path in its configuration file, or both.
struct SettingName
{
    ComponentKind component = ComponentKind::ApiServer;
    QString flag; ///< "--profiling"; empty where there is none
    QString path; ///< "podPidsLimit", "featureGates.SupportPodPidsLimit"; empty where there is none
    ValueType type = ValueType::String;
};

/// The value in force of a knob on a node, with its origin: the running process's argv first (pflag's rules), then
/// drop-ins, the configuration file, the default of its release. A component that does not run, a file that could not
/// be read or does not parse, or a default that is not in the table is `unknown` with its cause.
Setting settingInForce(const Node &node, const SettingName &name);

/// A default from the table; `found` is false when the table has none for this release. A null value that is found says
/// that the release does not know the knob (a removed feature gate).
struct DefaultValue
{
    bool found = false;
    QJsonValue value;
    QString source; ///< Kubernetes file and release
};
/// `withFile`: the component is given a configuration file; a kubelet without one has other defaults
/// (cmd/kubelet/app/options/options.go, applyLegacyDefaults).
DefaultValue defaultOf(const SettingName &name, const Release &release, bool withFile = true);

/// One argument of a component as written in its static pod manifest: command and args are one argv.
struct WrittenArgument
{
    QByteArray text;
    int node = -1; ///< of the YAML document
    int list = -1; ///< the sequence it stands in
    int index = 0; ///< in that sequence
    Position position;
};

/// The argv that the first container of a static pod manifest defines. Fails with Parse (and position).
class YamlDocument;
Result<QList<WrittenArgument>> writtenArguments(const YamlDocument &manifest);

} // namespace jiagu
