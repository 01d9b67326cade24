// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>

namespace jiagu {

/// A part of a line, in bytes.
struct Span
{
    qsizetype begin = 0;
    qsizetype end = 0;
    friend bool operator==(const Span &, const Span &) = default;
};

/// One row of a unified diff.
struct DiffLine
{
    enum class Kind
    {
        Same,
        Removed,
        Added
    };
    Kind kind = Kind::Same;
    int before = 0; ///< line number in the old text, from 1; 0 for an added line
    int after = 0; ///< line number in the new text, from 1; 0 for a removed line
    QByteArray text; ///< without the \n; the \r of a CRLF stays, as it may be what differs
    bool unterminated = false; ///< the last line of a text that does not end with \n
    QList<Span> changed; ///< the words that differ from the line it replaces, within text
    int counterpart = 0; ///< of a removed or added line: the number of the line that replaces it or that it replaces
};

/// A run of changes with the lines around them.
struct DiffHunk
{
    int beforeLine = 1; ///< number of the first line, or of the line that would follow when there is none
    int beforeCount = 0;
    int afterLine = 1; ///< the same in the new text
    int afterCount = 0;
    QList<DiffLine> lines;
};

/// The lines that differ between two texts, shortest script first, with `context` equal lines around each run.
/// Equal texts give no hunk. Bounded: beyond a budget of work it falls back to replacing the whole differing
/// middle, and long or many lines get no words marked. Any thread.
QList<DiffHunk> diffLines(const QByteArray &before, const QByteArray &after, int context = 3);

/// The hunks as `diff -u` prints them, so that `patch -p1` takes it: file names a/PATH and b/PATH, without the slash
/// that an absolute path starts with; names with unusual characters are quoted. No hunks give nothing.
QByteArray unifiedDiff(const QByteArray &path, const QList<DiffHunk> &hunks);

} // namespace jiagu
