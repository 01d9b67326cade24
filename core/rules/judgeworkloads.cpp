// SPDX-License-Identifier: Apache-2.0
#include "rules/judge.h"

#include "base/plaintext.h"
#include "rules/workloads.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

/// A quantity as a number; nothing for what is none.
/// staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, 1.19 to 1.37.
std::optional<double> quantity(const QJsonValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    static const QHash<QString, double> suffixes{{QString(), 1}, {u"n"_s, 1e-9}, {u"u"_s, 1e-6}, {u"m"_s, 1e-3},
        {u"k"_s, 1e3}, {u"M"_s, 1e6}, {u"G"_s, 1e9}, {u"T"_s, 1e12}, {u"P"_s, 1e15}, {u"E"_s, 1e18}, {u"Ki"_s, 0x1p10},
        {u"Mi"_s, 0x1p20}, {u"Gi"_s, 0x1p30}, {u"Ti"_s, 0x1p40}, {u"Pi"_s, 0x1p50}, {u"Ei"_s, 0x1p60}};
    QString number = value.toString();
    bool ok = false;
    if (const double plain = number.toDouble(&ok); ok && std::isfinite(plain))
        return plain;
    qsizetype end = number.size();
    while (end > 0 && number[end - 1].isLetter())
        --end;
    const auto suffix = suffixes.constFind(number.sliced(end));
    number.truncate(end);
    const double amount = number.toDouble(&ok);
    return ok && suffix != suffixes.cend() ? std::optional(amount * *suffix) : std::nullopt;
}

bool fits(const QJsonValue &value, WorkloadFields::Type type)
{
    switch (type) {
    case WorkloadFields::Type::Bool:
        return value.isBool();
    case WorkloadFields::Type::Integer:
        return value.isDouble() && value.toDouble() == std::floor(value.toDouble());
    case WorkloadFields::Type::Text:
        return value.isString();
    case WorkloadFields::Type::List: {
        const QJsonArray items = value.toArray();
        return value.isArray()
            && std::all_of(items.begin(), items.end(), [](const QJsonValue &item) { return item.isString(); });
    }
    case WorkloadFields::Type::Quantity:
        return quantity(value).has_value();
    }
    return false;
}

/// A name as it would be without the two mistakes that are made with capabilities.
QString spelled(const QString &name)
{
    const QString upper = name.trimmed().toUpper();
    return upper.startsWith("CAP_"_L1) ? upper.sliced(4) : upper;
}

/// Says so when only the spelling is wrong.
Message spellingHint(const Assertion &assertion, const QJsonValue &value)
{
    if (!value.isString() && !value.isArray())
        return {};
    const QJsonArray wanted = assertion.operand.isArray() ? assertion.operand.toArray() : QJsonArray{assertion.operand};
    const QJsonArray given = value.isArray() ? value.toArray() : QJsonArray{value};
    for (const QJsonValue &one : given) {
        for (const QJsonValue &other : wanted) {
            if (one.isString() && other.isString() && one != other && spelled(one.toString()) == other.toString()) {
                return message(u"\"%1\" is written %2: capital letters, no CAP_ before it."_s,
                    u"“%1”应写作 %2：使用大写字母，前面不加 CAP_。"_s, plainText(one.toString()), other.toString());
            }
        }
    }
    return {};
}

/// The value at a path of field names; where something on the way is neither there nor an object, that, and `broken`.
QJsonValue fieldAt(QJsonValue value, QStringView path, bool &broken)
{
    for (const QStringView key : path.tokenize(u'.')) {
        if (value.isNull() || value.isUndefined())
            return QJsonValue::Null;
        if (!value.isObject()) {
            broken = true;
            return value;
        }
        value = value.toObject().value(key);
    }
    return value.isUndefined() ? QJsonValue(QJsonValue::Null) : value;
}

class Fields
{
public:
    Fields(const Cluster &cluster, const WorkloadList &workloads, const Rule &rule)
        : m_cluster(cluster)
        , m_workloads(workloads)
        , m_rule(rule)
    {
    }

    QList<Violation> violationsOf(const Workload &workload)
    {
        QList<Violation> found;
        const WorkloadFields &fields = m_rule.fields;
        for (const FieldCondition &condition : fields.unless) {
            const bool counts =
                !condition.from.isKnown() || (m_cluster.release.isKnown() && m_cluster.release >= condition.from);
            if (counts && condition.assertion.holds(valueAt(workload.spec, condition.path)))
                return found;
        }
        m_workload = &workload;
        m_found = &found;
        m_place = -1;
        m_container.clear();
        for (const QString &field : fields.pod)
            look(workload.spec, field);
        for (qsizetype i = 0; i < workload.containers.size(); ++i) {
            const WorkloadContainer &container = workload.containers[i];
            if (!fields.ephemeral && container.list == "ephemeralContainers"_L1)
                continue;
            m_place = int(i);
            m_container = container.name;
            for (const QString &field : fields.container)
                look(container.object, field);
        }
        return found;
    }

    int undecided() const { return m_undecided; }

private:
    void look(const QJsonObject &object, const QString &field)
    {
        if (field.contains(u'[')) {
            each(object, field, {}, field);
            return;
        }
        bool broken = false;
        QJsonValue value = fieldAt(object, field, broken);
        if (value.isNull() && m_place >= 0 && m_rule.fields.inherit)
            value = fieldAt(m_workload->spec, field, broken);
        if (broken) {
            add(value, field, field, true);
            return;
        }
        if (value.isNull() && m_rule.fields.limitRange && !m_workload->isPod()) {
            if (!m_workloads.knowsLimitRanges()) {
                if (!m_workloads.above(*m_workload))
                    ++m_undecided;
                return;
            }
            value = m_workloads.defaultLimit(m_workload->namespaceName, field.section(u'.', -1));
        }
        compare(value, field, field);
    }

    /// The values below lists; `path` is what is left of the field, `seen` what lies behind.
    void each(const QJsonValue &value, QStringView path, const QString &seen, const QString &field)
    {
        const qsizetype list = path.indexOf("[]"_L1);
        bool broken = false;
        if (list < 0) {
            const QJsonValue found = path.isEmpty() ? value : fieldAt(value, path, broken);
            const QString place = path.isEmpty() ? seen : seen + u'.' + path.toString();
            if (broken)
                add(found, field, place, true);
            else
                compare(found, field, place);
            return;
        }
        const QStringView name = path.first(list);
        const QJsonValue items = fieldAt(value, name, broken);
        const QString here = seen.isEmpty() ? name.toString() : seen + u'.' + name.toString();
        if (broken || (!items.isArray() && !items.isNull())) {
            add(items, field, here, true);
            return;
        }
        const QStringView rest = path.sliced(std::min(path.size(), list + 3));
        const QJsonArray all = items.toArray();
        for (qsizetype i = 0; i < all.size(); ++i)
            each(all[i], rest, u"%1[%2]"_s.arg(here).arg(i), field);
    }

    void compare(const QJsonValue &value, const QString &field, const QString &path)
    {
        const bool isSet = !value.isNull() && !value.isUndefined();
        if (!isSet) {
            if (!m_rule.fields.optional && !m_rule.assertion.holds(value))
                add(value, field, path, false);
            return;
        }
        if (!fits(value, m_rule.fields.type)) {
            add(value, field, path, true);
            return;
        }
        const bool isQuantity = m_rule.fields.type == WorkloadFields::Type::Quantity;
        if (!m_rule.assertion.holds(isQuantity ? QJsonValue(*quantity(value)) : value))
            add(value, field, path, false);
    }

    void add(const QJsonValue &value, const QString &field, const QString &path, bool unusable)
    {
        *m_found += Violation{m_container, m_place, field, path, value, unusable,
            unusable ? Message() : spellingHint(m_rule.assertion, value)};
    }

    const Cluster &m_cluster;
    const WorkloadList &m_workloads;
    const Rule &m_rule;
    const Workload *m_workload = nullptr;
    QList<Violation> *m_found = nullptr;
    int m_place = -1;
    QString m_container;
    int m_undecided = 0;
};

} // namespace

QList<Finding> judgeWorkloads(
    const Cluster &cluster, const WorkloadList &workloads, const Rule &rule, const QList<NamespaceWaiver> &waivers)
{
    const QString expected = rule.assertion.text();
    if (cluster.apiNode.isEmpty() || !cluster.apiError.isEmpty()) {
        Finding finding = findingOf(rule, cluster, Verdict::Unknown, workloadsNotRead(cluster));
        finding.expected = expected;
        return {finding};
    }
    if (workloads.count() == 0 && workloads.missing().isEmpty()) {
        Finding finding = findingOf(rule, cluster, Verdict::NotApplicable,
            message(u"The cluster has no pods and no templates of pods: there is nothing to judge."_s,
                u"集群中没有 Pod，也没有 Pod 模板：没有可判定的对象。"_s));
        finding.expected = expected;
        return {finding};
    }
    WorkloadReport report(cluster, workloads, rule, waivers, expected);
    Fields fields(cluster, workloads, rule);
    report.judge([&fields](const Workload &workload) { return fields.violationsOf(workload); });
    if (fields.undecided() > 0) {
        report.unknown(message(
            u"The API server's answer about limitranges was not read: whether the %1 places of templates that name no "
            u"limit get one from a LimitRange is not known."_s,
            u"未读到 API server 关于 limitranges 的应答：模板中有 %1 处未写明限制，无法得知 LimitRange 是否会为其补上。"_s,
            QString::number(fields.undecided())));
    }
    return report.finish();
}

} // namespace jiagu
