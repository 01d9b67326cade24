// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMainWindow>

namespace jiagu {

/// The console's window.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
};

} // namespace jiagu
