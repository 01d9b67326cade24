// SPDX-License-Identifier: Apache-2.0
#include "host/tlsways.h"

#include "host/opensslclient.h"
#include "host/tlscertificate.h"

#include <QHostAddress>
#include <QSslCertificate>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::chrono::seconds endpointLimit{10};
constexpr std::chrono::milliseconds certificateLimit{3'000};
constexpr std::chrono::milliseconds tunnelLimit{1'500};
constexpr std::chrono::milliseconds slice{50};
constexpr qsizetype outputLimit = 256 * 1024;

QDeadlineTimer within(QDeadlineTimer whole, std::chrono::milliseconds part)
{
    return QDeadlineTimer(std::min<qint64>(part.count(), whole.remainingTime()));
}

/// The address as the node itself reaches it.
QString onTheNode(const QString &address)
{
    const QHostAddress parsed(address);
    if (parsed.isEqual(QHostAddress(QHostAddress::AnyIPv6), QHostAddress::StrictConversion))
        return u"::1"_s;
    return address.isEmpty() || parsed == QHostAddress(QHostAddress::AnyIPv4) ? u"127.0.0.1"_s : address;
}

OpenStream tunnels(SshSession &session, const QString &address, quint16 port, const std::stop_token &stop)
{
    return [&session, address, port, stop](QDeadlineTimer deadline) -> Result<ByteStream> {
        // The node connects to itself: that takes no longer than the way to it and back.
        auto begun = session.forward(address, port, within(deadline, tunnelLimit));
        if (!begun)
            return tl::unexpected(begun.error());
        const std::shared_ptr<SshChannel> channel = std::move(*begun);
        const auto isOpen = std::make_shared<bool>(false);
        const auto unsent = std::make_shared<QByteArray>();
        ByteStream stream;
        stream.send = [channel, isOpen, unsent, deadline, stop](const QByteArray &bytes) -> Result<> {
            if (*isOpen)
                return channel->send(bytes, deadline, stop);
            *unsent += bytes;
            return {};
        };
        stream.receive = [&session, channel, isOpen, unsent, deadline, stop](
                             std::chrono::milliseconds wait) -> Result<std::optional<QByteArray>> {
            if (!*isOpen) {
                auto opened = channel->isOpen();
                if (!opened)
                    return tl::unexpected(opened.error());
                if (!*opened) {
                    session.wait(wait);
                    return QByteArray();
                }
                *isOpen = true;
                if (auto sent = channel->send(*unsent, deadline, stop); !sent)
                    return tl::unexpected(sent.error());
            }
            if (channel->output.isEmpty() && !channel->hasEnded()) {
                if (auto done = channel->receive(wait); !done)
                    return tl::unexpected(done.error());
            }
            if (channel->output.isEmpty() && channel->hasEnded())
                return std::nullopt;
            return std::exchange(channel->output, {});
        };
        return stream;
    };
}

class Asking
{
public:
    Asking(SshSession &session, const Target &target, TlsProbe &probe, QByteArray authorities, QString authoritiesFile,
        std::stop_token stop)
        : m_session(session)
        , m_target(target)
        , m_probe(probe)
        , m_authorities(std::move(authorities))
        , m_file(std::move(authoritiesFile))
        , m_stop(std::move(stop))
    {
    }

    Result<> run()
    {
        const QString address = onTheNode(m_probe.endpoint.address);
        const quint16 port = m_probe.endpoint.port;
        if (auto done = overWay(u"tunnel"_s, tunnels(m_session, address, port, m_stop)); !done || isDone() || m_silent)
            return done;
        if (isThisComputer(m_target.host)) {
            m_probe.problems +=
                message(u"The node is reached at %1, an address of this computer: nothing was asked directly."_s,
                    u"该节点经由本机地址 %1 连接，因此未直接探测。"_s, m_target.host);
        } else if (auto done = overWay(u"direct"_s, directStreams(m_target.name(), m_target.host, port, m_stop));
                   !done || isDone()) {
            return done;
        }
        return onNode(address, port);
    }

private:
    bool isDone() const { return !m_probe.way.isEmpty(); }

    /// A name may lead here as well; then what answers is this computer, or a port that it forwards.
    static bool isThisComputer(const QString &host)
    {
        const QHostAddress address(host);
        return address.isLoopback() || host.compare("localhost"_L1, Qt::CaseInsensitive) == 0;
    }

    /// Fails when it was canceled; a way that does not lead there leaves a problem.
    Result<> overWay(const QString &way, const OpenStream &open)
    {
        const auto asked = probeVersionsAndSuites(m_probe, overStreams(open, m_stop), m_deadline, m_stop);
        if (!asked)
            return passedOver(asked.error());
        m_probe.way = way;
        auto certificate = shownCertificate(open, m_authorities, within(m_deadline, certificateLimit), m_stop);
        if (certificate)
            m_probe.certificate = *certificate;
        else if (certificate.error().kind == Error::Kind::Canceled)
            return tl::unexpected(certificate.error());
        else
            m_probe.problems += certificate.error().message;
        return {};
    }

    Result<> passedOver(const Error &error)
    {
        if (error.kind == Error::Kind::Canceled)
            return tl::unexpected(error);
        m_probe.problems += error.message;
        m_silent = error.kind == Error::Kind::Timeout;
        return {};
    }

    Result<> onNode(const QString &address, quint16 port)
    {
        const auto one = [&](const ClientHello &hello, QDeadlineTimer deadline) -> Result<TlsAnswer> {
            const QByteArray command = openSslCommand(address, port, hello, m_file);
            if (command.isEmpty())
                return failure(Error::Kind::Usage,
                    message(u"%1 is no address that can be asked."_s, u"%1 不是可以探测的地址。"_s, address));
            int status = -1;
            const auto output = ran(command, deadline, status);
            if (!output)
                return tl::unexpected(output.error());
            const OpenSslAnswer answer = readOpenSslAnswer(hello, *output, status);
            if (!answer.trouble.isEmpty())
                return failure(Error::Kind::Failed, answer.trouble);
            keepCertificate(answer);
            return answer.answer;
        };
        const AskTls ask = [&](const QList<ClientHello> &hellos, QDeadlineTimer deadline) {
            QList<Result<TlsAnswer>> answers; // one after the other: each is a program on a node that is in use
            for (const ClientHello &hello : hellos)
                answers += one(hello, within(deadline, tlsQuestionLimit));
            return answers;
        };
        const auto asked = probeVersionsAndSuites(m_probe, ask, m_deadline, m_stop);
        if (!asked)
            return passedOver(asked.error());
        m_probe.way = u"node"_s;
        if (m_probe.allSuites) {
            m_probe.allSuites = false;
            m_probe.problems += message(
                u"openssl on the node offers only the suites that it knows itself, so there may be others that are accepted."_s,
                u"节点上的 openssl 只能提供它自身支持的套件，因此可能还有其他被接受的套件。"_s);
        }
        return {};
    }

    void keepCertificate(const OpenSslAnswer &answer)
    {
        const QSslCertificate certificate(answer.certificate);
        if (m_probe.certificate || certificate.isNull())
            return;
        m_probe.certificate = describeCertificate(certificate);
        m_probe.certificate->authorities = certificateHashes(m_authorities);
        if (!answer.verification.isEmpty())
            m_probe.certificate->doubts += answer.verification;
    }

    Result<QByteArray> ran(const QByteArray &command, QDeadlineTimer deadline, int &status)
    {
        auto channel = m_session.run(command, m_stop);
        if (!channel)
            return tl::unexpected(channel.error());
        // What runs in its place (ForceCommand) may wait for the end of its input.
        if (auto done = (*channel)->finishInput(); !done)
            return tl::unexpected(done.error());
        while (!(*channel)->hasEnded()) {
            if (m_stop.stop_requested())
                return failure(
                    Error::Kind::Canceled, message(u"Canceled while asking about TLS."_s, u"已在探测 TLS 时取消。"_s));
            if (deadline.hasExpired() || (*channel)->output.size() > outputLimit)
                return failure(Error::Kind::Timeout,
                    message(u"openssl on the node took too long."_s, u"节点上的 openssl 运行超时。"_s));
            if (auto done = (*channel)->receive(slice); !done)
                return tl::unexpected(done.error());
        }
        status = (*channel)->exitStatus();
        return (*channel)->output;
    }

    SshSession &m_session;
    const Target &m_target;
    TlsProbe &m_probe;
    QByteArray m_authorities;
    QString m_file;
    std::stop_token m_stop;
    QDeadlineTimer m_deadline{endpointLimit};
    bool m_silent = false; ///< the last way led to where nothing answers, not even with a refusal
};

} // namespace

Result<TlsProbe> probeEndpoint(SshSession &session, const Target &target, const TlsEndpoint &endpoint,
    const QByteArray &authorities, const QString &authoritiesFile, const std::stop_token &stop)
{
    TlsProbe probe;
    probe.endpoint = endpoint;
    probe.at = QDateTime::currentDateTimeUtc();
    if (auto done = Asking(session, target, probe, authorities, authoritiesFile, stop).run(); !done)
        return tl::unexpected(done.error());
    return probe;
}

} // namespace jiagu
