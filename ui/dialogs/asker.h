// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/target.h"

#include <QList>
#include <QObject>
#include <QPointer>

#include <memory>
#include <stop_token>
#include <variant>

class QDialog;
class QLineEdit;
class QWidget;

namespace jiagu {

/// The characters of a password field, which is emptied and destroyed.
Secret takeSecret(QLineEdit *field);

/// Lets jobs ask the person: one queue, one question at a time, the job waits. Lives in the window's thread and must
/// outlive the jobs that ask.
class Asker final : public QObject
{
    Q_OBJECT
public:
    explicit Asker(QWidget *window);
    ~Asker() override;

    /// Functions for a job; a stop answers no and withdraws the question.
    Questions questions(std::stop_token stop);

private:
    struct Waiting;
    using Question = std::variant<HostKeyQuestion, SecretQuestion>;
    struct Entry
    {
        std::shared_ptr<Waiting> waiting;
        Question question;
    };
    std::shared_ptr<Waiting> ask(const Question &question, const std::stop_token &stop);
    void add(const Entry &entry);
    void withdraw(const std::shared_ptr<Waiting> &waiting);
    void showNext();

    QWidget *m_window;
    QList<Entry> m_queue; ///< the first is shown
    QPointer<QDialog> m_dialog;
};

} // namespace jiagu
