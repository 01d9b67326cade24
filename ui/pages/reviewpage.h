// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"

#include <QWidget>

#include <optional>

class QAction;
class QLabel;
class QLineEdit;
class QListView;
class QPlainTextEdit;
class QPushButton;
class QTreeView;

namespace jiagu {

class ChangeModel;
class DiffView;
class FixModel;
class Session;
class ValueForm;

/// What holds the shown change set back, beside what the nodes themselves will say.
struct ApplyState
{
    bool idle = false;
    bool live = false;
    bool armed = false;
    bool named = false; ///< there is an operator
    bool linked = false; ///< every node of it is connected
    int changes = 0;
    int reviewed = 0;
};
/// Why it cannot be applied now, a sentence for each reason that a person can do something about; none: it can.
QStringList whyNotApply(const ApplyState &state);

/// Every change as a diff before it is made: what is ticked is planned, what is shown is marked as reviewed, and what
/// Apply pushes is the change set that was shown, and only when all of it is reviewed.
class ReviewPage final : public QWidget
{
    Q_OBJECT
public:
    explicit ReviewPage(Session *session, QWidget *parent = nullptr);

    /// Keeps what was ticked, typed and reviewed and is still there.
    void setAssessment(const std::optional<Assessment> &assessment);
    /// Side by side, reviewed, copy and save as a patch: for the window's menu. Enabled while the page is shown.
    QList<QAction *> menuActions() const;
    void apply(); ///< what the Apply button does
    void stepChange(int direction);

    /// Who does it, who reviewed it and for which ticket, as the fields say now.
    Approval approval(const QString &changeSet) const;

Q_SIGNALS:
    void backRequested();

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void retranslate();
    void planTicked();
    QMap<QString, QString> problemsOfValues(const QList<Finding> &findings) const;
    void showPlan();
    void showDiff();
    void showPermission();
    void updateActions();
    int currentChange() const;
    void changeChosen();
    void toggleReviewed();
    void copyPatch();
    void savePatch();
    void tellPatch(const QString &what, const ChangeSet &changeSet, const QString &node);
    void showOutcome();
    void restoreLast();
    void showScript();

    Session *m_session;
    std::optional<Assessment> m_assessment;
    FixModel *m_fixes;
    ChangeModel *m_changes;
    std::optional<Result<ChangeSet>> m_planned; ///< of what is ticked; empty: nothing is
    std::optional<ChangeSet> m_last; ///< pushed last, for Restore
    QList<Outcome> m_outcomes;
    QPushButton *m_back;
    QPushButton *m_all;
    QListView *m_list;
    QLabel *m_counter;
    QTreeView *m_changeList;
    ValueForm *m_values;
    QLabel *m_summary;
    QPlainTextEdit *m_interruptions;
    DiffView *m_diff;
    QList<int> m_firstRows; ///< of each change in the diff
    bool m_stepping = false; ///< the list and the diff are being brought into step
    QAction *m_sideBySide;
    QAction *m_markReviewed;
    QAction *m_copyPatch;
    QAction *m_savePatch;
    QLabel *m_operatorLabel;
    QLineEdit *m_operator;
    QLabel *m_ticketLabel;
    QLineEdit *m_ticket;
    QLabel *m_reviewerLabel;
    QLineEdit *m_reviewer;
    QPushButton *m_script;
    QPushButton *m_apply;
    QPushButton *m_restore;
    QLabel *m_permission;
    QPlainTextEdit *m_log;
};

} // namespace jiagu
