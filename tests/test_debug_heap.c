/* SPDX-License-Identifier: MIT */
/* Debug heaps: misuse is reported where it happens, with the object's history. */
#define WGC_DEBUG_SITES
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static wgc_report told;
static size_t reports;

static void
note(wgc_heap *heap, const wgc_report *report, void *data)
{
    assert_ptr_equal(data, &told);
    assert_null(wgc_alloc(heap, 16)); /* it runs inside the heap */
    assert_status(WGC_BUSY);
    told = *report;
    reports++;
}

static wgc_heap *
debug_heap(void)
{
    reports = 0;
    memset(&told, 0, sizeof told);
    return exact_heap_with(
        (wgc_config){.debug = true, .on_report = note, .report_data = &told});
}

static void
close_quietly(wgc_heap *heap, size_t expected)
{
    assert_int_equal(wgc_check(heap), WGC_OK);
    close_heap(heap);
    assert_int_equal(reports, expected);
}

static void
what_is_asked_for_is_what_there_is(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    for (size_t bytes = 0; bytes < 40000; bytes += bytes / 8 + 1) {
        char *object = roots[0] = wgc_alloc_leaf(heap, bytes);
        size_t usable = bytes != 0 ? bytes : 1;
        assert_int_equal(wgc_size(heap, object), usable);
        assert_true(all_bytes_are(object, usable, 0));
        memset(object, 1, usable);
        if (bytes % 3 == 0)
            collect_exact(heap);
    }
    collect_exact(heap);
    close_quietly(heap, 0);
}

static void
a_second_free_is_reported_with_its_history(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    char line[300];
    void *object = wgc_alloc(heap, 30);
    int allocated = __LINE__ - 1;
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    int freed = __LINE__ - 1;
    assert_int_equal(wgc_free(heap, object), WGC_NOT_AN_OBJECT);
    assert_int_equal(told.type, WGC_REPORT_FREED);
    assert_ptr_equal(told.object, object);
    assert_int_equal(told.bytes, 30);
    assert_string_equal(told.allocated.file, __FILE__);
    assert_int_equal(told.allocated.line, allocated);
    assert_string_equal(told.freed.file, __FILE__);
    assert_int_equal(told.freed.line, freed);
    wgc_report_text(&told, line, sizeof line);
    assert_non_null(strstr(line, "test_debug_heap.c"));
    assert_null(wgc_realloc(heap, object, 40));
    assert_false(wgc_resize(heap, object, 10));
    close_quietly(heap, 3);
}

static void
the_free_of_what_a_cycle_found_dead_tells_the_cycle(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    void *object = wgc_alloc(heap, 30);
    collect_exact(heap);
    collect_exact(heap);
    assert_int_equal(wgc_free(heap, object), WGC_NOT_AN_OBJECT);
    assert_int_equal(told.type, WGC_REPORT_FREED);
    assert_int_equal(told.allocated.cycle, 0);
    assert_null(told.freed.file);
    assert_int_equal(told.freed.cycle, 0);
    close_quietly(heap, 1);
}

static void
the_free_of_what_never_was_an_object_is_reported(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    char *object = roots[0] = wgc_alloc(heap, 30);
    char line[300];
    assert_int_equal(wgc_free(heap, object + 8), WGC_NOT_AN_OBJECT);
    assert_int_equal(told.type, WGC_REPORT_FOREIGN);
    assert_int_equal(told.bytes, 0);
    assert_int_equal(wgc_free(heap, line), WGC_NOT_AN_OBJECT);
    assert_true(wgc_report_text(&told, line, sizeof line) > 0);
    close_quietly(heap, 2);
}

static void
a_write_after_free_is_seen_when_the_cell_is_reused(void **state)
{
    (void)state;
    if (UNDER_ASAN)
        skip(); /* it sees the write itself */
    wgc_heap *heap = debug_heap();
    unsigned char *object = wgc_alloc_leaf(heap, 48);
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_int_equal(object[0], 0xDB);
    object[17] = 1;
    roots[2000] = wgc_alloc_leaf(heap, 48); /* keeps the block */
    collect_exact(heap);
    for (int i = 0; i < 2000 && reports == 0; i++)
        assert_non_null(roots[i] = wgc_alloc_leaf(heap, 48));
    assert_int_equal(told.type, WGC_REPORT_WRITTEN);
    assert_ptr_equal(told.object, object);
    assert_int_equal(told.offset, 17);
    assert_string_equal(told.freed.file, __FILE__);
    close_quietly(heap, 1);
}

static void
a_write_to_what_a_cycle_freed_is_seen_too(void **state)
{
    (void)state;
    if (UNDER_ASAN)
        skip(); /* it sees the write itself */
    wgc_heap *heap = debug_heap();
    char *object = wgc_alloc_leaf(heap, 48);
    roots[0] = wgc_alloc_leaf(heap, 48); /* keeps the block */
    collect_exact(heap);
    object[3] = 1;
    for (int i = 1; i < 2000 && reports == 0; i++)
        assert_non_null(roots[i] = wgc_alloc_leaf(heap, 48));
    assert_int_equal(told.type, WGC_REPORT_WRITTEN);
    assert_int_equal(told.offset, 3);
    assert_null(told.freed.file);
    close_quietly(heap, 1);
}

static void
an_overrun_is_seen_at_the_end_and_at_a_resize(void **state)
{
    (void)state;
    if (UNDER_ASAN)
        skip(); /* it sees the write itself */
    wgc_heap *heap = debug_heap();
    char *object = roots[0] = wgc_alloc_leaf(heap, 41);
    object[41] = 1;
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_int_equal(told.type, WGC_REPORT_OVERRUN);
    assert_int_equal(told.offset, 41);
    assert_int_equal(told.bytes, 41);
    object = roots[0] = wgc_alloc_leaf(heap, 50);
    object[50] = 0;
    roots[0] = NULL;
    collect_exact(heap);
    assert_int_equal(reports, 2);
    object = roots[0] = wgc_alloc_leaf(heap, 50);
    object[52] = 0;
    assert_true(wgc_resize(heap, object, 51));
    assert_int_equal(reports, 3);
    assert_int_equal(told.offset, 52);
    close_quietly(heap, 3);
}

static void
resizing_adds_zeros_and_moves_what_is_known(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    size_t bytes = 5;
    unsigned char *object = roots[0] = wgc_alloc_leaf(heap, bytes);
    memset(object, 7, bytes);
    for (size_t next = 6; next < 60000; next += next / 3) {
        object = roots[0] = wgc_realloc(heap, object, next);
        assert_non_null(object);
        assert_true(all_bytes_are(object, bytes, 7));
        assert_true(all_bytes_are(object + bytes, next - bytes, 0));
        assert_int_equal(wgc_size(heap, object), next);
        memset(object, 7, bytes = next);
    }
    assert_true(wgc_resize(heap, object, bytes - 40));
    assert_true(wgc_resize(heap, object, bytes - 20));
    assert_true(all_bytes_are(object + bytes - 40, 20, 0));
    close_quietly(heap, 0);
}

#if UNDER_ASAN
int __asan_address_is_poisoned(const volatile void *address);
#endif

/* AddressSanitizer ends a program that touches these at once. */
static bool
is_hidden(const void *address)
{
#if UNDER_ASAN
    return __asan_address_is_poisoned(address) != 0;
#else
    return address != NULL;
#endif
}

static void
a_sanitizer_sees_ended_objects_and_what_lies_behind_others(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    char *object = roots[0] = wgc_alloc_leaf(heap, 41);
    char *freed = wgc_alloc_leaf(heap, 48), *dead = wgc_alloc_leaf(heap, 48);
    assert_int_equal(wgc_free(heap, freed), WGC_OK);
    collect_exact(heap);
    assert_true(is_hidden(object + 41) && is_hidden(object + 47));
    assert_true(is_hidden(freed) && is_hidden(dead + 47));
    if (UNDER_ASAN)
        assert_false(is_hidden(object + 40));
    assert_true(wgc_resize(heap, object, 45));
    object[44] = 1;
    assert_true(is_hidden(object + 45));
    close_quietly(heap, 0);
}

static int
write_behind_large(void *data)
{
    wgc_heap *heap = data;
    size_t bytes = 100000;
    char *object = roots[0] = wgc_alloc_leaf(heap, bytes);
    signal(SIGSEGV, SIG_DFL);
    for (size_t i = 0; i <= 2 * 65536; i++)
        ((volatile char *)object)[bytes + i] = 1;
    return 0;
}

static void
behind_a_large_object_nothing_can_be_accessed(void **state)
{
    (void)state;
    wgc_heap *heap = debug_heap();
    int status = run_in_child(write_behind_large, heap);
    if (!UNDER_ASAN)
        assert_int_equal(status, 1000 + SIGSEGV);
    for (size_t i = 0; i < 200; i++)
        assert_non_null(roots[i % 7] = wgc_alloc_leaf(heap, 20000 + i * 999));
    assert_int_equal(wgc_free(heap, roots[3]), WGC_OK);
    roots[3] = NULL;
    collect_exact(heap);
    close_quietly(heap, 0);
}

static void
a_debug_heap_in_a_buffer_has_no_guard_but_all_else(void **state)
{
    (void)state;
    if (UNDER_ASAN)
        skip(); /* it sees the write itself */
    static char arena[1 << 20];
    reports = 0;
    wgc_heap *heap = exact_heap_with((wgc_config){.arena = arena,
                                                  .arena_bytes = sizeof arena,
                                                  .debug = true,
                                                  .on_report = note,
                                                  .report_data = &told});
    assert_non_null(heap);
    char *object = roots[0] = wgc_alloc_leaf(heap, 60000);
    object[60000] = 1;
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_int_equal(told.type, WGC_REPORT_OVERRUN);
    close_quietly(heap, 1);
}

static void
with_stress_every_nth_allocation_runs_a_cycle(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with(
        (wgc_config){.debug = true, .stress = 3, .no_globals = true});
    for (int i = 0; i < 30; i++)
        assert_non_null(wgc_alloc(heap, 16));
    assert_int_equal(stats_of(heap).cycles, 10);
    close_heap(heap);
}

static int
free_twice(void *data)
{
    static char line[300];
    int ends[2];
    (void)data;
    if (pipe(ends) != 0 || dup2(ends[1], 2) < 0)
        return 1;
    wgc_heap *heap = wgc_heap_new(&(wgc_config){.debug = true});
    void *object = wgc_alloc(heap, 16);
    if (wgc_free(heap, object) != WGC_OK ||
        wgc_free(heap, object) != WGC_NOT_AN_OBJECT ||
        read(ends[0], line, sizeof line - 1) <= 0)
        return 2;
    return strstr(line, "libwgc: ") == line && strstr(line, "freed") ? 0 : 3;
}

static void
without_a_function_reports_go_to_stderr(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(free_twice, NULL), 0);
}

static void
other_heaps_take_a_site_for_nothing(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap();
    assert_ptr_equal(WGC_HERE(heap), heap);
    assert_null(WGC_HERE(NULL));
    void *object = wgc_alloc_kind(heap, WGC_KIND_LEAF, 30);
    assert_int_equal(wgc_size(heap, object), 32);
    assert_non_null(wgc_alloc_aligned(heap, WGC_KIND_LEAF, 30, 64));
    close_heap(heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_what_there_is),
        cmocka_unit_test(a_second_free_is_reported_with_its_history),
        cmocka_unit_test(the_free_of_what_a_cycle_found_dead_tells_the_cycle),
        cmocka_unit_test(the_free_of_what_never_was_an_object_is_reported),
        cmocka_unit_test(a_write_after_free_is_seen_when_the_cell_is_reused),
        cmocka_unit_test(a_write_to_what_a_cycle_freed_is_seen_too),
        cmocka_unit_test(an_overrun_is_seen_at_the_end_and_at_a_resize),
        cmocka_unit_test(resizing_adds_zeros_and_moves_what_is_known),
        cmocka_unit_test(
            a_sanitizer_sees_ended_objects_and_what_lies_behind_others),
        cmocka_unit_test(behind_a_large_object_nothing_can_be_accessed),
        cmocka_unit_test(a_debug_heap_in_a_buffer_has_no_guard_but_all_else),
        cmocka_unit_test(with_stress_every_nth_allocation_runs_a_cycle),
        cmocka_unit_test(without_a_function_reports_go_to_stderr),
        cmocka_unit_test(other_heaps_take_a_site_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
