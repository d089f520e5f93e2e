/* SPDX-License-Identifier: MIT */
/*
 * Weak references, weak slots, weak maps and ephemerons: rules R1-R31 and W1-W12
 * of docs/semantics.md; docs/weak.md says which to take.  "Short" and "long" are
 * .NET's and bdwgc's words.  What heap.h says of threads, errors and re-entrance
 * holds here.
 *
 * A cycle clears every short reference to every object that it found dead in
 * one step, before any callback runs (R8, R9).  A callback therefore never sees
 * a dead object through another reference.
 */
#ifndef WGC_WEAK_H
#define WGC_WEAK_H

#include "wgc/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A weak reference is itself an object of the heap.  Keep it where the
 * collector finds it: a reference that is unreachable when its target dies
 * never calls back (R10-R12).  It may be the target of other references.
 */
typedef struct wgc_weakref wgc_weakref;

/* Called once, at a delivery, after the target is gone. */
typedef void wgc_weakref_fn(wgc_weakref *reference, void *data);

/*
 * A reference to `target`, which must be the base of an object (R5), else
 * WGC_NOT_AN_OBJECT.  `on_clear` may be NULL.  `data` is passed to it; if it
 * is an object (or points into one) the reference holds it strongly until the
 * callback ran (R22).
 * Short: clears when the target is found unreachable, before finalizers.
 * Long: clears when the target can no longer come back, after guards.
 * May run a cycle; target and data survive it (Q12).
 */
WGC_API wgc_weakref *wgc_weakref_new(wgc_heap *heap, void *target,
                                     wgc_weakref_fn *on_clear, void *data);
WGC_API wgc_weakref *wgc_weakref_new_long(wgc_heap *heap, void *target,
                                          wgc_weakref_fn *on_clear, void *data);

/*
 * The target, or NULL once it died or was forgotten; NULL too if `reference`
 * is no weak reference of a heap that this thread is attached to.  The result
 * is an ordinary pointer: keep it where the collector finds it (R31).
 */
WGC_API void *wgc_weakref_get(wgc_weakref *reference);

/*
 * Forget the target; the callback will not run, and data is released.  On a
 * reference that was cleared already, WGC_OK and no effect: a callback that
 * waits in the queue still runs (R14).
 */
WGC_API wgc_status wgc_weakref_clear(wgc_weakref *reference);

/* What wgc_weakref_new was given; NULL once the callback ran (R29). */
WGC_API wgc_weakref_fn *wgc_weakref_callback(wgc_weakref *reference);
WGC_API void *wgc_weakref_data(wgc_weakref *reference);

/*
 * The references to `target`, newest first: the first for NULL `previous`, then
 * the one after it; NULL at the end.  Unreachable references that no cycle has
 * seen yet are among them (R30): the result revives such a one.
 */
WGC_API wgc_weakref *wgc_weakref_next(wgc_heap *heap, const void *target,
                                      wgc_weakref *previous);

/*
 * A slot is a pointer variable of the host's that becomes NULL when the target
 * dies (bdwgc calls it a disappearing link).  Adding stores `target` in it.
 * The slot must be where the collector does not take it for a reference: in
 * malloc'ed memory, in a leaf object, in a word of an object that its kind does
 * not trace.  A slot inside an object of the heap is forgotten when that object
 * dies.  Adding a slot that is registered already changes its target.  A slot
 * that the host has meanwhile overwritten is left alone when the target dies.
 * Errors: WGC_INVALID for a NULL or misaligned slot, WGC_NOT_AN_OBJECT,
 * WGC_NO_MEMORY.
 */
WGC_API wgc_status wgc_weak_slot_add(wgc_heap *heap, void **slot, void *target);

/* Forget the slot, whose contents stay.  WGC_NOT_FOUND if not registered. */
WGC_API wgc_status wgc_weak_slot_remove(wgc_heap *heap, void **slot);

/*
 * `to` takes the place of `from`: it is stored to, and is the one that will
 * clear; `from` is forgotten, and its contents stay.  If `to` was registered
 * itself, that is forgotten.  WGC_NOT_FOUND if `from` is not registered.
 */
WGC_API wgc_status wgc_weak_slot_move(wgc_heap *heap, void **from, void **to);

/* ---- Weak maps -------------------------------------------------------- */

/*
 * A map from keys to values in which either side, or both, are weak.  With one
 * weak side its entries are ephemerons: the strong side lives only while the
 * weak side does, even if it is the only thing that reaches it (W5-W7).  An
 * entry that lost a weak side is gone from every view when the cycle ends,
 * before any callback runs (W11).  The map is itself an object of the heap; an
 * unreachable one takes its entries with it.
 */
typedef struct wgc_weakmap wgc_weakmap;

typedef struct wgc_weakmap_info {
    bool weak_keys, weak_values;
    /* Keys that are the same address are one key; so are keys for which `equal`
       says so, and which then must have the same hash.  Both or neither.  They
       may call anything, the map's functions included, but must return and must
       not free the map. */
    size_t (*hash)(const void *key, void *data);
    bool (*equal)(const void *a, const void *b, void *data);
    void *data; /* passed to them; held by the map, if it is an object */
    /* A long map: an entry stays until the weak side can no longer come back,
       so that a guard still finds it (W12).  Else it goes before guards run,
       also if the map itself is among what they bring back. */
    bool outlives_guards;
} wgc_weakmap_info;

/*
 * A new, empty map.  NULL info: weak keys, by address.  NULL: WGC_INVALID if
 * there is a hash but no equal, or the reverse; WGC_NO_MEMORY.
 */
WGC_API wgc_weakmap *wgc_weakmap_new(wgc_heap *heap,
                                     const wgc_weakmap_info *info);

/*
 * Add an entry, or replace the value of the one whose key is equal: that keeps
 * the key it has (W1) and its place.  A weak side must be the base of an object,
 * else WGC_NOT_AN_OBJECT; a strong one may be any word, but a key is not NULL if
 * neither side is weak (WGC_INVALID).  WGC_NO_MEMORY leaves the map as it was.
 * WGC_BUSY if the host's `equal` changed the map each of a thousand times.
 * May run a cycle.  The table grows to at most 48 bytes for each living entry,
 * and shrinks in the cycle that leaves it more than twice as large as that.
 */
WGC_API wgc_status wgc_weakmap_set(wgc_weakmap *map, void *key, void *value);

/* The value, or NULL if there is no entry (or its value is NULL). */
WGC_API void *wgc_weakmap_get(wgc_weakmap *map, const void *key);
/* False if there was no entry. */
WGC_API bool wgc_weakmap_remove(wgc_weakmap *map, const void *key);
WGC_API size_t wgc_weakmap_count(wgc_weakmap *map);

/*
 * Remove the entry that was added last, and store its sides, unless they are
 * NULL; false if the map is empty.  Takes constant time, on average over all
 * that were added.
 */
WGC_API bool wgc_weakmap_pop(wgc_weakmap *map, void **key, void **value);

/* A place in a map.  All zero: before the first entry.  It needs no end, may be
   copied, and stays good whatever happens to the map. */
typedef struct wgc_weakmap_iterator {
    uint64_t place, hint;
} wgc_weakmap_iterator;

/*
 * Go on to the next entry, in the order in which they were added; false at the
 * end.  Entries may be added, removed and die meanwhile: what is removed is not
 * met, what is added is met later, and no survivor is skipped or met twice
 * (until 2^31 entries were added meanwhile: then it may begin anew).
 * `key` and `value` may be NULL.
 */
WGC_API bool wgc_weakmap_next(wgc_weakmap *map, wgc_weakmap_iterator *iterator,
                              void **key, void **value);

/* ---- Ephemerons ------------------------------------------------------- */

/*
 * One entry by itself, for hosts that build tables of their own: `value` lives
 * while both `key` and the ephemeron do.  Itself an object of the heap.  `key`
 * must be the base of an object; `value` may be any word.  Both read NULL once
 * the key died; like a short reference, before guards run.
 */
typedef struct wgc_ephemeron wgc_ephemeron;
WGC_API wgc_ephemeron *wgc_ephemeron_new(wgc_heap *heap, void *key,
                                         void *value);
WGC_API void *wgc_ephemeron_key(wgc_ephemeron *ephemeron);
WGC_API void *wgc_ephemeron_value(wgc_ephemeron *ephemeron);

#ifdef __cplusplus
}
#endif

#endif
