// SPDX-License-Identifier: Apache-2.0
#include "rules/packreader.h"
#include "rules/rulepack.h"

#include "base/plaintext.h"

#include <QFile>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr qint64 mostRead = 1024 * 1024 + 1; // one byte more than a pack may have

bool hasHan(const QString &text)
{
    return std::ranges::any_of(text, [](QChar character) { return character.script() == QChar::Script_Han; });
}

/// What the loader takes, and what a reader would stumble over.
QList<Error> textProblems(const RulePack &pack)
{
    QList<Error> errors;
    QMap<QString, QString> seen; // text → the rule that has it
    for (const Rule &rule : pack.rules) {
        const auto add = [&](const Message &what) {
            errors += Error{Error::Kind::Failed, message(u"%1: %2"_s, u"%1：%2"_s, rule.id, what), rule.at};
        };
        for (const auto &[key, text] : {std::pair(u"title"_s, rule.title), std::pair(u"rationale"_s, rule.rationale),
                 std::pair(u"risk"_s, rule.risk), std::pair(u"remediation"_s, rule.remediation)}) {
            if (!hasHan(text.zh))
                add(message(u"The Chinese %1 has no Chinese character."_s, u"中文的 %1 中没有汉字。"_s, key));
            if (hasHan(text.en))
                add(message(u"The English %1 has Chinese characters."_s, u"英文的 %1 中含有汉字。"_s, key));
            for (const QString &words : {text.en, text.zh}) {
                const QString other = seen.value(words);
                if (other.isEmpty())
                    seen.insert(words, rule.id);
                else
                    add(message(u"Its %1 is a text of %2, too."_s, u"其 %1 与 %2 中的文本相同。"_s, key, other));
            }
        }
    }
    return errors;
}

} // namespace

Result<RulePack> openRulePack(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return failure(Error::Kind::NotFound,
            message(u"The rule pack cannot be opened: %1."_s, u"无法打开规则包：%1。"_s, file.errorString()),
            {{}, path});
    }
    return loadRulePack(path, file.read(mostRead)).map([](RulePack pack) {
        acceptPack(pack, {});
        return pack;
    });
}

void acceptPack(RulePack &pack, const QStringList &digests)
{
    const QString digest = QString::fromLatin1(pack.digest);
    const auto shipped = builtinRulePack();
    pack.accepted =
        pack.accepted || digests.contains(digest, Qt::CaseInsensitive) || (shipped && shipped->digest == pack.digest);
}

Message packName(const RulePack &pack)
{
    const QString name = pack.id + u' ' + plainText(pack.version) + u", SHA-256 "_s + QString::fromLatin1(pack.digest);
    const Baseline *baseline = pack.findBaseline(pack.baseline);
    if (!baseline)
        return {name, name};
    return message(u"%1, %2"_s, u"%1，%2"_s, name, baseline->title);
}

QList<Error> checkRulePack(const QString &name, const QByteArray &bytes)
{
    const auto pack = readRulePack(name, bytes);
    if (!pack)
        return pack.error();
    QList<Error> errors = testRulePack(*pack) + textProblems(*pack);
    std::stable_sort(errors.begin(), errors.end(),
        [](const Error &left, const Error &right) { return left.at.line < right.at.line; });
    return errors;
}

} // namespace jiagu
