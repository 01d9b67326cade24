// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/host.h"
#include "host/knownhosts.h"
#include "host/target.h"

#include <QDeadlineTimer>

#include <chrono>
#include <memory>

namespace jiagu {

/// How long each wait may take before it gives up and says which one it was. Time in which a person is asked does not
/// count.
struct SshLimits
{
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds handshake{15'000};
    std::chrono::milliseconds login{30'000}; ///< each answer of the server
    std::chrono::milliseconds agent{10'000}; ///< the SSH agent's list of keys
    std::chrono::milliseconds signature{60'000}; ///< of the agent, which may wait for a touch or consent
    std::chrono::milliseconds open{15'000}; ///< a channel, and its command started
    std::chrono::milliseconds elevation{20'000}; ///< sudo's question, and the root shell after it
    std::chrono::milliseconds command{120'000}; ///< one read, as a whole
    std::chrono::milliseconds silence{20'000}; ///< nothing received while a read runs
};

/// One remote command: its two output streams, and how it ended; or a tunnel, which has one stream and no such end.
/// Belongs to its session and to the session's thread.
class SshChannel
{
public:
    ~SshChannel();
    SshChannel(const SshChannel &) = delete;
    SshChannel &operator=(const SshChannel &) = delete;

    QByteArray output; ///< received and not yet taken; takers clear it
    QByteArray errors; ///< the first 64 KiB of the error stream; more is dropped

    /// Of a tunnel: whether it is open yet. Does not wait. Fails with Permission where sshd allows no tunnels, with
    /// Connect where the machine cannot connect, with Timeout after its deadline.
    Result<bool> isOpen();
    /// Receives what has come, waiting up to `slice` (at most 100 ms are spent in one call) for something to come.
    /// Fails with Lost when the connection ended.
    Result<> receive(std::chrono::milliseconds slice);
    /// Sends everything, receiving meanwhile. Does not copy the bytes.
    Result<> send(QByteArrayView bytes, QDeadlineTimer deadline, const std::stop_token &stop);
    /// Ends the command's standard input.
    Result<> finishInput();

    /// The command ended and both streams were received to their end.
    bool hasEnded() const;
    /// -1 when it did not end by exiting.
    int exitStatus() const;
    /// Name of the signal that ended it, "TERM"; empty when none did.
    QByteArray signal() const;

private:
    friend class SshSession;
    struct Private;
    explicit SshChannel(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

/// A logged-in SSH connection. Belongs to one thread. Never blocks longer than 100 ms without looking at `stop`.
class SshSession
{
public:
    /// Connects, judges the host key, logs in. Errors as SshHost::connect().
    static Result<std::unique_ptr<SshSession>> open(const Target &target, const KnownHostsFiles &knownHosts,
        const Questions &questions, const SshLimits &limits, const std::stop_token &stop, const Progress &progress);
    ~SshSession();
    SshSession(const SshSession &) = delete;
    SshSession &operator=(const SshSession &) = delete;

    QString user() const; ///< who is logged in
    /// Starts a command. `command` is read by the login shell of the user. The channel must not outlive the session.
    Result<std::unique_ptr<SshChannel>> run(const QByteArray &command, const std::stop_token &stop);
    /// Begins to open a tunnel (direct-tcpip): the machine connects to `address`, an IP address, and carries the bytes.
    /// Does not wait: several may be opening at once, and isOpen() says which can be used. It has ended when the other
    /// side sends no more. The channel must not outlive the session.
    Result<std::unique_ptr<SshChannel>> forward(const QString &address, quint16 port, QDeadlineTimer deadline);
    /// Waits up to `slice` (100 ms at most) for anything to come.
    void wait(std::chrono::milliseconds slice) const;

private:
    friend class SshChannel;
    friend class Login;
    struct Private;
    explicit SshSession(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace jiagu
