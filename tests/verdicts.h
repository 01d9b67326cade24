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

/// A table of tests/data as it stands for a release: a line may end with "until 1.34" or "from 1.35".
inline QString verdictTable(const QString &name, const jiagu::Release &release = {})
{
    using namespace Qt::Literals::StringLiterals;
    QFile table(QStringLiteral(TEST_DATA "/") + name);
    if (!table.open(QIODevice::ReadOnly))
        return u"(cannot be read)"_s;
    QStringList lines;
    for (const QString &line : QString::fromUtf8(table.readAll()).split(u'\n', Qt::SkipEmptyParts)) {
        const QStringList words = line.split(u' ');
        const int minor = words.size() == 4 ? jiagu::Release::parse(words[3]).minor : -1;
        if (minor < 0 || (words[2] == "until"_L1 ? release.minor <= minor : release.minor >= minor))
            lines += words[0] + u' ' + words[1];
    }
    return lines.join(u'\n') + u'\n';
}
