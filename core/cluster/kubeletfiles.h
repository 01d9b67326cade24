// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/inforce.h"

namespace jiagu {

/// What a kubelet's configuration file and its drop-ins say about a knob.
struct KubeletFiles
{
    QList<OverriddenValue> values; ///< weakest first: the file, then drop-ins in their order; empty when not set
    qsizetype belowDefault = 0; ///< how many of them are weaker than the default, because of how they are spelt
    Message unknown; ///< why that is not what the running kubelet took from them; values do not count then
    bool unusable = false; ///< the kubelet does not start with what is written
    QList<Message> notes;
};

/// `config` and `directory` are the kubelet's --config and --config-dir, empty where it has none. Drop-ins are the
/// *.conf below the directory, sub-directories too, in lexical order, merged as JSON merge patches
/// (cmd/kubelet/app/server.go, mergeKubeletConfigurations, v1.34.4; until 1.31 into another structure, v1.31.14), so
/// their keys count in any case and an origin's key is as it is written there. What was changed after `started` is not
/// what the kubelet runs with, so then it is unknown.
KubeletFiles kubeletFiles(const Node &node, const SettingName &name, const QString &config, const QString &directory,
    const QDateTime &started);

} // namespace jiagu
