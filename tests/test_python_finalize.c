/* SPDX-License-Identifier: MIT */
/* weakref.finalize: rules F1 to F21 of the shim. */
#include "python_scene.h"

/* ---- Life ------------------------------------------------------------- */

static void
F1_a_finalizer_lives_without_a_handle(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    finalize_saying(roots[0], "a");
    cycle();
    cycle();
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("a ");
}

static void
F1_a_finalizer_starts_alive(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_saying(roots[0], "a");
    assert_true(alive(roots[1]));
    assert_true(wgc_py_is_finalize(py, roots[1]));
}

static bool
return_closure(function *self, const struct frame *frame)
{
    *frame->result = self->closure;
    return say(self, frame);
}

static void
F2_a_call_runs_it_once_and_returns_its_value(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[2] = new_object(2);
    roots[1] = finalize(roots[0], new_function(return_closure, "a", roots[2]));
    assert_ptr_equal(call(roots[1]), roots[2]);
    assert_log("a ");
    assert_false(alive(roots[1]));
    assert_ptr_equal(call(roots[1]), NONE);
    assert_log("");
    roots[3] = finalize_saying(roots[0], "b");
    assert_ptr_equal(call(roots[3]), NONE); /* what it left there */
    roots[4] = finalize_saying(roots[0], "c");
    assert_true(wgc_py_finalize_call(py, roots[4], 0, NULL));
    assert_log("b c ");
}

/* The finalizer is in root 1. */
static bool
expect_dead(function *self, const struct frame *frame)
{
    assert_false(alive(roots[1]));
    assert_ptr_equal(call(roots[1]), NONE);
    assert_null(peek(roots[1]));
    assert_null(detach(roots[1]));
    assert_false(wgc_py_finalize_atexit(py, roots[1]));
    return say(self, frame);
}

static void
F3_it_is_dead_before_its_function_runs(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize(roots[0], new_function(expect_dead, "call", NULL));
    call(roots[1]);
    roots[1] = finalize(roots[0], new_function(expect_dead, "death", NULL));
    roots[0] = NULL;
    cycle();
    roots[0] = new_object(2);
    roots[1] = finalize(roots[0], new_function(expect_dead, "exit", NULL));
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 1);
    assert_log("call death exit ");
}

static void
F4_an_exception_of_a_call_propagates_and_it_stays_dead(void **state)
{
    (void)state;
    void *result = roots;
    roots[0] = new_object(1);
    roots[1] = finalize(roots[0], new_function(raise_error, "a", NULL));
    assert_false(wgc_py_finalize_call(py, roots[1], 0, &result));
    assert_raised(HOST_ERROR);
    assert_ptr_equal(result, NONE);
    assert_int_equal(reports, 0);
    assert_false(alive(roots[1]));
    assert_ptr_equal(call(roots[1]), NONE);
    roots[0] = NULL;
    cycle();
    assert_log("a ");
}

/* ---- Peek and detach -------------------------------------------------- */

/* finalize(roots[0], roots[9], roots[10], 5, k=roots[11], l=7) */
static wgc_py_finalize *
finalize_with_all(body *code)
{
    static char k, l;
    roots[9] = new_function(code, "a", NULL);
    roots[10] = new_object(10);
    roots[11] = new_object(11);
    void *args[] = {roots[10], (void *)5};
    void *names[] = {&k, &l};
    void *values[] = {roots[11], (void *)7};
    wgc_py_finalize *result =
        wgc_py_finalize_new(py, roots[0], roots[9], args, 2, names, values, 2);
    assert_non_null(result);
    return result;
}

static void
assert_is_all(const wgc_py_call *contents)
{
    assert_non_null(contents);
    assert_ptr_equal(contents->object, roots[0]);
    assert_ptr_equal(contents->func, roots[9]);
    assert_int_equal(contents->nargs, 2);
    assert_int_equal(contents->nkw, 2);
    assert_ptr_equal(contents->args[0], roots[10]);
    assert_ptr_equal(contents->args[1], (void *)5);
    assert_ptr_equal(contents->values[0], roots[11]);
    assert_ptr_equal(contents->values[1], (void *)7);
    assert_ptr_not_equal(contents->names[0], contents->names[1]);
}

static bool
expect_all(function *self, const struct frame *frame)
{
    assert_int_equal(frame->nargs, 2);
    assert_int_equal(frame->nkw, 2);
    assert_ptr_equal(frame->args[0], roots[10]);
    assert_ptr_equal(frame->args[1], (void *)5);
    assert_ptr_equal(frame->values[0], roots[11]);
    assert_ptr_equal(frame->values[1], (void *)7);
    return say(self, frame);
}

static void
F5_peek_tells_and_leaves_it_alive(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(expect_all);
    assert_is_all(peek(roots[1]));
    assert_true(alive(roots[1]));
    call(roots[1]);
    assert_log("a ");
    assert_null(peek(roots[1]));
}

static void
F5_detach_tells_and_kills_it(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(expect_all);
    assert_is_all(detach(roots[1]));
    assert_false(alive(roots[1]));
    assert_null(peek(roots[1]));
    assert_null(detach(roots[1]));
    assert_ptr_equal(call(roots[1]), NONE);
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
F5_what_peek_returned_keeps_what_it_names(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(expect_all);
    wgc_py_call *peeked = peek(roots[1]);
    roots[2] = peeked;
    hidden held[] = {hide(roots[0]), hide(roots[9]), hide(roots[10]),
                     hide(roots[11])};
    call(roots[1]);
    roots[0] = roots[1] = roots[9] = roots[10] = roots[11] = NULL;
    cycle();
    for (int i = 0; i < 4; i++)
        assert_true(is_alive(heap, held[i]));
    assert_int_equal(((object *)peeked->args[0])->value, 10);
    roots[2] = NULL;
    cycle();
    for (int i = 0; i < 4; i++)
        assert_false(is_alive(heap, held[i]));
}

static void
F6_peek_returns_a_copy(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(expect_all);
    wgc_py_call *peeked = peek(roots[1]);
    peeked->args[0] = peeked->values[0] = peeked->names[0] = NULL;
    peeked->func = peeked->object = NULL;
    peeked->nargs = peeked->nkw = 1000000;
    roots[2] = peeked;
    cycle(); /* the counts are the host's, not the collector's */
    assert_is_all(peek(roots[1]));
    call(roots[1]);
    assert_log("a ");
}

/* ---- Death ------------------------------------------------------------ */

static void
F7_death_runs_it_with_its_arguments(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(expect_all);
    roots[0] = NULL;
    cycle();
    assert_log("a ");
    assert_false(alive(roots[1]));
}

static void
F7_an_exception_after_death_is_reported(void **state)
{
    (void)state;
    void *target = new_object(1);
    finalize_saying(target, "old");
    function *bad = new_function(raise_error, "bad", NULL);
    roots[1] = finalize(target, bad);
    finalize_saying(target, "new");
    cycle();
    assert_log("new bad ! old ");
    assert_int_equal(reported_kind, WGC_PY_FINALIZE);
    assert_ptr_equal(reported_source, roots[1]);
    assert_ptr_equal(reported_callable, bad);
}

/* Calls, detaches and shuts down from inside. */
static bool
try_again(function *self, const struct frame *frame)
{
    say(self, frame);
    call(roots[1]);
    call(roots[2]);
    detach(roots[1]);
    wgc_py_shutdown(py, SIZE_MAX);
    cycle();
    return true;
}

static void
F8_it_runs_once_in_any_nesting(void **state)
{
    (void)state;
    object *target = new_object(1);
    roots[1] = finalize(target, new_function(try_again, "1", NULL));
    roots[2] = finalize(target, new_function(try_again, "2", NULL));
    roots[3] = finalize(target, new_function(try_again, "3", NULL));
    cycle();
    assert_log("3 1 2 ");
    call(roots[1]);
    wgc_py_shutdown(py, SIZE_MAX);
    cycle();
    assert_log("");
}

static void
F9_several_on_one_object_run_newest_first(void **state)
{
    (void)state;
    void *target = new_object(1);
    finalize_saying(target, "1");
    finalize_saying(target, "2");
    finalize_saying(target, "3");
    cycle();
    assert_log("3 2 1 ");
}

static hidden arguments[2];

/* The arguments are nowhere else while it runs. */
static bool
collect_and_use(function *self, const struct frame *frame)
{
    cycle();
    log_add("%d%d ", is_alive(heap, arguments[0]),
            is_alive(heap, arguments[1]));
    assert_int_equal(((object *)frame->args[0])->value, 10);
    assert_int_equal(((object *)frame->values[0])->value, 11);
    return say(self, frame);
}

static void
hide_arguments(void)
{
    arguments[0] = hide(roots[10]);
    arguments[1] = hide(roots[11]);
    roots[9] = roots[10] = roots[11] = NULL;
}

static void
assert_arguments_gone(void)
{
    cycle();
    assert_false(is_alive(heap, arguments[0]));
    assert_false(is_alive(heap, arguments[1]));
}

static void
F10_arguments_are_released_when_it_was_called(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(collect_and_use);
    hide_arguments();
    cycle();
    assert_true(is_alive(heap, arguments[0]));
    call(roots[1]);
    assert_log("11 a ");
    assert_arguments_gone();
}

static void
F10_arguments_are_released_when_it_ran(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(collect_and_use);
    hide_arguments();
    roots[0] = NULL;
    cycle();
    assert_log("11 a ");
    assert_arguments_gone();
}

static void
F10_arguments_are_released_when_it_was_detached(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_with_all(collect_and_use);
    hide_arguments();
    detach(roots[1]);
    assert_arguments_gone();
    assert_log("");
}

static bool
keep_argument(function *self, const struct frame *frame)
{
    roots[5] = frame->args[0];
    return say(self, frame);
}

static void
F11_an_object_reachable_through_arguments_outlives_the_call(void **state)
{
    (void)state;
    void *target = new_object(1);
    void *chained = new_object(2);
    roots[1] = ref(chained, NULL);
    finalize_saying(chained, "chained");
    finalize_with(target, new_function(say, "first", NULL), chained);
    cycle();
    assert_log("first ");
    assert_false(is_dead(roots[1]));
    cycle();
    assert_log("chained ");
    assert_true(is_dead(roots[1]));
}

static void
F11_a_function_may_keep_its_arguments(void **state)
{
    (void)state;
    void *target = new_object(1);
    void *kept = new_object(2);
    finalize_saying(kept, "kept");
    finalize_with(target, new_function(keep_argument, "first", NULL), kept);
    cycle();
    cycle();
    assert_log("first ");
    assert_int_equal(((object *)roots[5])->value, 2);
    roots[5] = NULL;
    cycle();
    assert_log("kept ");
}

static void
F12_arguments_that_reach_the_object_keep_it_and_are_counted(void **state)
{
    (void)state;
    void *target = new_object(1);
    object *left = new_object(2);
    object *right = new_object(3);
    roots[1] = finalize_with(target, NONE, target);
    finalize_with(left, NONE, right); /* a mutual pair */
    finalize_with(right, NONE, left);
    roots[0] = new_object(4);
    finalize_with(roots[0], NONE, roots[0]); /* kept by a root, too */
    hidden kept = hide(target);
    cycle();
    cycle();
    assert_true(is_alive(heap, kept));
    assert_int_equal(stats_of(heap).self_retained, 3);
    detach(roots[1]);
    cycle();
    assert_false(is_alive(heap, kept));
    assert_int_equal(stats_of(heap).self_retained, 2);
}

static void
F13_what_cannot_be_called_fails_only_when_it_runs(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize(roots[0], roots[0]);
    roots[2] = finalize(roots[0], NONE);
    assert_false(wgc_py_finalize_call(py, roots[1], 0, NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    roots[0] = NULL;
    cycle();
    assert_int_equal(reports, 1);
    assert_ptr_equal(reported_source, roots[2]);
}

static void
F14_a_call_with_arguments_is_a_type_error(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_saying(roots[0], "a");
    for (size_t extra = 1; extra < 3; extra++) {
        assert_false(wgc_py_finalize_call(py, roots[1], extra, NULL));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    assert_true(alive(roots[1]));
    assert_log("");
}

static void
F15_finalizers_are_distinct(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[9] = new_function(say, "a", NULL);
    roots[1] = finalize(roots[0], roots[9]);
    roots[2] = finalize(roots[0], roots[9]);
    assert_ptr_not_equal(roots[1], roots[2]);
}

/* ---- Pending ---------------------------------------------------------- */

/* Looks at the finalizer in its closure, which is of the same batch. */
static bool
detach_pending(function *self, const struct frame *frame)
{
    say(self, frame);
    assert_true(alive(self->closure));
    assert_null(peek(self->closure));
    assert_null(detach(self->closure));
    assert_true(alive(self->closure));
    return true;
}

static void
F16_a_pending_one_is_alive_and_detach_does_not_cancel_it(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = finalize_saying(target, "pending");
    finalize(target, new_function(detach_pending, "first", roots[1]));
    cycle();
    assert_log("first pending ");
    assert_false(alive(roots[1]));
}

static bool
call_closure(function *self, const struct frame *frame)
{
    say(self, frame);
    *frame->result = call(self->closure);
    return true;
}

static void
F17_a_pending_one_can_be_called_and_does_not_run_again(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = finalize_saying(target, "pending");
    roots[2] = ref_saying(target, "between");
    finalize(target, new_function(call_closure, "first", roots[1]));
    cycle();
    assert_log("first pending between ");
    cycle();
    assert_log("");
}

static bool
finalize_more(function *self, const struct frame *frame)
{
    finalize_saying(roots[3], "live");
    finalize_saying(new_object(9), "new");
    return say(self, frame);
}

static void
F18_a_callback_may_make_finalizers(void **state)
{
    (void)state;
    roots[3] = new_object(3);
    finalize(new_object(1), new_function(finalize_more, "a", NULL));
    cycle();
    assert_log("a ");
    cycle();
    assert_log("new ");
    roots[3] = NULL;
    cycle();
    assert_log("live ");
}

static void
F19_a_finalizer_can_be_referenced(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    void *finalizer = finalize_saying(roots[0], "a");
    roots[1] = ref(finalizer, NULL);
    cycle();
    assert_ptr_equal(deref(roots[1]), finalizer);
    call(finalizer);
    cycle();
    assert_true(is_dead(roots[1]));
}

static void
F20_atexit_is_true_until_it_is_dead(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_saying(roots[0], "a");
    assert_true(wgc_py_finalize_atexit(py, roots[1]));
    wgc_py_finalize_set_atexit(py, roots[1], false);
    assert_false(wgc_py_finalize_atexit(py, roots[1]));
    wgc_py_finalize_set_atexit(py, roots[1], true);
    assert_true(wgc_py_finalize_atexit(py, roots[1]));
    call(roots[1]);
    assert_false(wgc_py_finalize_atexit(py, roots[1]));
    wgc_py_finalize_set_atexit(py, roots[1], true);
    assert_false(wgc_py_finalize_atexit(py, roots[1]));
}

static void
F21_shutdown_runs_the_alive_ones_with_atexit(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = finalize_saying(roots[0], "1");
    roots[2] = finalize_saying(roots[0], "2");
    roots[3] = finalize_saying(roots[0], "3");
    wgc_py_finalize_set_atexit(py, roots[2], false);
    detach(roots[1]);
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 1);
    assert_log("3 ");
    assert_true(alive(roots[2]));
    assert_false(alive(roots[3]));
}

/* ---- Bad input -------------------------------------------------------- */

static void
what_cannot_be_referenced_cannot_be_finalized(void **state)
{
    (void)state;
    static int elsewhere;
    roots[0] = new_object(1);
    void *wrong[] = {NULL, &elsewhere, (char *)roots[0] + 8, (void *)3};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(
            wgc_py_finalize_new(py, wrong[i], NONE, NULL, 0, NULL, NULL, 0));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
}

static void
more_arguments_than_there_is_memory_are_refused(void **state)
{
    (void)state;
    void *args[1] = {NULL};
    roots[0] = new_object(1);
    assert_null(wgc_py_finalize_new(py, roots[0], NONE, args, SIZE_MAX / 8,
                                    NULL, NULL, 0));
    assert_raised(WGC_PY_MEMORY_ERROR);
    assert_null(wgc_py_finalize_new(py, roots[0], NONE, NULL, 0, args, args,
                                    SIZE_MAX / 16));
    assert_raised(WGC_PY_MEMORY_ERROR);
    roots[0] = NULL;
    cycle();
    assert_int_equal(reports, 0);
}

static void
what_is_no_finalizer_is_recognised(void **state)
{
    (void)state;
    static int elsewhere;
    wgc_py_call *contents;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[2] = finalize_saying(roots[0], "f");
    void *wrong[] = {NULL,     &elsewhere,           (void *)7, roots[0],
                     roots[1], (char *)roots[2] + 8, py,        heap};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(alive(wrong[i]));
        assert_false(wgc_py_is_finalize(py, wrong[i]));
        assert_false(wgc_py_finalize_atexit(py, wrong[i]));
        wgc_py_finalize_set_atexit(py, wrong[i], false);
        assert_false(wgc_py_finalize_call(py, wrong[i], 0, NULL));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_finalize_peek(py, wrong[i], &contents));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_finalize_detach(py, wrong[i], &contents));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    call(roots[2]);
    assert_log("f ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(F1_a_finalizer_lives_without_a_handle),
        SCENE_TEST(F1_a_finalizer_starts_alive),
        SCENE_TEST(F2_a_call_runs_it_once_and_returns_its_value),
        SCENE_TEST(F3_it_is_dead_before_its_function_runs),
        SCENE_TEST(F4_an_exception_of_a_call_propagates_and_it_stays_dead),
        SCENE_TEST(F5_peek_tells_and_leaves_it_alive),
        SCENE_TEST(F5_detach_tells_and_kills_it),
        SCENE_TEST(F5_what_peek_returned_keeps_what_it_names),
        SCENE_TEST(F6_peek_returns_a_copy),
        SCENE_TEST(F7_death_runs_it_with_its_arguments),
        SCENE_TEST(F7_an_exception_after_death_is_reported),
        SCENE_TEST(F8_it_runs_once_in_any_nesting),
        SCENE_TEST(F9_several_on_one_object_run_newest_first),
        SCENE_TEST(F10_arguments_are_released_when_it_was_called),
        SCENE_TEST(F10_arguments_are_released_when_it_ran),
        SCENE_TEST(F10_arguments_are_released_when_it_was_detached),
        SCENE_TEST(F11_an_object_reachable_through_arguments_outlives_the_call),
        SCENE_TEST(F11_a_function_may_keep_its_arguments),
        SCENE_TEST(F12_arguments_that_reach_the_object_keep_it_and_are_counted),
        SCENE_TEST(F13_what_cannot_be_called_fails_only_when_it_runs),
        SCENE_TEST(F14_a_call_with_arguments_is_a_type_error),
        SCENE_TEST(F15_finalizers_are_distinct),
        SCENE_TEST(F16_a_pending_one_is_alive_and_detach_does_not_cancel_it),
        SCENE_TEST(F17_a_pending_one_can_be_called_and_does_not_run_again),
        SCENE_TEST(F18_a_callback_may_make_finalizers),
        SCENE_TEST(F19_a_finalizer_can_be_referenced),
        SCENE_TEST(F20_atexit_is_true_until_it_is_dead),
        SCENE_TEST(F21_shutdown_runs_the_alive_ones_with_atexit),
        SCENE_TEST(what_cannot_be_referenced_cannot_be_finalized),
        SCENE_TEST(more_arguments_than_there_is_memory_are_refused),
        SCENE_TEST(what_is_no_finalizer_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
