// SPDX-License-Identifier: Apache-2.0
#include "dialogs/questiondialog.h"

#include "base/plaintext.h"
#include "dialogs/asker.h"
#include "theme.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStringList>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QuestionDialog::QuestionDialog(const Question &question, QWidget *parent)
    : QDialog(parent)
    , m_question(question)
    , m_sentence(new QLabel(this))
    , m_fingerprint(new QLabel(this))
    , m_server(new QLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    const auto *key = std::get_if<HostKeyQuestion>(&m_question);
    setObjectName(key ? u"hostKeyQuestion"_s : u"secretQuestion"_s);
    for (QLabel *label : {m_sentence, m_fingerprint, m_server}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    m_sentence->setWordWrap(true);
    m_sentence->setMinimumWidth(460);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_sentence);
    if (key) {
        m_fingerprint->setFont(documentFont());
        m_fingerprint->setText(plainText(key->keyType) + u'\n' + plainText(key->fingerprint));
        layout->addWidget(m_fingerprint);
        m_server->hide();
        m_buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
        m_buttons->button(QDialogButtonBox::Cancel)->setFocus();
    } else {
        const auto &asked = std::get<SecretQuestion>(m_question);
        m_fingerprint->hide();
        m_server->setObjectName(u"serverText"_s);
        m_server->setWordWrap(true);
        QStringList said;
        if (!asked.instruction.isEmpty())
            said += plainLines(asked.instruction.toUtf8());
        if (asked.kind == SecretQuestion::Kind::Prompt && !asked.prompt.isEmpty())
            said += plainText(asked.prompt);
        m_server->setText(said.join(u'\n'));
        m_server->setVisible(!said.isEmpty());
        layout->addWidget(m_server);
        m_field = new QLineEdit;
        m_field->setObjectName(u"secret"_s);
        m_field->setEchoMode(asked.echo ? QLineEdit::Normal : QLineEdit::Password);
        m_sentence->setBuddy(m_field);
        layout->addWidget(m_field);
        m_field->setFocus();
    }
    layout->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    retranslate();
}

std::optional<Secret> QuestionDialog::takeAnswer()
{
    if (!m_field)
        return std::nullopt;
    return takeSecret(std::exchange(m_field, nullptr));
}

QString QuestionDialog::sentence(const HostKeyQuestion &question) const
{
    return tr("%1 has shown a host key that is not known yet. Compare the fingerprint with the one that the "
              "administrator of the node gives you (ssh-keygen -lf on the node). Accept it only when they are equal.")
        .arg(plainText(question.node));
}

QString QuestionDialog::sentence(const SecretQuestion &question) const
{
    const QString node = plainText(question.node);
    switch (question.kind) {
    case SecretQuestion::Kind::LoginPassword:
        return tr("%1 asks for the password of %2.").arg(node, plainText(question.account));
    case SecretQuestion::Kind::Passphrase:
        return tr("The private key %1 for %2 is protected. Enter its passphrase.").arg(plainText(question.file), node);
    case SecretQuestion::Kind::SudoPassword:
        return tr("sudo on %1 asks for the password of %2.").arg(node, plainText(question.account));
    case SecretQuestion::Kind::Prompt:
        return tr("%1 asks %2, in its own words:").arg(node, plainText(question.account));
    }
    return {};
}

void QuestionDialog::retranslate()
{
    m_sentence->setText(std::visit([this](const auto &question) { return sentence(question); }, m_question));
    if (const auto *asked = std::get_if<SecretQuestion>(&m_question)) {
        const bool prompt = asked->kind == SecretQuestion::Kind::Prompt;
        setWindowTitle(prompt ? tr("Question of the server") : tr("Password needed"));
        if (m_field)
            m_field->setAccessibleName(prompt ? tr("Answer") : tr("Password"));
    } else {
        setWindowTitle(tr("Unknown host key"));
        m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Accept and remember"));
    }
}

void QuestionDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
