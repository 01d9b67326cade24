// SPDX-License-Identifier: Apache-2.0
#include "views/diffview.h"

#include "views/rowview.h"

#include <QEvent>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

DiffView::DiffView(QWidget *parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget)
    , m_unified(new RowView(RowView::Style::Diff))
    , m_before(new RowView(RowView::Style::Side))
    , m_after(new RowView(RowView::Style::Side))
    , m_side(m_after)
{
    setObjectName(u"diffView"_s);
    m_unified->setObjectName(u"diff"_s);
    m_before->setObjectName(u"diffBefore"_s);
    m_after->setObjectName(u"diffAfter"_s);
    auto *sides = new QSplitter;
    sides->addWidget(m_before);
    sides->addWidget(m_after);
    sides->setSizes({500, 500});
    sides->setChildrenCollapsible(false);
    m_stack->addWidget(m_unified);
    m_stack->addWidget(sides);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);

    connectSides(m_before, m_after);
    connectSides(m_after, m_before);
    connect(m_unified, &RowView::currentRowChanged, this, &DiffView::currentRowChanged);
    retranslate();
}

void DiffView::connectSides(RowView *one, RowView *other)
{
    one->installEventFilter(this);
    const auto follow = [this](auto step) {
        if (m_following)
            return;
        const QScopedValueRollback guard(m_following, true);
        step();
    };
    for (const auto orientation : {Qt::Vertical, Qt::Horizontal}) {
        const auto bar = [orientation](RowView *view) {
            return orientation == Qt::Vertical ? view->verticalScrollBar() : view->horizontalScrollBar();
        };
        connect(bar(one), &QScrollBar::valueChanged, this,
            [follow, bar, other](int value) { follow([&] { bar(other)->setValue(value); }); });
    }
    connect(one, &RowView::currentRowChanged, this, [this, follow, other](int row) {
        follow([&] {
            other->setCurrentRow(row);
            Q_EMIT currentRowChanged(m_sides.origin.value(row));
        });
    });
}

void DiffView::setRows(const QList<Row> &rows)
{
    m_rows = rows;
    m_sides = sidesOf(rows);
    const QScopedValueRollback guard(m_following, true);
    m_unified->setRows(rows);
    m_before->setRows(m_sides.before);
    m_after->setRows(m_sides.after);
}

bool DiffView::isSideBySide() const
{
    return m_stack->currentIndex() == 1;
}

void DiffView::setSideBySide(bool on)
{
    if (on == isSideBySide())
        return;
    const int row = currentRow();
    const QWidget *focus = focusWidget();
    m_stack->setCurrentIndex(on ? 1 : 0);
    showRow(row);
    if (focus)
        (on ? m_side : m_unified)->setFocus();
}

int DiffView::currentRow() const
{
    return isSideBySide() ? m_sides.origin.value(m_side->currentRow()) : m_unified->currentRow();
}

void DiffView::showRow(int row)
{
    if (!isSideBySide()) {
        m_unified->showRow(row);
        return;
    }
    // An added line that stands beside a removed one has that one's row.
    auto at = std::ranges::find(m_sides.origin, row);
    if (at == m_sides.origin.end() && row >= 0 && row < m_rows.size()) {
        const auto line = std::ranges::find_if(m_sides.after, [&](const Row &side) {
            return side.kind == Row::Kind::Added && side.after > 0 && side.after == m_rows[row].after;
        });
        at = m_sides.origin.begin() + (line - m_sides.after.begin());
    }
    if (at != m_sides.origin.end())
        m_side->showRow(int(at - m_sides.origin.begin()));
}

bool DiffView::showNextChange(int direction)
{
    const auto isChange = [this](int row) { return row >= 0 && row < m_rows.size() && m_rows[row].isChange(); };
    int row = currentRow();
    if (direction > 0) {
        while (isChange(row))
            ++row;
        while (row < m_rows.size() && !isChange(row))
            ++row;
    } else {
        while (isChange(row) && isChange(row - 1))
            --row;
        --row;
        while (row >= 0 && !isChange(row))
            --row;
        while (isChange(row - 1))
            --row;
    }
    if (!isChange(row))
        return false;
    showRow(row);
    return true;
}

void DiffView::copy() const
{
    (isSideBySide() ? m_side : m_unified)->copy();
}

void DiffView::retranslate()
{
    m_unified->setAccessibleName(tr("Changes"));
    m_before->setAccessibleName(tr("Changes, before"));
    m_after->setAccessibleName(tr("Changes, after"));
}

bool DiffView::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusIn && watched != m_side) {
        RowView *other = m_side;
        m_side = watched == m_before ? m_before : m_after;
        const QScopedValueRollback guard(m_following, true);
        other->setCurrentRow(other->currentRow()); // one selection at a time
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace jiagu
