/* SPDX-License-Identifier: MIT */
/*
 * For tests with threads: cmocka's assertions jump out of the test, which only
 * its own thread may do; others note what went wrong, and the test asserts that
 * nothing did.
 */
#ifndef TESTS_THREAD_SUPPORT_H
#define TESTS_THREAD_SUPPORT_H

#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) && !defined(UNDER_TSAN)
#define UNDER_TSAN 1
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

static atomic_int wrongs;

#define EXPECT(condition)                                                      \
    ((condition) ? (void)0                                                     \
                 : (void)(atomic_fetch_add(&wrongs, 1),                        \
                          fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,     \
                                  __LINE__, #condition)))

#define assert_nothing_wrong() assert_int_equal(atomic_exchange(&wrongs, 0), 0)

static inline pthread_t
start(void *(*fn)(void *), void *data)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, fn, data) != 0)
        fail_msg("no thread");
    return thread;
}

/* On a thread that is attached to the heap: others may collect meanwhile. */
static inline void
finish(wgc_heap *heap, pthread_t thread)
{
    wgc_status status = heap != NULL ? wgc_blocking_enter(heap) : WGC_OK;
    int result = pthread_join(thread, NULL);
    if (heap != NULL && status == WGC_OK)
        wgc_blocking_leave(heap);
    assert_int_equal(result, 0);
    assert_int_equal(status, WGC_OK);
}

/* Until the flag is set; a safepoint in every round if there is a heap. */
static inline void
await(wgc_heap *heap, atomic_int *flag)
{
    while (atomic_load(flag) == 0) {
        if (heap != NULL)
            wgc_safepoint(heap);
        sched_yield();
    }
}

#endif
