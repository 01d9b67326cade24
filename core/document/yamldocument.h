// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QList>

namespace jiagu {

/// A node of a YAML document, in the document's arena. Ranges are byte offsets into the document's own bytes.
struct YamlNode
{
    enum class Kind
    {
        Scalar,
        Sequence,
        Map,
        Alias
    };
    enum class Style
    {
        Plain,
        SingleQuoted,
        DoubleQuoted,
        Literal,
        Folded,
        Block,
        Flow
    };
    Kind kind = Kind::Scalar;
    Style style = Style::Plain;
    qsizetype begin = 0; ///< first byte of its text, anchors and tags included
    qsizetype end = 0; ///< one past the last byte of its text; trailing blanks, comments and line ends excluded
    QByteArray value; ///< a scalar's decoded value, UTF-8; of a null its word, which may be empty
    QByteArray tag; ///< explicit tag, empty where there is none
    QByteArray anchor; ///< empty where there is none
    int parent = -1;
    int target = -1; ///< of an alias: the node it stands for
    QList<int> children; ///< items of a sequence; of a map key, value, key, value, …

    bool isNull() const; ///< a plain scalar that YAML reads as null (nothing, ~, null)
};

/// What a reader should know about a document that parses all the same.
struct YamlProblem
{
    enum class Kind
    {
        DuplicateKey,
        Anchor,
        Alias,
        Tag,
        SeveralDocuments
    };
    Kind kind = Kind::DuplicateKey;
    int node = -1; ///< the repeated key (the later one), the node with the anchor or tag, the alias, the root
    QByteArray name; ///< the key, anchor or tag
};

/// One intended change to the tree. Nodes are indexes into the document that is edited.
struct YamlEdit
{
    enum class Kind
    {
        SetScalar, ///< node: a scalar; text: its new value
        InsertItem, ///< node: a sequence; index: before which item (size = append); text: a scalar value
        RemoveItem, ///< node: a sequence; index
        SetKey, ///< node: a map; key; text: a scalar value; replaces the value of the key or appends the pair
        SetList, ///< node: a map; key; items: at least one; the same with a list of strings for a value
    };
    Kind kind = Kind::SetScalar;
    int node = -1;
    int index = 0;
    QByteArray key;
    QByteArray text; ///< a string value; it is quoted where a plain scalar would read as something else
    bool plain = false; ///< text is written as it is (a number, a bool) instead
    QByteArrayList items{}; ///< of SetList: string values, quoted as text is
};

/// A YAML file: its original bytes and a tree with byte ranges. Read as the component reads it: of a duplicate key
/// the last is in force. Never throws; every budget is checked. A value: copying is cheap (shared), any thread.
class YamlDocument
{
public:
    /// Parses the first document of the file; further ones are a problem (SeveralDocuments) and are not read. Fails
    /// with Parse and the line and column in the file for what is not YAML, not UTF-8, has a NUL or another character
    /// that YAML does not allow, has a line end on which YAML readers disagree, or is nested deeper than 64; with
    /// TooLarge above 4 MiB, 200 000 nodes or the time limit. `name` is what errors call the file.
    static Result<YamlDocument> parse(const QString &name, const QByteArray &bytes);

    const QString &name() const { return m_name; }
    const QByteArray &bytes() const { return m_bytes; }
    int root() const { return m_root; } ///< -1 for an empty document (nothing but comments and markers)
    const YamlNode &node(int index) const { return m_nodes[index]; }
    int size() const { return int(m_nodes.size()); }
    const QList<YamlProblem> &problems() const { return m_problems; }

    /// The value of the last such key of a map (aliases and merge keys followed), -1 when there is none or it is no
    /// map.
    int find(int map, QByteArrayView key) const;
    /// Follows keys and, for "[0]", items from the root: find({"spec", "containers", "[0]"}). -1 when there is none.
    int find(const QList<QByteArray> &path) const;
    /// What an alias stands for; any other node is itself. -1 beyond the budget.
    int resolved(int node) const;

    /// Line and column (characters), from 1, of a byte offset.
    Position position(qsizetype offset) const;
    /// 1-based first and last line that a node covers.
    int firstLine(int node) const;
    int lastLine(int node) const;

    /// The bytes after the edits. Only the ranges of the edits change; what comes out is parsed again and must be the
    /// intended tree, else it fails with Failed and nothing is returned. Refuses (Conflict, with the position) a
    /// document with duplicate keys, anchors, aliases or tags on the path to an edited node, or several documents. What
    /// is JSON stays JSON.
    Result<QByteArray> edited(const QList<YamlEdit> &edits) const;

private:
    QString m_name;
    QByteArray m_bytes;
    QList<YamlNode> m_nodes;
    QList<YamlProblem> m_problems;
    QList<qsizetype> m_lineStarts;
    int m_root = -1;
    friend class YamlReader;
};

} // namespace jiagu
