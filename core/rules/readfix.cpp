// SPDX-License-Identifier: Apache-2.0
#include "rules/packvalues.h"

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

class FixReader final : public PackValues
{
public:
    using PackValues::PackValues;

    void readFix(int node, Rule &rule)
    {
        const auto fields = m_read.fields(
            node, {"set_flag?"_ba, "set_field?"_ba, "set_attributes?"_ba, "patch?"_ba, "guided?"_ba, "parameter?"_ba});
        if (m_read.failed())
            return;
        const bool hasParameter = fields.contains("parameter");
        if (fields.size() != (hasParameter ? 2 : 1)) {
            m_read.fail(node,
                message(u"A fix is exactly one of set_flag, set_field, set_attributes, patch and guided."_s,
                    u"修复只能是 set_flag、set_field、set_attributes、patch、guided 之一。"_s));
            return;
        }
        const bool isList = rule.setting.type == ValueType::StringList;
        const bool isSetting = rule.check == CheckKind::Setting || rule.check == CheckKind::CipherSuites
            || rule.check == CheckKind::Controllers || rule.check == CheckKind::KubeletAddress;
        if (hasParameter && rule.parameter)
            m_read.fail(
                fields["parameter"], message(u"The rule has a parameter already."_s, u"该规则已有 parameter。"_s));
        if (hasParameter)
            readParameter(fields["parameter"], rule);
        const auto readValue = [&](const PackFields &action, int at) {
            if (action.contains("value") == hasParameter || (!hasParameter && rule.parameter))
                m_read.fail(
                    at, message(u"A fix has a value or a parameter."_s, u"修复必须有 value 或 parameter 之一。"_s));
            else if (hasParameter)
                rule.fixValue = rule.parameter->proposal;
            else
                rule.fixValue = m_read.text(action["value"]);
        };
        if (fields.contains("set_flag")) {
            const auto action = m_read.fields(fields["set_flag"], {"flag"_ba, "value?"_ba, "item?"_ba});
            if (m_read.failed())
                return;
            rule.fix = FixKind::SetFlag;
            rule.fixFlag = readFlag(action["flag"]);
            if (action.contains("item"))
                rule.fixItem = m_read.text(action["item"]);
            readValue(action, fields["set_flag"]);
            if (!isSetting || !isStaticPod(rule.component) || rule.fixFlag != rule.setting.flag
                || (action.contains("item") && !isList)) {
                m_read.fail(node,
                    message(
                        u"set_flag fixes a setting rule of a static pod component, and its flag is the setting's."_s,
                        u"set_flag 只能修复静态 Pod 组件的 setting 规则，且参数必须与配置项相同。"_s));
            }
        } else if (fields.contains("set_field")) {
            const auto action = m_read.fields(fields["set_field"], {"path"_ba, "value?"_ba});
            if (m_read.failed())
                return;
            rule.fix = FixKind::SetField;
            rule.fixPath = readPath(action["path"]);
            readValue(action, fields["set_field"]);
            if (!isSetting || rule.component != ComponentKind::Kubelet || rule.fixPath != rule.setting.path
                || rule.fixPath.contains(u'.')) {
                m_read.fail(node,
                    message(u"set_field fixes a setting rule of the kubelet, and its path is the setting's: one key."_s,
                        u"set_field 只能修复 kubelet 的 setting 规则，且 path 必须与配置项相同，只含一级键。"_s));
            }
        } else if (fields.contains("set_attributes")) {
            rule.fix = FixKind::SetAttributes;
            readNothing(fields["set_attributes"]);
            if (rule.check != CheckKind::FileAttributes || hasParameter)
                m_read.fail(node,
                    message(u"set_attributes fixes a rule about file_attributes and takes no parameter."_s,
                        u"set_attributes 只能修复 file_attributes 规则，且没有 parameter。"_s));
        } else if (fields.contains("patch")) {
            readPatch(fields["patch"], rule, hasParameter);
        } else {
            rule.fix = FixKind::Guided;
            readNothing(fields["guided"]);
            if (hasParameter)
                m_read.fail(node, message(u"A guided fix takes no parameter."_s, u"guided 没有 parameter。"_s));
        }
        rule.fixable = rule.fix != FixKind::Guided && rule.fix != FixKind::PatchObject;
        if (rule.fixable && (rule.fixValue == ownAddress) != (rule.check == CheckKind::KubeletAddress))
            m_read.fail(node,
                message(u"The value %1 is for kubelet_address, and the only one there."_s,
                    u"取值 %1 用于 kubelet_address，且是它唯一的取值。"_s, QString(ownAddress)));
    }

private:
    void readPatch(int node, Rule &rule, bool hasParameter)
    {
        const auto fields = m_read.fields(node, {"value"_ba, "only_if?"_ba});
        if (m_read.failed())
            return;
        rule.fix = FixKind::PatchObject;
        rule.patch.value = m_read.value(fields["value"]);
        if (fields.contains("only_if"))
            rule.patch.onlyIf = readConditions(fields["only_if"]);
        if (hasParameter || (rule.check != CheckKind::Workload && rule.check != CheckKind::ServiceAccountTokens))
            m_read.fail(node,
                message(u"patch fixes a rule about workload or service_accounts and takes no parameter."_s,
                    u"patch 只能修复 workload 或 service_accounts 规则，且没有 parameter。"_s));
    }
};

} // namespace

void readFix(PackReader &reader, int node, Rule &rule)
{
    FixReader(reader).readFix(node, rule);
}

} // namespace jiagu
