// SPDX-License-Identifier: Apache-2.0
#include "host/recording.h"

#include "base/plaintext.h"

#include <QFile>
#include <QFileInfo>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

Result<Snapshot> readSnapshotFile(const QString &path)
{
    const QFileInfo info(path);
    const QString name = plainText(path);
    if (!info.exists())
        return failure(Error::Kind::NotFound,
            message(u"There is no file %1. Check the name of the snapshot."_s, u"没有文件 %1,请检查快照的文件名。"_s,
                name));
    if (!info.isFile())
        return failure(Error::Kind::Failed,
            message(u"%1 is not a file. Choose a snapshot that collect.sh wrote."_s,
                u"%1 不是文件,请选择由 collect.sh 生成的快照。"_s, name));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(info.isReadable() ? Error::Kind::Failed : Error::Kind::Permission,
            message(u"The snapshot %1 cannot be opened: %2"_s, u"无法打开快照 %1:%2"_s, name,
                plainText(file.errorString())));
    constexpr qint64 limit = 64LL * 1024 * 1024;
    const QByteArray bytes = file.read(limit + 1);
    if (file.error() != QFileDevice::NoError)
        return failure(Error::Kind::Failed,
            message(
                u"The snapshot %1 cannot be read: %2"_s, u"无法读取快照 %1:%2"_s, name, plainText(file.errorString())));
    return parseSnapshot(plainText(info.fileName()), bytes);
}

} // namespace jiagu
