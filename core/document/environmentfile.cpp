// SPDX-License-Identifier: Apache-2.0
#include "document/environmentfile.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype maximumSize = 1 << 20;

bool isLineEnd(char character)
{
    return character == '\n' || character == '\r';
}

bool isSpace(char character)
{
    return isLineEnd(character) || character == ' ' || character == '\t';
}

/// env_name_is_valid() of src/basic/env-util.c.
bool isVariableName(QByteArrayView name)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.isEmpty() && !isDigit(name.front())
        && std::ranges::all_of(name, [&](char c) { return isLetter(c) || isDigit(c); });
}

/// env_value_is_valid() of src/basic/env-util.c.
bool isVariableValue(QByteArrayView value)
{
    return std::ranges::none_of(value, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
    });
}

/// Walks the file as parse_env_file_internal() of src/basic/env-file.c does.
class Reader
{
public:
    explicit Reader(QByteArrayView text)
        : m_text(text)
    {
    }

    bool atEnd() const { return m_at >= m_text.size(); }
    int line() const { return m_line; }

    void skipSpace()
    {
        while (!atEnd() && isSpace(peek()))
            take();
    }
    /// Takes a comment with its line end; false when none starts here.
    bool skipComment()
    {
        if (atEnd() || (peek() != '#' && peek() != ';'))
            return false;
        while (!atEnd() && !isLineEnd(take())) { }
        return true;
    }
    /// Takes a name and its “=”; empty for a line that has none.
    QByteArray takeName()
    {
        QByteArray name;
        // An “=” that starts a line is part of the name.
        do {
            const char character = take();
            if (isLineEnd(character))
                return {};
            name += character;
        } while (!atEnd() && peek() != '=');
        if (atEnd())
            return {};
        take();
        while (!name.isEmpty() && isSpace(name.back()))
            name.chop(1);
        return name;
    }
    QByteArray takeValue()
    {
        QByteArray value;
        while (!atEnd() && !isLineEnd(peek())) {
            if (peek() == '\'')
                takeSingleQuoted(value);
            else if (peek() == '"')
                takeDoubleQuoted(value);
            else if (isSpace(peek()))
                take();
            else {
                takeBare(value);
                break;
            }
        }
        if (!atEnd())
            take();
        return value;
    }

private:
    char peek() const { return m_text[m_at]; }
    char take()
    {
        const char character = m_text[m_at++];
        m_line += character == '\n' ? 1 : 0;
        return character;
    }

    void takeSingleQuoted(QByteArray &value)
    {
        take();
        while (!atEnd()) {
            const char character = take();
            if (character == '\'')
                return;
            value += character;
        }
    }
    void takeDoubleQuoted(QByteArray &value)
    {
        take();
        while (!atEnd()) {
            const char character = take();
            if (character == '"')
                return;
            if (character != '\\') {
                value += character;
            } else if (!atEnd()) {
                const char escaped = take();
                if (escaped == '\n')
                    continue;
                if (!QByteArrayView("\"\\`$").contains(escaped))
                    value += '\\';
                value += escaped;
            }
        }
    }
    /// To the end of the line, without blanks at the end; quotes mean nothing any more.
    void takeBare(QByteArray &value)
    {
        qsizetype kept = value.size();
        while (!atEnd() && !isLineEnd(peek())) {
            const char character = take();
            if (character == '\\') {
                const char escaped = atEnd() ? '\n' : take();
                if (!isLineEnd(escaped))
                    value += escaped;
                kept = value.size();
            } else {
                value += character;
                if (!isSpace(character))
                    kept = value.size();
            }
        }
        value.truncate(kept);
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    int m_line = 1;
};

} // namespace

Result<QList<EnvironmentVariable>> parseEnvironmentFile(const QString &name, const QByteArray &bytes)
{
    if (bytes.size() > maximumSize)
        return failure(Error::Kind::TooLarge,
            message(u"The environment file has %1 bytes; it is read up to %2 bytes. Look at what wrote it."_s,
                u"环境文件有 %1 字节，最多读取 %2 字节。请检查该文件的来源。"_s, QString::number(bytes.size()),
                QString::number(maximumSize)),
            {{}, name, 0, 0});
    if (const qsizetype null = bytes.indexOf('\0'); null >= 0)
        return failure(Error::Kind::Parse,
            message(
                u"The environment file has a zero byte, so systemd takes nothing from it. Put back an intact copy."_s,
                u"环境文件中有零字节，systemd 会忽略整个文件。请恢复完好的副本。"_s),
            {{}, name, int(bytes.first(null).count('\n')) + 1, 0});

    QList<EnvironmentVariable> variables;
    Reader reader{bytes};
    for (reader.skipSpace(); !reader.atEnd(); reader.skipSpace()) {
        if (reader.skipComment())
            continue;
        EnvironmentVariable variable;
        variable.line = reader.line();
        variable.name = reader.takeName();
        if (variable.name.isEmpty())
            continue;
        variable.value = reader.takeValue();
        if (!variable.name.isValidUtf8() || !variable.value.isValidUtf8())
            return failure(Error::Kind::Parse,
                message(
                    u"A variable of the environment file is not UTF-8 text, so systemd takes nothing from the file. "
                    "Correct the line."_s,
                    u"环境文件中有变量不是有效的 UTF-8 文本，systemd 会忽略整个文件。请修正该行。"_s),
                {{}, name, variable.line, 0});
        if (isVariableName(variable.name) && isVariableValue(variable.value))
            variables.append(std::move(variable));
    }
    return variables;
}

/// As extract_first_word() of src/basic/extract-word.c with EXTRACT_RELAX and EXTRACT_UNQUOTE.
QList<QByteArray> splitArguments(const QByteArray &value)
{
    QList<QByteArray> arguments;
    bool inWord = false;
    bool isEscaped = false;
    char quote = '\0';
    for (const char character : value) {
        if (!isEscaped && quote == '\0' && isSpace(character)) {
            inWord = false;
            continue;
        }
        if (!inWord)
            arguments.append(QByteArray(""));
        inWord = true;
        if (isEscaped) {
            arguments.last() += character;
            isEscaped = false;
        } else if (character == '\\') {
            isEscaped = true;
        } else if (quote != '\0' ? character == quote : character == '"' || character == '\'') {
            quote = quote != '\0' ? '\0' : character;
        } else {
            arguments.last() += character;
        }
    }
    return arguments;
}

} // namespace jiagu
