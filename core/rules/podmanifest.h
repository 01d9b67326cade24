// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "document/yamldocument.h"

namespace jiagu {

/// What a file in the static pod directory defines.
struct StaticPod
{
    QString namespaceName; ///< "default" where the file names none, as the kubelet does
    QString name;
    Position at; ///< of the name
};

/// Reads a file as the kubelet reads a static pod: YAML or JSON of a v1 Pod whose fields have the type that the kubelet
/// decodes them as (the common ones are known here; a type of another field is not checked). Fails with Parse and the
/// position for what the kubelet would drop.
/// Kubernetes pkg/kubelet/config/{file,common}.go, 1.20 to 1.36.
Result<StaticPod> readStaticPod(const Result<YamlDocument> &parsed);

} // namespace jiagu
