/* SPDX-License-Identifier: MIT */
#include "api.h"

#include <string.h>

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

struct wgc_heap *
wgc__api_enter(wgc_heap *heap)
{
    struct wgc__mutator *mutator = wgc__world_find(heap);
    if (WGC__UNLIKELY(mutator == NULL)) {
        wgc__api_set_status(WGC_UNATTACHED);
        return NULL;
    }
    if (WGC__UNLIKELY(heap->phase != WGC__IDLE || heap->depth_event != 0)) {
        wgc__api_refuse(heap, WGC_BUSY);
        return NULL;
    }
    return heap;
}

/* After wgc__api_enter returned NULL, as a status. */
static wgc_status
refused(void)
{
    return (wgc_status)wgc__world_status;
}

struct wgc__record *
wgc__api_record(const void *handle, uint16_t kind)
{
    struct wgc__object object;
    for (struct wgc__mutator *mutator = wgc__world_current; mutator != NULL;
         mutator = mutator->next)
        if (wgc__object_at(&mutator->heap->blocks, handle, &object))
            return object.info->kind == kind &&
                           ((struct wgc__record *)(void *)object.start)
                                   ->registration != 0
                       ? (struct wgc__record *)(void *)object.start
                       : NULL;
    return NULL;
}

struct wgc_heap *
wgc__api_heap_of(const void *handle, uint16_t kind)
{
    struct wgc__object object;
    if (wgc__api_record(handle, kind) != NULL)
        for (struct wgc__mutator *mutator = wgc__world_current; mutator != NULL;
             mutator = mutator->next)
            if (wgc__object_at(&mutator->heap->blocks, handle, &object))
                return wgc__api_enter(mutator->heap);
    wgc__api_set_status(WGC_NOT_AN_OBJECT);
    return NULL;
}

/* ---- Life of a heap ---- */

wgc_heap *
wgc_heap_new(const wgc_config *config)
{
    wgc_status status;
    struct wgc_heap *heap = wgc__heap_new(config, &status);
    if (heap == NULL)
        wgc__api_set_status(status);
    return heap;
}

wgc_status
wgc_heap_free(wgc_heap *heap)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    wgc__queue_is_delivering(&heap->queue, WGC__HERE);
    if (heap->queue.running != NULL || heap->in_oom)
        return wgc__api_refuse(heap, WGC_BUSY);
    wgc__heap_free(heap);
    return WGC_OK;
}

wgc_kind
wgc_kind_new(wgc_heap *heap, const wgc_kind_info *info)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return WGC_KIND_INVALID;
    if (info == NULL || (info->trace != NULL && info->pointers != NULL) ||
        (info->pointers == NULL && info->words != 0) ||
        info->words > SIZE_MAX / WGC__WORD) {
        wgc__api_refuse(heap, WGC_INVALID);
        return WGC_KIND_INVALID;
    }
    uint32_t kind = wgc__heap_add_kind(heap, info);
    if (kind == 0) {
        wgc__api_refuse(heap, WGC_NO_MEMORY);
        return WGC_KIND_INVALID;
    }
    return kind;
}

/* ---- Allocation ---- */

static bool
may_collect(const struct wgc_heap *heap)
{
    return !heap->config.manual_collect && heap->disabled == 0;
}

static bool
stress_is_due(struct wgc_heap *heap)
{
    if (heap->config.stress == 0 || ++heap->stress_count < heap->config.stress)
        return false;
    heap->stress_count = 0;
    return true;
}

static void *
try_allocate(struct wgc_heap *heap, struct wgc__lane *lane, size_t bytes,
             size_t alignment)
{
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
allocate_with_hook(struct wgc_heap *heap, struct wgc__lane *lane, size_t bytes,
                   size_t alignment)
{
    void *object = NULL;
    while (object == NULL && heap->config.on_oom != NULL && !heap->in_oom) {
        heap->in_oom = true;
        bool again = heap->config.on_oom(heap, bytes, heap->config.oom_data);
        heap->in_oom = false;
        if (!again)
            break;
        object = try_allocate(heap, lane, bytes, alignment);
        if (object != NULL || !may_collect(heap))
            continue;
        wgc__collect(heap, false);
        object = try_allocate(heap, lane, bytes, alignment);
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
    heap->mutator.held[2] = object;
    wgc__queue_deliver(&heap->queue, SIZE_MAX, here);
    heap->mutator.held[2] = NULL;
}

void *
wgc__api_allocate(struct wgc_heap *heap, struct wgc__lane *lane, size_t bytes,
                  size_t alignment, wgc__word here)
{
    void *object = NULL;
    bool due = stress_is_due(heap) || wgc__collect_is_due(heap, bytes);
    if (due && heap->disabled == 0 && heap->config.manual_collect)
        return fail(heap, bytes);
    due = due && may_collect(heap);
    if (due)
        wgc__collect(heap, false);
    object = try_allocate(heap, lane, bytes, alignment);
    if (object == NULL && !due && may_collect(heap)) {
        due = true;
        wgc__collect(heap, false);
        object = try_allocate(heap, lane, bytes, alignment);
    }
    if (object == NULL)
        object = allocate_with_hook(heap, lane, bytes, alignment);
    if (object == NULL)
        return fail(heap, bytes);
    if (due && heap->config.delivery == WGC_DELIVER_ALLOC)
        deliver_after_allocation(heap, object, here);
    return object;
}

static WGC__NOINLINE void *
allocate_checked(wgc_heap *heap, wgc_kind kind, size_t bytes, size_t alignment,
                 wgc__word here)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return NULL;
    if (kind >= heap->kinds_count || heap->kinds[kind] == NULL ||
        (kind > WGC_KIND_LEAF && kind < WGC__KIND_HOST) ||
        !wgc__is_power_of_two(alignment) || alignment > (size_t)64 << 10) {
        wgc__api_refuse(heap, WGC_INVALID);
        return NULL;
    }
    if (bytes > (size_t)heap->chunk.limit << heap->chunk.shift) {
        wgc__api_refuse(heap, WGC_TOO_LARGE);
        return NULL;
    }
    return wgc__api_allocate(heap, wgc__heap_lane(heap, kind), bytes, alignment,
                             here);
}

/* A cell from a run that is ready: no cycle can be due, nothing is checked but
   that this is the heap that the thread used last, and not in a cycle (then
   there are no runs). */
static WGC__ALWAYS void *
allocate_fast(const wgc_heap *heap, wgc_kind kind, size_t bytes)
{
    struct wgc__mutator *mutator = wgc__world_current;
    if (WGC__UNLIKELY(mutator == NULL || mutator->heap != heap) ||
        WGC__UNLIKELY(bytes > mutator->heap->classes.small_max))
        return NULL;
    struct wgc_heap *mine = mutator->heap;
    return wgc__run_take(&mine->internal_kinds[kind]
                              .lane.runs[wgc__class_of(&mine->classes, bytes)]);
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
    return allocate_checked(heap, kind, bytes, 1, WGC__HERE);
}

void *
wgc_alloc_aligned(wgc_heap *heap, wgc_kind kind, size_t bytes, size_t alignment)
{
    return allocate_checked(heap, kind, bytes, alignment, WGC__HERE);
}

/* ---- Resize and free ---- */

static bool
is_record(const struct wgc__object *object)
{
    return object->info->kind == WGC__KIND_WEAKREF ||
           object->info->kind == WGC__KIND_FINALIZER;
}

static bool
resize_in_place(struct wgc_heap *heap, const struct wgc__object *object,
                size_t bytes)
{
    size_t usable = wgc__object_bytes(object);
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
    return true;
}

bool
wgc_resize(wgc_heap *heap, void *address, size_t bytes)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return false;
    if (!wgc__heap_object_at(heap, address, &object) || is_record(&object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return false;
    }
    return resize_in_place(heap, &object, bytes);
}

/* Everything that knows the object by its address learns the new one. */
static void
move_ties(struct wgc_heap *heap, const struct wgc__object *from, void *to)
{
    wgc__word old = wgc__word_of(from->start), new = wgc__word_of(to);
    struct wgc__root *pin =
        wgc__roots_find(&heap->roots, WGC__ROOT_PIN, old, NULL);
    if (pin != NULL)
        wgc__roots_rekey(&heap->roots, pin, new);
    wgc__queue_retarget(&heap->queue, old, new);
    wgc__queue_retarget_guards(&heap->queue, old, new);
    wgc__weak_slots_move(&heap->weak, old, wgc__object_bytes(from), new);
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
    heap->mutator.held[0] = old;
    void *new = wgc__api_allocate(
        heap, wgc__heap_lane(heap, object->info->kind), bytes, 1, here);
    heap->mutator.held[0] = NULL;
    /* A callback may have freed it, and a cycle moves nothing else. */
    if (new == NULL || !wgc__heap_object_at(heap, old, object))
        return NULL;
    memcpy(new, old, wgc__min(wgc__object_bytes(object), bytes));
    move_ties(heap, object, new);
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
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, address, &object) || is_record(&object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return NULL;
    }
    if (bytes > (size_t)heap->chunk.limit << heap->chunk.shift) {
        wgc__api_refuse(heap, WGC_TOO_LARGE);
        return NULL;
    }
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

void
wgc__api_condemn(struct wgc_heap *heap, const struct wgc__object *object)
{
    wgc__word start = wgc__word_of(object->start);
    wgc__weak_slots_free(&heap->weak,
                         wgc__queue_condemn(&heap->queue, start, NULL, true));
    wgc__queue_retarget_guards(&heap->queue, start, 0);
    wgc__queue_add_batch(&heap->queue);
    wgc__weak_slots_move(&heap->weak, start, wgc__object_bytes(object), 0);
}

wgc_status
wgc_free(wgc_heap *heap, void *address)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (address == NULL)
        return WGC_OK;
    if (!wgc__heap_object_at(heap, address, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    if (wgc__roots_find(&heap->roots, WGC__ROOT_PIN, wgc__word_of(address),
                        NULL) != NULL)
        return wgc__api_refuse(heap, WGC_BUSY);
    if (is_record(&object)) {
        struct wgc__record *record = address;
        if ((record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) != 0)
            return wgc__api_refuse(heap, WGC_BUSY);
        wgc__queue_forget(&heap->queue, record);
    }
    wgc__api_condemn(heap, &object);
    free_cell(heap, &object);
    return WGC_OK;
}

/* ---- Questions ---- */

size_t
wgc_size(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL || !wgc__heap_object_at(heap, address, &object))
        return 0;
    return wgc__object_bytes(&object);
}

void *
wgc_base(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL ||
        !wgc__heap_object_find(heap, wgc__word_of(address), &object))
        return NULL;
    return object.start;
}

wgc_kind
wgc_kind_of(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL || !wgc__heap_object_at(heap, address, &object))
        return WGC_KIND_INVALID;
    return object.info->kind;
}

/* ---- Roots ---- */

static wgc_status
add_root(wgc_heap *heap, enum wgc__root_type type, wgc__word key, void *other,
         const void *held)
{
    heap->mutator.held[0] = held;
    heap->mutator.held[1] = other;
    struct wgc__root *root =
        wgc__heap_table_new(heap, sizeof(struct wgc__root));
    if (root == NULL && may_collect(heap)) {
        wgc__collect(heap, false);
        root = wgc__heap_table_new(heap, sizeof *root);
    }
    heap->mutator.held[0] = heap->mutator.held[1] = NULL;
    if (root == NULL)
        return wgc__api_refuse(heap, WGC_NO_MEMORY);
    wgc__roots_add(&heap->roots, root, type, key, other);
    wgc__heap_tend_index(heap, &heap->roots.index);
    return WGC_OK;
}

static wgc_status
remove_root(wgc_heap *heap, enum wgc__root_type type, wgc__word key,
            const void *other)
{
    struct wgc__root *root = wgc__roots_find(&heap->roots, type, key, other);
    if (root == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    wgc__roots_remove(&heap->roots, root);
    wgc__heap_table_free(heap, root);
    return WGC_OK;
}

wgc_status
wgc_root_add(wgc_heap *heap, const void *low, const void *high)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (wgc__word_of(low) > wgc__word_of(high))
        return wgc__api_refuse(heap, WGC_INVALID);
    return add_root(heap, WGC__ROOT_RANGE, wgc__word_of(low),
                    wgc__address_of(wgc__word_of(high)), NULL);
}

wgc_status
wgc_root_remove(wgc_heap *heap, const void *low, const void *high)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (wgc__word_of(low) > wgc__word_of(high))
        return wgc__api_refuse(heap, WGC_INVALID);
    return remove_root(heap, WGC__ROOT_RANGE, wgc__word_of(low), high);
}

wgc_status
wgc_root_add_callback(wgc_heap *heap, wgc_root_fn *fn, void *data)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (fn == NULL)
        return wgc__api_refuse(heap, WGC_INVALID);
    return add_root(heap, WGC__ROOT_CALLBACK, (wgc__word)fn, data, NULL);
}

wgc_status
wgc_root_remove_callback(wgc_heap *heap, wgc_root_fn *fn, void *data)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    return remove_root(heap, WGC__ROOT_CALLBACK, (wgc__word)fn, data);
}

wgc_status
wgc_pin(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (!wgc__heap_object_at(heap, address, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    struct wgc__root *pin = wgc__roots_find(&heap->roots, WGC__ROOT_PIN,
                                            wgc__word_of(address), NULL);
    if (pin == NULL)
        return add_root(heap, WGC__ROOT_PIN, wgc__word_of(address), NULL,
                        address);
    if (pin->pins == UINT32_MAX)
        return wgc__api_refuse(heap, WGC_INVALID);
    pin->pins++;
    return WGC_OK;
}

wgc_status
wgc_unpin(wgc_heap *heap, const void *address)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    struct wgc__root *pin = wgc__roots_find(&heap->roots, WGC__ROOT_PIN,
                                            wgc__word_of(address), NULL);
    if (pin == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    if (--pin->pins == 0)
        return remove_root(heap, WGC__ROOT_PIN, wgc__word_of(address), NULL);
    return WGC_OK;
}

/* ---- Collection and delivery ---- */

static wgc_status
collect(wgc_heap *heap, bool exact, wgc__word here)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    wgc__collect(heap, exact);
    if (heap->config.delivery != WGC_DELIVER_MANUAL)
        wgc__queue_deliver(&heap->queue, SIZE_MAX, here);
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
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    heap->disabled++;
    return WGC_OK;
}

wgc_status
wgc_enable(wgc_heap *heap)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (heap->disabled == 0)
        return wgc__api_refuse(heap, WGC_INVALID);
    heap->disabled--;
    return WGC_OK;
}

wgc_status
wgc_external(wgc_heap *heap, ptrdiff_t bytes)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
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

size_t
wgc_pending(wgc_heap *heap)
{
    return wgc__world_find(heap) != NULL ? heap->queue.pending : 0;
}

size_t
wgc_deliver(wgc_heap *heap, size_t most)
{
    heap = wgc__api_enter(heap);
    return heap != NULL ? wgc__queue_deliver(&heap->queue, most, WGC__HERE) : 0;
}

/* ---- Weak references ---- */

struct wgc__record *
wgc__api_new_record(struct wgc_heap *heap, uint16_t kind, const void *a,
                    const void *b, wgc__word here)
{
    heap->mutator.held[0] = a;
    heap->mutator.held[1] = b;
    void *record = wgc__api_allocate(heap, wgc__heap_lane(heap, kind),
                                     sizeof(struct wgc__record), 1, here);
    heap->mutator.held[0] = heap->mutator.held[1] = NULL;
    return record;
}

static struct wgc__record *
register_new(wgc_heap *heap, uint16_t kind, enum wgc__record_type type,
             void *target, wgc__callback *fn, void *data, wgc__word here)
{
    struct wgc__object object;
    heap = wgc__api_enter(heap);
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
    struct wgc__record *record =
        wgc__api_new_record(heap, kind, target, data, here);
    if (record == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, target, &object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT); /* a callback freed it */
        return NULL;
    }
    wgc__queue_register(&heap->queue, record, type, target, fn, data);
    wgc__heap_tend_index(heap, &heap->queue.targets);
    return record;
}

wgc_weakref *
wgc_weakref_new(wgc_heap *heap, void *target, wgc_weakref_fn *on_clear,
                void *data)
{
    return (wgc_weakref *)register_new(
        heap, WGC__KIND_WEAKREF, WGC__RECORD_SHORT, target,
        (wgc__callback *)on_clear, data, WGC__HERE);
}

wgc_weakref *
wgc_weakref_new_long(wgc_heap *heap, void *target, wgc_weakref_fn *on_clear,
                     void *data)
{
    return (wgc_weakref *)register_new(
        heap, WGC__KIND_WEAKREF, WGC__RECORD_LONG, target,
        (wgc__callback *)on_clear, data, WGC__HERE);
}

static bool
is_indexed(const struct wgc__record *record)
{
    return record->node.key != 0 &&
           (record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) == 0;
}

void *
wgc_weakref_get(wgc_weakref *reference)
{
    const struct wgc__record *record =
        wgc__api_record(reference, WGC__KIND_WEAKREF);
    return record != NULL ? wgc__address_of(record->node.key) : NULL;
}

wgc_status
wgc_weakref_clear(wgc_weakref *reference)
{
    struct wgc_heap *heap = wgc__api_heap_of(reference, WGC__KIND_WEAKREF);
    if (heap == NULL)
        return refused();
    struct wgc__record *record = &reference->record;
    if (is_indexed(record)) {
        wgc__queue_forget(&heap->queue, record);
        record->as.call.fn = NULL;
        record->as.call.data = NULL;
    }
    return WGC_OK;
}

wgc_weakref_fn *
wgc_weakref_callback(wgc_weakref *reference)
{
    const struct wgc__record *record =
        wgc__api_record(reference, WGC__KIND_WEAKREF);
    if (record == NULL || (record->flags & WGC__RECORD_RUNNING) != 0)
        return NULL;
    return (wgc_weakref_fn *)record->as.call.fn;
}

void *
wgc_weakref_data(wgc_weakref *reference)
{
    const struct wgc__record *record =
        wgc__api_record(reference, WGC__KIND_WEAKREF);
    return record != NULL ? record->as.call.data : NULL;
}

wgc_weakref *
wgc_weakref_next(wgc_heap *heap, const void *target, wgc_weakref *previous)
{
    const unsigned types = 1U << WGC__RECORD_SHORT | 1U << WGC__RECORD_LONG;
    const struct wgc__record *after = NULL;
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return NULL;
    if (previous != NULL) {
        after = wgc__api_record(previous, WGC__KIND_WEAKREF);
        if (after == NULL || after->node.key != wgc__word_of(target) ||
            target == NULL)
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
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    if (!is_place(heap, slot))
        return wgc__api_refuse(heap, WGC_INVALID);
    if (!wgc__heap_object_at(heap, target, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    struct wgc__record *record =
        wgc__api_new_record(heap, WGC__KIND_SLOT, target, slot, WGC__HERE);
    if (record == NULL)
        return refused();
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
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
    struct wgc__record *record = wgc__weak_slot_find(&heap->weak, slot);
    if (record == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    wgc__weak_slot_drop(&heap->weak, record);
    return WGC_OK;
}

wgc_status
wgc_weak_slot_move(wgc_heap *heap, void **from, void **to)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return refused();
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

/* ---- Finalizers ---- */

wgc_finalizer *
wgc_finalizer_new(wgc_heap *heap, void *object, wgc_finalizer_fn *fn,
                  void *data)
{
    return (wgc_finalizer *)register_new(heap, WGC__KIND_FINALIZER,
                                         WGC__RECORD_AFTER, object,
                                         (wgc__callback *)fn, data, WGC__HERE);
}

wgc_finalizer *
wgc_finalizer_new_guard(wgc_heap *heap, void *object, wgc_finalizer_fn *fn,
                        void *data)
{
    return (wgc_finalizer *)register_new(heap, WGC__KIND_FINALIZER,
                                         WGC__RECORD_GUARD, object,
                                         (wgc__callback *)fn, data, WGC__HERE);
}

bool
wgc_finalizer_alive(const wgc_finalizer *finalizer)
{
    const struct wgc__record *record =
        wgc__api_record(finalizer, WGC__KIND_FINALIZER);
    return record != NULL && (record->flags & WGC__RECORD_ALIVE) != 0;
}

bool
wgc_finalizer_cancel(wgc_finalizer *finalizer)
{
    struct wgc_heap *heap = wgc__api_heap_of(finalizer, WGC__KIND_FINALIZER);
    if (heap == NULL)
        return false;
    struct wgc__record *record = &finalizer->record;
    if ((record->flags & WGC__RECORD_ALIVE) == 0 ||
        (record->flags & WGC__RECORD_QUEUED) != 0)
        return false;
    if (is_indexed(record))
        wgc__queue_forget(&heap->queue, record);
    record->flags &= (uint8_t)~WGC__RECORD_ALIVE; /* waits in run_all's list */
    record->node.key = 0;
    record->as.call.data = NULL;
    return true;
}

bool
wgc_finalizer_run(wgc_finalizer *finalizer)
{
    struct wgc_heap *heap = wgc__api_heap_of(finalizer, WGC__KIND_FINALIZER);
    if (heap == NULL)
        return false;
    wgc__queue_is_delivering(&heap->queue, WGC__HERE);
    return wgc__finalize_run(&heap->queue, &finalizer->record);
}

void *
wgc_finalizer_object(const wgc_finalizer *finalizer)
{
    const struct wgc__record *record =
        wgc__api_record(finalizer, WGC__KIND_FINALIZER);
    return record != NULL && is_indexed(record)
               ? wgc__address_of(record->node.key)
               : NULL;
}

void *
wgc_finalizer_data(const wgc_finalizer *finalizer)
{
    const struct wgc__record *record =
        wgc__api_record(finalizer, WGC__KIND_FINALIZER);
    return record != NULL ? record->as.call.data : NULL;
}

size_t
wgc_finalizer_run_all(wgc_heap *heap)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL || wgc__queue_is_delivering(&heap->queue, WGC__HERE))
        return 0;
    size_t ran = wgc__queue_deliver(&heap->queue, SIZE_MAX, WGC__HERE);
    return ran + wgc__finalize_run_all(&heap->queue, &heap->blocks);
}

/* ---- Statistics ---- */

static size_t
sum_of(const struct wgc__queue *queue, enum wgc__record_type a,
       enum wgc__record_type b)
{
    return queue->counts[a] + queue->counts[b];
}

void
wgc_stats_get(wgc_heap *heap, wgc_stats *stats)
{
    *stats = (wgc_stats){0};
    if (wgc__world_find(heap) == NULL) {
        wgc__api_set_status(WGC_UNATTACHED);
        return;
    }
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

size_t
wgc_trim(wgc_heap *heap)
{
    heap = wgc__api_enter(heap);
    if (heap == NULL)
        return 0;
    return wgc__chunk_release(&heap->chunk, 0) << heap->chunk.shift;
}
