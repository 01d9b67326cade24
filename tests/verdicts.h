// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QFile>

/// What a scan comes to, for a table in tests/data: lines "RULE VERDICT", each once, sorted.
inline QString verdictLines(const QList<jiagu::Finding> &findings)
{
    using namespace Qt::Literals::StringLiterals;
    QStringList seen;
    for (const jiagu::Finding &finding : findings)
        seen += finding.rule + u' ' + (finding.waiver ? u"waived"_s : jiagu::verdictName(finding.verdict));
    seen.removeDuplicates();
    seen.sort();
    return seen.join(u'\n') + u'\n';
}

inline QString verdictTable(const QString &name)
{
    using namespace Qt::Literals::StringLiterals;
    QFile table(QStringLiteral(TEST_DATA "/") + name);
    return table.open(QIODevice::ReadOnly) ? QString::fromUtf8(table.readAll()) : u"(cannot be read)"_s;
}
