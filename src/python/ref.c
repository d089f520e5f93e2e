/* SPDX-License-Identifier: MIT */
/*
 * weakref.ref, and what all references share.  A wgc_py_ref and its wgc_weakref
 * point to each other (the latter through its data), so that they live and die
 * as one: if neither is reachable when the object dies, nothing is called
 * (R10-R12).
 */
#include "python/shim.h"

wgc_kind
wgc__py_ref_kind(wgc_heap *heap)
{
    static const uint64_t first_four = 15;
    return wgc_kind_new(heap, &(wgc_kind_info){.name = "python ref",
                                               .pointers = &first_four,
                                               .words = 4});
}

bool
wgc__py_has_ref(const wgc_py *py, const void *value)
{
    return py && wgc_kind_of(py->heap, value) == py->ref_kind;
}

bool
wgc__py_has_sort(const wgc_py *py, const void *value, enum wgc__py_sort sort)
{
    const wgc_py_ref *ref = value;
    return wgc__py_has_ref(py, value) && ref->sort == sort;
}

bool
wgc_py_is_ref(const wgc_py *py, const void *value)
{
    return wgc__py_has_ref(py, value) &&
           !wgc__py_has_sort(py, value, WGC__PY_PROXY);
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
    if (ref->fired) /* a method whose other half died before (W13) */
        return;
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
    if (!wgc__py_has_ref(py, ref) || !ref->weak) /* or is being made */
        return NULL;
    return ref->weak == weak || ref->function == weak ? ref : NULL;
}

static wgc_py_ref *
find_shared(const wgc_py *py, enum wgc__py_sort sort, const void *object)
{
    wgc_weakref *weak = NULL;
    while ((weak = wgc_weakref_next(py->heap, object, weak))) {
        wgc_py_ref *ref = ref_of(py, weak);
        if (ref && ref->shared && ref->sort == sort)
            return ref;
    }
    return NULL;
}

/* ---- Making ----------------------------------------------------------- */

static wgc_py_ref *
new_ref(wgc_py *py, enum wgc__py_sort sort, void *object, void *function,
        void *callback)
{
    wgc_weakref_fn *fire = callback ? fire_ref : NULL;
    wgc_py_ref *ref = wgc_alloc_kind(py->heap, py->ref_kind, sizeof *ref);
    if (ref) {
        ref->py = py;
        ref->sort = (uint8_t)sort;
        ref->callback = callback;
        if (function)
            ref->function = wgc_weakref_new(py->heap, function, fire, ref);
        if (!function || ref->function)
            ref->weak = wgc_weakref_new(py->heap, object, fire, ref);
    }
    if (ref && ref->weak)
        return ref;
    wgc__py_error_of_heap(py);
    return NULL;
}

wgc_py_ref *
wgc__py_ref_make(wgc_py *py, enum wgc__py_sort sort, void *object,
                 void *function, void *callback)
{
    if (callback && callback != py->host.none)
        return new_ref(py, sort, object, function, callback);
    wgc_py_ref *ref =
        sort == WGC__PY_METHOD ? NULL : find_shared(py, sort, object);
    if (ref)
        return ref;
    ref = new_ref(py, sort, object, function, NULL);
    if (ref)
        ref->shared = sort != WGC__PY_METHOD;
    return ref;
}

wgc_py_ref *
wgc_py_ref_new(wgc_py *py, void *object, void *callback)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    return wgc__py_ref_make(py, WGC__PY_PLAIN, object, NULL, callback);
}

wgc_py_ref *
wgc_py_ref_new_distinct(wgc_py *py, void *object, void *callback)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    if (callback == py->host.none)
        callback = NULL;
    return new_ref(py, WGC__PY_PLAIN, object, NULL, callback);
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

/* The one question that decides whether it is alive. */
void *
wgc__py_ref_target(const wgc_py *py, const wgc_py_ref *ref)
{
    if (!wgc__py_has_ref(py, ref) ||
        (ref->function && !wgc_weakref_get(ref->function)))
        return NULL;
    return wgc_weakref_get(ref->weak);
}

void *
wgc_py_ref_call(wgc_py *py, wgc_py_ref *ref)
{
    void *object = wgc__py_ref_target(py, ref);
    return object || !py ? object : py->host.none;
}

void *
wgc_py_ref_callback(wgc_py *py, wgc_py_ref *ref)
{
    if (wgc__py_has_ref(py, ref) && ref->callback && !ref->fired)
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

/* R24 for what two weak references of the heap refer to. */
static bool
compare_targets(const wgc_py *py, wgc_weakref *a, wgc_weakref *b, bool *equal)
{
    void *left = wgc_weakref_get(a);
    void *right = wgc_weakref_get(b);
    if (left && right && py->host.equal)
        return py->host.equal(left, right, equal, py->host.data);
    *equal = left && right ? left == right : a == b;
    return true;
}

bool
wgc_py_ref_equal(wgc_py *py, wgc_py_ref *a, wgc_py_ref *b, bool *equal)
{
    if (!check_ref(py, a) || !check_ref(py, b))
        return false;
    bool methods = a->function && b->function;
    if (methods && (!wgc__py_ref_target(py, a) || !wgc__py_ref_target(py, b))) {
        *equal = a == b;
        return true;
    }
    if (!compare_targets(py, a->weak, b->weak, equal))
        return false;
    return !methods || !*equal ||
           compare_targets(py, a->function, b->function, equal);
}

/* CPython lists what is shared first: the ref, then the proxy. */
enum { SHARED_REF, SHARED_PROXY, NOT_SHARED, RANKS };

static int
rank_of(const wgc_py_ref *ref)
{
    if (!ref->shared)
        return NOT_SHARED;
    return ref->sort == WGC__PY_PROXY ? SHARED_PROXY : SHARED_REF;
}

size_t
wgc_py_ref_list(wgc_py *py, const void *object, wgc_py_ref **refs, size_t most)
{
    size_t count = 0;
    for (int rank = 0; py && rank < RANKS; rank++) {
        wgc_weakref *weak = NULL;
        while ((weak = wgc_weakref_next(py->heap, object, weak))) {
            wgc_py_ref *ref = ref_of(py, weak);
            if (ref && rank_of(ref) == rank && count++ < most)
                refs[count - 1] = ref;
        }
    }
    return count;
}

size_t
wgc_py_ref_count(wgc_py *py, const void *object)
{
    return wgc_py_ref_list(py, object, NULL, 0) +
           wgc__py_finalize_count(py, object);
}
