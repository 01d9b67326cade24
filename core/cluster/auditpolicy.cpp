// SPDX-License-Identifier: Apache-2.0
#include "cluster/auditpolicy.h"

#include "base/plaintext.h"
#include "cluster/yamlvalue.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr int mostRemarks = 5;
const QStringList levels{u"None"_s, u"Metadata"_s, u"Request"_s, u"RequestResponse"_s};
const QStringList stages{u"RequestReceived"_s, u"ResponseStarted"_s, u"ResponseComplete"_s, u"Panic"_s};

enum class Field
{
    Text,
    Number,
    Truth,
    Time,
    Texts,
    TextMap,
    Maps,
    Map
};
using Fields = QList<std::pair<QByteArray, Field>>;

const Fields &policyFields()
{
    static const Fields fields{{"apiVersion", Field::Text}, {"kind", Field::Text}, {"metadata", Field::Map},
        {"rules", Field::Maps}, {"omitStages", Field::Texts}, {"omitManagedFields", Field::Truth}};
    return fields;
}

const Fields &ruleFields()
{
    static const Fields fields{{"level", Field::Text}, {"users", Field::Texts}, {"userGroups", Field::Texts},
        {"verbs", Field::Texts}, {"resources", Field::Maps}, {"namespaces", Field::Texts},
        {"nonResourceURLs", Field::Texts}, {"omitStages", Field::Texts}, {"omitManagedFields", Field::Truth}};
    return fields;
}

const Fields &resourceFields()
{
    static const Fields fields{{"group", Field::Text}, {"resources", Field::Texts}, {"resourceNames", Field::Texts}};
    return fields;
}

const Fields &metadataFields()
{
    static const Fields fields{{"name", Field::Text}, {"generateName", Field::Text}, {"namespace", Field::Text},
        {"selfLink", Field::Text}, {"uid", Field::Text}, {"resourceVersion", Field::Text},
        {"generation", Field::Number}, {"creationTimestamp", Field::Time}, {"deletionTimestamp", Field::Time},
        {"deletionGracePeriodSeconds", Field::Number}, {"labels", Field::TextMap}, {"annotations", Field::TextMap},
        {"ownerReferences", Field::Maps}, {"finalizers", Field::Texts}, {"managedFields", Field::Maps}};
    return fields;
}

bool isText(const QJsonValue &value)
{
    return value.isString() || value.isNull();
}

bool isTime(const QString &text)
{
    static const QRegularExpression form(
        u"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d([.,]\\d+)?(Z|[+-]\\d\\d:\\d\\d)$"_s);
    return form.match(text).hasMatch() && QDateTime::fromString(text.first(19), Qt::ISODate).isValid();
}

/// Whether Go's JSON decoder takes the value for such a field. Null leaves any field as it is.
bool fits(const QJsonValue &value, Field field)
{
    if (value.isNull())
        return true;
    const QJsonArray items = value.toArray();
    switch (field) {
    case Field::Text:
        return value.isString();
    case Field::Number:
        return value.isDouble() && value.toInteger(-1) == value.toInteger(1);
    case Field::Truth:
        return value.isBool();
    case Field::Time:
        return value.isString() && isTime(value.toString());
    case Field::Texts:
        return value.isArray() && std::ranges::all_of(items, isText);
    case Field::TextMap: {
        const QJsonObject pairs = value.toObject();
        return value.isObject() && std::ranges::all_of(pairs, isText);
    }
    case Field::Maps:
        return value.isArray()
            && std::ranges::all_of(items, [](const QJsonValue &item) { return item.isObject() || item.isNull(); });
    case Field::Map:
        return value.isObject();
    }
    return false;
}

Message wanted(Field field)
{
    switch (field) {
    case Field::Text:
        return message(
            u"text; put a number or a word such as true in quotes"_s, u"文本；数字或 true 之类的词需要加引号"_s);
    case Field::Number:
        return message(u"a whole number"_s, u"整数"_s);
    case Field::Truth:
        return message(u"true or false without quotes"_s, u"不带引号的 true 或 false"_s);
    case Field::Time:
        return message(u"a time such as 2024-05-01T12:00:00Z"_s, u"形如 2024-05-01T12:00:00Z 的时间"_s);
    case Field::Texts:
        return message(u"a list of texts"_s, u"文本列表"_s);
    case Field::TextMap:
        return message(u"a map of texts"_s, u"值为文本的映射"_s);
    case Field::Maps:
        return message(u"a list of maps"_s, u"映射列表"_s);
    case Field::Map:
        return message(u"a map"_s, u"映射"_s);
    }
    return {};
}

QStringList texts(const QJsonValue &value)
{
    QStringList result;
    const QJsonArray items = value.toArray();
    for (const QJsonValue item : items)
        result += item.toString();
    return result;
}

/// k8s.io/apimachinery/pkg/util/validation, IsDNS1123Subdomain.
bool isGroupName(const QString &text)
{
    static const QRegularExpression form(
        QRegularExpression::anchoredPattern(u"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"_s));
    return text.size() <= 253 && form.match(text).hasMatch();
}

/// Infinities and NaN have no JSON, so the conversion fails wherever they stand (goyaml.v2, resolve.go).
bool hasNoJson(QByteArrayView text)
{
    for (const char *word :
        {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN"}) {
        if (text == QByteArrayView(word))
            return true;
    }
    return false;
}

bool beginsAsJson(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes.first(qMin(bytes.size(), qsizetype(4096)))).trimmed().startsWith(u'{');
}

class Reader
{
public:
    Reader(const YamlDocument &document, const Release &release)
        : m_document(document)
        , m_release(release)
    {
    }

    AuditPolicy read()
    {
        const int root = m_document.root();
        const bool good = checkScalars() && checkRoot(root) && checkVersion(root)
            && checkFields(root, policyFields(), {}) && checkMetadata(root) && readRules(root);
        if (good) {
            m_result.outcome = AuditPolicy::Outcome::Accepted;
            addDuplicates();
        }
        return m_result;
    }

private:
    bool stop(AuditPolicy::Outcome outcome, int node, const Message &why)
    {
        m_result.outcome = outcome;
        m_result.why = why;
        m_result.at.file = m_document.name();
        if (node >= 0) {
            const Position at = m_document.position(m_document.node(node).begin);
            m_result.at.line = at.line;
            m_result.at.column = at.column;
        }
        m_result.rules.clear();
        return false;
    }
    bool refuse(int node, const Message &why) { return stop(AuditPolicy::Outcome::Refused, node, why); }

    void remark(const Message &text)
    {
        if (m_result.remarks.size() < mostRemarks)
            m_result.remarks += text;
    }

    bool checkScalars()
    {
        QSet<int> keys;
        for (int i = 0; i < m_document.size(); ++i) {
            const YamlNode &node = m_document.node(i);
            if (node.kind != YamlNode::Kind::Map)
                continue;
            for (qsizetype child = 0; child < node.children.size(); child += 2)
                keys += node.children[child];
        }
        for (int i = 0; i < m_document.size(); ++i) {
            const YamlNode &node = m_document.node(i);
            if (keys.contains(i)) {
                const int key = m_document.resolved(i);
                if (key < 0 || m_document.node(key).kind != YamlNode::Kind::Scalar || m_document.node(key).isNull())
                    return refuse(i,
                        message(u"A key is null or no scalar, and that has no JSON."_s,
                            u"键为 null 或不是标量，无法转换为 JSON。"_s));
            } else if (node.kind == YamlNode::Kind::Scalar && node.style == YamlNode::Style::Plain
                && hasNoJson(node.value)) {
                return refuse(i,
                    message(u"%1 is a number without JSON; put it in quotes."_s,
                        u"%1 是无法用 JSON 表示的数字；请加引号。"_s, QString::fromUtf8(node.value)));
            }
        }
        return true;
    }

    bool checkRoot(int root)
    {
        m_whole = root < 0 ? QJsonValue(QJsonValue::Null) : yamlValue(m_document, root);
        if (m_whole.isUndefined()) {
            return stop(AuditPolicy::Outcome::Unknown, root,
                message(u"The file has a YAML tag or too many aliases, and that is not followed here."_s,
                    u"文件中有 YAML 标签或过多的别名，本程序不作解析。"_s));
        }
        if (!m_whole.isObject() && !m_whole.isNull())
            return refuse(root, message(u"The file is no map."_s, u"文件内容不是映射。"_s));
        return true;
    }

    /// The API server looks for the two words without regard to case, and takes the last of them by name
    /// (apimachinery/pkg/runtime/serializer/json/meta.go).
    bool checkVersion(int root)
    {
        QString version;
        QString kind = u"Policy"_s;
        const QJsonObject pairs = m_whole.toObject();
        for (auto pair = pairs.begin(); pair != pairs.end(); ++pair) {
            const bool isVersion = pair.key().compare("apiVersion"_L1, Qt::CaseInsensitive) == 0;
            if (!isVersion && pair.key().compare("kind"_L1, Qt::CaseInsensitive) != 0)
                continue;
            if (!isText(pair.value()))
                return refuseType(m_document.find(root, pair.key().toUtf8()), pair.key(), Field::Text);
            if (pair.value().isString() && (isVersion || !pair.value().toString().isEmpty()))
                (isVersion ? version : kind) = pair.value().toString();
        }
        const int at = m_document.find(root, "apiVersion");
        if (kind != "Policy"_L1) {
            return refuse(m_document.find(root, "kind"),
                message(u"kind is %1; it has to be Policy."_s, u"kind 为 %1；必须为 Policy。"_s, plainText(kind)));
        }
        if (version == "audit.k8s.io/v1"_L1)
            return true;
        if (version != "audit.k8s.io/v1beta1"_L1 && version != "audit.k8s.io/v1alpha1"_L1) {
            return refuse(at,
                version.isEmpty() ? message(u"apiVersion is missing; it has to be audit.k8s.io/v1."_s,
                    u"缺少 apiVersion；必须为 audit.k8s.io/v1。"_s)
                                  : message(u"apiVersion is %1; it has to be audit.k8s.io/v1."_s,
                                      u"apiVersion 为 %1；必须为 audit.k8s.io/v1。"_s, plainText(version)));
        }
        if (!m_release.isKnown()) {
            return stop(AuditPolicy::Outcome::Unknown, at,
                message(u"apiVersion is %1, which releases up to 1.23 take, and the release is not known. Write "
                        u"audit.k8s.io/v1, which all take."_s,
                    u"apiVersion 为 %1，仅 1.23 及更早版本接受，而此处版本未知。请改为所有版本都接受的 audit.k8s.io/v1。"_s,
                    version));
        }
        if (m_release.minor < 24) {
            remark(message(u"apiVersion %1 was removed in 1.24: write audit.k8s.io/v1 before the upgrade."_s,
                u"apiVersion %1 在 1.24 中已移除：请在升级前改为 audit.k8s.io/v1。"_s, version));
            return true;
        }
        return refuse(at,
            message(u"apiVersion %1 was removed in 1.24; it has to be audit.k8s.io/v1."_s,
                u"apiVersion %1 在 1.24 中已移除；必须为 audit.k8s.io/v1。"_s, version));
    }

    bool refuseType(int node, const QString &path, Field field)
    {
        return refuse(node, message(u"%1 has to be %2."_s, u"%1 的值必须是%2。"_s, plainText(path), wanted(field)));
    }

    int mapOf(int node) const
    {
        const int map = node < 0 ? -1 : m_document.resolved(node);
        return map >= 0 && m_document.node(map).kind == YamlNode::Kind::Map ? map : -1;
    }

    bool checkFields(int node, const Fields &fields, const QString &path)
    {
        const int map = mapOf(node);
        if (map < 0)
            return true; // null
        for (const auto &[name, field] : fields) {
            const int value = m_document.find(map, name);
            if (value >= 0 && !fits(yamlValue(m_document, value), field))
                return refuseType(value, path + QString::fromLatin1(name), field);
        }
        const QList<int> &children = m_document.node(map).children;
        for (qsizetype i = 0; i + 1 < children.size(); i += 2) {
            const YamlNode &key = m_document.node(m_document.resolved(children[i]));
            const bool known = key.value == "<<"
                || std::ranges::any_of(fields, [&key](const auto &field) { return field.first == key.value; });
            if (!known) {
                remark(message(u"Line %1: the field %2 is not known and has no effect."_s,
                    u"第 %1 行：字段 %2 未知，不起作用。"_s, QString::number(m_document.firstLine(children[i])),
                    plainText(path + QString::fromUtf8(key.value))));
            }
        }
        return true;
    }

    bool checkMetadata(int root)
    {
        const int node = root < 0 ? -1 : m_document.find(root, "metadata");
        return node < 0 || checkFields(node, metadataFields(), u"metadata."_s);
    }

    void addDuplicates()
    {
        for (const YamlProblem &problem : m_document.problems()) {
            if (problem.kind == YamlProblem::Kind::DuplicateKey) {
                remark(message(u"Line %1: the key %2 is there twice; the later one counts."_s,
                    u"第 %1 行：键 %2 重复出现，以后一个为准。"_s, QString::number(m_document.firstLine(problem.node)),
                    plainText(problem.name)));
            }
        }
    }

    QList<int> itemsOf(int map, QByteArrayView key) const
    {
        const int value = map < 0 ? -1 : m_document.find(map, key);
        const int list = value < 0 ? -1 : m_document.resolved(value);
        return list >= 0 && m_document.node(list).kind == YamlNode::Kind::Sequence ? m_document.node(list).children
                                                                                   : QList<int>{};
    }

    int itemAt(int map, QByteArrayView key, qsizetype index) const { return itemsOf(map, key).value(index, map); }

    bool checkStages(int map, const QStringList &omitted)
    {
        for (qsizetype i = 0; i < omitted.size(); ++i) {
            if (!stages.contains(omitted[i])) {
                return refuse(itemAt(map, "omitStages", i),
                    message(u"The stage “%1” does not exist; there are %2."_s, u"阶段“%1”不存在；可用的有 %2。"_s,
                        plainText(omitted[i]), stages.join(u", "_s)));
            }
        }
        return true;
    }

    bool readRules(int root)
    {
        const QStringList omitted = texts(m_whole.toObject().value("omitStages"_L1));
        if (!checkStages(mapOf(root), omitted))
            return false;
        const QList<int> items = itemsOf(mapOf(root), "rules");
        for (qsizetype i = 0; i < items.size(); ++i) {
            if (!readRule(items[i], u"rules[%1]"_s.arg(i), omitted))
                return false;
        }
        if (items.isEmpty())
            return refuse(root < 0 ? -1 : m_document.find(root, "rules"),
                message(u"The policy has no rules; it needs one at least."_s, u"策略中没有任何规则；至少需要一条。"_s));
        return true;
    }

    bool readRule(int item, const QString &path, const QStringList &omitted)
    {
        if (!checkFields(item, ruleFields(), path + u'.'))
            return false;
        const int map = mapOf(item);
        const QJsonObject written = yamlValue(m_document, item).toObject();
        AuditRule rule;
        rule.line = m_document.firstLine(item);
        rule.level = written["level"_L1].toString();
        rule.users = texts(written["users"_L1]);
        rule.userGroups = texts(written["userGroups"_L1]);
        rule.verbs = texts(written["verbs"_L1]);
        rule.namespaces = texts(written["namespaces"_L1]);
        rule.nonResourceUrls = texts(written["nonResourceURLs"_L1]);
        rule.omitStages = texts(written["omitStages"_L1]);
        if (!levels.contains(rule.level)) {
            const int level = map < 0 ? -1 : m_document.find(map, "level");
            return refuse(level < 0 ? item : level,
                rule.level.isEmpty()
                    ? message(u"%1 has no level; it is one of %2."_s, u"%1 没有 level；可用的有 %2。"_s, path,
                        levels.join(u", "_s))
                    : message(u"%1: the level “%2” does not exist; there are %3."_s,
                        u"%1：级别“%2”不存在；可用的有 %3。"_s, path, plainText(rule.level), levels.join(u", "_s)));
        }
        if (!checkUrls(map, rule, path) || !checkStages(map, rule.omitStages) || !readResources(map, rule, path))
            return false;
        if (!rule.nonResourceUrls.isEmpty() && (!rule.resources.isEmpty() || !rule.namespaces.isEmpty())) {
            return refuse(m_document.find(map, "nonResourceURLs"),
                message(u"%1 names nonResourceURLs together with resources or namespaces; make two rules of it."_s,
                    u"%1 同时写了 nonResourceURLs 和 resources 或 namespaces；请拆成两条规则。"_s, path));
        }
        rule.omitStages += omitted;
        m_result.rules += rule;
        return true;
    }

    bool checkUrls(int map, const AuditRule &rule, const QString &path)
    {
        for (qsizetype i = 0; i < rule.nonResourceUrls.size(); ++i) {
            const QString &url = rule.nonResourceUrls[i];
            if (url == u"*"_s || (url.startsWith(u'/') && !url.chopped(1).contains(u'*')))
                continue;
            return refuse(itemAt(map, "nonResourceURLs", i),
                message(u"%1: the path “%2” has to begin with / and may have * at its end alone."_s,
                    u"%1：路径“%2”必须以 / 开头，* 只能出现在末尾。"_s, path, plainText(url)));
        }
        return true;
    }

    bool readResources(int map, AuditRule &rule, const QString &path)
    {
        const QList<int> items = itemsOf(map, "resources");
        for (qsizetype i = 0; i < items.size(); ++i) {
            const QString here = path + u".resources[%1]"_s.arg(i);
            if (!checkFields(items[i], resourceFields(), here + u'.'))
                return false;
            const QJsonObject written = yamlValue(m_document, items[i]).toObject();
            const AuditResources group{
                written["group"_L1].toString(), texts(written["resources"_L1]), texts(written["resourceNames"_L1])};
            if (!group.group.isEmpty() && !isGroupName(group.group)) {
                return refuse(m_document.find(mapOf(items[i]), "group"),
                    message(
                        u"%1: “%2” is no API group; write it without a version, in lower case (apps, not apps/v1)."_s,
                        u"%1：“%2”不是 API 组名；请使用小写且不带版本（写 apps，不写 apps/v1）。"_s, here,
                        plainText(group.group)));
            }
            if (!group.names.isEmpty() && group.resources.isEmpty()) {
                return refuse(m_document.find(mapOf(items[i]), "resourceNames"),
                    message(u"%1 has resourceNames without resources."_s, u"%1 有 resourceNames 而没有 resources。"_s,
                        here));
            }
            rule.resources += group;
        }
        return true;
    }

    const YamlDocument &m_document;
    const Release m_release;
    QJsonValue m_whole;
    AuditPolicy m_result;
};

AuditPolicy refused(const Error &error, AuditPolicy::Outcome outcome)
{
    AuditPolicy result;
    result.outcome = outcome;
    result.why = error.message;
    result.at = error.at;
    return result;
}

} // namespace

QStringList auditLevels()
{
    return levels.mid(1);
}

bool AuditRule::restrictsNothing() const
{
    return users.isEmpty() && userGroups.isEmpty() && verbs.isEmpty() && namespaces.isEmpty()
        && nonResourceUrls.isEmpty() && resources.isEmpty();
}

AuditPolicy readAuditPolicy(const QString &name, const QByteArray &bytes, const Release &release)
{
    const Result<YamlDocument> document = YamlDocument::parse(name, bytes);
    if (beginsAsJson(bytes)) {
        QJsonParseError trouble;
        QJsonDocument::fromJson(bytes, &trouble);
        if (trouble.error != QJsonParseError::NoError) {
            Position at;
            at.file = name;
            at.line = int(bytes.first(qMin(qsizetype(trouble.offset), bytes.size())).count('\n')) + 1;
            return refused(
                {Error::Kind::Parse,
                    message(u"The file begins with “{”, so it is read as JSON, and it is not: %1."_s,
                        u"文件以“{”开头，因此按 JSON 读取，但它不是有效的 JSON：%1。"_s, trouble.errorString()),
                    at},
                AuditPolicy::Outcome::Refused);
        }
    }
    if (!document) {
        // What is JSON need not be YAML to everybody: only a reader of YAML refuses what is none.
        const bool unsure = document.error().kind == Error::Kind::TooLarge || beginsAsJson(bytes);
        return refused(document.error(), unsure ? AuditPolicy::Outcome::Unknown : AuditPolicy::Outcome::Refused);
    }
    return Reader(*document, release).read();
}

} // namespace jiagu
