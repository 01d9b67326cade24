// SPDX-License-Identifier: Apache-2.0
#include <QDirIterator>
#include <QFile>
#include <QLibraryInfo>
#include <QRegularExpression>
#include <QTest>

using namespace Qt::Literals::StringLiterals;

namespace {

/// The folders of core: each may include itself and those before it.
const QStringList folders{u"base"_s, u"document"_s, u"host"_s, u"cluster"_s, u"rules"_s, u"change"_s, u"report"_s};

bool isWidgetHeader(const QString &header)
{
    const QString headers = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    return header.startsWith(u"QtWidgets"_s) || header.startsWith(u"QtGui"_s)
        || QFile::exists(headers + u"/QtWidgets/"_s + header) || QFile::exists(headers + u"/QtGui/"_s + header);
}

/// Whether a header belongs to the operating system rather than to C++ or Qt.
bool isSystemHeader(const QString &header)
{
    static const QRegularExpression system(
        u"^(?:(?:sys|net|netinet|arpa|linux)/.*|(?:unistd|fcntl|poll|netdb|termios|pwd|grp|dirent|signal|pthread)\\.h)$"_s);
    return system.match(header).hasMatch();
}

/// Why a source file (its path from the top) must not include a header; empty when it may.
QString forbidden(const QString &file, const QString &header, bool quoted)
{
    const QStringList path = file.split(u'/');
    const QString room = path.first();
    const QString folder = room == u"core" && path.size() > 2 ? path[1] : QString();
    const auto exists = [&](const QString &where) {
        return QFile::exists(QStringLiteral(SOURCE_DIR) + where + header);
    };

    if (quoted) {
        if (header.endsWith(u".moc"_s))
            return {};
        if (room == u"core") {
            const qsizetype other = folders.indexOf(header.section(u'/', 0, 0));
            if (other < 0)
                return u"core includes core alone, by folder and name"_s;
            return other > folders.indexOf(folder) ? u"the arrow points the wrong way"_s : QString();
        }
        if (room == u"ui" && exists(u"/app/"_s) && !exists(u"/ui/"_s) && !exists(u"/core/"_s))
            return u"ui includes app"_s;
        return {};
    }
    if (header.startsWith(u"libssh/"_s) && folder != u"host")
        return u"libssh outside host/"_s;
    if (header.startsWith(u"yaml-cpp/"_s) && file != u"core/document/yamldocument.cpp")
        return u"yaml-cpp outside its one file"_s;
    if (room == u"core" && isWidgetHeader(header))
        return u"a window in core"_s;
    const bool mayCallSystem =
        room == u"app" || folder == u"base" || folder == u"host" || file.startsWith(u"core/change/journal"_s);
    if (isSystemHeader(header) && !mayCallSystem)
        return u"a call of the operating system outside base/, host/, change/journal and app/"_s;
    return {};
}

QStringList wrongIncludes(const QString &file, const QString &text)
{
    static const QRegularExpression include(
        u"^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"_s, QRegularExpression::MultilineOption);
    QStringList wrong;
    for (const QRegularExpressionMatch &match : include.globalMatch(text)) {
        const QString why = forbidden(file, match.captured(2), match.captured(1) == u"\"");
        if (!why.isEmpty())
            wrong += file + u" includes "_s + match.captured(2) + u": "_s + why;
    }
    return wrong;
}

/// Whether a text names a place of the machine it was written on.
bool namesWorkplace(const QString &text)
{
    // In two parts, so that this file is not found.
    static const QRegularExpression place(u"(?:^|[^A-Za-z0-9_$}./-])/wo"_s + u"rk/"_s);
    return place.match(text).hasMatch();
}

/// The files below a folder of the project, from the top, without what a build leaves there.
QStringList filesBelow(const QString &folder)
{
    const QDir top(QStringLiteral(SOURCE_DIR));
    QStringList files;
    QDirIterator all(top.filePath(folder), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString file = top.relativeFilePath(all.next());
        if (!file.startsWith(u".git/"_s) && file != u".git" && !file.startsWith(u"build/"_s)
            && !file.contains(u"__pycache__"_s))
            files += file;
    }
    files.sort();
    return files;
}

QString textOf(const QString &file)
{
    QFile source(QStringLiteral(SOURCE_DIR "/") + file);
    if (!source.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = source.readAll();
    return bytes.contains('\0') ? QString() : QString::fromUtf8(bytes);
}

} // namespace

class TestArrows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void knowsWrongFromRight_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("wrong");
        const auto row = [](const char *name, const char *file, const char *line, bool wrong) {
            QTest::newRow(name) << QString::fromUtf8(file) << QString::fromUtf8(line) << wrong;
        };
        row("own folder", "core/host/host.h", "#include \"host/target.h\"", false);
        row("a folder before", "core/report/report.cpp", "#include \"base/message.h\"", false);
        row("a folder behind", "core/base/result.h", "#include \"host/host.h\"", true);
        row("ui from core", "core/cluster/cluster.cpp", "  # include \"ui/mainwindow.h\"", true);
        row("by name alone", "core/host/host.cpp", "#include \"host.h\"", true);
        row("core from ui", "ui/mainwindow.cpp", "#include \"rules/finding.h\"", false);
        row("ui from app", "app/main.cpp", "#include \"mainwindow.h\"", false);
        row("libssh in host", "core/host/sshhost.cpp", "#include <libssh/libssh.h>", false);
        row("libssh elsewhere", "app/main.cpp", "#include <libssh/libssh.h>", true);
        row("yaml-cpp in its file", "core/document/yamldocument.cpp", "#include <yaml-cpp/parser.h>", false);
        row("yaml-cpp elsewhere", "core/document/yamledit.cpp", "#include <yaml-cpp/yaml.h>", true);
        row("widget in core", "core/report/report.cpp", "#include <QLabel>", true);
        row("module of widgets in core", "core/report/report.cpp", "#include <QtWidgets/QLabel>", true);
        row("widget in ui", "ui/mainwindow.cpp", "#include <QLabel>", false);
        row("value in core", "core/base/result.h", "#include <QString>", false);
        row("system call in host", "core/host/tcp.cpp", "#include <sys/socket.h>", false);
        row("system call in the journal", "core/change/journal.cpp", "#include <unistd.h>", false);
        row("system call in the plan", "core/change/plan.cpp", "#include <unistd.h>", true);
        row("system call in the window", "ui/mainwindow.cpp", "#include <sys/stat.h>", true);
    }
    void knowsWrongFromRight()
    {
        QFETCH(QString, file);
        QFETCH(QString, line);
        QTEST(!wrongIncludes(file, u"#pragma once\n"_s + line + u'\n').isEmpty(), "wrong");
    }

    void pointTheRightWay()
    {
        QStringList wrong;
        qsizetype files = 0;
        for (const QString &folder : {u"core"_s, u"ui"_s, u"app"_s}) {
            for (const QString &file : filesBelow(folder)) {
                if (!file.endsWith(u".cpp"_s) && !file.endsWith(u".h"_s))
                    continue;
                wrong += wrongIncludes(file, textOf(file));
                ++files;
            }
        }
        QVERIFY(files > 20);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }

    void noFileNamesTheWorkplace()
    {
        const QString place = u"/wo"_s + u"rk/x"_s;
        QVERIFY(namesWorkplace(u"see "_s + place));
        QVERIFY(namesWorkplace(place));
        QVERIFY(!namesWorkplace(u"workdir=$node"_s + place));
        QStringList wrong;
        for (const QString &file : filesBelow({})) {
            if (namesWorkplace(textOf(file)))
                wrong += file;
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(TestArrows)
#include "tst_arrows.moc"
