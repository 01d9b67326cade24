// SPDX-License-Identifier: Apache-2.0
#include "host/opensslclient.h"

#include "base/plaintext.h"

#include <QHostAddress>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int notFound = 127;
constexpr int timeoutEnded = 124;

QString option(TlsVersion version)
{
    switch (version) {
    case TlsVersion::Tls10:
        return u"-tls1"_s;
    case TlsVersion::Tls11:
        return u"-tls1_1"_s;
    case TlsVersion::Tls12:
        return u"-tls1_2"_s;
    case TlsVersion::Tls13:
        return u"-tls1_3"_s;
    }
    return {};
}

std::optional<TlsVersion> versionOf(const QString &text)
{
    if (text == "TLSv1"_L1)
        return TlsVersion::Tls10;
    if (text == "TLSv1.1"_L1)
        return TlsVersion::Tls11;
    if (text == "TLSv1.2"_L1)
        return TlsVersion::Tls12;
    if (text == "TLSv1.3"_L1)
        return TlsVersion::Tls13;
    return std::nullopt;
}

QString captured(const QString &text, const QString &pattern)
{
    return QRegularExpression(pattern, QRegularExpression::MultilineOption).match(text).captured(1);
}

quint16 suiteOf(const QString &name)
{
    for (const TlsSuite &suite : tlsSuites()) {
        if (suite.openssl == name)
            return suite.id;
    }
    return 0;
}

/// The line that says most about what went wrong.
QString complaint(const QString &text)
{
    for (const QString &line : text.split(u'\n')) {
        if (line.contains("error"_L1) || line.contains("errno"_L1) || line.contains("nknown option"_L1)
            || line.contains("not found"_L1))
            return plainText(line.trimmed().left(300));
    }
    return plainText(text.trimmed().left(300));
}

} // namespace

QByteArray openSslCommand(
    const QString &address, quint16 port, const ClientHello &hello, const QString &authoritiesFile)
{
    const QHostAddress parsed(address);
    if (parsed.isNull() || !parsed.scopeId().isEmpty())
        return {};
    const QString host =
        parsed.protocol() == QAbstractSocket::IPv6Protocol ? u'[' + parsed.toString() + u']' : parsed.toString();
    QString command = u"LC_ALL=C timeout 5 openssl s_client -connect %1:%2 %3"_s.arg(
        host, QString::number(port), option(hello.version));
    if (hello.version != TlsVersion::Tls13) {
        QStringList names;
        for (const quint16 id : hello.suites) {
            if (const TlsSuite *suite = tlsSuite(id))
                names += suite->openssl;
        }
        // Names that this OpenSSL does not know are passed over by it; @SECLEVEL=0 lets it offer what it would not use.
        command += u" -cipher "_s + names.join(u':') + u":@SECLEVEL=0"_s;
    }
    if (!authoritiesFile.isEmpty())
        command += u" -CAfile "_s + authoritiesFile;
    return (command + u" </dev/null 2>&1"_s).toUtf8();
}

OpenSslAnswer readOpenSslAnswer(const ClientHello &hello, const QByteArray &output, int exitStatus)
{
    OpenSslAnswer result;
    const QString text = QString::fromUtf8(output.left(64 * 1024));
    const auto trouble = [&](const Message &what) {
        result.trouble = what;
        return result;
    };
    const QString name = tlsVersionName(hello.version);
    if (exitStatus == notFound)
        return trouble(message(u"The node has no openssl (or no timeout): %1."_s,
            u"节点上没有 openssl（或没有 timeout）：%1。"_s, complaint(text)));
    if (exitStatus == timeoutEnded)
        return trouble(message(u"openssl on the node got no answer to %1 in time."_s,
            u"节点上的 openssl 以 %1 询问时没有及时得到应答。"_s, name));
    const QString suite = captured(text, u"^New, .*Cipher is (\\S+)\\s*$"_s);
    const QString protocol = captured(text, u"^\\s*Protocol\\s*: (\\S+)\\s*$"_s);
    const QString fresh = captured(text, u"^New, (TLSv1\\.3), "_s);
    const auto version = versionOf(fresh.isEmpty() ? protocol : fresh);
    if (!suite.isEmpty() && suite != "(NONE)"_L1 && version) {
        result.answer.kind = TlsAnswer::Kind::Accepted;
        result.answer.version = *version;
        result.answer.suite = suiteOf(suite);
        const auto begin = output.indexOf("-----BEGIN CERTIFICATE-----");
        const QByteArray last = "-----END CERTIFICATE-----";
        const auto end = output.indexOf(last, std::max<qsizetype>(begin, 0));
        if (begin >= 0 && end > begin)
            result.certificate = output.mid(begin, end + last.size() - begin);
        const QString verified = captured(text, u"^\\s*Verify return code: (.*)$"_s);
        result.verification = verified.startsWith("0 "_L1) ? QString() : plainText(verified.trimmed().left(200));
        if (verified.isEmpty())
            result.verification = u"not verified"_s;
        return result;
    }
    bool isNumber = false;
    const int alert = captured(text, u"SSL alert number (\\d{1,3})"_s).toInt(&isNumber);
    if (isNumber) {
        result.answer.kind = TlsAnswer::Kind::Alert;
        result.answer.alert = alert;
        return result;
    }
    return trouble(message(u"openssl on the node could not ask for %1: %2."_s,
        u"节点上的 openssl 无法以 %1 询问：%2。"_s, name, complaint(text)));
}

} // namespace jiagu
