/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include "platform-annotate.h"

#include <string.h>

static const size_t MIN_BYTES = (size_t)1 << 20;
static const size_t ARENA_MIN = (size_t)64 << 10;
static const double GROWTH = 0.75;

/* ---- Tables ---- */

void *
wgc__heap_table_new(struct wgc_heap *heap, size_t bytes)
{
    size_t since = heap->alloc.since;
    void *table = wgc__alloc_bytes(
        &heap->alloc, wgc__heap_lane(heap, WGC__KIND_FIXTURE), bytes);
    heap->alloc.since = since; /* the host did not allocate this */
    return table;
}

void
wgc__heap_table_free(struct wgc_heap *heap, void *table)
{
    struct wgc__object object;
    if (table != NULL && wgc__object_at(&heap->blocks, table, &object))
        wgc__alloc_free(&heap->alloc, wgc__heap_lane(heap, WGC__KIND_FIXTURE),
                        &object);
}

void
wgc__heap_tend_index(struct wgc_heap *heap, struct wgc__index *index)
{
    size_t count = wgc__index_wish(index);
    void *buckets = NULL;
    if (count == 0)
        return;
    if (count > WGC__INDEX_FEW) {
        buckets = wgc__heap_table_new(heap, count * sizeof(struct wgc__node *));
        if (buckets == NULL)
            return;
    }
    wgc__heap_table_free(heap, wgc__index_rebucket(index, buckets, count));
}

/* ---- Kinds ---- */

static void
add_internal_kind(struct wgc_heap *heap, uint16_t kind, enum wgc__form form)
{
    static const uint64_t data = UINT64_C(1) << WGC__RECORD_DATA_WORD;
    struct wgc__lane *home =
        kind <= WGC__KIND_LEAF
            ? &heap->first.lanes[kind]
            : &heap->internal_lanes[kind - WGC__KIND_LEAF - 1];
    wgc__lane_init(home, &heap->classes, kind, form == WGC__FORM_LEAF);
    heap->kinds[kind] = &heap->internal_kinds[kind];
    heap->kinds[kind]->home = home;
    heap->shapes[kind] = (struct wgc__shape){
        .form = form,
        .pointers = &data,
        .words = WGC__RECORD_DATA_WORD + 1,
    };
}

/* What a live finalizer holds is marked by the cycle itself. */
static void
add_internal_kinds(struct wgc_heap *heap)
{
    heap->kinds = heap->kinds_few;
    heap->shapes = heap->shapes_few;
    heap->kinds_capacity = WGC__KINDS_FEW;
    heap->kinds_count = WGC__KIND_HOST;
    add_internal_kind(heap, WGC__KIND_CONSERVATIVE, WGC__FORM_CONSERVATIVE);
    add_internal_kind(heap, WGC__KIND_LEAF, WGC__FORM_LEAF);
    add_internal_kind(heap, WGC__KIND_FIXTURE, WGC__FORM_LEAF);
    add_internal_kind(heap, WGC__KIND_WEAKREF, WGC__FORM_BITMAP);
    add_internal_kind(heap, WGC__KIND_FINALIZER, WGC__FORM_LEAF);
    add_internal_kind(heap, WGC__KIND_SLOT, WGC__FORM_LEAF);
}

/* A kind and its home, and so many bytes behind, in one table. */
static struct wgc__kind *
new_kind(struct wgc_heap *heap, size_t bytes)
{
    struct wgc__kind *kind = wgc__heap_table_new(
        heap, sizeof *kind + sizeof(struct wgc__lane) + bytes);
    if (kind != NULL)
        kind->home = (struct wgc__lane *)(void *)(kind + 1);
    return kind;
}

static bool
add_map_kind(struct wgc_heap *heap, uint16_t kind, wgc_trace_fn *trace)
{
    struct wgc__kind *map_kind = new_kind(heap, 0);
    if (map_kind == NULL)
        return false;
    wgc__lane_init(map_kind->home, &heap->classes, kind, trace == NULL);
    heap->shapes[kind] = (struct wgc__shape){
        .form = trace != NULL ? WGC__FORM_LINK : WGC__FORM_LEAF,
        .trace = trace,
    };
    heap->kinds[kind] = map_kind;
    return true;
}

/* A kind costs a kilobyte, which a small arena without maps keeps. */
bool
wgc__heap_need_maps(struct wgc_heap *heap)
{
    bool there = wgc__heap_has_maps(heap);
    if (!there && heap->kinds[WGC__KIND_WEAKMAP] == NULL &&
        !add_map_kind(heap, WGC__KIND_WEAKMAP, wgc__weakmap_trace))
        return false;
    if (!there && heap->kinds[WGC__KIND_EPHEMERON] == NULL &&
        !add_map_kind(heap, WGC__KIND_EPHEMERON, wgc__ephemeron_trace))
        return false;
    if (!there && !add_map_kind(heap, WGC__KIND_TABLE, NULL))
        return false;
    heap->ephemerons.tables = wgc__heap_lane(heap, WGC__KIND_TABLE);
    return true;
}

static bool
grow_kinds(struct wgc_heap *heap)
{
    size_t capacity = heap->kinds_capacity * 2;
    struct wgc__kind **kinds =
        wgc__heap_table_new(heap, capacity * sizeof *kinds);
    struct wgc__shape *shapes =
        wgc__heap_table_new(heap, capacity * sizeof *shapes);
    if (kinds == NULL || shapes == NULL) {
        wgc__heap_table_free(heap, kinds);
        wgc__heap_table_free(heap, shapes);
        return false;
    }
    memcpy(kinds, heap->kinds, heap->kinds_count * sizeof *kinds);
    memcpy(shapes, heap->shapes, heap->kinds_count * sizeof *shapes);
    if (heap->kinds != heap->kinds_few) {
        wgc__heap_table_free(heap, heap->kinds);
        wgc__heap_table_free(heap, heap->shapes);
    }
    heap->kinds = kinds;
    heap->shapes = shapes;
    heap->tracer.shapes = shapes;
    heap->kinds_capacity = capacity;
    return true;
}

static enum wgc__form
form_of(const wgc_kind_info *info)
{
    if (info->trace != NULL)
        return WGC__FORM_TRACE;
    return info->words != 0 ? WGC__FORM_BITMAP : WGC__FORM_LEAF;
}

/* The kind, its bitmap and its name in one table. */
static struct wgc__kind *
copy_kind(struct wgc_heap *heap, const wgc_kind_info *info)
{
    const char *name = info->name != NULL ? info->name : "";
    size_t name_bytes = strlen(name) + 1;
    size_t map_bytes =
        (info->words / 64 + (info->words % 64 != 0)) * sizeof(uint64_t);
    struct wgc__kind *kind = new_kind(heap, map_bytes + name_bytes);
    if (kind == NULL)
        return NULL;
    kind->pointers = (uint64_t *)(void *)(kind->home + 1);
    kind->name = (char *)kind->pointers + map_bytes;
    if (map_bytes != 0)
        memcpy(kind->pointers, info->pointers, map_bytes);
    memcpy(kind->name, name, name_bytes);
    return kind;
}

uint32_t
wgc__heap_add_kind(struct wgc_heap *heap, const wgc_kind_info *info)
{
    size_t number = heap->kinds_count;
    if (number >= WGC__KINDS_MAX ||
        (number == heap->kinds_capacity && !grow_kinds(heap)))
        return 0;
    struct wgc__kind *kind = copy_kind(heap, info);
    if (kind == NULL)
        return 0;
    enum wgc__form form = form_of(info);
    wgc__lane_init(kind->home, &heap->classes, (uint16_t)number,
                   form == WGC__FORM_LEAF);
    heap->kinds[number] = kind;
    heap->shapes[number] = (struct wgc__shape){
        .form = form,
        .trace = info->trace,
        .pointers = kind->pointers,
        .words = info->words,
    };
    heap->kinds_count++;
    return (uint32_t)number;
}

/* ---- Objects ---- */

bool
wgc__heap_object_find(struct wgc_heap *heap, wgc__word address,
                      struct wgc__object *object)
{
    return wgc__object_find(&heap->blocks, address, object) &&
           !wgc__kind_is_hidden(object->info->kind) &&
           !(object->info->state == WGC__BLOCK_SMALL &&
             wgc__alloc_is_ahead(wgc__heap_lane(heap, object->info->kind),
                                 object));
}

bool
wgc__heap_object_at(struct wgc_heap *heap, const void *address,
                    struct wgc__object *object)
{
    return wgc__heap_object_find(heap, wgc__word_of(address), object) &&
           object->start == address;
}

void
wgc__heap_retire(struct wgc_heap *heap)
{
    for (size_t kind = 0; kind < heap->kinds_count; kind++) {
        size_t since = heap->alloc.since;
        if (heap->kinds[kind] == NULL)
            continue;
        for (struct wgc__lane *lane = wgc__heap_lane(heap, (uint32_t)kind);
             lane != NULL; lane = lane->next)
            wgc__alloc_retire(&heap->alloc, lane);
        if (kind == WGC__KIND_FIXTURE)
            heap->alloc.since = since; /* was not counted either */
    }
}

/* What the lanes of one kind hold but have not handed out. */
static struct wgc__census
kind_ahead(const struct wgc__kind *kind)
{
    struct wgc__census ahead = {0, 0};
    for (const struct wgc__lane *lane = kind->home; lane != NULL;
         lane = lane->next)
        for (unsigned class = 0; class < WGC__CLASSES; class ++) {
            const struct wgc__run *run = &lane->runs[class];
            size_t bytes = (size_t)(run->limit - wgc__run_next(run));
            if (bytes != 0)
                ahead.objects += bytes / run->cell_bytes;
            ahead.bytes += bytes;
        }
    return ahead;
}

size_t
wgc__heap_ahead(const struct wgc_heap *heap)
{
    size_t bytes = 0;
    for (size_t kind = 0; kind < heap->kinds_count; kind++)
        if (heap->kinds[kind] != NULL && kind != WGC__KIND_FIXTURE)
            bytes += kind_ahead(heap->kinds[kind]).bytes;
    return bytes;
}

struct wgc__census
wgc__heap_census(struct wgc_heap *heap)
{
    struct wgc__census total = {0, 0};
    for (uint32_t i = 0; i < wgc__blocks_top(&heap->blocks); i++) {
        const struct wgc__block *block = &heap->blocks.table[i];
        if ((block->state != WGC__BLOCK_SMALL &&
             block->state != WGC__BLOCK_LARGE) ||
            wgc__kind_is_hidden(block->kind))
            continue;
        struct wgc__census part = wgc__sweep_count(&heap->blocks, i);
        total.objects += part.objects;
        total.bytes += part.bytes;
    }
    for (size_t kind = 0; kind < heap->kinds_count; kind++) {
        if (heap->kinds[kind] == NULL || wgc__kind_is_hidden((uint16_t)kind))
            continue;
        struct wgc__census ahead = kind_ahead(heap->kinds[kind]);
        total.objects -= ahead.objects;
        total.bytes -= ahead.bytes;
    }
    return total;
}

/* ---- Clock and events ---- */

uint64_t
wgc__heap_clock(const struct wgc_heap *heap)
{
    if (heap->config.clock != NULL)
        return heap->config.clock();
    return heap->chunk.arena ? 0 : wgc__platform_clock();
}

void
wgc__heap_event(struct wgc_heap *heap, const wgc_event *event)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    if (heap->config.on_event == NULL ||
        (self != NULL && (self->busy & WGC__BUSY_EVENT) != 0))
        return;
    if (self != NULL)
        wgc__world_set_busy(self, WGC__BUSY_EVENT);
    heap->config.on_event(heap, event, heap->config.event_data);
    if (self != NULL)
        wgc__world_end_busy(self, WGC__BUSY_EVENT);
}

/* ---- Threads ---- */

static void
init_thread(struct wgc_heap *heap, struct wgc__thread *thread)
{
    thread->by_kind = thread->by_kind_few;
    thread->by_kind_count = WGC__KINDS_FEW;
    for (uint32_t kind = 0; kind <= WGC__KIND_LEAF; kind++) {
        struct wgc__lane *home = wgc__heap_lane(heap, kind);
        if (&thread->lanes[kind] != home)
            wgc__lane_join(&thread->lanes[kind], home, &heap->classes);
        thread->by_kind[kind] = &thread->lanes[kind];
    }
    wgc__queue_join(&heap->queue, &thread->delivery);
    wgc__world_attach(&thread->mutator, &heap->world);
    thread->attached = true;
}

static bool
grow_by_kind(struct wgc_heap *heap, struct wgc__thread *thread, size_t count)
{
    struct wgc__lane **table =
        wgc__heap_table_new(heap, count * sizeof(struct wgc__lane *));
    if (table == NULL)
        return false;
    memcpy(table, thread->by_kind, thread->by_kind_count * sizeof *table);
    if (thread->by_kind != thread->by_kind_few)
        wgc__heap_table_free(heap, thread->by_kind);
    thread->by_kind = table;
    thread->by_kind_count = count;
    return true;
}

struct wgc__lane *
wgc__heap_thread_lane(struct wgc_heap *heap, struct wgc__thread *thread,
                      uint32_t kind)
{
    struct wgc__lane *lane = wgc__thread_lane(thread, kind);
    if (lane != NULL)
        return lane;
    if (kind >= thread->by_kind_count &&
        !grow_by_kind(heap, thread, heap->kinds_capacity))
        return NULL;
    struct wgc__lane *home = wgc__heap_lane(heap, kind);
    if (thread == &heap->first) {
        lane = home;
    } else {
        lane = wgc__heap_table_new(heap, sizeof *lane);
        if (lane != NULL)
            wgc__lane_join(lane, home, &heap->classes);
    }
    thread->by_kind[kind] = lane;
    return lane;
}

/* A thread ends that is still attached. */
static void
detach_exiting(struct wgc__mutator *mutator)
{
    struct wgc_heap *heap = mutator->heap;
    wgc__world_acquire(mutator);
    wgc__heap_detach(heap, (struct wgc__thread *)mutator);
    wgc__world_release_apart(&heap->world.lock);
}

/* All that is asked of the system is asked without the lock. */
wgc_status
wgc__heap_attach(struct wgc_heap *heap)
{
    struct wgc__mutator fresh = {0};
    wgc__world_init(&fresh, heap->chunk.arena, !heap->config.no_globals);
    wgc__world_acquire_apart(&heap->world.lock);
    struct wgc__thread *thread =
        heap->first.attached
            ? wgc__heap_table_new(heap, sizeof(struct wgc__thread))
            : &heap->first;
    if (thread != NULL) {
        thread->mutator = fresh;
        init_thread(heap, thread);
    }
    wgc__world_release_apart(&heap->world.lock);
    wgc__world_on_exit(detach_exiting);
    return thread != NULL ? WGC_OK : WGC_NO_MEMORY;
}

static void
end_lane(struct wgc_heap *heap, struct wgc__lane *lane)
{
    wgc__alloc_retire(&heap->alloc, lane);
    if (lane->home != lane)
        wgc__lane_leave(lane);
}

/* Its runs go back, and then its memory; the lock is held. */
static void
end_thread(struct wgc_heap *heap, struct wgc__thread *thread)
{
    for (size_t kind = 0; kind < thread->by_kind_count; kind++) {
        struct wgc__lane *lane = thread->by_kind[kind];
        if (lane == NULL)
            continue;
        end_lane(heap, lane);
        if (kind > WGC__KIND_LEAF && lane->home != lane)
            wgc__heap_table_free(heap, lane);
        thread->by_kind[kind] = NULL;
    }
    wgc__queue_leave(&heap->queue, &thread->delivery);
    wgc__heap_table_free(heap, thread->due);
    if (thread->by_kind != thread->by_kind_few)
        wgc__heap_table_free(heap, thread->by_kind);
    thread->due = NULL;
    thread->attached = false;
    if (thread != &heap->first)
        wgc__heap_table_free(heap, thread);
}

void
wgc__heap_detach(struct wgc_heap *heap, struct wgc__thread *thread)
{
    wgc__world_detach(&thread->mutator);
    end_thread(heap, thread);
}

void
wgc__heap_bury_others(struct wgc_heap *heap)
{
    const struct wgc__mutator *self = wgc__world_find(heap);
    for (struct wgc__mutator *m = heap->world.mutators, *next; m != NULL;
         m = next) {
        next = m->peer;
        if (m == self)
            continue;
        wgc__world_bury(m);
        end_thread(heap, (struct wgc__thread *)m);
    }
}

/* ---- Begin and end ---- */

/* An arena is cut into 128 blocks or more, or kinds and sizes would not find
   one each. */
static unsigned
shift_for(const wgc_config *config)
{
    if (config->arena != NULL) {
        unsigned shift = wgc__bit_highest(config->arena_bytes >> 7);
        return shift < WGC__BLOCK_SHIFT_MIN ? WGC__BLOCK_SHIFT_MIN
               : shift > WGC__BLOCK_SHIFT   ? WGC__BLOCK_SHIFT
                                            : shift;
    }
    size_t page = wgc__platform_page_bytes();
    return (unsigned)wgc__max(WGC__BLOCK_SHIFT, wgc__bit_highest(page));
}

static bool
is_valid(const wgc_config *config)
{
    return config->growth >= 0 && config->growth < 1e6 &&
           config->mark_threads <= 1 &&
           (unsigned)config->delivery <= WGC_DELIVER_ALLOC &&
           (unsigned)config->pointers <= WGC_POINTERS_BASES &&
           (config->arena == NULL) == (config->arena_bytes == 0) &&
           (config->arena == NULL || config->arena_bytes >= ARENA_MIN) &&
           config->arena_bytes <= SIZE_MAX - wgc__word_of(config->arena);
}

static void
set_pace(struct wgc_heap *heap)
{
    const wgc_config *config = &heap->config;
    size_t standard = heap->chunk.arena
                          ? (size_t)heap->chunk.limit << heap->chunk.shift >> 3
                          : MIN_BYTES;
    heap->pace = (struct wgc__pace){
        .growth = config->growth > 0 ? config->growth : GROWTH,
        .min_bytes = config->min_bytes != 0 ? config->min_bytes : standard,
    };
    heap->threshold = wgc__pacer_threshold(&heap->pace, 0);
}

static bool
init_modules(struct wgc_heap *heap)
{
    wgc__classes_init(&heap->classes, heap->chunk.shift);
    wgc__blocks_init(&heap->blocks, &heap->chunk);
    wgc__alloc_init(&heap->alloc, &heap->blocks, &heap->chunk, &heap->classes);
    heap->alloc.single_runs = heap->config.stress != 0 || heap->config.debug;
    heap->alloc.poison = heap->config.debug;
    add_internal_kinds(heap);
    wgc__roots_init(&heap->roots);
    wgc__queue_init(&heap->queue);
    heap->queue.world = &heap->world;
    heap->weak = (struct wgc__weak){
        .queue = &heap->queue,
        .blocks = &heap->blocks,
        .alloc = &heap->alloc,
        .slots = wgc__heap_lane(heap, WGC__KIND_SLOT),
    };
    heap->ephemerons = (struct wgc__ephemerons){.blocks = &heap->blocks,
                                                .alloc = &heap->alloc};
    heap->tracer.shapes = heap->shapes;
    heap->tracer.open = wgc__ephemeron_open;
    heap->tracer.bases_only = heap->config.pointers != WGC_POINTERS_INTERIOR;
    heap->tracer.roots_bases = heap->config.pointers == WGC_POINTERS_BASES;
    set_pace(heap);
    return wgc__mark_init(&heap->tracer, &heap->blocks, &heap->chunk);
}

struct wgc_heap *
wgc__heap_new(const wgc_config *config, wgc_status *status)
{
    static const wgc_config defaults = {0};
    struct wgc__chunk chunk;
    config = config != NULL ? config : &defaults;
    *status = WGC_INVALID;
    if (!is_valid(config))
        return NULL;
    struct wgc__chunk_plan plan = {
        .arena = config->arena,
        .arena_bytes = config->arena_bytes,
        .max_bytes = config->max_bytes != 0 ? config->max_bytes : SIZE_MAX,
        .shift = shift_for(config),
        .head_bytes = sizeof(struct wgc_heap),
    };
    plan.strides[WGC__BLOCK_STRIP] = sizeof(struct wgc__block);
    plan.strides[WGC__BITS_STRIP] = wgc__blocks_bits_stride(plan.shift);
    *status = WGC_NO_MEMORY;
    struct wgc_heap *heap = wgc__chunk_init(&chunk, &plan);
    if (heap == NULL)
        return NULL;
    heap->chunk = chunk;
    heap->config = *config;
    if (!init_modules(heap)) {
        wgc__chunk_finish(&chunk);
        return NULL;
    }
    heap->world.heap = heap;
    wgc__world_init(&heap->first.mutator, chunk.arena, !config->no_globals);
    init_thread(heap, &heap->first);
    wgc__world_on_exit(detach_exiting);
    *status = WGC_OK;
    return heap;
}

void
wgc__heap_free(struct wgc_heap *heap)
{
    struct wgc__chunk chunk = heap->chunk;
    if (heap->debug != NULL)
        wgc__annotate_show(heap->blocks.base, heap->blocks.extent);
    wgc__world_detach(wgc__world_find(heap));
    wgc__chunk_finish(&chunk);
}
