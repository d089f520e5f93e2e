/* SPDX-License-Identifier: MIT */
/*
 * WeakSet: rule W3 of the shim.  Elements are objects of the scene, equal if
 * their numbers are.  What is tested of the dictionaries is not repeated.
 */
#include "python_scene.h"

/* ---- Words of the language -------------------------------------------- */

static wgc_py_weakset *
new_set(void)
{
    wgc_py_weakset *set = wgc_py_weakset_new(py);
    assert_non_null(set);
    return set;
}

static void
add(void *set, void *item)
{
    assert_true(wgc_py_weakset_add(py, set, item));
}

static bool
has(void *set, void *item)
{
    wgc_py_answer answer = wgc_py_weakset_contains(py, set, item);
    assert_int_not_equal(answer, WGC_PY_RAISED);
    return answer == WGC_PY_YES;
}

static size_t
len(void *set)
{
    return wgc_py_weakset_len(py, set);
}

/* Roots from 100 hold objects 0 to 63; a set of those with a bit in `mask`. */
enum { OBJECTS = 64 };

static void
make_objects(void)
{
    for (int i = 0; i < OBJECTS; i++)
        roots[100 + i] = new_object(i);
}

static wgc_py_weakset *
set_of(uint64_t mask)
{
    wgc_py_weakset *set = new_set();
    for (int i = 0; i < OBJECTS; i++)
        if (mask >> i & 1)
            add(set, roots[100 + i]);
    return set;
}

/* The mask of a set, which must be of the objects that are in the roots. */
static uint64_t
mask_of(void *set)
{
    wgc_py_iterator iterator = {0};
    uint64_t mask = 0;
    size_t count = 0;
    void *item;
    assert_non_null(set);
    assert_true(wgc_py_is_weakset(py, set));
    for (; wgc_py_weakset_next(py, set, &iterator, &item) == WGC_PY_YES;
         count++) {
        intptr_t i = ((object *)item)->value;
        assert_ptr_equal(item, roots[100 + i]);
        assert_int_equal(mask >> i & 1, 0);
        mask |= UINT64_C(1) << i;
    }
    assert_int_equal(exception, 0);
    assert_int_equal(count, len(set));
    return mask;
}

/* ---- Elements --------------------------------------------------------- */

static void
W3_an_element_goes_when_it_dies(void **state)
{
    (void)state;
    void *set = roots[0] = new_set();
    hidden gone = hide(new_object(1));
    add(set, reveal(gone));
    add(set, roots[1] = new_object(2));
    assert_int_equal(len(set), 2);
    cycle();
    assert_false(is_alive(heap, gone));
    assert_int_equal(len(set), 1);
    assert_false(has(set, new_object(1)));
    assert_true(has(set, new_object(2)));
}

static void
W3_of_two_equal_elements_the_first_is_in_the_set(void **state)
{
    (void)state;
    void *set = roots[0] = new_set();
    wgc_py_iterator iterator = {0};
    void *item;
    add(set, roots[1] = new_object(1));
    add(set, roots[2] = new_object(1));
    assert_int_equal(len(set), 1);
    assert_int_equal(wgc_py_weakset_next(py, set, &iterator, &item),
                     WGC_PY_YES);
    assert_ptr_equal(item, roots[1]);
    roots[1] = NULL;
    cycle();
    assert_false(has(set, roots[2]));
}

static void
an_element_is_removed_once(void **state)
{
    (void)state;
    void *set = roots[0] = new_set();
    add(set, roots[1] = new_object(1));
    assert_int_equal(wgc_py_weakset_remove(py, set, new_object(2)), WGC_PY_NO);
    assert_int_equal(wgc_py_weakset_remove(py, set, new_object(1)), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_remove(py, set, roots[1]), WGC_PY_NO);
    assert_int_equal(len(set), 0);
    assert_int_equal(exception, 0);
}

static void
pop_empties_a_set_and_returns_each_element_that_lives(void **state)
{
    (void)state;
    make_objects();
    void *set = roots[0] = set_of(0xFF);
    uint64_t popped = 0;
    void *item;
    roots[103] = roots[107] = NULL;
    cycle();
    while (wgc_py_weakset_pop(py, set, &item) == WGC_PY_YES)
        popped |= UINT64_C(1) << ((object *)item)->value;
    assert_int_equal(popped, 0x77);
    assert_int_equal(exception, 0);
    add(set, roots[100]);
    assert_true(wgc_py_weakset_clear(py, set));
    assert_int_equal(wgc_py_weakset_pop(py, set, &item), WGC_PY_NO);
}

static void
W4_deaths_during_iteration_are_skipped_and_changes_complained_of(void **state)
{
    (void)state;
    make_objects();
    void *set = roots[0] = set_of(~UINT64_C(0));
    wgc_py_iterator iterator = {0};
    void *item;
    for (int i = 0; i < OBJECTS; i += 2) {
        assert_int_equal(wgc_py_weakset_next(py, set, &iterator, &item),
                         WGC_PY_YES);
        assert_int_equal(((object *)item)->value, i);
        roots[100 + i] = roots[101 + i] = NULL;
        cycle();
    }
    assert_int_equal(len(set), 0);
    assert_int_equal(wgc_py_weakset_next(py, set, &iterator, &item), WGC_PY_NO);
    make_objects();
    add(set, roots[100]);
    iterator = (wgc_py_iterator){0};
    assert_int_equal(wgc_py_weakset_next(py, set, &iterator, &item),
                     WGC_PY_YES);
    add(set, roots[100]); /* was there */
    add(set, roots[101]);
    assert_int_equal(wgc_py_weakset_next(py, set, &iterator, &item),
                     WGC_PY_RAISED);
    assert_raised(WGC_PY_RUNTIME_ERROR);
}

/* ---- Algebra ---------------------------------------------------------- */

static void
sets_are_combined_as_numbers_are_by_bits(void **state)
{
    (void)state;
    random_state random = random_seeded(1);
    make_objects();
    for (int round = 0; round < 100; round++) {
        uint64_t a = random_next(&random) & random_next(&random);
        uint64_t b = round % 3 ? random_next(&random) & random_next(&random)
                               : a & random_next(&random);
        void *left = roots[0] = set_of(a);
        void *right = roots[1] = set_of(b);
        void *results[] = {
            wgc_py_weakset_union(py, left, right),
            wgc_py_weakset_intersection(py, left, right),
            wgc_py_weakset_difference(py, left, right),
            wgc_py_weakset_symmetric_difference(py, left, right)};
        uint64_t expected[] = {a | b, a & b, a & ~b, a ^ b};
        for (int i = 0; i < 4; i++)
            assert_true(mask_of(results[i]) == expected[i]);
        assert_int_equal(wgc_py_weakset_issubset(py, right, left),
                         (b & ~a) == 0);
        assert_int_equal(wgc_py_weakset_isdisjoint(py, left, right),
                         (a & b) == 0);
        assert_int_equal(wgc_py_weakset_equal(py, left, right), a == b);
        assert_true(mask_of(left) == a && mask_of(right) == b);
        bool (*const change[])(wgc_py *, wgc_py_weakset *, wgc_py_weakset *) = {
            wgc_py_weakset_update, wgc_py_weakset_intersection_update,
            wgc_py_weakset_difference_update,
            wgc_py_weakset_symmetric_difference_update};
        for (int i = 0; i < 4; i++) {
            void *copy = wgc_py_weakset_copy(py, left);
            assert_true(change[i](py, copy, right));
            assert_true(mask_of(copy) == expected[i]);
        }
    }
}

static void
sets_of_different_size_are_compared(void **state)
{
    (void)state;
    make_objects();
    void *few = roots[0] = set_of(0x3);
    void *many = roots[1] = set_of(0xF);
    void *others = roots[2] = set_of(0xF0);
    assert_int_equal(wgc_py_weakset_equal(py, few, many), WGC_PY_NO);
    assert_int_equal(wgc_py_weakset_equal(py, many, few), WGC_PY_NO);
    assert_int_equal(wgc_py_weakset_issubset(py, few, many), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_issubset(py, many, few), WGC_PY_NO);
    assert_int_equal(wgc_py_weakset_isdisjoint(py, few, others), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_isdisjoint(py, others, few), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_isdisjoint(py, many, few), WGC_PY_NO);
}

static void
a_set_is_combined_with_itself(void **state)
{
    (void)state;
    make_objects();
    void *set = roots[0] = set_of(0xF0F);
    assert_true(wgc_py_weakset_update(py, set, set));
    assert_true(wgc_py_weakset_intersection_update(py, set, set));
    assert_true(mask_of(set) == 0xF0F);
    assert_int_equal(wgc_py_weakset_equal(py, set, set), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_issubset(py, set, set), WGC_PY_YES);
    assert_int_equal(wgc_py_weakset_isdisjoint(py, set, set), WGC_PY_NO);
    assert_true(wgc_py_weakset_difference_update(py, set, set));
    assert_int_equal(len(set), 0);
    add(set, roots[100]);
    assert_true(wgc_py_weakset_symmetric_difference_update(py, set, set));
    assert_int_equal(len(set), 0);
    assert_int_equal(wgc_py_weakset_isdisjoint(py, set, set), WGC_PY_YES);
}

static void
W4_what_died_is_in_no_result(void **state)
{
    (void)state;
    make_objects();
    void *left = roots[0] = set_of(0xFF);
    void *right = roots[1] = set_of(0xF0);
    roots[104] = roots[101] = NULL;
    cycle();
    assert_true(mask_of(wgc_py_weakset_union(py, left, right)) == 0xED);
    assert_int_equal(wgc_py_weakset_issubset(py, right, left), WGC_PY_YES);
    roots[100] = roots[102] = roots[103] = NULL;
    cycle();
    assert_int_equal(wgc_py_weakset_equal(py, left, right), WGC_PY_YES);
}

/* ---- Errors ----------------------------------------------------------- */

static void
what_cannot_be_an_element_is_a_type_error(void **state)
{
    (void)state;
    void *set = roots[0] = new_set();
    assert_false(wgc_py_weakset_add(py, set, NULL));
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_int_equal(wgc_py_weakset_remove(py, set, (void *)3), WGC_PY_RAISED);
    assert_raised(WGC_PY_TYPE_ERROR);
    assert_int_equal(wgc_py_weakset_contains(py, set, (void *)3), WGC_PY_NO);
    assert_int_equal(exception, 0);
    roots[1] = new_object(-1);
    assert_false(wgc_py_weakset_add(py, set, roots[1]));
    assert_raised(HOST_ERROR);
    assert_int_equal(wgc_py_weakset_contains(py, set, roots[1]), WGC_PY_RAISED);
    assert_raised(HOST_ERROR);
    assert_int_equal(len(set), 0);
}

/* Elements become such that they cannot be hashed any more. */
static void
what_raises_stops_algebra_and_comparison(void **state)
{
    (void)state;
    bool (*const change[])(wgc_py *, wgc_py_weakset *, wgc_py_weakset *) = {
        wgc_py_weakset_update, wgc_py_weakset_intersection_update,
        wgc_py_weakset_difference_update,
        wgc_py_weakset_symmetric_difference_update};
    wgc_py_weakset *(*const combine[])(wgc_py *, wgc_py_weakset *,
                                       wgc_py_weakset *) = {
        wgc_py_weakset_union, wgc_py_weakset_intersection,
        wgc_py_weakset_difference, wgc_py_weakset_symmetric_difference};
    wgc_py_answer (*const compare[])(wgc_py *, wgc_py_weakset *,
                                     wgc_py_weakset *) = {
        wgc_py_weakset_equal, wgc_py_weakset_issubset,
        wgc_py_weakset_isdisjoint};
    make_objects();
    void *left = roots[0] = set_of(3);
    void *right = roots[1] = set_of(3);
    ((object *)roots[100])->value = -1;
    for (int i = 0; i < 4; i++) {
        assert_null(combine[i](py, left, right));
        assert_raised(HOST_ERROR);
        assert_false(change[i](py, left, right));
        assert_raised(HOST_ERROR);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(compare[i](py, left, right), WGC_PY_RAISED);
        assert_raised(HOST_ERROR);
    }
    assert_null(wgc_py_weakset_copy(py, left));
    assert_raised(HOST_ERROR);
}

static void *changing;

/* Equal if the numbers are; adds an element to `changing` once. */
static bool
add_while_asked(void *a, void *b, bool *result, void *data)
{
    void *set = changing;
    changing = NULL;
    if (set)
        add(set, roots[99] = new_object(99));
    return scene_equal(a, b, result, data);
}

static void
W4_a_comparison_that_changes_the_size_ends_what_walks(void **state)
{
    (void)state;
    wgc_py_host host = scene_host;
    host.equal = add_while_asked;
    py = wgc_py_new(heap, &host);
    void *left = roots[0] = new_set();
    void *right = roots[1] = new_set();
    for (int i = 0; i < 3; i++) {
        add(left, roots[10 + i] = new_object(i));
        add(right, roots[20 + i] = new_object(i));
    }
    changing = left;
    assert_int_equal(wgc_py_weakset_issubset(py, left, right), WGC_PY_RAISED);
    assert_raised(WGC_PY_RUNTIME_ERROR);
    wgc_py_weakset_remove(py, left, roots[99]);
    changing = left;
    assert_false(wgc_py_weakset_update(py, right, left));
    assert_raised(WGC_PY_RUNTIME_ERROR);
}

static void
without_memory_everything_stays_as_it_was(void **state)
{
    (void)state;
    void *both = NULL;
    size_t failures = 0;
    for (size_t blocks = 0; !both; blocks++) {
        scene_reopen((wgc_config){.max_bytes = 1 << 20});
        wgc_disable(heap);
        roots[1] = new_object(1);
        fill_heap(blocks);
        void *set = roots[0] = wgc_py_weakset_new(py);
        if (set && wgc_py_weakset_add(py, set, roots[1]) &&
            (both = wgc_py_weakset_union(py, set, set)) != NULL)
            break;
        assert_raised(WGC_PY_MEMORY_ERROR);
        failures++;
        if (set)
            assert_int_equal(len(set), has(set, roots[1]));
    }
    assert_true(failures >= 3);
    assert_int_equal(len(both), 1);
}

static void
what_is_no_set_is_recognised(void **state)
{
    (void)state;
    static int elsewhere;
    void *set = roots[0] = new_set();
    roots[1] = new_object(1);
    roots[2] = wgc_py_weakkeydict_new(py);
    void *wrong[] = {NULL,     &elsewhere,      (void *)7, roots[1],
                     roots[2], (char *)set + 8, py};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wgc_py_iterator iterator = {0};
        void *item;
        assert_false(wgc_py_is_weakset(py, wrong[i]));
        assert_int_equal(len(wrong[i]), 0);
        assert_int_equal(exception, 0);
        assert_false(wgc_py_weakset_add(py, wrong[i], roots[1]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_contains(py, wrong[i], roots[1]),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_remove(py, wrong[i], roots[1]),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_null(wgc_py_weakset_copy(py, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakset_update(py, wrong[i], set));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakset_update(py, set, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_issubset(py, wrong[i], set),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_pop(py, wrong[i], &item),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_next(py, wrong[i], &iterator, &item),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_null(wgc_py_weakset_union(py, set, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_null(wgc_py_weakset_intersection(py, set, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakset_intersection_update(py, wrong[i], set));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_false(wgc_py_weakset_clear(py, wrong[i]));
        assert_raised(WGC_PY_TYPE_ERROR);
        assert_int_equal(wgc_py_weakset_equal(py, set, wrong[i]),
                         WGC_PY_RAISED);
        assert_raised(WGC_PY_TYPE_ERROR);
    }
    assert_null(wgc_py_weakset_new(NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(W3_an_element_goes_when_it_dies),
        SCENE_TEST(W3_of_two_equal_elements_the_first_is_in_the_set),
        SCENE_TEST(an_element_is_removed_once),
        SCENE_TEST(pop_empties_a_set_and_returns_each_element_that_lives),
        SCENE_TEST(
            W4_deaths_during_iteration_are_skipped_and_changes_complained_of),
        SCENE_TEST(sets_are_combined_as_numbers_are_by_bits),
        SCENE_TEST(sets_of_different_size_are_compared),
        SCENE_TEST(a_set_is_combined_with_itself),
        SCENE_TEST(W4_what_died_is_in_no_result),
        SCENE_TEST(what_cannot_be_an_element_is_a_type_error),
        SCENE_TEST(what_raises_stops_algebra_and_comparison),
        SCENE_TEST(W4_a_comparison_that_changes_the_size_ends_what_walks),
        SCENE_TEST(without_memory_everything_stays_as_it_was),
        SCENE_TEST(what_is_no_set_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
