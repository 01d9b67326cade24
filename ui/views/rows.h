// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/linediff.h"
#include "models/clustertree.h"

#include <QString>

namespace jiagu {

/// One line of a document or of a diff.
struct Row
{
    enum class Kind
    {
        Text, ///< a line of the file
        Ghost, ///< not in the file: a line that the fix would put here
        Removed,
        Added,
        Heading ///< ours: a file name, a gap
    };
    Kind kind = Kind::Text;
    int before = 0; ///< line numbers, 0 for none
    int after = 0;
    QByteArray bytes; ///< of the file; of a heading plain text, UTF-8
    QByteArray ending; ///< the line ending in the file, empty at an unterminated end
    QList<Span> changed; ///< words marked, in bytes
    int finding = -1; ///< index in Assessment::findings of what marks this line
    QString icon; ///< of the mark
    QString note; ///< what the mark means, plain text
    bool failed = false; ///< the line is what fails
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

} // namespace jiagu
