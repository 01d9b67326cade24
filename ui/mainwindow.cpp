// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

#include "dialogs/asker.h"
#include "dialogs/connectdialog.h"
#include "dialogs/historydialog.h"
#include "dialogs/savereport.h"
#include "jobs/session.h"
#include "models/problemmodel.h"
#include "pages/resultspage.h"
#include "pages/reviewpage.h"
#include "pages/startpage.h"
#include "views/busybar.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

MainWindow::MainWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_asker(new Asker(this))
    , m_session(
          new Session([asker = m_asker](std::stop_token stop) { return asker->questions(std::move(stop)); }, nullptr))
    , m_problems(new ProblemModel(this))
    , m_pages(new QStackedWidget)
    , m_results(new ResultsPage)
    , m_review(new ReviewPage(m_session))
    , m_problemDock(new QDockWidget(this))
    , m_problemList(new QListView)
    , m_mode(new QLabel)
{
    setObjectName(u"mainWindow"_s);
    setWindowIcon(QIcon(u":/icons/org.jiagu.Jiagu.svg"_s));
    setAcceptDrops(true);
    const QSettings settings;
    setTheme(Theme(settings.value("view/theme", 0).toInt()));

    makeActions();
    m_start = new StartPage(m_connect, m_open, m_sample);
    auto *central = new QWidget;
    auto *layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new BusyBar(m_session));
    layout->addWidget(m_pages, 1);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_results);
    m_pages->addWidget(m_review);
    setCentralWidget(central);

    m_problemList->setObjectName(u"problems"_s);
    m_problemList->setModel(m_problems);
    m_problemList->setWordWrap(true);
    m_problemList->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_problemList->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_problemList->addAction(m_clear);
    auto *copy = new QAction(m_problemList);
    copy->setObjectName(u"copyProblems"_s);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &MainWindow::copyProblems);
    m_problemList->addAction(copy);
    m_problemDock->setObjectName(u"problemDock"_s);
    m_problemDock->setWidget(m_problemList);
    addDockWidget(Qt::BottomDockWidgetArea, m_problemDock);
    m_problemDock->hide();
    m_mode->setTextFormat(Qt::PlainText);
    m_mode->setObjectName(u"mode"_s);
    statusBar()->addPermanentWidget(m_mode);

    connect(m_session, &Session::phaseChanged, this, &MainWindow::updateActions);
    connect(m_session, &Session::armedChanged, this, &MainWindow::updateActions);
    connect(m_session, &Session::assessmentChanged, this, &MainWindow::showAssessment);
    connect(m_session, &Session::failed, this, [this](const Error &error) { addProblem(error); });
    connect(m_review, &ReviewPage::backRequested, this, &MainWindow::showFindings);
    connect(m_results, &ResultsPage::connectRequested, m_session,
        [this](const QString &node) { m_session->connectOthers({node}); });
    connect(m_results, &ResultsPage::failuresOnlyChanged, m_failuresOnly, &QAction::setChecked);

    resize(1440, 860);
    restoreGeometry(settings.value("window/geometry").toByteArray());
    m_results->restoreState(settings.value("window/panes").toByteArray());
    const QString language = settings.value("view/language").toString();
    m_translation.use(language == u"zh" || (language.isEmpty() && QLocale::system().language() == QLocale::Chinese)
            ? Language::Chinese
            : Language::English);
    retranslate();
    updateActions();
}

MainWindow::~MainWindow()
{
    delete m_session; // its jobs ask through the asker, which goes with the window
}

QAction *MainWindow::add(QMenu *menu, const char *name, const QKeySequence &shortcut, void (MainWindow::*slot)())
{
    QAction *action = menu->addAction(QString());
    action->setObjectName(QLatin1StringView(name));
    action->setShortcut(shortcut);
    if (slot)
        connect(action, &QAction::triggered, this, slot);
    return action;
}

void MainWindow::makeActions()
{
    m_fileMenu = menuBar()->addMenu(QString());
    m_connect = add(m_fileMenu, "connect", QKeySequence(u"Ctrl+N"_s), &MainWindow::connectToNode);
    m_connectOthers = add(m_fileMenu, "connectOthers", QKeySequence(u"Ctrl+Shift+N"_s), nullptr);
    connect(m_connectOthers, &QAction::triggered, this, [this] { m_session->connectOthers(); });
    m_results->setConnectAction(m_connectOthers);
    m_open = add(m_fileMenu, "open", QKeySequence::Open, &MainWindow::chooseFiles);
    m_sample = add(m_fileMenu, "sample", {}, &MainWindow::openSample);
    m_fileMenu->addSeparator();
    m_rescan = add(m_fileMenu, "rescan", QKeySequence(Qt::Key_F5), &MainWindow::rescan);
    m_save = add(m_fileMenu, "saveReport", QKeySequence::Save, &MainWindow::saveReport);
    m_close = add(m_fileMenu, "closeCluster", QKeySequence(u"Ctrl+W"_s), &MainWindow::closeCluster);
    m_fileMenu->addSeparator();
    m_quit = add(m_fileMenu, "quit", QKeySequence(u"Ctrl+Q"_s), nullptr);
    connect(m_quit, &QAction::triggered, this, &QWidget::close);

    m_viewMenu = menuBar()->addMenu(QString());
    m_filter = add(m_viewMenu, "filterAction", QKeySequence::Find, &MainWindow::filter);
    m_failuresOnly = add(m_viewMenu, "failuresOnlyAction", QKeySequence(u"Ctrl+Shift+F"_s), nullptr);
    m_failuresOnly->setCheckable(true);
    connect(m_failuresOnly, &QAction::toggled, m_results, &ResultsPage::setFailuresOnly);
    m_next = add(m_viewMenu, "next", QKeySequence(Qt::Key_F8), &MainWindow::next);
    m_previous = add(m_viewMenu, "previous", QKeySequence(u"Shift+F8"_s), &MainWindow::previous);
    m_nextPane = add(m_viewMenu, "nextPane", QKeySequence(Qt::Key_F6), &MainWindow::nextPane);
    m_expand = add(m_viewMenu, "expandAll", QKeySequence(u"Ctrl++"_s), &MainWindow::expandAll);
    m_collapse = add(m_viewMenu, "collapseAll", QKeySequence(u"Ctrl+-"_s), &MainWindow::collapseAll);
    m_viewMenu->addSeparator();
    m_showProblems = m_problemDock->toggleViewAction();
    m_showProblems->setShortcut(QKeySequence(u"Ctrl+Shift+P"_s));
    m_viewMenu->addAction(m_showProblems);
    m_clear = add(m_viewMenu, "clearProblems", {}, &MainWindow::clearProblems);
    m_themeMenu = m_viewMenu->addMenu(QString());
    auto *themes = new QActionGroup(this);
    for (int i = 0; i < 3; ++i) {
        m_themes[i] = m_themeMenu->addAction(QString());
        m_themes[i]->setCheckable(true);
        m_themes[i]->setChecked(i == QSettings().value("view/theme", 0).toInt());
        themes->addAction(m_themes[i]);
        connect(m_themes[i], &QAction::triggered, this, [this, i] { setTheme(Theme(i)); });
    }

    m_changeMenu = menuBar()->addMenu(QString());
    m_allow = add(m_changeMenu, "allowChanges", {}, &MainWindow::allowChanges);
    m_allow->setCheckable(true);
    m_changeMenu->addSeparator();
    m_showReview = add(m_changeMenu, "review", QKeySequence(u"Ctrl+R"_s), &MainWindow::showReview);
    m_findings = add(m_changeMenu, "findings", QKeySequence(u"Ctrl+1"_s), &MainWindow::showFindings);
    m_apply = add(m_changeMenu, "applyAction", QKeySequence(u"Ctrl+Return"_s), &MainWindow::applyNow);
    m_changeMenu->addSeparator();
    m_changeMenu->addActions(m_review->menuActions());
    m_changeMenu->addSeparator();
    m_history = add(m_changeMenu, "history", QKeySequence(u"Ctrl+H"_s), &MainWindow::showHistory);

    m_languageMenu = menuBar()->addMenu(QString());
    auto *languages = new QActionGroup(this);
    for (const auto &[name, language] :
        {std::pair(u"English"_s, Language::English), std::pair(u"中文"_s, Language::Chinese)}) {
        QAction *action = m_languageMenu->addAction(name);
        action->setObjectName(language == Language::Chinese ? u"chinese"_s : u"english"_s);
        action->setCheckable(true);
        action->setData(int(language));
        languages->addAction(action);
        connect(action, &QAction::triggered, this, [this, to = language] { setLanguage(to); });
    }

    m_helpMenu = menuBar()->addMenu(QString());
    m_about = add(m_helpMenu, "about", {}, &MainWindow::about);

    auto *bar = addToolBar(QString());
    bar->setObjectName(u"toolBar"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({m_connect, m_connectOthers, m_open, m_rescan});
    bar->addSeparator();
    bar->addActions({m_findings, m_showReview, m_allow, m_history});
}

void MainWindow::addProblem(const Error &error)
{
    m_problems->add(error);
    if (m_problemDock->isVisible())
        return;
    m_problemDock->show();
    resizeDocks({m_problemDock}, {fontMetrics().height() * 7}, Qt::Vertical);
}

void MainWindow::openSnapshots(const QStringList &files)
{
    m_session->openFiles(files);
}

void MainWindow::openSample()
{
    m_session->openSample();
}

void MainWindow::setLanguage(Language language)
{
    QSettings().setValue("view/language", language == Language::Chinese ? u"zh"_s : u"en"_s);
    m_translation.use(language);
}

void MainWindow::setTheme(Theme theme)
{
    QSettings().setValue("view/theme", int(theme));
    applyTheme(theme);
}

void MainWindow::showAssessment()
{
    m_review->setAssessment(m_session->assessment());
    if (m_session->assessment()) {
        m_results->setAssessment(*m_session->assessment());
        if (m_pages->currentWidget() == m_start)
            m_pages->setCurrentWidget(m_results);
    } else {
        m_results->clear();
        m_pages->setCurrentWidget(m_start);
    }
    updateActions();
}

void MainWindow::updateActions()
{
    const bool idle = m_session->phase() == Session::Phase::Idle;
    const bool open = m_session->assessment().has_value();
    const bool live = m_session->isLive();
    const bool reviewing = m_pages->currentWidget() == m_review;
    for (QAction *action : {m_connect, m_open, m_sample})
        action->setEnabled(idle);
    const QStringList others = idle ? m_session->otherNodes() : QStringList();
    m_connectOthers->setEnabled(!others.isEmpty());
    m_results->setConnectable(others);
    m_rescan->setEnabled(idle && live);
    m_close->setEnabled(idle && open);
    m_save->setEnabled(open);
    m_allow->setEnabled(live);
    m_allow->setChecked(m_session->isArmed());
    m_showReview->setEnabled(open && !reviewing);
    m_findings->setEnabled(open && reviewing);
    m_apply->setEnabled(idle && reviewing);
    for (QAction *action : {m_filter, m_failuresOnly, m_expand, m_collapse, m_nextPane})
        action->setEnabled(open && !reviewing);
    for (QAction *action : {m_next, m_previous})
        action->setEnabled(open);
    m_mode->setText(!open          ? QString()
            : !live                ? tr("Recording: read-only")
            : m_session->isArmed() ? tr("⚠ Changes are allowed")
                                   : tr("Read-only"));
    m_mode->setVisible(open);
    const QString name = open ? m_session->assessment()->cluster.name : QString();
    setWindowTitle(name.isEmpty() ? tr("Jiagu") : tr("%1 — Jiagu").arg(name));
}

void MainWindow::connectToNode()
{
    auto *dialog = new ConnectDialog(this);
    connect(dialog, &QDialog::accepted, this,
        [this, dialog] { m_session->connectTo(dialog->target(), dialog->takePassword()); });
    connect(dialog, &QDialog::finished, dialog, &QObject::deleteLater);
    dialog->open();
}

void MainWindow::chooseFiles()
{
    const QStringList files = QFileDialog::getOpenFileNames(
        this, tr("Open snapshots of one cluster"), {}, tr("Snapshots (*.jiagu-snapshot);;All files (*)"));
    if (!files.isEmpty())
        openSnapshots(files);
}

void MainWindow::rescan()
{
    m_session->rescan();
}

void MainWindow::closeCluster()
{
    m_session->close();
    clearProblems();
}

void MainWindow::showReview()
{
    m_pages->setCurrentWidget(m_review);
    updateActions();
}

void MainWindow::showFindings()
{
    m_pages->setCurrentWidget(m_results);
    updateActions();
}

void MainWindow::showHistory()
{
    const auto *field = m_review->findChild<QLineEdit *>(u"operator"_s);
    (new HistoryDialog(m_session, field->text().trimmed(), this))->open();
}

void MainWindow::saveReport()
{
    if (auto saved = askAndSaveReport(this, *m_session->assessment()); !saved)
        addProblem(saved.error());
}

void MainWindow::allowChanges()
{
    m_session->setArmed(m_allow->isChecked());
}

void MainWindow::filter()
{
    m_results->focusFilter();
}

void MainWindow::next()
{
    if (m_pages->currentWidget() == m_review)
        m_review->stepChange(1);
    else
        m_results->stepFinding(1);
}

void MainWindow::previous()
{
    if (m_pages->currentWidget() == m_review)
        m_review->stepChange(-1);
    else
        m_results->stepFinding(-1);
}

void MainWindow::nextPane()
{
    m_results->cyclePanes(1);
}

void MainWindow::applyNow()
{
    m_review->apply();
}

void MainWindow::expandAll()
{
    m_results->expandAll();
}

void MainWindow::collapseAll()
{
    m_results->collapse();
}

void MainWindow::clearProblems()
{
    m_problems->clear();
    m_problemDock->hide();
}

void MainWindow::copyProblems()
{
    QStringList lines;
    QModelIndexList chosen = m_problemList->selectionModel()->selectedIndexes();
    std::sort(chosen.begin(), chosen.end());
    for (const QModelIndex &index : std::as_const(chosen))
        lines += index.data().toString();
    QApplication::clipboard()->setText(lines.join(u'\n'));
}

void MainWindow::about()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Jiagu"),
        tr("Jiagu %1: reads Kubernetes nodes over SSH, judges what is in force, and changes it safely. "
           "Licence: Apache-2.0. Built with Qt %2, libssh and yaml-cpp.")
            .arg(QStringLiteral(JIAGU_VERSION), QString::fromLatin1(qVersion())),
        QMessageBox::Ok, this);
    box->setTextFormat(Qt::PlainText);
    box->setIconPixmap(windowIcon().pixmap(64));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::retranslate()
{
    m_fileMenu->setTitle(tr("&File"));
    m_connect->setText(tr("&Connect…"));
    m_connectOthers->setText(tr("Connect the other no&des"));
    m_open->setText(tr("&Open snapshot…"));
    m_sample->setText(tr("Open sa&mple"));
    m_rescan->setText(tr("&Rescan"));
    m_save->setText(tr("&Save report…"));
    m_close->setText(tr("C&lose cluster"));
    m_quit->setText(tr("&Quit"));
    m_viewMenu->setTitle(tr("&View"));
    m_filter->setText(tr("&Filter"));
    m_failuresOnly->setText(tr("F&ailures only"));
    m_next->setText(tr("&Next failure or change"));
    m_previous->setText(tr("&Previous failure or change"));
    m_nextPane->setText(tr("Next pan&e"));
    m_expand->setText(tr("E&xpand all"));
    m_collapse->setText(tr("&Collapse all"));
    m_problemDock->setWindowTitle(tr("Problems"));
    m_problemList->setAccessibleName(tr("Problems"));
    m_problemList->findChild<QAction *>(u"copyProblems"_s)->setText(tr("Copy"));
    m_showProblems->setText(tr("P&roblems"));
    m_clear->setText(tr("Clear pro&blems"));
    m_themeMenu->setTitle(tr("&Theme"));
    m_themes[0]->setText(tr("&System"));
    m_themes[1]->setText(tr("&Light"));
    m_themes[2]->setText(tr("&Dark"));
    m_changeMenu->setTitle(tr("&Change"));
    m_allow->setText(tr("&Allow changes"));
    m_showReview->setText(tr("&Review changes"));
    m_findings->setText(tr("&Findings"));
    m_apply->setText(tr("A&pply what is shown"));
    m_history->setText(tr("Change &history…"));
    m_languageMenu->setTitle(tr("&Language"));
    m_helpMenu->setTitle(tr("&Help"));
    m_about->setText(tr("&About Jiagu"));
    for (QAction *action : m_languageMenu->actions())
        action->setChecked(Language(action->data().toInt()) == uiLanguage());
    m_problems->retranslate();
    updateActions();
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::LanguageChange && m_start)
        retranslate();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    const auto phase = m_session->phase();
    if (phase == Session::Phase::Changing || phase == Session::Phase::RollingBack) {
        addProblem({.kind = Error::Kind::Usage,
            .message = message(
                u"A change is being made on a node. Wait for its end, or cancel it, which rolls it back; then close the window."_s,
                u"正在变更节点。请等待完成，或取消（将回滚），然后再关闭窗口。"_s)});
        event->ignore();
        return;
    }
    QSettings settings;
    settings.setValue("window/geometry", saveGeometry());
    settings.setValue("window/panes", m_results->saveState());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasUrls() && m_session->phase() == Session::Phase::Idle)
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    QStringList files;
    const QList<QUrl> urls = event->mimeData()->urls();
    for (const QUrl &url : urls) {
        if (url.isLocalFile())
            files += url.toLocalFile();
    }
    if (!files.isEmpty())
        openSnapshots(files);
    event->acceptProposedAction();
}

} // namespace jiagu
