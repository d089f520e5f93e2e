/* SPDX-License-Identifier: MIT */
/*
 * Layer 4.  What a block holds: cells of one size and one kind, or a part of a
 * large object.  All that is known of a cell is two bits beside the heap: is it
 * allocated, and was it marked in this cycle.
 *
 *   descriptors |  d0  |  d1  | ...        one struct wgc__block each
 *   bits        | allocated 0 | marked 0 | allocated 1 | marked 1 | ...
 *
 * A large object is one cell: its first block has the reciprocal 0, so any
 * address in it is in cell 0; its other blocks are tails that name the first.
 *
 * I1  An allocated bit is set only for cells of small blocks, and cell 0 of
 *     large ones; in free, tail and raw blocks none is set.
 * I2  Outside a cycle no mark bit is set.
 * I3  In a cycle, marked cells are allocated.
 * I4  extent == top << shift: an address is in use iff address - base < extent.
 */
#ifndef WGC_BLOCK_H
#define WGC_BLOCK_H

#include "chunk.h"
#include "sizeclass.h"

enum wgc__block_state {
    WGC__BLOCK_FREE,
    WGC__BLOCK_SMALL,
    WGC__BLOCK_LARGE,
    WGC__BLOCK_TAIL,
    WGC__BLOCK_RAW /* tables of the collector's */
};

enum wgc__block_flags {
    WGC__BLOCK_LEAF = 1,   /* marking need not scan its cells */
    WGC__BLOCK_FRESH = 2,  /* its free cells read as zeros */
    WGC__BLOCK_LISTED = 4, /* in a list of blocks with free cells */
    WGC__BLOCK_OWNED = 8,  /* a mutator takes runs from it */
    WGC__BLOCK_GREY = 16,  /* has marked cells that were not scanned */
    WGC__BLOCK_KEYED = 32, /* in a cycle: edges wait for cells of it (mark.h) */
    WGC__BLOCK_HELD = 64,  /* cells of it are weak sides (ephemeron.h) */
    WGC__BLOCK_TRIMMED = 128, /* small: free pages of it have no memory */
    WGC__BLOCK_GUARDED = 128  /* large: a raw block is behind it */
};

struct wgc__block {
    uint32_t reciprocal; /* of the cell size, see sizeclass.h */
    uint32_t cell_bytes; /* small */
    uint32_t next;       /* in a list; of a tail: the first block */
    uint16_t kind;
    uint16_t cells;
    uint8_t state;
    uint8_t flags;
    uint8_t class;
    size_t bytes; /* large: size of the object */
};

struct wgc__blocks {
    char *base;    /* of block 0, as chunk's */
    size_t extent; /* I4 */
    unsigned shift;
    unsigned bits_shift; /* of the bytes of bits for each block */
    struct wgc__block *table;
    char *bits;
};

enum { WGC__BLOCK_STRIP = 1, WGC__BITS_STRIP = 2 };

/* Bytes of bits for each block. */
static inline size_t
wgc__blocks_bits_stride(unsigned shift)
{
    return (size_t)2 << (shift - WGC__GRANULE_SHIFT - 3);
}

void wgc__blocks_init(struct wgc__blocks *blocks,
                      const struct wgc__chunk *chunk);

/* Blocks came into use; threads look without the lock. */
static inline void
wgc__blocks_extend(struct wgc__blocks *blocks, const struct wgc__chunk *chunk)
{
    __atomic_store_n(&blocks->extent, (size_t)chunk->top << chunk->shift,
                     __ATOMIC_RELAXED); /* I4 */
}

static inline uint32_t
wgc__blocks_top(const struct wgc__blocks *blocks)
{
    return (uint32_t)(blocks->extent >> blocks->shift);
}

static inline uint64_t *
wgc__block_allocated(const struct wgc__blocks *blocks, uint32_t block)
{
    return (uint64_t *)(void *)(blocks->bits +
                                ((size_t)block << blocks->bits_shift));
}

static inline uint64_t *
wgc__block_marked(const struct wgc__blocks *blocks, uint32_t block)
{
    return (uint64_t *)(void *)((char *)wgc__block_allocated(blocks, block) +
                                ((size_t)1 << (blocks->bits_shift - 1)));
}

static inline char *
wgc__block_start(const struct wgc__blocks *blocks, uint32_t block)
{
    return blocks->base + ((size_t)block << blocks->shift);
}

/* Bytes of a cell; of the object, if it is large. */
static inline size_t
wgc__block_cell_bytes(const struct wgc__block *block)
{
    return block->state == WGC__BLOCK_LARGE ? block->bytes : block->cell_bytes;
}

/* Make a block that chunk handed out one of cells. */
void wgc__block_open(struct wgc__blocks *blocks, uint32_t block,
                     const struct wgc__classes *classes, unsigned class,
                     uint16_t kind, bool leaf, bool fresh);
/* Forget a small block, before it goes back to chunk. */
void wgc__block_close(struct wgc__blocks *blocks, uint32_t block);

/* Every allocated cell of all blocks of one kind, in address order. */
struct wgc__walk {
    const struct wgc__blocks *blocks;
    uint32_t block; /* the next one */
    uint16_t kind;
    uint16_t word;
    uint64_t bits; /* of `word`, not yet visited */
    char *start;   /* of the current block */
    const struct wgc__block *current;
};

void wgc__walk_init(struct wgc__walk *walk, const struct wgc__blocks *blocks,
                    uint16_t kind);
void *wgc__walk_next(struct wgc__walk *walk);

void wgc__blocks_check(const struct wgc__blocks *blocks,
                       const struct wgc__chunk *chunk,
                       struct wgc__check *check);

#endif
