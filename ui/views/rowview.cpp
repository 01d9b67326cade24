// SPDX-License-Identifier: Apache-2.0
#include "views/rowview.h"

#include "theme.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QHelpEvent>
#include <QIcon>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QTextLayout>
#include <QToolTip>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int margin = 6;

QString sign(Row::Kind kind)
{
    switch (kind) {
    case Row::Kind::Added:
    case Row::Kind::Ghost:
        return u"+"_s;
    case Row::Kind::Removed:
        return u"−"_s;
    case Row::Kind::Text:
    case Row::Kind::Heading:
    case Row::Kind::Filler:
        return {};
    }
    return {};
}

} // namespace

RowView::RowView(Style style, QWidget *parent)
    : QAbstractScrollArea(parent)
    , m_style(style)
{
    setFont(documentFont());
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setCursor(Qt::IBeamCursor);
    setFocusPolicy(Qt::StrongFocus);
    if (style == Style::Side)
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    measure();
}

void RowView::setRows(const QList<Row> &rows)
{
    m_rows = rows;
    m_anchor = m_cursor = {};
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    measure();
    viewport()->update();
}

int RowView::numbersWidth() const
{
    int largest = 1;
    for (const Row &row : m_rows)
        largest = std::max({largest, row.before, row.after});
    return int(QString::number(largest).size()) * m_digitWidth + margin;
}

void RowView::measure()
{
    const QFontMetrics metrics(font());
    m_rowHeight = metrics.height() + 4;
    m_digitWidth = metrics.horizontalAdvance(u'0');
    m_gutter = m_rowHeight + numbersWidth() * (m_style == Style::Diff ? 2 : 1) + m_digitWidth * 2 + margin;
    qsizetype longest = 0;
    for (const Row &row : m_rows)
        longest = std::max(longest, row.bytes.size() + row.bytes.count('\t') * 8);
    m_textWidth = int(std::min<qsizetype>(longest, 100'000)) * m_digitWidth + m_digitWidth * 4;
    const QSize size = viewport()->size();
    const int visible = std::max(1, size.height() / m_rowHeight);
    verticalScrollBar()->setRange(0, std::max(0, int(m_rows.size()) - visible));
    verticalScrollBar()->setPageStep(visible);
    horizontalScrollBar()->setRange(0, std::max(0, m_gutter + m_textWidth - size.width()));
    horizontalScrollBar()->setPageStep(size.width());
    horizontalScrollBar()->setSingleStep(m_digitWidth * 4);
}

void RowView::showRow(int row)
{
    if (row < 0 || row >= m_rows.size())
        return;
    moveCursor({row, 0}, false);
    verticalScrollBar()->setValue(row - verticalScrollBar()->pageStep() / 3);
}

void RowView::setCurrentRow(int row)
{
    moveCursor({row, 0}, false);
}

bool RowView::isUnterminated(const Row &row) const
{
    return (m_style == Style::Diff || m_style == Style::Side) && row.isOfFile() && row.ending.isEmpty();
}

void RowView::showLine(int line)
{
    const auto found = std::ranges::find(m_rows, line, &Row::before);
    if (line > 0 && found != m_rows.end())
        showRow(int(found - m_rows.begin()));
}

bool RowView::showNextMark(int direction)
{
    for (int row = m_cursor.row + direction; row >= 0 && row < m_rows.size(); row += direction) {
        const Row &candidate = m_rows[row];
        if (candidate.finding >= 0 || candidate.isChange()) {
            showRow(row);
            return true;
        }
    }
    return false;
}

void RowView::moveCursor(Place to, bool select)
{
    const int before = m_cursor.row;
    to.row = std::clamp(to.row, 0, std::max(0, int(m_rows.size()) - 1));
    m_cursor = to;
    if (!select)
        m_anchor = to;
    QScrollBar *bar = verticalScrollBar();
    if (to.row < bar->value())
        bar->setValue(to.row);
    else if (to.row >= bar->value() + bar->pageStep())
        bar->setValue(to.row - bar->pageStep() + 1);
    viewport()->update();
    if (before != to.row) {
        announce();
        Q_EMIT currentRowChanged(to.row);
    }
}

void RowView::announce()
{
    if (m_cursor.row >= m_rows.size())
        return;
    const Row &row = m_rows[m_cursor.row];
    QStringList parts;
    if (row.before > 0 || row.after > 0)
        parts += QString::number(std::max(row.before, row.after));
    switch (row.kind) {
    case Row::Kind::Ghost:
        parts += tr("not in the file, the fix would add it");
        break;
    case Row::Kind::Removed:
        parts += tr("removed");
        break;
    case Row::Kind::Added:
        parts += tr("added");
        break;
    case Row::Kind::Filler:
        parts += tr("no line on this side");
        break;
    case Row::Kind::Text:
    case Row::Kind::Heading:
        break;
    }
    parts << drawnLine(row.bytes).text << row.note;
    if (isUnterminated(row))
        parts += tr("no newline at the end of the file");
    parts.removeAll(QString());
    setAccessibleDescription(parts.join(u", "_s));
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

QByteArray RowView::selectedBytes() const
{
    if (m_rows.isEmpty())
        return {};
    const auto [from, to] = std::minmax(m_anchor, m_cursor);
    QByteArray bytes;
    for (int i = from.row; i <= to.row; ++i) {
        const Row &row = m_rows[i];
        if (!row.isOfFile())
            continue;
        if (from == to)
            return row.bytes + row.ending;
        const DrawnLine line = drawnLine(row.bytes);
        const qsizetype last = line.offsets.size() - 1;
        const qsizetype begin = i == from.row ? line.offsets[std::min(from.column, last)] : 0;
        const qsizetype end = i == to.row ? line.offsets[std::min(to.column, last)] : row.bytes.size();
        bytes += row.bytes.sliced(begin, std::max<qsizetype>(0, end - begin));
        if (i < to.row)
            bytes += row.ending;
    }
    return bytes;
}

void RowView::copy() const
{
    QApplication::clipboard()->setText(QString::fromUtf8(selectedBytes()));
}

void RowView::selectAll()
{
    if (m_rows.isEmpty())
        return;
    m_anchor = {};
    m_cursor = {int(m_rows.size()) - 1, drawnLine(m_rows.last().bytes).text.size()};
    viewport()->update();
}

void RowView::layOut(QTextLayout &layout, const Row &row, int index) const
{
    const DrawnLine line = drawnLine(row.bytes);
    const DocumentColours colours = documentColours(palette());
    QList<QTextLayout::FormatRange> formats;
    const auto format = [&](qsizetype begin, qsizetype end, const QTextCharFormat &look) {
        if (begin < end)
            formats += {.start = int(begin), .length = int(end - begin), .format = look};
    };
    const auto foreground = [](const QColor &colour) {
        QTextCharFormat result;
        result.setForeground(colour);
        return result;
    };
    if (row.kind == Row::Kind::Ghost) {
        QTextCharFormat ghost = foreground(colours.ghost);
        ghost.setFontItalic(true);
        format(0, line.text.size(), ghost);
    } else if (row.kind != Row::Kind::Heading) {
        const QList<YamlToken> tokens = m_style == Style::Script ? QList<YamlToken>() : yamlTokens(line.text);
        for (const YamlToken &token : tokens) {
            switch (token.kind) {
            case YamlToken::Kind::Key:
                format(token.begin, token.end, foreground(colours.key));
                break;
            case YamlToken::Kind::Text:
                break;
            case YamlToken::Kind::Literal:
                format(token.begin, token.end, foreground(colours.literal));
                break;
            case YamlToken::Kind::Comment:
                format(token.begin, token.end, foreground(colours.comment));
                break;
            }
        }
        QTextCharFormat word;
        word.setBackground(row.kind == Row::Kind::Removed ? colours.removedWord : colours.addedWord);
        for (const Span &span : row.changed) {
            const auto column = [&](qsizetype offset) {
                return std::ranges::lower_bound(line.offsets, offset) - line.offsets.begin();
            };
            format(column(span.begin), std::min<qsizetype>(column(span.end), line.text.size()), word);
        }
    }
    const auto [from, to] = std::minmax(m_anchor, m_cursor);
    if (from != to && index >= from.row && index <= to.row) {
        QTextCharFormat selected = foreground(palette().color(QPalette::HighlightedText));
        selected.setBackground(palette().color(QPalette::Highlight));
        format(index == from.row ? std::min(from.column, line.text.size()) : 0,
            index == to.row ? std::min(to.column, line.text.size()) : line.text.size(), selected);
    }
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    option.setTabStopDistance(m_digitWidth * 8);
    if (line.text.endsWith(u' ') && (row.kind == Row::Kind::Added || row.kind == Row::Kind::Removed))
        option.setFlags(QTextOption::ShowTabsAndSpaces);
    layout.setTextOption(option);
    layout.setFont(font());
    layout.setText(line.text);
    layout.setFormats(formats);
    layout.setCacheEnabled(true);
    layout.beginLayout();
    QTextLine only = layout.createLine();
    if (only.isValid())
        only.setLineWidth(m_textWidth);
    layout.endLayout();
}

void RowView::paintRow(QPainter &painter, int index, int top)
{
    const Row &row = m_rows[index];
    const DocumentColours colours = documentColours(palette());
    const int width = viewport()->width();
    const QRect whole(0, top, width, m_rowHeight);
    const int left = horizontalScrollBar()->value();
    QColor background;
    switch (row.kind) {
    case Row::Kind::Text:
        if (row.failed)
            background = colours.failed;
        break;
    case Row::Kind::Ghost:
    case Row::Kind::Added:
        background = colours.added;
        break;
    case Row::Kind::Removed:
        background = colours.removed;
        break;
    case Row::Kind::Heading:
    case Row::Kind::Filler:
        background = palette().color(QPalette::AlternateBase);
        break;
    }
    if (background.isValid())
        painter.fillRect(whole, background);
    if (row.kind == Row::Kind::Filler) {
        painter.fillRect(whole, QBrush(palette().color(QPalette::Mid), Qt::BDiagPattern));
        if (index != m_cursor.row || !hasFocus())
            return;
    }

    QTextLayout layout;
    layOut(layout, row, index);
    const int textLeft = row.kind == Row::Kind::Heading ? margin : m_gutter;
    // On the baseline of our own font: Chinese from a taller one would push the line down.
    const double ascent = layout.lineCount() ? layout.lineAt(0).ascent() : 0;
    const QPointF place(textLeft - left, top + 2 + std::min(0.0, QFontMetricsF(font()).ascent() - ascent));
    painter.save();
    painter.setClipRect(QRect(textLeft, top, width - textLeft, m_rowHeight));
    painter.setPen(palette().color(row.kind == Row::Kind::Heading ? QPalette::PlaceholderText : QPalette::Text));
    layout.draw(&painter, place);
    if (hasFocus() && index == m_cursor.row)
        layout.drawCursor(&painter, place, int(std::min(m_cursor.column, layout.text().size())), 2);
    if (isUnterminated(row) && layout.lineCount()) {
        painter.setPen(colours.gutter);
        const int end = textLeft - left + int(layout.lineAt(0).naturalTextWidth()) + m_digitWidth * 2;
        painter.drawText(QRect(end, top, m_textWidth, m_rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
            tr("no newline at the end of the file"));
    }
    painter.restore();

    if (row.kind != Row::Kind::Heading) {
        if (!row.icon.isEmpty())
            QIcon(row.icon).paint(&painter, QRect(2, top + 2, m_rowHeight - 4, m_rowHeight - 4));
        painter.setPen(index == m_cursor.row ? palette().color(QPalette::Text) : colours.gutter);
        int x = m_rowHeight;
        const int numbers = numbersWidth();
        const auto number = [&](int value) {
            if (value > 0)
                painter.drawText(QRect(x, top, numbers - margin, m_rowHeight), Qt::AlignRight | Qt::AlignVCenter,
                    QString::number(value));
            x += numbers;
        };
        number(m_style == Style::Side ? std::max(row.before, row.after) : row.before);
        if (m_style == Style::Diff)
            number(row.after);
        painter.drawText(QRect(x, top, m_digitWidth * 2, m_rowHeight), Qt::AlignCenter, sign(row.kind));
    }
    if (row.kind == Row::Kind::Ghost) {
        painter.setPen(QPen(colours.ghost, 1, Qt::DashLine));
        painter.drawRect(QRect(m_gutter - margin / 2, top, width - m_gutter, m_rowHeight - 1));
    } else if (index == m_cursor.row && hasFocus()) {
        painter.setPen(palette().color(QPalette::Mid));
        painter.drawLine(whole.bottomLeft(), whole.bottomRight());
    }
}

void RowView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.setFont(font());
    const int first = verticalScrollBar()->value();
    for (int y = 0, row = first; row < m_rows.size() && y < viewport()->height(); ++row, y += m_rowHeight) {
        if (event->rect().intersects(QRect(0, y, viewport()->width(), m_rowHeight)))
            paintRow(painter, row, y);
    }
}

int RowView::rowAt(int y) const
{
    return std::clamp(verticalScrollBar()->value() + y / m_rowHeight, 0, std::max(0, int(m_rows.size()) - 1));
}

RowView::Place RowView::placeAt(QPoint point) const
{
    if (m_rows.isEmpty())
        return {};
    const int row = rowAt(point.y());
    QTextLayout layout;
    layOut(layout, m_rows[row], row);
    const int textLeft = m_rows[row].kind == Row::Kind::Heading ? margin : m_gutter;
    const int x = point.x() - textLeft + horizontalScrollBar()->value();
    return {row, layout.lineCount() ? layout.lineAt(0).xToCursor(x) : 0};
}

void RowView::resizeEvent(QResizeEvent *)
{
    measure();
}

void RowView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copy();
        return;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
        return;
    }
    const bool select = event->modifiers() & Qt::ShiftModifier;
    const bool far = event->modifiers() & Qt::ControlModifier;
    const int page = verticalScrollBar()->pageStep();
    const auto length = [this] {
        return m_cursor.row < m_rows.size() ? drawnLine(m_rows[m_cursor.row].bytes).text.size() : 0;
    };
    Place to = m_cursor;
    switch (event->key()) {
    case Qt::Key_Up:
        --to.row;
        break;
    case Qt::Key_Down:
        ++to.row;
        break;
    case Qt::Key_PageUp:
        to.row -= page;
        break;
    case Qt::Key_PageDown:
        to.row += page;
        break;
    case Qt::Key_Left:
        to.column = std::max<qsizetype>(0, std::min(to.column, length()) - 1);
        break;
    case Qt::Key_Right:
        to.column = std::min(to.column + 1, length());
        break;
    case Qt::Key_Home:
        to = {far ? 0 : to.row, 0};
        break;
    case Qt::Key_End:
        if (far)
            to.row = int(m_rows.size()) - 1;
        to.column = far ? 0 : length();
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_cursor.row < m_rows.size() && m_rows[m_cursor.row].finding >= 0)
            Q_EMIT findingClicked(m_rows[m_cursor.row].finding);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    moveCursor(to, select);
}

void RowView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || m_rows.isEmpty())
        return;
    const Place place = placeAt(event->position().toPoint());
    moveCursor(place, event->modifiers() & Qt::ShiftModifier);
    const Row &row = m_rows[place.row];
    if (row.finding >= 0 && (event->position().x() < m_gutter || row.kind == Row::Kind::Ghost))
        Q_EMIT findingClicked(row.finding);
}

void RowView::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        moveCursor(placeAt(event->position().toPoint()), true);
}

void RowView::mouseDoubleClickEvent(QMouseEvent *event)
{
    const Place place = placeAt(event->position().toPoint());
    if (place.row >= m_rows.size())
        return;
    m_anchor = {place.row, 0};
    m_cursor = {place.row, drawnLine(m_rows[place.row].bytes).text.size()};
    viewport()->update();
}

void RowView::focusInEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void RowView::focusOutEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

void RowView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        measure();
}

bool RowView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && !m_rows.isEmpty()) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const QString note = m_rows[rowAt(help->pos().y())].note;
        if (note.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), note.toHtmlEscaped().replace(u'\n', u"<br>"_s), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void RowView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu;
    menu.addAction(tr("Copy"), this, &RowView::copy);
    menu.addAction(tr("Select all"), this, &RowView::selectAll);
    menu.exec(event->globalPos());
}

} // namespace jiagu
