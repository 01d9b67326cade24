// SPDX-License-Identifier: Apache-2.0
#include "host/tlshello.h"

#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype answerLimit = 32 * 1024;
constexpr qsizetype recordLimit = 16 * 1024 + 2048; // RFC 5246, 6.2.3
constexpr quint8 alertRecord = 21;
constexpr quint8 handshakeRecord = 22;
constexpr quint8 serverHello = 2;
constexpr int unrecognizedName = 112;
constexpr quint16 supportedVersions = 43;

constexpr std::array versions{TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12, TlsVersion::Tls13};

quint16 onTheWire(TlsVersion version)
{
    return quint16(0x0301 + int(version));
}

void put(QByteArray &bytes, quint16 value)
{
    bytes += char(value >> 8);
    bytes += char(value & 0xff);
}

/// A vector with its length in two bytes before it.
void putVector(QByteArray &bytes, const QByteArray &content)
{
    put(bytes, quint16(content.size()));
    bytes += content;
}

void putExtension(QByteArray &bytes, quint16 type, const QByteArray &content)
{
    put(bytes, type);
    putVector(bytes, content);
}

QByteArray listed(std::initializer_list<quint16> values)
{
    QByteArray content;
    for (const quint16 value : values)
        put(content, value);
    QByteArray list;
    putVector(list, content);
    return list;
}

QByteArray extensions(TlsVersion version)
{
    QByteArray bytes;
    putExtension(bytes, 10, listed({29, 23, 24, 25})); // supported_groups: x25519, P-256, P-384, P-521
    putExtension(bytes, 11, QByteArray("\x01\x00", 2)); // ec_point_formats: uncompressed
    if (version >= TlsVersion::Tls12) // signature_algorithms
        putExtension(bytes, 13,
            listed({0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201}));
    if (version == TlsVersion::Tls13) {
        QByteArray only(1, '\x02');
        put(only, onTheWire(version));
        putExtension(bytes, supportedVersions, only);
        putExtension(bytes, 51, QByteArray(2, '\0')); // key_share: none
    }
    return bytes;
}

/// Reads big-endian numbers and vectors; once something is missing, everything is.
class Cursor
{
public:
    explicit Cursor(QByteArrayView bytes)
        : m_bytes(bytes)
    {
    }
    bool failed() const { return m_failed; }
    bool atEnd() const { return m_bytes.isEmpty(); }
    quint32 number(int bytes)
    {
        quint32 value = 0;
        for (const char byte : take(bytes))
            value = value << 8 | quint8(byte);
        return value;
    }
    QByteArrayView take(qsizetype size)
    {
        if (m_failed || size > m_bytes.size()) {
            m_failed = true;
            return {};
        }
        const QByteArrayView taken = m_bytes.first(size);
        m_bytes = m_bytes.sliced(size);
        return taken;
    }

private:
    QByteArrayView m_bytes;
    bool m_failed = false;
};

TlsAnswer strange()
{
    TlsAnswer answer;
    answer.kind = TlsAnswer::Kind::Strange;
    return answer;
}

/// The version that a ServerHello's extensions name, or `legacy` where they name none; 0 for what is damaged.
quint16 negotiated(Cursor &body, quint16 legacy)
{
    if (body.atEnd())
        return legacy;
    Cursor list(body.take(body.number(2)));
    if (body.failed() || !body.atEnd())
        return 0;
    while (!list.atEnd()) {
        const auto type = quint16(list.number(2));
        const QByteArrayView content = list.take(list.number(2));
        if (list.failed())
            return 0;
        if (type == supportedVersions) {
            Cursor value(content);
            legacy = quint16(value.number(2));
            if (value.failed())
                return 0;
        }
    }
    return legacy;
}

TlsAnswer readServerHello(QByteArrayView bytes)
{
    Cursor body(bytes);
    const auto legacy = quint16(body.number(2));
    body.take(32);
    const quint32 session = body.number(1);
    body.take(session);
    const auto suite = quint16(body.number(2));
    const quint32 compression = body.number(1);
    if (body.failed() || session > 32 || compression != 0)
        return strange();
    const quint16 chosen = negotiated(body, legacy);
    for (const TlsVersion version : versions) {
        if (chosen != onTheWire(version))
            continue;
        TlsAnswer answer;
        answer.kind = TlsAnswer::Kind::Accepted;
        answer.version = version;
        answer.suite = suite;
        return answer;
    }
    return strange();
}

} // namespace

QString tlsVersionName(TlsVersion version)
{
    return u"VersionTLS1"_s + QString::number(int(version));
}

std::optional<TlsVersion> tlsVersion(QStringView name)
{
    for (const TlsVersion version : versions) {
        if (name == tlsVersionName(version))
            return version;
    }
    return std::nullopt;
}

const QList<TlsSuite> &tlsSuites()
{
    static const QList<TlsSuite> suites{
        {0xC02B, u"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"_s, u"ECDHE-ECDSA-AES128-GCM-SHA256"_s},
        {0xC02F, u"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"_s, u"ECDHE-RSA-AES128-GCM-SHA256"_s},
        {0xC02C, u"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"_s, u"ECDHE-ECDSA-AES256-GCM-SHA384"_s},
        {0xC030, u"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"_s, u"ECDHE-RSA-AES256-GCM-SHA384"_s},
        {0xCCA9, u"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"_s, u"ECDHE-ECDSA-CHACHA20-POLY1305"_s},
        {0xCCA8, u"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"_s, u"ECDHE-RSA-CHACHA20-POLY1305"_s},
        {0xC009, u"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"_s, u"ECDHE-ECDSA-AES128-SHA"_s},
        {0xC013, u"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"_s, u"ECDHE-RSA-AES128-SHA"_s},
        {0xC00A, u"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"_s, u"ECDHE-ECDSA-AES256-SHA"_s},
        {0xC014, u"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"_s, u"ECDHE-RSA-AES256-SHA"_s},
        {0xC023, u"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"_s, u"ECDHE-ECDSA-AES128-SHA256"_s},
        {0xC027, u"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"_s, u"ECDHE-RSA-AES128-SHA256"_s},
        {0xC024, u"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"_s, u"ECDHE-ECDSA-AES256-SHA384"_s},
        {0xC028, u"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"_s, u"ECDHE-RSA-AES256-SHA384"_s},
        {0xC0AC, u"TLS_ECDHE_ECDSA_WITH_AES_128_CCM"_s, u"ECDHE-ECDSA-AES128-CCM"_s},
        {0xC0AD, u"TLS_ECDHE_ECDSA_WITH_AES_256_CCM"_s, u"ECDHE-ECDSA-AES256-CCM"_s},
        {0x009C, u"TLS_RSA_WITH_AES_128_GCM_SHA256"_s, u"AES128-GCM-SHA256"_s},
        {0x009D, u"TLS_RSA_WITH_AES_256_GCM_SHA384"_s, u"AES256-GCM-SHA384"_s},
        {0x002F, u"TLS_RSA_WITH_AES_128_CBC_SHA"_s, u"AES128-SHA"_s},
        {0x0035, u"TLS_RSA_WITH_AES_256_CBC_SHA"_s, u"AES256-SHA"_s},
        {0x003C, u"TLS_RSA_WITH_AES_128_CBC_SHA256"_s, u"AES128-SHA256"_s},
        {0x003D, u"TLS_RSA_WITH_AES_256_CBC_SHA256"_s, u"AES256-SHA256"_s},
        {0xC09C, u"TLS_RSA_WITH_AES_128_CCM"_s, u"AES128-CCM"_s},
        {0xC09D, u"TLS_RSA_WITH_AES_256_CCM"_s, u"AES256-CCM"_s},
        {0x009E, u"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"_s, u"DHE-RSA-AES128-GCM-SHA256"_s},
        {0x009F, u"TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"_s, u"DHE-RSA-AES256-GCM-SHA384"_s},
        {0xCCAA, u"TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"_s, u"DHE-RSA-CHACHA20-POLY1305"_s},
        {0x0033, u"TLS_DHE_RSA_WITH_AES_128_CBC_SHA"_s, u"DHE-RSA-AES128-SHA"_s},
        {0x0039, u"TLS_DHE_RSA_WITH_AES_256_CBC_SHA"_s, u"DHE-RSA-AES256-SHA"_s},
        {0x0067, u"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"_s, u"DHE-RSA-AES128-SHA256"_s},
        {0x006B, u"TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"_s, u"DHE-RSA-AES256-SHA256"_s},
        {0x0041, u"TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"_s, u"CAMELLIA128-SHA"_s},
        {0x0084, u"TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"_s, u"CAMELLIA256-SHA"_s},
        {0xC008, u"TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"_s, u"ECDHE-ECDSA-DES-CBC3-SHA"_s},
        {0xC012, u"TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"_s, u"ECDHE-RSA-DES-CBC3-SHA"_s},
        {0x0016, u"TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"_s, u"DHE-RSA-DES-CBC3-SHA"_s},
        {0x000A, u"TLS_RSA_WITH_3DES_EDE_CBC_SHA"_s, u"DES-CBC3-SHA"_s},
        {0xC007, u"TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"_s, u"ECDHE-ECDSA-RC4-SHA"_s},
        {0xC011, u"TLS_ECDHE_RSA_WITH_RC4_128_SHA"_s, u"ECDHE-RSA-RC4-SHA"_s},
        {0x0005, u"TLS_RSA_WITH_RC4_128_SHA"_s, u"RC4-SHA"_s},
        {0x0004, u"TLS_RSA_WITH_RC4_128_MD5"_s, u"RC4-MD5"_s},
        {0x0034, u"TLS_DH_anon_WITH_AES_128_CBC_SHA"_s, u"ADH-AES128-SHA"_s},
        {0xC018, u"TLS_ECDH_anon_WITH_AES_128_CBC_SHA"_s, u"AECDH-AES128-SHA"_s},
        {0xC006, u"TLS_ECDHE_ECDSA_WITH_NULL_SHA"_s, u"ECDHE-ECDSA-NULL-SHA"_s},
        {0xC010, u"TLS_ECDHE_RSA_WITH_NULL_SHA"_s, u"ECDHE-RSA-NULL-SHA"_s},
        {0x003B, u"TLS_RSA_WITH_NULL_SHA256"_s, u"NULL-SHA256"_s},
        {0x0002, u"TLS_RSA_WITH_NULL_SHA"_s, u"NULL-SHA"_s},
        {0x0001, u"TLS_RSA_WITH_NULL_MD5"_s, u"NULL-MD5"_s},
    };
    return suites;
}

const TlsSuite *tlsSuite(quint16 id)
{
    for (const TlsSuite &suite : tlsSuites()) {
        if (suite.id == id)
            return &suite;
    }
    return nullptr;
}

QByteArray writeClientHello(const ClientHello &hello, const QByteArray &random)
{
    const bool is13 = hello.version == TlsVersion::Tls13;
    QByteArray body;
    put(body, onTheWire(std::min(hello.version, TlsVersion::Tls12)));
    body += random.left(32).leftJustified(32, '\0');
    body += '\0'; // no session
    QByteArray suites;
    for (const quint16 suite : is13 ? QList<quint16>{0x1301, 0x1302, 0x1303} : hello.suites)
        put(suites, suite);
    putVector(body, suites);
    body += QByteArray("\x01\x00", 2); // no compression
    putVector(body, extensions(hello.version));

    QByteArray handshake(1, '\x01');
    handshake += '\0';
    putVector(handshake, body);
    QByteArray record(1, char(handshakeRecord));
    put(record, onTheWire(TlsVersion::Tls10)); // RFC 8446, 5.1
    putVector(record, handshake);
    return record;
}

TlsAnswer readTlsAnswer(QByteArrayView bytes)
{
    const bool isAll = bytes.size() < answerLimit;
    const TlsAnswer notYet = isAll ? TlsAnswer{} : strange();
    Cursor records(bytes.first(std::min(bytes.size(), answerLimit)));
    QByteArray handshake;
    while (!records.atEnd()) {
        const quint32 type = records.number(1);
        if (type != alertRecord && type != handshakeRecord)
            return strange();
        const quint32 major = records.number(1);
        records.number(1);
        const quint32 size = records.number(2);
        if (!records.failed() && (major != 3 || size > recordLimit || size == 0))
            return strange();
        const QByteArrayView content = records.take(size);
        if (records.failed())
            return notYet;
        if (type == alertRecord) {
            if (content.size() != 2 || !handshake.isEmpty())
                return strange();
            const int alert = quint8(content[1]);
            if (content[0] == 1 && alert == unrecognizedName) // a warning: the handshake goes on
                continue;
            TlsAnswer answer;
            answer.kind = TlsAnswer::Kind::Alert;
            answer.alert = alert;
            return answer;
        }
        handshake += content;
        Cursor message(handshake);
        if (message.number(1) != serverHello)
            return strange();
        const quint32 length = message.number(3);
        if (!message.failed() && length > recordLimit)
            return strange();
        const QByteArrayView body = message.take(length);
        if (!message.failed())
            return readServerHello(body);
    }
    return notYet;
}

} // namespace jiagu
