/* SPDX-License-Identifier: MIT */
/* Public functions of weak.h. */
#include "api.h"

static struct wgc__record *
reference_record(const wgc_weakref *reference, struct wgc_heap **heap)
{
    return wgc__api_handle(reference, WGC__KIND_WEAKREF, heap);
}

wgc_weakref *
wgc_weakref_new(wgc_heap *heap, void *target, wgc_weakref_fn *on_clear,
                void *data)
{
    return (wgc_weakref *)wgc__api_register(
        heap, WGC__KIND_WEAKREF, WGC__RECORD_SHORT, target,
        (wgc__callback *)on_clear, data, WGC__HERE);
}

wgc_weakref *
wgc_weakref_new_long(wgc_heap *heap, void *target, wgc_weakref_fn *on_clear,
                     void *data)
{
    return (wgc_weakref *)wgc__api_register(
        heap, WGC__KIND_WEAKREF, WGC__RECORD_LONG, target,
        (wgc__callback *)on_clear, data, WGC__HERE);
}

/*
 * The way that nearly all calls take: the handle is in the heap that the thread
 * used last.  Whether its cell is allocated need not be asked: a record that
 * ended has no target.
 */
static WGC__ALWAYS const struct wgc__record *
find_fast(const wgc_weakref *reference)
{
    const struct wgc__mutator *mutator = wgc__world_current;
    if (WGC__UNLIKELY(mutator == NULL || mutator->open == NULL))
        return NULL;
    const struct wgc__blocks *blocks = &mutator->open->blocks;
    size_t offset = wgc__word_of(reference) - wgc__word_of(blocks->base);
    if (WGC__UNLIKELY(offset >=
                      __atomic_load_n(&blocks->extent, __ATOMIC_RELAXED)))
        return NULL;
    const struct wgc__block *block = &blocks->table[offset >> blocks->shift];
    offset &= ((size_t)1 << blocks->shift) - 1;
    if (WGC__UNLIKELY(block->kind != WGC__KIND_WEAKREF ||
                      offset % sizeof(struct wgc__record) != 0))
        return NULL;
    return &reference->record;
}

static void *
target_of(const struct wgc__record *record)
{
    return wgc__address_of(
        __atomic_load_n(&record->node.key, __ATOMIC_RELAXED));
}

static WGC__NOINLINE void *
get_slowly(const wgc_weakref *reference)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = reference_record(reference, &heap);
    return record != NULL ? target_of(record) : NULL;
}

/* No lock: a cycle clears references only while this thread is SAFE, and it is
   not that between the load and the use of what it loaded (BW18). */
void *
wgc_weakref_get(wgc_weakref *reference)
{
    const struct wgc__record *record = find_fast(reference);
    return WGC__LIKELY(record != NULL) ? target_of(record)
                                       : get_slowly(reference);
}

wgc_status
wgc_weakref_clear(wgc_weakref *reference)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    struct wgc__record *record = reference_record(reference, &heap);
    if (record == NULL)
        return wgc__api_status();
    if (wgc__api_is_indexed(record)) {
        wgc__queue_forget(&heap->queue, record);
        record->as.call.fn = NULL;
        record->as.call.data = NULL;
    }
    return WGC_OK;
}

wgc_weakref_fn *
wgc_weakref_callback(wgc_weakref *reference)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = reference_record(reference, &heap);
    if (record == NULL || (record->flags & WGC__RECORD_RUNNING) != 0)
        return NULL;
    return (wgc_weakref_fn *)record->as.call.fn;
}

void *
wgc_weakref_data(wgc_weakref *reference)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = reference_record(reference, &heap);
    return record != NULL ? record->as.call.data : NULL;
}

wgc_weakref *
wgc_weakref_next(wgc_heap *heap, const void *target, wgc_weakref *previous)
{
    const unsigned types = 1U << WGC__RECORD_SHORT | 1U << WGC__RECORD_LONG;
    const struct wgc__record *after = NULL;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    if (previous != NULL) {
        struct wgc__object object;
        if (!wgc__heap_object_at(heap, previous, &object) ||
            object.info->kind != WGC__KIND_WEAKREF) {
            wgc__api_set_status(WGC_NOT_AN_OBJECT);
            return NULL;
        }
        after = &previous->record;
        if (after->node.key != wgc__word_of(target) || target == NULL)
            return NULL;
    }
    return (wgc_weakref *)wgc__queue_find(&heap->queue, target, types, after);
}

/* ---- Slots ---- */

/* A place where a slot can be: aligned, and not where the heap has no object. */
static bool
is_place(struct wgc_heap *heap, void **slot)
{
    wgc__word place = wgc__word_of(slot);
    struct wgc__object object;
    return slot != NULL && place % WGC__WORD == 0 &&
           (place - wgc__word_of(heap->blocks.base) >= heap->blocks.extent ||
            wgc__heap_object_find(heap, place, &object));
}

wgc_status
wgc_weak_slot_add(wgc_heap *heap, void **slot, void *target)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (!is_place(heap, slot))
        return wgc__api_refuse(heap, WGC_INVALID);
    if (!wgc__heap_object_at(heap, target, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    struct wgc__record *record =
        wgc__api_new_record(heap, WGC__KIND_SLOT, target, slot, WGC__HERE);
    if (record == NULL)
        return wgc__api_status();
    if (!wgc__heap_object_at(heap, target, &object)) { /* a callback freed it */
        wgc__weak_slots_free(&heap->weak, record);
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    }
    struct wgc__record *old = wgc__weak_slot_find(&heap->weak, slot);
    if (old != NULL)
        wgc__weak_slot_drop(&heap->weak, old);
    wgc__weak_slot_register(&heap->weak, record, slot, target);
    wgc__heap_tend_index(heap, &heap->queue.targets);
    wgc__heap_tend_index(heap, &heap->queue.places);
    return WGC_OK;
}

wgc_status
wgc_weak_slot_remove(wgc_heap *heap, void **slot)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__record *record = wgc__weak_slot_find(&heap->weak, slot);
    if (record == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    wgc__weak_slot_drop(&heap->weak, record);
    return WGC_OK;
}

wgc_status
wgc_weak_slot_move(wgc_heap *heap, void **from, void **to)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__record *record = wgc__weak_slot_find(&heap->weak, from);
    if (record == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    if (!is_place(heap, to))
        return wgc__api_refuse(heap, WGC_INVALID);
    struct wgc__record *other = wgc__weak_slot_find(&heap->weak, to);
    if (other != NULL && other != record)
        wgc__weak_slot_drop(&heap->weak, other);
    wgc__weak_slot_place(&heap->weak, record, to);
    return WGC_OK;
}
