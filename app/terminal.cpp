// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "base/plaintext.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

constexpr size_t longestSecret = 4096;

void write(FILE *stream, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stream);
    std::fflush(stream);
}

/// The terminal without echo, until the end of the scope.
class Quiet
{
public:
    explicit Quiet(bool echo)
    {
        m_changed = !echo && tcgetattr(STDIN_FILENO, &m_before) == 0;
        if (m_changed) {
            termios quiet = m_before;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            quiet.c_lflag |= ECHONL;
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        }
    }
    ~Quiet()
    {
        if (m_changed)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &m_before);
    }
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;

private:
    termios m_before{};
    bool m_changed = false;
};

} // namespace

Interrupt::Interrupt()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_signals = signalfd(-1, &set, SFD_CLOEXEC);
    m_end = eventfd(0, EFD_CLOEXEC);
    m_thread = std::thread([this] { watch(); });
}

Interrupt::~Interrupt()
{
    const quint64 one = 1;
    if (::write(m_end, &one, sizeof one) == sizeof one)
        m_thread.join();
    else
        m_thread.detach();
    close(m_signals);
    close(m_end);
}

void Interrupt::setLastWords(const QString &words, int exitCode)
{
    const std::scoped_lock lock(m_mutex);
    m_lastWords = words.toUtf8() + '\n';
    m_exitCode = exitCode;
}

void Interrupt::watch()
{
    std::array<pollfd, 2> waiting{pollfd{m_signals, POLLIN, 0}, pollfd{m_end, POLLIN, 0}};
    while (poll(waiting.data(), waiting.size(), -1) > 0 || errno == EINTR) {
        if (waiting[1].revents != 0)
            return;
        signalfd_siginfo info;
        if (waiting[0].revents == 0 || read(m_signals, &info, sizeof info) != sizeof info)
            continue;
        if (!m_source.stop_requested()) {
            m_source.request_stop();
            continue;
        }
        const std::scoped_lock lock(m_mutex);
        if (::write(STDERR_FILENO, m_lastWords.constData(), static_cast<size_t>(m_lastWords.size())) >= 0)
            _exit(m_exitCode);
        _exit(m_exitCode);
    }
}

Terminal::Terminal(Language language, std::stop_token stop)
    : m_language(language)
    , m_stop(std::move(stop))
{
}

void Terminal::print(const QString &text)
{
    const std::scoped_lock lock(m_output);
    write(stdout, text.endsWith(u'\n') ? text : text + u'\n');
}

void Terminal::note(const Message &message)
{
    const std::scoped_lock lock(m_output);
    write(stderr, say(message) + u'\n');
}

void Terminal::complain(const Error &error)
{
    const QString line = describe(error, m_language);
    const std::scoped_lock lock(m_output);
    write(stderr, u"jiagu: "_s + line + u'\n');
}

void Terminal::progress(const QString &node, const Step &step)
{
    const QString text = say(step.text);
    const std::scoped_lock lock(m_output);
    if (m_lastStep.value(node) == text)
        return;
    m_lastStep[node] = text;
    write(stderr, node + u": "_s + text + u'\n');
}

bool Terminal::isInteractive() const
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

std::optional<Secret> Terminal::askSecret(const Message &question)
{
    return readLine(question, false);
}

std::optional<Secret> Terminal::askAnswer(const Message &question, bool echo)
{
    return readLine(question, echo, true);
}

bool Terminal::askFor(const Message &question, const QString &answer)
{
    const auto line = readLine(question, true);
    return line && QByteArrayView(line->constData(), line->size()) == answer.toUtf8();
}

std::optional<Secret> Terminal::readLine(const Message &question, bool echo, bool mayBeEmpty)
{
    if (!isInteractive())
        return {};
    const std::scoped_lock lock(m_input);
    if (m_stop.stop_requested())
        return {};
    const int stopped = eventfd(0, EFD_CLOEXEC);
    std::optional<Secret> answer;
    {
        const std::stop_callback wake(m_stop, [&] {
            const quint64 one = 1;
            [[maybe_unused]] const auto written = ::write(stopped, &one, sizeof one);
        });
        const Quiet quiet(echo);
        {
            const std::scoped_lock output(m_output);
            write(stderr, say(question) + u' ');
        }
        std::array<pollfd, 2> waiting{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{stopped, POLLIN, 0}};
        int ready = 0;
        do
            ready = poll(waiting.data(), waiting.size(), -1);
        while (ready < 0 && errno == EINTR);
        if (ready > 0 && waiting[1].revents == 0) {
            auto line = readSecretLine(STDIN_FILENO);
            if (line && (mayBeEmpty || !line->isEmpty()))
                answer = *std::move(line);
        } else {
            const std::scoped_lock output(m_output);
            write(stderr, u"\n"_s);
        }
    }
    close(stopped);
    return answer;
}

QString accountName()
{
    const passwd *entry = getpwuid(geteuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : QString::number(geteuid());
}

Result<Secret> readSecretLine(int fd)
{
    std::array<char, longestSecret> buffer;
    size_t size = 0;
    ssize_t got = 0;
    while (size < buffer.size()) {
        got = read(fd, buffer.data() + size, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || buffer[size] == '\n')
            break;
        ++size;
    }
    const int error = errno;
    if (size == buffer.size() || got < 0 || (got == 0 && size == 0)) {
        explicit_bzero(buffer.data(), buffer.size());
        const QString number = QString::number(fd);
        if (got < 0) {
            return failure(Error::Kind::Usage,
                message(
                    u"The secret cannot be read from file descriptor %1: %2. Open it for the program to read from."_s,
                    u"无法从文件描述符 %1 读取口令：%2。请将其打开供本程序读取。"_s, number, qt_error_string(error)));
        }
        return failure(Error::Kind::Usage,
            message(u"File descriptor %1 holds no line with a secret of at most 4095 bytes."_s,
                u"文件描述符 %1 中没有一行不超过 4095 字节的口令。"_s, number));
    }
    if (size > 0 && buffer[size - 1] == '\r')
        --size;
    Secret secret = Secret::take(buffer.data(), static_cast<qsizetype>(size));
    explicit_bzero(buffer.data(), buffer.size());
    return secret;
}

} // namespace jiagu
