// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

namespace jiagu {

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
{
    setObjectName(QStringLiteral("mainWindow"));
}

} // namespace jiagu
