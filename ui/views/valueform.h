// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rulepack.h"

#include <QWidget>

class QGridLayout;
class QLabel;
class QLineEdit;

namespace jiagu {

/// A field for each value that rules ask for (Rule::parameter). Judges nothing: what is typed goes to plan(), and what
/// plan() says about it is shown below the field. What was typed for a rule is kept when the rule is not asked for
/// any more, and is there again when it is.
class ValueForm final : public QWidget
{
    Q_OBJECT
public:
    explicit ValueForm(QWidget *parent = nullptr);

    /// Shows the fields of these rules; rules without a parameter have none.
    void setRules(const QList<Rule> &rules);
    /// What stands in the fields shown, by rule; an empty field is an empty value.
    QMap<QString, QString> values() const;
    /// The sentences below the fields, by rule; a field without one has no problem.
    void setProblems(const QMap<QString, QString> &sentences);
    /// Forgets what was typed.
    void clear();
    void retranslate();

Q_SIGNALS:
    void valuesChanged();

private:
    struct Field
    {
        Parameter parameter;
        QLabel *label;
        QLineEdit *edit;
        QLabel *problem;
        bool asked;
    };
    void name(const QString &rule, const Field &field);

    QGridLayout *m_layout;
    QMap<QString, Field> m_fields; ///< by rule
};

} // namespace jiagu
