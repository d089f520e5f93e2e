/* SPDX-License-Identifier: MIT */
/*
 * WeakKeyDictionary, WeakValueDictionary and WeakSet of the module weakref: the
 * tables are the shim's, their operations are methods here.  Each is a handle,
 * as references are, and its special methods are found as an instance's are.
 */
#include "minipy.h"

#define DICT(v) ((wgc_py_weakdict *)HANDLE(v))
#define SET(v)  ((wgc_py_weakset *)HANDLE(v))

/* What the shim raised goes on from here. */
static bool
yes(wgc_py_answer answer)
{
    if (answer == WGC_PY_RAISED)
        raise_again();
    return answer == WGC_PY_YES;
}

static void
check(bool ok)
{
    if (!ok)
        raise_again();
}

static value
made(void *handle)
{
    check(handle != NULL);
    return tag_handle(handle);
}

static bool
is_weak_dict(value v)
{
    return is_handle(v) && (wgc_py_is_weakkeydict(vm.py, HANDLE(v)) ||
                            wgc_py_is_weakvaluedict(vm.py, HANDLE(v)));
}

static bool
is_weak_set(value v)
{
    return is_handle(v) && wgc_py_is_weakset(vm.py, HANDLE(v));
}

static bool
has_weak_keys(value dict)
{
    return wgc_py_is_weakkeydict(vm.py, HANDLE(dict));
}

static void *
key_to_shim(value dict, value key)
{
    return has_weak_keys(dict) ? to_shim(key) : (void *)key;
}

static void *
item_to_shim(value dict, value item)
{
    return has_weak_keys(dict) ? (void *)item : to_shim(item);
}

static value
key_from_shim(value dict, void *key)
{
    return has_weak_keys(dict) ? from_shim(key) : key;
}

static value
item_from_shim(value dict, void *item)
{
    return has_weak_keys(dict) ? item : from_shim(item);
}

/* ---- Walking ---------------------------------------------------------- */

enum walk { WALK_KEYS, WALK_VALUES, WALK_ITEMS, WALK_REFS };

static value
walk(value collection, enum walk what)
{
    value v = new_iterator(ITER_WEAK, collection);
    wgc_py_iterator *place = new_bytes(sizeof *place);
    memset(place, 0, sizeof *place);
    AS(iterator, v)->function = (value)(void *)place;
    AS(iterator, v)->step = what;
    return v;
}

value
weak_next(struct iterator *iterator)
{
    wgc_py_iterator *place = (void *)iterator->function;
    value over = iterator->over;
    void *key, *item;
    wgc_py_ref *ref;
    if (is_weak_set(over))
        return yes(wgc_py_weakset_next(vm.py, SET(over), place, &item))
                   ? from_shim(item)
                   : NULL;
    if (iterator->step == WALK_REFS)
        return yes(wgc_py_weakdict_next_ref(vm.py, DICT(over), place, &ref))
                   ? tag_handle(ref)
                   : NULL;
    if (!yes(wgc_py_weakdict_next(vm.py, DICT(over), place, &key, &item)))
        return NULL;
    value pair[2] = {key_from_shim(over, key), item_from_shim(over, item)};
    return iterator->step == WALK_KEYS     ? pair[0]
           : iterator->step == WALK_VALUES ? pair[1]
                                           : new_tuple(2, pair);
}

#define WALK(name, what)                                                       \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        return walk(args[0], what);                                            \
    }
WALK(keys, WALK_KEYS)
WALK(values, WALK_VALUES)
WALK(items, WALK_ITEMS)

RETURNS(refs, list_of(walk(args[0], WALK_REFS)))
RETURNS(iterate_refs, walk(args[0], WALK_REFS))
RETURNS(length,
        make_int((int64_t)(is_weak_set(args[0])
                               ? wgc_py_weakset_len(vm.py, SET(args[0]))
                               : wgc_py_weakdict_len(vm.py, DICT(args[0])))))

/* ---- Dictionaries ----------------------------------------------------- */

static void
check_key(value dict, value key)
{
    if (has_weak_keys(dict))
        check_referencable(key);
}

/* What is missing is, in CPython, the reference that was looked for. */
_Noreturn static void
missing(value key, bool weak)
{
    raise_key(weak ? made(wgc_py_ref_new(vm.py, to_shim(key), NULL)) : key);
}

static bool
find(value dict, value key, value *item)
{
    void *found;
    check_key(dict, key);
    if (!yes(wgc_py_weakdict_get(vm.py, DICT(dict), key_to_shim(dict, key),
                                 &found)))
        return false;
    *item = item_from_shim(dict, found);
    return true;
}

static bool
has(value dict, value key)
{
    return yes(
        wgc_py_weakdict_contains(vm.py, DICT(dict), key_to_shim(dict, key)));
}

METHOD(get_item_method)
{
    value item;
    UNUSED;
    if (!find(args[0], args[1], &item))
        missing(args[1], has_weak_keys(args[0]));
    return item;
}

METHOD(set_item_method)
{
    UNUSED;
    check_referencable(args[has_weak_keys(args[0]) ? 1 : 2]);
    check(wgc_py_weakdict_set(vm.py, DICT(args[0]),
                              key_to_shim(args[0], args[1]),
                              item_to_shim(args[0], args[2])));
    return NONE;
}

METHOD(pop_item)
{
    void *item;
    (void)names;
    check_key(args[0], args[1]);
    if (yes(wgc_py_weakdict_pop(vm.py, DICT(args[0]),
                                key_to_shim(args[0], args[1]), &item)))
        return item_from_shim(args[0], item);
    if (nargs < 3)
        missing(args[1], has_weak_keys(args[0]));
    return args[2];
}

METHOD(delete_item_method)
{
    pop_item(args, nargs, names);
    return NONE;
}

RETURNS(contains_key, boolean(has(args[0], args[1])))

METHOD(get)
{
    value item = nargs > 2 ? args[2] : NONE;
    (void)names;
    find(args[0], args[1], &item);
    return item;
}

METHOD(setdefault)
{
    value otherwise = nargs > 2 ? args[2] : NONE;
    void *item = item_to_shim(args[0], otherwise);
    (void)names;
    check_key(args[0], args[1]);
    if (!has_weak_keys(args[0]) && !has(args[0], args[1]))
        check_referencable(otherwise);
    check(wgc_py_weakdict_setdefault(vm.py, DICT(args[0]),
                                     key_to_shim(args[0], args[1]), &item));
    return item_from_shim(args[0], item);
}

METHOD(popitem)
{
    void *key, *item;
    UNUSED;
    if (!yes(wgc_py_weakdict_popitem(vm.py, DICT(args[0]), &key, &item)))
        raise_key(str_from("popitem(): dictionary is empty"));
    return new_tuple(2, (value[]){key_from_shim(args[0], key),
                                  item_from_shim(args[0], item)});
}

DOES(clear_dict, check(wgc_py_weakdict_clear(vm.py, DICT(args[0]))))
RETURNS(copy_dict, made(wgc_py_weakdict_copy(vm.py, DICT(args[0]))))

static void
update(value dict, value other)
{
    if (!is_weak_dict(other) && !is(other, TYPE_DICT))
        other = make_dict(&other, 1, NULL);
    value iterator = get_iterator(is(other, TYPE_DICT)
                                      ? new_view(ITER_ITEMS, AS(dict, other))
                                      : walk(other, WALK_ITEMS)),
          item;
    while ((item = next(iterator)))
        set_item(dict, AS(tuple, item)->items[0], AS(tuple, item)->items[1]);
}

METHOD(update_method)
{
    if (nargs > 1 && args[1] != NONE)
        update(args[0], args[1]);
    for (size_t i = 0; names && i < names->count; i++)
        set_item(args[0], names->items[i], args[nargs + (int)i]);
    return NONE;
}

static value
make_dict_of(void *handle, value *args, int nargs, struct tuple *names)
{
    value dict = made(handle);
    if (nargs > 0 && args[0] != NONE)
        update(dict, args[0]);
    for (size_t i = 0; names && i < names->count; i++)
        set_item(dict, names->items[i], args[nargs + (int)i]);
    return dict;
}

value
make_weakkeydict(value *args, int nargs, struct tuple *names)
{
    return make_dict_of(wgc_py_weakkeydict_new(vm.py), args, nargs, names);
}

value
make_weakvaluedict(value *args, int nargs, struct tuple *names)
{
    return make_dict_of(wgc_py_weakvaluedict_new(vm.py), args, nargs, names);
}

static bool
is_mapping(value v)
{
    return is(v, TYPE_DICT) || is_weak_dict(v);
}

METHOD(or_dict)
{
    if (!is_mapping(args[1]))
        return NOTIMPLEMENTED;
    value result = copy_dict(args, nargs, names);
    update(result, args[1]);
    return result;
}

METHOD(or_dict_reflected)
{
    UNUSED;
    if (!is_mapping(args[1]))
        return NOTIMPLEMENTED;
    value result =
        made(has_weak_keys(args[0]) ? wgc_py_weakkeydict_new(vm.py)
                                    : wgc_py_weakvaluedict_new(vm.py));
    update(result, args[1]);
    update(result, args[0]);
    return result;
}

METHOD(or_dict_inplace)
{
    UNUSED;
    update(args[0], args[1]);
    return args[0];
}

METHOD(equal_dicts)
{
    UNUSED;
    if (!is_mapping(args[1]))
        return NOTIMPLEMENTED;
    value pairs[2];
    for (int i = 0; i < 2; i++) {
        pairs[i] = is_weak_dict(args[i]) ? walk(args[i], WALK_ITEMS) : args[i];
        pairs[i] = make_dict(&pairs[i], 1, NULL);
    }
    return boolean(dict_equal(AS(dict, pairs[0]), AS(dict, pairs[1])));
}

/* ---- Sets ------------------------------------------------------------- */

METHOD(add)
{
    UNUSED;
    check_referencable(args[1]);
    check(wgc_py_weakset_add(vm.py, SET(args[0]), to_shim(args[1])));
    return NONE;
}

RETURNS(contains_element,
        boolean(yes(wgc_py_weakset_contains(vm.py, SET(args[0]),
                                            to_shim(args[1])))))

METHOD(discard)
{
    UNUSED;
    check_referencable(args[1]);
    yes(wgc_py_weakset_remove(vm.py, SET(args[0]), to_shim(args[1])));
    return NONE;
}

METHOD(remove_element)
{
    UNUSED;
    check_referencable(args[1]);
    if (!yes(wgc_py_weakset_remove(vm.py, SET(args[0]), to_shim(args[1]))))
        missing(args[1], true);
    return NONE;
}

METHOD(pop_element)
{
    void *element;
    UNUSED;
    if (!yes(wgc_py_weakset_pop(vm.py, SET(args[0]), &element)))
        raise_key(str_from("pop from empty WeakSet"));
    return from_shim(element);
}

DOES(clear_set, check(wgc_py_weakset_clear(vm.py, SET(args[0]))))
RETURNS(copy_set, made(wgc_py_weakset_copy(vm.py, SET(args[0]))))

/* Of any iterable a WeakSet; what cannot be in one is left out, or raises. */
static value
as_set(value v, bool strict)
{
    if (is_weak_set(v))
        return v;
    value set = made(wgc_py_weakset_new(vm.py));
    value iterator = get_iterator(v), item;
    while ((item = next(iterator))) {
        if (strict)
            check_referencable(item);
        if (strict || is_referencable(item))
            check(wgc_py_weakset_add(vm.py, SET(set), to_shim(item)));
    }
    return set;
}

value
make_weakset(value *args, int nargs, struct tuple *names)
{
    UNUSED;
    if (nargs == 0 || args[0] == NONE)
        return made(wgc_py_weakset_new(vm.py));
    return is_weak_set(args[0]) ? copy_set(args, 1, NULL)
                                : as_set(args[0], true);
}

#define COMBINE(name, operation, strict)                                       \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        value other = as_set(args[1], strict);                                 \
        return made(                                                           \
            wgc_py_weakset_##operation(vm.py, SET(args[0]), SET(other)));      \
    }
COMBINE(union_of, union, true)
COMBINE(intersection_of, intersection, false)
COMBINE(difference_of, difference, true)
COMBINE(symmetric_of, symmetric_difference, true)

#define CHANGE(name, operation)                                                \
    static void change_##name(value *args)                                     \
    {                                                                          \
        value other = as_set(args[1], true);                                   \
        check(wgc_py_weakset_##operation(vm.py, SET(args[0]), SET(other)));    \
    }                                                                          \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        change_##name(args);                                                   \
        return NONE;                                                           \
    }                                                                          \
    METHOD(inplace_##name)                                                     \
    {                                                                          \
        UNUSED;                                                                \
        change_##name(args);                                                   \
        return args[0];                                                        \
    }
CHANGE(update_set, update)
CHANGE(intersect, intersection_update)
CHANGE(subtract, difference_update)
CHANGE(exclude, symmetric_difference_update)

static bool
is_subset(value a, value b, bool proper)
{
    return yes(wgc_py_weakset_issubset(vm.py, SET(a), SET(b))) &&
           (!proper || wgc_py_weakset_len(vm.py, SET(a)) <
                           wgc_py_weakset_len(vm.py, SET(b)));
}

#define ORDER(name, a, b, proper)                                              \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        value self = args[0], other = as_set(args[1], true);                   \
        return boolean(is_subset(a, b, proper));                               \
    }
ORDER(less_equal, self, other, false)
ORDER(less_than, self, other, true)
ORDER(greater_equal, other, self, false)
ORDER(greater_than, other, self, true)

METHOD(equal_sets)
{
    UNUSED;
    if (!is_weak_set(args[1]))
        return NOTIMPLEMENTED;
    return boolean(
        yes(wgc_py_weakset_equal(vm.py, SET(args[0]), SET(args[1]))));
}

METHOD(isdisjoint)
{
    UNUSED;
    value other = as_set(args[1], false);
    return boolean(
        yes(wgc_py_weakset_isdisjoint(vm.py, SET(args[0]), SET(other))));
}

/* As CPython, which shows its set of references. */
METHOD(set_repr_method)
{
    struct set *set = new_set();
    value iterator = walk(args[0], WALK_KEYS), item;
    UNUSED;
    while ((item = next(iterator)))
        set_add(set, made(wgc_py_ref_new(vm.py, to_shim(item), NULL)));
    return repr((value)set);
}

/* ---- Tables ----------------------------------------------------------- */

static const struct define dict_methods[] = {
    {"__len__", length, 1, 1, false},
    {"__getitem__", get_item_method, 2, 2, false},
    {"__setitem__", set_item_method, 3, 3, false},
    {"__delitem__", delete_item_method, 2, 2, false},
    {"__contains__", contains_key, 2, 2, false},
    {"__iter__", keys, 1, 1, false},
    {"__eq__", equal_dicts, 2, 2, false},
    {"__or__", or_dict, 2, 2, false},
    {"__ror__", or_dict_reflected, 2, 2, false},
    {"__ior__", or_dict_inplace, 2, 2, false},
    {"__copy__", copy_dict, 1, 1, false},
    {"keys", keys, 1, 1, false},
    {"values", values, 1, 1, false},
    {"items", items, 1, 1, false},
    {"get", get, 2, 3, false},
    {"setdefault", setdefault, 2, 3, false},
    {"pop", pop_item, 2, 3, false},
    {"popitem", popitem, 1, 1, false},
    {"clear", clear_dict, 1, 1, false},
    {"copy", copy_dict, 1, 1, false},
    {"update", update_method, 1, 2, true},
};

static const struct define set_methods[] = {
    {"__len__", length, 1, 1, false},
    {"__contains__", contains_element, 2, 2, false},
    {"__iter__", keys, 1, 1, false},
    {"__repr__", set_repr_method, 1, 1, false},
    {"__eq__", equal_sets, 2, 2, false},
    {"__le__", less_equal, 2, 2, false},
    {"__lt__", less_than, 2, 2, false},
    {"__ge__", greater_equal, 2, 2, false},
    {"__gt__", greater_than, 2, 2, false},
    {"__or__", union_of, 2, 2, false},
    {"__and__", intersection_of, 2, 2, false},
    {"__sub__", difference_of, 2, 2, false},
    {"__xor__", symmetric_of, 2, 2, false},
    {"__ior__", inplace_update_set, 2, 2, false},
    {"__iand__", inplace_intersect, 2, 2, false},
    {"__isub__", inplace_subtract, 2, 2, false},
    {"__ixor__", inplace_exclude, 2, 2, false},
    {"add", add, 2, 2, false},
    {"discard", discard, 2, 2, false},
    {"remove", remove_element, 2, 2, false},
    {"pop", pop_element, 1, 1, false},
    {"clear", clear_set, 1, 1, false},
    {"copy", copy_set, 1, 1, false},
    {"union", union_of, 2, 2, false},
    {"intersection", intersection_of, 2, 2, false},
    {"difference", difference_of, 2, 2, false},
    {"symmetric_difference", symmetric_of, 2, 2, false},
    {"update", update_set, 2, 2, false},
    {"intersection_update", intersect, 2, 2, false},
    {"difference_update", subtract, 2, 2, false},
    {"symmetric_difference_update", exclude, 2, 2, false},
    {"issubset", less_equal, 2, 2, false},
    {"issuperset", greater_equal, 2, 2, false},
    {"isdisjoint", isdisjoint, 2, 2, false},
};

void
collections_start(void)
{
    static const struct define key_refs = {"keyrefs", refs, 1, 1, false};
    static const struct define value_refs[] = {
        {"valuerefs", refs, 1, 1, false},
        {"itervaluerefs", iterate_refs, 1, 1, false}};
    struct class *keys_class = vm.types[TYPE_WEAKKEYDICT];
    struct class *values_class = vm.types[TYPE_WEAKVALUEDICT];
    define_methods(keys_class, dict_methods, COUNT(dict_methods));
    define_methods(values_class, dict_methods, COUNT(dict_methods));
    define_methods(keys_class, &key_refs, 1);
    define_methods(values_class, value_refs, COUNT(value_refs));
    define_methods(vm.types[TYPE_WEAKSET], set_methods, COUNT(set_methods));
}
