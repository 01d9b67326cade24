// SPDX-License-Identifier: Apache-2.0
#include "rules/packreader.h"
#include "rules/rulepack.h"

#include "base/plaintext.h"

#include <QFile>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 largest = 1024 * 1024;

class TailoringReader
{
public:
    explicit TailoringReader(const YamlDocument &document)
        : m_read(document)
    {
    }

    Result<Tailoring> read(int root)
    {
        if (!m_read.failed())
            readAll(root);
        if (!m_read.errors().isEmpty())
            return tl::unexpected(m_read.errors().constFirst());
        return m_tailoring;
    }

private:
    void readAll(int root)
    {
        const auto fields = m_read.fields(root, {"schema"_ba, "baseline?"_ba, "off?"_ba, "values?"_ba, "waivers?"_ba});
        if (m_read.failed())
            return;
        m_read.oneOf(fields["schema"], {u"jiagu-tailoring/1"_s});
        m_tailoring.baseline = m_read.text(fields["baseline"]);
        for (const int item : m_read.items(fields["off"])) {
            const auto off = m_read.fields(item, {"rule"_ba, "reason"_ba});
            if (m_read.failed())
                return;
            const QString rule = m_read.text(off["rule"]);
            if (m_tailoring.off.contains(rule))
                m_read.fail(
                    off["rule"], message(u"%1 is switched off twice."_s, u"%1 被重复关闭。"_s, plainText(rule)));
            m_tailoring.off.insert(rule, words(off["reason"]));
        }
        for (const auto &[rule, value] : m_read.pairs(fields["values"]))
            m_tailoring.values.insert(QString::fromUtf8(rule), m_read.text(value));
        for (const int item : m_read.items(fields["waivers"]))
            readWaiver(item);
    }

    void readWaiver(int node)
    {
        const auto fields = m_read.fields(
            node, {"rule"_ba, "cluster?"_ba, "node?"_ba, "object?"_ba, "reason"_ba, "approver"_ba, "expires"_ba});
        if (m_read.failed())
            return;
        Waiver waiver;
        waiver.id = u"waiver:%1"_s.arg(m_tailoring.waivers.size() + 1);
        waiver.rule = words(fields["rule"]);
        waiver.cluster = m_read.text(fields["cluster"]);
        waiver.node = m_read.text(fields["node"]);
        waiver.object = m_read.text(fields["object"]);
        waiver.reason = words(fields["reason"]);
        waiver.approver = words(fields["approver"]);
        const QString day = m_read.text(fields["expires"]);
        waiver.expires = QDate::fromString(day, u"yyyy-MM-dd"_s);
        if (!m_read.failed() && !waiver.expires.isValid())
            m_read.fail(fields["expires"],
                message(u"\"%1\" is no day: write it as 2027-01-31."_s, u"“%1”不是日期：请写成 2027-01-31 的形式。"_s,
                    plainText(day)));
        if (!m_read.failed() && !waiver.object.isEmpty() && waiver.object.count(u'/') != 2 && waiver.object != u"*"_s)
            m_read.fail(fields["object"],
                message(u"\"%1\" is no object: write NAMESPACE/KIND/NAME, with * for any."_s,
                    u"“%1”不是对象：请写成 命名空间/类型/名称，可用 * 表示任意。"_s, plainText(waiver.object)));
        m_tailoring.waivers += waiver;
    }

    /// A text that says something.
    QString words(int node)
    {
        const QString text = m_read.text(node).trimmed();
        if (!m_read.failed() && text.isEmpty())
            m_read.fail(node, message(u"The text is empty."_s, u"文本为空。"_s));
        return text;
    }

    PackReader m_read;
    Tailoring m_tailoring;
};

Message noRule(const QString &rule, const RulePack &pack)
{
    return message(u"The tailoring names the rule %1, and the rule pack %2 has no such rule."_s,
        u"定制中提到加固项 %1，但规则包 %2 中没有该加固项。"_s, plainText(rule), pack.id);
}

} // namespace

Result<Tailoring> readTailoring(const QString &name, const QByteArray &bytes)
{
    if (bytes.size() > largest) {
        return failure(Error::Kind::TooLarge,
            message(u"A tailoring has at most 1 MiB."_s, u"定制文件不能超过 1 MiB。"_s), {{}, name});
    }
    const Result<YamlDocument> document = YamlDocument::parse(name, bytes);
    if (!document)
        return tl::unexpected(document.error());
    return TailoringReader(*document).read(document->root());
}

Result<Tailoring> openTailoring(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return failure(Error::Kind::NotFound,
            message(u"The tailoring cannot be opened: %1."_s, u"无法打开定制文件：%1。"_s, file.errorString()),
            {{}, path});
    }
    return readTailoring(path, file.read(largest + 1));
}

QJsonObject toJson(const Tailoring &tailoring)
{
    QJsonArray off;
    for (auto rule = tailoring.off.begin(); rule != tailoring.off.end(); ++rule)
        off += QJsonObject{{u"rule"_s, rule.key()}, {u"reason"_s, rule.value()}};
    QJsonObject values;
    for (auto value = tailoring.values.begin(); value != tailoring.values.end(); ++value)
        values.insert(value.key(), value.value());
    QJsonArray waivers;
    for (const Waiver &waiver : tailoring.waivers) {
        QJsonObject object{{u"rule"_s, waiver.rule}, {u"reason"_s, waiver.reason}, {u"approver"_s, waiver.approver},
            {u"expires"_s, waiver.expires.toString(Qt::ISODate)}};
        for (const auto &[key, pattern] : {std::pair(u"cluster"_s, waiver.cluster), std::pair(u"node"_s, waiver.node),
                 std::pair(u"object"_s, waiver.object)}) {
            if (!pattern.isEmpty())
                object.insert(key, pattern);
        }
        waivers += object;
    }
    QJsonObject object{
        {u"schema"_s, u"jiagu-tailoring/1"_s}, {u"off"_s, off}, {u"values"_s, values}, {u"waivers"_s, waivers}};
    if (!tailoring.baseline.isEmpty())
        object.insert(u"baseline"_s, tailoring.baseline);
    return object;
}

Result<RulePack> tailored(const RulePack &pack, const Tailoring &tailoring)
{
    RulePack result = pack;
    const Baseline *baseline = pack.baselines.isEmpty() ? nullptr : &pack.baselines.constFirst();
    if (!tailoring.baseline.isEmpty())
        baseline = pack.findBaseline(tailoring.baseline);
    if (!baseline && !tailoring.baseline.isEmpty()) {
        QStringList known;
        for (const Baseline &other : pack.baselines)
            known += other.id;
        return failure(Error::Kind::NotFound,
            message(u"The rule pack %1 has no baseline \"%2\"; it has: %3."_s,
                u"规则包 %1 中没有基线“%2”，可用的有：%3。"_s, pack.id, plainText(tailoring.baseline),
                known.join(u", "_s)));
    }
    const QStringList named = tailoring.off.keys() + tailoring.values.keys();
    for (const QString &rule : named) {
        if (!pack.rule(rule))
            return failure(Error::Kind::NotFound, noRule(rule, pack));
    }
    for (const Waiver &waiver : tailoring.waivers) {
        if (!pack.rule(waiver.rule))
            return failure(Error::Kind::NotFound, noRule(waiver.rule, pack));
    }
    for (auto value = tailoring.values.begin(); value != tailoring.values.end(); ++value) {
        if (const Message problem = valueProblem(*pack.rule(value.key()), value.value()); !problem.isEmpty())
            return failure(Error::Kind::Usage, problem);
    }
    if (!tailoring.values.isEmpty())
        giveValues(result, tailoring.values);
    baseline = baseline ? result.findBaseline(baseline->id) : nullptr;
    if (baseline) {
        result.baseline = baseline->id;
        for (const Rule &instead : baseline->instead)
            *std::ranges::find(result.rules, instead.id, &Rule::id) = instead;
        result.rules.removeIf([&](const Rule &rule) { return baseline->off.contains(rule.id); });
    }
    result.rules.removeIf([&](const Rule &rule) { return tailoring.off.contains(rule.id); });
    return result;
}

} // namespace jiagu
