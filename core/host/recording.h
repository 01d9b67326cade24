// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

#include <utility>

namespace jiagu {

/// Reads a Snapshot file from this machine's disk: parseSnapshot() over its
/// bytes, named by the file's name. Fails with NotFound, Permission or Failed
/// and the path, and as parseSnapshot() does; reads no more than a Snapshot has.
Result<Snapshot> readSnapshotFile(const QString &path);

/// Text to be replaced by other text wherever it stands: first, second.
using Replacements = QList<std::pair<QByteArray, QByteArray>>;

/// A Snapshot file that does not tell any more on which machine it was
/// recorded, for samples and bug reports. Replaced everywhere (facts, paths,
/// content, arguments, outputs of commands and answers of the API): the
/// kernel's release and version by those of a Debian 12 kernel; machine ids,
/// boot ids and system UUIDs by made-up ones (the same id always becomes the
/// same, so that nodes can still be told apart and matched); then what
/// `replacements` asks for (host names, addresses, names of control groups),
/// longest first. Sizes and hashes of files are those of their new content, the
/// nonce is made from the content: equal input gives equal bytes. Secrets in
/// files, arguments and outputs of commands are masked for good. Process ids,
/// times and hashes of withheld files stay. Fails as parseSnapshot() does, and
/// with Parse for a file that is cut off or damaged: that is no sample.
Result<QByteArray> anonymized(const QByteArray &snapshotBytes, const Replacements &replacements);

} // namespace jiagu
