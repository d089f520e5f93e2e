/* SPDX-License-Identifier: MIT */
/* Weak maps and ephemerons: W1, W2, W5 to W12, regression rows BW4,
   BW15, BW16, BW17. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static wgc_weakmap *
new_map(wgc_heap *heap, bool weak_keys, bool weak_values)
{
    return wgc_weakmap_new(heap,
                           &(wgc_weakmap_info){.weak_keys = weak_keys,
                                               .weak_values = weak_values});
}

static void
an_entry_is_set_found_replaced_and_removed(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void *key = roots[1] = wgc_alloc(heap, 16);
    assert_null(wgc_weakmap_get(map, key));
    assert_int_equal(wgc_weakmap_set(map, key, key), WGC_OK);
    assert_ptr_equal(wgc_weakmap_get(map, key), key);
    assert_int_equal(wgc_weakmap_set(map, key, map), WGC_OK);
    assert_ptr_equal(wgc_weakmap_get(map, key), map);
    assert_int_equal(wgc_weakmap_count(map), 1);
    assert_true(wgc_weakmap_remove(map, key));
    assert_false(wgc_weakmap_remove(map, key));
    assert_int_equal(wgc_weakmap_count(map), 0);
}

static void
W6_a_value_lives_while_its_key_does(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void *key = roots[1] = wgc_alloc(heap, 16);
    hidden value = hide(wgc_alloc(heap, 32));
    wgc_weakmap_set(map, key, reveal(value));
    collect_exact(heap);
    assert_true(is_alive(heap, value));
    roots[1] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, value));
    assert_int_equal(wgc_weakmap_count(map), 0);
}

static void
W5_W7_an_entry_whose_strong_side_reaches_its_weak_side_dies(void **state)
{
    wgc_heap *heap = *state;
    for (int values = 0; values < 2; values++) {
        wgc_weakmap *map = roots[0] = new_map(heap, !values, values);
        void **a = wgc_alloc(heap, 16), **b = wgc_alloc(heap, 16);
        a[0] = b;
        b[0] = a;
        hidden one = hide(a), two = hide(b);
        assert_int_equal(wgc_weakmap_set(map, a, b), WGC_OK);
        assert_int_equal(wgc_weakmap_set(map, b, a), WGC_OK);
        collect_exact(heap);
        assert_false(is_alive(heap, one) || is_alive(heap, two));
        assert_int_equal(wgc_weakmap_count(map), 0);
    }
}

static void
W2_the_death_of_a_replaced_value_leaves_the_new_entry(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, false, true);
    void *key = roots[1] = wgc_alloc(heap, 16);
    wgc_weakmap_set(map, key, wgc_alloc(heap, 16));
    void *value = roots[2] = wgc_alloc(heap, 16);
    wgc_weakmap_set(map, key, value);
    collect_exact(heap);
    assert_ptr_equal(wgc_weakmap_get(map, key), value);
    roots[2] = NULL;
    collect_exact(heap);
    assert_null(wgc_weakmap_get(map, key));
}

/* Links are set back to front: the worst order for a table that is rescanned. */
static void
BW15_W8_a_chain_lives_and_dies_in_one_cycle(void **state)
{
    enum { LINKS = 100000 };
    wgc_heap *heap = *state;
    wgc_weakmap *maps[2] = {new_map(heap, true, false),
                            new_map(heap, true, false)};
    roots[0] = maps[0];
    roots[1] = maps[1];
    void *next = wgc_alloc_leaf(heap, 16);
    hidden last = hide(next);
    for (int i = 0; i < LINKS; i++) {
        void *key = roots[2] = wgc_alloc_leaf(heap, 16);
        assert_int_equal(wgc_weakmap_set(maps[i % 2], key, next), WGC_OK);
        next = key;
    }
    collect_exact(heap);
    assert_true(is_alive(heap, last));
    assert_int_equal(wgc_weakmap_count(maps[0]) + wgc_weakmap_count(maps[1]),
                     LINKS);
    roots[2] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, last));
    assert_int_equal(wgc_weakmap_count(maps[0]) + wgc_weakmap_count(maps[1]),
                     0);
}

static void
BW16_iteration_skips_no_survivor_and_meets_no_dead(void **state)
{
    enum { ENTRIES = 1000 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void **keys = roots[1] = wgc_alloc(heap, ENTRIES * sizeof *keys);
    wgc_weakmap_iterator iterator = {0};
    uintptr_t expected = 1;
    void *key, *value;
    for (uintptr_t i = 0; i < ENTRIES; i++) {
        keys[i] = wgc_alloc(heap, 16);
        wgc_weakmap_set(map, keys[i], (void *)(i * 2 + 1));
    }
    while (wgc_weakmap_next(map, &iterator, &key, &value)) {
        assert_int_equal((uintptr_t)value, expected);
        uintptr_t at = expected / 2;
        expected = expected + 2;
        if (at == 100) { /* every other one dies; the table is made anew */
            for (size_t i = 102; i < ENTRIES; i += 2)
                keys[i] = NULL;
            key = NULL;
            collect_exact(heap);
            for (uintptr_t i = 0; i < 2000; i++)
                wgc_weakmap_set(map, roots[2 + i % 2] = wgc_alloc(heap, 16),
                                NULL);
        }
        if (at > 100)
            expected += 2;
        if (at == ENTRIES - 1)
            break;
    }
    assert_true(expected > ENTRIES * 2);
}

static wgc_weakmap *guarded[2];
static void *seen[2];

static void
look_itself_up(void *object, void *data)
{
    (void)data;
    for (int i = 0; i < 2; i++)
        seen[i] = wgc_weakmap_get(guarded[i], object);
}

static void
W12_short_maps_lose_an_entry_before_guards_and_long_ones_after(void **state)
{
    wgc_heap *heap = *state;
    void *key = wgc_alloc(heap, 16);
    for (int i = 0; i < 2; i++) {
        guarded[i] = roots[i] = wgc_weakmap_new(
            heap,
            &(wgc_weakmap_info){.weak_keys = true, .outlives_guards = i == 1});
        assert_int_equal(wgc_weakmap_set(guarded[i], key, (void *)5), WGC_OK);
    }
    assert_non_null(wgc_finalizer_new_guard(heap, key, look_itself_up, NULL));
    key = NULL;
    collect_exact(heap);
    assert_null(seen[0]);
    assert_ptr_equal(seen[1], (void *)5);
    collect_exact(heap);
    assert_int_equal(wgc_weakmap_count(guarded[1]), 0);
}

static size_t
hash_of(const void *key, void *data)
{
    (void)data;
    return *(const unsigned char *)key;
}

static bool
are_equal(const void *a, const void *b, void *data)
{
    (void)data;
    return *(const unsigned char *)a == *(const unsigned char *)b;
}

static void
W1_of_two_equal_keys_the_first_owns_the_entry(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = wgc_weakmap_new(
        heap, &(wgc_weakmap_info){
                  .weak_keys = true, .hash = hash_of, .equal = are_equal});
    char *one = roots[1] = wgc_alloc_leaf(heap, 16);
    char *two = roots[2] = wgc_alloc_leaf(heap, 16);
    *one = *two = 'k';
    wgc_weakmap_set(map, one, (void *)1);
    wgc_weakmap_set(map, two, (void *)2);
    assert_int_equal(wgc_weakmap_count(map), 1);
    assert_ptr_equal(wgc_weakmap_get(map, one), (void *)2);
    roots[1] = NULL;
    collect_exact(heap);
    assert_null(wgc_weakmap_get(map, two));
}

static void
an_entry_follows_its_key_when_that_moves_and_ends_when_it_is_freed(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void *key = roots[1] = wgc_alloc(heap, 16);
    wgc_ephemeron *ephemeron = roots[2] =
        wgc_ephemeron_new(heap, key, (void *)7);
    wgc_weakmap_set(map, key, (void *)3);
    void *moved = roots[1] = wgc_realloc(heap, key, 5000);
    assert_ptr_not_equal(moved, key);
    assert_ptr_equal(wgc_weakmap_get(map, moved), (void *)3);
    assert_ptr_equal(wgc_ephemeron_key(ephemeron), moved);
    roots[1] = NULL;
    assert_int_equal(wgc_free(heap, moved), WGC_OK);
    assert_int_equal(wgc_weakmap_count(map), 0);
    assert_null(wgc_ephemeron_key(ephemeron));
    assert_null(wgc_ephemeron_value(ephemeron));
}

static void
an_ephemeron_reads_both_until_its_key_dies(void **state)
{
    wgc_heap *heap = *state;
    void **key = roots[1] = wgc_alloc(heap, 16);
    void **value = wgc_alloc(heap, 16);
    value[0] = key;
    wgc_ephemeron *ephemeron = roots[0] = wgc_ephemeron_new(heap, key, value);
    collect_exact(heap);
    assert_ptr_equal(wgc_ephemeron_key(ephemeron), key);
    assert_ptr_equal(wgc_ephemeron_value(ephemeron), value);
    roots[1] = NULL;
    collect_exact(heap);
    assert_null(wgc_ephemeron_key(ephemeron));
    assert_null(wgc_ephemeron_value(ephemeron));
}

static void
BW17_a_map_that_only_its_own_value_reaches_dies(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = new_map(heap, true, false);
    void *key = roots[1] = wgc_alloc(heap, 16);
    hidden dead = hide(map);
    wgc_weakmap_set(map, key, map);
    map = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, dead));
}

static void
BW4_the_table_follows_its_living_entries(void **state)
{
    enum { ENTRIES = 200000 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void **keys = roots[1] = wgc_alloc(heap, ENTRIES * sizeof *keys);
    size_t before = stats_of(heap).committed_bytes;
    for (size_t i = 0; i < ENTRIES; i++) {
        keys[i] = wgc_alloc_leaf(heap, 16);
        assert_int_equal(wgc_weakmap_set(map, keys[i], keys), WGC_OK);
    }
    assert_int_equal(wgc_weakmap_count(map), ENTRIES);
    for (size_t i = 0; i < ENTRIES; i += 997)
        assert_ptr_equal(wgc_weakmap_get(map, keys[i]), keys);
    roots[1] = NULL;
    collect_exact(heap);
    wgc_trim(heap);
    assert_int_equal(wgc_weakmap_count(map), 0);
    assert_true(stats_of(heap).committed_bytes < before + (1 << 20));
}

static void
an_entry_takes_at_most_48_bytes(void **state)
{
    enum { ENTRIES = 1000000, STEP = 50000, SLACK = 64 << 10 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void **keys = roots[1] = wgc_alloc(heap, ENTRIES * sizeof *keys);
    for (size_t i = 0; i < ENTRIES; i++)
        keys[i] = wgc_alloc_leaf(heap, 16);
    wgc_trim(heap);
    size_t before = stats_of(heap).committed_bytes;
    for (size_t i = 0; i < ENTRIES; i++) {
        assert_int_equal(wgc_weakmap_set(map, keys[i], keys[i]), WGC_OK);
        if ((i + 1) % STEP != 0)
            continue;
        wgc_trim(heap);
        assert_true(stats_of(heap).committed_bytes <=
                    before + (i + 1) * 48 + SLACK);
    }
}

static void
what_cannot_be_a_side_is_refused(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, true);
    char *object = roots[1] = wgc_alloc(heap, 32);
    assert_int_equal(wgc_weakmap_set(map, NULL, object), WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weakmap_set(map, object + 8, object),
                     WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weakmap_set(map, object, &map), WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weakmap_set((wgc_weakmap *)object, object, object),
                     WGC_NOT_AN_OBJECT);
    assert_null(wgc_ephemeron_new(heap, object + 1, object));
    assert_null(wgc_weakmap_new(heap, &(wgc_weakmap_info){.hash = hash_of}));
    assert_int_equal(wgc_weakmap_count(map), 0);
    assert_false(wgc_weakmap_next(map, NULL, NULL, NULL));
}

static void
pop_takes_the_entry_that_was_added_last_of_those_that_live(void **state)
{
    enum { COUNT = 1000 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    void *key, *value;
    assert_false(wgc_weakmap_pop(map, &key, &value));
    for (uintptr_t i = 1; i <= COUNT; i++) {
        roots[i] = wgc_alloc(heap, 16);
        wgc_weakmap_set(map, roots[i], (void *)i);
    }
    for (size_t i = 3; i <= COUNT; i += 3)
        roots[i] = NULL;
    collect_exact(heap);
    wgc_weakmap_iterator at = {0, 0};
    while (wgc_weakmap_next(map, &at, &key, NULL) && key != roots[COUNT / 2])
        ;
    for (uintptr_t i = COUNT; i > COUNT / 2 - 10; i--) {
        if (!roots[i])
            continue;
        assert_true(wgc_weakmap_pop(map, &key, &value));
        assert_ptr_equal(key, roots[i]);
        assert_ptr_equal(value, (void *)i);
        assert_null(wgc_weakmap_get(map, key));
    }
    assert_ptr_equal(wgc_weakmap_get(map, roots[1]), (void *)1);
    assert_false(wgc_weakmap_next(map, &at, NULL, NULL));
    wgc_weakmap_set(map, roots[COUNT], map);
    assert_true(wgc_weakmap_next(map, &at, &key, NULL));
    assert_ptr_equal(key, roots[COUNT]);
    while (wgc_weakmap_pop(map, NULL, NULL))
        ;
    assert_int_equal(wgc_weakmap_count(map), 0);
}

/*
 * One object refers to more maps and ephemerons than the mark stack has room for.
 * Each is looked at once all the same: a second look would add its waiting edge
 * to the marker's index twice.
 */
static void
BW15_a_full_mark_stack_loses_and_repeats_no_edge(void **state)
{
    enum { PAIRS = 60000 };
    static uint64_t all_pointers[PAIRS * 2 / 64 + 1];
    wgc_heap *heap = *state;
    memset(all_pointers, -1, sizeof all_pointers);
    wgc_kind kind = wgc_kind_new(
        heap, &(wgc_kind_info){.pointers = all_pointers, .words = PAIRS * 2});
    void **all = roots[0] =
        wgc_alloc_kind(heap, kind, PAIRS * 2 * sizeof(void *));
    void *next = wgc_alloc_leaf(heap, 16);
    hidden last = hide(next);
    for (int i = 0; i < PAIRS; i++) {
        void *middle = roots[2] = wgc_alloc_leaf(heap, 16);
        wgc_weakmap *map = all[2 * i] = new_map(heap, true, false);
        assert_int_equal(wgc_weakmap_set(map, middle, next), WGC_OK);
        next = roots[1] = wgc_alloc_leaf(heap, 16);
        all[2 * i + 1] = wgc_ephemeron_new(heap, next, middle);
        assert_non_null(all[2 * i + 1]);
    }
    roots[2] = NULL;
    collect_exact(heap);
    assert_true(is_alive(heap, last));
    roots[1] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, last));
    for (int i = 0; i < PAIRS; i++) {
        assert_int_equal(wgc_weakmap_count(all[2 * i]), 0);
        assert_null(wgc_ephemeron_key(all[2 * i + 1]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(an_entry_is_set_found_replaced_and_removed),
        EXACT_TEST(W6_a_value_lives_while_its_key_does),
        EXACT_TEST(W5_W7_an_entry_whose_strong_side_reaches_its_weak_side_dies),
        EXACT_TEST(W2_the_death_of_a_replaced_value_leaves_the_new_entry),
        EXACT_TEST(BW15_W8_a_chain_lives_and_dies_in_one_cycle),
        EXACT_TEST(BW15_a_full_mark_stack_loses_and_repeats_no_edge),
        EXACT_TEST(BW16_iteration_skips_no_survivor_and_meets_no_dead),
        EXACT_TEST(
            W12_short_maps_lose_an_entry_before_guards_and_long_ones_after),
        EXACT_TEST(W1_of_two_equal_keys_the_first_owns_the_entry),
        EXACT_TEST(
            an_entry_follows_its_key_when_that_moves_and_ends_when_it_is_freed),
        EXACT_TEST(an_ephemeron_reads_both_until_its_key_dies),
        EXACT_TEST(BW17_a_map_that_only_its_own_value_reaches_dies),
        EXACT_TEST(BW4_the_table_follows_its_living_entries),
        EXACT_TEST(an_entry_takes_at_most_48_bytes),
        EXACT_TEST(what_cannot_be_a_side_is_refused),
        EXACT_TEST(pop_takes_the_entry_that_was_added_last_of_those_that_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
