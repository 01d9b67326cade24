// SPDX-License-Identifier: Apache-2.0
#include "assessing.h"
#include "base/plaintext.h"
#include "commands.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 mostRead = 1024 * 1024 + 1; // one byte more than a pack may have

QJsonObject both(const Message &message)
{
    return {{u"zh"_s, message.zh}, {u"en"_s, message.en}};
}

QString indented(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

Message fixText(const Rule &rule)
{
    const QString name = fixName(rule);
    if (name == u"automatic"_s)
        return {u"can be planned"_s, u"可规划整改"_s};
    if (name == u"needs-input"_s)
        return {u"can be planned with a value"_s, u"给出取值后可规划整改"_s};
    if (name == u"guided"_s)
        return {u"by hand, in the order given"_s, u"按给出的顺序手动整改"_s};
    return {u"by hand"_s, u"手动整改"_s};
}

/// A rule as "jiagu-rules/1" has it.
QJsonObject toJson(const Rule &rule)
{
    QJsonArray refs;
    for (const Reference &reference : rule.references)
        refs += QJsonObject{{u"source"_s, reference.source}, {u"item"_s, reference.item}};
    return {{u"id"_s, rule.id}, {u"title"_s, both(rule.title)}, {u"component"_s, componentName(rule.component)},
        {u"severity"_s, severityName(rule.severity)}, {u"fix"_s, fixName(rule)}, {u"refs"_s, refs}};
}

/// The same with all that it says.
QJsonObject wholeJson(const Rule &rule)
{
    QJsonObject object = toJson(rule);
    object.insert(u"rationale"_s, both(rule.rationale));
    object.insert(u"risk"_s, both(rule.risk));
    object.insert(u"remediation"_s, both(rule.remediation));
    QJsonValue parameter = QJsonValue::Null;
    if (rule.parameter) {
        parameter = QJsonObject{{u"title"_s, both(rule.parameter->title)}, {u"proposal"_s, rule.parameter->proposal},
            {u"choices"_s, QJsonArray::fromStringList(rule.parameter->choices)}};
    }
    object.insert(u"parameter"_s, parameter);
    return object;
}

QString headText(const RulePack &pack, const Terminal &terminal)
{
    return terminal.say(pack.title) + u" ("_s + terminal.say(packName(pack)) + u")\n"_s;
}

QString lineText(const Rule &rule, const Terminal &terminal)
{
    return u"\n%1  %2  %3  %4\n    %5\n"_s.arg(rule.id, terminal.say(severityText(rule.severity)),
        componentName(rule.component), terminal.say(fixText(rule)), terminal.say(rule.title));
}

QString wholeText(const RulePack &pack, const Rule &rule, const Terminal &terminal)
{
    QString text = lineText(rule, terminal);
    const auto section = [&](const Message &title, const QString &body) {
        text += u"\n  "_s + terminal.say(title) + u"\n    "_s + body + u'\n';
    };
    section({u"Why"_s, u"理由"_s}, terminal.say(rule.rationale));
    section({u"What the change breaks"_s, u"变更风险"_s}, terminal.say(rule.risk));
    section({u"How it is done"_s, u"整改方法"_s}, terminal.say(rule.remediation));
    if (rule.parameter) {
        const QString &proposal = rule.parameter->proposal;
        section({u"Value to give"_s, u"需要给出的取值"_s},
            terminal.say(rule.parameter->title)
                + (proposal.isEmpty() ? QString()
                                      : terminal.say(message(u" (proposed: %1)"_s, u"（建议值：%1）"_s, proposal))));
    }
    QStringList references;
    for (const Reference &reference : rule.references)
        references += terminal.say(pack.sources.value(reference.source)) + u": "_s + reference.item;
    if (!references.isEmpty())
        section({u"References"_s, u"参考"_s}, references.join(u"\n    "_s));
    return text;
}

} // namespace

int runRulesList(const Invocation &invocation, Terminal &terminal, Interrupt & /*interrupt*/)
{
    const auto pack = packOf(invocation);
    if (!pack) {
        terminal.complain(pack.error());
        return exitError;
    }
    QJsonArray rules;
    QString text = headText(*pack, terminal);
    for (const Rule &rule : pack->rules) {
        rules += toJson(rule);
        text += lineText(rule, terminal);
    }
    terminal.print(invocation.format == u"json"_s ? indented({{u"schema"_s, u"jiagu-rules/1"_s}, {u"rules"_s, rules}})
                                                  : plainLines(text.toUtf8()));
    return exitDone;
}

int runRulesShow(const Invocation &invocation, Terminal &terminal, Interrupt & /*interrupt*/)
{
    const auto pack = packOf(invocation);
    if (!pack) {
        terminal.complain(pack.error());
        return exitError;
    }
    for (const QString &id : invocation.positional) {
        if (pack->rule(id))
            continue;
        terminal.complain({Error::Kind::NotFound,
            message(u"There is no rule %1; jiagu rules list names those there are."_s,
                u"没有加固项 %1；可用 jiagu rules list 查看。"_s, plainText(id)),
            {}});
        return exitError;
    }
    QJsonArray rules;
    QString text = headText(*pack, terminal);
    for (const Rule &rule : pack->rules) {
        if (!invocation.positional.isEmpty() && !invocation.positional.contains(rule.id))
            continue;
        rules += wholeJson(rule);
        text += wholeText(*pack, rule, terminal);
    }
    terminal.print(invocation.format == u"json"_s ? indented({{u"schema"_s, u"jiagu-rule/1"_s},
                       {u"pack"_s,
                           QJsonObject{{u"id"_s, pack->id}, {u"version"_s, pack->version},
                               {u"title"_s, both(pack->title)}, {u"digest"_s, QString::fromLatin1(pack->digest)}}},
                       {u"rules"_s, rules}})
                                                  : plainLines(text.toUtf8()));
    return exitDone;
}

int runRulesCheck(const Invocation &invocation, Terminal &terminal, Interrupt & /*interrupt*/)
{
    const QString &path = invocation.positional.constFirst();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        terminal.complain({Error::Kind::NotFound,
            message(u"The rule pack cannot be opened: %1."_s, u"无法打开规则包：%1。"_s, file.errorString()),
            {{}, path}});
        return exitError;
    }
    const QByteArray bytes = file.read(mostRead);
    const QList<Error> problems = checkRulePack(path, bytes);
    for (const Error &problem : problems)
        terminal.print(describe(problem, terminal.language()));
    if (!problems.isEmpty()) {
        terminal.note(message(u"Problems found: %1."_s, u"发现 %1 个问题。"_s, QString::number(problems.size())));
        return exitFailed;
    }
    const RulePack pack = *loadRulePack(path, bytes);
    qsizetype tests = 0;
    for (const Rule &rule : pack.rules)
        tests += rule.tests.size();
    terminal.print(terminal.say(
        message(u"%1: rules %2, tests %3, nothing is wrong."_s, u"%1：加固项 %2 个，测试 %3 个，没有问题。"_s,
            packName(pack), QString::number(pack.rules.size()), QString::number(tests))));
    return exitDone;
}

} // namespace jiagu
