// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "views/rows.h"

#include <QAbstractScrollArea>

#include <optional>

class QTextLayout;

namespace jiagu {

/// Shows rows: line numbers, marks in the margin, YAML colours, marked words. Everything is drawn as plain text.
/// Selecting and copying gives the file's own bytes; what is not of the file (Row::isOfFile()) is never copied.
class RowView final : public QAbstractScrollArea
{
    Q_OBJECT
public:
    enum class Style
    {
        Document,
        Diff, ///< old and new numbers
        Side, ///< one side of a diff, in step with the other: it always has its horizontal scroll bar
        Script
    };
    explicit RowView(Style style, QWidget *parent = nullptr);

    void setRows(const QList<Row> &rows);
    const QList<Row> &rows() const { return m_rows; }
    /// Shows the row of a line of the file (from 1) and makes it the current one.
    void showLine(int line);
    void showRow(int row);
    /// Makes it the current one, without a selection, and scrolls no further than needed.
    void setCurrentRow(int row);
    int currentRow() const { return m_cursor.row; }
    /// The next or previous row with a mark or a change, from the current one; false at the end.
    bool showNextMark(int direction);

    /// What Copy gives: of the selection, or the current line when nothing is selected.
    QByteArray selectedBytes() const;
    void copy() const;
    void selectAll();

Q_SIGNALS:
    void currentRowChanged(int row);
    /// The mark in the margin, or a ghost line, was clicked.
    void findingClicked(int finding);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    struct Place
    {
        int row = 0;
        qsizetype column = 0; ///< UTF-16 units of the drawn line
        friend auto operator<=>(const Place &, const Place &) = default;
    };
    void measure();
    void moveCursor(Place to, bool select);
    void layOut(QTextLayout &layout, const Row &row, int index) const;
    void paintRow(QPainter &painter, int index, int top);
    void announce();
    Place placeAt(QPoint point) const;
    int rowAt(int y) const;
    bool isUnterminated(const Row &row) const;
    int numbersWidth() const;

    Style m_style;
    QList<Row> m_rows;
    Place m_anchor;
    Place m_cursor;
    int m_rowHeight = 1;
    int m_digitWidth = 1;
    int m_gutter = 0; ///< width of marks, numbers and signs
    int m_textWidth = 0; ///< of the longest row
};

} // namespace jiagu
