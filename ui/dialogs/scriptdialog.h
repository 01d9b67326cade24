// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

namespace jiagu {

/// Shows what will be run on the nodes: the requests, then the program that carries them out. Can be copied.
class ScriptDialog final : public QDialog
{
    Q_OBJECT
public:
    ScriptDialog(const QByteArray &text, QWidget *parent);

protected:
    void changeEvent(QEvent *event) override;
};

} // namespace jiagu
