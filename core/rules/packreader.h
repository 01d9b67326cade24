// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"
#include "document/yamldocument.h"

#include <QHash>
#include <QJsonValue>
#include <QStringList>

#include <optional>

namespace jiagu {

/// Reads values of a strict YAML file. The first thing that is wrong is kept with its position; from then on every
/// read gives an empty value, so that a caller reads on and asks once at the end.
class PackReader
{
public:
    explicit PackReader(const YamlDocument &document);

    bool failed() const { return m_error.has_value(); }
    const std::optional<Error> &error() const { return m_error; }
    void fail(int node, Message message);
    Position position(int node) const;

    /// The fields of a map: key → node. Any other key than these is an error that names the nearest one of them, and so
    /// is a missing one, unless its name here ends with '?'.
    QHash<QByteArray, int> fields(int node, const QList<QByteArray> &known);
    /// The pairs of a map with free keys, in order.
    QList<std::pair<QByteArray, int>> pairs(int node);
    QList<int> items(int node);
    /// A string: a plain scalar that YAML reads as something else (null, a bool, a number) is an error.
    QString text(int node);
    QStringList texts(int node);
    /// A text in both languages, {en: …, zh: …}. A space between two Chinese characters is a folded line end: dropped.
    Message bilingual(int node);
    /// Any value, with plain scalars typed: null, true and false, whole numbers, strings.
    QJsonValue value(int node);
    /// One of the words; its position in the list, or -1.
    int oneOf(int node, const QStringList &words);

private:
    const YamlDocument &m_document;
    std::optional<Error> m_error;
};

} // namespace jiagu
