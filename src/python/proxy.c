/* SPDX-License-Identifier: MIT */
/* weakref.proxy: a reference that the host passes everything through (W14). */
#include "python/shim.h"

bool
wgc_py_is_proxy(const wgc_py *py, const void *value)
{
    return wgc__py_has_sort(py, value, WGC__PY_PROXY);
}

wgc_py_ref *
wgc_py_proxy_new(wgc_py *py, void *object, void *callback)
{
    if (!wgc__py_referencable(py, object))
        return NULL;
    return wgc__py_ref_make(py, WGC__PY_PROXY, object, NULL, callback);
}

void *
wgc_py_proxy_target(wgc_py *py, wgc_py_ref *proxy)
{
    if (!wgc_py_is_proxy(py, proxy)) {
        wgc__py_error(py, WGC_PY_TYPE_ERROR, "this is no proxy");
        return NULL;
    }
    void *object = wgc__py_ref_target(py, proxy);
    if (!object)
        wgc__py_error(py, WGC_PY_REFERENCE_ERROR,
                      "weakly-referenced object no longer exists");
    return object;
}
