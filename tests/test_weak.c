/* SPDX-License-Identifier: MIT */
/*
 * Weak references: the rules R1 to R31 as far as they mean something in C.
 * R4 and R23 to R26 are of the host's language.
 */
#include "weak_scene.h"

/* ---- Targets ---------------------------------------------------------- */

static void
R1_get_returns_the_target_while_it_lives(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');

    for (int i = 0; i < 3; i++) {
        cycle();
        assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    }
    assert_log("");
}

static void
R1_a_reference_alone_does_not_keep_its_target(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = new_ref(target, NULL, NULL);
    roots[1] = new_long(target, NULL, NULL);
    cycle();
    assert_false(is_object(target));
}

static void
R2_get_is_null_for_ever_after_death(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), NULL, NULL);
    roots[1] = new_long(new_node(), NULL, NULL);

    for (int i = 0; i < 3; i++) {
        cycle();
        assert_null(wgc_weakref_get(roots[0]));
        assert_null(wgc_weakref_get(roots[1]));
        for (int j = 0; j < 100; j++) {
            new_node();
        }
        assert_null(wgc_weakref_get(roots[0]));
    }
}

static void
R3_a_null_callback_queues_nothing(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = new_ref(new_node(), NULL, letter('x'));
    assert_null(wgc_weakref_callback(roots[0]));
    cycle();
    assert_null(wgc_weakref_get(roots[0]));
    assert_int_equal(wgc_pending(heap), 0);
}

static void
R5_any_object_can_be_a_target(void **state)
{
    static const uint64_t bits = 1;
    wgc_kind_info info = {.name = "one", .pointers = &bits, .words = 1};
    wgc_kind kind = wgc_kind_new(heap, &info);
    void *targets[] = {
        wgc_alloc(heap, 0),
        wgc_alloc(heap, 1),
        wgc_alloc_leaf(heap, 24),
        wgc_alloc_kind(heap, kind, 64),
        wgc_alloc_aligned(heap, WGC_KIND_LEAF, 100, 4096),
        wgc_alloc(heap, 5 << 20),
    };

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        assert_non_null(targets[i]);
        roots[i] = watch(targets[i], (char)('a' + i));
    }
    cycle();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        assert_null(wgc_weakref_get(roots[i]));
    }
    assert_log("abcdef");
}

static void
assert_refused(wgc_heap *owner, void *target)
{
    assert_null(wgc_weakref_new(owner, target, log_ref, NULL));
    assert_int_equal(wgc_last_status(), WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_new_long(owner, target, log_ref, NULL));
    assert_int_equal(wgc_last_status(), WGC_NOT_AN_OBJECT);
}

static void
R5_what_is_no_base_of_an_object_is_refused(void **state)
{
    static char in_data[64];
    char on_stack[64] = {0};
    void *outside = malloc(64);
    char *node = (char *)new_node();
    char *large = wgc_alloc(heap, 1 << 20);

    (void)state;
    assert_refused(heap, NULL);
    assert_refused(heap, node + 1);
    assert_refused(heap, node + 8);
    assert_refused(heap, node + 16);
    assert_refused(heap, large + 16);
    assert_refused(heap, large + (1 << 19));
    assert_refused(heap, in_data);
    assert_refused(heap, on_stack);
    assert_refused(heap, outside);
    assert_refused(heap, heap);
    assert_refused(heap, letter('x'));
    assert_refused(heap, (void *)UINTPTR_MAX);
    assert_int_equal(stats().weakrefs, 0);
    free(outside);
}

/* ---- The callback ----------------------------------------------------- */

static wgc_weakref *seen_reference;
static void *seen_data;

static void
see(wgc_weakref *reference, void *data)
{
    seen_reference = reference;
    seen_data = data;
    assert_null(wgc_weakref_get(reference));
    log_char('s');
}

static void
R6_the_callback_gets_the_dead_reference_and_its_data(void **state)
{
    static char data;

    (void)state;
    roots[0] = new_ref(new_node(), see, &data);
    cycle();
    assert_log("s");
    assert_ptr_equal(seen_reference, roots[0]);
    assert_ptr_equal(seen_data, &data);
}

static void
R7_a_callback_fires_at_most_once(void **state)
{
    (void)state;
    roots[0] = watch(new_node(), 'a');
    roots[1] = watch_long(new_node(), 'b');
    cycle();
    assert_log("ab");
    cycle();
    deliver_all();
    cycle();
    assert_log("");
}

enum { BATCH = 32 };

/* The first words of roots[] hold references: all must be dead. */
static void
see_all_dead(wgc_weakref *reference, void *data)
{
    (void)reference;
    for (int i = 0; i < BATCH; i++) {
        if (roots[i]) {
            assert_null(wgc_weakref_get(roots[i]));
        }
    }
    log_data(data);
}

static void
R8_every_other_reference_to_the_object_is_dead_in_a_callback(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = new_ref(target, NULL, NULL);
    roots[1] = new_ref(target, see_all_dead, letter('b'));
    roots[2] = new_ref(target, NULL, NULL);
    roots[3] = new_long(target, NULL, NULL);
    roots[4] = new_ref(target, see_all_dead, letter('e'));
    roots[5] = new_long(target, see_all_dead, letter('f'));
    cycle();
    assert_int_equal(strlen(log_text), 3);
    assert_non_null(strstr(log_text, "eb"));
}

static void
R9_every_reference_to_every_object_of_the_batch_is_dead(void **state)
{
    (void)state;
    for (int i = 0; i < BATCH; i++) {
        void **target = new_node();

        target[0] = i > 0 ? wgc_weakref_get(roots[i - 1]) : NULL;
        roots[i] = new_ref(target, see_all_dead, letter((char)('A' + i)));
    }
    cycle();
    assert_int_equal(log_used, BATCH);
}

static void
R10_a_reference_collected_before_its_target_never_fires(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[1] = NULL;
    cycle();
    roots[0] = NULL;
    cycle();
    assert_log("");
    assert_int_equal(wgc_pending(heap), 0);
}

static void
R11_a_reference_that_dies_with_its_target_never_fires(void **state)
{
    (void)state;
    roots[0] = new_node();
    watch(roots[0], 'a');
    watch_long(roots[0], 'b');
    roots[0] = NULL;
    cycle();
    cycle();
    assert_log("");
}

static void
R12_a_reference_held_by_its_own_target_never_fires(void **state)
{
    void **target = new_node();

    (void)state;
    target[0] = watch(target, 'a');
    cycle();
    assert_log("");
}

static void
R12_a_reference_in_a_cycle_with_its_target_never_fires(void **state)
{
    void **target = new_node();
    void **other = new_node();

    (void)state;
    target[0] = other;
    other[0] = target;
    other[1] = watch(target, 'a');
    target[1] = watch(other, 'b');
    cycle();
    assert_log("");
}

static void
R12_a_reference_held_by_other_garbage_never_fires(void **state)
{
    void **holder = new_node();

    (void)state;
    holder[0] = watch(new_node(), 'a');
    cycle();
    assert_log("");
}

static void
R12_a_reference_held_by_its_own_data_never_fires(void **state)
{
    void **data = new_node();

    (void)state;
    data[0] = new_ref(new_node(), see, data);
    cycle();
    assert_log("");
    assert_false(is_object(data));
}

static void
R13_a_reference_held_by_a_live_object_fires(void **state)
{
    void **holder = new_node();

    (void)state;
    roots[0] = holder;
    holder[0] = watch(new_node(), 'a');
    cycle();
    assert_log("a");
}

static void
R13_a_reference_held_by_data_fires(void **state)
{
    void *watched = new_node();

    (void)state;
    roots[0] = new_node();
    roots[1] = new_ref(roots[0], see, watch(watched, 'a'));
    after(roots[0], 'x');
    new_after(roots[0], log_after, watch(watched, 'b'));
    cycle();
    assert_log("ba");
}

static void
R13_a_pinned_reference_fires(void **state)
{
    wgc_weakref *reference = watch(new_node(), 'a');

    (void)state;
    assert_int_equal(wgc_pin(heap, reference), WGC_OK);
    cycle();
    assert_log("a");
}

static void
drop_all_roots(wgc_weakref *reference, void *data)
{
    assert_null(wgc_weakref_get(reference));
    memset(roots, 0, sizeof roots);
    log_data(data);
}

static void
R14_pending_callback_fires_though_its_handle_is_dropped(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), drop_all_roots, letter('a'));
    roots[1] = watch(new_node(), 'b');
    roots[2] = watch(new_node(), 'c');
    cycle();
    assert_log("abc");
}

static void
R14_pending_callback_fires_though_its_handle_was_dropped_and_collected(
    void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = watch(new_node(), 'a');
    cycle();
    roots[0] = NULL;
    cycle();
    cycle();
    assert_int_equal(wgc_pending(heap), 1);
    deliver_all();
    assert_log("a");
}

static void
R14_pending_callback_fires_though_its_reference_is_cleared(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = watch(new_node(), 'a');
    cycle();
    assert_int_equal(wgc_weakref_clear(roots[0]), WGC_OK);
    deliver_all();
    assert_log("a");
}

static void
R15_callbacks_of_one_object_run_newest_first(void **state)
{
    void *target = new_node();

    (void)state;
    for (int i = 0; i < 8; i++) {
        roots[i] = watch(target, (char)('a' + i));
    }
    cycle();
    assert_log("hgfedcba");
}

static void
R15_references_and_finalizers_share_one_order(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = watch(target, 'a');
    after(target, 'b');
    roots[1] = new_ref(target, NULL, NULL);
    roots[2] = watch(target, 'c');
    after(target, 'd');
    after(target, 'e');
    roots[3] = watch(target, 'f');
    cycle();
    assert_log("fedcba");
}

static void
R15_order_survives_the_removal_of_others(void **state)
{
    void *target = new_node();
    wgc_finalizer *cancelled;

    (void)state;
    roots[5] = target;
    roots[0] = watch(target, 'a');
    watch(target, 'x');
    roots[1] = watch(target, 'b');
    cancelled = after(target, 'y');
    roots[2] = watch(target, 'c');
    assert_true(wgc_finalizer_cancel(cancelled));
    cycle();
    roots[3] = watch(target, 'd');
    roots[5] = NULL;
    cycle();
    assert_log("dcba");
}

static void
R16_the_order_between_objects_does_not_depend_on_addresses(void **state)
{
    void *targets[16];

    (void)state;
    for (int i = 0; i < 16; i++) {
        targets[i] = new_node();
    }
    for (int i = 0; i < 16; i++) {
        roots[i] = watch(targets[i * 7 % 16], (char)('a' + i));
    }
    cycle();
    assert_log("abcdefghijklmnop");
}

static jmp_buf out;

static void
leave(wgc_weakref *reference, void *data)
{
    (void)reference;
    log_data(data);
    longjmp(out, 1);
}

static void
R17_a_callback_that_leaves_does_not_stop_the_others(void **state)
{
    (void)state;
    roots[0] = watch(new_node(), 'a');
    roots[1] = new_ref(new_node(), leave, letter('b'));
    roots[2] = watch(new_node(), 'c');
    if (setjmp(out) == 0) {
        cycle();
        fail_msg("the callback did not leave");
    }
    assert_log("ab");
    assert_int_equal(wgc_pending(heap), 1);
    deliver_all();
    assert_log("c");
}

/* ---- What callbacks may do -------------------------------------------- */

static void
make_more(wgc_weakref *reference, void *data)
{
    void *fresh = new_node();

    (void)reference;
    roots[1] = watch(roots[0], 'o');
    roots[2] = watch(fresh, 'n');
    after(roots[0], 'f');
    after(fresh, 'g');
    log_data(data);
}

static void
R18_callback_may_make_references_and_finalizers(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[3] = new_ref(new_node(), make_more, letter('m'));
    cycle();
    assert_log("m");
    cycle();
    assert_log("gn");
    roots[0] = NULL;
    cycle();
    assert_log("fo");
}

static void
do_everything(wgc_weakref *reference, void *data)
{
    wgc_stats now;
    void *fresh = wgc_realloc(heap, wgc_alloc(heap, 16), 5000);

    assert_non_null(fresh);
    assert_int_equal(wgc_weakref_clear(reference), WGC_OK);
    assert_int_equal(wgc_pin(heap, fresh), WGC_OK);
    assert_int_equal(wgc_unpin(heap, fresh), WGC_OK);
    assert_int_equal(wgc_free(heap, fresh), WGC_OK);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    assert_int_equal(wgc_enable(heap), WGC_OK);
    assert_int_equal(wgc_weak_slot_remove(heap, &roots[0]), WGC_NOT_FOUND);
    assert_true(wgc_finalizer_cancel(roots[2]));
    assert_int_equal(wgc_weakref_clear(roots[3]), WGC_OK);
    roots[1] = NULL;
    wgc_stats_get(heap, &now);
    assert_true(now.cycles > 0);
    wgc_trim(heap);
    log_data(data);
}

static void
R19_callback_may_drop_clear_cancel_and_free(void **state)
{
    void **live = new_node();

    (void)state;
    roots[0] = live;
    roots[1] = new_ref(new_node(), do_everything, letter('a'));
    roots[2] = after(live, 'x');
    roots[3] = watch(live, 'y');
    cycle();
    assert_log("a");
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
collect_inside(wgc_weakref *reference, void *data)
{
    (void)reference;
    cycle();
    log_data(data);
    cycle();
}

static void
R20_callback_may_collect(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        roots[i] = new_ref(new_node(), collect_inside, letter((char)('a' + i)));
    }
    cycle();
    assert_log("abcd");
}

static void
R21_data_that_reaches_the_target_keeps_it(void **state)
{
    void **target = new_node();
    void **data = new_node();

    (void)state;
    data[1] = target;
    roots[0] = new_ref(target, see, data);
    cycle();
    cycle();
    assert_ptr_equal(wgc_weakref_get(roots[0]), target);
    assert_log("");

    roots[0] = NULL;
    cycle();
    assert_false(is_object(target));
    assert_false(is_object(data));
    assert_log("");
}

static void
R22_data_is_held_until_the_callback_ran(void **state)
{
    void *data = new_node();

    (void)state;
    use_manual_delivery();
    data = new_node();
    roots[0] = new_node();
    roots[1] = new_ref(roots[0], see, data);
    cycle();
    assert_true(is_object(data));
    roots[0] = NULL;
    cycle();
    cycle();
    assert_true(is_object(data));
    deliver_all();
    assert_log("s");
    assert_ptr_equal(seen_data, data);
    cycle();
    assert_false(is_object(data));
    assert_true(is_object(roots[1]));
}

static void
R22_data_that_points_inside_an_object_holds_it(void **state)
{
    char *data = wgc_alloc(heap, 200);

    (void)state;
    roots[0] = new_node();
    roots[1] = new_ref(roots[0], see, data + 100);
    cycle();
    assert_true(is_object(data));
    assert_int_equal(wgc_weakref_clear(roots[1]), WGC_OK);
    cycle();
    assert_false(is_object(data));
}

static void
need_data(wgc_weakref *reference, void *data)
{
    (void)reference;
    cycle();
    assert_true(is_object(data));
    log_char('n');
}

static void
R22_data_is_held_while_the_callback_runs(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_ref(new_node(), need_data, data);
    cycle();
    assert_log("n");
    cycle();
    assert_false(is_object(data));
}

/* ---- The rest --------------------------------------------------------- */

static void
R27_a_reference_can_be_a_target(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = target;
    roots[1] = watch(target, 'a');
    roots[2] = watch(roots[1], 'b');
    roots[3] = watch(roots[2], 'c');
    cycle();
    assert_ptr_equal(wgc_weakref_get(roots[2]), roots[1]);
    roots[1] = NULL;
    cycle();
    assert_log("b");
    assert_null(wgc_weakref_get(roots[2]));
    roots[2] = NULL;
    cycle();
    assert_log("c");
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static uintptr_t stale;

static void
try_stale(wgc_weakref *reference, void *data)
{
    (void)reference;
    assert_refused(heap, (void *)stale);
    assert_int_equal(wgc_weak_slot_add(heap, &roots[9], (void *)stale),
                     WGC_NOT_AN_OBJECT);
    assert_null(wgc_finalizer_new(heap, (void *)stale, log_after, NULL));
    assert_int_equal(wgc_last_status(), WGC_NOT_AN_OBJECT);
    log_data(data);
}

static void
R28_an_object_of_the_batch_cannot_be_referenced_in_a_callback(void **state)
{
    void *target = new_node();

    (void)state;
    stale = (uintptr_t)target;
    roots[0] = new_ref(target, try_stale, letter('a'));
    cycle();
    assert_log("a");
}

static void
R29_callback_and_data_read_until_the_callback_ran(void **state)
{
    static char data;

    (void)state;
    use_manual_delivery();
    roots[0] = new_ref(new_node(), see, &data);
    assert_true(wgc_weakref_callback(roots[0]) == see);
    assert_ptr_equal(wgc_weakref_data(roots[0]), &data);
    cycle();
    assert_true(wgc_weakref_callback(roots[0]) == see);
    assert_ptr_equal(wgc_weakref_data(roots[0]), &data);
    deliver_all();
    assert_log("s");
    assert_null(wgc_weakref_callback(roots[0]));
    assert_null(wgc_weakref_data(roots[0]));
}

static void
R29_callback_is_null_after_the_target_was_forgotten(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    assert_int_equal(wgc_weakref_clear(roots[1]), WGC_OK);
    assert_null(wgc_weakref_callback(roots[1]));
    assert_null(wgc_weakref_data(roots[1]));
    assert_null(wgc_weakref_get(roots[1]));
    assert_int_equal(wgc_weakref_clear(roots[1]), WGC_OK);
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static size_t
count_references(void *target)
{
    wgc_weakref *reference = NULL;
    size_t count = 0;

    while ((reference = wgc_weakref_next(heap, target, reference))) {
        count++;
    }
    return count;
}

static void
R30_next_enumerates_the_references_newest_first(void **state)
{
    wgc_weakref *reference = NULL;

    (void)state;
    roots[0] = new_node();
    assert_null(wgc_weakref_next(heap, roots[0], NULL));
    for (int i = 1; i <= 6; i++) {
        roots[i] = i % 2 ? watch(roots[0], 'a') : watch_long(roots[0], 'a');
    }
    for (int i = 6; i >= 1; i--) {
        reference = wgc_weakref_next(heap, roots[0], reference);
        assert_ptr_equal(reference, roots[i]);
    }
    assert_null(wgc_weakref_next(heap, roots[0], reference));
}

static void
R30_next_passes_over_finalizers_slots_and_forgotten_references(void **state)
{
    void **slot = calloc(1, sizeof *slot);

    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    after(roots[0], 'b');
    guard(roots[0], 'c');
    assert_int_equal(wgc_weak_slot_add(heap, slot, roots[0]), WGC_OK);
    roots[2] = watch(roots[0], 'd');
    roots[3] = watch(roots[0], 'e');
    assert_int_equal(wgc_weakref_clear(roots[2]), WGC_OK);
    assert_ptr_equal(wgc_weakref_next(heap, roots[0], NULL), roots[3]);
    assert_ptr_equal(wgc_weakref_next(heap, roots[0], roots[3]), roots[1]);
    assert_null(wgc_weakref_next(heap, roots[0], roots[1]));
    assert_int_equal(wgc_weak_slot_remove(heap, slot), WGC_OK);
    free(slot);
}

static void
R30_the_count_is_exact_after_a_cycle_and_next_revives(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    watch(roots[0], 'b');
    watch(roots[0], 'c');
    assert_int_equal(count_references(roots[0]), 3);
    roots[2] = wgc_weakref_next(heap, roots[0], NULL);
    cycle();
    assert_int_equal(count_references(roots[0]), 2);
    roots[0] = NULL;
    cycle();
    assert_log("ca");
}

static void
R30_next_of_what_is_no_object_is_null(void **state)
{
    void **dead = new_node();

    (void)state;
    roots[0] = watch(dead, 'a');
    roots[1] = new_node();
    roots[2] = watch(roots[1], 'b');
    assert_null(wgc_weakref_next(heap, dead + 1, NULL));
    cycle();
    assert_null(wgc_weakref_next(heap, dead, NULL));
    assert_null(wgc_weakref_next(heap, NULL, NULL));
    assert_null(wgc_weakref_next(heap, &stale, NULL));
    assert_null(wgc_weakref_next(heap, roots[1], (wgc_weakref *)roots[1]));
    assert_null(wgc_weakref_next(heap, roots[1], (wgc_weakref *)&stale));
}

static void
R31_the_result_of_get_keeps_the_target_where_it_is_seen(void **state)
{
    (void)state;
    roots[0] = watch(new_node(), 'a');
    roots[1] = wgc_weakref_get(roots[0]);
    cycle();
    assert_ptr_equal(wgc_weakref_get(roots[0]), roots[1]);
    roots[1] = NULL;
    cycle();
    assert_log("a");
}

static void
R31_a_local_variable_keeps_the_target_in_an_ordinary_collection(void **state)
{
    void *volatile local;

    (void)state;
    roots[0] = watch(new_node(), 'a');
    local = wgc_weakref_get(roots[0]);
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_ptr_equal(wgc_weakref_get(roots[0]), local);
    assert_log("");
}

static void
statistics_count_references_whose_target_lives(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'a');
    roots[2] = watch_long(new_node(), 'b');
    assert_int_equal(stats().weakrefs, 2);
    cycle();
    assert_int_equal(stats().weakrefs, 1);
    assert_int_equal(wgc_weakref_clear(roots[1]), WGC_OK);
    assert_int_equal(stats().weakrefs, 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(R1_get_returns_the_target_while_it_lives),
        SCENE_TEST(R1_a_reference_alone_does_not_keep_its_target),
        SCENE_TEST(R2_get_is_null_for_ever_after_death),
        SCENE_TEST(R3_a_null_callback_queues_nothing),
        SCENE_TEST(R5_any_object_can_be_a_target),
        SCENE_TEST(R5_what_is_no_base_of_an_object_is_refused),
        SCENE_TEST(R6_the_callback_gets_the_dead_reference_and_its_data),
        SCENE_TEST(R7_a_callback_fires_at_most_once),
        SCENE_TEST(
            R8_every_other_reference_to_the_object_is_dead_in_a_callback),
        SCENE_TEST(R9_every_reference_to_every_object_of_the_batch_is_dead),
        SCENE_TEST(R10_a_reference_collected_before_its_target_never_fires),
        SCENE_TEST(R11_a_reference_that_dies_with_its_target_never_fires),
        SCENE_TEST(R12_a_reference_held_by_its_own_target_never_fires),
        SCENE_TEST(R12_a_reference_in_a_cycle_with_its_target_never_fires),
        SCENE_TEST(R12_a_reference_held_by_other_garbage_never_fires),
        SCENE_TEST(R12_a_reference_held_by_its_own_data_never_fires),
        SCENE_TEST(R13_a_reference_held_by_a_live_object_fires),
        SCENE_TEST(R13_a_reference_held_by_data_fires),
        SCENE_TEST(R13_a_pinned_reference_fires),
        SCENE_TEST(R14_pending_callback_fires_though_its_handle_is_dropped),
        SCENE_TEST(
            R14_pending_callback_fires_though_its_handle_was_dropped_and_collected),
        SCENE_TEST(R14_pending_callback_fires_though_its_reference_is_cleared),
        SCENE_TEST(R15_callbacks_of_one_object_run_newest_first),
        SCENE_TEST(R15_references_and_finalizers_share_one_order),
        SCENE_TEST(R15_order_survives_the_removal_of_others),
        SCENE_TEST(R16_the_order_between_objects_does_not_depend_on_addresses),
        SCENE_TEST(R17_a_callback_that_leaves_does_not_stop_the_others),
        SCENE_TEST(R18_callback_may_make_references_and_finalizers),
        SCENE_TEST(R19_callback_may_drop_clear_cancel_and_free),
        SCENE_TEST(R20_callback_may_collect),
        SCENE_TEST(R21_data_that_reaches_the_target_keeps_it),
        SCENE_TEST(R22_data_is_held_until_the_callback_ran),
        SCENE_TEST(R22_data_that_points_inside_an_object_holds_it),
        SCENE_TEST(R22_data_is_held_while_the_callback_runs),
        SCENE_TEST(R27_a_reference_can_be_a_target),
        SCENE_TEST(
            R28_an_object_of_the_batch_cannot_be_referenced_in_a_callback),
        SCENE_TEST(R29_callback_and_data_read_until_the_callback_ran),
        SCENE_TEST(R29_callback_is_null_after_the_target_was_forgotten),
        SCENE_TEST(R30_next_enumerates_the_references_newest_first),
        SCENE_TEST(
            R30_next_passes_over_finalizers_slots_and_forgotten_references),
        SCENE_TEST(R30_the_count_is_exact_after_a_cycle_and_next_revives),
        SCENE_TEST(R30_next_of_what_is_no_object_is_null),
        SCENE_TEST(R31_the_result_of_get_keeps_the_target_where_it_is_seen),
        SCENE_TEST(
            R31_a_local_variable_keeps_the_target_in_an_ordinary_collection),
        SCENE_TEST(statistics_count_references_whose_target_lives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
