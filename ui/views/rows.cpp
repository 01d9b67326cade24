// SPDX-License-Identifier: Apache-2.0
#include "views/rows.h"

#include "base/plaintext.h"
#include "change/changeset.h"
#include "language.h"
#include "models/clustermodel.h"
#include "views/rowview.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// The length of the UTF-8 sequence that starts here, 1 for a byte that starts none.
qsizetype sequenceLength(QByteArrayView bytes, qsizetype at)
{
    const auto first = static_cast<unsigned char>(bytes[at]);
    const qsizetype wanted = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    qsizetype length = 1;
    while (length < wanted && at + length < bytes.size()
        && (static_cast<unsigned char>(bytes[at + length]) & 0xc0) == 0x80)
        ++length;
    return length == wanted ? length : 1;
}

bool isLiteral(QStringView word)
{
    bool number = false;
    const double value = word.toDouble(&number);
    Q_UNUSED(value)
    return number || word == u"true" || word == u"false" || word == u"null" || word == u"~";
}

QString resourceOf(const QString &kind)
{
    const QString lower = kind.toLower();
    return lower.endsWith(u's') ? lower + u"es"_s : lower + u's';
}

bool isIgnorable(const Finding &finding)
{
    return finding.verdict == Verdict::Pass || finding.verdict == Verdict::NotApplicable;
}

void mark(Row &row, int index, const Finding &finding)
{
    if (row.finding >= 0 && isIgnorable(finding))
        return;
    const QString note = finding.rule + u' ' + text(finding.title) + u" — "_s + verdictWords(finding);
    row.note = row.note.isEmpty() ? note : row.note + u'\n' + note;
    row.icon = verdictIcon(finding);
    row.finding = index;
    row.failed = finding.counts() && (finding.verdict == Verdict::Fail || finding.verdict == Verdict::Error);
}

/// The first row from `from` on that contains `text`, -1 for none.
int rowWith(const QList<Row> &rows, const QByteArray &text, int from)
{
    for (int row = from; row < rows.size(); ++row) {
        if (rows[row].bytes.contains(text))
            return row;
    }
    return -1;
}

/// The row that a finding is about, -1 for none.
int rowOf(const QList<Row> &rows, const DocumentId &document, const Finding &finding)
{
    switch (document.kind) {
    case DocumentId::Kind::File:
        return finding.origin.file == document.path && finding.origin.line <= rows.size() ? finding.origin.line - 1
                                                                                          : -1;
    case DocumentId::Kind::CommandLine:
        return finding.origin.kind == Origin::Kind::Process && finding.origin.index < rows.size() ? finding.origin.index
                                                                                                  : -1;
    case DocumentId::Kind::Object: {
        // Keys are in alphabetical order: a container's name stands before its securityContext.
        if (finding.subject.container.isEmpty())
            return -1;
        const int name = rowWith(rows, "\"name\": \"" + finding.subject.container.toUtf8() + '"', 0);
        const int field =
            name < 0 ? -1 : rowWith(rows, '"' + finding.origin.key.section(u'.', -1).toUtf8() + "\":", name);
        return field < 0 ? name : field;
    }
    case DocumentId::Kind::None:
        return -1;
    }
    return -1;
}

} // namespace

DrawnLine drawnLine(QByteArrayView bytes)
{
    DrawnLine line;
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype length = sequenceLength(bytes, at);
        QString shown = plainLines(bytes.sliced(at, length));
        if (shown.isEmpty())
            shown = u"\\u{FEFF}"_s; // a byte order mark, which decoding swallows
        line.text += shown;
        line.offsets.insert(line.offsets.size(), shown.size(), at);
        at += length;
    }
    line.offsets += bytes.size();
    return line;
}

QList<YamlToken> yamlTokens(QStringView line)
{
    using Kind = YamlToken::Kind;
    QList<YamlToken> tokens;
    qsizetype at = 0;
    bool keyAllowed = true;
    const auto isBreak = [&](qsizetype i) { return i >= line.size() || line[i].isSpace(); };
    while (at < line.size()) {
        const QChar first = line[at];
        if (first.isSpace() || (first == u'-' && isBreak(at + 1))) {
            ++at;
        } else if (first == u'#' && (at == 0 || line[at - 1].isSpace())) {
            tokens += {Kind::Comment, at, line.size()};
            break;
        } else if (first == u'"' || first == u'\'') {
            qsizetype end = at + 1;
            while (end < line.size() && line[end] != first)
                end += first == u'"' && line[end] == u'\\' ? 2 : 1;
            end = std::min(end + 1, line.size());
            const bool key = keyAllowed && end < line.size() && line[end] == u':' && isBreak(end + 1);
            tokens += {key ? Kind::Key : Kind::Text, at, end};
            keyAllowed = keyAllowed && !key;
            at = key ? end + 1 : end;
        } else {
            qsizetype end = at;
            qsizetype colon = -1;
            while (end < line.size() && !(line[end] == u'#' && line[end - 1].isSpace())) {
                if (line[end] == u':' && isBreak(end + 1) && keyAllowed) {
                    colon = end;
                    break;
                }
                ++end;
            }
            qsizetype last = end;
            while (last > at && line[last - 1].isSpace())
                --last;
            if (colon >= 0) {
                tokens += {Kind::Key, at, last};
                keyAllowed = false;
                at = colon + 1;
            } else {
                tokens += {isLiteral(line.sliced(at, last - at)) ? Kind::Literal : Kind::Text, at, last};
                at = end;
            }
        }
    }
    return tokens;
}

QList<Row> textRows(const QByteArray &bytes)
{
    QList<Row> rows;
    for (qsizetype at = 0; at < bytes.size();) {
        qsizetype newline = bytes.indexOf('\n', at);
        const qsizetype next = newline < 0 ? bytes.size() : newline + 1;
        qsizetype end = newline < 0 ? bytes.size() : newline;
        if (newline > at && bytes[newline - 1] == '\r')
            --end;
        const int number = int(rows.size()) + 1;
        rows += Row{.before = number,
            .after = number,
            .bytes = bytes.sliced(at, end - at),
            .ending = bytes.sliced(end, next - end)};
        at = next;
    }
    return rows;
}

Result<QByteArray> documentBytes(const Assessment &assessment, const DocumentId &document)
{
    const Node *node = assessment.cluster.node(document.node);
    switch (document.kind) {
    case DocumentId::Kind::None:
        break;
    case DocumentId::Kind::File: {
        const FileRecord *file = node && node->snapshot ? node->snapshot->file(document.path) : nullptr;
        if (file && file->hasContent)
            return file->content;
        const QString why = !file   ? QString()
            : file->truncated       ? u"> 8 MiB"_s
            : file->error.isEmpty() ? QString()
                                    : file->error;
        return failure(Error::Kind::NotFound,
            why.isEmpty() ? message(u"The content of this file was not read."_s, u"没有读取此文件的内容。"_s)
                          : message(u"The content of this file was not read: %1."_s, u"没有读取此文件的内容：%1。"_s,
                              plainText(why)),
            {.node = document.node, .file = document.path});
    }
    case DocumentId::Kind::CommandLine: {
        const Component *component = node ? node->component(document.component) : nullptr;
        if (component && component->running)
            return component->process.argv.join('\n');
        return failure(Error::Kind::NotFound,
            message(u"%1 was not seen running."_s, u"未发现正在运行的 %1。"_s, componentName(document.component)),
            {.node = document.node});
    }
    case DocumentId::Kind::Object: {
        const QJsonArray objects = assessment.cluster.list(resourceOf(document.objectKind));
        for (const QJsonValue &object : objects) {
            const QJsonObject metadata = object["metadata"_L1].toObject();
            if (metadata["name"_L1].toString() == document.name
                && metadata["namespace"_L1].toString() == document.namespaceName)
                return QJsonDocument(object.toObject()).toJson();
        }
        return failure(Error::Kind::NotFound,
            message(u"The object %1 is not among what was read from the API."_s, u"从 API 读取的内容中没有对象 %1。"_s,
                QString(document.objectKind + u'/' + document.name)));
    }
    }
    return failure(
        Error::Kind::NotFound, message(u"There is no text to show for this."_s, u"此项没有可显示的文本。"_s));
}

QList<Row> documentRows(const Assessment &assessment, const DocumentId &document, const QByteArray &bytes)
{
    QList<Row> rows = textRows(bytes);
    QList<Finding> fixes;
    QList<int> fixIndexes;
    for (int i = 0; i < int(assessment.findings.size()); ++i) {
        const Finding &finding = assessment.findings[i];
        if (documentOf(assessment, finding) != document)
            continue;
        if (const int row = rowOf(rows, document, finding); row >= 0)
            mark(rows[row], i, finding);
        if (finding.fixable && finding.verdict == Verdict::Fail) {
            fixes += finding;
            fixIndexes += i;
        }
    }
    // Each fix alone: one that cannot be planned does not hide the others.
    for (qsizetype i = 0; i < fixes.size(); ++i) {
        const auto planned = plan(assessment, {fixes[i]}, {});
        if (!planned)
            continue;
        for (const FileChange &step : planned->steps) {
            if (step.node != document.node || step.path != document.path)
                continue;
            for (const DiffHunk &hunk : diffLines(step.before, step.after, 1)) {
                int above = 0; // the line of the file that the fix writes after
                for (const DiffLine &line : hunk.lines) {
                    if (line.before > 0)
                        above = line.before;
                    if (line.kind != DiffLine::Kind::Added)
                        continue;
                    auto place = rows.begin();
                    if (above > 0)
                        place = std::ranges::find(rows, above, &Row::before) + 1;
                    while (place != rows.end() && place->kind == Row::Kind::Ghost)
                        ++place;
                    const QByteArray added = line.text.endsWith('\r') ? line.text.chopped(1) : line.text;
                    Row ghost{.kind = Row::Kind::Ghost, .bytes = added, .changed = line.changed};
                    mark(ghost, fixIndexes[i], fixes[i]);
                    ghost.failed = false;
                    rows.insert(place, ghost);
                }
            }
        }
    }
    return rows;
}

QList<Row> diffRows(const QString &heading, const QByteArray &before, const QByteArray &after)
{
    QList<Row> rows{{.kind = Row::Kind::Heading, .bytes = heading.toUtf8()}};
    for (const DiffHunk &hunk : diffLines(before, after)) {
        rows += Row{.kind = Row::Kind::Heading,
            .bytes = u"@@ -%1,%2 +%3,%4 @@"_s.arg(hunk.beforeLine)
                         .arg(hunk.beforeCount)
                         .arg(hunk.afterLine)
                         .arg(hunk.afterCount)
                         .toUtf8()};
        for (const DiffLine &line : hunk.lines) {
            Row row{.before = line.before,
                .after = line.after,
                .bytes = line.text,
                .ending = line.unterminated ? QByteArray() : "\n"_ba,
                .changed = line.changed,
                .counterpart = line.counterpart};
            if (line.kind == DiffLine::Kind::Same && row.bytes.endsWith('\r')) {
                row.bytes.chop(1);
                row.ending.prepend('\r');
            }
            switch (line.kind) {
            case DiffLine::Kind::Same:
                break;
            case DiffLine::Kind::Removed:
                row.kind = Row::Kind::Removed;
                break;
            case DiffLine::Kind::Added:
                row.kind = Row::Kind::Added;
                break;
            }
            rows += row;
        }
    }
    return rows;
}

QString attributesText(int mode, qint64 uid, qint64 gid)
{
    return RowView::tr("owner %1:%2, mode %3").arg(uid).arg(gid).arg(mode, 4, 8, QChar(u'0'));
}

QList<Row> changeRows(const QString &heading, const FileChange &step)
{
    switch (step.kind) {
    case FileChange::Kind::Content:
        return diffRows(heading, step.before, step.after);
    case FileChange::Kind::Attributes:
        return {{.kind = Row::Kind::Heading, .bytes = heading.toUtf8()},
            {.kind = Row::Kind::Removed, .bytes = attributesText(step.mode, step.uid, step.gid).toUtf8()},
            {.kind = Row::Kind::Added,
                .bytes = attributesText(step.modeAfter < 0 ? step.mode : step.modeAfter,
                    step.uidAfter < 0 ? step.uid : step.uidAfter, step.gidAfter < 0 ? step.gid : step.gidAfter)
                             .toUtf8()}};
    }
    return {};
}

Sides sidesOf(const QList<Row> &rows)
{
    Sides sides;
    const auto add = [&](qsizetype before, qsizetype after) {
        const Row filler{.kind = Row::Kind::Filler};
        Row left = before < 0 ? filler : rows[before];
        Row right = after < 0 ? filler : rows[after];
        left.after = 0;
        right.before = 0;
        sides.before += left;
        sides.after += right;
        sides.origin += int(before < 0 ? after : before);
    };
    for (qsizetype at = 0; at < rows.size();) {
        if (!rows[at].isChange()) {
            add(at, at);
            ++at;
            continue;
        }
        qsizetype removed = at;
        while (at < rows.size() && rows[at].kind == Row::Kind::Removed)
            ++at;
        const qsizetype middle = at;
        qsizetype added = at;
        while (at < rows.size() && rows[at].kind == Row::Kind::Added)
            ++at;
        while (removed < middle || added < at) {
            const bool both = removed < middle && added < at;
            // A line waits for its counterpart; those of a run are in one order on both sides.
            const bool removedWaits =
                both && rows[removed].counterpart > 0 && rows[removed].counterpart != rows[added].after;
            const bool addedWaits =
                both && !removedWaits && rows[added].counterpart > 0 && rows[added].counterpart != rows[removed].before;
            const bool takeRemoved = removed < middle && !removedWaits;
            const bool takeAdded = added < at && !addedWaits;
            add(takeRemoved ? removed : -1, takeAdded ? added : -1);
            removed += takeRemoved;
            added += takeAdded;
        }
    }
    return sides;
}

} // namespace jiagu
