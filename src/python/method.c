/* SPDX-License-Identifier: MIT */
/*
 * weakref.WeakMethod: a reference with two weak references of the heap, to the
 * object and to the function of a bound method.  It dies with the first of them;
 * its callback comes from whichever that is, once (W13).
 */
#include "python/shim.h"

bool
wgc_py_is_method(const wgc_py *py, const void *value)
{
    return wgc__py_has_sort(py, value, WGC__PY_METHOD);
}

wgc_py_ref *
wgc_py_method_new(wgc_py *py, void *object, void *function, void *callback)
{
    if (!wgc__py_referencable(py, object) ||
        !wgc__py_referencable(py, function))
        return NULL;
    return wgc__py_ref_make(py, WGC__PY_METHOD, object, function, callback);
}

bool
wgc_py_method_call(wgc_py *py, wgc_py_ref *method, void **object,
                   void **function)
{
    *object = *function = NULL;
    if (!wgc_py_is_method(py, method))
        return false;
    void *target = wgc__py_ref_target(py, method);
    if (!target)
        return false;
    *object = target;
    *function = wgc_weakref_get(method->function);
    return true;
}
