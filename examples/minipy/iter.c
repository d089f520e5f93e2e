/* SPDX-License-Identifier: MIT */
/*
 * Iterators.  The built-in ones are one structure with a kind; next() returns
 * NULL at the end, and nothing is raised for that.
 */
#include "minipy.h"

value
new_iterator(enum iterator_kind kind, value over)
{
    struct iterator *iterator = new_object(TYPE_ITERATOR, sizeof *iterator);
    iterator->head.aux = kind;
    iterator->over = over;
    return (value)iterator;
}

bool
is_iterable(value v)
{
    v = subject(v);
    if (is_object(v))
        switch (v->type) {
        case TYPE_LIST:
        case TYPE_TUPLE:
        case TYPE_STR:
        case TYPE_RANGE:
        case TYPE_DICT:
        case TYPE_VIEW:
        case TYPE_SET:
        case TYPE_FROZENSET:
        case TYPE_ITERATOR:
        case TYPE_GENERATOR:
            return true;
        default:
            break;
        }
    value own = special_of(v, S_iter);
    return own ? own != NONE : is(v, TYPE_OBJECT) && special_of(v, S_getitem);
}

static value
iterate_range(struct range *range)
{
    value v = new_iterator(ITER_RANGE, NONE);
    struct iterator *iterator = AS(iterator, v);
    iterator->index = range->start;
    iterator->step = range->step;
    iterator->stop = range_length(range); /* how many are left */
    return v;
}

static value
iterate_dict(enum iterator_kind kind, struct dict *dict)
{
    value v = new_iterator(kind, (value)dict);
    AS(iterator, v)->stop = dict->count;
    AS(iterator, v)->step = dict->head.aux;
    return v;
}

value
get_iterator(value v)
{
    v = subject(v);
    if (is_object(v))
        switch (v->type) {
        case TYPE_LIST:
            return new_iterator(ITER_LIST, v);
        case TYPE_TUPLE:
            return new_iterator(ITER_TUPLE, v);
        case TYPE_STR:
            return new_iterator(ITER_STR, v);
        case TYPE_RANGE:
            return iterate_range(AS(range, v));
        case TYPE_DICT:
            return iterate_dict(ITER_KEYS, AS(dict, v));
        case TYPE_VIEW:
            return iterate_dict((enum iterator_kind)v->aux, AS(view, v)->dict);
        case TYPE_SET:
        case TYPE_FROZENSET: {
            value iterator = new_iterator(ITER_SET, v);
            AS(iterator, iterator)->stop = (int64_t)AS(set, v)->count;
            return iterator;
        }
        case TYPE_ITERATOR:
        case TYPE_GENERATOR:
            return v;
        default:
            break;
        }
    if (!is_iterable(v))
        raise_error(E_TypeError, "'%s' object is not iterable", type_name(v));
    value result = try_special(v, special[S_iter], 0, NULL);
    if (result) {
        if (!is(result, TYPE_ITERATOR) && !is(result, TYPE_GENERATOR) &&
            !special_of(result, S_next))
            raise_error(E_TypeError,
                        "iter() returned non-iterator of type '%s'",
                        type_name(result));
        return result;
    }
    return new_iterator(ITER_GETITEM, v);
}

static value
finish(struct iterator *iterator)
{
    iterator->head.aux |= ITER_DONE;
    iterator->over = iterator->function = NULL;
    return NULL;
}

static value
next_of_dict(struct iterator *iterator)
{
    struct dict *dict = AS(dict, iterator->over);
    uint32_t at = (uint32_t)iterator->index;
    if (dict->count != iterator->stop) {
        iterator->stop = -1; /* for good */
        raise_error(E_RuntimeError, "dictionary changed size during iteration");
    }
    if ((uint32_t)iterator->step != dict->head.aux)
        raise_error(E_RuntimeError, "dictionary keys changed during iteration");
    struct entry *entry = dict_next(dict, &at);
    iterator->index = at;
    if (!entry)
        return finish(iterator);
    if (iterator->head.aux == ITER_KEYS)
        return entry->key;
    if (iterator->head.aux == ITER_VALUES)
        return entry->item;
    return new_tuple(2, (value[]){entry->key, entry->item});
}

/* The next item of an iterator that is inside another. */
static value
next_inner(value iterator)
{
    enter_recursion("");
    value item = next(iterator);
    vm.depth--;
    return item;
}

static value
next_of_zip(struct iterator *iterator)
{
    struct tuple *over = AS(tuple, iterator->over);
    value result = new_tuple(over->count, NULL);
    if (over->count == 0)
        return finish(iterator);
    for (size_t i = 0; i < over->count; i++) {
        value item = next_inner(over->items[i]);
        if (!item) {
            bool strict = iterator->step;
            finish(iterator);
            for (size_t j = strict ? (i == 0 ? 1 : i) : over->count;
                 j < over->count; j++)
                if (i > 0 || next_inner(over->items[j]))
                    raise_error(E_ValueError,
                                "zip() argument %zu is %s than argument%s %s",
                                j + 1, i > 0 ? "shorter" : "longer",
                                j > 1 ? "s 1-" : "",
                                j > 1 ? text_of(repr(small((int64_t)j))) : "1");
            return NULL;
        }
        AS(tuple, result)->items[i] = item;
    }
    return result;
}

static value
next_of_map(struct iterator *iterator)
{
    value zipped = next_of_zip(iterator);
    if (!zipped)
        return NULL;
    return call(iterator->function, (int)AS(tuple, zipped)->count,
                AS(tuple, zipped)->items);
}

static value
next_of_filter(struct iterator *iterator)
{
    for (value item; (item = next_inner(iterator->over));)
        if (truth(iterator->function == NONE
                      ? item
                      : call(iterator->function, 1, &item)))
            return item;
    return finish(iterator);
}

static void
get_indexed(void *data)
{
    value *cell = data;
    struct iterator *iterator = AS(iterator, cell[0]);
    cell[1] = get_item(iterator->over, make_int(iterator->index++));
}

static value
next_of_getitem(struct iterator *iterator)
{
    value cell[2] = {(value)iterator, NULL};
    if (attempt(get_indexed, cell))
        return cell[1];
    if (!error_is(E_IndexError) && !error_is(E_StopIteration))
        raise_again();
    vm.error = NULL;
    return finish(iterator);
}

static value
next_of_reversed(struct iterator *iterator)
{
    if (iterator->index < 0)
        return finish(iterator);
    value index = make_int(iterator->index--);
    if (is(iterator->over, TYPE_LIST) &&
        small_of(index) >= (int64_t)AS(list, iterator->over)->count)
        return finish(iterator);
    return get_item(iterator->over, index);
}

static value
next_of_iterator(struct iterator *iterator)
{
    value item;
    switch ((enum iterator_kind)iterator->head.aux) {
    case ITER_RANGE:
        if (iterator->stop-- <= 0)
            return finish(iterator);
        item = make_int(iterator->index);
        if (iterator->stop > 0)
            iterator->index += iterator->step;
        return item;
    case ITER_LIST:
        if (iterator->index >= (int64_t)AS(list, iterator->over)->count)
            return finish(iterator);
        return AS(list, iterator->over)->items[iterator->index++];
    case ITER_TUPLE:
        if (iterator->index >= (int64_t)AS(tuple, iterator->over)->count)
            return finish(iterator);
        return AS(tuple, iterator->over)->items[iterator->index++];
    case ITER_STR:
        item = str_next(iterator->over, &iterator->index);
        return item ? item : finish(iterator);
    case ITER_KEYS:
    case ITER_VALUES:
    case ITER_ITEMS:
        return next_of_dict(iterator);
    case ITER_SET:
        if ((int64_t)AS(set, iterator->over)->count != iterator->stop)
            raise_error(E_RuntimeError, "Set changed size during iteration");
        item = set_next(AS(set, iterator->over), &iterator->index);
        return item ? item : finish(iterator);
    case ITER_REVERSED:
        return next_of_reversed(iterator);
    case ITER_ENUMERATE:
        item = next_inner(iterator->over);
        if (!item)
            return finish(iterator);
        return new_tuple(2, (value[]){make_int(iterator->index++), item});
    case ITER_ZIP:
        return next_of_zip(iterator);
    case ITER_MAP:
        return next_of_map(iterator);
    case ITER_FILTER:
        return next_of_filter(iterator);
    case ITER_CALL:
        item = call(iterator->over, 0, NULL);
        return equal(item, iterator->function) ? finish(iterator) : item;
    case ITER_GETITEM:
        return next_of_getitem(iterator);
    case ITER_WEAK:
        item = weak_next(iterator);
        return item ? item : finish(iterator);
    default: /* done */
        return NULL;
    }
}

struct next_call {
    value iterator, name, sent, result;
};

static void
call_next(void *data)
{
    struct next_call *job = data;
    if (job->sent)
        job->result =
            call(get_attribute(job->iterator, job->name), 1, &job->sent);
    else
        job->result = try_special(job->iterator, special[S_next], 0, NULL);
}

/* The method `name` is called with `sent`; without it, __next__. */
value
next_by(value v, value name, value sent)
{
    struct next_call job = {v, name, sent, NULL};
    if (attempt(call_next, &job)) {
        if (!job.result)
            raise_error(E_TypeError, "'%s' object is not an iterator",
                        type_name(v));
        return job.result;
    }
    if (!error_is(E_StopIteration))
        raise_again();
    struct tuple *args = AS(exception, vm.error)->args;
    vm.returned = args->count ? args->items[0] : NONE;
    vm.error = NULL;
    return NULL;
}

value
next(value v)
{
    v = subject(v);
    if (is(v, TYPE_ITERATOR))
        return next_of_iterator(AS(iterator, v));
    if (is(v, TYPE_GENERATOR))
        return generator_send(AS(generator, v), NONE);
    return next_by(v, NULL, NULL);
}
