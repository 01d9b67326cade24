// SPDX-License-Identifier: Apache-2.0
#include "dialogs/packdialog.h"

#include "base/plaintext.h"
#include "language.h"
#include "theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {
constexpr auto acceptedKey = "packs/accepted";
}

PackDialog::PackDialog(const RulePack &pack, QWidget *parent)
    : QDialog(parent)
    , m_pack(pack)
    , m_sentence(new QLabel)
    , m_facts(new QLabel)
    , m_accept(new QCheckBox)
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setObjectName(u"packDialog"_s);
    for (QLabel *label : {m_sentence, m_facts}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    m_sentence->setWordWrap(true);
    m_sentence->setMinimumWidth(560);
    m_facts->setObjectName(u"packFacts"_s);
    m_facts->setFont(documentFont());
    m_accept->setObjectName(u"acceptPack"_s);
    m_accept->setChecked(pack.accepted);
    m_accept->setEnabled(!pack.accepted);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_sentence);
    layout->addWidget(m_facts);
    layout->addWidget(m_accept);
    layout->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
    m_buttons->button(QDialogButtonBox::Cancel)->setFocus();
    retranslate();
}

RulePack PackDialog::takePack()
{
    if (m_accept->isChecked() && !m_pack.accepted) {
        const QString digest = QString::fromLatin1(m_pack.digest);
        QSettings().setValue(acceptedKey, acceptedDigests() + QStringList{digest});
        acceptPack(m_pack, {digest});
    }
    return m_pack;
}

QStringList PackDialog::acceptedDigests()
{
    return QSettings().value(acceptedKey).toStringList();
}

void PackDialog::retranslate()
{
    setWindowTitle(tr("Rule pack"));
    m_sentence->setText(
        tr("Judge by this rule pack from now on, instead of the present one? It judges at once and runs nothing on a "
           "node. Before you let it change nodes, compare its SHA-256 with the one that its author names."));
    m_facts->setText(plainText(m_pack.title.text(uiLanguage())) + u'\n' + tr("Id: %1").arg(m_pack.id) + u'\n'
        + tr("Version: %1").arg(plainText(m_pack.version)) + u'\n' + tr("Rules: %1").arg(m_pack.rules.size()) + u'\n'
        + tr("SHA-256: %1").arg(QString::fromLatin1(m_pack.digest)));
    m_accept->setText(tr("I have compared the SHA-256: fixes of this pack &may change nodes"));
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Judge by it"));
    m_buttons->button(QDialogButtonBox::Cancel)->setText(tr("&Keep the present one"));
}

void PackDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
