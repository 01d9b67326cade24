// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonValue>
#include <QList>
#include <QString>
#include <QStringView>

#include <optional>

namespace jiagu {

/// One step into an object: a key, or the item of a list whose field `key` is `id`.
struct PatchStep
{
    QString key;
    QJsonValue id = QJsonValue::Undefined;
};

/// The steps of a path such as "ports[1].hostPort" below `object`; items of lists go by the field that a strategic
/// merge goes by (Kubernetes staging/src/k8s.io/api/core/v1/types.go, patchMergeKey, 1.19 to 1.37). Nothing where that
/// field does not tell the item from the others.
std::optional<QList<PatchStep>> patchSteps(const QJsonValue &object, QStringView path);

/// The patch with one more field in it.
QJsonValue withField(const QJsonValue &patch, const QList<PatchStep> &steps, const QJsonValue &value);

/// The patch as YAML. Texts that YAML could read as anything else are quoted.
QString patchText(const QJsonValue &patch);

} // namespace jiagu
