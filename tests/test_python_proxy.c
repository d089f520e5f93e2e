/* SPDX-License-Identifier: MIT */
/* proxy: rule W14 of the shim. */
#include "python_scene.h"

static wgc_py_ref *
proxy(void *target, void *callback)
{
    wgc_py_ref *result = wgc_py_proxy_new(py, target, callback);
    assert_non_null(result);
    return result;
}

static void
W14_a_proxy_stands_for_its_object_until_that_dies(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = proxy(roots[0], NULL);
    cycle();
    assert_ptr_equal(wgc_py_proxy_target(py, roots[1]), roots[0]);
    assert_ptr_equal(deref(roots[1]), roots[0]);
    assert_true(wgc_py_is_proxy(py, roots[1]));
    assert_false(wgc_py_is_ref(py, roots[1]));
    roots[0] = NULL;
    cycle();
    for (int i = 0; i < 2; i++) {
        assert_null(wgc_py_proxy_target(py, roots[1]));
        assert_raised(WGC_PY_REFERENCE_ERROR);
    }
    assert_true(is_dead(roots[1]));
    assert_int_equal(exception, 0);
}

static void
W14_proxies_without_callback_are_shared_but_not_with_references(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    roots[2] = proxy(roots[0], NULL);
    roots[3] = proxy(roots[0], new_function(say, "x", NULL));
    assert_ptr_not_equal(roots[1], roots[2]);
    assert_ptr_not_equal(roots[3], roots[2]);
    assert_ptr_equal(proxy(roots[0], NONE), roots[2]);
    assert_ptr_equal(ref(roots[0], NULL), roots[1]);
    roots[4] = ref(roots[0], NULL);
    assert_ptr_equal(roots[4], roots[1]);
}

static bool
look_through_proxy(function *self, const struct frame *frame)
{
    assert_int_equal(frame->nargs, 1);
    assert_true(wgc_py_is_proxy(py, frame->args[0]));
    assert_null(wgc_py_proxy_target(py, frame->args[0]));
    assert_raised(WGC_PY_REFERENCE_ERROR);
    return say(self, frame);
}

static void
W14_the_callback_gets_the_proxy_in_one_order_with_references(void **state)
{
    (void)state;
    void *target = new_object(1);
    roots[1] = ref_saying(target, "1");
    roots[2] = proxy(target, new_function(look_through_proxy, "2", NULL));
    finalize_saying(target, "3");
    assert_non_null(wgc_py_ref_callback(py, roots[2]));
    cycle();
    assert_log("3 2 1 ");
    assert_ptr_equal(wgc_py_ref_callback(py, roots[2]), NONE);
}

static void
W14_a_proxy_has_no_hash_and_is_no_reference_to_compare(void **state)
{
    (void)state;
    size_t hash;
    bool equal;
    roots[0] = new_object(1);
    roots[1] = proxy(roots[0], NULL);
    roots[2] = ref(roots[0], NULL);
    assert_false(wgc_py_ref_hash(py, roots[1], &hash));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_false(wgc_py_ref_equal(py, roots[1], roots[2], &equal));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_false(wgc_py_ref_equal(py, roots[2], roots[1], &equal));
    assert_raised(WGC_PY_TYPE_ERROR);
}

static void
R30_proxies_are_counted_and_listed_behind_the_shared_reference(void **state)
{
    (void)state;
    wgc_py_ref *list[8];
    roots[0] = new_object(1);
    roots[5] = ref_saying(roots[0], "x");
    roots[2] = proxy(roots[0], NULL);
    roots[4] = ref_saying(roots[0], "y");
    roots[1] = ref(roots[0], NULL);
    roots[3] = proxy(roots[0], new_function(say, "z", NULL));
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 5);
    assert_int_equal(wgc_py_ref_list(py, roots[0], list, 8), 5);
    for (int i = 0; i < 5; i++) /* in CPython's order */
        assert_ptr_equal(list[i], roots[1 + i]);
}

static void
what_is_no_proxy_is_a_type_error(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    roots[1] = ref(roots[0], NULL);
    void *wrong[] = {NULL, roots[0], roots[1], (void *)7, py};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(wgc_py_is_proxy(py, wrong[i]));
        assert_null(wgc_py_proxy_target(py, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    assert_null(wgc_py_proxy_new(py, (void *)7, NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_null(wgc_py_proxy_new(NULL, roots[0], NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W14_a_proxy_stands_for_its_object_until_that_dies),
        SCENE_TEST(
            W14_proxies_without_callback_are_shared_but_not_with_references),
        SCENE_TEST(
            W14_the_callback_gets_the_proxy_in_one_order_with_references),
        SCENE_TEST(W14_a_proxy_has_no_hash_and_is_no_reference_to_compare),
        SCENE_TEST(
            R30_proxies_are_counted_and_listed_behind_the_shared_reference),
        SCENE_TEST(what_is_no_proxy_is_a_type_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
