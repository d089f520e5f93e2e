/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  Weak references and slots: what a cycle does with their records.
 * The rules about order and clearing are in queue.h; here is who dies when.
 */
#ifndef WGC_WEAK_MODULE_H
#define WGC_WEAK_MODULE_H

#include "alloc.h"
#include "queue.h"

struct wgc_weakref {
    struct wgc__record record;
};

/* What the weak tables work on. */
struct wgc__weak {
    struct wgc__queue *queue;
    struct wgc__blocks *blocks;
    struct wgc__alloc *alloc;
    struct wgc__lane *slots;
};

/*
 * After marking: condemn every unmarked target of a reference or slot.  This is
 * done once before guards rescue what they want (`first`) and once after
 * (`last`, when references that are themselves unmarked end), or once for both
 * if there are no guards.
 */
void wgc__weak_select(const struct wgc__weak *weak, bool first, bool last);

/* The record of a slot that is registered, or NULL. */
struct wgc__record *wgc__weak_slot_find(const struct wgc__weak *weak,
                                        void **place);
void wgc__weak_slot_register(const struct wgc__weak *weak,
                             struct wgc__record *record, void **place,
                             void *target);
/* It is now here, and is stored to. */
void wgc__weak_slot_place(const struct wgc__weak *weak,
                          struct wgc__record *record, void **place);
/* Forget it, and release the record. */
void wgc__weak_slot_drop(const struct wgc__weak *weak,
                         struct wgc__record *record);
/* Release a chain of records that wgc__queue_condemn returned. */
void wgc__weak_slots_free(const struct wgc__weak *weak,
                          struct wgc__record *chain);

/* The slots in [from, from + bytes) go along to `to`. */
void wgc__weak_slots_move(const struct wgc__weak *weak, wgc__word from,
                          size_t bytes, wgc__word to);
/* The memory ends, and the slots in it. */
void wgc__weak_slots_end(const struct wgc__weak *weak, wgc__word from,
                         size_t bytes);

#endif
