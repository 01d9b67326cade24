// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/snapshot.h"

/// Everything in a recording that was text on the machine.
inline QByteArray everything(const jiagu::Snapshot &snapshot)
{
    QByteArray text = snapshot.hostName.toUtf8() + '\n';
    for (const jiagu::FileRecord &file : snapshot.files)
        text += file.path.toUtf8() + '\n' + file.realPath.toUtf8() + '\n' + file.content + '\n';
    for (const jiagu::ProcessRecord &process : snapshot.processes)
        text += process.argv.join(' ') + '\n' + process.executable.toUtf8() + '\n';
    for (const jiagu::OutputRecord &output : snapshot.outputs)
        text += output.id.toUtf8() + '\n' + output.content + '\n' + output.error.toUtf8() + '\n';
    return text;
}

/// What a recording says of the machine that it was made on and may not: control groups and paths of tests/testbed, and
/// what virtual machines call themselves.
inline QByteArrayList namesOfTheTestbed(const jiagu::Snapshot &snapshot)
{
    const QByteArray text = everything(snapshot);
    QByteArrayList found;
    for (const char *name :
        {"/tb-", "/var/tmp/", "firecracker", "-fc-", "nspawn", "container_uuid", "SUDO_", "SSH_CLIENT"}) {
        if (text.contains(name))
            found += name;
    }
    return found;
}
