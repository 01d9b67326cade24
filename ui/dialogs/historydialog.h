// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/journal.h"

#include <QDialog>

#include <optional>

class QDialogButtonBox;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace jiagu {

class RowView;
class Session;

/// The change sets that the journal keeps: what each did, what taking it back would do, and the ways on.
class HistoryDialog final : public QDialog
{
    Q_OBJECT
public:
    HistoryDialog(Session *session, const QString &operatorName, QWidget *parent);

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void load();
    void showCurrent();
    void showPermission();
    void restoreCurrent();
    void askNodes();

    Session *m_session;
    QString m_operator;
    std::optional<Result<Journal>> m_journal;
    std::optional<ChangeSet> m_current;
    QListWidget *m_list;
    RowView *m_diff;
    QPlainTextEdit *m_entries;
    QLabel *m_permission;
    QDialogButtonBox *m_buttons;
    QPushButton *m_restore;
    QPushButton *m_ask;
};

} // namespace jiagu
