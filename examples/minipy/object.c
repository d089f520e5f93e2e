/* SPDX-License-Identifier: MIT */
/*
 * Allocation, and the questions that can be asked of any value: what type, is
 * it true, what hash, are two equal, how does it print.
 *
 * Most objects are scanned conservatively, which for tagged words is exact: an
 * integer is no address.  Text, numbers and bytecode are leaves.  Where an
 * object has words that are no values, its kind has a bitmap; where it depends
 * on the state which words are, a trace function (generators).
 */
#include "minipy.h"

#include <math.h>

struct object none_object = {TYPE_NONE, 0};
struct object true_object = {TYPE_BOOL, 1};
struct object false_object = {TYPE_BOOL, 0};
struct object ellipsis_object = {TYPE_ELLIPSIS, 0};
struct object notimplemented_object = {TYPE_NOTIMPLEMENTED, 0};
struct vm vm;

/* ---- Allocation ------------------------------------------------------- */

static void
trace_generator(wgc_tracer *tracer, const void *object, size_t bytes)
{
    const struct generator *generator = object;
    (void)bytes;
    wgc_visit(tracer, generator->code);
    wgc_visit(tracer, generator->function);
    wgc_visit(tracer, generator->globals);
    wgc_visit(tracer, generator->handled);
    wgc_visit_range(tracer, generator->values,
                    generator->values + generator->saved);
}

/* Words of the structure that hold values, by their offset. */
#define WORD(structure, field)                                                 \
    (UINT64_C(1) << offsetof(struct structure, field) / sizeof(void *))

static void
new_kind(enum type type, const char *name, uint64_t words)
{
    wgc_kind_info info = {.name = name, .pointers = &words, .words = 64};
    if (type == TYPE_GENERATOR)
        info = (wgc_kind_info){.name = name, .trace = trace_generator};
    vm.kinds[type] = wgc_kind_new(vm.heap, &info);
}

void
objects_start(void)
{
    new_kind(TYPE_LIST, "list", WORD(list, items));
    new_kind(TYPE_DICT, "dict", WORD(dict, entries) | WORD(dict, index));
    new_kind(TYPE_SET, "set", WORD(set, table));
    vm.kinds[TYPE_FROZENSET] = vm.kinds[TYPE_SET];
    new_kind(TYPE_ITERATOR, "iterator",
             WORD(iterator, over) | WORD(iterator, function));
    new_kind(TYPE_CODE, "code",
             WORD(code, name) | WORD(code, qualname) | WORD(code, constants) |
                 WORD(code, variables) | WORD(code, names) | WORD(code, words) |
                 WORD(code, positions) | WORD(code, handlers) |
                 WORD(code, caches));
    new_kind(TYPE_GENERATOR, "generator", 0);
}

void *
new_object(enum type type, size_t bytes)
{
    value v = vm.kinds[type] ? wgc_alloc_kind(vm.heap, vm.kinds[type], bytes)
                             : wgc_alloc(vm.heap, bytes);
    if (UNLIKELY(!v))
        raise_memory();
    v->type = type;
    return v;
}

void *
new_leaf(enum type type, size_t bytes)
{
    value v = wgc_alloc_leaf(vm.heap, bytes);
    if (UNLIKELY(!v))
        raise_memory();
    v->type = type;
    return v;
}

void *
new_values(size_t count)
{
    void *memory = count > SIZE_MAX / 16
                       ? NULL
                       : wgc_alloc(vm.heap, count * sizeof(value));
    if (UNLIKELY(!memory))
        raise_memory();
    return memory;
}

void *
new_bytes(size_t bytes)
{
    void *memory = wgc_alloc_leaf(vm.heap, bytes);
    if (UNLIKELY(!memory))
        raise_memory();
    return memory;
}

/* ---- Types ------------------------------------------------------------ */

struct class *
class_of(value v)
{
    if (is_small(v))
        return vm.types[TYPE_INT];
    if (is_handle(v))
        return weakref_class(v);
    switch (v->type) {
    case TYPE_OBJECT:
        return AS(instance, v)->class;
    case TYPE_ITERATOR:
        return vm.iterators[v->aux % ITER_DONE];
    case TYPE_VIEW:
        return vm.views[v->aux - ITER_KEYS];
    case TYPE_BUILTIN:
        if (AS(builtin, v)->class)
            return vm.method_descriptor;
        break;
    case TYPE_METHOD:
        if (is(AS(method, v)->function, TYPE_BUILTIN))
            return vm.types[TYPE_BUILTIN];
        break;
    default:
        break;
    }
    return vm.types[v->type];
}

const char *
type_name(value v)
{
    return text_of(class_of(v)->name);
}

bool
truth(value v)
{
    v = subject(v);
    if (is_small(v))
        return small_of(v) != 0;
    switch (is_handle(v) ? TYPE_OBJECT : v->type) {
    case TYPE_NONE:
        return false;
    case TYPE_BOOL:
        return v == TRUE;
    case TYPE_INT:
        return true; /* 0 is small */
    case TYPE_FLOAT:
        return AS(floating, v)->number != 0;
    case TYPE_STR:
        return AS(str, v)->bytes != 0;
    case TYPE_TUPLE:
        return AS(tuple, v)->count != 0;
    case TYPE_LIST:
        return AS(list, v)->count != 0;
    case TYPE_DICT:
        return AS(dict, v)->count != 0;
    case TYPE_SET:
    case TYPE_FROZENSET:
        return AS(set, v)->count != 0;
    case TYPE_RANGE:
        return range_length(AS(range, v)) != 0;
    case TYPE_VIEW:
        return AS(view, v)->dict->count != 0;
    case TYPE_OBJECT:
        break;
    default:
        return true;
    }
    value result = try_special(v, special[S_bool], 0, NULL);
    if (result) {
        if (!is(result, TYPE_BOOL))
            raise_error(E_TypeError, "__bool__ should return bool, returned %s",
                        type_name(result));
        return result == TRUE;
    }
    return special_of(v, S_len) ? small_of(length_of(v)) != 0 : true;
}

/* ---- Hash and equality ------------------------------------------------ */

int64_t
hash_pointer(value v)
{
    uintptr_t word = (uintptr_t)v;
    return (int64_t)(word >> 4 | word << 60);
}

static int64_t
hash_int(int64_t n)
{
    const int64_t modulus = (INT64_C(1) << 61) - 1;
    int64_t hash = n % modulus;
    return hash == -1 ? -2 : hash;
}

static int64_t
hash_tuple(value v)
{
    const uint64_t p1 = UINT64_C(11400714785074694791),
                   p2 = UINT64_C(14029467366897019727),
                   p5 = UINT64_C(2870177450012600261);
    struct tuple *tuple = AS(tuple, v);
    uint64_t sum = p5;
    for (size_t i = 0; i < tuple->count; i++) {
        sum += (uint64_t)hash(tuple->items[i]) * p2;
        sum = sum << 31 | sum >> 33;
        sum *= p1;
    }
    sum += tuple->count ^ (p5 ^ UINT64_C(3527539));
    return sum == UINT64_MAX ? 1546275796 : (int64_t)sum;
}

static int64_t
hash_handle(value v)
{
    size_t result;
    void *handle = (char *)v - TAG_HANDLE;
    if (wgc_py_is_finalize(vm.py, handle))
        return hash_pointer(v);
    if (!wgc_py_is_ref(vm.py, handle))
        raise_error(E_TypeError, "unhashable type: '%s'", type_name(v));
    if (!wgc_py_ref_hash(vm.py, handle, &result))
        raise_again();
    return (int64_t)result;
}

static int64_t
hash_instance(value v)
{
    struct class *class = class_of(v);
    value own = special_of(v, S_hash);
    for (; class && !own; class = class->base)
        if (class != vm.types[TYPE_OBJECT] &&
            dict_get_str(class->dict, special[S_eq]))
            own = NONE; /* __eq__ without __hash__ */
    if (own == NONE)
        raise_error(E_TypeError, "unhashable type: '%s'", type_name(v));
    if (!own)
        return hash_pointer(v);
    value result = try_special(v, special[S_hash], 0, NULL);
    if (!is_int(result))
        raise_error(E_TypeError, "__hash__ method should return an integer");
    return hash_int(int_of(result));
}

int64_t
hash(value v)
{
    if (is_small(v))
        return hash_int(small_of(v));
    if (!is_object(v))
        return hash_handle(v);
    switch (v->type) {
    case TYPE_STR:
        return str_hash(v);
    case TYPE_INT:
        return hash_int(AS(integer, v)->number);
    case TYPE_BOOL:
        return v == TRUE;
    case TYPE_FLOAT:
        return hash_double(AS(floating, v)->number);
    case TYPE_TUPLE: {
        enter_recursion("");
        int64_t result = hash_tuple(v);
        vm.depth--;
        return result;
    }
    case TYPE_FROZENSET:
        return set_hash(AS(set, v));
    case TYPE_METHOD:
        return hash_pointer(AS(method, v)->self) ^
               hash_pointer(AS(method, v)->function);
    case TYPE_LIST:
    case TYPE_DICT:
    case TYPE_SET:
    case TYPE_SLICE:
        raise_error(E_TypeError, "unhashable type: '%s'", type_name(v));
    case TYPE_OBJECT:
        return hash_instance(v);
    default:
        return hash_pointer(v);
    }
}

static bool
equal_handles(value a, value b)
{
    bool result = false;
    if (a == b)
        return true;
    if (!is_handle(a) || !is_handle(b))
        return false;
    void *x = (char *)a - TAG_HANDLE, *y = (char *)b - TAG_HANDLE;
    if (!wgc_py_is_ref(vm.py, x) || !wgc_py_is_ref(vm.py, y))
        return false;
    if (!wgc_py_ref_equal(vm.py, x, y, &result))
        raise_again();
    return result;
}

static bool
equal_containers(value a, value b)
{
    bool result;
    enter_recursion(" in comparison");
    if (a->type == TYPE_DICT)
        result = dict_equal(AS(dict, a), AS(dict, b));
    else
        result = sequence_equal(a, b);
    vm.depth--;
    return result;
}

/* == as an instance's class defines it; NULL if it does not. */
static value
equal_special(value a, value b)
{
    if (!has_specials(a) && !has_specials(b))
        return NULL;
    value result = try_special(a, special[S_eq], 1, &b);
    if (!result || result == NOTIMPLEMENTED)
        result = try_special(b, special[S_eq], 1, &a);
    return result == NOTIMPLEMENTED ? NULL : result;
}

bool
equal(value a, value b)
{
    if (is_small(a) && is_small(b))
        return a == b;
    if (is_number(a) && is_number(b))
        return number_compare(EQ, a, b) == TRUE;
    if (is(a, TYPE_STR) && is(b, TYPE_STR))
        return str_equal(a, b);
    a = subject(a);
    b = subject(b);
    if (has_specials(a) || has_specials(b)) {
        value result = equal_special(a, b);
        return result ? truth(result) : equal_handles(a, b);
    }
    if (!is_object(a) || !is_object(b))
        return false;
    if (a->type == TYPE_VIEW && b->type == TYPE_VIEW && a->aux == ITER_ITEMS &&
        b->aux == ITER_ITEMS) /* the values need no hash */
        return dict_equal(AS(view, a)->dict, AS(view, b)->dict);
    if (is_set_like(a) && is_set_like(b))
        return set_compare(EQ, a, b) == TRUE;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case TYPE_TUPLE:
    case TYPE_LIST:
    case TYPE_DICT:
        return equal_containers(a, b);
    case TYPE_RANGE: {
        struct range *x = AS(range, a), *y = AS(range, b);
        int64_t n = range_length(x);
        return n == range_length(y) &&
               (n == 0 ||
                (x->start == y->start && (n == 1 || x->step == y->step)));
    }
    case TYPE_SLICE:
        return equal(AS(slice, a)->start, AS(slice, b)->start) &&
               equal(AS(slice, a)->stop, AS(slice, b)->stop) &&
               equal(AS(slice, a)->step, AS(slice, b)->step);
    case TYPE_METHOD:
        return AS(method, a)->self == AS(method, b)->self &&
               AS(method, a)->function == AS(method, b)->function;
    default:
        return a == b;
    }
}

bool
identical_or_equal(value a, value b)
{
    return a == b || equal(a, b);
}

/* ---- Order ------------------------------------------------------------ */

static const char *const compare_text[] = {"<", "<=", "==", "!=", ">", ">="};
static const enum compare reflected[] = {GT, GE, EQ, NE, LT, LE};

static value
compare_special(enum compare how, value a, value b)
{
    static const enum special names[] = {S_lt, S_le, S_eq, S_ne, S_gt, S_ge};
    value result = try_special(a, special[names[how]], 1, &b);
    if (!result || result == NOTIMPLEMENTED)
        result = try_special(b, special[names[reflected[how]]], 1, &a);
    return result == NOTIMPLEMENTED ? NULL : result;
}

static bool
order_holds(enum compare how, int order)
{
    return how == LT   ? order < 0
           : how == LE ? order <= 0
           : how == GT ? order > 0
                       : order >= 0;
}

value
compare(enum compare how, value a, value b)
{
    if (is_number(a) && is_number(b))
        return number_compare(how, a, b);
    a = subject(a);
    b = subject(b);
    if (has_specials(a) || has_specials(b)) {
        value result = compare_special(how, a, b);
        if (result)
            return result;
        if (how == NE) {
            result = compare_special(EQ, a, b);
            if (result)
                return boolean(!truth(result));
        }
        if (how == EQ || how == NE)
            return boolean(equal_handles(a, b) == (how == EQ));
    }
    if (how == EQ)
        return boolean(equal(a, b));
    if (how == NE)
        return boolean(!equal(a, b));
    if (is(a, TYPE_STR) && is(b, TYPE_STR))
        return boolean(order_holds(how, str_order(a, b)));
    if ((is(a, TYPE_LIST) && is(b, TYPE_LIST)) ||
        (is(a, TYPE_TUPLE) && is(b, TYPE_TUPLE))) {
        enter_recursion(" in comparison");
        value result = sequence_compare(how, a, b);
        vm.depth--;
        return result;
    }
    if (is_set_like(a) && is_set_like(b))
        return set_compare(how, a, b);
    raise_error(E_TypeError,
                "'%s' not supported between instances of '%s' and '%s'",
                compare_text[how], type_name(a), type_name(b));
}

bool
less(value a, value b)
{
    if (is_small(a) && is_small(b))
        return small_of(a) < small_of(b);
    if (is(a, TYPE_STR) && is(b, TYPE_STR))
        return str_order(a, b) < 0;
    return truth(compare(LT, a, b));
}

/* ---- Printing --------------------------------------------------------- */

static value
function_repr(value v)
{
    if (v->type == TYPE_FUNCTION)
        return str_format("<function %s at %p>",
                          text_of(AS(function, v)->qualname), (void *)v);
    if (v->type == TYPE_BUILTIN && AS(builtin, v)->class)
        return str_format("<method '%s' of '%s' objects>", AS(builtin, v)->name,
                          AS(builtin, v)->owner);
    if (v->type == TYPE_BUILTIN)
        return str_format("<built-in function %s>", AS(builtin, v)->name);
    struct method *method = AS(method, v);
    if (is(method->function, TYPE_BUILTIN))
        return str_format("<built-in method %s of %s object at %p>",
                          AS(builtin, method->function)->name,
                          type_name(method->self), (void *)method->self);
    value name = is(method->function, TYPE_FUNCTION)
                     ? AS(function, method->function)->qualname
                     : repr(method->function);
    return str_format("<bound method %s of %s>", text_of(name),
                      text_of(repr(method->self)));
}

static value
class_repr(struct class *class)
{
    value module = class->module;
    if (!module || strcmp(text_of(module), "builtins") == 0)
        return str_format("<class '%s'>", text_of(class->qualname));
    return str_format("<class '%s.%s'>", text_of(module),
                      text_of(class->qualname));
}

static value
exception_repr(value v)
{
    struct exception *error = AS(exception, v);
    value args = repr((value)error->args);
    if (error->args->count == 1)
        return str_format("%s(%s)", type_name(v),
                          text_of(repr(error->args->items[0])));
    return str_format("%s%s", type_name(v), text_of(args));
}

static value
instance_repr(value v)
{
    value result = try_special(v, special[S_repr], 0, NULL);
    if (result) {
        if (!is(result, TYPE_STR))
            raise_error(E_TypeError, "__repr__ returned non-string (type %s)",
                        type_name(result));
        return result;
    }
    return default_repr(v);
}

value
default_repr(value v)
{
    if (is_exception(v))
        return exception_repr(v);
    struct class *class = class_of(v);
    if (strcmp(text_of(class->module), "builtins") == 0)
        return str_format("<%s object at %p>", text_of(class->qualname),
                          (void *)v);
    return str_format("<%s.%s object at %p>", text_of(class->module),
                      text_of(class->qualname), (void *)v);
}

static value
view_repr(struct view *view)
{
    static const char *const names[] = {"dict_keys", "dict_values",
                                        "dict_items"};
    return str_format("%s(%s)", names[view->head.aux - ITER_KEYS],
                      text_of(repr(list_of((value)view))));
}

static value
range_repr(struct range *range)
{
    if (range->step == 1)
        return str_format("range(%lld, %lld)", (long long)range->start,
                          (long long)range->stop);
    return str_format("range(%lld, %lld, %lld)", (long long)range->start,
                      (long long)range->stop, (long long)range->step);
}

static value
repr_of_type(value v)
{
    switch (v->type) {
    case TYPE_NONE:
        return str_from("None");
    case TYPE_ELLIPSIS:
        return str_from("Ellipsis");
    case TYPE_NOTIMPLEMENTED:
        return str_from("NotImplemented");
    case TYPE_BOOL:
        return str_from(v == TRUE ? "True" : "False");
    case TYPE_INT:
        return str_format("%lld", (long long)AS(integer, v)->number);
    case TYPE_FLOAT:
        return float_repr(AS(floating, v)->number);
    case TYPE_STR:
        return str_repr(v);
    case TYPE_TUPLE:
    case TYPE_LIST:
        return sequence_repr(v);
    case TYPE_DICT:
        return dict_repr(AS(dict, v));
    case TYPE_SET:
    case TYPE_FROZENSET:
        return set_repr(v);
    case TYPE_RANGE:
        return range_repr(AS(range, v));
    case TYPE_SLICE:
        return str_format("slice(%s, %s, %s)",
                          text_of(repr(AS(slice, v)->start)),
                          text_of(repr(AS(slice, v)->stop)),
                          text_of(repr(AS(slice, v)->step)));
    case TYPE_VIEW:
        return view_repr(AS(view, v));
    case TYPE_FUNCTION:
    case TYPE_BUILTIN:
    case TYPE_METHOD:
        return function_repr(v);
    case TYPE_CLASS:
        return class_repr(AS(class, v));
    case TYPE_OBJECT:
        return instance_repr(v);
    case TYPE_MODULE:
        return str_format("<module '%s' (built-in)>",
                          text_of(AS(module, v)->name));
    case TYPE_GENERATOR:
        return str_format("<generator object %s at %p>",
                          text_of(AS(generator, v)->code->qualname), (void *)v);
    default:
        return str_format("<%s object at %p>", type_name(v), (void *)v);
    }
}

value
repr(value v)
{
    if (is_small(v))
        return str_format("%lld", (long long)small_of(v));
    if (is_handle(v) && special_of(v, S_repr))
        return try_special(v, special[S_repr], 0, NULL);
    if (is_handle(v))
        return weakref_repr(v);
    enter_recursion(" while getting the repr of an object");
    value result = repr_of_type(v);
    vm.depth--;
    return result;
}

value
str_of(value v)
{
    v = subject(v);
    if (is(v, TYPE_STR))
        return v;
    if (!is(v, TYPE_OBJECT))
        return repr(v);
    value result = try_special(v, special[S_str], 0, NULL);
    if (!result)
        return is_exception(v) && !special_of(v, S_repr) ? exception_str(v)
               : is_exception(v)                         ? exception_str(v)
                                                         : repr(v);
    if (!is(result, TYPE_STR))
        raise_error(E_TypeError, "__str__ returned non-string (type %s)",
                    type_name(result));
    return result;
}

value
id_of(value v)
{
    return make_int((int64_t)((uintptr_t)v >> 1));
}

/* ---- Containers ------------------------------------------------------- */

value
length_of(value v)
{
    v = subject(v);
    if (is_object(v))
        switch (v->type) {
        case TYPE_STR:
            return small(AS(str, v)->chars);
        case TYPE_TUPLE:
            return small((int64_t)AS(tuple, v)->count);
        case TYPE_LIST:
            return small((int64_t)AS(list, v)->count);
        case TYPE_DICT:
            return small(AS(dict, v)->count);
        case TYPE_SET:
        case TYPE_FROZENSET:
            return small((int64_t)AS(set, v)->count);
        case TYPE_RANGE:
            return make_int(range_length(AS(range, v)));
        case TYPE_VIEW:
            return small(AS(view, v)->dict->count);
        default:
            break;
        }
    value result = try_special(v, special[S_len], 0, NULL);
    if (!result)
        raise_error(E_TypeError, "object of type '%s' has no len()",
                    type_name(v));
    if (!is_int(result))
        raise_error(E_TypeError,
                    "'%s' object cannot be interpreted as an integer",
                    type_name(result));
    if (int_of(result) < 0)
        raise_error(E_ValueError, "__len__() should return >= 0");
    return result;
}

static bool
contains_in_sequence(value container, value v)
{
    size_t count;
    for (size_t i = 0; i < (sequence_items(container, &count), count); i++)
        if (identical_or_equal(sequence_items(container, &count)[i], v))
            return true;
    return false;
}

bool
contains(value container, value v)
{
    container = subject(container);
    if (is_object(container))
        switch (container->type) {
        case TYPE_STR:
            if (!is(v, TYPE_STR))
                raise_error(
                    E_TypeError,
                    "'in <string>' requires string as left operand, not %s",
                    type_name(v));
            return str_find(container, v, 0) >= 0;
        case TYPE_TUPLE:
        case TYPE_LIST:
            return contains_in_sequence(container, v);
        case TYPE_DICT:
            return dict_find(AS(dict, container), v) != NULL;
        case TYPE_SET:
        case TYPE_FROZENSET:
            return set_has(AS(set, container), v);
        case TYPE_VIEW:
            if (container->aux == ITER_KEYS)
                return dict_find(AS(view, container)->dict, v) != NULL;
            break;
        case TYPE_RANGE:
            if (is_int(v)) {
                struct range *range = AS(range, container);
                int64_t n = int_of(v), length = range_length(range);
                int64_t last = range->start + (length - 1) * range->step;
                return length > 0 &&
                       (range->step > 0 ? n >= range->start && n <= last
                                        : n <= range->start && n >= last) &&
                       (n - range->start) % range->step == 0;
            }
            break;
        default:
            break;
        }
    value result = try_special(container, special[S_contains], 1, &v);
    if (result)
        return truth(result);
    if (!is_iterable(container))
        raise_error(E_TypeError, "argument of type '%s' is not iterable",
                    type_name(container));
    value iterator = get_iterator(container), item;
    while ((item = next(iterator)))
        if (identical_or_equal(item, v))
            return true;
    return false;
}

static int64_t
subscript_index(value key, const char *what)
{
    int64_t index;
    if (is_small(key))
        return small_of(key);
    if (!find_index(key, &index))
        raise_error(E_TypeError,
                    "%s indices must be integers or slices, not %s", what,
                    type_name(key));
    return index;
}

static value
dict_item(value container, value key)
{
    value item = dict_get(AS(dict, container), key);
    if (!item)
        raise_key(key);
    return item;
}

static value
range_item(struct range *range, value key)
{
    int64_t length = range_length(range);
    if (is(key, TYPE_SLICE)) {
        int64_t start, step;
        int64_t count = slice_range(key, length, &start, &step);
        int64_t first = range->start + start * range->step;
        return new_range(first, first + count * step * range->step,
                         step * range->step);
    }
    int64_t index = subscript_index(key, "range");
    if (index < 0)
        index += length;
    if (index < 0 || index >= length)
        raise_error(E_IndexError, "range object index out of range");
    return make_int(range->start + index * range->step);
}

static value
str_item(value v, value key)
{
    struct str *str = AS(str, v);
    if (is(key, TYPE_SLICE)) {
        int64_t start, step;
        int64_t count = slice_range(key, str->chars, &start, &step);
        return str_slice(v, start, count, step);
    }
    int64_t index;
    if (!find_index(key, &index))
        raise_error(E_TypeError, "string indices must be integers, not '%s'",
                    type_name(key));
    if (index < 0)
        index += str->chars;
    if (index < 0 || index >= str->chars)
        raise_error(E_IndexError, "string index out of range");
    return str_at(v, index);
}

static bool
is_generic(const struct class *class)
{
    switch (class->builtin_type) {
    case TYPE_LIST:
    case TYPE_TUPLE:
    case TYPE_DICT:
    case TYPE_SET:
    case TYPE_FROZENSET:
    case TYPE_CLASS:
        return true;
    default:
        return false;
    }
}

value
get_item(value container, value key)
{
    container = subject(container);
    if (is_object(container))
        switch (container->type) {
        case TYPE_LIST:
        case TYPE_TUPLE: {
            bool list = container->type == TYPE_LIST;
            size_t count;
            if (is(key, TYPE_SLICE))
                return sequence_slice(container, key);
            int64_t index = subscript_index(key, list ? "list" : "tuple");
            value *items = sequence_items(container, &count);
            return items[fix_index(index, count,
                                   list ? "list index out of range"
                                        : "tuple index out of range")];
        }
        case TYPE_DICT:
            return dict_item(container, key);
        case TYPE_STR:
            return str_item(container, key);
        case TYPE_RANGE:
            return range_item(AS(range, container), key);
        case TYPE_CLASS:
            if (!is_generic(AS(class, container)))
                raise_error(E_TypeError, "type '%s' is not subscriptable",
                            text_of(AS(class, container)->name));
            return container; /* list[int]: an annotation */
        default:
            break;
        }
    value result = try_special(container, special[S_getitem], 1, &key);
    if (!result)
        raise_error(E_TypeError, "'%s' object is not subscriptable",
                    type_name(container));
    return result;
}

void
set_item(value container, value key, value item)
{
    container = subject(container);
    if (is(container, TYPE_LIST)) {
        struct list *list = AS(list, container);
        if (is(key, TYPE_SLICE)) {
            list_store_slice(container, key, item);
            return;
        }
        int64_t index = subscript_index(key, "list");
        list->items[fix_index(index, list->count,
                              "list assignment index out of range")] = item;
        return;
    }
    if (is(container, TYPE_DICT)) {
        dict_set(AS(dict, container), key, item);
        return;
    }
    if (!try_special(container, special[S_setitem], 2, (value[]){key, item}))
        raise_error(E_TypeError, "'%s' object does not support item assignment",
                    type_name(container));
}

void
delete_item(value container, value key)
{
    container = subject(container);
    if (is(container, TYPE_LIST)) {
        struct list *list = AS(list, container);
        if (is(key, TYPE_SLICE)) {
            list_delete_slice(container, key);
            return;
        }
        int64_t index = fix_index(subscript_index(key, "list"), list->count,
                                  "list assignment index out of range");
        memmove(list->items + index, list->items + index + 1,
                (list->count - (size_t)index - 1) * sizeof(value));
        list->items[--list->count] = NULL;
        return;
    }
    if (is(container, TYPE_DICT)) {
        if (!dict_delete(AS(dict, container), key))
            raise_key(key);
        return;
    }
    if (!try_special(container, special[S_delitem], 1, &key))
        raise_error(E_TypeError, "'%s' object %s support item deletion",
                    type_name(container),
                    is(container, TYPE_TUPLE) || is(container, TYPE_STR) ||
                            is(container, TYPE_RANGE)
                        ? "doesn't"
                        : "does not");
}
