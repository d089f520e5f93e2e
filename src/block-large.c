/* SPDX-License-Identifier: MIT */
#include "block-large.h"

#include <string.h>

static uint32_t
take(struct wgc__blocks *blocks, struct wgc__chunk *chunk, size_t bytes,
     size_t alignment, bool *zeroed)
{
    uint32_t block = wgc__chunk_take(chunk, wgc__chunk_blocks(chunk, bytes),
                                     alignment, zeroed);
    wgc__blocks_extend(blocks, chunk);
    return block;
}

/* Blocks from..count of the object that starts at `block` become tails. */
static void
set_tails(struct wgc__blocks *blocks, uint32_t block, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        blocks->table[block + i] =
            (struct wgc__block){.state = WGC__BLOCK_TAIL, .next = block};
}

static void
set_free(struct wgc__blocks *blocks, uint32_t block, size_t count)
{
    memset(&blocks->table[block], 0, count * sizeof blocks->table[0]);
}

void *
wgc__large_new(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
               uint16_t kind, bool leaf, size_t bytes, size_t alignment)
{
    bool zeroed;
    uint32_t block = take(blocks, chunk, bytes, alignment, &zeroed);
    if (block == WGC__NO_BLOCK)
        return NULL;
    void *start = wgc__block_start(blocks, block);
    if (!zeroed)
        memset(start, 0, bytes);
    set_tails(blocks, block, 1, wgc__chunk_blocks(chunk, bytes));
    blocks->table[block] = (struct wgc__block){
        .next = WGC__NO_BLOCK,
        .kind = kind,
        .cells = 1,
        .state = WGC__BLOCK_LARGE,
        .flags = leaf ? WGC__BLOCK_LEAF : 0,
        .bytes = bytes,
    };
    wgc__bit_set(wgc__block_allocated(blocks, block), 0);
    return start;
}

void *
wgc__large_new_guarded(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                       uint16_t kind, bool leaf, size_t bytes, size_t alignment)
{
    size_t block_bytes = (size_t)1 << blocks->shift;
    char *start = wgc__large_new(blocks, chunk, kind, leaf, bytes + block_bytes,
                                 alignment);
    if (start == NULL)
        return NULL;
    size_t block = (size_t)(start - blocks->base) >> blocks->shift;
    size_t guard = block + wgc__chunk_blocks(chunk, bytes);
    blocks->table[block].bytes = bytes;
    blocks->table[block].flags |= WGC__BLOCK_GUARDED;
    blocks->table[guard] = (struct wgc__block){.state = WGC__BLOCK_RAW};
    if (!chunk->arena)
        wgc__platform_forbid(blocks->base + (guard << blocks->shift),
                             block_bytes);
    return start;
}

/* The guard's block becomes one like others; how many the object has now. */
static size_t
end_guard(const struct wgc__blocks *blocks, const struct wgc__chunk *chunk,
          uint32_t block, size_t count)
{
    if ((blocks->table[block].flags & WGC__BLOCK_GUARDED) == 0)
        return count;
    if (!chunk->arena)
        wgc__platform_commit(wgc__block_start(blocks, block + (uint32_t)count),
                             (size_t)1 << blocks->shift);
    return count + 1;
}

void
wgc__large_free(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                uint32_t block)
{
    size_t count = wgc__chunk_blocks(chunk, blocks->table[block].bytes);
    count = end_guard(blocks, chunk, block, count);
    wgc__bit_clear(wgc__block_allocated(blocks, block), 0);
    wgc__bit_clear(wgc__block_marked(blocks, block), 0);
    set_free(blocks, block, count);
    wgc__chunk_give(chunk, block, count);
}

bool
wgc__large_resize(struct wgc__blocks *blocks, struct wgc__chunk *chunk,
                  uint32_t block, size_t bytes)
{
    size_t old_bytes = blocks->table[block].bytes;
    size_t old = wgc__chunk_blocks(chunk, old_bytes);
    size_t new = wgc__chunk_blocks(chunk, bytes);
    char *start = wgc__block_start(blocks, block);
    bool zeroed = true;
    bool guarded = (blocks->table[block].flags & WGC__BLOCK_GUARDED) != 0;
    if (new == 0 || (guarded && new != old))
        return false;
    if (new > old) {
        if (!wgc__chunk_extend(chunk, block, old, new, &zeroed))
            return false;
        wgc__blocks_extend(blocks, chunk);
        set_tails(blocks, block, old, new);
    } else {
        wgc__chunk_cut(chunk, block, old, new);
        set_free(blocks, block + (uint32_t) new, old - new);
    }
    if (bytes > old_bytes) {
        size_t same_blocks = wgc__min(bytes, old << blocks->shift);
        memset(start + old_bytes, 0,
               (zeroed ? same_blocks : bytes) - old_bytes);
    }
    blocks->table[block].bytes = bytes;
    return true;
}

void *
wgc__raw_new(struct wgc__blocks *blocks, struct wgc__chunk *chunk, size_t bytes)
{
    bool zeroed;
    uint32_t block = take(blocks, chunk, bytes, 1, &zeroed);
    if (block == WGC__NO_BLOCK)
        return NULL;
    for (size_t i = 0; i < wgc__chunk_blocks(chunk, bytes); i++)
        blocks->table[block + i] = (struct wgc__block){.state = WGC__BLOCK_RAW};
    return wgc__block_start(blocks, block);
}

void
wgc__raw_free(struct wgc__blocks *blocks, struct wgc__chunk *chunk, void *start,
              size_t bytes)
{
    uint32_t block =
        (uint32_t)((size_t)((char *)start - blocks->base) >> blocks->shift);
    size_t count = wgc__chunk_blocks(chunk, bytes);
    set_free(blocks, block, count);
    wgc__chunk_give(chunk, block, count);
}
