// SPDX-License-Identifier: Apache-2.0
#include "cluster/arguments.h"

#include "base/plaintext.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

// Flags that take no separate value and are often written bare (kube-apiserver, kube-controller-manager,
// kube-scheduler and kubelet of 1.19 to 1.37). A bare flag that is not here may take the next word as its value.
constexpr auto bareFlags = std::to_array<std::string_view>({"add-dir-header", "allocate-node-cidrs", "allow-privileged",
    "alsologtostderr", "anonymous-auth", "audit-log-compress", "authentication-tolerate-lookup-failure",
    "cgroups-per-qos", "configure-cloud-routes", "contention-profiling", "cpu-cfs-quota", "enable-aggregator-routing",
    "enable-bootstrap-token-auth", "enable-controller-attach-detach", "enable-debugging-handlers",
    "enable-dynamic-provisioning", "enable-garbage-collector", "enable-hostpath-provisioner", "enable-leader-migration",
    "enable-logs-handler", "enable-priority-and-fairness", "enable-server", "fail-swap-on", "kernel-memcg-notification",
    "leader-elect", "log-json-split-stream", "logtostderr", "make-iptables-util-chains", "one-output",
    "permit-address-sharing", "permit-port-sharing", "profiling", "protect-kernel-defaults", "register-node",
    "rotate-certificates", "rotate-server-certificates", "runonce", "seccomp-default", "serialize-image-pulls",
    "service-account-extend-token-expiration", "service-account-lookup", "skip-headers", "skip-log-headers",
    "use-service-account-credentials", "watch-cache"});

// The same of etcd (server/etcdmain/config.go, 3.4 to 3.6) and of dockerd (dockerd(8), 20.10 to 29).
constexpr auto otherBareFlags = std::to_array<std::string_view>({"auto-tls", "client-cert-auth", "debug",
    "enable-pprof", "experimental-initial-corrupt-check", "force-new-cluster", "icc", "ip-forward", "ip-masq",
    "ip6tables", "iptables", "ipv6", "live-restore", "peer-auto-tls", "peer-client-cert-auth", "pre-vote",
    "selinux-enabled", "strict-reconfig-check", "tls", "tlsverify", "userland-proxy"});

QByteArray normalised(QByteArray name, FlagSyntax syntax)
{
    return syntax == FlagSyntax::Pflag ? name.replace('_', '-') : name;
}

// The name and value of a flag, or nothing when the word is no flag.
struct Word
{
    QByteArray name;
    std::optional<QByteArray> value;
};

std::optional<Word> flagWord(const QByteArray &word, FlagSyntax syntax)
{
    const int dashes = word.startsWith("--") ? 2 : word.startsWith('-') ? 1 : 0;
    if (dashes == 0 || word.size() == dashes)
        return {};
    if (dashes == 1 && syntax == FlagSyntax::Pflag) // shorthands: -v 4, -v=4, -v4
        return word == "-v" ? Word{word, {}} : Word{word, ""_ba};
    const QByteArray rest = word.mid(dashes);
    const auto equals = rest.indexOf('=');
    if (equals < 0)
        return Word{normalised(rest, syntax), {}};
    return Word{normalised(rest.left(equals), syntax), rest.mid(equals + 1)};
}

bool takesNoValue(const QByteArray &name)
{
    const std::string_view wanted(name.constData(), size_t(name.size()));
    return std::ranges::find(bareFlags, wanted) != bareFlags.end()
        || std::ranges::find(otherBareFlags, wanted) != otherBareFlags.end();
}

std::optional<QJsonObject> parsePairs(const QByteArray &text, bool gates)
{
    QJsonObject pairs;
    for (const QByteArray &part : text.split(',')) {
        const QByteArray pair = part.trimmed();
        if (pair.isEmpty())
            continue;
        const auto equals = pair.indexOf('=');
        if (equals < 0)
            return {};
        QString key = QString::fromUtf8(pair.left(equals).trimmed());
        const QByteArray value = pair.mid(equals + 1).trimmed();
        if (!gates) {
            pairs[key] = QString::fromUtf8(value);
            continue;
        }
        // Newer releases let a gate name its component; "kube" is the one that is meant without
        // (staging/src/k8s.io/component-base/compatibility/registry.go, release-1.34).
        if (key.startsWith("kube:"_L1))
            key.remove(0, 5);
        const auto enabled = parseBool(value);
        if (!enabled)
            return {};
        pairs[key] = *enabled;
    }
    return pairs;
}

bool isGate(const SettingName &name)
{
    return name.path.startsWith("featureGates."_L1);
}

} // namespace

FlagSyntax flagSyntax(ComponentKind component)
{
    return component == ComponentKind::Etcd ? FlagSyntax::GoFlag : FlagSyntax::Pflag;
}

QList<FlagOccurrence> flagOccurrences(
    const QList<QByteArray> &argv, const QString &flag, ValueType type, FlagSyntax syntax)
{
    QByteArray wanted = flag.toUtf8();
    while (wanted.startsWith('-'))
        wanted.remove(0, 1);
    wanted = normalised(wanted, syntax);

    QList<FlagOccurrence> found;
    bool mayBeSwallowed = false;
    for (int i = 1; i < argv.size(); ++i) {
        if (argv[i] == "--")
            break;
        if (const auto equals = argv[i].indexOf('=');
            argv[i].startsWith("--") && equals > 2 && equals - 2 != wanted.size()) {
            mayBeSwallowed = false; // another flag with its own value: most words are such
            continue;
        }
        const auto word = flagWord(argv[i], syntax);
        const bool swallowed = std::exchange(mayBeSwallowed, false);
        if (!word) {
            if (syntax == FlagSyntax::GoFlag)
                break;
            continue;
        }
        const int index = i;
        if (word->name == wanted) {
            if (word->value)
                found.append({*word->value, index, swallowed});
            else if (type == ValueType::Bool)
                found.append({"true"_ba, index, swallowed});
            else if (i + 1 < argv.size())
                found.append({argv[++i], index, swallowed});
            else
                found.append({{}, index, swallowed, true});
        } else if (!word->value && !takesNoValue(word->name) && i + 1 < argv.size()) {
            if (argv[i + 1].startsWith('-'))
                mayBeSwallowed = true;
            else
                ++i;
        }
    }
    return found;
}

std::optional<bool> parseBool(QByteArrayView text)
{
    for (const char *yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (text == yes)
            return true;
    }
    for (const char *no : {"0", "f", "F", "false", "FALSE", "False"}) {
        if (text == no)
            return false;
    }
    return {};
}

std::optional<qint64> parseInteger(QByteArrayView text)
{
    bool negative = false;
    if (text.startsWith('-') || text.startsWith('+')) {
        negative = text.front() == '-';
        text = text.sliced(1);
    }
    int base = 10;
    bool prefixed = false;
    if (text.size() > 1 && text.front() == '0') {
        const char letter = char(text[1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        prefixed = true;
        text = text.sliced(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
    }
    // Underscores stand between digits, or after the prefix.
    QByteArray digits;
    char before = prefixed ? '0' : '_';
    for (const char character : text) {
        if (character == '_') {
            if (before == '_')
                return {};
        } else {
            const bool hexadecimal = (character >= 'a' && character <= 'f') || (character >= 'A' && character <= 'F');
            if (!(character >= '0' && character <= '9') && !(base == 16 && hexadecimal))
                return {};
            digits += character;
        }
        before = character;
    }
    if (before == '_' || digits.isEmpty())
        return {};
    bool ok = false;
    const quint64 magnitude = digits.toULongLong(&ok, base);
    const quint64 limit = quint64(std::numeric_limits<qint64>::max()) + (negative ? 1 : 0);
    if (!ok || magnitude > limit)
        return {};
    return negative ? qint64(0 - magnitude) : qint64(magnitude);
}

std::optional<QStringList> parseList(const QByteArray &text)
{
    if (text.isEmpty())
        return QStringList{};
    QStringList values;
    qsizetype i = 0;
    while (true) {
        QByteArray value;
        if (i < text.size() && text[i] == '"') {
            for (++i;; ++i) {
                if (i >= text.size())
                    return {};
                if (text[i] != '"') {
                    value += text[i];
                } else if (i + 1 < text.size() && text[i + 1] == '"') {
                    value += text[i++];
                } else {
                    ++i;
                    break;
                }
            }
            if (i < text.size() && text[i] != ',')
                return {};
        } else {
            const auto end = text.indexOf(',', i);
            value = text.mid(i, end < 0 ? -1 : end - i);
            if (value.contains('"'))
                return {};
            i += value.size();
        }
        values += QString::fromUtf8(value);
        if (i >= text.size())
            return values;
        ++i;
    }
}

std::optional<QJsonValue> parseArgument(const QByteArray &text, const SettingName &name)
{
    switch (isGate(name) ? ValueType::Map : name.type) {
    case ValueType::Bool:
        if (const auto value = parseBool(text))
            return QJsonValue(*value);
        return {};
    case ValueType::Integer:
        if (const auto value = parseInteger(text))
            return QJsonValue(*value);
        return {};
    case ValueType::String:
        return QJsonValue(QString::fromUtf8(text));
    case ValueType::StringList:
        if (const auto values = parseList(text))
            return QJsonValue(QJsonArray::fromStringList(*values));
        return {};
    case ValueType::Map: {
        const bool gates = isGate(name) || name.flag == "--feature-gates"_L1;
        if (const auto pairs = parsePairs(text, gates))
            return QJsonValue(*pairs);
        return {};
    }
    }
    return {};
}

std::optional<QJsonValue> combined(const QList<FlagOccurrence> &occurrences, const SettingName &name)
{
    std::optional<QJsonValue> result;
    for (const FlagOccurrence &occurrence : occurrences) {
        const auto value = parseArgument(occurrence.text, name);
        if (!value)
            return {};
        if (result && value->isArray()) {
            QJsonArray all = result->toArray();
            for (const auto item : value->toArray())
                all.append(item);
            result = all;
        } else if (result && value->isObject()) {
            QJsonObject all = result->toObject();
            const QJsonObject more = value->toObject();
            for (auto pair = more.begin(); pair != more.end(); ++pair)
                all[pair.key()] = pair.value();
            result = all;
        } else {
            result = value;
        }
    }
    return result;
}

QString valueText(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        return {};
    case QJsonValue::Bool:
        return value.toBool() ? u"true"_s : u"false"_s;
    case QJsonValue::Double:
        return QString::number(value.toInteger());
    case QJsonValue::String:
        return plainText(value.toString());
    case QJsonValue::Array: {
        QStringList parts;
        for (const auto item : value.toArray())
            parts += valueText(item);
        return parts.join(u',');
    }
    case QJsonValue::Object: {
        QStringList parts;
        const QJsonObject pairs = value.toObject();
        for (auto pair = pairs.begin(); pair != pairs.end(); ++pair)
            parts += plainText(pair.key()) + u'=' + valueText(pair.value());
        return parts.join(u',');
    }
    }
    return {};
}

} // namespace jiagu
