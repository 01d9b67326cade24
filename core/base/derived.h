// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>

#include <memory>
#include <mutex>

namespace jiagu {

/// What was worked out from a value that does not change, once for all copies of it, however many rules ask: copies
/// share it. Any thread.
class Derived
{
public:
    Derived()
        : m_kept(std::make_shared<Kept>())
    {
    }

    /// The value of this name, made by `make` when it is asked for first. `of` is what it is made from: for another one
    /// it is made anew. One name is always of one type.
    template <typename T, typename Make>
    std::shared_ptr<const T> once(const QByteArray &name, const QByteArray &of, const Make &make) const
    {
        const std::scoped_lock lock(m_kept->mutex);
        Entry &entry = m_kept->entries[name];
        if (!entry.value || entry.of != of)
            entry = {of, std::make_shared<const T>(make())};
        return std::static_pointer_cast<const T>(entry.value);
    }

private:
    struct Entry
    {
        QByteArray of;
        std::shared_ptr<const void> value;
    };
    struct Kept
    {
        std::recursive_mutex mutex; // what is made may need something else that is made
        QHash<QByteArray, Entry> entries;
    };
    std::shared_ptr<Kept> m_kept;
};

} // namespace jiagu
