// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QByteArray nonce = "0123456789abcdef0123456789abcdef"_ba;

QByteArray hashOf(const QByteArray &bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

/// A Snapshot file written record by record, as the script writes it.
class Recording
{
public:
    Recording &record(const QByteArray &line)
    {
        m_text += nonce + ' ' + line + '\n';
        ++m_count;
        return *this;
    }
    Recording &body(const QByteArray &line, const QByteArray &content, const QByteArray &end = "0")
    {
        record(line);
        m_text += content.toBase64() + '\n' + nonce + " end " + end + '\n';
        return *this;
    }
    Recording &raw(const QByteArray &text)
    {
        m_text += text;
        return *this;
    }
    QByteArray bytes() const { return m_text; }
    QByteArray done() const { return m_text + nonce + " done " + QByteArray::number(m_count) + '\n'; }

private:
    QByteArray m_text = "jiagu-snapshot/1 " + nonce + '\n';
    int m_count = 0;
};

QByteArray attributes(const QByteArray &path, const QByteArray &numbers)
{
    return nonce + ' ' + numbers + ' ' + path + '\n';
}

} // namespace

class TestSnapshot : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEverything()
    {
        const QByteArray manifest = "kind: Pod\n"_ba;
        const QByteArray bytes =
            Recording()
                .record("fact hostname cp1")
                .record("fact machine-id 34d80b7a1418482183b453cc0786f51c")
                .record("fact date 1795563977")
                .record("fact boot 1795560000")
                .body("process 437 uid=0 start=2000 container=" + QByteArray(64, 'a')
                        + " groups=998,995 label==Y3JpLWNvbnRhaW5lcmQuYXBwYXJtb3IuZCAoZW5mb3JjZSk= exe=/usr/local/bin/kube",
                    QByteArray("kube-apiserver\0--a=b c\0\0", 24))
                .body("output kubelet-version", "Kubernetes v1.34.4\n")
                .body("attributes before",
                    attributes("/etc/kubernetes/manifests/a.yaml", "8180 0 0 10 1795563000 77 1")
                        + attributes("/etc/kubernetes/manifests", "41c0 0 0 4096 1795563000 78 2"))
                .body("content /etc/kubernetes/manifests/a.yaml", manifest)
                .record("skipped /etc/kubernetes/admin.conf credential")
                .body("hashes",
                    hashOf(manifest) + "  /etc/kubernetes/manifests/a.yaml\n" + hashOf("x")
                        + "  /etc/kubernetes/admin.conf\n")
                .body("attributes after",
                    attributes("/etc/kubernetes/manifests/a.yaml", "8180 0 0 10 1795563000 77 1")
                        + attributes("/etc/kubernetes/manifests", "41c0 0 0 4096 1795563000 78 2"))
                .done();
        const auto snapshot = parseSnapshot(u"cp1"_s, bytes);
        QVERIFY(snapshot);
        QCOMPARE(snapshot->problems.size(), 0);
        QVERIFY(snapshot->complete);
        QCOMPARE(snapshot->bytes, bytes);
        QCOMPARE(snapshot->source, u"cp1"_s);
        QCOMPARE(snapshot->hostName, u"cp1"_s);
        QCOMPARE(snapshot->machineId, u"34d80b7a1418482183b453cc0786f51c"_s);
        QCOMPARE(snapshot->taken.toSecsSinceEpoch(), 1795563977);
        QCOMPARE(snapshot->files.size(), 3);
        const FileRecord *file = snapshot->file(u"/etc/kubernetes/manifests/a.yaml"_s);
        QVERIFY(file);
        QCOMPARE(file->realPath, file->path);
        QCOMPARE(file->type, FileRecord::Type::Regular);
        QCOMPARE(file->mode, 0600);
        QCOMPARE(file->size, 10);
        QCOMPARE(file->inode, 77U);
        QCOMPARE(file->content, manifest);
        QVERIFY(file->hasContent && !file->masked && !file->changedWhileRead && !file->truncated && !file->withheld);
        QCOMPARE(file->sha256, hashOf(manifest));
        const FileRecord *credential = snapshot->file(u"/etc/kubernetes/admin.conf"_s);
        QVERIFY(credential && credential->withheld && !credential->hasContent);
        QCOMPARE(credential->sha256, hashOf("x"));
        QCOMPARE(snapshot->filesBelow(u"/etc/kubernetes"_s).size(), 2);
        QCOMPARE(snapshot->filesBelow(u"/etc/kubernetes/manifests"_s), QList<const FileRecord *>{file});
        QCOMPARE(snapshot->processes.size(), 1);
        const ProcessRecord &process = snapshot->processes[0];
        QCOMPARE(process.argv, (QList<QByteArray>{"kube-apiserver", "--a=b c", ""}));
        QCOMPARE(process.containerId, QString(64, u'a'));
        QCOMPARE(process.started.toSecsSinceEpoch(), 1795560020);
        QCOMPARE(process.executable, u"/usr/local/bin/kube"_s);
        QCOMPARE(process.groups, (QList<qint64>{998, 995}));
        QCOMPARE(process.label, u"cri-containerd.apparmor.d (enforce)"_s);
        QCOMPARE(snapshot->output(u"kubelet-version"_s)->content, "Kubernetes v1.34.4\n"_ba);
    }

    void readsText()
    {
        Recording recording;
        recording.record("output a");
        recording.raw(" one=1\n  two\n \n /= \xff\n " + nonce + " end 1\n" + nonce + " end 0\n");
        const auto snapshot = parseSnapshot(u"f"_s, recording.body("output b", "2").done());
        QVERIFY(snapshot && snapshot->complete);
        QCOMPARE(snapshot->problems.size(), 0);
        QCOMPARE(snapshot->output(u"a"_s)->content, "one=1\n two\n\n/= \xff\n" + nonce + " end 1\n");
        QCOMPARE(snapshot->output(u"b"_s)->content, "2"_ba);
    }

    /// busybox pads where a file that grows had ended, and goes on.
    void readsWhatGrewMeanwhile()
    {
        Recording recording;
        recording.record("output a");
        recording.raw("YWI=\nY2Q=\nZWZn\naA==\n" + nonce + " end 0\n");
        recording.record("output b");
        recording.raw("YWI=Y2Q=ZWZnaA==\naWo=aw==bG1u\n" + nonce + " end 0\n");
        const auto snapshot = parseSnapshot(u"f"_s, recording.done());
        QVERIFY(snapshot && snapshot->complete);
        QCOMPARE(snapshot->problems.size(), 0);
        QCOMPARE(snapshot->output(u"a"_s)->content, "abcdefgh"_ba);
        QCOMPARE(snapshot->output(u"b"_s)->content, "abcdefghijklmn"_ba);
    }

    void readsWhatIsDamaged_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("complete");
        QTest::addColumn<QString>("outputs"); // ids, what could be read all the same
        QTest::addColumn<QString>("problem"); // "LINE: sentence", the first one

        Recording two;
        two.body("output a", "1").body("output b", "2");
        const QByteArray whole = two.done();
        QTest::newRow("whole") << whole << true << u"a b"_s << QString();
        QTest::newRow("no closing record")
            << two.bytes() << false << u"a b"_s
            << u"7: The snapshot has no closing record: it was cut off. Take it again."_s;
        QTest::newRow("cut in a body") << whole.left(whole.indexOf("Mg==") + 2) << false << u"a"_s
                                       << u"5: The snapshot ends in the middle of a record: it was cut off."_s;
        QTest::newRow("cut in an end line") << whole.left(whole.lastIndexOf(" end 0") + 4) << false << u"a"_s
                                            << u"5: The snapshot ends in the middle of a record: it was cut off."_s;
        QTest::newRow("cut in the closing record") << whole.chopped(
            1) << false << u"a b"_s << u"8: The snapshot has no closing record: it was cut off. Take it again."_s;
        QTest::newRow("a record is missing")
            << QByteArray(whole).replace(" done 2", " done 3") << false << u"a b"_s
            << u"8: The closing record counts 3 records, but 2 were read: some are missing."_s;
        QTest::newRow("no base64") << QByteArray(whole).replace("Mg==", "M?==") << true << u"a"_s
                                   << u"5: The content of a record is damaged; it was skipped."_s;
        QTest::newRow("padding within a group of four") << QByteArray(whole).replace("Mg==", "M=g=") << true << u"a"_s
                                                        << u"5: The content of a record is damaged; it was skipped."_s;
        QTest::newRow("a status that is none")
            << QByteArray(whole).replace("Mg==\n" + nonce + " end 0", "Mg==\n" + nonce + " end x") << true << u"a"_s
            << u"7: A record is damaged; it was skipped."_s;
        QTest::newRow("a record inside another")
            << Recording().raw(nonce + " output a\nMQ==\n").body("output b", "2").bytes() << false << u"b"_s
            << u"2: A record has no end; it was skipped."_s;
        QTest::newRow("an end of nothing") << Recording().raw(nonce + " end 0\n").body("output b", "2").done() << true
                                           << u"b"_s << u"2: A record is damaged; it was skipped."_s;
        QTest::newRow("stray text") << Recording().raw("hello\n").body("output b", "2").done() << true << u"b"_s
                                    << u"2: A line that belongs to no record was skipped."_s;
        QTest::newRow("another run's nonce")
            << Recording().raw(QByteArray(32, 'f') + " fact hostname x\n").body("output b", "2").done() << true
            << u"b"_s << u"2: A line that belongs to no record was skipped."_s;
        QTest::newRow("a banner before it")
            << "Welcome\nto node\n" + whole << true << u"a b"_s
            << u"3: Something else was printed before the snapshot began; it was skipped."_s;
        QTest::newRow("an unknown record")
            << Recording().record("novelty x").body("output b", "2").done() << true << u"b"_s
            << u"2: This program does not know records called “novelty”; one was skipped."_s;
        QTest::newRow("a packed body that is none") << Recording().body("output x gzip", "no gzip").done() << true
                                                    << u""_s << u"2: A packed record is damaged; it was skipped."_s;
        QTest::newRow("something after the end") << two.done() + nonce + " fact probe x\n"
                                                 << true << u"a b probe"_s << QString();
        QTest::newRow("not root")
            << Recording().record("fact user 1000").done() << true << u"user"_s
            << u"0: The node was read by an account that is not root (uid 1000): what it may not read is missing. Read it as root."_s;
    }
    void readsWhatIsDamaged()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, complete);
        QFETCH(QString, outputs);
        QFETCH(QString, problem);
        const auto snapshot = parseSnapshot(u"f"_s, bytes);
        QVERIFY(snapshot);
        QCOMPARE(snapshot->complete, complete);
        QStringList ids;
        for (const OutputRecord &output : snapshot->outputs)
            ids += output.id;
        QCOMPARE(ids.join(u' '), outputs);
        QString first;
        if (!snapshot->problems.isEmpty())
            first = QString::number(snapshot->problems[0].at.line) + u": "_s + snapshot->problems[0].message.en;
        QCOMPARE(first, problem);
        for (const Error &error : snapshot->problems) {
            QVERIFY(!error.message.zh.isEmpty() && error.message.zh != error.message.en);
            QCOMPARE(error.at.file, u"f"_s);
        }
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("kind");
        QTest::newRow("empty") << QByteArray() << int(Error::Kind::Parse);
        QTest::newRow("YAML") << "kind: Pod\n"_ba << int(Error::Kind::Parse);
        QTest::newRow("a newer format") << "jiagu-snapshot/2 " + nonce + '\n' << int(Error::Kind::Parse);
        QTest::newRow("no nonce") << "jiagu-snapshot/1\n"_ba << int(Error::Kind::Parse);
        QTest::newRow("a short nonce") << "jiagu-snapshot/1 abc\n"_ba << int(Error::Kind::Parse);
        QTest::newRow("converted line ends")
            << Recording().body("output a", "1").done().replace('\n', "\r\n") << int(Error::Kind::Parse);
        QTest::newRow("far too large") << QByteArray(snapshotLimit + 1, 'x') << int(Error::Kind::TooLarge);
    }
    void refusesWhatIsNone()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, kind);
        const auto snapshot = parseSnapshot(u"f"_s, bytes);
        QVERIFY(!snapshot);
        QCOMPARE(int(snapshot.error().kind), kind);
        QVERIFY(!snapshot.error().message.zh.isEmpty());
    }

    void tellsChangedFiles_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("hashed");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<bool>("changed");
        QTest::newRow("quiet") << "8180 0 0 3 100 7 1"_ba
                               << "abc"_ba
                               << "abc"_ba
                               << "8180 0 0 3 100 7 1"_ba << false;
        QTest::newRow("grew before it was read") << "8180 0 0 2 100 7 1"_ba
                                                 << "abc"_ba
                                                 << "abc"_ba
                                                 << "8180 0 0 3 101 7 1"_ba << true;
        QTest::newRow("changed before it was hashed") << "8180 0 0 3 100 7 1"_ba
                                                      << "abc"_ba
                                                      << "abd"_ba
                                                      << "8180 0 0 3 100 7 1"_ba << true;
        QTest::newRow("another file") << "8180 0 0 3 100 7 1"_ba
                                      << "abc"_ba
                                      << "abc"_ba
                                      << "8180 0 0 3 100 8 1"_ba << true;
        QTest::newRow("another mode") << "8180 0 0 3 100 7 1"_ba
                                      << "abc"_ba
                                      << "abc"_ba
                                      << "81a4 0 0 3 100 7 1"_ba << true;
        QTest::newRow("gone") << "8180 0 0 3 100 7 1"_ba
                              << "abc"_ba
                              << "abc"_ba << QByteArray() << true;
        QTest::newRow("new") << QByteArray() << "abc"_ba
                             << "abc"_ba
                             << "8180 0 0 3 100 7 1"_ba << true;
    }
    void tellsChangedFiles()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, hashed);
        QFETCH(QByteArray, after);
        QFETCH(bool, changed);
        const auto snapshot = parseSnapshot(u"f"_s,
            Recording()
                .body("attributes before", before.isEmpty() ? QByteArray() : attributes("/a", before))
                .body("content /a", content)
                .body("hashes", hashOf(hashed) + "  /a\n")
                .body("attributes after", after.isEmpty() ? QByteArray() : attributes("/a", after))
                .done());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->problems.size(), 0);
        QCOMPARE(snapshot->files.size(), 1);
        QCOMPARE(snapshot->files[0].changedWhileRead, changed);
        QCOMPARE(snapshot->files[0].content, content);
        QCOMPARE(snapshot->files[0].sha256, hashOf(hashed));
    }

    void namesOfAnyBytes()
    {
        const QByteArray name = "/m/a b\n" + nonce.left(31) + " end 0\n\x1b[31m\xff";
        const auto snapshot = parseSnapshot(u"f"_s,
            Recording()
                .body("attributes before",
                    attributes(name, "8180 0 0 3 100 7 1") + attributes("/m/z", "8180 0 0 3 100 7 1"))
                .record("skipped =" + name.toBase64() + " name")
                .done());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->problems.size(), 0);
        QCOMPARE(snapshot->files.size(), 2);
        QVERIFY(!snapshot->files[0].path.contains(u'\n') && !snapshot->files[0].path.contains(u'\x1b'));
        QVERIFY(!snapshot->files[0].reason.isEmpty());
        QCOMPARE(snapshot->files[1].path, u"/m/z"_s);
    }

    void whyThereIsNoContent_data()
    {
        QTest::addColumn<QByteArray>("why");
        QTest::addColumn<bool>("withheld");
        QTest::addColumn<bool>("truncated");
        QTest::addColumn<QString>("error");
        QTest::newRow("credential") << "credential"_ba << true << false << QString();
        QTest::newRow("too large") << "too-large"_ba << false << true << QString();
        QTest::newRow("limit") << "limit"_ba << false << true << QString();
        QTest::newRow("missing") << "missing"_ba << false << false << u"no such file"_s;
        QTest::newRow("pipe") << "not-regular"_ba << false << false << u"not a regular file"_s;
        QTest::newRow("unreadable") << "unreadable"_ba << false << false << u"permission denied"_s;
        QTest::newRow("name") << "name"_ba << false << false << u"line break in the name"_s;
        QTest::newRow("something new") << "moonlight"_ba << false << false << u"moonlight"_s;
    }
    void whyThereIsNoContent()
    {
        QFETCH(QByteArray, why);
        const auto snapshot = parseSnapshot(u"f"_s, Recording().record("skipped /a " + why).done());
        QVERIFY(snapshot && snapshot->files.size() == 1);
        const FileRecord &file = snapshot->files[0];
        QVERIFY(!file.hasContent && !file.reason.en.isEmpty() && !file.reason.zh.isEmpty());
        QTEST(file.withheld, "withheld");
        QTEST(file.truncated, "truncated");
        QTEST(file.error, "error");
    }

    void masksSecrets_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("expected");
        const auto same = [](const char *name, const QByteArray &text) { QTest::newRow(name) << text << text; };
        QTest::newRow("encryption configuration")
            << "      keys:\n      - name: key1\n        secret: c2VjcmV0 # now\n"_ba
            << "      keys:\n      - name: key1\n        secret: ******** # now\n"_ba;
        QTest::newRow("flow") << "keys: [{name: a, secret: abc}, {secret: \"d\\\"e\", name: b}]\n"_ba
                              << "keys: [{name: a, secret: ***}, {secret: \"****\", name: b}]\n"_ba;
        QTest::newRow("JSON") << "{\"token\":\"abc\",\"name\":\"x\"}"_ba
                              << "{\"token\":\"***\",\"name\":\"x\"}"_ba;
        QTest::newRow("block scalar") << "secret: |\n  abc\n  def\nnext: 1\n"_ba
                                      << "secret: |\n  ***\n  ***\nnext: 1\n"_ba;
        QTest::newRow("on the next line") << "- secret:\n    abc\n  next: 1\n"_ba
                                          << "- secret:\n    ***\n  next: 1\n"_ba;
        same("a volume", "  - name: certs\n    secret:\n      secretName: certs\n");
        same("an item of a list", "secret:\n- a\n");
        same("switches", "automountServiceAccountToken: false\n--use-service-account-credentials=true\n");
        same("files",
            "--token-auth-file=/etc/tokens\ntokenFile: /x\n--tls-private-key-file=/etc/kubernetes/pki/apiserver.key\n");
        same("empty", "KUBELET_EXTRA_ARGS=\npassword:\n");
        QTest::newRow("environment file") << "A=b\nDB_PASSWORD=a b c\nAPI_TOKEN='x y'\n"_ba
                                          << "A=b\nDB_PASSWORD=*****\nAPI_TOKEN='***'\n"_ba;
        QTest::newRow("argument in a file") << "KUBELET_EXTRA_ARGS=\"--token=abc --v=2\"\n"_ba
                                            << "KUBELET_EXTRA_ARGS=\"--token=*** --v=2\"\n"_ba;
        QTest::newRow("environment of a pod")
            << "env:\n- name: DB_PASSWORD\n  value: abc\n- name: LEVEL\n  value: low\n"_ba
            << "env:\n- name: DB_PASSWORD\n  value: ***\n- name: LEVEL\n  value: low\n"_ba;
        QTest::newRow("URL") << "HTTPS_PROXY=http://me:pass@proxy:3128/\n"_ba
                             << "HTTPS_PROXY=http://me:****@proxy:3128/\n"_ba;
        QTest::newRow("private key")
            << "a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  abc\n  d\n  -----END RSA PRIVATE KEY-----\nb: 1\n"_ba
            << "a: |\n  -----BEGIN RSA PRIVATE KEY-----\n  ***\n  *\n  -----END RSA PRIVATE KEY-----\nb: 1\n"_ba;
        const QByteArray token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub2RlIn0.c2lnbmF0dXJl";
        QTest::newRow("web token") << "x " + token + " y\n"
                                   << "x " + QByteArray(token.size(), '*') + " y\n";
        QTest::newRow("CRLF") << "token: abc\r\nb: 1\r\n"_ba
                              << "token: ***\r\nb: 1\r\n"_ba;
        same("certificate", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n");
    }
    void masksSecrets()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, expected);
        const auto snapshot =
            parseSnapshot(u"f"_s, Recording().body("content /a", content).body("output a", content).done());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->files[0].content, expected);
        QCOMPARE(snapshot->files[0].masked, content != expected);
        QCOMPARE(snapshot->files[0].sha256, hashOf(content));
        QVERIFY(!snapshot->files[0].changedWhileRead);
        QCOMPARE(snapshot->output(u"a"_s)->content, expected);
    }

    void masksArguments()
    {
        const auto snapshot = parseSnapshot(u"f"_s,
            Recording()
                .body("process 1 uid=0 start=1 container= exe=/k",
                    QByteArray("kubelet\0--token=abc\0--token\0x=y\0--v\0002\0", 38))
                .done());
        QVERIFY(snapshot && snapshot->processes.size() == 1);
        QCOMPARE(
            snapshot->processes[0].argv, (QList<QByteArray>{"kubelet", "--token=***", "--token", "***", "--v", "2"}));
    }

    void putsAnswersTogether()
    {
        const QByteArray mixed = QByteArray(
            R"({"kind":"List","items":[)"
            R"({"kind":"Namespace","metadata":{"name":"default","managedFields":[1]}},)"
            R"({"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"secret"},{"name":"B","value":""}]}]}}}},)"
            R"({"kind":"Stranger"}]})");
        const auto snapshot = parseSnapshot(u"f"_s,
            Recording()
                .body("output api:/version gzip", packed(R"({"gitVersion":"v1.34.4"})"))
                .body("output api:/api/v1/pods gzip",
                    packed(R"({"kind":"PodList","metadata":{"continue":"x"},"items":[{"n":1}]})"))
                .body("output api:/api/v1/pods gzip", packed(R"({"kind":"PodList","metadata":{},"items":[{"n":2}]})"))
                .body("output api:/api/v1/namespaces,/apis/apps/v1/deployments,/apis/batch/v1/jobs gzip", packed(mixed))
                .body("output api:/api/v1/nodes gzip",
                    packed(R"({"kind":"NodeList","metadata":{"continue":"x"},"items":[{"n":1}]})"))
                .body("output api:/api/v1/nodes gzip", {}, "1 " + ("=" + "Unable to connect"_ba.toBase64()))
                .body("output api:/apis/batch/v1/cronjobs gzip", packed("not JSON"))
                .body(
                    "output api:/apis/apps/v1/replicasets gzip", packed(R"({"metadata":{"continue":"x"},"items":[]})"))
                .done());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->problems.size(), 0);
        QStringList seen;
        for (const OutputRecord &output : snapshot->outputs)
            seen += output.id + u' ' + QString::number(output.status) + u' ' + output.error + u' '
                + QString::fromUtf8(output.content);
        const QStringList expected{
            QString::fromUtf8(R"(api:/version 0  {"gitVersion":"v1.34.4"})"),
            QString::fromUtf8(R"(api:/api/v1/pods 0  {"items":[{"n":1},{"n":2}],"kind":"PodList","metadata":{}})"),
            QString::fromUtf8(
                R"(api:/api/v1/namespaces 0  {"items":[{"kind":"Namespace","metadata":{"name":"default"}}]})"),
            QString::fromUtf8(
                R"(api:/apis/apps/v1/deployments 0  {"items":[{"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"env":[{"name":"A","value":"***"},{"name":"B","value":""}],"name":"a"}]}}}}]})"),
            QString::fromUtf8(R"(api:/apis/batch/v1/jobs 0  {"items":[]})"),
            QString::fromUtf8(
                R"(api:/api/v1/nodes 1 Unable to connect {"items":[{"n":1}],"kind":"NodeList","metadata":{"continue":"x"}})"),
            QString::fromUtf8(R"(api:/apis/batch/v1/cronjobs -1 the answer is not JSON: illegal value )"),
            QString::fromUtf8(
                R"(api:/apis/apps/v1/replicasets -1 the list is not complete {"items":[],"metadata":{"continue":"x"}})"),
        };
        QCOMPARE(seen, expected);
    }

    void oneByOneAfterTheyFailedTogether()
    {
        const auto snapshot = parseSnapshot(u"f"_s,
            Recording()
                .body("output api:/api/v1/namespaces,/apis/batch/v1/cronjobs gzip", {}, "1 no-such-resource")
                .body("output api:/api/v1/namespaces gzip", packed(R"({"items":[{"n":1}]})"))
                .done());
        QVERIFY(snapshot && snapshot->outputs.size() == 2);
        QCOMPARE(snapshot->outputs[0].status, 0);
        QCOMPARE(snapshot->outputs[0].content, R"({"items":[{"n":1}]})"_ba);
        QCOMPARE(snapshot->outputs[1].status, 1);
        QCOMPARE(snapshot->outputs[1].error, u"no-such-resource"_s);
    }

    void boundsWhatUnpacks()
    {
        const QByteArray bomb = packed(QByteArray(snapshotAnswerLimit + 1, ' '));
        QVERIFY(bomb.size() < 100 * 1024);
        const auto snapshot = parseSnapshot(u"f"_s, Recording().body("output api:/api/v1/pods gzip", bomb).done());
        QVERIFY(snapshot);
        QCOMPARE(snapshot->problems.size(), 1);
        QCOMPARE(int(snapshot->problems[0].kind), int(Error::Kind::TooLarge));
        QCOMPARE(snapshot->output(u"api:/api/v1/pods"_s)->status, -1);
    }

    void packsAndUnpacks_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << "hello\n"_ba;
        QTest::newRow("long") << QByteArray(1000000, 'a') + '\0' + QByteArray(70000, 'b');
    }
    void packsAndUnpacks()
    {
        QFETCH(QByteArray, bytes);
        QCOMPARE(packed(bytes), packed(bytes));
        const auto result = unpacked(packed(bytes), snapshotAnswerLimit);
        QVERIFY(result);
        QCOMPARE(*result, bytes);
        if (bytes.size() > 10)
            QVERIFY(!unpacked(packed(bytes).chopped(12), snapshotAnswerLimit));
    }

    void anonymizes()
    {
        const QByteArray id = "34d80b7a1418482183b453cc0786f51c";
        const QByteArray content = "# made on vm7\nname: cp1\n";
        const QByteArray node =
            R"({"items":[{"metadata":{"name":"cp1"},"status":{"nodeInfo":{"bootID":"0A1B2C3D-1111-2222-3333-444455556666","kernelVersion":"6.18.44-fc","machineID":)"
            "\""
            + id + "\"}}}]}";
        Recording recording;
        recording.record("fact uname =" + "Linux 6.18.44-fc #1 SMP @0 x86_64"_ba.toBase64())
            .record("fact machine-id " + id)
            .body("attributes before",
                attributes("/etc/vm7/a", "8180 0 0 24 100 7 1") + attributes("/etc/b", "8180 0 0 5 100 8 1"))
            .body("content /etc/vm7/a", content)
            .record("link /etc/vm7/a /data/vm7/a")
            .body("hashes", hashOf(content) + "  /etc/vm7/a\n" + hashOf("other") + "  /etc/b\n")
            .body("attributes after",
                attributes("/etc/vm7/a", "8180 0 0 24 100 7 1") + attributes("/etc/b", "8180 0 0 5 100 8 1"))
            .body("output api:/api/v1/nodes gzip", packed(node));
        const auto result = anonymized(recording.done(), {{"vm7", "machine"}});
        QVERIFY(result);
        QCOMPARE(*anonymized(recording.done(), {{"vm7", "machine"}}), *result);
        const auto before = parseSnapshot(u"f"_s, recording.done());
        const auto after = parseSnapshot(u"f"_s, *result);
        QVERIFY(before && after);
        QCOMPARE(after->problems.size(), 0);
        QVERIFY(after->complete);
        QCOMPARE(after->files.size(), 2);
        const FileRecord *file = after->file(u"/etc/machine/a"_s);
        QVERIFY(file && !file->changedWhileRead && !file->masked);
        QCOMPARE(file->content, "# made on machine\nname: cp1\n"_ba);
        QCOMPARE(file->size, file->content.size());
        QCOMPARE(file->sha256, hashOf(file->content));
        QCOMPARE(file->realPath, u"/data/machine/a"_s);
        QCOMPARE(after->file(u"/etc/b"_s)->sha256, hashOf("other"));
        QVERIFY(after->machineId != before->machineId);
        QCOMPARE(after->machineId.size(), 32);
        const QByteArray objects = after->output(u"api:/api/v1/nodes"_s)->content;
        QVERIFY(objects.contains(after->machineId.toLatin1()));
        for (const QByteArray &name : {"vm7"_ba, "6.18.44"_ba, "@0"_ba, id, "0A1B2C3D"_ba}) {
            for (const FileRecord &one : after->files)
                QVERIFY2(
                    !one.path.contains(QString::fromLatin1(name)) && !one.content.contains(name), name.constData());
            for (const OutputRecord &one : after->outputs)
                QVERIFY2(!one.content.contains(name), name.constData());
        }
        QVERIFY(!anonymized(recording.bytes(), {}));
    }
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
