// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <span>

namespace jiagu {

/// What a person can do in the window: one line of the table that menus, tool bar and shortcut sheet come from.
struct ActionEntry
{
    const char *id; ///< object name of the QAction
    const char *shortcuts; ///< portable text, several with "; "; empty: none
    const char *text; ///< with its mnemonic; source text of the context jiagu::MainWindow, as the next
    const char *tip; ///< a sentence for the status bar and the sheet

    QList<QKeySequence> keys() const;
    QString translatedText() const;
    QString translatedTip() const;
};

/// Every action of the window, in the order of the menus.
std::span<const ActionEntry> actionTable();
/// The entry of an id that is in the table.
const ActionEntry &actionEntry(const char *id);

} // namespace jiagu
