/* SPDX-License-Identifier: MIT */
/* When cycles run, what they tell, what is counted, and what goes back. */
#include "support.h"

#include <math.h>

static const size_t MIB = 1 << 20;

/* ---- Events ----------------------------------------------------------- */

struct log {
    wgc_event events[256];
    size_t count;
    wgc_stats inside;
    wgc_heap *heap;
    void *allocated;
    wgc_status collected;
};

static void
log_event(wgc_heap *heap, const wgc_event *event, void *data)
{
    struct log *log = data;
    log->heap = heap;
    wgc_stats_get(heap, &log->inside);
    if (log->count < 256)
        log->events[log->count++] = *event;
}

static void
a_cycle_begins_and_ends_with_an_event(void **state)
{
    (void)state;
    struct log *log = calloc(1, sizeof *log);
    wgc_heap *heap =
        exact_heap_with((wgc_config){.on_event = log_event, .event_data = log});
    assert_non_null(heap);
    size_t bytes = 0;
    for (size_t i = 0; i < 100; i++) {
        roots[i / 2] = wgc_alloc(heap, 1000);
        bytes += wgc_size(heap, roots[i / 2]);
    }
    assert_int_equal(log->count, 0);
    for (int round = 0; round < 3; round++) {
        log->count = 0;
        collect_exact(heap);
        assert_int_equal(log->count, 2);
        assert_ptr_equal(log->heap, heap);
        assert_int_equal(log->events[0].type, WGC_EVENT_CYCLE_BEGIN);
        assert_int_equal(log->events[1].type, WGC_EVENT_CYCLE_END);
        assert_int_equal(log->events[0].bytes, round ? 0 : bytes);
        assert_int_equal(log->events[1].bytes, stats_of(heap).live_bytes);
        assert_int_equal(log->events[1].bytes, bytes / 2);
        assert_int_equal(log->events[1].ns, stats_of(heap).pause_ns_last);
        assert_int_equal(log->inside.cycles, stats_of(heap).cycles);
    }
    close_heap(heap);
    free(log);
}

static void
drop_reference(wgc_weakref *reference, void *data)
{
    (void)reference;
    (*(size_t *)data)++;
}

static void
what_waits_is_announced_after_the_cycle(void **state)
{
    (void)state;
    struct log *log = calloc(1, sizeof *log);
    size_t *called = calloc(1, sizeof *called);
    wgc_heap *heap =
        exact_heap_with((wgc_config){.on_event = log_event,
                                     .event_data = log,
                                     .delivery = WGC_DELIVER_MANUAL});
    assert_non_null(heap);
    for (size_t i = 0; i < 7; i++)
        roots[i] =
            wgc_weakref_new(heap, wgc_alloc(heap, 16), drop_reference, called);
    collect_exact(heap);
    assert_int_equal(log->count, 3);
    assert_int_equal(log->events[0].type, WGC_EVENT_CYCLE_BEGIN);
    size_t pending = log->events[1].type == WGC_EVENT_PENDING ? 1 : 2;
    assert_int_equal(log->events[3 - pending].type, WGC_EVENT_CYCLE_END);
    assert_int_equal(log->events[pending].type, WGC_EVENT_PENDING);
    assert_int_equal(log->events[pending].count, 7);
    assert_int_equal(wgc_pending(heap), 7);
    assert_int_equal(wgc_deliver(heap, 100), 7);
    assert_int_equal(*called, 7);
    close_heap(heap);
    free(called);
    free(log);
}

static size_t
count_events(const struct log *log, wgc_event_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++)
        count += log->events[i].type == type;
    return count;
}

static void
a_failed_request_is_an_event(void **state)
{
    (void)state;
    struct log *log = calloc(1, sizeof *log);
    wgc_heap *heap = exact_heap_with((wgc_config){
        .max_bytes = MIB, .on_event = log_event, .event_data = log});
    assert_non_null(heap);
    roots[0] = wgc_alloc_leaf(heap, 600000);
    assert_non_null(roots[0]);
    assert_null(wgc_alloc_leaf(heap, 700000));
    assert_int_equal(count_events(log, WGC_EVENT_NO_MEMORY), 1);
    wgc_event *last = &log->events[log->count - 1];
    assert_int_equal(last->type, WGC_EVENT_NO_MEMORY);
    assert_int_equal(last->bytes, 700000);
    close_heap(heap);
    free(log);
}

static void
a_refused_call_is_an_event_with_its_status(void **state)
{
    (void)state;
    struct log *log = calloc(1, sizeof *log);
    int on_stack = 0;
    wgc_heap *heap =
        exact_heap_with((wgc_config){.on_event = log_event, .event_data = log});
    assert_non_null(heap);
    (void)wgc_free(heap, &on_stack);
    (void)wgc_alloc_aligned(heap, 0, 16, 3);
    (void)wgc_root_remove(heap, &on_stack, &on_stack + 1);
    (void)wgc_enable(heap);
    const wgc_status expected[] = {WGC_NOT_AN_OBJECT, WGC_INVALID,
                                   WGC_NOT_FOUND, WGC_INVALID};
    assert_int_equal(log->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(log->events[i].type, WGC_EVENT_MISUSE);
        assert_int_equal(log->events[i].status, expected[i]);
    }
    close_heap(heap);
    free(log);
}

static void
allocate_in_event(wgc_heap *heap, const wgc_event *event, void *data)
{
    void **got = data;
    if (event->type == WGC_EVENT_MISUSE)
        *got = wgc_alloc(heap, 64);
}

/* Also where a cell of that size is at hand. */
static void
an_event_function_cannot_allocate(void **state)
{
    (void)state;
    void **got = malloc(sizeof *got);
    int on_stack = 0;
    *got = NULL;
    wgc_heap *heap = exact_heap_with(
        (wgc_config){.on_event = allocate_in_event, .event_data = got});
    assert_non_null(heap);
    for (size_t i = 0; i < 10; i++)
        assert_non_null(wgc_alloc(heap, 64));
    assert_int_equal(wgc_free(heap, &on_stack), WGC_NOT_AN_OBJECT);
    assert_null(*got);
    close_heap(heap);
    free(got);
}

/* ---- Automatic cycles ------------------------------------------------- */

static void
no_cycle_starts_before_min_bytes(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.min_bytes = 8 * MIB});
    assert_non_null(heap);
    make_garbage(heap, 7 * 1024, 1024);
    assert_int_equal(stats_of(heap).cycles, 0);
    make_garbage(heap, 3 * 1024, 1024);
    assert_true(stats_of(heap).cycles > 0);
    size_t before = stats_of(heap).cycles;
    make_garbage(heap, 80 * 1024, 1024);
    assert_in_range(stats_of(heap).cycles - before, 5, 12);
    close_heap(heap);
}

/* Cycles while 32 MiB of garbage are made beside 8 MiB that live. */
static size_t
cycles_with_growth(double growth)
{
    wgc_heap *heap =
        exact_heap_with((wgc_config){.growth = growth, .min_bytes = MIB});
    assert_non_null(heap);
    for (size_t i = 0; i < 8; i++)
        roots[i] = wgc_alloc_leaf(heap, MIB);
    collect_exact(heap);
    size_t before = stats_of(heap).cycles;
    make_garbage(heap, 32 * 1024, 1024);
    size_t cycles = stats_of(heap).cycles - before;
    close_heap(heap);
    return cycles;
}

static void
growth_sets_the_distance_of_cycles(void **state)
{
    (void)state;
    size_t often = cycles_with_growth(0.25);
    size_t normally = cycles_with_growth(0);
    size_t seldom = cycles_with_growth(3);
    print_message("%zu, %zu, %zu cycles\n", often, normally, seldom);
    assert_in_range(often, 10, 20);
    assert_in_range(normally, 3, 8);
    assert_in_range(seldom, 1, 2);
}

static void
disabling_nests(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.min_bytes = MIB});
    assert_non_null(heap);
    assert_int_equal(wgc_enable(heap), WGC_INVALID);
    assert_status(WGC_INVALID);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    make_garbage(heap, 5 * 1024, 1024);
    assert_int_equal(stats_of(heap).cycles, 0);
    assert_int_equal(wgc_enable(heap), WGC_OK);
    make_garbage(heap, 5 * 1024, 1024);
    assert_int_equal(stats_of(heap).cycles, 0);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).cycles, 1);
    make_garbage(heap, 5 * 1024, 1024);
    assert_int_equal(stats_of(heap).cycles, 1);
    assert_int_equal(wgc_enable(heap), WGC_OK);
    assert_int_equal(wgc_enable(heap), WGC_INVALID);
    make_garbage(heap, 5 * 1024, 1024);
    assert_true(stats_of(heap).cycles > 1);
    close_heap(heap);
}

static void
a_full_heap_does_not_collect_while_disabled(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = 2 * MIB});
    assert_non_null(heap);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    size_t count = 0;
    while (wgc_alloc(heap, 1000) && count < ROOTS)
        count++;
    assert_true(count < ROOTS);
    assert_status(WGC_NO_MEMORY);
    assert_int_equal(stats_of(heap).cycles, 0);
    assert_int_equal(wgc_enable(heap), WGC_OK);
    assert_non_null(wgc_alloc(heap, 1000));
    close_heap(heap);
}

static void
manual_collection_makes_allocation_refuse_instead(void **state)
{
    (void)state;
    wgc_heap *heap =
        exact_heap_with((wgc_config){.manual_collect = true, .min_bytes = MIB});
    assert_non_null(heap);
    for (size_t round = 1; round < 5; round++) {
        size_t count = 0;
        (void)wgc_last_status();
        while (wgc_alloc(heap, 1000))
            assert_true(++count < 10000);
        assert_true(count >= 1000);
        assert_status(WGC_NO_MEMORY);
        assert_null(wgc_alloc(heap, 1000));
        assert_int_equal(stats_of(heap).cycles, round - 1);
        collect_exact(heap);
        assert_int_equal(stats_of(heap).live_objects, 0);
    }
    close_heap(heap);
}

/* Cycles while objects are made of which each says it holds `each` more. */
static size_t
cycles_with_external(ptrdiff_t each)
{
    wgc_heap *heap = exact_heap_with((wgc_config){.min_bytes = MIB});
    assert_non_null(heap);
    for (size_t i = 0; i < 1000; i++) {
        assert_non_null(wgc_alloc(heap, 100));
        assert_int_equal(wgc_external(heap, each), WGC_OK);
    }
    size_t cycles = stats_of(heap).cycles;
    assert_int_equal(stats_of(heap).external_bytes, 1000 * (size_t)each);
    assert_int_equal(wgc_external(heap, -1000 * each), WGC_OK);
    assert_int_equal(stats_of(heap).external_bytes, 0);
    close_heap(heap);
    return cycles;
}

static void
external_bytes_bring_cycles_nearer(void **state)
{
    (void)state;
    assert_int_equal(cycles_with_external(0), 0);
    size_t some = cycles_with_external(10000);
    print_message("%zu cycles for 10 MB outside\n", some);
    assert_in_range(some, 2, 12);
}

/* A host that takes and gives back, as a stack of buffers does, makes nothing
   that a cycle could find. */
static void
external_bytes_that_are_given_back_bring_no_cycle(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.min_bytes = MIB});
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(wgc_external(heap, 100000), WGC_OK);
        assert_non_null(wgc_alloc(heap, 100));
        assert_int_equal(wgc_external(heap, -100000), WGC_OK);
    }
    assert_int_equal(stats_of(heap).cycles, 0);
    close_heap(heap);
}

static void
external_bytes_never_wrap(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_external(heap, 1000), WGC_OK);
    (void)wgc_external(heap, -2000);
    assert_true(stats_of(heap).external_bytes <= 1000);
    (void)wgc_external(heap, PTRDIFF_MIN);
    assert_true(stats_of(heap).external_bytes <= 1000);
    (void)wgc_external(heap, PTRDIFF_MAX);
    (void)wgc_external(heap, PTRDIFF_MAX);
    (void)wgc_external(heap, PTRDIFF_MAX);
    assert_true(stats_of(heap).external_bytes >= (size_t)PTRDIFF_MAX);
    assert_non_null(wgc_alloc(heap, 100));
}

static void
stress_runs_a_cycle_at_every_nth_allocation(void **state)
{
    (void)state;
    for (unsigned every = 1; every < 8; every += 3) {
        wgc_heap *heap = exact_heap_with((wgc_config){.stress = every});
        assert_non_null(heap);
        for (size_t i = 0; i < 100; i++)
            assert_non_null(i % 2 ? wgc_alloc(heap, 16 * i)
                                  : wgc_alloc_leaf(heap, 300 * i));
        assert_in_range(stats_of(heap).cycles, 100 / every - 1,
                        100 / every + 1);
        close_heap(heap);
    }
}

/* ---- Statistics and trimming ------------------------------------------ */

static void
statistics_count_what_was_done(void **state)
{
    wgc_heap *heap = *state;
    uint64_t allocated = 0;
    size_t live = 0;
    assert_int_equal(wgc_disable(heap), WGC_OK);
    for (size_t i = 0; i < 1000; i++) {
        roots[i] = wgc_alloc(heap, i * 13 % 3000);
        allocated += wgc_size(heap, roots[i]);
        live += wgc_size(heap, roots[i]);
        wgc_stats stats = stats_of(heap);
        assert_int_equal(stats.live_objects, i + 1);
        assert_int_equal(stats.live_bytes, live);
        assert_int_equal(stats.allocated_bytes, allocated);
        assert_true(stats.committed_bytes >= live);
        assert_true(stats.reserved_bytes >= stats.committed_bytes);
    }
    for (size_t i = 0; i < 1000; i += 2) {
        live -= wgc_size(heap, roots[i]);
        roots[i] = NULL;
    }
    collect_exact(heap);
    wgc_stats stats = stats_of(heap);
    assert_int_equal(stats.live_objects, 500);
    assert_int_equal(stats.live_bytes, live);
    assert_int_equal(stats.allocated_bytes, allocated);
    assert_int_equal(stats.cycles, 1);
}

static void
pauses_are_measured(void **state)
{
    wgc_heap *heap = *state;
    uint64_t total = 0, longest = 0;
    for (size_t i = 0; i < 5; i++) {
        make_garbage(heap, 1000 * i, 100);
        size_t before = stats_of(heap).cycles;
        collect_exact(heap);
        wgc_stats stats = stats_of(heap);
        assert_int_equal(stats.cycles, before + 1);
        assert_true(stats.pause_ns_last > 0);
        total += stats.pause_ns_last;
        if (stats.pause_ns_last > longest)
            longest = stats.pause_ns_last;
        assert_true(stats.pause_ns_max >= longest);
        assert_true(stats.pause_ns_total >= total);
    }
}

static uint64_t ticks;

static uint64_t
tick(void)
{
    return ticks += 1000;
}

static void
the_clock_may_be_the_hosts(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.clock = tick});
    assert_non_null(heap);
    collect_exact(heap);
    wgc_stats stats = stats_of(heap);
    assert_true(stats.pause_ns_last >= 1000);
    assert_int_equal(stats.pause_ns_last % 1000, 0);
    assert_int_equal(stats.pause_ns_total, stats.pause_ns_last);
    assert_int_equal(stats.pause_ns_max, stats.pause_ns_last);
    close_heap(heap);
}

static void
trimming_gives_free_memory_back(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < 40000; i++)
        memset(roots[i] = wgc_alloc(heap, 1500), 1, 1500);
    roots[40000] = wgc_alloc_leaf(heap, 30 * MIB);
    memset(roots[40000], 1, 30 * MIB);
    wgc_stats full = stats_of(heap);
    size_t resident = resident_bytes();
    for (size_t i = 10; i <= 40000; i++)
        roots[i] = NULL;
    collect_exact(heap);
    size_t given = wgc_trim(heap);
    wgc_stats trimmed = stats_of(heap);
    print_message("%zu MiB given back\n", given / MIB);
    assert_true(full.committed_bytes >= 87 * MIB);
    assert_true(given >= 80 * MIB || trimmed.committed_bytes < 10 * MIB);
    assert_true(trimmed.committed_bytes < 10 * MIB);
    if (!UNDER_ASAN && resident)
        assert_true(resident - resident_bytes() > 75 * MIB);
    assert_true(wgc_trim(heap) < MIB);
    for (size_t i = 0; i < 10; i++)
        assert_true(all_bytes_are(roots[i], 1500, 1));
    void *again = roots[10] = wgc_alloc_leaf(heap, 30 * MIB);
    assert_non_null(again);
    assert_true(all_bytes_are(again, 30 * MIB, 0));
}

/* ---- Configurations --------------------------------------------------- */

static void
contradictory_configurations_are_refused(void **state)
{
    (void)state;
    static char buffer[1 << 17];
    const wgc_config wrong[] = {
        {.growth = -0.5},
        {.growth = (double)NAN},
        {.growth = 1e6},
        {.arena = buffer, .arena_bytes = 1000},
        {.arena_bytes = 1 << 17},
        {.arena = buffer},
        {.max_bytes = 16},
        {.delivery = (wgc_delivery)77},
        {.pointers = (wgc_pointers)77},
        {.mark_threads = 2},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        (void)wgc_last_status();
        wgc_heap *heap = wgc_heap_new(&wrong[i]);
        if (heap)
            fail_msg("configuration %zu was accepted", i);
        wgc_status status = wgc_last_status();
        assert_true(status == WGC_INVALID ||
                    (i == 6 && status == WGC_NO_MEMORY));
    }
}

static void
a_configuration_is_copied(void **state)
{
    (void)state;
    struct log *log = calloc(1, sizeof *log);
    wgc_config config = {.no_globals = true,
                         .max_bytes = MIB,
                         .on_event = log_event,
                         .event_data = log};
    wgc_heap *heap = wgc_heap_new(&config);
    assert_non_null(heap);
    memset(&config, 0xff, sizeof config);
    assert_null(wgc_alloc(heap, 2 * MIB));
    collect_exact(heap);
    assert_true(count_events(log, WGC_EVENT_CYCLE_END) >= 1);
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
    free(log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cycle_begins_and_ends_with_an_event),
        cmocka_unit_test(what_waits_is_announced_after_the_cycle),
        cmocka_unit_test(a_failed_request_is_an_event),
        cmocka_unit_test(a_refused_call_is_an_event_with_its_status),
        cmocka_unit_test(no_cycle_starts_before_min_bytes),
        cmocka_unit_test(growth_sets_the_distance_of_cycles),
        cmocka_unit_test(disabling_nests),
        cmocka_unit_test(a_full_heap_does_not_collect_while_disabled),
        cmocka_unit_test(manual_collection_makes_allocation_refuse_instead),
        cmocka_unit_test(external_bytes_bring_cycles_nearer),
        cmocka_unit_test(external_bytes_that_are_given_back_bring_no_cycle),
        EXACT_TEST(external_bytes_never_wrap),
        cmocka_unit_test(stress_runs_a_cycle_at_every_nth_allocation),
        EXACT_TEST(statistics_count_what_was_done),
        EXACT_TEST(pauses_are_measured),
        cmocka_unit_test(the_clock_may_be_the_hosts),
        EXACT_TEST(trimming_gives_free_memory_back),
        cmocka_unit_test(contradictory_configurations_are_refused),
        cmocka_unit_test(a_configuration_is_copied),
        cmocka_unit_test(an_event_function_cannot_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
