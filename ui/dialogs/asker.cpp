// SPDX-License-Identifier: Apache-2.0
#include "dialogs/asker.h"

#include "dialogs/questiondialog.h"
#include "jobs/worker.h"

#include <QLineEdit>

namespace jiagu {

Secret takeSecret(QLineEdit *field)
{
    QString typed = field->text();
    field->clear();
    delete field; // what is left is the only owner, which is zeroed
    return Secret::take(typed);
}

/// An answer that a job waits for.
struct Asker::Waiting
{
    std::mutex mutex;
    std::condition_variable_any changed;
    bool answered = false;
    bool accepted = false;
    std::optional<Secret> secret;

    void answer(bool yes, std::optional<Secret> given)
    {
        {
            const std::scoped_lock lock(mutex);
            answered = true;
            accepted = yes;
            secret = std::move(given);
        }
        changed.notify_all();
    }
};

Asker::Asker(QWidget *window)
    : QObject(window)
    , m_window(window)
{
}

Asker::~Asker()
{
    for (const Entry &entry : std::as_const(m_queue))
        entry.waiting->answer(false, std::nullopt);
}

std::shared_ptr<Asker::Waiting> Asker::ask(const Question &question, const std::stop_token &stop)
{
    auto waiting = std::make_shared<Waiting>();
    const QPointer<QObject> self(this);
    inWindow(self, [this, entry = Entry{waiting, question}] { add(entry); });
    std::unique_lock lock(waiting->mutex);
    if (!waiting->changed.wait(lock, stop, [&] { return waiting->answered; }))
        inWindow(self, [this, waiting] { withdraw(waiting); });
    return waiting;
}

Questions Asker::questions(std::stop_token stop)
{
    return {.acceptHostKey = [this, stop](const HostKeyQuestion &question) { return ask(question, stop)->accepted; },
        .secret = [this, stop](const SecretQuestion &question) { return std::move(ask(question, stop)->secret); }};
}

void Asker::add(const Entry &entry)
{
    m_queue += entry;
    if (!m_dialog)
        showNext();
}

void Asker::withdraw(const std::shared_ptr<Waiting> &waiting)
{
    if (!m_queue.isEmpty() && m_queue.first().waiting == waiting && m_dialog)
        m_dialog->reject();
    else
        m_queue.removeIf([&](const Entry &entry) { return entry.waiting == waiting; });
}

void Asker::showNext()
{
    if (m_queue.isEmpty())
        return;
    auto *dialog = new QuestionDialog(m_queue.first().question, m_window);
    m_dialog = dialog;
    connect(dialog, &QDialog::finished, this, [this, dialog](int result) {
        const Entry entry = m_queue.takeFirst();
        const bool yes = result == QDialog::Accepted;
        std::optional<Secret> typed = dialog->takeAnswer(); // zeroed, whatever the answer is
        entry.waiting->answer(yes, yes ? std::move(typed) : std::nullopt);
        m_dialog.clear();
        dialog->deleteLater();
        showNext();
    });
    dialog->open();
}

} // namespace jiagu
