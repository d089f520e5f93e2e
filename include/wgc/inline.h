/* SPDX-License-Identifier: MIT */
/*
 * Allocation without a call, for interpreters and code generators that make
 * many objects of one size.  Each thread has, for each kind and size, a run of
 * zeroed cells that lie side by side; an object is made by moving a pointer.
 * wgc/wgc.h does not include this header.
 */
#ifndef WGC_INLINE_H
#define WGC_INLINE_H

#include "wgc/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The layout is stable, so that generated code may use it:
 *
 *   pointer  next        of the next cell                  bytes 0 to 7
 *   pointer  limit       behind the last one; next == limit: the run is over
 *   32 bits  -           the library's
 *   16 bits  cell_bytes  to add to next: at least what was asked for
 *   16 bits  -           the library's
 *
 * Only `next` is written, and only so: while it differs from `limit`, the cell
 * at `next` is the new object, and `next` goes up by `cell_bytes`.  It is read
 * and written in one access each, for other threads may read it.
 */
typedef struct wgc_run {
    char *next;
    const char *limit;
    uint32_t reserved;
    uint16_t cell_bytes;
    uint16_t reserved_too;
} wgc_run;

/*
 * The calling thread's run for objects of this kind and size: ask once, and keep
 * it beside the thread's other state.  It is the thread's alone, belongs to the
 * heap, and is good until the thread detaches or the heap is freed.
 * NULL: WGC_INVALID for a bad kind, WGC_TOO_LARGE for objects that no run
 * serves (above 8 KiB; above half a block in a heap inside a buffer),
 * WGC_NO_MEMORY, WGC_UNATTACHED, WGC_BUSY.
 */
WGC_API wgc_run *wgc_run_find(wgc_heap *heap, wgc_kind kind, size_t bytes);

/*
 * What wgc_alloc_kind(heap, kind, bytes) returns, errors and cycles included;
 * `run` is what wgc_run_find gave for them.  Not inside a blocking region, a
 * trace function, on_event or on_oom, where wgc_alloc_kind would refuse and this
 * does not always.  In a debug heap, and under wgc_config.stress, runs are always
 * over, so that every object takes the long way.
 */
static inline void *
wgc_run_alloc(wgc_run *run, wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    char *cell = run->next;
    if (__builtin_expect(cell == run->limit, 0))
        return wgc_alloc_kind(heap, kind, bytes);
    __atomic_store_n(&run->next, cell + run->cell_bytes, __ATOMIC_RELAXED);
    return cell;
}

#ifdef __cplusplus
}
#endif

#endif
