// SPDX-License-Identifier: Apache-2.0
#include "change/sessionfile.h"
#include "host/recording.h"
#include "host/snapshotframes.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr auto canary = "canary-Zx81QmPv7";

/// A recording with a secret in a file, in a process's arguments, in a command's output and in a pod's environment.
Snapshot withSecrets()
{
    SnapshotFrames frames;
    frames.nonce = "0123456789abcdef0123456789abcdef";
    frames.done = true;
    const auto body = [&](const QByteArray &kind, const QByteArrayList &words, const QByteArray &bytes) {
        SnapshotFrame frame;
        frame.kind = kind;
        frame.words = words;
        frame.hasBody = true;
        frame.body = bytes;
        frames.frames += frame;
    };
    const auto fact = [&](const QByteArray &name, const QByteArray &value) {
        SnapshotFrame frame;
        frame.kind = "fact";
        frame.words = {name, value};
        frames.frames += frame;
    };
    fact("hostname", "n1");
    fact("machine-id", "0123456789abcdef0123456789abcdef");
    fact("date", "1795570542");
    body("process", {"12", "uid=0"}, "kubelet\0--token="_ba + canary + '\0');
    body(
        "content", {"/etc/kubernetes/kubelet.conf"}, "users:\n- user:\n    token: "_ba + canary + "\n    # it stays\n");
    body("output", {"systemctl-cat-kubelet"}, "Environment=DB_PASSWORD="_ba + canary + '\n');
    const QByteArray pods = R"({"kind":"PodList","items":[{"metadata":{"name":"p"},"spec":{"containers":[)"
                            R"({"name":"c","env":[{"name":"X","value":")"_ba
        + canary + R"("}]}]}}]})";
    body("output", {"api:/api/v1/pods", "gzip"}, packed(pods));
    const auto snapshot = parseSnapshot(u"root@n1"_s, writeFrames(frames));
    return snapshot ? *snapshot : Snapshot();
}

SavedSession filled()
{
    SavedSession session;
    session.saved = QDateTime(QDate(2026, 11, 25), QTime(4, 0), Qt::UTC);
    session.cluster = u"kubernetes@cp1"_s;
    Target first = *parseTarget(u"admin@[fe80::1]:2222"_s);
    first.identityFile = u"/k e y"_s;
    first.sudo = true;
    session.inventory = {first, *parseTarget(u"root@w1.example"_s)};
    const QDir sample(QStringLiteral(SOURCE_DIR "/resources/sample"), u"*.jiagu-snapshot"_s);
    for (const QFileInfo &file : sample.entryInfoList()) {
        if (auto snapshot = readSnapshotFile(file.filePath()))
            session.snapshots += *snapshot;
    }
    session.snapshots += withSecrets();
    session.values = {{u"KL-01"_s, u"4096"_s}};
    session.tailoring.baseline = u"safe"_s;
    session.tailoring.off = {{u"WL-02"_s, u"\"RDMA\" needs it: 主机网络\n\U0001F512"_s}};
    Waiver waiver;
    waiver.id = u"waiver:1"_s;
    waiver.rule = u"WL-01"_s;
    waiver.object = u"mindie/*/web*"_s;
    waiver.reason = u"why"_s;
    waiver.approver = u"who"_s;
    waiver.expires = QDate(2027, 1, 31);
    session.tailoring.waivers = {waiver};
    session.approvals = {{.changeSet = u"ab"_s,
        .operatorName = u"李华"_s,
        .ticket = u"CHG-42"_s,
        .reviewer = {},
        .when = session.saved}};
    return session;
}

} // namespace

class TestSessionFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void comesBackAsItWas()
    {
        const SavedSession before = filled();
        QVERIFY(before.snapshots.size() >= 3);
        const QString path = m_home.filePath(u"a.jiagu-session"_s);
        QVERIFY(saveSession(before, path));
        QCOMPARE(
            QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup), QFile::Permissions());
        const auto after = openSession(path);
        QVERIFY2(after, after ? "" : qPrintable(after.error().message.en));
        QCOMPARE(after->saved, before.saved);
        QCOMPARE(after->cluster, before.cluster);
        QCOMPARE(after->values, before.values);
        QCOMPARE(after->tailoring, before.tailoring);
        QCOMPARE(after->inventory.size(), 2);
        QCOMPARE(after->inventory[0].name(), before.inventory[0].name());
        QCOMPARE(after->inventory[0].identityFile, u"/k e y"_s);
        QVERIFY(after->inventory[0].sudo && !after->inventory[1].sudo);
        QCOMPARE(after->approvals.size(), 1);
        QCOMPARE(after->approvals[0].operatorName, u"李华"_s);
        QCOMPARE(after->approvals[0].when, before.saved);
        QCOMPARE(after->snapshots.size(), before.snapshots.size());
        for (qsizetype i = 0; i < before.snapshots.size(); ++i) {
            const Snapshot &one = before.snapshots[i];
            const Snapshot &other = after->snapshots[i];
            QCOMPARE(other.source, one.source);
            QCOMPARE(other.machineId, one.machineId);
            QCOMPARE(other.taken, one.taken);
            QCOMPARE(other.complete, one.complete);
            QCOMPARE(other.problems.size(), one.problems.size());
            QCOMPARE(other.files.size(), one.files.size());
            for (qsizetype f = 0; f < one.files.size(); ++f) {
                QCOMPARE(other.files[f].path, one.files[f].path);
                QCOMPARE(other.files[f].content, one.files[f].content);
                QCOMPARE(other.files[f].changedWhileRead, one.files[f].changedWhileRead);
                QCOMPARE(other.files[f].mode, one.files[f].mode);
                QCOMPARE(other.files[f].masked, one.files[f].masked);
            }
            QCOMPARE(other.processes.size(), one.processes.size());
            for (qsizetype p = 0; p < one.processes.size(); ++p)
                QCOMPARE(other.processes[p].argv, one.processes[p].argv);
            for (const OutputRecord &output : one.outputs) {
                const OutputRecord *found = other.output(output.id);
                QVERIFY2(found, qPrintable(output.id));
                QCOMPARE(found->content, output.content);
                QCOMPARE(found->status == 0, output.status == 0);
            }
        }
    }

    void isTheSameForTheSame() { QCOMPARE(*writeSession(filled()), *writeSession(filled())); }

    void holdsNoSecret()
    {
        const auto recorded = readFrames(u"x"_s, withSecrets().bytes);
        QVERIFY(recorded);
        qsizetype there = 0;
        for (const SnapshotFrame &frame : recorded->frames)
            there += (isPacked(frame) ? *unpacked(frame.body, snapshotAnswerLimit) : frame.body).contains(canary);
        QCOMPARE(there, 4); // the recording itself has it
        QVERIFY(writeSession(filled()));
        const QByteArray bytes = *writeSession(filled());
        const QString directory = m_home.filePath(u"unpacked"_s);
        QVERIFY(!bytes.contains(canary));
        const auto after = readSession(bytes);
        QVERIFY(after);
        const Snapshot &snapshot = after->snapshots.last();
        const auto frames = readFrames(u"x"_s, snapshot.bytes);
        QVERIFY(frames);
        QVERIFY(frames->frames.size() >= 7);
        for (const SnapshotFrame &frame : frames->frames) {
            const QByteArray body = isPacked(frame) ? *unpacked(frame.body, snapshotAnswerLimit) : frame.body;
            QVERIFY2(!body.contains(canary), frame.kind.constData());
            QVERIFY(!frame.words.join(' ').contains(canary));
        }
        QVERIFY(snapshot.file(u"/etc/kubernetes/kubelet.conf"_s)->content.contains("# it stays"));
        QVERIFY(snapshot.file(u"/etc/kubernetes/kubelet.conf"_s)->masked);
        QVERIFY(snapshot.output(u"api:/api/v1/pods"_s)->content.contains("***"));
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        const QByteArray good = *writeSession(filled());
        QTest::newRow("empty") << QByteArray() << u"no session file"_s;
        QTest::newRow("text") << "hello"_ba << u"no session file"_s;
        QTest::newRow("a snapshot") << withSecrets().bytes << u"no session file"_s;
        QTest::newRow("another zip") << QByteArray(good).replace("session.json", "sessiom.json")
                                     << u"no session file"_s;
        QTest::newRow("cut in the middle") << good.left(good.size() / 2) << u"cut off"_s;
        QTest::newRow("cut at the end") << good.chopped(30) << u"cut off"_s;
        QByteArray flipped = good;
        flipped[good.size() / 2] = char(flipped[good.size() / 2] ^ 0x10);
        QTest::newRow("a bit flipped") << flipped << u"cut off"_s;
        for (const char *name : {"../../../x/1.jiagu-snapshot", "/napshots/1.jiagu-snapshot"}) {
            const QByteArray wanted = QByteArray(name).leftJustified(26, 'x', true);
            QTest::newRow(name) << QByteArray(good).replace("snapshots/1.jiagu-snapshot", wanted) << u"cut off"_s;
        }
    }
    void refusesWhatIsNone()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        const auto session = readSession(bytes);
        QVERIFY(!session);
        QVERIFY2(session.error().message.en.contains(sentence), qPrintable(session.error().message.en));
        QVERIFY(!session.error().message.zh.isEmpty());
    }

    void refusesEveryBeginning()
    {
        SavedSession small;
        small.cluster = u"c"_s;
        small.snapshots = {withSecrets()};
        const QByteArray good = *writeSession(small);
        QVERIFY(readSession(good));
        for (qsizetype size = 0; size < good.size(); ++size)
            QVERIFY2(!readSession(good.left(size)), qPrintable(QString::number(size)));
    }

    void aFailedWriteLeavesWhatWasThere()
    {
        const QString path = m_home.filePath(u"kept.jiagu-session"_s);
        QVERIFY(saveSession(filled(), path));
        const QByteArray before = bytesOf(path);
        SavedSession bad = filled();
        bad.snapshots.last().bytes = "no snapshot";
        QVERIFY(!saveSession(bad, path));
        QCOMPARE(bytesOf(path), before);
        const auto nowhere = saveSession(filled(), m_home.filePath(u"no/such/directory/x"_s));
        QVERIFY(!nowhere);
        QVERIFY(nowhere.error().message.en.contains(u"could not be saved"_s));
        const auto missing = openSession(m_home.filePath(u"none"_s));
        QCOMPARE(missing.error().kind, Error::Kind::NotFound);
    }

private:
    static QByteArray bytesOf(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QTemporaryDir m_home;
};

QTEST_GUILESS_MAIN(TestSessionFile)
#include "tst_sessionfile.moc"
