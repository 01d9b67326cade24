// SPDX-License-Identifier: Apache-2.0
#include "host/masking.h"

#include <algorithm>

namespace jiagu {

namespace {

bool isWordCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'
        || c == '.';
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

/// Whether the value of a YAML or JSON key, a flag or a variable of this name
/// is a secret. Names of files that hold one (--token-auth-file, secretName,
/// tokenFile) are not.
bool isSecretName(QByteArrayView name)
{
    QByteArray plain;
    for (const char c : name) {
        if (c == '-' || c == '.')
            plain += '_';
        else
            plain += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    }
    while (plain.startsWith('_'))
        plain.remove(0, 1);
    static const QList<QByteArray> whole{"token", "secret", "password", "passwd", "pass", "auth", "identitytoken",
        "bearertoken", "accesstoken", "clientsecret", "client_key_data", "clientkeydata", "apikey", "api_key",
        "secretkey", "accesskey", "privatekey", "passphrase"};
    static const QList<QByteArray> ends{"password", "passwd", "_token", "_secret", "_pass", "_api_key", "_apikey",
        "_secret_key", "_access_key", "_access_key_id", "_private_key", "_passphrase"};
    return whole.contains(plain)
        || std::any_of(ends.begin(), ends.end(), [&](const QByteArray &end) { return plain.endsWith(end); });
}

/// What stands where a secret could but is none: the value of a switch
/// (automountServiceAccountToken).
bool isHarmless(QByteArrayView value)
{
    return value.isEmpty() || value == "true" || value == "false" || value == "null" || value == "~";
}

/// Masks in place and remembers whether anything changed.
class Masker
{
public:
    explicit Masker(QByteArray &text)
        : m_text(text)
    {
    }

    bool run()
    {
        maskPrivateKeys();
        maskNamedValues();
        maskUrls();
        maskWebTokens();
        return m_masked;
    }

    void mask(qsizetype begin, qsizetype end)
    {
        for (qsizetype at = begin; at < end; ++at) {
            const char c = std::as_const(m_text)[at];
            if (c == '\n' || c == '\r' || c == '*')
                continue;
            m_text[at] = '*';
            m_masked = true;
        }
    }

private:
    char at(qsizetype index) const { return index < m_text.size() ? m_text.at(index) : '\n'; }
    qsizetype lineEnd(qsizetype from) const
    {
        const qsizetype end = m_text.indexOf('\n', from);
        return end < 0 ? m_text.size() : end;
    }

    void maskPrivateKeys()
    {
        for (qsizetype from = 0;;) {
            const qsizetype begin = m_text.indexOf("-----BEGIN ", from);
            if (begin < 0)
                return;
            const qsizetype dashes = m_text.indexOf("-----", begin + 11);
            if (dashes < 0)
                return;
            from = begin + 11;
            if (dashes - begin > 100 || !QByteArrayView(m_text).sliced(begin, dashes - begin).endsWith("PRIVATE KEY"))
                continue;
            qsizetype end = m_text.indexOf("-----END ", dashes + 5);
            if (end < 0)
                end = m_text.size();
            qsizetype line = dashes + 5;
            while (line < end) { // keep the indentation, for the sake of columns
                const qsizetype stop = std::min(lineEnd(line), end);
                qsizetype text = line;
                while (text < stop && isBlank(m_text.at(text)))
                    ++text;
                mask(text, stop);
                line = stop + 1;
            }
            from = end;
        }
    }

    /// name: value, "name": "value", NAME=value, --name=value.
    void maskNamedValues()
    {
        QByteArray variable; // the name: of an entry of a list of environment
                             // variables, for the value: after it
        for (qsizetype from = 0; from < m_text.size();) {
            if (!isWordCharacter(m_text.at(from))) {
                ++from;
                continue;
            }
            qsizetype end = from;
            while (end < m_text.size() && isWordCharacter(m_text.at(end)))
                ++end;
            const QByteArrayView name = QByteArrayView(m_text).sliced(from, end - from);
            const qsizetype key = from;
            qsizetype next = end;
            if (at(next) == '"' || at(next) == '\'')
                ++next;
            while (isBlank(at(next)))
                ++next;
            const bool assigned = at(end) == '=';
            const bool keyed = at(next) == ':'
                && (isBlank(at(next + 1)) || at(next + 1) == '\n' || at(next + 1) == '\r' || next > end);
            if (assigned) {
                const bool startsLine = from == 0 || m_text.at(from - 1) == '\n';
                if (isSecretName(name))
                    from = maskAssigned(end + 1, startsLine && m_text.at(from) != '-');
                else
                    from = end + 1;
            } else if (keyed) {
                const bool isName = name == "name";
                const bool isValue = name == "value";
                const bool isSecret = isSecretName(name) || (isValue && isSecretName(variable));
                from = next + 1;
                if (isName || isValue || isSecret) {
                    const Value value = valueAt(from);
                    if (isName)
                        variable = m_text.mid(value.begin, std::min<qsizetype>(value.end - value.begin, 256));
                    else if (isValue)
                        variable.clear();
                    if (isSecret)
                        maskValue(key, value);
                    from = std::max(value.end, from);
                }
            } else {
                from = end;
            }
        }
    }

    qsizetype maskAssigned(qsizetype begin, bool toLineEnd)
    {
        qsizetype end = begin;
        const char quote = at(begin);
        if (quote == '"' || quote == '\'') {
            end = begin + 1;
            while (end < m_text.size() && m_text.at(end) != quote)
                end += m_text.at(end) == '\\' && end + 1 < m_text.size() ? 2 : 1;
            mask(begin + 1, end);
            return std::min(end + 1, m_text.size());
        }
        while (end < m_text.size() && (toLineEnd || !isBlank(m_text.at(end))) && m_text.at(end) != '\n'
            && m_text.at(end) != '"' && m_text.at(end) != '\'')
            ++end;
        if (!isHarmless(QByteArrayView(m_text).sliced(begin, end - begin)))
            mask(begin, end);
        return end;
    }

    struct Value
    {
        qsizetype begin = 0;
        qsizetype end = 0;
        bool nested = false; ///< nothing that is a value stands on the key's line
    };

    /// The scalar after a key on the same line.
    Value valueAt(qsizetype from) const
    {
        while (isBlank(at(from)))
            ++from;
        const char first = at(from);
        if (first == '\n' || first == '\r' || first == '#' || first == '|' || first == '>')
            return {from, from, true};
        if (first == '{' || first == '[')
            return {from, from, false};
        if (first == '"' || first == '\'') {
            qsizetype end = from + 1;
            while (end < m_text.size() && m_text.at(end) != first)
                end += first == '"' && m_text.at(end) == '\\' && end + 1 < m_text.size() ? 2 : 1;
            return {from + 1, std::min(end, m_text.size()), false};
        }
        qsizetype end = from;
        const qsizetype stop = lineEnd(from);
        while (end < stop && m_text.at(end) != ',' && m_text.at(end) != '}' && m_text.at(end) != ']'
            && !(m_text.at(end) == '#' && isBlank(m_text.at(end - 1))))
            ++end;
        while (end > from && (isBlank(m_text.at(end - 1)) || m_text.at(end - 1) == '\r'))
            --end;
        return {from, end, false};
    }

    void maskValue(qsizetype key, const Value &value)
    {
        if (!value.nested) {
            if (!isHarmless(QByteArrayView(m_text).sliced(value.begin, value.end - value.begin)))
                mask(value.begin, value.end);
            return;
        }
        // A block scalar, or a plain one that begins on the next line: everything
        // indented deeper than the key, unless it is a map or a list (a pod's
        // volume `secret:`).
        qsizetype lineStart = m_text.lastIndexOf('\n', key) + 1;
        qsizetype indent = 0;
        while (
            isBlank(at(lineStart + indent)) || (at(lineStart + indent) == '-' && isBlank(at(lineStart + indent + 1))))
            ++indent;
        const char first = at(value.begin);
        const bool block = first == '|' || first == '>';
        bool decided = block;
        for (qsizetype line = lineEnd(value.begin) + 1; line < m_text.size();) {
            const qsizetype stop = lineEnd(line);
            qsizetype text = line;
            while (text < stop && isBlank(m_text.at(text)))
                ++text;
            if (text < stop && m_text.at(text) != '\r') {
                if (text - line <= indent)
                    return;
                if (!decided) {
                    const QByteArrayView rest = QByteArrayView(m_text).sliced(text, stop - text);
                    if (rest.startsWith("- ") || rest.contains(": ") || rest.trimmed().endsWith(':')
                        || rest.startsWith('{') || rest.startsWith('[') || rest.startsWith('#'))
                        return;
                    decided = true;
                }
                mask(text, stop);
            }
            line = stop + 1;
        }
    }

    /// scheme://user:password@host
    void maskUrls()
    {
        for (qsizetype from = 0;;) {
            const qsizetype scheme = m_text.indexOf("://", from);
            if (scheme < 0)
                return;
            qsizetype colon = -1;
            qsizetype end = scheme + 3;
            const auto ends = [](char c) {
                return isBlank(c) || c == '\n' || c == '\r' || c == '/' || c == '"' || c == '\'' || c == '@' || c == ','
                    || c == '?';
            };
            for (; end < m_text.size() && !ends(m_text.at(end)); ++end) {
                if (m_text.at(end) == ':' && colon < 0)
                    colon = end;
            }
            if (at(end) == '@' && colon >= 0)
                mask(colon + 1, end);
            from = end;
        }
    }

    /// Header, claims and signature of a JSON web token: eyJ….eyJ….…
    void maskWebTokens()
    {
        for (qsizetype from = 0;;) {
            const qsizetype begin = m_text.indexOf("eyJ", from);
            if (begin < 0)
                return;
            qsizetype end = begin;
            while (end < m_text.size() && isWordCharacter(m_text.at(end)))
                ++end;
            const QByteArrayView text = QByteArrayView(m_text).sliced(begin, end - begin);
            if (text.size() > 40 && text.contains(".eyJ"))
                mask(begin, end);
            from = end;
        }
    }

    QByteArray &m_text;
    bool m_masked = false;
};

} // namespace

bool maskText(QByteArray &text)
{
    return Masker(text).run();
}

bool maskArguments(QList<QByteArray> &arguments)
{
    bool masked = false;
    bool secretFollows = false;
    for (QByteArray &argument : arguments) {
        const qsizetype equals = argument.indexOf('=');
        const bool isFlag = argument.startsWith('-');
        qsizetype from = -1; // where a secret begins
        if (secretFollows && !isFlag)
            from = 0;
        else if (isFlag && equals > 0 && isSecretName(QByteArrayView(argument).first(equals)))
            from = equals + 1;
        secretFollows = isFlag && equals < 0 && isSecretName(argument);
        if (from >= 0 && !isHarmless(QByteArrayView(argument).sliced(from))) {
            Masker(argument).mask(from, argument.size());
            masked = true;
            continue;
        }
        masked = maskText(argument) || masked;
    }
    return masked;
}

} // namespace jiagu
