/* SPDX-License-Identifier: MIT */
/* Objects with blocks of their own, up to gigabytes. */
#include "support.h"

static const size_t MIB = 1 << 20;
static const size_t GIB = (size_t)1 << 30;

static void
large_objects_are_whole_objects(void **state)
{
    wgc_heap *heap = *state;
    const size_t large[] = {8193,  12000,  16384,   16385,   32769,
                            65536, 100001, 1 << 20, 9999999, 64 << 20};
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        char *object = roots[i] = wgc_alloc_leaf(heap, large[i]);
        assert_non_null(object);
        assert_int_equal((uintptr_t)object % 16, 0);
        size_t usable = wgc_size(heap, object);
        assert_true(usable >= large[i] && usable <= large[i] + 65536);
        assert_true(all_bytes_are(object, usable, 0));
        memset(object, (int)i + 1, usable);
    }
    collect_exact(heap);
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        char *object = roots[i];
        size_t usable = wgc_size(heap, object);
        assert_true(all_bytes_are(object, usable, (unsigned char)(i + 1)));
        assert_ptr_equal(wgc_base(heap, object + usable / 3), object);
        assert_ptr_equal(wgc_base(heap, object + usable - 1), object);
        assert_ptr_not_equal(wgc_base(heap, object + usable), object);
        assert_int_equal(wgc_size(heap, object + usable / 3), 0);
    }
}

static void
an_interior_pointer_keeps_a_large_object(void **state)
{
    wgc_heap *heap = *state;
    char *object = wgc_alloc_leaf(heap, 5 * MIB);
    hidden address = hide(object);
    const size_t offsets[] = {0, 1, 16384, 3 * MIB + 7, 5 * MIB - 1};
    for (size_t i = 0; i < 5; i++) {
        roots[0] = (char *)reveal(address) + offsets[i];
        collect_exact(heap);
        assert_true(is_alive(heap, address));
    }
    roots[0] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, address));
}

static void
a_dead_large_object_gives_its_memory_to_the_next(void **state)
{
    wgc_heap *heap = *state;
    size_t committed = 0;
    for (size_t round = 0; round < 200; round++) {
        char *object = roots[0] = wgc_alloc_leaf(heap, 8 * MIB);
        assert_non_null(object);
        assert_true(all_bytes_are(object, 8 * MIB, 0));
        memset(object, 0xff, 8 * MIB);
        roots[0] = NULL;
        if (round % 2)
            assert_int_equal(wgc_free(heap, object), WGC_OK);
        else
            collect_exact(heap);
        size_t now = stats_of(heap).committed_bytes;
        if (round == 3)
            committed = now;
        if (round > 3)
            assert_true(now <= committed + 8 * MIB);
    }
}

static void
garbage_of_large_objects_is_collected_automatically(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < 400; i++)
        assert_non_null(wgc_alloc_leaf(heap, 4 * MIB));
    assert_true(stats_of(heap).cycles >= 10);
    assert_true(stats_of(heap).committed_bytes < 400 * MIB);
}

static void
three_gigabytes_are_one_object(void **state)
{
    wgc_heap *heap = *state;
    if (UNDER_ASAN || available_bytes() < 6 * GIB)
        skip();
    char *object = wgc_alloc_leaf(heap, 3 * GIB);
    assert_non_null(object);
    roots[0] = object + 3 * GIB - 1;
    hidden address = hide(object);
    assert_true(wgc_size(heap, object) >= 3 * GIB);
    const size_t probes[] = {0, 1, GIB, 2 * GIB + 123, 3 * GIB - 1};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(object[probes[i]], 0);
        assert_ptr_equal(wgc_base(heap, object + probes[i]), object);
        object[probes[i]] = 1;
    }
    assert_null(wgc_base(heap, object + wgc_size(heap, object)));
    assert_true(resident_bytes() < GIB);
    collect_exact(heap);
    assert_true(is_alive(heap, address));
    assert_int_equal(object[2 * GIB + 123], 1);
    roots[0] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, address));
    assert_int_equal(stats_of(heap).live_bytes, 0);
    wgc_trim(heap);
    assert_true(stats_of(heap).committed_bytes < 256 * MIB);
}

/* A gigabyte that nobody touched has to be scanned and stays sparse. */
static void
a_scanned_gigabyte_keeps_what_its_last_word_names(void **state)
{
    wgc_heap *heap = *state;
    if (UNDER_ASAN || available_bytes() < 3 * GIB)
        skip();
    void **object = roots[0] = wgc_alloc(heap, GIB);
    assert_non_null(object);
    object[GIB / sizeof(void *) - 1] = wgc_alloc(heap, 16);
    hidden end = hide(object[GIB / sizeof(void *) - 1]);
    hidden lost = hide(wgc_alloc(heap, 16));
    collect_exact(heap);
    assert_true(is_alive(heap, end));
    assert_false(is_alive(heap, lost));
}

static void
a_large_object_shrinks_in_place(void **state)
{
    wgc_heap *heap = *state;
    unsigned char *object = roots[0] = wgc_alloc_leaf(heap, 32 * MIB);
    memset(object, 0x5a, 32 * MIB);
    size_t live = stats_of(heap).live_bytes;
    assert_true(wgc_resize(heap, object, 2 * MIB));
    size_t usable = wgc_size(heap, object);
    assert_true(usable >= 2 * MIB && usable < 3 * MIB);
    assert_int_equal(live - stats_of(heap).live_bytes, 32 * MIB - usable);
    assert_true(all_bytes_are(object, 2 * MIB, 0x5a));
    assert_null(wgc_base(heap, object + 31 * MIB));
    collect_exact(heap);
    roots[1] = wgc_alloc_leaf(heap, 20 * MIB);
    assert_true(all_bytes_are(roots[1], 20 * MIB, 0));
    memset(roots[1], 0xff, 20 * MIB);
    assert_true(all_bytes_are(object, 2 * MIB, 0x5a));
}

/* In a heap with nothing else in it there is room behind the object. */
static void
a_large_object_grows_in_place_where_there_is_room(void **state)
{
    wgc_heap *heap = *state;
    unsigned char *object = roots[0] = wgc_alloc_leaf(heap, MIB);
    memset(object, 0x5a, MIB);
    assert_true(wgc_resize(heap, object, 3 * MIB));
    assert_true(wgc_size(heap, object) >= 3 * MIB);
    assert_true(all_bytes_are(object, MIB, 0x5a));
    assert_true(all_bytes_are(object + MIB, 2 * MIB, 0));
    memset(object, 0x5a, 3 * MIB);
    assert_ptr_equal(wgc_base(heap, object + 3 * MIB - 1), object);
    collect_exact(heap);
    assert_true(all_bytes_are(object, 3 * MIB, 0x5a));
    assert_true(wgc_resize(heap, object, MIB));
    assert_true(wgc_resize(heap, object, 3 * MIB));
    assert_true(all_bytes_are(object, MIB, 0x5a));
    assert_true(all_bytes_are(object + MIB, 2 * MIB, 0));
}

static void
a_large_object_never_grows_over_its_neighbour(void **state)
{
    wgc_heap *heap = *state;
    enum { COUNT = 16 };
    for (size_t i = 0; i < COUNT; i++) {
        roots[i] = wgc_alloc_leaf(heap, 200000);
        memset(roots[i], (int)i + 1, 200000);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (wgc_resize(heap, roots[i], 600000))
            memset(roots[i], (int)i + 1, 600000);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(all_bytes_are(roots[i], 200000, (unsigned char)(i + 1)));
        assert_ptr_equal(wgc_base(heap, roots[i]), roots[i]);
        assert_ptr_equal(wgc_base(heap, (char *)roots[i] + 199999), roots[i]);
    }
}

/*
 * BS12: holes in a heap of large objects must not become mappings, of which a
 * process may have 65,530.
 */
static void
BS12_many_holes_do_not_make_many_maps(void **state)
{
    wgc_heap *heap = *state;
    size_t before = map_count();
    enum { COUNT = 12000 };
    for (size_t i = 0; i < COUNT; i++) {
        char *object = roots[i] = wgc_alloc_leaf(heap, 20000 + 4096 * (i % 9));
        assert_non_null(object);
        object[0] = 1;
    }
    for (size_t i = 0; i < COUNT; i += 2)
        roots[i] = NULL;
    collect_exact(heap);
    wgc_trim(heap);
    size_t after = map_count();
    print_message("%zu maps before, %zu after\n", before, after);
    assert_true(after < before + 500);
    for (size_t i = 0; i < COUNT; i += 2)
        assert_non_null(roots[i] = wgc_alloc_leaf(heap, 20000));
    assert_true(map_count() < before + 500);
    for (size_t i = 1; i < COUNT; i += 2)
        assert_int_equal(((char *)roots[i])[0], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(large_objects_are_whole_objects),
        EXACT_TEST(an_interior_pointer_keeps_a_large_object),
        EXACT_TEST(a_dead_large_object_gives_its_memory_to_the_next),
        EXACT_TEST(garbage_of_large_objects_is_collected_automatically),
        EXACT_TEST(three_gigabytes_are_one_object),
        EXACT_TEST(a_scanned_gigabyte_keeps_what_its_last_word_names),
        EXACT_TEST(a_large_object_shrinks_in_place),
        EXACT_TEST(a_large_object_grows_in_place_where_there_is_room),
        EXACT_TEST(a_large_object_never_grows_over_its_neighbour),
        EXACT_TEST(BS12_many_holes_do_not_make_many_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
