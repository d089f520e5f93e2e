/* SPDX-License-Identifier: MIT */
/* Instructions that are too long for the loop, or too rare. */
#include "vm.h"

/* ---- Names and attributes --------------------------------------------- */

_Noreturn void
undefined_name(value name)
{
    raise_error(E_NameError, "name '%s' is not defined", text_of(name));
}

_Noreturn void
unbound_local(struct frame *frame, uint32_t slot)
{
    struct code *code = frame->code;
    const char *name = text_of(code->variables->items[slot]);
    if ((int)slot >= code->nlocals - code->nfree)
        raise_error(
            E_NameError,
            "cannot access free variable '%s' where it is not associated "
            "with a value in enclosing scope",
            name);
    raise_error(
        E_UnboundLocalError,
        "cannot access local variable '%s' where it is not associated with "
        "a value",
        name);
}

/* kind 1: entry `slot` of the globals; 2: of the builtins, while the globals
   have the same keys. */
value
load_global(struct frame *frame, uint32_t n)
{
    struct cache *cache = &frame->code->caches[n];
    value name = frame->code->names->items[n];
    struct entry *entry = dict_find(frame->globals, name);
    if (entry) {
        cache->kind = 1;
        cache->slot = (int32_t)(entry - frame->globals->entries);
        return entry->item;
    }
    entry = dict_find(vm.builtins, name);
    if (!entry)
        undefined_name(name);
    cache->kind = 2;
    cache->slot = (int32_t)(entry - vm.builtins->entries);
    cache->version = frame->globals->head.aux;
    return entry->item;
}

value
load_name(struct frame *frame, uint32_t n)
{
    value item = dict_get_str(frame->names, frame->code->names->items[n]);
    return item ? item : load_global(frame, n);
}

/* An attribute that is not in the cache, and what the cache is to know. */
value
load_attribute(struct frame *frame, uint32_t n, value v)
{
    value name = frame->code->names->items[n];
    if (is(v, TYPE_OBJECT)) {
        struct instance *instance = AS(instance, v);
        struct cache *cache = &frame->code->caches[n];
        value found = class_find(instance->class, name);
        int slot = find_slot(instance->class, name);
        cache->kind = 0;
        if (slot >= 0 && (!found || !is(found, TYPE_PROPERTY))) {
            cache->class = instance->class->head.aux;
            cache->version = vm.class_version;
            cache->slot = slot;
            cache->kind = CACHE_SLOT;
        }
    }
    return get_attribute(v, name);
}

value
load_method(struct frame *frame, uint32_t n, value v, value *self)
{
    value name = frame->code->names->items[n];
    value found = find_method(v, name, self);
    struct cache *cache = &frame->code->caches[n];
    cache->kind = 0;
    if (*self) {
        struct class *class = class_of(v);
        if (!is(v, TYPE_OBJECT) || find_slot(class, name) < 0) {
            cache->class = class->head.aux;
            cache->version = vm.class_version;
            cache->found = found;
            cache->kind = CACHE_METHOD;
        }
    }
    return found;
}

void
store_attribute(struct frame *frame, uint32_t n, value v, value item)
{
    value name = frame->code->names->items[n];
    set_attribute(v, name, item);
    if (!is(v, TYPE_OBJECT))
        return;
    struct class *class = AS(instance, v)->class;
    struct cache *cache = &frame->code->caches[n];
    int slot = find_slot(class, name);
    value found = class_find(class, name);
    cache->kind = 0;
    if (slot >= 0 && !class->has_setattr && !class->exception &&
        (!found || !is(found, TYPE_PROPERTY)) && name != special[S_class]) {
        cache->class = class->head.aux;
        cache->version = vm.class_version;
        cache->slot = slot;
        cache->kind = CACHE_SLOT;
    }
}

static void
check_unpackable(value v)
{
    if (!is_iterable(v))
        raise_error(E_TypeError, "cannot unpack non-iterable %s object",
                    type_name(v));
}

void
unpack(value v, size_t count, value *to)
{
    size_t have;
    value *items = sequence_items(v, &have);
    value list = v;
    if (!items && !(is(v, TYPE_LIST) || is(v, TYPE_TUPLE))) {
        check_unpackable(v);
        list = new_list(0, NULL);
        value iterator = get_iterator(v), item;
        while (AS(list, list)->count <= count && (item = next(iterator)))
            list_append(list, item);
        items = sequence_items(list, &have);
    }
    if (have < count)
        raise_error(E_ValueError,
                    "not enough values to unpack (expected %zu, got "
                    "%zu)",
                    count, have);
    if (have > count)
        raise_error(E_ValueError, "too many values to unpack (expected %zu)",
                    count);
    for (size_t i = 0; i < count; i++)
        to[i] = items[count - 1 - i];
}

void
unpack_star(value v, size_t before, size_t after, value *to)
{
    check_unpackable(v);
    value list = list_of(v);
    size_t have = AS(list, list)->count;
    if (have < before + after)
        raise_error(
            E_ValueError,
            "not enough values to unpack (expected at least %zu, got %zu)",
            before + after, have);
    value middle =
        new_list(have - before - after, AS(list, list)->items + before);
    for (size_t i = 0; i < after; i++)
        *to++ = AS(list, list)->items[have - 1 - i];
    *to++ = middle;
    for (size_t i = 0; i < before; i++)
        *to++ = AS(list, list)->items[before - 1 - i];
}

value *
make_function(struct frame *frame, uint32_t flags, value *top)
{
    struct function *function = new_object(TYPE_FUNCTION, sizeof *function);
    struct code *code = AS(code, top[-1]);
    top--;
    function->code = code;
    function->globals = frame->globals;
    function->name = code->name;
    function->qualname = code->qualname;
    function->doc = code->constants->count ? code->constants->items[0] : NONE;
    if (flags & 4)
        function->closure = AS(tuple, *--top);
    if (flags & 2)
        function->kwdefaults = AS(dict, *--top);
    if (flags & 1)
        function->defaults = AS(tuple, *--top);
    *top++ = (value)function;
    return top;
}

value
join_strings(value *items, uint32_t count)
{
    struct text text = {0};
    if (count == 1 && is(items[0], TYPE_STR))
        return items[0];
    for (uint32_t i = 0; i < count; i++)
        text_str(&text, items[i]);
    return text_done(&text);
}

value
format_field(value v, uint32_t conversion, value spec)
{
    if (conversion & 255)
        v = convert(v, (char)conversion);
    if (!spec && is(v, TYPE_STR))
        return v;
    value result = format_value(v, spec ? text_of(spec) : "",
                                spec ? AS(str, spec)->bytes : 0);
    if (!is(result, TYPE_STR))
        raise_error(E_TypeError, "__format__ must return a str, not %s",
                    type_name(result));
    return result;
}

_Noreturn void
raise_statement(value error, value cause, bool has_cause)
{
    if (is_exception_class(error))
        error = call(error, 0, NULL);
    if (!is_exception(error))
        raise_error(E_TypeError, "exceptions must derive from BaseException");
    if (has_cause) {
        if (is_exception_class(cause))
            cause = call(cause, 0, NULL);
        if (cause != NONE && !is_exception(cause))
            raise_error(E_TypeError,
                        "exception causes must derive from BaseException");
        AS(exception, error)->cause = cause == NONE ? NULL : cause;
        AS(exception, error)->suppress = TRUE;
    }
    raise_value(error);
}

value *
enter_with(value *top)
{
    value manager = subject(top[-1]);
    struct class *class = class_of(manager);
    value enter = class_find(class, special[S_enter]);
    value leave = class_find(class, special[S_exit]);
    if (!enter)
        raise_error(E_TypeError,
                    "'%s' object does not support the context manager protocol",
                    type_name(manager));
    if (!leave)
        raise_error(E_TypeError,
                    "'%s' object does not support the context manager protocol "
                    "(missed __exit__ method)",
                    type_name(manager));
    top[-1] = bind(leave, manager, class);
    *top = manager;
    vm.top = top + 1;
    *top = call_with(enter, 1, &manager, NULL, true);
    return top + 1;
}

value
exit_with(value leave, value error)
{
    value args[3] = {NONE, NONE, NONE};
    if (error) {
        args[0] = (value)AS(instance, error)->class;
        args[1] = error;
        args[2] = AS(exception, error)->traceback
                      ? AS(exception, error)->traceback
                      : NONE;
    }
    return call_with(leave, 3, args, NULL, true);
}

void
print_result(value v)
{
    if (v == NONE)
        return;
    dict_set(vm.builtins, intern("_", 1), v);
    value text = repr(v);
    fwrite(text_of(text), 1, AS(str, text)->bytes, stdout);
    putchar('\n');
}
