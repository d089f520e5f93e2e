/* SPDX-License-Identifier: MIT */
/* WeakSet: a table with weak keys and no values (W3). */
#include "python/table.h"

bool
wgc_py_is_weakset(const wgc_py *py, const void *value)
{
    return wgc__py_is_table(py, value, WGC__PY_WEAK_SET);
}

/* NULL, and the exception is set, if it is no set. */
static struct wgc__py_table *
check_set(const wgc_py *py, wgc_py_weakset *set)
{
    if (wgc_py_is_weakset(py, set))
        return &set->table;
    wgc__py_error(py, WGC_PY_TYPE_ERROR, "this is no WeakSet");
    return NULL;
}

/* ---- Making ----------------------------------------------------------- */

wgc_py_weakset *
wgc_py_weakset_new(wgc_py *py)
{
    return py ? (wgc_py_weakset *)wgc__py_table_new(py, WGC__PY_WEAK_SET)
              : NULL;
}

wgc_py_weakset *
wgc_py_weakset_copy(wgc_py *py, wgc_py_weakset *set)
{
    struct wgc__py_table *table = check_set(py, set);
    return table ? (wgc_py_weakset *)wgc__py_table_copy(table) : NULL;
}

/* ---- Elements --------------------------------------------------------- */

size_t
wgc_py_weakset_len(wgc_py *py, wgc_py_weakset *set)
{
    return wgc_py_is_weakset(py, set) ? wgc__py_table_count(&set->table) : 0;
}

wgc_py_answer
wgc_py_weakset_contains(wgc_py *py, wgc_py_weakset *set, void *item)
{
    struct wgc__py_table *table = check_set(py, set);
    return table ? wgc__py_table_has(table, item) : WGC_PY_RAISED;
}

/* As in Python, the element that was there first stays. */
bool
wgc_py_weakset_add(wgc_py *py, wgc_py_weakset *set, void *item)
{
    struct wgc__py_table *table = check_set(py, set);
    return table && wgc__py_table_set(table, item, NULL);
}

wgc_py_answer
wgc_py_weakset_remove(wgc_py *py, wgc_py_weakset *set, void *item)
{
    struct wgc__py_table *table = check_set(py, set);
    return table ? wgc__py_table_remove(table, item, NULL) : WGC_PY_RAISED;
}

wgc_py_answer
wgc_py_weakset_pop(wgc_py *py, wgc_py_weakset *set, void **item)
{
    struct wgc__py_table *table = check_set(py, set);
    if (!table)
        return WGC_PY_RAISED;
    return wgc__py_table_pop(table, item, NULL) ? WGC_PY_YES : WGC_PY_NO;
}

bool
wgc_py_weakset_clear(wgc_py *py, wgc_py_weakset *set)
{
    struct wgc__py_table *table = check_set(py, set);
    if (table)
        wgc__py_table_clear(table);
    return table;
}

wgc_py_answer
wgc_py_weakset_next(wgc_py *py, wgc_py_weakset *set, wgc_py_iterator *iterator,
                    void **item)
{
    struct wgc__py_table *table = check_set(py, set);
    return table ? wgc__py_table_next(table, iterator, item, NULL)
                 : WGC_PY_RAISED;
}

/* ---- Algebra ---------------------------------------------------------- */

/* What to do with each element of the other set; false: it raised. */
typedef bool element_fn(struct wgc__py_table *set, void *item);

static bool
add_element(struct wgc__py_table *set, void *item)
{
    return wgc__py_table_set(set, item, NULL);
}

static bool
drop_element(struct wgc__py_table *set, void *item)
{
    return wgc__py_table_remove(set, item, NULL) != WGC_PY_RAISED;
}

static bool
toggle_element(struct wgc__py_table *set, void *item)
{
    wgc_py_answer answer = wgc__py_table_remove(set, item, NULL);
    return answer == WGC_PY_YES ||
           (answer == WGC_PY_NO && wgc__py_table_set(set, item, NULL));
}

/* Both are checked here; `self_is_empty`: with itself the result is empty. */
static bool
for_each_of(wgc_py *py, wgc_py_weakset *set, wgc_py_weakset *other,
            element_fn *element, bool self_is_empty)
{
    struct wgc__py_table *table = check_set(py, set);
    struct wgc__py_table *source = table ? check_set(py, other) : NULL;
    wgc_py_iterator iterator = {0};
    wgc_py_answer answer;
    void *item;
    if (!source)
        return false;
    if (table == source) {
        if (self_is_empty)
            wgc__py_table_clear(table);
        return true;
    }
    while ((answer = wgc__py_table_next(source, &iterator, &item, NULL)) ==
           WGC_PY_YES)
        if (!element(table, item))
            return false;
    return answer == WGC_PY_NO;
}

bool
wgc_py_weakset_update(wgc_py *py, wgc_py_weakset *set, wgc_py_weakset *other)
{
    return for_each_of(py, set, other, add_element, false);
}

bool
wgc_py_weakset_difference_update(wgc_py *py, wgc_py_weakset *set,
                                 wgc_py_weakset *other)
{
    return for_each_of(py, set, other, drop_element, true);
}

bool
wgc_py_weakset_symmetric_difference_update(wgc_py *py, wgc_py_weakset *set,
                                           wgc_py_weakset *other)
{
    return for_each_of(py, set, other, toggle_element, true);
}

/* Its own elements are walked: the map allows removal meanwhile. */
bool
wgc_py_weakset_intersection_update(wgc_py *py, wgc_py_weakset *set,
                                   wgc_py_weakset *other)
{
    struct wgc__py_table *table = check_set(py, set);
    struct wgc__py_table *source = table ? check_set(py, other) : NULL;
    wgc_weakmap_iterator iterator = {0, 0};
    void *item;
    if (!source)
        return false;
    while (wgc_weakmap_next(table->map, &iterator, &item, NULL)) {
        wgc_py_answer answer = wgc__py_table_has(source, item);
        if (answer == WGC_PY_NO)
            answer = wgc__py_table_remove(table, item, NULL);
        if (answer == WGC_PY_RAISED)
            return false;
    }
    return true;
}

/* A copy of `set`, changed. */
static wgc_py_weakset *
new_combined(wgc_py *py, wgc_py_weakset *set, wgc_py_weakset *other,
             bool (*change)(wgc_py *, wgc_py_weakset *, wgc_py_weakset *))
{
    wgc_py_weakset *copy = wgc_py_weakset_copy(py, set);
    return copy && change(py, copy, other) ? copy : NULL;
}

wgc_py_weakset *
wgc_py_weakset_union(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return new_combined(py, a, b, wgc_py_weakset_update);
}

wgc_py_weakset *
wgc_py_weakset_difference(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return new_combined(py, a, b, wgc_py_weakset_difference_update);
}

wgc_py_weakset *
wgc_py_weakset_symmetric_difference(wgc_py *py, wgc_py_weakset *a,
                                    wgc_py_weakset *b)
{
    return new_combined(py, a, b, wgc_py_weakset_symmetric_difference_update);
}

/* As in Python, of two equal elements the result has that of `b`. */
wgc_py_weakset *
wgc_py_weakset_intersection(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return new_combined(py, b, a, wgc_py_weakset_intersection_update);
}

/* ---- Comparison ------------------------------------------------------- */

enum relation { EQUAL, SUBSET, DISJOINT };

static wgc_py_answer
compare_sets(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b,
             enum relation relation)
{
    struct wgc__py_table *left = check_set(py, a);
    struct wgc__py_table *right = left ? check_set(py, b) : NULL;
    wgc_py_answer wanted = relation == DISJOINT ? WGC_PY_NO : WGC_PY_YES;
    wgc_py_iterator iterator = {0};
    void *item;
    if (!right)
        return WGC_PY_RAISED;
    size_t count = wgc__py_table_count(left);
    if (relation == EQUAL && count != wgc__py_table_count(right))
        return WGC_PY_NO;
    if (relation == SUBSET && count > wgc__py_table_count(right))
        return WGC_PY_NO;
    for (;;) {
        wgc_py_answer more = wgc__py_table_next(left, &iterator, &item, NULL);
        if (more != WGC_PY_YES)
            return more == WGC_PY_NO ? WGC_PY_YES : more;
        wgc_py_answer answer = wgc__py_table_has(right, item);
        if (answer != wanted)
            return answer == WGC_PY_RAISED ? answer : WGC_PY_NO;
    }
}

wgc_py_answer
wgc_py_weakset_equal(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return compare_sets(py, a, b, EQUAL);
}

wgc_py_answer
wgc_py_weakset_issubset(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return compare_sets(py, a, b, SUBSET);
}

wgc_py_answer
wgc_py_weakset_isdisjoint(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b)
{
    return compare_sets(py, a, b, DISJOINT);
}
