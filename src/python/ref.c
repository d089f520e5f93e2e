/* SPDX-License-Identifier: MIT */
/*
 * weakref.ref.  A wgc_py_ref and its wgc_weakref point to each other (the
 * latter through its data), so that they live and die as one: if neither is
 * reachable when the object dies, nothing is called (R10-R12).
 */
#include "python/shim.h"

struct wgc_py_ref {
    wgc_py *py; /* the traced words come first */
    wgc_weakref *weak;
    void *callback; /* NULL: none */
    size_t hash;
    bool hashed;
    bool shared; /* may be returned to others (R23) */
    bool fired;  /* the callback was called, or is being called */
};

wgc_kind
wgc__py_ref_kind(wgc_heap *heap)
{
    static const uint64_t first_three = 7;
    return wgc_kind_new(heap, &(wgc_kind_info){.name = "python ref",
                                               .pointers = &first_three,
                                               .words = 3});
}

/*
 * The callback leaves the reference after it ran, not before: until then the
 * reference, which the heap holds, is what keeps it alive.
 */
static void
fire_ref(wgc_weakref *weak, void *data)
{
    wgc_py_ref *ref = data;
    wgc_py *py = ref->py;
    void *arg = ref;
    void *result = py->host.none;
    (void)weak;
    ref->fired = true;
    if (!py->silent &&
        !py->host.call(ref->callback, &arg, 1, NULL, NULL, 0, &result,
                       py->host.data) &&
        py->host.report)
        py->host.report(WGC_PY_REF, ref, ref->callback, py->host.data);
    ref->callback = NULL;
}

/* The reference that a weak reference of the heap belongs to; NULL if it is
   not this context's. */
static wgc_py_ref *
ref_of(const wgc_py *py, wgc_weakref *weak)
{
    wgc_py_ref *ref = wgc_weakref_data(weak);
    return wgc_py_is_ref(py, ref) && ref->weak == weak ? ref : NULL;
}

static wgc_py_ref *
find_shared(const wgc_py *py, const void *object)
{
    wgc_weakref *weak = NULL;
    while ((weak = wgc_weakref_next(py->heap, object, weak))) {
        wgc_py_ref *ref = ref_of(py, weak);
        if (ref && ref->shared)
            return ref;
    }
    return NULL;
}

/* ---- Making ----------------------------------------------------------- */

static wgc_py_ref *
new_ref(wgc_py *py, void *object, void *callback, bool shared)
{
    wgc_py_ref *ref = wgc_alloc_kind(py->heap, py->ref_kind, sizeof *ref);
    if (!ref) {
        wgc__py_error_of_heap(py);
        return NULL;
    }
    ref->py = py;
    ref->callback = callback;
    ref->weak =
        wgc_weakref_new(py->heap, object, callback ? fire_ref : NULL, ref);
    if (!ref->weak) {
        wgc__py_error_of_heap(py);
        return NULL;
    }
    ref->shared = shared;
    return ref;
}

wgc_py_ref *
wgc_py_ref_new(wgc_py *py, void *object, void *callback)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    if (callback && callback != py->host.none)
        return new_ref(py, object, callback, false);
    wgc_py_ref *ref = find_shared(py, object);
    return ref ? ref : new_ref(py, object, NULL, true);
}

wgc_py_ref *
wgc_py_ref_new_distinct(wgc_py *py, void *object, void *callback)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    if (callback == py->host.none)
        callback = NULL;
    return new_ref(py, object, callback, false);
}

wgc_py_ref *
wgc_py_ref_new_args(wgc_py *py, void *const *args, size_t nargs, size_t nkw)
{
    if (nkw == 0 && (nargs == 1 || nargs == 2))
        return wgc_py_ref_new(py, args[0], nargs == 2 ? args[1] : NULL);
    wgc__py_error(py, WGC_PY_TYPE_ERROR,
                  nkw ? "ref() takes no keyword arguments"
                      : "ref() takes an object and, perhaps, a callback");
    return NULL;
}

/* ---- Asking ----------------------------------------------------------- */

/* The object, or NULL: the one question that decides whether it is alive. */
static void *
target_of(const wgc_py *py, const wgc_py_ref *ref)
{
    return wgc_py_is_ref(py, ref) ? wgc_weakref_get(ref->weak) : NULL;
}

void *
wgc_py_ref_call(wgc_py *py, wgc_py_ref *ref)
{
    void *object = target_of(py, ref);
    return object || !py ? object : py->host.none;
}

void *
wgc_py_ref_callback(wgc_py *py, wgc_py_ref *ref)
{
    if (wgc_py_is_ref(py, ref) && ref->callback && !ref->fired)
        return ref->callback;
    return py ? py->host.none : NULL;
}

static bool
check_ref(const wgc_py *py, const wgc_py_ref *ref)
{
    if (wgc_py_is_ref(py, ref))
        return true;
    wgc__py_error(py, WGC_PY_TYPE_ERROR, "this is no weak reference");
    return false;
}

bool
wgc_py_ref_hash(wgc_py *py, wgc_py_ref *ref, size_t *hash)
{
    if (!check_ref(py, ref))
        return false;
    if (!ref->hashed) {
        void *object = wgc_weakref_get(ref->weak);
        if (!object) {
            wgc__py_error(py, WGC_PY_TYPE_ERROR, "weak object has gone away");
            return false;
        }
        size_t fresh = (size_t)(uintptr_t)object;
        if (py->host.hash && !py->host.hash(object, &fresh, py->host.data))
            return false;
        ref->hash = fresh;
        ref->hashed = true;
    }
    *hash = ref->hash;
    return true;
}

bool
wgc_py_ref_equal(wgc_py *py, wgc_py_ref *a, wgc_py_ref *b, bool *equal)
{
    if (!check_ref(py, a) || !check_ref(py, b))
        return false;
    void *left = wgc_weakref_get(a->weak);
    void *right = wgc_weakref_get(b->weak);
    if (left && right && py->host.equal)
        return py->host.equal(left, right, equal, py->host.data);
    *equal = left && right ? left == right : a == b;
    return true;
}

size_t
wgc_py_ref_list(wgc_py *py, const void *object, wgc_py_ref **refs, size_t most)
{
    size_t count = 0;
    wgc_weakref *weak = NULL;
    while (py && (weak = wgc_weakref_next(py->heap, object, weak))) {
        wgc_py_ref *ref = ref_of(py, weak);
        if (ref && count++ < most)
            refs[count - 1] = ref;
    }
    return count;
}

size_t
wgc_py_ref_count(wgc_py *py, const void *object)
{
    return wgc_py_ref_list(py, object, NULL, 0);
}
