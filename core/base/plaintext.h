// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace jiagu {

/// Text from a node as one harmless line: invalid UTF-8 becomes U+FFFD; control characters, bidirectional controls,
/// zero-width and line-separator characters become a visible \u{XXXX}. Everything a node sends goes through this (or
/// plainLines()) before a person sees it in a window, a terminal or a report.
QString plainText(QByteArrayView bytes);
QString plainText(const QByteArray &bytes);
QString plainText(QStringView text);
QString plainText(const QString &text);

/// The same for a viewer of whole files: keeps \n and \t.
QString plainLines(QByteArrayView bytes);

} // namespace jiagu
