// SPDX-License-Identifier: Apache-2.0

// The least that a Qt window costs: a main window with an empty tree, gone after its first paint.

#include "bench/firstpaint.h"

#include <QMainWindow>
#include <QTreeView>

int main(int argc, char **argv)
{
    const QApplication application(argc, argv);
    QMainWindow window;
    window.setCentralWidget(new QTreeView);
    window.resize(1200, 800);
    const FirstPaint first(&window);
    window.show();
    return QApplication::exec();
}
