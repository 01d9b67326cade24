// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/clustertree.h"

#include <QTextBrowser>

namespace jiagu {

/// Why a finding matters, what is in force and from where, what would change, what may break. Whatever came from a
/// node is escaped; no resource is ever loaded.
class Explanation final : public QTextBrowser
{
    Q_OBJECT
public:
    explicit Explanation(QWidget *parent = nullptr);

    void showItem(const Assessment &assessment, const TreeItem &item);

    QVariant loadResource(int, const QUrl &) override { return {}; }

Q_SIGNALS:
    /// The origin was followed: the line of its file, from 1, or of the command line.
    void lineRequested(const jiagu::DocumentId &document, int line);

private:
    QString findingHtml(const Assessment &assessment, const Finding &finding) const;
    QString nodeHtml(const Node &node) const;
    QString componentHtml(const Component &component) const;
    QString clusterHtml(const Assessment &assessment) const;
    void follow(const QUrl &url);

    DocumentId m_document;
};

} // namespace jiagu
