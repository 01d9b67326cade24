// SPDX-License-Identifier: Apache-2.0
#include "access.h"

#include "base/plaintext.h"
#include "cluster/scan.h"
#include "host/recording.h"
#include "host/sample.h"

#include <array>
#include <atomic>
#include <thread>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr size_t mostJobs = 8;

Message question(const SecretQuestion &asked)
{
    const QString account = plainText(asked.account);
    switch (asked.kind) {
    case SecretQuestion::Kind::LoginPassword:
        return message(u"%1: password of %2:"_s, u"%1：%2 的登录口令："_s, asked.node, account);
    case SecretQuestion::Kind::Passphrase:
        return message(u"%1: passphrase of %2:"_s, u"%1：私钥 %2 的口令："_s, asked.node, asked.file);
    case SecretQuestion::Kind::SudoPassword:
        return message(
            u"%1: sudo asks for the password of %2:"_s, u"%1：sudo 要求输入 %2 的口令："_s, asked.node, account);
    case SecretQuestion::Kind::Prompt:
        return message(u"%1 asks %2: %3"_s, u"%1 询问 %2：%3"_s, asked.node, account, asked.prompt);
    }
    return {};
}

/// With what the server says before it asks.
Message wholeQuestion(const SecretQuestion &asked)
{
    if (asked.instruction.isEmpty())
        return question(asked);
    QString said = u"  "_s + asked.instruction;
    said.replace(u'\n', u"\n  "_s);
    return message(u"%1 says:\n%2\n%3"_s, u"%1 提示：\n%2\n%3"_s, asked.node, said, question(asked));
}

Questions questions(Access &access, Terminal &terminal)
{
    Questions result;
    result.acceptHostKey = [&terminal](const HostKeyQuestion &asked) {
        return terminal.askFor(
            message(
                u"%1 is not known yet. Its %2 key is\n  %3\nCompare it with what the node's administrator says. Type yes to "
                "accept it for good:"_s,
                u"尚不认识 %1。其 %2 主机密钥指纹为\n  %3\n请与节点管理员提供的指纹核对。输入 yes 表示永久接受："_s,
                asked.node, asked.keyType, asked.fingerprint),
            u"yes"_s);
    };
    result.secret = [&access, &terminal](const SecretQuestion &asked) -> std::optional<Secret> {
        std::optional<Secret> *handed = nullptr;
        switch (asked.kind) {
        case SecretQuestion::Kind::LoginPassword:
            handed = &access.login;
            break;
        case SecretQuestion::Kind::Passphrase:
            handed = &access.passphrase;
            break;
        case SecretQuestion::Kind::SudoPassword:
            handed = &access.sudo;
            break;
        case SecretQuestion::Kind::Prompt:
            handed = asked.echo ? nullptr : &access.login;
            break;
        }
        if (handed && *handed) {
            Secret secret = *std::move(*handed);
            handed->reset();
            return secret;
        }
        if (asked.kind == SecretQuestion::Kind::Prompt)
            return terminal.askAnswer(wholeQuestion(asked), asked.echo);
        return terminal.askSecret(wholeQuestion(asked));
    };
    return result;
}

Result<Snapshot> readNode(Access &access, Probing probing, Terminal &terminal, std::stop_token stop)
{
    auto host = reach(access, terminal, stop);
    if (!host)
        return tl::unexpected(host.error());
    return scan(
        **host, stop, [&](const Step &step) { terminal.progress(access.name(), step); }, probing);
}

Error named(Error error, const QString &node)
{
    if (error.at.node.isEmpty())
        error.at.node = node;
    return error;
}

} // namespace

Result<std::vector<Access>> takeSecrets(const QList<NodeArgument> &nodes)
{
    std::vector<Access> result;
    for (const NodeArgument &node : nodes) {
        Access access;
        access.argument = node;
        const std::array places{std::pair{node.loginFd, &access.login},
            std::pair{node.passphraseFd, &access.passphrase}, std::pair{node.sudoFd, &access.sudo}};
        for (const auto &[fd, secret] : places) {
            if (fd < 0)
                continue;
            auto line = readSecretLine(fd);
            if (!line)
                return tl::unexpected(named(line.error(), node.target.name()));
            *secret = *std::move(line);
        }
        result.push_back(std::move(access));
    }
    return result;
}

Result<std::unique_ptr<SshHost>> reach(Access &access, Terminal &terminal, std::stop_token stop)
{
    auto host = SshHost::connect(access.argument.target, KnownHostsFiles::standard(), questions(access, terminal), stop,
        [&terminal, name = access.name()](const Step &step) { terminal.progress(name, step); });
    if (!host)
        return tl::unexpected(named(host.error(), access.name()));
    return host;
}

Result<Readings> readTargets(const Invocation &invocation, Terminal &terminal, std::stop_token stop)
{
    Readings readings;
    if (invocation.sample) {
        auto snapshots = sampleSnapshots();
        if (!snapshots)
            return tl::unexpected(snapshots.error());
        readings.snapshots += *snapshots;
    }
    const auto take = [&](Result<Snapshot> snapshot, const QString &name) {
        if (snapshot) {
            for (const Error &problem : snapshot->problems)
                terminal.complain(named(problem, name));
            readings.snapshots += *std::move(snapshot);
        } else {
            readings.missed += named(snapshot.error(), name);
        }
    };
    for (const QString &path : invocation.snapshots)
        take(readSnapshotFile(path), {});

    auto accesses = takeSecrets(invocation.nodes);
    if (!accesses)
        return tl::unexpected(accesses.error());
    std::vector<std::optional<Result<Snapshot>>> results(accesses->size());
    {
        std::atomic<size_t> next = 0;
        std::vector<std::jthread> jobs;
        for (size_t i = 0; i < std::min(mostJobs, accesses->size()); ++i) {
            jobs.emplace_back([&] {
                for (size_t at = next++; at < accesses->size(); at = next++)
                    results[at] =
                        readNode((*accesses)[at], invocation.probe ? Probing::Yes : Probing::No, terminal, stop);
            });
        }
    }
    for (size_t i = 0; i < results.size(); ++i) {
        readings.live = readings.live || results[i]->has_value();
        take(*std::move(results[i]), (*accesses)[i].name());
    }
    if (!readings.snapshots.isEmpty()) {
        for (const Error &error : readings.missed)
            terminal.complain(error);
        return readings;
    }
    for (qsizetype i = 0; i + 1 < readings.missed.size(); ++i)
        terminal.complain(readings.missed[i]);
    return tl::unexpected(readings.missed.last());
}

} // namespace jiagu
