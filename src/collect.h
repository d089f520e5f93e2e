/* SPDX-License-Identifier: MIT */
/*
 * Layer 10.  One cycle: a machine of named phases, which a full collection runs
 * to its end.
 */
#ifndef WGC_COLLECT_H
#define WGC_COLLECT_H

#include "heap.h"

/* `exact`: no stack and no register is a root.  False, and nothing happened, if
   one that should be cannot be scanned. */
bool wgc__collect(struct wgc_heap *heap, bool exact);

/* Has enough been allocated, with `bytes` more, for an automatic cycle? */
static inline bool
wgc__collect_is_due(const struct wgc_heap *heap, size_t bytes)
{
    size_t since = heap->alloc.since + heap->external_since;
    return since >= heap->threshold || bytes > heap->threshold - since;
}

#endif
