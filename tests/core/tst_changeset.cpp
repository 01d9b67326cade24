// SPDX-License-Identifier: Apache-2.0
#include "base/linediff.h"
#include "changefixture.h"

#include <QJsonArray>
#include <QTest>

using namespace jiagu;
using namespace Qt::Literals::StringLiterals;

namespace {

const QString path = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;

QByteArray manifest(const QByteArray &arguments)
{
    return "# kept\napiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\n  namespace: kube-system\nspec:\n"
           "  containers:\n  - command:\n"
        + arguments + "    image: kube-apiserver:v1.34.4\n    name: kube-apiserver\n";
}

const QByteArray sorted = "    - kube-apiserver\n    - --advertise-address=10.0.0.1\n    - --allow-privileged=true\n"
                          "    - --secure-port=6443\n    - --tls-private-key-file=/k # the key\n";

QList<QByteArray> argv(const QByteArray &arguments)
{
    QList<QByteArray> list;
    for (QByteArray line : arguments.split('\n')) {
        line = line.trimmed();
        if (const auto comment = line.indexOf(" #"); comment >= 0)
            line.truncate(comment);
        if (line.startsWith("- "))
            list += line.mid(2).replace('"', "");
    }
    return list;
}

/// A cluster of one read control-plane node whose API server runs what its manifest says.
struct Situation
{
    Snapshot snapshot;
    Node node;
    Component component;
    QList<Rule> rules;
    QList<Node> others;

    explicit Situation(const QByteArray &arguments)
    {
        add(path, manifest(arguments));
        component.kind = ComponentKind::ApiServer;
        component.running = true;
        component.manifest = path;
        component.process.argv = argv(arguments);
        node.name = u"cp1"_s;
        node.machineId = QString(32, u'a');
        node.address = u"10.0.0.9"_s;
        node.controlPlane = true;
        node.read = true;
        rule(u"API-02"_s, u"--profiling"_s, u"false"_s);
    }
    FileRecord &file() { return snapshot.files.first(); }
    void add(const QString &name, const QByteArray &content)
    {
        FileRecord record;
        record.path = record.realPath = name;
        record.mode = 0600;
        record.uid = record.gid = 0;
        record.size = content.size();
        record.content = content;
        record.hasContent = true;
        record.sha256 = fixture::sha256(content);
        snapshot.files += record;
    }
    void rule(const QString &id, const QString &flag, const QString &value)
    {
        Rule made;
        made.id = id;
        made.fixable = true;
        made.fix = FixKind::SetFlag;
        made.fixFlag = flag;
        made.fixValue = value;
        rules += made;
    }
    Assessment assessment() const
    {
        Assessment made;
        made.cluster.id = u"ca:1"_s;
        Node read = node;
        read.snapshot = std::make_shared<const Snapshot>(snapshot);
        read.components = {component};
        made.cluster.nodes = QList<Node>{read} + others;
        made.pack.id = u"test"_s;
        made.pack.digest = "d1gest";
        made.pack.accepted = true;
        made.pack.rules = rules;
        made.now = QDateTime(QDate(2026, 1, 31), QTime(12, 0), Qt::UTC);
        return made;
    }
    QList<Finding> findings() const
    {
        QList<Finding> list;
        for (const Rule &each : rules) {
            Finding finding;
            finding.rule = each.id;
            finding.subject.node = u"cp1"_s;
            finding.verdict = Verdict::Fail;
            finding.fixable = true;
            list += finding;
        }
        return list;
    }
    Result<ChangeSet> plan(const QMap<QString, QString> &values = {}) const
    {
        return jiagu::plan(assessment(), findings(), values);
    }
};

/// "-line +line" of what differs.
QString differences(const QByteArray &before, const QByteArray &after)
{
    QStringList lines;
    const auto hunks = diffLines(before, after, 0);
    for (const DiffHunk &hunk : hunks) {
        for (const DiffLine &line : hunk.lines)
            lines += (line.kind == DiffLine::Kind::Removed ? u"-"_s : u"+"_s)
                + QString::number(line.kind == DiffLine::Kind::Removed ? line.before : line.after) + u' '
                + QString::fromUtf8(line.text.trimmed());
    }
    return lines.join(u" | "_s);
}

} // namespace

class TestChangeSet : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void edits_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("differences");
        QTest::newRow("absent, in a sorted list")
            << sorted << u"--profiling"_s << u"false"_s << u"+13 - --profiling=false"_s;
        QTest::newRow("absent, sorts last") << sorted << u"--zone"_s << u"a"_s << u"+15 - --zone=a"_s;
        QTest::newRow("absent, list not sorted")
            << "    - kube-apiserver\n    - --b=1\n    - --a=1\n"_ba << u"--aa"_s << u"1"_s << u"+13 - --aa=1"_s;
        QTest::newRow("present") << "    - kube-apiserver\n    - --profiling=true # on\n    - --z=1\n"_ba
                                 << u"--profiling"_s << u"false"_s
                                 << u"-11 - --profiling=true # on | +11 - --profiling=false # on"_s;
        QTest::newRow("present without a value") << "    - kube-apiserver\n    - --profiling\n"_ba << u"--profiling"_s
                                                 << u"false"_s << u"-11 - --profiling | +11 - --profiling=false"_s;
        QTest::newRow("quoted") << "    - kube-apiserver\n    - \"--profiling=true\"\n"_ba << u"--profiling"_s
                                << u"false"_s << u"-11 - \"--profiling=true\" | +11 - \"--profiling=false\""_s;
        QTest::newRow("twice: the last is in force")
            << "    - kube-apiserver\n    - --profiling=false\n    - --profiling=true\n"_ba << u"--profiling"_s
            << u"false"_s << u"-12 - --profiling=true | +12 - --profiling=false"_s;
        QTest::newRow("value in its own item") << "    - kube-apiserver\n    - --v\n    - \"4\"\n    - --z=1\n"_ba
                                               << u"--v"_s << u"2"_s << u"-12 - \"4\" | +12 - \"2\""_s;
    }
    void edits()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QString, flag);
        QFETCH(QString, value);
        QFETCH(QString, differences);
        Situation situation(arguments);
        situation.rules = {};
        situation.rule(u"R-1"_s, flag, value);
        const auto planned = situation.plan();
        if (!planned)
            QFAIL(qPrintable(planned.error().message.en));
        QCOMPARE(planned->steps.size(), 1);
        const FileChange &step = planned->steps.first();
        QCOMPARE(::differences(step.before, step.after), differences);
        QCOMPARE(step.sha256After, fixture::sha256(step.after));
        QCOMPARE(step.argvBefore, situation.component.process.argv);
        QVERIFY(step.argvAfter != step.argvBefore);
        // What was planned needs nothing more.
        Situation again(arguments);
        again.snapshot.files.clear();
        again.add(path, step.after);
        again.component.process.argv = step.argvAfter;
        again.rules = situation.rules;
        const auto nothing = again.plan();
        QVERIFY(!nothing);
        QCOMPARE(nothing.error().kind, Error::Kind::Usage);
    }

    void fillsTheStep()
    {
        Situation situation(sorted);
        situation.file().uid = 7;
        situation.file().mode = 0640;
        const auto planned = situation.plan();
        QVERIFY(planned);
        const FileChange &step = planned->steps.first();
        QCOMPARE(step.node, u"cp1"_s);
        QCOMPARE(step.machineId, QString(32, u'a'));
        QCOMPARE(step.path, path);
        QCOMPARE(step.before, manifest(sorted));
        QCOMPARE(step.mode, 0640);
        QCOMPARE(step.uid, 7);
        QCOMPARE(step.gid, 0);
        QCOMPARE(step.address, u"10.0.0.1"_s);
        QCOMPARE(step.port, 6443);
        QCOMPARE(step.soak, 10);
        QCOMPARE(step.rules, QStringList{u"API-02"_s});
        QVERIFY(step.interruption.en.contains(u"only control-plane node"_s)
            && step.interruption.en.contains(u"16 to 45"_s));
        QVERIFY(step.interruption.zh.contains(u"16 至 45 秒"_s));
        QCOMPARE(planned->cluster, u"ca:1"_s);
        QCOMPARE(planned->packDigest, "d1gest"_ba);
        QCOMPARE(planned->planned, situation.assessment().now);
        QCOMPARE(planned->id, contentId(*planned));
        QCOMPARE(planned->id.size(), 64);

        Node second;
        second.name = u"cp2"_s;
        second.controlPlane = true;
        situation.others = {second};
        QVERIFY(situation.plan()->steps.first().interruption.en.contains(u"load balancer"_s));
        // Same input, same id; a value more, another id.
        QCOMPARE(Situation(sorted).plan()->id, Situation(sorted).plan()->id);
        QVERIFY(Situation(sorted).plan()->id != planned->id);
    }

    void ownEndpoint_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QString>("endpoint");
        QTest::newRow("nothing said") << "    - kube-apiserver\n"_ba << u"10.0.0.9 6443"_s;
        QTest::newRow("advertised, own port")
            << "    - kube-apiserver\n    - --advertise-address=10.0.0.1\n    - --secure-port=7443\n"_ba
            << u"10.0.0.1 7443"_s;
        QTest::newRow("bound everywhere")
            << "    - kube-apiserver\n    - --advertise-address=10.0.0.1\n    - --bind-address=0.0.0.0\n"_ba
            << u"10.0.0.1 6443"_s;
        QTest::newRow("bound to one")
            << "    - kube-apiserver\n    - --advertise-address=10.0.0.1\n    - --bind-address=10.0.0.2\n"_ba
            << u"10.0.0.2 6443"_s;
    }
    void ownEndpoint()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QString, endpoint);
        const auto planned = Situation(arguments).plan();
        QVERIFY(planned);
        const FileChange &step = planned->steps.first();
        QCOMPARE(step.address + u' ' + QString::number(step.port), endpoint);
    }

    void oneEditPerFile()
    {
        Situation situation(sorted);
        situation.rule(u"R-2"_s, u"--zone"_s, u"a"_s);
        situation.rules.last().parameter = Parameter{Parameter::Type::Text, {u"Zone"_s, u"区域"_s}, u"a"_s, {}};
        situation.rule(u"R-3"_s, u"--allow-privileged"_s, u"true"_s); // is so already
        const auto planned = situation.plan({{u"R-2"_s, u"b"_s}});
        QVERIFY(planned);
        QCOMPARE(planned->steps.size(), 1);
        const FileChange &step = planned->steps.first();
        QCOMPARE(::differences(step.before, step.after), u"+13 - --profiling=false | +16 - --zone=b"_s);
        QCOMPARE(step.rules, (QStringList{u"API-02"_s, u"R-2"_s}));
        QCOMPARE(step.soak, 330); // --zone is not known to leave the probes alone
    }

    void refusals_data()
    {
        QTest::addColumn<std::function<void(Situation &)>>("spoil");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        using Spoil = std::function<void(Situation &)>;
        const auto row = [](const char *name, const Spoil &spoil, Error::Kind kind, const QString &says) {
            QTest::newRow(name) << spoil << int(kind) << says;
        };
        const auto conflict = Error::Kind::Conflict;
        row(
            "masked", [](Situation &s) { s.file().masked = true; }, conflict, u"masked"_s);
        row(
            "changed while read", [](Situation &s) { s.file().changedWhileRead = true; }, conflict,
            u"while it was read"_s);
        row(
            "truncated", [](Situation &s) { s.file().truncated = true; }, conflict, u"too large"_s);
        row(
            "a link", [](Situation &s) { s.file().realPath = u"/elsewhere"_s; }, conflict,
            u"symbolic link (/elsewhere)"_s);
        row(
            "hard links", [](Situation &s) { s.file().links = 2; }, conflict, u"hard links"_s);
        row(
            "not read", [](Situation &s) { s.file().hasContent = false; }, conflict, u"could not be read"_s);
        row(
            "content is not what was hashed", [](Situation &s) { s.file().content += '\n'; }, conflict,
            u"incompletely"_s);
        row(
            "no owner", [](Situation &s) { s.file().uid = -1; }, conflict, u"incompletely"_s);
        row(
            "not recorded", [](Situation &s) { s.snapshot.files.clear(); }, conflict, u"could not be read"_s);
        row(
            "does not run", [](Situation &s) { s.component.running = false; }, conflict, u"does not run"_s);
        row(
            "runs otherwise", [](Situation &s) { s.component.process.argv += "--more"; }, conflict,
            u"does not run with the arguments"_s);
        row(
            "second definition", [](Situation &s) { s.add(u"/etc/kubernetes/manifests/old.yaml"_s, manifest(sorted)); },
            conflict, u"old.yaml"_s);
        row(
            "rules that contradict", [](Situation &s) { s.rule(u"R-2"_s, u"--profiling"_s, u"true"_s); }, conflict,
            u"different values"_s);
        row(
            "needs a value", [](Situation &s) { s.rules.first().fixValue.clear(); }, Error::Kind::Usage,
            u"--set API-02"_s);
        row(
            "a value of two lines", [](Situation &s) { s.rules.first().fixValue = u"a\nb"_s; }, Error::Kind::Usage,
            u"one line"_s);
        row(
            "nothing to fix", [](Situation &s) { s.rules.first().fixable = false; }, Error::Kind::Usage,
            u"Nothing of this"_s);
        const auto becomes = [](const QByteArray &content, QList<QByteArray> argv) {
            return [content, argv](Situation &s) {
                s.snapshot.files.clear();
                s.add(path, content);
                s.component.process.argv = argv;
            };
        };
        row("duplicate key on the path",
            becomes(
                manifest("    - kube-apiserver\n") + "  containers:\n  - command:\n    - kube-apiserver\n    - --b=1\n",
                {"kube-apiserver", "--b=1"}),
            conflict, QString());
        row("an anchor on the path",
            becomes(QByteArray(manifest("    - kube-apiserver\n")).replace("command:\n", "command: &a\n"),
                {"kube-apiserver"}),
            conflict, QString());
        row("does not parse", becomes("a: [", {"kube-apiserver"}), Error::Kind::Parse, QString());
        row("another program", becomes(manifest("    - sh\n    - -c\n"), {"sh", "-c"}), conflict, u"starts sh"_s);
        row(
            "a flag that takes one value, twice",
            [](Situation &s) {
                const QByteArray arguments = "    - kube-apiserver\n    - --v=1\n    - --v=2\n";
                s = Situation(arguments);
                s.rules.first().fixFlag = u"--v"_s;
                s.rules.first().fixValue = u"3"_s;
            },
            conflict, u"Write it once"_s);
    }
    void refusals()
    {
        QFETCH(std::function<void(Situation &)>, spoil);
        QFETCH(int, kind);
        QFETCH(QString, says);
        Situation situation(sorted);
        QVERIFY(situation.plan());
        spoil(situation);
        const auto planned = situation.plan();
        QVERIFY(!planned);
        QCOMPARE(int(planned.error().kind), kind);
        QVERIFY2(planned.error().message.en.contains(says), qPrintable(planned.error().message.en));
        QVERIFY(!planned.error().message.zh.isEmpty());
        if (planned.error().kind != Error::Kind::Usage)
            QCOMPARE(planned.error().at.node + u':' + planned.error().at.file, u"cp1:"_s + path);
    }

    void unknownRule()
    {
        const Situation situation(sorted);
        Finding finding = situation.findings().first();
        finding.rule = u"NO-1"_s;
        const auto planned = jiagu::plan(situation.assessment(), {finding}, {});
        QVERIFY(!planned);
        QCOMPARE(planned.error().kind, Error::Kind::NotFound);
    }

    void roundTrip()
    {
        const ChangeSet made = fixture::changeSet(u"cp1"_s, {u"/etc/a"_s, u"/etc/b"_s});
        const auto read = changeSetFromJson(QJsonDocument::fromJson(QJsonDocument(toJson(made)).toJson()).object());
        QVERIFY(read);
        QCOMPARE(toJson(*read), toJson(made));
        QCOMPARE(read->steps[1].argvAfter, made.steps[1].argvAfter);
        QCOMPARE(read->steps[1].interruption, made.steps[1].interruption);
    }

    void olderChangeSetsKeepTheirId()
    {
        // As version 0.1 wrote it: no field of a later one.
        const QJsonObject object = toJson(fixture::changeSet(u"cp1"_s, {u"/etc/a"_s}));
        const QStringList keys = object.value(u"steps"_s).toArray().first().toObject().keys();
        QCOMPARE(keys.join(u' '),
            u"address after argvAfter argvBefore before component gid interruption limit machineId mode node path port rules "
            "sha256After sha256Before soak uid"_s);
        QCOMPARE(
            object.value(u"id"_s).toString(), u"f7a2676ee58df114bdc3c96f029ec841dff3d74236ac766ffdfe14d23f473a68"_s);
        QVERIFY(changeSetFromJson(object));
    }

    void kinds_data()
    {
        QTest::addColumn<std::function<void(FileChange &)>>("change");
        QTest::addColumn<bool>("readable");
        const auto row = [](const char *name, bool readable, const std::function<void(FileChange &)> &change) {
            QTest::newRow(name) << change << readable;
        };
        row("attributes", true, [](FileChange &) {});
        row("attributes with a checksum", true,
            [](FileChange &s) { s.sha256Before = s.sha256After = fixture::sha256("key"); });
        row("attributes with a gate", true, [](FileChange &s) {
            s.gated = true;
            s.argvBefore = s.argvAfter = {"kube-apiserver"};
            s.address = u"10.0.0.1"_s;
            s.port = 6443;
        });
        row("of no component in particular", true, [](FileChange &s) { s.component = ComponentKind::OperatingSystem; });
        row("mode alone", true, [](FileChange &s) { s.uid = 0; });
        row("nothing changes", false, [](FileChange &s) {
            s.mode = s.modeAfter;
            s.uid = s.uidAfter;
        });
        row("bytes too", false, [](FileChange &s) { s.after = "x"; });
        row("two checksums", false, [](FileChange &s) { s.sha256After = fixture::sha256("key"); });
        row("half a checksum", false, [](FileChange &s) { s.sha256Before = s.sha256After = "abc"; });
        row("no mode", false, [](FileChange &s) { s.modeAfter = -1; });
        row("a mode too large", false, [](FileChange &s) { s.modeAfter = 010000; });
        row("no owner", false, [](FileChange &s) { s.uidAfter = -1; });
        row("no group", false, [](FileChange &s) { s.gidAfter = -1; });
        row("a gate of which nothing is known", false, [](FileChange &s) { s.gated = true; });
        row("a gate that there is not", false, [](FileChange &s) {
            s = fixture::step(u"cp1"_s, u"/etc/a"_s);
            s.component = ComponentKind::Etcd;
        });
        row("the kubelet", true, [](FileChange &s) {
            s = fixture::step(u"cp1"_s, u"/etc/a"_s);
            s.component = ComponentKind::Kubelet;
        });
        row("the kubelet without healthz", true, [](FileChange &s) {
            s = fixture::step(u"cp1"_s, u"/etc/a"_s);
            s.component = ComponentKind::Kubelet;
            s.address.clear();
            s.port = 0;
        });
        row("the API server without a port", false, [](FileChange &s) {
            s = fixture::step(u"cp1"_s, u"/etc/a"_s);
            s.port = 0;
        });
        row("bytes without a gate", true, [](FileChange &s) {
            s = fixture::step(u"cp1"_s, u"/etc/a"_s);
            s.gated = false;
            s.argvBefore.clear();
            s.argvAfter.clear();
            s.address.clear();
            s.port = 0;
        });
    }
    void kinds()
    {
        QFETCH(std::function<void(FileChange &)>, change);
        QFETCH(bool, readable);
        ChangeSet made = fixture::changeSet(u"cp1"_s, {});
        FileChange step = fixture::attributesStep(u"cp1"_s, u"/etc/a"_s);
        change(step);
        made.steps = {step};
        made.id = contentId(made);
        const auto read = changeSetFromJson(QJsonDocument::fromJson(QJsonDocument(toJson(made)).toJson()).object());
        QCOMPARE(read.has_value(), readable);
        if (!readable)
            return;
        QCOMPARE(toJson(*read), toJson(made));
        const FileChange &is = read->steps.first();
        QCOMPARE(int(is.kind), int(step.kind));
        QCOMPARE(is.gated, step.gated);
        QCOMPARE(is.modeAfter, step.modeAfter);
        QCOMPARE(is.uidAfter, step.uidAfter);
        QCOMPARE(is.gidAfter, step.gidAfter);
    }

    void spoiled_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<bool>("signedAgain"); // with the id that fits
        QTest::newRow("schema") << u"schema"_s << QJsonValue(u"jiagu-changeset/9"_s) << true;
        QTest::newRow("another cluster") << u"cluster"_s << QJsonValue(u"ca:2"_s) << false;
        QTest::newRow("id") << u"id"_s << QJsonValue(QString(64, u'0')) << false;
        QTest::newRow("no steps") << u"steps"_s << QJsonValue(QJsonArray()) << true;
        QTest::newRow("content") << u"steps.after"_s << QJsonValue(u"AAAA"_s) << true;
        QTest::newRow("relative path") << u"steps.path"_s << QJsonValue(u"etc/a"_s) << true;
        QTest::newRow("path that climbs") << u"steps.path"_s << QJsonValue(u"/etc/../a"_s) << true;
        QTest::newRow("line feed in the path") << u"steps.path"_s << QJsonValue(u"/etc/a\nb"_s) << true;
        QTest::newRow("machine") << u"steps.machineId"_s << QJsonValue(u"x\nbefore"_s) << true;
        QTest::newRow("component") << u"steps.component"_s << QJsonValue(u"-"_s) << true;
        QTest::newRow("address") << u"steps.address"_s << QJsonValue(u"10.0.0.1\nport 1"_s) << true;
        QTest::newRow("port") << u"steps.port"_s << QJsonValue(70000) << true;
        QTest::newRow("mode") << u"steps.mode"_s << QJsonValue(-1) << true;
        QTest::newRow("kind") << u"steps.kind"_s << QJsonValue(u"directory"_s) << true;
        QTest::newRow("kind that is the default") << u"steps.kind"_s << QJsonValue(u"content"_s) << true;
        QTest::newRow("kind that is no word") << u"steps.kind"_s << QJsonValue(1) << true;
        QTest::newRow("gated") << u"steps.gated"_s << QJsonValue(u"false"_s) << true;
        QTest::newRow("gated that is the default") << u"steps.gated"_s << QJsonValue(true) << true;
        QTest::newRow("attributes of a content step") << u"steps.modeAfter"_s << QJsonValue(0600) << true;
        QTest::newRow("no arguments") << u"steps.argvAfter"_s << QJsonValue(QJsonArray()) << true;
    }
    void spoiled()
    {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QFETCH(bool, signedAgain);
        QJsonObject object = toJson(fixture::changeSet(u"cp1"_s, {u"/etc/a"_s}));
        if (key.startsWith(u"steps."_s)) {
            QJsonObject step = object.value(u"steps"_s).toArray().first().toObject();
            step.insert(key.mid(6), value);
            object.insert(u"steps"_s, QJsonArray{step});
        } else {
            object.insert(key, value);
        }
        if (signedAgain) {
            QJsonObject content = object;
            content.remove(u"id"_s);
            object.insert(
                u"id"_s, QString::fromLatin1(fixture::sha256(QJsonDocument(content).toJson(QJsonDocument::Compact))));
        }
        const auto read = changeSetFromJson(object);
        QVERIFY(!read);
        QCOMPARE(read.error().kind, Error::Kind::Parse);
        QVERIFY(!read.error().message.en.isEmpty() && !read.error().message.zh.isEmpty());
    }
};

Q_DECLARE_METATYPE(std::function<void(Situation &)>)

QTEST_GUILESS_MAIN(TestChangeSet)
#include "tst_changeset.moc"
