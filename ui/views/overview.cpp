// SPDX-License-Identifier: Apache-2.0
#include "views/overview.h"

#include "base/plaintext.h"
#include "language.h"
#include "rules/advice.h"

#include <QLocale>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString escaped(const QString &text)
{
    return plainText(text).toHtmlEscaped();
}

QString cell(const QString &html)
{
    return u"<td style='padding:3px 10px 3px 0'>"_s + html + u"</td>"_s;
}

QString lineHtml(const Advice &advice)
{
    QString title = escaped(text(advice.title));
    if (advice.finding >= 0)
        title = u"<a href='finding:%1'>"_s.arg(advice.finding) + escaped(advice.rule) + u' ' + title + u"</a>"_s;
    QString details = escaped(text(placeText(advice)));
    if (!advice.rule.isEmpty())
        details += (details.isEmpty() ? u""_s : u" — "_s) + escaped(text(costText(advice.cost)));
    const QString severity = advice.rule.isEmpty() ? QString() : escaped(text(severityText(advice.severity)));
    return u"<tr>"_s + cell(u"<b>"_s + severity + u"</b>"_s) + cell(title + u"<br>"_s + details) + u"</tr>"_s;
}

} // namespace

Overview::Overview(QWidget *parent)
    : QTextBrowser(parent)
{
    setOpenLinks(false);
    setOpenExternalLinks(false);
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl &url) {
        bool isNumber = false;
        const int finding = url.path().toInt(&isNumber);
        if (url.scheme() == u"finding" && isNumber)
            Q_EMIT findingRequested(finding);
    });
}

void Overview::setAssessment(const Assessment &assessment)
{
    m_assessment = assessment;
    retranslate();
}

void Overview::retranslate()
{
    const Cluster &cluster = m_assessment.cluster;
    if (cluster.nodes.isEmpty()) {
        clear();
        return;
    }
    const Counts counts = count(m_assessment.findings);
    int read = 0;
    for (const Node &node : cluster.nodes)
        read += node.read ? 1 : 0;
    const int open = counts.byVerdict.value(Verdict::Unknown) + counts.byVerdict.value(Verdict::Error);
    QString html = u"<h3>"_s + escaped(tr("What to do first")) + u"</h3><p>"_s
        + escaped(tr(
            "%1 of %2 nodes read. %3 findings fail, %4 could not be checked, %5 are for a person to decide, %6 pass.")
                      .arg(read)
                      .arg(cluster.nodes.size())
                      .arg(counts.byVerdict.value(Verdict::Fail))
                      .arg(open)
                      .arg(counts.byVerdict.value(Verdict::Manual))
                      .arg(counts.byVerdict.value(Verdict::Pass)))
        + u"</p>"_s;
    const QList<Advice> lines = whatToDoFirst(m_assessment);
    if (lines.isEmpty())
        html += u"<p>"_s
            + escaped(open > 0
                    ? tr("Nothing fails among what could be checked. Look at what could not be checked next.")
                    : tr("Nothing fails."))
            + u"</p>"_s;
    html += u"<table>"_s;
    for (const Advice &advice : lines)
        html += lineHtml(advice);
    html += u"</table>"_s;
    setHtml(html);
}

} // namespace jiagu
