// SPDX-License-Identifier: Apache-2.0
#include "pages/resultspage.h"

#include "base/plaintext.h"
#include "language.h"
#include "models/clustermodel.h"
#include "views/explanation.h"
#include "views/overview.h"
#include "views/rowview.h"

#include <QAction>
#include <QCheckBox>
#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <functional>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int typingPause = 100; // ms

QString documentTitle(const DocumentId &document)
{
    switch (document.kind) {
    case DocumentId::Kind::None:
        return {};
    case DocumentId::Kind::File:
        return plainText(document.node) + u": "_s + plainText(document.path);
    case DocumentId::Kind::CommandLine:
        return ResultsPage::tr("%1: command line of %2")
            .arg(plainText(document.node), componentName(document.component));
    case DocumentId::Kind::Object:
        return plainText(QString(document.namespaceName + u'/' + document.objectKind + u'/' + document.name));
    }
    return {};
}

} // namespace

ResultsPage::ResultsPage(QWidget *parent)
    : QWidget(parent)
    , m_model(new ClusterModel(this))
    , m_filter(new ClusterFilter(this))
    , m_words(new QLineEdit)
    , m_failuresOnly(new QCheckBox)
    , m_count(new QLabel)
    , m_tree(new QTreeView)
    , m_empty(new QLabel)
    , m_documentName(new QLabel)
    , m_document(new RowView(RowView::Style::Document))
    , m_overview(new Overview)
    , m_middle(new QStackedWidget)
    , m_explanation(new Explanation)
    , m_splitter(new QSplitter)
    , m_typing(new QTimer(this))
    , m_connectNode(new QAction(this))
{
    setObjectName(u"resultsPage"_s);
    m_words->setObjectName(u"filter"_s);
    m_failuresOnly->setObjectName(u"failuresOnly"_s);
    m_count->setObjectName(u"filterCount"_s);
    m_tree->setObjectName(u"tree"_s);
    m_document->setObjectName(u"document"_s);
    m_documentName->setObjectName(u"documentName"_s);
    m_overview->setObjectName(u"overview"_s);
    m_explanation->setObjectName(u"explanation"_s);
    m_splitter->setObjectName(u"splitter"_s);
    for (QLabel *label : {m_count, m_empty, m_documentName})
        label->setTextFormat(Qt::PlainText);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->hide();
    m_documentName->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_documentName->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_words->setClearButtonEnabled(true);
    m_words->installEventFilter(this);

    m_filter->setSourceModel(m_model);
    m_tree->setModel(m_filter);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->header()->setStretchLastSection(true);
    m_tree->header()->setSectionResizeMode(ClusterModel::Name, QHeaderView::Interactive);
    m_tree->header()->resizeSection(ClusterModel::Name, 380);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &ResultsPage::showMenu);
    m_connectNode->setObjectName(u"connectNode"_s);
    connect(m_connectNode, &QAction::triggered, this, [this] { Q_EMIT connectRequested(unreadNode()); });

    auto *filterRow = new QHBoxLayout;
    filterRow->addWidget(m_words, 1);
    filterRow->addWidget(m_failuresOnly);
    filterRow->addWidget(m_count);
    const auto pane = [this](std::initializer_list<QWidget *> widgets, QLayout *first) {
        auto *box = new QWidget;
        auto *layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 0);
        if (first)
            layout->addLayout(first);
        for (QWidget *widget : widgets)
            layout->addWidget(widget);
        m_splitter->addWidget(box);
        return layout;
    };
    pane({m_tree, m_empty}, filterRow)->setStretch(1, 1);
    m_middle->addWidget(m_document);
    m_middle->addWidget(m_overview);
    pane({m_documentName, m_middle}, nullptr)->setStretch(1, 1);
    pane({m_explanation}, nullptr);
    m_splitter->setSizes({560, 520, 360});
    m_splitter->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_splitter);

    m_typing->setSingleShot(true);
    m_typing->setInterval(typingPause);
    connect(m_words, &QLineEdit::textChanged, m_typing, qOverload<>(&QTimer::start));
    connect(m_typing, &QTimer::timeout, this, &ResultsPage::applyFilter);
    connect(m_failuresOnly, &QCheckBox::toggled, this, [this](bool on) {
        applyFilter();
        Q_EMIT failuresOnlyChanged(on);
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &ResultsPage::showCurrent);
    connect(m_document, &RowView::findingClicked, this, &ResultsPage::selectFinding);
    connect(m_overview, &Overview::findingRequested, this, [this](int finding) {
        if (!m_filter->mapFromSource(m_model->indexOfFinding(finding)).isValid()) { // what was asked for is to be seen
            m_words->clear();
            m_failuresOnly->setChecked(false);
            applyFilter();
        }
        selectFinding(finding);
        m_tree->setFocus();
    });
    connect(m_explanation, &Explanation::lineRequested, this, &ResultsPage::showPlace);
    retranslate();
}

QModelIndex ResultsPage::current() const
{
    return m_filter->mapToSource(m_tree->currentIndex().siblingAtColumn(0));
}

void ResultsPage::setAssessment(const Assessment &assessment)
{
    QString selected;
    if (const QModelIndex index = current(); index.isValid() && m_model->item(index).finding >= 0)
        selected = m_assessment.findings[m_model->item(index).finding].id();
    m_assessment = assessment;
    m_model->setAssessment(assessment);
    m_overview->setAssessment(assessment);
    m_shown = {};
    applyFilter();
    expandToFindings();
    const auto same = std::ranges::find(m_assessment.findings, selected, &Finding::id);
    if (same != m_assessment.findings.end())
        selectFinding(int(same - m_assessment.findings.begin()));
    if (!m_tree->currentIndex().isValid())
        m_tree->setCurrentIndex(m_filter->index(0, 0));
}

void ResultsPage::clear()
{
    m_assessment = {};
    m_model->clear();
    m_overview->setAssessment({});
    m_document->setRows({});
    m_documentName->clear();
    m_explanation->clear();
    m_shown = {};
}

void ResultsPage::applyFilter()
{
    m_typing->stop();
    m_filter->setFailuresOnly(m_failuresOnly->isChecked());
    m_filter->setWords(m_words->text());
    const int shown = m_filter->shownFindings();
    m_count->setText(tr("%1 of %2").arg(shown).arg(m_assessment.findings.size()));
    const bool nothing = m_filter->rowCount() == 0;
    m_empty->setVisible(nothing);
    m_tree->setVisible(!nothing);
    if (!m_words->text().isEmpty() || m_failuresOnly->isChecked())
        m_tree->expandAll();
}

/// Opens what leads to something that fails, and nothing else.
void ResultsPage::expandToFindings()
{
    const std::function<bool(const QModelIndex &)> open = [&](const QModelIndex &parent) {
        bool wanted = parent.data(ClusterModel::FailureRole).toBool();
        for (int row = 0; row < m_filter->rowCount(parent); ++row)
            wanted = open(m_filter->index(row, 0, parent)) || wanted;
        if (wanted && parent.isValid())
            m_tree->expand(parent);
        return wanted;
    };
    open({});
    m_tree->expandToDepth(0);
}

const Finding *ResultsPage::currentFinding() const
{
    const QModelIndex index = current();
    const int finding = index.isValid() ? m_model->item(index).finding : -1;
    return finding < 0 || finding >= m_assessment.findings.size() ? nullptr : &m_assessment.findings[finding];
}

void ResultsPage::showCurrent()
{
    Q_EMIT currentChanged();
    const QModelIndex index = current();
    if (!index.isValid())
        return;
    const TreeItem &item = m_model->item(index);
    const bool whole = item.kind == TreeItem::Kind::Cluster;
    m_middle->setCurrentWidget(whole ? static_cast<QWidget *>(m_overview) : m_document);
    m_documentName->setHidden(whole);
    m_explanation->showItem(m_assessment, item);
    showDocument(item.document);
    if (item.finding < 0)
        return;
    for (int row = 0; row < m_document->rows().size(); ++row) {
        const Row &candidate = m_document->rows()[row];
        const QString id = m_assessment.findings[item.finding].rule;
        if (candidate.finding == item.finding || (candidate.finding >= 0 && candidate.note.contains(id))) {
            m_document->showRow(row);
            return;
        }
    }
}

void ResultsPage::showDocument(const DocumentId &document)
{
    if (m_shown == document && document.kind != DocumentId::Kind::None)
        return;
    m_shown = document;
    m_documentName->setText(documentTitle(document));
    m_documentName->setToolTip(documentTitle(document).toHtmlEscaped());
    if (document.kind == DocumentId::Kind::None) {
        m_document->setRows({});
        return;
    }
    const auto bytes = documentBytes(m_assessment, document);
    if (bytes)
        m_document->setRows(documentRows(m_assessment, document, *bytes));
    else
        m_document->setRows({{.kind = Row::Kind::Heading, .bytes = text(bytes.error().message).toUtf8()}});
}

void ResultsPage::selectFinding(int finding)
{
    QModelIndex index = m_filter->mapFromSource(m_model->indexOfFinding(finding));
    if (!index.isValid())
        return;
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
}

void ResultsPage::showPlace(const DocumentId &document, int line)
{
    m_middle->setCurrentWidget(m_document);
    m_documentName->show();
    showDocument(document);
    if (line > 0)
        m_document->showLine(line);
    m_document->setFocus();
}

void ResultsPage::stepFinding(int direction)
{
    QList<QModelIndex> findings;
    const std::function<void(const QModelIndex &)> collect = [&](const QModelIndex &parent) {
        if (parent.isValid())
            findings += parent;
        for (int row = 0; row < m_filter->rowCount(parent); ++row)
            collect(m_filter->index(row, 0, parent));
    };
    collect({});
    qsizetype at = findings.indexOf(m_tree->currentIndex().siblingAtColumn(0));
    for (at += direction; at >= 0 && at < findings.size(); at += direction) {
        if (findings[at].data(ClusterModel::FailureRole).toBool()) {
            m_tree->setCurrentIndex(findings[at]);
            m_tree->scrollTo(findings[at]);
            return;
        }
    }
}

void ResultsPage::focusFilter()
{
    m_words->setFocus(Qt::ShortcutFocusReason);
    m_words->selectAll();
}

void ResultsPage::setFailuresOnly(bool on)
{
    m_failuresOnly->setChecked(on);
}

void ResultsPage::expandAll()
{
    m_tree->expandAll();
}

void ResultsPage::collapse()
{
    m_tree->collapseAll();
    m_tree->expandToDepth(0);
}

void ResultsPage::cyclePanes(int direction)
{
    QWidget *middle = m_middle->currentWidget();
    const std::array<QWidget *, 4> panes{m_words, m_tree, middle, m_explanation};
    const auto *at = std::ranges::find_if(panes, &QWidget::hasFocus);
    const auto next = at == panes.end() ? 0 : at - panes.begin() + direction + qsizetype(panes.size());
    panes[std::size_t(next) % panes.size()]->setFocus(Qt::ShortcutFocusReason);
}

void ResultsPage::setConnectAction(QAction *all)
{
    m_connectAll = all;
}

void ResultsPage::setWaiveAction(QAction *action)
{
    m_waive = action;
}

void ResultsPage::setConnectable(const QStringList &nodes)
{
    m_connectable = nodes;
    m_connectNode->setEnabled(!unreadNode().isEmpty());
}

/// The node of the current row, when it can be connected.
QString ResultsPage::unreadNode() const
{
    const QModelIndex index = current();
    const QString node = index.isValid() ? m_model->item(index).node : QString();
    return m_connectable.contains(node) ? node : QString();
}

void ResultsPage::showMenu(const QPoint &position)
{
    m_connectNode->setEnabled(!unreadNode().isEmpty());
    auto *menu = new QMenu(m_tree);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_connectNode);
    menu->addAction(m_connectAll);
    menu->addAction(m_waive);
    menu->popup(m_tree->viewport()->mapToGlobal(position));
}

QByteArray ResultsPage::saveState() const
{
    return m_splitter->saveState();
}

void ResultsPage::restoreState(const QByteArray &state)
{
    m_splitter->restoreState(state);
}

QByteArray ResultsPage::saveColumns() const
{
    return m_tree->header()->saveState();
}

void ResultsPage::restoreColumns(const QByteArray &state)
{
    m_tree->header()->restoreState(state);
}

bool ResultsPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_words && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Escape && !m_words->text().isEmpty()) {
            m_words->clear();
            applyFilter();
            return true;
        }
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            applyFilter();
            m_tree->setFocus();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ResultsPage::retranslate()
{
    m_words->setPlaceholderText(tr("Filter: rule, title, flag, node or file"));
    m_words->setAccessibleName(tr("Filter"));
    m_words->setToolTip(tr("Words in any order, in either language; !word leaves out"));
    m_failuresOnly->setText(tr("Failures only"));
    m_empty->setText(tr("Nothing matches the filter. Press Escape in the filter box to see everything again."));
    m_tree->setAccessibleName(tr("Findings by node"));
    m_connectNode->setText(tr("&Connect to this node"));
    m_document->setAccessibleName(tr("Document"));
    m_overview->setAccessibleName(tr("What to do first"));
    m_overview->retranslate();
    m_explanation->setAccessibleName(tr("Explanation"));
    m_model->retranslate();
    m_count->setText(tr("%1 of %2").arg(m_filter->shownFindings()).arg(m_assessment.findings.size()));
    m_shown = {};
    const int row = m_document->currentRow();
    showCurrent();
    m_document->showRow(row);
}

void ResultsPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
