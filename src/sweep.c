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
