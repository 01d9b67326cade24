// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"
#include "commands.h"
#include "mainwindow.h"

#include <QApplication>
#include <QLoggingCategory>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <memory>

using namespace Qt::Literals::StringLiterals;

namespace {

using namespace jiagu;

/// Texts are UTF-8 whatever the environment says; Qt would say so in a warning at every start.
void useUtf8()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setenv("LC_ALL", "C.UTF-8", 1);
}

QStringList argumentsOf(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments += QString::fromUtf8(argv[i]);
    return arguments;
}

void name(QCoreApplication & /*application*/)
{
    QCoreApplication::setApplicationName(u"jiagu"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(JIAGU_VERSION));
    QCoreApplication::setOrganizationDomain(u"jiagu.org"_s);
}

int runCommand(const Invocation &invocation, Terminal &terminal, Interrupt &interrupt)
{
    switch (invocation.command) {
    case Command::Scan:
        return runScan(invocation, terminal, interrupt);
    case Command::Plan:
        return runPlan(invocation, terminal, interrupt);
    case Command::Apply:
        return runApply(invocation, terminal, interrupt);
    case Command::Restore:
        return runRestore(invocation, terminal, interrupt);
    case Command::Report:
        return runReport(invocation, terminal, interrupt);
    case Command::RulesList:
        return runRulesList(invocation, terminal, interrupt);
    case Command::RulesShow:
        return runRulesShow(invocation, terminal, interrupt);
    case Command::RulesCheck:
        return runRulesCheck(invocation, terminal, interrupt);
    case Command::Record:
        return runRecord(invocation, terminal, interrupt);
    case Command::Clean:
        return runClean(invocation, terminal, interrupt);
    case Command::Window:
        break;
    }
    return exitError;
}

/// A command needs no more than a core application, except to set a PDF in type; that needs no display either.
std::unique_ptr<QCoreApplication> applicationFor(const Invocation &invocation, int &argc, char **argv)
{
    if (invocation.command != Command::Report || invocation.format != u"pdf"_s || invocation.help)
        return std::make_unique<QCoreApplication>(argc, argv);
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QLoggingCategory::setFilterRules(u"default.warning=false"_s); // Qt's remarks on a desktop session that there is not
    return std::make_unique<QGuiApplication>(argc, argv);
}

int runTerminal(int argc, char **argv, const QStringList &arguments, Language language)
{
    Interrupt interrupt;
    const auto invocation = parseInvocation(arguments);
    const auto application = applicationFor(invocation ? *invocation : Invocation(), argc, argv);
    name(*application);
    Terminal terminal(invocation ? invocation->language : language, interrupt.token());
    if (!invocation) {
        terminal.complain(invocation.error());
        return exitError;
    }
    if (invocation->help) {
        terminal.print(helpText(invocation->command, invocation->language));
        return exitDone;
    }
    if (invocation->version) {
        terminal.print(u"jiagu "_s + QStringLiteral(JIAGU_VERSION));
        return exitDone;
    }
    return runCommand(*invocation, terminal, interrupt);
}

bool hasDisplay()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

} // namespace

int main(int argc, char **argv)
{
    protectMemory();
    const Language environment = environmentLanguage();
    useUtf8();
    const QStringList arguments = argumentsOf(argc, argv);
    if (isForTerminal(arguments))
        return runTerminal(argc, argv, arguments, languageOf(arguments));
    if (!hasDisplay()) {
        Terminal(languageOf(arguments), {})
            .complain({Error::Kind::Usage,
                {u"There is no display to open the window on. jiagu --help lists the commands that need none."_s,
                    u"没有可供打开窗口的图形界面。不需要图形界面的命令见 jiagu --help。"_s},
                {}});
        return exitError;
    }

    QApplication application(argc, argv);
    name(application);
    QApplication::setDesktopFileName(u"org.jiagu.Jiagu"_s);
    const auto invocation = parseInvocation(QApplication::arguments().sliced(1));
    if (!invocation) {
        Terminal(environment, {}).complain(invocation.error());
        return exitError;
    }
    MainWindow window;
    if (invocation->isLanguageGiven)
        window.setLanguage(invocation->language);
    window.show();
    if (!invocation->pack.isEmpty())
        window.openPack(invocation->pack, true);
    if (!invocation->tailoring.isEmpty())
        window.openTailoring(invocation->tailoring);
    if (!invocation->session.isEmpty())
        window.openSession(invocation->session);
    else if (invocation->sample)
        window.openSample();
    else if (invocation->positional.isEmpty())
        window.recover();
    if (!invocation->positional.isEmpty())
        window.openSnapshots(invocation->positional);
    return QApplication::exec();
}
