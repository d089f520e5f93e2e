/* SPDX-License-Identifier: MIT */
#include "verify.h"

/* ---- Bits ---- */

static void
check_unmarked(const struct wgc__blocks *blocks, struct wgc__check *check)
{
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        size_t bits = (size_t)1 << (blocks->bits_shift + 2);
        WGC__EXPECT(check,
                    wgc__bits_find_set(wgc__block_marked(blocks, i), 0, bits) ==
                        bits,
                    "block I2", i, NULL);
    }
}

/* Is no word of a marked object that counts one of a white object? */
static void
check_words(const struct wgc_heap *heap, struct wgc__check *check,
            uint32_t number, const wgc__word *object)
{
    const struct wgc__block *block = &heap->blocks.table[number];
    const struct wgc__shape *shape = &heap->shapes[block->kind];
    size_t words = wgc__block_cell_bytes(block) / WGC__WORD;
    bool bitmap = shape->form == WGC__FORM_BITMAP;
    if (bitmap)
        words = wgc__min(words, shape->words);
    else if (shape->form != WGC__FORM_CONSERVATIVE)
        return;
    for (size_t i = 0; i < words; i++) {
        struct wgc__object to;
        if ((bitmap && !wgc__bit_get(shape->pointers, i)) ||
            !wgc__object_find(&heap->blocks, object[i], &to) ||
            (heap->tracer.bases_only && wgc__word_of(to.start) != object[i]))
            continue;
        WGC__EXPECT(check, wgc__object_is_marked(&heap->blocks, &to), "mark I1",
                    number, object);
    }
}

/* All is black or white when a phase that marks has ended. */
static void
check_marks(const struct wgc_heap *heap, struct wgc__check *check)
{
    const struct wgc__blocks *blocks = &heap->blocks;
    WGC__EXPECT(check, heap->tracer.depth == 0, "mark I2", WGC__NOWHERE, NULL);
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        const struct wgc__block *block = &blocks->table[i];
        const uint64_t *marked = wgc__block_marked(blocks, i);
        const char *start = wgc__block_start(blocks, i);
        WGC__EXPECT(check, (block->flags & WGC__BLOCK_GREY) == 0, "mark I2", i,
                    NULL);
        for (size_t cell = 0;
             (cell = wgc__bits_find_set(marked, cell, block->cells)) <
             block->cells;
             cell++)
            check_words(
                heap, check, i,
                (const void *)(start + cell * wgc__block_cell_bytes(block)));
    }
}

/* ---- Sizes ---- */

static void
check_classes(const struct wgc__classes *classes, struct wgc__check *check)
{
    if (!WGC__EXPECT(check,
                     classes->count != 0 && classes->count <= WGC__CLASSES,
                     "sizeclass I1", WGC__NOWHERE, NULL))
        return;
    for (unsigned class = 0; class < classes->count; class ++) {
        uint32_t bytes = classes->cell_bytes[class];
        WGC__EXPECT(check,
                    bytes % WGC__GRANULE == 0 &&
                        (class == 0 || bytes > classes->cell_bytes[class - 1]),
                    "sizeclass I1", WGC__NOWHERE, NULL);
        WGC__EXPECT(check,
                    bytes == 0 || (uint64_t)(bytes >> WGC__GRANULE_SHIFT) *
                                              classes->reciprocal[class] >>
                                          WGC__RECIPROCAL_SHIFT ==
                                      1,
                    "sizeclass I3", WGC__NOWHERE, NULL);
    }
    for (size_t g = 0; g <= classes->small_max >> WGC__GRANULE_SHIFT; g++) {
        unsigned class = classes->of_granules[g];
        WGC__EXPECT(check,
                    class < classes->count &&
                        classes->cell_bytes[class] >= g << WGC__GRANULE_SHIFT &&
                        (class == 0 || classes->cell_bytes[class - 1] <
                                           g << WGC__GRANULE_SHIFT),
                    "sizeclass I2", WGC__NOWHERE, NULL);
    }
}

/* ---- Lanes ---- */

static void
check_run(const struct wgc_heap *heap, const struct wgc__run *run,
          struct wgc__check *check)
{
    const struct wgc__blocks *blocks = &heap->blocks;
    if (run->block == WGC__NO_BLOCK) {
        WGC__EXPECT(check, run->next == run->limit, "alloc I1", WGC__NOWHERE,
                    run->next);
        return;
    }
    if (!WGC__EXPECT(check, run->block < wgc__blocks_top(blocks), "alloc I1",
                     run->block, run->next))
        return;
    const struct wgc__block *block = &blocks->table[run->block];
    size_t ahead = (size_t)(run->limit - run->next);
    WGC__EXPECT(check,
                block->state == WGC__BLOCK_SMALL &&
                    (block->flags & WGC__BLOCK_OWNED) != 0 &&
                    block->cell_bytes == run->cell_bytes,
                "alloc I1", run->block, run->next);
    WGC__EXPECT(check,
                run->next <= run->limit && ahead <= (size_t)1 << blocks->shift,
                "alloc I1", run->block, run->next);
}

/* Of each thread that allocates of this kind. */
static void
check_runs(const struct wgc_heap *heap, const struct wgc__lane *home,
           unsigned class, struct wgc__check *check)
{
    for (const struct wgc__lane *lane = home; lane != NULL; lane = lane->next) {
        WGC__EXPECT(check, lane->home == home, "alloc I1", WGC__NOWHERE, lane);
        check_run(heap, &lane->runs[class], check);
    }
}

/* A list of blocks with free cells is no longer than there are blocks. */
static void
check_partial(const struct wgc_heap *heap, const struct wgc__lane *lane,
              unsigned class, struct wgc__check *check)
{
    size_t left = wgc__blocks_top(&heap->blocks);
    for (uint32_t b = lane->partial[class]; b != WGC__NO_BLOCK;
         b = heap->blocks.table[b].next) {
        if (!WGC__EXPECT(check,
                         left-- > 0 && b < wgc__blocks_top(&heap->blocks),
                         "alloc I1", b, NULL))
            return;
        const struct wgc__block *block = &heap->blocks.table[b];
        WGC__EXPECT(check,
                    block->state == WGC__BLOCK_SMALL &&
                        block->kind == lane->kind && block->class == class &&
                        (block->flags & WGC__BLOCK_LISTED) != 0,
                    "alloc I1", b, NULL);
    }
}

static void
check_kinds(const struct wgc_heap *heap, struct wgc__check *check)
{
    WGC__EXPECT(check, heap->kinds_count <= heap->kinds_capacity, "heap I1",
                WGC__NOWHERE, NULL);
    for (size_t kind = 0; kind < heap->kinds_count; kind++) {
        if (heap->kinds[kind] == NULL)
            continue;
        const struct wgc__lane *home = heap->kinds[kind]->home;
        WGC__EXPECT(check, home->kind == kind, "heap I1", WGC__NOWHERE, home);
        for (unsigned class = 0; class < heap->classes.count; class ++) {
            check_runs(heap, home, class, check);
            check_partial(heap, home, class, check);
        }
    }
    for (uint32_t i = 0; i < wgc__blocks_top(&heap->blocks); i++) {
        const struct wgc__block *block = &heap->blocks.table[i];
        WGC__EXPECT(check,
                    block->kind < heap->kinds_count &&
                        heap->kinds[block->kind] != NULL,
                    "heap I1", i, NULL);
    }
}

/* ---- Maps ---- */

static void
check_map(struct wgc_heap *heap, const struct wgc_weakmap *map,
          struct wgc__check *check)
{
    struct wgc__object table;
    size_t live = 0;
    if (!WGC__EXPECT(check, map->used <= map->capacity, "ephemeron I3",
                     WGC__NOWHERE, map) ||
        map->entries == NULL)
        return;
    if (!WGC__EXPECT(check,
                     wgc__object_at(&heap->blocks, map->entries, &table) &&
                         wgc__object_bytes(&table) / sizeof map->entries[0] >=
                             map->used,
                     "ephemeron I3", WGC__NOWHERE, map))
        return;
    for (uint32_t i = 0; i < map->used; i++) {
        WGC__EXPECT(check,
                    i == 0 ||
                        map->entries[i - 1].number < map->entries[i].number,
                    "ephemeron I1", WGC__NOWHERE, map);
        live += map->entries[i].edge.node.key != 0;
    }
    WGC__EXPECT(check, live == map->live, "ephemeron I3", WGC__NOWHERE, map);
}

static void
check_maps(struct wgc_heap *heap, struct wgc__check *check)
{
    struct wgc__walk walk;
    if (!wgc__heap_has_maps(heap))
        return;
    wgc__walk_init(&walk, &heap->blocks, WGC__KIND_WEAKMAP);
    for (const struct wgc_weakmap *map; (map = wgc__walk_next(&walk)) != NULL;)
        check_map(heap, map, check);
}

/* ---- All ---- */

void
wgc__heap_check(struct wgc_heap *heap, struct wgc__check *check)
{
    size_t faults = check->faults;
    bool idle = heap->phase == WGC__IDLE || heap->phase == WGC__RESUME;
    check_classes(&heap->classes, check);
    wgc__chunk_check(&heap->chunk, check);
    wgc__blocks_check(&heap->blocks, &heap->chunk, check);
    check_kinds(heap, check);
    if (check->faults != faults)
        return; /* what follows finds its way with these */
    if (heap->phase == WGC__SELECT || heap->phase == WGC__SWEEP)
        check_marks(heap, check);
    if (!idle)
        return;
    check_unmarked(&heap->blocks, check);
    wgc__queue_check(&heap->queue, &heap->blocks, check);
    check_maps(heap, check);
}

static void
fail_verify(const struct wgc__check *check, const char *rule, const char *text,
            size_t block, const void *object)
{
    (void)check, (void)block, (void)object;
    wgc__assertion_failed(rule, (int)block, text);
}

void
wgc__verify(struct wgc_heap *heap)
{
    struct wgc__check check = {.report = fail_verify};
    if (WGC__CHECKED)
        wgc__heap_check(heap, &check);
}
