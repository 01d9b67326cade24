// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

/// A real sshd of this machine on a free port of 127.0.0.1, run by the test's own user in a scratch directory; it lets
/// that user in with a key. Ends with its owner.
class Sshd
{
public:
    /// Empty when it runs, else why it does not.
    QString start(const QStringList &extraConfig = {})
    {
        using namespace Qt::Literals::StringLiterals;
        const QString server = u"/usr/sbin/sshd"_s;
        if (!QFile::exists(server))
            return u"there is no /usr/sbin/sshd (package openssh-server)"_s;
        if (geteuid() == 0)
            QDir().mkpath(u"/run/sshd"_s); // where sshd as root wants to be
        for (const auto &[name, type] : {std::pair{u"host_ed25519"_s, u"ed25519"_s}, {u"host_rsa"_s, u"rsa"_s},
                 {u"key"_s, u"ed25519"_s}, {u"other"_s, u"ed25519"_s}}) {
            if (!QFile::exists(path(name))
                && run(u"ssh-keygen"_s, {u"-q"_s, u"-N"_s, {}, u"-t"_s, type, u"-f"_s, path(name)}) != 0)
                return u"ssh-keygen failed"_s;
        }
        QFile::remove(path(u"authorized_keys"_s));
        QFile::copy(path(u"key.pub"_s), path(u"authorized_keys"_s));
        {
            QTcpServer probe;
            probe.listen(QHostAddress::LocalHost);
            m_port = probe.serverPort();
        }
        QStringList config{u"Port %1"_s.arg(m_port), u"ListenAddress 127.0.0.1"_s,
            u"HostKey "_s + path(u"host_ed25519"_s), u"HostKey "_s + path(u"host_rsa"_s),
            u"AuthorizedKeysFile "_s + path(u"authorized_keys"_s), u"StrictModes no"_s, u"UsePAM no"_s,
            u"PidFile none"_s, u"PermitRootLogin yes"_s, u"MaxStartups 100"_s};
        config = extraConfig + config; // the first value of a keyword counts
        QFile file(path(u"sshd_config"_s));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return file.errorString();
        file.write(config.join(u'\n').toUtf8() + '\n');
        file.close();
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(server, {u"-D"_s, u"-e"_s, u"-f"_s, path(u"sshd_config"_s)});
        m_log.clear();
        while (!m_log.contains("Server listening")) {
            if (!m_process.waitForReadyRead(20'000))
                return u"sshd does not start: "_s + QString::fromUtf8(m_log);
            m_log += m_process.readAll();
        }
        return {};
    }
    void stop()
    {
        m_process.terminate();
        m_process.waitForFinished();
    }
    ~Sshd() { stop(); }

    quint16 port() const { return m_port; }
    qint64 processId() const { return m_process.processId(); }
    QString path(const QString &name) const { return m_directory.filePath(name); }
    /// What sshd said so far.
    QByteArray log()
    {
        m_process.waitForReadyRead(0);
        return m_log += m_process.readAll();
    }
    /// The public key of a key file, as "type base64".
    QByteArray publicKey(const QString &name) const
    {
        QFile file(path(name + QStringLiteral(".pub")));
        return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').first(2).join(' ') : QByteArray();
    }
    int run(const QString &program, const QStringList &arguments) const
    {
        QProcess process;
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(program, arguments);
        return process.waitForFinished() && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    }

private:
    QTemporaryDir m_directory;
    QProcess m_process;
    QByteArray m_log;
    quint16 m_port = 0;
};
