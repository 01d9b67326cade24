// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "views/rows.h"

#include <QWidget>

class QStackedWidget;

namespace jiagu {

class RowView;

/// A diff in two presentations of the same rows: unified, or the old and the new side beside each other, which scroll
/// together. Rows are counted as setRows() was given them, whichever is shown. Copying gives the file's bytes of the
/// side where they were selected.
class DiffView final : public QWidget
{
    Q_OBJECT
public:
    explicit DiffView(QWidget *parent = nullptr);

    void setRows(const QList<Row> &rows);
    bool isSideBySide() const;
    /// The row that is current stays so.
    void setSideBySide(bool on);
    int currentRow() const;
    void showRow(int row);
    /// The first row of the next or previous run of changes, across files; false at the end.
    bool showNextChange(int direction);
    void copy() const; ///< of the side that was used last
    void retranslate();

Q_SIGNALS:
    void currentRowChanged(int row);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void connectSides(RowView *one, RowView *other);

    QList<Row> m_rows;
    Sides m_sides;
    QStackedWidget *m_stack;
    RowView *m_unified;
    RowView *m_before;
    RowView *m_after;
    RowView *m_side; ///< used last
    bool m_following = false; ///< one side is being brought into step with the other
};

} // namespace jiagu
