// SPDX-License-Identifier: Apache-2.0
#include "rules/packvalues.h"

#include "cluster/addresses.h"
#include "cluster/auditpolicy.h"

#include <QJsonArray>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

class CheckReader final : public PackValues
{
public:
    using PackValues::PackValues;

    void readCheck(int node, Rule &rule)
    {
        using Reader = void (CheckReader::*)(int, Rule &);
        static const QList<std::pair<QByteArray, Reader>> checks{{"setting"_ba, &CheckReader::readSetting},
            {"cipher_suites"_ba, &CheckReader::readCipherSuites}, {"controllers"_ba, &CheckReader::readControllers},
            {"feature_gate"_ba, &CheckReader::readGate}, {"static_pods"_ba, &CheckReader::readStaticPods},
            {"file_attributes"_ba, &CheckReader::readFileAttributes}, {"kube_proxy"_ba, &CheckReader::readKubeProxy},
            {"workload"_ba, &CheckReader::readWorkload}, {"reported"_ba, &CheckReader::readReported},
            {"settings"_ba, &CheckReader::readSettingList}, {"owned_directory"_ba, &CheckReader::readOwnedDirectory},
            {"distinct_files"_ba, &CheckReader::readDistinctFiles},
            {"encryption_at_rest"_ba, &CheckReader::readEncryption}, {"confinement"_ba, &CheckReader::readConfinement},
            {"docker"_ba, &CheckReader::readDocker}, {"audit"_ba, &CheckReader::readAudit},
            {"chained_plugin"_ba, &CheckReader::readChainedPlugin},
            {"served_version"_ba, &CheckReader::readServedVersion},
            {"served_suites"_ba, &CheckReader::readServedSuites},
            {"serving_certificate"_ba, &CheckReader::readServingCertificate},
            {"kubelet_authority"_ba, &CheckReader::readKubeletAuthority},
            {"kubelet_address"_ba, &CheckReader::readKubeletAddress},
            {"anonymous_auth"_ba, &CheckReader::readAnonymousAuth},
            {"same_arguments"_ba, &CheckReader::readSameArguments},
            {"service_accounts"_ba, &CheckReader::readServiceAccounts},
            {"cluster_admins"_ba, &CheckReader::readClusterAdmins}};
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

private:
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
        readRuleAssertion(fields["assert"], rule.setting.type, rule);
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
        if (!readUse(fields["allowed"], ParameterUse::Place::Suites, rule))
            rule.suites.allowed = m_read.texts(fields["allowed"]);
    }

    void readControllers(int node, Rule &rule)
    {
        rule.check = CheckKind::Controllers;
        const auto fields = m_read.fields(node, {"flag"_ba, "off"_ba, "renamed?"_ba, "needed?"_ba, "keep?"_ba});
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
        if (fields.contains("needed")) {
            const auto needed = m_read.fields(fields["needed"], {"until"_ba, "lost"_ba});
            if (m_read.failed())
                return;
            rule.controller.neededUntil = readRelease(needed["until"]);
            rule.controller.neededFor = m_read.bilingual(needed["lost"]);
        }
        for (const int item : fields.contains("keep") ? m_read.items(fields["keep"]) : QList<int>()) {
            const auto kept = m_read.fields(item, {"name"_ba, "renamed?"_ba, "beyond_star?"_ba, "lost"_ba});
            if (m_read.failed())
                return;
            KeptController controller{m_read.text(kept["name"]), {}, false, m_read.bilingual(kept["lost"])};
            if (kept.contains("renamed"))
                controller.renamed = m_read.text(kept["renamed"]);
            if (kept.contains("beyond_star"))
                controller.beyondStar = readBool(kept["beyond_star"]);
            rule.controller.keep += controller;
        }
        requireComponent(node, rule, ComponentKind::ControllerManager);
    }

    void readFileAttributes(int node, Rule &rule)
    {
        rule.check = CheckKind::FileAttributes;
        for (const int item : m_read.items(node)) {
            const auto fields = m_read.fields(item,
                {"path?"_ba, "directory?"_ba, "holds?"_ba, "used_by?"_ba, "flags?"_ba, "field?"_ba, "what?"_ba,
                    "mode?"_ba, "above?"_ba, "review?"_ba});
            if (m_read.failed())
                return;
            const auto told = fields.contains("path") + fields.contains("directory") + fields.contains("holds")
                + fields.contains("used_by");
            if (told != 1) {
                m_read.fail(item,
                    message(u"Files are told by their path, by what they hold, or by what uses them: write one of "
                            u"path, directory, holds and used_by."_s,
                        u"文件按路径、按内容或按使用者确定：请写 path、directory、holds、used_by 之一。"_s));
                return;
            }
            if (fields.contains("used_by")) {
                rule.used += readUsedFiles(item, fields);
                continue;
            }
            if (!fields.contains("mode") || fields.contains("flags") || fields.contains("field")
                || fields.contains("what") || fields.contains("above")) {
                m_read.fail(item,
                    message(u"path, directory and holds need mode; flags, field, what and above go with used_by."_s,
                        u"path、directory、holds 必须有 mode；flags、field、what、above 只能与 used_by 一起使用。"_s));
                return;
            }
            FileRule file;
            if (fields.contains("holds")) {
                m_read.oneOf(fields["holds"], {u"private-key"_s});
                rule.keyMode = readMode(fields["mode"]);
                continue;
            }
            file.directory = fields.contains("directory");
            file.path = matching(fields[file.directory ? "directory"_ba : "path"_ba], u"/[A-Za-z0-9._/*-]{1,200}"_s,
                message(u"an absolute path, with * and ** where names differ"_s, u"绝对路径（可用 * 和 **）"_s));
            file.mode = readMode(fields["mode"]);
            if (fields.contains("review"))
                file.review = m_read.value(fields["review"]).toBool();
            rule.files += file;
        }
        requireComponent(node, rule, ComponentKind::Kubelet);
    }

    UsedFiles readUsedFiles(int item, const PackFields &fields)
    {
        using Kind = UsedFiles::Kind;
        UsedFiles used;
        used.component = readComponent(fields["used_by"]);
        if (fields.contains("mode"))
            used.mode = readMode(fields["mode"]);
        if (fields.contains("above"))
            used.directoryMode = readMode(fields["above"]);
        if (fields.contains("flags")) {
            for (const int flag : m_read.items(fields["flags"]))
                used.settings += SettingName{used.component, readFlag(flag), {}, ValueType::String};
        }
        if (fields.contains("field") && used.settings.size() == 1)
            used.settings.first().path = readPath(fields["field"]);
        if (fields.contains("what")) {
            constexpr std::array kinds{Kind::DropIns, Kind::Environment, Kind::Unit, Kind::StaticPods};
            const int kind =
                m_read.oneOf(fields["what"], {u"drop-ins"_s, u"environment"_s, u"unit"_s, u"static-pods"_s});
            used.kind = kinds[size_t(std::max(0, kind))];
        }
        const bool isKubelet = used.component == ComponentKind::Kubelet;
        const bool named = used.kind == Kind::Named;
        if (named == used.settings.isEmpty() || (!named && !isKubelet)
            || (fields.contains("field") && (!isKubelet || used.settings.size() != 1))
            || (!isKubelet && !isStaticPod(used.component)) || (used.mode < 0 && used.directoryMode < 0)
            || fields.contains("review")) {
            m_read.fail(item,
                message(u"used_by names the kubelet or a static pod component, with mode, above or both, and either "
                        u"flags, or (of the kubelet) what; field goes with one flag of the kubelet."_s,
                    u"used_by 的值为 kubelet 或以静态 Pod 运行的组件，须有 mode 或 above（或两者），并写 flags，或（仅 kubelet）"
                    u"what；field 只能与 kubelet 的单个参数一起使用。"_s));
        }
        return used;
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

    void readKubeProxy(int node, Rule &rule)
    {
        rule.check = CheckKind::KubeProxy;
        const auto fields = m_read.fields(node, {"aspect"_ba, "networks?"_ba});
        if (m_read.failed())
            return;
        constexpr std::array aspects{KubeProxyAspect::NodePortAddresses, KubeProxyAspect::HealthzAddress,
            KubeProxyAspect::MetricsAddress, KubeProxyAspect::Profiling};
        const int aspect = m_read.oneOf(
            fields["aspect"], {u"node-port-addresses"_s, u"healthz-address"_s, u"metrics-address"_s, u"profiling"_s});
        rule.proxy = aspects[size_t(std::max(0, aspect))];
        if (fields.contains("networks") && !readUse(fields["networks"], ParameterUse::Place::Networks, rule))
            rule.networks = m_read.texts(fields["networks"]);
        const bool areNetworks = std::ranges::all_of(rule.networks, [&rule](const QString &item) {
            return networkOf(item).prefix > 0 || (item == u"primary" && rule.networks.size() == 1);
        });
        if (fields.contains("networks") && (rule.proxy != KubeProxyAspect::NodePortAddresses || !areNetworks))
            m_read.fail(fields["networks"],
                message(u"networks belongs to node-port-addresses: networks in CIDR form, or primary alone."_s,
                    u"networks 只用于 node-port-addresses：CIDR 形式的网段，或单独的 primary。"_s));
        requireComponent(node, rule, ComponentKind::KubeProxy);
    }

    void readAudit(int node, Rule &rule)
    {
        rule.check = CheckKind::Audit;
        const auto fields =
            m_read.fields(node, {"aspect"_ba, "level?"_ba, "mode?"_ba, "days?"_ba, "files?"_ba, "megabytes?"_ba});
        if (m_read.failed())
            return;
        constexpr std::array aspects{
            AuditAspect::Backend, AuditAspect::Policy, AuditAspect::Mounts, AuditAspect::Retention};
        const int aspect = m_read.oneOf(fields["aspect"], {u"backend"_s, u"policy"_s, u"mounts"_s, u"retention"_s});
        rule.audit.aspect = aspects[size_t(std::max(0, aspect))];
        const bool mounts = rule.audit.aspect == AuditAspect::Mounts;
        const bool retention = rule.audit.aspect == AuditAspect::Retention;
        const bool policy = rule.audit.aspect == AuditAspect::Policy;
        if (!m_read.failed()
            && (fields.contains("level") != policy || fields.contains("mode") != mounts
                || fields.contains("days") != retention || fields.contains("files") != retention
                || fields.contains("megabytes") != retention)) {
            m_read.fail(node,
                message(
                    u"level belongs to the aspect policy, mode to mounts; days, files and megabytes belong to retention."_s,
                    u"level 只用于 policy，mode 只用于 mounts；days、files 和 megabytes 只用于 retention。"_s));
            return;
        }
        if (policy && !readUse(fields["level"], ParameterUse::Place::AuditLevel, rule))
            rule.audit.level = auditLevels().value(m_read.oneOf(fields["level"], auditLevels()));
        if (mounts) {
            const QString mode = matching(fields["mode"], u"0[0-7]{3}"_s,
                message(u"a mode in quotes, such as \"0700\""_s, u"带引号的权限，例如 \"0700\""_s));
            rule.audit.mode = mode.toInt(nullptr, 8);
        }
        if (retention) {
            using Place = ParameterUse::Place;
            const auto count = [&](const QByteArray &key, Place place) {
                return readUse(fields[key], place, rule) ? 0 : readCount(fields[key]);
            };
            rule.audit.days = count("days"_ba, Place::AuditDays);
            rule.audit.files = count("files"_ba, Place::AuditFiles);
            rule.audit.megabytes = count("megabytes"_ba, Place::AuditMegabytes);
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
        if (readUse(fields["lowest"], ParameterUse::Place::ServedVersion, rule))
            return;
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
        if (!readUse(fields["allowed"], ParameterUse::Place::ServedSuites, rule))
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
        readRuleAssertion(fields["assert"], values[size_t(std::max(0, type))], rule);
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

    void requireComponent(int node, const Rule &rule, ComponentKind kind)
    {
        if (rule.component != kind) {
            m_read.fail(node,
                message(u"A rule with this check has the component %1."_s,
                    u"使用该检查的规则，其 component 必须为 %1。"_s, componentName(kind)));
        }
    }
};

} // namespace

void readCheck(PackReader &reader, int node, Rule &rule)
{
    CheckReader(reader).readCheck(node, rule);
}

} // namespace jiagu
