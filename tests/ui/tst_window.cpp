// SPDX-License-Identifier: Apache-2.0
#include "actions.h"
#include "dialogs/asker.h"
#include "jobs/session.h"
#include "mainwindow.h"
#include "models/clustermodel.h"
#include "views/rowview.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QTreeView>
#include <QTreeWidget>

#include <algorithm>
#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QStringList sampleFiles()
{
    const QDir directory(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s);
    QStringList files;
    for (const QString &name : directory.entryList())
        files += directory.filePath(name);
    return files;
}

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

QAction *action(QWidget &window, const char *name)
{
    return named<QAction>(window, name);
}

QModelIndex findRow(const QAbstractItemModel &model, const std::function<bool(const QModelIndex &)> &wanted,
    const QModelIndex &parent = {})
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        if (wanted(index))
            return index;
        if (const QModelIndex below = findRow(model, wanted, index); below.isValid())
            return below;
    }
    return {};
}

QStringList bytesOf(const RowView &view, Row::Kind kind)
{
    QStringList lines;
    for (const Row &row : view.rows()) {
        if (row.kind == kind)
            lines += QString::fromUtf8(row.bytes).trimmed();
    }
    return lines;
}

bool isChinese(const QString &text)
{
    return std::ranges::any_of(text, [](QChar character) { return character.script() == QChar::Script_Han; });
}

} // namespace

class TestWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_window"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    }
    void init()
    {
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        m_window = std::make_unique<MainWindow>();
        m_window->session()->setJournalDirectory(m_home.filePath(u"journal"_s));
        m_window->show();
    }
    void cleanup() { m_window.reset(); }

    void beginsWithTheWaysToBegin()
    {
        QVERIFY(named<QWidget>(*m_window, "startPage")->isVisible());
        QVERIFY(named<QPushButton>(*m_window, "connectButton")->isVisible());
        QVERIFY(!action(*m_window, "rescan")->isEnabled());
        QVERIFY(!action(*m_window, "allowChanges")->isEnabled());
        named<QPushButton>(*m_window, "connectButton")->click();
        auto *dialog = named<QDialog>(*m_window, "connectDialog");
        QVERIFY(dialog);
        named<QLineEdit>(*dialog, "host")->setText(u"root@[nonsense"_s);
        dialog->accept();
        QVERIFY(dialog->isVisible());
        QVERIFY(!named<QLabel>(*dialog, "problem")->text().isEmpty());
        action(*m_window, "chinese")->trigger();
        QVERIFY(isChinese(dialog->windowTitle()));
        QCOMPARE(dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Cancel)->text(), u"取消"_s);
        dialog->reject();
    }

    void listsWhatCannotBeOpened_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no snapshot at all") << "hello"_ba;
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("not text") << QByteArray(1000, '\xff');
        QTest::newRow("a snapshot of nothing") << "jiagu-snapshot/1 20cb93848c244cb09c7e66a1998e9e16\n"_ba;
    }
    void listsWhatCannotBeOpened()
    {
        QFETCH(QByteArray, bytes);
        const QString path = m_home.filePath(u"bad.jiagu-snapshot"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        m_window->openSnapshots({path});
        auto *problems = named<QListView>(*m_window, "problems");
        QTRY_VERIFY(m_window->session()->phase() == Session::Phase::Idle);
        QTRY_VERIFY(problems->isVisible() && problems->model()->rowCount() > 0);
        QVERIFY(named<QWidget>(*m_window, "startPage")->isVisible());
        QVERIFY(!QApplication::activeModalWidget());
        const QString english = problems->model()->index(0, 0).data().toString();
        action(*m_window, "chinese")->trigger();
        QVERIFY(isChinese(problems->model()->index(0, 0).data().toString()));
        QVERIFY(!isChinese(english));
    }

    void opensFiltersSelectsAndReviews()
    {
        QVERIFY(!sampleFiles().isEmpty());
        QMimeData data;
        QList<QUrl> urls;
        for (const QString &file : sampleFiles())
            urls += QUrl::fromLocalFile(file);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &drop);
        QTRY_VERIFY(named<QWidget>(*m_window, "resultsPage")->isVisible());
        QVERIFY(m_window->session()->assessment());
        const qsizetype all = m_window->session()->assessment()->findings.size();
        auto *count = named<QLabel>(*m_window, "filterCount");
        QCOMPARE(count->text(), u"%1 of %1"_s.arg(all));

        // Filter, in the other language than the window's.
        action(*m_window, "filterAction")->trigger();
        auto *filter = named<QLineEdit>(*m_window, "filter");
        QTest::keyClicks(filter, u"API-02 kube-apiserver"_s);
        QTRY_COMPARE(count->text(), u"1 of %1"_s.arg(all));
        named<QCheckBox>(*m_window, "failuresOnly")->setChecked(true);
        QCOMPARE(count->text(), u"1 of %1"_s.arg(all));
        QVERIFY(action(*m_window, "failuresOnlyAction")->isChecked());

        // Select: the document has a ghost line where the fix would write, the explanation its sections.
        auto *tree = named<QTreeView>(*m_window, "tree");
        const QModelIndex finding = findRow(*tree->model(),
            [](const QModelIndex &index) { return index.data(ClusterModel::FindingRole).toInt() >= 0; });
        QVERIFY(finding.isValid());
        tree->setCurrentIndex(finding);
        auto *document = named<RowView>(*m_window, "document");
        const QStringList ghosts = bytesOf(*document, Row::Kind::Ghost);
        QCOMPARE(ghosts.size(), 3); // API-02, API-03 and API-04 write into this file
        QVERIFY2(ghosts.contains(u"- --profiling=false"_s), qPrintable(ghosts.join(u'\n')));
        QVERIFY(named<QLabel>(*m_window, "documentName")->text().endsWith(u"kube-apiserver.yaml"_s));
        auto *explanation = named<QTextBrowser>(*m_window, "explanation");
        QVERIFY(explanation->toPlainText().contains(u"Why it matters"_s));
        const int shownRow = document->currentRow();

        action(*m_window, "chinese")->trigger();
        QVERIFY(explanation->toPlainText().contains(u"为什么重要"_s));
        QCOMPARE(tree->currentIndex().data(ClusterModel::FindingRole).toInt(),
            finding.data(ClusterModel::FindingRole).toInt());
        QCOMPARE(document->currentRow(), shownRow);
        QTest::keyClick(filter, Qt::Key_Escape);
        QVERIFY(filter->text().isEmpty());

        // Review: tick, see the exact line, be told why a recording cannot be changed.
        action(*m_window, "review")->trigger();
        QVERIFY(named<QWidget>(*m_window, "reviewPage")->isVisible());
        auto *fixes = named<QListView>(*m_window, "fixes");
        QVERIFY(fixes->model()->rowCount() > 0);
        auto *diff = named<RowView>(*m_window, "diff");
        QVERIFY(diff->rows().isEmpty());
        const auto profiling =
            fixes->model()->match(fixes->model()->index(0, 0), Qt::DisplayRole, u"API-02"_s, 1, Qt::MatchStartsWith);
        QCOMPARE(profiling.size(), 1);
        QVERIFY(fixes->model()->setData(profiling.first(), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(bytesOf(*diff, Row::Kind::Added), QStringList{u"- --profiling=false"_s});
        QCOMPARE(bytesOf(*diff, Row::Kind::Removed), QStringList());
        QVERIFY(!named<QPushButton>(*m_window, "apply")->isEnabled());
        QVERIFY(isChinese(named<QLabel>(*m_window, "permission")->text()));
        const QString summary = named<QLabel>(*m_window, "planSummary")->text();
        action(*m_window, "english")->trigger();
        const QString id = summary.section(u' ', 1, 1).left(12);
        QVERIFY2(named<QLabel>(*m_window, "planSummary")->text().contains(id), qPrintable(summary));
        named<QPushButton>(*m_window, "showScript")->click();
        auto *script = named<QDialog>(*m_window, "scriptDialog");
        QVERIFY(script);
        QVERIFY(named<RowView>(*script, "script")->rows().size() > 50);
        script->reject();

        action(*m_window, "findings")->trigger();
        QVERIFY(named<QWidget>(*m_window, "resultsPage")->isVisible());
        action(*m_window, "closeCluster")->trigger();
        QVERIFY(named<QWidget>(*m_window, "startPage")->isVisible());
    }

    /// The first answer is short, and each of its lines leads to what it is about, by keyboard and through a filter.
    void beginsWithWhatToDoFirst()
    {
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        auto *overview = named<QTextBrowser>(*m_window, "overview");
        auto *document = named<RowView>(*m_window, "document");
        QTRY_VERIFY(overview->isVisible());
        QVERIFY(!document->isVisible());
        const qsizetype links = overview->toHtml().count(u"href=\"finding:"_s);
        QVERIFY2(links >= 5 && links <= 10, qPrintable(QString::number(links)));

        named<QLineEdit>(*m_window, "filter")->setText(u"no such thing"_s);
        overview->setFocus();
        QTest::keyClick(overview, Qt::Key_Tab);
        const QString line = overview->textCursor().selectedText();
        QTest::keyClick(overview, Qt::Key_Return);
        auto *tree = named<QTreeView>(*m_window, "tree");
        const int finding = tree->currentIndex().siblingAtColumn(0).data(ClusterModel::FindingRole).toInt();
        const QString rule = m_window->session()->assessment()->findings.value(finding).rule;
        QVERIFY2(!rule.isEmpty() && line.startsWith(rule + u' '), qPrintable(line));
        QVERIFY(!overview->isVisible() && document->isVisible());

        tree->setCurrentIndex(tree->model()->index(0, 0));
        QVERIFY(overview->isVisible());
    }

    void everyTextIsInTheLanguage()
    {
        const auto texts = [this] {
            QStringList all;
            for (const QAction *one : m_window->findChildren<QAction *>()) {
                if (!one->text().isEmpty() && one->parent() != nullptr && one->objectName() != u"english"
                    && one->objectName() != u"chinese")
                    all += one->text();
            }
            for (const QLabel *label : m_window->findChildren<QLabel *>())
                all += label->text();
            for (const QAbstractButton *button : m_window->findChildren<QAbstractButton *>())
                all += button->text();
            all.removeAll(QString());
            return all;
        };
        for (const QString &text : texts())
            QVERIFY2(!isChinese(text), qPrintable(text));
        action(*m_window, "chinese")->trigger();
        for (const QString &text : texts()) {
            const bool words = std::ranges::any_of(text, [](QChar character) { return character.isLetter(); });
            QVERIFY2(!words || isChinese(text) || text == u"0 s", qPrintable(text));
        }
        action(*m_window, "english")->trigger();
        for (const QString &text : texts())
            QVERIFY2(!isChinese(text), qPrintable(text));
    }

    void mnemonicsAreUnique_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << u"english"_s;
        QTest::newRow("Chinese") << u"chinese"_s;
    }
    void mnemonicsAreUnique()
    {
        QFETCH(QString, language);
        m_window->findChild<QAction *>(language)->trigger();
        const auto check = [](const QList<QAction *> &actions) {
            QStringList seen;
            for (const QAction *one : actions) {
                const qsizetype at = one->text().indexOf(u'&');
                if (at < 0)
                    continue;
                const QString key = one->text().mid(at + 1, 1).toLower();
                QVERIFY2(!seen.contains(key), qPrintable(one->text()));
                seen += key;
            }
        };
        check(m_window->menuBar()->actions());
        for (const QAction *menu : m_window->menuBar()->actions())
            check(menu->menu()->actions());
    }

    void shortcutsAreUnique()
    {
        QStringList seen;
        for (const QAction *one : m_window->findChildren<QAction *>()) {
            if (one->shortcut().isEmpty() || one->shortcutContext() == Qt::WidgetShortcut)
                continue;
            QVERIFY2(!seen.contains(one->shortcut().toString()), qPrintable(one->objectName()));
            seen += one->shortcut().toString();
        }
        QVERIFY(seen.contains(u"F5"_s) && seen.contains(u"Ctrl+F"_s) && seen.contains(u"Ctrl+O"_s));
    }

    void everythingHasAName_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << u"english"_s;
        QTest::newRow("Chinese") << u"chinese"_s;
    }
    /// Everything that takes the focus, on every page and in every dialog, says what it is, in the language.
    void everythingHasAName()
    {
        QFETCH(QString, language);
        action(*m_window, qPrintable(language))->trigger();
        openDialogs();
        int seen = 0;
        for (QWidget *widget : m_window->findChildren<QWidget *>()) {
            if (widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith(u"qt_"))
                continue;
            const QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(widget);
            const bool part = qobject_cast<QAbstractScrollArea *>(widget->parentWidget())
                && static_cast<QAbstractScrollArea *>(widget->parentWidget())->viewport() == widget;
            if (!interface || part || qobject_cast<QLabel *>(widget) || qobject_cast<QMenuBar *>(widget)
                || qobject_cast<QMenu *>(widget) || qobject_cast<QDialog *>(widget)
                || widget->inherits("QSplitterHandle"))
                continue;
            const QString name = interface->text(QAccessible::Name);
            const QString what =
                QString::fromLatin1(widget->metaObject()->className()) + u' ' + widget->objectName() + u": "_s + name;
            QVERIFY2(!name.isEmpty(), qPrintable(what));
            QVERIFY2(isChinese(name) == (language == u"chinese"), qPrintable(what));
            ++seen;
        }
        QVERIFY(seen > 30);
        closeDialogs();
    }

    /// After switching twice with everything open, no text is left of the other language.
    void nothingIsLeftOfTheOtherLanguage()
    {
        openDialogs();
        for (const char *language : {"chinese", "english", "chinese", "english"}) {
            action(*m_window, language)->trigger();
            const bool chinese = language == "chinese"_ba;
            const QStringList texts = shownTexts();
            QVERIFY(texts.size() > 60);
            for (const QString &text : texts)
                QVERIFY2(isTechnical(text) || isChinese(text) == chinese, qPrintable(text));
        }
        closeDialogs();
    }

    /// By release, in the language of the window, each line leading to its place; closed with the cluster.
    void saysWhatStopsAnUpgrade()
    {
        QVERIFY(!action(*m_window, "upgrade")->isEnabled());
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        action(*m_window, "review")->trigger();
        action(*m_window, "upgrade")->trigger();
        QPointer<QTextBrowser> page = named<QTextBrowser>(*m_window, "upgradeText");
        QVERIFY(page && page->isVisible());
        QVERIFY(page->toPlainText().contains(u"From Kubernetes 1.35 on"_s));
        action(*m_window, "chinese")->trigger();
        QVERIFY(page->toPlainText().contains(u"自 Kubernetes 1.35 起"_s));
        action(*m_window, "english")->trigger();
        action(*m_window, "upgrade")->trigger();
        QCOMPARE(m_window->findChildren<QTextBrowser *>(u"upgradeText"_s).size(), 1);

        page->setFocus();
        QTest::keyClick(page.data(), Qt::Key_Tab);
        QTest::keyClick(page.data(), Qt::Key_Return);
        QVERIFY(named<QWidget>(*m_window, "resultsPage")->isVisible());
        QVERIFY(named<RowView>(*m_window, "document")->isVisible());
        QCOMPARE(named<QLabel>(*m_window, "documentName")->text(), u"cp1: /var/lib/kubelet/kubeadm-flags.env"_s);
        action(*m_window, "closeCluster")->trigger();
        QTRY_VERIFY(!page);
    }

    /// The same with a cluster open: the tree, the list of fixes, the changes to review, the explanation, the plan. The
    /// sample holds no Chinese, so what is Chinese under English is ours; and every finding has a Chinese title.
    void nothingIsLeftWithAClusterOpen()
    {
        m_window->openSnapshots(sampleFiles());
        QTRY_VERIFY(m_window->session()->assessment());
        auto *tree = named<QTreeView>(*m_window, "tree");
        tree->setCurrentIndex(findRow(*tree->model(),
            [](const QModelIndex &index) { return index.data(ClusterModel::FindingRole).toInt() >= 0; }));
        action(*m_window, "review")->trigger();
        auto *fixes = named<QListView>(*m_window, "fixes")->model();
        for (int row = 0; row < fixes->rowCount(); ++row) {
            // The scheduler is defined twice in the sample: its manifest is not planned on.
            const bool refused = fixes->index(row, 0).data().toString().contains(u"WL-09-scheduler-profiling"_s);
            fixes->setData(fixes->index(row, 0), refused ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
        }
        named<QLineEdit>(*m_window, "value-KL-01")->setText(u"4096"_s);
        const QList<QAbstractItemModel *> models{tree->model(), fixes, named<QTreeView>(*m_window, "changes")->model()};
        QVERIFY(models[1]->rowCount() > 10 && models[2]->rowCount() > 5);
        for (const char *language : {"chinese", "english", "chinese", "english"}) {
            action(*m_window, language)->trigger();
            const bool chinese = language == "chinese"_ba;
            QStringList texts{named<QTextBrowser>(*m_window, "overview")->toPlainText(),
                named<QTextBrowser>(*m_window, "explanation")->toPlainText(),
                named<QPlainTextEdit>(*m_window, "interruptions")->toPlainText()};
            for (const QLabel *label : m_window->findChildren<QLabel *>())
                texts += label->text();
            int titles = 0;
            for (const QAbstractItemModel *model : models) {
                findRow(*model, [&](const QModelIndex &index) {
                    for (int column = 0; column < model->columnCount(index.parent()); ++column) {
                        const QModelIndex cell = index.siblingAtColumn(column);
                        texts += {cell.data().toString(), cell.data(Qt::ToolTipRole).toString(),
                            cell.data(Qt::AccessibleTextRole).toString()};
                    }
                    static const QRegularExpression title(u"^(API|KCM|KL|KP|M|WL)-\\d\\d\\S* "_s);
                    if (title.match(index.data().toString()).hasMatch()) {
                        ++titles;
                        if (isChinese(index.data().toString()) != chinese)
                            texts += u"!"_s + index.data().toString();
                    }
                    return false;
                });
            }
            QVERIFY(titles > 40);
            for (const QString &text : texts)
                QVERIFY2(!text.startsWith(u'!') && (chinese || !isChinese(text)), qPrintable(text));
            QVERIFY(isChinese(texts[0]) == chinese && isChinese(texts[1]) == chinese && isChinese(texts[2]) == chinese);
        }
    }

    void remembersGeometryAndColumns()
    {
        m_window->resize(900, 640);
        auto *header = named<QTreeView>(*m_window, "tree")->header();
        header->resizeSection(0, 321);
        m_window->close();
        m_window = std::make_unique<MainWindow>();
        QCOMPARE(m_window->size(), QSize(900, 640));
        QCOMPARE(named<QTreeView>(*m_window, "tree")->header()->sectionSize(0), 321);
    }

    void theSheetHasEveryShortcut()
    {
        action(*m_window, "shortcuts")->trigger();
        auto *sheet = named<QTreeWidget>(*m_window, "shortcutList");
        QVERIFY(sheet);
        int withKeys = 0;
        for (const ActionEntry &entry : actionTable()) {
            QVERIFY2(action(*m_window, entry.id), entry.id);
            QCOMPARE(action(*m_window, entry.id)->shortcuts(), entry.keys());
            QVERIFY(!action(*m_window, entry.id)->statusTip().isEmpty());
            withKeys += entry.keys().isEmpty() ? 0 : 1;
        }
        QCOMPARE(sheet->topLevelItemCount(), withKeys);
        closeDialogs();
    }

    void asksOneQuestionAtATime()
    {
        Asker asker(m_window.get());
        std::stop_source stop;
        Worker first;
        Worker second;
        std::optional<bool> accepted;
        std::optional<QByteArray> given;
        first.run(
            this,
            [&](const std::stop_token &) {
                return asker.questions(stop.get_token())
                    .acceptHostKey({u"cp1"_s, u"ssh-ed25519"_s, u"SHA256:<b>x</b>"_s});
            },
            [&](bool yes) { accepted = yes; });
        QTRY_VERIFY(named<QDialog>(*m_window, "hostKeyQuestion"));
        second.run(
            this,
            [&](const std::stop_token &) {
                const auto secret = asker.questions(stop.get_token())
                                        .secret({SecretQuestion::Kind::SudoPassword, u"cp1"_s, u"admin"_s, {}});
                return secret ? QByteArray(secret->constData(), secret->size()) : QByteArray();
            },
            [&](const QByteArray &secret) { given = secret; });
        auto *key = named<QDialog>(*m_window, "hostKeyQuestion");
        QVERIFY(std::ranges::any_of(key->findChildren<QLabel *>(),
            [](const QLabel *label) { return label->text().contains(u"SHA256:<b>x</b>"_s); }));
        QVERIFY(!named<QDialog>(*m_window, "secretQuestion"));
        key->accept();
        QTRY_VERIFY(accepted.has_value());
        QVERIFY(*accepted);
        QTRY_VERIFY(named<QDialog>(*m_window, "secretQuestion"));
        auto *secret = named<QDialog>(*m_window, "secretQuestion");
        named<QLineEdit>(*secret, "secret")->setText(u"s3crét"_s);
        secret->accept();
        QVERIFY(!named<QLineEdit>(*secret, "secret")); // destroyed with what was typed
        QTRY_VERIFY(given.has_value());
        QCOMPARE(*given, QByteArray("s3cr\xc3\xa9t"));
    }

    void aStopWithdrawsTheQuestion()
    {
        Asker asker(m_window.get());
        Worker worker;
        std::optional<bool> accepted;
        std::stop_source stop = worker.run(
            this,
            [&](const std::stop_token &token) {
                return asker.questions(token).acceptHostKey({u"cp1"_s, u"ssh-rsa"_s, u"SHA256:x"_s});
            },
            [&](bool yes) { accepted = yes; });
        QTRY_VERIFY(named<QDialog>(*m_window, "hostKeyQuestion"));
        stop.request_stop();
        QTRY_VERIFY(accepted.has_value());
        QVERIFY(!*accepted);
        QTRY_VERIFY(!named<QDialog>(*m_window, "hostKeyQuestion"));
    }

    void cancelIsAnsweredAtOnce()
    {
        // An address that answers nothing: the connection is still being made when it is canceled.
        const auto target = parseTarget(u"root@192.0.2.1"_s);
        QVERIFY(target);
        m_window->session()->connectTo(*target, {});
        QVERIFY(named<QWidget>(*m_window, "busyBar")->isVisible());
        QElapsedTimer clock;
        clock.start();
        named<QPushButton>(*m_window, "cancel")->click();
        QCOMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QVERIFY(clock.elapsed() < 1000);
        QVERIFY(!named<QWidget>(*m_window, "busyBar")->isVisible());
        QVERIFY(action(*m_window, "connect")->isEnabled());
    }

private:
    void openDialogs()
    {
        for (const char *id : {"connect", "history", "tailoring", "shortcuts", "about"})
            action(*m_window, id)->trigger();
    }
    void closeDialogs()
    {
        for (QDialog *dialog : m_window->findChildren<QDialog *>())
            dialog->reject();
    }
    QStringList shownTexts() const
    {
        QStringList all;
        for (const QAction *one : m_window->findChildren<QAction *>()) {
            if (one->objectName() != u"english" && one->objectName() != u"chinese") // each in its own, always
                all += {one->text(), one->statusTip()};
        }
        for (const QWidget *widget : m_window->findChildren<QWidget *>()) {
            if (widget->objectName().startsWith(u"qt_")) // a part that Qt made and names itself
                continue;
            all += {widget->accessibleName(), widget->isWindow() ? widget->windowTitle() : QString()};
            if (const auto *label = qobject_cast<const QLabel *>(widget))
                all += label->text();
            if (const auto *button = qobject_cast<const QAbstractButton *>(widget))
                all += button->text();
            if (const auto *field = qobject_cast<const QLineEdit *>(widget))
                all += field->placeholderText();
        }
        const auto *sheet = named<QTreeWidget>(*m_window, "shortcutList");
        for (int row = 0; row < sheet->topLevelItemCount(); ++row)
            all += {sheet->topLevelItem(row)->text(0), sheet->topLevelItem(row)->text(2)};
        return all;
    }
    /// No words at all, or an address or a count with its unit.
    static bool isTechnical(const QString &text)
    {
        const bool words = std::ranges::any_of(text, [](QChar character) { return character.isLetter(); });
        return !words || text.contains(u'@') || text == u"0 s";
    }

    QTemporaryDir m_home;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
