// SPDX-License-Identifier: Apache-2.0
#include "rules/packvalues.h"

#include "base/plaintext.h"

#include <QJsonArray>
#include <QRegularExpression>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::array components{ComponentKind::ApiServer, ComponentKind::ControllerManager, ComponentKind::Scheduler,
    ComponentKind::Etcd, ComponentKind::Kubelet, ComponentKind::KubeProxy, ComponentKind::ContainerRuntime,
    ComponentKind::Cni, ComponentKind::OperatingSystem, ComponentKind::Workload};

bool isOf(const QJsonValue &value, ValueType type)
{
    switch (type) {
    case ValueType::Bool:
        return value.isBool();
    case ValueType::Integer:
        return value.isDouble();
    case ValueType::String:
    case ValueType::StringList:
        return value.isString();
    case ValueType::Map:
        return false;
    }
    return false;
}

bool fits(const Assertion &assertion, ValueType type)
{
    const bool list = type == ValueType::StringList;
    switch (assertion.op) {
    case Assertion::Operator::Equal:
    case Assertion::Operator::NotEqual:
        return !list && isOf(assertion.operand, type);
    case Assertion::Operator::In: {
        const QJsonArray operands = assertion.operand.toArray();
        return !list && !operands.isEmpty()
            && std::all_of(
                operands.begin(), operands.end(), [type](const QJsonValue &operand) { return isOf(operand, type); });
    }
    case Assertion::Operator::Greater:
    case Assertion::Operator::AtLeast:
    case Assertion::Operator::AtMost:
        return type == ValueType::Integer && assertion.operand.isDouble();
    case Assertion::Operator::Between: {
        const QJsonArray ends = assertion.operand.toArray();
        return type == ValueType::Integer && ends.size() == 2 && ends[0].isDouble() && ends[1].isDouble();
    }
    case Assertion::Operator::Contains:
    case Assertion::Operator::Excludes:
        return list && assertion.operand.isString();
    case Assertion::Operator::NotAbove: {
        const QJsonArray paths = assertion.operand.toArray();
        return type == ValueType::String && !paths.isEmpty()
            && std::all_of(
                paths.begin(), paths.end(), [](const QJsonValue &path) { return path.toString().startsWith(u'/'); });
    }
    }
    return false;
}

} // namespace

bool isStaticPod(ComponentKind kind)
{
    return kind == ComponentKind::ApiServer || kind == ComponentKind::ControllerManager
        || kind == ComponentKind::Scheduler || kind == ComponentKind::Etcd;
}

QString PackValues::matching(int node, const QString &pattern, const Message &what)
{
    const QString text = m_read.text(node);
    if (!m_read.failed() && node >= 0
        && !QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(text).hasMatch())
        m_read.fail(node, message(u"\"%1\" is not %2."_s, u"“%1”不是%2。"_s, plainText(text), what));
    return text;
}

SettingName PackValues::readName(int node, const PackFields &fields, const Rule &rule)
{
    SettingName name;
    name.component = rule.component;
    if (fields.contains("flag"))
        name.flag = readFlag(fields["flag"]);
    if (fields.contains("path"))
        name.path = readPath(fields["path"]);
    if (name.flag.isEmpty() && name.path.isEmpty())
        m_read.fail(node, message(u"A setting has a flag, a path, or both."_s, u"配置项必须有 flag、path 或两者。"_s));
    return name;
}

int PackValues::readMode(int node)
{
    const QString mode = matching(
        node, u"0[0-7]{3}"_s, message(u"a mode in quotes, such as \"0600\""_s, u"带引号的权限，例如 \"0600\""_s));
    return mode.toInt(nullptr, 8);
}

ComponentKind PackValues::readComponent(int node)
{
    QStringList words;
    for (const ComponentKind component : components)
        words += componentName(component);
    return components[size_t(std::max(0, m_read.oneOf(node, words)))];
}

bool PackValues::readBool(int node)
{
    const QJsonValue value = m_read.value(node);
    if (!m_read.failed() && !value.isBool())
        m_read.fail(node, message(u"true or false is expected here."_s, u"此处应为 true 或 false。"_s));
    return value.toBool();
}

QList<FieldCondition> PackValues::readConditions(int node)
{
    QList<FieldCondition> result;
    for (const int item : m_read.items(node)) {
        const auto fields = m_read.fields(item, {"path"_ba, "from?"_ba, "assert"_ba});
        if (m_read.failed())
            break;
        FieldCondition condition;
        condition.path = readPath(fields["path"]);
        if (fields.contains("from"))
            condition.from = readRelease(fields["from"]);
        // The type of the field follows from the operand.
        const auto assertion = m_read.pairs(fields["assert"]);
        const QJsonValue operand = assertion.isEmpty() ? QJsonValue() : m_read.value(assertion[0].second);
        const bool ofList =
            !assertion.isEmpty() && (assertion[0].first == "contains" || assertion[0].first == "excludes");
        condition.assertion = readAssertion(fields["assert"],
            ofList                   ? ValueType::StringList
                : operand.isBool()   ? ValueType::Bool
                : operand.isDouble() ? ValueType::Integer
                                     : ValueType::String);
        result += condition;
    }
    return result;
}

QString PackValues::readFieldPath(int node)
{
    return matching(node, u"[A-Za-z][A-Za-z0-9]*(\\[\\])?(\\.[A-Za-z][A-Za-z0-9]*(\\[\\])?){0,15}"_s,
        message(u"a path of field names with dots, and [] after a list"_s, u"以点分隔的字段路径（列表后加 []）"_s));
}

QString PackValues::readFlag(int node)
{
    return matching(
        node, u"--[a-z][a-z0-9-]{1,79}"_s, message(u"a flag of the form --name"_s, u"形如 --name 的启动参数"_s));
}

QString PackValues::readPath(int node)
{
    return matching(node, u"[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z][A-Za-z0-9]*){0,15}"_s,
        message(u"a path of field names with dots"_s, u"以点分隔的字段路径"_s));
}

Release PackValues::readRelease(int node)
{
    const QString text = matching(node, u"1\\.[0-9]{1,3}(\\.[0-9]{1,4})?"_s,
        message(u"a release in quotes, such as \"1.34\" or \"1.34.4\""_s,
            u"带引号的版本号，例如 \"1.34\" 或 \"1.34.4\""_s));
    return Release::parse(text);
}

Assertion PackValues::readOperator(int node, int &operand)
{
    using enum Assertion::Operator;
    static const QList<std::pair<QByteArray, Assertion::Operator>> operators{{"eq"_ba, Equal}, {"ne"_ba, NotEqual},
        {"in"_ba, In}, {"gt"_ba, Greater}, {"ge"_ba, AtLeast}, {"le"_ba, AtMost}, {"contains"_ba, Contains},
        {"excludes"_ba, Excludes}, {"not_above"_ba, NotAbove}, {"between"_ba, Between}};
    QList<QByteArray> names;
    for (const auto &[name, op] : operators)
        names += name + '?';
    const auto fields = m_read.fields(node, names);
    if (m_read.failed())
        return {};
    if (fields.size() != 1) {
        m_read.fail(node, message(u"An assertion has exactly one operator."_s, u"断言只能有一个运算符。"_s));
        return {};
    }
    Assertion assertion;
    for (const auto &[name, op] : operators) {
        if (fields.contains(name))
            assertion.op = op;
    }
    operand = fields.constBegin().value();
    assertion.operand = m_read.value(operand);
    return assertion;
}

Assertion PackValues::readAssertion(int node, ValueType type)
{
    int operand = -1;
    const Assertion assertion = readOperator(node, operand);
    if (!m_read.failed() && !fits(assertion, type))
        m_read.fail(operand,
            message(u"The operand does not fit the operator and the type of the value."_s,
                u"操作数与运算符或值的类型不符。"_s));
    return assertion;
}

void PackValues::readRuleAssertion(int node, ValueType type, Rule &rule)
{
    using enum Assertion::Operator;
    int operand = -1;
    const Assertion written = readOperator(node, operand);
    if (m_read.failed())
        return;
    const bool isRange = written.op == Between && written.operand.toArray().size() == 2;
    const QJsonValue last = isRange ? written.operand.toArray().at(1) : written.operand;
    auto use = useIn(last, ParameterUse::Place::Assertion, operand);
    if (!use) {
        rule.assertion = readAssertion(node, type);
        return;
    }
    const bool isText =
        type == ValueType::String && (written.op == Equal || (written.op == AtLeast && !rule.accepts.isEmpty()));
    const bool isNumber =
        type == ValueType::Integer && (written.op == Equal || written.op == AtLeast || written.op == AtMost || isRange);
    if (!isText && !isNumber) {
        m_read.fail(operand,
            message(u"A parameter stands beside eq, ge, le and at the end of between for a number, beside eq and, with "
                    u"accepts, ge for a text."_s,
                u"参数只能用于：整数的 eq、ge、le 和 between 的上限，文本的 eq，以及带 accepts 时的 ge。"_s));
    }
    use->assertion = written;
    rule.uses += *use;
}

std::optional<ParameterUse> PackValues::useIn(const QJsonValue &value, ParameterUse::Place place, int node) const
{
    static const QRegularExpression form(
        QRegularExpression::anchoredPattern(u"\\{([A-Z][A-Za-z0-9-]{1,47})(?:\\.([1-9]))?\\}"_s));
    const auto match = form.match(value.toString());
    if (!match.hasMatch())
        return {};
    return ParameterUse{place, match.captured(1), match.captured(2).toInt(), {}, m_read.position(node)};
}

bool PackValues::readUse(int node, ParameterUse::Place place, Rule &rule)
{
    if (node < 0 || m_read.failed())
        return false;
    const auto use = useIn(m_read.value(node), place, node);
    if (use)
        rule.uses += *use;
    return use.has_value();
}

void PackValues::readParameter(int node, Rule &rule)
{
    rule.parameter = readParameter(node);
    const QString proposal = rule.parameter->proposal;
    const Message problem = m_read.failed() || proposal.isEmpty() ? Message() : valueProblem(rule, proposal);
    if (!problem.isEmpty())
        m_read.fail(node, problem);
}

Parameter PackValues::readParameter(int node)
{
    using enum Parameter::Type;
    Parameter parameter;
    const auto fields =
        m_read.fields(node, {"type"_ba, "title"_ba, "proposal?"_ba, "choices?"_ba, "range?"_ba, "ranges?"_ba});
    if (m_read.failed())
        return parameter;
    constexpr std::array types{Integer, Integers, Text, List, Networks, Namespaces};
    const int type = m_read.oneOf(
        fields["type"], {u"integer"_s, u"integers"_s, u"text"_s, u"list"_s, u"networks"_s, u"namespaces"_s});
    parameter.type = types[size_t(std::max(0, type))];
    parameter.title = m_read.bilingual(fields["title"]);
    if (fields.contains("proposal"))
        parameter.proposal = m_read.text(fields["proposal"]);
    if (fields.contains("choices"))
        parameter.choices = m_read.texts(fields["choices"]);
    if (m_read.failed())
        return parameter;
    if (fields.contains("range") != (parameter.type == Integer)
        || fields.contains("ranges") != (parameter.type == Integers)
        || (fields.contains("choices") && parameter.type != Text && parameter.type != List)) {
        m_read.fail(node,
            message(u"An integer has a range, integers have ranges, and choices belong to text and list."_s,
                u"integer 必须有 range，integers 必须有 ranges，choices 只用于 text 和 list。"_s));
        return parameter;
    }
    const auto readRange = [&](int at) {
        const QJsonArray ends = m_read.value(at).toArray();
        const NumberRange range{ends.at(0).toInteger(-1), ends.at(1).toInteger(-1)};
        const bool isGood =
            ends.size() == 2 && range.least >= 0 && range.least < range.most && range.most <= NumberRange().most;
        if (!m_read.failed() && !isGood)
            m_read.fail(at,
                message(u"A range is two whole numbers, the first one less, from 0 to 4194304."_s,
                    u"范围是 0 到 4194304 之间的两个整数，前一个较小。"_s));
        parameter.ranges += range;
    };
    if (parameter.type == Integer)
        readRange(fields["range"]);
    for (const int item : m_read.items(fields["ranges"]))
        readRange(item);
    return parameter;
}

void PackValues::readNothing(int node)
{
    for (const auto &[key, value] : m_read.pairs(node))
        m_read.fail(value, message(u"No keys are taken here: write {}."_s, u"此处没有任何键：请写 {}。"_s));
}

} // namespace jiagu
