// SPDX-License-Identifier: Apache-2.0
#include "rules/configmapfile.h"
#include "rules/situation.h"

#include "base/plaintext.h"
#include "cluster/apifacts.h"
#include "cluster/yamlvalue.h"
#include "document/yamldocument.h"

#include <QCryptographicHash>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const QString nodeAddress = u"192.0.2.10"_s;
const QDateTime moment = QDateTime::fromSecsSinceEpoch(1'700'000'200, Qt::UTC); ///< of judging: 2023-11-14
const QString manifestDirectory = u"/etc/kubernetes/manifests"_s;

FileRecord fileRecord(const QString &path, const QByteArray &content)
{
    FileRecord file;
    file.path = path;
    file.realPath = path;
    file.mode = 0600;
    file.uid = 0;
    file.gid = 0;
    file.size = content.size();
    file.modified = QDateTime::fromSecsSinceEpoch(1'700'000'000, Qt::UTC);
    file.hasContent = true;
    file.content = content;
    file.sha256 = QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex();
    return file;
}

/// "0644 0 0": mode, uid, gid; a size may follow. False for what is none.
bool setAttributes(FileRecord &file, const QString &text)
{
    const QStringList words = text.split(u' ');
    bool good[3] = {};
    if (words.size() != 3 && words.size() != 4)
        return false;
    if (words.size() == 4)
        file.size = words[3].toLongLong();
    file.mode = words[0].toInt(&good[0], 8);
    file.uid = words[1].toLongLong(&good[1]);
    file.gid = words[2].toLongLong(&good[2]);
    return good[0] && good[1] && good[2];
}

Result<QList<QByteArray>> argvOf(const QByteArray &manifest)
{
    const Result<YamlDocument> document = YamlDocument::parse(u"manifest"_s, manifest);
    if (!document)
        return tl::unexpected(document.error());
    const Result<QList<WrittenArgument>> written = writtenArguments(*document);
    if (!written)
        return tl::unexpected(written.error());
    QList<QByteArray> argv;
    for (const WrittenArgument &argument : *written)
        argv += argument.text;
    return argv;
}

/// What a test says, before the fix or after it.
struct Given
{
    QByteArray manifest;
    QList<QByteArray> argv;
    QMap<QString, QByteArray> files;
    QMap<QString, QString> attributes;
};

/// The record of a probe that says what the test gives of it.
OutputRecord probeRecord(const QString &component, QJsonObject probe)
{
    probe.insert(u"component"_s, component);
    probe.insert(u"address"_s, nodeAddress);
    probe.insert(u"port"_s, component == componentName(ComponentKind::Kubelet) ? 10250 : 6443);
    if (!probe.contains("versions"_L1))
        probe.insert(u"versions"_s, QJsonObject());
    OutputRecord record;
    record.id = u"tls:"_s + component;
    record.content = QJsonDocument(probe).toJson();
    return record;
}

/// The InternalIP that the test's Node object of this name gives.
QString addressOf(const RuleTest &test, const QString &name)
{
    for (const QJsonValue &object : test.objects.value("nodes"_L1).toArray()) {
        if (const NodeObject node = nodeObject(object.toObject()); test.apiRead && node.name == name)
            return node.address;
    }
    return {};
}

/// One control-plane node in the situation of the test.
Cluster situation(const Rule &rule, const RuleTest &test, const Given &given)
{
    const QByteArray &manifest = given.manifest;
    const QList<QByteArray> &argv = given.argv;
    Component component;
    component.kind = rule.component;
    component.release = test.release;
    component.running = !argv.isEmpty();
    component.process.pid = 1;
    component.process.uid = test.uid;
    component.process.argv = argv;
    component.process.started = QDateTime::fromSecsSinceEpoch(1'700'000'100, Qt::UTC);

    Snapshot snapshot;
    snapshot.source = u"test"_s;
    snapshot.hostName = u"node"_s;
    snapshot.complete = true;
    for (auto file = given.files.cbegin(); file != given.files.cend(); ++file)
        snapshot.files += fileRecord(file.key(), file.value());
    for (auto file = given.attributes.cbegin(); file != given.attributes.cend(); ++file) {
        const bool isDirectory = file.key().endsWith(u'/'); // "/etc/", and "//" for the root
        const QString path = isDirectory ? file.key().chopped(1) : file.key();
        FileRecord record = fileRecord(path, given.files.value(path));
        record.hasContent = given.files.contains(path);
        if (isDirectory)
            record.type = FileRecord::Type::Directory;
        setAttributes(record, file.value());
        snapshot.files.removeIf([&record](const FileRecord &other) { return other.path == record.path; });
        snapshot.files += record;
    }
    if (!manifest.isEmpty()) {
        component.manifest = manifestDirectory + u'/' + componentName(rule.component) + u".yaml"_s;
        snapshot.files += fileRecord(component.manifest, manifest);
    }
    FileRecord directory;
    directory.path = manifestDirectory;
    directory.realPath = manifestDirectory;
    directory.type = FileRecord::Type::Directory;
    directory.mode = 0755;
    directory.uid = directory.gid = 0;
    if (!given.attributes.contains(manifestDirectory + u'/'))
        snapshot.files += directory;
    if (component.running)
        snapshot.processes += component.process;
    OutputRecord unit;
    unit.id = u"systemctl-cat-kubelet"_s;
    unit.content = "# /etc/systemd/system/kubelet.service\n[Service]\n"
                   "EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\n"
                   "ExecStart="
        + argv.join(' ') + " $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n";
    for (const FileRecord &file : std::as_const(snapshot.files)) {
        if (file.path.contains("/kubelet.service.d/"_L1))
            unit.content += "\n# " + file.path.toUtf8() + '\n' + file.content;
    }
    snapshot.outputs += unit;
    for (auto output = test.outputs.cbegin(); output != test.outputs.cend(); ++output)
        snapshot.outputs += OutputRecord{output.key(), output.value(), 0, {}, false};

    for (auto probe = test.probes.begin(); probe != test.probes.end(); ++probe)
        snapshot.outputs += probeRecord(probe.key(), probe->toObject());

    Node node;
    node.name = u"node"_s;
    node.address = addressOf(test, node.name);
    if (node.address.isEmpty() && !test.probes.isEmpty())
        node.address = nodeAddress;
    node.controlPlane = true;
    node.read = true;
    node.release = test.release;
    node.components += component;
    if (test.uid > 0) {
        Component other;
        other.running = true;
        other.manifest = manifestDirectory + u"/kube-apiserver.yaml"_s;
        other.process.argv = {"kube-apiserver"};
        other.process.uid = test.uid;
        node.components += other;
    }
    if (!test.otherArgv.isEmpty()) {
        Component other;
        other.running = true;
        other.release = test.release;
        other.process.argv = test.otherArgv;
        for (const ComponentKind kind : {ComponentKind::ApiServer, ComponentKind::ControllerManager,
                 ComponentKind::Scheduler, ComponentKind::Etcd, ComponentKind::Kubelet}) {
            if (test.otherArgv.constFirst() == componentName(kind).toUtf8())
                other.kind = kind;
        }
        node.components += other;
    }
    node.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));

    Cluster cluster;
    cluster.id = u"test"_s;
    cluster.name = u"test"_s;
    cluster.release = test.release;
    cluster.nodes += node;
    for (const QList<QByteArray> &peer : test.peers) {
        Node other = node;
        other.name += QString::number(cluster.nodes.size() + 1);
        other.components.first().manifest.clear();
        other.components.first().process.argv = peer;
        cluster.nodes += other;
    }
    if (test.apiRead) {
        cluster.apiNode = node.name;
        for (const QString &resource : {u"pods"_s, u"deployments"_s, u"statefulsets"_s, u"daemonsets"_s, u"jobs"_s,
                 u"cronjobs"_s, u"replicasets"_s, u"replicationcontrollers"_s, u"configmaps"_s, u"nodes"_s,
                 u"namespaces"_s, u"serviceaccounts"_s, u"limitranges"_s, u"clusterrolebindings"_s, u"services"_s}) {
            if (!test.notRead.contains(resource))
                cluster.objects.insert(resource, test.objects.value(resource).toArray());
        }
        if (!test.notRead.contains(u"configmaps"_s)) {
            for (const QString &name : {u"kube-proxy"_s, u"kubeadm-config"_s, ConfigMapFile::kubelet(cluster).name()})
                cluster.objects.insert(askedConfigMap(name), true);
        }
    } else {
        cluster.apiError = message(u"The API server did not answer."_s, u"API server 没有应答。"_s);
    }
    return cluster;
}

class Runner
{
public:
    Runner(const RulePack &pack, const Rule &rule)
        : m_pack(pack)
        , m_whole(pack)
        , m_rule(rule)
    {
        std::ranges::replace_if(
            m_whole.rules, [&rule](const Rule &other) { return other.id == rule.id; }, rule);
        m_pack.rules = {rule};
    }

    QList<Error> run()
    {
        bool passes = false;
        bool fails = false;
        bool roundTrip = false;
        bool patched = false;
        for (const RuleTest &test : m_rule.tests) {
            runTest(test);
            // What a person decides is neither.
            const bool decided = test.expect.contains(u"manual"_s);
            passes = passes || decided || test.expect.contains(u"pass"_s);
            fails = fails || decided || test.expect.contains(u"fail"_s);
            patched = patched || !test.patch.isEmpty();
            roundTrip =
                roundTrip || !test.fixed.isEmpty() || !test.fixedFiles.isEmpty() || !test.fixedAttributes.isEmpty();
        }
        const Position &at = m_rule.at;
        if (!passes || !fails)
            add(at,
                message(u"The rule needs a test that passes and one that fails."_s,
                    u"该规则至少需要一个通过和一个不通过的测试。"_s));
        if (m_rule.fixable && !roundTrip)
            add(at,
                message(u"The rule has a fix and no test of it (fixed, fixed_files or fixed_attributes)."_s,
                    u"该规则带有修复，却没有对应的测试（fixed、fixed_files 或 fixed_attributes）。"_s));
        if (m_rule.fix == FixKind::PatchObject && !patched)
            add(at,
                message(u"The rule has a patch and no test of it (patch)."_s,
                    u"该规则带有补丁，却没有对应的测试（patch）。"_s));
        return m_errors;
    }

private:
    void add(const Position &at, const Message &what)
    {
        m_errors += Error{Error::Kind::Failed, message(u"%1: %2"_s, u"%1:%2"_s, m_rule.id, what), at};
    }

    void runTest(const RuleTest &test)
    {
        const Message name = message(u"test \"%1\""_s, u"测试“%1”"_s, plainText(test.name));
        QList<QByteArray> argv = test.argv;
        if (!test.manifest.isEmpty()) {
            const Result<QList<QByteArray>> written = argvOf(test.manifest);
            if (!written)
                return add(test.at, message(u"%1: %2"_s, u"%1:%2"_s, name, written.error().message));
            argv = *written;
        }
        const Given given{test.manifest, argv, test.files, test.attributes};
        FileRecord unused;
        for (const QString &text : test.attributes.values() + test.fixedAttributes.values()) {
            if (!setAttributes(unused, text))
                return add(test.at,
                    message(u"%1: \"%2\" is not of the form \"0644 0 0\" (mode, uid, gid)."_s,
                        u"%1：“%2”不是“0644 0 0”（权限、uid、gid）的形式。"_s, name, plainText(text)));
        }
        judge(test, name, given, test.expect, test.actual);
        if (!test.patch.isEmpty())
            judgePatched(test, name, given);
        Given after = given;
        if (!test.fixed.isEmpty()) {
            const Result<QList<QByteArray>> fixed = argvOf(test.fixed);
            if (!fixed)
                return add(test.at, message(u"%1: %2"_s, u"%1:%2"_s, name, fixed.error().message));
            if (withoutFlag(argv) != withoutFlag(*fixed) || !hasFix(*fixed, test)) {
                return add(test.at,
                    message(u"%1: the fixed manifest is not the fix of the rule."_s,
                        u"%1:fixed 不是该规则修复后的结果。"_s, name));
            }
            after.manifest = test.fixed;
            after.argv = *fixed;
        }
        for (auto file = test.fixedFiles.cbegin(); file != test.fixedFiles.cend(); ++file) {
            if (!isFixOf(given.files.value(file.key()), file.value(), test)) {
                return add(test.at,
                    message(u"%1: the fixed file is not the fix of the rule."_s,
                        u"%1：fixed_files 不是该规则修复后的结果。"_s, name));
            }
            after.files.insert(file.key(), file.value());
        }
        after.attributes.insert(test.fixedAttributes);
        if (!test.fixed.isEmpty() || !test.fixedFiles.isEmpty() || !test.fixedAttributes.isEmpty())
            judge(test, name, after, {u"pass"_s}, {});
    }

    QString wanted(const RuleTest &test) const
    {
        if (m_rule.fixValue == ownAddress)
            return addressOf(test, u"node"_s);
        return test.value.isEmpty() ? m_rule.fixValue : test.value;
    }
    /// The first finding has this patch, and with all patches applied the rule passes.
    void judgePatched(const RuleTest &test, const Message &name, const Given &given)
    {
        const QList<Finding> findings = assess(situation(m_rule, test, given), m_pack, moment).findings;
        const QString first = findings.constFirst().objectFix.value_or(ObjectFix()).patch;
        if (first != test.patch) {
            return add(test.at,
                message(u"%1 expects the patch\n%2and got\n%3"_s, u"%1 期望的补丁为\n%2实际为\n%3"_s, name, test.patch,
                    first));
        }
        RuleTest after = test;
        for (const Finding &finding : findings) {
            const QString patch = finding.objectFix.value_or(ObjectFix()).patch;
            const Result<YamlDocument> document = YamlDocument::parse(u"patch"_s, patch.toUtf8());
            if (!document || document->root() < 0)
                continue;
            const QJsonObject read = yamlValue(*document, document->root()).toObject();
            const QString list = finding.subject.kind.toLower() + u's';
            QJsonArray objects = after.objects.value(list).toArray();
            for (QJsonValueRef object : objects) {
                const QJsonValue metadata = object.toObject().value("metadata"_L1);
                if (metadata["name"_L1].toString() == finding.subject.name
                    && metadata["namespace"_L1].toString() == finding.subject.namespaceName)
                    object = patched(object, read);
            }
            after.objects.insert(list, objects);
        }
        judge(after, name, given, {u"pass"_s}, {});
    }

    /// A strategic merge of what patches of rules hold.
    static QJsonValue patched(const QJsonValue &value, const QJsonValue &patch)
    {
        if (patch.isArray() && patch.toArray().at(0).isObject()) {
            QJsonArray list = value.toArray();
            for (const QJsonValue &item : patch.toArray()) {
                const QString key = item.toObject().contains("containerPort"_L1) ? u"containerPort"_s : u"name"_s;
                for (QJsonValueRef one : list) {
                    if (one.toObject().value(key) == item.toObject().value(key))
                        one = patched(one, item);
                }
            }
            return list;
        }
        if (!patch.isObject())
            return patch;
        QJsonObject object = value.toObject();
        const QJsonObject changes = patch.toObject();
        for (auto it = changes.begin(); it != changes.end(); ++it) {
            if (it.value().isNull())
                object.remove(it.key());
            else
                object.insert(it.key(), patched(object.value(it.key()), it.value()));
        }
        return object;
    }

    /// The flag is there once, with the value or with the items added to what it had.
    bool hasFix(const QList<QByteArray> &argv, const RuleTest &test) const
    {
        const QByteArray start = m_rule.fixFlag.toUtf8() + '=';
        const QStringList items = listItems(m_rule.fixItem);
        QList<QByteArray> found;
        for (const QByteArray &word : argv) {
            if (word.startsWith(start))
                found += word.mid(start.size());
        }
        if (found.size() != 1 || found.constFirst() == wanted(test).toUtf8())
            return found.size() == 1;
        const QStringList list = listItems(QString::fromUtf8(found.constFirst()));
        return !items.isEmpty()
            && std::all_of(items.begin(), items.end(), [&](const QString &item) { return list.contains(item); });
    }

    /// One file is the other with the rule's key set, and nothing else.
    bool isFixOf(const QByteArray &before, const QByteArray &after, const RuleTest &test) const
    {
        const Result<YamlDocument> old = YamlDocument::parse(u"before"_s, before);
        const Result<YamlDocument> fixed = YamlDocument::parse(u"after"_s, after);
        if (!old || !fixed)
            return false;
        QJsonObject left = yamlValue(*old, old->root()).toObject();
        QJsonObject right = yamlValue(*fixed, fixed->root()).toObject();
        const QString value = actualText(right.take(m_rule.fixPath));
        left.remove(m_rule.fixPath);
        return left == right && value == wanted(test);
    }

    QList<QByteArray> withoutFlag(QList<QByteArray> argv) const
    {
        const QByteArray flag = m_rule.fixFlag.toUtf8();
        argv.removeIf([&flag](const QByteArray &word) { return word == flag || word.startsWith(flag + '='); });
        return argv;
    }

    /// The rule alone, judging by the values that the test gives; nothing where one cannot be given.
    std::optional<RulePack> packFor(const RuleTest &test, const Message &name)
    {
        if (test.tailored.isEmpty())
            return m_pack;
        for (auto value = test.tailored.begin(); value != test.tailored.end(); ++value) {
            const Rule *rule = m_whole.rule(value.key());
            const Message problem = rule ? valueProblem(*rule, value.value())
                                         : message(u"there is no rule \"%1\" in this pack."_s,
                                             u"规则包中没有加固项“%1”。"_s, plainText(value.key()));
            if (!problem.isEmpty()) {
                add(test.at, message(u"%1: %2"_s, u"%1：%2"_s, name, problem));
                return {};
            }
        }
        RulePack given = m_whole;
        giveValues(given, test.tailored);
        given.rules = {*given.rule(m_rule.id)};
        return given;
    }

    void judge(
        const RuleTest &test, const Message &name, const Given &given, const QStringList &expect, const QString &actual)
    {
        const std::optional<RulePack> pack = packFor(test, name);
        if (!pack)
            return;
        const Cluster cluster = situation(m_rule, test, given);
        const QList<Finding> findings = assess(cluster, *pack, moment).findings;
        QStringList verdicts;
        QStringList why;
        for (const Finding &finding : findings) {
            verdicts += finding.waiver ? u"waived"_s : verdictName(finding.verdict);
            why += finding.reason.en;
        }
        if (verdicts != expect) {
            return add(test.at,
                message(u"%1 expects %2 and got %3: %4"_s, u"%1 期望 %2，实际为 %3：%4"_s, name, expect.join(u", "_s),
                    verdicts.join(u", "_s), why.join(u' ')));
        }
        if (!actual.isEmpty() && findings.constFirst().actual != actual) {
            add(test.at,
                message(u"%1 expects the value %2 and got %3."_s, u"%1 期望值为 %2，实际为 %3。"_s, name, actual,
                    findings.constFirst().actual));
        }
    }

    RulePack m_pack; ///< with the rule alone
    RulePack m_whole;
    const Rule &m_rule;
    QList<Error> m_errors;
};

} // namespace

QList<Finding> findingsIn(const RulePack &pack, const Rule &rule, const RuleTest &test)
{
    RulePack alone = pack;
    alone.rules = {rule};
    const Given given{test.manifest, test.argv, test.files, test.attributes};
    return assess(situation(rule, test, given), alone, moment).findings;
}

QList<Error> testRulePack(const RulePack &pack)
{
    QList<Error> errors;
    for (const Rule &rule : pack.rules)
        errors += Runner(pack, rule).run();
    for (const Baseline &baseline : pack.baselines) {
        for (const Rule &rule : baseline.instead)
            errors += Runner(pack, rule).run();
    }
    return errors;
}

} // namespace jiagu
