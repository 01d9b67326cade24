// SPDX-License-Identifier: Apache-2.0
#include "cluster/inforce.h"

#include "cluster/arguments.h"
#include "document/yamldocument.h"
#include "snapshotbuilder.h"

#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

const SettingName profiling{ComponentKind::ApiServer, u"--profiling"_s, {}, ValueType::Bool};
const SettingName pidLimit{ComponentKind::Kubelet, u"--pod-max-pids"_s, u"podPidsLimit"_s, ValueType::Integer};
const SettingName pidGate{
    ComponentKind::Kubelet, u"--feature-gates"_s, u"featureGates.SupportPodPidsLimit"_s, ValueType::Bool};
const SettingName anonymous{
    ComponentKind::Kubelet, u"--anonymous-auth"_s, u"authentication.anonymous.enabled"_s, ValueType::Bool};
const SettingName readOnlyPort{ComponentKind::Kubelet, u"--read-only-port"_s, u"readOnlyPort"_s, ValueType::Integer};
const SettingName suites{ComponentKind::Kubelet, u"--tls-cipher-suites"_s, u"tlsCipherSuites"_s, ValueType::StringList};
const SettingName gates{ComponentKind::Kubelet, u"--feature-gates"_s, u"featureGates"_s, ValueType::Map};

const auto configFile = u"/var/lib/kubelet/config.yaml"_s;
const auto dropIns = u"/etc/kubernetes/kubelet.conf.d"_s;
const auto manifestFile = u"/etc/kubernetes/manifests/kube-apiserver.yaml"_s;

QByteArray config(const QByteArray &more)
{
    return "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" + more;
}

QByteArray manifest(const QByteArray &words, const QByteArray &tag = "v1.34.4")
{
    QByteArray text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kube-apiserver\n  namespace: kube-system\nspec:\n"
                      "  containers:\n  - name: kube-apiserver\n    image: registry.k8s.io/kube-apiserver:"
        + tag + "\n    command:\n";
    for (const QByteArray &word : words.split(' '))
        text += "    - " + word + '\n';
    return text;
}

const QByteArray unit =
    "# /lib/systemd/system/kubelet.service\n[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n\n"
    "# /lib/systemd/system/kubelet.service.d/10-kubeadm.conf\n# Note: written by kubeadm\n[Service]\n"
    "Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n"
    "EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\n"
    "ExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS "
    "$KUBELET_EXTRA_ARGS\n";

// A worker of 1.34.4 whose kubelet was started with these words.
SnapshotBuilder worker(const QByteArray &words, const QByteArray &version = "Kubernetes v1.34.4\n")
{
    SnapshotBuilder builder(u"w1"_s);
    builder.process(words).output(u"kubelet-version"_s, version);
    return builder;
}

FileRecord symlink(const QString &path, const QString &target, const QByteArray &content)
{
    FileRecord link;
    link.path = path;
    link.realPath = target;
    link.type = FileRecord::Type::Symlink;
    link.modified = SnapshotBuilder::at(0);
    link.hasContent = true;
    link.content = content;
    return link;
}

const QByteArray plainKubelet = "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml";

QString text(const QJsonValue &value)
{
    return value.isNull() ? u"null"_s : valueText(value);
}

// Everything a Setting says, a line each.
QString state(const Setting &setting)
{
    QStringList lines;
    if (!setting.unknown.isEmpty())
        lines += (setting.unusable ? u"unusable: "_s : u"unknown: "_s) + setting.unknown.en;
    else
        lines += text(setting.value) + u" from "_s + originKindName(setting.origin.kind) + u", "_s
            + describe(setting.origin).en;
    for (const OverriddenValue &value : setting.overridden)
        lines += u"over "_s + text(value.value) + u" from "_s + originKindName(value.origin.kind) + u", "_s
            + describe(value.origin).en;
    for (const Message &note : setting.notes)
        lines += u"note: "_s + note.en;
    return lines.join(u'\n');
}

} // namespace

class TestInForce : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void setting_data()
    {
        QTest::addColumn<Snapshot>("snapshot");
        QTest::addColumn<SettingName>("name");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *title, const Snapshot &snapshot, const SettingName &name,
                             const QString &expected) { QTest::newRow(title) << snapshot << name << expected; };

        // kube-apiserver
        row("flag in the manifest",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --v=1 --profiling=false"))
                .process("kube-apiserver --v=1 --profiling=false"),
            profiling,
            u"false from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:13:7\n"
            "over true from default, default of Kubernetes 1.34"_s);
        row(
            "flag in a manifest behind a symlink",
            [] {
                const FileRecord link = symlink(
                    manifestFile, u"/srv/kube-apiserver.yaml"_s, manifest("kube-apiserver --v=1 --profiling=false"));
                return Snapshot(SnapshotBuilder(u"cp1"_s)
                                    .record(link)
                                    .file(u"/srv/kube-apiserver.yaml"_s, link.content)
                                    .process("kube-apiserver --v=1 --profiling=false"));
            }(),
            profiling,
            u"false from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:13:7\n"
            "over true from default, default of Kubernetes 1.34"_s);
        row("flag not set",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --v=1"))
                .process("kube-apiserver --v=1"),
            profiling, u"true from default, default of Kubernetes 1.34"_s);
        row("argv differs from the manifest",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --profiling=true"), 200)
                .process("kube-apiserver --profiling=false"),
            profiling,
            u"false from process, argument 1 of the running process\n"
            "over true from default, default of Kubernetes 1.34\n"
            "note: kube-apiserver on cp1 runs with other arguments than "
            "/etc/kubernetes/manifests/kube-apiserver.yaml defines.\n"
            "note: kube-apiserver on cp1 is older than /etc/kubernetes/manifests/kube-apiserver.yaml."_s);
        row("written twice, the last counts",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --profiling=true --profiling=false"))
                .process("kube-apiserver --profiling=true --profiling=false"),
            profiling,
            u"false from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:13:7\n"
            "over true from default, default of Kubernetes 1.34\n"
            "over true from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:12:7"_s);
        row("in args",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --v=1") + "    args: ['--profiling', \"--v=2\"]\n")
                .process("kube-apiserver --v=1 --profiling --v=2"),
            profiling,
            u"true from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:13:12\n"
            "over true from default, default of Kubernetes 1.34"_s);
        row("the image's own program",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile,
                    manifest("x").replace("    command:\n    - x\n", "    args:\n    - --profiling=false\n"))
                .process("/usr/local/bin/kube-apiserver --profiling=false"),
            profiling,
            u"false from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:11:7\n"
            "over true from default, default of Kubernetes 1.34"_s);
        row("a variable elsewhere",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --advertise-address=$(IP) --profiling=false"))
                .process("kube-apiserver --advertise-address=10.0.0.1 --profiling=false"),
            profiling,
            u"false from argument, argument in /etc/kubernetes/manifests/kube-apiserver.yaml:13:7\n"
            "over true from default, default of Kubernetes 1.34"_s);
        row("not a bool",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --profiling=no"))
                .process("kube-apiserver --profiling=no"),
            profiling,
            u"unusable: On cp1 --profiling is given the value \"no\", which kube-apiserver does not accept."_s);
        row("may be the value of the word before",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver --frobnicate --profiling=false"))
                .process("kube-apiserver --frobnicate --profiling=false"),
            profiling,
            u"unknown: On cp1 the argument before --profiling has no value of its own and is not known to this program: "
            "it may take --profiling as its value. Write it with an equals sign."_s);
        row("release not known",
            SnapshotBuilder(u"cp1"_s).file(manifestFile, manifest("kube-apiserver", "sha")).process("kube-apiserver"),
            profiling,
            u"unknown: --profiling is not set on cp1, and the release of its kube-apiserver is not known, so neither is "
            "the default."_s);
        row("release without an entry",
            SnapshotBuilder(u"cp1"_s)
                .file(manifestFile, manifest("kube-apiserver", "v1.99.0"))
                .process("kube-apiserver"),
            profiling,
            u"unknown: --profiling is not set on cp1, and this program does not know the default of kube-apiserver "
            "1.99.0."_s);
        row("not running", SnapshotBuilder(u"cp1"_s).file(manifestFile, manifest("kube-apiserver")).process("kubelet"),
            profiling, u"unknown: kube-apiserver is not running on cp1, so none of its settings is in force."_s);
        row("no manifest, release not known",
            SnapshotBuilder(u"cp1"_s).process("kubelet").process(QList<QByteArray>{"kube-apiserver"_ba}), profiling,
            u"unknown: --profiling is not set on cp1, and the release of its kube-apiserver is not known, so neither is "
            "the default.\n"
            "note: kube-apiserver on cp1 is not defined by a static pod: it is judged by its arguments alone."_s);
        row("not here", worker(plainKubelet), profiling, u"unknown: Node w1 has no kube-apiserver."_s);
        row("scheduler with a file",
            SnapshotBuilder(u"cp1"_s).process("kubelet").process("kube-scheduler --config=/etc/s.yaml"),
            {ComponentKind::Scheduler, u"--profiling"_s, {}, ValueType::Bool},
            u"unknown: kube-scheduler on cp1 is given /etc/s.yaml, which decides --profiling instead of the arguments. "
            "/etc/s.yaml on cp1 was not read.\n"
            "note: kube-scheduler on cp1 is not defined by a static pod: it is judged by its arguments alone."_s);

        // kubelet
        row("nothing set", worker(plainKubelet).file(configFile, config("")), pidLimit,
            u"-1 from default, default of Kubernetes 1.34"_s);
        row("file", worker(plainKubelet).file(configFile, config("podPidsLimit: 1000\n")), pidLimit,
            u"1000 from file, /var/lib/kubelet/config.yaml:3:15\nover -1 from default, default of Kubernetes 1.34"_s);
        row("argument over file",
            worker(plainKubelet + " --pod-max-pids=2000")
                .file(configFile, config("podPidsLimit: 1000\n"))
                .file(u"/etc/default/kubelet"_s, "# mine\nKUBELET_EXTRA_ARGS=--pod-max-pids=2000\n")
                .output(u"systemctl-cat-kubelet"_s, unit),
            pidLimit,
            u"2000 from argument, argument from KUBELET_EXTRA_ARGS in /etc/default/kubelet:2\n"
            "over -1 from default, default of Kubernetes 1.34\n"
            "over 1000 from file, /var/lib/kubelet/config.yaml:3:15"_s);
        row("argument in the unit",
            worker(plainKubelet + " --pod-max-pids=2000")
                .file(configFile, config(""))
                .output(u"systemctl-cat-kubelet"_s,
                    QByteArray(unit).replace("$KUBELET_KUBEADM_ARGS", "--pod-max-pids=2000")),
            pidLimit,
            u"2000 from argument, argument in /lib/systemd/system/kubelet.service.d/10-kubeadm.conf:7\n"
            "over -1 from default, default of Kubernetes 1.34"_s);
        row("argument and environment file say different things",
            worker(plainKubelet + " --pod-max-pids=2000")
                .file(configFile, config(""))
                .file(u"/etc/default/kubelet"_s, "KUBELET_EXTRA_ARGS=--pod-max-pids=3000\n", 500)
                .output(u"systemctl-cat-kubelet"_s, unit),
            pidLimit,
            u"2000 from process, argument 2 of the running process\n"
            "over -1 from default, default of Kubernetes 1.34\n"
            "note: The kubelet on w1 runs with other arguments than its unit and environment files define now; they take "
            "effect when it is restarted."_s);
        row("drop-ins",
            worker(plainKubelet + " --config-dir=" + dropIns.toUtf8())
                .file(configFile, config("podPidsLimit: 1000\n"))
                .directory(dropIns)
                .file(dropIns + u"/40-d.yaml"_s, config("podPidsLimit: 4000\n"))
                .file(dropIns + u"/sub/30-c.conf"_s, config("podPidsLimit: 3500\n"))
                .file(dropIns + u"/20-b.conf"_s, config("podPidsLimit: 3000\n"))
                .file(dropIns + u"/10-a.conf"_s, config("maxPods: 77\n")),
            pidLimit,
            u"3500 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/sub/30-c.conf:3:15\n"
            "over -1 from default, default of Kubernetes 1.34\n"
            "over 1000 from file, /var/lib/kubelet/config.yaml:3:15\n"
            "over 3000 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/20-b.conf:3:15"_s);
        row("argument over drop-in",
            worker(plainKubelet + " --pod-max-pids=4000 --config-dir=" + dropIns.toUtf8())
                .file(configFile, config(""))
                .directory(dropIns)
                .file(dropIns + u"/10-a.conf"_s, config("podPidsLimit: 3500\n")),
            pidLimit,
            u"4000 from process, argument 2 of the running process\n"
            "over -1 from default, default of Kubernetes 1.34\n"
            "over 3500 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/10-a.conf:3:15"_s);
        row("null in a drop-in takes away",
            worker(plainKubelet + " --config-dir=" + dropIns.toUtf8())
                .file(configFile, config("podPidsLimit: 1000\n"))
                .directory(dropIns)
                .file(dropIns + u"/10-a.conf"_s, config("podPidsLimit: null\n")),
            pidLimit, u"-1 from default, default of Kubernetes 1.34"_s);
        row("drop-in without kind",
            worker(plainKubelet + " --config-dir=" + dropIns.toUtf8())
                .file(configFile, config(""))
                .directory(dropIns)
                .file(dropIns + u"/50-e.conf"_s, "podPidsLimit: 5\n"),
            pidLimit,
            u"unusable: On w1, /etc/kubernetes/kubelet.conf.d/50-e.conf is not of kind KubeletConfiguration. The kubelet "
            "does not start with it."_s);
        const auto patched = [](const QByteArray &first, const QByteArray &second) {
            return worker(plainKubelet + " --config-dir=" + dropIns.toUtf8())
                .file(configFile, config("podPidsLimit: 1000\npodpidslimit: 1\n"))
                .directory(dropIns)
                .file(dropIns + u"/10-a.conf"_s, config(first))
                .file(dropIns + u"/20-b.conf"_s, config(second));
        };
        const QString spelt = u"\nnote: podPidsLimit is written as podpidslimit in "
                              "/etc/kubernetes/kubelet.conf.d/10-a.conf on w1. Case does not matter in the kubelet's "
                              "drop-ins: of several spellings the one that sorts last is taken."_s;
        row("a drop-in in another case wins over the right one after it",
            patched("podpidslimit: 3000\n", "podPidsLimit: 4000\n"), pidLimit,
            u"3000 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/10-a.conf:3:15\n"
            "over -1 from default, default of Kubernetes 1.34\nover 1000 from file, /var/lib/kubelet/config.yaml:3:15\n"
            "over 4000 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/20-b.conf:3:15"_s
                + spelt);
        row("null takes away what is written in the same case alone",
            patched("podpidslimit: 3000\n", "podPidsLimit: null\n"), pidLimit,
            u"3000 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/10-a.conf:3:15\n"
            "over -1 from default, default of Kubernetes 1.34"_s
                + spelt);
        row("a wrong type that a later drop-in replaces", patched("podPidsLimit: many\n", "podPidsLimit: 4000\n"),
            pidLimit,
            u"4000 from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/20-b.conf:3:15\n"
            "over -1 from default, default of Kubernetes 1.34"_s);
        row("a wrong type in another case stays", patched("podpidslimit: many\n", "podPidsLimit: 4000\n"), pidLimit,
            u"unusable: On w1, /etc/kubernetes/kubelet.conf.d/10-a.conf:3:15 podPidsLimit is text, and the component wants "
            "a whole number without quotes. The kubelet does not start with it."_s
                + spelt);
        // Merged into the kubelet's own structure, where the field is PodPidsLimit.
        const auto earlier = [](const QByteArray &release, const QByteArray &file, const QByteArray &dropIn) {
            return worker(plainKubelet + " --config-dir=" + dropIns.toUtf8(), release)
                .file(configFile, config(file))
                .directory(dropIns)
                .file(dropIns + u"/10-a.conf"_s, config(dropIn));
        };
        const auto noted = [](const QString &spelling) {
            return u"\nnote: podPidsLimit is written as %1 in /etc/kubernetes/kubelet.conf.d/10-a.conf on w1. Case does "
                   "not matter in the kubelet's drop-ins: of several spellings the one that sorts last is taken."_s.arg(
                       spelling);
        };
        const QByteArray v31 = "Kubernetes v1.31.14\n";
        const QByteArray v32 = "Kubernetes v1.32.0\n";
        const QString file = u"1000 from file, /var/lib/kubelet/config.yaml:3:15\n"_s;
        const auto byDefault = [](const QString &release) {
            return u"-1 from default, default of Kubernetes %1"_s.arg(release);
        };
        const auto dropIn = [](const QString &value) {
            return value + u" from drop-in, drop-in file /etc/kubernetes/kubelet.conf.d/10-a.conf:3:15"_s;
        };
        row("1.31: null leaves what the file says", earlier(v31, "podPidsLimit: 1000\n", "podPidsLimit: null\n"),
            pidLimit, file + u"over "_s + byDefault(u"1.31"_s));
        row("1.32: null takes it away", earlier(v32, "podPidsLimit: 1000\n", "podPidsLimit: null\n"), pidLimit,
            byDefault(u"1.32"_s));
        row("1.31: null of the field's own name leaves it too",
            earlier(v31, "podPidsLimit: 1000\n", "PodPidsLimit: null\n"), pidLimit,
            file + u"over "_s + byDefault(u"1.31"_s));
        row("1.31: the field's own name", earlier(v31, "podPidsLimit: 1000\n", "PodPidsLimit: 2000\n"), pidLimit,
            dropIn(u"2000"_s) + u"\nover "_s + byDefault(u"1.31"_s) + u"\nover "_s + file.trimmed()
                + noted(u"PodPidsLimit"_s));
        row("1.32: the field's own name loses against the file",
            earlier(v32, "podPidsLimit: 1000\n", "PodPidsLimit: 2000\n"), pidLimit,
            file + u"over "_s + byDefault(u"1.32"_s) + u"\nover "_s + dropIn(u"2000"_s) + noted(u"PodPidsLimit"_s));
        row("1.32: and against the default", earlier(v32, "", "PodPidsLimit: 2000\n"), pidLimit,
            byDefault(u"1.32"_s) + u"\nover "_s + dropIn(u"2000"_s) + noted(u"PodPidsLimit"_s));
        row("1.31: capital letters lose against the default", earlier(v31, "", "PODPIDSLIMIT: 2000\n"), pidLimit,
            byDefault(u"1.31"_s) + u"\nover "_s + dropIn(u"2000"_s) + noted(u"PODPIDSLIMIT"_s));
        row("1.32: but not where nothing stands", earlier(v32, "", "ReadOnlyPort: 10255\n"),
            {ComponentKind::Kubelet, u"--read-only-port"_s, u"readOnlyPort"_s, ValueType::Integer},
            dropIn(u"10255"_s) + u"\nover 0 from default, default of Kubernetes 1.32"_s
                + noted(u"ReadOnlyPort"_s).replace(u"podPidsLimit"_s, u"readOnlyPort"_s));
        row("release not known, and it matters", earlier("?\n", "podPidsLimit: 1000\n", "podPidsLimit: null\n"),
            pidLimit,
            u"unknown: The release of the kubelet on w1 is not known, and it decides what its drop-ins say about "
            "podPidsLimit."_s);
        row("drop-in directory not read",
            worker(plainKubelet + " --config-dir=" + dropIns.toUtf8()).file(configFile, config("")), pidLimit,
            u"unknown: The drop-in directory /etc/kubernetes/kubelet.conf.d/ on w1 was not read."_s);
        row("drop-in removed after the start",
            worker(plainKubelet + " --config-dir=" + dropIns.toUtf8())
                .file(configFile, config(""))
                .directory(dropIns, 300),
            pidLimit,
            u"unknown: On w1, /etc/kubernetes/kubelet.conf.d was changed at 2023-11-14 22:18:20 UTC, after the kubelet "
            "was started (2023-11-14 22:15:00 UTC): what the running kubelet took from it is not known. What is written "
            "there now takes effect when the kubelet is restarted."_s);
        const SettingName staticPods{
            ComponentKind::Kubelet, u"--pod-manifest-path"_s, u"staticPodPath"_s, ValueType::String};
        row("relative path, from the directory of its file",
            worker(plainKubelet).file(configFile, config("staticPodPath: ./pods/\n")), staticPods,
            u"/var/lib/kubelet/pods from file, /var/lib/kubelet/config.yaml:3:16\n"
            "over  from default, default of Kubernetes 1.34"_s);
        const auto inDirectory = [&](const QByteArray &argv, const QString &directory) {
            SnapshotBuilder builder = worker(argv);
            builder.lastProcess().directory = directory;
            return builder;
        };
        row("a relative file, from where the process runs",
            inDirectory("/usr/bin/kubelet --config=./kubelet/config.yaml --config-dir kubelet.d", u"/var/lib"_s)
                .file(configFile, config("podPidsLimit: 1000\n"))
                .directory(u"/var/lib/kubelet.d"_s),
            pidLimit,
            u"1000 from file, /var/lib/kubelet/config.yaml:3:15\nover -1 from default, default of Kubernetes 1.34"_s);
        row("a relative file, and it is not known from where",
            worker("/usr/bin/kubelet --config=kubelet/config.yaml").file(configFile, config("podPidsLimit: 1000\n")),
            pidLimit, u"unknown: kubelet/config.yaml on w1 could not be read: the snapshot does not hold it."_s);
        row("quoted number under an argument",
            worker(plainKubelet + " --pod-max-pids=500").file(configFile, config("podPidsLimit: \"1000\"\n")), pidLimit,
            u"unusable: On w1, /var/lib/kubelet/config.yaml:3:15 podPidsLimit is text, and the component wants a whole "
            "number without quotes. The kubelet does not start with it."_s);
        row("quoted number", worker(plainKubelet).file(configFile, config("podPidsLimit: \"1000\"\n")), pidLimit,
            u"unusable: On w1, /var/lib/kubelet/config.yaml:3:15 podPidsLimit is text, and the component wants a whole "
            "number without quotes. The kubelet does not start with it."_s);
        row("octal, as YAML 1.1 reads it", worker(plainKubelet).file(configFile, config("podPidsLimit: 01750\n")),
            pidLimit,
            u"1000 from file, /var/lib/kubelet/config.yaml:3:15\nover -1 from default, default of Kubernetes 1.34"_s);
        row("yes is a bool",
            worker(plainKubelet).file(configFile, config("authentication:\n  anonymous:\n    enabled: yes\n")),
            anonymous,
            u"true from file, /var/lib/kubelet/config.yaml:5:14\nover false from default, default of Kubernetes 1.34"_s);
        row("wrong case has no effect", worker(plainKubelet).file(configFile, config("podpidslimit: 1000\n")), pidLimit,
            u"-1 from default, default of Kubernetes 1.34"_s);
        row("twice, the last counts",
            worker(plainKubelet).file(configFile, config("podPidsLimit: 1000\npodPidsLimit: 2000\n")), pidLimit,
            u"2000 from file, /var/lib/kubelet/config.yaml:4:15\nover -1 from default, default of Kubernetes 1.34\n"
            "note: podPidsLimit is written more than once in /var/lib/kubelet/config.yaml on w1; the last one counts."_s);
        row("a text where a list is wanted", worker(plainKubelet).file(configFile, config("tlsCipherSuites: A,B\n")),
            suites,
            u"unusable: On w1, /var/lib/kubelet/config.yaml:3:18 tlsCipherSuites is text, and the component wants a list "
            "of texts. The kubelet does not start with it."_s);
        row("arguments replace a list and add to each other",
            worker(plainKubelet + " --tls-cipher-suites=A --tls-cipher-suites=B,C")
                .file(configFile, config("tlsCipherSuites: [D]\n")),
            suites,
            u"A,B,C from process, argument 3 of the running process\nover  from default, default of Kubernetes 1.34\n"
            "over D from file, /var/lib/kubelet/config.yaml:3:18"_s);
        row("no map on the path", worker(plainKubelet).file(configFile, config("authentication: 5\n")), anonymous,
            u"unusable: On w1, /var/lib/kubelet/config.yaml:3:17 authentication.anonymous.enabled is a number, and the "
            "component wants a map. The kubelet does not start with it."_s);
        row("changed after the start", worker(plainKubelet).file(configFile, config("podPidsLimit: 1000\n"), 102),
            pidLimit,
            u"unknown: On w1, /var/lib/kubelet/config.yaml was changed at 2023-11-14 22:15:02 UTC, after the kubelet was "
            "started (2023-11-14 22:15:00 UTC): what the running kubelet took from it is not known. What is written there "
            "now takes effect when the kubelet is restarted."_s);
        row("changed within the second of the start",
            worker(plainKubelet).file(configFile, config("podPidsLimit: 1000\n"), 101), pidLimit,
            u"1000 from file, /var/lib/kubelet/config.yaml:3:15\nover -1 from default, default of Kubernetes 1.34"_s);
        row("changed after the start, an argument decides",
            worker(plainKubelet + " --pod-max-pids=2000").file(configFile, config("podPidsLimit: 1000\n"), 200),
            pidLimit,
            u"2000 from process, argument 2 of the running process\n"
            "over -1 from default, default of Kubernetes 1.34\n"
            "over 1000 from file, /var/lib/kubelet/config.yaml:3:15\n"
            "note: On w1, /var/lib/kubelet/config.yaml was changed at 2023-11-14 22:16:40 UTC, after the kubelet was "
            "started (2023-11-14 22:15:00 UTC): what the running kubelet took from it is not known. What is written there "
            "now takes effect when the kubelet is restarted."_s);
        row(
            "what a symlink stands for was changed after the start",
            [] {
                const FileRecord link = symlink(configFile, u"/srv/kubelet.yaml"_s, config("podPidsLimit: 1000\n"));
                return Snapshot(worker(plainKubelet).record(link).file(u"/srv/kubelet.yaml"_s, link.content, 200));
            }(),
            pidLimit,
            u"unknown: On w1, /var/lib/kubelet/config.yaml was changed at 2023-11-14 22:16:40 UTC, after the kubelet was "
            "started (2023-11-14 22:15:00 UTC): what the running kubelet took from it is not known. What is written there "
            "now takes effect when the kubelet is restarted."_s);
        row("merge keys",
            worker(plainKubelet)
                .file(configFile, config("x: &x {A: true, B: true}\nfeatureGates:\n  <<: *x\n  B: false\n")),
            gates, u"A=true,B=false from file, /var/lib/kubelet/config.yaml:5:3"_s);
        row("a map within itself", worker(plainKubelet).file(configFile, config("featureGates: &x\n  A: *x\n")), gates,
            {});
        row("file not in the snapshot", worker(plainKubelet), pidLimit,
            u"unknown: /var/lib/kubelet/config.yaml on w1 could not be read: the snapshot does not hold it."_s);
        row("file does not parse", worker(plainKubelet).file(configFile, config("a: [\n")), readOnlyPort, {});
        row("no file: legacy defaults", worker("/usr/bin/kubelet"), readOnlyPort,
            u"10255 from default, default of Kubernetes 1.34"_s);
        row("with a file: the file's defaults", worker(plainKubelet).file(configFile, config("")), readOnlyPort,
            u"0 from default, default of Kubernetes 1.34"_s);
        row("gate: file and argument merge",
            worker(plainKubelet + " --feature-gates=B=false")
                .file(configFile, config("featureGates: {A: true, B: true}\n")),
            gates,
            u"A=true,B=false from process, argument 2 of the running process\n"
            "over A=true,B=true from file, /var/lib/kubelet/config.yaml:3:15"_s);
        row("gate in the file, another as argument",
            worker("/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --feature-gates=B=false",
                "Kubernetes v1.21.1\n")
                .file(configFile, config("featureGates:\n  SupportPodPidsLimit: true\n")),
            pidGate,
            u"true from file, /var/lib/kubelet/config.yaml:4:24\nover true from default, default of Kubernetes 1.21"_s);
        row("gate does not exist", worker(plainKubelet).file(configFile, config("")), pidGate,
            u"null from default, default of Kubernetes 1.34"_s);
        row("gate with text",
            worker(plainKubelet).file(configFile, config("featureGates:\n  SupportPodPidsLimit: \"true\"\n")), pidGate,
            u"unusable: On w1, /var/lib/kubelet/config.yaml:4:24 featureGates.SupportPodPidsLimit is text, and the "
            "component wants true or false. The kubelet does not start with it."_s);
        row("all beta gates off",
            worker(plainKubelet + " --feature-gates=AllBeta=false", "Kubernetes v1.19.2\n")
                .file(configFile, config("")),
            pidGate,
            u"unknown: On w1 the feature gate SupportPodPidsLimit is not set, but AllBeta is, and may move it."_s);
        row("dynamic configuration",
            worker(plainKubelet + " --dynamic-config-dir=/d", "Kubernetes v1.21.1\n").file(configFile, config("")),
            pidLimit,
            u"unknown: The kubelet on w1 runs with --dynamic-config-dir, so its configuration may come from the API server "
            "instead of its file."_s);
        row("kubelet not running", SnapshotBuilder(u"w1"_s).file(configFile, config("podPidsLimit: 1000\n")), pidLimit,
            u"unknown: kubelet is not running on w1, so none of its settings is in force."_s);
        row(
            "a kubelet in a container is another cluster's",
            [] {
                SnapshotBuilder builder(u"w1"_s);
                builder.file(configFile, config("podPidsLimit: 1000\n"));
                Snapshot snapshot = builder.process(plainKubelet);
                snapshot.processes[0].containerId = u"abc"_s;
                return snapshot;
            }(),
            pidLimit, u"unknown: kubelet is not running on w1, so none of its settings is in force."_s);
        row(
            "a kubelet of another account is not the node's, though it started later",
            [] {
                Snapshot snapshot = worker(plainKubelet)
                                        .file(configFile, config("podPidsLimit: 1000\n"))
                                        .process("kubelet --pod-max-pids=7", 300);
                snapshot.processes[1].uid = 1000;
                return snapshot;
            }(),
            pidLimit,
            u"1000 from file, /var/lib/kubelet/config.yaml:3:15\nover -1 from default, default of Kubernetes 1.34"_s);
        row(
            "start not known",
            [] {
                Snapshot snapshot = worker(plainKubelet).file(configFile, config("podPidsLimit: 1000\n"));
                snapshot.processes[0].started = {};
                return snapshot;
            }(),
            pidLimit,
            u"unknown: On w1 it is not known whether /var/lib/kubelet/config.yaml was changed after the kubelet was started, "
            "so what it took from it is not known either."_s);
    }
    void setting()
    {
        QFETCH(Snapshot, snapshot);
        QFETCH(SettingName, name);
        QFETCH(QString, expected);
        const auto cluster = buildCluster({snapshot});
        QVERIFY2(cluster, qPrintable(cluster ? QString() : describe(cluster.error(), Language::English)));
        const Setting setting = settingInForce(cluster->nodes.first(), name);
        if (expected.isEmpty()) {
            QVERIFY(setting.unusable);
            QVERIFY(setting.unknown.en.startsWith("On w1, /var/lib/kubelet/config.yaml:"_L1));
        } else {
            QCOMPARE(state(setting), expected);
        }
        QCOMPARE(setting.unknown.en.isEmpty(), setting.unknown.zh.isEmpty());
        QVERIFY(!setting.unknown.zh.contains(u'%'));
    }

    void aNodeThatWasNotRead()
    {
        Node node;
        node.name = u"w2"_s;
        QCOMPARE(state(settingInForce(node, pidLimit)), u"unknown: Node w2 was not read."_s);
    }
    void argvThatCouldNotBeRead()
    {
        Node node;
        node.name = u"w2"_s;
        node.read = true;
        node.snapshot = std::make_shared<const Snapshot>();
        Component kubelet;
        kubelet.kind = ComponentKind::Kubelet;
        kubelet.running = true;
        node.components = {kubelet};
        QCOMPARE(
            state(settingInForce(node, pidLimit)), u"unknown: The arguments of kubelet on w2 could not be read."_s);
    }

    // The argv that a manifest defines, as "line:column index text", or why there is none.
    void written_data()
    {
        QTest::addColumn<QByteArray>("container");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *title, const QByteArray &container, const QString &expected) {
            QTest::newRow(title) << container << expected;
        };
        row("command and args", "  - command: [a, --b=c]\n    args:\n    - d\n    - 'e f'\n",
            u"3:15 0 a, 3:18 1 --b=c, 5:7 0 d, 6:7 1 e f"_s);
        row("no words", "  - name: x\n", u""_s);
        row("the last of two commands", "  - command: [a]\n    command: [b]\n", u"4:15 0 b"_s);
        row("a number", "  - command:\n    - a\n    - 5\n",
            u"m.yaml:5:7: An item of command is not text, so the kubelet refuses the manifest; quote it."_s);
        row("a quoted number", "  - command:\n    - a\n    - \"5\"\n", u"4:7 0 a, 5:7 1 5"_s);
        row("one text", "  - command: a --b\n",
            u"m.yaml:3:14: command is not a list, so the kubelet refuses the manifest."_s);
        row("no container", "  []\n", u"m.yaml: The manifest has no container (spec.containers[0])."_s);
    }
    void written()
    {
        QFETCH(QByteArray, container);
        QFETCH(QString, expected);
        const auto document = YamlDocument::parse(u"m.yaml"_s, "spec:\n  containers:\n" + container);
        QVERIFY(document);
        const auto arguments = writtenArguments(*document);
        QStringList found;
        if (!arguments) {
            found += describe(arguments.error(), Language::English);
        } else {
            for (const WrittenArgument &argument : *arguments) {
                found += u"%1:%2 %3 %4"_s.arg(argument.position.line)
                             .arg(argument.position.column)
                             .arg(argument.index)
                             .arg(QString::fromUtf8(argument.text));
            }
        }
        QCOMPARE(found.join(u", "_s), expected);
    }
};

QTEST_GUILESS_MAIN(TestInForce)
#include "tst_inforce.moc"
