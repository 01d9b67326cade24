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

/// The assignments in the order of the file; of a repeated name the last is in force. What systemd skips is skipped:
/// lines without “=”, names that are no variable names, values with control characters. A comment that ends in a
/// backslash ends with its line (systemd 254; before, it went on in the next). Fails with TooLarge above 1 MiB, and
/// with Parse for a NUL or a variable that is not UTF-8: systemd then takes nothing from the file.
Result<QList<EnvironmentVariable>> parseEnvironmentFile(const QString &name, const QByteArray &bytes);

/// Splits a value as systemd splits an unbraced $VARIABLE of ExecStart into arguments: at white space, with quotes and
/// backslashes removed; what is left open at the end counts as closed.
QList<QByteArray> splitArguments(const QByteArray &value);

} // namespace jiagu
