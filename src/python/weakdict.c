/* SPDX-License-Identifier: MIT */
/*
 * WeakKeyDictionary and WeakValueDictionary.  The strong side of an entry lives
 * only while the weak side does, also if it is what reaches that (W5-W7): where
 * CPython leaks, these forget.
 */
#include "python/table.h"

bool
wgc_py_is_weakkeydict(const wgc_py *py, const void *value)
{
    return wgc__py_is_table(py, value, WGC__PY_WEAK_KEYS);
}

bool
wgc_py_is_weakvaluedict(const wgc_py *py, const void *value)
{
    return wgc__py_is_table(py, value, WGC__PY_WEAK_VALUES);
}

static bool
is_dict(const wgc_py *py, const wgc_py_weakdict *dict)
{
    return wgc_py_is_weakkeydict(py, dict) || wgc_py_is_weakvaluedict(py, dict);
}

/* NULL, and the exception is set, if it is no dictionary. */
static struct wgc__py_table *
check_dict(const wgc_py *py, wgc_py_weakdict *dict)
{
    if (is_dict(py, dict))
        return &dict->table;
    wgc__py_error(py, WGC_PY_TYPE_ERROR, "this is no weak dictionary");
    return NULL;
}

/* ---- Making ----------------------------------------------------------- */

static wgc_py_weakdict *
dict_of(struct wgc__py_table *table)
{
    return (wgc_py_weakdict *)table;
}

wgc_py_weakdict *
wgc_py_weakkeydict_new(wgc_py *py)
{
    return py ? dict_of(wgc__py_table_new(py, WGC__PY_WEAK_KEYS)) : NULL;
}

wgc_py_weakdict *
wgc_py_weakvaluedict_new(wgc_py *py)
{
    return py ? dict_of(wgc__py_table_new(py, WGC__PY_WEAK_VALUES)) : NULL;
}

wgc_py_weakdict *
wgc_py_weakdict_copy(wgc_py *py, wgc_py_weakdict *dict)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table ? dict_of(wgc__py_table_copy(table)) : NULL;
}

/* ---- Entries ---------------------------------------------------------- */

size_t
wgc_py_weakdict_len(wgc_py *py, wgc_py_weakdict *dict)
{
    return is_dict(py, dict) ? wgc__py_table_count(&dict->table) : 0;
}

wgc_py_answer
wgc_py_weakdict_contains(wgc_py *py, wgc_py_weakdict *dict, void *key)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table ? wgc__py_table_has(table, key) : WGC_PY_RAISED;
}

wgc_py_answer
wgc_py_weakdict_get(wgc_py *py, wgc_py_weakdict *dict, void *key, void **value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table ? wgc__py_table_get(table, key, value) : WGC_PY_RAISED;
}

bool
wgc_py_weakdict_set(wgc_py *py, wgc_py_weakdict *dict, void *key, void *value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table && wgc__py_table_set(table, key, value);
}

bool
wgc_py_weakdict_setdefault(wgc_py *py, wgc_py_weakdict *dict, void *key,
                           void **value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table && wgc__py_table_set_default(table, key, value);
}

wgc_py_answer
wgc_py_weakdict_pop(wgc_py *py, wgc_py_weakdict *dict, void *key, void **value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table ? wgc__py_table_remove(table, key, value) : WGC_PY_RAISED;
}

wgc_py_answer
wgc_py_weakdict_popitem(wgc_py *py, wgc_py_weakdict *dict, void **key,
                        void **value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    if (!table)
        return WGC_PY_RAISED;
    return wgc__py_table_pop(table, key, value) ? WGC_PY_YES : WGC_PY_NO;
}

bool
wgc_py_weakdict_clear(wgc_py *py, wgc_py_weakdict *dict)
{
    struct wgc__py_table *table = check_dict(py, dict);
    if (table)
        wgc__py_table_clear(table);
    return table;
}

bool
wgc_py_weakdict_update(wgc_py *py, wgc_py_weakdict *dict,
                       wgc_py_weakdict *other)
{
    struct wgc__py_table *table = check_dict(py, dict);
    struct wgc__py_table *source = table ? check_dict(py, other) : NULL;
    return source && wgc__py_table_update(table, source);
}

/* ---- All of them ------------------------------------------------------ */

wgc_py_answer
wgc_py_weakdict_next(wgc_py *py, wgc_py_weakdict *dict,
                     wgc_py_iterator *iterator, void **key, void **value)
{
    struct wgc__py_table *table = check_dict(py, dict);
    return table ? wgc__py_table_next(table, iterator, key, value)
                 : WGC_PY_RAISED;
}

wgc_py_answer
wgc_py_weakdict_next_ref(wgc_py *py, wgc_py_weakdict *dict,
                         wgc_py_iterator *iterator, wgc_py_ref **ref)
{
    void *key, *value;
    wgc_py_answer answer =
        wgc_py_weakdict_next(py, dict, iterator, &key, &value);
    if (answer == WGC_PY_YES) {
        bool weak_keys = dict->table.sort == WGC__PY_WEAK_KEYS;
        *ref = wgc_py_ref_new(py, weak_keys ? key : value, NULL);
        if (!*ref)
            answer = WGC_PY_RAISED;
    }
    return answer;
}

/* Whether `table` has this entry. */
static wgc_py_answer
has_entry(struct wgc__py_table *table, void *key, void *value)
{
    const wgc_py_host *host = &table->py->host;
    void *other;
    wgc_py_answer answer = wgc__py_table_get(table, key, &other);
    bool equal = answer == WGC_PY_YES && other == value;
    if (answer == WGC_PY_YES && !equal && host->equal &&
        !host->equal(other, value, &equal, host->data))
        return WGC_PY_RAISED;
    return answer == WGC_PY_RAISED ? answer : equal ? WGC_PY_YES : WGC_PY_NO;
}

wgc_py_answer
wgc_py_weakdict_equal(wgc_py *py, wgc_py_weakdict *a, wgc_py_weakdict *b)
{
    struct wgc__py_table *left = check_dict(py, a);
    struct wgc__py_table *right = left ? check_dict(py, b) : NULL;
    wgc_py_iterator iterator = {0};
    wgc_py_answer answer = WGC_PY_YES;
    void *key, *value;
    if (!right)
        return WGC_PY_RAISED;
    if (wgc__py_table_count(left) != wgc__py_table_count(right))
        return WGC_PY_NO;
    while (answer == WGC_PY_YES) {
        wgc_py_answer more = wgc__py_table_next(left, &iterator, &key, &value);
        if (more != WGC_PY_YES)
            return more == WGC_PY_NO ? WGC_PY_YES : more;
        answer = has_entry(right, key, value);
    }
    return answer;
}
