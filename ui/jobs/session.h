// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "change/apply.h"
#include "change/sessionfile.h"
#include "jobs/connection.h"

#include <QElapsedTimer>
#include <QObject>

#include <optional>
#include <vector>

namespace jiagu {

/// What is open: snapshots, the connections they came from, and the one assessment of them. Runs the blocking functions
/// of core on its own threads, one job at a time, and tells the window how they go. Lives in the window's thread.
class Session final : public QObject
{
    Q_OBJECT
public:
    enum class Phase
    {
        Idle,
        Reading, ///< connecting, reading, judging: a cancel drops it at once
        Changing, ///< pushing or restoring: a cancel asks the node to roll back
        RollingBack ///< it has been asked to
    };
    Q_ENUM(Phase)
    /// Makes the functions that a job asks a person with.
    using MakeQuestions = std::function<Questions(std::stop_token)>;

    explicit Session(MakeQuestions questions, QObject *parent = nullptr);
    ~Session() override;

    Phase phase() const { return m_phase; }
    qint64 elapsed() const { return m_phase == Phase::Idle ? 0 : m_clock.elapsed(); } ///< of the running job, in ms
    const std::optional<Assessment> &assessment() const { return m_assessment; }
    /// The ways in to what is open: of the live nodes, else those that a session file names.
    QList<Target> inventory() const;
    bool isLive() const { return !m_connections.empty(); } ///< at least one node can be read again
    bool hasLink(const QString &machineId) const; ///< that machine can be changed
    /// What is open is read-only until the person allows changes; anything newly opened is read-only again.
    bool isArmed() const { return m_armed; }
    void setArmed(bool on);

    /// Where change sets and outcomes are kept.
    void setJournalDirectory(const QString &directory) { m_journalDirectory = directory; }
    const QString &journalDirectory() const { return m_journalDirectory; }
    /// The file in which what is open is kept by itself, after every reading and every push.
    void setAutosave(const QString &path) { m_autosave = path; }
    void setKnownHosts(const KnownHostsFiles &files) { m_knownHosts = files; }

    /// Judges by this pack from now on, and what is open at once or when the running job is over. A failure keeps what
    /// is shown.
    void usePack(const RulePack &pack);
    /// The same with a tailoring, which is saved with the session.
    void useTailoring(const Tailoring &tailoring);

    /// The pack as it came, without the tailoring. Fails when the one that ships cannot be read.
    Result<RulePack> pack() const { return m_pack ? Result<RulePack>(*m_pack) : builtinRulePack(); }
    const Tailoring &tailoring() const { return m_kept.tailoring; }

    /// Each starts a job and replaces what is open when it succeeds; ignored while another job runs.
    void openFiles(const QStringList &paths);
    void openSample();
    void openSessionFile(const QString &path); ///< read-only and not live
    /// Adds a node to the live ones. `password` serves the first question for the login and the sudo of that account.
    void connectTo(const Target &target, Secret password);
    /// Names of nodes of the cluster that are known from its API alone and have an address.
    QStringList otherNodes() const;
    /// Adds those of otherNodes() (all of them when `names` is empty), with the way in to the first live node. The
    /// first is connected alone, then several at once unless a password could be refused; a refusal of credentials
    /// stops the rest, a node that is not reached does not. Who is not read stays in the cluster, with the reason.
    void connectOthers(const QStringList &names = {});
    /// Connects to the inventory of the session file that is open, like connectOthers().
    void reconnect();
    void rescan();
    /// Writes what is open to a session file, in the background; saved() or failed() says how it went.
    void save(const QString &path);
    /// Node by node in the order of the steps; stops at the first that is not done. Reads again afterwards.
    /// Ignored while the session is read-only.
    void push(Outcome::Action action, const ChangeSet &changeSet, const Approval &approval);
    /// Asks the node how an undecided change set ended.
    void askNode(const ChangeSet &changeSet, const QString &node);
    void cancel();
    void close();

Q_SIGNALS:
    void phaseChanged();
    void armedChanged();
    void progressed(const jiagu::Message &step, qint64 bytes);
    void assessmentChanged();
    void opened(const QString &path); ///< something else than before; the session file, if it is one
    void saved(const QString &path);
    void failed(const jiagu::Error &error);
    void outcome(const jiagu::Outcome &outcome);
    void pushed(); ///< push() or askNode() is over, before it reads again

private:
    using Reasons = QMap<QString, Error>; ///< why a node was not read, by its name
    struct Judged
    {
        QList<Snapshot> snapshots;
        std::optional<Result<Assessment>> assessment;
        QList<Error> problems;
        Reasons unread;
        SavedSession kept; ///< of a session file: all but its snapshots
    };
    struct Batch;
    using Push = std::function<Outcome(Host &, Journal &, std::stop_token, const Progress &)>;

    SavedSession toSave() const;
    void keepItself();
    /// What is judged by.
    struct Rules
    {
        std::optional<RulePack> pack; ///< nothing: the one that ships
        Tailoring tailoring;
    };
    static Judged judge(
        QList<Snapshot> snapshots, bool live, const Reasons &unread, const Rules &rules, const Progress &progress);
    static Result<Assessment> judge(const Cluster &cluster, const QDateTime &now, const Rules &rules);
    Rules rules() const { return {m_pack, m_kept.tailoring}; }
    void judgeAgain();
    using Read = std::function<QList<Snapshot>(Judged &, const Progress &)>;
    void load(const Read &read, const QString &sessionFile = {});
    void take(const Judged &judged);
    Progress progress();
    Questions questions(std::stop_token stop, const Target &target, const std::shared_ptr<Secret> &password);
    WayIn wayIn(std::stop_token stop, Progress progress);
    QList<Snapshot> liveSnapshots() const;
    std::shared_ptr<Connection> leaveAbandoned(const Connection *connection);
    void keep(const std::shared_ptr<Connection> &connection);
    void begin(Phase phase);
    void end();
    void readNext(std::size_t index, const Judged &soFar);
    void startBatch(std::vector<std::shared_ptr<Connection>> connections);
    void continueBatch();
    void startOne(const std::shared_ptr<Connection> &connection);
    void oneIsRead(Connection *connection, const Result<Snapshot> &snapshot);
    void finishBatch();
    void pushNext(Outcome::Action action, const ChangeSet &changeSet, const Approval &approval, QStringList nodes);
    bool runOn(const ChangeSet &changeSet, const QString &node, Push push, std::function<void(const Outcome &)> done);
    void reportMissingLink(const QString &node);
    void finishPush();

    MakeQuestions m_makeQuestions;
    KnownHostsFiles m_knownHosts = KnownHostsFiles::standard();
    QString m_journalDirectory = Journal::standardDirectory();
    std::optional<Assessment> m_assessment;
    std::optional<RulePack> m_pack; ///< one that a person brought
    bool m_isOutdated = false; ///< what is shown was judged by other rules
    Phase m_phase = Phase::Idle;
    bool m_armed = false;
    QElapsedTimer m_clock;
    std::stop_source m_stop{std::nostopstate};
    std::shared_ptr<Batch> m_batch; ///< while other nodes are connected
    Reasons m_unread;
    SavedSession m_kept; ///< approvals and values; the inventory of a session file; no snapshots
    QString m_autosave;
    int m_job = 0; ///< results of an earlier one are dropped
    std::vector<std::shared_ptr<Connection>> m_connections;
    std::vector<std::shared_ptr<Connection>> m_abandoned; ///< still busy with a job nobody waits for
    Worker m_worker;
    Worker m_saver;
};

} // namespace jiagu
