// SPDX-License-Identifier: Apache-2.0
#include "host/tlsprobe.h"

#include "base/plaintext.h"

#include <QRandomGenerator>

#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::chrono::milliseconds questionLimit{3'000};
constexpr std::chrono::milliseconds slice{50};
constexpr int handshakeFailure = 40;
constexpr int protocolVersion = 70;
constexpr int insufficientSecurity = 71;
constexpr int internalError = 80;

QByteArray randomBytes()
{
    std::array<quint32, 8> words{};
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    return QByteArray(static_cast<const char *>(static_cast<const void *>(words.data())), sizeof words);
}

/// Asks the questions of one probe, and remembers what came of them.
class Prober
{
public:
    Prober(TlsProbe &probe, const AskTls &ask, QDeadlineTimer deadline)
        : m_probe(probe)
        , m_ask(ask)
        , m_deadline(deadline)
    {
    }

    Result<> run()
    {
        for (const TlsSuite &suite : tlsSuites())
            m_left += suite.id;
        for (const TlsVersion version : {TlsVersion::Tls12, TlsVersion::Tls13, TlsVersion::Tls11, TlsVersion::Tls10}) {
            const auto answer = question(version);
            if (!answer && (answer.error().kind == Error::Kind::Canceled || version == TlsVersion::Tls12))
                return tl::unexpected(answer.error());
            if (!answer)
                m_probe.problems += answer.error().message;
            else
                note(version, *answer);
        }
        while (m_probe.versions.value(TlsVersion::Tls12) && !m_probe.allSuites && !m_stuck && !m_left.isEmpty()) {
            const auto answer = question(TlsVersion::Tls12);
            if (!answer && answer.error().kind == Error::Kind::Canceled)
                return tl::unexpected(answer.error());
            if (answer) {
                noteSuite(*answer);
            } else {
                m_probe.problems += answer.error().message;
                m_stuck = true;
            }
        }
        return {};
    }

private:
    Result<TlsAnswer> question(TlsVersion version)
    {
        if (m_deadline.hasExpired())
            return failure(Error::Kind::Timeout,
                message(u"There was no time left to ask about everything."_s, u"时间不足，未能完成全部探测。"_s));
        return m_ask(
            {version, m_left}, QDeadlineTimer(std::min<qint64>(questionLimit.count(), m_deadline.remainingTime())));
    }

    static bool isRefusal(const TlsAnswer &answer)
    {
        return answer.kind == TlsAnswer::Kind::Alert
            && (answer.alert == protocolVersion || answer.alert == handshakeFailure
                || answer.alert == insufficientSecurity);
    }

    void note(TlsVersion version, const TlsAnswer &answer)
    {
        if (isRefusal(answer)) {
            m_probe.versions.insert(version, false);
            return;
        }
        if (answer.kind != TlsAnswer::Kind::Accepted || answer.version > version) {
            unexpected(tlsVersionName(version), answer);
            return;
        }
        // A server may answer with a lower version: it speaks that one, and not the one offered.
        m_probe.versions.insert(version, answer.version == version);
        m_probe.versions.insert(answer.version, true);
        if (version == TlsVersion::Tls12 && answer.version == version)
            noteSuite(answer);
    }

    void noteSuite(const TlsAnswer &answer)
    {
        if (isRefusal(answer)) {
            m_probe.allSuites = true;
            return;
        }
        const bool offered = answer.kind == TlsAnswer::Kind::Accepted && answer.version == TlsVersion::Tls12
            && m_left.removeOne(answer.suite);
        if (!offered) {
            m_stuck = true;
            unexpected(tlsVersionName(TlsVersion::Tls12), answer);
            return;
        }
        m_probe.suites += tlsSuite(answer.suite)->name;
        m_probe.allSuites = m_left.isEmpty();
    }

    void unexpected(const QString &asked, const TlsAnswer &answer)
    {
        switch (answer.kind) {
        case TlsAnswer::Kind::Alert:
            if (asked == tlsVersionName(TlsVersion::Tls12) && !m_probe.alerts.contains(answer.alert))
                m_probe.alerts += answer.alert;
            m_probe.problems += message(u"Asked for %1, the server sent TLS alert %2%3."_s,
                u"以 %1 询问时，服务器返回了 TLS 警报 %2%3。"_s, asked, QString::number(answer.alert),
                answer.alert == internalError && asked == tlsVersionName(TlsVersion::Tls12)
                    ? message(u" (internal error: a kubelet without a serving certificate does that)"_s,
                        u"（内部错误：没有服务端证书的 kubelet 会如此应答）"_s)
                    : Message());
            return;
        case TlsAnswer::Kind::Accepted:
            m_probe.problems += message(u"Asked for %1, the server chose what was not offered (%2, suite %3)."_s,
                u"以 %1 询问时，服务器选择了未提供的选项（%2，套件 %3）。"_s, asked, tlsVersionName(answer.version),
                QString::number(answer.suite, 16));
            return;
        case TlsAnswer::Kind::Incomplete:
            m_probe.problems += message(u"Asked for %1, the server closed the connection without a whole answer."_s,
                u"以 %1 询问时，服务器未完整应答就关闭了连接。"_s, asked);
            return;
        case TlsAnswer::Kind::Strange:
            m_probe.problems += message(u"Asked for %1, what answered did not speak TLS as it should."_s,
                u"以 %1 询问时，对端的应答不是正确的 TLS。"_s, asked);
            return;
        }
    }

    TlsProbe &m_probe;
    const AskTls &m_ask;
    QDeadlineTimer m_deadline;
    QList<quint16> m_left; ///< suites that were not chosen yet
    bool m_stuck = false;
};

} // namespace

std::optional<TlsVersion> TlsProbe::lowest() const
{
    for (const TlsVersion version : {TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12, TlsVersion::Tls13}) {
        const auto asked = versions.find(version);
        if (asked == versions.end())
            return std::nullopt; // it may be this one
        if (*asked)
            return version;
    }
    return std::nullopt;
}

AskTls overStreams(const OpenStream &open, const std::stop_token &stop)
{
    return [open, stop](const ClientHello &hello, QDeadlineTimer deadline) -> Result<TlsAnswer> {
        auto stream = open(deadline);
        if (!stream)
            return tl::unexpected(stream.error());
        if (auto sent = stream->send(writeClientHello(hello, randomBytes())); !sent)
            return tl::unexpected(sent.error());
        QByteArray bytes;
        for (;;) {
            if (stop.stop_requested())
                return failure(
                    Error::Kind::Canceled, message(u"Canceled while asking about TLS."_s, u"已在探测 TLS 时取消。"_s));
            if (deadline.hasExpired())
                return failure(Error::Kind::Timeout,
                    message(u"The server did not answer a TLS ClientHello in time."_s,
                        u"服务器没有及时应答 TLS ClientHello。"_s));
            const auto part = stream->receive(slice);
            if (!part)
                return tl::unexpected(part.error());
            if (!part->has_value())
                return readTlsAnswer(bytes);
            bytes += **part;
            const TlsAnswer answer = readTlsAnswer(bytes);
            if (answer.kind != TlsAnswer::Kind::Incomplete)
                return answer;
        }
    };
}

Result<> probeVersionsAndSuites(
    TlsProbe &probe, const AskTls &ask, QDeadlineTimer deadline, const std::stop_token &stop)
{
    if (stop.stop_requested())
        return failure(
            Error::Kind::Canceled, message(u"Canceled while asking about TLS."_s, u"已在探测 TLS 时取消。"_s));
    return Prober(probe, ask, deadline).run();
}

} // namespace jiagu
