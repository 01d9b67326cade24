// SPDX-License-Identifier: Apache-2.0
#include "host/target.h"

#include <QHostAddress>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool isPrintable(QStringView text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.isPrint() && !c.isSpace(); });
}

bool isIpv6(const QString &host)
{
    return QHostAddress(host).protocol() == QAbstractSocket::IPv6Protocol;
}

tl::unexpected<Error> unreadable(const Message &message)
{
    return failure(Error::Kind::Usage, message);
}

} // namespace

QString Target::name() const
{
    QString result = user.isEmpty() ? QString() : user + u'@';
    result += host.contains(u':') && (port != 22 || !user.isEmpty()) ? u'[' + host + u']' : host;
    if (port != 22)
        result += u':' + QString::number(port);
    return result;
}

Result<Target> parseTarget(const QString &text)
{
    Target target;
    QString rest = text;
    if (const qsizetype at = text.lastIndexOf(u'@'); at >= 0) {
        target.user = text.left(at);
        rest = text.mid(at + 1);
        if (target.user.isEmpty() || !isPrintable(target.user))
            return unreadable(
                message(u"“%1” has no user name before the @. Write it as USER@HOST, or leave the @ out."_s,
                    u"“%1”的 @ 前面没有有效的用户名。请写成 用户@主机，或去掉 @。"_s, text));
    }

    QString port;
    bool hasPort = false;
    if (rest.startsWith(u'[')) {
        const qsizetype close = rest.indexOf(u']');
        target.host = rest.mid(1, close - 1);
        const QString tail = rest.mid(close + 1);
        hasPort = tail.startsWith(u':');
        port = tail.mid(1);
        if (close < 0 || !isIpv6(target.host) || (!tail.isEmpty() && !hasPort))
            return unreadable(
                message(u"“%1” is not an IPv6 address in brackets. Write it as [ADDRESS] or [ADDRESS]:PORT."_s,
                    u"“%1”不是方括号中的 IPv6 地址。请写成 [地址] 或 [地址]:端口。"_s, text));
    } else if (rest.count(u':') > 1) {
        target.host = rest;
        if (!isIpv6(rest))
            return unreadable(message(u"“%1” has more than one colon but is not an IPv6 address. Write HOST:PORT, or "
                                      u"[ADDRESS]:PORT for IPv6."_s,
                u"“%1”含有多个冒号，但不是 IPv6 地址。请写成 主机:端口，IPv6 写成 [地址]:端口。"_s, text));
    } else {
        const qsizetype colon = rest.indexOf(u':');
        hasPort = colon >= 0;
        target.host = hasPort ? rest.left(colon) : rest;
        port = hasPort ? rest.mid(colon + 1) : QString();
    }

    if (target.host.isEmpty() || target.host.startsWith(u'-') || target.host.contains(u'/')
        || !isPrintable(target.host))
        return unreadable(message(u"“%1” does not name a host. Write it as [USER@]HOST[:PORT]."_s,
            u"“%1”中没有有效的主机名。请写成 [用户@]主机[:端口]。"_s, text));
    if (hasPort) {
        const bool digits = !port.isEmpty() && port.size() <= 5
            && std::ranges::all_of(port, [](QChar c) { return c >= u'0' && c <= u'9'; });
        const int number = digits ? port.toInt() : 0;
        if (number < 1 || number > 65535)
            return unreadable(message(u"“%2” in “%1” is not a port. A port is a number from 1 to 65535."_s,
                u"“%1”中的“%2”不是端口。端口是 1 到 65535 之间的数字。"_s, text, port));
        target.port = static_cast<quint16>(number);
    }
    return target;
}

} // namespace jiagu
