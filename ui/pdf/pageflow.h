// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pdf/reportfonts.h"

#include <QColor>
#include <QList>
#include <QRectF>
#include <QTextLayout>

#include <memory>

class QPainter;

namespace jiagu {

/// A run of text in one style. The text is plain, on one line, and has only characters that the fonts have.
struct Run
{
    QString text;
    Face face = Face::Text;
    QColor color; ///< invalid: the text colour
    QColor background{};
};

struct Paragraph
{
    QList<Run> runs;
    double size = 9.5; ///< of the letters
    Qt::Alignment alignment = Qt::AlignLeft;
};

struct Cell
{
    QList<Paragraph> paragraphs;
    QColor background{};
};

/// How the rows of a table look.
struct RowStyle
{
    enum class Lines
    {
        None,
        Below,
        Grid
    };
    QList<double> widths; ///< of the columns, as parts of their sum
    Lines lines = Lines::None;
    double across = 0; ///< padding left and right
    double down = 0; ///< padding above and below
    double before = 0; ///< space above, not at the top of a page
    bool isKept = false; ///< stays on the page of what follows
    bool isLeader = false; ///< dots from the end of the first cell's text to the last cell
};

/// Sets rows of cells on pages of one size: a row that fits on a page is never divided, a heading stays with what it
/// heads, and the head of a table is repeated. All lengths are in points (1/72 inch). The GUI thread.
class PageFlow
{
public:
    struct Heading
    {
        QString text;
        int level = 1;
        int page = 0; ///< from 0
    };

    /// @param body the part of a page that text goes into, in points
    /// @param scale device pixels in a point
    PageFlow(const ReportFonts &fonts, QRectF body, double scale);

    void row(const QList<Cell> &cells, const RowStyle &style);
    /// A row that comes again at the top of every page up to endTable().
    void tableHead(const QList<Cell> &cells, RowStyle style);
    void endTable();
    /// What comes next is the heading of a part: its page becomes known when that is set.
    void mark(const QString &text, int level);
    void space(double height);
    void newPage();
    void finish();

    int pages() const { return int(m_pages.size()); }
    const QList<Heading> &headings() const { return m_headings; }
    /// @param page from 0
    void paint(QPainter &painter, int page) const;

private:
    struct Box; ///< a row, laid out
    struct Slice ///< the part of a box that is on one page, in device pixels
    {
        std::shared_ptr<const Box> box;
        double y = 0;
        double from = 0;
        double to = 0;
    };

    std::shared_ptr<Box> layOut(const QList<Cell> &cells, const RowStyle &style) const;
    double layOut(Box &box, const Paragraph &paragraph, double x, double y, double width) const;
    void add(std::shared_ptr<const Box> box);
    void flush();
    void turn(bool withHead);
    void put(const std::shared_ptr<const Box> &box, double from, double to);

    const ReportFonts &m_fonts;
    QRectF m_body; ///< device pixels
    double m_scale;
    QList<QList<Slice>> m_pages;
    QList<Heading> m_headings;
    QList<Heading> m_marks; ///< those of the next box
    QList<std::shared_ptr<const Box>> m_pending; ///< all but the last are kept with what follows
    std::shared_ptr<const Box> m_head;
    double m_y = 0;
};

} // namespace jiagu
