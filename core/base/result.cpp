// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QString describe(const Error &error, Language language)
{
    QString where;
    if (!error.at.node.isEmpty())
        where += error.at.node + u": "_s;
    if (!error.at.file.isEmpty()) {
        where += error.at.file;
        if (error.at.line > 0)
            where += u':' + QString::number(error.at.line);
        if (error.at.line > 0 && error.at.column > 0)
            where += u':' + QString::number(error.at.column);
        where += u": "_s;
    }
    return where + error.message.text(language);
}

} // namespace jiagu
