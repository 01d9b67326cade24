// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustertree.h"
#include "rules/upgrade.h"

#include <QDialog>

class QTextBrowser;

namespace jiagu {

class Session;

/// What of today's configuration a later release no longer takes as it is, by release. Stays open beside the window, so
/// that the places can be gone through, and follows what is open in it. Whatever came from a node is escaped.
class UpgradeDialog final : public QDialog
{
    Q_OBJECT
public:
    UpgradeDialog(Session *session, QWidget *parent);

Q_SIGNALS:
    void placeRequested(const DocumentId &document, int line); ///< line from 1; 0: the document as a whole

protected:
    void changeEvent(QEvent *event) override;

private:
    void load();
    void retranslate();

    Session *m_session;
    QTextBrowser *m_text;
    QList<UpgradeGroup> m_groups;
    QList<Message> m_gaps;
    Message m_releases;
};

} // namespace jiagu
