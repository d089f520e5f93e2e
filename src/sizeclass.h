/* SPDX-License-Identifier: MIT */
/*
 * Layer 3.  Which cell size serves a request.  Sizes step by a granule up to
 * 128 bytes, then by four steps to each doubling, and from a sixteenth of a
 * block on they are the block divided by 14, 12, 10, 8, 7 ... 2 (up to 8 KiB),
 * so that hardly anything is left over at a block's end.
 *
 * I1  cell_bytes[c] is a multiple of the granule and ascends with c.
 * I2  of_granules[g] is the smallest c with cell_bytes[c] >= g granules.
 * I3  for every cell offset o of a block: (o / granule * reciprocal[c]) >>
 *     WGC__RECIPROCAL_SHIFT == o / cell_bytes[c].
 */
#ifndef WGC_SIZECLASS_H
#define WGC_SIZECLASS_H

#include "base.h"

enum {
    WGC__CLASSES = 32,
    WGC__RECIPROCAL_SHIFT = 24,
    WGC__BLOCK_SHIFT_MIN = 11, /* in small arenas */
    WGC__BLOCK_SHIFT = 14,
    WGC__BLOCK_SHIFT_MAX = 16, /* for pages of 64 KiB */
    WGC__SMALL_MAX = 8192
};

struct wgc__classes {
    size_t small_max; /* largest request, in bytes, that a cell holds */
    unsigned count;
    uint32_t cell_bytes[WGC__CLASSES];
    uint32_t reciprocal[WGC__CLASSES];
    uint8_t of_granules[WGC__SMALL_MAX / WGC__GRANULE + 1];
};

void wgc__classes_init(struct wgc__classes *classes, unsigned block_shift);

/* `bytes` is at most small_max. */
static inline unsigned
wgc__class_of(const struct wgc__classes *classes, size_t bytes)
{
    return classes
        ->of_granules[(bytes + WGC__GRANULE - 1) >> WGC__GRANULE_SHIFT];
}

/* The smallest class whose cells hold `bytes` and all lie at multiples of
   `alignment`; `count` if there is none. */
unsigned wgc__class_aligned(const struct wgc__classes *classes, size_t bytes,
                            size_t alignment);

#endif
