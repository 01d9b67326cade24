// SPDX-License-Identifier: Apache-2.0
#include "host/knownhosts.h"
#include "host/target.h"

#include <cstdint>
#include <cstdlib>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

/// Any bytes as a known_hosts file: reading and judging ends, and an entry that is judged known really holds the key.
/// The same bytes as a target: what is accepted is written back in a form that reads as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size)); // NOLINT(*-reinterpret-cast)
    KnownHosts hosts;
    hosts.parse(bytes, u"fuzz"_s);
    for (const KnownHost &entry : hosts.entries()) {
        if (keyType(entry.key).isEmpty())
            abort();
        const HostKeyJudgement judgement = hosts.judge(u"node"_s, 2222, entry.key);
        const bool known = judgement.state == HostKeyJudgement::State::Known;
        if (known && (judgement.entry.key != entry.key || !judgement.entry.matches(u"node"_s, 2222)))
            abort();
    }
    if (const auto target = parseTarget(QString::fromUtf8(bytes))) {
        const auto again = parseTarget(target->name());
        if (!again || again->name() != target->name() || again->host != target->host || again->port != target->port)
            abort();
    }
    return 0;
}
