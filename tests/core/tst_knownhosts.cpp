// SPDX-License-Identifier: Apache-2.0
#include "host/knownhosts.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtEndian>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// A public key as SSH sends it; the seed stands for the key's own numbers.
QByteArray publicKey(const QByteArray &type, const QByteArray &seed)
{
    QByteArray result;
    for (const QByteArray &part : {type, seed}) {
        QByteArray size(4, '\0');
        qToBigEndian(quint32(part.size()), size.data());
        result += size + part;
    }
    return result;
}

const QByteArray ed25519 = publicKey("ssh-ed25519", "one");
const QByteArray otherEd25519 = publicKey("ssh-ed25519", "two");
const QByteArray rsa = publicKey("ssh-rsa", "three");

QByteArray text(const QByteArray &key)
{
    return keyType(key) + ' ' + key.toBase64();
}

} // namespace

class TestKnownHosts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void judges_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("line"); // that decided
        using State = HostKeyJudgement::State;
        const auto row = [](const char *title, const QByteArray &file, const QString &host, int port, State state,
                             int line) { QTest::newRow(title) << file << host << port << int(state) << line; };
        const QByteArray key = ' ' + text(ed25519) + '\n';
        const QByteArray other = ' ' + text(otherEd25519) + '\n';
        row("empty", "", u"a"_s, 22, State::Unknown, 0);
        row("plain", "a" + key, u"a"_s, 22, State::Known, 1);
        row("another host", "a" + key, u"b"_s, 22, State::Unknown, 0);
        row("capitals", "Node.Example" + key, u"nodE.example"_s, 22, State::Known, 1);
        row("list", "x,a,b" + key, u"a"_s, 22, State::Known, 1);
        row("star", "*.example" + key, u"a.b.example"_s, 22, State::Known, 1);
        row("star in the middle", "a*c*e" + key, u"abcde"_s, 22, State::Known, 1);
        row("star too much", "a*c*ef" + key, u"abcde"_s, 22, State::Unknown, 0);
        row("question mark", "10.0.0.?" + key, u"10.0.0.7"_s, 22, State::Known, 1);
        row("question mark is one character", "10.0.0.?" + key, u"10.0.0.17"_s, 22, State::Unknown, 0);
        row("negation", "*.example,!b.example" + key, u"b.example"_s, 22, State::Unknown, 0);
        row("negation of another", "*.example,!b.example" + key, u"a.example"_s, 22, State::Known, 1);
        row("negation alone", "!b.example" + key, u"a.example"_s, 22, State::Unknown, 0);
        row("port", "[a]:2222" + key, u"a"_s, 2222, State::Known, 1);
        row("port is part of the name", "a" + key, u"a"_s, 2222, State::Unknown, 0);
        row("brackets are not for 22", "[a]:2222" + key, u"a"_s, 22, State::Unknown, 0);
        row("IPv6", "[::1]:2222" + key, u"::1"_s, 2222, State::Known, 1);
        row("IPv6 on 22", "::1" + key, u"::1"_s, 22, State::Known, 1);
        row("changed", "\na" + other, u"a"_s, 22, State::Changed, 2);
        row("changed, first line is named", "a" + other + "a" + other, u"a"_s, 22, State::Changed, 1);
        row("right one after a wrong one", "a" + other + "a" + key, u"a"_s, 22, State::Known, 2);
        row("another type", "a " + text(rsa), u"a"_s, 22, State::OtherType, 1);
        row("another type, then changed", "a " + text(rsa) + "\na" + other, u"a"_s, 22, State::Changed, 2);
        row("revoked", "@revoked *" + key, u"a"_s, 22, State::Revoked, 1);
        row("revoked beside known", "a" + key + "@revoked a" + key, u"a"_s, 22, State::Revoked, 2);
        row("revoked on any port", "@revoked *" + key, u"a"_s, 2222, State::Revoked, 1);
        row("another key is revoked", "@revoked *" + other + "a" + key, u"a"_s, 22, State::Known, 2);
        row("revoked elsewhere", "@revoked b" + key, u"a"_s, 22, State::Unknown, 0);
        row("authority", "@cert-authority *" + key, u"a"_s, 22, State::Unknown, 0);
        row("unknown marker", "@new a" + key, u"a"_s, 22, State::Unknown, 0);
        row("comment", "#a" + key + "# a" + key, u"a"_s, 22, State::Unknown, 0);
        row("bad line before the good one", "a ssh-future !!!\na\na ssh-ed25519\na" + key, u"a"_s, 22, State::Known, 4);
        row("newer type before the good one", "a " + text(publicKey("ssh-mldsa65", "x")) + "\na" + key, u"a"_s, 22,
            State::Known, 2);
        row("type that lies", "a ssh-rsa " + ed25519.toBase64(), u"a"_s, 22, State::Unknown, 0);
        row("spaces, tabs, a comment, CRLF", " \ta \t ssh-ed25519  " + ed25519.toBase64() + "  me at home\r\n", u"a"_s,
            22, State::Known, 1);
        row("no last line end", "a " + text(ed25519), u"a"_s, 22, State::Known, 1);
        row("bytes that are no text", QByteArray("\0\xff\xfe\n", 4) + "a" + key, u"a"_s, 22, State::Known, 2);
    }
    void judges()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, host);
        QFETCH(int, port);
        KnownHosts hosts;
        hosts.parse(file, u"known_hosts"_s);
        const HostKeyJudgement judgement = hosts.judge(host, quint16(port), ed25519);
        QTEST(int(judgement.state), "state");
        QTEST(judgement.entry.line, "line");
    }

    /// What the system's own ssh-keygen hashes is found again.
    void findsHashedNames()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"known_hosts"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("Node7 " + text(ed25519) + "\n[node7]:2222 " + text(otherEd25519) + '\n');
        file.close();
        if (QProcess keygen; true) {
            keygen.start(u"ssh-keygen"_s, {u"-q"_s, u"-H"_s, u"-f"_s, path});
            if (!keygen.waitForStarted())
                QSKIP("there is no ssh-keygen (package openssh-client)");
            QVERIFY(keygen.waitForFinished());
        }
        const auto hosts = KnownHosts::read({path});
        QVERIFY(hosts);
        QCOMPARE(hosts->entries().size(), 2);
        QVERIFY(hosts->entries().first().hosts.startsWith("|1|"));
        using State = HostKeyJudgement::State;
        QCOMPARE(hosts->judge(u"node7"_s, 22, ed25519).state, State::Known);
        QCOMPARE(hosts->judge(u"node7"_s, 2222, ed25519).state, State::Changed);
        QCOMPARE(hosts->judge(u"node7"_s, 2222, otherEd25519).state, State::Known);
        QCOMPARE(hosts->judge(u"node8"_s, 22, ed25519).state, State::Unknown);
    }

    void fingerprints()
    {
        // ssh-keygen -lf of this key says so (OpenSSH 9.2)
        const QByteArray key =
            QByteArray::fromBase64("AAAAC3NzaC1lZDI1NTE5AAAAIJ1bBmtVJa3UDY+2Z3YFp6EITbc+oK7pxQTJZfNV7rgV");
        QCOMPARE(keyType(key), "ssh-ed25519"_ba);
        QCOMPARE(fingerprint(key), u"SHA256:EwQkrqXklc6OcLBN6l/7ClKGNbx9l1BF4z1ee24inHo"_s);
    }

    void namesTypes()
    {
        KnownHosts hosts;
        hosts.parse("a " + text(rsa) + "\n@revoked a " + text(publicKey("ssh-dss", "x")) + "\n* " + text(ed25519)
                + "\na " + text(rsa) + "\nb " + text(publicKey("ecdsa-sha2-nistp256", "y")),
            {});
        QCOMPARE(hosts.keyTypes(u"a"_s, 22), (QList<QByteArray>{"ssh-rsa", "ssh-ed25519"}));
    }

    void refusesWhatIsNoKey_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("empty") << ""_ba;
        QTest::newRow("short") << QByteArray("\0\0\0", 3);
        QTest::newRow("type beyond the end") << QByteArray("\0\0\0\x0bssh", 7);
        QTest::newRow("type alone") << QByteArray("\0\0\0\x03ssh", 7);
        QTest::newRow("huge type") << QByteArray("\xff\xff\xff\xff", 4) + QByteArray(300, 'x');
        QTest::newRow("blank in the type") << QByteArray("\0\0\0\x03s h...", 10);
    }
    void refusesWhatIsNoKey()
    {
        QFETCH(QByteArray, key);
        QCOMPARE(keyType(key), QByteArray());
    }

    void appends_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<int>("port");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("new") << QByteArray() << 22 << "node " + text(ed25519) + '\n';
        QTest::newRow("port") << QByteArray() << 2222 << "[node]:2222 " + text(ed25519) + '\n';
        QTest::newRow("after a line") << "x y z\n"_ba << 22 << "x y z\nnode " + text(ed25519) + '\n';
        QTest::newRow("after an unfinished line") << "x y z"_ba << 22 << "x y z\nnode " + text(ed25519) + '\n';
    }
    void appends()
    {
        QFETCH(QByteArray, before);
        QFETCH(int, port);
        QTemporaryDir directory;
        const QString path = directory.filePath(u"new/known_hosts"_s);
        if (!before.isEmpty()) {
            QVERIFY(QDir().mkpath(directory.filePath(u"new"_s)));
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(before);
        }
        QVERIFY(appendKnownHost(path, u"Node"_s, quint16(port), ed25519));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTEST(file.readAll(), "after");
        QCOMPARE(
            KnownHosts::read({path})->judge(u"node"_s, quint16(port), ed25519).state, HostKeyJudgement::State::Known);
        if (before.isEmpty()) {
            QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                QFile::Permissions());
            QCOMPARE(QFileInfo(directory.filePath(u"new"_s)).permissions() & (QFile::ExeGroup | QFile::ExeOther),
                QFile::Permissions());
        }
    }

    void reads()
    {
        QTemporaryDir directory;
        QCOMPARE(KnownHosts::read({directory.filePath(u"missing"_s), QString()})->entries().size(), 0);
        const auto notAFile = KnownHosts::read({directory.path()});
        QVERIFY(!notAFile);
        QCOMPARE(notAFile.error().kind, Error::Kind::Permission);
        QCOMPARE(notAFile.error().at.file, directory.path());
        QFile huge(directory.filePath(u"huge"_s));
        QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(16 * 1024 * 1024 + 1));
        QCOMPARE(KnownHosts::read({huge.fileName()}).error().kind, Error::Kind::TooLarge);
        QVERIFY(!appendKnownHost(u"/dev/null/known_hosts"_s, u"a"_s, 22, ed25519));
    }
};

QTEST_GUILESS_MAIN(TestKnownHosts)
#include "tst_knownhosts.moc"
