// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/ciphersuites.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

QString fixName(const Rule &rule)
{
    switch (rule.fix) {
    case FixKind::None:
        return u"manual"_s;
    case FixKind::Guided:
    case FixKind::PatchObject:
        return u"guided"_s;
    case FixKind::SetFlag:
    case FixKind::SetField:
    case FixKind::SetAttributes:
        break;
    }
    return rule.parameter && rule.parameter->proposal.isEmpty() ? u"needs-input"_s : u"automatic"_s;
}

QStringList listItems(const QString &text)
{
    QStringList items;
    for (const QString &item : text.split(u',')) {
        if (!item.trimmed().isEmpty())
            items += item.trimmed();
    }
    return items;
}

Message valueProblem(const Rule &rule, const QString &value)
{
    if (!rule.parameter)
        return message(u"%1 takes no value."_s, u"%1 不接受取值。"_s, rule.id);
    const Parameter &parameter = *rule.parameter;
    const QString shown = plainText(value);
    const QString allowed = parameter.choices.join(u", "_s);
    if (value.size() > 4096)
        return message(u"The value for %1 is too long."_s, u"%1 的取值过长。"_s, rule.id);
    switch (parameter.type) {
    case Parameter::Type::Integer: {
        bool isNumber = false;
        const qlonglong number = value.trimmed().toLongLong(&isNumber);
        // 2^22 is PID_MAX_LIMIT of a 64-bit Linux, and far from where a JSON number loses digits.
        if (isNumber && rule.assertion.holds(QJsonValue(number)) && number <= 4'194'304)
            return {};
        if (value.trimmed().isEmpty())
            return message(u"%1 (%2) needs a value: a whole number %3, at most 4194304."_s,
                u"%1（%2）需要给出取值：满足 %3 的整数，最大为 4194304。"_s, rule.id, parameter.title,
                rule.assertion.text());
        return message(u"\"%1\" is no value for %2 (%3): it takes a whole number %4, at most 4194304."_s,
            u"“%1”不能用作 %2（%3）的取值：应为满足 %4 的整数，最大为 4194304。"_s, shown, rule.id, parameter.title,
            rule.assertion.text());
    }
    case Parameter::Type::Text: {
        const bool isLine = !value.isEmpty() && std::all_of(value.begin(), value.end(), [](QChar each) {
            return each.unicode() >= 0x20 && each.unicode() != 0x7f;
        });
        if (isLine && (parameter.choices.isEmpty() || parameter.choices.contains(value)))
            return {};
        if (parameter.choices.isEmpty())
            return message(u"%1 (%2) takes one line without control characters."_s,
                u"%1（%2）的取值应为单行文本，不含控制字符。"_s, rule.id, parameter.title);
        return message(u"\"%1\" is no value for %2 (%3): it takes one of %4."_s,
            u"“%1”不能用作 %2（%3）的取值：可用的有 %4。"_s, shown, rule.id, parameter.title, allowed);
    }
    case Parameter::Type::List: {
        const QStringList items = listItems(value);
        for (const QString &item : items) {
            if (!parameter.choices.isEmpty() && !parameter.choices.contains(item))
                return message(u"\"%1\" is no item for %2 (%3): it takes %4, separated by commas."_s,
                    u"“%1”不能用作 %2（%3）的列表项：可用的有 %4，以英文逗号分隔。"_s, plainText(item), rule.id,
                    parameter.title, allowed);
        }
        if (items.isEmpty())
            return message(u"%1 (%2) takes at least one of %3."_s, u"%1（%2）至少需要一项，可用的有 %3。"_s, rule.id,
                parameter.title, allowed);
        if (rule.check == CheckKind::CipherSuites && std::none_of(items.begin(), items.end(), isHttp2Suite))
            return message(
                u"%1 needs TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 in its list: "
                u"without them HTTP/2 does not work and the component does not start."_s,
                u"%1 的列表中必须有 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 或 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256："
                u"否则 HTTP/2 不可用，组件无法启动。"_s,
                rule.id);
        return {};
    }
    }
    return {};
}

} // namespace jiagu
