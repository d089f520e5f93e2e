/* SPDX-License-Identifier: MIT */
/*
 * When callbacks run, and how an interpreter ends: rules Q1 to Q12 as far as
 * the shim has a part in them, and the life of a context.
 */
#include <pthread.h>

#include "python_scene.h"

/* ---- Delivery --------------------------------------------------------- */

static void
Q1_automatic_cycles_only_queue(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.min_bytes = 65536});
    for (int i = 0; i < 64; i++)
        finalize_saying(new_object(i), "x");
    scrub_stack();
    size_t cycles = stats_of(heap).cycles;
    for (int i = 0; i < 1000; i++)
        assert_non_null(wgc_alloc(heap, 1024));
    assert_true(stats_of(heap).cycles > cycles);
    assert_true(wgc_pending(heap) > 0);
    assert_log("");
    assert_true(wgc_deliver(heap, 1) == 1);
    assert_log("x ");
}

static void
Q1_delivery_in_allocation_can_be_asked_for(void **state)
{
    (void)state;
    scene_reopen(
        (wgc_config){.min_bytes = 65536, .delivery = WGC_DELIVER_ALLOC});
    for (int i = 0; i < 64; i++)
        finalize_saying(new_object(i), "x");
    scrub_stack();
    for (int i = 0; i < 1000; i++)
        assert_non_null(wgc_alloc(heap, 1024));
    assert_string_not_equal(log_text, "");
}

static void
Q2_an_explicit_collection_drains(void **state)
{
    (void)state;
    roots[1] = ref_saying(new_object(1), "a");
    cycle();
    assert_log("a ");
    scene_reopen((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    roots[1] = ref_saying(new_object(1), "a");
    cycle();
    assert_log("");
    wgc_deliver(heap, SIZE_MAX);
    assert_log("a ");
}

static pthread_t expected_thread;

static bool
expect_thread(function *self, const struct frame *frame)
{
    assert_true(pthread_equal(pthread_self(), expected_thread));
    assert_non_null(new_object(1)); /* nothing is locked */
    assert_int_equal(wgc_collect(heap), WGC_OK);
    return say(self, frame);
}

static void
Q3_callbacks_run_unlocked_in_the_thread_that_drains(void **state)
{
    (void)state;
    expected_thread = pthread_self();
    roots[1] = ref(new_object(1), new_function(expect_thread, "a", NULL));
    cycle();
    assert_log("a ");
}

static unsigned depth;

/* Makes garbage with a callback like itself, and collects. */
static bool
go_on(function *self, const struct frame *frame)
{
    assert_int_equal(depth, 0);
    depth++;
    finalize(new_object(1), new_function(go_on, self->name, NULL));
    cycle();
    depth--;
    return say(self, frame);
}

static void
Q4_a_cycle_in_a_callback_queues_for_the_next_drain(void **state)
{
    (void)state;
    depth = 0;
    finalize(new_object(1), new_function(go_on, "x", NULL));
    cycle();
    assert_log("x ");
    assert_int_equal(wgc_pending(heap), 1);
}

static void
Q8_a_drain_ends_though_callbacks_make_more(void **state)
{
    (void)state;
    depth = 0;
    finalize(new_object(1), new_function(go_on, "x", NULL));
    for (int i = 0; i < 3; i++) {
        cycle();
        assert_log("x ");
        assert_int_equal(wgc_pending(heap), 1);
    }
}

static bool
just_collect(function *self, const struct frame *frame)
{
    roots[2] = NULL;
    cycle();
    return say(self, frame);
}

static void
Q5_a_collection_in_an_explicit_call_is_an_ordinary_one(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize(roots[0], new_function(just_collect, "end", NULL));
    roots[2] = new_object(2);
    roots[3] = ref_saying(roots[2], "inside");
    call(roots[1]);
    assert_log("inside end ");
}

static void
Q7_pending_callbacks_survive_collections(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    object *argument = new_object(5);
    hidden kept = hide(argument);
    roots[1] = ref_saying(new_object(1), "ref");
    roots[2] = ref(new_object(1), NULL);
    finalize_with(new_object(2), new_function(say, "fin", NULL), argument);
    for (int i = 0; i < 5; i++) {
        cycle();
        assert_true(is_dead(roots[2]));
    }
    roots[1] = NULL;
    cycle();
    assert_true(is_alive(heap, kept));
    assert_log("");
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 2);
    assert_log("ref fin ");
    cycle();
    assert_false(is_alive(heap, kept));
}

static jmp_buf escape;

static bool
leap(function *self, const struct frame *frame)
{
    say(self, frame);
    longjmp(escape, 1);
}

static void
a_callback_that_leaves_by_longjmp_loses_no_other(void **state)
{
    (void)state;
    object *target = new_object(1);
    roots[1] = ref_saying(target, "1");
    finalize_saying(target, "2");
    roots[3] = ref(target, new_function(leap, "3", NULL));
    finalize(target, new_function(leap, "4", NULL));
    for (int volatile leaps = 0; leaps < 2; leaps++)
        if (!setjmp(escape)) {
            cycle();
            fail();
        }
    cycle();
    assert_log("4 3 2 1 ");
    assert_ptr_equal(wgc_py_ref_callback(py, roots[3]), NONE);
}

/* ---- Shutdown --------------------------------------------------------- */

static bool
finalize_two_more(function *self, const struct frame *frame)
{
    say(self, frame);
    finalize_saying(roots[0], "new1");
    finalize_saying(roots[0], "new2");
    return true;
}

static void
Q9_shutdown_runs_newest_first_over_all_objects(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = new_object(2);
    finalize_saying(roots[0], "1");
    finalize_saying(roots[1], "2");
    finalize(roots[0], new_function(finalize_two_more, "3", NULL));
    finalize_saying(roots[1], "4");
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 6);
    assert_log("4 3 new2 new1 2 1 ");
}

static bool
switch_atexit(function *self, const struct frame *frame)
{
    wgc_py_finalize_set_atexit(py, roots[1], true);
    wgc_py_finalize_set_atexit(py, roots[2], false);
    detach(roots[3]);
    return say(self, frame);
}

static void
Q9_shutdown_follows_what_callbacks_change(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[2] = finalize_saying(roots[0], "2");
    roots[3] = finalize_saying(roots[0], "3");
    finalize(roots[0], new_function(switch_atexit, "s", NULL));
    roots[1] = finalize_saying(roots[0], "1");
    wgc_py_finalize_set_atexit(py, roots[1], false);
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 2);
    assert_log("s 1 ");
    assert_true(alive(roots[2]));
}

static void
Q9_shutdown_reports_exceptions_and_goes_on(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    finalize_saying(roots[0], "1");
    roots[9] = new_function(raise_error, "2", NULL);
    roots[2] = finalize(roots[0], roots[9]);
    finalize_saying(roots[0], "3");
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 3);
    assert_log("3 2 ! 1 ");
    assert_int_equal(reported_kind, WGC_PY_FINALIZE);
    assert_ptr_equal(reported_source, roots[2]);
    assert_ptr_equal(reported_callable, roots[9]);
}

static void
Q9_after_shutdown_a_call_kills_without_running(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_saying(roots[0], "a");
    wgc_py_finalize_set_atexit(py, roots[1], false);
    wgc_py_shutdown(py, SIZE_MAX);
    assert_true(alive(roots[1]));
    assert_non_null(peek(roots[1]));
    assert_ptr_equal(call(roots[1]), NONE);
    assert_false(alive(roots[1]));
    assert_log("");
}

static void
Q9_after_shutdown_callbacks_are_silent(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref_saying(roots[0], "ref");
    roots[2] = finalize_saying(roots[0], "fin");
    wgc_py_finalize_set_atexit(py, roots[2], false);
    wgc_py_shutdown(py, SIZE_MAX);
    roots[3] = ref_saying(roots[0], "late ref");
    roots[4] = finalize_saying(roots[0], "late fin");
    roots[0] = NULL;
    cycle();
    assert_log("");
    assert_true(is_dead(roots[1]));
    assert_true(is_dead(roots[3]));
    assert_false(alive(roots[2]));
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 0);
    assert_int_equal(wgc_pending(heap), 0);
}

static bool
finalize_again(function *self, const struct frame *frame)
{
    say(self, frame);
    finalize(roots[0], new_function(finalize_again, self->name, NULL));
    return true;
}

static void
Q9_an_endless_shutdown_can_be_bounded(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    finalize(roots[0], new_function(finalize_again, "x", NULL));
    assert_int_equal(wgc_py_shutdown(py, 3), 3);
    assert_log("x x x ");
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
Q9_a_context_can_end_without_running_anything(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref_saying(roots[0], "ref");
    finalize_with(roots[0], new_function(say, "fin", NULL), roots[0]);
    hidden target = hide(roots[0]);
    hidden context = hide(py);
    wgc_py_free(py);
    roots[0] = NULL;
    cycle();
    assert_log("");
    assert_false(is_alive(heap, target));
    assert_int_equal(stats_of(heap).finalizers, 0);
    assert_true(is_alive(heap, context)); /* the reference needs it */
    roots[1] = NULL;
    cycle();
    assert_false(is_alive(heap, context));
    wgc_py_free(NULL);
}

static void
Q10_shutdown_drains_what_is_pending_first(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    roots[0] = new_object(1);
    void *dying = new_object(2);
    roots[1] = ref_saying(dying, "pending ref");
    roots[2] = finalize_saying(dying, "pending fin");
    wgc_py_finalize_set_atexit(py, roots[2], false);
    finalize_saying(roots[0], "alive");
    cycle();
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 1);
    assert_log("pending fin pending ref alive ");
}

/* ---- Memory ----------------------------------------------------------- */

static void
Q11_callbacks_are_queued_though_memory_is_full(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.max_bytes = 4 << 20});
    size_t made = 0;
    roots[0] = new_object(1);
    function *counted = new_function(say, "x", NULL);
    roots[1] = counted;
    for (;; made++) {
        void *made_one =
            made % 2 ? (void *)wgc_py_ref_new(py, roots[0], counted)
                     : (void *)wgc_py_finalize_new(py, roots[0], counted, roots,
                                                   2, NULL, NULL, 0);
        if (!made_one)
            break;
        assert_true(made < ROOTS - 10);
        roots[10 + made] = made_one;
    }
    assert_raised(WGC_PY_MEMORY_ERROR);
    assert_true(made > 1000);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), made);
    roots[0] = NULL;
    cycle();
    /* The finalizers have the object as an argument. */
    assert_log("");
    for (size_t i = 0; i < made; i += 2)
        assert_non_null(detach(roots[10 + i]));
    cycle();
    assert_int_equal(strlen(log_text), made / 2 * 2);
}

static void
Q12_registration_may_collect_and_its_arguments_survive(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.stress = 1});
    static char name;
    for (int i = 0; i < 50; i++) {
        void **array = calloc(3, sizeof *array); /* where nothing is scanned */
        assert_non_null(array);
        roots[0] = array[0] = new_object(i);
        roots[1] = array[1] = new_object(i + 1);
        array[2] = &name;
        roots[4] = new_object(i + 2);
        roots[9] = new_function(say, "x", NULL);
        scrub_stack();
        roots[0] = roots[1] = NULL;
        roots[2] = wgc_py_finalize_new(py, roots[4], roots[9], array, 1,
                                       array + 2, array + 1, 1);
        free(array);
        assert_non_null(roots[2]);
        roots[3] = ref(new_object(i + 3), new_function(say, "y", NULL));
        wgc_py_call *contents = peek(roots[2]);
        assert_int_equal(((object *)contents->args[0])->value, i);
        assert_int_equal(((object *)contents->values[0])->value, i + 1);
        assert_ptr_equal(contents->names[0], &name);
    }
}

/* ---- Contexts --------------------------------------------------------- */

static void
a_context_needs_a_heap_and_a_call(void **state)
{
    (void)state;
    assert_null(wgc_py_new(heap, NULL));
    assert_null(wgc_py_new(heap, &(wgc_py_host){.none = NONE}));
    assert_null(wgc_py_new(NULL, &scene_host));
    assert_ptr_equal(wgc_py_heap(py), heap);
    assert_ptr_equal(wgc_py_host_of(py)->none, NONE);
    assert_null(wgc_py_heap(NULL));
    assert_null(wgc_py_host_of(NULL));
}

static void
without_a_context_nothing_happens(void **state)
{
    (void)state;
    wgc_py_call *contents;
    size_t hash;
    bool equal;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    assert_null(wgc_py_ref_new(NULL, roots[0], NULL));
    assert_null(wgc_py_ref_new_distinct(NULL, roots[0], NULL));
    assert_null(wgc_py_ref_new_args(NULL, roots, 1, 0));
    assert_null(wgc_py_ref_call(NULL, roots[1]));
    assert_null(wgc_py_ref_callback(NULL, roots[1]));
    assert_false(wgc_py_ref_hash(NULL, roots[1], &hash));
    assert_false(wgc_py_ref_equal(NULL, roots[1], roots[1], &equal));
    assert_int_equal(wgc_py_ref_count(NULL, roots[0]), 0);
    assert_null(
        wgc_py_finalize_new(NULL, roots[0], NONE, NULL, 0, NULL, NULL, 0));
    assert_false(wgc_py_finalize_call(NULL, NULL, 0, NULL));
    assert_false(wgc_py_finalize_peek(NULL, NULL, &contents));
    assert_false(wgc_py_finalize_detach(NULL, NULL, &contents));
    assert_false(wgc_py_finalize_alive(NULL, NULL));
    assert_int_equal(wgc_py_shutdown(NULL, SIZE_MAX), 0);
}

static void
two_contexts_on_one_heap_are_strangers(void **state)
{
    (void)state;
    wgc_py *other = wgc_py_new(heap, &scene_host);
    assert_non_null(other);
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[2] = wgc_py_ref_new(other, roots[0], NULL);
    assert_ptr_not_equal(roots[1], roots[2]);
    assert_false(wgc_py_is_ref(other, roots[1]));
    assert_ptr_equal(wgc_py_ref_call(other, roots[1]), NONE);
    finalize_saying(roots[0], "mine");
    assert_int_equal(wgc_py_shutdown(other, SIZE_MAX), 0);
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 1);
    assert_log("mine ");
}

static wgc_py_error error_elsewhere;

static void
note_error(wgc_py_error kind, const char *message, void *data)
{
    (void)message;
    (void)data;
    error_elsewhere = kind;
}

static void
many_references_and_finalizers_come_and_go(void **state)
{
    (void)state;
    wgc_enable(heap);
    wgc_py_host host = scene_host;
    host.error = note_error;
    error_elsewhere = (wgc_py_error)0;
    py = wgc_py_new(heap, &host);
    for (int i = 0; i < 200000; i++) {
        object *target = new_object(i);
        roots[i % 100] = ref(target, NULL);
        if (i % 4 == 0)
            finalize(target, new_function(raise_error, "", NULL));
        if (i % 1000 == 0)
            wgc_deliver(heap, SIZE_MAX);
        log_text[0] = '\0';
    }
    memset(roots, 0, 100 * sizeof *roots);
    cycle();
    cycle();
    assert_int_equal(reports, 50000);
    assert_int_equal(error_elsewhere, 0);
    assert_int_equal(stats_of(heap).weakrefs, 0);
    assert_int_equal(stats_of(heap).finalizers, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(Q1_automatic_cycles_only_queue),
        SCENE_TEST(Q1_delivery_in_allocation_can_be_asked_for),
        SCENE_TEST(Q2_an_explicit_collection_drains),
        SCENE_TEST(Q3_callbacks_run_unlocked_in_the_thread_that_drains),
        SCENE_TEST(Q4_a_cycle_in_a_callback_queues_for_the_next_drain),
        SCENE_TEST(Q5_a_collection_in_an_explicit_call_is_an_ordinary_one),
        SCENE_TEST(Q7_pending_callbacks_survive_collections),
        SCENE_TEST(Q8_a_drain_ends_though_callbacks_make_more),
        SCENE_TEST(a_callback_that_leaves_by_longjmp_loses_no_other),
        SCENE_TEST(Q9_shutdown_runs_newest_first_over_all_objects),
        SCENE_TEST(Q9_shutdown_follows_what_callbacks_change),
        SCENE_TEST(Q9_shutdown_reports_exceptions_and_goes_on),
        SCENE_TEST(Q9_after_shutdown_a_call_kills_without_running),
        SCENE_TEST(Q9_after_shutdown_callbacks_are_silent),
        SCENE_TEST(Q9_an_endless_shutdown_can_be_bounded),
        SCENE_TEST(Q9_a_context_can_end_without_running_anything),
        SCENE_TEST(Q10_shutdown_drains_what_is_pending_first),
        SCENE_TEST(Q11_callbacks_are_queued_though_memory_is_full),
        SCENE_TEST(Q12_registration_may_collect_and_its_arguments_survive),
        SCENE_TEST(a_context_needs_a_heap_and_a_call),
        SCENE_TEST(without_a_context_nothing_happens),
        SCENE_TEST(two_contexts_on_one_heap_are_strangers),
        SCENE_TEST(many_references_and_finalizers_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
