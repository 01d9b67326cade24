// SPDX-License-Identifier: Apache-2.0
#include "host/prompt.h"

#include "base/plaintext.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype maxLine = 300;
constexpr qsizetype maxLines = 20;
constexpr qsizetype maxBytes = 16 * 1024;

/// The lines with something on them, each bounded and plain.
QStringList lines(QByteArrayView bytes)
{
    QStringList result;
    for (const QByteArray &line : bytes.first(std::min(bytes.size(), maxBytes)).toByteArray().split('\n')) {
        const QString text = plainText(QByteArrayView(line.simplified()));
        if (!text.isEmpty())
            result += text.size() > maxLine ? text.left(maxLine) + u'…' : text;
    }
    return result;
}

} // namespace

SecretQuestion promptQuestion(const QString &node, const QString &account, const ServerPrompt &prompt)
{
    SecretQuestion question;
    question.kind = SecretQuestion::Kind::Prompt;
    question.node = node;
    question.account = account;
    question.echo = prompt.echo;
    QStringList asked = lines(prompt.prompt);
    if (!asked.isEmpty())
        question.prompt = asked.takeLast();
    QStringList said = lines(prompt.name) + lines(prompt.instruction) + asked;
    if (said.size() > maxLines) {
        said = said.first(maxLines);
        said += u"…"_s;
    }
    question.instruction = said.join(u'\n');
    return question;
}

bool asksForPassword(const SecretQuestion &question)
{
    // sshd (since 8.5) writes "(user@host) " before PAM's own words; its own driver asks "user@host's password:".
    static const QRegularExpression password(
        u"^(\\([^()]*\\) ?)?(\\S+'s )?(password|口令|\\x{5bc6}\\x{7801})( for \\S+?)?( of \\S+?)?\\s*[:：]?$"_s,
        QRegularExpression::CaseInsensitiveOption);
    return !question.echo && password.match(question.prompt).hasMatch();
}

} // namespace jiagu
