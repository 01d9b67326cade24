// SPDX-License-Identifier: Apache-2.0

// Any bytes as an environment file of a unit. What comes out could have been an environment of systemd's, and written
// in the plainest way it is read as the same.

#include "document/environmentfile.h"

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
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size)); // NOLINT(*-reinterpret-cast)
    const auto variables = parseEnvironmentFile(u"fuzz"_s, bytes);
    if (!variables) {
        require(!variables.error().message.isEmpty());
        return 0;
    }
    const int lines = int(bytes.count('\n') + bytes.count('\r')) + 1;
    QByteArray plain;
    int last = 0;
    for (const EnvironmentVariable &variable : *variables) {
        require(!variable.name.isEmpty() && !variable.name.contains('=') && !variable.name.contains('\0'));
        require(!variable.value.contains('\0'));
        require(variable.line >= last && variable.line <= lines);
        last = variable.line;
        QByteArray quoted = variable.value;
        quoted.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`");
        plain += variable.name + "=\"" + quoted + "\"\n";
        for (const QByteArray &argument : splitArguments(variable.value))
            require(argument.size() <= variable.value.size());
    }
    const auto again = parseEnvironmentFile(u"again"_s, plain);
    if (plain.size() > 1024 * 1024)
        return 0;
    require(again && again->size() == variables->size());
    for (qsizetype i = 0; i < again->size(); ++i)
        require(again->at(i).name == variables->at(i).name && again->at(i).value == variables->at(i).value);
    return 0;
}
