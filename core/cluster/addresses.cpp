// SPDX-License-Identifier: Apache-2.0
#include "cluster/addresses.h"

#include "cluster/apifacts.h"

#include <QHostAddress>
#include <QJsonArray>

#include <algorithm>
#include <optional>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A number of digits alone, as Go reads a port or a prefix: neither a sign nor blanks.
std::optional<int> decimal(const QString &text)
{
    constexpr qsizetype longest = 9; // fits an int
    const bool isDigits = !text.isEmpty() && text.size() <= longest
        && std::all_of(text.begin(), text.end(), [](QChar each) { return each >= u'0' && each <= u'9'; });
    return isDigits ? std::optional(text.toInt()) : std::nullopt;
}

/// The four bytes of an IPv4 address; empty for what is none.
QByteArray ipv4Bytes(const QString &text)
{
    QByteArray bytes;
    for (const QString &part : text.split(u'.')) {
        const std::optional<int> number = part.size() <= 3 ? decimal(part) : std::nullopt;
        if (!number || *number > 255)
            return {};
        bytes += char(*number);
    }
    return bytes.size() == 4 ? bytes : QByteArray();
}

} // namespace

QByteArray addressBytes(const QString &text)
{
    if (!text.contains(u':'))
        return ipv4Bytes(text); // Qt would take 127.1 and 0x7f.0.0.1, too
    if (std::any_of(text.begin(), text.end(), [](QChar each) { return each.isSpace(); }))
        return {}; // Qt would take them
    const QHostAddress address(text);
    if (address.protocol() != QAbstractSocket::IPv6Protocol || !address.scopeId().isEmpty())
        return {};
    const Q_IPV6ADDR groups = address.toIPv6Address();
    QByteArray bytes;
    for (const quint8 byte : groups.c)
        bytes += char(byte);
    return bytes;
}

QByteArray listenAddress(const QString &text)
{
    if (const QByteArray alone = addressBytes(text); !alone.isEmpty())
        return alone;
    const auto colon = text.lastIndexOf(u':');
    QString host = text.left(colon);
    const bool brackets = host.startsWith(u'[') && host.endsWith(u']');
    if (brackets)
        host = host.mid(1, host.size() - 2);
    const std::optional<int> port = decimal(text.mid(colon + 1));
    const QByteArray bytes = addressBytes(host);
    if (colon < 0 || !port || *port > 65535 || (bytes.size() == 16) != brackets)
        return {};
    return bytes;
}

QString addressText(const QByteArray &address)
{
    if (address.size() == 4)
        return u"%1.%2.%3.%4"_s.arg(uchar(address[0]))
            .arg(uchar(address[1]))
            .arg(uchar(address[2]))
            .arg(uchar(address[3]));
    if (address.size() != 16)
        return {};
    Q_IPV6ADDR groups;
    std::copy(address.begin(), address.end(), groups.c);
    return QHostAddress(groups).toString();
}

bool isLoopback(const QByteArray &address)
{
    return address.size() == 4 ? address[0] == 127 : address == QByteArray(15, '\0') + '\1';
}

bool isEverywhere(const QByteArray &address)
{
    return !address.isEmpty() && address.count('\0') == address.size();
}

bool Network::contains(const QByteArray &other) const
{
    if (other.size() != address.size())
        return false;
    for (int bit = 0; bit < prefix; ++bit) {
        const auto differs = uchar(address[bit / 8]) ^ uchar(other[bit / 8]);
        if ((differs >> (7 - bit % 8)) & 1)
            return false;
    }
    return true;
}
Network networkOf(const QString &text)
{
    const auto slash = text.indexOf(u'/');
    Network network;
    network.address = addressBytes(text.left(slash));
    const std::optional<int> prefix = decimal(text.mid(slash + 1));
    if (slash > 0 && prefix && !network.address.isEmpty() && *prefix <= network.address.size() * 8)
        network.prefix = *prefix;
    return network;
}

QList<NodeAddresses> nodeAddresses(const Cluster &cluster)
{
    QList<NodeAddresses> all;
    for (const QJsonValue &object : cluster.list(u"nodes"_s)) {
        NodeAddresses node;
        node.node = nodeObject(object.toObject()).name;
        for (const QJsonValue &address : object["status"_L1]["addresses"_L1].toArray()) {
            const QByteArray bytes = addressBytes(address["address"_L1].toString());
            if (address["type"_L1].toString() == "InternalIP"_L1 && !bytes.isEmpty())
                node.internal += bytes;
        }
        all += node;
    }
    return all;
}

QStringList networksOfNodes(const Cluster &cluster)
{
    QStringList networks;
    for (const NodeAddresses &node : nodeAddresses(cluster)) {
        if (node.internal.isEmpty())
            return {};
        for (const QByteArray &address : node.internal)
            networks += u"%1/%2"_s.arg(addressText(address)).arg(address.size() * 8);
    }
    networks.removeDuplicates();
    return networks;
}

} // namespace jiagu
