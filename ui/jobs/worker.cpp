// SPDX-License-Identifier: Apache-2.0
#include "jobs/worker.h"

namespace jiagu {

Worker::Worker()
    : m_thread([this](const std::stop_token &closing) { work(closing); })
{
}

Worker::~Worker()
{
    const std::scoped_lock lock(m_mutex);
    m_entries.clear();
    m_running.request_stop();
    m_thread.request_stop();
}

void Worker::post(const std::stop_source &stop, std::function<void()> call)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_entries.push_back({stop, std::move(call)});
    }
    m_wake.notify_one();
}

void Worker::work(const std::stop_token &closing)
{
    std::unique_lock lock(m_mutex);
    while (m_wake.wait(lock, closing, [this] { return !m_entries.empty(); })) {
        Entry entry = std::move(m_entries.front());
        m_entries.pop_front();
        m_running = entry.stop;
        lock.unlock();
        entry.call();
        entry.call = nullptr;
        lock.lock();
        m_running = std::stop_source(std::nostopstate);
    }
}

} // namespace jiagu
