// SPDX-License-Identifier: Apache-2.0
#include "cluster/scan.h"
#include "host/opensslclient.h"
#include "host/sshsession.h"
#include "host/tlscertificate.h"
#include "host/tlsways.h"
#include "snapshotbuilder.h"
#include "sshd.h"
#include "tlsserver.h"

#include <QElapsedTimer>
#include <QNetworkInterface>
#include <QStandardPaths>

#include <thread>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

using Kind = TlsAnswer::Kind;

TlsAnswer accepted(TlsVersion version, quint16 suite)
{
    return {Kind::Accepted, version, suite, -1};
}

TlsAnswer alert(int number)
{
    return {Kind::Alert, TlsVersion::Tls12, 0, number};
}

TlsAnswer only(Kind kind)
{
    TlsAnswer answer;
    answer.kind = kind;
    return answer;
}

/// What was found, as one line.
QString seen(const TlsProbe &probe)
{
    QStringList parts;
    for (auto version = probe.versions.cbegin(); version != probe.versions.cend(); ++version)
        parts += (*version ? u"+"_s : u"-"_s) + QString::number(int(version.key()));
    QStringList suites = probe.suites;
    suites.sort();
    return parts.join(u' ') + u" | "_s + suites.join(u' ') + (probe.allSuites ? u" all"_s : QString());
}

QString why(const TlsProbe &probe)
{
    QString text;
    for (const Message &problem : probe.problems)
        text += problem.en + u'\n';
    return text;
}

OpenStream toPort(quint16 port, const std::stop_token &stop = {})
{
    return directStreams(u"node"_s, u"127.0.0.1"_s, port, stop);
}

// Recorded from OpenSSL 3.0, answering a ClientHello of TLS 1.2 (the beginning of its answer), of 1.3, and without a
// suite that it has.
const auto hello12 =
    "1603030054020000500303f4021f517877b79adad2df9430c5d7bb98f02e077f9fbcf0444f574e4752440120ea9f7551b988e7"
    "2e5ea4444a6b4f670067f5777d5c03400ce513b7f3f391e7d0c02f000008000b000403000102"_ba;
const auto retry13 =
    "1603030038020000340303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c00130100000c002b"
    "0002030400330002001d"_ba;
const auto noSuite = "15030300020228"_ba;

} // namespace

class TestTlsProbe : public QObject
{
    Q_OBJECT

    Certificates m_certificates;
    bool m_hasCertificates = false;

private Q_SLOTS:
    void initTestCase() { m_hasCertificates = m_certificates.make(); }

    void answersAreRead_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<TlsAnswer>("answer");
        const auto row = [](const char *name, const QByteArray &hex, const TlsAnswer &answer) {
            QTest::newRow(name) << hex << answer;
        };
        const auto random = "00"_ba.repeated(32);
        const auto certificateFollows = "16030300040b000000"_ba;
        row("TLS 1.2", hello12, accepted(TlsVersion::Tls12, 0xC02F));
        row("TLS 1.2, its certificate behind it", hello12 + certificateFollows, accepted(TlsVersion::Tls12, 0xC02F));
        row("TLS 1.3 asks for a key", retry13, accepted(TlsVersion::Tls13, 0x1301));
        row("TLS 1.1 without extensions", "160302002a020000260302" + random + "00002f00",
            accepted(TlsVersion::Tls11, 0x002F));
        row("TLS 1.0", "160301002a020000260301" + random + "00002f00", accepted(TlsVersion::Tls10, 0x002F));
        row("over two records", "1603020014020000260302" + random.left(28) + "1603020016" + random.mid(28) + "00002f00",
            accepted(TlsVersion::Tls11, 0x002F));
        row("no suite in common", noSuite, alert(40));
        row("the version is refused", "15030100020246"_ba, alert(70));
        row("internal error", "15030300020250"_ba, alert(80));
        row("a warning about the name, then the answer", "15030300020170" + hello12,
            accepted(TlsVersion::Tls12, 0xC02F));
        row("another warning is an alert", "15030300020100"_ba, alert(0));

        row("nothing", {}, {});
        row("one byte", "16"_ba, {});
        row("half a record", hello12.left(60), {});
        row("half a ServerHello in a whole record", "160303000a02000050030300000000"_ba, {});
        row("a record of nothing", "1603030000"_ba, only(Kind::Strange));
        row("an alert of three bytes", "1503030003022800"_ba, only(Kind::Strange));
        row("an encrypted alert", "150303001a" + "aa"_ba.repeated(26), only(Kind::Strange));
        row("HTTP", "HTTP/1.1 400 Bad Request\r\n"_ba.toHex(), only(Kind::Strange));
        row("SSH", "SSH-2.0-OpenSSH\r\n"_ba.toHex(), only(Kind::Strange));
        row("a record that is too long", "160303ffff02"_ba, only(Kind::Strange));
        row("SSL 2", "80098101000301"_ba, only(Kind::Strange));
        row("another message", "16030300040b000000"_ba, only(Kind::Strange));
        row("a ServerHello that is too long", "160303000402ffffff"_ba, only(Kind::Strange));
        row("SSL 3.0", "160300002a020000260300" + random + "00002f00", only(Kind::Strange));
        row("TLS 1.9", "160303002a02000026030a" + random + "00002f00", only(Kind::Strange));
        row("a session of 33 bytes", "160303004b020000470303" + random + "21" + "00"_ba.repeated(33) + "002f00",
            only(Kind::Strange));
        row("a session behind the end", "160303002a020000260303" + random + "20002f00", only(Kind::Strange));
        row("compression", "160303002a020000260303" + random + "00002f01", only(Kind::Strange));
        row("extensions behind the end", "160303002c020000280303" + random + "00002f000004", only(Kind::Strange));
        row("an extension behind the end",
            "1603030030020000"
            "2c0303"
                + random + "00002f000004002b0002",
            only(Kind::Strange));
        row("a version of one byte",
            "1603030031020000"
            "2d0303"
                + random + "00002f000005002b000103",
            only(Kind::Strange));
        row("a flood of warnings", "15030300020170"_ba.repeated(5000), only(Kind::Strange));
        row("handshake bytes without an end", ("1603034000"_ba + "020040000303" + "00"_ba.repeated(16378)).repeated(3),
            only(Kind::Strange));
    }
    void answersAreRead()
    {
        QFETCH(QByteArray, hex);
        QFETCH(TlsAnswer, answer);
        const QByteArray bytes = QByteArray::fromHex(hex);
        const TlsAnswer read = readTlsAnswer(bytes);
        QCOMPARE(int(read.kind), int(answer.kind));
        QCOMPARE(read == answer, true);
        // Cut off anywhere it is either not there yet or what it is: never something else that was accepted.
        for (qsizetype size = 0; size < std::min<qsizetype>(bytes.size(), 200); ++size) {
            const TlsAnswer part = readTlsAnswer(QByteArrayView(bytes).first(size));
            QVERIFY(part.kind == Kind::Incomplete || part == answer);
        }
    }

    void openSslIsRead_data()
    {
        QTest::addColumn<TlsVersion>("version");
        QTest::addColumn<QByteArray>("output");
        QTest::addColumn<int>("status");
        QTest::addColumn<TlsAnswer>("answer");
        QTest::addColumn<QString>("trouble");
        QTest::addColumn<QString>("verification");
        const TlsAnswer none;
        const auto certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"_ba;
        QTest::newRow("TLS 1.2") << TlsVersion::Tls12
                                 << "CONNECTED(00000003)\n" + certificate
                + "New, TLSv1.2, Cipher is ECDHE-RSA-AES128-GCM-SHA256\nSSL-Session:\n    Protocol  : TLSv1.2\n"
                  "    Cipher    : ECDHE-RSA-AES128-GCM-SHA256\n    Verify return code: 0 (ok)\n"
                                 << 0 << accepted(TlsVersion::Tls12, 0xC02F) << QString() << QString();
        QTest::newRow("TLS 1.2 of OpenSSL 1.0")
            << TlsVersion::Tls12
            << "New, TLSv1/SSLv3, Cipher is AES128-SHA\n    Protocol  : TLSv1.2\n    Verify return code: 21 (unable)\n"_ba
            << 0 << accepted(TlsVersion::Tls12, 0x002F) << QString() << u"21 (unable)"_s;
        QTest::newRow("TLS 1.3") << TlsVersion::Tls13
                                 << "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\nVerify return code: 0 (ok)\n"_ba
                                 << 0 << accepted(TlsVersion::Tls13, 0) << QString() << QString();
        QTest::newRow("refused, and old lines about a session")
            << TlsVersion::Tls12
            << "error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:SSL alert number 70\n"
               "New, (NONE), Cipher is (NONE)\n    Protocol  : TLSv1.2\n    Cipher    : 0000\n"_ba
            << 1 << alert(70) << QString() << QString();
        QTest::newRow("not verified at all")
            << TlsVersion::Tls13 << "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\n"_ba << 0
            << accepted(TlsVersion::Tls13, 0) << QString() << u"not verified"_s;
        QTest::newRow("no openssl") << TlsVersion::Tls12 << "timeout: failed to run command 'openssl'\n"_ba << 127
                                    << none << u"has no openssl"_s << QString();
        QTest::newRow("no answer") << TlsVersion::Tls12 << ""_ba << 124 << none << u"no answer"_s << QString();
        QTest::newRow("refused connection") << TlsVersion::Tls12 << "connect:errno=111\n"_ba << 1 << none
                                            << u"could not ask for VersionTLS12: connect:errno=111"_s << QString();
        QTest::newRow("a version that it does not know")
            << TlsVersion::Tls13 << "s_client: Unknown option: -tls1_3\n"_ba << 1 << none << u"Unknown option"_s
            << QString();
        QTest::newRow("nothing that makes sense")
            << TlsVersion::Tls12 << "\x1b[31mhello\xff"_ba << 0 << none << u"could not ask"_s << QString();
    }
    void openSslIsRead()
    {
        QFETCH(TlsVersion, version);
        QFETCH(QByteArray, output);
        QFETCH(int, status);
        QFETCH(TlsAnswer, answer);
        QFETCH(QString, trouble);
        const OpenSslAnswer read = readOpenSslAnswer({version, {}}, output, status);
        QCOMPARE(read.answer == answer, true);
        QCOMPARE(read.trouble.isEmpty(), trouble.isEmpty());
        QVERIFY2(read.trouble.en.contains(trouble), qPrintable(read.trouble.en));
        QVERIFY(!read.trouble.en.contains(u'\x1b'));
        QTEST(read.verification, "verification");
    }

    void nothingButAddressesReachesAShell()
    {
        for (const QString &address : {u"; id"_s, u"$(id)"_s, u"fe80::1%eth0"_s, u"node"_s, u""_s})
            QCOMPARE(openSslCommand(address, 1, {}, {}), QByteArray());
        QVERIFY(openSslCommand(u"::1"_s, 10250, {}, {}).contains("-connect [::1]:10250 "));
    }

    void serversOfOpenSsl_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("found");
        const auto row = [](const char *name, const QString &arguments, const QString &found) {
            QTest::newRow(name) << arguments.split(u' ') << found;
        };
        row("1.3 alone", u"-tls1_3"_s, u"-0 -1 -2 +3 | "_s);
        row("1.2 alone, one suite", u"-tls1_2 -cipher AES128-SHA"_s,
            u"-0 -1 +2 -3 | TLS_RSA_WITH_AES_128_CBC_SHA all"_s);
        row("1.2 alone, two suites", u"-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA256"_s,
            u"-0 -1 +2 -3 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_CBC_SHA256 all"_s);
        row("a suite of ECDSA that an RSA key cannot serve",
            u"-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"_s,
            u"-0 -1 +2 -3 | TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 all"_s);
    }
    void serversOfOpenSsl()
    {
        QFETCH(QStringList, arguments);
        QVERIFY2(m_hasCertificates, "openssl did not make certificates");
        const quint16 port = freePort();
        ServerProgram server;
        QVERIFY(server.start(u"openssl"_s,
            QStringList{u"s_server"_s, u"-quiet"_s, u"-accept"_s, u"127.0.0.1:%1"_s.arg(port), u"-cert"_s,
                m_certificates.path(u"self.crt"_s), u"-key"_s, m_certificates.path(u"self.key"_s)}
                + arguments,
            port));
        TlsProbe probe;
        const auto done =
            probeVersionsAndSuites(probe, overStreams(toPort(port), {}), QDeadlineTimer(60'000), std::stop_token());
        QVERIFY2(done, done ? "" : qPrintable(done.error().message.en));
        QFETCH(QString, found);
        QVERIFY2(seen(probe) == found, qPrintable(seen(probe) + u'\n' + why(probe)));
        const auto certificate =
            shownCertificate(toPort(port), m_certificates.read(u"ca.crt"_s), QDeadlineTimer(60'000), {});
        QVERIFY2(certificate, certificate ? "" : qPrintable(certificate.error().message.en));
        QCOMPARE(certificate->subject, u"CN=node@1"_s);
        QVERIFY(!certificate->doubts.isEmpty());
    }

    void serversOfGo_data()
    {
        QTest::addColumn<QString>("lowest");
        QTest::addColumn<QString>("highest");
        QTest::addColumn<QString>("suites");
        QTest::addColumn<QString>("certificate"); // "" for a server that has none
        QTest::addColumn<QString>("found");
        QTest::addColumn<QList<int>>("alerts");
        const auto row = [](const char *name, const char *lowest, const char *highest, const char *suites,
                             const char *certificate, const QString &found, const QList<int> &alerts = {}) {
            QTest::newRow(name) << QString::fromLatin1(lowest) << QString::fromLatin1(highest)
                                << QString::fromLatin1(suites) << QString::fromLatin1(certificate) << found << alerts;
        };
        row("1.0 to 1.3", "10", "13", "0xc02f,0x002f", "self",
            u"+0 +1 +2 +3 | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_128_CBC_SHA all"_s);
        row("1.0 to 1.1", "10", "11", "0x002f", "self", u"+0 +1 -2 -3 | "_s);
        row("1.2 to 1.3", "12", "13", "0xc02b,0xc02f", "signed",
            u"-0 -1 +2 +3 | TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 all"_s);
        row("1.3 alone", "13", "13", "0xc02f", "signed", u"-0 -1 -2 +3 | "_s);
        row("without a certificate", "12", "13", "0xc02f", "", u"-0 -1 +3 | "_s, {80});
    }
    void serversOfGo()
    {
        QFETCH(QString, lowest);
        QFETCH(QString, highest);
        QFETCH(QString, suites);
        QFETCH(QString, certificate);
        QVERIFY2(m_hasCertificates, "openssl did not make certificates");
        const QString program = goServer();
        if (program.isEmpty())
            QSKIP("needs Go: on PATH, in /usr/local/go or in build/go");
        const quint16 port = freePort();
        ServerProgram server;
        QVERIFY(server.start(program,
            {QString::number(port), lowest, highest, suites,
                certificate.isEmpty() ? QString() : m_certificates.path(certificate)},
            port));
        TlsProbe probe;
        const auto done = probeVersionsAndSuites(probe, overStreams(toPort(port), {}), QDeadlineTimer(60'000), {});
        QVERIFY2(done, done ? "" : qPrintable(done.error().message.en));
        QFETCH(QString, found);
        QVERIFY2(seen(probe) == found, qPrintable(seen(probe) + u'\n' + why(probe)));
        QTEST(probe.alerts, "alerts");
        const auto shown = shownCertificate(toPort(port), m_certificates.read(u"ca.crt"_s), QDeadlineTimer(60'000), {});
        const bool speaksCurrent = highest == u"13"_s && !certificate.isEmpty();
        QVERIFY2(
            bool(shown) == speaksCurrent, shown ? qPrintable(shown->subject) : qPrintable(shown.error().message.en));
        if (!shown)
            return;
        QCOMPARE(shown->doubts.isEmpty(), certificate == u"signed"_s);
        QCOMPARE(shown->authorities, certificateHashes(m_certificates.read(u"ca.crt"_s)));
        if (certificate == u"signed"_s) {
            QCOMPARE(shown->issuer, u"CN=kubernetes"_s);
            QCOMPARE(shown->names, QStringList{u"node"_s});
            QCOMPARE(shown->addresses, QStringList{u"127.0.0.1"_s});
            QCOMPARE(shown->key, u"ECDSA 256"_s);
            QVERIFY(shown->from.isValid() && shown->from < shown->until);
        }
    }

    void strangers_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<bool>("closes");
        QTest::addColumn<QString>("says");
        QTest::newRow("HTTP") << "HTTP/1.1 400 Bad Request\r\n\r\n"_ba << true << u"did not speak TLS"_s;
        QTest::newRow("nothing, and closed") << ""_ba << true << u"closed the connection"_s;
        QTest::newRow("what was not offered")
            << QByteArray::fromHex(hello12).replace("\xc0\x2f", "\x56\xaa") << true << u"chose what was not offered"_s;
        QTest::newRow("1.3 to everything") << QByteArray::fromHex(retry13) << true << u"chose what was not offered"_s;
    }
    void strangers()
    {
        QFETCH(QByteArray, answer);
        QFETCH(bool, closes);
        QFETCH(QString, says);
        const Answering server(answer, closes);
        TlsProbe probe;
        const auto done =
            probeVersionsAndSuites(probe, overStreams(toPort(server.port()), {}), QDeadlineTimer(60'000), {});
        QVERIFY2(done, done ? "" : qPrintable(done.error().message.en));
        QVERIFY2(why(probe).contains(says), qPrintable(why(probe)));
        QVERIFY(!probe.lowest());
        QVERIFY(!probe.allSuites);
        QVERIFY(!shownCertificate(toPort(server.port()), {}, QDeadlineTimer(60'000), {}));
    }

    void theRoundsOfAProbe_data()
    {
        QTest::addColumn<QList<quint16>>("accepted");
        QTest::addColumn<QList<qsizetype>>("rounds");
        const qsizetype known = tlsSuites().size();
        constexpr qsizetype ofGo = 22;
        constexpr qsizetype versions = 3;
        QTest::newRow("nothing but 1.3") << QList<quint16>() << QList<qsizetype>{1, versions};
        QTest::newRow("a suite of Go") << QList<quint16>{0xC02F} << QList<qsizetype>{1, versions + ofGo - 1 + 1};
        QTest::newRow("two of Go") << QList<quint16>{0xC02F, 0x002F} << QList<qsizetype>{1, versions + ofGo - 1 + 1};
        QTest::newRow("one of Go and another")
            << QList<quint16>{0x009E, 0xC02F} << QList<qsizetype>{1, versions + ofGo - 1 + 1, known - ofGo - 1};
        QTest::newRow("none of Go") << QList<quint16>{0x009E, 0x0004}
                                    << QList<qsizetype>{1, versions + ofGo + 1, known - ofGo - 2};
    }
    /// What a server accepts is found in at most three rounds, whose questions do not wait for each other.
    void theRoundsOfAProbe()
    {
        QFETCH(QList<quint16>, accepted);
        QList<qsizetype> rounds;
        TlsProbe probe;
        const auto done = probeVersionsAndSuites(probe,
            [&](const QList<ClientHello> &hellos, QDeadlineTimer) {
                rounds += hellos.size();
                QList<Result<TlsAnswer>> answers;
                for (const ClientHello &hello : hellos) {
                    TlsAnswer answer = alert(hello.version == TlsVersion::Tls12 ? 40 : 70);
                    for (const quint16 suite : std::as_const(accepted)) {
                        if (hello.version == TlsVersion::Tls12 && hello.suites.contains(suite))
                            answer = ::accepted(TlsVersion::Tls12, suite);
                    }
                    answers += answer;
                }
                return answers;
            },
            QDeadlineTimer(60'000), {});
        QVERIFY(done);
        QTEST(rounds, "rounds");
        QCOMPARE(probe.suites.size(), accepted.size());
        for (const quint16 suite : std::as_const(accepted))
            QVERIFY(probe.suites.contains(tlsSuite(suite)->name));
        QCOMPARE(probe.allSuites, !accepted.isEmpty());
        QCOMPARE(probe.problems.size(), 0);
    }

    /// The server answers nobody before all have asked.
    void questionsAreAskedAtOnce()
    {
        constexpr int count = 20;
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const quint16 port = server.serverPort();
        QList<Result<TlsAnswer>> answers;
        std::jthread asking([&] {
            answers = overStreams(toPort(port), {})(
                QList<ClientHello>(count, {TlsVersion::Tls12, {0xC02F}}), QDeadlineTimer(60'000));
        });
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        while (sockets.size() < count) {
            QVERIFY(server.hasPendingConnections() || server.waitForNewConnection(10'000));
            sockets.emplace_back(server.nextPendingConnection());
            QVERIFY(sockets.back()->waitForReadyRead(10'000));
        }
        for (const auto &socket : sockets) {
            socket->write(QByteArray::fromHex(hello12));
            socket->waitForBytesWritten(10'000);
        }
        asking.join();
        QCOMPARE(answers.size(), count);
        for (const auto &answer : answers)
            QVERIFY2(answer && *answer == accepted(TlsVersion::Tls12, 0xC02F),
                answer ? "" : qPrintable(answer.error().message.en));
    }

    void aMuteServerCostsItsTimeAndNoMore()
    {
        const Answering server({}, false);
        TlsProbe probe;
        QElapsedTimer timer;
        timer.start();
        const auto done =
            probeVersionsAndSuites(probe, overStreams(toPort(server.port()), {}), QDeadlineTimer(300), {});
        QVERIFY(!done);
        QCOMPARE(done.error().kind, Error::Kind::Timeout);
        QVERIFY(timer.elapsed() < 3'000);
        std::stop_source stop;
        stop.request_stop();
        const auto canceled = probeVersionsAndSuites(
            probe, overStreams(toPort(server.port()), stop.get_token()), QDeadlineTimer(60'000), stop.get_token());
        QVERIFY(!canceled);
        QCOMPARE(canceled.error().kind, Error::Kind::Canceled);
    }

    void ways_data()
    {
        QTest::addColumn<QStringList>("config");
        QTest::addColumn<QString>("way");
        QTest::addColumn<QString>("says");
        QTest::newRow("tunnel") << QStringList() << u"tunnel"_s << QString();
        QTest::newRow("tunnels are forbidden, and the port can be reached")
            << QStringList{u"AllowTcpForwarding no"_s} << u"direct"_s << u"forbids tunnels"_s;
        QTest::newRow("tunnels are forbidden, and nothing is asked directly")
            << QStringList{u"AllowTcpForwarding no"_s} << u"node"_s << u"forbids tunnels"_s;
    }
    void ways()
    {
        QFETCH(QStringList, config);
        QFETCH(QString, way);
        QFETCH(QString, says);
        QVERIFY2(m_hasCertificates, "openssl did not make certificates");
        // A loopback address of the SSH connection is never asked directly, and another address of this machine is.
        const QString host = way == u"direct"_s ? ownAddress() : u"127.0.0.1"_s;
        if (host.isEmpty())
            QSKIP("needs an IPv4 address that is not loopback");
        Sshd sshd;
        if (way == u"direct"_s)
            config += u"ListenAddress "_s + host;
        if (const QString problem = sshd.start(config); !problem.isEmpty())
            QSKIP(qPrintable(problem));
        const quint16 port = freePort();
        ServerProgram server;
        QVERIFY(server.start(u"openssl"_s,
            {u"s_server"_s, u"-quiet"_s, u"-accept"_s, u"0.0.0.0:%1"_s.arg(port), u"-cert"_s,
                m_certificates.path(u"signed.crt"_s), u"-key"_s, m_certificates.path(u"signed.key"_s), u"-cipher"_s,
                u"ECDHE-ECDSA-AES128-GCM-SHA256"_s},
            port));
        Target target;
        target.host = host;
        target.port = sshd.port();
        target.identityFile = sshd.path(u"key"_s);
        QTemporaryDir scratch;
        const KnownHostsFiles known{{scratch.filePath(u"known_hosts"_s)}, scratch.filePath(u"known_hosts"_s)};
        Questions questions;
        questions.acceptHostKey = [](const HostKeyQuestion &) { return true; };
        const auto session = SshSession::open(target, known, questions, {}, {}, {});
        QVERIFY2(session, session ? "" : qPrintable(session.error().message.en));

        const auto probe = probeEndpoint(**session, target, {u"kubelet"_s, {}, port}, m_certificates.read(u"ca.crt"_s),
            m_certificates.path(u"ca.crt"_s), {});
        QVERIFY2(probe, probe ? "" : qPrintable(probe.error().message.en));
        QVERIFY2(probe->way == way, qPrintable(probe->way + u'\n' + why(*probe)));
        QVERIFY2(why(*probe).contains(says), qPrintable(why(*probe)));
        QCOMPARE(probe->suites, QStringList{u"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"_s});
        QCOMPARE(probe->allSuites, way != u"node"_s);
        QCOMPARE(probe->versions.value(TlsVersion::Tls12), true);
        QCOMPARE(probe->versions.value(TlsVersion::Tls13), true);
        QVERIFY2(probe->certificate, qPrintable(why(*probe)));
        QCOMPARE(probe->certificate->doubts, QStringList());
        QCOMPARE(probe->certificate->addresses, QStringList{u"127.0.0.1"_s});
        QVERIFY(probe->at.isValid());

        // Where nobody listens every way is tried, and each says why.
        const auto nothing = probeEndpoint(**session, target, {u"kubelet"_s, {}, freePort()}, {}, {}, {});
        QVERIFY(nothing);
        QCOMPARE(nothing->way, QString());
        QVERIFY(nothing->versions.isEmpty());
        QCOMPARE(nothing->problems.size(), 3);
        QVERIFY2(why(*nothing).contains(u"could not ask"_s), qPrintable(why(*nothing)));
    }

    void recordsAreWrittenAndRead()
    {
        TlsProbe probe;
        probe.endpoint = {u"kubelet"_s, u"192.0.2.1"_s, 10250};
        probe.way = u"tunnel"_s;
        probe.at = SnapshotBuilder::at(5);
        probe.versions = {{TlsVersion::Tls10, false}, {TlsVersion::Tls12, true}};
        probe.suites = {u"TLS_RSA_WITH_AES_128_CBC_SHA"_s};
        probe.alerts = {80};
        probe.problems = {{u"en"_s, u"中文"_s}};
        ServingCertificate certificate;
        certificate.subject = u"CN=a\u202Eb"_s;
        certificate.from = SnapshotBuilder::at(1);
        certificate.until = SnapshotBuilder::at(2);
        probe.certificate = certificate;
        const auto read = readTlsProbe(writeTlsProbe(probe));
        QVERIFY(read);
        QCOMPARE(read->certificate->subject, u"CN=a\\u{202E}b"_s);
        QCOMPARE(read->problems, probe.problems);
        QCOMPARE(seen(*read), seen(probe));
        QVERIFY(!read->lowest()); // 1.1 was not asked for
        QCOMPARE(read->at, probe.at);
        QCOMPARE(read->alerts, probe.alerts);

        QByteArray file = "jiagu-snapshot/1 " + "ab"_ba.repeated(16) + "\n";
        const QByteArray nonce = "ab"_ba.repeated(16) + ' ';
        file += nonce + "fact hostname w1\n";
        file += nonce + "output tls:kubelet\n" + "{}"_ba.toBase64() + '\n' + nonce + "end 0\n";
        file += nonce + "done 2\n";
        const auto forged = parseSnapshot(u"s"_s, file);
        QVERIFY(forged && forged->complete);
        const auto bare = withProbes(*forged, {}); // also where nothing is there to be asked
        QVERIFY(bare);
        QCOMPARE(tlsProbe(*bare, u"kubelet"_s).error().kind, Error::Kind::NotFound);
        QCOMPARE(tlsProbe(*parseSnapshot(u"s"_s, bare->bytes), u"kubelet"_s).error().kind, Error::Kind::NotFound);
        const auto probed = withProbes(*forged, {probe});
        QVERIFY(probed);
        QCOMPARE(tlsProbe(*probed, u"kubelet"_s)->endpoint.port, 10250);
        QCOMPARE(probed->problems.size(), 1);
        const auto again = parseSnapshot(u"s"_s, probed->bytes);
        QVERIFY(again && again->complete);
        QCOMPARE(again->problems.size(), 0);
        QCOMPARE(again->outputs.size(), probed->outputs.size());
        QCOMPARE(tlsProbe(*again, u"kubelet"_s)->endpoint.address, u"192.0.2.1"_s);
        QCOMPARE(tlsProbe(*again, u"kube-apiserver"_s).error().kind, Error::Kind::NotFound);
    }

    void damagedRecords_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << ""_ba;
        QTest::newRow("a list") << "[]"_ba;
        QTest::newRow("no port") << R"({"component":"kubelet","versions":{}})"_ba;
        QTest::newRow("a port beyond") << R"({"component":"kubelet","port":70000,"versions":{}})"_ba;
        QTest::newRow("an unknown version")
            << R"({"component":"kubelet","port":1,"versions":{"VersionTLS14":true}})"_ba;
        QTest::newRow("a version that is text")
            << R"({"component":"kubelet","port":1,"versions":{"VersionTLS12":"no"}})"_ba;
        QTest::newRow("a certificate without dates")
            << R"({"component":"kubelet","port":1,"versions":{},"certificate":{"subject":"a"}})"_ba;
        QTest::newRow("too long") << "{\"component\":\"" + QByteArray(300'000, 'a') + "\",\"port\":1,\"versions\":{}}";
    }
    void damagedRecords()
    {
        QFETCH(QByteArray, json);
        const auto read = readTlsProbe(json);
        QVERIFY(!read);
        QCOMPARE(read.error().kind, Error::Kind::Parse);
    }

    void endpointsAreThoseInForce_data()
    {
        QTest::addColumn<QByteArray>("apiServer");
        QTest::addColumn<QByteArray>("kubelet");
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QStringList>("endpoints");
        const auto row = [](const char *name, const QByteArray &apiServer, const QByteArray &kubelet,
                             const QByteArray &config, const QStringList &endpoints) {
            QTest::newRow(name) << apiServer << kubelet << config << endpoints;
        };
        row("defaults", "kube-apiserver --advertise-address=10.0.0.1", "kubelet", "",
            {u"kube-apiserver 10.0.0.1:6443"_s, u"kubelet 0.0.0.0:10250"_s});
        row("a worker", "", "kubelet", "", {u"kubelet 0.0.0.0:10250"_s});
        row("set", "kube-apiserver --advertise-address=10.0.0.1 --secure-port=7443", "kubelet",
            "address: 10.0.0.9\nport: 10260\n", {u"kube-apiserver 10.0.0.1:7443"_s, u"kubelet 10.0.0.9:10260"_s});
        row("an argument wins", "", "kubelet --address=10.0.0.8", "address: 10.0.0.9\n", {u"kubelet 10.0.0.8:10250"_s});
        row("a port that is none", "kube-apiserver --secure-port=70000", "kubelet", "", {u"kubelet 0.0.0.0:10250"_s});
        row("no node", "", "", "", {});
    }
    void endpointsAreThoseInForce()
    {
        QFETCH(QByteArray, apiServer);
        QFETCH(QByteArray, kubelet);
        QFETCH(QByteArray, config);
        SnapshotBuilder builder(u"node"_s);
        if (!kubelet.isEmpty()) {
            builder
                .file(u"/var/lib/kubelet/config.yaml"_s,
                    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" + config)
                .process(kubelet + " --config=/var/lib/kubelet/config.yaml");
        }
        if (!apiServer.isEmpty())
            builder
                .file(u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s,
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n  containers:\n"
                    "  - name: kube-apiserver\n    image: registry.k8s.io/kube-apiserver:v1.34.1\n    command: ["
                        + apiServer.split(' ').join(", ") + "]\n")
                .process(apiServer);
        Snapshot snapshot = builder.snapshot();
        snapshot.outputs += OutputRecord{u"kubelet-version"_s, "Kubernetes v1.34.1\n", 0, {}, false};
        QStringList found;
        for (const TlsEndpoint &endpoint : tlsEndpoints(snapshot))
            found += u"%1 %2:%3"_s.arg(endpoint.component, endpoint.address).arg(endpoint.port);
        QTEST(found, "endpoints");
    }

    /// What a node itself sends as an answer to a probe is no answer, also where nothing is asked.
    void scansWithoutProbes()
    {
        struct Forger : HostReader
        {
            Result<Snapshot> read(std::stop_token, const Progress &) override
            {
                TlsProbe forged;
                forged.endpoint = {u"kubelet"_s, u"192.0.2.1"_s, 10250};
                const QByteArray nonce(32, 'a');
                const auto snapshot = parseSnapshot(
                    u"w1"_s, "jiagu-snapshot/1 " + nonce + "\n" + nonce + " fact hostname w1\n" + nonce + " done 1\n");
                return snapshot ? withProbes(*snapshot, {forged}) : snapshot;
            }
            Result<Snapshot> probe(
                const Snapshot &snapshot, const QList<TlsEndpoint> &, std::stop_token, const Progress &) override
            {
                asked = true;
                return snapshot;
            }
            bool asked = false;
        } host;
        QVERIFY(tlsProbe(*host.read({}, {}), u"kubelet"_s));
        const auto without = scan(host, {}, {}, Probing::No);
        QVERIFY(without && !host.asked);
        QCOMPARE(tlsProbe(*without, u"kubelet"_s).error().kind, Error::Kind::NotFound);
        QVERIFY(scan(host, {}, {}) && host.asked);
    }

private:
    /// Empty where this machine has none but loopback.
    static QString ownAddress()
    {
        for (const QHostAddress &address : QNetworkInterface::allAddresses()) {
            if (address.protocol() == QAbstractSocket::IPv4Protocol && !address.isLoopback())
                return address.toString();
        }
        return {};
    }

    /// The server of tests/core/tlsserver, built once; empty without Go.
    QString goServer()
    {
        static const QString built = [this] {
            QString go = QStandardPaths::findExecutable(u"go"_s);
            for (const QString &place : {u"/usr/local/go/bin"_s, QStringLiteral(SOURCE_DIR "/build/go/bin")}) {
                if (go.isEmpty())
                    go = QStandardPaths::findExecutable(u"go"_s, {place});
            }
            const QString program = m_certificates.path(u"tlsserver"_s);
            const QString source = QStringLiteral(SOURCE_DIR "/tests/core/tlsserver/main.go");
            return !go.isEmpty() && runs(go, {u"build"_s, u"-o"_s, program, source}) ? program : QString();
        }();
        return built;
    }
};

QTEST_GUILESS_MAIN(TestTlsProbe)
#include "tst_tlsprobe.moc"
