/* SPDX-License-Identifier: MIT */
/*
 * Waiting and thread exit on Linux: a futex, and a key of pthreads.  It is a
 * file of its own because tests that bring a platform use it as it is.
 */
#include "platform.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

void
wgc__platform_wait(const uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void
wgc__platform_wake(const uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* Who waits makes the word 2, and so whoever gets it after a wait leaves it at
   2: it cannot know whether it was the last. */
void
wgc__lock_wait(struct wgc__lock *lock)
{
    enum { SPINS = 100 };
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) == 0 &&
            wgc__lock_try(lock))
            return;
        wgc__pause();
    }
    while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
        wgc__platform_wait(&lock->word, 2);
}

void
wgc__lock_wake(struct wgc__lock *lock)
{
    wgc__platform_wake(&lock->word, 1);
}

bool
wgc__platform_on_fork(void (*prepare)(void), void (*parent)(void),
                      void (*child)(void))
{
    return pthread_atfork(prepare, parent, child) == 0;
}

/* ---- Thread exit ---- */

/* The key plus one, or 0 as long as there is none.  pthread_once would make a
   system call. */
static uint32_t exit_key;

static void
run_at_exit(void *fn)
{
    union {
        void *data;
        void (*fn)(void);
    } as = {.data = fn};
    as.fn();
}

static bool
need_exit_key(void)
{
    pthread_key_t key;
    uint32_t none = 0;
    if (__atomic_load_n(&exit_key, __ATOMIC_ACQUIRE) != 0)
        return true;
    if (pthread_key_create(&key, run_at_exit) != 0)
        return false;
    if (!__atomic_compare_exchange_n(&exit_key, &none, (uint32_t)key + 1, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        pthread_key_delete(key); /* another thread was first */
    return true;
}

void
wgc__platform_on_exit(void (*fn)(void))
{
    union {
        void (*fn)(void);
        void *data;
    } as = {.fn = fn};
    if (need_exit_key())
        pthread_setspecific((pthread_key_t)(exit_key - 1), as.data);
}

/* The library is unloaded: no exit may call into it. */
__attribute__((destructor)) static void
drop_exit_key(void)
{
    if (exit_key != 0)
        pthread_key_delete((pthread_key_t)(exit_key - 1));
}
