/* SPDX-License-Identifier: MIT */
/*
 * adapter.h over the Boehm-Demers-Weiser collector as Debian builds it, with
 * its documented defaults and its support for threads.  Finalizers run on
 * demand, so that they are timed apart from the cycle that found them.
 */
#ifndef WGC_BENCH_ADAPTER_LIBGC_H
#define WGC_BENCH_ADAPTER_LIBGC_H

#define GC_THREADS
/* Do not have pthread_create and the like replaced by macros. */
#define GC_NO_THREAD_REDIRECTS
#include <gc.h>
#include <string.h>

#define ADAPTER_NAME     "libgc"
#define ADAPTER_COLLECTS 1

/* The cell of a weak reference: the address with all its bits inverted, so
   that it is no pointer, in an object that is not scanned. */
typedef struct adapter_weak {
    GC_hidden_pointer hidden;
} adapter_weak;

static inline void
adapter_begin(size_t bytes)
{
    GC_INIT();
    GC_allow_register_threads();
    GC_set_finalize_on_demand(1);
    if (bytes != 0)
        GC_expand_hp(bytes);
}

static inline void
adapter_end(void)
{
}

static inline void *
adapter_alloc(size_t size)
{
    return GC_MALLOC(size);
}

static inline void *
adapter_alloc_leaf(size_t size)
{
    return GC_MALLOC_ATOMIC(size);
}

static inline void *
adapter_alloc_zeroed_leaf(size_t size)
{
    return memset(GC_MALLOC_ATOMIC(size), 0, size);
}

static inline void
adapter_free(void *object)
{
    (void)object;
}

static inline void
adapter_collect(void)
{
    GC_gcollect();
}

static inline void
adapter_pause(int on)
{
    if (on)
        GC_disable();
    else
        GC_enable();
}

static inline size_t
adapter_cycles(void)
{
    return GC_get_gc_no();
}

static inline adapter_weak *
adapter_weak_new(void *target)
{
    adapter_weak *weak = GC_MALLOC_ATOMIC(sizeof *weak);

    weak->hidden = GC_HIDE_POINTER(target);
    GC_GENERAL_REGISTER_DISAPPEARING_LINK((void **)&weak->hidden, target);
    return weak;
}

static inline void *
adapter_weak_reveal(void *data)
{
    adapter_weak *weak = data;

    return weak->hidden == 0 ? NULL : GC_REVEAL_POINTER(weak->hidden);
}

/* gc.h: a disappearing link is to be read with the allocation lock held. */
static inline void *
adapter_weak_get(adapter_weak *weak)
{
    return GC_call_with_alloc_lock(adapter_weak_reveal, weak);
}

static inline void
adapter_guard_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    GC_REGISTER_FINALIZER_NO_ORDER(object, fn, data, NULL, NULL);
}

/* It has no other kind. */
static inline void
adapter_finalizer_new(void *object, adapter_finalizer_fn *fn, void *data)
{
    adapter_guard_new(object, fn, data);
}

static inline size_t
adapter_deliver(void)
{
    return (size_t)GC_invoke_finalizers();
}

static inline void
adapter_thread_begin(void)
{
    struct GC_stack_base base;

    GC_get_stack_base(&base);
    GC_register_my_thread(&base);
}

static inline void
adapter_thread_end(void)
{
    GC_unregister_my_thread();
}

static inline void
adapter_wait(int on)
{
    (void)on;
}

#endif
