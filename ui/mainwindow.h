// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "jobs/autosave.h"
#include "jobs/worker.h"
#include "language.h"
#include "theme.h"

#include <QMainWindow>

class QAction;
class QActionGroup;
class QDockWidget;
class QLabel;
class QListView;
class QMenu;
class QStackedWidget;
class QToolBar;

namespace jiagu {

class Asker;
class ProblemModel;
class ResultsPage;
class ReviewPage;
class Session;
class StartPage;
class TailoringDialog;

/// The console's window. Speaks the language of the settings, else of the system, from the start.
class MainWindow final : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Starts to open recordings, or the session file among them, in the background; problems go to the list.
    void openSnapshots(const QStringList &files);
    void openSession(const QString &file);
    void openSample();
    /// Reads a rule pack in the background and asks whether to judge by it. With `isAsked` a pack that was accepted
    /// before is taken without a question.
    void openPack(const QString &file, bool isAsked = false);
    /// Reads a tailoring and judges by it.
    void openTailoring(const QString &file);
    /// Opens what a window kept that did not end by itself, if there is such a file.
    void recover();
    /// Also remembers it.
    void setLanguage(Language language);
    void setTheme(Theme theme);

    Session *session() const { return m_session; }

protected:
    void changeEvent(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    QAction *add(QMenu *menu, const char *id, void (MainWindow::*slot)());
    static void setUp(QAction *action, const char *id);
    void makeActions();
    void retranslate();
    void updateActions();
    void showAssessment();
    void connectToNode();
    void chooseFiles();
    void rescan();
    void closeCluster();
    void showReview();
    void showFindings();
    void showHistory();
    void saveReport();
    void chooseSession();
    void saveSession();
    void saveSessionAs();
    void remember(const QString &sessionFile);
    void forget(const QString &sessionFile);
    void showShortcuts();
    void showUpgrade();
    TailoringDialog *tailor();
    void showTailoring() { tailor(); }
    void waive();
    void updateWaive();
    void copyProblems();
    void about();
    void allowChanges();
    void filter();
    void next();
    void previous();
    void nextPane();
    void applyNow();
    void expandAll();
    void collapseAll();
    void addProblem(const Error &error);
    void clearProblems();

    Translation m_translation;
    Autosave m_autosave;
    QString m_sessionFile; ///< of what is open; empty: it was not saved yet
    Worker m_packReader;
    Asker *m_asker;
    Session *m_session;
    ProblemModel *m_problems;
    QStackedWidget *m_pages;
    StartPage *m_start = nullptr;
    ResultsPage *m_results;
    ReviewPage *m_review;
    QDockWidget *m_problemDock;
    QListView *m_problemList;
    QLabel *m_mode;
    QToolBar *m_bar = nullptr;
    QMenu *m_fileMenu, *m_viewMenu, *m_changeMenu, *m_languageMenu, *m_themeMenu, *m_helpMenu;
    QAction *m_connect, *m_connectOthers, *m_reconnect, *m_open, *m_openSession, *m_sample, *m_rescan, *m_saveSession,
        *m_saveSessionAs, *m_save, *m_close, *m_quit;
    QAction *m_filter, *m_failuresOnly, *m_next, *m_previous, *m_nextPane, *m_expand, *m_collapse, *m_showProblems,
        *m_clear;
    QAction *m_allow, *m_showReview, *m_findings, *m_apply, *m_history;
    QAction *m_themes[3];
    QAction *m_shortcuts, *m_about;
    QAction *m_upgrade;
    QAction *m_tailoring;
    QAction *m_waive;
};

} // namespace jiagu
