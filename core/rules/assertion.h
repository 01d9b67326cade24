// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonValue>
#include <QString>

namespace jiagu {

/// What a value has to be. Values are compared typed: the text "1" is not the number 1. A value that is not set (null)
/// is equal to nothing, greater than nothing, and contains nothing.
struct Assertion
{
    enum class Operator
    {
        Equal, ///< eq
        NotEqual, ///< ne
        In, ///< in: one of a list
        Greater, ///< gt
        AtLeast, ///< ge
        AtMost, ///< le
        Between, ///< between: from one number to another, both included
        Contains, ///< contains: a list that has the item
        Excludes, ///< excludes: a list without the item, or not set
        NotAbove ///< not_above: a path that is none of these and no directory above one; /var/run is /run
    };
    Operator op = Operator::Equal;
    QJsonValue operand;

    bool holds(const QJsonValue &value) const;
    /// The assertion as technical text: "false", "> 0", "≠ true", "one of a, b".
    QString text() const;
};

/// A value as technical text: true, 2000, VersionTLS13, "a,b"; "not set" for null.
QString actualText(const QJsonValue &value);

} // namespace jiagu
