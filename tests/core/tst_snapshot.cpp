// SPDX-License-Identifier: Apache-2.0
#include "host/snapshot.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonObject>
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
                .body("process 437 uid=0 start=2000 container=" + QByteArray(64, 'a') + " exe=/usr/local/bin/kube",
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
        QCOMPARE(snapshot->output(u"kubelet-version"_s)->content, "Kubernetes v1.34.4\n"_ba);
    }
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
