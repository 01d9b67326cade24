// SPDX-License-Identifier: Apache-2.0
#include "actions.h"

#include <QCoreApplication>

#include <algorithm>

namespace jiagu {

namespace {

constexpr auto context = "jiagu::MainWindow";

constexpr ActionEntry table[] = {
    {"connect", "Ctrl+N", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Connect…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Log in to a node over SSH and read it")},
    {"connectOthers", "Ctrl+Shift+N", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Connect the other no&des"),
        QT_TRANSLATE_NOOP(
            "jiagu::MainWindow", "Connect the nodes of this cluster that were not read, with the way in to the first")},
    {"reconnect", "Ctrl+Shift+R", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Connect a&gain"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Connect to the nodes of the session that is open")},
    {"open", "Ctrl+O", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Open snapshot…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Open recordings of nodes of one cluster")},
    {"openSession", "Ctrl+Shift+O", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Op&en session…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Open a session that was saved")},
    {"sample", "", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Open sa&mple"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Look around in a recorded cluster")},
    {"rescan", "F5", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Rescan"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Read the connected nodes again")},
    {"saveSession", "Ctrl+S", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Save session"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Save what is open to its file")},
    {"saveSessionAs", "Ctrl+Shift+S", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Save session &as…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Save what is open to another file")},
    {"saveReport", "Ctrl+E", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Save re&port…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Write the findings and changes to a report")},
    {"closeCluster", "Ctrl+W", QT_TRANSLATE_NOOP("jiagu::MainWindow", "C&lose cluster"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Close what is open and go back to the start page")},
    {"quit", "Ctrl+Q", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Quit"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Close the window")},
    {"filterAction", "Ctrl+F", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Filter"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Go to the filter of the findings")},
    {"failuresOnlyAction", "Ctrl+Shift+F", QT_TRANSLATE_NOOP("jiagu::MainWindow", "F&ailures only"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Show only what fails")},
    {"next", "F8", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Next failure or change"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Go to the next failure, in the review to the next change")},
    {"previous", "Shift+F8", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Previous failure or change"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Go to the previous failure, in the review to the previous change")},
    {"nextPane", "F6", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Next pan&e"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Move between filter, tree, document and explanation")},
    {"expandAll", "Ctrl++", QT_TRANSLATE_NOOP("jiagu::MainWindow", "E&xpand all"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Open every branch of the tree")},
    {"collapseAll", "Ctrl+-", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Collapse all"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Close the branches of the tree")},
    {"upgrade", "F7", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Before an &upgrade…"),
        QT_TRANSLATE_NOOP(
            "jiagu::MainWindow", "See what of today's configuration stops a component at a later release")},
    {"tailoring", "Ctrl+T", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Tail&oring and waivers…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Choose the baseline, switch rules off, set values, accept risks")},
    {"waive", "Ctrl+Shift+T", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Accept this ris&k…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Waive the finding that is selected, with a reason and a last day")},
    {"showProblems", "Ctrl+Shift+P", QT_TRANSLATE_NOOP("jiagu::MainWindow", "P&roblems"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Show or hide the list of problems")},
    {"clearProblems", "", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Clear pro&blems"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Empty the list of problems")},
    {"allowChanges", "", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Allow changes"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Allow this session to change nodes, or make it read-only again")},
    {"review", "Ctrl+R", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Review changes"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Choose fixes and see every byte they change")},
    {"findings", "Ctrl+1", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Findings"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Go back to the findings")},
    {"applyAction", "Ctrl+Return", QT_TRANSLATE_NOOP("jiagu::MainWindow", "A&pply what is shown"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Apply the change that the review shows")},
    {"markReviewed", "V", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Mark as reviewed"),
        QT_TRANSLATE_NOOP(
            "jiagu::MainWindow", "Say that you have read the change that is shown; only what was reviewed is applied")},
    {"sideBySide", "Shift+D", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Side by side"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Show the change as two columns, or as one")},
    {"copyPatch", "Ctrl+Shift+C", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Copy as patch"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Copy the change of this node for patch -p1")},
    {"savePatch", "Ctrl+Shift+E", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Save as pa&tch…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Write the change of this node to a file for patch -p1")},
    {"history", "Ctrl+H", QT_TRANSLATE_NOOP("jiagu::MainWindow", "Change &history…"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "See earlier changes, and restore what was there before")},
    {"shortcuts", "F1; ?", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&Keyboard shortcuts"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Show what the keys do")},
    {"about", "", QT_TRANSLATE_NOOP("jiagu::MainWindow", "&About Jiagu"),
        QT_TRANSLATE_NOOP("jiagu::MainWindow", "Show version and licence")},
};

} // namespace

QList<QKeySequence> ActionEntry::keys() const
{
    return QKeySequence::listFromString(QString::fromLatin1(shortcuts), QKeySequence::PortableText);
}

QString ActionEntry::translatedText() const
{
    return QCoreApplication::translate(context, text);
}

QString ActionEntry::translatedTip() const
{
    return QCoreApplication::translate(context, tip);
}

std::span<const ActionEntry> actionTable()
{
    return table;
}

const ActionEntry &actionEntry(const char *id)
{
    const auto *const found =
        std::ranges::find_if(table, [id](const ActionEntry &entry) { return qstrcmp(entry.id, id) == 0; });
    Q_ASSERT(found != std::end(table));
    return *found;
}

} // namespace jiagu
