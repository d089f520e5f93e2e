/* SPDX-License-Identifier: MIT */
/*
 * WeakKeyDictionary and WeakValueDictionary: rules W1 to W11 of the shim.  Keys
 * and values are objects of the scene, equal if their numbers are.
 */
#include <limits.h>

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

static void
W1_of_two_equal_keys_the_first_owns_the_entry(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    void *key, *value;
    roots[1] = new_object(1);
    roots[2] = new_object(1);
    roots[3] = new_object(10);
    set(dict, roots[1], NULL);
    set(dict, roots[2], roots[3]);
    assert_int_equal(len(dict), 1);
    assert_ptr_equal(get(dict, roots[1]), roots[3]);
    assert_ptr_equal(get(dict, roots[2]), roots[3]);
    wgc_py_iterator iterator = {0};
    assert_int_equal(wgc_py_weakdict_next(py, dict, &iterator, &key, &value),
                     WGC_PY_YES);
    assert_ptr_equal(key, roots[1]);
    roots[1] = NULL;
    cycle();
    assert_int_equal(len(dict), 0);
    assert_null(get(dict, roots[2]));
    set(dict, roots[2], roots[3]);
    cycle();
    assert_ptr_equal(get(dict, roots[2]), roots[3]);
}

static void
W2_the_death_of_a_replaced_value_leaves_the_new_entry(void **state)
{
    (void)state;
    void *dict = roots[0] = new_values();
    roots[1] = new_object(1);
    roots[2] = new_object(2);
    roots[9] = new_object(9);
    set(dict, roots[9], roots[1]);
    set(dict, roots[9], roots[2]);
    roots[1] = NULL;
    cycle();
    assert_ptr_equal(get(dict, roots[9]), roots[2]);
    assert_int_equal(len(dict), 1);
}

static void
a_strong_side_may_be_any_word(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    void *words[] = {NULL, (void *)1, NONE, (void *)-1, dict};
    void *value = dict;
    roots[1] = new_object(1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        set(dict, roots[1], words[i]);
        assert_int_equal(wgc_py_weakdict_get(py, dict, roots[1], &value),
                         WGC_PY_YES);
        assert_ptr_equal(value, words[i]);
    }
    set(dict, roots[1], NULL);
    value = dict;
    assert_true(wgc_py_weakdict_setdefault(py, dict, roots[1], &value));
    assert_null(value);
    value = dict;
    assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[1], &value),
                     WGC_PY_YES);
    assert_null(value);
}

/* The words of the host need be no objects, nor keys differ from NULL. */
static void
strong_keys_may_be_any_word(void **state)
{
    (void)state;
    wgc_py_host host = {.call = scene_call, .none = NONE};
    void *words[] = {NULL, (void *)1, (void *)2, NONE};
    py = wgc_py_new(heap, &host);
    void *dict = roots[0] = new_values();
    for (size_t i = 0; i < 4; i++)
        set(dict, words[i], roots[1 + i] = new_object(1));
    cycle();
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(get(dict, words[i]), roots[1 + i]);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, NULL, NULL), WGC_PY_YES);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, NULL, NULL), WGC_PY_NO);
    assert_int_equal(len(dict), 3);
}

/* ---- Python's operations ---------------------------------------------- */

static void
setdefault_adds_only_what_is_not_there(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    roots[1] = new_object(1);
    roots[2] = new_object(10);
    roots[3] = new_object(20);
    void *value = roots[2];
    assert_true(wgc_py_weakdict_setdefault(py, dict, roots[1], &value));
    assert_ptr_equal(value, roots[2]);
    value = roots[3];
    assert_true(wgc_py_weakdict_setdefault(py, dict, roots[1], &value));
    assert_ptr_equal(value, roots[2]);
    assert_int_equal(len(dict), 1);
    void *weak = roots[4] = new_values();
    value = roots[2];
    assert_true(wgc_py_weakdict_setdefault(py, weak, roots[1], &value));
    value = NULL;
    assert_true(wgc_py_weakdict_setdefault(py, weak, roots[1], &value));
    assert_ptr_equal(value, roots[2]);
}

static void
pop_removes_and_says_what_was_there(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    void *value = NONE;
    roots[1] = new_object(1);
    roots[2] = new_object(10);
    set(dict, roots[1], roots[2]);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, new_object(2), &value),
                     WGC_PY_NO);
    assert_ptr_equal(value, NONE);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, new_object(1), &value),
                     WGC_PY_YES);
    assert_ptr_equal(value, roots[2]);
    assert_int_equal(len(dict), 0);
    set(dict, roots[1], roots[2]);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[1], NULL), WGC_PY_YES);
    assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[1], NULL), WGC_PY_NO);
    assert_int_equal(exception, 0);
}

static void
popitem_takes_the_newest_entry_that_lives(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    void *key, *value;
    for (int i = 1; i <= 6; i++)
        set(dict, roots[i] = new_object(i), new_object(10 * i));
    roots[6] = roots[4] = NULL;
    cycle();
    for (int i = 5; i > 0; i--) {
        if (!roots[i])
            continue;
        assert_int_equal(wgc_py_weakdict_popitem(py, dict, &key, &value),
                         WGC_PY_YES);
        assert_ptr_equal(key, roots[i]);
        assert_int_equal(((object *)value)->value, 10 * i);
    }
    assert_int_equal(wgc_py_weakdict_popitem(py, dict, &key, &value),
                     WGC_PY_NO);
    assert_int_equal(exception, 0);
    set(dict, roots[1], NULL);
    assert_int_equal(wgc_py_weakdict_popitem(py, dict, NULL, &value),
                     WGC_PY_YES);
    assert_null(value);
}

static void
a_dictionary_is_cleared_copied_and_updated(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        void *dict = roots[0] = weak_values ? new_values() : new_keys();
        for (int i = 1; i <= 100; i++) {
            roots[i] = new_object(i);
            set(dict, roots[i], roots[i]);
        }
        void *copy = roots[200] = wgc_py_weakdict_copy(py, dict);
        assert_non_null(copy);
        assert_int_equal(wgc_py_is_weakvaluedict(py, copy), weak_values);
        assert_int_equal(wgc_py_is_weakkeydict(py, copy), !weak_values);
        assert_int_equal(wgc_py_weakdict_equal(py, dict, copy), WGC_PY_YES);
        assert_true(wgc_py_weakdict_clear(py, dict));
        assert_int_equal(len(dict), 0);
        assert_int_equal(len(copy), 100);
        roots[7] = NULL;
        cycle();
        assert_int_equal(len(copy), 99);
        set(dict, roots[1], roots[2]);
        assert_true(wgc_py_weakdict_update(py, dict, copy));
        assert_int_equal(len(dict), 99);
        assert_ptr_equal(get(dict, roots[1]), roots[1]);
        assert_true(wgc_py_weakdict_update(py, dict, dict));
        assert_int_equal(len(dict), 99);
    }
}

static void
dictionaries_are_equal_if_keys_and_values_are(void **state)
{
    (void)state;
    void *a = roots[0] = new_keys();
    void *b = roots[1] = new_keys();
    void *other = roots[2] = new_values();
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_YES);
    for (int i = 1; i <= 4; i++) {
        set(a, roots[10 + i] = new_object(i), roots[20 + i] = new_object(-i));
        set(b, roots[30 + i] = new_object(i), roots[20 + i]);
        set(other, roots[30 + i], roots[20 + i]);
    }
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_YES);
    assert_int_equal(wgc_py_weakdict_equal(py, a, other), WGC_PY_YES);
    set(b, roots[31], new_object(-7)); /* equal only raises */
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_RAISED);
    assert_raised(HOST_ERROR);
    set(a, roots[11], new_object(5));
    set(b, roots[31], new_object(6));
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_NO);
    set(b, roots[31], new_object(5));
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_YES);
    assert_int_equal(wgc_py_weakdict_pop(py, b, roots[32], NULL), WGC_PY_YES);
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_NO);
    assert_int_equal(wgc_py_weakdict_equal(py, b, a), WGC_PY_NO);
    set(b, roots[5] = new_object(5), roots[22]);
    assert_int_equal(wgc_py_weakdict_equal(py, a, b), WGC_PY_NO);
}

static void
keyrefs_and_valuerefs_refer_to_the_weak_side(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        void *dict = roots[0] = weak_values ? new_values() : new_keys();
        wgc_py_iterator iterator = {0};
        wgc_py_ref *found;
        for (int i = 1; i <= 3; i++)
            set(dict, roots[i] = new_object(i), roots[i + 3] = new_object(-i));
        for (int i = 1; i <= 3; i++) {
            assert_int_equal(
                wgc_py_weakdict_next_ref(py, dict, &iterator, &found),
                WGC_PY_YES);
            assert_ptr_equal(deref(found), roots[weak_values ? i + 3 : i]);
            roots[6 + i] = found;
        }
        assert_int_equal(wgc_py_weakdict_next_ref(py, dict, &iterator, &found),
                         WGC_PY_NO);
        roots[2] = roots[5] = NULL;
        cycle();
        assert_true(is_dead(roots[8]));
        assert_false(is_dead(roots[9]));
    }
}

/* ---- Leaks that are none ---------------------------------------------- */

static void
W5_a_value_that_reaches_its_key_dies_with_it(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    void *second = roots[1] = new_keys();
    object *a = new_object(1), *b = new_object(2), *c = new_object(3);
    object *d = new_object(4);
    set(dict, a, a); /* directly */
    set(dict, b, c); /* through other entries */
    set(dict, c, b);
    object *box = new_object(0);
    box->field = d;
    set(dict, d, box); /* through the heap */
    set(second, box, d);
    object *e = new_object(5), *f = new_object(6);
    set(dict, e, f); /* through another dictionary */
    set(second, f, e);
    hidden gone[] = {hide(a), hide(b),   hide(c), hide(d),
                     hide(e), hide(box), hide(f)};
    cycle();
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_false(is_alive(heap, gone[i]));
    assert_int_equal(len(dict) + len(second), 0);
}

static void
W7_a_key_that_reaches_its_value_dies_with_it(void **state)
{
    (void)state;
    void *dict = roots[0] = new_values();
    object *a = new_object(1), *b = new_object(2), *c = new_object(3);
    a->field = b;
    set(dict, a, b);
    set(dict, c, c);
    hidden gone[] = {hide(a), hide(b), hide(c)};
    roots[1] = b;
    cycle();
    assert_int_equal(len(dict), 1);
    assert_true(is_alive(heap, gone[0]));
    roots[1] = NULL;
    cycle();
    for (size_t i = 0; i < 3; i++)
        assert_false(is_alive(heap, gone[i]));
    assert_int_equal(len(dict), 0);
}

static void
W8_a_chain_dies_in_one_cycle(void **state)
{
    (void)state;
    enum { LINKS = 1000 };
    void *dict = roots[0] = new_keys();
    object *next = new_object(0);
    for (int i = 1; i <= LINKS; i++) {
        object *key = new_object(i);
        set(dict, key, next);
        next = key;
    }
    roots[1] = next;
    cycle();
    assert_int_equal(len(dict), LINKS);
    roots[1] = NULL;
    cycle();
    assert_int_equal(len(dict), 0);
}

static void
W9_a_dictionary_dies_with_all_that_only_it_kept(void **state)
{
    (void)state;
    roots[1] = new_object(1);
    void *dict = new_keys();
    object *value = new_object(2);
    hidden gone[] = {hide(dict), hide(value)};
    value->field = dict;
    set(dict, roots[1], value);
    cycle();
    assert_false(is_alive(heap, gone[0]));
    assert_false(is_alive(heap, gone[1]));
    assert_int_equal(((object *)roots[1])->value, 1);
}

static void
dictionaries_in_cycles_and_in_each_other_live_while_they_are_reached(
    void **state)
{
    (void)state;
    void *outer = roots[0] = new_keys();
    void *inner = new_keys();
    hidden hidden_inner = hide(inner);
    roots[1] = new_object(1);
    set(outer, roots[1], inner); /* a dictionary as value */
    set(inner, roots[1], outer); /* a cycle of dictionaries */
    set(inner, outer, inner);    /* keys: identity is enough to be found */
    set(outer, outer, outer);
    cycle();
    assert_ptr_equal(get(outer, roots[1]), inner = reveal(hidden_inner));
    assert_ptr_equal(get(inner, roots[1]), outer);
    assert_ptr_equal(get(inner, outer), inner);
    inner = NULL;
    roots[1] = NULL;
    cycle();
    assert_int_equal(len(outer), 1);
    assert_false(is_alive(heap, hidden_inner));
    hidden hidden_outer = hide(outer);
    roots[0] = NULL;
    cycle();
    assert_false(is_alive(heap, hidden_outer));
}

/* ---- Iteration -------------------------------------------------------- */

enum { MANY = 500 };

static void *
fill(void *dict)
{
    for (int i = 0; i < MANY; i++) {
        roots[100 + i] = new_object(i);
        set(dict, roots[100 + i], roots[100 + i]);
    }
    return dict;
}

static void
W4_deaths_during_iteration_skip_the_dead_and_no_other(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        void *dict = roots[0] = fill(weak_values ? new_values() : new_keys());
        wgc_py_iterator iterator = {0};
        void *key, *value;
        intptr_t expected = 0, alive = MANY;
        while (wgc_py_weakdict_next(py, dict, &iterator, &key, &value) ==
               WGC_PY_YES) {
            assert_ptr_equal(key, value);
            assert_int_equal(((object *)key)->value, expected);
            if (expected % 50 == 0) { /* the second of three, and itself */
                for (intptr_t i = 1; i < MANY; i += 3) {
                    alive -= roots[100 + i] != NULL;
                    roots[100 + i] = NULL;
                }
                alive -= roots[100 + expected] != NULL;
                roots[100 + expected] = NULL;
                cycle();
                assert_int_equal(len(dict), alive);
            }
            do
                expected++;
            while (expected < MANY && !roots[100 + expected]);
        }
        assert_int_equal(expected, MANY);
        assert_int_equal(exception, 0);
    }
}

static void
W4_an_iteration_complains_if_the_program_changed_the_size(void **state)
{
    (void)state;
    void *dict = roots[0] = fill(new_keys());
    void *key, *value;
    for (int way = 0; way < 5; way++) {
        wgc_py_iterator iterator = {0};
        assert_int_equal(
            wgc_py_weakdict_next(py, dict, &iterator, &key, &value),
            WGC_PY_YES);
        roots[1] = key;
        roots[2] = new_object(MANY + way);
        if (way == 0)
            set(dict, roots[2], NULL);
        else if (way == 1)
            assert_int_equal(wgc_py_weakdict_pop(py, dict, key, NULL),
                             WGC_PY_YES);
        else if (way == 2)
            wgc_py_weakdict_popitem(py, dict, NULL, NULL);
        else if (way == 3)
            assert_true(wgc_py_weakdict_setdefault(py, dict, roots[2], &value));
        else
            wgc_py_weakdict_clear(py, dict);
        assert_int_equal(
            wgc_py_weakdict_next(py, dict, &iterator, &key, &value),
            WGC_PY_RAISED);
        assert_raised(WGC_PY_RUNTIME_ERROR);
        assert_int_equal(
            wgc_py_weakdict_next(py, dict, &iterator, &key, &value), WGC_PY_NO);
    }
}

static void
W4_an_iteration_goes_on_if_only_values_changed(void **state)
{
    (void)state;
    void *dict = roots[0] = fill(new_keys());
    wgc_py_iterator iterator = {0};
    void *key, *value;
    int seen = 0;
    roots[1] = new_object(MANY);
    while (wgc_py_weakdict_next(py, dict, &iterator, &key, &value) ==
           WGC_PY_YES) {
        seen++;
        set(dict, key, roots[1]); /* not the size */
        if (seen == 1) {          /* nor this, in sum; the new one is met */
            set(dict, roots[1], NULL);
            assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[101], NULL),
                             WGC_PY_YES);
        }
    }
    assert_int_equal(exception, 0);
    assert_int_equal(seen, MANY);
    assert_int_equal(wgc_py_weakdict_next(py, dict, &iterator, &key, &value),
                     WGC_PY_NO);
    set(dict, roots[101], NULL);
    assert_int_equal(wgc_py_weakdict_next(py, dict, &iterator, &key, &value),
                     WGC_PY_NO);
}

static bool
look_into_dict(function *self, const struct frame *frame)
{
    wgc_py_iterator iterator = {0};
    void *key, *value;
    (void)frame;
    log_add("%zu:", len(self->closure));
    while (wgc_py_weakdict_next(py, self->closure, &iterator, &key, &value) ==
           WGC_PY_YES)
        log_add("%d", (int)((object *)key)->value);
    set(self->closure, roots[9], NULL);
    log_add(":%zu ", len(self->closure));
    return true;
}

static void
W11_an_entry_is_gone_before_any_callback(void **state)
{
    (void)state;
    void *dict = roots[0] = new_keys();
    roots[9] = new_object(9);
    object *a = new_object(1), *b = new_object(2);
    roots[1] = ref(a, new_function(look_into_dict, "x", dict));
    set(dict, a, NULL);
    set(dict, b, NULL);
    roots[2] = ref(b, new_function(look_into_dict, "x", dict));
    cycle();
    assert_log("0::1 1:9:1 ");
}

static void
look_in_guard(void *self, void *dict)
{
    log_add("%zu ", len(dict));
    assert_null(get(dict, self));
    roots[1] = self; /* it comes back, without its entry */
}

static void
W12_an_entry_is_gone_before_the_guard_of_its_weak_side_runs(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        void *dict = roots[0] = weak_values ? new_values() : new_keys();
        object *self = new_object(1);
        assert_non_null(
            wgc_finalizer_new_guard(heap, self, look_in_guard, dict));
        set(dict, self, self);
        cycle();
        assert_log("0 ");
        assert_int_equal(((object *)roots[1])->value, 1);
        assert_int_equal(len(dict), 0);
        set(dict, roots[1], roots[1]);
        assert_int_equal(len(dict), 1);
    }
}

/* ---- Errors ----------------------------------------------------------- */

static void
R5_a_weak_side_that_cannot_be_referenced_is_a_type_error(void **state)
{
    (void)state;
    void *keys = roots[0] = new_keys();
    void *values = roots[1] = new_values();
    void *key = roots[2] = new_object(1);
    static int elsewhere;
    void *wrong[] = {NULL, (void *)1, &elsewhere, (char *)key + 8};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        void *value = NULL;
        assert_false(wgc_py_weakdict_set(py, keys, wrong[i], key));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakdict_setdefault(py, keys, wrong[i], &value));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_get(py, keys, wrong[i], &value),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_pop(py, keys, wrong[i], &value),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_contains(py, keys, wrong[i]),
                         WGC_PY_NO);
        assert_int_equal(exception, 0);
        assert_false(wgc_py_weakdict_set(py, values, key, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        value = wrong[i];
        assert_false(wgc_py_weakdict_setdefault(py, values, key, &value));
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    assert_int_equal(len(keys) + len(values), 0);
    set(values, key, key); /* then the default is not looked at */
    void *value = NULL;
    assert_true(wgc_py_weakdict_setdefault(py, values, key, &value));
    assert_ptr_equal(value, key);
}

static void
what_the_host_raises_is_passed_on_and_changes_nothing(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        void *dict = roots[0] = weak_values ? new_values() : new_keys();
        void *value = NONE;
        roots[1] = new_object(-1); /* neither hash nor comparison */
        roots[2] = new_object(2);
        assert_false(wgc_py_weakdict_set(py, dict, roots[1], roots[2]));
        assert_raised(HOST_ERROR);
        assert_false(wgc_py_weakdict_setdefault(py, dict, roots[1], &value));
        assert_raised(HOST_ERROR);
        assert_int_equal(wgc_py_weakdict_get(py, dict, roots[1], &value),
                         WGC_PY_RAISED);
        assert_raised(HOST_ERROR);
        assert_int_equal(wgc_py_weakdict_contains(py, dict, roots[1]),
                         WGC_PY_RAISED);
        assert_raised(HOST_ERROR);
        assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[1], &value),
                         WGC_PY_RAISED);
        assert_raised(HOST_ERROR);
        assert_int_equal(len(dict), 0);
        assert_ptr_equal(value, NONE);
    }
}

/* A host whose hashes are all the same, and that counts down to a failure. */
static int comparisons_left;

static bool
same_hash(void *value, size_t *result, void *data)
{
    (void)value;
    (void)data;
    *result = 1;
    return true;
}

static bool
fail_some_comparison(void *a, void *b, bool *result, void *data)
{
    if (comparisons_left-- == 0) {
        *result = true;
        exception = (wgc_py_error)HOST_ERROR;
        return false;
    }
    return scene_equal(a, b, result, data);
}

static void
reopen_with(bool (*equal)(void *, void *, bool *, void *))
{
    wgc_py_host host = scene_host;
    host.hash = same_hash;
    host.equal = equal;
    py = wgc_py_new(heap, &host);
    assert_non_null(py);
}

static void
a_comparison_that_raises_anywhere_changes_nothing(void **state)
{
    (void)state;
    enum { ENTRIES = 5 };
    reopen_with(fail_some_comparison);
    void *dict = roots[0] = new_keys();
    comparisons_left = INT_MAX;
    for (int i = 0; i < ENTRIES; i++)
        set(dict, roots[10 + i] = new_object(i), roots[20 + i] = new_object(i));
    roots[1] = new_object(1);
    for (int which = 0; which < ENTRIES; which++) {
        for (int after = 0; after <= ENTRIES; after++) {
            void *key = which ? roots[10 + which] : new_object(99);
            int needed = which ? which : ENTRIES;
            bool raises = after < needed;
            void *value = roots[1];
            comparisons_left = after;
            assert_int_equal(wgc_py_weakdict_get(py, dict, key, &value),
                             raises  ? WGC_PY_RAISED
                             : which ? WGC_PY_YES
                                     : WGC_PY_NO);
            assert_raised(raises ? HOST_ERROR : 0);
            if (!raises)
                continue;
            comparisons_left = after;
            assert_false(wgc_py_weakdict_set(py, dict, key, roots[1]));
            assert_raised(HOST_ERROR);
            comparisons_left = after;
            assert_int_equal(wgc_py_weakdict_pop(py, dict, key, NULL),
                             WGC_PY_RAISED);
            assert_raised(HOST_ERROR);
            comparisons_left = after;
            assert_false(wgc_py_weakdict_setdefault(py, dict, key, &value));
            assert_raised(HOST_ERROR);
        }
    }
    comparisons_left = INT_MAX;
    assert_int_equal(len(dict), ENTRIES);
    for (int i = 0; i < ENTRIES; i++)
        assert_ptr_equal(get(dict, roots[10 + i]), roots[20 + i]);
}

static void
what_raises_stops_copy_update_and_comparison(void **state)
{
    (void)state;
    reopen_with(fail_some_comparison);
    void *dict = roots[0] = new_keys();
    void *other = roots[1] = new_keys();
    comparisons_left = INT_MAX;
    for (int i = 0; i < 3; i++)
        set(dict, roots[10 + i] = new_object(i), NULL);
    comparisons_left = 1;
    assert_null(wgc_py_weakdict_copy(py, dict));
    assert_raised(HOST_ERROR);
    comparisons_left = 1;
    assert_false(wgc_py_weakdict_update(py, other, dict));
    assert_raised(HOST_ERROR);
    assert_int_equal(len(other), 2);
    comparisons_left = INT_MAX;
    assert_true(wgc_py_weakdict_update(py, other, dict));
    comparisons_left = 1;
    assert_int_equal(wgc_py_weakdict_equal(py, dict, other), WGC_PY_RAISED);
    assert_raised(HOST_ERROR);
}

static void
without_comparison_keys_are_equal_to_themselves_only(void **state)
{
    (void)state;
    wgc_py_host host = scene_host;
    host.hash = same_hash;
    host.equal = NULL;
    py = wgc_py_new(heap, &host);
    void *dict = roots[0] = new_keys();
    void *other = roots[1] = new_keys();
    for (int i = 0; i < 5; i++) {
        set(dict, roots[10 + i] = new_object(1), roots[20 + i] = new_object(1));
        set(other, roots[10 + i], roots[20 + i]);
    }
    for (int i = 0; i < 5; i++)
        assert_ptr_equal(get(dict, roots[10 + i]), roots[20 + i]);
    assert_int_equal(wgc_py_weakdict_equal(py, dict, other), WGC_PY_YES);
    set(other, roots[10], roots[21]);
    assert_int_equal(wgc_py_weakdict_equal(py, dict, other), WGC_PY_NO);
}

/* ---- A host that uses the dictionary while it is asked ----------------- */

static bool
remove_while_asked(void *a, void *b, bool *result, void *data)
{
    (void)data;
    *result = ((object *)a)->value == ((object *)b)->value;
    if (comparisons_left-- > 0)
        assert_int_equal(wgc_py_weakdict_pop(py, roots[0], a, NULL),
                         WGC_PY_YES);
    return true;
}

static bool
add_while_asked(void *a, void *b, bool *result, void *data)
{
    (void)data;
    *result = ((object *)a)->value == ((object *)b)->value;
    if (comparisons_left-- > 0) {
        roots[50 + comparisons_left] = new_object(100 + comparisons_left);
        set(roots[0], roots[50 + comparisons_left], NULL);
    }
    return true;
}

static bool
collect_while_asked(void *a, void *b, bool *result, void *data)
{
    (void)data;
    *result = ((object *)a)->value == ((object *)b)->value;
    if (comparisons_left-- > 0)
        assert_int_equal(wgc_collect(heap), WGC_OK);
    return true;
}

static void
a_host_may_change_the_dictionary_while_it_is_asked(void **state)
{
    (void)state;
    bool (*const hosts[])(void *, void *, bool *, void *) = {
        remove_while_asked, add_while_asked, collect_while_asked};
    for (size_t i = 0; i < 3; i++) {
        reopen_with(hosts[i]);
        void *dict = roots[0] = new_keys();
        comparisons_left = 0;
        for (int k = 0; k < 6; k++)
            set(dict, roots[10 + k] = new_object(k), NULL);
        roots[1] = new_object(5);
        comparisons_left = 3;
        set(dict, roots[1], roots[1]);
        comparisons_left = 0;
        assert_ptr_equal(get(dict, roots[15]), roots[1]);
        assert_int_equal(len(dict), i == 0 ? 3 : i == 1 ? 9 : 6);
        roots[10] = roots[15] = NULL;
        cycle();
        assert_null(get(dict, new_object(5)));
    }
}

static void
a_comparison_that_changes_the_size_ends_what_walks(void **state)
{
    (void)state;
    reopen_with(add_while_asked);
    void *dict = roots[0] = new_keys();
    void *other = roots[1] = new_keys();
    comparisons_left = 0;
    for (int i = 0; i < 3; i++) {
        set(dict, roots[10 + i] = new_object(i), NULL);
        set(other, roots[20 + i] = new_object(i), NULL);
    }
    comparisons_left = 1;
    assert_int_equal(wgc_py_weakdict_equal(py, dict, other), WGC_PY_RAISED);
    assert_raised(WGC_PY_RUNTIME_ERROR);
    comparisons_left = 2; /* which numbers the object that is added */
    assert_false(wgc_py_weakdict_update(py, other, dict));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    comparisons_left = 3;
    assert_null(wgc_py_weakdict_copy(py, dict));
    assert_raised(WGC_PY_RUNTIME_ERROR);
}

static bool
always_change(void *a, void *b, bool *result, void *data)
{
    (void)a;
    (void)b;
    (void)data;
    *result = false;
    return wgc_py_weakdict_pop(py, roots[0], roots[1], NULL) == WGC_PY_YES &&
           wgc_py_weakdict_set(py, roots[0], roots[1], NULL);
}

static void
a_host_that_changes_the_dictionary_at_each_look_is_a_runtime_error(void **state)
{
    (void)state;
    reopen_with(always_change);
    void *dict = roots[0] = new_keys();
    roots[1] = new_object(1);
    set(dict, roots[1], NULL);
    roots[2] = new_object(2);
    assert_false(wgc_py_weakdict_set(py, dict, roots[2], NULL));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_int_equal(wgc_py_weakdict_contains(py, dict, roots[2]),
                     WGC_PY_RAISED);
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_int_equal(len(dict), 1);
}

/* ---- Memory ----------------------------------------------------------- */

static void
without_memory_everything_stays_as_it_was(void **state)
{
    (void)state;
    for (int weak_values = 0; weak_values < 2; weak_values++) {
        size_t failures = 0;
        void *copy = NULL;
        for (size_t blocks = 0; !copy; blocks++) {
            scene_reopen((wgc_config){.max_bytes = 1 << 20});
            wgc_disable(heap);
            roots[1] = new_object(1);
            fill_heap(blocks);
            void *dict = weak_values ? wgc_py_weakvaluedict_new(py)
                                     : wgc_py_weakkeydict_new(py);
            roots[0] = dict;
            bool good = dict &&
                        wgc_py_weakdict_set(py, dict, roots[1], roots[1]) &&
                        (copy = wgc_py_weakdict_copy(py, dict)) != NULL;
            if (good)
                break;
            assert_raised(WGC_PY_MEMORY_ERROR);
            failures++;
            if (dict)
                assert_int_equal(len(dict),
                                 wgc_py_weakdict_contains(py, dict, roots[1]));
        }
        assert_true(failures >= 3); /* the table, its map, the first entry */
    }
}

static void
without_memory_no_entry_is_lost_when_a_dictionary_grows(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.max_bytes = 1 << 20});
    wgc_disable(heap);
    void *dict = roots[0] = new_keys();
    for (int i = 0; i < 20000; i++)
        roots[10 + i] = new_object(i);
    fill_heap(2);
    int made = 0;
    while (wgc_py_weakdict_set(py, dict, roots[10 + made], roots[10 + made]))
        made++;
    assert_raised(WGC_PY_MEMORY_ERROR);
    assert_in_range(made, 10, 19999);
    for (int again = 0; again < 3; again++) {
        assert_false(wgc_py_weakdict_set(py, dict, roots[10 + made], NULL));
        assert_raised(WGC_PY_MEMORY_ERROR);
    }
    assert_int_equal(len(dict), made);
    for (int i = 0; i < made; i++)
        assert_ptr_equal(get(dict, roots[10 + i]), roots[10 + i]);
    set(dict, roots[10], NULL); /* replacing needs none */
    assert_int_equal(wgc_py_weakdict_pop(py, dict, roots[11], NULL),
                     WGC_PY_YES);
}

static void
without_memory_no_reference_to_a_key_is_made(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.max_bytes = 1 << 20});
    wgc_disable(heap);
    wgc_py_iterator iterator = {0};
    wgc_py_ref *found = NULL;
    void *dict = roots[0] = new_keys();
    roots[1] = new_object(1);
    set(dict, roots[1], NULL);
    fill_heap(0);
    assert_int_equal(wgc_py_weakdict_next_ref(py, dict, &iterator, &found),
                     WGC_PY_RAISED);
    assert_raised(WGC_PY_MEMORY_ERROR);
    assert_int_equal(wgc_py_weakdict_len(py, dict), 1);
}

/* ---- What is no dictionary -------------------------------------------- */

static void
what_is_no_dictionary_is_recognised(void **state)
{
    (void)state;
    static int elsewhere;
    void *dict = roots[0] = new_keys();
    roots[1] = new_object(1);
    roots[2] = ref(roots[1], NULL);
    roots[3] = wgc_py_weakset_new(py);
    void *wrong[] = {NULL,     &elsewhere, (void *)7,        roots[1],
                     roots[2], roots[3],   (char *)dict + 8, py};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wgc_py_iterator iterator = {0};
        void *value = NULL;
        assert_int_equal(wgc_py_weakdict_len(py, wrong[i]), 0);
        assert_int_equal(exception, 0);
        assert_int_equal(wgc_py_weakdict_get(py, wrong[i], roots[1], &value),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_pop(py, wrong[i], roots[1], &value),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakdict_set(py, wrong[i], roots[1], value));
        assert_raised(WGC_PY_TYPE_ERROR);
        value = roots[1];
        assert_false(
            wgc_py_weakdict_setdefault(py, wrong[i], roots[1], &value));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakdict_update(py, dict, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakdict_update(py, wrong[i], dict));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_null(wgc_py_weakdict_copy(py, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakdict_clear(py, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_popitem(py, wrong[i], &value, &value),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_equal(py, dict, wrong[i]),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakdict_equal(py, wrong[i], dict),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(
            wgc_py_weakdict_next(py, wrong[i], &iterator, &value, &value),
            WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_is_weakkeydict(py, wrong[i]));
        assert_false(wgc_py_is_weakvaluedict(py, wrong[i]));
    }
    assert_null(wgc_py_weakkeydict_new(NULL));
    assert_null(wgc_py_weakvaluedict_new(NULL));
    assert_int_equal(wgc_py_weakdict_contains(NULL, dict, roots[1]),
                     WGC_PY_RAISED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W1_an_entry_goes_with_its_key),
        SCENE_TEST(W2_an_entry_goes_with_its_value),
        SCENE_TEST(W1_of_two_equal_keys_the_first_owns_the_entry),
        SCENE_TEST(W2_the_death_of_a_replaced_value_leaves_the_new_entry),
        SCENE_TEST(a_strong_side_may_be_any_word),
        SCENE_TEST(strong_keys_may_be_any_word),
        SCENE_TEST(setdefault_adds_only_what_is_not_there),
        SCENE_TEST(pop_removes_and_says_what_was_there),
        SCENE_TEST(popitem_takes_the_newest_entry_that_lives),
        SCENE_TEST(a_dictionary_is_cleared_copied_and_updated),
        SCENE_TEST(dictionaries_are_equal_if_keys_and_values_are),
        SCENE_TEST(keyrefs_and_valuerefs_refer_to_the_weak_side),
        SCENE_TEST(W5_a_value_that_reaches_its_key_dies_with_it),
        SCENE_TEST(W7_a_key_that_reaches_its_value_dies_with_it),
        SCENE_TEST(W8_a_chain_dies_in_one_cycle),
        SCENE_TEST(W9_a_dictionary_dies_with_all_that_only_it_kept),
        SCENE_TEST(
            dictionaries_in_cycles_and_in_each_other_live_while_they_are_reached),
        SCENE_TEST(W4_deaths_during_iteration_skip_the_dead_and_no_other),
        SCENE_TEST(W4_an_iteration_complains_if_the_program_changed_the_size),
        SCENE_TEST(W4_an_iteration_goes_on_if_only_values_changed),
        SCENE_TEST(W11_an_entry_is_gone_before_any_callback),
        SCENE_TEST(W12_an_entry_is_gone_before_the_guard_of_its_weak_side_runs),
        SCENE_TEST(R5_a_weak_side_that_cannot_be_referenced_is_a_type_error),
        SCENE_TEST(what_the_host_raises_is_passed_on_and_changes_nothing),
        SCENE_TEST(a_comparison_that_raises_anywhere_changes_nothing),
        SCENE_TEST(what_raises_stops_copy_update_and_comparison),
        SCENE_TEST(without_comparison_keys_are_equal_to_themselves_only),
        SCENE_TEST(a_host_may_change_the_dictionary_while_it_is_asked),
        SCENE_TEST(a_comparison_that_changes_the_size_ends_what_walks),
        SCENE_TEST(
            a_host_that_changes_the_dictionary_at_each_look_is_a_runtime_error),
        SCENE_TEST(without_memory_everything_stays_as_it_was),
        SCENE_TEST(without_memory_no_entry_is_lost_when_a_dictionary_grows),
        SCENE_TEST(without_memory_no_reference_to_a_key_is_made),
        SCENE_TEST(what_is_no_dictionary_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
