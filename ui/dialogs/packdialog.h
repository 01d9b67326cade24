// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QDialog>

class QCheckBox;
class QDialogButtonBox;
class QLabel;

namespace jiagu {

/// Asks whether to judge by a rule pack that a person brought, and whether its fixes may change nodes.
class PackDialog final : public QDialog
{
    Q_OBJECT
public:
    PackDialog(const RulePack &pack, QWidget *parent);

    /// The pack, accepted if the person said so. What was accepted is remembered.
    RulePack takePack();
    /// The digests that a person accepted in this program's settings.
    static QStringList acceptedDigests();

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();

    RulePack m_pack;
    QLabel *m_sentence;
    QLabel *m_facts;
    QCheckBox *m_accept;
    QDialogButtonBox *m_buttons;
};

} // namespace jiagu
