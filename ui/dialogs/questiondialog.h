// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/target.h"

#include <QDialog>

#include <variant>

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace jiagu {

/// Asks for trust in a host key, for a secret, or what a server asks.
class QuestionDialog final : public QDialog
{
    Q_OBJECT
public:
    using Question = std::variant<HostKeyQuestion, SecretQuestion>;
    QuestionDialog(const Question &question, QWidget *parent);

    /// What was typed, once, emptying and destroying the field; nothing for a host key.
    std::optional<Secret> takeAnswer();

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    QString sentence(const HostKeyQuestion &question) const;
    QString sentence(const SecretQuestion &question) const;

    Question m_question;
    QLabel *m_sentence;
    QLabel *m_fingerprint;
    QLabel *m_server; ///< what the server says and asks, in its own words
    QLineEdit *m_field = nullptr;
    QDialogButtonBox *m_buttons;
};

} // namespace jiagu
