// SPDX-License-Identifier: Apache-2.0
#include "dialogs/connectdialog.h"

#include "dialogs/asker.h"
#include "language.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

ConnectDialog::ConnectDialog(QWidget *parent)
    : QDialog(parent)
    , m_hostLabel(new QLabel)
    , m_host(new QLineEdit)
    , m_identityLabel(new QLabel)
    , m_identity(new QLineEdit)
    , m_browse(new QToolButton)
    , m_passwordLabel(new QLabel)
    , m_password(new QLineEdit)
    , m_agent(new QCheckBox)
    , m_sudo(new QCheckBox)
    , m_note(new QLabel)
    , m_problem(new QLabel)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setObjectName(u"connectDialog"_s);
    m_host->setObjectName(u"host"_s);
    m_identity->setObjectName(u"identity"_s);
    m_password->setObjectName(u"password"_s);
    m_agent->setObjectName(u"agent"_s);
    m_sudo->setObjectName(u"sudo"_s);
    m_hostLabel->setBuddy(m_host);
    m_identityLabel->setBuddy(m_identity);
    m_passwordLabel->setBuddy(m_password);
    m_password->setEchoMode(QLineEdit::Password);
    m_host->setMinimumWidth(360);
    m_host->setPlaceholderText(u"root@192.0.2.10:22"_s);
    m_browse->setText(u"…"_s);
    for (QLabel *label : {m_note, m_problem}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_problem->setObjectName(u"problem"_s);
    m_problem->hide();
    m_note->setForegroundRole(QPalette::PlaceholderText);

    const QSettings settings;
    m_host->setText(settings.value("connect/host").toString());
    m_identity->setText(settings.value("connect/identity").toString());
    m_agent->setChecked(settings.value("connect/agent", true).toBool());
    m_sudo->setChecked(settings.value("connect/sudo").toBool());

    auto *identity = new QHBoxLayout;
    identity->addWidget(m_identity);
    identity->addWidget(m_browse);
    auto *layout = new QFormLayout(this);
    layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    layout->addRow(m_hostLabel, m_host);
    layout->addRow(m_identityLabel, identity);
    layout->addRow(m_passwordLabel, m_password);
    layout->addRow(m_agent);
    layout->addRow(m_sudo);
    layout->addRow(m_note);
    layout->addRow(m_problem);
    layout->addRow(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &ConnectDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_browse, &QToolButton::clicked, this, &ConnectDialog::browse);
    retranslate();
}

void ConnectDialog::browse()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("Private key"), QDir::homePath() + u"/.ssh"_s);
    if (!file.isEmpty())
        m_identity->setText(file);
}

void ConnectDialog::accept()
{
    auto target = parseTarget(m_host->text().trimmed());
    if (!target) {
        m_problem->setText(text(target.error().message));
        m_problem->show();
        m_host->setFocus();
        return;
    }
    m_target = *std::move(target);
    m_target.identityFile = m_identity->text().trimmed();
    if (m_target.identityFile.startsWith(u"~/"))
        m_target.identityFile.replace(0, 1, QDir::homePath());
    m_target.agent = m_agent->isChecked();
    m_target.sudo = m_sudo->isChecked();
    m_secret = takeSecret(std::exchange(m_password, nullptr));
    QSettings settings;
    settings.setValue("connect/host", m_host->text().trimmed());
    settings.setValue("connect/identity", m_identity->text().trimmed());
    settings.setValue("connect/agent", m_target.agent);
    settings.setValue("connect/sudo", m_target.sudo);
    QDialog::accept();
}

void ConnectDialog::reject()
{
    if (m_password)
        takeSecret(std::exchange(m_password, nullptr));
    QDialog::reject();
}

Secret ConnectDialog::takePassword()
{
    return std::move(m_secret);
}

void ConnectDialog::retranslate()
{
    setWindowTitle(tr("Connect to a node"));
    m_hostLabel->setText(tr("&Node ([user@]host[:port]):"));
    m_identityLabel->setText(tr("&Private key file:"));
    m_browse->setToolTip(tr("Choose a private key file"));
    m_browse->setAccessibleName(tr("Choose a private key file"));
    m_passwordLabel->setText(tr("Pass&word or passphrase:"));
    m_agent->setText(tr("Use the keys of the SSH &agent"));
    m_sudo->setText(tr("&Elevate with sudo (the user is not root)"));
    m_note->setText(tr("Leave the key file empty to log in with a key of the SSH agent or with a password. What is not "
                       "entered here is asked for when it is needed. Connecting only reads; nothing is changed on the "
                       "node."));
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Connect"));
}

void ConnectDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
