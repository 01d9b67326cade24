// SPDX-License-Identifier: Apache-2.0
#include "theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOption>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QColor rgb(QRgb value)
{
    return QColor::fromRgb(value);
}

QPalette paletteOf(const QColor &window, const QColor &base, const QColor &alternate, const QColor &text,
    const QColor &muted, const QColor &highlight, const QColor &link)
{
    QPalette palette(window);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, alternate);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Highlight, highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, link);
    palette.setColor(QPalette::LinkVisited, link);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, muted);
    return palette;
}

/// Fusion outlines boxes in a darker shade of the window and fills pressed tool buttons with one, which nobody sees on
/// a dark window: these have an outline that stands out (3:1) in both themes.
class OutlinedBoxes final : public QProxyStyle
{
public:
    OutlinedBoxes()
        : QProxyStyle(u"Fusion"_s)
    {
    }
    void drawPrimitive(
        PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override
    {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        const bool box = element == PE_IndicatorCheckBox;
        const bool pressed = element == PE_PanelButtonTool && option->state & State_On;
        if ((!box && !pressed) || !(option->state & State_Enabled))
            return;
        painter->save();
        painter->setPen(QPen(option->palette.color(box ? QPalette::PlaceholderText : QPalette::Link), box ? 1 : 2));
        painter->drawRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5));
        painter->restore();
    }
};

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < palette.color(QPalette::Text).lightness();
}

void applyTheme(Theme theme)
{
    QApplication::setStyle(new OutlinedBoxes);
    QApplication::setPalette(QPalette()); // back to the system's own, to see which it is
    const bool dark = theme == Theme::Dark || (theme == Theme::System && isDark(QApplication::palette()));
    QApplication::setPalette(dark ? paletteOf(rgb(0x2b2d30), rgb(0x1f2023), rgb(0x27292d), rgb(0xe4e6ea), rgb(0x9aa0a8),
                                 rgb(0x2f65b5), rgb(0x82b4ff))
                                  : paletteOf(rgb(0xf3f4f6), rgb(0xffffff), rgb(0xf7f8fa), rgb(0x1c1e21), rgb(0x646a73),
                                      rgb(0x2160b8), rgb(0x1a55ab)));
}

QFont documentFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setFamilies({font.family(), u"DejaVu Sans Mono"_s, u"Noto Sans Mono CJK SC"_s, u"Noto Sans CJK SC"_s});
    font.setStyleHint(QFont::Monospace);
    return font;
}

DocumentColours documentColours(const QPalette &palette)
{
    if (isDark(palette)) {
        return {.key = rgb(0x8cc2ff),
            .text = rgb(0xa5d6a0),
            .literal = rgb(0xe3b77a),
            .comment = rgb(0x9097a0),
            .gutter = rgb(0x8b929b),
            .added = rgb(0x1d3a27),
            .removed = rgb(0x47232a),
            .addedWord = rgb(0x2c6a40),
            .removedWord = rgb(0x83323f),
            .ghost = rgb(0x8fd3a5),
            .failed = rgb(0x4a262b),
            .warned = rgb(0x433a1f)};
    }
    return {.key = rgb(0x0b4f9e),
        .text = rgb(0x2a6b1f),
        .literal = rgb(0x8a4b00),
        .comment = rgb(0x666c75),
        .gutter = rgb(0x6a7079),
        .added = rgb(0xe0f5e6),
        .removed = rgb(0xfde7e9),
        .addedWord = rgb(0xa6e0b8),
        .removedWord = rgb(0xf6b5bb),
        .ghost = rgb(0x1d6b38),
        .failed = rgb(0xfde7e9),
        .warned = rgb(0xfff4d6)};
}

} // namespace jiagu
