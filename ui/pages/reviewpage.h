// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QListView;
class QPlainTextEdit;
class QPushButton;
class QSplitter;

namespace jiagu {

class FixModel;
class RowView;
class Session;

/// Every change as a diff before it is made: what is ticked is planned, what is shown is what Apply pushes.
class ReviewPage final : public QWidget
{
    Q_OBJECT
public:
    explicit ReviewPage(Session *session, QWidget *parent = nullptr);

    void refresh(); ///< the assessment has changed
    void apply(); ///< what the Apply button does
    void stepChange(int direction);

Q_SIGNALS:
    void backRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void planTicked();
    void showPlan();
    void showPermission();
    void showOutcome();
    void restoreLast();
    void showScript();
    Approval approval(const QString &changeSet) const;

    Session *m_session;
    FixModel *m_fixes;
    std::optional<Result<ChangeSet>> m_planned; ///< of what is ticked; empty: nothing is
    std::optional<ChangeSet> m_last; ///< pushed last, for Restore
    QList<Outcome> m_outcomes;
    QPushButton *m_back;
    QPushButton *m_all;
    QListView *m_list;
    QLabel *m_summary;
    RowView *m_diff;
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
