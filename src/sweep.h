/* SPDX-License-Identifier: MIT */
/*
 * Layer 5.  Sweeping: allocated bits := mark bits, mark bits := 0.  Only bits
 * and descriptors are touched, never the memory of a cell, so the whole heap is
 * swept at once: a gigabyte takes about two milliseconds.
 */
#ifndef WGC_SWEEP_H
#define WGC_SWEEP_H

#include "block.h"

struct wgc__census {
    size_t objects;
    size_t bytes;
};

enum wgc__swept { WGC__SWEPT_EMPTY, WGC__SWEPT_PARTIAL, WGC__SWEPT_FULL };

/* What is left in a small block; adds the survivors to the census. */
enum wgc__swept wgc__sweep_block(const struct wgc__blocks *blocks,
                                 uint32_t block, struct wgc__census *live);
/* Pages of a small block that hold nothing but free cells go back to the system.
   Once is enough, until cells of it are used again. */
void wgc__sweep_trim(const struct wgc__blocks *blocks, uint32_t block,
                     size_t page_bytes);
/* Count without changing anything. */
struct wgc__census wgc__sweep_count(const struct wgc__blocks *blocks,
                                    uint32_t block);

#endif
