/* SPDX-License-Identifier: MIT */
/*
 * The module weakref, which is the shim of libwgc with a Python face, and
 * __del__, which is a guard.
 *
 * The shim's handles are values themselves, with a tag: see minipy.h.  It calls
 * back through the functions of `host`; those catch what Python code raises,
 * since nothing may jump over the frames of the library.
 */
#include "minipy.h"

/* The shim knows its own handles without the tag: as objects that are referred
   to, weak collections and WeakMethods come and go like this. */
void *
to_shim(value v)
{
    return is_handle(v) ? HANDLE(v) : (void *)v;
}

value
from_shim(void *object)
{
    if (wgc_py_is_weakkeydict(vm.py, object) ||
        wgc_py_is_weakvaluedict(vm.py, object) ||
        wgc_py_is_weakset(vm.py, object) || wgc_py_is_method(vm.py, object))
        return tag_handle(object);
    return object;
}

/* ---- What the shim asks of an interpreter ----------------------------- */

struct host_call {
    value callable;
    size_t nargs, nkw;
    void *const *args, *const *keys, *const *values;
    value result;
};

static void
call_job(void *data)
{
    struct host_call *job = data;
    value *args = AS(tuple, new_tuple(job->nargs + job->nkw, NULL))->items;
    value names = job->nkw ? new_tuple(job->nkw, NULL) : NULL;
    for (size_t i = 0; i < job->nargs; i++) {
        args[i] = job->args[i];
        if (wgc_py_is_ref(vm.py, args[i]) || wgc_py_is_proxy(vm.py, args[i]))
            args[i] = tag_handle(args[i]);
    }
    for (size_t i = 0; i < job->nkw; i++) {
        AS(tuple, names)->items[i] = job->keys[i];
        args[job->nargs + i] = job->values[i];
    }
    /* The shim keeps alive what it hands over, and so does the stack. */
    vm.inexact--;
    job->result =
        call_with(job->callable, (int)job->nargs, args, AS(tuple, names), true);
    vm.inexact++;
}

static bool
host_call(void *callable, void *const *args, size_t nargs, void *const *names,
          void *const *values, size_t nkw, void **result, void *data)
{
    struct host_call job = {callable, nargs, nkw, args, names, values, NULL};
    (void)data;
    if (!attempt(call_job, &job))
        return false;
    *result = job.result;
    return true;
}

static void
host_report(wgc_py_source kind, void *source, void *callable, void *data)
{
    (void)data;
    if (kind == WGC_PY_FINALIZE && vm.finished)
        print_unraisable("", NULL);
    else if (kind == WGC_PY_FINALIZE)
        print_unraisable("in", tag_handle(source));
    else
        print_unraisable("in", callable);
}

struct raise_job {
    enum error_class class;
    const char *message;
};

static void
raise_message(void *data)
{
    struct raise_job *job = data;
    raise_error(job->class, "%s", job->message);
}

static void
host_error(wgc_py_error kind, const char *message, void *data)
{
    struct raise_job job = {kind == WGC_PY_TYPE_ERROR        ? E_TypeError
                            : kind == WGC_PY_REFERENCE_ERROR ? E_ReferenceError
                                                             : E_RuntimeError,
                            message};
    (void)data;
    if (kind == WGC_PY_MEMORY_ERROR)
        vm.error = vm.memory_error;
    else
        attempt(raise_message, &job);
}

struct hash_job {
    value object;
    int64_t hash;
};

static void
hash_object(void *data)
{
    struct hash_job *job = data;
    job->hash = hash(job->object);
}

static bool
host_hash(void *object, size_t *result, void *data)
{
    struct hash_job job = {from_shim(object), 0};
    (void)data;
    if (!attempt(hash_object, &job))
        return false;
    *result = (size_t)job.hash;
    return true;
}

struct equal_job {
    value a, b;
    bool equal;
};

static void
compare_objects(void *data)
{
    struct equal_job *job = data;
    job->equal = identical_or_equal(job->a, job->b);
}

static bool
host_equal(void *a, void *b, bool *result, void *data)
{
    struct equal_job job = {from_shim(a), from_shim(b), false};
    (void)data;
    if (!attempt(compare_objects, &job))
        return false;
    *result = job.equal;
    return true;
}

static bool
host_referencable(const void *object, void *data)
{
    const struct object *v = object;
    (void)data;
    if (wgc_py_is_weakkeydict(vm.py, object) ||
        wgc_py_is_weakvaluedict(vm.py, object) ||
        wgc_py_is_weakset(vm.py, object) || wgc_py_is_method(vm.py, object))
        return true;
    switch (v->type) {
    case TYPE_OBJECT:
    case TYPE_FUNCTION:
    case TYPE_METHOD:
    case TYPE_CLASS:
    case TYPE_MODULE:
    case TYPE_SET:
    case TYPE_FROZENSET:
    case TYPE_GENERATOR:
    case TYPE_BUILTIN:
    case TYPE_CODE:
    case TYPE_FILE:
        return true;
    default:
        return false;
    }
}

/* ---- ref -------------------------------------------------------------- */

bool
is_referencable(value v)
{
    return !is_small(v) && (is_object(v) || from_shim(HANDLE(v)) == v) &&
           host_referencable(to_shim(v), NULL);
}

void
check_referencable(value v)
{
    if (!is_referencable(v))
        raise_error(E_TypeError, "cannot create weak reference to '%s' object",
                    type_name(v));
}

value
make_ref(value *args, int nargs, struct tuple *names)
{
    if (names && names->count)
        raise_error(E_TypeError, "ref() takes no keyword arguments");
    if (nargs < 1 || nargs > 2)
        raise_error(E_TypeError,
                    nargs < 1 ? "ref expected at least 1 argument, got %d"
                              : "ref expected at most 2 arguments, got %d",
                    nargs);
    check_referencable(args[0]);
    wgc_py_ref *ref =
        wgc_py_ref_new(vm.py, to_shim(args[0]), nargs > 1 ? args[1] : NULL);
    if (!ref)
        raise_again();
    return tag_handle(ref);
}

value
make_weakmethod(value *args, int nargs, struct tuple *names)
{
    (void)names;
    if (!is(args[0], TYPE_METHOD))
        raise_error(E_TypeError, "argument should be a bound method, not %s",
                    text_of(repr((value)class_of(args[0]))));
    struct method *method = AS(method, args[0]);
    check_referencable(method->self);
    wgc_py_ref *ref = wgc_py_method_new(vm.py, method->self, method->function,
                                        nargs > 1 ? args[1] : NULL);
    if (!ref)
        raise_again();
    return tag_handle(ref);
}

static value
weakmethod_call(value v)
{
    void *object, *function;
    if (!wgc_py_method_call(vm.py, HANDLE(v), &object, &function))
        return NONE;
    return new_method(function, object);
}

METHOD(make_proxy)
{
    (void)names;
    check_referencable(args[0]);
    wgc_py_ref *proxy =
        wgc_py_proxy_new(vm.py, to_shim(args[0]), nargs > 1 ? args[1] : NULL);
    if (!proxy)
        raise_again();
    return tag_handle(proxy);
}

value
weakref_subject(value v)
{
    if (!wgc_py_is_proxy(vm.py, HANDLE(v)))
        return v;
    void *target = wgc_py_proxy_target(vm.py, HANDLE(v));
    if (!target)
        raise_again();
    return from_shim(target);
}

struct class *
weakref_class(value v)
{
    void *handle = HANDLE(v);
    if (wgc_py_is_method(vm.py, handle))
        return vm.types[TYPE_WEAKMETHOD];
    if (wgc_py_is_ref(vm.py, handle))
        return vm.types[TYPE_REF];
    if (wgc_py_is_proxy(vm.py, handle)) {
        value target = from_shim(wgc_py_ref_call(vm.py, handle));
        bool calls = is(target, TYPE_FUNCTION) || is(target, TYPE_CLASS) ||
                     is(target, TYPE_METHOD) || is(target, TYPE_BUILTIN) ||
                     (is(target, TYPE_OBJECT) && special_of(target, S_call));
        return vm.types[calls ? TYPE_CALLABLEPROXY : TYPE_PROXY];
    }
    return vm
        .types[wgc_py_is_finalize(vm.py, handle)        ? TYPE_FINALIZE
               : wgc_py_is_weakkeydict(vm.py, handle)   ? TYPE_WEAKKEYDICT
               : wgc_py_is_weakvaluedict(vm.py, handle) ? TYPE_WEAKVALUEDICT
                                                        : TYPE_WEAKSET];
}

value
weakref_repr(value v)
{
    void *handle = HANDLE(v);
    if (wgc_py_is_finalize(vm.py, handle))
        return str_format("<finalize object at %p%s>", handle,
                          wgc_py_finalize_alive(vm.py, handle) ? "" : "; dead");
    bool proxy = wgc_py_is_proxy(vm.py, handle);
    if (!proxy && !wgc_py_is_ref(vm.py, handle))
        return str_format("<%s at %p>", type_name(v), handle);
    value target = from_shim(wgc_py_ref_call(vm.py, handle));
    if (proxy)
        return str_format("<weakproxy at %p to %s at %p>", handle,
                          type_name(target), (void *)target);
    if (target == NONE)
        return str_format("<weakref at %p; dead>", handle);
    return str_format("<weakref at %p; to '%s' at %p>", handle,
                      type_name(target), (void *)target);
}

value
weakref_call(value v, int nargs, bool names)
{
    void *result;
    if (wgc_py_is_ref(vm.py, HANDLE(v))) {
        if (nargs > 0 || names)
            raise_error(E_TypeError, "ref() takes no arguments (%d given)",
                        nargs);
        return wgc_py_is_method(vm.py, HANDLE(v))
                   ? weakmethod_call(v)
                   : from_shim(wgc_py_ref_call(vm.py, HANDLE(v)));
    }
    if (!wgc_py_is_finalize(vm.py, HANDLE(v)))
        raise_error(E_TypeError, "'%s' object is not callable", type_name(v));
    if (!wgc_py_finalize_call(vm.py, HANDLE(v), (size_t)nargs + names, &result))
        raise_again();
    return result;
}

/* ---- finalize --------------------------------------------------------- */

value
make_finalize(value *args, int nargs, struct tuple *names)
{
    size_t nkw = names ? names->count : 0;
    if (nargs < 2)
        raise_error(E_TypeError,
                    "finalize() missing %d required positional argument%s",
                    2 - nargs, nargs == 1 ? ": 'func'" : "s: 'obj' and 'func'");
    check_referencable(args[0]);
    wgc_py_finalize *finalize = wgc_py_finalize_new(
        vm.py, to_shim(args[0]), args[1], (void **)(void *)(args + 2),
        (size_t)nargs - 2, nkw ? (void **)(void *)names->items : NULL,
        (void **)(void *)(args + nargs), nkw);
    if (!finalize)
        raise_again();
    return tag_handle(finalize);
}

static value
call_tuple(wgc_py_call *what)
{
    if (!what)
        return NONE;
    struct dict *keywords = new_dict();
    value args = new_tuple(what->nargs, (value *)(void *)what->args);
    for (size_t i = 0; i < what->nkw; i++)
        dict_set(keywords, what->names[i], what->values[i]);
    return new_tuple(4, (value[]){from_shim(what->object), what->func, args,
                                  (value)keywords});
}

METHOD(finalize_peek)
{
    wgc_py_call *what;
    UNUSED;
    if (!wgc_py_finalize_peek(vm.py, HANDLE(args[0]), &what))
        raise_again();
    return call_tuple(what);
}

METHOD(finalize_detach)
{
    wgc_py_call *what;
    UNUSED;
    if (!wgc_py_finalize_detach(vm.py, HANDLE(args[0]), &what))
        raise_again();
    return call_tuple(what);
}

value
weakref_attribute(value v, value name)
{
    const char *text = text_of(name);
    if (wgc_py_is_ref(vm.py, HANDLE(v)))
        return strcmp(text, "__callback__") == 0
                   ? wgc_py_ref_callback(vm.py, HANDLE(v))
                   : NULL;
    if (!wgc_py_is_finalize(vm.py, HANDLE(v)))
        return NULL;
    if (strcmp(text, "alive") == 0)
        return boolean(wgc_py_finalize_alive(vm.py, HANDLE(v)));
    if (strcmp(text, "atexit") == 0)
        return boolean(wgc_py_finalize_atexit(vm.py, HANDLE(v)));
    return NULL;
}

bool
weakref_set_attribute(value v, value name, value item)
{
    if (!wgc_py_is_finalize(vm.py, HANDLE(v)) ||
        strcmp(text_of(name), "atexit") != 0)
        return false;
    wgc_py_finalize_set_atexit(vm.py, HANDLE(v), truth(item));
    return true;
}

/* ---- Counting --------------------------------------------------------- */

static bool
may_have_refs(value v)
{
    return !is_small(v) && wgc_base(vm.heap, to_shim(v)) == to_shim(v);
}

RETURNS(getweakrefcount,
        small(may_have_refs(args[0])
                  ? (int64_t)wgc_py_ref_count(vm.py, to_shim(args[0]))
                  : 0))

METHOD(getweakrefs)
{
    value list = new_list(0, NULL);
    UNUSED;
    if (!may_have_refs(args[0]))
        return list;
    size_t count = wgc_py_ref_count(vm.py, to_shim(args[0]));
    wgc_py_ref **refs = (wgc_py_ref **)(void *)new_values(count + 1);
    count = wgc_py_ref_list(vm.py, to_shim(args[0]), refs, count);
    for (size_t i = 0; i < count; i++)
        list_append(list, tag_handle(refs[i]));
    return list;
}

/* ---- __del__ ---------------------------------------------------------- */

static void
call_del(void *data)
{
    vm.inexact--;
    value v = data;
    value found = class_find(class_of(v), special[S_del]);
    if (found)
        call_with(found, 1, &v, NULL, true);
    vm.inexact++;
}

static void
run_del(void *object, void *data)
{
    (void)data;
    if (!attempt(call_del, object))
        print_unraisable("in", class_find(class_of(object), special[S_del]));
}

void
watch_del(struct instance *instance)
{
    if (!wgc_finalizer_new_guard(vm.heap, instance, run_del, NULL))
        raise_memory();
}

/* ---- Beginning and end ------------------------------------------------ */

void
weakref_start(void)
{
    static const wgc_py_host host = {
        .call = host_call,
        .report = host_report,
        .error = host_error,
        .hash = host_hash,
        .equal = host_equal,
        .referencable = host_referencable,
        .none = NONE,
    };
    static const struct define finalize_methods[] = {
        {"peek", finalize_peek, 1, 1, false},
        {"detach", finalize_detach, 1, 1, false},
    };
    static const struct define functions[] = {
        {"getweakrefcount", getweakrefcount, 1, 1, false},
        {"getweakrefs", getweakrefs, 1, 1, false},
        {"proxy", make_proxy, 1, 2, false},
    };
    vm.py = wgc_py_new(vm.heap, &host);
    if (!vm.py)
        raise_memory();
    struct module *module = new_object(TYPE_MODULE, sizeof *module);
    module->name = intern("weakref", 7);
    module->dict = new_dict();
    dict_set(vm.modules, module->name, (value)module);
    define_functions(module->dict, "weakref", functions, COUNT(functions));
    define_methods(vm.types[TYPE_FINALIZE], finalize_methods,
                   COUNT(finalize_methods));
    for (int type = TYPE_REF; type < TYPES; type++) {
        value name = class_name(vm.types[type]);
        vm.types[type]->module = module->name;
        dict_set(module->dict, intern_str(name), (value)vm.types[type]);
    }
    vm.types[TYPE_WEAKSET]->module = str_from("_weakrefset");
    dict_set(module->dict, intern("ref", 3), (value)vm.types[TYPE_REF]);
    collections_start();
}

/* As CPython does it: finalizers, newest first; then the objects that the
   program still has lose their __del__. */
void
shut_down(void)
{
    vm.finished = true;
    vm.pending = 0;
    wgc_py_shutdown(vm.py, SIZE_MAX);
    wgc_finalizer_run_all(vm.heap);
}
