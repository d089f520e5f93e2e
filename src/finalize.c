/* SPDX-License-Identifier: MIT */
#include "finalize.h"

#include "alloc.h"

enum { RUN_ALL_MORE = 65536 };

static bool
is_registered(const struct wgc__record *record)
{
    return record->node.key != 0 && (record->flags & WGC__RECORD_ALIVE) != 0 &&
           (record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) == 0;
}

/* The next registered finalizer of a type; in any order. */
static struct wgc__record *
next_registered(struct wgc__walk *walk, enum wgc__record_type type)
{
    struct wgc__record *record;
    while ((record = wgc__walk_next(walk)) != NULL)
        if (record->type == type && is_registered(record))
            return record;
    return NULL;
}

static struct wgc__record *
first_registered(struct wgc__walk *walk, const struct wgc__blocks *blocks,
                 enum wgc__record_type type)
{
    wgc__walk_init(walk, blocks, WGC__KIND_FINALIZER);
    return next_registered(walk, type);
}

#define FOR_EACH(record, walk, blocks, type)                                   \
    for (struct wgc__record *record = first_registered(walk, blocks, type);    \
         record != NULL; record = next_registered(walk, type))

/* ---- The phases of a cycle ---- */

static void
mark_after_death(const struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    struct wgc__walk walk;
    if (queue->counts[WGC__RECORD_AFTER] == 0)
        return;
    FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_AFTER)
    {
        wgc__mark_only(tracer, record);
        if (wgc__is_marked(&tracer->blocks, record->node.key))
            record->flags &= (uint8_t)~WGC__RECORD_LONE;
        else
            record->flags |= WGC__RECORD_LONE;
    }
    FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_AFTER)
    wgc__mark_word(tracer, wgc__word_of(record->as.call.data));
    wgc__mark_drain(tracer);
}

/* A guard's data lives as long as its object: marking one may reach another
   guard's object, so this goes on until nothing is added. */
static void
mark_guards(const struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    struct wgc__walk walk;
    if (queue->counts[WGC__RECORD_GUARD] == 0)
        return;
    FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_GUARD)
    wgc__mark_only(tracer, record);
    for (bool added = true; added;) {
        added = false;
        FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_GUARD)
        {
            struct wgc__object data;
            if (wgc__is_marked(&tracer->blocks, record->node.key) &&
                wgc__object_find(&tracer->blocks,
                                 wgc__word_of(record->as.call.data), &data) &&
                wgc__mark_object(tracer, &data))
                added = true;
        }
        wgc__mark_drain(tracer);
    }
}

void
wgc__finalize_mark(const struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    mark_after_death(queue, tracer);
    mark_guards(queue, tracer);
}

/* Weak references were selected before, and with them all slots. */
static void
condemn(struct wgc__queue *queue, wgc__word target,
        const struct wgc__blocks *marks)
{
    struct wgc__record *slots = wgc__queue_condemn(queue, target, marks, false);
    WGC__ASSERT(slots == NULL);
    (void)slots;
}

size_t
wgc__finalize_select(struct wgc__queue *queue, const struct wgc__blocks *blocks)
{
    struct wgc__walk walk;
    size_t self_retained = 0;
    if (queue->counts[WGC__RECORD_AFTER] == 0)
        return 0;
    FOR_EACH(record, &walk, blocks, WGC__RECORD_AFTER)
    {
        if (!wgc__is_marked(blocks, record->node.key))
            condemn(queue, record->node.key, blocks);
        else if ((record->flags & WGC__RECORD_LONE) != 0)
            self_retained++;
    }
    return self_retained;
}

/* All dead objects are chosen before anything is marked: one that is reachable
   from another is handed out as well (BF1, BF9). */
bool
wgc__finalize_rescue(struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    struct wgc__walk walk;
    if (queue->counts[WGC__RECORD_GUARD] == 0)
        return false;
    FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_GUARD)
    if (!wgc__is_marked(&tracer->blocks, record->node.key)) {
        condemn(queue, record->node.key, &tracer->blocks);
        wgc__queue_condemn_guard(queue, record);
    }
    for (const struct wgc__record *record = queue->batch[1].first;
         record != NULL; record = (struct wgc__record *)record->node.next) {
        wgc__mark_word(tracer, record->node.key);
        wgc__mark_word(tracer, wgc__word_of(record->as.call.data));
    }
    wgc__mark_drain(tracer);
    return queue->batch[1].first != NULL;
}

/* ---- By hand ---- */

/* Out of the index; a guard keeps its object, to hand it out. */
static void
claim(struct wgc__queue *queue, struct wgc__record *record)
{
    wgc__word target = record->node.key;
    wgc__queue_forget(queue, record);
    record->flags |= WGC__RECORD_ALIVE;
    if (record->type == WGC__RECORD_GUARD)
        record->node.key = target;
}

bool
wgc__finalize_run(struct wgc__queue *queue, struct wgc__record *record)
{
    if ((record->flags & WGC__RECORD_ALIVE) == 0)
        return false;
    if ((record->flags & WGC__RECORD_QUEUED) != 0)
        queue->pending--;
    else if ((record->flags & WGC__RECORD_LINKED) == 0)
        claim(queue, record);
    wgc__queue_run(queue, record, true);
    return true;
}

/* Move all registered finalizers to the front of the shutdown list. */
static void
claim_all(struct wgc__queue *queue, const struct wgc__blocks *blocks)
{
    struct wgc__list claimed = {NULL, NULL, 0};
    struct wgc__walk walk;
    for (int type = WGC__RECORD_AFTER; type <= WGC__RECORD_GUARD; type++)
        FOR_EACH(record, &walk, blocks, (enum wgc__record_type)type)
        {
            claim(queue, record);
            wgc__list_push(&claimed, record);
        }
    wgc__list_sort_newest(&claimed);
    wgc__list_prepend(&queue->shutdown, &claimed);
}

size_t
wgc__finalize_run_all(struct wgc__queue *queue,
                      const struct wgc__blocks *blocks)
{
    size_t ran = 0, most = SIZE_MAX;
    while (ran < most) {
        if (queue->counts[WGC__RECORD_AFTER] +
                queue->counts[WGC__RECORD_GUARD] !=
            0)
            claim_all(queue, blocks);
        if (most == SIZE_MAX)
            most = queue->shutdown.count + RUN_ALL_MORE;
        struct wgc__record *record = wgc__list_pop(&queue->shutdown);
        if (record == NULL)
            break;
        if ((record->flags & WGC__RECORD_ALIVE) == 0)
            continue;
        wgc__queue_run(queue, record, false);
        ran++;
    }
    return ran;
}
