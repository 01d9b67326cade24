// SPDX-License-Identifier: Apache-2.0
#include "rules/objectpatch.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// The field by which a list's items are told apart; empty for a list that is replaced as a whole.
QString mergeKey(QStringView list)
{
    if (list == "ports"_L1)
        return u"containerPort"_s;
    if (list == "volumeMounts"_L1)
        return u"mountPath"_s;
    if (list == "volumes"_L1 || list == "containers"_L1 || list == "initContainers"_L1 || list == "env"_L1)
        return u"name"_s;
    return {};
}

/// A text that YAML reads as itself without quotes.
bool isPlainWord(QStringView text)
{
    const auto isLetter = [](QChar c) { return (c >= u'A' && c <= u'Z') || (c >= u'a' && c <= u'z'); };
    const auto isIn = [&](QChar c) { return isLetter(c) || (c >= u'0' && c <= u'9') || u"_./-"_s.contains(c); };
    if (text.isEmpty() || !isLetter(text.front()) || !std::all_of(text.begin(), text.end(), isIn))
        return false;
    constexpr std::array others{"true"_L1, "false"_L1, "yes"_L1, "no"_L1, "on"_L1, "off"_L1, "null"_L1, "y"_L1, "n"_L1};
    return std::none_of(others.begin(), others.end(),
        [text](QLatin1StringView other) { return text.compare(other, Qt::CaseInsensitive) == 0; });
}

QString scalarText(const QJsonValue &value)
{
    if (value.isString() && isPlainWord(value.toString()))
        return value.toString();
    const QByteArray json = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(json.sliced(1, json.size() - 2));
}

bool isBlock(const QJsonValue &value)
{
    return (value.isObject() && !value.toObject().isEmpty()) || (value.isArray() && value.toArray().at(0).isObject());
}

QString flowText(const QJsonValue &value)
{
    if (value.isObject())
        return u"{}"_s;
    if (!value.isArray())
        return scalarText(value);
    QStringList items;
    for (const QJsonValue &item : value.toArray())
        items += scalarText(item);
    return u'[' + items.join(u", "_s) + u']';
}

void write(const QJsonValue &value, qsizetype depth, QString &text)
{
    const QString indent(2 * depth, u' ');
    if (value.isArray()) {
        for (const QJsonValue &item : value.toArray()) {
            const qsizetype begin = text.size();
            write(item, depth + 1, text);
            text[begin + indent.size()] = u'-';
        }
        return;
    }
    const QJsonObject object = value.toObject();
    const auto names = [](QStringView key) {
        return key == "name"_L1 || key == "containerPort"_L1 || key == "mountPath"_L1;
    };
    for (const bool first : {true, false}) { // what names an item of a list comes first
        for (auto entry = object.begin(); entry != object.end(); ++entry) {
            const QString key = entry.key();
            if (names(key) != first)
                continue;
            const QJsonValue below = entry.value();
            text += indent + key;
            if (isBlock(below)) {
                text += u":\n"_s;
                write(below, depth + 1, text);
            } else {
                text += u": "_s + flowText(below) + u'\n';
            }
        }
    }
}

QJsonValue withField(const QJsonValue &patch, const QList<PatchStep> &steps, qsizetype at, const QJsonValue &value)
{
    if (at == steps.size())
        return value;
    const PatchStep &step = steps[at];
    if (step.id.isUndefined()) {
        QJsonObject object = patch.toObject();
        object.insert(step.key, withField(object.value(step.key), steps, at + 1, value));
        return object;
    }
    QJsonArray list = patch.toArray();
    for (QJsonValueRef item : list) {
        if (item.toObject().value(step.key) == step.id) {
            item = withField(item, steps, at + 1, value);
            return list;
        }
    }
    list += withField(QJsonObject{{step.key, step.id}}, steps, at + 1, value);
    return list;
}

} // namespace

std::optional<QList<PatchStep>> patchSteps(const QJsonValue &object, QStringView path)
{
    QList<PatchStep> steps;
    QJsonValue here = object;
    for (const QStringView word : path.tokenize(u'.')) {
        const qsizetype bracket = word.indexOf(u'[');
        const QStringView name = bracket < 0 ? word : word.first(bracket);
        steps += PatchStep{name.toString()};
        here = here.toObject().value(name);
        if (bracket < 0)
            continue;
        const QJsonArray list = here.toArray();
        here = list.at(word.sliced(bracket + 1).chopped(1).toInt());
        const QString key = mergeKey(name);
        const QJsonValue id = here.toObject().value(key);
        const auto same = std::count_if(
            list.begin(), list.end(), [&](const QJsonValue &item) { return item.toObject().value(key) == id; });
        if (key.isEmpty() || id.isUndefined() || same != 1)
            return std::nullopt;
        steps += PatchStep{key, id};
    }
    return steps;
}

QJsonValue withField(const QJsonValue &patch, const QList<PatchStep> &steps, const QJsonValue &value)
{
    return withField(patch, steps, 0, value);
}

QString patchText(const QJsonValue &patch)
{
    QString text;
    write(patch, 0, text);
    return text;
}

} // namespace jiagu
