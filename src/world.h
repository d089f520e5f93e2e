/* SPDX-License-Identifier: MIT */
/*
 * Layer 3.  The threads that use a heap, and how they are stopped for a cycle.
 * This is the only thread-local state of the library: the mutators of the
 * calling thread, one for each heap it is attached to, most recently used
 * first, and the status of its latest failing call.
 *
 * I1  A heap pointer is dereferenced only after it was found in the calling
 *     thread's list: a heap that was freed, or belongs to others, is not in it.
 */
#ifndef WGC_WORLD_H
#define WGC_WORLD_H

#include "stack.h"

struct wgc_heap;

struct wgc__mutator {
    struct wgc_heap *heap;
    struct wgc__mutator *next;      /* of this thread */
    void *stack_base, *stack_limit; /* grows from base down to limit */
    const void *held[3]; /* roots of a public function that allocates */
};

/* Initial-exec: one load instead of a call in position-independent code. */
extern _Thread_local struct wgc__mutator *wgc__world_current
    __attribute__((tls_model("initial-exec")));
extern _Thread_local int wgc__world_status
    __attribute__((tls_model("initial-exec")));

void wgc__world_attach(struct wgc__mutator *mutator, struct wgc_heap *heap,
                       bool quiet);
void wgc__world_detach(struct wgc__mutator *mutator);

/* Bring all other threads to a halt, and let them go. */
void wgc__world_stop(struct wgc_heap *heap);
void wgc__world_resume(struct wgc_heap *heap);

/* Does the caller run on the thread's own stack?  Another one (a coroutine's, a
   signal handler's) cannot be scanned. */
static inline bool
wgc__world_is_on_stack(const struct wgc__mutator *mutator)
{
    wgc__word here = (wgc__word)__builtin_frame_address(0);
    return here >= wgc__word_of(mutator->stack_limit) &&
           here < wgc__word_of(mutator->stack_base);
}

/* Not the most recently used one: search, and make it that. */
struct wgc__mutator *wgc__world_search(const struct wgc_heap *heap);

/* The calling thread's mutator for this heap; NULL if it is not attached. */
static inline struct wgc__mutator *
wgc__world_find(const struct wgc_heap *heap)
{
    struct wgc__mutator *mutator = wgc__world_current;
    if (WGC__LIKELY(mutator != NULL && mutator->heap == heap))
        return mutator;
    return wgc__world_search(heap);
}

#endif
