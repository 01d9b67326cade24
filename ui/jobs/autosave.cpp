// SPDX-License-Identifier: Apache-2.0
#include "jobs/autosave.h"

#include "change/sessionfile.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUuid>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

const auto ofWindow = "window-"_L1;
const auto recovered = "recovered-"_L1;

std::unique_ptr<QLockFile> lockOf(const QString &file)
{
    auto lock = std::make_unique<QLockFile>(file + u".lock"_s);
    lock->setStaleLockTime(0); // its owner's end makes it stale, its age does not
    return lock;
}

} // namespace

QString Autosave::standardDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/autosave"_s;
}

Autosave::Autosave(const QString &directory)
{
    if (!QDir().mkpath(directory))
        return;
    const QString path = directory + u'/' + ofWindow + QUuid::createUuid().toString(QUuid::Id128) + u'.'
        + QLatin1StringView(sessionSuffix);
    m_lock = lockOf(path);
    if (m_lock->tryLock(0))
        m_path = path;
}

Autosave::~Autosave()
{
    if (!m_path.isEmpty())
        QFile::remove(m_path);
}

QStringList Autosave::recover(const QString &directory)
{
    QStringList result;
    const QDir dir(directory);
    const QFileInfoList files =
        dir.entryInfoList({ofWindow + u"*."_s + QLatin1StringView(sessionSuffix)}, QDir::Files, QDir::Time);
    for (const QFileInfo &file : files) {
        const auto lock = lockOf(file.filePath());
        if (!lock->tryLock(0))
            continue; // its window lives
        const QString name = dir.filePath(recovered + file.lastModified().toString(u"yyyyMMdd-HHmmss-zzz"_s) + u'.'
            + QLatin1StringView(sessionSuffix));
        if (QFile::rename(file.filePath(), name))
            result += name;
    }
    return result;
}

bool Autosave::isRecovered(const QString &path, const QString &directory)
{
    const QFileInfo file(path);
    return file.absolutePath() == QDir(directory).absolutePath() && file.fileName().startsWith(recovered);
}

} // namespace jiagu
