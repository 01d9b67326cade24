// SPDX-License-Identifier: Apache-2.0
#include "host/knownhosts.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QMessageAuthenticationCode>
#include <QtEndian>

#include <algorithm>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 maxFileSize = 16 * 1024 * 1024;

QByteArray nameOf(const QString &host, quint16 port)
{
    const QByteArray lower = host.toUtf8().toLower();
    return port == 22 ? lower : '[' + lower + "]:" + QByteArray::number(port);
}

/// * and ? in linear memory: remembers the last star and retries from there.
bool matchesPattern(QByteArrayView text, QByteArrayView pattern)
{
    qsizetype t = 0;
    qsizetype p = 0;
    qsizetype star = -1;
    qsizetype mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool matchesHash(const QByteArray &name, const QByteArray &hashed)
{
    const QList<QByteArray> parts = hashed.split('|'); // "", "1", salt, hash
    if (parts.size() != 4 || parts[1] != "1")
        return false;
    const auto salt = QByteArray::fromBase64Encoding(parts[2], QByteArray::AbortOnBase64DecodingErrors);
    const auto hash = QByteArray::fromBase64Encoding(parts[3], QByteArray::AbortOnBase64DecodingErrors);
    return salt && hash
        && QMessageAuthenticationCode::hash(name, salt.decoded, QCryptographicHash::Sha1) == hash.decoded;
}

tl::unexpected<Error> cannotWrite(const QString &file, const QString &why)
{
    return failure(Error::Kind::Failed,
        message(u"The host key could not be recorded: %1. Check the directory and connect again."_s,
            u"无法记录主机密钥：%1。请检查该目录后重新连接。"_s, why),
        {{}, file});
}

} // namespace

bool KnownHost::matches(const QString &host, quint16 port) const
{
    const QByteArray name = nameOf(host, port);
    if (hosts.startsWith('|'))
        return matchesHash(name, hosts);
    bool found = false;
    for (const QByteArray &item : hosts.toLower().split(',')) {
        if (item.startsWith('!')) {
            if (matchesPattern(name, QByteArrayView(item).sliced(1)))
                return false;
        } else if (matchesPattern(name, item)) {
            found = true;
        }
    }
    return found;
}

void KnownHosts::parse(const QByteArray &bytes, const QString &file)
{
    int number = 0;
    for (qsizetype begin = 0; begin < bytes.size();) {
        qsizetype end = bytes.indexOf('\n', begin);
        if (end < 0)
            end = bytes.size();
        ++number;
        QList<QByteArray> words = bytes.sliced(begin, end - begin).simplified().split(' ');
        begin = end + 1;

        KnownHost entry;
        if (words.first() == "@revoked")
            entry.marker = KnownHost::Marker::Revoked;
        else if (words.first() == "@cert-authority")
            entry.marker = KnownHost::Marker::CertificateAuthority;
        else if (words.first().startsWith('@'))
            continue;
        if (entry.marker != KnownHost::Marker::None)
            words.removeFirst();
        if (words.size() < 3 || words.first().startsWith('#'))
            continue;
        const auto key = QByteArray::fromBase64Encoding(words[2], QByteArray::AbortOnBase64DecodingErrors);
        if (!key || keyType(key.decoded).isEmpty() || keyType(key.decoded) != words[1])
            continue;
        entry.hosts = words[0];
        entry.key = key.decoded;
        entry.file = file;
        entry.line = number;
        m_entries.append(entry);
    }
}

Result<KnownHosts> KnownHosts::read(const QStringList &files)
{
    KnownHosts result;
    for (const QString &path : files) {
        QFile file(path);
        if (path.isEmpty() || !file.exists())
            continue;
        if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
            return failure(Error::Kind::Permission,
                message(u"The known host keys could not be read: %1. Without them the machine's key cannot be judged, "
                        u"so nothing was connected. Make the file readable."_s,
                    u"无法读取已知主机密钥：%1。缺少它就无法判断主机密钥，因此没有建立连接。请使该文件可读。"_s,
                    QFileInfo(path).isFile() ? file.errorString() : u"not a file"_s),
                {{}, path});
        const QByteArray bytes = file.read(maxFileSize + 1);
        if (bytes.size() > maxFileSize)
            return failure(Error::Kind::TooLarge,
                message(u"The file of known host keys is larger than 16 MiB and was not read. Remove what is not "
                        u"needed from it."_s,
                    u"已知主机密钥文件超过 16 MiB，未读取。请删除其中不需要的内容。"_s),
                {{}, path});
        result.parse(bytes, path);
    }
    return result;
}

HostKeyJudgement KnownHosts::judge(const QString &host, quint16 port, const QByteArray &key) const
{
    using State = HostKeyJudgement::State;
    HostKeyJudgement result;
    const auto severity = [](State state) { // a stronger statement replaces a weaker one, the first line of it stays
        switch (state) {
        case State::Unknown:
            return 0;
        case State::OtherType:
            return 1;
        case State::Changed:
            return 2;
        case State::Known:
            return 3;
        case State::Revoked:
            return 4;
        }
        return 0;
    };
    const QByteArray type = keyType(key);
    for (const KnownHost &entry : m_entries) {
        if (!entry.matches(host, port))
            continue;
        State state = State::Unknown;
        switch (entry.marker) {
        case KnownHost::Marker::CertificateAuthority:
            result.hasCertificateAuthority = true;
            continue;
        case KnownHost::Marker::Revoked:
            if (entry.key != key)
                continue;
            state = State::Revoked;
            break;
        case KnownHost::Marker::None:
            state = entry.key == key ? State::Known : keyType(entry.key) == type ? State::Changed : State::OtherType;
            break;
        }
        if (severity(state) > severity(result.state)) {
            result.state = state;
            result.entry = entry;
        }
    }
    return result;
}

QList<QByteArray> KnownHosts::keyTypes(const QString &host, quint16 port) const
{
    QList<QByteArray> result;
    for (const KnownHost &entry : m_entries) {
        const QByteArray type = keyType(entry.key);
        if (entry.marker == KnownHost::Marker::None && !result.contains(type) && entry.matches(host, port))
            result.append(type);
    }
    return result;
}

QByteArray keyType(const QByteArray &key)
{
    if (key.size() < 5)
        return {};
    const quint32 size = qFromBigEndian<quint32>(key.constData());
    if (size == 0 || size > 128 || qsizetype(size) + 4 >= key.size())
        return {};
    const QByteArray type = key.sliced(4, qsizetype(size));
    const bool printable = std::ranges::all_of(type, [](char c) { return c > ' ' && c < 0x7f; });
    return printable ? type : QByteArray();
}

QString fingerprint(const QByteArray &key)
{
    const QByteArray hash = QCryptographicHash::hash(key, QCryptographicHash::Sha256);
    return u"SHA256:"_s + QString::fromLatin1(hash.toBase64(QByteArray::OmitTrailingEquals));
}

Result<> appendKnownHost(const QString &path, const QString &host, quint16 port, const QByteArray &key)
{
    const QFileInfo directory(QFileInfo(path).absolutePath());
    if (!directory.exists()
        && !(QDir().mkpath(directory.path())
            && QDir().mkdir(directory.filePath(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner)))
        return cannotWrite(path, u"mkdir "_s + directory.filePath());
    QLockFile lock(path + u".lock"_s);
    if (!lock.tryLock(5000))
        return cannotWrite(path, path + u".lock"_s);
    QFile file(path);
    const bool isNew = !file.exists();
    if (!file.open(QIODevice::ReadWrite))
        return cannotWrite(path, file.errorString());
    if (isNew)
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    QByteArray line;
    if (file.size() > 0) {
        file.seek(file.size() - 1);
        if (file.read(1) != "\n")
            line += '\n';
    }
    file.seek(file.size());
    line += nameOf(host, port) + ' ' + keyType(key) + ' ' + key.toBase64() + '\n';
    if (file.write(line) != line.size() || !file.flush() || fsync(file.handle()) != 0)
        return cannotWrite(path, file.errorString());
    return {};
}

} // namespace jiagu
