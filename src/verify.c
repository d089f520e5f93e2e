/* SPDX-License-Identifier: MIT */
#include "verify.h"

static void
check_unmarked(const struct wgc__blocks *blocks)
{
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        size_t bits = (size_t)1 << (blocks->bits_shift + 2);
        WGC__ASSERT(wgc__bits_find_set(wgc__block_marked(blocks, i), 0, bits) ==
                    bits);
    }
}

static void
check_lane(const struct wgc_heap *heap, const struct wgc__lane *lane)
{
    for (unsigned class = 0; class < WGC__CLASSES; class ++) {
        const struct wgc__run *run = &lane->runs[class];
        WGC__ASSERT(run->next <= run->limit);
        for (uint32_t b = lane->partial[class]; b != WGC__NO_BLOCK;
             b = heap->blocks.table[b].next) {
            const struct wgc__block *block = &heap->blocks.table[b];
            WGC__ASSERT(block->state == WGC__BLOCK_SMALL);
            WGC__ASSERT(block->kind == lane->kind && block->class == class);
            WGC__ASSERT((block->flags & WGC__BLOCK_LISTED) != 0);
        }
    }
}

void
wgc__verify(struct wgc_heap *heap)
{
    if (!WGC__CHECKED)
        return;
    wgc__chunk_check(&heap->chunk);
    wgc__blocks_check(&heap->blocks, &heap->chunk);
    if (heap->phase == WGC__IDLE || heap->phase == WGC__RESUME)
        check_unmarked(&heap->blocks);
    if (heap->phase == WGC__IDLE || heap->phase == WGC__RESUME)
        wgc__queue_check(&heap->queue, &heap->blocks);
    for (size_t kind = 0; kind < heap->kinds_count; kind++)
        if (heap->kinds[kind] != NULL)
            check_lane(heap, &heap->kinds[kind]->lane);
}
