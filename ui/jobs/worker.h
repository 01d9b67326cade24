// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QPointer>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace jiagu {

/// Calls `call` in the window's thread, later, unless `context` (an object of that thread) is gone by then. From any
/// thread.
template <typename Call>
void inWindow(const QPointer<QObject> &context, Call call)
{
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [context, call = std::move(call)]() mutable {
            if (context)
                call();
        },
        Qt::QueuedConnection);
}

/// One thread that runs jobs one after the other, so that a connection can belong to it. Destroying it asks the running
/// job to stop, drops the waiting ones and waits. Not to be destroyed by one of its own jobs.
class Worker
{
public:
    Worker();
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    /// Runs job(stop token) on the thread, then done(its result) in the thread of the window, unless `context` is gone
    /// by then. The result must be a value. Requesting a stop of what is returned stops this job alone.
    template <typename Job, typename Done>
    std::stop_source run(QObject *context, Job job, Done done)
    {
        std::stop_source source;
        post(source, [context = QPointer<QObject>(context), job, done, stop = source.get_token()]() mutable {
            auto result = std::make_shared<decltype(job(stop))>(job(stop));
            inWindow(context, [done, result]() mutable { done(std::move(*result)); });
        });
        return source;
    }

private:
    struct Entry
    {
        std::stop_source stop;
        std::function<void()> call;
    };
    void post(const std::stop_source &stop, std::function<void()> call);
    void work(const std::stop_token &closing);

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Entry> m_entries;
    std::stop_source m_running{std::nostopstate};
    std::jthread m_thread; ///< last: joined before the rest goes
};

} // namespace jiagu
