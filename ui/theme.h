// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace jiagu {

enum class Theme
{
    System,
    Light,
    Dark
};

/// Fusion with our palette, light or dark; System takes after the desktop.
void applyTheme(Theme theme);

bool isDark(const QPalette &palette);
/// The fixed-pitch font of documents, Chinese in simplified shapes.
QFont documentFont();

/// The colours of a document and of a diff, readable (4.5:1) on the palette's base.
struct DocumentColours
{
    QColor key, text, literal, comment, gutter, added, removed, addedWord, removedWord, ghost, failed, warned;
};
DocumentColours documentColours(const QPalette &palette);

} // namespace jiagu
