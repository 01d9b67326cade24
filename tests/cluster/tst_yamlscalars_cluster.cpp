// SPDX-License-Identifier: Apache-2.0
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"
#include "testbed.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

/// Scalars as people, tools and other programs write them.
const QList<QByteArray> scalars{"1", "0", "-1", "+1", "01", "010", "0o10", "0x1F", "0X1f", "0b101", "-0x10", "1_000",
    "_1", "1__0", "1.0", "1.", ".5", "-.5", "1e3", "1E3", "1.5e-3", "1e400", "1e-400", ".inf", "-.inf", "+.Inf", ".INF",
    "inf", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
    "18446744073709551616", "99999999999999999999", "0.1", "100000000000000000000.5", "1:30", "190:20:30", "true",
    "True", "TRUE", "tRUE", "false", "False", "yes", "Yes", "YES", "yEs", "no", "No", "NO", "on", "On", "ON", "off",
    "OFF", "y", "Y", "n", "N", "null", "Null", "NULL", "nULL", "~", "", "nil", "none", "'1'", "\"1\"", "'true'",
    "\"~\"", "''", "\"\"", "2001-01-01", "2001-01-01T00:00:00Z", "2001-12-14 21:59:43.10 -5", "!!str 1", "!!int '1'",
    "!!bool 'yes'", "!!float 1", "!!null ''", "!!int x", "!custom 1", "=", "<<", "-", "a: b", "a b", "a#b", "a #b",
    "@x", "`x", "%x", "&a 1", "*a", "[1, '2', yes]", "{a: 1, b: no}", "[]", "{}", "|\n  1", ">-\n  VersionTLS13", "0x",
    "0b", "0b2", "08", "0_8", "1.2.3", "1e", "e3", "-", "--1", "++1", "1-", "1,000", "10s", "1Gi", "0.0", "-0", "-0.0",
    "0x_1", "0x1_F", "+0x1F", "._5", "VersionTLS13"};

} // namespace

/// How our reading types a scalar, beside sigs.k8s.io/yaml, with which components read their files. Needs Go and the
/// sources that the testbed built Kubernetes from, and no running cluster.
class TestYamlScalarsCluster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void typesAsTheComponentsReaderDoes()
    {
        const testbed::GoProgram reader(u"yamljson"_s);
        if (!reader.obstacle.isEmpty())
            QSKIP(qPrintable(reader.obstacle));
        QVERIFY2(reader.trouble.isEmpty(), reader.trouble.constData());

        QList<QByteArray> documents;
        QByteArray asked;
        for (const QByteArray &scalar : scalars) {
            for (const QByteArray &form : {"key: %1\n"_ba, "- %1\n"_ba}) {
                documents += QByteArray(form).replace("%1", scalar);
                asked += documents.last().toBase64() + '\n';
            }
        }
        const testbed::Outcome answer = testbed::run(reader.path, {}, asked);
        QVERIFY2(answer.status == 0, answer.errors.constData());
        const QList<QByteArray> lines = answer.output.trimmed().split('\n');
        QCOMPARE(lines.size(), documents.size());

        const auto shown = [](const QJsonValue &value) {
            return QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        };
        QStringList differences;
        int read = 0;
        for (qsizetype i = 0; i < documents.size(); ++i) {
            const auto document = YamlDocument::parse(u"document"_s, documents[i]);
            const QJsonValue ours =
                document ? yamlValue(*document, document->root()) : QJsonValue(QJsonValue::Undefined);
            QByteArray said = "refuse";
            if (!ours.isUndefined())
                said = shown(ours);
            QJsonValue theirValue(QJsonValue::Undefined);
            if (lines[i] != "refuse")
                theirValue = QJsonDocument::fromJson('[' + lines[i] + ']').array().at(0);
            const QByteArray theirs = theirValue.isUndefined() ? "refuse"_ba : shown(theirValue);
            read += theirValue == ours && said != "refuse" ? 1 : 0;
            // Not knowing is never wrong; another value is.
            if (theirValue != ours && said != "refuse")
                differences += QString::fromUtf8(documents[i].trimmed() + "   theirs " + theirs + "   ours " + said);
        }
        QVERIFY2(differences.isEmpty(), qPrintable(u"\n"_s + differences.join(u'\n')));
        QVERIFY2(read > 180, qPrintable(QString::number(read)));
    }
};

QTEST_GUILESS_MAIN(TestYamlScalarsCluster)
#include "tst_yamlscalars_cluster.moc"
