// SPDX-License-Identifier: Apache-2.0
#include "change/folding.h"
#include "change/patch.h"
#include "core/changefixture.h"
#include "jobs/session.h"
#include "language.h"
#include "mainwindow.h"
#include "models/changemodel.h"
#include "models/fixmodel.h"
#include "pages/reviewpage.h"
#include "snapshotbuilder.h"
#include "theme.h"
#include "views/diffview.h"
#include "views/rowview.h"
#include "views/valueform.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

using Edit = std::function<void(ChangeSet &)>;
Q_DECLARE_METATYPE(Edit)
Q_DECLARE_METATYPE(jiagu::ApplyState)

namespace {

const QString edited = u"/etc/kubernetes/manifests/a.yaml"_s;

FileChange contentStep(
    const QString &node, const QByteArray &before, const QByteArray &after, const QString &path = edited)
{
    FileChange step = fixture::step(node, path);
    step.machineId = node;
    step.before = before;
    step.after = after;
    step.sha256Before = fixture::sha256(before);
    step.sha256After = fixture::sha256(after);
    return step;
}

FileChange attributeStep(const QString &node, int mode, const QString &path = edited)
{
    FileChange step = fixture::step(node, path);
    step.kind = FileChange::Kind::Attributes;
    step.machineId = node;
    step.before = step.after = {};
    step.mode = 0644;
    step.modeAfter = mode;
    step.uidAfter = step.gidAfter = 0;
    return step;
}

ChangeSet setOf(const QList<FileChange> &steps)
{
    ChangeSet changeSet;
    changeSet.steps = steps;
    return changeSet;
}

/// Number, then text; ~ for a filler, # for what is ours.
QString drawn(const Row &row)
{
    switch (row.kind) {
    case Row::Kind::Filler:
        return u"~"_s;
    case Row::Kind::Heading:
        return u"#"_s;
    case Row::Kind::Ghost:
        return u"?"_s;
    case Row::Kind::Text:
    case Row::Kind::Removed:
    case Row::Kind::Added:
        break;
    }
    const QString sign = row.kind == Row::Kind::Removed ? u"-"_s : row.kind == Row::Kind::Added ? u"+"_s : QString();
    return QString::number(std::max(row.before, row.after)) + sign + u' ' + drawnLine(row.bytes).text;
}

QByteArray fileBytes(const QList<Row> &rows)
{
    QByteArray bytes;
    for (const Row &row : rows) {
        if (row.isOfFile())
            bytes += row.bytes + row.ending;
    }
    return bytes;
}

/// Control-plane nodes that run alike, with one finding of each rule on each of them.
Assessment assessmentOf(const QStringList &nodes)
{
    const QString manifest = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
    Assessment assessment;
    assessment.now = SnapshotBuilder::at(0);
    assessment.cluster.id = u"uid"_s;
    Rule profiling;
    profiling.id = u"API-02"_s;
    profiling.title = {u"Profiling is off"_s, u"关闭性能分析"_s};
    profiling.fixable = true;
    profiling.fix = FixKind::SetFlag;
    profiling.setting = {ComponentKind::ApiServer, u"--profiling"_s, {}, ValueType::Bool};
    profiling.fixFlag = u"--profiling"_s;
    profiling.fixValue = u"false"_s;
    Rule age = profiling;
    age.id = u"API-90"_s;
    age.title = {u"Audit logs are kept"_s, u"保留审计日志"_s};
    age.fixFlag = u"--audit-log-maxage"_s;
    age.assertion = {Assertion::Operator::Greater, 0};
    age.setting = {ComponentKind::ApiServer, age.fixFlag, {}, ValueType::Integer};
    age.fixValue.clear();
    age.parameter = Parameter{Parameter::Type::Integer, {u"Days to keep"_s, u"保留天数"_s}, {}, {}, {{}}};
    Rule backups = age;
    backups.id = u"API-91"_s;
    backups.fixFlag = u"--audit-log-maxbackup"_s;
    backups.setting.flag = backups.fixFlag;
    backups.parameter = Parameter{Parameter::Type::Integer, {u"Files to keep"_s, u"保留文件数"_s}, u"10"_s, {}, {{}}};
    assessment.pack.accepted = true;
    assessment.pack.rules = {profiling, age, backups};
    for (const QString &name : nodes) {
        const Snapshot snapshot = SnapshotBuilder(name)
                                      .file(manifest,
                                          "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\n  namespace: "
                                          "kube-system\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n"
                                          "    - --profiling=true\n")
                                      .process("kube-apiserver --profiling=true");
        Node node;
        node.name = name;
        node.machineId = snapshot.machineId;
        node.controlPlane = node.read = true;
        node.snapshot = std::make_shared<Snapshot>(snapshot);
        Component api;
        api.running = true;
        api.process = snapshot.processes[0];
        api.manifest = manifest;
        node.components = {api};
        assessment.cluster.nodes += node;
        for (const Rule &rule : assessment.pack.rules) {
            Finding finding;
            finding.rule = rule.id;
            finding.title = rule.title;
            finding.verdict = Verdict::Fail;
            finding.fixable = true;
            finding.subject = {.cluster = u"uid"_s, .node = name, .component = u"kube-apiserver"_s};
            assessment.findings += finding;
        }
    }
    return assessment;
}

/// The second node's file has a line that the others' have not.
Assessment withOddOne(Assessment assessment)
{
    Snapshot snapshot = *assessment.cluster.nodes[1].snapshot;
    snapshot.files[0].content += "# by hand\n";
    snapshot.files[0].sha256 = fixture::sha256(snapshot.files[0].content);
    assessment.cluster.nodes[1].snapshot = std::make_shared<Snapshot>(snapshot);
    return assessment;
}

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

void tick(QWidget &window, const QString &rule, bool on = true)
{
    auto *fixes = named<QListView>(window, "fixes")->model();
    for (int row = 0; row < fixes->rowCount(); ++row) {
        if (fixes->index(row, 0).data().toString().startsWith(rule))
            fixes->setData(fixes->index(row, 0), on ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
    }
}

double luminance(const QColor &colour)
{
    const auto part = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const double first = luminance(one);
    const double second = luminance(other);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace

class TestReview : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_review"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    }
    void init()
    {
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        QSettings().setValue("review/operator", u"li"_s);
        m_translation.use(Language::English);
    }

    void folds_data()
    {
        QTest::addColumn<QList<FileChange>>("steps");
        QTest::addColumn<QList<QList<int>>>("changes");
        using Folds = QList<QList<int>>;
        const FileChange w1 = contentStep(u"w1"_s, "a: 1\n", "a: 2\n");
        const FileChange w2 = contentStep(u"w2"_s, "a: 1\n", "a: 2\n");
        FileChange otherRules = w2;
        otherRules.rules += u"KL-04"_s;
        FileChange otherOwner = w2;
        otherOwner.uid = 1000;
        QTest::newRow("nothing") << QList<FileChange>() << Folds();
        QTest::newRow("the same on two nodes") << QList{w1, w2} << Folds{{0, 1}};
        QTest::newRow("the same, another between")
            << QList{w1, contentStep(u"w1"_s, "a: 1\n", "a: 2\n", u"/b"_s), w2} << Folds{{0, 2}, {1}};
        QTest::newRow("another file") << QList{w1, contentStep(u"w2"_s, "a: 1\n", "a: 2\n", u"/b"_s)}
                                      << Folds{{0}, {1}};
        QTest::newRow("from other bytes") << QList{w1, contentStep(u"w2"_s, "a: 0\n", "a: 2\n")} << Folds{{0}, {1}};
        QTest::newRow("to other bytes") << QList{w1, contentStep(u"w2"_s, "a: 1\n", "a: 3\n")} << Folds{{0}, {1}};
        QTest::newRow("for other rules") << QList{w1, otherRules} << Folds{{0}, {1}};
        QTest::newRow("an owner that stays") << QList{w1, otherOwner} << Folds{{0, 1}};
        QTest::newRow("modes") << QList{attributeStep(u"w1"_s, 0600), attributeStep(u"w2"_s, 0600)} << Folds{{0, 1}};
        QTest::newRow("to another mode") << QList{attributeStep(u"w1"_s, 0600), attributeStep(u"w2"_s, 0640)}
                                         << Folds{{0}, {1}};
        QTest::newRow("bytes and mode of one file") << QList{w1, attributeStep(u"w1"_s, 0600)} << Folds{{0}, {1}};
    }
    void folds()
    {
        QFETCH(QList<FileChange>, steps);
        QTEST(foldedSteps(setOf(steps)), "changes");
    }

    void listsDistinctChanges()
    {
        ChangeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setChangeSet(setOf({contentStep(u"w1"_s, "a: 1\n", "a: 2\n"), contentStep(u"w2"_s, "a: 1\n", "a: 2\n"),
            contentStep(u"w\u202E3"_s, "a: 1\n", "a: 2\n"), attributeStep(u"w1"_s, 0600)}));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, 0).data().toString(), edited + u"\n+1 −1 · API-02\n3 nodes: w1, w2, w\\u{202E}3"_s);
        QCOMPARE(model.rowCount(model.index(0, 0)), 3);
        QCOMPARE(model.index(1, 0, model.index(0, 0)).data().toString(), u"w2"_s);
        QCOMPARE(model.index(1, 0).data().toString(),
            edited + u"\nowner 0:0, mode 0644 → owner 0:0, mode 0600 · API-02\nw1"_s);
        QCOMPARE(model.rowCount(model.index(1, 0)), 0);
        m_translation.use(Language::Chinese);
        QCOMPARE(model.index(1, 0).data().toString(),
            edited + u"\n属主 0:0，权限 0644 → 属主 0:0，权限 0600 · API-02\nw1"_s);
        QVERIFY(model.index(0, 0).data().toString().contains(u"3 个节点：w1"_s));
        QVERIFY(model.index(0, 0).data(Qt::AccessibleTextRole).toString().endsWith(u"未审阅"_s));
        model.setChangeSet({});
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!model.allReviewed()); // nothing is not everything
    }

    void marks_data()
    {
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<int>("reviewed");
        QTest::newRow("planned anew") << Edit([](ChangeSet &set) { set.planned = SnapshotBuilder::at(5); }) << 2;
        QTest::newRow("in another order") << Edit([](ChangeSet &set) { std::ranges::reverse(set.steps); }) << 2;
        QTest::newRow("a change more") << Edit([](ChangeSet &set) {
            set.steps.prepend(contentStep(u"w9"_s, "x\n", "y\n", u"/b"_s));
        }) << 2;
        QTest::newRow("a change less") << Edit([](ChangeSet &set) { set.steps.removeLast(); }) << 1;
        QTest::newRow("a node less") << Edit([](ChangeSet &set) { set.steps.removeFirst(); }) << 2;
        QTest::newRow("a node more") << Edit([](ChangeSet &set) {
            set.steps += contentStep(u"w3"_s, "a: 1\n", "a: 2\n");
        }) << 1;
        QTest::newRow("other bytes after")
            << Edit([](ChangeSet &set) { set.steps[0] = contentStep(u"w1"_s, "a: 1\n", "a: 3\n"); }) << 2;
        QTest::newRow("other bytes before, on both nodes") << Edit([](ChangeSet &set) {
            set.steps[0] = contentStep(u"w1"_s, "a: 0\n", "a: 2\n");
            set.steps[1] = contentStep(u"w2"_s, "a: 0\n", "a: 2\n");
        }) << 1;
        QTest::newRow("another machine of that name")
            << Edit([](ChangeSet &set) { set.steps[0].machineId = u"other"_s; }) << 1;
        QTest::newRow("another interruption")
            << Edit([](ChangeSet &set) { set.steps[0].interruption.en = u"All is away."_s; }) << 1;
        QTest::newRow("other arguments") << Edit([](ChangeSet &set) { set.steps[0].argvAfter += "--x"; }) << 1;
        QTest::newRow("another mode") << Edit([](ChangeSet &set) { set.steps[2].modeAfter = 0640; }) << 1;
        QTest::newRow("another mode now") << Edit([](ChangeSet &set) { set.steps[2].mode = 0666; }) << 1;
    }
    void marks()
    {
        QFETCH(Edit, edit);
        ChangeSet changeSet = setOf({contentStep(u"w1"_s, "a: 1\n", "a: 2\n"), contentStep(u"w2"_s, "a: 1\n", "a: 2\n"),
            attributeStep(u"w1"_s, 0600)});
        ChangeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setChangeSet(changeSet);
        QCOMPARE(model.reviewedCount(), 0);
        QSignalSpy changed(&model, &ChangeModel::reviewedChanged);
        QVERIFY(model.setData(model.index(0, 0), Qt::Checked, Qt::CheckStateRole));
        QVERIFY(!model.allReviewed());
        model.setReviewed(1, true);
        QVERIFY(model.allReviewed());
        QCOMPARE(changed.size(), 2);
        edit(changeSet);
        model.setChangeSet(changeSet);
        if (QByteArrayView(QTest::currentDataTag()) == "other bytes after") {
            // w1 is a change of its own now and not reviewed; what w2 gets was.
            QCOMPARE(model.changes().size(), 3);
            QVERIFY(!model.isReviewed(0));
        }
        QTEST(model.reviewedCount(), "reviewed");
        model.forget();
        QCOMPARE(model.reviewedCount(), 0);
    }

    void partlyReviewedIsNotReviewed()
    {
        ChangeSet changeSet = setOf({contentStep(u"w1"_s, "a: 1\n", "a: 2\n")});
        ChangeModel model;
        model.setChangeSet(changeSet);
        model.setReviewed(0, true);
        changeSet.steps += contentStep(u"w2"_s, "a: 1\n", "a: 2\n");
        model.setChangeSet(changeSet);
        QCOMPARE(model.index(0, 0).data(Qt::CheckStateRole).toInt(), int(Qt::PartiallyChecked));
        QVERIFY(!model.allReviewed());
    }

    void sides_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QStringList>("rows");
        QTest::newRow("a line replaced") << "a: 1\nb: 2\n"_ba
                                         << "a: 1\nb: 3\n"_ba
                                         << QStringList{u"#|#"_s, u"#|#"_s, u"1 a: 1|1 a: 1"_s, u"2- b: 2|2+ b: 3"_s};
        QTest::newRow("insertion only") << "a\nb\n"_ba
                                        << "a\nx\nb\n"_ba
                                        << QStringList{u"#|#"_s, u"#|#"_s, u"1 a|1 a"_s, u"~|2+ x"_s, u"2 b|3 b"_s};
        QTest::newRow("removal only") << "a\nx\nb\n"_ba
                                      << "a\nb\n"_ba
                                      << QStringList{u"#|#"_s, u"#|#"_s, u"1 a|1 a"_s, u"2- x|~"_s, u"3 b|2 b"_s};
        QTest::newRow("a line before its counterpart")
            << "- --profiling=true\n"_ba
            << "- zzz\n- --profiling=false\n"_ba
            << QStringList{u"#|#"_s, u"#|#"_s, u"~|1+ - zzz"_s, u"1- - --profiling=true|2+ - --profiling=false"_s};
        QTest::newRow("a removed line before it")
            << "- zzz\n- --profiling=true\n"_ba
            << "- --profiling=false\n"_ba
            << QStringList{u"#|#"_s, u"#|#"_s, u"1- - zzz|~"_s, u"2- - --profiling=true|1+ - --profiling=false"_s};
        QTest::newRow("lines that are not alike")
            << "aaaa\n"_ba
            << "1111\n2222\n"_ba << QStringList{u"#|#"_s, u"#|#"_s, u"1- aaaa|1+ 1111"_s, u"~|2+ 2222"_s};
        QTest::newRow("CRLF to LF") << "a\r\nb\r\n"_ba
                                    << "a\r\nb\n"_ba
                                    << QStringList{u"#|#"_s, u"#|#"_s, u"1 a|1 a"_s, u"2- b\\u{D}|2+ b"_s};
        QTest::newRow("no newline at the end")
            << "a\nb"_ba
            << "a\nb\n"_ba << QStringList{u"#|#"_s, u"#|#"_s, u"1 a|1 a"_s, u"2- b|2+ b"_s};
        QTest::newRow("from nothing") << ""_ba
                                      << "a\n"_ba << QStringList{u"#|#"_s, u"#|#"_s, u"~|1+ a"_s};
        const QByteArray longLine = "- --x=" + QByteArray(5000, 'y');
        QTest::newRow("long lines") << QByteArray(longLine + "1\n") << QByteArray(longLine + "2\n")
                                    << QStringList{u"#|#"_s, u"#|#"_s,
                                           u"1- "_s + QString::fromLatin1(longLine) + u"1|1+ "_s
                                               + QString::fromLatin1(longLine) + u'2'};
        QTest::newRow("not UTF-8") << "a: \xff\n"_ba
                                   << "a: \xfe\n"_ba << QStringList{u"#|#"_s, u"#|#"_s, u"1- a: \uFFFD|1+ a: \uFFFD"_s};
        QTest::newRow("equal") << "a\n"_ba
                               << "a\n"_ba << QStringList{u"#|#"_s};
    }
    void sides()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        const QList<Row> rows = diffRows(u"w1: /a"_s, before, after);
        const Sides sides = sidesOf(rows);
        QStringList lines;
        for (qsizetype i = 0; i < sides.before.size(); ++i)
            lines += drawn(sides.before[i]) + u'|' + drawn(sides.after[i]);
        QTEST(lines, "rows");
        QCOMPARE(sides.after.size(), sides.before.size());
        QCOMPARE(sides.origin.size(), sides.before.size());
        if (before == after)
            return;
        // Short enough to be shown whole: each side is its file, byte for byte, and is what is copied of it.
        QCOMPARE(fileBytes(sides.before), before);
        QCOMPARE(fileBytes(sides.after), after);
        DiffView view;
        view.setRows(rows);
        view.setSideBySide(true);
        for (const auto &[name, bytes] : {std::pair("diffBefore", before), std::pair("diffAfter", after)}) {
            auto *side = named<RowView>(view, name);
            side->selectAll();
            // The ending of the last line is beyond the selection.
            QByteArray copied = bytes;
            if (side->rows().last().isOfFile())
                copied.chop(side->rows().last().ending.size());
            QCOMPARE(side->selectedBytes(), copied);
        }
    }

    void attributesAreRowsOfTheirOwn()
    {
        const Sides sides = sidesOf(changeRows(u"w1: /a"_s, attributeStep(u"w1"_s, 0600)));
        QCOMPARE(sides.before.size(), 2);
        QCOMPARE(QString::fromUtf8(sides.before[1].bytes), u"owner 0:0, mode 0644"_s);
        QCOMPARE(QString::fromUtf8(sides.after[1].bytes), u"owner 0:0, mode 0600"_s);
        DiffView view;
        view.setRows(changeRows(u"w1: /a"_s, attributeStep(u"w1"_s, 0600)));
        auto *diff = named<RowView>(view, "diff");
        diff->selectAll();
        QCOMPARE(diff->selectedBytes(), QByteArray()); // they are no bytes of a file
        QCOMPARE(view.currentRow(), 2);
        view.showRow(0);
        QVERIFY(view.showNextChange(1));
        QCOMPARE(view.currentRow(), 1);
    }

    void marksTheSameWordsInBoth()
    {
        const QList<Row> rows = diffRows(u"w1: /a"_s, "- --profiling=true\n", "- --profiling=false\n");
        const Sides sides = sidesOf(rows);
        QCOMPARE(sides.before[2].changed, rows[2].changed);
        QCOMPARE(sides.after[2].changed, rows[3].changed);
        QVERIFY(!rows[2].changed.isEmpty() && !rows[3].changed.isEmpty());
    }

    void stepsThroughBothAlike()
    {
        QByteArray before;
        for (int i = 1; i <= 200; ++i)
            before += "line: " + QByteArray::number(i) + '\n';
        QByteArray after = before;
        after.replace("line: 20\n", "line: x\nline: y\n");
        after.replace("line: 100\n", "");
        const QList<Row> rows = diffRows(u"w1: /a"_s, before, after) + diffRows(u"w1: /b"_s, "a\n", "a\nb\n");
        QList<int> starts;
        for (int row = 1; row < int(rows.size()); ++row) {
            if (rows[row].isChange() && !rows[row - 1].isChange())
                starts += row;
        }
        QCOMPARE(starts.size(), 3);
        for (const bool sideBySide : {false, true}) {
            DiffView view;
            view.resize(800, 300);
            view.setRows(rows);
            view.setSideBySide(sideBySide);
            for (int start : std::as_const(starts)) {
                QVERIFY(view.showNextChange(1));
                QCOMPARE(view.currentRow(), start);
            }
            QVERIFY(!view.showNextChange(1));
            QVERIFY(view.showNextChange(-1));
            QCOMPARE(view.currentRow(), starts[1]);
            // The other presentation shows the same place.
            view.setSideBySide(!sideBySide);
            QCOMPARE(view.currentRow(), starts[1]);
        }
    }

    void sidesScrollTogether()
    {
        const QByteArray wide(3000, 'x');
        QByteArray before;
        for (int i = 1; i <= 300; ++i)
            before += "line: " + QByteArray::number(i) + '\n';
        QByteArray after = before;
        after.replace("line: ", "entry: ");
        after += wide + '\n';
        DiffView view;
        view.resize(800, 300);
        view.setRows(diffRows(u"w1: /a"_s, before, after));
        view.setSideBySide(true);
        view.show();
        auto *left = named<RowView>(view, "diffBefore");
        auto *right = named<RowView>(view, "diffAfter");
        QCOMPARE(left->verticalScrollBar()->maximum(), right->verticalScrollBar()->maximum());
        left->verticalScrollBar()->setValue(120);
        QCOMPARE(right->verticalScrollBar()->value(), 120);
        right->verticalScrollBar()->setValue(right->verticalScrollBar()->maximum());
        QCOMPARE(left->verticalScrollBar()->value(), left->verticalScrollBar()->maximum());
        // The shorter side does not hold the longer one back.
        right->horizontalScrollBar()->setValue(right->horizontalScrollBar()->maximum());
        QCOMPARE(right->horizontalScrollBar()->value(), right->horizontalScrollBar()->maximum());
        QTest::keyClick(left, Qt::Key_Home, Qt::ControlModifier);
        QTest::keyClick(left, Qt::Key_Down);
        QCOMPARE(right->currentRow(), 1);
    }

    void patches_data()
    {
        QTest::addColumn<QList<FileChange>>("steps");
        QTest::newRow("a line") << QList{contentStep(u"w1"_s, "a: 1\nb: 2\n", "a: 1\nb: 3\n")};
        QTest::newRow("CRLF") << QList{contentStep(u"w1"_s, "a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\r\nc: 4\r\n")};
        QTest::newRow("newline at the end added") << QList{contentStep(u"w1"_s, "a: 1\nb: 2", "a: 1\nb: 2\n")};
        QTest::newRow("no newline at either end") << QList{contentStep(u"w1"_s, "a: 1\nb: 2", "a: 1\nb: 3")};
        QTest::newRow("from nothing") << QList{contentStep(u"w1"_s, "", "a: 1\n")};
        QTest::newRow("not UTF-8") << QList{contentStep(u"w1"_s, "a: \xff\n", "a: \xfe\x01\n")};
        QTest::newRow("unusual names") << QList{contentStep(u"w1"_s, "a\n", "b\n", u"/etc/a b/\"中\\文\".yaml"_s),
            contentStep(u"w1"_s, "a\n", "b\n", u"/etc/with blank.yaml"_s)};
        QTest::newRow("lines that look like a patch")
            << QList{contentStep(u"w1"_s, "--- a\n+++ b\n@@ -1 +1 @@\n", "--- a\n-- c\n+++ b\n@@ -1 +2 @@\n")};
        QByteArray many;
        for (int i = 0; i < 300; ++i)
            many += "line " + QByteArray::number(i) + '\n';
        QByteArray changed = many;
        changed.replace("line 10\n", "").replace("line 150\n", "line x\nline y\n").replace("line 299\n", "end\n");
        QTest::newRow("several places and files")
            << QList{contentStep(u"w1"_s, many, changed), contentStep(u"w1"_s, changed, many, u"/var/lib/b.yaml"_s),
                   attributeStep(u"w1"_s, 0600, u"/var/lib/b.yaml"_s)};
    }
    void patches()
    {
        QFETCH(QList<FileChange>, steps);
        for (const Language language : {Language::English, Language::Chinese}) {
            const QTemporaryDir root; // stands for /
            for (const FileChange &step : steps) {
                if (step.kind != FileChange::Kind::Content)
                    continue;
                QVERIFY(QDir(root.path()).mkpath(root.path() + step.path.section(u'/', 0, -2)));
                QFile before(root.path() + step.path);
                QVERIFY(before.open(QIODevice::WriteOnly) && before.write(step.before) == step.before.size());
            }
            QProcess patch;
            patch.setWorkingDirectory(root.path());
            patch.start(u"patch"_s, {u"-p1"_s, u"--fuzz=0"_s});
            QVERIFY(patch.waitForStarted());
            patch.write(patchFor(setOf(steps), u"w1"_s, language));
            patch.closeWriteChannel();
            QVERIFY(patch.waitForFinished());
            const QByteArray said = patch.readAllStandardOutput() + patch.readAllStandardError();
            QVERIFY2(patch.exitCode() == 0, said.constData());
            for (const FileChange &step : steps) {
                if (step.kind != FileChange::Kind::Content)
                    continue;
                QFile after(root.path() + step.path);
                QVERIFY(after.open(QIODevice::ReadOnly));
                QCOMPARE(after.readAll(), step.after);
            }
        }
    }

    void saysWhatAPatchLeavesOut()
    {
        const ChangeSet changeSet = setOf({contentStep(u"w1"_s, "a\n", "b\n"), attributeStep(u"w1"_s, 0600),
            contentStep(u"w2"_s, "a\n", "b\n"), attributeStep(u"w2"_s, 0600), contentStep(u"w3"_s, "a\n", "b\n")});
        QCOMPARE(nodesOfPatch(changeSet, u"w2"_s), (QStringList{u"w1"_s, u"w2"_s}));
        QCOMPARE(nodesOfPatch(changeSet, u"w3"_s), QStringList{u"w3"_s});
        const QByteArray patch = patchFor(changeSet, u"w1"_s, Language::English);
        QVERIFY2(
            patch.contains("# Not in this patch: owner and mode of /etc/kubernetes/manifests/a.yaml, from 0:0 0644 "
                           "to 0:0 0600\n"),
            patch.constData());
        QVERIFY(!patchFor(changeSet, u"w3"_s, Language::English).contains("owner"));
        QVERIFY(patchFor(changeSet, u"w1"_s, Language::Chinese).contains("属主和权限"));
    }

    void whatHoldsApplyBack_data()
    {
        QTest::addColumn<ApplyState>("state");
        QTest::addColumn<QStringList>("reasons");
        const ApplyState ready{
            .idle = true, .live = true, .armed = true, .named = true, .linked = true, .changes = 2, .reviewed = 2};
        const auto but = [&](auto change) {
            ApplyState state = ready;
            change(state);
            return state;
        };
        QTest::newRow("nothing") << ready << QStringList();
        QTest::newRow("one change not reviewed")
            << but([](ApplyState &state) { state.reviewed = 1; }) << QStringList{u"not reviewed yet: 1"_s};
        QTest::newRow("none reviewed") << but([](ApplyState &state) { state.reviewed = 0; })
                                       << QStringList{u"not reviewed yet: 2"_s};
        QTest::newRow("busy") << but([](ApplyState &state) { state.idle = false; }) << QStringList{u"Another job"_s};
        QTest::newRow("recording") << but([](ApplyState &state) { state.live = false; }) << QStringList{u"recording"_s};
        QTest::newRow("recording, not reviewed") << but([](ApplyState &state) {
            state.live = false;
            state.reviewed = 0;
        }) << QStringList{u"recording"_s, u"not reviewed yet: 2"_s};
        QTest::newRow("not armed") << but([](ApplyState &state) { state.armed = false; })
                                   << QStringList{u"read-only"_s};
        QTest::newRow("nobody") << but([](ApplyState &state) { state.named = false; }) << QStringList{u"operator"_s};
        QTest::newRow("node away") << but([](ApplyState &state) { state.linked = false; })
                                   << QStringList{u"connected"_s};
    }
    void whatHoldsApplyBack()
    {
        QFETCH(ApplyState, state);
        QFETCH(QStringList, reasons);
        const QStringList said = whyNotApply(state);
        QCOMPARE(said.size(), reasons.size());
        for (qsizetype i = 0; i < said.size(); ++i)
            QVERIFY2(said[i].contains(reasons[i]), qPrintable(said[i]));
    }

    void reviewsFoldedChanges()
    {
        Session session([](const std::stop_token &) { return Questions(); });
        ReviewPage page(&session);
        page.setAssessment(assessmentOf({u"cp1"_s, u"cp2"_s, u"cp3"_s}));
        page.resize(1200, 800);
        page.show();
        tick(page, u"API-02"_s);
        auto *changes = qobject_cast<ChangeModel *>(named<QTreeView>(page, "changes")->model());
        QCOMPARE(changes->rowCount(), 1);
        QVERIFY(changes->index(0, 0).data().toString().endsWith(u"3 nodes: cp1, cp2, cp3"_s));
        const QString interruptions = named<QPlainTextEdit>(page, "interruptions")->toPlainText();
        for (const QString &node : {u"cp1"_s, u"cp2"_s, u"cp3"_s})
            QVERIFY2(interruptions.contains(node + u": kube-apiserver on "_s + node), qPrintable(interruptions));
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"0/1 reviewed"_s);
        QVERIFY(named<QLabel>(page, "permission")->text().contains(u"not reviewed yet: 1"_s));
        QVERIFY(!named<QPushButton>(page, "apply")->isEnabled());
        auto *mark = page.findChild<QAction *>(u"markReviewed"_s);
        QVERIFY(mark->isEnabled() && !mark->isChecked());
        mark->trigger();
        QVERIFY(mark->isChecked());
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"1/1 reviewed"_s);
        QVERIFY(!named<QLabel>(page, "permission")->text().contains(u"not reviewed"_s));

        // Read again, unchanged: the mark stays. On one node the file has changed: that change is not reviewed.
        page.setAssessment(assessmentOf({u"cp1"_s, u"cp2"_s, u"cp3"_s}));
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"1/1 reviewed"_s);
        const Assessment changed = withOddOne(assessmentOf({u"cp1"_s, u"cp2"_s, u"cp3"_s}));
        page.setAssessment(changed);
        QCOMPARE(changes->rowCount(), 2);
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"1/2 reviewed"_s);

        m_translation.use(Language::Chinese);
        QTRY_COMPARE(named<QLabel>(page, "reviewedCount")->text(), u"已审阅 1/2"_s);
        QVERIFY(named<QPlainTextEdit>(page, "interruptions")->toPlainText().contains(u"将重启"_s));
        page.setAssessment(std::nullopt);
        page.setAssessment(changed);
        QVERIFY(!changes->allReviewed());
    }

    void asksForValues()
    {
        Session session([](const std::stop_token &) { return Questions(); });
        ReviewPage page(&session);
        page.setAssessment(assessmentOf({u"cp1"_s}));
        page.resize(1200, 800);
        page.show();
        auto *summary = named<QLabel>(page, "planSummary");
        tick(page, u"API-02"_s);
        page.findChild<QAction *>(u"markReviewed"_s)->trigger();
        QVERIFY(!named<QWidget>(page, "values")->isVisible());
        tick(page, u"API-02"_s, false);

        // Without a proposal it must be typed.
        tick(page, u"API-90"_s);
        tick(page, u"API-91"_s);
        auto *age = named<QLineEdit>(page, "value-API-90");
        auto *backups = named<QLineEdit>(page, "value-API-91");
        QVERIFY(age && age->isVisible() && backups && backups->isVisible());
        QCOMPARE(age->text(), QString());
        QCOMPARE(backups->text(), u"10"_s);
        auto *problem = named<QLabel>(page, "problem-API-90");
        QVERIFY(problem->isVisible());
        const Assessment assessment = assessmentOf({u"cp1"_s});
        const auto said = plan(assessment, {assessment.findings[1]}, {{u"API-90"_s, {}}});
        QVERIFY(!said);
        QVERIFY2(problem->text().contains(said.error().message.en), qPrintable(problem->text()));
        QVERIFY(!named<QLabel>(page, "problem-API-91")->isVisible());
        QCOMPARE(QAccessible::queryAccessibleInterface(age)->text(QAccessible::Name), u"API-90 Days to keep"_s);
        auto *diff = named<RowView>(page, "diff");
        QVERIFY(diff->rows().isEmpty());

        // By Tab it comes where it is seen: after the list of changes, before their diff.
        QStringList chain;
        for (const QWidget *next = named<QListView>(page, "fixes");
             !chain.contains(u"fixes"_s) || next->objectName() != u"fixes"; next = next->nextInFocusChain())
            chain += next->objectName();
        QVERIFY(chain.indexOf(u"changes"_s) < chain.indexOf(u"value-API-90"_s));
        QVERIFY(chain.indexOf(u"value-API-90"_s) < chain.indexOf(u"value-API-91"_s));
        QVERIFY(chain.indexOf(u"value-API-91"_s) < chain.indexOf(u"diff"_s));

        QTest::keyClicks(age, u"30"_s);
        QVERIFY(!problem->isVisible());
        QVERIFY2(summary->text().startsWith(u"Change set "_s), qPrintable(summary->text()));
        QByteArray added;
        for (const Row &row : diff->rows()) {
            if (row.kind == Row::Kind::Added)
                added += row.bytes.trimmed() + ' ';
        }
        QCOMPARE(added, "- --audit-log-maxage=30 - --audit-log-maxbackup=10 "_ba);

        // Another value is another content: reviewed no more. Nothing typed or ticked is lost by a wrong one.
        page.findChild<QAction *>(u"markReviewed"_s)->trigger();
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"1/1 reviewed"_s);
        age->setText(u"31"_s);
        QCOMPARE(named<QLabel>(page, "reviewedCount")->text(), u"0/1 reviewed"_s);
        backups->setText(u" "_s);
        QVERIFY(named<QLabel>(page, "problem-API-91")->isVisible());
        QCOMPARE(age->text(), u"31"_s);
        QVERIFY(diff->rows().isEmpty());
        m_translation.use(Language::Chinese);
        QTRY_VERIFY(named<QLabel>(page, "problem-API-91")->text().contains(u"需要给出取值"_s));
        QVERIFY(std::ranges::any_of(page.findChildren<QLabel *>(),
            [](const QLabel *label) { return label->text() == u"API-90 保留天数："_s; }));
        backups->setText(u"5"_s);
        QVERIFY(!diff->rows().isEmpty());

        // Ticked off and on: what was typed is there.
        tick(page, u"API-90"_s, false);
        QVERIFY(!age->isVisible());
        tick(page, u"API-90"_s);
        QCOMPARE(age->text(), u"31"_s);
    }

    void copiesAndSavesPatches()
    {
        Session session([](const std::stop_token &) { return Questions(); });
        ReviewPage page(&session);
        page.setAssessment(assessmentOf({u"cp1"_s, u"cp2"_s}));
        page.resize(1200, 800);
        page.show();
        QVERIFY(!page.findChild<QAction *>(u"copyPatch"_s)->isEnabled());
        tick(page, u"API-02"_s);
        page.findChild<QAction *>(u"copyPatch"_s)->trigger();
        const Assessment assessment = assessmentOf({u"cp1"_s, u"cp2"_s});
        const auto planned = plan(assessment, {assessment.findings[0], assessment.findings[3]}, {});
        QVERIFY(planned);
        const QByteArray patch = patchFor(*planned, u"cp1"_s, Language::English);
        QVERIFY(patch.contains("+    - --profiling=false\n"));
        QCOMPARE(QGuiApplication::clipboard()->text().toUtf8(), patch);
        QCOMPARE(QGuiApplication::clipboard()->mimeData()->data(u"text/x-patch"_s), patch);
        QVERIFY(named<QPlainTextEdit>(page, "log")->toPlainText().contains(u"cp1, cp2"_s));

        const QString path = m_home.filePath(u"x.patch"_s);
        page.findChild<QAction *>(u"savePatch"_s)->trigger();
        auto *dialog = page.findChild<QFileDialog *>(u"savePatchDialog"_s);
        QVERIFY(dialog);
        tick(page, u"API-02"_s, false); // what was shown is saved
        Q_EMIT dialog->fileSelected(path);
        dialog->reject();
        QFile saved(path);
        QVERIFY(saved.open(QIODevice::ReadOnly));
        QCOMPARE(saved.readAll(), patch);
    }

    void isDrivenByKeys()
    {
        MainWindow window;
        window.show();
        QStringList files;
        const QDir sample(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s);
        for (const QString &name : sample.entryList())
            files += sample.filePath(name);
        window.openSnapshots(files);
        QTRY_VERIFY_WITH_TIMEOUT(
            window.session()->assessment() && window.session()->phase() == Session::Phase::Idle, 60'000);
        auto *mark = window.findChild<QAction *>(u"markReviewed"_s);
        QVERIFY(!mark->isEnabled()); // not on the other pages
        window.findChild<QAction *>(u"review"_s)->trigger();
        window.findChild<ReviewPage *>()->setAssessment(withOddOne(assessmentOf({u"cp1"_s, u"cp2"_s, u"cp3"_s})));
        tick(window, u"API-02"_s);
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto *diff = named<DiffView>(window, "diffView");
        auto *list = named<QTreeView>(window, "changes");
        auto *changes = qobject_cast<ChangeModel *>(list->model());
        QCOMPARE(changes->rowCount(), 2);
        QVERIFY(!diff->isSideBySide());
        list->setFocus();
        QTest::keyClick(list, Qt::Key_D, Qt::ShiftModifier);
        QVERIFY(diff->isSideBySide());
        QTest::keyClick(list, Qt::Key_V);
        QCOMPARE(changes->reviewedCount(), 1);
        QTest::keyClick(list, Qt::Key_Down);
        QTest::keyClick(list, Qt::Key_Space);
        QCOMPARE(changes->reviewedCount(), 2);
        QTest::keyClick(list, Qt::Key_V);
        QCOMPARE(changes->reviewedCount(), 1);
        // The next change is in the next file, and so is the list.
        list->setCurrentIndex(changes->index(0, 0));
        const int first = diff->currentRow();
        QTest::keyClick(list, Qt::Key_F8);
        QVERIFY(diff->currentRow() > first);
        for (int i = 0; i < 50 && list->currentIndex().row() == 0; ++i)
            QTest::keyClick(list, Qt::Key_F8);
        QCOMPARE(list->currentIndex().row(), 1);
        // A letter typed into a field is a letter.
        auto *ticket = named<QLineEdit>(window, "ticket");
        ticket->setFocus();
        QTest::keyClicks(ticket, u"vD"_s);
        QCOMPARE(ticket->text(), u"vD"_s);
        QCOMPARE(changes->reviewedCount(), 1);
        QVERIFY(diff->isSideBySide());

        // The choice is remembered.
        MainWindow next;
        QVERIFY(named<DiffView>(next, "diffView")->isSideBySide());
    }

    void boxesAreSeen_data()
    {
        QTest::addColumn<Theme>("theme");
        QTest::newRow("light") << Theme::Light;
        QTest::newRow("dark") << Theme::Dark;
    }
    void boxesAreSeen()
    {
        QFETCH(Theme, theme);
        applyTheme(theme);
        QCheckBox box;
        box.resize(box.sizeHint());
        const QImage image = box.grab().toImage();
        double best = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                best = std::max(best, contrast(image.pixelColor(x, y), box.palette().color(QPalette::Window)));
        }
        QVERIFY2(best >= 3, qPrintable(QString::number(best)));
        applyTheme(Theme::System);
    }

private:
    Translation m_translation;
    QTemporaryDir m_home;
};

QTEST_MAIN(TestReview)
#include "tst_review.moc"
