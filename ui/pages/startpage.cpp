// SPDX-License-Identifier: Apache-2.0
#include "pages/startpage.h"

#include <QAction>
#include <QEvent>
#include <QGridLayout>
#include <QIcon>
#include <QLabel>
#include <QPushButton>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QPushButton *buttonOf(QAction *action)
{
    auto *button = new QPushButton;
    button->setObjectName(action->objectName() + u"Button"_s);
    const auto follow = [button, action] { button->setText(action->text()); };
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    follow();
    return button;
}

QLabel *label()
{
    auto *label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

StartPage::StartPage(QAction *connectTo, QAction *open, QAction *sample, QWidget *parent)
    : QWidget(parent)
    , m_title(label())
    , m_lead(label())
    , m_connect(label())
    , m_open(label())
    , m_sample(label())
{
    setObjectName(u"startPage"_s);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setBold(true);
    m_title->setFont(large);
    auto *picture = new QLabel;
    picture->setPixmap(QIcon(u":/icons/org.jiagu.Jiagu.svg"_s).pixmap(96, 96));

    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(16);
    grid->setColumnMinimumWidth(1, 460);
    grid->addWidget(picture, 0, 0, 2, 1, Qt::AlignCenter);
    grid->addWidget(m_title, 0, 1);
    grid->addWidget(m_lead, 1, 1);
    int row = 2;
    for (const auto &[action, text] :
        {std::pair(connectTo, m_connect), std::pair(open, m_open), std::pair(sample, m_sample)}) {
        QPushButton *button = buttonOf(action);
        button->setMinimumHeight(fontMetrics().height() * 2);
        grid->addWidget(button, row, 0);
        grid->addWidget(text, row, 1);
        ++row;
    }
    auto *outer = new QGridLayout(this);
    outer->addLayout(grid, 1, 1);
    outer->setRowStretch(0, 2);
    outer->setRowStretch(2, 3);
    outer->setColumnStretch(0, 1);
    outer->setColumnStretch(2, 1);
    retranslate();
}

void StartPage::retranslate()
{
    m_title->setText(tr("Jiagu"));
    m_lead->setText(
        tr("See what is in force on the nodes of a Kubernetes cluster, judge it against a hardening baseline, "
           "review every byte of a change, apply it, and take it back."));
    m_connect->setText(tr("Log in to a node over SSH and read it. Nothing is changed by reading."));
    m_open->setText(tr("Look at a recording, made with “jiagu record” or by hand on a node that cannot be reached: "
                       "sh collect.sh > node.jiagu-snapshot. It can also be dropped on this window."));
    m_sample->setText(tr("Look around in a recorded sample cluster first, without any node."));
}

void StartPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
