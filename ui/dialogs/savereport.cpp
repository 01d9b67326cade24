// SPDX-License-Identifier: Apache-2.0
#include "dialogs/savereport.h"

#include "base/plaintext.h"
#include "language.h"
#include "pdf/reportpdf.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

class SaveReport // what tr() files its texts under
{
    Q_DECLARE_TR_FUNCTIONS(jiagu::SaveReport)
public:
    static QString askForFile(QWidget *parent);
};

QString SaveReport::askForFile(QWidget *parent)
{
    const QStringList suffixes{u"pdf"_s, u"html"_s, u"json"_s};
    const QStringList filters{
        tr("PDF, to print and sign (*.pdf)"), tr("Web page (*.html)"), tr("JSON, for programs (*.json)")};
    QFileDialog dialog(parent, tr("Save report"));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setNameFilters(filters);
    dialog.setDefaultSuffix(suffixes.first());
    dialog.selectFile(u"report.pdf"_s);
    QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog, [&](const QString &filter) {
        const qsizetype chosen = filters.indexOf(filter);
        if (chosen < 0)
            return;
        dialog.setDefaultSuffix(suffixes[chosen]);
        const QStringList selected = dialog.selectedFiles();
        if (!selected.isEmpty())
            dialog.selectFile(QFileInfo(selected.first()).completeBaseName() + u'.' + suffixes[chosen]);
    });
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().value(0) : QString();
}

Result<> writeReport(const QString &path, const Assessment &assessment, const ReportContext &context, Language language)
{
    const QString suffix = QFileInfo(path).suffix().toLower();
    Result<QByteArray> bytes;
    if (suffix == u"pdf"_s) {
        bytes = reportPdf(assessment, context, language);
    } else if (suffix == u"html"_s) {
        bytes = reportHtml(assessment, context, language);
    } else if (suffix == u"json"_s) {
        bytes = QJsonDocument(reportJson(assessment, context)).toJson(QJsonDocument::Indented);
    } else {
        return failure(Error::Kind::Usage,
            message(u"The report was not written, because the name %1 does not say in which format: let it end with "
                    u".pdf, .html or .json."_s,
                u"报告未写出：文件名 %1 没有指明格式。请以 .pdf、.html 或 .json 结尾。"_s,
                plainText(QFileInfo(path).fileName())));
    }
    if (!bytes)
        return tl::unexpected(bytes.error());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(*bytes) != bytes->size() || !file.commit()) {
        return failure(Error::Kind::Failed,
            message(u"The report could not be written: %1. Choose another place."_s,
                u"报告写入失败：%1。请选择其他位置。"_s, file.errorString()),
            {.file = path});
    }
    return {};
}

Result<> askAndSaveReport(QWidget *parent, const Assessment &assessment, const ReportContext &context)
{
    const QString path = SaveReport::askForFile(parent);
    if (path.isEmpty())
        return {};
    return writeReport(path, assessment, context, uiLanguage());
}

} // namespace jiagu
