// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

namespace jiagu {

/// The file of a Snapshot with its secrets masked for good, for keeping it on a desktop's disk: what parseSnapshot()
/// masks when it reads is masked in the bytes, too, and the hash of a masked file is that of its masked content. Who is
/// read and when stays. A file that was damaged somewhere reads as incomplete afterwards. Fails as parseSnapshot()
/// does.
Result<QByteArray> maskedBytes(const Snapshot &snapshot);

} // namespace jiagu
