/* SPDX-License-Identifier: MIT */
/*
 * WeakKeyDictionary and WeakValueDictionary: rules W1 to W11 of the shim.  Keys
 * and values are objects of the scene, equal if their numbers are.
 */
#include "python_scene.h"

/* ---- Words of the language -------------------------------------------- */

static wgc_py_weakdict *
new_keys(void)
{
    wgc_py_weakdict *dict = wgc_py_weakkeydict_new(py);
    assert_non_null(dict);
    return dict;
}

static wgc_py_weakdict *
new_values(void)
{
    wgc_py_weakdict *dict = wgc_py_weakvaluedict_new(py);
    assert_non_null(dict);
    return dict;
}

static void
set(void *dict, void *key, void *value)
{
    assert_true(wgc_py_weakdict_set(py, dict, key, value));
}

/* NULL: there is none. */
static void *
get(void *dict, void *key)
{
    void *value = NULL;
    wgc_py_answer answer = wgc_py_weakdict_get(py, dict, key, &value);
    assert_int_not_equal(answer, WGC_PY_RAISED);
    assert_int_equal(wgc_py_weakdict_contains(py, dict, key), answer);
    return value;
}

static size_t
len(void *dict)
{
    return wgc_py_weakdict_len(py, dict);
}

/* ---- Entries ---------------------------------------------------------- */

static void
W1_an_entry_goes_with_its_key(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    roots[1] = new_object(1);
    roots[2] = new_object(2);
    set(dict, roots[1], new_object(10));
    set(dict, roots[2], new_object(20));
    cycle();
    assert_int_equal(((object *)get(dict, roots[1]))->value, 10);
    assert_int_equal(len(dict), 2);
    roots[1] = NULL;
    cycle();
    assert_int_equal(len(dict), 1);
    assert_null(get(dict, new_object(1)));
    assert_int_equal(((object *)get(dict, roots[2]))->value, 20);
}

static void
W2_an_entry_goes_with_its_value(void **state)
{
    (void)state;
    void *dict = roots[0] = new_values();
    roots[1] = new_object(1);
    roots[2] = new_object(2);
    set(dict, new_object(10), roots[1]);
    set(dict, new_object(20), roots[2]);
    cycle();
    assert_ptr_equal(get(dict, new_object(10)), roots[1]);
    roots[1] = NULL;
    cycle();
    assert_int_equal(len(dict), 1);
    assert_null(get(dict, new_object(10)));
    assert_ptr_equal(get(dict, new_object(20)), roots[2]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W1_an_entry_goes_with_its_key),
        SCENE_TEST(W2_an_entry_goes_with_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
