/* SPDX-License-Identifier: MIT */
#include "block.h"

#include <string.h>

void
wgc__blocks_init(struct wgc__blocks *blocks, const struct wgc__chunk *chunk)
{
    size_t stride = wgc__blocks_bits_stride(chunk->shift);
    *blocks = (struct wgc__blocks){
        .base = chunk->base,
        .shift = chunk->shift,
        .bits_shift = wgc__bit_highest(stride),
        .table =
            (struct wgc__block *)(void *)chunk->strips[WGC__BLOCK_STRIP].start,
        .bits = chunk->strips[WGC__BITS_STRIP].start,
    };
}

void
wgc__block_open(struct wgc__blocks *blocks, uint32_t block,
                const struct wgc__classes *classes, unsigned class,
                uint16_t kind, bool leaf, bool fresh)
{
    uint32_t bytes = classes->cell_bytes[class];
    blocks->table[block] = (struct wgc__block){
        .reciprocal = classes->reciprocal[class],
        .cell_bytes = bytes,
        .next = WGC__NO_BLOCK,
        .kind = kind,
        .cells = (uint16_t)(((size_t)1 << blocks->shift) / bytes),
        .state = WGC__BLOCK_SMALL,
        .flags = (uint8_t)((leaf ? WGC__BLOCK_LEAF : 0) |
                           (fresh ? WGC__BLOCK_FRESH : 0)),
        .class = (uint8_t) class,
    };
}

void
wgc__block_close(struct wgc__blocks *blocks, uint32_t block)
{
    blocks->table[block] = (struct wgc__block){.state = WGC__BLOCK_FREE};
}

void
wgc__walk_init(struct wgc__walk *walk, const struct wgc__blocks *blocks,
               uint16_t kind)
{
    *walk = (struct wgc__walk){.blocks = blocks, .kind = kind};
}

/* Go on to the next word with bits in it; false at the end. */
static bool
advance(struct wgc__walk *walk)
{
    const struct wgc__blocks *blocks = walk->blocks;
    while (walk->current != NULL &&
           (size_t)(walk->word + 1) * 64 < walk->current->cells) {
        walk->word++;
        walk->bits = wgc__block_allocated(blocks, walk->block - 1)[walk->word];
        if (walk->bits != 0)
            return true;
    }
    for (uint32_t top = wgc__blocks_top(blocks); walk->block < top;) {
        const struct wgc__block *block = &blocks->table[walk->block];
        uint32_t number = walk->block++;
        if (block->state != WGC__BLOCK_SMALL || block->kind != walk->kind)
            continue;
        walk->current = block;
        walk->start = wgc__block_start(blocks, number);
        walk->word = 0;
        walk->bits = wgc__block_allocated(blocks, number)[0];
        return true;
    }
    return false;
}

void *
wgc__walk_next(struct wgc__walk *walk)
{
    while (walk->bits == 0)
        if (!advance(walk))
            return NULL;
    size_t cell = (size_t)walk->word * 64 + wgc__bit_lowest(walk->bits);
    walk->bits &= walk->bits - 1;
    return walk->start + cell * walk->current->cell_bytes;
}

static bool
is_large(const struct wgc__blocks *blocks, uint32_t number)
{
    return number < wgc__blocks_top(blocks) &&
           blocks->table[number].state == WGC__BLOCK_LARGE;
}

static void
check_large(const struct wgc__blocks *blocks, const struct wgc__chunk *chunk,
            struct wgc__check *check, uint32_t number)
{
    const struct wgc__block *block = &blocks->table[number];
    size_t count = wgc__chunk_blocks(chunk, block->bytes);
    size_t left = wgc__blocks_top(blocks) - number;
    if (!WGC__EXPECT(check, count != 0 && count <= left, "block-large I1",
                     number, NULL))
        return;
    for (uint32_t i = number + 1; i < number + count; i++)
        WGC__EXPECT(check,
                    blocks->table[i].state == WGC__BLOCK_TAIL &&
                        blocks->table[i].next == number,
                    "block-large I1", i, wgc__block_start(blocks, number));
}

static void
check_block(const struct wgc__blocks *blocks, struct wgc__check *check,
            uint32_t number)
{
    const struct wgc__block *block = &blocks->table[number];
    const uint64_t *allocated = wgc__block_allocated(blocks, number);
    const uint64_t *marked = wgc__block_marked(blocks, number);
    size_t words = (size_t)1 << (blocks->bits_shift - 4);
    bool small = block->state == WGC__BLOCK_SMALL;
    size_t cells = small ? block->cells : block->state == WGC__BLOCK_LARGE;
    WGC__EXPECT(check, block->state <= WGC__BLOCK_RAW, "block I1", number,
                NULL);
    WGC__EXPECT(check,
                !small ||
                    (block->cell_bytes != 0 &&
                     cells == ((size_t)1 << blocks->shift) / block->cell_bytes),
                "block I1", number, NULL);
    WGC__EXPECT(check,
                wgc__bits_find_set(allocated, wgc__min(cells, words * 64),
                                   words * 64) == words * 64,
                "block I1", number, NULL);
    for (size_t i = 0; i < words; i++)
        WGC__EXPECT(check, (marked[i] & ~allocated[i]) == 0, "block I3", number,
                    NULL);
    WGC__EXPECT(
        check, block->state != WGC__BLOCK_TAIL || is_large(blocks, block->next),
        "block I1", number, NULL);
}

void
wgc__blocks_check(const struct wgc__blocks *blocks,
                  const struct wgc__chunk *chunk, struct wgc__check *check)
{
    if (!WGC__EXPECT(check,
                     blocks->extent == (size_t)chunk->top << chunk->shift,
                     "block I4", WGC__NOWHERE, NULL))
        return;
    for (uint32_t i = 0; i < chunk->top; i++) {
        check_block(blocks, check, i);
        if (is_large(blocks, i))
            check_large(blocks, chunk, check, i);
    }
}
