// SPDX-License-Identifier: Apache-2.0
#include "views/explanation.h"

#include "base/plaintext.h"
#include "change/changeset.h"
#include "language.h"
#include "models/clustermodel.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// The only way text gets into the pane.
QString escaped(const QString &text)
{
    return plainText(text).toHtmlEscaped();
}

QString heading(const QString &text)
{
    return u"<h3>"_s + escaped(text) + u"</h3>"_s;
}

QString section(const QString &title, const QString &body)
{
    return body.isEmpty() ? QString() : u"<h4>"_s + escaped(title) + u"</h4><p>"_s + escaped(body) + u"</p>"_s;
}

QString row(const QString &name, const QString &html)
{
    return html.isEmpty()
        ? QString()
        : u"<tr><td style='padding-right:12px'>"_s + escaped(name) + u"</td><td>"_s + html + u"</td></tr>"_s;
}

QString code(const QString &text)
{
    return text.isEmpty() ? QString() : u"<code>"_s + escaped(text) + u"</code>"_s;
}

QString valueText(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        return Explanation::tr("not set");
    case QJsonValue::Bool:
        return value.toBool() ? u"true"_s : u"false"_s;
    case QJsonValue::Double:
        return QString::number(value.toDouble(), 'g', 15);
    case QJsonValue::String:
        return value.toString();
    case QJsonValue::Array:
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    case QJsonValue::Object:
        return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    }
    return {};
}

QString notesHtml(const QList<Message> &notes)
{
    QString html;
    for (const Message &note : notes)
        html += u"<p>• "_s + escaped(text(note)) + u"</p>"_s;
    return html;
}

} // namespace

Explanation::Explanation(QWidget *parent)
    : QTextBrowser(parent)
{
    setOpenLinks(false);
    setOpenExternalLinks(false);
    connect(this, &QTextBrowser::anchorClicked, this, &Explanation::follow);
}

void Explanation::showItem(const Assessment &assessment, const TreeItem &item)
{
    m_document = item.document;
    const Node *node = assessment.cluster.node(item.node);
    QString html;
    switch (item.kind) {
    case TreeItem::Kind::Cluster:
        html = clusterHtml(assessment);
        break;
    case TreeItem::Kind::Node:
        if (node)
            html = nodeHtml(*node);
        break;
    case TreeItem::Kind::Component:
    case TreeItem::Kind::CommandLine: {
        const auto kind = item.document.component;
        if (const Component *component = node ? node->component(kind) : nullptr)
            html = componentHtml(*component);
        else
            html = heading(item.name);
        break;
    }
    case TreeItem::Kind::Namespace:
    case TreeItem::Kind::Object:
        html = heading(item.name);
        break;
    case TreeItem::Kind::File: {
        html = heading(item.name);
        const FileRecord *file = node && node->snapshot ? node->snapshot->file(item.document.path) : nullptr;
        if (!file)
            break;
        html += u"<table>"_s
            + row(tr("Mode"), code(file->mode < 0 ? QString() : u"%1"_s.arg(file->mode, 4, 8, QChar(u'0'))))
            + row(tr("Owner"), code(file->uid < 0 ? QString() : u"%1:%2"_s.arg(file->uid).arg(file->gid)))
            + row(tr("Size"), code(file->size < 0 ? QString() : QLocale().formattedDataSize(file->size)))
            + row(tr("Modified"), code(file->modified.toString(Qt::ISODate)))
            + row(tr("SHA-256"), code(QString::fromLatin1(file->sha256.left(16)))) + u"</table>"_s;
        if (file->masked)
            html += section(
                tr("Masked"), tr("Secrets in this file are shown as asterisks. It is judged, but never changed."));
        if (file->changedWhileRead)
            html += section(tr("Changed while read"),
                tr("The file changed while it was read. Read the node again before changing it."));
        break;
    }
    case TreeItem::Kind::Finding:
        html = findingHtml(assessment, assessment.findings[item.finding]);
        break;
    }
    setHtml(html);
}

QString Explanation::clusterHtml(const Assessment &assessment) const
{
    const Cluster &cluster = assessment.cluster;
    const Counts counts = count(assessment.findings);
    QString html = heading(tr("Cluster %1").arg(cluster.name)) + u"<table>"_s
        + row(tr("Kubernetes"), code(cluster.release.text())) + row(tr("Identity"), code(cluster.id))
        + row(tr("API read from"), code(cluster.apiNode)) + row(tr("At"), code(cluster.apiTime.toString(Qt::ISODate)))
        + row(tr("Rules"), code(text(packName(assessment.pack))));
    for (auto it = counts.byVerdict.cbegin(); it != counts.byVerdict.cend(); ++it)
        html += row(text(verdictText(it.key())), QString::number(it.value()));
    if (counts.waived)
        html += row(tr("Waived"), QString::number(counts.waived));
    html += u"</table>"_s + section(tr("What is not known"), text(cluster.apiError));
    return html;
}

QString Explanation::nodeHtml(const Node &node) const
{
    QString html = heading(node.name) + u"<table>"_s
        + row(tr("Role"), escaped(node.controlPlane ? tr("control plane") : tr("worker")))
        + row(tr("Address"), code(node.address)) + row(tr("kubelet"), code(node.release.text()))
        + row(tr("Read from"), code(node.snapshot ? node.snapshot->source : QString()))
        + row(tr("At"), code(node.snapshot ? node.snapshot->taken.toString(Qt::ISODate) : QString())) + u"</table>"_s;
    if (!node.read)
        html += section(tr("Not read"),
            tr("This node is known from the API only. Connect to it, or open its snapshot, to judge it."));
    for (const Error &problem : node.problems)
        html += section(tr("What is not known"), describe(problem, uiLanguage()));
    return html;
}

QString Explanation::componentHtml(const Component &component) const
{
    return heading(componentName(component.kind)) + u"<table>"_s + row(tr("Release"), code(component.release.text()))
        + row(tr("State"),
            escaped(component.running ? tr("running, process %1").arg(component.process.pid) : tr("not running")))
        + row(tr("Since"), code(component.running ? component.process.started.toString(Qt::ISODate) : QString()))
        + row(tr("Manifest"), code(component.manifest)) + u"</table>"_s + notesHtml(component.notes);
}

QString Explanation::findingHtml(const Assessment &assessment, const Finding &finding) const
{
    const Rule *rule = assessment.pack.rule(finding.rule);
    QString html = heading(finding.rule + u' ' + text(finding.title)) + u"<p><b>"_s + escaped(verdictWords(finding))
        + u"</b> — "_s + escaped(describe(finding.subject)) + u"</p>"_s;
    html += u"<p>"_s + escaped(text(finding.reason)) + u"</p>"_s;
    if (finding.waiver)
        html += section(tr("Why it does not count"), text(finding.waiver->reason));

    QString origin;
    if (finding.origin.kind != Origin::Kind::None) {
        origin = escaped(text(describe(finding.origin)));
        const int line = finding.origin.kind == Origin::Kind::Process ? finding.origin.index + 1 : finding.origin.line;
        if (line > 0)
            origin = u"<a href='line:%1'>"_s.arg(line) + origin + u"</a>"_s;
    }
    html += u"<h4>"_s + escaped(tr("In force")) + u"</h4><table>"_s + row(tr("Expected"), code(finding.expected))
        + row(tr("Actual"), code(finding.actual)) + row(tr("From"), origin);
    for (const OverriddenValue &overridden : finding.overridden)
        html += row(
            tr("Overrides"), code(valueText(overridden.value)) + u" — "_s + escaped(text(describe(overridden.origin))));
    html += u"</table>"_s;
    if (!rule)
        return html;
    html += section(tr("Why it matters"), text(rule->rationale));
    html += section(tr("What would change"), text(rule->remediation));
    if (finding.verdict == Verdict::Fail && finding.fixable) {
        if (const auto planned = plan(assessment, {finding}, {}); !planned)
            html += section(tr("Why this program cannot change it now"), describe(planned.error(), uiLanguage()));
        else if (!planned->steps.isEmpty())
            html += section(tr("What is interrupted"), text(planned->steps.first().interruption));
    } else if (finding.objectFix) {
        html += section(tr("By hand"), text(finding.objectFix->note));
        if (!finding.objectFix->patch.isEmpty()) {
            html += u"<p>"_s + code(finding.objectFix->command) + u"</p><pre>"_s
                + plainLines(finding.objectFix->patch.toUtf8()).toHtmlEscaped() + u"</pre>"_s;
        }
    } else if (finding.verdict == Verdict::Fail) {
        html += section(tr("By hand"), tr("This program only judges this setting; the change is yours to make."));
    }
    html += section(tr("What may break"), text(rule->risk));
    QStringList references;
    for (const Reference &reference : rule->references)
        references += text(assessment.pack.sources.value(reference.source, message(reference.source, reference.source)))
            + (reference.item.isEmpty() ? QString() : u": "_s + reference.item);
    html += section(tr("References"), references.join(u"; "_s));
    return html;
}

void Explanation::follow(const QUrl &url)
{
    if (url.scheme() == u"line")
        Q_EMIT lineRequested(m_document, url.path().toInt());
}

} // namespace jiagu
