/* SPDX-License-Identifier: MIT */
#include "sweep.h"

enum wgc__swept
wgc__sweep_block(const struct wgc__blocks *blocks, uint32_t number,
                 struct wgc__census *live)
{
    const struct wgc__block *block = &blocks->table[number];
    uint64_t *allocated = wgc__block_allocated(blocks, number);
    uint64_t *marked = wgc__block_marked(blocks, number);
    size_t cells = 0;
    for (size_t word = 0; word << 6 < block->cells; word++) {
        allocated[word] = marked[word];
        cells += wgc__bit_count(marked[word]);
        marked[word] = 0;
    }
    live->objects += cells;
    live->bytes += cells * block->cell_bytes;
    return cells == 0              ? WGC__SWEPT_EMPTY
           : cells == block->cells ? WGC__SWEPT_FULL
                                   : WGC__SWEPT_PARTIAL;
}

void
wgc__sweep_trim(const struct wgc__blocks *blocks, uint32_t number,
                size_t page_bytes)
{
    struct wgc__block *block = &blocks->table[number];
    const uint64_t *allocated = wgc__block_allocated(blocks, number);
    char *start = wgc__block_start(blocks, number);
    if ((block->flags & (WGC__BLOCK_TRIMMED | WGC__BLOCK_OWNED)) != 0)
        return;
    block->flags |= WGC__BLOCK_TRIMMED;
    for (size_t low = 0, high; low < block->cells; low = high) {
        low = wgc__bits_find_clear(allocated, low, block->cells);
        high = wgc__bits_find_set(allocated, low, block->cells);
        size_t from = wgc__align_up(low * block->cell_bytes, page_bytes);
        size_t to = wgc__align_down(high * block->cell_bytes, page_bytes);
        if (from < to)
            wgc__platform_decommit(start + from, to - from);
    }
}

struct wgc__census
wgc__sweep_count(const struct wgc__blocks *blocks, uint32_t number)
{
    const struct wgc__block *block = &blocks->table[number];
    const uint64_t *allocated = wgc__block_allocated(blocks, number);
    struct wgc__census census = {0, 0};
    for (size_t word = 0; word << 6 < block->cells; word++)
        census.objects += wgc__bit_count(allocated[word]);
    census.bytes = census.objects * wgc__block_cell_bytes(block);
    return census;
}
