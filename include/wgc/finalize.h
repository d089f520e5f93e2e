/* SPDX-License-Identifier: MIT */
/*
 * Finalizers of both kinds: after death, which are Python's weakref.finalize
 * (rules F1-F21 of docs/semantics.md), and guards, after Guile's guardians and
 * PEP 442 (P1-P11).  What heap.h says of threads, errors and re-entrance holds here.
 *
 * A finalizer runs at most once, whatever happens: death, wgc_finalizer_run,
 * wgc_finalizer_run_all, in any nesting (F8).  Objects die in no particular
 * order: cycles and chains of objects with finalizers are all finalized by one
 * cycle.  Callbacks run at a delivery, never inside allocation unless
 * WGC_DELIVER_ALLOC asked for it.
 */
#ifndef WGC_FINALIZE_H
#define WGC_FINALIZE_H

#include "wgc/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The handle of a finalizer, itself an object of the heap.  The heap keeps it
 * while the finalizer is alive, so a host that never asks may drop it (F1).
 */
typedef struct wgc_finalizer wgc_finalizer;
typedef void wgc_finalizer_fn(void *object, void *data);

/*
 * After death: fn(NULL, data) once `object` is gone.  The heap keeps `data` (if
 * it is an object or points into one) alive until then; data that reaches the
 * object therefore keeps it alive for ever (F12, wgc_stats.self_retained).
 * NULL: WGC_NOT_AN_OBJECT, WGC_INVALID for a NULL fn, WGC_NO_MEMORY.
 * May run a cycle; object and data survive it.
 */
WGC_API wgc_finalizer *wgc_finalizer_new(wgc_heap *heap, void *object,
                                         wgc_finalizer_fn *fn, void *data);

/*
 * Before death (a guard): fn(object, data) when `object` is found unreachable.
 * It is whole, with all it reaches, and may be stored anywhere: then it lives
 * on.  Short weak references to it and to all that died with it are cleared
 * before and stay so; long ones stay.  A guard is not armed again by itself.
 * Data lives as long as the object does; it may reach the object.
 */
WGC_API wgc_finalizer *wgc_finalizer_new_guard(wgc_heap *heap, void *object,
                                               wgc_finalizer_fn *fn,
                                               void *data);

/* True until it ran or was cancelled: also while it waits in the queue (F16).
   False for anything that is no finalizer. */
WGC_API bool wgc_finalizer_alive(const wgc_finalizer *finalizer);

/*
 * Never run it, and release its data.  False if it had run or been cancelled,
 * and if it is queued: then it still runs (F16).
 */
WGC_API bool wgc_finalizer_cancel(wgc_finalizer *finalizer);

/*
 * Run it now, in the calling function, also if it is queued (F17).  An
 * after-death one gets NULL, a guard its object.  False if it had run or been
 * cancelled.
 */
WGC_API bool wgc_finalizer_run(wgc_finalizer *finalizer);

/* The object while it is alive and not found dead, else NULL; and the data
   until it ran (F5: peek). */
WGC_API void *wgc_finalizer_object(const wgc_finalizer *finalizer);
WGC_API void *wgc_finalizer_data(const wgc_finalizer *finalizer);

/*
 * For a host that shuts down: deliver what is queued, then run every live
 * finalizer, newest first over all objects, those included that callbacks
 * register meanwhile (Q9, Q10): of those at most 65,536, so that finalizers
 * which register finalizers come to an end; wgc_stats.finalizers tells what is
 * left.  Returns how many ran.  Inside a callback it does nothing and returns 0.
 */
WGC_API size_t wgc_finalizer_run_all(wgc_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
