/* SPDX-License-Identifier: MIT */
/*
 * What the weak collections are made of: a wgc_weakmap whose hash and equality
 * are the host's, and may raise.
 *
 * T1  Every operation asks the host first and changes the map afterwards, when
 *     nothing of the host's runs any more: one that raises changes nothing.
 * T2  size is 2 + what the program added - what it removed: deaths do not count.
 *     It differs from an iterator's exactly if Python would complain.
 */
#ifndef WGC_PYTHON_TABLE_H
#define WGC_PYTHON_TABLE_H

#include "python/shim.h"

enum wgc__py_table_sort {
    WGC__PY_WEAK_KEYS,
    WGC__PY_WEAK_VALUES,
    WGC__PY_WEAK_SET /* weak keys, no values */
};

struct wgc__py_probe;

struct wgc__py_table {
    wgc_py *py; /* the traced words come first */
    wgc_weakmap *map;
    struct wgc__py_probe *probe; /* of the search that the map is asked for */
    uint64_t size;               /* T2 */
    enum wgc__py_table_sort sort;
};

struct wgc_py_weakdict {
    struct wgc__py_table table;
};

struct wgc_py_weakset {
    struct wgc__py_table table;
};

/* NULL, and the exception is set: no memory. */
struct wgc__py_table *wgc__py_table_new(wgc_py *py,
                                        enum wgc__py_table_sort sort);
/* Whether it is a table of this sort. */
bool wgc__py_is_table(const wgc_py *py, const void *value,
                      enum wgc__py_table_sort sort);

/* A table that is given to these was checked.  Keys that cannot be referenced
   are a TypeError, but in wgc__py_table_has, where they are not there. */

size_t wgc__py_table_count(struct wgc__py_table *table);
wgc_py_answer wgc__py_table_has(struct wgc__py_table *table, void *key);
/* The value; NULL if not wanted. */
wgc_py_answer wgc__py_table_get(struct wgc__py_table *table, void *key,
                                void **value);
bool wgc__py_table_set(struct wgc__py_table *table, void *key, void *value);
/* The value that is there, or else `value`, which is added. */
bool wgc__py_table_set_default(struct wgc__py_table *table, void *key,
                               void **value);
wgc_py_answer wgc__py_table_remove(struct wgc__py_table *table, void *key,
                                   void **value);
/* The newest entry; false if there is none. */
bool wgc__py_table_pop(struct wgc__py_table *table, void **key, void **value);
void wgc__py_table_clear(struct wgc__py_table *table);
wgc_py_answer wgc__py_table_next(struct wgc__py_table *table,
                                 wgc_py_iterator *iterator, void **key,
                                 void **value);
/* Set all entries of `other`; false if that raised. */
bool wgc__py_table_update(struct wgc__py_table *table,
                          struct wgc__py_table *other);
struct wgc__py_table *wgc__py_table_copy(struct wgc__py_table *table);

#endif
