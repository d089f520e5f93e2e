/* SPDX-License-Identifier: MIT */
/* Lists and tuples, slices and ranges, sorting. */
#include "minipy.h"

value
new_tuple(size_t count, const value *items)
{
    if (count == 0 && vm.empty_tuple)
        return vm.empty_tuple;
    if (count > SIZE_MAX / 16)
        raise_memory();
    struct tuple *tuple =
        new_object(TYPE_TUPLE, sizeof *tuple + count * sizeof(value));
    tuple->count = count;
    if (items)
        memcpy(tuple->items, items, count * sizeof(value));
    return (value)tuple;
}

value
new_list(size_t count, const value *items)
{
    struct list *list = new_object(TYPE_LIST, sizeof *list);
    if (count > 0) {
        list->items = new_values(count);
        list->count = list->capacity = count;
        if (items)
            memcpy(list->items, items, count * sizeof(value));
    }
    return (value)list;
}

static void
reserve(struct list *list, size_t count)
{
    if (count <= list->capacity)
        return;
    size_t capacity = count + count / 2 + 4;
    value *items = new_values(capacity);
    if (list->count)
        memcpy(items, list->items, list->count * sizeof(value));
    list->items = items;
    list->capacity = capacity;
}

void
list_append(value v, value item)
{
    struct list *list = AS(list, v);
    if (UNLIKELY(list->count == list->capacity))
        reserve(list, list->count + 1);
    list->items[list->count++] = item;
}

value *
sequence_items(value v, size_t *count)
{
    if (is(v, TYPE_LIST)) {
        *count = AS(list, v)->count;
        return AS(list, v)->items;
    }
    *count = is(v, TYPE_TUPLE) ? AS(tuple, v)->count : 0;
    return is(v, TYPE_TUPLE) ? AS(tuple, v)->items : NULL;
}

void
list_extend(value v, value iterable)
{
    struct list *list = AS(list, v);
    if (is(iterable, TYPE_LIST) || is(iterable, TYPE_TUPLE)) {
        size_t count;
        sequence_items(iterable, &count);
        reserve(list, list->count + count);
        if (count)
            memcpy(list->items + list->count, sequence_items(iterable, &count),
                   count * sizeof(value));
        list->count += count;
        return;
    }
    value iterator = get_iterator(iterable), item;
    while ((item = next(iterator)))
        list_append(v, item);
}

value
list_of(value iterable)
{
    value list = new_list(0, NULL);
    list_extend(list, iterable);
    return list;
}

value
tuple_of(value iterable)
{
    if (is(iterable, TYPE_TUPLE))
        return iterable;
    value list = is(iterable, TYPE_LIST) ? iterable : list_of(iterable);
    return new_tuple(AS(list, list)->count, AS(list, list)->items);
}

int64_t
fix_index(int64_t index, size_t count, const char *what)
{
    if (index < 0)
        index += (int64_t)count;
    if (index < 0 || index >= (int64_t)count)
        raise_error(E_IndexError, "%s", what);
    return index;
}

/* ---- Slices ----------------------------------------------------------- */

value
new_slice(value start, value stop, value step)
{
    struct slice *slice = new_object(TYPE_SLICE, sizeof *slice);
    slice->start = start;
    slice->stop = stop;
    slice->step = step;
    return (value)slice;
}

static int64_t
slice_part(value v, int64_t otherwise)
{
    if (v == NONE)
        return otherwise;
    if (!is_int(v) && !special_of(v, S_index))
        raise_error(E_TypeError,
                    "slice indices must be integers or None or have "
                    "an __index__ method");
    return index_of(v, "");
}

static int64_t
clamp(int64_t index, int64_t length, bool down)
{
    if (index < 0) {
        index += length;
        return index < 0 ? (down ? -1 : 0) : index;
    }
    return index >= length ? (down ? length - 1 : length) : index;
}

int64_t
slice_range(value v, int64_t length, int64_t *start, int64_t *step)
{
    struct slice *slice = AS(slice, v);
    *step = slice_part(slice->step, 1);
    if (*step == 0)
        raise_error(E_ValueError, "slice step cannot be zero");
    if (*step < -INT64_MAX)
        *step = -INT64_MAX;
    bool down = *step < 0;
    *start = slice->start == NONE
                 ? (down ? length - 1 : 0)
                 : clamp(slice_part(slice->start, 0), length, down);
    int64_t stop = slice->stop == NONE
                       ? (down ? -1 : length)
                       : clamp(slice_part(slice->stop, 0), length, down);
    if (down)
        return *start > stop ? (*start - stop - 1) / -*step + 1 : 0;
    return stop > *start ? (stop - *start - 1) / *step + 1 : 0;
}

value
sequence_slice(value v, value slice)
{
    size_t length;
    int64_t start, step;
    sequence_items(v, &length);
    int64_t count = slice_range(slice, (int64_t)length, &start, &step);
    value result = is(v, TYPE_LIST) ? new_list((size_t)count, NULL)
                                    : new_tuple((size_t)count, NULL);
    value *from = sequence_items(v, &length);
    value *to = sequence_items(result, &length);
    for (int64_t i = 0; i < count; i++)
        to[i] = from[start + i * step];
    return result;
}

/* Replace `count` items from `start` on. */
static void
splice(struct list *list, size_t start, size_t count, const value *items,
       size_t n)
{
    size_t rest = list->count - start - count;
    reserve(list, start + n + rest);
    if (rest)
        memmove(list->items + start + n, list->items + start + count,
                rest * sizeof(value));
    if (n)
        memcpy(list->items + start, items, n * sizeof(value));
    list->count = start + n + rest;
    if (n < count) /* what is behind the end keeps nothing alive */
        memset(list->items + list->count, 0, (count - n) * sizeof(value));
}

void
list_store_slice(value v, value slice, value items)
{
    struct list *list = AS(list, v);
    int64_t start, step;
    if (!is_iterable(items))
        raise_error(E_TypeError,
                    slice_range(slice, (int64_t)list->count, &start, &step) >=
                                0 &&
                            step == 1
                        ? "can only assign an iterable"
                        : "must assign iterable to extended slice");
    value copy = list_of(items);
    struct list *from = AS(list, copy);
    int64_t count = slice_range(slice, (int64_t)list->count, &start, &step);
    if (step == 1) {
        splice(list, (size_t)start, (size_t)count, from->items, from->count);
        return;
    }
    if ((int64_t)from->count != count)
        raise_error(
            E_ValueError,
            "attempt to assign sequence of size %zu to extended slice of "
            "size %lld",
            from->count, (long long)count);
    for (int64_t i = 0; i < count; i++)
        list->items[start + i * step] = from->items[i];
}

void
list_delete_slice(value v, value slice)
{
    struct list *list = AS(list, v);
    int64_t start, step;
    int64_t count = slice_range(slice, (int64_t)list->count, &start, &step);
    if (step < 0) {
        start += (count - 1) * step;
        step = -step;
    }
    if (step == 1) {
        splice(list, (size_t)start, (size_t)count, NULL, 0);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        splice(list, (size_t)(start + i * step - i), 1, NULL, 0);
}

/* ---- Comparing, printing ---------------------------------------------- */

bool
sequence_equal(value a, value b)
{
    size_t na, nb;
    sequence_items(a, &na);
    sequence_items(b, &nb);
    if (na != nb)
        return false;
    for (size_t i = 0; i < na; i++) {
        value *x = sequence_items(a, &na), *y = sequence_items(b, &nb);
        if (i >= na || i >= nb || !identical_or_equal(x[i], y[i]))
            return false;
    }
    return true;
}

value
sequence_compare(enum compare how, value a, value b)
{
    size_t na, nb;
    sequence_items(a, &na);
    sequence_items(b, &nb);
    for (size_t i = 0; i < na && i < nb; i++) {
        value x = sequence_items(a, &na)[i], y = sequence_items(b, &nb)[i];
        if (!identical_or_equal(x, y))
            return compare(how, x, y);
    }
    return number_compare(how, small((int64_t)na), small((int64_t)nb));
}

value
sequence_repr(value v)
{
    bool list = is(v, TYPE_LIST);
    struct text text = {0};
    size_t count;
    for (struct printing *p = vm.printing; p; p = p->outer)
        if (p->v == v)
            return str_from(list ? "[...]" : "(...)");
    struct printing here = {v, vm.printing};
    vm.printing = &here;
    text_char(&text, list ? '[' : '(');
    for (size_t i = 0; i < (sequence_items(v, &count), count); i++) {
        if (i > 0)
            text_add(&text, ", ", 2);
        text_str(&text, repr(sequence_items(v, &count)[i]));
    }
    if (!list && count == 1)
        text_char(&text, ',');
    text_char(&text, list ? ']' : ')');
    vm.printing = here.outer;
    return text_done(&text);
}

value
sequence_repeat(value v, int64_t times)
{
    size_t count;
    if (times < 0)
        times = 0;
    if (is(v, TYPE_STR)) {
        struct str *str = AS(str, v);
        struct text text = {0};
        if ((uint64_t)times * str->bytes > INT32_MAX ||
            (str->bytes && times > INT32_MAX))
            raise_memory();
        for (int64_t i = 0; i < times && str->bytes; i++)
            text_str(&text, v);
        return text_done(&text);
    }
    value *items = sequence_items(v, &count);
    if (count && (uint64_t)times > (SIZE_MAX / 16) / count)
        raise_memory();
    size_t total = count * (size_t)times;
    value result =
        is(v, TYPE_LIST) ? new_list(total, NULL) : new_tuple(total, NULL);
    value *to = sequence_items(result, &(size_t){0});
    items = sequence_items(v, &count);
    for (size_t i = 0; i < total; i++)
        to[i] = items[i % count];
    return result;
}

/* ---- Sorting: a stable merge sort ------------------------------------- */

static void
merge_sort(value *keys, value *items, value *spare_keys, value *spare_items,
           size_t count)
{
    if (count <= 8) {
        for (size_t i = 1; i < count; i++) {
            value key = keys[i], item = items[i];
            size_t j = i;
            for (; j > 0 && less(key, keys[j - 1]); j--) {
                keys[j] = keys[j - 1];
                items[j] = items[j - 1];
            }
            keys[j] = key;
            items[j] = item;
        }
        return;
    }
    size_t half = count / 2, i = 0, j = half, k = 0;
    merge_sort(keys, items, spare_keys, spare_items, half);
    merge_sort(keys + half, items + half, spare_keys, spare_items,
               count - half);
    if (!less(keys[half], keys[half - 1]))
        return;
    memcpy(spare_keys, keys, half * sizeof(value));
    memcpy(spare_items, items, half * sizeof(value));
    while (i < half) {
        bool second = j < count && less(keys[j], spare_keys[i]);
        keys[k] = second ? keys[j] : spare_keys[i];
        items[k++] = second ? items[j] : spare_items[i];
        *(second ? &j : &i) += 1;
    }
}

static void
reverse_items(value *items, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        value v = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = v;
    }
}

/* Sorting backwards is stable too: reverse, sort, reverse. */
value
sorted(value iterable, value key, bool reverse)
{
    value result = list_of(iterable);
    struct list *list = AS(list, result);
    size_t count = list->count;
    value *keys = new_values(count);
    if (reverse)
        reverse_items(list->items, count);
    for (size_t i = 0; i < count; i++)
        keys[i] = key == NONE ? list->items[i] : call(key, 1, &list->items[i]);
    value *spare_keys = new_values(count / 2 + 1);
    value *spare_items = new_values(count / 2 + 1);
    merge_sort(keys, list->items, spare_keys, spare_items, count);
    if (reverse)
        reverse_items(list->items, count);
    return result;
}

/* ---- Ranges ----------------------------------------------------------- */

int64_t
range_length(const struct range *range)
{
    if (range->step > 0)
        return range->stop > range->start
                   ? (int64_t)(((uint64_t)range->stop - (uint64_t)range->start -
                                1) /
                                   (uint64_t)range->step +
                               1)
                   : 0;
    return range->start > range->stop
               ? (int64_t)(((uint64_t)range->start - (uint64_t)range->stop -
                            1) /
                               (0 - (uint64_t)range->step) +
                           1)
               : 0;
}

value
new_range(int64_t start, int64_t stop, int64_t step)
{
    struct range *range = new_leaf(TYPE_RANGE, sizeof *range);
    range->start = start;
    range->stop = stop;
    range->step = step;
    return (value)range;
}

value
make_range(value *args, int nargs, struct tuple *names)
{
    int64_t parts[3] = {0, 0, 1};
    (void)names;
    for (int i = 0; i < nargs; i++)
        parts[nargs == 1 ? 1 : i] = index_of(args[i], "");
    if (parts[2] == 0)
        raise_error(E_ValueError, "range() arg 3 must not be zero");
    return new_range(parts[0], parts[1], parts[2]);
}

/* ---- Methods ---------------------------------------------------------- */

DOES(append, list_append(args[0], args[1]))
DOES(extend, list_extend(args[0], args[1]))

METHOD(insert)
{
    struct list *list = AS(list, args[0]);
    int64_t count = (int64_t)list->count, index = index_of(args[1], "");
    UNUSED;
    index = index < 0 ? index + count : index;
    index = index < 0 ? 0 : index > count ? count : index;
    splice(list, (size_t)index, 0, &args[2], 1);
    return NONE;
}

METHOD(pop)
{
    struct list *list = AS(list, args[0]);
    (void)names;
    if (list->count == 0)
        raise_error(E_IndexError, "pop from empty list");
    int64_t index = fix_index(nargs > 1 ? index_of(args[1], "") : -1,
                              list->count, "pop index out of range");
    value item = list->items[index];
    splice(list, (size_t)index, 1, NULL, 0);
    return item;
}

static int64_t
find(value *args, int nargs)
{
    size_t count;
    sequence_items(args[0], &count);
    int64_t from = nargs > 2 ? index_of(args[2], "") : 0;
    int64_t to = nargs > 3 ? index_of(args[3], "") : (int64_t)count;
    from = from < 0 ? from + (int64_t)count : from;
    to = to < 0 ? to + (int64_t)count : to;
    for (int64_t i = from < 0 ? 0 : from; i < to; i++) {
        value *items = sequence_items(args[0], &count);
        if (i >= (int64_t)count)
            break;
        if (identical_or_equal(items[i], args[1]))
            return i;
    }
    return -1;
}

METHOD(remove_item)
{
    UNUSED;
    int64_t index = find(args, 2);
    if (index < 0)
        raise_error(E_ValueError, "list.remove(x): x not in list");
    splice(AS(list, args[0]), (size_t)index, 1, NULL, 0);
    return NONE;
}

METHOD(index_method)
{
    UNUSED;
    int64_t index = find(args, nargs);
    if (index < 0 && is(args[0], TYPE_TUPLE))
        raise_error(E_ValueError, "tuple.index(x): x not in tuple");
    if (index < 0)
        raise_error(E_ValueError, "%s is not in list", text_of(repr(args[1])));
    return make_int(index);
}

METHOD(count_method)
{
    size_t count;
    int64_t found = 0;
    UNUSED;
    for (size_t i = 0; i < (sequence_items(args[0], &count), count); i++)
        found +=
            identical_or_equal(sequence_items(args[0], &count)[i], args[1]);
    return make_int(found);
}

DOES(reverse, reverse_items(AS(list, args[0])->items, AS(list, args[0])->count))

METHOD(clear)
{
    UNUSED;
    struct list *list = AS(list, args[0]);
    list->items = NULL;
    list->count = list->capacity = 0;
    return NONE;
}

RETURNS(copy, list_of(args[0]))

METHOD(sort)
{
    static const char *const known[] = {"key", "reverse"};
    if (nargs > 1)
        raise_error(E_TypeError, "sort() takes no positional arguments");
    check_keywords(names, "sort", known, 2);
    value all = sorted(args[0], keyword(args, nargs, names, "key", NONE),
                       truth(keyword(args, nargs, names, "reverse", FALSE)));
    struct list *list = AS(list, args[0]);
    list->items = AS(list, all)->items;
    list->count = AS(list, all)->count;
    list->capacity = AS(list, all)->capacity;
    return NONE;
}

METHOD(range_index)
{
    struct range *range = AS(range, args[0]);
    UNUSED;
    if (!contains(args[0], args[1]))
        raise_error(E_ValueError, "%s is not in range", text_of(repr(args[1])));
    return is_int(args[1])
               ? make_int((int_of(args[1]) - range->start) / range->step)
               : small(0);
}

RETURNS(range_count, small(contains(args[0], args[1])))

void
lists_start(void)
{
    static const struct define range_methods[] = {
        {"index", range_index, 2, 2, false},
        {"count", range_count, 2, 2, false},
    };
    static const struct define list_methods[] = {
        {"append", append, 2, 2, false},
        {"extend", extend, 2, 2, false},
        {"insert", insert, 3, 3, false},
        {"pop", pop, 1, 2, false},
        {"remove", remove_item, 2, 2, false},
        {"index", index_method, 2, 4, false},
        {"count", count_method, 2, 2, false},
        {"reverse", reverse, 1, 1, false},
        {"clear", clear, 1, 1, false},
        {"copy", copy, 1, 1, false},
        {"sort", sort, 1, -1, true},
    };
    define_methods(vm.types[TYPE_LIST], list_methods, COUNT(list_methods));
    define_methods(vm.types[TYPE_TUPLE], list_methods + 5, 2);
    define_methods(vm.types[TYPE_RANGE], range_methods, COUNT(range_methods));
}
