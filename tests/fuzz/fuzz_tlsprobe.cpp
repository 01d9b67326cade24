// SPDX-License-Identifier: Apache-2.0
#include "host/opensslclient.h"
#include "host/tlsprobe.h"

#include <cstdint>
#include <cstdlib>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// Any bytes as the answer to a ClientHello: reading ends, what came so far never contradicts what follows, and no more
/// than its limit is looked at. The same bytes as the output of openssl and as a probe's record.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size)); // NOLINT(*-reinterpret-cast)
    const TlsAnswer whole = readTlsAnswer(bytes);
    const TlsAnswer half = readTlsAnswer(QByteArrayView(bytes).first(bytes.size() / 2));
    if (half.kind != TlsAnswer::Kind::Incomplete && !(half == whole))
        abort();
    const OpenSslAnswer printed = readOpenSslAnswer({}, bytes, 0);
    if (printed.answer.kind == TlsAnswer::Kind::Incomplete && printed.trouble.isEmpty())
        abort();
    if (const auto probe = readTlsProbe(bytes)) {
        const auto again = readTlsProbe(writeTlsProbe(*probe));
        if (!again || again->versions != probe->versions || again->suites != probe->suites)
            abort();
    }
    return 0;
}
