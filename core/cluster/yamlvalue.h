// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"

namespace jiagu {

class YamlDocument;

/// A node as the JSON that Kubernetes decodes: sigs.k8s.io/yaml turns YAML into JSON with YAML 1.1 scalars (goyaml.v2,
/// resolve.go), so a quoted number is a string, `yes` is a bool and 010 is eight. Undefined for what it would not turn
/// into JSON: a tag other than a core one, a key that is no scalar, more than the budget of nodes or depth.
QJsonValue yamlValue(const YamlDocument &document, int node);

/// A value of a path of keys, or why there is none.
struct YamlLookup
{
    enum class State
    {
        Absent, ///< a key of the path is not there
        Null, ///< it is there and null
        Found,
        Unusable ///< something on the path is no map, or the value is not of the type
    };
    State state = State::Absent;
    QJsonValue value;
    int node = -1; ///< of the value, or of what is unusable
    Message trouble; ///< of Unusable: half a sentence, "is text, and the component wants a whole number"
};
YamlLookup lookUp(const YamlDocument &document, const QString &path, ValueType type);

} // namespace jiagu
