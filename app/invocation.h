// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/target.h"

#include <QMap>
#include <QStringList>

#include <optional>

namespace jiagu {

/// What a person asked the program to do on its command line.
enum class Command
{
    Window,
    Scan,
    Plan,
    Apply,
    Restore,
    Report,
    RulesList,
    RulesShow,
    RulesCheck,
    Record,
    Clean
};

/// A --node with what was said after it.
struct NodeArgument
{
    Target target;
    int loginFd = -1; ///< file descriptors that hold a secret each, as one line; -1: ask
    int passphraseFd = -1;
    int sudoFd = -1;
};

/// A command line that was understood.
struct Invocation
{
    Command command = Command::Window;
    bool help = false; ///< print helpText() instead
    bool version = false;
    Language language = Language::English;
    bool isLanguageGiven = false; ///< by --lang
    QList<NodeArgument> nodes;
    QStringList snapshots;
    bool sample = false;
    QString session; ///< of the window: the session file to open
    QStringList
        positional; ///< files of the window, file of apply and rules check, change set of restore, ids of rules show
    QString pack; ///< of --rules: the rule pack to judge by; empty: the one that ships
    QString acceptedPack; ///< of --accept-pack
    QString tailoring;
    QString format; ///< empty: the command's own
    QString out;
    bool probe = true; ///< ask the components about TLS
    bool anonymous = false; ///< of record
    QStringList rules;
    QMap<QString, QString> values; ///< of --set, by rule
    QString yes;
    QString organisation;
    QString operatorName;
    QString ticket;
    QString reviewer;
};

/// The language that LC_ALL, LC_MESSAGES or LANG asked for at the first call, which main makes before it changes them.
Language environmentLanguage();
/// Whether the arguments (without the program's name) name a command, so that no window is needed.
bool isForTerminal(const QStringList &arguments);
/// The language that a usage error is told in: that of --lang when it can be found, else the environment's.
Language languageOf(const QStringList &arguments);

/// Reads the arguments (without the program's name). Fails with Usage and a whole sentence.
Result<Invocation> parseInvocation(const QStringList &arguments);
/// What --help prints.
QString helpText(Command command, Language language);

} // namespace jiagu
