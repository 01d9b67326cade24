// SPDX-License-Identifier: Apache-2.0
#include "dialogs/shortcutdialog.h"

#include "actions.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QHeaderView>
#include <QRegularExpression>
#include <QScreen>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// The text of a menu entry without its mnemonic, of either language.
QString plainName(QString text)
{
    static const QRegularExpression chinese(u"\\(&.\\)"_s);
    return text.remove(chinese).remove(u'&').remove(u'…');
}

} // namespace

ShortcutDialog::ShortcutDialog(QWidget *parent)
    : QDialog(parent)
    , m_list(new QTreeWidget)
{
    setObjectName(u"shortcutDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    m_list->setObjectName(u"shortcutList"_s);
    m_list->setRootIsDecorated(false);
    m_list->setAlternatingRowColors(true);
    m_list->setColumnCount(3);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(buttons);
    retranslate();
    for (int column = 0; column < 2; ++column)
        m_list->resizeColumnToContents(column);
    resize(
        QSize(fontMetrics().height() * 50, fontMetrics().height() * 34).boundedTo(screen()->availableSize() * 4 / 5));
}

void ShortcutDialog::retranslate()
{
    setWindowTitle(tr("Keyboard shortcuts"));
    m_list->setAccessibleName(tr("Keyboard shortcuts"));
    m_list->setHeaderLabels({tr("Action"), tr("Keys"), tr("What it does")});
    m_list->clear();
    for (const ActionEntry &entry : actionTable()) {
        const QList<QKeySequence> keys = entry.keys();
        if (keys.isEmpty())
            continue;
        new QTreeWidgetItem(m_list,
            {plainName(entry.translatedText()), QKeySequence::listToString(keys, QKeySequence::NativeText),
                entry.translatedTip()});
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void ShortcutDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
