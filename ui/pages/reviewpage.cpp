// SPDX-License-Identifier: Apache-2.0
#include "pages/reviewpage.h"

#include "actions.h"
#include "base/plaintext.h"
#include "change/patch.h"
#include "dialogs/scriptdialog.h"
#include "jobs/session.h"
#include "language.h"
#include "models/changemodel.h"
#include "models/fixmodel.h"
#include "views/diffview.h"
#include "views/valueform.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QScopedValueRollback>
#include <QSettings>
#include <QSplitter>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QStringList whyNotApply(const ApplyState &state)
{
    QStringList why;
    if (!state.idle)
        why += ReviewPage::tr("Another job is running.");
    else if (!state.live)
        why += ReviewPage::tr(
            "This is a recording: it can be reviewed, but there is no node to change. Connect to the node to apply.");
    else if (!state.armed)
        why += ReviewPage::tr("This session is read-only. Choose “Allow changes” in the Change menu first.");
    else if (!state.named)
        why += ReviewPage::tr("Enter the name of the operator: it is recorded with the change.");
    else if (state.changes > 0 && !state.linked)
        why += ReviewPage::tr("Not every node of this change set is connected.");
    if (state.reviewed < state.changes)
        why += ReviewPage::tr("Changes not reviewed yet: %1. Look at each and mark it as reviewed (V); untick what is "
                              "not to be changed.")
                   .arg(state.changes - state.reviewed);
    return why;
}

ReviewPage::ReviewPage(Session *session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_fixes(new FixModel(this))
    , m_changes(new ChangeModel(this))
    , m_back(new QPushButton)
    , m_all(new QPushButton)
    , m_list(new QListView)
    , m_counter(new QLabel)
    , m_changeList(new QTreeView)
    , m_values(new ValueForm)
    , m_summary(new QLabel)
    , m_interruptions(new QPlainTextEdit)
    , m_diff(new DiffView)
    , m_sideBySide(new QAction(this))
    , m_markReviewed(new QAction(this))
    , m_copyPatch(new QAction(this))
    , m_savePatch(new QAction(this))
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
    m_counter->setObjectName(u"reviewedCount"_s);
    m_changeList->setObjectName(u"changes"_s);
    m_interruptions->setObjectName(u"interruptions"_s);
    for (const auto &[action, id] : {std::pair(m_markReviewed, "markReviewed"), std::pair(m_sideBySide, "sideBySide"),
             std::pair(m_copyPatch, "copyPatch"), std::pair(m_savePatch, "savePatch")}) {
        action->setObjectName(QLatin1StringView(id));
        action->setShortcuts(actionEntry(id).keys());
    }
    m_summary->setObjectName(u"planSummary"_s);
    m_operator->setObjectName(u"operator"_s);
    m_ticket->setObjectName(u"ticket"_s);
    m_reviewer->setObjectName(u"reviewer"_s);
    m_script->setObjectName(u"showScript"_s);
    m_apply->setObjectName(u"apply"_s);
    m_restore->setObjectName(u"restore"_s);
    m_permission->setObjectName(u"permission"_s);
    m_log->setObjectName(u"log"_s);
    for (QLabel *label : {m_summary, m_permission, m_counter}) {
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
    m_changeList->setModel(m_changes);
    m_changeList->setHeaderHidden(true);
    m_changeList->setTextElideMode(Qt::ElideMiddle);
    m_interruptions->setReadOnly(true);
    m_interruptions->setTabChangesFocus(true);
    m_interruptions->setMaximumHeight(fontMetrics().lineSpacing() * 6);

    m_sideBySide->setCheckable(true);
    m_sideBySide->setChecked(QSettings().value("review/sideBySide", false).toBool());
    m_markReviewed->setCheckable(true);
    m_diff->setSideBySide(m_sideBySide->isChecked());
    auto *bar = new QHBoxLayout;
    for (QAction *action : menuActions()) {
        auto *button = new QToolButton;
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        bar->addWidget(button);
    }
    bar->addStretch();

    auto *left = new QWidget;
    auto *leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->addWidget(m_back, 0, Qt::AlignLeft);
    leftLayout->addWidget(m_list, 2);
    leftLayout->addWidget(m_all, 0, Qt::AlignLeft);
    leftLayout->addWidget(m_counter);
    leftLayout->addWidget(m_changeList, 3);
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
    topLayout->addWidget(m_values);
    topLayout->addWidget(m_summary);
    topLayout->addWidget(m_interruptions);
    topLayout->addLayout(bar);
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
    connect(m_values, &ValueForm::valuesChanged, this, &ReviewPage::planTicked);
    connect(m_changes, &ChangeModel::reviewedChanged, this, &ReviewPage::showPermission);
    connect(m_changeList->selectionModel(), &QItemSelectionModel::currentChanged, this, &ReviewPage::changeChosen);
    connect(m_diff, &DiffView::currentRowChanged, this, [this](int shown) {
        if (m_stepping || m_firstRows.isEmpty())
            return;
        const QScopedValueRollback guard(m_stepping, true);
        const auto next = std::ranges::upper_bound(m_firstRows, shown);
        const int change = std::max(0, int(next - m_firstRows.begin()) - 1);
        if (change != currentChange())
            m_changeList->setCurrentIndex(m_changes->index(change, 0));
        updateActions();
    });
    connect(m_sideBySide, &QAction::toggled, this, [this](bool on) {
        QSettings().setValue("review/sideBySide", on);
        m_diff->setSideBySide(on);
    });
    connect(m_markReviewed, &QAction::triggered, this, &ReviewPage::toggleReviewed);
    connect(m_copyPatch, &QAction::triggered, this, &ReviewPage::copyPatch);
    connect(m_savePatch, &QAction::triggered, this, &ReviewPage::savePatch);
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

QList<QAction *> ReviewPage::menuActions() const
{
    return {m_markReviewed, m_sideBySide, m_copyPatch, m_savePatch};
}

void ReviewPage::setAssessment(const std::optional<Assessment> &assessment)
{
    m_assessment = assessment;
    if (!assessment) {
        m_last.reset();
        m_values->clear();
        m_changes->forget();
    }
    m_fixes->setAssessment(assessment ? *assessment : Assessment());
}

void ReviewPage::planTicked()
{
    const QList<Finding> findings = m_fixes->ticked();
    m_planned.reset();
    QMap<QString, Rule> rules;
    for (const Finding &finding : findings) {
        if (const Rule *rule = m_assessment->pack.rule(finding.rule))
            rules.insert(rule->id, *rule);
    }
    m_values->setRules(rules.values());
    QWidget *previous = m_restore; // fields come as they are needed: reached where they are seen, not last
    for (QLineEdit *field : m_values->findChildren<QLineEdit *>()) {
        setTabOrder(previous, field);
        previous = field;
    }
    if (!findings.isEmpty())
        m_planned = plan(*m_assessment, findings, m_values->values());
    showPlan();
}

/// What plan() says about the findings of each rule that asks for a value, when it does not plan them.
QMap<QString, QString> ReviewPage::problemsOfValues(const QList<Finding> &findings) const
{
    QMap<QString, QString> problems;
    const QMap<QString, QString> values = m_values->values();
    for (const QString &rule : values.keys()) {
        QList<Finding> own = findings;
        own.removeIf([&](const Finding &finding) { return finding.rule != rule; });
        if (const auto planned = plan(*m_assessment, own, {{rule, values[rule]}}); !planned)
            problems.insert(rule, plainText(describe(planned.error(), uiLanguage())));
    }
    return problems;
}

void ReviewPage::showPlan()
{
    const bool planned = m_planned && *m_planned;
    QStringList lines;
    QStringList interruptions;
    QMap<QString, QString> problems;
    if (planned) {
        const ChangeSet &changeSet = **m_planned;
        lines += tr("Change set %1, files: %2").arg(changeSet.shortId()).arg(changeSet.steps.size());
        for (const FileChange &step : changeSet.steps) {
            if (!step.interruption.isEmpty())
                interruptions += plainText(step.node) + u": "_s + plainText(text(step.interruption));
        }
        interruptions.removeDuplicates();
    } else if (m_planned) {
        problems = problemsOfValues(m_fixes->ticked());
        if (problems.isEmpty())
            lines += plainText(describe(m_planned->error(), uiLanguage()));
        else
            lines += tr("Nothing is planned yet: see what is said at the values above.");
    } else if (m_fixes->rowCount() == 0) {
        lines += tr("Nothing that fails can be changed by this program.");
    } else {
        lines += tr("Tick what is to be changed; the exact bytes are shown here before anything is done.");
    }
    m_values->setProblems(problems);
    m_summary->setText(lines.join(u'\n'));
    m_interruptions->setPlainText(interruptions.join(u'\n'));
    m_interruptions->setVisible(!interruptions.isEmpty());
    showDiff();
    showPermission();
}

/// The list of changes and their diffs; the change that was current stays so when it is still there.
void ReviewPage::showDiff()
{
    const QScopedValueRollback guard(m_stepping, true);
    const int chosen = currentChange();
    const int shownRow = m_diff->currentRow();
    const QString shownId = m_changes->changeSetId();
    const QString path = chosen < 0 ? QString() : m_changes->step(chosen).path;
    m_changes->setChangeSet(m_planned && *m_planned ? **m_planned : ChangeSet());
    QList<Row> rows;
    m_firstRows.clear();
    int current = m_changes->changes().isEmpty() ? -1 : 0;
    for (int change = 0; change < int(m_changes->changes().size()); ++change) {
        const FileChange &step = m_changes->step(change);
        if (step.path == path && (change == chosen || m_changes->step(current).path != path))
            current = change;
        m_firstRows += int(rows.size());
        rows += changeRows(m_changes->nodesText(change) + u": "_s + plainText(step.path), step);
    }
    m_diff->setRows(rows);
    if (current < 0)
        return;
    if (!shownId.isEmpty() && shownId == m_changes->changeSetId()) { // in another language
        m_diff->showRow(shownRow);
        return;
    }
    m_changeList->setCurrentIndex(m_changes->index(current, 0));
    m_diff->showRow(m_firstRows[current]);
}

int ReviewPage::currentChange() const
{
    return m_changes->changeOf(m_changeList->currentIndex());
}

void ReviewPage::changeChosen()
{
    if (m_stepping)
        return;
    const QScopedValueRollback guard(m_stepping, true);
    if (const int change = currentChange(); change >= 0)
        m_diff->showRow(m_firstRows[change]);
    updateActions();
}

void ReviewPage::toggleReviewed()
{
    if (const int change = currentChange(); change >= 0)
        m_changes->setReviewed(change, !m_changes->isReviewed(change));
}

void ReviewPage::copyPatch()
{
    const QString node = m_changes->node(m_changeList->currentIndex());
    const QByteArray patch = patchFor(**m_planned, node, uiLanguage());
    const QString asText = QString::fromUtf8(patch);
    if (asText.toUtf8() != patch) {
        m_log->appendPlainText(
            tr("%1: nothing was copied, because a file in this patch is not UTF-8 and its bytes would not survive. "
               "Save the patch instead.")
                .arg(plainText(node)));
        return;
    }
    auto *both = new QMimeData;
    both->setText(asText);
    both->setData(u"text/x-patch"_s, patch);
    QApplication::clipboard()->setMimeData(both);
    tellPatch(tr("The patch was copied."), **m_planned, node);
}

void ReviewPage::savePatch()
{
    const QString node = m_changes->node(m_changeList->currentIndex());
    auto *dialog = new QFileDialog(this, tr("Save as patch"), {}, tr("Patches (*.patch *.diff)"));
    dialog->setObjectName(u"savePatchDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"patch"_s);
    dialog->selectFile((**m_planned).shortId() + u".patch"_s);
    // What was shown when it was asked for, whatever is ticked by the time of the answer.
    connect(dialog, &QFileDialog::fileSelected, this,
        [this, node, patch = patchFor(**m_planned, node, uiLanguage()), changeSet = **m_planned](const QString &path) {
            QSaveFile file(path);
            if (file.open(QIODevice::WriteOnly) && file.write(patch) == patch.size() && file.commit())
                tellPatch(tr("The patch was saved: %1").arg(plainText(path)), changeSet, node);
            else
                m_log->appendPlainText(tr("The patch could not be saved as %1: %2. Choose another place.")
                                           .arg(plainText(path), file.errorString()));
        });
    dialog->open();
}

/// Says what a patch holds and what it does not.
void ReviewPage::tellPatch(const QString &what, const ChangeSet &changeSet, const QString &node)
{
    QStringList lines{what, tr("It is for: %1").arg(plainText(nodesOfPatch(changeSet, node).join(u", "_s)))};
    QStringList others;
    for (const FileChange &step : changeSet.steps) {
        if (step.node == node && step.kind == FileChange::Kind::Attributes)
            lines += tr("Owner and mode of %1 are not in it: a patch cannot say them.").arg(plainText(step.path));
        if (!nodesOfPatch(changeSet, node).contains(step.node) && !others.contains(step.node))
            others += step.node;
    }
    if (!others.isEmpty())
        lines += tr("These nodes need one of their own: %1. Choose them in the list of changes.")
                     .arg(plainText(others.join(u", "_s)));
    m_log->appendPlainText(lines.join(u'\n'));
}

void ReviewPage::showPermission()
{
    const bool planned = m_planned && *m_planned;
    const bool idle = m_session->phase() == Session::Phase::Idle;
    const auto linked = [this](const ChangeSet &changeSet) {
        return std::ranges::all_of(
            changeSet.steps, [this](const FileChange &step) { return m_session->hasLink(step.machineId); });
    };
    const int changes = int(m_changes->changes().size());
    const QStringList why = whyNotApply({.idle = idle,
        .live = m_session->isLive(),
        .armed = m_session->isArmed(),
        .named = !m_operator->text().trimmed().isEmpty(),
        .linked = planned && linked(**m_planned),
        .changes = changes,
        .reviewed = m_changes->reviewedCount()});
    m_permission->setText(why.join(u'\n'));
    m_counter->setText(tr("%1/%2 reviewed").arg(m_changes->reviewedCount()).arg(changes));
    m_script->setEnabled(planned);
    m_apply->setEnabled(planned && why.isEmpty() && m_changes->allReviewed());
    m_restore->setEnabled(
        m_last && idle && m_session->isArmed() && !m_operator->text().trimmed().isEmpty() && linked(*m_last));
    m_list->setEnabled(idle);
    m_values->setEnabled(idle);
    m_all->setEnabled(idle && m_fixes->rowCount() > 0);
    updateActions();
}

void ReviewPage::updateActions()
{
    const int change = currentChange();
    const bool planned = m_planned && *m_planned;
    m_sideBySide->setEnabled(isVisible());
    m_markReviewed->setEnabled(isVisible() && planned && change >= 0);
    m_markReviewed->setChecked(change >= 0 && m_changes->isReviewed(change));
    for (QAction *action : {m_copyPatch, m_savePatch})
        action->setEnabled(isVisible() && planned && change >= 0);
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
    const ChangeSet changeSet = **m_planned; // all of it is reviewed, or the button would not be enabled
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
    m_diff->showNextChange(direction);
}

void ReviewPage::retranslate()
{
    m_back->setText(tr("◂ &Findings"));
    m_all->setText(tr("Tick &all or none"));
    m_list->setAccessibleName(tr("Findings that can be changed"));
    m_changeList->setAccessibleName(tr("Changes to review"));
    m_interruptions->setAccessibleName(tr("What is interrupted"));
    for (QAction *action : menuActions()) {
        const ActionEntry &entry = actionEntry(action->objectName().toLatin1().constData());
        action->setText(entry.translatedText());
        action->setStatusTip(entry.translatedTip());
        action->setToolTip(
            tr("%1 (%2)").arg(action->iconText(), action->shortcut().toString(QKeySequence::NativeText)));
    }
    m_diff->retranslate();
    m_values->retranslate();
    m_changes->retranslate();
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

void ReviewPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    updateActions();
}

void ReviewPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    updateActions();
}

} // namespace jiagu
