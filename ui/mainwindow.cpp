// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

#include "actions.h"
#include "base/plaintext.h"
#include "dialogs/asker.h"
#include "dialogs/connectdialog.h"
#include "dialogs/historydialog.h"
#include "dialogs/packdialog.h"
#include "dialogs/savereport.h"
#include "dialogs/shortcutdialog.h"
#include "dialogs/tailoringdialog.h"
#include "dialogs/upgradedialog.h"
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
#include <QFileInfo>
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
    m_start = new StartPage(m_connect, m_open, m_openSession, m_sample);
    m_start->setRecent(settings.value("sessions/recent").toStringList());
    m_session->setAutosave(m_autosave.path());
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
    connect(m_session, &Session::opened, this, [this](const QString &file) {
        m_sessionFile = file;
        if (!file.isEmpty())
            remember(file);
    });
    connect(m_session, &Session::saved, this, [this](const QString &file) {
        m_sessionFile = file;
        remember(file);
        statusBar()->showMessage(tr("Saved: %1").arg(plainText(file)), 10'000);
    });
    connect(m_start, &StartPage::openRequested, this, &MainWindow::openSession);
    connect(m_start, &StartPage::removeRequested, this, &MainWindow::forget);
    connect(m_session, &Session::failed, this, [this](const Error &error) { addProblem(error); });
    connect(m_review, &ReviewPage::backRequested, this, &MainWindow::showFindings);
    connect(m_results, &ResultsPage::currentChanged, this, &MainWindow::updateWaive);
    connect(m_results, &ResultsPage::connectRequested, m_session,
        [this](const QString &node) { m_session->connectOthers({node}); });
    connect(m_results, &ResultsPage::failuresOnlyChanged, m_failuresOnly, &QAction::setChecked);

    resize(1440, 860);
    restoreGeometry(settings.value("window/geometry").toByteArray());
    m_results->restoreState(settings.value("window/panes").toByteArray());
    m_results->restoreColumns(settings.value("window/columns").toByteArray());
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

QAction *MainWindow::add(QMenu *menu, const char *id, void (MainWindow::*slot)())
{
    QAction *action = menu->addAction(QString());
    setUp(action, id);
    if (slot)
        connect(action, &QAction::triggered, this, slot);
    return action;
}

void MainWindow::setUp(QAction *action, const char *id)
{
    action->setObjectName(QLatin1StringView(id));
    action->setShortcuts(actionEntry(id).keys());
}

void MainWindow::makeActions()
{
    m_fileMenu = menuBar()->addMenu(QString());
    m_connect = add(m_fileMenu, "connect", &MainWindow::connectToNode);
    m_connectOthers = add(m_fileMenu, "connectOthers", nullptr);
    connect(m_connectOthers, &QAction::triggered, this, [this] { m_session->connectOthers(); });
    m_results->setConnectAction(m_connectOthers);
    m_reconnect = add(m_fileMenu, "reconnect", nullptr);
    connect(m_reconnect, &QAction::triggered, m_session, &Session::reconnect);
    m_fileMenu->addSeparator();
    m_open = add(m_fileMenu, "open", &MainWindow::chooseFiles);
    m_openSession = add(m_fileMenu, "openSession", &MainWindow::chooseSession);
    m_sample = add(m_fileMenu, "sample", &MainWindow::openSample);
    m_fileMenu->addSeparator();
    m_rescan = add(m_fileMenu, "rescan", &MainWindow::rescan);
    m_saveSession = add(m_fileMenu, "saveSession", &MainWindow::saveSession);
    m_saveSessionAs = add(m_fileMenu, "saveSessionAs", &MainWindow::saveSessionAs);
    m_save = add(m_fileMenu, "saveReport", &MainWindow::saveReport);
    m_close = add(m_fileMenu, "closeCluster", &MainWindow::closeCluster);
    m_fileMenu->addSeparator();
    m_quit = add(m_fileMenu, "quit", nullptr);
    connect(m_quit, &QAction::triggered, this, &QWidget::close);

    m_viewMenu = menuBar()->addMenu(QString());
    m_filter = add(m_viewMenu, "filterAction", &MainWindow::filter);
    m_failuresOnly = add(m_viewMenu, "failuresOnlyAction", nullptr);
    m_failuresOnly->setCheckable(true);
    connect(m_failuresOnly, &QAction::toggled, m_results, &ResultsPage::setFailuresOnly);
    m_next = add(m_viewMenu, "next", &MainWindow::next);
    m_previous = add(m_viewMenu, "previous", &MainWindow::previous);
    m_nextPane = add(m_viewMenu, "nextPane", &MainWindow::nextPane);
    m_expand = add(m_viewMenu, "expandAll", &MainWindow::expandAll);
    m_collapse = add(m_viewMenu, "collapseAll", &MainWindow::collapseAll);
    m_viewMenu->addSeparator();
    m_upgrade = add(m_viewMenu, "upgrade", &MainWindow::showUpgrade);
    m_tailoring = add(m_viewMenu, "tailoring", &MainWindow::showTailoring);
    m_waive = add(m_viewMenu, "waive", &MainWindow::waive);
    m_results->setWaiveAction(m_waive);
    m_showProblems = m_problemDock->toggleViewAction();
    setUp(m_showProblems, "showProblems");
    m_viewMenu->addAction(m_showProblems);
    m_clear = add(m_viewMenu, "clearProblems", &MainWindow::clearProblems);
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
    m_allow = add(m_changeMenu, "allowChanges", &MainWindow::allowChanges);
    m_allow->setCheckable(true);
    m_changeMenu->addSeparator();
    m_showReview = add(m_changeMenu, "review", &MainWindow::showReview);
    m_findings = add(m_changeMenu, "findings", &MainWindow::showFindings);
    m_apply = add(m_changeMenu, "applyAction", &MainWindow::applyNow);
    m_changeMenu->addSeparator();
    m_changeMenu->addActions(m_review->menuActions());
    m_changeMenu->addSeparator();
    m_history = add(m_changeMenu, "history", &MainWindow::showHistory);

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
    m_shortcuts = add(m_helpMenu, "shortcuts", &MainWindow::showShortcuts);
    m_about = add(m_helpMenu, "about", &MainWindow::about);

    QToolBar *bar = m_bar = addToolBar(QString());
    bar->setObjectName(u"toolBar"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({m_connect, m_connectOthers, m_reconnect, m_open, m_rescan});
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
    const auto pack = std::ranges::find_if(files, [](const QString &file) {
        const QString suffix = QFileInfo(file).suffix().toLower();
        return suffix == u"yaml" || suffix == u"yml";
    });
    if (pack != files.end()) {
        openPack(*pack);
        return;
    }
    const auto session = std::ranges::find_if(
        files, [](const QString &file) { return QFileInfo(file).suffix() == QLatin1StringView(sessionSuffix); });
    if (session != files.end())
        openSession(*session);
    else
        m_session->openFiles(files);
}

void MainWindow::openSession(const QString &file)
{
    if (m_session->phase() != Session::Phase::Idle)
        return;
    m_session->openSessionFile(QFileInfo(file).absoluteFilePath());
}

void MainWindow::openPack(const QString &file, bool isAsked)
{
    m_packReader.run(
        this, [file](const std::stop_token &) { return openRulePack(file); },
        [this, isAsked](Result<RulePack> pack) {
            if (!pack) {
                addProblem(pack.error());
                return;
            }
            acceptPack(*pack, PackDialog::acceptedDigests());
            if (isAsked && pack->accepted) {
                m_session->usePack(*pack);
                return;
            }
            auto *dialog = new PackDialog(*pack, this);
            connect(dialog, &QDialog::accepted, this, [this, dialog] { m_session->usePack(dialog->takePack()); });
            connect(dialog, &QDialog::finished, dialog, &QObject::deleteLater);
            dialog->open();
        });
}

void MainWindow::openTailoring(const QString &file)
{
    m_packReader.run(
        this, [file](const std::stop_token &) { return jiagu::openTailoring(file); },
        [this](const Result<Tailoring> &tailoring) {
            if (tailoring)
                m_session->useTailoring(*tailoring);
            else
                addProblem(tailoring.error());
        });
}

void MainWindow::recover()
{
    const QStringList files = Autosave::recover();
    for (auto file = files.rbegin(); file != files.rend(); ++file)
        remember(*file);
    if (files.isEmpty())
        return;
    addProblem({.kind = Error::Kind::Lost,
        .message = message(u"The program ended unexpectedly the last time. What was open has been opened again, "
                           u"read-only; connect again to go on with its nodes."_s,
            u"程序上次意外结束。当时打开的内容已重新打开，状态为只读；如需继续操作其中的节点，请重新连接。"_s)});
    openSession(files.first());
}

void MainWindow::remember(const QString &sessionFile)
{
    QSettings settings;
    QStringList recent = settings.value("sessions/recent").toStringList();
    recent.removeAll(sessionFile);
    recent.prepend(sessionFile);
    recent = recent.mid(0, 10);
    settings.setValue("sessions/recent", recent);
    m_start->setRecent(recent);
}

void MainWindow::forget(const QString &sessionFile)
{
    QSettings settings;
    QStringList recent = settings.value("sessions/recent").toStringList();
    recent.removeAll(sessionFile);
    settings.setValue("sessions/recent", recent);
    if (Autosave::isRecovered(sessionFile)) // nobody else knows of it
        QFile::remove(sessionFile);
    m_start->setRecent(recent);
}

void MainWindow::chooseSession()
{
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open a session"), {}, tr("Sessions (*.jiagu-session);;All files (*)"));
    if (!file.isEmpty())
        openSession(file);
}

void MainWindow::saveSession()
{
    if (m_sessionFile.isEmpty() || Autosave::isRecovered(m_sessionFile))
        saveSessionAs();
    else
        m_session->save(m_sessionFile);
}

void MainWindow::saveSessionAs()
{
    QString file =
        QFileDialog::getSaveFileName(this, tr("Save session"), m_sessionFile, tr("Sessions (*.jiagu-session)"));
    if (file.isEmpty())
        return;
    if (QFileInfo(file).suffix().isEmpty())
        file += u'.' + QLatin1StringView(sessionSuffix);
    m_session->save(file);
}

void MainWindow::showShortcuts()
{
    (new ShortcutDialog(this))->open();
}

void MainWindow::showUpgrade()
{
    if (auto *open = findChild<UpgradeDialog *>()) {
        open->raise();
        open->activateWindow();
        return;
    }
    auto *dialog = new UpgradeDialog(m_session, this);
    connect(dialog, &UpgradeDialog::placeRequested, this, [this](const DocumentId &document, int line) {
        showFindings();
        m_results->showPlace(document, line);
    });
    dialog->show();
}

TailoringDialog *MainWindow::tailor()
{
    const Result<RulePack> pack = m_session->pack();
    if (!pack) {
        addProblem(pack.error());
        return nullptr;
    }
    const auto &assessment = m_session->assessment();
    auto *dialog =
        new TailoringDialog(*pack, m_session->tailoring(), assessment ? &assessment->cluster : nullptr, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_session->useTailoring(dialog->tailoring()); });
    connect(dialog, &QDialog::finished, dialog, &QObject::deleteLater);
    dialog->open();
    return dialog;
}

void MainWindow::waive()
{
    const Finding *finding = m_results->currentFinding();
    TailoringDialog *dialog = finding ? tailor() : nullptr;
    if (!dialog)
        return;
    Waiver waiver;
    waiver.rule = finding->rule;
    waiver.cluster = finding->subject.cluster;
    waiver.node = finding->subject.node;
    if (!finding->subject.kind.isEmpty())
        waiver.object =
            QStringList{finding->subject.namespaceName, finding->subject.kind, finding->subject.name}.join(u'/');
    dialog->addWaiver(waiver);
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
    for (QAction *action : {m_connect, m_open, m_openSession, m_sample})
        action->setEnabled(idle);
    m_reconnect->setEnabled(idle && open && !live && !m_session->inventory().isEmpty());
    const QStringList others = idle ? m_session->otherNodes() : QStringList();
    m_connectOthers->setEnabled(!others.isEmpty());
    m_results->setConnectable(others);
    m_rescan->setEnabled(idle && live);
    m_close->setEnabled(idle && open);
    for (QAction *action : {m_saveSession, m_saveSessionAs, m_save, m_upgrade, m_tailoring})
        action->setEnabled(open);
    updateWaive();
    m_allow->setEnabled(live);
    m_allow->setChecked(m_session->isArmed());
    m_showReview->setEnabled(open && !reviewing);
    m_findings->setEnabled(open && reviewing);
    m_apply->setEnabled(idle && reviewing);
    for (QAction *action : {m_filter, m_failuresOnly, m_expand, m_collapse, m_nextPane})
        action->setEnabled(open && !reviewing);
    for (QAction *action : {m_next, m_previous})
        action->setEnabled(open);
    m_mode->setText(!open                                ? QString()
            : !live && !m_session->inventory().isEmpty() ? tr("Saved session: read-only")
            : !live                                      ? tr("Recording: read-only")
            : m_session->isArmed()                       ? tr("⚠ Changes are allowed")
                                                         : tr("Read-only"));
    m_mode->setVisible(open);
    const QString name = open ? m_session->assessment()->cluster.name : QString();
    setWindowTitle(name.isEmpty() ? tr("Jiagu") : tr("%1 — Jiagu").arg(name));
}

void MainWindow::updateWaive()
{
    const bool shown = m_session->assessment() && m_pages->currentWidget() == m_results;
    const Finding *finding = shown ? m_results->currentFinding() : nullptr;
    m_waive->setEnabled(
        finding && finding->verdict != Verdict::Pass && finding->verdict != Verdict::NotApplicable && !finding->waiver);
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
    const Assessment &assessment = *m_session->assessment();
    const Approval names = m_review->approval({});
    ReportContext context{.operatorName = names.operatorName, .ticket = names.ticket, .reviewer = names.reviewer};
    if (auto changes = changesOf(assessment.cluster, m_session->journalDirectory()))
        context.changes = *changes;
    else
        addProblem(changes.error());
    if (auto saved = askAndSaveReport(this, assessment, context); !saved)
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

namespace {

void fillAbout(QMessageBox *box)
{
    box->setWindowTitle(MainWindow::tr("About Jiagu"));
    box->setText(
        MainWindow::tr("Jiagu %1: reads Kubernetes nodes over SSH, judges what is in force, and changes it safely. "
                       "Licence: Apache-2.0. Built with Qt %2, libssh and yaml-cpp.")
            .arg(QStringLiteral(JIAGU_VERSION), QString::fromLatin1(qVersion())));
}

} // namespace

void MainWindow::about()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, QString(), QString(), QMessageBox::Ok, this);
    box->setObjectName(u"aboutBox"_s);
    box->setTextFormat(Qt::PlainText);
    box->setIconPixmap(windowIcon().pixmap(64));
    box->setAttribute(Qt::WA_DeleteOnClose);
    fillAbout(box);
    box->open();
}

void MainWindow::retranslate()
{
    for (const ActionEntry &entry : actionTable()) {
        auto *action = findChild<QAction *>(QLatin1StringView(entry.id));
        action->setText(entry.translatedText());
        action->setStatusTip(entry.translatedTip());
        const QList<QKeySequence> keys = entry.keys();
        action->setToolTip(keys.isEmpty()
                ? entry.translatedTip()
                : entry.translatedTip() + u" ("_s + keys.first().toString(QKeySequence::NativeText) + u')');
    }
    if (auto *box = findChild<QMessageBox *>(u"aboutBox"_s))
        fillAbout(box);
    m_bar->setWindowTitle(tr("Tools"));
    m_fileMenu->setTitle(tr("&File"));
    m_viewMenu->setTitle(tr("&View"));
    m_problemDock->setWindowTitle(tr("Problems"));
    m_problemList->setAccessibleName(tr("Problems"));
    m_problemList->findChild<QAction *>(u"copyProblems"_s)->setText(tr("Copy"));
    m_themeMenu->setTitle(tr("&Theme"));
    m_themes[0]->setText(tr("&System"));
    m_themes[1]->setText(tr("&Light"));
    m_themes[2]->setText(tr("&Dark"));
    m_changeMenu->setTitle(tr("&Change"));
    m_languageMenu->setTitle(tr("&Language"));
    m_helpMenu->setTitle(tr("&Help"));
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
    settings.setValue("window/columns", m_results->saveColumns());
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
