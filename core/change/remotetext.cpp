// SPDX-License-Identifier: Apache-2.0
#include "change/apply.h"
#include "change/request.h"
#include "host/sshhost.h"

namespace jiagu {

QByteArray remoteText(const ChangeSet &changeSet, const QString &node)
{
    QByteArray text = transactScript();
    for (const FileChange &step : changeSet.steps) {
        if (step.node == node)
            text += "\njiagu_transact NONCE apply ID <<'END' # on the wire: new random words, the request in base64\n"
                + transactionRequest(step) + ".\nEND\n";
    }
    return text;
}

} // namespace jiagu
