// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/connect.h"

#include <QList>

#include <functional>
#include <optional>

namespace jiagu {

/// A key that an SSH agent holds.
struct AgentKey
{
    QByteArray blob; ///< the public key as SSH encodes it
    QByteArray comment; ///< as the agent gave it: not for a person before plainText()
};

/// A conversation with a person's SSH agent (draft-miller-ssh-agent): private keys stay in the agent, which signs. No
/// wait is longer than its deadline; stop is answered within 100 ms. Errors are Auth, Timeout or Canceled and say what
/// was waited for.
class SshAgent
{
public:
    /// Connects to the socket at `path`: what SSH_AUTH_SOCK says.
    static Result<SshAgent> open(
        const QString &node, const QString &path, QDeadlineTimer deadline, const std::stop_token &stop);

    /// What the agent holds, in its order; empty also when it is locked.
    Result<QList<AgentKey>> keys(QDeadlineTimer deadline, const std::stop_token &stop);
    /// Sends a request to sign (at least its type) and gives the agent's answer as it came; an error when it refuses.
    /// `onWait` is called once, when the answer does not come at once: the agent may be asking for a touch or consent.
    Result<QByteArray> sign(const QByteArray &request, QDeadlineTimer deadline, const std::stop_token &stop,
        const std::function<void()> &onWait);

private:
    SshAgent(QString node, QString path, Socket socket);
    Result<QByteArray> ask(const QByteArray &request, const Message &what, QDeadlineTimer deadline,
        const std::stop_token &stop, const std::function<void()> &onWait);
    tl::unexpected<Error> canceled(const Message &what) const;
    tl::unexpected<Error> timedOut(const Message &what) const;
    tl::unexpected<Error> broken() const;

    QString m_node;
    QString m_path;
    Socket m_socket;
};

/// The keys in an agent's answer to a request for its identities; nothing when it is no such answer.
std::optional<QList<AgentKey>> parseAgentKeys(QByteArrayView answer);

/// The agent's end of a socket whose other end is given to libssh, which would wait for an agent without any limit and
/// offer every key. It shows one key at a time, hands requests to sign with it on to the real agent, and answers
/// everything else with a failure.
class AgentRelay
{
public:
    /// `sign` is called from serve(), with the whole request.
    using Sign = std::function<Result<QByteArray>(const QByteArray &request)>;
    explicit AgentRelay(Sign sign);

    /// The end that libssh takes over and closes.
    int releaseOther() { return m_other.release(); }
    bool isGood() const { return m_mine.descriptor() >= 0 && m_finished.descriptor() >= 0; }

    /// Runs `work` on a thread of its own, in which libssh may talk to this agent, showing it `key`; returns when the
    /// work is done.
    void serve(const AgentKey &key, const std::function<void()> &work);
    /// Why the last serve() gave no signature although one was asked for.
    const std::optional<Error> &problem() const { return m_problem; }

private:
    QByteArray answer(const AgentKey &key, const QByteArray &request);
    Sign m_sign;
    Socket m_mine;
    Socket m_other;
    Socket m_finished;
    QByteArray m_received;
    std::optional<Error> m_problem;
};

} // namespace jiagu
