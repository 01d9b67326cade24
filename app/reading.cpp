// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "assessing.h"
#include "commands.h"

#include "base/plaintext.h"
#include "host/recording.h"
#include "pdf/reportpdf.h"
#include "report/report.h"

#include <QFileInfo>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString indented(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

Result<QByteArray> reportBytes(
    const QString &format, const Assessment &assessment, const ReportContext &context, Language language)
{
    if (format == u"pdf"_s)
        return reportPdf(assessment, context, language);
    if (format == u"json"_s)
        return QJsonDocument(reportJson(assessment, context)).toJson(QJsonDocument::Indented);
    return reportHtml(assessment, context, language);
}

} // namespace

int runScan(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto assessment = assessTargets(invocation, terminal, interrupt.token());
    if (!assessment) {
        terminal.complain(assessment.error());
        return exitError;
    }
    terminal.print(invocation.format == u"json"_s ? indented(findingsJson(*assessment))
                                                  : findingsText(*assessment, terminal.language()));
    return exitCodeOf(*assessment);
}

int runReport(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto assessment = assessTargets(invocation, terminal, interrupt.token());
    if (!assessment) {
        terminal.complain(assessment.error());
        return exitError;
    }
    ReportContext context{.organisation = invocation.organisation,
        .operatorName = invocation.operatorName.isEmpty() ? accountName() : invocation.operatorName,
        .ticket = invocation.ticket,
        .reviewer = invocation.reviewer,
        .changes = {}};
    if (auto changes = changesOf(assessment->cluster, Journal::standardDirectory()))
        context.changes = *changes;
    else
        terminal.complain(changes.error());
    auto bytes = reportBytes(invocation.format, *assessment, context, terminal.language());
    if (!bytes) {
        terminal.complain(bytes.error());
        return exitError;
    }
    if (auto written = writeFile(invocation.out, *bytes, false); !written) {
        terminal.complain(written.error());
        return exitError;
    }
    terminal.print(QFileInfo(invocation.out).absoluteFilePath());
    return exitDone;
}

int runRecord(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto readings = readTargets(invocation, terminal, interrupt.token());
    if (!readings) {
        terminal.complain(readings.error());
        return exitError;
    }
    const Snapshot &snapshot = readings->snapshots.first();
    QByteArray bytes = snapshot.bytes;
    if (invocation.anonymous) {
        auto rewritten = anonymized(bytes, {});
        if (!rewritten) {
            terminal.complain(rewritten.error());
            return exitError;
        }
        bytes = *std::move(rewritten);
    }
    if (auto written = writeFile(invocation.out, bytes, true); !written) {
        terminal.complain(written.error());
        return exitError;
    }
    terminal.print(QFileInfo(invocation.out).absoluteFilePath());
    if (!snapshot.complete) {
        terminal.note(
            {u"The recording is not complete: it ends before the node's last record. What was read can be opened; "
             "record again for the rest."_s,
                u"录制不完整：未收到节点的最后一条记录。已读取的部分可以打开；如需其余内容，请重新录制。"_s});
        return exitError;
    }
    return exitDone;
}

} // namespace jiagu
