// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QListWidget;
class QPushButton;

namespace jiagu {

/// What is shown when nothing is open: the ways to begin.
class StartPage final : public QWidget
{
    Q_OBJECT
public:
    StartPage(QAction *connectTo, QAction *open, QAction *openSession, QAction *sample, QWidget *parent = nullptr);

    /// Session files, the latest first. Those that are not there any more are said to be missing.
    void setRecent(const QStringList &paths);

Q_SIGNALS:
    void openRequested(const QString &path);
    void removeRequested(const QString &path); ///< from the list

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    QString currentPath() const;

    QLabel *m_title;
    QLabel *m_lead;
    QLabel *m_connect;
    QLabel *m_open;
    QLabel *m_session;
    QLabel *m_sample;
    QLabel *m_recentTitle;
    QListWidget *m_recent;
    QPushButton *m_remove;
    QStringList m_paths;
};

} // namespace jiagu
