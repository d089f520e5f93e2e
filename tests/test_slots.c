/* SPDX-License-Identifier: MIT */
/*
 * Weak slots: pointer variables of the host's that become NULL when their
 * target dies, outside the heap and inside objects that are not scanned.
 */
#include "weak_scene.h"

/* Variables outside the heap, which no cycle scans. */
static void *slots[8];

static void
add(void **slot, void *target)
{
    assert_int_equal(wgc_weak_slot_add(heap, slot, target), WGC_OK);
    assert_ptr_equal(*slot, target);
}

static int
slots_setup(void **state)
{
    memset(slots, 0, sizeof slots);
    return scene_setup(state);
}

#define SLOT_TEST(f)                                                           \
    cmocka_unit_test_setup_teardown(f, slots_setup, scene_teardown)

/* ---- Add, remove, move ------------------------------------------------ */

static void
slot_becomes_null_when_its_target_dies(void **state)
{
    (void)state;
    roots[0] = new_node();
    add(&slots[0], roots[0]);
    cycle();
    assert_ptr_equal(slots[0], roots[0]);
    roots[0] = NULL;
    cycle();
    assert_null(slots[0]);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_NOT_FOUND);
}

static void
slot_queues_nothing(void **state)
{
    (void)state;
    use_manual_delivery();
    add(&slots[0], new_node());
    cycle();
    assert_null(slots[0]);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
several_slots_of_one_target_all_clear(void **state)
{
    void *target = new_node();
    void *other = new_node();

    (void)state;
    roots[0] = other;
    for (int i = 0; i < 8; i++)
        add(&slots[i], i % 2 ? other : target);
    cycle();
    for (int i = 0; i < 8; i++)
        assert_ptr_equal(slots[i], i % 2 ? other : NULL);
}

static void
slot_is_null_before_any_callback_runs(void **state)
{
    (void)state;
    use_manual_delivery();
    add(&slots[0], new_node());
    roots[0] = watch(slots[0], 'a');
    add(&slots[1], slots[0]);
    cycle();
    assert_int_equal(wgc_pending(heap), 1);
    assert_null(slots[0]);
    assert_null(slots[1]);
}

static void
removed_slot_keeps_its_contents(void **state)
{
    void *target = new_node();

    (void)state;
    add(&slots[0], target);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_OK);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_NOT_FOUND);
    assert_ptr_equal(slots[0], target);
    cycle();
    assert_ptr_equal(slots[0], target);
    assert_false(is_object(target));
}

static void
overwritten_slot_is_left_alone(void **state)
{
    static char mine;

    (void)state;
    add(&slots[0], new_node());
    slots[0] = &mine;
    cycle();
    assert_ptr_equal(slots[0], &mine);
}

static void
adding_again_changes_the_target(void **state)
{
    void *first = new_node();

    (void)state;
    roots[0] = new_node();
    add(&slots[0], first);
    add(&slots[0], roots[0]);
    assert_int_equal(stats().weakrefs, 1);
    cycle();
    assert_ptr_equal(slots[0], roots[0]);
    roots[0] = NULL;
    cycle();
    assert_null(slots[0]);
}

static void
adding_again_with_the_same_target_is_one_registration(void **state)
{
    (void)state;
    roots[0] = new_node();
    add(&slots[0], roots[0]);
    add(&slots[0], roots[0]);
    assert_int_equal(stats().weakrefs, 1);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_OK);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_NOT_FOUND);
}

static void
moved_slot_clears_at_its_new_place(void **state)
{
    void *target = new_node();

    (void)state;
    add(&slots[0], target);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[1]), WGC_OK);
    assert_ptr_equal(slots[0], target);
    assert_ptr_equal(slots[1], target);
    cycle();
    assert_ptr_equal(slots[0], target);
    assert_null(slots[1]);
}

static void
moving_onto_a_registered_slot_replaces_it(void **state)
{
    void *target = new_node();

    (void)state;
    roots[0] = new_node();
    add(&slots[0], target);
    add(&slots[1], roots[0]);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[1]), WGC_OK);
    assert_ptr_equal(slots[1], target);
    assert_int_equal(stats().weakrefs, 1);
    cycle();
    assert_null(slots[1]);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[1]), WGC_NOT_FOUND);
}

static void
moving_a_slot_onto_itself_changes_nothing(void **state)
{
    (void)state;
    add(&slots[0], new_node());
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[0]), WGC_OK);
    assert_non_null(slots[0]);
    assert_int_equal(stats().weakrefs, 1);
    cycle();
    assert_null(slots[0]);
}

static void
what_is_no_slot_is_refused(void **state)
{
    char *bytes = (char *)slots;
    void **crooked = (void **)(void *)(bytes + 1);
    static void *elsewhere;

    (void)state;
    roots[0] = new_node();
    assert_int_equal(wgc_weak_slot_add(heap, NULL, roots[0]), WGC_INVALID);
    assert_int_equal(wgc_weak_slot_add(heap, crooked, roots[0]), WGC_INVALID);
    assert_int_equal(wgc_weak_slot_remove(heap, NULL), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_remove(heap, crooked), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_remove(heap, &elsewhere), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[1]),
                     WGC_NOT_FOUND);
    add(&slots[0], roots[0]);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], NULL), WGC_INVALID);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], crooked), WGC_INVALID);
    roots[0] = NULL;
    cycle();
    assert_null(slots[0]);
}

static void
refused_target_leaves_the_slot_as_it_was(void **state)
{
    void **target = new_node();

    (void)state;
    roots[0] = target;
    add(&slots[0], target);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], target + 1),
                     WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], NULL),
                     WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], &slots[1]),
                     WGC_NOT_AN_OBJECT);
    assert_ptr_equal(slots[0], target);
    roots[0] = NULL;
    cycle();
    assert_null(slots[0]);
}

static void
ten_thousand_slots_come_and_go(void **state)
{
    enum { N = 10000 };
    void **many = calloc(N, sizeof *many);

    (void)state;
    assert_non_null(many);
    roots[0] = new_node();
    for (int i = 0; i < N; i++)
        add(&many[i], i % 3 ? new_node() : roots[0]);
    for (int i = 0; i < N; i += 2)
        assert_int_equal(wgc_weak_slot_remove(heap, &many[i]), WGC_OK);
    cycle();
    for (int i = 1; i < N; i += 2)
        assert_ptr_equal(many[i], i % 3 ? NULL : roots[0]);
    for (int i = 0; i < N; i += 2)
        assert_non_null(many[i]);
    free(many);
}

/* ---- Slots inside objects --------------------------------------------- */

static void **
new_leaf(void)
{
    void **leaf = wgc_alloc_leaf(heap, 8 * sizeof *leaf);

    assert_non_null(leaf);
    return leaf;
}

static void
slot_in_a_leaf_object_clears(void **state)
{
    void **leaf = new_leaf();

    (void)state;
    roots[0] = leaf;
    add(&leaf[3], new_node());
    cycle();
    assert_null(leaf[3]);
}

static void
slot_in_a_word_that_is_not_traced_clears(void **state)
{
    static const uint64_t bits = 1;
    wgc_kind_info info = {.name = "first", .pointers = &bits, .words = 1};
    void **object = wgc_alloc_kind(heap, wgc_kind_new(heap, &info), 32);

    (void)state;
    roots[0] = object;
    object[0] = new_node();
    add(&object[1], object[0]);
    cycle();
    assert_ptr_equal(object[1], object[0]);
    object[0] = NULL;
    cycle();
    assert_null(object[1]);
}

static void
slot_in_a_dead_object_is_forgotten(void **state)
{
    void **leaf = new_leaf();

    (void)state;
    roots[0] = new_node();
    add(&leaf[0], roots[0]);
    add(&leaf[7], roots[0]);
    assert_int_equal(stats().weakrefs, 2);
    cycle();
    assert_int_equal(stats().weakrefs, 0);
    assert_int_equal(wgc_weak_slot_remove(heap, &leaf[0]), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_remove(heap, &leaf[7]), WGC_NOT_FOUND);
}

/* The memory of a dead slot belongs to somebody else. */
static void
slot_in_reused_memory_is_not_written(void **state)
{
    enum { N = 2000 };
    void *target = new_node();

    (void)state;
    roots[0] = target;
    add(&new_leaf()[2], target);
    cycle();
    roots[1] = wgc_alloc(heap, N * sizeof(void *));
    for (int i = 0; i < N; i++) {
        void **fresh = new_leaf();

        fresh[2] = target;
        ((void **)roots[1])[i] = fresh;
    }
    roots[0] = NULL;
    cycle();
    assert_false(is_object(target));
    for (int i = 0; i < N; i++)
        assert_ptr_equal(((void ***)roots[1])[i][2], target);
}

static void
slot_and_target_die_together(void **state)
{
    void **leaf = new_leaf();

    (void)state;
    add(&leaf[0], new_node());
    add(&leaf[1], leaf);
    cycle();
    assert_int_equal(stats().weakrefs, 0);
}

static void
slot_in_a_freed_object_is_forgotten(void **state)
{
    void **leaf = new_leaf();

    (void)state;
    roots[0] = new_node();
    add(&leaf[0], roots[0]);
    assert_int_equal(wgc_free(heap, leaf), WGC_OK);
    assert_int_equal(wgc_weak_slot_remove(heap, &leaf[0]), WGC_NOT_FOUND);
    assert_int_equal(stats().weakrefs, 0);
}

static void
slot_in_a_freed_large_object_is_forgotten(void **state)
{
    void **leaf = wgc_alloc_leaf(heap, 1 << 20);

    (void)state;
    assert_non_null(leaf);
    roots[0] = new_node();
    add(&leaf[0], roots[0]);
    add(&leaf[(1 << 17) - 1], roots[0]);
    assert_int_equal(wgc_free(heap, leaf), WGC_OK);
    roots[0] = NULL;
    cycle();
    assert_int_equal(stats().weakrefs, 0);
}

static void
slot_clears_when_its_target_is_freed(void **state)
{
    void *target = new_node();

    (void)state;
    add(&slots[0], target);
    assert_int_equal(wgc_free(heap, target), WGC_OK);
    assert_null(slots[0]);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_NOT_FOUND);
}

static void
slot_moves_with_the_object_it_is_in(void **state)
{
    void **old = new_leaf();
    void **fresh;

    (void)state;
    roots[0] = new_node();
    add(&old[5], roots[0]);
    fresh = wgc_realloc(heap, old, 100000);
    assert_non_null(fresh);
    assert_ptr_not_equal(fresh, old);
    roots[1] = fresh;
    assert_ptr_equal(fresh[5], roots[0]);
    assert_int_equal(wgc_weak_slot_remove(heap, &old[5]), WGC_NOT_FOUND);
    roots[0] = NULL;
    cycle();
    assert_null(fresh[5]);
}

static void
slot_in_a_part_that_is_cut_off_is_forgotten(void **state)
{
    void **leaf = wgc_alloc_leaf(heap, 100000);
    void **small;

    (void)state;
    roots[0] = new_node();
    add(&leaf[1], roots[0]);
    add(&leaf[10000], roots[0]);
    small = wgc_realloc(heap, leaf, 64);
    assert_non_null(small);
    roots[1] = small;
    assert_true(wgc_size(heap, small) < 10000 * sizeof *small);
    assert_int_equal(wgc_weak_slot_remove(heap, &leaf[10000]), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_remove(heap, &small[10000]), WGC_NOT_FOUND);
    assert_int_equal(stats().weakrefs, 1);
    roots[0] = NULL;
    cycle();
    assert_null(small[1]);
}

static void
slot_in_a_part_that_a_resize_cut_off_is_forgotten(void **state)
{
    void **leaf = wgc_alloc_leaf(heap, 1 << 20);

    (void)state;
    roots[0] = new_node();
    roots[1] = leaf;
    add(&leaf[1], roots[0]);
    add(&leaf[100000], roots[0]);
    if (wgc_resize(heap, leaf, 100000)) {
        assert_true(wgc_size(heap, leaf) < 100000 * sizeof *leaf);
        assert_int_equal(wgc_weak_slot_remove(heap, &leaf[100000]),
                         WGC_NOT_FOUND);
    }
    assert_int_equal(wgc_weak_slot_remove(heap, &leaf[1]), WGC_OK);
}

static wgc_status freed;

static void
free_target(wgc_weakref *reference, void *data)
{
    (void)reference;
    (void)data;
    freed = wgc_free(heap, roots[0]);
    roots[0] = NULL;
}

static void
target_that_a_callback_frees_during_the_registration_is_refused(void **state)
{
    void *target;

    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    target = roots[0] = new_node();
    roots[1] = new_node();
    roots[2] = new_ref(roots[1], free_target, NULL);
    freed = WGC_INVALID;
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], target),
                     WGC_NOT_AN_OBJECT);
    assert_int_equal(freed, WGC_OK);
    assert_null(slots[0]);
    assert_int_equal(stats().weakrefs, 0);
}

static void
slot_follows_a_target_that_moves(void **state)
{
    void *old = new_leaf();

    (void)state;
    add(&slots[0], old);
    roots[0] = wgc_realloc(heap, old, 100000);
    assert_non_null(roots[0]);
    assert_ptr_not_equal(roots[0], old);
    assert_ptr_equal(slots[0], roots[0]);
    cycle();
    assert_ptr_equal(slots[0], roots[0]);
    roots[0] = NULL;
    cycle();
    assert_null(slots[0]);
}

static void
overwritten_slot_is_left_alone_when_its_target_moves(void **state)
{
    static char mine;
    void *old = new_leaf();

    (void)state;
    add(&slots[0], old);
    slots[0] = &mine;
    roots[0] = wgc_realloc(heap, old, 100000);
    assert_non_null(roots[0]);
    assert_ptr_equal(slots[0], &mine);
}

static void
slot_in_its_own_target_survives_a_move(void **state)
{
    void **old = new_leaf();
    void **fresh;

    (void)state;
    add(&old[2], old);
    fresh = wgc_realloc(heap, old, 100000);
    assert_non_null(fresh);
    assert_ptr_not_equal(fresh, old);
    assert_ptr_equal(fresh[2], fresh);
    cycle();
    assert_false(is_object(fresh));
    assert_int_equal(stats().weakrefs, 0);
}

static void
slot_moves_into_an_object_and_out_of_it(void **state)
{
    void **leaf = new_leaf();

    (void)state;
    roots[0] = new_node();
    add(&slots[0], roots[0]);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &leaf[1]), WGC_OK);
    assert_int_equal(wgc_weak_slot_move(heap, &leaf[1], &slots[1]), WGC_OK);
    cycle();
    assert_false(is_object(leaf));
    assert_ptr_equal(slots[1], roots[0]);
    roots[0] = NULL;
    cycle();
    assert_null(slots[1]);
    assert_non_null(slots[0]);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SLOT_TEST(slot_becomes_null_when_its_target_dies),
        SLOT_TEST(slot_queues_nothing),
        SLOT_TEST(several_slots_of_one_target_all_clear),
        SLOT_TEST(slot_is_null_before_any_callback_runs),
        SLOT_TEST(removed_slot_keeps_its_contents),
        SLOT_TEST(overwritten_slot_is_left_alone),
        SLOT_TEST(adding_again_changes_the_target),
        SLOT_TEST(adding_again_with_the_same_target_is_one_registration),
        SLOT_TEST(moved_slot_clears_at_its_new_place),
        SLOT_TEST(moving_onto_a_registered_slot_replaces_it),
        SLOT_TEST(moving_a_slot_onto_itself_changes_nothing),
        SLOT_TEST(what_is_no_slot_is_refused),
        SLOT_TEST(refused_target_leaves_the_slot_as_it_was),
        SLOT_TEST(ten_thousand_slots_come_and_go),
        SLOT_TEST(slot_in_a_leaf_object_clears),
        SLOT_TEST(slot_in_a_word_that_is_not_traced_clears),
        SLOT_TEST(slot_in_a_dead_object_is_forgotten),
        SLOT_TEST(slot_in_reused_memory_is_not_written),
        SLOT_TEST(slot_and_target_die_together),
        SLOT_TEST(slot_in_a_freed_object_is_forgotten),
        SLOT_TEST(slot_in_a_freed_large_object_is_forgotten),
        SLOT_TEST(slot_clears_when_its_target_is_freed),
        SLOT_TEST(slot_moves_with_the_object_it_is_in),
        SLOT_TEST(slot_in_a_part_that_is_cut_off_is_forgotten),
        SLOT_TEST(slot_in_a_part_that_a_resize_cut_off_is_forgotten),
        SLOT_TEST(
            target_that_a_callback_frees_during_the_registration_is_refused),
        SLOT_TEST(slot_follows_a_target_that_moves),
        SLOT_TEST(overwritten_slot_is_left_alone_when_its_target_moves),
        SLOT_TEST(slot_in_its_own_target_survives_a_move),
        SLOT_TEST(slot_moves_into_an_object_and_out_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
