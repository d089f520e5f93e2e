/* SPDX-License-Identifier: MIT */
/*
 * adapter.h over libwgc: one heap, all defaults, conservative objects, found
 * through the stack and the data segments.  Delivery is manual, so that
 * finalizers are timed apart from the cycle that found them.
 */
#ifndef WGC_BENCH_ADAPTER_WGC_H
#define WGC_BENCH_ADAPTER_WGC_H

#include "wgc/wgc.h"

#include <stdlib.h>

#define ADAPTER_NAME     "wgc"
#define ADAPTER_COLLECTS 1

typedef wgc_weakref adapter_weak;

static wgc_heap *adapter_heap;

static inline void
adapter_begin(size_t bytes)
{
    wgc_config config = {.min_bytes = bytes, .delivery = WGC_DELIVER_MANUAL};

    adapter_heap = wgc_heap_new(&config);
    if (adapter_heap == NULL)
        abort();
}

static inline void
adapter_end(void)
{
    wgc_heap_free(adapter_heap);
}

static inline void *
adapter_alloc(size_t size)
{
    return wgc_alloc(adapter_heap, size);
}

static inline void *
adapter_alloc_leaf(size_t size)
{
    return wgc_alloc_leaf(adapter_heap, size);
}

static inline void *
adapter_alloc_zeroed_leaf(size_t size)
{
    return wgc_alloc_leaf(adapter_heap, size);
}

static inline void
adapter_free(void *object)
{
    (void)object;
}

static inline void
adapter_collect(void)
{
    wgc_collect(adapter_heap);
}

static inline void
adapter_pause(int on)
{
    if (on)
        wgc_disable(adapter_heap);
    else
        wgc_enable(adapter_heap);
}

static inline size_t
adapter_cycles(void)
{
    wgc_stats stats;

    wgc_stats_get(adapter_heap, &stats);
    return stats.cycles;
}

static inline adapter_weak *
adapter_weak_new(void *target)
{
    return wgc_weakref_new(adapter_heap, target, NULL, NULL);
}

static inline void *
adapter_weak_get(adapter_weak *weak)
{
    return wgc_weakref_get(weak);
}

static inline void
adapter_guard_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    wgc_finalizer_new_guard(adapter_heap, object, fn, data);
}

static inline void
adapter_finalizer_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    wgc_finalizer_new(adapter_heap, object, fn, data);
}

static inline size_t
adapter_deliver(void)
{
    return wgc_deliver(adapter_heap, (size_t)-1);
}

static inline void
adapter_thread_begin(void)
{
    wgc_thread_attach(adapter_heap);
}

static inline void
adapter_thread_end(void)
{
    wgc_thread_detach(adapter_heap);
}

static inline void
adapter_wait(int on)
{
    if (on)
        wgc_blocking_enter(adapter_heap);
    else
        wgc_blocking_leave(adapter_heap);
}

#endif
