/* SPDX-License-Identifier: MIT */
/* The way in; the life of a heap; collection, delivery, statistics. */
#include "api.h"

#include "debug.h"

/* ---- The way in ---- */

const char *
wgc_status_text(wgc_status status)
{
    switch (status) {
    case WGC_OK:
        return "success";
    case WGC_NO_MEMORY:
        return "not enough memory";
    case WGC_TOO_LARGE:
        return "size too large";
    case WGC_INVALID:
        return "invalid argument";
    case WGC_NOT_AN_OBJECT:
        return "not an object of this heap";
    case WGC_NOT_FOUND:
        return "not registered";
    case WGC_UNATTACHED:
        return "thread not attached to this heap";
    case WGC_BUSY:
        return "not possible now";
    case WGC_CORRUPT:
        return "the heap is corrupt";
    }
    return "unknown status";
}

void
wgc__api_set_status(wgc_status status)
{
    wgc__world_status = (int)status;
}

wgc_status
wgc_last_status(void)
{
    wgc_status status = (wgc_status)wgc__world_status;
    wgc__world_status = WGC_OK;
    return status;
}

wgc_status
wgc__api_refuse(struct wgc_heap *heap, wgc_status status)
{
    const wgc_event event = {.type = WGC_EVENT_MISUSE, .status = status};
    wgc__api_set_status(status);
    wgc__heap_event(heap, &event);
    return status;
}

static bool
is_shut(const struct wgc__mutator *mutator)
{
    return WGC__UNLIKELY((mutator->busy & WGC__BUSY_SHUT) != 0);
}

/* In a cycle or event this thread has the lock; in a blocking region it may. */
static void
refuse_busy(struct wgc__mutator *mutator)
{
    wgc__world_acquire(mutator);
    wgc__api_refuse(mutator->heap, WGC_BUSY);
    wgc__world_release(mutator);
}

struct wgc_heap *
wgc__api_lock(wgc_heap *heap)
{
    struct wgc__mutator *mutator = wgc__world_find(heap);
    if (WGC__UNLIKELY(mutator == NULL)) {
        wgc__api_set_status(WGC_UNATTACHED);
        return NULL;
    }
    if (is_shut(mutator)) {
        refuse_busy(mutator);
        return NULL;
    }
    wgc__world_acquire(mutator);
    return heap;
}

void
wgc__api_unlock(struct wgc_heap *const *heap)
{
    if (*heap != NULL)
        wgc__world_release(wgc__world_find(*heap));
}

static bool
is_of_heap(struct wgc__mutator *mutator, const void *handle, uint16_t kind)
{
    struct wgc__object object;
    return wgc__heap_object_at(mutator->heap, handle, &object) &&
           object.info->kind == kind;
}

/* On success the lock is kept. */
void *
wgc__api_handle(const void *handle, uint16_t kind, struct wgc_heap **heap)
{
    struct wgc__mutator *mutator = wgc__world_current;
    wgc_status status = mutator != NULL ? WGC_NOT_AN_OBJECT : WGC_UNATTACHED;
    *heap = NULL;
    for (; mutator != NULL; mutator = mutator->next) {
        wgc__world_acquire(mutator);
        bool found = is_of_heap(mutator, handle, kind);
        if (found && !is_shut(mutator)) {
            *heap = mutator->heap;
            return wgc__address_of(wgc__word_of(handle));
        }
        if (found)
            wgc__api_refuse(mutator->heap, WGC_BUSY);
        wgc__world_release(mutator);
        if (found)
            return NULL;
    }
    wgc__api_set_status(status);
    return NULL;
}

/* ---- Life of a heap ---- */

wgc_heap *
wgc_heap_new(const wgc_config *config)
{
    wgc_status status;
    struct wgc_heap *heap = wgc__heap_new(config, &status);
    if (heap != NULL &&
        ((heap->config.debug && !wgc__debug_init(heap)) ||
         (heap->config.at_fork && !wgc__api_watch_fork(heap)))) {
        wgc__heap_free(heap);
        heap = NULL;
        status = WGC_NO_MEMORY;
    }
    if (heap == NULL)
        wgc__api_set_status(status);
    return heap;
}

wgc_status
wgc_heap_free(wgc_heap *heap)
{
    heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__mutator *self = wgc__world_find(heap);
    wgc__queue_is_delivering(wgc__api_delivery(heap), WGC__HERE);
    if (wgc__api_delivery(heap)->running != NULL ||
        (self->busy & WGC__BUSY_OOM) != 0 || heap->world.mutators != self ||
        self->peer != NULL || self->depth != 1) {
        wgc_status status = wgc__api_refuse(heap, WGC_BUSY);
        wgc__world_release(self);
        return status;
    }
    wgc__world_release(self);
    wgc__api_unwatch_fork(heap);
    wgc__heap_free(heap);
    return WGC_OK;
}

wgc_kind
wgc_kind_new(wgc_heap *heap, const wgc_kind_info *info)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return WGC_KIND_INVALID;
    if (info == NULL || (info->trace != NULL && info->pointers != NULL) ||
        (info->pointers == NULL && info->words != 0) ||
        info->words > SIZE_MAX / WGC__WORD) {
        wgc__api_refuse(heap, WGC_INVALID);
        return WGC_KIND_INVALID;
    }
    uint32_t kind = wgc__heap_add_kind(heap, info);
    if (kind == 0 && wgc__api_may_collect(heap)) {
        wgc__collect(heap, false);
        kind = wgc__heap_add_kind(heap, info);
    }
    if (kind == 0) {
        wgc__api_refuse(heap, WGC_NO_MEMORY);
        return WGC_KIND_INVALID;
    }
    return kind;
}

/* ---- Collection and delivery ---- */

static wgc_status
collect(wgc_heap *mine, bool exact, wgc__word here)
{
    WGC__LOCKED struct wgc_heap *heap = wgc__api_lock(mine);
    if (heap == NULL)
        return wgc__api_status();
    if (!exact && !wgc__world_is_on_stack(wgc__world_find(heap)))
        return wgc__api_refuse(heap, WGC_UNATTACHED);
    if (!wgc__collect(heap, exact))
        return wgc__api_refuse(heap, WGC_UNATTACHED);
    if (heap->config.delivery != WGC_DELIVER_MANUAL)
        wgc__queue_deliver(&heap->queue, wgc__api_delivery(heap), SIZE_MAX,
                           here);
    return WGC_OK;
}

wgc_status
wgc_collect(wgc_heap *heap)
{
    return collect(heap, false, WGC__HERE);
}

wgc_status
wgc_collect_exact(wgc_heap *heap)
{
    return collect(heap, true, WGC__HERE);
}

wgc_status
wgc_disable(wgc_heap *heap)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    heap->disabled++;
    return WGC_OK;
}

wgc_status
wgc_enable(wgc_heap *heap)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (heap->disabled == 0)
        return wgc__api_refuse(heap, WGC_INVALID);
    heap->disabled--;
    return WGC_OK;
}

wgc_status
wgc_external(wgc_heap *heap, ptrdiff_t bytes)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    size_t grown;
    if (bytes >= 0) {
        if (__builtin_add_overflow(heap->external, (size_t)bytes, &grown))
            return wgc__api_refuse(heap, WGC_INVALID);
        heap->external = grown;
        heap->external_since += wgc__min(
            (size_t)bytes,
            SIZE_MAX / 4 - wgc__min(heap->external_since, SIZE_MAX / 4));
    } else {
        size_t shrunk = (size_t)0 - (size_t)bytes;
        if (shrunk > heap->external)
            return wgc__api_refuse(heap, WGC_INVALID);
        heap->external -= shrunk;
        heap->external_since -= wgc__min(shrunk, heap->external_since);
    }
    return WGC_OK;
}

/* Also inside a cycle or event, where this thread has the lock. */
size_t
wgc_pending(wgc_heap *heap)
{
    struct wgc__mutator *mutator = wgc__world_find(heap);
    if (mutator == NULL) {
        wgc__api_set_status(WGC_UNATTACHED);
        return 0;
    }
    wgc__world_acquire(mutator);
    size_t pending = heap->queue.pending;
    wgc__world_release(mutator);
    return pending;
}

size_t
wgc_deliver(wgc_heap *heap, size_t most)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    return heap != NULL
               ? wgc__queue_deliver(&heap->queue, wgc__api_delivery(heap), most,
                                    WGC__HERE)
               : 0;
}

wgc_status
wgc_callback_abandon(wgc_heap *heap)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (!wgc__queue_abandon(wgc__api_delivery(heap), WGC__HERE))
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    return WGC_OK;
}

/* ---- Statistics ---- */

static size_t
sum_of(const struct wgc__queue *queue, enum wgc__record_type a,
       enum wgc__record_type b)
{
    return queue->counts[a] + queue->counts[b];
}

static void
take_stats(struct wgc_heap *heap, wgc_stats *stats)
{
    const struct wgc__queue *queue = &heap->queue;
    struct wgc__census live = wgc__heap_census(heap);
    *stats = (wgc_stats){
        .cycles = heap->cycles,
        .live_bytes = live.bytes,
        .live_objects = live.objects,
        .committed_bytes = wgc__chunk_committed(&heap->chunk),
        .reserved_bytes = heap->chunk.reserved_bytes,
        .allocated_bytes =
            heap->allocated_before + heap->alloc.since - wgc__heap_ahead(heap),
        .external_bytes = heap->external,
        .pause_ns_last = heap->pause_last,
        .pause_ns_max = heap->pause_max,
        .pause_ns_total = heap->pause_total,
        .weakrefs = sum_of(queue, WGC__RECORD_SHORT, WGC__RECORD_LONG) +
                    queue->counts[WGC__RECORD_SLOT],
        .finalizers = sum_of(queue, WGC__RECORD_AFTER, WGC__RECORD_GUARD) +
                      wgc__queue_finalizers(queue),
        .pending = queue->pending,
        .self_retained = heap->self_retained,
        .kinds = heap->kinds_count - WGC__KIND_HOST,
    };
}

/* Also inside a cycle or event. */
void
wgc_stats_get(wgc_heap *heap, wgc_stats *stats)
{
    struct wgc__mutator *mutator = wgc__world_find(heap);
    if (stats == NULL) {
        wgc__api_set_status(WGC_INVALID);
        return;
    }
    *stats = (wgc_stats){0};
    if (mutator == NULL) {
        wgc__api_set_status(WGC_UNATTACHED);
        return;
    }
    wgc__world_acquire(mutator);
    take_stats(heap, stats);
    wgc__world_release(mutator);
}

size_t
wgc_trim(wgc_heap *heap)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return 0;
    return wgc__chunk_release(&heap->chunk, 0) << heap->chunk.shift;
}
