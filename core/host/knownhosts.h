// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

namespace jiagu {

/// Where host keys are looked up and written. Empty paths are not used.
struct KnownHostsFiles
{
    QStringList read; ///< the person's ~/.ssh/known_hosts first, then ours
    QString write; ///< ours: an accepted key is appended here
    static KnownHostsFiles standard(); ///< ~/.ssh/known_hosts and <AppData>/known_hosts
};

/// One usable line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
struct KnownHost
{
    enum class Marker
    {
        None,
        Revoked,
        CertificateAuthority
    };
    Marker marker = Marker::None;
    QByteArray hosts; ///< patterns, or |1|salt|hash
    QByteArray key; ///< the public key as SSH sends it, decoded
    QString file;
    int line = 0;

    /// host is as the person typed it; any port but 22 is part of the name.
    bool matches(const QString &host, quint16 port) const;
};

/// What the files say about a key that a host showed.
struct HostKeyJudgement
{
    enum class State
    {
        Known,
        Unknown, ///< nothing is recorded for this host
        Changed, ///< another key of this type is recorded
        OtherType, ///< only keys of other types are recorded
        Revoked
    };
    State state = State::Unknown;
    KnownHost entry; ///< the line that decided; the one that is contradicted for Changed and OtherType
    bool hasCertificateAuthority = false; ///< a @cert-authority line names the host; it is not used
};

/// The host keys that a person has accepted. Pure value; lines that cannot be read are skipped, as OpenSSH does.
class KnownHosts
{
public:
    /// Adds what a file's bytes say; `file` is only repeated in entries.
    void parse(const QByteArray &bytes, const QString &file);
    /// Reads the files in order. A missing file is empty; one that cannot be read, or is larger than 16 MiB, fails.
    static Result<KnownHosts> read(const QStringList &files);

    HostKeyJudgement judge(const QString &host, quint16 port, const QByteArray &key) const;
    /// Types of the keys recorded for the host, in order, without repetition: what to negotiate first.
    QList<QByteArray> keyTypes(const QString &host, quint16 port) const;
    const QList<KnownHost> &entries() const { return m_entries; }

private:
    QList<KnownHost> m_entries;
};

/// The type that a public key states itself, "ssh-ed25519"; empty when it is none.
QByteArray keyType(const QByteArray &key);
/// "SHA256:…" as ssh-keygen -l prints it.
QString fingerprint(const QByteArray &key);

/// Appends a line under a lock file, and syncs it. Makes the directory (0700) and the file (0600) if need be.
Result<> appendKnownHost(const QString &file, const QString &host, quint16 port, const QByteArray &key);

} // namespace jiagu
