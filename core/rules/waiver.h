// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "rules/finding.h"

#include <QDate>
#include <QJsonObject>
#include <QMap>

namespace jiagu {

/// A risk that a person accepted: findings of a rule, until a day. A part of the selector that is empty fits all; `*`
/// stands for any characters.
struct Waiver
{
    QString id; ///< "waiver:1", by its place in the file
    QString rule;
    QString cluster; ///< name or id
    QString node;
    QString object; ///< NAMESPACE/KIND/NAME
    QString reason; ///< in the person's words
    QString approver;
    QDate expires; ///< the last day on which it holds, UTC
    friend bool operator==(const Waiver &, const Waiver &) = default;
};

/// What a person changed in a baseline, and the risks that were accepted: one file (docs/tailoring.md).
struct Tailoring
{
    QString baseline; ///< id of a baseline of the pack; empty: its first
    QMap<QString, QString> off; ///< rules switched off, with the reason
    QMap<QString, QString> values; ///< of rules' parameters: proposed instead of the pack's
    QList<Waiver> waivers;

    bool isEmpty() const { return baseline.isEmpty() && off.isEmpty() && values.isEmpty() && waivers.isEmpty(); }
    friend bool operator==(const Tailoring &, const Tailoring &) = default;
};

/// Lays waivers over findings that are neither pass nor not-applicable and have no waiver yet. The verdict stays. One
/// that has expired at `now` adds to the reason that it has, and the finding counts. Nothing else changes.
void applyWaivers(
    QList<Finding> &findings, const QString &clusterId, const QList<Waiver> &waivers, const QDateTime &now);

/// Reads a tailoring, YAML or JSON. Fails with Parse and file:line:column, with TooLarge above 1 MiB.
Result<Tailoring> readTailoring(const QString &name, const QByteArray &bytes);
/// The same, from a file. Fails with NotFound when it cannot be opened.
Result<Tailoring> openTailoring(const QString &path);
/// The tailoring as JSON, which readTailoring() reads.
QJsonObject toJson(const Tailoring &tailoring);

} // namespace jiagu
