// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

class QTreeWidget;

namespace jiagu {

/// The sheet of what the keys do, from the table of actions.
class ShortcutDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit ShortcutDialog(QWidget *parent);

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();

    QTreeWidget *m_list;
};

} // namespace jiagu
