/* SPDX-License-Identifier: MIT */
/*
 * Guards, the finalizers that get their object before it dies: the rules P1 to
 * P11, and long weak references.  P3 is about reference counts.
 */
#include "weak_scene.h"

/* Where save() keeps the objects that it is handed. */
enum { SAVED = 16 };

static void
save(void *object, void *data)
{
    assert_true(is_object(object));
    roots[SAVED] = object;
    log_data(data);
}

/* ---- Data ------------------------------------------------------------- */

static void
no_callback(void *object, void *data)
{
    (void)object, (void)data;
}

/* The guard is alive by itself, so the value is, which is the guard's object. */
static void
data_is_alive_though_only_the_guard_as_a_key_leads_to_its_object(void **state)
{
    void *object = new_node();
    void *data = new_node();

    (void)state;
    roots[0] = wgc_ephemeron_new(
        heap, wgc_finalizer_new_guard(heap, object, no_callback, data), object);
    cycle();
    assert_true(is_object(object));
    assert_true(is_object(data));
}

/* ---- P1: whole, once -------------------------------------------------- */

static void
P1_the_object_is_handed_over_whole(void **state)
{
    void **object = new_node();
    void **below = new_node();
    char *text = wgc_alloc_leaf(heap, 100);

    (void)state;
    object[0] = below;
    object[1] = letter('o');
    below[0] = text;
    below[1] = object;
    strcpy(text, "intact");
    new_guard(object, save, letter('a'));
    cycle();
    assert_log("a");
    assert_ptr_equal(roots[SAVED], object);
    for (int i = 0; i < 100; i++)
        new_node();
    cycle();
    assert_ptr_equal(object[0], below);
    assert_ptr_equal(object[1], letter('o'));
    assert_ptr_equal(below[1], object);
    assert_string_equal(below[0], "intact");
    assert_log("");
}

static void
P1_a_guard_runs_once(void **state)
{
    (void)state;
    guard(new_node(), 'a');
    cycle();
    assert_log("a");
    cycle();
    deliver_all();
    cycle();
    assert_log("");
}

static void
P1_a_guard_does_not_run_while_its_object_is_reachable(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = guard(roots[0], 'a');
    cycle();
    assert_log("");
    assert_true(wgc_finalizer_alive(roots[1]));
    assert_ptr_equal(wgc_finalizer_object(roots[1]), roots[0]);
}

static void
P1_a_cancelled_guard_keeps_neither_object_nor_data(void **state)
{
    void **object = new_node();
    void **data = new_node();

    (void)state;
    data[0] = object;
    roots[0] = new_guard(object, log_guard, data);
    assert_true(wgc_finalizer_cancel(roots[0]));
    cycle();
    assert_false(is_object(object));
    assert_false(is_object(data));
    assert_log("");
}

static void
P1_all_guarded_objects_of_a_chain_run_in_one_collection(void **state)
{
    void **object = NULL;

    (void)state;
    for (char c = 'a'; c <= 'j'; c++) {
        void **fresh = new_node();

        fresh[0] = object;
        object = fresh;
        guard(object, c);
    }
    cycle();
    assert_log("abcdefghij");
}

static void
P1_a_cycle_of_guarded_objects_runs(void **state)
{
    void **one = new_node();
    void **two = new_node();

    (void)state;
    one[0] = two;
    two[0] = one;
    guard(one, 'a');
    guard(two, 'b');
    cycle();
    assert_log("ab");
    cycle();
    assert_false(is_object(one));
    assert_false(is_object(two));
}

static void
see_whole(void *object, void *data)
{
    void **datum = data;

    assert_true(is_object(object));
    assert_true(is_object(datum));
    assert_ptr_equal(datum[0], object);
    assert_true(is_object(datum[1]));
    log_char('w');
}

static void
P1_data_that_reaches_the_object_does_not_keep_it_and_is_whole(void **state)
{
    void **object = new_node();
    void **data = new_node();

    (void)state;
    data[0] = object;
    data[1] = new_node();
    roots[0] = object;
    new_guard(object, see_whole, data);
    cycle();
    assert_true(is_object(data));
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("w");
    assert_int_equal(stats().self_retained, 0);
    cycle();
    assert_false(is_object(object));
    assert_false(is_object(data));
}

static void
P1_a_handle_that_is_held_keeps_neither_object_nor_data(void **state)
{
    void **object = new_node();
    void **data = new_node();

    (void)state;
    data[0] = object;
    data[1] = new_node();
    roots[0] = new_guard(object, see_whole, data);
    cycle();
    assert_log("w");
    cycle();
    assert_false(is_object(object));
    assert_false(is_object(data));
}

static void
P1_several_guards_of_one_object_run_newest_first(void **state)
{
    void *object = new_node();

    (void)state;
    guard(object, 'a');
    guard(object, 'b');
    guard(object, 'c');
    cycle();
    assert_log("cba");
}

static void
P1_a_pending_guard_has_no_object_and_cannot_be_cancelled(void **state)
{
    void *object;

    (void)state;
    use_manual_delivery();
    object = new_node();
    roots[0] = guard(object, 'a');
    cycle();
    assert_true(wgc_finalizer_alive(roots[0]));
    assert_null(wgc_finalizer_object(roots[0]));
    assert_false(wgc_finalizer_cancel(roots[0]));
    assert_true(is_object(object));
    deliver_all();
    assert_log("a");
    assert_false(wgc_finalizer_alive(roots[0]));
}

static void
P1_a_guard_that_is_run_gets_its_live_object(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_guard(roots[0], save, letter('a'));
    assert_true(wgc_finalizer_run(roots[1]));
    assert_ptr_equal(roots[SAVED], roots[0]);
    assert_false(wgc_finalizer_run(roots[1]));
    roots[0] = roots[SAVED] = NULL;
    cycle();
    assert_log("a");
}

static void
P1_a_pending_guard_that_is_run_gets_its_object_and_does_not_run_again(
    void **state)
{
    void *object;

    (void)state;
    use_manual_delivery();
    object = new_node();
    roots[0] = new_guard(object, save, letter('a'));
    cycle();
    assert_true(wgc_finalizer_run(roots[0]));
    assert_ptr_equal(roots[SAVED], object);
    assert_int_equal(wgc_pending(heap), 0);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    assert_log("a");
    cycle();
    assert_true(is_object(object));
}

/* ---- P2: short references --------------------------------------------- */

/* roots[0...] are short references, all of which must be dead. */
static void
see_short_dead(void *object, void *data)
{
    for (int i = 0; i < SAVED; i++)
        if (roots[i])
            assert_null(wgc_weakref_get(roots[i]));
    roots[SAVED] = object;
    log_data(data);
}

static void
P2_short_references_to_all_that_died_are_cleared_before(void **state)
{
    void **object = new_node();
    void **below = new_node();
    void **above = new_node();

    (void)state;
    object[0] = below;
    below[0] = new_node();
    above[0] = object;
    roots[0] = new_ref(object, NULL, NULL);
    roots[1] = new_ref(below, NULL, NULL);
    roots[2] = new_ref(below[0], NULL, NULL);
    roots[3] = new_ref(above, NULL, NULL);
    roots[4] = watch(object, 'r');
    roots[5] = watch(below, 's');
    new_guard(object, see_short_dead, letter('g'));
    cycle();
    assert_log("rsg");

    cycle();
    assert_true(is_object(below[0]));
    for (int i = 0; i < 6; i++)
        assert_null(wgc_weakref_get(roots[i]));
}

static void
P2_slots_are_cleared_before(void **state)
{
    static void *slots[2];
    void **object;

    (void)state;
    use_manual_delivery();
    object = new_node();
    object[0] = new_node();
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], object), WGC_OK);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[1], object[0]), WGC_OK);
    new_guard(object, save, letter('g'));
    cycle();
    assert_null(slots[0]);
    assert_null(slots[1]);
    deliver_all();
    assert_log("g");
    assert_true(is_object(object[0]));
}

static void
P2_references_to_data_that_only_the_guard_holds_are_cleared(void **state)
{
    void **data = new_node();

    (void)state;
    roots[0] = new_ref(data, NULL, NULL);
    roots[1] = new_node();
    new_guard(roots[1], save, data);
    cycle();
    assert_ptr_equal(wgc_weakref_get(roots[0]), data);
    roots[1] = NULL;
    cycle();
    assert_null(wgc_weakref_get(roots[0]));
}

static void
P2_references_to_what_is_reachable_otherwise_stay(void **state)
{
    void **object = new_node();

    (void)state;
    object[0] = roots[0] = new_node();
    roots[1] = watch(roots[0], 'r');
    guard(object, 'g');
    cycle();
    assert_log("g");
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
}

/* ---- P4 to P6: after the guard ran ------------------------------------ */

static void
P4_a_resurrected_object_takes_references_and_finalizers(void **state)
{
    (void)state;
    new_guard(new_node(), save, letter('a'));
    cycle();
    roots[0] = watch(roots[SAVED], 'r');
    after(roots[SAVED], 'f');
    cycle();
    assert_log("a");
    assert_ptr_equal(wgc_weakref_get(roots[0]), roots[SAVED]);
    roots[SAVED] = NULL;
    cycle();
    assert_log("fr");
}

static void
P4_a_guard_runs_again_only_if_registered_again(void **state)
{
    (void)state;
    new_guard(new_node(), save, letter('a'));
    cycle();
    new_guard(roots[SAVED], save, letter('b'));
    roots[SAVED] = NULL;
    cycle();
    assert_log("ab");
    roots[SAVED] = NULL;
    cycle();
    cycle();
    assert_log("");
}

static void
rearm(void *object, void *data)
{
    log_data(data);
    new_guard(object, rearm, data);
}

static void
P4_a_guard_may_register_itself_again(void **state)
{
    (void)state;
    new_guard(new_node(), rearm, letter('a'));
    for (int i = 0; i < 5; i++)
        cycle();
    assert_log("aaaaa");
}

static void
P5_a_finalizer_of_an_object_that_comes_back_has_fired(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = after(object, 'f');
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("fg");
    assert_true(is_object(object));
    assert_false(wgc_finalizer_alive(roots[0]));
    roots[SAVED] = NULL;
    cycle();
    assert_log("");
}

static void
make_reference(void *object, void *data)
{
    roots[1] = new_ref(object, log_ref, data);
    roots[2] = new_ref(((void **)object)[0], log_ref, letter('n'));
    log_char('g');
}

static void
P6_a_reference_made_by_a_guard_dies_with_its_object(void **state)
{
    void **object = new_node();

    (void)state;
    object[0] = new_node();
    new_guard(object, make_reference, letter('r'));
    cycle();
    assert_log("g");
    assert_ptr_equal(wgc_weakref_get(roots[1]), object);
    cycle();
    assert_log("rn");
    assert_null(wgc_weakref_get(roots[1]));
    assert_null(wgc_weakref_get(roots[2]));
    assert_false(is_object(object));
}

/* ---- P7: long references ---------------------------------------------- */

static void
see_long_alive(void *object, void *data)
{
    assert_ptr_equal(wgc_weakref_get(roots[0]), object);
    assert_ptr_equal(wgc_weakref_get(roots[1]), ((void **)object)[0]);
    log_data(data);
}

static void
P7_long_references_are_valid_in_the_guard_and_clear_after(void **state)
{
    void **object = new_node();

    (void)state;
    object[0] = new_node();
    roots[0] = watch_long(object, 'l');
    roots[1] = watch_long(object[0], 'm');
    new_guard(object, see_long_alive, letter('g'));
    cycle();
    assert_log("g");
    assert_ptr_equal(wgc_weakref_get(roots[0]), object);
    cycle();
    assert_log("lm");
    assert_null(wgc_weakref_get(roots[0]));
    assert_null(wgc_weakref_get(roots[1]));
}

static void
P7_a_long_reference_stays_while_the_object_is_resurrected(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch_long(object, 'l');
    new_guard(object, save, letter('g'));
    cycle();
    cycle();
    assert_log("g");
    assert_ptr_equal(wgc_weakref_get(roots[0]), object);
    roots[SAVED] = NULL;
    cycle();
    assert_log("l");
}

static void
P7_a_long_reference_without_guard_clears_with_the_short_ones(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch_long(object, 'l');
    roots[1] = watch(object, 's');
    cycle();
    assert_int_equal(log_used, 2);
    assert_non_null(strchr(log_text, 'l'));
    assert_non_null(strchr(log_text, 's'));
    assert_null(wgc_weakref_get(roots[0]));
}

static void
P7_a_long_reference_to_what_no_guard_saves_clears_at_once(void **state)
{
    void **above = new_node();

    (void)state;
    above[0] = new_node();
    roots[0] = watch_long(above, 'l');
    guard(above[0], 'g');
    cycle();
    assert_log("lg");
    assert_false(is_object(above));
}

static void
P7_a_long_reference_stays_while_its_guard_waits(void **state)
{
    void *object;

    (void)state;
    use_manual_delivery();
    object = new_node();
    roots[0] = watch_long(object, 'l');
    guard(object, 'g');
    for (int i = 0; i < 3; i++) {
        cycle();
        assert_ptr_equal(wgc_weakref_get(roots[0]), object);
        assert_int_equal(wgc_pending(heap), 1);
    }
    deliver_all();
    cycle();
    deliver_all();
    assert_log("gl");
}

/* ---- P8 to P11 -------------------------------------------------------- */

static void
P8_a_reference_in_resurrected_garbage_keeps_its_live_target(void **state)
{
    void **object = new_node();

    (void)state;
    roots[0] = new_node();
    object[0] = watch(roots[0], 'r');
    object[1] = watch_long(roots[0], 'l');
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("g");
    assert_ptr_equal(wgc_weakref_get(object[0]), roots[0]);
    assert_ptr_equal(wgc_weakref_get(object[1]), roots[0]);

    cycle();
    roots[0] = NULL;
    cycle();
    assert_int_equal(log_used, 2);
    assert_null(wgc_weakref_get(object[0]));
    assert_null(wgc_weakref_get(object[1]));
}

static void
P8_data_of_a_reference_in_resurrected_garbage_is_whole(void **state)
{
    void **object = new_node();
    void **data = new_node();

    (void)state;
    roots[0] = new_node();
    object[0] = new_ref(roots[0], log_ref, data);
    new_guard(object, save, letter('g'));
    cycle();
    cycle();
    assert_true(is_object(data));
    assert_ptr_equal(wgc_weakref_data(object[0]), data);
}

static void
P8_a_reference_in_resurrected_garbage_to_other_garbage_never_fires(void **state)
{
    void **object = new_node();

    (void)state;
    object[0] = watch(new_node(), 'r');
    object[1] = watch(object, 's');
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("g");
    assert_null(wgc_weakref_get(object[0]));
    assert_null(wgc_weakref_get(object[1]));
    cycle();
    cycle();
    assert_log("");
}

static void
P8_data_of_a_reference_that_will_not_fire_is_released(void **state)
{
    void **object = new_node();
    void *data = new_node();

    (void)state;
    object[0] = new_ref(object, log_ref, data);
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("g");
    assert_null(wgc_weakref_get(object[0]));
    assert_null(wgc_weakref_data(object[0]));
    cycle();
    assert_true(is_object(object[0]));
    assert_false(is_object(data));
}

static void
P8_a_slot_in_resurrected_garbage_keeps_its_live_target(void **state)
{
    void **object = new_node();
    void **leaf = wgc_alloc_leaf(heap, 64);

    (void)state;
    object[0] = leaf;
    roots[0] = new_node();
    assert_int_equal(wgc_weak_slot_add(heap, &leaf[1], roots[0]), WGC_OK);
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("g");
    assert_ptr_equal(leaf[1], roots[0]);
    roots[0] = NULL;
    cycle();
    assert_true(is_object(leaf));
    assert_null(leaf[1]);
}

static void
P8_a_finalizer_handle_in_resurrected_garbage_works(void **state)
{
    void **object = new_node();

    (void)state;
    roots[0] = new_node();
    object[0] = after(roots[0], 'f');
    object[1] = guard(roots[0], 'h');
    new_guard(object, save, letter('g'));
    cycle();
    assert_log("g");
    assert_true(wgc_finalizer_alive(object[0]));
    assert_true(wgc_finalizer_cancel(object[1]));
    roots[0] = NULL;
    cycle();
    assert_log("f");
}

static void
P9_memory_of_an_object_that_is_not_saved_goes_in_the_next_collection(
    void **state)
{
    size_t before;
    void **object;

    (void)state;
    cycle();
    before = stats().live_bytes;
    object = new_node();
    object[0] = wgc_alloc_leaf(heap, 1 << 20);
    guard(object, 'g');
    cycle();
    assert_log("g");
    assert_true(is_object(object));
    cycle();
    assert_false(is_object(object));
    assert_int_equal(stats().live_bytes, before);
}

static void
P10_callbacks_run_before_the_guards_of_their_batch(void **state)
{
    void *object = new_node();

    (void)state;
    guard(object, 'x');
    guard(new_node(), 'y');
    roots[0] = watch(object, 'a');
    after(object, 'b');
    roots[1] = watch(new_node(), 'c');
    after(new_node(), 'd');
    cycle();
    assert_log("bacdxy");
}

static void
P10_callbacks_of_a_later_cycle_run_before_guards_that_wait(void **state)
{
    (void)state;
    use_manual_delivery();
    guard(new_node(), 'g');
    cycle();
    after(new_node(), 'f');
    cycle();
    assert_int_equal(wgc_deliver(heap, 1), 1);
    assert_log("f");
    assert_int_equal(wgc_deliver(heap, 1), 1);
    assert_log("g");
}

static void
P10_guards_of_an_object_without_reachable_references_keep_their_order(
    void **state)
{
    void *one = new_node();
    void *two = new_node();

    (void)state;
    watch(two, 'x');
    guard(one, 'a');
    guard(two, 'b');
    guard(one, 'c');
    guard(two, 'd');
    cycle();
    assert_log("dbca");
}

static jmp_buf out;

static void
leave(void *object, void *data)
{
    roots[SAVED] = object;
    log_data(data);
    longjmp(out, 1);
}

static void
P11_a_guard_that_leaves_does_not_stop_the_others(void **state)
{
    (void)state;
    guard(new_node(), 'a');
    new_guard(new_node(), leave, letter('b'));
    guard(new_node(), 'c');
    if (setjmp(out) == 0) {
        cycle();
        fail_msg("the guard did not leave");
    }
    assert_log("ab");
    assert_true(is_object(roots[SAVED]));
    cycle();
    assert_log("c");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(
            data_is_alive_though_only_the_guard_as_a_key_leads_to_its_object),
        SCENE_TEST(P1_the_object_is_handed_over_whole),
        SCENE_TEST(P1_a_guard_runs_once),
        SCENE_TEST(P1_a_guard_does_not_run_while_its_object_is_reachable),
        SCENE_TEST(P1_a_cancelled_guard_keeps_neither_object_nor_data),
        SCENE_TEST(P1_all_guarded_objects_of_a_chain_run_in_one_collection),
        SCENE_TEST(P1_a_cycle_of_guarded_objects_runs),
        SCENE_TEST(
            P1_data_that_reaches_the_object_does_not_keep_it_and_is_whole),
        SCENE_TEST(P1_a_handle_that_is_held_keeps_neither_object_nor_data),
        SCENE_TEST(P1_several_guards_of_one_object_run_newest_first),
        SCENE_TEST(P1_a_pending_guard_has_no_object_and_cannot_be_cancelled),
        SCENE_TEST(P1_a_guard_that_is_run_gets_its_live_object),
        SCENE_TEST(
            P1_a_pending_guard_that_is_run_gets_its_object_and_does_not_run_again),
        SCENE_TEST(P2_short_references_to_all_that_died_are_cleared_before),
        SCENE_TEST(P2_slots_are_cleared_before),
        SCENE_TEST(P2_references_to_data_that_only_the_guard_holds_are_cleared),
        SCENE_TEST(P2_references_to_what_is_reachable_otherwise_stay),
        SCENE_TEST(P4_a_resurrected_object_takes_references_and_finalizers),
        SCENE_TEST(P4_a_guard_runs_again_only_if_registered_again),
        SCENE_TEST(P4_a_guard_may_register_itself_again),
        SCENE_TEST(P5_a_finalizer_of_an_object_that_comes_back_has_fired),
        SCENE_TEST(P6_a_reference_made_by_a_guard_dies_with_its_object),
        SCENE_TEST(P7_long_references_are_valid_in_the_guard_and_clear_after),
        SCENE_TEST(P7_a_long_reference_stays_while_the_object_is_resurrected),
        SCENE_TEST(
            P7_a_long_reference_without_guard_clears_with_the_short_ones),
        SCENE_TEST(P7_a_long_reference_to_what_no_guard_saves_clears_at_once),
        SCENE_TEST(P7_a_long_reference_stays_while_its_guard_waits),
        SCENE_TEST(P8_a_reference_in_resurrected_garbage_keeps_its_live_target),
        SCENE_TEST(P8_data_of_a_reference_in_resurrected_garbage_is_whole),
        SCENE_TEST(
            P8_a_reference_in_resurrected_garbage_to_other_garbage_never_fires),
        SCENE_TEST(P8_data_of_a_reference_that_will_not_fire_is_released),
        SCENE_TEST(P8_a_slot_in_resurrected_garbage_keeps_its_live_target),
        SCENE_TEST(P8_a_finalizer_handle_in_resurrected_garbage_works),
        SCENE_TEST(
            P9_memory_of_an_object_that_is_not_saved_goes_in_the_next_collection),
        SCENE_TEST(P10_callbacks_run_before_the_guards_of_their_batch),
        SCENE_TEST(P10_callbacks_of_a_later_cycle_run_before_guards_that_wait),
        SCENE_TEST(
            P10_guards_of_an_object_without_reachable_references_keep_their_order),
        SCENE_TEST(P11_a_guard_that_leaves_does_not_stop_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
