// SPDX-License-Identifier: Apache-2.0
#include "views/busybar.h"

#include "base/plaintext.h"
#include "jobs/session.h"
#include "language.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

BusyBar::BusyBar(Session *session, QWidget *parent)
    : QFrame(parent)
    , m_session(session)
    , m_text(new QLabel)
    , m_elapsed(new QLabel)
    , m_cancel(new QPushButton)
    , m_tick(new QTimer(this))
{
    setObjectName(u"busyBar"_s);
    m_text->setObjectName(u"step"_s);
    m_cancel->setObjectName(u"cancel"_s);
    setFrameShape(QFrame::StyledPanel);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *moving = new QProgressBar;
    moving->setRange(0, 0);
    moving->setMaximumWidth(120);
    auto *layout = new QHBoxLayout(this);
    layout->addWidget(moving);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_elapsed);
    layout->addWidget(m_cancel);
    m_tick->setInterval(200);
    connect(m_tick, &QTimer::timeout, this, &BusyBar::refresh);
    connect(m_cancel, &QPushButton::clicked, m_session, &Session::cancel);
    connect(m_session, &Session::progressed, this, [this](const Message &step, qint64 bytes) {
        m_step = step;
        m_bytes = bytes;
        refresh();
    });
    connect(m_session, &Session::phaseChanged, this, [this] {
        const bool busy = m_session->phase() != Session::Phase::Idle;
        if (!busy || m_session->elapsed() < 50) {
            m_step = {};
            m_bytes = 0;
        }
        setVisible(busy);
        if (busy)
            m_tick->start();
        else
            m_tick->stop();
        refresh();
    });
    hide();
    refresh();
}

void BusyBar::refresh()
{
    const bool changing = m_session->phase() == Session::Phase::Changing;
    const bool rollingBack = m_session->phase() == Session::Phase::RollingBack;
    QString step = plainText(text(m_step));
    if (rollingBack)
        step = tr("The node has been asked to roll back: %1").arg(step);
    if (m_bytes > 0)
        step += u" ("_s + QLocale().formattedDataSize(m_bytes) + u')';
    m_text->setText(step);
    m_elapsed->setText(tr("%1 s").arg(m_session->elapsed() / 1000));
    m_cancel->setText(changing ? tr("Cancel and roll back") : tr("Cancel"));
    m_cancel->setEnabled(!rollingBack);
}

void BusyBar::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        refresh();
}

} // namespace jiagu
