/* SPDX-License-Identifier: MIT */
/*
 * Dictionaries: entries in the order of insertion, and beyond eight of them an
 * index of open addressing into the entries.
 */
#include "minipy.h"

enum { WITHOUT_INDEX = 8, FREE = -1, DELETED = -2 };

struct dict *
new_dict(void)
{
    return new_object(TYPE_DICT, sizeof(struct dict));
}

/* ---- The table -------------------------------------------------------- */

static void
index_entry(int32_t *index, uint32_t mask, int64_t hash, uint32_t at)
{
    uint64_t perturb = (uint64_t)hash;
    uint32_t i = (uint32_t)hash & mask;
    while (index[i] >= 0) {
        perturb >>= 5;
        i = (i * 5 + (uint32_t)perturb + 1) & mask;
    }
    index[i] = (int32_t)at;
}

/* Make room, and drop what was deleted. */
static void
rebuild(struct dict *dict)
{
    uint32_t capacity = 4;
    while (capacity * 2 < dict->count * 3 + 2)
        capacity *= 2;
    if (dict->count > (1u << 28))
        raise_memory();
    struct entry *entries =
        (void *)new_values(capacity * (sizeof *entries / sizeof(value)));
    int32_t *index = NULL;
    uint32_t mask = 0, used = 0;
    if (capacity > WITHOUT_INDEX) {
        mask = capacity * 2 - 1;
        index = new_bytes((mask + 1) * sizeof *index);
        memset(index, 0xff, (mask + 1) * sizeof *index);
    }
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key) {
            entries[used] = dict->entries[i];
            if (index)
                index_entry(index, mask, entries[used].hash, used);
            used++;
        }
    dict->entries = entries;
    dict->index = index;
    dict->mask = mask;
    dict->used = used;
    dict->capacity = capacity;
    dict->head.aux++;
}

/* Comparing keys may run anything, and change the dictionary: start again. */
static bool
same_key(struct dict *dict, struct entry *entry, int64_t hash, value key,
         bool *changed)
{
    if (entry->key == key)
        return true;
    if (entry->hash != hash || !entry->key)
        return false;
    if (is(entry->key, TYPE_STR) && is(key, TYPE_STR))
        return str_equal(entry->key, key);
    uint32_t version = dict->head.aux;
    struct entry *entries = dict->entries;
    value found = entry->key;
    bool same = equal(found, key);
    *changed = version != dict->head.aux || entries != dict->entries;
    return same;
}

static struct entry *
lookup(struct dict *dict, value key, int64_t hash, int32_t **slot)
{
    bool changed;
again:
    changed = false;
    if (!dict->index) {
        for (uint32_t i = 0; i < dict->used; i++) {
            bool same = same_key(dict, &dict->entries[i], hash, key, &changed);
            if (changed)
                goto again;
            if (same)
                return &dict->entries[i];
        }
        return NULL;
    }
    uint64_t perturb = (uint64_t)hash;
    uint32_t i = (uint32_t)hash & dict->mask;
    for (; dict->index[i] != FREE;
         i = (i * 5 + (uint32_t)perturb + 1) & dict->mask) {
        if (dict->index[i] >= 0) {
            struct entry *entry = &dict->entries[dict->index[i]];
            bool same = same_key(dict, entry, hash, key, &changed);
            if (changed)
                goto again;
            if (same) {
                if (slot)
                    *slot = &dict->index[i];
                return entry;
            }
        }
        perturb >>= 5;
    }
    return NULL;
}

struct entry *
dict_find(struct dict *dict, value key)
{
    int64_t h = hash(key); /* also of an empty one: it may be unhashable */
    return lookup(dict, key, h, NULL);
}

value
dict_get(struct dict *dict, value key)
{
    struct entry *entry = dict_find(dict, key);
    return entry ? entry->item : NULL;
}

value
dict_get_str(struct dict *dict, value key)
{
    if (dict->count == 0)
        return NULL;
    struct entry *entry = lookup(dict, key, str_hash(key), NULL);
    return entry ? entry->item : NULL;
}

void
dict_set(struct dict *dict, value key, value item)
{
    int64_t h = hash(key);
    struct entry *entry = lookup(dict, key, h, NULL);
    if (entry) {
        entry->item = item;
        return;
    }
    if (dict->used == dict->capacity)
        rebuild(dict);
    uint32_t at = dict->used;
    dict->entries[at] = (struct entry){h, key, item};
    if (dict->index)
        index_entry(dict->index, dict->mask, h, at);
    dict->used++;
    dict->count++;
    dict->head.aux++;
}

bool
dict_delete(struct dict *dict, value key)
{
    int32_t *slot = NULL;
    struct entry *entry = lookup(dict, key, hash(key), &slot);
    if (!entry)
        return false;
    if (slot)
        *slot = DELETED;
    *entry = (struct entry){0};
    dict->count--;
    dict->head.aux++;
    if (entry == dict->entries + dict->used - 1 && !dict->index)
        dict->used--;
    return true;
}

struct entry *
dict_next(struct dict *dict, uint32_t *at)
{
    while (*at < dict->used) {
        struct entry *entry = &dict->entries[(*at)++];
        if (entry->key)
            return entry;
    }
    return NULL;
}

static void
clear_dict(struct dict *dict)
{
    uint32_t version = dict->head.aux + 1;
    memset(&dict->count, 0, sizeof *dict - offsetof(struct dict, count));
    dict->head.aux = version;
}

static void
add_pair(struct dict *dict, value pair, size_t number)
{
    if (!is_iterable(pair))
        raise_error(E_TypeError,
                    "cannot convert dictionary update sequence element #%zu to "
                    "a sequence",
                    number);
    value list = list_of(pair);
    if (AS(list, list)->count != 2)
        raise_error(
            E_ValueError,
            "dictionary update sequence element #%zu has length %zu; 2 is "
            "required",
            number, AS(list, list)->count);
    dict_set(dict, AS(list, list)->items[0], AS(list, list)->items[1]);
}

void
dict_update(struct dict *dict, value other)
{
    if (is(other, TYPE_DICT)) {
        uint32_t at = 0;
        for (struct entry *e; (e = dict_next(AS(dict, other), &at));)
            dict_set(dict, e->key, e->item);
        return;
    }
    value item, keys = intern("keys", 4);
    bool mapping = has_specials(other) && find_attribute(other, keys);
    value iterator =
        get_iterator(mapping ? call_method(other, "keys", 0, NULL) : other);
    for (size_t i = 0; (item = next(iterator)); i++)
        if (mapping)
            dict_set(dict, item, get_item(other, item));
        else
            add_pair(dict, item, i);
}

bool
dict_equal(struct dict *a, struct dict *b)
{
    uint32_t at = 0;
    if (a->count != b->count)
        return false;
    for (struct entry *e; (e = dict_next(a, &at));) {
        value item = e->item, other = dict_get(b, e->key);
        if (!other || !identical_or_equal(item, other))
            return false;
    }
    return true;
}

value
dict_repr(struct dict *dict)
{
    struct text text = {0};
    uint32_t at = 0;
    for (struct printing *p = vm.printing; p; p = p->outer)
        if (p->v == (value)dict)
            return str_from("{...}");
    struct printing here = {(value)dict, vm.printing};
    vm.printing = &here;
    text_char(&text, '{');
    for (struct entry *e; (e = dict_next(dict, &at));) {
        value item = e->item;
        if (text.count > 1)
            text_add(&text, ", ", 2);
        text_str(&text, repr(e->key));
        text_add(&text, ": ", 2);
        text_str(&text, repr(item));
    }
    text_char(&text, '}');
    vm.printing = here.outer;
    return text_done(&text);
}

value
new_view(enum iterator_kind kind, struct dict *dict)
{
    struct view *view = new_object(TYPE_VIEW, sizeof *view);
    view->head.aux = kind;
    view->dict = dict;
    return (value)view;
}

/* ---- Methods ---------------------------------------------------------- */

#define SELF AS(dict, args[0])

RETURNS(keys, new_view(ITER_KEYS, SELF))
RETURNS(values, new_view(ITER_VALUES, SELF))
RETURNS(items, new_view(ITER_ITEMS, SELF))

METHOD(get)
{
    (void)names;
    value item = dict_get(SELF, args[1]);
    return item ? item : nargs > 2 ? args[2] : NONE;
}

METHOD(setdefault)
{
    (void)names;
    value item = dict_get(SELF, args[1]);
    if (item)
        return item;
    item = nargs > 2 ? args[2] : NONE;
    dict_set(SELF, args[1], item);
    return item;
}

METHOD(pop)
{
    (void)names;
    value item = dict_get(SELF, args[1]);
    if (!item && nargs < 3)
        raise_key(args[1]);
    if (!item)
        return args[2];
    dict_delete(SELF, args[1]);
    return item;
}

METHOD(popitem)
{
    struct dict *dict = SELF;
    UNUSED;
    for (uint32_t i = dict->used; i-- > 0;) {
        struct entry entry = dict->entries[i];
        if (!entry.key)
            continue;
        dict_delete(dict, entry.key);
        return new_tuple(2, (value[]){entry.key, entry.item});
    }
    raise_key(str_from("popitem(): dictionary is empty"));
}

DOES(clear, clear_dict(SELF))

METHOD(copy)
{
    UNUSED;
    struct dict *dict = new_dict();
    dict_update(dict, args[0]);
    return (value)dict;
}

METHOD(update)
{
    if (nargs > 1)
        dict_update(SELF, args[1]);
    for (size_t i = 0; names && i < names->count; i++)
        dict_set(SELF, names->items[i], args[nargs + (int)i]);
    return NONE;
}

METHOD(from_keys)
{
    struct dict *dict = new_dict();
    value iterator = get_iterator(args[0]), key;
    (void)names;
    while ((key = next(iterator)))
        dict_set(dict, key, nargs > 1 ? args[1] : NONE);
    return (value)dict;
}

value
make_dict(value *args, int nargs, struct tuple *names)
{
    struct dict *dict = new_dict();
    if (nargs > 0)
        dict_update(dict, args[0]);
    for (size_t i = 0; names && i < names->count; i++)
        dict_set(dict, names->items[i], args[nargs + (int)i]);
    return (value)dict;
}

void
dicts_start(void)
{
    static const struct define methods[] = {
        {"keys", keys, 1, 1, false},
        {"values", values, 1, 1, false},
        {"items", items, 1, 1, false},
        {"get", get, 2, 3, false},
        {"setdefault", setdefault, 2, 3, false},
        {"pop", pop, 2, 3, false},
        {"popitem", popitem, 1, 1, false},
        {"clear", clear, 1, 1, false},
        {"copy", copy, 1, 1, false},
        {"update", update, 1, 2, true},
    };
    static const struct define fromkeys = {"fromkeys", from_keys, 1, 2, false};
    define_methods(vm.types[TYPE_DICT], methods, COUNT(methods));
    define_static(vm.types[TYPE_DICT], &fromkeys);
}
