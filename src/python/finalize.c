/* SPDX-License-Identifier: MIT */
/*
 * weakref.finalize.  Three objects: the handle, which the host may drop; the
 * wgc_finalizer, which knows whether it is alive; and the record of the call,
 * which is the finalizer's data.  The handle does not point to the record, so
 * that nothing but the finalizer keeps the arguments, and only while it lives
 * (F10, F12); the record points to the handle (F1).
 */
#include "python/shim.h"

enum { MOST_ARGUMENTS = 1 << 24 };

/* What an explicit call wants to know; on the stack of the caller. */
struct outcome {
    void **result;
    bool ok;
};

struct wgc_py_finalize {
    wgc_py *py;
    wgc_finalizer *core;
    wgc_py_finalize *newer; /* S3: from here on nothing is traced */
    wgc_py_finalize *older;
    struct outcome *outcome; /* set between an explicit call and its start */
    bool atexit;
};

/* words: the arguments, the names, the values. */
struct record {
    wgc_py_call call;
    wgc_py_finalize *finalize;
    void *words[];
};

wgc_kind
wgc__py_finalize_kind(wgc_heap *heap)
{
    static const uint64_t first_two = 3;
    return wgc_kind_new(heap, &(wgc_kind_info){.name = "python finalize",
                                               .pointers = &first_two,
                                               .words = 2});
}

/* All words that there is room for: the counts belong to the host (F6). */
static void
trace_record(wgc_tracer *tracer, const void *object, size_t bytes)
{
    const struct record *record = object;
    size_t count = (bytes - offsetof(struct record, words)) / WGC__PY_WORD;
    wgc_visit(tracer, record->call.object);
    wgc_visit(tracer, record->call.func);
    wgc_visit(tracer, record->finalize);
    for (size_t i = 0; i < count; i++)
        wgc_visit(tracer, record->words[i]);
}

wgc_kind
wgc__py_record_kind(wgc_heap *heap)
{
    return wgc_kind_new(heap, &(wgc_kind_info){.name = "python finalize call",
                                               .trace = trace_record});
}

/* ---- The list of the alive -------------------------------------------- */

static void
link_newest(wgc_py_finalize *finalize)
{
    wgc_py *py = finalize->py;
    finalize->older = py->newest;
    if (py->newest)
        py->newest->newer = finalize;
    py->newest = finalize;
    py->scan = finalize;
}

static void
unlink_dead(wgc_py_finalize *finalize)
{
    wgc_py *py = finalize->py;
    if (py->scan == finalize)
        py->scan = finalize->older;
    if (py->newest == finalize)
        py->newest = finalize->older;
    if (finalize->newer)
        finalize->newer->older = finalize->older;
    if (finalize->older)
        finalize->older->newer = finalize->newer;
    finalize->newer = finalize->older = NULL;
}

/* ---- Running ---------------------------------------------------------- */

/* Death, an explicit call and shutdown all come here, once (F8). */
static void
fire_finalize(void *object, void *data)
{
    struct record *record = data;
    wgc_py_call *call = &record->call;
    wgc_py_finalize *finalize = record->finalize;
    const wgc_py *py = finalize->py;
    struct outcome *outcome = finalize->outcome;
    void *result = py->host.none;
    (void)object;
    finalize->outcome = NULL;
    unlink_dead(finalize);
    if (py->silent)
        return;
    bool ok = py->host.call(call->func, call->args, call->nargs, call->names,
                            call->values, call->nkw, &result, py->host.data);
    if (outcome) {
        outcome->ok = ok;
        if (ok && outcome->result)
            *outcome->result = result;
    } else if (!ok && py->host.report) {
        py->host.report(WGC_PY_FINALIZE, finalize, call->func, py->host.data);
    }
}

bool
wgc__py_finalize_run_newest(wgc_py *py)
{
    while (py->scan && !py->scan->atexit)
        py->scan = py->scan->older;
    return py->scan && wgc_finalizer_run(py->scan->core);
}

void
wgc__py_finalize_drop_all(wgc_py *py)
{
    while (py->newest) {
        wgc_py_finalize *finalize = py->newest;
        unlink_dead(finalize);
        wgc_finalizer_cancel(finalize->core);
    }
}

size_t
wgc__py_finalize_count(const wgc_py *py, const void *object)
{
    size_t count = 0;
    const wgc_py_finalize *finalize = py && object ? py->newest : NULL;
    for (; finalize; finalize = finalize->older)
        if (wgc_finalizer_object(finalize->core) == object)
            count++;
    return count;
}

bool
wgc_py_is_finalize(const wgc_py *py, const void *value)
{
    return py && wgc_kind_of(py->heap, value) == py->finalize_kind;
}

static bool
check_finalize(const wgc_py *py, const wgc_py_finalize *finalize)
{
    if (wgc_py_is_finalize(py, finalize))
        return true;
    wgc__py_error(py, WGC_PY_TYPE_ERROR, "this is no finalizer");
    return false;
}

bool
wgc_py_finalize_call(wgc_py *py, wgc_py_finalize *finalize, size_t extra,
                     void **result)
{
    struct outcome outcome = {result, true};
    if (!check_finalize(py, finalize))
        return false;
    if (extra) {
        wgc__py_error(py, WGC_PY_TYPE_ERROR, "a finalizer takes no arguments");
        return false;
    }
    if (result)
        *result = py->host.none;
    finalize->outcome = &outcome;
    if (!wgc_finalizer_run(finalize->core))
        finalize->outcome = NULL;
    return outcome.ok;
}

/* ---- Making ----------------------------------------------------------- */

static struct record *
alloc_record(const wgc_py *py, size_t nargs, size_t nkw)
{
    struct record *record =
        wgc_alloc_kind(py->heap, py->record_kind,
                       sizeof *record + (nargs + 2 * nkw) * WGC__PY_WORD);
    if (!record)
        wgc__py_error_of_heap(py);
    return record;
}

static void **
copy_words(void **to, void *const *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
    return to + count;
}

static void
fill_record(struct record *record, void *func, void *const *args, size_t nargs,
            void *const *names, void *const *values, size_t nkw)
{
    wgc_py_call *call = &record->call;
    call->func = func;
    call->nargs = nargs;
    call->nkw = nkw;
    call->args = record->words;
    call->names = copy_words(call->args, args, nargs);
    call->values = copy_words(call->names, names, nkw);
    copy_words(call->values, values, nkw);
}

/* An array of the host's may be where the collector does not look. */
static bool
hold_array(const wgc_py *py, void *const *array, size_t count)
{
    return !count || wgc_root_add(py->heap, array, array + count) == WGC_OK;
}

static void
release_array(const wgc_py *py, void *const *array, size_t count)
{
    if (count)
        wgc_root_remove(py->heap, array, array + count);
}

/* alloc_record with the three arrays held: a ladder, as each step may fail. */
static struct record *
alloc_record_for(const wgc_py *py, void *const *args, size_t nargs,
                 void *const *names, void *const *values, size_t nkw)
{
    struct record *record = NULL;
    if (nargs > MOST_ARGUMENTS || nkw > MOST_ARGUMENTS) {
        wgc__py_error(py, WGC_PY_MEMORY_ERROR, "too many arguments");
        return NULL;
    }
    if (!hold_array(py, args, nargs))
        goto no_args;
    if (!hold_array(py, names, nkw))
        goto no_names;
    if (!hold_array(py, values, nkw))
        goto no_values;
    record = alloc_record(py, nargs, nkw);
    release_array(py, values, nkw);
    release_array(py, names, nkw);
    release_array(py, args, nargs);
    return record;

no_values:
    release_array(py, names, nkw);
no_names:
    release_array(py, args, nargs);
no_args:
    wgc__py_error_of_heap(py);
    return NULL;
}

wgc_py_finalize *
wgc_py_finalize_new(wgc_py *py, void *object, void *func, void *const *args,
                    size_t nargs, void *const *names, void *const *values,
                    size_t nkw)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    struct record *record =
        alloc_record_for(py, args, nargs, names, values, nkw);
    if (!record)
        return NULL;
    fill_record(record, func, args, nargs, names, values, nkw);
    wgc_py_finalize *finalize =
        wgc_alloc_kind(py->heap, py->finalize_kind, sizeof *finalize);
    if (finalize) {
        finalize->py = py;
        finalize->atexit = true;
        record->finalize = finalize;
        finalize->core =
            wgc_finalizer_new(py->heap, object, fire_finalize, record);
    }
    if (!finalize || !finalize->core) {
        wgc__py_error_of_heap(py);
        return NULL;
    }
    link_newest(finalize);
    return finalize;
}

/* ---- Asking ----------------------------------------------------------- */

bool
wgc_py_finalize_alive(wgc_py *py, wgc_py_finalize *finalize)
{
    return wgc_py_is_finalize(py, finalize) &&
           wgc_finalizer_alive(finalize->core);
}

bool
wgc_py_finalize_peek(wgc_py *py, wgc_py_finalize *finalize, wgc_py_call **call)
{
    *call = NULL;
    if (!check_finalize(py, finalize))
        return false;
    void *object = wgc_finalizer_object(finalize->core);
    if (!object)
        return true;
    const struct record *record = wgc_finalizer_data(finalize->core);
    const wgc_py_call *source = &record->call;
    struct record *copy = alloc_record(py, source->nargs, source->nkw);
    if (!copy)
        return false;
    fill_record(copy, source->func, source->args, source->nargs, source->names,
                source->values, source->nkw);
    copy->call.object = object;
    *call = &copy->call;
    return true;
}

/* The record itself changes hands: detaching needs no memory. */
bool
wgc_py_finalize_detach(wgc_py *py, wgc_py_finalize *finalize,
                       wgc_py_call **call)
{
    *call = NULL;
    if (!check_finalize(py, finalize))
        return false;
    void *object = wgc_finalizer_object(finalize->core);
    struct record *record = wgc_finalizer_data(finalize->core);
    if (!object || !wgc_finalizer_cancel(finalize->core))
        return true;
    unlink_dead(finalize);
    record->finalize = NULL;
    record->call.object = object;
    *call = &record->call;
    return true;
}

bool
wgc_py_finalize_atexit(wgc_py *py, wgc_py_finalize *finalize)
{
    return wgc_py_finalize_alive(py, finalize) && finalize->atexit;
}

void
wgc_py_finalize_set_atexit(wgc_py *py, wgc_py_finalize *finalize, bool atexit)
{
    if (!wgc_py_finalize_alive(py, finalize))
        return;
    finalize->atexit = atexit;
    py->scan = py->newest;
}
