/* SPDX-License-Identifier: MIT */
#include "mark.h"

#include "platform-annotate.h"

#include <string.h>

enum {
    RING = 16,               /* objects that are prefetched ahead */
    PIECE = 256 * WGC__WORD, /* of a large object that is scanned at a time */
    CAPACITY_MIN = 2048,     /* bytes of stack, rounded up to a block */
    CAPACITY_SHARE = 32      /* the stack grows up to this part of the heap */
};
/* Tags of stack entries: the upper of two that are a range (high, low | RANGE);
   an object whose edges are to be followed. */
#define RANGE ((wgc__word)1)
#define KEY   ((wgc__word)2)

/* ---- The stack ---- */

static size_t
stack_bytes(const struct wgc_tracer *tracer)
{
    return tracer->capacity * WGC__WORD;
}

bool
wgc__mark_init(struct wgc_tracer *tracer, struct wgc__blocks *blocks,
               struct wgc__chunk *chunk)
{
    size_t bytes = wgc__max(CAPACITY_MIN, (size_t)1 << chunk->shift);
    tracer->heap_blocks = blocks;
    tracer->chunk = chunk;
    tracer->stack = wgc__raw_new(blocks, chunk, bytes);
    tracer->capacity = bytes / WGC__WORD;
    return tracer->stack != NULL;
}

void
wgc__mark_begin(struct wgc_tracer *tracer)
{
    tracer->blocks = *tracer->heap_blocks;
    tracer->depth = 0;
    tracer->overflowed = false;
    wgc__index_init(&tracer->edges);
    tracer->found_ephemerons = NULL;
    tracer->found_maps = NULL;
    tracer->capacity_max = wgc__max(
        tracer->capacity, tracer->blocks.extent / CAPACITY_SHARE / WGC__WORD);
}

/* A new stack of another size takes over what the old one holds. */
static bool
resize_stack(struct wgc_tracer *tracer, size_t capacity)
{
    wgc__word *stack =
        wgc__raw_new(tracer->heap_blocks, tracer->chunk, capacity * WGC__WORD);
    if (stack == NULL)
        return false;
    memcpy(stack, tracer->stack, tracer->depth * WGC__WORD);
    wgc__raw_free(tracer->heap_blocks, tracer->chunk, tracer->stack,
                  stack_bytes(tracer));
    tracer->stack = stack;
    tracer->capacity = capacity;
    return true;
}

void
wgc__mark_end(struct wgc_tracer *tracer)
{
    wgc__mark_drop_edges(tracer);
    size_t bytes = wgc__max(CAPACITY_MIN, (size_t)1 << tracer->chunk->shift);
    if (stack_bytes(tracer) > bytes)
        resize_stack(tracer, bytes / WGC__WORD);
}

static WGC__NOINLINE bool
make_room(struct wgc_tracer *tracer, size_t words)
{
    size_t capacity = tracer->capacity * 2;
    if (capacity > tracer->capacity_max || !resize_stack(tracer, capacity))
        return false;
    return tracer->capacity - tracer->depth >= words;
}

static inline bool
has_room(struct wgc_tracer *tracer, size_t words)
{
    return WGC__LIKELY(tracer->capacity - tracer->depth >= words) ||
           make_room(tracer, words);
}

static WGC__NOINLINE void
push_elsewhere(struct wgc_tracer *tracer, wgc__word start,
               struct wgc__block *info)
{
    const struct wgc__shape *shape = &tracer->shapes[info->kind];
    if (shape->form == WGC__FORM_LINK && (start & KEY) == 0) {
        shape->trace(tracer, wgc__address_of(start), info->cell_bytes);
    } else {
        info->flags |= WGC__BLOCK_GREY;
        tracer->overflowed = true;
    }
}

static inline void
push_object(struct wgc_tracer *tracer, wgc__word start, struct wgc__block *info)
{
    if (has_room(tracer, 1))
        tracer->stack[tracer->depth++] = start;
    else
        push_elsewhere(tracer, start, info);
}

static inline bool
push_range(struct wgc_tracer *tracer, wgc__word low, wgc__word high)
{
    if (!has_room(tracer, 2))
        return false;
    tracer->stack[tracer->depth++] = high;
    tracer->stack[tracer->depth++] = low | RANGE;
    return true;
}

/* ---- From a word to a grey object ---- */

static WGC__ALWAYS bool
mark_found(struct wgc_tracer *tracer, const struct wgc__blocks *blocks,
           const struct wgc__object *object)
{
    const unsigned special = WGC__BLOCK_LEAF | WGC__BLOCK_KEYED;
    wgc__word start = wgc__word_of(object->start);
    uint64_t *word =
        &wgc__block_marked(blocks, object->block)[object->cell >> 6];
    uint64_t bit = UINT64_C(1) << (object->cell & 63);
    if ((*word & bit) != 0)
        return false;
    *word |= bit;
    unsigned flags = object->info->flags & special;
    if ((flags & WGC__BLOCK_LEAF) == 0)
        push_object(tracer, start, object->info);
    if (WGC__UNLIKELY((flags & WGC__BLOCK_KEYED) != 0))
        push_object(tracer, start | KEY, object->info);
    return true;
}

bool
wgc__mark_object(struct wgc_tracer *tracer, const struct wgc__object *object)
{
    return mark_found(tracer, &tracer->blocks, object);
}

static WGC__ALWAYS void
mark_word(struct wgc_tracer *tracer, const struct wgc__blocks *blocks,
          wgc__word word, bool bases_only)
{
    struct wgc__object object;
    if (!wgc__object_find(blocks, word, &object))
        return;
    if (WGC__UNLIKELY(bases_only) && wgc__word_of(object.start) != word)
        return;
    mark_found(tracer, blocks, &object);
}

void
wgc__mark_word(struct wgc_tracer *tracer, wgc__word word)
{
    mark_word(tracer, &tracer->blocks, word, false);
}

/* ---- Edges ---- */

static size_t
edge_buckets(const struct wgc_tracer *tracer)
{
    return (size_t)1 << (64 - tracer->edges.shift);
}

/* To a power of two; at least what a block holds. */
static WGC__NOINLINE void
grow_edges(struct wgc_tracer *tracer, size_t count)
{
    size_t bytes = wgc__max(count * sizeof(struct wgc__node *),
                            (size_t)1 << tracer->chunk->shift);
    void *buckets = wgc__raw_new(tracer->heap_blocks, tracer->chunk, bytes);
    if (buckets == NULL)
        return; /* longer chains */
    memset(buckets, 0, bytes);
    void *old = wgc__index_rebucket(&tracer->edges, buckets,
                                    bytes / sizeof(struct wgc__node *));
    if (old != NULL)
        wgc__raw_free(tracer->heap_blocks, tracer->chunk, old,
                      tracer->edges_bytes);
    tracer->edges_bytes = bytes;
}

void
wgc__mark_expect(struct wgc_tracer *tracer, size_t edges)
{
    edges += tracer->edges.count;
    if (edges > edge_buckets(tracer))
        grow_edges(tracer, (size_t)2 << wgc__bit_highest(edges - 1));
}

void
wgc__mark_drop_edges(struct wgc_tracer *tracer)
{
    if (tracer->edges.buckets != NULL)
        wgc__raw_free(tracer->heap_blocks, tracer->chunk, tracer->edges.buckets,
                      tracer->edges_bytes);
    wgc__index_init(&tracer->edges);
}

bool
wgc__mark_edge(struct wgc_tracer *tracer, struct wgc__edge *edge)
{
    const struct wgc__blocks *blocks = &tracer->blocks;
    wgc__word key = edge->node.key;
    if (wgc__start_is_marked(blocks, key)) {
        wgc__mark_word(tracer, wgc__word_of(edge->value));
        return false;
    }
    blocks->table[(key - wgc__word_of(blocks->base)) >> blocks->shift].flags |=
        WGC__BLOCK_KEYED;
    wgc__index_add(&tracer->edges, &edge->node, key);
    if (WGC__UNLIKELY(tracer->edges.count > edge_buckets(tracer)))
        grow_edges(tracer, edge_buckets(tracer) * 2);
    return true;
}

/*
 * Objects that were made together are mostly marked together.  For a chain of a
 * million entries (tests/bench/ephemerons.c) this took a link from 20 ns to 16,
 * and from 240 to 65 if the entries were added in random order.
 */
static inline void
prefetch_edges_near(const struct wgc_tracer *tracer, wgc__word key)
{
    enum { CELLS = 16 };
    const struct wgc__blocks *blocks = &tracer->blocks;
    size_t block = (key - wgc__word_of(blocks->base)) >> blocks->shift;
    size_t bytes = CELLS * (size_t)blocks->table[block].cell_bytes;
    wgc__index_prefetch(&tracer->edges, key - bytes);
    wgc__index_prefetch(&tracer->edges, key + bytes);
}

/* The object at `key` was marked. */
static void
follow_edges(struct wgc_tracer *tracer, wgc__word key)
{
    prefetch_edges_near(tracer, key);
    const struct wgc__node *node = wgc__index_take(&tracer->edges, key);
    for (; node != NULL; node = node->next)
        wgc__mark_word(tracer,
                       wgc__word_of(((const struct wgc__edge *)node)->value));
}

/* ---- Scanning ---- */

/* `blocks` is a copy that the caller alone knows: the compiler then keeps it in
   registers, which stores to bits and stack would else undo. */
static WGC__ALWAYS void
scan_words(struct wgc_tracer *tracer, const struct wgc__blocks *blocks,
           const wgc__word *low, const wgc__word *high, bool bases_only)
{
    wgc__word base = wgc__word_of(blocks->base);
    for (; low < high; low++) {
        wgc__word word = *low;
        if (word - base < blocks->extent)
            mark_word(tracer, blocks, word, bases_only);
    }
}

/* A conservative range inside the heap: one piece now, the rest is pushed
   first and so scanned last. */
static WGC__ALWAYS void
scan_range(struct wgc_tracer *tracer, const struct wgc__blocks *blocks,
           wgc__word low, wgc__word high)
{
    if (WGC__UNLIKELY(high - low > PIECE) &&
        push_range(tracer, low + PIECE, high))
        high = low + PIECE;
    scan_words(tracer, blocks, wgc__address_of(low), wgc__address_of(high),
               tracer->bases_only);
}

static void
scan_bitmap(struct wgc_tracer *tracer, const wgc__word *object, size_t bytes,
            const struct wgc__shape *shape)
{
    size_t words = wgc__min(shape->words, bytes / WGC__WORD);
    for (size_t at = 0; at < words; at += 64)
        for (uint64_t bits = shape->pointers[at >> 6]; bits != 0;
             bits &= bits - 1) {
            size_t i = at + wgc__bit_lowest(bits);
            if (i < words)
                mark_word(tracer, &tracer->blocks, object[i],
                          tracer->bases_only);
        }
}

static WGC__NOINLINE void
scan_shaped(struct wgc_tracer *tracer, wgc__word start, size_t bytes,
            const struct wgc__shape *shape)
{
    switch (shape->form) {
    case WGC__FORM_CONSERVATIVE:
        scan_range(tracer, &tracer->blocks, start, start + bytes);
        break;
    case WGC__FORM_BITMAP:
        scan_bitmap(tracer, wgc__address_of(start), bytes, shape);
        break;
    case WGC__FORM_TRACE:
    case WGC__FORM_LINK:
        shape->trace(tracer, wgc__address_of(start), bytes);
        break;
    case WGC__FORM_LEAF:
        break;
    }
}

static WGC__ALWAYS void
scan_object(struct wgc_tracer *tracer, const struct wgc__blocks *blocks,
            wgc__word start)
{
    size_t offset = start - wgc__word_of(blocks->base);
    const struct wgc__block *info = &blocks->table[offset >> blocks->shift];
    size_t bytes = wgc__block_cell_bytes(info);
    if (WGC__LIKELY(info->kind == 0))
        scan_range(tracer, blocks, start, start + bytes);
    else
        scan_shaped(tracer, start, bytes, &tracer->shapes[info->kind]);
}

static WGC__NOINLINE void
pop_tagged(struct wgc_tracer *tracer)
{
    wgc__word top = tracer->stack[--tracer->depth];
    if ((top & KEY) != 0) {
        follow_edges(tracer, top & ~KEY);
        return;
    }
    wgc__word high = tracer->stack[--tracer->depth];
    scan_range(tracer, &tracer->blocks, top & ~RANGE, high);
}

/*
 * Objects leave the stack through a ring in which each waits, prefetched, while
 * those before it are scanned.
 */
static void
drain_stack(struct wgc_tracer *tracer)
{
    const struct wgc__blocks blocks = tracer->blocks;
    wgc__word ring[RING];
    size_t first = 0, count = 0;
    for (;;) {
        while (count < RING && tracer->depth > 0) {
            wgc__word top = tracer->stack[tracer->depth - 1];
            if ((top & (RANGE | KEY)) != 0)
                break;
            tracer->depth--;
            __builtin_prefetch(wgc__address_of(top));
            ring[(first + count++) % RING] = top;
        }
        if (count > 0) {
            scan_object(tracer, &blocks, ring[first]);
            first = (first + 1) % RING;
            count--;
        } else if (tracer->depth > 0) {
            pop_tagged(tracer);
        } else {
            return;
        }
    }
}

/* All marked cells of a block, as any of them may be grey; but for those that
   were traced when the stack had no room for them. */
static void
rescan_block(struct wgc_tracer *tracer, uint32_t number)
{
    const struct wgc__blocks *blocks = &tracer->blocks;
    struct wgc__block *block = &blocks->table[number];
    const uint64_t *marked = wgc__block_marked(blocks, number);
    wgc__word start = wgc__word_of(wgc__block_start(blocks, number));
    bool links = tracer->shapes[block->kind].form == WGC__FORM_LINK;
    block->flags &= (uint8_t)~WGC__BLOCK_GREY;
    for (size_t cell = 0;
         (cell = wgc__bits_find_set(marked, cell, block->cells)) < block->cells;
         cell++) {
        if (!links)
            scan_object(tracer, blocks, start + cell * block->cell_bytes);
        if ((block->flags & WGC__BLOCK_KEYED) != 0)
            follow_edges(tracer, start + cell * block->cell_bytes);
        drain_stack(tracer);
    }
}

static void
drain_grey(struct wgc_tracer *tracer)
{
    drain_stack(tracer);
    while (tracer->overflowed) {
        tracer->overflowed = false;
        for (uint32_t i = 0; i < wgc__blocks_top(&tracer->blocks); i++)
            if ((tracer->blocks.table[i].flags & WGC__BLOCK_GREY) != 0)
                rescan_block(tracer, i);
    }
}

void
wgc__mark_drain(struct wgc_tracer *tracer)
{
    drain_grey(tracer);
    while (tracer->found_ephemerons != NULL || tracer->found_maps != NULL) {
        tracer->open(tracer);
        drain_grey(tracer);
    }
}

/* ---- Memory that is not the heap's ---- */

static WGC__NOINLINE void
mark_copied(struct wgc_tracer *tracer, const wgc__word *words, size_t count,
            bool past_end)
{
    bool bases_only =
        tracer->in_roots ? tracer->roots_bases : tracer->bases_only;
    const struct wgc__blocks blocks = tracer->blocks;
    scan_words(tracer, &blocks, words, words + count, bases_only);
    if (!past_end || bases_only)
        return;
    for (size_t i = 0; i < count; i++) {
        struct wgc__object object;
        if (words[i] % WGC__GRANULE == 0 &&
            wgc__object_find(&blocks, words[i] - 1, &object) &&
            object.start + wgc__object_bytes(&object) ==
                wgc__address_of(words[i]))
            mark_found(tracer, &blocks, &object);
    }
}

/* What roots lead to need not wait on the stack, which is small in a small
   heap, until all roots were looked at. */
static WGC__NOINLINE void
drain_early(struct wgc_tracer *tracer)
{
    bool in_roots = tracer->in_roots;
    tracer->in_roots = false;
    drain_stack(tracer);
    tracer->in_roots = in_roots;
}

/* The words are copied by a function that no sanitizer looks into. */
WGC__PEEKS void
wgc__mark_foreign(struct wgc_tracer *tracer, const void *low, const void *high,
                  bool past_end)
{
    wgc__word copy[64];
    wgc__word start = wgc__align_up(wgc__word_of(low), WGC__WORD);
    wgc__word end = wgc__word_of(high);
    const volatile wgc__word *from = wgc__address_of(start);
    size_t left = start < end ? (end - start) / WGC__WORD : 0;
    while (left > 0) {
        size_t count = left < 64 ? left : 64;
        for (size_t i = 0; i < count; i++)
            copy[i] = from[i];
        wgc__annotate_defined(copy, count * WGC__WORD);
        mark_copied(tracer, copy, count, past_end);
        if (tracer->in_roots && tracer->depth > tracer->capacity / 2)
            drain_early(tracer);
        from += count;
        left -= count;
    }
}

/* ---- For trace and root functions ---- */

void
wgc_visit(wgc_tracer *tracer, const void *object)
{
    mark_word(tracer, &tracer->blocks, wgc__word_of(object), false);
}

/* A range inside the heap is scanned in pieces; any other may be gone when the
   caller returns, and is scanned now. */
void
wgc_visit_range(wgc_tracer *tracer, const void *low, const void *high)
{
    wgc__word from = wgc__align_up(wgc__word_of(low), WGC__WORD);
    wgc__word to = wgc__align_down(wgc__word_of(high), WGC__WORD);
    wgc__word base = wgc__word_of(tracer->blocks.base);
    if (from >= to)
        return;
    if (from - base < tracer->blocks.extent &&
        to - base <= tracer->blocks.extent && !tracer->in_roots &&
        push_range(tracer, from, to))
        return;
    wgc__mark_foreign(tracer, low, high, false);
}
