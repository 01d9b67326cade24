// SPDX-License-Identifier: Apache-2.0
#include "dialogs/historydialog.h"

#include "base/plaintext.h"
#include "jobs/session.h"
#include "language.h"
#include "views/rowview.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

HistoryDialog::HistoryDialog(Session *session, const QString &operatorName, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_operator(operatorName)
    , m_list(new QListWidget)
    , m_diff(new RowView(RowView::Style::Diff))
    , m_entries(new QPlainTextEdit)
    , m_permission(new QLabel)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Close))
    , m_restore(m_buttons->addButton(QString(), QDialogButtonBox::ActionRole))
    , m_ask(m_buttons->addButton(QString(), QDialogButtonBox::ActionRole))
{
    setObjectName(u"historyDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    m_list->setObjectName(u"changeSets"_s);
    m_restore->setObjectName(u"restoreOld"_s);
    m_ask->setObjectName(u"askNode"_s);
    m_permission->setTextFormat(Qt::PlainText);
    m_permission->setWordWrap(true);
    m_entries->setReadOnly(true);
    m_entries->setTabChangesFocus(true);
    auto *right = new QSplitter(Qt::Vertical);
    right->addWidget(m_diff);
    right->addWidget(m_entries);
    auto *splitter = new QSplitter;
    splitter->addWidget(m_list);
    splitter->addWidget(right);
    splitter->setSizes({300, 700});
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_permission);
    layout->addWidget(m_buttons);
    resize(1000, 640);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_list, &QListWidget::currentRowChanged, this, &HistoryDialog::showCurrent);
    connect(m_restore, &QPushButton::clicked, this, &HistoryDialog::restoreCurrent);
    connect(m_ask, &QPushButton::clicked, this, &HistoryDialog::askNodes);
    connect(m_session, &Session::phaseChanged, this, &HistoryDialog::showPermission);
    connect(m_session, &Session::armedChanged, this, &HistoryDialog::showPermission);
    connect(m_session, &Session::outcome, this, &HistoryDialog::showCurrent);
    load();
    retranslate();
}

void HistoryDialog::load()
{
    m_journal = Journal::open(m_session->journalDirectory());
    m_list->clear();
    if (!*m_journal)
        return;
    for (const QString &id : (**m_journal).all()) {
        auto *item = new QListWidgetItem(m_list);
        item->setData(Qt::UserRole, id);
    }
    m_list->setCurrentRow(0);
}

void HistoryDialog::showCurrent()
{
    m_current.reset();
    QList<Row> rows;
    QStringList lines;
    if (const QListWidgetItem *item = m_list->currentItem()) {
        const QString id = item->data(Qt::UserRole).toString();
        if (auto changeSet = (**m_journal).changeSet(id)) {
            m_current = *std::move(changeSet);
            for (const FileChange &step : m_current->steps)
                rows += diffRows(plainText(step.node) + u": "_s + plainText(step.path), step.after, step.before);
        } else {
            lines += plainText(describe(changeSet.error(), uiLanguage()));
        }
        for (const JournalEntry &entry : (**m_journal).entries(id)) {
            QStringList words{entry.time.toString(Qt::ISODate), entry.node, entry.event, entry.action, entry.state,
                entry.detail, entry.approval.operatorName, entry.approval.ticket, entry.approval.reviewer};
            words.removeAll(QString());
            lines += plainText(words.join(u"  "_s));
        }
    }
    m_diff->setRows(rows);
    m_entries->setPlainText(lines.join(u'\n'));
    showPermission();
}

void HistoryDialog::showPermission()
{
    const bool idle = m_session->phase() == Session::Phase::Idle;
    const bool linked = m_current && std::ranges::all_of(m_current->steps, [this](const FileChange &step) {
        return m_session->hasLink(step.machineId);
    });
    QString why;
    if (*m_journal && m_list->count() == 0)
        why = tr("No change set has been applied from this computer yet.");
    else if (!*m_journal)
        why = plainText(describe(m_journal->error(), uiLanguage()));
    else if (!linked)
        why = tr("Connect to the nodes of this change set to take it back. The diff shows what that would do.");
    else if (!m_session->isArmed())
        why = tr("This session is read-only. Choose “Allow changes” in the Change menu first.");
    else if (m_operator.isEmpty())
        why = tr("Enter the name of the operator on the review page first: it is recorded with the change.");
    m_permission->setText(why);
    m_restore->setEnabled(m_current && idle && why.isEmpty());
    m_ask->setEnabled(linked && idle);
}

void HistoryDialog::restoreCurrent()
{
    const ChangeSet changeSet = *m_current;
    m_session->push(Outcome::Action::Restore, changeSet,
        {.changeSet = changeSet.id,
            .operatorName = m_operator,
            .ticket = {},
            .reviewer = {},
            .when = QDateTime::currentDateTimeUtc()});
    accept();
}

void HistoryDialog::askNodes()
{
    const ChangeSet changeSet = *m_current;
    if (!changeSet.steps.isEmpty())
        m_session->askNode(changeSet, changeSet.steps.first().node);
}

void HistoryDialog::retranslate()
{
    setWindowTitle(tr("Change history"));
    m_list->setAccessibleName(tr("Change sets"));
    m_diff->setAccessibleName(tr("What taking it back would change"));
    m_entries->setAccessibleName(tr("Journal"));
    m_restore->setText(tr("&Restore the bytes from before"));
    m_ask->setText(tr("&Ask the node how it ended"));
    const QStringList undecided = *m_journal ? (**m_journal).undecided() : QStringList();
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem *item = m_list->item(row);
        const QString id = item->data(Qt::UserRole).toString();
        const auto changeSet = (**m_journal).changeSet(id);
        const QString when =
            changeSet ? QLocale().toString(changeSet->planned.toLocalTime(), QLocale::ShortFormat) : QString();
        item->setText(undecided.contains(id) ? tr("%1 · %2 · undecided").arg(id.left(12), when)
                                             : tr("%1 · %2").arg(id.left(12), when));
    }
    showPermission();
}

void HistoryDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
