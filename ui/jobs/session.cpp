// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"

#include "cluster/scan.h"
#include "host/recording.h"
#include "host/sample.h"

#include <QFileInfo>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

Session::Session(MakeQuestions questions, QObject *parent)
    : QObject(parent)
    , m_makeQuestions(std::move(questions))
{
}

Session::~Session()
{
    m_stop.request_stop();
}

bool Session::hasLink(const QString &machineId) const
{
    return std::ranges::any_of(
        m_connections, [&](const auto &connection) { return connection->machineId == machineId; });
}

QList<Target> Session::inventory() const
{
    if (!isLive())
        return m_kept.inventory;
    QList<Target> targets;
    for (const auto &connection : m_connections)
        targets += connection->target;
    return targets;
}

void Session::setArmed(bool on)
{
    if (m_armed == on)
        return;
    m_armed = on;
    Q_EMIT armedChanged();
}

void Session::begin(Phase phase)
{
    m_phase = phase;
    ++m_job;
    m_clock.start();
    Q_EMIT phaseChanged();
}

void Session::end()
{
    m_phase = Phase::Idle;
    m_stop = std::stop_source(std::nostopstate);
    Q_EMIT phaseChanged();
    if (m_isOutdated)
        judgeAgain();
}

void Session::usePack(const RulePack &pack)
{
    m_pack = pack;
    judgeAgain();
}

void Session::useTailoring(const Tailoring &tailoring)
{
    m_kept.tailoring = tailoring;
    judgeAgain();
}

void Session::judgeAgain()
{
    m_isOutdated = m_phase != Phase::Idle;
    if (m_isOutdated || !m_assessment)
        return;
    begin(Phase::Reading);
    m_stop = m_worker.run(
        this,
        [cluster = m_assessment->cluster, now = m_assessment->now, rules = rules()](
            const std::stop_token &) { return judge(cluster, now, rules); },
        [this, job = m_job](const Result<Assessment> &assessment) {
            if (job != m_job)
                return;
            if (assessment) {
                m_assessment = *assessment;
                keepItself();
                Q_EMIT assessmentChanged();
            } else {
                m_kept.tailoring = m_assessment->tailoring;
                Q_EMIT failed(assessment.error());
            }
            end();
        });
}

Progress Session::progress()
{
    return [self = QPointer<QObject>(this), this, job = m_job](const Step &step) {
        inWindow(self, [this, job, step] {
            if (job == m_job)
                Q_EMIT progressed(step.text, step.bytes);
        });
    };
}

/// The password given beforehand answers the first question about the login, and sudo's when it asks for that account.
Questions Session::questions(std::stop_token stop, const Target &target, const std::shared_ptr<Secret> &password)
{
    Questions ask = m_makeQuestions(stop);
    if (!password || password->isEmpty())
        return ask;
    auto forSudo =
        std::make_shared<Secret>(target.identityFile.isEmpty() && target.sudo ? password->duplicate() : Secret());
    ask.secret = [password, forSudo, user = target.user, next = ask.secret](const SecretQuestion &question) {
        if (question.kind == SecretQuestion::Kind::Prompt) // the server's own question: a code, a new password
            return next ? next(question) : std::nullopt;
        const bool sudo = question.kind == SecretQuestion::Kind::SudoPassword;
        Secret &given = sudo ? *forSudo : *password;
        if (!given.isEmpty() && (!sudo || question.account == user))
            return std::optional<Secret>(std::move(given));
        return next ? next(question) : std::nullopt;
    };
    return ask;
}

WayIn Session::wayIn(std::stop_token stop, Progress progress)
{
    return {m_knownHosts, m_makeQuestions(std::move(stop)), std::move(progress)};
}

QList<Snapshot> Session::liveSnapshots() const
{
    QList<Snapshot> snapshots;
    if (!m_assessment || !isLive())
        return snapshots;
    for (const Node &node : m_assessment->cluster.nodes) {
        if (node.snapshot && hasLink(node.machineId))
            snapshots += *node.snapshot;
    }
    return snapshots;
}

/// Hands over a connection whose job has ended.
std::shared_ptr<Connection> Session::leaveAbandoned(const Connection *connection)
{
    const auto found =
        std::ranges::find_if(m_abandoned, [connection](const auto &one) { return one.get() == connection; });
    std::shared_ptr<Connection> done = *found;
    m_abandoned.erase(found);
    return done;
}

/// Makes it one of the live ones, in the place of an older connection to the same machine.
void Session::keep(const std::shared_ptr<Connection> &connection)
{
    const auto older = std::ranges::find_if(
        m_connections, [&](const auto &other) { return other->machineId == connection->machineId; });
    if (older == m_connections.end())
        m_connections.push_back(connection);
    else
        *older = connection;
}

Result<Assessment> Session::judge(const Cluster &cluster, const QDateTime &now, const Rules &rules)
{
    const auto pack = rules.pack ? Result<RulePack>(*rules.pack) : builtinRulePack();
    if (!pack)
        return tl::unexpected(pack.error());
    return assess(cluster, *pack, now, rules.tailoring);
}

Session::Judged Session::judge(
    QList<Snapshot> snapshots, bool live, const Reasons &unread, const Rules &rules, const Progress &progress)
{
    progress({.text = message(u"Judging what was read"_s, u"正在检查读取到的内容"_s)});
    Judged judged;
    for (const Snapshot &snapshot : snapshots) {
        for (Error problem : snapshot.problems) {
            if (problem.at.node.isEmpty())
                problem.at.node = snapshot.source;
            judged.problems += problem;
        }
    }
    const auto taken = [](const Snapshot &left, const Snapshot &right) { return left.taken < right.taken; };
    const QDateTime now = live || snapshots.isEmpty() ? QDateTime::currentDateTimeUtc()
                                                      : std::ranges::max_element(snapshots, taken)->taken;
    judged.unread = unread;
    judged.assessment = buildCluster(snapshots).and_then([&](Cluster cluster) {
        for (auto reason = unread.begin(); reason != unread.end(); ++reason) {
            const auto node = std::ranges::find(cluster.nodes, reason.key(), &Node::name);
            if (node == cluster.nodes.end())
                judged.problems += *reason;
            else if (!node->read)
                node->problems += *reason;
            else
                judged.unread.remove(reason.key());
        }
        auto assessment = judge(cluster, now, rules);
        if (!assessment && !rules.tailoring.isEmpty()) {
            judged.problems += assessment.error();
            assessment = judge(cluster, now, {rules.pack, {}});
        }
        return assessment;
    });
    judged.snapshots = std::move(snapshots);
    return judged;
}

void Session::take(const Judged &judged)
{
    for (const Error &problem : judged.problems)
        Q_EMIT failed(problem);
    if (!judged.assessment)
        return;
    if (!*judged.assessment) {
        Q_EMIT failed(judged.assessment->error());
        return;
    }
    m_assessment = **judged.assessment;
    m_unread = judged.unread;
    if (!m_isOutdated)
        m_kept.tailoring = m_assessment->tailoring; // one that does not fit the pack has been left out, and told
    for (const auto &connection : m_connections) {
        for (const Node &node : m_assessment->cluster.nodes) {
            if (node.read && node.machineId == connection->machineId)
                connection->node = node.name;
        }
    }
    for (const Error &problem : m_assessment->cluster.problems)
        Q_EMIT failed(problem);
    for (const Node &node : m_assessment->cluster.nodes) {
        for (Error problem : node.problems) {
            if (problem.at.node.isEmpty())
                problem.at.node = node.name;
            Q_EMIT failed(problem);
        }
    }
    keepItself();
    Q_EMIT assessmentChanged();
}

/// Reads recordings with `read`, judges them, and replaces what is open.
void Session::load(const Read &read, const QString &sessionFile)
{
    if (m_phase != Phase::Idle)
        return;
    begin(Phase::Reading);
    m_stop = m_worker.run(
        this,
        [read, sessionFile, pack = m_pack, tailoring = m_kept.tailoring, progress = progress()](
            const std::stop_token &) {
            Judged unread;
            QList<Snapshot> snapshots = read(unread, progress);
            if (snapshots.isEmpty())
                return unread;
            const Rules own{pack, sessionFile.isEmpty() ? tailoring : unread.kept.tailoring};
            Judged judged = judge(std::move(snapshots), false, {}, own, progress);
            judged.problems = unread.problems + judged.problems;
            judged.kept = unread.kept;
            return judged;
        },
        [this, job = m_job, sessionFile](const Judged &judged) {
            if (job != m_job)
                return;
            if (judged.assessment && *judged.assessment) {
                m_connections.clear();
                Q_EMIT opened(sessionFile);
                m_unread.clear();
                const Tailoring tailoring = m_kept.tailoring;
                m_kept = judged.kept;
                if (sessionFile.isEmpty())
                    m_kept.tailoring = tailoring;
                setArmed(false);
            }
            take(judged);
            end();
        });
}

void Session::openFiles(const QStringList &paths)
{
    load([paths](Judged &judged, const Progress &progress) {
        QList<Snapshot> snapshots;
        for (const QString &path : paths) {
            progress({.text = message(u"Reading %1"_s, u"正在读取 %1"_s, QFileInfo(path).fileName())});
            if (auto snapshot = readSnapshotFile(path))
                snapshots += *std::move(snapshot);
            else
                judged.problems += snapshot.error();
        }
        return snapshots;
    });
}

void Session::openSample()
{
    load([](Judged &judged, const Progress &progress) {
        progress({.text = message(u"Reading the sample"_s, u"正在读取示例"_s)});
        auto snapshots = sampleSnapshots();
        if (!snapshots) {
            judged.problems += snapshots.error();
            return QList<Snapshot>();
        }
        return *std::move(snapshots);
    });
}

void Session::connectTo(const Target &target, Secret password)
{
    if (m_phase != Phase::Idle)
        return;
    begin(Phase::Reading);
    auto connection = std::make_shared<Connection>();
    connection->target = target;
    m_abandoned.push_back(connection); // until it has proved itself
    const QList<Snapshot> others = liveSnapshots();
    auto given = std::make_shared<Secret>(std::move(password));
    Connection *raw = connection.get();
    m_stop = connection->worker.run(
        this,
        [this, raw, others, given, unread = m_unread, rules = rules(), progress = progress(),
            knownHosts = m_knownHosts](const std::stop_token &stop) {
            Judged judged;
            auto host = SshHost::connect(raw->target, knownHosts, questions(stop, raw->target, given), stop, progress);
            if (!host) {
                judged.problems += host.error();
                return judged;
            }
            raw->host = *std::move(host);
            auto snapshot = scan(*raw->host, stop, progress);
            if (!snapshot) {
                judged.problems += snapshot.error();
                return judged;
            }
            if (auto joined = others.isEmpty() ? Result<>() : mayJoin(others, *snapshot); !joined) {
                judged.problems += joined.error();
                return judged;
            }
            raw->machineId = snapshot->machineId;
            QList<Snapshot> all = others;
            all.removeIf([&](const Snapshot &other) { return other.machineId == snapshot->machineId; });
            all += *std::move(snapshot);
            return judge(std::move(all), true, unread, rules, progress);
        },
        [this, job = m_job, raw](const Judged &judged) {
            const std::shared_ptr<Connection> done = leaveAbandoned(raw);
            if (job != m_job)
                return;
            if (judged.assessment && *judged.assessment) {
                if (!isLive()) {
                    m_kept = {.tailoring = m_kept.tailoring};
                    Q_EMIT opened({});
                }
                keep(done);
                setArmed(false);
            }
            take(judged);
            end();
        });
}

void Session::rescan()
{
    if (m_phase != Phase::Idle || !isLive())
        return;
    begin(Phase::Reading);
    readNext(0, {});
}

void Session::readNext(std::size_t index, const Judged &soFar)
{
    Connection *raw = m_connections[index].get();
    const bool last = index + 1 == m_connections.size();
    m_stop = raw->worker.run(
        this,
        [this, raw, last, judged = soFar, unread = m_unread, rules = rules(), progress = progress()](
            const std::stop_token &stop) mutable {
            LinkedHost host(*raw, wayIn(stop, progress));
            auto snapshot = scan(host, stop, progress);
            if (snapshot)
                judged.snapshots += *std::move(snapshot);
            else
                judged.unread.insert(raw->node, snapshot.error());
            if (!last)
                return judged;
            if (judged.snapshots.isEmpty()) {
                judged.problems += judged.unread.values();
                return judged;
            }
            unread.insert(judged.unread);
            return judge(judged.snapshots, true, unread, rules, progress);
        },
        [this, job = m_job, index, last](const Judged &judged) {
            if (job != m_job)
                return;
            if (!last) {
                readNext(index + 1, judged);
                return;
            }
            take(judged);
            end();
        });
}

void Session::push(Outcome::Action action, const ChangeSet &changeSet, const Approval &approval)
{
    if (m_phase != Phase::Idle || !m_armed)
        return;
    QStringList nodes;
    for (const FileChange &step : changeSet.steps) {
        if (!nodes.contains(step.node))
            nodes += step.node;
        if (!hasLink(step.machineId)) { // before anything is changed on the others
            reportMissingLink(step.node);
            return;
        }
    }
    m_kept.approvals += approval;
    begin(Phase::Changing);
    pushNext(action, changeSet, approval, nodes);
}

void Session::pushNext(Outcome::Action action, const ChangeSet &changeSet, const Approval &approval, QStringList nodes)
{
    if (nodes.isEmpty() || m_phase == Phase::RollingBack) {
        finishPush();
        return;
    }
    const QString node = nodes.takeFirst();
    const auto run = [=](Host &host, Journal &journal, std::stop_token stop, const Progress &progress) {
        return action == Outcome::Action::Apply ? apply(changeSet, node, approval, host, journal, stop, progress)
                                                : restore(changeSet, node, approval, host, journal, stop, progress);
    };
    const bool started = runOn(changeSet, node, run, [=, this](const Outcome &result) {
        if (result.state == Outcome::State::Done)
            pushNext(action, changeSet, approval, nodes);
        else
            finishPush();
    });
    if (!started)
        finishPush();
}

void Session::askNode(const ChangeSet &changeSet, const QString &node)
{
    if (m_phase != Phase::Idle)
        return;
    begin(Phase::Changing);
    const auto run = [changeSet, node](Host &host, Journal &journal, std::stop_token stop, const Progress &) {
        return inquire(changeSet, node, host, journal, stop);
    };
    if (!runOn(changeSet, node, run, [this](const Outcome &) { finishPush(); }))
        finishPush();
}

void Session::finishPush()
{
    m_isOutdated = m_isOutdated && !isLive(); // what is read again is judged by the rules of now
    end();
    keepItself();
    Q_EMIT pushed();
    rescan();
}

/// Starts `push` on the thread of the node's connection, with the journal open.
bool Session::runOn(
    const ChangeSet &changeSet, const QString &node, Push push, std::function<void(const Outcome &)> done)
{
    const auto step = std::ranges::find(changeSet.steps, node, &FileChange::node);
    const auto connection = std::ranges::find_if(m_connections,
        [&](const auto &one) { return step != changeSet.steps.end() && one->machineId == step->machineId; });
    if (connection == m_connections.end()) {
        reportMissingLink(node);
        return false;
    }
    Connection *raw = connection->get();
    m_stop = raw->worker.run(
        this,
        [this, raw, push, directory = m_journalDirectory, progress = progress()](
            const std::stop_token &stop) -> Result<Outcome> {
            auto journal = Journal::open(directory);
            if (!journal)
                return tl::unexpected(journal.error());
            LinkedHost host(*raw, wayIn(stop, progress));
            return push(host, *journal, stop, progress);
        },
        [this, done, node](const Result<Outcome> &result) {
            if (!result) {
                Q_EMIT failed(result.error());
                finishPush();
                return;
            }
            Q_EMIT outcome(*result);
            done(*result);
        });
    return true;
}

void Session::reportMissingLink(const QString &node)
{
    Q_EMIT failed({.kind = Error::Kind::Connect,
        .message =
            message(u"Nothing was changed, because there is no connection to this node. Connect to it and try again."_s,
                u"未作任何变更，因为没有到该节点的连接。请先连接该节点，然后重试。"_s),
        .at = {.node = node}});
}

void Session::cancel()
{
    switch (m_phase) {
    case Phase::Idle:
    case Phase::RollingBack:
        return;
    case Phase::Reading:
        m_stop.request_stop();
        ++m_job;
        m_batch.reset(); // asks what still runs to stop
        end();
        return;
    case Phase::Changing:
        m_phase = Phase::RollingBack;
        m_stop.request_stop();
        Q_EMIT phaseChanged();
        return;
    }
}

void Session::close()
{
    if (m_phase != Phase::Idle)
        return;
    m_assessment.reset();
    m_connections.clear();
    m_unread.clear();
    m_kept = {};
    setArmed(false);
    keepItself();
    Q_EMIT assessmentChanged();
}

} // namespace jiagu
