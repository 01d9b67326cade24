// SPDX-License-Identifier: Apache-2.0
#include "change/apply.h"
#include "change/request.h"
#include "changefixture.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace jiagu;
using namespace Qt::Literals::StringLiterals;
using End = TransactionState::End;

namespace {

/// A machine that answers as told and records what it was sent, and what the journal held by then.
class RecordingHost final : public Host
{
public:
    struct Answer
    {
        std::optional<Error> error;
        End end = End::Confirmed;
        QString reason;
    };
    QList<Answer> answers; ///< one a call; none left: confirmed
    QList<Transaction> sent;
    QList<QList<JournalEntry>> journalThen;
    const Journal *journal = nullptr;
    QString changeSet;
    std::function<void()> during; ///< while the node is at work

    Result<Snapshot> read(std::stop_token, const Progress &) override { return Snapshot(); }
    Result<TransactionState> transact(const Transaction &transaction, std::stop_token,
        const std::function<void(const TransactionEvent &)> &onEvent) override
    {
        sent += transaction;
        journalThen += journal->entries(changeSet);
        if (during)
            during();
        const Answer answer = answers.isEmpty() ? Answer() : answers.takeFirst();
        if (answer.error)
            return tl::unexpected(*answer.error);
        const QDateTime time(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
        const bool asked = transaction.verb == Transaction::Verb::Status;
        if (answer.end == End::Absent)
            return TransactionState{End::Absent, answer.reason, {}};
        if (asked || transaction.verb == Transaction::Verb::Apply || transaction.verb == Transaction::Verb::Restore)
            onEvent({u"staged"_s, {}, time});
        if (asked) // told from the beginning, and on
            onEvent({u"verified"_s, {}, time});
        TransactionState state;
        state.end = answer.end;
        state.reason = answer.reason;
        return state;
    }
};

RecordingHost::Answer says(End end, const QString &reason = {})
{
    return {{}, end, reason};
}

RecordingHost::Answer fails(Error::Kind kind)
{
    return {Error{kind, message(u"no way"_s, u"不行"_s), {}}, End::Undecided, {}};
}

QString verbs(const QList<Transaction> &sent)
{
    QStringList names;
    for (const Transaction &transaction : sent) {
        switch (transaction.verb) {
        case Transaction::Verb::Apply:
            names += u"apply"_s;
            break;
        case Transaction::Verb::Restore:
            names += u"restore"_s;
            break;
        case Transaction::Verb::Status:
            names += u"status"_s;
            break;
        case Transaction::Verb::Cancel:
            names += u"cancel"_s;
            break;
        case Transaction::Verb::Clean:
            names += u"clean"_s;
            break;
        }
    }
    return names.join(u' ');
}

QString events(const QList<JournalEntry> &entries)
{
    QStringList names;
    for (const JournalEntry &entry : entries)
        names += entry.event == u"outcome"_s ? entry.event + u':' + entry.state : entry.event;
    return names.join(u' ');
}

struct Bench
{
    QTemporaryDir directory;
    Journal journal = *Journal::open(directory.path());
    ChangeSet changeSet;
    Approval approval;
    RecordingHost host;

    explicit Bench(const QStringList &paths = {u"/etc/a"_s})
        : changeSet(fixture::changeSet(u"cp1"_s, paths))
        , approval{changeSet.id, u"op"_s, u"CHG-1"_s, u"rev"_s, changeSet.planned}
    {
        host.journal = &journal;
        host.changeSet = changeSet.id;
    }
    Outcome apply(std::stop_token stop = {})
    {
        return jiagu::apply(changeSet, u"cp1"_s, approval, host, journal, std::move(stop), {});
    }
    Outcome restore() { return jiagu::restore(changeSet, u"cp1"_s, approval, host, journal, {}, {}); }
    QString recorded() const { return events(journal.entries(changeSet.id)); }
};

} // namespace

Q_DECLARE_METATYPE(RecordingHost::Answer)

class TestApply : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void outcomes_data()
    {
        QTest::addColumn<int>("steps");
        QTest::addColumn<QList<RecordingHost::Answer>>("answers");
        QTest::addColumn<QString>("sent");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("recorded");
        QTest::addColumn<QString>("says");
        using Answers = QList<RecordingHost::Answer>;
        const auto one = u"approved intent state outcome:"_s;
        const auto unheard = u"approved intent outcome:"_s;

        QTest::newRow("kept") << 1 << Answers{says(End::Confirmed)} << u"apply"_s << u"done"_s << one + u"done"_s
                              << u"healthy"_s;
        for (const auto &[word, sentence] : {std::pair{u"changed"_s, u"no longer what was reviewed"_s},
                 {u"no-space"_s, u"not enough room"_s}, {u"locked abc"_s, u"Another transaction"_s},
                 {u"symlink /etc"_s, u"symbolic link (/etc)"_s}, {u"read-only"_s, u"read-only"_s},
                 {u"immutable"_s, u"lsattr"_s}, {u"other-machine"_s, u"machine-id"_s}, {u"kubeadm"_s, u"kubeadm"_s},
                 {u"no-unit"_s, u"systemd unit"_s}, {u"never seen"_s, u"The node says: never seen"_s}})
            QTest::addRow("refused: %s", qPrintable(word)) << 1 << Answers{says(End::Refused, word)} << u"apply"_s
                                                           << u"refused"_s << one + u"refused"_s << sentence;
        QTest::newRow("the component ended")
            << 1 << Answers{says(End::RolledBack, u"gate-exit unknown tls version"_s)} << u"apply"_s << u"rolled-back"_s
            << one + u"rolled-back"_s << u"unknown tls version"_s;
        QTest::newRow("too slow") << 1 << Answers{says(End::RolledBack, u"gate-timeout 500"_s)} << u"apply"_s
                                  << u"rolled-back"_s << one + u"rolled-back"_s << u"within 300 seconds"_s;
        QTest::newRow("canceled") << 1 << Answers{says(End::RolledBack, u"canceled"_s)} << u"apply"_s
                                  << u"rolled-back"_s << one + u"rolled-back"_s << u"canceled"_s;
        QTest::newRow("stuck") << 1 << Answers{says(End::Stuck, u"foreign-edit"_s)} << u"apply"_s << u"undecided"_s
                               << one + u"undecided"_s << u"Somebody else changed /etc/a"_s;
        QTest::newRow("link lost, the answer too")
            << 1 << Answers{says(End::Undecided, u"lost"_s), fails(Error::Kind::Lost)} << u"apply status"_s
            << u"undecided"_s << one + u"undecided"_s << u"ask it"_s;
        QTest::newRow("link lost, then kept")
            << 1 << Answers{says(End::Undecided, u"lost"_s), says(End::Confirmed)} << u"apply status"_s << u"done"_s
            << u"approved intent state state outcome:done"_s << u"healthy"_s;
        QTest::newRow("failed, never arrived")
            << 1 << Answers{fails(Error::Kind::Failed), says(End::Absent)} << u"apply status"_s << u"refused"_s
            << unheard + u"refused"_s << u"no way"_s;
        QTest::newRow("failed, unknown") << 1 << Answers{fails(Error::Kind::Lost), fails(Error::Kind::Lost)}
                                         << u"apply status"_s << u"undecided"_s << unheard + u"undecided"_s
                                         << u"no way"_s;
        QTest::newRow("sudo denied") << 1 << Answers{fails(Error::Kind::Elevation)} << u"apply"_s << u"refused"_s
                                     << unheard + u"refused"_s << u"no way"_s;
        QTest::newRow("a pod was ended") << 1
                                         << Answers{says(End::RolledBack, u"gate-pods default/web reason=Evicted"_s)}
                                         << u"apply"_s << u"rolled-back"_s << one + u"rolled-back"_s
                                         << u"default/web"_s;
        QTest::newRow("an NPU is missing")
            << 1 << Answers{says(End::RolledBack, u"gate-node before: npu=8 now: npu=7"_s)} << u"apply"_s
            << u"rolled-back"_s << one + u"rolled-back"_s << u"npu=7"_s;
        const auto three = u"approved intent state intent state intent state outcome:"_s;
        QTest::newRow("three steps") << 3 << Answers{} << u"apply apply apply"_s << u"done"_s << three + u"done"_s
                                     << u"healthy"_s;
        QTest::newRow("the first of three refused") << 3 << Answers{says(End::Refused, u"changed"_s)} << u"apply"_s
                                                    << u"refused"_s << one + u"refused"_s << u"Nothing was changed"_s;
        QTest::newRow("the second refused: the first is taken back")
            << 3 << Answers{says(End::Confirmed), says(End::Refused, u"changed"_s)} << u"apply apply restore"_s
            << u"rolled-back"_s << three + u"rolled-back"_s << u"no longer what was reviewed"_s;
        QTest::newRow("the third rolled back: two are taken back")
            << 3 << Answers{says(End::Confirmed), says(End::Confirmed), says(End::RolledBack, u"gate-exit"_s)}
            << u"apply apply apply restore restore"_s << u"rolled-back"_s
            << u"approved intent state intent state intent state intent state intent state outcome:rolled-back"_s
            << u"as before"_s;
        QTest::newRow("what was so already is not taken back")
            << 3
            << Answers{says(End::Refused, u"already"_s), says(End::Confirmed), says(End::RolledBack, u"gate-exit"_s)}
            << u"apply apply apply restore"_s << u"rolled-back"_s
            << u"approved intent state intent state intent state intent state outcome:rolled-back"_s << u"as before"_s;
        QTest::newRow("taking back fails")
            << 2
            << Answers{says(End::Confirmed), says(End::RolledBack, u"gate-exit"_s), says(End::Refused, u"changed"_s)}
            << u"apply apply restore"_s << u"undecided"_s << three + u"undecided"_s << u"could not be taken back"_s;
    }
    void outcomes()
    {
        QFETCH(int, steps);
        QFETCH(QList<RecordingHost::Answer>, answers);
        QFETCH(QString, sent);
        QFETCH(QString, state);
        QFETCH(QString, recorded);
        QFETCH(QString, says);
        QStringList paths;
        for (int index = 0; index < steps; ++index)
            paths += u"/etc/%1"_s.arg(QChar(u'a' + index));
        Bench bench(paths);
        bench.host.answers = answers;
        const Outcome outcome = bench.apply();
        QCOMPARE(verbs(bench.host.sent), sent);
        QCOMPARE(outcomeName(outcome.state), state);
        QCOMPARE(bench.recorded(), recorded);
        QVERIFY2(outcome.message.en.contains(says), qPrintable(outcome.message.en));
        QVERIFY(!outcome.message.zh.isEmpty() && outcome.message.zh != outcome.message.en);
        QVERIFY(!outcome.message.en.contains(u"%1"_s) && !outcome.message.zh.contains(u"%1"_s));
        QCOMPARE(outcome.changeSet, bench.changeSet.id);
        QCOMPARE(outcome.node, u"cp1"_s);
        // Undecided, and only that, is asked about at the next start.
        QCOMPARE(!bench.journal.undecided().isEmpty(), state == u"undecided"_s);
    }

    void intentIsOnDiskBeforeTheNodeHears()
    {
        Bench bench({u"/etc/a"_s, u"/etc/b"_s});
        bench.apply();
        QCOMPARE(bench.host.sent.size(), 2);
        for (qsizetype call = 0; call < 2; ++call) {
            const JournalEntry &last = bench.host.journalThen[call].last();
            QCOMPARE(last.event, u"intent"_s);
            QCOMPARE(last.transaction, bench.host.sent[call].id);
            QCOMPARE(last.node, u"cp1"_s);
        }
        const JournalEntry &first = bench.host.journalThen[0].first();
        QCOMPARE(first.event, u"approved"_s);
        QCOMPARE(first.approval.operatorName, u"op"_s);
        QCOMPARE(first.approval.ticket, u"CHG-1"_s);
        QCOMPARE(first.approval.reviewer, u"rev"_s);
        QVERIFY(bench.host.sent[0].id != bench.host.sent[1].id);
    }

    void journalFails_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("state");
        QTest::addColumn<int>("calls");
        QTest::newRow("the change set cannot be kept") << u"json"_s << u"refused"_s << 0;
        QTest::newRow("the approval cannot be written") << u"log"_s << u"refused"_s << 0;
        QTest::newRow("breaks while the node works") << u"during"_s << u"done"_s << 1;
    }
    void journalFails()
    {
        QFETCH(QString, what);
        QFETCH(QString, state);
        QFETCH(int, calls);
        Bench bench;
        const QString log = bench.directory.filePath(bench.changeSet.id + u".log"_s);
        // A directory in the place of a file stops even root.
        if (what == u"json"_s)
            QVERIFY(QDir().mkdir(bench.directory.filePath(bench.changeSet.id + u".json.new"_s)));
        if (what == u"log"_s)
            QVERIFY(QDir().mkdir(log));
        if (what == u"during"_s)
            bench.host.during = [&log] { QVERIFY(QFile::remove(log) && QDir().mkdir(log)); };
        const Outcome outcome = bench.apply();
        QCOMPARE(outcomeName(outcome.state), state);
        QCOMPARE(bench.host.sent.size(), calls);
        QVERIFY(outcome.message.en.contains(u"journal"_s));
        QVERIFY(outcome.message.zh.contains(u"日志"_s));
    }

    void notThisChangeSet_data()
    {
        QTest::addColumn<QString>("approved");
        QTest::addColumn<bool>("stopped");
        QTest::newRow("another was approved") << QString(64, u'0') << false;
        QTest::newRow("canceled before") << QString() << true;
    }
    void notThisChangeSet()
    {
        QFETCH(QString, approved);
        QFETCH(bool, stopped);
        Bench bench;
        if (!approved.isEmpty())
            bench.approval.changeSet = approved;
        std::stop_source stop;
        if (stopped)
            stop.request_stop();
        QCOMPARE(outcomeName(bench.apply(stop.get_token()).state), u"refused"_s);
        QVERIFY(bench.host.sent.isEmpty());
    }

    void restoreSendsTheWayBack()
    {
        Bench bench({u"/etc/a"_s, u"/etc/b"_s});
        QCOMPARE(outcomeName(bench.restore().state), u"done"_s);
        QCOMPARE(verbs(bench.host.sent), u"restore restore"_s);
        for (int call = 0; call < 2; ++call) {
            const FileChange &step = bench.changeSet.steps[1 - call];
            const QByteArray request = bench.host.sent[call].request;
            QVERIFY(request.contains("\nbefore " + step.sha256After + "\nafter " + step.sha256Before + '\n'));
            QVERIFY(request.endsWith("\ncontent\n" + step.before.toBase64() + '\n'));
        }
    }

    void restoreFails_data()
    {
        QTest::addColumn<QList<RecordingHost::Answer>>("answers");
        QTest::addColumn<QString>("state");
        using Answers = QList<RecordingHost::Answer>;
        QTest::newRow("and is taken back")
            << Answers{says(End::Confirmed), says(End::RolledBack, u"gate-exit"_s)} << u"rolled-back"_s;
    }
    void restoreFails()
    {
        QFETCH(QList<RecordingHost::Answer>, answers);
        QFETCH(QString, state);
        Bench bench({u"/etc/a"_s, u"/etc/b"_s});
        bench.host.answers = answers;
        QCOMPARE(outcomeName(bench.restore().state), state);
        QCOMPARE(verbs(bench.host.sent), u"restore restore restore"_s);
        // b back, a failed, b forth again.
        QVERIFY(bench.host.sent.last().request.contains("\nafter " + bench.changeSet.steps[1].sha256After + '\n'));
        QStringList actions;
        for (const JournalEntry &entry : bench.journal.entries(bench.changeSet.id)) {
            if (entry.event == u"intent"_s)
                actions += entry.action + QString::number(entry.step);
        }
        QCOMPARE(actions.join(u' '), u"restore1 restore0 apply1"_s);
    }

    void attributesThereAndBack()
    {
        ChangeSet made = fixture::changeSet(u"cp1"_s, {});
        made.steps = {fixture::attributesStep(u"cp1"_s, u"/etc/a"_s)};
        made.id = contentId(made);
        Bench bench;
        bench.changeSet = made;
        bench.approval.changeSet = bench.host.changeSet = made.id;
        const Outcome applied = bench.apply();
        QCOMPARE(outcomeName(applied.state), u"done"_s);
        QVERIFY2(!applied.message.en.contains(u"healthy"_s), qPrintable(applied.message.en));
        QCOMPARE(bench.host.sent.last().request,
            "jiagu-transaction 1\nmachine-id 0123456789abcdef0123456789abcdef\npath L2V0Yy9h\nkind attributes\n"
            "mode-after 600\nowner-after 0:0\nbefore -\nafter -\nsize 0\nmode 644\nowner 1000:0\ncomponent -\n"
            "address -\nport 0\nlimit 300\nsoak 0\nargv-before \nargv-after \ncontent\n"_ba);
        QCOMPARE(outcomeName(bench.restore().state), u"done"_s);
        QVERIFY(bench.host.sent.last().request.contains("\nmode-after 644\nowner-after 1000:0\n"));
        QVERIFY(bench.host.sent.last().request.contains("\nmode 600\nowner 0:0\n"));
        const QByteArray text = remoteText(made, u"cp1"_s);
        QVERIFY(text.contains("\n# /etc/a: chmod and chown, 0644 1000:0 -> 0600 0:0\n"));
        made.steps = {fixture::step(u"cp1"_s, u"/var/lib/kubelet/config.yaml"_s)};
        made.steps.first().component = ComponentKind::Kubelet;
        QVERIFY(remoteText(made, u"cp1"_s)
                    .contains("\n# /var/lib/kubelet/config.yaml: replaced, then systemctl restart kubelet\n"));
    }

    void sentences_data()
    {
        QTest::addColumn<QString>("reason");
        for (const char *reason :
            {"changed", "already", "attributes", "no-space", "read-only", "immutable", "symlink /a", "linked",
                "unsafe-directory /a", "bind-mount", "missing", "not-regular", "other-machine", "kubeadm", "no-kubelet",
                "no-unit", "locked 1", "open 1", "not-as-written", "unhealthy 500", "tool awk", "not-root", "truncated",
                "canceled", "verify", "gate-exit bad", "gate-argv", "gate-timeout 500", "gate-pods a/b", "gate-node x",
                "interrupted", "foreign-edit", "backup-damaged", "rollback-failed x", "not-back x", "lost"})
            QTest::newRow(reason) << QString::fromLatin1(reason);
    }
    /// Every word of docs/transactions.md has a sentence of its own, for every kind of step, in both languages.
    void sentences()
    {
        QFETCH(QString, reason);
        FileChange kubelet = fixture::step(u"cp1"_s, u"/etc/a"_s);
        kubelet.component = ComponentKind::Kubelet;
        for (const FileChange &step :
            {fixture::step(u"cp1"_s, u"/etc/a"_s), fixture::attributesStep(u"cp1"_s, u"/etc/a"_s), kubelet}) {
            const Message text = reasonText(reason, step);
            QVERIFY2(!text.en.startsWith(u"The node says"_s), qPrintable(text.en));
            QVERIFY(!text.zh.isEmpty() && text.zh != text.en);
            QVERIFY2(!text.en.contains(u'%') && !text.zh.contains(u'%'), qPrintable(text.en + text.zh));
        }
        QFile page(QStringLiteral(SOURCE_DIR "/docs/transactions.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY(page.readAll().contains('`' + reason.section(u' ', 0, 0).toUtf8()));
    }

    void progressSentences_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("detail");
        QTest::addColumn<QString>("says");
        QTest::newRow("set") << u"set"_s << QString() << u"owner and mode set"_s;
        QTest::newRow("recorded") << u"backed-up"_s << QString() << u"recorded below"_s;
        QTest::newRow("process") << u"gate"_s << u"process 12"_s << u"new process (12)"_s;
        QTest::newRow("ended") << u"gate"_s << u"ended default/job"_s << u"default/job ended by itself"_s;
        QTest::newRow("resources") << u"gate"_s << u"resources npu=8"_s << u"npu=8"_s;
        QTest::newRow("not checked") << u"gate"_s << u"node-unknown no curl"_s << u"Not checked"_s;
    }
    void progressSentences()
    {
        QFETCH(QString, state);
        QFETCH(QString, detail);
        QFETCH(QString, says);
        const Message text = eventText(state, detail, fixture::attributesStep(u"cp1"_s, u"/etc/a"_s));
        QVERIFY2(text.en.contains(says), qPrintable(text.en));
        QVERIFY(!text.zh.isEmpty() && text.zh != text.en && !text.zh.contains(u'%'));
    }

    /// Several steps, and the desktop dies in the middle: what the node and the journal together say.
    void inquiresAboutSeveral_data()
    {
        QTest::addColumn<QStringList>("intents"); // the last one has no end yet
        QTest::addColumn<RecordingHost::Answer>("answer");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("says");
        const QString part = u"Only a part"_s;
        QTest::newRow("the last was kept")
            << QStringList{u"apply0"_s, u"apply1"_s} << says(End::Confirmed) << u"done"_s << u"kept"_s;
        QTest::newRow("the last was so already")
            << QStringList{u"apply0"_s, u"apply1"_s} << says(End::Refused, u"already"_s) << u"done"_s << u"kept"_s;
        QTest::newRow("only the first was sent")
            << QStringList{u"apply0"_s} << says(End::Confirmed) << u"undecided"_s << part;
        QTest::newRow("the first rolled back")
            << QStringList{u"apply0"_s} << says(End::RolledBack, u"gate-exit"_s) << u"rolled-back"_s << u"as before"_s;
        QTest::newRow("the second rolled back, the first is still there")
            << QStringList{u"apply0"_s, u"apply1"_s} << says(End::RolledBack, u"gate-exit"_s) << u"undecided"_s << part;
        QTest::newRow("the second never arrived, the first is still there")
            << QStringList{u"apply0"_s, u"apply1"_s} << says(End::Absent) << u"undecided"_s << part;
        QTest::newRow("the second rolled back, the first was so already")
            << QStringList{u"apply0 already"_s, u"apply1"_s} << says(End::RolledBack, u"gate-exit"_s)
            << u"rolled-back"_s << u"as before"_s;
        QTest::newRow("taken back") << QStringList{u"apply0"_s, u"apply1"_s, u"restore0"_s} << says(End::Confirmed)
                                    << u"rolled-back"_s << u"taken back"_s;
        QTest::newRow("not taken back") << QStringList{u"apply0"_s, u"apply1"_s, u"restore0"_s}
                                        << says(End::RolledBack, u"gate-exit"_s) << u"undecided"_s << part;
        QTest::newRow("restored") << QStringList{u"restore1"_s, u"restore0"_s} << says(End::Confirmed) << u"done"_s
                                  << u"kept"_s;
        QTest::newRow("a restore taken back") << QStringList{u"restore1"_s, u"restore0"_s, u"apply1"_s}
                                              << says(End::Confirmed) << u"rolled-back"_s << u"taken back"_s;
    }
    void inquiresAboutSeveral()
    {
        QFETCH(QStringList, intents);
        QFETCH(RecordingHost::Answer, answer);
        QFETCH(QString, state);
        QFETCH(QString, says);
        Bench bench;
        // Both steps are of one file: its attributes, then its bytes.
        bench.changeSet.steps.prepend(fixture::attributesStep(u"cp1"_s, u"/etc/a"_s));
        bench.changeSet.id = contentId(bench.changeSet);
        bench.host.changeSet = bench.changeSet.id;
        QVERIFY(bench.journal.keep(bench.changeSet));
        for (const QString &each : intents) {
            JournalEntry entry;
            entry.time = bench.changeSet.planned;
            entry.node = u"cp1"_s;
            entry.event = u"intent"_s;
            entry.action = each.section(u' ', 0, 0).chopped(1);
            entry.step = each.section(u' ', 0, 0).right(1).toInt();
            entry.transaction = QString::number(bench.journal.entries(bench.changeSet.id).size());
            entry.detail = u"/etc/a"_s;
            QVERIFY(bench.journal.append(bench.changeSet.id, entry));
            if (!each.contains(u"already"_s))
                continue;
            entry.event = u"state"_s;
            entry.state = u"refused"_s;
            entry.detail = u"already"_s;
            QVERIFY(bench.journal.append(bench.changeSet.id, entry));
        }
        bench.host.answers = {answer};
        const Outcome outcome = inquire(bench.changeSet, u"cp1"_s, bench.host, bench.journal, {});
        QCOMPARE(outcomeName(outcome.state), state);
        QVERIFY2(outcome.message.en.contains(says), qPrintable(outcome.message.en));
        QCOMPARE(bench.host.sent.first().id,
            bench.journal.entries(bench.changeSet.id)
                .at(bench.journal.entries(bench.changeSet.id).size() - 2)
                .transaction);
    }

    void inquires_data()
    {
        QTest::addColumn<QList<RecordingHost::Answer>>("before");
        QTest::addColumn<RecordingHost::Answer>("answer");
        QTest::addColumn<QString>("state");
        using Answers = QList<RecordingHost::Answer>;
        const auto lost = Answers{says(End::Undecided, u"lost"_s), fails(Error::Kind::Lost)};
        QTest::newRow("kept") << lost << says(End::Confirmed) << u"done"_s;
        QTest::newRow("rolled back") << lost << says(End::RolledBack, u"gate-exit"_s) << u"rolled-back"_s;
        QTest::newRow("refused") << lost << says(End::Refused, u"changed"_s) << u"refused"_s;
        QTest::newRow("never arrived") << lost << says(End::Absent) << u"refused"_s;
        QTest::newRow("still at work") << lost << says(End::Undecided, u"locked"_s) << u"undecided"_s;
        QTest::newRow("stuck") << lost << says(End::Stuck, u"foreign-edit"_s) << u"undecided"_s;
        QTest::newRow("not reached") << lost << fails(Error::Kind::Connect) << u"undecided"_s;
    }
    void inquires()
    {
        QFETCH(QList<RecordingHost::Answer>, before);
        QFETCH(RecordingHost::Answer, answer);
        QFETCH(QString, state);
        Bench bench;
        bench.host.answers = before;
        QCOMPARE(outcomeName(bench.apply().state), u"undecided"_s);
        const QString id = bench.host.sent.first().id;
        bench.host.sent.clear();
        bench.host.answers = {answer};
        const Outcome outcome = inquire(bench.changeSet, u"cp1"_s, bench.host, bench.journal, {});
        QCOMPARE(verbs(bench.host.sent), u"status"_s);
        QCOMPARE(bench.host.sent.first().id, id);
        QCOMPARE(outcomeName(outcome.state), state);
        QVERIFY(!outcome.message.en.isEmpty() && !outcome.message.zh.isEmpty());
        QCOMPARE(bench.journal.undecided().isEmpty(), state != u"undecided"_s);
        QCOMPARE(bench.journal.entries(bench.changeSet.id).last().state, state);
    }

    void inquiresWhatWasNeverSent()
    {
        Bench bench;
        const Outcome outcome = inquire(bench.changeSet, u"cp1"_s, bench.host, bench.journal, {});
        QCOMPARE(outcomeName(outcome.state), u"refused"_s);
        QVERIFY(bench.host.sent.isEmpty());
    }

    void cleans_data()
    {
        QTest::addColumn<RecordingHost::Answer>("answer");
        QTest::addColumn<int>("kind"); // -1: done
        QTest::newRow("cleaned") << says(End::Cleaned) << -1;
        QTest::newRow("a transaction is open") << says(End::Refused, u"open abc"_s) << int(Error::Kind::Conflict);
        QTest::newRow("link lost") << says(End::Undecided, u"lost"_s) << int(Error::Kind::Lost);
        QTest::newRow("sudo denied") << fails(Error::Kind::Elevation) << int(Error::Kind::Elevation);
    }
    void cleans()
    {
        QFETCH(RecordingHost::Answer, answer);
        QFETCH(int, kind);
        Bench bench;
        bench.host.answers = {answer};
        const auto cleaned = clean(bench.host, {});
        QCOMPARE(verbs(bench.host.sent), u"clean"_s);
        QCOMPARE(cleaned ? -1 : int(cleaned.error().kind), kind);
    }

    void request()
    {
        FileChange step = fixture::step(u"cp1"_s, u"/etc/a b"_s);
        step.after = QByteArray(100, 'x');
        step.sha256After = fixture::sha256(step.after);
        const QByteArray expected = "jiagu-transaction 1\n"
                                    "machine-id 0123456789abcdef0123456789abcdef\n"
                                    "path L2V0Yy9hIGI=\n"
                                    "before "
            + step.sha256Before + "\nafter " + step.sha256After
            + "\nsize 100\nmode 600\nowner 0:0\ncomponent kube-apiserver\naddress 10.0.0.1\nport 6443\nlimit 300\nsoak 10\n"
              "argv-before "
            + QByteArray("kube-apiserver\0--a=1\0", 21).toBase64() + "\nargv-after "
            + QByteArray("kube-apiserver\0--a=1\0--profiling=false\0", 39).toBase64() + "\ncontent\n"
            + step.after.toBase64().left(76) + '\n' + step.after.toBase64().mid(76) + '\n';
        QCOMPARE(transactionRequest(step), expected);
    }
};

QTEST_GUILESS_MAIN(TestApply)
#include "tst_apply.moc"
