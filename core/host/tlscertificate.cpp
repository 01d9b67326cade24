// SPDX-License-Identifier: Apache-2.0
#include "host/tlscertificate.h"

#include "base/plaintext.h"

#include <QHostAddress>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>

#include <memory>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype textLimit = 500;
constexpr qsizetype countLimit = 200;
constexpr int sliceMs = 20;

QString bounded(const QString &text)
{
    return plainText(text.left(textLimit));
}

QStringList bounded(QStringList texts)
{
    texts = texts.mid(0, countLimit);
    for (QString &text : texts)
        text = bounded(text);
    return texts;
}

template <typename Read>
QString distinguishedName(const QList<QByteArray> &attributes, Read read)
{
    QStringList parts;
    for (const QByteArray &attribute : attributes) {
        for (const QString &value : read(attribute))
            parts += QString::fromLatin1(attribute) + u'=' + value;
    }
    return bounded(parts.join(u", "_s));
}

QString keyText(const QSslKey &key)
{
    switch (key.algorithm()) {
    case QSsl::Rsa:
        return u"RSA %1"_s.arg(key.length());
    case QSsl::Ec:
        return u"ECDSA %1"_s.arg(key.length());
    case QSsl::Dsa:
        return u"DSA %1"_s.arg(key.length());
    default:
        return {};
    }
}

/// What an error of verification says about the date or the name is judged elsewhere, at a moment of its own.
bool isAboutTheChain(const QSslError &error)
{
    return error.error() != QSslError::CertificateExpired && error.error() != QSslError::CertificateNotYetValid
        && error.error() != QSslError::HostNameMismatch && error.error() != QSslError::NoError;
}

/// A pair of connected sockets on this computer's loopback address, between the TLS library and a ByteStream.
struct Pair
{
    QTcpServer listener;
    QSslSocket tls;
    std::unique_ptr<QTcpSocket> wire;

    bool open()
    {
        if (!listener.listen(QHostAddress::LocalHost))
            return false;
        tls.connectToHost(QHostAddress(QHostAddress::LocalHost), listener.serverPort());
        if (!tls.waitForConnected(1'000))
            return false;
        while (listener.waitForNewConnection(1'000)) {
            wire.reset(listener.nextPendingConnection());
            if (wire->peerPort() == tls.localPort()) { // another program may have been faster
                listener.close();
                return true;
            }
        }
        return false;
    }
};

tl::unexpected<Error> failed(const QString &why)
{
    return failure(Error::Kind::Failed,
        message(u"The TLS handshake for the certificate failed: %1."_s, u"为读取证书进行的 TLS 握手失败：%1。"_s,
            bounded(why)));
}

} // namespace

ServingCertificate describeCertificate(const QSslCertificate &certificate)
{
    ServingCertificate result;
    result.subject = distinguishedName(certificate.subjectInfoAttributes(),
        [&](const QByteArray &attribute) { return certificate.subjectInfo(attribute); });
    result.issuer = distinguishedName(certificate.issuerInfoAttributes(),
        [&](const QByteArray &attribute) { return certificate.issuerInfo(attribute); });
    const auto names = certificate.subjectAlternativeNames();
    result.names = bounded(names.values(QSsl::DnsEntry));
    result.addresses = bounded(names.values(QSsl::IpAddressEntry));
    result.names.sort();
    result.addresses.sort();
    result.from = certificate.effectiveDate().toUTC();
    result.until = certificate.expiryDate().toUTC();
    result.key = keyText(certificate.publicKey());
    result.sha256 = QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex());
    return result;
}

QStringList certificateHashes(const QByteArray &pem)
{
    QStringList hashes;
    for (const QSslCertificate &authority : QSslCertificate::fromData(pem))
        hashes += QString::fromLatin1(authority.digest(QCryptographicHash::Sha256).toHex());
    return hashes;
}

Result<ServingCertificate> shownCertificate(
    const OpenStream &open, const QByteArray &authorities, QDeadlineTimer deadline, const std::stop_token &stop)
{
    if (!QSslSocket::supportsSsl())
        return failed(u"Qt has no TLS library here"_s);
    auto stream = open(deadline);
    if (!stream)
        return tl::unexpected(stream.error());
    Pair pair;
    if (!pair.open())
        return failed(pair.tls.errorString());
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates(QSslCertificate::fromData(authorities));
    configuration.setPeerVerifyMode(QSslSocket::QueryPeer);
    pair.tls.setSslConfiguration(configuration);
    pair.tls.ignoreSslErrors();
    pair.tls.startClientEncryption();
    bool ended = false;
    while (!pair.tls.isEncrypted()) {
        if (stop.stop_requested())
            return failure(
                Error::Kind::Canceled, message(u"Canceled while asking about TLS."_s, u"已在探测 TLS 时取消。"_s));
        if (deadline.hasExpired())
            return failure(Error::Kind::Timeout,
                message(
                    u"The TLS handshake for the certificate took too long."_s, u"为读取证书进行的 TLS 握手超时。"_s));
        pair.tls.waitForEncrypted(sliceMs);
        const bool broken = pair.tls.state() != QAbstractSocket::ConnectedState;
        if (pair.tls.isEncrypted())
            break;
        if (broken || ended)
            return failed(ended && !broken ? u"the server closed the connection"_s : pair.tls.errorString());
        pair.wire->waitForReadyRead(0);
        if (const QByteArray bytes = pair.wire->readAll(); !bytes.isEmpty()) {
            if (auto sent = stream->send(bytes); !sent)
                return tl::unexpected(sent.error());
        }
        const auto part = stream->receive(std::chrono::milliseconds(sliceMs));
        if (!part)
            return tl::unexpected(part.error());
        ended = !part->has_value();
        if (!ended && !(*part)->isEmpty()) {
            pair.wire->write(**part);
            pair.wire->waitForBytesWritten(sliceMs);
        }
    }
    const QSslCertificate certificate = pair.tls.peerCertificate();
    if (certificate.isNull())
        return failed(u"no certificate was shown"_s);
    ServingCertificate result = describeCertificate(certificate);
    result.authorities = certificateHashes(authorities);
    for (const QSslError &error : pair.tls.sslHandshakeErrors()) {
        if (isAboutTheChain(error))
            result.doubts += bounded(error.errorString());
    }
    pair.tls.abort();
    return result;
}

} // namespace jiagu
