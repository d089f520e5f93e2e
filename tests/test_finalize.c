/* SPDX-License-Identifier: MIT */
/*
 * Finalizers that run after death: the rules F1 to F21 as far as they mean
 * something in C.  F6, F13 to F15 and F20 are of the host's language.
 */
#include "weak_scene.h"

static void
F1_a_finalizer_needs_no_handle(void **state)
{
    (void)state;
    roots[0] = new_node();
    after(roots[0], 'a');
    cycle();
    cycle();
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("a");
}

static void
F1_a_finalizer_starts_alive_and_keeps_no_object(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = after(object, 'a');
    assert_true(wgc_finalizer_alive(roots[0]));
    assert_ptr_equal(wgc_finalizer_object(roots[0]), object);
    cycle();
    assert_false(is_object(object));
    assert_false(wgc_finalizer_alive(roots[0]));
}

static void
F2_run_runs_it_once_and_is_false_then(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = after(roots[0], 'a');
    assert_true(wgc_finalizer_run(roots[1]));
    assert_log("a");
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_false(wgc_finalizer_run(roots[1]));
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static wgc_finalizer *self;

static void
question_self(void *object, void *data)
{
    assert_null(object);
    assert_false(wgc_finalizer_alive(self));
    assert_false(wgc_finalizer_run(self));
    assert_false(wgc_finalizer_cancel(self));
    assert_null(wgc_finalizer_object(self));
    log_data(data);
}

static void
F3_it_is_dead_before_its_callback_runs(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = self = new_after(roots[0], question_self, letter('a'));
    assert_true(wgc_finalizer_run(self));
    roots[1] = self = new_after(roots[0], question_self, letter('b'));
    roots[0] = NULL;
    cycle();
    assert_log("ab");
}

static jmp_buf out;

static void
leave(void *object, void *data)
{
    (void)object;
    log_data(data);
    longjmp(out, 1);
}

static void
F4_a_callback_that_leaves_an_explicit_run_is_not_run_again(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], leave, letter('a'));
    if (setjmp(out) == 0) {
        wgc_finalizer_run(roots[1]);
        fail_msg("the callback did not leave");
    }
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_false(wgc_finalizer_run(roots[1]));
    roots[0] = NULL;
    cycle();
    assert_log("a");
}

static void
F5_object_and_data_can_be_read_without_effect(void **state)
{
    static char data;

    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], log_after, &data);
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(wgc_finalizer_object(roots[1]), roots[0]);
        assert_ptr_equal(wgc_finalizer_data(roots[1]), &data);
        assert_true(wgc_finalizer_alive(roots[1]));
    }
    assert_true(wgc_finalizer_cancel(roots[1]));
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_null(wgc_finalizer_object(roots[1]));
    assert_null(wgc_finalizer_data(roots[1]));
}

static void
F5_a_cancelled_finalizer_never_runs(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = after(roots[0], 'a');
    after(roots[0], 'b');
    assert_true(wgc_finalizer_cancel(roots[1]));
    assert_false(wgc_finalizer_cancel(roots[1]));
    assert_false(wgc_finalizer_run(roots[1]));
    roots[0] = NULL;
    cycle();
    assert_log("b");
}

static void
F7_the_callback_runs_with_null_when_the_object_died(void **state)
{
    void *object = new_node();

    (void)state;
    after(object, 'a');
    cycle();
    assert_log("a");
    assert_false(is_object(object));
}

static void
run_first_root(void *object, void *data)
{
    (void)object;
    assert_true(wgc_finalizer_run(roots[1]));
    log_data(data);
}

static void
F8_exactly_once_if_a_sibling_runs_it(void **state)
{
    void *object = new_node();

    (void)state;
    roots[1] = after(object, 'a');
    new_after(object, run_first_root, letter('b'));
    cycle();
    assert_log("ab");
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_false(wgc_finalizer_run(roots[1]));
    assert_int_equal(wgc_finalizer_run_all(heap), 0);
    cycle();
    assert_log("");
}

static void
F8_exactly_once_if_a_callback_of_another_object_runs_it(void **state)
{
    (void)state;
    new_after(new_node(), run_first_root, letter('b'));
    roots[1] = after(new_node(), 'a');
    cycle();
    assert_log("ab");
}

static void
F8_exactly_once_if_the_callback_of_a_reference_runs_it(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch(object, 'r');
    roots[1] = after(object, 'a');
    new_after(object, run_first_root, letter('b'));
    cycle();
    assert_log("abr");
}

static void
free_the_object(void *object, void *data)
{
    (void)object;
    log_data(data);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    roots[0] = NULL;
    cycle();
}

static void
F8_exactly_once_if_the_callback_kills_the_object(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], free_the_object, letter('a'));
    assert_true(wgc_finalizer_run(roots[1]));
    cycle();
    deliver_all();
    assert_log("a");
}

static void
F9_several_on_one_object_run_newest_first(void **state)
{
    void *object = new_node();

    (void)state;
    for (char c = 'a'; c <= 'j'; c++)
        after(object, c);
    cycle();
    assert_log("jihgfedcba");
}

static void
see_data(void *object, void *data)
{
    (void)object;
    cycle();
    assert_true(is_object(data));
    log_char('d');
}

static void
F10_data_is_held_until_the_callback_returned(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], see_data, data);
    cycle();
    assert_true(is_object(data));
    roots[0] = NULL;
    cycle();
    assert_log("d");
    cycle();
    assert_false(is_object(data));
    assert_true(is_object(roots[1]));
}

static void
F10_data_is_released_by_cancel(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], see_data, data);
    assert_true(wgc_finalizer_cancel(roots[1]));
    cycle();
    assert_false(is_object(data));
}

static void
F10_data_is_released_by_run(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], see_data, data);
    assert_true(wgc_finalizer_run(roots[1]));
    assert_log("d");
    cycle();
    assert_false(is_object(data));
}

static void
F10_data_that_points_inside_an_object_holds_it(void **state)
{
    char *data = wgc_alloc(heap, 300);

    (void)state;
    roots[0] = new_node();
    new_after(roots[0], log_after, data + 299);
    cycle();
    assert_true(is_object(data));
}

static void
keep_data(void *object, void *data)
{
    (void)object;
    roots[5] = data;
    log_char('k');
}

static void
F11_an_object_held_by_data_is_alive_in_the_callback_and_may_be_kept(
    void **state)
{
    void **data = new_node();

    (void)state;
    data[0] = letter('v');
    after(data, 'x');
    new_after(new_node(), keep_data, data);
    cycle();
    assert_log("k");
    assert_ptr_equal(roots[5], data);
    cycle();
    assert_true(is_object(data));
    assert_ptr_equal(data[0], letter('v'));
    roots[5] = NULL;
    cycle();
    assert_log("x");
}

static void
F11_an_object_held_by_data_dies_in_the_next_collection(void **state)
{
    void **first = new_node();
    void **second = new_node();
    void **third = new_node();

    (void)state;
    new_after(first, see_data, second);
    new_after(second, see_data, third);
    after(third, 'z');
    cycle();
    assert_log("d");
    assert_false(is_object(first));
    assert_true(is_object(third));
    cycle();
    assert_log("d");
    cycle();
    assert_log("z");
}

static void
F12_data_that_reaches_the_object_keeps_it_until_cancel(void **state)
{
    void **object = new_node();
    void **data = new_node();

    (void)state;
    data[0] = object;
    roots[0] = new_after(object, keep_data, data);
    for (int i = 0; i < 3; i++)
        cycle();
    assert_log("");
    assert_true(is_object(object));
    assert_int_equal(stats().self_retained, 1);

    assert_true(wgc_finalizer_cancel(roots[0]));
    cycle();
    assert_false(is_object(object));
    assert_int_equal(stats().self_retained, 0);
    assert_log("");
}

static void
F12_two_finalizers_that_hold_each_others_object_leak(void **state)
{
    void *one = new_node();
    void *two = new_node();

    (void)state;
    new_after(one, keep_data, two);
    new_after(two, keep_data, one);
    cycle();
    cycle();
    assert_true(is_object(one));
    assert_true(is_object(two));
    assert_int_equal(stats().self_retained, 2);
    assert_log("");
}

static void
F12_an_object_that_is_reachable_anyway_is_not_reported(void **state)
{
    void **object = new_node();

    (void)state;
    roots[0] = object;
    new_after(object, keep_data, object);
    cycle();
    assert_int_equal(stats().self_retained, 0);
    roots[0] = NULL;
    cycle();
    assert_int_equal(stats().self_retained, 1);
    roots[0] = object;
    cycle();
    assert_int_equal(stats().self_retained, 0);
}

static void
F16_a_pending_finalizer_is_alive_without_object_and_cannot_be_cancelled(
    void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = after(new_node(), 'a');
    cycle();
    assert_int_equal(wgc_pending(heap), 1);
    assert_true(wgc_finalizer_alive(roots[0]));
    assert_null(wgc_finalizer_object(roots[0]));
    assert_ptr_equal(wgc_finalizer_data(roots[0]), letter('a'));
    assert_false(wgc_finalizer_cancel(roots[0]));
    assert_true(wgc_finalizer_alive(roots[0]));
    deliver_all();
    assert_log("a");
    assert_false(wgc_finalizer_alive(roots[0]));
}

static void
cancel_first_root(void *object, void *data)
{
    (void)object;
    assert_true(wgc_finalizer_alive(roots[1]));
    assert_null(wgc_finalizer_object(roots[1]));
    assert_false(wgc_finalizer_cancel(roots[1]));
    log_data(data);
}

static void
F16_a_callback_cannot_cancel_a_pending_sibling(void **state)
{
    void *object = new_node();

    (void)state;
    roots[1] = after(object, 'a');
    new_after(object, cancel_first_root, letter('b'));
    cycle();
    assert_log("ba");
}

static void
F17_a_pending_finalizer_that_is_run_runs_now_and_not_again(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = after(new_node(), 'a');
    roots[1] = after(new_node(), 'b');
    roots[2] = after(new_node(), 'c');
    cycle();
    assert_true(wgc_finalizer_run(roots[1]));
    assert_log("b");
    assert_false(wgc_finalizer_run(roots[1]));
    assert_int_equal(wgc_pending(heap), 2);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 2);
    assert_log("ac");
}

static void
make_two(void *object, void *data)
{
    (void)object;
    log_data(data);
    after(roots[0], 'o');
    after(new_node(), 'n');
}

static void
F18_a_callback_may_register_on_live_and_new_objects(void **state)
{
    (void)state;
    roots[0] = new_node();
    new_after(new_node(), make_two, letter('m'));
    cycle();
    assert_log("m");
    cycle();
    assert_log("n");
    roots[0] = NULL;
    cycle();
    assert_log("o");
}

static void
F18_a_callback_may_register_on_the_object_it_was_registered_on(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], make_two, letter('m'));
    assert_true(wgc_finalizer_run(roots[1]));
    roots[0] = NULL;
    cycle();
    assert_int_equal(log_used, 3);
    assert_int_equal(log_text[0], 'm');
    assert_non_null(strchr(log_text, 'o'));
    assert_non_null(strchr(log_text, 'n'));
}

static void
F19_a_reference_to_a_finalizer_is_allowed(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = object;
    roots[1] = watch(after(object, 'a'), 'r');
    cycle();
    assert_non_null(wgc_weakref_get(roots[1]));
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("a");
    cycle();
    assert_log("r");
    assert_null(wgc_weakref_get(roots[1]));
}

static void
F21_shutdown_runs_live_finalizers_newest_first_over_all_objects(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_node();
    after(roots[0], 'a');
    after(roots[1], 'b');
    after(roots[0], 'c');
    after(roots[1], 'd');
    assert_int_equal(wgc_finalizer_run_all(heap), 4);
    assert_log("dcba");
}

static void
free_and_cancel(void *object, void *data)
{
    (void)object;
    log_data(data);
    assert_true(wgc_finalizer_cancel(roots[2]));
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    roots[1] = NULL;
}

static void
F21_shutdown_where_a_callback_frees_objects_and_cancels_finalizers(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_node();
    guard(roots[1], 'x');
    after(roots[1], 'a');
    roots[2] = after(roots[0], 'y');
    new_after(roots[0], free_and_cancel, letter('b'));
    wgc_finalizer_run_all(heap);
    deliver_all();
    assert_log("ba");
    assert_int_equal(stats().finalizers, 0);
    assert_int_equal(wgc_pending(heap), 0);
}

/* ---- Arguments -------------------------------------------------------- */

static void
assert_refused(void *object)
{
    assert_null(wgc_finalizer_new(heap, object, log_after, NULL));
    assert_int_equal(wgc_last_status(), WGC_NOT_AN_OBJECT);
    assert_null(wgc_finalizer_new_guard(heap, object, log_guard, NULL));
    assert_int_equal(wgc_last_status(), WGC_NOT_AN_OBJECT);
}

static void
what_is_no_base_of_an_object_is_refused(void **state)
{
    static char in_data[64];
    char *node = (char *)new_node();
    void *dead = new_node();

    (void)state;
    roots[0] = node;
    cycle();
    assert_refused(NULL);
    assert_refused(node + 1);
    assert_refused(node + 16);
    assert_refused(in_data);
    assert_refused(dead);
    assert_refused(&node);
    assert_refused(heap);
    assert_int_equal(stats().finalizers, 0);
}

static void
a_null_function_is_refused(void **state)
{
    (void)state;
    roots[0] = new_node();
    assert_null(wgc_finalizer_new(heap, roots[0], NULL, NULL));
    assert_int_equal(wgc_last_status(), WGC_INVALID);
    assert_null(wgc_finalizer_new_guard(heap, roots[0], NULL, NULL));
    assert_int_equal(wgc_last_status(), WGC_INVALID);
    assert_int_equal(stats().finalizers, 0);
}

static void
statistics_count_finalizers_that_have_not_run(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = new_node();
    roots[1] = after(roots[0], 'a');
    after(roots[0], 'b');
    after(new_node(), 'c');
    guard(roots[0], 'd');
    assert_int_equal(stats().finalizers, 4);
    cycle();
    assert_int_equal(stats().finalizers, 4);
    assert_int_equal(stats().pending, 1);
    deliver_all();
    assert_int_equal(stats().finalizers, 3);
    assert_true(wgc_finalizer_cancel(roots[1]));
    assert_int_equal(stats().finalizers, 2);
    assert_int_equal(wgc_finalizer_run_all(heap), 2);
    assert_int_equal(stats().finalizers, 0);
    assert_int_equal(stats().pending, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(F1_a_finalizer_needs_no_handle),
        SCENE_TEST(F1_a_finalizer_starts_alive_and_keeps_no_object),
        SCENE_TEST(F2_run_runs_it_once_and_is_false_then),
        SCENE_TEST(F3_it_is_dead_before_its_callback_runs),
        SCENE_TEST(F4_a_callback_that_leaves_an_explicit_run_is_not_run_again),
        SCENE_TEST(F5_object_and_data_can_be_read_without_effect),
        SCENE_TEST(F5_a_cancelled_finalizer_never_runs),
        SCENE_TEST(F7_the_callback_runs_with_null_when_the_object_died),
        SCENE_TEST(F8_exactly_once_if_a_sibling_runs_it),
        SCENE_TEST(F8_exactly_once_if_a_callback_of_another_object_runs_it),
        SCENE_TEST(F8_exactly_once_if_the_callback_of_a_reference_runs_it),
        SCENE_TEST(F8_exactly_once_if_the_callback_kills_the_object),
        SCENE_TEST(F9_several_on_one_object_run_newest_first),
        SCENE_TEST(F10_data_is_held_until_the_callback_returned),
        SCENE_TEST(F10_data_is_released_by_cancel),
        SCENE_TEST(F10_data_is_released_by_run),
        SCENE_TEST(F10_data_that_points_inside_an_object_holds_it),
        SCENE_TEST(
            F11_an_object_held_by_data_is_alive_in_the_callback_and_may_be_kept),
        SCENE_TEST(F11_an_object_held_by_data_dies_in_the_next_collection),
        SCENE_TEST(F12_data_that_reaches_the_object_keeps_it_until_cancel),
        SCENE_TEST(F12_two_finalizers_that_hold_each_others_object_leak),
        SCENE_TEST(F12_an_object_that_is_reachable_anyway_is_not_reported),
        SCENE_TEST(
            F16_a_pending_finalizer_is_alive_without_object_and_cannot_be_cancelled),
        SCENE_TEST(F16_a_callback_cannot_cancel_a_pending_sibling),
        SCENE_TEST(F17_a_pending_finalizer_that_is_run_runs_now_and_not_again),
        SCENE_TEST(F18_a_callback_may_register_on_live_and_new_objects),
        SCENE_TEST(
            F18_a_callback_may_register_on_the_object_it_was_registered_on),
        SCENE_TEST(F19_a_reference_to_a_finalizer_is_allowed),
        SCENE_TEST(
            F21_shutdown_runs_live_finalizers_newest_first_over_all_objects),
        SCENE_TEST(
            F21_shutdown_where_a_callback_frees_objects_and_cancels_finalizers),
        SCENE_TEST(what_is_no_base_of_an_object_is_refused),
        SCENE_TEST(a_null_function_is_refused),
        SCENE_TEST(statistics_count_finalizers_that_have_not_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
