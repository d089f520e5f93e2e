/* SPDX-License-Identifier: MIT */
/*
 * Layer 3.  Where a heap's memory comes from: one reserved range (or the
 * caller's arena), cut into blocks of equal size that are handed out in spans.
 *
 *   | head | strip | strip | ... | block 0 | block 1 | ...   top ... | limit |
 *
 * The head is the heap's own struct.  A strip is an array with one element for
 * each block, which its owner describes and chunk commits as blocks come into
 * use; the first one is chunk's own, the tags of spans.
 *
 * I1  Blocks [0, top) are partitioned into spans; the first and the last tag of
 *     a span tell its length and state, the tags between are not read.
 * I2  No two neighbouring spans are free in the same state.
 * I3  A free span is in the bin of its state and of log2 of its length.
 * I4  resident == blocks in used spans + blocks in dirty spans.
 * I5  committed == bytes of head and strips committed + resident blocks.
 * I6  Elements of free blocks in strips but the first are zero, so that they can
 *     lose their memory together with the blocks.
 */
#ifndef WGC_CHUNK_H
#define WGC_CHUNK_H

#include "platform.h"

#define WGC__NO_BLOCK UINT32_MAX

enum { WGC__STRIPS = 3, WGC__BINS = 32 };

enum wgc__span_state {
    WGC__SPAN_USED,
    WGC__SPAN_DIRTY, /* free, has memory with old contents */
    WGC__SPAN_CLEAN, /* free, has no memory, will read as zeros */
    WGC__SPAN_STATES
};

struct wgc__span {
    uint32_t blocks;
    uint32_t next, previous; /* in the bin */
    uint8_t state;
};

struct wgc__strip {
    char *start;
    size_t stride;    /* bytes for each block */
    size_t committed; /* bytes */
    bool huge;        /* a part of it was advised to have huge pages */
};

struct wgc__chunk {
    char *base; /* of block 0 */
    unsigned shift;
    bool arena;
    uint32_t top, limit; /* blocks in use so far; blocks reserved */
    size_t page_bytes;
    void *reserved; /* what to release */
    size_t reserved_bytes;
    size_t resident;     /* blocks */
    size_t refilled;     /* blocks that got memory again; a counter */
    size_t used;         /* blocks */
    size_t strips_bytes; /* head and strips, committed */
    size_t max_bytes;
    struct wgc__strip strips[WGC__STRIPS];
    struct wgc__strip block_strip;
    uint32_t bins[WGC__SPAN_STATES][WGC__BINS];
};

struct wgc__chunk_plan {
    void *arena; /* or NULL */
    size_t arena_bytes;
    size_t max_bytes; /* SIZE_MAX: no limit */
    unsigned shift;   /* of a block's size */
    size_t head_bytes;
    size_t strides[WGC__STRIPS]; /* [0] is chunk's own and set by it */
};

/* The head (zeroed), or NULL if memory or arena does not suffice. */
void *wgc__chunk_init(struct wgc__chunk *chunk, struct wgc__chunk_plan *plan);
void wgc__chunk_finish(struct wgc__chunk *chunk);

/*
 * `count` blocks in a row, the first at a multiple of `alignment` bytes; its
 * number or WGC__NO_BLOCK.  *zeroed: they read as zeros.
 */
uint32_t wgc__chunk_take(struct wgc__chunk *chunk, size_t count,
                         size_t alignment, bool *zeroed);
void wgc__chunk_give(struct wgc__chunk *chunk, uint32_t block, size_t count);
/* Make a used span longer in place, from `count` to `wanted` blocks. */
bool wgc__chunk_extend(struct wgc__chunk *chunk, uint32_t block, size_t count,
                       size_t wanted, bool *zeroed);
/* Make it shorter: the last blocks become free. */
void wgc__chunk_cut(struct wgc__chunk *chunk, uint32_t block, size_t count,
                    size_t wanted);

/* Return memory of free blocks to the system until at most `keep` free blocks
   have any; returns how many lost theirs. */
size_t wgc__chunk_release(struct wgc__chunk *chunk, size_t keep);

size_t wgc__chunk_committed(const struct wgc__chunk *chunk);
void wgc__chunk_check(const struct wgc__chunk *chunk, struct wgc__check *check);

static inline char *
wgc__chunk_block(const struct wgc__chunk *chunk, uint32_t block)
{
    return chunk->base + ((size_t)block << chunk->shift);
}

/* Blocks that `bytes` need; 0 if that is more than any heap has. */
static inline size_t
wgc__chunk_blocks(const struct wgc__chunk *chunk, size_t bytes)
{
    size_t count = (bytes >> chunk->shift) +
                   ((bytes & (((size_t)1 << chunk->shift) - 1)) != 0);
    return count <= chunk->limit ? count : 0;
}

#endif
