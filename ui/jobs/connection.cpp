// SPDX-License-Identifier: Apache-2.0
#include "jobs/connection.h"

#include "base/plaintext.h"
#include "cluster/cluster.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool linkIsGone(const Error &error)
{
    return error.kind == Error::Kind::Lost || error.kind == Error::Kind::Connect || error.kind == Error::Kind::Timeout;
}

} // namespace

template <typename Use>
auto LinkedHost::use(const std::stop_token &stop, Use use) -> decltype(use(std::declval<Host &>()))
{
    if (m_connection.host) {
        auto result = use(*m_connection.host);
        if (result || !linkIsGone(result.error()) || stop.stop_requested())
            return result;
    }
    m_connection.host.reset();
    auto host = SshHost::connect(m_connection.target, m_wayIn.knownHosts, m_wayIn.questions, stop, m_wayIn.progress);
    if (!host)
        return tl::unexpected(host.error());
    m_connection.host = *std::move(host);
    return use(*m_connection.host);
}

Result<Snapshot> LinkedHost::read(std::stop_token stop, const Progress &progress)
{
    return use(stop, [&](Host &host) { return host.read(stop, progress); });
}

Result<Snapshot> LinkedHost::probe(
    const Snapshot &snapshot, const QList<TlsEndpoint> &endpoints, std::stop_token stop, const Progress &progress)
{
    return use(stop, [&](Host &host) { return host.probe(snapshot, endpoints, stop, progress); });
}

Result<TransactionState> LinkedHost::transact(
    const Transaction &transaction, std::stop_token stop, const std::function<void(const TransactionEvent &)> &onEvent)
{
    // An error means that the node has carried out nothing: what was begun and not seen to its end is a state.
    return use(stop, [&](Host &host) { return host.transact(transaction, stop, onEvent); });
}

Questions SharedSecrets::questions(const std::shared_ptr<SharedSecrets> &self, const Questions &next)
{
    Questions ask = next;
    ask.secret = [self, next = next.secret](const SecretQuestion &question) -> std::optional<Secret> {
        QString whose;
        switch (question.kind) {
        case SecretQuestion::Kind::LoginPassword:
        case SecretQuestion::Kind::SudoPassword:
            whose = u"account "_s + question.account;
            break;
        case SecretQuestion::Kind::Passphrase:
            whose = u"file "_s + question.file;
            break;
        default: // a code that serves once
            return next ? next(question) : std::nullopt;
        }
        const std::scoped_lock lock(self->m_mutex);
        if (const auto known = self->m_secrets.find(whose); known != self->m_secrets.end())
            return known->second.duplicate();
        std::optional<Secret> given = next ? next(question) : std::nullopt;
        if (given)
            self->m_secrets[whose] = given->duplicate();
        return given;
    };
    return ask;
}

Result<> mayJoin(const QList<Snapshot> &open, const Snapshot &newcomer)
{
    const auto twin = std::ranges::find_if(open, [&](const Snapshot &other) {
        return !newcomer.machineId.isEmpty() && other.machineId == newcomer.machineId
            && other.hostName != newcomer.hostName;
    });
    if (twin != open.end()) {
        return failure(Error::Kind::Conflict,
            message(u"%1 has the same machine-id as %2, so it was not added: a change for one could go to the other. "
                    u"Give each machine its own (systemd-machine-id-setup), then connect again."_s,
                u"%1 与 %2 的 machine-id 相同，因此没有加入：针对其中一台的变更可能会落到另一台上。"
                u"请为每台机器生成各自的 machine-id（systemd-machine-id-setup），然后重新连接。"_s,
                plainText(newcomer.hostName), plainText(twin->hostName)),
            {.node = newcomer.source});
    }
    QList<Snapshot> both{newcomer};
    if (!open.isEmpty() && open.first().machineId != newcomer.machineId)
        both += open.first();
    const auto cluster = buildCluster(both);
    const auto isNewcomer = [&](const Node &node) { return node.snapshot && node.snapshot->source == newcomer.source; };
    if (cluster && std::ranges::any_of(cluster->nodes, isNewcomer))
        return {};
    const Message why = !cluster      ? cluster.error().message
        : cluster->problems.isEmpty() ? Message()
                                      : cluster->problems.first().message;
    return failure(Error::Kind::Layout,
        message(u"It was not added to what is open. %1"_s, u"没有加入当前打开的集群。%1"_s, why),
        {.node = newcomer.source});
}

} // namespace jiagu
