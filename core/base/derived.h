// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>

#include <memory>
#include <mutex>

namespace jiagu {

/// What was worked out from a value that does not change, once, however many rules ask. A copy of the value begins
/// anew: it may be changed before it is used. Where copies are to share it, they share a pointer to it. Any thread.
class Derived
{
public:
    Derived() = default;
    Derived(const Derived &) { }
    Derived &operator=(const Derived &other)
    {
        if (this != &other) {
            const std::scoped_lock lock(m_mutex);
            m_entries.clear();
        }
        return *this;
    }

    /// The value of this name, made by `make` when it is asked for first. `of` is what it is made from, as far as that
    /// can change: for another one it is made anew. One name is always of one type.
    template <typename T, typename Make>
    std::shared_ptr<const T> once(const QByteArray &name, const QByteArray &of, const Make &make) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto entry = m_entries.constFind(name);
        if (entry != m_entries.cend() && (entry->of.isSharedWith(of) || entry->of == of))
            return std::static_pointer_cast<const T>(entry->value);
        const auto made = std::make_shared<const T>(make()); // may ask for something else
        m_entries.insert(name, {of, made});
        return made;
    }

private:
    struct Entry
    {
        QByteArray of;
        std::shared_ptr<const void> value;
    };
    mutable std::recursive_mutex m_mutex;
    mutable QHash<QByteArray, Entry> m_entries;
};

} // namespace jiagu
