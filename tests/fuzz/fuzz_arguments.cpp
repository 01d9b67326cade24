// SPDX-License-Identifier: Apache-2.0

// Any argv of a running component, and any text of a flag's value. Where a flag is set is where argv says so; what is
// read as a value can be written and read again as the same.

#include "cluster/arguments.h"

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

void checkValue(const QByteArray &text)
{
    if (const auto truth = parseBool(text))
        require(parseBool(*truth ? "true" : "false") == truth);
    if (const auto number = parseInteger(text))
        require(parseInteger(QByteArray::number(*number)) == number);
    if (const auto list = parseList(text)) {
        bool plain = !list->isEmpty();
        for (const QString &item : *list)
            plain = plain && !item.isEmpty() && !item.contains(u',') && !item.contains(u'"') && !item.contains(u'\n');
        if (plain)
            require(parseList(list->join(u',').toUtf8()) == list);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), qsizetype(size)); // NOLINT(*-reinterpret-cast)
    const QList<QByteArray> argv = bytes.split('\0');
    for (const QByteArray &text : argv)
        checkValue(text);
    for (const ValueType type :
        {ValueType::Bool, ValueType::Integer, ValueType::String, ValueType::StringList, ValueType::Map}) {
        for (const FlagSyntax syntax : {FlagSyntax::Pflag, FlagSyntax::GoFlag}) {
            const auto found = flagOccurrences(argv, u"--profiling"_s, type, syntax);
            int last = 0;
            for (const FlagOccurrence &each : found) {
                require(each.index > last || (last == 0 && each.index == 1));
                last = each.index;
                const QByteArray &word = argv.at(each.index);
                require(word.startsWith('-'));
                require(word.endsWith(each.text) || argv.value(each.index + 1) == each.text
                    || (type == ValueType::Bool && each.text == "true"));
            }
            SettingName name;
            name.flag = u"--profiling"_s;
            name.type = type;
            if (const auto value = combined(found, name))
                valueText(*value);
        }
    }
    return 0;
}
