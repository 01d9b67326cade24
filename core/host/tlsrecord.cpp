// SPDX-License-Identifier: Apache-2.0
#include "host/tlsprobe.h"

#include "base/plaintext.h"
#include "host/snapshotframes.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype recordLimit = 256 * 1024;
constexpr qsizetype listLimit = 1000;
constexpr auto idStart = "tls:"_L1;

QJsonArray listOf(const QStringList &texts)
{
    return QJsonArray::fromStringList(texts);
}

QStringList texts(const QJsonValue &value)
{
    QStringList result;
    const QJsonArray list = value.toArray();
    for (qsizetype i = 0; i < std::min(list.size(), listLimit); ++i)
        result += plainText(list[i].toString());
    return result;
}

QString timeText(const QDateTime &time)
{
    return time.toUTC().toString(Qt::ISODate);
}

QDateTime time(const QJsonValue &value)
{
    return QDateTime::fromString(value.toString(), Qt::ISODate).toUTC();
}

QJsonObject written(const ServingCertificate &certificate)
{
    return {{u"subject"_s, certificate.subject}, {u"issuer"_s, certificate.issuer},
        {u"names"_s, listOf(certificate.names)}, {u"addresses"_s, listOf(certificate.addresses)},
        {u"from"_s, timeText(certificate.from)}, {u"until"_s, timeText(certificate.until)}, {u"key"_s, certificate.key},
        {u"sha256"_s, certificate.sha256}, {u"authorities"_s, listOf(certificate.authorities)},
        {u"doubts"_s, listOf(certificate.doubts)}};
}

std::optional<ServingCertificate> certificate(const QJsonObject &json)
{
    ServingCertificate result;
    result.subject = plainText(json["subject"_L1].toString());
    result.issuer = plainText(json["issuer"_L1].toString());
    result.names = texts(json["names"_L1]);
    result.addresses = texts(json["addresses"_L1]);
    result.from = time(json["from"_L1]);
    result.until = time(json["until"_L1]);
    result.key = plainText(json["key"_L1].toString());
    result.sha256 = plainText(json["sha256"_L1].toString());
    result.authorities = texts(json["authorities"_L1]);
    result.doubts = texts(json["doubts"_L1]);
    if (!result.from.isValid() || !result.until.isValid())
        return std::nullopt;
    return result;
}

tl::unexpected<Error> damaged()
{
    return failure(
        Error::Kind::Parse, message(u"The record of the TLS probe is damaged."_s, u"TLS 探测记录已损坏。"_s));
}

QByteArray idOf(const TlsProbe &probe)
{
    return (idStart + probe.endpoint.component).toUtf8();
}

} // namespace

QByteArray writeTlsProbe(const TlsProbe &probe)
{
    QJsonObject versions;
    for (auto version = probe.versions.cbegin(); version != probe.versions.cend(); ++version)
        versions.insert(tlsVersionName(version.key()), *version);
    QJsonArray problems;
    for (const Message &problem : probe.problems)
        problems += QJsonObject{{u"en"_s, problem.en}, {u"zh"_s, problem.zh}};
    QJsonArray alerts;
    for (const int alert : probe.alerts)
        alerts += alert;
    QJsonObject json{{u"component"_s, probe.endpoint.component}, {u"address"_s, probe.endpoint.address},
        {u"port"_s, probe.endpoint.port}, {u"way"_s, probe.way}, {u"at"_s, timeText(probe.at)},
        {u"versions"_s, versions}, {u"suites"_s, listOf(probe.suites)}, {u"allSuites"_s, probe.allSuites},
        {u"alerts"_s, alerts}, {u"problems"_s, problems}};
    if (probe.certificate)
        json.insert(u"certificate"_s, written(*probe.certificate));
    return QJsonDocument(json).toJson(QJsonDocument::Indented);
}

Result<TlsProbe> readTlsProbe(const QByteArray &bytes)
{
    const QJsonDocument document = bytes.size() > recordLimit ? QJsonDocument() : QJsonDocument::fromJson(bytes);
    const QJsonObject json = document.object();
    TlsProbe probe;
    probe.endpoint.component = plainText(json["component"_L1].toString());
    probe.endpoint.address = plainText(json["address"_L1].toString());
    const int port = json["port"_L1].toInt();
    probe.endpoint.port = quint16(port);
    probe.way = plainText(json["way"_L1].toString());
    probe.at = time(json["at"_L1]);
    if (probe.endpoint.component.isEmpty() || port < 1 || port > 65535 || !json["versions"_L1].isObject())
        return damaged();
    const QJsonObject versions = json["versions"_L1].toObject();
    for (auto version = versions.begin(); version != versions.end(); ++version) {
        const auto known = tlsVersion(version.key());
        if (!known || !version->isBool())
            return damaged();
        probe.versions.insert(*known, version->toBool());
    }
    probe.suites = texts(json["suites"_L1]);
    probe.allSuites = json["allSuites"_L1].toBool();
    const QJsonArray alerts = json["alerts"_L1].toArray();
    for (qsizetype i = 0; i < std::min<qsizetype>(alerts.size(), 256); ++i)
        probe.alerts += alerts[i].toInt(-1);
    if (json.contains("certificate"_L1)) {
        probe.certificate = certificate(json["certificate"_L1].toObject());
        if (!probe.certificate)
            return damaged();
    }
    const QJsonArray problems = json["problems"_L1].toArray();
    for (qsizetype i = 0; i < std::min(problems.size(), listLimit); ++i)
        probe.problems +=
            Message{plainText(problems[i]["en"_L1].toString()), plainText(problems[i]["zh"_L1].toString())};
    return probe;
}

Result<TlsProbe> tlsProbe(const Snapshot &snapshot, const QString &component)
{
    const OutputRecord *record = snapshot.output(idStart + component);
    if (!record)
        return failure(Error::Kind::NotFound,
            message(u"The snapshot holds no TLS probe of %1: it was taken on the node itself, with --no-probe, or "
                    u"by an earlier release. Read the node over SSH."_s,
                u"快照中没有对 %1 的 TLS 探测：它是在节点上直接采集的，或采集时使用了 --no-probe，或由早期版本采集。"
                u"请通过 SSH 重新读取该节点。"_s,
                component));
    const auto probe = snapshot.derived.once<Result<TlsProbe>>(
        record->id.toUtf8(), record->content, [record] { return readTlsProbe(record->content); });
    if (*probe && (*probe)->endpoint.component != component)
        return damaged();
    return *probe;
}

Result<Snapshot> withProbes(const Snapshot &snapshot, const QList<TlsProbe> &probes)
{
    Snapshot result = snapshot;
    const auto isProbe = [](const OutputRecord &output) { return output.id.startsWith(idStart); };
    if (std::any_of(snapshot.outputs.begin(), snapshot.outputs.end(), isProbe)) {
        auto frames = readFrames(snapshot.source, snapshot.bytes);
        if (!frames)
            return tl::unexpected(frames.error());
        frames->frames.removeIf([](const SnapshotFrame &frame) {
            return frame.kind == "output" && frame.words.value(0).startsWith(QByteArrayView(idStart.data()));
        });
        result.bytes = writeFrames(*frames);
        result.outputs.removeIf(isProbe);
        result.problems += Error{Error::Kind::Conflict,
            message(u"The node sent a TLS probe of its own, which only the console makes; it was taken out."_s,
                u"节点自行发送了只应由控制台生成的 TLS 探测记录，已将其剔除。"_s),
            {{}, snapshot.source}};
    }
    SnapshotFrames added;
    const QByteArray firstLine = result.bytes.left(result.bytes.indexOf('\n'));
    added.nonce = firstLine.mid(firstLine.indexOf(' ') + 1);
    for (const TlsProbe &probe : probes) {
        SnapshotFrame frame;
        frame.kind = "output";
        frame.words = {idOf(probe)};
        frame.hasBody = true;
        frame.body = writeTlsProbe(probe);
        added.frames += frame;
        result.outputs += OutputRecord{QString::fromUtf8(idOf(probe)), frame.body, 0, {}, false};
    }
    QByteArray text = writeFrames(added);
    text.remove(0, text.indexOf('\n') + 1); // the first line is the file's own
    if (!result.bytes.endsWith('\n'))
        result.bytes += '\n';
    if (result.bytes.size() + text.size() > snapshotLimit)
        return failure(Error::Kind::TooLarge,
            message(u"The snapshot has no room left for the TLS probes (64 MiB)."_s,
                u"快照已达到 64 MiB 上限，无法再加入 TLS 探测记录。"_s),
            {{}, snapshot.source});
    result.bytes += text;
    return result;
}

} // namespace jiagu
