// SPDX-License-Identifier: Apache-2.0

// Any bytes as a rule pack: it is refused with a sentence and a place, or every rule of it is whole.

#include "rules/rulepack.h"

#include <QSet>

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

bool isWhole(const Message &message)
{
    return !message.en.isEmpty() && !message.zh.isEmpty() && message.en != message.zh;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size)); // NOLINT(*-reinterpret-cast)
    const auto pack = loadRulePack(u"fuzz.yaml"_s, bytes);
    if (!pack) {
        require(!pack.error().message.en.isEmpty() && !pack.error().message.zh.isEmpty());
        require(pack.error().at.file == u"fuzz.yaml"_s);
        return 0;
    }
    require(pack->digest.size() == 64 && isWhole(pack->title));
    QSet<QString> ids;
    for (const Rule &rule : pack->rules) {
        require(!rule.id.isEmpty() && !ids.contains(rule.id) && pack->rule(rule.id) == &rule);
        ids += rule.id;
        require(isWhole(rule.title) && isWhole(rule.rationale) && isWhole(rule.risk) && isWhole(rule.remediation));
        for (const Reference &reference : rule.references)
            require(pack->sources.contains(reference.source));
    }
    return 0;
}
