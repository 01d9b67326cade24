// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"
#include "document/yamldocument.h"

#include <optional>

namespace jiagu {

/// One file that a kubelet reads as a static pod: every regular file of the directory, symlinks followed, whatever its
/// extension, except those whose name begins with a dot (pkg/kubelet/config/file.go and file_linux.go, release-1.34).
struct StaticPodFile
{
    QString path;
    std::optional<YamlDocument> document; ///< empty when it could not be read or does not parse
    std::optional<Error> error; ///< why the kubelet does not get a pod from it, or why it is not known
    QString container; ///< name of the first one
    QString image; ///< of the first one
    QList<WrittenArgument> arguments; ///< command and args of the first one
    bool hasCommand = false; ///< the first one names its program; without, argv starts with the image's own
};

/// Reads one such file; a record without content gives an error.
StaticPodFile readStaticPodFile(const FileRecord &record);
/// The files of the directory that the kubelet would read, in its order (by name).
QList<StaticPodFile> staticPodFiles(const Snapshot &snapshot, const QString &directory);
/// Another file of its directory that defines the same pod; null when there is none. The kubelet runs one of them.
const FileRecord *otherDefinition(const Snapshot &snapshot, const FileRecord &manifest);
/// The component that the first container is, by its program or its name.
std::optional<ComponentKind> componentOf(const StaticPodFile &file);

/// Whether a running argv is what the file defines. $(VARIABLE) in the file may be anything.
bool runsAsWritten(const StaticPodFile &file, const QList<QByteArray> &argv);
/// Where the argument `index` of an argv that runs as written stands in the file; empty beyond it.
std::optional<WrittenArgument> writtenArgument(const StaticPodFile &file, const QList<QByteArray> &argv, int index);

} // namespace jiagu
