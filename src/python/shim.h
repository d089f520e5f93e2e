/* SPDX-License-Identifier: MIT */
/*
 * What the shim's files share.  The shim is a client of the library: it sees
 * <wgc/...> and nothing else, and all it allocates is objects of the heap.
 *
 * S1  Every wgc_py_ref has one wgc_weakref, every wgc_py_finalize one
 *     wgc_finalizer, made in the same call: so the heap's order of callbacks is
 *     Python's (R15).
 * S2  Whether something is alive is asked of the heap, never remembered here.
 * S3  py->newest ... older are the finalizers that are alive and not running: a
 *     finalizer leaves the list before its function is called.  What is alive
 *     is kept by the heap, so the list need not be traced.
 */
#ifndef WGC_PYTHON_SHIM_H
#define WGC_PYTHON_SHIM_H

#include <wgc/finalize.h>
#include <wgc/python.h>
#include <wgc/weak.h>

enum { WGC__PY_WORD = sizeof(void *) };

struct wgc_py {
    wgc_py_host host;
    wgc_heap *heap;
    wgc_kind ref_kind;
    wgc_kind finalize_kind;
    wgc_kind record_kind;
    wgc_kind table_kind;
    bool silent; /* shut down or freed: nothing is called any more */
    bool shutting_down;
    wgc_py_finalize *newest; /* S3 */
    wgc_py_finalize *scan;   /* shutdown: none newer than this has atexit */
};

enum wgc__py_sort { WGC__PY_PLAIN, WGC__PY_METHOD, WGC__PY_PROXY };

struct wgc_py_ref {
    wgc_py *py; /* the traced words come first */
    wgc_weakref *weak;
    wgc_weakref *function; /* of a method; else NULL */
    void *callback;        /* NULL: none */
    size_t hash;
    uint8_t sort;
    bool hashed;
    bool shared; /* may be returned to others (R23) */
    bool fired;  /* the callback was called, or is being called */
};

/* The kind of wgc_py_ref, wgc_py_finalize, the record of a finalizer's call, and
   tables; WGC_KIND_INVALID if there is no room. */
wgc_kind wgc__py_ref_kind(wgc_heap *heap);
wgc_kind wgc__py_finalize_kind(wgc_heap *heap);
wgc_kind wgc__py_record_kind(wgc_heap *heap);
wgc_kind wgc__py_table_kind(wgc_heap *heap);

/* Set the host's exception. */
void wgc__py_error(const wgc_py *py, wgc_py_error kind, const char *message);
/* The same, for the heap's last refusal. */
void wgc__py_error_of_heap(const wgc_py *py);

/* Whether it is the base of an object that may have weak references (R5).  The
   second sets the exception if it is not. */
bool wgc__py_is_referencable(const wgc_py *py, const void *object);
bool wgc__py_referencable(const wgc_py *py, const void *object);

/* Whether it is a wgc_py_ref, of whatever sort; of this sort. */
bool wgc__py_has_ref(const wgc_py *py, const void *value);
bool wgc__py_has_sort(const wgc_py *py, const void *value,
                      enum wgc__py_sort sort);
/* A new one, or the shared one if there is no callback; `function` may be
   NULL.  What cannot be referenced was refused before. */
wgc_py_ref *wgc__py_ref_make(wgc_py *py, enum wgc__py_sort sort, void *object,
                             void *function, void *callback);
/* The object while the reference is alive, else NULL. */
void *wgc__py_ref_target(const wgc_py *py, const wgc_py_ref *ref);

/* How many alive finalizers an object has. */
size_t wgc__py_finalize_count(const wgc_py *py, const void *object);
/* Run the newest alive finalizer with atexit; false if there is none. */
bool wgc__py_finalize_run_newest(wgc_py *py);
/* Detach all of them. */
void wgc__py_finalize_drop_all(wgc_py *py);

#endif
