// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLockFile>
#include <QStringList>

#include <memory>

namespace jiagu {

/// The file in which one window keeps what is open by itself. It is locked while the window lives and goes with it, so
/// that a file without a living owner is what a window left that was killed.
class Autosave
{
public:
    /// Takes a name of its own in the directory, which is made. path() is empty when that is not possible.
    explicit Autosave(const QString &directory = standardDirectory());
    ~Autosave();
    Autosave(const Autosave &) = delete;
    Autosave &operator=(const Autosave &) = delete;

    static QString standardDirectory(); ///< <AppData>/autosave
    const QString &path() const { return m_path; }

    /// Takes over the files that windows left that did not end by themselves: they get names of their own and belong to
    /// nobody. Newest first.
    static QStringList recover(const QString &directory = standardDirectory());
    /// Whether the file is one that recover() took over.
    static bool isRecovered(const QString &path, const QString &directory = standardDirectory());

private:
    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace jiagu
