// SPDX-License-Identifier: Apache-2.0
#include "base/linediff.h"

#include <QHash>

#include <algorithm>

namespace jiagu {

namespace {

constexpr int maximumDistance = 3'000;
constexpr qint64 maximumSteps = 50'000'000;
constexpr qsizetype longestMarkedLine = 2'000;
constexpr qsizetype mostMarkedLines = 60;
constexpr double similar = 0.5;

/// Which elements of two sequences have no partner in the other.
struct Difference
{
    QList<bool> removed;
    QList<bool> added;
};

/// The shortest edit script (E. W. Myers, An O(ND) difference algorithm, 1986), of everything between a common start
/// and a common end; beyond the budget the whole of it.
Difference difference(const QList<int> &before, const QList<int> &after)
{
    Difference result{QList<bool>(before.size(), false), QList<bool>(after.size(), false)};
    qsizetype start = 0;
    while (start < before.size() && start < after.size() && before[start] == after[start])
        ++start;
    qsizetype end = 0;
    while (end < before.size() - start && end < after.size() - start
        && before[before.size() - 1 - end] == after[after.size() - 1 - end])
        ++end;
    const int n = int(before.size() - start - end);
    const int m = int(after.size() - start - end);
    const auto all = [&] {
        std::fill_n(result.removed.begin() + start, n, true);
        std::fill_n(result.added.begin() + start, m, true);
        return result;
    };
    if (n == 0 || m == 0)
        return all();

    // The furthest x on each diagonal, for every distance: reach[d][k + d] for -d <= k <= d.
    QList<QList<int>> reach;
    qint64 steps = 0;
    int distance = 0;
    for (bool found = false; !found; ++distance) {
        if (distance > maximumDistance || steps > maximumSteps)
            return all();
        QList<int> row(2 * distance + 1, 0);
        for (int k = -distance; k <= distance && !found; k += 2) {
            int x = 0;
            if (distance > 0) {
                const QList<int> &last = reach.last();
                const auto at = [&](int diagonal) { return last[diagonal + distance - 1]; };
                const bool isInsertion = k == -distance || (k != distance && at(k - 1) < at(k + 1));
                x = isInsertion ? at(k + 1) : at(k - 1) + 1;
            }
            int y = x - k;
            while (x < n && y < m && before[start + x] == after[start + y]) {
                ++x;
                ++y;
                ++steps;
            }
            ++steps;
            row[k + distance] = x;
            found = x >= n && y >= m;
        }
        reach.append(std::move(row));
    }

    int x = n;
    int y = m;
    for (int d = distance - 1; d > 0; --d) {
        const QList<int> &last = reach[d - 1];
        const auto at = [&](int diagonal) { return last[diagonal + d - 1]; };
        const int k = x - y;
        const bool isInsertion = k == -d || (k != d && at(k - 1) < at(k + 1));
        x = at(isInsertion ? k + 1 : k - 1);
        y = x - (isInsertion ? k + 1 : k - 1);
        if (isInsertion)
            result.added[start + y] = true;
        else
            result.removed[start + x] = true;
    }
    return result;
}

struct Line
{
    QByteArrayView text;
    bool unterminated = false;
};

QList<Line> linesOf(QByteArrayView text)
{
    QList<Line> lines;
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf('\n');
        lines.append({end < 0 ? text : text.first(end), end < 0});
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
    }
    return lines;
}

/// Equal things get equal numbers.
class Numbers
{
public:
    int of(QByteArrayView text, bool unterminated)
    {
        const auto key = std::pair(text.toByteArray(), unterminated);
        const auto known = m_numbers.constFind(key);
        return known != m_numbers.cend() ? *known : *m_numbers.insert(key, int(m_numbers.size()));
    }

private:
    QHash<std::pair<QByteArray, bool>, int> m_numbers;
};

QList<Span> wordsOf(QByteArrayView line)
{
    const auto isWord = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    const auto isTail = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    QList<Span> words;
    for (qsizetype at = 0; at < line.size();) {
        qsizetype end = at + 1;
        while (end < line.size() && (isTail(line[end]) || (isWord(line[at]) && isWord(line[end]))))
            ++end;
        words.append({at, end});
        at = end;
    }
    return words;
}

struct WordDifference
{
    QList<Span> removed;
    QList<Span> added;
    double similarity = 0;
};

QList<Span> joined(const QList<Span> &words, const QList<bool> &marks)
{
    QList<Span> spans;
    for (qsizetype i = 0; i < words.size(); ++i) {
        if (!marks[i])
            continue;
        if (!spans.isEmpty() && spans.last().end == words[i].begin)
            spans.last().end = words[i].end;
        else
            spans.append(words[i]);
    }
    return spans;
}

WordDifference compareWords(const QByteArray &before, const QByteArray &after)
{
    const QList<Span> old = wordsOf(before);
    const QList<Span> now = wordsOf(after);
    Numbers numbers;
    QList<int> oldNumbers;
    QList<int> nowNumbers;
    for (const Span &word : old)
        oldNumbers.append(numbers.of(QByteArrayView(before).sliced(word.begin, word.end - word.begin), false));
    for (const Span &word : now)
        nowNumbers.append(numbers.of(QByteArrayView(after).sliced(word.begin, word.end - word.begin), false));
    const Difference words = difference(oldNumbers, nowNumbers);
    qsizetype common = 0;
    qsizetype size = 0;
    for (qsizetype i = 0; i < old.size(); ++i) {
        // Indentation alone makes no two lines alike.
        const bool isBlank = before[old[i].begin] == ' ';
        size += isBlank ? 0 : old[i].end - old[i].begin;
        common += isBlank || words.removed[i] ? 0 : old[i].end - old[i].begin;
    }
    for (const Span &word : now)
        size += after[word.begin] == ' ' ? 0 : word.end - word.begin;
    return {joined(old, words.removed), joined(now, words.added), size == 0 ? 0 : 2.0 * double(common) / double(size)};
}

/// Marks the words in lines [from, middle) and [middle, to) of a run: removed ones and what replaces them.
void markWords(QList<DiffLine> &lines, qsizetype from, qsizetype middle, qsizetype to)
{
    if (middle == from || to == middle || to - from > mostMarkedLines)
        return;
    for (qsizetype removed = from, next = middle; removed < middle; ++removed) {
        WordDifference best;
        qsizetype partner = -1;
        for (qsizetype added = next; added < to; ++added) {
            if (lines[removed].text.size() > longestMarkedLine || lines[added].text.size() > longestMarkedLine)
                continue;
            WordDifference words = compareWords(lines[removed].text, lines[added].text);
            if (words.similarity >= similar && words.similarity > best.similarity) {
                best = std::move(words);
                partner = added;
            }
        }
        if (partner < 0)
            continue;
        lines[removed].changed = best.removed;
        lines[partner].changed = best.added;
        lines[removed].counterpart = lines[partner].after;
        lines[partner].counterpart = lines[removed].before;
        next = partner + 1;
    }
}

QByteArray quotedName(const QByteArray &name)
{
    const auto isUnusual = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\';
    };
    if (std::ranges::none_of(name, isUnusual))
        return name.contains(' ') ? name + '\t' : name;
    QByteArray result = "\"";
    for (const char character : name) {
        if (character == '"' || character == '\\')
            result += QByteArray("\\") + character;
        else if (isUnusual(character))
            result += '\\' + QByteArray::number(static_cast<unsigned char>(character), 8).rightJustified(3, '0');
        else
            result += character;
    }
    return result + '"';
}

QByteArray rangeOf(int line, int count)
{
    const QByteArray first = QByteArray::number(count == 0 ? line - 1 : line);
    return count == 1 ? first : first + ',' + QByteArray::number(count);
}

} // namespace

QList<DiffHunk> diffLines(const QByteArray &before, const QByteArray &after, int context)
{
    const QList<Line> old = linesOf(before);
    const QList<Line> now = linesOf(after);
    Numbers numbers;
    QList<int> oldNumbers;
    QList<int> nowNumbers;
    for (const Line &line : old)
        oldNumbers.append(numbers.of(line.text, line.unterminated));
    for (const Line &line : now)
        nowNumbers.append(numbers.of(line.text, line.unterminated));
    const Difference lines = difference(oldNumbers, nowNumbers);

    QList<DiffHunk> hunks;
    const auto same = [&](qsizetype i, qsizetype j) {
        return DiffLine{
            DiffLine::Kind::Same, int(i) + 1, int(j) + 1, old[i].text.toByteArray(), old[i].unterminated, {}};
    };
    qsizetype lastChange = -1; // in old lines: behind the last change of the open hunk
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < old.size() || j < now.size()) {
        const bool differs = (i < old.size() && lines.removed[i]) || (j < now.size() && lines.added[j]);
        if (!differs) {
            if (!hunks.isEmpty() && i - lastChange < context)
                hunks.last().lines.append(same(i, j));
            ++i;
            ++j;
            continue;
        }
        const bool continues = !hunks.isEmpty() && i - lastChange <= 2 * qsizetype(context);
        qsizetype lead = std::min<qsizetype>(context, i);
        if (continues)
            lead = std::max<qsizetype>(0, i - lastChange - context);
        else
            hunks.append({int(i - lead) + 1, 0, int(j - lead) + 1, 0, {}});
        DiffHunk &hunk = hunks.last();
        for (; lead > 0; --lead)
            hunk.lines.append(same(i - lead, j - lead));
        const qsizetype from = hunk.lines.size();
        for (; i < old.size() && lines.removed[i]; ++i)
            hunk.lines.append(
                {DiffLine::Kind::Removed, int(i) + 1, 0, old[i].text.toByteArray(), old[i].unterminated, {}});
        const qsizetype middle = hunk.lines.size();
        for (; j < now.size() && lines.added[j]; ++j)
            hunk.lines.append(
                {DiffLine::Kind::Added, 0, int(j) + 1, now[j].text.toByteArray(), now[j].unterminated, {}});
        markWords(hunk.lines, from, middle, hunk.lines.size());
        lastChange = i;
    }
    for (DiffHunk &hunk : hunks) {
        const auto count = [&](DiffLine::Kind kind) {
            return int(std::ranges::count_if(hunk.lines, [&](const DiffLine &line) { return line.kind != kind; }));
        };
        hunk.beforeCount = count(DiffLine::Kind::Added);
        hunk.afterCount = count(DiffLine::Kind::Removed);
    }
    return hunks;
}

QByteArray unifiedDiff(const QByteArray &path, const QList<DiffHunk> &hunks)
{
    if (hunks.isEmpty())
        return {};
    const QByteArray name = path.startsWith('/') ? path : '/' + path;
    QByteArray result = "--- " + quotedName('a' + name) + "\n+++ " + quotedName('b' + name) + '\n';
    for (const DiffHunk &hunk : hunks) {
        result += "@@ -" + rangeOf(hunk.beforeLine, hunk.beforeCount) + " +" + rangeOf(hunk.afterLine, hunk.afterCount)
            + " @@\n";
        for (const DiffLine &line : hunk.lines) {
            switch (line.kind) {
            case DiffLine::Kind::Same:
                result += ' ';
                break;
            case DiffLine::Kind::Removed:
                result += '-';
                break;
            case DiffLine::Kind::Added:
                result += '+';
                break;
            }
            result += line.text + '\n';
            if (line.unterminated)
                result += "\\ No newline at end of file\n";
        }
    }
    return result;
}

} // namespace jiagu
