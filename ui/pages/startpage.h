// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QAction;
class QLabel;

namespace jiagu {

/// What is shown when nothing is open: the ways to begin.
class StartPage final : public QWidget
{
    Q_OBJECT
public:
    StartPage(QAction *connectTo, QAction *open, QAction *sample, QWidget *parent = nullptr);

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();

    QLabel *m_title;
    QLabel *m_lead;
    QLabel *m_connect;
    QLabel *m_open;
    QLabel *m_sample;
};

} // namespace jiagu
