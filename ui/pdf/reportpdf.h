// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"

namespace jiagu {

/// The report as a PDF of A4 pages, for signing: cover, contents, the same result as reportHtml(), what was before and
/// after each recorded change, and a page for signatures. Its text can be searched and copied; it is set in the
/// program's own fonts alone. Equal input gives equal pages and text (the file carries the time it was made at).
/// Needs a QGuiApplication, whose platform may be "offscreen"; the GUI thread. Fails with NotFound without the fonts.
Result<QByteArray> reportPdf(const Assessment &assessment, const ReportContext &context, Language language);

} // namespace jiagu
