// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/packreader.h"
#include "rules/rulepack.h"

namespace jiagu {

/// The values that rules are made of. Each reader gives an empty value for one that is wrong, which PackReader keeps.
class PackValues
{
public:
    explicit PackValues(PackReader &reader)
        : m_read(reader)
    {
    }

    /// A text of that form; `what` completes "is not".
    QString matching(int node, const QString &pattern, const Message &what);
    ComponentKind readComponent(int node);
    Release readRelease(int node);
    bool readBool(int node);
    int readMode(int node);
    QString readFlag(int node);
    QString readPath(int node);
    /// A path in which a name may be followed by [], for each item of a list.
    QString readFieldPath(int node);
    /// The flag, the path, or both, of a map that has them.
    SettingName readName(int node, const PackFields &fields, const Rule &rule);
    Assertion readAssertion(int node, ValueType type);
    /// The same of Rule::assertion, whose operand may be a parameter's value: of a text with `ge`, the order is that of
    /// Rule::accepts.
    void readRuleAssertion(int node, ValueType type, Rule &rule);
    /// Whether the node is a reference to a parameter, which is the rule's use then.
    bool readUse(int node, ParameterUse::Place place, Rule &rule);
    /// The reference to a parameter that a text is; nothing for any other text.
    std::optional<ParameterUse> useIn(const QJsonValue &value, ParameterUse::Place place, int node) const;
    /// The rule's parameter, with a proposal that it takes.
    void readParameter(int node, Rule &rule);
    /// Fields and what they have to be: {path, from, OPERATOR: value}.
    QList<FieldCondition> readConditions(int node);
    /// A map without a key.
    void readNothing(int node);

protected:
    PackReader &m_read;

private:
    Parameter readParameter(int node);
    Assertion readOperator(int node, int &operand);
};

bool isStaticPod(ComponentKind kind);

/// The check of a rule whose component is known.
void readCheck(PackReader &reader, int node, Rule &rule);
/// The fix of a rule whose check is known.
void readFix(PackReader &reader, int node, Rule &rule);

} // namespace jiagu
