/* SPDX-License-Identifier: MIT */
/*
 * Layer 6.  Allocation.  A mutator holds, for each kind and size class, a run:
 * free cells side by side in a block that it owns, cleared in one go and handed
 * out by bumping a pointer.  When a run ends the next one of the block is found
 * in its bits, then one of another block with free cells, then a new block.
 * Nothing here collects: NULL means that the memory that may be used is full.
 *
 *   block | used | used | handed out | ... next ... limit | used | free | ...
 *                         '---------- run ----------'
 *
 * Everything here is done under the heap's lock, but for the bump: other threads
 * may then read where a run stands, and so it is stored as one.
 *
 * I1  Every cell of a run is allocated as far as its bit tells; those in
 *     [next, limit) are not objects yet.  wgc__alloc_retire clears their bits.
 * I2  Bytes of a run in [next, limit) are zero.
 * I3  since == bytes of runs, large objects and external memory that were taken
 *     since the last cycle, less what was retired.
 * I4  In a debug heap every free cell of a kind that dies is filled with
 *     WGC__POISON.
 */
#ifndef WGC_ALLOC_H
#define WGC_ALLOC_H

#include "block-large.h"
#include "object.h"

enum {
    WGC__KIND_CONSERVATIVE,
    WGC__KIND_LEAF,
    WGC__KIND_FIXTURE, /* the collector's own small tables; freed by hand */
    WGC__KIND_WEAKREF,
    WGC__KIND_FINALIZER,
    WGC__KIND_SLOT,
    WGC__KIND_WEAKMAP,
    WGC__KIND_EPHEMERON,
    WGC__KIND_TABLE, /* of a weak map */
    WGC__KIND_HOST   /* the first that wgc_kind_new returns */
};

struct wgc__run {
    char *next, *limit;
    uint32_t block; /* that it is in, or WGC__NO_BLOCK */
    uint16_t cell_bytes;
    uint16_t cursor; /* cell behind it */
};

/*
 * The runs of one kind, of one thread.  Each kind has a home, the lane that
 * lists the blocks for all of them; it is in use itself, by one thread or under
 * the lock.
 */
struct wgc__lane {
    struct wgc__run runs[WGC__CLASSES];
    struct wgc__lane *home;
    struct wgc__lane *next; /* of the same home, beginning with itself */
    uint16_t kind;
    bool leaf;
    uint32_t partial[WGC__CLASSES]; /* of a home: blocks with free cells */
};

struct wgc__alloc {
    struct wgc__blocks *blocks;
    struct wgc__chunk *chunk;
    const struct wgc__classes *classes;
    size_t since; /* I3 */
    size_t
        single_runs; /* not 0: runs of one cell, for stress and debug heaps */
    bool poison;     /* a debug heap: I4 */
    const char
        *spoiled; /* the first wrong byte that was found in a free cell */
};

void wgc__alloc_init(struct wgc__alloc *alloc, struct wgc__blocks *blocks,
                     struct wgc__chunk *chunk,
                     const struct wgc__classes *classes);
/* A home. */
void wgc__lane_init(struct wgc__lane *lane, const struct wgc__classes *classes,
                    uint16_t kind, bool leaf);
/* One more lane of its kind; and away again, when it was retired. */
void wgc__lane_join(struct wgc__lane *lane, struct wgc__lane *home,
                    const struct wgc__classes *classes);
void wgc__lane_leave(struct wgc__lane *lane);

/* The cell at the front of the run; NULL if the run has ended. */
static WGC__ALWAYS void *
wgc__run_take(struct wgc__run *run)
{
    __asm__("" : "+r"(run)); /* gcc 12 would work the address out twice */
    char *cell = run->next;
    if (WGC__UNLIKELY(cell == run->limit))
        return NULL;
    if (cell == NULL) /* else callers test again what cannot be */
        __builtin_unreachable();
    __atomic_store_n(&run->next, cell + run->cell_bytes, __ATOMIC_RELAXED);
    return cell;
}

/* A zeroed object, or NULL; the size is below SIZE_MAX / 2. */
void *wgc__alloc_small(struct wgc__alloc *alloc, struct wgc__lane *lane,
                       unsigned class);
void *wgc__alloc_large(struct wgc__alloc *alloc, const struct wgc__lane *lane,
                       size_t bytes, size_t alignment);
void *wgc__alloc_bytes(struct wgc__alloc *alloc, struct wgc__lane *lane,
                       size_t bytes);

/* Where a run stands, of whichever thread. */
static inline char *
wgc__run_next(const struct wgc__run *run)
{
    return __atomic_load_n(&run->next, __ATOMIC_RELAXED);
}

/* Is this cell one that a run of this home's lanes still has to hand out? (I1) */
static inline bool
wgc__alloc_is_ahead(const struct wgc__lane *home,
                    const struct wgc__object *object)
{
    for (const struct wgc__lane *lane = home; lane != NULL; lane = lane->next) {
        const struct wgc__run *run = &lane->runs[object->info->class];
        if (object->block == run->block)
            return object->start >= wgc__run_next(run) &&
                   object->start < run->limit;
    }
    return false;
}

/* The object ends; its cell may be used again. */
void wgc__alloc_free(struct wgc__alloc *alloc, struct wgc__lane *lane,
                     const struct wgc__object *object);

/* Runs end, their cells go back: before a cycle, and when a thread leaves. */
void wgc__alloc_retire(struct wgc__alloc *alloc, struct wgc__lane *lane);
/* Forget a home's lists of blocks; the sweep makes them anew. */
void wgc__alloc_forget(struct wgc__lane *home);
/* After the sweep: the block has free cells. */
void wgc__alloc_list(struct wgc__blocks *blocks, struct wgc__lane *home,
                     uint32_t block);
void wgc__alloc_close(struct wgc__alloc *alloc, uint32_t block);

#endif
