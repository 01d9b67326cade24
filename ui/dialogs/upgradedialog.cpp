// SPDX-License-Identifier: Apache-2.0
#include "dialogs/upgradedialog.h"

#include "base/plaintext.h"
#include "jobs/session.h"
#include "language.h"
#include "rules/judge.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QScreen>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype mostShown = 500;

/// A browser that never loads anything.
class Browser final : public QTextBrowser
{
public:
    QVariant loadResource(int, const QUrl &) override { return {}; }
};

QString escaped(const QString &text)
{
    return plainText(text).toHtmlEscaped();
}

QString cell(const QString &html)
{
    return u"<td style='padding:3px 10px 3px 0'>"_s + html + u"</td>"_s;
}

/// Where an origin can be looked at; Kind::None when the window has no text of it.
DocumentId documentOf(const UpgradeObstacle &obstacle)
{
    using enum Origin::Kind;
    DocumentId document;
    document.node = obstacle.node;
    if (obstacle.origin.kind == Process) {
        document.kind = DocumentId::Kind::CommandLine;
        document.component = obstacle.component;
    } else if (!obstacle.node.isEmpty() && !obstacle.origin.file.isEmpty()) {
        document.kind = DocumentId::Kind::File;
        document.path = obstacle.origin.file;
    }
    return document;
}

QString lineHtml(const UpgradeGroup &group, qsizetype index)
{
    const UpgradeObstacle &obstacle = group.obstacle;
    QString place = escaped(text(describe(obstacle.origin)));
    if (documentOf(obstacle).kind != DocumentId::Kind::None)
        place = u"<a href='place:%1'>"_s.arg(index) + place + u"</a>"_s;
    const QString source = escaped(obstacle.source);
    return u"<tr>"_s
        + cell(u"<b>"_s + escaped(text(upgradeEffectText(obstacle.effect))) + u"</b><br>"_s
            + escaped(text(placeOf(group))))
        + cell(escaped(text(sentences({obstacle.what, obstacle.todo}))) + u"<br>"_s + place
            + (place.isEmpty() ? QString() : u" — "_s) + u"<small>"_s + source + u"</small>"_s)
        + u"</tr>"_s;
}

} // namespace

UpgradeDialog::UpgradeDialog(Session *session, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_text(new Browser)
{
    setObjectName(u"upgradeDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    m_text->setObjectName(u"upgradeText"_s);
    m_text->setOpenLinks(false);
    m_text->setOpenExternalLinks(false);
    m_text->setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    connect(m_text, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        bool isNumber = false;
        const qsizetype index = url.path().toInt(&isNumber);
        if (url.scheme() == u"place" && isNumber && index >= 0 && index < m_groups.size()) {
            const UpgradeObstacle &obstacle = m_groups[index].obstacle;
            Q_EMIT placeRequested(documentOf(obstacle), obstacle.origin.line);
        }
    });
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_text);
    layout->addWidget(buttons);
    connect(m_session, &Session::assessmentChanged, this, &UpgradeDialog::load);
    load();
    resize(
        QSize(fontMetrics().height() * 52, fontMetrics().height() * 34).boundedTo(screen()->availableSize() * 4 / 5));
    m_text->setFocus();
}

void UpgradeDialog::load()
{
    if (!m_session->assessment()) {
        close();
        return;
    }
    const Cluster &cluster = m_session->assessment()->cluster;
    m_groups = grouped(upgradeObstacles(cluster));
    m_gaps = upgradeGaps(cluster);
    m_releases = upgradeReleases(cluster);
    retranslate();
}

void UpgradeDialog::retranslate()
{
    setWindowTitle(tr("Before an upgrade"));
    m_text->setAccessibleName(tr("Before an upgrade"));
    QString html = u"<h3>"_s + escaped(tr("Before an upgrade")) + u"</h3><p>"_s + escaped(text(m_releases));
    html += m_groups.isEmpty()
        ? u"<br>"_s + escaped(text(noObstacleText()))
        : u"<br>"_s + escaped(tr("A later release no longer takes this of today's configuration as it is:"));
    html += u"</p>"_s;
    Release release;
    bool open = false;
    for (qsizetype index = 0; index < std::min(m_groups.size(), mostShown); ++index) {
        const UpgradeObstacle &obstacle = m_groups[index].obstacle;
        if (!open || obstacle.release != release) {
            html += (open ? u"</table>"_s : QString()) + u"<h4>"_s
                + escaped(tr("From Kubernetes %1 on").arg(obstacle.release.text())) + u"</h4><table>"_s;
            open = true;
            release = obstacle.release;
        }
        html += lineHtml(m_groups[index], index);
    }
    if (open)
        html += u"</table>"_s;
    if (m_groups.size() > mostShown)
        html += u"<p>"_s
            + escaped(tr("%1 more are left out; a JSON report has all of them.").arg(m_groups.size() - mostShown))
            + u"</p>"_s;
    if (!m_gaps.isEmpty()) {
        html += u"<h4>"_s + escaped(tr("What could not be looked at")) + u"</h4><ul>"_s;
        for (const Message &gap : m_gaps.first(std::min(m_gaps.size(), mostShown)))
            html += u"<li>"_s + escaped(text(gap)) + u"</li>"_s;
        html += u"</ul>"_s;
    }
    m_text->setHtml(html);
}

void UpgradeDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace jiagu
