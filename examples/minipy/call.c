/* SPDX-License-Identifier: MIT */
/*
 * Calls.  A call of a Python function pushes a frame, which the loop goes on
 * with if it is the loop that calls; C code enters another loop.
 */
#include "vm.h"

/* ---- Frames ----------------------------------------------------------- */

/* result[0] is the function, and args the place of its locals. */
void
push_frame(struct function *function, value *result, value *args, int nargs,
           struct tuple *names)
{
    struct code *code = function->code;
    if (UNLIKELY(vm.frame - vm.frames + vm.nested >= RECURSION_LIMIT))
        too_deep();
    if (LIKELY((code->head.aux & CODE_SIMPLE) && nargs == code->nparams &&
               !names)) {
        if (UNLIKELY(args + code->nlocals + code->stack > vm.stack_end))
            too_deep();
        for (int i = nargs; i < code->nlocals; i++)
            args[i] = NULL;
    } else {
        bind_arguments(function, args, nargs, names);
    }
    if (function->closure) {
        value *free = args + code->nlocals - code->nfree;
        for (int i = 0; i < code->nfree; i++)
            free[i] = function->closure->items[i];
    }
    struct frame *frame = ++vm.frame;
    frame->code = code;
    frame->function = function;
    frame->globals = function->globals;
    frame->names = NULL;
    frame->generator = NULL;
    frame->made = NULL;
    frame->pc = code->words;
    frame->locals = args;
    frame->result = result;
    frame->handled = vm.handled;
    frame->entry = false;
    vm.top = args + code->nlocals;
}

/* The frame that push_frame has made becomes a generator. */
static value
suspend_new_frame(void)
{
    struct frame *frame = vm.frame;
    struct code *code = frame->code;
    struct generator *generator =
        new_object(TYPE_GENERATOR,
                   sizeof *generator +
                       (size_t)(code->nlocals + code->stack) * sizeof(value));
    generator->code = code;
    generator->function = frame->function;
    generator->globals = frame->globals;
    generator->pc = frame->pc;
    memcpy(generator->values, frame->locals,
           (size_t)code->nlocals * sizeof(value));
    generator->saved = (uint32_t)code->nlocals;
    vm.top = frame->result;
    vm.frame--;
    return (value)generator;
}

/* ---- Calls ------------------------------------------------------------ */

/* A class is called: the new object, or NULL if a frame for its __init__ was
   pushed.  result[0] is the class. */
static value
call_class(struct class *class, value *result, value *args, int nargs,
           struct tuple *names)
{
    if (class->builtin_type && class->builtin_type != TYPE_OBJECT) {
        if (!class->make)
            raise_error(E_TypeError, "cannot create '%s' instances",
                        text_of(class->name));
        return call_builtin(class->make, args, nargs, names);
    }
    value init = class_find(class, special[S_init]);
    value make = class_find(class, special[S_new]);
    value instance;
    if (is(make, TYPE_FUNCTION) ||
        AS(wrapper, make)->a->type == TYPE_FUNCTION) {
        value own = is(make, TYPE_FUNCTION) ? make : AS(wrapper, make)->a;
        value list = new_list(1, (value[]){(value) class});
        size_t given = (size_t)nargs + (names ? names->count : 0);
        for (size_t i = 0; i < given; i++)
            list_append(list, args[i]);
        instance =
            call_with(own, nargs + 1, AS(list, list)->items, names, false);
        if (!is(instance, TYPE_OBJECT) || class_of(instance) != class)
            return instance;
    } else if (class->exception) {
        if (names && is(init, TYPE_BUILTIN))
            raise_error(E_TypeError, "%s() takes no keyword arguments",
                        text_of(class->name));
        instance = new_exception(class, nargs, args);
    } else {
        instance = (value)new_instance(class);
    }
    if (is(init, TYPE_FUNCTION)) {
        result[0] = instance; /* alive while the frame is being made */
        result[1] = instance;
        push_frame(AS(function, init), result, result + 1, nargs + 1, names);
        if (vm.frame->code->head.aux & CODE_GENERATOR)
            raise_error(E_TypeError,
                        "__init__() should return None, not 'generator'");
        vm.frame->made = instance;
        return NULL;
    }
    if (!is(init, TYPE_BUILTIN)) {
        value bound = bind(init, instance, class);
        call_with(bound, nargs, args, names, false);
    } else if (!class->exception && !is(make, TYPE_FUNCTION) &&
               AS(wrapper, make)->a->type != TYPE_FUNCTION &&
               (nargs > 0 || names)) {
        raise_error(E_TypeError, "%s() takes no arguments",
                    text_of(class->name));
    }
    return instance;
}

/*
 * Call what is in result[0] with args, which begin at result[2], or at
 * result[1] if there is a self.  Either a value is returned, or NULL, and there
 * is a new frame to run.
 */
value
begin_call(value *result, value *args, int nargs, struct tuple *names)
{
    value callable = result[0];
again:
    if (is_object(callable))
        switch (callable->type) {
        case TYPE_FUNCTION:
            push_frame(AS(function, callable), result, args, nargs, names);
            if (UNLIKELY(vm.frame->code->head.aux & CODE_GENERATOR))
                return suspend_new_frame();
            return NULL;
        case TYPE_BUILTIN:
            if (AS(builtin, callable)->class && args == result + 2)
                check_self(AS(builtin, callable), args, nargs);
            return call_builtin(AS(builtin, callable), args, nargs, names);
        case TYPE_CLASS:
            if (args == result + 1) { /* a self that a class has not */
                memmove(args + 1, args,
                        ((size_t)nargs + (names ? names->count : 0)) *
                            sizeof(value));
                args++;
            }
            return call_class(AS(class, callable), result, args, nargs, names);
        case TYPE_METHOD: {
            struct method *method = AS(method, callable);
            size_t given = (size_t)nargs + (names ? names->count : 0);
            if (args == result + 1) {
                reserve(2);
                memmove(args + 1, args, given * sizeof(value));
                vm.top = args + 1 + given;
                args++;
            }
            args--;
            args[0] = method->self;
            nargs++;
            result[0] = callable = method->function;
            goto again;
        }
        default:
            break;
        }
    if (is_handle(callable) && subject(callable) != callable) {
        result[0] = callable = subject(callable);
        goto again;
    }
    if (is_handle(callable))
        return weakref_call(callable, nargs, names != NULL && names->count > 0);
    value own = is(callable, TYPE_OBJECT) ? special_of(callable, S_call) : NULL;
    if (!own)
        raise_error(E_TypeError, "'%s' object is not callable",
                    type_name(callable));
    value bound = bind(own, callable, class_of(callable));
    result[0] = callable = bound;
    goto again;
}

value
call_with(value callable, int nargs, const value *args, struct tuple *names,
          bool exact)
{
    size_t given = (size_t)nargs + (names ? names->count : 0);
    value *base = vm.top;
    int nested = vm.nested, inexact = vm.inexact;
    reserve(given + 4);
    base[0] = callable;
    base[1] = NULL;
    if (given)
        memcpy(base + 2, args, given * sizeof(value));
    vm.top = base + 2 + given;
    vm.inexact += !exact;
    enter_machine();
    value result = begin_call(base, base + 2, nargs, names);
    if (!result) {
        vm.frame->entry = true;
        result = run();
    }
    vm.top = base;
    vm.nested = nested;
    vm.inexact = inexact;
    return result;
}

value
call(value callable, int nargs, const value *args)
{
    return call_with(callable, nargs, args, NULL, false);
}

value
call_method(value self, const char *name, int nargs, const value *args)
{
    value method = get_attribute(self, intern(name, strlen(name)));
    return call(method, nargs, args);
}

value
try_special(value self, value name, int nargs, const value *args)
{
    value all[4] = {self};
    struct class *class = class_of(self);
    value found = class_find(class, name);
    if (!found || found == NONE)
        return NULL;
    if (!is(found, TYPE_FUNCTION) && !is(found, TYPE_BUILTIN))
        return call(bind(found, self, class), nargs, args);
    for (int i = 0; i < nargs; i++)
        all[i + 1] = args[i];
    return call_with(found, nargs + 1, all, NULL, false);
}

/* function NULL list [dict] becomes function NULL args... */
value
call_spread(value *result, bool with_keywords)
{
    value list = result[2], keywords = with_keywords ? result[3] : NULL;
    size_t nargs = AS(list, list)->count, nnames = 0;
    struct tuple *names = NULL;
    if (keywords && AS(dict, keywords)->count > 0) {
        nnames = AS(dict, keywords)->count;
        names = AS(tuple, new_tuple(nnames, NULL));
    }
    if (nargs > 100000)
        raise_error(E_ValueError, "too many arguments for minipy");
    reserve(nargs + nnames + 2);
    if (nargs)
        memcpy(result + 2, AS(list, list)->items, nargs * sizeof(value));
    uint32_t at = 0;
    for (size_t i = 0; i < nnames; i++) {
        struct entry *entry = dict_next(AS(dict, keywords), &at);
        names->items[i] = entry->key;
        result[2 + nargs + i] = entry->item;
    }
    result[1] = (value)names; /* keeps them alive */
    vm.top = result + 2 + nargs + nnames;
    return begin_call(result, result + 2, (int)nargs, names);
}

value
build_class(value body, value name, int nbases, value *bases)
{
    struct class *base = vm.types[TYPE_OBJECT];
    struct function *function = AS(function, body);
    if (nbases > 0) {
        if (!is(bases[0], TYPE_CLASS))
            raise_error(E_TypeError, "minipy: a base must be a class, not %s",
                        type_name(bases[0]));
        base = AS(class, bases[0]);
        if (base->builtin_type && base->builtin_type != TYPE_OBJECT)
            raise_error(E_TypeError,
                        "subclasses of '%s' are not supported by minipy",
                        text_of(base->name));
    }
    struct class *class = new_class(name, base);
    value *top = vm.top;
    int nested = vm.nested;
    reserve((size_t)function->code->stack + 8);
    enter_machine();
    top[0] = (value) class;
    top[1] = body;
    vm.top = top + 2;
    push_frame(function, top + 1, top + 2, 0, NULL);
    vm.frame->names = class->dict;
    vm.frame->entry = true;
    value cell = run();
    vm.top = top;
    vm.nested = nested;
    if (is(cell, TYPE_CELL))
        AS(cell, cell)->content = (value) class;
    value qualname = dict_get_str(class->dict, special[S_qualname]);
    value module = dict_get_str(class->dict, special[S_module]);
    class->qualname = qualname ? qualname : name;
    class->module = module ? module : str_from("__main__");
    dict_delete(class->dict, special[S_qualname]);
    if (!dict_get_str(class->dict, special[S_doc]))
        dict_set(class->dict, special[S_doc], NONE);
    class->has_del |= dict_get_str(class->dict, special[S_del]) != NULL;
    class->has_getattr |= dict_get_str(class->dict, special[S_getattr]) != NULL;
    class->has_setattr |=
        dict_get_str(class->dict, special[S_setattr]) != NULL ||
        dict_get_str(class->dict, special[S_delattr]) != NULL;
    return (value) class;
}
