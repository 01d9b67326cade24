// SPDX-License-Identifier: Apache-2.0
#include "pages/startpage.h"

#include "base/plaintext.h"
#include "jobs/autosave.h"

#include <QAction>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QGridLayout>
#include <QIcon>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QPushButton *buttonOf(QAction *action)
{
    auto *button = new QPushButton;
    button->setObjectName(action->objectName() + u"Button"_s);
    const auto follow = [button, action] { button->setText(action->text()); };
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    follow();
    return button;
}

QLabel *label()
{
    auto *label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

StartPage::StartPage(QAction *connectTo, QAction *open, QAction *openSession, QAction *sample, QWidget *parent)
    : QWidget(parent)
    , m_title(label())
    , m_lead(label())
    , m_connect(label())
    , m_open(label())
    , m_session(label())
    , m_sample(label())
    , m_recentTitle(label())
    , m_recent(new QListWidget)
    , m_remove(new QPushButton)
{
    setObjectName(u"startPage"_s);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setBold(true);
    m_title->setFont(large);
    auto *picture = new QLabel;
    picture->setPixmap(QIcon(u":/icons/org.jiagu.Jiagu.svg"_s).pixmap(96, 96));

    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(16);
    grid->setColumnMinimumWidth(1, 460);
    grid->addWidget(picture, 0, 0, 2, 1, Qt::AlignCenter);
    grid->addWidget(m_title, 0, 1);
    grid->addWidget(m_lead, 1, 1);
    int row = 2;
    for (const auto &[action, text] : {std::pair(connectTo, m_connect), std::pair(open, m_open),
             std::pair(openSession, m_session), std::pair(sample, m_sample)}) {
        QPushButton *button = buttonOf(action);
        button->setMinimumHeight(fontMetrics().height() * 2);
        grid->addWidget(button, row, 0);
        grid->addWidget(text, row, 1);
        ++row;
    }
    m_recent->setObjectName(u"recent"_s);
    m_remove->setObjectName(u"removeRecent"_s);
    m_recentTitle->setBuddy(m_recent);
    m_recent->setTextElideMode(Qt::ElideMiddle);
    m_recent->setMaximumHeight(fontMetrics().height() * 8);
    grid->addWidget(m_recentTitle, row, 0, Qt::AlignTop);
    grid->addWidget(m_recent, row, 1);
    grid->addWidget(m_remove, row + 1, 1, Qt::AlignRight);
    connect(m_recent, &QListWidget::itemActivated, this, [this] { Q_EMIT openRequested(currentPath()); });
    connect(m_remove, &QPushButton::clicked, this, [this] { Q_EMIT removeRequested(currentPath()); });
    auto *forget = new QAction(m_recent);
    forget->setShortcut(QKeySequence::Delete);
    forget->setShortcutContext(Qt::WidgetShortcut);
    connect(forget, &QAction::triggered, m_remove, &QPushButton::click);
    m_recent->addAction(forget);
    auto *outer = new QGridLayout(this);
    outer->addLayout(grid, 1, 1);
    outer->setRowStretch(0, 2);
    outer->setRowStretch(2, 3);
    outer->setColumnStretch(0, 1);
    outer->setColumnStretch(2, 1);
    retranslate();
}

void StartPage::setRecent(const QStringList &paths)
{
    m_paths = paths;
    const int row = m_recent->currentRow();
    m_recent->clear();
    for (const QString &path : paths) {
        const QFileInfo file(path);
        QString name = plainText(QDir::toNativeSeparators(path));
        if (Autosave::isRecovered(path))
            name = tr("%1 — kept by itself before the program ended unexpectedly")
                       .arg(QLocale().toString(file.lastModified(), QLocale::ShortFormat));
        auto *item = new QListWidgetItem(file.exists() ? name : tr("%1 (missing)").arg(name), m_recent);
        item->setToolTip(plainText(path).toHtmlEscaped());
        if (!file.exists())
            item->setForeground(palette().brush(QPalette::Disabled, QPalette::Text));
    }
    m_recent->setCurrentRow(std::clamp(row, 0, std::max(0, int(paths.size()) - 1)));
    for (QWidget *widget :
        {static_cast<QWidget *>(m_recentTitle), static_cast<QWidget *>(m_recent), static_cast<QWidget *>(m_remove)})
        widget->setVisible(!paths.isEmpty());
}

QString StartPage::currentPath() const
{
    return m_paths.value(m_recent->currentRow());
}

void StartPage::retranslate()
{
    m_title->setText(tr("Jiagu"));
    m_lead->setText(
        tr("See what is in force on the nodes of a Kubernetes cluster, judge it against a hardening baseline, "
           "review every byte of a change, apply it, and take it back."));
    m_connect->setText(tr("Log in to a node over SSH and read it. Nothing is changed by reading."));
    m_open->setText(tr("Look at a recording, made with “jiagu record” or by hand on a node that cannot be reached: "
                       "sh collect.sh > node.jiagu-snapshot. It can also be dropped on this window."));
    m_session->setText(tr("Go on with a session that was saved."));
    m_recentTitle->setText(tr("Recent sessions"));
    m_recent->setAccessibleName(tr("Recent sessions"));
    m_remove->setText(tr("&Remove from the list"));
    setRecent(m_paths);
    m_sample->setText(tr("Look around in a recorded sample cluster first, without any node."));
}

void StartPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
