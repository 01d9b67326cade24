// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QTimer;

namespace jiagu {

class Session;

/// What the running job does, for how long, and the button that cancels it. Hidden when nothing runs.
class BusyBar final : public QFrame
{
    Q_OBJECT
public:
    explicit BusyBar(Session *session, QWidget *parent = nullptr);

protected:
    void changeEvent(QEvent *event) override;

private:
    void refresh();

    Session *m_session;
    Message m_step;
    qint64 m_bytes = 0;
    QLabel *m_text;
    QLabel *m_elapsed;
    QPushButton *m_cancel;
    QTimer *m_tick;
};

} // namespace jiagu
