// SPDX-License-Identifier: Apache-2.0
#include "dialogs/tailoringdialog.h"

#include "base/plaintext.h"
#include "language.h"

#include <QComboBox>
#include <QDateEdit>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QScreen>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

using enum TailoringDialog::RuleColumn;
using enum TailoringDialog::WaiverColumn;

constexpr auto dateFormat = "yyyy-MM-dd"_L1;
constexpr int firstPeriod = 90; ///< days that a new waiver holds, unless the person says otherwise

/// Edits a cell by what it holds: a text, a rule of the pack, a date; nothing where there is nothing to say.
class Editor final : public QStyledItemDelegate
{
public:
    Editor(const RulePack &pack, bool isOfWaivers, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_pack(pack)
        , m_isOfWaivers(isOfWaivers)
    {
    }

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const QString name = index.model()->headerData(index.column(), Qt::Horizontal).toString();
        QWidget *editor = nullptr;
        if (!m_isOfWaivers) {
            const Rule *rule = m_pack.rule(index.siblingAtColumn(Id).data().toString());
            const bool isOff = index.siblingAtColumn(Id).data(Qt::CheckStateRole).toInt() == Qt::Unchecked;
            const bool has = index.column() == Value ? rule && rule->parameter : index.column() == Why && isOff;
            editor = has ? QStyledItemDelegate::createEditor(parent, option, index) : nullptr;
        } else if (index.column() == OfRule) {
            auto *rules = new QComboBox(parent);
            for (const Rule &rule : m_pack.rules)
                rules->addItem(rule.id);
            editor = rules;
        } else if (index.column() == Expires) {
            auto *date = new QDateEdit(parent);
            date->setDisplayFormat(dateFormat);
            date->setCalendarPopup(true);
            editor = date;
        } else {
            editor = QStyledItemDelegate::createEditor(parent, option, index);
        }
        if (editor)
            editor->setAccessibleName(name);
        return editor;
    }

    void setEditorData(QWidget *editor, const QModelIndex &index) const override
    {
        if (auto *rules = qobject_cast<QComboBox *>(editor))
            rules->setCurrentText(index.data().toString());
        else if (auto *date = qobject_cast<QDateEdit *>(editor))
            date->setDate(QDate::fromString(index.data().toString(), Qt::ISODate));
        else
            QStyledItemDelegate::setEditorData(editor, index);
    }

    void setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const override
    {
        if (const auto *rules = qobject_cast<QComboBox *>(editor))
            model->setData(index, rules->currentText());
        else if (const auto *date = qobject_cast<QDateEdit *>(editor))
            model->setData(index, date->date().toString(Qt::ISODate));
        else
            QStyledItemDelegate::setModelData(editor, model, index);
    }

private:
    const RulePack &m_pack;
    bool m_isOfWaivers;
};

} // namespace

TailoringDialog::TailoringDialog(
    const RulePack &pack, const Tailoring &tailoring, const Cluster *cluster, QWidget *parent)
    : QDialog(parent)
    , m_pack(pack)
    , m_baselineLabel(new QLabel(this))
    , m_baseline(new QComboBox(this))
    , m_tabs(new QTabWidget(this))
    , m_words(new QLineEdit(this))
    , m_rules(new QTreeWidget(this))
    , m_about(new QLabel(this))
    , m_waiverNote(new QLabel(this))
    , m_waivers(new QTableWidget(0, Expires + 1, this))
    , m_add(new QPushButton(this))
    , m_remove(new QPushButton(this))
    , m_problem(new QLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
    , m_save(m_buttons->addButton(QString(), QDialogButtonBox::ActionRole))
{
    setObjectName(u"tailoringDialog"_s);
    m_baselineLabel->setBuddy(m_baseline);
    m_baseline->setObjectName(u"baseline"_s);
    for (const Baseline &baseline : m_pack.baselines)
        m_baseline->addItem(QString(), baseline.id);
    m_baseline->setCurrentIndex(std::max(0, m_baseline->findData(tailoring.baseline)));
    m_baselineLabel->setVisible(m_baseline->count() > 0);
    m_baseline->setVisible(m_baseline->count() > 0);

    m_rules->setObjectName(u"tailoredRules"_s);
    m_rules->setColumnCount(Why + 1);
    for (const Rule &rule : m_pack.rules) {
        auto *item = new QTreeWidgetItem(m_rules);
        const bool isOff = tailoring.off.contains(rule.id);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable | Qt::ItemIsEditable);
        item->setText(Id, rule.id);
        item->setCheckState(Id, isOff ? Qt::Unchecked : Qt::Checked);
        item->setText(Value, tailoring.values.value(rule.id));
        item->setText(Why, tailoring.off.value(rule.id));
        if (cluster)
            m_suggestions.insert(rule.id, suggestionFor(rule, *cluster));
    }

    m_waivers->setObjectName(u"waivers"_s);
    for (qsizetype row = 0; row < tailoring.waivers.size(); ++row) {
        m_waivers->insertRow(int(row));
        showWaiver(int(row), tailoring.waivers[row]);
    }

    m_tabs->addTab(rulesPage(), QString());
    m_tabs->addTab(waiversPage(), QString());
    m_problem->setObjectName(u"tailoringProblem"_s);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_problem->hide();
    m_save->setObjectName(u"saveTailoring"_s);

    auto *top = new QHBoxLayout;
    top->addWidget(m_baselineLabel);
    top->addWidget(m_baseline, 1);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_problem);
    layout->addWidget(m_buttons);

    connect(m_buttons, &QDialogButtonBox::accepted, this, &TailoringDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_save, &QPushButton::clicked, this, &TailoringDialog::chooseFile);
    retranslate();
    resize(
        QSize(fontMetrics().height() * 64, fontMetrics().height() * 36).boundedTo(screen()->availableSize() * 4 / 5));
    m_rules->setFocus();
}

QWidget *TailoringDialog::rulesPage()
{
    m_rules->setRootIsDecorated(false);
    m_rules->setUniformRowHeights(true);
    m_rules->setItemDelegate(new Editor(m_pack, false, m_rules));
    m_rules->header()->setStretchLastSection(true);
    const int height = fontMetrics().height();
    for (const auto &[column, width] : {std::pair{Id, 9}, {Title, 26}, {Value, 7}, {Proposal, 7}})
        m_rules->setColumnWidth(column, height * width);
    m_words->setClearButtonEnabled(true);
    connect(m_words, &QLineEdit::textChanged, this, &TailoringDialog::filterRules);
    // Whoever switches a rule off says why at once.
    connect(m_rules, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem *item, int column) {
        if (column != Id || !isVisible())
            return;
        const bool isOff = item->checkState(Id) == Qt::Unchecked;
        if (!isOff)
            item->setText(Why, QString());
        else if (item->text(Why).isEmpty())
            m_rules->editItem(item, Why);
    });
    connect(m_rules, &QTreeWidget::currentItemChanged, this, &TailoringDialog::explainValue);
    m_about->setObjectName(u"aboutValue"_s);
    m_about->setTextFormat(Qt::PlainText);
    m_about->setWordWrap(true);
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto *page = new QWidget(this);
    auto *layout = new QVBoxLayout(page);
    layout->addWidget(m_words);
    layout->addWidget(m_rules, 1);
    layout->addWidget(m_about);
    return page;
}

QWidget *TailoringDialog::waiversPage()
{
    m_waiverNote->setTextFormat(Qt::PlainText);
    m_waiverNote->setWordWrap(true);
    m_waivers->setItemDelegate(new Editor(m_pack, true, m_waivers));
    m_waivers->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_waivers->setTabKeyNavigation(false);
    m_waivers->verticalHeader()->hide();
    m_waivers->horizontalHeader()->setStretchLastSection(false);
    m_waivers->horizontalHeader()->setSectionResizeMode(Reason, QHeaderView::Stretch);
    m_add->setObjectName(u"addWaiver"_s);
    m_remove->setObjectName(u"removeWaiver"_s);
    connect(m_add, &QPushButton::clicked, this, [this] { addWaiver({}); });
    connect(m_remove, &QPushButton::clicked, this, [this] { m_waivers->removeRow(m_waivers->currentRow()); });
    const auto follow = [this] { m_remove->setEnabled(m_waivers->currentRow() >= 0); };
    connect(m_waivers, &QTableWidget::currentCellChanged, this, follow);
    follow();
    auto *page = new QWidget(this);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_add);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout(page);
    layout->addWidget(m_waiverNote);
    layout->addWidget(m_waivers, 1);
    layout->addLayout(buttons);
    return page;
}

void TailoringDialog::showWaiver(int row, const Waiver &waiver)
{
    const QStringList texts{waiver.rule, waiver.cluster, waiver.node, waiver.object, waiver.reason, waiver.approver,
        waiver.expires.toString(Qt::ISODate)};
    for (int column = 0; column < texts.size(); ++column)
        m_waivers->setItem(row, column, new QTableWidgetItem(texts[column]));
}

void TailoringDialog::addWaiver(const Waiver &waiver)
{
    Waiver added = waiver;
    if (!added.expires.isValid())
        added.expires = QDateTime::currentDateTimeUtc().date().addDays(firstPeriod);
    m_waivers->insertRow(0);
    showWaiver(0, added);
    m_tabs->setCurrentIndex(1);
    const int first = added.rule.isEmpty() ? OfRule : Reason;
    m_waivers->setCurrentCell(0, first);
    m_waivers->setFocus();
    m_waivers->editItem(m_waivers->item(0, first));
}

Tailoring TailoringDialog::tailoring() const
{
    Tailoring result;
    // The first is what is meant where none is named.
    if (m_baseline->currentIndex() > 0)
        result.baseline = m_baseline->currentData().toString();
    for (int row = 0; row < m_rules->topLevelItemCount(); ++row) {
        const QTreeWidgetItem *item = m_rules->topLevelItem(row);
        if (item->checkState(Id) == Qt::Unchecked)
            result.off.insert(item->text(Id), item->text(Why).simplified());
        if (const QString value = item->text(Value).trimmed(); !value.isEmpty())
            result.values.insert(item->text(Id), value);
    }
    for (int row = 0; row < m_waivers->rowCount(); ++row) {
        const auto text = [&](int column) {
            const QTableWidgetItem *item = m_waivers->item(row, column);
            return item ? item->text().simplified() : QString();
        };
        result.waivers += Waiver{u"waiver:%1"_s.arg(row + 1), text(OfRule), text(OfCluster), text(OfNode),
            text(OfObject), text(Reason), text(Approver), QDate::fromString(text(Expires), Qt::ISODate)};
    }
    return result;
}

QString TailoringDialog::problem()
{
    const Tailoring wanted = tailoring();
    for (int row = 0; row < m_rules->topLevelItemCount(); ++row) {
        QTreeWidgetItem *item = m_rules->topLevelItem(row);
        const QString id = item->text(Id);
        const bool isReasonMissing = wanted.off.contains(id) && wanted.off.value(id).isEmpty();
        QString why;
        if (isReasonMissing)
            why = tr("Say why %1 is switched off: the report prints it.").arg(id);
        else if (wanted.values.contains(id))
            why = text(valueProblem(*m_pack.rule(id), wanted.values.value(id)));
        if (why.isEmpty())
            continue;
        m_tabs->setCurrentIndex(0);
        m_words->clear();
        m_rules->setCurrentItem(item, isReasonMissing ? Why : Value);
        m_rules->scrollToItem(item);
        return why;
    }
    for (qsizetype row = 0; row < wanted.waivers.size(); ++row) {
        const Waiver &waiver = wanted.waivers[row];
        const std::pair<int, bool> fields[]{{OfRule, waiver.rule.isEmpty()}, {Reason, waiver.reason.isEmpty()},
            {Approver, waiver.approver.isEmpty()}, {Expires, !waiver.expires.isValid()}};
        const auto missing = std::ranges::find_if(fields, &std::pair<int, bool>::second);
        if (missing == std::end(fields))
            continue;
        m_tabs->setCurrentIndex(1);
        m_waivers->setCurrentCell(int(row), missing->first);
        return tr("Waiver %1 is not complete: “%2” is missing.")
            .arg(row + 1)
            .arg(m_waivers->horizontalHeaderItem(missing->first)->text());
    }
    // Whatever else a file of it would be refused for.
    if (auto read = readTailoring({}, QJsonDocument(toJson(wanted)).toJson()); !read)
        return plainText(text(read.error().message));
    if (auto fits = tailored(m_pack, wanted); !fits)
        return plainText(text(fits.error().message));
    return {};
}

void TailoringDialog::accept()
{
    const QString why = problem();
    m_problem->setText(why.isEmpty() ? QString() : u"⚠ "_s + why);
    m_problem->setVisible(!why.isEmpty());
    if (why.isEmpty())
        QDialog::accept();
}

void TailoringDialog::explainValue()
{
    const QTreeWidgetItem *item = m_rules->currentItem();
    const Rule *rule = item ? m_pack.rule(item->text(Id)) : nullptr;
    QString about;
    if (rule && rule->parameter)
        about = tr("Value of %1: %2.").arg(rule->id, plainText(text(rule->parameter->title)));
    if (rule && !text(m_suggestions.value(rule->id).reason).isEmpty())
        about += u'\n' + text(m_suggestions.value(rule->id).reason);
    m_about->setText(about);
    m_about->setVisible(!about.isEmpty());
}

void TailoringDialog::filterRules()
{
    const QString words = m_words->text().trimmed();
    for (int row = 0; row < m_rules->topLevelItemCount(); ++row) {
        QTreeWidgetItem *item = m_rules->topLevelItem(row);
        item->setHidden(!item->text(Id).contains(words, Qt::CaseInsensitive)
            && !item->text(Title).contains(words, Qt::CaseInsensitive));
    }
}

void TailoringDialog::chooseFile()
{
    QString why = problem();
    if (why.isEmpty()) {
        const QString path = QFileDialog::getSaveFileName(
            this, tr("Save the tailoring"), u"tailoring.json"_s, tr("Tailoring (*.json);;All files (*)"));
        if (path.isEmpty())
            return;
        QSaveFile file(path);
        const QByteArray bytes = QJsonDocument(toJson(tailoring())).toJson();
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
            why = tr("%1 cannot be written: %2").arg(plainText(path), file.errorString());
    }
    m_problem->setText(why.isEmpty() ? QString() : u"⚠ "_s + why);
    m_problem->setVisible(!why.isEmpty());
}

void TailoringDialog::retranslate()
{
    setWindowTitle(tr("Tailoring and waivers"));
    m_baselineLabel->setText(tr("&Baseline:"));
    m_baseline->setAccessibleName(tr("Baseline"));
    for (int row = 0; row < m_baseline->count(); ++row)
        m_baseline->setItemText(row, text(m_pack.baselines[row].title));
    m_tabs->setTabText(0, tr("&Rules and values"));
    m_tabs->setTabText(1, tr("&Waivers"));
    m_tabs->setAccessibleName(tr("Tailoring and waivers"));
    m_words->setPlaceholderText(tr("Filter by id or title"));
    m_words->setAccessibleName(tr("Filter by id or title"));
    m_rules->setHeaderLabels({tr("Rule"), tr("Title"), tr("Value"), tr("Proposed"), tr("Why it is switched off")});
    m_rules->setAccessibleName(tr("Rules and values"));
    for (int row = 0; row < m_rules->topLevelItemCount(); ++row) {
        QTreeWidgetItem *item = m_rules->topLevelItem(row);
        const Rule &rule = m_pack.rules[row];
        item->setText(Title, text(rule.title));
        item->setToolTip(Title, text(rule.title));
        if (rule.parameter) {
            const QString suggested = m_suggestions.value(rule.id).value;
            const QString &proposal = suggested.isEmpty() ? rule.parameter->proposal : suggested;
            item->setText(Proposal,
                !proposal.isEmpty() ? proposal
                    : rule.fixable  ? tr("none: a value is needed")
                                    : tr("none"));
            item->setToolTip(Value, text(rule.parameter->title));
            item->setToolTip(Proposal, text(rule.parameter->title));
        }
    }
    explainValue();
    m_waiverNote->setText(
        tr("A waiver is a risk that somebody accepted. The finding stays, is shown with the reason, and does not count "
           "until the last day is over. “*” stands for any characters; what is empty fits everything. An object is "
           "written NAMESPACE/KIND/NAME."));
    m_waivers->setHorizontalHeaderLabels(
        {tr("Rule"), tr("Cluster"), tr("Node"), tr("Object"), tr("Reason"), tr("Approved by"), tr("Last day (UTC)")});
    m_waivers->setAccessibleName(tr("Waivers"));
    m_add->setText(tr("&Add"));
    m_remove->setText(tr("Re&move"));
    m_save->setText(tr("&Save as file…"));
    if (!m_problem->isHidden())
        m_problem->setText(u"⚠ "_s + problem());
}

void TailoringDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
