// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "assessing.h"
#include "commands.h"

#include "base/linediff.h"
#include "base/plaintext.h"
#include "change/apply.h"

#include <QFile>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 largestChangeSet = 64LL * 1024 * 1024;
constexpr qsizetype shortestId = 12;

/// The steps as a person reviews them.
QString changeSetText(const ChangeSet &changeSet, Language language)
{
    QString text = message(u"Change set %1"_s, u"变更集 %1"_s, changeSet.id).text(language) + u'\n';
    for (const FileChange &step : changeSet.steps) {
        text += u"\n# "_s + plainText(step.node) + u' ' + componentName(step.component) + u" ("_s
            + step.rules.join(u", "_s) + u")\n"_s;
        if (!step.interruption.isEmpty())
            text += u"# "_s + plainText(step.interruption.text(language)) + u'\n';
        text += plainLines(unifiedDiff(step.path.toUtf8(), diffLines(step.before, step.after)));
    }
    return text;
}

Result<ChangeSet> openChangeSet(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return failure(Error::Kind::NotFound,
            message(u"The change set cannot be opened: %1."_s, u"无法打开变更集：%1。"_s, file.errorString()),
            {{}, path});
    }
    const QByteArray bytes = file.read(largestChangeSet + 1);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (bytes.size() > largestChangeSet || !document.isObject()) {
        return failure(Error::Kind::Parse,
            message(u"This is no change set that jiagu plan wrote (%1). Plan again."_s,
                u"这不是 jiagu plan 写出的变更集（%1）。请重新规划。"_s,
                error.error == QJsonParseError::NoError ? u"no JSON object"_s : error.errorString()),
            {{}, path});
    }
    auto changeSet = changeSetFromJson(document.object());
    if (!changeSet && changeSet.error().at.file.isEmpty())
        changeSet.error().at.file = path;
    return changeSet;
}

/// Whether the person approves exactly this change set: by --yes, else at the terminal.
Result<> approve(const ChangeSet &changeSet, const Invocation &invocation, Terminal &terminal)
{
    if (!invocation.yes.isEmpty()) {
        if (invocation.yes.size() >= shortestId && changeSet.id.startsWith(invocation.yes))
            return {};
        return failure(Error::Kind::Conflict,
            message(
                u"Nothing was changed: --yes approves %1, and the file holds change set %2. Review the file, and approve "
                "what it holds."_s,
                u"未作任何变更：--yes 批准的是 %1，而文件中的变更集是 %2。请检查该文件，并批准其中的变更集。"_s,
                plainText(invocation.yes), changeSet.id));
    }
    if (!terminal.isInteractive()) {
        return failure(Error::Kind::Usage,
            message(u"Nothing was changed: there is no terminal to ask at. Approve the change set with --yes %1."_s,
                u"未作任何变更：没有可供确认的终端。请用 --yes %1 批准该变更集。"_s, changeSet.shortId()));
    }
    terminal.note({changeSetText(changeSet, Language::English), changeSetText(changeSet, Language::Chinese)});
    if (terminal.askFor({u"Type yes to carry this out:"_s, u"输入 yes 执行以上变更："_s}, u"yes"_s))
        return {};
    return failure(Error::Kind::Canceled,
        {u"Nothing was changed: the change set was not approved."_s, u"未作任何变更：变更集未获批准。"_s});
}

QStringList nodesOf(const ChangeSet &changeSet)
{
    QStringList nodes;
    for (const FileChange &step : changeSet.steps) {
        if (!nodes.contains(step.node))
            nodes += step.node;
    }
    return nodes;
}

const FileChange &firstStep(const ChangeSet &changeSet, const QString &node)
{
    return *std::find_if(
        changeSet.steps.begin(), changeSet.steps.end(), [&](const FileChange &step) { return step.node == node; });
}

/// Which of the machines on the command line is a node: the one called by its name or address; the only one there is.
/// That it is the right machine is checked on it, by its machine id.
Access *accessTo(const FileChange &step, std::vector<Access> &accesses)
{
    for (Access &access : accesses) {
        const QString &host = access.argument.target.host;
        if (host == step.node || (!step.address.isEmpty() && host == step.address))
            return &access;
    }
    return nullptr;
}

Result<std::vector<std::pair<QString, Access *>>> assignNodes(const ChangeSet &changeSet, std::vector<Access> &accesses)
{
    std::vector<std::pair<QString, Access *>> result;
    const QStringList nodes = nodesOf(changeSet);
    for (const QString &node : nodes) {
        const FileChange &step = firstStep(changeSet, node);
        Access *access = accessTo(step, accesses);
        if (!access && nodes.size() == 1 && accesses.size() == 1)
            access = &accesses.front();
        if (!access) {
            return failure(Error::Kind::Usage,
                message(
                    u"The change set is for %1 (%2), and no --node names it. Add --node with that name or address."_s,
                    u"变更集涉及节点 %1（%2），但没有 --node 指定它。请用该名称或地址补上 --node。"_s, plainText(node),
                    plainText(step.address)));
        }
        result.emplace_back(node, access);
    }
    return result;
}

int exitCodeOf(Outcome::State state)
{
    switch (state) {
    case Outcome::State::Done:
        return exitDone;
    case Outcome::State::Refused:
        return exitRefused;
    case Outcome::State::RolledBack:
        return exitRolledBack;
    case Outcome::State::Undecided:
        return exitUndecided;
    }
    return exitError;
}

void tell(const Outcome &outcome, Terminal &terminal)
{
    const Message action =
        outcome.action == Outcome::Action::Restore ? Message{u"restore"_s, u"还原"_s} : Message{u"apply"_s, u"应用"_s};
    terminal.print(terminal.say(message(u"%1: %2 %3: %4. %5"_s, u"%1：%2变更集 %3：%4。%5"_s, plainText(outcome.node),
        action, outcome.changeSet.left(shortestId), outcomeText(outcome.state), outcome.message)));
    if (outcome.state != Outcome::State::Done) {
        for (const QString &line : outcome.evidence)
            terminal.note({u"    "_s + plainText(line), u"    "_s + plainText(line)});
    }
}

/// Pushes to each node in the order of the steps, and stops at the first that is not done.
int push(Outcome::Action kind, const ChangeSet &changeSet, const Invocation &invocation, Terminal &terminal,
    Interrupt &interrupt, Journal &journal)
{
    auto accesses = takeSecrets(invocation.nodes);
    if (!accesses) {
        terminal.complain(accesses.error());
        return exitError;
    }
    const auto assigned = assignNodes(changeSet, *accesses);
    if (!assigned) {
        terminal.complain(assigned.error());
        return exitError;
    }
    const QStringList undecided = journal.undecidedNodes(changeSet.id);
    for (const auto &[node, access] : *assigned) {
        auto host = reach(*access, terminal, interrupt.token());
        if (!host) {
            terminal.complain(host.error());
            return exitError;
        }
        if (undecided.contains(node)) {
            terminal.note(message(u"%1: an earlier attempt with this change set has no known end; asking the node."_s,
                u"%1：该变更集此前的一次执行尚无定论，正在向节点查询。"_s, node));
            const Outcome earlier = inquire(changeSet, node, **host, journal, interrupt.token());
            tell(earlier, terminal);
            if (earlier.state == Outcome::State::Undecided)
                return exitUndecided;
            if (earlier.state == Outcome::State::Done && earlier.action == kind)
                continue;
        }
        const Approval approval{changeSet.id,
            invocation.operatorName.isEmpty() ? accountName() : invocation.operatorName, invocation.ticket,
            invocation.reviewer, QDateTime::currentDateTimeUtc()};
        interrupt.setLastWords(
            terminal.say(
                message(u"%1 decides alone from here: it keeps the change when the component is healthy, else it rolls "
                        "back. Run the same command again to learn how it ended."_s,
                    u"此后由 %1 自行决定：组件健康则保留变更，否则回滚。再次执行同一命令即可得知结果。"_s, node)),
            exitUndecided);
        Outcome outcome;
        {
            const std::stop_callback asked(interrupt.token(), [&, &name = node] {
                terminal.note(
                    message(u"%1: asking the node to roll back; press Ctrl-C again to leave it to the node."_s,
                        u"%1：已请求节点回滚；再按一次 Ctrl-C 则由节点自行决定。"_s, name));
            });
            outcome = (kind == Outcome::Action::Apply ? apply : restore)(changeSet, node, approval, **host, journal,
                interrupt.token(), [&, &name = node](const Step &step) { terminal.progress(name, step); });
        }
        tell(outcome, terminal);
        if (outcome.state != Outcome::State::Done)
            return exitCodeOf(outcome.state);
    }
    return exitDone;
}

} // namespace

int runPlan(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto assessment = assessTargets(invocation, terminal, interrupt.token());
    if (!assessment) {
        terminal.complain(assessment.error());
        return exitError;
    }
    QList<Finding> wanted;
    for (const QString &id : invocation.rules) {
        if (const auto off = assessment->tailoring.off.constFind(id); off != assessment->tailoring.off.constEnd()) {
            terminal.complain({Error::Kind::NotFound,
                message(
                    u"The tailoring switches %1 off: %2"_s, u"定制中已关闭 %1：%2"_s, plainText(id), plainText(*off)),
                {{}, invocation.tailoring}});
            return exitError;
        }
        if (!assessment->pack.rule(id)) {
            terminal.complain({Error::Kind::NotFound,
                message(u"There is no rule %1; jiagu rules list names those there are."_s,
                    u"没有加固项 %1；可用 jiagu rules list 查看。"_s, plainText(id)),
                {}});
            return exitError;
        }
        for (const Finding &finding : assessment->findings) {
            if (finding.rule == id && finding.verdict == Verdict::Fail && !finding.waiver)
                wanted += finding;
        }
    }
    if (wanted.isEmpty()) {
        terminal.complain({Error::Kind::NotFound,
            message(u"There is nothing to change: %1 fails nowhere among what was read."_s,
                u"无需变更：所读取的对象中没有不通过 %1 的。"_s, invocation.rules.join(u", "_s)),
            {}});
        return exitError;
    }
    auto changeSet = plan(*assessment, wanted, invocation.values);
    if (!changeSet) {
        terminal.complain(changeSet.error());
        return exitError;
    }
    if (auto written =
            writeFile(invocation.out, QJsonDocument(toJson(*changeSet)).toJson(QJsonDocument::Indented), true);
        !written) {
        terminal.complain(written.error());
        return exitError;
    }
    terminal.print(changeSetText(*changeSet, terminal.language()));
    terminal.note(message(u"Written to %1. Nothing was changed; carry it out with: jiagu apply %1 --node … --yes %2"_s,
        u"已写入 %1，尚未作任何变更；执行：jiagu apply %1 --node … --yes %2"_s, invocation.out, changeSet->shortId()));
    return exitDone;
}

int runApply(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto changeSet = openChangeSet(invocation.positional.first());
    if (!changeSet) {
        terminal.complain(changeSet.error());
        return exitError;
    }
    if (auto approved = approve(*changeSet, invocation, terminal); !approved) {
        terminal.complain(approved.error());
        return exitRefused;
    }
    auto journal = Journal::open(Journal::standardDirectory());
    if (!journal) {
        terminal.complain(journal.error());
        return exitError;
    }
    return push(Outcome::Action::Apply, *changeSet, invocation, terminal, interrupt, *journal);
}

int runRestore(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto journal = Journal::open(Journal::standardDirectory());
    if (!journal) {
        terminal.complain(journal.error());
        return exitError;
    }
    auto changeSet = journal->changeSet(invocation.positional.first());
    if (!changeSet) {
        terminal.complain(changeSet.error());
        return exitError;
    }
    return push(Outcome::Action::Restore, *changeSet, invocation, terminal, interrupt, *journal);
}

int runClean(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    auto accesses = takeSecrets(invocation.nodes);
    if (!accesses) {
        terminal.complain(accesses.error());
        return exitError;
    }
    int code = exitDone;
    for (Access &access : *accesses) {
        auto host = reach(access, terminal, interrupt.token());
        if (!host) {
            terminal.complain(host.error());
            code = exitError;
            continue;
        }
        auto cleaned = clean(**host, interrupt.token());
        if (cleaned) {
            terminal.print(access.name() + u": "_s + terminal.say(*cleaned));
        } else {
            terminal.complain(cleaned.error());
            code = exitError;
        }
    }
    return code;
}

} // namespace jiagu
