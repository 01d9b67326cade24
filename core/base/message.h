// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace jiagu {

/// A language the program speaks.
enum class Language
{
    English,
    Chinese
};

/// A whole sentence for a person, in both languages: a sentence cannot land without its twin, and an English report
/// can be printed under a Chinese window. Holds text only; what came from a node must pass plainText() first.
struct Message
{
    QString en;
    QString zh;

    const QString &text(Language language) const { return language == Language::Chinese ? zh : en; }
    bool isEmpty() const { return en.isEmpty() && zh.isEmpty(); }
    friend bool operator==(const Message &, const Message &) = default;
};

namespace detail {
inline const QString &english(const QString &value)
{
    return value;
}
inline const QString &english(const Message &value)
{
    return value.en;
}
inline const QString &chinese(const QString &value)
{
    return value;
}
inline const QString &chinese(const Message &value)
{
    return value.zh;
}
} // namespace detail

/// The sentence with %1, %2, … replaced by the arguments, each a QString (the same in both languages) or a Message.
template <typename... Arguments>
Message message(const QString &en, const QString &zh, const Arguments &...arguments)
{
    if constexpr (sizeof...(arguments) == 0)
        return {en, zh};
    else
        return {en.arg(detail::english(arguments)...), zh.arg(detail::chinese(arguments)...)};
}

} // namespace jiagu
