// SPDX-License-Identifier: Apache-2.0
#include "pages/reviewpage.h"

#include "base/plaintext.h"
#include "dialogs/scriptdialog.h"
#include "jobs/session.h"
#include "language.h"
#include "models/fixmodel.h"
#include "views/rowview.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

ReviewPage::ReviewPage(Session *session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_fixes(new FixModel(this))
    , m_back(new QPushButton)
    , m_all(new QPushButton)
    , m_list(new QListView)
    , m_summary(new QLabel)
    , m_diff(new RowView(RowView::Style::Diff))
    , m_operatorLabel(new QLabel)
    , m_operator(new QLineEdit)
    , m_ticketLabel(new QLabel)
    , m_ticket(new QLineEdit)
    , m_reviewerLabel(new QLabel)
    , m_reviewer(new QLineEdit)
    , m_script(new QPushButton)
    , m_apply(new QPushButton)
    , m_restore(new QPushButton)
    , m_permission(new QLabel)
    , m_log(new QPlainTextEdit)
{
    setObjectName(u"reviewPage"_s);
    m_list->setObjectName(u"fixes"_s);
    m_diff->setObjectName(u"diff"_s);
    m_summary->setObjectName(u"planSummary"_s);
    m_operator->setObjectName(u"operator"_s);
    m_ticket->setObjectName(u"ticket"_s);
    m_reviewer->setObjectName(u"reviewer"_s);
    m_script->setObjectName(u"showScript"_s);
    m_apply->setObjectName(u"apply"_s);
    m_restore->setObjectName(u"restore"_s);
    m_permission->setObjectName(u"permission"_s);
    m_log->setObjectName(u"log"_s);
    for (QLabel *label : {m_summary, m_permission}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_operatorLabel->setBuddy(m_operator);
    m_ticketLabel->setBuddy(m_ticket);
    m_reviewerLabel->setBuddy(m_reviewer);
    m_operator->setText(QSettings().value("review/operator", qEnvironmentVariable("USER")).toString());
    m_log->setReadOnly(true);
    m_log->setTabChangesFocus(true);
    m_list->setModel(m_fixes);
    m_list->setWordWrap(true);

    auto *left = new QWidget;
    auto *leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->addWidget(m_back, 0, Qt::AlignLeft);
    leftLayout->addWidget(m_list, 2);
    leftLayout->addWidget(m_all, 0, Qt::AlignLeft);
    auto *fields = new QGridLayout;
    int row = 0;
    for (const auto &[label, field] : {std::pair(m_operatorLabel, m_operator), std::pair(m_ticketLabel, m_ticket),
             std::pair(m_reviewerLabel, m_reviewer)}) {
        fields->addWidget(label, row, 0);
        fields->addWidget(field, row, 1);
        ++row;
    }
    leftLayout->addLayout(fields);
    leftLayout->addWidget(m_script);
    leftLayout->addWidget(m_apply);
    leftLayout->addWidget(m_restore);
    leftLayout->addWidget(m_permission);
    auto *right = new QSplitter(Qt::Vertical);
    auto *top = new QWidget;
    auto *topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->addWidget(m_summary);
    topLayout->addWidget(m_diff, 1);
    right->addWidget(top);
    right->addWidget(m_log);
    right->setSizes({600, 160});
    right->setChildrenCollapsible(false);
    auto *splitter = new QSplitter;
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setSizes({400, 1000});
    splitter->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(splitter);

    connect(m_back, &QPushButton::clicked, this, &ReviewPage::backRequested);
    connect(m_all, &QPushButton::clicked, this,
        [this] { m_fixes->setAllTicked(m_fixes->ticked().size() < m_fixes->rowCount()); });
    connect(m_fixes, &FixModel::tickedChanged, this, &ReviewPage::planTicked);
    connect(m_script, &QPushButton::clicked, this, &ReviewPage::showScript);
    connect(m_apply, &QPushButton::clicked, this, &ReviewPage::apply);
    connect(m_restore, &QPushButton::clicked, this, &ReviewPage::restoreLast);
    connect(m_operator, &QLineEdit::textChanged, this, &ReviewPage::showPermission);
    connect(m_session, &Session::phaseChanged, this, &ReviewPage::showPermission);
    connect(m_session, &Session::armedChanged, this, &ReviewPage::showPermission);
    connect(m_session, &Session::progressed, this, [this](const Message &step) {
        if (m_session->phase() != Session::Phase::Reading)
            m_log->appendPlainText(tr("%1 s").arg(m_session->elapsed() / 1000) + u"  "_s + plainText(text(step)));
    });
    connect(m_session, &Session::outcome, this, [this](const Outcome &outcome) {
        m_outcomes += outcome;
        showOutcome();
    });
    retranslate();
}

void ReviewPage::refresh()
{
    m_fixes->setAssessment(m_session->assessment() ? *m_session->assessment() : Assessment());
    if (!m_session->assessment())
        m_last.reset();
}

void ReviewPage::planTicked()
{
    const QList<Finding> findings = m_fixes->ticked();
    m_planned.reset();
    if (!findings.isEmpty())
        m_planned = plan(*m_session->assessment(), findings, {});
    showPlan();
}

void ReviewPage::showPlan()
{
    QList<Row> rows;
    QStringList lines;
    if (m_planned && *m_planned) {
        const ChangeSet &changeSet = **m_planned;
        lines += tr("Change set %1, files: %2").arg(changeSet.shortId()).arg(changeSet.steps.size());
        for (const FileChange &step : changeSet.steps) {
            rows += diffRows(plainText(step.node) + u": "_s + plainText(step.path), step.before, step.after);
            if (!step.interruption.isEmpty())
                lines += plainText(step.node) + u": "_s + plainText(text(step.interruption));
        }
    } else if (m_planned) {
        lines += plainText(describe(m_planned->error(), uiLanguage()));
    } else if (m_fixes->rowCount() == 0) {
        lines += tr("Nothing that fails can be changed by this program.");
    } else {
        lines += tr("Tick what is to be changed; the exact bytes are shown here before anything is done.");
    }
    m_summary->setText(lines.join(u'\n'));
    m_diff->setRows(rows);
    showPermission();
}

void ReviewPage::showPermission()
{
    const bool planned = m_planned && *m_planned;
    const bool idle = m_session->phase() == Session::Phase::Idle;
    const auto linked = [this](const ChangeSet &changeSet) {
        return std::ranges::all_of(
            changeSet.steps, [this](const FileChange &step) { return m_session->hasLink(step.machineId); });
    };
    QString why;
    if (!idle)
        why = tr("Another job is running.");
    else if (!m_session->isLive())
        why = tr(
            "This is a recording: it can be reviewed, but there is no node to change. Connect to the node to apply.");
    else if (!m_session->isArmed())
        why = tr("This session is read-only. Choose “Allow changes” in the Change menu first.");
    else if (m_operator->text().trimmed().isEmpty())
        why = tr("Enter the name of the operator: it is recorded with the change.");
    else if (planned && !linked(**m_planned))
        why = tr("Not every node of this change set is connected.");
    m_permission->setText(why);
    m_script->setEnabled(planned);
    m_apply->setEnabled(planned && why.isEmpty());
    m_restore->setEnabled(
        m_last && idle && m_session->isArmed() && !m_operator->text().trimmed().isEmpty() && linked(*m_last));
    m_list->setEnabled(idle);
    m_all->setEnabled(idle && m_fixes->rowCount() > 0);
}

Approval ReviewPage::approval(const QString &changeSet) const
{
    QSettings().setValue("review/operator", m_operator->text().trimmed());
    return {.changeSet = changeSet,
        .operatorName = m_operator->text().trimmed(),
        .ticket = m_ticket->text().trimmed(),
        .reviewer = m_reviewer->text().trimmed(),
        .when = QDateTime::currentDateTimeUtc()};
}

void ReviewPage::apply()
{
    if (!m_apply->isEnabled())
        return;
    const ChangeSet changeSet = **m_planned;
    m_last = changeSet;
    m_outcomes.clear();
    m_log->clear();
    m_session->push(Outcome::Action::Apply, changeSet, approval(changeSet.id));
}

void ReviewPage::restoreLast()
{
    const ChangeSet changeSet = *m_last;
    m_session->push(Outcome::Action::Restore, changeSet, approval(changeSet.id));
}

void ReviewPage::showOutcome()
{
    const Outcome &outcome = m_outcomes.last();
    const QString action = outcome.action == Outcome::Action::Apply ? tr("Apply") : tr("Restore");
    m_log->appendPlainText(u"%1 · %2 · %3: %4"_s.arg(
        plainText(outcome.node), action, text(outcomeText(outcome.state)), plainText(text(outcome.message))));
    for (const QString &line : outcome.evidence)
        m_log->appendPlainText(u"    "_s + plainText(line));
    showPermission();
}

void ReviewPage::showScript()
{
    QByteArray text;
    QStringList nodes;
    for (const FileChange &step : (**m_planned).steps) {
        if (nodes.contains(step.node))
            continue;
        nodes += step.node;
        text += "# " + plainText(step.node).toUtf8() + '\n' + remoteText(**m_planned, step.node) + '\n';
    }
    (new ScriptDialog(text + '\n' + transactScript(), this))->open();
}

void ReviewPage::stepChange(int direction)
{
    m_diff->showNextMark(direction);
}

void ReviewPage::retranslate()
{
    m_back->setText(tr("◂ &Findings"));
    m_all->setText(tr("Tick &all or none"));
    m_list->setAccessibleName(tr("Findings that can be changed"));
    m_diff->setAccessibleName(tr("Changes"));
    m_log->setAccessibleName(tr("What happened"));
    m_log->setPlaceholderText(tr("What happens on the nodes is shown here."));
    m_operatorLabel->setText(tr("&Operator:"));
    m_ticketLabel->setText(tr("&Ticket:"));
    m_reviewerLabel->setText(tr("Re&viewer:"));
    m_script->setText(tr("Show what will be &run…"));
    m_apply->setText(tr("A&pply"));
    m_restore->setText(tr("Re&store what was applied"));
    m_fixes->retranslate();
    showPlan();
}

void ReviewPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
