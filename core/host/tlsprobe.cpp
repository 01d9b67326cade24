// SPDX-License-Identifier: Apache-2.0
#include "host/tlsprobe.h"

#include "base/plaintext.h"

#include <QRandomGenerator>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::chrono::milliseconds slice{5};
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

/// One question over a connection of its own, which is closed as soon as the answer is there.
struct Asked
{
    Asked(const ClientHello &hello, const OpenStream &open, QDeadlineTimer deadline)
    {
        auto opened = open(deadline);
        if (!opened) {
            answer = tl::unexpected(opened.error());
            return;
        }
        stream = *std::move(opened);
        if (auto sent = stream.send(writeClientHello(hello, randomBytes())); !sent)
            finish(tl::unexpected(sent.error()));
    }

    void receive(std::chrono::milliseconds wait)
    {
        const auto part = stream.receive(wait);
        if (!part) {
            finish(tl::unexpected(part.error()));
        } else if (!part->has_value()) {
            finish(readTlsAnswer(bytes));
        } else if (!(*part)->isEmpty()) {
            bytes += **part;
            const TlsAnswer read = readTlsAnswer(bytes);
            if (read.kind != TlsAnswer::Kind::Incomplete)
                finish(read);
        }
    }

    std::optional<Result<TlsAnswer>> answer;

private:
    void finish(const Result<TlsAnswer> &what)
    {
        answer = what;
        stream = {};
    }

    ByteStream stream;
    QByteArray bytes;
};

/// The suites of TLS 1.2 and before that Go speaks (crypto/tls/cipher_suites.go, Go 1.24), the insecure ones too.
constexpr std::array<quint16, 22> goSuites{0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC009, 0xC013, 0xC00A,
    0xC014, 0xC023, 0xC027, 0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0xC012, 0x000A, 0xC007, 0xC011, 0x0005};
constexpr std::array otherVersions{TlsVersion::Tls13, TlsVersion::Tls11, TlsVersion::Tls10};

bool isOfGo(quint16 suite)
{
    return std::find(goSuites.begin(), goSuites.end(), suite) != goSuites.end();
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
        QList<quint16> all;
        for (const TlsSuite &suite : tlsSuites())
            all += suite.id;
        const auto first = m_ask({{TlsVersion::Tls12, all}}, m_deadline).constFirst();
        if (!first)
            return tl::unexpected(first.error());
        note(TlsVersion::Tls12, *first);

        QList<ClientHello> hellos;
        for (const TlsVersion version : otherVersions)
            hellos += {version, all};
        if (m_probe.versions.value(TlsVersion::Tls12)) {
            m_probe.allSuites = true; // until an answer is missing
            QList<quint16> others;
            if (noteSuite(*first, all))
                all.removeOne(first->suite);
            for (const quint16 suite : std::as_const(all)) {
                if (isOfGo(suite))
                    hellos += {TlsVersion::Tls12, {suite}};
                else
                    others += suite;
            }
            hellos += {TlsVersion::Tls12, others};
        }
        return askAll(hellos);
    }

private:
    Result<> askAll(const QList<ClientHello> &hellos)
    {
        QList<ClientHello> further;
        const auto answers = m_ask(hellos, m_deadline);
        for (qsizetype i = 0; i < hellos.size(); ++i) {
            const ClientHello &hello = hellos.at(i);
            const Result<TlsAnswer> &answer = answers.at(i);
            const bool isSuite = hello.version == TlsVersion::Tls12;
            if (!answer && answer.error().kind == Error::Kind::Canceled)
                return tl::unexpected(answer.error());
            if (!answer) {
                addProblem(answer.error().message);
                m_probe.allSuites = m_probe.allSuites && !isSuite;
            } else if (!isSuite) {
                note(hello.version, *answer);
            } else if (noteSuite(*answer, hello.suites)) {
                for (const quint16 suite : hello.suites) {
                    if (suite != answer->suite)
                        further += {TlsVersion::Tls12, {suite}};
                }
            }
        }
        return further.isEmpty() ? Result<>() : askAll(further);
    }

    void addProblem(const Message &problem)
    {
        if (!m_probe.problems.contains(problem)) // one cause may leave several questions open
            m_probe.problems += problem;
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
    }

    /// True when one of those that were offered was taken.
    bool noteSuite(const TlsAnswer &answer, const QList<quint16> &offered)
    {
        if (isRefusal(answer))
            return false;
        const bool isTaken = answer.kind == TlsAnswer::Kind::Accepted && answer.version == TlsVersion::Tls12
            && offered.contains(answer.suite);
        if (isTaken)
            m_probe.suites += tlsSuite(answer.suite)->name;
        else
            unexpected(tlsVersionName(TlsVersion::Tls12), answer);
        m_probe.allSuites = m_probe.allSuites && isTaken;
        return isTaken;
    }

    void unexpected(const QString &asked, const TlsAnswer &answer)
    {
        switch (answer.kind) {
        case TlsAnswer::Kind::Alert:
            if (asked == tlsVersionName(TlsVersion::Tls12) && !m_probe.alerts.contains(answer.alert))
                m_probe.alerts += answer.alert;
            addProblem(message(u"Asked for %1, the server sent TLS alert %2%3."_s,
                u"以 %1 询问时，服务器返回了 TLS 警报 %2%3。"_s, asked, QString::number(answer.alert),
                answer.alert == internalError && asked == tlsVersionName(TlsVersion::Tls12)
                    ? message(u" (internal error: a kubelet without a serving certificate does that)"_s,
                        u"（内部错误：没有服务端证书的 kubelet 会如此应答）"_s)
                    : Message()));
            return;
        case TlsAnswer::Kind::Accepted:
            addProblem(message(u"Asked for %1, the server chose what was not offered (%2, suite %3)."_s,
                u"以 %1 询问时，服务器选择了未提供的选项（%2，套件 %3）。"_s, asked, tlsVersionName(answer.version),
                QString::number(answer.suite, 16)));
            return;
        case TlsAnswer::Kind::Incomplete:
            addProblem(message(u"Asked for %1, the server closed the connection without a whole answer."_s,
                u"以 %1 询问时，服务器未完整应答就关闭了连接。"_s, asked));
            return;
        case TlsAnswer::Kind::Strange:
            addProblem(message(u"Asked for %1, what answered did not speak TLS as it should."_s,
                u"以 %1 询问时，对端的应答不是正确的 TLS。"_s, asked));
            return;
        }
    }

    TlsProbe &m_probe;
    const AskTls &m_ask;
    QDeadlineTimer m_deadline;
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
    return [open, stop](const QList<ClientHello> &hellos, QDeadlineTimer whole) {
        const QDeadlineTimer deadline(std::min<qint64>(tlsQuestionLimit.count(), whole.remainingTime()));
        QList<Asked> asked;
        for (const ClientHello &hello : hellos)
            asked += Asked(hello, open, deadline);
        while (!stop.stop_requested() && !deadline.hasExpired()) {
            bool isWaiting = false;
            for (Asked &one : asked) {
                if (one.answer)
                    continue;
                // The first that is still open waits for all of them, for the tunnels share one connection.
                one.receive(isWaiting ? std::chrono::milliseconds(0) : slice);
                isWaiting = true;
            }
            if (!isWaiting)
                break;
        }
        const Result<TlsAnswer> none = stop.stop_requested()
            ? failure(Error::Kind::Canceled, message(u"Canceled while asking about TLS."_s, u"已在探测 TLS 时取消。"_s))
            : failure(Error::Kind::Timeout,
                message(u"The server did not answer a TLS ClientHello in time."_s,
                    u"服务器没有及时应答 TLS ClientHello。"_s));
        QList<Result<TlsAnswer>> answers;
        for (const Asked &one : std::as_const(asked))
            answers += one.answer.value_or(none);
        return answers;
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
