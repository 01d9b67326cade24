// SPDX-License-Identifier: Apache-2.0
#include "cluster/cninetwork.h"
#include "cluster/podmounts.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

class TestCniNetwork : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsQuantities_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("bits"); // below 0: it is none
        const auto row = [](const char *text, double bits) {
            QTest::newRow(text) << QString::fromLatin1(text) << bits;
        };
        row("1000", 1e3);
        row("1k", 1e3);
        row("10M", 1e7);
        row("1.5G", 1.5e9);
        row("1P", 1e15);
        row("1E", 1e18);
        row("1Ki", 1024);
        row("1Mi", 1048576);
        row("500m", 0.5);
        row("1e6", 1e6);
        row("2E3", 2e3);
        row(".5k", 500);
        row("", -1);
        row("fast", -1);
        row("1K", -1); // it is a small k
        row("10Mbit", -1);
        row("1 M", -1);
        row("1,000", -1);
    }
    void readsQuantities()
    {
        QFETCH(QString, text);
        QFETCH(double, bits);
        const double read = bandwidthOf(text);
        if (bits < 0)
            QVERIFY(read < 0);
        else
            QCOMPARE(read, bits);
    }

    void looksAtTheProgram_data()
    {
        QTest::addColumn<QByteArray>("machine"); // the two bytes of e_machine, and before them the byte order
        QTest::addColumn<QString>("uname");
        QTest::addColumn<QString>("trouble");
        QTest::newRow("x86_64") << "\1\x3E\0"_ba << u"x86_64"_s << QString();
        QTest::newRow("aarch64") << "\1\xB7\0"_ba << u"aarch64"_s << QString();
        QTest::newRow("s390x, big-endian") << QByteArray("\2\0\x16", 3) << u"s390x"_s << QString();
        QTest::newRow("x86_64 on aarch64") << "\1\x3E\0"_ba << u"aarch64"_s << u"built for x86_64"_s;
        QTest::newRow("aarch64 on x86_64") << "\1\xB7\0"_ba << u"x86_64"_s << u"built for aarch64"_s;
        QTest::newRow("a node that is not known") << "\1\x3E\0"_ba << u"sparc64"_s << QString();
        QTest::newRow("too short") << "\1"_ba << u"x86_64"_s << u"no program"_s;
    }
    void looksAtTheProgram()
    {
        QFETCH(QByteArray, machine);
        QFETCH(QString, uname);
        QFETCH(QString, trouble);
        Snapshot snapshot;
        FileRecord directory;
        directory.path = u"/opt/cni/bin"_s;
        directory.type = FileRecord::Type::Directory;
        directory.mode = 0755;
        FileRecord program;
        program.path = u"/opt/cni/bin/bandwidth"_s;
        program.mode = 0755;
        snapshot.files = {directory, program};
        const QByteArray head = "\x7F"
                                "ELF\2"
            + machine.left(1) + QByteArray(12, '\0') + machine.mid(1);
        snapshot.outputs = {OutputRecord{u"cni-bin-dir"_s, "/opt/cni/bin/"_ba, 0, {}, false},
            OutputRecord{u"uname"_s, (u"Linux 6.1 1 "_s + uname).toLatin1(), 0, {}, false},
            OutputRecord{u"elf:bandwidth"_s, head, 0, {}, false}};
        const CniProgram read = cniProgram(snapshot, u"bandwidth"_s);
        QVERIFY(read.found && read.unknown.isEmpty());
        QCOMPARE(read.trouble.isEmpty(), trouble.isEmpty());
        QVERIFY2(read.trouble.en.contains(trouble), qPrintable(read.trouble.en));
    }

    void findsMounts_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("host"); // "none": not mounted
        QTest::addColumn<QString>("volume");
        QTest::newRow("a file") << u"/etc/p.yaml"_s << u"/host/p.yaml"_s << u"hostPath"_s;
        QTest::newRow("below a directory") << u"/var/log/a/b.log"_s << u"/data/a/b.log"_s << u"hostPath"_s;
        QTest::newRow("the longest one counts") << u"/var/log/deep/b.log"_s << u"/deep/sub/b.log"_s << u"hostPath"_s;
        QTest::newRow("the same beginning is not below") << u"/var/logs/x"_s << u"none"_s << QString();
        QTest::newRow("a slash too many") << u"/var//log/./x"_s << u"/data/x"_s << u"hostPath"_s;
        QTest::newRow("not of the node") << u"/tmp/x"_s << QString() << u"emptyDir"_s;
        QTest::newRow("a volume that is not there") << u"/lost/x"_s << QString() << QString();
    }
    void findsMounts()
    {
        QFETCH(QString, path);
        QFETCH(QString, host);
        QFETCH(QString, volume);
        FileRecord manifest;
        manifest.path = manifest.realPath = u"/m"_s;
        manifest.hasContent = true;
        manifest.content =
            "spec:\n  containers:\n  - volumeMounts:\n"
            "    - {mountPath: /etc/p.yaml, name: p, readOnly: true}\n    - {mountPath: /var/log/, name: log}\n"
            "    - {mountPath: /var/log/deep, name: deep, subPath: sub}\n    - {mountPath: /tmp, name: tmp}\n"
            "    - {mountPath: /lost, name: lost}\n  volumes:\n  - {name: p, hostPath: {path: /host/p.yaml}}\n"
            "  - {name: log, hostPath: {path: /data}}\n  - {name: deep, hostPath: {path: /deep/}}\n"
            "  - {name: tmp, emptyDir: {}}\n"_ba;
        const auto found = mountOf(manifest, path);
        QVERIFY(found);
        const std::optional<PodMount> mount = *found;
        QCOMPARE(mount.has_value(), host != "none"_L1);
        if (!mount)
            return;
        QCOMPARE(mount->hostPath, host);
        QCOMPARE(mount->volume, volume);
        QCOMPARE(mount->readOnly, path == "/etc/p.yaml"_L1);
        QVERIFY(mount->at.line >= 4);
    }
};

QTEST_GUILESS_MAIN(TestCniNetwork)
#include "tst_cninetwork.moc"
