/* SPDX-License-Identifier: MIT */
/* Changing sizes: contents, zeroes, and what goes along to a new address. */
#include "support.h"

static bool
pattern_holds(const unsigned char *object, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (object[i] != (unsigned char)(i * 7 + 1))
            return false;
    return true;
}

static void
write_pattern(unsigned char *object, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        object[i] = (unsigned char)(i * 7 + 1);
}

static void
growing_keeps_contents_and_adds_zeroes(void **state)
{
    wgc_heap *heap = *state;
    const size_t steps[] = {1,     8,     16,    17,     100,     101,
                            500,   2000,  8192,  8193,   9000,    16384,
                            16385, 70000, 70001, 300000, 1048576, 5000000};
    size_t bytes = 0;
    roots[0] = wgc_alloc_leaf(heap, 0);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        unsigned char *object = wgc_realloc(heap, roots[0], steps[i]);
        assert_non_null(object);
        roots[0] = object;
        size_t usable = wgc_size(heap, object);
        assert_true(usable >= steps[i]);
        assert_true(pattern_holds(object, bytes));
        assert_true(all_bytes_are(object + bytes, usable - bytes, 0));
        write_pattern(object, 0, steps[i]);
        bytes = steps[i];
        make_garbage(heap, 50, 200);
    }
}

static void
what_shrinking_cut_off_reads_as_zero_after_growing(void **state)
{
    wgc_heap *heap = *state;
    const size_t tops[] = {16, 100, 112, 1000, 8192, 20000, 100000, 2000000};
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        for (size_t small = 0; small < tops[i]; small += 1 + tops[i] / 5) {
            unsigned char *object = roots[0] = wgc_alloc(heap, tops[i]);
            write_pattern(object, 0, tops[i]);
            object = roots[0] = wgc_realloc(heap, object, small);
            assert_non_null(object);
            assert_true(pattern_holds(object, small));
            object = roots[0] = wgc_realloc(heap, object, tops[i]);
            assert_non_null(object);
            assert_true(pattern_holds(object, small));
            assert_true(all_bytes_are(object + small, tops[i] - small, 0));
        }
    }
}

static void
any_sequence_of_sizes_keeps_what_was_written(void **state)
{
    wgc_heap *heap = *state;
    random_state random = random_seeded(11);
    enum { OBJECTS = 40, STEPS = 20000 };
    size_t bytes[OBJECTS] = {0};
    for (size_t step = 0; step < STEPS; step++) {
        size_t i = random_below(&random, OBJECTS);
        size_t limit = random_below(&random, 20) ? 600 : 60000;
        size_t wanted = 1 + random_below(&random, limit);
        size_t kept = wanted < bytes[i] ? wanted : bytes[i];
        unsigned char *object = roots[i];
        if (random_below(&random, 3) == 0) {
            if (!object || !wgc_resize(heap, object, wanted))
                continue;
        } else {
            object = wgc_realloc(heap, object, wanted);
            assert_non_null(object);
            roots[i] = object;
        }
        assert_true(wgc_size(heap, object) >= wanted);
        assert_true(pattern_holds(object, kept));
        assert_true(all_bytes_are(object + kept, wanted - kept, 0));
        write_pattern(object, 0, wanted);
        bytes[i] = wanted;
    }
    collect_exact(heap);
    for (size_t i = 0; i < OBJECTS; i++)
        assert_true(pattern_holds(roots[i], bytes[i]));
    assert_int_equal(stats_of(heap).live_objects, OBJECTS);
}

static void
realloc_of_NULL_allocates(void **state)
{
    wgc_heap *heap = *state;
    void **object = roots[0] = wgc_realloc(heap, NULL, 100);
    assert_non_null(object);
    assert_true(all_bytes_are(object, 100, 0));
    assert_int_equal(wgc_kind_of(heap, object), WGC_KIND_CONSERVATIVE);
    object[3] = wgc_alloc(heap, 16);
    hidden below = hide(object[3]);
    collect_exact(heap);
    assert_true(is_alive(heap, below));
}

static void
realloc_to_nothing_leaves_a_smallest_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t from[] = {16, 1000, 100000};
    for (size_t i = 0; i < 3; i++) {
        roots[0] = wgc_alloc(heap, from[i]);
        roots[0] = wgc_realloc(heap, roots[0], 0);
        assert_non_null(roots[0]);
        assert_true(wgc_size(heap, roots[0]) > 0);
    }
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1);
    assert_true(wgc_size(heap, roots[0]) > 0);
}

static void
the_kind_stays(void **state)
{
    wgc_heap *heap = *state;
    const uint64_t second_word = 2;
    wgc_kind bitmap = wgc_kind_new(
        heap, &(wgc_kind_info){.pointers = &second_word, .words = 2});
    const wgc_kind kinds[] = {WGC_KIND_CONSERVATIVE, WGC_KIND_LEAF, bitmap};
    for (size_t i = 0; i < 3; i++) {
        void **object = roots[0] = wgc_alloc_kind(heap, kinds[i], 32);
        object = roots[0] = wgc_realloc(heap, object, 3000);
        object = roots[0] = wgc_realloc(heap, object, 90000);
        object = roots[0] = wgc_realloc(heap, object, 64);
        assert_int_equal(wgc_kind_of(heap, object), kinds[i]);
        object[0] = wgc_alloc(heap, 16);
        object[1] = wgc_alloc(heap, 16);
        hidden first = hide(object[0]), second = hide(object[1]);
        collect_exact(heap);
        assert_int_equal(is_alive(heap, first), i == 0);
        assert_int_equal(is_alive(heap, second), i != 1);
    }
}

static void
after_a_move_the_old_address_is_no_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t from[] = {16, 400, 30000};
    for (size_t i = 0; i < 3; i++) {
        void *old = roots[0] = wgc_alloc(heap, from[i]);
        roots[1] = wgc_alloc(heap, from[i]);
        wgc_stats before = stats_of(heap);
        size_t old_bytes = wgc_size(heap, old);
        roots[0] = wgc_realloc(heap, old, from[i] * 20);
        assert_non_null(roots[0]);
        wgc_stats after = stats_of(heap);
        assert_int_equal(after.live_objects, before.live_objects);
        assert_int_equal(after.live_bytes - before.live_bytes,
                         wgc_size(heap, roots[0]) - old_bytes);
        if (roots[0] == old)
            continue;
        assert_int_equal(wgc_size(heap, old), 0);
        assert_null(wgc_base(heap, old));
        assert_null(wgc_realloc(heap, old, 8));
        assert_status(WGC_NOT_AN_OBJECT);
    }
}

static void
pins_go_along(void **state)
{
    wgc_heap *heap = *state;
    void *old = wgc_alloc(heap, 24);
    void *other = roots[0] = wgc_alloc(heap, 24);
    assert_int_equal(wgc_pin(heap, old), WGC_OK);
    assert_int_equal(wgc_pin(heap, old), WGC_OK);
    void *moved = wgc_realloc(heap, old, 50000);
    assert_non_null(moved);
    assert_ptr_not_equal(moved, old);
    collect_exact(heap);
    assert_true(wgc_size(heap, moved) >= 50000);
    assert_int_equal(wgc_unpin(heap, old), WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_unpin(heap, moved), WGC_OK);
    collect_exact(heap);
    assert_true(wgc_size(heap, moved) >= 50000);
    assert_int_equal(wgc_unpin(heap, moved), WGC_OK);
    assert_int_equal(wgc_unpin(heap, moved), WGC_NOT_FOUND);
    collect_exact(heap);
    assert_int_equal(wgc_size(heap, moved), 0);
    assert_true(wgc_size(heap, other) > 0);
}

static void
a_realloc_that_fails_changes_nothing(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = 4 << 20});
    assert_non_null(heap);
    const size_t from[] = {40, 100000};
    for (size_t i = 0; i < 2; i++) {
        unsigned char *object = roots[i] = wgc_alloc(heap, from[i]);
        write_pattern(object, 0, from[i]);
        size_t usable = wgc_size(heap, object);
        (void)wgc_last_status();
        assert_null(wgc_realloc(heap, object, 32 << 20));
        assert_int_not_equal(wgc_last_status(), WGC_OK);
        assert_null(wgc_realloc(heap, object, SIZE_MAX));
        assert_status(WGC_TOO_LARGE);
        assert_false(wgc_resize(heap, object, 32 << 20));
        assert_false(wgc_resize(heap, object, SIZE_MAX));
        assert_int_equal(wgc_size(heap, object), usable);
        assert_true(pattern_holds(object, from[i]));
    }
    assert_int_equal(stats_of(heap).live_objects, 2);
    close_heap(heap);
}

static void
a_resize_never_moves(void **state)
{
    wgc_heap *heap = *state;
    random_state random = random_seeded(13);
    for (size_t i = 0; i < 3000; i++) {
        size_t from = random_below(&random, i % 10 ? 900 : 90000);
        size_t to = random_below(&random, i % 10 ? 900 : 90000);
        unsigned char *object = roots[0] = wgc_alloc_leaf(heap, from);
        size_t before = wgc_size(heap, object);
        write_pattern(object, 0, from);
        bool done = wgc_resize(heap, object, to);
        size_t kept = done && to < from ? to : from;
        assert_true(pattern_holds(object, kept));
        if (done && to > from)
            assert_true(all_bytes_are(object + from, to - from, 0));
        if (done)
            assert_true(wgc_size(heap, object) >= to);
        else
            assert_int_equal(wgc_size(heap, object), before);
        if (to <= before && to >= from)
            assert_true(done);
    }
}

static void
a_resize_of_no_object_is_refused(void **state)
{
    wgc_heap *heap = *state;
    char *object = roots[0] = wgc_alloc(heap, 100);
    int on_stack = 0;
    assert_false(wgc_resize(heap, NULL, 10));
    assert_false(wgc_resize(heap, &on_stack, 10));
    assert_false(wgc_resize(heap, object + 8, 10));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_true(wgc_size(heap, object) >= 100);
}

static void
realloc_survives_a_cycle_at_every_allocation(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.stress = 1});
    assert_non_null(heap);
    unsigned char *object = wgc_alloc_leaf(heap, 1);
    object[0] = 1;
    for (size_t bytes = 2; bytes < 3000; bytes++) {
        object = wgc_realloc(heap, object, bytes);
        assert_non_null(object);
        assert_int_equal(object[bytes - 1], 0);
        object[bytes - 1] = (unsigned char)((bytes - 1) * 7 + 1);
    }
    assert_true(pattern_holds(object, 2999));
    close_heap(heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(growing_keeps_contents_and_adds_zeroes),
        EXACT_TEST(what_shrinking_cut_off_reads_as_zero_after_growing),
        EXACT_TEST(any_sequence_of_sizes_keeps_what_was_written),
        EXACT_TEST(realloc_of_NULL_allocates),
        EXACT_TEST(realloc_to_nothing_leaves_a_smallest_object),
        EXACT_TEST(the_kind_stays),
        EXACT_TEST(after_a_move_the_old_address_is_no_object),
        EXACT_TEST(pins_go_along),
        cmocka_unit_test(a_realloc_that_fails_changes_nothing),
        EXACT_TEST(a_resize_never_moves),
        EXACT_TEST(a_resize_of_no_object_is_refused),
        cmocka_unit_test(realloc_survives_a_cycle_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
