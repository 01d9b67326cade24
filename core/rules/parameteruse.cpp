// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include "cluster/auditpolicy.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

using Place = ParameterUse::Place;

/// With both names of the two ChaCha20 suites (component-base, cli/flag/ciphersuites_flag.go).
QStringList withOtherNames(QStringList suites)
{
    constexpr auto end = "_CHACHA20_POLY1305"_L1;
    constexpr auto longEnd = "_CHACHA20_POLY1305_SHA256"_L1;
    for (const QString &suite : QStringList(suites)) {
        if (suite.endsWith(end))
            suites += suite + u"_SHA256"_s;
        else if (suite.startsWith("TLS_ECDHE_"_L1) && suite.endsWith(longEnd))
            suites += suite.chopped(7);
    }
    return suites;
}

/// The values with which a text is at least `least`: those from it on, in the order of `accepts`.
Assertion atLeast(const QStringList &accepts, const QString &least)
{
    const QStringList good = accepts.mid(qMax(accepts.indexOf(least), qsizetype(0)));
    if (good.size() == 1)
        return {Assertion::Operator::Equal, good.constFirst()};
    return {Assertion::Operator::In, QJsonArray::fromStringList(good)};
}

Assertion assertionFor(const Rule &rule, const ParameterUse &use, const QString &value, bool isNumber)
{
    Assertion assertion = use.assertion;
    const QJsonValue operand = isNumber ? QJsonValue(value.trimmed().toLongLong()) : QJsonValue(value);
    if (assertion.op == Assertion::Operator::Between) {
        const QJsonValue least = assertion.operand.toArray().at(0);
        return value.isEmpty() ? Assertion{Assertion::Operator::AtLeast, least}
                               : Assertion{assertion.op, QJsonArray{least, operand}};
    }
    if (assertion.op == Assertion::Operator::AtLeast && !isNumber)
        return atLeast(rule.accepts, value);
    assertion.operand = operand;
    return assertion;
}

void give(Rule &rule, const ParameterUse &use, const Parameter &parameter)
{
    const QString &value = parameter.proposal;
    const auto number = [&] { return (use.item > 0 ? listItems(value).value(use.item - 1) : value).trimmed().toInt(); };
    switch (use.place) {
    case Place::Assertion:
        rule.assertion = assertionFor(rule, use, value, parameter.type == Parameter::Type::Integer);
        break;
    case Place::Suites:
        rule.suites.allowed = withOtherNames(listItems(value));
        break;
    case Place::ServedSuites:
        rule.served.allowed = listItems(value);
        break;
    case Place::ServedVersion:
        rule.served.lowest = value;
        break;
    case Place::AuditLevel:
        rule.audit.level = value;
        break;
    case Place::AuditDays:
        rule.audit.days = number();
        break;
    case Place::AuditFiles:
        rule.audit.files = number();
        break;
    case Place::AuditMegabytes:
        rule.audit.megabytes = number();
        break;
    case Place::Networks:
        rule.networks = listItems(value);
        break;
    case Place::Namespaces: // of a waiver
        break;
    }
}

bool takes(Place place, const Rule *user, const ParameterUse &use, const Parameter &parameter)
{
    using Type = Parameter::Type;
    const auto areChoicesOf = [&](const QStringList &known) {
        return !parameter.choices.isEmpty()
            && std::ranges::all_of(parameter.choices, [&](const QString &choice) { return known.contains(choice); });
    };
    switch (place) {
    case Place::Assertion: {
        const bool isNumber = user->setting.type == ValueType::Integer || user->check == CheckKind::Workload;
        if (use.assertion.op == Assertion::Operator::AtLeast && parameter.type == Type::Text)
            return areChoicesOf(user->accepts);
        return parameter.type == (isNumber ? Type::Integer : Type::Text);
    }
    case Place::Suites:
    case Place::ServedSuites:
        return parameter.type == Type::List;
    case Place::ServedVersion:
        return parameter.type == Type::Text && areChoicesOf({u"VersionTLS11"_s, u"VersionTLS12"_s, u"VersionTLS13"_s});
    case Place::AuditLevel:
        return parameter.type == Type::Text && areChoicesOf(auditLevels());
    case Place::AuditDays:
    case Place::AuditFiles:
    case Place::AuditMegabytes:
        return use.item > 0 ? parameter.type == Type::Integers && use.item <= parameter.ranges.size()
                            : parameter.type == Type::Integer;
    case Place::Networks:
        return parameter.type == Type::Networks;
    case Place::Namespaces:
        return parameter.type == Type::Namespaces;
    }
    return false;
}

} // namespace

Message useProblem(const RulePack &pack, const Rule *user, const ParameterUse &use)
{
    const Rule *rule = pack.rule(use.rule);
    if (!rule || !rule->parameter)
        return message(u"There is no rule \"%1\" with a parameter in this pack."_s,
            u"规则包中没有带 parameter 的加固项“%1”。"_s, use.rule);
    const Parameter &parameter = *rule->parameter;
    if (!takes(use.place, user, use, parameter))
        return message(u"The parameter of %1 is of another type, or may have values, that this place does not take."_s,
            u"%1 的 parameter 类型或可选取值不适用于此处。"_s, use.rule);
    const bool mayBeOpen = use.place == Place::Networks || use.assertion.op == Assertion::Operator::Between;
    if (parameter.proposal.isEmpty() && !mayBeOpen)
        return message(
            u"The parameter of %1 has no proposal, so that there is nothing to judge by until one is given."_s,
            u"%1 的 parameter 没有 proposal，未指定取值时无从判断。"_s, use.rule);
    return {};
}

void giveValues(RulePack &pack, const QMap<QString, QString> &values)
{
    QMap<QString, Parameter> parameters;
    for (Rule &rule : pack.rules) {
        if (!rule.parameter)
            continue;
        if (const auto value = values.constFind(rule.id); value != values.constEnd()) {
            rule.parameter->proposal = *value;
            if (rule.fixable)
                rule.fixValue = *value;
        }
        parameters.insert(rule.id, *rule.parameter);
    }
    const auto giveAll = [&](Rule &rule) {
        const QList<ParameterUse> uses = rule.uses;
        for (const ParameterUse &use : uses)
            give(rule, use, parameters.value(use.rule));
    };
    std::ranges::for_each(pack.rules, giveAll);
    for (Baseline &baseline : pack.baselines)
        std::ranges::for_each(baseline.instead, giveAll);
    for (NamespaceWaiver &waiver : pack.waivers) {
        if (waiver.use)
            waiver.namespaces = listItems(parameters.value(waiver.use->rule).proposal);
    }
}

} // namespace jiagu
