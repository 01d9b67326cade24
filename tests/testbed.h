// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <unistd.h>

/// Machines of tests/testbed: see the head of tests/testbed/nodes.
namespace testbed {

using namespace Qt::Literals::StringLiterals;

inline QString nodesScript()
{
    return qEnvironmentVariable("JIAGU_TESTBED_NODES", QStringLiteral(SOURCE_DIR "/tests/testbed/nodes"));
}
inline QString directory()
{
    return qEnvironmentVariable("TESTBED_DIR", u"/var/tmp/testbed"_s);
}
/// The private key that every node lets in, as root and as admin (whose password, also for sudo, is "admin").
inline QString keyFile()
{
    return directory() + u"/key"_s;
}
/// Why there can be no testbed here; empty when there can.
inline QString obstacle()
{
    return geteuid() == 0 ? QString() : u"needs root to boot machines of the testbed"_s;
}

struct Outcome
{
    int status = -1;
    QByteArray output;
    QByteArray errors;
};

inline Outcome run(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    Outcome outcome;
    if (process.waitForFinished(20 * 60 * 1000) && process.exitStatus() == QProcess::NormalExit)
        outcome.status = process.exitCode();
    outcome.output = process.readAllStandardOutput();
    outcome.errors = process.readAllStandardError();
    return outcome;
}

/// One machine, booted on demand and dropped with its owner. Names are shared by the whole testbed.
class Node
{
public:
    explicit Node(const QString &name)
        : m_name(name)
    {
    }
    ~Node()
    {
        if (m_up)
            run(nodesScript(), {u"down"_s, m_name});
    }
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    /// Boots it afresh. Empty when it is up, else what went wrong.
    QString up()
    {
        run(nodesScript(), {u"down"_s, m_name});
        m_up = true;
        const Outcome outcome = run(nodesScript(), {u"up"_s, m_name});
        return outcome.status == 0 && !address().isEmpty() ? QString() : QString::fromUtf8(outcome.errors);
    }
    QString address() const
    {
        for (const QByteArray &line : run(nodesScript(), {u"list"_s}).output.split('\n')) {
            const QList<QByteArray> words = line.split(' ');
            if (words.size() == 3 && words[0] == m_name.toUtf8())
                return QString::fromUtf8(words[1]);
        }
        return {};
    }
    /// Runs a shell script inside, as root, past sshd.
    Outcome shell(const QByteArray &script) const
    {
        return run(nodesScript(), {u"exec"_s, m_name, u"/bin/sh"_s, u"-es"_s}, script);
    }
    /// cut, mend, kill, start: the verbs of the script.
    Outcome control(const QString &verb) const { return run(nodesScript(), {verb, m_name}); }

private:
    QString m_name;
    bool m_up = false;
};

/// The release that the testbed runs, whose sources GoProgram compiles against.
inline QString goRelease()
{
    return qEnvironmentVariable("KUBE_VERSION", u"1.34.4"_s);
}

/// A program of tests/testbed/NAME/main.go, compiled against the sources that the testbed built Kubernetes from.
struct GoProgram
{
    explicit GoProgram(const QString &name)
    {
        const QString sources = directory() + u"/kube/build-"_s + goRelease();
        const QString go = QStandardPaths::findExecutable(u"go"_s);
        if (go.isEmpty())
            obstacle = u"Go is not installed"_s;
        else if (!QFileInfo::exists(sources + u"/go.sum"_s))
            obstacle = sources + u" has no sources of Kubernetes: run tests/testbed/cluster build"_s;
        if (!obstacle.isEmpty())
            return;
        for (const QString &file : {u"go.mod"_s, u"go.sum"_s})
            QFile::copy(sources + u'/' + file, scratch.filePath(file));
        QFile::copy(QStringLiteral(SOURCE_DIR "/tests/testbed/%1/main.go").arg(name), scratch.filePath(u"main.go"_s));
        path = scratch.filePath(u"program"_s);
        const Outcome built = run(u"env"_s,
            {u"-C"_s, scratch.path(), u"GOFLAGS=-mod=mod"_s, u"GOPROXY=off"_s, u"CGO_ENABLED=0"_s, go, u"build"_s,
                u"-trimpath"_s, u"-o"_s, path, u"."_s});
        if (built.status != 0)
            trouble = built.errors + "\n(it did not compile)";
    }

    QTemporaryDir scratch;
    QString path; ///< of the program
    QString obstacle; ///< why there can be none here
    QByteArray trouble; ///< what the compiler said when it failed
};

/// Waits until something is true; false when it never was within the limit.
inline bool waitUntil(std::chrono::milliseconds limit, const std::function<bool()> &condition)
{
    const QDeadlineTimer deadline(limit);
    for (;;) {
        if (condition())
            return true;
        if (deadline.hasExpired())
            return false;
        QTest::qWait(100);
    }
}

} // namespace testbed
