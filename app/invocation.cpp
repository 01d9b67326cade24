// SPDX-License-Identifier: Apache-2.0
#include "invocation.h"

#include "base/plaintext.h"

#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr unsigned bit(Command command)
{
    return 1U << static_cast<unsigned>(command);
}
constexpr unsigned reading = bit(Command::Scan) | bit(Command::Plan) | bit(Command::Report);
constexpr unsigned listing = bit(Command::RulesList) | bit(Command::RulesShow);
constexpr unsigned pushing = bit(Command::Apply) | bit(Command::Restore);
constexpr unsigned reaching = reading | pushing | bit(Command::Record) | bit(Command::Clean);
constexpr unsigned every = ~0U;

struct CommandEntry
{
    Command command;
    QString name;
    QString usage;
    qsizetype positional;
    Message purpose;
};

const QList<CommandEntry> &commands()
{
    static const QList<CommandEntry> table{
        {Command::Window, u""_s, u"jiagu [--sample | --session FILE] [--rules FILE] [--tailoring FILE] [FILE...]"_s,
            1000,
            {u"Opens the window, with recorded nodes when files are named."_s,
                u"打开窗口；给出文件时，打开其中记录的节点。"_s}},
        {Command::Scan, u"scan"_s, u"jiagu scan TARGET... [--format text|json]"_s, 0,
            {u"Reads nodes and judges what is in force on them. Changes nothing. Ends with 0 when nothing is fail, "
             "unknown or error, with 1 when something fails, with 2 otherwise."_s,
                u"读取节点并核查实际生效的配置，不作任何变更。没有不通过、未知或出错时退出码为 0，有不通过时为 1，其余为 2。"_s}},
        {Command::Plan, u"plan"_s, u"jiagu plan TARGET... --rule ID... [--set ID=VALUE] --out FILE"_s, 0,
            {u"Prints the exact change that would make rules pass, and writes it to a file for apply. Changes nothing."_s,
                u"显示使加固项通过所需的确切变更，并写入文件供 apply 使用，不作任何变更。"_s}},
        {Command::Apply, u"apply"_s, u"jiagu apply FILE --node NODE... [--yes CHANGESET-ID]"_s, 1,
            {u"Carries out a change set that plan wrote, after asking. Ends with 0 when it is done, 3 refused before any "
             "change, 4 rolled back, 5 undecided, 2 on an error."_s,
                u"确认后执行 plan 写出的变更集。完成时退出码为 0，变更前被拒绝为 3，已回滚为 4，尚无定论为 5，出错为 2。"_s}},
        {Command::Restore, u"restore"_s, u"jiagu restore CHANGESET-ID --node NODE..."_s, 1,
            {u"Puts back the bytes that a change set replaced. Ends like apply."_s,
                u"还原变更集替换掉的内容。退出码与 apply 相同。"_s}},
        {Command::Report, u"report"_s, u"jiagu report TARGET... --format html|json|pdf --out FILE"_s, 0,
            {u"Reads and judges like scan, and writes a report with the changes made so far."_s,
                u"与 scan 一样读取并核查，并写出报告，其中包括已执行的变更。"_s}},
        {Command::RulesList, u"rules list"_s, u"jiagu rules list [--rules FILE] [--format text|json]"_s, 0,
            {u"Lists the rules of the built-in baseline, or of another rule pack."_s,
                u"列出内置基线或其他规则包的加固项。"_s}},
        {Command::RulesShow, u"rules show"_s, u"jiagu rules show [ID...] [--rules FILE] [--format text|json]"_s, 1000,
            {u"Prints what a rule asks for, why, what its change breaks and how it is done; without an id, of all rules."_s,
                u"显示加固项的要求、理由、变更风险与整改方法；不指定标识则显示全部加固项。"_s}},
        {Command::RulesCheck, u"rules check"_s, u"jiagu rules check FILE"_s, 1,
            {u"For authors of rule packs: prints everything that is wrong with the file, with line and column, and runs the "
             "tests that it carries. Ends with 0 when nothing is wrong, with 1 otherwise."_s,
                u"供规则包作者使用：列出文件中的全部问题及其行列位置，并运行规则包自带的测试。没有问题时退出码为 0，否则为 1。"_s}},
        {Command::Record, u"record"_s, u"jiagu record --node NODE [--anonymous] --out FILE"_s, 0,
            {u"Reads one node and writes what was read to a snapshot file, which the window and --snapshot open."_s,
                u"读取一个节点，并将读到的内容写入快照文件；窗口和 --snapshot 均可打开该文件。"_s}},
        {Command::Clean, u"clean"_s, u"jiagu clean --node NODE..."_s, 0,
            {u"Removes what the program keeps on nodes (/var/lib/jiagu). Refuses while a change is open. What was applied "
             "stays; it cannot be restored from the node's own backup afterwards."_s,
                u"删除本程序留在节点上的内容（/var/lib/jiagu）。有未结束的变更时拒绝执行。已执行的变更保持不变，但此后无法再用节点上的备份还原。"_s}},
    };
    return table;
}

const CommandEntry &entry(Command command)
{
    for (const CommandEntry &candidate : commands()) {
        if (candidate.command == command)
            return candidate;
    }
    Q_UNREACHABLE();
}

tl::unexpected<Error> usage(Message message)
{
    return failure(Error::Kind::Usage, std::move(message));
}

Result<> setSecret(NodeArgument &node, const QString &value)
{
    const QStringList parts = value.split(u'=');
    bool isNumber = false;
    const int fd = parts.value(1).toInt(&isNumber);
    const QString &what = parts.first();
    int *place = what == u"login"_s ? &node.loginFd
        : what == u"passphrase"_s   ? &node.passphraseFd
        : what == u"sudo"_s         ? &node.sudoFd
                                    : nullptr;
    if (parts.size() != 2 || !place || !isNumber || fd < 0) {
        return usage(message(
            u"--secret-fd %1 is not understood: write login=N, passphrase=N or sudo=N, where N is a file descriptor that holds "
            "the secret as one line."_s,
            u"无法理解 --secret-fd %1：请写 login=N、passphrase=N 或 sudo=N，N 为文件描述符，其中以一行给出口令。"_s,
            plainText(value)));
    }
    *place = fd;
    return {};
}

Result<> setFormat(Invocation &invocation, const QString &value)
{
    const QStringList known = invocation.command == Command::Report ? QStringList{u"html"_s, u"json"_s, u"pdf"_s}
                                                                    : QStringList{u"text"_s, u"json"_s};
    if (!known.contains(value)) {
        return usage(message(u"--format %1 is not known here: it is one of %2."_s,
            u"此处没有 --format %1 这种格式，可用：%2。"_s, plainText(value), known.join(u", "_s)));
    }
    invocation.format = value;
    return {};
}

struct Option
{
    QString name;
    QString value; ///< what stands for its value in the help; empty: it takes none
    unsigned commands;
    bool ofNode; ///< belongs to the --node before it
    Message help;
    Result<> (*set)(Invocation &, const QString &);
};

const QList<Option> &options()
{
    static const QList<Option> table{
        {u"--node"_s, u"[USER@]HOST[:PORT]"_s, reaching, false,
            {u"a node to reach by SSH; may be repeated; an IPv6 address stands in brackets"_s,
                u"通过 SSH 访问的节点；可重复；IPv6 地址写在方括号中"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                auto target = parseTarget(v);
                if (!target)
                    return tl::unexpected(target.error());
                i.nodes += NodeArgument{*target};
                return {};
            }},
        {u"--identity"_s, u"FILE"_s, reaching, true,
            {u"the private key to log in with, or the public half of one that the SSH agent holds; without it, keys of the "
             "agent, then the server's questions or a password"_s,
                u"登录用的私钥，或 SSH 代理所持密钥的公钥；不指定则依次使用代理中的密钥、服务器的提问或口令"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.nodes.last().target.identityFile = v;
                return {};
            }},
        {u"--no-agent"_s, {}, reaching, true,
            {u"leave the SSH agent (SSH_AUTH_SOCK) alone"_s, u"不使用 SSH 代理（SSH_AUTH_SOCK）"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.nodes.last().target.agent = false;
                return {};
            }},
        {u"--host-key"_s, u"SHA256:..."_s, reaching, true,
            {u"the host key to accept without asking; without it, known_hosts decides, and an unknown key is asked about"_s,
                u"无需询问即接受的主机密钥指纹；不指定则以 known_hosts 为准，遇到未知密钥时询问"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                if (!v.startsWith(u"SHA256:"_s)) {
                    return usage(message(
                        u"--host-key %1 is no fingerprint: it begins with SHA256:, as ssh-keygen -l prints it."_s,
                        u"--host-key %1 不是指纹：应以 SHA256: 开头，即 ssh-keygen -l 的输出。"_s, plainText(v)));
                }
                i.nodes.last().target.hostKey = v;
                return {};
            }},
        {u"--sudo"_s, {}, reaching, true,
            {u"become root with sudo, when the user is another"_s, u"用户不是 root 时，用 sudo 提权"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.nodes.last().target.sudo = true;
                return {};
            }},
        {u"--secret-fd"_s, u"login=N|passphrase=N|sudo=N"_s, reaching, true,
            {u"read that secret, one line, from file descriptor N; without it, a terminal is asked; login also answers the "
             "first hidden question that the server asks"_s,
                u"从文件描述符 N 读取该口令（一行）；不指定则在终端询问；login 也用于回答服务器的第一个不回显提问"_s},
            [](Invocation &i, const QString &v) { return setSecret(i.nodes.last(), v); }},
        {u"--no-probe"_s, {}, reading | bit(Command::Record), false,
            {u"do not ask the components about TLS: their logs stay free of broken handshakes, and what the ports really "
             "accept is unknown"_s,
                u"不探测各组件的 TLS：其日志中不会出现中断的握手，端口实际接受的协议则为未知"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.probe = false;
                return {};
            }},
        {u"--snapshot"_s, u"FILE"_s, reading, false,
            {u"a recorded node; may be repeated"_s, u"已录制的节点快照；可重复"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.snapshots += v;
                return {};
            }},
        {u"--sample"_s, {}, reading | bit(Command::Window), false,
            {u"the recorded sample cluster inside the program"_s, u"程序内置的示例集群"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.sample = true;
                return {};
            }},
        {u"--session"_s, u"FILE"_s, bit(Command::Window), false,
            {u"a session that was saved from the window"_s, u"由窗口保存的会话"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.session = v;
                return {};
            }},
        {u"--rule"_s, u"ID"_s, bit(Command::Plan), false,
            {u"a rule to make pass; may be repeated; see rules list"_s, u"要整改的加固项；可重复；见 rules list"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.rules += v;
                return {};
            }},
        {u"--set"_s, u"ID=VALUE"_s, bit(Command::Plan), false,
            {u"the value for a rule that asks for one"_s, u"加固项需要取值时，指定其取值"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                const qsizetype at = v.indexOf(u'=');
                if (at <= 0) {
                    return usage(message(u"--set %1 is not understood: write the rule, =, and its value."_s,
                        u"无法理解 --set %1：请写成 加固项=取值。"_s, plainText(v)));
                }
                i.values[v.left(at)] = v.mid(at + 1);
                return {};
            }},
        {u"--rules"_s, u"FILE"_s, reading | listing | bit(Command::Window), false,
            {u"judge by this rule pack instead of the built-in one"_s, u"使用该规则包代替内置规则包进行核查"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.pack = v;
                return {};
            }},
        {u"--accept-pack"_s, u"SHA256"_s, bit(Command::Plan), false,
            {u"accept that the rule pack with this SHA-256 changes nodes"_s,
                u"批准该 SHA-256 对应的规则包用于变更节点"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                static const QRegularExpression digest(u"^[0-9a-fA-F]{64}$"_s);
                if (!digest.match(v).hasMatch()) {
                    return usage(
                        message(u"--accept-pack %1 is no SHA-256: it has 64 hexadecimal digits, as jiagu rules "
                                u"list prints it."_s,
                            u"--accept-pack %1 不是 SHA-256：应为 64 位十六进制数字，即 jiagu rules list 的输出。"_s,
                            plainText(v)));
                }
                i.acceptedPack = v.toLower();
                return {};
            }},
        {u"--tailoring"_s, u"FILE"_s, reading | bit(Command::Window), false,
            {u"the baseline, rules switched off, values and waivers that this file names"_s,
                u"采用该文件指定的基线、关闭的加固项、取值与豁免"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.tailoring = v;
                return {};
            }},
        {u"--format"_s, u"FORMAT"_s, bit(Command::Scan) | bit(Command::Report) | listing, false,
            {u"text or json; of a report, html, json or pdf"_s, u"text 或 json；报告为 html、json 或 pdf"_s},
            setFormat},
        {u"--out"_s, u"FILE"_s, bit(Command::Plan) | bit(Command::Report) | bit(Command::Record), false,
            {u"the file to write; it is replaced only by a complete one"_s, u"要写出的文件；写完整后才替换原文件"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.out = v;
                return {};
            }},
        {u"--anonymous"_s, {}, bit(Command::Record), false,
            {u"rewrite what tells on which machine it was recorded (kernel, machine and boot ids) and mask secrets for good"_s,
                u"改写能识别录制机器的内容（内核、机器标识与启动标识），并永久遮盖敏感内容"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.anonymous = true;
                return {};
            }},
        {u"--yes"_s, u"CHANGESET-ID"_s, bit(Command::Apply), false,
            {u"approve this change set without being asked; its whole id, or at least 12 digits of it"_s,
                u"不经询问直接批准该变更集；给出完整标识，或至少前 12 位"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.yes = v;
                return {};
            }},
        {u"--operator"_s, u"NAME"_s, pushing | bit(Command::Report), false,
            {u"who does this; without it, the name of the account"_s, u"操作人；不指定则为当前账号名"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.operatorName = v;
                return {};
            }},
        {u"--ticket"_s, u"NUMBER"_s, pushing | bit(Command::Report), false,
            {u"the ticket it is done for"_s, u"工单号"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.ticket = v;
                return {};
            }},
        {u"--reviewer"_s, u"NAME"_s, pushing | bit(Command::Report), false, {u"who reviewed it"_s, u"复核人"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.reviewer = v;
                return {};
            }},
        {u"--organisation"_s, u"NAME"_s, bit(Command::Report), false,
            {u"printed on the cover of the report"_s, u"报告封面上的单位名称"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                i.organisation = v;
                return {};
            }},
        {u"--lang"_s, u"zh|en"_s, every, false,
            {u"the language to speak; without it, that of the environment"_s, u"输出语言；不指定则取自环境变量"_s},
            [](Invocation &i, const QString &v) -> Result<> {
                if (v != u"zh"_s && v != u"en"_s) {
                    return usage(message(u"--lang %1 is not known: it is zh or en."_s,
                        u"--lang %1 无效：可用 zh 或 en。"_s, plainText(v)));
                }
                i.language = v == u"zh"_s ? Language::Chinese : Language::English;
                i.isLanguageGiven = true;
                return {};
            }},
        {u"--help"_s, {}, every, false, {u"print this"_s, u"显示本帮助"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.help = true;
                return {};
            }},
        {u"--version"_s, {}, bit(Command::Window), false, {u"print the version"_s, u"显示版本"_s},
            [](Invocation &i, const QString &) -> Result<> {
                i.version = true;
                return {};
            }},
    };
    return table;
}

const Option *findOption(const QString &name)
{
    for (const Option &option : options()) {
        if (option.name == name)
            return &option;
    }
    return nullptr;
}

/// How many of the arguments name the command; 0 when they name none.
qsizetype commandWords(const QStringList &arguments, Command &command)
{
    for (const CommandEntry &candidate : commands()) {
        const QStringList words = candidate.name.split(u' ', Qt::SkipEmptyParts);
        if (!words.isEmpty() && arguments.first(std::min(words.size(), arguments.size())) == words) {
            command = candidate.command;
            return words.size();
        }
    }
    return 0;
}

Message hint(Command command)
{
    const QString name = entry(command).name;
    const QString shown = u"jiagu "_s + (name.isEmpty() ? QString() : name + u' ') + u"--help"_s;
    return message(u"%1 lists what there is."_s, u"用法见 %1。"_s, shown);
}

Result<> checkComplete(const Invocation &invocation)
{
    const auto has = [&](unsigned set) { return (bit(invocation.command) & set) != 0; };
    if (has(reading) && invocation.nodes.isEmpty() && invocation.snapshots.isEmpty() && !invocation.sample) {
        return usage({u"Say what to read: --node [USER@]HOST, --snapshot FILE or --sample."_s,
            u"请指定要读取的对象：--node [USER@]HOST、--snapshot FILE 或 --sample。"_s});
    }
    if (has(pushing | bit(Command::Record) | bit(Command::Clean)) && invocation.nodes.isEmpty()) {
        return usage(
            {u"Say which node to reach: --node [USER@]HOST."_s, u"请指定要访问的节点：--node [USER@]HOST。"_s});
    }
    if (has(bit(Command::Record)) && invocation.nodes.size() != 1) {
        return usage({u"A snapshot file holds one node: run record once for each."_s,
            u"一个快照文件只含一个节点：请对每个节点分别执行 record。"_s});
    }
    if (has(bit(Command::Plan)) && invocation.rules.isEmpty()) {
        return usage({u"Say which rules to make pass: --rule ID; jiagu rules list names them."_s,
            u"请指定要整改的加固项：--rule ID；可用 jiagu rules list 查看。"_s});
    }
    if (has(bit(Command::Plan) | bit(Command::Report) | bit(Command::Record)) && invocation.out.isEmpty())
        return usage({u"Say which file to write: --out FILE."_s, u"请指定要写出的文件：--out FILE。"_s});
    if (has(bit(Command::Report)) && invocation.format.isEmpty())
        return usage({u"Say which report to write: --format html, --format json or --format pdf."_s,
            u"请指定报告格式：--format html、--format json 或 --format pdf。"_s});
    if (has(bit(Command::Apply)) && invocation.positional.isEmpty())
        return usage({u"Name the file that jiagu plan wrote."_s, u"请指定 jiagu plan 写出的文件。"_s});
    if (has(bit(Command::RulesCheck)) && invocation.positional.isEmpty())
        return usage({u"Name the rule pack to check: jiagu rules check FILE."_s,
            u"请指定要检查的规则包：jiagu rules check FILE。"_s});
    if (has(bit(Command::Restore)) && invocation.positional.isEmpty())
        return usage({u"Name the change set to take back, by its id."_s, u"请以标识指定要还原的变更集。"_s});
    return {};
}

} // namespace

Language environmentLanguage()
{
    static const Language language = [] {
        for (const char *name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
            const QByteArray value = qgetenv(name);
            if (!value.isEmpty())
                return value.startsWith("zh") ? Language::Chinese : Language::English;
        }
        return Language::English;
    }();
    return language;
}

Language languageOf(const QStringList &arguments)
{
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString value = arguments[i] == u"--lang"_s ? arguments.value(i + 1)
            : arguments[i].startsWith(u"--lang="_s)       ? arguments[i].mid(7)
                                                          : QString();
        if (value == u"zh"_s || value == u"en"_s)
            return value == u"zh"_s ? Language::Chinese : Language::English;
    }
    return environmentLanguage();
}

bool isForTerminal(const QStringList &arguments)
{
    Command command = Command::Window;
    if (commandWords(arguments, command) > 0 || arguments.value(0) == u"rules"_s)
        return true;
    for (const QString &option : {u"--help"_s, u"-h"_s, u"--version"_s}) {
        if (arguments.contains(option))
            return true;
    }
    const QString first = arguments.value(0);
    return !first.isEmpty() && !first.startsWith(u'-') && !first.contains(u'.') && !first.contains(u'/')
        && !QFileInfo::exists(first);
}

Result<Invocation> parseInvocation(const QStringList &arguments)
{
    Invocation invocation;
    invocation.language = environmentLanguage();
    qsizetype at = commandWords(arguments, invocation.command);
    if (at == 0 && arguments.value(0) == u"rules"_s) {
        if (arguments.contains(u"--help"_s))
            invocation.command = Command::RulesList;
        else if (arguments.size() < 2 || arguments[1].startsWith(u'-'))
            return usage({u"rules alone does nothing: write jiagu rules list, jiagu rules show or jiagu rules check."_s,
                u"单独的 rules 没有作用：请写 jiagu rules list、jiagu rules show 或 jiagu rules check。"_s});
        at = 1;
    }
    if (invocation.command == Command::Window && isForTerminal(arguments) && !arguments.value(0).startsWith(u'-')) {
        QStringList names;
        for (const CommandEntry &candidate : commands()) {
            if (!candidate.name.isEmpty())
                names += candidate.name;
        }
        return usage(message(u"There is no command %1, and no such file: the commands are %2."_s,
            u"没有 %1 这个命令，也没有这个文件：可用的命令有 %2。"_s, plainText(arguments.value(0)),
            names.join(u", "_s)));
    }

    bool onlyPositional = false;
    for (; at < arguments.size(); ++at) {
        const QString &argument = arguments[at];
        if (onlyPositional || !argument.startsWith(u'-') || argument == u"-"_s) {
            invocation.positional += argument;
            continue;
        }
        if (argument == u"--"_s) {
            onlyPositional = true;
            continue;
        }
        const qsizetype equals = argument.indexOf(u'=');
        const bool joined = argument.startsWith(u"--"_s) && equals > 0;
        const QString name = argument == u"-h"_s ? u"--help"_s : joined ? argument.left(equals) : argument;
        const Option *option = findOption(name);
        if (!option || (option->commands & bit(invocation.command)) == 0) {
            return usage(message(u"%1 is not an option of this command. %2"_s, u"此命令没有选项 %1。%2"_s,
                plainText(name), hint(invocation.command)));
        }
        QString value;
        if (option->value.isEmpty()) {
            if (joined)
                return usage(message(u"%1 takes no value."_s, u"%1 不带取值。"_s, name));
        } else if (joined) {
            value = argument.mid(equals + 1);
        } else if (at + 1 < arguments.size() && !arguments[at + 1].startsWith(u"--"_s)) {
            value = arguments[++at];
        }
        if (!option->value.isEmpty() && value.isEmpty())
            return usage(message(u"%1 needs a value: %2."_s, u"%1 需要取值：%2。"_s, name, option->value));
        if (option->ofNode && invocation.nodes.isEmpty()) {
            return usage(message(u"%1 says something about a node: write it after the --node that it is for."_s,
                u"%1 说明的是节点：请写在对应的 --node 之后。"_s, name));
        }
        if (auto set = option->set(invocation, value); !set)
            return tl::unexpected(set.error());
    }
    if (invocation.help || invocation.version)
        return invocation;
    if (invocation.positional.size() > entry(invocation.command).positional) {
        return usage(message(u"%1 is one argument too many. %2"_s, u"多余的参数 %1。%2"_s,
            plainText(invocation.positional.last()), hint(invocation.command)));
    }
    if (auto complete = checkComplete(invocation); !complete)
        return tl::unexpected(complete.error());
    return invocation;
}

QString helpText(Command command, Language language)
{
    const auto say = [&](const char16_t *en, const char16_t *zh) {
        return QString::fromUtf16(language == Language::Chinese ? zh : en);
    };
    const CommandEntry &described = entry(command);
    QString text = described.usage + u"\n\n"_s + described.purpose.text(language) + u"\n\n"_s;
    if (command == Command::Window) {
        text += say(u"Commands, none of which needs a display:", u"命令（均不需要图形界面）：") + u'\n';
        for (const CommandEntry &other : commands()) {
            if (!other.name.isEmpty())
                text += u"  "_s + other.usage + u"\n      "_s + other.purpose.text(language) + u'\n';
        }
        text += u'\n';
    }
    text += say(u"Options:", u"选项：") + u'\n';
    for (const Option &option : options()) {
        if ((option.commands & bit(command)) == 0)
            continue;
        text += (option.ofNode ? u"    "_s : u"  "_s) + option.name
            + (option.value.isEmpty() ? QString() : u' ' + option.value) + u"\n        "_s + option.help.text(language)
            + (option.ofNode ? say(u"; after the --node it is for", u"；写在对应的 --node 之后") : QString()) + u'\n';
    }
    if ((bit(command) & reading) != 0)
        text += u'\n' + say(u"TARGET is --node, --snapshot or --sample.", u"TARGET 为 --node、--snapshot 或 --sample。")
            + u'\n';
    return text;
}

} // namespace jiagu
