// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/linediff.h"
#include "models/clustertree.h"

#include <QString>

namespace jiagu {

struct FileChange;

/// One line of a document or of a diff.
struct Row
{
    enum class Kind
    {
        Text, ///< a line of the file
        Ghost, ///< not in the file: a line that the fix would put here
        Removed,
        Added,
        Heading, ///< ours: a file name, a gap
        Filler ///< of one side of a diff: the other side alone has a line here
    };
    Kind kind = Kind::Text;
    int before = 0; ///< line numbers, 0 for none
    int after = 0;
    QByteArray bytes; ///< of the file; of a heading plain text, UTF-8
    QByteArray ending; ///< the line ending in the file, empty at an unterminated end
    QList<Span> changed; ///< words marked, in bytes
    int counterpart = 0; ///< of a removed or added line: the number of its line on the other side, 0 for none
    int finding = -1; ///< index in Assessment::findings of what marks this line
    QString icon; ///< of the mark
    QString note; ///< what the mark means, plain text
    bool failed = false; ///< the line is what fails

    /// Its bytes are the file's own: headings, ghosts and the like have no number.
    bool isOfFile() const { return before > 0 || after > 0; }
    bool isChange() const { return kind == Kind::Removed || kind == Kind::Added; }
};

/// A line as it is drawn: plain text, and for each of its UTF-16 units (and its end) the offset of its bytes.
struct DrawnLine
{
    QString text;
    QList<qsizetype> offsets;
};
DrawnLine drawnLine(QByteArrayView bytes);

/// A part of a drawn line and what it is in YAML. A light scan of one line: enough to colour, not to judge.
struct YamlToken
{
    enum class Kind
    {
        Key,
        Text,
        Literal,
        Comment
    };
    Kind kind = Kind::Text;
    qsizetype begin = 0;
    qsizetype end = 0;
    friend bool operator==(const YamlToken &, const YamlToken &) = default;
};
QList<YamlToken> yamlTokens(QStringView line);

/// The lines of a text; an unterminated last line has an empty ending. The text of an empty file has no rows.
QList<Row> textRows(const QByteArray &bytes);

/// The bytes that a document id stands for: the file's own, the argv one argument a line, or the object as JSON.
/// Fails with NotFound and the reason when they were not read.
Result<QByteArray> documentBytes(const Assessment &assessment, const DocumentId &document);

/// A document with its findings marked and ghost lines where the fixes would write.
QList<Row> documentRows(const Assessment &assessment, const DocumentId &document, const QByteArray &bytes);

/// A file's diff: a heading (the path), its hunks, and a heading where lines are left out.
QList<Row> diffRows(const QString &heading, const QByteArray &before, const QByteArray &after);

/// A change of a file: its diff, or its owner and mode before and after as rows that are not of the file.
QList<Row> changeRows(const QString &heading, const FileChange &step);

/// "owner 0:0, mode 0600", in the language of the window.
QString attributesText(int mode, qint64 uid, qint64 gid);

/// The rows of a diff as two sides of equal length: a line stands beside the one that replaces it, and beside a filler
/// where the other side has none. `origin` has for each of them the row that it came from (of a pair the old line's).
struct Sides
{
    QList<Row> before;
    QList<Row> after;
    QList<int> origin;
};
Sides sidesOf(const QList<Row> &rows);

} // namespace jiagu
