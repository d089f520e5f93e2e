/* SPDX-License-Identifier: MIT */
/*
 * Layer 11.  What the files of the public functions share: the way in, refusal,
 * allocation with collection, and delivery.
 */
#ifndef WGC_API_H
#define WGC_API_H

#include "collect.h"
#include "wgc/finalize.h"
#include "wgc/heap.h"
#include "wgc/thread.h"
#include "wgc/weak.h"

/* Stack address of a public function, told to delivery (queue.h). */
#define WGC__HERE ((wgc__word)__builtin_frame_address(0))

/*
 * The heap, locked, if this thread may call it now; else NULL, and the status is
 * set.  Every public function begins so, and the lock is released where the
 * variable ends.
 */
struct wgc_heap *wgc__api_lock(wgc_heap *heap);
void wgc__api_unlock(struct wgc_heap *const *heap);
#define WGC__LOCKED __attribute__((unused, cleanup(wgc__api_unlock)))

/* Set the status, tell the host; returns the status. */
wgc_status wgc__api_refuse(struct wgc_heap *heap, wgc_status status);
void wgc__api_set_status(wgc_status status);

/* The status that the way in was refused with. */
static inline wgc_status
wgc__api_status(void)
{
    return (wgc_status)wgc__world_status;
}

/* The callbacks that run on this thread. */
static inline struct wgc__delivery *
wgc__api_delivery(const struct wgc_heap *heap)
{
    return &wgc__heap_thread(heap)->delivery;
}

/*
 * Roots of this thread while a public function allocates or runs the host's code,
 * which may come back in and do the same: what was held before is held again
 * after wgc__api_let_go.
 */
struct wgc__hold {
    const void *before[3];
};
static inline struct wgc__hold
wgc__api_hold(const struct wgc_heap *heap, const void *a, const void *b,
              const void *c)
{
    const void **held = wgc__world_find(heap)->held;
    const struct wgc__hold hold = {{held[0], held[1], held[2]}};
    held[0] = a;
    held[1] = b;
    held[2] = c;
    return hold;
}

static inline void
wgc__api_let_go(const struct wgc_heap *heap, const struct wgc__hold *hold)
{
    const void **held = wgc__world_find(heap)->held;
    for (int i = 0; i < 3; i++)
        held[i] = hold->before[i];
}

static inline bool
wgc__api_may_collect(const struct wgc_heap *heap)
{
    return !heap->config.manual_collect && heap->disabled == 0 &&
           wgc__world_is_on_stack(wgc__world_find(heap));
}

/* What is behind a handle, of whichever of this thread's heaps it is, and that
   heap, locked; NULL for both, and the status is set, if it is none of this kind
   or may not be used now. */
void *wgc__api_handle(const void *handle, uint16_t kind,
                      struct wgc_heap **heap);

/* A heap with at_fork begins; false if it cannot be told of forks.  And ends. */
bool wgc__api_watch_fork(struct wgc_heap *heap);
void wgc__api_unwatch_fork(struct wgc_heap *heap);

/* Its target is alive as far as any cycle has found. */
static inline bool
wgc__api_is_indexed(const struct wgc__record *record)
{
    return record->node.key != 0 &&
           (record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) == 0;
}

/* Allocate, with cycles and the host's hook as they are due. */
void *wgc__api_allocate(struct wgc_heap *heap, uint32_t kind, size_t bytes,
                        size_t alignment, wgc__word here);
/* The same for a record, while `a` and `b` are roots (Q12). */
struct wgc__record *wgc__api_new_record(struct wgc_heap *heap, uint16_t kind,
                                        const void *a, const void *b,
                                        wgc__word here);
/* A new record of a target, which is checked; NULL, and the status is set. */
struct wgc__record *wgc__api_register(wgc_heap *heap, uint16_t kind,
                                      enum wgc__record_type type, void *target,
                                      wgc__callback *fn, void *data,
                                      wgc__word here);

#endif
