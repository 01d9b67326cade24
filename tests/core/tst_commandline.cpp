// SPDX-License-Identifier: Apache-2.0
#include "change/changeset.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

constexpr int patience = 60000; // milliseconds; a start under a loaded machine and a sanitizer

struct Run
{
    int exitCode = -1;
    QString out;
    QString err;
};

/// A socket on the loopback address; when it only reserves the port, nobody listens there.
class Listener
{
public:
    explicit Listener(bool listens)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        m_good = bind(m_socket, reinterpret_cast<sockaddr *>(&address), size) == 0
            && getsockname(m_socket, reinterpret_cast<sockaddr *>(&address), &size) == 0
            && (!listens || listen(m_socket, 1) == 0);
        m_port = ntohs(address.sin_port);
    }
    ~Listener() { close(m_socket); }
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;
    bool isGood() const { return m_good; }
    QString port() const { return QString::number(m_port); }
    bool waitForConnection() const
    {
        pollfd waiting{m_socket, POLLIN, 0};
        return poll(&waiting, 1, patience) == 1;
    }

private:
    int m_socket = socket(AF_INET, SOCK_STREAM, 0);
    bool m_good = false;
    quint16 m_port = 0;
};

/// A change set that was planned for a machine which nobody can reach.
ChangeSet planned()
{
    ChangeSet changeSet;
    changeSet.cluster = u"cluster-id"_s;
    changeSet.packDigest = QByteArray(64, 'd');
    changeSet.planned = QDateTime({2026, 1, 31}, {12, 0}, Qt::UTC);
    FileChange step;
    step.node = u"cp1"_s;
    step.machineId = QString(32, u'1');
    step.path = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;
    step.before = "one\n- --profiling=true\n"_ba;
    step.after = "one\n- --profiling=false\n"_ba;
    step.sha256Before = QCryptographicHash::hash(step.before, QCryptographicHash::Sha256).toHex();
    step.sha256After = QCryptographicHash::hash(step.after, QCryptographicHash::Sha256).toHex();
    step.mode = 0600;
    step.uid = 0;
    step.gid = 0;
    step.argvBefore = {"kube-apiserver"_ba, "--profiling=true"_ba};
    step.argvAfter = {"kube-apiserver"_ba, "--profiling=false"_ba};
    step.address = u"127.0.0.1"_s;
    step.port = 6443;
    step.rules = {u"API-02"_s};
    step.interruption = {u"The API is away."_s, u"API 中断。"_s};
    changeSet.steps = {step};
    changeSet.id = contentId(changeSet);
    return changeSet;
}

/// A pack with one rule, which does not ship.
QByteArray ownPack()
{
    return R"(schema: jiagu-rules/1
pack:
  id: own
  version: "1"
  title: {en: A pack of our own, zh: 自有规则包}
  sources: []
rules:
  - id: KCM-02
    title: {en: No profiling, zh: 关闭性能分析}
    rationale: {en: Why, zh: 理由}
    risk: {en: It restarts, zh: 会重启}
    remediation: {en: Set the flag, zh: 设置参数}
    severity: medium
    component: kube-controller-manager
    references: []
    check:
      setting: {flag: --profiling, type: bool, assert: {eq: false}}
    fix:
      set_flag: {flag: --profiling, value: "false"}
    tests:
      - {name: not set, release: "1.34", argv: [kube-controller-manager], expect: [fail]}
      - {name: turned off, release: "1.34", argv: [kube-controller-manager, --profiling=false], expect: [pass]}
      - {name: not running, release: "1.34", expect: [unknown]}
      - name: fix
        release: "1.34"
        manifest: |
          apiVersion: v1
          kind: Pod
          metadata: {name: kube-controller-manager, namespace: kube-system}
          spec:
            containers:
            - name: kube-controller-manager
              command:
              - kube-controller-manager
              - --profiling=true
        expect: [fail]
        fixed: |
          apiVersion: v1
          kind: Pod
          metadata: {name: kube-controller-manager, namespace: kube-system}
          spec:
            containers:
            - name: kube-controller-manager
              command:
              - kube-controller-manager
              - --profiling=false
)";
}

QString digestOf(const QByteArray &bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

} // namespace

/// The program as a person without a display has it.
class TestCommandLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_home.isValid());
        write(u"plan.json"_s, QJsonDocument(toJson(planned())).toJson());
        QJsonObject changed = toJson(planned());
        changed[u"cluster"_s] = u"another"_s;
        write(u"changed.json"_s, QJsonDocument(changed).toJson());
        write(u"list.json"_s, "[]");
        write(u"own.yaml"_s, ownPack());
        write(u"spoiled.yaml"_s,
            ownPack().replace("version: \"1\"", "version: 1").replace("expect: [unknown]", "expect: [unknow]"));
        write(u"tailoring.yaml"_s, R"(schema: jiagu-tailoring/1
off:
  - {rule: WL-02, reason: RDMA needs the host's network}
waivers:
  - {rule: API-02, node: cp1, reason: it is being looked at, approver: the board, expires: 2999-12-31}
)");
        write(u"text.jiagu-snapshot"_s, "nothing of the kind\n");
    }

    void answers_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("english"); // on standard output for 0, else on standard error
        QTest::addColumn<QString>("chinese");
        const auto row = [](const char *name, const QString &arguments, int exitCode, const QString &english,
                             const QString &chinese) {
            QTest::newRow(name) << arguments.split(u' ', Qt::SkipEmptyParts) << exitCode << english << chinese;
        };
        row("version", u"--version"_s, 0, u"jiagu "_s, u"jiagu "_s);
        row("help", u"--help"_s, 0, u"none of which needs a display"_s, u"均不需要图形界面"_s);
        row("-h", u"-h"_s, 0, u"jiagu scan TARGET"_s, u"jiagu scan TARGET"_s);
        row("help of scan", u"scan --help"_s, 0, u"Reads nodes and judges"_s, u"读取节点并核查"_s);
        row("help of plan", u"plan --help"_s, 0, u"Prints the exact change"_s, u"显示使加固项通过所需的确切变更"_s);
        row("help of apply", u"apply --help"_s, 0, u"Carries out a change set"_s, u"确认后执行"_s);
        row("help of restore", u"restore --help"_s, 0, u"Puts back the bytes"_s, u"还原变更集替换掉的内容"_s);
        row("help of report", u"report --help"_s, 0, u"writes a report"_s, u"写出报告"_s);
        row("help of rules", u"rules --help"_s, 0, u"Lists the rules"_s, u"列出内置基线"_s);
        row("help of rules list", u"rules list --help"_s, 0, u"Lists the rules"_s, u"列出内置基线"_s);
        row("help of record", u"record --help"_s, 0, u"Reads one node"_s, u"读取一个节点"_s);
        row("help of clean", u"clean --help"_s, 0, u"Removes what the program keeps"_s,
            u"删除本程序留在节点上的内容"_s);
        row("rules", u"rules list"_s, 0, u"API-02"_s, u"API-02"_s);
        row("rules of a pack", u"rules list --rules own.yaml"_s, 0, u"(own 1, SHA-256 %1)"_s.arg(digestOf(ownPack())),
            u"自有规则包 (own 1"_s);
        row("help of rules show", u"rules show --help"_s, 0, u"what its change breaks"_s, u"变更风险与整改方法"_s);
        row("help of rules check", u"rules check --help"_s, 0, u"For authors of rule packs"_s, u"供规则包作者使用"_s);
        row("a rule", u"rules show API-02"_s, 0, u"What the change breaks"_s, u"变更风险"_s);
        row("two rules", u"rules show API-02 KL-01"_s, 0, u"KL-01  "_s, u"KL-01  "_s);
        row("unknown rule", u"rules show NO-1"_s, 2, u"There is no rule NO-1"_s, u"没有加固项 NO-1"_s);
        row("no pack to check", u"rules check"_s, 2, u"Name the rule pack to check"_s, u"请指定要检查的规则包"_s);
        row("missing pack to check", u"rules check none.yaml"_s, 2, u"none.yaml: The rule pack cannot be opened"_s,
            u"none.yaml: 无法打开规则包"_s);
        row("a good pack", u"rules check own.yaml"_s, 0, u"rules 1, tests 4, nothing is wrong"_s,
            u"加固项 1 个，测试 4 个，没有问题"_s);
        row("missing pack", u"scan --sample --rules none.yaml"_s, 2, u"none.yaml: The rule pack cannot be opened"_s,
            u"none.yaml: 无法打开规则包"_s);
        row("spoiled pack", u"scan --sample --rules spoiled.yaml"_s, 2, u"spoiled.yaml:4:12: "_s,
            u"spoiled.yaml:4:12: "_s);
        row("pack that nobody accepted", u"plan --sample --rules own.yaml --rule KCM-02 --out x"_s, 2,
            u"nobody has accepted that it changes nodes"_s, u"尚未获准用于变更节点"_s);
        row("another digest accepted",
            u"plan --sample --rules own.yaml --rule KCM-02 --out x --accept-pack "_s + QString(64, u'0'), 2,
            u"has the SHA-256 "_s + digestOf(ownPack()), u"的 SHA-256 为 "_s + digestOf(ownPack()));
        row("no digest", u"plan --sample --rule KCM-02 --out x --accept-pack abc"_s, 2, u"abc is no SHA-256"_s,
            u"abc 不是 SHA-256"_s);
        row("accepting where nothing is planned", u"scan --sample --accept-pack abc"_s, 2,
            u"--accept-pack is not an option of this command"_s, u"此命令没有选项 --accept-pack"_s);
        row("missing tailoring", u"scan --sample --tailoring none.yaml"_s, 2,
            u"none.yaml: The tailoring cannot be opened"_s, u"none.yaml: 无法打开定制文件"_s);
        row("rule that is switched off", u"plan --sample --tailoring tailoring.yaml --rule WL-02 --out x"_s, 2,
            u"The tailoring switches WL-02 off: RDMA"_s, u"定制中已关闭 WL-02：RDMA"_s);
        row("tailoring of another pack", u"scan --sample --rules own.yaml --tailoring tailoring.yaml"_s, 2,
            u"tailoring.yaml: The tailoring names the rule WL-02"_s, u"tailoring.yaml: 定制中提到加固项 WL-02"_s);

        row("no display", u""_s, 2, u"There is no display"_s, u"没有可供打开窗口的图形界面"_s);
        row("unknown command", u"frobnicate"_s, 2, u"There is no command frobnicate"_s, u"没有 frobnicate 这个命令"_s);
        row("rules alone", u"rules"_s, 2, u"jiagu rules list"_s, u"jiagu rules list"_s);
        row("no target", u"scan"_s, 2, u"Say what to read"_s, u"请指定要读取的对象"_s);
        row("no node", u"clean"_s, 2, u"Say which node to reach"_s, u"请指定要访问的节点"_s);
        row("no value", u"scan --node"_s, 2, u"--node needs a value"_s, u"--node 需要取值"_s);
        row("empty value", u"scan --node="_s, 2, u"--node needs a value"_s, u"--node 需要取值"_s);
        row("value for a switch", u"scan --sample=1"_s, 2, u"--sample takes no value"_s, u"--sample 不带取值"_s);
        row("unknown option", u"scan --sample --frobnicate"_s, 2, u"--frobnicate is not an option of this command"_s,
            u"此命令没有选项 --frobnicate"_s);
        row("option of another command", u"scan --sample --yes x"_s, 2, u"--yes is not an option of this command"_s,
            u"此命令没有选项 --yes"_s);
        row("identity before its node", u"scan --identity key --node cp1"_s, 2, u"write it after the --node"_s,
            u"请写在对应的 --node 之后"_s);
        row("probing is of reading", u"restore --no-probe x"_s, 2, u"--no-probe"_s, u"--no-probe"_s);
        row("agent before its node", u"scan --no-agent --node cp1"_s, 2, u"write it after the --node"_s,
            u"请写在对应的 --node 之后"_s);
        row("no host", u"scan --node root@"_s, 2, u"root@"_s, u"root@"_s);
        row("no port", u"scan --node cp1:seventy"_s, 2, u"cp1:seventy"_s, u"cp1:seventy"_s);
        row("no fingerprint", u"scan --node cp1 --host-key abc"_s, 2, u"is no fingerprint"_s, u"不是指纹"_s);
        row("unknown secret", u"scan --node cp1 --secret-fd pin=3"_s, 2, u"--secret-fd pin=3 is not understood"_s,
            u"无法理解 --secret-fd pin=3"_s);
        row("closed descriptor", u"scan --node cp1 --secret-fd login=99"_s, 2,
            u"cp1: The secret cannot be read from file descriptor 99"_s, u"cp1: 无法从文件描述符 99 读取口令"_s);
        row("unknown format", u"scan --sample --format xml"_s, 2, u"--format xml is not known here"_s,
            u"没有 --format xml 这种格式"_s);
        row("one argument too many", u"scan --sample more"_s, 2, u"more is one argument too many"_s,
            u"多余的参数 more"_s);
        row("no rule", u"plan --sample --out x"_s, 2, u"Say which rules to make pass"_s, u"请指定要整改的加固项"_s);
        row("value without a rule", u"plan --sample --rule A --set x --out x"_s, 2, u"--set x is not understood"_s,
            u"无法理解 --set x"_s);
        row("no file to write", u"record --node cp1"_s, 2, u"Say which file to write"_s, u"请指定要写出的文件"_s);
        row("two nodes in one file", u"record --node cp1 --node w1 --out x"_s, 2, u"A snapshot file holds one node"_s,
            u"一个快照文件只含一个节点"_s);
        row("no report format", u"report --sample --out x"_s, 2, u"Say which report to write"_s, u"请指定报告格式"_s);
        row("missing snapshot", u"scan --snapshot none.jiagu-snapshot"_s, 2,
            u"none.jiagu-snapshot: The snapshot cannot be opened"_s, u"none.jiagu-snapshot: 无法打开快照"_s);
        row("not a snapshot", u"scan --snapshot text.jiagu-snapshot"_s, 2, u"text.jiagu-snapshot"_s,
            u"text.jiagu-snapshot"_s);

        row("missing change set", u"apply none.json --node cp1"_s, 2, u"none.json: The change set cannot be opened"_s,
            u"none.json: 无法打开变更集"_s);
        row("no change set", u"apply list.json --node cp1"_s, 2, u"list.json: This is no change set"_s,
            u"list.json: 这不是"_s);
        row("changed after planning", u"apply changed.json --node cp1"_s, 2, u"changed.json: "_s, u"changed.json: "_s);
        row("nobody to ask", u"apply plan.json --node cp1"_s, 3,
            u"Nothing was changed: there is no terminal to ask at"_s, u"未作任何变更：没有可供确认的终端"_s);
        row("another id approved", u"apply plan.json --node cp1 --yes 000000000000"_s, 3,
            u"Nothing was changed: --yes approves 000000000000"_s, u"未作任何变更：--yes 批准的是 000000000000"_s);
        row("too short an id", u"apply plan.json --node cp1 --yes %1"_s.arg(planned().id.left(11)), 3,
            u"Nothing was changed"_s, u"未作任何变更"_s);
        row("nodes of another cluster", u"apply plan.json --node cp8 --node cp9 --yes "_s + planned().id, 2,
            u"The change set is for cp1 (127.0.0.1), and no --node names it"_s, u"变更集涉及节点 cp1（127.0.0.1）"_s);
        row("unknown change set", u"restore 0123456789abcdef --node cp1"_s, 2, u"0123456789abcdef"_s,
            u"0123456789abcdef"_s);
    }
    void answers()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, english);
        QFETCH(QString, chinese);
        const auto answers = [&](const char *language, const QStringList &more, const QString &text) {
            const Run run = start(arguments + more, language);
            const QString &wanted = exitCode == 0 ? run.out : run.err;
            const QString &empty = exitCode == 0 ? run.err : run.out;
            QVERIFY2(wanted.contains(text), qPrintable(run.out + run.err));
            QCOMPARE(empty, QString());
            QCOMPARE(run.exitCode, exitCode);
        };
        answers("C", {}, english);
        answers("zh_CN.UTF-8", {}, chinese);
        if (!arguments.isEmpty()) {
            answers("C", {u"--lang"_s, u"zh"_s}, chinese);
            answers("zh_CN.UTF-8", {u"--lang=en"_s}, english);
        }
    }

    void rulesAreListed()
    {
        const Run run = start({u"rules"_s, u"list"_s, u"--format"_s, u"json"_s});
        QCOMPARE(run.exitCode, 0);
        const QJsonObject listed = QJsonDocument::fromJson(run.out.toUtf8()).object();
        QCOMPARE(listed.keys(), (QStringList{u"rules"_s, u"schema"_s}));
        QCOMPARE(listed[u"schema"].toString(), u"jiagu-rules/1"_s);
        QStringList ids;
        for (const QJsonValue &rule : listed[u"rules"].toArray())
            ids += rule[u"id"].toString();
        const auto pack = builtinRulePack();
        QVERIFY(pack.has_value());
        QStringList expected;
        for (const Rule &rule : pack->rules)
            expected += rule.id;
        QCOMPARE(ids, expected);
    }

    void everyMistakeOfAPackIsPrinted()
    {
        const Run run = start({u"rules"_s, u"check"_s, u"spoiled.yaml"_s});
        QCOMPARE(run.exitCode, 1);
        const QStringList lines = run.out.trimmed().split(u'\n');
        QCOMPARE(lines.size(), 2);
        QVERIFY2(lines[0].startsWith(u"spoiled.yaml:4:12: Text is expected here"_s), qPrintable(lines[0]));
        QVERIFY2(lines[1].startsWith(u"spoiled.yaml:23:55: "_s), qPrintable(lines[1]));
        QVERIFY2(run.err.contains(u"Problems found: 2"_s), qPrintable(run.err));
        QVERIFY(start({u"rules"_s, u"check"_s, u"spoiled.yaml"_s}, "zh_CN.UTF-8").err.contains(u"发现 2 个问题"_s));
    }

    void aRuleIsShownAsJson()
    {
        const Run run = start({u"rules"_s, u"show"_s, u"KL-01"_s, u"--format"_s, u"json"_s});
        QCOMPARE(run.exitCode, 0);
        const QJsonObject shown = QJsonDocument::fromJson(run.out.toUtf8()).object();
        QCOMPARE(shown[u"schema"].toString(), u"jiagu-rule/1"_s);
        QCOMPARE(shown[u"pack"][u"digest"].toString(), QString::fromLatin1(builtinRulePack()->digest));
        QCOMPARE(shown[u"rules"].toArray().size(), 1);
        const QJsonValue rule = shown[u"rules"][0];
        QCOMPARE(rule[u"id"].toString(), u"KL-01"_s);
        for (const char *part : {"title", "rationale", "risk", "remediation"})
            QVERIFY2(!rule[QLatin1StringView(part)][u"zh"].toString().isEmpty(), part);
        QVERIFY(!rule[u"parameter"][u"title"][u"en"].toString().isEmpty());
    }

    /// It judges at once, is named with its digest, and changes only what was accepted.
    void aPackOfOnesOwnJudges()
    {
        const Run text = start({u"scan"_s, u"--sample"_s, u"--rules"_s, u"own.yaml"_s});
        QCOMPARE(text.err, QString());
        QCOMPARE(text.exitCode, 1);
        QVERIFY2(text.out.contains(u"own 1, SHA-256 "_s + digestOf(ownPack())), qPrintable(text.out));
        QVERIFY(text.out.contains(u"KCM-02"_s) && !text.out.contains(u"API-02"_s));

        const QStringList plan{
            u"plan"_s, u"--sample"_s, u"--rules"_s, u"own.yaml"_s, u"--rule"_s, u"KCM-02"_s, u"--out"_s, u"own.json"_s};
        QVERIFY(!QFile::exists(m_home.filePath(u"own.json"_s)));
        QCOMPARE(start(plan).exitCode, 2);
        QVERIFY(!QFile::exists(m_home.filePath(u"own.json"_s)));
        const Run planned = start(plan + QStringList{u"--accept-pack"_s, digestOf(ownPack()).toUpper()});
        QVERIFY2(planned.exitCode == 0, qPrintable(planned.err));
        const auto written = QJsonDocument::fromJson(read(u"own.json"_s)).object();
        QVERIFY2(changeSetFromJson(written), "what was planned");
        QCOMPARE(changeSetFromJson(written)->packDigest, digestOf(ownPack()).toUtf8());
    }

    void aTailoringIsLaidOver()
    {
        const QStringList scan{u"scan"_s, u"--sample"_s, u"--format"_s, u"json"_s};
        const auto findings = [&](const QStringList &more) {
            QMap<QString, QString> waivers; // id of what fails → waiver
            for (const QJsonValue &finding :
                QJsonDocument::fromJson(start(scan + more).out.toUtf8())[u"findings"].toArray()) {
                if (finding[u"verdict"].toString() == u"fail"_s)
                    waivers.insert(QString::fromUtf8(QJsonDocument(finding[u"subject"].toObject()).toJson())
                            + finding[u"rule"].toString(),
                        finding[u"waiver"][u"id"].toString());
            }
            return waivers;
        };
        const auto before = findings({});
        const auto after = findings({u"--tailoring"_s, u"tailoring.yaml"_s});
        QVERIFY(!before.isEmpty() && !after.isEmpty());
        for (auto finding = before.begin(); finding != before.end(); ++finding) {
            if (finding.key().endsWith(u"WL-02"_s))
                QVERIFY(!after.contains(finding.key()));
            else
                QCOMPARE(after.value(finding.key()), finding.key().endsWith(u"API-02"_s) ? u"waiver:1"_s : *finding);
        }
        const Run text = start({u"scan"_s, u"--sample"_s, u"--tailoring"_s, u"tailoring.yaml"_s});
        QVERIFY2(text.out.contains(u"WL-02 is switched off: RDMA"_s), qPrintable(text.out));
        QVERIFY2(text.out.contains(u"Accepted by the board until 2999-12-31"_s), qPrintable(text.out));
        const Run report = start({u"report"_s, u"--sample"_s, u"--tailoring"_s, u"tailoring.yaml"_s, u"--format"_s,
            u"html"_s, u"--out"_s, u"tailored.html"_s});
        QCOMPARE(report.exitCode, 0);
        QVERIFY(read(u"tailored.html"_s).contains("WL-02 is switched off"));
    }

    void theSampleIsJudged()
    {
        const Run text = start({u"scan"_s, u"--sample"_s});
        QCOMPARE(text.exitCode, 1);
        QCOMPARE(text.err, QString());
        QVERIFY2(text.out.contains(u"API-02"_s), qPrintable(text.out));

        const Run json = start({u"scan"_s, u"--sample"_s, u"--format"_s, u"json"_s});
        QCOMPARE(json.exitCode, 1);
        QCOMPARE(json.err, QString());
        const QJsonObject found = QJsonDocument::fromJson(json.out.toUtf8()).object();
        QCOMPARE(found[u"schema"].toString(), u"jiagu-findings/1"_s);
        QMap<QString, QStringList> failures; // rule → nodes
        for (const QJsonValue &finding : found[u"findings"].toArray()) {
            if (finding[u"verdict"].toString() == u"fail"_s && finding[u"waiver"].isNull())
                failures[finding[u"rule"].toString()] += finding[u"subject"][u"node"].toString();
        }
        QCOMPARE(failures.value(u"API-02"_s), QStringList{u"cp1"_s});
        QVERIFY(failures.contains(u"M-02-static"_s));
        QVERIFY(failures.contains(u"WL-01"_s));
    }

    void rulesSayHowTheyAreFixed()
    {
        const Run json = start({u"rules"_s, u"list"_s, u"--format"_s, u"json"_s});
        QCOMPARE(json.exitCode, 0);
        QMap<QString, QString> fixes;
        for (const QJsonValue &rule : QJsonDocument::fromJson(json.out.toUtf8())[u"rules"].toArray()) {
            const QString fix = rule[u"fix"].toString();
            fixes.insert(rule[u"id"].toString(), fix);
            QCOMPARE(rule.toObject().keys(),
                (QStringList{u"component"_s, u"fix"_s, u"id"_s, u"refs"_s, u"severity"_s, u"title"_s}));
            QCOMPARE(rule[u"title"].toObject().keys(), (QStringList{u"en"_s, u"zh"_s}));
            QVERIFY(!rule[u"refs"].toArray().isEmpty());
            QVERIFY(!rule[u"refs"][0][u"source"].toString().isEmpty());
            QVERIFY(!rule[u"refs"][0][u"item"].toString().isEmpty());
        }
        QCOMPARE(fixes.value(u"API-02"_s), u"automatic"_s);
        QCOMPARE(fixes.value(u"KL-01"_s), u"needs-input"_s);
        QCOMPARE(fixes.value(u"API-01"_s), u"guided"_s);
        QCOMPARE(fixes.value(u"WL-01"_s), u"guided"_s);
    }

    void reportsAreWritten_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QByteArray>("begin");
        QTest::newRow("html") << u"html"_s << "<!DOCTYPE html>\n<html lang=\"en\">"_ba;
        QTest::newRow("json") << u"json"_s << "{\n    \"changes\": ["_ba;
    }
    void reportsAreWritten()
    {
        QFETCH(QString, format);
        QFETCH(QByteArray, begin);
        const QStringList arguments{
            u"report"_s, u"--sample"_s, u"--format"_s, format, u"--operator"_s, u"somebody"_s, u"--out"_s, u"report"_s};
        const Run run = start(arguments);
        QCOMPARE(run.err, QString());
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.out.trimmed(), m_home.filePath(u"report"_s));
        const QByteArray report = read(u"report"_s);
        QVERIFY(report.startsWith(begin));
        QVERIFY(report.contains("somebody"));
        QCOMPARE(start(arguments).exitCode, 0);
        QCOMPARE(read(u"report"_s), report);

        QStringList elsewhere = arguments;
        elsewhere.last() = u"none/report"_s;
        const Run refused = start(elsewhere);
        QCOMPARE(refused.exitCode, 2);
        QVERIFY2(refused.err.contains(u"none/report: The file cannot be written"_s), qPrintable(refused.err));
    }

    /// There is no display, and none is needed.
    void pdfIsWritten()
    {
        const Run run = start(
            {u"report"_s, u"--sample"_s, u"--format"_s, u"pdf"_s, u"--out"_s, u"report.pdf"_s, u"--lang"_s, u"zh"_s});
        QCOMPARE(run.err, QString());
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.out.trimmed(), m_home.filePath(u"report.pdf"_s));
        QVERIFY(read(u"report.pdf"_s).startsWith("%PDF-"));
    }

    void secretsAreTakenLineByLine()
    {
        const Listener nobody(false);
        QVERIFY(nobody.isGood());
        write(u"secrets"_s, "first\nsecond\n");
        const QString node = u"127.0.0.1:"_s + nobody.port();
        const QString command =
            u"exec \"$0\" scan --node %1 --secret-fd login=5 --node %1 --secret-fd login=5 5<secrets"_s.arg(node);
        const Run run = start(u"/bin/sh"_s, {u"-c"_s, command, QStringLiteral(JIAGU_BINARY)}, "C");
        QVERIFY2(!run.err.contains(u"descriptor"_s), qPrintable(run.err));
        QCOMPARE(run.err.count(node + u": "_s) >= 2, true);
        QCOMPARE(run.exitCode, 2);
    }

    void aSilentHostIsLeftOnInterrupt()
    {
        const Listener silent(true);
        QVERIFY(silent.isGood());
        QProcess process;
        prepare(process, "C");
        process.start(QStringLiteral(JIAGU_BINARY), {u"scan"_s, u"--node"_s, u"root@127.0.0.1:"_s + silent.port()});
        QVERIFY(silent.waitForConnection());
        QVERIFY(::kill(static_cast<pid_t>(process.processId()), SIGINT) == 0);
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 2);
    }

    void approvalIsAskedAtATerminal_data()
    {
        QTest::addColumn<QByteArray>("typed");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("says");
        QTest::newRow("no") << "no\n"_ba << 3 << u"the change set was not approved"_s;
        QTest::newRow("nothing") << "\n"_ba << 3 << u"the change set was not approved"_s;
        QTest::newRow("Ctrl-C") << "\x03"_ba << 3 << u"the change set was not approved"_s;
        QTest::newRow("yes") << "yes\n"_ba << 2 << u"127.0.0.1"_s; // goes on to a port where nobody listens
    }
    void approvalIsAskedAtATerminal()
    {
        QFETCH(QByteArray, typed);
        QFETCH(int, exitCode);
        QFETCH(QString, says);
        const Run run = atTerminal({u"apply"_s, u"plan.json"_s, u"--node"_s, u"127.0.0.1:1"_s, u"--lang"_s, u"en"_s},
            "Type yes to carry this out: ", typed);
        QVERIFY2(run.out.contains(u"+- --profiling=false"_s), qPrintable(run.out));
        QVERIFY2(run.out.contains(u"The API is away."_s), qPrintable(run.out));
        QVERIFY2(run.out.contains(says), qPrintable(run.out));
        QCOMPARE(run.exitCode, exitCode);
    }

private:
    void write(const QString &name, const QByteArray &bytes)
    {
        QFile file(m_home.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

    QByteArray read(const QString &name) const
    {
        QFile file(m_home.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QStringList environment(const QByteArray &language) const
    {
        QStringList result{u"HOME="_s + m_home.path(), u"PATH="_s + qEnvironmentVariable("PATH"),
            u"LC_ALL="_s + QString::fromLatin1(language)};
        for (const char *name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
            if (qEnvironmentVariableIsSet(name))
                result += QString::fromLatin1(name) + u'=' + qEnvironmentVariable(name);
        }
        return result;
    }

    void prepare(QProcess &process, const QByteArray &language) const
    {
        process.setWorkingDirectory(m_home.path());
        process.setEnvironment(environment(language));
        process.setStandardInputFile(QProcess::nullDevice());
    }

    Run start(const QStringList &arguments, const QByteArray &language = "C") const
    {
        return start(QStringLiteral(JIAGU_BINARY), arguments, language);
    }

    Run start(const QString &program, const QStringList &arguments, const QByteArray &language) const
    {
        QProcess process;
        prepare(process, language);
        process.start(program, arguments);
        if (!process.waitForFinished(patience) || process.exitStatus() != QProcess::NormalExit)
            return {-1, {}, u"it did not end: "_s + process.errorString()};
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
    }

    /// With a terminal of its own; types once the question stands there. Everything that the terminal showed is in out.
    Run atTerminal(const QStringList &arguments, const QByteArray &question, const QByteArray &typed) const
    {
        int master = -1;
        const pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
        if (child == 0) {
            std::vector<QByteArray> words{QByteArrayLiteral(JIAGU_BINARY)};
            for (const QString &argument : arguments)
                words.push_back(argument.toUtf8());
            std::vector<QByteArray> settings;
            for (const QString &setting : environment("C"))
                settings.push_back(setting.toUtf8());
            const auto pointers = [](std::vector<QByteArray> &list) {
                std::vector<char *> result;
                for (QByteArray &item : list)
                    result.push_back(item.data());
                result.push_back(nullptr);
                return result;
            };
            if (chdir(qPrintable(m_home.path())) == 0)
                execve(JIAGU_BINARY, pointers(words).data(), pointers(settings).data());
            _exit(127);
        }
        QByteArray shown;
        bool asked = false;
        pollfd waiting{master, POLLIN, 0};
        while (poll(&waiting, 1, patience) > 0) {
            char buffer[4096];
            const ssize_t size = ::read(master, buffer, sizeof buffer);
            if (size <= 0)
                break; // the child has ended
            shown.append(buffer, size);
            if (!asked && shown.contains(question)) {
                asked = true;
                if (::write(master, typed.constData(), static_cast<size_t>(typed.size())) != typed.size())
                    break;
            }
        }
        int status = 0;
        waitpid(child, &status, 0);
        close(master);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, QString::fromUtf8(shown), {}};
    }

    QTemporaryDir m_home;
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
