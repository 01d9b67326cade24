// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"
#include "document/yamldocument.h"
#include "document/yamlscalar.h"
#include "document/yamlscan.h"

#include <QHash>
#include <QJsonDocument>
#include <QMap>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu::yamlscan;

namespace jiagu {

namespace {

using Kind = YamlNode::Kind;
using Style = YamlNode::Style;

/// A range of the old text and what stands there instead.
struct Replacement
{
    qsizetype begin = 0;
    qsizetype end = 0;
    QByteArray text;
    int depth = 0; ///< of the node it belongs to: what ends at the same place is closed from the inside out
};

/// A node as it must be after the edit.
struct Wanted
{
    enum class Origin
    {
        Old,
        String,
        Plain,
        Sequence
    };
    Origin origin = Origin::Old;
    int old = -1;
    QByteArray text;
    QList<int> children;
};

/// The edits of one sequence, by index into its old items.
struct SequenceEdit
{
    QSet<int> removed;
    QHash<int, QList<int>> inserted; ///< before which item: nodes of the wanted tree
};

bool isQuoted(Style style)
{
    return style == Style::SingleQuoted || style == Style::DoubleQuoted;
}

class Editor
{
public:
    explicit Editor(const YamlDocument &document)
        : m_document(document)
        , m_text(document.bytes())
    {
        for (int i = 0; i < document.size(); ++i)
            m_wanted.append({Wanted::Origin::Old, i, {}, document.node(i).children});
        for (const YamlProblem &problem : document.problems()) {
            if (problem.kind == YamlProblem::Kind::DuplicateKey)
                m_duplicates.insert(document.node(problem.node).parent, problem.node);
        }
        const int root = document.root();
        m_isJson = root >= 0 && node(root).kind == Kind::Map && !node(root).children.isEmpty()
            && !QJsonDocument::fromJson(document.bytes()).isNull();
    }

    Result<> apply(const YamlEdit &edit);
    Result<QByteArray> finish();

private:
    const YamlNode &node(int index) const { return m_document.node(index); }
    char byteAt(qsizetype at) const { return at >= 0 && at < m_text.size() ? m_text[at] : '\0'; }
    bool inFlow(int index) const { return index >= 0 && node(index).style == Style::Flow; }

    tl::unexpected<Error> misuse(const QString &en, const QString &zh, qsizetype at) const;
    tl::unexpected<Error> conflict(const Message &what, int at) const;
    Result<> checkPath(int index) const;
    Result<> checkRemoved(int index) const;
    Result<> checkSlices() const;
    Result<> compare(const YamlDocument &result) const;

    int keyOf(int index) const;
    int depthOf(int index) const;
    qsizetype columnOf(qsizetype at) const;
    qsizetype dashOf(int sequence, int item) const;
    qsizetype lineEndOf(int index) const;
    QByteArray lineEnding(qsizetype at) const;
    QByteArray lineBreak(qsizetype at, qsizetype column) const;
    bool startsLine(qsizetype at) const;

    int wantScalar(const YamlEdit &edit);
    int wantString(const QByteArray &text);
    int wantSequence(const QByteArrayList &items);
    QByteArray textOf(int wanted, Style style, bool flow) const;
    void replace(qsizetype begin, qsizetype end, const QByteArray &text, int owner);
    void setScalar(int index, int wanted);
    Result<> setKey(const YamlEdit &edit);
    Result<> setList(const YamlEdit &edit);
    Result<> replaceValue(int map, int value, int wanted);
    void appendPair(int map, const QByteArray &key, int value);
    void editBlock(int sequence, const SequenceEdit &edit);
    void editFlow(int sequence, const SequenceEdit &edit);
    void emptyBlock(int sequence);
    void appendFlow(int collection, int last, const QByteArrayList &texts);
    void wantItems(int sequence, const SequenceEdit &edit);

    const YamlDocument &m_document;
    QByteArrayView m_text;
    bool m_isJson = false; ///< it is JSON, and has to stay so
    QList<Wanted> m_wanted;
    QHash<int, int> m_duplicates; ///< map to a repeated key in it
    QList<Replacement> m_replacements;
    QMap<int, SequenceEdit> m_sequences;
    QMap<int, QList<std::pair<QByteArray, int>>> m_pairs; ///< map to new pairs
};

tl::unexpected<Error> Editor::misuse(const QString &en, const QString &zh, qsizetype at) const
{
    return failure(Error::Kind::Usage, message(en, zh), m_document.position(at));
}

tl::unexpected<Error> Editor::conflict(const Message &what, int at) const
{
    return failure(Error::Kind::Conflict,
        message(u"This file can be judged but is not edited: %1. Simplify it by hand first, then scan again."_s,
            u"该文件可以检查，但不会自动修改：%1。请先手工简化，再重新扫描。"_s, what),
        m_document.position(at < 0 ? 0 : node(at).begin));
}

/// Whether what leads to a node means exactly one thing.
Result<> Editor::checkPath(int index) const
{
    const auto checkNode = [&](int at) -> Result<> {
        if (node(at).kind == Kind::Alias)
            return conflict({u"an alias (*) stands here"_s, u"此处是别名（*）"_s}, at);
        if (!node(at).anchor.isEmpty())
            return conflict({u"what is to be changed has an anchor (&) and may be used in other places"_s,
                                u"要修改的内容带有锚点（&），可能在别处被引用"_s},
                at);
        if (!node(at).tag.isEmpty())
            return conflict({u"a tag (!) stands here"_s, u"此处有标签（!）"_s}, at);
        return {};
    };
    for (int at = index; at >= 0; at = node(at).parent) {
        if (Result<> result = checkNode(at); !result)
            return result;
        if (const int key = keyOf(at); key >= 0) {
            if (Result<> result = checkNode(key); !result)
                return result;
        }
        if (node(at).kind != Kind::Map)
            continue;
        if (const int repeated = m_duplicates.value(at, -1); repeated >= 0)
            return conflict(message(u"the key “%1” stands here a second time"_s, u"此处键“%1”重复出现"_s,
                                plainText(node(repeated).value)),
                repeated);
        for (qsizetype i = 0; i < node(at).children.size(); i += 2) {
            const YamlNode &key = node(node(at).children[i]);
            if (key.value == "<<" && key.style == Style::Plain)
                return conflict({u"a merge key (<<) stands here"_s, u"此处有合并键（<<）"_s}, node(at).children[i]);
        }
    }
    return {};
}

/// Whether nothing that goes away is needed elsewhere.
Result<> Editor::checkRemoved(int index) const
{
    QList<int> open{index};
    while (!open.isEmpty()) {
        const int at = open.takeLast();
        if (!node(at).anchor.isEmpty())
            return conflict({u"what is to be removed has an anchor (&) and may be used in other places"_s,
                                u"要删除的内容带有锚点（&），可能在别处被引用"_s},
                at);
        open += node(at).children;
    }
    return {};
}

/// The key of a value in a map, -1 for everything else.
int Editor::keyOf(int index) const
{
    const int parent = node(index).parent;
    if (parent < 0 || node(parent).kind != Kind::Map)
        return -1;
    const qsizetype place = node(parent).children.indexOf(index);
    return place % 2 == 1 ? node(parent).children[place - 1] : -1;
}

int Editor::depthOf(int index) const
{
    int depth = 0;
    for (int at = index; at >= 0; at = node(at).parent)
        ++depth;
    return depth;
}

qsizetype Editor::columnOf(qsizetype at) const
{
    const qsizetype start = lineStart(m_text, at);
    return at - start - (start == 0 && m_text.startsWith("\xEF\xBB\xBF") ? 3 : 0);
}

qsizetype Editor::dashOf(int sequence, int item) const
{
    const QList<int> &items = node(sequence).children;
    return skipSpace(m_text, item == 0 ? node(sequence).begin : node(items[item - 1]).end);
}

/// Where the last line of a node ends, with the blank lines that a |+ scalar counts as its own.
qsizetype Editor::lineEndOf(int index) const
{
    int last = index;
    while (!node(last).children.isEmpty() && node(last).style == Style::Block)
        last = node(last).children.last();
    qsizetype end = lineEnd(m_text, node(index).end);
    const bool isBlock = node(last).style == Style::Literal || node(last).style == Style::Folded;
    if (!isBlock
        || !m_text.sliced(node(last).begin, std::min<qsizetype>(3, m_text.size() - node(last).begin)).contains('+'))
        return end;
    for (qsizetype next = nextLine(m_text, end); next < m_text.size(); next = nextLine(m_text, end)) {
        const qsizetype nextEnd = lineEnd(m_text, next);
        if (skipBlanks(m_text, next) < nextEnd)
            break;
        end = nextEnd;
    }
    return end;
}

/// The line ending of the line at `at`, of the line before where it has none.
QByteArray Editor::lineEnding(qsizetype at) const
{
    qsizetype end = lineEnd(m_text, at);
    if (end == m_text.size())
        end = m_text.first(lineStart(m_text, at)).endsWith("\r\n") ? lineStart(m_text, at) - 2 : end;
    return byteAt(end) == '\r' ? "\r\n"_ba : "\n"_ba;
}

QByteArray Editor::lineBreak(qsizetype at, qsizetype column) const
{
    return lineEnding(at) + QByteArray(column, ' ');
}

bool Editor::startsLine(qsizetype at) const
{
    const qsizetype start = at - columnOf(at);
    return skipBlanks(m_text, start) == at;
}

int Editor::wantScalar(const YamlEdit &edit)
{
    m_wanted.append({edit.plain ? Wanted::Origin::Plain : Wanted::Origin::String, -1, edit.text, {}});
    return int(m_wanted.size()) - 1;
}

int Editor::wantString(const QByteArray &text)
{
    m_wanted.append({Wanted::Origin::String, -1, text, {}});
    return int(m_wanted.size()) - 1;
}

int Editor::wantSequence(const QByteArrayList &items)
{
    QList<int> children;
    for (const QByteArray &item : items)
        children += wantString(item);
    m_wanted.append({Wanted::Origin::Sequence, -1, {}, children});
    return int(m_wanted.size()) - 1;
}

QByteArray Editor::textOf(int wanted, Style style, bool flow) const
{
    const Wanted &scalar = m_wanted[wanted];
    if (scalar.origin == Wanted::Origin::Sequence) {
        QByteArrayList items;
        for (const int item : scalar.children)
            items += textOf(item, m_isJson ? Style::DoubleQuoted : Style::Plain, true);
        return '[' + items.join(", ") + ']';
    }
    return scalar.origin == Wanted::Origin::Plain ? scalar.text : yamlscalar::written(scalar.text, style, flow);
}

void Editor::replace(qsizetype begin, qsizetype end, const QByteArray &text, int owner)
{
    m_replacements.append({begin, end, text, depthOf(owner)});
}

Result<> Editor::apply(const YamlEdit &edit)
{
    if (edit.node < 0 || edit.node >= m_document.size())
        return misuse(u"The edit names a node that is not in the document."_s, u"修改所指的节点不在文档中。"_s, 0);
    const YamlNode &target = node(edit.node);
    if (!edit.text.isValidUtf8() || !edit.key.isValidUtf8() || edit.text.contains('\0') || edit.key.contains('\0'))
        return misuse(u"The new value is not UTF-8 text."_s, u"新值不是有效的 UTF-8 文本。"_s, target.begin);
    if (Result<> result = checkPath(edit.node); !result)
        return result;
    switch (edit.kind) {
    case YamlEdit::Kind::SetScalar: {
        const bool isKey = target.parent >= 0 && node(target.parent).kind == Kind::Map && keyOf(edit.node) < 0;
        if (target.kind != Kind::Scalar || isKey)
            return misuse(u"A single value is to be set where there is none."_s, u"要设置单个值的位置并不是单个值。"_s,
                target.begin);
        setScalar(edit.node, wantScalar(edit));
        return {};
    }
    case YamlEdit::Kind::InsertItem:
    case YamlEdit::Kind::RemoveItem: {
        const bool isInsertion = edit.kind == YamlEdit::Kind::InsertItem;
        if (target.kind != Kind::Sequence || edit.index < 0
            || edit.index >= target.children.size() + (isInsertion ? 1 : 0))
            return misuse(u"A list item is to be changed where there is no such item."_s, u"要修改的列表项不存在。"_s,
                target.begin);
        if (isInsertion) {
            m_sequences[edit.node].inserted[edit.index].append(wantScalar(edit));
            return {};
        }
        m_sequences[edit.node].removed.insert(edit.index);
        return checkRemoved(target.children[edit.index]);
    }
    case YamlEdit::Kind::SetKey:
        return setKey(edit);
    case YamlEdit::Kind::SetList:
        return setList(edit);
    }
    return {};
}

void Editor::setScalar(int index, int wanted)
{
    const YamlNode &old = node(index);
    const Style unquoted = m_isJson ? Style::DoubleQuoted : Style::Plain;
    QByteArray text = textOf(wanted, isQuoted(old.style) ? old.style : unquoted, inFlow(old.parent));
    if (old.begin == old.end)
        text.prepend(keyOf(index) >= 0 && byteAt(old.begin - 1) != ':' ? ": " : " ");
    replace(old.begin, old.end, text, index);
    m_wanted[index] = m_wanted[wanted];
}

Result<> Editor::setKey(const YamlEdit &edit)
{
    const YamlNode &map = node(edit.node);
    if (map.kind != Kind::Map)
        return misuse(u"A key is to be set where there is no mapping."_s, u"要设置键的位置并不是映射。"_s, map.begin);
    const int value = m_document.find(edit.node, edit.key);
    if (value < 0) {
        auto &pairs = m_pairs[edit.node];
        if (std::ranges::any_of(pairs, [&](const auto &pair) { return pair.first == edit.key; }))
            return misuse(u"The same key is to be set twice."_s, u"同一个键被要求设置两次。"_s, map.begin);
        pairs.append({edit.key, wantScalar(edit)});
        return {};
    }
    return replaceValue(edit.node, value, wantScalar(edit));
}

Result<> Editor::replaceValue(int map, int value, int wanted)
{
    if (Result<> result = checkPath(value); !result)
        return result;
    if (Result<> result = checkRemoved(value); !result)
        return result;
    if (node(value).kind == Kind::Scalar) {
        setScalar(value, wanted);
        return {};
    }
    qsizetype begin = node(value).begin;
    const qsizetype colon = skipSpace(m_text, node(keyOf(value)).end);
    const bool isBlock = node(value).style == Style::Block;
    if (isBlock && byteAt(colon) == ':')
        begin = colon + 1;
    const Style style = m_isJson ? Style::DoubleQuoted : Style::Plain;
    replace(begin, node(value).end, (isBlock ? " " : "") + textOf(wanted, style, inFlow(map)), value);
    m_wanted[value] = m_wanted[wanted];
    return {};
}

Result<> Editor::setList(const YamlEdit &edit)
{
    const YamlNode &map = node(edit.node);
    const bool valid = std::ranges::all_of(
        edit.items, [](const QByteArray &item) { return item.isValidUtf8() && !item.contains('\0'); });
    if (map.kind != Kind::Map || edit.items.isEmpty() || !valid)
        return misuse(u"A list of texts is to be set where there is no mapping, or it is empty or no text."_s,
            u"要设置列表的位置并不是映射，或者列表为空、内容不是文本。"_s, map.begin);
    const int value = m_document.find(edit.node, edit.key);
    if (value < 0) {
        auto &pairs = m_pairs[edit.node];
        if (std::ranges::any_of(pairs, [&](const auto &pair) { return pair.first == edit.key; }))
            return misuse(u"The same key is to be set twice."_s, u"同一个键被要求设置两次。"_s, map.begin);
        pairs.append({edit.key, wantSequence(edit.items)});
        return {};
    }
    if (node(value).kind != Kind::Sequence)
        return replaceValue(edit.node, value, wantSequence(edit.items));
    if (Result<> result = checkPath(value); !result)
        return result;
    if (Result<> result = checkRemoved(value); !result)
        return result;
    SequenceEdit &items = m_sequences[value];
    for (int i = 0; i < node(value).children.size(); ++i)
        items.removed.insert(i);
    for (const QByteArray &item : edit.items)
        items.inserted[0].append(wantString(item));
    return {};
}

void Editor::appendPair(int map, const QByteArray &key, int value)
{
    const YamlNode &old = node(map);
    const bool isFlow = old.style == Style::Flow;
    const auto isDouble = [&](qsizetype i) { return node(old.children[i]).style == Style::DoubleQuoted; };
    bool likeJson = isFlow && !old.children.isEmpty();
    for (qsizetype i = 0; likeJson && i < old.children.size(); i += 2)
        likeJson = isDouble(i);
    likeJson = likeJson || m_isJson;
    const Style style = likeJson ? Style::DoubleQuoted : Style::Plain;
    const QByteArray text = yamlscalar::written(key, style, isFlow) + ": " + textOf(value, style, isFlow);
    m_wanted.append({Wanted::Origin::String, -1, key, {}});
    m_wanted[map].children += {int(m_wanted.size()) - 1, value};
    if (isFlow) {
        appendFlow(map, old.children.isEmpty() ? -1 : old.children.last(), {text});
        return;
    }
    const qsizetype end = lineEndOf(map);
    const QByteArray start = lineBreak(end, columnOf(node(old.children.first()).begin));
    if (m_wanted[value].origin != Wanted::Origin::Sequence) {
        replace(end, end, start + text, map);
        return;
    }
    QByteArray lines = start + yamlscalar::written(key, style, isFlow) + ':';
    for (const int item : m_wanted[value].children)
        lines += start + "- " + textOf(item, style, isFlow);
    replace(end, end, lines, map);
}

/// Adds to a collection in brackets behind its last member, -1 for none.
void Editor::appendFlow(int collection, int last, const QByteArrayList &texts)
{
    if (last < 0) {
        const qsizetype inside = node(collection).begin + 1;
        replace(inside, inside, texts.join(", "), collection);
        return;
    }
    const qsizetype end = node(last).end;
    const qsizetype comma = skipSpace(m_text, end);
    const bool hasComma = byteAt(comma) == ',';
    const int first = keyOf(last) >= 0 ? keyOf(last) : last;
    const qsizetype column = columnOf(node(first).begin);
    const qsizetype lastLine = lineEnd(m_text, hasComma ? comma : end);
    const bool ownLine = startsLine(node(first).begin) && skipSpace(m_text, hasComma ? comma + 1 : end) > lastLine;
    if (!ownLine) {
        replace(end, end, ", " + texts.join(", "), collection);
        return;
    }
    const QByteArray lines = lineBreak(lastLine, column) + texts.join(',' + lineBreak(lastLine, column));
    if (!hasComma)
        replace(end, end, ","_ba, collection);
    replace(lastLine, lastLine, lines + (hasComma ? "," : ""), collection);
}

void Editor::wantItems(int sequence, const SequenceEdit &edit)
{
    const QList<int> &items = node(sequence).children;
    QList<int> children;
    for (int i = 0; i <= items.size(); ++i) {
        children += edit.inserted.value(i);
        if (i < items.size() && !edit.removed.contains(i))
            children += items[i];
    }
    if (children.isEmpty())
        m_wanted[sequence].origin = Wanted::Origin::Sequence;
    m_wanted[sequence].children = children;
}

void Editor::editFlow(int sequence, const SequenceEdit &edit)
{
    const QList<int> &items = node(sequence).children;
    const int size = int(items.size());
    const auto isKept = [&](int i) { return i >= 0 && i < size && !edit.removed.contains(i); };
    const auto isSameQuote = [&](int item) { return node(item).style == node(items.first()).style; };
    const bool quotes = size > 0 && isQuoted(node(items.first()).style) && std::ranges::all_of(items, isSameQuote);
    const Style unquoted = m_isJson ? Style::DoubleQuoted : Style::Plain;
    const auto texts = [&](int i) {
        QByteArrayList result;
        for (const int wanted : edit.inserted.value(i))
            result += textOf(wanted, quotes ? node(items.first()).style : unquoted, true);
        return result;
    };
    const auto begin = [&](int i) { return node(items[i]).begin; };
    const auto end = [&](int i) { return node(items[i]).end; };

    if (edit.removed.size() == size) {
        QByteArrayList all;
        for (int i = 0; i <= size; ++i)
            all += texts(i);
        if (size == 0) {
            appendFlow(sequence, -1, all);
            return;
        }
        const qsizetype comma = skipSpace(m_text, end(size - 1));
        const bool dropsComma = all.isEmpty() && byteAt(comma) == ',';
        replace(begin(0), dropsComma ? comma + 1 : end(size - 1), all.join(", "), sequence);
        return;
    }
    for (int i = 0; i < size; ++i) {
        if (isKept(i))
            continue;
        int next = i;
        while (next < size && !isKept(next))
            ++next;
        replace(next < size ? begin(i) : end(i - 1), next < size ? begin(next) : end(size - 1), {}, sequence);
        i = next;
    }
    for (int i = 0; i <= size; ++i) {
        if (!edit.inserted.contains(i))
            continue;
        int next = i;
        while (next < size && !isKept(next))
            ++next;
        if (next < size) {
            const bool ownLine = startsLine(begin(next));
            const QByteArray between = ',' + (ownLine ? lineBreak(begin(next), columnOf(begin(next))) : " "_ba);
            replace(begin(next), begin(next), texts(i).join(between) + between, sequence);
            continue;
        }
        int last = size - 1;
        while (!isKept(last))
            --last;
        if (last == size - 1)
            appendFlow(sequence, items[last], texts(i));
        else
            replace(end(last), end(last), ", " + texts(i).join(", "), sequence);
    }
}

/// Takes all items away: the empty list is written behind the key, and comments between the items stay.
void Editor::emptyBlock(int sequence)
{
    const YamlNode &old = node(sequence);
    const int key = keyOf(sequence);
    const qsizetype colon = key >= 0 ? skipSpace(m_text, node(key).end) : -1;
    if (byteAt(colon) != ':' || !startsLine(old.begin) || lineStart(m_text, colon) == lineStart(m_text, old.begin)) {
        replace(old.begin, old.end, "[]"_ba, sequence);
        return;
    }
    replace(colon + 1, colon + 1, " []"_ba, sequence);
    for (int i = 0; i < old.children.size(); ++i) {
        // Takes the line end before the item along, so that a file without a last line end stays one.
        const qsizetype start = lineStart(m_text, dashOf(sequence, i));
        const qsizetype before = start - (m_text.first(start).endsWith("\r\n") ? 2 : 1);
        replace(before, lineEndOf(old.children[i]), {}, sequence);
    }
}

void Editor::editBlock(int sequence, const SequenceEdit &edit)
{
    const QList<int> &items = node(sequence).children;
    const int size = int(items.size());
    const auto isKept = [&](int i) { return i >= 0 && i < size && !edit.removed.contains(i); };
    const auto isSameQuote = [&](int item) { return node(item).style == node(items.first()).style; };
    const bool quotes = isQuoted(node(items.first()).style) && std::ranges::all_of(items, isSameQuote);
    const Style style = quotes ? node(items.first()).style : Style::Plain;
    const qsizetype column = columnOf(dashOf(sequence, 0));
    const auto texts = [&](int i, int neighbour) {
        const qsizetype dash = dashOf(sequence, neighbour);
        const qsizetype gap = skipBlanks(m_text, dash + 1) - dash - 1;
        const bool sameLine = dash + 1 + gap == node(items[neighbour]).begin;
        const QByteArray start = '-' + (sameLine && gap > 0 ? m_text.sliced(dash + 1, gap).toByteArray() : " "_ba);
        QByteArrayList result;
        for (const int wanted : edit.inserted.value(i))
            result += start + textOf(wanted, style, false);
        return result;
    };

    if (edit.removed.size() == size) {
        QByteArrayList all;
        for (int i = 0; i <= size; ++i)
            all += texts(i, 0);
        if (all.isEmpty())
            emptyBlock(sequence);
        else
            replace(
                node(sequence).begin, node(sequence).end, all.join(lineBreak(node(sequence).begin, column)), sequence);
        return;
    }
    int lastKept = size - 1;
    while (!isKept(lastKept))
        --lastKept;
    const bool endsOpen = lineEndOf(items.last()) == m_text.size();
    for (int i = 0; i < size; ++i) {
        if (isKept(i))
            continue;
        const qsizetype dash = dashOf(sequence, i);
        const qsizetype start = lineStart(m_text, dash);
        const qsizetype end = lineEndOf(items[i]);
        if (!startsLine(dash)) {
            while (!isKept(i))
                ++i;
            replace(dash, dashOf(sequence, i), {}, sequence);
        } else if (i > lastKept && endsOpen) {
            replace(start - (m_text.first(start).endsWith("\r\n") ? 2 : 1), end, {}, sequence);
        } else {
            replace(dash - columnOf(dash), nextLine(m_text, end), {}, sequence);
        }
    }
    for (int i = 0; i <= size; ++i) {
        if (!edit.inserted.contains(i))
            continue;
        int next = i;
        while (next < size && !isKept(next))
            ++next;
        if (isKept(i - 1) || next == size) {
            const int last = isKept(i - 1) ? i - 1 : lastKept;
            const qsizetype end = lineEndOf(items[last]);
            const QByteArray before = lineBreak(end, column);
            replace(end, end, before + texts(i, last).join(before), sequence);
        } else {
            const qsizetype dash = dashOf(sequence, next);
            const QByteArray after = lineBreak(dash, column);
            replace(dash, dash, texts(i, next).join(after) + after, sequence);
        }
    }
}

/// Whether the text of every scalar, read alone, is the value that the parser gave.
Result<> Editor::checkSlices() const
{
    for (int i = 0; i < m_document.size(); ++i) {
        const YamlNode &scalar = node(i);
        if (scalar.kind != Kind::Scalar || scalar.begin == scalar.end)
            continue;
        int block = scalar.parent;
        while (block >= 0 && node(block).style == Style::Flow)
            block = node(block).parent;
        const QByteArray slice = m_text.sliced(scalar.begin, scalar.end - scalar.begin).toByteArray();
        const qsizetype column = block < 0 ? 0 : columnOf(node(block).begin);
        const QByteArray alone = inFlow(scalar.parent) ? '[' + slice + ']'
            : block < 0                                ? slice
                                                       : QByteArray(column, ' ') + "- " + slice;
        const auto parsed = YamlDocument::parse(m_document.name(), alone);
        const int value = !parsed ? -1 : scalar.parent < 0 ? parsed->root() : parsed->find({"[0]"});
        const auto trimmed = [&](QByteArray text) {
            const bool isBlock = scalar.style == Style::Literal || scalar.style == Style::Folded;
            while (isBlock && !text.isEmpty() && (text.back() == '\n' || text.back() == ' '))
                text.chop(1);
            return text;
        };
        if (value < 0 || parsed->node(value).kind != Kind::Scalar || parsed->node(value).style != scalar.style
            || trimmed(parsed->node(value).value) != trimmed(scalar.value))
            return conflict(
                {u"where this value ends cannot be told for certain"_s, u"无法确定此处的值在哪里结束"_s}, i);
    }
    return {};
}

/// Whether a text reads as the wanted tree.
Result<> Editor::compare(const YamlDocument &result) const
{
    const auto differs = [&](int at) {
        return failure(Error::Kind::Failed,
            message(u"The edit would change more than intended, so nothing was changed. Change this file by hand."_s,
                u"这一修改会影响预期之外的内容，因此未做任何变更。请手工修改该文件。"_s),
            result.position(at < 0 ? 0 : result.node(at).begin));
    };
    if (result.root() < 0 || m_document.root() < 0)
        return result.root() == m_document.root() ? Result<>() : differs(-1);
    QList<std::pair<int, int>> open{{result.root(), m_document.root()}};
    while (!open.isEmpty()) {
        const auto [at, wantedIndex] = open.takeLast();
        const YamlNode &is = result.node(at);
        const Wanted &wanted = m_wanted[wantedIndex];
        const bool isBare = is.tag.isEmpty() && is.anchor.isEmpty();
        switch (wanted.origin) {
        case Wanted::Origin::Old: {
            const YamlNode &old = node(wanted.old);
            if (is.kind != old.kind || is.style != old.style || is.value != old.value || is.tag != old.tag
                || is.anchor != old.anchor)
                return differs(at);
            if (is.kind == Kind::Alias
                && result.bytes().mid(is.begin, is.end - is.begin) != m_text.sliced(old.begin, old.end - old.begin))
                return differs(at);
            break;
        }
        case Wanted::Origin::String:
            if (is.kind != Kind::Scalar || !isBare || is.value != wanted.text
                || !(isQuoted(is.style) || yamlscalar::readsAsString(is.value)))
                return differs(at);
            break;
        case Wanted::Origin::Plain:
            if (is.kind != Kind::Scalar || !isBare || is.style != Style::Plain || is.value != wanted.text)
                return differs(at);
            break;
        case Wanted::Origin::Sequence:
            if (is.kind != Kind::Sequence || !isBare)
                return differs(at);
            break;
        }
        if (is.children.size() != wanted.children.size())
            return differs(at);
        for (qsizetype i = 0; i < is.children.size(); ++i)
            open.append({is.children[i], wanted.children[i]});
    }
    return {};
}

Result<QByteArray> Editor::finish()
{
    if (Result<> result = checkSlices(); !result)
        return tl::unexpected(result.error());
    for (auto it = m_sequences.cbegin(); it != m_sequences.cend(); ++it) {
        if (node(it.key()).style == Style::Flow)
            editFlow(it.key(), it.value());
        else
            editBlock(it.key(), it.value());
        wantItems(it.key(), it.value());
    }
    for (auto it = m_pairs.cbegin(); it != m_pairs.cend(); ++it) {
        for (const auto &[key, value] : it.value())
            appendPair(it.key(), key, value);
    }

    std::ranges::stable_sort(m_replacements, [](const Replacement &a, const Replacement &b) {
        if (a.begin != b.begin)
            return a.begin < b.begin;
        const bool aInserts = a.begin == a.end;
        const bool bInserts = b.begin == b.end;
        return aInserts != bInserts ? aInserts : a.depth > b.depth;
    });
    QByteArray bytes;
    qsizetype at = 0;
    for (const Replacement &replacement : std::as_const(m_replacements)) {
        if (replacement.begin < at)
            return misuse(u"Two changes touch the same place of the file. Apply them one after the other."_s,
                u"两处修改涉及文件的同一位置，请分两次进行。"_s, replacement.begin);
        bytes += m_text.sliced(at, replacement.begin - at);
        bytes += replacement.text;
        at = replacement.end;
    }
    bytes += m_text.sliced(at);

    const auto result = YamlDocument::parse(m_document.name(), bytes);
    if (!result)
        return failure(Error::Kind::Failed,
            message(u"The edit would leave a file that is no longer YAML, so nothing was changed. Change this file by "
                    "hand."_s,
                u"修改后的文件将不再是有效的 YAML，因此未做任何变更。请手工修改该文件。"_s),
            result.error().at);
    if (const Result<> same = compare(*result); !same)
        return tl::unexpected(same.error());
    if (m_isJson && QJsonDocument::fromJson(bytes).isNull())
        return failure(Error::Kind::Failed,
            message(u"The edit would leave a file that is no longer JSON, so nothing was changed. Change this file by "
                    "hand."_s,
                u"修改后的文件将不再是有效的 JSON，因此未做任何变更。请手工修改该文件。"_s),
            m_document.position(0));
    return bytes;
}

} // namespace

Result<QByteArray> YamlDocument::edited(const QList<YamlEdit> &edits) const
{
    Editor editor(*this);
    const auto isSeveral = [](const YamlProblem &problem) {
        return problem.kind == YamlProblem::Kind::SeveralDocuments;
    };
    if (std::ranges::any_of(m_problems, isSeveral))
        return failure(Error::Kind::Conflict,
            message(
                u"This file can be judged but is not edited: it holds several documents, of which the component reads "
                "the first. Remove the others by hand first, then scan again."_s,
                u"该文件可以检查，但不会自动修改：其中有多个文档，组件只读取第一个。请先手工删除其余文档，再重新扫描。"_s),
            position(m_root < 0 ? 0 : m_nodes[m_root].end));
    for (const YamlEdit &edit : edits) {
        if (const Result<> result = editor.apply(edit); !result)
            return tl::unexpected(result.error());
    }
    return editor.finish();
}

} // namespace jiagu
