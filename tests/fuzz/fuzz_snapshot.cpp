// SPDX-License-Identifier: Apache-2.0

// A hostile Snapshot file never harms the reader. The first byte chooses: the rest is a file as it is, or records with
// bodies that are framed here, so that what lies behind base64 and gzip is reached too. What comes out keeps the
// promises of its header, and a complete file can be anonymised into another complete one.

#include "base/plaintext.h"
#include "host/masking.h"
#include "host/recording.h"
#include "host/snapshotframes.h"

#include <cstdint>
#include <cstdlib>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

namespace {

void require(bool truth)
{
    if (!truth)
        std::abort();
}

const QByteArray nonce = "0123456789abcdef0123456789abcdef"_ba;

/// Records are lines "kind word word", then a body up to a form feed.
QByteArray framed(const QByteArray &text)
{
    SnapshotFrames frames;
    frames.nonce = nonce;
    frames.done = true;
    for (const QByteArray &record : text.split('\f')) {
        const qsizetype end = record.indexOf('\n');
        SnapshotFrame frame;
        frame.words = record.left(end).split(' ');
        frame.kind = frame.words.takeFirst();
        frame.hasBody = frame.kind == "output" || frame.kind == "process" || frame.kind == "attributes"
            || frame.kind == "content" || frame.kind == "hashes";
        if (frame.kind.isEmpty() || frame.kind == "end" || frame.kind == "done" || frame.kind.contains('\n'))
            continue;
        if (frame.hasBody && end >= 0)
            frame.body = record.mid(end + 1);
        if (isPacked(frame))
            frame.body = packed(frame.body);
        if (frame.kind == "attributes")
            frame.body.replace("NONCE", nonce);
        frames.frames += frame;
    }
    return writeFrames(frames);
}

void checkMasking(const QByteArray &text)
{
    QByteArray masked = text;
    const bool changed = maskText(masked);
    require(masked.size() == text.size());
    require(changed == (masked != text));
    for (qsizetype i = 0; i < text.size(); ++i)
        require(masked[i] == text[i] || (masked[i] == '*' && text[i] != '\n' && text[i] != '\r'));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char *>(data + 1), qsizetype(size - 1));
    const QByteArray bytes = data[0] % 2 == 0 ? rest : framed(rest);
    checkMasking(rest);
    const auto snapshot = parseSnapshot(u"fuzz"_s, bytes);
    if (!snapshot) {
        require(!snapshot.error().message.isEmpty());
        return 0;
    }
    require(bytes.endsWith(snapshot->bytes));
    for (const FileRecord &file : snapshot->files) {
        require(file.path == plainText(file.path) && file.path.startsWith(u'/'));
        require(snapshot->file(file.path) != nullptr);
        require(file.hasContent || file.content.isEmpty());
        require(!(file.hasContent && (file.withheld || file.truncated)));
    }
    for (const ProcessRecord &process : snapshot->processes)
        require(process.pid > 0 && !process.argv.isEmpty());
    for (const OutputRecord &output : snapshot->outputs)
        require(output.id == plainText(output.id) && snapshot->output(output.id) != nullptr);

    const auto again = parseSnapshot(u"fuzz"_s, snapshot->bytes);
    require(again && again->files.size() == snapshot->files.size() && again->complete == snapshot->complete);
    const auto anonymous = anonymized(bytes, {{"cp1"_ba, "node"_ba}});
    if (!anonymous)
        return 0;
    const auto after = parseSnapshot(u"fuzz"_s, *anonymous);
    require(after && after->complete);
    return 0;
}
