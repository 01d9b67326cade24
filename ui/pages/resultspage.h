// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustertree.h"

#include <QWidget>

class QAction;
class QCheckBox;
class QLabel;
class QLineEdit;
class QModelIndex;
class QSplitter;
class QStackedWidget;
class QTimer;
class QToolButton;
class QTreeView;

namespace jiagu {

class ClusterFilter;
class ClusterModel;
class Explanation;
class Overview;
class RowView;

/// The findings: the tree with its filter, the document with its marks, the explanation.
class ResultsPage final : public QWidget
{
    Q_OBJECT
public:
    explicit ResultsPage(QWidget *parent = nullptr);

    /// Keeps filter, what is expanded by default, and the finding that was selected.
    void setAssessment(const Assessment &assessment);
    void clear();

    void focusFilter();
    void setFailuresOnly(bool on);
    void selectFinding(int finding);
    /// Shows a document, and a line of it, counted from 1; 0: none.
    void showPlace(const DocumentId &document, int line);
    /// The next (1) or previous (-1) finding of the filtered tree.
    void stepFinding(int direction);
    void expandAll();
    void collapse();
    void cyclePanes(int direction);

    /// Menu entries that the tree offers besides its own.
    void setConnectAction(QAction *all);
    void setConnectable(const QStringList &nodes);
    void setWaiveAction(QAction *action);

    /// The one that is selected in the tree; nullptr when something else is.
    const Finding *currentFinding() const;

    QByteArray saveState() const;
    void restoreState(const QByteArray &state);
    QByteArray saveColumns() const; ///< of the tree
    void restoreColumns(const QByteArray &state);

Q_SIGNALS:
    void failuresOnlyChanged(bool on);
    void currentChanged();
    void connectRequested(const QString &node); ///< to a node that was not read

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void retranslate();
    void applyFilter();
    void expandToFindings();
    void showCurrent();
    void showDocument(const DocumentId &document);
    QModelIndex current() const;
    QString unreadNode() const;
    void showMenu(const QPoint &position);

    Assessment m_assessment;
    ClusterModel *m_model;
    ClusterFilter *m_filter;
    DocumentId m_shown;
    QLineEdit *m_words;
    QCheckBox *m_failuresOnly;
    QLabel *m_count;
    QTreeView *m_tree;
    QLabel *m_empty;
    QLabel *m_documentName;
    RowView *m_document;
    Overview *m_overview; ///< in the document's place while the cluster itself is selected
    QStackedWidget *m_middle;
    Explanation *m_explanation;
    QSplitter *m_splitter;
    QTimer *m_typing;
    QAction *m_connectNode;
    QAction *m_connectAll = nullptr;
    QAction *m_waive = nullptr;
    QStringList m_connectable;
};

} // namespace jiagu
