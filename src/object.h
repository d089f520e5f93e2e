/* SPDX-License-Identifier: MIT */
/*
 * Layer 5.  From a word, which may be anything, to an object, which is known to
 * be allocated.  Two types keep them apart; only wgc__object_find makes one of
 * the other.
 */
#ifndef WGC_OBJECT_H
#define WGC_OBJECT_H

#include "block.h"

struct wgc__object {
    char *start;
    struct wgc__block *info; /* of its (first) block */
    uint32_t block;
    uint32_t cell;
};

/* The object that `word` points into.  About ten instructions and three loads:
   descriptor, bit, and nothing of the heap itself. */
static WGC__ALWAYS bool
wgc__object_find(const struct wgc__blocks *blocks, wgc__word word,
                 struct wgc__object *object)
{
    size_t offset = word - wgc__word_of(blocks->base);
    if (offset >= blocks->extent)
        return false;
    uint32_t block = (uint32_t)(offset >> blocks->shift);
    struct wgc__block *info = &blocks->table[block];
    offset &= ((size_t)1 << blocks->shift) - 1;
    if (WGC__UNLIKELY(info->state != WGC__BLOCK_SMALL)) {
        if (info->state == WGC__BLOCK_TAIL)
            block = info->next;
        info = &blocks->table[block];
        if (word - wgc__word_of(wgc__block_start(blocks, block)) >= info->bytes)
            return false; /* behind a large object; or none, its size is 0 */
    }
    uint32_t cell = (uint32_t)((uint64_t)(offset >> WGC__GRANULE_SHIFT) *
                                   info->reciprocal >>
                               WGC__RECIPROCAL_SHIFT);
    if (!wgc__bit_get(wgc__block_allocated(blocks, block), cell))
        return false;
    object->start =
        wgc__block_start(blocks, block) + (size_t)cell * info->cell_bytes;
    object->info = info;
    object->block = block;
    object->cell = cell;
    return true;
}

/* Only if `word` is where it starts. */
static inline bool
wgc__object_at(const struct wgc__blocks *blocks, const void *address,
               struct wgc__object *object)
{
    return wgc__object_find(blocks, wgc__word_of(address), object) &&
           object->start == address;
}

static inline size_t
wgc__object_bytes(const struct wgc__object *object)
{
    return wgc__block_cell_bytes(object->info);
}

static inline bool
wgc__object_is_marked(const struct wgc__blocks *blocks,
                      const struct wgc__object *object)
{
    return wgc__bit_get(wgc__block_marked(blocks, object->block), object->cell);
}

/* The same for the start of an object that is known to be one. */
static inline bool
wgc__start_is_marked(const struct wgc__blocks *blocks, wgc__word start)
{
    size_t offset = start - wgc__word_of(blocks->base);
    uint32_t block = (uint32_t)(offset >> blocks->shift);
    offset &= ((size_t)1 << blocks->shift) - 1;
    uint64_t cell = (uint64_t)(offset >> WGC__GRANULE_SHIFT) *
                        blocks->table[block].reciprocal >>
                    WGC__RECIPROCAL_SHIFT;
    return wgc__bit_get(wgc__block_marked(blocks, block), cell);
}

/* `address` is a word: true if it points into an object that is marked. */
static inline bool
wgc__is_marked(const struct wgc__blocks *blocks, wgc__word word)
{
    struct wgc__object object;
    return wgc__object_find(blocks, word, &object) &&
           wgc__object_is_marked(blocks, &object);
}

#endif
