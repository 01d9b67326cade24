// SPDX-License-Identifier: Apache-2.0
#include "pdf/pageflow.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr QRgb inkColor = 0xff1c2126;
constexpr QRgb lineColor = 0xffc4cbd2;

/// Mends where a line ends inside of a path, an argument or a name: it ends at one of their own marks if it can, and
/// what they begin with ("/", "--") is not left behind.
void breakWell(QTextLine &line, QStringView text, double width)
{
    const auto isWord = [](QChar character) { return character > u' ' && character <= u'~'; };
    const auto isMark = [](QChar character) { return u"/.,;:=&|_-"_s.contains(character); };
    const int start = line.textStart();
    const int end = start + line.textLength();
    if (end >= text.size() || !isWord(text[end - 1]) || !isWord(text[end]))
        return;
    int lead = end; // where the marks begin that the word may begin with
    while (lead > start && (text[lead - 1] == u'-' || text[lead - 1] == u'/'))
        --lead;
    if (lead < end && (lead == start || !isWord(text[lead - 1]))) {
        if (lead > start) {
            line.setNumColumns(lead - start, width);
            return;
        }
        int columns = end - start;
        while (start + columns < text.size() && isWord(text[start + columns]) && line.naturalTextWidth() <= width)
            line.setNumColumns(++columns, width);
        if (line.naturalTextWidth() > width)
            line.setNumColumns(--columns, width);
        return;
    }
    if (isMark(text[end - 1]))
        return;
    for (int i = end - 1; i > start + (end - start) / 2 && isWord(text[i - 1]); --i) {
        if (isMark(text[i - 1])) {
            line.setNumColumns(i - start, width);
            return;
        }
    }
}

} // namespace

struct PageFlow::Box
{
    struct Line
    {
        std::shared_ptr<const QTextLayout> layout;
        int index = 0;
        QPointF origin; ///< of its layout, from the corner of the box
        double top = 0;
        double bottom = 0;
    };
    struct Field
    {
        double x = 0;
        double width = 0;
        QColor background;
    };
    RowStyle style;
    QList<Line> lines;
    QList<Field> fields;
    QList<Heading> marks;
    double before = 0;
    double height = 0;
    bool isHead = false;

    /// The last place to divide it at: no line is cut, and some line is on this side, unless not even one fits.
    double divide(double from, double room) const
    {
        double cut = from + room;
        for (bool moved = true; moved;) {
            moved = false;
            for (const Line &line : lines) {
                if (line.top >= from && line.top < cut && line.bottom > cut) {
                    cut = line.top;
                    moved = true;
                }
            }
        }
        return cut > from ? cut : from + room;
    }
};

PageFlow::PageFlow(const ReportFonts &fonts, QRectF body, double scale)
    : m_fonts(fonts)
    , m_body(body.topLeft() * scale, body.size() * scale)
    , m_scale(scale)
    , m_y(m_body.top())
{
    m_pages.append(QList<Slice>());
}

double PageFlow::layOut(Box &box, const Paragraph &paragraph, double x, double y, double width) const
{
    const int pixels = std::max(1, int(std::lround(paragraph.size * m_scale)));
    QString text;
    QList<QTextLayout::FormatRange> formats;
    const auto append = [&](const QString &piece, Face face, const Run &run) {
        QTextCharFormat format;
        format.setFont(m_fonts.font(face, face == Face::Code ? std::max(1, pixels * 19 / 20) : pixels));
        format.setForeground(run.color.isValid() ? run.color : QColor(inkColor));
        if (run.background.isValid())
            format.setBackground(run.background);
        formats += QTextLayout::FormatRange{int(text.size()), int(piece.size()), format};
        text += piece;
    };
    for (const Run &run : paragraph.runs) {
        QString piece;
        Face face = run.face;
        for (const uint character : run.text.toUcs4()) {
            const Face own = m_fonts.faceFor(run.face, character);
            if (own != face && !piece.isEmpty())
                append(std::exchange(piece, {}), face, run);
            face = own;
            piece += QChar::fromUcs4(character);
        }
        if (!piece.isEmpty())
            append(piece, face, run);
    }

    auto layout = std::make_shared<QTextLayout>(text, m_fonts.font(Face::Text, pixels));
    QTextOption option(paragraph.alignment);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTextDirection(Qt::LeftToRight);
    option.setUseDesignMetrics(true);
    layout->setTextOption(option);
    layout->setFormats(formats);
    layout->beginLayout();
    double height = 0;
    for (QTextLine line = layout->createLine(); line.isValid(); line = layout->createLine()) {
        line.setLineWidth(width);
        breakWell(line, text, width);
        line.setPosition({0, height});
        box.lines += Box::Line{layout, line.lineNumber(), {x, y}, y + height, y + height + line.height()};
        height += line.height();
    }
    layout->endLayout();
    return height;
}

std::shared_ptr<PageFlow::Box> PageFlow::layOut(const QList<Cell> &cells, const RowStyle &style) const
{
    auto box = std::make_shared<Box>();
    box->style = style;
    box->before = style.before * m_scale;
    const double sum = std::accumulate(style.widths.begin(), style.widths.end(), 0.0);
    const double across = style.across * m_scale;
    const double down = style.down * m_scale;
    double x = 0;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        double width = m_body.width();
        if (i < style.widths.size() && cells.size() > 1)
            width *= style.widths[i] / sum;
        double y = down;
        for (const Paragraph &paragraph : cells[i].paragraphs)
            y += layOut(*box, paragraph, x + across, y, std::max(1.0, width - 2 * across));
        box->height = std::max(box->height, y + down);
        box->fields += Box::Field{x, width, cells[i].background};
        x += width;
    }
    return box;
}

void PageFlow::row(const QList<Cell> &cells, const RowStyle &style)
{
    add(layOut(cells, style));
}

void PageFlow::tableHead(const QList<Cell> &cells, RowStyle style)
{
    style.isKept = true;
    auto head = layOut(cells, style);
    head->isHead = true;
    m_head = head;
    add(head);
}

void PageFlow::endTable()
{
    flush();
    m_head.reset();
}

void PageFlow::mark(const QString &text, int level)
{
    m_marks += Heading{text, level, 0};
}

void PageFlow::space(double height)
{
    flush();
    m_y += height * m_scale;
}

void PageFlow::add(std::shared_ptr<const Box> box)
{
    if (!m_marks.isEmpty()) {
        auto marked = std::make_shared<Box>(*box);
        marked->marks = std::exchange(m_marks, {});
        box = marked;
    }
    const bool isKept = box->style.isKept;
    m_pending += std::move(box);
    if (!isKept)
        flush();
}

void PageFlow::turn(bool withHead)
{
    m_pages.append(QList<Slice>());
    m_y = m_body.top();
    if (withHead && m_head)
        put(m_head, 0, m_head->height);
}

void PageFlow::newPage()
{
    flush();
    if (!m_pages.last().isEmpty())
        turn(false);
}

void PageFlow::finish()
{
    flush();
    if (m_pages.size() > 1 && m_pages.last().isEmpty())
        m_pages.removeLast();
}

void PageFlow::put(const std::shared_ptr<const Box> &box, double from, double to)
{
    if (from <= 0 && !m_pages.last().isEmpty())
        m_y += box->before;
    if (from <= 0) {
        for (Heading heading : box->marks) {
            heading.page = pages() - 1;
            m_headings += heading;
        }
    }
    m_pages.last() += Slice{box, m_y, from, to};
    m_y += to - from;
}

void PageFlow::flush()
{
    const auto pending = std::exchange(m_pending, {});
    if (pending.isEmpty())
        return;
    double needed = 0;
    bool hasHead = false;
    for (const auto &box : pending) {
        needed += box->before + box->height;
        hasHead = hasHead || box->isHead;
    }
    if (m_y + needed > m_body.bottom() && !m_pages.last().isEmpty())
        turn(!hasHead);
    for (const auto &box : pending) {
        double from = 0;
        const auto room = [&] {
            const double lead = from <= 0 && !m_pages.last().isEmpty() ? box->before : 0;
            return m_body.bottom() - m_y - lead;
        };
        while (box->height - from > room()) {
            if (const double left = room(); left > 20 * m_scale) { // less is no place to begin at
                const double to = box->divide(from, left);
                put(box, from, to);
                from = to;
            }
            turn(!box->isHead);
        }
        put(box, from, box->height);
    }
}

void PageFlow::paint(QPainter &painter, int page) const
{
    for (const Slice &slice : m_pages.at(page)) {
        const Box &box = *slice.box;
        const double height = slice.to - slice.from;
        for (const Box::Field &field : box.fields) {
            if (field.background.isValid())
                painter.fillRect(QRectF(m_body.left() + field.x, slice.y, field.width, height), field.background);
        }
        painter.setPen(QPen(QColor(lineColor), 0.5 * m_scale));
        for (const Box::Field &field : box.fields) {
            const QRectF rect(m_body.left() + field.x, slice.y, field.width, height);
            if (box.style.lines == RowStyle::Lines::Grid) {
                painter.setBrush(Qt::NoBrush);
                painter.drawRect(rect);
            } else if (box.style.lines == RowStyle::Lines::Below) {
                painter.drawLine(rect.bottomLeft(), rect.bottomRight());
            }
        }
        for (const Box::Line &line : box.lines) {
            if (line.top < slice.from || line.bottom > slice.to + 0.5)
                continue;
            line.layout->lineAt(line.index).draw(&painter, QPointF(m_body.left(), slice.y - slice.from) + line.origin);
        }
        if (box.style.isLeader && !box.lines.isEmpty() && box.fields.size() > 1) {
            const auto &fields = box.fields;
            const Box::Line *last = nullptr;
            for (const Box::Line &line : box.lines) {
                if (line.origin.x() < fields.last().x)
                    last = &line;
            }
            if (last) {
                const QTextLine line = last->layout->lineAt(last->index);
                const double y = slice.y + last->top + line.ascent();
                const double begin = m_body.left() + last->origin.x() + line.naturalTextWidth() + 4 * m_scale;
                const double end = m_body.left() + fields.last().x;
                QPen dots(QColor(lineColor), 0.8 * m_scale, Qt::DotLine);
                painter.setPen(dots);
                if (begin < end)
                    painter.drawLine(QPointF(begin, y), QPointF(end, y));
            }
        }
    }
}

} // namespace jiagu
