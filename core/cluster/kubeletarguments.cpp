// SPDX-License-Identifier: Apache-2.0
#include "cluster/kubeletarguments.h"

#include "cluster/arguments.h"
#include "document/environmentfile.h"

#include <QDir>
#include <QHash>
#include <QRegularExpression>

namespace jiagu {

using namespace Qt::Literals::StringLiterals;

namespace {

struct Variable
{
    QByteArray value;
    Origin origin;
};

struct UnitLine
{
    QByteArray key;
    QByteArray value;
    QString file;
    int line = 0;
};

// `systemctl cat` prints each file of the unit after a comment with its name, an empty line before all but the first.
QList<UnitLine> unitLines(const QByteArray &content)
{
    static const QRegularExpression header(u"^# (/\\S+\\.(?:service|conf))$"_s);
    QList<UnitLine> lines;
    QString file;
    int line = 0;
    bool blankBefore = true;
    UnitLine current;
    bool continued = false;
    for (const QByteArray &raw : content.split('\n')) {
        ++line;
        const QByteArray text = raw.trimmed();
        if (blankBefore) {
            if (const auto match = header.match(QString::fromUtf8(text)); match.hasMatch()) {
                file = match.captured(1);
                line = 0;
                continued = false;
            }
        }
        blankBefore = text.isEmpty();
        if (text.startsWith('#') || text.startsWith(';'))
            continue; // also inside a continued line
        if (!continued) {
            const auto equals = text.indexOf('=');
            if (equals < 0)
                continue;
            current = {text.left(equals).trimmed(), text.mid(equals + 1).trimmed(), file, line};
        } else {
            current.value += text;
        }
        continued = text.endsWith('\\');
        if (continued)
            current.value.back() = ' ';
        else
            lines.append(current);
    }
    return lines;
}

Origin origin(const QString &file, int line, const QByteArray &variable = {})
{
    Origin origin{Origin::Kind::Argument, file, line};
    origin.key = QString::fromUtf8(variable);
    return origin;
}

bool isName(const QByteArray &text)
{
    static const QRegularExpression name(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
    return name.match(QString::fromUtf8(text)).hasMatch();
}

// Replaces ${NAME} and $$ inside a word.
QByteArray substituted(const QByteArray &word, const QHash<QByteArray, Variable> &variables, Origin &from)
{
    QByteArray result;
    for (qsizetype i = 0; i < word.size(); ++i) {
        if (word[i] == '$' && i + 1 < word.size() && word[i + 1] == '$') {
            result += '$';
            ++i;
            continue;
        }
        const auto close = word[i] == '$' && word.mid(i + 1, 1) == "{" ? word.indexOf('}', i) : -1;
        const QByteArray name = close < 0 ? QByteArray() : word.mid(i + 2, close - i - 2);
        if (!isName(name)) {
            result += word[i];
            continue;
        }
        if (variables.contains(name)) {
            result += variables[name].value;
            from = variables[name].origin;
        }
        i = close;
    }
    return result;
}

} // namespace

namespace {

QList<SourcedArgument> writtenAnew(const Snapshot &snapshot)
{
    const OutputRecord *unit = snapshot.output(u"systemctl-cat-kubelet"_s);
    if (!unit || unit->status != 0 || !unit->error.isEmpty())
        return {};

    QHash<QByteArray, Variable> variables;
    QList<UnitLine> environmentFiles;
    UnitLine start;
    for (const UnitLine &line : unitLines(unit->content)) {
        if (line.key == "Environment") {
            if (line.value.isEmpty())
                variables.clear();
            for (const QByteArray &assignment : splitArguments(line.value)) {
                const auto equals = assignment.indexOf('=');
                const QByteArray name = assignment.left(equals);
                if (equals > 0 && isName(name))
                    variables[name] = {assignment.mid(equals + 1), origin(line.file, line.line, name)};
            }
        } else if (line.key == "EnvironmentFile") {
            if (line.value.isEmpty())
                environmentFiles.clear();
            else
                environmentFiles.append(line);
        } else if (line.key == "ExecStart") {
            start = line; // a unit of another type than oneshot has one; an empty one takes the former back
        }
    }
    // Files win over Environment=, and a later file over an earlier one.
    for (const UnitLine &line : environmentFiles) {
        const bool optional = line.value.startsWith('-');
        const QString path = QString::fromUtf8(optional ? line.value.mid(1) : line.value);
        const FileRecord *record = snapshot.file(path);
        if (!record && optional)
            continue;
        if (!record || !record->hasContent) {
            if (record && optional && record->size < 0 && !record->truncated)
                continue; // said to be missing
            return {};
        }
        const auto assignments = parseEnvironmentFile(path, record->content);
        if (!assignments)
            return {};
        for (const EnvironmentVariable &assignment : *assignments)
            variables[assignment.name] = {assignment.value, origin(path, assignment.line, assignment.name)};
    }

    QByteArray command = start.value;
    while (!command.isEmpty() && QByteArrayView("@-:+!").contains(command.front()))
        command.remove(0, 1);
    QList<SourcedArgument> arguments;
    for (const QByteArray &word : splitArguments(command)) {
        const QByteArray name = word.startsWith('$') ? word.mid(1) : QByteArray();
        if (isName(name)) {
            const auto variable = variables.constFind(name);
            if (variable == variables.cend())
                continue;
            for (const QByteArray &part : splitArguments(variable->value))
                arguments.append({part, variable->origin});
        } else {
            Origin from = origin(start.file, start.line);
            const QByteArray text = substituted(word, variables, from);
            arguments.append({text, from});
        }
    }
    return arguments;
}

QString pathArgument(const QList<QByteArray> &argv, const QString &flag, const QString &directory)
{
    const auto found = flagOccurrences(argv, flag, ValueType::String, FlagSyntax::Pflag);
    return found.isEmpty() ? QString() : fromDirectory(directory, QString::fromUtf8(found.last().text));
}

} // namespace

QList<SourcedArgument> writtenKubeletArguments(const Snapshot &snapshot)
{
    const OutputRecord *unit = snapshot.output(u"systemctl-cat-kubelet"_s);
    return *snapshot.derived.once<QList<SourcedArgument>>(
        "kubelet-arguments", unit ? unit->content : QByteArray(), [&snapshot] { return writtenAnew(snapshot); });
}

KubeletUnitFiles kubeletUnitFiles(const Snapshot &snapshot)
{
    KubeletUnitFiles files;
    const OutputRecord *unit = snapshot.output(u"systemctl-cat-kubelet"_s);
    if (!unit || unit->status != 0 || !unit->error.isEmpty())
        return files;
    for (const UnitLine &line : unitLines(unit->content)) {
        if (!line.file.isEmpty() && !files.units.contains(line.file))
            files.units += line.file;
        if (line.key != "EnvironmentFile")
            continue;
        const bool optional = line.value.startsWith('-');
        const QString path = QString::fromUtf8(optional ? line.value.mid(1) : line.value);
        if (path.isEmpty())
            files.environment.clear();
        else if (!files.environment.contains(path))
            files.environment += path;
        if (optional)
            files.optional += path;
    }
    return files;
}

QString fromDirectory(const QString &directory, const QString &path)
{
    if (path.isEmpty() || path.startsWith(u'/') || !directory.startsWith(u'/'))
        return path;
    return QDir::cleanPath(directory + u'/' + path);
}

QString kubeletConfigFile(const QList<QByteArray> &argv, const QString &directory)
{
    return pathArgument(argv, u"--config"_s, directory);
}

QString kubeletDropInDirectory(const QList<QByteArray> &argv, const QString &directory)
{
    return pathArgument(argv, u"--config-dir"_s, directory);
}

} // namespace jiagu
