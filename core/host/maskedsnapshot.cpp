// SPDX-License-Identifier: Apache-2.0
#include "host/maskedsnapshot.h"

#include "host/masking.h"
#include "host/snapshotframes.h"

#include <QCryptographicHash>
#include <QHash>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace jiagu {

namespace {

bool isAnswer(const SnapshotFrame &frame)
{
    return frame.kind == "output" && frame.words.value(0).startsWith("api:");
}

/// Masks the body of a frame that is no answer of the API. Returns whether it is another one now.
bool mask(SnapshotFrame &frame)
{
    if (!frame.hasBody || frame.kind == "hashes" || frame.kind == "attributes")
        return false;
    if (frame.kind == "process") {
        const bool ended = frame.body.endsWith('\0');
        QList<QByteArray> arguments = (ended ? frame.body.chopped(1) : frame.body).split('\0');
        if (!maskArguments(arguments))
            return false;
        frame.body = arguments.join('\0') + (ended ? QByteArray(1, '\0') : QByteArray());
        return true;
    }
    const bool wasPacked = isPacked(frame);
    auto text = wasPacked ? unpacked(frame.body, snapshotAnswerLimit) : Result<QByteArray>(frame.body);
    if (!text) { // nobody can tell what is in it
        frame.body.clear();
        return true;
    }
    if (!maskText(*text))
        return false;
    frame.body = wasPacked ? packed(*text) : *text;
    return true;
}

} // namespace

Result<QByteArray> maskedBytes(const Snapshot &snapshot)
{
    auto frames = readFrames(snapshot.source, snapshot.bytes);
    if (!frames)
        return tl::unexpected(frames.error());
    frames->done = frames->done && frames->problems.isEmpty();
    frames->frames.removeIf(isAnswer);
    QHash<QByteArray, QByteArray> hashes; // of masked files, by path
    for (SnapshotFrame &frame : frames->frames) {
        if (mask(frame) && frame.kind == "content") // one that was masked before has its frame already
            hashes.insert(
                frame.words.value(0), QCryptographicHash::hash(frame.body, QCryptographicHash::Sha256).toHex());
    }
    replaceHashes(*frames, hashes);
    QByteArrayList names;
    for (auto file = hashes.keyBegin(); file != hashes.keyEnd(); ++file)
        names += *file;
    std::sort(names.begin(), names.end());
    for (const QByteArray &name : std::as_const(names)) {
        SnapshotFrame frame;
        frame.kind = "masked";
        frame.words = {name};
        frames->frames += frame;
    }
    for (const OutputRecord &output : snapshot.outputs) {
        if (!output.id.startsWith("api:"_L1))
            continue;
        SnapshotFrame frame;
        frame.kind = "output";
        frame.words = {output.id.toUtf8(), "gzip"_ba};
        frame.hasBody = true;
        frame.body = packed(output.content);
        frame.status = output.status == 0 ? 0 : std::max(output.status, 1);
        frame.complaint = output.error.toUtf8();
        frames->frames += frame;
    }
    return writeFrames(*frames);
}

} // namespace jiagu
