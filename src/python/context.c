/* SPDX-License-Identifier: MIT */
/*
 * The context of the shim: the host's table, the kinds, the way out.  It is an
 * object of the heap that pins itself, and lives on after wgc_py_free while
 * references or finalizers point to it.
 */
#include "python/shim.h"

/* Of the context, the collector sees the host's two values. */
static wgc_kind
context_kind(wgc_heap *heap)
{
    const uint64_t pointers =
        (UINT64_C(1) << offsetof(wgc_py, host.none) / WGC__PY_WORD) |
        (UINT64_C(1) << offsetof(wgc_py, host.data) / WGC__PY_WORD);
    return wgc_kind_new(
        heap, &(wgc_kind_info){.name = "python context",
                               .pointers = &pointers,
                               .words = sizeof(wgc_py) / WGC__PY_WORD});
}

/* Not inside a cycle, and not on a thread that is not attached. */
static bool
is_usable(const wgc_py *py)
{
    return py && wgc_size(py->heap, py) != 0;
}

wgc_py *
wgc_py_new(wgc_heap *heap, const wgc_py_host *host)
{
    if (!host || !host->call)
        return NULL;
    wgc_kind kind = context_kind(heap);
    if (kind == WGC_KIND_INVALID)
        return NULL;
    wgc_py *py = wgc_alloc_kind(heap, kind, sizeof *py);
    if (!py)
        return NULL;
    py->host = *host;
    py->heap = heap;
    py->ref_kind = wgc__py_ref_kind(heap);
    py->finalize_kind = wgc__py_finalize_kind(heap);
    py->record_kind = wgc__py_record_kind(heap);
    py->table_kind = wgc__py_table_kind(heap);
    if (py->ref_kind == WGC_KIND_INVALID ||
        py->finalize_kind == WGC_KIND_INVALID ||
        py->record_kind == WGC_KIND_INVALID ||
        py->table_kind == WGC_KIND_INVALID || wgc_pin(heap, py) != WGC_OK)
        return NULL;
    return py;
}

void
wgc_py_free(wgc_py *py)
{
    if (!is_usable(py))
        return;
    py->silent = true;
    wgc__py_finalize_drop_all(py);
    wgc_unpin(py->heap, py);
}

size_t
wgc_py_shutdown(wgc_py *py, size_t most)
{
    size_t ran = 0;
    if (!is_usable(py) || py->silent || py->shutting_down)
        return 0;
    py->shutting_down = true;
    wgc_deliver(py->heap, SIZE_MAX);
    py->scan = py->newest;
    while (ran < most && wgc__py_finalize_run_newest(py))
        ran++;
    py->silent = true;
    return ran;
}

wgc_heap *
wgc_py_heap(const wgc_py *py)
{
    return py ? py->heap : NULL;
}

const wgc_py_host *
wgc_py_host_of(const wgc_py *py)
{
    return py ? &py->host : NULL;
}

/* ---- Exceptions ------------------------------------------------------- */

void
wgc__py_error(const wgc_py *py, wgc_py_error kind, const char *message)
{
    if (!py || !py->host.error)
        return;
    if (kind == WGC_PY_TYPE_ERROR && !is_usable(py)) {
        kind = WGC_PY_RUNTIME_ERROR;
        message = "the heap cannot be used here";
    }
    py->host.error(kind, message, py->host.data);
}

void
wgc__py_error_of_heap(const wgc_py *py)
{
    wgc_status status = wgc_last_status();
    wgc_py_error kind = WGC_PY_RUNTIME_ERROR;
    if (status == WGC_NO_MEMORY || status == WGC_TOO_LARGE)
        kind = WGC_PY_MEMORY_ERROR;
    else if (status == WGC_NOT_AN_OBJECT)
        kind = WGC_PY_TYPE_ERROR;
    wgc__py_error(py, kind, wgc_status_text(status));
}

bool
wgc__py_is_referencable(const wgc_py *py, const void *object)
{
    return py && wgc_size(py->heap, object) != 0 &&
           (!py->host.referencable ||
            py->host.referencable(object, py->host.data));
}

bool
wgc__py_referencable(const wgc_py *py, const void *object)
{
    if (wgc__py_is_referencable(py, object))
        return true;
    wgc__py_error(py, WGC_PY_TYPE_ERROR,
                  "cannot create a weak reference to this value");
    return false;
}
