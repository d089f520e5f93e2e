/* SPDX-License-Identifier: MIT */
/*
 * Layer 8.  The heap: one field for each module, and what ties them together.
 * Functions below this layer take their own module's struct; those above it
 * take the heap.
 *
 * I1  kinds[k] is NULL or the kind k; shapes[k] tells how it is scanned.
 * I2  phase is WGC__IDLE outside a cycle.
 */
#ifndef WGC_HEAP_MODULE_H
#define WGC_HEAP_MODULE_H

#include "alloc.h"
#include "ephemeron.h"
#include "finalize.h"
#include "mark.h"
#include "pacer.h"
#include "queue.h"
#include "roots.h"
#include "sweep.h"
#include "weak.h"
#include "world.h"

enum wgc__phase {
    WGC__IDLE,
    WGC__STOP,
    WGC__MARK_ROOTS,
    WGC__MARK_FINALIZERS,
    WGC__SELECT,
    WGC__RESCUE,
    WGC__SWEEP,
    WGC__PACE,
    WGC__RESUME
};

struct wgc__kind {
    struct wgc__lane lane;
    char *name;
    uint64_t *pointers;
};

enum { WGC__KINDS_FEW = 16, WGC__KINDS_MAX = 65535 };

struct wgc_heap {
    struct wgc__mutator mutator;
    struct wgc__classes classes;
    struct wgc__chunk chunk;
    struct wgc__blocks blocks;
    struct wgc__alloc alloc;
    struct wgc__roots roots;
    struct wgc_tracer tracer;
    struct wgc__queue queue;
    struct wgc__weak weak;
    struct wgc__ephemerons ephemerons;
    struct wgc__pace pace;

    struct wgc__kind **kinds;
    struct wgc__shape *shapes;
    size_t kinds_count, kinds_capacity;
    struct wgc__kind internal_kinds[WGC__KIND_SLOT + 1];
    struct wgc__kind *kinds_few[WGC__KINDS_FEW];
    struct wgc__shape shapes_few[WGC__KINDS_FEW];

    wgc_config config;
    enum wgc__phase phase;
    unsigned depth_event; /* inside on_event, on_oom */
    bool in_oom;
    size_t disabled;
    size_t stress_count;
    size_t threshold;
    size_t external, external_since;

    struct wgc__due *due; /* of run_all */
    bool has_guards;      /* this cycle had some to look at */
    const void *hot_end;  /* of the stack; NULL: no stack is a root */
    struct wgc__census live;
    size_t self_retained;
    size_t cycles;
    uint64_t allocated_before; /* the last cycle */
    uint64_t cycle_began;
    uint64_t pause_last, pause_max, pause_total;
};

struct wgc_heap *wgc__heap_new(const wgc_config *config, wgc_status *status);
void wgc__heap_free(struct wgc_heap *heap);

static inline struct wgc__lane *
wgc__heap_lane(struct wgc_heap *heap, uint32_t kind)
{
    return &heap->kinds[kind]->lane;
}

/* A small table of the collector's own, zeroed; it stays until it is freed. */
void *wgc__heap_table_new(struct wgc_heap *heap, size_t bytes);
void wgc__heap_table_free(struct wgc_heap *heap, void *table);

/* Give an index as many buckets as suit it now, if memory permits. */
void wgc__heap_tend_index(struct wgc_heap *heap, struct wgc__index *index);

/* The number of a new kind, or 0. */
uint32_t wgc__heap_add_kind(struct wgc_heap *heap, const wgc_kind_info *info);

/* The kinds of weak maps and ephemerons, made when they are first wanted; false
   if there is no memory. */
bool wgc__heap_need_maps(struct wgc_heap *heap);

static inline bool
wgc__heap_has_maps(const struct wgc_heap *heap)
{
    return heap->kinds[WGC__KIND_TABLE] != NULL;
}

/* The object of the host's at `address`: not a table, and handed out. */
bool wgc__heap_object_find(struct wgc_heap *heap, wgc__word address,
                           struct wgc__object *object);
bool wgc__heap_object_at(struct wgc_heap *heap, const void *address,
                         struct wgc__object *object);

/* All runs of all kinds end: allocated bits are exact. */
void wgc__heap_retire(struct wgc_heap *heap);
/* Exact, without changing anything. */
struct wgc__census wgc__heap_census(struct wgc_heap *heap);
/* Bytes that runs hold but have not handed out. */
size_t wgc__heap_ahead(const struct wgc_heap *heap);

uint64_t wgc__heap_clock(const struct wgc_heap *heap);
void wgc__heap_event(struct wgc_heap *heap, const wgc_event *event);

/* Cells that are freed by hand, not swept. */
static inline bool
wgc__kind_is_manual(uint16_t kind)
{
    return kind == WGC__KIND_FIXTURE || kind == WGC__KIND_SLOT;
}

/* Cells that are no objects to the host. */
static inline bool
wgc__kind_is_hidden(uint16_t kind)
{
    return wgc__kind_is_manual(kind) || kind == WGC__KIND_TABLE;
}

/* Objects of the collector's that the host may hold but not resize. */
static inline bool
wgc__kind_is_handle(uint16_t kind)
{
    return kind >= WGC__KIND_WEAKREF && kind <= WGC__KIND_EPHEMERON;
}

#endif
