// SPDX-License-Identifier: Apache-2.0
#include "rules/rulepack.h"

#include "base/plaintext.h"
#include "rules/packvalues.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSet>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qsizetype largestPack = 1024 * 1024;

constexpr std::array severities{Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info};

constexpr std::array verdicts{
    Verdict::Pass, Verdict::Fail, Verdict::Manual, Verdict::NotApplicable, Verdict::Unknown, Verdict::Error};

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
        checkUses();
        giveValues(m_pack, {});
        return m_pack;
    }

    /// By position.
    QList<Error> errors() const
    {
        QList<Error> errors = m_read.errors() + m_wrongUses;
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

    /// A rule may refer to the parameter of one that stands below it.
    void checkUses()
    {
        const auto check = [&](const Rule *user, const ParameterUse &use) {
            if (const Message problem = useProblem(m_pack, user, use); !problem.isEmpty())
                m_wrongUses += Error{Error::Kind::Parse, problem, use.at};
        };
        const auto checkAll = [&](const Rule &rule) {
            for (const ParameterUse &use : rule.uses)
                check(&rule, use);
        };
        std::ranges::for_each(m_pack.rules, checkAll);
        for (const Baseline &baseline : std::as_const(m_pack.baselines))
            std::ranges::for_each(baseline.instead, checkAll);
        for (const NamespaceWaiver &waiver : std::as_const(m_pack.waivers)) {
            if (waiver.use)
                check(nullptr, *waiver.use);
        }
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
            m_pack.id = m_values.matching(fields["id"], u"[a-z0-9][a-z0-9.-]{0,63}"_s,
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
                NamespaceWaiver known;
                known.id = unique(waiver["id"], ids,
                    m_values.matching(waiver["id"], u"builtin:[a-z0-9-]{1,48}"_s,
                        message(u"an id of the form builtin:NAME"_s, u"形如 builtin:NAME 的标识"_s)));
                known.reason = m_read.bilingual(waiver["reason"]);
                known.use = m_values.useIn(
                    m_read.value(waiver["namespaces"]), ParameterUse::Place::Namespaces, waiver["namespaces"]);
                if (!known.use)
                    known.namespaces = m_read.texts(waiver["namespaces"]);
                m_pack.waivers += known;
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
                "references"_ba, "not_applicable?"_ba, "check"_ba, "parameter?"_ba, "fix?"_ba, "tests"_ba},
            true);
        rule.at = m_read.position(node);
        part([&] {
            rule.id = unique(fields["id"], m_ids,
                m_values.matching(fields["id"], u"[A-Z][A-Za-z0-9-]{1,47}"_s,
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
        const bool hasComponent = part([&] { rule.component = m_values.readComponent(fields["component"]); });
        for (const int item : itemsOf(fields["references"]))
            part([&] { readReference(item, rule); });
        if (fields.contains("not_applicable")) {
            for (const int item : itemsOf(fields["not_applicable"]))
                part([&] { rule.notApplicable += readRange(item); });
        }
        const bool hasCheck = hasComponent && fields.contains("component") && fields.contains("check")
            && part([&] { readCheck(m_read, fields["check"], rule); });
        if (fields.contains("parameter"))
            part([&] { m_values.readParameter(fields["parameter"], rule); });
        if (fields.contains("fix") && hasCheck)
            part([&] { readFix(m_read, fields["fix"], rule); });
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
            m_values.matching(fields["id"], u"[a-z][a-z0-9-]{0,31}"_s,
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
                rule.risk = original->risk;
                rule.remediation = original->remediation;
                rule.title = m_read.bilingual(instead["title"]);
                rule.rationale = m_read.bilingual(instead["reason"]);
                readCheck(m_read, instead["check"], rule);
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
            range.from = m_values.readRelease(fields["from"]);
        if (fields.contains("until"))
            range.until = m_values.readRelease(fields["until"]);
        range.reason = m_read.bilingual(fields["reason"]);
        if (!range.from.isKnown() && !range.until.isKnown())
            m_read.fail(node,
                message(u"A range of releases has from, until, or both."_s, u"版本范围必须有 from、until 或两者。"_s));
        return range;
    }

    RuleTest readTest(int node)
    {
        RuleTest test;
        const auto fields = m_read.fields(node,
            {"name"_ba, "release?"_ba, "argv?"_ba, "other_argv?"_ba, "files?"_ba, "outputs?"_ba, "objects?"_ba,
                "api?"_ba, "manifest?"_ba, "fixed?"_ba, "fixed_files?"_ba, "attributes?"_ba, "fixed_attributes?"_ba,
                "value?"_ba, "tailored?"_ba, "uid?"_ba, "probes?"_ba, "peers?"_ba, "not_read?"_ba, "patch?"_ba,
                "expect"_ba, "actual?"_ba});
        if (m_read.failed())
            return test;
        test.name = m_read.text(fields["name"]);
        test.at = m_read.position(node);
        if (fields.contains("release"))
            test.release = m_values.readRelease(fields["release"]);
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
        if (fields.contains("tailored")) {
            for (const auto &[rule, value] : m_read.pairs(fields["tailored"]))
                test.tailored.insert(QString::fromUtf8(rule), m_read.text(value));
        }
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
    PackValues m_values{m_read};
    RulePack m_pack;
    QList<Error> m_wrongUses;
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
