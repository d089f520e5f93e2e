/* SPDX-License-Identifier: MIT */
/*
 * Layer 1.  All that is asked of the operating system.  One file per system
 * implements it, chosen by meson; tests link a fake one.
 *
 * Contract of the memory functions: addresses and sizes are multiples of the
 * page size, and lie inside one reservation.  Committed memory reads as zeros
 * when it is new and after wgc__platform_decommit.  Only reserve and commit may
 * fail, and nothing has changed then.
 */
#ifndef WGC_PLATFORM_H
#define WGC_PLATFORM_H

#include "base.h"

size_t wgc__platform_page_bytes(void);
size_t wgc__platform_memory_bytes(void); /* of the machine; a guess will do */

/* Address space without memory; NULL if there is none. */
void *wgc__platform_reserve(size_t bytes);
void wgc__platform_release(void *start, size_t bytes);
bool wgc__platform_commit(void *start, size_t bytes);
/* False if the pages keep their memory and contents. */
bool wgc__platform_decommit(void *start, size_t bytes);

/* A hint: new pages of this committed range should be as large as the machine
   has them, or no larger than need be. */
enum { WGC__HUGE_PAGE = 2 << 20 };
void wgc__platform_prefer_huge(void *start, size_t bytes, bool huge);

/* No access until the next commit; false if that cannot be. */
bool wgc__platform_forbid(void *start, size_t bytes);

uint64_t wgc__platform_clock(void); /* monotonic, in ns */

/*
 * The stack of the calling thread: its far end, from which it grows, and in
 * *limit how far it may (NULL: not known).  With `quiet` no system call is made
 * and nothing allocated.
 */
void *wgc__platform_stack_base(bool quiet, void **limit);

/*
 * A lock that is taken with one instruction while nobody else wants it, and
 * makes no system call then.
 */
struct wgc__lock {
    uint32_t word; /* 0: free, 1: held, 2: held, and waited for */
};

static inline bool
wgc__lock_try(struct wgc__lock *lock)
{
    uint32_t free = 0;
    return __atomic_compare_exchange_n(&lock->word, &free, 1, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void wgc__lock_wait(struct wgc__lock *lock); /* until it is the caller's */
void wgc__lock_wake(struct wgc__lock *lock); /* one of those that wait */

static inline void
wgc__lock_release(struct wgc__lock *lock)
{
    if (WGC__UNLIKELY(__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) ==
                      2))
        wgc__lock_wake(lock);
}

/* Sleep while *word is `value`, at times shorter; wake all who sleep so. */
void wgc__platform_wait(const uint32_t *word, uint32_t value);
void wgc__platform_wake(const uint32_t *word, int count);
/* Have these called around each fork from now on; false if that fails. */
bool wgc__platform_on_fork(void (*prepare)(void), void (*parent)(void),
                           void (*child)(void));
/* Have fn() run when the calling thread exits. */
void wgc__platform_on_exit(void (*fn)(void));

/*
 * Report every range of writable static data of the program and its loaded
 * libraries, and the calling thread's thread-local variables.
 */
typedef void wgc__range_fn(const void *low, const void *high, void *data);
void wgc__platform_static_ranges(wgc__range_fn *fn, void *data);
/* The calling thread's thread-local variables only. */
void wgc__platform_local_ranges(wgc__range_fn *fn, void *data);

#endif
