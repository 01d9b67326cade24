// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>

namespace jiagu {

/// One assignment of a systemd environment file, read as systemd does (systemd.exec(5), EnvironmentFile=): quotes,
/// backslashes, continuation lines, comments with # and ;.
struct EnvironmentVariable
{
    QByteArray name;
    QByteArray value; ///< after unquoting
    int line = 0; ///< where the assignment starts, from 1
};

/// The assignments in the order of the file; of a repeated name the last is in force. Lines that systemd would skip
/// are skipped. Fails with TooLarge above 1 MiB.
Result<QList<EnvironmentVariable>> parseEnvironmentFile(const QString &name, const QByteArray &bytes);

/// Splits a value as systemd splits an unbraced $VARIABLE of ExecStart into arguments: at white space, quotes removed.
QList<QByteArray> splitArguments(const QByteArray &value);

} // namespace jiagu
