// SPDX-License-Identifier: Apache-2.0
#include "rules/kubeletsearch.h"

#include "base/plaintext.h"
#include "cluster/arguments.h"
#include "cluster/kubeletarguments.h"
#include "cluster/kubeletfiles.h"
#include "rules/assertion.h"

#include <QTimeZone>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

KubeletFiles filesOf(
    const Node &node, const QString &path, ValueType type, const QString &config, const QString &directory)
{
    const QDateTime later(QDate(9999, 1, 1), QTime(0, 0), QTimeZone::utc());
    return kubeletFiles(node, {ComponentKind::Kubelet, {}, path, type}, config, directory, later);
}

} // namespace

QList<Mention> gatesIn(const QByteArray &text, const Origin &origin)
{
    QList<Mention> mentions;
    for (const QByteArray &pair : text.split(',')) {
        const qsizetype equals = pair.indexOf('=');
        QByteArray name = pair.left(equals).trimmed();
        if (name.startsWith("kube:"))
            name.remove(0, 5);
        const QByteArray value = equals < 0 ? QByteArray() : pair.mid(equals + 1).trimmed();
        if (!name.isEmpty())
            mentions += Mention{plainText(value), parseBool(value).value_or(false), origin, QString::fromUtf8(name)};
    }
    return mentions;
}

KubeletSearch::KubeletSearch(const Node &node)
    : m_node(node)
{
    Argv written;
    for (const SourcedArgument &argument : writtenKubeletArguments(*node.snapshot)) {
        written.words += argument.text;
        written.origins += argument.origin;
    }
    const Component *kubelet = node.component(ComponentKind::Kubelet);
    const QList<QByteArray> argv = kubelet && kubelet->running ? kubelet->process.argv : QList<QByteArray>{};
    if (written.words.isEmpty()) {
        m_gaps += message(
            u"On node %1 it is not known with which arguments the kubelet will be started again: its systemd unit "
            u"or an environment file that the unit names was not read."_s,
            u"节点 %1 上无法确定 kubelet 下次启动时使用的参数：未读取其 systemd 单元或单元所引用的环境文件。"_s,
            plainText(node.name));
    }
    const QList<QByteArray> &next = written.words.isEmpty() ? argv : written.words;
    const QString directory = kubelet && kubelet->running ? kubelet->process.directory : QString();
    m_config = next.isEmpty() ? u"/var/lib/kubelet/config.yaml"_s : kubeletConfigFile(next, directory);
    m_directory = kubeletDropInDirectory(next, directory);
    m_argvs += written;
    if (written.words != argv)
        m_argvs += Argv{argv, {}};
}

QList<Mention> KubeletSearch::flag(const QString &flag, ValueType type) const
{
    QList<Mention> mentions;
    for (const Argv &argv : m_argvs) {
        for (const FlagOccurrence &occurrence : flagOccurrences(argv.words, flag, type, FlagSyntax::Pflag)) {
            Origin origin;
            origin.kind = Origin::Kind::Process;
            origin = argv.origins.value(occurrence.index, origin);
            origin.index = occurrence.index;
            const auto value = parseArgument(occurrence.text, {ComponentKind::Kubelet, flag, {}, type});
            mentions += Mention{plainText(occurrence.text), value.value_or(QJsonValue()), origin};
        }
    }
    return mentions;
}

QList<Mention> KubeletSearch::field(const QString &path, ValueType type) const
{
    QList<Mention> mentions;
    for (const OverriddenValue &written : filesOf(m_node, path, type, m_config, m_directory).values)
        mentions += Mention{actualText(written.value), written.value, written.origin};
    return mentions;
}

QList<Mention> KubeletSearch::gates() const
{
    QList<Mention> mentions;
    QStringList names;
    for (const Mention &argument : flag(u"--feature-gates"_s, ValueType::String))
        mentions += gatesIn(argument.value.toString().toUtf8(), argument.origin);
    for (const Mention &file : field(u"featureGates"_s, ValueType::Map)) {
        for (const QString &name : file.value.toObject().keys()) {
            if (!names.contains(name))
                names += name;
        }
    }
    for (const QString &name : names) {
        for (Mention mention : field(u"featureGates."_s + name, ValueType::Bool)) {
            mention.name = name;
            mentions += mention;
        }
    }
    return mentions;
}

QList<Mention> KubeletSearch::gate(const QString &name) const
{
    QList<Mention> mentions;
    for (const Mention &argument : flag(u"--feature-gates"_s, ValueType::String)) {
        for (const Mention &mention : gatesIn(argument.value.toString().toUtf8(), argument.origin)) {
            if (mention.name == name)
                mentions += mention;
        }
    }
    for (Mention mention : field(u"featureGates."_s + name, ValueType::Bool)) {
        mention.name = name;
        mentions += mention;
    }
    return mentions;
}

KubeletSearch::FileGap KubeletSearch::fileGap(const QString &path, ValueType type) const
{
    const KubeletFiles files = filesOf(m_node, path, type, m_config, m_directory);
    return {files.unknown, files.unusable};
}

} // namespace jiagu
