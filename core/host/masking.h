// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>

namespace jiagu {

/// Replaces what is secret in a text file by '*', byte for byte, so that length, lines and columns stay: PEM private
/// keys; values of keys named token, secret, password, client-key-data and the like in YAML and JSON (of an
/// EncryptionConfiguration the `secret:` of a key); values of environment variables and arguments with such names;
/// passwords in URLs; JSON web tokens. Returns whether anything was replaced. Linear in the size of the text.
bool maskText(QByteArray &text);

/// The same for an argument vector, where a flag and its value may be two arguments.
bool maskArguments(QList<QByteArray> &arguments);

} // namespace jiagu
