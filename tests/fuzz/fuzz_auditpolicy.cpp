// SPDX-License-Identifier: Apache-2.0

// What is said about a hostile audit policy: one of three answers, with its reason and a place in the file, and rules
// only when it is accepted.

#include "cluster/auditpolicy.h"

#include <cstdint>
#include <cstdlib>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

void require(bool truth)
{
    if (!truth)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size));
    for (const QString &release : {u"1.19"_s, u"1.34"_s, QString()}) {
        const AuditPolicy policy = readAuditPolicy(u"p"_s, bytes, Release::parse(release));
        const bool accepted = policy.outcome == AuditPolicy::Outcome::Accepted;
        require(accepted != policy.rules.isEmpty());
        require(accepted != !policy.why.isEmpty());
        require(policy.why.en.isEmpty() == policy.why.zh.isEmpty());
        require(policy.at.line <= bytes.count('\n') + 1);
        for (const AuditRule &rule : policy.rules)
            require(!rule.level.isEmpty() && rule.line > 0);
    }
    return 0;
}
