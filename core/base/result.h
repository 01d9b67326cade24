// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

#include <tl/expected.hpp>

namespace jiagu {

/// Where something was seen. Empty and 0 where there is nothing to say; line and column count from 1, columns in
/// characters, as editors do.
struct Position
{
    QString node{};
    QString file{};
    int line = 0;
    int column = 0;
    friend bool operator==(const Position &, const Position &) = default;
};

/// Why something did not work: a kind to branch on, a whole sentence that says what happened, why and what to do, and
/// where it happened.
struct Error
{
    enum class Kind
    {
        Usage, ///< the command line or a value given by the person
        Resolve,
        Connect,
        HostKey,
        Auth,
        Elevation, ///< sudo
        Layout, ///< not a Kubernetes node, or a layout that is not known
        Timeout,
        NotFound,
        Permission,
        TooLarge,
        Parse,
        Conflict, ///< what is there is not what was reviewed
        NoSpace,
        Canceled,
        Lost, ///< the connection ended in the middle
        Failed
    };
    Kind kind = Kind::Failed;
    Message message;
    Position at;
};

/// A value, or why there is none.
template <typename T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(Error::Kind kind, Message message, Position at = {})
{
    return tl::unexpected<Error>(Error{kind, std::move(message), std::move(at)});
}

/// The error as one line: "node: file:line:column: sentence", leaving out what is empty.
QString describe(const Error &error, Language language);

} // namespace jiagu
