// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/target.h"

#include <QByteArrayView>

namespace jiagu {

/// How much of keyboard-interactive (RFC 4256) is followed before a login is given up.
constexpr int maxPromptRounds = 20;
constexpr int maxPromptsInRound = 10;

/// What a server sent with one prompt.
struct ServerPrompt
{
    QByteArrayView name; ///< of the request
    QByteArrayView instruction;
    QByteArrayView prompt; ///< sshd puts PAM's messages before it, as lines
    bool echo = false;
};

/// The question that a prompt is for a person: its last line asks, everything before it is instruction. All of it
/// becomes bounded plain text.
SecretQuestion promptQuestion(const QString &node, const QString &account, const ServerPrompt &prompt);

/// Whether a hidden prompt asks for the ordinary login password, and not for a current or new one, a code or a PIN.
bool asksForPassword(const SecretQuestion &question);

} // namespace jiagu
