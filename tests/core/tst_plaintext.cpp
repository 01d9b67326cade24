// SPDX-License-Identifier: Apache-2.0
#include "base/plaintext.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;

class TestPlainText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void shows_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("lines");
        QTest::newRow("plain") << "kube-apiserver"_ba << u"kube-apiserver"_s << u"kube-apiserver"_s;
        QTest::newRow("Chinese") << QByteArray("加固") << u"加固"_s << u"加固"_s;
        QTest::newRow("escape") << "\x1b[31mred"_ba << u"\\u{1B}[31mred"_s << u"\\u{1B}[31mred"_s;
        QTest::newRow("line end") << "a\n\tb"_ba << u"a\\u{A}\\u{9}b"_s << u"a\n\tb"_s;
        QTest::newRow("right-to-left override") << QByteArray("a\xe2\x80\xae"
                                                              "b")
                                                << u"a\\u{202E}b"_s << u"a\\u{202E}b"_s;
        QTest::newRow("not UTF-8") << "a\xff"_ba << u"a\uFFFD"_s << u"a\uFFFD"_s;
        QTest::newRow("beyond the first plane") << QByteArray("\xf0\x9f\x94\x92") << u"\U0001F512"_s << u"\U0001F512"_s;
    }
    void shows()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, line);
        QFETCH(QString, lines);
        QCOMPARE(jiagu::plainText(bytes), line);
        QCOMPARE(jiagu::plainLines(bytes), lines);
    }
};

QTEST_GUILESS_MAIN(TestPlainText)
#include "tst_plaintext.moc"
