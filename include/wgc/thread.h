/* SPDX-License-Identifier: MIT */
/*
 * Threads, coroutines and fork.
 *
 * Any number of attached threads use a heap at once.  For a cycle they are
 * stopped by asking: a thread stops when it calls into the heap and has to wait
 * there, at wgc_safepoint, and it counts as stopped inside a blocking region.
 * No signal is sent and no function of the system's is intercepted.  A thread
 * that computes for long without allocating must therefore pass a safepoint now
 * and then, and one that waits for something else (input, a lock, another
 * thread) must do so in a blocking region; the others wait for it meanwhile.
 *
 * Objects may be handed from thread to thread in any way that makes writes of
 * one visible to the other.  Fields of objects are the host's to synchronise.
 * Callbacks run on the thread that delivers, without any lock of the heap; a
 * thread's last reference to an object may be a weak one: wgc_weakref_get takes
 * no lock, and what it returns is alive.
 *
 * On a thread that is not attached every function here returns WGC_UNATTACHED.
 * The library may have been built for one thread (meson -Dthreads=false): then
 * wgc_thread_attach is refused.
 */
#ifndef WGC_THREAD_H
#define WGC_THREAD_H

#include "wgc/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Attaching -------------------------------------------------------- */

/*
 * The calling thread joins those that use the heap, which wgc_heap_new did for
 * its caller; the heap must not be freed meanwhile.  Its stack and its
 * thread-local variables (those of the program and of libraries loaded with it)
 * are roots from now on.  May wait for a cycle to end.  WGC_INVALID if it is
 * attached already, WGC_NO_MEMORY.
 */
WGC_API wgc_status wgc_thread_attach(wgc_heap *heap);

/*
 * It leaves: memory that was set aside for it goes back, its stack is no root
 * any more.  A thread that exits while attached is detached by itself.  What it
 * allocated belongs to the heap and stays, and so does what it queued.
 * wgc_heap_free is WGC_BUSY as long as other threads are attached.  WGC_BUSY
 * inside a cycle, a callback, a blocking region, or on a coroutine's stack.
 */
WGC_API wgc_status wgc_thread_detach(wgc_heap *heap);

/* ---- Stopping --------------------------------------------------------- */

/* For wgc_safepoint: not 0 if somebody waits for this thread to stop, or it is
   attached to no heap. */
#if defined(__GNUC__)
extern WGC_API __thread unsigned wgc_thread_attention
    __attribute__((tls_model("initial-exec")));
#endif

/* What wgc_safepoint does when it has something to do. */
WGC_API wgc_status wgc_safepoint_wait(wgc_heap *heap);

/*
 * Here the thread may be stopped: call it in loops that do not allocate.  One
 * load and a branch while nobody wants it to stop.  It stops for every heap that
 * it is attached to.  May wait for a cycle to end; runs no callbacks.
 */
static inline wgc_status
wgc_safepoint(wgc_heap *heap)
{
#if defined(__GNUC__)
    if (__builtin_expect(
            __atomic_load_n(&wgc_thread_attention, __ATOMIC_RELAXED) == 0, 1))
        return WGC_OK;
#endif
    return wgc_safepoint_wait(heap);
}

/*
 * Between the two the thread touches no object of this heap and calls nothing of
 * it (WGC_BUSY), and cycles do not wait for it.  Its roots are the registers and
 * the stack as they are when it enters: the function that calls
 * wgc_blocking_enter must not return before wgc_blocking_leave, and no pointer
 * to an object may be moved in between.  Leaving may wait for a cycle to end.
 * Not nested: WGC_BUSY, and WGC_INVALID for leaving what was not entered.
 */
WGC_API wgc_status wgc_blocking_enter(wgc_heap *heap);
WGC_API wgc_status wgc_blocking_leave(wgc_heap *heap);

/* ---- Stacks ----------------------------------------------------------- */

/*
 * A stack that is not a thread's own: a coroutine's, a fibre's.  The heap only
 * reads it; how the host switches is its own business.  Of a stack that nobody
 * is on, the part between where it was left and `high` is scanned, and the
 * registers as they were then; of one that was never switched to, the last
 * WGC_STACK_ENTRY bytes below `high`, where the host may have put what its
 * first function is to get.
 */
typedef struct wgc_stack wgc_stack;
enum { WGC_STACK_ENTRY = 1024 };

/* The stack grows from `high` down to `low`.  NULL: WGC_INVALID, WGC_NO_MEMORY.
   May collect. */
WGC_API wgc_stack *wgc_stack_new(wgc_heap *heap, const void *low,
                                 const void *high);

/*
 * The calling thread is about to leave its stack and to go on with this one;
 * NULL: with its own.  Call it right before each switch, also when a coroutine
 * ends, and switch before anything else is asked of the heap.  A stack may be
 * left by one thread and resumed by another, which is a matter of the host's.
 * It takes no lock.  WGC_BUSY if another thread is on that stack, WGC_INVALID if
 * it is none of this heap's.
 */
WGC_API wgc_status wgc_stack_switch(wgc_heap *heap, wgc_stack *stack);

/* The stack is no root any more.  WGC_BUSY if a thread is on it; WGC_INVALID. */
WGC_API wgc_status wgc_stack_free(wgc_heap *heap, wgc_stack *stack);

/* ---- fork ------------------------------------------------------------- */

/*
 * A process with several threads calls the first before it forks, the second
 * after it in the parent and the third in the child, on the thread that forks;
 * wgc_config.at_fork has pthread_atfork do so.  In the child only that thread
 * exists: the others are detached, and it may allocate and collect at once.  A
 * heap that one thread uses needs none of this.  WGC_BUSY inside a cycle.
 */
WGC_API wgc_status wgc_fork_prepare(wgc_heap *heap);
WGC_API wgc_status wgc_fork_parent(wgc_heap *heap);
WGC_API wgc_status wgc_fork_child(wgc_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
