// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace jiagu {

/// The dialogue by which a root shell is started on a machine, as a pure function of what has been received.
///
/// sudo is asked with a prompt that carries a random marker and ends in %p, which sudo replaces by the account whose
/// password it wants (sudo(8), -p). Only that very prompt is answered, once; the shell says itself when it is there, so
/// a password can never become its first line of input.
class Elevation
{
public:
    struct Next
    {
        enum class Kind
        {
            Wait,
            SendPassword,
            Ready,
            Failed
        };
        Kind kind = Kind::Wait;
        QString account; ///< of SendPassword, plain text
        qsizetype used = 0; ///< of Ready: bytes of the output that belong to the dialogue
        Error error; ///< of Failed
    };

    /// `marker` and `nonce` are 32 random hex digits each. `user` is who logged in.
    Elevation(bool useSudo, QString node, QString user, QByteArray marker, QByteArray nonce);

    /// The command to run: a shell as root that prints the nonce and its user id, then reads its standard input.
    QByteArray command() const;

    /// What to do next, given everything received so far. `exitStatus` is only looked at when `ended`.
    Next next(const QByteArray &output, const QByteArray &errors, bool ended, int exitStatus) const;
    /// Call after the password was written.
    void passwordSent(const QString &account);
    /// The error when the time is over: says what was asked, if anything was.
    Error timedOut(const QByteArray &errors) const;

private:
    Error fail(const Message &message) const;
    Error wrongPassword() const;
    Error asksForMore(const QString &text) const;
    Message expired() const;
    Message su(const QString &text) const;
    Error explain(const QByteArray &errors, int exitStatus) const;
    QByteArray withoutPrompts(const QByteArray &errors) const;

    bool m_useSudo;
    QString m_node;
    QString m_user;
    QByteArray m_marker;
    QByteArray m_nonce;
    QString m_account;
    bool m_sent = false;
};

} // namespace jiagu
