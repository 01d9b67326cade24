// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/target.h"

#include <QDialog>

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace jiagu {

/// Asks for the way in to a node. Remembers the last host, key file and elevation, never a secret.
class ConnectDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit ConnectDialog(QWidget *parent);

    /// Valid after it was accepted.
    const Target &target() const { return m_target; }
    Secret takePassword();

    void accept() override;
    void reject() override;

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void browse();

    Target m_target;
    Secret m_secret;
    QLabel *m_hostLabel;
    QLineEdit *m_host;
    QLabel *m_identityLabel;
    QLineEdit *m_identity;
    QToolButton *m_browse;
    QLabel *m_passwordLabel;
    QLineEdit *m_password;
    QCheckBox *m_agent;
    QCheckBox *m_sudo;
    QLabel *m_note;
    QLabel *m_problem;
    QDialogButtonBox *m_buttons;
};

} // namespace jiagu
