/* SPDX-License-Identifier: MIT */
/*
 * A search takes the host's hash once, then lets the map find the entry and asks
 * the host which keys are equal.  The answer is kept in a probe, and what is to
 * be changed is changed by a second search that takes it from there (T1).
 */
#include "python/table.h"

struct wgc__py_probe {
    size_t hash;
    const void *match; /* the key in the table that is the one looked for */
    bool found;
    bool raised;
    bool decided; /* the host is not asked again */
};

/* Stored for a NULL, which the map returns for what is not there. */
static const char null_value;

wgc_kind
wgc__py_table_kind(wgc_heap *heap)
{
    static const uint64_t first_two = 3;
    return wgc_kind_new(heap, &(wgc_kind_info){.name = "python weak table",
                                               .pointers = &first_two,
                                               .words = 2});
}

bool
wgc__py_is_table(const wgc_py *py, const void *value,
                 enum wgc__py_table_sort sort)
{
    const struct wgc__py_table *table = value;
    return py && wgc_kind_of(py->heap, value) == py->table_kind &&
           table->sort == sort;
}

/* A word that comes from where it is const, or goes there. */
static void *
plain_word(const void *word)
{
    return (void *)(uintptr_t)word;
}

/* An iterator's size when it has not begun, and when it is at the end; T2. */
enum { NOT_BEGUN, AT_END, SIZE_OF_NEW };

/* ---- Searching -------------------------------------------------------- */

static size_t
hash_of_probe(const void *key, void *data)
{
    const struct wgc__py_table *table = data;
    (void)key;
    return table->probe->hash;
}

/*
 * The host may use the table meanwhile, with a probe of its own.  That it failed
 * there is its affair: the status afterwards is to be the map's.
 */
static bool
ask_host(struct wgc__py_table *table, struct wgc__py_probe *probe,
         const void *stored, const void *key)
{
    const wgc_py_host *host = &table->py->host;
    bool equal = false;
    if (host->equal)
        probe->raised = !host->equal(plain_word(stored), plain_word(key),
                                     &equal, host->data);
    table->probe = probe;
    wgc_last_status();
    return equal;
}

/* What raised counts as equal, which ends the search. */
static bool
equals_probe(const void *stored, const void *key, void *data)
{
    struct wgc__py_table *table = data;
    struct wgc__py_probe *probe = table->probe;
    if (probe->raised)
        return true;
    if (probe->decided)
        return probe->found && stored == probe->match;
    bool equal = ask_host(table, probe, stored, key);
    probe->match = equal ? stored : key;
    return equal || probe->raised;
}

static wgc_py_answer
find_key(struct wgc__py_table *table, void *key, struct wgc__py_probe *probe,
         void **value)
{
    const wgc_py *py = table->py;
    size_t hash = (size_t)(uintptr_t)key;
    if (py->host.hash && !py->host.hash(key, &hash, py->host.data))
        return WGC_PY_RAISED;
    *probe = (struct wgc__py_probe){.hash = hash, .match = key};
    table->probe = probe;
    wgc_last_status();
    void *found = wgc_weakmap_get(table->map, key);
    if (probe->raised)
        return WGC_PY_RAISED;
    if (!found && wgc_last_status() == WGC_BUSY) {
        wgc__py_error(py, WGC_PY_RUNTIME_ERROR,
                      "table changed during each lookup");
        return WGC_PY_RAISED;
    }
    probe->decided = true;
    probe->found = found;
    if (found && value)
        *value = found == &null_value ? NULL : found;
    return found ? WGC_PY_YES : WGC_PY_NO;
}

/* ---- Changing --------------------------------------------------------- */

static bool
set_probed(struct wgc__py_table *table, struct wgc__py_probe *probe, void *key,
           void *value)
{
    if (!value)
        value = plain_word(&null_value);
    table->probe = probe;
    if (wgc_weakmap_set(table->map, key, value) != WGC_OK) {
        wgc__py_error_of_heap(table->py);
        return false;
    }
    if (!probe->found)
        table->size++;
    return true;
}

static void
remove_probed(struct wgc__py_table *table, struct wgc__py_probe *probe,
              const void *key)
{
    table->probe = probe;
    table->size -= wgc_weakmap_remove(table->map, key);
}

/* ---- Operations ------------------------------------------------------- */

struct wgc__py_table *
wgc__py_table_new(wgc_py *py, enum wgc__py_table_sort sort)
{
    struct wgc__py_table *table =
        wgc_alloc_kind(py->heap, py->table_kind, sizeof *table);
    if (table) {
        table->py = py;
        table->sort = sort;
        table->size = SIZE_OF_NEW;
        table->map = wgc_weakmap_new(
            py->heap, &(wgc_weakmap_info){
                          .weak_keys = sort != WGC__PY_WEAK_VALUES,
                          .weak_values = sort == WGC__PY_WEAK_VALUES,
                          .hash = hash_of_probe,
                          .equal = equals_probe,
                          .data = table,
                      });
    }
    if (table && table->map)
        return table;
    wgc__py_error_of_heap(py);
    return NULL;
}

size_t
wgc__py_table_count(struct wgc__py_table *table)
{
    return wgc_weakmap_count(table->map);
}

/* Only weak keys must be objects. */
static bool
has_fit_key(const struct wgc__py_table *table, const void *key)
{
    return table->sort == WGC__PY_WEAK_VALUES ||
           wgc__py_referencable(table->py, key);
}

wgc_py_answer
wgc__py_table_has(struct wgc__py_table *table, void *key)
{
    struct wgc__py_probe probe;
    if (table->sort != WGC__PY_WEAK_VALUES &&
        !wgc__py_is_referencable(table->py, key))
        return WGC_PY_NO;
    return find_key(table, key, &probe, NULL);
}

wgc_py_answer
wgc__py_table_get(struct wgc__py_table *table, void *key, void **value)
{
    struct wgc__py_probe probe;
    if (!has_fit_key(table, key))
        return WGC_PY_RAISED;
    return find_key(table, key, &probe, value);
}

static bool
has_fit_value(const struct wgc__py_table *table, const void *value)
{
    return table->sort != WGC__PY_WEAK_VALUES ||
           wgc__py_referencable(table->py, value);
}

/* As in Python, what cannot be referenced is complained of before what cannot be
   hashed. */
bool
wgc__py_table_set(struct wgc__py_table *table, void *key, void *value)
{
    struct wgc__py_probe probe;
    return has_fit_value(table, value) && has_fit_key(table, key) &&
           find_key(table, key, &probe, NULL) != WGC_PY_RAISED &&
           set_probed(table, &probe, key, value);
}

bool
wgc__py_table_set_default(struct wgc__py_table *table, void *key, void **value)
{
    struct wgc__py_probe probe;
    if (!has_fit_key(table, key))
        return false;
    switch (find_key(table, key, &probe, value)) {
    case WGC_PY_RAISED:
        return false;
    case WGC_PY_YES:
        return true;
    case WGC_PY_NO:
        break;
    }
    return has_fit_value(table, *value) &&
           set_probed(table, &probe, key, *value);
}

wgc_py_answer
wgc__py_table_remove(struct wgc__py_table *table, void *key, void **value)
{
    struct wgc__py_probe probe;
    if (!has_fit_key(table, key))
        return WGC_PY_RAISED;
    wgc_py_answer answer = find_key(table, key, &probe, value);
    if (answer == WGC_PY_YES)
        remove_probed(table, &probe, key);
    return answer;
}

bool
wgc__py_table_pop(struct wgc__py_table *table, void **key, void **value)
{
    if (!wgc_weakmap_pop(table->map, key, value))
        return false;
    if (value && *value == &null_value)
        *value = NULL;
    table->size--;
    return true;
}

void
wgc__py_table_clear(struct wgc__py_table *table)
{
    while (wgc__py_table_pop(table, NULL, NULL))
        ;
}

/* ---- Walking ---------------------------------------------------------- */

wgc_py_answer
wgc__py_table_next(struct wgc__py_table *table, wgc_py_iterator *iterator,
                   void **key, void **value)
{
    void *found;
    if (iterator->size == NOT_BEGUN)
        iterator->size = table->size;
    if (iterator->size == AT_END)
        return WGC_PY_NO;
    if (iterator->size != table->size) {
        iterator->size = AT_END;
        wgc__py_error(table->py, WGC_PY_RUNTIME_ERROR,
                      table->sort == WGC__PY_WEAK_SET
                          ? "Set changed size during iteration"
                          : "dictionary changed size during iteration");
        return WGC_PY_RAISED;
    }
    if (!wgc_weakmap_next(table->map, &iterator->place, key, &found)) {
        iterator->size = AT_END;
        return WGC_PY_NO;
    }
    if (value)
        *value = found == &null_value ? NULL : found;
    return WGC_PY_YES;
}

bool
wgc__py_table_update(struct wgc__py_table *table, struct wgc__py_table *other)
{
    wgc_py_iterator iterator = {.size = NOT_BEGUN};
    wgc_py_answer answer;
    void *key, *value;
    while ((answer = wgc__py_table_next(other, &iterator, &key, &value)) ==
           WGC_PY_YES)
        if (!wgc__py_table_set(table, key, value))
            return false;
    return answer == WGC_PY_NO;
}

struct wgc__py_table *
wgc__py_table_copy(struct wgc__py_table *table)
{
    struct wgc__py_table *copy = wgc__py_table_new(table->py, table->sort);
    return copy && wgc__py_table_update(copy, table) ? copy : NULL;
}
