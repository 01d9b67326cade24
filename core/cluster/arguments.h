// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"

#include <optional>

namespace jiagu {

/// The library that reads a component's argv. Kubernetes components use pflag with component-base's normalisation of
/// '_' to '-' (staging/src/k8s.io/component-base/cli/flag/flags.go, WordSepNormalizeFunc); etcd uses Go's flag package,
/// to which one dash and two are the same.
enum class FlagSyntax
{
    Pflag,
    GoFlag
};
FlagSyntax flagSyntax(ComponentKind component);

/// One place in argv that sets a flag.
struct FlagOccurrence
{
    QByteArray text; ///< the value; "true" for a bare bool
    int index = -1; ///< of the flag in argv, from 0
    bool ambiguous = false; ///< the word before it may be a flag that takes this one as its value
    bool bare = false; ///< the last word, without the value that it needs: a component does not start with it
};

/// Where argv sets the flag, in order. argv[0] is the program. `type` is the flag's: a bool takes no separate value.
QList<FlagOccurrence> flagOccurrences(
    const QList<QByteArray> &argv, const QString &flag, ValueType type, FlagSyntax syntax);

/// A flag's text as the component reads it: strconv.ParseBool, strconv.ParseInt with base 0, comma-separated values
/// with CSV quotes, KEY=VALUE pairs. Empty for what the component would refuse.
std::optional<bool> parseBool(QByteArrayView text);
std::optional<qint64> parseInteger(QByteArrayView text);
std::optional<QStringList> parseList(const QByteArray &text);
std::optional<QJsonValue> parseArgument(const QByteArray &text, const SettingName &name);

/// The value that the occurrences give together: the last one of a scalar, everything of a list, the pairs of a map
/// with the last of each key. Empty when one of them cannot be read.
std::optional<QJsonValue> combined(const QList<FlagOccurrence> &occurrences, const SettingName &name);

/// A value, for a sentence: `true`, `1000`, `a,b`, `A=true`.
QString valueText(const QJsonValue &value);

} // namespace jiagu
