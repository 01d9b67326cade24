// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.h"
#include "host/host.h"

#include <QMap>

#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace jiagu {

/// Turns Ctrl-C (and a request to end) into a stop. Made before any other thread, so that none of them is interrupted.
class Interrupt
{
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    std::stop_token token() const { return m_source.get_token(); }
    /// What the second Ctrl-C prints before the program ends at once with this code; without it, nothing and 2.
    void setLastWords(const QString &words, int exitCode);

private:
    void watch();
    std::stop_source m_source;
    std::mutex m_mutex;
    QByteArray m_lastWords;
    int m_exitCode = 2;
    int m_signals = -1;
    int m_end = -1;
    std::thread m_thread;
};

/// What a person sees and is asked. Results go to standard output, everything else to standard error. Any thread.
class Terminal
{
public:
    Terminal(Language language, std::stop_token stop);

    Language language() const { return m_language; }
    QString say(const Message &message) const { return message.text(m_language); }
    void print(const QString &text); ///< a result
    void note(const Message &message); ///< one line for the person
    void complain(const Error &error);
    void progress(const QString &node, const Step &step); ///< a line each time that the text changes

    /// Whether there is somebody to ask: standard input and standard error are a terminal.
    bool isInteractive() const;
    /// Asks with the echo off. Nothing when nobody is there, on an empty answer and on a stop.
    std::optional<Secret> askSecret(const Message &question);
    /// Asks what may be answered with an empty line. Nothing when nobody is there, at the end of input and on a stop.
    std::optional<Secret> askAnswer(const Message &question, bool echo);
    /// Whether the person typed exactly this.
    bool askFor(const Message &question, const QString &answer);

private:
    std::optional<Secret> readLine(const Message &question, bool echo, bool mayBeEmpty = false);
    const Language m_language;
    const std::stop_token m_stop;
    std::mutex m_output;
    std::mutex m_input;
    QMap<QString, QString> m_lastStep;
};

/// The name of the account that runs the program.
QString accountName();

/// Reads one line, without its end, from a file descriptor: never a byte beyond it, so that the next line is left for
/// the next reader. Fails with Usage.
Result<Secret> readSecretLine(int fd);

} // namespace jiagu
