// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"

namespace jiagu {

/// One argument of the kubelet and where its unit takes it from.
struct SourcedArgument
{
    QByteArray text;
    Origin origin; ///< Argument: the file and line of the unit or environment file, key: the variable
};

/// The argv that the kubelet's unit and its environment files define now, as systemd puts it together
/// (systemd.service(5), "Command lines"; systemd.exec(5), Environment= and EnvironmentFile=). Empty when the unit was
/// not read, or when an environment file that it needs was not.
QList<SourcedArgument> writtenKubeletArguments(const Snapshot &snapshot);

/// The files that define the kubelet's unit, and the environment files that it names, as far as `systemctl cat` said.
struct KubeletUnitFiles
{
    QStringList units;
    QStringList environment; ///< may hold patterns
    QStringList optional; ///< those of `environment` that need not be there
};
KubeletUnitFiles kubeletUnitFiles(const Snapshot &snapshot);

/// The configuration file and the drop-in directory that a kubelet of this argv reads; empty where it has none. A
/// relative path counts from the directory the process runs in (cmd/kubelet/app/server.go, loadConfigFile, v1.34.4:
/// filepath.Abs) and stays relative when that is not known.
QString kubeletConfigFile(const QList<QByteArray> &argv, const QString &directory);
QString kubeletDropInDirectory(const QList<QByteArray> &argv, const QString &directory);
/// The path from a process's working directory; as it is when that is not known, or there is nothing to add.
QString fromDirectory(const QString &directory, const QString &path);

} // namespace jiagu
