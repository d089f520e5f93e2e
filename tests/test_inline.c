/* SPDX-License-Identifier: MIT */
/* wgc/inline.h: what it allocates is what wgc_alloc_kind would have. */
#include "support.h"

#include "wgc/inline.h"

static void
objects_are_apart_zeroed_and_found(void **state)
{
    wgc_heap *heap = *state;
    const size_t sizes[] = {0, 1, 16, 17, 24, 100, 1000, 8192};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        size_t bytes = sizes[s];
        wgc_run *run = wgc_run_find(heap, WGC_KIND_LEAF, bytes);
        assert_non_null(run);
        assert_true(run->cell_bytes >= bytes);
        assert_ptr_equal(run, wgc_run_find(heap, WGC_KIND_LEAF, bytes));
        for (size_t i = 0; i < 3000; i++) {
            char *object = wgc_run_alloc(run, heap, WGC_KIND_LEAF, bytes);
            roots[i] = object;
            assert_non_null(object);
            assert_int_equal(wgc_size(heap, object), run->cell_bytes);
            assert_int_equal(wgc_kind_of(heap, object), WGC_KIND_LEAF);
            assert_true(all_bytes_are(object, run->cell_bytes, 0));
            memset(object, 0xAA, run->cell_bytes);
        }
        for (size_t i = 0; i < 3000; i++)
            assert_true(all_bytes_are(roots[i], run->cell_bytes, 0xAA));
        assert_int_equal(wgc_check(heap), WGC_OK);
    }
}

static void
cycles_come_and_runs_go_on_behind_them(void **state)
{
    wgc_heap *heap = *state;
    wgc_run *run = wgc_run_find(heap, WGC_KIND_CONSERVATIVE, 32);
    void **list = NULL;
    for (size_t i = 0; i < 1000000; i++) {
        void **fresh = wgc_run_alloc(run, heap, WGC_KIND_CONSERVATIVE, 32);
        assert_non_null(fresh);
        assert_null(fresh[3]);
        fresh[0] = i % 10 ? list : NULL;
        fresh[3] = fresh;
        roots[0] = list = fresh;
        if (i % 100000 == 0)
            collect_exact(heap);
    }
    assert_true(stats_of(heap).cycles > 10);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 10);
}

static void
a_run_of_a_kind_of_the_host_traces_as_the_kind_says(void **state)
{
    wgc_heap *heap = *state;
    const uint64_t second = 2;
    wgc_kind kind = wgc_kind_new(
        heap,
        &(wgc_kind_info){.name = "pair", .pointers = &second, .words = 2});
    wgc_run *run = wgc_run_find(heap, kind, 16);
    assert_non_null(run);
    void **pair = roots[0] = wgc_run_alloc(run, heap, kind, 16);
    assert_int_equal(wgc_kind_of(heap, pair), kind);
    hidden dead = hide(pair[0] = wgc_alloc(heap, 16));
    hidden kept = hide(pair[1] = wgc_alloc(heap, 16));
    collect_exact(heap);
    assert_false(is_alive(heap, dead));
    assert_true(is_alive(heap, kept));
}

static void
what_no_run_serves_is_refused(void **state)
{
    wgc_heap *heap = *state;
    assert_null(wgc_run_find(heap, WGC_KIND_LEAF, 8193));
    assert_status(WGC_TOO_LARGE);
    assert_null(wgc_run_find(heap, WGC_KIND_LEAF, SIZE_MAX));
    assert_status(WGC_TOO_LARGE);
    assert_null(wgc_run_find(heap, WGC_KIND_INVALID, 16));
    assert_status(WGC_INVALID);
    assert_null(wgc_run_find(heap, WGC_KIND_LEAF + 1, 16));
    assert_status(WGC_INVALID);
    assert_null(wgc_run_find(NULL, WGC_KIND_LEAF, 16));
    assert_status(WGC_UNATTACHED);
}

static void
debug_heaps_and_stress_take_the_long_way(void **state)
{
    (void)state;
    const wgc_config configs[] = {{.debug = true}, {.stress = 1}};
    for (size_t c = 0; c < 2; c++) {
        wgc_heap *heap = exact_heap_with(configs[c]);
        wgc_run *run = wgc_run_find(heap, WGC_KIND_LEAF, 48);
        assert_non_null(run);
        for (size_t i = 0; i < 100; i++) {
            assert_ptr_equal(run->next, run->limit);
            roots[0] = wgc_run_alloc(run, heap, WGC_KIND_LEAF, 48);
            assert_non_null(roots[0]);
        }
        if (configs[c].stress != 0)
            assert_true(stats_of(heap).cycles >= 99);
        close_heap(heap);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(objects_are_apart_zeroed_and_found),
        EXACT_TEST(cycles_come_and_runs_go_on_behind_them),
        EXACT_TEST(a_run_of_a_kind_of_the_host_traces_as_the_kind_says),
        EXACT_TEST(what_no_run_serves_is_refused),
        cmocka_unit_test(debug_heaps_and_stress_take_the_long_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
