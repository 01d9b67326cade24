// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"

#include "base/plaintext.h"
#include "cluster/scan.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr std::size_t mostAtOnce = 8;

bool isRefusal(const Error &error)
{
    return error.kind == Error::Kind::Auth || error.kind == Error::Kind::Elevation;
}

} // namespace

/// Nodes that are connected together.
struct Session::Batch
{
    std::vector<std::shared_ptr<Connection>> waiting; ///< the next one first
    std::vector<std::shared_ptr<Connection>> read; ///< with the snapshots beside it
    QList<Snapshot> snapshots;
    Reasons unread;
    std::vector<std::stop_source> stops;
    std::size_t running = 0;
    std::size_t atOnce = 1; ///< until the first was let in
    Error refusal; ///< with a message: it stops the rest
    std::shared_ptr<SharedSecrets> secrets = std::make_shared<SharedSecrets>();

    ~Batch()
    {
        for (std::stop_source &stop : stops)
            stop.request_stop();
    }
};

QStringList Session::otherNodes() const
{
    QStringList names;
    if (!isLive() || !m_assessment)
        return names;
    for (const Node &node : m_assessment->cluster.nodes) {
        if (!node.read && !node.address.isEmpty())
            names += node.name;
    }
    return names;
}

void Session::connectOthers(const QStringList &names)
{
    if (m_phase != Phase::Idle)
        return;
    std::vector<std::shared_ptr<Connection>> connections;
    for (const QString &name : otherNodes()) {
        if (!names.isEmpty() && !names.contains(name))
            continue;
        auto connection = std::make_shared<Connection>();
        connection->target = m_connections.front()->target;
        connection->target.host = m_assessment->cluster.node(name)->address;
        connection->target.hostKey.clear(); // that of the first node
        connection->node = name;
        connections.push_back(std::move(connection));
    }
    startBatch(std::move(connections));
}

void Session::startBatch(std::vector<std::shared_ptr<Connection>> connections)
{
    if (connections.empty())
        return;
    begin(Phase::Reading);
    m_batch = std::make_shared<Batch>();
    m_batch->waiting = std::move(connections);
    continueBatch();
}

void Session::continueBatch()
{
    Batch &batch = *m_batch;
    while (batch.running < batch.atOnce && !batch.waiting.empty()) {
        const std::shared_ptr<Connection> next = batch.waiting.front();
        batch.waiting.erase(batch.waiting.begin());
        if (batch.refusal.message.isEmpty()) {
            startOne(next);
            continue;
        }
        batch.unread.insert(next->node,
            {.kind = batch.refusal.kind,
                .message = message(u"It was not tried, so that no account is locked: the login on %1 was refused."_s,
                    u"为避免账号被锁定，没有尝试连接：%1 拒绝了登录。"_s, batch.refusal.at.node),
                .at = {.node = next->node}});
    }
    if (batch.running == 0)
        finishBatch();
}

void Session::startOne(const std::shared_ptr<Connection> &connection)
{
    m_abandoned.push_back(connection); // until it has proved itself
    ++m_batch->running;
    Connection *raw = connection.get();
    m_batch->stops.push_back(connection->worker.run(
        this,
        [this, raw, secrets = m_batch->secrets, progress = progress()](const std::stop_token &stop) {
            WayIn way = wayIn(stop, progress);
            way.questions = SharedSecrets::questions(secrets, way.questions);
            LinkedHost host(*raw, way);
            return scan(host, stop, progress);
        },
        [this, raw, job = m_job](const Result<Snapshot> &snapshot) {
            if (job == m_job)
                oneIsRead(raw, snapshot);
            else
                leaveAbandoned(raw);
        }));
}

void Session::oneIsRead(Connection *connection, const Result<Snapshot> &snapshot)
{
    const std::shared_ptr<Connection> done = leaveAbandoned(connection);
    Batch &batch = *m_batch;
    --batch.running;
    if (snapshot) {
        batch.read.push_back(done);
        batch.snapshots += *snapshot;
        // A wrong password counts against an account that all nodes may share: one at a time. A key does not.
        if (!done->target.identityFile.isEmpty() && !done->target.sudo)
            batch.atOnce = mostAtOnce;
    } else {
        Error reason = snapshot.error();
        reason.at.node = done->node;
        batch.unread.insert(done->node, reason);
        if (isRefusal(reason) && batch.refusal.message.isEmpty())
            batch.refusal = reason;
    }
    continueBatch();
}

void Session::finishBatch()
{
    const std::shared_ptr<Batch> batch = std::exchange(m_batch, nullptr);
    struct Joined
    {
        Judged judged;
        std::vector<std::shared_ptr<Connection>> connections;
    };
    m_stop = m_worker.run(
        this,
        [all = liveSnapshots(), unread = m_unread, read = batch->read, snapshots = batch->snapshots,
            reasons = batch->unread, rules = rules(), progress = progress()](const std::stop_token &) mutable {
            Joined joined;
            unread.insert(reasons);
            for (std::size_t i = 0; i < read.size(); ++i) {
                const Snapshot &snapshot = snapshots[qsizetype(i)];
                if (auto may = mayJoin(all, snapshot); !may) {
                    Error reason = may.error();
                    reason.at.node = read[i]->node;
                    unread.insert(read[i]->node, reason);
                    continue;
                }
                read[i]->machineId = snapshot.machineId;
                joined.connections.push_back(read[i]);
                all.removeIf([&](const Snapshot &other) { return other.machineId == snapshot.machineId; });
                all += snapshot;
            }
            if (all.isEmpty())
                joined.judged.problems = unread.values();
            else
                joined.judged = judge(std::move(all), true, unread, rules, progress);
            return joined;
        },
        [this, job = m_job](const Joined &joined) {
            if (job != m_job)
                return;
            const Judged &judged = joined.judged;
            if (judged.assessment && *judged.assessment) {
                for (const auto &connection : joined.connections)
                    keep(connection);
                setArmed(false);
            }
            take(judged);
            end();
        });
}

} // namespace jiagu
