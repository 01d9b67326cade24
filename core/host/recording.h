// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

namespace jiagu {

/// Reads a Snapshot file from this machine's disk: parseSnapshot() over its bytes, named by the file's name. Fails with
/// NotFound, Permission, TooLarge (before reading) or Failed and a sentence.
Result<Snapshot> readSnapshotFile(const QString &path);

} // namespace jiagu
