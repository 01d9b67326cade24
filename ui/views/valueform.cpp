// SPDX-License-Identifier: Apache-2.0
#include "views/valueform.h"

#include "base/plaintext.h"
#include "language.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

ValueForm::ValueForm(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    setObjectName(u"values"_s);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setColumnStretch(1, 1);
    hide();
}

void ValueForm::setRules(const QList<Rule> &rules)
{
    for (const Rule &rule : rules) {
        if (!rule.parameter)
            continue;
        auto field = m_fields.find(rule.id);
        if (field == m_fields.end()) {
            field = m_fields.insert(rule.id, {*rule.parameter, new QLabel, new QLineEdit, new QLabel, false});
            field->edit->setObjectName(u"value-"_s + rule.id);
            field->edit->setText(rule.parameter->proposal);
            field->edit->setCursorPosition(0);
            field->label->setTextFormat(Qt::PlainText);
            field->label->setBuddy(field->edit);
            field->problem->setObjectName(u"problem-"_s + rule.id);
            field->problem->setTextFormat(Qt::PlainText);
            field->problem->setWordWrap(true);
            field->problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
            const int row = m_layout->rowCount();
            m_layout->addWidget(field->label, row, 0);
            m_layout->addWidget(field->edit, row, 1);
            m_layout->addWidget(field->problem, row + 1, 1);
            field->problem->hide();
            connect(field->edit, &QLineEdit::textChanged, this, &ValueForm::valuesChanged);
        }
        field->parameter = *rule.parameter;
        name(rule.id, *field);
    }
    bool any = false;
    for (auto field = m_fields.begin(); field != m_fields.end(); ++field) {
        const bool asked = std::ranges::any_of(
            rules, [&](const Rule &rule) { return rule.id == field.key() && rule.parameter.has_value(); });
        field->asked = asked;
        field->label->setVisible(asked);
        field->edit->setVisible(asked);
        if (!asked)
            field->problem->hide();
        any = any || asked;
    }
    setVisible(any);
}

QMap<QString, QString> ValueForm::values() const
{
    QMap<QString, QString> values;
    for (auto field = m_fields.cbegin(); field != m_fields.cend(); ++field) {
        if (field->asked)
            values.insert(field.key(), field->edit->text().trimmed());
    }
    return values;
}

void ValueForm::setProblems(const QMap<QString, QString> &sentences)
{
    for (auto field = m_fields.begin(); field != m_fields.end(); ++field) {
        const QString sentence = field->asked ? sentences.value(field.key()) : QString();
        field->problem->setText(sentence.isEmpty() ? QString() : u"⚠ "_s + sentence);
        field->problem->setVisible(!sentence.isEmpty());
        field->edit->setAccessibleDescription(sentence);
    }
}

void ValueForm::clear()
{
    for (const Field &field : std::as_const(m_fields)) {
        delete field.label;
        delete field.edit;
        delete field.problem;
    }
    m_fields.clear();
    hide();
}

void ValueForm::name(const QString &rule, const Field &field)
{
    const QString title = rule + u' ' + plainText(text(field.parameter.title));
    field.label->setText(tr("%1:").arg(QString(title).replace(u'&', u"&&"_s)));
    field.edit->setAccessibleName(title);
    switch (field.parameter.type) {
    case Parameter::Type::Integer:
        field.edit->setInputMethodHints(Qt::ImhDigitsOnly);
        field.edit->setPlaceholderText(tr("a whole number"));
        break;
    case Parameter::Type::Text:
        field.edit->setPlaceholderText(tr("a text"));
        break;
    case Parameter::Type::Integers:
        field.edit->setPlaceholderText(tr("whole numbers, separated by commas"));
        break;
    case Parameter::Type::Networks:
        field.edit->setPlaceholderText(tr("networks, separated by commas"));
        break;
    case Parameter::Type::Namespaces:
        field.edit->setPlaceholderText(tr("namespaces, separated by commas"));
        break;
    case Parameter::Type::List:
        field.edit->setPlaceholderText(tr("items, separated by commas"));
        break;
    }
}

void ValueForm::retranslate()
{
    for (auto field = m_fields.cbegin(); field != m_fields.cend(); ++field)
        name(field.key(), *field);
}

} // namespace jiagu
