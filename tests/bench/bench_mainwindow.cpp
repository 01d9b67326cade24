// SPDX-License-Identifier: Apache-2.0

// The console's window as main() shows it, gone after its first paint.

#include "bench/firstpaint.h"
#include "mainwindow.h"

int main(int argc, char **argv)
{
    const QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("jiagu"));
    QCoreApplication::setOrganizationDomain(QStringLiteral("jiagu.org"));
    jiagu::MainWindow window;
    const FirstPaint first(&window);
    window.show();
    return QApplication::exec();
}
