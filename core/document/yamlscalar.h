// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "document/yamldocument.h"

namespace jiagu::yamlscalar {

/// Whether this text, written plain, is taken for a string by YAML 1.1 and 1.2 readers alike: not for a number, a bool,
/// null, a date or a merge key (resolve.go of go.yaml.in/yaml/v2, which sigs.k8s.io/yaml reads with; yaml.org/type).
bool readsAsString(QByteArrayView text);

/// Whether this text can be written plain, as one line, and reads back as the same text.
bool canBePlain(QByteArrayView text, bool inFlow);

/// A string as YAML text on one line, in this style where it can be; Plain where a plain scalar reads as the same
/// string, else in double quotes. `text` is valid UTF-8.
QByteArray written(QByteArrayView text, YamlNode::Style style, bool inFlow);

} // namespace jiagu::yamlscalar
