/* SPDX-License-Identifier: MIT */
/*
 * Early release, and moves by realloc, of objects that have weak references,
 * slots, finalizers, guards and pins; and of the records themselves.
 */
#include "weak_scene.h"

/* ---- wgc_free of a target --------------------------------------------- */

static void
BW14_free_clears_and_queues_as_a_cycle_would(void **state)
{
    static void *slot;

    (void)state;
    use_manual_delivery();
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = watch_long(roots[0], 'b');
    after(roots[0], 'c');
    roots[3] = new_ref(roots[0], NULL, NULL);
    assert_int_equal(wgc_weak_slot_add(heap, &slot, roots[0]), WGC_OK);
    roots[4] = after(roots[0], 'd');
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);

    assert_false(is_object(roots[0]));
    assert_null(wgc_base(heap, roots[0]));
    assert_null(slot);
    for (int i = 1; i < 4; i++)
        assert_null(wgc_weakref_get(roots[i]));
    assert_true(wgc_finalizer_alive(roots[4]));
    assert_null(wgc_finalizer_object(roots[4]));
    assert_false(wgc_finalizer_cancel(roots[4]));
    assert_int_equal(wgc_pending(heap), 4);
    assert_int_equal(stats().weakrefs, 0);
    assert_log("");
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 4);
    assert_log("dcba");
}

static void
BW14_free_queues_in_the_order_of_the_calls(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        roots[i] = new_node();
        after(roots[i], (char)('a' + i));
    }
    assert_int_equal(wgc_free(heap, roots[2]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    assert_log("");
    deliver_all();
    assert_log("ca");
}

static void
BW14_free_cancels_guards(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = guard(roots[0], 'g');
    roots[2] = watch_long(roots[0], 'l');
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_false(wgc_finalizer_run(roots[1]));
    assert_null(wgc_weakref_get(roots[2]));
    cycle();
    assert_log("l");
    assert_int_equal(stats().finalizers, 0);
}

static void
BW14_free_cancels_a_guard_that_waits(void **state)
{
    void *object, *data;

    (void)state;
    use_manual_delivery();
    object = new_node();
    data = new_node();
    roots[0] = new_guard(object, log_guard, data);
    guard(object, 'h');
    guard(new_node(), 'i');
    cycle();
    assert_int_equal(wgc_pending(heap), 3);
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_int_equal(wgc_pending(heap), 1);
    assert_false(wgc_finalizer_alive(roots[0]));
    cycle();
    assert_false(is_object(data));
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("i");
}

static void
free_object(void *object, void *data)
{
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    assert_false(is_object(object));
    log_data(data);
}

static void
BW14_a_guard_may_free_its_object(void **state)
{
    void *object = new_node();

    (void)state;
    guard(object, 'a');
    new_guard(object, free_object, letter('b'));
    roots[0] = watch_long(object, 'l');
    cycle();
    assert_null(wgc_weakref_get(roots[0]));
    deliver_all();
    assert_log("bl");
}

static void
BW14_free_does_not_fire_references_that_a_cycle_would_not(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    assert_int_equal(wgc_weakref_clear(roots[1]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
BW14_a_second_free_and_a_pinned_object_are_refused(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    assert_int_equal(wgc_pin(heap, roots[0]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_BUSY);
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_int_equal(wgc_unpin(heap, roots[0]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_NOT_AN_OBJECT);
    deliver_all();
    assert_log("a");
}

/* Allocates until the address comes back; fails the test if it does not. */
static void *
allocate_at(void *address)
{
    for (int i = 0; i < 100000; i++) {
        void *fresh = new_node();

        if (fresh == address)
            return fresh;
        if (i % 1000 == 999)
            cycle();
    }
    fail_msg("the address was not used again");
    return NULL;
}

static void
assert_inherits_nothing(void *fresh)
{
    assert_null(wgc_weakref_next(heap, fresh, NULL));
    roots[0] = fresh;
    cycle();
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("");
    assert_false(is_object(fresh));
}

static void
BW14_an_object_at_a_freed_address_inherits_nothing(void **state)
{
    static void *slot;
    void *old = new_node();

    (void)state;
    roots[1] = watch(old, 'a');
    roots[2] = watch_long(old, 'b');
    roots[3] = guard(old, 'g');
    after(old, 'c');
    assert_int_equal(wgc_weak_slot_add(heap, &slot, old), WGC_OK);
    assert_int_equal(wgc_free(heap, old), WGC_OK);
    deliver_all();
    assert_log("cba");
    assert_inherits_nothing(allocate_at(old));
    assert_null(slot);
    assert_null(wgc_weakref_get(roots[1]));
}

static void
BW14_an_object_at_a_freed_address_inherits_nothing_pending(void **state)
{
    void *old, *fresh;

    (void)state;
    use_manual_delivery();
    old = new_node();
    roots[1] = watch(old, 'a');
    roots[2] = after(old, 'b');
    assert_int_equal(wgc_free(heap, old), WGC_OK);
    roots[0] = fresh = allocate_at(old);
    roots[3] = watch(fresh, 'c');
    assert_null(wgc_weakref_get(roots[1]));
    assert_null(wgc_finalizer_object(roots[2]));
    assert_ptr_equal(wgc_weakref_next(heap, fresh, NULL), roots[3]);
    assert_null(wgc_weakref_next(heap, fresh, roots[3]));
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 2);
    assert_log("ba");
    assert_ptr_equal(wgc_weakref_get(roots[3]), fresh);
}

static void
BW14_an_object_at_a_dead_address_inherits_nothing(void **state)
{
    void *old = new_node();

    (void)state;
    roots[1] = watch(old, 'a');
    roots[2] = watch_long(old, 'b');
    after(old, 'c');
    cycle();
    assert_log("cba");
    assert_inherits_nothing(allocate_at(old));
    assert_null(wgc_weakref_get(roots[1]));
}

/* ---- wgc_free of records ---------------------------------------------- */

static void
freeing_a_reference_forgets_it(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = new_ref(roots[0], log_ref, data);
    roots[3] = watch(roots[0], 'c');
    assert_int_equal(wgc_free(heap, roots[2]), WGC_OK);
    assert_int_equal(stats().weakrefs, 2);
    assert_ptr_equal(wgc_weakref_next(heap, roots[0], NULL), roots[3]);
    assert_ptr_equal(wgc_weakref_next(heap, roots[0], roots[3]), roots[1]);
    cycle();
    assert_false(is_object(data));
    roots[0] = NULL;
    cycle();
    assert_log("ca");
}

static void
freeing_a_reference_that_is_a_target_clears_its_references(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = watch(roots[1], 'b');
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    assert_null(wgc_weakref_get(roots[2]));
    deliver_all();
    assert_log("b");
}

static void
freeing_a_finalizer_cancels_it(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = after(roots[0], 'a');
    roots[2] = guard(roots[0], 'g');
    after(roots[0], 'b');
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[2]), WGC_OK);
    assert_int_equal(stats().finalizers, 1);
    roots[0] = NULL;
    cycle();
    assert_log("b");
}

/* A record cannot grow: whatever is answered, it goes on working. */
static void
a_record_that_is_reallocated_goes_on_working(void **state)
{
    void *moved;

    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = after(roots[0], 'f');
    moved = wgc_realloc(heap, roots[1], 1000);
    if (moved)
        roots[1] = moved;
    moved = wgc_realloc(heap, roots[2], 1000);
    if (moved)
        roots[2] = moved;
    assert_false(wgc_resize(heap, roots[1], 16));
    cycle();
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_ptr_equal(wgc_finalizer_object(roots[2]), roots[0]);
    roots[0] = NULL;
    cycle();
    assert_log("fa");
    assert_null(wgc_weakref_get(roots[1]));
}

/* ---- wgc_realloc ------------------------------------------------------ */

static void
BW14_realloc_that_moves_takes_everything_along(void **state)
{
    static void *slot;
    void **old = new_node();
    void **fresh;

    (void)state;
    old[0] = letter('v');
    roots[1] = watch(old, 'a');
    roots[2] = watch_long(old, 'b');
    roots[3] = after(old, 'c');
    roots[4] = guard(old, 'g');
    assert_int_equal(wgc_weak_slot_add(heap, &slot, old), WGC_OK);
    assert_int_equal(wgc_pin(heap, old), WGC_OK);

    fresh = wgc_realloc(heap, old, 50000);
    assert_non_null(fresh);
    assert_ptr_not_equal(fresh, old);
    assert_false(is_object(old));
    assert_ptr_equal(fresh[0], letter('v'));
    assert_ptr_equal(wgc_weakref_get(roots[1]), fresh);
    assert_ptr_equal(wgc_weakref_get(roots[2]), fresh);
    assert_ptr_equal(wgc_finalizer_object(roots[3]), fresh);
    assert_ptr_equal(wgc_finalizer_object(roots[4]), fresh);
    assert_ptr_equal(slot, fresh);
    assert_ptr_equal(wgc_weakref_next(heap, fresh, NULL), roots[2]);
    assert_null(wgc_weakref_next(heap, old, NULL));

    cycle();
    assert_log("");
    assert_true(is_object(fresh));
    assert_int_not_equal(wgc_unpin(heap, old), WGC_OK);
    assert_int_equal(wgc_unpin(heap, fresh), WGC_OK);
    cycle();
    assert_log("cag");
    assert_null(slot);
    assert_ptr_equal(wgc_weakref_get(roots[2]), fresh);
    cycle();
    assert_log("b");
    assert_false(is_object(fresh));
}

static void
BW14_an_object_at_the_address_before_a_move_inherits_nothing(void **state)
{
    void *old = new_node();

    (void)state;
    roots[5] = old;
    roots[1] = watch(old, 'a');
    after(old, 'b');
    roots[5] = wgc_realloc(heap, old, 50000);
    assert_non_null(roots[5]);
    assert_inherits_nothing(allocate_at(old));
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[5]);
    roots[5] = NULL;
    cycle();
    assert_log("ba");
}

static void
BW14_realloc_through_all_sizes_keeps_the_records(void **state)
{
    static const size_t sizes[] = {1,       100,     5000, 20000, 3000000,
                                   9000000, 4000000, 70,   16,    0};
    static void *slot;

    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = after(roots[0], 'b');
    assert_int_equal(wgc_weak_slot_add(heap, &slot, roots[0]), WGC_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        roots[0] = wgc_realloc(heap, roots[0], sizes[i]);
        assert_non_null(roots[0]);
        cycle();
        assert_true(wgc_size(heap, roots[0]) >= sizes[i]);
        assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
        assert_ptr_equal(wgc_finalizer_object(roots[2]), roots[0]);
        assert_ptr_equal(slot, roots[0]);
        assert_ptr_equal(wgc_weakref_next(heap, roots[0], NULL), roots[1]);
    }
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("ba");
    assert_null(slot);
}

static void
BW14_realloc_of_the_object_of_a_guard_that_waits(void **state)
{
    void **object;

    (void)state;
    use_manual_delivery();
    object = new_node();
    object[1] = letter('v');
    roots[1] = watch_long(object, 'l');
    guard(object, 'g');
    cycle();
    object = wgc_realloc(heap, object, 50000);
    assert_non_null(object);
    cycle();
    assert_true(is_object(object));
    assert_ptr_equal(wgc_weakref_get(roots[1]), object);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("g");
    assert_ptr_equal(object[1], letter('v'));
}

static void
BW14_a_failed_realloc_leaves_the_records(void **state)
{
    wgc_config config = scene_config();
    static void *slot;

    (void)state;
    config.max_bytes = (size_t)4 << 20;
    scene_reopen(&config);
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    assert_int_equal(wgc_weak_slot_add(heap, &slot, roots[0]), WGC_OK);
    assert_null(wgc_realloc(heap, roots[0], (size_t)64 << 20));
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_ptr_equal(slot, roots[0]);
    roots[0] = NULL;
    cycle();
    assert_log("a");
    assert_null(slot);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(BW14_free_clears_and_queues_as_a_cycle_would),
        SCENE_TEST(BW14_free_queues_in_the_order_of_the_calls),
        SCENE_TEST(BW14_free_cancels_guards),
        SCENE_TEST(BW14_free_cancels_a_guard_that_waits),
        SCENE_TEST(BW14_a_guard_may_free_its_object),
        SCENE_TEST(BW14_free_does_not_fire_references_that_a_cycle_would_not),
        SCENE_TEST(BW14_a_second_free_and_a_pinned_object_are_refused),
        SCENE_TEST(BW14_an_object_at_a_freed_address_inherits_nothing),
        SCENE_TEST(BW14_an_object_at_a_freed_address_inherits_nothing_pending),
        SCENE_TEST(BW14_an_object_at_a_dead_address_inherits_nothing),
        SCENE_TEST(freeing_a_reference_forgets_it),
        SCENE_TEST(freeing_a_reference_that_is_a_target_clears_its_references),
        SCENE_TEST(freeing_a_finalizer_cancels_it),
        SCENE_TEST(a_record_that_is_reallocated_goes_on_working),
        SCENE_TEST(BW14_realloc_that_moves_takes_everything_along),
        SCENE_TEST(
            BW14_an_object_at_the_address_before_a_move_inherits_nothing),
        SCENE_TEST(BW14_realloc_through_all_sizes_keeps_the_records),
        SCENE_TEST(BW14_realloc_of_the_object_of_a_guard_that_waits),
        SCENE_TEST(BW14_a_failed_realloc_leaves_the_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
