/* SPDX-License-Identifier: MIT */
/*
 * Layer 9.  Debug heaps: what is remembered of each object, the bytes behind it,
 * and reports.  All of it lies beside the objects, in tables of the heap.
 *
 *   cell | the object, as large as was asked for | slack |
 *
 * I1  A living object with a site has slack bytes from site.bytes on, but
 *     between wgc__debug_open and wgc__debug_close, when these are zero.
 * I2  A site of an ended object stays until its memory is used again.
 */
#ifndef WGC_DEBUG_MODULE_H
#define WGC_DEBUG_MODULE_H

#include "heap.h"
#include "wgc/debug.h"

enum wgc__fate { WGC__LIVES, WGC__FREED, WGC__DIED };

struct wgc__site {
    struct wgc__node node; /* by address */
    size_t bytes;          /* asked for */
    wgc_site allocated, freed;
    enum wgc__fate fate;
};

struct wgc__debug {
    struct wgc__index sites;
    wgc_site next; /* of the call that is about to come */
};

/* False if there is no memory. */
bool wgc__debug_init(struct wgc_heap *heap);

/* An object was allocated. */
void wgc__debug_born(struct wgc_heap *heap, const void *start, size_t bytes);
/* Its slack is checked, and zero from now on. */
void wgc__debug_open(struct wgc_heap *heap, const struct wgc__object *object);
/* It has this size now, and slack behind it. */
void wgc__debug_close(struct wgc_heap *heap, const struct wgc__object *object,
                      size_t bytes);
/* It ends by hand. */
void wgc__debug_freed(struct wgc_heap *heap, const struct wgc__object *object);
/* All that is unmarked ends; before the sweep. */
void wgc__debug_died(struct wgc_heap *heap);
/* Cycles and questions read whole cells: show or hide what lies behind objects
   to memory checkers. */
void wgc__debug_show(struct wgc_heap *heap, bool shown);
/* The host took this for an object. */
void wgc__debug_blame(struct wgc_heap *heap, const void *address);
/* What was asked for, as far as that is known. */
size_t wgc__debug_bytes(const struct wgc_heap *heap,
                        const struct wgc__object *object);

void wgc__debug_report(struct wgc_heap *heap, const wgc_report *report);
size_t wgc__debug_text(const wgc_report *report, char *buffer, size_t bytes);

#endif
