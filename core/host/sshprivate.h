// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/plaintext.h"
#include "host/connect.h"
#include "host/sshsession.h"

#include <libssh/libssh.h>

#include <memory>

namespace jiagu {

// What the files that drive libssh share.

/// A key in memory of libssh.
struct FreeKey
{
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, FreeKey>;

/// What a wait is for, in the middle of a sentence.
struct Waiting
{
    Message what;
    QDeadlineTimer deadline;
};

struct SshSession::Private
{
    ssh_session session = nullptr;
    QString node;
    QString user;
    SshLimits limits;

    ~Private()
    {
        if (session) {
            ssh_disconnect(session);
            ssh_free(session);
        }
    }

    tl::unexpected<Error> fail(Error::Kind kind, const Message &text) const { return failure(kind, text, {node}); }
    QString reason() const { return plainText(QByteArrayView(ssh_get_error(session))); }
    bool isConnected() const { return ssh_is_connected(session) != 0; }

    void poll(std::chrono::milliseconds slice) const;
    template <typename Call>
    Result<int> drive(Call call, int again, const Waiting &waiting, const std::stop_token &stop) const;

    tl::unexpected<Error> canceled(const Message &what) const;
    tl::unexpected<Error> timedOut(const Message &what) const;
    tl::unexpected<Error> lost() const;
    Result<> configure(const Target &target, Socket socket, const KnownHosts &known);
    Result<> handshake(const std::stop_token &stop);
    /// True when the host was not known before.
    Result<bool> judgeHostKey(
        const Target &target, const KnownHostsFiles &files, const KnownHosts &known, const Questions &questions);
};

template <typename Call>
Result<int> SshSession::Private::drive(Call call, int again, const Waiting &waiting, const std::stop_token &stop) const
{
    for (;;) {
        if (stop.stop_requested())
            return canceled(waiting.what);
        const int result = call();
        if (result != again)
            return result;
        if (waiting.deadline.hasExpired())
            return timedOut(waiting.what);
        poll(std::chrono::milliseconds(waiting.deadline.remainingTime()));
    }
}

} // namespace jiagu
