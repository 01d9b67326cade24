// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"
#include "document/yamldocument.h"

#include <QHash>
#include <QJsonValue>
#include <QStringList>

#include <utility>

namespace jiagu {

/// The fields of a map: key → node, -1 for one that is not there.
class PackFields : public QHash<QByteArray, int>
{
public:
    int operator[](const QByteArray &key) const { return value(key, -1); }
};

/// Reads values of a strict YAML file. The first thing that is wrong in a part is kept with its position; from then on
/// every read gives an empty value, so that a caller reads on, asks once at the end of the part, and goes on with the
/// next one after recover(). Reading the node -1 gives an empty value, too: that it is missing has been told.
class PackReader
{
public:
    explicit PackReader(const YamlDocument &document);

    bool failed() const { return m_failed; }
    /// Forgets that this part failed. Returns whether it was good.
    bool recover() { return !std::exchange(m_failed, false); }
    const QList<Error> &errors() const { return m_errors; } ///< of all parts, in the order in which they were found
    void fail(int node, Message message);
    Position position(int node) const;

    /// The fields of a map. Any other key than these is an error that names the nearest one of them, and so is a
    /// missing one, unless its name here ends with '?'. With `goOn` the part has not failed: what is good is read all
    /// the same.
    PackFields fields(int node, const QList<QByteArray> &known, bool goOn = false);
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
    QList<Error> m_errors;
    bool m_failed = false;
};

struct RulePack;
/// A pack, or everything that is wrong with it, by position.
tl::expected<RulePack, QList<Error>> readRulePack(const QString &name, const QByteArray &bytes);

} // namespace jiagu
