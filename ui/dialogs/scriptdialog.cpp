// SPDX-License-Identifier: Apache-2.0
#include "dialogs/scriptdialog.h"

#include "views/rowview.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

ScriptDialog::ScriptDialog(const QByteArray &text, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"scriptDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    auto *view = new RowView(RowView::Style::Script);
    view->setObjectName(u"script"_s);
    view->setRows(textRows(text));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(view);
    layout->addWidget(buttons);
    resize(900, 640);
    QEvent language(QEvent::LanguageChange);
    ScriptDialog::changeEvent(&language);
}

void ScriptDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() != QEvent::LanguageChange)
        return;
    setWindowTitle(tr("What will be run"));
    findChild<RowView *>()->setAccessibleName(tr("What will be run"));
}

} // namespace jiagu
