/* SPDX-License-Identifier: MIT */
#include "finalize.h"

#include "alloc.h"

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
        wgc__mark_word(tracer, wgc__word_of(record));
        if (wgc__start_is_marked(&tracer->blocks, record->node.key))
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
    wgc__mark_word(tracer, wgc__word_of(record));
    wgc__mark_drain(tracer); /* a record may be the key of an ephemeron */
    for (bool added = true; added;) {
        added = false;
        FOR_EACH(record, &walk, &tracer->blocks, WGC__RECORD_GUARD)
        {
            struct wgc__object data;
            if (wgc__start_is_marked(&tracer->blocks, record->node.key) &&
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
condemn_finalized(struct wgc__queue *queue, wgc__word target,
                  const struct wgc__blocks *marks)
{
    struct wgc__record *slots = wgc__queue_condemn(queue, target, marks, false);
    WGC__ASSERT(slots == NULL);
    (void)slots;
}

/* All dead objects of guards are chosen before anything more is marked: one that
   is reachable from another is handed out as well (BF1, BF9). */
size_t
wgc__finalize_select(struct wgc__queue *queue, const struct wgc__blocks *blocks)
{
    struct wgc__walk walk;
    size_t self_retained = 0;
    if (queue->counts[WGC__RECORD_AFTER] != 0)
        FOR_EACH(record, &walk, blocks, WGC__RECORD_AFTER)
        {
            if (!wgc__start_is_marked(blocks, record->node.key))
                condemn_finalized(queue, record->node.key, blocks);
            else if ((record->flags & WGC__RECORD_LONE) != 0)
                self_retained++;
        }
    if (queue->counts[WGC__RECORD_GUARD] != 0)
        FOR_EACH(record, &walk, blocks, WGC__RECORD_GUARD)
    if (!wgc__start_is_marked(blocks, record->node.key))
        condemn_finalized(queue, record->node.key, blocks);
    return self_retained;
}

void
wgc__finalize_rescue(const struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    for (const struct wgc__record *record = queue->batch[1].first;
         record != NULL; record = (struct wgc__record *)record->node.next) {
        wgc__mark_word(tracer, record->node.key);
        wgc__mark_word(tracer, wgc__word_of(record->as.call.data));
    }
    wgc__mark_drain(tracer);
}

/* ---- By hand ---- */

static void
run(struct wgc__queue *queue, struct wgc__delivery *delivery,
    struct wgc__record *record, bool nests)
{
    wgc__word target = record->node.key;
    if ((record->flags & WGC__RECORD_QUEUED) != 0) {
        queue->pending--;
    } else {
        wgc__queue_forget(queue, record);
        if (record->type == WGC__RECORD_GUARD)
            record->node.key = target; /* to hand it out */
    }
    wgc__queue_run(queue, delivery, record, nests);
}

bool
wgc__finalize_run(struct wgc__queue *queue, struct wgc__delivery *delivery,
                  struct wgc__record *record)
{
    if ((record->flags & WGC__RECORD_ALIVE) == 0)
        return false;
    run(queue, delivery, record, true);
    return true;
}

/* ---- All of them ---- */

/* Restore the heap order below `at`: no entry is newer than its parent's
   children, so that the oldest is at the root. */
static void
sift(struct wgc__due *due, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count &&
            due[child + 1].registration < due[child].registration)
            child++;
        if (due[at].registration <= due[child].registration)
            return;
        struct wgc__due swap = due[at];
        due[at] = due[child];
        due[child] = swap;
    }
}

/* Keep the newest ones in a heap with the oldest at its root, which leaves when
   there is a newer one and no room. */
static size_t
choose_newest(const struct wgc__blocks *blocks, struct wgc__due *due,
              size_t most)
{
    size_t count = 0;
    struct wgc__walk walk;
    for (int type = WGC__RECORD_AFTER; type <= WGC__RECORD_GUARD; type++)
        FOR_EACH(record, &walk, blocks, (enum wgc__record_type)type)
        {
            struct wgc__due entry = {record->registration, record};
            if (count < most) {
                due[count++] = entry;
                if (count == most)
                    for (size_t i = count / 2; i-- > 0;)
                        sift(due, count, i);
            } else if (entry.registration > due[0].registration) {
                due[0] = entry;
                sift(due, count, 0);
            }
        }
    for (size_t i = count / 2; i-- > 0;)
        sift(due, count, i);
    return count;
}

size_t
wgc__finalize_newest(const struct wgc__blocks *blocks, struct wgc__due *due,
                     size_t most)
{
    size_t count = choose_newest(blocks, due, most);
    for (size_t left = count; left > 1;) {
        struct wgc__due oldest = due[0];
        due[0] = due[--left];
        due[left] = oldest;
        sift(due, left, 0);
    }
    return count;
}

/* Its cell may have been used again since. */
static bool
is_still_due(const struct wgc__blocks *blocks, const struct wgc__due *due)
{
    struct wgc__object object;
    return wgc__object_at(blocks, due->record, &object) &&
           object.info->kind == WGC__KIND_FINALIZER &&
           due->record->registration == due->registration &&
           is_registered(due->record);
}

size_t
wgc__finalize_run_due(struct wgc__queue *queue, struct wgc__delivery *delivery,
                      const struct wgc__blocks *blocks,
                      const struct wgc__due *due, size_t count, size_t most)
{
    uint64_t newest = queue->newest_finalizer;
    size_t ran = 0;
    for (size_t i = 0;
         i < count && ran < most && queue->newest_finalizer == newest; i++)
        if (is_still_due(blocks, &due[i])) {
            run(queue, delivery, due[i].record, false);
            ran++;
        }
    return ran;
}
