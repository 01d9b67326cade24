// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QFont>
#include <QRawFont>

#include <array>

namespace jiagu {

/// A typeface of the PDF report.
enum class Face
{
    Text,
    Bold,
    Code
};

/// The fonts that ship with the program (resources/fonts). The report is set in them alone: what an installed font
/// would give differs from machine to machine, and Qt 6.4 makes Noto's own Chinese unsearchable. Needs a
/// QGuiApplication; the GUI thread.
class ReportFonts
{
public:
    /// Fails with NotFound when a font is not in the program or Qt does not take it. There is no other font to fall
    /// back to.
    static Result<ReportFonts> load();

    QFont font(Face face, int pixels) const;
    bool has(Face face, char32_t character) const;
    /// The face that a character is set in: the wanted one, or Text where that has no glyph for it.
    Face faceFor(Face wanted, char32_t character) const { return has(wanted, character) ? wanted : Face::Text; }
    /// The text with each character that the fonts lack as a visible \u{XXXX}.
    QString printable(const QString &text) const;

private:
    std::array<QRawFont, 3> m_glyphs; ///< by Face
};

} // namespace jiagu
