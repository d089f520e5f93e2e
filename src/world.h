/* SPDX-License-Identifier: MIT */
/*
 * Layer 3.  The threads that use a heap, its lock, and how they are stopped for
 * a cycle.
 *
 * A thread that is attached has a mutator for each of its heaps.  With respect
 * to a heap it is RUNNING, and may then touch objects and bump its runs without
 * asking anyone, or SAFE: it waits, its stack is saved, and it touches nothing.
 * It becomes SAFE by itself, at any time, and RUNNING again only while it holds
 * the lock.  A cycle holds the lock from its begin to its end, so to stop the
 * world is to wait until each other mutator is SAFE, and to resume it is to
 * release the lock:
 *
 *   RUNNING --safepoint, blocking region, or waiting for any lock--> SAFE
 *   SAFE    --with the lock--> RUNNING
 *
 * I1  A heap pointer is dereferenced only after it was found in the calling
 *     thread's list: a heap that was freed, or belongs to others, is not in it.
 * I2  A mutator becomes RUNNING only under the lock of its world.
 * I3  A thread that waits, for whatever heap, is SAFE in all of its heaps but
 *     the one whose lock it holds, of which there is one at most; so those who
 *     wait for each other never wait in a circle.
 * I4  open == heap while nothing keeps the thread from the fast paths, else
 *     NULL.
 */
#ifndef WGC_WORLD_H
#define WGC_WORLD_H

#include "stack.h"

struct wgc_heap;

/* A coroutine's stack that the host has told us of. */
struct wgc_stack {
    struct wgc__stack stack;
    struct wgc__world *world;
    struct wgc__mutator *runner; /* whose thread runs on it, or NULL */
    struct wgc_stack *next, **link;
};

enum wgc__busy {
    WGC__BUSY_CYCLE = 1,    /* it collects */
    WGC__BUSY_EVENT = 2,    /* in on_event */
    WGC__BUSY_BLOCKING = 4, /* in a blocking region */
    WGC__BUSY_OOM = 8,      /* in on_oom: it may not allocate */
    WGC__BUSY_SHUT = WGC__BUSY_CYCLE | WGC__BUSY_EVENT | WGC__BUSY_BLOCKING
};

enum wgc__state { WGC__RUNNING, WGC__SAFE };

struct wgc__mutator {
    struct wgc_heap *open; /* I4 */
    struct wgc_heap *heap;
    struct wgc__mutator *next; /* of this thread */
    struct wgc__mutator *peer; /* of this world */
    struct wgc__world *world;
    unsigned busy;       /* enum wgc__busy; of its own thread only */
    unsigned depth;      /* how often it holds the lock */
    bool away;           /* SAFE because its thread waited for another heap */
    bool strayed;        /* others of its thread are away */
    uint32_t state;      /* enum wgc__state */
    unsigned *attention; /* of its thread, see wgc_safepoint */
    struct wgc__stack own;
    struct wgc_stack *current;          /* NULL: it runs on its own stack */
    const void *local_low, *local_high; /* thread-local variables */
    const void *held[3]; /* roots of a public function that allocates */
};

struct wgc__world {
    struct wgc__lock lock;
    uint32_t stopping; /* a cycle waits for mutators to become SAFE */
    uint32_t pauses;   /* how often functions of the host's ran */
    struct wgc_heap *heap;
    struct wgc__mutator *mutators;
    struct wgc_stack *stacks;
};

/*
 * The only thread-local state of the library: the mutators of the calling
 * thread, most recently used first, and the status of its latest failing call.
 * Initial-exec: one load instead of a call in position-independent code.
 */
extern _Thread_local struct wgc__mutator *wgc__world_current
    __attribute__((tls_model("initial-exec")));
extern _Thread_local int wgc__world_status
    __attribute__((tls_model("initial-exec")));
/* Reasons for the thread to call wgc__world_let_stop; that it is attached to no
   heap is one, so that wgc_safepoint is told. */
extern _Thread_local unsigned wgc_thread_attention
    __attribute__((tls_model("initial-exec")));

/* Can several threads be attached to a heap? */
bool wgc__world_is_shared(void);

/* ---- Attaching; the lock is held, or nobody else knows the heap ---- */

/* Zeroed memory becomes the calling thread's mutator.  `quiet`: no system call
   and no malloc.  `locals`: its thread-local variables are roots. */
void wgc__world_init(struct wgc__mutator *mutator, bool quiet, bool locals);
void wgc__world_attach(struct wgc__mutator *mutator, struct wgc__world *world);
void wgc__world_detach(struct wgc__mutator *mutator);
/* Its thread is no more: it is in no thread's list. */
void wgc__world_bury(struct wgc__mutator *mutator);
/* Have fn(mutator) called for each mutator of a thread that exits. */
void wgc__world_on_exit(void (*fn)(struct wgc__mutator *));

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

static inline void
wgc__world_set_busy(struct wgc__mutator *mutator, enum wgc__busy why)
{
    mutator->busy |= why;
    mutator->open = NULL;
}

static inline void
wgc__world_end_busy(struct wgc__mutator *mutator, enum wgc__busy why)
{
    mutator->busy &= ~(unsigned)why;
    if (mutator->busy == 0)
        mutator->open = mutator->heap;
}

/* ---- The lock ---- */

void wgc__world_wait(struct wgc__mutator *mutator);
void wgc__world_rejoin(struct wgc__mutator *mutator);
void wgc__world_return(void);

/* It nests.  While a thread waits for it, cycles go on. */
static inline void
wgc__world_acquire(struct wgc__mutator *mutator)
{
    if (mutator->depth++ == 0 &&
        WGC__UNLIKELY(!wgc__lock_try(&mutator->world->lock)))
        wgc__world_wait(mutator);
    if (WGC__UNLIKELY(mutator->away))
        wgc__world_rejoin(mutator);
}

static inline void
wgc__world_release(struct wgc__mutator *mutator)
{
    if (--mutator->depth != 0)
        return;
    bool strayed = mutator->strayed;
    mutator->strayed = false;
    wgc__lock_release(&mutator->world->lock);
    if (WGC__UNLIKELY(strayed))
        wgc__world_return(); /* I3 */
}

/* The same for a lock of whatever, when no mutator goes with it; its thread is
   SAFE everywhere while it waits. */
void wgc__world_acquire_apart(struct wgc__lock *lock);
void wgc__world_release_apart(struct wgc__lock *lock);

/* Around a function of the host's that is called with the lock held: others
   may have it meanwhile.  `world` may be NULL. */
void wgc__world_pause(struct wgc__world *world);
void wgc__world_proceed(struct wgc__world *world);

/* ---- Stopping; the lock is held ---- */

/* Wait until all others are SAFE; the stack of `self` is saved as well, with
   `hot_end` from a spill.  They go on when the lock is released. */
void wgc__world_stop(struct wgc__world *world, struct wgc__mutator *self,
                     const void *hot_end);
/* Are the stacks of all mutators but `self` known, so that they can be
   scanned? */
bool wgc__world_is_scannable(struct wgc__world *world,
                             const struct wgc__mutator *self);

/* Be SAFE as long as it takes for every cycle that is under way. */
void wgc__world_let_stop(void);
/* A blocking region begins and ends. */
void wgc__world_leave(struct wgc__mutator *mutator);
void wgc__world_enter(struct wgc__mutator *mutator);

/* ---- Stacks ---- */

void wgc__world_add_stack(struct wgc__world *world, struct wgc_stack *stack);
/* Both false if a thread is on it. */
bool wgc__world_remove_stack(struct wgc_stack *stack);
/* The calling thread leaves its stack for this one, or (NULL) its own. */
bool wgc__world_switch(struct wgc__mutator *self, struct wgc_stack *stack);

/* The stack that the thread is on, as it knows it. */
static inline struct wgc__stack *
wgc__world_stack(struct wgc__mutator *mutator)
{
    return mutator->current != NULL ? &mutator->current->stack : &mutator->own;
}

/* Does the caller run on a stack that is known?  Another one (an unknown
   coroutine's, a signal handler's) cannot be scanned. */
static inline bool
wgc__world_is_on_stack(struct wgc__mutator *mutator)
{
    return wgc__stack_has(wgc__world_stack(mutator),
                          __builtin_frame_address(0));
}

#endif
