// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include "base/plaintext.h"
#include "rules/packreader.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSet>

#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype largestPack = 1024 * 1024;

constexpr std::array severities{Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info};

constexpr std::array components{ComponentKind::ApiServer, ComponentKind::ControllerManager, ComponentKind::Scheduler,
    ComponentKind::Etcd, ComponentKind::Kubelet, ComponentKind::KubeProxy, ComponentKind::ContainerRuntime,
    ComponentKind::Cni, ComponentKind::OperatingSystem, ComponentKind::Workload};

constexpr std::array verdicts{
    Verdict::Pass, Verdict::Fail, Verdict::Manual, Verdict::NotApplicable, Verdict::Unknown, Verdict::Error};

bool isStaticPod(ComponentKind kind)
{
    return kind == ComponentKind::ApiServer || kind == ComponentKind::ControllerManager
        || kind == ComponentKind::Scheduler || kind == ComponentKind::Etcd;
}

class Loader
{
public:
    explicit Loader(const YamlDocument &document)
        : m_read(document)
    {
    }

    /// Reads what can be read; errors() says what is wrong.
    RulePack load(int root)
    {
        if (m_read.failed())
            return m_pack;
        const auto top = m_read.fields(root, {"schema"_ba, "pack"_ba, "rules"_ba});
        if (m_read.failed())
            return m_pack;
        part([&] { m_read.oneOf(top["schema"], {u"jiagu-rules/1"_s}); });
        const auto head = m_read.fields(
            top["pack"], {"id"_ba, "version"_ba, "title"_ba, "sources"_ba, "waivers?"_ba, "baselines?"_ba}, true);
        readPack(head);
        for (const int item : itemsOf(top["rules"]))
            m_pack.rules += readRule(item);
        for (const int item : itemsOf(head["baselines"]))
            part([&] { m_pack.baselines += readBaseline(item); });
        return m_pack;
    }

    /// By position.
    QList<Error> errors() const
    {
        QList<Error> errors = m_read.errors();
        std::stable_sort(errors.begin(), errors.end(), [](const Error &left, const Error &right) {
            return std::pair(left.at.line, left.at.column) < std::pair(right.at.line, right.at.column);
        });
        return errors;
    }

private:
    /// What is wrong in a part does not hide what is wrong in the next. Returns whether it is good.
    template <typename Read>
    bool part(const Read &read)
    {
        read();
        return m_read.recover();
    }

    QString matching(int node, const QString &pattern, const Message &what)
    {
        const QString text = m_read.text(node);
        if (!m_read.failed() && node >= 0
            && !QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(text).hasMatch())
            m_read.fail(node, message(u"\"%1\" is not %2."_s, u"“%1”不是%2。"_s, plainText(text), what));
        return text;
    }

    QString unique(int node, QSet<QString> &known, const QString &text)
    {
        if (!m_read.failed() && node >= 0 && known.contains(text))
            m_read.fail(node, message(u"\"%1\" is used twice."_s, u"“%1”重复使用。"_s, plainText(text)));
        known.insert(text);
        return text;
    }

    void readPack(const PackFields &fields)
    {
        part([&] {
            m_pack.id = matching(fields["id"], u"[a-z0-9][a-z0-9.-]{0,63}"_s,
                message(u"an id (a-z, 0-9, . and -)"_s, u"合法的标识（a-z、0-9、. 和 -）"_s));
        });
        part([&] { m_pack.version = m_read.text(fields["version"]); });
        part([&] { m_pack.title = m_read.bilingual(fields["title"]); });
        for (const int item : itemsOf(fields["sources"]))
            part([&] { readSource(item); });
        QSet<QString> ids;
        for (const int item : itemsOf(fields["waivers"])) {
            part([&] {
                const auto waiver = m_read.fields(item, {"id"_ba, "reason"_ba, "namespaces"_ba});
                if (m_read.failed())
                    return;
                m_pack.waivers += NamespaceWaiver{
                    unique(waiver["id"], ids,
                        matching(waiver["id"], u"builtin:[a-z0-9-]{1,48}"_s,
                            message(u"an id of the form builtin:NAME"_s, u"形如 builtin:NAME 的标识"_s))),
                    m_read.bilingual(waiver["reason"]), m_read.texts(waiver["namespaces"])};
            });
        }
    }

    void readSource(int node)
    {
        const auto source = m_read.fields(node, {"key"_ba, "title"_ba});
        if (m_read.failed())
            return;
        const QString key = m_read.text(source["key"]);
        if (m_pack.sources.contains(key))
            m_read.fail(source["key"], message(u"\"%1\" is used twice."_s, u"“%1”重复使用。"_s, plainText(key)));
        m_pack.sources.insert(key, m_read.bilingual(source["title"]));
    }

    Rule readRule(int node)
    {
        Rule rule;
        const auto fields = m_read.fields(node,
            {"id"_ba, "title"_ba, "rationale"_ba, "risk"_ba, "remediation"_ba, "severity"_ba, "component"_ba,
                "references"_ba, "not_applicable?"_ba, "check"_ba, "fix?"_ba, "tests"_ba},
            true);
        rule.at = m_read.position(node);
        part([&] {
            rule.id = unique(fields["id"], m_ids,
                matching(fields["id"], u"[A-Z][A-Za-z0-9-]{1,47}"_s,
                    message(u"a rule id (letters, digits and -)"_s, u"合法的规则标识（字母、数字和 -）"_s)));
        });
        part([&] { rule.title = m_read.bilingual(fields["title"]); });
        part([&] { rule.rationale = m_read.bilingual(fields["rationale"]); });
        part([&] { rule.risk = m_read.bilingual(fields["risk"]); });
        part([&] { rule.remediation = m_read.bilingual(fields["remediation"]); });
        part([&] {
            QStringList words;
            for (const Severity severity : severities)
                words += severityName(severity);
            rule.severity = severities[size_t(std::max(0, m_read.oneOf(fields["severity"], words)))];
        });
        const bool hasComponent = part([&] { rule.component = readComponent(fields["component"]); });
        for (const int item : itemsOf(fields["references"]))
            part([&] { readReference(item, rule); });
        if (fields.contains("not_applicable")) {
            for (const int item : itemsOf(fields["not_applicable"]))
                part([&] { rule.notApplicable += readRange(item); });
        }
        const bool hasCheck = hasComponent && fields.contains("component") && fields.contains("check")
            && part([&] { readCheck(fields["check"], rule); });
        if (fields.contains("fix") && hasCheck)
            part([&] { readFix(fields["fix"], rule); });
        for (const int item : itemsOf(fields["tests"]))
            part([&] { rule.tests += readTest(item); });
        return rule;
    }

    /// A list that is no list has no items.
    QList<int> itemsOf(int node)
    {
        QList<int> items;
        part([&] { items = m_read.items(node); });
        return items;
    }

    void readReference(int node, Rule &rule)
    {
        const auto reference = m_read.fields(node, {"source"_ba, "item"_ba});
        if (m_read.failed())
            return;
        m_read.oneOf(reference["source"], m_pack.sources.keys());
        rule.references += Reference{m_read.text(reference["source"]), m_read.text(reference["item"])};
    }

    Baseline readBaseline(int node)
    {
        Baseline baseline;
        const auto fields = m_read.fields(node, {"id"_ba, "title"_ba, "judge_only?"_ba, "off?"_ba, "instead?"_ba});
        if (m_read.failed())
            return baseline;
        baseline.id = unique(fields["id"], m_baselineIds,
            matching(fields["id"], u"[a-z][a-z0-9-]{0,31}"_s,
                message(u"the id of a baseline (a-z, 0-9 and -)"_s, u"合法的基线标识（a-z、0-9 和 -）"_s)));
        baseline.title = m_read.bilingual(fields["title"]);
        if (fields.contains("judge_only")) {
            const QJsonValue judgeOnly = m_read.value(fields["judge_only"]);
            if (!judgeOnly.isBool())
                m_read.fail(
                    fields["judge_only"], message(u"true or false is expected here."_s, u"此处应为 true 或 false。"_s));
            baseline.judgeOnly = judgeOnly.toBool();
        }
        if (fields.contains("off")) {
            for (const int item : m_read.items(fields["off"])) {
                const auto off = m_read.fields(item, {"rule"_ba, "reason"_ba});
                if (const Rule *rule = m_read.failed() ? nullptr : readRuleId(off["rule"]))
                    baseline.off.insert(rule->id, m_read.bilingual(off["reason"]));
            }
        }
        if (fields.contains("instead")) {
            for (const int item : m_read.items(fields["instead"])) {
                const auto instead = m_read.fields(item, {"rule"_ba, "title"_ba, "reason"_ba, "check"_ba, "tests"_ba});
                const Rule *original = m_read.failed() ? nullptr : readRuleId(instead["rule"]);
                if (!original)
                    return baseline;
                Rule rule;
                rule.id = original->id;
                rule.at = m_read.position(item);
                rule.severity = original->severity;
                rule.component = original->component;
                rule.references = original->references;
                rule.notApplicable = original->notApplicable;
                rule.risk = original->risk;
                rule.remediation = original->remediation;
                rule.title = m_read.bilingual(instead["title"]);
                rule.rationale = m_read.bilingual(instead["reason"]);
                readCheck(instead["check"], rule);
                for (const int test : m_read.items(instead["tests"]))
                    rule.tests += readTest(test);
                baseline.instead += rule;
            }
        }
        return baseline;
    }

    const Rule *readRuleId(int node)
    {
        const QString id = m_read.text(node);
        const Rule *rule = m_pack.rule(id);
        if (!rule)
            m_read.fail(node,
                message(u"There is no rule \"%1\" in this pack."_s, u"规则包中没有加固项“%1”。"_s, plainText(id)));
        return rule;
    }

    ReleaseRange readRange(int node)
    {
        ReleaseRange range;
        const auto fields = m_read.fields(node, {"from?"_ba, "until?"_ba, "reason"_ba});
        if (m_read.failed())
            return range;
        if (fields.contains("from"))
            range.from = readRelease(fields["from"]);
        if (fields.contains("until"))
            range.until = readRelease(fields["until"]);
        range.reason = m_read.bilingual(fields["reason"]);
        if (!range.from.isKnown() && !range.until.isKnown())
            m_read.fail(node,
                message(u"A range of releases has from, until, or both."_s, u"版本范围必须有 from、until 或两者。"_s));
        return range;
    }

    void readCheck(int node, Rule &rule)
    {
        using Reader = void (Loader::*)(int, Rule &);
        static const QList<std::pair<QByteArray, Reader>> checks{{"setting"_ba, &Loader::readSetting},
            {"cipher_suites"_ba, &Loader::readCipherSuites}, {"controllers"_ba, &Loader::readControllers},
            {"feature_gate"_ba, &Loader::readGate}, {"static_pods"_ba, &Loader::readStaticPods},
            {"file_attributes"_ba, &Loader::readFileAttributes}, {"kube_proxy"_ba, &Loader::readKubeProxy},
            {"workload"_ba, &Loader::readWorkload}, {"reported"_ba, &Loader::readReported},
            {"settings"_ba, &Loader::readSettingList}, {"owned_directory"_ba, &Loader::readOwnedDirectory},
            {"distinct_files"_ba, &Loader::readDistinctFiles}, {"encryption_at_rest"_ba, &Loader::readEncryption},
            {"confinement"_ba, &Loader::readConfinement}, {"docker"_ba, &Loader::readDocker},
            {"audit"_ba, &Loader::readAudit}, {"chained_plugin"_ba, &Loader::readChainedPlugin},
            {"served_version"_ba, &Loader::readServedVersion}, {"served_suites"_ba, &Loader::readServedSuites},
            {"serving_certificate"_ba, &Loader::readServingCertificate},
            {"kubelet_authority"_ba, &Loader::readKubeletAuthority},
            {"kubelet_address"_ba, &Loader::readKubeletAddress}, {"anonymous_auth"_ba, &Loader::readAnonymousAuth},
            {"same_arguments"_ba, &Loader::readSameArguments}, {"service_accounts"_ba, &Loader::readServiceAccounts},
            {"cluster_admins"_ba, &Loader::readClusterAdmins}};
        QList<QByteArray> known;
        QStringList names;
        for (const auto &[name, reader] : checks) {
            known += name + '?';
            names += QString::fromLatin1(name);
        }
        const auto fields = m_read.fields(node, known);
        if (m_read.failed())
            return;
        if (fields.size() != 1) {
            m_read.fail(node,
                message(u"A rule has exactly one check, one of %1."_s, u"每条规则只能有一个检查，可用的有 %1。"_s,
                    names.join(u", "_s)));
            return;
        }
        for (const auto &[name, reader] : checks) {
            if (fields.contains(name))
                (this->*reader)(fields[name], rule);
        }
    }

    void readSetting(int node, Rule &rule)
    {
        rule.check = CheckKind::Setting;
        const auto fields = m_read.fields(node, {"flag?"_ba, "path?"_ba, "type"_ba, "accepts?"_ba, "assert"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        if (fields.contains("accepts"))
            rule.accepts = m_read.texts(fields["accepts"]);
        constexpr std::array types{ValueType::Bool, ValueType::Integer, ValueType::String, ValueType::StringList};
        const int type = m_read.oneOf(fields["type"], {u"bool"_s, u"integer"_s, u"string"_s, u"list"_s});
        rule.setting.type = types[size_t(std::max(0, type))];
        rule.assertion = readAssertion(fields["assert"], rule.setting.type);
    }

    SettingName readName(int node, const PackFields &fields, const Rule &rule)
    {
        SettingName name;
        name.component = rule.component;
        if (fields.contains("flag"))
            name.flag = readFlag(fields["flag"]);
        if (fields.contains("path"))
            name.path = readPath(fields["path"]);
        if (name.flag.isEmpty() && name.path.isEmpty())
            m_read.fail(
                node, message(u"A setting has a flag, a path, or both."_s, u"配置项必须有 flag、path 或两者。"_s));
        return name;
    }

    void readCipherSuites(int node, Rule &rule)
    {
        rule.check = CheckKind::CipherSuites;
        const auto fields = m_read.fields(node, {"flag?"_ba, "path?"_ba, "floor"_ba, "allowed"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.setting.type = ValueType::StringList;
        const auto floor = m_read.fields(fields["floor"], {"flag?"_ba, "path?"_ba});
        if (m_read.failed())
            return;
        rule.suites.floor = readName(fields["floor"], floor, rule);
        rule.suites.allowed = m_read.texts(fields["allowed"]);
    }

    void readControllers(int node, Rule &rule)
    {
        rule.check = CheckKind::Controllers;
        const auto fields = m_read.fields(node, {"flag"_ba, "off"_ba, "renamed?"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.setting.type = ValueType::StringList;
        rule.controller.off = m_read.text(fields["off"]);
        if (fields.contains("renamed")) {
            const auto renamed = m_read.fields(fields["renamed"], {"to"_ba, "in"_ba});
            if (m_read.failed())
                return;
            rule.controller.renamed = m_read.text(renamed["to"]);
            rule.controller.renamedIn = readRelease(renamed["in"]);
        }
        requireComponent(node, rule, ComponentKind::ControllerManager);
    }

    void readFileAttributes(int node, Rule &rule)
    {
        rule.check = CheckKind::FileAttributes;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item, {"path?"_ba, "holds?"_ba, "mode"_ba, "review?"_ba});
            if (m_read.failed())
                return;
            if (fields.contains("path") == fields.contains("holds")) {
                m_read.fail(item,
                    message(u"Files are told by their path, or by what they hold: write path or holds."_s,
                        u"文件按路径或按内容确定：请写 path 或 holds 之一。"_s));
                return;
            }
            FileRule file;
            if (fields.contains("holds")) {
                m_read.oneOf(fields["holds"], {u"private-key"_s});
                rule.keyMode = readMode(fields["mode"]);
                continue;
            }
            file.path = matching(fields["path"], u"/[A-Za-z0-9._/*-]{1,200}"_s,
                message(u"an absolute path, with * and ** where names differ"_s, u"绝对路径（可用 * 和 **）"_s));
            file.mode = readMode(fields["mode"]);
            if (fields.contains("review"))
                file.review = m_read.value(fields["review"]).toBool();
            rule.files += file;
        }
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    int readMode(int node)
    {
        const QString mode = matching(
            node, u"0[0-7]{3}"_s, message(u"a mode in quotes, such as \"0600\""_s, u"带引号的权限，例如 \"0600\""_s));
        return mode.toInt(nullptr, 8);
    }

    QMap<QString, QStringList> readValues(int node)
    {
        QMap<QString, QStringList> values;
        for (const auto &[key, list] : m_read.pairs(node))
            values.insert(QString::fromUtf8(key), m_read.texts(list));
        return values;
    }

    void readReported(int node, Rule &rule)
    {
        rule.check = CheckKind::Reported;
        const auto fields = m_read.fields(node,
            {"outputs"_ba, "form?"_ba, "nodes?"_ba, "bad?"_ba, "good?"_ba, "mode?"_ba, "owner?"_ba, "show?"_ba,
                "otherwise?"_ba, "empty?"_ba});
        if (m_read.failed())
            return;
        ReportedItems &report = rule.reported;
        report.outputs = m_read.texts(fields["outputs"]);
        if (fields.contains("form"))
            report.options = m_read.oneOf(fields["form"], {u"items"_s, u"options"_s}) == 1;
        if (fields.contains("nodes"))
            report.controlPlane = m_read.oneOf(fields["nodes"], {u"all"_s, u"control-plane"_s}) == 1;
        if (fields.contains("bad"))
            report.bad = readValues(fields["bad"]);
        if (fields.contains("good"))
            report.good = readValues(fields["good"]);
        if (fields.contains("mode"))
            report.mode = readMode(fields["mode"]);
        if (fields.contains("owner"))
            report.ofRoot = m_read.oneOf(fields["owner"], {u"any"_s, u"root"_s}) == 1;
        if (fields.contains("show"))
            report.show = m_read.texts(fields["show"]);
        if (fields.contains("otherwise"))
            report.failsOtherwise = m_read.oneOf(fields["otherwise"], {u"manual"_s, u"fail"_s}) == 1;
        if (fields.contains("empty"))
            report.passesEmpty = m_read.oneOf(fields["empty"], {u"unknown"_s, u"pass"_s}) == 1;
        if (report.options != !report.show.isEmpty())
            m_read.fail(node,
                message(u"A record of options, and no other, has a list show."_s,
                    u"form 为 options 时必须有 show，其他情况下不能有。"_s));
    }

    void readSettingList(int node, Rule &rule)
    {
        rule.check = CheckKind::SettingList;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item, {"flag?"_ba, "path?"_ba, "type"_ba, "assert?"_ba});
            if (m_read.failed())
                return;
            SettingName name = readName(item, fields, rule);
            constexpr std::array types{ValueType::Bool, ValueType::Integer, ValueType::String, ValueType::StringList};
            const int type = m_read.oneOf(fields["type"], {u"bool"_s, u"integer"_s, u"string"_s, u"list"_s, u"urls"_s});
            const bool urls = type == int(types.size());
            name.type = urls ? ValueType::StringList : types[size_t(std::max(0, type))];
            if (!m_read.failed() && urls == fields.contains("assert")) {
                m_read.fail(item,
                    message(u"A setting has an assertion, unless it is of the type urls."_s,
                        u"除 urls 类型外，每个配置项都必须有 assert。"_s));
                return;
            }
            if (urls)
                rule.urls += name;
            else
                rule.settings += SettingCheck{name, readAssertion(fields["assert"], name.type)};
        }
    }

    void readOwnedDirectory(int node, Rule &rule)
    {
        rule.check = CheckKind::OwnedDirectory;
        const auto fields = m_read.fields(node, {"flag"_ba, "mode"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.directoryMode = readMode(fields["mode"]);
    }

    void readDistinctFiles(int node, Rule &rule)
    {
        rule.check = CheckKind::DistinctFiles;
        const auto fields = m_read.fields(node, {"flag"_ba, "from"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        const auto from = m_read.fields(fields["from"], {"component"_ba, "flag"_ba});
        if (m_read.failed())
            return;
        rule.other.flag = readFlag(from["flag"]);
        rule.other.component = readComponent(from["component"]);
    }

    void readEncryption(int node, Rule &rule)
    {
        rule.check = CheckKind::EncryptionAtRest;
        const auto fields = m_read.fields(node, {"flag"_ba, "providers"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.providers = m_read.texts(fields["providers"]);
        requireComponent(node, rule, ComponentKind::ApiServer);
    }

    void readConfinement(int node, Rule &rule)
    {
        rule.check = CheckKind::Confinement;
        readNothing(node);
        requireComponent(node, rule, ComponentKind::OperatingSystem);
    }

    void readDocker(int node, Rule &rule)
    {
        rule.check = CheckKind::Docker;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item, {"key"_ba, "flag"_ba, "default?"_ba, "assert?"_ba});
            if (m_read.failed())
                return;
            DockerOption option;
            option.key = m_read.text(fields["key"]);
            option.flag = readFlag(fields["flag"]);
            // Without an assertion it is a list that has to be empty.
            option.type = fields.contains("assert") ? ValueType::Bool : ValueType::StringList;
            option.standard = fields.contains("default") ? m_read.value(fields["default"]) : QJsonValue(QJsonArray());
            if (fields.contains("assert"))
                option.assertion = readAssertion(fields["assert"], ValueType::Bool);
            if (!m_read.failed() && (option.type == ValueType::Bool) != option.standard.isBool())
                m_read.fail(item,
                    message(u"A switch has a default and an assertion, a list neither."_s,
                        u"开关必须有 default 和 assert，列表则都不能有。"_s));
            rule.docker += option;
        }
        requireComponent(node, rule, ComponentKind::ContainerRuntime);
    }

    ComponentKind readComponent(int node)
    {
        QStringList words;
        for (const ComponentKind component : components)
            words += componentName(component);
        return components[size_t(std::max(0, m_read.oneOf(node, words)))];
    }

    void readKubeProxy(int node, Rule &rule)
    {
        rule.check = CheckKind::KubeProxy;
        const auto fields = m_read.fields(node, {"aspect"_ba});
        if (m_read.failed())
            return;
        constexpr std::array aspects{KubeProxyAspect::NodePortAddresses, KubeProxyAspect::HealthzAddress,
            KubeProxyAspect::MetricsAddress, KubeProxyAspect::Profiling};
        const int aspect = m_read.oneOf(
            fields["aspect"], {u"node-port-addresses"_s, u"healthz-address"_s, u"metrics-address"_s, u"profiling"_s});
        rule.proxy = aspects[size_t(std::max(0, aspect))];
        requireComponent(node, rule, ComponentKind::KubeProxy);
    }

    void readAudit(int node, Rule &rule)
    {
        rule.check = CheckKind::Audit;
        const auto fields = m_read.fields(node, {"aspect"_ba, "mode?"_ba, "days?"_ba, "files?"_ba});
        if (m_read.failed())
            return;
        constexpr std::array aspects{
            AuditAspect::Backend, AuditAspect::Policy, AuditAspect::Mounts, AuditAspect::Retention};
        const int aspect = m_read.oneOf(fields["aspect"], {u"backend"_s, u"policy"_s, u"mounts"_s, u"retention"_s});
        rule.audit.aspect = aspects[size_t(std::max(0, aspect))];
        const bool mounts = rule.audit.aspect == AuditAspect::Mounts;
        const bool retention = rule.audit.aspect == AuditAspect::Retention;
        if (!m_read.failed()
            && (fields.contains("mode") != mounts || fields.contains("days") != retention
                || fields.contains("files") != retention)) {
            m_read.fail(node,
                message(u"mode belongs to the aspect mounts; days and files belong to retention."_s,
                    u"mode 只用于 mounts；days 和 files 只用于 retention。"_s));
            return;
        }
        if (mounts) {
            const QString mode = matching(fields["mode"], u"0[0-7]{3}"_s,
                message(u"a mode in quotes, such as \"0700\""_s, u"带引号的权限，例如 \"0700\""_s));
            rule.audit.mode = mode.toInt(nullptr, 8);
        }
        if (retention) {
            rule.audit.days = readCount(fields["days"]);
            rule.audit.files = readCount(fields["files"]);
        }
        requireComponent(node, rule, ComponentKind::ApiServer);
    }

    int readCount(int node)
    {
        const QJsonValue value = m_read.value(node);
        const qint64 count = value.toInteger(-1);
        if (!m_read.failed() && (!value.isDouble() || count < 1 || count > 100'000))
            m_read.fail(node, message(u"A number from 1 to 100000 is wanted."_s, u"必须是 1 到 100000 的数字。"_s));
        return int(count);
    }

    void readChainedPlugin(int node, Rule &rule)
    {
        rule.check = CheckKind::ChainedPlugin;
        const auto fields =
            m_read.fields(node, {"type"_ba, "capability"_ba, "annotations"_ba, "leave_alone"_ba, "owners"_ba});
        if (m_read.failed())
            return;
        const Message what = message(u"the type of a network plugin"_s, u"合法的网络插件类型"_s);
        rule.plugin.type = matching(fields["type"], u"[a-z][a-z0-9-]{1,40}"_s, what);
        rule.plugin.capability = m_read.text(fields["capability"]);
        rule.plugin.annotations = m_read.texts(fields["annotations"]);
        rule.plugin.leaveAlone = readNetworks(fields["leave_alone"], "reason");
        rule.plugin.owners = readNetworks(fields["owners"], "where");
        requireComponent(node, rule, ComponentKind::Cni);
    }

    QList<NetworkTypes> readNetworks(int node, const QByteArray &text)
    {
        QList<NetworkTypes> networks;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item, {"types"_ba, text});
            if (m_read.failed())
                return {};
            networks += NetworkTypes{m_read.texts(fields["types"]), m_read.bilingual(fields[text])};
        }
        return networks;
    }

    void readServedVersion(int node, Rule &rule)
    {
        rule.check = CheckKind::ServedVersion;
        const auto fields = m_read.fields(node, {"flag?"_ba, "path?"_ba, "lowest"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.served.lowest = m_read.text(fields["lowest"]);
        m_read.oneOf(fields["lowest"], {u"VersionTLS11"_s, u"VersionTLS12"_s, u"VersionTLS13"_s});
    }

    void readServedSuites(int node, Rule &rule)
    {
        rule.check = CheckKind::ServedSuites;
        const auto fields = m_read.fields(node, {"flag?"_ba, "path?"_ba, "allowed"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.setting.type = ValueType::StringList;
        rule.served.allowed = m_read.texts(fields["allowed"]);
    }

    void readServingCertificate(int node, Rule &rule)
    {
        rule.check = CheckKind::ServingCertificate;
        const auto fields = m_read.fields(node, {"days"_ba});
        if (m_read.failed())
            return;
        readDays(fields["days"], rule);
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    void readKubeletAuthority(int node, Rule &rule)
    {
        rule.check = CheckKind::KubeletAuthority;
        const auto fields = m_read.fields(node, {"flag"_ba, "days"_ba});
        if (m_read.failed())
            return;
        rule.setting = readName(node, fields, rule);
        rule.assertion.op = Assertion::Operator::NotEqual;
        rule.assertion.operand = QString();
        readDays(fields["days"], rule);
        requireComponent(node, rule, ComponentKind::ApiServer);
    }

    void readDays(int node, Rule &rule)
    {
        const QJsonValue value = m_read.value(node);
        rule.served.days = value.toInt(-1);
        if (!m_read.failed() && (rule.served.days < 0 || rule.served.days > 3650))
            m_read.fail(node, message(u"days is a number from 0 to 3650."_s, u"days 必须是 0 到 3650 的数字。"_s));
    }

    void readKubeletAddress(int node, Rule &rule)
    {
        rule.check = CheckKind::KubeletAddress;
        readNothing(node);
        rule.setting = {ComponentKind::Kubelet, u"--address"_s, u"address"_s, ValueType::String};
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    void readAnonymousAuth(int node, Rule &rule)
    {
        rule.check = CheckKind::AnonymousAuth;
        readNothing(node);
        rule.setting = {ComponentKind::ApiServer, u"--anonymous-auth"_s, {}, ValueType::Bool};
        requireComponent(node, rule, ComponentKind::ApiServer);
    }

    void readSameArguments(int node, Rule &rule)
    {
        rule.check = CheckKind::SameArguments;
        const auto fields = m_read.fields(node, {"except"_ba});
        if (m_read.failed())
            return;
        for (const int item : m_read.items(fields["except"]))
            rule.own += readFlag(item);
        if (!isStaticPod(rule.component))
            m_read.fail(node,
                message(u"same_arguments is about a component that runs as a static pod."_s,
                    u"same_arguments 只能用于以静态 Pod 运行的组件。"_s));
    }

    void readGate(int node, Rule &rule)
    {
        rule.check = CheckKind::FeatureGate;
        const auto fields = m_read.fields(node, {"name"_ba, "locked"_ba, "removed"_ba});
        if (m_read.failed())
            return;
        rule.gate.name = matching(fields["name"], u"[A-Z][A-Za-z0-9]{1,79}"_s,
            message(u"the name of a feature gate"_s, u"合法的特性门控名称"_s));
        rule.gate.locked = readRelease(fields["locked"]);
        rule.gate.removed = readRelease(fields["removed"]);
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    void readStaticPods(int node, Rule &rule)
    {
        rule.check = CheckKind::StaticPodDirectory;
        for (const auto &[key, value] : m_read.pairs(node)) {
            m_read.fail(
                value, message(u"static_pods takes no keys: write {}."_s, u"static_pods 没有任何键：请写 {}。"_s));
        }
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    void readWorkload(int node, Rule &rule)
    {
        rule.check = CheckKind::Workload;
        const auto fields = m_read.fields(node,
            {"container?"_ba, "pod?"_ba, "inherit?"_ba, "unset?"_ba, "ephemeral?"_ba, "limit_range?"_ba, "unless?"_ba,
                "type"_ba, "assert"_ba});
        if (m_read.failed())
            return;
        const auto flag = [&](const QByteArray &key, bool otherwise) {
            return fields.contains(key) ? readBool(fields[key]) : otherwise;
        };
        rule.fields.inherit = flag("inherit"_ba, false);
        rule.fields.ephemeral = flag("ephemeral"_ba, true);
        rule.fields.limitRange = flag("limit_range"_ba, false);
        if (fields.contains("unset"))
            rule.fields.optional = m_read.oneOf(fields["unset"], {u"fail"_s, u"pass"_s}) == 1;
        if (fields.contains("container")) {
            for (const int item : m_read.items(fields["container"]))
                rule.fields.container += readFieldPath(item);
        }
        if (fields.contains("pod")) {
            for (const int item : m_read.items(fields["pod"]))
                rule.fields.pod += readFieldPath(item);
        }
        if (fields.contains("unless"))
            rule.fields.unless = readConditions(fields["unless"]);
        if (rule.fields.container.isEmpty() && rule.fields.pod.isEmpty())
            m_read.fail(node,
                message(u"A workload check names fields of container, pod, or both."_s,
                    u"workload 检查必须列出 container、pod 或两者的字段。"_s));
        using Type = WorkloadFields::Type;
        constexpr std::array types{Type::Bool, Type::Integer, Type::Text, Type::List, Type::Quantity};
        constexpr std::array values{
            ValueType::Bool, ValueType::Integer, ValueType::String, ValueType::StringList, ValueType::Integer};
        const int type = m_read.oneOf(fields["type"], {u"bool"_s, u"integer"_s, u"string"_s, u"list"_s, u"quantity"_s});
        rule.fields.type = types[size_t(std::max(0, type))];
        rule.assertion = readAssertion(fields["assert"], values[size_t(std::max(0, type))]);
        requireComponent(node, rule, ComponentKind::Workload);
    }

    void readServiceAccounts(int node, Rule &rule)
    {
        rule.check = CheckKind::ServiceAccountTokens;
        readNothing(node);
        requireComponent(node, rule, ComponentKind::Workload);
    }

    void readClusterAdmins(int node, Rule &rule)
    {
        rule.check = CheckKind::ClusterAdmins;
        const auto fields = m_read.fields(node, {"role"_ba, "expected"_ba, "everyone"_ba});
        if (m_read.failed())
            return;
        rule.admins = {m_read.text(fields["role"]), m_read.texts(fields["expected"]), m_read.texts(fields["everyone"])};
        requireComponent(node, rule, ComponentKind::ApiServer);
    }

    bool readBool(int node)
    {
        const QJsonValue value = m_read.value(node);
        if (!m_read.failed() && !value.isBool())
            m_read.fail(node, message(u"true or false is expected here."_s, u"此处应为 true 或 false。"_s));
        return value.toBool();
    }

    /// Fields and what they have to be: {path, from, OPERATOR: value}.
    QList<FieldCondition> readConditions(int node)
    {
        QList<FieldCondition> result;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item, {"path"_ba, "from?"_ba, "assert"_ba});
            if (m_read.failed())
                break;
            FieldCondition condition;
            condition.path = readPath(fields["path"]);
            if (fields.contains("from"))
                condition.from = readRelease(fields["from"]);
            // The type of the field follows from the operand.
            const auto assertion = m_read.pairs(fields["assert"]);
            const QJsonValue operand = assertion.isEmpty() ? QJsonValue() : m_read.value(assertion[0].second);
            const bool ofList =
                !assertion.isEmpty() && (assertion[0].first == "contains" || assertion[0].first == "excludes");
            condition.assertion = readAssertion(fields["assert"],
                ofList                   ? ValueType::StringList
                    : operand.isBool()   ? ValueType::Bool
                    : operand.isDouble() ? ValueType::Integer
                                         : ValueType::String);
            result += condition;
        }
        return result;
    }

    /// A path in which a name may be followed by [], for each item of a list.
    QString readFieldPath(int node)
    {
        return matching(node, u"[A-Za-z][A-Za-z0-9]*(\\[\\])?(\\.[A-Za-z][A-Za-z0-9]*(\\[\\])?){0,15}"_s,
            message(u"a path of field names with dots, and [] after a list"_s, u"以点分隔的字段路径（列表后加 []）"_s));
    }

    void requireComponent(int node, const Rule &rule, ComponentKind kind)
    {
        if (rule.component != kind) {
            m_read.fail(node,
                message(u"A rule with this check has the component %1."_s,
                    u"使用该检查的规则，其 component 必须为 %1。"_s, componentName(kind)));
        }
    }

    QString readFlag(int node)
    {
        return matching(
            node, u"--[a-z][a-z0-9-]{1,79}"_s, message(u"a flag of the form --name"_s, u"形如 --name 的启动参数"_s));
    }

    QString readPath(int node)
    {
        return matching(node, u"[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z][A-Za-z0-9]*){0,15}"_s,
            message(u"a path of field names with dots"_s, u"以点分隔的字段路径"_s));
    }

    Release readRelease(int node)
    {
        const QString text = matching(node, u"1\\.[0-9]{1,3}(\\.[0-9]{1,4})?"_s,
            message(u"a release in quotes, such as \"1.34\" or \"1.34.4\""_s,
                u"带引号的版本号，例如 \"1.34\" 或 \"1.34.4\""_s));
        return Release::parse(text);
    }

    Assertion readAssertion(int node, ValueType type)
    {
        using enum Assertion::Operator;
        static const QList<std::pair<QByteArray, Assertion::Operator>> operators{{"eq"_ba, Equal}, {"ne"_ba, NotEqual},
            {"in"_ba, In}, {"gt"_ba, Greater}, {"ge"_ba, AtLeast}, {"le"_ba, AtMost}, {"contains"_ba, Contains},
            {"excludes"_ba, Excludes}, {"not_above"_ba, NotAbove}};
        QList<QByteArray> names;
        for (const auto &[name, op] : operators)
            names += name + '?';
        const auto fields = m_read.fields(node, names);
        if (m_read.failed())
            return {};
        if (fields.size() != 1) {
            m_read.fail(node, message(u"An assertion has exactly one operator."_s, u"断言只能有一个运算符。"_s));
            return {};
        }
        Assertion assertion;
        for (const auto &[name, op] : operators) {
            if (fields.contains(name))
                assertion.op = op;
        }
        const int operand = fields.constBegin().value();
        assertion.operand = m_read.value(operand);
        if (!m_read.failed() && !fits(assertion, type))
            m_read.fail(operand,
                message(u"The operand does not fit the operator and the type of the value."_s,
                    u"操作数与运算符或值的类型不符。"_s));
        return assertion;
    }

    static bool isOf(const QJsonValue &value, ValueType type)
    {
        switch (type) {
        case ValueType::Bool:
            return value.isBool();
        case ValueType::Integer:
            return value.isDouble();
        case ValueType::String:
        case ValueType::StringList:
            return value.isString();
        case ValueType::Map:
            return false;
        }
        return false;
    }

    static bool fits(const Assertion &assertion, ValueType type)
    {
        const bool list = type == ValueType::StringList;
        switch (assertion.op) {
        case Assertion::Operator::Equal:
        case Assertion::Operator::NotEqual:
            return !list && isOf(assertion.operand, type);
        case Assertion::Operator::In: {
            const QJsonArray operands = assertion.operand.toArray();
            return !list && !operands.isEmpty()
                && std::all_of(operands.begin(), operands.end(),
                    [type](const QJsonValue &operand) { return isOf(operand, type); });
        }
        case Assertion::Operator::Greater:
        case Assertion::Operator::AtLeast:
        case Assertion::Operator::AtMost:
            return type == ValueType::Integer && assertion.operand.isDouble();
        case Assertion::Operator::Contains:
        case Assertion::Operator::Excludes:
            return list && assertion.operand.isString();
        case Assertion::Operator::NotAbove: {
            const QJsonArray paths = assertion.operand.toArray();
            return type == ValueType::String && !paths.isEmpty()
                && std::all_of(paths.begin(), paths.end(),
                    [](const QJsonValue &path) { return path.toString().startsWith(u'/'); });
        }
        }
        return false;
    }

    void readFix(int node, Rule &rule)
    {
        const auto fields = m_read.fields(
            node, {"set_flag?"_ba, "set_field?"_ba, "set_attributes?"_ba, "patch?"_ba, "guided?"_ba, "parameter?"_ba});
        if (m_read.failed())
            return;
        const bool hasParameter = fields.contains("parameter");
        if (fields.size() != (hasParameter ? 2 : 1)) {
            m_read.fail(node,
                message(u"A fix is exactly one of set_flag, set_field, set_attributes, patch and guided."_s,
                    u"修复只能是 set_flag、set_field、set_attributes、patch、guided 之一。"_s));
            return;
        }
        const bool isList = rule.setting.type == ValueType::StringList;
        const bool isSetting = rule.check == CheckKind::Setting || rule.check == CheckKind::CipherSuites
            || rule.check == CheckKind::Controllers || rule.check == CheckKind::KubeletAddress;
        if (hasParameter)
            rule.parameter = readParameter(fields["parameter"]);
        const auto readValue = [&](const PackFields &action, int at) {
            if (action.contains("value") == hasParameter)
                m_read.fail(
                    at, message(u"A fix has a value or a parameter."_s, u"修复必须有 value 或 parameter 之一。"_s));
            else if (hasParameter)
                rule.fixValue = rule.parameter->proposal;
            else
                rule.fixValue = m_read.text(action["value"]);
        };
        if (fields.contains("set_flag")) {
            const auto action = m_read.fields(fields["set_flag"], {"flag"_ba, "value?"_ba, "item?"_ba});
            if (m_read.failed())
                return;
            rule.fix = FixKind::SetFlag;
            rule.fixFlag = readFlag(action["flag"]);
            if (action.contains("item"))
                rule.fixItem = m_read.text(action["item"]);
            readValue(action, fields["set_flag"]);
            if (!isSetting || !isStaticPod(rule.component) || rule.fixFlag != rule.setting.flag
                || (action.contains("item") && !isList)) {
                m_read.fail(node,
                    message(
                        u"set_flag fixes a setting rule of a static pod component, and its flag is the setting's."_s,
                        u"set_flag 只能修复静态 Pod 组件的 setting 规则，且参数必须与配置项相同。"_s));
            }
        } else if (fields.contains("set_field")) {
            const auto action = m_read.fields(fields["set_field"], {"path"_ba, "value?"_ba});
            if (m_read.failed())
                return;
            rule.fix = FixKind::SetField;
            rule.fixPath = readPath(action["path"]);
            readValue(action, fields["set_field"]);
            if (!isSetting || rule.component != ComponentKind::Kubelet || rule.fixPath != rule.setting.path
                || rule.fixPath.contains(u'.')) {
                m_read.fail(node,
                    message(u"set_field fixes a setting rule of the kubelet, and its path is the setting's: one key."_s,
                        u"set_field 只能修复 kubelet 的 setting 规则，且 path 必须与配置项相同，只含一级键。"_s));
            }
        } else if (fields.contains("set_attributes")) {
            rule.fix = FixKind::SetAttributes;
            readNothing(fields["set_attributes"]);
            if (rule.check != CheckKind::FileAttributes || hasParameter)
                m_read.fail(node,
                    message(u"set_attributes fixes a rule about file_attributes and takes no parameter."_s,
                        u"set_attributes 只能修复 file_attributes 规则，且没有 parameter。"_s));
        } else if (fields.contains("patch")) {
            readPatch(fields["patch"], rule, hasParameter);
        } else {
            rule.fix = FixKind::Guided;
            readNothing(fields["guided"]);
            if (hasParameter)
                m_read.fail(node, message(u"A guided fix takes no parameter."_s, u"guided 没有 parameter。"_s));
        }
        rule.fixable = rule.fix != FixKind::Guided && rule.fix != FixKind::PatchObject;
        if (rule.fixable && (rule.fixValue == ownAddress) != (rule.check == CheckKind::KubeletAddress))
            m_read.fail(node,
                message(u"The value %1 is for kubelet_address, and the only one there."_s,
                    u"取值 %1 用于 kubelet_address，且是它唯一的取值。"_s, QString(ownAddress)));
        if (!m_read.failed() && rule.parameter && !rule.parameter->proposal.isEmpty()) {
            if (const Message problem = valueProblem(rule, rule.parameter->proposal); !problem.isEmpty())
                m_read.fail(fields["parameter"], problem);
        }
    }

    void readPatch(int node, Rule &rule, bool hasParameter)
    {
        const auto fields = m_read.fields(node, {"value"_ba, "only_if?"_ba});
        if (m_read.failed())
            return;
        rule.fix = FixKind::PatchObject;
        rule.patch.value = m_read.value(fields["value"]);
        if (fields.contains("only_if"))
            rule.patch.onlyIf = readConditions(fields["only_if"]);
        if (hasParameter || (rule.check != CheckKind::Workload && rule.check != CheckKind::ServiceAccountTokens))
            m_read.fail(node,
                message(u"patch fixes a rule about workload or service_accounts and takes no parameter."_s,
                    u"patch 只能修复 workload 或 service_accounts 规则，且没有 parameter。"_s));
    }

    void readNothing(int node)
    {
        for (const auto &[key, value] : m_read.pairs(node))
            m_read.fail(value, message(u"No keys are taken here: write {}."_s, u"此处没有任何键：请写 {}。"_s));
    }

    Parameter readParameter(int node)
    {
        Parameter parameter;
        const auto fields = m_read.fields(node, {"type"_ba, "title"_ba, "proposal?"_ba, "choices?"_ba});
        if (m_read.failed())
            return parameter;
        constexpr std::array types{Parameter::Type::Integer, Parameter::Type::Text, Parameter::Type::List};
        const int type = m_read.oneOf(fields["type"], {u"integer"_s, u"text"_s, u"list"_s});
        parameter.type = types[size_t(std::max(0, type))];
        parameter.title = m_read.bilingual(fields["title"]);
        if (fields.contains("proposal"))
            parameter.proposal = m_read.text(fields["proposal"]);
        if (fields.contains("choices"))
            parameter.choices = m_read.texts(fields["choices"]);
        return parameter;
    }

    RuleTest readTest(int node)
    {
        RuleTest test;
        const auto fields = m_read.fields(node,
            {"name"_ba, "release?"_ba, "argv?"_ba, "other_argv?"_ba, "files?"_ba, "outputs?"_ba, "objects?"_ba,
                "api?"_ba, "manifest?"_ba, "fixed?"_ba, "fixed_files?"_ba, "attributes?"_ba, "fixed_attributes?"_ba,
                "value?"_ba, "uid?"_ba, "probes?"_ba, "peers?"_ba, "not_read?"_ba, "patch?"_ba, "expect"_ba,
                "actual?"_ba});
        if (m_read.failed())
            return test;
        test.name = m_read.text(fields["name"]);
        test.at = m_read.position(node);
        if (fields.contains("release"))
            test.release = readRelease(fields["release"]);
        if (fields.contains("argv")) {
            for (const QString &argument : m_read.texts(fields["argv"]))
                test.argv += argument.toUtf8();
        }
        if (fields.contains("other_argv")) {
            for (const QString &argument : m_read.texts(fields["other_argv"]))
                test.otherArgv += argument.toUtf8();
        }
        for (const auto &[key, content] : readPaths(fields, "files"))
            test.files.insert(key, content.toUtf8());
        if (fields.contains("outputs")) {
            for (const auto &[key, content] : m_read.pairs(fields["outputs"]))
                test.outputs.insert(QString::fromUtf8(key), m_read.text(content).toUtf8());
        }
        for (const auto &[key, content] : readPaths(fields, "fixed_files"))
            test.fixedFiles.insert(key, content.toUtf8());
        for (const auto &[key, content] : readPaths(fields, "attributes"))
            test.attributes.insert(key, content);
        for (const auto &[key, content] : readPaths(fields, "fixed_attributes"))
            test.fixedAttributes.insert(key, content);
        if (fields.contains("value"))
            test.value = m_read.text(fields["value"]);
        if (fields.contains("uid"))
            test.uid = m_read.value(fields["uid"]).toInteger();
        if (fields.contains("probes"))
            test.probes = m_read.value(fields["probes"]).toObject();
        if (fields.contains("peers")) {
            for (const int peer : m_read.items(fields["peers"])) {
                QList<QByteArray> argv;
                for (const QString &argument : m_read.texts(peer))
                    argv += argument.toUtf8();
                test.peers += argv;
            }
        }
        if (fields.contains("objects"))
            test.objects = m_read.value(fields["objects"]).toObject();
        if (fields.contains("api"))
            test.apiRead = m_read.oneOf(fields["api"], {u"read"_s, u"not-read"_s}) == 0;
        if (fields.contains("not_read"))
            test.notRead = m_read.texts(fields["not_read"]);
        if (fields.contains("patch"))
            test.patch = m_read.text(fields["patch"]);
        if (fields.contains("manifest"))
            test.manifest = m_read.text(fields["manifest"]).toUtf8();
        if (fields.contains("fixed"))
            test.fixed = m_read.text(fields["fixed"]).toUtf8();
        QStringList words;
        for (const Verdict verdict : verdicts)
            words += verdictName(verdict);
        words += u"waived"_s;
        for (const int item : m_read.items(fields["expect"])) {
            m_read.oneOf(item, words);
            test.expect += m_read.text(item);
        }
        if (fields.contains("actual"))
            test.actual = m_read.text(fields["actual"]);
        return test;
    }

    QList<std::pair<QString, QString>> readPaths(const PackFields &fields, const QByteArray &key)
    {
        QList<std::pair<QString, QString>> result;
        if (!fields.contains(key))
            return result;
        for (const auto &[path, content] : m_read.pairs(fields[key])) {
            if (!path.startsWith('/'))
                m_read.fail(content, message(u"The path of a file starts with /."_s, u"文件路径必须以 / 开头。"_s));
            result.append({QString::fromUtf8(path), m_read.text(content)});
        }
        return result;
    }

    PackReader m_read;
    RulePack m_pack;
    QSet<QString> m_ids;
    QSet<QString> m_baselineIds;
};

} // namespace

const Rule *RulePack::rule(const QString &wanted) const
{
    for (const Rule &rule : rules) {
        if (rule.id == wanted)
            return &rule;
    }
    return nullptr;
}

const Baseline *RulePack::findBaseline(const QString &wanted) const
{
    for (const Baseline &candidate : baselines) {
        if (candidate.id == wanted)
            return &candidate;
    }
    return nullptr;
}

tl::expected<RulePack, QList<Error>> readRulePack(const QString &name, const QByteArray &bytes)
{
    if (bytes.size() > largestPack) {
        Position at;
        at.file = name;
        return tl::unexpected(QList<Error>{
            {Error::Kind::TooLarge, message(u"A rule pack has at most 1 MiB."_s, u"规则包不能超过 1 MiB。"_s), at}});
    }
    const Result<YamlDocument> document = YamlDocument::parse(name, bytes);
    if (!document)
        return tl::unexpected(QList<Error>{document.error()});
    Loader loader(*document);
    RulePack pack = loader.load(document->root());
    if (QList<Error> errors = loader.errors(); !errors.isEmpty())
        return tl::unexpected(std::move(errors));
    pack.digest = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    return pack;
}

Result<RulePack> loadRulePack(const QString &name, const QByteArray &bytes)
{
    return readRulePack(name, bytes).map_error([](const QList<Error> &errors) { return errors.constFirst(); });
}

Result<RulePack> builtinRulePack()
{
    QFile file(u":/rules/mindie.yaml"_s);
    if (!file.open(QIODevice::ReadOnly)) {
        return failure(Error::Kind::NotFound,
            message(u"The program carries no rule pack: it was not built completely."_s,
                u"程序中没有内置规则包：构建不完整。"_s));
    }
    return loadRulePack(u"mindie.yaml"_s, file.readAll()).map([](RulePack pack) {
        pack.accepted = true;
        return pack;
    });
}

} // namespace jiagu
