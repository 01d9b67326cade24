// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/derived.h"
#include "base/result.h"
#include "document/yamldocument.h"

#include <QByteArray>
#include <QDateTime>
#include <QJsonDocument>
#include <QList>

#include <memory>

namespace jiagu {

/// What a file system says about a file, and what it holds.
struct FileRecord
{
    enum class Type
    {
        Regular,
        Directory,
        Symlink,
        Other
    };
    QString path; ///< as it was asked for, absolute
    QString realPath; ///< after symlinks; equal to path where there are none
    Type type = Type::Regular;
    int mode = -1; ///< permission bits, -1 when not known
    qint64 uid = -1;
    qint64 gid = -1;
    qint64 size = -1; ///< bytes on the node
    QDateTime modified; ///< UTC
    quint64 inode = 0;
    int links = 1;
    QByteArray sha256; ///< lower-case hex, of the node's bytes; empty when not read
    bool hasContent = false; ///< content holds the bytes
    QByteArray content; ///< bounded; private keys are never here
    bool masked = false; ///< content had secrets replaced by '*' of the same length; judged, never planned on
    bool changedWhileRead = false; ///< judged with care, never planned on
    bool truncated = false; ///< larger than the limit; content is empty
    bool missing = false; ///< it was asked for, and there is no such file on the node
    bool withheld = false; ///< holds a private key or a credential: attributes and hash only, by design
    QString error; ///< why it could not be read, plain text; empty when it could
    Message reason; ///< the same as a sentence: why there is no content; also of what is truncated or withheld

    /// The content as YAML, as YamlDocument::parse() gives it with `path` as its name. Parsed once for all copies of
    /// the record, however many rules ask. Any thread.
    Result<YamlDocument> yaml() const;

    /// What else was worked out from the content; copies share it.
    std::shared_ptr<Derived> derived = std::make_shared<Derived>();
};

/// A running component.
struct ProcessRecord
{
    qint64 pid = 0;
    QList<QByteArray> argv;
    QString executable; ///< /proc/PID/exe, may be empty
    QString directory; ///< of the kubelet /proc/PID/cwd, from which relative paths count; empty when not known
    qint64 uid = -1;
    QDateTime started; ///< UTC; invalid when not known
    QString containerId; ///< from /proc/PID/cgroup, empty outside a container
    QList<qint64> groups; ///< the real group and the supplementary ones; empty when not known
    QString label; ///< of a process in a container: /proc/PID/attr/current; empty when not known
};

/// The output of a command or an API request, or why there is none.
struct OutputRecord
{
    /// Facts: "uname", "hostname", "machine-id", "date", "boot", "user" (uid that read), "lsm", "apparmor", "selinux",
    /// "aslr", "seen" (names of programs of layouts that are not known), "kubeconfig". Commands:
    /// "systemctl-cat-kubelet", "systemctl-show-kubelet", "kubelet-version", "sshd-T". Items, a line each: "accounts",
    /// "authorized-keys", "sudoers", "kubeconfig-copies", "etcd-copies", "private-keys", "umask", "container-labels",
    /// "runtime-confinement". Answers of the API: "api:" and a path, one record a resource, its
    /// pages put together: {"kind", "apiVersion", "metadata", "items"}, or the object asked for:
    /// api:/version, api:/api/v1/{nodes,namespaces,pods,replicationcontrollers,services,serviceaccounts,limitranges},
    /// api:/apis/rbac.authorization.k8s.io/v1/clusterrolebindings,
    /// api:/apis/apps/v1/{deployments,replicasets,daemonsets,statefulsets}, api:/apis/batch/v1/{jobs,cronjobs},
    /// api:/api/v1/namespaces/kube-system/configmaps/{kube-proxy,kubelet-config,kubelet-config-1.N,kubeadm-config},
    /// those that the cluster has in "items". None of them on a worker.
    QString id;
    QByteArray content; ///< decompressed, bounded
    int status = 0; ///< exit status; -1 when it did not run
    QString error; ///< plain text, empty when it worked
    bool masked = false; ///< content had secrets replaced
};

/// Everything read from one host at one moment. Immutable value; comes from a node, a file or the sample alike.
struct Snapshot
{
    QString source; ///< how the person names it: user@host:port, or the file's name
    QString hostName; ///< the node's own
    QString machineId; ///< /etc/machine-id
    QDateTime taken; ///< UTC, the node's clock
    bool complete = false; ///< the final record was seen
    QList<FileRecord> files;
    QList<ProcessRecord> processes;
    QList<OutputRecord> outputs;
    QList<Error> problems; ///< what the reader noticed: truncated, damaged frames, oversized, …
    QByteArray bytes; ///< the file itself, for saving
    Derived derived; ///< what was worked out from it

    const FileRecord *file(const QString &path) const; ///< nullptr when not recorded
    const OutputRecord *output(const QString &id) const;
    QList<const FileRecord *> filesBelow(const QString &directory) const; ///< direct children, by name
};

/// Reads a Snapshot file. Bounded (64 MiB, 8 MiB a file, 20 000 records), framed by the file's own nonce; secrets are
/// masked on the way in. A truncated or partly damaged file gives what could be read and `problems`; what is no
/// Snapshot at all fails with Parse. `source` is what the person calls it.
Result<Snapshot> parseSnapshot(const QString &source, const QByteArray &bytes);

} // namespace jiagu
