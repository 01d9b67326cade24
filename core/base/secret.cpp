// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <QString>

#include <cstring>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <utility>

namespace jiagu {

namespace {

char *allocate(qsizetype size)
{
    auto *data = new char[static_cast<size_t>(size) + 1]();
    mlock(data, static_cast<size_t>(size) + 1);
    return data;
}

} // namespace

Secret Secret::take(char *characters, qsizetype size)
{
    Secret secret;
    secret.m_data = allocate(size);
    secret.m_size = size;
    std::memcpy(secret.m_data, characters, static_cast<size_t>(size));
    explicit_bzero(characters, static_cast<size_t>(size));
    return secret;
}

Secret Secret::take(QString &text)
{
    QByteArray utf8 = text.toUtf8();
    Secret secret = take(utf8.data(), utf8.size());
    explicit_bzero(text.data(), static_cast<size_t>(text.size()) * sizeof(QChar));
    text.clear();
    return secret;
}

Secret::Secret(Secret &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{
}

Secret &Secret::operator=(Secret &&other) noexcept
{
    if (this != &other) {
        clear();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
    }
    return *this;
}

Secret::~Secret()
{
    clear();
}

Secret Secret::duplicate() const
{
    Secret copy;
    if (m_data) {
        copy.m_data = allocate(m_size);
        copy.m_size = m_size;
        std::memcpy(copy.m_data, m_data, static_cast<size_t>(m_size));
    }
    return copy;
}

const char *Secret::constData() const
{
    return m_data ? m_data : "";
}

void Secret::clear() noexcept
{
    if (!m_data)
        return;
    explicit_bzero(m_data, static_cast<size_t>(m_size) + 1);
    munlock(m_data, static_cast<size_t>(m_size) + 1);
    delete[] std::exchange(m_data, nullptr);
    m_size = 0;
}

void protectMemory()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

} // namespace jiagu
