// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;
class QTabWidget;
class QTreeWidget;

namespace jiagu {

/// What a person changes in the baseline (which one, rules switched off with a reason, values of parameters) and the
/// risks that were accepted. Edits a copy, and can be accepted only when that is complete and fits the pack; what is
/// wrong is said below.
class TailoringDialog final : public QDialog
{
    Q_OBJECT
public:
    enum RuleColumn
    {
        Id,
        Title,
        Value,
        Proposal,
        Why
    };

    enum WaiverColumn
    {
        OfRule,
        OfCluster,
        OfNode,
        OfObject,
        Reason,
        Approver,
        Expires
    };

    /// `pack` is the one that is tailored, untailored itself. Values are suggested from `cluster`, where there is one.
    TailoringDialog(const RulePack &pack, const Tailoring &tailoring, const Cluster *cluster, QWidget *parent);

    /// One more waiver on top, for a person to complete.
    void addWaiver(const Waiver &waiver);
    /// What stands in the fields.
    Tailoring tailoring() const;

    void accept() override;

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *rulesPage();
    QWidget *waiversPage();
    void showWaiver(int row, const Waiver &waiver);
    void filterRules();
    /// Says below the rules what the value of the current one is, and which one is suggested.
    void explainValue();
    void chooseFile();
    /// What keeps it from being accepted; empty when nothing does. Leads to the place.
    QString problem();
    void retranslate();

    RulePack m_pack;
    QMap<QString, Suggestion> m_suggestions; ///< by rule
    QLabel *m_baselineLabel;
    QComboBox *m_baseline;
    QTabWidget *m_tabs;
    QLineEdit *m_words;
    QTreeWidget *m_rules;
    QLabel *m_about;
    QLabel *m_waiverNote;
    QTableWidget *m_waivers;
    QPushButton *m_add;
    QPushButton *m_remove;
    QLabel *m_problem;
    QDialogButtonBox *m_buttons;
    QPushButton *m_save;
};

} // namespace jiagu
