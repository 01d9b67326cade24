// SPDX-License-Identifier: Apache-2.0
#include "host/login.h"

#include "base/plaintext.h"
#include "host/prompt.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 maxKeyFile = 64 * 1024;
/// sshd ends a connection after six failures (MaxAuthTries), and each key that it does not know is one.
constexpr qsizetype maxAgentKeys = 3;

/// Runs `work` on a thread of its own and waits for it; when stopped, leaves it alone and drops its result.
template <typename Value>
std::optional<Value> abandonable(const std::stop_token &stop, std::function<Value()> work)
{
    struct Shared
    {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::optional<Value> value;
    };
    const auto shared = std::make_shared<Shared>();
    std::thread([shared, work = std::move(work)] {
        Value value = work();
        const std::scoped_lock lock(shared->mutex);
        shared->value = std::move(value);
        shared->changed.notify_all();
    }).detach();
    std::unique_lock lock(shared->mutex);
    shared->changed.wait(lock, stop, [&] { return shared->value.has_value(); });
    return std::move(shared->value);
}

QStringList methodNames(int methods)
{
    QStringList result;
    if (methods & SSH_AUTH_METHOD_PUBLICKEY)
        result.append(u"publickey"_s);
    if (methods & SSH_AUTH_METHOD_PASSWORD)
        result.append(u"password"_s);
    if (methods & SSH_AUTH_METHOD_INTERACTIVE)
        result.append(u"keyboard-interactive"_s);
    if (methods & SSH_AUTH_METHOD_GSSAPI_MIC)
        result.append(u"gssapi-with-mic"_s);
    if (methods & SSH_AUTH_METHOD_HOSTBASED)
        result.append(u"hostbased"_s);
    return result;
}

bool isKnownType(const AgentKey &key)
{
    const QByteArray type = keyType(key.blob);
    return type != "ssh-dss" && ssh_key_type_from_name(type.constData()) != SSH_KEYTYPE_UNKNOWN;
}

/// The file as it is; fails with NotFound or Permission.
Result<Secret> readKeyFile(const QString &path, const Position &at)
{
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return failure(file.exists() ? Error::Kind::Permission : Error::Kind::NotFound,
            message(u"The key file could not be read (%1). Check its name and permissions."_s,
                u"无法读取密钥文件（%1）。请检查文件名和权限。"_s,
                file.exists() ? file.errorString() : u"no such file"_s),
            at);
    std::array<char, maxKeyFile> buffer{};
    const qint64 size = file.read(buffer.data(), maxKeyFile);
    return Secret::take(buffer.data(), std::max<qint64>(size, 0));
}

} // namespace

Login::Login(SshSession::Private &session, const Target &target, const Questions &questions,
    const std::stop_token &stop, const Progress &progress)
    : m_session(session)
    , m_target(target)
    , m_questions(questions)
    , m_stop(stop)
    , m_progress(progress)
{
}

Result<> Login::run(bool firstContact)
{
    constexpr std::array ways{Way::Keys, Way::Prompts, Way::Password};
    QList<Way> used;
    QList<Way> taken;
    for (;;) {
        // The key of a known machine is tried at once; otherwise nothing is tried that the server does not offer.
        if (!m_offered && (firstContact || m_target.identityFile.isEmpty() || !used.isEmpty())) {
            const auto outcome =
                outcomeOf(authenticate([this] { return ssh_userauth_none(m_session.session, nullptr); }), {});
            if (!outcome)
                return tl::unexpected(outcome.error());
            if (*outcome == Outcome::In)
                return {};
        }
        const auto next = std::ranges::find_if(ways, [&](Way way) {
            return !used.contains(way) && (!m_offered || (*m_offered & int(way)) != 0)
                && (way == Way::Keys || !m_secretSpent);
        });
        if (next == ways.end())
            return refused();
        used += *next;
        const auto outcome = tryWay(*next);
        if (!outcome)
            return tl::unexpected(outcome.error());
        if (*outcome == Outcome::In)
            return {};
        if (*outcome == Outcome::Partial) {
            taken += *next;
            used = taken; // what was refused as the first way may be the second
            m_secretSpent = false;
        }
    }
}

Result<Login::Outcome> Login::tryWay(Way way)
{
    switch (way) {
    case Way::Keys:
        return m_target.identityFile.isEmpty() ? byAgent() : byKeyFile();
    case Way::Prompts:
        return byPrompts();
    case Way::Password:
        break;
    }
    return byPassword();
}

template <typename Call>
Result<int> Login::authenticate(Call call)
{
    return m_session.drive(call, SSH_AUTH_AGAIN,
        {message(u"logging in as %1"_s, u"以 %1 的身份登录"_s, m_target.user), QDeadlineTimer(m_session.limits.login)},
        m_stop);
}

Result<Login::Outcome> Login::outcomeOf(const Result<int> &result, const QString &method)
{
    if (!result)
        return tl::unexpected(result.error());
    if (*result == SSH_AUTH_SUCCESS)
        return Outcome::In;
    if (*result == SSH_AUTH_ERROR)
        return m_session.lost();
    m_offered = ssh_userauth_list(m_session.session, nullptr);
    if (!method.isEmpty() && !m_tried.contains(method))
        m_tried += method;
    return *result == SSH_AUTH_PARTIAL ? Outcome::Partial : Outcome::Refused;
}

// ---- keys --------------------------------------------------------------------------------------------------------

Result<Login::Outcome> Login::byKeyFile()
{
    const Position at{m_session.node, m_target.identityFile};
    const auto text = readKeyFile(m_target.identityFile, at);
    const QByteArrayView view = text ? QByteArrayView(text->constData(), text->size()) : QByteArrayView();
    const bool isPublic = view.startsWith("ssh-") || view.startsWith("ecdsa-") || view.startsWith("sk-");
    if (view.startsWith("PuTTY-User-Key-File"))
        return failure(Error::Kind::Auth,
            message(u"This is a PuTTY key (.ppk), which is not supported. Convert it with PuTTYgen (Conversions, "
                    u"Export OpenSSH key) or puttygen KEY.ppk -O private-openssh -o KEY."_s,
                u"这是 PuTTY 密钥（.ppk），不受支持。请用 PuTTYgen（Conversions → Export OpenSSH key）或命令 "
                u"puttygen KEY.ppk -O private-openssh -o KEY 转换。"_s),
            at);
    Key key;
    if (text && !isPublic) {
        ssh_key raw = nullptr;
        bool isEncrypted = false;
        const auto noteQuestion = [](const char *, char *, size_t, int, int, void *asked) {
            *static_cast<bool *>(asked) = true;
            return -1;
        };
        if (ssh_pki_import_privkey_base64(text->constData(), nullptr, noteQuestion, &isEncrypted, &raw) == SSH_OK)
            key = Key(raw);
        else if (!isEncrypted)
            return failure(Error::Kind::Auth,
                message(u"This file holds no private key that can be read. OpenSSH and PEM keys of type RSA (2048 bits "
                        u"or more), ECDSA and Ed25519 are supported."_s,
                    u"该文件中没有可读取的私钥。支持 OpenSSH 和 PEM 格式的 RSA（至少 2048 位）、ECDSA 和 Ed25519 "
                    u"密钥。"_s),
                at);
    }
    if (!key) {
        const auto held = heldByAgent();
        if (!held)
            return tl::unexpected(held.error());
        if (*held)
            return byAgentKey(**held);
        if (!text)
            return withNotes(text.error());
        if (isPublic)
            return withNotes({Error::Kind::Auth,
                message(u"This is a public key, and no SSH agent holds its private half. Choose the private key beside "
                        u"it, the file without .pub, or load it into an agent (ssh-add)."_s,
                    u"这是公钥文件，且没有 SSH 代理持有对应的私钥。请选择同目录下不带 .pub 的私钥文件，或用 ssh-add "
                    u"将其加载到代理。"_s),
                at});
        auto decrypted = decrypt(*text);
        if (!decrypted)
            return tl::unexpected(decrypted.error());
        key = *std::move(decrypted);
    }
    return outcomeOf(
        authenticate([&] { return ssh_userauth_publickey(m_session.session, nullptr, key.get()); }), u"publickey"_s);
}

Result<Key> Login::decrypt(const Secret &text)
{
    const Position at{m_session.node, m_target.identityFile};
    std::optional<Secret> passphrase;
    if (m_questions.secret)
        passphrase = m_questions.secret(
            {SecretQuestion::Kind::Passphrase, m_session.node, m_target.user, m_target.identityFile});
    if (!passphrase)
        return withNotes({Error::Kind::Auth,
            message(
                u"The key is protected by a passphrase and none was given."_s, u"该密钥受口令保护，但没有提供口令。"_s),
            at});
    // Its key derivation can take seconds and cannot be interrupted.
    struct Import
    {
        Secret text;
        Secret passphrase;
    };
    const auto import = std::make_shared<Import>(Import{text.duplicate(), std::move(*passphrase)});
    auto key = abandonable<std::shared_ptr<ssh_key_struct>>(m_stop, [import]() -> std::shared_ptr<ssh_key_struct> {
        ssh_set_log_level(SSH_LOG_NOLOG);
        ssh_key decrypted = nullptr;
        ssh_pki_import_privkey_base64(
            import->text.constData(), import->passphrase.constData(), nullptr, nullptr, &decrypted);
        return {decrypted, FreeKey()};
    });
    if (!key)
        return failure(
            Error::Kind::Canceled, message(u"Canceled while decrypting the key."_s, u"已在解密密钥时取消。"_s), at);
    if (!*key)
        return failure(Error::Kind::Auth,
            message(u"The passphrase does not open this key. Connect again to try another one."_s,
                u"口令不正确，无法打开该密钥。请重新连接再试。"_s),
            at);
    return Key(ssh_key_dup(key->get()));
}

/// The public key of the target's key file, from the file beside it or from the file itself; empty when neither has it.
QByteArray Login::publicHalf() const
{
    for (const QString &path : {m_target.identityFile + u".pub"_s, m_target.identityFile}) {
        ssh_key raw = nullptr;
        if (!QFileInfo(path).isFile()
            || ssh_pki_import_pubkey_file(QFile::encodeName(path).constData(), &raw) != SSH_OK)
            continue;
        const Key owner(raw);
        char *base64 = nullptr;
        if (ssh_pki_export_pubkey_base64(raw, &base64) != SSH_OK)
            continue;
        const QByteArray blob = QByteArray::fromBase64(base64);
        ssh_string_free_char(base64);
        return blob;
    }
    return {};
}

// ---- the agent ---------------------------------------------------------------------------------------------------

/// Whether there is an agent with keys; a note when there is not although one was named.
Result<bool> Login::reachAgent()
{
    const QString path = qEnvironmentVariable("SSH_AUTH_SOCK");
    if (!m_target.agent || path.isEmpty())
        return false;
    if (!std::exchange(m_agentReached, true)) {
        auto agent = SshAgent::open(m_session.node, path, QDeadlineTimer(m_session.limits.agent), m_stop);
        auto keys = agent ? agent->keys(QDeadlineTimer(m_session.limits.agent), m_stop)
                          : Result<QList<AgentKey>>(tl::unexpected(agent.error()));
        if (!keys && keys.error().kind != Error::Kind::Auth)
            return tl::unexpected(keys.error());
        if (!keys) {
            note(keys.error());
        } else {
            m_agent = *std::move(agent);
            m_agentKeys = *std::move(keys);
            if (m_agentKeys.isEmpty())
                note({Error::Kind::Auth,
                    message(u"The SSH agent holds no keys, or is locked: load a key with ssh-add, or unlock it with "
                            u"ssh-add -X."_s,
                        u"SSH 代理中没有密钥，或已被锁定：请用 ssh-add 加载密钥，或用 ssh-add -X 解锁。"_s),
                    {}});
        }
    }
    return !m_agentKeys.isEmpty();
}

Result<std::optional<AgentKey>> Login::heldByAgent()
{
    const auto reached = reachAgent();
    if (!reached)
        return tl::unexpected(reached.error());
    const QByteArray wanted = *reached ? publicHalf() : QByteArray();
    if (wanted.isEmpty())
        return std::optional<AgentKey>();
    const auto found = std::ranges::find(m_agentKeys, wanted, &AgentKey::blob);
    return found == m_agentKeys.end() ? std::optional<AgentKey>() : std::optional(*found);
}

Result<Login::Outcome> Login::byAgent()
{
    const auto reached = reachAgent();
    if (!reached)
        return tl::unexpected(reached.error());
    QList<AgentKey> keys = m_agentKeys;
    keys.removeIf([](const AgentKey &key) { return !isKnownType(key); });
    for (const AgentKey &key : keys.first(std::min(keys.size(), maxAgentKeys))) {
        const auto outcome = byAgentKey(key);
        if (!outcome || *outcome != Outcome::Refused)
            return outcome;
    }
    if (keys.size() > maxAgentKeys)
        note({Error::Kind::Auth,
            message(u"The SSH agent holds %1 keys and the first %2 were tried, because servers hang up after a few. "
                    u"Name the right one as the key file; its .pub file is enough."_s,
                u"SSH 代理中有 %1 个密钥，只尝试了前 %2 个，因为多次失败后服务器会断开连接。请将正确的密钥指定为密钥文件，"
                u"指定其 .pub 文件即可。"_s,
                QString::number(keys.size()), QString::number(maxAgentKeys)),
            {}});
    else if (keys.isEmpty() && !m_agentKeys.isEmpty())
        note({Error::Kind::Auth,
            message(u"The SSH agent holds only keys of types that are not supported."_s,
                u"SSH 代理中只有不受支持类型的密钥。"_s),
            {}});
    return Outcome::Refused;
}

Result<Login::Outcome> Login::byAgentKey(const AgentKey &key)
{
    if (!m_relay) {
        m_relay = std::make_unique<AgentRelay>([this](const QByteArray &request) {
            return m_agent->sign(request, QDeadlineTimer(m_session.limits.signature), m_stop, [this] {
                if (m_progress)
                    m_progress({message(u"Waiting for the SSH agent to sign (a security key may want to be touched)"_s,
                                    u"正在等待 SSH 代理签名（可能需要触摸安全密钥）"_s),
                        0});
            });
        });
        if (!m_relay->isGood() || ssh_set_agent_socket(m_session.session, m_relay->releaseOther()) != SSH_OK)
            return m_session.fail(Error::Kind::Failed,
                message(u"The SSH library could not be connected to the SSH agent: %1."_s,
                    u"无法将 SSH 库连接到 SSH 代理：%1。"_s, m_session.reason()));
    }
    Result<int> result = SSH_AUTH_ERROR;
    m_relay->serve(key, [&] {
        ssh_set_log_level(SSH_LOG_NOLOG);
        // The agent's time is bounded by itself and must not be taken from the server's.
        result = m_session.drive([&] { return ssh_userauth_agent(m_session.session, nullptr); }, SSH_AUTH_AGAIN,
            {message(u"logging in as %1"_s, u"以 %1 的身份登录"_s, m_target.user),
                QDeadlineTimer(m_session.limits.login + m_session.limits.signature)},
            m_stop);
    });
    if (const auto &problem = m_relay->problem()) {
        if (problem->kind != Error::Kind::Auth)
            return tl::unexpected(*problem);
        note(*problem);
        return Outcome::Refused;
    }
    if (result && *result == SSH_AUTH_ERROR && m_session.isConnected()) {
        note({Error::Kind::Auth,
            message(u"The key %1 of the SSH agent cannot be used: %2."_s, u"无法使用 SSH 代理中的密钥 %1：%2。"_s,
                fingerprint(key.blob), m_session.reason()),
            {}});
        return Outcome::Refused;
    }
    return outcomeOf(result, u"publickey"_s);
}

// ---- questions ---------------------------------------------------------------------------------------------------

Result<Login::Outcome> Login::byPrompts()
{
    bool answered = false; // anything but the ordinary password
    QString last;
    for (int round = 0;; ++round) {
        const auto result = authenticate([this] { return ssh_userauth_kbdint(m_session.session, nullptr, nullptr); });
        if (!result || *result != SSH_AUTH_INFO) {
            const auto outcome = outcomeOf(result, u"keyboard-interactive"_s);
            if (!outcome || *outcome != Outcome::Refused || !answered)
                return outcome;
            return m_session.fail(Error::Kind::Auth,
                message(u"The server refused the answers that %1 gave to its questions (the last one was “%2”). Each "
                        u"was sent once. A one-time code may have expired or was used before; connect again and answer "
                        u"with the next one."_s,
                    u"服务器未接受 %1 对其提问的回答（最后一个提问为“%2”）。每个回答只发送了一次。一次性验证码可能已过期或"
                    u"已被使用；请重新连接，并输入下一个验证码。"_s,
                    m_target.user, last));
        }
        const int prompts = ssh_userauth_kbdint_getnprompts(m_session.session);
        if (round >= maxPromptRounds || prompts > maxPromptsInRound)
            return m_session.fail(Error::Kind::Auth,
                message(u"The server asks too many questions (more than %1 rounds, or %2 in one round), so the login "
                        u"was given up. Look at its PAM configuration (/etc/pam.d/sshd)."_s,
                    u"服务器的提问过多（超过 %1 轮，或一轮超过 %2 个），登录已放弃。请检查其 PAM "
                    u"配置（/etc/pam.d/sshd）。"_s,
                    QString::number(maxPromptRounds), QString::number(maxPromptsInRound)));
        if (auto done = answerPrompts(answered, last); !done)
            return tl::unexpected(done.error());
    }
}

/// Answers every prompt of one round, which may have none.
Result<> Login::answerPrompts(bool &answered, QString &last)
{
    const auto view = [](const char *text) { return QByteArrayView(text ? text : ""); };
    const int prompts = ssh_userauth_kbdint_getnprompts(m_session.session);
    for (int i = 0; i < prompts; ++i) {
        char echo = 0;
        const char *text = ssh_userauth_kbdint_getprompt(m_session.session, unsigned(i), &echo);
        SecretQuestion question = promptQuestion(m_session.node, m_target.user,
            {view(ssh_userauth_kbdint_getname(m_session.session)),
                view(ssh_userauth_kbdint_getinstruction(m_session.session)), view(text), echo != 0});
        // A password is asked for and sent once; the server's further questions are a person's to answer.
        const bool isPassword = !m_secretSpent && prompts == 1 && asksForPassword(question);
        if (isPassword)
            question.kind = SecretQuestion::Kind::LoginPassword;
        const auto answer = m_questions.secret ? m_questions.secret(question) : std::nullopt;
        m_secretSpent = true;
        if (!answer && isPassword)
            return refused();
        if (!answer)
            return m_session.fail(Error::Kind::Auth,
                message(u"The server asks %1 “%2” and got no answer, so the login was given up. Connect again and "
                        u"answer it; on the command line that takes a terminal."_s,
                    u"服务器向 %1 提问“%2”，但没有得到回答，登录已放弃。请重新连接并回答；在命令行中需要终端。"_s,
                    m_target.user, question.prompt));
        answered = answered || !isPassword;
        last = question.prompt;
        if (ssh_userauth_kbdint_setanswer(m_session.session, unsigned(i), answer->constData()) < 0)
            return m_session.lost();
    }
    return {};
}

Result<Login::Outcome> Login::byPassword()
{
    std::optional<Secret> password;
    if (m_questions.secret)
        password = m_questions.secret({SecretQuestion::Kind::LoginPassword, m_session.node, m_target.user, {}});
    if (!password)
        return refused();
    m_secretSpent = true;
    return outcomeOf(
        authenticate([&] { return ssh_userauth_password(m_session.session, nullptr, password->constData()); }),
        u"password"_s);
}

// ---- what is said ------------------------------------------------------------------------------------------------

void Login::note(const Error &error)
{
    m_notes += error.message;
    if (m_progress)
        m_progress({error.message, 0});
}

tl::unexpected<Error> Login::withNotes(Error error) const
{
    for (const Message &note : m_notes)
        error.message = message(u"%1 %2"_s, u"%1%2"_s, error.message, note);
    return tl::unexpected(std::move(error));
}

tl::unexpected<Error> Login::refused() const
{
    const QStringList names = m_offered ? methodNames(*m_offered) : QStringList();
    const QString list = names.isEmpty() ? u"?"_s : names.join(u", "_s);
    if (m_tried.isEmpty())
        return withNotes({Error::Kind::Auth,
            message(u"The login as %1 was not tried: no key or password that the server takes was given (it offers: "
                    u"%2). Give a key file or a password, or load a key into an SSH agent."_s,
                u"没有尝试以 %1 登录：未提供服务器接受的密钥或口令（服务器提供的方式：%2）。请指定密钥文件或口令，或将密钥"
                u"加载到 SSH 代理。"_s,
                m_target.user, list),
            {m_session.node}});
    return withNotes({Error::Kind::Auth,
        message(u"The server refused the login as %1 (tried: %2; it offers: %3). Check the user name and the key or "
                u"password; some servers block an address after several failures."_s,
            u"服务器拒绝以 %1 登录（已尝试：%2；服务器提供的方式：%3）。请检查用户名以及密钥或口令；"
            u"多次失败后有些服务器会封禁来源地址。"_s,
            m_target.user, m_tried.join(u", "_s), list),
        {m_session.node}});
}

} // namespace jiagu
