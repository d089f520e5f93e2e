/* SPDX-License-Identifier: MIT */
/* Public functions of finalize.h. */
#include "api.h"

static struct wgc__record *
finalizer_record(const wgc_finalizer *finalizer, struct wgc_heap **heap)
{
    return wgc__api_handle(finalizer, WGC__KIND_FINALIZER, heap);
}

wgc_finalizer *
wgc_finalizer_new(wgc_heap *heap, void *object, wgc_finalizer_fn *fn,
                  void *data)
{
    return (wgc_finalizer *)wgc__api_register(
        heap, WGC__KIND_FINALIZER, WGC__RECORD_AFTER, object,
        (wgc__callback *)fn, data, WGC__HERE);
}

wgc_finalizer *
wgc_finalizer_new_guard(wgc_heap *heap, void *object, wgc_finalizer_fn *fn,
                        void *data)
{
    return (wgc_finalizer *)wgc__api_register(
        heap, WGC__KIND_FINALIZER, WGC__RECORD_GUARD, object,
        (wgc__callback *)fn, data, WGC__HERE);
}

bool
wgc_finalizer_alive(const wgc_finalizer *finalizer)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = finalizer_record(finalizer, &heap);
    return record != NULL && (record->flags & WGC__RECORD_ALIVE) != 0;
}

bool
wgc_finalizer_cancel(wgc_finalizer *finalizer)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    struct wgc__record *record = finalizer_record(finalizer, &heap);
    if (record == NULL)
        return false;
    if ((record->flags & WGC__RECORD_ALIVE) == 0 ||
        (record->flags & WGC__RECORD_QUEUED) != 0)
        return false;
    if (wgc__api_is_indexed(record))
        wgc__queue_forget(&heap->queue, record);
    record->flags &= (uint8_t)~WGC__RECORD_ALIVE; /* waits in run_all's list */
    record->node.key = 0;
    record->as.call.data = NULL;
    return true;
}

bool
wgc_finalizer_run(wgc_finalizer *finalizer)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    struct wgc__record *record = finalizer_record(finalizer, &heap);
    if (record == NULL)
        return false;
    struct wgc__delivery *delivery = wgc__api_delivery(heap);
    wgc__queue_is_delivering(delivery, WGC__HERE);
    return wgc__finalize_run(&heap->queue, delivery, record);
}

void *
wgc_finalizer_object(const wgc_finalizer *finalizer)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = finalizer_record(finalizer, &heap);
    return record != NULL && wgc__api_is_indexed(record)
               ? wgc__address_of(record->node.key)
               : NULL;
}

void *
wgc_finalizer_data(const wgc_finalizer *finalizer)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    const struct wgc__record *record = finalizer_record(finalizer, &heap);
    return record != NULL ? record->as.call.data : NULL;
}

/* One list of what is due, as long as memory permits.  It is found again by the
   next call if a callback leaves by longjmp. */
static size_t
run_some(struct wgc_heap *heap, size_t most)
{
    struct wgc__thread *thread = wgc__heap_thread(heap);
    struct wgc__due few[32], *due = few;
    size_t room = heap->queue.counts[WGC__RECORD_AFTER] +
                  heap->queue.counts[WGC__RECORD_GUARD];
    wgc__heap_table_free(heap, thread->due);
    thread->due = NULL;
    if (room > 32)
        due = thread->due = wgc__heap_table_new(heap, room * sizeof *due);
    if (due == NULL || room <= 32) {
        due = few;
        room = 32;
    }
    size_t count = wgc__finalize_newest(&heap->blocks, due, room);
    return wgc__finalize_run_due(&heap->queue, &thread->delivery, &heap->blocks,
                                 due, count, most);
}

size_t
wgc_finalizer_run_all(wgc_heap *heap)
{
    enum { MORE = 65536 }; /* for those that callbacks register */
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL ||
        wgc__queue_is_delivering(wgc__api_delivery(heap), WGC__HERE))
        return 0;
    size_t ran = wgc__queue_deliver(&heap->queue, wgc__api_delivery(heap),
                                    SIZE_MAX, WGC__HERE);
    size_t most = heap->queue.counts[WGC__RECORD_AFTER] +
                  heap->queue.counts[WGC__RECORD_GUARD] + MORE;
    for (size_t some; most != 0 && (some = run_some(heap, most)) != 0;) {
        most -= some;
        ran += some;
    }
    return ran;
}
