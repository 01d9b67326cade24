// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QTextBrowser>

namespace jiagu {

/// The first answer after a scan: how the cluster stands, and what to do first, in ten lines. Whatever came from a node
/// is escaped; no resource is ever loaded.
class Overview final : public QTextBrowser
{
    Q_OBJECT
public:
    explicit Overview(QWidget *parent = nullptr);

    void setAssessment(const Assessment &assessment);
    void retranslate();

    QVariant loadResource(int, const QUrl &) override { return {}; }

Q_SIGNALS:
    void findingRequested(int finding); ///< a line was followed: index in Assessment::findings

private:
    Assessment m_assessment;
};

} // namespace jiagu
