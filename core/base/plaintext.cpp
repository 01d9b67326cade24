// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool isHarmless(char32_t character, bool lines)
{
    if (lines && (character == U'\n' || character == U'\t'))
        return true;
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // bidirectional controls, zero-width characters, byte order mark
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
        return false;
    default:
        return true;
    }
}

/// Nearly all of what there is to show.
bool isPlainAscii(QStringView text)
{
    return std::ranges::all_of(text, [](QChar character) { return character >= u' ' && character < u'\x7f'; });
}

QString visible(QStringView text, bool lines)
{
    if (isPlainAscii(text))
        return text.toString();
    QString result;
    result.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t character = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            character = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        if (isHarmless(character, lines))
            result += QChar::fromUcs4(character);
        else
            result += u"\\u{"_s + QString::number(character, 16).toUpper() + u'}';
    }
    return result;
}

} // namespace

QString plainText(QByteArrayView bytes)
{
    return visible(QString::fromUtf8(bytes), false);
}

QString plainText(const QByteArray &bytes)
{
    return plainText(QByteArrayView(bytes));
}

QString plainText(const QString &text)
{
    return isPlainAscii(text) ? text : visible(text, false);
}

QString plainText(QStringView text)
{
    return visible(text, false);
}

QString plainLines(QByteArrayView bytes)
{
    return visible(QString::fromUtf8(bytes), true);
}

} // namespace jiagu
