// SPDX-License-Identifier: Apache-2.0
#include "rules/objectpatch.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

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

QString scalarText(const QJsonValue &value)
{
    static const QRegularExpression plain(u"^[A-Za-z][A-Za-z0-9_./-]*$"_s);
    static const QRegularExpression word(
        u"^(?:true|false|yes|no|on|off|null|y|n)$"_s, QRegularExpression::CaseInsensitiveOption);
    if (value.isString() && plain.match(value.toString()).hasMatch() && !word.match(value.toString()).hasMatch())
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

void write(const QJsonValue &value, const QString &indent, QString &text)
{
    if (value.isArray()) {
        for (const QJsonValue &item : value.toArray()) {
            QString below;
            write(item, indent + u"  "_s, below);
            text += indent + u"- "_s + below.sliced(indent.size() + 2);
        }
        return;
    }
    const QJsonObject object = value.toObject();
    // What names an item of a list comes first.
    QStringList keys = object.keys();
    std::stable_partition(keys.begin(), keys.end(),
        [](const QString &key) { return key == "name"_L1 || key == "containerPort"_L1 || key == "mountPath"_L1; });
    for (const QString &key : std::as_const(keys)) {
        const QJsonValue below = object.value(key);
        if (isBlock(below)) {
            text += indent + key + u":\n"_s;
            write(below, indent + u"  "_s, text);
        } else {
            text += indent + key + u": "_s + flowText(below) + u'\n';
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
    write(patch, {}, text);
    return text;
}

} // namespace jiagu
