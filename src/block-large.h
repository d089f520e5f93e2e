/* SPDX-License-Identifier: MIT */
/*
 * Layer 4.  Large objects: those with blocks of their own.  A large object is
 * cell 0 of its first block; see block.h.
 *
 * I1  bytes of the object <= its blocks' bytes < bytes + one block.
 *     A guarded one has one block more, which is raw and cannot be accessed.
 * I2  Bytes of its blocks beyond its size are never read or written.
 */
#ifndef WGC_BLOCK_LARGE_H
#define WGC_BLOCK_LARGE_H

#include "block.h"

/* `bytes`, a multiple of the granule, zeroed; NULL if there is no room. */
void *wgc__large_new(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                     uint16_t kind, bool leaf, size_t bytes, size_t alignment);
/* The same, guarded. */
void *wgc__large_new_guarded(struct wgc__blocks *blocks,
                             struct wgc__chunk *chunk, uint16_t kind, bool leaf,
                             size_t bytes, size_t alignment);
void wgc__large_free(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                     uint32_t block);
/* In place; what is added is zeroed. */
bool wgc__large_resize(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                       uint32_t block, size_t bytes);

/* Blocks for the collector's own tables: no object, never looked at. */
void *wgc__raw_new(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                   size_t bytes);
void wgc__raw_free(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                   void *start, size_t bytes);

#endif
