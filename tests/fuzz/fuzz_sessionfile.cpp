// SPDX-License-Identifier: Apache-2.0

// A hostile session file. The first byte chooses: the rest is the archive as it is, or the session.json of an archive
// that is made here, so that what lies behind the container is reached too. What is read can be written and read again.

#include "change/sessionfile.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

void require(bool truth)
{
    if (!truth)
        std::abort();
}

QByteArray archiveOf(const QByteArray &index)
{
    QByteArray bytes(index.size() + 4096, '\0');
    size_t used = 0;
    const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(), &archive_write_free);
    archive_write_set_format_zip(writer.get());
    archive_write_open_memory(writer.get(), bytes.data(), size_t(bytes.size()), &used);
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), "session.json");
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_size(entry.get(), index.size());
    archive_write_header(writer.get(), entry.get());
    archive_write_data(writer.get(), index.constData(), size_t(index.size()));
    archive_write_close(writer.get());
    return bytes.first(qsizetype(used));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char *>(data + 1), qsizetype(size - 1)); // NOLINT(*-reinterpret-cast)
    const auto session = readSession(data[0] % 2 == 0 ? rest : archiveOf(rest));
    if (!session) {
        require(!session.error().message.en.isEmpty() && !session.error().message.zh.isEmpty());
        return 0;
    }
    const auto written = writeSession(*session);
    if (!written)
        return 0;
    const auto again = readSession(*written);
    require(again && again->inventory.size() == session->inventory.size());
    require(again->values == session->values && again->approvals.size() == session->approvals.size());
    for (qsizetype i = 0; i < again->inventory.size(); ++i) {
        require(again->inventory[i].name() == session->inventory[i].name());
        require(again->inventory[i].sudo == session->inventory[i].sudo);
    }
    return 0;
}
