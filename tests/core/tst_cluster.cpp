// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

class TestCluster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void release_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("release");
        QTest::newRow("git version") << u"v1.34.4"_s << u"1.34.4"_s;
        QTest::newRow("kubelet --version") << u"Kubernetes v1.34.4\n"_s << u"1.34.4"_s;
        QTest::newRow("minor alone") << u"1.34"_s << u"1.34"_s;
        QTest::newRow("candidate") << u"Kubernetes v1.34.4-rc.1+x"_s << u"1.34.4"_s;
        QTest::newRow("vendor's suffix") << u"v1.28.3+k3s1"_s << u"1.28.3"_s;
        QTest::newRow("two digits in front") << u"11.34.4"_s << u""_s;
        QTest::newRow("another program") << u"containerd 1.6.20"_s << u""_s;
        QTest::newRow("third part is no number") << u"1.34.x"_s << u""_s;
        QTest::newRow("far too long") << u"1.34444444444444444444"_s << u""_s;
        QTest::newRow("nothing") << u""_s << u""_s;
    }
    void release()
    {
        QFETCH(QString, text);
        QFETCH(QString, release);
        QCOMPARE(Release::parse(text).text(), release);
        QCOMPARE(Release::parse(text).isKnown(), !release.isEmpty());
    }

    void origin_data()
    {
        QTest::addColumn<Origin>("origin");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<Message>("text");
        using Kind = Origin::Kind;
        QTest::newRow("none") << Origin{} << u""_s << Message{};
        QTest::newRow("file") << Origin{Kind::File, u"/var/lib/kubelet/config.yaml"_s, 7,
            15} << u"file"_s << message(u"/var/lib/kubelet/config.yaml:7:15"_s, u"/var/lib/kubelet/config.yaml:7:15"_s);
        QTest::newRow("argument") << Origin{Kind::Argument, u"/etc/kubernetes/manifests/a.yaml"_s, 20, 7, 3}
                                  << u"argument"_s
                                  << message(u"argument in /etc/kubernetes/manifests/a.yaml:20:7"_s,
                                         u"参数，位于 /etc/kubernetes/manifests/a.yaml:20:7"_s);
        QTest::newRow("argument of a variable")
            << Origin{Kind::Argument, u"/etc/default/kubelet"_s, 1, 0, 5, u"KUBELET_EXTRA_ARGS"_s} << u"argument"_s
            << message(u"argument from KUBELET_EXTRA_ARGS in /etc/default/kubelet:1"_s,
                   u"参数，来自 /etc/default/kubelet:1 中的 KUBELET_EXTRA_ARGS"_s);
        QTest::newRow("process") << Origin{Kind::Process, {}, 0, 0, 3} << u"process"_s
                                 << message(u"argument 3 of the running process"_s, u"运行中进程的参数 3"_s);
        QTest::newRow("default") << Origin{Kind::Default, {}, 0, 0, -1, {}, u"1.34"_s} << u"default"_s
                                 << message(u"default of Kubernetes 1.34"_s, u"Kubernetes 1.34 的默认值"_s);
        QTest::newRow("hostile name") << Origin{Kind::File, u"/a\x1b[31m"_s, 1} << u"file"_s
                                      << message(u"/a\\u{1B}[31m:1"_s, u"/a\\u{1B}[31m:1"_s);
    }
    void origin()
    {
        QFETCH(Origin, origin);
        QFETCH(QString, kind);
        QFETCH(Message, text);
        QCOMPARE(originKindName(origin.kind), kind);
        QCOMPARE(describe(origin).en, text.en);
        QCOMPARE(describe(origin).zh, text.zh);
    }
};

QTEST_GUILESS_MAIN(TestCluster)
#include "tst_cluster.moc"
