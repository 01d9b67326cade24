// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <QList>

#include <functional>
#include <optional>

namespace jiagu {

/// The way in to one machine: an entry of the inventory. Holds references to credentials, never a secret.
struct Target
{
    QString user; ///< empty: the name of the person running the program
    QString host; ///< name or address, without brackets
    quint16 port = 22;
    QString identityFile; ///< private key, or the public half of one that the agent holds; empty: agent, then password
    bool agent = true; ///< may log in with keys of the SSH agent at SSH_AUTH_SOCK
    QString hostKey; ///< "SHA256:…" that is accepted without asking; empty: known_hosts decides
    bool sudo = false; ///< elevate with sudo when the user is not root
    QList<Target> hops; ///< machines to go through, first one first; not used yet, always empty

    QString name() const; ///< [user@]host[:port] as a person writes it
};

/// Reads [USER@]HOST[:PORT], where HOST may be [v6]: the last @ separates. Fails with Usage and a sentence.
Result<Target> parseTarget(const QString &text);

/// A key of a host that is not known yet.
struct HostKeyQuestion
{
    QString node;
    QString keyType; ///< ssh-ed25519, …
    QString fingerprint; ///< SHA256:…
    Message note{}; ///< what else a person should know before answering; mostly empty
};

/// A secret that is needed to go on.
struct SecretQuestion
{
    enum class Kind
    {
        LoginPassword,
        Passphrase,
        SudoPassword,
        Prompt ///< a question in the server's own words (keyboard-interactive); its answer may be empty
    };
    Kind kind = Kind::LoginPassword;
    QString node;
    QString account; ///< whose password it is: what the server or sudo's %p says
    QString file{}; ///< of a passphrase
    QString prompt{}; ///< what the server asks, one plain line; of a Prompt, and of a LoginPassword that it asked for
    QString instruction{}; ///< what the server says before it, plain lines; mostly empty
    bool echo = false; ///< of a Prompt: the server lets what is typed be seen
};

/// How a job asks a person. Called on the job's thread, which waits for the answer; an empty function or an empty
/// answer means no.
struct Questions
{
    std::function<bool(const HostKeyQuestion &)> acceptHostKey;
    std::function<std::optional<Secret>(const SecretQuestion &)> secret;
};

} // namespace jiagu
