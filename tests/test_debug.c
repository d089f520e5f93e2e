/* SPDX-License-Identifier: MIT */
/* Questions to a heap: wgc_check, wgc_walk, wgc_find_path, self-retained. */
#include "support.h"

#include <stdio.h>

enum { MOST = 16 };

static void
nothing(void *object, void *data)
{
    (void)object, (void)data;
}

static size_t
path_to(wgc_heap *heap, const void *object, wgc_step *steps)
{
    return wgc_find_path(heap, object, true, steps, MOST);
}

/* ---- wgc_check ---- */

static void
a_heap_in_use_is_whole(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < 5000; i++) {
        roots[i % 100] = wgc_alloc(heap, i * 7 % 9000);
        if (i % 3 == 0)
            wgc_weakref_new(heap, roots[i % 100], NULL, NULL);
        if (i % 500 == 0)
            assert_int_equal(wgc_check(heap), WGC_OK);
    }
    collect_exact(heap);
    assert_int_equal(wgc_check(heap), WGC_OK);
    assert_non_null(wgc_alloc(heap, 16));
    assert_status(WGC_OK);
}

static void
questions_on_a_foreign_heap_are_refused(void **state)
{
    wgc_step steps[1];
    (void)state;
    assert_int_equal(wgc_check(NULL), WGC_UNATTACHED);
    assert_int_equal(wgc_walk(NULL, NULL, NULL), 0);
    assert_status(WGC_UNATTACHED);
    assert_int_equal(wgc_find_path(NULL, steps, false, steps, 1), 0);
    assert_status(WGC_UNATTACHED);
    assert_int_equal(wgc_find_self_retained(NULL, NULL, NULL), 0);
    assert_status(WGC_UNATTACHED);
}

static void
a_report_is_text_of_any_length(void **state)
{
    char line[200], little[8];
    const wgc_report report = {.type = WGC_REPORT_INVARIANT,
                               .rule = "block I3",
                               .text = "x == y",
                               .block = 12,
                               .object = line};
    (void)state;
    size_t length = wgc_report_text(&report, line, sizeof line);
    assert_int_equal(length, strlen(line));
    assert_non_null(strstr(line, "block I3"));
    assert_non_null(strstr(line, "block 12"));
    assert_non_null(strstr(line, "x == y"));
    assert_int_equal(wgc_report_text(&report, little, sizeof little), length);
    assert_int_equal(strlen(little), sizeof little - 1);
    assert_int_equal(wgc_report_text(&report, NULL, 0), length);
}

/* ---- wgc_walk ---- */

struct seen {
    const void *last;
    size_t calls, most;
    unsigned states;
    size_t large_bytes;
    bool ascends, shut;
    const void *object;
    wgc_object found;
    wgc_heap *heap;
};

static bool
see(const wgc_object *object, void *data)
{
    struct seen *seen = data;
    seen->ascends = seen->ascends && object->base > seen->last;
    seen->last = object->base;
    seen->states |= object->state;
    if (object->base == seen->object)
        seen->found = *object;
    if (wgc_alloc(seen->heap, 16) != NULL || wgc_last_status() != WGC_BUSY)
        seen->shut = false;
    return ++seen->calls < seen->most;
}

static struct seen
walk(wgc_heap *heap, const void *object, size_t most)
{
    struct seen seen = {.ascends = true,
                        .shut = true,
                        .object = object,
                        .most = most,
                        .heap = heap};
    size_t calls = wgc_walk(heap, see, &seen);
    assert_int_equal(calls, seen.calls);
    return seen;
}

static void
walk_meets_every_object_once_by_ascending_address(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < 1000; i++)
        roots[i] = wgc_alloc(heap, i % 700 == 1 ? 100000 : i);
    make_garbage(heap, 1000, 32);
    collect_exact(heap);
    struct seen seen = walk(heap, NULL, SIZE_MAX);
    assert_int_equal(seen.calls, 1000);
    assert_true(seen.ascends);
    assert_true(seen.shut);
    assert_int_equal(walk(heap, NULL, 10).calls, 10);
    assert_int_equal(wgc_walk(heap, NULL, NULL), 0);
    assert_status(WGC_INVALID);
}

static void
walk_tells_size_kind_and_state(void **state)
{
    wgc_heap *heap = *state;
    wgc_kind kind = wgc_kind_new(heap, &(wgc_kind_info){.name = "pair"});
    void *pair = roots[0] = wgc_alloc_kind(heap, kind, 40);
    void *large = roots[1] = wgc_alloc_leaf(heap, 100000);
    void *watcher = roots[2] = wgc_weakref_new(heap, pair, NULL, NULL);
    assert_int_equal(wgc_pin(heap, large), WGC_OK);

    wgc_object found = walk(heap, pair, SIZE_MAX).found;
    assert_int_equal(found.bytes, wgc_size(heap, pair));
    assert_int_equal(found.kind, kind);
    assert_string_equal(found.kind_name, "pair");
    assert_int_equal(found.state, WGC_OBJECT_WATCHED);
    found = walk(heap, large, SIZE_MAX).found;
    assert_string_equal(found.kind_name, "leaf");
    assert_int_equal(found.state, WGC_OBJECT_LARGE | WGC_OBJECT_PINNED);
    found = walk(heap, watcher, SIZE_MAX).found;
    assert_string_equal(found.kind_name, "weak reference");
    assert_int_equal(found.state, WGC_OBJECT_HANDLE);
}

static void
walk_tells_whose_callback_waits(void **state)
{
    (void)state;
    wgc_heap *heap =
        exact_heap_with((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    void *object = wgc_alloc(heap, 16);
    void *waits = wgc_finalizer_new(heap, object, nothing, NULL);
    collect_exact(heap);
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(walk(heap, waits, SIZE_MAX).found.state,
                     WGC_OBJECT_HANDLE | WGC_OBJECT_PENDING);
    close_heap(heap);
}

/* ---- wgc_find_path ---- */

static void
a_path_leads_from_a_range_through_objects(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    void **a = roots[7] = wgc_alloc(heap, 64);
    void **b = a[3] = wgc_alloc(heap, 32);
    void *c = b[1] = wgc_alloc_leaf(heap, 48);
    assert_int_equal(path_to(heap, (char *)c + 5, steps), 3);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_RANGE);
    assert_ptr_equal(steps[0].place, &roots[7]);
    assert_ptr_equal(steps[0].object, a);
    assert_int_equal(steps[1].holder, WGC_HELD_BY_OBJECT);
    assert_ptr_equal(steps[1].place, &a[3]);
    assert_ptr_equal(steps[1].object, b);
    assert_ptr_equal(steps[2].place, &b[1]);
    assert_ptr_equal(steps[2].object, c);
    assert_int_equal(steps[2].bytes, 48);
    assert_int_equal(steps[2].kind, WGC_KIND_LEAF);
    assert_int_equal(wgc_check(heap), WGC_OK);
}

static void
a_path_is_a_shortest_one_and_may_be_cut_short(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    void **list = NULL, *last = NULL;
    for (int i = 0; i < 3000; i++) {
        void **fresh = wgc_alloc(heap, 32);
        if (i == 0)
            last = fresh;
        fresh[0] = list;
        roots[0] = list = fresh;
    }
    assert_int_equal(wgc_find_path(heap, last, true, steps, MOST), 3000);
    assert_ptr_equal(steps[0].object, list);
    assert_ptr_equal(steps[MOST - 1].place, steps[MOST - 2].object);
    assert_int_equal(wgc_find_path(heap, last, true, NULL, 0), 3000);
    list[1] = last;
    assert_int_equal(path_to(heap, last, steps), 2);
}

static void
garbage_has_no_path(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    void **a = wgc_alloc(heap, 32), **b = wgc_alloc(heap, 32);
    a[0] = b;
    b[0] = a;
    roots[0] = wgc_alloc(heap, 16);
    assert_int_equal(path_to(heap, a, steps), 0);
    assert_status(WGC_OK);
    assert_int_equal(path_to(heap, steps, steps), 0);
    assert_status(WGC_NOT_AN_OBJECT);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1);
}

static void
visit_data(wgc_tracer *tracer, void *data)
{
    wgc_visit(tracer, *(void **)data);
}

static void
trace_second(wgc_tracer *tracer, const void *object, size_t bytes)
{
    (void)bytes;
    wgc_visit(tracer, ((void *const *)object)[1]);
}

static void
a_path_names_pins_and_callbacks(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    void *leaf = wgc_alloc_leaf(heap, 16), *pinned = wgc_alloc(heap, 16);
    assert_int_equal(wgc_pin(heap, pinned), WGC_OK);
    assert_int_equal(path_to(heap, pinned, steps), 1);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_PIN);
    void *holder = leaf;
    assert_int_equal(wgc_root_add_callback(heap, visit_data, &holder), WGC_OK);
    assert_int_equal(path_to(heap, leaf, steps), 1);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_CALLBACK);
    assert_ptr_equal(steps[0].place, &holder);
    assert_int_equal(wgc_root_remove_callback(heap, visit_data, &holder),
                     WGC_OK);
}

static void
a_path_follows_trace_functions_and_bitmaps(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    static const uint64_t second = 2;
    wgc_kind traced =
        wgc_kind_new(heap, &(wgc_kind_info){.trace = trace_second});
    wgc_kind mapped =
        wgc_kind_new(heap, &(wgc_kind_info){.pointers = &second, .words = 2});
    void **a = roots[0] = wgc_alloc_kind(heap, traced, 32);
    void **b = a[1] = wgc_alloc_kind(heap, mapped, 32);
    void *c = b[1] = wgc_alloc_leaf(heap, 16);
    b[0] = wgc_alloc(heap, 16);
    assert_int_equal(path_to(heap, c, steps), 3);
    assert_ptr_equal(steps[1].object, b);
    assert_null(steps[1].place);
    assert_ptr_equal(steps[2].place, &b[1]);
    assert_int_equal(path_to(heap, b[0], steps), 0);
}

static void
a_path_goes_through_ephemerons_maps_and_guards(void **state)
{
    wgc_heap *heap = *state;
    wgc_step steps[MOST];
    void *key = roots[0] = wgc_alloc(heap, 16);
    void **value = wgc_alloc(heap, 16);
    void *other = wgc_alloc_leaf(heap, 16);
    wgc_weakmap *map = roots[1] = wgc_weakmap_new(heap, NULL);
    assert_int_equal(wgc_weakmap_set(map, key, value), WGC_OK);
    assert_int_equal(path_to(heap, value, steps), 2);
    assert_ptr_equal(steps[0].object, map);
    assert_int_equal(steps[1].holder, WGC_HELD_BY_MAP);
    void *context = wgc_alloc_leaf(heap, 16);
    const wgc_weakmap_info info = {.weak_values = true, .data = context};
    void *with_context = roots[3] = wgc_weakmap_new(heap, &info);
    assert_int_equal(path_to(heap, context, steps), 2);
    assert_ptr_equal(steps[0].object, with_context);
    assert_int_equal(steps[1].holder, WGC_HELD_BY_OBJECT);
    void *ephemeron = roots[2] = wgc_ephemeron_new(heap, value, other);
    assert_int_equal(path_to(heap, other, steps), 2);
    assert_ptr_equal(steps[0].object, ephemeron);
    void *data = wgc_alloc(heap, 16);
    assert_non_null(wgc_finalizer_new_guard(heap, other, nothing, data));
    size_t length = path_to(heap, data, steps);
    assert_true(length > 0);
    assert_int_equal(steps[length - 1].holder, WGC_HELD_BY_GUARD);
    assert_ptr_equal(steps[length - 1].place, other);
    roots[0] = NULL;
    assert_int_equal(path_to(heap, value, steps), 0);
    assert_int_equal(wgc_check(heap), WGC_OK);
}

static void
a_path_names_the_queue_and_finalizers(void **state)
{
    (void)state;
    wgc_step steps[MOST];
    wgc_heap *heap =
        exact_heap_with((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    void *object = roots[0] = wgc_alloc(heap, 16);
    void *data = wgc_alloc(heap, 16);
    assert_non_null(wgc_finalizer_new(heap, object, nothing, data));
    assert_int_equal(path_to(heap, data, steps), 1);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_FINALIZER);
    assert_ptr_equal(steps[0].place, object);
    roots[0] = NULL;
    collect_exact(heap);
    assert_int_equal(path_to(heap, data, steps), 1);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_QUEUE);
    close_heap(heap);
}

static void *static_variable;

static void
a_path_names_static_data_and_the_stack(void **state)
{
    (void)state;
    wgc_step steps[MOST];
    wgc_heap *heap = wgc_heap_new(NULL);
    void **object = wgc_alloc(heap, 32);
    void *volatile variable = object;
    assert_int_equal(wgc_find_path(heap, object, false, steps, MOST), 1);
    if (!UNDER_ASAN)
        assert_int_equal(steps[0].holder, WGC_HELD_BY_STACK);
    assert_int_equal(wgc_find_path(heap, object, true, steps, MOST), 0);
    static_variable = object;
    object[0] = wgc_alloc(heap, 16);
    assert_int_equal(wgc_find_path(heap, object[0], true, steps, MOST), 2);
    assert_int_equal(steps[0].holder, WGC_HELD_BY_GLOBAL);
    assert_ptr_equal(steps[0].place, &static_variable);
    assert_ptr_equal(variable, object);
    static_variable = NULL;
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

static void
a_search_without_memory_says_so(void **state)
{
    (void)state;
    static char arena[64 << 10];
    wgc_step steps[1];
    wgc_heap *heap = exact_heap_with((wgc_config){
        .arena = arena, .arena_bytes = sizeof arena, .manual_collect = true});
    assert_int_equal(wgc_disable(heap), WGC_OK);
    void *object = roots[0] = wgc_alloc(heap, 16);
    assert_non_null(object);
    for (size_t i = 1; (roots[i] = wgc_alloc(heap, 512)) != NULL;)
        i++;
    (void)wgc_last_status();
    assert_int_equal(wgc_find_path(heap, object, true, steps, 1), 0);
    assert_status(WGC_NO_MEMORY);
    assert_int_equal(wgc_check(heap), WGC_OK);
    close_heap(heap);
}

static void
a_step_is_text(void **state)
{
    char line[200];
    (void)state;
    for (int holder = 0; holder <= WGC_HELD_BY_REGISTER + 1; holder++) {
        const wgc_step step = {.holder = (wgc_holder)holder,
                               .place = line,
                               .object = &line[16],
                               .bytes = 12345};
        size_t length = wgc_step_text(&step, line, sizeof line);
        assert_int_equal(length, strlen(line));
        assert_non_null(strstr(line, "12345"));
    }
}

/* ---- F12 ---- */

struct retained {
    const void *objects[4];
    size_t count;
};

static void
note_retained(wgc_finalizer *finalizer, void *object, void *data)
{
    struct retained *retained = data;
    assert_non_null(finalizer);
    retained->objects[retained->count++] = object;
}

static void
F12_finalizers_that_keep_their_own_object_are_found(void **state)
{
    wgc_heap *heap = *state;
    struct retained retained = {.count = 0};
    void *good = roots[0] = wgc_alloc(heap, 16);
    void **bad = wgc_alloc(heap, 16);
    assert_non_null(wgc_finalizer_new(heap, good, nothing, NULL));
    assert_non_null(wgc_finalizer_new(heap, bad, nothing, bad));
    collect_exact(heap);
    assert_int_equal(wgc_find_self_retained(heap, NULL, NULL), 1);
    assert_int_equal(wgc_find_self_retained(heap, note_retained, &retained), 1);
    assert_ptr_equal(retained.objects[0], bad);
    assert_int_equal(stats_of(heap).self_retained, 1);
    roots[1] = bad;
    collect_exact(heap);
    assert_int_equal(wgc_find_self_retained(heap, NULL, NULL), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(a_heap_in_use_is_whole),
        cmocka_unit_test(questions_on_a_foreign_heap_are_refused),
        cmocka_unit_test(a_report_is_text_of_any_length),
        EXACT_TEST(walk_meets_every_object_once_by_ascending_address),
        EXACT_TEST(walk_tells_size_kind_and_state),
        cmocka_unit_test(walk_tells_whose_callback_waits),
        EXACT_TEST(a_path_leads_from_a_range_through_objects),
        EXACT_TEST(a_path_is_a_shortest_one_and_may_be_cut_short),
        EXACT_TEST(garbage_has_no_path),
        EXACT_TEST(a_path_names_pins_and_callbacks),
        EXACT_TEST(a_path_follows_trace_functions_and_bitmaps),
        EXACT_TEST(a_path_goes_through_ephemerons_maps_and_guards),
        cmocka_unit_test(a_path_names_the_queue_and_finalizers),
        cmocka_unit_test(a_path_names_static_data_and_the_stack),
        cmocka_unit_test(a_search_without_memory_says_so),
        cmocka_unit_test(a_step_is_text),
        EXACT_TEST(F12_finalizers_that_keep_their_own_object_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
