/* SPDX-License-Identifier: MIT */
/*
 * WeakMethod: rule W13 of the shim.  A bound method of the scene is a pair of an
 * object and a function.
 */
#include "python_scene.h"

static wgc_py_ref *
method(void *target, void *code, void *callback)
{
    wgc_py_ref *result = wgc_py_method_new(py, target, code, callback);
    assert_non_null(result);
    return result;
}

static bool
lives(void *reference)
{
    void *target, *code;
    bool result = wgc_py_method_call(py, reference, &target, &code);
    assert_int_equal(target != NULL, result);
    assert_int_equal(code != NULL, result);
    assert_int_equal(is_dead(reference), !result);
    return result;
}

static void
W13_a_method_returns_its_object_and_function(void **state)
{
    (void)state;
    void *target, *code;
    roots[0] = new_object(1);
    roots[1] = new_function(say, "f", NULL);
    roots[2] = method(roots[0], roots[1], NULL);
    cycle();
    assert_true(wgc_py_method_call(py, roots[2], &target, &code));
    assert_ptr_equal(target, roots[0]);
    assert_ptr_equal(code, roots[1]);
    assert_ptr_equal(deref(roots[2]), roots[0]);
    assert_true(wgc_py_is_method(py, roots[2]));
    assert_true(wgc_py_is_ref(py, roots[2]));
    assert_false(wgc_py_is_proxy(py, roots[2]));
}

static void
W13_a_method_dies_with_the_first_of_its_object_and_function(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        roots[0] = new_object(1);
        roots[1] = new_function(say, "f", NULL);
        roots[2] = method(roots[0], roots[1], NULL);
        roots[which] = NULL;
        cycle();
        assert_false(lives(roots[2]));
        roots[!which] = NULL;
        cycle();
        assert_false(lives(roots[2]));
    }
}

static bool
look_at_method(function *self, const struct frame *frame)
{
    assert_int_equal(frame->nargs, 1);
    assert_ptr_equal(frame->args[0], roots[2]);
    assert_false(lives(roots[2]));
    assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), NONE);
    return say(self, frame);
}

static void
W13_the_callback_comes_once_and_gets_the_method(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        roots[0] = new_object(1);
        roots[1] = new_function(say, "f", NULL);
        roots[3] = new_function(look_at_method, "cb", NULL);
        roots[2] = method(roots[0], roots[1], roots[3]);
        assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), roots[3]);
        roots[3] = NULL;
        if (which != 0)
            roots[0] = NULL;
        if (which != 1)
            roots[1] = NULL;
        cycle();
        assert_log("cb ");
        roots[0] = roots[1] = NULL;
        cycle();
        assert_log("");
    }
}

static void
R12_an_unreachable_method_is_silent(void **state)
{
    (void)state;
    object *target = new_object(1);
    target->field = method(target, new_function(say, "f", NULL),
                           new_function(say, "x", NULL));
    cycle();
    assert_log("");
    assert_int_equal(stats_of(heap).weakrefs, 0);
}

static void
R15_methods_call_back_in_one_order_with_references(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = new_function(say, "f", NULL);
    roots[2] = ref_saying(target, "1");
    roots[3] = method(target, roots[1], new_function(say, "2", NULL));
    finalize_saying(target, "3");
    roots[4] = method(target, roots[1], new_function(say, "4", NULL));
    cycle();
    assert_log("4 3 2 1 ");
}

static void
R17_an_exception_of_the_callback_is_reported_as_the_methods(void **state)
{
    (void)state;
    roots[1] = new_function(say, "f", NULL);
    roots[2] =
        method(new_object(1), roots[1], new_function(raise_error, "e", NULL));
    cycle();
    assert_log("e ! ");
    assert_int_equal(reported_kind, WGC_PY_REF);
    assert_ptr_equal(reported_source, roots[2]);
}

static void
R23_methods_are_never_shared(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = new_function(say, "f", NULL);
    roots[2] = method(roots[0], roots[1], NULL);
    roots[3] = method(roots[0], roots[1], NONE);
    assert_ptr_not_equal(roots[2], roots[3]);
    roots[4] = ref(roots[0], NULL);
    assert_ptr_not_equal(roots[4], roots[2]);
    assert_ptr_not_equal(ref(roots[1], NULL), roots[2]);
    assert_ptr_equal(ref(roots[0], NULL), roots[4]);
}

static void
R24_methods_are_equal_if_objects_and_functions_are(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        roots[i] = new_object(1);
        roots[2 + i] = new_object(2 + i); /* the functions */
    }
    roots[4] = method(roots[0], roots[2], NULL);
    roots[5] = method(roots[1], roots[2], NULL);
    roots[6] = method(roots[0], roots[3], NULL);
    roots[7] = ref(roots[1], NULL);
    assert_true(refs_equal(roots[4], roots[5]));
    assert_false(refs_equal(roots[4], roots[6]));
    assert_true(refs_equal(roots[4], roots[7])); /* as Python's ref does */
    assert_true(refs_equal(roots[7], roots[6]));
    assert_int_equal(hash_of(roots[4]), hash_of(roots[6]));
    roots[2] = NULL;
    cycle();
    assert_false(refs_equal(roots[4], roots[5]));
    assert_true(refs_equal(roots[4], roots[4]));
    assert_false(refs_equal(roots[4], roots[6]));
    assert_int_equal(hash_of(roots[4]), 1);
}

static void
R24_a_comparison_that_raises_is_passed_on(void **state)
{
    (void)state;
    bool equal;
    roots[0] = new_object(1);
    roots[1] = new_object(-1);
    roots[2] = method(roots[0], roots[1], NULL);
    roots[3] = method(roots[0], roots[1], NULL);
    roots[4] = method(roots[1], roots[0], NULL);
    assert_false(wgc_py_ref_equal(py, roots[2], roots[3], &equal));
    assert_raised(HOST_ERROR);
    assert_false(wgc_py_ref_equal(py, roots[2], roots[4], &equal));
    assert_raised(HOST_ERROR);
}

static void
R24_dead_methods_are_not_compared_by_the_host(void **state)
{
    (void)state;
    roots[0] = new_object(-1); /* comparing it would raise */
    void *code = new_object(2);
    roots[2] = method(roots[0], code, NULL);
    roots[3] = method(roots[0], code, NULL);
    code = roots[1] = new_object(3);
    roots[4] = method(roots[0], code, NULL);
    cycle();
    assert_true(refs_equal(roots[2], roots[2]));
    assert_false(refs_equal(roots[2], roots[3]));
    assert_false(refs_equal(roots[2], roots[4]));
    assert_false(refs_equal(roots[4], roots[2]));
}

static void
R30_a_method_is_a_reference_to_both(void **state)
{
    (void)state;
    wgc_py_ref *list[4];
    roots[0] = new_object(1);
    roots[1] = new_object(2);
    roots[2] = method(roots[0], roots[1], NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wgc_py_ref_count(py, roots[i]), 1);
        assert_int_equal(wgc_py_ref_list(py, roots[i], list, 4), 1);
        assert_ptr_equal(list[0], roots[2]);
    }
}

static void
R5_both_halves_must_be_such_that_they_can_be_referenced(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    assert_null(wgc_py_method_new(py, roots[0], NULL, NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_method_new(py, (void *)1, roots[0], NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 0);
    assert_null(wgc_py_method_new(NULL, roots[0], roots[0], NULL));
}

static void
what_is_no_method_is_dead(void **state)
{
    (void)state;
    void *target, *code;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    void *wrong[] = {NULL, roots[0], roots[1], (void *)7, py};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(wgc_py_is_method(py, wrong[i]));
        assert_false(wgc_py_method_call(py, wrong[i], &target, &code));
        assert_null(target);
        assert_null(code);
    }
    assert_int_equal(exception, 0);
}

static void
without_memory_no_half_of_a_method_is_left(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t blocks = 0;; blocks++) {
        scene_reopen((wgc_config){.max_bytes = 1 << 20});
        wgc_disable(heap);
        roots[0] = new_object(1);
        roots[1] = new_object(2);
        fill_heap(blocks);
        roots[2] = wgc_py_method_new(py, roots[0], roots[1], NULL);
        if (roots[2])
            break;
        failures++;
        assert_raised(WGC_PY_MEMORY_ERROR);
        assert_int_equal(wgc_py_ref_count(py, roots[0]), 0);
        assert_int_equal(wgc_py_ref_count(py, roots[1]), 0);
    }
    assert_true(lives(roots[2]));
    assert_true(failures >= 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W13_a_method_returns_its_object_and_function),
        SCENE_TEST(W13_a_method_dies_with_the_first_of_its_object_and_function),
        SCENE_TEST(W13_the_callback_comes_once_and_gets_the_method),
        SCENE_TEST(R12_an_unreachable_method_is_silent),
        SCENE_TEST(R15_methods_call_back_in_one_order_with_references),
        SCENE_TEST(R17_an_exception_of_the_callback_is_reported_as_the_methods),
        SCENE_TEST(R23_methods_are_never_shared),
        SCENE_TEST(R24_methods_are_equal_if_objects_and_functions_are),
        SCENE_TEST(R24_a_comparison_that_raises_is_passed_on),
        SCENE_TEST(R24_dead_methods_are_not_compared_by_the_host),
        SCENE_TEST(R30_a_method_is_a_reference_to_both),
        SCENE_TEST(R5_both_halves_must_be_such_that_they_can_be_referenced),
        SCENE_TEST(what_is_no_method_is_dead),
        SCENE_TEST(without_memory_no_half_of_a_method_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
