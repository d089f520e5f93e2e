/* SPDX-License-Identifier: MIT */
/*
 * Layer 8.  The heap: one field for each module, and what ties them together.
 * Functions below this layer take their own module's struct; those above it
 * take the heap.
 *
 * I1  kinds[k] is NULL or the kind k; shapes[k] tells how it is scanned.
 * I2  phase is WGC__IDLE outside a cycle.
 * I3  Everything is touched under the lock of `world` only, but for a thread's
 *     own lanes while it is RUNNING (world.h), and what its comment excepts.
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
    struct wgc__lane *home;
    char *name;
    uint64_t *pointers;
};

enum { WGC__KINDS_FEW = 16, WGC__KINDS_MAX = 65535 };

/*
 * What one thread has of a heap.  Lanes are found by kind: of the two built-in
 * kinds they are here, of the host's kinds they are made when the thread first
 * allocates such an object.  The heap's first thread is part of the heap, and
 * its lanes are the homes.
 */
struct wgc__thread {
    struct wgc__mutator mutator; /* first: what is found is one of these */
    struct wgc__lane lanes[WGC__KIND_LEAF + 1];
    struct wgc__lane **by_kind;
    size_t by_kind_count;
    struct wgc__lane *by_kind_few[WGC__KINDS_FEW];
    struct wgc__delivery delivery;
    struct wgc__due *due; /* of run_all */
    bool attached;
};

struct wgc_heap {
    struct wgc__world world;
    struct wgc__thread first;
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
    struct wgc__pace_past past;
    size_t released;    /* blocks: by the latest cycle */
    size_t refilled;    /* what chunk's counter was then */
    size_t used_before; /* blocks: when this cycle began */

    struct wgc__kind **kinds;
    struct wgc__shape *shapes;
    size_t kinds_count, kinds_capacity;
    struct wgc__kind internal_kinds[WGC__KIND_SLOT + 1];
    struct wgc__lane internal_lanes[WGC__KIND_SLOT - WGC__KIND_LEAF];
    struct wgc__kind *kinds_few[WGC__KINDS_FEW];
    struct wgc__shape shapes_few[WGC__KINDS_FEW];

    struct wgc__debug *debug; /* NULL: this is no debug heap */
    wgc_config config;
    struct wgc_heap *next_at_fork; /* of those that want to be told */
    enum wgc__phase phase;
    size_t disabled;
    size_t stress_count;
    size_t threshold;
    size_t external, external_since;

    bool has_guards; /* this cycle had some to look at */
    bool exact;      /* no stack is a root */
    struct wgc__census live;
    size_t self_retained;
    size_t cycles;
    uint64_t allocated_before; /* the last cycle */
    uint64_t cycle_began;
    uint64_t pause_last, pause_max, pause_total;
};

struct wgc_heap *wgc__heap_new(const wgc_config *config, wgc_status *status);
void wgc__heap_free(struct wgc_heap *heap);

/* The home of a kind: that is where its blocks are listed. */
static inline struct wgc__lane *
wgc__heap_lane(struct wgc_heap *heap, uint32_t kind)
{
    return heap->kinds[kind]->home;
}

/* What the calling thread has of a heap that it is attached to. */
static inline struct wgc__thread *
wgc__heap_thread(const struct wgc_heap *heap)
{
    return (struct wgc__thread *)wgc__world_find(heap);
}

/* This thread's lane for a kind, or NULL, without the lock: only once there is
   one. */
static inline struct wgc__lane *
wgc__thread_lane(const struct wgc__thread *thread, uint32_t kind)
{
    return kind < thread->by_kind_count ? thread->by_kind[kind] : NULL;
}

/* The same; made if need be, NULL if there is no memory. */
struct wgc__lane *wgc__heap_thread_lane(struct wgc_heap *heap,
                                        struct wgc__thread *thread,
                                        uint32_t kind);

/* The calling thread joins the threads of this heap, or leaves them.  WGC_OK or
   WGC_NO_MEMORY. */
wgc_status wgc__heap_attach(struct wgc_heap *heap);
void wgc__heap_detach(struct wgc_heap *heap, struct wgc__thread *thread);
/* In the child of a fork: of its threads only the caller is left. */
void wgc__heap_bury_others(struct wgc_heap *heap);

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
