// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"

class QWidget;

namespace jiagu {

/// Writes a report to a file: PDF, HTML or JSON, as its name ends; an existing file is replaced by a complete one only.
/// Fails with Usage for another ending, and with Failed when it cannot be written. The GUI thread.
Result<> writeReport(
    const QString &path, const Assessment &assessment, const ReportContext &context, Language language);

/// Asks where to and writes the report in the language of the window. A person who cancels gets nothing, and no error.
Result<> askAndSaveReport(QWidget *parent, const Assessment &assessment, const ReportContext &context);

} // namespace jiagu
