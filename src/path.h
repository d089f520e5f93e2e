/* SPDX-License-Identifier: MIT */
/*
 * Layer 9.  Why an object is alive: a breadth-first search from the roots that
 * remembers who found whom.  It uses mark bits as a cycle does, and clears them.
 *
 *   log | found | found | ...   each names the entry that holds it
 *
 * I1  Entries below `done` have been scanned; the parent of an entry is below it.
 * I2  Every marked object that can hold others is in the log.
 */
#ifndef WGC_PATH_H
#define WGC_PATH_H

#include "heap.h"
#include "wgc/debug.h"

struct wgc__search {
    wgc__word object;    /* its base */
    const void *own_end; /* frames below this one are the library's */
    wgc_step *steps;
    size_t most;
    bool no_memory;
};

/* How many steps the chain has; 0 if there is none, or no memory.  The world is
   stopped, runs are retired.  `hot_end`: of the stack; NULL if exact. */
size_t wgc__path_find(struct wgc_heap *heap, struct wgc__search *search,
                      const void *hot_end);

#endif
