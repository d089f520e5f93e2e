/* SPDX-License-Identifier: MIT */
/*
 * Everything that is a root but the stack: ranges, callbacks, pins, the data
 * of the program and of libraries loaded later, thread-local variables.
 * argv[1], or TEST_MODULE, is the library built from module_root.c.
 */
#include "support.h"

#include <dlfcn.h>

/* ---- Ranges ----------------------------------------------------------- */

/* A heap without roots[], and words of its own that no heap knows yet. */
static void **words;
enum { WORDS = 4096 };

static int
setup_bare(void **state)
{
    *state = wgc_heap_new(&(wgc_config){.no_globals = true});
    words = calloc(WORDS, sizeof *words);
    (void)wgc_last_status();
    return *state && words ? 0 : -1;
}

static int
teardown_bare(void **state)
{
    free(words);
    return wgc_heap_free(*state) == WGC_OK ? 0 : -1;
}

#define BARE_TEST(fn)                                                          \
    cmocka_unit_test_setup_teardown(fn, setup_bare, teardown_bare)

static hidden
put_object(wgc_heap *heap, void **word)
{
    *word = wgc_alloc(heap, 64);
    assert_non_null(*word);
    return hide(*word);
}

static void
a_range_is_read_at_every_cycle_until_it_is_removed(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_root_add(heap, words, words + 4), WGC_OK);
    hidden first = put_object(heap, &words[0]);
    hidden last = put_object(heap, &words[3]);
    hidden beyond = put_object(heap, &words[4]);
    collect_exact(heap);
    assert_true(is_alive(heap, first));
    assert_true(is_alive(heap, last));
    assert_false(is_alive(heap, beyond));
    words[0] = NULL;
    hidden later = put_object(heap, &words[1]);
    collect_exact(heap);
    assert_false(is_alive(heap, first));
    assert_true(is_alive(heap, later));
    assert_int_equal(wgc_root_remove(heap, words, words + 4), WGC_OK);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
a_range_added_twice_is_removed_twice(void **state)
{
    wgc_heap *heap = *state;
    hidden object = put_object(heap, &words[0]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wgc_root_add(heap, words, words + 1), WGC_OK);
    for (int i = 0; i < 3; i++) {
        collect_exact(heap);
        assert_true(is_alive(heap, object));
        assert_int_equal(wgc_root_remove(heap, words, words + 1), WGC_OK);
    }
    assert_int_equal(wgc_root_remove(heap, words, words + 1), WGC_NOT_FOUND);
    collect_exact(heap);
    assert_false(is_alive(heap, object));
}

static void
nested_ranges_are_ranges_of_their_own(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_root_add(heap, words, words + 10), WGC_OK);
    assert_int_equal(wgc_root_add(heap, words + 2, words + 5), WGC_OK);
    assert_int_equal(wgc_root_add(heap, words + 4, words + 12), WGC_OK);
    hidden outer = put_object(heap, &words[0]);
    hidden inner = put_object(heap, &words[2]);
    hidden shared = put_object(heap, &words[4]);
    hidden right = put_object(heap, &words[11]);
    assert_int_equal(wgc_root_remove(heap, words, words + 10), WGC_OK);
    collect_exact(heap);
    assert_false(is_alive(heap, outer));
    assert_true(is_alive(heap, inner));
    assert_true(is_alive(heap, shared));
    assert_true(is_alive(heap, right));
    assert_int_equal(wgc_root_remove(heap, words + 4, words + 12), WGC_OK);
    collect_exact(heap);
    assert_true(is_alive(heap, shared));
    assert_false(is_alive(heap, right));
    assert_int_equal(wgc_root_remove(heap, words + 2, words + 5), WGC_OK);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
only_whole_aligned_words_of_a_range_count(void **state)
{
    wgc_heap *heap = *state;
    hidden objects[4];
    for (size_t i = 0; i < 4; i++)
        objects[i] = put_object(heap, &words[i]);
    const char *low = (const char *)words + 1;
    const char *high = (const char *)(words + 4) - 1;
    assert_int_equal(wgc_root_add(heap, low, high), WGC_OK);
    collect_exact(heap);
    assert_false(is_alive(heap, objects[0]));
    assert_true(is_alive(heap, objects[1]));
    assert_true(is_alive(heap, objects[2]));
    assert_false(is_alive(heap, objects[3]));
    assert_int_equal(wgc_root_remove(heap, words, words + 4), WGC_NOT_FOUND);
    assert_int_equal(wgc_root_remove(heap, low, high), WGC_OK);
    assert_int_equal(wgc_root_add(heap, low + 1, low + 3), WGC_OK);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
    assert_int_equal(wgc_root_remove(heap, low + 1, low + 3), WGC_OK);
}

static void
an_empty_range_is_a_range(void **state)
{
    wgc_heap *heap = *state;
    hidden object = put_object(heap, &words[0]);
    assert_int_equal(wgc_root_add(heap, words, words), WGC_OK);
    collect_exact(heap);
    assert_false(is_alive(heap, object));
    assert_int_equal(wgc_root_remove(heap, words, words), WGC_OK);
    assert_int_equal(wgc_root_remove(heap, words, words), WGC_NOT_FOUND);
}

static void
wrong_ranges_are_refused(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_root_add(heap, words + 1, words), WGC_INVALID);
    assert_status(WGC_INVALID);
    assert_int_equal(wgc_root_remove(heap, words + 1, words), WGC_INVALID);
    assert_int_equal(wgc_root_remove(heap, words, words + 1), WGC_NOT_FOUND);
    assert_status(WGC_NOT_FOUND);
    assert_int_equal(wgc_root_add(heap, words, words + 2), WGC_OK);
    assert_int_equal(wgc_root_remove(heap, words, words + 1), WGC_NOT_FOUND);
    assert_int_equal(wgc_root_remove(heap, words + 1, words + 2),
                     WGC_NOT_FOUND);
    hidden object = put_object(heap, &words[1]);
    collect_exact(heap);
    assert_true(is_alive(heap, object));
}

static void
thousands_of_ranges_come_and_go_in_any_order(void **state)
{
    wgc_heap *heap = *state;
    random_state random = random_seeded(3);
    bool added[WORDS] = {false};
    hidden objects[WORDS];
    for (size_t i = 0; i < WORDS; i++) {
        assert_int_equal(wgc_root_add(heap, &words[i], &words[i + 1]), WGC_OK);
        added[i] = true;
        objects[i] = put_object(heap, &words[i]);
    }
    for (size_t left = WORDS; left > WORDS / 8;) {
        size_t i = random_below(&random, WORDS);
        wgc_status expected = added[i] ? WGC_OK : WGC_NOT_FOUND;
        assert_int_equal(wgc_root_remove(heap, &words[i], &words[i + 1]),
                         expected);
        left -= added[i];
        added[i] = false;
    }
    collect_exact(heap);
    for (size_t i = 0; i < WORDS; i++)
        assert_int_equal(is_alive(heap, objects[i]), added[i]);
}

/* ---- Callbacks -------------------------------------------------------- */

static size_t calls;

static void
visit_words(wgc_tracer *tracer, void *data)
{
    void **pair = data;
    calls++;
    wgc_visit(tracer, pair[0]);
    wgc_visit(tracer, NULL);
    wgc_visit(tracer, &calls);
    wgc_visit_range(tracer, pair + 1, pair + 2);
    wgc_visit_range(tracer, pair + 1, pair + 1);
}

static void
a_root_callback_reports_roots_at_every_cycle(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_root_add_callback(heap, visit_words, words), WGC_OK);
    assert_int_equal(wgc_root_add_callback(heap, visit_words, words + 2),
                     WGC_OK);
    hidden objects[4];
    for (size_t i = 0; i < 4; i++)
        objects[i] = put_object(heap, &words[i]);
    words[0] = (char *)words[0] + 33;
    calls = 0;
    collect_exact(heap);
    assert_int_equal(calls, 2);
    for (size_t i = 0; i < 4; i++)
        assert_true(is_alive(heap, objects[i]));
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words),
                     WGC_OK);
    collect_exact(heap);
    assert_int_equal(calls, 3);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(is_alive(heap, objects[i]), i >= 2);
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words + 2),
                     WGC_OK);
    collect_exact(heap);
    assert_int_equal(calls, 3);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
wrong_root_callbacks_are_refused(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(wgc_root_add_callback(heap, NULL, words), WGC_INVALID);
    assert_status(WGC_INVALID);
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words),
                     WGC_NOT_FOUND);
    assert_status(WGC_NOT_FOUND);
    assert_int_equal(wgc_root_add_callback(heap, visit_words, words), WGC_OK);
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words + 1),
                     WGC_NOT_FOUND);
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words),
                     WGC_OK);
    assert_int_equal(wgc_root_remove_callback(heap, visit_words, words),
                     WGC_NOT_FOUND);
}

static wgc_heap *meddled;
static wgc_status meddled_status[4];

static void
meddle_with_roots(wgc_tracer *tracer, void *data)
{
    (void)tracer;
    (void)data;
    meddled_status[0] = wgc_root_remove(meddled, words, words + 8);
    meddled_status[1] = wgc_root_add(meddled, words + 8, words + 16);
    meddled_status[2] =
        wgc_root_remove_callback(meddled, meddle_with_roots, NULL);
    meddled_status[3] = wgc_unpin(meddled, words[20]);
}

static void
BS9_roots_cannot_be_removed_inside_a_cycle(void **state)
{
    wgc_heap *heap = meddled = *state;
    assert_int_equal(wgc_root_add(heap, words, words + 8), WGC_OK);
    assert_int_equal(wgc_root_add_callback(heap, meddle_with_roots, NULL),
                     WGC_OK);
    hidden in_range = put_object(heap, &words[7]);
    hidden outside = put_object(heap, &words[8]);
    hidden pinned = put_object(heap, &words[20]);
    assert_int_equal(wgc_pin(heap, words[20]), WGC_OK);
    for (int round = 0; round < 2; round++) {
        memset(meddled_status, 0, sizeof meddled_status);
        collect_exact(heap);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(meddled_status[i], WGC_BUSY);
        assert_true(is_alive(heap, in_range));
        assert_true(is_alive(heap, pinned));
        assert_false(is_alive(heap, outside));
    }
}

static void *plain_global;

/* tgc once returned after the first root, so the kinds are mixed. */
static void
BS9_every_kind_of_root_is_scanned_to_its_end(void **state)
{
    (void)state;
    wgc_heap *heap = wgc_heap_new(NULL);
    assert_non_null(heap);
    void **outside = calloc(100, sizeof *outside);
    hidden ranges[40], callbacks[20], pins[30];
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(wgc_root_add(heap, &outside[i], &outside[i + 1]),
                         WGC_OK);
        ranges[i] = put_object(heap, &outside[i]);
    }
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(
            wgc_root_add_callback(heap, visit_words, &outside[40 + 2 * i]),
            WGC_OK);
        callbacks[i] = put_object(heap, &outside[40 + 2 * i]);
    }
    for (size_t i = 0; i < 30; i++) {
        void *object = wgc_alloc(heap, 64);
        pins[i] = hide(object);
        assert_int_equal(wgc_pin(heap, object), WGC_OK);
    }
    hidden in_data = put_object(heap, &plain_global);
    collect_exact(heap);
    for (size_t i = 0; i < 40; i++)
        assert_true(is_alive(heap, ranges[i]));
    for (size_t i = 0; i < 20; i++)
        assert_true(is_alive(heap, callbacks[i]));
    for (size_t i = 0; i < 30; i++)
        assert_true(is_alive(heap, pins[i]));
    assert_true(is_alive(heap, in_data));
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
    free(outside);
}

/* ---- Pins ------------------------------------------------------------- */

static void
pins_are_counted(void **state)
{
    wgc_heap *heap = *state;
    void **object = wgc_alloc(heap, 64);
    object[0] = wgc_alloc(heap, 64);
    hidden address = hide(object), below = hide(object[0]);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(wgc_pin(heap, object), WGC_OK);
    for (int i = 0; i < 999; i++)
        assert_int_equal(wgc_unpin(heap, object), WGC_OK);
    collect_exact(heap);
    assert_true(is_alive(heap, address));
    assert_true(is_alive(heap, below));
    assert_int_equal(wgc_unpin(heap, object), WGC_OK);
    assert_int_equal(wgc_unpin(heap, object), WGC_NOT_FOUND);
    assert_status(WGC_NOT_FOUND);
    collect_exact(heap);
    assert_false(is_alive(heap, address));
    assert_false(is_alive(heap, below));
}

static void
a_pinned_object_cannot_be_released(void **state)
{
    wgc_heap *heap = *state;
    void *object = wgc_alloc(heap, 64);
    assert_int_equal(wgc_pin(heap, object), WGC_OK);
    assert_int_equal(wgc_free(heap, object), WGC_BUSY);
    assert_true(wgc_size(heap, object) >= 64);
    assert_int_equal(wgc_unpin(heap, object), WGC_OK);
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_int_equal(wgc_pin(heap, object), WGC_NOT_AN_OBJECT);
}

static void
thousands_of_objects_are_pinned_at_once(void **state)
{
    wgc_heap *heap = *state;
    enum { COUNT = 20000 };
    hidden *objects = malloc(COUNT * sizeof *objects);
    for (size_t i = 0; i < COUNT; i++) {
        void *object = wgc_alloc(heap, 16 + i % 300);
        objects[i] = hide(object);
        assert_int_equal(wgc_pin(heap, object), WGC_OK);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (i % 7)
            assert_int_equal(wgc_unpin(heap, reveal(objects[i])), WGC_OK);
    collect_exact(heap);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(is_alive(heap, objects[i]), i % 7 == 0);
    free(objects);
}

/* ---- Data segments and thread-local variables ------------------------- */

static void *in_bss[20000];
static void *in_data[] = {&plain_global, NULL, NULL};
static _Thread_local void *in_thread_bss[300];
static _Thread_local void *in_thread_data = &plain_global;

static void
set_variables(void ***variables, size_t count, wgc_heap *heap, hidden *objects)
{
    for (size_t i = 0; i < count; i++)
        objects[i] = put_object(heap, variables[i]);
}

static void
variables_keep_objects(void ***variables, size_t count, bool no_globals)
{
    wgc_heap *heap = wgc_heap_new(&(wgc_config){.no_globals = no_globals});
    assert_non_null(heap);
    hidden objects[16];
    set_variables(variables, count, heap, objects);
    collect_exact(heap);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(is_alive(heap, objects[i]), !no_globals);
    for (size_t i = 0; i < count; i++) {
        *variables[i] = NULL;
        collect_exact(heap);
        assert_false(is_alive(heap, objects[i]));
    }
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

static void
plain_and_thread_local_variables_are_roots(void **state)
{
    (void)state;
    void **variables[] = {
        &plain_global, &in_bss[0],        &in_bss[19999],      &in_data[0],
        &in_data[2],   &in_thread_bss[0], &in_thread_bss[299], &in_thread_data};
    variables_keep_objects(variables, 8, false);
}

static void
with_no_globals_variables_are_no_roots(void **state)
{
    (void)state;
    void **variables[] = {
        &plain_global, &in_bss[0],        &in_bss[19999],      &in_data[0],
        &in_data[2],   &in_thread_bss[0], &in_thread_bss[299], &in_thread_data};
    variables_keep_objects(variables, 8, true);
}

static const char *module_path;

static void **
module_variable_of(void *module, int which)
{
    void **(*find)(int);
    *(void **)&find = dlsym(module, "module_variable");
    assert_non_null(find);
    return find(which);
}

static void
check_module(wgc_heap *heap)
{
    enum { VARIABLES = 5 };
    hidden objects[VARIABLES];
    void *module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        fail_msg("%s", dlerror());
    for (int i = 0; i < VARIABLES; i++)
        objects[i] = put_object(heap, module_variable_of(module, i));
    for (int round = 0; round < 3; round++) {
        make_garbage(heap, 1000, 64);
        collect_exact(heap);
        for (int i = 0; i < VARIABLES; i++)
            assert_true(is_alive(heap, objects[i]));
    }
    assert_int_equal(dlclose(module), 0);
    collect_exact(heap);
    if (!dlopen(module_path, RTLD_NOW | RTLD_NOLOAD))
        for (int i = 0; i < 3; i++)
            assert_false(is_alive(heap, objects[i]));
}

static void
variables_of_a_library_loaded_later_are_roots(void **state)
{
    (void)state;
    if (!module_path)
        skip();
    wgc_heap *heap = wgc_heap_new(NULL);
    assert_non_null(heap);
    collect_exact(heap);
    for (int round = 0; round < 5; round++)
        check_module(heap);
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        BARE_TEST(a_range_is_read_at_every_cycle_until_it_is_removed),
        BARE_TEST(a_range_added_twice_is_removed_twice),
        BARE_TEST(nested_ranges_are_ranges_of_their_own),
        BARE_TEST(only_whole_aligned_words_of_a_range_count),
        BARE_TEST(an_empty_range_is_a_range),
        BARE_TEST(wrong_ranges_are_refused),
        BARE_TEST(thousands_of_ranges_come_and_go_in_any_order),
        BARE_TEST(a_root_callback_reports_roots_at_every_cycle),
        BARE_TEST(wrong_root_callbacks_are_refused),
        BARE_TEST(BS9_roots_cannot_be_removed_inside_a_cycle),
        cmocka_unit_test(BS9_every_kind_of_root_is_scanned_to_its_end),
        BARE_TEST(pins_are_counted),
        BARE_TEST(a_pinned_object_cannot_be_released),
        BARE_TEST(thousands_of_objects_are_pinned_at_once),
        cmocka_unit_test(plain_and_thread_local_variables_are_roots),
        cmocka_unit_test(with_no_globals_variables_are_no_roots),
        cmocka_unit_test(variables_of_a_library_loaded_later_are_roots),
    };
    module_path = argc > 1 ? argv[1] : getenv("TEST_MODULE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
