// SPDX-License-Identifier: Apache-2.0
#include "document/yamlscan.h"

#include <algorithm>

namespace jiagu::yamlscan {

namespace {

/// The code point at `at` and its length, length 0 when it is not UTF-8.
struct CodePoint
{
    char32_t value = 0;
    int length = 0;
};

CodePoint decode(QByteArrayView text, qsizetype at)
{
    const auto byte = [&](qsizetype i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
    const unsigned char first = byte(at);
    if (first < 0x80)
        return {first, 1};
    const int length = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || first > 0xF4)
        return {};
    char32_t value = first & (0xFFU >> (length + 1));
    for (int i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80)
            return {};
        value = (value << 6) | (byte(at + i) & 0x3FU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return {};
    return {value, length};
}

bool isAllowed(char32_t value)
{
    return value == U'\t' || value == U'\n' || (value >= 0x20 && value <= 0x7E) || (value >= 0xA0 && value <= 0xD7FF)
        || (value >= 0xE000 && value <= 0xFFFD && value != 0xFEFF) || value >= 0x10000;
}

} // namespace

std::optional<FlawAt> firstFlaw(QByteArrayView text, qsizetype from)
{
    for (qsizetype at = from; at < text.size();) {
        const CodePoint point = decode(text, at);
        if (point.length == 0)
            return FlawAt{Flaw::NotUtf8, at};
        if (point.value == 0)
            return FlawAt{Flaw::Null, at};
        if (point.value == U'\r') {
            if (at + 1 >= text.size() || text[at + 1] != '\n')
                return FlawAt{Flaw::CarriageReturn, at};
        } else if (point.value == 0x85 || point.value == 0x2028 || point.value == 0x2029) {
            return FlawAt{Flaw::LineSeparator, at};
        } else if (!isAllowed(point.value)) {
            return FlawAt{Flaw::Control, at};
        }
        at += point.length;
    }
    return std::nullopt;
}

bool isBlank(char character)
{
    return character == ' ' || character == '\t';
}

bool isBreak(char character)
{
    return character == '\n' || character == '\r';
}

bool isFlowIndicator(char character)
{
    return character == ',' || character == '[' || character == ']' || character == '{' || character == '}';
}

qsizetype skipSpace(QByteArrayView text, qsizetype from)
{
    return skipSpaceAnd(text, from, {});
}

qsizetype skipSpaceAnd(QByteArrayView text, qsizetype from, QByteArrayView more)
{
    qsizetype at = from;
    while (at < text.size()) {
        if (text[at] == '#')
            at = lineEnd(text, at);
        else if (isBlank(text[at]) || isBreak(text[at]) || more.contains(text[at]))
            ++at;
        else
            break;
    }
    return at;
}

qsizetype skipBlanks(QByteArrayView text, qsizetype from)
{
    qsizetype at = from;
    while (at < text.size() && isBlank(text[at]))
        ++at;
    return at;
}

qsizetype lineStart(QByteArrayView text, qsizetype at)
{
    qsizetype start = std::min(at, text.size());
    while (start > 0 && text[start - 1] != '\n')
        --start;
    return start;
}

qsizetype lineEnd(QByteArrayView text, qsizetype at)
{
    qsizetype end = at;
    while (end < text.size() && !isBreak(text[end]))
        ++end;
    return end;
}

qsizetype nextLine(QByteArrayView text, qsizetype at)
{
    qsizetype end = lineEnd(text, at);
    while (end < text.size() && text[end] == '\r')
        ++end;
    return end < text.size() && text[end] == '\n' ? end + 1 : end;
}

qsizetype quotedEnd(QByteArrayView text, qsizetype begin)
{
    const char quote = text[begin];
    for (qsizetype at = begin + 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote)
                return at + 1;
            ++at;
        }
    }
    return -1;
}

qsizetype plainEnd(QByteArrayView text, qsizetype begin, QByteArrayView value)
{
    qsizetype end = begin;
    qsizetype at = begin;
    for (const char character : value) {
        if (isBlank(character) || isBreak(character))
            continue;
        while (at < text.size() && (isBlank(text[at]) || isBreak(text[at])))
            ++at;
        if (at >= text.size() || text[at] != character)
            break;
        end = ++at;
    }
    return end;
}

qsizetype blockScalarEnd(QByteArrayView text, qsizetype begin, qsizetype parentColumn)
{
    const qsizetype header = lineEnd(text, begin);
    const qsizetype least = std::max<qsizetype>(parentColumn + 1, 1);
    qsizetype indent = -1;
    qsizetype end = begin + 1;
    for (; end < header && (text[end] == '+' || text[end] == '-' || (text[end] >= '0' && text[end] <= '9')); ++end) {
        if (text[end] >= '1' && text[end] <= '9')
            indent = std::max<qsizetype>(parentColumn, 0) + (text[end] - '0');
    }
    for (qsizetype line = nextLine(text, header); line < text.size(); line = nextLine(text, line)) {
        const qsizetype stop = lineEnd(text, line);
        qsizetype last = stop;
        while (last > line && isBlank(text[last - 1]))
            --last;
        if (last == line)
            continue;
        qsizetype column = 0;
        while (line + column < last && text[line + column] == ' ')
            ++column;
        if (indent < 0)
            indent = std::max(least, column);
        if (column < indent)
            break;
        end = last;
    }
    return end;
}

} // namespace jiagu::yamlscan
