// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

#include <memory>

namespace jiagu {

/// A password or passphrase: bytes that are zeroed when the last owner lets go, locked into memory where the system
/// allows it, never copied, never printed. Moving is the only way to hand it on. One thread at a time.
class Secret
{
public:
    Secret() = default;
    /// Takes over the characters and zeroes the source.
    static Secret take(char *characters, qsizetype size);
    /// Encodes as UTF-8 and zeroes the source string, which must not share its data.
    static Secret take(QString &text);

    Secret(Secret &&other) noexcept;
    Secret &operator=(Secret &&other) noexcept;
    Secret(const Secret &) = delete;
    Secret &operator=(const Secret &) = delete;
    ~Secret();

    /// A second, equal secret, for a second node: the one place where a copy is meant.
    Secret duplicate() const;
    bool isEmpty() const { return m_size == 0; }
    qsizetype size() const { return m_size; }
    /// Zero-terminated; valid as long as this secret is.
    const char *constData() const;

private:
    void clear() noexcept;
    char *m_data = nullptr;
    qsizetype m_size = 0;
};

/// Turns off core files and debugger access for this process, so that no secret reaches the disk. Called first in main.
void protectMemory();

} // namespace jiagu
