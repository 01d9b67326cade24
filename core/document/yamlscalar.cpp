// SPDX-License-Identifier: Apache-2.0
#include "document/yamlscalar.h"

#include "document/yamlscan.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu::yamlscalar {

namespace {

bool isOneLine(QByteArrayView text)
{
    return !text.contains('\n') && !text.contains('\r') && !text.contains('\t') && !yamlscan::firstFlaw(text, 0);
}

} // namespace

bool readsAsString(QByteArrayView text)
{
    static const QList<QByteArray> words{"", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "on", "On",
        "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", "true", "True", "TRUE", "false", "False", "FALSE", "<<",
        "=", ".nan", ".NaN", ".NAN"};
    static const QRegularExpression number(u"^[-+]?(?:0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|\\.(?:inf|Inf|INF)"
                                           "|(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
                                           "|[0-9]+(?::[0-5]?[0-9])+(?:\\.[0-9]*)?)$"_s);
    static const QRegularExpression date(u"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \\t])"_s);
    if (std::ranges::any_of(words, [&](const QByteArray &word) { return text == word; }))
        return false;
    const char first = text.front();
    if (!(first >= '0' && first <= '9') && first != '-' && first != '+' && first != '.')
        return true;
    QString digits = QString::fromUtf8(text);
    if (date.match(digits).hasMatch())
        return false;
    return !number.match(digits.remove(u'_')).hasMatch();
}

bool canBePlain(QByteArrayView text, bool inFlow)
{
    if (text.isEmpty() || !isOneLine(text) || yamlscan::isBlank(text.front()) || yamlscan::isBlank(text.back()))
        return false;
    if (QByteArrayView(",[]{}#&*!|>'\"%@`").contains(text.front()) || text.back() == ':')
        return false;
    if (QByteArrayView("-?:").contains(text.front()) && (text.size() == 1 || text[1] == ' '))
        return false;
    if (text.contains(": ") || text.contains(" #") || text == "---" || text == "..." || text.startsWith("--- ")
        || text.startsWith("... "))
        return false;
    const auto endsFlow = [](char character) { return QByteArrayView(",[]{}?:").contains(character); };
    return !inFlow || std::ranges::none_of(text, endsFlow);
}

QByteArray written(QByteArrayView text, YamlNode::Style style, bool inFlow)
{
    if (style == YamlNode::Style::SingleQuoted && isOneLine(text))
        return '\'' + text.toByteArray().replace('\'', "''") + '\'';
    if (style != YamlNode::Style::DoubleQuoted && style != YamlNode::Style::SingleQuoted && canBePlain(text, inFlow)
        && readsAsString(text))
        return text.toByteArray();
    QByteArray result = "\"";
    const QString decoded = QString::fromUtf8(text);
    for (const char32_t character : decoded.toUcs4()) {
        const QString one = QString::fromUcs4(&character, 1);
        if (character == U'"' || character == U'\\')
            result += '\\' + one.toUtf8();
        else if (character == U'\n')
            result += "\\n";
        else if (character == U'\t')
            result += "\\t";
        else if (character == U'\r' || yamlscan::firstFlaw(one.toUtf8(), 0))
            result += "\\u" + QByteArray::number(uint(character), 16).rightJustified(4, '0');
        else
            result += one.toUtf8();
    }
    return result + '"';
}

} // namespace jiagu::yamlscalar
