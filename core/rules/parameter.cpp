// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "cluster/addresses.h"
#include "cluster/ciphersuites.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

Message numbersProblem(const QString &rule, const Parameter &parameter, const QString &value)
{
    QStringList allowed;
    for (const NumberRange &range : parameter.ranges)
        allowed += u"%1–%2"_s.arg(range.least).arg(range.most);
    const QString form = allowed.join(u", "_s);
    const QStringList items = parameter.ranges.size() == 1 ? QStringList{value} : value.split(u',');
    bool isGood = items.size() == parameter.ranges.size();
    for (qsizetype i = 0; i < items.size() && isGood; ++i) {
        const qlonglong number = items[i].trimmed().toLongLong(&isGood);
        isGood = isGood && number >= parameter.ranges[i].least && number <= parameter.ranges[i].most;
    }
    if (isGood)
        return {};
    const Message wanted = parameter.ranges.size() == 1
        ? message(u"a whole number, %1"_s, u"%1 之间的整数"_s, form)
        : message(u"%2 whole numbers, separated by commas (%1)"_s, u"%2 个整数，以英文逗号分隔（范围依次为 %1）"_s,
            form, QString::number(parameter.ranges.size()));
    if (value.trimmed().isEmpty())
        return message(u"%1 (%2) needs a value: %3."_s, u"%1（%2）需要给出取值：%3。"_s, rule, parameter.title, wanted);
    return message(u"\"%1\" is no value for %2 (%3): it takes %4."_s, u"“%1”不能用作 %2（%3）的取值：应为%4。"_s,
        plainText(value), rule, parameter.title, wanted);
}

Message networksProblem(const QString &rule, const Parameter &parameter, const QString &value)
{
    const QStringList items = listItems(value);
    if (items == QStringList{u"primary"_s})
        return {};
    for (const QString &item : items) {
        if (networkOf(item).prefix > 0)
            continue;
        return message(
            u"\"%1\" is no network for %2 (%3): write networks such as 192.168.1.0/24 or fd00:1::/64, separated "
            u"by commas, or primary alone; a network with /0 restricts nothing."_s,
            u"“%1”不能用作 %2（%3）的网段：请填写 192.168.1.0/24、fd00:1::/64 这样的网段，以英文逗号分隔，或单独填写 primary；"
            u"前缀为 /0 的网段等于没有限制。"_s,
            plainText(item), rule, parameter.title);
    }
    if (items.isEmpty())
        return message(
            u"%1 (%2) takes at least one network."_s, u"%1（%2）至少需要一个网段。"_s, rule, parameter.title);
    return {};
}

Message namespacesProblem(const QString &rule, const Parameter &parameter, const QString &value)
{
    // apimachinery, pkg/util/validation/validation.go, IsDNS1123Label
    static const QRegularExpression label(u"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"_s);
    const QStringList items = listItems(value);
    for (const QString &item : items) {
        if (!label.match(item).hasMatch())
            return message(u"\"%1\" is no name of a namespace for %2 (%3): exact names are taken, in lower case."_s,
                u"“%1”不能用作 %2（%3）的命名空间：请填写完整的小写名称。"_s, plainText(item), rule, parameter.title);
    }
    if (items.isEmpty())
        return message(
            u"%1 (%2) takes at least one namespace."_s, u"%1（%2）至少需要一个命名空间。"_s, rule, parameter.title);
    return {};
}

} // namespace

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
    case Parameter::Type::Integer:
    case Parameter::Type::Integers:
        return numbersProblem(rule.id, parameter, value);
    case Parameter::Type::Networks:
        return networksProblem(rule.id, parameter, value);
    case Parameter::Type::Namespaces:
        return namespacesProblem(rule.id, parameter, value);
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
