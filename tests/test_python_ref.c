/* SPDX-License-Identifier: MIT */
/*
 * weakref.ref: rules R1 to R31 of the shim.  Roots 0 to 9 hold what the test
 * keeps; a callback is a function of the scene's language.
 */
#include "python_scene.h"

/* ---- Life and death --------------------------------------------------- */

static void
R1_a_reference_returns_its_object_strongly(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    assert_ptr_equal(deref(roots[1]), roots[0]);
    roots[2] = deref(roots[1]);
    roots[0] = NULL;
    cycle();
    assert_ptr_equal(deref(roots[1]), roots[2]);
    assert_int_equal(((object *)roots[2])->value, 1);
}

static void
R2_a_reference_is_none_forever_after_its_object_died(void **state)
{
    (void)state;
    hidden gone = hide(new_object(1));
    roots[1] = ref(reveal(gone), NULL);
    cycle();
    assert_ptr_equal(deref(roots[1]), NONE);
    for (int i = 0; i < 100; i++)
        roots[2] = new_object(2);
    cycle();
    assert_ptr_equal(deref(roots[1]), NONE);
    assert_false(is_alive(heap, gone));
}

static void
R3_callback_none_is_no_callback(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NONE);
    roots[2] = ref(roots[0], NULL);
    assert_ptr_equal(roots[1], roots[2]);
    roots[0] = NULL;
    cycle();
    assert_true(is_dead(roots[1]));
    assert_int_equal(reports, 0);
    assert_ptr_equal(wgc_py_ref_callback(py, roots[1]), NONE);
    roots[1] = wgc_py_ref_new_distinct(py, new_object(1), NONE);
    cycle();
    assert_true(is_dead(roots[1]));
    assert_int_equal(reports, 0);
}

static void
R4_a_callback_that_cannot_be_called_is_reported_when_it_fires(void **state)
{
    (void)state;
    object *not_callable = new_object(5);
    roots[3] = not_callable;
    roots[1] = ref(new_object(1), not_callable);
    assert_int_equal(exception, 0);
    cycle();
    assert_int_equal(reports, 1);
    assert_int_equal(reported_kind, WGC_PY_REF);
    assert_ptr_equal(reported_source, roots[1]);
    assert_ptr_equal(reported_callable, not_callable);
}

static void
R4_wrong_arguments_are_a_type_error_at_once(void **state)
{
    (void)state;
    void *args[3];
    roots[0] = args[0] = new_object(1);
    args[1] = args[2] = NONE;
    assert_null(wgc_py_ref_new_args(py, NULL, 0, 0));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_ref_new_args(py, args, 3, 0));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_ref_new_args(py, args, 1, 1));
    assert_raised(WGC_PY_TYPE_ERROR);
    roots[1] = wgc_py_ref_new_args(py, args, 1, 0);
    assert_non_null(roots[1]);
    assert_ptr_equal(wgc_py_ref_new_args(py, args, 2, 0), roots[1]);
    assert_ptr_equal(deref(roots[1]), roots[0]);
    roots[3] = args[1] = new_function(say, "called", NULL);
    roots[2] = wgc_py_ref_new_args(py, args, 2, 0);
    assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), args[1]);
}

static void
R5_any_object_can_be_referenced_and_nothing_else(void **state)
{
    (void)state;
    static int elsewhere;
    int local = 0;
    roots[0] = new_object(1);
    roots[1] = wgc_alloc_leaf(heap, 1);
    roots[2] = wgc_alloc(heap, 200000);
    roots[3] = wgc_alloc_aligned(heap, WGC_KIND_LEAF, 5000, 4096);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(deref(ref(roots[i], NULL)), roots[i]);
    void *freed = new_object(2);
    assert_int_equal(wgc_free(heap, freed), WGC_OK);
    void *wrong[] = {
        NULL,       &elsewhere, &local,       (char *)roots[0] + 1,
        (void *)15, freed,      (void *)4096, (char *)roots[2] + 4096,
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_null(wgc_py_ref_new(py, wrong[i], NULL));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_null(wgc_py_ref_new_distinct(py, wrong[i], NULL));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
}

static bool
has_even_value(const void *value, void *data)
{
    assert_ptr_equal(data, &none_storage);
    return ((const object *)value)->value % 2 == 0;
}

static void
R5_the_host_may_narrow_what_can_be_referenced(void **state)
{
    (void)state;
    wgc_py_host host = scene_host;
    host.referencable = has_even_value;
    py = wgc_py_new(heap, &host);
    roots[0] = new_object(2);
    roots[1] = new_object(3);
    assert_non_null(wgc_py_ref_new(py, roots[0], NULL));
    assert_null(wgc_py_ref_new(py, roots[1], NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_ref_new_distinct(py, roots[1], NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_proxy_new(py, roots[1], NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_method_new(py, roots[0], roots[1], NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(
        wgc_py_finalize_new(py, roots[1], NONE, NULL, 0, NULL, NULL, 0));
    assert_raised(WGC_PY_TYPE_ERROR);
}

/* ---- Callbacks -------------------------------------------------------- */

static bool
expect_itself_dead(function *self, const struct frame *frame)
{
    assert_int_equal(frame->nargs, 1);
    assert_int_equal(frame->nkw, 0);
    assert_ptr_equal(frame->args[0], roots[1]);
    assert_ptr_equal(deref(frame->args[0]), NONE);
    return say(self, frame);
}

static void
R6_the_callback_gets_the_dead_reference(void **state)
{
    (void)state;
    roots[1] = ref(new_object(1), new_function(expect_itself_dead, "a", NULL));
    cycle();
    assert_log("a ");
}

static void
R7_a_callback_fires_at_most_once(void **state)
{
    (void)state;
    roots[1] = ref_saying(new_object(1), "a");
    cycle();
    assert_log("a ");
    cycle();
    wgc_deliver(heap, SIZE_MAX);
    cycle();
    assert_log("");
}

/* Looks at the references in roots 1 to 4. */
static bool
probe_all(function *self, const struct frame *frame)
{
    say(self, frame);
    for (int i = 1; i <= 4; i++)
        log_add("%d", is_dead(roots[i]));
    log_add(" ");
    return true;
}

static void
R8_a_callback_sees_all_references_to_its_object_dead(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = ref(target, NULL);
    roots[2] = ref(target, new_function(probe_all, "old", NULL));
    roots[3] = ref(target, new_function(probe_all, "new", NULL));
    roots[4] = wgc_py_ref_new_distinct(py, target, NULL);
    cycle();
    assert_log("new 1111 old 1111 ");
}

static void
R9_a_callback_sees_all_references_of_the_batch_dead(void **state)
{
    (void)state;
    object *first = new_object(1);
    object *second = new_object(2);
    first->field = second;
    second->field = first;
    roots[1] = ref(first, new_function(probe_all, "a", NULL));
    roots[2] = ref(second, new_function(probe_all, "b", NULL));
    roots[3] = ref(second, NULL);
    roots[4] = ref(first, NULL);
    cycle();
    assert_log("a 1111 b 1111 ");
}

static void
R10_a_reference_collected_before_its_object_never_fires(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    ref_saying(roots[0], "a");
    cycle();
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
R11_a_dropped_reference_does_not_fire_when_both_die(void **state)
{
    (void)state;
    /* Blocks and large objects lie on different sides of the references. */
    ref_saying(new_object(1), "small");
    ref_saying(wgc_alloc(heap, 200000), "large");
    cycle();
    assert_log("");
    assert_int_equal(stats_of(heap).weakrefs, 0);
}

static void
R12_a_reference_reachable_from_garbage_only_does_not_fire(void **state)
{
    (void)state;
    object *target = new_object(1);
    object *other = new_object(2);
    target->field = ref_saying(target, "own");
    other->field = ref_saying(target, "other");
    function *closure = new_function(say, "closure", NULL);
    closure->closure = ref(target, closure);
    object *left = new_object(3);
    object *right = new_object(4);
    left->field = ref_saying(right, "right");
    right->field = ref_saying(left, "left");
    cycle();
    assert_log("");
    assert_int_equal(stats_of(heap).weakrefs, 0);
}

static void
R13_a_reference_kept_by_something_alive_fires(void **state)
{
    (void)state;
    object *holder = new_object(1);
    roots[0] = holder;
    holder->field = ref_saying(new_object(2), "field");
    roots[1] = new_function(say, "x", ref_saying(new_object(3), "closure"));
    roots[2] = new_object(4);
    finalize_with(roots[2], NONE, ref_saying(new_object(5), "argument"));
    cycle();
    assert_log("field closure argument ");
}

static bool
drop_roots(function *self, const struct frame *frame)
{
    memset(roots, 0, 10 * sizeof *roots);
    return say(self, frame);
}

static void
R14_pending_callback_fires_though_its_handle_is_dropped(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = ref_saying(target, "same");
    roots[2] = ref(target, new_function(drop_roots, "drop", NULL));
    roots[3] = ref_saying(new_object(2), "other");
    cycle();
    assert_log("drop same other ");
}

static bool
collect_and_say(function *self, const struct frame *frame)
{
    cycle();
    return say(self, frame);
}

static void
R14_a_pending_reference_survives_a_nested_collection(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = ref_saying(target, "pending");
    roots[2] = ref(target, new_function(drop_roots, "drop", NULL));
    roots[3] = ref(target, new_function(collect_and_say, "collect", NULL));
    roots[4] = ref(target, new_function(drop_roots, "drop", NULL));
    cycle();
    assert_log("drop collect drop pending ");
}

static void
R15_callbacks_of_one_object_run_newest_first(void **state)
{
    (void)state;
    object *target = new_object(1);
    roots[1] = ref_saying(target, "1");
    finalize_saying(target, "2");
    roots[3] = ref_saying(target, "3");
    finalize_saying(target, "4");
    roots[5] =
        wgc_py_ref_new_distinct(py, target, new_function(say, "5", NULL));
    cycle();
    assert_log("5 4 3 2 1 ");
}

static void
R16_the_order_between_objects_is_that_of_their_first_record(void **state)
{
    (void)state;
    static const char *const names[] = {"0", "1", "2", "3", "4"};
    hidden target[5];
    for (int i = 4; i >= 0; i--)
        target[i] = hide(roots[20 + i] = new_object(i));
    for (int i = 0; i < 5; i++)
        roots[1 + i] = ref_saying(reveal(target[i]), names[i]);
    for (int i = 4; i >= 0; i--)
        finalize_saying(reveal(target[i]), "f");
    memset(roots + 20, 0, 5 * sizeof *roots);
    cycle();
    assert_log("f 0 f 1 f 2 f 3 f 4 ");
}

static void
R17_an_exception_is_reported_and_the_others_run(void **state)
{
    (void)state;
    object *target = new_object(1);
    function *bad = new_function(raise_error, "bad", NULL);
    roots[1] = ref_saying(target, "old");
    roots[2] = ref(target, bad);
    roots[3] = ref_saying(target, "new");
    roots[4] = ref_saying(new_object(2), "other");
    cycle();
    assert_log("new bad ! old other ");
    assert_int_equal(reports, 1);
    assert_int_equal(reported_kind, WGC_PY_REF);
    assert_ptr_equal(reported_source, roots[2]);
    assert_ptr_equal(reported_callable, bad);
    assert_int_equal(exception, 0);
}

static void
R17_without_a_hook_exceptions_are_dropped(void **state)
{
    (void)state;
    wgc_py_host host = scene_host;
    host.report = NULL;
    py = wgc_py_new(heap, &host);
    roots[1] = ref(new_object(1), new_function(raise_error, "bad", NULL));
    cycle();
    assert_log("bad ");
    assert_raised(HOST_ERROR);
}

enum { DYING = 100, MADE = 400 };

/* Roots from 1000: objects; from 2000: references to them. */
static bool
make_many(function *self, const struct frame *frame)
{
    for (int i = 0; i < MADE; i++) {
        roots[1000 + i] = new_object(i);
        roots[2000 + i] = ref_saying(roots[1000 + i], "n");
        finalize_saying(roots[1000 + i], "f");
        if (i % 2)
            roots[1000 + i] = NULL;
    }
    roots[3000] = ref_saying(roots[0], "r");
    return say(self, frame);
}

static void
R18_a_callback_may_make_many_references_and_none_is_lost(void **state)
{
    (void)state;
    roots[0] = new_object(0);
    roots[100] = ref(new_object(0), new_function(make_many, "m", NULL));
    for (int i = 1; i < DYING; i++)
        roots[100 + i] = ref_saying(new_object(i), "c");
    cycle();
    assert_int_equal(strlen(log_text), 2 * DYING);
    assert_memory_equal(log_text, "m c c ", 6);
    for (int i = 0; i < DYING; i++)
        assert_true(is_dead(roots[100 + i]));
    log_text[0] = '\0';
    roots[0] = NULL;
    cycle();
    /* The odd half, two callbacks each; and the one on the old object. */
    assert_int_equal(strlen(log_text), 2 * MADE + 2);
    for (int i = 0; i < MADE; i++)
        assert_int_equal(is_dead(roots[2000 + i]), i % 2);
}

/* closure and more: finalizers. */
static bool
meddle(function *self, const struct frame *frame)
{
    say(self, frame);
    call(self->closure);
    assert_non_null(detach(self->more));
    roots[1] = NULL;
    return true;
}

static void
R19_a_callback_may_drop_detach_and_call(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    function *meddler = new_function(meddle, "m", NULL);
    meddler->closure = roots[5] = finalize_saying(roots[0], "called");
    meddler->more = roots[6] = finalize_saying(roots[0], "detached");
    roots[1] = ref_saying(roots[0], "dropped");
    roots[2] = ref(new_object(2), meddler);
    cycle();
    assert_log("m called ");
    assert_false(alive(roots[5]));
    assert_false(alive(roots[6]));
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static bool
kill_and_collect(function *self, const struct frame *frame)
{
    hidden gone = hide(roots[5]);
    roots[5] = NULL;
    say(self, frame);
    cycle();
    log_add(is_alive(heap, gone) ? "kept " : "freed ");
    return true;
}

static void
R20_a_callback_may_collect_and_the_rest_waits(void **state)
{
    (void)state;
    roots[5] = new_object(1);
    roots[6] = ref_saying(roots[5], "next");
    roots[1] = ref_saying(new_object(2), "rest");
    roots[2] = ref_saying(roots[5], "next");
    hidden target = hide(new_object(3));
    roots[3] = ref(reveal(target), new_function(kill_and_collect, "a", NULL));
    cycle();
    assert_log("rest a freed ");
    assert_int_equal(wgc_pending(heap), 2);
    wgc_deliver(heap, SIZE_MAX);
    assert_log("next next ");
}

static void
R21_a_callback_that_reaches_its_object_keeps_it(void **state)
{
    (void)state;
    hidden target = hide(new_object(1));
    roots[1] = ref(reveal(target), new_function(say, "a", reveal(target)));
    cycle();
    cycle();
    assert_ptr_equal(deref(roots[1]), reveal(target));
    roots[1] = NULL;
    cycle();
    assert_false(is_alive(heap, target));
    assert_log("");
}

static void
R22_a_reference_that_fired_lets_go_of_its_callback(void **state)
{
    (void)state;
    hidden held = hide(new_object(2));
    roots[1] = ref(new_object(1), new_function(say, "a", reveal(held)));
    cycle();
    assert_log("a ");
    cycle();
    assert_false(is_alive(heap, held));
    assert_true(wgc_py_is_ref(py, roots[1]));
}

static bool
collect_and_check_closure(function *self, const struct frame *frame)
{
    hidden closure = hide(self->closure);
    cycle();
    log_add(is_alive(heap, closure) ? "kept " : "lost ");
    return say(self, frame);
}

static void
R22_a_callback_lives_while_it_runs(void **state)
{
    (void)state;
    roots[1] = ref(new_object(1),
                   new_function(collect_and_check_closure, "a", new_object(2)));
    cycle();
    assert_log("kept a ");
}

/* ---- Identity, equality, hash ----------------------------------------- */

static void
R23_references_without_callback_are_shared(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    for (int i = 2; i < 10; i++)
        roots[i] = ref_saying(roots[0], "x");
    assert_ptr_equal(ref(roots[0], NULL), roots[1]);
    roots[10] = new_object(1);
    assert_ptr_not_equal(ref(roots[10], NULL), roots[1]);
}

static void
R23_references_with_callback_or_of_a_subclass_are_distinct(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[9] = new_function(say, "a", NULL);
    roots[1] = ref(roots[0], roots[9]);
    roots[2] = ref(roots[0], roots[9]);
    roots[3] = wgc_py_ref_new_distinct(py, roots[0], NULL);
    roots[4] = wgc_py_ref_new_distinct(py, roots[0], NONE);
    roots[5] = ref(roots[0], NULL);
    for (int i = 1; i <= 5; i++)
        for (int j = 1; j < i; j++)
            assert_ptr_not_equal(roots[i], roots[j]);
}

static void
R23_a_collected_reference_is_not_handed_out_again(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    hidden old = hide(ref(roots[0], NULL));
    assert_int_equal(hash_of(reveal(old)), 1);
    cycle();
    assert_false(is_alive(heap, old));
    ((object *)roots[0])->value = 2;
    roots[1] = ref(roots[0], NULL);
    assert_int_equal(hash_of(roots[1]), 2);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 1);
}

static void
R23_a_dead_reference_is_not_shared_by_a_new_object(void **state)
{
    (void)state;
    uintptr_t address = hide(new_object(1)).bits;
    roots[1] = ref(reveal((hidden){address}), NULL);
    cycle();
    for (int i = 0; i < 5000; i++) {
        roots[0] = new_object(2);
        if (hide(roots[0]).bits == address)
            break;
    }
    assert_int_equal(hide(roots[0]).bits, address);
    roots[2] = ref(roots[0], NULL);
    assert_ptr_not_equal(roots[1], roots[2]);
    assert_true(is_dead(roots[1]));
    assert_ptr_equal(deref(roots[2]), roots[0]);
}

static void
R24_live_references_are_equal_as_their_objects_are(void **state)
{
    (void)state;
    roots[0] = new_object(7);
    roots[1] = new_object(7);
    roots[2] = new_object(8);
    roots[3] = ref(roots[0], NULL);
    roots[4] = ref(roots[1], NULL);
    roots[5] = ref(roots[2], NULL);
    assert_true(refs_equal(roots[3], roots[3]));
    assert_true(refs_equal(roots[3], roots[4]));
    assert_false(refs_equal(roots[3], roots[5]));
}

static void
R24_dead_references_are_equal_if_they_are_the_same(void **state)
{
    (void)state;
    roots[0] = new_object(7);
    roots[3] = ref(roots[0], NULL);
    roots[4] = ref(new_object(7), NULL);
    roots[5] = ref(new_object(7), NULL);
    cycle();
    assert_false(refs_equal(roots[3], roots[4]));
    assert_false(refs_equal(roots[4], roots[3]));
    assert_false(refs_equal(roots[4], roots[5]));
    assert_true(refs_equal(roots[4], roots[4]));
}

static void
R24_an_exception_of_the_comparison_propagates(void **state)
{
    (void)state;
    bool equal;
    roots[0] = new_object(-1);
    roots[1] = ref(roots[0], NULL);
    assert_false(wgc_py_ref_equal(py, roots[1], roots[1], &equal));
    assert_raised(HOST_ERROR);
}

static void
R25_a_hash_is_that_of_the_object_and_survives_it(void **state)
{
    (void)state;
    size_t hash;
    roots[0] = new_object(41);
    roots[1] = ref(roots[0], NULL);
    assert_int_equal(hash_of(roots[1]), 41);
    ((object *)roots[0])->value = 42; /* cached at first use */
    assert_int_equal(hash_of(roots[1]), 41);
    roots[2] = wgc_py_ref_new_distinct(py, roots[0], NULL);
    roots[0] = NULL;
    cycle();
    assert_int_equal(hash_of(roots[1]), 41);
    assert_false(wgc_py_ref_hash(py, roots[2], &hash));
    assert_raised(WGC_PY_TYPE_ERROR);
}

static void
R25_an_object_that_cannot_be_hashed_raises(void **state)
{
    (void)state;
    size_t hash;
    roots[0] = new_object(-1);
    roots[1] = ref(roots[0], NULL);
    assert_false(wgc_py_ref_hash(py, roots[1], &hash));
    assert_raised(HOST_ERROR);
    ((object *)roots[0])->value = 3;
    assert_int_equal(hash_of(roots[1]), 3);
}

static void
R25_without_hooks_hash_and_equality_are_by_identity(void **state)
{
    (void)state;
    py = wgc_py_new(heap, &(wgc_py_host){.call = scene_call});
    roots[0] = new_object(7);
    roots[1] = new_object(7);
    roots[2] = ref(roots[0], NULL);
    roots[3] = wgc_py_ref_new_distinct(py, roots[0], NULL);
    roots[4] = ref(roots[1], NULL);
    assert_true(refs_equal(roots[2], roots[3]));
    assert_false(refs_equal(roots[2], roots[4]));
    assert_int_equal(hash_of(roots[2]), hash_of(roots[3]));
    assert_int_not_equal(hash_of(roots[2]), hash_of(roots[4]));
}

static void
R26_dead_references_of_equal_objects_stay_distinct_keys(void **state)
{
    (void)state;
    roots[0] = new_object(7);
    roots[1] = ref(new_object(7), NULL);
    roots[2] = ref(new_object(7), NULL);
    roots[3] = ref(roots[0], NULL);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(hash_of(roots[i]), 7);
    assert_true(refs_equal(roots[1], roots[2]));
    cycle();
    for (int i = 1; i <= 3; i++)
        for (int j = 1; j <= 3; j++)
            assert_int_equal(refs_equal(roots[i], roots[j]), i == j);
}

/* ---- The rest --------------------------------------------------------- */

static void
R27_a_reference_can_be_referenced(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[2] = ref(roots[1], new_function(say, "a", NULL));
    assert_ptr_equal(deref(roots[2]), roots[1]);
    roots[1] = NULL;
    cycle();
    assert_log("a ");
    assert_true(is_dead(roots[2]));
}

static hidden batch[2];

static bool
reference_the_batch(function *self, const struct frame *frame)
{
    for (int i = 0; i < 2; i++) {
        assert_null(wgc_py_ref_new(py, reveal(batch[i]), NULL));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    return say(self, frame);
}

static void
R28_a_callback_cannot_reference_an_object_of_the_batch(void **state)
{
    (void)state;
    batch[0] = hide(new_object(1));
    batch[1] = hide(wgc_alloc(heap, 100000));
    for (int i = 0; i < 2; i++)
        roots[1 + i] =
            ref(reveal(batch[i]), new_function(reference_the_batch, "a", NULL));
    cycle();
    assert_log("a a ");
}

static bool
expect_no_callback(function *self, const struct frame *frame)
{
    assert_ptr_equal(wgc_py_ref_callback(py, frame->args[0]), NONE);
    return say(self, frame);
}

static void
R29_the_callback_can_be_read_until_it_runs(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[3] = new_function(expect_no_callback, "a", NULL);
    roots[2] = ref(roots[0], roots[3]);
    assert_ptr_equal(wgc_py_ref_callback(py, roots[1]), NONE);
    assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), roots[3]);
    roots[0] = NULL;
    cycle();
    assert_log("a ");
    assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), NONE);
}

static void
R30_references_are_counted_with_finalizers_and_listed(void **state)
{
    (void)state;
    wgc_py_ref *list[4] = {NULL};
    roots[0] = new_object(1);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 0);
    roots[1] = ref(roots[0], NULL);
    roots[2] = ref_saying(roots[0], "a");
    finalize_saying(roots[0], "f");
    assert_non_null(wgc_py_ref_new_distinct(py, roots[0], NULL));
    roots[3] = ref(roots[0], NULL);
    cycle(); /* takes the unreachable one */
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 3);
    assert_int_equal(wgc_py_ref_list(py, roots[0], list, 4), 2);
    assert_ptr_equal(list[0], roots[1]); /* the shared one is first */
    assert_ptr_equal(list[1], roots[2]);
    assert_null(list[2]);
    assert_int_equal(wgc_py_ref_list(py, roots[0], list, 1), 2);
    assert_int_equal(wgc_py_ref_count(py, NULL), 0);
}

static void
R30_other_weak_references_of_the_heap_do_not_count(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = wgc_weakref_new(heap, roots[0], NULL, NULL);
    roots[2] = wgc_weakref_new(heap, roots[0], NULL, roots[0]);
    roots[3] = ref(roots[0], NULL);
    py = wgc_py_new(heap, &scene_host);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 0);
    roots[4] = ref(roots[0], NULL);
    assert_ptr_not_equal(roots[3], roots[4]);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 1);
}

static void
R31_what_a_reference_returned_survives_in_a_local_variable(void **state)
{
    (void)state;
    roots[0] = new_object(5);
    roots[1] = ref(roots[0], NULL);
    object *volatile target = deref(roots[1]);
    roots[0] = NULL;
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_ptr_equal(deref(roots[1]), target);
    assert_int_equal(target->value, 5);
}

static void
what_is_no_reference_is_recognised(void **state)
{
    (void)state;
    static int elsewhere;
    size_t hash;
    bool equal;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[2] = finalize_saying(roots[0], "f");
    void *wrong[] = {NULL,     &elsewhere,           (void *)7, roots[0],
                     roots[2], (char *)roots[1] + 8, py,        heap};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_ptr_equal(deref(wrong[i]), NONE);
        assert_ptr_equal(wgc_py_ref_callback(py, wrong[i]), NONE);
        assert_false(wgc_py_is_ref(py, wrong[i]));
        assert_false(wgc_py_ref_hash(py, wrong[i], &hash));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_ref_equal(py, wrong[i], roots[1], &equal));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_ref_equal(py, roots[1], wrong[i], &equal));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    assert_true(wgc_py_is_ref(py, roots[1]));
}

static void
a_context_keeps_the_two_values_of_its_host(void **state)
{
    (void)state;
    hidden data = hide(new_object(1)), none = hide(new_object(2));
    wgc_py_host host = scene_host;
    host.data = reveal(data);
    host.none = reveal(none);
    wgc_py *other = wgc_py_new(heap, &host);
    assert_non_null(other);
    host = (wgc_py_host){0};
    cycle();
    assert_true(is_alive(heap, data));
    assert_true(is_alive(heap, none));
    wgc_py_free(other);
    cycle();
    assert_false(is_alive(heap, data));
    assert_false(is_alive(heap, none));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(R1_a_reference_returns_its_object_strongly),
        SCENE_TEST(R2_a_reference_is_none_forever_after_its_object_died),
        SCENE_TEST(R3_callback_none_is_no_callback),
        SCENE_TEST(
            R4_a_callback_that_cannot_be_called_is_reported_when_it_fires),
        SCENE_TEST(R4_wrong_arguments_are_a_type_error_at_once),
        SCENE_TEST(R5_any_object_can_be_referenced_and_nothing_else),
        SCENE_TEST(R5_the_host_may_narrow_what_can_be_referenced),
        SCENE_TEST(R6_the_callback_gets_the_dead_reference),
        SCENE_TEST(R7_a_callback_fires_at_most_once),
        SCENE_TEST(R8_a_callback_sees_all_references_to_its_object_dead),
        SCENE_TEST(R9_a_callback_sees_all_references_of_the_batch_dead),
        SCENE_TEST(R10_a_reference_collected_before_its_object_never_fires),
        SCENE_TEST(R11_a_dropped_reference_does_not_fire_when_both_die),
        SCENE_TEST(R12_a_reference_reachable_from_garbage_only_does_not_fire),
        SCENE_TEST(R13_a_reference_kept_by_something_alive_fires),
        SCENE_TEST(R14_pending_callback_fires_though_its_handle_is_dropped),
        SCENE_TEST(R14_a_pending_reference_survives_a_nested_collection),
        SCENE_TEST(R15_callbacks_of_one_object_run_newest_first),
        SCENE_TEST(R16_the_order_between_objects_is_that_of_their_first_record),
        SCENE_TEST(R17_an_exception_is_reported_and_the_others_run),
        SCENE_TEST(R17_without_a_hook_exceptions_are_dropped),
        SCENE_TEST(R18_a_callback_may_make_many_references_and_none_is_lost),
        SCENE_TEST(R19_a_callback_may_drop_detach_and_call),
        SCENE_TEST(R20_a_callback_may_collect_and_the_rest_waits),
        SCENE_TEST(R21_a_callback_that_reaches_its_object_keeps_it),
        SCENE_TEST(R22_a_reference_that_fired_lets_go_of_its_callback),
        SCENE_TEST(R22_a_callback_lives_while_it_runs),
        SCENE_TEST(R23_references_without_callback_are_shared),
        SCENE_TEST(R23_references_with_callback_or_of_a_subclass_are_distinct),
        SCENE_TEST(R23_a_collected_reference_is_not_handed_out_again),
        SCENE_TEST(R23_a_dead_reference_is_not_shared_by_a_new_object),
        SCENE_TEST(R24_live_references_are_equal_as_their_objects_are),
        SCENE_TEST(R24_dead_references_are_equal_if_they_are_the_same),
        SCENE_TEST(R24_an_exception_of_the_comparison_propagates),
        SCENE_TEST(R25_a_hash_is_that_of_the_object_and_survives_it),
        SCENE_TEST(R25_an_object_that_cannot_be_hashed_raises),
        SCENE_TEST(R25_without_hooks_hash_and_equality_are_by_identity),
        SCENE_TEST(R26_dead_references_of_equal_objects_stay_distinct_keys),
        SCENE_TEST(R27_a_reference_can_be_referenced),
        SCENE_TEST(R28_a_callback_cannot_reference_an_object_of_the_batch),
        SCENE_TEST(R29_the_callback_can_be_read_until_it_runs),
        SCENE_TEST(R30_references_are_counted_with_finalizers_and_listed),
        SCENE_TEST(R30_other_weak_references_of_the_heap_do_not_count),
        SCENE_TEST(R31_what_a_reference_returned_survives_in_a_local_variable),
        SCENE_TEST(what_is_no_reference_is_recognised),
        SCENE_TEST(a_context_keeps_the_two_values_of_its_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
