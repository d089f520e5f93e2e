/* SPDX-License-Identifier: MIT */
/*
 * When queued callbacks run, in which order, and what they may do meanwhile:
 * the rules Q1 to Q12, the three delivery policies, and shutdown.
 */
#include <pthread.h>

#include "weak_scene.h"

enum { MANY = 200 };

static size_t ran;

static void
count_ref(wgc_weakref *reference, void *data)
{
    (void)data;
    assert_null(wgc_weakref_get(reference));
    ran++;
}

static void
count_finalizer(void *object, void *data)
{
    (void)object;
    (void)data;
    ran++;
}

/* References to objects that die at once, unless a stale word keeps one. */
NOINLINE static void
make_dying(void)
{
    for (int i = 0; i < MANY; i++)
        roots[i] = wgc_weakref_new(heap, new_node(), count_ref, NULL);
    scrub_stack();
}

/* ---- Q1, Q2: when ----------------------------------------------------- */

static void
Q1_allocation_never_runs_callbacks_by_default(void **state)
{
    size_t delivered;

    (void)state;
    use_stress(WGC_DELIVER_COLLECT);
    ran = 0;
    make_dying();
    make_garbage(heap, 20, 32);
    assert_int_equal(ran, 0);
    assert_true(wgc_pending(heap) > MANY / 2);
    delivered = wgc_deliver(heap, SIZE_MAX);
    assert_int_equal(delivered, ran);
    assert_true(ran > MANY / 2);
}

static void
Q1_allocation_never_runs_callbacks_with_manual_delivery(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_MANUAL);
    ran = 0;
    make_dying();
    make_garbage(heap, 20, 32);
    cycle();
    assert_int_equal(ran, 0);
    assert_int_equal(wgc_pending(heap), MANY);
}

static void
Q1_allocation_runs_callbacks_where_the_policy_says_so(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    ran = 0;
    make_dying();
    make_garbage(heap, 20, 32);
    assert_true(ran > MANY / 2);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
Q2_collect_runs_what_it_queued_and_what_was_queued_before(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_COLLECT);
    ran = 0;
    make_dying();
    make_garbage(heap, 20, 32);
    assert_true(wgc_pending(heap) > 0);
    cycle();
    assert_int_equal(ran, MANY);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
Q2_an_ordinary_collect_delivers_too(void **state)
{
    (void)state;
    ran = 0;
    make_dying();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_true(ran > MANY / 2);
    assert_int_equal(wgc_pending(heap), 0);
}

static void
Q2_manual_delivery_suppresses_it(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = watch(new_node(), 'a');
    cycle();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_log("");
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("a");
}

/* ---- Q3, Q4, Q5: inside a callback ------------------------------------ */

static pthread_t callback_thread;

static void
note_thread(wgc_weakref *reference, void *data)
{
    (void)reference;
    callback_thread = pthread_self();
    assert_non_null(wgc_alloc(heap, 100));
    log_data(data);
}

static void
Q3_callbacks_run_unlocked_in_the_thread_that_delivers(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), note_thread, letter('a'));
    cycle();
    assert_log("a");
    assert_true(pthread_equal(callback_thread, pthread_self()));
}

static void
collect_and_make_pending(wgc_weakref *reference, void *data)
{
    void *dying = new_node();

    (void)reference;
    roots[1] = watch(dying, 'n');
    cycle();
    assert_false(is_object(dying));
    assert_null(wgc_weakref_get(roots[1]));
    assert_true(wgc_pending(heap) > 0);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    log_data(data);
}

static void
Q4_a_collection_in_a_callback_frees_and_queues_but_runs_nothing(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), collect_and_make_pending, letter('a'));
    roots[2] = watch(new_node(), 'b');
    cycle();
    assert_log("ab");
    assert_int_equal(wgc_pending(heap), 1);
    cycle();
    assert_log("n");
}

static void
stress_inside(wgc_weakref *reference, void *data)
{
    (void)reference;
    make_dying();
    make_garbage(heap, 20, 32);
    assert_int_equal(ran, 0);
    assert_true(wgc_pending(heap) > 0);
    log_data(data);
}

static void
Q4_an_automatic_cycle_in_a_callback_runs_nothing_whatever_the_policy(
    void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    ran = 0;
    roots[MANY] = new_node();
    roots[MANY + 1] = new_ref(roots[MANY], stress_inside, letter('a'));
    roots[MANY] = NULL;
    cycle();
    assert_log("a");
    assert_int_equal(ran, 0);
    cycle();
    assert_int_equal(ran, MANY);
}

static void
collect_in_finalizer(void *object, void *data)
{
    (void)object;
    log_data(data);
    cycle();
    log_char('.');
}

static void
Q5_a_collection_in_a_finalizer_that_is_run_is_an_ordinary_one(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], collect_in_finalizer, letter('a'));
    roots[2] = watch(new_node(), 'b');
    assert_true(wgc_finalizer_run(roots[1]));
    assert_log("ab.");
}

/* ---- Q6, Q7, Q8: which ------------------------------------------------ */

static void
Q6_objects_are_in_the_order_of_their_first_record(void **state)
{
    void *one = new_node();
    void *two = new_node();
    void *three = new_node();

    (void)state;
    roots[0] = watch(three, 'a');
    roots[1] = new_ref(one, NULL, NULL);
    roots[2] = watch(two, 'b');
    after(three, 'c');
    roots[3] = watch(one, 'd');
    roots[4] = watch(two, 'e');
    after(one, 'f');
    cycle();
    assert_log("cafdeb");
}

static void
Q6_guards_are_in_the_order_of_their_objects_too(void **state)
{
    void *one = new_node();
    void *two = new_node();

    (void)state;
    roots[0] = new_ref(two, NULL, NULL);
    guard(one, 'a');
    guard(two, 'b');
    guard(one, 'c');
    cycle();
    assert_log("bca");
}

/* The slot dies with its object, and still was its first record. */
static void
Q6_the_order_does_not_depend_on_guards_elsewhere(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        void *one = new_node();
        void *two = new_node();
        void **leaf = wgc_alloc_leaf(heap, 16);

        assert_int_equal(wgc_weak_slot_add(heap, leaf, one), WGC_OK);
        roots[0] = watch(two, 'a');
        roots[1] = watch(one, 'b');
        cycle();
        assert_log("ba");
        roots[9] = new_node();
        guard(roots[9], 'g');
    }
}

static void
Q7_pending_entries_survive_collections_with_their_data(void **state)
{
    void *data, *object;

    (void)state;
    use_manual_delivery();
    data = new_node();
    ((void **)data)[0] = new_node();
    object = new_node();
    ran = 0;
    new_after(object, count_finalizer, data);
    roots[0] = new_ref(object, count_ref, new_node());
    cycle();
    for (int i = 0; i < 4; i++) {
        cycle();
        make_garbage(heap, 100, 32);
        assert_int_equal(wgc_pending(heap), 2);
        assert_true(is_object(data));
        assert_true(is_object(((void **)data)[0]));
        assert_true(is_object(wgc_weakref_data(roots[0])));
        assert_null(wgc_weakref_get(roots[0]));
    }
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 2);
    assert_int_equal(ran, 2);
    cycle();
    assert_false(is_object(data));
}

static void
Q7_batches_are_delivered_in_the_order_of_their_cycles(void **state)
{
    void *one, *two;

    (void)state;
    use_manual_delivery();
    one = new_node();
    two = new_node();
    roots[0] = one;
    roots[1] = two;
    roots[2] = watch(one, 'a');
    roots[3] = watch(two, 'b');
    roots[1] = NULL;
    cycle();
    roots[0] = NULL;
    cycle();
    assert_int_equal(wgc_pending(heap), 2);
    deliver_all();
    assert_log("ba");
}

static void
make_another(wgc_weakref *reference, void *data)
{
    (void)reference;
    roots[0] = new_ref(new_node(), make_another, data);
    cycle();
    log_data(data);
}

static void
Q8_a_callback_that_always_makes_another_does_not_keep_collect(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), make_another, letter('a'));
    cycle();
    assert_log("a");
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("a");
    assert_int_equal(wgc_pending(heap), 1);
}

static void
register_another(void *object, void *data)
{
    (void)object;
    log_data(data);
    new_after(new_node(), register_another, data);
    cycle();
}

static void
Q8_finalizers_that_register_finalizers_do_not_keep_a_delivery(void **state)
{
    (void)state;
    new_after(new_node(), register_another, letter('f'));
    for (int i = 0; i < 3; i++) {
        cycle();
        assert_log("f");
    }
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("f");
}

static void
Q8_deliver_runs_at_most_so_many(void **state)
{
    (void)state;
    use_manual_delivery();
    for (int i = 0; i < 7; i++)
        roots[i] = watch(new_node(), (char)('a' + i));
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    cycle();
    assert_int_equal(wgc_pending(heap), 7);
    assert_int_equal(stats().pending, 7);
    assert_int_equal(wgc_deliver(heap, 0), 0);
    assert_int_equal(wgc_deliver(heap, 3), 3);
    assert_log("abc");
    assert_int_equal(wgc_pending(heap), 4);
    assert_int_equal(wgc_deliver(heap, 100), 4);
    assert_log("defg");
    assert_int_equal(wgc_pending(heap), 0);
    assert_int_equal(wgc_deliver(heap, 100), 0);
}

static void
deliver_inside(wgc_weakref *reference, void *data)
{
    size_t waiting = wgc_pending(heap);

    (void)reference;
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    assert_int_equal(wgc_finalizer_run_all(heap), 0);
    assert_int_equal(wgc_pending(heap), waiting);
    log_char((char)('0' + waiting));
    log_data(data);
}

static void
Q8_nested_deliveries_do_nothing(void **state)
{
    (void)state;
    roots[9] = new_node();
    after(roots[9], 'x');
    for (int i = 0; i < 4; i++)
        roots[i] = new_ref(new_node(), deliver_inside, letter('.'));
    cycle();
    assert_log("3.2.1.0.");
}

/* ---- Q9, Q10: shutdown ------------------------------------------------ */

static void
make_while_shutting_down(void *object, void *data)
{
    (void)object;
    log_data(data);
    after(roots[0], 'y');
    after(roots[1], 'z');
}

static void
Q9_run_all_runs_newest_first_and_those_made_meanwhile(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_node();
    after(roots[0], 'a');
    new_after(roots[1], make_while_shutting_down, letter('b'));
    after(roots[0], 'c');
    assert_int_equal(wgc_finalizer_run_all(heap), 5);
    assert_log("cbzya");
    assert_int_equal(wgc_finalizer_run_all(heap), 0);
    roots[0] = roots[1] = NULL;
    cycle();
    assert_log("");
}

static void
Q9_run_all_gives_guards_their_objects(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = guard(roots[0], 'g');
    after(roots[0], 'a');
    assert_int_equal(wgc_finalizer_run_all(heap), 2);
    assert_log("ag");
    assert_false(wgc_finalizer_alive(roots[1]));
}

static void
Q9_run_all_runs_no_callbacks_of_references(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'r');
    after(roots[0], 'a');
    assert_int_equal(wgc_finalizer_run_all(heap), 1);
    assert_log("a");
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
}

static void
Q10_run_all_delivers_what_is_queued_first(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[0] = new_node();
    after(new_node(), 'a');
    roots[1] = watch(new_node(), 'r');
    guard(new_node(), 'g');
    after(roots[0], 'b');
    guard(roots[0], 'h');
    cycle();
    assert_int_equal(wgc_pending(heap), 3);
    assert_int_equal(wgc_finalizer_run_all(heap), 5);
    assert_log("arghb");
    assert_int_equal(wgc_pending(heap), 0);
}

static void
Q10_freeing_the_heap_drops_what_is_queued(void **state)
{
    (void)state;
    use_manual_delivery();
    after(new_node(), 'a');
    guard(new_node(), 'g');
    roots[0] = watch(new_node(), 'r');
    roots[1] = new_node();
    after(roots[1], 'b');
    cycle();
    assert_int_equal(wgc_pending(heap), 3);
    scene_close();
    assert_log("");
}

static void
register_for_ever(void *object, void *data)
{
    (void)object;
    ran++;
    new_after(roots[0], register_for_ever, data);
}

static void
run_all_ends_though_each_finalizer_registers_another(void **state)
{
    wgc_config config = scene_config();
    size_t count;

    (void)state;
    config.min_bytes = 64 << 10; /* cycles on the way */
    scene_reopen(&config);
    ran = 0;
    roots[0] = new_node();
    for (int i = 0; i < 10; i++)
        new_after(roots[0], register_for_ever, NULL);
    count = wgc_finalizer_run_all(heap);
    assert_int_equal(count, ran);
    assert_int_equal(count, 10 + 65536);
    assert_int_equal(stats().finalizers, 10);
}

/* ---- Q11, Q12: memory ------------------------------------------------- */

/* A new node in the list at roots[0], with a record. */
static bool
register_one(size_t i)
{
    void **node = wgc_alloc(heap, 2 * sizeof(void *));

    if (!node)
        return false;
    node[0] = roots[0];
    roots[0] = node;
    if (i % 3 == 0)
        return (roots[i + 1] = wgc_weakref_new(heap, node, count_ref, NULL)) !=
               NULL;
    if (i % 3 == 1)
        return wgc_finalizer_new(heap, node, count_finalizer, NULL);
    return wgc_finalizer_new_guard(heap, node, count_finalizer, NULL);
}

static void
Q11_queueing_needs_no_memory(void **state)
{
    wgc_config config = scene_config();
    size_t count = 0;

    (void)state;
    config.max_bytes = (size_t)1 << 20;
    scene_reopen(&config);
    ran = 0;
    while (count < ROOTS - 1 && register_one(count))
        count++;
    assert_status(WGC_NO_MEMORY);
    assert_true(count > 1000 && count < ROOTS - 1);
    for (void **node; (node = wgc_alloc(heap, 0)); roots[0] = node)
        node[0] = roots[0];
    assert_int_equal(ran, 0);
    roots[0] = NULL;
    cycle();
    assert_int_equal(ran, count);
    assert_int_equal(wgc_pending(heap), 0);
}

/* The arguments are in no variable when the function runs. */
NOINLINE static wgc_weakref *
register_fresh(void)
{
    return wgc_weakref_new(heap, new_node(), count_ref, new_node());
}

static void
Q12_registration_may_collect_and_its_arguments_survive(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_MANUAL);
    for (int i = 0; i < 50; i++) {
        wgc_weakref *reference = register_fresh();
        void *target, *data;

        roots[0] = reference;
        assert_non_null(reference);
        target = wgc_weakref_get(reference);
        data = wgc_weakref_data(reference);
        roots[1] = wgc_finalizer_new(heap, new_node(), count_finalizer, data);
        assert_non_null(roots[1]);
        assert_true(is_object(data));
        assert_ptr_equal(wgc_finalizer_data(roots[1]), data);
        if (target)
            assert_true(is_object(target));
    }
    assert_true(stats().cycles >= 150);
}

static void
Q12_the_target_lives_after_a_registration_that_collected(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_MANUAL);
    for (int i = 0; i < 50; i++) {
        void *volatile target = new_node();
        size_t cycles = stats().cycles;

        roots[0] = wgc_weakref_new(heap, target, count_ref, target);
        assert_true(stats().cycles > cycles);
        assert_ptr_equal(wgc_weakref_get(roots[0]), target);
        assert_non_null(wgc_finalizer_new(heap, target, count_finalizer, NULL));
        assert_non_null(
            wgc_finalizer_new_guard(heap, target, count_finalizer, NULL));
        assert_true(is_object(target));
        assert_ptr_equal(wgc_weakref_get(roots[0]), target);
    }
}

static void
free_first_root(wgc_weakref *reference, void *data)
{
    (void)reference;
    log_data(data);
    assert_int_equal(wgc_free(heap, roots[0]), WGC_OK);
    roots[0] = NULL;
}

/* Leaves a callback that frees roots[0] at the next delivery. */
static void *
prepare_to_free(void)
{
    roots[0] = new_node();
    roots[1] = new_node();
    roots[2] = new_ref(roots[1], free_first_root, letter('f'));
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    return roots[0];
}

static void
Q12_a_target_that_a_callback_frees_meanwhile_is_refused(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    assert_null(wgc_weakref_new(heap, prepare_to_free(), count_ref, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(
        wgc_finalizer_new(heap, prepare_to_free(), count_finalizer, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_realloc(heap, prepare_to_free(), 5000));
    assert_log("fff");
    assert_int_equal(stats().weakrefs, 0);
    assert_int_equal(stats().finalizers, 0);
}

/* ---- What is refused meanwhile ---------------------------------------- */

static void
free_heap_inside(wgc_weakref *reference, void *data)
{
    (void)reference;
    assert_int_equal(wgc_heap_free(heap), WGC_BUSY);
    assert_true(is_object(new_node()));
    log_data(data);
}

static void
free_heap_in_finalizer(void *object, void *data)
{
    (void)object;
    assert_int_equal(wgc_heap_free(heap), WGC_BUSY);
    assert_true(is_object(new_node()));
    log_data(data);
}

static void
a_heap_is_not_freed_from_its_callbacks(void **state)
{
    wgc_finalizer *explicitly;

    (void)state;
    roots[0] = new_ref(new_node(), free_heap_inside, letter('a'));
    new_after(new_node(), free_heap_in_finalizer, letter('b'));
    new_guard(new_node(), free_heap_in_finalizer, letter('c'));
    cycle();
    assert_log("abc");
    roots[1] = new_node();
    explicitly = new_after(roots[1], free_heap_in_finalizer, letter('d'));
    new_after(roots[1], free_heap_in_finalizer, letter('e'));
    assert_true(wgc_finalizer_run(explicitly));
    assert_int_equal(wgc_finalizer_run_all(heap), 1);
    assert_log("de");
}

static wgc_heap *other;

static void
free_other_heap(wgc_weakref *reference, void *data)
{
    (void)reference;
    assert_int_equal(wgc_heap_free(other), WGC_OK);
    log_data(data);
}

static void
a_callback_may_free_another_heap(void **state)
{
    wgc_config config = scene_config();

    (void)state;
    other = wgc_heap_new(&config);
    assert_non_null(other);
    roots[0] = new_ref(new_node(), free_other_heap, letter('a'));
    cycle();
    assert_log("a");
    roots[1] = new_node();
    cycle();
    assert_true(is_object(roots[1]));
}

static int refusals;

static void
try_everything(wgc_tracer *tracer, void *data)
{
    void **subject = data;

    (void)tracer;
    refusals = 0;
    refusals += !wgc_weakref_new(heap, subject[0], count_ref, NULL) &&
                wgc_last_status() == WGC_BUSY;
    refusals += !wgc_weakref_new_long(heap, subject[0], count_ref, NULL) &&
                wgc_last_status() == WGC_BUSY;
    refusals += !wgc_finalizer_new(heap, subject[0], count_finalizer, NULL) &&
                wgc_last_status() == WGC_BUSY;
    refusals +=
        !wgc_finalizer_new_guard(heap, subject[0], count_finalizer, NULL) &&
        wgc_last_status() == WGC_BUSY;
    refusals += wgc_weakref_clear(subject[1]) == WGC_BUSY;
    refusals += !wgc_weakref_get(subject[1]);
    refusals += !wgc_finalizer_run(subject[2]);
    refusals += !wgc_finalizer_cancel(subject[2]);
    refusals += wgc_weak_slot_add(heap, &subject[3], subject[0]) == WGC_BUSY;
    refusals += wgc_weak_slot_remove(heap, &subject[4]) == WGC_BUSY;
    refusals += wgc_weak_slot_move(heap, &subject[4], &subject[3]) == WGC_BUSY;
    refusals += wgc_finalizer_run_all(heap) == 0;
    refusals += wgc_deliver(heap, SIZE_MAX) == 0;
    refusals += wgc_heap_free(heap) == WGC_BUSY;
}

static void
inside_a_cycle_everything_refuses(void **state)
{
    static void *subject[5];

    (void)state;
    roots[0] = subject[0] = new_node();
    roots[1] = subject[1] = watch(roots[0], 'r');
    roots[2] = subject[2] = after(roots[0], 'f');
    subject[3] = NULL;
    assert_int_equal(wgc_weak_slot_add(heap, &subject[4], roots[0]), WGC_OK);
    assert_int_equal(wgc_root_add_callback(heap, try_everything, subject),
                     WGC_OK);
    refusals = 0;
    cycle();
    assert_int_equal(refusals, 14);
    assert_int_equal(wgc_root_remove_callback(heap, try_everything, subject),
                     WGC_OK);
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_true(wgc_finalizer_alive(roots[2]));
    assert_null(subject[3]);
    assert_ptr_equal(subject[4], roots[0]);
    assert_log("");
}

/* Registers, so that something else is held meanwhile, and collects exactly. */
static void
register_and_collect(wgc_weakref *reference, void *data)
{
    (void)reference;
    assert_non_null(wgc_weakref_new(heap, data, NULL, NULL));
    assert_int_equal(wgc_root_add(heap, roots, roots), WGC_OK);
    assert_int_equal(wgc_collect_exact(heap), WGC_OK);
    assert_int_equal(wgc_root_remove(heap, roots, roots), WGC_OK);
}

static void
Q12_arguments_survive_a_callback_that_registers_and_collects(void **state)
{
    (void)state;
    heap = exact_heap_with(
        (wgc_config){.stress = 1, .delivery = WGC_DELIVER_ALLOC});
    void *target_of_callback = roots[0] = wgc_alloc(heap, 16);
    void *dies = roots[1] = wgc_alloc(heap, 16);
    roots[2] =
        wgc_weakref_new(heap, dies, register_and_collect, target_of_callback);
    hidden target = hide(wgc_alloc(heap, 32)), data = hide(wgc_alloc(heap, 48));
    size_t cycles = stats_of(heap).cycles;
    assert_int_equal(wgc_free(heap, dies), WGC_OK); /* which queues */
    wgc_weakref *made =
        wgc_weakref_new(heap, reveal(target), NULL, reveal(data));
    roots[3] = made;
    assert_true(stats_of(heap).cycles >= cycles + 2);
    assert_null(wgc_weakref_callback(roots[2]));
    assert_true(is_alive(heap, target));
    assert_true(is_alive(heap, data));
    assert_ptr_equal(wgc_weakref_get(made), reveal(target));
    close_heap(heap);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(Q1_allocation_never_runs_callbacks_by_default),
        SCENE_TEST(Q1_allocation_never_runs_callbacks_with_manual_delivery),
        SCENE_TEST(Q1_allocation_runs_callbacks_where_the_policy_says_so),
        SCENE_TEST(Q2_collect_runs_what_it_queued_and_what_was_queued_before),
        SCENE_TEST(Q2_an_ordinary_collect_delivers_too),
        SCENE_TEST(Q2_manual_delivery_suppresses_it),
        SCENE_TEST(Q3_callbacks_run_unlocked_in_the_thread_that_delivers),
        SCENE_TEST(
            Q4_a_collection_in_a_callback_frees_and_queues_but_runs_nothing),
        SCENE_TEST(
            Q4_an_automatic_cycle_in_a_callback_runs_nothing_whatever_the_policy),
        SCENE_TEST(
            Q5_a_collection_in_a_finalizer_that_is_run_is_an_ordinary_one),
        SCENE_TEST(Q6_objects_are_in_the_order_of_their_first_record),
        SCENE_TEST(Q6_guards_are_in_the_order_of_their_objects_too),
        SCENE_TEST(Q6_the_order_does_not_depend_on_guards_elsewhere),
        SCENE_TEST(Q7_pending_entries_survive_collections_with_their_data),
        SCENE_TEST(Q7_batches_are_delivered_in_the_order_of_their_cycles),
        SCENE_TEST(
            Q8_a_callback_that_always_makes_another_does_not_keep_collect),
        SCENE_TEST(
            Q8_finalizers_that_register_finalizers_do_not_keep_a_delivery),
        SCENE_TEST(Q8_deliver_runs_at_most_so_many),
        SCENE_TEST(Q8_nested_deliveries_do_nothing),
        SCENE_TEST(Q9_run_all_runs_newest_first_and_those_made_meanwhile),
        SCENE_TEST(Q9_run_all_gives_guards_their_objects),
        SCENE_TEST(Q9_run_all_runs_no_callbacks_of_references),
        SCENE_TEST(Q10_run_all_delivers_what_is_queued_first),
        SCENE_TEST(Q10_freeing_the_heap_drops_what_is_queued),
        SCENE_TEST(run_all_ends_though_each_finalizer_registers_another),
        SCENE_TEST(Q11_queueing_needs_no_memory),
        SCENE_TEST(Q12_registration_may_collect_and_its_arguments_survive),
        SCENE_TEST(Q12_the_target_lives_after_a_registration_that_collected),
        SCENE_TEST(Q12_a_target_that_a_callback_frees_meanwhile_is_refused),
        SCENE_TEST(a_heap_is_not_freed_from_its_callbacks),
        SCENE_TEST(a_callback_may_free_another_heap),
        SCENE_TEST(inside_a_cycle_everything_refuses),
        cmocka_unit_test(
            Q12_arguments_survive_a_callback_that_registers_and_collects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
