// SPDX-License-Identifier: Apache-2.0
#include "cluster/cninetwork.h"

#include "base/plaintext.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

QString factOf(const Snapshot &snapshot, const QString &name)
{
    const OutputRecord *record = snapshot.output(name);
    return record ? QString::fromUtf8(record->content).trimmed() : QString();
}

Message notRecorded(const Snapshot &snapshot)
{
    return message(
        u"The snapshot of %1 does not say where the container runtime looks for network plugins: it was taken by an "
        u"older version. Read the node again."_s,
        u"%1 的快照没有记录容器运行时在哪里查找网络插件：它由较旧的版本生成。请重新读取该节点。"_s,
        plainText(snapshot.hostName));
}

bool isCandidate(const QString &path)
{
    return path.endsWith(".conf"_L1) || path.endsWith(".conflist"_L1) || path.endsWith(".json"_L1);
}

void readNetwork(const Snapshot &snapshot, const FileRecord &file, CniNetwork &network);

/// Multus hands on to the first of its delegates, or to the file of its cluster network.
void readDelegate(const Snapshot &snapshot, const QJsonObject &multus, CniNetwork &network)
{
    const QJsonObject delegate = multus["delegates"_L1].toArray().at(0).toObject();
    const QString other = multus["clusterNetwork"_L1].toString().section(u'/', -1);
    const FileRecord *file = other.isEmpty() ? nullptr : snapshot.file(network.directory + u'/' + other);
    if (!delegate.isEmpty()) {
        network.list = delegate.contains("plugins"_L1);
        network.version = delegate["cniVersion"_L1].toString(network.version);
        network.plugins = network.list ? delegate["plugins"_L1].toArray() : QJsonArray{delegate};
    } else if (file && file->hasContent && file->path != network.file) {
        network.file = file->path;
        readNetwork(snapshot, *file, network);
    } else {
        network.unknown = message(u"%1 is of Multus, which hands on to another network, and which one was not read."_s,
            u"%1 属于 Multus，它会转交给另一个网络，而该网络的配置未读取。"_s, plainText(network.file));
    }
    if (network.type(0).startsWith("multus"_L1))
        network.unknown = message(u"%1 is of Multus and names Multus again."_s, u"%1 属于 Multus，又指向了 Multus。"_s,
            plainText(network.file));
}

void readNetwork(const Snapshot &snapshot, const FileRecord &file, CniNetwork &network)
{
    QJsonParseError trouble;
    const QJsonObject object = QJsonDocument::fromJson(file.content, &trouble).object();
    if (trouble.error != QJsonParseError::NoError) {
        const qsizetype before = qMin(qsizetype(trouble.offset), file.content.size());
        network.broken = message(u"it is no JSON (line %2): %1"_s, u"不是有效的 JSON（第 %2 行）：%1"_s,
            trouble.errorString(), QString::number(file.content.first(before).count('\n') + 1));
        return;
    }
    const bool again = !network.plugins.isEmpty();
    network.list = file.path.endsWith(".conflist"_L1);
    network.name = object["name"_L1].toString();
    network.version = object["cniVersion"_L1].toString();
    network.plugins = network.list ? object["plugins"_L1].toArray() : QJsonArray{object};
    if (network.plugins.isEmpty())
        network.broken = message(u"it names no plugins"_s, u"没有列出任何插件"_s);
    else if (network.type(0).isEmpty())
        network.broken = message(u"its first plugin has no type"_s, u"第一个插件没有 type"_s);
    else if (network.type(0).startsWith("multus"_L1) && !again)
        readDelegate(snapshot, network.plugins.at(0).toObject(), network);
}

/// e_machine of an ELF header, by the machine that uname names (System V ABI, and its processor supplements).
const struct
{
    QLatin1StringView uname;
    int machine;
} machines[] = {{"x86_64"_L1, 62}, {"aarch64"_L1, 183}, {"ppc64le"_L1, 21}, {"s390x"_L1, 22}, {"riscv64"_L1, 243},
    {"loongarch64"_L1, 258}, {"armv7l"_L1, 40}};

QString nameOfMachine(int machine)
{
    for (const auto &known : machines) {
        if (known.machine == machine)
            return known.uname;
    }
    return QString::number(machine);
}

/// Why a program with these first bytes does not run on the node; empty when nothing says so.
Message wrongProcessor(const QByteArray &head, const QString &uname)
{
    if (head.startsWith("#!"))
        return {};
    if (head.size() < 20
        || !head.startsWith("\x7F"
                            "ELF"))
        return message(u"it is no program"_s, u"它不是可执行程序"_s);
    const bool big = head[5] == 2;
    const auto byte = [&head](int at) { return int(static_cast<unsigned char>(head[at])); };
    const int machine = big ? byte(18) * 256 + byte(19) : byte(19) * 256 + byte(18);
    const QString node = uname.section(u' ', -1);
    for (const auto &known : machines) {
        if (node == known.uname && machine != known.machine) {
            return message(u"it was built for %1, and the node is %2"_s, u"它是为 %1 构建的，而节点为 %2"_s,
                nameOfMachine(machine), node);
        }
    }
    return {};
}

} // namespace

QString CniNetwork::type(qsizetype index) const
{
    return plugins.at(index)["type"_L1].toString();
}

qsizetype CniNetwork::indexOf(const QString &wanted) const
{
    for (qsizetype i = 0; i < plugins.size(); ++i) {
        if (type(i) == wanted)
            return i;
    }
    return -1;
}

CniNetwork cniNetwork(const Snapshot &snapshot)
{
    CniNetwork network;
    network.directory = factOf(snapshot, u"cni-conf-dir"_s);
    if (network.directory.isEmpty()) {
        network.unknown = notRecorded(snapshot);
        return network;
    }
    QList<const FileRecord *> files;
    for (const FileRecord *file : snapshot.filesBelow(network.directory)) {
        if (isCandidate(file->path) && file->type != FileRecord::Type::Directory && !file->missing)
            files += file;
    }
    std::sort(files.begin(), files.end(),
        [](const FileRecord *a, const FileRecord *b) { return a->path.toUtf8() < b->path.toUtf8(); });
    for (const FileRecord *file : files)
        network.others += file->path;
    if (files.isEmpty())
        return network;
    network.file = network.others.takeFirst();
    const FileRecord &first = *files.first();
    if (!first.hasContent || first.changedWhileRead || first.masked) {
        network.unknown = first.hasContent ? message(u"%1 changed or was masked while it was read."_s,
                              u"%1 在读取时发生变化或被遮盖。"_s, plainText(first.path))
                                           : message(u"%1 was not read."_s, u"未读取 %1。"_s, plainText(first.path));
        return network;
    }
    readNetwork(snapshot, first, network);
    return network;
}

CniProgram cniProgram(const Snapshot &snapshot, const QString &type)
{
    CniProgram program;
    const QStringList directories = factOf(snapshot, u"cni-bin-dir"_s).split(u':', Qt::SkipEmptyParts);
    if (directories.isEmpty()) {
        program.unknown = notRecorded(snapshot);
        return program;
    }
    const FileRecord *file = nullptr;
    for (QString directory : directories) {
        if (directory.size() > 1 && directory.endsWith(u'/'))
            directory.chop(1);
        const FileRecord *there = snapshot.file(directory);
        if (!there || (!there->missing && there->mode < 0)) {
            program.unknown = message(u"%1 was not read."_s, u"未读取 %1。"_s, plainText(directory));
            return program;
        }
        program.path = directory + u'/' + type;
        file = snapshot.file(program.path);
        if (file)
            break;
    }
    if (file && file->type == FileRecord::Type::Symlink)
        file = snapshot.file(file->realPath);
    program.found = file && !file->missing;
    if (!program.found)
        return program;
    if (file->type == FileRecord::Type::Directory)
        program.trouble = message(u"it is a directory"_s, u"它是目录"_s);
    else if (file->mode >= 0 && (file->mode & 0100) == 0)
        program.trouble = message(u"it may not be executed (mode %1)"_s, u"没有执行权限（权限 %1）"_s,
            QString::number(file->mode, 8).rightJustified(4, u'0'));
    const OutputRecord *head = snapshot.output(u"elf:"_s + type);
    if (program.trouble.isEmpty() && head && head->status == 0)
        program.trouble = wrongProcessor(head->content, factOf(snapshot, u"uname"_s));
    else if (program.trouble.isEmpty())
        program.unknown = message(u"The beginning of %1 was not read, which says for which processor it was built."_s,
            u"未读取 %1 的文件头，无法判断它是为哪种处理器构建的。"_s, plainText(program.path));
    return program;
}

double bandwidthOf(const QString &quantity)
{
    // k8s.io/apimachinery/pkg/api/resource/quantity.go
    static const QRegularExpression form(
        u"^([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"_s);
    const auto match = form.match(quantity);
    if (!match.hasMatch())
        return -1;
    const double value = match.captured(1).toDouble();
    const QString suffix = match.captured(2);
    if (suffix.isEmpty())
        return value;
    if (suffix.size() > 1 && suffix[1] != u'i')
        return value * std::pow(10.0, suffix.mid(1).toInt());
    if (suffix.size() == 2)
        return value * std::pow(1024.0, double(QStringView(u"KMGTPE").indexOf(suffix[0]) + 1));
    if (const qsizetype small = QStringView(u"num").indexOf(suffix[0]); small >= 0)
        return value * std::pow(1000.0, double(small - 3));
    return value * std::pow(1000.0, double(QStringView(u"kMGTPE").indexOf(suffix[0]) + 1));
}

} // namespace jiagu
