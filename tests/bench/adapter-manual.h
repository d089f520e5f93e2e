/* SPDX-License-Identifier: MIT */
/*
 * What allocators without a collector have in common: nothing to start, and
 * stubs for what they cannot do.  A workload that needs one of the stubs asks
 * ADAPTER_COLLECTS first, so none is ever called.
 */
#ifndef WGC_BENCH_ADAPTER_MANUAL_H
#define WGC_BENCH_ADAPTER_MANUAL_H

#include <stddef.h>
#include <stdlib.h>

typedef struct adapter_weak adapter_weak;

static inline void
adapter_begin(size_t bytes)
{
    (void)bytes;
}

static inline void
adapter_end(void)
{
}

static inline void
adapter_pause(int on)
{
    (void)on;
}

static inline size_t
adapter_cycles(void)
{
    return 0;
}

static inline adapter_weak *
adapter_weak_new(void *target)
{
    (void)target;
    abort();
}

static inline void *
adapter_weak_get(adapter_weak *weak)
{
    (void)weak;
    abort();
}

static inline void
adapter_guard_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    (void)object, (void)fn, (void)data;
    abort();
}

static inline void
adapter_finalizer_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    (void)object, (void)fn, (void)data;
    abort();
}

static inline size_t
adapter_deliver(void)
{
    abort();
}

static inline void
adapter_thread_begin(void)
{
}

static inline void
adapter_thread_end(void)
{
}

static inline void
adapter_wait(int on)
{
    (void)on;
}

#endif
