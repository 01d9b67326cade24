// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"
#include "change/apply.h"
#include "change/request.h"
#include "host/sshhost.h"

namespace jiagu {

namespace {

QString attributes(int mode, qint64 uid, qint64 gid)
{
    return QStringLiteral("%1 %2:%3").arg(mode, 4, 8, QLatin1Char('0')).arg(uid).arg(gid);
}

/// A line for the reader: the request below it has the path in base64.
QByteArray headline(const FileChange &step)
{
    QString text = plainText(step.path);
    if (step.kind == FileChange::Kind::Attributes)
        text += QStringLiteral(": chmod and chown, ") + attributes(step.mode, step.uid, step.gid)
            + QStringLiteral(" -> ") + attributes(step.modeAfter, step.uidAfter, step.gidAfter);
    else
        text += QStringLiteral(": replaced");
    if (step.gated && step.component == ComponentKind::Kubelet && step.kind == FileChange::Kind::Content)
        text += QStringLiteral(", then systemctl restart kubelet");
    return "\n# " + text.toUtf8();
}

} // namespace

QByteArray remoteText(const ChangeSet &changeSet, const QString &node)
{
    QByteArray text = transactScript();
    for (const FileChange &step : changeSet.steps) {
        if (step.node == node)
            text += headline(step)
                + "\njiagu_transact NONCE apply ID <<'END' # on the wire: new random words, the request in base64\n"
                + transactionRequest(step) + ".\nEND\n";
    }
    return text;
}

} // namespace jiagu
