// SPDX-License-Identifier: Apache-2.0
#include "cluster/yamlvalue.h"

#include "cluster/arguments.h"
#include "document/yamldocument.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>

#include <cmath>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int nodeBudget = 20'000;
constexpr int maximumDepth = 100; // an alias may stand for what it is in

QByteArray coreTag(const QByteArray &tag)
{
    for (const char *prefix : {"!!", "tag:yaml.org,2002:", "!<tag:yaml.org,2002:"}) {
        if (tag.startsWith(prefix))
            return tag.mid(qstrlen(prefix)).replace('>', "");
    }
    return tag;
}

QJsonValue plainScalar(const QByteArray &text)
{
    if (text.isEmpty() || !QByteArrayView("yYnNtTfFoO+-.0123456789").contains(text.front()))
        return QString::fromUtf8(text);
    for (const char *yes : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
        if (text == yes)
            return true;
    }
    for (const char *no : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
        if (text == no)
            return false;
    }
    for (const char *unwritable : {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
             ".NaN", ".NAN"}) { // JSON has no such number
        if (text == unwritable)
            return QJsonValue::Undefined;
    }
    const QByteArray digits = text.startsWith('.') ? text : QByteArray(text).replace('_', "");
    if (!text.isEmpty() && (text[0] == '+' || text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) {
        if (const auto integer = parseInteger(digits))
            return *integer;
        static const QRegularExpression number(u"^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$"_s);
        bool fits = false;
        const double value = digits.toDouble(&fits);
        const bool small = digits.contains("e-") || digits.contains("E-"); // what is too small is 0, too large is text
        if ((fits || small) && number.match(QString::fromUtf8(digits)).hasMatch())
            return value;
    }
    return QString::fromUtf8(text);
}

/// Refused where the text is not of the type that its tag names.
QJsonValue tagged(const QByteArray &tag, const QByteArray &text)
{
    if (tag == "null") {
        const bool isNull = text.isEmpty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
        return isNull ? QJsonValue(QJsonValue::Null) : QJsonValue(QJsonValue::Undefined);
    }
    const QJsonValue value = plainScalar(text);
    const bool fits = tag == "bool" ? value.isBool() : value.isDouble();
    return fits ? value : QJsonValue(QJsonValue::Undefined);
}

QJsonValue convert(const YamlDocument &document, int index, int &budget, int depth = 0)
{
    const int at = document.resolved(index);
    if (at < 0 || --budget < 0 || depth > maximumDepth)
        return QJsonValue::Undefined;
    const YamlNode &node = document.node(at);
    const QByteArray tag = coreTag(node.tag);
    switch (node.kind) {
    case YamlNode::Kind::Scalar:
        if (tag == "str" || tag == "!")
            return QString::fromUtf8(node.value);
        if (!tag.isEmpty() && tag != "int" && tag != "bool" && tag != "float" && tag != "null")
            return QJsonValue::Undefined;
        if (node.isNull())
            return QJsonValue::Null;
        if (tag.isEmpty())
            return node.style == YamlNode::Style::Plain ? plainScalar(node.value) : QString::fromUtf8(node.value);
        return tagged(tag, node.value);
    case YamlNode::Kind::Sequence: {
        QJsonArray items;
        for (const int child : node.children) {
            const QJsonValue item = convert(document, child, budget, depth + 1);
            if (item.isUndefined())
                return item;
            items.append(item);
        }
        return items;
    }
    case YamlNode::Kind::Map: {
        QJsonObject pairs;
        QJsonArray merged;
        for (qsizetype i = 0; i + 1 < node.children.size(); i += 2) {
            const int key = document.resolved(node.children[i]);
            if (key < 0 || document.node(key).kind != YamlNode::Kind::Scalar)
                return QJsonValue::Undefined;
            const QJsonValue value = convert(document, node.children[i + 1], budget, depth + 1);
            if (value.isUndefined())
                return value;
            if (document.node(key).value == "<<" && document.node(key).style == YamlNode::Style::Plain) {
                for (const auto map : value.isArray() ? value.toArray() : QJsonArray{value})
                    merged.append(map);
            } else {
                pairs[QString::fromUtf8(document.node(key).value)] = value;
            }
        }
        for (const auto map : merged) { // what a merge key brings does not replace what is there
            const QJsonObject more = map.toObject();
            for (auto pair = more.begin(); pair != more.end(); ++pair) {
                if (!pairs.contains(pair.key()))
                    pairs[pair.key()] = pair.value();
            }
        }
        return pairs;
    }
    case YamlNode::Kind::Alias:
        break;
    }
    return QJsonValue::Undefined;
}

Message kindOf(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Bool:
        return {u"a boolean"_s, u"布尔值"_s};
    case QJsonValue::Double:
        return {u"a number"_s, u"数字"_s};
    case QJsonValue::String:
        return {u"text"_s, u"文本"_s};
    case QJsonValue::Array:
        return {u"a list"_s, u"列表"_s};
    case QJsonValue::Object:
        return {u"a map"_s, u"映射"_s};
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        break;
    }
    return {u"nothing it can read"_s, u"无法读取的内容"_s};
}

Message wanted(ValueType type)
{
    switch (type) {
    case ValueType::Bool:
        return {u"true or false"_s, u"true 或 false"_s};
    case ValueType::Integer:
        return {u"a whole number without quotes"_s, u"不带引号的整数"_s};
    case ValueType::String:
        return {u"text"_s, u"文本"_s};
    case ValueType::StringList:
        return {u"a list of texts"_s, u"文本列表"_s};
    case ValueType::Map:
        return {u"a map"_s, u"映射"_s};
    }
    return {};
}

bool isOf(const QJsonValue &value, ValueType type)
{
    switch (type) {
    case ValueType::Bool:
        return value.isBool();
    case ValueType::Integer:
        return value.isDouble() && value.toDouble() == std::floor(value.toDouble())
            && std::abs(value.toDouble()) < 1e19;
    case ValueType::String:
        return value.isString();
    case ValueType::StringList: {
        const QJsonArray items = value.toArray();
        return value.isArray() && std::ranges::all_of(items, [](const QJsonValue &item) { return item.isString(); });
    }
    case ValueType::Map:
        return value.isObject();
    }
    return false;
}

} // namespace

QJsonValue yamlValue(const YamlDocument &document, int node)
{
    int budget = nodeBudget;
    return node < 0 ? QJsonValue(QJsonValue::Undefined) : convert(document, node, budget);
}

YamlLookup lookUp(const YamlDocument &document, const QString &path, ValueType type)
{
    int node = document.root();
    if (node < 0)
        return {};
    for (const QString &key : path.split(u'.')) {
        const int map = document.resolved(node);
        if (map < 0 || document.node(map).kind != YamlNode::Kind::Map) {
            if (map >= 0 && document.node(map).isNull())
                return {YamlLookup::State::Null, {}, node, {}};
            return {YamlLookup::State::Unusable, {}, node,
                message(u"is %1, and the component wants %2"_s, u"是%1，而组件要求%2"_s,
                    kindOf(yamlValue(document, node)), wanted(ValueType::Map))};
        }
        const int value = document.find(map, key.toUtf8());
        if (value < 0)
            return {};
        node = value;
    }
    QJsonValue value = yamlValue(document, node);
    if (value.isNull())
        return {YamlLookup::State::Null, value, node, {}};
    if (value.isUndefined() || !isOf(value, type)) {
        return {YamlLookup::State::Unusable, value, node,
            message(u"is %1, and the component wants %2"_s, u"是%1，而组件要求%2"_s, kindOf(value), wanted(type))};
    }
    if (type == ValueType::Integer)
        value = value.toInteger();
    return {YamlLookup::State::Found, value, node, {}};
}

} // namespace jiagu
