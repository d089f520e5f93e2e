/* SPDX-License-Identifier: MIT */
/*
 * Callbacks that leave by longjmp: BW11.  Wherever a callback runs and however
 * deep, the others are delivered later, each once, and the heap is whole.
 */
#include "weak_scene.h"

static jmp_buf out;

static void
leave_ref(wgc_weakref *reference, void *data)
{
    (void)reference;
    log_data(data);
    longjmp(out, 1);
}

static void
leave(void *object, void *data)
{
    (void)object;
    log_data(data);
    longjmp(out, 1);
}

/* Runs a statement out of which a callback must leave. */
#define leaves(statement)                                                      \
    do {                                                                       \
        if (setjmp(out) == 0) {                                                \
            statement;                                                         \
            fail_msg("no callback left");                                      \
        }                                                                      \
    } while (0)

static void
leave_in_the_middle(void)
{
    roots[0] = watch(new_node(), 'a');
    roots[1] = new_ref(new_node(), leave_ref, letter('b'));
    after(new_node(), 'c');
    guard(new_node(), 'g');
}

/* What was queued behind the one that left is still there, and works. */
static void
assert_rest_is_delivered(void)
{
    assert_log("ab");
    assert_int_equal(wgc_pending(heap), 2);
    assert_null(wgc_weakref_callback(roots[1]));
    assert_int_equal(wgc_deliver(heap, 1), 1);
    assert_log("c");
    cycle();
    assert_log("g");
    cycle();
    assert_log("");
    assert_int_equal(wgc_pending(heap), 0);
}

static void
BW11_a_callback_leaves_deliver(void **state)
{
    (void)state;
    use_manual_delivery();
    leave_in_the_middle();
    cycle();
    leaves(deliver_all());
    assert_log("ab");
    assert_int_equal(wgc_pending(heap), 2);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 2);
    assert_log("cg");
}

static void
BW11_a_callback_leaves_collect_exact(void **state)
{
    (void)state;
    leave_in_the_middle();
    leaves(cycle());
    assert_rest_is_delivered();
}

/* Queued before, so that a conservative cycle has nothing to find. */
NOINLINE static void
make_queued(void)
{
    for (int i = 10; i < 14; i++)
        roots[i] = new_node();
    roots[0] = watch(roots[10], 'a');
    roots[1] = new_ref(roots[11], leave_ref, letter('b'));
    after(roots[12], 'c');
    guard(roots[13], 'g');
    for (int i = 0; i < 3; i++)
        assert_int_equal(wgc_free(heap, roots[10 + i]), WGC_OK);
    roots[13] = NULL;
    scrub_stack();
}

static void
BW11_a_callback_leaves_collect(void **state)
{
    (void)state;
    make_queued();
    leaves(wgc_collect(heap));
    assert_log("ab");
    assert_true(wgc_pending(heap) > 0);
    cycle();
    assert_log("cg");
}

NOINLINE static void
allocate_much(void)
{
    make_garbage(heap, 1000, 32);
}

static void
BW11_a_callback_leaves_an_allocation(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    for (int i = 0; i < 100; i++)
        roots[i] = new_node();
    for (int i = 0; i < 100; i++)
        roots[100 + i] = new_ref(roots[i], leave_ref, letter('x'));
    memset(roots, 0, 100 * sizeof *roots);
    for (volatile int i = 0; i < 90; i++)
        leaves(allocate_much());
    assert_int_equal(log_used, 90);
    for (volatile int i = 0; i < 10 && wgc_pending(heap) > 0; i++)
        leaves(deliver_all());
    if (setjmp(out) == 0)
        allocate_much();
    assert_true(is_object(new_node()));
    assert_int_equal(stats().weakrefs, 100 - log_used);
}

static void
BW11_a_callback_leaves_an_explicit_run(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = new_after(roots[0], leave, letter('a'));
    roots[2] = new_guard(roots[0], leave, letter('b'));
    after(roots[0], 'c');
    leaves(wgc_finalizer_run(roots[1]));
    leaves(wgc_finalizer_run(roots[2]));
    assert_log("ab");
    assert_false(wgc_finalizer_alive(roots[1]));
    assert_false(wgc_finalizer_run(roots[2]));
    roots[0] = NULL;
    cycle();
    assert_log("c");
}

static void
BW11_a_callback_leaves_the_explicit_run_of_a_pending_finalizer(void **state)
{
    (void)state;
    use_manual_delivery();
    roots[1] = new_after(new_node(), leave, letter('a'));
    roots[2] = after(new_node(), 'b');
    cycle();
    leaves(wgc_finalizer_run(roots[1]));
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 1);
    assert_log("ab");
}

static void
make_run_all(void)
{
    roots[0] = new_node();
    roots[1] = after(roots[0], 'a');
    roots[2] = guard(roots[0], 'b');
    roots[3] = new_after(roots[0], leave, letter('c'));
    roots[4] = after(roots[0], 'd');
    leaves(wgc_finalizer_run_all(heap));
    assert_log("dc");
    assert_true(wgc_finalizer_alive(roots[1]));
    assert_true(wgc_finalizer_alive(roots[2]));
    assert_false(wgc_finalizer_alive(roots[3]));
    assert_false(wgc_finalizer_alive(roots[4]));
    assert_int_equal(stats().finalizers, 2);
}

static void
BW11_a_callback_leaves_run_all_which_can_go_on(void **state)
{
    (void)state;
    make_run_all();
    after(roots[0], 'e');
    assert_int_equal(wgc_finalizer_run_all(heap), 3);
    assert_log("eba");
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
BW11_a_callback_leaves_run_all_and_the_rest_is_as_before(void **state)
{
    void *object;

    (void)state;
    make_run_all();
    object = roots[0];
    assert_ptr_equal(wgc_finalizer_object(roots[1]), object);
    assert_ptr_equal(wgc_finalizer_object(roots[2]), object);
    roots[0] = NULL;
    cycle();
    deliver_all();
    assert_log("ab");
    cycle();
    assert_false(is_object(object));
    assert_int_equal(stats().finalizers, 0);
}

static void
BW11_a_callback_leaves_run_all_and_the_rest_can_be_cancelled(void **state)
{
    void *object;

    (void)state;
    make_run_all();
    object = roots[0];
    assert_true(wgc_finalizer_cancel(roots[1]));
    assert_true(wgc_finalizer_cancel(roots[2]));
    roots[0] = NULL;
    cycle();
    deliver_all();
    assert_false(is_object(object));
    assert_int_equal(wgc_finalizer_run_all(heap), 0);
    assert_log("");
}

/* ---- Deeper ----------------------------------------------------------- */

static jmp_buf inner;

static void
leave_inner(void *object, void *data)
{
    (void)object;
    log_data(data);
    longjmp(inner, 1);
}

/* A callback in which another one leaves, but no further than here. */
static void
catch_inside(wgc_weakref *reference, void *data)
{
    (void)reference;
    if (setjmp(inner) == 0) {
        wgc_finalizer_run(roots[8]);
        fail_msg("no callback left");
    }
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    assert_int_equal(wgc_heap_free(heap), WGC_BUSY);
    cycle();
    log_data(data);
}

static void
BW11_a_callback_leaves_to_the_callback_that_ran_it(void **state)
{
    (void)state;
    roots[9] = new_node();
    roots[8] = new_after(roots[9], leave_inner, letter('i'));
    roots[0] = new_ref(new_node(), catch_inside, letter('a'));
    roots[1] = watch(new_node(), 'b');
    cycle();
    assert_log("iab");
    assert_int_equal(wgc_pending(heap), 0);
}

static void
run_deeper(wgc_weakref *reference, void *data)
{
    (void)reference;
    log_data(data);
    wgc_finalizer_run(roots[8]);
    log_char('!');
}

static void
BW11_a_callback_leaves_through_the_callback_that_ran_it(void **state)
{
    (void)state;
    roots[9] = new_node();
    roots[8] = new_after(roots[9], leave, letter('i'));
    roots[0] = new_ref(new_node(), run_deeper, letter('a'));
    roots[1] = watch(new_node(), 'b');
    leaves(cycle());
    assert_log("ai");
    assert_null(wgc_weakref_callback(roots[0]));
    assert_int_equal(wgc_pending(heap), 1);
    deliver_all();
    assert_log("b");
}

static void
collect_then_leave(wgc_weakref *reference, void *data)
{
    (void)reference;
    roots[5] = watch(new_node(), 'n');
    cycle();
    log_data(data);
    longjmp(out, 1);
}

static void
BW11_a_callback_collects_and_leaves(void **state)
{
    (void)state;
    roots[0] = new_ref(new_node(), collect_then_leave, letter('a'));
    roots[1] = watch(new_node(), 'b');
    leaves(cycle());
    assert_int_equal(wgc_pending(heap), 2);
    deliver_all();
    assert_log("abn");
}

static void
BW11_every_callback_leaves(void **state)
{
    enum { N = 50 };

    (void)state;
    for (int i = 0; i < N; i++)
        roots[i] = new_ref(new_node(), leave_ref, letter('x'));
    leaves(cycle());
    for (volatile int i = 1; i < N; i++) {
        assert_int_equal(wgc_pending(heap), N - i);
        leaves(deliver_all());
    }
    assert_int_equal(log_used, N);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
}

/* The stack is now deeper than it was when the callback left, and this frame
   overwrote it: AddressSanitizer would put the array elsewhere. */
__attribute__((no_sanitize("address"))) NOINLINE static void
deliver_from_below(void)
{
    volatile char frame[20000];

    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (char)i;
    deliver_all();
    assert_int_equal(frame[1], 1);
}

static void
BW11_the_next_delivery_is_from_a_deeper_frame(void **state)
{
    (void)state;
    leave_in_the_middle();
    leaves(cycle());
    assert_log("ab");
    deliver_from_below();
    assert_log("cg");
}

NOINLINE static void
leave_from_below(void)
{
    volatile char frame[20000];

    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = 0;
    cycle();
    assert_int_equal(frame[1], 0);
}

static void
BW11_the_next_delivery_is_from_a_higher_frame(void **state)
{
    (void)state;
    leave_in_the_middle();
    leaves(leave_from_below());
    assert_rest_is_delivered();
}

static void
abandon_and_leave(wgc_weakref *reference, void *data)
{
    assert_int_equal(wgc_callback_abandon(heap), WGC_OK);
    assert_null(wgc_weakref_callback(reference));
    assert_null(wgc_weakref_data(reference));
    log_data(data);
    longjmp(out, 1);
}

/* Deeper, through a frame that writes nothing to where the callback was. */
NOINLINE static void
deliver_beyond(volatile char *unwritten)
{
    deliver_all();
    assert_non_null(unwritten);
}

NOINLINE static void
skip_and_deliver(void)
{
    volatile char frame[20000];

    frame[0] = 0;
    deliver_beyond(frame);
}

static void
BW11_the_next_delivery_is_deeper_and_the_callback_was_abandoned(void **state)
{
    (void)state;
    roots[0] = watch(new_node(), 'a');
    roots[1] = new_ref(new_node(), abandon_and_leave, letter('b'));
    roots[2] = watch(new_node(), 'c');
    leaves(cycle());
    skip_and_deliver();
    assert_log("abc");
}

static void
abandon_in_finalizer(void *object, void *data)
{
    (void)object;
    log_data(data);
    assert_int_equal(wgc_callback_abandon(heap), WGC_OK);
    longjmp(inner, 1);
}

/* The inner one is abandoned, the outer one is not. */
static void
catch_abandoned(wgc_weakref *reference, void *data)
{
    if (setjmp(inner) == 0)
        wgc_finalizer_run(roots[8]);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    assert_int_equal(wgc_heap_free(heap), WGC_BUSY);
    assert_null(wgc_weakref_get(reference));
    log_data(data);
}

static void
BW11_only_the_innermost_callback_is_abandoned(void **state)
{
    (void)state;
    roots[9] = new_node();
    roots[8] = new_after(roots[9], abandon_in_finalizer, letter('i'));
    roots[0] = new_ref(new_node(), catch_abandoned, letter('a'));
    roots[1] = watch(new_node(), 'b');
    cycle();
    assert_log("iab");
}

static void
BW11_nothing_is_abandoned_where_no_callback_runs(void **state)
{
    (void)state;
    assert_int_equal(wgc_callback_abandon(heap), WGC_NOT_FOUND);
    leave_in_the_middle();
    leaves(cycle());
    assert_int_equal(wgc_callback_abandon(heap), WGC_NOT_FOUND);
    assert_rest_is_delivered();
}

static void
abandon_and_return(wgc_weakref *reference, void *data)
{
    (void)reference;
    log_data(data);
    assert_int_equal(wgc_callback_abandon(heap), WGC_OK);
    assert_int_equal(wgc_callback_abandon(heap), WGC_NOT_FOUND);
}

/* Against the rule; the others run nevertheless, and once. */
static void
BW11_a_callback_that_was_abandoned_returns(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        roots[i] =
            new_ref(new_node(), abandon_and_return, letter((char)('a' + i)));
    cycle();
    deliver_all();
    assert_log("abcd");
    assert_int_equal(wgc_pending(heap), 0);
}

/* ---- Afterwards ------------------------------------------------------- */

static void
BW11_data_of_a_callback_that_left_is_released(void **state)
{
    void *data = new_node();

    (void)state;
    roots[0] = new_ref(new_node(), leave_ref, data);
    leaves(cycle());
    cycle();
    cycle();
    assert_false(is_object(data));
    assert_null(wgc_weakref_data(roots[0]));
}

static void
BW11_an_object_of_a_guard_that_left_dies(void **state)
{
    void *object = new_node();

    (void)state;
    new_guard(object, leave, letter('a'));
    leaves(cycle());
    assert_true(is_object(object));
    cycle();
    cycle();
    assert_false(is_object(object));
    assert_log("a");
}

static void
BW11_the_heap_can_be_freed_after_a_callback_left(void **state)
{
    (void)state;
    leave_in_the_middle();
    leaves(cycle());
    scene_close();
    assert_log("ab");
}

static void
BW11_the_heap_works_after_a_callback_left(void **state)
{
    (void)state;
    leave_in_the_middle();
    leaves(cycle());
    for (int i = 0; i < 100; i++) {
        roots[10 + i] = new_node();
        roots[200 + i] = watch(roots[10 + i], 'x');
    }
    cycle();
    assert_log("abcg");
    for (int i = 0; i < 100; i++)
        assert_ptr_equal(wgc_weakref_get(roots[200 + i]), roots[10 + i]);
    memset(roots, 0, 200 * sizeof *roots);
    cycle();
    assert_int_equal(log_used, 100);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(BW11_a_callback_leaves_deliver),
        SCENE_TEST(BW11_a_callback_leaves_collect_exact),
        SCENE_TEST(BW11_a_callback_leaves_collect),
        SCENE_TEST(BW11_a_callback_leaves_an_allocation),
        SCENE_TEST(BW11_a_callback_leaves_an_explicit_run),
        SCENE_TEST(
            BW11_a_callback_leaves_the_explicit_run_of_a_pending_finalizer),
        SCENE_TEST(BW11_a_callback_leaves_run_all_which_can_go_on),
        SCENE_TEST(BW11_a_callback_leaves_run_all_and_the_rest_is_as_before),
        SCENE_TEST(
            BW11_a_callback_leaves_run_all_and_the_rest_can_be_cancelled),
        SCENE_TEST(BW11_a_callback_leaves_to_the_callback_that_ran_it),
        SCENE_TEST(BW11_a_callback_leaves_through_the_callback_that_ran_it),
        SCENE_TEST(BW11_a_callback_collects_and_leaves),
        SCENE_TEST(BW11_every_callback_leaves),
        SCENE_TEST(BW11_the_next_delivery_is_from_a_deeper_frame),
        SCENE_TEST(BW11_the_next_delivery_is_from_a_higher_frame),
        SCENE_TEST(
            BW11_the_next_delivery_is_deeper_and_the_callback_was_abandoned),
        SCENE_TEST(BW11_only_the_innermost_callback_is_abandoned),
        SCENE_TEST(BW11_nothing_is_abandoned_where_no_callback_runs),
        SCENE_TEST(BW11_a_callback_that_was_abandoned_returns),
        SCENE_TEST(BW11_data_of_a_callback_that_left_is_released),
        SCENE_TEST(BW11_an_object_of_a_guard_that_left_dies),
        SCENE_TEST(BW11_the_heap_can_be_freed_after_a_callback_left),
        SCENE_TEST(BW11_the_heap_works_after_a_callback_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
