// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <QFile>
#include <QTest>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <type_traits>

using namespace Qt::Literals::StringLiterals;
using namespace jiagu;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

namespace {

QByteArray text(const Secret &secret)
{
    return QByteArray(secret.constData(), secret.size());
}

/// How much memory this process has locked, in KiB.
qint64 lockedMemory()
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmLck:"))
            return line.mid(6).simplified().split(' ').first().toLongLong();
    }
    return -1;
}

} // namespace

class TestSecret : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesCharacters()
    {
        char source[] = "hunter2";
        const Secret secret = Secret::take(source, 7);
        QCOMPARE(text(secret), "hunter2"_ba);
        QCOMPARE(secret.constData()[7], '\0');
        QCOMPARE(QByteArray(source, 7), QByteArray(7, '\0'));
    }
    void takesText()
    {
        QString source = u"密码 \U0001F512"_s;
        const Secret secret = Secret::take(source);
        QCOMPARE(text(secret), QByteArray("密码 \xF0\x9F\x94\x92"));
        QVERIFY(source.isEmpty());
    }
    void isEmpty()
    {
        const Secret secret;
        QVERIFY(secret.isEmpty());
        QCOMPARE(secret.size(), 0);
        QCOMPARE(QByteArray(secret.constData()), ""_ba);
        QVERIFY(secret.duplicate().isEmpty());
        char nothing = 'x';
        QVERIFY(Secret::take(&nothing, 0).isEmpty());
        QCOMPARE(nothing, 'x');
    }
    void moves()
    {
        char first[] = "one";
        char second[] = "three";
        Secret source = Secret::take(first, 3);
        Secret target = Secret::take(second, 5);
        target = std::move(source);
        QCOMPARE(text(target), "one"_ba);
        QVERIFY(source.isEmpty()); // NOLINT(bugprone-use-after-move): that it is empty is the promise
        Secret &same = target;
        target = std::move(same);
        QCOMPARE(text(target), "one"_ba);
        const Secret last(std::move(target));
        QCOMPARE(text(last), "one"_ba);
        QVERIFY(target.isEmpty()); // NOLINT(bugprone-use-after-move)
    }
    void duplicates()
    {
        char source[] = "a\0b";
        Secret secret = Secret::take(source, 3);
        const Secret copy = secret.duplicate();
        QVERIFY(copy.constData() != secret.constData());
        secret = Secret();
        QCOMPARE(text(copy), QByteArray("a\0b", 3));
    }
    void isLockedIntoMemory()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("AddressSanitizer makes mlock do nothing");
#endif
        rlimit limit{};
        getrlimit(RLIMIT_MEMLOCK, &limit);
        if (limit.rlim_cur < 64 * 1024)
            QSKIP("this system lets no memory be locked");
        const qint64 before = lockedMemory();
        QByteArray source(32 * 1024, 'x');
        const Secret secret = Secret::take(source.data(), source.size());
        QVERIFY(lockedMemory() >= before + 32);
    }
    void protectsTheProcess()
    {
        protectMemory();
        rlimit limit{1, 1};
        getrlimit(RLIMIT_CORE, &limit);
        QCOMPARE(limit.rlim_cur, rlim_t(0));
        QCOMPARE(limit.rlim_max, rlim_t(0));
        QCOMPARE(prctl(PR_GET_DUMPABLE), 0);
    }
};

QTEST_GUILESS_MAIN(TestSecret)
#include "tst_secret.moc"
