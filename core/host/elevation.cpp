// SPDX-License-Identifier: Apache-2.0
#include "host/elevation.h"

#include "base/plaintext.h"

#include <QList>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype maxAccount = 256;
constexpr qsizetype maxShown = 300;

struct Prompt
{
    qsizetype begin = 0;
    qsizetype end = 0;
    QByteArray account;
};

/// The prompts in the error stream. A shell that echoes its commands (set -x) shows the marker with its %p: not one.
QList<Prompt> prompts(const QByteArray &errors, const QByteArray &marker)
{
    QList<Prompt> result;
    const QByteArray start = marker + ':';
    for (qsizetype at = errors.indexOf(start); at >= 0; at = errors.indexOf(start, at + 1)) {
        const qsizetype begin = at + start.size();
        const qsizetype end = errors.indexOf(':', begin);
        if (end < 0)
            break;
        const QByteArray account = errors.sliced(begin, end - begin);
        const bool isName = !account.isEmpty() && account.size() <= maxAccount && account != "%p"
            && std::ranges::none_of(account, [](char c) { return c >= 0 && c <= ' '; });
        if (isName)
            result.append({at, end + 1, account});
    }
    return result;
}

/// su's own words, or its question (LC_ALL=C), which carries no mark.
bool isOfSu(const QByteArray &errors)
{
    const QByteArray text = errors.trimmed();
    return text == "Password:" || text.endsWith("\nPassword:") || text.startsWith("su: ") || text.contains("\nsu: ");
}

QString shown(const QByteArray &errors)
{
    QString text = plainText(QByteArrayView(errors.simplified()));
    if (text.size() > maxShown)
        text = text.left(maxShown) + u'…';
    return text;
}

} // namespace

Elevation::Elevation(bool useSudo, QString node, QString user, QByteArray marker, QByteArray nonce)
    : m_useSudo(useSudo)
    , m_node(std::move(node))
    , m_user(std::move(user))
    , m_marker(std::move(marker))
    , m_nonce(std::move(nonce))
{
}

QByteArray Elevation::command() const
{
    // Nothing that a login shell (csh and fish among them) could read differently inside single quotes.
    const QByteArray shell = "/bin/sh -c 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; LC_ALL=C; "
                             "export PATH LC_ALL; unset ENV BASH_ENV CDPATH; umask 077; printf \"%s %s\\n\" "
        + m_nonce + " \"$(id -u)\"; exec /bin/sh -s'";
    // -k with a command ignores cached credentials, so the question comes every time or never.
    return m_useSudo ? "env LC_ALL=C sudo -k -S -p '" + m_marker + ":%p:' -- " + shell : shell;
}

Elevation::Next Elevation::next(const QByteArray &output, const QByteArray &errors, bool ended, int exitStatus) const
{
    Next result;
    const QByteArray start = m_nonce + ' ';
    for (qsizetype at = output.indexOf(start); at >= 0; at = output.indexOf(start, at + 1)) {
        const qsizetype begin = at + start.size();
        const qsizetype end = output.indexOf('\n', begin);
        if (end < 0)
            break;
        bool isNumber = false;
        const uint uid = output.sliced(begin, end - begin).toUInt(&isNumber);
        if (!isNumber)
            continue;
        if (uid == 0) {
            result.kind = Next::Kind::Ready;
            result.used = end + 1;
            return result;
        }
        result.kind = Next::Kind::Failed;
        result.error = m_useSudo
            ? fail(
                message(u"sudo gave a shell of user id %1, not of root. Allow %2 to run commands as root in sudoers."_s,
                    u"sudo 给出的是用户 ID %1 的 shell，而不是 root。请在 sudoers 中允许 %2 以 root 身份执行命令。"_s,
                    QString::number(uid), m_user))
            : fail(
                message(u"%1 is not root (user id %2), and much of what has to be read is readable by root alone. Use "
                        u"sudo (--sudo on the command line), or log in as root."_s,
                    u"%1 不是 root（用户 ID %2），而需要读取的许多内容只有 root 可读。请启用 sudo（命令行为 "
                    u"--sudo），或以 root 登录。"_s,
                    m_user, QString::number(uid)));
        return result;
    }

    const QList<Prompt> asked = prompts(errors, m_marker);
    if (asked.size() > (m_sent ? 1 : 0) && m_sent) {
        result.kind = Next::Kind::Failed;
        // PAM's further prompts carry the mark, too; after a wrong password sudo says so before it asks again.
        const QByteArray between = errors.sliced(asked[0].end, asked[1].begin - asked[0].end);
        result.error = between.trimmed().isEmpty() ? asksForMore({}) : wrongPassword();
    } else if (ended) {
        result.kind = Next::Kind::Failed;
        result.error = explain(errors, exitStatus);
    } else if (!asked.isEmpty() && !m_sent && asked.constLast().end == errors.size()) {
        result.kind = Next::Kind::SendPassword;
        result.account = plainText(QByteArrayView(asked.constLast().account));
    }
    return result;
}

void Elevation::passwordSent(const QString &account)
{
    m_sent = true;
    m_account = account;
}

Error Elevation::fail(const Message &message) const
{
    return {Error::Kind::Elevation, message, {m_node}};
}

Error Elevation::wrongPassword() const
{
    return fail(message(u"sudo did not take the password of %1. It was tried once; connect again to try another one."_s,
        u"sudo 未接受 %1 的口令。只尝试了一次；请重新连接后再试。"_s, m_account.isEmpty() ? m_user : m_account));
}

QByteArray Elevation::withoutPrompts(const QByteArray &errors) const
{
    QByteArray rest = errors;
    const QList<Prompt> asked = prompts(errors, m_marker);
    for (auto prompt = asked.crbegin(); prompt != asked.crend(); ++prompt)
        rest.replace(prompt->begin, prompt->end - prompt->begin, " ");
    return rest;
}

Error Elevation::explain(const QByteArray &errors, int exitStatus) const
{
    const QByteArray rest = withoutPrompts(errors);
    const QString text = shown(rest);
    if (rest.contains("password has expired"))
        return fail(expired());
    if (!m_useSudo)
        return fail(message(u"The machine ran no shell for %1 (exit status %2%3). Check the account's login shell and "
                            u"ForceCommand in sshd_config."_s,
            u"该主机没有为 %1 启动 shell（退出状态 %2%3）。请检查该账号的登录 shell 和 sshd_config 中的 ForceCommand。"_s,
            m_user, QString::number(exitStatus), text.isEmpty() ? QString() : u": "_s + text));
    if (rest.contains("password is expired"))
        return fail(expired());
    if (isOfSu(rest))
        return fail(su(text));
    if (rest.contains("must have a tty"))
        return fail(message(u"sudo on the machine insists on a terminal (requiretty). Add “Defaults:%1 !requiretty” to "
                            u"its sudoers, or log in as root."_s,
            u"该主机的 sudo 要求终端（requiretty）。请在 sudoers 中添加“Defaults:%1 !requiretty”，或以 root 登录。"_s,
            m_user));
    if (rest.contains("not in the sudoers file") || rest.contains("is not allowed to")
        || rest.contains("may not run sudo"))
        return fail(
            message(u"%1 may not use sudo on the machine (%2). Add the account to sudoers, or use another one."_s,
                u"%1 无权在该主机上使用 sudo（%2）。请将该账号加入 sudoers，或换用其他账号。"_s, m_user, text));
    if (rest.contains("incorrect password attempt") || rest.contains("no password was provided")
        || rest.contains("a password is required"))
        return wrongPassword();
    if (exitStatus == 127 || rest.contains("sudo: not found") || rest.contains("sudo: command not found"))
        return fail(message(
            u"There is no sudo on the machine (%1). Becoming root with su is not supported: its question "
            u"for the password cannot be told from other text. Install sudo, or log in as root."_s,
            u"该主机上没有 sudo（%1）。不支持用 su 切换到 root，因为无法将其口令提示与其他文本区分开。请安装 sudo，或以 "
            u"root 登录。"_s,
            text));
    return fail(message(u"sudo gave no root shell (exit status %1): %2. Look into the machine's sudoers and its log "
                        u"(journalctl -t sudo)."_s,
        u"sudo 没有给出 root shell（退出状态 %1）：%2。请检查该主机的 sudoers 和日志（journalctl -t sudo）。"_s,
        QString::number(exitStatus), text.isEmpty() ? u"-"_s : text));
}

Error Elevation::timedOut(const QByteArray &errors) const
{
    const QString text = shown(withoutPrompts(errors));
    if (text.isEmpty())
        return {Error::Kind::Timeout,
            message(u"The machine did not give a root shell in time. Check its load, and sudo there."_s,
                u"该主机没有及时给出 root shell。请检查其负载以及其上的 sudo。"_s),
            {m_node}};
    if (m_sent)
        return asksForMore(text);
    if (isOfSu(errors))
        return fail(su(text));
    return fail(message(
        u"Instead of sudo's question for a password the machine says: “%1”. Nothing was sent. Questions "
        u"for one-time codes and the like are not supported yet."_s,
        u"该主机没有出现 sudo 的口令提示，而是显示：“%1”。没有发送任何内容。尚不支持一次性验证码等其他提问。"_s, text));
}

Error Elevation::asksForMore(const QString &text) const
{
    return fail(message(u"After the password sudo asks a second question%1. Nothing but the password was sent. Only "
                        u"passwords are supported for sudo; allow %2 to use it without the second question, or log in "
                        u"as root."_s,
        u"口令之后 sudo 还有第二个提问%1。除口令外没有发送任何内容。sudo 只支持口令；请允许 %2 不经第二个提问使用 "
        u"sudo，或以 root 登录。"_s,
        text.isEmpty() ? Message{} : message(u" (“%1”)"_s, u"（“%1”）"_s, text), m_user));
}

Message Elevation::expired() const
{
    return message(
        u"The password of %1 has expired, and the machine runs nothing before it is changed. Log in with ssh "
        u"once and change it, then connect again."_s,
        u"%1 的口令已过期，在修改之前该主机不执行任何命令。请先用 ssh 登录一次并修改口令，然后重新连接。"_s, m_user);
}

Message Elevation::su(const QString &text) const
{
    return message(u"The machine answers with su instead of sudo (“%1”). Becoming root with su is not supported: its "
                   u"question for the password cannot be told from other text. Nothing was sent. Allow %2 to use sudo, "
                   u"or log in as root."_s,
        u"该主机用 su 代替 sudo 应答（“%1”）。不支持用 su 切换到 root，因为无法将其口令提示与其他文本区分开。没有发送任何"
        u"内容。请允许 %2 使用 sudo，或以 root 登录。"_s,
        text, m_user);
}

} // namespace jiagu
