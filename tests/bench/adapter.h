/* SPDX-License-Identifier: MIT */
/*
 * The allocators that are compared, behind one interface.  A workload is
 * compiled once per allocator, with -DADAPTER_wgc or the like, and everything
 * here is inlined into it: no call between a workload and an allocator is the
 * suite's own.
 *
 * What each adapter defines:
 *
 *   ADAPTER_NAME         a string
 *   ADAPTER_COLLECTS     1: a collector; 0: objects are freed by hand
 *   adapter_begin(bytes) start.  bytes: collect about every so many allocated
 *                        bytes, 0: the allocator's own default
 *   adapter_end()
 *   adapter_alloc(size)       an object that may hold pointers
 *   adapter_alloc_leaf(size)  one that holds none
 *   adapter_alloc_zeroed_leaf(size)  the same, and it reads as zeros
 *   adapter_free(object)      nothing in a collector
 *   adapter_collect()    a full collection; by hand: return what is free
 *   adapter_pause(on)    no automatic collection while on
 *   adapter_cycles()     collections until now
 *   adapter_thread_begin(), adapter_thread_end()  around what a thread does
 *   adapter_wait(on)     this thread waits for others while on
 *
 * and for collectors, as stubs otherwise:
 *
 *   adapter_weak_new(target), adapter_weak_get(weak)
 *   adapter_guard_new(object, fn, data)      fn(object, data) before death
 *   adapter_finalizer_new(object, fn, data)  fn(?, data) at or after death
 *   adapter_deliver()    run the finalizers that wait; they never run elsewhere
 *
 * Contents of a new object are unspecified otherwise (some allocators clear it,
 * some do not), so that each does what its users get.  Allocation never
 * fails: there is memory enough, or the benchmark is worth nothing.
 */
#ifndef WGC_BENCH_ADAPTER_H
#define WGC_BENCH_ADAPTER_H

#include <stddef.h>

typedef void adapter_finalizer_fn(void *object, void *data);

#if defined(ADAPTER_wgc)
#include "adapter-wgc.h"
#elif defined(ADAPTER_libgc)
#include "adapter-libgc.h"
#elif defined(ADAPTER_malloc)
#include "adapter-malloc.h"
#elif defined(ADAPTER_mimalloc)
#include "adapter-mimalloc.h"
#else
#error "define ADAPTER_wgc, ADAPTER_libgc, ADAPTER_malloc or ADAPTER_mimalloc"
#endif

#endif
