// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

namespace jiagu {

/// The recorded sample cluster that ships inside the program (resources :/sample/*.jiagu-snapshot), by file name. Fails
/// with NotFound in a program that was built without it.
Result<QList<Snapshot>> sampleSnapshots();

} // namespace jiagu
