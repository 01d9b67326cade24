// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"
#include "mainwindow.h"

#include <QApplication>

int main(int argc, char **argv)
{
    jiagu::protectMemory();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("jiagu"));
    QApplication::setOrganizationDomain(QStringLiteral("jiagu.org"));
    QApplication::setDesktopFileName(QStringLiteral("org.jiagu.Jiagu"));
    jiagu::MainWindow window;
    window.show();
    return QApplication::exec();
}
