// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>

/// Reading positions of a YAML text that is already known to parse. Every function takes and gives byte offsets, never
/// leaves the text, and walks it once.
namespace jiagu::yamlscan {

/// Why a text is refused before any parser sees it.
enum class Flaw
{
    NotUtf8,
    Null,
    Control, ///< a character that YAML does not allow
    CarriageReturn, ///< a line end that not every reader takes for one
    LineSeparator, ///< U+0085, U+2028, U+2029: line ends to YAML 1.1 readers, text to YAML 1.2 readers
};

struct FlawAt
{
    Flaw flaw = Flaw::NotUtf8;
    qsizetype offset = 0;
};

/// The first flaw at or behind `from`, if any.
std::optional<FlawAt> firstFlaw(QByteArrayView text, qsizetype from);

bool isBlank(char character); ///< space or tab
bool isBreak(char character);
bool isFlowIndicator(char character);
/// Behind blanks, line ends and comments.
qsizetype skipSpace(QByteArrayView text, qsizetype from);
/// The same, and behind each of `more` too.
qsizetype skipSpaceAnd(QByteArrayView text, qsizetype from, QByteArrayView more);
qsizetype skipBlanks(QByteArrayView text, qsizetype from);

qsizetype lineStart(QByteArrayView text, qsizetype at);
/// Where the line ends: its \n or \r\n, or the end of the text.
qsizetype lineEnd(QByteArrayView text, qsizetype at);
/// Behind the line's \n or \r\n.
qsizetype nextLine(QByteArrayView text, qsizetype at);

/// Behind the closing quote of a scalar that starts at `begin` with ' or ", -1 when it is not closed.
qsizetype quotedEnd(QByteArrayView text, qsizetype begin);
/// Behind the last character of a plain scalar with this decoded value: folding changes white space alone, so every
/// other character of the value stands in the text in the same order.
qsizetype plainEnd(QByteArrayView text, qsizetype begin, QByteArrayView value);
/// Behind the last character of a literal or folded scalar; `parentColumn` is the column (from 0) of the block
/// collection around it, -1 for none.
qsizetype blockScalarEnd(QByteArrayView text, qsizetype begin, qsizetype parentColumn);

} // namespace jiagu::yamlscan
