// SPDX-License-Identifier: Apache-2.0
#include "cluster/inforce.h"
#include "cluster/kubeletarguments.h"
#include "rules/rulepack.h"
#include "testbed.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const QByteArray config = "/var/lib/kubelet/config.yaml";
const QByteArray extra = "/etc/default/kubelet"; // of KUBELET_EXTRA_ARGS, in kubeadm's unit
const QByteArray dropIns = "/etc/kubernetes/kubelet.conf.d";
const QByteArray head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

QString controlPlane()
{
    return qEnvironmentVariable("JIAGU_TEST_CP", u"cp1"_s);
}
QString worker()
{
    return qEnvironmentVariable("JIAGU_TEST_WORKER2", u"w2"_s);
}

QByteArray on(const QString &node, const QByteArray &script)
{
    return testbed::run(testbed::nodesScript(), {u"exec"_s, node, u"/bin/sh"_s, u"-s"_s}, script).output;
}

QByteArray put(const QByteArray &path, const QByteArray &content)
{
    return "mkdir -p $(dirname " + path + "); base64 -d >" + path + " <<'END'\n" + content.toBase64() + "\nEND\n";
}

/// What the table compares: a knob, by the names that the kubelet has for it.
SettingName knob(const QString &path)
{
    static const QMap<QString, std::pair<QString, ValueType>> known{
        {u"podPidsLimit"_s, {u"--pod-max-pids"_s, ValueType::Integer}},
        {u"maxPods"_s, {u"--max-pods"_s, ValueType::Integer}},
        {u"readOnlyPort"_s, {u"--read-only-port"_s, ValueType::Integer}},
        {u"address"_s, {u"--address"_s, ValueType::String}},
        {u"staticPodPath"_s, {u"--pod-manifest-path"_s, ValueType::String}},
        {u"tlsMinVersion"_s, {u"--tls-min-version"_s, ValueType::String}},
        {u"tlsCipherSuites"_s, {u"--tls-cipher-suites"_s, ValueType::StringList}},
        {u"clusterDNS"_s, {u"--cluster-dns"_s, ValueType::StringList}},
        {u"featureGates"_s, {u"--feature-gates"_s, ValueType::Map}},
        {u"enableProfilingHandler"_s, {u""_s, ValueType::Bool}},
        {u"authentication.anonymous.enabled"_s, {u"--anonymous-auth"_s, ValueType::Bool}},
        {u"authorization.mode"_s, {u"--authorization-mode"_s, ValueType::String}},
    };
    const auto &[flag, type] = known[path];
    return {ComponentKind::Kubelet, flag, path, type};
}

/// A value at a dotted path of what the kubelet says.
QJsonValue at(QJsonValue value, const QString &path)
{
    for (const QString &step : path.split(u'.'))
        value = value.toObject().value(step);
    return value;
}

QByteArray shown(const QJsonValue &value)
{
    return QJsonDocument(QJsonObject{{u"is"_s, value}}).toJson(QJsonDocument::Compact);
}

/// Drop-ins are there from 1.28 on, where a variable asks for them, and without one from 1.30 on
/// (cmd/kubelet/app/server.go, KUBELET_CONFIG_DROPIN_DIR_ALPHA, release-1.28).
bool hasDropIns()
{
    return Release::parse(testbed::goRelease()).minor >= 30;
}

/// One way to configure a kubelet, and where.
struct Configuration
{
    QByteArray more; ///< at the end of kubeadm's configuration file
    QMap<QByteArray, QByteArray> files; ///< below the drop-in directory
    QByteArray arguments; ///< the value of KUBELET_EXTRA_ARGS

    QByteArray shown() const
    {
        QByteArray text = "config.yaml:\n" + more;
        for (auto file = files.cbegin(); file != files.cend(); ++file)
            text += file.key() + ":\n" + file.value();
        return text + "arguments: " + arguments + '\n';
    }
};

/// Configurations of a kubelet as people write them: each knob in none, one or several of the places it can stand in,
/// in any notation that YAML has for it; some are wrong. The same number makes the same configuration.
class Configurations
{
public:
    explicit Configurations(int number)
        : m_random(quint32(number))
    {
    }

    Configuration next()
    {
        Configuration made;
        for (int i = 0, lines = below(4); i < lines; ++i)
            made.more += knob(false);
        if (oneIn(2)) {
            QStringList names{u"10-a.conf"_s, u"20-b.conf"_s, u"sub/15-c.conf"_s, u"30-d.yaml"_s, u"05.conf"_s};
            for (int i = 0, count = 1 + below(3); i < count; ++i)
                made.files[names.takeAt(below(int(names.size()))).toUtf8()] = dropIn();
            made.arguments = " --config-dir" + pick({"=", " "}) + dropIns;
        }
        if (!hasDropIns()) {
            made.files.clear();
            made.arguments.clear();
        }
        for (int i = 0, count = below(4); i < count; ++i)
            made.arguments += ' ' + argument();
        made.arguments = made.arguments.trimmed();
        return made;
    }

private:
    int below(int limit) { return int(m_random.bounded(limit)); }
    bool oneIn(int count) { return below(count) == 0; }
    QByteArray pick(const QList<QByteArray> &from) { return from[below(int(from.size()))]; }
    QByteArray mostly(const QList<QByteArray> &good, const QList<QByteArray> &bad)
    {
        return pick(oneIn(24) ? bad : good);
    }

    QByteArray number(const QList<QByteArray> &good)
    {
        return mostly(good, {"\"100\"", "many", "12.5", "true", "[1]", "1 000", "'7'"});
    }
    QByteArray truth()
    {
        return mostly({"true", "false", "True", "FALSE", "yes", "no", "on", "Off", "!!bool true"},
            {"\"true\"", "0", "y e s", "enabled", "[true]"});
    }
    QByteArray suites()
    {
        return mostly({"[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]",
                          "[\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\", 'TLS_AES_256_GCM_SHA384']",
                          "\n- TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n- TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 # both",
                          "\n  - TLS_AES_128_GCM_SHA256", "[]", "~"},
            {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "[TLS_NO_SUCH_SUITE]", "[1]",
                "[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_AES_128_GCM_SHA256]"});
    }
    /// Gates that no release ever had are not tried: this program has no list of all gates.
    QByteArray gates()
    {
        return mostly({"{CPUManagerPolicyBetaOptions: true}", "\n  CPUManagerPolicyBetaOptions: no\n  AllAlpha: false",
                          "{}", "{\"CPUManagerPolicyBetaOptions\": yes, 'AllBeta': true}"},
            {"{CPUManagerPolicyBetaOptions: \"true\"}", "[CPUManagerPolicyBetaOptions]", "{SupportPodPidsLimit: true}",
                "CPUManagerPolicyBetaOptions=true", "{CPUManagerPolicyBetaOptions: 1}"});
    }
    QByteArray version()
    {
        return mostly({"VersionTLS12", "\"VersionTLS13\"", "'VersionTLS12' # as agreed", ">-\n  VersionTLS13",
                          "\"VersionTLS1\\x33\"", "\n  VersionTLS12"},
            {"versiontls12", "VersionTLS14", "12", "[VersionTLS12]", "|\n  VersionTLS12"});
    }

    /// A line, or some, of a configuration file. `alone`: the file has nothing else, so maps may be written too.
    QByteArray knob(bool alone)
    {
        const QByteArray colon = oneIn(60) ? ":" : pick({": ", ":  ", ":\t"});
        switch (below(alone ? 10 : 8)) {
        case 0:
            return name("podPidsLimit") + colon + number({"4096", "0x400", "1_000", "1e3", "-1", "0o17", "+50", "~"})
                + '\n';
        case 1:
            return name("maxPods") + colon + number({"60", "0120", "1e2", "0b1100100", "110 # enough"}) + '\n';
        case 2:
            return name("readOnlyPort") + colon + number({"0", "10255", "null"}) + '\n';
        case 3:
            return name("tlsMinVersion") + colon + version() + '\n';
        case 4:
            return name("tlsCipherSuites") + colon.trimmed() + ' ' + suites() + '\n';
        case 5:
            return name("clusterDNS") + colon
                + mostly({"[10.96.0.11]", "[\"10.96.0.10\", 10.96.0.12]"}, {"10.96.0.1", "[[]]"}) + '\n';
        case 6:
            return name("featureGates") + colon.trimmed() + ' ' + gates() + '\n';
        case 7:
            return name("enableProfilingHandler") + colon + truth() + '\n';
        case 8:
            return "authentication:\n  anonymous:\n    enabled: " + truth() + '\n';
        default:
            return "authorization: {mode: "
                + mostly({"Webhook", "AlwaysAllow", "\"Webhook\""}, {"[Webhook]", "webhook", "1"}) + "}\n";
        }
    }
    /// Now and then in another case, or what the kubelet does not know.
    QByteArray name(const QByteArray &exact)
    {
        if (oneIn(12)) {
            QByteArray other = pick({"low", "Capital", "ALL"});
            if (other == "Capital")
                return exact.left(1).toUpper() + exact.mid(1);
            return other == "ALL" ? exact.toUpper() : exact.toLower();
        }
        return oneIn(30) ? exact + 's' : oneIn(10) ? '"' + exact + '"' : exact;
    }
    QByteArray dropIn()
    {
        if (oneIn(6))
            return R"({"apiVersion":"kubelet.config.k8s.io/v1beta1","kind":"KubeletConfiguration","podPidsLimit":)"
                + number({"2000", "3e3", "null"}) + "}\n";
        QByteArray text = oneIn(30) ? "kind: KubeletConfiguration\n"_ba : head;
        for (int i = 0, lines = below(3); i <= lines; ++i)
            text += oneIn(5) ? "# " + knob(true).replace('\n', ' ') + '\n' : knob(true);
        return text;
    }
    QByteArray argument()
    {
        const QByteArray is = pick({"=", " "});
        switch (below(8)) {
        case 0:
            return "--pod-max-pids" + is + mostly({"5000", "0x200", "1_000", "010"}, {"many", "1e3", "1.5"});
        case 1:
            return "--max-pods" + is + mostly({"70", "0x40"}, {"1e2", "7o"});
        case 2:
            return "--tls-min-version" + is + mostly({"VersionTLS12", "VersionTLS13"}, {"TLS12", "versiontls13"});
        case 3:
            return "--tls-cipher-suites" + is
                + mostly({"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256",
                             "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
                    {"TLS_NONE", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"});
        case 4:
            return "--feature-gates" + is
                + mostly({"CPUManagerPolicyBetaOptions=false", "CPUManagerPolicyBetaOptions=true,AllAlpha=false"},
                    {"SupportPodPidsLimit=true", "CPUManagerPolicyBetaOptions", "CPUManagerPolicyBetaOptions=maybe"});
        case 5:
            return "--read-only-port" + is + mostly({"0", "10255"}, {"none"});
        case 6:
            return mostly({"--anonymous-auth", "--anonymous-auth=false", "--anonymous-auth=T", "--anonymous-auth=0"},
                {"--anonymous-auth=no", "--anonymous_auth=maybe"});
        default:
            return pick({"--authorization-mode", "--authorization_mode"}) + is
                + mostly({"AlwaysAllow", "Webhook"}, {"webhook", "RBAC"});
        }
    }

    QRandomGenerator m_random;
};

} // namespace

/// The values in force as this program sees them, beside what a real kubelet says of itself at /configz; where it
/// refuses a configuration, this program says that it does not start with it.
class TestInForceCluster : public QObject
{
    Q_OBJECT

    QByteArray m_config;
    QByteArray m_extra;
    QList<QByteArray> m_argv; ///< of the kubelet as kubeadm starts it
    Result<RulePack> m_pack = builtinRulePack();

    static QByteArray mainPid() { return on(worker(), "systemctl show kubelet -p MainPID --value").trimmed(); }
    static bool isHealthy()
    {
        return on(worker(), "curl -s --max-time 2 http://127.0.0.1:10248/healthz").trimmed() == "ok";
    }

    /// What the kubelet says, once the process that runs is the one that was started.
    static QJsonObject configz()
    {
        QJsonObject said;
        (void)testbed::waitUntil(std::chrono::seconds(60), [&said] {
            const QByteArray answer = on(controlPlane(),
                "kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /api/v1/nodes/" + worker().toUtf8()
                    + "/proxy/configz");
            said = QJsonDocument::fromJson(answer).object().value(u"kubeletconfig"_s).toObject();
            return !said.isEmpty();
        });
        return said;
    }

    /// True when the kubelet started as it was configured, false when it refused.
    static bool restarted()
    {
        on(worker(), "systemctl reset-failed kubelet; systemctl restart kubelet");
        bool healthy = false;
        const bool ended = testbed::waitUntil(std::chrono::seconds(60), [&healthy] {
            healthy = isHealthy();
            return healthy || on(worker(), "systemctl show kubelet -p SubState --value").trimmed() == "auto-restart";
        });
        return ended && healthy;
    }

    void write(const Configuration &wanted) const
    {
        QByteArray script = "rm -rf " + dropIns + "; mkdir -p " + dropIns + '\n' + put(config, m_config + wanted.more)
            + put(extra, "KUBELET_EXTRA_ARGS=" + wanted.arguments + '\n');
        for (auto file = wanted.files.cbegin(); file != wanted.files.cend(); ++file)
            script += put(dropIns + '/' + file.key(), file.value());
        on(worker(), script);
    }

    /// Where our values in force are not what the kubelet says of itself; empty when they all are.
    static QByteArray differences(const Node &node, const QJsonObject &theirs, const QStringList &knobs)
    {
        QByteArray found;
        for (const QString &path : knobs) {
            const Setting ours = settingInForce(node, knob(path));
            const QJsonValue said = at(theirs, path);
            if (said.isUndefined() && ours.origin.kind == Origin::Kind::Default)
                continue; // nobody set it, and what the default comes to is not in the answer
            if (!ours.unknown.isEmpty() && ours.unknown.en.contains("does not know the default of"_L1))
                continue; // nobody set it, and no rule asks for it
            const QList<QJsonValue> nothing{0, QJsonArray(), QJsonObject(), u""_s}; // what is empty is left out there
            if (!ours.unknown.isEmpty())
                found += path.toUtf8() + ": unknown: " + ours.unknown.en.toUtf8() + '\n';
            else if (said.isUndefined() ? !nothing.contains(ours.value) : shown(ours.value) != shown(said))
                found += path.toUtf8() + ": ours " + shown(ours.value) + ", theirs " + shown(said) + '\n';
        }
        return found;
    }

    static std::optional<Cluster> read(const QList<QByteArray> &argv)
    {
        QFile script(QStringLiteral(SOURCE_DIR "/resources/node/collect.sh"));
        if (!script.open(QIODevice::ReadOnly))
            return {};
        auto snapshot = parseSnapshot(worker(), on(worker(), script.readAll()));
        if (!snapshot)
            return {};
        const auto isKubelet = [](const ProcessRecord &process) {
            return !process.argv.isEmpty() && process.argv[0].endsWith("/kubelet");
        };
        if (!argv.isEmpty()) { // it does not stay up: look at what it is told to run with
            snapshot->processes.removeIf(isKubelet);
            ProcessRecord process;
            process.pid = 1;
            process.argv = argv;
            process.started = snapshot->taken;
            snapshot->processes += process;
        }
        auto cluster = buildCluster({*snapshot});
        return cluster ? std::optional(*cluster) : std::nullopt;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString obstacle = testbed::obstacle(); !obstacle.isEmpty())
            QSKIP(qPrintable(obstacle));
        const QString nodes = QString::fromUtf8(testbed::run(testbed::nodesScript(), {u"list"_s}).output);
        if (!nodes.contains(worker() + u' ') || !nodes.contains(controlPlane() + u' '))
            QSKIP("no cluster with a second worker: bring one up with tests/testbed/cluster up cp1 w1 w2");
        m_config = on(worker(), "cat " + config);
        m_extra = on(worker(), "cat " + extra + " 2>/dev/null");
        QVERIFY(m_config.startsWith("apiVersion"));
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4), [] { return isHealthy(); }));
        m_argv = on(worker(), "cat /proc/" + mainPid() + "/cmdline").split('\0');
        m_argv.removeLast();
        QVERIFY(m_argv.size() > 2);
    }
    void cleanupTestCase()
    {
        if (m_config.isEmpty())
            return;
        on(worker(),
            "rm -rf " + dropIns + '\n' + put(config, m_config)
                + (m_extra.isEmpty() ? "rm -f " + extra + '\n' : put(extra, m_extra)));
        QVERIFY(restarted());
        QVERIFY(testbed::waitUntil(std::chrono::minutes(4), [] {
            return on(controlPlane(), "kubectl --kubeconfig /etc/kubernetes/admin.conf get node " + worker().toUtf8())
                .contains(" Ready");
        }));
    }

    void says_data()
    {
        using Files = QMap<QByteArray, QByteArray>; // below the drop-in directory
        QTest::addColumn<QByteArray>("more"); ///< at the end of kubeadm's configuration file
        QTest::addColumn<Files>("files");
        QTest::addColumn<QByteArray>("arguments"); ///< the environment file
        QTest::addColumn<QStringList>("knobs"); ///< compared; with "!": the kubelet refuses, and so do we
        const auto row = [](const char *name, const QByteArray &more, const Files &files, const QByteArray &arguments,
                             const QStringList &knobs) {
            if (hasDropIns() || !arguments.contains("--config-dir"))
                QTest::newRow(name) << more << files << arguments << knobs;
        };
        const QByteArray with = "--config-dir=" + dropIns;
        const QStringList limit{u"podPidsLimit"_s};
        row("file", "podPidsLimit: 1000\n", {}, "", limit);
        row("nothing written", "", {}, "",
            {u"podPidsLimit"_s, u"readOnlyPort"_s, u"authentication.anonymous.enabled"_s});
        row("a key twice", "podPidsLimit: 1000\npodPidsLimit: 2000\n", {}, "", limit);
        row("another case, and no such key", "podpidslimit: 1000\npodPidLimit: 5\n", {}, "", limit);
        row("null", "podPidsLimit:\nreadOnlyPort: ~\n", {}, "", {u"podPidsLimit"_s, u"readOnlyPort"_s});
        row("numbers as YAML 1.1 has them", "podPidsLimit: 0x400\nmaxPods: 0120\n", {}, "",
            {u"podPidsLimit"_s, u"maxPods"_s});
        row("numbers with underscores and exponents", "podPidsLimit: 1_000\nmaxPods: 1e2\n", {}, "",
            {u"podPidsLimit"_s, u"maxPods"_s});
        row("on and off",
            "enableProfilingHandler: off\nfeatureGates: {AllAlpha: no, CPUManagerPolicyBetaOptions: yes}\n", {}, "",
            {u"enableProfilingHandler"_s, u"featureGates"_s});
        row("a relative file and directory, from where the kubelet runs", "podPidsLimit: 1000\n",
            {{"50.conf", head + "maxPods: 77\n"}},
            "--config=var/lib/kubelet/config.yaml " + (hasDropIns() ? "--config-dir=" + dropIns.mid(1) : QByteArray()),
            {u"podPidsLimit"_s, u"maxPods"_s});
        row("a relative path", "staticPodPath: manifests/\n", {}, "", {u"staticPodPath"_s});
        row("a relative path in a drop-in", "", {{"50.conf", head + "staticPodPath: manifests\n"}}, with,
            {u"staticPodPath"_s});
        row("a folded string, a quoted key", "tlsMinVersion: >-\n  VersionTLS13\n\"podPidsLimit\": 1500 # as agreed\n",
            {}, "", {u"tlsMinVersion"_s, u"podPidsLimit"_s});
        row("flow style", "tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,\n  TLS_AES_128_GCM_SHA256]\n", {},
            "", {u"tlsCipherSuites"_s});
        row("an anchor", "tlsMinVersion: &v VersionTLS13\nproviderID: *v\n", {}, "", {u"tlsMinVersion"_s});
        row("argument over file", "podPidsLimit: 1000\ntlsMinVersion: VersionTLS12\n", {},
            "--pod-max-pids=2000 --tls-min-version=VersionTLS13", {u"podPidsLimit"_s, u"tlsMinVersion"_s});
        row("an argument twice, and as two words", "", {}, "--pod-max-pids=4000 --pod-max-pids 5000 --max-pods 60",
            {u"podPidsLimit"_s, u"maxPods"_s});
        row("a list in two arguments", "tlsCipherSuites: [TLS_AES_256_GCM_SHA384]\n", {},
            "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 "
            "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256",
            {u"tlsCipherSuites"_s});
        row("gates of file and arguments", "featureGates: {AllAlpha: false, CPUManagerPolicyAlphaOptions: true}\n", {},
            "--feature-gates=CPUManagerPolicyAlphaOptions=false,CPUManagerPolicyBetaOptions=true", {u"featureGates"_s});
        row("an environment file with quotes and a line that goes on", "", {},
            "\"--max-pods=50 \\\n --pod-max-pids=700\"", {u"maxPods"_s, u"podPidsLimit"_s});
        row("a bare switch", "", {}, "--anonymous-auth --authorization-mode=AlwaysAllow",
            {u"authentication.anonymous.enabled"_s, u"authorization.mode"_s});
        row("drop-ins, sub-directories in their place", "podPidsLimit: 1000\n",
            {{"10-a.conf", head + "podPidsLimit: 3000\nclusterDNS: [10.96.0.11]\n"},
                {"20-b.conf", head + "podPidsLimit: 3500\nmaxPods: 77\n"}, {"sub/30-c.conf", head + "maxPods: 88\n"},
                {"40-d.yaml", head + "maxPods: 66\n"}},
            with, {u"podPidsLimit"_s, u"maxPods"_s, u"clusterDNS"_s});
        row("an argument over a drop-in", "", {{"50.conf", head + "podPidsLimit: 3500\nmaxPods: 70\n"}},
            with + " --pod-max-pids=4000", {u"podPidsLimit"_s, u"maxPods"_s});
        row("null in a drop-in", "podPidsLimit: 1000\n", {{"50.conf", head + "podPidsLimit: null\n"}}, with, limit);
        row("a drop-in in capital letters", "maxPods: 60\n",
            {{"50.conf", head + "PodPidsLimit: 2000\nREADONLYPORT: 10255\nMAXPODS: 80\n"}}, with,
            {u"podPidsLimit"_s, u"readOnlyPort"_s, u"maxPods"_s});
        row("null in a drop-in in capital letters", "podPidsLimit: 1000\n",
            {{"40.conf", head + "PodPidsLimit: null\npodpidslimit: 3000\n"},
                {"50.conf", head + "podpidslimit: null\n"}},
            with, limit);
        row("a gate taken away in a drop-in", "featureGates: {CPUManagerPolicyBetaOptions: false}\n",
            {{"50.conf",
                head + "featureGates: {CPUManagerPolicyBetaOptions: null, CPUManagerPolicyAlphaOptions: true}\n"}},
            with, {u"featureGates"_s});
        row("gates of file and drop-in", "featureGates: {CPUManagerPolicyAlphaOptions: true}\n",
            {{"50.conf", head + "featureGates: {CPUManagerPolicyBetaOptions: false}\n"}}, with, {u"featureGates"_s});
        row("refused: quoted number", "podPidsLimit: \"100\"\n", {}, "", {u"!podPidsLimit"_s});
        row("refused: a list in one string", "tlsCipherSuites: A,B\n", {}, "", {u"!tlsCipherSuites"_s});
        row("refused: no blank", "tlsMinVersion:VersionTLS13\n", {}, "", {u"!tlsMinVersion"_s, u"!podPidsLimit"_s});
        row("refused: quoted bool below",
            "authorization: {mode: Webhook, webhook: {cacheAuthorizedTTL: 5}}\n"
            "enableProfilingHandler: \"true\"\n",
            {}, "", {u"!enableProfilingHandler"_s});
        row("refused: a drop-in without a kind", "", {{"50.conf", "podPidsLimit: 5\n"}}, with, {u"!podPidsLimit"_s});
        row("refused: quoted number in a drop-in", "", {{"50.conf", head + "podPidsLimit: \"5\"\n"}}, with,
            {u"!podPidsLimit"_s});
        row("refused: no such directory", "", {}, "--config-dir=/etc/kubernetes/none", {u"!podPidsLimit"_s});
        row("refused: an argument that is no number", "", {}, "--pod-max-pids=many", {u"!podPidsLimit"_s});
    }
    void says()
    {
        using Files = QMap<QByteArray, QByteArray>;
        QFETCH(QByteArray, more);
        QFETCH(Files, files);
        QFETCH(QByteArray, arguments);
        QFETCH(QStringList, knobs);
        write({more, files, arguments});
        const bool refuses = knobs.constFirst().startsWith(u'!');
        const bool started = restarted();
        QCOMPARE(started, !refuses);
        if (started) {
            const QJsonObject theirs = configz();
            QVERIFY(!theirs.isEmpty());
            const auto cluster = read({});
            QVERIFY(cluster);
            const Node &node = cluster->nodes.constFirst();
            QCOMPARE(differences(node, theirs, knobs), QByteArray());
            const QString pods = settingInForce(node, knob(u"staticPodPath"_s)).value.toString();
            QVERIFY2(!pods.startsWith(u'/') || node.snapshot->file(pods), qPrintable(pods)); // it was looked at
            return;
        }
        QList<QByteArray> argv = m_argv;
        for (const QByteArray &word : arguments.split(' ')) {
            if (!word.isEmpty())
                argv += word;
        }
        const auto cluster = read(argv);
        QVERIFY(cluster);
        for (const QString &path : knobs) {
            const Setting ours = settingInForce(cluster->nodes.constFirst(), knob(path.mid(1)));
            QVERIFY2(!ours.unknown.isEmpty() && ours.value.isNull(),
                qPrintable(path + u": "_s + QString::fromUtf8(shown(ours.value))));
            // The files of a directory that only an argument of the dead process names were not read: that is said.
            QVERIFY2(ours.unusable || arguments.contains("--config-dir"), qPrintable(path + u": "_s + ours.unknown.en));
        }
    }

    /// As many as JIAGU_GENERATED says; the first ten are tried each time.
    void generated_data()
    {
        QTest::addColumn<int>("number");
        for (int i = 0, count = std::max(qEnvironmentVariableIntValue("JIAGU_GENERATED"), 10); i < count; ++i)
            QTest::addRow("%d", i) << i;
    }
    void generated()
    {
        QFETCH(int, number);
        const Configuration wanted = Configurations(number).next();
        write(wanted);
        const bool started = restarted();
        static const QStringList knobs{u"podPidsLimit"_s, u"maxPods"_s, u"readOnlyPort"_s, u"tlsMinVersion"_s,
            u"tlsCipherSuites"_s, u"clusterDNS"_s, u"featureGates"_s, u"enableProfilingHandler"_s,
            u"authentication.anonymous.enabled"_s, u"authorization.mode"_s};
        if (started) {
            const QJsonObject theirs = configz();
            QVERIFY2(!theirs.isEmpty(), wanted.shown().constData());
            const auto cluster = read({});
            QVERIFY(cluster);
            const QByteArray found = differences(cluster->nodes.constFirst(), theirs, knobs);
            QVERIFY2(found.isEmpty(), (wanted.shown() + found).constData());
            return;
        }
        QList<QByteArray> argv = m_argv;
        for (const QByteArray &word : wanted.arguments.split(' ')) {
            if (!word.isEmpty())
                argv += word;
        }
        const auto cluster = read(argv);
        QVERIFY(cluster);
        // The files of a directory that only an argument of the dead process names were not read: that is said.
        bool refused = std::any_of(knobs.begin(), knobs.end(), [&](const QString &path) {
            const Setting ours = settingInForce(cluster->nodes.constFirst(), knob(path));
            return ours.unusable || (!wanted.files.isEmpty() && !ours.unknown.isEmpty());
        });
        // What is well written and still nothing that it starts with is the rules' to say.
        for (const Finding &finding : assess(*cluster, *m_pack, QDateTime::currentDateTimeUtc()).findings)
            refused = refused || (finding.rule == "KL-01-gate"_L1 && finding.verdict == Verdict::Fail)
                || ((finding.rule.startsWith("KL-"_L1) || finding.rule.startsWith("WL-09-kubelet"_L1))
                    && finding.verdict == Verdict::Error);
        QVERIFY2(refused,
            (wanted.shown() + "ours: it starts; theirs: "
                + on(worker(), "journalctl -u kubelet -n 12 -o cat | grep -E '^E|rror' | tail -n 2"))
                .constData());
    }
};

QTEST_GUILESS_MAIN(TestInForceCluster)
#include "tst_inforce_cluster.moc"
