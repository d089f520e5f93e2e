/* SPDX-License-Identifier: MIT */
/*
 * Python's weakref in an interpreter of your own.  The interpreter here is as
 * small as can be: its values are strings and functions, and this is the program
 * that it "runs":
 *
 *     r = ref(spam, print_dead)
 *     f = finalize(spam, goodbye, "ham", tone="sad")
 *     notes = WeakKeyDictionary(); notes[spam] = spam
 *     del spam; gc.collect()
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wgc/python.h>
#include <wgc/wgc.h>

typedef struct value {
    /* A function if this is set, else a string. */
    bool (*code)(struct value *const *args, size_t nargs);
    char text[32];
} value;

/* The interpreter's variables: static, so they are roots. */
static wgc_py *py;
static value *spam, *print_dead, *goodbye, *shutdown;
static wgc_py_ref *r;
static wgc_py_finalize *f;
static wgc_py_weakdict *notes;
static char none;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "python: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

static value *
new_value(wgc_heap *heap, const char *text,
          bool (*code)(value *const *args, size_t nargs))
{
    value *fresh = need(wgc_alloc(heap, sizeof *fresh));

    fresh->code = code;
    snprintf(fresh->text, sizeof fresh->text, "%s", text);
    return fresh;
}

/* ---- What the shim asks of an interpreter ----------------------------- */

static bool
call(void *callable, void *const *args, size_t nargs, void *const *names,
     void *const *values, size_t nkw, void **result, void *data)
{
    value *function = callable;

    (void)data;
    printf("  %s is called with %zu arguments", function->text, nargs);
    for (size_t i = 0; i < nkw; i++) {
        printf(", %s=%s", ((value *)names[i])->text,
               ((value *)values[i])->text);
    }
    printf("\n");
    *result = &none;
    return function->code((value *const *)args, nargs);
}

static void
report(wgc_py_source kind, void *source, void *callable, void *data)
{
    (void)source;
    (void)data;
    printf("  exception ignored in %s of %s\n", ((value *)callable)->text,
           kind == WGC_PY_REF ? "a ref" : "a finalize");
}

/* ---- The functions of the program ------------------------------------- */

static bool
run_print_dead(value *const *args, size_t nargs)
{
    /* The argument is the reference itself, dead by now (R6). */
    printf("  its reference is %s\n",
           nargs == 1 && wgc_py_ref_call(py, r) == &none ? "dead" : "alive");
    (void)args;
    return true;
}

static bool
run_goodbye(value *const *args, size_t nargs)
{
    printf("  goodbye, %s\n", nargs > 0 ? args[0]->text : "all");
    return nargs > 0; /* false: as if it had raised an exception */
}

int
main(void)
{
    wgc_heap *heap = need(wgc_heap_new(NULL));
    wgc_py_host host = {.call = call, .report = report, .none = &none};

    py = need(wgc_py_new(heap, &host));
    spam = new_value(heap, "spam", NULL);
    print_dead = new_value(heap, "print_dead", run_print_dead);
    goodbye = new_value(heap, "goodbye", run_goodbye);

    r = need(wgc_py_ref_new(py, spam, print_dead));
    void *args[] = {new_value(heap, "ham", NULL)};
    void *names[] = {new_value(heap, "tone", NULL)};
    void *values[] = {new_value(heap, "sad", NULL)};
    f = need(wgc_py_finalize_new(py, spam, goodbye, args, 1, names, values, 1));
    printf("r() is %s\n", ((value *)wgc_py_ref_call(py, r))->text);
    notes = need(wgc_py_weakkeydict_new(py));
    if (!wgc_py_weakdict_set(py, notes, spam,
                             spam)) /* CPython leaks this (W5) */
        return 1;
    printf("len(notes) is %zu\n", wgc_py_weakdict_len(py, notes));

    printf("del spam; gc.collect()\n");
    spam = NULL;
    wgc_collect_exact(heap);
    printf("f.alive is %s\n", wgc_py_finalize_alive(py, f) ? "True" : "False");
    printf("len(notes) is %zu\n", wgc_py_weakdict_len(py, notes));

    printf("exit\n");
    shutdown = new_value(heap, "shutdown", NULL);
    need(wgc_py_finalize_new(py, shutdown, goodbye, NULL, 0, NULL, NULL, 0));
    wgc_py_shutdown(py, SIZE_MAX);
    return wgc_heap_free(heap);
}
