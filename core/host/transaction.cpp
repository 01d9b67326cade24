// SPDX-License-Identifier: Apache-2.0
#include "host/transaction.h"

#include "base/plaintext.h"

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype maxLine = 8 * 1024;
constexpr qsizetype maxAnswer = 1024 * 1024;
constexpr qsizetype base64Line = 76;

QByteArray verbName(Transaction::Verb verb)
{
    switch (verb) {
    case Transaction::Verb::Apply:
        return "apply"_ba;
    case Transaction::Verb::Restore:
        return "restore"_ba;
    case Transaction::Verb::Status:
        return "status"_ba;
    case Transaction::Verb::Cancel:
        return "cancel"_ba;
    case Transaction::Verb::Clean:
        return "clean"_ba;
    }
    return {};
}

std::optional<TransactionState::End> endOf(const QByteArray &word)
{
    using End = TransactionState::End;
    static const QList<std::pair<QByteArray, End>> ends{{"confirmed", End::Confirmed}, {"rolled-back", End::RolledBack},
        {"refused", End::Refused}, {"stuck", End::Stuck}, {"undecided", End::Undecided}, {"absent", End::Absent},
        {"cleaned", End::Cleaned}};
    const auto found = std::ranges::find(ends, word, &std::pair<QByteArray, End>::first);
    return found == ends.end() ? std::nullopt : std::optional(found->second);
}

QString decoded(const QByteArray &field)
{
    return field == "-" ? QString() : plainText(QByteArrayView(QByteArray::fromBase64(field)));
}

} // namespace

Result<QByteArray> transactionStream(
    const Transaction &transaction, const QByteArray &program, const QByteArray &delimiter, const QByteArray &nonce)
{
    const bool isClean = transaction.verb == Transaction::Verb::Clean;
    const QByteArray id = isClean && transaction.id.isEmpty() ? "0"_ba : transaction.id.toLatin1();
    const bool isHex = !id.isEmpty() && id.size() <= 64
        && std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!isHex)
        return failure(Error::Kind::Usage,
            message(u"“%1” is not the id of a transaction."_s, u"“%1”不是事务编号。"_s, plainText(transaction.id)));

    QByteArray stream = "jiagu_program() { cat <<'" + delimiter + "'\n" + program;
    if (!program.endsWith('\n'))
        stream += '\n';
    stream += delimiter + "\n}\neval \"$(jiagu_program)\"\njiagu_transact " + nonce + ' ' + verbName(transaction.verb)
        + ' ' + id + " <<'" + delimiter + "'\n";
    const QByteArray request = transaction.request.toBase64();
    for (qsizetype at = 0; at < request.size(); at += base64Line)
        stream += request.mid(at, base64Line) + '\n';
    stream += ".\n" + delimiter + '\n';
    return stream;
}

TransactionAnswer::TransactionAnswer(QByteArray nonce)
    : m_nonce(std::move(nonce))
{
}

QList<TransactionEvent> TransactionAnswer::read(const QByteArray &bytes)
{
    QList<TransactionEvent> events;
    m_heard = false;
    m_pending += bytes;
    for (;;) {
        const qsizetype end = m_pending.indexOf('\n');
        if (end < 0) {
            if (m_pending.size() > maxLine) {
                m_skipping = true;
                m_pending.clear();
            }
            return events;
        }
        const QByteArray line = m_pending.first(end);
        m_pending.remove(0, end + 1);
        if (std::exchange(m_skipping, false) || line.size() > maxLine || !line.startsWith(m_nonce + ' ') || m_ended)
            continue;
        m_size += line.size();
        if (m_size > maxAnswer)
            continue;
        const QList<QByteArray> words = line.split(' ');
        if (words.size() == 5 && words[1] == "event") {
            TransactionEvent event;
            event.time = QDateTime::fromString(QString::fromLatin1(words[2]), Qt::ISODate).toUTC();
            event.state = plainText(QByteArrayView(words[3]));
            event.detail = decoded(words[4]);
            m_state.events.append(event);
            events.append(event);
            m_heard = true;
        } else if (words.size() == 4 && words[1] == "end" && endOf(words[2])) {
            m_state.end = *endOf(words[2]);
            m_state.reason = decoded(words[3]);
            m_ended = true;
            m_heard = true;
        } else if (words.size() == 2 && words[1] == "beat") {
            m_heard = true;
        }
    }
}

} // namespace jiagu
