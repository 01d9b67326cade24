// SPDX-License-Identifier: Apache-2.0
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace Qt::Literals::StringLiterals;

namespace {

struct Catalogue
{
    QSet<QString> messages; ///< context, source and comment
    QStringList unfinished;
    QStringList placeholders; ///< messages whose translation has other %1 … than the source
};

QSet<QChar> placesOf(const QString &text)
{
    QSet<QChar> places;
    for (qsizetype i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == u'%' && text[i + 1].isDigit())
            places += text[i + 1];
    }
    return places;
}

Catalogue read(const QString &path)
{
    Catalogue catalogue;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return catalogue;
    QXmlStreamReader xml(&file);
    QString context;
    QString source;
    QString comment;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == u"name") {
            context = xml.readElementText();
        } else if (xml.name() == u"message") {
            comment.clear();
        } else if (xml.name() == u"source") {
            source = xml.readElementText();
        } else if (xml.name() == u"comment") {
            comment = xml.readElementText();
        } else if (xml.name() == u"translation") {
            const QString message = context + u" | "_s + source + u" | "_s + comment;
            catalogue.messages += message;
            const bool unfinished = xml.attributes().hasAttribute(u"type"_s);
            const QString translation = xml.readElementText();
            if (unfinished || translation.isEmpty())
                catalogue.unfinished += message;
            if (placesOf(translation) != placesOf(source))
                catalogue.placeholders += message;
        }
    }
    return catalogue;
}

} // namespace

class TestTranslations : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isCompleteAndOfTheseSources()
    {
        const QString kept = QStringLiteral(SOURCE_DIR "/translations/jiagu_zh_CN.ts");
        const Catalogue catalogue = read(kept);
        QVERIFY(catalogue.messages.size() > 100);
        QCOMPARE(catalogue.unfinished, QStringList());
        QCOMPARE(catalogue.placeholders, QStringList());

        const QTemporaryDir directory;
        const QString fresh = directory.filePath(u"fresh.ts"_s);
        QProcess lupdate;
        lupdate.start(QStringLiteral(LUPDATE),
            {QStringLiteral(SOURCE_DIR "/ui"), u"-locations"_s, u"none"_s, u"-no-obsolete"_s, u"-target-language"_s,
                u"zh_CN"_s, u"-ts"_s, fresh});
        QVERIFY(lupdate.waitForFinished());
        QCOMPARE(lupdate.exitCode(), 0);
        const Catalogue wanted = read(fresh);
        QCOMPARE((wanted.messages - catalogue.messages).values(), QStringList());
        QCOMPARE((catalogue.messages - wanted.messages).values(), QStringList());
    }

    /// One word per thing and one style of punctuation, wherever a Chinese sentence stands.
    void chineseIsWrittenOneWay()
    {
        static const QRegularExpression wrong(
            u"[\\x{4e00}-\\x{9fff}）][,;!?]|[\\x{4e00}-\\x{9fff}]:[%“]|密码(?!套件)|回退|更改|改动|账户|下发|缺省"_s);
        QStringList found;
        for (const QString &place : {u"app"_s, u"core"_s, u"ui"_s, u"resources/rules"_s, u"translations"_s}) {
            const QString top = QStringLiteral(SOURCE_DIR "/") + place;
            for (QDirIterator it(
                     top, {u"*.cpp"_s, u"*.h"_s, u"*.yaml"_s, u"*.ts"_s}, QDir::Files, QDirIterator::Subdirectories);
                 it.hasNext();) {
                QFile file(it.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n');
                for (qsizetype i = 0; i < lines.size(); ++i) {
                    if (wrong.match(lines[i]).hasMatch())
                        found += file.fileName() + u':' + QString::number(i + 1) + lines[i].simplified();
                }
            }
        }
        QCOMPARE(found, QStringList());
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "tst_translations.moc"
