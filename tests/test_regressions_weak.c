/* SPDX-License-Identifier: MIT */
/*
 * Bugs of weak references that other collectors really had, each under the name
 * of its row: BW1 to BW20.  BW11 is in test_leaving.c, BW14 in test_weak_free.c;
 * BW15 to BW17 are about maps, BW18 about threads.
 */
#include "weak_scene.h"

static size_t ran;

static void
count(wgc_weakref *reference, void *data)
{
    (void)data;
    assert_null(wgc_weakref_get(reference));
    ran++;
}

/* ---- BW1 -------------------------------------------------------------- */

static void
BW1_reference_and_referent_that_die_together_call_nothing(void **state)
{
    enum { N = 200 };

    (void)state;
    for (int order = 0; order < 2; order++) {
        /* The reference lies below its target, then above it. */
        for (int i = 0; i < N; i++) {
            void *early = order ? wgc_alloc(heap, 48) : NULL;
            void *other = new_node();
            void *target = order ? early : other;

            roots[i] = target;
            roots[N + i] = watch(target, 'x');
        }
        memset(roots, 0, 2 * N * sizeof *roots);
        cycle();
        assert_log("");
        make_garbage(heap, 1000, 48);
        cycle();
        assert_log("");
        assert_int_equal(stats().weakrefs, 0);
    }
}

/* ---- BW2 -------------------------------------------------------------- */

static void
free_itself(wgc_weakref *reference, void *data)
{
    assert_int_equal(wgc_free(heap, reference), WGC_BUSY);
    cycle();
    make_garbage(heap, 1000, 48);
    log_data(data);
}

static void
BW2_a_reference_freed_inside_its_own_callback(void **state)
{
    (void)state;
    roots[0] = watch(new_node(), 'a');
    roots[1] = new_ref(new_node(), free_itself, letter('b'));
    roots[2] = watch(new_node(), 'c');
    cycle();
    assert_log("abc");
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    roots[1] = NULL;
    cycle();
    deliver_all();
    assert_log("");
}

static void
free_sibling(wgc_weakref *reference, void *data)
{
    (void)reference;
    assert_int_equal(wgc_free(heap, roots[1]), WGC_BUSY);
    cycle();
    make_garbage(heap, 1000, 48);
    log_data(data);
}

static void
BW2_a_pending_reference_freed_inside_the_callback_of_a_sibling(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = watch(target, 'c');
    roots[1] = watch(target, 'b');
    roots[2] = new_ref(target, free_sibling, letter('a'));
    cycle();
    assert_log("abc");
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
drop_sibling_and_collect(wgc_weakref *reference, void *data)
{
    (void)reference;
    roots[1] = NULL;
    roots[2] = NULL;
    cycle();
    make_garbage(heap, 1000, 48);
    cycle();
    log_data(data);
}

static void
BW2_references_dropped_inside_a_callback_that_collects(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = watch(target, 'c');
    roots[1] = watch(target, 'b');
    roots[2] = new_ref(target, drop_sibling_and_collect, letter('a'));
    cycle();
    assert_log("abc");
}

/* ---- BW3 -------------------------------------------------------------- */

enum { KEPT = 1024, FRESH = 512 };

static size_t fresh_count;

/* References to fresh_count new objects, half of which live on. */
static void
make_many(wgc_weakref *reference, void *data)
{
    void **targets = roots[FRESH];
    void **references = roots[FRESH + 1];

    count(reference, data);
    if (ran > 1)
        return;
    for (size_t i = 0; i < fresh_count; i++) {
        void *target = new_node();

        if (i % 2)
            targets[i] = target;
        references[i] = new_ref(target, count, NULL);
    }
}

static void
run_BW3(size_t dying, size_t fresh)
{
    void **references = wgc_alloc(heap, dying * sizeof *references);
    void **later;

    ran = 0;
    fresh_count = fresh;
    roots[0] = references;
    roots[FRESH] = wgc_alloc(heap, fresh * sizeof(void *));
    roots[FRESH + 1] = later = wgc_alloc(heap, fresh * sizeof(void *));
    for (size_t i = 0; i < dying; i++)
        references[i] = new_ref(new_node(), make_many, NULL);
    cycle();
    assert_int_equal(ran, dying);
    for (size_t i = 0; i < dying; i++)
        assert_null(wgc_weakref_get(references[i]));
    for (size_t i = 0; i < fresh; i++)
        assert_true(is_object(wgc_weakref_get(later[i])));

    cycle();
    assert_int_equal(ran, dying + (fresh + 1) / 2);
    for (size_t i = 0; i < fresh; i++)
        assert_ptr_equal(wgc_weakref_get(later[i]), ((void **)roots[FRESH])[i]);
    roots[FRESH] = NULL;
    cycle();
    assert_int_equal(ran, dying + fresh);
    assert_int_equal(stats().weakrefs, 0);
}

static void
BW3_callback_makes_400_references_while_100_wait(void **state)
{
    (void)state;
    run_BW3(100, 400);
}

static void
BW3_callback_makes_100000_references_while_others_wait(void **state)
{
    (void)state;
    run_BW3(1, 100000);
    memset(roots, 0, sizeof roots);
    run_BW3(100000, 1);
    memset(roots, 0, sizeof roots);
    run_BW3(10000, 100000);
}

static void
make_as_many_again(wgc_weakref *reference, void *data)
{
    (void)data;
    count(reference, NULL);
    for (int i = 0; i < 4; i++)
        roots[KEPT + ran * 4 + (size_t)i] =
            new_ref(i % 2 ? roots[0] : new_node(), count, NULL);
}

static void
BW3_every_callback_makes_references(void **state)
{
    (void)state;
    ran = 0;
    roots[0] = new_node();
    for (int i = 0; i < 100; i++)
        roots[1 + i] = new_ref(new_node(), make_as_many_again, NULL);
    cycle();
    assert_int_equal(ran, 100);
    cycle();
    assert_int_equal(ran, 300);
    roots[0] = NULL;
    cycle();
    assert_int_equal(ran, 500);
}

/* ---- BW5 -------------------------------------------------------------- */

static void
BW5_a_cycle_in_the_middle_of_a_registration(void **state)
{
    enum { N = 300 };
    static void *slots[N];

    (void)state;
    use_stress(WGC_DELIVER_COLLECT);
    ran = 0;
    for (int i = 0; i < N; i++) {
        roots[i] = new_node();
        roots[N + i] = new_ref(roots[i], count, NULL);
        roots[2 * N + i] = new_long(roots[i], count, NULL);
        assert_int_equal(wgc_weak_slot_add(heap, &slots[i], roots[i]), WGC_OK);
    }
    for (int i = 0; i < N; i++) {
        assert_ptr_equal(wgc_weakref_get(roots[N + i]), roots[i]);
        assert_ptr_equal(wgc_weakref_get(roots[2 * N + i]), roots[i]);
        assert_ptr_equal(slots[i], roots[i]);
    }
    assert_int_equal(stats().weakrefs, 3 * N);
    assert_true(stats().cycles >= 3 * N);
    memset(roots, 0, N * sizeof *roots);
    cycle();
    assert_int_equal(ran, 2 * N);
    for (int i = 0; i < N; i++)
        assert_null(slots[i]);
    assert_int_equal(stats().weakrefs, 0);
}

/* ---- BW6 -------------------------------------------------------------- */

enum { MILLION = 1000000, MIB = 1 << 20 };

/* With 1000 references alive; what a heap of that size may take. */
static void
assert_small_again(void)
{
    for (int i = 0; i < 2; i++) { /* tables shrink at cycles */
        cycle();
        wgc_trim(heap);
    }
    assert_true(stats().weakrefs <= 1000);
    assert_true(stats().live_bytes < MIB);
    assert_true(stats().committed_bytes < 4 * MIB);
}

static void
BW6_a_million_references_that_lived_at_once_leave_no_table(void **state)
{
    void **list = NULL;

    (void)state;
    for (int i = 0; i < MILLION; i++) {
        void **node = wgc_alloc(heap, 2 * sizeof *node);

        assert_non_null(node);
        node[0] = list;
        node[1] = wgc_weakref_new(heap, node, NULL, NULL);
        assert_non_null(node[1]);
        roots[0] = list = node;
    }
    cycle();
    assert_int_equal(stats().weakrefs, MILLION);
    roots[0] = NULL;
    assert_small_again();
    assert_int_equal(stats().weakrefs, 0);
}

static void
BW6_a_million_references_in_dead_containers_leave_no_table(void **state)
{
    enum { BATCH = 1000 };

    (void)state;
    for (int i = 0; i < BATCH; i++)
        roots[i] = new_node();
    for (int round = 0; round < MILLION / BATCH; round++) {
        void **container = wgc_alloc(heap, BATCH * sizeof *container);

        assert_non_null(container);
        for (int i = 0; i < BATCH; i++)
            container[i] = new_ref(roots[i], count, NULL);
        if (round % 10 == 9) {
            cycle();
            assert_int_equal(stats().weakrefs, 0);
        }
        if (round == 100)
            assert_true(stats().committed_bytes < 4 * MIB);
    }
    assert_small_again();
}

static void
BW6_a_million_slots_leave_no_table(void **state)
{
    void **places = calloc(MILLION, sizeof *places);

    (void)state;
    assert_non_null(places);
    for (int i = 0; i < MILLION; i++)
        assert_int_equal(wgc_weak_slot_add(heap, &places[i], new_node()),
                         WGC_OK);
    assert_int_equal(stats().weakrefs, MILLION);
    assert_small_again();
    for (int i = 0; i < MILLION; i++)
        assert_null(places[i]);
    free(places);
}

/* ---- BW7, BW8 --------------------------------------------------------- */

static void
refer_to_garbage(void *object, void *data)
{
    void **links = object;

    roots[0] = new_ref(object, NULL, NULL);
    roots[1] = new_ref(links[0], NULL, NULL);
    roots[2] = new_long(links[1], NULL, NULL);
    roots[3] = new_ref(data, NULL, NULL);
}

static void
BW7_references_made_by_a_guard_to_garbage_clear_before_it_is_reclaimed(
    void **state)
{
    void **object = new_node();
    void *data = new_node();

    (void)state;
    object[0] = new_node();
    object[1] = new_node();
    new_guard(object, refer_to_garbage, data);
    cycle();
    for (int i = 0; i < 4; i++)
        assert_true(is_object(wgc_weakref_get(roots[i])));
    cycle();
    for (int i = 0; i < 4; i++)
        assert_null(wgc_weakref_get(roots[i]));
    assert_false(is_object(object));
    make_garbage(heap, 1000, 32);
    for (int i = 0; i < 4; i++)
        assert_null(wgc_weakref_get(roots[i]));
}

static void
compare_references(void *object, void *data)
{
    assert_null(wgc_weakref_get(roots[0]));
    assert_ptr_equal(wgc_weakref_get(roots[1]), object);
    log_data(data);
}

static void
BW8_short_references_clear_before_the_guard_and_long_ones_after(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch(object, 's');
    roots[1] = watch_long(object, 'l');
    new_guard(object, compare_references, letter('g'));
    cycle();
    assert_log("sg");
    cycle();
    assert_log("l");
}

/* ---- BW9, BW10 -------------------------------------------------------- */

static void
try_to_resurrect(wgc_weakref *reference, void *data)
{
    count(reference, data);
    for (int i = 0; i < 100; i++)
        assert_null(wgc_weakref_get(roots[i]));
}

static void
BW9_no_callback_can_resurrect_through_another_reference(void **state)
{
    void **previous = NULL;

    (void)state;
    ran = 0;
    for (int i = 0; i < 100; i++) {
        void **node = new_node();

        node[0] = previous;
        previous = node;
        roots[i] = i % 2 ? new_ref(node, try_to_resurrect, NULL)
                         : new_ref(node, NULL, NULL);
    }
    ((void **)wgc_weakref_get(roots[0]))[0] = previous;
    cycle();
    assert_int_equal(ran, 50);
}

static void
BW10_a_callback_whose_reference_or_data_is_of_the_same_trash_is_not_called(
    void **state)
{
    void **one = new_node();
    void **two = new_node();

    (void)state;
    ran = 0;
    one[0] = two;
    two[0] = one;
    one[1] = new_ref(two, count, one);
    two[1] = new_ref(one, count, two);
    cycle();
    assert_int_equal(ran, 0);
    assert_int_equal(wgc_pending(heap), 0);
    assert_false(is_object(one));
    assert_int_equal(stats().weakrefs, 0);
}

/* ---- BW12 ------------------------------------------------------------- */

static void
BW12_data_that_keeps_the_target_alive_is_reported(void **state)
{
    enum { N = 10 };

    (void)state;
    for (int i = 0; i < N; i++) {
        void **object = new_node();
        void **closure = new_node();

        closure[0] = object;
        roots[i] = new_after(object, log_after, closure);
    }
    cycle();
    assert_int_equal(stats().self_retained, N);
    assert_true(wgc_finalizer_cancel(roots[0]));
    cycle();
    assert_int_equal(stats().self_retained, N - 1);
    for (int i = 1; i < N; i++)
        assert_true(wgc_finalizer_cancel(roots[i]));
    cycle();
    assert_int_equal(stats().self_retained, 0);
}

/* ---- BW13 ------------------------------------------------------------- */

static void
assert_no_target(void *address)
{
    static void *slot;

    assert_null(wgc_weakref_new(heap, address, count, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_new_long(heap, address, count, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weak_slot_add(heap, &slot, address),
                     WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_next(heap, address, NULL));
}

static void
BW13_references_to_what_is_no_object_are_refused(void **state)
{
    static int in_data;
    wgc_config config = scene_config();
    wgc_heap *two = wgc_heap_new(&config);
    char *object = (char *)new_node();
    char *large = wgc_alloc_leaf(heap, MIB);
    void *freed_small = new_node();
    void *freed_large = wgc_alloc(heap, MIB);
    void *dead = new_node();
    void *dead_large = wgc_alloc(heap, MIB);

    (void)state;
    roots[0] = object;
    roots[1] = large;
    assert_int_equal(wgc_free(heap, freed_small), WGC_OK);
    assert_int_equal(wgc_free(heap, freed_large), WGC_OK);
    assert_no_target(freed_small);
    assert_no_target(freed_large);
    cycle();
    for (int tag = 1; tag < 32; tag++)
        assert_no_target(object + tag);
    assert_no_target(large + 4096);
    assert_no_target(large + MIB - 1);
    assert_no_target(freed_small);
    assert_no_target(freed_large);
    assert_no_target(dead);
    assert_no_target(dead_large);
    assert_no_target(&in_data);
    assert_no_target(&config);
    assert_no_target(NULL);
    for (uintptr_t i = 1; i < 64; i++)
        assert_no_target((void *)i);
    assert_no_target((void *)((uintptr_t)object | (uintptr_t)1 << 63));
    assert_no_target(wgc_alloc(two, 32));
    assert_int_equal(wgc_heap_free(two), WGC_OK);
    assert_int_equal(stats().weakrefs, 0);
}

/* ---- BW19, BW20 ------------------------------------------------------- */

static void
BW19_references_and_finalizers_of_one_object_in_their_documented_order(
    void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch(object, 'a');
    after(object, 'b');
    roots[1] = watch(object, 'c');
    after(object, 'd');
    guard(object, 'z');
    roots[2] = watch(object, 'e');
    cycle();
    assert_log("edcbaz");
}

static void
BW19_dead_references_stay_distinct_and_what_they_were(void **state)
{
    void *object = new_node();

    (void)state;
    roots[0] = watch(object, 'a');
    roots[1] = watch(object, 'b');
    cycle();
    assert_log("ba");
    assert_ptr_not_equal(roots[0], roots[1]);
    cycle();
    assert_true(is_object(roots[0]));
    assert_true(is_object(roots[1]));
    assert_null(wgc_weakref_get(roots[0]));
}

NOINLINE static void
make_in_a_frame_that_ends(void)
{
    for (int i = 0; i < 100; i++) {
        void *volatile local = new_node();

        roots[i] = new_ref(local, count, NULL);
    }
    scrub_stack();
}

static void
BW20_objects_of_a_scrubbed_frame_die_in_a_conservative_collection(void **state)
{
    (void)state;
    ran = 0;
    make_in_a_frame_that_ends();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_true(ran >= 95);
    cycle();
    assert_int_equal(ran, 100);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(BW1_reference_and_referent_that_die_together_call_nothing),
        SCENE_TEST(BW2_a_reference_freed_inside_its_own_callback),
        SCENE_TEST(
            BW2_a_pending_reference_freed_inside_the_callback_of_a_sibling),
        SCENE_TEST(BW2_references_dropped_inside_a_callback_that_collects),
        SCENE_TEST(BW3_callback_makes_400_references_while_100_wait),
        SCENE_TEST(BW3_callback_makes_100000_references_while_others_wait),
        SCENE_TEST(BW3_every_callback_makes_references),
        SCENE_TEST(BW5_a_cycle_in_the_middle_of_a_registration),
        SCENE_TEST(BW6_a_million_references_that_lived_at_once_leave_no_table),
        SCENE_TEST(BW6_a_million_references_in_dead_containers_leave_no_table),
        SCENE_TEST(BW6_a_million_slots_leave_no_table),
        SCENE_TEST(
            BW7_references_made_by_a_guard_to_garbage_clear_before_it_is_reclaimed),
        SCENE_TEST(
            BW8_short_references_clear_before_the_guard_and_long_ones_after),
        SCENE_TEST(BW9_no_callback_can_resurrect_through_another_reference),
        SCENE_TEST(
            BW10_a_callback_whose_reference_or_data_is_of_the_same_trash_is_not_called),
        SCENE_TEST(BW12_data_that_keeps_the_target_alive_is_reported),
        SCENE_TEST(BW13_references_to_what_is_no_object_are_refused),
        SCENE_TEST(
            BW19_references_and_finalizers_of_one_object_in_their_documented_order),
        SCENE_TEST(BW19_dead_references_stay_distinct_and_what_they_were),
        SCENE_TEST(
            BW20_objects_of_a_scrubbed_frame_die_in_a_conservative_collection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
