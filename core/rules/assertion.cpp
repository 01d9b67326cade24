// SPDX-License-Identifier: Apache-2.0
#include "rules/assertion.h"

#include "cluster/arguments.h"

#include <QDir>
#include <QJsonArray>
#include <QStringList>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A path without what means nothing in it, with a '/' at its end.
QString asDirectory(const QString &path)
{
    const bool isClean = path.startsWith(u'/') && !path.contains("//"_L1) && !path.contains("/."_L1); // as most are
    const QString clean = isClean ? path : QDir::cleanPath(u'/' + path);
    return clean.endsWith(u'/') ? clean : clean + u'/';
}

bool isAtOrAbove(const QString &path, const QString &other)
{
    const auto linked = [](const QString &directory) {
        return directory.startsWith("/var/run/"_L1) ? directory.sliced(4) : directory;
    };
    return other.startsWith(path) || linked(other).startsWith(linked(path));
}

} // namespace

bool Assertion::holds(const QJsonValue &value) const
{
    const bool numbers = value.isDouble() && operand.isDouble();
    switch (op) {
    case Operator::Equal:
        return value == operand;
    case Operator::NotEqual:
        return value != operand;
    case Operator::In:
        return operand.toArray().contains(value);
    case Operator::Greater:
        return numbers && value.toDouble() > operand.toDouble();
    case Operator::AtLeast:
        return numbers && value.toDouble() >= operand.toDouble();
    case Operator::AtMost:
        return numbers && value.toDouble() <= operand.toDouble();
    case Operator::Between: {
        const QJsonArray ends = operand.toArray();
        return value.isDouble() && value.toDouble() >= ends.at(0).toDouble()
            && value.toDouble() <= ends.at(1).toDouble();
    }
    case Operator::Contains:
        return value.isArray() && value.toArray().contains(operand);
    case Operator::Excludes:
        return value.isNull() || value.isUndefined() || (value.isArray() && !value.toArray().contains(operand));
    case Operator::NotAbove: {
        const QString path = asDirectory(value.toString());
        const QJsonArray paths = operand.toArray();
        return value.isString() && std::none_of(paths.begin(), paths.end(), [&path](const QJsonValue &one) {
            return isAtOrAbove(path, asDirectory(one.toString()));
        });
    }
    }
    return false;
}

QString Assertion::text() const
{
    const QString right = actualText(operand);
    switch (op) {
    case Operator::Equal:
        return right;
    case Operator::NotEqual:
        return u"\u2260 "_s + right;
    case Operator::In: {
        QStringList words;
        for (const QJsonValue &item : operand.toArray())
            words += actualText(item);
        return u"one of "_s + words.join(u", "_s);
    }
    case Operator::Greater:
        return u"> "_s + right;
    case Operator::AtLeast:
        return u"\u2265 "_s + right;
    case Operator::AtMost:
        return u"\u2264 "_s + right;
    case Operator::Between:
        return u"\u2265 %1, \u2264 %2"_s.arg(actualText(operand.toArray().at(0)), actualText(operand.toArray().at(1)));
    case Operator::Contains:
        return u"contains "_s + right;
    case Operator::Excludes:
        return u"without "_s + right;
    case Operator::NotAbove:
        return u"not at or above %1 and %2 more"_s.arg(actualText(operand.toArray().at(0)))
            .arg(operand.toArray().size() - 1);
    }
    return {};
}

QString actualText(const QJsonValue &value)
{
    if (value.isNull() || value.isUndefined())
        return u"not set"_s;
    const QString text = valueText(value);
    return text.isEmpty() ? u"\"\""_s : text;
}

} // namespace jiagu
