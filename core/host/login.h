// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/sshagent.h"
#include "host/sshprivate.h"

namespace jiagu {

/// One login on a connection whose host key was judged. Each way in is tried once, in this order, as far as the server
/// offers it: the key of the target, or else the first keys of the SSH agent; keyboard-interactive; the password. What
/// the server asks for further, after it took one way, is tried as well. A secret is sent to the server once: after an
/// answer was refused, nothing else is asked for, so that one login is one attempt in the server's log.
class Login
{
public:
    /// Everything must outlive the login, which runs on the session's thread.
    Login(SshSession::Private &session, const Target &target, const Questions &questions, const std::stop_token &stop,
        const Progress &progress);
    /// `firstContact`: the host key was accepted a moment ago; the server is asked what it offers before anything is
    /// sent. Fails with Auth, Timeout, Canceled, Lost, or the kind that the key file gave.
    Result<> run(bool firstContact);

private:
    enum class Outcome
    {
        In,
        Partial, ///< taken, and more is asked for
        Refused
    };
    enum class Way : int
    {
        Keys = SSH_AUTH_METHOD_PUBLICKEY,
        Prompts = SSH_AUTH_METHOD_INTERACTIVE,
        Password = SSH_AUTH_METHOD_PASSWORD
    };

    Result<Outcome> tryWay(Way way);
    Result<Outcome> byKeyFile();
    Result<Outcome> byAgent();
    Result<Outcome> byAgentKey(const AgentKey &key);
    Result<Outcome> byPrompts();
    Result<Outcome> byPassword();

    template <typename Call>
    Result<int> authenticate(Call call);
    Result<Outcome> outcomeOf(const Result<int> &result, const QString &method);
    Result<> answerPrompts(bool &answered, QString &last);
    Result<Key> decrypt(const Secret &text);
    QByteArray publicHalf() const;
    Result<bool> reachAgent();
    Result<std::optional<AgentKey>> heldByAgent();
    void note(const Error &error);
    tl::unexpected<Error> withNotes(Error error) const;
    tl::unexpected<Error> refused() const;

    SshSession::Private &m_session;
    const Target &m_target;
    const Questions &m_questions;
    const std::stop_token &m_stop;
    const Progress &m_progress;

    std::optional<int> m_offered; ///< not asked yet: it costs a round trip
    QStringList m_tried;
    QList<Message> m_notes; ///< why the agent, or one of its keys, was no way in
    bool m_secretSpent = false; ///< a secret was sent, or not given: no further way asks for one
    bool m_agentReached = false;
    std::optional<SshAgent> m_agent;
    QList<AgentKey> m_agentKeys;
    std::unique_ptr<AgentRelay> m_relay;
};

} // namespace jiagu
