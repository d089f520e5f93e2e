/* SPDX-License-Identifier: MIT */
/*
 * Python's weakref module, for an interpreter that keeps its objects in a libwgc
 * heap: ref, WeakMethod, proxy, finalize, WeakKeyDictionary, WeakValueDictionary
 * and WeakSet.  Rules R1-R31, F1-F21, Q9, Q10 and W1-W14 of docs/semantics.md;
 * docs/python.md has the meaning on one page and every difference from CPython.
 * What heap.h says of re-entrance holds here.
 *
 * Threads.  A context is one interpreter's: like Python's under its global lock,
 * it is used by one attached thread at a time, and callbacks belong to that use.
 * If the heap has more threads, let only the one that has the interpreter's lock
 * deliver (WGC_DELIVER_MANUAL).
 *
 * Values are `void *`: objects of the heap, or whatever words the host's other
 * values are.  The shim keeps a value alive if it is, or points into, an
 * object.
 *
 * Exceptions are the host's.  A function that fails has called host.error once
 * or has passed on a failure of host.call, host.hash or host.equal: whichever
 * it was, the host's exception is set, as Python's C API has it.
 *
 * Handles (wgc_py_ref, wgc_py_finalize, wgc_py_weakdict, wgc_py_weakset) are
 * objects of the heap: keep them where the collector finds them.  Anything that
 * is no handle of this context (NULL, a foreign or freed address, another
 * object) is recognised: it is a TypeError where a function can fail, and counts
 * as dead where it cannot.
 *
 * Callbacks run when the heap delivers (wgc_collect, wgc_deliver), on the stack
 * of the thread that does, never in between.
 */
#ifndef WGC_PYTHON_H
#define WGC_PYTHON_H

#include "wgc/weak.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wgc_py wgc_py;
typedef struct wgc_py_ref wgc_py_ref; /* a ref, WeakMethod or proxy */
typedef struct wgc_py_finalize wgc_py_finalize;
typedef struct wgc_py_weakdict wgc_py_weakdict; /* with weak keys or values */
typedef struct wgc_py_weakset wgc_py_weakset;

/* ---- What the host provides ------------------------------------------- */

typedef enum wgc_py_error {
    WGC_PY_TYPE_ERROR = 1, /* R4, R5, R25, F14 */
    WGC_PY_MEMORY_ERROR,
    WGC_PY_RUNTIME_ERROR,  /* inside a cycle, or on a thread not attached; a
                              collection changed size while it was walked */
    WGC_PY_REFERENCE_ERROR /* the object of a proxy is dead (W14) */
} wgc_py_error;

/* The answer of what can raise: if WGC_PY_RAISED, the exception is set. */
typedef enum wgc_py_answer {
    WGC_PY_RAISED = -1,
    WGC_PY_NO = 0,
    WGC_PY_YES = 1
} wgc_py_answer;

/* Whose callback raised: which type `source` has in wgc_py_host.report. */
typedef enum wgc_py_source {
    WGC_PY_REF = 1, /* a wgc_py_ref: a ref, WeakMethod or proxy */
    WGC_PY_FINALIZE /* a wgc_py_finalize */
} wgc_py_source;

/*
 * Copied by wgc_py_new.  Only `call` is needed.  `data` is handed to each
 * function.  They may use the shim and the heap freely.
 */
typedef struct wgc_py_host {
    /*
     * Do callable(*args, **{names[i]: values[i]}).  True: the value is in
     * *result, which holds `none` before.  False: an exception is set.  What
     * the arrays hold stays alive until it returns; the arrays do too.
     */
    bool (*call)(void *callable, void *const *args, size_t nargs,
                 void *const *names, void *const *values, size_t nkw,
                 void **result, void *data);

    /*
     * The exception that is set came from the callback of a reference or
     * finalizer that the collector or wgc_py_shutdown ran, so nobody can catch
     * it: show it and clear it (R17; CPython: sys.unraisablehook).  `callable`
     * is the callback.  Default: ignored.
     */
    void (*report)(wgc_py_source kind, void *source, void *callable,
                   void *data);

    /* Set an exception.  Default: ignored, only the failure is returned. */
    void (*error)(wgc_py_error kind, const char *message, void *data);

    /*
     * hash(object) and a == b.  False: an exception is set, as for an object
     * that cannot be hashed.  Default: both by identity.
     */
    bool (*hash)(void *object, size_t *result, void *data);
    bool (*equal)(void *a, void *b, bool *result, void *data);

    /* May weak references to this object be made?  Default: to any (R5). */
    bool (*referencable)(const void *object, void *data);

    /* None: what a dead reference returns, and a callback that is none. */
    void *none;

    void *data;
} wgc_py_host;

/* ---- A context: one interpreter on one heap --------------------------- */

/*
 * NULL: `host` has no call, or as wgc_kind_new and wgc_alloc.  The context is
 * an object of the heap, pinned.  It takes five of its kinds, which are
 * never given back: make one per interpreter, not one per use.
 */
WGC_API wgc_py *wgc_py_new(wgc_heap *heap, const wgc_py_host *host);

/*
 * End without running anything: finalizers are detached, callbacks that wait in
 * the queue will do nothing, and so will those of references that live on.
 * Nothing of `py` may be used afterwards; what was made with it is reclaimed as
 * it becomes unreachable.  NULL is ignored.  Not needed before wgc_heap_free.
 */
WGC_API void wgc_py_free(wgc_py *py);

/*
 * Interpreter exit (F21, Q9, Q10).  Deliver what waits in the queue, then run
 * the alive finalizers whose atexit is set, newest first over all objects,
 * those included that are made meanwhile; exceptions are reported and the rest
 * still run.  At most `most` run, SIZE_MAX for no limit: a finalizer that makes
 * another one each time would never let it end.  Returns how many ran.
 *
 * Afterwards the context can be used, but runs nothing any more: the callbacks
 * of references stay silent, and calling a finalizer, or the death of its
 * object, kills it without running it.  A second call, also from inside the
 * first, returns 0.
 */
WGC_API size_t wgc_py_shutdown(wgc_py *py, size_t most);

/* The heap of a context; its host table. */
WGC_API wgc_heap *wgc_py_heap(const wgc_py *py);
WGC_API const wgc_py_host *wgc_py_host_of(const wgc_py *py);

/* What a value is: for a host that dispatches on types.  As in Python, a
   WeakMethod is a ref, too; a proxy is not. */
WGC_API bool wgc_py_is_ref(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_method(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_proxy(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_finalize(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_weakkeydict(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_weakvaluedict(const wgc_py *py, const void *value);
WGC_API bool wgc_py_is_weakset(const wgc_py *py, const void *value);

/* ---- ref -------------------------------------------------------------- */

/*
 * ref(object, callback).
 *
 * `callback` may be NULL or host.none (R3): then the reference made by an
 * earlier such call is returned, if there is one that the collector has not
 * taken yet (R23).  The search for it takes time in proportion to the
 * references that the object has got since.
 *
 * Else the callback is called once, with the reference, after the object died,
 * if the reference is still reachable then.  Whether it can be called shows
 * only when it is (R4).  The reference holds the callback until it ran (R22): a
 * callback that reaches the object keeps it alive (R21).
 *
 * NULL: TypeError for what cannot be referenced (R5), MemoryError.  May run a
 * cycle; object and callback survive it (Q12).
 */
WGC_API wgc_py_ref *wgc_py_ref_new(wgc_py *py, void *object, void *callback);

/* The same, never shared: for subclasses of ref (R23). */
WGC_API wgc_py_ref *wgc_py_ref_new_distinct(wgc_py *py, void *object,
                                            void *callback);

/*
 * The same as wgc_py_ref_new, from the arguments of a call: one or two, and no
 * keywords, else TypeError (R4).
 */
WGC_API wgc_py_ref *wgc_py_ref_new_args(wgc_py *py, void *const *args,
                                        size_t nargs, size_t nkw);

/*
 * r(): the object, or host.none for ever once it died (R1, R2).  An ordinary
 * pointer: keep it where the collector finds it (R31).  Never fails.  Also for a
 * WeakMethod, which is dead as well when its function is, and for a proxy.
 */
WGC_API void *wgc_py_ref_call(wgc_py *py, wgc_py_ref *ref);

/* r.__callback__: host.none without one, and once it started to run (R29).  Also
   for a WeakMethod and a proxy. */
WGC_API void *wgc_py_ref_callback(wgc_py *py, wgc_py_ref *ref);

/*
 * hash(r): the object's, remembered from the first time on, so that it outlives
 * the object.  False: TypeError if the object died before (R25), or what
 * host.hash raised.
 */
WGC_API bool wgc_py_ref_hash(wgc_py *py, wgc_py_ref *ref, size_t *hash);

/*
 * a == b: while both objects live, their equality; else whether both are the
 * same reference (R24, R26).  Of two WeakMethods, the functions must be equal,
 * too.  False: what host.equal raised.
 */
WGC_API bool wgc_py_ref_equal(wgc_py *py, wgc_py_ref *a, wgc_py_ref *b,
                              bool *equal);

/*
 * getweakrefs: stores up to `most` references to `object`, proxies and
 * WeakMethods among them, and returns how many there are.  The shared ref and the
 * shared proxy come first, the others follow newest first.  References that
 * are unreachable but not collected yet are among them, so it is exact only
 * right after a collection (R30), and storing one revives it.
 */
WGC_API size_t wgc_py_ref_list(wgc_py *py, const void *object,
                               wgc_py_ref **refs, size_t most);

/*
 * getweakrefcount: those, and the alive finalizers of the object, each of which
 * is a reference in CPython.  Entries of weak collections do not count: they are
 * no references here.  Takes time in proportion to all alive finalizers.
 */
WGC_API size_t wgc_py_ref_count(wgc_py *py, const void *object);

/* ---- WeakMethod ------------------------------------------------------- */

/*
 * WeakMethod(object.function, callback): a reference to a bound method, which is
 * made anew at each use and so would be dead at once.  It dies with the object
 * or the function, whichever is first, and the callback is called then, once
 * (W13).  Never shared.  `callback` and failure as for wgc_py_ref_new; both
 * object and function must be such that they can be referenced.
 */
WGC_API wgc_py_ref *wgc_py_method_new(wgc_py *py, void *object, void *function,
                                      void *callback);

/* m(): what to make the bound method of.  False, and NULL in both: one of them
   is dead, or it is no WeakMethod. */
WGC_API bool wgc_py_method_call(wgc_py *py, wgc_py_ref *method, void **object,
                                void **function);

/* ---- proxy ------------------------------------------------------------ */

/*
 * proxy(object, callback): a reference that stands for the object, for a host
 * whose operations look through it (W14).  Without a callback it is shared, as
 * a ref is (R23), but not with refs.  `callback`, its order and failure as for
 * wgc_py_ref_new.
 */
WGC_API wgc_py_ref *wgc_py_proxy_new(wgc_py *py, void *object, void *callback);

/*
 * The object that an operation on the proxy is meant for: an ordinary pointer
 * (R31).  NULL: ReferenceError if it is dead, TypeError for what is no proxy.
 * wgc_py_ref_call asks without raising.  A proxy has no hash: wgc_py_ref_hash
 * and wgc_py_ref_equal on it are TypeErrors.
 */
WGC_API void *wgc_py_proxy_target(wgc_py *py, wgc_py_ref *proxy);

/* ---- finalize --------------------------------------------------------- */

/*
 * What a finalizer would do, as wgc_py_finalize_peek and _detach return it: an
 * object of the heap that belongs to the caller and may be written to (F6).
 * The arrays are part of it.
 */
typedef struct wgc_py_call {
    void *object;
    void *func;
    size_t nargs;
    size_t nkw;
    void **args;
    void **names; /* names[i]=values[i] */
    void **values;
} wgc_py_call;

/*
 * finalize(object, func, *args, **kwargs).
 *
 * It is alive, and the heap keeps it, until it was called, detached, or ran
 * because `object` died: then func is called once with the arguments (F1, F7,
 * F8).  Whether func can be called shows only then (F13).  Several on one
 * object, references with callbacks among them, run newest first (R15).
 *
 * func and all arguments are strong until the call returned (F10).  If they
 * reach `object`, it never dies (F12): wgc_stats.self_retained counts such
 * finalizers.  The arrays are copied; they may be NULL if they are empty, and
 * may be anywhere: what they hold survives a cycle that this runs (Q12).
 *
 * NULL: TypeError for what cannot be referenced; MemoryError, also for more
 * than 16,777,216 arguments of either sort.
 */
WGC_API wgc_py_finalize *wgc_py_finalize_new(wgc_py *py, void *object,
                                             void *func, void *const *args,
                                             size_t nargs, void *const *names,
                                             void *const *values, size_t nkw);

/*
 * f(): if alive, it is dead from now on (F3), func is called, and its value
 * stored in *result; if dead, host.none is (F2).  Also one that waits in the
 * queue: it runs now, and not again (F17).  `extra` is the number of arguments,
 * of either sort, that the caller passed: TypeError unless 0 (F14).
 * False: what func raised; the finalizer is dead all the same (F4).
 * `result` may be NULL.
 */
WGC_API bool wgc_py_finalize_call(wgc_py *py, wgc_py_finalize *finalize,
                                  size_t extra, void **result);

/* f.alive: also while it waits in the queue (F16). */
WGC_API bool wgc_py_finalize_alive(wgc_py *py, wgc_py_finalize *finalize);

/*
 * f.peek() and f.detach(): *call is what f would call, or NULL, for None, if it
 * is dead or its object is (F5).  After detach f is dead and its arguments are
 * released, but not if it already waits in the queue: then it still runs (F16).
 * False: MemoryError (peek only), or TypeError for what is no finalizer.
 */
WGC_API bool wgc_py_finalize_peek(wgc_py *py, wgc_py_finalize *finalize,
                                  wgc_py_call **call);
WGC_API bool wgc_py_finalize_detach(wgc_py *py, wgc_py_finalize *finalize,
                                    wgc_py_call **call);

/*
 * f.atexit: run it at shutdown?  True at first, false once it is dead; setting
 * it then has no effect (F20).
 */
WGC_API bool wgc_py_finalize_atexit(wgc_py *py, wgc_py_finalize *finalize);
WGC_API void wgc_py_finalize_set_atexit(wgc_py *py, wgc_py_finalize *finalize,
                                        bool atexit);

/* ---- WeakKeyDictionary and WeakValueDictionary ------------------------ */

/*
 * A dictionary with weak keys or weak values.  An entry is gone from all of
 * these functions as soon as the cycle ends that found its weak side dead.  Its
 * strong side lives only while the weak side does, also if it is what reaches
 * that (W5-W7), and if the dictionary does: where CPython leaks, this does not.
 *
 * Keys are found with host.hash and host.equal.  Of two equal keys the first
 * owns the entry (W1).  If the host's functions raise, nothing is changed; they
 * may use the dictionary.
 *
 * The weak side must be such that it can be referenced: else TypeError, but for
 * `in`, which says no.  The strong side may be any word.  Nothing here raises
 * KeyError: where Python does, the answer is WGC_PY_NO.
 *
 * Anything may collect.  What it is given, and what it returns, must not depend
 * on the dictionary to stay alive, but be where the collector finds it.
 */
WGC_API wgc_py_weakdict *wgc_py_weakkeydict_new(wgc_py *py);
WGC_API wgc_py_weakdict *wgc_py_weakvaluedict_new(wgc_py *py);

/* len(d); 0 for what is no dictionary. */
WGC_API size_t wgc_py_weakdict_len(wgc_py *py, wgc_py_weakdict *dict);

/* key in d. */
WGC_API wgc_py_answer wgc_py_weakdict_contains(wgc_py *py,
                                               wgc_py_weakdict *dict,
                                               void *key);

/* d[key], d.get(key): *value only changes if the answer is yes.  `value` may be
   NULL, here and in the functions of entries below. */
WGC_API wgc_py_answer wgc_py_weakdict_get(wgc_py *py, wgc_py_weakdict *dict,
                                          void *key, void **value);

/* d[key] = value: replaces the value, and keeps the key and its place, where an
   equal one is.  False: it raised; MemoryError leaves the dictionary as it was. */
WGC_API bool wgc_py_weakdict_set(wgc_py *py, wgc_py_weakdict *dict, void *key,
                                 void *value);

/* d.setdefault(key, *value): *value is the value that is there from now on; not
   NULL. */
WGC_API bool wgc_py_weakdict_setdefault(wgc_py *py, wgc_py_weakdict *dict,
                                        void *key, void **value);

/* d.pop(key), del d[key]. */
WGC_API wgc_py_answer wgc_py_weakdict_pop(wgc_py *py, wgc_py_weakdict *dict,
                                          void *key, void **value);

/* d.popitem(): the entry that was added last; no if the dictionary is empty. */
WGC_API wgc_py_answer wgc_py_weakdict_popitem(wgc_py *py, wgc_py_weakdict *dict,
                                              void **key, void **value);

/* d.clear(). */
WGC_API bool wgc_py_weakdict_clear(wgc_py *py, wgc_py_weakdict *dict);

/* d.update(other), d |= other: what raises stops it half-way, as in Python. */
WGC_API bool wgc_py_weakdict_update(wgc_py *py, wgc_py_weakdict *dict,
                                    wgc_py_weakdict *other);

/* d.copy(), of the same type. */
WGC_API wgc_py_weakdict *wgc_py_weakdict_copy(wgc_py *py,
                                              wgc_py_weakdict *dict);

/* a == b: the same keys with equal values. */
WGC_API wgc_py_answer wgc_py_weakdict_equal(wgc_py *py, wgc_py_weakdict *a,
                                            wgc_py_weakdict *b);

/*
 * Where a walk through a collection stands.  All zero: before the first entry.
 * It needs no end and may be copied.
 */
typedef struct wgc_py_iterator {
    wgc_weakmap_iterator place;
    uint64_t size;
} wgc_py_iterator;

/*
 * d.items(), and so d.keys(), d.values() and iteration: the next entry, in the
 * order in which they were added.  Entries that died are skipped, whatever is
 * done meanwhile, and no survivor is (W4).  RuntimeError if the program changed
 * the size, by adding or removing, since the first call.  At the end, and after
 * an error, the answer is no for ever.
 */
WGC_API wgc_py_answer wgc_py_weakdict_next(wgc_py *py, wgc_py_weakdict *dict,
                                           wgc_py_iterator *iterator,
                                           void **key, void **value);

/* d.keyrefs(), d.valuerefs(): the same, but a ref to the weak side. */
WGC_API wgc_py_answer wgc_py_weakdict_next_ref(wgc_py *py,
                                               wgc_py_weakdict *dict,
                                               wgc_py_iterator *iterator,
                                               wgc_py_ref **ref);

/* ---- WeakSet ---------------------------------------------------------- */

/* A set of weak elements: what is said of keys above holds for them (W3). */
WGC_API wgc_py_weakset *wgc_py_weakset_new(wgc_py *py);

/* len(s), item in s, s.add(item). */
WGC_API size_t wgc_py_weakset_len(wgc_py *py, wgc_py_weakset *set);
WGC_API wgc_py_answer wgc_py_weakset_contains(wgc_py *py, wgc_py_weakset *set,
                                              void *item);
WGC_API bool wgc_py_weakset_add(wgc_py *py, wgc_py_weakset *set, void *item);

/* s.discard(item); s.remove(item), which is a KeyError if the answer is no. */
WGC_API wgc_py_answer wgc_py_weakset_remove(wgc_py *py, wgc_py_weakset *set,
                                            void *item);

/* s.pop(): any element, here the one added last; no if the set is empty. */
WGC_API wgc_py_answer wgc_py_weakset_pop(wgc_py *py, wgc_py_weakset *set,
                                         void **item);

WGC_API bool wgc_py_weakset_clear(wgc_py *py, wgc_py_weakset *set);
WGC_API wgc_py_weakset *wgc_py_weakset_copy(wgc_py *py, wgc_py_weakset *set);

/* The next element, as wgc_py_weakdict_next. */
WGC_API wgc_py_answer wgc_py_weakset_next(wgc_py *py, wgc_py_weakset *set,
                                          wgc_py_iterator *iterator,
                                          void **item);

/* set |= other, &=, -=, ^=.  What raises stops them half-way. */
WGC_API bool wgc_py_weakset_update(wgc_py *py, wgc_py_weakset *set,
                                   wgc_py_weakset *other);
WGC_API bool wgc_py_weakset_intersection_update(wgc_py *py, wgc_py_weakset *set,
                                                wgc_py_weakset *other);
WGC_API bool wgc_py_weakset_difference_update(wgc_py *py, wgc_py_weakset *set,
                                              wgc_py_weakset *other);
WGC_API bool wgc_py_weakset_symmetric_difference_update(wgc_py *py,
                                                        wgc_py_weakset *set,
                                                        wgc_py_weakset *other);

/* a | b, a & b, a - b, a ^ b: a new set; NULL: it raised. */
WGC_API wgc_py_weakset *wgc_py_weakset_union(wgc_py *py, wgc_py_weakset *a,
                                             wgc_py_weakset *b);
WGC_API wgc_py_weakset *
wgc_py_weakset_intersection(wgc_py *py, wgc_py_weakset *a, wgc_py_weakset *b);
WGC_API wgc_py_weakset *wgc_py_weakset_difference(wgc_py *py, wgc_py_weakset *a,
                                                  wgc_py_weakset *b);
WGC_API wgc_py_weakset *wgc_py_weakset_symmetric_difference(wgc_py *py,
                                                            wgc_py_weakset *a,
                                                            wgc_py_weakset *b);

/* a == b, a <= b (and so b >= a), a.isdisjoint(b). */
WGC_API wgc_py_answer wgc_py_weakset_equal(wgc_py *py, wgc_py_weakset *a,
                                           wgc_py_weakset *b);
WGC_API wgc_py_answer wgc_py_weakset_issubset(wgc_py *py, wgc_py_weakset *a,
                                              wgc_py_weakset *b);
WGC_API wgc_py_answer wgc_py_weakset_isdisjoint(wgc_py *py, wgc_py_weakset *a,
                                                wgc_py_weakset *b);

#ifdef __cplusplus
}
#endif

#endif
