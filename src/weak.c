/* SPDX-License-Identifier: MIT */
#include "weak.h"

void
wgc__weak_slots_free(const struct wgc__weak *weak, struct wgc__record *chain)
{
    for (struct wgc__record *next; chain != NULL; chain = next) {
        struct wgc__object object;
        next = (struct wgc__record *)chain->node.next;
        if (wgc__object_at(weak->blocks, chain, &object))
            wgc__alloc_free(weak->alloc, weak->slots, &object);
    }
}

static void
condemn_target(const struct wgc__weak *weak, wgc__word target, bool final)
{
    wgc__weak_slots_free(
        weak, wgc__queue_condemn(weak->queue, target, weak->blocks, final));
}

/* `last`: a reference that is not marked now ends, though its target lives. */
static void
select_references(const struct wgc__weak *weak, bool final, bool last)
{
    struct wgc__walk walk;
    wgc__walk_init(&walk, weak->blocks, WGC__KIND_WEAKREF);
    for (struct wgc__record *record;
         (record = wgc__walk_next(&walk)) != NULL;) {
        if (record->node.key == 0 || (record->flags & WGC__RECORD_LINKED) != 0)
            continue;
        if (!wgc__start_is_marked(weak->blocks, record->node.key))
            condemn_target(weak, record->node.key, final);
        else if (last &&
                 !wgc__start_is_marked(weak->blocks, wgc__word_of(record)))
            wgc__queue_forget(weak->queue, record);
    }
}

/* A slot in an object that dies ends with it. */
static bool
lost_its_place(const struct wgc__weak *weak, const struct wgc__record *record)
{
    struct wgc__object container;
    return wgc__object_find(weak->blocks, record->as.place.key, &container) &&
           !wgc__object_is_marked(weak->blocks, &container);
}

static void
select_slots(const struct wgc__weak *weak, bool final, bool last)
{
    struct wgc__walk walk;
    wgc__walk_init(&walk, weak->blocks, WGC__KIND_SLOT);
    for (struct wgc__record *record;
         (record = wgc__walk_next(&walk)) != NULL;) {
        if (record->node.key == 0)
            continue;
        if (!wgc__start_is_marked(weak->blocks, record->node.key))
            condemn_target(weak, record->node.key, final);
        else if (last && lost_its_place(weak, record))
            wgc__weak_slot_drop(weak, record);
    }
}

void
wgc__weak_select(const struct wgc__weak *weak, bool first, bool last)
{
    bool final = first && last; /* there are no guards */
    if (last)
        wgc__queue_end_waiting(weak->queue, weak->blocks);
    if (weak->queue->counts[WGC__RECORD_SLOT] != 0)
        select_slots(weak, final, last);
    if (weak->queue->counts[WGC__RECORD_SHORT] +
            weak->queue->counts[WGC__RECORD_LONG] !=
        0)
        select_references(weak, final, last);
}

/* ---- Slots ---- */

static struct wgc__record *
record_of_place(struct wgc__node *node)
{
    const size_t offset = offsetof(struct wgc__record, as.place);
    return node == NULL ? NULL
                        : (struct wgc__record *)(void *)((char *)node - offset);
}

struct wgc__record *
wgc__weak_slot_find(const struct wgc__weak *weak, void **place)
{
    return record_of_place(
        wgc__index_find(&weak->queue->places, wgc__word_of(place)));
}

void
wgc__weak_slot_register(const struct wgc__weak *weak,
                        struct wgc__record *record, void **place, void *target)
{
    wgc__queue_register(weak->queue, record, WGC__RECORD_SLOT, target, NULL,
                        NULL);
    wgc__index_add(&weak->queue->places, &record->as.place,
                   wgc__word_of(place));
    *place = target;
}

void
wgc__weak_slot_place(const struct wgc__weak *weak, struct wgc__record *record,
                     void **place)
{
    wgc__index_remove(&weak->queue->places, &record->as.place);
    wgc__index_add(&weak->queue->places, &record->as.place,
                   wgc__word_of(place));
    *place = wgc__address_of(record->node.key);
}

void
wgc__weak_slot_drop(const struct wgc__weak *weak, struct wgc__record *record)
{
    wgc__queue_forget(weak->queue, record);
    record->node.next = NULL;
    wgc__weak_slots_free(weak, record);
}

/* The slot at `*at` or the next one below `end`; *at goes on behind it. */
static struct wgc__node *
next_place(const struct wgc__weak *weak, wgc__word *at, wgc__word end)
{
    struct wgc__node *place = NULL;
    if (weak->queue->counts[WGC__RECORD_SLOT] == 0)
        return NULL;
    for (; place == NULL && *at < end; *at += WGC__WORD)
        place = wgc__index_find(&weak->queue->places, *at);
    return place;
}

void
wgc__weak_slots_move(const struct wgc__weak *weak, wgc__word from, size_t bytes,
                     wgc__word to)
{
    wgc__word at = from;
    for (struct wgc__node *place;
         (place = next_place(weak, &at, from + bytes)) != NULL;) {
        wgc__index_remove(&weak->queue->places, place);
        wgc__index_add(&weak->queue->places, place, place->key - from + to);
    }
}

void
wgc__weak_slots_end(const struct wgc__weak *weak, wgc__word from, size_t bytes)
{
    wgc__word at = wgc__align_up(from, WGC__WORD);
    for (struct wgc__node *place;
         (place = next_place(weak, &at, from + bytes)) != NULL;)
        wgc__weak_slot_drop(weak, record_of_place(place));
}
