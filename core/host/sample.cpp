// SPDX-License-Identifier: Apache-2.0
#include "host/sample.h"

#include <QDir>
#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

Result<QList<Snapshot>> sampleSnapshots()
{
    const QDir directory(u":/sample"_s, u"*.jiagu-snapshot"_s, QDir::Name, QDir::Files);
    QList<Snapshot> snapshots;
    for (const QString &name : directory.entryList()) {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) {
            return failure(Error::Kind::NotFound,
                message(u"The sample %1 inside the program cannot be read: %2. Install the program again."_s,
                    u"程序内置的示例 %1 无法读取：%2。请重新安装本程序。"_s, name, file.errorString()));
        }
        auto snapshot = parseSnapshot(name, file.readAll());
        if (!snapshot)
            return tl::unexpected(snapshot.error());
        snapshots += *std::move(snapshot);
    }
    if (snapshots.isEmpty()) {
        return failure(Error::Kind::NotFound,
            message(
                u"This build of the program contains no sample cluster. Open a snapshot file or connect to a node instead."_s,
                u"此版本的程序不含示例集群。请改为打开快照文件或连接节点。"_s));
    }
    return snapshots;
}

} // namespace jiagu
