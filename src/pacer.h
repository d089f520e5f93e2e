/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  When to collect, and how much free memory to keep: pure functions
 * of numbers.  The cost of a cycle grows with what is alive, so as much may be
 * allocated before the next one as is alive, times `growth`: the total cost of
 * collecting is then proportional to what is allocated.
 */
#ifndef WGC_PACER_H
#define WGC_PACER_H

#include "base.h"

struct wgc__pace {
    double growth;
    size_t min_bytes;
};

/* Bytes that may be allocated before the next cycle; `live` counts external
   memory too. */
size_t wgc__pacer_threshold(const struct wgc__pace *pace, size_t live);

/* Bytes of free blocks worth keeping for what will be allocated before the
   next cycle.  Part of that fits between survivors: `holes` bytes are free
   there. */
size_t wgc__pacer_keep(size_t threshold, size_t holes);

#endif
