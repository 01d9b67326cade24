// SPDX-License-Identifier: Apache-2.0

// What an edit of a YAML document may do, with a hostile document and a hostile edit: the bytes that differ lie where
// the edit is, and what comes out reads as the intended tree. The tree is rebuilt here from paths and values, and the
// result is read again, so that the proof within the editor is not its own witness.

#include "document/environmentfile.h"
#include "document/yamldocument.h"
#include "document/yamlscan.h"

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

class Input
{
public:
    Input(const uint8_t *data, size_t size)
        : m_bytes(reinterpret_cast<const char *>(data), qsizetype(size))
    {
    }
    /// A number below `limit`, from the end of the input, so that the document stays readable.
    int number(int limit)
    {
        if (m_bytes.isEmpty() || limit <= 0)
            return 0;
        const int value = static_cast<unsigned char>(m_bytes.back());
        m_bytes.chop(1);
        return (limit > 256 ? value * 257 : value) % limit;
    }
    QByteArray rest() const { return m_bytes.toByteArray(); }

private:
    QByteArrayView m_bytes;
};

QByteArray keyText(const YamlDocument &document, int key)
{
    const YamlNode &node = document.node(key);
    return document.bytes().mid(node.begin, node.end - node.begin);
}

/// A tree as text in which every value has its length, so that no two trees look the same.
void print(const YamlDocument &document, int index, QByteArray &out, int replaced, const QByteArray &replacement)
{
    if (index == replaced) {
        out += replacement;
        return;
    }
    const YamlNode &node = document.node(index);
    switch (node.kind) {
    case YamlNode::Kind::Scalar:
        out += (node.isNull() ? 'n' : 's') + QByteArray::number(node.value.size()) + ':' + node.value;
        break;
    case YamlNode::Kind::Alias:
        out += '*' + keyText(document, index) + ' ';
        break;
    case YamlNode::Kind::Sequence:
    case YamlNode::Kind::Map:
        out += node.kind == YamlNode::Kind::Map ? '{' : '[';
        for (const int child : node.children)
            print(document, child, out, replaced, replacement);
        out += node.kind == YamlNode::Kind::Map ? '}' : ']';
        break;
    }
    out += '&' + node.anchor + '!' + node.tag + ';';
}

QByteArray printed(const YamlDocument &document, int replaced = -1, const QByteArray &replacement = {})
{
    QByteArray out;
    if (document.root() >= 0)
        print(document, document.root(), out, replaced, replacement);
    return out;
}

QByteArray scalar(const QByteArray &value)
{
    return 's' + QByteArray::number(value.size()) + ':' + value + "&!;";
}

/// What the edited node must look like afterwards.
QByteArray intended(const YamlDocument &document, const YamlEdit &edit)
{
    const YamlNode &node = document.node(edit.node);
    if (edit.kind == YamlEdit::Kind::SetScalar)
        return scalar(edit.text);
    QByteArrayList parts;
    for (const int child : node.children) {
        QByteArray part;
        print(document, child, part, -1, {});
        parts += part;
    }
    if (edit.kind == YamlEdit::Kind::InsertItem) {
        parts.insert(edit.index, scalar(edit.text));
    } else if (edit.kind == YamlEdit::Kind::RemoveItem) {
        parts.removeAt(edit.index);
    } else {
        const int value = document.find(edit.node, edit.key);
        if (value >= 0)
            parts[node.children.indexOf(value)] = scalar(edit.text);
        else
            parts += {scalar(edit.key), scalar(edit.text)};
    }
    const bool isMap = node.kind == YamlNode::Kind::Map;
    return (isMap ? '{' : '[') + parts.join() + (isMap ? '}' : ']') + "&!;";
}

/// Everything that holds for any tree over its text.
void checkTree(const YamlDocument &document)
{
    for (int i = 0; i < document.size(); ++i) {
        const YamlNode &node = document.node(i);
        require(node.begin >= 0 && node.begin <= node.end && node.end <= document.bytes().size());
        require(node.kind != YamlNode::Kind::Map || node.children.size() % 2 == 0);
        require(node.parent < i);
        require(document.resolved(i) < document.size());
        const Position position = document.position(node.begin);
        require(position.line >= 1 && position.column >= 1);
        for (const int child : node.children)
            require(child > i && document.node(child).parent == i);
    }
}

/// Whether nothing changed before the node (or its key) and behind its last line.
void checkUntouched(const YamlDocument &document, const YamlEdit &edit, const QByteArray &after)
{
    const QByteArray &before = document.bytes();
    const YamlNode &node = document.node(edit.node);
    int key = edit.node;
    if (node.parent >= 0 && document.node(node.parent).kind == YamlNode::Kind::Map)
        key = document.node(node.parent).children[document.node(node.parent).children.indexOf(edit.node) - 1];
    // A |+ scalar owns the blank lines behind it, and a file may end without a line end.
    qsizetype end = yamlscan::nextLine(before, node.end);
    while (end < before.size() && yamlscan::skipBlanks(before, end) == yamlscan::lineEnd(before, end))
        end = yamlscan::nextLine(before, end);
    require(after.startsWith(before.first(document.node(key).begin)));
    require(after.endsWith(before.sliced(end)));
}

const QByteArrayList values{"x", "--profiling=false", "true", "null", "", "1", "a: b", "#", "a,b", "'", "\"\\", "加固",
    "x\ny", " x ", "-", "?", "~", "<<", "[", "0x1F", "\t", "e\xCC\x81", "\xE2\x80\xA8", "x:", "&a", "2024-01-02"};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    YamlEdit edit;
    edit.kind = YamlEdit::Kind(input.number(4));
    edit.text = values[input.number(int(values.size()))];
    edit.key = values[input.number(int(values.size()))];
    const int node = input.number(1 << 16);
    const int index = input.number(256);
    const QByteArray bytes = input.rest();

    const auto variables = parseEnvironmentFile(u"e"_s, bytes);
    for (const EnvironmentVariable &variable : variables.value_or(QList<EnvironmentVariable>()))
        splitArguments(variable.value);

    const auto document = YamlDocument::parse(u"f"_s, bytes);
    if (!document) {
        require(document.error().at.line <= bytes.count('\n') + 1);
        return 0;
    }
    checkTree(*document);
    const auto unchanged = document->edited({});
    require(!unchanged || *unchanged == bytes);
    if (document->size() == 0)
        return 0;
    edit.node = node % document->size();
    edit.index = index % int(document->node(edit.node).children.size() + 1);
    const auto after = document->edited({edit});
    if (!after)
        return 0;
    const auto result = YamlDocument::parse(u"f"_s, *after);
    require(bool(result));
    require(printed(*result) == printed(*document, edit.node, intended(*document, edit)));
    checkUntouched(*document, edit, *after);
    return 0;
}
