// SPDX-License-Identifier: Apache-2.0
#include "rules/packreader.h"

#include "base/plaintext.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype longestText = 16 * 1024;
constexpr qsizetype mostItems = 1000;

int distance(const QString &left, const QString &right)
{
    QList<int> row(right.size() + 1);
    for (int i = 0; i < row.size(); ++i)
        row[i] = i;
    for (qsizetype i = 0; i < left.size(); ++i) {
        int diagonal = row[0];
        row[0] = int(i) + 1;
        for (qsizetype j = 0; j < right.size(); ++j) {
            const int above = row[j + 1];
            row[j + 1] = std::min({diagonal + (left[i] == right[j] ? 0 : 1), above + 1, row[j] + 1});
            diagonal = above;
        }
    }
    return row.back();
}

QString nearest(const QString &word, const QStringList &words)
{
    return *std::min_element(words.cbegin(), words.cend(),
        [&word](const QString &left, const QString &right) { return distance(word, left) < distance(word, right); });
}

std::optional<qint64> wholeNumber(const QByteArray &text)
{
    bool ok = false;
    const qint64 number = text.toLongLong(&ok);
    return ok ? std::optional(number) : std::nullopt;
}

bool isNumber(const QByteArray &text)
{
    bool ok = false;
    text.toDouble(&ok);
    return ok;
}

bool isBool(const QByteArray &text)
{
    return text == "true" || text == "false";
}

} // namespace

PackReader::PackReader(const YamlDocument &document)
    : m_document(document)
{
    if (m_document.root() < 0) {
        fail(-1, message(u"The file is empty."_s, u"文件为空。"_s));
        return;
    }
    for (const YamlProblem &problem : m_document.problems()) {
        m_failed = false; // each of them is told
        const QString name = plainText(problem.name);
        switch (problem.kind) {
        case YamlProblem::Kind::DuplicateKey:
            fail(problem.node, message(u"The key \"%1\" is repeated."_s, u"键“%1”重复。"_s, name));
            break;
        case YamlProblem::Kind::Anchor:
        case YamlProblem::Kind::Alias:
            fail(problem.node,
                message(u"A rule pack has no anchors and aliases."_s, u"规则包中不允许使用锚点和别名。"_s));
            break;
        case YamlProblem::Kind::Tag:
            fail(problem.node, message(u"A rule pack has no tags."_s, u"规则包中不允许使用标签。"_s));
            break;
        case YamlProblem::Kind::SeveralDocuments:
            fail(problem.node, message(u"A rule pack is one YAML document."_s, u"规则包只能包含一个 YAML 文档。"_s));
            break;
        }
    }
}

void PackReader::fail(int node, Message text)
{
    if (!m_failed)
        m_errors += Error{Error::Kind::Parse, std::move(text), position(node)};
    m_failed = true;
}

Position PackReader::position(int node) const
{
    if (node >= 0)
        return m_document.position(m_document.node(node).begin);
    Position at;
    at.file = m_document.name();
    return at;
}

PackFields PackReader::fields(int node, const QList<QByteArray> &known, bool goOn)
{
    PackFields found;
    QStringList names;
    for (const QByteArray &name : known)
        names += QString::fromLatin1(name.endsWith('?') ? name.chopped(1) : name);
    const QList<std::pair<QByteArray, int>> all = pairs(node);
    if (m_failed || node < 0) {
        m_failed = m_failed && !goOn;
        return {};
    }
    for (const auto &[key, value] : all) {
        const QString name = plainText(key);
        if (names.contains(name)) {
            found.insert(key, value);
            continue;
        }
        const YamlNode &map = m_document.node(node);
        const qsizetype at = map.children.indexOf(value) - 1;
        m_failed = false;
        fail(map.children.value(at, node),
            message(u"The key \"%1\" is not known here. Did you mean \"%2\"?"_s, u"此处不认识键“%1”。是否想写“%2”？"_s,
                name, nearest(name, names)));
    }
    for (const QByteArray &name : known) {
        if (m_failed) // the unknown key is likely the missing one
            break;
        if (name.endsWith('?') || found.contains(name))
            continue;
        fail(node, message(u"The key \"%1\" is missing here."_s, u"此处缺少键“%1”。"_s, QString::fromLatin1(name)));
    }
    if (!m_failed || goOn) {
        m_failed = false;
        return found;
    }
    return {};
}

QList<std::pair<QByteArray, int>> PackReader::pairs(int node)
{
    if (m_failed || node < 0)
        return {};
    const YamlNode &map = m_document.node(node);
    if (map.kind != YamlNode::Kind::Map) {
        fail(node, message(u"A map (key: value) is expected here."_s, u"此处应为映射（键: 值）。"_s));
        return {};
    }
    if (map.children.size() / 2 > mostItems) {
        fail(node, message(u"The map has too many keys."_s, u"该映射的键过多。"_s));
        return {};
    }
    QList<std::pair<QByteArray, int>> result;
    for (qsizetype i = 0; i + 1 < map.children.size(); i += 2)
        result.append({m_document.node(map.children[i]).value, map.children[i + 1]});
    return result;
}

QList<int> PackReader::items(int node)
{
    if (m_failed || node < 0)
        return {};
    const YamlNode &list = m_document.node(node);
    if (list.kind != YamlNode::Kind::Sequence) {
        fail(node, message(u"A list is expected here."_s, u"此处应为列表。"_s));
        return {};
    }
    if (list.children.size() > mostItems) {
        fail(node, message(u"The list has too many items."_s, u"该列表的项过多。"_s));
        return {};
    }
    return list.children;
}

QString PackReader::text(int node)
{
    if (m_failed || node < 0)
        return {};
    const YamlNode &scalar = m_document.node(node);
    const bool plain = scalar.style == YamlNode::Style::Plain;
    if (scalar.kind != YamlNode::Kind::Scalar || scalar.isNull()
        || (plain && (isBool(scalar.value) || isNumber(scalar.value)))) {
        fail(node,
            message(u"Text is expected here; a number, true and false need quotes."_s,
                u"此处应为字符串；数字、true 和 false 需要加引号。"_s));
        return {};
    }
    if (scalar.value.size() > longestText) {
        fail(node, message(u"The text is too long."_s, u"该字符串过长。"_s));
        return {};
    }
    return QString::fromUtf8(scalar.value);
}

QStringList PackReader::texts(int node)
{
    QStringList result;
    for (const int item : items(node))
        result += text(item);
    return result;
}

Message PackReader::bilingual(int node)
{
    // A folded YAML text has a space where a line ended, which Chinese has not.
    static const QRegularExpression fold(u"(?<=[\\x{2018}-\\x{201D}\\x{2E80}-\\x{9FFF}\\x{FF00}-\\x{FFEF}]) "
                                         u"(?=[\\x{2018}-\\x{201D}\\x{2E80}-\\x{9FFF}\\x{FF00}-\\x{FFEF}])"_s);
    if (node < 0)
        return {};
    const PackFields both = fields(node, {"en"_ba, "zh"_ba});
    if (m_failed)
        return {};
    const Message result{text(both["en"]).trimmed(), text(both["zh"]).trimmed().remove(fold)};
    if (m_failed)
        return {};
    if (result.en.isEmpty() || result.zh.isEmpty())
        fail(node, message(u"The text is empty in one language."_s, u"其中一种语言的文本为空。"_s));
    else if (result.en == result.zh)
        fail(node, message(u"The text is the same in both languages."_s, u"两种语言的文本相同。"_s));
    return result;
}

QJsonValue PackReader::value(int node)
{
    if (m_failed || node < 0)
        return QJsonValue::Null;
    const YamlNode &what = m_document.node(node);
    switch (what.kind) {
    case YamlNode::Kind::Scalar:
        if (what.isNull())
            return QJsonValue::Null;
        if (what.style == YamlNode::Style::Plain) {
            if (isBool(what.value))
                return what.value == "true";
            if (const auto number = wholeNumber(what.value))
                return *number;
        }
        return text(node);
    case YamlNode::Kind::Sequence: {
        QJsonArray array;
        for (const int item : items(node))
            array += value(item);
        return array;
    }
    case YamlNode::Kind::Map: {
        QJsonObject object;
        for (const auto &[key, item] : pairs(node))
            object.insert(QString::fromUtf8(key), value(item));
        return object;
    }
    case YamlNode::Kind::Alias:
        break;
    }
    return QJsonValue::Null;
}

int PackReader::oneOf(int node, const QStringList &words)
{
    const QString word = text(node);
    if (m_failed || node < 0)
        return -1;
    const qsizetype index = words.indexOf(word);
    if (words.isEmpty()) {
        fail(node,
            message(
                u"\"%1\" is not known here: there is none."_s, u"此处不认识“%1”：没有可用的值。"_s, plainText(word)));
    } else if (index < 0) {
        fail(node,
            message(u"\"%1\" is not known here. Did you mean \"%2\"? Known are: %3."_s,
                u"此处不认识“%1”。是否想写“%2”？可用的有：%3。"_s, plainText(word), nearest(word, words),
                words.join(u", "_s)));
    }
    return int(index);
}

} // namespace jiagu
