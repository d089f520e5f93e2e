/* SPDX-License-Identifier: MIT */
/* Allocation, resizing, early release, and what an address is. */
#include "api.h"
#include "debug.h"
#include "wgc/inline.h"

#include <string.h>

static bool
stress_is_due(struct wgc_heap *heap)
{
    if (heap->config.stress == 0 || ++heap->stress_count < heap->config.stress)
        return false;
    heap->stress_count = 0;
    return true;
}

/* Objects of the host's come from its thread's own lanes; records are made under
   the lock anyway. */
static struct wgc__lane *
lane_for(struct wgc_heap *heap, uint32_t kind)
{
    return kind > WGC__KIND_LEAF && kind < WGC__KIND_HOST
               ? wgc__heap_lane(heap, kind)
               : wgc__heap_thread_lane(heap, wgc__heap_thread(heap), kind);
}

static void *
try_allocate(struct wgc_heap *heap, uint32_t kind, size_t bytes,
             size_t alignment)
{
    struct wgc__lane *lane = lane_for(heap, kind);
    if (lane == NULL)
        return NULL;
    const struct wgc__classes *classes = &heap->classes;
    unsigned class = alignment <= WGC__GRANULE && bytes <= classes->small_max
                         ? wgc__class_of(classes, bytes)
                         : wgc__class_aligned(classes, bytes, alignment);
    if (class < classes->count)
        return wgc__alloc_small(&heap->alloc, lane, class);
    return wgc__alloc_large(&heap->alloc, lane, bytes, alignment);
}

/* Ask the host for memory until it has no more, or the allocation succeeds. */
static void *
allocate_with_hook(struct wgc_heap *heap, uint32_t kind, size_t bytes,
                   size_t alignment)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    void *object = NULL;
    while (object == NULL && heap->config.on_oom != NULL) {
        wgc__world_set_busy(self, WGC__BUSY_OOM);
        wgc__world_pause(&heap->world);
        bool again = heap->config.on_oom(heap, bytes, heap->config.oom_data);
        wgc__world_proceed(&heap->world);
        wgc__world_end_busy(self, WGC__BUSY_OOM);
        if (!again)
            break;
        object = try_allocate(heap, kind, bytes, alignment);
        if (object != NULL || !wgc__api_may_collect(heap))
            continue;
        wgc__collect(heap, false);
        object = try_allocate(heap, kind, bytes, alignment);
    }
    return object;
}

static void *
fail(struct wgc_heap *heap, size_t bytes)
{
    const wgc_event event = {
        .type = WGC_EVENT_NO_MEMORY, .status = WGC_NO_MEMORY, .bytes = bytes};
    wgc__api_set_status(WGC_NO_MEMORY);
    wgc__heap_event(heap, &event);
    return NULL;
}

/* Callbacks run while the new object is a root. */
static void
deliver_after_allocation(struct wgc_heap *heap, const void *object,
                         wgc__word here)
{
    const void **held = wgc__world_find(heap)->held;
    struct wgc__hold hold = wgc__api_hold(heap, held[0], held[1], object);
    wgc__queue_deliver(&heap->queue, wgc__api_delivery(heap), SIZE_MAX, here);
    wgc__api_let_go(heap, &hold);
}

void *
wgc__api_allocate(struct wgc_heap *heap, uint32_t kind, size_t bytes,
                  size_t alignment, wgc__word here)
{
    void *object = NULL;
    bool due = stress_is_due(heap) || wgc__collect_is_due(heap, bytes);
    if (due && heap->disabled == 0 && heap->config.manual_collect)
        return fail(heap, bytes);
    due = due && wgc__api_may_collect(heap);
    if (due)
        wgc__collect(heap, false);
    object = try_allocate(heap, kind, bytes, alignment);
    if (object == NULL && !due && wgc__api_may_collect(heap)) {
        due = true;
        wgc__collect(heap, false);
        object = try_allocate(heap, kind, bytes, alignment);
    }
    if (object == NULL)
        object = allocate_with_hook(heap, kind, bytes, alignment);
    if (object == NULL)
        return fail(heap, bytes);
    if (WGC__UNLIKELY(heap->debug != NULL))
        wgc__debug_born(heap, object, bytes);
    if (due && heap->config.delivery == WGC_DELIVER_ALLOC)
        deliver_after_allocation(heap, object, here);
    return object;
}

static bool
may_be_allocated(struct wgc_heap *heap, size_t bytes)
{
    bool in_oom = (wgc__world_find(heap)->busy & WGC__BUSY_OOM) != 0;
    if (!in_oom && bytes <= (size_t)heap->chunk.limit << heap->chunk.shift)
        return true;
    wgc__api_refuse(heap, in_oom ? WGC_BUSY : WGC_TOO_LARGE);
    return false;
}

static bool
is_kind(const struct wgc_heap *heap, wgc_kind kind)
{
    return kind < heap->kinds_count && heap->kinds[kind] != NULL &&
           (kind <= WGC_KIND_LEAF || kind >= WGC__KIND_HOST);
}

static WGC__NOINLINE void *
allocate_checked(wgc_heap *heap, wgc_kind kind, size_t bytes, size_t alignment,
                 wgc__word here)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    if (!is_kind(heap, kind) || !wgc__is_power_of_two(alignment) ||
        alignment > (size_t)64 << 10) {
        wgc__api_refuse(heap, WGC_INVALID);
        return NULL;
    }
    if (!may_be_allocated(heap, bytes))
        return NULL;
    return wgc__api_allocate(heap, kind, bytes, alignment, here);
}

/* A cell from a run that is ready: no cycle can be due, nothing is checked but
   that this is the heap that the thread used last, and open (world.h). */
static WGC__ALWAYS void *
allocate_fast(const wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    struct wgc__mutator *mutator = wgc__world_current;
    if (WGC__UNLIKELY(mutator == NULL || mutator->open != heap) ||
        WGC__UNLIKELY(bytes > mutator->open->classes.small_max))
        return NULL;
    struct wgc__thread *thread = (struct wgc__thread *)mutator;
    return wgc__run_take(
        &thread->lanes[kind].runs[wgc__class_of(&heap->classes, bytes)]);
}

/* The same of any kind; there is a lane once the kind was found good. */
static WGC__ALWAYS void *
allocate_fast_kind(const wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    struct wgc__mutator *mutator = wgc__world_current;
    if (WGC__UNLIKELY(mutator == NULL || mutator->open != heap) ||
        WGC__UNLIKELY(bytes > mutator->open->classes.small_max))
        return NULL;
    struct wgc__lane *lane =
        wgc__thread_lane((struct wgc__thread *)mutator, kind);
    if (WGC__UNLIKELY(lane == NULL))
        return NULL;
    return wgc__run_take(&lane->runs[wgc__class_of(&heap->classes, bytes)]);
}

void *
wgc_alloc(wgc_heap *heap, size_t bytes)
{
    void *object = allocate_fast(heap, WGC_KIND_CONSERVATIVE, bytes);
    if (WGC__LIKELY(object != NULL))
        return object;
    return allocate_checked(heap, WGC_KIND_CONSERVATIVE, bytes, 1, WGC__HERE);
}

void *
wgc_alloc_leaf(wgc_heap *heap, size_t bytes)
{
    void *object = allocate_fast(heap, WGC_KIND_LEAF, bytes);
    if (WGC__LIKELY(object != NULL))
        return object;
    return allocate_checked(heap, WGC_KIND_LEAF, bytes, 1, WGC__HERE);
}

void *
wgc_alloc_kind(wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    void *object = allocate_fast_kind(heap, kind, bytes);
    if (WGC__LIKELY(object != NULL))
        return object;
    return allocate_checked(heap, kind, bytes, 1, WGC__HERE);
}

/* The head of a run is public. */
#define IS_AS_PUBLIC(field)                                                    \
    _Static_assert(offsetof(wgc_run, field) ==                                 \
                           offsetof(struct wgc__run, field) &&                 \
                       sizeof(((wgc_run *)0)->field) ==                        \
                           sizeof(((struct wgc__run *)0)->field),              \
                   "inline.h says where " #field " is")
IS_AS_PUBLIC(next);
IS_AS_PUBLIC(limit);
IS_AS_PUBLIC(cell_bytes);

wgc_run *
wgc_run_find(wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    wgc_status status = WGC_NO_MEMORY;
    struct wgc__lane *lane = NULL;
    if (!is_kind(heap, kind))
        status = WGC_INVALID;
    else if (bytes > heap->classes.small_max)
        status = WGC_TOO_LARGE;
    else
        lane = wgc__heap_thread_lane(heap, wgc__heap_thread(heap), kind);
    if (lane == NULL) {
        wgc__api_refuse(heap, status);
        return NULL;
    }
    return (wgc_run *)&lane->runs[wgc__class_of(&heap->classes, bytes)];
}

void *
wgc_alloc_aligned(wgc_heap *heap, wgc_kind kind, size_t bytes, size_t alignment)
{
    return allocate_checked(heap, kind, bytes, alignment, WGC__HERE);
}

/* ---- Resize and free ---- */

static wgc_status
refuse_address(struct wgc_heap *heap, const void *address)
{
    if (WGC__UNLIKELY(heap->debug != NULL))
        wgc__debug_blame(heap, address);
    return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
}

static bool
resize_cell(struct wgc_heap *heap, const struct wgc__object *object,
            size_t bytes)
{
    size_t before = wgc__object_bytes(object), usable = before;
    if (object->info->state == WGC__BLOCK_LARGE) {
        size_t rounded = wgc__align_up(wgc__max(bytes, 1), WGC__GRANULE);
        if (rounded < bytes || !wgc__large_resize(&heap->blocks, &heap->chunk,
                                                  object->block, rounded))
            return false;
        if (rounded > usable)
            heap->alloc.since += rounded - usable;
        usable = rounded;
    }
    if (bytes > usable)
        return false;
    memset(object->start + bytes, 0, usable - bytes);
    wgc__weak_slots_end(&heap->weak, wgc__word_of(object->start) + bytes,
                        before - wgc__min(bytes, before));
    return true;
}

static bool
resize_in_place(struct wgc_heap *heap, const struct wgc__object *object,
                size_t bytes)
{
    if (WGC__LIKELY(heap->debug == NULL))
        return resize_cell(heap, object, bytes);
    size_t before = wgc__debug_bytes(heap, object);
    wgc__debug_open(heap, object);
    bool resized = resize_cell(heap, object, bytes);
    wgc__debug_close(heap, object, resized ? bytes : before);
    return resized;
}

bool
wgc_resize(wgc_heap *heap, void *address, size_t bytes)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return false;
    if (!wgc__heap_object_at(heap, address, &object) ||
        wgc__kind_is_handle(object.info->kind)) {
        refuse_address(heap, address);
        return false;
    }
    return resize_in_place(heap, &object, bytes);
}

/* Everything that knows the object by its address learns the new one.  Slots
   in it go first, as one of them may be a slot to the object itself. */
static void
move_ties(struct wgc_heap *heap, const struct wgc__object *from, void *to,
          size_t kept)
{
    wgc__word old = wgc__word_of(from->start), new = wgc__word_of(to);
    struct wgc__root *pin =
        wgc__roots_find(&heap->roots, WGC__ROOT_PIN, old, NULL);
    if (pin != NULL)
        wgc__roots_rekey(&heap->roots, pin, new);
    wgc__weak_slots_move(&heap->weak, old, kept, new);
    wgc__weak_slots_end(&heap->weak, old + kept,
                        wgc__object_bytes(from) - kept);
    if (wgc__heap_has_maps(heap))
        wgc__ephemeron_move(&heap->ephemerons, from, new);
    wgc__queue_retarget(&heap->queue, old, new);
    wgc__queue_retarget_guards(&heap->queue, old, new);
}

static void
free_cell(struct wgc_heap *heap, const struct wgc__object *object)
{
    wgc__alloc_free(&heap->alloc, wgc__heap_lane(heap, object->info->kind),
                    object);
}

static void *
move(struct wgc_heap *heap, struct wgc__object *object, size_t bytes,
     wgc__word here)
{
    void *old = object->start;
    struct wgc__hold hold = wgc__api_hold(heap, old, NULL, NULL);
    void *new = wgc__api_allocate(heap, object->info->kind, bytes, 1, here);
    wgc__api_let_go(heap, &hold);
    /* A callback may have freed it, and a cycle moves nothing else. */
    if (new == NULL || !wgc__heap_object_at(heap, old, object))
        return NULL;
    if (WGC__UNLIKELY(heap->debug != NULL)) {
        wgc__debug_open(heap, object);
        wgc__debug_freed(heap, object);
    }
    size_t kept = wgc__min(wgc__object_bytes(object), bytes);
    memcpy(new, old, kept);
    move_ties(heap, object, new, kept);
    free_cell(heap, object);
    return new;
}

static bool
fits_well(const struct wgc_heap *heap, const struct wgc__object *object,
          size_t bytes)
{
    size_t usable = wgc__object_bytes(object);
    if (object->info->state == WGC__BLOCK_LARGE)
        return bytes > heap->classes.small_max;
    return bytes <= usable && bytes > usable / 2;
}

void *
wgc_realloc(wgc_heap *heap, void *address, size_t bytes)
{
    struct wgc__object object;
    if (address == NULL)
        return wgc_alloc(heap, bytes);
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, address, &object) ||
        wgc__kind_is_handle(object.info->kind)) {
        refuse_address(heap, address);
        return NULL;
    }
    if (!may_be_allocated(heap, bytes))
        return NULL;
    if (fits_well(heap, &object, bytes) &&
        resize_in_place(heap, &object, bytes))
        return address;
    size_t usable = wgc__object_bytes(&object);
    void *new = move(heap, &object, bytes, WGC__HERE);
    if (new == NULL &&
        bytes <= usable &&wgc__heap_object_at(heap, address, &object) &&
        resize_in_place(heap, &object, bytes))
        return address;
    return new;
}

/* The object dies by hand: everything tied to it is settled. */
static void
end_ties(struct wgc_heap *heap, const struct wgc__object *object)
{
    wgc__word start = wgc__word_of(object->start);
    wgc__weak_slots_free(&heap->weak,
                         wgc__queue_condemn(&heap->queue, start, NULL, true));
    wgc__queue_retarget_guards(&heap->queue, start, 0);
    if (wgc__heap_has_maps(heap))
        wgc__ephemeron_move(&heap->ephemerons, object, 0);
    wgc__queue_add_batch(&heap->queue);
    wgc__weak_slots_end(&heap->weak, start, wgc__object_bytes(object));
}

wgc_status
wgc_free(wgc_heap *heap, void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (address == NULL)
        return WGC_OK;
    if (!wgc__heap_object_at(heap, address, &object))
        return refuse_address(heap, address);
    if (wgc__roots_find(&heap->roots, WGC__ROOT_PIN, wgc__word_of(address),
                        NULL) != NULL)
        return wgc__api_refuse(heap, WGC_BUSY);
    if (object.info->kind == WGC__KIND_WEAKREF ||
        object.info->kind == WGC__KIND_FINALIZER) {
        struct wgc__record *record = address;
        if ((record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) != 0)
            return wgc__api_refuse(heap, WGC_BUSY);
        wgc__queue_forget(&heap->queue, record);
    }
    if (WGC__UNLIKELY(heap->debug != NULL)) {
        wgc__debug_open(heap, &object);
        wgc__debug_freed(heap, &object);
    }
    end_ties(heap, &object);
    free_cell(heap, &object);
    return WGC_OK;
}

/* ---- Questions ---- */

size_t
wgc_size(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL || !wgc__heap_object_at(heap, address, &object))
        return 0;
    if (WGC__UNLIKELY(heap->debug != NULL))
        return wgc__debug_bytes(heap, &object);
    return wgc__object_bytes(&object);
}

void *
wgc_base(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL ||
        !wgc__heap_object_find(heap, wgc__word_of(address), &object))
        return NULL;
    return object.start;
}

wgc_kind
wgc_kind_of(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL || !wgc__heap_object_at(heap, address, &object))
        return WGC_KIND_INVALID;
    return object.info->kind;
}

/* ---- Records ---- */

struct wgc__record *
wgc__api_new_record(struct wgc_heap *heap, uint16_t kind, const void *a,
                    const void *b, wgc__word here)
{
    struct wgc__hold hold = wgc__api_hold(heap, a, b, NULL);
    void *record =
        wgc__api_allocate(heap, kind, sizeof(struct wgc__record), 1, here);
    wgc__api_let_go(heap, &hold);
    return record;
}

struct wgc__record *
wgc__api_register(wgc_heap *heap, uint16_t kind, enum wgc__record_type type,
                  void *target, wgc__callback *fn, void *data, wgc__word here)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, target, &object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return NULL;
    }
    if (fn == NULL && kind == WGC__KIND_FINALIZER) {
        wgc__api_refuse(heap, WGC_INVALID);
        return NULL;
    }
    uint32_t pauses = heap->world.pauses;
    struct wgc__record *record =
        wgc__api_new_record(heap, kind, target, data, here);
    if (record == NULL)
        return NULL;
    if (heap->world.pauses != pauses &&
        !wgc__heap_object_at(heap, target, &object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT); /* a callback freed it */
        return NULL;
    }
    wgc__queue_register(&heap->queue, record, type, target, fn, data);
    wgc__heap_tend_index(heap, &heap->queue.targets);
    return record;
}
