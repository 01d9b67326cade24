// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>

namespace jiagu {

/// Puts the answers of the API server together: pages of one resource become one list, a mixed answer is taken apart by
/// kind. managedFields, last-applied copies and values of environment variables are dropped whether or not the node did
/// so before.
class ApiAnswers
{
public:
    /// `id` is "api:" and one path or several with commas; `content` is unpacked JSON, empty when it failed.
    void add(const QString &id, const QByteArray &content, int status, const QString &error);
    /// One record a resource, in the order in which they were first asked for.
    QList<OutputRecord> outputs() const;

private:
    struct Answer
    {
        QJsonObject object; ///< without items
        QJsonArray items;
        bool isList = false;
        bool isMixed = false; ///< it failed together with others; one alone may come later
        int status = 0;
        QString error;
    };
    void addOne(const QString &path, QJsonObject object);
    Answer &answer(const QString &path);

    QStringList m_order;
    QHash<QString, Answer> m_answers;
};

} // namespace jiagu
