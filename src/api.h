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
#include "wgc/weak.h"

/* Stack address of a public function, told to delivery (queue.h). */
#define WGC__HERE ((wgc__word)__builtin_frame_address(0))

/* The heap, if this thread may call it now; else NULL, and the status is set. */
struct wgc_heap *wgc__api_enter(wgc_heap *heap);
/* Set the status, tell the host; returns the status. */
wgc_status wgc__api_refuse(struct wgc_heap *heap, wgc_status status);
void wgc__api_set_status(wgc_status status);

/* The handle's heap, if this thread is attached to it and may call it. */
struct wgc_heap *wgc__api_heap_of(const void *handle, uint16_t kind);
/* The same for reading: also inside a cycle's event. */
struct wgc__record *wgc__api_record(const void *handle, uint16_t kind);

/* Allocate, with cycles and the host's hook as they are due. */
void *wgc__api_allocate(struct wgc_heap *heap, struct wgc__lane *lane,
                        size_t bytes, size_t alignment, wgc__word here);
/* The same for a record, while `a` and `b` are roots (SEMANTICS Q12). */
struct wgc__record *wgc__api_new_record(struct wgc_heap *heap, uint16_t kind,
                                        const void *a, const void *b,
                                        wgc__word here);
/* The object dies by hand: everything tied to it is settled. */
void wgc__api_condemn(struct wgc_heap *heap, const struct wgc__object *object);

#endif
