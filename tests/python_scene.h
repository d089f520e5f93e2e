/* SPDX-License-Identifier: MIT */
/*
 * A host for the tests of the shim: a language with objects that hold one
 * value, functions that run C code, and one exception at a time.  Death is
 * exact: only roots[] (support.h) keeps anything.
 *
 * Callbacks append to the log; a test compares it with what it expects.
 */
#ifndef TESTS_PYTHON_SCENE_H
#define TESTS_PYTHON_SCENE_H

#include <stdio.h>

#include "support.h"

#include "wgc/python.h"

static wgc_heap *heap;
static wgc_py *py;

static char none_storage;
#define NONE ((void *)&none_storage)

/* ---- The log ---------------------------------------------------------- */

static char log_text[65536];

__attribute__((format(printf, 1, 2))) static inline void
log_add(const char *format, ...)
{
    size_t used = strlen(log_text);
    va_list list;
    va_start(list, format);
    vsnprintf(log_text + used, sizeof log_text - used, format, list);
    va_end(list);
}

/* What was logged since the last time. */
#define assert_log(expected)                                                   \
    do {                                                                       \
        assert_string_equal(log_text, expected);                               \
        log_text[0] = '\0';                                                    \
    } while (0)

/* ---- Objects and functions -------------------------------------------- */

typedef struct object {
    intptr_t value; /* its hash; objects of one value are equal */
    void *field;
} object;

struct frame {
    void *const *args;
    size_t nargs;
    void *const *names;
    void *const *values;
    size_t nkw;
    void **result;
};

typedef struct function function;
typedef bool body(function *self, const struct frame *frame);
struct function {
    body *body;
    const char *name;
    void *closure;
    void *more;
};

static wgc_kind function_kind;

static inline object *
new_object(intptr_t value)
{
    object *self = wgc_alloc(heap, sizeof *self);
    assert_non_null(self);
    self->value = value;
    return self;
}

static inline function *
new_function(body *code, const char *name, void *closure)
{
    function *self = wgc_alloc_kind(heap, function_kind, sizeof *self);
    assert_non_null(self);
    self->body = code;
    self->name = name;
    self->closure = closure;
    return self;
}

/* Appends its name. */
static inline bool
say(function *self, const struct frame *frame)
{
    (void)frame;
    log_add("%s ", self->name);
    return true;
}

/* ---- Exceptions ------------------------------------------------------- */

/* 0: none is set. */
static wgc_py_error exception;
enum { HOST_ERROR = 99 };

/* Checks the exception, and clears it. */
#define assert_raised(kind)                                                    \
    do {                                                                       \
        assert_int_equal(exception, kind);                                     \
        exception = (wgc_py_error)0;                                           \
    } while (0)

static inline bool
raise_error(function *self, const struct frame *frame)
{
    say(self, frame);
    exception = (wgc_py_error)HOST_ERROR;
    return false;
}

static wgc_py_source reported_kind;
static void *reported_source;
static void *reported_callable;
static unsigned reports;

/* ---- The host's table ------------------------------------------------- */

static inline bool
scene_call(void *callable, void *const *args, size_t nargs, void *const *names,
           void *const *values, size_t nkw, void **result, void *data)
{
    struct frame frame = {args, nargs, names, values, nkw, result};
    function *self = callable;
    assert_ptr_equal(data, &none_storage);
    assert_ptr_equal(*result, NONE);
    assert_int_equal(exception, 0);
    if (wgc_kind_of(heap, callable) != function_kind) {
        exception = WGC_PY_TYPE_ERROR;
        return false;
    }
    return self->body(self, &frame);
}

static inline void
scene_report(wgc_py_source kind, void *source, void *callable, void *data)
{
    assert_ptr_equal(data, &none_storage);
    assert_int_not_equal(exception, 0);
    exception = (wgc_py_error)0;
    reported_kind = kind;
    reported_source = source;
    reported_callable = callable;
    reports++;
    log_add("! ");
}

static inline void
scene_error(wgc_py_error kind, const char *message, void *data)
{
    assert_ptr_equal(data, &none_storage);
    assert_non_null(message);
    assert_int_not_equal(strlen(message), 0);
    exception = kind;
}

/* Objects of a negative value cannot be hashed or compared. */
static inline bool
scene_hash(void *value, size_t *result, void *data)
{
    assert_ptr_equal(data, &none_storage);
    *result = (size_t)((object *)value)->value;
    if (((object *)value)->value >= 0)
        return true;
    exception = (wgc_py_error)HOST_ERROR;
    return false;
}

static inline bool
scene_equal(void *a, void *b, bool *result, void *data)
{
    assert_ptr_equal(data, &none_storage);
    *result = ((object *)a)->value == ((object *)b)->value;
    if (((object *)a)->value >= 0 && ((object *)b)->value >= 0)
        return true;
    exception = (wgc_py_error)HOST_ERROR;
    return false;
}

static const wgc_py_host scene_host = {
    .call = scene_call,
    .report = scene_report,
    .error = scene_error,
    .hash = scene_hash,
    .equal = scene_equal,
    .none = NONE,
    .data = &none_storage,
};

/* ---- Life ------------------------------------------------------------- */

static inline void
scene_open(wgc_config config)
{
    heap = exact_heap_with(config);
    assert_non_null(heap);
    const uint64_t closures = 12;
    function_kind = wgc_kind_new(heap, &(wgc_kind_info){.name = "function",
                                                        .pointers = &closures,
                                                        .words = 4});
    py = wgc_py_new(heap, &scene_host);
    assert_non_null(py);
    log_text[0] = '\0';
    exception = (wgc_py_error)0;
    reports = 0;
}

static inline void
scene_reopen(wgc_config config)
{
    close_heap(heap);
    scene_open(config);
}

/* No cycle but the explicit ones. */
static inline int
scene_setup(void **state)
{
    (void)state;
    scene_open((wgc_config){0});
    wgc_disable(heap);
    return 0;
}

static inline int
scene_teardown(void **state)
{
    (void)state;
    close_heap(heap);
    heap = NULL;
    return 0;
}

/*
 * Take all memory of a heap that has a limit and no automatic cycles, but for so
 * many blocks: a kind that has no objects yet needs one for its first.
 */
static inline void
fill_heap(size_t blocks)
{
    enum { BLOCK_BYTES = 16384, SPARE = 64 };
    void *spare[SPARE] = {NULL};
    size_t count = 0;
    assert_in_range(blocks, 0, SPARE);
    for (size_t bytes = BLOCK_BYTES; bytes >= 16; bytes /= 2) {
        void *taken;
        while ((taken = wgc_alloc_leaf(heap, bytes)))
            if (bytes == BLOCK_BYTES && count < SPARE)
                spare[count++] = taken;
    }
    assert_in_range(blocks, 0, count);
    while (blocks > 0)
        assert_int_equal(wgc_free(heap, spare[--blocks]), WGC_OK);
}

#define SCENE_TEST(fn)                                                         \
    cmocka_unit_test_setup_teardown(fn, scene_setup, scene_teardown)

/* ---- Words of the language -------------------------------------------- */

static inline wgc_py_ref *
ref(void *target, void *callback)
{
    wgc_py_ref *result = wgc_py_ref_new(py, target, callback);
    assert_non_null(result);
    return result;
}

/* A reference to `target` whose callback says `name`. */
static inline wgc_py_ref *
ref_saying(void *target, const char *name)
{
    return ref(target, new_function(say, name, NULL));
}

static inline wgc_py_finalize *
finalize(void *target, void *func)
{
    wgc_py_finalize *result =
        wgc_py_finalize_new(py, target, func, NULL, 0, NULL, NULL, 0);
    assert_non_null(result);
    return result;
}

static inline wgc_py_finalize *
finalize_saying(void *target, const char *name)
{
    return finalize(target, new_function(say, name, NULL));
}

/* With one argument. */
static inline wgc_py_finalize *
finalize_with(void *target, void *func, void *arg)
{
    wgc_py_finalize *result =
        wgc_py_finalize_new(py, target, func, &arg, 1, NULL, NULL, 0);
    assert_non_null(result);
    return result;
}

static inline void *
deref(void *reference)
{
    return wgc_py_ref_call(py, reference);
}

static inline bool
is_dead(void *reference)
{
    return deref(reference) == NONE;
}

static inline bool
refs_equal(void *a, void *b)
{
    bool result;
    assert_true(wgc_py_ref_equal(py, a, b, &result));
    return result;
}

static inline size_t
hash_of(void *reference)
{
    size_t result;
    assert_true(wgc_py_ref_hash(py, reference, &result));
    return result;
}

static inline bool
alive(void *finalizer)
{
    return wgc_py_finalize_alive(py, finalizer);
}

/* f(): what it returned; the test fails if it raised. */
static inline void *
call(void *finalizer)
{
    void *result;
    assert_true(wgc_py_finalize_call(py, finalizer, 0, &result));
    return result;
}

static inline wgc_py_call *
peek(void *finalizer)
{
    wgc_py_call *result;
    assert_true(wgc_py_finalize_peek(py, finalizer, &result));
    return result;
}

static inline wgc_py_call *
detach(void *finalizer)
{
    wgc_py_call *result;
    assert_true(wgc_py_finalize_detach(py, finalizer, &result));
    return result;
}

static inline void
cycle(void)
{
    collect_exact(heap);
}

#endif
