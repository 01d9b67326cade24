// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <memory>
#include <thread>

// Servers of this machine that speak TLS: OpenSSL's, and one of Go's standard library, which speaks what a component of
// Kubernetes speaks and, where it is told to, TLS 1.0 as well.

inline quint16 freePort()
{
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    return probe.serverPort();
}

inline bool runs(const QString &program, const QStringList &arguments, const QString &directory = {})
{
    QProcess process;
    process.setWorkingDirectory(directory);
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(program, arguments);
    return process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
}

/// A CA, a certificate that it signed for 127.0.0.1, and one that signed itself, made with openssl.
class Certificates
{
public:
    bool make()
    {
        using namespace Qt::Literals::StringLiterals;
        QFile extensions(path(u"ext"_s));
        if (!m_directory.isValid() || !extensions.open(QIODevice::WriteOnly))
            return false;
        extensions.write("subjectAltName=DNS:node,IP:127.0.0.1\n");
        extensions.close();
        const auto selfSigned = [&](const QString &name, const QString &subject) {
            return runs(u"openssl"_s,
                {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s, u"30"_s, u"-subj"_s,
                    subject, u"-keyout"_s, path(name + u".key"_s), u"-out"_s, path(name + u".crt"_s)});
        };
        return selfSigned(u"ca"_s, u"/CN=kubernetes"_s) && selfSigned(u"self"_s, u"/CN=node@1"_s)
            && runs(u"openssl"_s,
                {u"req"_s, u"-new"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:P-256"_s, u"-nodes"_s,
                    u"-subj"_s, u"/O=system:nodes/CN=system:node:node"_s, u"-keyout"_s, path(u"signed.key"_s),
                    u"-out"_s, path(u"signed.csr"_s)})
            && runs(u"openssl"_s,
                {u"x509"_s, u"-req"_s, u"-in"_s, path(u"signed.csr"_s), u"-CA"_s, path(u"ca.crt"_s), u"-CAkey"_s,
                    path(u"ca.key"_s), u"-CAcreateserial"_s, u"-days"_s, u"30"_s, u"-extfile"_s, path(u"ext"_s),
                    u"-out"_s, path(u"signed.crt"_s)});
    }
    QString path(const QString &name) const { return m_directory.filePath(name); }
    QByteArray read(const QString &name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private:
    QTemporaryDir m_directory;
};

/// A program that serves on a port of 127.0.0.1. Ends with its owner.
class ServerProgram
{
public:
    /// Waits until it takes connections.
    bool start(const QString &program, const QStringList &arguments, quint16 port)
    {
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.setStandardErrorFile(QProcess::nullDevice());
        m_process.start(program, arguments);
        for (QDeadlineTimer deadline(20'000); !deadline.hasExpired();) {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
            if (socket.waitForConnected(1'000))
                return true;
            if (m_process.waitForFinished(20))
                return false;
        }
        return false;
    }
    ~ServerProgram()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

/// Sends the same bytes to everybody who connects and says something, then closes or keeps silent.
class Answering
{
public:
    Answering(QByteArray answer, bool closes)
        : m_answer(std::move(answer))
        , m_closes(closes)
        , m_thread([this] { serve(); })
    {
        while (m_port == 0)
            std::this_thread::yield();
    }
    ~Answering()
    {
        m_ends = true;
        m_thread.join();
    }
    Answering(const Answering &) = delete;
    Answering &operator=(const Answering &) = delete;
    quint16 port() const { return m_port; }

private:
    void serve()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        m_port = server.serverPort();
        std::vector<std::unique_ptr<QTcpSocket>> open;
        while (!m_ends) {
            if (!server.hasPendingConnections() && !server.waitForNewConnection(10))
                continue;
            std::unique_ptr<QTcpSocket> socket(server.nextPendingConnection());
            socket->waitForReadyRead(1'000);
            socket->readAll();
            socket->write(m_answer);
            socket->waitForBytesWritten(1'000);
            if (m_closes)
                socket->disconnectFromHost();
            open.push_back(std::move(socket));
        }
    }
    QByteArray m_answer;
    bool m_closes;
    std::atomic<quint16> m_port = 0;
    std::atomic<bool> m_ends = false;
    std::thread m_thread;
};
