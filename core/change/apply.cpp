// SPDX-License-Identifier: Apache-2.0
#include "change/apply.h"

#include "base/plaintext.h"
#include "change/request.h"

#include <QRandomGenerator>
#include <QSet>

#include <algorithm>
#include <array>
#include <ranges>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;
using End = TransactionState::End;

namespace {

constexpr qsizetype maximumEvidence = 200;

QString newTransactionId()
{
    std::array<quint32, 4> random;
    QRandomGenerator::system()->generate(random.begin(), random.end());
    QString id;
    for (quint32 part : random)
        id += QString::number(part, 16).rightJustified(8, u'0');
    return id;
}

QString actionName(Outcome::Action action)
{
    return action == Outcome::Action::Apply ? u"apply"_s : u"restore"_s;
}

/// One change set on one node, from the approval to the outcome.
class Push
{
public:
    Push(Outcome::Action action, const ChangeSet &changeSet, const QString &node, const Approval &approval, Host &host,
        Journal &journal, std::stop_token stop, const Progress &progress)
        : m_changeSet(changeSet)
        , m_approval(approval)
        , m_host(host)
        , m_journal(journal)
        , m_stop(std::move(stop))
        , m_progress(progress)
    {
        m_outcome.action = action;
        m_outcome.changeSet = changeSet.id;
        m_outcome.node = node;
        m_outcome.started = QDateTime::currentDateTimeUtc();
        for (qsizetype index = 0; index < changeSet.steps.size(); ++index) {
            const FileChange &step = changeSet.steps[index];
            if (step.node == node)
                m_steps += {action == Outcome::Action::Apply ? step : reversed(step), int(index)};
        }
        if (action == Outcome::Action::Restore)
            std::reverse(m_steps.begin(), m_steps.end());
    }

    Outcome run()
    {
        if (m_steps.isEmpty())
            return refuse(message(
                u"The change set has no step for %1."_s, u"该变更集中没有针对节点 %1 的步骤。"_s, m_outcome.node));
        if (m_approval.changeSet != m_changeSet.id)
            return refuse(message(u"What was approved is not this change set. Review and approve it again."_s,
                u"审批的并不是这个变更集。请重新审阅并审批。"_s));
        if (m_stop.stop_requested())
            return refuse(message(u"It was canceled before anything was sent."_s, u"在发送任何内容之前已取消。"_s));
        if (auto kept = m_journal.keep(m_changeSet); !kept)
            return refuse(kept.error().message);
        JournalEntry approved = entry(u"approved"_s);
        approved.approval = m_approval;
        if (auto written = m_journal.append(m_changeSet.id, approved); !written)
            return refuse(written.error().message);

        QList<Directed> done;
        for (const Directed &each : m_steps) {
            const Ended ended = carryOut(each, false, m_stop);
            if (ended.end == End::Confirmed) {
                done += each;
                continue;
            }
            if (ended.end == End::Refused && ended.reason == u"already" && m_steps.size() > 1)
                continue; // not our doing: never taken back
            return conclude(ended, each.step, done);
        }
        return finish(Outcome::State::Done, doneText());
    }

private:
    /// A step in the direction in which it is sent.
    struct Directed
    {
        FileChange step;
        int index = -1; ///< in the change set
    };

    struct Ended
    {
        End end = End::Undecided;
        QString reason;
        Message why; ///< instead of the reason's sentence
    };

    JournalEntry entry(const QString &event) const
    {
        JournalEntry made;
        made.time = QDateTime::currentDateTimeUtc();
        made.event = event;
        made.node = m_outcome.node;
        made.action = actionName(m_outcome.action);
        return made;
    }

    Message doneText() const
    {
        const bool gated =
            std::any_of(m_steps.begin(), m_steps.end(), [](const Directed &each) { return each.step.gated; });
        if (m_outcome.action == Outcome::Action::Apply)
            return gated ? message(u"Applied on %1; the component is healthy."_s, u"已在节点 %1 上生效，组件健康。"_s,
                       m_outcome.node)
                         : message(u"Applied and verified on %1."_s, u"已在节点 %1 上生效并校验。"_s, m_outcome.node);
        return gated
            ? message(u"Restored on %1: the recorded state of the files is back and the component is healthy."_s,
                u"节点 %1 已还原：文件已恢复为记录的状态，组件健康。"_s, m_outcome.node)
            : message(u"Restored on %1: the recorded state of the files is back."_s,
                u"节点 %1 已还原：文件已恢复为记录的状态。"_s, m_outcome.node);
    }

    /// Sends one step, or takes back one that was kept; whatever happens, says how it stands.
    Ended carryOut(const Directed &directed, bool back, const std::stop_token &stop)
    {
        const FileChange step = back ? reversed(directed.step) : directed.step;
        const bool forward = !back && m_outcome.action == Outcome::Action::Apply;
        Transaction transaction;
        transaction.verb = forward ? Transaction::Verb::Apply : Transaction::Verb::Restore;
        transaction.id = newTransactionId();
        transaction.request = transactionRequest(step);
        JournalEntry intent = entry(u"intent"_s);
        intent.action = actionName(
            (m_outcome.action == Outcome::Action::Apply) != back ? Outcome::Action::Apply : Outcome::Action::Restore);
        intent.transaction = transaction.id;
        intent.detail = step.path;
        intent.step = directed.index;
        if (auto written = m_journal.append(m_changeSet.id, intent); !written)
            return {End::Refused, {}, written.error().message};

        qsizetype known = 0; // of the node's journal, which an answer tells from its beginning
        qsizetype told = 0;
        const auto heard = [&](const TransactionEvent &event) {
            if (told++ < known)
                return;
            known = told;
            if (m_outcome.evidence.size() < maximumEvidence)
                m_outcome.evidence +=
                    u"%1 %2 %3"_s.arg(event.time.toString(Qt::ISODate), event.state, event.detail).trimmed();
            JournalEntry line = entry(u"state"_s);
            line.transaction = transaction.id;
            line.state = event.state;
            line.detail = event.detail;
            // The node works on whether or not this line can be kept; the outcome says if the journal has a gap.
            if (auto written = m_journal.append(m_changeSet.id, line); !written)
                m_gap = written.error().message;
            if (m_progress)
                m_progress({eventText(event.state, event.detail, step), 0});
        };
        auto state = m_host.transact(transaction, stop, heard);
        if (!state && neverArrived(state.error().kind))
            return {End::Refused, {}, state.error().message};
        if (state && state->end != End::Undecided)
            return {state->end, state->reason, {}};

        // Not known: ask once, and follow it to its end. A node that never heard of it has changed nothing.
        Transaction question;
        question.verb = Transaction::Verb::Status;
        question.id = transaction.id;
        told = 0;
        const auto answer = m_host.transact(question, {}, heard);
        if (answer && answer->end == End::Absent)
            return {End::Refused, {}, state ? reasonText(state->reason, step) : state.error().message};
        if (answer && answer->end != End::Undecided)
            return {answer->end, answer->reason, {}};
        return {End::Undecided, state ? state->reason : u"lost"_s, state ? Message{} : state.error().message};
    }

    static bool neverArrived(Error::Kind kind)
    {
        switch (kind) {
        case Error::Kind::Usage:
        case Error::Kind::Resolve:
        case Error::Kind::Connect:
        case Error::Kind::HostKey:
        case Error::Kind::Auth:
        case Error::Kind::Elevation:
            return true;
        case Error::Kind::Layout:
        case Error::Kind::Timeout:
        case Error::Kind::NotFound:
        case Error::Kind::Permission:
        case Error::Kind::TooLarge:
        case Error::Kind::Parse:
        case Error::Kind::Conflict:
        case Error::Kind::NoSpace:
        case Error::Kind::Canceled:
        case Error::Kind::Lost:
        case Error::Kind::Failed:
            return false;
        }
        return false;
    }

    /// A step did not succeed: take back what was kept before it, so that the node is as it was.
    Outcome conclude(const Ended &ended, const FileChange &step, const QList<Directed> &done)
    {
        const Message why = ended.why.isEmpty() ? reasonText(ended.reason, step) : ended.why;
        switch (ended.end) {
        case End::Undecided:
            return finish(Outcome::State::Undecided,
                message(u"How it ended on %1 is not known. %2"_s, u"节点 %1 上的结果未知。%2"_s, m_outcome.node, why));
        case End::Stuck:
            return finish(Outcome::State::Undecided,
                message(u"%1 needs a person. %2"_s, u"节点 %1 需要人工处理。%2"_s, m_outcome.node, why));
        case End::Confirmed:
        case End::Refused:
        case End::RolledBack:
        case End::Absent:
        case End::Cleaned:
            break;
        }
        for (qsizetype index = done.size() - 1; index >= 0; --index) {
            const Ended back = carryOut(done[index], true, {});
            if (back.end != End::Confirmed)
                return finish(Outcome::State::Undecided,
                    message(u"%1 An earlier step (%2) could not be taken back. %3"_s,
                        u"%1 先前的步骤（%2）未能撤回。%3"_s, why, done[index].step.path,
                        back.why.isEmpty() ? reasonText(back.reason, reversed(done[index].step)) : back.why));
        }
        if (ended.end == End::Refused && done.isEmpty())
            return finish(Outcome::State::Refused,
                message(u"Nothing was changed on %1. %2"_s, u"节点 %1 未作任何变更。%2"_s, m_outcome.node, why));
        return finish(Outcome::State::RolledBack,
            message(u"%1 is as before: the change was rolled back. %2"_s, u"节点 %1 已恢复原状：变更已回滚。%2"_s,
                m_outcome.node, why));
    }

    Outcome finish(Outcome::State state, Message text)
    {
        m_outcome.state = state;
        m_outcome.message = std::move(text);
        m_outcome.ended = QDateTime::currentDateTimeUtc();
        JournalEntry line = entry(u"outcome"_s);
        line.state = outcomeName(state);
        line.detail = m_outcome.message.en;
        if (auto written = m_journal.append(m_changeSet.id, line); !written)
            m_gap = written.error().message;
        if (!m_gap.isEmpty())
            m_outcome.message = message(u"%1 The journal of this computer has a gap: %2"_s, u"%1 本机日志有缺漏：%2"_s,
                m_outcome.message, m_gap);
        return m_outcome;
    }

    /// Before anything was written or sent: there is nothing to record.
    Outcome refuse(Message text)
    {
        m_outcome.state = Outcome::State::Refused;
        m_outcome.message =
            message(u"Nothing was changed on %1. %2"_s, u"节点 %1 未作任何变更。%2"_s, m_outcome.node, text);
        m_outcome.ended = QDateTime::currentDateTimeUtc();
        return m_outcome;
    }

    const ChangeSet &m_changeSet;
    const Approval &m_approval;
    Host &m_host;
    Journal &m_journal;
    std::stop_token m_stop;
    const Progress &m_progress;
    QList<Directed> m_steps; ///< in the order and direction in which they are sent
    Outcome m_outcome;
    Message m_gap;
};

} // namespace

Outcome apply(const ChangeSet &changeSet, const QString &node, const Approval &approval, Host &host, Journal &journal,
    std::stop_token stop, const Progress &progress)
{
    return Push(Outcome::Action::Apply, changeSet, node, approval, host, journal, std::move(stop), progress).run();
}

Outcome restore(const ChangeSet &changeSet, const QString &node, const Approval &approval, Host &host, Journal &journal,
    std::stop_token stop, const Progress &progress)
{
    return Push(Outcome::Action::Restore, changeSet, node, approval, host, journal, std::move(stop), progress).run();
}

Outcome inquire(const ChangeSet &changeSet, const QString &node, Host &host, Journal &journal, std::stop_token stop)
{
    Outcome outcome;
    outcome.changeSet = changeSet.id;
    outcome.node = node;
    outcome.started = QDateTime::currentDateTimeUtc();

    // What the journal last meant to do there.
    QList<JournalEntry> intents;
    QSet<QString> unneeded; // transactions of steps that were as wanted already
    const auto entries = journal.entries(changeSet.id);
    for (const JournalEntry &entry : entries) {
        if (entry.node != node)
            continue;
        if (entry.event == u"approved"_s)
            intents.clear();
        else if (entry.event == u"intent"_s)
            intents += entry;
        else if (entry.event == u"state"_s && entry.state == u"refused" && entry.detail == u"already")
            unneeded += entry.transaction;
    }
    FileChange step;
    qsizetype steps = 0;
    for (qsizetype index = 0; index < changeSet.steps.size(); ++index) {
        const FileChange &each = changeSet.steps[index];
        if (each.node != node)
            continue;
        ++steps;
        if (intents.isEmpty())
            continue;
        const JournalEntry &last = intents.last();
        if (last.step < 0 ? each.path == last.detail : index == last.step)
            step = each;
    }
    if (intents.isEmpty() || step.path.isEmpty()) {
        outcome.state = Outcome::State::Refused;
        outcome.message = message(u"The journal knows of nothing that was sent to %1 for this change set."_s,
            u"日志中没有向节点 %1 发送过该变更集的记录。"_s, node);
        outcome.ended = QDateTime::currentDateTimeUtc();
        return outcome;
    }
    const JournalEntry &intent = intents.last();
    const auto back = intents.first().action == u"restore"_s;
    outcome.action = back ? Outcome::Action::Restore : Outcome::Action::Apply;
    if (intent.action == u"restore"_s)
        step = reversed(step);
    // Steps that were kept before one failed are taken back by intents of the other action.
    const auto takenBack = std::count_if(intents.begin(), intents.end(),
        [&](const JournalEntry &each) { return each.action != intents.first().action; });
    const auto sent = intents.size() - takenBack;
    // All but the last of those that were sent were kept, or there would have been no next one.
    auto kept = std::count_if(intents.begin(), intents.begin() + sent - 1, [&](const JournalEntry &each) {
        return !unneeded.contains(each.transaction);
    }) - std::max<qsizetype>(takenBack - 1, 0);

    Transaction question;
    question.verb = Transaction::Verb::Status;
    question.id = intent.transaction;
    const auto heard = [&outcome](const TransactionEvent &event) {
        if (outcome.evidence.size() < maximumEvidence)
            outcome.evidence +=
                u"%1 %2 %3"_s.arg(event.time.toString(Qt::ISODate), event.state, event.detail).trimmed();
    };
    const auto state = host.transact(question, std::move(stop), heard);
    const Message why = state ? reasonText(state->reason, step) : state.error().message;
    auto end = state ? state->end : End::Undecided;
    const bool isLast = takenBack == 0 && sent == steps && steps > 1;
    if ((isLast || takenBack > 0) && end == End::Refused && state->reason == u"already")
        end = End::Confirmed;
    if (end == End::Confirmed)
        kept += takenBack > 0 ? -1 : 1;
    const auto partly = [&outcome, &node](const Message &last) {
        outcome.message =
            message(u"Only a part of the steps was done on %1. Restore the change set, or plan again.%2"_s,
                u"节点 %1 上只完成了部分步骤。请还原该变更集，或重新生成计划。%2"_s, node,
                last.isEmpty() ? Message{} : message(u" The last step: %1"_s, u"最后一步：%1"_s, last));
    };
    switch (end) {
    case End::Confirmed:
        if (takenBack > 0 && kept == 0) {
            outcome.state = Outcome::State::RolledBack;
            outcome.message = message(u"%1 is as before: what had been done was taken back."_s,
                u"节点 %1 已恢复原状：已完成的步骤均已撤回。"_s, node);
        } else if (takenBack == 0 && sent == steps) {
            outcome.state = Outcome::State::Done;
            outcome.message = message(u"It was kept on %1."_s, u"节点 %1 上的变更已保留。"_s, node);
        } else {
            partly({});
        }
        break;
    case End::RolledBack:
        if (kept > 0) { // it leaves those before it as they are
            partly(why);
            break;
        }
        outcome.state = Outcome::State::RolledBack;
        outcome.message = message(
            u"%1 is as before: the change was rolled back. %2"_s, u"节点 %1 已恢复原状：变更已回滚。%2"_s, node, why);
        break;
    case End::Refused:
    case End::Absent:
        if (kept > 0) {
            partly(why);
            break;
        }
        outcome.state = Outcome::State::Refused;
        outcome.message = end == End::Absent
            ? message(u"Nothing was changed on %1: the request never arrived."_s,
                u"节点 %1 未作任何变更：请求未曾到达。"_s, node)
            : message(u"Nothing was changed on %1. %2"_s, u"节点 %1 未作任何变更。%2"_s, node, why);
        break;
    case End::Stuck:
        outcome.message = message(u"%1 needs a person. %2"_s, u"节点 %1 需要人工处理。%2"_s, node, why);
        break;
    case End::Undecided:
    case End::Cleaned:
        outcome.message =
            message(u"How it ended on %1 is still not known. %2"_s, u"节点 %1 上的结果仍然未知。%2"_s, node, why);
        break;
    }
    outcome.ended = QDateTime::currentDateTimeUtc();
    JournalEntry line;
    line.time = outcome.ended;
    line.event = u"outcome"_s;
    line.node = node;
    line.action = actionName(outcome.action);
    line.state = outcomeName(outcome.state);
    line.detail = outcome.message.en;
    if (auto written = journal.append(changeSet.id, line); !written)
        outcome.message = message(u"%1 The journal of this computer has a gap: %2"_s, u"%1 本机日志有缺漏：%2"_s,
            outcome.message, written.error().message);
    return outcome;
}

Result<Message> clean(Host &host, std::stop_token stop)
{
    Transaction transaction;
    transaction.verb = Transaction::Verb::Clean;
    transaction.id = u"0"_s;
    const auto state = host.transact(transaction, std::move(stop), [](const TransactionEvent &) {});
    if (!state)
        return tl::unexpected(state.error());
    if (state->end == End::Cleaned)
        return message(u"Nothing of this program is left on the node: /var/lib/jiagu is gone."_s,
            u"节点上已没有本程序的遗留：/var/lib/jiagu 已删除。"_s);
    return failure(state->end == End::Refused ? Error::Kind::Conflict : Error::Kind::Lost,
        message(
            u"/var/lib/jiagu was not removed. %1"_s, u"未删除 /var/lib/jiagu。%1"_s, reasonText(state->reason, {})));
}

} // namespace jiagu
