/* SPDX-License-Identifier: MIT */
/*
 * Weak dictionaries against a model of them: random operations on dictionaries
 * of both sorts whose keys and values are the same objects, three of each number
 * being equal; entries reach each other through them in every way (W1-W8).
 */
#include "python_scene.h"

enum { OBJECTS = 48, NUMBERS = 16, DICTS = 4, MOST = OBJECTS, STEPS = 20000 };

/* Dictionaries 0 and 1 have weak keys, 2 and 3 weak values.  Roots 0 to 3 hold
   them, roots from 100 the objects that the program has. */
struct model_entry {
    int key, value;
};

struct model_dict {
    struct model_entry entries[MOST];
    int count;
};

static struct model_dict model[DICTS];
static hidden address[OBJECTS];
static bool exists[OBJECTS];

static bool
has_weak_values(int dict)
{
    return dict >= DICTS / 2;
}

static void *
object_of(int i)
{
    return reveal(address[i]);
}

static int
index_of(const void *pointer)
{
    for (int i = 0; i < OBJECTS; i++)
        if (exists[i] && object_of(i) == pointer)
            return i;
    fail_msg("an object that there is not");
    return -1;
}

/* ---- The model -------------------------------------------------------- */

static int
model_find(const struct model_dict *dict, int key)
{
    for (int i = 0; i < dict->count; i++)
        if (dict->entries[i].key % NUMBERS == key % NUMBERS)
            return i;
    return -1;
}

static void
model_set(struct model_dict *dict, int key, int value)
{
    int at = model_find(dict, key);
    if (at < 0) {
        at = dict->count++;
        dict->entries[at].key = key;
    }
    dict->entries[at].value = value;
}

static void
model_remove(struct model_dict *dict, int at)
{
    dict->count--;
    for (int i = at; i < dict->count; i++)
        dict->entries[i] = dict->entries[i + 1];
}

/* An entry's strong side is reached by its weak one: again until that is all. */
static void
model_reach(bool *reached)
{
    bool again = true;
    for (int i = 0; i < OBJECTS; i++)
        reached[i] = roots[100 + i] != NULL;
    while (again) {
        again = false;
        for (int d = 0; d < DICTS; d++)
            for (int i = 0; i < model[d].count; i++) {
                struct model_entry *entry = &model[d].entries[i];
                int weak = has_weak_values(d) ? entry->value : entry->key;
                int strong = has_weak_values(d) ? entry->key : entry->value;
                if (reached[weak] && !reached[strong])
                    again = reached[strong] = true;
            }
    }
}

static void
model_cycle(void)
{
    bool reached[OBJECTS];
    model_reach(reached);
    for (int d = 0; d < DICTS; d++)
        for (int i = model[d].count - 1; i >= 0; i--) {
            struct model_entry *entry = &model[d].entries[i];
            if (!reached[has_weak_values(d) ? entry->value : entry->key])
                model_remove(&model[d], i);
        }
    cycle();
    for (int i = 0; i < OBJECTS; i++) {
        if (exists[i])
            assert_int_equal(is_alive(heap, address[i]), reached[i]);
        exists[i] = exists[i] && reached[i];
    }
}

/* ---- Comparison ------------------------------------------------------- */

static void
check_dict(int d)
{
    wgc_py_iterator iterator = {0};
    void *key, *value;
    assert_int_equal(wgc_py_weakdict_len(py, roots[d]), model[d].count);
    for (int i = 0; i < model[d].count; i++) {
        assert_int_equal(
            wgc_py_weakdict_next(py, roots[d], &iterator, &key, &value),
            WGC_PY_YES);
        assert_int_equal(index_of(key), model[d].entries[i].key);
        assert_int_equal(index_of(value), model[d].entries[i].value);
    }
    assert_int_equal(
        wgc_py_weakdict_next(py, roots[d], &iterator, &key, &value), WGC_PY_NO);
}

/* ---- Operations ------------------------------------------------------- */

static int
some_held(random_state *random)
{
    for (;;) {
        int i = (int)random_below(random, OBJECTS);
        if (roots[100 + i])
            return i;
    }
}

static void
hold_or_drop(int i)
{
    if (roots[100 + i]) {
        roots[100 + i] = NULL;
        return;
    }
    if (!exists[i])
        address[i] = hide(new_object(i % NUMBERS));
    exists[i] = true;
    roots[100 + i] = object_of(i);
}

static void
set_entry(int d, int key, int value)
{
    assert_true(
        wgc_py_weakdict_set(py, roots[d], object_of(key), object_of(value)));
    model_set(&model[d], key, value);
}

static void
ask_or_pop(int d, int key, bool pop)
{
    int at = model_find(&model[d], key);
    void *value = NULL;
    wgc_py_answer answer =
        pop ? wgc_py_weakdict_pop(py, roots[d], object_of(key), &value)
            : wgc_py_weakdict_get(py, roots[d], object_of(key), &value);
    assert_int_equal(answer, at >= 0 ? WGC_PY_YES : WGC_PY_NO);
    if (at < 0)
        return;
    assert_int_equal(index_of(value), model[d].entries[at].value);
    if (pop)
        model_remove(&model[d], at);
}

static void
pop_newest(int d)
{
    void *key, *value;
    wgc_py_answer answer = wgc_py_weakdict_popitem(py, roots[d], &key, &value);
    assert_int_equal(answer, model[d].count ? WGC_PY_YES : WGC_PY_NO);
    if (answer == WGC_PY_NO)
        return;
    model[d].count--;
    assert_int_equal(index_of(key), model[d].entries[model[d].count].key);
    assert_int_equal(index_of(value), model[d].entries[model[d].count].value);
}

static void
update_dict(int d, int other)
{
    assert_true(wgc_py_weakdict_update(py, roots[d], roots[other]));
    struct model_dict source = model[other];
    for (int i = 0; i < source.count; i++)
        model_set(&model[d], source.entries[i].key, source.entries[i].value);
}

static void
replace_by_copy(int d)
{
    void *copy = wgc_py_weakdict_copy(py, roots[d]);
    assert_non_null(copy);
    assert_int_equal(wgc_py_weakdict_equal(py, copy, roots[d]), WGC_PY_YES);
    assert_true(wgc_py_weakdict_clear(py, roots[d]));
    roots[d] = copy;
}

static void
take_step(random_state *random)
{
    int d = (int)random_below(random, DICTS);
    size_t what = random_below(random, 100);
    if (what < 30)
        hold_or_drop((int)random_below(random, OBJECTS - 1)); /* one stays */
    else if (what < 70)
        set_entry(d, some_held(random), some_held(random));
    else if (what < 85)
        ask_or_pop(d, some_held(random), what >= 80);
    else if (what < 88)
        pop_newest(d);
    else if (what < 89)
        update_dict(d, (int)random_below(random, DICTS));
    else if (what < 90)
        replace_by_copy(d);
    else if (what < 94)
        model_cycle();
    else
        check_dict(d);
}

static void
W1_to_W8_dictionaries_do_what_a_model_of_them_does(void **state)
{
    (void)state;
    random_state random = random_seeded(1);
    for (int d = 0; d < DICTS; d++)
        roots[d] = has_weak_values(d) ? wgc_py_weakvaluedict_new(py)
                                      : wgc_py_weakkeydict_new(py);
    hold_or_drop(OBJECTS - 1);
    for (int i = 0; i < STEPS; i++)
        take_step(&random);
    for (int i = 0; i < OBJECTS; i++)
        roots[100 + i] = NULL;
    model_cycle();
    for (int d = 0; d < DICTS; d++)
        assert_int_equal(wgc_py_weakdict_len(py, roots[d]), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W1_to_W8_dictionaries_do_what_a_model_of_them_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
