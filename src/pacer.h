/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  When to collect, and how much free memory to keep: pure functions
 * of numbers.  The cost of a cycle grows with what is alive, so as much may be
 * allocated before the next one as is alive, times `growth`: the total cost of
 * collecting is then proportional to what is allocated.
 *
 * Free memory costs nothing to use again, and a page of the system's about a
 * microsecond.  So what the next cycle's allocation will take is kept, and as
 * much as was in use at the peak of late; the rest goes back at once.  If most of
 * the heap died, the program has changed, and a little is kept - unless memory
 * that went back was soon wanted again: then for some cycles half as much again
 * as the peak is kept (`regret`).
 */
#ifndef WGC_PACER_H
#define WGC_PACER_H

#include "base.h"

struct wgc__pace {
    double growth;
    size_t min_bytes;
};

/* A cycle in numbers, all in bytes. */
struct wgc__pace_cycle {
    size_t threshold; /* what may be allocated before the next cycle */
    size_t before;    /* used blocks when it began */
    size_t after;     /* used blocks when it had swept */
    size_t holes;     /* of those: free cells */
    size_t released;  /* given back by the cycle before this one */
    size_t refilled;  /* given back once, and taken again since then */
};

/* What is remembered of cycles. */
struct wgc__pace_past {
    size_t peak;               /* use of late */
    size_t released, refilled; /* of late */
    unsigned regret;           /* cycles that it will last */
};

enum { WGC__PACE_LATE = 8, WGC__PACE_REGRET = 32 };

/* Bytes that may be allocated before the next cycle; `live` counts external
   memory too. */
size_t wgc__pacer_threshold(const struct wgc__pace *pace, size_t live);

/* The past, with one more cycle in it. */
struct wgc__pace_past wgc__pacer_past(const struct wgc__pace_past *past,
                                      const struct wgc__pace_cycle *cycle);

/* Bytes of free blocks worth keeping after a cycle that is in the past. */
size_t wgc__pacer_keep(const struct wgc__pace_past *past,
                       const struct wgc__pace_cycle *cycle);

/* Are there so many holes that free pages in them should go back, too? */
bool wgc__pacer_trims(const struct wgc__pace_cycle *cycle);

#endif
