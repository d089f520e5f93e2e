/* SPDX-License-Identifier: MIT */
/*
 * BS12: little address space fails gracefully.  BS13: the NULL contract.
 * BS15: thousands of heaps come and go, hundreds live at once, and nothing of
 * them stays behind.
 */
#include "support.h"

#include <stdio.h>
#include <sys/resource.h>

static const size_t MIB = 1 << 20;

/* ---- BS12 ------------------------------------------------------------- */

static size_t
address_space(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    size_t pages = 0;
    if (!file)
        return 0;
    if (fscanf(file, "%zu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * 4096;
}

enum child_result { WORKED = 0, NO_HEAP = 2, BROKEN = 3, NO_LIMIT = 4 };

/* A list of objects until memory runs out, then all are checked. */
static enum child_result
fill_until_it_fails(wgc_heap *heap, size_t bytes)
{
    uintptr_t *list = NULL, *node;
    size_t count = 0;
    while (count < 4000000 && (node = wgc_alloc(heap, bytes))) {
        node[0] = (uintptr_t)list;
        node[1] = ++count;
        list = node;
    }
    if (count < 4000000 && wgc_last_status() != WGC_NO_MEMORY)
        return BROKEN;
    if (wgc_collect(heap) != WGC_OK)
        return BROKEN;
    for (node = list; node; node = (uintptr_t *)node[0])
        if (node[1] != count-- || wgc_size(heap, node) < bytes)
            return BROKEN;
    return count == 0 ? WORKED : BROKEN;
}

struct plan {
    size_t room;
    size_t bytes;
    wgc_config config;
};

static int
live_in_little_room(void *data)
{
    const struct plan *plan = data;
    rlim_t limit = address_space() + plan->room;
    const struct rlimit room = {limit, limit};
    if (setrlimit(RLIMIT_AS, &room) != 0)
        return NO_LIMIT;
    wgc_heap *heap = wgc_heap_new(&plan->config);
    if (!heap)
        return wgc_last_status() == WGC_NO_MEMORY ? NO_HEAP : BROKEN;
    int result = WORKED;
    for (int round = 0; round < 3 && result == WORKED; round++)
        result = fill_until_it_fails(heap, plan->bytes);
    if (wgc_heap_free(heap) != WGC_OK)
        return BROKEN;
    return result;
}

static void
BS12_little_address_space_is_no_crash(void **state)
{
    (void)state;
    if (UNDER_ASAN || !address_space())
        skip();
    const size_t rooms[] = {0, 64 << 10, 1 << 20, 5 << 20, 40 << 20, 300 << 20};
    for (size_t i = 0; i < 6; i++) {
        for (size_t bytes = 32; bytes < 100000; bytes *= 40) {
            struct plan plan = {.room = rooms[i], .bytes = bytes};
            int result = run_in_child(live_in_little_room, &plan);
            print_message("%zu KiB: %d\n", rooms[i] / 1024, result);
            assert_true(result == WORKED || result == NO_HEAP);
        }
    }
}

/* A limit says what is needed, so that much room must do. */
static void
BS12_a_limited_heap_needs_little_more_room_than_its_limit(void **state)
{
    (void)state;
    if (UNDER_ASAN || !address_space())
        skip();
    struct plan plan = {
        .room = 64 * MIB, .bytes = 64, .config = {.max_bytes = 8 * MIB}};
    assert_int_equal(run_in_child(live_in_little_room, &plan), WORKED);
}

/* Without a limit the reservation follows the memory of the machine, but has
   to make do with less. */
static void
BS12_an_unlimited_heap_makes_do_with_the_room_there_is(void **state)
{
    (void)state;
    if (UNDER_ASAN || !address_space())
        skip();
    struct plan plan = {.room = 1024 * MIB, .bytes = 256};
    assert_int_equal(run_in_child(live_in_little_room, &plan), WORKED);
}

/* ---- BS13 ------------------------------------------------------------- */

/* What fails leaves everything as it was, for each kind of allocation. */
static void
BS13_failing_calls_return_NULL_and_change_nothing(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = MIB});
    assert_non_null(heap);
    size_t count = 1;
    roots[0] = wgc_alloc(heap, 64);
    while (count < ROOTS && (roots[count] = wgc_alloc(heap, 48)))
        count++;
    wgc_stats before = stats_of(heap);
    void **slot = malloc(sizeof *slot);
    *slot = NULL;
    for (int round = 0; round < 20; round++) {
        assert_null(wgc_alloc(heap, 48));
        assert_null(wgc_alloc_leaf(heap, 500000));
        assert_null(wgc_alloc_aligned(heap, 0, 48, 65536));
        assert_null(wgc_realloc(heap, roots[0], 700000));
        assert_status(WGC_NO_MEMORY);
    }
    wgc_stats after = stats_of(heap);
    assert_int_equal(after.live_objects, before.live_objects);
    assert_int_equal(after.live_bytes, before.live_bytes);
    assert_int_equal(after.weakrefs, 0);
    assert_true(wgc_size(heap, roots[0]) >= 64);
    for (size_t i = 1; i < count; i++)
        assert_true(wgc_size(heap, roots[i]) >= 48);
    for (size_t i = 1; i < count; i++)
        roots[i] = NULL;
    collect_exact(heap);
    roots[1] = wgc_weakref_new(heap, roots[0], NULL, NULL);
    assert_non_null(roots[1]);
    assert_int_equal(wgc_weak_slot_add(heap, slot, roots[0]), WGC_OK);
    free(slot);
    close_heap(heap);
}

/* ---- BS15 ------------------------------------------------------------- */

static void
use_a_little(wgc_heap *heap, size_t round)
{
    void **list = NULL;
    for (size_t i = 0; i < 200; i++) {
        void **node = wgc_alloc(heap, 16 + (i * round) % 300);
        assert_non_null(node);
        node[0] = list;
        list = node;
    }
    assert_non_null(wgc_alloc_leaf(heap, 50000));
    assert_non_null(wgc_weakref_new(heap, list, NULL, NULL));
    if (round % 8 == 0)
        assert_int_equal(wgc_collect(heap), WGC_OK);
}

static void
BS15_thousands_of_heaps_leave_nothing_behind(void **state)
{
    (void)state;
    size_t maps = 0, resident = 0, space = 0;
    enum { WARM = 50, COUNT = 4000 };
    for (size_t i = 0; i < COUNT; i++) {
        wgc_heap *heap =
            wgc_heap_new(i % 2 ? NULL : &(wgc_config){.max_bytes = MIB});
        assert_non_null(heap);
        use_a_little(heap, i);
        assert_int_equal(wgc_heap_free(heap), WGC_OK);
        if (i == WARM) {
            maps = map_count();
            space = address_space();
            resident = resident_bytes();
        }
    }
    assert_true(map_count() <= maps + 2);
    if (UNDER_ASAN)
        return;
    assert_true(address_space() <= space + MIB);
    assert_true(resident_bytes() <= resident + 2 * MIB);
}

static void
BS15_hundreds_of_heaps_live_at_once(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    static wgc_heap *heaps[COUNT];
    void ***cells = calloc(COUNT, sizeof *cells);
    size_t maps = map_count();
    for (size_t i = 0; i < COUNT; i++) {
        heaps[i] = wgc_heap_new(&(wgc_config){.no_globals = true});
        if (!heaps[i])
            fail_msg("heap %zu was refused", i);
        assert_int_equal(wgc_root_add(heaps[i], &cells[i], &cells[i + 1]),
                         WGC_OK);
        cells[i] = wgc_alloc(heaps[i], 64);
        cells[i][0] = (void *)(i + 1);
        use_a_little(heaps[i], i);
    }
    for (size_t i = 0; i < COUNT; i++) {
        collect_exact(heaps[i]);
        assert_int_equal(stats_of(heaps[i]).live_objects, 1);
        assert_ptr_equal(cells[i][0], (void *)(i + 1));
        assert_int_equal(wgc_size(heaps[i], cells[(i + 1) % COUNT]), 0);
    }
    for (size_t i = 0; i < COUNT; i++) /* in an order of its own */
        assert_int_equal(wgc_heap_free(heaps[i * 7 % COUNT]), WGC_OK);
    assert_true(map_count() <= maps + 8);
    free(cells);
}

static void
BS15_an_object_of_another_heap_is_no_object(void **state)
{
    wgc_heap *heap = *state;
    wgc_heap *other = wgc_heap_new(&(wgc_config){.no_globals = true});
    assert_non_null(other);
    void *foreign = wgc_alloc(other, 64);
    void **object = roots[0] = wgc_alloc(heap, 64);
    object[0] = foreign;
    assert_int_equal(wgc_free(heap, foreign), WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_pin(heap, foreign), WGC_NOT_AN_OBJECT);
    collect_exact(heap);
    assert_true(wgc_size(other, foreign) >= 64);
    collect_exact(other);
    assert_int_equal(wgc_size(other, foreign), 0);
    assert_int_equal(wgc_heap_free(other), WGC_OK);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(BS12_little_address_space_is_no_crash),
        cmocka_unit_test(
            BS12_a_limited_heap_needs_little_more_room_than_its_limit),
        cmocka_unit_test(
            BS12_an_unlimited_heap_makes_do_with_the_room_there_is),
        cmocka_unit_test(BS13_failing_calls_return_NULL_and_change_nothing),
        cmocka_unit_test(BS15_thousands_of_heaps_leave_nothing_behind),
        cmocka_unit_test(BS15_hundreds_of_heaps_live_at_once),
        EXACT_TEST(BS15_an_object_of_another_heap_is_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
