// SPDX-License-Identifier: Apache-2.0
#include "dialogs/asker.h"
#include "host/recording.h"
#include "host/snapshotframes.h"
#include "jobs/session.h"
#include "mainwindow.h"
#include "models/clustermodel.h"
#include "sshd.h"

#include <QAction>
#include <QDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLineEdit>
#include <QListView>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <functional>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

QByteArray fileBytes(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

template <typename Widget>
Widget *named(QWidget &window, const char *name)
{
    return window.findChild<Widget *>(QLatin1StringView(name));
}

/// A recording as its node sent it, without what the console added.
QByteArray asSent(const QByteArray &snapshot)
{
    auto frames = readFrames(u"node"_s, snapshot);
    frames->frames.removeIf(
        [](const SnapshotFrame &frame) { return frame.kind == "output" && frame.words.value(0).startsWith("tls:"); });
    return writeFrames(*frames);
}

/// The recording of a control-plane node whose API knows a node w9 as well.
QByteArray withOneMoreNode(const QByteArray &snapshot)
{
    auto frames = readFrames(u"cp"_s, snapshot);
    for (SnapshotFrame &frame : frames->frames) {
        if (frame.kind != "output" || !frame.words.value(0).contains("/api/v1/nodes"))
            continue;
        QJsonObject list =
            QJsonDocument::fromJson(isPacked(frame) ? *unpacked(frame.body, snapshotAnswerLimit) : frame.body).object();
        QJsonArray items = list["items"_L1].toArray();
        QByteArray copy;
        for (const QJsonValue &item : std::as_const(items)) {
            const QJsonObject node = item.toObject();
            if (node["kind"_L1].toString(u"Node"_s) == u"Node" && node["metadata"_L1]["name"_L1].toString() == u"w1")
                copy = QJsonDocument(node).toJson(QJsonDocument::Compact);
        }
        const QJsonObject w1 = QJsonDocument::fromJson(copy).object();
        copy.replace(
            w1["status"_L1]["nodeInfo"_L1]["machineID"_L1].toString().toLatin1(), "99998888777766665555444433332222");
        copy.replace(w1["status"_L1]["addresses"_L1][0]["address"_L1].toString().toLatin1(), "10.77.0.199");
        copy.replace("\"w1\"", "\"w9\"");
        items.append(QJsonDocument::fromJson(copy).object());
        list["items"_L1] = items;
        const QByteArray bytes = QJsonDocument(list).toJson(QJsonDocument::Compact);
        frame.body = isPacked(frame) ? packed(bytes) : bytes;
    }
    return writeFrames(*frames);
}

QByteArray fact(const QByteArray &snapshot, const QByteArray &name)
{
    const QByteArray mark = " fact " + name + ' ';
    const qsizetype at = snapshot.indexOf(mark) + mark.size();
    return snapshot.mid(at, snapshot.indexOf('\n', at) - at);
}

} // namespace

/// The window against several nodes: one real sshd on several addresses of this machine, each answering with the
/// recording of another node of the sample cluster, whose addresses are rewritten to those.
class TestNodes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(u"jiagu-test"_s);
        QCoreApplication::setApplicationName(u"tst_nodes"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());

        m_cp = fileBytes(QStringLiteral(SOURCE_DIR "/resources/sample/cp1.jiagu-snapshot"));
        m_w1 = fileBytes(QStringLiteral(SOURCE_DIR "/resources/sample/w1.jiagu-snapshot"));
        QVERIFY(!m_cp.isEmpty() && !m_w1.isEmpty());
        m_cp = withOneMoreNode(asSent(m_cp));
        m_w1 = asSent(m_w1);
        const auto parsed = parseSnapshot(u"cp1"_s, m_cp);
        QVERIFY(parsed);
        const auto cluster = buildCluster({*parsed});
        QVERIFY(cluster);
        QVERIFY(cluster->node(u"w1"_s));
        const QByteArray cpAddress = cluster->node(u"cp1"_s)->address.toLatin1();
        const QByteArray w1Address = cluster->node(u"w1"_s)->address.toLatin1();
        QVERIFY(!cpAddress.isEmpty() && !w1Address.isEmpty());
        // The other workers are moved to addresses where nothing listens.
        m_addresses = {{cpAddress, "127.0.0.2"_ba}, {w1Address, "127.0.0.3"_ba}};
        int octet = 250;
        for (const Node &node : cluster->nodes) {
            if (node.name != u"cp1" && node.name != u"w1") {
                m_addresses.append({node.address.toLatin1(), "127.0.0." + QByteArray::number(octet--)});
                m_others += node.name;
            }
        }
        QVERIFY(m_others.contains(u"w9"_s));
        serve(u"127.0.0.2"_s, m_cp);
        serve(u"127.0.0.3"_s, m_w1);

        QFile script(m_sshd.path(u"node.sh"_s));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("[ -e '" + m_sshd.path(u"slow"_s).toUtf8()
            + "' ] && exec cat >/dev/null\n"
              "echo \"$(echo \"$SSH_ORIGINAL_COMMAND\" | grep -o '[0-9a-f]\\{32\\}' | head -n 1) 0\"\n"
              "cat >/dev/null\nset -- $SSH_CONNECTION\nexec cat '"
            + m_sshd.path(u"."_s).toUtf8() + "/'\"$3\"\n");
        script.close();
        const QString why = m_sshd.start({u"ListenAddress 127.0.0.2"_s, u"ListenAddress 127.0.0.3"_s,
            u"ForceCommand sh "_s + script.fileName(), u"PasswordAuthentication no"_s});
        QVERIFY2(why.isEmpty(), qPrintable(why));
    }

    void init()
    {
        QSettings().clear();
        QSettings().setValue("view/language", u"en"_s);
        QFile::remove(m_home.filePath(u"known_hosts"_s));
        serve(u"127.0.0.3"_s, m_w1);
        m_window = std::make_unique<MainWindow>();
        m_window->session()->setJournalDirectory(m_home.filePath(u"journal"_s));
        m_window->session()->setKnownHosts(
            {.read = {m_home.filePath(u"known_hosts"_s)}, .write = m_home.filePath(u"known_hosts"_s)});
        m_window->show();
        auto target = parseTarget(u"127.0.0.2:"_s + QString::number(m_sshd.port()));
        QVERIFY(target);
        target->identityFile = m_sshd.path(u"key"_s);
        m_window->session()->connectTo(*target, {});
        QTRY_VERIFY2(question(), qPrintable(problems()));
        question()->accept();
        QTRY_VERIFY2(isRead(u"cp1"_s), qPrintable(problems()));
        QVERIFY(!isRead(u"w1"_s));
    }
    void cleanup() { m_window.reset(); }

    void connectsTheOtherNodes()
    {
        auto *others = named<QAction>(*m_window, "connectOthers");
        QVERIFY(others->isEnabled());
        others->trigger();
        QTRY_VERIFY(question()); // of each node its own, in the same queue
        question()->accept();
        QTRY_VERIFY2(isRead(u"w1"_s), qPrintable(problems()));
        QVERIFY(isRead(u"cp1"_s));
        const Cluster &cluster = m_window->session()->assessment()->cluster;
        QVERIFY(m_window->session()->hasLink(cluster.node(u"w1"_s)->machineId));
        QVERIFY(!m_window->session()->isArmed());
        for (const QString &name : m_others) { // not reached: there, with the reason
            QVERIFY(!isRead(name));
            QCOMPARE(cluster.node(name)->problems.size(), 1);
            QVERIFY(!reasonOf(name).isEmpty());
        }
        QCOMPARE(others->isEnabled(), !m_others.isEmpty());
        // Both are read again, and what could not be reached stays with its reason.
        named<QAction>(*m_window, "rescan")->trigger();
        QTRY_VERIFY(m_window->session()->phase() == Session::Phase::Idle);
        QVERIFY(isRead(u"w1"_s) && isRead(u"cp1"_s));
        for (const QString &name : m_others)
            QCOMPARE(m_window->session()->assessment()->cluster.node(name)->problems.size(), 1);
    }

    void aRefusedHostKeyLeavesTheNodeUnknown()
    {
        m_window->session()->connectOthers({u"w1"_s});
        QTRY_VERIFY(question());
        question()->reject();
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QVERIFY(isRead(u"cp1"_s) && !isRead(u"w1"_s));
        QVERIFY2(!reasonOf(u"w1"_s).isEmpty(), qPrintable(problems()));
        for (const Finding &finding : m_window->session()->assessment()->findings) {
            if (finding.subject.node == u"w1")
                QCOMPARE(verdictName(finding.verdict), verdictName(Verdict::Unknown));
        }
    }

    void oneNodeFromTheTree()
    {
        auto *tree = named<QTreeView>(*m_window, "tree");
        const std::function<QModelIndex(const QModelIndex &)> find = [&](const QModelIndex &parent) {
            for (int row = 0; row < tree->model()->rowCount(parent); ++row) {
                const QModelIndex index = tree->model()->index(row, 0, parent);
                if (index.data().toString() == u"w1")
                    return index;
                if (const QModelIndex below = find(index); below.isValid())
                    return below;
            }
            return QModelIndex();
        };
        const QModelIndex node = find({});
        QVERIFY(node.isValid());
        QVERIFY(node.siblingAtColumn(ClusterModel::Status).data().toString().size() > 3);
        tree->setCurrentIndex(node);
        Q_EMIT tree->customContextMenuRequested({5, 5});
        auto *connectNode = named<QAction>(*m_window, "connectNode");
        QVERIFY(connectNode->isEnabled());
        connectNode->trigger();
        QTRY_VERIFY(question());
        question()->accept();
        QTRY_VERIFY2(isRead(u"w1"_s), qPrintable(problems()));
        for (const QString &name : m_others)
            QVERIFY(reasonOf(name).isEmpty()); // were not asked for
    }

    void refusesWhatIsNotOfTheCluster_data()
    {
        QTest::addColumn<QByteArray>("snapshot");
        QTest::addColumn<QString>("sentence");
        QByteArray foreign = m_w1;
        const auto parsed = parseSnapshot(u"w1"_s, m_w1);
        QVERIFY(parsed && parsed->file(u"/etc/kubernetes/pki/ca.crt"_s));
        QByteArray ca = parsed->file(u"/etc/kubernetes/pki/ca.crt"_s)->content;
        const qsizetype at = ca.indexOf("BEGIN CERTIFICATE-----") + 40;
        Replacements other{{ca.mid(at, 20), "QUJDREVGR0hJSktMTU5P"_ba}};
        const auto rewritten = anonymized(m_w1, other);
        QVERIFY(rewritten);
        QTest::newRow("a node of another cluster") << *rewritten << u"different clusters"_s;
        foreign.replace(fact(m_w1, "machine-id"), fact(m_cp, "machine-id"));
        QTest::newRow("two machines with one machine-id") << foreign << u"same machine-id"_s;
        QTest::newRow("no snapshot") << "hello\n"_ba << QString();
    }
    void refusesWhatIsNotOfTheCluster()
    {
        QFETCH(QByteArray, snapshot);
        QFETCH(QString, sentence);
        serve(u"127.0.0.3"_s, snapshot);
        m_window->session()->connectOthers({u"w1"_s});
        QTRY_VERIFY(question());
        question()->accept();
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QVERIFY(isRead(u"cp1"_s) && !isRead(u"w1"_s));
        QVERIFY2(reasonOf(u"w1"_s).contains(sentence) && !reasonOf(u"w1"_s).isEmpty(), qPrintable(reasonOf(u"w1"_s)));
        QVERIFY2(problems().contains(sentence), qPrintable(problems()));
        QCOMPARE(m_window->session()->inventory().size(), 1);
    }

    /// The key is taken away from the server: the first of the others is refused, and no other one is tried.
    void aRefusalStopsTheRest()
    {
        QFile::rename(m_sshd.path(u"authorized_keys"_s), m_sshd.path(u"taken"_s));
        Session *session = m_window->session();
        session->connectOthers();
        QTRY_VERIFY(question());
        question()->accept();
        QTRY_COMPARE(session->phase(), Session::Phase::Idle);
        QFile::rename(m_sshd.path(u"taken"_s), m_sshd.path(u"authorized_keys"_s));
        QVERIFY(isRead(u"cp1"_s) && !isRead(u"w1"_s));
        QVERIFY2(reasonOf(u"w1"_s).contains(u"refused"_s), qPrintable(reasonOf(u"w1"_s)));
        for (const QString &name : m_others)
            QVERIFY2(reasonOf(name).contains(u"not tried"_s), qPrintable(reasonOf(name)));
    }

    void canceledInTheMiddle()
    {
        QFile slow(m_sshd.path(u"slow"_s));
        QVERIFY(slow.open(QIODevice::WriteOnly));
        m_window->session()->connectOthers({u"w1"_s});
        QTRY_VERIFY(question());
        question()->accept();
        QTRY_VERIFY(!question());
        m_window->session()->cancel();
        slow.remove();
        QCOMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QVERIFY(isRead(u"cp1"_s) && !isRead(u"w1"_s));
    }

    /// A link that the server has dropped in the meantime is made anew.
    void readsAgainOverADeadLink()
    {
        QProcess::execute(u"pkill"_s,
            {u"-P"_s, QString::number(m_sshd.processId()), u"-f"_s, u"sshd"_s}); // children of our own server alone
        m_window->session()->rescan();
        QTRY_COMPARE(m_window->session()->phase(), Session::Phase::Idle);
        QVERIFY2(isRead(u"cp1"_s) && problems().isEmpty(), qPrintable(problems()));
    }

private:
    void serve(const QString &address, const QByteArray &snapshot)
    {
        const auto rewritten = anonymized(snapshot, m_addresses);
        QFile file(m_sshd.path(address));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(rewritten ? *rewritten : snapshot);
    }
    QDialog *question() const { return named<QDialog>(*m_window, "hostKeyQuestion"); }
    bool isRead(const QString &name) const
    {
        const auto &assessment = m_window->session()->assessment();
        const Node *node = assessment ? assessment->cluster.node(name) : nullptr;
        return m_window->session()->phase() == Session::Phase::Idle && node && node->read;
    }
    QString reasonOf(const QString &name) const
    {
        const Node *node = m_window->session()->assessment()->cluster.node(name);
        return node && !node->problems.isEmpty() ? node->problems.first().message.en : QString();
    }
    QString problems() const
    {
        QStringList lines;
        const auto *model = named<QListView>(*m_window, "problems")->model();
        for (int row = 0; row < model->rowCount(); ++row)
            lines += model->index(row, 0).data().toString();
        return lines.join(u'\n');
    }

    QTemporaryDir m_home;
    Sshd m_sshd;
    QByteArray m_cp;
    QByteArray m_w1;
    Replacements m_addresses;
    QStringList m_others;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestNodes)
#include "tst_nodes.moc"
