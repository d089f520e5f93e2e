/* SPDX-License-Identifier: MIT */
/*
 * src/block.h, block-large.h, object.h and sweep.h: cells and large objects
 * against a list of them, found by every address in them and by no other.
 */
#include "block-large.h"
#include "sweep.h"

#include "internal_store.h"

enum { OBJECTS = 4000, KINDS = 3 };

struct entry {
    char *start; /* NULL: none */
    size_t bytes;
    uint16_t kind;
    unsigned char pattern;
};

struct model {
    struct store store;
    struct wgc__lane lanes[KINDS];
    random_state random;
    struct entry entries[OBJECTS];
};

static const uint16_t kinds[KINDS] = {0, 1, 9};

static struct model *
begin(unsigned shift, uint64_t seed)
{
    struct model *model = calloc(1, sizeof *model);
    open_store(&model->store, shift);
    model->random = random_seeded(seed);
    for (int i = 0; i < KINDS; i++)
        wgc__lane_init(&model->lanes[i], &model->store.classes, kinds[i],
                       kinds[i] == 1);
    return model;
}

static void
end(struct model *model)
{
    close_store(&model->store);
    free(model);
}

static struct wgc__lane *
lane_of(struct model *model, uint16_t kind)
{
    return &model->lanes[kind == 9 ? 2 : kind];
}

static void
retire(struct model *model)
{
    for (int i = 0; i < KINDS; i++)
        wgc__alloc_retire(&model->store.alloc, &model->lanes[i]);
}

static void
add_object(struct model *model, struct entry *entry)
{
    size_t limits[] = {100, 600, 8000, 100000};
    uint16_t kind = kinds[random_below(&model->random, KINDS)];
    size_t bytes =
        random_below(&model->random, limits[random_below(&model->random, 4)]);
    char *start =
        wgc__alloc_bytes(&model->store.alloc, lane_of(model, kind), bytes);
    if (start == NULL)
        return;
    struct wgc__object object = {0};
    assert_true(wgc__object_at(&model->store.blocks, start, &object));
    *entry = (struct entry){
        .start = start,
        .bytes = wgc__object_bytes(&object),
        .kind = kind,
        .pattern = (unsigned char)(1 + random_below(&model->random, 255))};
    assert_true(entry->bytes >= bytes);
    assert_true(all_bytes_are(start, entry->bytes, 0));
    memset(start, entry->pattern, entry->bytes);
}

static void
remove_object(struct model *model, struct entry *entry)
{
    struct wgc__object object = {0};
    assert_true(wgc__object_at(&model->store.blocks, entry->start, &object));
    assert_true(all_bytes_are(entry->start, entry->bytes, entry->pattern));
    wgc__alloc_free(&model->store.alloc, lane_of(model, entry->kind), &object);
    assert_false(wgc__object_find(&model->store.blocks, (uintptr_t)entry->start,
                                  &object));
    entry->start = NULL;
}

static void
toggle(struct model *model)
{
    struct entry *entry =
        &model->entries[random_below(&model->random, OBJECTS)];
    if (entry->start != NULL)
        remove_object(model, entry);
    else
        add_object(model, entry);
}

/* An address of it, which may be its first or last byte. */
static char *
address_in(struct model *model, const struct entry *entry)
{
    switch (random_below(&model->random, 3)) {
    case 0:
        return entry->start;
    case 1:
        return entry->start + entry->bytes - 1;
    default:
        return entry->start + random_below(&model->random, entry->bytes);
    }
}

static void
check_entry(struct model *model, const struct entry *entry)
{
    struct wgc__object object = {0};
    const char *address = address_in(model, entry);
    assert_true(
        wgc__object_find(&model->store.blocks, (uintptr_t)address, &object));
    assert_ptr_equal(object.start, entry->start);
    assert_int_equal(wgc__object_bytes(&object), entry->bytes);
    assert_int_equal(object.info->kind, entry->kind);
    assert_int_equal(wgc__object_at(&model->store.blocks, address, &object),
                     address == entry->start);
}

/* Random words into the store, and around it. */
static void
check_strangers(struct model *model)
{
    const struct wgc__blocks *blocks = &model->store.blocks;
    for (int i = 0; i < 200; i++) {
        uintptr_t word = (uintptr_t)blocks->base +
                         random_below(&model->random, blocks->extent + 4096) -
                         100;
        const struct entry *owner = NULL;
        for (size_t j = 0; j < OBJECTS; j++)
            if (model->entries[j].start != NULL &&
                word - (uintptr_t)model->entries[j].start <
                    model->entries[j].bytes)
                owner = &model->entries[j];
        struct wgc__object object = {0};
        bool found = wgc__object_find(blocks, word, &object);
        assert_int_equal(found, owner != NULL);
        if (owner != NULL)
            assert_ptr_equal(object.start, owner->start);
    }
}

static void
check_walk(struct model *model, uint16_t kind)
{
    struct wgc__walk walk;
    size_t expected = 0, walked = 0;
    const char *before = NULL;
    for (size_t i = 0; i < OBJECTS; i++)
        expected += model->entries[i].start != NULL &&
                    model->entries[i].kind == kind &&
                    model->entries[i].bytes <= model->store.classes.small_max;
    wgc__walk_init(&walk, &model->store.blocks, kind);
    for (char *cell; (cell = wgc__walk_next(&walk)) != NULL; walked++) {
        struct wgc__object object = {0};
        assert_true(cell > before);
        assert_true(wgc__object_at(&model->store.blocks, cell, &object));
        assert_int_equal(object.info->kind, kind);
        before = cell;
    }
    assert_int_equal(walked, expected);
}

static void
check_all(struct model *model)
{
    retire(model);
    check_store(&model->store);
    for (size_t i = 0; i < OBJECTS; i++)
        if (model->entries[i].start != NULL)
            check_entry(model, &model->entries[i]);
    check_strangers(model);
    for (int i = 0; i < KINDS; i++)
        check_walk(model, kinds[i]);
}

/* Cells that are in use although marked by nobody, and the other way round,
   after what a cycle does to one block after the other. */
static void
sweep_half(struct model *model)
{
    struct wgc__blocks *blocks = &model->store.blocks;
    struct wgc__census expected = {0, 0}, live = {0, 0};
    for (size_t i = 0; i < OBJECTS; i++) {
        struct entry *entry = &model->entries[i];
        struct wgc__object object = {0};
        if (entry->start == NULL ||
            entry->bytes > model->store.classes.small_max)
            continue;
        if (random_below(&model->random, 2)) {
            entry->start = NULL;
            continue;
        }
        assert_true(wgc__object_at(blocks, entry->start, &object));
        wgc__bit_set(wgc__block_marked(blocks, object.block), object.cell);
        expected.objects++;
        expected.bytes += entry->bytes;
    }
    for (int i = 0; i < KINDS; i++)
        wgc__alloc_forget(&model->lanes[i]);
    for (uint32_t i = wgc__blocks_top(blocks); i-- > 0;) {
        struct wgc__block *block = &blocks->table[i];
        if (block->state != WGC__BLOCK_SMALL)
            continue;
        block->flags &= (uint8_t)~WGC__BLOCK_LISTED;
        enum wgc__swept swept = wgc__sweep_block(blocks, i, &live);
        if (swept == WGC__SWEPT_EMPTY)
            wgc__alloc_close(&model->store.alloc, i);
        else if (swept == WGC__SWEPT_PARTIAL)
            wgc__alloc_list(blocks, lane_of(model, block->kind), i);
    }
    assert_int_equal(live.objects, expected.objects);
    assert_int_equal(live.bytes, expected.bytes);
}

static void
every_address_of_an_object_finds_it_and_no_other_does(void **state)
{
    (void)state;
    for (unsigned shift = 14; shift <= 16; shift++) {
        struct model *model = begin(shift, shift);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 3000; i++)
                toggle(model);
            check_all(model);
        }
        end(model);
    }
}

static void
sweeping_keeps_what_is_marked_and_nothing_else(void **state)
{
    (void)state;
    struct model *model = begin(14, 17);
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 2000; i++)
            toggle(model);
        check_all(model);
        sweep_half(model);
        check_all(model);
    }
    end(model);
}

/* ---- Large objects ---------------------------------------------------- */

static void
check_large(struct store *store, const char *start, size_t bytes,
            unsigned char pattern, size_t filled)
{
    struct wgc__object object = {0};
    assert_true(all_bytes_are(start, filled, pattern));
    assert_true(all_bytes_are(start + filled, bytes - filled, 0));
    for (size_t at = 0; at < bytes; at += 1 + bytes / 97) {
        assert_true(
            wgc__object_find(&store->blocks, (uintptr_t)start + at, &object));
        assert_ptr_equal(object.start, start);
        assert_int_equal(wgc__object_bytes(&object), bytes);
    }
    assert_true(wgc__object_find(&store->blocks, (uintptr_t)start + bytes - 1,
                                 &object));
    assert_false(
        wgc__object_find(&store->blocks, (uintptr_t)start + bytes, &object) &&
        object.start == start);
}

/* Grows and shrinks in place; what is added is zero, what was there stays. */
static void
resizing_a_large_object_keeps_it_and_adds_zeros(void **state)
{
    (void)state;
    struct store *store = calloc(1, sizeof *store);
    random_state random = random_seeded(5);
    open_store(store, 14);
    size_t bytes = 20000 / 16 * 16, resized = 0;
    char *start =
        wgc__large_new(&store->blocks, &store->chunk, 0, false, bytes, 1);
    uint32_t block = (uint32_t)((start - store->blocks.base) >> 14);
    for (int round = 0; round < 3000; round++) {
        size_t wanted = 16 * (1 + random_below(&random, 20000));
        unsigned char pattern = (unsigned char)(1 + round % 255);
        memset(start, pattern, bytes);
        if (wgc__large_resize(&store->blocks, &store->chunk, block, wanted)) {
            size_t filled = bytes < wanted ? bytes : wanted;
            bytes = wanted;
            resized++;
            check_large(store, start, bytes, pattern, filled);
        } else {
            assert_true(wanted > bytes);
            check_large(store, start, bytes, pattern, bytes);
        }
        /* A neighbour that comes and goes, and leaves dirt. */
        size_t length = 16 * (1 + random_below(&random, 4000));
        char *other =
            wgc__large_new(&store->blocks, &store->chunk, 1, true, length, 1);
        assert_true(all_bytes_are(other, length, 0));
        memset(other, 0xee, length);
        check_store(store);
        wgc__large_free(&store->blocks, &store->chunk,
                        (uint32_t)((other - store->blocks.base) >> 14));
        check_store(store);
    }
    assert_true(resized > 1000);
    wgc__large_free(&store->blocks, &store->chunk, block);
    close_store(store);
    free(store);
}

static void
a_large_object_that_cannot_grow_stays_as_it_was(void **state)
{
    (void)state;
    struct store *store = calloc(1, sizeof *store);
    open_store(store, 14);
    char *start =
        wgc__large_new(&store->blocks, &store->chunk, 0, false, 32768, 1);
    char *wall =
        wgc__large_new(&store->blocks, &store->chunk, 0, false, 16384, 1);
    assert_ptr_equal(wall, start + 32768);
    memset(start, 7, 32768);
    assert_false(wgc__large_resize(&store->blocks, &store->chunk, 0, 32784));
    assert_false(wgc__large_resize(&store->blocks, &store->chunk, 0,
                                   SIZE_MAX / 16 * 16));
    check_large(store, start, 32768, 7, 32768);
    assert_true(wgc__large_resize(&store->blocks, &store->chunk, 0, 16));
    check_large(store, start, 16, 7, 16);
    assert_true(wgc__large_resize(&store->blocks, &store->chunk, 0, 32768));
    check_large(store, start, 32768, 7, 16);
    close_store(store);
    free(store);
}

static void
large_objects_are_aligned_as_asked(void **state)
{
    (void)state;
    struct store *store = calloc(1, sizeof *store);
    random_state random = random_seeded(6);
    open_store(store, 14);
    for (int i = 0; i < 200; i++) {
        size_t alignment = (size_t)16 << random_below(&random, 13);
        char *start =
            wgc__large_new(&store->blocks, &store->chunk, 0, false,
                           16 * (1 + random_below(&random, 3000)), alignment);
        assert_non_null(start);
        assert_int_equal((uintptr_t)start % alignment, 0);
        if (random_below(&random, 3))
            wgc__large_free(&store->blocks, &store->chunk,
                            (uint32_t)((start - store->blocks.base) >> 14));
        check_store(store);
    }
    close_store(store);
    free(store);
}

static void
tables_of_the_collector_are_no_objects(void **state)
{
    (void)state;
    struct store *store = calloc(1, sizeof *store);
    struct wgc__object object = {0};
    open_store(store, 14);
    char *table = wgc__raw_new(&store->blocks, &store->chunk, 40000);
    memset(table, 0xff, 40000);
    for (size_t at = 0; at < 3 * 16384; at += 8)
        assert_false(
            wgc__object_find(&store->blocks, (uintptr_t)table + at, &object));
    check_store(store);
    wgc__raw_free(&store->blocks, &store->chunk, table, 40000);
    assert_int_equal(store->chunk.used, 0);
    close_store(store);
    free(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_of_an_object_finds_it_and_no_other_does),
        cmocka_unit_test(sweeping_keeps_what_is_marked_and_nothing_else),
        cmocka_unit_test(resizing_a_large_object_keeps_it_and_adds_zeros),
        cmocka_unit_test(a_large_object_that_cannot_grow_stays_as_it_was),
        cmocka_unit_test(large_objects_are_aligned_as_asked),
        cmocka_unit_test(tables_of_the_collector_are_no_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
