// SPDX-License-Identifier: Apache-2.0
#include "jobs/session.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

SavedSession Session::toSave() const
{
    SavedSession session = m_kept;
    session.saved = QDateTime::currentDateTimeUtc();
    session.inventory = inventory();
    if (!m_assessment)
        return session;
    session.cluster = m_assessment->cluster.name;
    for (const Node &node : m_assessment->cluster.nodes) {
        if (node.snapshot)
            session.snapshots += *node.snapshot;
    }
    return session;
}

void Session::save(const QString &path)
{
    if (!m_assessment)
        return;
    m_saver.run(
        this, [session = toSave(), path](const std::stop_token &) { return saveSession(session, path); },
        [this, path](const Result<> &result) {
            if (result)
                Q_EMIT saved(path);
            else
                Q_EMIT failed(result.error());
        });
}

/// Keeps what is open in the window's own file; nothing when nothing is.
void Session::keepItself()
{
    if (m_autosave.isEmpty())
        return;
    const bool open = m_assessment.has_value();
    m_saver.run(
        this,
        [open, session = open ? toSave() : SavedSession(), path = m_autosave](const std::stop_token &) -> Result<> {
            if (open)
                return saveSession(session, path);
            QFile::remove(path);
            return {};
        },
        [this](const Result<> &result) {
            if (!result)
                Q_EMIT failed(result.error());
        });
}

void Session::openSessionFile(const QString &path)
{
    load(
        [path](Judged &judged, const Progress &progress) {
            progress({.text = message(u"Reading the session"_s, u"正在读取会话"_s)});
            auto session = openSession(path);
            if (!session) {
                judged.problems += session.error();
                return QList<Snapshot>();
            }
            QList<Snapshot> snapshots = std::exchange(session->snapshots, {});
            if (snapshots.isEmpty()) {
                judged.problems += Error{Error::Kind::NotFound,
                    message(
                        u"No node was read in this session, so there is nothing to show. Connect to a node instead."_s,
                        u"该会话中没有读取过任何节点，因此没有可显示的内容。请改为连接节点。"_s),
                    {.file = path}};
            }
            judged.kept = *std::move(session);
            return snapshots;
        },
        path);
}

void Session::reconnect()
{
    if (m_phase != Phase::Idle || isLive() || !m_assessment)
        return;
    std::vector<std::shared_ptr<Connection>> connections;
    for (const Target &target : std::as_const(m_kept.inventory)) {
        auto connection = std::make_shared<Connection>();
        connection->target = target;
        connection->node = target.name();
        for (const Node &node : m_assessment->cluster.nodes) {
            if (node.snapshot && node.snapshot->source == target.name())
                connection->node = node.name;
        }
        connections.push_back(std::move(connection));
    }
    startBatch(std::move(connections));
}

} // namespace jiagu
